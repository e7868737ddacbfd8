/*-------------------------------------------------------------------------
 *
 * risk_categories_core.c
 *	  Categories of a risk model from JSON: what finds them, what they become,
 *	  what they need, what removes them.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_categories_core.h"

#include <stdlib.h>
#include <string.h>

static const char *const category_keys[] = {"key",        "label",   "points",  "prefixes",
											"conditions", "only",    "becomes", "otherwise",
											"needs",      "average", NULL};

/* The same by name. */
enum
{
	KEY,
	LABEL,
	POINTS,
	PREFIXES,
	CONDITIONS,
	ONLY,
	BECOMES,
	OTHERWISE,
	NEEDS,
	AVERAGE,
	MEMBERS
};

static int
compare_codes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *) a;
	uint64_t y = *(const uint64_t *) b;

	return (x > y) - (x < y);
}

/*
 * take_prefixes --- the code prefixes of one category, sorted.
 */
static bool
take_prefixes(Draft *draft, const RiskPath *path, const RiskJson *list)
{
	RiskPath        here = {.parent = path, .key = "prefixes"};
	uint64_t       *start = draft->prefixes + draft->head.n_prefixes;
	const RiskJson *value;
	uint32_t        i = 0;

	if (list->kind != RISK_JSON_ARRAY || list->count == 0)
		return draft_fault(draft, &here, "must be an array of at least one code prefix");
	if (list->count > RISK_MAX_PREFIXES - draft->head.n_prefixes)
		return draft_limit(draft, NULL, "prefixes", RISK_MAX_PREFIXES);
	for (value = list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {&here, NULL, i};

		if (value->kind != RISK_JSON_STRING ||
			!risk_prefix_pack(value->text, value->length, &start[i]))
			return draft_fault(draft, &element,
							   "must be a code prefix of 1 to 8 characters A-Z and 0-9");
	}
	qsort(start, i, sizeof(uint64_t), compare_codes);
	draft->head.n_prefixes += i;
	while (i-- > 1)
	{
		if (start[i] == start[i - 1])
			return draft_fault(draft, &here, "names a code prefix twice");
	}
	return true;
}

static int
compare_strings(const void *a, const void *b)
{
	const RiskJson *x = *(const RiskJson *const *) a;
	const RiskJson *y = *(const RiskJson *const *) b;

	return strcmp(x->text, y->text);
}

/*
 * take_conditions --- the condition keys of one category, sorted.
 */
static bool
take_conditions(Draft *draft, const RiskPath *path, const RiskJson *list, RiskDetail *detail)
{
	RiskPath         here = {.parent = path, .key = "conditions"};
	const RiskJson **sorted;
	const RiskJson  *value;
	uint32_t         n = 0;
	uint32_t         i;

	if (list->kind != RISK_JSON_ARRAY || list->count == 0)
		return draft_fault(draft, &here, "must be an array of at least one condition key");
	if (list->count > RISK_MAX_CONDITIONS - draft->more.n_mentions)
		return draft_limit(draft, NULL, "condition keys", RISK_MAX_CONDITIONS);
	sorted = draft_memory(draft, list->count * sizeof(RiskJson *));
	for (value = list->first; value != NULL; value = value->next)
	{
		RiskPath element = {&here, NULL, n};

		if (value->kind != RISK_JSON_STRING || value->length == 0 || value->length > RISK_MAX_KEY)
			return draft_fault(draft, &element, "must be a condition key of 1 to 63 bytes");
		sorted[n++] = value;
	}
	qsort(sorted, n, sizeof(RiskJson *), compare_strings);
	for (i = 0; i < n; i++)
	{
		uint32_t text;

		if (i > 0 && strcmp(sorted[i]->text, sorted[i - 1]->text) == 0)
			return draft_fault(draft, &here, "names a condition key twice");
		if (!take_text(draft, path, "conditions", sorted[i], true, RISK_MAX_KEY, &text))
			return false;
		json_buffer_add(&draft->mentions, &text, sizeof(text));
	}
	detail->first_mention = draft->more.n_mentions;
	detail->n_mentions = n;
	draft->more.n_mentions += n;
	draft->extended = true;
	return true;
}

/*
 * take_category --- all of a category that does not need to know the others.
 */
static bool
take_category(Draft *draft, const RiskPath *path, const RiskJson *object)
{
	const RiskJson *value[MEMBERS];
	RiskCategory   *category = &draft->categories[draft->head.n_categories];
	RiskDetail     *detail = &draft->details[draft->head.n_categories];
	int64_t         points = 0;

	if (!take_members(draft, path, object, category_keys, value) ||
		!take_text(draft, path, "key", value[KEY], true, RISK_MAX_KEY, &category->key) ||
		!take_text(draft, path, "label", value[LABEL], false, RISK_MAX_STRING, &category->label))
		return false;
	if ((value[POINTS] != NULL || value[BECOMES] == NULL) &&
		!take_scaled(draft, path, "points", value[POINTS], draft->head.points_scale, &points))
		return false;
	if (draft_find_category(draft, draft_text(draft, category->key)) < draft->head.n_categories)
		return draft_fault_at(draft, path, "key", "is the key of an earlier category");
	category->points = (int32_t) points;
	category->first_prefix = draft->head.n_prefixes;
	if (value[PREFIXES] != NULL && !take_prefixes(draft, path, value[PREFIXES]))
		return false;
	if (value[CONDITIONS] != NULL && !take_conditions(draft, path, value[CONDITIONS], detail))
		return false;
	if (!take_average(draft, path, value[AVERAGE], &detail->has, &detail->average))
		return false;
	draft->head.n_categories++;
	return true;
}

/*
 * take_categories --- keys, points and what finds them; take_edits reads the rest.
 */
bool
take_categories(Draft *draft, const RiskJson *list)
{
	RiskPath        here = {.key = "categories"};
	const RiskJson *value;
	uint32_t        count;
	uint32_t        i = 0;

	if (!take_list(draft, &here, list, "categories", RISK_MAX_CATEGORIES, &count))
		return false;
	draft->categories = draft_memory(draft, count * sizeof(RiskCategory));
	draft->details = draft_memory(draft, count * sizeof(RiskDetail));
	memset(draft->details, 0, count * sizeof(RiskDetail));
	for (value = count == 0 ? NULL : list->first; value != NULL; value = value->next)
	{
		RiskPath element = {&here, NULL, i++};

		if (!take_category(draft, &element, value))
			return false;
	}
	return true;
}

/*
 * take_target --- becomes or otherwise: another category, by its number plus one.
 */
static bool
take_target(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			uint32_t category, uint32_t *result)
{
	if (value == NULL)
		return true;
	if (!take_reference(draft, path, key, value, result))
		return false;
	if ((*result)++ == category)
		return draft_fault_at(draft, path, key, "must be another category");
	draft->extended = true;
	return true;
}

/*
 * take_moves --- only, becomes and otherwise of one category.
 */
static bool
take_moves(Draft *draft, const RiskPath *path, const RiskJson *const *value, uint32_t number)
{
	RiskDetail *detail = &draft->details[number];
	RiskPath    only = {.parent = path, .key = "only"};

	if (!take_limits(draft, &only, value[ONLY], &detail->first_limit, &detail->n_limits) ||
		!take_target(draft, path, "becomes", value[BECOMES], number, &detail->becomes) ||
		!take_target(draft, path, "otherwise", value[OTHERWISE], number, &detail->otherwise))
		return false;
	if (detail->otherwise != 0 && detail->n_limits == 0)
		return draft_fault_at(draft, path, "otherwise", "needs \"only\"");
	if (detail->becomes == 0)
		return true;
	if (draft->categories[number].points != 0)
		return draft_fault_at(draft, path, "points",
							  "must be left out or 0 where the category becomes another");
	if (value[NEEDS] != NULL)
		return draft_fault_at(draft, path, "needs",
							  "must be left out where the category becomes another");
	if (value[AVERAGE] != NULL)
		return draft_fault_at(draft, path, "average",
							  "must be left out where the category becomes another");
	return true;
}

/*
 * check_target --- what a category becomes stays where it is.
 */
static bool
check_target(Draft *draft, const RiskPath *path, const char *key, uint32_t target, bool *found)
{
	if (target == 0)
		return true;
	if (draft->details[target - 1].becomes != 0 || draft->details[target - 1].otherwise != 0)
		return draft_fault_at(draft, path, key, "must not itself become another category");
	found[target - 1] = true;
	return true;
}

/*
 * take_needs --- needs of one category, and the check that something finds it.
 */
static bool
take_needs(Draft *draft, const RiskPath *path, const RiskJson *const *value, uint32_t number,
		   bool found)
{
	RiskDetail *detail = &draft->details[number];
	RiskPath    needs = {.parent = path, .key = "needs"};
	uint16_t    edited = (uint16_t) number;

	if (value[PREFIXES] == NULL && value[CONDITIONS] == NULL && !found)
		return draft_fault_at(draft, path, "prefixes",
							  "must be an array of at least one code prefix");
	if (value[PREFIXES] == NULL)
		draft->extended = true;
	if (value[NEEDS] != NULL)
	{
		if (!take_mask(draft, &needs, value[NEEDS], &detail->needs))
			return false;
		detail->needs++;
		draft->extended = true;
	}
	if (detail->n_limits > 0 || detail->becomes != 0 || detail->needs != 0)
	{
		json_buffer_add(&draft->edited, &edited, sizeof(edited));
		draft->more.n_edited++;
	}
	return true;
}

/*
 * take_edits --- of all categories: what they become, what they need.
 */
bool
take_edits(Draft *draft, const RiskJson *list)
{
	RiskPath        here = {.key = "categories"};
	uint32_t        count = draft->head.n_categories;
	bool           *found = draft_memory(draft, count * sizeof(bool));
	const RiskJson *member[MEMBERS];
	const RiskJson *value;
	uint32_t        i;

	memset(found, 0, count * sizeof(bool));
	for (i = 0, value = count == 0 ? NULL : list->first; i < count; i++, value = value->next)
	{
		RiskPath element = {&here, NULL, i};

		if (!take_members(draft, &element, value, category_keys, member) ||
			!take_moves(draft, &element, member, i))
			return false;
	}
	for (i = 0; i < count; i++)
	{
		RiskPath element = {&here, NULL, i};

		if (!check_target(draft, &element, "becomes", draft->details[i].becomes, found) ||
			!check_target(draft, &element, "otherwise", draft->details[i].otherwise, found))
			return false;
	}
	for (i = 0, value = count == 0 ? NULL : list->first; i < count; i++, value = value->next)
	{
		RiskPath element = {&here, NULL, i};

		if (!take_members(draft, &element, value, category_keys, member) ||
			!take_needs(draft, &element, member, i, found[i]))
			return false;
	}
	return true;
}

/*
 * take_present --- a category that may be there when the hierarchy is applied.
 */
static bool
take_present(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			 uint16_t *result)
{
	uint32_t category;

	if (!take_reference(draft, path, key, value, &category))
		return false;
	if (draft->details[category].becomes != 0)
		return draft_fault_at(draft, path, key, "always becomes another category");
	*result = (uint16_t) category;
	return true;
}

/*
 * take_removals --- hierarchy: [{category, removed_by}].
 */
bool
take_removals(Draft *draft, const RiskJson *list)
{
	static const char *const keys[] = {"category", "removed_by", NULL};
	RiskPath                 here = {.key = "hierarchy"};
	const RiskJson          *value;
	const RiskJson          *member[2];
	uint32_t                 count;
	uint32_t                 i = 0;
	uint32_t                 j;

	if (!take_list(draft, &here, list, "entries", RISK_MAX_REMOVALS, &count))
		return false;
	draft->removals = draft_memory(draft, count * sizeof(RiskRemoval));
	for (value = count == 0 ? NULL : list->first; value != NULL; value = value->next, i++)
	{
		RiskPath     element = {&here, NULL, i};
		RiskRemoval *removal = &draft->removals[i];

		if (!take_members(draft, &element, value, keys, member) ||
			!take_present(draft, &element, "category", member[0], &removal->category) ||
			!take_present(draft, &element, "removed_by", member[1], &removal->removed_by))
			return false;
		if (removal->category == removal->removed_by)
			return draft_fault(draft, &element, "must name two different categories");
		for (j = 0; j < i; j++)
		{
			if (draft->removals[j].category == removal->category &&
				draft->removals[j].removed_by == removal->removed_by)
				return draft_fault(draft, &element, "repeats an earlier entry");
		}
	}
	draft->head.n_removals = i;
	return true;
}

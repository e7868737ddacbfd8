/*-------------------------------------------------------------------------
 *
 * risk_draft_core.c
 *	  Readers of single members that all parts of a risk model share.
 *
 * All return false after a fault, which then stands in the draft's error.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_draft_core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * draft_start --- nothing taken yet.
 */
void
draft_start(Draft *draft, JsonMemory *memory, JsonError *error)
{
	memset(draft, 0, sizeof(*draft));
	draft->memory = memory;
	draft->error = error;
	draft->more.points_min = INT64_MIN;
	draft->more.points_max = INT64_MAX;
	draft->more.points_divisor = 1;
	draft->more.calibration_slope = 1;
	draft->sources.memory = memory;
	draft->terms.memory = memory;
	draft->interactions.memory = memory;
	draft->counts.memory = memory;
	draft->category_steps.memory = memory;
	draft->limits.memory = memory;
	draft->steps.memory = memory;
	draft->numbers.memory = memory;
	draft->masks.memory = memory;
	draft->edited.memory = memory;
	draft->mentions.memory = memory;
	draft->factors.memory = memory;
}

void *
draft_memory(Draft *draft, size_t size)
{
	return draft->memory->alloc(draft->memory->state, size == 0 ? 1 : size);
}

bool
draft_fault(Draft *draft, const RiskPath *path, const char *what)
{
	risk_fault(draft->error, JSON_BAD_TEXT, path, "%s", what);
	return false;
}

bool
draft_fault_at(Draft *draft, const RiskPath *path, const char *key, const char *what)
{
	RiskPath here = {.parent = path, .key = key};

	return draft_fault(draft, &here, what);
}

bool
draft_limit(Draft *draft, const RiskPath *path, const char *what, int most)
{
	risk_fault(draft->error, JSON_TOO_LARGE, path, "must have at most %d %s", most, what);
	return false;
}

const char *
draft_text(const Draft *draft, uint32_t reference)
{
	return draft->pool + reference - 1;
}

/*
 * draft_find_category --- number of the category with this key, n_categories if there is none.
 */
uint32_t
draft_find_category(const Draft *draft, const char *key)
{
	uint32_t i;

	for (i = 0; i < draft->head.n_categories; i++)
	{
		if (strcmp(draft_text(draft, draft->categories[i].key), key) == 0)
			break;
	}
	return i;
}

/*
 * take_members --- the members of an object by key; null counts as absent.
 *
 * False if it is no object, has a key not in keys (ended by NULL) or has one twice.
 */
bool
take_members(Draft *draft, const RiskPath *path, const RiskJson *object, const char *const *keys,
			 const RiskJson **values)
{
	const RiskJson *member;
	uint32_t        seen = 0;
	uint32_t        i;

	if (object->kind != RISK_JSON_OBJECT)
		return draft_fault(draft, path, "must be an object");
	for (i = 0; keys[i] != NULL; i++)
		values[i] = NULL;
	for (member = object->first; member != NULL; member = member->next)
	{
		for (i = 0; keys[i] != NULL && strcmp(keys[i], member->key) != 0; i++)
			;
		if (keys[i] == NULL)
			return draft_fault_at(draft, path, member->key, "is not a known key");
		if (seen & (1u << i))
			return draft_fault_at(draft, path, member->key, "is given twice");
		seen |= 1u << i;
		if (member->kind != RISK_JSON_NULL)
			values[i] = member;
	}
	return true;
}

/*
 * keep_text --- a string into the pool.
 */
static bool
keep_text(Draft *draft, const RiskPath *here, const RiskJson *value, int most, uint32_t *result)
{
	if (value == NULL || value->kind != RISK_JSON_STRING)
		return draft_fault(draft, here, "must be a string");
	if (value->length == 0)
		return draft_fault(draft, here, "must not be empty");
	if (value->length > (size_t) most)
		return draft_limit(draft, here, "bytes", most);
	*result = draft->pool_used + 1;
	memcpy(draft->pool + draft->pool_used, value->text, value->length + 1);
	draft->pool_used += (uint32_t) value->length + 1;
	return true;
}

/*
 * take_text --- keep a string in the pool; absent gives 0, or a fault if it is required.
 */
bool
take_text(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value, bool required,
		  int most, uint32_t *result)
{
	RiskPath here = {.parent = path, .key = key};

	*result = 0;
	if (value == NULL && !required)
		return true;
	return keep_text(draft, &here, value, most, result);
}

/*
 * take_double --- a finite number; absent leaves the default, or is a fault if it is required.
 */
bool
take_double(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			bool required, double *result)
{
	RiskPath here = {.parent = path, .key = key};

	if (value == NULL && !required)
		return true;
	if (value == NULL || value->kind != RISK_JSON_NUMBER)
		return draft_fault(draft, &here, "must be a number");
	*result = strtod(value->text, NULL);
	if (!isfinite(*result))
		return draft_fault(draft, &here, "is out of range");
	return true;
}

/*
 * take_scaled --- a number that is an integer once multiplied by scale, within the limit.
 */
bool
take_scaled(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			int32_t scale, int64_t *result)
{
	RiskPath here = {.parent = path, .key = key};
	bool     in_range;

	if (value == NULL || value->kind != RISK_JSON_NUMBER)
		return draft_fault(draft, &here, "must be a number");
	if (!risk_scaled_integer(value->text, scale, RISK_MAX_POINTS, result, &in_range))
	{
		if (scale == 1)
			return draft_fault(draft, &here, "must be a whole number");
		risk_fault(draft->error, JSON_BAD_TEXT, &here, "must be a multiple of 1/%d", scale);
		return false;
	}
	if (!in_range)
		return draft_fault(draft, &here, "is out of range");
	return true;
}

/*
 * take_word --- one of a few words (ended by NULL) by its number; absent leaves the default.
 */
bool
take_word(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
		  const char *const *words, const char *expected, uint32_t *result)
{
	uint32_t i;

	if (value == NULL)
		return true;
	for (i = 0; words[i] != NULL && value->kind == RISK_JSON_STRING; i++)
	{
		if (strcmp(words[i], value->text) == 0)
		{
			*result = i;
			return true;
		}
	}
	return draft_fault_at(draft, path, key, expected);
}

/*
 * take_list --- check that a value is an array of at most so many; absent counts as empty.
 */
bool
take_list(Draft *draft, const RiskPath *path, const RiskJson *value, const char *what, int most,
		  uint32_t *count)
{
	*count = 0;
	if (value == NULL)
		return true;
	if (value->kind != RISK_JSON_ARRAY)
		return draft_fault(draft, path, "must be an array");
	if (value->count > (uint32_t) most)
		return draft_limit(draft, path, what, most);
	*count = value->count;
	return true;
}

/*
 * take_average --- mean contribution of a term in the population the model was made on.
 */
bool
take_average(Draft *draft, const RiskPath *path, const RiskJson *value, uint32_t *has,
			 double *average)
{
	if (value == NULL)
		return true;
	draft->extended = true;
	*has |= RISK_HAS_AVERAGE;
	return take_double(draft, path, "average", value, true, average);
}

/*
 * take_reference --- a string that is the key of a category.
 */
bool
take_reference(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			   uint32_t *result)
{
	RiskPath here = {.parent = path, .key = key};

	if (value == NULL || value->kind != RISK_JSON_STRING)
		return draft_fault(draft, &here, "must be a string");
	*result = draft_find_category(draft, value->text);
	if (*result == draft->head.n_categories)
		return draft_fault(draft, &here, "is not the key of a category");
	return true;
}

/*
 * take_mask --- a list of keys of categories that can count, as bits.
 */
bool
take_mask(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *mask)
{
	uint64_t        words[RISK_MAX_WORDS] = {0};
	const RiskJson *value;
	uint32_t        i = 0;
	uint32_t        category;

	if (list->kind != RISK_JSON_ARRAY || list->count == 0)
		return draft_fault(draft, path, "must be an array of at least one key of a category");
	for (value = list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {path, NULL, i};

		if (value->kind != RISK_JSON_STRING)
			return draft_fault(draft, &element, "must be a string");
		category = draft_find_category(draft, value->text);
		if (category == draft->head.n_categories)
			return draft_fault(draft, &element, "is not the key of a category");
		if (draft->details[category].becomes != 0)
			return draft_fault(draft, &element, "always becomes another category");
		if (risk_has(words, category))
			return draft_fault(draft, &element, "is given twice");
		words[category / 64] |= UINT64_C(1) << (category % 64);
	}
	json_buffer_add(&draft->masks, words, RISK_WORDS(&draft->head) * sizeof(uint64_t));
	*mask = draft->more.n_masks++;
	return true;
}

/*
 * find_source --- number of the input with this name, n_sources if it is new.
 */
static uint32_t
find_source(const Draft *draft, const char *name)
{
	const RiskSource *source = (const RiskSource *) draft->sources.data;
	uint32_t          i;

	for (i = 0; i < draft->more.n_sources; i++)
	{
		if (strcmp(draft_text(draft, source[i].name), name) == 0)
			break;
	}
	return i;
}

/*
 * take_source --- the name of an input, numbered when it is first named; here is its own path.
 *
 * Without a value result holds a reference to the name: a term's own is the
 * default.
 */
bool
take_source(Draft *draft, const RiskPath *here, const RiskJson *value, uint32_t use,
			uint32_t *result)
{
	RiskSource source = {.name = *result};
	uint32_t   number;

	if (value != NULL && value->kind != RISK_JSON_STRING)
		return draft_fault(draft, here, "must be a string");
	number = find_source(draft, value != NULL ? value->text : draft_text(draft, source.name));
	if (number == draft->more.n_sources)
	{
		if (value != NULL && !keep_text(draft, here, value, RISK_MAX_KEY, &source.name))
			return false;
		if (strcmp(draft_text(draft, source.name), "conditions") == 0)
			return draft_fault(draft, here, "is reserved for the list of condition keys");
		if (number == RISK_MAX_INPUTS)
			return draft_limit(draft, NULL, "different inputs", RISK_MAX_INPUTS);
		json_buffer_add(&draft->sources, &source, sizeof(source));
		draft->more.n_sources++;
	}
	((RiskSource *) draft->sources.data)[number].uses |= use;
	*result = number;
	return true;
}

/*
 * take_side --- one end of a limit: a number under one of two keys, or none.
 */
static bool
take_side(Draft *draft, const RiskPath *path, const char *includes, const char *excludes,
		  const RiskJson *including, const RiskJson *excluding, double *bound, uint16_t *kind)
{
	if (including != NULL && excluding != NULL)
	{
		risk_fault(draft->error, JSON_BAD_TEXT, path, "must not have both \"%s\" and \"%s\"",
				   includes, excludes);
		return false;
	}
	*kind = including != NULL ? RISK_INCLUDES : excluding != NULL ? RISK_EXCLUDES : RISK_OPEN;
	return take_double(draft, path, including != NULL ? includes : excludes,
					   including != NULL ? including : excluding, false, bound);
}

/*
 * take_limit --- {input, from | above, below | upto, is}.
 */
static bool
take_limit(Draft *draft, const RiskPath *path, const RiskJson *object)
{
	static const char *const keys[] = {"input", "from", "above", "below", "upto", "is", NULL};
	const RiskJson          *member[6];
	RiskPath                 input = {.parent = path, .key = "input"};
	RiskLimit                limit = {0};

	if (!take_members(draft, path, object, keys, member))
		return false;
	if (member[0] == NULL)
		return draft_fault(draft, &input, "must be a string");
	if (!take_source(draft, &input, member[0], RISK_AS_NUMBER, &limit.source) ||
		!take_side(draft, path, "from", "above", member[1], member[2], &limit.lower,
				   &limit.lower_kind) ||
		!take_side(draft, path, "upto", "below", member[4], member[3], &limit.upper,
				   &limit.upper_kind))
		return false;
	if (member[5] != NULL)
	{
		if (limit.lower_kind != RISK_OPEN || limit.upper_kind != RISK_OPEN)
			return draft_fault_at(draft, path, "is", "must stand without other bounds");
		if (!take_double(draft, path, "is", member[5], true, &limit.lower))
			return false;
		limit.upper = limit.lower;
		limit.lower_kind = limit.upper_kind = RISK_IS;
	}
	if (limit.lower_kind == RISK_OPEN && limit.upper_kind == RISK_OPEN)
		return draft_fault(draft, path,
						   "must have \"from\", \"above\", \"below\", \"upto\" or \"is\"");
	if (limit.lower_kind != RISK_OPEN && limit.upper_kind != RISK_OPEN &&
		(limit.lower > limit.upper ||
		 (limit.lower == limit.upper &&
		  (limit.lower_kind == RISK_EXCLUDES || limit.upper_kind == RISK_EXCLUDES))))
		return draft_fault(draft, path, "lets no value through");
	json_buffer_add(&draft->limits, &limit, sizeof(limit));
	draft->more.n_limits++;
	return true;
}

/*
 * take_limits --- a list of limits, all of which must hold; absent counts as empty.
 */
bool
take_limits(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *first,
			uint32_t *count)
{
	const RiskJson *value;
	uint32_t        i = 0;

	*first = draft->more.n_limits;
	if (!take_list(draft, path, list, "bounds", RISK_MAX_LIMITS, count))
		return false;
	if (*count > RISK_MAX_LIMITS - draft->more.n_limits)
		return draft_limit(draft, NULL, "bounds", RISK_MAX_LIMITS);
	for (value = *count == 0 ? NULL : list->first; value != NULL; value = value->next)
	{
		RiskPath element = {path, NULL, i++};

		draft->extended = true;
		if (!take_limit(draft, &element, value))
			return false;
	}
	return true;
}

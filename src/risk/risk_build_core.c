/*-------------------------------------------------------------------------
 *
 * risk_build_core.c
 *	  Risk models from JSON and back.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_build_core.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT (16 * 1024 * 1024)
#define MAX_SET_ENTRIES (4 * 1024 * 1024)

static const char *const link_names[] = {"identity", "logit", "log"};

/* What is being built; texts are offsets into pool plus one until the block is laid out. */
typedef struct Draft
{
	JsonMemory   *memory;
	JsonError    *error;
	RiskModel     head;
	RiskCategory *categories;
	RiskRemoval  *removals;
	RiskInput    *inputs;
	RiskBand     *bands;
	uint64_t     *prefixes;
	char         *pool;
	uint32_t      pool_used;
	uint64_t     *range_start;
	uint32_t     *range_set;
	uint64_t (*sets)[RISK_MAX_WORDS];
	uint32_t *slots; /* hash table of set numbers plus one */
	uint32_t  n_slots;
	uint32_t  set_entries;
} Draft;

/* A prefix of one category, and the last code that begins with it. */
typedef struct Span
{
	uint64_t first;
	uint64_t last;
	uint32_t category;
} Span;

/* A prefix that encloses the place reached: its last code and the categories hit there. */
typedef struct Open
{
	uint64_t last;
	uint64_t words[RISK_MAX_WORDS];
} Open;

static void *
get_memory(Draft *draft, size_t size)
{
	return draft->memory->alloc(draft->memory->state, size == 0 ? 1 : size);
}

static bool
fault(Draft *draft, const RiskPath *path, const char *what)
{
	risk_fault(draft->error, JSON_BAD_TEXT, path, "%s", what);
	return false;
}

static bool
limit(Draft *draft, const RiskPath *path, const char *what, int most)
{
	risk_fault(draft->error, JSON_TOO_LARGE, path, "must have at most %d %s", most, what);
	return false;
}

/*
 * take_members --- the members of an object by key; null counts as absent.
 *
 * False if it is no object, has a key not in keys (ended by NULL) or has one twice.
 */
static bool
take_members(Draft *draft, const RiskPath *path, const RiskJson *object, const char *const *keys,
			 const RiskJson **values)
{
	const RiskJson *member;
	uint32_t        seen = 0;
	uint32_t        i;

	if (object->kind != RISK_JSON_OBJECT)
		return fault(draft, path, "must be an object");
	for (i = 0; keys[i] != NULL; i++)
		values[i] = NULL;
	for (member = object->first; member != NULL; member = member->next)
	{
		RiskPath here = {.parent = path, .key = member->key};

		for (i = 0; keys[i] != NULL && strcmp(keys[i], member->key) != 0; i++)
			;
		if (keys[i] == NULL)
			return fault(draft, &here, "is not a known key");
		if (seen & (1u << i))
			return fault(draft, &here, "is given twice");
		seen |= 1u << i;
		if (member->kind != RISK_JSON_NULL)
			values[i] = member;
	}
	return true;
}

/*
 * take_text --- keep a string in the pool; absent gives 0, or a fault if it is required.
 */
static bool
take_text(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value, bool required,
		  int most, uint32_t *result)
{
	RiskPath here = {.parent = path, .key = key};

	*result = 0;
	if (value == NULL && !required)
		return true;
	if (value == NULL || value->kind != RISK_JSON_STRING)
		return fault(draft, &here, "must be a string");
	if (value->length == 0)
		return fault(draft, &here, "must not be empty");
	if (value->length > (size_t) most)
		return limit(draft, &here, "bytes", most);
	*result = draft->pool_used + 1;
	memcpy(draft->pool + draft->pool_used, value->text, value->length + 1);
	draft->pool_used += (uint32_t) value->length + 1;
	return true;
}

/*
 * take_double --- a finite number; absent gives the default, or a fault if it is required.
 */
static bool
take_double(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			bool required, double *result)
{
	RiskPath here = {.parent = path, .key = key};

	if (value == NULL && !required)
		return true;
	if (value == NULL || value->kind != RISK_JSON_NUMBER)
		return fault(draft, &here, "must be a number");
	*result = strtod(value->text, NULL);
	if (!isfinite(*result))
		return fault(draft, &here, "is out of range");
	return true;
}

/*
 * take_scaled --- a number that is an integer once multiplied by scale, within the limit.
 */
static bool
take_scaled(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			int32_t scale, int64_t *result)
{
	RiskPath here = {.parent = path, .key = key};
	bool     in_range;

	if (value == NULL || value->kind != RISK_JSON_NUMBER)
		return fault(draft, &here, "must be a number");
	if (!risk_scaled_integer(value->text, scale, RISK_MAX_POINTS, result, &in_range))
	{
		if (scale == 1)
			return fault(draft, &here, "must be a whole number");
		risk_fault(draft->error, JSON_BAD_TEXT, &here, "must be a multiple of 1/%d", scale);
		return false;
	}
	if (!in_range)
		return fault(draft, &here, "is out of range");
	return true;
}

/*
 * take_list --- check that a value is an array of at most so many; absent counts as empty.
 */
static bool
take_list(Draft *draft, const RiskPath *path, const RiskJson *value, const char *what, int most,
		  uint32_t *count)
{
	*count = 0;
	if (value == NULL)
		return true;
	if (value->kind != RISK_JSON_ARRAY)
		return fault(draft, path, "must be an array");
	if (value->count > (uint32_t) most)
		return limit(draft, path, what, most);
	*count = value->count;
	return true;
}

static const char *
pool_text(const Draft *draft, uint32_t reference)
{
	return draft->pool + reference - 1;
}

/*
 * find_category --- number of the category with this key, n_categories if there is none.
 */
static uint32_t
find_category(const Draft *draft, const char *key)
{
	uint32_t i;

	for (i = 0; i < draft->head.n_categories; i++)
	{
		if (strcmp(pool_text(draft, draft->categories[i].key), key) == 0)
			break;
	}
	return i;
}

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

	if (list == NULL || list->kind != RISK_JSON_ARRAY || list->count == 0)
		return fault(draft, &here, "must be an array of at least one code prefix");
	if (list->count > RISK_MAX_PREFIXES - draft->head.n_prefixes)
		return limit(draft, NULL, "prefixes", RISK_MAX_PREFIXES);
	for (value = list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {&here, NULL, i};

		if (value->kind != RISK_JSON_STRING ||
			!risk_prefix_pack(value->text, value->length, &start[i]))
			return fault(draft, &element, "must be a code prefix of 1 to 8 characters A-Z and 0-9");
	}
	qsort(start, i, sizeof(uint64_t), compare_codes);
	draft->head.n_prefixes += i;
	while (i-- > 1)
	{
		if (start[i] == start[i - 1])
			return fault(draft, &here, "names a code prefix twice");
	}
	return true;
}

/*
 * take_category --- {key, label, points, prefixes}.
 */
static bool
take_category(Draft *draft, const RiskPath *path, const RiskJson *object)
{
	static const char *const keys[] = {"key", "label", "points", "prefixes", NULL};
	const RiskJson          *value[4];
	RiskCategory            *category = &draft->categories[draft->head.n_categories];
	RiskPath                 key_path = {.parent = path, .key = "key"};
	int64_t                  points;

	if (!take_members(draft, path, object, keys, value) ||
		!take_text(draft, path, "key", value[0], true, RISK_MAX_KEY, &category->key) ||
		!take_text(draft, path, "label", value[1], false, RISK_MAX_STRING, &category->label) ||
		!take_scaled(draft, path, "points", value[2], draft->head.points_scale, &points))
		return false;
	if (find_category(draft, pool_text(draft, category->key)) < draft->head.n_categories)
		return fault(draft, &key_path, "is the key of an earlier category");
	category->points = (int32_t) points;
	category->first_prefix = draft->head.n_prefixes;
	if (!take_prefixes(draft, path, value[3]))
		return false;
	draft->head.n_categories++;
	return true;
}

static bool
take_categories(Draft *draft, const RiskJson *list)
{
	RiskPath        here = {.key = "categories"};
	const RiskJson *value;
	uint32_t        count;
	uint32_t        i = 0;

	if (!take_list(draft, &here, list, "categories", RISK_MAX_CATEGORIES, &count))
		return false;
	draft->categories = get_memory(draft, count * sizeof(RiskCategory));
	for (value = count == 0 ? NULL : list->first; value != NULL; value = value->next)
	{
		RiskPath element = {&here, NULL, i++};

		if (!take_category(draft, &element, value))
			return false;
	}
	return true;
}

/*
 * take_reference --- a string that is the key of a category.
 */
static bool
take_reference(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			   uint16_t *result)
{
	RiskPath here = {.parent = path, .key = key};
	uint32_t category;

	if (value == NULL || value->kind != RISK_JSON_STRING)
		return fault(draft, &here, "must be a string");
	category = find_category(draft, value->text);
	if (category == draft->head.n_categories)
		return fault(draft, &here, "is not the key of a category");
	*result = (uint16_t) category;
	return true;
}

/*
 * take_removals --- hierarchy: [{category, removed_by}].
 */
static bool
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
	draft->removals = get_memory(draft, count * sizeof(RiskRemoval));
	for (value = count == 0 ? NULL : list->first; value != NULL; value = value->next, i++)
	{
		RiskPath     element = {&here, NULL, i};
		RiskRemoval *removal = &draft->removals[i];

		if (!take_members(draft, &element, value, keys, member) ||
			!take_reference(draft, &element, "category", member[0], &removal->category) ||
			!take_reference(draft, &element, "removed_by", member[1], &removal->removed_by))
			return false;
		if (removal->category == removal->removed_by)
			return fault(draft, &element, "must name two different categories");
		for (j = 0; j < i; j++)
		{
			if (draft->removals[j].category == removal->category &&
				draft->removals[j].removed_by == removal->removed_by)
				return fault(draft, &element, "repeats an earlier entry");
		}
	}
	draft->head.n_removals = i;
	return true;
}

/*
 * take_inputs --- numeric inputs: [{name, label, coefficient, missing}].
 */
static bool
take_inputs(Draft *draft, const RiskJson *list)
{
	static const char *const keys[] = {"name", "label", "coefficient", "missing", NULL};
	RiskPath                 here = {.key = "inputs"};
	const RiskJson          *value;
	const RiskJson          *member[4];
	uint32_t                 count;
	uint32_t                 i = 0;
	uint32_t                 j;

	if (!take_list(draft, &here, list, "inputs", RISK_MAX_INPUTS, &count))
		return false;
	draft->inputs = get_memory(draft, count * sizeof(RiskInput));
	memset(draft->inputs, 0, count * sizeof(RiskInput));
	for (value = count == 0 ? NULL : list->first; value != NULL; value = value->next, i++)
	{
		RiskPath   element = {&here, NULL, i};
		RiskPath   name_path = {.parent = &element, .key = "name"};
		RiskInput *input = &draft->inputs[i];

		if (!take_members(draft, &element, value, keys, member) ||
			!take_text(draft, &element, "name", member[0], true, RISK_MAX_KEY, &input->name) ||
			!take_text(draft, &element, "label", member[1], false, RISK_MAX_STRING,
					   &input->label) ||
			!take_double(draft, &element, "coefficient", member[2], true, &input->coefficient) ||
			!take_double(draft, &element, "missing", member[3], false, &input->missing))
			return false;
		input->has_missing = member[3] != NULL;
		for (j = 0; j < i; j++)
		{
			if (strcmp(pool_text(draft, draft->inputs[j].name), pool_text(draft, input->name)) == 0)
				return fault(draft, &name_path, "is the name of an earlier input");
		}
	}
	draft->head.n_inputs = i;
	return true;
}

/*
 * take_bound --- where a band begins: "from" includes the score, "above" does not.
 */
static bool
take_bound(Draft *draft, const RiskPath *path, bool lowest, const RiskJson *from,
		   const RiskJson *above, RiskBand *band)
{
	const char     *key = from != NULL ? "from" : "above";
	const RiskJson *value = from != NULL ? from : above;

	band->kind = RISK_NO_BOUND;
	if (value == NULL && lowest)
		return true;
	if (value == NULL || (from != NULL && above != NULL))
		return fault(draft, path, "must have either \"from\" or \"above\"");
	band->kind = from != NULL ? RISK_FROM : RISK_ABOVE;
	if (!take_double(draft, path, key, value, true, &band->bound))
		return false;
	return !draft->head.points_only ||
		   take_scaled(draft, path, key, value, draft->head.points_scale, &band->points);
}

/*
 * follows --- does a band begin higher than the one before it?
 */
static bool
follows(const Draft *draft, const RiskBand *before, const RiskBand *band)
{
	if (before->kind == RISK_NO_BOUND)
		return true;
	if (before->kind == RISK_FROM && band->kind == RISK_ABOVE)
		return draft->head.points_only ? band->points >= before->points
									   : band->bound >= before->bound;
	return draft->head.points_only ? band->points > before->points : band->bound > before->bound;
}

/*
 * take_bands --- [{label, from | above}], ascending.
 */
static bool
take_bands(Draft *draft, const RiskJson *list)
{
	static const char *const keys[] = {"label", "from", "above", NULL};
	RiskPath                 here = {.key = "bands"};
	const RiskJson          *value;
	const RiskJson          *member[3];
	uint32_t                 count;
	uint32_t                 i = 0;

	if (!take_list(draft, &here, list, "bands", RISK_MAX_BANDS, &count))
		return false;
	draft->bands = get_memory(draft, count * sizeof(RiskBand));
	memset(draft->bands, 0, count * sizeof(RiskBand));
	for (value = count == 0 ? NULL : list->first; value != NULL; value = value->next, i++)
	{
		RiskPath  element = {&here, NULL, i};
		RiskBand *band = &draft->bands[i];

		if (!take_members(draft, &element, value, keys, member) ||
			!take_text(draft, &element, "label", member[0], true, RISK_MAX_KEY, &band->label) ||
			!take_bound(draft, &element, i == 0, member[1], member[2], band))
			return false;
		if (i > 0 && !follows(draft, band - 1, band))
			return fault(draft, &element, "must begin higher than the band before it");
	}
	draft->head.n_bands = i;
	return true;
}

/*
 * take_scale --- points_scale: 1, 10, ... 1000000.
 */
static bool
take_scale(Draft *draft, const RiskJson *value)
{
	RiskPath here = {.key = "points_scale"};
	int64_t  scale = 1;
	int64_t  power;

	if (value != NULL && !take_scaled(draft, NULL, "points_scale", value, 1, &scale))
		return false;
	for (power = 1; power < 1000000 && power != scale; power *= 10)
		;
	if (power != scale)
		return fault(draft, &here, "must be 1, 10, 100, 1000, 10000, 100000 or 1000000");
	draft->head.points_scale = (int32_t) scale;
	return true;
}

static bool
take_lookback(Draft *draft, const RiskJson *value)
{
	RiskPath here = {.key = "lookback_days"};
	int64_t  days = 0;

	if (value == NULL)
		return true;
	if (!take_scaled(draft, NULL, "lookback_days", value, 1, &days))
		return false;
	if (days < 1 || days > 73000)
		return fault(draft, &here, "must be between 1 and 73000");
	draft->head.lookback_days = (int32_t) days;
	return true;
}

static bool
take_link(Draft *draft, const RiskJson *value)
{
	RiskPath here = {.key = "link"};
	uint32_t i;

	if (value == NULL)
		return true;
	for (i = 0; i <= RISK_LOG && value->kind == RISK_JSON_STRING; i++)
	{
		if (strcmp(link_names[i], value->text) == 0)
		{
			draft->head.link = i;
			return true;
		}
	}
	return fault(draft, &here, "must be \"identity\", \"logit\" or \"log\"");
}

/*
 * take_model --- the whole object.
 */
static bool
take_model(Draft *draft, const RiskJson *object)
{
	static const char *const keys[] = {
		"name",       "version",       "title",        "source", "licence",
		"population", "lookback_days", "points_scale", "link",   "intercept",
		"categories", "hierarchy",     "inputs",       "bands",  NULL};
	const RiskJson *value[14];
	RiskModel      *head = &draft->head;

	if (!take_members(draft, NULL, object, keys, value) ||
		!take_text(draft, NULL, "name", value[0], true, RISK_MAX_KEY, &head->name) ||
		!take_text(draft, NULL, "version", value[1], true, RISK_MAX_KEY, &head->version) ||
		!take_text(draft, NULL, "title", value[2], false, RISK_MAX_STRING, &head->title) ||
		!take_text(draft, NULL, "source", value[3], false, RISK_MAX_STRING, &head->source) ||
		!take_text(draft, NULL, "licence", value[4], false, RISK_MAX_STRING, &head->licence) ||
		!take_text(draft, NULL, "population", value[5], false, RISK_MAX_STRING,
				   &head->population) ||
		!take_lookback(draft, value[6]) || !take_scale(draft, value[7]) ||
		!take_link(draft, value[8]) ||
		!take_double(draft, NULL, "intercept", value[9], false, &head->intercept) ||
		!take_categories(draft, value[10]) || !take_removals(draft, value[11]) ||
		!take_inputs(draft, value[12]))
		return false;
	if (head->n_categories == 0 && head->n_inputs == 0)
		return fault(draft, NULL, "must have \"categories\" or \"inputs\"");
	head->points_only = head->n_inputs == 0 && head->link == RISK_IDENTITY && head->intercept == 0;
	return take_bands(draft, value[13]);
}

static int
compare_spans(const void *a, const void *b)
{
	const Span *x = a;
	const Span *y = b;

	if (x->first != y->first)
		return (x->first > y->first) - (x->first < y->first);
	return (x->category > y->category) - (x->category < y->category);
}

/*
 * list_spans --- every prefix with its category and the codes it covers, outer before inner:
 * a longer prefix begins at a higher code, as no character is zero.
 */
static Span *
list_spans(Draft *draft)
{
	Span    *spans = get_memory(draft, draft->head.n_prefixes * sizeof(Span));
	uint32_t category = 0;
	uint32_t i;
	char     text[RISK_MAX_PREFIX_LENGTH + 1];

	for (i = 0; i < draft->head.n_prefixes; i++)
	{
		int length = risk_prefix_unpack(draft->prefixes[i], text);

		while (category + 1 < draft->head.n_categories &&
			   draft->categories[category + 1].first_prefix <= i)
			category++;
		spans[i].first = draft->prefixes[i];
		spans[i].last = draft->prefixes[i];
		if (length < RISK_MAX_PREFIX_LENGTH)
			spans[i].last |= UINT64_MAX >> (8 * length);
		spans[i].category = category;
	}
	qsort(spans, draft->head.n_prefixes, sizeof(Span), compare_spans);
	return spans;
}

/*
 * set_number --- the number of a set of categories, a new one if it has not been seen.
 */
static uint32_t
set_number(Draft *draft, const uint64_t *words)
{
	uint64_t hash[2];
	uint32_t slot;
	uint32_t w;

	risk_fingerprint(words, sizeof(draft->sets[0]), hash);
	for (slot = (uint32_t) hash[0] & (draft->n_slots - 1); draft->slots[slot] != 0;
		 slot = (slot + 1) & (draft->n_slots - 1))
	{
		if (memcmp(draft->sets[draft->slots[slot] - 1], words, sizeof(draft->sets[0])) == 0)
			return draft->slots[slot] - 1;
	}
	memcpy(draft->sets[draft->head.n_sets], words, sizeof(draft->sets[0]));
	draft->slots[slot] = ++draft->head.n_sets;
	for (w = 0; w < RISK_MAX_WORDS; w++)
		draft->set_entries += (uint32_t) __builtin_popcountll(words[w]);
	return draft->head.n_sets - 1;
}

/*
 * start_range --- from this code on, codes hit this set of categories.
 */
static void
start_range(Draft *draft, uint64_t start, const uint64_t *words)
{
	uint32_t set = set_number(draft, words);
	uint32_t n = draft->head.n_ranges;

	/* a range that would be empty is overwritten; one that changes nothing is not begun */
	if (n > 0 && draft->range_start[n - 1] == start)
		n--;
	if (n == 0 || draft->range_set[n - 1] != set)
	{
		draft->range_start[n] = start;
		draft->range_set[n] = set;
		n++;
	}
	draft->head.n_ranges = n;
}

/*
 * open_prefix --- begin the range of spans[i], one prefix within another.
 *
 * The same prefix may belong to several categories; returns the first span
 * after them.
 */
static uint32_t
open_prefix(Draft *draft, const Span *spans, uint32_t i, const Open *outer, Open *inner)
{
	const Span *span = &spans[i];

	*inner = *outer;
	inner->last = span->last;
	for (; i < draft->head.n_prefixes && spans[i].first == span->first; i++)
		inner->words[spans[i].category / 64] |= UINT64_C(1) << (spans[i].category % 64);
	start_range(draft, span->first, inner->words);
	return i;
}

/*
 * make_ranges --- cut the code space where the set of categories hit changes.
 *
 * Prefixes enclose each other or are disjoint, so a stack of the open ones, at
 * most as deep as a prefix is long, is enough.
 */
static bool
make_ranges(Draft *draft)
{
	Open     open[RISK_MAX_PREFIX_LENGTH + 1];
	int      depth = 0;
	uint32_t most = 2 * draft->head.n_prefixes + 1;
	Span    *spans = list_spans(draft);
	uint32_t i = 0;

	for (draft->n_slots = 4; draft->n_slots < 2 * most; draft->n_slots *= 2)
		;
	draft->slots = get_memory(draft, draft->n_slots * sizeof(uint32_t));
	memset(draft->slots, 0, draft->n_slots * sizeof(uint32_t));
	draft->sets = get_memory(draft, most * sizeof(draft->sets[0]));
	draft->range_start = get_memory(draft, most * sizeof(uint64_t));
	draft->range_set = get_memory(draft, most * sizeof(uint32_t));

	memset(&open[0], 0, sizeof(open[0]));
	open[0].last = UINT64_MAX;
	start_range(draft, 0, open[0].words);
	while (i < draft->head.n_prefixes || depth > 0)
	{
		if (depth > 0 && (i == draft->head.n_prefixes || spans[i].first > open[depth].last))
		{
			depth--;
			start_range(draft, open[depth + 1].last + 1, open[depth].words);
		}
		else
		{
			i = open_prefix(draft, spans, i, &open[depth], &open[depth + 1]);
			depth++;
		}
		if (draft->set_entries > MAX_SET_ENTRIES)
			return limit(draft, NULL, "combinations of categories", MAX_SET_ENTRIES);
	}
	return true;
}

static uint32_t
reserve(RiskModel *head, size_t size)
{
	uint32_t offset = head->size;

	head->size += (uint32_t) ((size + 7) & ~(size_t) 7);
	return offset;
}

/*
 * lay_out --- decide where each section stands.
 */
static void
lay_out(Draft *draft)
{
	RiskModel *head = &draft->head;

	head->format = RISK_FORMAT;
	head->header_size = sizeof(RiskModel);
	head->size = 0;
	reserve(head, sizeof(RiskModel));
	head->categories = reserve(head, head->n_categories * sizeof(RiskCategory));
	head->removals = reserve(head, head->n_removals * sizeof(RiskRemoval));
	head->inputs = reserve(head, head->n_inputs * sizeof(RiskInput));
	head->bands = reserve(head, head->n_bands * sizeof(RiskBand));
	head->prefixes = reserve(head, head->n_prefixes * sizeof(uint64_t));
	head->range_start = reserve(head, head->n_ranges * sizeof(uint64_t));
	head->range_set = reserve(head, head->n_ranges * sizeof(uint32_t));
	head->set_start = reserve(head, (head->n_sets + 1) * sizeof(uint32_t));
	head->set_category = reserve(head, draft->set_entries * sizeof(uint16_t));
	head->letters = reserve(head, 129 * sizeof(uint32_t));
}

/*
 * move_texts --- turn references into the pool into offsets from the start of the block.
 */
static void
move_texts(Draft *draft, uint32_t pool)
{
	RiskModel *head = &draft->head;
	uint32_t   i;

#define MOVE(text) ((text) = (text) == 0 ? 0 : pool + (text) -1)
	MOVE(head->name);
	MOVE(head->version);
	MOVE(head->title);
	MOVE(head->source);
	MOVE(head->licence);
	MOVE(head->population);
	for (i = 0; i < head->n_categories; i++)
	{
		MOVE(draft->categories[i].key);
		MOVE(draft->categories[i].label);
	}
	for (i = 0; i < head->n_inputs; i++)
	{
		MOVE(draft->inputs[i].name);
		MOVE(draft->inputs[i].label);
	}
	for (i = 0; i < head->n_bands; i++)
		MOVE(draft->bands[i].label);
#undef MOVE
}

/*
 * write_sets --- the sets of categories as lists, and the index by first character.
 */
static void
write_sets(const Draft *draft, char *block)
{
	const RiskModel *head = &draft->head;
	uint32_t        *start = (uint32_t *) (block + head->set_start);
	uint16_t        *category = (uint16_t *) (block + head->set_category);
	uint32_t        *letters = (uint32_t *) (block + head->letters);
	uint32_t         n = 0;
	uint32_t         i;
	uint32_t         c;

	for (i = 0; i < head->n_sets; i++)
	{
		start[i] = n;
		for (c = 0; c < head->n_categories; c++)
		{
			if (risk_has(draft->sets[i], c))
				category[n++] = (uint16_t) c;
		}
	}
	start[i] = n;
	for (i = 0, c = 0; c <= 128; c++)
	{
		while (i < head->n_ranges && (draft->range_start[i] >> 56) < c)
			i++;
		letters[c] = i;
	}
}

/*
 * write_block --- copy all sections into one block of memory.
 */
static RiskModel *
write_block(Draft *draft)
{
	RiskModel *head = &draft->head;
	uint32_t   pool;
	char      *block;

	lay_out(draft);
	pool = reserve(head, draft->pool_used);
	move_texts(draft, pool);
	block = get_memory(draft, head->size);
	memset(block, 0, head->size);
	memcpy(block, head, sizeof(RiskModel));
	memcpy(block + head->categories, draft->categories, head->n_categories * sizeof(RiskCategory));
	memcpy(block + head->removals, draft->removals, head->n_removals * sizeof(RiskRemoval));
	memcpy(block + head->inputs, draft->inputs, head->n_inputs * sizeof(RiskInput));
	memcpy(block + head->bands, draft->bands, head->n_bands * sizeof(RiskBand));
	memcpy(block + head->prefixes, draft->prefixes, head->n_prefixes * sizeof(uint64_t));
	memcpy(block + head->range_start, draft->range_start, head->n_ranges * sizeof(uint64_t));
	memcpy(block + head->range_set, draft->range_set, head->n_ranges * sizeof(uint32_t));
	memcpy(block + pool, draft->pool, draft->pool_used);
	write_sets(draft, block);
	return (RiskModel *) block;
}

/*
 * count_prefixes --- an upper bound, for memory: every string in a "prefixes" list.
 */
static uint32_t
count_prefixes(const RiskJson *value)
{
	uint32_t        n = value->kind == RISK_JSON_ARRAY ? value->count : 0;
	const RiskJson *part;

	for (part = value->first; part != NULL; part = part->next)
		n += count_prefixes(part);
	return n;
}

/*
 * risk_model_read --- a model from its JSON; NULL after a fault, which stands in *error.
 */
RiskModel *
risk_model_read(const char *text, size_t length, bool utf8, JsonMemory *memory, JsonError *error)
{
	Draft      draft;
	RiskJson  *json;
	RiskModel *model;
	char      *canonical;

	memset(&draft, 0, sizeof(draft));
	draft.memory = memory;
	draft.error = error;
	error->fault = JSON_OK;
	if (length > MAX_TEXT)
	{
		limit(&draft, NULL, "bytes", MAX_TEXT);
		return NULL;
	}
	json = risk_json_parse(text, length, utf8, memory, error);
	if (json == NULL)
		return NULL;
	/* a string and its NUL are never longer than the quoted string in the text */
	draft.pool = get_memory(&draft, length);
	draft.prefixes = get_memory(&draft, count_prefixes(json) * sizeof(uint64_t));
	if (!take_model(&draft, json) || !make_ranges(&draft))
		return NULL;
	model = write_block(&draft);
	canonical = risk_model_print(model, memory, &length);
	risk_fingerprint(canonical, length, model->fingerprint);
	return model;
}

/*
 * print_double --- the shortest decimal that reads back as the same number.
 */
static void
print_double(JsonBuffer *out, double value)
{
	char text[32];
	int  digits;

	for (digits = 15; digits <= 17; digits++)
	{
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	json_write(out, text);
}

/*
 * print_scaled --- an integer of 1/scale as a decimal, without trailing zeros.
 */
static void
print_scaled(JsonBuffer *out, int64_t value, int32_t scale)
{
	int64_t size = value < 0 ? -value : value;
	int64_t rest = size % scale;
	char    text[32];

	snprintf(text, sizeof(text), "%s%lld", value < 0 ? "-" : "", (long long) (size / scale));
	json_write(out, text);
	if (rest != 0)
		json_write(out, ".");
	for (; rest != 0; rest %= scale)
	{
		scale /= 10;
		text[0] = (char) ('0' + rest / scale);
		json_buffer_add(out, text, 1);
	}
}

static void
print_text_member(JsonBuffer *out, const RiskModel *model, const char *key, uint32_t text)
{
	if (text == 0)
		return;
	json_write(out, key);
	json_write_string(out, RISK_TEXT(model, text), strlen(RISK_TEXT(model, text)));
}

static void
print_categories(JsonBuffer *out, const RiskModel *model)
{
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	const uint64_t     *prefix = RISK_SECTION(model, uint64_t, prefixes);
	char                text[RISK_MAX_PREFIX_LENGTH + 1];
	uint32_t            i;
	uint32_t            j;

	for (i = 0; i < model->n_categories; i++)
	{
		uint32_t end =
			i + 1 < model->n_categories ? category[i + 1].first_prefix : model->n_prefixes;

		print_text_member(out, model,
						  i == 0 ? ",\"categories\":[{\"key\":" : ",{\"key\":", category[i].key);
		print_text_member(out, model, ",\"label\":", category[i].label);
		json_write(out, ",\"points\":");
		print_scaled(out, category[i].points, model->points_scale);
		for (j = category[i].first_prefix; j < end; j++)
		{
			risk_prefix_unpack(prefix[j], text);
			json_write(out, j == category[i].first_prefix ? ",\"prefixes\":[" : ",");
			json_write_string(out, text, strlen(text));
		}
		json_write(out, i + 1 < model->n_categories ? "]}" : "]}]");
	}
}

static void
print_removals(JsonBuffer *out, const RiskModel *model)
{
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	const RiskRemoval  *removal = RISK_SECTION(model, RiskRemoval, removals);
	uint32_t            i;

	for (i = 0; i < model->n_removals; i++)
	{
		print_text_member(out, model, i == 0 ? ",\"hierarchy\":[{\"category\":" : ",{\"category\":",
						  category[removal[i].category].key);
		print_text_member(out, model, ",\"removed_by\":", category[removal[i].removed_by].key);
		json_write(out, i + 1 < model->n_removals ? "}" : "}]");
	}
}

static void
print_inputs(JsonBuffer *out, const RiskModel *model)
{
	const RiskInput *input = RISK_SECTION(model, RiskInput, inputs);
	uint32_t         i;

	for (i = 0; i < model->n_inputs; i++)
	{
		print_text_member(out, model,
						  i == 0 ? ",\"inputs\":[{\"name\":" : ",{\"name\":", input[i].name);
		print_text_member(out, model, ",\"label\":", input[i].label);
		json_write(out, ",\"coefficient\":");
		print_double(out, input[i].coefficient);
		if (input[i].has_missing)
		{
			json_write(out, ",\"missing\":");
			print_double(out, input[i].missing);
		}
		json_write(out, i + 1 < model->n_inputs ? "}" : "}]");
	}
}

static void
print_bands(JsonBuffer *out, const RiskModel *model)
{
	const RiskBand *band = RISK_SECTION(model, RiskBand, bands);
	uint32_t        i;

	for (i = 0; i < model->n_bands; i++)
	{
		print_text_member(out, model,
						  i == 0 ? ",\"bands\":[{\"label\":" : ",{\"label\":", band[i].label);
		if (band[i].kind != RISK_NO_BOUND)
		{
			json_write(out, band[i].kind == RISK_FROM ? ",\"from\":" : ",\"above\":");
			if (model->points_only)
				print_scaled(out, band[i].points, model->points_scale);
			else
				print_double(out, band[i].bound);
		}
		json_write(out, i + 1 < model->n_bands ? "}" : "}]");
	}
}

/*
 * risk_model_print --- the model as JSON in one fixed form, NUL-terminated.
 *
 * Equal models print equal texts; reading the text gives the same block.
 * Members that have their default value are left out.
 */
char *
risk_model_print(const RiskModel *model, JsonMemory *memory, size_t *length)
{
	JsonBuffer out = {.memory = memory};

	print_text_member(&out, model, "{\"name\":", model->name);
	print_text_member(&out, model, ",\"version\":", model->version);
	print_text_member(&out, model, ",\"title\":", model->title);
	print_text_member(&out, model, ",\"source\":", model->source);
	print_text_member(&out, model, ",\"licence\":", model->licence);
	print_text_member(&out, model, ",\"population\":", model->population);
	if (model->lookback_days != 0)
	{
		json_write(&out, ",\"lookback_days\":");
		print_scaled(&out, model->lookback_days, 1);
	}
	if (model->points_scale != 1)
	{
		json_write(&out, ",\"points_scale\":");
		print_scaled(&out, model->points_scale, 1);
	}
	if (model->link != RISK_IDENTITY)
	{
		json_write(&out, ",\"link\":");
		json_write_string(&out, link_names[model->link], strlen(link_names[model->link]));
	}
	if (model->intercept != 0)
	{
		json_write(&out, ",\"intercept\":");
		print_double(&out, model->intercept);
	}
	print_categories(&out, model);
	print_removals(&out, model);
	print_inputs(&out, model);
	print_bands(&out, model);
	json_write(&out, "}");
	*length = out.length;
	json_buffer_add(&out, "", 1);
	return out.data;
}

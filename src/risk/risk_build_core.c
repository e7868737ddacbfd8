/*-------------------------------------------------------------------------
 *
 * risk_build_core.c
 *	  A risk model from its JSON: the object as a whole.
 *
 * Readers of single members stand in risk_draft_core.c, categories in
 * risk_categories_core.c, inputs, interactions and counts in
 * risk_terms_core.c; risk_ranges_core.c compiles prefixes,
 * risk_layout_core.c writes the block.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_build_core.h"

#include <stdlib.h>
#include <string.h>

#include "risk/risk_categories_core.h"
#include "risk/risk_layout_core.h"
#include "risk/risk_ranges_core.h"
#include "risk/risk_terms_core.h"

#define MAX_TEXT (16 * 1024 * 1024)

static const char *const model_keys[] = {
	"name",         "version",        "title",         "source",
	"licence",      "population",     "lookback_days", "points_scale",
	"link",         "intercept",      "categories",    "hierarchy",
	"inputs",       "bands",          "parent",        "coding_system",
	"unit",         "excludes_index", "valid_for",     "points_divisor",
	"points_min",   "points_max",     "calibration",   "category_steps",
	"interactions", "counts",         "probability",   NULL};

/* The same by name. */
enum
{
	NAME,
	VERSION,
	TITLE,
	SOURCE,
	LICENCE,
	POPULATION,
	LOOKBACK_DAYS,
	POINTS_SCALE,
	LINK,
	INTERCEPT,
	CATEGORIES,
	HIERARCHY,
	INPUTS,
	BANDS,
	PARENT,
	CODING_SYSTEM,
	UNIT,
	EXCLUDES_INDEX,
	VALID_FOR,
	POINTS_DIVISOR,
	POINTS_MIN,
	POINTS_MAX,
	CALIBRATION,
	CATEGORY_STEPS,
	INTERACTIONS,
	COUNTS,
	PROBABILITY,
	MEMBERS
};

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
		return draft_fault(draft, path, "must have either \"from\" or \"above\"");
	band->kind = from != NULL ? RISK_FROM : RISK_ABOVE;
	if (!take_double(draft, path, key, value, true, &band->bound))
		return false;
	if (!draft->head.points_only)
		return true;
	if (draft->more.points_divisor == 1)
		return take_scaled(draft, path, key, value, draft->head.points_scale, &band->points);
	if (!risk_points_bound(band->bound,
						   (int64_t) draft->head.points_scale * draft->more.points_divisor,
						   band->kind == RISK_FROM, &band->points))
		return draft_fault_at(draft, path, key, "is out of range");
	return true;
}

/*
 * follows --- does a band begin higher than the one before it?
 */
static bool
follows(const Draft *draft, const RiskBand *before, const RiskBand *band)
{
	bool whole = draft->head.points_only && draft->more.points_divisor == 1;

	if (before->kind == RISK_NO_BOUND)
		return true;
	if (before->kind == RISK_FROM && band->kind == RISK_ABOVE)
		return whole ? band->points >= before->points : band->bound >= before->bound;
	return whole ? band->points > before->points : band->bound > before->bound;
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
	draft->bands = draft_memory(draft, count * sizeof(RiskBand));
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
			return draft_fault(draft, &element, "must begin higher than the band before it");
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
		return draft_fault(draft, &here, "must be 1, 10, 100, 1000, 10000, 100000 or 1000000");
	draft->head.points_scale = (int32_t) scale;
	return true;
}

/*
 * take_lookback --- days of history; absent: all of it.
 */
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
		return draft_fault(draft, &here, "must be between 1 and 73000");
	draft->head.lookback_days = (int32_t) days;
	return true;
}

/*
 * take_points_rules --- what becomes of the sum of points: divisor and limits.
 */
static bool
take_points_rules(Draft *draft, const RiskJson *const *value)
{
	RiskMore *more = &draft->more;
	RiskPath  divisor_path = {.key = "points_divisor"};
	int64_t   divisor = 1;

	if (value[POINTS_DIVISOR] != NULL &&
		!take_scaled(draft, NULL, "points_divisor", value[POINTS_DIVISOR], 1, &divisor))
		return false;
	if (divisor < 1 || divisor > RISK_MAX_DIVISOR)
		return draft_fault(draft, &divisor_path, "must be between 1 and 1000000");
	more->points_divisor = (uint32_t) divisor;
	if (value[POINTS_MIN] != NULL && !take_scaled(draft, NULL, "points_min", value[POINTS_MIN],
												  draft->head.points_scale, &more->points_min))
		return false;
	if (value[POINTS_MAX] != NULL && !take_scaled(draft, NULL, "points_max", value[POINTS_MAX],
												  draft->head.points_scale, &more->points_max))
		return false;
	if (more->points_min > more->points_max)
		return draft_fault_at(draft, NULL, "points_max", "must not be less than \"points_min\"");
	if (divisor != 1 || value[POINTS_MIN] != NULL || value[POINTS_MAX] != NULL)
		draft->extended = true;
	return true;
}

/*
 * take_kind --- coding system, unit and whether the index spell is left out.
 */
static bool
take_kind(Draft *draft, const RiskJson *const *value)
{
	static const char *const units[] = {"person", "spell", NULL};
	RiskMore                *more = &draft->more;
	uint32_t                 unit = 0;

	if (value[CODING_SYSTEM] != NULL && value[CODING_SYSTEM]->kind == RISK_JSON_STRING &&
		strcmp(value[CODING_SYSTEM]->text, "icd10") == 0)
		more->coding_system = 0;
	else if (!take_text(draft, NULL, "coding_system", value[CODING_SYSTEM], false, RISK_MAX_KEY,
						&more->coding_system))
		return false;
	if (!take_text(draft, NULL, "parent", value[PARENT], false, RISK_MAX_STRING, &more->parent) ||
		!take_word(draft, NULL, "unit", value[UNIT], units, "must be \"person\" or \"spell\"",
				   &unit))
		return false;
	if (value[EXCLUDES_INDEX] != NULL && value[EXCLUDES_INDEX]->kind != RISK_JSON_BOOL)
		return draft_fault_at(draft, NULL, "excludes_index", "must be true or false");
	if (unit == 1)
		more->properties |= RISK_OF_SPELLS;
	if (value[EXCLUDES_INDEX] != NULL && value[EXCLUDES_INDEX]->count == 1)
		more->properties |= RISK_WITHOUT_INDEX;
	if (more->coding_system != 0 || more->parent != 0 || more->properties != 0)
		draft->extended = true;
	return true;
}

/*
 * take_calibration --- {intercept, slope}.
 */
static bool
take_calibration(Draft *draft, const RiskJson *object)
{
	static const char *const keys[] = {"intercept", "slope", NULL};
	RiskPath                 here = {.key = "calibration"};
	const RiskJson          *member[2];
	RiskMore                *more = &draft->more;

	if (object == NULL)
		return true;
	if (!take_members(draft, &here, object, keys, member) ||
		!take_double(draft, &here, "intercept", member[0], false, &more->calibration_intercept) ||
		!take_double(draft, &here, "slope", member[1], false, &more->calibration_slope))
		return false;
	if (more->calibration_intercept != 0 || more->calibration_slope != 1)
		draft->extended = draft->numbers_add = true;
	return true;
}

/*
 * take_probability --- the first of two parts: {intercept, inputs, interactions}.
 */
static bool
take_probability(Draft *draft, const RiskJson *object)
{
	static const char *const keys[] = {"intercept", "inputs", "interactions", NULL};
	RiskPath                 here = {.key = "probability"};
	RiskPath                 inputs = {.parent = &here, .key = "inputs"};
	RiskPath                 interactions = {.parent = &here, .key = "interactions"};
	const RiskJson          *member[3];
	RiskMore                *more = &draft->more;

	if (object == NULL)
		return true;
	draft->probability = draft->extended = draft->numbers_add = true;
	more->properties |= RISK_TWO_PARTS;
	return take_members(draft, &here, object, keys, member) &&
		   take_double(draft, &here, "intercept", member[0], false, &more->probability_intercept) &&
		   take_terms(draft, &inputs, member[1], &more->n_probability_terms) &&
		   take_interactions(draft, &interactions, member[2], &more->n_probability_interactions) &&
		   take_factors(draft, &interactions, member[2], more->n_interactions);
}

/*
 * take_score --- everything that adds to the score, in the order in which inputs are numbered:
 * terms, limits, what interactions multiply, the probability.
 */
static bool
take_score(Draft *draft, const RiskJson *const *value)
{
	RiskMore *more = &draft->more;
	RiskPath  inputs = {.key = "inputs"};
	RiskPath  valid_for = {.key = "valid_for"};
	RiskPath  interactions = {.key = "interactions"};
	uint32_t  first;

	return take_categories(draft, value[CATEGORIES]) &&
		   take_terms(draft, &inputs, value[INPUTS], &more->n_terms) &&
		   take_limits(draft, &valid_for, value[VALID_FOR], &first, &more->n_valid_for) &&
		   take_edits(draft, value[CATEGORIES]) && take_removals(draft, value[HIERARCHY]) &&
		   take_category_steps(draft, value[CATEGORY_STEPS]) &&
		   take_interactions(draft, &interactions, value[INTERACTIONS], &more->n_interactions) &&
		   take_factors(draft, &interactions, value[INTERACTIONS], 0) &&
		   take_counts(draft, value[COUNTS]) && take_probability(draft, value[PROBABILITY]);
}

/*
 * plain_inputs --- the terms of a model of format 1 as it stores them.
 */
static void
plain_inputs(Draft *draft)
{
	const RiskTerm *term = (const RiskTerm *) draft->terms.data;
	uint32_t        n = draft->more.n_terms;
	uint32_t        i;

	draft->inputs = draft_memory(draft, n * sizeof(RiskInput));
	memset(draft->inputs, 0, n * sizeof(RiskInput));
	for (i = 0; i < n; i++)
	{
		draft->inputs[i].coefficient = term[i].coefficient;
		draft->inputs[i].missing = term[i].missing;
		draft->inputs[i].name = term[i].name;
		draft->inputs[i].label = term[i].label;
		draft->inputs[i].has_missing = (term[i].has & RISK_HAS_MISSING) != 0;
	}
	draft->head.n_inputs = n;
}

/*
 * is_linear --- is a score, all inputs known, no more than intercept and coefficients, each of
 * the inputs once and in order?
 */
static bool
is_linear(const Draft *draft)
{
	const RiskMore *more = &draft->more;
	const RiskTerm *term = (const RiskTerm *) draft->terms.data;
	uint32_t        i;

	if (draft->head.n_categories > 0 || more->n_interactions > 0 || more->n_limits > 0 ||
		(more->properties & RISK_TWO_PARTS) || more->points_min > 0 || more->points_max < 0)
		return false;
	for (i = 0; i < more->n_terms; i++)
	{
		if (term[i].kind != RISK_LINEAR || term[i].transform != RISK_AS_IS ||
			(term[i].has & (RISK_HAS_MIN | RISK_HAS_MAX)) || term[i].source != i)
			return false;
	}
	return true;
}

/*
 * take_model --- the whole object.
 */
static bool
take_model(Draft *draft, const RiskJson *object)
{
	static const char *const expected = "must be \"identity\", \"logit\" or \"log\"";
	const RiskJson          *value[MEMBERS];
	RiskModel               *head = &draft->head;

	if (!take_members(draft, NULL, object, model_keys, value) ||
		!take_text(draft, NULL, "name", value[NAME], true, RISK_MAX_KEY, &head->name) ||
		!take_text(draft, NULL, "version", value[VERSION], true, RISK_MAX_KEY, &head->version) ||
		!take_text(draft, NULL, "title", value[TITLE], false, RISK_MAX_STRING, &head->title) ||
		!take_text(draft, NULL, "source", value[SOURCE], false, RISK_MAX_STRING, &head->source) ||
		!take_text(draft, NULL, "licence", value[LICENCE], false, RISK_MAX_STRING,
				   &head->licence) ||
		!take_text(draft, NULL, "population", value[POPULATION], false, RISK_MAX_STRING,
				   &head->population) ||
		!take_kind(draft, value) || !take_lookback(draft, value[LOOKBACK_DAYS]) ||
		!take_scale(draft, value[POINTS_SCALE]) || !take_points_rules(draft, value) ||
		!take_word(draft, NULL, "link", value[LINK], risk_link_names, expected, &head->link) ||
		!take_double(draft, NULL, "intercept", value[INTERCEPT], false, &head->intercept) ||
		!take_calibration(draft, value[CALIBRATION]) || !take_score(draft, value))
		return false;
	if (head->n_categories == 0 && draft->more.n_terms == 0 && draft->more.n_interactions == 0)
		return draft_fault(draft, NULL, "must have \"categories\" or \"inputs\"");
	head->points_only = !draft->numbers_add && head->link == RISK_IDENTITY && head->intercept == 0;
	if (!draft->extended)
		plain_inputs(draft);
	else if (is_linear(draft))
		draft->more.properties |= RISK_IS_LINEAR;
	return take_bands(draft, value[BANDS]);
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

	draft_start(&draft, memory, error);
	error->fault = JSON_OK;
	if (length > MAX_TEXT)
	{
		draft_limit(&draft, NULL, "bytes", MAX_TEXT);
		return NULL;
	}
	json = risk_json_parse(text, length, utf8, memory, error);
	if (json == NULL)
		return NULL;
	/* a string and its NUL are never longer than the quoted string in the text */
	draft.pool = draft_memory(&draft, length);
	draft.prefixes = draft_memory(&draft, count_prefixes(json) * sizeof(uint64_t));
	if (!take_model(&draft, json) || !make_ranges(&draft))
		return NULL;
	model = write_block(&draft);
	canonical = risk_model_print(model, memory, &length);
	risk_fingerprint(canonical, length, model->fingerprint);
	return model;
}

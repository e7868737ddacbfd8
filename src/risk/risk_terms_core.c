/*-------------------------------------------------------------------------
 *
 * risk_terms_core.c
 *	  Inputs, interactions and counts of a risk model from JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_terms_core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "risk/risk_eval_core.h"

const char *const risk_transform_names[] = {"", "log1p", "log", "sqrt", "square", "logit", NULL};

static const char *const term_keys[] = {
	"name",   "label", "input",     "missing",     "missing_coefficient",
	"min",    "max",   "transform", "coefficient", "bins",
	"levels", "other", "spline",    "average",     NULL};

/* The same by name. */
enum
{
	NAME,
	LABEL,
	INPUT,
	MISSING,
	MISSING_COEFFICIENT,
	MIN,
	MAX,
	TRANSFORM,
	COEFFICIENT,
	BINS,
	LEVELS,
	OTHER,
	SPLINE,
	AVERAGE,
	MEMBERS
};

/*
 * take_amount --- what something adds: "coefficient", or "points", which keep scores exact.
 */
static bool
take_amount(Draft *draft, const RiskPath *path, const RiskJson *coefficient, const RiskJson *points,
			double *number, int64_t *scaled, uint32_t *has)
{
	if ((coefficient == NULL) == (points == NULL))
		return draft_fault(draft, path, "must have either \"coefficient\" or \"points\"");
	if (coefficient != NULL)
	{
		draft->numbers_add = true;
		return take_double(draft, path, "coefficient", coefficient, true, number);
	}
	if (draft->probability)
		return draft_fault_at(draft, path, "points", "must be a coefficient in a probability");
	*has |= RISK_HAS_POINTS;
	draft->more.properties |= RISK_TERMS_HAVE_POINTS;
	return take_scaled(draft, path, "points", points, draft->head.points_scale, scaled);
}

/*
 * take_bin_bound --- where a bin begins; the first may leave it open.
 */
static bool
take_bin_bound(Draft *draft, const RiskPath *path, const RiskJson *from, const RiskJson *above,
			   const RiskStep *before, RiskStep *step)
{
	const RiskJson *value = from != NULL ? from : above;

	if ((value == NULL && before != NULL) || (from != NULL && above != NULL))
		return draft_fault(draft, path, "must have either \"from\" or \"above\"");
	step->kind = from != NULL ? RISK_FROM : above != NULL ? RISK_ABOVE : RISK_NO_BOUND;
	if (!take_double(draft, path, from != NULL ? "from" : "above", value, false, &step->bound))
		return false;
	if (before == NULL || before->kind == RISK_NO_BOUND || step->bound > before->bound ||
		(step->bound == before->bound && before->kind == RISK_FROM && step->kind == RISK_ABOVE))
		return true;
	return draft_fault(draft, path, "must begin higher than the bin before it");
}

/*
 * take_bins --- [{from | above, coefficient | points, label}], ascending.
 */
static bool
take_bins(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *first,
		  uint32_t *count)
{
	static const char *const keys[] = {"from", "above", "coefficient", "points", "label", NULL};
	const RiskJson          *member[5];
	const RiskJson          *value;
	RiskStep                 step;
	RiskStep                 before;
	uint32_t                 i = 0;

	*first = draft->more.n_steps;
	if (list->kind != RISK_JSON_ARRAY || list->count == 0)
		return draft_fault(draft, path, "must be an array of at least one bin");
	if (!take_list(draft, path, list, "bins", RISK_MAX_STEPS, count))
		return false;
	for (value = list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {path, NULL, i};

		memset(&step, 0, sizeof(step));
		if (!take_members(draft, &element, value, keys, member) ||
			!take_bin_bound(draft, &element, member[0], member[1], i == 0 ? NULL : &before,
							&step) ||
			!take_amount(draft, &element, member[2], member[3], &step.coefficient, &step.points,
						 &step.has) ||
			!take_text(draft, &element, "label", member[4], false, RISK_MAX_STRING, &step.text))
			return false;
		json_buffer_add(&draft->steps, &step, sizeof(step));
		draft->more.n_steps++;
		before = step;
	}
	return true;
}

/*
 * find_level --- number plus one of the level with this value, 0 if there is none.
 */
static uint32_t
find_level(const Draft *draft, uint32_t first, uint32_t n, const char *value)
{
	const RiskStep *step = (const RiskStep *) draft->steps.data + first;
	uint32_t        i;

	for (i = 0; i < n; i++)
	{
		if (strcmp(draft_text(draft, step[i].text), value) == 0)
			return i + 1;
	}
	return 0;
}

/*
 * take_levels --- [{value, coefficient | points}].
 */
static bool
take_levels(Draft *draft, const RiskPath *path, const RiskJson *list, RiskTerm *term)
{
	static const char *const keys[] = {"value", "coefficient", "points", NULL};
	const RiskJson          *member[3];
	const RiskJson          *value;
	RiskStep                 step;
	uint32_t                 i = 0;

	term->first = draft->more.n_steps;
	if (list->kind != RISK_JSON_ARRAY || list->count == 0)
		return draft_fault(draft, path, "must be an array of at least one level");
	if (!take_list(draft, path, list, "levels", RISK_MAX_STEPS, &term->n))
		return false;
	for (value = list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {path, NULL, i};

		memset(&step, 0, sizeof(step));
		if (!take_members(draft, &element, value, keys, member) ||
			!take_text(draft, &element, "value", member[0], true, RISK_MAX_STRING, &step.text) ||
			!take_amount(draft, &element, member[1], member[2], &step.coefficient, &step.points,
						 &step.has))
			return false;
		if (find_level(draft, term->first, i, draft_text(draft, step.text)) != 0)
			return draft_fault_at(draft, &element, "value", "is the value of an earlier level");
		json_buffer_add(&draft->steps, &step, sizeof(step));
		draft->more.n_steps++;
	}
	return true;
}

/*
 * take_level_name --- missing or other: the value of one of the levels, by its number plus one.
 */
static bool
take_level_name(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
				const RiskTerm *term, uint32_t *result)
{
	if (value == NULL)
		return true;
	if (value->kind != RISK_JSON_STRING)
		return draft_fault_at(draft, path, key, "must be a string");
	*result = find_level(draft, term->first, term->n, value->text);
	return *result != 0 || draft_fault_at(draft, path, key, "is not the value of a level");
}

/*
 * take_numbers --- an array of finite numbers, kept among the numbers of the model.
 */
static bool
take_numbers(Draft *draft, const RiskPath *path, const char *key, const RiskJson *list,
			 bool ascending)
{
	RiskPath        here = {.parent = path, .key = key};
	const RiskJson *value;
	double          before = 0;
	double          number;
	uint32_t        i = 0;

	for (value = list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {&here, NULL, i};

		if (value->kind != RISK_JSON_NUMBER)
			return draft_fault(draft, &element, "must be a number");
		number = strtod(value->text, NULL);
		if (!isfinite(number))
			return draft_fault(draft, &element, "is out of range");
		if (ascending && i > 0 && number <= before)
			return draft_fault(draft, &element, "must be greater than the knot before it");
		before = number;
		json_buffer_add(&draft->numbers, &number, sizeof(number));
		draft->more.n_numbers++;
	}
	return true;
}

/*
 * take_spline --- {kind, knots, coefficients}.
 */
static bool
take_spline(Draft *draft, const RiskPath *path, const RiskJson *object, RiskTerm *term)
{
	static const char *const keys[] = {"kind", "knots", "coefficients", NULL};
	static const char *const kinds[] = {"linear", "restricted_cubic", NULL};
	RiskPath                 knots = {.parent = path, .key = "knots"};
	RiskPath                 coefficients = {.parent = path, .key = "coefficients"};
	const RiskJson          *member[3];
	uint32_t                 kind = 0;
	uint32_t                 expected;

	draft->numbers_add = true;
	if (!take_members(draft, path, object, keys, member) ||
		!take_word(draft, path, "kind", member[0], kinds,
				   "must be \"linear\" or \"restricted_cubic\"", &kind))
		return false;
	term->kind = kind == 0 ? RISK_SPLINE : RISK_CUBIC_SPLINE;
	term->first = draft->more.n_numbers;
	if (member[1] == NULL || member[1]->kind != RISK_JSON_ARRAY ||
		member[1]->count < (kind == 0 ? 1 : 3))
		return draft_fault(draft, &knots,
						   kind == 0 ? "must be an array of at least one number"
									 : "must be an array of at least three numbers");
	if (!take_list(draft, &knots, member[1], "knots", RISK_MAX_KNOTS, &term->n))
		return false;
	expected = kind == 0 ? term->n + 1 : term->n - 1;
	if (member[2] == NULL || member[2]->kind != RISK_JSON_ARRAY || member[2]->count != expected)
	{
		risk_fault(draft->error, JSON_BAD_TEXT, &coefficients, "must be an array of %u numbers",
				   expected);
		return false;
	}
	return take_numbers(draft, path, "knots", member[1], true) &&
		   take_numbers(draft, path, "coefficients", member[2], false);
}

/*
 * take_optional --- a number that may be absent, remembered among what the term has.
 */
static bool
take_optional(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
			  uint32_t bit, uint32_t *has, double *number)
{
	if (value == NULL)
		return true;
	*has |= bit;
	return take_double(draft, path, key, value, true, number);
}

/*
 * take_value_rules --- what is done to a number before it counts, and the value for missing.
 */
static bool
take_value_rules(Draft *draft, const RiskPath *path, const RiskJson *const *value, RiskTerm *term)
{
	double transformed;

	if (!take_optional(draft, path, "missing", value[MISSING], RISK_HAS_MISSING, &term->has,
					   &term->missing) ||
		!take_optional(draft, path, "min", value[MIN], RISK_HAS_MIN, &term->has, &term->min) ||
		!take_optional(draft, path, "max", value[MAX], RISK_HAS_MAX, &term->has, &term->max) ||
		!take_word(draft, path, "transform", value[TRANSFORM], risk_transform_names,
				   "must be \"log1p\", \"log\", \"sqrt\", \"square\" or \"logit\"",
				   &term->transform))
		return false;
	if (value[TRANSFORM] != NULL && term->transform == RISK_AS_IS)
		return draft_fault_at(draft, path, "transform",
							  "must be \"log1p\", \"log\", \"sqrt\", \"square\" or \"logit\"");
	if ((term->has & RISK_HAS_MIN) && (term->has & RISK_HAS_MAX) && term->min > term->max)
		return draft_fault_at(draft, path, "max", "must not be less than \"min\"");
	if ((term->has & RISK_HAS_MISSING) && !risk_term_transform(term, term->missing, &transformed))
		return draft_fault_at(draft, path, "missing", "cannot be transformed");
	if (value[OTHER] != NULL)
		return draft_fault_at(draft, path, "other", "needs \"levels\"");
	return true;
}

/*
 * take_level_rules --- what a term of levels may have beside them.
 */
static bool
take_level_rules(Draft *draft, const RiskPath *path, const RiskJson *const *value, RiskTerm *term)
{
	static const int others[] = {MIN, MAX, TRANSFORM};
	int              i;

	for (i = 0; i < 3; i++)
	{
		if (value[others[i]] != NULL)
			return draft_fault_at(draft, path, term_keys[others[i]],
								  "must be left out beside \"levels\"");
	}
	if (!take_level_name(draft, path, "missing", value[MISSING], term, &term->missing_level) ||
		!take_level_name(draft, path, "other", value[OTHER], term, &term->other_level))
		return false;
	if (term->missing_level != 0)
		term->has |= RISK_HAS_MISSING;
	return true;
}

/*
 * take_form --- how the term depends on its value: one of four ways.
 */
static bool
take_form(Draft *draft, const RiskPath *path, const RiskJson *const *value, RiskTerm *term)
{
	RiskPath bins = {.parent = path, .key = "bins"};
	RiskPath levels = {.parent = path, .key = "levels"};
	RiskPath spline = {.parent = path, .key = "spline"};
	int forms = (value[COEFFICIENT] != NULL) + (value[BINS] != NULL) + (value[LEVELS] != NULL) +
				(value[SPLINE] != NULL);

	if (forms != 1)
		return draft_fault(draft, path,
						   "must have one of \"coefficient\", \"bins\", \"levels\" and \"spline\"");
	if (value[BINS] != NULL)
	{
		term->kind = RISK_BINS;
		return take_bins(draft, &bins, value[BINS], &term->first, &term->n);
	}
	if (value[LEVELS] != NULL)
	{
		term->kind = RISK_LEVELS;
		return take_levels(draft, &levels, value[LEVELS], term);
	}
	if (value[SPLINE] != NULL)
		return take_spline(draft, &spline, value[SPLINE], term);
	draft->numbers_add = true;
	return take_double(draft, path, "coefficient", value[COEFFICIENT], true, &term->coefficient);
}

/*
 * same_text --- is the value this string?
 */
static bool
same_text(const RiskJson *value, const char *text)
{
	return value->kind == RISK_JSON_STRING && strcmp(value->text, text) == 0;
}

/*
 * name_is_new --- no term, interaction or count of this part of the model has the name.
 */
static bool
name_is_new(Draft *draft, const RiskPath *path, uint32_t reference, const char *what)
{
	const char            *name = draft_text(draft, reference);
	const RiskTerm        *term = (const RiskTerm *) draft->terms.data;
	const RiskInteraction *interaction = (const RiskInteraction *) draft->interactions.data;
	const RiskCount       *count = (const RiskCount *) draft->counts.data;
	uint32_t               skip = draft->probability ? draft->more.n_terms : 0;
	uint32_t               skip_interactions = draft->probability ? draft->more.n_interactions : 0;
	uint32_t               i;
	bool                   found = false;

	for (i = skip; i < draft->terms.length / sizeof(RiskTerm); i++)
		found = found || strcmp(draft_text(draft, term[i].name), name) == 0;
	for (i = skip_interactions; i < draft->interactions.length / sizeof(RiskInteraction); i++)
		found = found || strcmp(draft_text(draft, interaction[i].name), name) == 0;
	for (i = 0; i < draft->counts.length / sizeof(RiskCount) && !draft->probability; i++)
		found = found || strcmp(draft_text(draft, count[i].name), name) == 0;
	return !found || draft_fault_at(draft, path, "name", what);
}

/*
 * take_term --- one input of the list.
 */
static bool
take_term(Draft *draft, const RiskPath *path, const RiskJson *object)
{
	const RiskJson *value[MEMBERS];
	RiskPath        input = {.parent = path};
	RiskTerm        term = {0};
	RiskSource     *source;

	if (!take_members(draft, path, object, term_keys, value) ||
		!take_text(draft, path, "name", value[NAME], true, RISK_MAX_KEY, &term.name) ||
		!take_text(draft, path, "label", value[LABEL], false, RISK_MAX_STRING, &term.label) ||
		!take_form(draft, path, value, &term))
		return false;
	if (!(term.kind == RISK_LEVELS ? take_level_rules(draft, path, value, &term)
								   : take_value_rules(draft, path, value, &term)))
		return false;
	if (value[MISSING_COEFFICIENT] != NULL)
	{
		draft->numbers_add = true;
		if (!(term.has & RISK_HAS_MISSING))
			return draft_fault_at(draft, path, "missing_coefficient", "needs \"missing\"");
		if (!take_optional(draft, path, "missing_coefficient", value[MISSING_COEFFICIENT],
						   RISK_HAS_MISSING_COEFFICIENT, &term.has, &term.missing_coefficient))
			return false;
	}
	if (!take_average(draft, path, value[AVERAGE], &term.has, &term.average) ||
		!name_is_new(draft, path, term.name, "is the name of an earlier input"))
		return false;
	if (value[INPUT] != NULL && same_text(value[INPUT], draft_text(draft, term.name)))
		value[INPUT] = NULL;
	term.source = term.name;
	input.key = value[INPUT] == NULL ? "name" : "input";
	if (!take_source(draft, &input, value[INPUT],
					 term.kind == RISK_LEVELS ? RISK_AS_TEXT : RISK_AS_NUMBER, &term.source))
		return false;
	if (value[INPUT] != NULL || term.kind != RISK_LINEAR || term.transform != RISK_AS_IS ||
		(term.has & ~(uint32_t) RISK_HAS_MISSING) != 0)
		draft->extended = true;
	json_buffer_add(&draft->terms, &term, sizeof(term));
	source = (RiskSource *) draft->sources.data + term.source;
	if (source->stand == 0 && term.kind != RISK_LEVELS && (term.has & RISK_HAS_MISSING))
		source->stand = (uint32_t) (draft->terms.length / sizeof(term));
	return true;
}

/*
 * take_terms --- the list of inputs of the score or of the probability.
 */
bool
take_terms(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *count)
{
	const RiskJson *value;
	uint32_t        i = 0;

	if (!take_list(draft, path, list, "inputs", RISK_MAX_INPUTS, count))
		return false;
	for (value = *count == 0 ? NULL : list->first; value != NULL; value = value->next)
	{
		RiskPath element = {path, NULL, i++};

		if (!take_term(draft, &element, value))
			return false;
	}
	return true;
}

static const char *const interaction_keys[] = {"name",        "label",  "all",     "only", "times",
											   "coefficient", "points", "average", NULL};

/*
 * take_clauses --- all: [[key, ...], ...].
 */
static bool
take_clauses(Draft *draft, const RiskPath *path, const RiskJson *list, RiskInteraction *interaction)
{
	RiskPath        here = {.parent = path, .key = "all"};
	const RiskJson *value;
	uint32_t        i = 0;
	uint32_t        mask;

	interaction->first_mask = draft->more.n_masks;
	if (!take_list(draft, &here, list, "clauses", RISK_MAX_CLAUSES, &interaction->n_masks))
		return false;
	for (value = interaction->n_masks == 0 ? NULL : list->first; value != NULL; value = value->next)
	{
		RiskPath element = {&here, NULL, i++};

		if (!take_mask(draft, &element, value, &mask))
			return false;
	}
	return true;
}

/*
 * take_interaction --- all of it but the inputs it multiplies.
 */
static bool
take_interaction(Draft *draft, const RiskPath *path, const RiskJson *object)
{
	const RiskJson *value[8];
	RiskInteraction interaction = {0};
	RiskPath        only = {.parent = path, .key = "only"};

	if (!take_members(draft, path, object, interaction_keys, value) ||
		!take_text(draft, path, "name", value[0], true, RISK_MAX_KEY, &interaction.name) ||
		!take_text(draft, path, "label", value[1], false, RISK_MAX_STRING, &interaction.label) ||
		!take_clauses(draft, path, value[2], &interaction) ||
		!take_limits(draft, &only, value[3], &interaction.first_limit, &interaction.n_limits) ||
		!take_amount(draft, path, value[5], value[6], &interaction.coefficient, &interaction.points,
					 &interaction.has) ||
		!take_average(draft, path, value[7], &interaction.has, &interaction.average) ||
		!name_is_new(draft, path, interaction.name, "is the name of an earlier term"))
		return false;
	if (interaction.n_masks == 0 && interaction.n_limits == 0 &&
		(value[4] == NULL || (value[4]->kind == RISK_JSON_ARRAY && value[4]->count == 0)))
		return draft_fault(draft, path, "must have \"all\", \"only\" or \"times\"");
	json_buffer_add(&draft->interactions, &interaction, sizeof(interaction));
	return true;
}

/*
 * take_interactions --- those of the score or of the probability.
 */
bool
take_interactions(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *count)
{
	const RiskJson *value;
	uint32_t        i = 0;

	if (!take_list(draft, path, list, "interactions", RISK_MAX_INTERACTIONS, count))
		return false;
	for (value = *count == 0 ? NULL : list->first; value != NULL; value = value->next)
	{
		RiskPath element = {path, NULL, i++};

		draft->extended = true;
		if (!take_interaction(draft, &element, value))
			return false;
	}
	return true;
}

/*
 * take_times --- the inputs that one interaction multiplies.
 */
static bool
take_times(Draft *draft, const RiskPath *path, const RiskJson *list, RiskInteraction *interaction)
{
	RiskPath        here = {.parent = path, .key = "times"};
	const RiskJson *value;
	uint32_t        i = 0;

	interaction->first_factor = draft->more.n_factors;
	if (!take_list(draft, &here, list, "inputs", RISK_MAX_TIMES, &interaction->n_factors))
		return false;
	if (interaction->n_factors > 0 && (interaction->has & RISK_HAS_POINTS))
		return draft_fault(draft, &here, "needs a coefficient");
	for (value = interaction->n_factors == 0 ? NULL : list->first; value != NULL;
		 value = value->next, i++)
	{
		RiskPath element = {&here, NULL, i};
		uint32_t source = 0;

		if (!take_source(draft, &element, value, RISK_AS_NUMBER, &source))
			return false;
		json_buffer_add(&draft->factors, &source, sizeof(source));
		draft->more.n_factors++;
	}
	return true;
}

/*
 * take_factors --- what the interactions of the list multiply, once all their limits are read.
 */
bool
take_factors(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t first)
{
	RiskInteraction *interaction = (RiskInteraction *) draft->interactions.data + first;
	const RiskJson  *member[8];
	const RiskJson  *value;
	uint32_t         i = 0;

	for (value = list == NULL ? NULL : list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {path, NULL, i};

		if (!take_members(draft, &element, value, interaction_keys, member) ||
			!take_times(draft, &element, member[4], &interaction[i]))
			return false;
	}
	return true;
}

/*
 * take_all_categories --- the mask of those that can count.
 */
static void
take_all_categories(Draft *draft, uint32_t *mask)
{
	uint64_t words[RISK_MAX_WORDS] = {0};
	uint32_t i;

	for (i = 0; i < draft->head.n_categories; i++)
	{
		if (draft->details[i].becomes == 0)
			words[i / 64] |= UINT64_C(1) << (i % 64);
	}
	json_buffer_add(&draft->masks, words, RISK_WORDS(&draft->head) * sizeof(uint64_t));
	*mask = draft->more.n_masks++;
}

/*
 * take_count --- {name, label, of, bins, average}.
 */
static bool
take_count(Draft *draft, const RiskPath *path, const RiskJson *object)
{
	static const char *const keys[] = {"name", "label", "of", "bins", "average", NULL};
	const RiskJson          *value[5];
	RiskPath                 of = {.parent = path, .key = "of"};
	RiskPath                 bins = {.parent = path, .key = "bins"};
	RiskCount                count = {0};

	if (!take_members(draft, path, object, keys, value) ||
		!take_text(draft, path, "name", value[0], true, RISK_MAX_KEY, &count.name) ||
		!take_text(draft, path, "label", value[1], false, RISK_MAX_STRING, &count.label))
		return false;
	if (value[3] == NULL)
		return draft_fault(draft, &bins, "must be an array of at least one bin");
	if (value[2] == NULL)
		take_all_categories(draft, &count.mask);
	else
	{
		count.has |= RISK_HAS_OF;
		if (!take_mask(draft, &of, value[2], &count.mask))
			return false;
	}
	if (!take_bins(draft, &bins, value[3], &count.first, &count.n) ||
		!take_average(draft, path, value[4], &count.has, &count.average) ||
		!name_is_new(draft, path, count.name, "is the name of an earlier term"))
		return false;
	json_buffer_add(&draft->counts, &count, sizeof(count));
	return true;
}

/*
 * take_counts --- how many categories are kept, through bins.
 */
bool
take_counts(Draft *draft, const RiskJson *list)
{
	RiskPath        here = {.key = "counts"};
	const RiskJson *value;
	uint32_t        i = 0;

	if (!take_list(draft, &here, list, "counts", RISK_MAX_COUNTS, &draft->more.n_counts))
		return false;
	if (draft->more.n_counts > 0 && draft->head.n_categories == 0)
		return draft_fault(draft, &here, "needs categories");
	for (value = draft->more.n_counts == 0 ? NULL : list->first; value != NULL; value = value->next)
	{
		RiskPath element = {&here, NULL, i++};

		draft->extended = true;
		if (!take_count(draft, &element, value))
			return false;
	}
	return true;
}

/*
 * take_category_steps --- [{from, points}], ascending: what the sum of category points counts as.
 */
bool
take_category_steps(Draft *draft, const RiskJson *list)
{
	static const char *const keys[] = {"from", "points", NULL};
	RiskPath                 here = {.key = "category_steps"};
	const RiskJson          *member[2];
	const RiskJson          *value;
	uint32_t                 count;
	uint32_t                 i = 0;
	int64_t                  before = 0;

	if (!take_list(draft, &here, list, "steps", RISK_MAX_STEPS, &count))
		return false;
	for (value = count == 0 ? NULL : list->first; value != NULL; value = value->next, i++)
	{
		RiskPath element = {&here, NULL, i};
		RiskStep step = {.kind = RISK_FROM, .has = RISK_HAS_POINTS};

		if (!take_members(draft, &element, value, keys, member) ||
			!take_scaled(draft, &element, "from", member[0], draft->head.points_scale,
						 &step.points_bound) ||
			!take_scaled(draft, &element, "points", member[1], draft->head.points_scale,
						 &step.points))
			return false;
		if (i > 0 && step.points_bound <= before)
			return draft_fault(draft, &element, "must begin higher than the step before it");
		before = step.points_bound;
		json_buffer_add(&draft->category_steps, &step, sizeof(step));
		draft->extended = true;
	}
	draft->more.n_category_steps = count;
	return true;
}

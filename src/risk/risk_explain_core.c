/*-------------------------------------------------------------------------
 *
 * risk_explain_core.c
 *	  The terms that a score is made of.
 *
 * Contributions add up to the linear predictor, those of the probability of
 * a model of two parts to its own.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_explain_core.h"

#include <stdio.h>
#include <string.h>

/* What is being explained to whom. */
typedef struct Explanation
{
	const RiskModel  *model;
	const RiskMore   *more; /* NULL for format 1 */
	const RiskStages *stages;
	const RiskValue  *values;
	RiskListener     *listener;
	JsonBuffer        evidence; /* of the row in hand */
	bool              assessed; /* nothing unknown so far */
} Explanation;

static void
send(Explanation *e, const RiskRow *row)
{
	if (!row->has_contribution)
		e->assessed = false;
	e->listener->row(e->listener->state, row);
}

/*
 * add_reason --- append to the evidence of the row in hand.
 */
static void
add_reason(Explanation *e, const char *what, const char *which)
{
	if (e->evidence.length > 0)
		json_write(&e->evidence, "; ");
	json_write(&e->evidence, what);
	json_write(&e->evidence, which);
}

/*
 * end_evidence --- the evidence gathered, NULL if there is none; the next row begins anew.
 */
static const char *
end_evidence(Explanation *e)
{
	if (e->evidence.length == 0)
		return NULL;
	json_buffer_add(&e->evidence, "", 1);
	e->evidence.length = 0;
	return e->evidence.data;
}

static const char *
category_key(const Explanation *e, uint32_t category)
{
	return RISK_TEXT(e->model, RISK_SECTION(e->model, RiskCategory, categories)[category].key);
}

static const char *
source_name(const Explanation *e, uint32_t source)
{
	if (e->more == NULL)
		return RISK_TEXT(e->model, RISK_SECTION(e->model, RiskInput, inputs)[source].name);
	return RISK_TEXT(e->model, RISK_MORE(e->model, RiskSource, sources)[source].name);
}

/*
 * explain_move --- why a category that was found or sent is not there after its limits; false
 * where that is not known.
 */
static bool
explain_move(Explanation *e, uint32_t category)
{
	const RiskDetail *detail = RISK_MORE(e->model, RiskDetail, details) + category;
	uint32_t          source = 0;
	bool              hold;
	RiskOutcome       outcome = risk_limits_hold(e->model, detail->first_limit, detail->n_limits,
												 e->values, &hold, &source);

	if (outcome != RISK_SCORED)
	{
		add_reason(e, "not assessed without ", source_name(e, source));
		return false;
	}
	if (hold)
		add_reason(e, "becomes ", category_key(e, detail->becomes - 1));
	else if (detail->otherwise != 0)
		add_reason(e, "becomes ", category_key(e, detail->otherwise - 1));
	else
		add_reason(e, "does not count because of ", source_name(e, source));
	return true;
}

/*
 * explain_senders --- the categories that became this one.
 */
static void
explain_senders(Explanation *e, uint32_t category)
{
	const RiskDetail *detail = RISK_MORE(e->model, RiskDetail, details);
	uint32_t          source;
	uint32_t          i;
	bool              hold;

	for (i = 0; i < e->model->n_categories; i++)
	{
		if ((detail[i].becomes != category + 1 && detail[i].otherwise != category + 1) ||
			!risk_has(e->stages->found, i) ||
			risk_limits_hold(e->model, detail[i].first_limit, detail[i].n_limits, e->values, &hold,
							 &source) != RISK_SCORED)
			continue;
		if ((hold ? detail[i].becomes : detail[i].otherwise) == category + 1)
			add_reason(e, "from ", category_key(e, i));
	}
}

/*
 * explain_needs --- what a category would need.
 */
static void
explain_needs(Explanation *e, uint32_t category)
{
	uint32_t        mask = RISK_MORE(e->model, RiskDetail, details)[category].needs - 1;
	const uint64_t *words =
		RISK_MORE(e->model, uint64_t, masks) + (size_t) mask * RISK_WORDS(e->model);
	const char *separator = "";
	uint32_t    i;

	add_reason(e, "needs ", "");
	for (i = 0; i < e->model->n_categories; i++)
	{
		if (!risk_has(words, i))
			continue;
		json_write(&e->evidence, separator);
		json_write(&e->evidence, category_key(e, i));
		separator = " or ";
	}
}

/*
 * explain_removals --- what removes a category.
 */
static void
explain_removals(Explanation *e, uint32_t category)
{
	const RiskRemoval *removal = RISK_SECTION(e->model, RiskRemoval, removals);
	uint32_t           i;

	for (i = 0; i < e->model->n_removals; i++)
	{
		if (removal[i].category == category && risk_has(e->stages->needed, removal[i].removed_by))
			add_reason(e, "removed by ", category_key(e, removal[i].removed_by));
	}
}

/*
 * explain_category --- one row for a category that was found, was sent, or has an average.
 */
static void
explain_category(Explanation *e, uint32_t category)
{
	const RiskCategory *c = RISK_SECTION(e->model, RiskCategory, categories) + category;
	const RiskDetail   *detail =
        e->more == NULL ? NULL : RISK_MORE(e->model, RiskDetail, details) + category;
	bool    found = risk_has(e->stages->found, category);
	bool    sent = !found && risk_has(e->stages->moved, category);
	RiskRow row = {.prefix = "", .term = category_key(e, category), .has_contribution = true};

	row.has_average = detail != NULL && (detail->has & RISK_HAS_AVERAGE) != 0;
	row.average = row.has_average ? detail->average : 0;
	if (found && e->listener->found_by != NULL)
		e->listener->found_by(e->listener->state, category, &e->evidence);
	if (detail != NULL)
		explain_senders(e, category);
	if (!found && !sent && e->evidence.length == 0 && !row.has_average)
		return;
	if ((found || e->evidence.length > 0) && !risk_has(e->stages->moved, category))
		row.has_contribution = explain_move(e, category);
	else if (risk_has(e->stages->moved, category) && !risk_has(e->stages->needed, category))
		explain_needs(e, category);
	else if (risk_has(e->stages->needed, category))
		explain_removals(e, category);
	row.label = c->label == 0 ? NULL : RISK_TEXT(e->model, c->label);
	row.has_value = true;
	row.value = found || sent;
	if (risk_has(e->stages->kept, category))
		row.contribution = risk_points_value(e->model, c->points);
	row.evidence = end_evidence(e);
	send(e, &row);
}

/*
 * explain_points --- a row for what the model makes of a sum of points, if that differs.
 */
static void
explain_points(Explanation *e, const char *term, int64_t before, int64_t after)
{
	RiskRow row = {.prefix = "", .term = term, .has_value = true, .has_contribution = true};

	if (before == after)
		return;
	row.value = (double) before / e->model->points_scale;
	row.contribution = risk_points_value(e->model, after - before);
	send(e, &row);
}

/*
 * explain_plain_inputs --- the inputs of format 1.
 */
static void
explain_plain_inputs(Explanation *e)
{
	const RiskInput *input = RISK_SECTION(e->model, RiskInput, inputs);
	uint32_t         i;

	for (i = 0; i < e->model->n_inputs; i++)
	{
		bool    given = e->values[i].known;
		RiskRow row = {.prefix = "", .term = RISK_TEXT(e->model, input[i].name)};

		row.label = input[i].label == 0 ? NULL : RISK_TEXT(e->model, input[i].label);
		row.evidence = given                  ? "given"
					   : input[i].has_missing ? "not given: the model's value for that"
											  : "not given: not assessed";
		row.has_value = row.has_contribution = given || input[i].has_missing;
		row.value = given ? e->values[i].number : input[i].missing;
		row.contribution = input[i].coefficient * row.value;
		send(e, &row);
	}
}

/*
 * term_evidence --- whether an input was given, and the bin or level that it falls in.
 */
static void
term_evidence(Explanation *e, const RiskTerm *term, const RiskPart *part)
{
	const RiskValue *value = &e->values[term->source];
	const RiskStep  *step = RISK_MORE(e->model, RiskStep, steps) + term->first;
	const char      *text = part->step == 0 || step[part->step - 1].text == 0
								? NULL
								: RISK_TEXT(e->model, step[part->step - 1].text);

	if (part->outcome != RISK_SCORED)
		json_write(&e->evidence, "not given: not assessed");
	else if (!value->known)
		json_write(&e->evidence, "not given: the model's value for that");
	else
		json_write(&e->evidence, "given");
	if (text == NULL || part->outcome != RISK_SCORED)
		return;
	json_write(&e->evidence, ": ");
	json_write(&e->evidence, text);
}

/*
 * part_row --- the row of a part, whatever kind of term it is of.
 */
static void
part_row(Explanation *e, const RiskPart *part, RiskRow *row, uint32_t label, uint32_t has,
		 double average)
{
	row->label = label == 0 ? NULL : RISK_TEXT(e->model, label);
	row->has_contribution = part->outcome == RISK_SCORED;
	row->value = part->value;
	row->contribution = part->number;
	if (part->points != 0)
		row->contribution += risk_points_value(e->model, part->points);
	row->has_average = (has & RISK_HAS_AVERAGE) != 0;
	row->average = average;
	row->evidence = end_evidence(e);
	send(e, row);
}

/*
 * explain_term --- the row of a term over an input.
 */
static RiskOutcome
explain_term(Explanation *e, const char *prefix, const RiskTerm *term, uint32_t *source)
{
	RiskPart part;
	RiskRow  row = {.prefix = prefix, .term = RISK_TEXT(e->model, term->name)};

	risk_term_part(e->model, term, e->values, &part);
	if (part.outcome != RISK_SCORED && part.outcome != RISK_NOT_ASSESSED)
	{
		*source = part.source;
		return part.outcome;
	}
	term_evidence(e, term, &part);
	row.has_value = term->kind != RISK_LEVELS && part.outcome == RISK_SCORED;
	part_row(e, &part, &row, term->label, term->has, term->average);
	return RISK_SCORED;
}

/*
 * explain_interaction --- the row of an interaction that applies or has an average.
 */
static RiskOutcome
explain_interaction(Explanation *e, const char *prefix, const RiskInteraction *interaction,
					uint32_t *source)
{
	RiskPart part;
	RiskRow  row = {.prefix = prefix, .term = RISK_TEXT(e->model, interaction->name)};

	risk_interaction_part(e->model, interaction, e->stages->kept, e->values, &part);
	if (part.outcome != RISK_SCORED && part.outcome != RISK_NOT_ASSESSED)
	{
		*source = part.source;
		return part.outcome;
	}
	if (!part.on && !(interaction->has & RISK_HAS_AVERAGE))
		return RISK_SCORED;
	if (part.outcome != RISK_SCORED)
		add_reason(e, "not assessed without ", source_name(e, part.source));
	row.has_value = part.outcome == RISK_SCORED;
	part_row(e, &part, &row, interaction->label, interaction->has, interaction->average);
	return RISK_SCORED;
}

/*
 * explain_parts --- terms and interactions of the score or of the probability.
 */
static RiskOutcome
explain_parts(Explanation *e, const char *prefix, uint32_t first_term, uint32_t n_terms,
			  uint32_t first_interaction, uint32_t n_interactions, uint32_t *source)
{
	const RiskTerm        *term = RISK_MORE(e->model, RiskTerm, terms) + first_term;
	const RiskInteraction *interaction =
		RISK_MORE(e->model, RiskInteraction, interactions) + first_interaction;
	RiskOutcome outcome = RISK_SCORED;
	uint32_t    i;

	for (i = 0; i < n_terms && outcome == RISK_SCORED; i++)
		outcome = explain_term(e, prefix, &term[i], source);
	for (i = 0; i < n_interactions && outcome == RISK_SCORED; i++)
		outcome = explain_interaction(e, prefix, &interaction[i], source);
	return outcome;
}

/*
 * explain_counts --- one row per count.
 */
static void
explain_counts(Explanation *e)
{
	const RiskCount *count = RISK_MORE(e->model, RiskCount, counts);
	const RiskStep  *step = RISK_MORE(e->model, RiskStep, steps);
	uint32_t         i;

	for (i = 0; i < e->more->n_counts; i++)
	{
		RiskRow row = {.prefix = "", .term = RISK_TEXT(e->model, count[i].name), .has_value = true};
		RiskPart part;

		risk_count_part(e->model, &count[i], e->stages->kept, &part);
		if (part.step != 0 && step[count[i].first + part.step - 1].text != 0)
			add_reason(e, RISK_TEXT(e->model, step[count[i].first + part.step - 1].text), "");
		part_row(e, &part, &row, count[i].label, count[i].has, count[i].average);
	}
}

/*
 * explain_calibration --- what calibration changes; not known where the rest is not.
 */
static void
explain_calibration(Explanation *e, const RiskScore *score)
{
	RiskRow row = {.prefix = "", .term = "calibration"};
	char    text[32];

	if (e->more->calibration_intercept == 0 && e->more->calibration_slope == 1)
		return;
	risk_format_double(e->more->calibration_intercept, text);
	add_reason(e, "intercept ", text);
	risk_format_double(e->more->calibration_slope, text);
	add_reason(e, "slope ", text);
	row.evidence = end_evidence(e);
	row.has_value = row.has_contribution = e->assessed && score->outcome == RISK_SCORED;
	row.value = score->linear;
	row.contribution = score->calibrated - score->linear;
	send(e, &row);
}

/*
 * explain_validity --- a row where the model is not meant for the person.
 */
static RiskOutcome
explain_validity(Explanation *e, uint32_t *source)
{
	RiskRow     row = {.prefix = "", .term = "valid for", .has_value = true};
	RiskOutcome outcome = risk_is_valid(e->model, e->values, source);

	if (outcome != RISK_NOT_ASSESSED)
		return outcome;
	add_reason(e, source_name(e, *source), " is outside what the model is valid for");
	row.value = e->values[*source].number;
	row.evidence = end_evidence(e);
	send(e, &row);
	return RISK_SCORED;
}

static void
explain_intercept(Explanation *e, const char *prefix, double intercept)
{
	RiskRow row = {.prefix = prefix,
				   .term = "intercept",
				   .has_value = true,
				   .value = 1,
				   .has_contribution = true,
				   .contribution = intercept};

	if (intercept != 0)
		send(e, &row);
}

/*
 * explain_more --- everything of format 2 that stands behind the categories.
 */
static RiskOutcome
explain_more(Explanation *e, const RiskScore *score, uint32_t *source)
{
	const RiskMore *more = e->more;
	int64_t         points = risk_points(e->model, e->stages->kept);
	RiskOutcome     outcome;

	explain_points(e, "category steps", points, risk_category_step(e->model, points));
	outcome = explain_parts(e, "", 0, more->n_terms, 0, more->n_interactions, source);
	if (outcome != RISK_SCORED)
		return outcome;
	explain_counts(e);
	if (score->outcome == RISK_SCORED)
		explain_points(e, "points limits", score->unlimited, score->points);
	explain_calibration(e, score);
	explain_intercept(e, "probability: ", more->probability_intercept);
	return explain_parts(e, "probability: ", more->n_terms, more->n_probability_terms,
						 more->n_interactions, more->n_probability_interactions, source);
}

/*
 * risk_explain_score --- a row for every term of the score of the categories in stages->found.
 *
 * values holds one for each source of the model.  What is unknown gives rows
 * without a contribution; other outcomes are what risk_evaluate gives.
 */
RiskOutcome
risk_explain_score(const RiskModel *model, RiskStages *stages, const RiskValue *values,
				   RiskListener *listener, uint32_t *source)
{
	Explanation e = {.model = model,
					 .more = risk_more(model),
					 .stages = stages,
					 .values = values,
					 .listener = listener,
					 .evidence.memory = listener->memory,
					 .assessed = true};
	RiskScore   score = {0};
	RiskOutcome outcome = RISK_SCORED;
	uint32_t    i;

	if (e.more != NULL)
	{
		risk_evaluate(model, stages, values, true, &score);
		*source = score.source;
		if (score.outcome != RISK_SCORED && score.outcome != RISK_NOT_ASSESSED)
			return score.outcome;
		outcome = risk_run_stages(model, values, true, stages, source);
		if (outcome == RISK_SCORED || outcome == RISK_NOT_ASSESSED)
			outcome = explain_validity(&e, source);
		if (outcome != RISK_SCORED)
			return outcome;
	}
	else
	{
		memcpy(stages->moved, stages->found, RISK_WORDS(model) * sizeof(uint64_t));
		memcpy(stages->needed, stages->found, RISK_WORDS(model) * sizeof(uint64_t));
		risk_apply_hierarchy(model, stages->needed, stages->kept);
	}
	explain_intercept(&e, "", model->intercept);
	for (i = 0; i < model->n_categories; i++)
		explain_category(&e, i);
	if (e.more != NULL)
		return explain_more(&e, &score, source);
	explain_plain_inputs(&e);
	return RISK_SCORED;
}

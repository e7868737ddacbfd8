/*-------------------------------------------------------------------------
 *
 * risk_eval_core.c
 *	  Scores of models of format 2.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_eval_core.h"

#include <math.h>
#include <string.h>

/*
 * risk_term_transform --- the value within min and max, transformed; false outside the domain.
 */
bool
risk_term_transform(const RiskTerm *term, double value, double *result)
{
	if ((term->has & RISK_HAS_MIN) && value < term->min)
		value = term->min;
	if ((term->has & RISK_HAS_MAX) && value > term->max)
		value = term->max;
	*result = value;
	switch (term->transform)
	{
		case RISK_LOG1P:
			*result = log1p(value);
			return value > -1;
		case RISK_LOGARITHM:
			*result = log(value);
			return value > 0;
		case RISK_SQRT:
			*result = sqrt(value);
			return value >= 0;
		case RISK_SQUARE:
			*result = value * value;
			return true;
		case RISK_LOG_ODDS:
			*result = log(value) - log1p(-value);
			return value > 0 && value < 1;
		default:
			return true;
	}
}

/*
 * above --- how far x lies beyond a knot, not-a-number kept.
 */
static double
above(double x, double knot)
{
	return x <= knot ? 0 : x - knot;
}

static double
cube(double x)
{
	return x * x * x;
}

/*
 * linear_spline --- c0 * x + sum of ci * (x - ki)+.
 */
static double
linear_spline(const double *knot, const double *coefficient, uint32_t n, double x)
{
	double   sum = coefficient[0] * x;
	uint32_t i;

	for (i = 0; i < n; i++)
		sum += coefficient[i + 1] * above(x, knot[i]);
	return sum;
}

/*
 * cubic_spline --- restricted cubic spline: linear before the first and beyond the last knot
 * (Harrell, Regression Modeling Strategies, 2.4.5).
 */
static double
cubic_spline(const double *knot, const double *coefficient, uint32_t n, double x)
{
	double   last = knot[n - 1];
	double   before = knot[n - 2];
	double   scale = (last - knot[0]) * (last - knot[0]);
	double   sum = coefficient[0] * x;
	uint32_t i;

	for (i = 0; i + 2 < n; i++)
	{
		double basis = cube(above(x, knot[i])) -
					   cube(above(x, before)) * (last - knot[i]) / (last - before) +
					   cube(above(x, last)) * (before - knot[i]) / (last - before);

		sum += coefficient[i + 1] * basis / scale;
	}
	return sum;
}

/*
 * find_step --- number plus one of the last step that x reaches, 0 below the first.
 */
static uint32_t
find_step(const RiskStep *step, uint32_t n, double x)
{
	uint32_t low = 0;
	uint32_t high = n;

	while (low < high)
	{
		uint32_t        middle = (low + high) / 2;
		const RiskStep *s = &step[middle];

		if (s->kind == RISK_NO_BOUND || (s->kind == RISK_FROM ? x >= s->bound : x > s->bound))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * add_step --- what the step reached adds.
 */
static void
add_step(const RiskStep *step, uint32_t number, RiskPart *part)
{
	part->step = number;
	if (number == 0)
		return;
	if (step[number - 1].has & RISK_HAS_POINTS)
		part->points += step[number - 1].points;
	else
		part->number += step[number - 1].coefficient;
}

/*
 * stop --- the part cannot be computed; source is to blame.
 */
static void
stop(RiskPart *part, RiskOutcome outcome, uint32_t source)
{
	part->outcome = outcome;
	part->source = source;
}

/*
 * level_part --- a term of levels.
 */
static void
level_part(const RiskModel *model, const RiskTerm *term, const RiskValue *value, RiskPart *part)
{
	const RiskStep *step = RISK_MORE(model, RiskStep, steps) + term->first;
	uint32_t        level = term->missing_level;
	uint32_t        i;

	if (value->known)
	{
		level = term->other_level;
		for (i = 0; i < term->n; i++)
		{
			const char *text = RISK_TEXT(model, step[i].text);

			if (strlen(text) == value->length && memcmp(text, value->text, value->length) == 0)
			{
				level = i + 1;
				break;
			}
		}
	}
	if (level == 0)
		stop(part, RISK_BAD_LEVEL, term->source);
	else
		add_step(step, level, part);
}

/*
 * number_part --- a term over a number.
 */
static void
number_part(const RiskModel *model, const RiskTerm *term, RiskPart *part)
{
	const double *number;
	double        x;

	if (!risk_term_transform(term, part->value, &x))
	{
		stop(part, RISK_BAD_DOMAIN, term->source);
		return;
	}
	switch (term->kind)
	{
		case RISK_BINS:
			if (isnan(x))
				stop(part, RISK_BAD_NUMBER, term->source);
			else
			{
				const RiskStep *step = RISK_MORE(model, RiskStep, steps) + term->first;

				add_step(step, find_step(step, term->n, x), part);
			}
			return;
		case RISK_SPLINE:
			number = RISK_MORE(model, double, numbers) + term->first;
			part->number += linear_spline(number, number + term->n, term->n, x);
			break;
		case RISK_CUBIC_SPLINE:
			number = RISK_MORE(model, double, numbers) + term->first;
			part->number += cubic_spline(number, number + term->n, term->n, x);
			break;
		default:
			part->number += term->coefficient * x;
			break;
	}
	if (!isfinite(part->number) && isfinite(part->value))
		stop(part, RISK_OVERFLOW, term->source);
}

/*
 * risk_term_part --- what a term over an input adds.
 */
void
risk_term_part(const RiskModel *model, const RiskTerm *term, const RiskValue *values,
			   RiskPart *part)
{
	const RiskValue *value = &values[term->source];

	memset(part, 0, sizeof(*part));
	part->on = true;
	if (!value->known)
	{
		if (!(term->has & RISK_HAS_MISSING))
		{
			stop(part, RISK_NOT_ASSESSED, term->source);
			return;
		}
		part->number = term->missing_coefficient;
	}
	part->value = value->known ? value->number : term->missing;
	if (term->kind == RISK_LEVELS)
		level_part(model, term, value, part);
	else
		number_part(model, term, part);
}

/*
 * within --- does a known value lie within a limit?
 */
static bool
within(const RiskLimit *limit, double x)
{
	if (limit->lower_kind != RISK_OPEN &&
		!(limit->lower_kind == RISK_EXCLUDES ? x > limit->lower : x >= limit->lower))
		return false;
	return limit->upper_kind == RISK_OPEN ||
		   (limit->upper_kind == RISK_EXCLUDES ? x < limit->upper : x <= limit->upper);
}

/*
 * risk_limits_hold --- do all the limits hold?
 *
 * One that does not decides; else one whose input is not known leaves it open.
 */
RiskOutcome
risk_limits_hold(const RiskModel *model, uint32_t first, uint32_t n, const RiskValue *values,
				 bool *hold, uint32_t *source)
{
	const RiskLimit *limit;
	RiskOutcome      outcome = RISK_SCORED;
	uint32_t         i;

	*hold = true;
	if (n == 0)
		return RISK_SCORED;
	limit = RISK_MORE(model, RiskLimit, limits) + first;
	for (i = 0; i < n; i++, limit++)
	{
		const RiskValue *value = &values[limit->source];

		if (value->known && isnan(value->number))
		{
			*source = limit->source;
			return RISK_BAD_NUMBER;
		}
		if (value->known && !within(limit, value->number))
		{
			*hold = false;
			*source = limit->source;
			return RISK_SCORED;
		}
		if (!value->known && outcome == RISK_SCORED)
		{
			outcome = RISK_NOT_ASSESSED;
			*source = limit->source;
		}
	}
	*hold = outcome == RISK_SCORED;
	return outcome;
}

/*
 * risk_is_valid --- is the model meant for this person, as far as is known?
 */
RiskOutcome
risk_is_valid(const RiskModel *model, const RiskValue *values, uint32_t *source)
{
	bool        hold;
	RiskOutcome outcome =
		risk_limits_hold(model, 0, risk_more(model)->n_valid_for, values, &hold, source);

	if (outcome == RISK_BAD_NUMBER)
		return outcome;
	return outcome == RISK_SCORED && !hold ? RISK_NOT_ASSESSED : RISK_SCORED;
}

static bool
any_of(const RiskModel *model, uint32_t mask, const uint64_t *words)
{
	const uint64_t *bits = RISK_MORE(model, uint64_t, masks) + (size_t) mask * RISK_WORDS(model);
	uint32_t        w;

	for (w = 0; w < RISK_WORDS(model); w++)
	{
		if (bits[w] & words[w])
			return true;
	}
	return false;
}

static void
switch_on(uint64_t *words, uint32_t category)
{
	words[category / 64] |= UINT64_C(1) << (category % 64);
}

static void
switch_off(uint64_t *words, uint32_t category)
{
	words[category / 64] &= ~(UINT64_C(1) << (category % 64));
}

/*
 * move_category --- only, becomes and otherwise of a category that is there.
 *
 * Where the limits are left open the category goes and nothing comes for it.
 */
static RiskOutcome
move_category(const RiskModel *model, uint32_t category, const RiskValue *values, uint64_t *moved,
			  uint32_t *source)
{
	const RiskDetail *detail = RISK_MORE(model, RiskDetail, details) + category;
	bool              hold;
	RiskOutcome       outcome =
		risk_limits_hold(model, detail->first_limit, detail->n_limits, values, &hold, source);

	if (detail->becomes != 0 || !hold || outcome != RISK_SCORED)
		switch_off(moved, category);
	if (outcome != RISK_SCORED)
		return outcome;
	if (hold && detail->becomes != 0)
		switch_on(moved, detail->becomes - 1);
	if (!hold && detail->otherwise != 0)
		switch_on(moved, detail->otherwise - 1);
	return RISK_SCORED;
}

/*
 * worse --- of two outcomes the one that is reported: the first that is not a score.
 */
static void
worse(RiskOutcome *outcome, uint32_t *source, RiskOutcome other, uint32_t other_source)
{
	if (*outcome != RISK_SCORED || other == RISK_SCORED)
		return;
	*outcome = other;
	*source = other_source;
}

/*
 * edit_categories --- moved and needed from found.
 *
 * First the categories that send others, then those that only have limits of
 * their own, which may have been sent; what a category needs is looked for
 * after that.
 */
static RiskOutcome
edit_categories(const RiskModel *model, const RiskValue *values, RiskStages *stages,
				uint32_t *source)
{
	const RiskDetail *detail = RISK_MORE(model, RiskDetail, details);
	const uint16_t   *edited = RISK_MORE(model, uint16_t, edited);
	uint32_t          n = risk_more(model)->n_edited;
	RiskOutcome       outcome = RISK_SCORED;
	uint32_t          i;
	int               sends;
	uint32_t          blamed = 0;

	for (sends = 1; sends >= 0; sends--)
	{
		for (i = 0; i < n; i++)
		{
			const RiskDetail *d = &detail[edited[i]];

			if ((d->becomes != 0 || d->otherwise != 0) != sends)
				continue;
			if ((sends || d->n_limits > 0) &&
				risk_has(sends ? stages->found : stages->moved, edited[i]))
			{
				RiskOutcome moved = move_category(model, edited[i], values, stages->moved, &blamed);

				worse(&outcome, source, moved, blamed);
			}
		}
	}
	memcpy(stages->needed, stages->moved, RISK_WORDS(model) * sizeof(uint64_t));
	for (i = 0; i < n; i++)
	{
		uint32_t needs = detail[edited[i]].needs;

		if (needs != 0 && !any_of(model, needs - 1, stages->moved))
			switch_off(stages->needed, edited[i]);
	}
	return outcome;
}

/*
 * risk_run_stages --- from the categories found to those kept.
 *
 * All stages are filled whatever the outcome, so that they can be explained.
 */
RiskOutcome
risk_run_stages(const RiskModel *model, const RiskValue *values, bool hierarchy, RiskStages *stages,
				uint32_t *source)
{
	size_t      size = RISK_WORDS(model) * sizeof(uint64_t);
	RiskOutcome outcome = RISK_SCORED;

	memcpy(stages->moved, stages->found, size);
	if (risk_more(model)->n_edited > 0)
		outcome = edit_categories(model, values, stages, source);
	else
		memcpy(stages->needed, stages->found, size);
	if (hierarchy)
		risk_apply_hierarchy(model, stages->needed, stages->kept);
	else
		memcpy(stages->kept, stages->needed, size);
	return outcome;
}

/*
 * risk_category_step --- what the sum of category points counts as.
 */
int64_t
risk_category_step(const RiskModel *model, int64_t points)
{
	const RiskMore *more = risk_more(model);
	const RiskStep *step = RISK_MORE(model, RiskStep, category_steps);
	uint32_t        i;

	if (more->n_category_steps == 0)
		return points;
	for (i = more->n_category_steps; i > 0; i--)
	{
		if (points >= step[i - 1].points_bound)
			return step[i - 1].points;
	}
	return 0;
}

/*
 * factor_value --- an input that an interaction multiplies.
 *
 * Where it is not known, the value that a term over it takes then.
 */
static bool
factor_value(const RiskModel *model, uint32_t source, const RiskValue *values, double *value)
{
	uint32_t stand = RISK_MORE(model, RiskSource, sources)[source].stand;

	*value = values[source].number;
	if (values[source].known)
		return true;
	if (stand == 0)
		return false;
	*value = RISK_MORE(model, RiskTerm, terms)[stand - 1].missing;
	return true;
}

/*
 * risk_interaction_part --- what an interaction adds; nothing where it does not apply.
 */
void
risk_interaction_part(const RiskModel *model, const RiskInteraction *interaction,
					  const uint64_t *kept, const RiskValue *values, RiskPart *part)
{
	const uint32_t *factor = RISK_MORE(model, uint32_t, factors) + interaction->first_factor;
	uint32_t        i;
	double          value;
	RiskOutcome     outcome;

	memset(part, 0, sizeof(*part));
	for (i = 0; i < interaction->n_masks; i++)
	{
		if (!any_of(model, interaction->first_mask + i, kept))
			return;
	}
	outcome = risk_limits_hold(model, interaction->first_limit, interaction->n_limits, values,
							   &part->on, &part->source);
	if (outcome != RISK_SCORED)
	{
		part->on = true;
		part->outcome = outcome;
		return;
	}
	if (!part->on)
		return;
	part->value = 1;
	for (i = 0; i < interaction->n_factors; i++)
	{
		if (!factor_value(model, factor[i], values, &value))
		{
			stop(part, RISK_NOT_ASSESSED, factor[i]);
			return;
		}
		part->value *= value;
	}
	if (interaction->has & RISK_HAS_POINTS)
		part->points = interaction->points;
	else
		part->number = interaction->coefficient * part->value;
}

/*
 * risk_count_part --- what the number of categories kept adds.
 */
void
risk_count_part(const RiskModel *model, const RiskCount *count, const uint64_t *kept,
				RiskPart *part)
{
	const uint64_t *bits =
		RISK_MORE(model, uint64_t, masks) + (size_t) count->mask * RISK_WORDS(model);
	const RiskStep *step = RISK_MORE(model, RiskStep, steps) + count->first;
	int             n = 0;
	uint32_t        w;

	memset(part, 0, sizeof(*part));
	for (w = 0; w < RISK_WORDS(model); w++)
		n += __builtin_popcountll(bits[w] & kept[w]);
	part->on = true;
	part->value = n;
	add_step(step, find_step(step, count->n, n), part);
}

/*
 * add_part --- add a part to the score, or take over what stopped it; false then.
 */
static bool
add_part(const RiskPart *part, double *linear, RiskScore *score)
{
	if (part->outcome != RISK_SCORED)
	{
		score->outcome = part->outcome;
		score->source = part->source;
		return false;
	}
	*linear += part->number;
	score->unlimited += part->points;
	return true;
}

/*
 * add_parts --- terms and interactions from the first on, into a linear predictor.
 */
static bool
add_parts(const RiskModel *model, uint32_t first_term, uint32_t n_terms, uint32_t first_interaction,
		  uint32_t n_interactions, const uint64_t *kept, const RiskValue *values, double *linear,
		  RiskScore *score)
{
	const RiskTerm        *term = RISK_MORE(model, RiskTerm, terms) + first_term;
	const RiskInteraction *interaction =
		RISK_MORE(model, RiskInteraction, interactions) + first_interaction;
	RiskPart part;
	uint32_t i;

	for (i = 0; i < n_terms; i++)
	{
		risk_term_part(model, &term[i], values, &part);
		if (!add_part(&part, linear, score))
			return false;
	}
	for (i = 0; i < n_interactions; i++)
	{
		risk_interaction_part(model, &interaction[i], kept, values, &part);
		if (!add_part(&part, linear, score))
			return false;
	}
	return true;
}

/*
 * limited --- points within the limits of the model.
 */
static int64_t
limited(const RiskMore *more, int64_t points)
{
	if (points < more->points_min)
		return more->points_min;
	return points > more->points_max ? more->points_max : points;
}

/*
 * add_everything --- points and linear predictors; false if something stopped it.
 *
 * Points are complete only after all terms; where none but categories give
 * any they are added first, as a model of format 1 adds them.
 */
static bool
add_everything(const RiskModel *model, const uint64_t *kept, const RiskValue *values,
			   RiskScore *score)
{
	const RiskMore  *more = risk_more(model);
	const RiskCount *count = RISK_MORE(model, RiskCount, counts);
	bool             early = (more->properties & RISK_TERMS_HAVE_POINTS) == 0;
	uint32_t         i;
	RiskPart         part;

	score->category_points = risk_points(model, kept);
	score->unlimited = risk_category_step(model, score->category_points);
	score->linear = model->intercept;
	if (early)
		score->linear += risk_points_value(model, limited(more, score->unlimited));
	if (!add_parts(model, 0, more->n_terms, 0, more->n_interactions, kept, values, &score->linear,
				   score))
		return false;
	for (i = 0; i < more->n_counts; i++)
	{
		risk_count_part(model, &count[i], kept, &part);
		if (!add_part(&part, &score->linear, score))
			return false;
	}
	score->points = limited(more, score->unlimited);
	if (!early)
		score->linear += risk_points_value(model, score->points);
	score->probability = more->probability_intercept;
	return add_parts(model, more->n_terms, more->n_probability_terms, more->n_interactions,
					 more->n_probability_interactions, kept, values, &score->probability, score);
}

/*
 * logistic --- the inverse of the logit, never exponentiating upwards.
 */
static double
logistic(double x)
{
	double e = exp(-fabs(x));

	return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/*
 * risk_evaluate --- the score of the categories in stages->found and of the inputs.
 *
 * values holds one for each source of the model.
 */
void
risk_evaluate(const RiskModel *model, RiskStages *stages, const RiskValue *values, bool hierarchy,
			  RiskScore *score)
{
	const RiskMore *more = risk_more(model);

	memset(score, 0, sizeof(*score));
	score->outcome = risk_is_valid(model, values, &score->source);
	if (score->outcome != RISK_SCORED)
		return;
	score->outcome = risk_run_stages(model, values, hierarchy, stages, &score->source);
	if (score->outcome != RISK_SCORED || !add_everything(model, stages->kept, values, score))
		return;
	score->calibrated = score->linear;
	if (more->calibration_intercept != 0 || more->calibration_slope != 1)
		score->calibrated = more->calibration_intercept + more->calibration_slope * score->linear;
	if (!risk_apply_link(model, score->calibrated, &score->score))
		score->outcome = RISK_OVERFLOW;
	else if (more->properties & RISK_TWO_PARTS)
		score->score *= logistic(score->probability);
}

/*
 * risk_score_linear --- what risk_evaluate gives for a model that RISK_IS_LINEAR and known inputs,
 * sooner; false where it must be asked.
 */
bool
risk_score_linear(const RiskModel *model, const double *inputs, double *score)
{
	const RiskMore *more = risk_more(model);
	const RiskTerm *term = RISK_MORE(model, RiskTerm, terms);
	double          linear = model->intercept;
	uint32_t        i;

	for (i = 0; i < more->n_terms; i++)
		linear += term[i].coefficient * inputs[i];
	if (!isfinite(linear))
		return false;
	if (more->calibration_intercept != 0 || more->calibration_slope != 1)
		linear = more->calibration_intercept + more->calibration_slope * linear;
	return risk_apply_link(model, linear, score);
}

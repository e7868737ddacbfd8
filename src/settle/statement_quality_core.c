/*-------------------------------------------------------------------------
 *
 * statement_quality_core.c
 *	  What becomes of a share: indicators, quality, factor, caps, relief.
 *
 * Once nothing stands, the later steps have nothing to say and are left out.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/statement_quality_core.h"

#include <stdio.h>
#include <string.h>

#include "settle/apportion_core.h"

/*--------------------------------------------------------------------
 * Indicators
 *--------------------------------------------------------------------
 */

/* What an indicator comes to. */
typedef enum Outcome
{
	ASSESSED,
	PAID,    /* under its minimum volume, earned in full */
	CARRIED, /* under it, left for later */
	DROPPED  /* under it, its weight goes to the others */
} Outcome;

typedef struct Measured
{
	Outcome  outcome[SETTLE_MAX_INDICATORS];
	ExactRat rate[SETTLE_MAX_INDICATORS];
	ExactRat part[SETTLE_MAX_INDICATORS];  /* weight over all weights that count */
	ExactRat piece[SETTLE_MAX_INDICATORS]; /* part x rate */
	ExactRat weights;
	ExactRat earned;
} Measured;

/* outcome_of --- is there enough to assess an indicator on, and what if not? */
static SettleStatus
outcome_of(Writer *w, const SettleIndicator *i, Outcome *outcome)
{
	char name[NAME_SHOWN + 1];

	*outcome = ASSESSED;
	if (!i->minimum_volume.given)
		return SETTLE_OK;
	shown_name(i->name, name);
	if (!i->volume.given)
		return refuse(w,
					  "volume of indicator \"%s\" is missing: it has a minimum_volume; record how "
					  "many cases it was measured on",
					  name);
	if (rat_cmp(&i->volume.value, &i->minimum_volume.value) >= 0)
		return SETTLE_OK;
	*outcome = i->under_volume == UNDER_PAY     ? PAID
			   : i->under_volume == UNDER_CARRY ? CARRIED
												: DROPPED;
	return SETTLE_OK;
}

/* rate_of --- the part that an assessed indicator earns. */
static SettleStatus
rate_of(Writer *w, const SettleIndicator *i, ExactRat *rate)
{
	ExactRat one;
	char     name[NAME_SHOWN + 1];

	shown_name(i->name, name);
	if (!i->score.given)
		return refuse(w,
					  "score of indicator \"%s\" is missing: record it for the period, or give the "
					  "indicator a minimum_volume that says when it is not assessed",
					  name);
	if (i->scale != NULL)
	{
		if (scale_lookup(i->scale, &i->score.value, rate))
			return SETTLE_OK;
		return refuse(w,
					  "not assessed: score of indicator \"%s\" lies below the lowest step of its "
					  "scale; give the scale an else, or correct the score",
					  name);
	}
	rat_copy(rate, &i->score.value);
	rat_whole(&one, 1);
	if (rat_sign(rate) >= 0 && rat_cmp(rate, &one) <= 0)
		return SETTLE_OK;
	return refuse(w,
				  "score of indicator \"%s\" must lie between 0 and 1 where it has no scale: "
				  "correct the score, or give the indicator a scale",
				  name);
}

/* measure --- outcomes and rates of all indicators, and the part that is earned. */
static SettleStatus
measure(Writer *w, Measured *m)
{
	const SettleDetail *d = w->detail;
	ExactRat            all;
	int                 i;

	rat_whole(&all, 0);
	rat_whole(&m->weights, 0);
	rat_whole(&m->earned, 0);
	for (i = 0; i < d->indicators; i++)
	{
		const SettleIndicator *one = &d->indicator[i];
		SettleStatus           status = outcome_of(w, one, &m->outcome[i]);

		rat_whole(&m->rate[i], m->outcome[i] == PAID);
		if (status == SETTLE_OK && m->outcome[i] == ASSESSED)
			status = rate_of(w, one, &m->rate[i]);
		if (status != SETTLE_OK)
			return status;
		rat_add(&all, &all, &one->weight);
		if (m->outcome[i] != DROPPED)
			rat_add(&m->weights, &m->weights, &one->weight);
	}
	if (rat_overflow(&all))
		return SETTLE_OVERFLOW;
	if (rat_sign(&all) == 0)
		return refuse(w, "weights of the indicators are all 0: nothing says what each counts; "
						 "give at least one a weight above 0");
	if (rat_sign(&m->weights) == 0)
		return refuse(w, "no indicator can be assessed: all that have a weight are under their "
						 "minimum_volume; wait for more cases, or let under_volume say pay or "
						 "carry");
	for (i = 0; i < d->indicators; i++)
	{
		rat_div(&m->part[i], &d->indicator[i].weight, &m->weights);
		rat_mul(&m->piece[i], &m->rate[i], &m->part[i]);
		rat_add(&m->earned, &m->earned, &m->piece[i]);
	}
	return rat_overflow(&m->earned) ? SETTLE_OVERFLOW : SETTLE_OK;
}

/* indicator_pence --- the rounded sum of the parts over the indicators, adding up exactly. */
static bool
indicator_pence(const Writer *w, const Measured *m, int64_t *pence)
{
	const ExactRat *part[SETTLE_MAX_INDICATORS];
	ExactRat        sum;
	int64_t         total;
	int             i;

	rat_mul(&sum, &w->running, &m->earned);
	for (i = 0; i < w->detail->indicators; i++)
		part[i] = &m->piece[i];
	return !rat_overflow(&sum) && money_round(&sum, EXACT_HALF_AWAY, 1, &total) &&
		   apportion_parts(total, w->detail->indicators, part, pence);
}

/* say_under --- how many cases there were, and what follows. */
static void
say_under(SettleLine *line, const SettleIndicator *one, Outcome outcome)
{
	static const char *const what[] = {"", "earned in full", "carried over",
									   "its weight goes to the others"};
	char                     v[MONEY_TEXT], least[MONEY_TEXT];

	plain(&one->volume.value, v);
	plain(&one->minimum_volume.value, least);
	formula(line, "volume %s < %s: not assessed, %s", v, least, what[outcome]);
}

/* write_indicator --- one indicator: its weight, what of it is earned, and the amount. */
static void
write_indicator(Writer *w, const Measured *m, int i, int64_t pence)
{
	const SettleIndicator *one = &w->detail->indicator[i];
	Outcome                outcome = m->outcome[i];
	char                   weight[MONEY_TEXT], weights[MONEY_TEXT], score[MONEY_TEXT];
	SettleLine            *line = add_pence_line(w, "indicator", "indicator: ", pence);

	line->name = one->name;
	plain(&one->weight, weight);
	plain(&m->weights, weights);
	rat_mul(&line->exact, &w->running, &m->piece[i]);
	if (outcome == ASSESSED || outcome == PAID)
	{
		percent(&m->rate[i], line->rate);
		formula(line, "weight %s/%s x %s", weight, weights, line->rate);
	}
	if (outcome == ASSESSED)
	{
		plain(&one->score.value, score);
		formula(line, " (score %s)", score);
	}
	else
	{
		formula(line, outcome == PAID ? "; " : "");
		say_under(line, one, outcome);
	}
	line->has_quantity = one->score.given;
	if (one->score.given)
		rat_copy(&line->quantity, &one->score.value);
}

/* write_carried --- the part of an indicator that is held for later. */
static void
write_carried(Writer *w, const Measured *m, int i)
{
	ExactRat    standing;
	char        before[MONEY_TEXT], weight[MONEY_TEXT], weights[MONEY_TEXT];
	SettleLine *line;

	grouped(&w->running, before);
	plain(&w->detail->indicator[i].weight, weight);
	plain(&m->weights, weights);
	rat_copy(&standing, &w->running);
	rat_mul(&w->running, &w->running, &m->part[i]);
	line = add_line(w, "carried_over", "indicator: ");
	rat_copy(&w->running, &standing);
	line->name = w->detail->indicator[i].name;
	formula(line, "%s x weight %s/%s, held for later", before, weight, weights);
}

/* write_indicators --- a line for each indicator; earned gets the sum of their parts. */
static SettleStatus
write_indicators(Writer *w, ExactRat *earned)
{
	const SettleDetail *d = w->detail;
	Measured            m;
	int64_t             pence[SETTLE_MAX_INDICATORS];
	SettleStatus        status;
	int                 i;

	if (d->indicators > SETTLE_MAX_INDICATORS)
		return refuse(w, "there are %d indicators: at most %d can be settled together",
					  d->indicators, SETTLE_MAX_INDICATORS);
	status = measure(w, &m);
	if (status != SETTLE_OK)
		return status;
	if (!indicator_pence(w, &m, pence))
		return SETTLE_OVERFLOW;
	for (i = 0; i < d->indicators; i++)
		write_indicator(w, &m, i, pence[i]);
	for (i = 0; i < d->indicators; i++)
	{
		if (m.outcome[i] == CARRIED)
			write_carried(w, &m, i);
	}
	rat_copy(earned, &m.earned);
	return SETTLE_OK;
}

/*--------------------------------------------------------------------
 * Quality, loss rate, factor
 *--------------------------------------------------------------------
 */

/* write_scaled --- what stands, times the rate that a scale gives. */
static SettleStatus
write_scaled(Writer *w, const TermsScale *scale, LookBy by, const char *what)
{
	static const char *const name[] = {"score", "size", "ratio"};
	ExactRat                 value, rate;
	char                     shown[MONEY_TEXT], why[MONEY_TEXT + 32];
	SettleStatus             status = look_up(w, scale, by, what, &value, &rate);

	if (status != SETTLE_OK)
		return status;
	if (by == BY_RATIO)
		percent(&value, shown);
	else
		plain(&value, shown);
	snprintf(why, sizeof(why), " (%s %s)", name[by], shown);
	write_product(w, what, what, &rate, why);
	return SETTLE_OK;
}

/* write_measured --- quality from indicators: their sum, or what the scale makes of it. */
static SettleStatus
write_measured(Writer *w)
{
	const TermsScale *scale = w->terms->quality;
	ExactRat          earned, rate;
	char              shown[TERMS_TEXT], why[TERMS_TEXT + 32];
	SettleStatus      status;

	if (scale != NULL && w->terms->quality_by != BY_SCORE)
		return refuse(w,
					  "indicators are given, but the terms look up their quality by %s: leave "
					  "out quality_by, or the indicators",
					  w->terms->quality_by == BY_SIZE ? "size" : "ratio");
	status = write_indicators(w, &earned);
	if (status != SETTLE_OK)
		return status;
	rat_copy(&rate, &earned);
	if (scale != NULL && !scale_lookup(scale, &earned, &rate))
		return refuse(w, "not assessed: the sum of the indicators lies below the lowest step of "
						 "the quality; give the scale an else");
	percent(&earned, shown);
	if (scale != NULL)
		snprintf(why, sizeof(why), " (indicators %s)", shown);
	else
		snprintf(why, sizeof(why), " (sum of %d indicator%s)", w->detail->indicators,
				 w->detail->indicators == 1 ? "" : "s");
	write_product(w, "quality", "quality: indicators", &rate, why);
	return SETTLE_OK;
}

/* write_quality --- quality on its sides, the loss rate on losses, then the factor of the side. */
SettleStatus
write_quality(Writer *w)
{
	const SettleTerms *t = w->terms;
	SettleStatus       status = SETTLE_OK;

	if (rat_sign(&w->running) != 0 && touches(w, t->quality_sides))
	{
		if (w->detail != NULL && w->detail->indicators > 0)
			status = write_measured(w);
		else if (t->quality != NULL)
			status = write_scaled(w, t->quality, t->quality_by, "quality");
	}
	if (status == SETTLE_OK && t->loss_rate != NULL && w->loss && rat_sign(&w->running) != 0)
		status = write_scaled(w, t->loss_rate, t->loss_rate_by, "loss_rate");
	if (status == SETTLE_OK && t->has_factor[w->loss] && rat_sign(&w->running) != 0)
		write_product(w, "factor", w->loss ? "factor_loss" : "factor_gain", &t->factor[w->loss],
					  "");
	return status;
}

/*--------------------------------------------------------------------
 * Caps and relief
 *--------------------------------------------------------------------
 */

/* write_cap --- what stands, held within a limit. */
static void
write_cap(Writer *w, const char *clause, TermsAmount term, const ExactRat *of, const char *name)
{
	ExactRat    limit;
	ExactRat    magnitude = rat_magnitude(&w->running);
	bool        reached;
	char        before[MONEY_TEXT], l[MONEY_TEXT], o[MONEY_TEXT];
	char        product[2 * MONEY_TEXT + TERMS_TEXT] = "";
	char        text[TERMS_TEXT];
	SettleLine *line;

	amount_value(term, of, &limit);
	w->overflow |= rat_overflow(&limit);
	reached = rat_cmp(&magnitude, &limit) > 0;
	grouped(&magnitude, before);
	grouped(&limit, l);
	amount_print(term, text);
	if (term.den > 0)
	{
		grouped(of, o);
		snprintf(product, sizeof(product), "%s of %s %s = ", text, name, o);
	}
	if (reached)
	{
		w->running = limit;
		if (w->loss)
			rat_neg(&w->running);
	}
	line = add_line(w, "cap", clause);
	strcpy(line->rate, text);
	line->has_quantity = true;
	line->quantity = limit;
	formula(line, "%s at most %s%s: %s", before, product, l, reached ? "capped" : "not reached");
}

/* write_caps --- the cap of the curve, then the cap of the terms. */
SettleStatus
write_caps(Writer *w)
{
	const Share     *share = &w->room->share;
	const SettleCap *cap = &w->terms->cap[w->loss];
	const ExactRat  *of = &w->base;

	if (rat_sign(&w->running) == 0)
		return SETTLE_OK;
	if (share->has_cap)
		write_cap(w, w->loss ? "curve: loss max" : "curve: gain max", share->cap_term, of, "base");
	if (!cap->given)
		return SETTLE_OK;
	if (cap->of_revenue)
	{
		if (!w->inputs->given[INPUT_REVENUE])
			return missing(w, INPUT_REVENUE,
						   "the terms cap the result by it; record it for the period");
		of = &w->inputs->value[INPUT_REVENUE];
	}
	write_cap(w, w->loss ? "cap_loss" : "cap_gain", cap->amount, of,
			  cap->of_revenue ? "revenue" : "base");
	return SETTLE_OK;
}

/* write_relief --- taken off a loss, never beyond nothing. */
void
write_relief(Writer *w)
{
	const ExactRat *relief = &w->inputs->value[INPUT_LOSS_RELIEF];
	char            before[MONEY_TEXT], r[MONEY_TEXT];
	SettleLine     *line;

	grouped(&w->running, before);
	grouped(relief, r);
	rat_add(&w->running, &w->running, relief);
	if (rat_sign(&w->running) > 0)
		rat_whole(&w->running, 0);
	line = add_line(w, "relief", "loss_relief");
	formula(line, "%s + %s, at most 0.00", before, r);
}

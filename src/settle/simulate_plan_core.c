/*-------------------------------------------------------------------------
 *
 * simulate_plan_core.c
 *	  Terms and inputs made ready for many draws.
 *
 * Whatever no draw moves is worked out once, exactly, and kept as a short
 * fraction.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/simulate_plan_core.h"

#include <string.h>

/*--------------------------------------------------------------------
 * Plans
 *--------------------------------------------------------------------
 */

/* short_num --- an exact fraction as a short one; false when it is too wide. */
static bool
short_num(const ExactRat *v, SimNum *out)
{
	int64_t num, den;

	if (rat_overflow(v) || !exact_to_int64(&v->num, &num) || !exact_to_int64(&v->den, &den))
		return false;
	out->num = num;
	out->den = den;
	return true;
}

/* pence_num --- pounds as a short fraction of pence. */
static bool
pence_num(const ExactRat *pounds, SimNum *out)
{
	ExactRat v;

	rat_set(&v, 100, 1);
	rat_mul(&v, &v, pounds);
	return short_num(&v, out);
}

/* line_of --- slope and intercept over one denominator. */
static bool
line_of(const ExactRat *slope, const ExactRat *intercept, SimStep *step)
{
	ExactInt gcd, rest, den, left, right;

	exact_gcd(&gcd, &slope->den, &intercept->den);
	exact_div(&den, &rest, &slope->den, &gcd);
	exact_div(&left, &rest, &intercept->den, &gcd);
	exact_mul(&left, &left, &slope->num);
	exact_mul(&right, &den, &intercept->num);
	exact_mul(&den, &den, &intercept->den);
	return exact_to_int64(&left, &step->slope) && exact_to_int64(&right, &step->intercept) &&
		   exact_to_int64(&den, &step->den);
}

/* plan_step --- a rate that does not move. */
static bool
plan_step(TermsFraction rate, SimStep *step)
{
	step->slope = 0;
	step->intercept = rate.num;
	step->den = rate.den;
	return true;
}

/* plan_line --- the line between two knots. */
static bool
plan_line(const TermsRow *a, const TermsRow *b, SimStep *step)
{
	ExactRat slope, run, from, intercept;

	rat_set(&from, a->value.num, a->value.den);
	rat_set(&run, b->value.num, b->value.den);
	rat_sub(&run, &run, &from);
	rat_set(&intercept, a->rate.num, a->rate.den);
	rat_set(&slope, b->rate.num, b->rate.den);
	rat_sub(&slope, &slope, &intercept);
	rat_div(&slope, &slope, &run);
	rat_mul(&from, &from, &slope);
	rat_sub(&intercept, &intercept, &from);
	return line_of(&slope, &intercept, step);
}

/* plan_scale --- steps from the highest, or lines from the lowest; the last has no bound. */
static bool
plan_scale(const TermsScale *scale, SimScale *out)
{
	SimStep *step = out->step;
	bool     fits = true;
	int      i;

	out->given = scale != NULL;
	out->known = false;
	out->steps = 0;
	if (scale == NULL)
		return true;
	out->linear = scale->linear != 0;
	for (i = 0; i < scale->rows; i++, step++)
	{
		const TermsRow *row = &scale->row[i];

		step->bound.num = row->value.num;
		step->bound.den = row->value.den;
		fits = fits &&
			   (out->linear && i > 0 ? plan_line(row - 1, row, step) : plan_step(row->rate, step));
	}
	if (out->linear || scale->otherwise.den > 0)
	{
		plan_step(out->linear ? scale->row[i - 1].rate : scale->otherwise, step);
		step->bound.den = 0;
		step++;
	}
	out->steps = (int) (step - out->step);
	return fits;
}

/* plan_limit --- an amount over the common denominator of its side. */
static bool
plan_limit(TermsAmount a, i128 den, SimLimit *out)
{
	bool wide = false;

	out->given = amount_given(a);
	out->of_base = a.den > 0;
	if (out->given)
		out->times = product(a.num, a.den > 0 ? den / a.den : den, &wide);
	return !wide;
}

/* plan_side --- one side of the curve. */
static bool
plan_side(const TermsCurve *c, int which, SimSide *out)
{
	const TermsBand *band;
	const TermsSide *side = curve_side(c, which, &band);
	bool             wide = false;
	bool             fits = true;
	int              i;

	out->bands = (int) side->bands;
	out->amount_den = side->amount_den;
	out->rate_den = side->rate_den;
	if (side->bands == 0 && !amount_given(side->gate) && !amount_given(side->cap))
	{
		out->amount_den = out->rate_den = 1;
		out->gate.given = out->cap.given = false;
		return true;
	}
	if (side->amount_den == 0 || side->rate_den == 0)
		return false;
	for (i = 0; i < side->bands; i++)
	{
		fits = fits && plan_limit(band[i].upper, out->amount_den, &out->upper[i]);
		out->rate[i] = product(band[i].rate.num, side->rate_den / band[i].rate.den, &wide);
	}
	fits = fits && plan_limit(side->gate, out->amount_den, &out->gate);
	fits = fits && plan_limit(side->cap, out->amount_den, &out->cap);
	return fits && !wide;
}

/* plan_cap --- the cap of the terms; one of revenue is a sum of its own. */
static bool
plan_cap(const SettleCap *cap, const SettleInputs *in, SimCap *out)
{
	ExactRat value;

	out->given = cap->given;
	out->of_base = false;
	if (!cap->given)
		return true;
	if (cap->amount.den == 0)
	{
		out->amount.num = cap->amount.num;
		out->amount.den = 1;
		return true;
	}
	rat_set(&value, cap->amount.num, cap->amount.den);
	out->of_base = !cap->of_revenue;
	if (out->of_base)
		return short_num(&value, &out->amount);
	out->missing = !in->given[INPUT_REVENUE];
	if (out->missing)
		return true;
	rat_mul(&value, &value, &in->value[INPUT_REVENUE]);
	return pence_num(&value, &out->amount);
}

/* take --- an input as a short fraction, of pence where it is money; true when there is none. */
static bool
take(const SimPlan *p, SettleInput which, bool money, SimNum *out)
{
	if (!p->inputs.given[which])
		return true;
	return money ? pence_num(&p->inputs.value[which], out)
				 : short_num(&p->inputs.value[which], out);
}

/* take_number --- a number of the terms, likewise. */
static bool
take_number(const SettleNumber *n, bool money, SimNum *out)
{
	if (!n->given)
		return true;
	return money ? pence_num(&n->value, out) : short_num(&n->value, out);
}

/* held_risk --- this year's risk over the plan's, within the limit. */
static void
held_risk(const SimPlan *p, ExactRat *rate)
{
	const ExactRat *value = p->inputs.value;
	ExactRat        least, most, one;

	rat_div(rate, &value[INPUT_RISK], &value[INPUT_PLAN_RISK]);
	if (!p->terms->risk_limit.given || rat_overflow(rate))
		return;
	rat_set(&one, 1, 1);
	rat_sub(&least, &one, &p->terms->risk_limit.value);
	rat_add(&most, &one, &p->terms->risk_limit.value);
	if (rat_cmp(rate, &least) < 0)
		*rate = least;
	else if (rat_cmp(rate, &most) > 0)
		*rate = most;
}

/* can_divide --- are both figures of an adjustment there, the plan's above 0? */
static bool
can_divide(const SimPlan *p, SettleInput now, bool drawn, SettleInput plan)
{
	return (drawn || p->inputs.given[now]) && p->inputs.given[plan] &&
		   rat_sign(&p->inputs.value[plan]) > 0;
}

/* times --- an amount times a rate; false when no statement could show it. */
static bool
times(ExactRat *pounds, const ExactRat *rate)
{
	int64_t pence;

	rat_mul(pounds, pounds, rate);
	return !rat_overflow(pounds) && money_round(pounds, EXACT_HALF_AWAY, 1, &pence);
}

/* plan_benchmark --- the benchmark with volume (unless it is drawn), risk and discount. */
static bool
plan_benchmark(SimPlan *p)
{
	const SettleTerms *t = p->terms;
	const ExactRat    *value = p->inputs.value;
	ExactRat           benchmark = value[INPUT_BENCHMARK];
	ExactRat           rate, one;

	rat_set(&one, 1, 1);
	if (t->adjust_volume)
	{
		rat_div(&rate, p->follows_size ? &one : &value[INPUT_VOLUME], &value[INPUT_PLAN_VOLUME]);
		if (p->follows_size && !short_num(&rate, &p->per_volume))
			return false;
		if (!p->follows_size && !times(&benchmark, &rate))
			return false;
	}
	if (t->adjust_risk)
	{
		held_risk(p, &rate);
		if (!times(&benchmark, &rate))
			return false;
	}
	if (t->has_discount)
	{
		rat_sub(&rate, &one, &t->discount);
		rat_mul(&benchmark, &benchmark, &rate);
	}
	return pence_num(&benchmark, &p->benchmark);
}

/* plan_money --- what is compared; false when something does not fit. */
static bool
plan_money(SimPlan *p)
{
	const SettleTerms *t = p->terms;
	const bool        *given = p->inputs.given;

	p->complete =
		given[INPUT_BENCHMARK] && t->stop_loss == NULL &&
		(!t->adjust_volume || can_divide(p, INPUT_VOLUME, p->follows_size, INPUT_PLAN_VOLUME)) &&
		(!t->adjust_risk || can_divide(p, INPUT_RISK, false, INPUT_PLAN_RISK)) &&
		(given[INPUT_FEE] || (!t->net_of_fee && t->pays != PAYS_FEE));
	if (!p->complete)
		return true;
	p->has_base = given[INPUT_BASE];
	p->carried.den = p->relief.den = 1;
	return plan_benchmark(p) && take(p, INPUT_BASE, true, &p->base) &&
		   take(p, INPUT_CARRIED_FORWARD, true, &p->carried) &&
		   take(p, INPUT_GUARDRAIL_BENCHMARK, true, &p->guardrail) &&
		   take(p, INPUT_FEE, true, &p->fee) && take(p, INPUT_LOSS_RELIEF, true, &p->relief);
}

/* plan_values --- size, score and minimum rate where they are not drawn, numbers of the terms. */
static bool
plan_values(SimPlan *p)
{
	const SettleTerms *t = p->terms;

	return take(p, INPUT_SIZE, false, &p->size) && take(p, INPUT_SCORE, false, &p->score) &&
		   take(p, INPUT_MINIMUM_RATE, false, &p->minimum_rate) &&
		   take_number(&t->withhold, false, &p->withhold) &&
		   take_number(&t->contingency, true, &p->contingency) &&
		   take_number(&t->minimum_size, false, &p->minimum_size) &&
		   take_number(&t->below_gate, false, &p->below_gate) &&
		   take_number(&t->fee_at_risk, true, &p->fee_at_risk);
}

/* plan_scales --- all that is looked up. */
static bool
plan_scales(SimPlan *p)
{
	const SettleTerms *t = p->terms;

	return plan_scale(t->gate, &p->gate) && plan_scale(t->quality, &p->quality) &&
		   plan_scale(t->loss_rate, &p->loss_rate) && plan_scale(t->allowance, &p->allowance) &&
		   plan_scale(t->withhold_scale, &p->withhold_scale);
}

/* percent_of_base --- does a clause take a percentage of the base? */
static bool
percent_of_base(const SettleTerms *t, const SettleCap *cap)
{
	return curve_needs_base(t->curve) || t->gate_by != GATE_NONE || t->allowance != NULL ||
		   (t->has_reopener && t->reopener.den > 0) ||
		   (cap->given && cap->amount.den > 0 && !cap->of_revenue);
}

/*
 * sim_plan --- make terms and inputs ready for many draws.
 *
 * The terms must outlive the plan.  It never fails: what it cannot hold is
 * settled the exact way.
 */
void
sim_plan(SimPlan *p, const SettleTerms *terms, const SettleInputs *inputs, const SimUncertainty *u)
{
	int side;

	memset(p, 0, sizeof(*p));
	p->terms = terms;
	p->inputs = *inputs;
	p->draws_size = u->draws_size;
	p->draws_score = u->draws_score;
	p->follows_size = u->draws_size && u->follows_size;
	p->fast = plan_money(p) && plan_values(p) && plan_scales(p);
	for (side = 0; side < 2; side++)
	{
		p->needs_base[side] = percent_of_base(terms, &terms->cap[side]);
		p->fast = p->fast && plan_side(terms->curve, side, &p->side[side]) &&
				  plan_cap(&terms->cap[side], inputs, &p->cap[side]) &&
				  (!terms->has_factor[side] || short_num(&terms->factor[side], &p->factor[side]));
	}
}

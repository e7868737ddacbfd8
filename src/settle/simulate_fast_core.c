/*-------------------------------------------------------------------------
 *
 * simulate_fast_core.c
 *	  The steps of a settlement in 128-bit fractions of pence.
 *
 * The numbers are exact, so that a result is that of settle_statement to the
 * penny.  What does not fit, and what settle would refuse, is left to
 * settle_statement itself.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/simulate_fast_core.h"

#include <string.h>

/* num_round --- pence in whole units; false when it does not fit. */
static bool
num_round(SimNum v, ExactRounding mode, int64_t unit, int64_t *pence)
{
	bool              wide = false;
	unsigned __int128 den = (unsigned __int128) product(v.den, unit, &wide);
	unsigned __int128 magnitude =
		v.num < 0 ? -(unsigned __int128) v.num : (unsigned __int128) v.num;
	unsigned __int128 units, rest;

	if (wide)
		return false;
	if (den == 1)
	{
		units = magnitude;
		rest = 0;
	}
	else
	{
		units = magnitude / den;
		rest = magnitude - units * den;
	}
	if (mode != EXACT_TRUNCATE && rest > 0 && rest >= den - rest &&
		(mode == EXACT_HALF_AWAY || rest != den - rest || (units & 1) != 0))
		units++;
	if (units > (unsigned __int128) (INT64_MAX / unit))
		return false;
	*pence = (int64_t) units * unit;
	if (v.num < 0)
		*pence = -*pence;
	return true;
}

/*--------------------------------------------------------------------
 * One draw
 *--------------------------------------------------------------------
 */

/* What stands while a draw is settled. */
typedef struct Standing
{
	SimPlan       *plan;
	const SimDraw *draw;
	SimOutcome    *out;
	bool           wide;
	bool           loss;
	bool           below; /* the gate is missed, a part of the gain stands */
	SimNum         benchmark;
	SimNum         actual;
	SimNum         base;
	SimNum         x;
} Standing;

static const SimNum nothing = {0, 1};

/* scale_at --- the rate at a value; false below the lowest step of a scale without else. */
static bool
scale_at(SimScale *s, SimNum value, SimNum *rate, bool *wide)
{
	const SimStep *step = s->step;
	const SimStep *end = step + s->steps;

	if (s->known && s->value.num == value.num && s->value.den == value.den)
	{
		*rate = s->rate;
		return true;
	}
	for (; step < end && step->bound.den != 0; step++)
	{
		int side = num_cmp(value, step->bound, wide);

		if (s->linear ? side < 0 : side >= 0)
			break;
	}
	if (step == end)
		return false;
	rate->num = step->intercept;
	rate->den = step->den;
	if (step->slope != 0)
	{
		rate->num = sum(product(step->slope, value.num, wide),
						product(step->intercept, value.den, wide), wide);
		rate->den = product(step->den, value.den, wide);
	}
	*rate = num_kept(*rate, wide);
	s->known = !*wide;
	s->value = value;
	s->rate = *rate;
	return true;
}

/* size_of --- the size drawn or given; false when there is none. */
static bool
size_of(const Standing *s, SimNum *size)
{
	*size = s->plan->size;
	if (s->plan->draws_size)
	{
		size->num = s->draw->size;
		size->den = 1;
	}
	return s->plan->draws_size || s->plan->inputs.given[INPUT_SIZE];
}

/* score_of --- the score drawn or given; false when there is none. */
static bool
score_of(const Standing *s, SimNum *score)
{
	*score = s->plan->score;
	if (s->plan->draws_score)
	{
		score->num = s->draw->score;
		score->den = SIM_SCORE_UNIT;
	}
	return s->plan->draws_score || s->plan->inputs.given[INPUT_SCORE];
}

/* touches --- is a clause on these sides about the side the difference fell on? */
static bool
touches(const Standing *s, int sides)
{
	return (sides & (s->loss ? SIDE_LOSS : SIDE_GAIN)) != 0;
}

/* value_by --- what a scale is looked up by; false when it is not there. */
static bool
value_by(Standing *s, LookBy by, SimNum *value)
{
	if (by == BY_SIZE)
		return size_of(s, value);
	if (by == BY_SCORE)
		return score_of(s, value);
	value->num = product(s->actual.num, s->benchmark.den, &s->wide);
	value->den = product(s->actual.den, s->benchmark.num, &s->wide);
	*value = num_kept(*value, &s->wide);
	return s->benchmark.num > 0;
}

/* missed --- a gate is not met: nothing stands, or a part of a gain. */
static void
missed(Standing *s)
{
	s->out->gate_met = false;
	if (s->plan->terms->below_gate.given && !s->loss)
		s->below = true;
	else
		s->x = nothing;
}

/* gate --- does the difference reach the threshold? */
static void
gate(Standing *s, SimNum threshold)
{
	s->out->gate_tested = true;
	if (num_cmp(num_abs(s->x), threshold, &s->wide) < 0)
		missed(s);
}

/* rate_gate --- the minimum rate of the terms; false when it cannot be assessed. */
static bool
rate_gate(Standing *s)
{
	SimPlan *p = s->plan;
	SimNum   rate, size;

	if (p->terms->gate_by == GATE_NONE || !touches(s, p->terms->gate_sides))
		return true;
	if (p->terms->gate_by == GATE_BY_SIZE)
	{
		if (!size_of(s, &size) || !scale_at(&p->gate, size, &rate, &s->wide))
			return false;
	}
	else if (p->inputs.given[INPUT_MINIMUM_RATE])
		rate = p->minimum_rate;
	else
		return false;
	gate(s, num_mul(rate, s->base, &s->wide));
	return true;
}

/* limit_at --- a limit of a side in the units that x stands in. */
static i128
limit_at(const SimLimit *limit, i128 unit, i128 base, bool *wide)
{
	return product(limit->times, limit->of_base ? base : unit, wide);
}

/*
 * share --- cliff and bands of the curve; *cap is its cap, where it has one.
 *
 * x and base are brought over one denominator, limits and rates have theirs.
 */
static void
share(Standing *s, SimNum *cap)
{
	const SimSide *side = &s->plan->side[s->loss];
	SimNum         x = num_abs(s->x);
	i128           unit = x.den;
	i128           base = s->base.num;
	i128           lower = 0;
	i128           total = 0;
	bool          *wide = &s->wide;
	int            i;

	if (x.den != s->base.den && x.den % s->base.den == 0)
		base = product(base, x.den / s->base.den, wide);
	else if (x.den != s->base.den)
	{
		unit = product(x.den, s->base.den, wide);
		base = product(s->base.num, x.den, wide);
		x.num = product(x.num, s->base.den, wide);
	}
	x.num = product(x.num, side->amount_den, wide);
	cap->den = product(side->amount_den, unit, wide);
	if (side->cap.given)
		cap->num = limit_at(&side->cap, unit, base, wide);
	if (side->gate.given && x.num != 0)
	{
		s->out->gate_tested = true;
		if (x.num < limit_at(&side->gate, unit, base, wide))
		{
			missed(s);
			if (!s->below)
				x.num = 0;
		}
	}
	for (i = 0; i < side->bands && x.num > lower; i++)
	{
		i128 upper = x.num;

		if (side->upper[i].given)
		{
			i128 limit = limit_at(&side->upper[i], unit, base, wide);

			upper = limit < upper ? limit : upper;
		}
		total = sum(total, product(upper - lower, side->rate[i], wide), wide);
		lower = upper;
	}
	s->x.den = product(cap->den, side->rate_den, wide);
	s->x.num = total;
	s->x = num_kept(s->x, wide);
	*cap = num_kept(*cap, wide);
	if (s->loss)
		s->x = num_neg(s->x);
}

/* by_scale --- what stands times the rate of a scale; false when it cannot be assessed. */
static bool
by_scale(Standing *s, SimScale *scale, LookBy by)
{
	SimNum value, rate;

	if (s->x.num == 0)
		return true;
	if (!value_by(s, by, &value) || !scale_at(scale, value, &rate, &s->wide))
		return false;
	s->x = num_mul(s->x, rate, &s->wide);
	return true;
}

/* hold --- what stands, held within a cap. */
static void
hold(Standing *s, SimNum cap)
{
	if (num_cmp(num_abs(s->x), cap, &s->wide) <= 0)
		return;
	s->out->capped = true;
	s->x = s->loss ? num_neg(cap) : cap;
}

/* caps --- the cap of the curve, then the cap of the terms; false when it is of an unknown. */
static bool
caps(Standing *s, SimNum curve_cap)
{
	const SimCap *cap = &s->plan->cap[s->loss];

	if (s->x.num == 0)
		return true;
	if (s->plan->side[s->loss].cap.given && !(s->loss && s->plan->terms->fee_at_risk.given))
		hold(s, curve_cap);
	if (cap->missing)
		return false;
	if (cap->given)
		hold(s, cap->of_base ? num_mul(cap->amount, s->base, &s->wide) : cap->amount);
	return true;
}

/* quality --- quality on its sides, the loss rate on losses, then the factor of the side. */
static bool
quality(Standing *s)
{
	const SettleTerms *t = s->plan->terms;

	if (t->quality && touches(s, t->quality_sides) &&
		!by_scale(s, &s->plan->quality, t->quality_by))
		return false;
	if (t->loss_rate && s->loss && !by_scale(s, &s->plan->loss_rate, t->loss_rate_by))
		return false;
	if (t->has_factor[s->loss])
		s->x = num_mul(s->x, s->plan->factor[s->loss], &s->wide);
	return true;
}

/* withhold --- what quality does not earn back goes off the benchmark. */
static bool
withhold(Standing *s)
{
	SimNum earned, kept;

	if (!s->plan->terms->withhold.given)
		return true;
	if (!score_of(s, &earned))
		return false;
	if (s->plan->withhold_scale.given)
	{
		SimNum score = earned;

		if (!scale_at(&s->plan->withhold_scale, score, &earned, &s->wide))
			return false;
	}
	else if (earned.num > earned.den)
		earned.num = earned.den;
	/* 1 - withhold x (1 - earned) */
	kept.num = earned.num - earned.den;
	kept.den = earned.den;
	kept = num_mul(kept, s->plan->withhold, &s->wide);
	kept.num = sum(kept.num, kept.den, &s->wide);
	s->benchmark = num_mul(s->benchmark, kept, &s->wide);
	return true;
}

/* compare --- a benchmark less actual, or the reverse, and what is carried forward. */
static SimNum
compare(Standing *s, SimNum benchmark)
{
	SimNum x = num_add(benchmark, num_neg(s->actual), &s->wide);

	if (s->plan->terms->excess)
		x = num_neg(x);
	return num_add(x, s->plan->carried, &s->wide);
}

/* adjust --- the benchmark as it is compared; false when it cannot be known. */
static bool
adjust(Standing *s)
{
	SimNum size = {s->draw->size, 1};

	s->benchmark = s->plan->benchmark;
	if (s->plan->terms->adjust_volume && s->plan->follows_size)
		s->benchmark =
			num_mul(s->benchmark, num_mul(size, s->plan->per_volume, &s->wide), &s->wide);
	return withhold(s);
}

/* difference --- what there is to share; false when percentages have no base. */
static bool
difference(Standing *s)
{
	SimPlan           *p = s->plan;
	const SettleTerms *t = p->terms;

	if (!adjust(s))
		return false;
	s->actual.num = s->draw->actual;
	s->actual.den = 1;
	/* what was saved counts less the fee; what was spent, with it */
	if (t->net_of_fee)
		s->actual = num_add(s->actual, t->excess ? num_neg(p->fee) : p->fee, &s->wide);
	s->base = p->has_base ? p->base : s->benchmark;
	s->x = compare(s, s->benchmark);
	num_check(s->benchmark, &s->wide);
	num_check(s->x, &s->wide);
	s->loss = s->x.num < 0;
	return !p->needs_base[s->loss] || s->base.num > 0;
}

/* sim_benchmark --- the benchmark as it is compared when nothing is drawn; false when it is not
 * known. */
bool
sim_benchmark(SimPlan *p, SimNum *benchmark)
{
	SimDraw    draw = {.actual = 0};
	SimOutcome out;
	Standing   s = {.plan = p, .draw = &draw, .out = &out};

	if (!p->fast || !p->complete || !adjust(&s))
		return false;
	*benchmark = s.benchmark;
	return !s.wide;
}

/* guardrail --- a loss counts only as far as it is one against the second benchmark too. */
static bool
guardrail(Standing *s)
{
	SimNum other;

	if (!s->plan->terms->guardrail || s->x.num >= 0)
		return true;
	if (!s->plan->inputs.given[INPUT_GUARDRAIL_BENCHMARK])
		return false;
	other = compare(s, s->plan->guardrail);
	if (num_cmp(other, s->x, &s->wide) > 0)
		s->x = other.num > 0 ? nothing : other;
	return true;
}

/* allowance --- the allowance for chance takes the difference towards 0. */
static bool
allowance(Standing *s)
{
	SimNum size, rate, left;

	if (!s->plan->allowance.given || s->x.num == 0)
		return true;
	if (!size_of(s, &size) || !scale_at(&s->plan->allowance, size, &rate, &s->wide))
		return false;
	left = num_add(num_abs(s->x), num_neg(num_mul(rate, s->base, &s->wide)), &s->wide);
	s->x = left.num <= 0 ? nothing : s->loss ? num_neg(left) : left;
	return true;
}

/* large_enough --- below its minimum size nothing is shared, or nothing can be said. */
static bool
large_enough(Standing *s)
{
	SimNum size;

	if (!s->plan->terms->minimum_size.given)
		return true;
	if (!size_of(s, &size))
		return false;
	if (num_cmp(size, s->plan->minimum_size, &s->wide) >= 0)
		return true;
	s->x = nothing;
	return !s->plan->terms->refuse_under_size;
}

/* held --- what takes a difference towards 0. */
static bool
held(Standing *s)
{
	if (!guardrail(s))
		return false;
	if (s->plan->terms->contingency.given && s->x.num > 0)
	{
		s->x = num_add(s->x, num_neg(s->plan->contingency), &s->wide);
		if (s->x.num < 0)
			s->x = nothing;
	}
	return allowance(s) && large_enough(s);
}

/* shared --- gates, then the bands or the fee at risk. */
static bool
shared(Standing *s, SimNum *cap)
{
	bool equal = s->x.num == 0;

	if (!held(s))
		return false;
	/* what has been taken away needs no gate */
	if ((s->x.num != 0 || equal) && !rate_gate(s))
		return false;
	if (s->loss && s->plan->terms->fee_at_risk.given)
		s->x = s->x.num != 0 ? num_neg(s->plan->fee_at_risk) : nothing;
	else
		share(s, cap);
	if (s->below)
		s->x = num_mul(s->x, s->plan->below_gate, &s->wide);
	return true;
}

/* paid --- what is paid besides the share. */
static SimNum
paid(Standing *s)
{
	switch (s->plan->terms->pays)
	{
		case PAYS_BENCHMARK:
			return num_add(s->x, s->benchmark, &s->wide);
		case PAYS_FEE:
			return num_add(s->x, s->plan->fee, &s->wide);
		default:
			return s->x;
	}
}

/*
 * sim_settle_fast --- settle one draw in 128-bit integers.
 *
 * False when something does not fit, is missing or cannot be assessed; the
 * exact way then answers, or says why not.
 */
bool
sim_settle_fast(SimPlan *p, const SimDraw *draw, SimOutcome *out)
{
	const SettleTerms *t = p->terms;
	Standing           s = {.plan = p, .draw = draw, .out = out};
	SimNum             cap, payment;

	if (!p->fast || !p->complete)
		return false;
	out->gate_tested = out->capped = false;
	out->gate_met = true;
	if (!difference(&s) || !shared(&s, &cap) || (t->caps_first && !caps(&s, cap)) || !quality(&s) ||
		(!t->caps_first && !caps(&s, cap)))
		return false;
	if (s.x.num < 0 && p->relief.num != 0)
	{
		s.x = num_add(s.x, p->relief, &s.wide);
		if (s.x.num > 0)
			s.x = nothing;
	}
	payment = paid(&s);
	if (s.wide || !num_round(s.x, EXACT_HALF_AWAY, 1, &out->share) ||
		!num_round(payment, t->rounding, t->unit, &out->pence))
		return false;
	if (t->pays == PAYS_SHARE)
		out->share = out->pence;
	return true;
}

/*--------------------------------------------------------------------
 * The exact way
 *--------------------------------------------------------------------
 */

/* put_draw --- the drawn numbers as inputs. */
static void
put_draw(SimPlan *p, const SimDraw *draw)
{
	SettleInputs *in = &p->inputs;

	in->given[INPUT_ACTUAL] = true;
	rat_set(&in->value[INPUT_ACTUAL], draw->actual, 100);
	if (p->draws_size)
	{
		in->given[INPUT_SIZE] = true;
		rat_set(&in->value[INPUT_SIZE], draw->size, 1);
	}
	if (p->follows_size)
	{
		in->given[INPUT_VOLUME] = true;
		rat_set(&in->value[INPUT_VOLUME], draw->size, 1);
	}
	if (p->draws_score)
	{
		in->given[INPUT_SCORE] = true;
		rat_set(&in->value[INPUT_SCORE], draw->score, SIM_SCORE_UNIT);
	}
}

/* read_lines --- what a statement says about gates, caps and the share. */
static void
read_lines(const Settlement *room, SimOutcome *out)
{
	ExactRat before;
	int      i;

	out->gate_tested = out->capped = false;
	out->gate_met = true;
	out->pence = out->share = room->settled;
	before = room->line[0].exact;
	for (i = 0; i < room->lines; i++)
	{
		const SettleLine *line = &room->line[i];
		ExactRat          magnitude = rat_magnitude(&before);
		bool              gate_line = strcmp(line->code, "gate") == 0;

		out->gate_tested |= gate_line;
		if (gate_line && rat_cmp(&magnitude, &line->quantity) < 0)
			out->gate_met = false;
		if (strcmp(line->code, "cap") == 0 && rat_cmp(&magnitude, &line->quantity) > 0)
			out->capped = true;
		if (strcmp(line->code, "payment") == 0)
			money_round(&before, EXACT_HALF_AWAY, 1, &out->share);
		if (strcmp(line->code, "band") != 0)
			before = line->exact;
	}
}

/* sim_settle_exact --- settle one draw as settle does. */
SettleStatus
sim_settle_exact(SimPlan *p, const SimDraw *draw, Settlement *room, SimOutcome *out, char *message,
				 size_t message_size)
{
	SettleStatus status;

	put_draw(p, draw);
	status = settle_statement(p->terms, &p->inputs, room, message, message_size);
	if (status == SETTLE_OK)
		read_lines(room, out);
	return status;
}

/* sim_settle --- the fast way where it answers. */
SettleStatus
sim_settle(SimPlan *p, const SimDraw *draw, Settlement *room, SimOutcome *out, char *message,
		   size_t message_size)
{
	if (sim_settle_fast(p, draw, out))
		return SETTLE_OK;
	return sim_settle_exact(p, draw, room, out, message, message_size);
}

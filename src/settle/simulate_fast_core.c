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
#include "settle/simulate_core.h"

#include <string.h>

typedef __int128 i128;

/*--------------------------------------------------------------------
 * Fractions; *wide remembers what did not fit
 *--------------------------------------------------------------------
 */

static inline i128
product(i128 a, i128 b, bool *wide)
{
	i128 result;

	/* nearly always both are short */
	if (a == (int64_t) a && b == (int64_t) b)
		return a * b;
	if (__builtin_mul_overflow(a, b, &result))
		*wide = true;
	return result;
}

static inline i128
sum(i128 a, i128 b, bool *wide)
{
	i128 result;

	if (__builtin_add_overflow(a, b, &result))
		*wide = true;
	return result;
}

static inline SimNum
num_mul(SimNum a, SimNum b, bool *wide)
{
	SimNum r = {product(a.num, b.num, wide), product(a.den, b.den, wide)};

	return r;
}

static inline SimNum
num_add(SimNum a, SimNum b, bool *wide)
{
	SimNum r;

	if (b.num == 0)
		return a;
	if (a.den == b.den)
	{
		r.num = sum(a.num, b.num, wide);
		r.den = a.den;
		return r;
	}
	r.num = sum(product(a.num, b.den, wide), product(b.num, a.den, wide), wide);
	r.den = product(a.den, b.den, wide);
	return r;
}

static inline SimNum
num_neg(SimNum a)
{
	a.num = -a.num;
	return a;
}

static inline int
num_cmp(SimNum a, SimNum b, bool *wide)
{
	i128 left = a.num;
	i128 right = b.num;

	if (a.den != b.den)
	{
		left = product(a.num, b.den, wide);
		right = product(b.num, a.den, wide);
	}
	return (left > right) - (left < right);
}

/* num_abs --- |a|; a fraction that is the least 128-bit number does not come up unseen. */
static inline SimNum
num_abs(SimNum a)
{
	if (a.num < 0)
		a.num = -a.num;
	return a;
}

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

/* plan_money --- benchmark, base and what is added to the difference. */
static bool
plan_money(SimPlan *p)
{
	const SettleTerms  *t = p->terms;
	const SettleInputs *in = &p->inputs;
	ExactRat            benchmark, one, offset;

	if (!in->given[INPUT_BENCHMARK])
	{
		p->complete = false;
		return true;
	}
	benchmark = in->value[INPUT_BENCHMARK];
	rat_set(&one, 1, 1);
	if (t->has_discount)
	{
		rat_sub(&one, &one, &t->discount);
		rat_mul(&benchmark, &benchmark, &one);
	}
	rat_set(&offset, 0, 1);
	if (in->given[INPUT_CARRIED_FORWARD])
		offset = in->value[INPUT_CARRIED_FORWARD];
	p->has_base = in->given[INPUT_BASE];
	if (!in->given[INPUT_LOSS_RELIEF])
		p->relief.num = 0, p->relief.den = 1;
	return pence_num(&benchmark, &p->benchmark) && pence_num(&offset, &p->offset) &&
		   (!p->has_base || pence_num(&in->value[INPUT_BASE], &p->base)) &&
		   (!in->given[INPUT_LOSS_RELIEF] || pence_num(&in->value[INPUT_LOSS_RELIEF], &p->relief));
}

/* plan_values --- size, score and minimum rate where they are not drawn. */
static bool
plan_values(SimPlan *p)
{
	const SettleInputs *in = &p->inputs;

	return (!in->given[INPUT_SIZE] || short_num(&in->value[INPUT_SIZE], &p->size)) &&
		   (!in->given[INPUT_SCORE] || short_num(&in->value[INPUT_SCORE], &p->score)) &&
		   (!in->given[INPUT_MINIMUM_RATE] ||
			short_num(&in->value[INPUT_MINIMUM_RATE], &p->minimum_rate));
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
	p->complete = true;
	/* clauses that the short way does not know are settled the exact way */
	p->fast = settle_is_plain(terms) && plan_money(p) && plan_values(p) &&
			  plan_scale(terms->gate, &p->gate);
	p->fast = p->fast && plan_scale(terms->quality, &p->quality);
	p->fast = p->fast && plan_scale(terms->loss_rate, &p->loss_rate);
	for (side = 0; side < 2; side++)
	{
		const SettleCap *cap = &terms->cap[side];

		p->needs_base[side] = curve_needs_base(terms->curve) || terms->gate_by != GATE_NONE ||
							  (cap->given && cap->amount.den > 0 && !cap->of_revenue);
		p->fast = p->fast && plan_side(terms->curve, side, &p->side[side]);
		p->fast = p->fast && plan_cap(cap, inputs, &p->cap[side]);
		p->fast = p->fast &&
				  (!terms->has_factor[side] || short_num(&terms->factor[side], &p->factor[side]));
	}
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
	SimNum         base;
	SimNum         x;
} Standing;

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

/* gate --- nothing stands below the threshold. */
static void
gate(Standing *s, SimNum threshold)
{
	s->out->gate_tested = true;
	if (num_cmp(num_abs(s->x), threshold, &s->wide) >= 0)
		return;
	s->out->gate_met = false;
	s->x.num = 0;
	s->x.den = 1;
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

	if (x.den != s->base.den)
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
			s->out->gate_met = false;
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
	s->x.num = s->loss ? -total : total;
	s->x.den = product(cap->den, side->rate_den, wide);
}

/* by_scale --- what stands times the rate at the score; false when it cannot be assessed. */
static bool
by_scale(Standing *s, SimScale *scale)
{
	SimNum score, rate;

	if (s->x.num == 0)
		return true;
	if (!score_of(s, &score) || !scale_at(scale, score, &rate, &s->wide))
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

/* hold_all --- the cap of the curve, then the cap of the terms; false when it is of an unknown. */
static bool
hold_all(Standing *s, SimNum curve_cap)
{
	const SimCap *cap = &s->plan->cap[s->loss];

	if (s->plan->side[s->loss].cap.given)
		hold(s, curve_cap);
	if (cap->missing)
		return false;
	if (cap->given)
		hold(s, cap->of_base ? num_mul(cap->amount, s->base, &s->wide) : cap->amount);
	return true;
}

/* difference --- what there is to share; false when percentages have no base. */
static bool
difference(Standing *s)
{
	SimPlan *p = s->plan;
	SimNum   actual = {s->draw->actual, 1};

	s->base = p->has_base ? p->base : p->benchmark;
	s->x = num_add(p->benchmark, num_neg(actual), &s->wide);
	if (p->terms->excess)
		s->x = num_neg(s->x);
	s->x = num_add(s->x, p->offset, &s->wide);
	s->loss = s->x.num < 0;
	return !p->needs_base[s->loss] || s->base.num > 0;
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
	SimNum             cap;

	if (!p->fast || !p->complete)
		return false;
	out->gate_tested = out->capped = false;
	out->gate_met = true;
	if (!difference(&s) || !rate_gate(&s))
		return false;
	share(&s, &cap);
	if (t->quality && touches(&s, t->quality_sides) && !by_scale(&s, &p->quality))
		return false;
	if (t->loss_rate && s.loss && !by_scale(&s, &p->loss_rate))
		return false;
	if (t->has_factor[s.loss])
		s.x = num_mul(s.x, p->factor[s.loss], &s.wide);
	if (s.x.num != 0 && !hold_all(&s, cap))
		return false;
	if (s.x.num < 0 && p->relief.num != 0)
	{
		s.x = num_add(s.x, p->relief, &s.wide);
		if (s.x.num > 0)
			s.x.num = 0;
	}
	if (s.wide || !num_round(s.x, t->rounding, t->unit, &out->pence))
		return false;
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
	rat_set(&before, 0, 1);
	for (i = 0; i < room->lines; i++)
	{
		const SettleLine *line = &room->line[i];
		ExactRat          magnitude = before;
		bool              gate_line = strcmp(line->code, "gate") == 0;

		magnitude.num.sign = magnitude.num.n > 0;
		if (gate_line)
		{
			out->gate_tested = true;
			if (rat_cmp(&magnitude, &line->quantity) < 0)
				out->gate_met = false;
		}
		if (strcmp(line->code, "cap") == 0 && rat_cmp(&magnitude, &line->quantity) > 0)
			out->capped = true;
		if (strcmp(line->code, "band") != 0)
			before = line->exact;
	}
	out->pence = room->settled;
	out->share = out->pence;
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

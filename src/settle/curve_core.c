/*-------------------------------------------------------------------------
 *
 * curve_core.c
 *	  What a curve makes of a difference, and what a scale gives at a value.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/curve_core.h"

#include "settle/apportion_core.h"

typedef unsigned __int128 u128;

/* curve_needs_base --- is any amount of the curve a percentage? */
bool
curve_needs_base(const TermsCurve *c)
{
	int which;

	for (which = 0; which < 2; which++)
	{
		const TermsBand *band;
		const TermsSide *side = curve_side(c, which, &band);

		if (side->gate.den > 0 || side->cap.den > 0)
			return true;
		/* one unit per side, so the first limit tells */
		if (side->bands > 0 && band->upper.den > 0)
			return true;
	}
	return false;
}

static u128
lesser(u128 a, u128 b)
{
	return a < b ? a : b;
}

/* limit_scaled --- amount times the side's common denominator, in pence; false when too wide. */
static bool
limit_scaled(TermsAmount a, int64_t base, int64_t den, u128 *out)
{
	if (a.den == 0)
	{
		*out = (u128) a.num * (u128) den;
		return true;
	}
	return !__builtin_mul_overflow((u128) a.num * (u128) (den / a.den), (u128) base, out);
}

/* bands_scaled --- sum of slices times rates over both common denominators; false when too wide. */
static bool
bands_scaled(const TermsSide *side, const TermsBand *band, int64_t base, u128 x, u128 *total)
{
	u128 lower = 0;
	int  i;

	*total = 0;
	for (i = 0; i < side->bands && x > lower; i++)
	{
		u128 upper = x;
		u128 part;

		if (amount_given(band[i].upper) &&
			!limit_scaled(band[i].upper, base, side->amount_den, &upper))
			return false;
		upper = lesser(upper, x);
		if (__builtin_mul_overflow(
				upper - lower, (u128) band[i].rate.num * (u128) (side->rate_den / band[i].rate.den),
				&part) ||
			__builtin_add_overflow(*total, part, total))
			return false;
		lower = upper;
	}
	return true;
}

/*
 * share_pence --- the share of x pence in 128-bit integers, rounded half away.
 *
 * False when an intermediate result is too wide; the exact fractions of
 * share_compute then answer.
 */
bool
share_pence(const TermsCurve *c, int64_t x, int64_t base, int64_t factor_num, int64_t factor_den,
			int64_t *out)
{
	const TermsBand *band;
	bool             loss = x < 0;
	const TermsSide *side = curve_side(c, loss, &band);
	u128             scaled = loss ? -(u128) x : (u128) x;
	u128             limit, total, den, rest;

	*out = 0;
	if (side->amount_den == 0 || side->rate_den == 0)
		return side->bands == 0;
	scaled *= (u128) side->amount_den;
	if (amount_given(side->gate))
	{
		if (!limit_scaled(side->gate, base, side->amount_den, &limit))
			return false;
		if (scaled < limit)
			return true;
	}
	if (!bands_scaled(side, band, base, scaled, &total) ||
		__builtin_mul_overflow(total, (u128) factor_num, &total) ||
		__builtin_mul_overflow((u128) side->rate_den * (u128) factor_den, (u128) side->amount_den,
							   &den))
		return false;
	if (amount_given(side->cap))
	{
		if (!limit_scaled(side->cap, base, side->amount_den, &limit) ||
			__builtin_mul_overflow(limit, (u128) side->rate_den * (u128) factor_den, &limit))
			return false;
		total = lesser(total, limit);
	}
	rest = total % den;
	total = total / den + (rest >= den - rest);
	if (total > (u128) INT64_MAX)
		return false;
	*out = loss ? -(int64_t) total : (int64_t) total;
	return true;
}

/* amount_value --- an amount in pounds. */
void
amount_value(TermsAmount a, const ExactRat *base, ExactRat *out)
{
	if (a.den == 0)
		rat_set(out, a.num, 100);
	else
	{
		rat_set(out, a.num, a.den);
		rat_mul(out, out, base);
	}
}

/* share_band --- one band of a difference; false when x ends below it. */
static bool
share_band(const TermsBand *term, const ExactRat *x, const ExactRat *base, const ExactRat *lower,
		   ShareBand *band)
{
	ExactRat rate;

	if (rat_cmp(x, lower) <= 0)
		return false;
	band->lower = *lower;
	band->open = !amount_given(term->upper);
	band->rate = term->rate;
	band->slice = *x;
	if (!band->open)
	{
		amount_value(term->upper, base, &band->upper);
		band->slice = rat_lesser(&band->upper, x);
	}
	rat_sub(&band->slice, &band->slice, lower);
	rat_set(&rate, term->rate.num, term->rate.den);
	rat_mul(&band->amount, &band->slice, &rate);
	return true;
}

/*
 * share_compute --- gate, touched bands and their exact sum for the difference x.
 *
 * base may be NULL when the curve is in money alone.  What does not fit sets overflow.
 */
void
share_compute(const TermsCurve *c, const ExactRat *x, const ExactRat *base, Share *share)
{
	share_compute_past(c, x, base, false, share);
}

/* share_compute_past --- share_compute; past_gate: the bands count even where the gate is missed.
 */
void
share_compute_past(const TermsCurve *c, const ExactRat *x, const ExactRat *base, bool past_gate,
				   Share *share)
{
	const TermsBand *term;
	bool             loss = rat_sign(x) < 0;
	const TermsSide *side = curve_side(c, loss, &term);
	ExactRat         magnitude = rat_magnitude(x);
	ExactRat         lower;
	int              i;

	share->loss = loss;
	share->bands = 0;
	share->gate_met = true;
	share->gate_term = side->gate;
	share->cap_term = side->cap;
	share->has_gate = amount_given(side->gate);
	share->has_cap = amount_given(side->cap);
	share->overflow = rat_overflow(x);
	rat_whole(&share->total, 0);
	rat_whole(&lower, 0);
	if (share->has_cap)
	{
		amount_value(side->cap, base, &share->cap);
		share->overflow |= rat_overflow(&share->cap);
	}
	if (share->has_gate)
	{
		amount_value(side->gate, base, &share->gate);
		share->overflow |= rat_overflow(&share->gate);
		share->gate_met = rat_cmp(&magnitude, &share->gate) >= 0;
	}
	for (i = 0; (share->gate_met || past_gate) && i < side->bands; i++)
	{
		ShareBand *band = &share->band[share->bands];

		if (!share_band(&term[i], &magnitude, base, &lower, band))
			break;
		band->number = i + 1;
		share->bands++;
		rat_add(&share->total, &share->total, &band->amount);
		share->overflow |= rat_overflow(&share->total);
		if (band->open)
			break;
		share->overflow |= rat_overflow(&band->upper);
		lower = band->upper;
	}
}

/* share_apply --- the signed share after factor and cap, unrounded. */
void
share_apply(const Share *share, const ExactRat *factor, ExactRat *out)
{
	rat_mul(out, &share->total, factor);
	if (share->has_cap)
		*out = rat_lesser(out, &share->cap);
	if (share->loss)
		rat_neg(out);
}

/* money_round --- pounds to pence, in whole units of `unit` pence; false when it does not fit. */
bool
money_round(const ExactRat *pounds, ExactRounding mode, int64_t unit, int64_t *pence)
{
	ExactRat units;
	ExactInt whole;

	rat_set(&units, 100, unit);
	rat_mul(&units, &units, pounds);
	rat_round(&units, mode, &whole);
	exact_mul_small(&whole, unit);
	return exact_to_int64(&whole, pence);
}

/* share_apportion --- a rounded total over the touched bands, ties to the earlier band. */
bool
share_apportion(const Share *share, int64_t total, int64_t *out)
{
	const ExactRat *part[TERMS_MAX_BANDS];
	int             i;

	for (i = 0; i < share->bands; i++)
		part[i] = &share->band[i].amount;
	return apportion_parts(total, share->bands, part, out);
}

static void
set_fraction(ExactRat *r, TermsFraction f)
{
	rat_set(r, f.num, f.den);
}

/* interpolate --- the rate at v on the line from knot a to knot b. */
static void
interpolate(const TermsRow *a, const TermsRow *b, const ExactRat *v, ExactRat *rate)
{
	ExactRat left, right, rise, run;

	set_fraction(&left, a->value);
	set_fraction(&right, b->value);
	rat_sub(&run, &right, &left);
	rat_sub(rate, v, &left);
	rat_div(rate, rate, &run);
	set_fraction(&left, a->rate);
	set_fraction(&rise, b->rate);
	rat_sub(&rise, &rise, &left);
	rat_mul(rate, rate, &rise);
	rat_add(rate, rate, &left);
}

/* scale_lookup --- the rate at v; false below the lowest step of a scale without else. */
bool
scale_lookup(const TermsScale *s, const ExactRat *v, ExactRat *rate)
{
	ExactRat value;
	int      i;

	for (i = 0; i < s->rows; i++)
	{
		set_fraction(&value, s->row[i].value);
		if (!s->linear && rat_cmp(v, &value) >= 0)
		{
			set_fraction(rate, s->row[i].rate);
			return true;
		}
		if (s->linear && rat_cmp(v, &value) < 0)
			break;
	}
	if (!s->linear && s->otherwise.den == 0)
		return false;
	if (!s->linear)
		set_fraction(rate, s->otherwise);
	else if (i == 0)
		set_fraction(rate, s->row[0].rate);
	else if (i == s->rows)
		set_fraction(rate, s->row[i - 1].rate);
	else
		interpolate(&s->row[i - 1], &s->row[i], v, rate);
	return true;
}

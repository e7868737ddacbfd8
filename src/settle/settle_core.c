/*-------------------------------------------------------------------------
 *
 * settle_core.c
 *	  The arithmetic of settlement.
 *
 * The order is fixed: difference, gate, bands, quality, factor, caps, relief,
 * one rounding.  Everything before the rounding is an exact fraction.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

const char *const settle_input_name[INPUTS] = {"benchmark", "actual",  "carried_forward",
											   "base",      "size",    "minimum_rate",
											   "score",     "revenue", "loss_relief"};

/*--------------------------------------------------------------------
 * Curves
 *--------------------------------------------------------------------
 */

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

/* magnitude_of --- |v|. */
static ExactRat
magnitude_of(const ExactRat *v)
{
	ExactRat magnitude = *v;

	magnitude.num.sign = abs(magnitude.num.sign);
	return magnitude;
}

static ExactRat
rat_lesser(const ExactRat *a, const ExactRat *b)
{
	return rat_cmp(a, b) > 0 ? *b : *a;
}

/* amount_value --- an amount in pounds. */
static void
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
	const TermsBand *term;
	bool             loss = rat_sign(x) < 0;
	const TermsSide *side = curve_side(c, loss, &term);
	ExactRat         magnitude = magnitude_of(x);
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
	rat_set(&share->total, 0, 1);
	rat_set(&lower, 0, 1);
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
	for (i = 0; share->gate_met && i < side->bands; i++)
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

/*--------------------------------------------------------------------
 * Scales
 *--------------------------------------------------------------------
 */

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

/*--------------------------------------------------------------------
 * Apportionment: Hamilton's method
 *--------------------------------------------------------------------
 */

/* by_remainder --- larger remainders first, earlier parties first among equals. */
static int
by_remainder(const void *a, const void *b)
{
	const ExactInt *x = *(const ExactInt *const *) a;
	const ExactInt *y = *(const ExactInt *const *) b;
	int             side = exact_cmp(y, x);

	if (side != 0)
		return side;
	return x < y ? -1 : 1;
}

/*
 * apportion --- total over n parties in proportion to their weights, adding up exactly.
 *
 * Each gets the whole part of the exact share; the units left over go one each
 * to the largest remainders (or, with `first`, to the first parties), never to
 * a party of weight 0.  A negative total is the mirror image.  Weights are not
 * negative; they are overwritten, and order is scratch of n.  False when all
 * weights are 0 or a product does not fit.
 */
bool
apportion(int64_t total, int n, ExactInt *weight, const ExactInt **order, bool first, int64_t *out)
{
	ExactInt sum, magnitude, product, quotient, left;
	int64_t  spare;
	int      i, k = 0;

	exact_set(&sum, 0);
	for (i = 0; i < n; i++)
		exact_add(&sum, &sum, &weight[i]);
	exact_set(&magnitude, total);
	magnitude.sign = magnitude.n;
	exact_copy(&left, &magnitude);
	if (exact_overflow(&sum) || sum.n == 0)
		return false;
	for (i = 0; i < n; i++)
	{
		bool takes_spare = first && weight[i].n > 0;

		exact_mul(&product, &magnitude, &weight[i]);
		exact_div(&quotient, &weight[i], &product, &sum);
		if (!exact_to_int64(&quotient, &out[i]))
			return false;
		exact_sub(&left, &left, &quotient);
		if (!first || takes_spare)
			order[k++] = &weight[i];
	}
	if (!first)
		qsort(order, (size_t) k, sizeof(*order), by_remainder);
	if (!exact_to_int64(&left, &spare))
		return false;
	for (i = 0; i < spare; i++)
		out[order[i] - weight]++;
	for (i = 0; total < 0 && i < n; i++)
		out[i] = -out[i];
	return true;
}

/* split_weights --- the shares of a split as whole weights; false when they do not fit. */
bool
split_weights(const TermsSplit *s, ExactInt *weight)
{
	ExactInt common, den, gcd, rest, sum;
	int      i;

	exact_set(&common, 1);
	for (i = 0; i < s->parties; i++)
	{
		if (i == s->remaining)
			continue;
		exact_set(&den, s->party[i].share.den);
		exact_gcd(&gcd, &common, &den);
		exact_div(&den, &rest, &den, &gcd);
		exact_mul(&common, &common, &den);
	}
	exact_copy(&sum, &common);
	for (i = 0; i < s->parties; i++)
	{
		if (i == s->remaining)
			continue;
		exact_set(&den, s->party[i].share.den);
		exact_div(&weight[i], &rest, &common, &den);
		exact_mul_small(&weight[i], s->party[i].share.num);
		exact_sub(&sum, &sum, &weight[i]);
	}
	if (s->remaining >= 0)
		exact_copy(&weight[s->remaining], &sum);
	return !exact_overflow(&sum);
}

/* share_apportion --- a rounded total over the touched bands, ties to the earlier band. */
bool
share_apportion(const Share *share, int64_t total, int64_t *out)
{
	ExactInt        weight[TERMS_MAX_BANDS];
	const ExactInt *order[TERMS_MAX_BANDS];
	ExactInt        common, gcd, rest;
	int             i;

	for (i = 0; i < share->bands; i++)
		out[i] = 0;
	if (rat_sign(&share->total) == 0)
		return total == 0;
	exact_copy(&common, &share->total.den);
	for (i = 0; i < share->bands; i++)
	{
		ExactInt den;

		exact_gcd(&gcd, &common, &share->band[i].amount.den);
		exact_div(&den, &rest, &share->band[i].amount.den, &gcd);
		exact_mul(&common, &common, &den);
	}
	for (i = 0; i < share->bands; i++)
	{
		exact_div(&weight[i], &rest, &common, &share->band[i].amount.den);
		exact_mul(&weight[i], &weight[i], &share->band[i].amount.num);
	}
	return apportion(total, share->bands, weight, order, false, out);
}

/*--------------------------------------------------------------------
 * Statements
 *--------------------------------------------------------------------
 */

/* What a statement is being written with. */
typedef struct Writer
{
	const SettleTerms  *terms;
	const SettleInputs *inputs;
	Settlement         *out;
	char               *message;
	size_t              message_size;
	bool                loss;
	ExactRat            base;
	ExactRat            running; /* signed */
	bool                overflow;
} Writer;

#define MONEY_TEXT 64

/* grouped --- 1234567.5 as 1,234,567.50; "..." when it is too long to read. */
static void
grouped(const ExactRat *v, char *out)
{
	char        digits[2 * EXACT_TEXT];
	const char *p = digits;
	size_t      whole;

	rat_print_decimal(v, 2, 6, digits);
	if (strlen(digits) > 40)
	{
		strcpy(out, "...");
		return;
	}
	if (*p == '-')
		*out++ = *p++;
	for (whole = strcspn(p, "."); whole > 3; whole--)
	{
		*out++ = *p++;
		if (whole % 3 == 1)
			*out++ = ',';
	}
	strcpy(out, p);
}

/* percent --- a rate as a percentage of at most 9 decimals, or as a fraction. */
static void
percent(const ExactRat *rate, char *out)
{
	ExactRat hundred, value;
	char     text[2 * EXACT_TEXT];
	bool     exact;

	rat_set(&hundred, 100, 1);
	rat_mul(&value, rate, &hundred);
	exact = rat_print_decimal(&value, 0, 9, text);
	strcat(text, "%");
	if (!exact)
		rat_print(rate, text);
	if (strlen(text) >= TERMS_TEXT)
		strcpy(text, "...");
	strcpy(out, text);
}

/* missing --- an input that the terms need is not there. */
static SettleStatus
missing(Writer *w, SettleInput input, const char *why)
{
	snprintf(w->message, w->message_size, "%s is missing: %s", settle_input_name[input], why);
	return SETTLE_MISSING;
}

/* add_line --- a line whose amount is what stands now. */
static SettleLine *
add_line(Writer *w, const char *code, const char *clause)
{
	SettleLine *line = &w->out->line[w->out->lines++];

	line->code = code;
	snprintf(line->clause, sizeof(line->clause), "%s", clause);
	line->rate[0] = '\0';
	line->has_quantity = false;
	line->exact = w->running;
	if (rat_overflow(&w->running) || !money_round(&w->running, EXACT_HALF_AWAY, 1, &line->pence))
		w->overflow = true;
	return line;
}

/* write_difference --- benchmark less actual (or the reverse), and what is carried forward. */
static SettleStatus
write_difference(Writer *w)
{
	const SettleInputs *in = w->inputs;
	const SettleTerms  *t = w->terms;
	ExactRat            benchmark = in->value[INPUT_BENCHMARK];
	char                b[MONEY_TEXT], a[MONEY_TEXT], c[MONEY_TEXT], d[TERMS_TEXT];
	char                first[3 * MONEY_TEXT];
	SettleLine         *line;

	if (!in->given[INPUT_BENCHMARK])
		return missing(w, INPUT_BENCHMARK,
					   "record the benchmark (plan, target or guarantee) of the period");
	if (!in->given[INPUT_ACTUAL])
		return missing(w, INPUT_ACTUAL, "record what was actually spent or achieved in the period");
	grouped(&benchmark, b);
	grouped(&in->value[INPUT_ACTUAL], a);
	snprintf(first, sizeof(first), "%s", b);
	if (t->has_discount)
	{
		ExactRat kept;

		rat_set(&kept, 1, 1);
		rat_sub(&kept, &kept, &t->discount);
		rat_mul(&benchmark, &benchmark, &kept);
		percent(&t->discount, d);
		snprintf(first, sizeof(first), "%s x (1 - %s)", b, d);
	}
	w->base = in->given[INPUT_BASE] ? in->value[INPUT_BASE] : benchmark;
	rat_sub(&w->running, &benchmark, &in->value[INPUT_ACTUAL]);
	if (t->excess)
		rat_neg(&w->running);
	if (in->given[INPUT_CARRIED_FORWARD])
		rat_add(&w->running, &w->running, &in->value[INPUT_CARRIED_FORWARD]);
	w->loss = rat_sign(&w->running) < 0;
	line = add_line(w, "difference",
					t->excess ? "measure: actual - benchmark" : "measure: benchmark - actual");
	if (t->excess)
		snprintf(line->formula, sizeof(line->formula), "%s - %s", a, first);
	else
		snprintf(line->formula, sizeof(line->formula), "%s - %s", first, a);
	if (in->given[INPUT_CARRIED_FORWARD] && rat_sign(&in->value[INPUT_CARRIED_FORWARD]) != 0)
	{
		size_t n = strlen(line->formula);

		grouped(&in->value[INPUT_CARRIED_FORWARD], c);
		snprintf(line->formula + n, sizeof(line->formula) - n, " + %s carried forward", c);
	}
	return SETTLE_OK;
}

/* touches --- does a clause on these sides touch the side the difference fell on? */
static bool
touches(const Writer *w, int sides)
{
	return (sides & (w->loss ? SIDE_LOSS : SIDE_GAIN)) != 0;
}

/* write_gate --- "|x| >= threshold: met"; what stands becomes 0 when it is not. */
static void
write_gate(Writer *w, const char *clause, const char *rate, const ExactRat *threshold)
{
	ExactRat    magnitude = magnitude_of(&w->running);
	ExactRat    gap;
	bool        met = rat_cmp(&magnitude, threshold) >= 0;
	char        m[MONEY_TEXT], t[MONEY_TEXT], g[MONEY_TEXT], b[MONEY_TEXT];
	char        of[2 * MONEY_TEXT + TERMS_TEXT] = "";
	SettleLine *line;

	grouped(&magnitude, m);
	grouped(threshold, t);
	grouped(&w->base, b);
	rat_sub(&gap, threshold, &magnitude);
	grouped(&gap, g);
	if (strchr(rate, '%') || strchr(rate, '/'))
		snprintf(of, sizeof(of), "%s x %s = ", rate, b);
	w->overflow |= rat_overflow(threshold);
	if (!met)
		rat_set(&w->running, 0, 1);
	line = add_line(w, "gate", clause);
	snprintf(line->rate, sizeof(line->rate), "%s", rate);
	line->has_quantity = true;
	line->quantity = *threshold;
	if (met)
		snprintf(line->formula, sizeof(line->formula), "%s >= %s%s: met", m, of, t);
	else
		snprintf(line->formula, sizeof(line->formula), "%s < %s%s: not met, short by %s", m, of, t,
				 g);
}

/* look_up --- a rate from a scale by an input; refuses what cannot be assessed. */
static SettleStatus
look_up(Writer *w, const TermsScale *scale, SettleInput input, const char *what, ExactRat *rate)
{
	const char *name = settle_input_name[input];

	if (!w->inputs->given[input])
	{
		snprintf(w->message, w->message_size,
				 "%s is missing: the terms look up their %s by it; record it for the period", name,
				 what);
		return SETTLE_MISSING;
	}
	if (scale_lookup(scale, &w->inputs->value[input], rate))
		return SETTLE_OK;
	snprintf(w->message, w->message_size,
			 "not assessed: %s lies below the lowest step of the %s; give the scale an else, or "
			 "correct the %s",
			 name, what, name);
	return SETTLE_MISSING;
}

/* write_gates --- the minimum rate of the terms, then the cliff of the curve. */
static SettleStatus
write_gates(Writer *w)
{
	const SettleTerms *t = w->terms;
	Share             *share = &w->out->share;
	ExactRat           rate;
	ExactRat           threshold;
	char               text[TERMS_TEXT];
	SettleStatus       status;

	if (t->gate_by != GATE_NONE && touches(w, t->gate_sides))
	{
		if (t->gate_by == GATE_BY_SIZE)
		{
			status = look_up(w, t->gate, INPUT_SIZE, "gate", &rate);
			if (status != SETTLE_OK)
				return status;
		}
		else if (!w->inputs->given[INPUT_MINIMUM_RATE])
			return missing(w, INPUT_MINIMUM_RATE, "the terms gate by it; record it for the period");
		else
			rate = w->inputs->value[INPUT_MINIMUM_RATE];
		rat_mul(&threshold, &rate, &w->base);
		percent(&rate, text);
		write_gate(w, t->gate_by == GATE_BY_SIZE ? "gate: scale by size" : "gate: minimum_rate",
				   text, &threshold);
	}
	share_compute(t->curve, &w->running, &w->base, share);
	share->loss = w->loss;
	w->overflow |= share->overflow;
	if (share->has_gate && rat_sign(&w->running) != 0)
	{
		amount_print(share->gate_term, text);
		write_gate(w, w->loss ? "curve: loss cliff" : "curve: gain cliff", text, &share->gate);
	}
	return SETTLE_OK;
}

/* write_bands --- one line per touched band, then their sum. */
static void
write_bands(Writer *w)
{
	const Share *share = &w->out->share;
	const char  *side = w->terms->curve->flags & CURVE_BOTH ? "both" : w->loss ? "loss" : "gain";
	int64_t      part[TERMS_MAX_BANDS];
	int64_t      total;
	ExactRat     one;
	SettleLine  *line;
	char         text[2 * TERMS_TEXT];
	int          i;

	rat_set(&one, 1, 1);
	rat_mul(&w->running, &share->total, &one);
	if (w->loss)
		rat_neg(&w->running);
	if (rat_overflow(&w->running) || !money_round(&w->running, EXACT_HALF_AWAY, 1, &total) ||
		!share_apportion(share, total, part))
	{
		w->overflow = true;
		return;
	}
	for (i = 0; i < share->bands; i++)
	{
		const ShareBand *band = &share->band[i];
		char             lower[MONEY_TEXT], upper[MONEY_TEXT];
		ExactRat         end;

		snprintf(text, sizeof(text), "curve: %s band %d", side, band->number);
		line = add_line(w, "band", text);
		rat_add(&end, &band->lower, &band->slice);
		grouped(&band->lower, lower);
		grouped(&end, upper);
		rate_print(band->rate, line->rate);
		snprintf(line->formula, sizeof(line->formula), "(%s - %s) x %s", upper, lower, line->rate);
		line->has_quantity = true;
		line->quantity = band->slice;
		line->exact = band->amount;
		if (w->loss)
			rat_neg(&line->exact);
		line->pence = part[i];
	}
	line = add_line(w, "share", "curve");
	if (share->bands == 0)
		snprintf(line->formula, sizeof(line->formula), "nothing to share");
	else
		snprintf(line->formula, sizeof(line->formula), "sum of %d band%s", share->bands,
				 share->bands > 1 ? "s" : "");
}

/* write_product --- what stands, times a rate. */
static void
write_product(Writer *w, const char *code, const char *clause, const ExactRat *rate,
			  const char *why)
{
	char        before[MONEY_TEXT], text[TERMS_TEXT];
	SettleLine *line;

	grouped(&w->running, before);
	percent(rate, text);
	rat_mul(&w->running, &w->running, rate);
	line = add_line(w, code, clause);
	strcpy(line->rate, text);
	snprintf(line->formula, sizeof(line->formula), "%s x %s%s", before, text, why);
}

/* write_scaled --- quality on its sides, the loss rate on losses; the score decides. */
static SettleStatus
write_scaled(Writer *w, const TermsScale *scale, const char *what)
{
	SettleStatus status;
	ExactRat     rate;
	char         why[MONEY_TEXT + 32];
	char         score[2 * EXACT_TEXT];

	if (rat_sign(&w->running) == 0)
		return SETTLE_OK;
	status = look_up(w, scale, INPUT_SCORE, what, &rate);
	if (status != SETTLE_OK)
		return status;
	rat_print_decimal(&w->inputs->value[INPUT_SCORE], 0, 9, score);
	snprintf(why, sizeof(why), " (score %.40s)", score);
	write_product(w, what, what, &rate, why);
	return SETTLE_OK;
}

/* write_cap --- what stands, held within a limit. */
static void
write_cap(Writer *w, const char *clause, TermsAmount term, const ExactRat *of, const char *name)
{
	ExactRat    limit;
	ExactRat    magnitude = magnitude_of(&w->running);
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
	snprintf(line->formula, sizeof(line->formula), "%s at most %s%s: %s", before, product, l,
			 reached ? "capped" : "not reached");
}

/* write_caps --- the cap of the curve, then the cap of the terms. */
static SettleStatus
write_caps(Writer *w)
{
	const Share     *share = &w->out->share;
	const SettleCap *cap = &w->terms->cap[w->loss];
	const ExactRat  *of = &w->base;

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
static void
write_relief(Writer *w)
{
	const ExactRat *relief = &w->inputs->value[INPUT_LOSS_RELIEF];
	char            before[MONEY_TEXT], r[MONEY_TEXT];
	SettleLine     *line;

	grouped(&w->running, before);
	grouped(relief, r);
	rat_add(&w->running, &w->running, relief);
	if (rat_sign(&w->running) > 0)
		rat_set(&w->running, 0, 1);
	line = add_line(w, "relief", "loss_relief");
	snprintf(line->formula, sizeof(line->formula), "%s + %s, at most 0.00", before, r);
}

/* write_settlement --- the one rounding. */
static void
write_settlement(Writer *w)
{
	static const char *const mode[] = {"half away from zero", "half to even", "truncated"};
	const SettleTerms       *t = w->terms;
	SettleLine              *line = add_line(w, "settlement", "rounding");
	ExactRat                 unit;
	char                     before[MONEY_TEXT], u[MONEY_TEXT];

	rat_set(&unit, t->unit, 100);
	grouped(&unit, u);
	grouped(&w->running, before);
	if (!w->overflow && !money_round(&w->running, t->rounding, t->unit, &line->pence))
		w->overflow = true;
	snprintf(line->formula, sizeof(line->formula), "%s to %s, %s", before, u, mode[t->rounding]);
}

/* check_base --- percentages need something above nothing to be a percentage of. */
static SettleStatus
check_base(Writer *w)
{
	const SettleTerms *t = w->terms;
	const SettleCap   *cap = &t->cap[w->loss];

	if (!curve_needs_base(t->curve) && t->gate_by == GATE_NONE &&
		!(cap->given && cap->amount.den > 0 && !cap->of_revenue))
		return SETTLE_OK;
	if (rat_sign(&w->base) > 0 && !rat_overflow(&w->base))
		return SETTLE_OK;
	snprintf(w->message, w->message_size,
			 "the terms take percentages of the base, which must be above 0; record base, or "
			 "correct benchmark");
	return SETTLE_MISSING;
}

/*
 * settle_statement --- the lines of a settlement, in order; the last one settles.
 *
 * SETTLE_MISSING (with a message that says what to do) when an input is needed
 * and not there or not usable; SETTLE_OVERFLOW when a number does not fit.
 */
SettleStatus
settle_statement(const SettleTerms *terms, const SettleInputs *inputs, Settlement *out,
				 char *message, size_t message_size)
{
	Writer          w = {.terms = terms,
						 .inputs = inputs,
						 .out = out,
						 .message = message,
						 .message_size = message_size};
	const ExactRat *relief = &inputs->value[INPUT_LOSS_RELIEF];
	SettleStatus    status;

	out->lines = 0;
	status = write_difference(&w);
	if (status == SETTLE_OK)
		status = check_base(&w);
	if (status == SETTLE_OK)
		status = write_gates(&w);
	if (status != SETTLE_OK)
		return status;
	write_bands(&w);
	if (terms->quality && touches(&w, terms->quality_sides))
		status = write_scaled(&w, terms->quality, "quality");
	if (status == SETTLE_OK && terms->loss_rate && w.loss)
		status = write_scaled(&w, terms->loss_rate, "loss_rate");
	if (status != SETTLE_OK)
		return status;
	/* once nothing stands, the later steps have nothing to say */
	if (terms->has_factor[w.loss] && rat_sign(&w.running) != 0)
		write_product(&w, "factor", w.loss ? "factor_loss" : "factor_gain", &terms->factor[w.loss],
					  "");
	if (rat_sign(&w.running) != 0)
		status = write_caps(&w);
	if (status != SETTLE_OK)
		return status;
	if (rat_sign(&w.running) < 0 && inputs->given[INPUT_LOSS_RELIEF] && rat_sign(relief) != 0)
		write_relief(&w);
	write_settlement(&w);
	return w.overflow ? SETTLE_OVERFLOW : SETTLE_OK;
}

/*-------------------------------------------------------------------------
 *
 * terms_curve_core.c
 *	  Share curves, read and printed.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms_reader_core.h"

#include <stdio.h>
#include <string.h>

/* same_unit --- may a and b limit bands of one side? Zero goes with both. */
static bool
same_unit(TermsAmount a, TermsAmount b)
{
	return a.num == 0 || b.num == 0 || (a.den > 0) == (b.den > 0);
}

/* above --- is a > b, both of one unit? */
static bool
above(TermsAmount a, TermsAmount b)
{
	if (a.den == 0)
		a.den = 1;
	if (b.den == 0)
		b.den = 1;
	return fraction_cmp(a, b) > 0;
}

/* read_band --- one band that starts where the last one ended. */
static bool
read_band(TermsReader *r, TermsAmount start, TermsBand *band)
{
	const char *at = r->at;
	TermsAmount from;
	char        text[TERMS_TEXT];

	amount_print(start, text);
	if (!terms_read_amount(r, "a band such as 0..5%:50%", &from))
		return false;
	if (from.num != start.num || from.den != start.den)
		return terms_fail_at(r, TERMS_SYNTAX, at, "expected the band to start at %s%s", text,
							 start.num == 0 ? "" : ", where the last one ends");
	if (!terms_take(r, ".."))
		return terms_expected(r, "\"..\"");
	at = r->at;
	band->upper.num = -1;
	band->upper.den = 0;
	if (!terms_take(r, ":"))
	{
		if (!terms_read_amount(r, "the upper limit of the band, or \":\"", &band->upper))
			return false;
		if (!same_unit(start, band->upper))
			return terms_fail_at(r, TERMS_SYNTAX, at,
								 "expected all limits of a side in money, or all in percent");
		if (!above(band->upper, start))
			return terms_fail_at(r, TERMS_SYNTAX, at, "expected an upper limit above %s", text);
		if (!terms_take(r, ":"))
			return terms_expected(r, "\":\" and a rate");
	}
	return terms_read_rate(r, &band->rate);
}

/* finish_side --- the common denominators that the fast arithmetic uses. */
static void
finish_side(TermsSide *side, const TermsBand *band)
{
	int i;

	side->amount_den = side->rate_den = 1;
	for (i = 0; i < side->bands; i++)
	{
		side->rate_den = terms_common_den(side->rate_den, band[i].rate.den);
		side->amount_den = terms_common_den(side->amount_den, band[i].upper.den);
	}
	side->amount_den = terms_common_den(side->amount_den, side->gate.den);
	side->amount_den = terms_common_den(side->amount_den, side->cap.den);
}

/* read_side --- ['cliff' amount] band {',' band} ['max' amount]. */
static bool
read_side(TermsReader *r, TermsSide *side, TermsBand *band)
{
	TermsAmount start = {0, 0};

	side->gate.num = side->cap.num = -1;
	side->gate.den = side->cap.den = 0;
	if (terms_take_word(r, "cliff") && !terms_read_amount(r, "an amount such as 3%", &side->gate))
		return false;
	/* a gate at nothing is open */
	if (side->gate.num == 0)
		side->gate.num = -1;
	do
	{
		if (side->bands == TERMS_MAX_BANDS)
			return terms_fail_at(r, TERMS_LIMIT, r->at, "expected at most %d bands",
								 TERMS_MAX_BANDS);
		if (!amount_given(start))
			return terms_fail_at(r, TERMS_SYNTAX, r->at, "expected no band after an open one");
		if (!read_band(r, start, &band[side->bands]))
			return false;
		start = band[side->bands++].upper;
	} while (terms_take(r, ","));
	if (terms_take_word(r, "max") && !terms_read_amount(r, "an amount such as 10%", &side->cap))
		return false;
	finish_side(side, band);
	return true;
}

/* curve_parse --- see terms_core.h. */
size_t
curve_parse(const char *text, size_t len, TermsCurve *c, TermsError *error)
{
	TermsReader r;
	TermsBand   loss[TERMS_MAX_BANDS];

	terms_start(&r, text, len, "share_curve", error);
	memset(c, 0, sizeof(TermsCurve));
	c->version = TERMS_VERSION;
	c->side[0].gate.num = c->side[0].cap.num = c->side[1].gate.num = c->side[1].cap.num = -1;
	do
	{
		const char *at = r.at;
		int         flag;

		if (terms_take_word(&r, "gain"))
			flag = CURVE_GAIN;
		else if (terms_take_word(&r, "loss"))
			flag = CURVE_LOSS;
		else if (terms_take_word(&r, "both"))
			flag = CURVE_BOTH;
		else
		{
			terms_expected(&r, "gain, loss or both");
			return 0;
		}
		if (c->flags != 0 && (flag == CURVE_BOTH || (c->flags & (flag | CURVE_BOTH))))
		{
			terms_fail_at(&r, TERMS_SYNTAX, at, "expected gain and loss once each, or both alone");
			return 0;
		}
		c->flags |= flag;
		if (flag == CURVE_LOSS ? !read_side(&r, &c->side[1], loss)
							   : !read_side(&r, &c->side[0], c->band))
			return 0;
	} while (terms_take(&r, ";"));
	if (r.at != r.end)
	{
		terms_expected(&r, "\",\", \";\", max or the end");
		return 0;
	}
	memcpy(c->band + c->side[0].bands, loss, (size_t) c->side[1].bands * sizeof(TermsBand));
	return CURVE_SIZE(c->side[0].bands + c->side[1].bands);
}

size_t
curve_text_size(const TermsCurve *c)
{
	return 8 * TERMS_TEXT + (size_t) (c->side[0].bands + c->side[1].bands) * 2 * TERMS_TEXT;
}

/* side_print --- returns the end of what it wrote. */
static char *
side_print(const TermsSide *side, const TermsBand *band, const char *name, char *out)
{
	char text[TERMS_TEXT];
	char lower_text[TERMS_TEXT] = "0";
	int  i;

	out += sprintf(out, "%s ", name);
	if (amount_given(side->gate))
	{
		amount_print(side->gate, text);
		out += sprintf(out, "cliff %s ", text);
	}
	for (i = 0; i < side->bands; i++)
	{
		char rate[TERMS_TEXT];

		amount_print(band[i].upper, text);
		rate_print(band[i].rate, rate);
		out += sprintf(out, "%s%s..%s:%s", i == 0 ? "" : ", ", lower_text, text, rate);
		strcpy(lower_text, text);
	}
	if (amount_given(side->cap))
	{
		amount_print(side->cap, text);
		out += sprintf(out, " max %s", text);
	}
	return out;
}

/* curve_print --- the canonical text: gain before loss. */
void
curve_print(const TermsCurve *c, char *out)
{
	if (c->flags & (CURVE_GAIN | CURVE_BOTH))
		out = side_print(&c->side[0], c->band, c->flags & CURVE_BOTH ? "both" : "gain", out);
	if (c->flags == (CURVE_GAIN | CURVE_LOSS))
		out += sprintf(out, "; ");
	if (c->flags & CURVE_LOSS)
		side_print(&c->side[1], c->band + c->side[0].bands, "loss", out);
}

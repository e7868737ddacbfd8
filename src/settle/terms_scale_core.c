/*-------------------------------------------------------------------------
 *
 * terms_scale_core.c
 *	  Sliding scales, read and printed.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms_reader_core.h"

#include <stdio.h>
#include <string.h>

/* read_row --- one step or knot, in strict order after the last one. */
static bool
read_row(TermsReader *r, TermsScale *s)
{
	TermsRow   *row = &s->row[s->rows];
	const char *at;

	if (s->rows == TERMS_MAX_STEPS)
		return terms_fail_at(r, TERMS_LIMIT, r->at, "expected at most %d %s", TERMS_MAX_STEPS,
							 s->linear ? "knots" : "steps");
	if (!s->linear && !terms_take(r, ">="))
		return terms_expected(r, "\">=\" or linear");
	at = r->at;
	if (!terms_read_fraction(r, "a value such as 90% or 5000", &row->value))
		return false;
	if (s->rows > 0 && fraction_cmp(row->value, row[-1].value) != (s->linear ? 1 : -1))
		return terms_fail_at(r, TERMS_SYNTAX, at, "expected a value %s the one before",
							 s->linear ? "above" : "below");
	if (!terms_take(r, ":"))
		return terms_expected(r, "\":\" and a rate");
	if (!terms_read_rate(r, &row->rate))
		return false;
	s->rows++;
	return true;
}

/* scale_parse --- see terms_core.h. */
size_t
scale_parse(const char *text, size_t len, TermsScale *s, TermsError *error)
{
	TermsReader r;

	terms_start(&r, text, len, "sliding_scale", error);
	memset(s, 0, sizeof(TermsScale));
	s->version = TERMS_VERSION;
	s->linear = terms_take_word(&r, "linear");
	do
	{
		if (!read_row(&r, s))
			return 0;
	} while (terms_take(&r, ","));
	if (!s->linear && terms_take_word(&r, "else") && !terms_read_rate(&r, &s->otherwise))
		return 0;
	if (r.at != r.end)
	{
		terms_expected(&r, s->linear ? "\",\" or the end" : "\",\", else or the end");
		return 0;
	}
	return SCALE_SIZE(s->rows);
}

size_t
scale_text_size(const TermsScale *s)
{
	return 2 * TERMS_TEXT + (size_t) s->rows * 2 * TERMS_TEXT;
}

/* scale_value_print --- in percent when no value of the scale exceeds 1, else as a number. */
void
scale_value_print(const TermsScale *s, TermsFraction value, char *out)
{
	TermsFraction most = s->row[s->linear ? s->rows - 1 : 0].value;

	if (most.num > most.den && terms_decimal_print(value, 1, out))
		return;
	rate_print(value, out);
}

/* scale_print --- the canonical text. */
void
scale_print(const TermsScale *s, char *out)
{
	int i;

	if (s->linear)
		out += sprintf(out, "linear ");
	for (i = 0; i < s->rows; i++)
	{
		char value[TERMS_TEXT];
		char rate[TERMS_TEXT];

		scale_value_print(s, s->row[i].value, value);
		rate_print(s->row[i].rate, rate);
		out += sprintf(out, "%s%s%s:%s", i == 0 ? "" : ", ", s->linear ? "" : ">=", value, rate);
	}
	if (s->otherwise.den > 0)
	{
		out += sprintf(out, " else ");
		rate_print(s->otherwise, out);
	}
}

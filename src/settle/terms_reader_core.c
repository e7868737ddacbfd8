/*-------------------------------------------------------------------------
 *
 * terms_reader_core.c
 *	  Marks, words, numbers, amounts and rates of terms, read and printed.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms_reader_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*--------------------------------------------------------------------
 * Small helpers
 *--------------------------------------------------------------------
 */

/* fraction_reduce --- to lowest terms with den > 0; false when den is 0. */
bool
fraction_reduce(int64_t *num, int64_t *den)
{
	int64_t a = *num;
	int64_t b = *den;

	if (b == 0)
		return false;
	while (b != 0)
	{
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	*num /= a;
	*den /= a;
	return true;
}

/* fraction_cmp --- -1, 0 or 1 by value; denominators are positive. */
int
fraction_cmp(TermsFraction a, TermsFraction b)
{
	__int128 left = (__int128) a.num * b.den;
	__int128 right = (__int128) b.num * a.den;

	return (left > right) - (left < right);
}

/*
 * terms_common_den --- least common multiple of two denominators, 0 when it is wider than int64.
 *
 * A multiple that was too wide stays so; money (den 0) asks for nothing.
 */
int64_t
terms_common_den(int64_t a, int64_t b)
{
	int64_t x = a;
	int64_t y = b;
	int64_t product;

	if (a == 0 || b == 0)
		return a;
	while (y != 0)
	{
		int64_t rest = x % y;

		x = y;
		y = rest;
	}
	return __builtin_mul_overflow(a / x, b, &product) ? 0 : product;
}

static bool
terms_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool
terms_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
terms_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

/* terms_is_word --- do the len bytes spell this keyword, in any case? */
bool
terms_is_word(const char *text, size_t len, const char *keyword)
{
	size_t i;

	for (i = 0; i < len; i++)
	{
		if (lower(text[i]) != keyword[i])
			return false;
	}
	return keyword[len] == '\0';
}

/* position --- number of the character at p, counted from 1. */
static int
position(const TermsReader *r, const char *p)
{
	int         n = 1;
	const char *q;

	for (q = r->start; q < p; q++)
		n += ((unsigned char) *q & 0xC0) != 0x80;
	return n;
}

/* found --- a short quotation of what stands at p. */
static void
found(const TermsReader *r, const char *p, char *out)
{
	size_t n = 0;

	if (p == r->end)
	{
		strcpy(out, "the end");
		return;
	}
	out[n++] = '"';
	while (p < r->end && n < 20 && !(n > 1 && terms_is_blank(*p)))
		out[n++] = *p++;
	/* never cut a character in two */
	while (p < r->end && n < 24 && ((unsigned char) *p & 0xC0) == 0x80)
		out[n++] = *p++;
	out[n++] = '"';
	out[n] = '\0';
}

/* terms_fail_at --- "invalid share_curve at character 7: <message>"; always false. */
bool
terms_fail_at(TermsReader *r, TermsErrorKind kind, const char *p, const char *format, ...)
{
	TermsError *e = r->error;
	va_list     args;
	int         n;

	e->kind = kind;
	n = snprintf(e->message, sizeof(e->message), "invalid %s at character %d: ", r->what,
				 position(r, p));
	va_start(args, format);
	vsnprintf(e->message + n, sizeof(e->message) - (size_t) n, format, args);
	va_end(args);
	return false;
}

/* terms_expected --- what the grammar wants here, and what stands there instead. */
bool
terms_expected(TermsReader *r, const char *what)
{
	char here[32];

	found(r, r->at, here);
	return terms_fail_at(r, TERMS_SYNTAX, r->at, "expected %s, found %s", what, here);
}

void
terms_skip_blanks(TermsReader *r)
{
	while (r->at < r->end && terms_is_blank(*r->at))
		r->at++;
}

void
terms_start(TermsReader *r, const char *text, size_t len, const char *what, TermsError *error)
{
	r->start = r->at = text;
	r->end = text + len;
	r->what = what;
	r->error = error;
	error->kind = TERMS_OK;
	terms_skip_blanks(r);
}

/* terms_take --- skip a mark and the blanks behind it, if it stands here. */
bool
terms_take(TermsReader *r, const char *mark)
{
	size_t n = strlen(mark);

	if ((size_t) (r->end - r->at) < n || memcmp(r->at, mark, n) != 0)
		return false;
	r->at += n;
	terms_skip_blanks(r);
	return true;
}

/* terms_take_word --- the same for a keyword, which ends where letters, digits and _ end. */
bool
terms_take_word(TermsReader *r, const char *keyword)
{
	const char *p = r->at;

	while (p < r->end && (terms_is_letter(*p) || terms_is_digit(*p) || *p == '_'))
		p++;
	if (!terms_is_word(r->at, (size_t) (p - r->at), keyword))
		return false;
	r->at = p;
	terms_skip_blanks(r);
	return true;
}

/*--------------------------------------------------------------------
 * Numbers, amounts, rates
 *--------------------------------------------------------------------
 */

/* add_digit --- false (with the error) when the number outgrows int64. */
static bool
add_digit(TermsReader *r, TermsNumber *n, char c)
{
	if (__builtin_mul_overflow(n->mantissa, 10, &n->mantissa) ||
		__builtin_add_overflow(n->mantissa, c - '0', &n->mantissa))
		return terms_fail_at(r, TERMS_RANGE, n->at,
							 "expected a number below 9,223,372,036,854,775,808");
	n->digits++;
	return true;
}

/* terms_read_number --- digits [. digits], with no letter glued to it. */
static bool
terms_read_number(TermsReader *r, const char *what, TermsNumber *n)
{
	const char *p = r->at;

	n->mantissa = n->digits = n->decimals = 0;
	n->at = p;
	if (p == r->end || !terms_is_digit(*p))
		return terms_expected(r, what);
	for (; p < r->end && terms_is_digit(*p); p++)
	{
		if (!add_digit(r, n, *p))
			return false;
	}
	if (r->end - p >= 2 && p[0] == '.' && terms_is_digit(p[1]))
	{
		for (p++; p < r->end && terms_is_digit(*p); p++)
		{
			if (!add_digit(r, n, *p))
				return false;
			n->decimals++;
		}
	}
	r->at = p;
	if (p < r->end && (terms_is_letter(*p) || *p == '_'))
		return terms_expected(r, "the end of the number");
	terms_skip_blanks(r);
	return true;
}

/* terms_check_number --- the limits on a number that is not part of int/int. */
static bool
terms_check_number(TermsReader *r, const TermsNumber *n, int decimals)
{
	if (n->digits > TERMS_MAX_DIGITS)
		return terms_fail_at(r, TERMS_RANGE, n->at, "expected a number of at most %d digits",
							 TERMS_MAX_DIGITS);
	if (n->decimals > decimals)
		return terms_fail_at(r, TERMS_SYNTAX, n->at, "expected at most %d decimals", decimals);
	return true;
}

/* terms_number_fraction --- the number as a fraction in lowest terms. */
static bool
terms_number_fraction(TermsReader *r, const TermsNumber *n, bool percent, TermsFraction *f)
{
	int zeros = n->decimals + (percent ? 2 : 0);

	if (!terms_check_number(r, n, TERMS_MAX_DECIMALS))
		return false;
	f->num = n->mantissa;
	for (f->den = 1; zeros > 0; zeros--)
		f->den *= 10;
	return fraction_reduce(&f->num, &f->den);
}

/* terms_read_fraction --- number '%' | integer '/' integer | number. */
bool
terms_read_fraction(TermsReader *r, const char *what, TermsFraction *f)
{
	TermsNumber n, d;

	if (!terms_read_number(r, what, &n))
		return false;
	if (terms_take(r, "%"))
		return terms_number_fraction(r, &n, true, f);
	if (!terms_take(r, "/"))
		return terms_number_fraction(r, &n, false, f);
	if (!terms_read_number(r, "the denominator", &d))
		return false;
	if (n.decimals > 0 || d.decimals > 0)
		return terms_fail_at(r, TERMS_SYNTAX, n.at, "expected whole numbers around \"/\"");
	f->num = n.mantissa;
	f->den = d.mantissa;
	if (!fraction_reduce(&f->num, &f->den))
		return terms_fail_at(r, TERMS_SYNTAX, d.at, "expected a denominator other than 0");
	return true;
}

/* terms_read_rate --- a fraction between 0 and 1. */
bool
terms_read_rate(TermsReader *r, TermsFraction *rate)
{
	const char *at = r->at;

	if (!terms_read_fraction(r, "a rate such as 40%, 2/3 or 0.4", rate))
		return false;
	if (rate->num > rate->den)
		return terms_fail_at(r, TERMS_RANGE, at, "expected a rate between 0%% and 100%%");
	return true;
}

/* terms_read_amount --- pence, or a fraction of the base. */
bool
terms_read_amount(TermsReader *r, const char *what, TermsAmount *a)
{
	TermsNumber n;

	if (!terms_read_number(r, what, &n))
		return false;
	if (terms_take(r, "%"))
	{
		if (!terms_number_fraction(r, &n, true, a))
			return false;
		if (a->num == 0)
			a->den = 0;
		return true;
	}
	if (!terms_check_number(r, &n, 2))
		return false;
	a->den = 0;
	a->num = n.mantissa;
	for (; n.decimals < 2; n.decimals++)
	{
		if (__builtin_mul_overflow(a->num, 10, &a->num))
			return terms_fail_at(r, TERMS_RANGE, n.at,
								 "expected an amount below 92,233,720,368,547,758.08");
	}
	return true;
}

/* terms_decimal_print --- num / den * 10^shift as a plain number; false when it is not one that
 * reads back. */
bool
terms_decimal_print(TermsFraction f, int64_t shift, char *out)
{
	const int64_t unit = 1000000000; /* TERMS_MAX_DECIMALS */
	__int128      scaled = (__int128) f.num * shift;
	int64_t       whole, part;
	int           n;

	if (scaled / f.den >= 1000000000000000000)
		return false;
	whole = (int64_t) (scaled / f.den);
	scaled = scaled % f.den * unit;
	if (scaled % f.den != 0)
		return false;
	part = (int64_t) (scaled / f.den);
	n = sprintf(out, "%lld", (long long) whole);
	if (part == 0)
		return true;
	n += sprintf(out + n, ".%09lld", (long long) part);
	while (out[n - 1] == '0')
		out[--n] = '\0';
	return n <= TERMS_MAX_DIGITS + 1;
}

static void
terms_fraction_print(TermsFraction f, char *out)
{
	sprintf(out, "%lld/%lld", (long long) f.num, (long long) f.den);
}

/* rate_print --- as a percentage where that is exact, else as a fraction. */
void
rate_print(TermsFraction rate, char *out)
{
	if (terms_decimal_print(rate, 100, out))
		strcat(out, "%");
	else
		terms_fraction_print(rate, out);
}

/* amount_print --- "500000", "0.50", "5%"; nothing when it is absent or open. */
void
amount_print(TermsAmount a, char *out)
{
	out[0] = '\0';
	if (!amount_given(a))
		return;
	if (a.den > 0)
		rate_print(a, out);
	else if (a.num % 100 == 0)
		sprintf(out, "%lld", (long long) (a.num / 100));
	else
		sprintf(out, "%lld.%02lld", (long long) (a.num / 100), (long long) (a.num % 100));
}

/*-------------------------------------------------------------------------
 *
 * terms_core.c
 *	  Reading, printing, comparing and hashing contract terms.
 *
 *	 curve  := side {';' side}      side := ('gain'|'loss'|'both') ['cliff' amount] band {',' band}
 *['max' amount] band   := amount '..' [amount] ':' rate          amount := number ['%']  (percent
 *of the base) scale  := '>=' value ':' rate {',' ...} ['else' rate] | 'linear' value ':' rate {','
 *...} split  := party (rate | 'remaining') {',' ...}    rate := number '%' | integer '/' integer |
 *number
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "settle/exact_core.h"

static const char *const keywords[] = {"gain", "loss", "both",   "cliff",
									   "max",  "else", "linear", "remaining"};

/* A text being read. */
typedef struct Reader
{
	const char *start;
	const char *at;
	const char *end;
	const char *what; /* name of the type, for messages */
	TermsError *error;
} Reader;

/* A number as written: mantissa / 10^decimals. */
typedef struct Number
{
	int64_t     mantissa;
	int         digits;
	int         decimals;
	const char *at;
} Number;

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
 * common_den --- least common multiple of two denominators, 0 when it is wider than int64.
 *
 * A multiple that was too wide stays so; money (den 0) asks for nothing.
 */
static int64_t
common_den(int64_t a, int64_t b)
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
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

/* is_word --- do the len bytes spell this keyword, in any case? */
static bool
is_word(const char *text, size_t len, const char *keyword)
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
position(const Reader *r, const char *p)
{
	int         n = 1;
	const char *q;

	for (q = r->start; q < p; q++)
		n += ((unsigned char) *q & 0xC0) != 0x80;
	return n;
}

/* found --- a short quotation of what stands at p. */
static void
found(const Reader *r, const char *p, char *out)
{
	size_t n = 0;

	if (p == r->end)
	{
		strcpy(out, "the end");
		return;
	}
	out[n++] = '"';
	while (p < r->end && n < 20 && !(n > 1 && is_blank(*p)))
		out[n++] = *p++;
	/* never cut a character in two */
	while (p < r->end && n < 24 && ((unsigned char) *p & 0xC0) == 0x80)
		out[n++] = *p++;
	out[n++] = '"';
	out[n] = '\0';
}

static bool fail_at(Reader *r, TermsErrorKind kind, const char *p, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* fail_at --- "invalid share_curve at character 7: <message>"; always false. */
static bool
fail_at(Reader *r, TermsErrorKind kind, const char *p, const char *format, ...)
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

/* expected --- what the grammar wants here, and what stands there instead. */
static bool
expected(Reader *r, const char *what)
{
	char here[32];

	found(r, r->at, here);
	return fail_at(r, TERMS_SYNTAX, r->at, "expected %s, found %s", what, here);
}

static void
skip_blanks(Reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static void
reader_start(Reader *r, const char *text, size_t len, const char *what, TermsError *error)
{
	r->start = r->at = text;
	r->end = text + len;
	r->what = what;
	r->error = error;
	error->kind = TERMS_OK;
	skip_blanks(r);
}

/* take --- skip a mark and the blanks behind it, if it stands here. */
static bool
take(Reader *r, const char *mark)
{
	size_t n = strlen(mark);

	if ((size_t) (r->end - r->at) < n || memcmp(r->at, mark, n) != 0)
		return false;
	r->at += n;
	skip_blanks(r);
	return true;
}

/* take_word --- the same for a keyword, which ends where letters, digits and _ end. */
static bool
take_word(Reader *r, const char *keyword)
{
	const char *p = r->at;

	while (p < r->end && (is_letter(*p) || is_digit(*p) || *p == '_'))
		p++;
	if (!is_word(r->at, (size_t) (p - r->at), keyword))
		return false;
	r->at = p;
	skip_blanks(r);
	return true;
}

/*--------------------------------------------------------------------
 * Numbers, amounts, rates
 *--------------------------------------------------------------------
 */

/* add_digit --- false (with the error) when the number outgrows int64. */
static bool
add_digit(Reader *r, Number *n, char c)
{
	if (__builtin_mul_overflow(n->mantissa, 10, &n->mantissa) ||
		__builtin_add_overflow(n->mantissa, c - '0', &n->mantissa))
		return fail_at(r, TERMS_RANGE, n->at, "expected a number below 9,223,372,036,854,775,808");
	n->digits++;
	return true;
}

/* read_number --- digits [. digits], with no letter glued to it. */
static bool
read_number(Reader *r, const char *what, Number *n)
{
	const char *p = r->at;

	n->mantissa = n->digits = n->decimals = 0;
	n->at = p;
	if (p == r->end || !is_digit(*p))
		return expected(r, what);
	for (; p < r->end && is_digit(*p); p++)
	{
		if (!add_digit(r, n, *p))
			return false;
	}
	if (r->end - p >= 2 && p[0] == '.' && is_digit(p[1]))
	{
		for (p++; p < r->end && is_digit(*p); p++)
		{
			if (!add_digit(r, n, *p))
				return false;
			n->decimals++;
		}
	}
	r->at = p;
	if (p < r->end && (is_letter(*p) || *p == '_'))
		return expected(r, "the end of the number");
	skip_blanks(r);
	return true;
}

/* check_number --- the limits on a number that is not part of int/int. */
static bool
check_number(Reader *r, const Number *n, int decimals)
{
	if (n->digits > TERMS_MAX_DIGITS)
		return fail_at(r, TERMS_RANGE, n->at, "expected a number of at most %d digits",
					   TERMS_MAX_DIGITS);
	if (n->decimals > decimals)
		return fail_at(r, TERMS_SYNTAX, n->at, "expected at most %d decimals", decimals);
	return true;
}

/* number_fraction --- the number as a fraction in lowest terms. */
static bool
number_fraction(Reader *r, const Number *n, bool percent, TermsFraction *f)
{
	int zeros = n->decimals + (percent ? 2 : 0);

	if (!check_number(r, n, TERMS_MAX_DECIMALS))
		return false;
	f->num = n->mantissa;
	for (f->den = 1; zeros > 0; zeros--)
		f->den *= 10;
	return fraction_reduce(&f->num, &f->den);
}

/* read_fraction --- number '%' | integer '/' integer | number. */
static bool
read_fraction(Reader *r, const char *what, TermsFraction *f)
{
	Number n, d;

	if (!read_number(r, what, &n))
		return false;
	if (take(r, "%"))
		return number_fraction(r, &n, true, f);
	if (!take(r, "/"))
		return number_fraction(r, &n, false, f);
	if (!read_number(r, "the denominator", &d))
		return false;
	if (n.decimals > 0 || d.decimals > 0)
		return fail_at(r, TERMS_SYNTAX, n.at, "expected whole numbers around \"/\"");
	f->num = n.mantissa;
	f->den = d.mantissa;
	if (!fraction_reduce(&f->num, &f->den))
		return fail_at(r, TERMS_SYNTAX, d.at, "expected a denominator other than 0");
	return true;
}

/* read_rate --- a fraction between 0 and 1. */
static bool
read_rate(Reader *r, TermsFraction *rate)
{
	const char *at = r->at;

	if (!read_fraction(r, "a rate such as 40%, 2/3 or 0.4", rate))
		return false;
	if (rate->num > rate->den)
		return fail_at(r, TERMS_RANGE, at, "expected a rate between 0%% and 100%%");
	return true;
}

/* read_amount --- pence, or a fraction of the base. */
static bool
read_amount(Reader *r, const char *what, TermsAmount *a)
{
	Number n;

	if (!read_number(r, what, &n))
		return false;
	if (take(r, "%"))
	{
		if (!number_fraction(r, &n, true, a))
			return false;
		if (a->num == 0)
			a->den = 0;
		return true;
	}
	if (!check_number(r, &n, 2))
		return false;
	a->den = 0;
	a->num = n.mantissa;
	for (; n.decimals < 2; n.decimals++)
	{
		if (__builtin_mul_overflow(a->num, 10, &a->num))
			return fail_at(r, TERMS_RANGE, n.at,
						   "expected an amount below 92,233,720,368,547,758.08");
	}
	return true;
}

/* decimal_print --- num / den * 10^shift as a plain number; false when it is not one that reads
 * back. */
static bool
decimal_print(TermsFraction f, int64_t shift, char *out)
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
fraction_print(TermsFraction f, char *out)
{
	sprintf(out, "%lld/%lld", (long long) f.num, (long long) f.den);
}

/* rate_print --- as a percentage where that is exact, else as a fraction. */
void
rate_print(TermsFraction rate, char *out)
{
	if (decimal_print(rate, 100, out))
		strcat(out, "%");
	else
		fraction_print(rate, out);
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

/*--------------------------------------------------------------------
 * share_curve
 *--------------------------------------------------------------------
 */

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
read_band(Reader *r, TermsAmount start, TermsBand *band)
{
	const char *at = r->at;
	TermsAmount from;
	char        text[TERMS_TEXT];

	amount_print(start, text);
	if (!read_amount(r, "a band such as 0..5%:50%", &from))
		return false;
	if (from.num != start.num || from.den != start.den)
		return fail_at(r, TERMS_SYNTAX, at, "expected the band to start at %s%s", text,
					   start.num == 0 ? "" : ", where the last one ends");
	if (!take(r, ".."))
		return expected(r, "\"..\"");
	at = r->at;
	band->upper.num = -1;
	band->upper.den = 0;
	if (!take(r, ":"))
	{
		if (!read_amount(r, "the upper limit of the band, or \":\"", &band->upper))
			return false;
		if (!same_unit(start, band->upper))
			return fail_at(r, TERMS_SYNTAX, at,
						   "expected all limits of a side in money, or all in percent");
		if (!above(band->upper, start))
			return fail_at(r, TERMS_SYNTAX, at, "expected an upper limit above %s", text);
		if (!take(r, ":"))
			return expected(r, "\":\" and a rate");
	}
	return read_rate(r, &band->rate);
}

/* finish_side --- the common denominators that the fast arithmetic uses. */
static void
finish_side(TermsSide *side, const TermsBand *band)
{
	int i;

	side->amount_den = side->rate_den = 1;
	for (i = 0; i < side->bands; i++)
	{
		side->rate_den = common_den(side->rate_den, band[i].rate.den);
		side->amount_den = common_den(side->amount_den, band[i].upper.den);
	}
	side->amount_den = common_den(side->amount_den, side->gate.den);
	side->amount_den = common_den(side->amount_den, side->cap.den);
}

/* read_side --- ['cliff' amount] band {',' band} ['max' amount]. */
static bool
read_side(Reader *r, TermsSide *side, TermsBand *band)
{
	TermsAmount start = {0, 0};

	side->gate.num = side->cap.num = -1;
	side->gate.den = side->cap.den = 0;
	if (take_word(r, "cliff") && !read_amount(r, "an amount such as 3%", &side->gate))
		return false;
	/* a gate at nothing is open */
	if (side->gate.num == 0)
		side->gate.num = -1;
	do
	{
		if (side->bands == TERMS_MAX_BANDS)
			return fail_at(r, TERMS_LIMIT, r->at, "expected at most %d bands", TERMS_MAX_BANDS);
		if (!amount_given(start))
			return fail_at(r, TERMS_SYNTAX, r->at, "expected no band after an open one");
		if (!read_band(r, start, &band[side->bands]))
			return false;
		start = band[side->bands++].upper;
	} while (take(r, ","));
	if (take_word(r, "max") && !read_amount(r, "an amount such as 10%", &side->cap))
		return false;
	finish_side(side, band);
	return true;
}

/* curve_parse --- see terms_core.h. */
size_t
curve_parse(const char *text, size_t len, TermsCurve *c, TermsError *error)
{
	Reader    r;
	TermsBand loss[TERMS_MAX_BANDS];

	reader_start(&r, text, len, "share_curve", error);
	memset(c, 0, sizeof(TermsCurve));
	c->version = TERMS_VERSION;
	c->side[0].gate.num = c->side[0].cap.num = c->side[1].gate.num = c->side[1].cap.num = -1;
	do
	{
		const char *at = r.at;
		int         flag;

		if (take_word(&r, "gain"))
			flag = CURVE_GAIN;
		else if (take_word(&r, "loss"))
			flag = CURVE_LOSS;
		else if (take_word(&r, "both"))
			flag = CURVE_BOTH;
		else
		{
			expected(&r, "gain, loss or both");
			return 0;
		}
		if (c->flags != 0 && (flag == CURVE_BOTH || (c->flags & (flag | CURVE_BOTH))))
		{
			fail_at(&r, TERMS_SYNTAX, at, "expected gain and loss once each, or both alone");
			return 0;
		}
		c->flags |= flag;
		if (flag == CURVE_LOSS ? !read_side(&r, &c->side[1], loss)
							   : !read_side(&r, &c->side[0], c->band))
			return 0;
	} while (take(&r, ";"));
	if (r.at != r.end)
	{
		expected(&r, "\",\", \";\", max or the end");
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

/*--------------------------------------------------------------------
 * sliding_scale
 *--------------------------------------------------------------------
 */

/* read_row --- one step or knot, in strict order after the last one. */
static bool
read_row(Reader *r, TermsScale *s)
{
	TermsRow   *row = &s->row[s->rows];
	const char *at;

	if (s->rows == TERMS_MAX_STEPS)
		return fail_at(r, TERMS_LIMIT, r->at, "expected at most %d %s", TERMS_MAX_STEPS,
					   s->linear ? "knots" : "steps");
	if (!s->linear && !take(r, ">="))
		return expected(r, "\">=\" or linear");
	at = r->at;
	if (!read_fraction(r, "a value such as 90% or 5000", &row->value))
		return false;
	if (s->rows > 0 && fraction_cmp(row->value, row[-1].value) != (s->linear ? 1 : -1))
		return fail_at(r, TERMS_SYNTAX, at, "expected a value %s the one before",
					   s->linear ? "above" : "below");
	if (!take(r, ":"))
		return expected(r, "\":\" and a rate");
	if (!read_rate(r, &row->rate))
		return false;
	s->rows++;
	return true;
}

/* scale_parse --- see terms_core.h. */
size_t
scale_parse(const char *text, size_t len, TermsScale *s, TermsError *error)
{
	Reader r;

	reader_start(&r, text, len, "sliding_scale", error);
	memset(s, 0, sizeof(TermsScale));
	s->version = TERMS_VERSION;
	s->linear = take_word(&r, "linear");
	do
	{
		if (!read_row(&r, s))
			return 0;
	} while (take(&r, ","));
	if (!s->linear && take_word(&r, "else") && !read_rate(&r, &s->otherwise))
		return 0;
	if (r.at != r.end)
	{
		expected(&r, s->linear ? "\",\" or the end" : "\",\", else or the end");
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

	if (most.num > most.den && decimal_print(value, 1, out))
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

/*--------------------------------------------------------------------
 * party_split
 *--------------------------------------------------------------------
 */

static bool
is_name_char(char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

/* is_number --- [-] digits [. digits] */
static bool
is_number(const char *p, const char *end)
{
	int points = 0;

	if (p < end && *p == '-')
		p++;
	if (p == end || !is_digit(*p) || !is_digit(end[-1]))
		return false;
	for (; p < end; p++)
	{
		if (*p == '.')
			points++;
		else if (!is_digit(*p))
			return false;
	}
	return points <= 1;
}

/* is_bare_name --- may the name stand without quotes: neither number nor keyword? */
static bool
is_bare_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
	{
		if (!is_name_char(name[i]))
			return false;
	}
	if (len == 0 || is_number(name, name + len))
		return false;
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
	{
		if (is_word(name, len, keywords[i]))
			return false;
	}
	return true;
}

/* read_quoted --- "any text", a quote doubled; appended to out. */
static bool
read_quoted(Reader *r, char *out, int64_t *len)
{
	const char *at = r->at++;

	for (;;)
	{
		if (r->at == r->end)
			return fail_at(r, TERMS_SYNTAX, at, "expected a closing quote");
		if (*r->at == '"' && (++r->at == r->end || *r->at != '"'))
			return true;
		out[(*len)++] = *r->at++;
	}
}

/* read_name --- a bare word or quoted text. */
static bool
read_name(Reader *r, char *out, int64_t *len)
{
	const char *at = r->at;

	*len = 0;
	if (r->at < r->end && *r->at == '"')
	{
		if (!read_quoted(r, out, len))
			return false;
		if (*len == 0)
			return fail_at(r, TERMS_SYNTAX, at, "expected a party name between the quotes");
	}
	else
	{
		while (r->at < r->end && is_name_char(*r->at))
			r->at++;
		*len = r->at - at;
		if (!is_bare_name(at, (size_t) *len))
		{
			r->at = at;
			return expected(
				r, "a party (a word that is not a number or keyword, or text in double quotes)");
		}
		memcpy(out, at, (size_t) *len);
	}
	if (*len > TERMS_MAX_NAME)
		return fail_at(r, TERMS_LIMIT, at, "expected a party name of at most %d bytes",
					   TERMS_MAX_NAME);
	skip_blanks(r);
	return true;
}

/* read_party --- name and share; names collects all names so far. */
static bool
read_party(Reader *r, TermsSplit *s, char *names)
{
	TermsParty *party = &s->party[s->parties];
	const char *at = r->at;
	int         i;

	if (s->parties == TERMS_MAX_PARTIES)
		return fail_at(r, TERMS_LIMIT, at, "expected at most %d parties", TERMS_MAX_PARTIES);
	party->name_at = s->name_bytes;
	if (!read_name(r, names + s->name_bytes, &party->name_len))
		return false;
	for (i = 0; i < s->parties; i++)
	{
		if (s->party[i].name_len == party->name_len &&
			memcmp(names + s->party[i].name_at, names + party->name_at, (size_t) party->name_len) ==
				0)
			return fail_at(r, TERMS_SYNTAX, at, "expected each party once");
	}
	s->name_bytes += party->name_len;
	at = r->at;
	if (!take_word(r, "remaining"))
	{
		if (r->at == r->end || !is_digit(*r->at))
			return expected(r, "a share such as 50%, 1/3 or remaining");
		if (!read_rate(r, &party->share))
			return false;
	}
	else if (s->remaining >= 0)
		return fail_at(r, TERMS_SYNTAX, at, "expected remaining at most once");
	else
	{
		s->remaining = s->parties;
		party->share.num = party->share.den = 0;
	}
	s->parties++;
	return true;
}

/* check_sum --- the shares make exactly one, or leave something for `remaining`. */
static bool
check_sum(Reader *r, const TermsSplit *s)
{
	ExactRat sum, share, one;
	int      i, side;

	rat_set(&sum, 0, 1);
	rat_set(&one, 1, 1);
	for (i = 0; i < s->parties; i++)
	{
		if (i == s->remaining)
			continue;
		rat_set(&share, s->party[i].share.num, s->party[i].share.den);
		rat_add(&sum, &sum, &share);
	}
	if (rat_overflow(&sum))
		return fail_at(r, TERMS_RANGE, r->end,
					   "expected shares with a common denominator of at most 600 digits");
	side = rat_cmp(&sum, &one);
	if (side > 0)
		return fail_at(r, TERMS_SYNTAX, r->end, "expected shares that do not exceed 100%%");
	if (side < 0 && s->remaining < 0)
		return fail_at(r, TERMS_SYNTAX, r->end,
					   "expected shares that make 100%%, or a party that takes what is remaining");
	return true;
}

/* split_parse --- see terms_core.h. */
size_t
split_parse(const char *text, size_t len, TermsSplit *s, TermsError *error)
{
	Reader r;
	char  *names = (char *) &s->party[TERMS_MAX_PARTIES];

	reader_start(&r, text, len, "party_split", error);
	s->version = TERMS_VERSION;
	s->parties = s->name_bytes = 0;
	s->remaining = -1;
	do
	{
		if (!read_party(&r, s, names))
			return 0;
	} while (take(&r, ","));
	if (r.at != r.end)
	{
		expected(&r, "\",\" or the end");
		return 0;
	}
	if (!check_sum(&r, s))
		return 0;
	memmove(&s->party[s->parties], names, (size_t) s->name_bytes);
	return SPLIT_SIZE(s->parties, s->name_bytes);
}

size_t
split_text_size(const TermsSplit *s)
{
	return 1 + (size_t) s->parties * TERMS_TEXT + 2 * (size_t) s->name_bytes;
}

/* split_print --- the canonical text, parties in their order. */
void
split_print(const TermsSplit *s, char *out)
{
	int i, k;

	for (i = 0; i < s->parties; i++)
	{
		const char *name = split_name(s, i);
		int         len = (int) s->party[i].name_len;

		out += sprintf(out, "%s", i == 0 ? "" : ", ");
		if (is_bare_name(name, (size_t) len))
			out += sprintf(out, "%.*s ", len, name);
		else
		{
			*out++ = '"';
			for (k = 0; k < len; k++)
			{
				if (name[k] == '"')
					*out++ = '"';
				*out++ = name[k];
			}
			*out++ = '"';
			*out++ = ' ';
		}
		if (i == s->remaining)
			strcpy(out, "remaining");
		else
			rate_print(s->party[i].share, out);
		out += strlen(out);
	}
}

/*--------------------------------------------------------------------
 * Caps of the terms: amount ['of' ('base' | 'revenue')]
 *--------------------------------------------------------------------
 */
bool
amount_parse(const char *text, size_t len, TermsAmount *a, bool *of_revenue, TermsError *error)
{
	Reader r;

	reader_start(&r, text, len, "cap", error);
	*of_revenue = false;
	if (!read_amount(&r, "an amount such as 10%, 8% of revenue or 150000", a))
		return false;
	if (a->den > 0 && take_word(&r, "of"))
	{
		*of_revenue = take_word(&r, "revenue");
		if (!*of_revenue && !take_word(&r, "base"))
			return expected(&r, "base or revenue");
	}
	if (r.at != r.end)
		return expected(&r, "the end");
	return true;
}

/*
 * rounding_parse --- [half_away | half_even | truncate] [unit amount], in any order.
 *
 * The default is half_away to the penny.
 */
bool
rounding_parse(const char *text, size_t len, ExactRounding *mode, int64_t *unit, TermsError *error)
{
	Reader r;

	reader_start(&r, text, len, "rounding", error);
	*mode = EXACT_HALF_AWAY;
	*unit = 1;
	while (r.at != r.end)
	{
		const char *at = r.at;
		TermsAmount a;

		if (take_word(&r, "half_away"))
			*mode = EXACT_HALF_AWAY;
		else if (take_word(&r, "half_even"))
			*mode = EXACT_HALF_EVEN;
		else if (take_word(&r, "truncate"))
			*mode = EXACT_TRUNCATE;
		else if (!take_word(&r, "unit"))
			return expected(&r, "half_away, half_even, truncate or unit 1.00");
		else if (!read_amount(&r, "an amount such as 1.00", &a))
			return false;
		else if (a.den > 0 || a.num == 0)
			return fail_at(&r, TERMS_SYNTAX, at, "expected a unit of money above 0");
		else
			*unit = a.num;
	}
	return true;
}

/*--------------------------------------------------------------------
 * Order and hash: by words, since equal values are equal words
 *--------------------------------------------------------------------
 */

static int
compare_words(const void *a, size_t size_a, const void *b, size_t size_b)
{
	const int64_t *x = a;
	const int64_t *y = b;
	size_t         i;

	if (size_a != size_b)
		return size_a < size_b ? -1 : 1;
	for (i = 0; i < size_a / sizeof(int64_t); i++)
	{
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

int
curve_compare(const TermsCurve *a, const TermsCurve *b)
{
	return compare_words(a, CURVE_SIZE(a->side[0].bands + a->side[1].bands), b,
						 CURVE_SIZE(b->side[0].bands + b->side[1].bands));
}

int
scale_compare(const TermsScale *a, const TermsScale *b)
{
	return compare_words(a, SCALE_SIZE(a->rows), b, SCALE_SIZE(b->rows));
}

int
split_compare(const TermsSplit *a, const TermsSplit *b)
{
	int side = compare_words(a, SPLIT_SIZE(a->parties, 0), b, SPLIT_SIZE(b->parties, 0));

	if (side == 0)
		side = memcmp(&a->party[a->parties], &b->party[b->parties], (size_t) a->name_bytes);
	return (side > 0) - (side < 0);
}

/* mix --- splitmix64's finaliser; the constants never change, hashes are kept in indexes. */
static uint64_t
mix(uint64_t h)
{
	h += UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
	return h ^ (h >> 31);
}

static uint64_t
hash_words(const void *words, size_t size, uint64_t h)
{
	const int64_t *w = words;
	size_t         i;

	for (i = 0; i < size / sizeof(int64_t); i++)
		h = mix(h ^ (uint64_t) w[i]);
	return h;
}

uint64_t
curve_hash(const TermsCurve *c, uint64_t seed)
{
	return hash_words(c, CURVE_SIZE(c->side[0].bands + c->side[1].bands), seed);
}

uint64_t
scale_hash(const TermsScale *s, uint64_t seed)
{
	return hash_words(s, SCALE_SIZE(s->rows), seed);
}

uint64_t
split_hash(const TermsSplit *s, uint64_t seed)
{
	uint64_t             h = hash_words(s, SPLIT_SIZE(s->parties, 0), seed);
	const unsigned char *name = (const unsigned char *) &s->party[s->parties];
	int64_t              i;

	for (i = 0; i < s->name_bytes; i++)
		h = mix(h ^ name[i]);
	return h;
}

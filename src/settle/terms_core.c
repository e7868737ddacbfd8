/*-------------------------------------------------------------------------
 *
 * terms_core.c
 *	  Contract terms: caps and roundings, order and hash.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms_reader_core.h"

#include <stdio.h>
#include <string.h>

/*--------------------------------------------------------------------
 * Caps of the terms: amount ['of' ('base' | 'revenue')]
 *--------------------------------------------------------------------
 */
bool
amount_parse(const char *text, size_t len, TermsAmount *a, bool *of_revenue, TermsError *error)
{
	TermsReader r;

	terms_start(&r, text, len, "cap", error);
	*of_revenue = false;
	if (!terms_read_amount(&r, "an amount such as 10%, 8% of revenue or 150000", a))
		return false;
	if (a->den > 0 && terms_take_word(&r, "of"))
	{
		*of_revenue = terms_take_word(&r, "revenue");
		if (!*of_revenue && !terms_take_word(&r, "base"))
			return terms_expected(&r, "base or revenue");
	}
	if (r.at != r.end)
		return terms_expected(&r, "the end");
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
	TermsReader r;

	terms_start(&r, text, len, "rounding", error);
	*mode = EXACT_HALF_AWAY;
	*unit = 1;
	while (r.at != r.end)
	{
		const char *at = r.at;
		TermsAmount a;

		if (terms_take_word(&r, "half_away"))
			*mode = EXACT_HALF_AWAY;
		else if (terms_take_word(&r, "half_even"))
			*mode = EXACT_HALF_EVEN;
		else if (terms_take_word(&r, "truncate"))
			*mode = EXACT_TRUNCATE;
		else if (!terms_take_word(&r, "unit"))
			return terms_expected(&r, "half_away, half_even, truncate or unit 1.00");
		else if (!terms_read_amount(&r, "an amount such as 1.00", &a))
			return false;
		else if (a.den > 0 || a.num == 0)
			return terms_fail_at(&r, TERMS_SYNTAX, at, "expected a unit of money above 0");
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

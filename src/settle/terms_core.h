/*-------------------------------------------------------------------------
 *
 * terms_core.h
 *	  Share curves, sliding scales and party splits: layout, text, comparison.
 *
 * Written (blanks are free, keywords in any case):
 *
 *	 curve   side {; side}
 *	 side    gain|loss|both [cliff amount] band {, band} [max amount]
 *	 band    amount .. [amount] : rate
 *	 scale   >= value : rate {, ...} [else rate]
 *	 scale   linear value : rate {, ...}
 *	 split   party rate|remaining {, ...}
 *	 amount  number [%], a percentage being of the base
 *	 rate    number %, integer / integer or number
 *
 * A value is an array of int64 words (plus, in a split, the party names), all
 * fractions in lowest terms, so that equal values are equal words.  This is
 * also the layout on disk, behind a four-byte length and four zero bytes:
 *
 *	 curve  version 1 | flags (1 gain, 2 loss, 4 both) | side[2] | bands
 *			side: bands, gate, cap, common denominator of the percent amounts, common
 *			denominator of the rates (0 = wider than int64)
 *			band: upper limit, rate; gain before loss, `both` stands in side 0
 *	 scale  version 1 | kind (0 steps, 1 linear) | rows | else rate, denominator
 *			0 when there is none | rows of value, rate
 *	 split  version 1 | parties | number of the party that takes what remains, or
 *			-1 | bytes of names | per party: share, offset and length of the name |
 *			names
 *
 * An amount is two words: den 0 = money, num in pence (-1 = absent or open);
 * den > 0 = the fraction num/den of the base.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_TERMS_CORE_H
#define COMMISSIONING_TERMS_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settle/exact_core.h"

#define TERMS_VERSION 1
#define TERMS_MAX_BANDS 64
#define TERMS_MAX_STEPS 64
#define TERMS_MAX_PARTIES 1024
#define TERMS_MAX_NAME 255
#define TERMS_MAX_DIGITS 18
#define TERMS_MAX_DECIMALS 9
/* Room for one number, amount, rate or band in canonical text. */
#define TERMS_TEXT 64

#define CURVE_GAIN 1
#define CURVE_LOSS 2
#define CURVE_BOTH 4

typedef enum TermsErrorKind
{
	TERMS_OK,
	TERMS_SYNTAX, /* 22P02 */
	TERMS_RANGE,  /* 22003 */
	TERMS_LIMIT   /* 54000 */
} TermsErrorKind;

typedef struct TermsError
{
	TermsErrorKind kind;
	char           message[320];
} TermsError;

typedef struct TermsFraction
{
	int64_t num;
	int64_t den;
} TermsFraction;

typedef TermsFraction TermsAmount;

typedef struct TermsBand
{
	TermsAmount   upper;
	TermsFraction rate;
} TermsBand;

typedef struct TermsSide
{
	int64_t     bands;
	TermsAmount gate;
	TermsAmount cap;
	int64_t     amount_den;
	int64_t     rate_den;
} TermsSide;

typedef struct TermsCurve
{
	int64_t   version;
	int64_t   flags;
	TermsSide side[2];
	TermsBand band[];
} TermsCurve;

typedef struct TermsRow
{
	TermsFraction value;
	TermsFraction rate;
} TermsRow;

typedef struct TermsScale
{
	int64_t       version;
	int64_t       linear;
	int64_t       rows;
	TermsFraction otherwise;
	TermsRow      row[];
} TermsScale;

typedef struct TermsParty
{
	TermsFraction share; /* den 0: takes what remains */
	int64_t       name_at;
	int64_t       name_len;
} TermsParty;

typedef struct TermsSplit
{
	int64_t    version;
	int64_t    parties;
	int64_t    remaining;
	int64_t    name_bytes;
	TermsParty party[];
} TermsSplit;

#define CURVE_SIZE(bands) (sizeof(TermsCurve) + (size_t) (bands) * sizeof(TermsBand))
#define SCALE_SIZE(rows) (sizeof(TermsScale) + (size_t) (rows) * sizeof(TermsRow))
#define SPLIT_SIZE(parties, names) \
	(sizeof(TermsSplit) + (size_t) (parties) * sizeof(TermsParty) + (size_t) (names))

static inline bool
amount_given(TermsAmount a)
{
	return a.num >= 0;
}

/* The bands of one side (0 gain, 1 loss); `both` answers for either. */
static inline const TermsSide *
curve_side(const TermsCurve *c, int which, const TermsBand **band)
{
	if (c->flags & CURVE_BOTH)
		which = 0;
	*band = c->band + (which == 1 ? c->side[0].bands : 0);
	return &c->side[which];
}

static inline const char *
split_name(const TermsSplit *s, int64_t party)
{
	return (const char *) &s->party[s->parties] + s->party[party].name_at;
}

extern bool fraction_reduce(int64_t *num, int64_t *den);
extern int  fraction_cmp(TermsFraction a, TermsFraction b);

/*
 * The readers take text of len bytes and write the value into room that the
 * caller provides: CURVE_SIZE(2 * TERMS_MAX_BANDS), SCALE_SIZE(TERMS_MAX_STEPS),
 * SPLIT_SIZE(TERMS_MAX_PARTIES, len).  They return the size of the value, or 0
 * with *error filled in.
 */
extern size_t curve_parse(const char *text, size_t len, TermsCurve *c, TermsError *error);
extern size_t scale_parse(const char *text, size_t len, TermsScale *s, TermsError *error);
extern size_t split_parse(const char *text, size_t len, TermsSplit *s, TermsError *error);
extern bool   amount_parse(const char *text, size_t len, TermsAmount *a, bool *of_revenue,
						   TermsError *error);

extern bool rounding_parse(const char *text, size_t len, ExactRounding *mode, int64_t *unit,
						   TermsError *error);

/* The printers write at most the number of bytes that the size functions give, final zero included.
 */
extern size_t curve_text_size(const TermsCurve *c);
extern size_t scale_text_size(const TermsScale *s);
extern size_t split_text_size(const TermsSplit *s);
extern void   curve_print(const TermsCurve *c, char *out);
extern void   scale_print(const TermsScale *s, char *out);
extern void   split_print(const TermsSplit *s, char *out);
extern void   amount_print(TermsAmount a, char *out);
extern void   rate_print(TermsFraction rate, char *out);
extern void   scale_value_print(const TermsScale *s, TermsFraction value, char *out);

extern int      curve_compare(const TermsCurve *a, const TermsCurve *b);
extern int      scale_compare(const TermsScale *a, const TermsScale *b);
extern int      split_compare(const TermsSplit *a, const TermsSplit *b);
extern uint64_t curve_hash(const TermsCurve *c, uint64_t seed);
extern uint64_t scale_hash(const TermsScale *s, uint64_t seed);
extern uint64_t split_hash(const TermsSplit *s, uint64_t seed);

#endif /* COMMISSIONING_TERMS_CORE_H */

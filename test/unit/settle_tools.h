/*-------------------------------------------------------------------------
 *
 * settle_tools.h
 *	  What the unit tests of settlement share: terms from text, fractions, inputs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEST_SETTLE_TOOLS_H
#define TEST_SETTLE_TOOLS_H

#include "settle/settle_core.h"

#include <stdlib.h>

#include "tap.h"

/* Values live until the test ends. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

static inline TermsCurve *
curve(const char *text)
{
	TermsCurve *c = malloc(CURVE_SIZE(2 * TERMS_MAX_BANDS));
	TermsError  error;

	if (curve_parse(text, strlen(text), c, &error) == 0)
		printf("# %s\n", error.message), abort();
	return c;
}

static inline TermsScale *
scale(const char *text)
{
	TermsScale *s = malloc(SCALE_SIZE(TERMS_MAX_STEPS));
	TermsError  error;

	if (scale_parse(text, strlen(text), s, &error) == 0)
		printf("# %s\n", error.message), abort();
	return s;
}

static inline TermsSplit *
split(const char *text)
{
	TermsSplit *s = malloc(SPLIT_SIZE(TERMS_MAX_PARTIES, strlen(text)));
	TermsError  error;

	if (split_parse(text, strlen(text), s, &error) == 0)
		printf("# %s\n", error.message), abort();
	return s;
}

static inline ExactRat
ratio(int64_t num, int64_t den)
{
	ExactRat r;

	rat_set(&r, num, den);
	return r;
}

static inline void
says(const char *got, const char *expected, const char *name)
{
	ok(strcmp(got, expected) == 0, "%s", name);
	if (strcmp(got, expected) != 0)
		printf("# got:\n%s# expected:\n%s", got, expected);
}

static inline void
set(SettleInputs *in, SettleInput i, int64_t num, int64_t den)
{
	in->given[i] = true;
	rat_set(&in->value[i], num, den);
}

#endif /* TEST_SETTLE_TOOLS_H */

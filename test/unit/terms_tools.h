/*-------------------------------------------------------------------------
 *
 * terms_tools.h
 *	  Curves, scales and splits from text for unit tests.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEST_TERMS_TOOLS_H
#define TEST_TERMS_TOOLS_H

#include "settle/terms_core.h"

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
		printf("# %s: %s\n", text, error.message), abort();
	return c;
}

static inline TermsScale *
scale(const char *text)
{
	TermsScale *s = malloc(SCALE_SIZE(TERMS_MAX_STEPS));
	TermsError  error;

	if (scale_parse(text, strlen(text), s, &error) == 0)
		printf("# %s: %s\n", text, error.message), abort();
	return s;
}

static inline TermsSplit *
split(const char *text)
{
	TermsSplit *s = malloc(SPLIT_SIZE(TERMS_MAX_PARTIES, strlen(text)));
	TermsError  error;

	if (split_parse(text, strlen(text), s, &error) == 0)
		printf("# %s: %s\n", text, error.message), abort();
	return s;
}

#endif /* TEST_TERMS_TOOLS_H */

/*-------------------------------------------------------------------------
 *
 * settle_tools.h
 *	  What the unit tests of settlement share besides terms from text: fractions, inputs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEST_SETTLE_TOOLS_H
#define TEST_SETTLE_TOOLS_H

#include "settle/settle_core.h"

#include "terms_tools.h"

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

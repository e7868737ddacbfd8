/*-------------------------------------------------------------------------
 *
 * word.c
 *	  Comparison, hash and min/max functions of the 8-byte value types.
 *
 * One set of C functions serves all four types: see word_core.h.  None of
 * them can fail, so SQL declares the comparisons LEAKPROOF.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "types/word_core.h"

/* One fmgr function per comparison: name and condition on word_compare's result. */
#define WORD_COMPARISON(name, condition)                                                  \
	PG_FUNCTION_INFO_V1(name);                                                            \
	Datum name(PG_FUNCTION_ARGS)                                                          \
	{                                                                                     \
		PG_RETURN_BOOL(word_compare(PG_GETARG_INT64(0), PG_GETARG_INT64(1)) condition 0); \
	}                                                                                     \
	extern int word_comparison_ends_here

WORD_COMPARISON(commissioning_word_eq, ==);
WORD_COMPARISON(commissioning_word_ne, !=);
WORD_COMPARISON(commissioning_word_lt, <);
WORD_COMPARISON(commissioning_word_le, <=);
WORD_COMPARISON(commissioning_word_gt, >);
WORD_COMPARISON(commissioning_word_ge, >=);

PG_FUNCTION_INFO_V1(commissioning_word_cmp);

/* commissioning_word_cmp --- btree support 1. */
Datum
commissioning_word_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(word_compare(PG_GETARG_INT64(0), PG_GETARG_INT64(1)));
}

PG_FUNCTION_INFO_V1(commissioning_word_hash);

/* commissioning_word_hash --- hash support 1: low half of the seedless hash. */
Datum
commissioning_word_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) (uint32) word_hash(PG_GETARG_INT64(0), 0));
}

PG_FUNCTION_INFO_V1(commissioning_word_hash_extended);

/* commissioning_word_hash_extended --- hash support 2: 64 bits, with a seed. */
Datum
commissioning_word_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) word_hash(PG_GETARG_INT64(0), (uint64) PG_GETARG_INT64(1)));
}

PG_FUNCTION_INFO_V1(commissioning_word_smaller);

/* commissioning_word_smaller --- transition and combine function of min. */
Datum
commissioning_word_smaller(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(Min(PG_GETARG_INT64(0), PG_GETARG_INT64(1)));
}

PG_FUNCTION_INFO_V1(commissioning_word_larger);

/* commissioning_word_larger --- transition and combine function of max. */
Datum
commissioning_word_larger(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(Max(PG_GETARG_INT64(0), PG_GETARG_INT64(1)));
}

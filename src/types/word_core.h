/*-------------------------------------------------------------------------
 *
 * word_core.h
 *	  What the four 8-byte value types have in common.
 *
 * nhs_number, icd10, opcs4 and hrg are words: non-negative int64 values whose
 * signed order is the order of the type.  The hash of a word is part of the
 * on-disk contract (hash indexes, hash partitions) and never changes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef WORD_CORE_H
#define WORD_CORE_H

#include <stdint.h>

extern int      word_compare(int64_t a, int64_t b);
extern uint64_t word_hash(int64_t word, uint64_t seed);

#endif /* WORD_CORE_H */

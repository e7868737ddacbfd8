/*-------------------------------------------------------------------------
 *
 * word_core.c
 *	  Order and hash of the 8-byte value types.
 *
 *-------------------------------------------------------------------------
 */
#include "types/word_core.h"

/* word_compare --- -1, 0 or 1. */
int
word_compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* mix --- the output function of splitmix64 (Vigna 2015, public domain); maps 0 to 0. */
static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/*
 * word_hash --- 64-bit hash with a seed.
 *
 * Seed 0 gives the value whose low half is the plain 32-bit hash, as the
 * server asks of extended hash functions.
 */
uint64_t
word_hash(int64_t word, uint64_t seed)
{
	return mix((uint64_t) word + UINT64_C(0x9e3779b97f4a7c15) + mix(seed));
}

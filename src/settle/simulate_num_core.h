/*-------------------------------------------------------------------------
 *
 * simulate_num_core.h
 *	  Short fractions: two 128-bit integers, exact while they fit.
 *
 * What does not fit sets *wide; the number is then worthless, and 0.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SIMULATE_NUM_CORE_H
#define COMMISSIONING_SIMULATE_NUM_CORE_H

#include <stdbool.h>
#include <stdint.h>

/* Allocators of the server align to 8 bytes only. */
typedef __int128 SimWide __attribute__((aligned(8)));

/* A fraction, den > 0. */
typedef struct SimNum
{
	SimWide num;
	SimWide den;
} SimNum;

typedef __int128 i128;

static inline i128
product(i128 a, i128 b, bool *wide)
{
	i128 result;

	/* nearly always both are short */
	if (a == (int64_t) a && b == (int64_t) b)
		return a * b;
	if (__builtin_mul_overflow(a, b, &result))
		*wide = true;
	return result;
}

static inline i128
sum(i128 a, i128 b, bool *wide)
{
	i128 result;

	if (__builtin_add_overflow(a, b, &result))
		*wide = true;
	return result;
}

/* num_kept --- r, or 0 where something did not fit: a denominator is never 0. */
static inline SimNum
num_kept(SimNum r, const bool *wide)
{
	if (*wide)
	{
		r.num = 0;
		r.den = 1;
	}
	return r;
}

static inline SimNum
num_mul(SimNum a, SimNum b, bool *wide)
{
	SimNum r = {product(a.num, b.num, wide), product(a.den, b.den, wide)};

	return num_kept(r, wide);
}

static inline SimNum
num_add(SimNum a, SimNum b, bool *wide)
{
	SimNum r;

	if (b.num == 0)
		return a;
	if (a.den < b.den)
	{
		r = a;
		a = b;
		b = r;
	}
	/* now a.den is the larger, and often a multiple */
	r.den = a.den;
	if (a.den == b.den)
		r.num = sum(a.num, b.num, wide);
	else if (b.den == 1 || a.den % b.den == 0)
		r.num = sum(a.num, product(b.num, a.den / b.den, wide), wide);
	else
	{
		r.num = sum(product(a.num, b.den, wide), product(b.num, a.den, wide), wide);
		r.den = product(a.den, b.den, wide);
	}
	return num_kept(r, wide);
}

static inline SimNum
num_neg(SimNum a)
{
	a.num = -a.num;
	return a;
}

/* num_check --- an amount that no statement could show does not fit either. */
static inline void
num_check(SimNum a, bool *wide)
{
	i128 most = product(INT64_MAX, a.den, wide);

	*wide = *wide || a.num > most || a.num < -most;
}

static inline int
num_cmp(SimNum a, SimNum b, bool *wide)
{
	i128 left = a.num;
	i128 right = b.num;

	if (a.den != b.den)
	{
		left = product(a.num, b.den, wide);
		right = product(b.num, a.den, wide);
	}
	return (left > right) - (left < right);
}

/* num_abs --- |a|; a fraction that is the least 128-bit number does not come up unseen. */
static inline SimNum
num_abs(SimNum a)
{
	if (a.num < 0)
		a.num = -a.num;
	return a;
}

#endif /* COMMISSIONING_SIMULATE_NUM_CORE_H */

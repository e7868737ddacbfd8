/*-------------------------------------------------------------------------
 *
 * apportion_core.c
 *	  Whole pence over parties, adding up exactly: Hamilton's method.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/apportion_core.h"

#include <stdlib.h>

/* by_remainder --- larger remainders first, earlier parties first among equals. */
static int
by_remainder(const void *a, const void *b)
{
	const ExactInt *x = *(const ExactInt *const *) a;
	const ExactInt *y = *(const ExactInt *const *) b;
	int             side = exact_cmp(y, x);

	if (side != 0)
		return side;
	return x < y ? -1 : 1;
}

/*
 * apportion --- total over n parties in proportion to their weights, adding up exactly.
 *
 * Each gets the whole part of the exact share; the units left over go one each
 * to the largest remainders (or, with `first`, to the first parties), never to
 * a party of weight 0.  A negative total is the mirror image.  Weights are not
 * negative; they are overwritten, and order is scratch of n.  False when all
 * weights are 0 or a product does not fit.
 */
bool
apportion(int64_t total, int n, ExactInt *weight, const ExactInt **order, bool first, int64_t *out)
{
	ExactInt sum, magnitude, product, quotient, left;
	int64_t  spare;
	int      i, k = 0;

	exact_set(&sum, 0);
	for (i = 0; i < n; i++)
		exact_add(&sum, &sum, &weight[i]);
	exact_set(&magnitude, total);
	magnitude.sign = magnitude.n;
	exact_copy(&left, &magnitude);
	if (exact_overflow(&sum) || sum.n == 0)
		return false;
	for (i = 0; i < n; i++)
	{
		bool takes_spare = first && weight[i].n > 0;

		exact_mul(&product, &magnitude, &weight[i]);
		exact_div(&quotient, &weight[i], &product, &sum);
		if (!exact_to_int64(&quotient, &out[i]))
			return false;
		exact_sub(&left, &left, &quotient);
		if (!first || takes_spare)
			order[k++] = &weight[i];
	}
	if (!first)
		qsort(order, (size_t) k, sizeof(*order), by_remainder);
	if (!exact_to_int64(&left, &spare))
		return false;
	for (i = 0; i < spare; i++)
		out[order[i] - weight]++;
	for (i = 0; total < 0 && i < n; i++)
		out[i] = -out[i];
	return true;
}

/* split_weights --- the shares of a split as whole weights; false when they do not fit. */
bool
split_weights(const TermsSplit *s, ExactInt *weight)
{
	ExactInt common, den, gcd, rest, sum;
	int      i;

	exact_set(&common, 1);
	for (i = 0; i < s->parties; i++)
	{
		if (i == s->remaining)
			continue;
		exact_set(&den, s->party[i].share.den);
		exact_gcd(&gcd, &common, &den);
		exact_div(&den, &rest, &den, &gcd);
		exact_mul(&common, &common, &den);
	}
	exact_copy(&sum, &common);
	for (i = 0; i < s->parties; i++)
	{
		if (i == s->remaining)
			continue;
		exact_set(&den, s->party[i].share.den);
		exact_div(&weight[i], &rest, &common, &den);
		exact_mul_small(&weight[i], s->party[i].share.num);
		exact_sub(&sum, &sum, &weight[i]);
	}
	if (s->remaining >= 0)
		exact_copy(&weight[s->remaining], &sum);
	return !exact_overflow(&sum);
}

/*
 * apportion_parts --- total over n exact parts in proportion to them, ties to the earlier one.
 *
 * Parts are not negative; n is at most APPORTION_MOST.  Parts that are all 0 take a total of 0.
 */
bool
apportion_parts(int64_t total, int n, const ExactRat *const *part, int64_t *out)
{
	ExactInt        weight[APPORTION_MOST];
	const ExactInt *order[APPORTION_MOST];
	ExactInt        common, gcd, rest, den;
	bool            any = false;
	int             i;

	exact_set(&common, 1);
	for (i = 0; i < n; i++)
	{
		out[i] = 0;
		any = any || rat_sign(part[i]) != 0;
		exact_gcd(&gcd, &common, &part[i]->den);
		exact_div(&den, &rest, &part[i]->den, &gcd);
		exact_mul(&common, &common, &den);
	}
	if (!any)
		return total == 0;
	for (i = 0; i < n; i++)
	{
		exact_div(&weight[i], &rest, &common, &part[i]->den);
		exact_mul(&weight[i], &weight[i], &part[i]->num);
	}
	return apportion(total, n, weight, order, false, out);
}

/* split_share --- the share of one party, also of the one that takes what remains. */
void
split_share(const TermsSplit *s, int64_t party, ExactRat *share)
{
	ExactRat other;
	int      i;

	if (party != s->remaining)
	{
		rat_set(share, s->party[party].share.num, s->party[party].share.den);
		return;
	}
	rat_whole(share, 1);
	for (i = 0; i < s->parties; i++)
	{
		if (i == party)
			continue;
		rat_set(&other, s->party[i].share.num, s->party[i].share.den);
		rat_sub(share, share, &other);
	}
}

/*-------------------------------------------------------------------------
 *
 * exact.c
 *	  Unit test of exact integers and fractions.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/exact_core.h"

#include <stdlib.h>

#include "tap.h"

static uint64_t seed = 88172645463325252ULL;

static uint64_t
next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static bool
prints(const ExactInt *a, const char *expected)
{
	char text[EXACT_TEXT];

	exact_print(a, text);
	return strcmp(text, expected) == 0;
}

static bool
is_int(const ExactInt *a, int64_t v)
{
	int64_t got;

	return !exact_overflow(a) && exact_to_int64(a, &got) && got == v;
}

/* power_of_two --- r = 2^k */
static void
power_of_two(ExactInt *r, int k)
{
	exact_set(r, 1);
	for (; k > 0; k--)
		exact_mul_small(r, 2);
}

/* random_int --- up to limbs limbs, any sign, now and then with runs of ones or zeros */
static void
random_int(ExactInt *r, int limbs)
{
	int      i;
	uint64_t kind = next_random() % 4;

	/* what lies above the number must not count */
	memset(r->limb, 0xA5, sizeof(r->limb));
	r->n = 1 + (int) (next_random() % limbs);
	for (i = 0; i < r->n; i++)
		r->limb[i] = kind == 0 ? UINT64_MAX : kind == 1 ? 0 : next_random();
	if (r->limb[r->n - 1] == 0)
		r->limb[r->n - 1] = 1 + next_random() % 3;
	r->sign = next_random() % 2 ? 1 : -1;
}

static void
test_small(void)
{
	static const struct
	{
		int64_t a, b;
	} pair[] = {{0, 0},   {0, 5},  {5, 0},  {7, 3}, {3, 7},  {-7, 3},  {7, -3},
				{-7, -3}, {-3, 7}, {1, -1}, {6, 3}, {-6, 3}, {100, 10}};
	ExactInt a, b, r, q, rem;
	size_t   i;
	int64_t  v;

	for (i = 0; i < sizeof(pair) / sizeof(pair[0]); i++)
	{
		int64_t x = pair[i].a;
		int64_t y = pair[i].b;

		exact_set(&a, x);
		exact_set(&b, y);
		exact_add(&r, &a, &b);
		ok(is_int(&r, x + y), "%ld + %ld", (long) x, (long) y);
		exact_sub(&r, &a, &b);
		ok(is_int(&r, x - y), "%ld - %ld", (long) x, (long) y);
		exact_mul(&r, &a, &b);
		ok(is_int(&r, x * y), "%ld * %ld", (long) x, (long) y);
		ok(exact_cmp(&a, &b) == (x > y) - (x < y), "%ld compared with %ld", (long) x, (long) y);
		if (y == 0)
			continue;
		exact_div(&q, &rem, &a, &b);
		ok(is_int(&q, x / y) && is_int(&rem, x % y), "%ld / %ld", (long) x, (long) y);
		exact_div(&a, &b, &a, &b);
		ok(is_int(&a, x / y) && is_int(&b, x % y), "%ld / %ld in place", (long) x, (long) y);
	}
	exact_set(&a, INT64_MIN);
	ok(prints(&a, "-9223372036854775808"), "least int64");
	ok(exact_to_int64(&a, &v) && v == INT64_MIN, "least int64 comes back");
	exact_set(&b, 1);
	exact_sub(&r, &a, &b);
	ok(!exact_to_int64(&r, &v), "one below does not fit");
	exact_set(&a, INT64_MAX);
	ok(exact_to_int64(&a, &v) && v == INT64_MAX, "largest int64 comes back");
	exact_add(&r, &a, &b);
	ok(!exact_to_int64(&r, &v) && prints(&r, "9223372036854775808"), "one above does not fit");
	exact_set(&a, 0);
	ok(exact_to_int64(&a, &v) && v == 0 && a.sign == 0 && a.n == 0 && prints(&a, "0"), "zero");
	power_of_two(&a, 64);
	ok(!exact_to_int64(&a, &v), "two limbs do not fit");
}

static void
test_wide(void)
{
	ExactInt a, b, r, one;
	int      k;

	exact_set(&one, 1);
	exact_pow10(&a, 0);
	ok(prints(&a, "1"), "10^0");
	exact_pow10(&a, 25);
	ok(prints(&a, "10000000000000000000000000"), "10^25");
	exact_set(&a, 1);
	for (k = 2; k <= 30; k++)
		exact_mul_small(&a, k);
	ok(prints(&a, "265252859812191058636308480000000"), "30!");
	for (k = 30; k >= 2; k--)
	{
		exact_set(&b, k);
		exact_div(&a, &r, &a, &b);
	}
	ok(is_int(&a, 1) && r.n == 0, "30! divided down");
	power_of_two(&a, 128);
	exact_sub(&r, &a, &one);
	ok(prints(&r, "340282366920938463463374607431768211455") && r.n == 2,
	   "2^128 - 1 borrows through");
	exact_add(&r, &r, &one);
	ok(exact_cmp(&r, &a) == 0 && r.n == 3, "and carries back");
	exact_sub(&r, &a, &a);
	ok(r.n == 0 && r.sign == 0, "a - a");
	power_of_two(&b, 127);
	ok(exact_cmp(&a, &b) == 1 && exact_cmp(&b, &a) == -1, "longer is larger");
	exact_add(&r, &a, &one);
	ok(exact_cmp(&r, &a) == 1, "the lowest limb decides");
	a.sign = b.sign = -1;
	ok(exact_cmp(&a, &b) == -1 && exact_cmp(&b, &a) == 1, "negative: longer is smaller");

	power_of_two(&a, 2047);
	ok(!exact_overflow(&a) && a.n == 32, "2^2047 fits");
	exact_add(&r, &a, &a);
	ok(exact_overflow(&r), "2^2047 + 2^2047 does not");
	exact_mul_small(&a, 2);
	ok(exact_overflow(&a), "2^2048 does not");
	exact_add(&r, &a, &one);
	ok(exact_overflow(&r), "overflow + 1");
	exact_add(&r, &one, &a);
	ok(exact_overflow(&r), "1 + overflow");
	exact_sub(&r, &one, &a);
	ok(exact_overflow(&r), "1 - overflow");
	exact_mul(&r, &one, &a);
	ok(exact_overflow(&r), "1 * overflow");
	exact_mul(&r, &a, &one);
	ok(exact_overflow(&r), "overflow * 1");
	exact_div(&r, &b, &a, &one);
	ok(exact_overflow(&r) && exact_overflow(&b), "overflow / 1");
	exact_div(&r, &b, &one, &a);
	ok(exact_overflow(&r) && exact_overflow(&b), "1 / overflow");
	exact_gcd(&r, &a, &one);
	ok(exact_overflow(&r), "gcd(overflow, 1)");
	exact_gcd(&r, &one, &a);
	ok(exact_overflow(&r), "gcd(1, overflow)");
	exact_pow10(&r, 617);
	ok(exact_overflow(&r), "10^617 does not fit");
	exact_pow10(&r, 616);
	ok(!exact_overflow(&r), "10^616 does");
	for (k = 0, exact_set(&a, 0); k < 32; k++)
		a.limb[k] = UINT64_MAX;
	a.n = 32;
	a.sign = 1;
	exact_set(&b, 2);
	exact_div(&r, &b, &a, &b);
	ok(is_int(&b, 1) && r.n == 32 && r.limb[31] == UINT64_MAX >> 1, "the widest number halved");
	exact_div(&r, &b, &a, &a);
	ok(is_int(&r, 1) && b.n == 0, "the widest number by itself");
}

static void
test_division(void)
{
	ExactInt a, b, q, rem, back, low, high;
	int      bad = 0;
	int      k;

	for (k = 0; k < 4000; k++)
	{
		random_int(&a, k % 2 ? 3 : 16);
		random_int(&b, 1 + k % 8);
		exact_div(&q, &rem, &a, &b);
		exact_mul(&back, &q, &b);
		exact_add(&back, &back, &rem);
		exact_copy(&low, &rem);
		low.sign = low.n > 0;
		exact_copy(&high, &b);
		high.sign = 1;
		if (exact_cmp(&back, &a) != 0 || exact_cmp(&low, &high) >= 0 ||
			(rem.n > 0 && rem.sign != a.sign) || (rem.n > 0 && rem.limb[rem.n - 1] == 0) ||
			(q.n > 0 && q.limb[q.n - 1] == 0) || (q.n == 0) != (q.sign == 0))
			bad++;
	}
	ok(bad == 0, "a = q * b + rem in 4,000 cases");

	bad = 0;
	for (k = 0; k < 1000; k++)
	{
		random_int(&a, 1 + k % 5);
		random_int(&b, 1 + k % 7);
		exact_add(&q, &a, &b);
		exact_sub(&back, &q, &b);
		exact_sub(&rem, &b, &q);
		exact_add(&rem, &rem, &a);
		if (exact_cmp(&back, &a) != 0 || rem.n != 0 || rem.sign != 0)
			bad++;
	}
	ok(bad == 0, "a + b - b = a in 1,000 cases");
	memset(&a, 0xA5, sizeof(a));
	a.n = a.sign = 0;
	random_int(&b, 4);
	power_of_two(&b, 200);
	exact_div(&q, &rem, &a, &b);
	ok(q.n == 0 && q.sign == 0 && rem.n == 0 && rem.sign == 0, "nothing by a wide number");

	bad = 0;
	for (k = 0; k < 300; k++)
	{
		ExactInt g, one, r;

		/* neighbours have no common divisor */
		random_int(&g, 1 + k % 3);
		random_int(&a, 1 + k % 2);
		exact_set(&one, a.sign);
		exact_add(&b, &a, &one);
		exact_mul(&a, &a, &g);
		exact_mul(&b, &b, &g);
		exact_gcd(&r, &a, &b);
		g.sign = 1;
		if (exact_cmp(&r, &g) != 0)
			bad++;
	}
	ok(bad == 0, "greatest common divisors of 300 made pairs");
	exact_set(&a, 0);
	exact_set(&b, -12);
	exact_gcd(&q, &a, &b);
	ok(is_int(&q, 12), "gcd(0, -12)");
	exact_gcd(&q, &b, &a);
	ok(is_int(&q, 12), "gcd(-12, 0)");
	exact_gcd(&q, &a, &a);
	ok(is_int(&q, 0) && q.sign == 0, "gcd(0, 0)");
	exact_set(&a, 18);
	exact_gcd(&q, &a, &b);
	ok(is_int(&q, 6), "gcd(18, -12)");
}

static bool
rat_is(const ExactRat *r, const char *expected)
{
	char text[2 * EXACT_TEXT];

	rat_print(r, text);
	return strcmp(text, expected) == 0;
}

static void
test_fractions(void)
{
	ExactRat a, b, r;
	ExactInt num, den;

	rat_set(&a, 6, 4);
	ok(rat_is(&a, "3/2"), "6/4");
	rat_set(&a, -6, 3);
	ok(rat_is(&a, "-2") && rat_sign(&a) == -1, "-6/3");
	rat_set(&a, 0, 7);
	ok(rat_is(&a, "0") && rat_sign(&a) == 0, "0/7");
	exact_set(&num, 6);
	exact_set(&den, -4);
	rat_make(&a, &num, &den);
	ok(rat_is(&a, "-3/2"), "6/-4");
	rat_set(&a, 1, 3);
	rat_set(&b, 1, 6);
	rat_add(&r, &a, &b);
	ok(rat_is(&r, "1/2"), "1/3 + 1/6");
	rat_sub(&r, &b, &a);
	ok(rat_is(&r, "-1/6"), "1/6 - 1/3");
	rat_mul(&r, &a, &b);
	ok(rat_is(&r, "1/18"), "1/3 * 1/6");
	rat_div(&r, &a, &b);
	ok(rat_is(&r, "2"), "1/3 / 1/6");
	rat_neg(&b);
	rat_div(&r, &a, &b);
	ok(rat_is(&r, "-2"), "1/3 / -1/6");
	ok(rat_cmp(&a, &b) == 1 && rat_cmp(&b, &a) == -1 && rat_cmp(&a, &a) == 0, "order");
	rat_set(&a, 333333333, 1000000000);
	rat_set(&b, 1, 3);
	ok(rat_cmp(&a, &b) == -1, "nine threes are less than a third");

	exact_set(&den, 1);
	power_of_two(&num, 959);
	rat_make(&r, &num, &den);
	ok(!rat_overflow(&r), "2^959 is a fraction");
	rat_make(&r, &den, &num);
	ok(!rat_overflow(&r), "2^-959 is a fraction");
	rat_sub(&a, &r, &r);
	ok(rat_sign(&a) == 0, "2^-959 less itself");
	rat_mul(&a, &r, &r);
	ok(rat_overflow(&a) && rat_is(&a, "overflow"), "2^-1918 is too wide");
	power_of_two(&num, 960);
	rat_make(&r, &num, &den);
	ok(rat_overflow(&r), "2^960 is too wide");
	rat_make(&r, &den, &num);
	ok(rat_overflow(&r), "2^-960 is too wide");
	rat_set(&a, 1, 1);
	rat_add(&b, &a, &r);
	ok(rat_overflow(&b), "1 + too wide");
	rat_sub(&b, &a, &r);
	ok(rat_overflow(&b), "1 - too wide");
	rat_div(&b, &a, &r);
	ok(rat_overflow(&b), "1 / too wide");
}

static void
test_rounding(void)
{
	static const struct
	{
		int64_t num, den, away, even, cut;
	} t[] = {{1, 2, 1, 0, 0},       {-1, 2, -1, 0, 0},   {3, 2, 2, 2, 1},    {-3, 2, -2, -2, -1},
			 {5, 2, 3, 2, 2},       {-5, 2, -3, -2, -2}, {49, 100, 0, 0, 0}, {51, 100, 1, 1, 0},
			 {-51, 100, -1, -1, 0}, {-49, 100, 0, 0, 0}, {7, 1, 7, 7, 7},    {-7, 1, -7, -7, -7},
			 {249, 100, 2, 2, 2},   {251, 100, 3, 3, 2}, {0, 1, 0, 0, 0},    {351, 100, 4, 4, 3},
			 {349, 100, 3, 3, 3}};
	ExactRat v;
	ExactInt r;
	size_t   i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
	{
		rat_set(&v, t[i].num, t[i].den);
		rat_round(&v, EXACT_HALF_AWAY, &r);
		ok(is_int(&r, t[i].away), "%ld/%ld half away", (long) t[i].num, (long) t[i].den);
		rat_round(&v, EXACT_HALF_EVEN, &r);
		ok(is_int(&r, t[i].even), "%ld/%ld half even", (long) t[i].num, (long) t[i].den);
		rat_round(&v, EXACT_TRUNCATE, &r);
		ok(is_int(&r, t[i].cut), "%ld/%ld truncated", (long) t[i].num, (long) t[i].den);
	}
	rat_mul(&v, &v, &v);
	exact_pow10(&v.num, 617);
	rat_round(&v, EXACT_HALF_AWAY, &r);
	ok(exact_overflow(&r), "too wide stays too wide");
}

static void
test_decimals(void)
{
	static const struct
	{
		int64_t     num, den;
		int         least, most;
		const char *text;
		bool        exact;
	} t[] = {{0, 1, 0, 0, "0", true},
			 {0, 1, 2, 20, "0.00", true},
			 {1, 2, 0, 20, "0.5", true},
			 {1, 2, 2, 20, "0.50", true},
			 {-1, 2, 0, 1, "-0.5", true},
			 {10, 1, 0, 2, "10", true},
			 {10, 1, 2, 2, "10.00", true},
			 {1, 3, 0, 5, "0.33333", false},
			 {2, 3, 0, 5, "0.66667", false},
			 {-2, 3, 0, 5, "-0.66667", false},
			 {1, 1000, 0, 2, "0", false},
			 {5, 1000, 0, 2, "0.01", false},
			 {-5, 1000, 2, 2, "-0.01", false},
			 {1, 1000, 2, 6, "0.001", true},
			 {123456, 100, 2, 6, "1234.56", true},
			 {123450, 100, 0, 6, "1234.5", true},
			 {100, 1, 0, 3, "100", true},
			 {9999, 1000, 0, 2, "10", false},
			 {9999, 1000, 1, 2, "10.0", false},
			 {1, 100, 0, 20, "0.01", true},
			 {7, 1, 1, 4, "7.0", true}};
	char     text[EXACT_TEXT];
	ExactRat v;
	size_t   i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
	{
		bool exact;

		rat_set(&v, t[i].num, t[i].den);
		exact = rat_print_decimal(&v, t[i].least, t[i].most, text);
		ok(strcmp(text, t[i].text) == 0 && exact == t[i].exact,
		   "%ld/%ld with %d to %d decimals: %s", (long) t[i].num, (long) t[i].den, t[i].least,
		   t[i].most, text);
	}
	exact_pow10(&v.num, 280);
	ok(!rat_print_decimal(&v, 0, 20, text) && strcmp(text, "overflow") == 0, "too wide to print");
}

int
main(void)
{
	test_small();
	test_wide();
	test_division();
	test_fractions();
	test_rounding();
	test_decimals();
	return done_testing();
}

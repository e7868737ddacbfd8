/*-------------------------------------------------------------------------
 *
 * simulate_random_core.c
 *	  Random numbers that are the same for ever, by seed.
 *
 * Integers come from xoshiro256** (Blackman and Vigna 2018), whose four words
 * are filled by splitmix64.  Normal numbers come from one uniform number each
 * by the inverse of the normal distribution, Wichura's rational approximation
 * (AS 241, 16 digits).  Logarithm and exponential are series of our own: with
 * the four operations and the square root, which IEEE 754 rounds alike
 * everywhere, every machine draws the same numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/simulate_random_core.h"

#include <math.h>
#include <string.h>

/* sim_splitmix --- the next number of splitmix64. */
uint64_t
sim_splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* sim_seed --- start the generator; splitmix64 never gives four zeros in a row. */
void
sim_seed(SimRandom *r, uint64_t seed)
{
	int i;

	for (i = 0; i < 4; i++)
		r->word[i] = sim_splitmix(&seed);
}

static uint64_t
rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

/* sim_next --- the next number of xoshiro256**. */
uint64_t
sim_next(SimRandom *r)
{
	uint64_t *s = r->word;
	uint64_t  result = rotate(s[1] * 5, 7) * 9;
	uint64_t  t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/* sim_uniform --- one of the 2^52 midpoints between 0 and 1, ends left out. */
double
sim_uniform(SimRandom *r)
{
	return ((double) (sim_next(r) >> 12) + 0.5) / 4503599627370496.0;
}

/* ln 2 in two parts: the first has zeros at the end, so that k times it is exact. */
#define LN2_HIGH 0.69314718036912381649
#define LN2_LOW 1.90821492927058770002e-10

/*
 * sim_log --- natural logarithm of a normal number above 0.
 *
 * x = 2^k m with m within sqrt(1/2) and sqrt(2); log m = 2 artanh((m - 1) / (m + 1)).
 */
double
sim_log(double x)
{
	static const double odd[] = {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
								 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
	uint64_t            bits;
	double              m, s, square, sum = 0;
	int                 k, i;

	memcpy(&bits, &x, sizeof(bits));
	k = (int) (bits >> 52) - 1023;
	bits = (bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
	memcpy(&m, &bits, sizeof(m));
	if (m > 1.41421356237309504880)
	{
		m /= 2;
		k++;
	}
	s = (m - 1) / (m + 1);
	square = s * s;
	for (i = 0; i < 11; i++)
		sum = sum * square + odd[i];
	return k * LN2_HIGH + (2 * s * sum + k * LN2_LOW);
}

/* sim_exp --- exponential, for |x| up to 700; beyond it the value at 700. */
double
sim_exp(double x)
{
	static const double factorial[] = {1.0 / 479001600.0,
									   1.0 / 39916800.0,
									   1.0 / 3628800.0,
									   1.0 / 362880.0,
									   1.0 / 40320.0,
									   1.0 / 5040.0,
									   1.0 / 720.0,
									   1.0 / 120.0,
									   1.0 / 24.0,
									   1.0 / 6.0,
									   1.0 / 2.0,
									   1.0,
									   1.0};
	uint64_t            bits;
	double              power, r, sum = 0;
	int                 k, i;

	x = x > 700 ? 700 : x < -700 ? -700 : x;
	k = (int) (x / 0.69314718055994530942 + (x < 0 ? -0.5 : 0.5));
	r = (x - k * LN2_HIGH) - k * LN2_LOW;
	for (i = 0; i < 13; i++)
		sum = sum * r + factorial[i];
	bits = (uint64_t) (k + 1023) << 52;
	memcpy(&power, &bits, sizeof(power));
	return sum * power;
}

/* ratio --- two polynomials of degree 7, highest power first, one over the other. */
static double
ratio(const double *above, const double *below, double r)
{
	double num = 0, den = 0;
	int    i;

	for (i = 0; i < 8; i++)
	{
		num = num * r + above[i];
		den = den * r + below[i];
	}
	return num / den;
}

/* sim_normal --- the standard normal quantile of p, 0 < p < 1. */
double
sim_normal(double p)
{
	static const double near_above[] = {
		2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
		13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608};
	static const double near_below[] = {
		5226.495278852854561,  28729.085735721942674, 39307.89580009271061,  21213.794301586595867,
		5394.1960214247511077, 687.1870074920579083,  42.313330701600911252, 1.0};
	static const double middle_above[] = {7.7454501427834140764e-4, 0.0227238449892691845833,
										  0.24178072517745061177,   1.27045825245236838258,
										  3.64784832476320460504,   5.7694972214606914055,
										  4.6303378461565452959,    1.42343711074968357734};
	static const double middle_below[] = {1.05075007164441684324e-9, 5.475938084995344946e-4,
										  0.0151986665636164571966,  0.14810397642748007459,
										  0.68976733498510000455,    1.6763848301838038494,
										  2.05319162663775882187,    1.0};
	static const double far_above[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
									   0.0012426609473880784386,  0.026532189526576123093,
									   0.29656057182850489123,    1.7848265399172913358,
									   5.4637849111641143699,     6.6579046435011037772};
	static const double far_below[] = {2.04426310338993978564e-15, 1.4215117583164458887e-7,
									   1.8463183175100546818e-5,   7.868691311456132591e-4,
									   0.0148753612908506148525,   0.13692988092273580531,
									   0.59983220655588793769,     1.0};
	double              q = p - 0.5;
	double              r, z;

	if (q <= 0.425 && q >= -0.425)
		return q * ratio(near_above, near_below, 0.180625 - q * q);
	r = sqrt(-sim_log(q < 0 ? p : 1 - p));
	if (r <= 5)
		z = ratio(middle_above, middle_below, r - 1.6);
	else
		z = ratio(far_above, far_below, r - 5);
	return q < 0 ? -z : z;
}

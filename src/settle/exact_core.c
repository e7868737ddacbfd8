/*-------------------------------------------------------------------------
 *
 * exact_core.c
 *	  Exact integers and fractions of bounded width.
 *
 * Schoolbook methods: the numbers are a few limbs long, and few branches mean
 * few places to be wrong.  Results may share storage with operands.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/exact_core.h"

#include <string.h>

/* set_overflow --- turn r into the number that does not fit. */
static void
set_overflow(ExactInt *r)
{
	r->sign = 0;
	r->n = EXACT_OVERFLOW;
}

/* trim --- drop leading zero limbs; zero gets sign 0. */
static void
trim(ExactInt *r)
{
	while (r->n > 0 && r->limb[r->n - 1] == 0)
		r->n--;
	if (r->n == 0)
		r->sign = 0;
}

bool
exact_overflow(const ExactInt *a)
{
	return a->n == EXACT_OVERFLOW;
}

/* exact_set --- r = v. */
void
exact_set(ExactInt *r, int64_t v)
{
	r->sign = (v > 0) - (v < 0);
	r->n = (v != 0);
	r->limb[0] = v < 0 ? -(uint64_t) v : (uint64_t) v;
}

/* exact_copy --- r = a, touching only the limbs in use. */
void
exact_copy(ExactInt *r, const ExactInt *a)
{
	r->sign = a->sign;
	r->n = a->n;
	if (a->n > 0)
		memmove(r->limb, a->limb, (size_t) a->n * sizeof(uint64_t));
}

static int
cmp_magnitude(const ExactInt *a, const ExactInt *b)
{
	int side = (a->n > b->n) - (a->n < b->n);
	int i;

	for (i = a->n - 1; side == 0 && i >= 0; i--)
		side = (a->limb[i] > b->limb[i]) - (a->limb[i] < b->limb[i]);
	return side;
}

/* exact_cmp --- -1, 0 or 1; neither may have overflowed. */
int
exact_cmp(const ExactInt *a, const ExactInt *b)
{
	if (a->sign != b->sign)
		return (a->sign > b->sign) - (a->sign < b->sign);
	return a->sign * cmp_magnitude(a, b);
}

/* add_magnitude --- |r| = |a| + |b|; the sign is the caller's. */
static void
add_magnitude(ExactInt *r, const ExactInt *a, const ExactInt *b)
{
	int               n = a->n > b->n ? a->n : b->n;
	int               na = a->n;
	int               nb = b->n;
	unsigned __int128 carry = 0;
	int               i;

	for (i = 0; i < n; i++)
	{
		carry += (unsigned __int128) (i < na ? a->limb[i] : 0) + (i < nb ? b->limb[i] : 0);
		r->limb[i] = (uint64_t) carry;
		carry >>= 64;
	}
	r->n = n;
	if (carry != 0)
	{
		if (n == EXACT_LIMBS)
		{
			set_overflow(r);
			return;
		}
		r->limb[r->n++] = (uint64_t) carry;
	}
}

/* sub_magnitude --- |r| = |a| - |b|, where |a| >= |b|. */
static void
sub_magnitude(ExactInt *r, const ExactInt *a, const ExactInt *b)
{
	int      n = a->n;
	int      nb = b->n;
	uint64_t borrow = 0;
	int      i;

	for (i = 0; i < n; i++)
	{
		unsigned __int128 take = (unsigned __int128) (i < nb ? b->limb[i] : 0) + borrow;

		borrow = a->limb[i] < take;
		r->limb[i] = a->limb[i] - (uint64_t) take;
	}
	r->n = n;
}

/* exact_add --- r = a + b. */
void
exact_add(ExactInt *r, const ExactInt *a, const ExactInt *b)
{
	int sa = a->sign;
	int sb = b->sign;

	if (exact_overflow(a) || exact_overflow(b))
		set_overflow(r);
	else if (sb == 0)
		exact_copy(r, a);
	else if (sa == 0)
		exact_copy(r, b);
	else if (sa == sb)
	{
		add_magnitude(r, a, b);
		if (!exact_overflow(r))
			r->sign = sa;
	}
	else if (cmp_magnitude(a, b) >= 0)
	{
		sub_magnitude(r, a, b);
		r->sign = sa;
		trim(r);
	}
	else
	{
		sub_magnitude(r, b, a);
		r->sign = sb;
		trim(r);
	}
}

/* exact_sub --- r = a - b. */
void
exact_sub(ExactInt *r, const ExactInt *a, const ExactInt *b)
{
	ExactInt minus;

	exact_copy(&minus, b);
	minus.sign = -minus.sign;
	exact_add(r, a, &minus);
}

/* exact_mul --- r = a * b. */
void
exact_mul(ExactInt *r, const ExactInt *a, const ExactInt *b)
{
	uint64_t product[2 * EXACT_LIMBS];
	int      n = a->n + b->n;
	int      sign = a->sign * b->sign;
	int      i, j;

	if (exact_overflow(a) || exact_overflow(b))
	{
		set_overflow(r);
		return;
	}
	memset(product, 0, sizeof(product));
	for (i = 0; i < a->n; i++)
	{
		unsigned __int128 carry = 0;

		for (j = 0; j < b->n; j++)
		{
			carry += (unsigned __int128) a->limb[i] * b->limb[j] + product[i + j];
			product[i + j] = (uint64_t) carry;
			carry >>= 64;
		}
		product[i + j] = (uint64_t) carry;
	}
	while (n > 0 && product[n - 1] == 0)
		n--;
	if (n > EXACT_LIMBS)
	{
		set_overflow(r);
		return;
	}
	memcpy(r->limb, product, (size_t) n * sizeof(uint64_t));
	r->n = n;
	r->sign = sign;
}

/* exact_mul_small --- r = r * m. */
void
exact_mul_small(ExactInt *r, int64_t m)
{
	ExactInt factor;

	exact_set(&factor, m);
	exact_mul(r, r, &factor);
}

/* bits --- number of significant bits of |a|. */
static int
bits(const ExactInt *a)
{
	return a->n == 0 ? 0 : a->n * 64 - __builtin_clzll(a->limb[a->n - 1]);
}

/*
 * shift_in --- |r| = |r| * 2 + bit.  The caller keeps r below a divisor that
 * fits, so at most one bit more than the widest divisor is needed.
 */
static void
shift_in(uint64_t *limb, int n, uint64_t bit)
{
	int i;

	for (i = 0; i < n; i++)
	{
		uint64_t out = limb[i] >> 63;

		limb[i] = (limb[i] << 1) | bit;
		bit = out;
	}
}

/* take_away --- limb -= b when limb >= b, both n limbs long; tells whether. */
static bool
take_away(uint64_t *limb, const uint64_t *b, int n)
{
	uint64_t borrow = 0;
	int      i;

	for (i = n - 1; i >= 0; i--)
	{
		if (limb[i] != b[i])
		{
			if (limb[i] < b[i])
				return false;
			break;
		}
	}
	for (i = 0; i < n; i++)
	{
		unsigned __int128 take = (unsigned __int128) b[i] + borrow;

		borrow = limb[i] < take;
		limb[i] -= (uint64_t) take;
	}
	return true;
}

/* set_two_limbs --- r = sign * v. */
static void
set_two_limbs(ExactInt *r, int sign, unsigned __int128 v)
{
	r->sign = sign;
	r->n = 2;
	r->limb[0] = (uint64_t) v;
	r->limb[1] = (uint64_t) (v >> 64);
	trim(r);
}

/* two_limbs --- |a| of at most two limbs. */
static unsigned __int128
two_limbs(const ExactInt *a)
{
	return (a->n > 0 ? a->limb[0] : 0) | (unsigned __int128) (a->n > 1 ? a->limb[1] : 0) << 64;
}

/* div_two_limbs --- exact_div for the usual size, many times faster. */
static void
div_two_limbs(ExactInt *q, ExactInt *rem, const ExactInt *a, const ExactInt *b)
{
	unsigned __int128 x = two_limbs(a);
	unsigned __int128 y = two_limbs(b);
	int               sign_a = a->sign;
	int               sign_b = b->sign;

	set_two_limbs(q, sign_a * sign_b, x / y);
	set_two_limbs(rem, sign_a, x % y);
}

/*
 * exact_div --- a = q * b + rem, q towards zero, rem with the sign of a.
 *
 * b is not zero.  One bit at a time.
 */
void
exact_div(ExactInt *q, ExactInt *rem, const ExactInt *a, const ExactInt *b)
{
	uint64_t quotient[EXACT_LIMBS] = {0};
	uint64_t rest[EXACT_LIMBS + 1] = {0};
	uint64_t divisor[EXACT_LIMBS + 1] = {0};
	int      sign_a = a->sign;
	int      sign_q = a->sign * b->sign;
	int      na = a->n;
	int      width = b->n + 1;
	int      i;

	if (exact_overflow(a) || exact_overflow(b))
	{
		set_overflow(q);
		set_overflow(rem);
		return;
	}
	if (na <= 2 && b->n <= 2)
	{
		div_two_limbs(q, rem, a, b);
		return;
	}
	memcpy(divisor, b->limb, (size_t) b->n * sizeof(uint64_t));
	for (i = bits(a) - 1; i >= 0; i--)
	{
		shift_in(rest, width, (a->limb[i / 64] >> (i % 64)) & 1);
		if (take_away(rest, divisor, width))
			quotient[i / 64] |= (uint64_t) 1 << (i % 64);
	}
	rem->n = width - 1;
	memcpy(rem->limb, rest, (size_t) rem->n * sizeof(uint64_t));
	rem->sign = sign_a;
	trim(rem);
	q->n = na;
	memcpy(q->limb, quotient, (size_t) na * sizeof(uint64_t));
	q->sign = sign_q;
	trim(q);
}

/* exact_gcd --- the greatest common divisor of |a| and |b|; of 0 and 0 it is 0. */
void
exact_gcd(ExactInt *r, const ExactInt *a, const ExactInt *b)
{
	ExactInt x, y, q;

	exact_copy(&x, a);
	exact_copy(&y, b);
	while (y.n > 0)
	{
		ExactInt rem;

		if (x.n == 1 && y.n == 1)
		{
			uint64_t u = x.limb[0];
			uint64_t v = y.limb[0];

			while (v != 0)
			{
				uint64_t w = u % v;

				u = v;
				v = w;
			}
			x.limb[0] = u;
			break;
		}
		exact_div(&q, &rem, &x, &y);
		exact_copy(&x, &y);
		exact_copy(&y, &rem);
	}
	if (exact_overflow(&y))
		set_overflow(&x);
	else if (x.n > 0)
		x.sign = 1;
	exact_copy(r, &x);
}

/* exact_pow10 --- r = 10 to the power k, k >= 0. */
void
exact_pow10(ExactInt *r, int k)
{
	exact_set(r, 1);
	for (; k > 0 && !exact_overflow(r); k--)
		exact_mul_small(r, 10);
}

/* exact_to_int64 --- false when a does not fit. */
bool
exact_to_int64(const ExactInt *a, int64_t *out)
{
	uint64_t most = (uint64_t) INT64_MAX + (a->sign < 0);

	if (a->n == 0)
	{
		*out = 0;
		return true;
	}
	if (a->n != 1 || a->limb[0] > most)
		return false;
	*out = (int64_t) ((uint64_t) a->sign * a->limb[0]);
	return true;
}

/* exact_print --- decimal digits of a, at most EXACT_TEXT bytes with the final zero. */
void
exact_print(const ExactInt *a, char *out)
{
	char     digits[EXACT_TEXT];
	uint64_t limb[EXACT_LIMBS];
	int      n = a->n;
	int      used = 0;

	memcpy(limb, a->limb, (size_t) n * sizeof(uint64_t));
	do
	{
		unsigned __int128 rest = 0;
		int               i;

		for (i = n - 1; i >= 0; i--)
		{
			rest = (rest << 64) | limb[i];
			limb[i] = (uint64_t) (rest / 10);
			rest %= 10;
		}
		digits[used++] = (char) ('0' + (int) rest);
		while (n > 0 && limb[n - 1] == 0)
			n--;
	} while (n > 0);
	if (a->sign < 0)
		*out++ = '-';
	while (used > 0)
		*out++ = digits[--used];
	*out = '\0';
}

/* rat_make --- r = num / den in lowest terms; den is not zero. */
void
rat_make(ExactRat *r, const ExactInt *num, const ExactInt *den)
{
	ExactInt g, rem;

	exact_gcd(&g, num, den);
	g.sign *= den->sign;
	exact_div(&r->num, &rem, num, &g);
	exact_div(&r->den, &rem, den, &g);
	if (r->num.n > RAT_LIMBS || r->den.n > RAT_LIMBS)
		set_overflow(&r->num);
}

/* rat_set --- r = num / den; den > 0. */
void
rat_set(ExactRat *r, int64_t num, int64_t den)
{
	ExactInt n, d;

	exact_set(&n, num);
	exact_set(&d, den);
	rat_make(r, &n, &d);
}

bool
rat_overflow(const ExactRat *a)
{
	return exact_overflow(&a->num) || exact_overflow(&a->den);
}

int
rat_sign(const ExactRat *a)
{
	return a->num.sign;
}

void
rat_neg(ExactRat *a)
{
	a->num.sign = -a->num.sign;
}

/* rat_whole --- r = v. */
void
rat_whole(ExactRat *r, int64_t v)
{
	exact_set(&r->num, v);
	exact_set(&r->den, 1);
}

/* rat_copy --- r = a, touching only the limbs in use. */
void
rat_copy(ExactRat *r, const ExactRat *a)
{
	exact_copy(&r->num, &a->num);
	exact_copy(&r->den, &a->den);
}

/* rat_magnitude --- |a|. */
ExactRat
rat_magnitude(const ExactRat *a)
{
	ExactRat magnitude;

	rat_copy(&magnitude, a);
	magnitude.num.sign *= magnitude.num.sign;
	return magnitude;
}

/* rat_lesser --- the lesser of two. */
ExactRat
rat_lesser(const ExactRat *a, const ExactRat *b)
{
	return rat_cmp(a, b) > 0 ? *b : *a;
}

/* rat_add --- r = a + b. */
void
rat_add(ExactRat *r, const ExactRat *a, const ExactRat *b)
{
	ExactInt left, right, den;

	exact_mul(&left, &a->num, &b->den);
	exact_mul(&right, &b->num, &a->den);
	exact_add(&left, &left, &right);
	exact_mul(&den, &a->den, &b->den);
	rat_make(r, &left, &den);
}

/* rat_sub --- r = a - b. */
void
rat_sub(ExactRat *r, const ExactRat *a, const ExactRat *b)
{
	ExactRat minus = *b;

	rat_neg(&minus);
	rat_add(r, a, &minus);
}

/* rat_cmp --- -1, 0 or 1; neither may have overflowed. */
int
rat_cmp(const ExactRat *a, const ExactRat *b)
{
	ExactInt left, right;

	exact_mul(&left, &a->num, &b->den);
	exact_mul(&right, &b->num, &a->den);
	return exact_cmp(&left, &right);
}

/* rat_mul --- r = a * b. */
void
rat_mul(ExactRat *r, const ExactRat *a, const ExactRat *b)
{
	ExactInt num, den;

	exact_mul(&num, &a->num, &b->num);
	exact_mul(&den, &a->den, &b->den);
	rat_make(r, &num, &den);
}

/* rat_div --- r = a / b; b is not zero. */
void
rat_div(ExactRat *r, const ExactRat *a, const ExactRat *b)
{
	ExactInt num, den;

	exact_mul(&num, &a->num, &b->den);
	exact_mul(&den, &a->den, &b->num);
	rat_make(r, &num, &den);
}

/* rat_round --- the integer next to a; a negative number is rounded like its mirror image. */
void
rat_round(const ExactRat *a, ExactRounding mode, ExactInt *out)
{
	ExactInt rem, one;
	int      side;

	exact_div(out, &rem, &a->num, &a->den);
	if (mode == EXACT_TRUNCATE || exact_overflow(out))
		return;
	rem.sign = (rem.n > 0);
	exact_mul_small(&rem, 2);
	side = exact_cmp(&rem, &a->den);
	if (side < 0)
		return;
	if (side == 0 && mode == EXACT_HALF_EVEN && (out->n == 0 || (out->limb[0] & 1) == 0))
		return;
	exact_set(&one, a->num.sign);
	exact_add(out, out, &one);
}

/* rat_print --- "num" or "num/den"; out has 2 * EXACT_TEXT bytes. */
void
rat_print(const ExactRat *a, char *out)
{
	ExactInt one;

	if (rat_overflow(a))
	{
		strcpy(out, "overflow");
		return;
	}
	exact_print(&a->num, out);
	exact_set(&one, 1);
	if (exact_cmp(&a->den, &one) == 0)
		return;
	out += strlen(out);
	*out++ = '/';
	exact_print(&a->den, out);
}

/*
 * rat_print_decimal --- a as a decimal number with at least and at most so many decimals.
 *
 * Half away from zero where more decimals would be needed; returns whether the
 * text is exact.  "overflow" (and false) when it does not fit.
 */
bool
rat_print_decimal(const ExactRat *a, int least, int most, char *out)
{
	ExactRat scaled;
	ExactInt scale, whole, one;
	char     digits[EXACT_TEXT];
	bool     exact;
	int      decimals = most;
	int      len, i;

	exact_pow10(&scale, most);
	exact_set(&one, 1);
	rat_make(&scaled, &scale, &one);
	rat_mul(&scaled, &scaled, a);
	rat_round(&scaled, EXACT_HALF_AWAY, &whole);
	if (exact_overflow(&whole))
	{
		strcpy(out, "overflow");
		return false;
	}
	exact = exact_cmp(&scaled.den, &one) == 0;
	if (whole.sign < 0)
		*out++ = '-';
	whole.sign = (whole.n > 0);
	exact_print(&whole, digits);
	len = (int) strlen(digits);
	/* zero is one digit, whatever the scale */
	if (whole.n == 0)
		decimals = least;
	while (decimals > least && digits[len - 1] == '0')
	{
		len--;
		decimals--;
	}
	if (len <= decimals)
		*out++ = '0';
	else
		for (i = 0; i < len - decimals; i++)
			*out++ = digits[i];
	if (decimals > 0)
	{
		*out++ = '.';
		for (i = 0; i < decimals; i++)
			*out++ = i < decimals - len ? '0' : digits[len - decimals + i];
	}
	*out = '\0';
	return exact;
}

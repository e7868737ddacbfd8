/*-------------------------------------------------------------------------
 *
 * decimal_core.c
 *	  Exact decimal amounts: a 128-bit integer and a scale.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/decimal_core.h"

#include <string.h>

#define POWERS 39 /* 10^0 .. 10^38 fit */

/*
 * power_of_ten --- 10^exponent for 0 <= exponent < POWERS.
 */
static inv_int128
power_of_ten(int exponent)
{
	static const int64_t small[] = {1,
									10,
									100,
									1000,
									10000,
									100000,
									1000000,
									10000000,
									100000000,
									1000000000,
									INT64_C(10000000000),
									INT64_C(100000000000),
									INT64_C(1000000000000),
									INT64_C(10000000000000),
									INT64_C(100000000000000),
									INT64_C(1000000000000000),
									INT64_C(10000000000000000),
									INT64_C(100000000000000000),
									INT64_C(1000000000000000000)};
	inv_int128           power = 1;

	while (exponent > 18)
	{
		power *= small[18];
		exponent -= 18;
	}
	return power * small[exponent];
}

/*
 * fits_int64 --- may 64-bit division be used?
 */
static inline bool
fits_int64(inv_int128 value)
{
	return value == (int64_t) value;
}

/*
 * magnitude --- the absolute value; defined for the lowest value too.
 */
static inline inv_uint128
magnitude(inv_int128 value)
{
	return value < 0 ? -(inv_uint128) value : (inv_uint128) value;
}

/*
 * inv_decimal --- value / 10^scale.
 */
InvDecimal
inv_decimal(int64_t value, int scale)
{
	InvDecimal result;

	result.value = value;
	result.scale = scale;
	return result;
}

/*
 * without_zeros --- the same amount at the smallest scale that is at least least_scale.
 */
static InvDecimal
without_zeros(InvDecimal amount, int least_scale)
{
	if (fits_int64(amount.value))
	{
		int64_t value = (int64_t) amount.value;

		while (amount.scale > least_scale && value % 10 == 0)
		{
			value /= 10;
			amount.scale--;
		}
		amount.value = value;
		return amount;
	}
	while (amount.scale > least_scale && amount.value % 10 == 0)
	{
		amount.value /= 10;
		amount.scale--;
	}
	return amount;
}

/*
 * inv_strip --- the same amount at its smallest scale.
 */
InvDecimal
inv_strip(InvDecimal amount)
{
	return without_zeros(amount, 0);
}

/*
 * rescaled --- the same amount at a larger scale; false when it does not fit.
 */
static bool
rescaled(InvDecimal amount, int scale, inv_int128 *value)
{
	int more = scale - amount.scale;

	if (more == 0 || amount.value == 0)
	{
		*value = amount.value;
		return true;
	}
	if (more >= POWERS)
		return false;
	return !__builtin_mul_overflow(amount.value, power_of_ten(more), value);
}

/*
 * append_digits --- value * 10^exponent + digits; false on overflow.
 */
static bool
append_digits(inv_int128 *value, int exponent, int digits)
{
	inv_int128 shifted;

	return !__builtin_mul_overflow(*value, power_of_ten(exponent), &shifted) &&
		   !__builtin_add_overflow(shifted, (inv_int128) digits, value);
}

/*
 * inv_from_text --- reads a number as JSON writes it, exponent included.
 *
 * The whole text must be the number.  False when it is none or does not fit.
 */
bool
inv_from_text(const char *text, size_t length, InvDecimal *result)
{
	const char *p = text;
	const char *end = text + length;
	bool        negative = false;
	int         digits = 0;
	int         exponent = 0;
	InvDecimal  amount = {0, 0};

	if (p < end && *p == '-')
	{
		negative = true;
		p++;
	}
	for (; p < end && *p >= '0' && *p <= '9'; p++, digits++)
		if (!append_digits(&amount.value, 1, *p - '0'))
			return false;
	if (p < end && *p == '.' && digits > 0)
	{
		const char *first = ++p;

		for (; p < end && *p >= '0' && *p <= '9'; p++, amount.scale++)
			if (amount.scale >= INV_MAX_SCALE || !append_digits(&amount.value, 1, *p - '0'))
				return false;
		if (p == first)
			return false;
	}
	if (p < end && (*p == 'e' || *p == 'E') && digits > 0)
	{
		bool        down = false;
		const char *first;

		p++;
		if (p < end && (*p == '+' || *p == '-'))
			down = (*p++ == '-');
		for (first = p; p < end && *p >= '0' && *p <= '9'; p++)
			if (exponent < 1000)
				exponent = exponent * 10 + (*p - '0');
		if (p == first)
			return false;
		if (down)
			exponent = -exponent;
	}
	if (digits == 0 || p != end)
		return false;
	amount = inv_strip(amount);
	if (amount.value == 0)
		amount.scale = 0;
	else
	{
		amount.scale -= exponent;
		if (amount.scale > INV_MAX_SCALE)
			return false;
		if (amount.scale < 0)
		{
			if (-amount.scale >= POWERS || !append_digits(&amount.value, -amount.scale, 0))
				return false;
			amount.scale = 0;
		}
	}
	if (negative)
		amount.value = -amount.value;
	*result = amount;
	return true;
}

/*
 * The server's numeric after its length word, unchanged since release 9.1:
 * a 16-bit header, in the long form followed by a 16-bit weight, then digits
 * in base 10000, the first of them worth 10000^weight.  Reading and writing
 * it here costs a tenth of a call into numeric.c; a regression test compares
 * both over thousands of values, so that a change of layout cannot go unseen.
 */
#define NUMERIC_FORM 0xC000
#define NUMERIC_LONG_NEGATIVE 0x4000
#define NUMERIC_SHORT 0x8000
#define NUMERIC_SPECIAL 0xC000
#define NUMERIC_SHORT_NEGATIVE 0x2000
#define NUMERIC_SHORT_SCALE_SHIFT 7
#define NUMERIC_SHORT_WEIGHT_NEGATIVE 0x0040
#define NUMERIC_SHORT_WEIGHT 0x003F

static const int32_t powers[] = {1, 10, 100, 1000, 10000};

/*
 * inv_from_numeric --- reads the server's numeric (without its length word).
 *
 * False for NaN, infinity and what does not fit exactly.
 */
bool
inv_from_numeric(const char *numeric, size_t length, InvDecimal *result)
{
	uint16_t   header;
	int16_t    digit;
	int        weight;
	bool       negative;
	size_t     n;
	size_t     i;
	inv_int128 value = 0;
	int        scale;

	memcpy(&header, numeric, sizeof(header));
	if ((header & NUMERIC_FORM) == NUMERIC_SPECIAL)
		return false;
	if ((header & NUMERIC_FORM) == NUMERIC_SHORT)
	{
		weight = header & NUMERIC_SHORT_WEIGHT;
		if (header & NUMERIC_SHORT_WEIGHT_NEGATIVE)
			weight -= NUMERIC_SHORT_WEIGHT + 1;
		negative = (header & NUMERIC_SHORT_NEGATIVE) != 0;
		numeric += sizeof(header);
		n = (length - sizeof(header)) / sizeof(digit);
	}
	else
	{
		int16_t long_weight;

		memcpy(&long_weight, numeric + sizeof(header), sizeof(long_weight));
		weight = long_weight;
		negative = (header & NUMERIC_FORM) == NUMERIC_LONG_NEGATIVE;
		numeric += sizeof(header) + sizeof(long_weight);
		n = (length - sizeof(header) - sizeof(long_weight)) / sizeof(digit);
	}
	scale = n == 0 ? 0 : 4 * ((int) n - 1 - weight);
	/* 38 decimal digits touch at most eleven of base 10000; powers exist for sane scales only */
	if (n > 11 || scale > INV_MAX_SCALE + 3 || scale < -POWERS)
		return false;
	for (i = 0; i < n; i++)
	{
		int shift = 4;

		memcpy(&digit, numeric + i * sizeof(digit), sizeof(digit));
		if (i == n - 1)
			for (; scale > 0 && shift > 0 && digit % 10 == 0; shift--, scale--)
				digit /= 10;
		if (i < 4)
			value = (int64_t) value * powers[shift] + digit;
		else if (!append_digits(&value, shift, digit))
			return false;
	}
	if (scale > INV_MAX_SCALE)
		return false;
	if (scale < 0)
	{
		if (!append_digits(&value, -scale, 0))
			return false;
		scale = 0;
	}
	result->value = negative ? -value : value;
	result->scale = scale;
	return true;
}

/*
 * inv_to_numeric --- writes the server's numeric (without its length word)
 * and returns its size.
 *
 * At least least_scale decimals are displayed, more only where they are not zero.
 */
size_t
inv_to_numeric(InvDecimal amount, int least_scale, char *numeric)
{
	int16_t     digits[16];
	int         n = 0;
	int         first;
	int         i;
	int         weight;
	int         fraction;
	uint16_t    header;
	inv_uint128 rest;

	amount = without_zeros(amount, least_scale);
	rest = magnitude(amount.value);
	/* groups of four from the right; the last group of the fraction may be short */
	fraction = (amount.scale + 3) / 4;
	if (amount.scale % 4 != 0)
	{
		uint32_t power = powers[amount.scale % 4];
		uint32_t digit;

		if (rest <= UINT64_MAX)
		{
			digit = (uint32_t) ((uint64_t) rest % power);
			rest = (uint64_t) rest / power;
		}
		else
		{
			digit = (uint32_t) (rest % power);
			rest /= power;
		}
		digits[n++] = (int16_t) (digit * powers[4 - amount.scale % 4]);
	}
	while (rest > UINT64_MAX)
	{
		digits[n++] = (int16_t) (rest % 10000);
		rest /= 10000;
	}
	for (uint64_t low = (uint64_t) rest; low != 0; low /= 10000)
		digits[n++] = (int16_t) (low % 10000);
	weight = n - fraction - 1;
	for (first = 0; first < n && digits[first] == 0; first++)
		;
	while (n > first && digits[n - 1] == 0)
	{
		n--;
		weight--;
	}
	if (n == first)
		weight = 0;
	header = NUMERIC_SHORT | (weight & (NUMERIC_SHORT_WEIGHT | NUMERIC_SHORT_WEIGHT_NEGATIVE));
	header |= (amount.scale > least_scale ? amount.scale : least_scale)
			  << NUMERIC_SHORT_SCALE_SHIFT;
	if (amount.value < 0)
		header |= NUMERIC_SHORT_NEGATIVE;
	memcpy(numeric, &header, sizeof(header));
	for (i = n - 1; i >= first; i--)
		memcpy(numeric + sizeof(header) + (n - 1 - i) * sizeof(digits[0]), &digits[i],
			   sizeof(digits[0]));
	return sizeof(header) + (n - first) * sizeof(digits[0]);
}

/*
 * inv_to_text --- plain decimal notation, NUL-terminated; returns its length.
 *
 * At least least_scale decimals, more only where they are not zero.
 */
size_t
inv_to_text(InvDecimal amount, int least_scale, char *text)
{
	char        reversed[INV_TEXT_SIZE];
	int         n = 0;
	int         i;
	int         written = 0;
	inv_uint128 rest;

	amount = without_zeros(amount, least_scale);
	rest = magnitude(amount.value);
	for (i = amount.scale; i < least_scale; i++)
		reversed[n++] = '0';
	for (i = 0; i < amount.scale; i++, rest /= 10)
		reversed[n++] = (char) ('0' + (int) (rest % 10));
	if (n > 0)
		reversed[n++] = '.';
	do
	{
		reversed[n++] = (char) ('0' + (int) (rest % 10));
		rest /= 10;
	} while (rest != 0);
	if (amount.value < 0)
		reversed[n++] = '-';
	while (n > 0)
		text[written++] = reversed[--n];
	text[written] = '\0';
	return written;
}

/*
 * inv_to_int64 --- the amount times 10^scale; false when that is no int64.
 */
bool
inv_to_int64(InvDecimal amount, int scale, int64_t *result)
{
	inv_int128 value;

	amount = inv_strip(amount);
	if (amount.scale > scale || !rescaled(amount, scale, &value) || !fits_int64(value))
		return false;
	*result = (int64_t) value;
	return true;
}

/*
 * inv_add --- exact sum.
 */
bool
inv_add(InvDecimal a, InvDecimal b, InvDecimal *result)
{
	int        scale = a.scale > b.scale ? a.scale : b.scale;
	inv_int128 left;
	inv_int128 right;

	if (!rescaled(a, scale, &left) || !rescaled(b, scale, &right) ||
		__builtin_add_overflow(left, right, &result->value))
		return false;
	result->scale = scale;
	return true;
}

/*
 * inv_subtract --- exact difference.
 */
bool
inv_subtract(InvDecimal a, InvDecimal b, InvDecimal *result)
{
	int        scale = a.scale > b.scale ? a.scale : b.scale;
	inv_int128 left;
	inv_int128 right;

	if (!rescaled(a, scale, &left) || !rescaled(b, scale, &right) ||
		__builtin_sub_overflow(left, right, &result->value))
		return false;
	result->scale = scale;
	return true;
}

/*
 * inv_multiply --- exact product.
 */
bool
inv_multiply(InvDecimal a, InvDecimal b, InvDecimal *result)
{
	inv_int128 value;

	if (a.scale + b.scale > INV_MAX_SCALE || __builtin_mul_overflow(a.value, b.value, &value))
	{
		/* trailing zeros must not make a product fail that fits */
		a = inv_strip(a);
		b = inv_strip(b);
		if (a.scale + b.scale > INV_MAX_SCALE || __builtin_mul_overflow(a.value, b.value, &value))
			return false;
	}
	result->value = value;
	result->scale = a.scale + b.scale;
	return true;
}

/*
 * inv_compare --- below, at or above zero; always exact, never fails.
 */
int
inv_compare(InvDecimal a, InvDecimal b)
{
	inv_int128 left;
	inv_int128 right;
	int        scale = a.scale > b.scale ? a.scale : b.scale;

	/* an amount that does not fit at the other's scale is larger in magnitude than any that does */
	if (!rescaled(a, scale, &left))
		return a.value < 0 ? -1 : 1;
	if (!rescaled(b, scale, &right))
		return b.value < 0 ? 1 : -1;
	return (left > right) - (left < right);
}

/*
 * inv_round --- half away from zero; an amount with fewer decimals is unchanged.
 */
InvDecimal
inv_round(InvDecimal amount, int scale)
{
	int        less = amount.scale - scale;
	InvDecimal result = {0, scale};

	if (less <= 0)
		return amount;
	if (less <= 18 && fits_int64(amount.value))
	{
		int64_t power = (int64_t) power_of_ten(less);
		int64_t quotient = (int64_t) amount.value / power;
		int64_t rest = (int64_t) amount.value % power;

		if (rest >= power - rest)
			quotient++;
		else if (-rest >= power + rest)
			quotient--;
		result.value = quotient;
	}
	else if (less < POWERS)
	{
		inv_int128 power = power_of_ten(less);
		inv_int128 rest = amount.value % power;

		result.value = amount.value / power;
		if (rest >= power - rest)
			result.value++;
		else if (-rest >= power + rest)
			result.value--;
	}
	return result;
}

/*
 * inv_rounding_from_text --- sus, penny or none; false for any other word.
 */
bool
inv_rounding_from_text(const char *text, size_t length, InvRounding *rounding)
{
	if (length == 5 && memcmp(text, "penny", 5) == 0)
		*rounding = INV_ROUND_PENNY;
	else if (length == 3 && memcmp(text, "sus", 3) == 0)
		*rounding = INV_ROUND_SUS;
	else if (length == 4 && memcmp(text, "none", 4) == 0)
		*rounding = INV_ROUND_NONE;
	else
		return false;
	return true;
}

/*
 * inv_round_price --- the amount as a contract of this rounding states it.
 */
InvDecimal
inv_round_price(InvDecimal amount, InvRounding rounding)
{
	if (rounding == INV_ROUND_NONE)
		return amount;
	return inv_round(amount, rounding == INV_ROUND_SUS ? 0 : 2);
}

/*
 * inv_priced --- units * price * factor, rounded as the contract says.
 *
 * SUS rounds before the factor too; a penny contract rounds once, at the end.
 */
bool
inv_priced(InvDecimal units, InvDecimal price, InvDecimal factor, InvRounding rounding,
		   InvDecimal *total)
{
	InvDecimal amount;

	if (!inv_multiply(units, price, &amount))
		return false;
	if (rounding == INV_ROUND_SUS)
		amount = inv_round(amount, 0);
	if (!inv_multiply(amount, factor, &amount))
		return false;
	*total = inv_round_price(amount, rounding);
	return true;
}

/*-------------------------------------------------------------------------
 *
 * risk_core.c
 *	  Scoring with a risk model, its fingerprint and its numbers.
 *
 * risk_build_core.c reads models, risk_print_core.c prints them; what goes
 * beyond points and linear inputs is scored in risk_eval_core.c.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_core.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * risk_prefix_pack --- characters of a code prefix as an integer.
 *
 * False unless it is 1 to 8 characters, all of them A-Z or 0-9.
 */
bool
risk_prefix_pack(const char *text, size_t length, uint64_t *packed)
{
	uint64_t value = 0;
	size_t   i;

	if (length < 1 || length > RISK_MAX_PREFIX_LENGTH)
		return false;
	for (i = 0; i < length; i++)
	{
		char c = text[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
			return false;
		value |= (uint64_t) (unsigned char) c << (56 - 8 * i);
	}
	*packed = value;
	return true;
}

/*
 * risk_prefix_unpack --- the characters of a packed code and a NUL; returns their number.
 *
 * text has room for nine bytes.
 */
int
risk_prefix_unpack(uint64_t packed, char *text)
{
	int length = 0;

	/* eight shifts leave nothing */
	while ((packed >> 56) != 0)
	{
		text[length++] = (char) (packed >> 56);
		packed <<= 8;
	}
	text[length] = '\0';
	return length;
}

/*
 * risk_scaled_integer --- the JSON number times scale (a power of ten), exactly.
 *
 * False if that is no integer.  *in_range is false if its size is above limit,
 * and *result then means nothing.
 */
bool
risk_scaled_integer(const char *number, int32_t scale, int64_t limit, int64_t *result,
					bool *in_range)
{
	bool    negative = *number == '-';
	bool    overflow = false;
	int64_t mantissa = 0; /* without its trailing zeros */
	int64_t zeros = 0;
	int64_t exponent = 0;
	int64_t written = 0;
	int     step = 1;
	bool    fraction = false;

	for (number += negative; *number != '\0' && *number != 'e' && *number != 'E'; number++)
	{
		if (*number == '.')
		{
			fraction = true;
			continue;
		}
		exponent -= fraction;
		zeros++;
		if (*number == '0')
			continue;
		for (; zeros > 0 && !overflow; zeros--)
			overflow = __builtin_mul_overflow(mantissa, 10, &mantissa);
		zeros = 0;
		overflow = overflow || __builtin_add_overflow(mantissa, *number - '0', &mantissa);
	}
	if (*number != '\0')
	{
		number++;
		step = *number == '-' ? -1 : 1;
		if (*number == '-' || *number == '+')
			number++;
		for (; *number != '\0' && written < 1000000; number++)
			written = written * 10 + (*number - '0');
	}
	exponent += zeros + step * written;
	for (; scale > 1; scale /= 10)
		exponent++;
	*result = 0;
	*in_range = true;
	if (mantissa == 0 && !overflow)
		return true;
	if (exponent < 0)
		return false;
	for (; exponent > 0 && !overflow; exponent--)
		overflow = __builtin_mul_overflow(mantissa, 10, &mantissa);
	*in_range = !overflow && mantissa <= limit;
	*result = negative ? -mantissa : mantissa;
	return true;
}

/*
 * risk_format_double --- the shortest decimal that reads back as the same number; text has room
 * for 32 bytes.
 */
void
risk_format_double(double value, char *text)
{
	int digits;

	for (digits = 15; digits <= 17; digits++)
	{
		snprintf(text, 32, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
}

/*
 * risk_points_bound --- the least points (of which unit make a score of 1) from which a score
 * reaches the bound; without from the most that do not go beyond it.
 *
 * The bound is taken as the decimal that it is printed as, and nothing is
 * rounded.  False if it is out of range.
 */
bool
risk_points_bound(double bound, int64_t unit, bool from, int64_t *points)
{
	char        text[32];
	const char *p = text;
	bool        negative;
	bool        fraction = false;
	bool        rest = false;
	__int128    value = 0;
	int         exponent = 0;

	risk_format_double(bound, text);
	negative = *p == '-';
	for (p += negative; *p != '\0' && *p != 'e'; p++)
	{
		if (*p == '.')
			fraction = true;
		else
		{
			value = value * 10 + (*p - '0');
			exponent -= fraction;
		}
	}
	if (*p == 'e')
		exponent += (int) strtol(p + 1, NULL, 10);
	for (value *= unit; exponent > 0 && value <= RISK_MAX_BOUND; exponent--)
		value *= 10;
	for (; exponent < 0; exponent++)
	{
		rest = rest || value % 10 != 0;
		value /= 10;
	}
	if (value > RISK_MAX_BOUND)
		return false;
	/* away from zero where the bound lies between two points on that side */
	*points = (int64_t) value + (rest && from != negative);
	if (negative)
		*points = -*points;
	return true;
}

/*
 * mix --- the finaliser of splitmix64.
 */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xBF58476D1CE4E5B9);
	x ^= x >> 27;
	x *= UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

/*
 * risk_fingerprint --- 128 bits of the data, the same on every machine for ever.
 *
 * Against accidents, not against forgers.
 */
void
risk_fingerprint(const void *data, size_t length, uint64_t *result)
{
	const unsigned char *bytes = data;
	uint64_t             a = mix(UINT64_C(0x9E3779B97F4A7C15) + length);
	uint64_t             b = mix(UINT64_C(0xD1B54A32D192ED03) ^ length);
	size_t               i;
	size_t               j;

	for (i = 0; i < length; i += 8)
	{
		uint64_t word = 0;

		for (j = 0; j < 8 && i + j < length; j++)
			word |= (uint64_t) bytes[i + j] << (8 * j);
		a = mix(a ^ word);
		b = mix(b + word * UINT64_C(0x9E3779B97F4A7C15)) + (a >> 32);
	}
	result[0] = a;
	result[1] = b;
}

/*
 * risk_hash_words --- a hash of integers that never changes, whatever the byte order.
 */
uint64_t
risk_hash_words(const uint64_t *words, int n, uint64_t seed)
{
	uint64_t hash = mix(seed + UINT64_C(0x9E3779B97F4A7C15));
	int      i;

	for (i = 0; i < n; i++)
		hash = mix(hash ^ mix(words[i] + UINT64_C(0x9E3779B97F4A7C15)));
	return hash;
}

/*
 * risk_apply_hierarchy --- the categories that still score; words itself is left alone.
 *
 * Whether a category removes another depends on its presence, not on whether
 * it was itself removed.
 */
void
risk_apply_hierarchy(const RiskModel *model, const uint64_t *words, uint64_t *kept)
{
	const RiskRemoval *removal = RISK_SECTION(model, RiskRemoval, removals);
	uint32_t           i;

	memcpy(kept, words, RISK_WORDS(model) * sizeof(uint64_t));
	for (i = 0; i < model->n_removals; i++)
	{
		if (risk_has(words, removal[i].removed_by))
			kept[removal[i].category / 64] &= ~(UINT64_C(1) << (removal[i].category % 64));
	}
}

/*
 * risk_points --- sum of the scaled points of the categories present.
 */
int64_t
risk_points(const RiskModel *model, const uint64_t *words)
{
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	int64_t             points = 0;
	uint32_t            w;

	for (w = 0; w < RISK_WORDS(model); w++)
	{
		uint64_t rest = words[w];

		for (; rest != 0; rest &= rest - 1)
			points += category[w * 64 + (uint32_t) __builtin_ctzll(rest)].points;
	}
	return points;
}

/*
 * risk_unit --- the scaled points that make a score of 1.
 */
double
risk_unit(const RiskModel *model)
{
	const RiskMore *more = risk_more(model);

	return (double) model->points_scale * (more == NULL ? 1 : more->points_divisor);
}

/*
 * risk_points_value --- scaled points as a number: one correctly rounded division.
 */
double
risk_points_value(const RiskModel *model, int64_t points)
{
	return (double) points / risk_unit(model);
}

/*
 * risk_find_condition --- number of the set of categories that a condition key hits; 0 is the empty
 * one.
 */
uint32_t
risk_find_condition(const RiskModel *model, const char *key, size_t length)
{
	const RiskMore      *more = risk_more(model);
	const RiskCondition *condition;
	uint32_t             low = 0;
	uint32_t             high = more == NULL ? 0 : more->n_conditions;

	if (high == 0 || length > RISK_MAX_KEY)
		return 0;
	condition = RISK_MORE(model, RiskCondition, conditions);
	while (low < high)
	{
		uint32_t    middle = (low + high) / 2;
		const char *other = RISK_TEXT(model, condition[middle].key);
		size_t      other_length = strlen(other);
		int         order = memcmp(key, other, length < other_length ? length : other_length);

		if (order == 0 && length == other_length)
			return condition[middle].set;
		if (order < 0 || (order == 0 && length < other_length))
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

/*
 * risk_tidy_code --- a code of any coding system as the integer that prefixes are compared with.
 *
 * Letters become upper case, anything but A-Z and 0-9 is left out, and what
 * stands beyond the longest prefix cannot matter.  False if nothing is left.
 */
bool
risk_tidy_code(const char *text, size_t length, uint64_t *packed)
{
	int    n = 0;
	size_t i;

	*packed = 0;
	for (i = 0; i < length && n < RISK_MAX_PREFIX_LENGTH; i++)
	{
		unsigned char c = (unsigned char) text[i];

		if (c >= 'a' && c <= 'z')
			c = (unsigned char) (c - 'a' + 'A');
		if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			*packed |= (uint64_t) c << (56 - 8 * n++);
	}
	return n > 0;
}

/*
 * risk_apply_link --- from the linear predictor to the score; false if it overflows.
 */
bool
risk_apply_link(const RiskModel *model, double linear, double *result)
{
	double e;

	switch (model->link)
	{
		case RISK_LOGIT:
			/* never exponentiate upwards */
			e = exp(-fabs(linear));
			*result = linear >= 0 ? 1 / (1 + e) : e / (1 + e);
			return true;
		case RISK_LOG:
			*result = exp(linear);
			return !isinf(*result) || isinf(linear);
		default:
			*result = linear;
			return true;
	}
}

/*
 * risk_predict_inputs --- score of a model without categories; false if it overflows.
 *
 * inputs holds n_inputs values in the model's order.
 */
bool
risk_predict_inputs(const RiskModel *model, const double *inputs, double *result)
{
	const RiskInput *input = RISK_SECTION(model, RiskInput, inputs);
	double           linear = model->intercept;
	uint32_t         i;

	for (i = 0; i < model->n_inputs; i++)
		linear += input[i].coefficient * inputs[i];
	return risk_apply_link(model, linear, result);
}

/*
 * reaches --- does the score lie in or above the band?
 */
static bool
reaches(const RiskBand *band, bool exact, int64_t points, double score)
{
	switch (band->kind)
	{
		case RISK_FROM:
			return exact ? points >= band->points : score >= band->bound;
		case RISK_ABOVE:
			return exact ? points > band->points : score > band->bound;
		default:
			return true;
	}
}

/*
 * risk_band_index --- number of the band of a score; -1 below the lowest and for not-a-number.
 *
 * Scores made of points are compared as integers, so that a score of exactly
 * 15 never misses its band by the error of a binary fraction.
 */
int
risk_band_index(const RiskModel *model, double score)
{
	const RiskBand *band = RISK_SECTION(model, RiskBand, bands);
	double          scaled = score * risk_unit(model);
	int64_t         points = 0;
	bool            exact = false;
	int             i;

	if (isnan(score))
		return -1;
	if (model->points_only && fabs(scaled) < 1e15)
	{
		points = llround(scaled);
		/* the two roundings between points and score, or a hair */
		exact = fabs(scaled - (double) points) < fmax(1e-6, fabs(scaled) * 0x1p-51);
	}
	for (i = (int) model->n_bands - 1; i >= 0; i--)
	{
		if (reaches(&band[i], exact, points, score))
			break;
	}
	return i;
}

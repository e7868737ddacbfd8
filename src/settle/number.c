/*-------------------------------------------------------------------------
 *
 * number.c
 *	  Numerics as exact fractions and pence, and back.
 *
 * Numerics are read digit by digit, straight from their stored form (stable
 * since 9.1): a share must cost little more than a multiplication.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

/* The digits of a numeric: sum of digit[i] * 10000^(weight - i). */
typedef struct Digits
{
	bool        special;
	bool        negative;
	int         weight;
	int         n;
	const char *digit;
} Digits;

static inline int
digit_at(const Digits *d, int i)
{
	int16 digit;

	memcpy(&digit, d->digit + i * sizeof(int16), sizeof(int16));
	return digit;
}

/* read_digits --- the long form has sign, scale and weight in two words, the short one in one. */
static void
read_digits(Datum datum, Digits *d)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(datum);
	const char     *p = VARDATA_ANY(v);
	int             size = VARSIZE_ANY_EXHDR(v);
	uint16          header;
	int16           weight;

	memcpy(&header, p, sizeof(header));
	d->special = (header & 0xC000) == 0xC000;
	if (header & 0x8000)
	{
		d->negative = (header & 0x2000) != 0;
		d->weight = (header & 0x0040) ? (int) (header & 0x003F) - 0x40 : (int) (header & 0x003F);
		p += 2;
		size -= 2;
	}
	else
	{
		d->negative = (header & 0xC000) == 0x4000;
		memcpy(&weight, p + 2, sizeof(weight));
		d->weight = weight;
		p += 4;
		size -= 4;
	}
	d->digit = p;
	d->n = size / (int) sizeof(int16);
}

/* numeric_scaled --- the numeric times 10^decimals, decimals 0 to 4; false when not a whole int64.
 */
bool
numeric_scaled(Datum datum, int decimals, int64 *out)
{
	static const int power[] = {1, 10, 100, 1000, 10000};
	Digits           d;
	int64            v = 0;
	int              i;

	read_digits(datum, &d);
	if (d.special || d.n > d.weight + 2 || d.weight > 4)
		return false;
	for (i = 0; i <= d.weight; i++)
	{
		if (__builtin_mul_overflow(v, 10000, &v))
			return false;
		v += i < d.n ? digit_at(&d, i) : 0;
	}
	if (__builtin_mul_overflow(v, power[decimals], &v))
		return false;
	if (d.n == d.weight + 2 && d.n > 0)
	{
		int part = digit_at(&d, d.n - 1);
		int unit = power[4 - decimals];

		if (part % unit != 0 || __builtin_add_overflow(v, part / unit, &v))
			return false;
	}
	*out = d.negative ? -v : v;
	return true;
}

/* numeric_rat --- the numeric as a fraction; what names it in errors. */
void
numeric_rat(Datum datum, const char *what, ExactRat *out)
{
	Digits   d;
	ExactInt num, den, digit;
	int      i;

	read_digits(datum, &d);
	if (d.special)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s must be a finite number", what)));
	exact_set(&num, 0);
	for (i = 0; i < d.n && !exact_overflow(&num); i++)
	{
		exact_mul_small(&num, 10000);
		exact_set(&digit, digit_at(&d, i));
		exact_add(&num, &num, &digit);
	}
	exact_pow10(&den, Max(4 * (d.n - 1 - d.weight), 0));
	for (i = d.n - 1; i < d.weight && !exact_overflow(&num); i++)
		exact_mul_small(&num, 10000);
	rat_make(out, &num, &den);
	if (rat_overflow(out))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("%s has too many digits to settle exactly", what)));
	if (d.negative)
		rat_neg(out);
}

Datum
pence_numeric(int64 pence)
{
	return NumericGetDatum(int64_div_fast_to_numeric(pence, MONEY_DECIMALS));
}

/* rat_numeric --- with at least and at most so many decimals, half away beyond. */
Datum
rat_numeric(const ExactRat *v, int least, int most)
{
	char text[2 * EXACT_TEXT];

	rat_print_decimal(v, least, most, text);
	if (text[0] == 'o')
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("result is too large to be shown exactly")));
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/* fraction_numeric --- a rate as a number, to RATE_DECIMALS where it does not end. */
Datum
fraction_numeric(TermsFraction f)
{
	ExactRat v;

	rat_set(&v, f.num, f.den);
	return rat_numeric(&v, 0, RATE_DECIMALS);
}

void
too_wide(void)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		 errmsg("amount is out of range: the result or a step on the way does not fit"),
		 errhint(
			 "Use fewer decimals in amounts and rates, or fractions with a common denominator.")));
}

/* whole_pence --- an amount to be divided must be whole pence, or the parts could not add up. */
int64
whole_pence(Datum total)
{
	int64    pence;
	ExactRat v;

	if (numeric_scaled(total, MONEY_DECIMALS, &pence))
		return pence;
	numeric_rat(total, "total", &v);
	exact_mul_small(&v.num, 100);
	rat_make(&v, &v.num, &v.den);
	if (v.den.n != 1 || v.den.limb[0] != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("total must have at most %d decimals", MONEY_DECIMALS),
				 errhint("Round the total once, where the contract says, before it is divided.")));
	too_wide();
	return 0;
}

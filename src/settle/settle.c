/*-------------------------------------------------------------------------
 *
 * settle.c
 *	  Settlement functions: shares, scales, splits, statements.
 *
 * Numerics are read digit by digit, straight from their stored form (stable
 * since 9.1): a share must cost little more than a multiplication.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/typcache.h"
#include "windowapi.h"

#include "settle/settle.h"
#include "settle/terms.h"

#define MONEY_DECIMALS 2
/* Decimals of a rate that does not end. */
#define RATE_DECIMALS 20

/*--------------------------------------------------------------------
 * Numerics
 *--------------------------------------------------------------------
 */

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

static Datum
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

/*--------------------------------------------------------------------
 * Curves
 *--------------------------------------------------------------------
 */

/* check_base --- percentages of a curve need a base above 0. */
static void
check_base(bool good)
{
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("base must be given and above 0: the curve takes percentages of it")));
}

/* check_factor --- a factor below 0 would turn payer and payee round. */
static void
check_factor(bool good)
{
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("factor must not be negative")));
}

/* share_args --- the exact share of (curve, x, base, factor); factor goes to *factor. */
static Share *
share_args(FunctionCallInfo fcinfo, const TermsCurve *curve, ExactRat *factor)
{
	Share   *share = palloc(sizeof(Share));
	ExactRat x, base;
	bool     needs_base = curve_needs_base(curve);

	numeric_rat(PG_GETARG_DATUM(1), "x", &x);
	if (needs_base)
	{
		check_base(!PG_ARGISNULL(2));
		numeric_rat(PG_GETARG_DATUM(2), "base", &base);
		check_base(rat_sign(&base) > 0);
	}
	numeric_rat(PG_GETARG_DATUM(3), "factor", factor);
	check_factor(rat_sign(factor) >= 0);
	share_compute(curve, &x, needs_base ? &base : NULL, share);
	if (share->overflow)
		too_wide();
	return share;
}

/* share_total --- the share rounded half away to the penny. */
static int64
share_total(const Share *share, const ExactRat *factor)
{
	ExactRat exact;
	int64    pence;

	share_apply(share, factor, &exact);
	if (rat_overflow(&exact) || !money_round(&exact, EXACT_HALF_AWAY, 1, &pence))
		too_wide();
	return pence;
}

PG_FUNCTION_INFO_V1(curve_share);

/*
 * curve_share(share_curve, x, base, factor) --- the share, rounded once.
 *
 * NULL when curve, x or factor is NULL.  22023 for a base that percentages
 * cannot use, a negative factor or no finite number; 22003 when it does not fit.
 */
Datum
curve_share(PG_FUNCTION_ARGS)
{
	const TermsCurve *curve;
	ExactRat          factor;
	int64             x, base = 0, factor_scaled, pence;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	curve = DatumGetCurve(PG_GETARG_DATUM(0));
	if (curve_needs_base(curve))
	{
		check_base(!PG_ARGISNULL(2));
		if (!numeric_scaled(PG_GETARG_DATUM(2), MONEY_DECIMALS, &base))
			base = -1;
		else
			check_base(base > 0);
	}
	if (base >= 0 && numeric_scaled(PG_GETARG_DATUM(1), MONEY_DECIMALS, &x) &&
		numeric_scaled(PG_GETARG_DATUM(3), 4, &factor_scaled))
	{
		check_factor(factor_scaled >= 0);
		if (share_pence(curve, x, base, factor_scaled, 10000, &pence))
			return pence_numeric(pence);
	}
	return pence_numeric(share_total(share_args(fcinfo, curve, &factor), &factor));
}

PG_FUNCTION_INFO_V1(curve_lines);

/*
 * curve_lines(share_curve, x, base, factor) --- the touched bands with amounts that add up to
 * curve_share.
 *
 * No rows when curve, x or factor is NULL; errors as curve_share.
 */
Datum
curve_lines(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ExactRat       factor;
	Share         *share;
	int64          part[TERMS_MAX_BANDS];
	int            i;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		return (Datum) 0;
	share = share_args(fcinfo, DatumGetCurve(PG_GETARG_DATUM(0)), &factor);
	if (!share_apportion(share, share_total(share, &factor), part))
		too_wide();
	for (i = 0; i < share->bands; i++)
	{
		ShareBand *band = &share->band[i];
		Datum      values[6];
		bool       nulls[6] = {false};
		char       rate[TERMS_TEXT];

		rate_print(band->rate, rate);
		nulls[3] = band->open;
		values[0] = CStringGetTextDatum(share->loss ? "loss" : "gain");
		values[1] = Int32GetDatum(band->number);
		values[2] = rat_numeric(&band->lower, MONEY_DECIMALS, RATE_DECIMALS);
		values[3] =
			band->open ? (Datum) 0 : rat_numeric(&band->upper, MONEY_DECIMALS, RATE_DECIMALS);
		values[4] = CStringGetTextDatum(rate);
		values[5] = pence_numeric(part[i]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* amount_datum --- a limit in its unit: pounds, or percent. */
static Datum
amount_datum(TermsAmount a)
{
	ExactRat v;

	rat_set(&v, a.num, a.den == 0 ? 100 : a.den);
	if (a.den > 0)
		exact_mul_small(&v.num, 100);
	rat_make(&v, &v.num, &v.den);
	return rat_numeric(&v, 0, RATE_DECIMALS);
}

/* text_or_null --- an amount of a side as text. */
static Datum
text_or_null(TermsAmount a, bool *null)
{
	char text[TERMS_TEXT];

	*null = !amount_given(a);
	amount_print(a, text);
	return CStringGetTextDatum(text);
}

/* put_side --- the rows of one side of a curve. */
static void
put_side(ReturnSetInfo *rsinfo, const TermsSide *side, const TermsBand *band, const char *name)
{
	TermsAmount lower = {0, 0};
	int         i;

	for (i = 0; i < side->bands; i++)
	{
		Datum values[9];
		bool  nulls[9] = {false};
		char  rate[TERMS_TEXT];

		rate_print(band[i].rate, rate);
		values[0] = CStringGetTextDatum(name);
		values[1] = Int32GetDatum(i + 1);
		values[2] = amount_datum(lower);
		nulls[3] = !amount_given(band[i].upper);
		values[3] = nulls[3] ? (Datum) 0 : amount_datum(band[i].upper);
		values[4] = CStringGetTextDatum(band[0].upper.den > 0 ? "percent" : "money");
		values[5] = CStringGetTextDatum(rate);
		values[6] = fraction_numeric(band[i].rate);
		values[7] = text_or_null(side->gate, &nulls[7]);
		values[8] = text_or_null(side->cap, &nulls[8]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		lower = band[i].upper;
	}
}

PG_FUNCTION_INFO_V1(curve_bands);

/* curve_bands(share_curve) --- the bands as rows.  STRICT. */
Datum
curve_bands(PG_FUNCTION_ARGS)
{
	ReturnSetInfo    *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const TermsCurve *c = DatumGetCurve(PG_GETARG_DATUM(0));

	InitMaterializedSRF(fcinfo, 0);
	put_side(rsinfo, &c->side[0], c->band, c->flags & CURVE_BOTH ? "both" : "gain");
	put_side(rsinfo, &c->side[1], c->band + c->side[0].bands, "loss");
	return (Datum) 0;
}

/*--------------------------------------------------------------------
 * Scales
 *--------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(scale_value);

/*
 * scale_value(sliding_scale, v) --- the rate at v; exact, or to 20 decimals where it does not end.
 *
 * STRICT; NULL also below the lowest step of a scale without else.
 */
Datum
scale_value(PG_FUNCTION_ARGS)
{
	ExactRat v, rate;

	numeric_rat(PG_GETARG_DATUM(1), "v", &v);
	if (!scale_lookup(DatumGetScale(PG_GETARG_DATUM(0)), &v, &rate))
		PG_RETURN_NULL();
	if (rat_overflow(&rate))
		too_wide();
	return rat_numeric(&rate, 0, RATE_DECIMALS);
}

/* put_row --- one row of a scale; value_text is NULL for else. */
static void
put_row(ReturnSetInfo *rsinfo, int number, const char *kind, const TermsFraction *value,
		TermsFraction rate)
{
	Datum values[5];
	bool  nulls[5] = {false};
	char  text[TERMS_TEXT];

	rate_print(rate, text);
	values[0] = Int32GetDatum(number);
	values[1] = CStringGetTextDatum(kind);
	nulls[2] = (value == NULL);
	values[2] = value ? fraction_numeric(*value) : (Datum) 0;
	values[3] = CStringGetTextDatum(text);
	values[4] = fraction_numeric(rate);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(scale_rows);

/* scale_rows(sliding_scale) --- steps or knots as rows, else last.  STRICT. */
Datum
scale_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo    *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const TermsScale *s = DatumGetScale(PG_GETARG_DATUM(0));
	int               i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < s->rows; i++)
		put_row(rsinfo, i + 1, s->linear ? "knot" : "step", &s->row[i].value, s->row[i].rate);
	if (s->otherwise.den > 0)
		put_row(rsinfo, i + 1, "else", NULL, s->otherwise);
	return (Datum) 0;
}

/*--------------------------------------------------------------------
 * Splits
 *--------------------------------------------------------------------
 */

/* whole_pence --- an amount to be divided must be whole pence, or the parts could not add up. */
static int64
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

/* split_parts --- the pence of each party. */
static int64 *
split_parts(int64 total, const TermsSplit *s, bool first)
{
	int              n = (int) s->parties;
	ExactInt        *weight = palloc(n * sizeof(ExactInt));
	const ExactInt **order = palloc(n * sizeof(ExactInt *));
	int64           *part = palloc(n * sizeof(int64));

	if (!split_weights(s, weight) || !apportion(total, n, weight, order, first, part))
		too_wide();
	return part;
}

PG_FUNCTION_INFO_V1(split_amount);

/*
 * split_amount(total, party_split, method) --- the total over the parties, adding up exactly.
 *
 * No rows for NULL.  22023 for more than 2 decimals or an unknown method.
 */
Datum
split_amount(PG_FUNCTION_ARGS)
{
	ReturnSetInfo    *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const TermsSplit *s;
	const char       *method;
	int64            *part;
	int               i;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	s = DatumGetSplit(PG_GETARG_DATUM(1));
	method = text_to_cstring(PG_GETARG_TEXT_PP(2));
	if (strcmp(method, "hamilton") != 0 && strcmp(method, "first") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("method must be \"hamilton\" or \"first\", not \"%s\"", method)));
	part = split_parts(whole_pence(PG_GETARG_DATUM(0)), s, method[0] == 'f');
	for (i = 0; i < s->parties; i++)
	{
		Datum values[3];
		bool  nulls[3] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] =
			PointerGetDatum(cstring_to_text_with_len(split_name(s, i), (int) s->party[i].name_len));
		values[2] = pence_numeric(part[i]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(split_parties);

/* split_parties(party_split) --- the parties as rows.  STRICT. */
Datum
split_parties(PG_FUNCTION_ARGS)
{
	ReturnSetInfo    *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const TermsSplit *s = DatumGetSplit(PG_GETARG_DATUM(0));
	ExactRat          left, share;
	int               i;

	InitMaterializedSRF(fcinfo, 0);
	rat_set(&left, 1, 1);
	for (i = 0; i < s->parties; i++)
	{
		if (i == s->remaining)
			continue;
		rat_set(&share, s->party[i].share.num, s->party[i].share.den);
		rat_sub(&left, &left, &share);
	}
	for (i = 0; i < s->parties; i++)
	{
		Datum values[4];
		bool  nulls[4] = {false};
		char  text[TERMS_TEXT] = "remaining";

		if (i != s->remaining)
			rate_print(s->party[i].share, text);
		values[0] = Int32GetDatum(i + 1);
		values[1] =
			PointerGetDatum(cstring_to_text_with_len(split_name(s, i), (int) s->party[i].name_len));
		values[2] = CStringGetTextDatum(text);
		values[3] = i == s->remaining ? rat_numeric(&left, 0, RATE_DECIMALS)
									  : fraction_numeric(s->party[i].share);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* window_weights --- the weights of a partition over a common denominator; checks every row. */
static ExactInt *
window_weights(WindowObject window, int64 rows, int64 total)
{
	ExactInt *weight = MemoryContextAllocHuge(CurrentMemoryContext, rows * sizeof(ExactInt));
	ExactInt  common, gcd, den, rest;
	ExactRat  w;
	int64     i;
	int       pass;
	bool      null, out;

	exact_set(&common, 1);
	for (pass = 0; pass < 2; pass++)
	{
		for (i = 0; i < rows; i++)
		{
			Datum d =
				WinGetFuncArgInPartition(window, 1, (int) i, WINDOW_SEEK_HEAD, false, &null, &out);

			CHECK_FOR_INTERRUPTS();
			if (null)
				ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
								errmsg("weight of party %lld is NULL", (long long) i + 1)));
			numeric_rat(d, "weight", &w);
			if (rat_sign(&w) < 0)
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
								errmsg("weight of party %lld is negative", (long long) i + 1)));
			if (pass == 0)
			{
				exact_gcd(&gcd, &common, &w.den);
				exact_div(&den, &rest, &w.den, &gcd);
				exact_mul(&common, &common, &den);
				continue;
			}
			exact_div(&weight[i], &rest, &common, &w.den);
			exact_mul(&weight[i], &weight[i], &w.num);
		}
	}
	return weight;
}

/* check_partition --- one total, one order for all rows of the partition. */
static int64
check_partition(WindowObject window, int64 rows)
{
	int64 total = 0;
	int64 i;
	bool  null, out;

	for (i = 0; i < rows; i++)
	{
		Datum d =
			WinGetFuncArgInPartition(window, 0, (int) i, WINDOW_SEEK_HEAD, false, &null, &out);
		int64 this_total;

		CHECK_FOR_INTERRUPTS();
		if (null)
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("total is NULL")));
		this_total = whole_pence(d);
		if (i > 0 && this_total != total)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("total must be the same for all parties of one split")));
		if (i > 0 && WinRowsArePeers(window, i - 1, i))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("split_weighted needs ORDER BY a party order without ties"),
							errhint("Order the window by the order of the parties in the contract; "
									"it decides who gets the odd penny.")));
		total = this_total;
	}
	return total;
}

/* What the first call of a partition leaves for the others. */
typedef struct WindowParts
{
	bool   ready;
	int64 *part;
} WindowParts;

PG_FUNCTION_INFO_V1(split_weighted);

/*
 * split_weighted(total, weight) OVER (... ORDER BY party order) --- Hamilton over the rows of a
 * partition.
 *
 * 22004 for a NULL total or weight; 22023 for negative weights, weights that
 * are all 0, totals that differ within the partition, ties in the order.
 */
Datum
split_weighted(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	WindowParts *parts = WinGetPartitionLocalMemory(window, sizeof(WindowParts));

	if (!parts->ready)
	{
		int64            rows = WinGetPartitionRowCount(window);
		int64            total = check_partition(window, rows);
		ExactInt        *weight = window_weights(window, rows, total);
		const ExactInt **order =
			MemoryContextAllocHuge(CurrentMemoryContext, rows * sizeof(ExactInt *));
		MemoryContext context = GetMemoryChunkContext(parts);
		int64         i;
		bool          any = false;

		parts->part = MemoryContextAllocHuge(context, rows * sizeof(int64));
		for (i = 0; i < rows; i++)
			any = any || weight[i].n != 0;
		if (!any)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("weights are all 0: nothing says who gets the total")));
		if (!apportion(total, (int) rows, weight, order, false, parts->part))
			too_wide();
		parts->ready = true;
		pfree(weight);
		pfree(order);
	}
	return pence_numeric(parts->part[WinGetCurrentPosition(window)]);
}

/*--------------------------------------------------------------------
 * Statements
 *--------------------------------------------------------------------
 */

/* Fields of commissioning.settlement_terms, in order. */
enum
{
	TERM_MEASURE,
	TERM_CURVE,
	TERM_GATE,
	TERM_GATE_BY,
	TERM_GATE_SIDE,
	TERM_QUALITY,
	TERM_QUALITY_SIDE,
	TERM_LOSS_RATE,
	TERM_FACTOR_GAIN,
	TERM_FACTOR_LOSS,
	TERM_DISCOUNT,
	TERM_CAP_GAIN,
	TERM_CAP_LOSS,
	TERM_ROUNDING,
	TERM_FIELDS
};

/* open_row --- the fields of a composite argument. */
void
open_row(Datum datum, const char *what, int fields, Datum *values, bool *nulls)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(datum);
	TupleDesc       desc =
		lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple;
	Datum        *all;
	bool         *all_null;

	if (desc->natts < fields)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s must have %d fields, found %d", what, fields, desc->natts)));
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	/* the type may have grown: what is not asked for needs room too */
	all = palloc(desc->natts * (sizeof(Datum) + sizeof(bool)));
	all_null = (bool *) (all + desc->natts);
	heap_deform_tuple(&tuple, desc, all, all_null);
	memcpy(values, all, fields * sizeof(Datum));
	memcpy(nulls, all_null, fields * sizeof(bool));
	pfree(all);
	ReleaseTupleDesc(desc);
}

/* choice --- the number of a word among its legal spellings; the first one stands for NULL. */
static int
choice(const char *field, bool null, Datum value, const char *const *words, int n)
{
	const char *word;
	int         i;

	if (null)
		return 0;
	word = TextDatumGetCString(value);
	for (i = 0; i < n; i++)
	{
		if (strcmp(word, words[i]) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown %s \"%s\"", field, word),
			 n == 2 ? errhint("Use %s or %s.", words[0], words[1])
					: errhint("Use %s, %s or %s.", words[0], words[1], words[2])));
	return 0;
}

/* side_choice --- gain, loss or both as a set of sides. */
static int
side_choice(const char *field, bool null, Datum value, int otherwise)
{
	static const char *const words[] = {"gain", "loss", "both"};

	return null ? otherwise : choice(field, false, value, words, 3) + 1;
}

/* read_factor --- a factor or discount of the terms, not negative. */
static bool
read_factor(const char *field, bool null, Datum value, bool at_most_one, ExactRat *out)
{
	ExactRat one;

	if (null)
		return false;
	numeric_rat(value, field, out);
	rat_set(&one, 1, 1);
	if (rat_sign(out) < 0 || (at_most_one && rat_cmp(out, &one) > 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						at_most_one ? errmsg("%s must lie between 0 and 1", field)
									: errmsg("%s must not be negative", field)));
	return true;
}

/* read_cap --- cap_gain and cap_loss: an amount, of base or revenue. */
static void
read_cap(const char *field, bool null, Datum value, SettleCap *cap)
{
	TermsError error;
	text      *t;

	cap->given = !null;
	if (null)
		return;
	t = DatumGetTextPP(value);
	if (!amount_parse(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), &cap->amount, &cap->of_revenue, &error))
		ereport(ERROR,
				(errcode(terms_errcode(error.kind)), errmsg("%s: %s", field, error.message)));
}

/* read_terms --- the composite as the core wants it. */
void
read_terms(Datum datum, SettleTerms *t)
{
	static const char *const measures[] = {"benchmark - actual", "actual - benchmark"};
	static const char *const gates[] = {"none", "size", "minimum_rate"};
	Datum                    v[TERM_FIELDS];
	bool                     null[TERM_FIELDS];
	TermsError               error;

	open_row(datum, "settlement_terms", TERM_FIELDS, v, null);
	if (null[TERM_CURVE])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the terms have no curve")));
	t->excess = choice("measure", null[TERM_MEASURE], v[TERM_MEASURE], measures, 2) == 1;
	t->curve = DatumGetCurve(v[TERM_CURVE]);
	t->gate = null[TERM_GATE] ? NULL : DatumGetScale(v[TERM_GATE]);
	t->gate_by = (GateBy) choice("gate_by", null[TERM_GATE_BY], v[TERM_GATE_BY], gates, 3);
	if ((t->gate_by == GATE_BY_SIZE) != (t->gate != NULL))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("gate and gate_by \"size\" go together: give both or neither")));
	t->gate_sides =
		side_choice("gate_side", null[TERM_GATE_SIDE], v[TERM_GATE_SIDE], SIDE_GAIN | SIDE_LOSS);
	t->quality = null[TERM_QUALITY] ? NULL : DatumGetScale(v[TERM_QUALITY]);
	t->quality_sides =
		side_choice("quality_side", null[TERM_QUALITY_SIDE], v[TERM_QUALITY_SIDE], SIDE_GAIN);
	t->loss_rate = null[TERM_LOSS_RATE] ? NULL : DatumGetScale(v[TERM_LOSS_RATE]);
	t->has_factor[0] = read_factor("factor_gain", null[TERM_FACTOR_GAIN], v[TERM_FACTOR_GAIN],
								   false, &t->factor[0]);
	t->has_factor[1] = read_factor("factor_loss", null[TERM_FACTOR_LOSS], v[TERM_FACTOR_LOSS],
								   false, &t->factor[1]);
	t->has_discount =
		read_factor("discount", null[TERM_DISCOUNT], v[TERM_DISCOUNT], true, &t->discount);
	read_cap("cap_gain", null[TERM_CAP_GAIN], v[TERM_CAP_GAIN], &t->cap[0]);
	read_cap("cap_loss", null[TERM_CAP_LOSS], v[TERM_CAP_LOSS], &t->cap[1]);
	t->rounding = EXACT_HALF_AWAY;
	t->unit = 1;
	if (!null[TERM_ROUNDING])
	{
		text *r = DatumGetTextPP(v[TERM_ROUNDING]);

		if (!rounding_parse(VARDATA_ANY(r), VARSIZE_ANY_EXHDR(r), &t->rounding, &t->unit, &error))
			ereport(ERROR, (errcode(terms_errcode(error.kind)), errmsg("%s", error.message)));
	}
}

/* read_inputs --- the composite as the core wants it; negatives only where they have a meaning. */
void
read_inputs(Datum datum, SettleInputs *in)
{
	Datum v[INPUTS];
	bool  null[INPUTS];
	int   i;

	open_row(datum, "settlement_inputs", INPUTS, v, null);
	for (i = 0; i < INPUTS; i++)
	{
		in->given[i] = !null[i];
		if (null[i])
			continue;
		numeric_rat(v[i], settle_input_name[i], &in->value[i]);
		if (i >= INPUT_SIZE && rat_sign(&in->value[i]) < 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("%s must not be negative", settle_input_name[i])));
	}
}

/* put_line --- one statement line as a row. */
static void
put_line(ReturnSetInfo *rsinfo, int step, const SettleLine *line)
{
	Datum values[8];
	bool  nulls[8] = {false};
	char  exact[2 * EXACT_TEXT];

	rat_print(&line->exact, exact);
	values[0] = Int32GetDatum(step);
	values[1] = CStringGetTextDatum(line->code);
	values[2] = CStringGetTextDatum(line->clause);
	values[3] = CStringGetTextDatum(line->formula);
	nulls[4] = !line->has_quantity;
	values[4] = line->has_quantity ? rat_numeric(&line->quantity, MONEY_DECIMALS, RATE_DECIMALS)
								   : (Datum) 0;
	nulls[5] = line->rate[0] == '\0';
	values[5] = CStringGetTextDatum(line->rate);
	values[6] = CStringGetTextDatum(exact);
	values[7] = pence_numeric(line->pence);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(settle);

/*
 * settle(settlement_terms, settlement_inputs) --- the lines of a statement; the last amount
 * settles.
 *
 * 22004 for NULL terms or inputs or terms without a curve; 22023 for an input
 * that is missing or unusable, with what to do; 22003 when a number does not fit.
 */
Datum
settle(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	SettleTerms    terms;
	SettleInputs  *inputs = palloc(sizeof(SettleInputs));
	Settlement    *out = palloc(sizeof(Settlement));
	char           message[256];
	SettleStatus   status;
	int            i;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("settle needs both terms and inputs")));
	read_terms(PG_GETARG_DATUM(0), &terms);
	read_inputs(PG_GETARG_DATUM(1), inputs);
	status = settle_statement(&terms, inputs, out, message, sizeof(message));
	if (status == SETTLE_MISSING)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", message)));
	if (status == SETTLE_OVERFLOW)
		too_wide();
	for (i = 0; i < out->lines; i++)
		put_line(rsinfo, i + 1, &out->line[i]);
	pfree(inputs);
	pfree(out);
	return (Datum) 0;
}

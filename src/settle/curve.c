/*-------------------------------------------------------------------------
 *
 * curve.c
 *	  Functions of share curves and sliding scales.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "settle/terms.h"

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

/*-------------------------------------------------------------------------
 *
 * rate.c
 *	  Second module, commissioning_stats: intervals of counted events, and the
 *	  limits of a funnel around what is expected.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "funcapi.h"
#include "utils/builtins.h"

typedef struct Bounds
{
	double lower;
	double upper;
} Bounds;

/*
 * gamma_quantile --- the x with P(X <= x) = tail (or P(X > x) = tail, when
 * upper) of a gamma distribution of this shape, by halving until no double is
 * left between the ends.
 *
 * gsl_cdf_gamma_Pinv is not used: its iteration need not end for large shapes.
 */
static double
gamma_quantile(double shape, double tail, bool upper)
{
	double low = 0;
	double high = shape + 10;
	double x;

	while (
		(upper ? gsl_cdf_gamma_Q(high, shape, 1) > tail : gsl_cdf_gamma_P(high, shape, 1) < tail))
		high *= 2;
	for (;;)
	{
		double value;

		x = low + (high - low) / 2;
		if (x <= low || x >= high)
			break;
		value = upper ? -gsl_cdf_gamma_Q(x, shape, 1) : gsl_cdf_gamma_P(x, shape, 1);
		if (value < (upper ? -tail : tail))
			low = x;
		else
			high = x;
	}
	return x;
}

/* exact_count --- Garwood 1936: each tail of the Poisson distribution has half of what is left. */
static Bounds
exact_count(double count, double tail)
{
	Bounds interval;

	interval.lower = count == 0 ? 0 : gamma_quantile(count, tail, false);
	interval.upper = gamma_quantile(count + 1, tail, true);
	return interval;
}

/* byar_count --- Byar's approximation (Breslow and Day 1987), for counts of 10 and more. */
static Bounds
byar_count(double count, double tail)
{
	double z = gsl_cdf_ugaussian_Qinv(tail);
	double above = count + 1;
	Bounds interval;

	interval.lower = count * pow(1 - 1 / (9 * count) - z / (3 * sqrt(count)), 3);
	interval.upper = above * pow(1 - 1 / (9 * above) + z / (3 * sqrt(above)), 3);
	return interval;
}

/* is_method --- does the text name the method? */
static bool
is_method(const text *method, const char *name)
{
	return VARSIZE_ANY_EXHDR(method) == strlen(name) &&
		   memcmp(VARDATA_ANY(method), name, strlen(name)) == 0;
}

/* tail_of --- half of what a confidence leaves; 22023 outside 0 to 1. */
static double
tail_of(double confidence)
{
	double tail = (1 - confidence) / 2;

	if (!(confidence > 0 && tail > 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("confidence must lie between 0 and 1, both excluded")));
	return tail;
}

/* return_row --- a row of float8 columns as the function declares it. */
static Datum
return_row(FunctionCallInfo fcinfo, const double *numbers, int count)
{
	TupleDesc descriptor;
	Datum     values[3];
	bool      nulls[3] = {false, false, false};
	int       i;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (i = 0; i < count; i++)
		values[i] = Float8GetDatum(numbers[i]);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

PG_FUNCTION_INFO_V1(commissioning_rate_ci);

/*
 * commissioning_rate_ci --- events over exposure with its confidence interval;
 * NULL where there was no exposure.  A negative or not finite number, a
 * confidence outside 0 to 1 and an unknown method are 22023.
 */
Datum
commissioning_rate_ci(PG_FUNCTION_ARGS)
{
	int64  events = PG_GETARG_INT64(0);
	double exposure = PG_GETARG_FLOAT8(1);
	double tail = tail_of(PG_GETARG_FLOAT8(2));
	text  *method = PG_GETARG_TEXT_PP(3);
	Bounds interval;
	double numbers[3];

	if (events < 0 || !(exposure >= 0) || isinf(exposure))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("events and exposure must be finite and not negative")));
	if (!is_method(method, "byar") && !is_method(method, "exact"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown method \"%s\": expected byar or exact", text_to_cstring(method))));
	if (exposure == 0)
		PG_RETURN_NULL();
	if (is_method(method, "byar") && events >= 10)
		interval = byar_count((double) events, tail);
	else
		interval = exact_count((double) events, tail);
	numbers[0] = (double) events / exposure;
	numbers[1] = interval.lower / exposure;
	numbers[2] = interval.upper / exposure;
	PG_RETURN_DATUM(return_row(fcinfo, numbers, 3));
}

PG_FUNCTION_INFO_V1(commissioning_funnel_limits);

/*
 * commissioning_funnel_limits --- between which ratios of observed to expected
 * a unit with this expectation lies with the confidence, when its true ratio
 * is 1 (or varies about 1 with variance tau2 on the square-root scale); NULL
 * where nothing is expected.  22023 as commissioning_rate_ci.
 */
Datum
commissioning_funnel_limits(PG_FUNCTION_ARGS)
{
	double expected = PG_GETARG_FLOAT8(0);
	double tail = tail_of(PG_GETARG_FLOAT8(1));
	double tau2 = PG_GETARG_FLOAT8(2);
	double numbers[2];

	if (!(expected >= 0) || isinf(expected) || !(tau2 >= 0) || isinf(tau2))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("expected and tau2 must be finite and not negative")));
	if (expected == 0)
		PG_RETURN_NULL();
	if (tau2 == 0)
	{
		Bounds interval = exact_count(expected, tail);

		numbers[0] = interval.lower / expected;
		numbers[1] = interval.upper / expected;
	}
	else
	{
		double half = gsl_cdf_ugaussian_Qinv(tail) * sqrt(1 / (4 * expected) + tau2);

		numbers[0] = half >= 1 ? 0 : (1 - half) * (1 - half);
		numbers[1] = (1 + half) * (1 + half);
	}
	PG_RETURN_DATUM(return_row(fcinfo, numbers, 2));
}

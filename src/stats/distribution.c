/*-------------------------------------------------------------------------
 *
 * distribution.c
 *	  Quantiles and tails that intervals and tests are made of.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "funcapi.h"

/* Above this count Byar's approximation stands in for the exact interval: they agree to 1e-7. */
#define EXACT_EVENTS 100000

PG_FUNCTION_INFO_V1(commissioning_normal_quantile);

/* commissioning_normal_quantile --- of the standard normal distribution; 22023 outside 0 to 1. */
Datum
commissioning_normal_quantile(PG_FUNCTION_ARGS)
{
	double p = PG_GETARG_FLOAT8(0);

	if (!(p > 0 && p < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a probability must lie between 0 and 1, both excluded")));
	PG_RETURN_FLOAT8(p < 0.5 ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(1 - p));
}

PG_FUNCTION_INFO_V1(commissioning_chi_square_tail);

/* commissioning_chi_square_tail --- probability of more than the statistic; 22023 unless df > 0 and
 * statistic >= 0. */
Datum
commissioning_chi_square_tail(PG_FUNCTION_ARGS)
{
	double statistic = PG_GETARG_FLOAT8(0);
	double df = PG_GETARG_FLOAT8(1);

	if (!(df > 0 && isfinite(df)) || !(statistic >= 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a chi-square statistic must not be negative and its degrees of "
							   "freedom must be positive")));
	PG_RETURN_FLOAT8(isinf(statistic) ? 0 : gsl_cdf_chisq_Q(statistic, df));
}

PG_FUNCTION_INFO_V1(commissioning_t_quantile);

/* commissioning_t_quantile --- of Student's t distribution; 22023 outside 0 to 1 or unless df > 0.
 */
Datum
commissioning_t_quantile(PG_FUNCTION_ARGS)
{
	double p = PG_GETARG_FLOAT8(0);
	double df = PG_GETARG_FLOAT8(1);

	if (!(p > 0 && p < 1) || !(df > 0 && isfinite(df)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a probability must lie between 0 and 1, both excluded, and degrees "
							   "of freedom must be positive")));
	PG_RETURN_FLOAT8(p < 0.5 ? gsl_cdf_tdist_Pinv(p, df) : gsl_cdf_tdist_Qinv(1 - p, df));
}

/* byar --- an end of Byar's interval (Breslow and Day 1987, volume II, page 69) about x events. */
static double
byar(double x, double z)
{
	double root = 1 - 1 / (9 * x) + z / (3 * sqrt(x));

	return x * root * root * root;
}

/* poisson_end --- the mean at which the tail beyond the count has the given probability, by
 * halving. */
static double
poisson_end(double x, double tail, bool upper)
{
	double low = upper ? x : 0;
	double high = upper ? 2 * x + 2 * -log(tail) + 20 : x;
	double mean, value;

	for (;;)
	{
		mean = low + (high - low) / 2;
		if (mean <= low || mean >= high)
			return mean;
		value = upper ? gsl_cdf_gamma_Q(mean, x + 1, 1) : gsl_cdf_gamma_P(mean, x, 1);
		if ((value < tail) == upper)
			high = mean;
		else
			low = mean;
	}
}

PG_FUNCTION_INFO_V1(commissioning_poisson_ci);

/*
 * commissioning_poisson_ci --- a count of events with the confidence interval
 * of its mean: exact (Garwood 1936), Byar's for large counts.  22023 for a
 * negative count and a confidence outside 0 to 1.
 */
Datum
commissioning_poisson_ci(PG_FUNCTION_ARGS)
{
	double    x = (double) PG_GETARG_INT64(0);
	double    tail = (1 - PG_GETARG_FLOAT8(1)) / 2;
	double    z;
	TupleDesc descriptor;
	Datum     values[3];
	bool      nulls[3] = {false};

	if (x < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a count of events must not be negative")));
	if (!(tail > 0 && tail < 0.5))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("confidence must lie between 0 and 1, both excluded")));
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	z = gsl_cdf_ugaussian_Qinv(tail);
	values[0] = Float8GetDatum(x);
	if (x > EXACT_EVENTS)
	{
		values[1] = Float8GetDatum(byar(x, -z));
		values[2] = Float8GetDatum(byar(x + 1, z));
	}
	else
	{
		values[1] = Float8GetDatum(x == 0 ? 0 : poisson_end(x, tail, false));
		values[2] = Float8GetDatum(poisson_end(x, tail, true));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}

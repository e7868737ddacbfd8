/*-------------------------------------------------------------------------
 *
 * proportion.c
 *	  Second module, commissioning_stats: what needs the GNU Scientific Library.
 *
 * Kept out of the main module because GSL is under the GPL; it is loaded only
 * by the functions declared in sql/install/50-stats.sql.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "funcapi.h"
#include "utils/builtins.h"

COMMISSIONING_MAGIC("commissioning_stats");

extern void _PG_init(void);

/* _PG_init --- GSL's own handler would abort the server; every result is checked instead. */
void
_PG_init(void)
{
	(void) gsl_set_error_handler_off();
}

typedef struct Bounds
{
	double lower;
	double upper;
} Bounds;

/* wilson_interval --- Wilson's score interval (Wilson 1927; Newcombe 1998, method 3). */
static Bounds
wilson_interval(double x, double n, double tail)
{
	double z = gsl_cdf_ugaussian_Qinv(tail);
	double centre = (x + z * z / 2) / (n + z * z);
	double half = z * sqrt(x * (n - x) / n + z * z / 4) / (n + z * z);
	Bounds interval;

	/* The ends are exact where rounding would leave a speck. */
	interval.lower = x == 0 ? 0 : Max(centre - half, 0);
	interval.upper = x == n ? 1 : Min(centre + half, 1);
	return interval;
}

/*
 * solve --- the p between low and high where distribution(p; a, b) = tail, by
 * halving until no double is left between the ends.
 *
 * gsl_cdf_beta_Pinv is not used: for large counts it does not end.  The
 * distribution itself fails (NaN) for large counts close to the mean, where it
 * is about one half: never below a tail.  rising says which way it runs.
 */
static double
solve(double (*distribution)(const double x, const double a, const double b), bool rising, double a,
	  double b, double low, double high, double tail)
{
	double p;
	double value;

	for (;;)
	{
		p = low + (high - low) / 2;
		if (p <= low || p >= high)
			break;
		value = distribution(p, a, b);
		if ((value < tail) == rising)
			low = p;
		else
			high = p;
	}
	value = distribution(p, a, b);
	if (!(fabs(value - tail) <= 1e-6 * tail))
		ereport(ERROR,
				(errcode(ERRCODE_FLOATING_POINT_EXCEPTION),
				 errmsg("no exact interval could be computed for these counts and confidence"),
				 errhint("Use the method \"wilson\".")));
	return p;
}

/* exact_interval --- Clopper and Pearson 1934: each tail of the binomial has half of what is left.
 */
static Bounds
exact_interval(double x, double n, double tail)
{
	double proportion = x / n;
	Bounds interval;

	interval.lower = x == 0 ? 0 : solve(gsl_cdf_beta_P, true, x, n - x + 1, 0, proportion, tail);
	interval.upper = x == n ? 1 : solve(gsl_cdf_beta_Q, false, x + 1, n - x, proportion, 1, tail);
	return interval;
}

/* is_method --- does the text name the method? */
static bool
is_method(const text *method, const char *name)
{
	return VARSIZE_ANY_EXHDR(method) == strlen(name) &&
		   memcmp(VARDATA_ANY(method), name, strlen(name)) == 0;
}

PG_FUNCTION_INFO_V1(commissioning_proportion_ci);

/*
 * commissioning_proportion_ci --- a proportion with its confidence interval;
 * NULL when there were no trials.  Impossible counts, a confidence outside 0
 * to 1 and an unknown method are 22023.
 */
Datum
commissioning_proportion_ci(PG_FUNCTION_ARGS)
{
	int64     successes = PG_GETARG_INT64(0);
	int64     trials = PG_GETARG_INT64(1);
	double    confidence = PG_GETARG_FLOAT8(2);
	text     *method = PG_GETARG_TEXT_PP(3);
	double    tail = (1 - confidence) / 2;
	TupleDesc descriptor;
	Bounds    interval;
	Datum     values[3];
	bool      nulls[3] = {false, false, false};

	if (trials < 0 || successes < 0 || successes > trials)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("successes must lie between 0 and trials, got " INT64_FORMAT
							   " of " INT64_FORMAT,
							   successes, trials)));
	if (!(confidence > 0 && tail > 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("confidence must lie between 0 and 1, both excluded")));
	if (!is_method(method, "wilson") && !is_method(method, "exact"))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unknown method \"%s\": expected wilson or exact",
							   text_to_cstring(method))));
	if (trials == 0)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	if (is_method(method, "wilson"))
		interval = wilson_interval((double) successes, (double) trials, tail);
	else
		interval = exact_interval((double) successes, (double) trials, tail);
	if (!isfinite(interval.lower) || !isfinite(interval.upper))
		ereport(ERROR, (errcode(ERRCODE_FLOATING_POINT_EXCEPTION),
						errmsg("no interval could be computed for this confidence")));
	values[0] = Float8GetDatum((double) successes / (double) trials);
	values[1] = Float8GetDatum(interval.lower);
	values[2] = Float8GetDatum(interval.upper);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}

/*-------------------------------------------------------------------------
 *
 * glm.c
 *	  The aggregate that passes over the rows of a fit, and what is read from
 *	  its state: sums, a step, standard errors.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "stats/glm_core.h"

/* Arguments of the transition function: state, control, outcome, weight, offset, columns. */
#define FIRST_COLUMN 5

/* What the transition function remembers between rows. */
typedef struct RowCache
{
	GlmShape shape;
	bool     is_ready;
	bool     is_array[FUNC_MAX_ARGS]; /* an argument that holds several columns */
	double   columns[GLM_MAX_COLUMNS];
} RowCache;

/*
 * new_doubles --- a float8[] of n zeros.
 */
static ArrayType *
new_doubles(int n)
{
	Size       size = ARR_OVERHEAD_NONULLS(1) + sizeof(float8) * n;
	ArrayType *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = n;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

static inline double *
doubles(const ArrayType *array)
{
	return (double *) ARR_DATA_PTR(array);
}

/*
 * is_doubles --- a flat float8[] without NULLs?
 */
static inline bool
is_doubles(const ArrayType *array)
{
	return ARR_ELEMTYPE(array) == FLOAT8OID && !ARR_HASNULL(array) &&
		   (ARR_NDIM(array) == 1 || ARR_NDIM(array) == 0);
}

static inline int
count_doubles(const ArrayType *array)
{
	return ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
}

/*
 * check_state --- the shape of a state; 22023 if the array is none.
 */
static void
check_state(const ArrayType *array, GlmShape *shape)
{
	if (!is_doubles(array) || count_doubles(array) < GLM_STATE_HEADER ||
		!glm_shape(doubles(array), shape) || shape->length != count_doubles(array))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("this array is no state of risk_fit_pass")));
}

/*
 * prepare_row --- what holds for all rows of one call site: shape and types of the arguments.
 */
static RowCache *
prepare_row(FunctionCallInfo fcinfo)
{
	RowCache  *cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RowCache));
	ArrayType *control;
	int        i;

	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("control is NULL")));
	control = PG_GETARG_ARRAYTYPE_P(1);
	if (!is_doubles(control) ||
		!glm_control_shape(doubles(control), count_doubles(control), &cache->shape))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("this array is no control of risk_fit_pass")));
	for (i = FIRST_COLUMN; i < PG_NARGS(); i++)
	{
		Oid type = get_fn_expr_argtype(fcinfo->flinfo, i);

		cache->is_array[i] = type == FLOAT8ARRAYOID;
		if (type != FLOAT8OID && type != FLOAT8ARRAYOID)
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
							errmsg("columns of risk_fit_pass must be double precision")));
	}
	fcinfo->flinfo->fn_extra = cache;
	return cache;
}

/*
 * take_array --- the columns in one array argument; the place of the first that
 * is NULL, or -1.  An argument that does not fit is 22023.
 */
static int
take_array(ArrayType *array, RowCache *cache, int *taken)
{
	int    n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	bits8 *nulls = ARR_NULLBITMAP(array);
	char  *data = ARR_DATA_PTR(array);
	int    i;

	if (ARR_ELEMTYPE(array) != FLOAT8OID || n > cache->shape.columns - *taken)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk_fit_pass was given more columns than its control says")));
	for (i = 0; i < n; i++)
	{
		if (nulls != NULL && !(nulls[i / 8] & (1 << (i % 8))))
			return *taken + i;
		memcpy(&cache->columns[*taken + i], data, sizeof(float8));
		data += sizeof(float8);
	}
	*taken += n;
	return -1;
}

/*
 * take_columns --- all columns of a row; the place of the first that is NULL, or -1.
 */
static int
take_columns(FunctionCallInfo fcinfo, RowCache *cache)
{
	int taken = 0;
	int i;

	for (i = FIRST_COLUMN; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return taken;
		if (cache->is_array[i])
		{
			int null = take_array(PG_GETARG_ARRAYTYPE_P(i), cache, &taken);

			if (null >= 0)
				return null;
		}
		else if (taken < cache->shape.columns)
			cache->columns[taken++] = PG_GETARG_FLOAT8(i);
		else
			taken++;
	}
	if (taken != cache->shape.columns)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk_fit_pass was given %d columns, its control says %d", taken,
							   cache->shape.columns)));
	return -1;
}

PG_FUNCTION_INFO_V1(commissioning_risk_fit_row);

/*
 * risk_fit_row --- transition of risk_fit_pass: one row goes into the state, or
 * is counted as skipped for the first argument that is NULL or not finite.
 */
Datum
commissioning_risk_fit_row(PG_FUNCTION_ARGS)
{
	RowCache     *cache = fcinfo->flinfo->fn_extra;
	MemoryContext context;
	ArrayType    *array;
	double       *state;
	double        numbers[3];
	int           i;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (cache == NULL)
		cache = prepare_row(fcinfo);
	if (PG_ARGISNULL(0))
	{
		MemoryContext before = MemoryContextSwitchTo(context);

		array = new_doubles(cache->shape.length);
		MemoryContextSwitchTo(before);
		glm_start(doubles(array), &cache->shape, doubles(PG_GETARG_ARRAYTYPE_P(1)));
	}
	else
	{
		GlmShape shape;

		array = PG_GETARG_ARRAYTYPE_P(0);
		check_state(array, &shape);
		if (shape.length != cache->shape.length || shape.mode != cache->shape.mode ||
			shape.family != cache->shape.family || shape.columns != cache->shape.columns)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("the control of risk_fit_pass must be the same for all rows")));
	}
	state = doubles(array);
	for (i = 0; i < 3; i++)
	{
		numbers[i] = PG_ARGISNULL(2 + i) ? 0 : PG_GETARG_FLOAT8(2 + i);
		if (PG_ARGISNULL(2 + i) || !isfinite(numbers[i]))
		{
			glm_skip(state, &cache->shape, i, PG_ARGISNULL(2 + i));
			PG_RETURN_ARRAYTYPE_P(array);
		}
	}
	i = take_columns(fcinfo, cache);
	if (i >= 0)
	{
		glm_skip(state, &cache->shape, 3 + Min(i, cache->shape.columns - 1), true);
		PG_RETURN_ARRAYTYPE_P(array);
	}
	for (i = 0; i < cache->shape.columns; i++)
	{
		if (!isfinite(cache->columns[i]))
		{
			glm_skip(state, &cache->shape, 3 + i, false);
			PG_RETURN_ARRAYTYPE_P(array);
		}
	}
	glm_add(state, &cache->shape, numbers[0], numbers[1], numbers[2], cache->columns);
	PG_RETURN_ARRAYTYPE_P(array);
}

PG_FUNCTION_INFO_V1(commissioning_risk_fit_combine);

/*
 * risk_fit_combine --- the state of two sets of rows; a NULL state is no rows.
 * 22023 for states of different passes.
 */
Datum
commissioning_risk_fit_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext before;
	ArrayType    *state;
	ArrayType    *other;
	GlmShape      shape;
	GlmShape      other_shape;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = PG_GETARG_ARRAYTYPE_P(1);
	check_state(other, &other_shape);
	if (PG_ARGISNULL(0))
	{
		before = MemoryContextSwitchTo(context);
		state = PG_GETARG_ARRAYTYPE_P_COPY(1);
		MemoryContextSwitchTo(before);
		PG_RETURN_ARRAYTYPE_P(state);
	}
	state = PG_GETARG_ARRAYTYPE_P(0);
	check_state(state, &shape);
	if (shape.length != other_shape.length || shape.mode != other_shape.mode ||
		shape.family != other_shape.family || shape.columns != other_shape.columns)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states of different passes cannot be combined")));
	glm_combine(doubles(state), &shape, doubles(other));
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * float_array --- numbers as float8[], NULL where they are not finite.
 */
static Datum
float_array(const double *numbers, int n)
{
	Datum *values = palloc(sizeof(Datum) * Max(n, 1));
	bool  *nulls = palloc(sizeof(bool) * Max(n, 1));
	int    bound = 1;
	int    i;

	for (i = 0; i < n; i++)
	{
		values[i] = Float8GetDatum(numbers[i]);
		nulls[i] = !isfinite(numbers[i]);
	}
	return PointerGetDatum(construct_md_array(values, nulls, n > 0 ? 1 : 0, &n, &bound, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* every n-th number of a run, as bigint[] */
static Datum
count_array(const double *numbers, int n, int stride)
{
	Datum *values = palloc(sizeof(Datum) * Max(n, 1));
	int    i;

	for (i = 0; i < n; i++)
		values[i] = Int64GetDatum((int64) numbers[i * stride]);
	return PointerGetDatum(
		construct_array(values, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * return_row --- a value of the function's own row type.
 */
static Datum
return_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc descriptor;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

/* Fields of the row type risk_fit_totals before the arrays. */
#define TOTAL_COUNTS 7
#define TOTAL_NUMBERS 16
#define TOTAL_FIELDS (TOTAL_COUNTS + TOTAL_NUMBERS + 8)

/* a sum that is not finite is unknown */
static void
set_number(Datum *value, bool *null, double number)
{
	*value = Float8GetDatum(number);
	*null = !isfinite(number);
}

/*
 * profile_arrays --- skipped rows by argument and, of a profile, what is known of each column.
 */
static void
profile_arrays(const double *state, const GlmShape *shape, Datum *values, bool *nulls)
{
	int     p = shape->columns;
	double *spread = palloc(sizeof(double) * Max(p, 1));
	double *centre = palloc(sizeof(double) * Max(p, 1));
	double *factor = palloc(sizeof(double) * Max(p, 1));
	double  used = state[GLM_USED];
	int     j;

	values[0] = count_array(state + shape->skips, p + 3, 2);
	values[1] = count_array(state + shape->skips + 1, p + 3, 2);
	for (j = 2; j < 8; j++)
		nulls[j] = shape->mode != GLM_PROFILE;
	if (shape->mode != GLM_PROFILE)
		return;
	for (j = 0; j < p; j++)
		spread[j] = used > 1 ? sqrt(state[shape->body + p + j] / (used - 1)) : 0;
	glm_scale(state + shape->body, state + shape->body + p, used, p, centre, factor);
	values[2] = float_array(state + shape->body, p);
	values[3] = float_array(spread, p);
	values[4] = float_array(state + shape->body + 2 * p, p);
	values[5] = float_array(state + shape->body + 3 * p, p);
	values[6] = float_array(centre, p);
	values[7] = float_array(factor, p);
}

PG_FUNCTION_INFO_V1(commissioning_risk_fit_totals);

/*
 * risk_fit_totals --- a state of risk_fit_pass as named counts and sums.
 */
Datum
commissioning_risk_fit_totals(PG_FUNCTION_ARGS)
{
	static const int counts[TOTAL_COUNTS] = {GLM_ROWS,        GLM_USED,       GLM_EXTREME,
											 GLM_BAD_OUTCOME, GLM_BAD_WEIGHT, GLM_ZERO_WEIGHT,
											 GLM_FRACTIONS};
	ArrayType       *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum            values[TOTAL_FIELDS];
	bool             nulls[TOTAL_FIELDS] = {false};
	GlmShape         shape;
	double          *state = doubles(array);
	int              i;

	check_state(array, &shape);
	for (i = 0; i < TOTAL_COUNTS; i++)
		values[i] = Int64GetDatum((int64) state[counts[i]]);
	set_number(&values[i], &nulls[i], state[GLM_LEAST]);
	i++;
	set_number(&values[i], &nulls[i], state[GLM_GREATEST]);
	i++;
	set_number(&values[i], &nulls[i], glm_log_likelihood(state, &shape));
	i++;
	for (; i < TOTAL_COUNTS + TOTAL_NUMBERS; i++)
		set_number(&values[i], &nulls[i], glm_sum(state, &shape, i - TOTAL_COUNTS - 3));
	profile_arrays(state, &shape, values + i, nulls + i);
	PG_RETURN_DATUM(return_row(fcinfo, values, nulls));
}

/*
 * pass_arguments --- state and ridge of a function that reads a finished pass.
 */
static double *
pass_arguments(FunctionCallInfo fcinfo, GlmShape *shape, double **ridge)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	ArrayType *penalty = PG_GETARG_ARRAYTYPE_P(1);
	int        i;

	check_state(array, shape);
	if (shape->mode != GLM_PASS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("this state has no coefficients")));
	if (!is_doubles(penalty) || count_doubles(penalty) != shape->columns + 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the ridge must have one element for each coefficient")));
	*ridge = doubles(penalty);
	for (i = 0; i <= shape->columns; i++)
	{
		if (!((*ridge)[i] >= 0))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("the ridge must not be negative")));
	}
	return doubles(array);
}

PG_FUNCTION_INFO_V1(commissioning_risk_fit_newton);

/*
 * risk_fit_newton --- the step from the coefficients of a pass towards the greatest likelihood.
 */
Datum
commissioning_risk_fit_newton(PG_FUNCTION_ARGS)
{
	GlmShape    shape;
	double     *ridge;
	double     *state = pass_arguments(fcinfo, &shape, &ridge);
	int         q = shape.columns + 1;
	double     *totals = palloc(sizeof(double) * shape.n_sums);
	double     *work = palloc(sizeof(double) * q * (q + 1) / 2);
	double     *step = palloc(sizeof(double) * q);
	double     *dependence = palloc(sizeof(double) * q);
	GlmSolution solution;
	Datum       values[6];
	bool        nulls[6] = {false};

	glm_totals(state, &shape, totals);
	glm_solve(totals, &shape, state + shape.body, state[GLM_STATE_THETA], ridge, work, step,
			  dependence, &solution);
	values[0] = float_array(step, q);
	set_number(&values[1], &nulls[1], solution.decrement);
	set_number(&values[2], &nulls[2], solution.theta_step);
	values[3] = Int32GetDatum(solution.aliased);
	nulls[3] = solution.aliased < 0;
	values[4] = float_array(dependence, q);
	values[5] = BoolGetDatum(solution.failed);
	PG_RETURN_DATUM(return_row(fcinfo, values, nulls));
}

/*
 * condition_number --- of the columns as given, intercept included, each scaled
 * to unit length (Belsley, Kuh and Welsch 1980); infinite or NaN where the
 * smallest eigenvalue is lost in rounding.
 */
static double
condition_number(const double *information, const double *centre, const double *factor,
				 const double *ridge, int q)
{
	int                      *kept = palloc(sizeof(int) * q);
	double                   *matrix;
	double                   *eigenvalue;
	gsl_eigen_symm_workspace *workspace;
	gsl_matrix_view           matrix_view;
	gsl_vector_view           vector_view;
	double                    least = INFINITY;
	double                    greatest = 0;
	int                       n = 0;
	int                       status;
	int                       i;
	int                       j;

	for (i = 0; i < q; i++)
	{
		if (!isinf(ridge[i]))
			kept[n++] = i;
	}
	matrix = palloc(sizeof(double) * n * n);
	eigenvalue = palloc(sizeof(double) * n);
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			int    a = kept[i];
			int    b = kept[j];
			double fa = a == 0 ? 1 : factor[a - 1];
			double fb = b == 0 ? 1 : factor[b - 1];
			double ca = a == 0 ? 0 : centre[a - 1];
			double cb = b == 0 ? 0 : centre[b - 1];
			double cell = information[a * (a + 1) / 2 + b] / (fa * fb);

			/* the intercept's row of the centred columns brings the uncentred ones back */
			cell += ca * information[b * (b + 1) / 2] / fb;
			cell += cb * information[a * (a + 1) / 2] / fa;
			cell += ca * cb * information[0];
			matrix[i * n + j] = matrix[j * n + i] = cell;
		}
	}
	for (i = 0; i < n; i++)
		eigenvalue[i] = sqrt(matrix[i * n + i]);
	for (i = 0; i < n * n; i++)
		matrix[i] /= eigenvalue[i / n] * eigenvalue[i % n];
	workspace = gsl_eigen_symm_alloc(n);
	if (workspace == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	matrix_view = gsl_matrix_view_array(matrix, n, n);
	vector_view = gsl_vector_view_array(eigenvalue, n);
	status = gsl_eigen_symm(&matrix_view.matrix, &vector_view.vector, workspace);
	gsl_eigen_symm_free(workspace);
	if (status != GSL_SUCCESS)
		return NAN;
	for (i = 0; i < n; i++)
	{
		least = fmin(least, eigenvalue[i]);
		greatest = fmax(greatest, eigenvalue[i]);
	}
	return least > 0 ? sqrt(greatest / least) : NAN;
}

/* What is known of each coefficient, and of all together. */
typedef struct Inference
{
	double *coefficient;
	double *std_error;
	double *statistic;
	double *p_value;
	double *lower;
	double *upper;
	double  condition_number;
	double  effective; /* number of parameters */
} Inference;

/*
 * infer --- coefficients of the columns as given, and Wald statistics.
 */
static void
infer(const double *covariance, const double *coefficients, const double *centre,
	  const double *factor, const double *ridge, int q, double dispersion, double confidence,
	  double degrees, Inference *result)
{
	double  tail = (1 - confidence) / 2;
	bool    normal = isinf(degrees);
	double  quantile = normal ? gsl_cdf_ugaussian_Qinv(tail) : gsl_cdf_tdist_Qinv(tail, degrees);
	double *back = palloc(sizeof(double) * q); /* the intercept as a sum over the scaled ones */
	int     i;
	int     j;

	for (i = 0; i < q; i++)
		back[i] = i == 0 ? 1 : -centre[i - 1] * factor[i - 1];
	for (i = 0; i < q; i++)
	{
		double variance = 0;

		result->coefficient[i] = 0;
		if (i > 0)
		{
			result->coefficient[i] = coefficients[i] * factor[i - 1];
			variance = covariance[i * q + i] * factor[i - 1] * factor[i - 1];
		}
		for (j = 0; j < q && i == 0; j++)
		{
			int k;

			result->coefficient[0] += back[j] * coefficients[j];
			for (k = 0; k < q; k++)
				variance += back[j] * back[k] * covariance[j * q + k];
		}
		if (isinf(ridge[i]))
			variance = result->coefficient[i] = NAN;
		result->std_error[i] = sqrt(variance * dispersion);
		result->statistic[i] = result->coefficient[i] / result->std_error[i];
		result->p_value[i] = 2 * (normal ? gsl_cdf_ugaussian_Q(fabs(result->statistic[i]))
										 : gsl_cdf_tdist_Q(fabs(result->statistic[i]), degrees));
		result->lower[i] = result->coefficient[i] - quantile * result->std_error[i];
		result->upper[i] = result->coefficient[i] + quantile * result->std_error[i];
	}
}

PG_FUNCTION_INFO_V1(commissioning_risk_fit_inference);

/*
 * risk_fit_inference --- coefficients of the columns as given with standard
 * errors, Wald statistics and intervals; a NULL number of degrees of freedom is
 * the normal distribution.  NULL elements: left out, or not known.
 */
Datum
commissioning_risk_fit_inference(PG_FUNCTION_ARGS)
{
	GlmShape   shape;
	double    *ridge;
	double    *state;
	double     degrees;
	double    *totals;
	double    *information;
	double    *covariance;
	double    *numbers;
	Inference  result;
	Datum      values[8];
	bool       nulls[8] = {false};
	ArrayType *final;
	int        q;
	int        i;

	for (i = 0; i < 5; i++)
	{
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	}
	degrees = PG_ARGISNULL(5) ? INFINITY : PG_GETARG_FLOAT8(5);
	state = pass_arguments(fcinfo, &shape, &ridge);
	final = PG_GETARG_ARRAYTYPE_P(2);
	q = shape.columns + 1;
	if (!is_doubles(final) || count_doubles(final) != q)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there must be as many coefficients as the pass had")));
	if (!(PG_GETARG_FLOAT8(4) > 0 && PG_GETARG_FLOAT8(4) < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("confidence must lie between 0 and 1, both excluded")));
	totals = palloc(sizeof(double) * shape.n_sums);
	glm_totals(state, &shape, totals);
	information = totals + GLM_SUMS + q;
	covariance = palloc(sizeof(double) * q * q);
	if (!glm_invert(information, ridge, q, palloc(sizeof(double) * q * (q + 1) / 2), covariance))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the information of the fit has no inverse")));
	numbers = palloc(sizeof(double) * 6 * q);
	result.coefficient = numbers;
	result.std_error = numbers + q;
	result.statistic = numbers + 2 * q;
	result.p_value = numbers + 3 * q;
	result.lower = numbers + 4 * q;
	result.upper = numbers + 5 * q;
	infer(covariance, doubles(final), state + shape.body + q,
		  state + shape.body + q + shape.columns, ridge, q, PG_GETARG_FLOAT8(3),
		  PG_GETARG_FLOAT8(4), degrees, &result);
	result.condition_number = condition_number(information, state + shape.body + q,
											   state + shape.body + q + shape.columns, ridge, q);
	result.effective = 0;
	for (i = 0; i < q; i++)
		result.effective += isinf(ridge[i]) ? 0 : 1 - ridge[i] * covariance[i * q + i];
	for (i = 0; i < 6; i++)
		values[i] = float_array(numbers + i * q, q);
	set_number(&values[6], &nulls[6], result.condition_number);
	set_number(&values[7], &nulls[7], result.effective);
	PG_RETURN_DATUM(return_row(fcinfo, values, nulls));
}

PG_FUNCTION_INFO_V1(commissioning_risk_split);

/*
 * risk_split --- is this key in the share that is trained on?  The finaliser of
 * splitmix64 (Steele, Lea and Flood 2014) on key and seed; its first 53 bits as
 * a fraction are compared with the share.  22023 for a share outside 0 to 1.
 */
Datum
commissioning_risk_split(PG_FUNCTION_ARGS)
{
	uint64 hash = (uint64) PG_GETARG_INT64(0);
	double share = PG_GETARG_FLOAT8(2);
	int    round;

	if (!(share >= 0 && share <= 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the share of a split must lie between 0 and 1")));
	for (round = 0; round < 2; round++)
	{
		hash += UINT64CONST(0x9E3779B97F4A7C15);
		hash = (hash ^ (hash >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
		hash = (hash ^ (hash >> 27)) * UINT64CONST(0x94D049BB133111EB);
		hash ^= hash >> 31;
		if (round == 0)
			hash ^= (uint64) PG_GETARG_INT64(1);
	}
	PG_RETURN_BOOL((double) (hash >> 11) < share * 9007199254740992.0);
}

/*-------------------------------------------------------------------------
 *
 * auc.c
 *	  Aggregate risk_auc: a sorted pass, so it neither combines nor runs in parts.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"

#include "stats/auc_core.h"

#define AUC_CONFIDENCE 0.95

/* auc_state --- the doubles of an aggregate state; anything else than one is an error. */
static AucState *
auc_state(ArrayType *array)
{
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != AUC_FIELDS || ARR_HASNULL(array) ||
		ARR_ELEMTYPE(array) != FLOAT8OID)
		elog(ERROR, "risk_auc expects a state of %d numbers", (int) AUC_FIELDS);
	return (AucState *) ARR_DATA_PTR(array);
}

PG_FUNCTION_INFO_V1(commissioning_auc_add);

/*
 * commissioning_auc_add --- transition function of risk_auc.
 *
 * Rows without outcome or prediction are counted and left out.  A prediction
 * below the one before it is 22023, and so is NaN.  The state is changed in
 * place within an aggregate and copied otherwise (a window hands it out).
 */
Datum
commissioning_auc_add(PG_FUNCTION_ARGS)
{
	ArrayType *array = AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_AGGREGATE
						   ? PG_GETARG_ARRAYTYPE_P(0)
						   : PG_GETARG_ARRAYTYPE_P_COPY(0);
	AucState  *state = auc_state(array);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		state->skipped++;
		PG_RETURN_ARRAYTYPE_P(array);
	}
	if (isnan(PG_GETARG_FLOAT8(2)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a prediction must be a number, got NaN")));
	if (!auc_add(state, PG_GETARG_BOOL(1), PG_GETARG_FLOAT8(2)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk_auc needs its rows in ascending order of the prediction"),
						errhint("Write risk_auc(outcome, predicted ORDER BY predicted).")));
	PG_RETURN_ARRAYTYPE_P(array);
}

PG_FUNCTION_INFO_V1(commissioning_auc_final);

/*
 * commissioning_auc_final --- area, standard error, 95% interval, counts.
 *
 * Without rows of both outcomes the area is NULL; with fewer than two of
 * either, its standard error and interval are.
 */
Datum
commissioning_auc_final(PG_FUNCTION_ARGS)
{
	AucState *state = auc_state(PG_GETARG_ARRAYTYPE_P(0));
	AucResult result;
	TupleDesc descriptor;
	double    half;
	Datum     values[7];
	bool      nulls[7] = {false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	auc_finish(state, &result);
	half = result.std_error * gsl_cdf_ugaussian_Qinv((1 - AUC_CONFIDENCE) / 2);
	nulls[0] = !result.known;
	nulls[1] = nulls[2] = nulls[3] = !result.error_known;
	values[0] = Float8GetDatum(result.auc);
	values[1] = Float8GetDatum(result.std_error);
	values[2] = Float8GetDatum(Max(result.auc - half, 0));
	values[3] = Float8GetDatum(Min(result.auc + half, 1));
	values[4] = Int64GetDatum((int64) result.events);
	values[5] = Int64GetDatum((int64) result.others);
	values[6] = Int64GetDatum((int64) state->skipped);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}

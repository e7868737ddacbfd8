/*-------------------------------------------------------------------------
 *
 * validation.c
 *	  Type and aggregate risk_validation: predicted probabilities and outcomes.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>
#include <string.h>

#include "libpq/pqformat.h"

#include "stats/validation_core.h"

#define PG_GETARG_RISK_VALIDATION(n) ((RiskValidation *) PG_GETARG_POINTER(n))
#define RISK_VALIDATION_VERSION 1

/* copy_state --- a state that may be changed. */
static RiskValidation *
copy_state(const RiskValidation *state)
{
	RiskValidation *copy = palloc(sizeof(RiskValidation));

	memcpy(copy, state, sizeof(RiskValidation));
	return copy;
}

static void
overflow(void)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("the sums of a risk_validation are out of range")));
}

PG_FUNCTION_INFO_V1(commissioning_risk_validation_in);

/* commissioning_risk_validation_in --- from text; 22P02 for what no rows can have made. */
Datum
commissioning_risk_validation_in(PG_FUNCTION_ARGS)
{
	char           *text = PG_GETARG_CSTRING(0);
	RiskValidation *state = palloc(sizeof(RiskValidation));

	if (!risk_validation_read(text, state))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type risk_validation: \"%s\"", text),
				 errhint("Values come from the aggregate risk_validation.")));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(commissioning_risk_validation_out);

/* commissioning_risk_validation_out --- eight integers with blanks between. */
Datum
commissioning_risk_validation_out(PG_FUNCTION_ARGS)
{
	char *text = palloc(RISK_VALIDATION_TEXT);

	risk_validation_print(PG_GETARG_RISK_VALIDATION(0), text);
	PG_RETURN_CSTRING(text);
}

static void
receive_sum(StringInfo message, WideSum *sum)
{
	sum->high = pq_getmsgint64(message);
	sum->low = (uint64) pq_getmsgint64(message);
}

PG_FUNCTION_INFO_V1(commissioning_risk_validation_recv);

/* commissioning_risk_validation_recv --- from the binary form; 22P03 for what no rows can have
 * made. */
Datum
commissioning_risk_validation_recv(PG_FUNCTION_ARGS)
{
	StringInfo      message = (StringInfo) PG_GETARG_POINTER(0);
	RiskValidation *state = palloc(sizeof(RiskValidation));
	int             version = pq_getmsgint(message, 2);

	if (version == RISK_VALIDATION_VERSION)
	{
		state->rows = pq_getmsgint64(message);
		state->events = pq_getmsgint64(message);
		state->skipped = pq_getmsgint64(message);
		state->impossible = pq_getmsgint64(message);
		receive_sum(message, &state->predicted);
		receive_sum(message, &state->squared);
		receive_sum(message, &state->fourth);
		receive_sum(message, &state->log_loss);
	}
	if (version != RISK_VALIDATION_VERSION || !risk_validation_sound(state))
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid binary form of risk_validation")));
	PG_RETURN_POINTER(state);
}

static void
send_sum(StringInfo message, WideSum sum)
{
	pq_sendint64(message, (uint64) sum.high);
	pq_sendint64(message, sum.low);
}

PG_FUNCTION_INFO_V1(commissioning_risk_validation_send);

/* commissioning_risk_validation_send --- to the binary form. */
Datum
commissioning_risk_validation_send(PG_FUNCTION_ARGS)
{
	RiskValidation *state = PG_GETARG_RISK_VALIDATION(0);
	StringInfoData  message;

	pq_begintypsend(&message);
	pq_sendint16(&message, RISK_VALIDATION_VERSION);
	pq_sendint64(&message, (uint64) state->rows);
	pq_sendint64(&message, (uint64) state->events);
	pq_sendint64(&message, (uint64) state->skipped);
	pq_sendint64(&message, (uint64) state->impossible);
	send_sum(&message, state->predicted);
	send_sum(&message, state->squared);
	send_sum(&message, state->fourth);
	send_sum(&message, state->log_loss);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(commissioning_risk_validation_add);

/*
 * commissioning_risk_validation_add --- transition function of risk_validation.
 *
 * Rows without outcome or prediction are counted and left out.  A prediction
 * outside 0 to 1, NaN included, is 22023.  The state is changed in place within
 * an aggregate and copied otherwise (a window hands it out).
 */
Datum
commissioning_risk_validation_add(PG_FUNCTION_ARGS)
{
	RiskValidation *state = PG_GETARG_RISK_VALIDATION(0);
	double          predicted;

	if (AggCheckCallContext(fcinfo, NULL) != AGG_CONTEXT_AGGREGATE)
		state = copy_state(state);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		state->skipped++;
		PG_RETURN_POINTER(state);
	}
	predicted = PG_GETARG_FLOAT8(2);
	if (!(predicted >= 0 && predicted <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a predicted probability must lie between 0 and 1, got %g", predicted)));
	if (!risk_validation_add(state, PG_GETARG_BOOL(1), predicted))
		overflow();
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(commissioning_risk_validation_unite);

/*
 * commissioning_risk_validation_unite --- both states together; combine
 * function of risk_validation, transition function of risk_validation_merge.
 */
Datum
commissioning_risk_validation_unite(PG_FUNCTION_ARGS)
{
	RiskValidation *state = PG_GETARG_RISK_VALIDATION(0);

	if (AggCheckCallContext(fcinfo, NULL) != AGG_CONTEXT_AGGREGATE)
		state = copy_state(state);
	if (!risk_validation_unite(state, PG_GETARG_RISK_VALIDATION(1)))
		overflow();
	PG_RETURN_POINTER(state);
}

#define VALIDATION_COUNT(name, field)                         \
	PG_FUNCTION_INFO_V1(name);                                \
	Datum name(PG_FUNCTION_ARGS)                              \
	{                                                         \
		PG_RETURN_INT64(PG_GETARG_RISK_VALIDATION(0)->field); \
	}                                                         \
	extern int validation_count_ends_here

VALIDATION_COUNT(commissioning_risk_validation_rows, rows);
VALIDATION_COUNT(commissioning_risk_validation_events, events);
VALIDATION_COUNT(commissioning_risk_validation_skipped, skipped);

/* A measure that is not known is NaN in the core and NULL here. */
#define VALIDATION_MEASURE(name, field)                                    \
	PG_FUNCTION_INFO_V1(name);                                             \
	Datum name(PG_FUNCTION_ARGS)                                           \
	{                                                                      \
		RiskSummary summary;                                               \
                                                                           \
		risk_validation_summarise(PG_GETARG_RISK_VALIDATION(0), &summary); \
		if (isnan(summary.field))                                          \
			PG_RETURN_NULL();                                              \
		PG_RETURN_FLOAT8(summary.field);                                   \
	}                                                                      \
	extern int validation_measure_ends_here

VALIDATION_MEASURE(commissioning_risk_observed, observed);
VALIDATION_MEASURE(commissioning_risk_expected, expected);
VALIDATION_MEASURE(commissioning_risk_brier, brier);
VALIDATION_MEASURE(commissioning_risk_brier_error, brier_error);
VALIDATION_MEASURE(commissioning_risk_scaled_brier, scaled_brier);
VALIDATION_MEASURE(commissioning_risk_log_loss, log_loss);
VALIDATION_MEASURE(commissioning_risk_r2_mcfadden, r2_mcfadden);
VALIDATION_MEASURE(commissioning_risk_r2_cox_snell, r2_cox_snell);
VALIDATION_MEASURE(commissioning_risk_r2_nagelkerke, r2_nagelkerke);

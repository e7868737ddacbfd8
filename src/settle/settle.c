/*-------------------------------------------------------------------------
 *
 * settle.c
 *	  Settlement statements.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define LINE_FIELDS 9

/* joined --- text with what follows it. */
static Datum
joined(const char *first, SettleText second)
{
	int   n = (int) strlen(first);
	int   more = second.at ? second.len : 0;
	text *t = palloc(VARHDRSZ + n + more);

	SET_VARSIZE(t, VARHDRSZ + n + more);
	memcpy(VARDATA(t), first, n);
	if (more > 0)
		memcpy(VARDATA(t) + n, second.at, more);
	return PointerGetDatum(t);
}

/* Where lines go. */
typedef struct LineStore
{
	ReturnSetInfo *rsinfo;
	int            step;
} LineStore;

/* put_line --- one statement line as a row; the shorter form has no party. */
static void
put_line(void *where, const SettleLine *line)
{
	LineStore *store = where;
	Datum      values[LINE_FIELDS];
	bool       nulls[LINE_FIELDS] = {false};
	char       exact[2 * EXACT_TEXT];

	rat_print(&line->exact, exact);
	values[0] = Int32GetDatum(++store->step);
	values[1] = CStringGetTextDatum(line->code);
	values[2] = joined(line->clause, line->name);
	values[3] = joined(line->formula, line->tail);
	nulls[4] = !line->has_quantity;
	values[4] = line->has_quantity ? rat_numeric(&line->quantity, MONEY_DECIMALS, RATE_DECIMALS)
								   : (Datum) 0;
	nulls[5] = line->rate[0] == '\0';
	values[5] = CStringGetTextDatum(line->rate);
	values[6] = CStringGetTextDatum(exact);
	values[7] = pence_numeric(line->pence);
	nulls[8] = line->party.at == NULL;
	values[8] = joined("", line->party);
	tuplestore_putvalues(store->rsinfo->setResult, store->rsinfo->setDesc, values, nulls);
}

/* check_cancel --- cases may be many: a statement can be cancelled. */
static void
check_cancel(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* make_room --- what a statement is worked out in. */
static SettleRoom *
make_room(const SettleTerms *terms, const SettleDetail *detail)
{
	SettleRoom *room = palloc(sizeof(SettleRoom));
	int         parties = terms->split ? (int) terms->split->parties : 0;

	room->weight = palloc(parties * sizeof(ExactInt));
	room->order = palloc(parties * sizeof(ExactInt *));
	room->part = palloc(parties * sizeof(int64));
	room->party = palloc((parties + 1 + (detail ? detail->accounts : 0)) * sizeof(SettleParty));
	return room;
}

/* settle_rows --- the lines of a statement as rows. */
static Datum
settle_rows(FunctionCallInfo fcinfo, bool parties)
{
	LineStore     store = {.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo};
	SettleSink    sink = {.put = put_line, .where = &store, .check = check_cancel};
	SettleTerms   terms;
	SettleInputs  inputs;
	SettleDetail  detail;
	SettleDetail *given = NULL;
	char          message[512];
	int64         settled;
	SettleStatus  status;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("settle needs both terms and inputs")));
	read_terms(PG_GETARG_DATUM(0), &terms);
	read_inputs(PG_GETARG_DATUM(1), &inputs);
	if (parties && !PG_ARGISNULL(2))
	{
		read_detail(PG_GETARG_DATUM(2), &detail);
		given = &detail;
	}
	status = settle_lines(&terms, &inputs, given, parties, make_room(&terms, given), &sink,
						  &settled, message, sizeof(message));
	if (status == SETTLE_MISSING)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", message)));
	if (status == SETTLE_OVERFLOW)
		too_wide();
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(settle);

/*
 * settle(settlement_terms, settlement_inputs) --- the lines of a statement up to the settlement.
 *
 * 22004 for NULL terms or inputs or terms without a curve; 22023 for an input
 * that is missing or unusable, with what to do; 22003 when a number does not fit.
 */
Datum
settle(PG_FUNCTION_ARGS)
{
	return settle_rows(fcinfo, false);
}

PG_FUNCTION_INFO_V1(settle_in_full);

/*
 * settle(settlement_terms, settlement_inputs, settlement_detail) --- the same with cases,
 * indicators, conditions and accounts, and with a line for each party.
 *
 * NULL detail: none.  Errors as above.
 */
Datum
settle_in_full(PG_FUNCTION_ARGS)
{
	return settle_rows(fcinfo, true);
}

/*-------------------------------------------------------------------------
 *
 * split.c
 *	  Amounts over the parties of a split, and over the rows of a window.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "windowapi.h"

#include "settle/terms.h"

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

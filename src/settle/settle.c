/*-------------------------------------------------------------------------
 *
 * settle.c
 *	  Settlement statements.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "settle/terms.h"

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

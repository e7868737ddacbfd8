/*-------------------------------------------------------------------------
 *
 * settle_read.c
 *	  Terms and inputs of a settlement from their rows.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle.h"

#include "access/htup_details.h"
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
	TERM_STOP_LOSS,
	TERM_ADJUST,
	TERM_RISK_LIMIT,
	TERM_WITHHOLD,
	TERM_WITHHOLD_SCALE,
	TERM_ALLOWANCE,
	TERM_MINIMUM_SIZE,
	TERM_UNDER_SIZE,
	TERM_BELOW_GATE,
	TERM_GUARDRAIL,
	TERM_QUALITY_BY,
	TERM_LOSS_RATE_BY,
	TERM_FEE_AT_RISK,
	TERM_NET_OF_FEE,
	TERM_PAYS,
	TERM_REOPENER,
	TERM_CAP_WHEN,
	TERM_SPLIT,
	TERM_SPLIT_METHOD,
	TERM_COUNTERPARTY,
	TERM_CONTINGENCY,
	TERM_FIELDS
};

/* Fields that rows had before version 0.4, whose SQL may still run against this library. */
#define OLD_TERM_FIELDS (TERM_ROUNDING + 1)
#define OLD_INPUTS (INPUT_LOSS_RELIEF + 1)

/* The fields of terms while they are read. */
typedef struct TermsRead
{
	Datum value[TERM_FIELDS];
	bool  null[TERM_FIELDS];
} TermsRead;

/*
 * open_row_of --- the fields of a composite argument, NULL for those that its type has not yet.
 *
 * A type that has grown beyond what is asked for does no harm.
 */
void
open_row_of(Datum datum, const char *what, int least, int fields, Datum *values, bool *nulls)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(datum);
	TupleDesc       desc =
		lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple;
	Datum        *all = palloc(Max(desc->natts, fields) * (sizeof(Datum) + sizeof(bool)));
	bool         *all_null = (bool *) (all + Max(desc->natts, fields));
	int           i;

	if (desc->natts < least)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s must have %d fields, found %d", what, least, desc->natts)));
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, desc, all, all_null);
	for (i = desc->natts; i < fields; i++)
		all_null[i] = true;
	memcpy(values, all, fields * sizeof(Datum));
	memcpy(nulls, all_null, fields * sizeof(bool));
	pfree(all);
	ReleaseTupleDesc(desc);
}

/* open_row --- the fields of a composite argument, all of which its type must have. */
void
open_row(Datum datum, const char *what, int fields, Datum *values, bool *nulls)
{
	open_row_of(datum, what, fields, fields, values, nulls);
}

/* settle_choice --- the number of a word among its legal spellings; the first one stands for NULL.
 */
int
settle_choice(const char *field, bool null, Datum value, const char *const *words, int n)
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

	return null ? otherwise : settle_choice(field, false, value, words, 3) + 1;
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

/* read_number --- a number of the terms, not negative. */
static void
read_number(const TermsRead *r, int field, const char *name, bool at_most_one, SettleNumber *out)
{
	out->given = read_factor(name, r->null[field], r->value[field], at_most_one, &out->value);
}

/* read_scale --- a scale of the terms, or NULL. */
static const TermsScale *
read_scale(const TermsRead *r, int field)
{
	return r->null[field] ? NULL : DatumGetScale(r->value[field]);
}

/* read_flag --- a clause that is there or not. */
static bool
read_flag(const TermsRead *r, int field)
{
	return !r->null[field] && DatumGetBool(r->value[field]);
}

/* read_word --- a clause that is one of some words. */
static int
read_word(const TermsRead *r, int field, const char *name, const char *const *words, int n)
{
	return settle_choice(name, r->null[field], r->value[field], words, n);
}

/* read_adjust --- "volume", "risk" or both, with blanks as one likes. */
static void
read_adjust(const TermsRead *r, SettleTerms *t)
{
	char *list, *word;

	if (r->null[TERM_ADJUST])
		return;
	list = TextDatumGetCString(r->value[TERM_ADJUST]);
	for (word = strtok(list, ", "); word != NULL; word = strtok(NULL, ", "))
	{
		if (strcmp(word, "volume") == 0)
			t->adjust_volume = true;
		else if (strcmp(word, "risk") == 0)
			t->adjust_risk = true;
		else
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("unknown adjust \"%s\"", word),
							errhint("Use volume, risk or \"volume, risk\".")));
	}
}

/* read_reopener --- an amount, or a percentage of the base. */
static void
read_reopener(const TermsRead *r, SettleTerms *t)
{
	SettleCap limit = {0};

	read_cap("reopener", r->null[TERM_REOPENER], r->value[TERM_REOPENER], &limit);
	if (limit.given && limit.of_revenue)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reopener is an amount or a percentage of the base, not of revenue")));
	t->has_reopener = limit.given;
	t->reopener = limit.amount;
}

/* read_rounding --- mode and unit. */
static void
read_rounding(const TermsRead *r, SettleTerms *t)
{
	TermsError error;
	text      *rounding;

	t->rounding = EXACT_HALF_AWAY;
	t->unit = 1;
	if (r->null[TERM_ROUNDING])
		return;
	rounding = DatumGetTextPP(r->value[TERM_ROUNDING]);
	if (!rounding_parse(VARDATA_ANY(rounding), VARSIZE_ANY_EXHDR(rounding), &t->rounding, &t->unit,
						&error))
		ereport(ERROR, (errcode(terms_errcode(error.kind)), errmsg("%s", error.message)));
}

/* read_gates --- gate, its sides and what is left below it. */
static void
read_gates(const TermsRead *r, SettleTerms *t)
{
	static const char *const gates[] = {"none", "size", "minimum_rate"};
	static const char *const under[] = {"nothing", "refuse"};

	t->gate = read_scale(r, TERM_GATE);
	t->gate_by = (GateBy) read_word(r, TERM_GATE_BY, "gate_by", gates, 3);
	if ((t->gate_by == GATE_BY_SIZE) != (t->gate != NULL))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("gate and gate_by \"size\" go together: give both or neither")));
	t->gate_sides = side_choice("gate_side", r->null[TERM_GATE_SIDE], r->value[TERM_GATE_SIDE],
								SIDE_GAIN | SIDE_LOSS);
	read_number(r, TERM_BELOW_GATE, "below_gate", true, &t->below_gate);
	read_number(r, TERM_MINIMUM_SIZE, "minimum_size", false, &t->minimum_size);
	t->refuse_under_size = read_word(r, TERM_UNDER_SIZE, "under_size", under, 2) == 1;
}

/* read_multipliers --- quality, loss rate, factors, caps. */
static void
read_multipliers(const TermsRead *r, SettleTerms *t)
{
	static const char *const by[] = {"score", "size", "ratio"};
	static const char *const when[] = {"after", "before quality"};
	const Datum             *v = r->value;
	const bool              *null = r->null;

	t->quality = read_scale(r, TERM_QUALITY);
	t->quality_by = (LookBy) read_word(r, TERM_QUALITY_BY, "quality_by", by, 3);
	t->quality_sides =
		side_choice("quality_side", null[TERM_QUALITY_SIDE], v[TERM_QUALITY_SIDE], SIDE_GAIN);
	t->loss_rate = read_scale(r, TERM_LOSS_RATE);
	t->loss_rate_by = (LookBy) read_word(r, TERM_LOSS_RATE_BY, "loss_rate_by", by, 3);
	t->has_factor[0] = read_factor("factor_gain", null[TERM_FACTOR_GAIN], v[TERM_FACTOR_GAIN],
								   false, &t->factor[0]);
	t->has_factor[1] = read_factor("factor_loss", null[TERM_FACTOR_LOSS], v[TERM_FACTOR_LOSS],
								   false, &t->factor[1]);
	read_cap("cap_gain", null[TERM_CAP_GAIN], v[TERM_CAP_GAIN], &t->cap[0]);
	read_cap("cap_loss", null[TERM_CAP_LOSS], v[TERM_CAP_LOSS], &t->cap[1]);
	t->caps_first = read_word(r, TERM_CAP_WHEN, "cap_when", when, 2) == 1;
}

/* read_compared --- what changes the benchmark, actual and the difference. */
static void
read_compared(const TermsRead *r, SettleTerms *t)
{
	t->has_discount = read_factor("discount", r->null[TERM_DISCOUNT], r->value[TERM_DISCOUNT], true,
								  &t->discount);
	if (!r->null[TERM_STOP_LOSS])
	{
		t->stop_loss = DatumGetCurve(r->value[TERM_STOP_LOSS]);
		if (curve_needs_base(t->stop_loss))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("stop_loss must be in money: it is taken case by case, where "
								   "there is no base for percentages")));
	}
	read_adjust(r, t);
	read_number(r, TERM_RISK_LIMIT, "risk_limit", true, &t->risk_limit);
	read_number(r, TERM_WITHHOLD, "withhold", true, &t->withhold);
	t->withhold_scale = read_scale(r, TERM_WITHHOLD_SCALE);
	if (t->withhold_scale != NULL && !t->withhold.given)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("withhold_scale needs withhold: say what share is withheld")));
	t->allowance = read_scale(r, TERM_ALLOWANCE);
	t->guardrail = read_flag(r, TERM_GUARDRAIL);
	read_number(r, TERM_CONTINGENCY, "contingency", false, &t->contingency);
}

/* read_paid --- fees, what is paid, and to whom. */
static void
read_paid(const TermsRead *r, SettleTerms *t)
{
	static const char *const pays[] = {"share", "benchmark + share", "fee + share"};
	static const char *const methods[] = {"hamilton", "first"};

	read_number(r, TERM_FEE_AT_RISK, "fee_at_risk", false, &t->fee_at_risk);
	t->net_of_fee = read_flag(r, TERM_NET_OF_FEE);
	t->pays = (SettlePays) read_word(r, TERM_PAYS, "pays", pays, 3);
	read_reopener(r, t);
	t->split = r->null[TERM_SPLIT] ? NULL : DatumGetSplit(r->value[TERM_SPLIT]);
	t->first = read_word(r, TERM_SPLIT_METHOD, "split_method", methods, 2) == 1;
	if (!r->null[TERM_COUNTERPARTY])
		t->counterparty = settle_text(r->value[TERM_COUNTERPARTY]);
}

/* settle_text --- a text as the core takes it; it lives as long as the row. */
SettleText
settle_text(Datum datum)
{
	text *t = DatumGetTextPP(datum);

	return (SettleText){.at = VARDATA_ANY(t), .len = VARSIZE_ANY_EXHDR(t)};
}

/* read_terms --- the composite as the core wants it. */
void
read_terms(Datum datum, SettleTerms *t)
{
	static const char *const measures[] = {"benchmark - actual", "actual - benchmark"};
	TermsRead                r;

	open_row_of(datum, "settlement_terms", OLD_TERM_FIELDS, TERM_FIELDS, r.value, r.null);
	if (r.null[TERM_CURVE])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the terms have no curve")));
	memset(t, 0, sizeof(*t));
	t->excess = read_word(&r, TERM_MEASURE, "measure", measures, 2) == 1;
	t->curve = DatumGetCurve(r.value[TERM_CURVE]);
	read_compared(&r, t);
	read_gates(&r, t);
	read_multipliers(&r, t);
	read_paid(&r, t);
	read_rounding(&r, t);
}

/* may_be_negative --- inputs for which a sum below 0 has a meaning. */
static bool
may_be_negative(SettleInput input)
{
	return input <= INPUT_BASE || input == INPUT_GUARDRAIL_BENCHMARK;
}

/* read_inputs --- the composite as the core wants it; negatives only where they have a meaning. */
void
read_inputs(Datum datum, SettleInputs *in)
{
	Datum v[INPUTS];
	bool  null[INPUTS];
	int   i;

	open_row_of(datum, "settlement_inputs", OLD_INPUTS, INPUTS, v, null);
	for (i = 0; i < INPUTS; i++)
	{
		in->given[i] = !null[i];
		if (null[i])
			continue;
		numeric_rat(v[i], settle_input_name[i], &in->value[i]);
		if (!may_be_negative((SettleInput) i) && rat_sign(&in->value[i]) < 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("%s must not be negative", settle_input_name[i])));
	}
}

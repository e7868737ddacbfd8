/*-------------------------------------------------------------------------
 *
 * simulate.c
 *	  Simulated settlements, and the actual at which one breaks even.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "catalog/pg_type.h"
#include "utils/numeric.h"

#include "settle/settle.h"
#include "settle/simulate_even_core.h"
#include "settle/terms.h"

#define MOST_DRAWS 1000000
/* Draws times parties that are kept at once. */
#define MOST_PARTS 50000000
#define PART_DECIMALS 6

/* Fields of commissioning.settlement_uncertainty, in order. */
enum
{
	UNCERTAIN_ACTUAL_MEAN,
	UNCERTAIN_ACTUAL_SD,
	UNCERTAIN_CV,
	UNCERTAIN_DISTRIBUTION,
	UNCERTAIN_SIZE_MEAN,
	UNCERTAIN_SIZE_SD,
	UNCERTAIN_FOLLOW_SIZE,
	UNCERTAIN_SCORE_MEAN,
	UNCERTAIN_SCORE_SD,
	UNCERTAIN_CORRELATION,
	UNCERTAIN_FIELDS
};

static const char *const uncertain_name[UNCERTAIN_FIELDS] = {
	"actual_mean", "actual_sd",   "cv",         "distribution", "size_mean",
	"size_sd",     "follow_size", "score_mean", "score_sd",     "correlation"};

/* A simulation that is under way. */
typedef struct Simulation
{
	SettleTerms    terms;
	SettleInputs   inputs;
	SimUncertainty uncertainty;
	SimPlan        plan;
	SimRandom      random;
	Settlement     room;
	int32          draws;
	int64          seed;
} Simulation;

/*--------------------------------------------------------------------
 * Arguments
 *--------------------------------------------------------------------
 */

static void
refuse(const char *message, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", message),
					hint ? errhint("%s", hint) : 0));
}

/* number_of --- a field as a double, or what stands in for NULL; not negative where so asked. */
static double
number_of(const Datum *v, const bool *null, int field, double otherwise, bool signed_too)
{
	double value;

	if (null[field])
		return otherwise;
	value = DatumGetFloat8(DirectFunctionCall1(numeric_float8, v[field]));
	if (isnan(value) || isinf(value) || (!signed_too && value < 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s must be a finite number%s", uncertain_name[field],
							   signed_too ? "" : " that is not negative")));
	return value;
}

/* input_of --- an input as a double; 0 when it is not given. */
static double
input_of(const SettleInputs *in, SettleInput which)
{
	if (!in->given[which])
		return 0;
	return DatumGetFloat8(
		DirectFunctionCall1(numeric_float8, rat_numeric(&in->value[which], 0, RATE_DECIMALS)));
}

/* shape_of --- the distribution of actual. */
static SimShape
shape_of(bool null, Datum value)
{
	const char *word = null ? "normal" : TextDatumGetCString(value);

	if (strcmp(word, "normal") == 0)
		return SIM_NORMAL;
	if (strcmp(word, "lognormal") == 0)
		return SIM_LOGNORMAL;
	if (strcmp(word, "gamma") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unknown distribution \"%s\"", word),
						errhint("Use normal, lognormal or gamma.")));
	return SIM_GAMMA;
}

/* check_uncertainty --- what does not go together. */
static void
check_uncertainty(const SimUncertainty *u, const bool *null)
{
	if (!null[UNCERTAIN_ACTUAL_SD] && !null[UNCERTAIN_CV])
		refuse("actual_sd and cv both say how far actual spreads", "Give one of them.");
	if ((u->by_person || u->follows_size) && !(u->size_mean > 0))
		refuse("cv and follow_size need a size above 0", "Give size_mean, or the input size.");
	if (u->shape != SIM_NORMAL && !(u->actual_mean > 0))
		refuse("lognormal and gamma need a mean of actual above 0", "Use normal.");
	if (!(u->correlation >= -1 && u->correlation <= 1))
		refuse("correlation must lie between -1 and 1", NULL);
}

/* read_uncertainty --- means that are NULL are those of the inputs. */
static void
read_uncertainty(Datum datum, const SettleInputs *in, SimUncertainty *u)
{
	Datum v[UNCERTAIN_FIELDS];
	bool  null[UNCERTAIN_FIELDS];

	open_row(datum, "settlement_uncertainty", UNCERTAIN_FIELDS, v, null);
	if (null[UNCERTAIN_ACTUAL_MEAN] && !in->given[INPUT_ACTUAL])
		refuse("nothing says what to expect of actual", "Give actual_mean, or the input actual.");
	u->shape = shape_of(null[UNCERTAIN_DISTRIBUTION], v[UNCERTAIN_DISTRIBUTION]);
	u->actual_mean =
		100 * number_of(v, null, UNCERTAIN_ACTUAL_MEAN, input_of(in, INPUT_ACTUAL), true);
	u->actual_sd = 100 * number_of(v, null, UNCERTAIN_ACTUAL_SD, 0, false);
	u->by_person = !null[UNCERTAIN_CV];
	u->cv = number_of(v, null, UNCERTAIN_CV, 0, false);
	u->draws_size = !null[UNCERTAIN_SIZE_MEAN] || !null[UNCERTAIN_SIZE_SD];
	u->size_mean = number_of(v, null, UNCERTAIN_SIZE_MEAN, input_of(in, INPUT_SIZE), false);
	u->size_sd = number_of(v, null, UNCERTAIN_SIZE_SD, 0, false);
	u->follows_size = !null[UNCERTAIN_FOLLOW_SIZE] && DatumGetBool(v[UNCERTAIN_FOLLOW_SIZE]);
	u->draws_score = !null[UNCERTAIN_SCORE_MEAN] || !null[UNCERTAIN_SCORE_SD];
	u->score_mean = number_of(v, null, UNCERTAIN_SCORE_MEAN, input_of(in, INPUT_SCORE), false);
	u->score_sd = number_of(v, null, UNCERTAIN_SCORE_SD, 0, false);
	u->score_most = u->score_mean > 1 ? 100 : 1;
	u->correlation = number_of(v, null, UNCERTAIN_CORRELATION, 0, true);
	check_uncertainty(u, null);
}

/* begin --- read (terms, inputs, uncertainty, draws, seed). */
static Simulation *
begin(FunctionCallInfo fcinfo)
{
	Simulation *s = palloc(sizeof(Simulation));
	int         i;

	for (i = 0; i < 5; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a simulation needs terms, inputs, uncertainty, draws and a seed")));
	}
	s->draws = PG_GETARG_INT32(3);
	s->seed = PG_GETARG_INT64(4);
	if (s->draws < 1 || s->draws > MOST_DRAWS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("draws must lie between 1 and %d", MOST_DRAWS)));
	read_terms(PG_GETARG_DATUM(0), &s->terms);
	read_inputs(PG_GETARG_DATUM(1), &s->inputs);
	if (s->terms.stop_loss != NULL)
		refuse("a simulation draws no single cases, which stop_loss pays for",
			   "Leave stop_loss out of the terms, and give actual net of what it pays.");
	read_uncertainty(PG_GETARG_DATUM(2), &s->inputs, &s->uncertainty);
	sim_plan(&s->plan, &s->terms, &s->inputs, &s->uncertainty);
	sim_seed(&s->random, (uint64) s->seed);
	return s;
}

/* check_status --- a settlement that could not be made. */
static void
check_status(SettleStatus status, const char *message, const char *hint)
{
	if (status == SETTLE_MISSING)
		refuse(message, hint);
	if (status == SETTLE_OVERFLOW)
		too_wide();
}

/* next --- the next draw, settled. */
static void
next(Simulation *s, SimDraw *draw, SimOutcome *out)
{
	char message[512];

	CHECK_FOR_INTERRUPTS();
	if (!sim_draw(&s->uncertainty, &s->random, draw))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("a drawn number is out of range"),
						errhint("Check means and spreads of the uncertainty.")));
	check_status(
		sim_settle(&s->plan, draw, &s->room, out, message, sizeof(message)), message,
		"A simulation draws actual, size and score; everything else comes from the inputs.");
}

/*--------------------------------------------------------------------
 * Results
 *--------------------------------------------------------------------
 */

/* room_for --- so many amounts. */
static int64 *
room_for(int64 n)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, (Size) n * sizeof(int64));
}

/* part_numeric --- a count as a part of all draws, to 6 decimals. */
static Datum
part_numeric(int64 count, int64 of)
{
	return NumericGetDatum(
		int64_div_fast_to_numeric(sim_mean((__int128) count * 1000000, of), PART_DECIMALS));
}

/* sd_numeric --- a standard deviation rounded to the penny. */
static Datum
sd_numeric(double pence)
{
	return pence_numeric((int64) (pence + 0.5));
}

/* put_quantiles --- least, quantiles and most; returns what follows them. */
static Datum *
put_quantiles(const SimSummary *s, Datum *values)
{
	int i;

	*values++ = pence_numeric(s->least);
	for (i = 0; i < SIM_QUANTILES; i++)
		*values++ = pence_numeric(s->quantile[i]);
	*values++ = pence_numeric(s->most);
	return values;
}

/* bins_array --- the histogram. */
static Datum
bins_array(const SimSummary *s)
{
	Datum bin[SIM_BINS];
	int   i;

	for (i = 0; i < SIM_BINS; i++)
		bin[i] = NumericGetDatum(int64_to_numeric(s->bin[i]));
	return PointerGetDatum(construct_array(bin, SIM_BINS, NUMERICOID, -1, false, TYPALIGN_INT));
}

/* What is counted on the way. */
typedef struct Counts
{
	int64    gain;
	int64    loss;
	int64    gate_met;
	int64    gate_missed;
	int64    capped;
	__int128 gains;
	__int128 losses;
} Counts;

static void
count(Counts *c, const SimOutcome *out)
{
	c->gate_met += out->gate_tested && out->gate_met;
	c->gate_missed += out->gate_tested && !out->gate_met;
	c->capped += out->capped;
	if (out->share > 0)
	{
		c->gain++;
		c->gains += out->share;
	}
	if (out->share < 0)
	{
		c->loss++;
		c->losses -= out->share;
	}
}

PG_FUNCTION_INFO_V1(simulate_settlement);

/*
 * simulate_settlement(terms, inputs, uncertainty, draws, seed) --- what many settlements come to.
 *
 * 22004 for NULL arguments; 22023 for what settle refuses, for spreads that
 * make no sense and for a number of draws out of range; 22003 when a number
 * does not fit.
 */
Datum
simulate_settlement(PG_FUNCTION_ARGS)
{
	Simulation *s = begin(fcinfo);
	int64      *value = room_for(2 * (int64) s->draws);
	Counts      counts = {0};
	SimSummary  summary;
	TupleDesc   desc;
	Datum       values[24];
	bool        nulls[24] = {false};
	Datum      *v;
	int         i;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (i = 0; i < s->draws; i++)
	{
		SimDraw    draw;
		SimOutcome out;

		next(s, &draw, &out);
		value[i] = out.pence;
		count(&counts, &out);
	}
	sim_summarise(value, value + s->draws, s->draws, &summary);
	values[0] = Int32GetDatum(s->draws);
	values[1] = Int64GetDatum(s->seed);
	values[2] = pence_numeric(summary.mean);
	values[3] = sd_numeric(summary.sd);
	nulls[3] = s->draws == 1;
	v = put_quantiles(&summary, values + 4);
	*v++ = part_numeric(counts.gain, s->draws);
	*v++ = part_numeric(counts.loss, s->draws);
	*v++ = part_numeric(s->draws - counts.gain - counts.loss, s->draws);
	*v++ = part_numeric(counts.gate_met, s->draws);
	*v++ = part_numeric(counts.gate_missed, s->draws);
	*v++ = part_numeric(counts.capped, s->draws);
	*v++ = pence_numeric(sim_mean(counts.gains, s->draws));
	*v++ = pence_numeric(sim_mean(counts.losses, s->draws));
	*v++ = pence_numeric(summary.least);
	*v++ = pence_numeric(summary.bin_width);
	*v++ = bins_array(&summary);
	Assert(v == values + lengthof(values));
	pfree(value);
	pfree(s);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/* drawn_or_given --- a drawn number, or the input, or NULL. */
static Datum
drawn_or_given(bool drawn, int64 value, int64 unit, const SettleInputs *in, SettleInput which,
			   bool *null)
{
	ExactRat v;

	*null = !drawn && !in->given[which];
	if (*null)
		return (Datum) 0;
	if (!drawn)
		return rat_numeric(&in->value[which], 0, RATE_DECIMALS);
	rat_set(&v, value, unit);
	return rat_numeric(&v, 0, 4);
}

PG_FUNCTION_INFO_V1(simulated_draws);

/* simulated_draws(terms, inputs, uncertainty, draws, seed) --- the draws themselves; errors as
 * simulate_settlement. */
Datum
simulated_draws(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Simulation    *s;
	MemoryContext  row;
	int            i;

	InitMaterializedSRF(fcinfo, 0);
	s = begin(fcinfo);
	row = AllocSetContextCreate(CurrentMemoryContext, "simulated draw", ALLOCSET_DEFAULT_SIZES);
	for (i = 0; i < s->draws; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row);
		SimDraw       draw;
		SimOutcome    out;
		Datum         values[7];
		bool          nulls[7] = {false};

		next(s, &draw, &out);
		values[0] = Int32GetDatum(i + 1);
		values[1] = pence_numeric(draw.actual);
		values[2] = drawn_or_given(s->uncertainty.draws_size, draw.size, 1, &s->inputs, INPUT_SIZE,
								   &nulls[2]);
		values[3] = drawn_or_given(s->uncertainty.draws_score, draw.score, SIM_SCORE_UNIT,
								   &s->inputs, INPUT_SCORE, &nulls[3]);
		values[4] = pence_numeric(out.pence);
		nulls[5] = !out.gate_tested;
		values[5] = BoolGetDatum(out.gate_met);
		values[6] = BoolGetDatum(out.capped);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row);
	}
	return (Datum) 0;
}

/*--------------------------------------------------------------------
 * Parties
 *--------------------------------------------------------------------
 */

/* part_of --- the parts of all parties in one settlement. */
static void
part_of(SimSplit *split, int64 total, int64 *part)
{
	const ExactInt **order;
	ExactInt        *weight;

	if (sim_split_fast(split, total, part))
		return;
	order = palloc(split->parties * sizeof(ExactInt *));
	weight = palloc(split->parties * sizeof(ExactInt));
	memcpy(weight, split->exact, split->parties * sizeof(ExactInt));
	if (!apportion(total, split->parties, weight, order, split->first, part))
		too_wide();
	pfree(order);
	pfree(weight);
}

/* put_party --- one party's row. */
static void
put_party(ReturnSetInfo *rsinfo, int order, const char *name, int name_len, const char *role,
		  int64 *value, int64 *room, int64 n)
{
	SimSummary summary;
	Datum      values[16];
	bool       nulls[16] = {false};
	Datum     *v;
	int64      receives = 0, pays = 0, i;

	for (i = 0; i < n; i++)
	{
		receives += value[i] > 0;
		pays += value[i] < 0;
	}
	sim_summarise(value, room, n, &summary);
	values[0] = Int32GetDatum(order);
	values[1] = PointerGetDatum(cstring_to_text_with_len(name, name_len));
	values[2] = CStringGetTextDatum(role);
	values[3] = pence_numeric(summary.mean);
	values[4] = sd_numeric(summary.sd);
	nulls[4] = n == 1;
	v = put_quantiles(&summary, values + 5);
	*v++ = part_numeric(receives, n);
	*v++ = part_numeric(pays, n);
	Assert(v == values + lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(simulated_parties);

/*
 * simulated_parties(terms, inputs, uncertainty, draws, seed) --- what each party gets or pays.
 *
 * Errors as simulate_settlement; 22023 too for terms without a split, 54000
 * for more draws of more parties than fit.
 */
Datum
simulated_parties(PG_FUNCTION_ARGS)
{
	ReturnSetInfo    *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Simulation       *s;
	SimSplit         *split = palloc(sizeof(SimSplit));
	const TermsSplit *shares;
	SettleText        other_name;
	int64            *value, *part, *room, *other;
	int64             n, i;
	int               k;

	InitMaterializedSRF(fcinfo, 0);
	s = begin(fcinfo);
	n = s->draws;
	shares = s->terms.split;
	other_name = s->terms.counterparty;
	if (shares == NULL)
		refuse("the terms have no split",
			   "Give split, for example acute 60%, community remaining.");
	if (!sim_split_plan(shares, s->terms.first, split))
		too_wide();
	if (n * split->parties > MOST_PARTS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("too many draws for %d parties", split->parties),
						errhint("Draw at most %d times.", MOST_PARTS / split->parties)));
	value = room_for(n * split->parties);
	room = room_for(n);
	other = room_for(n);
	part = palloc(split->parties * sizeof(int64));
	for (i = 0; i < n; i++)
	{
		SimDraw    draw;
		SimOutcome out;

		next(s, &draw, &out);
		part_of(split, out.pence, part);
		other[i] = -out.pence;
		for (k = 0; k < split->parties; k++)
			value[k * n + i] = part[k];
	}
	for (k = 0; k < split->parties; k++)
		put_party(rsinfo, k + 1, split_name(shares, k), (int) shares->party[k].name_len, "party",
				  value + k * n, room, n);
	if (other_name.at != NULL)
		put_party(rsinfo, k + 1, other_name.at, other_name.len, "counterparty", other, room, n);
	return (Datum) 0;
}

/*--------------------------------------------------------------------
 * Break-even
 *--------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(break_even);

/*
 * break_even(terms, inputs, target) --- the actual at which the settlement reaches the target.
 *
 * NULL when a NULL is given or no actual does; 22023 for a target with more
 * than 2 decimals and for what settle refuses, 22003 when a number does not fit.
 */
Datum
break_even(PG_FUNCTION_ARGS)
{
	SettleTerms    terms;
	SettleInputs  *inputs;
	SimPlan       *plan;
	Settlement    *room;
	SimUncertainty none = {0};
	SettleStatus   status;
	SimEven        found;
	int64          target, actual;
	char           message[512];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (!numeric_scaled(PG_GETARG_DATUM(2), MONEY_DECIMALS, &target))
		refuse("target must be a number of pounds with at most 2 decimals", NULL);
	inputs = palloc(sizeof(SettleInputs));
	plan = palloc(sizeof(SimPlan));
	room = palloc(sizeof(Settlement));
	read_terms(PG_GETARG_DATUM(0), &terms);
	read_inputs(PG_GETARG_DATUM(1), inputs);
	sim_plan(plan, &terms, inputs, &none);
	found = sim_break_even(plan, target, room, &actual, &status, message, sizeof(message));
	if (found == SIM_EVEN_FAILED)
		check_status(status, message, NULL);
	if (found == SIM_EVEN_NEVER)
		PG_RETURN_NULL();
	return pence_numeric(actual);
}

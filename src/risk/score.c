/*-------------------------------------------------------------------------
 *
 * score.c
 *	  Scores, categories, bands and explanations of risk models.
 *
 * A NULL model is an error; NULL codes are no codes; an input that is not
 * known and for which the model has no rule makes the score NULL.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "types/code_core.h"

/* Small stored arrays have a short header; they are read through a buffer instead of a copy. */
typedef union ArrayBuffer
{
	ArrayType array;
	double    align;
	char      bytes[VARATT_SHORT_MAX + VARHDRSZ];
} ArrayBuffer;

/* The values behind a one-dimensional or other array of 8-byte elements. */
typedef struct EightByteArray
{
	const Datum *value; /* those that are not NULL, in order */
	int          count;
	int          nulls;
} EightByteArray;

/*
 * read_array --- an array argument without copying it where that can be avoided.
 */
static EightByteArray
read_array(Datum argument, ArrayBuffer *buffer)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(argument);
	EightByteArray  result;
	ArrayType      *array = &buffer->array;
	int             items;
	int             i;

	/* the mark of a short header is also that of a pointer */
	if (VARATT_IS_SHORT(stored) && !VARATT_IS_EXTERNAL(stored))
	{
		memcpy(buffer->bytes + VARHDRSZ, VARDATA_SHORT(stored),
			   VARSIZE_SHORT(stored) - VARHDRSZ_SHORT);
		SET_VARSIZE(array, VARSIZE_SHORT(stored) - VARHDRSZ_SHORT + VARHDRSZ);
	}
	else
		array = DatumGetArrayTypeP(argument);
	items = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	result.value = (const Datum *) ARR_DATA_PTR(array);
	result.nulls = 0;
	if (ARR_HASNULL(array))
	{
		/* a NULL takes no room among the values */
		for (i = 0; i < items; i++)
			result.nulls += (ARR_NULLBITMAP(array)[i / 8] & (1 << (i % 8))) == 0;
	}
	result.count = items - result.nulls;
	return result;
}

/*
 * match_codes --- switch on the categories that the codes hit.
 */
static void
match_codes(const RiskModel *model, const EightByteArray *codes, uint64 *words)
{
	int i;

	memset(words, 0, RISK_WORDS(model) * sizeof(uint64));
	for (i = 0; i < codes->count; i++)
	{
		uint32 set = risk_find_set(model, (uint64) codes->value[i]);

		if (set != 0)
			risk_add_set(model, set, words);
	}
}

PG_FUNCTION_INFO_V1(commissioning_risk_match_codes);

/*
 * risk_match_codes --- the categories of a model that a list of codes hits.
 *
 * NULL or no codes, or codes that hit nothing, give the neutral element.
 */
Datum
commissioning_risk_match_codes(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	EightByteArray   codes;
	ArrayBuffer      buffer;
	RiskFlags       *flags = NULL;
	int              i;

	if (PG_ARGISNULL(1))
		return risk_flags_neutral();
	codes = read_array(PG_GETARG_DATUM(1), &buffer);
	for (i = 0; i < codes.count; i++)
	{
		uint32 set = risk_find_set(model, (uint64) codes.value[i]);

		if (set == 0)
			continue;
		if (flags == NULL)
			flags = risk_flags_make(CurrentMemoryContext, model);
		risk_add_set(model, set, flags->words);
	}
	return flags == NULL ? risk_flags_neutral() : PointerGetDatum(flags);
}

/*
 * match_argument --- the same for argument 1, which may be NULL.
 */
static void
match_argument(FunctionCallInfo fcinfo, const RiskModel *model, uint64 *words)
{
	EightByteArray codes = {NULL, 0, 0};
	ArrayBuffer    buffer;

	if (!PG_ARGISNULL(1))
		codes = read_array(PG_GETARG_DATUM(1), &buffer);
	match_codes(model, &codes, words);
}

/*
 * find_input --- the value of an input, or the model's rule where it is unknown.
 *
 * False if it is unknown and there is no rule.  A value that is neither number
 * nor boolean raises 22023.
 */
static bool
find_input(const RiskModel *model, const RiskInput *input, Jsonb *inputs, double *value)
{
	const char *name = RISK_TEXT(model, input->name);
	JsonbValue *found = NULL;

	if (inputs != NULL)
		found = getKeyJsonValueFromContainer(&inputs->root, name, strlen(name), NULL);
	if (found == NULL || found->type == jbvNull)
	{
		*value = input->missing;
		return input->has_missing;
	}
	if (found->type == jbvNumeric)
		*value = DatumGetFloat8(
			DirectFunctionCall1(numeric_float8, NumericGetDatum(found->val.numeric)));
	else if (found->type == jbvBool)
		*value = found->val.boolean ? 1 : 0;
	else
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk input \"%s\" must be a number, true, false or null", name)));
	return true;
}

/*
 * inputs_argument --- the inputs in argument 2, NULL if there are none.
 */
static Jsonb *
inputs_argument(FunctionCallInfo fcinfo)
{
	Jsonb *inputs;

	if (PG_NARGS() < 3 || PG_ARGISNULL(2))
		return NULL;
	inputs = PG_GETARG_JSONB_P(2);
	if (!JB_ROOT_IS_OBJECT(inputs))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk inputs must be a JSON object of names and numbers")));
	return inputs;
}

/*
 * link_score --- linear predictor to score; 22003 if it overflows.
 */
static Datum
link_score(const RiskModel *model, double linear)
{
	double score;

	if (!risk_apply_link(model, linear, &score))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("risk score is out of range")));
	return Float8GetDatum(score);
}

/*
 * score_words --- the score of categories that count, and inputs.
 */
static Datum
score_words(FunctionCallInfo fcinfo, const RiskModel *model, const uint64 *words)
{
	const RiskInput *input = RISK_SECTION(model, RiskInput, inputs);
	Jsonb           *inputs;
	double           linear;
	uint32           i;

	if (model->points_only)
		PG_RETURN_FLOAT8(risk_points_value(model, risk_points(model, words)));
	inputs = inputs_argument(fcinfo);
	linear = model->intercept + risk_points_value(model, risk_points(model, words));
	for (i = 0; i < model->n_inputs; i++)
	{
		double value;

		if (!find_input(model, &input[i], inputs, &value))
			PG_RETURN_NULL();
		linear += input[i].coefficient * value;
	}
	return link_score(model, linear);
}

PG_FUNCTION_INFO_V1(commissioning_risk_score);

/*
 * risk_score --- score of a list of codes and inputs, hierarchy applied.
 */
Datum
commissioning_risk_score(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	uint64           words[RISK_MAX_WORDS];
	uint64           kept[RISK_MAX_WORDS];

	match_argument(fcinfo, model, words);
	risk_apply_hierarchy(model, words, kept);
	return score_words(fcinfo, model, kept);
}

PG_FUNCTION_INFO_V1(commissioning_risk_score_raw);

/*
 * risk_score_raw --- the same without the hierarchy.
 */
Datum
commissioning_risk_score_raw(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	uint64           words[RISK_MAX_WORDS];

	match_argument(fcinfo, model, words);
	return score_words(fcinfo, model, words);
}

PG_FUNCTION_INFO_V1(commissioning_risk_score_flags);

/*
 * risk_score_flags --- score of categories found before; NULL flags are no categories.
 */
Datum
commissioning_risk_score_flags(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	const uint64    *words = NULL;
	uint64           kept[RISK_MAX_WORDS];

	if (!PG_ARGISNULL(1))
		words = risk_flags_words(model, PG_GETARG_RISK_FLAGS(1));
	if (words != NULL)
		risk_apply_hierarchy(model, words, kept);
	else
		memset(kept, 0, sizeof(kept));
	return score_words(fcinfo, model, kept);
}

/*
 * category_array --- keys of the categories present, in the model's order, as text[].
 */
static Datum
category_array(const RiskModel *model, const uint64 *words)
{
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	Datum              *keys = palloc((model->n_categories + 1) * sizeof(Datum));
	int                 n = 0;
	uint32              i;

	for (i = 0; i < model->n_categories; i++)
	{
		if (risk_has(words, i))
			keys[n++] = CStringGetTextDatum(RISK_TEXT(model, category[i].key));
	}
	return PointerGetDatum(construct_array(keys, n, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(commissioning_risk_categories);

/*
 * risk_categories --- categories found in the codes, before the hierarchy.
 */
Datum
commissioning_risk_categories(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	uint64           words[RISK_MAX_WORDS];

	match_argument(fcinfo, model, words);
	return category_array(model, words);
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_categories);

/*
 * risk_flags_categories --- the same for flags.
 */
Datum
commissioning_risk_flags_categories(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	const uint64    *words = NULL;
	uint64           none[RISK_MAX_WORDS] = {0};

	if (!PG_ARGISNULL(1))
		words = risk_flags_words(model, PG_GETARG_RISK_FLAGS(1));
	return category_array(model, words != NULL ? words : none);
}

PG_FUNCTION_INFO_V1(commissioning_risk_band);

/*
 * risk_band --- label of the band of a score; NULL for NULL, below the lowest, or no bands.
 */
Datum
commissioning_risk_band(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	const RiskBand  *band = RISK_SECTION(model, RiskBand, bands);
	int              i;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	i = risk_band_index(model, PG_GETARG_FLOAT8(1));
	if (i < 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(RISK_TEXT(model, band[i].label)));
}

PG_FUNCTION_INFO_V1(commissioning_risk_inputs);

/*
 * risk_inputs --- names of the numeric inputs in the order risk_predict takes them.
 */
Datum
commissioning_risk_inputs(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	const RiskInput *input = RISK_SECTION(model, RiskInput, inputs);
	Datum           *names = palloc((model->n_inputs + 1) * sizeof(Datum));
	uint32           i;

	for (i = 0; i < model->n_inputs; i++)
		names[i] = CStringGetTextDatum(RISK_TEXT(model, input[i].name));
	return PointerGetDatum(
		construct_array(names, (int) model->n_inputs, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(commissioning_risk_predict);

/*
 * risk_predict --- score of a model of numeric inputs only, given as an array.
 *
 * A NULL array or element gives NULL: not assessed.
 */
Datum
commissioning_risk_predict(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	ArrayBuffer      buffer;
	EightByteArray   values;
	double           score;

	if (model->n_categories != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk model \"%s\" scores codes", RISK_TEXT(model, model->name)),
						errhint("Use risk_score or risk_score_flags.")));
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	values = read_array(PG_GETARG_DATUM(1), &buffer);
	if ((uint32) (values.count + values.nulls) != model->n_inputs)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("risk model \"%s\" takes %u inputs, not %d", RISK_TEXT(model, model->name),
						model->n_inputs, values.count + values.nulls),
				 errhint("risk_inputs lists their names in order.")));
	if (values.nulls > 0)
		PG_RETURN_NULL();
	if (!risk_predict_inputs(model, (const double *) values.value, &score))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("risk score is out of range")));
	PG_RETURN_FLOAT8(score);
}

/*
 * put_term --- one row of an explanation; NULL value and contribution if they are not known.
 */
static void
put_term(ReturnSetInfo *result, const char *term, const char *evidence, bool known, double value,
		 double contribution)
{
	Datum values[4];
	bool  nulls[4] = {false, evidence == NULL, !known, !known};

	values[0] = CStringGetTextDatum(term);
	values[1] = evidence == NULL ? (Datum) 0 : CStringGetTextDatum(evidence);
	values[2] = Float8GetDatum(value);
	values[3] = Float8GetDatum(contribution);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static int
compare_codes(const void *a, const void *b)
{
	uint64 x = *(const uint64 *) a;
	uint64 y = *(const uint64 *) b;

	return (x > y) - (x < y);
}

/*
 * distinct_codes --- the codes sorted, each once; returns how many.
 */
static int
distinct_codes(const EightByteArray *codes, uint64 **result)
{
	uint64 *sorted = palloc(Max(codes->count, 1) * sizeof(uint64));
	int     n = 0;
	int     i;

	memcpy(sorted, codes->value, codes->count * sizeof(uint64));
	qsort(sorted, codes->count, sizeof(uint64), compare_codes);
	for (i = 0; i < codes->count; i++)
	{
		if (i == 0 || sorted[i] != sorted[i - 1])
			sorted[n++] = sorted[i];
	}
	*result = sorted;
	return n;
}

/*
 * category_evidence --- the codes that hit a category, and what removed it.
 */
static char *
category_evidence(const RiskModel *model, const uint64 *words, uint32 number, const uint64 *codes,
				  int n_codes)
{
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	const RiskRemoval  *removal = RISK_SECTION(model, RiskRemoval, removals);
	const char         *separator = "";
	StringInfoData      text;
	uint32              r;
	int                 i;

	initStringInfo(&text);
	for (i = 0; i < n_codes; i++)
	{
		uint64 hits[RISK_MAX_WORDS] = {0};
		char   code[CODE_TEXT_SIZE];

		risk_add_set(model, risk_find_set(model, codes[i]), hits);
		if (!risk_has(hits, number))
			continue;
		code_format(&code_icd10, (int64) codes[i], code);
		appendStringInfo(&text, "%s%s", separator, code);
		separator = ", ";
	}
	for (r = 0; r < model->n_removals; r++)
	{
		if (removal[r].category == number && risk_has(words, removal[r].removed_by))
			appendStringInfo(&text, "; removed by %s",
							 RISK_TEXT(model, category[removal[r].removed_by].key));
	}
	return text.data;
}

/*
 * explain_categories --- one row per category found.
 */
static void
explain_categories(ReturnSetInfo *result, const RiskModel *model, const EightByteArray *codes)
{
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	uint64              words[RISK_MAX_WORDS];
	uint64              kept[RISK_MAX_WORDS];
	uint64             *distinct;
	int                 n_distinct = distinct_codes(codes, &distinct);
	uint32              i;

	match_codes(model, codes, words);
	risk_apply_hierarchy(model, words, kept);
	for (i = 0; i < model->n_categories; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (risk_has(words, i))
			put_term(result, RISK_TEXT(model, category[i].key),
					 category_evidence(model, words, i, distinct, n_distinct), true, 1,
					 risk_has(kept, i) ? risk_points_value(model, category[i].points) : 0);
	}
}

/*
 * explain_inputs --- one row per numeric input.
 */
static void
explain_inputs(ReturnSetInfo *result, const RiskModel *model, Jsonb *inputs)
{
	const RiskInput *input = RISK_SECTION(model, RiskInput, inputs);
	uint32           i;

	for (i = 0; i < model->n_inputs; i++)
	{
		RiskInput   without_rule = input[i];
		double      value;
		bool        given;
		const char *evidence = "given";

		without_rule.has_missing = false;
		given = find_input(model, &without_rule, inputs, &value);
		if (!given)
			evidence = input[i].has_missing ? "not given: the model's value for that"
											: "not given: not assessed";
		put_term(result, RISK_TEXT(model, input[i].name), evidence, given || input[i].has_missing,
				 value, input[i].coefficient * value);
	}
}

PG_FUNCTION_INFO_V1(commissioning_risk_explain);

/*
 * risk_explain --- the terms of a score; contributions add up to the linear predictor.
 */
Datum
commissioning_risk_explain(PG_FUNCTION_ARGS)
{
	ReturnSetInfo   *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	Jsonb           *inputs = inputs_argument(fcinfo);
	EightByteArray   codes = {NULL, 0, 0};
	ArrayBuffer      buffer;

	if (!PG_ARGISNULL(1))
		codes = read_array(PG_GETARG_DATUM(1), &buffer);
	InitMaterializedSRF(fcinfo, 0);
	if (model->intercept != 0)
		put_term(result, "intercept", NULL, true, 1, model->intercept);
	explain_categories(result, model, &codes);
	explain_inputs(result, model, inputs);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(commissioning_risk_lookback_days);

/*
 * risk_lookback_days --- days of history the model looks at; NULL: all of it.
 */
Datum
commissioning_risk_lookback_days(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;

	if (model->lookback_days == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(model->lookback_days);
}

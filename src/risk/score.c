/*-------------------------------------------------------------------------
 *
 * score.c
 *	  Scores, categories and bands of risk models.
 *
 * A NULL model is an error; NULL codes are no codes; an input that is not
 * known and for which the model has no rule makes the score NULL.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/*
 * match_argument --- the same for argument 1, which may be NULL.
 */
static void
match_argument(FunctionCallInfo fcinfo, const RiskModel *model, uint64 *words)
{
	EightByteArray codes = {NULL, 0, 0};
	ArrayBuffer    buffer;

	if (!PG_ARGISNULL(1))
		codes = risk_read_array(PG_GETARG_DATUM(1), &buffer);
	risk_match_array(model, &codes, words);
}

/*
 * link_score --- linear predictor to score; 22003 if it overflows.
 */
static Datum
link_score(const RiskModel *model, double linear)
{
	double score;

	if (!risk_apply_link(model, linear, &score))
		risk_raise(model, RISK_OVERFLOW, 0);
	return Float8GetDatum(score);
}

/*
 * score_plain --- the score of a model of format 1.
 */
static Datum
score_plain(FunctionCallInfo fcinfo, ModelUse *use, const uint64 *found, bool hierarchy)
{
	const RiskModel *model = use->model;
	const RiskInput *input = RISK_SECTION(model, RiskInput, inputs);
	const RiskValue *values;
	uint64           kept[RISK_MAX_WORDS];
	double           linear;
	uint32           i;

	if (hierarchy)
	{
		risk_apply_hierarchy(model, found, kept);
		found = kept;
	}
	if (model->points_only)
		PG_RETURN_FLOAT8(risk_points_value(model, risk_points(model, found)));
	values = risk_read_values(use, risk_inputs_argument(fcinfo, 2));
	linear = model->intercept + risk_points_value(model, risk_points(model, found));
	for (i = 0; i < model->n_inputs; i++)
	{
		if (!values[i].known && !input[i].has_missing)
			PG_RETURN_NULL();
		linear += input[i].coefficient * (values[i].known ? values[i].number : input[i].missing);
	}
	return link_score(model, linear);
}

/*
 * evaluate --- the score of a model of format 2.
 */
static Datum
evaluate(FunctionCallInfo fcinfo, ModelUse *use, RiskStages *stages, const RiskValue *values,
		 bool hierarchy)
{
	RiskScore score;

	risk_evaluate(use->model, stages, values, hierarchy, &score);
	if (score.outcome == RISK_NOT_ASSESSED)
		PG_RETURN_NULL();
	if (score.outcome != RISK_SCORED)
		risk_raise(use->model, score.outcome, score.source);
	PG_RETURN_FLOAT8(score.score);
}

/*
 * score_found --- the score of the categories in stages->found and the inputs in argument 2.
 */
static Datum
score_found(FunctionCallInfo fcinfo, ModelUse *use, RiskStages *stages, bool hierarchy)
{
	const RiskModel *model = use->model;
	Jsonb           *inputs = NULL;

	if (risk_more(model) == NULL)
		return score_plain(fcinfo, use, stages->found, hierarchy);
	if (RISK_SOURCES(model) > 0 || RISK_HAS_CONDITIONS(model))
	{
		inputs = risk_inputs_argument(fcinfo, 2);
		risk_match_inputs(model, inputs, stages->found);
	}
	return evaluate(fcinfo, use, stages, risk_read_values(use, inputs), hierarchy);
}

PG_FUNCTION_INFO_V1(commissioning_risk_score);

/*
 * risk_score --- score of a list of codes and inputs, hierarchy applied.
 */
Datum
commissioning_risk_score(PG_FUNCTION_ARGS)
{
	ModelUse  *use = risk_model_argument(fcinfo);
	RiskStages stages;

	match_argument(fcinfo, use->model, stages.found);
	return score_found(fcinfo, use, &stages, true);
}

PG_FUNCTION_INFO_V1(commissioning_risk_score_raw);

/*
 * risk_score_raw --- the same without the hierarchy.
 */
Datum
commissioning_risk_score_raw(PG_FUNCTION_ARGS)
{
	ModelUse  *use = risk_model_argument(fcinfo);
	RiskStages stages;

	match_argument(fcinfo, use->model, stages.found);
	return score_found(fcinfo, use, &stages, false);
}

PG_FUNCTION_INFO_V1(commissioning_risk_score_flags);

/*
 * risk_score_flags --- score of categories found before; NULL flags are no categories.
 */
Datum
commissioning_risk_score_flags(PG_FUNCTION_ARGS)
{
	ModelUse     *use = risk_model_argument(fcinfo);
	const uint64 *words = NULL;
	RiskStages    stages;

	if (!PG_ARGISNULL(1))
		words = risk_flags_words(use->model, PG_GETARG_RISK_FLAGS(1));
	risk_copy_words(use->model, words, stages.found);
	return score_found(fcinfo, use, &stages, true);
}

PG_FUNCTION_INFO_V1(commissioning_risk_score_text);

/*
 * risk_score_text --- score of codes of any coding system as text, hierarchy applied.
 */
Datum
commissioning_risk_score_text(PG_FUNCTION_ARGS)
{
	ModelUse  *use = risk_model_argument(fcinfo);
	text     **code;
	int        n = risk_texts_argument(fcinfo, 1, &code);
	RiskStages stages;
	int        i;

	risk_copy_words(use->model, NULL, stages.found);
	for (i = 0; i < n; i++)
	{
		uint64 packed;

		if (risk_tidy_code(VARDATA_ANY(code[i]), VARSIZE_ANY_EXHDR(code[i]), &packed))
			risk_add_set(use->model, risk_find_set(use->model, packed), stages.found);
	}
	return score_found(fcinfo, use, &stages, true);
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
 * risk_inputs --- names of the inputs in the order risk_predict takes them.
 */
Datum
commissioning_risk_inputs(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;
	uint32           n = RISK_SOURCES(model);
	Datum           *names = palloc((n + 1) * sizeof(Datum));
	uint32           uses;
	uint32           i;

	for (i = 0; i < n; i++)
		names[i] = CStringGetTextDatum(risk_source(model, i, &uses));
	return PointerGetDatum(construct_array(names, (int) n, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * array_values --- the inputs in argument 1, an array in the order of the model's sources.
 *
 * A NULL element is not known.  A level is met by the text of its number.
 */
static RiskValue *
array_values(FunctionCallInfo fcinfo, ModelUse *use)
{
	ArrayType    *array = PG_GETARG_ARRAYTYPE_P(1);
	const bits8  *bitmap = ARR_NULLBITMAP(array);
	const double *number = (const double *) ARR_DATA_PTR(array);
	uint32        uses;
	uint32        i;

	for (i = 0; i < RISK_SOURCES(use->model); i++)
	{
		RiskValue *value = &use->values[i];

		value->known = bitmap == NULL || (bitmap[i / 8] & (1 << (i % 8))) != 0;
		if (!value->known)
			continue;
		value->number = *number++;
		risk_source(use->model, i, &uses);
		if (uses & RISK_AS_TEXT)
		{
			char *text = palloc(32);

			risk_format_double(value->number, text);
			value->text = text;
			value->length = strlen(text);
		}
	}
	return use->values;
}

/*
 * predict_plain --- score of a model of format 1 where elements are NULL.
 */
static Datum
predict_plain(FunctionCallInfo fcinfo, ModelUse *use)
{
	const RiskModel *model = use->model;
	const RiskInput *input = RISK_SECTION(model, RiskInput, inputs);
	const RiskValue *values = array_values(fcinfo, use);
	double           linear = model->intercept;
	uint32           i;

	for (i = 0; i < model->n_inputs; i++)
	{
		if (!values[i].known && !input[i].has_missing)
			PG_RETURN_NULL();
		linear += input[i].coefficient * (values[i].known ? values[i].number : input[i].missing);
	}
	return link_score(model, linear);
}

PG_FUNCTION_INFO_V1(commissioning_risk_predict);

/*
 * risk_predict --- score of a model of inputs only, given as an array.
 *
 * A NULL array gives NULL: not assessed.  A NULL element is an input that is
 * not known.
 */
Datum
commissioning_risk_predict(PG_FUNCTION_ARGS)
{
	ModelUse        *use = risk_model_argument(fcinfo);
	const RiskModel *model = use->model;
	ArrayBuffer      buffer;
	EightByteArray   values;
	RiskStages       stages;
	double           score;

	if (model->n_categories != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk model \"%s\" scores codes", RISK_TEXT(model, model->name)),
						errhint("Use risk_score or risk_score_flags.")));
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	values = risk_read_array(PG_GETARG_DATUM(1), &buffer);
	if ((uint32) (values.count + values.nulls) != RISK_SOURCES(model))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("risk model \"%s\" takes %u inputs, not %d", RISK_TEXT(model, model->name),
						RISK_SOURCES(model), values.count + values.nulls),
				 errhint("risk_inputs lists their names in order.")));
	if (risk_more(model) != NULL)
	{
		if ((risk_more(model)->properties & RISK_IS_LINEAR) && values.nulls == 0 &&
			risk_score_linear(model, (const double *) values.value, &score))
			PG_RETURN_FLOAT8(score);
		return evaluate(fcinfo, use, &stages, array_values(fcinfo, use), true);
	}
	if (values.nulls > 0)
		return predict_plain(fcinfo, use);
	if (!risk_predict_inputs(model, (const double *) values.value, &score))
		risk_raise(model, RISK_OVERFLOW, 0);
	PG_RETURN_FLOAT8(score);
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

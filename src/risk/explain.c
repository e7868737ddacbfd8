/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  The terms of a score as rows.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "risk/risk_explain_core.h"
#include "types/code_core.h"

/* Columns of risk_term. */
#define COLUMNS 6

/* Where rows go and what was matched. */
typedef struct Explainer
{
	ReturnSetInfo   *result;
	const RiskModel *model;
	uint64          *codes; /* each once, in order */
	int              n_codes;
	char           **conditions; /* likewise */
	int              n_conditions;
} Explainer;

/*
 * take_row --- one row of the result.
 */
static void
take_row(void *state, const RiskRow *row)
{
	Explainer *explainer = state;
	Datum      values[COLUMNS] = {0};
	bool       nulls[COLUMNS];

	CHECK_FOR_INTERRUPTS();
	memset(nulls, true, sizeof(nulls));
	nulls[0] = false;
	values[0] = CStringGetTextDatum(psprintf("%s%s", row->prefix, row->term));
	if (row->evidence != NULL)
	{
		nulls[1] = false;
		values[1] = CStringGetTextDatum(row->evidence);
	}
	nulls[2] = !row->has_value;
	values[2] = Float8GetDatum(row->value);
	nulls[3] = !row->has_contribution;
	values[3] = Float8GetDatum(row->contribution);
	nulls[4] = !row->has_average;
	values[4] = Float8GetDatum(row->average);
	if (row->label != NULL)
	{
		nulls[5] = false;
		values[5] = CStringGetTextDatum(row->label);
	}
	tuplestore_putvalues(explainer->result->setResult, explainer->result->setDesc, values, nulls);
}

/*
 * found_by --- the codes and condition keys that hit a category.
 */
static void
found_by(void *state, uint32 category, JsonBuffer *evidence)
{
	Explainer *explainer = state;
	int        i;

	for (i = 0; i < explainer->n_codes + explainer->n_conditions; i++)
	{
		uint64 hits[RISK_MAX_WORDS] = {0};
		char   code[CODE_TEXT_SIZE];
		char  *shown = code;

		if (i < explainer->n_codes)
		{
			risk_add_set(explainer->model, risk_find_set(explainer->model, explainer->codes[i]),
						 hits);
			code_format(&code_icd10, (int64) explainer->codes[i], code);
		}
		else
		{
			shown = explainer->conditions[i - explainer->n_codes];
			risk_add_set(explainer->model,
						 risk_find_condition(explainer->model, shown, strlen(shown)), hits);
		}
		if (!risk_has(hits, category))
			continue;
		if (evidence->length > 0)
			json_write(evidence, ", ");
		json_write(evidence, shown);
	}
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

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/*
 * list_conditions --- the condition keys among the inputs, each once; risk_match_inputs has
 * checked them.
 */
static void
list_conditions(Explainer *explainer, Jsonb *inputs)
{
	JsonbValue         found;
	JsonbValue         element;
	JsonbIterator     *iterator;
	JsonbIteratorToken token;
	int                n = 0;
	int                i;

	if (inputs == NULL || !RISK_HAS_CONDITIONS(explainer->model) ||
		getKeyJsonValueFromContainer(&inputs->root, "conditions", 10, &found) == NULL ||
		found.type != jbvBinary)
		return;
	explainer->conditions =
		palloc(Max(JsonContainerSize(found.val.binary.data), 1) * sizeof(char *));
	iterator = JsonbIteratorInit(found.val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token == WJB_ELEM && element.type == jbvString)
			explainer->conditions[n++] = pnstrdup(element.val.string.val, element.val.string.len);
	}
	qsort(explainer->conditions, n, sizeof(char *), compare_keys);
	for (i = 0; i < n; i++)
	{
		if (i == 0 || strcmp(explainer->conditions[i], explainer->conditions[i - 1]) != 0)
			explainer->conditions[explainer->n_conditions++] = explainer->conditions[i];
	}
}

/*
 * allocate --- memory of one explanation.
 */
static void *
allocate(void *state, size_t size)
{
	return MemoryContextAlloc((MemoryContext) state, size);
}

/*
 * explain --- rows for the categories in stages->found and the inputs.
 */
static Datum
explain(FunctionCallInfo fcinfo, ModelUse *use, Explainer *explainer, RiskStages *stages,
		Jsonb *inputs, bool with_evidence)
{
	JsonMemory   memory = {allocate, CurrentMemoryContext};
	RiskListener listener = {take_row, with_evidence ? found_by : NULL, explainer, &memory};
	RiskValue   *values = risk_read_values(use, inputs);
	RiskOutcome  outcome;
	uint32       source = 0;

	InitMaterializedSRF(fcinfo, 0);
	explainer->result = (ReturnSetInfo *) fcinfo->resultinfo;
	outcome = risk_explain_score(use->model, stages, values, &listener, &source);
	if (outcome != RISK_SCORED && outcome != RISK_NOT_ASSESSED)
		risk_raise(use->model, outcome, source);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(commissioning_risk_explain);

/*
 * risk_explain --- the terms of a score; contributions add up to the linear predictor.
 */
Datum
commissioning_risk_explain(PG_FUNCTION_ARGS)
{
	ModelUse      *use = risk_model_argument(fcinfo);
	Jsonb         *inputs = risk_inputs_argument(fcinfo, 2);
	Explainer      explainer = {.model = use->model};
	EightByteArray codes = {NULL, 0, 0};
	ArrayBuffer    buffer;
	RiskStages     stages;

	if (!PG_ARGISNULL(1))
		codes = risk_read_array(PG_GETARG_DATUM(1), &buffer);
	explainer.n_codes = distinct_codes(&codes, &explainer.codes);
	list_conditions(&explainer, inputs);
	risk_match_array(use->model, &codes, stages.found);
	risk_match_inputs(use->model, inputs, stages.found);
	return explain(fcinfo, use, &explainer, &stages, inputs, true);
}

PG_FUNCTION_INFO_V1(commissioning_risk_explain_flags);

/*
 * risk_explain_flags --- the same for categories found before; NULL flags are no categories.
 */
Datum
commissioning_risk_explain_flags(PG_FUNCTION_ARGS)
{
	ModelUse     *use = risk_model_argument(fcinfo);
	Jsonb        *inputs = risk_inputs_argument(fcinfo, 2);
	Explainer     explainer = {.model = use->model};
	const uint64 *words = NULL;
	RiskStages    stages;

	if (!PG_ARGISNULL(1))
		words = risk_flags_words(use->model, PG_GETARG_RISK_FLAGS(1));
	risk_copy_words(use->model, words, stages.found);
	risk_match_inputs(use->model, inputs, stages.found);
	list_conditions(&explainer, inputs);
	return explain(fcinfo, use, &explainer, &stages, inputs, explainer.n_conditions > 0);
}

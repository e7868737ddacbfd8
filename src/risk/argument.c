/*-------------------------------------------------------------------------
 *
 * argument.c
 *	  Codes, condition keys and inputs as the cores take them.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

/*
 * risk_read_array --- an array argument without copying it where that can be avoided.
 */
EightByteArray
risk_read_array(Datum argument, ArrayBuffer *buffer)
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
 * risk_match_array --- switch on the categories that the codes hit.
 */
void
risk_match_array(const RiskModel *model, const EightByteArray *codes, uint64 *words)
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

/*
 * risk_texts_argument --- the elements of a text[] that are not NULL; none for NULL.
 */
int
risk_texts_argument(FunctionCallInfo fcinfo, int argument, text ***result)
{
	ArrayType *array;
	Datum     *elements;
	bool      *nulls;
	int        items;
	int        n = 0;
	int        i;

	*result = NULL;
	if (PG_ARGISNULL(argument))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(argument);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &items);
	*result = palloc(Max(items, 1) * sizeof(text *));
	for (i = 0; i < items; i++)
	{
		if (!nulls[i])
			(*result)[n++] = DatumGetTextPP(elements[i]);
	}
	return n;
}

/*
 * risk_inputs_argument --- the inputs in an argument, NULL if there are none.
 */
Jsonb *
risk_inputs_argument(FunctionCallInfo fcinfo, int argument)
{
	Jsonb *inputs;

	if (PG_NARGS() <= argument || PG_ARGISNULL(argument))
		return NULL;
	inputs = PG_GETARG_JSONB_P(argument);
	if (!JB_ROOT_IS_OBJECT(inputs))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk inputs must be a JSON object of names and values")));
	return inputs;
}

/*
 * risk_match_inputs --- switch on the categories that the condition keys among the inputs hit.
 *
 * They stand in an array under "conditions"; JSON nulls are ignored.
 */
void
risk_match_inputs(const RiskModel *model, Jsonb *inputs, uint64 *words)
{
	JsonbValue     found;
	JsonbIterator *iterator;
	JsonbValue     element;
	bool           good;
	int            token;

	if (inputs == NULL || !RISK_HAS_CONDITIONS(model) ||
		getKeyJsonValueFromContainer(&inputs->root, "conditions", 10, &found) == NULL ||
		found.type == jbvNull)
		return;
	good = found.type == jbvBinary && JsonContainerIsArray(found.val.binary.data);
	if (good)
	{
		iterator = JsonbIteratorInit(found.val.binary.data);
		while (good && (token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
		{
			if (token != WJB_ELEM || element.type == jbvNull)
				continue;
			good = element.type == jbvString;
			if (good)
				risk_add_set(model,
							 risk_find_condition(model, element.val.string.val,
												 (size_t) element.val.string.len),
							 words);
		}
	}
	if (!good)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk input \"conditions\" must be an array of condition keys")));
}

/*
 * text_value --- an input that the model takes as text: a string, or a number or boolean by its
 * text.
 */
static bool
text_value(const JsonbValue *found, RiskValue *value)
{
	switch (found->type)
	{
		case jbvString:
			value->text = found->val.string.val;
			value->length = (size_t) found->val.string.len;
			return true;
		case jbvNumeric:
			/* 1.0 is the level 1 */
			value->text = numeric_normalize(found->val.numeric);
			break;
		case jbvBool:
			value->text = found->val.boolean ? "true" : "false";
			break;
		default:
			return false;
	}
	value->length = strlen(value->text);
	return true;
}

/*
 * number_value --- an input that the model takes as a number.
 */
static bool
number_value(const JsonbValue *found, RiskValue *value)
{
	if (found->type == jbvNumeric)
		value->number = DatumGetFloat8(
			DirectFunctionCall1(numeric_float8, NumericGetDatum(found->val.numeric)));
	else if (found->type == jbvBool)
		value->number = found->val.boolean ? 1 : 0;
	else
		return false;
	return true;
}

/*
 * risk_read_values --- every input of the model, in the order of its sources, from JSON.
 *
 * One that is absent or null is not known.  One of a wrong kind raises 22023.
 */
RiskValue *
risk_read_values(ModelUse *use, Jsonb *inputs)
{
	const RiskModel *model = use->model;
	uint32           i;

	for (i = 0; i < RISK_SOURCES(model); i++)
	{
		RiskValue  *value = &use->values[i];
		uint32      uses;
		const char *name = risk_source(model, i, &uses);
		JsonbValue  found;

		value->known = false;
		if (inputs == NULL ||
			getKeyJsonValueFromContainer(&inputs->root, name, (int) strlen(name), &found) == NULL ||
			found.type == jbvNull)
			continue;
		if ((uses & RISK_AS_NUMBER) && !number_value(&found, value))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("risk input \"%s\" must be a number, true, false or null", name)));
		if ((uses & RISK_AS_TEXT) && !text_value(&found, value))
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("risk input \"%s\" must be a string, number, true, false or null", name)));
		value->known = true;
	}
	return use->values;
}

/*
 * risk_raise --- the error for a score that cannot be computed.
 */
void
risk_raise(const RiskModel *model, RiskOutcome outcome, uint32 source)
{
	uint32      uses;
	const char *name;

	if (outcome == RISK_OVERFLOW)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("risk score is out of range")));
	name = risk_source(model, source, &uses);
	if (outcome == RISK_BAD_DOMAIN)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk input \"%s\" is outside the domain of its transform", name),
						errhint("A \"min\" or \"max\" in the model keeps it inside.")));
	if (outcome == RISK_BAD_LEVEL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("risk input \"%s\" has a value that is not a level of the model", name),
				 errhint("The model may name the level for such values in \"other\".")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("risk input \"%s\" is not a number", name)));
}

/*-------------------------------------------------------------------------
 *
 * match.c
 *	  The categories that codes of any coding system and condition keys hit.
 *
 * NULL, none, or such that hit nothing give the neutral element.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk.h"

/*
 * set_flags --- a set of categories as flags, made once per call site; nothing is allocated per
 * row.
 */
static Datum
set_flags(ModelUse *use, uint32 set)
{
	if (set == 0)
		return risk_flags_neutral();
	if (use->matches[set] == NULL)
	{
		RiskFlags *flags = risk_flags_make(use->context, use->model);

		risk_add_set(use->model, set, flags->words);
		use->matches[set] = flags;
	}
	return PointerGetDatum(use->matches[set]);
}

PG_FUNCTION_INFO_V1(commissioning_risk_match);

/*
 * risk_match --- the categories of a model that one code hits.
 */
Datum
commissioning_risk_match(PG_FUNCTION_ARGS)
{
	ModelUse *use = risk_model_argument(fcinfo);

	if (PG_ARGISNULL(1))
		return risk_flags_neutral();
	return set_flags(use, risk_find_set(use->model, (uint64) PG_GETARG_INT64(1)));
}

PG_FUNCTION_INFO_V1(commissioning_risk_match_text);

/*
 * risk_match_text --- the same for a code of any coding system as text.
 */
Datum
commissioning_risk_match_text(PG_FUNCTION_ARGS)
{
	ModelUse *use = risk_model_argument(fcinfo);
	text     *code;
	uint64    packed;

	if (PG_ARGISNULL(1))
		return risk_flags_neutral();
	code = PG_GETARG_TEXT_PP(1);
	if (!risk_tidy_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &packed))
		return risk_flags_neutral();
	return set_flags(use, risk_find_set(use->model, packed));
}

PG_FUNCTION_INFO_V1(commissioning_risk_match_condition);

/*
 * risk_match_condition --- the same for a condition key.
 */
Datum
commissioning_risk_match_condition(PG_FUNCTION_ARGS)
{
	ModelUse *use = risk_model_argument(fcinfo);
	text     *key;

	if (PG_ARGISNULL(1))
		return risk_flags_neutral();
	key = PG_GETARG_TEXT_PP(1);
	return set_flags(use,
					 risk_find_condition(use->model, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key)));
}

PG_FUNCTION_INFO_V1(commissioning_risk_match_conditions);

/*
 * risk_match_conditions --- the same for a list of condition keys; NULL elements are ignored.
 */
Datum
commissioning_risk_match_conditions(PG_FUNCTION_ARGS)
{
	ModelUse  *use = risk_model_argument(fcinfo);
	text     **key;
	int        n = risk_texts_argument(fcinfo, 1, &key);
	RiskFlags *flags = NULL;
	int        i;

	for (i = 0; i < n; i++)
	{
		uint32 set =
			risk_find_condition(use->model, VARDATA_ANY(key[i]), VARSIZE_ANY_EXHDR(key[i]));

		if (set == 0)
			continue;
		if (flags == NULL)
			flags = risk_flags_make(CurrentMemoryContext, use->model);
		risk_add_set(use->model, set, flags->words);
	}
	return flags == NULL ? risk_flags_neutral() : PointerGetDatum(flags);
}

PG_FUNCTION_INFO_V1(commissioning_risk_match_codes);

/*
 * risk_match_codes --- the categories of a model that a list of codes hits.
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
	codes = risk_read_array(PG_GETARG_DATUM(1), &buffer);
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

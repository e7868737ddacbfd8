/*-------------------------------------------------------------------------
 *
 * line_check.c
 *	  Type rule_set and the function line_check.
 *
 * The fields of the line are found by name once per call site, rule set and
 * row type; a line in order costs its conditions and no allocation.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <inttypes.h>

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/syscache.h"

#include "invoice/invoice.h"
#include "invoice/rules_core.h"

#define EVIDENCE_BYTES 1000 /* longer texts are cut */
#define RESULT_FIELDS 10

/* How a field of the line becomes a RuleValue. */
typedef enum FieldReader
{
	READ_TEXT,
	READ_BLANK_PADDED,
	READ_CODE, /* icd10, opcs4, hrg: by their text form */
	READ_INT2,
	READ_INT4,
	READ_INT8,
	READ_NUMERIC,
	READ_DATE,
	READ_BOOL,
	READ_TEXTS,   /* text[] */
	READ_PRINTED, /* an array of another type: by the text form of its elements */
	READ_NOT
} FieldReader;

typedef struct BoundField
{
	int         attribute; /* from 0 */
	Oid         type;      /* under any domain */
	FieldReader reader;
	bool        secret;  /* an NHS number: never shown */
	FmgrInfo    output;  /* of the type, for evidence */
	Oid         element; /* of an array */
	int16       element_length;
	bool        element_by_value;
	char        element_align;
	FmgrInfo    element_output;
	uint64      line; /* the line the value was read from */
	RuleValue   value;
} BoundField;

/* A rule set whose fields are found in the row type at hand. */
typedef struct Binding
{
	uint64       fingerprint[2];
	BoundField  *fields;
	uint8       *classes;
	RulesPlan    plan;
	RuleFinding *findings;
} Binding;

#define BINDINGS 64

typedef struct CheckSite
{
	InvFlatCache  rule_sets;
	InvRowCache   row;
	TupleDesc     result;
	Datum        *values; /* the line's fields */
	bool         *nulls;
	uint64        line;    /* counts the lines seen */
	Binding      *binding; /* of the line at hand */
	Binding      *bindings[BINDINGS];
	int           bound;
	Oid           code_types[3];
	Oid           code_arrays[3];
	Oid           secret_type;
	MemoryContext bound_memory; /* the bindings */
	MemoryContext found_memory; /* the findings of one line */
	Datum        *found;
	uint32        count;
	uint32        next; /* 0: no line under way */
} CheckSite;

/*
 * checked_rules --- the rule set, if this library can read its layout.
 */
static const RuleSet *
checked_rules(struct varlena *value)
{
	const RuleSet *rules = (const RuleSet *) value;

	if (VARSIZE(value) < sizeof(RuleSet) || rules->version != RULES_VERSION ||
		rules->size != VARSIZE(value))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("rule_set value is damaged or of another version")));
	return rules;
}

/*
 * compile --- JSON text to rule set; NULL after a soft error.
 */
static RuleSet *
compile(FunctionCallInfo fcinfo, const char *text, size_t length)
{
	JsonBuffer out = {.resize = inv_resize};
	JsonError  error;

	if (!rules_compile(text, length, GetDatabaseEncoding() == PG_UTF8, &out, &error))
		ereturn(
			fcinfo->context, NULL,
			(errcode(inv_sqlstate(error.fault)), errmsg("invalid rule set at %s", error.message)));
	SET_VARSIZE(out.data, out.length);
	return (RuleSet *) out.data;
}

PG_FUNCTION_INFO_V1(commissioning_rule_set_in);

/*
 * commissioning_rule_set_in --- JSON text to rule set.
 */
Datum
commissioning_rule_set_in(PG_FUNCTION_ARGS)
{
	char    *text = PG_GETARG_CSTRING(0);
	RuleSet *rules = compile(fcinfo, text, strlen(text));

	if (rules == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(rules);
}

PG_FUNCTION_INFO_V1(commissioning_rule_set_out);

/*
 * commissioning_rule_set_out --- the JSON as it was given.
 */
Datum
commissioning_rule_set_out(PG_FUNCTION_ARGS)
{
	const RuleSet *rules = checked_rules(PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));

	PG_RETURN_CSTRING(pnstrdup(rules_text(rules, rules->json), rules->json_length));
}

PG_FUNCTION_INFO_V1(commissioning_rule_set_recv);

/*
 * commissioning_rule_set_recv --- from the wire: the byte 1, then the JSON text.
 */
Datum
commissioning_rule_set_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int        length;
	char      *text;

	if (pq_getmsgbyte(message) != 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("unknown version of binary rule_set")));
	text = pq_getmsgtext(message, message->len - message->cursor, &length);
	PG_RETURN_POINTER(compile(fcinfo, text, length));
}

PG_FUNCTION_INFO_V1(commissioning_rule_set_send);

/*
 * commissioning_rule_set_send --- to the wire: the byte 1, then the JSON text.
 */
Datum
commissioning_rule_set_send(PG_FUNCTION_ARGS)
{
	const RuleSet *rules = checked_rules(PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, 1);
	pq_sendtext(&message, rules_text(rules, rules->json), rules->json_length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(commissioning_rule_set_fingerprint);

/*
 * commissioning_rule_set_fingerprint --- the 128 bits that name the JSON, as 32 hex digits.
 */
Datum
commissioning_rule_set_fingerprint(PG_FUNCTION_ARGS)
{
	const RuleSet *rules = checked_rules(PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));

	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%016" PRIx64 "%016" PRIx64, rules->fingerprint[0], rules->fingerprint[1])));
}

PG_FUNCTION_INFO_V1(commissioning_rule_set_fields);

/*
 * commissioning_rule_set_fields --- the fields that a line must have: those of the money, then
 * those that rules name, as they come.
 */
Datum
commissioning_rule_set_fields(PG_FUNCTION_ARGS)
{
	const RuleSet *rules = checked_rules(PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));
	Datum         *names = palloc(rules->fields * sizeof(Datum));
	uint32         i;

	for (i = 0; i < rules->fields; i++)
		names[i] = CStringGetTextDatum(rules_text(rules, rules_fields(rules)[i]));
	PG_RETURN_ARRAYTYPE_P(construct_array(names, rules->fields, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * begin_site --- what this call site remembers.
 */
static CheckSite *
begin_site(FunctionCallInfo fcinfo)
{
	static const char *const code_types[] = {"icd10", "opcs4", "hrg"};
	FmgrInfo                *flinfo = fcinfo->flinfo;
	CheckSite               *site = flinfo->fn_extra;
	Oid                      schema;
	int                      i;

	if (site != NULL)
		return site;
	site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CheckSite));
	schema = get_func_namespace(flinfo->fn_oid);
	for (i = 0; i < 3; i++)
	{
		site->code_types[i] =
			GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(code_types[i]),
							ObjectIdGetDatum(schema));
		site->code_arrays[i] = get_array_type(site->code_types[i]);
	}
	site->secret_type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
										CStringGetDatum("nhs_number"), ObjectIdGetDatum(schema));
	site->bound_memory =
		AllocSetContextCreate(flinfo->fn_mcxt, "line_check bindings", ALLOCSET_SMALL_SIZES);
	site->found_memory =
		AllocSetContextCreate(flinfo->fn_mcxt, "line_check findings", ALLOCSET_SMALL_SIZES);
	site->result = inv_result_type(fcinfo);
	flinfo->fn_extra = site;
	return site;
}

/*
 * field_reader --- how values of a type are read, and their class.
 */
static FieldReader
field_reader(const CheckSite *site, Oid type, uint8 *class)
{
	int i;

	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
			*class = RULES_TEXT;
			return READ_TEXT;
		case BPCHAROID:
			*class = RULES_TEXT;
			return READ_BLANK_PADDED;
		case INT2OID:
			*class = RULES_NUMBER;
			return READ_INT2;
		case INT4OID:
			*class = RULES_NUMBER;
			return READ_INT4;
		case INT8OID:
			*class = RULES_NUMBER;
			return READ_INT8;
		case NUMERICOID:
			*class = RULES_NUMBER;
			return READ_NUMERIC;
		case DATEOID:
			*class = RULES_DATE;
			return READ_DATE;
		case BOOLOID:
			*class = RULES_BOOL;
			return READ_BOOL;
		case TEXTARRAYOID:
			*class = RULES_LIST;
			return READ_TEXTS;
		default:
			break;
	}
	for (i = 0; i < 3; i++)
	{
		if (OidIsValid(type) && type == site->code_types[i])
		{
			*class = RULES_TEXT;
			return READ_CODE;
		}
		if (OidIsValid(type) && type == site->code_arrays[i])
		{
			*class = RULES_LIST;
			return READ_PRINTED;
		}
	}
	*class = RULES_OTHER;
	return READ_NOT;
}

/*
 * bind_field --- finds one field by its name.
 */
static void
bind_field(const CheckSite *site, const char *name, BoundField *field, uint8 *class,
		   const char **type_name)
{
	TupleDesc desc = site->row.desc;
	Oid       output;
	bool      varlena;
	int       i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0)
			continue;
		field->attribute = i;
		field->type = getBaseType(attribute->atttypid);
		field->reader = field_reader(site, field->type, class);
		field->secret = field->type == site->secret_type;
		getTypeOutputInfo(field->type, &output, &varlena);
		fmgr_info_cxt(output, &field->output, site->bound_memory);
		if (*class == RULES_LIST)
		{
			field->element = get_element_type(field->type);
			get_typlenbyvalalign(field->element, &field->element_length, &field->element_by_value,
								 &field->element_align);
			getTypeOutputInfo(field->element, &output, &varlena);
			fmgr_info_cxt(output, &field->element_output, site->bound_memory);
		}
		*type_name = format_type_be(attribute->atttypid);
		return;
	}
	*class = RULES_MISSING;
}

/*
 * bind --- finds the fields of a rule set in the row type at hand.
 */
static Binding *
bind(CheckSite *site, const RuleSet *rules)
{
	MemoryContext old = MemoryContextSwitchTo(site->bound_memory);
	Binding      *binding = palloc0(sizeof(Binding));
	const char  **types = palloc0(rules->fields * sizeof(char *));
	JsonError     error;
	uint32        i;

	binding->fields = palloc0(rules->fields * sizeof(BoundField));
	binding->classes = palloc0(rules->fields);
	binding->findings = palloc0((rules->rules + 1) * sizeof(RuleFinding));
	memcpy(binding->fingerprint, rules->fingerprint, sizeof(binding->fingerprint));
	for (i = 0; i < rules->fields; i++)
		bind_field(site, rules_text(rules, rules_fields(rules)[i]), &binding->fields[i],
				   &binding->classes[i], &types[i]);
	if (!rules_bind(rules, binding->classes, types, &error))
		ereport(ERROR, (errcode(inv_sqlstate(error.fault)), errmsg("%s", error.message)));
	rules_plan(rules, palloc0(rules_plan_size(rules) + 1), &binding->plan);
	MemoryContextSwitchTo(old);
	return binding;
}

/*
 * forget_bindings --- none of them is valid any more, or there are too many.
 */
static void
forget_bindings(CheckSite *site)
{
	MemoryContextReset(site->bound_memory);
	site->bound = 0;
	site->binding = NULL;
}

/*
 * find_binding --- makes the binding of this rule set the one at hand.
 */
static void
find_binding(CheckSite *site, const RuleSet *rules)
{
	int i;

	if (site->binding != NULL &&
		memcmp(site->binding->fingerprint, rules->fingerprint, sizeof(rules->fingerprint)) == 0)
		return;
	for (i = 0; i < site->bound; i++)
	{
		site->binding = site->bindings[i];
		if (memcmp(site->binding->fingerprint, rules->fingerprint, sizeof(rules->fingerprint)) == 0)
			return;
	}
	if (site->bound == BINDINGS)
		forget_bindings(site);
	site->binding = NULL;
	site->binding = bind(site, rules);
	site->bindings[site->bound++] = site->binding;
}

/*
 * open_line --- takes the record apart.
 */
static void
open_line(FunctionCallInfo fcinfo, CheckSite *site, HeapTupleHeader row)
{
	HeapTupleData tuple;

	if (inv_row_type(fcinfo->flinfo, &site->row, row))
	{
		forget_bindings(site);
		if (site->values != NULL)
		{
			pfree(site->values);
			pfree(site->nulls);
		}
		site->values = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
										  (site->row.desc->natts + 1) * sizeof(Datum));
		site->nulls =
			MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, (site->row.desc->natts + 1) * sizeof(bool));
	}
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, site->row.desc, site->values, site->nulls);
	site->line++;
}

/*
 * read_text_value --- characters of a text, varchar or char(n).
 */
static void
read_text_value(RuleValue *value, Datum datum, bool blank_padded)
{
	struct varlena *text = PG_DETOAST_DATUM_PACKED(datum);

	value->text = VARDATA_ANY(text);
	value->length = VARSIZE_ANY_EXHDR(text);
	while (blank_padded && value->length > 0 && value->text[value->length - 1] == ' ')
		value->length--;
}

/*
 * read_list --- the elements of an array, each followed by a NUL; NULLs are left out.
 */
static void
read_list(BoundField *field, Datum datum)
{
	ArrayType     *array = DatumGetArrayTypeP(datum);
	StringInfoData list;
	Datum         *elements;
	bool          *nulls;
	int            count;
	int            i;

	deconstruct_array(array, field->element, field->element_length, field->element_by_value,
					  field->element_align, &elements, &nulls, &count);
	initStringInfo(&list);
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			continue;
		appendStringInfoString(&list,
							   field->reader == READ_TEXTS
								   ? TextDatumGetCString(elements[i])
								   : OutputFunctionCall(&field->element_output, elements[i]));
		appendStringInfoChar(&list, '\0');
	}
	field->value.text = list.data;
	field->value.length = list.len;
}

/*
 * read_value --- the value of one field of the line at hand.
 */
static void
read_value(BoundField *field, Datum datum)
{
	RuleValue *value = &field->value;

	value->state = RULE_KNOWN;
	switch (field->reader)
	{
		case READ_TEXT:
		case READ_BLANK_PADDED:
			read_text_value(value, datum, field->reader == READ_BLANK_PADDED);
			break;
		case READ_CODE:
			value->text = OutputFunctionCall(&field->output, datum);
			value->length = strlen(value->text);
			break;
		case READ_INT2:
			value->number = inv_decimal(DatumGetInt16(datum), 0);
			break;
		case READ_INT4:
			value->number = inv_decimal(DatumGetInt32(datum), 0);
			break;
		case READ_INT8:
			value->number = inv_decimal(DatumGetInt64(datum), 0);
			break;
		case READ_NUMERIC:
			if (!inv_numeric_arg(datum, &value->number))
				value->state = RULE_ODD;
			break;
		case READ_DATE:
			value->date = DatumGetDateADT(datum);
			break;
		case READ_BOOL:
			value->boolean = DatumGetBool(datum);
			break;
		case READ_TEXTS:
		case READ_PRINTED:
			read_list(field, datum);
			break;
		case READ_NOT:
			break;
	}
}

/*
 * get_value --- RulesGet: each field is read when a condition first asks for it.
 */
static const RuleValue *
get_value(void *line, uint32_t number)
{
	CheckSite  *site = line;
	BoundField *field = &site->binding->fields[number];

	if (field->line != site->line)
	{
		field->line = site->line;
		if (site->nulls[field->attribute])
			field->value.state = RULE_NULL;
		else
			read_value(field, site->values[field->attribute]);
	}
	return &field->value;
}

/*
 * evidence_string --- a text, cut to a length that any JSON can hold.
 */
static void
evidence_string(JsonbValue *value, const char *text, size_t length)
{
	value->type = jbvString;
	value->val.string.len = length <= EVIDENCE_BYTES
								? (int) length
								: pg_mbcliplen(text, EVIDENCE_BYTES + 1, EVIDENCE_BYTES);
	value->val.string.val = (char *) text;
}

/*
 * evidence_value --- a field as JSON: numbers and booleans as such, everything else as text.
 */
static void
evidence_value(const CheckSite *site, BoundField *field, JsonbValue *value)
{
	Datum datum = site->values[field->attribute];
	char  date[MAXDATELEN + 1];
	char *text;

	if (field->secret)
	{
		evidence_string(value, "(not shown)", 11);
		return;
	}
	switch (field->type)
	{
		case BOOLOID:
			value->type = jbvBool;
			value->val.boolean = DatumGetBool(datum);
			return;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			value->type = jbvNumeric;
			value->val.numeric = int64_to_numeric(field->type == INT2OID   ? DatumGetInt16(datum)
												  : field->type == INT4OID ? DatumGetInt32(datum)
																		   : DatumGetInt64(datum));
			return;
		case NUMERICOID:
			value->val.numeric = DatumGetNumeric(datum);
			if (numeric_is_nan(value->val.numeric) || numeric_is_inf(value->val.numeric))
				break;
			value->type = jbvNumeric;
			return;
		case DATEOID:
		case TIMESTAMPOID:
			JsonEncodeDateTime(date, datum, field->type, NULL);
			text = pstrdup(date);
			evidence_string(value, text, strlen(text));
			return;
		default:
			break;
	}
	text = OutputFunctionCall(&field->output, datum);
	evidence_string(value, text, strlen(text));
}

/*
 * evidence --- the fields a rule names, as a JSON object.
 */
static Datum
evidence(const CheckSite *site, const RuleSet *rules, const Rule *rule)
{
	JsonbParseState *state = NULL;
	JsonbValue       value;
	uint32           i;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < rule->evidence; i++)
	{
		uint32      number = rules_evidence(rules)[rule->first_evidence + i];
		BoundField *field = &site->binding->fields[number];
		const char *name = rules_text(rules, rules_fields(rules)[number]);

		value.type = jbvString;
		value.val.string.val = pstrdup(name);
		value.val.string.len = strlen(name);
		pushJsonbValue(&state, WJB_KEY, &value);
		if (site->nulls[field->attribute])
			value.type = jbvNull;
		else
			evidence_value(site, field, &value);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/*
 * reason --- why a rule could not be assessed.
 */
static char *
reason(const CheckSite *site, const RuleSet *rules, const RuleFinding *finding)
{
	const char *name;

	if (finding->field == RULES_NO_FIELD)
		return "the amounts of the line are out of range";
	name = rules_text(rules, rules_fields(rules)[finding->field]);
	if (site->nulls[site->binding->fields[finding->field].attribute])
		return psprintf("field \"%s\" is NULL", name);
	return psprintf("field \"%s\" has a value that cannot be used", name);
}

/*
 * finding_row --- one finding as rule_finding.
 */
static Datum
finding_row(const CheckSite *site, const RuleSet *rules, const RuleFinding *finding)
{
	static const char *const outcomes[] = {"fail", "hold", "not_assessed"};
	const Rule              *rule = rules_rules(rules) + finding->rule;
	bool                     assessed = finding->outcome != RULE_NOT_ASSESSED;
	Datum                    values[RESULT_FIELDS] = {0};
	bool                     nulls[RESULT_FIELDS] = {0};

	values[0] = CStringGetTextDatum(rules_text(rules, rule->code));
	values[1] = CStringGetTextDatum(rules_text(rules, rule->rule_version));
	values[2] = CStringGetTextDatum(rules_text(rules, rule->name));
	values[3] = Int32GetDatum(rule->priority);
	values[4] = CStringGetTextDatum(outcomes[finding->outcome]);
	nulls[5] = assessed;
	nulls[6] = nulls[7] = nulls[8] = !assessed;
	nulls[9] = !assessed || !finding->priced;
	if (assessed)
	{
		values[6] = evidence(site, rules, rule);
		values[7] = inv_numeric_datum(finding->identified);
		values[8] = inv_numeric_datum(finding->net);
		if (finding->priced)
			values[9] = inv_numeric_datum(finding->expected);
	}
	else
		values[5] = CStringGetTextDatum(reason(site, rules, finding));
	return HeapTupleGetDatum(heap_form_tuple(site->result, values, nulls));
}

/*
 * abandon --- the executor stops asking for the findings of a line.
 */
static void
abandon(Datum site)
{
	((CheckSite *) DatumGetPointer(site))->next = 0;
}

/*
 * check_line --- runs the rules over the line; keeps its findings as rows.
 */
static void
check_line(FunctionCallInfo fcinfo, CheckSite *site)
{
	const RuleSet *rules =
		checked_rules(inv_flat_value(fcinfo->flinfo, &site->rule_sets, PG_GETARG_DATUM(0)));
	MemoryContext old;
	uint32        i;

	open_line(fcinfo, site, PG_GETARG_HEAPTUPLEHEADER(1));
	find_binding(site, rules);
	site->count = rules_run(rules, site->binding->classes, get_value, site, &site->binding->plan,
							site->binding->findings);
	if (site->count == 0)
		return;
	MemoryContextReset(site->found_memory);
	old = MemoryContextSwitchTo(site->found_memory);
	site->found = palloc(site->count * sizeof(Datum));
	for (i = 0; i < site->count; i++)
		site->found[i] = finding_row(site, rules, &site->binding->findings[i]);
	MemoryContextSwitchTo(old);
	RegisterExprContextCallback(((ReturnSetInfo *) fcinfo->resultinfo)->econtext, abandon,
								PointerGetDatum(site));
}

PG_FUNCTION_INFO_V1(commissioning_line_check);

/*
 * commissioning_line_check --- rule_set, record -> set of rule_finding.
 *
 * One finding per call: most lines have none, and a set of two costs less
 * this way than a tuplestore.  A NULL rule set is an error, a NULL line has
 * no findings.
 */
Datum
commissioning_line_check(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	CheckSite     *site;

	if (result == NULL || !IsA(result, ReturnSetInfo) ||
		!(result->allowedModes & SFRM_ValuePerCall))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("line_check called in a context that cannot accept a set")));
	CHECK_FOR_INTERRUPTS();
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("rule set must not be NULL")));
	site = begin_site(fcinfo);
	if (site->next == 0)
	{
		site->count = 0;
		if (!PG_ARGISNULL(1))
			check_line(fcinfo, site);
	}
	if (site->next < site->count)
	{
		result->isDone = ExprMultipleResult;
		PG_RETURN_DATUM(site->found[site->next++]);
	}
	if (site->next > 0)
		UnregisterExprContextCallback(result->econtext, abandon, PointerGetDatum(site));
	site->next = 0;
	result->isDone = ExprEndResult;
	PG_RETURN_NULL();
}

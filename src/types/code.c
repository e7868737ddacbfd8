/*-------------------------------------------------------------------------
 *
 * code.c
 *	  SQL types icd10, opcs4 and hrg: I/O, casts, tolerant readers, prefixes.
 *
 * The three types differ only in their CodeForm, so each SQL function is two
 * lines around a shared one.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "catalog/pg_type_d.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "types/code.h"

/* Texts longer than this are not quoted in messages: they may be identifiers in a wrong column. */
#define QUOTED_MAX 9

/* code_input --- text to word; a soft error 22P02 when it is no code. */
static Datum
code_input(FunctionCallInfo fcinfo, const CodeForm *form, const char *text, size_t length)
{
	int64 word;

	if (code_parse(form, text, length, &word))
		PG_RETURN_INT64(word);
	if (length <= QUOTED_MAX)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid %s code \"%.*s\": expected %s", form->name, (int) length, text,
						form->expected)));
	ereturn(fcinfo->context, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid %s code of %d bytes: expected %s", form->name, (int) length,
					form->expected)));
}

/* code_input_text --- the same from a text value. */
static Datum
code_input_text(FunctionCallInfo fcinfo, const CodeForm *form)
{
	text *text_arg = PG_GETARG_TEXT_PP(0);

	return code_input(fcinfo, form, VARDATA_ANY(text_arg), VARSIZE_ANY_EXHDR(text_arg));
}

/* code_output --- word to cstring. */
static Datum
code_output(FunctionCallInfo fcinfo, const CodeForm *form)
{
	char *out = palloc(CODE_TEXT_SIZE);

	(void) code_format(form, PG_GETARG_INT64(0), out);
	PG_RETURN_CSTRING(out);
}

/* code_output_text --- word to text. */
static Datum
code_output_text(FunctionCallInfo fcinfo, const CodeForm *form)
{
	char out[CODE_TEXT_SIZE];
	int  length = code_format(form, PG_GETARG_INT64(0), out);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(out, length));
}

/* code_receive --- eight bytes; what is no canonical code of the type is 22P03. */
static Datum
code_receive(FunctionCallInfo fcinfo, const CodeForm *form)
{
	int64 word = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	if (!code_is_valid(form, word))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary %s code: expected %s, padded with zero bytes to eight",
						form->name, form->expected)));
	PG_RETURN_INT64(word);
}

/* code_read --- tolerant reader: NULL when the text is no code. */
static Datum
code_read(FunctionCallInfo fcinfo, const CodeForm *form)
{
	text *text_arg = PG_GETARG_TEXT_PP(0);
	int64 word;

	if (!code_parse(form, VARDATA_ANY(text_arg), VARSIZE_ANY_EXHDR(text_arg), &word))
		PG_RETURN_NULL();
	PG_RETURN_INT64(word);
}

/* code_prefix_range --- the range of a prefix, or error 22023. */
void
code_prefix_range(const CodeForm *form, const text *prefix, CodeRange *range)
{
	int length = VARSIZE_ANY_EXHDR(prefix);

	if (code_parse_prefix(form, VARDATA_ANY(prefix), length, &range->first, &range->last))
		return;
	if (length == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("empty %s prefix: expected at least the first character of a code",
							   form->name)));
	if (length <= QUOTED_MAX)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("no %s code begins with \"%.*s\": expected %s", form->name, length,
							   VARDATA_ANY(prefix), form->expected)));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("no %s code begins with a text of %d bytes: expected %s", form->name,
						   length, form->expected)));
}

/* code_starts_with --- operator ^@. */
static Datum
code_starts_with(FunctionCallInfo fcinfo, const CodeForm *form)
{
	int64     word = PG_GETARG_INT64(0);
	CodeRange range;

	code_prefix_range(form, PG_GETARG_TEXT_PP(1), &range);
	PG_RETURN_BOOL(range.first <= word && word <= range.last);
}

/* Prefixes of has_code, kept from row to row while the prefix array stays the same. */
typedef struct PrefixSet
{
	Size       source_size; /* of the array the ranges were made from */
	char      *source;
	int        count;
	CodeRange *ranges;
} PrefixSet;

/* prefix_set_make --- ranges of the array's elements, in memory of the call site. */
static PrefixSet *
prefix_set_make(FunctionCallInfo fcinfo, const CodeForm *form, ArrayType *prefixes)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	PrefixSet    *set = fcinfo->flinfo->fn_extra;
	Datum        *elements;
	bool         *nulls;
	int           count;
	int           i;
	int           n = 0;
	CodeRange    *ranges;

	deconstruct_array(prefixes, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	ranges = palloc(sizeof(CodeRange) * Max(count, 1));
	for (i = 0; i < count; i++)
		if (!nulls[i])
			code_prefix_range(form, DatumGetTextPP(elements[i]), &ranges[n++]);
	n = code_ranges_merge(ranges, n);

	/* Nothing is replaced before the new set is known to be good. */
	fcinfo->flinfo->fn_extra = NULL;
	if (set == NULL)
		set = MemoryContextAllocZero(context, sizeof(PrefixSet));
	else
	{
		pfree(set->source);
		pfree(set->ranges);
	}
	set->source_size = VARSIZE(prefixes);
	set->source = MemoryContextAlloc(context, set->source_size);
	memcpy(set->source, prefixes, set->source_size);
	set->count = n;
	set->ranges = MemoryContextAlloc(context, sizeof(CodeRange) * Max(n, 1));
	memcpy(set->ranges, ranges, sizeof(CodeRange) * n);
	fcinfo->flinfo->fn_extra = set;
	return set;
}

/* code_array_has --- does any code of the array begin with any of the prefixes? */
static Datum
code_array_has(FunctionCallInfo fcinfo, const CodeForm *form)
{
	ArrayType   *codes = PG_GETARG_ARRAYTYPE_P(0);
	ArrayType   *prefixes = PG_GETARG_ARRAYTYPE_P(1);
	PrefixSet   *set = fcinfo->flinfo->fn_extra;
	int          count = ArrayGetNItems(ARR_NDIM(codes), ARR_DIMS(codes));
	const int64 *word = (const int64 *) ARR_DATA_PTR(codes);
	const bits8 *present = ARR_NULLBITMAP(codes);
	int          i;

	if (set == NULL || set->source_size != VARSIZE(prefixes) ||
		memcmp(set->source, prefixes, set->source_size) != 0)
		set = prefix_set_make(fcinfo, form, prefixes);
	for (i = 0; i < count; i++)
	{
		if (present && !(present[i / 8] & (1 << (i % 8))))
			continue;
		if (code_ranges_hold(set->ranges, set->count, *word++))
			PG_RETURN_BOOL(true);
	}
	PG_RETURN_BOOL(false);
}

/* The fmgr functions of one type. */
#define CODE_FUNCTION(name, body) \
	PG_FUNCTION_INFO_V1(name);    \
	Datum name(PG_FUNCTION_ARGS)  \
	{                             \
		return body;              \
	}                             \
	extern int code_function_ends_here

#define CODE_TYPE(type)                                                                        \
	CODE_FUNCTION(                                                                             \
		commissioning_##type##_in,                                                             \
		code_input(fcinfo, &code_##type, PG_GETARG_CSTRING(0), strlen(PG_GETARG_CSTRING(0)))); \
	CODE_FUNCTION(commissioning_##type##_out, code_output(fcinfo, &code_##type));              \
	CODE_FUNCTION(commissioning_##type##_recv, code_receive(fcinfo, &code_##type));            \
	CODE_FUNCTION(commissioning_##type##_from_text, code_input_text(fcinfo, &code_##type));    \
	CODE_FUNCTION(commissioning_##type##_to_text, code_output_text(fcinfo, &code_##type));     \
	CODE_FUNCTION(commissioning_to_##type, code_read(fcinfo, &code_##type));                   \
	CODE_FUNCTION(commissioning_##type##_starts_with, code_starts_with(fcinfo, &code_##type)); \
	CODE_FUNCTION(commissioning_##type##_array_has, code_array_has(fcinfo, &code_##type))

CODE_TYPE(icd10);
CODE_TYPE(opcs4);
CODE_TYPE(hrg);

PG_FUNCTION_INFO_V1(commissioning_code_send);

/* commissioning_code_send --- eight bytes, which read as the code. */
Datum
commissioning_code_send(PG_FUNCTION_ARGS)
{
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint64(&buffer, PG_GETARG_INT64(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

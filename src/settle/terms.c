/*-------------------------------------------------------------------------
 *
 * terms.c
 *	  Input, output, comparison and hashing of share_curve, sliding_scale and
 *	  party_split.
 *
 * On the wire a value is one version byte (1) and the canonical text.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#define WIRE_VERSION 1

/* What differs between the three types. */
typedef struct TermsType
{
	const char *name;
	size_t (*room)(size_t text_len);
	size_t (*parse)(const char *text, size_t len, void *value, TermsError *error);
	size_t (*text_size)(const void *value);
	void (*print)(const void *value, char *out);
} TermsType;

static size_t
curve_room(size_t text_len)
{
	return CURVE_SIZE(2 * TERMS_MAX_BANDS);
}

static size_t
scale_room(size_t text_len)
{
	return SCALE_SIZE(TERMS_MAX_STEPS);
}

static size_t
split_room(size_t text_len)
{
	return SPLIT_SIZE(TERMS_MAX_PARTIES, text_len);
}

static size_t
parse_curve(const char *text, size_t len, void *value, TermsError *error)
{
	return curve_parse(text, len, value, error);
}

static size_t
parse_scale(const char *text, size_t len, void *value, TermsError *error)
{
	return scale_parse(text, len, value, error);
}

static size_t
parse_split(const char *text, size_t len, void *value, TermsError *error)
{
	return split_parse(text, len, value, error);
}

static size_t
size_curve(const void *value)
{
	return curve_text_size(value);
}

static size_t
size_scale(const void *value)
{
	return scale_text_size(value);
}

static size_t
size_split(const void *value)
{
	return split_text_size(value);
}

static void
print_curve(const void *value, char *out)
{
	curve_print(value, out);
}

static void
print_scale(const void *value, char *out)
{
	scale_print(value, out);
}

static void
print_split(const void *value, char *out)
{
	split_print(value, out);
}

static const TermsType curve_type = {"share_curve", curve_room, parse_curve, size_curve,
									 print_curve};
static const TermsType scale_type = {"sliding_scale", scale_room, parse_scale, size_scale,
									 print_scale};
static const TermsType split_type = {"party_split", split_room, parse_split, size_split,
									 print_split};

/* terms_errcode --- SQLSTATE of a reader's complaint. */
int
terms_errcode(TermsErrorKind kind)
{
	if (kind == TERMS_RANGE)
		return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
	if (kind == TERMS_LIMIT)
		return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
	return ERRCODE_INVALID_TEXT_REPRESENTATION;
}

/* terms_read --- a value from text; a soft error where the server has them. */
static Datum
terms_read(const TermsType *type, const char *text, size_t len, Node *context)
{
	TermsDatum *result = palloc0(sizeof(TermsDatum) + type->room(len));
	TermsError  error;
	size_t      size = type->parse(text, len, result->words, &error);

	if (size == 0)
		ereturn(context, (Datum) 0,
				(errcode(terms_errcode(error.kind)), errmsg("%s", error.message)));
	SET_VARSIZE(result, sizeof(TermsDatum) + size);
	PG_RETURN_POINTER(result);
}

/* terms_text --- the canonical text of a value. */
static char *
terms_text(const TermsType *type, Datum datum)
{
	void *words = TermsWords(datum);
	char *text = palloc(type->text_size(words));

	type->print(words, text);
	return text;
}

/* terms_receive --- a value from the wire. */
static Datum
terms_receive(const TermsType *type, StringInfo wire)
{
	int   version = pq_getmsgbyte(wire);
	char *text;
	int   len;

	if (version != WIRE_VERSION)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("expected version %d of binary %s, found %d", WIRE_VERSION,
							   type->name, version)));
	text = pq_getmsgtext(wire, wire->len - wire->cursor, &len);
	return terms_read(type, text, (size_t) len, NULL);
}

/* terms_send --- a value for the wire. */
static bytea *
terms_send(const TermsType *type, Datum datum)
{
	StringInfoData wire;
	char          *text = terms_text(type, datum);

	pq_begintypsend(&wire);
	pq_sendbyte(&wire, WIRE_VERSION);
	pq_sendtext(&wire, text, (int) strlen(text));
	return pq_endtypsend(&wire);
}

/*
 * The functions of each type.  All are STRICT; input raises 22P02 (text), 22003
 * (a number or rate out of range) or 54000 (too many parts).
 */
#define TERMS_FUNCTIONS(sqlname, type, Type)                                              \
	PG_FUNCTION_INFO_V1(sqlname##_in);                                                    \
	Datum sqlname##_in(PG_FUNCTION_ARGS)                                                  \
	{                                                                                     \
		char *text = PG_GETARG_CSTRING(0);                                                \
		return terms_read(&type##_type, text, strlen(text), fcinfo->context);             \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_out);                                                   \
	Datum sqlname##_out(PG_FUNCTION_ARGS)                                                 \
	{                                                                                     \
		PG_RETURN_CSTRING(terms_text(&type##_type, PG_GETARG_DATUM(0)));                  \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_recv);                                                  \
	Datum sqlname##_recv(PG_FUNCTION_ARGS)                                                \
	{                                                                                     \
		return terms_receive(&type##_type, (StringInfo) PG_GETARG_POINTER(0));            \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_send);                                                  \
	Datum sqlname##_send(PG_FUNCTION_ARGS)                                                \
	{                                                                                     \
		PG_RETURN_BYTEA_P(terms_send(&type##_type, PG_GETARG_DATUM(0)));                  \
	}                                                                                     \
	static int sqlname##_order(FunctionCallInfo fcinfo)                                   \
	{                                                                                     \
		return type##_compare(DatumGet##Type(PG_GETARG_DATUM(0)),                         \
							  DatumGet##Type(PG_GETARG_DATUM(1)));                        \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_cmp);                                                   \
	Datum sqlname##_cmp(PG_FUNCTION_ARGS)                                                 \
	{                                                                                     \
		PG_RETURN_INT32(sqlname##_order(fcinfo));                                         \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_eq);                                                    \
	Datum sqlname##_eq(PG_FUNCTION_ARGS)                                                  \
	{                                                                                     \
		PG_RETURN_BOOL(sqlname##_order(fcinfo) == 0);                                     \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_ne);                                                    \
	Datum sqlname##_ne(PG_FUNCTION_ARGS)                                                  \
	{                                                                                     \
		PG_RETURN_BOOL(sqlname##_order(fcinfo) != 0);                                     \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_lt);                                                    \
	Datum sqlname##_lt(PG_FUNCTION_ARGS)                                                  \
	{                                                                                     \
		PG_RETURN_BOOL(sqlname##_order(fcinfo) < 0);                                      \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_le);                                                    \
	Datum sqlname##_le(PG_FUNCTION_ARGS)                                                  \
	{                                                                                     \
		PG_RETURN_BOOL(sqlname##_order(fcinfo) <= 0);                                     \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_gt);                                                    \
	Datum sqlname##_gt(PG_FUNCTION_ARGS)                                                  \
	{                                                                                     \
		PG_RETURN_BOOL(sqlname##_order(fcinfo) > 0);                                      \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_ge);                                                    \
	Datum sqlname##_ge(PG_FUNCTION_ARGS)                                                  \
	{                                                                                     \
		PG_RETURN_BOOL(sqlname##_order(fcinfo) >= 0);                                     \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_hash);                                                  \
	Datum sqlname##_hash(PG_FUNCTION_ARGS)                                                \
	{                                                                                     \
		PG_RETURN_INT32((int32) type##_hash(DatumGet##Type(PG_GETARG_DATUM(0)), 0));      \
	}                                                                                     \
	PG_FUNCTION_INFO_V1(sqlname##_hash_extended);                                         \
	Datum sqlname##_hash_extended(PG_FUNCTION_ARGS)                                       \
	{                                                                                     \
		PG_RETURN_INT64(                                                                  \
			(int64) type##_hash(DatumGet##Type(PG_GETARG_DATUM(0)), PG_GETARG_INT64(1))); \
	}                                                                                     \
	extern int terms_errcode(TermsErrorKind kind)

TERMS_FUNCTIONS(share_curve, curve, Curve);
TERMS_FUNCTIONS(sliding_scale, scale, Scale);
TERMS_FUNCTIONS(party_split, split, Split);

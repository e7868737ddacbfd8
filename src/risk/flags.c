/*-------------------------------------------------------------------------
 *
 * flags.c
 *	  SQL type risk_flags: I/O, order, union.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk.h"

#include <inttypes.h>

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#define FINGERPRINT_DIGITS 16
#define WORD_DIGITS 16
#define HEAD_LENGTH (2 + FINGERPRINT_DIGITS + 1) /* version, fingerprint, colons */

/* No categories of no model in particular. */
static RiskFlags neutral = {VARHDRSZ};

/*
 * risk_flags_neutral --- the value without contents.
 */
Datum
risk_flags_neutral(void)
{
	SET_VARSIZE(&neutral, VARHDRSZ);
	return PointerGetDatum(&neutral);
}

/*
 * copy_neutral --- the same as a value of the caller's own.
 */
static Datum
copy_neutral(void)
{
	RiskFlags *flags = palloc(VARHDRSZ);

	SET_VARSIZE(flags, VARHDRSZ);
	return PointerGetDatum(flags);
}

/*
 * new_flags --- no categories, with room for n_words.
 */
static RiskFlags *
new_flags(MemoryContext context, int n_words, uint64 fingerprint)
{
	RiskFlags *flags = MemoryContextAllocZero(context, RISK_FLAGS_SIZE(n_words));

	SET_VARSIZE(flags, RISK_FLAGS_SIZE(n_words));
	flags->version = RISK_FLAGS_VERSION;
	flags->n_words = n_words;
	flags->fingerprint = fingerprint;
	return flags;
}

/*
 * risk_flags_make --- flags of this model with no category present.
 */
RiskFlags *
risk_flags_make(MemoryContext context, const RiskModel *model)
{
	return new_flags(context, RISK_WORDS(model), model->fingerprint[0]);
}

/*
 * risk_flags_words --- the words of flags that this model made; NULL for the neutral element.
 *
 * Flags of another model raise 22023.
 */
const uint64 *
risk_flags_words(const RiskModel *model, const RiskFlags *flags)
{
	if (RISK_FLAGS_ARE_NEUTRAL(flags))
		return NULL;
	if (flags->fingerprint != model->fingerprint[0] || flags->n_words != RISK_WORDS(model))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk flags were made by another model than \"%s\" version \"%s\"",
							   RISK_TEXT(model, model->name), RISK_TEXT(model, model->version)),
						errhint("Match the codes again with this model.")));
	return flags->words;
}

/*
 * read_hex --- so many lower-case hexadecimal digits; false if they are not there.
 */
static bool
read_hex(const char *text, int digits, uint64 *value)
{
	int i;

	*value = 0;
	for (i = 0; i < digits; i++)
	{
		char c = text[i];

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (uint64) (c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (uint64) (c - 'a' + 10);
		else
			return false;
	}
	return true;
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_in);

/*
 * risk_flags_in --- from text; empty is the neutral element.
 */
Datum
commissioning_risk_flags_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	size_t      length = strlen(text);
	RiskFlags  *flags;
	uint64      fingerprint;
	int         n_words;
	int         i;

	if (length == 0)
		PG_RETURN_DATUM(copy_neutral());
	if (length <= HEAD_LENGTH || (length - HEAD_LENGTH) % WORD_DIGITS != 0 ||
		(length - HEAD_LENGTH) / WORD_DIGITS > RISK_MAX_WORDS || strncmp(text, "1:", 2) != 0 ||
		text[HEAD_LENGTH - 1] != ':' || !read_hex(text + 2, FINGERPRINT_DIGITS, &fingerprint))
		goto invalid;
	n_words = (int) (length - HEAD_LENGTH) / WORD_DIGITS;
	flags = new_flags(CurrentMemoryContext, n_words, fingerprint);
	for (i = 0; i < n_words; i++)
	{
		if (!read_hex(text + HEAD_LENGTH + i * WORD_DIGITS, WORD_DIGITS, &flags->words[i]))
			goto invalid;
	}
	PG_RETURN_POINTER(flags);

invalid:
	ereturn(fcinfo->context, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid risk_flags: expected nothing, or \"1:\", 16 hexadecimal digits, a "
					"colon and 1 to %d groups of 16",
					RISK_MAX_WORDS)));
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_out);

/*
 * risk_flags_out --- to text, an exact round trip.
 */
Datum
commissioning_risk_flags_out(PG_FUNCTION_ARGS)
{
	RiskFlags     *flags = PG_GETARG_RISK_FLAGS(0);
	StringInfoData text;
	int            i;

	initStringInfo(&text);
	if (!RISK_FLAGS_ARE_NEUTRAL(flags))
	{
		appendStringInfo(&text, "%d:%016" PRIx64 ":", flags->version, flags->fingerprint);
		for (i = 0; i < flags->n_words; i++)
			appendStringInfo(&text, "%016" PRIx64, flags->words[i]);
	}
	PG_RETURN_CSTRING(text.data);
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_recv);

/*
 * risk_flags_recv --- from the binary form; 22P03 for a form that is not ours.
 */
Datum
commissioning_risk_flags_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	RiskFlags *flags;
	int        version;
	int        n_words;
	int        i;

	if (message->len == message->cursor)
		PG_RETURN_DATUM(copy_neutral());
	version = pq_getmsgint(message, 2);
	n_words = pq_getmsgint(message, 2);
	if (version != RISK_FLAGS_VERSION || n_words < 1 || n_words > RISK_MAX_WORDS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid risk_flags: version %d with %d words", version, n_words)));
	flags = new_flags(CurrentMemoryContext, n_words, (uint64) pq_getmsgint64(message));
	for (i = 0; i < n_words; i++)
		flags->words[i] = (uint64) pq_getmsgint64(message);
	PG_RETURN_POINTER(flags);
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_send);

/*
 * risk_flags_send --- to the binary form.
 */
Datum
commissioning_risk_flags_send(PG_FUNCTION_ARGS)
{
	RiskFlags     *flags = PG_GETARG_RISK_FLAGS(0);
	StringInfoData message;
	int            i;

	pq_begintypsend(&message);
	if (!RISK_FLAGS_ARE_NEUTRAL(flags))
	{
		pq_sendint16(&message, flags->version);
		pq_sendint16(&message, flags->n_words);
		pq_sendint64(&message, (int64) flags->fingerprint);
		for (i = 0; i < flags->n_words; i++)
			pq_sendint64(&message, (int64) flags->words[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * compare_flags --- neutral first, then by model, then word by word.
 */
static int
compare_flags(FunctionCallInfo fcinfo)
{
	RiskFlags *a = PG_GETARG_RISK_FLAGS(0);
	RiskFlags *b = PG_GETARG_RISK_FLAGS(1);
	int        i;

	if (VARSIZE(a) != VARSIZE(b))
		return VARSIZE(a) < VARSIZE(b) ? -1 : 1;
	if (RISK_FLAGS_ARE_NEUTRAL(a))
		return 0;
	if (a->fingerprint != b->fingerprint)
		return a->fingerprint < b->fingerprint ? -1 : 1;
	for (i = 0; i < a->n_words; i++)
	{
		if (a->words[i] != b->words[i])
			return a->words[i] < b->words[i] ? -1 : 1;
	}
	return 0;
}

#define FLAGS_COMPARISON(name, condition)                  \
	PG_FUNCTION_INFO_V1(name);                             \
	Datum name(PG_FUNCTION_ARGS)                           \
	{                                                      \
		PG_RETURN_BOOL(compare_flags(fcinfo) condition 0); \
	}                                                      \
	extern int flags_comparison_ends_here

FLAGS_COMPARISON(commissioning_risk_flags_eq, ==);
FLAGS_COMPARISON(commissioning_risk_flags_ne, !=);
FLAGS_COMPARISON(commissioning_risk_flags_lt, <);
FLAGS_COMPARISON(commissioning_risk_flags_le, <=);
FLAGS_COMPARISON(commissioning_risk_flags_gt, >);
FLAGS_COMPARISON(commissioning_risk_flags_ge, >=);

PG_FUNCTION_INFO_V1(commissioning_risk_flags_cmp);

/* commissioning_risk_flags_cmp --- btree support 1. */
Datum
commissioning_risk_flags_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_flags(fcinfo));
}

/*
 * hash_flags --- over model and words, the same on every machine.
 */
static uint64
hash_flags(const RiskFlags *flags, uint64 seed)
{
	if (RISK_FLAGS_ARE_NEUTRAL(flags))
		return risk_hash_words(NULL, 0, seed);
	return risk_hash_words(flags->words, flags->n_words,
						   risk_hash_words(&flags->fingerprint, 1, seed));
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_hash);

/* commissioning_risk_flags_hash --- hash support 1. */
Datum
commissioning_risk_flags_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) (uint32) hash_flags(PG_GETARG_RISK_FLAGS(0), 0));
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_hash_extended);

/* commissioning_risk_flags_hash_extended --- hash support 2: 64 bits, with a seed. */
Datum
commissioning_risk_flags_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) hash_flags(PG_GETARG_RISK_FLAGS(0), (uint64) PG_GETARG_INT64(1)));
}

PG_FUNCTION_INFO_V1(commissioning_risk_flags_or);

/*
 * risk_flags_or --- union; transition and combine function of risk_flags_agg.
 *
 * Within an aggregate the state is changed in place.  The executor copies a
 * result that is not its state, so an argument may be returned as it is.
 * Window aggregates hand their state out as result: there it is copied.
 */
Datum
commissioning_risk_flags_or(PG_FUNCTION_ARGS)
{
	RiskFlags *state = PG_GETARG_RISK_FLAGS(0);
	RiskFlags *more = PG_GETARG_RISK_FLAGS(1);
	int        i;

	if (RISK_FLAGS_ARE_NEUTRAL(more))
		PG_RETURN_POINTER(state);
	if (RISK_FLAGS_ARE_NEUTRAL(state))
		PG_RETURN_POINTER(more);
	if (state->fingerprint != more->fingerprint || state->n_words != more->n_words)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("risk flags of different models cannot be united")));
	if (AggCheckCallContext(fcinfo, NULL) != AGG_CONTEXT_AGGREGATE)
	{
		RiskFlags *copy = new_flags(CurrentMemoryContext, state->n_words, state->fingerprint);

		memcpy(copy->words, state->words, state->n_words * sizeof(uint64));
		state = copy;
	}
	for (i = 0; i < state->n_words; i++)
		state->words[i] |= more->words[i];
	PG_RETURN_POINTER(state);
}

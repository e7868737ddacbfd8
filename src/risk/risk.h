/*-------------------------------------------------------------------------
 *
 * risk.h
 *	  SQL values of the risk domain and the cache of models per call site.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_H
#define RISK_H

#include "compat.h"

#include "utils/array.h"
#include "utils/jsonb.h"

#include "risk/risk_eval_core.h"

#define RISK_FLAGS_VERSION 1

/*
 * Categories found for one person by one model.  At most 144 bytes, so it is
 * stored plain and never packed or moved out of line.
 *
 * The neutral element, no categories of no model in particular, is a varlena
 * without contents.  Text form: empty, or version, first half of the model's
 * fingerprint and the words, in hexadecimal: 1:9e3779b97f4a7c15:0000000000000021.
 * Binary form: nothing, or int16 version, int16 number of words, the
 * fingerprint and the words as int64.
 */
typedef struct RiskFlags
{
	int32  vl_len_;
	uint16 version;
	uint16 n_words;
	uint64 fingerprint;
	uint64 words[FLEXIBLE_ARRAY_MEMBER];
} RiskFlags;

#define RISK_FLAGS_SIZE(n_words) (offsetof(RiskFlags, words) + (n_words) * sizeof(uint64))
#define RISK_FLAGS_ARE_NEUTRAL(flags) (VARSIZE(flags) == VARHDRSZ)
#define PG_GETARG_RISK_FLAGS(n) ((RiskFlags *) PG_DETOAST_DATUM(PG_GETARG_DATUM(n)))

/* A model as one call site uses it. */
typedef struct ModelUse
{
	const RiskModel *model;      /* valid during this call */
	RiskFlags      **matches;    /* flags by number of the set of categories, made when first met */
	RiskValue       *values;     /* room for one person's inputs */
	MemoryContext    context;    /* holds all this and a detoasted model */
	bool             is_toasted; /* key: the toast pointer, else size and fingerprint */
	Oid              toast_relation;
	Oid              toast_value;
	uint32           size;
	uint64           fingerprint[2];
} ModelUse;

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

/* How many inputs a model takes, and whether condition keys. */
#define RISK_SOURCES(model) \
	(risk_more(model) == NULL ? (model)->n_inputs : risk_more(model)->n_sources)
#define RISK_HAS_CONDITIONS(model) (risk_more(model) != NULL && risk_more(model)->n_conditions > 0)

/*
 * risk_source --- name of an input of the model and how it is used.
 */
static inline const char *
risk_source(const RiskModel *model, uint32 number, uint32 *uses)
{
	const RiskSource *source;

	if (risk_more(model) == NULL)
	{
		*uses = RISK_AS_NUMBER;
		return RISK_TEXT(model, RISK_SECTION(model, RiskInput, inputs)[number].name);
	}
	source = RISK_MORE(model, RiskSource, sources) + number;
	*uses = source->uses;
	return RISK_TEXT(model, source->name);
}

/*
 * risk_copy_words --- the words of flags, none for NULL.
 */
static inline void
risk_copy_words(const RiskModel *model, const uint64 *words, uint64 *to)
{
	if (words == NULL)
		memset(to, 0, RISK_WORDS(model) * sizeof(uint64));
	else
		memcpy(to, words, RISK_WORDS(model) * sizeof(uint64));
}

extern ModelUse     *risk_model_argument(FunctionCallInfo fcinfo);
extern RiskFlags    *risk_flags_make(MemoryContext context, const RiskModel *model);
extern Datum         risk_flags_neutral(void);
extern const uint64 *risk_flags_words(const RiskModel *model, const RiskFlags *flags);

extern EightByteArray risk_read_array(Datum argument, ArrayBuffer *buffer);
extern void   risk_match_array(const RiskModel *model, const EightByteArray *codes, uint64 *words);
extern int    risk_texts_argument(FunctionCallInfo fcinfo, int argument, text ***result);
extern Jsonb *risk_inputs_argument(FunctionCallInfo fcinfo, int argument);
extern void   risk_match_inputs(const RiskModel *model, Jsonb *inputs, uint64 *words);
extern RiskValue *risk_read_values(ModelUse *use, Jsonb *inputs);
extern void       risk_raise(const RiskModel *model, RiskOutcome outcome, uint32 source);

#endif /* RISK_H */

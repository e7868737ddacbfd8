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

#include "risk/risk_core.h"

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
	MemoryContext    context;    /* holds matches and a detoasted model */
	bool             is_toasted; /* key: the toast pointer, else size and fingerprint */
	Oid              toast_relation;
	Oid              toast_value;
	uint32           size;
	uint64           fingerprint[2];
} ModelUse;

extern ModelUse     *risk_model_argument(FunctionCallInfo fcinfo);
extern RiskFlags    *risk_flags_make(MemoryContext context, const RiskModel *model);
extern Datum         risk_flags_neutral(void);
extern const uint64 *risk_flags_words(const RiskModel *model, const RiskFlags *flags);

#endif /* RISK_H */

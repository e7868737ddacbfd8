/*-------------------------------------------------------------------------
 *
 * terms.h
 *	  The terms types as PostgreSQL sees them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_TERMS_H
#define COMMISSIONING_TERMS_H

#include "compat.h"

#include "settle/terms_core.h"

/* The four zero bytes align the words; terms_core.h documents what follows. */
typedef struct TermsDatum
{
	int32 vl_len_;
	int32 zero;
	int64 words[];
} TermsDatum;

#define TermsWords(datum) ((void *) ((TermsDatum *) PG_DETOAST_DATUM(datum))->words)
#define DatumGetCurve(datum) ((const TermsCurve *) TermsWords(datum))
#define DatumGetScale(datum) ((const TermsScale *) TermsWords(datum))
#define DatumGetSplit(datum) ((const TermsSplit *) TermsWords(datum))

extern int terms_errcode(TermsErrorKind kind);

#endif /* COMMISSIONING_TERMS_H */

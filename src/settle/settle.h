/*-------------------------------------------------------------------------
 *
 * settle.h
 *	  Numbers, terms and inputs of settlements as PostgreSQL sees them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SETTLE_H
#define COMMISSIONING_SETTLE_H

#include "compat.h"

#include "settle/settle_core.h"

#define MONEY_DECIMALS 2
/* Decimals of a rate that does not end. */
#define RATE_DECIMALS 20

extern bool       numeric_scaled(Datum datum, int decimals, int64 *out);
extern void       numeric_rat(Datum datum, const char *what, ExactRat *out);
extern Datum      pence_numeric(int64 pence);
extern Datum      rat_numeric(const ExactRat *v, int least, int most);
extern Datum      fraction_numeric(TermsFraction f);
extern int64      whole_pence(Datum total);
extern void       too_wide(void);
extern void       open_row(Datum datum, const char *what, int fields, Datum *values, bool *nulls);
extern void       open_row_of(Datum datum, const char *what, int least, int fields, Datum *values,
							  bool *nulls);
extern int        settle_choice(const char *field, bool null, Datum value, const char *const *words,
								int n);
extern SettleText settle_text(Datum datum);
extern void       read_terms(Datum datum, SettleTerms *t);
extern void       read_inputs(Datum datum, SettleInputs *in);
extern void       read_detail(Datum datum, SettleDetail *d);

#endif /* COMMISSIONING_SETTLE_H */

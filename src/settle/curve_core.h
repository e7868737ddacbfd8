/*-------------------------------------------------------------------------
 *
 * curve_core.h
 *	  What a curve makes of a difference, and what a scale gives at a value.
 *
 * Amounts are fractions of pounds until the one rounding, then int64 pence.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_CURVE_CORE_H
#define COMMISSIONING_CURVE_CORE_H

#include "settle/exact_core.h"
#include "settle/terms_core.h"

/* What a curve makes of a difference; magnitudes, the sign is that of its side. */
typedef struct ShareBand
{
	int           number;
	bool          open;
	ExactRat      lower;
	ExactRat      upper;
	ExactRat      slice;
	ExactRat      amount;
	TermsFraction rate;
} ShareBand;

typedef struct Share
{
	bool        loss;
	bool        overflow;
	bool        has_gate;
	bool        gate_met;
	bool        has_cap;
	TermsAmount gate_term;
	TermsAmount cap_term;
	ExactRat    gate;
	ExactRat    cap;
	ExactRat    total;
	int         bands;
	ShareBand   band[TERMS_MAX_BANDS];
} Share;

extern void amount_value(TermsAmount a, const ExactRat *base, ExactRat *out);
extern bool curve_needs_base(const TermsCurve *c);
extern bool share_pence(const TermsCurve *c, int64_t x, int64_t base, int64_t factor_num,
						int64_t factor_den, int64_t *out);
extern void share_compute(const TermsCurve *c, const ExactRat *x, const ExactRat *base,
						  Share *share);
extern void share_compute_past(const TermsCurve *c, const ExactRat *x, const ExactRat *base,
							   bool past_gate, Share *share);
extern void share_apply(const Share *share, const ExactRat *factor, ExactRat *out);
extern bool share_apportion(const Share *share, int64_t total, int64_t *out);
extern bool money_round(const ExactRat *pounds, ExactRounding mode, int64_t unit, int64_t *pence);

extern bool scale_lookup(const TermsScale *s, const ExactRat *v, ExactRat *rate);

#endif /* COMMISSIONING_CURVE_CORE_H */

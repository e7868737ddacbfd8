/*-------------------------------------------------------------------------
 *
 * settle_core.h
 *	  Shares, scales, apportionment and settlement statements, exactly.
 *
 * Amounts are fractions of pounds until the one rounding, then int64 pence.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SETTLE_CORE_H
#define COMMISSIONING_SETTLE_CORE_H

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

/* Sides that a clause touches. */
#define SIDE_GAIN 1
#define SIDE_LOSS 2

typedef enum GateBy
{
	GATE_NONE,
	GATE_BY_SIZE, /* the scale, looked up by size */
	GATE_BY_RATE  /* the input minimum_rate */
} GateBy;

typedef struct SettleCap
{
	bool        given;
	bool        of_revenue;
	TermsAmount amount;
} SettleCap;

typedef struct SettleTerms
{
	bool              excess; /* x = actual - benchmark, not the reverse */
	const TermsCurve *curve;
	const TermsScale *gate;
	GateBy            gate_by;
	int               gate_sides;
	const TermsScale *quality;
	int               quality_sides;
	const TermsScale *loss_rate;
	bool              has_factor[2];
	ExactRat          factor[2]; /* gain, loss */
	bool              has_discount;
	ExactRat          discount;
	SettleCap         cap[2];
	ExactRounding     rounding;
	int64_t           unit;
} SettleTerms;

typedef enum SettleInput
{
	INPUT_BENCHMARK,
	INPUT_ACTUAL,
	INPUT_CARRIED_FORWARD,
	INPUT_BASE,
	INPUT_SIZE,
	INPUT_MINIMUM_RATE,
	INPUT_SCORE,
	INPUT_REVENUE,
	INPUT_LOSS_RELIEF,
	INPUTS
} SettleInput;

extern const char *const settle_input_name[INPUTS];

typedef struct SettleInputs
{
	bool     given[INPUTS];
	ExactRat value[INPUTS];
} SettleInputs;

#define SETTLE_MAX_LINES (TERMS_MAX_BANDS + 12)
#define SETTLE_FORMULA 512

/* One line of a statement; pence is what stands after it (for a band: its part). */
typedef struct SettleLine
{
	const char *code;
	char        clause[2 * TERMS_TEXT];
	char        formula[SETTLE_FORMULA];
	bool        has_quantity;
	ExactRat    quantity;
	char        rate[TERMS_TEXT];
	ExactRat    exact;
	int64_t     pence;
} SettleLine;

typedef struct Settlement
{
	int        lines;
	SettleLine line[SETTLE_MAX_LINES];
	Share      share;
} Settlement;

typedef enum SettleStatus
{
	SETTLE_OK,
	SETTLE_MISSING, /* an input is missing or unusable: 22023 */
	SETTLE_OVERFLOW /* 22003 */
} SettleStatus;

extern bool curve_needs_base(const TermsCurve *c);
extern bool share_pence(const TermsCurve *c, int64_t x, int64_t base, int64_t factor_num,
						int64_t factor_den, int64_t *out);
extern void share_compute(const TermsCurve *c, const ExactRat *x, const ExactRat *base,
						  Share *share);
extern void share_apply(const Share *share, const ExactRat *factor, ExactRat *out);
extern bool share_apportion(const Share *share, int64_t total, int64_t *out);
extern bool money_round(const ExactRat *pounds, ExactRounding mode, int64_t unit, int64_t *pence);

extern bool scale_lookup(const TermsScale *s, const ExactRat *v, ExactRat *rate);

extern bool apportion(int64_t total, int n, ExactInt *weight, const ExactInt **order, bool first,
					  int64_t *out);
extern bool split_weights(const TermsSplit *s, ExactInt *weight);

extern SettleStatus settle_statement(const SettleTerms *terms, const SettleInputs *inputs,
									 Settlement *out, char *message, size_t message_size);

#endif /* COMMISSIONING_SETTLE_CORE_H */

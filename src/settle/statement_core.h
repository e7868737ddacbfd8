/*-------------------------------------------------------------------------
 *
 * statement_core.h
 *	  The lines of a settlement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_STATEMENT_CORE_H
#define COMMISSIONING_STATEMENT_CORE_H

#include "settle/curve_core.h"

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

extern SettleStatus settle_statement(const SettleTerms *terms, const SettleInputs *inputs,
									 Settlement *out, char *message, size_t message_size);

#endif /* COMMISSIONING_STATEMENT_CORE_H */

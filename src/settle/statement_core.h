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

/* What a scale of the terms is looked up by. */
typedef enum LookBy
{
	BY_SCORE,
	BY_SIZE,
	BY_RATIO /* actual over benchmark, as they are compared */
} LookBy;

typedef enum SettlePays
{
	PAYS_SHARE,
	PAYS_BENCHMARK, /* benchmark + share */
	PAYS_FEE        /* fee + share */
} SettlePays;

/* A number that may be left out. */
typedef struct SettleNumber
{
	bool     given;
	ExactRat value;
} SettleNumber;

/* Text that belongs to the caller, not ended by a zero; at is NULL when there is none. */
typedef struct SettleText
{
	const char *at;
	int         len;
} SettleText;

/* All bytes zero: no clause, except curve and unit. */
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
	const TermsCurve *stop_loss; /* in money alone */
	bool              adjust_volume;
	bool              adjust_risk;
	SettleNumber      risk_limit;
	SettleNumber      withhold;
	const TermsScale *withhold_scale;
	const TermsScale *allowance;
	SettleNumber      minimum_size;
	bool              refuse_under_size;
	SettleNumber      below_gate;
	bool              guardrail;
	LookBy            quality_by;
	LookBy            loss_rate_by;
	SettleNumber      fee_at_risk;
	bool              net_of_fee;
	SettlePays        pays;
	bool              has_reopener;
	TermsAmount       reopener;
	bool              caps_first; /* before quality */
	SettleNumber      contingency;
	const TermsSplit *split;
	bool              first; /* odd pennies go to the first parties */
	SettleText        counterparty;
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
	INPUT_VOLUME,
	INPUT_PLAN_VOLUME,
	INPUT_RISK,
	INPUT_PLAN_RISK,
	INPUT_GUARDRAIL_BENCHMARK,
	INPUT_FEE,
	INPUTS
} SettleInput;

extern const char *const settle_input_name[INPUTS];

typedef struct SettleInputs
{
	bool     given[INPUTS];
	ExactRat value[INPUTS];
} SettleInputs;

/* The cost of one case: whole pence, or a fraction of pounds where it is none. */
typedef struct SettleCase
{
	int64_t         pence;
	const ExactRat *exact;
} SettleCase;

typedef enum UnderVolume
{
	UNDER_REDISTRIBUTE,
	UNDER_PAY,
	UNDER_CARRY
} UnderVolume;

typedef struct SettleIndicator
{
	SettleText        name;
	ExactRat          weight;
	const TermsScale *scale;
	SettleNumber      score;
	SettleNumber      volume;
	SettleNumber      minimum_volume;
	UnderVolume       under_volume;
} SettleIndicator;

typedef struct SettleCondition
{
	SettleText name;
	bool       decided;
	bool       met;
	SettleText evidence;
} SettleCondition;

/* In pence, positive in favour of the party. */
typedef struct SettleAccount
{
	SettleText party;
	int64_t    own;
	bool       has_posted;
	int64_t    posted;
	int64_t    contested;
	int64_t    overdue;
	bool       has_interest; /* days and rate are given */
	int64_t    days;
	ExactRat   rate;
} SettleAccount;

#define SETTLE_MAX_INDICATORS 64

typedef struct SettleDetail
{
	bool                   has_cases;
	int                    cases;
	const SettleCase      *one_case;
	int                    indicators;
	const SettleIndicator *indicator;
	int                    conditions;
	const SettleCondition *condition;
	int                    accounts;
	const SettleAccount   *account;
} SettleDetail;

/* Dearest cases that are shown one by one. */
#define SETTLE_MAX_CASES 20
/* Lines of a statement without detail. */
#define SETTLE_MAX_LINES (TERMS_MAX_BANDS + 32)
#define SETTLE_FORMULA 512

/*
 * One line of a statement; pence is what stands after it (for a band: its part).
 *
 * name follows the clause, tail the formula.
 */
typedef struct SettleLine
{
	const char *code;
	char        clause[2 * TERMS_TEXT];
	SettleText  name;
	char        formula[SETTLE_FORMULA];
	SettleText  tail;
	bool        has_quantity;
	ExactRat    quantity;
	char        rate[TERMS_TEXT];
	ExactRat    exact;
	int64_t     pence;
	SettleText  party;
} SettleLine;

/* Takes each line as it is finished; check, where there is one, may end a long search. */
typedef struct SettleSink
{
	void (*put)(void *where, const SettleLine *line);
	void *where;
	void (*check)(void);
} SettleSink;

/* A party as the last steps see it, in pence. */
typedef struct SettleParty
{
	SettleText           name;
	const SettleAccount *account;
	int64_t              stands; /* cumulative */
	int64_t              posted;
	int64_t              delta;
	int64_t              held;
	int64_t              interest;
} SettleParty;

/*
 * Room to work in, the caller's: weight, order and part for the parties of the
 * split, party for those, the counterparty and one for each account.
 */
typedef struct SettleRoom
{
	Share            share;
	ExactInt        *weight;
	const ExactInt **order;
	int64_t         *part;
	SettleParty     *party;
} SettleRoom;

typedef struct Settlement
{
	int        lines;
	SettleLine line[SETTLE_MAX_LINES];
	SettleRoom room;
	int64_t    settled; /* pence */
} Settlement;

typedef enum SettleStatus
{
	SETTLE_OK,
	SETTLE_MISSING, /* an input is missing or unusable: 22023 */
	SETTLE_OVERFLOW /* 22003 */
} SettleStatus;

extern SettleStatus settle_statement(const SettleTerms *terms, const SettleInputs *inputs,
									 Settlement *out, char *message, size_t message_size);
extern SettleStatus settle_lines(const SettleTerms *terms, const SettleInputs *inputs,
								 const SettleDetail *detail, bool parties, SettleRoom *room,
								 const SettleSink *sink, int64_t *settled, char *message,
								 size_t message_size);

#endif /* COMMISSIONING_STATEMENT_CORE_H */

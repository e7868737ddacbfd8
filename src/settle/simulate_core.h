/*-------------------------------------------------------------------------
 *
 * simulate_core.h
 *	  Settlement of many drawn results, exactly as one by one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SIMULATE_CORE_H
#define COMMISSIONING_SIMULATE_CORE_H

#include "settle/settle_core.h"
#include "settle/simulate_num_core.h"
#include "settle/simulate_random_core.h"

#define SIM_SCORE_UNIT 10000
#define SIM_BINS 20
#define SIM_QUANTILES 7
/* Draws are held within this many pence, so that every sum on the way fits. */
#define SIM_MOST_PENCE INT64_C(1000000000000000)

/*--------------------------------------------------------------------
 * What is drawn
 *--------------------------------------------------------------------
 */

typedef enum SimShape
{
	SIM_NORMAL,
	SIM_LOGNORMAL,
	SIM_GAMMA
} SimShape;

/* Money in pence, the score as a number; spreads of 0 draw the mean every time. */
typedef struct SimUncertainty
{
	SimShape shape;
	double   actual_mean;
	double   actual_sd;
	bool     by_person; /* sd = cv x mean / sqrt(size) */
	double   cv;
	bool     draws_size;
	double   size_mean;
	double   size_sd;
	bool     follows_size; /* mean of actual and input volume move with the drawn size */
	bool     draws_score;
	double   score_mean;
	double   score_sd;
	double   score_most;
	double   correlation; /* of actual and score */
} SimUncertainty;

typedef struct SimDraw
{
	int64_t actual; /* pence */
	int64_t size;
	int64_t score; /* in 1/10000 */
} SimDraw;

extern bool sim_draw(const SimUncertainty *u, SimRandom *r, SimDraw *draw);

/*--------------------------------------------------------------------
 * What becomes of it
 *--------------------------------------------------------------------
 */

/* From (or below) bound the rate is (slope x value + intercept) / den; bound.den 0: everywhere. */
typedef struct SimStep
{
	SimNum  bound;
	int64_t slope;
	int64_t intercept;
	int64_t den;
} SimStep;

typedef struct SimScale
{
	bool    given;
	bool    linear;
	int     steps;
	SimStep step[TERMS_MAX_STEPS + 1];
	/* the value looked up last, and its rate */
	bool   known;
	SimNum value;
	SimNum rate;
} SimScale;

/* A limit is `times` pence, or `times` of the base, over the common denominator of its side. */
typedef struct SimLimit
{
	bool    given;
	bool    of_base;
	SimWide times;
} SimLimit;

typedef struct SimSide
{
	int      bands;
	SimLimit upper[TERMS_MAX_BANDS];
	SimWide  rate[TERMS_MAX_BANDS];
	SimLimit gate;
	SimLimit cap;
	SimWide  amount_den;
	SimWide  rate_den;
} SimSide;

typedef struct SimCap
{
	bool   given;
	bool   of_base;
	bool   missing; /* of a revenue that is not known */
	SimNum amount;  /* pence, or times the base */
} SimCap;

/* Terms and inputs made ready: constants as fractions of pence. */
typedef struct SimPlan
{
	const SettleTerms *terms;
	SettleInputs       inputs; /* of the exact path; the draw goes into it */
	bool               draws_size;
	bool               draws_score;
	bool               follows_size; /* the input volume is the drawn size */
	bool               fast;         /* every constant fits */
	bool               complete;     /* inputs that every draw needs are there */
	SimNum             benchmark;    /* adjusted by all that is not drawn */
	SimNum             per_volume;   /* 1 / plan_volume, where the volume is drawn */
	bool               has_base;
	SimNum             base;
	SimNum             carried;
	SimNum             guardrail;
	SimNum             fee;
	SimNum             size;
	SimNum             score;
	SimNum             minimum_rate;
	SimNum             relief;
	bool               needs_base[2];
	SimSide            side[2];
	SimNum             factor[2];
	SimCap             cap[2];
	SimNum             withhold;
	SimNum             contingency;
	SimNum             minimum_size;
	SimNum             below_gate;
	SimNum             fee_at_risk;
	SimScale           gate;
	SimScale           quality;
	SimScale           loss_rate;
	SimScale           allowance;
	SimScale           withhold_scale;
} SimPlan;

typedef struct SimOutcome
{
	int64_t pence; /* the settlement */
	int64_t share; /* what is shared, without benchmark or fee */
	bool    gate_tested;
	bool    gate_met;
	bool    capped;
} SimOutcome;

extern void         sim_plan(SimPlan *p, const SettleTerms *terms, const SettleInputs *inputs,
							 const SimUncertainty *u);
extern bool         sim_benchmark(SimPlan *p, SimNum *benchmark);
extern bool         sim_settle_fast(SimPlan *p, const SimDraw *draw, SimOutcome *out);
extern SettleStatus sim_settle_exact(SimPlan *p, const SimDraw *draw, Settlement *room,
									 SimOutcome *out, char *message, size_t message_size);
extern SettleStatus sim_settle(SimPlan *p, const SimDraw *draw, Settlement *room, SimOutcome *out,
							   char *message, size_t message_size);

/*--------------------------------------------------------------------
 * What it comes to
 *--------------------------------------------------------------------
 */

typedef struct SimSummary
{
	int64_t draws;
	int64_t mean; /* rounded to the penny, half away */
	double  sd;   /* pence; of a single draw 0 */
	int64_t least;
	int64_t quantile[SIM_QUANTILES];
	int64_t most;
	int64_t bin_width;
	int64_t bin[SIM_BINS];
} SimSummary;

extern const int sim_percent[SIM_QUANTILES];

extern void    sim_sort(int64_t *value, int64_t *room, int64_t n);
extern int64_t sim_mean(__int128 sum, int64_t n);
extern void    sim_summarise(int64_t *value, int64_t *room, int64_t n, SimSummary *out);

/*--------------------------------------------------------------------
 * Parties and break-even
 *--------------------------------------------------------------------
 */

typedef struct SimSplit
{
	int      parties;
	bool     fast;
	bool     first;
	int64_t  sum;
	int64_t  weight[TERMS_MAX_PARTIES];
	int64_t  rest[TERMS_MAX_PARTIES];
	bool     given[TERMS_MAX_PARTIES];
	ExactInt exact[TERMS_MAX_PARTIES];
} SimSplit;

extern bool sim_split_plan(const TermsSplit *split, bool first, SimSplit *s);
extern bool sim_split_fast(SimSplit *s, int64_t total, int64_t *part);

typedef enum SimEven
{
	SIM_EVEN_FOUND,
	SIM_EVEN_NEVER,
	SIM_EVEN_FAILED /* see status */
} SimEven;

extern SimEven sim_break_even(SimPlan *p, int64_t target, Settlement *room, int64_t *actual,
							  SettleStatus *status, char *message, size_t message_size);

#endif /* COMMISSIONING_SIMULATE_CORE_H */

/*-------------------------------------------------------------------------
 *
 * simulate_plan_core.h
 *	  Terms and inputs made ready for many draws.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SIMULATE_PLAN_CORE_H
#define COMMISSIONING_SIMULATE_PLAN_CORE_H

#include "settle/simulate_core.h"
#include "settle/simulate_num_core.h"

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

extern void sim_plan(SimPlan *p, const SettleTerms *terms, const SettleInputs *inputs,
					 const SimUncertainty *u);

#endif /* COMMISSIONING_SIMULATE_PLAN_CORE_H */

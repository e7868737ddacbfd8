/*-------------------------------------------------------------------------
 *
 * simulate_fast_core.h
 *	  What becomes of one draw, exactly as settle has it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SIMULATE_FAST_CORE_H
#define COMMISSIONING_SIMULATE_FAST_CORE_H

#include "settle/simulate_plan_core.h"

typedef struct SimOutcome
{
	int64_t pence; /* the settlement */
	int64_t share; /* what is shared, without benchmark or fee */
	bool    gate_tested;
	bool    gate_met;
	bool    capped;
} SimOutcome;

extern bool         sim_benchmark(SimPlan *p, SimNum *benchmark);
extern bool         sim_settle_fast(SimPlan *p, const SimDraw *draw, SimOutcome *out);
extern SettleStatus sim_settle_exact(SimPlan *p, const SimDraw *draw, Settlement *room,
									 SimOutcome *out, char *message, size_t message_size);
extern SettleStatus sim_settle(SimPlan *p, const SimDraw *draw, Settlement *room, SimOutcome *out,
							   char *message, size_t message_size);

#endif /* COMMISSIONING_SIMULATE_FAST_CORE_H */

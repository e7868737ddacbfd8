/*-------------------------------------------------------------------------
 *
 * simulate_even_core.h
 *	  The actual at which a settlement reaches a target.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SIMULATE_EVEN_CORE_H
#define COMMISSIONING_SIMULATE_EVEN_CORE_H

#include "settle/simulate_fast_core.h"

typedef enum SimEven
{
	SIM_EVEN_FOUND,
	SIM_EVEN_NEVER,
	SIM_EVEN_FAILED /* see status */
} SimEven;

extern SimEven sim_break_even(SimPlan *p, int64_t target, Settlement *room, int64_t *actual,
							  SettleStatus *status, char *message, size_t message_size);

#endif /* COMMISSIONING_SIMULATE_EVEN_CORE_H */

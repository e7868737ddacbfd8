/*-------------------------------------------------------------------------
 *
 * simulate_random_core.h
 *	  Random numbers that are the same for ever, by seed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SIMULATE_RANDOM_CORE_H
#define COMMISSIONING_SIMULATE_RANDOM_CORE_H

#include <stdint.h>

typedef struct SimRandom
{
	uint64_t word[4];
} SimRandom;

extern uint64_t sim_splitmix(uint64_t *state);
extern void     sim_seed(SimRandom *r, uint64_t seed);
extern uint64_t sim_next(SimRandom *r);
extern double   sim_uniform(SimRandom *r);
extern double   sim_log(double x);
extern double   sim_exp(double x);
extern double   sim_normal(double p);

#endif /* COMMISSIONING_SIMULATE_RANDOM_CORE_H */

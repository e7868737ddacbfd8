/*-------------------------------------------------------------------------
 *
 * sweep_spell_core.h
 *	  Spells of one person: overlaps, transfers, stays in order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWEEP_SPELL_CORE_H
#define SWEEP_SPELL_CORE_H

#include "invoice/sweep_line_core.h"

extern void sweep_overlaps(SweepPerson *person);
extern void sweep_two_providers(SweepPerson *person);
extern void sweep_stays(SweepPerson *person);
extern void sweep_transfers(SweepPerson *person);
extern void sweep_spread(SweepPerson *person);

extern const SweepStay *sweep_last_stay(const SweepPerson *person, SweepText provider, int32_t end,
										int32_t start);

#endif /* SWEEP_SPELL_CORE_H */

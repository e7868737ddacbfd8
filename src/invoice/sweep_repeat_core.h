/*-------------------------------------------------------------------------
 *
 * sweep_repeat_core.h
 *	  Lines that claim what another line of the person claims.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWEEP_REPEAT_CORE_H
#define SWEEP_REPEAT_CORE_H

#include "invoice/sweep_line_core.h"

extern void sweep_duplicates(SweepPerson *person);
extern void sweep_repeats(SweepPerson *person);
extern void sweep_other_feed(SweepPerson *person);
extern void sweep_same_drug(SweepPerson *person);
extern void sweep_pathway_repeats(SweepPerson *person);

#endif /* SWEEP_REPEAT_CORE_H */

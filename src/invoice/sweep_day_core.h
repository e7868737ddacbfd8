/*-------------------------------------------------------------------------
 *
 * sweep_day_core.h
 *	  What a line has to do with stays, attendances, pathways and codes of
 *	  the same person around its day.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWEEP_DAY_CORE_H
#define SWEEP_DAY_CORE_H

#include "invoice/sweep_line_core.h"

extern void   sweep_inside_spells(SweepPerson *person);
extern void   sweep_admission_days(SweepPerson *person);
extern void   sweep_emergency_days(SweepPerson *person);
extern void   sweep_pathways(SweepPerson *person);
extern void   sweep_firsts(SweepPerson *person);
extern void   sweep_discharges(SweepPerson *person);
extern void   sweep_drug_events(SweepPerson *person);
extern void   sweep_lone_secondaries(SweepPerson *person);
extern size_t sweep_day_room(const SweepEvent *events, int32_t count);

#endif /* SWEEP_DAY_CORE_H */

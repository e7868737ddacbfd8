/*-------------------------------------------------------------------------
 *
 * sweep_same_day_core.h
 *	  Lines of one day that are not paid beside each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWEEP_SAME_DAY_CORE_H
#define SWEEP_SAME_DAY_CORE_H

#include "invoice/sweep_line_core.h"

extern void sweep_same_day_attendances(SweepPerson *person);
extern void sweep_procedures_same_day(SweepPerson *person);
extern void sweep_code_pairs(SweepPerson *person);
extern void sweep_day_cases(SweepPerson *person);

#endif /* SWEEP_SAME_DAY_CORE_H */

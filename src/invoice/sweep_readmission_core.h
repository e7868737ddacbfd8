/*-------------------------------------------------------------------------
 *
 * sweep_readmission_core.h
 *	  Emergency admissions within 30 days of a discharge.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWEEP_READMISSION_CORE_H
#define SWEEP_READMISSION_CORE_H

#include "invoice/sweep_line_core.h"

extern void sweep_readmissions(SweepPerson *person);

#endif /* SWEEP_READMISSION_CORE_H */

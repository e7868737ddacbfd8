/*-------------------------------------------------------------------------
 *
 * risk_ranges_core.h
 *	  Code prefixes and condition keys of a risk model as sets of categories.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_RANGES_CORE_H
#define RISK_RANGES_CORE_H

#include "risk/risk_draft_core.h"

extern bool make_ranges(Draft *draft);

#endif /* RISK_RANGES_CORE_H */

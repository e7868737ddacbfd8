/*-------------------------------------------------------------------------
 *
 * risk_categories_core.h
 *	  Categories of a risk model from JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_CATEGORIES_CORE_H
#define RISK_CATEGORIES_CORE_H

#include "risk/risk_draft_core.h"

extern bool take_categories(Draft *draft, const RiskJson *list);
extern bool take_edits(Draft *draft, const RiskJson *list);
extern bool take_removals(Draft *draft, const RiskJson *list);

#endif /* RISK_CATEGORIES_CORE_H */

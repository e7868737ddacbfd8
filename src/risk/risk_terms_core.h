/*-------------------------------------------------------------------------
 *
 * risk_terms_core.h
 *	  Inputs, interactions and counts of a risk model from JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_TERMS_CORE_H
#define RISK_TERMS_CORE_H

#include "risk/risk_draft_core.h"

extern const char *const risk_transform_names[];

extern bool take_terms(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *count);
extern bool take_interactions(Draft *draft, const RiskPath *path, const RiskJson *list,
							  uint32_t *count);
extern bool take_factors(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t first);
extern bool take_counts(Draft *draft, const RiskJson *list);
extern bool take_category_steps(Draft *draft, const RiskJson *list);

#endif /* RISK_TERMS_CORE_H */

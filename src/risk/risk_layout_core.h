/*-------------------------------------------------------------------------
 *
 * risk_layout_core.h
 *	  A risk model that has been read as one block of memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_LAYOUT_CORE_H
#define RISK_LAYOUT_CORE_H

#include "risk/risk_draft_core.h"

extern RiskModel *write_block(Draft *draft);

#endif /* RISK_LAYOUT_CORE_H */

/*-------------------------------------------------------------------------
 *
 * risk_print_core.h
 *	  Risk models to JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_PRINT_CORE_H
#define RISK_PRINT_CORE_H

#include "risk/risk_core.h"

extern const char *const risk_link_names[];

extern char *risk_model_print(const RiskModel *model, JsonMemory *memory, size_t *length);

#endif /* RISK_PRINT_CORE_H */

/*-------------------------------------------------------------------------
 *
 * risk_build_core.h
 *	  Risk models from JSON and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_BUILD_CORE_H
#define RISK_BUILD_CORE_H

#include "risk/risk_core.h"

extern RiskModel *risk_model_read(const char *text, size_t length, bool utf8, JsonMemory *memory,
								  JsonError *error);
extern char      *risk_model_print(const RiskModel *model, JsonMemory *memory, size_t *length);

#endif /* RISK_BUILD_CORE_H */

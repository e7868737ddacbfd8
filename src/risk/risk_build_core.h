/*-------------------------------------------------------------------------
 *
 * risk_build_core.h
 *	  Risk models from JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_BUILD_CORE_H
#define RISK_BUILD_CORE_H

#include "risk/risk_print_core.h"

extern RiskModel *risk_model_read(const char *text, size_t length, bool utf8, JsonMemory *memory,
								  JsonError *error);

#endif /* RISK_BUILD_CORE_H */

/*-------------------------------------------------------------------------
 *
 * settle_core.h
 *	  Shares, scales, apportionment and settlement statements, exactly.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SETTLE_CORE_H
#define COMMISSIONING_SETTLE_CORE_H

#include "settle/apportion_core.h"
#include "settle/curve_core.h"
#include "settle/statement_core.h"

#endif /* COMMISSIONING_SETTLE_CORE_H */

/*-------------------------------------------------------------------------
 *
 * statement_quality_core.h
 *	  What becomes of a share: indicators, quality, factor, caps, relief.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_STATEMENT_QUALITY_CORE_H
#define COMMISSIONING_STATEMENT_QUALITY_CORE_H

#include "settle/statement_writer_core.h"

extern SettleStatus write_quality(Writer *w);
extern SettleStatus write_caps(Writer *w);
extern void         write_relief(Writer *w);

#endif /* COMMISSIONING_STATEMENT_QUALITY_CORE_H */

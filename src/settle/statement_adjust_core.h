/*-------------------------------------------------------------------------
 *
 * statement_adjust_core.h
 *	  What is compared: cases, benchmark, difference.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_STATEMENT_ADJUST_CORE_H
#define COMMISSIONING_STATEMENT_ADJUST_CORE_H

#include "settle/statement_writer_core.h"

extern bool         case_payment(const TermsCurve *stop_loss, const SettleCase *one, Share *share,
								 ExactRat *exact, int64_t *pence);
extern SettleStatus write_cases(Writer *w);
extern SettleStatus write_adjustments(Writer *w);
extern SettleStatus write_difference(Writer *w);
extern SettleStatus write_held(Writer *w);

#endif /* COMMISSIONING_STATEMENT_ADJUST_CORE_H */

/*-------------------------------------------------------------------------
 *
 * price_steps_core.h
 *	  The calculation of a price as lines for people.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PRICE_STEPS_CORE_H
#define PRICE_STEPS_CORE_H

#include "invoice/price_core.h"

/* One step of the calculation. */
typedef struct PriceStep
{
	const char *part;
	char        formula[320];
	bool        has_amount;
	InvDecimal  amount;
	const char *source;
} PriceStep;

#define PRICE_STEPS 12

extern int price_steps_core(const SpellInput *spell, const SpellPrice *price,
							PriceStep steps[PRICE_STEPS]);
extern int attendance_steps_core(const AttendanceInput *line, const AttendancePrice *price,
								 PriceStep steps[PRICE_STEPS]);
extern int pathway_steps_core(const PathwayInput *line, const AttendancePrice *price,
							  PriceStep steps[PRICE_STEPS]);

#endif /* PRICE_STEPS_CORE_H */

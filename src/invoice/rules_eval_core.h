/*-------------------------------------------------------------------------
 *
 * rules_eval_core.h
 *	  The truth of conditions over one line.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RULES_EVAL_CORE_H
#define RULES_EVAL_CORE_H

#include "invoice/rules_core.h"

/* A condition is true, false, or unknown because of a field: its number. */
#define RULES_IS_TRUE INT64_C(-1)
#define RULES_IS_FALSE INT64_C(-2)

/* One pass over a line. */
typedef struct RulesPass
{
	const RuleSet *rules;
	const uint8_t *classes;
	RulesGet       get;
	void          *line;
} RulesPass;

extern int64_t rules_eval_atom(const RulesPass *run, const RuleNode *node);
extern int64_t rules_eval(const RulesPass *run, uint32_t index);

#endif /* RULES_EVAL_CORE_H */

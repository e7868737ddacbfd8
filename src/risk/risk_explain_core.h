/*-------------------------------------------------------------------------
 *
 * risk_explain_core.h
 *	  The terms that a score is made of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_EXPLAIN_CORE_H
#define RISK_EXPLAIN_CORE_H

#include "risk/risk_eval_core.h"

/* One row of an explanation; texts are valid during the call that receives it. */
typedef struct RiskRow
{
	const char *prefix; /* stands before the term, mostly empty */
	const char *term;
	const char *label;    /* NULL: none */
	const char *evidence; /* NULL: none */
	bool        has_value;
	double      value;
	bool        has_contribution; /* false: not assessed */
	double      contribution;
	bool        has_average;
	double      average;
} RiskRow;

/* Who takes the rows, and who knows what found a category. */
typedef struct RiskListener
{
	void (*row)(void *state, const RiskRow *row);
	void (*found_by)(void *state, uint32_t category, JsonBuffer *evidence); /* NULL: nobody */
	void       *state;
	JsonMemory *memory;
} RiskListener;

extern RiskOutcome risk_explain_score(const RiskModel *model, RiskStages *stages,
									  const RiskValue *values, RiskListener *listener,
									  uint32_t *source);

#endif /* RISK_EXPLAIN_CORE_H */

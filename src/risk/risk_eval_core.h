/*-------------------------------------------------------------------------
 *
 * risk_eval_core.h
 *	  Scores of models of format 2.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_EVAL_CORE_H
#define RISK_EVAL_CORE_H

#include "risk/risk_core.h"

/* One input of one person. */
typedef struct RiskValue
{
	bool        known;
	double      number; /* where the model takes it as a number */
	const char *text;   /* where the model takes it as text */
	size_t      length;
} RiskValue;

typedef enum RiskOutcome
{
	RISK_SCORED,
	RISK_NOT_ASSESSED, /* an input is not known, or the model is not valid for the person */
	RISK_BAD_DOMAIN,   /* an input that cannot be transformed */
	RISK_BAD_LEVEL,    /* a text that is no level of the model */
	RISK_BAD_NUMBER,   /* not-a-number where a decision hangs on it */
	RISK_OVERFLOW
} RiskOutcome;

/* What one term adds: scaled points and a number; where it stands and why. */
typedef struct RiskPart
{
	bool        on; /* does it apply? */
	int64_t     points;
	double      number;
	double      value;  /* what was taken for the input */
	uint32_t    step;   /* number of the bin or level plus one */
	uint32_t    source; /* the input that stood in the way */
	RiskOutcome outcome;
} RiskPart;

/* The categories of one person, stage by stage. */
typedef struct RiskStages
{
	uint64_t found[RISK_MAX_WORDS];
	uint64_t moved[RISK_MAX_WORDS];  /* after only, becomes and otherwise */
	uint64_t needed[RISK_MAX_WORDS]; /* after needs */
	uint64_t kept[RISK_MAX_WORDS];   /* after the hierarchy */
} RiskStages;

/* A score and what it is made of. */
typedef struct RiskScore
{
	RiskOutcome outcome;
	uint32_t    source;          /* the input that stood in the way */
	int64_t     category_points; /* sum over the categories kept */
	int64_t     points;          /* of everything, within the limits */
	int64_t     unlimited;       /* the same before the limits */
	double      linear;          /* linear predictor before calibration */
	double      calibrated;
	double      probability; /* linear predictor of the first part */
	double      score;
} RiskScore;

extern bool risk_term_transform(const RiskTerm *term, double value, double *result);
extern void risk_term_part(const RiskModel *model, const RiskTerm *term, const RiskValue *values,
						   RiskPart *part);
extern void risk_interaction_part(const RiskModel *model, const RiskInteraction *interaction,
								  const uint64_t *kept, const RiskValue *values, RiskPart *part);
extern void risk_count_part(const RiskModel *model, const RiskCount *count, const uint64_t *kept,
							RiskPart *part);
extern RiskOutcome risk_limits_hold(const RiskModel *model, uint32_t first, uint32_t n,
									const RiskValue *values, bool *hold, uint32_t *source);
extern RiskOutcome risk_is_valid(const RiskModel *model, const RiskValue *values, uint32_t *source);
extern RiskOutcome risk_run_stages(const RiskModel *model, const RiskValue *values, bool hierarchy,
								   RiskStages *stages, uint32_t *source);
extern int64_t     risk_category_step(const RiskModel *model, int64_t points);
extern void risk_evaluate(const RiskModel *model, RiskStages *stages, const RiskValue *values,
						  bool hierarchy, RiskScore *score);

extern bool risk_score_linear(const RiskModel *model, const double *inputs, double *score);

#endif /* RISK_EVAL_CORE_H */

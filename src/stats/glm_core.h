/*-------------------------------------------------------------------------
 *
 * glm_core.h
 *	  Generalised linear models: what one pass over the rows adds up, and the
 *	  linear algebra on it.
 *
 * Plain C without PostgreSQL headers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GLM_CORE_H
#define GLM_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GLM_FORMAT 1
#define GLM_MAX_COLUMNS 500

typedef enum GlmMode
{
	GLM_PROFILE, /* means, spreads and counts of what is skipped */
	GLM_PASS     /* log likelihood and its derivatives at given coefficients */
} GlmMode;

typedef enum GlmFamily
{
	GLM_LOGISTIC,
	GLM_POISSON,
	GLM_NEGATIVE_BINOMIAL,
	GLM_GAMMA,
	GLM_GAUSSIAN,
	GLM_FAMILIES
} GlmFamily;

/*
 * What a pass is told, as doubles:
 * mode, family, number of columns p, theta, expected; for GLM_PASS then the
 * p + 1 coefficients, the p centres and the p factors by which the centred
 * columns are multiplied.  The first coefficient is the intercept; all belong
 * to the centred and scaled columns.
 */
enum
{
	GLM_CONTROL_MODE,
	GLM_CONTROL_FAMILY,
	GLM_CONTROL_COLUMNS,
	GLM_CONTROL_THETA,
	GLM_CONTROL_EXPECTED, /* 1: information as expected, 0: as observed */
	GLM_CONTROL_HEADER
};

/*
 * The state of a pass is one array of doubles: this header, two counts per
 * argument of rows skipped (unknown, not finite; outcome, weight, offset, then
 * the columns), then by mode
 *	profile: mean, sum of squared deviations, least and greatest per column
 *	pass:	 the control's coefficients, centres and factors, and one row to work on
 * and last the sums, three times: of the rows since the last fold, their
 * running totals, and what the totals lost by rounding.
 */
enum
{
	GLM_STATE_FORMAT,
	GLM_STATE_MODE,
	GLM_STATE_FAMILY,
	GLM_STATE_COLUMNS,
	GLM_STATE_THETA,
	GLM_STATE_EXPECTED,
	GLM_ROWS,        /* rows seen */
	GLM_USED,        /* rows that count */
	GLM_PENDING,     /* of those, since the last fold */
	GLM_EXTREME,     /* fitted probabilities within 1e-8 of 0 or 1 */
	GLM_BAD_OUTCOME, /* outcomes that the family does not have */
	GLM_BAD_WEIGHT,  /* negative weights */
	GLM_ZERO_WEIGHT, /* rows skipped because their weight is 0 */
	GLM_FRACTIONS,   /* outcomes that are not whole */
	GLM_LEAST,       /* outcome */
	GLM_GREATEST,
	GLM_STATE_HEADER
};

/* The sums, before the gradient, the packed information and the derivatives across theta. */
enum
{
	GLM_WEIGHT,
	GLM_OUTCOME, /* of weight * outcome, and so on */
	GLM_OFFSET,
	GLM_LOG_LIKELIHOOD,
	GLM_DEVIANCE,
	GLM_PEARSON,
	GLM_LOG_WEIGHT, /* unweighted */
	GLM_LOG_OUTCOME,
	GLM_OUTCOME_OVER_MEAN,
	GLM_PREDICTOR,
	GLM_THETA_MOMENT,
	GLM_THETA_SCORE,
	GLM_THETA_INFORMATION,
	GLM_SUMS
};

/* Sizes and places that follow from the header. */
typedef struct GlmShape
{
	GlmMode   mode;
	GlmFamily family;
	int       columns;
	bool      expected;
	int       skips; /* offsets into the state */
	int       body;
	int       row;
	int       sums;
	int       n_sums; /* length of each of the three runs of sums */
	int       length;
} GlmShape;

/* What a Newton step found. */
typedef struct GlmSolution
{
	double decrement;  /* step' gradient: twice the likelihood to be gained */
	double theta_step; /* of log(theta) */
	int    aliased;    /* first column that depends on those before it, -1: none */
	bool   failed;     /* the information is not finite or not positive */
} GlmSolution;

extern bool   glm_shape(const double *header, GlmShape *shape);
extern bool   glm_control_shape(const double *control, int length, GlmShape *shape);
extern void   glm_start(double *state, const GlmShape *shape, const double *control);
extern void   glm_add(double *state, const GlmShape *shape, double outcome, double weight,
					  double offset, const double *columns);
extern void   glm_skip(double *state, const GlmShape *shape, int argument, bool unknown);
extern void   glm_combine(double *state, const GlmShape *shape, const double *other);
extern double glm_sum(const double *state, const GlmShape *shape, int sum);
extern double glm_log_likelihood(const double *state, const GlmShape *shape);
extern void   glm_scale(const double *mean, const double *squares, double rows, int columns,
						double *centre, double *factor);
extern void   glm_totals(const double *state, const GlmShape *shape, double *totals);
extern void   glm_solve(const double *totals, const GlmShape *shape, const double *coefficients,
						double theta, const double *ridge, double *work, double *step,
						double *dependence, GlmSolution *solution);
extern bool   glm_invert(const double *information, const double *ridge, int n, double *work,
						 double *inverse);
extern double glm_digamma(double x);
extern double glm_trigamma(double x);

#endif /* GLM_CORE_H */

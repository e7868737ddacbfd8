/*-------------------------------------------------------------------------
 *
 * validation_core.h
 *	  How predicted probabilities meet their outcomes, as sums that can be united.
 *
 * The sums are integers in units of 2^-64, so that any partition of the rows,
 * in any order, gives the same state to the last bit.  Plain C, no PostgreSQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_VALIDATION_CORE_H
#define COMMISSIONING_VALIDATION_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An integer of 128 bits in two words, which need no alignment of 16. */
typedef struct WideSum
{
	uint64_t low;
	int64_t  high;
} WideSum;

typedef struct RiskValidation
{
	int64_t rows; /* with outcome and prediction */
	int64_t events;
	int64_t skipped;    /* rows without one of them */
	int64_t impossible; /* rows whose outcome had been given no chance */
	WideSum predicted;  /* sum of p */
	WideSum squared;    /* sum of (y - p)^2 */
	WideSum fourth;     /* sum of (y - p)^4 */
	WideSum log_loss;   /* sum of -ln of the probability given to what happened */
} RiskValidation;

#define RISK_VALIDATION_NUMBERS 8
/* Eight integers of up to 40 characters, blanks, the final zero. */
#define RISK_VALIDATION_TEXT 332

/* What the state says.  Values that are not known are NaN. */
typedef struct RiskSummary
{
	double observed; /* share of events */
	double expected; /* sum of p */
	double brier;
	double brier_error; /* its standard error */
	double scaled_brier;
	double log_loss; /* infinite when something impossible happened */
	double r2_mcfadden;
	double r2_cox_snell;
	double r2_nagelkerke;
} RiskSummary;

extern bool risk_validation_add(RiskValidation *state, bool outcome, double predicted);
extern bool risk_validation_unite(RiskValidation *state, const RiskValidation *more);
extern void risk_validation_summarise(const RiskValidation *state, RiskSummary *summary);
extern void risk_validation_print(const RiskValidation *state, char *text);
extern bool risk_validation_read(const char *text, RiskValidation *state);
extern bool risk_validation_sound(const RiskValidation *state);

#endif /* COMMISSIONING_VALIDATION_CORE_H */

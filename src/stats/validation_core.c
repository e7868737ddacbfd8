/*-------------------------------------------------------------------------
 *
 * validation_core.c
 *	  How predicted probabilities meet their outcomes, as sums that can be united.
 *
 *-------------------------------------------------------------------------
 */
#include "validation_core.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FRACTION_BITS 64

typedef __int128 wide;

static wide
wide_of(WideSum sum)
{
	return (wide) (((unsigned __int128) (uint64_t) sum.high << 64) | sum.low);
}

static WideSum
sum_of(wide value)
{
	WideSum sum;

	sum.low = (uint64_t) value;
	sum.high = (int64_t) (value >> 64);
	return sum;
}

static double
double_of(WideSum sum)
{
	return ldexp((double) wide_of(sum), -FRACTION_BITS);
}

/* add_wide --- *sum += value; false on overflow, which leaves the sum as it was. */
static bool
add_wide(WideSum *sum, wide value)
{
	wide total;

	if (__builtin_add_overflow(wide_of(*sum), value, &total))
		return false;
	*sum = sum_of(total);
	return true;
}

/* fixed --- a number of at most 2^60 in units of 2^-64, rounded. */
static wide
fixed(double value)
{
	return (wide) rint(ldexp(value, FRACTION_BITS));
}

/* risk_validation_add --- one row; predicted lies within 0 and 1.  False on overflow. */
bool
risk_validation_add(RiskValidation *state, bool outcome, double predicted)
{
	double error = outcome ? 1 - predicted : predicted;
	double chance = outcome ? predicted : 1 - predicted;
	bool   fits = true;

	state->rows++;
	if (outcome)
		state->events++;
	fits &= add_wide(&state->predicted, fixed(predicted));
	fits &= add_wide(&state->squared, fixed(error * error));
	fits &= add_wide(&state->fourth, fixed(error * error * error * error));
	if (chance == 0)
		state->impossible++;
	else
		/* log1p keeps what a small prediction says about a row without event */
		fits &= add_wide(&state->log_loss, fixed(outcome ? -log(predicted) : -log1p(-predicted)));
	return fits;
}

/* risk_validation_unite --- state := both together.  False on overflow, which no real data reach.
 */
bool
risk_validation_unite(RiskValidation *state, const RiskValidation *more)
{
	return !__builtin_add_overflow(state->rows, more->rows, &state->rows) &&
		   !__builtin_add_overflow(state->events, more->events, &state->events) &&
		   !__builtin_add_overflow(state->skipped, more->skipped, &state->skipped) &&
		   !__builtin_add_overflow(state->impossible, more->impossible, &state->impossible) &&
		   add_wide(&state->predicted, wide_of(more->predicted)) &&
		   add_wide(&state->squared, wide_of(more->squared)) &&
		   add_wide(&state->fourth, wide_of(more->fourth)) &&
		   add_wide(&state->log_loss, wide_of(more->log_loss));
}

/* pseudo_r2 --- log likelihoods of the predictions and of the prevalence alone, over n rows. */
static void
pseudo_r2(double n, double model, double null_model, RiskSummary *summary)
{
	summary->r2_mcfadden = 1 - model / null_model;
	summary->r2_cox_snell = -expm1(2 / n * (null_model - model));
	summary->r2_nagelkerke = summary->r2_cox_snell / -expm1(2 / n * null_model);
}

/*
 * risk_validation_summarise --- measures of a state; NaN where there is none:
 * everything without rows, what compares with the prevalence when all outcomes
 * are the same, the pseudo R2s when something impossible happened.
 */
void
risk_validation_summarise(const RiskValidation *state, RiskSummary *summary)
{
	double n = (double) state->rows;
	double q = (double) state->events / n;
	double fourth = double_of(state->fourth) / n;

	summary->observed = q;
	summary->expected = double_of(state->predicted);
	summary->brier = double_of(state->squared) / n;
	summary->brier_error =
		n > 1 ? sqrt(fmax(fourth - summary->brier * summary->brier, 0) / (n - 1)) : NAN;
	summary->log_loss = state->impossible > 0 ? INFINITY : double_of(state->log_loss) / n;
	summary->scaled_brier = summary->r2_mcfadden = NAN;
	summary->r2_cox_snell = summary->r2_nagelkerke = NAN;
	if (state->events == 0 || state->events >= state->rows)
		return;
	summary->scaled_brier = 1 - summary->brier / (q * (1 - q));
	if (state->impossible == 0)
		pseudo_r2(n, -double_of(state->log_loss), n * (q * log(q) + (1 - q) * log1p(-q)), summary);
}

/* print_wide --- decimal digits of value, a sign if it has one; the end of the text. */
static char *
print_wide(wide value, char *text)
{
	char              digits[40];
	int               n = 0;
	unsigned __int128 rest = value < 0 ? -(unsigned __int128) value : (unsigned __int128) value;

	do
		digits[n++] = (char) ('0' + (int) (rest % 10));
	while ((rest /= 10) != 0);
	if (value < 0)
		*text++ = '-';
	while (n > 0)
		*text++ = digits[--n];
	*text = '\0';
	return text;
}

/* read_wide --- the next number of a text and what stops it; false when there is none or it is too
 * large. */
static bool
read_wide(const char **text, wide *value)
{
	const char *c = *text;

	while (*c == ' ')
		c++;
	if (*c < '0' || *c > '9')
		return false;
	for (*value = 0; *c >= '0' && *c <= '9'; c++)
		if (__builtin_mul_overflow(*value, (wide) 10, value) ||
			__builtin_add_overflow(*value, (wide) (*c - '0'), value))
			return false;
	*text = c;
	return true;
}

/* risk_validation_print --- the eight numbers of a state with blanks between, into
 * RISK_VALIDATION_TEXT bytes. */
void
risk_validation_print(const RiskValidation *state, char *text)
{
	const wide numbers[RISK_VALIDATION_NUMBERS] = {state->rows,
												   state->events,
												   state->skipped,
												   state->impossible,
												   wide_of(state->predicted),
												   wide_of(state->squared),
												   wide_of(state->fourth),
												   wide_of(state->log_loss)};
	int        i;

	for (i = 0; i < RISK_VALIDATION_NUMBERS; i++)
	{
		if (i > 0)
			*text++ = ' ';
		text = print_wide(numbers[i], text);
	}
}

/* risk_validation_read --- the inverse; false for anything that no rows can have made. */
bool
risk_validation_read(const char *text, RiskValidation *state)
{
	wide numbers[RISK_VALIDATION_NUMBERS];
	int  i;

	for (i = 0; i < RISK_VALIDATION_NUMBERS; i++)
		if (!read_wide(&text, &numbers[i]) || (i < 4 && numbers[i] > INT64_MAX))
			return false;
	while (*text == ' ')
		text++;
	state->rows = (int64_t) numbers[0];
	state->events = (int64_t) numbers[1];
	state->skipped = (int64_t) numbers[2];
	state->impossible = (int64_t) numbers[3];
	state->predicted = sum_of(numbers[4]);
	state->squared = sum_of(numbers[5]);
	state->fourth = sum_of(numbers[6]);
	state->log_loss = sum_of(numbers[7]);
	return *text == '\0' && risk_validation_sound(state);
}

/* risk_validation_sound --- could rows have made this state?  For what is read from outside. */
bool
risk_validation_sound(const RiskValidation *state)
{
	wide most = (wide) state->rows * ((wide) 1 << FRACTION_BITS);

	return state->rows >= 0 && state->events >= 0 && state->events <= state->rows &&
		   state->skipped >= 0 && state->impossible >= 0 && state->impossible <= state->rows &&
		   wide_of(state->predicted) >= 0 && wide_of(state->predicted) <= most &&
		   wide_of(state->squared) >= 0 && wide_of(state->squared) <= most &&
		   wide_of(state->fourth) >= 0 && wide_of(state->fourth) <= wide_of(state->squared) &&
		   wide_of(state->log_loss) >= 0;
}

/*-------------------------------------------------------------------------
 *
 * auc_core.c
 *	  Area under the ROC curve in one pass over rows sorted by prediction.
 *
 *-------------------------------------------------------------------------
 */
#include "auc_core.h"

#include <math.h>

/* add_placements --- rows of one and the same placement join mean and squares (Chan et al. 1979).
 */
static void
add_placements(double rows, double rows_before, double placement, double *mean, double *squares)
{
	double delta = placement - *mean;

	if (rows == 0)
		return;
	*mean += delta * rows / (rows_before + rows);
	*squares += rows * delta * (placement - *mean);
}

/*
 * close_group --- the rows of one prediction are complete: place them.
 *
 * An event is placed at the number of others below it, an other at the number
 * of events below it (above it would only turn the sign); ties count one half.
 */
static void
close_group(AucState *state)
{
	double place_events = state->others + state->group_others / 2;
	double place_others = state->events + state->group_events / 2;

	add_placements(state->group_events, state->events, place_events, &state->mean_events,
				   &state->squares_events);
	add_placements(state->group_others, state->others, place_others, &state->mean_others,
				   &state->squares_others);
	state->twice_placed += 2 * place_events * state->group_events;
	state->events += state->group_events;
	state->others += state->group_others;
	state->group_events = 0;
	state->group_others = 0;
}

/*
 * auc_add --- the next row.  False, and the state as it was, when its
 * prediction lies below the one before it.  The prediction is not NaN.
 */
bool
auc_add(AucState *state, bool outcome, double predicted)
{
	bool first = state->events + state->others + state->group_events + state->group_others == 0;

	if (!first && predicted < state->last)
		return false;
	if (!first && predicted > state->last)
		close_group(state);
	state->last = predicted;
	if (outcome)
		state->group_events++;
	else
		state->group_others++;
	return true;
}

/* auc_finish --- area and standard error of what was added; the state is left as it is. */
void
auc_finish(const AucState *state, AucResult *result)
{
	AucState all = *state;
	double   m, n;

	close_group(&all);
	m = all.events;
	n = all.others;
	result->events = m;
	result->others = n;
	result->known = m > 0 && n > 0;
	result->error_known = m > 1 && n > 1;
	result->auc = result->known ? all.twice_placed / 2 / m / n : 0;
	result->std_error = 0;
	if (result->error_known)
		result->std_error = sqrt(all.squares_events / (m - 1) / n / n / m +
								 all.squares_others / (n - 1) / m / m / n);
}

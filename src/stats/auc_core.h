/*-------------------------------------------------------------------------
 *
 * auc_core.h
 *	  Area under the ROC curve in one pass over rows sorted by prediction.
 *
 * Hanley and McNeil 1982 for the area (ties count one half); DeLong, DeLong and
 * Clarke-Pearson 1988 for its variance, from the placements of each row among
 * those of the other outcome.  Plain C, no PostgreSQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_AUC_CORE_H
#define COMMISSIONING_AUC_CORE_H

#include <stdbool.h>

/*
 * The state is doubles only, so that it can be kept as float8[].  The rows of
 * the newest prediction are a group that is still open.
 */
typedef struct AucState
{
	double last;         /* the newest prediction */
	double group_events; /* rows of that prediction */
	double group_others;
	double events; /* rows below it */
	double others;
	double twice_placed; /* twice the sum of the placements of events: whole numbers */
	double mean_events;  /* placements of events: mean and squares about it */
	double squares_events;
	double mean_others; /* the same for the others, counted from below */
	double squares_others;
	double skipped; /* rows without outcome or prediction */
} AucState;

#define AUC_FIELDS (sizeof(AucState) / sizeof(double))

typedef struct AucResult
{
	double events;
	double others;
	bool   known; /* both outcomes occur */
	double auc;
	bool   error_known; /* each occurs at least twice */
	double std_error;
} AucResult;

extern bool auc_add(AucState *state, bool outcome, double predicted);
extern void auc_finish(const AucState *state, AucResult *result);

#endif /* COMMISSIONING_AUC_CORE_H */

/*-------------------------------------------------------------------------
 *
 * simulate_core.h
 *	  Draws of uncertain results, and what many settlements come to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_SIMULATE_CORE_H
#define COMMISSIONING_SIMULATE_CORE_H

#include "settle/settle_core.h"
#include "settle/simulate_random_core.h"

#define SIM_SCORE_UNIT 10000
#define SIM_BINS 20
#define SIM_QUANTILES 7
/* Draws are held within this many pence, so that every sum on the way fits. */
#define SIM_MOST_PENCE INT64_C(1000000000000000)

/*--------------------------------------------------------------------
 * What is drawn
 *--------------------------------------------------------------------
 */

typedef enum SimShape
{
	SIM_NORMAL,
	SIM_LOGNORMAL,
	SIM_GAMMA
} SimShape;

/* Money in pence, the score as a number; spreads of 0 draw the mean every time. */
typedef struct SimUncertainty
{
	SimShape shape;
	double   actual_mean;
	double   actual_sd;
	bool     by_person; /* sd = cv x mean / sqrt(size) */
	double   cv;
	bool     draws_size;
	double   size_mean;
	double   size_sd;
	bool     follows_size; /* mean of actual and input volume move with the drawn size */
	bool     draws_score;
	double   score_mean;
	double   score_sd;
	double   score_most;
	double   correlation; /* of actual and score */
} SimUncertainty;

typedef struct SimDraw
{
	int64_t actual; /* pence */
	int64_t size;
	int64_t score; /* in 1/10000 */
} SimDraw;

extern bool sim_draw(const SimUncertainty *u, SimRandom *r, SimDraw *draw);

/*--------------------------------------------------------------------
 * What it comes to
 *--------------------------------------------------------------------
 */

typedef struct SimSummary
{
	int64_t draws;
	int64_t mean; /* rounded to the penny, half away */
	double  sd;   /* pence; of a single draw 0 */
	int64_t least;
	int64_t quantile[SIM_QUANTILES];
	int64_t most;
	int64_t bin_width;
	int64_t bin[SIM_BINS];
} SimSummary;

extern const int sim_percent[SIM_QUANTILES];

extern void    sim_sort(int64_t *value, int64_t *room, int64_t n);
extern int64_t sim_mean(__int128 sum, int64_t n);
extern void    sim_summarise(int64_t *value, int64_t *room, int64_t n, SimSummary *out);

/*--------------------------------------------------------------------
 * Parties
 *--------------------------------------------------------------------
 */

typedef struct SimSplit
{
	int      parties;
	bool     fast;
	bool     first;
	int64_t  sum;
	int64_t  weight[TERMS_MAX_PARTIES];
	int64_t  rest[TERMS_MAX_PARTIES];
	bool     given[TERMS_MAX_PARTIES];
	ExactInt exact[TERMS_MAX_PARTIES];
} SimSplit;

extern bool sim_split_plan(const TermsSplit *split, bool first, SimSplit *s);
extern bool sim_split_fast(SimSplit *s, int64_t total, int64_t *part);

#endif /* COMMISSIONING_SIMULATE_CORE_H */

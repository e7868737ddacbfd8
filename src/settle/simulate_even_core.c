/*-------------------------------------------------------------------------
 *
 * simulate_even_core.c
 *	  The actual at which a settlement reaches a target.
 *
 * Between the places where a rate looked up by actual / benchmark changes, a
 * settlement only rises or only falls with actual, whatever gates and cliffs
 * there are: there, halving finds the first penny at which it is no longer on
 * the same side of the target.  Where the rate follows the ratio along a line
 * it may turn round; such a stretch is searched in small pieces.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/simulate_even_core.h"

/* Pieces that a stretch is searched in where quality follows the ratio along a line. */
#define PIECES 256
#define MOST_STOPS (2 * TERMS_MAX_STEPS)

/* What is being searched. */
typedef struct Search
{
	SimPlan     *plan;
	int64_t      target;
	Settlement  *room;
	char        *message;
	size_t       message_size;
	SettleStatus status;
	int          side; /* of the target, at the benchmark */
	int          pieces;
	int          stops;
	int64_t      stop[MOST_STOPS]; /* first pence at which another rate applies */
} Search;

/* side_at --- does the settlement at this actual lie below (-1), on (0) or above (1) the target? */
static int
side_at(Search *s, int64_t actual)
{
	SimDraw    draw = {.actual = actual};
	SimOutcome out = {0};

	if (s->status != SETTLE_OK)
		return s->side;
	s->status = sim_settle(s->plan, &draw, s->room, &out, s->message, s->message_size);
	if (s->status != SETTLE_OK)
		return s->side;
	return (out.pence > s->target) - (out.pence < s->target);
}

/* first_change --- the penny nearest to `near` on the way to `far` that lies on another side. */
static bool
first_change(Search *s, int64_t near, int64_t far, int64_t *out)
{
	if (side_at(s, near) != s->side)
	{
		*out = near;
		return true;
	}
	if (side_at(s, far) == s->side)
		return false;
	while (far - near > 1 || near - far > 1)
	{
		int64_t middle = near + (far - near) / 2;

		if (side_at(s, middle) == s->side)
			near = middle;
		else
			far = middle;
	}
	*out = far;
	return true;
}

/* add_stops --- where the rates of a scale change that is looked up by actual / benchmark. */
static void
add_stops(Search *s, const TermsScale *scale, LookBy by, SimNum benchmark, SimNum fee)
{
	int i;

	if (scale == NULL || by != BY_RATIO)
		return;
	if (scale->linear)
		s->pieces = PIECES;
	for (i = 0; i < scale->rows; i++)
	{
		bool   wide = false;
		SimNum v = {scale->row[i].value.num, scale->row[i].value.den};
		i128   pence;

		v = num_add(num_mul(v, benchmark, &wide), fee, &wide);
		pence = v.num <= 0 ? 0 : (v.num - 1) / v.den + 1;
		if (!wide && pence <= SIM_MOST_PENCE)
			s->stop[s->stops++] = (int64_t) pence;
	}
}

/* plan_stops --- all of them. */
static void
plan_stops(Search *s)
{
	const SettleTerms *t = s->plan->terms;
	SimNum             benchmark, fee = {0, 1};

	s->stops = 0;
	s->pieces = 1;
	if (!sim_benchmark(s->plan, &benchmark))
		return;
	/* the fee is part of what is compared */
	if (t->net_of_fee)
		fee = t->excess ? s->plan->fee : num_neg(s->plan->fee);
	add_stops(s, t->quality, t->quality_by, benchmark, fee);
	add_stops(s, t->loss_rate, t->loss_rate_by, benchmark, fee);
}

/* end_of --- the last penny on the way to `far` before another rate applies. */
static int64_t
end_of(const Search *s, int64_t near, int64_t far)
{
	int i;

	for (i = 0; i < s->stops; i++)
	{
		int64_t stop = s->stop[i];

		if (far < near && stop <= near && stop > far)
			far = stop;
		if (far > near && stop > near && stop <= far)
			far = stop - 1;
	}
	return far;
}

/* search --- the first change from near to far, piece by piece. */
static bool
search(Search *s, int64_t near, int64_t far, int64_t *out)
{
	int i;

	for (i = 0; i < s->pieces; i++)
	{
		int64_t from = near + (far - near) / s->pieces * i;
		int64_t to = i + 1 == s->pieces ? far : near + (far - near) / s->pieces * (i + 1);

		if (first_change(s, from, to, out))
			return true;
	}
	return false;
}

/* walk --- the first change from `at` to `limit`, from one rate to the next. */
static bool
walk(Search *s, int64_t at, int64_t limit, int64_t *out)
{
	int way = limit < at ? -1 : 1;

	while (s->status == SETTLE_OK)
	{
		int64_t far = end_of(s, at, limit);

		if (search(s, at, far, out))
			return true;
		if (far == limit)
			return false;
		at = far + way;
	}
	return false;
}

/*
 * sim_break_even --- the actual, 0 or more, nearest to the benchmark at which the settlement
 * reaches the target or jumps over it; of two equally near ones the lower.
 *
 * The plan must not draw size or score.
 */
SimEven
sim_break_even(SimPlan *p, int64_t target, Settlement *room, int64_t *actual, SettleStatus *status,
			   char *message, size_t message_size)
{
	Search   s = {.plan = p,
				  .target = target,
				  .room = room,
				  .message = message,
				  .message_size = message_size,
				  .status = SETTLE_OK,
				  .side = 2};
	ExactInt whole;
	ExactRat benchmark;
	int64_t  at = 0;
	int64_t  below, above;
	bool     found_below, found_above;

	rat_set(&benchmark, 100, 1);
	if (p->inputs.given[INPUT_BENCHMARK])
	{
		rat_mul(&benchmark, &benchmark, &p->inputs.value[INPUT_BENCHMARK]);
		rat_round(&benchmark, EXACT_HALF_AWAY, &whole);
		if (!exact_to_int64(&whole, &at) || at > SIM_MOST_PENCE)
			at = SIM_MOST_PENCE;
		at = at < 0 ? 0 : at;
	}
	s.side = side_at(&s, at);
	if (s.status == SETTLE_OK && s.side == 0)
	{
		*actual = at;
		*status = s.status;
		return SIM_EVEN_FOUND;
	}
	below = above = at;
	plan_stops(&s);
	found_below = walk(&s, at, 0, &below);
	found_above = walk(&s, at, SIM_MOST_PENCE, &above);
	*status = s.status;
	if (s.status != SETTLE_OK)
		return SIM_EVEN_FAILED;
	if (!found_below && !found_above)
		return SIM_EVEN_NEVER;
	*actual = found_below && (!found_above || at - below <= above - at) ? below : above;
	return SIM_EVEN_FOUND;
}

/*-------------------------------------------------------------------------
 *
 * simulate_even_core.c
 *	  The actual at which a settlement reaches a target.
 *
 * Between the places where a rate looked up by actual / benchmark changes, a
 * settlement only rises or only falls with actual, whatever gates and cliffs
 * there are: there, halving finds the first penny at which it is no longer on
 * the same side of the target.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/simulate_core.h"

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
	int64_t  below = -1, above = -1;
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
	found_below = first_change(&s, at, 0, &below);
	found_above = first_change(&s, at, SIM_MOST_PENCE, &above);
	*status = s.status;
	if (s.status != SETTLE_OK)
		return SIM_EVEN_FAILED;
	if (!found_below && !found_above)
		return SIM_EVEN_NEVER;
	*actual = found_below && (!found_above || at - below <= above - at) ? below : above;
	return SIM_EVEN_FOUND;
}

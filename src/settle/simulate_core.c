/*-------------------------------------------------------------------------
 *
 * simulate_core.c
 *	  Draws of uncertain results, and what many settlements come to.
 *
 * Every draw takes three random numbers, for size, actual and score, whether
 * they are uncertain or not: terms and spreads can be changed and still meet
 * the same luck.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/simulate_core.h"

#include <math.h>
#include <string.h>

/*--------------------------------------------------------------------
 * Draws
 *--------------------------------------------------------------------
 */

/* whole --- v rounded to an integer, half up; false when it is too wide to be trusted. */
static bool
whole(double v, double most, int64_t *out)
{
	int64_t below;

	if (!(v >= -most && v <= most))
		return false;
	v += 0.5;
	below = (int64_t) v;
	*out = below - (v < (double) below);
	return true;
}

/* scaled --- the value that lies z standard deviations (or their like) from the mean. */
static double
scaled(SimShape shape, double mean, double sd, double z)
{
	double relative = sd / mean;
	double spread, root;

	if (shape == SIM_NORMAL || sd == 0)
		return mean + sd * z;
	if (shape == SIM_LOGNORMAL)
	{
		/* the same mean and standard deviation as asked for */
		spread = sim_log(1 + relative * relative);
		return mean * sim_exp(sqrt(spread) * z - spread / 2);
	}
	/* Wilson and Hilferty: a gamma number is nearly the cube of a normal one */
	root = 1 - relative * relative / 9 + relative / 3 * z;
	return root < 0 ? 0 : mean * root * root * root;
}

/*
 * sim_draw --- one draw: size in whole people, actual in pence, score to 4 decimals.
 *
 * Sizes are at least 1, scores lie between 0 and score_most.  False when a
 * number is out of range.
 */
bool
sim_draw(const SimUncertainty *u, SimRandom *r, SimDraw *draw)
{
	double p_size = sim_uniform(r);
	double z_actual = sim_normal(sim_uniform(r));
	double p_score = sim_uniform(r);
	double mean = u->actual_mean;
	double sd = u->actual_sd;
	double score;

	draw->size = 0;
	draw->score = 0;
	if (u->draws_size)
	{
		if (!whole(u->size_mean + u->size_sd * sim_normal(p_size), 1e15, &draw->size))
			return false;
		if (draw->size < 1)
			draw->size = 1;
		if (u->follows_size)
			mean = mean * (double) draw->size / u->size_mean;
	}
	if (u->by_person)
		sd = u->cv * mean / sqrt(u->draws_size ? (double) draw->size : u->size_mean);
	if (!whole(scaled(u->shape, mean, sd, z_actual), (double) SIM_MOST_PENCE, &draw->actual))
		return false;
	if (u->draws_score)
	{
		score = u->score_mean +
				u->score_sd * (u->correlation * z_actual +
							   sqrt(1 - u->correlation * u->correlation) * sim_normal(p_score));
		score = score < 0 ? 0 : score > u->score_most ? u->score_most : score;
		if (!whole(score * SIM_SCORE_UNIT, 1e15, &draw->score))
			return false;
	}
	return true;
}

/*--------------------------------------------------------------------
 * Summaries
 *--------------------------------------------------------------------
 */

const int sim_percent[SIM_QUANTILES] = {5, 10, 25, 50, 75, 90, 95};

/* sim_sort --- ascending, byte by byte from the least; bytes that are all alike are passed over. */
void
sim_sort(int64_t *value, int64_t *room, int64_t n)
{
	int64_t *from = value;
	int64_t *to = room;
	int      byte;
	int64_t  i;

	for (byte = 0; byte < 8; byte++)
	{
		/* the sign bit, turned round, puts negative numbers first */
		uint64_t flip = byte == 7 ? UINT64_C(1) << 63 : 0;
		int      shift = byte * 8;
		int64_t  at[256] = {0};
		int64_t  sum = 0;
		int64_t *swap = from;

		for (i = 0; i < n; i++)
			at[(((uint64_t) from[i] ^ flip) >> shift) & 255]++;
		if (n == 0 || at[(((uint64_t) from[0] ^ flip) >> shift) & 255] == n)
			continue;
		for (i = 0; i < 256; i++)
		{
			int64_t count = at[i];

			at[i] = sum;
			sum += count;
		}
		for (i = 0; i < n; i++)
			to[at[(((uint64_t) from[i] ^ flip) >> shift) & 255]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != value)
		memcpy(value, from, (size_t) n * sizeof(int64_t));
}

/* sim_mean --- sum / n rounded half away from zero. */
int64_t
sim_mean(__int128 sum, int64_t n)
{
	unsigned __int128 magnitude = sum < 0 ? -(unsigned __int128) sum : (unsigned __int128) sum;
	int64_t           mean = (int64_t) ((2 * magnitude + (uint64_t) n) / (2 * (uint64_t) n));

	return sum < 0 ? -mean : mean;
}

/* sim_summarise --- mean, spread, quantiles and a histogram; value is sorted on the way. */
void
sim_summarise(int64_t *value, int64_t *room, int64_t n, SimSummary *out)
{
	__int128 sum = 0;
	double   mean, squares = 0;
	int64_t  i;

	for (i = 0; i < n; i++)
		sum += value[i];
	mean = (double) sum / (double) n;
	for (i = 0; i < n; i++)
		squares += ((double) value[i] - mean) * ((double) value[i] - mean);
	sim_sort(value, room, n);
	out->draws = n;
	out->mean = sim_mean(sum, n);
	out->sd = n > 1 ? sqrt(squares / (double) (n - 1)) : 0;
	out->least = value[0];
	out->most = value[n - 1];
	/* the least value with at least that part of all at or below it, as percentile_disc */
	for (i = 0; i < SIM_QUANTILES; i++)
		out->quantile[i] = value[(sim_percent[i] * n + 99) / 100 - 1];
	out->bin_width = (int64_t) (((uint64_t) out->most - (uint64_t) out->least) / SIM_BINS + 1);
	memset(out->bin, 0, sizeof(out->bin));
	for (i = 0; i < n; i++)
		out->bin[((uint64_t) value[i] - (uint64_t) out->least) / (uint64_t) out->bin_width]++;
}

/*--------------------------------------------------------------------
 * Parties
 *--------------------------------------------------------------------
 */

/* sim_split_plan --- the weights of a split; false when even the exact ones do not fit. */
bool
sim_split_plan(const TermsSplit *split, bool first, SimSplit *s)
{
	int i;

	s->parties = (int) split->parties;
	s->first = first;
	s->fast = true;
	s->sum = 0;
	if (!split_weights(split, s->exact))
		return false;
	for (i = 0; i < s->parties; i++)
		s->fast = s->fast && exact_to_int64(&s->exact[i], &s->weight[i]) &&
				  !__builtin_add_overflow(s->sum, s->weight[i], &s->sum);
	return true;
}

/* best_rest --- who is next to get an odd penny. */
static int
best_rest(const SimSplit *s)
{
	int best = -1;
	int i;

	for (i = 0; i < s->parties; i++)
	{
		if (s->given[i] || s->weight[i] == 0)
			continue;
		if (best < 0 || (!s->first && s->rest[i] > s->rest[best]))
			best = i;
	}
	return best;
}

/* sim_split_fast --- apportion() in small integers; false when the weights are too wide for it. */
bool
sim_split_fast(SimSplit *s, int64_t total, int64_t *part)
{
	uint64_t magnitude = total < 0 ? -(uint64_t) total : (uint64_t) total;
	uint64_t left = magnitude;
	int      i;

	if (!s->fast)
		return false;
	for (i = 0; i < s->parties; i++)
	{
		unsigned __int128 product = (unsigned __int128) magnitude * (uint64_t) s->weight[i];

		part[i] = (int64_t) (product / (uint64_t) s->sum);
		s->rest[i] = (int64_t) (product % (uint64_t) s->sum);
		s->given[i] = false;
		left -= (uint64_t) part[i];
	}
	for (; left > 0; left--)
	{
		int next = best_rest(s);

		part[next]++;
		s->given[next] = true;
	}
	for (i = 0; total < 0 && i < s->parties; i++)
		part[i] = -part[i];
	return true;
}

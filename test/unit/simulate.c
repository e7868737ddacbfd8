/*-------------------------------------------------------------------------
 *
 * simulate.c
 *	  Unit test of random numbers, draws, the fast settlement and summaries.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/simulate_even_core.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "settle_tools.h"

static bool
near(double a, double b, double relative)
{
	bool good = fabs(a - b) <= relative * fabs(b) || a == b;

	if (!good)
		printf("# %.17g, not %.17g\n", a, b);
	return good;
}

/*--------------------------------------------------------------------
 * Random numbers
 *--------------------------------------------------------------------
 */

/* The outputs that the authors' programs and the test vectors of other libraries give. */
static void
test_generator(void)
{
	static const uint64_t mixed[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
									 UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
									 UINT64_C(16408922859458223821)};
	static const uint64_t star[] = {UINT64_C(11520),
									UINT64_C(0),
									UINT64_C(1509978240),
									UINT64_C(1215971899390074240),
									UINT64_C(1216172134540287360),
									UINT64_C(607988272756665600),
									UINT64_C(16172922978634559625),
									UINT64_C(8476171486693032832),
									UINT64_C(10595114339597558777),
									UINT64_C(2904607092377533576)};
	SimRandom             r = {{1, 2, 3, 4}};
	uint64_t              state = 1234567;
	int                   i;

	for (i = 0; i < 5; i++)
		ok(sim_splitmix(&state) == mixed[i], "splitmix64 of 1234567, output %d", i + 1);
	for (i = 0; i < 10; i++)
		ok(sim_next(&r) == star[i], "xoshiro256** from 1, 2, 3, 4, output %d", i + 1);
	sim_seed(&r, 42);
	ok(sim_next(&r) == UINT64_C(1546998764402558742), "seeded with 42, output 1");
	ok(sim_next(&r) == UINT64_C(6990951692964543102), "seeded with 42, output 2");
	memset(&r, 0, sizeof(r));
	ok(sim_uniform(&r) == 0.5 / 4503599627370496.0, "the least uniform number is above 0");
	/* 5 x (2^64 - 1) / 5 is all ones, 9 times which ends in ...0111 */
	r.word[1] = UINT64_MAX / 5;
	ok(sim_uniform(&r) == (4503599627370495.0 + 0.5) / 4503599627370496.0,
	   "the largest is below 1");
	sim_seed(&r, 7);
	for (i = 0; i < 100000; i++)
	{
		double u = sim_uniform(&r);

		if (!(u > 0 && u < 1))
			break;
	}
	ok(i == 100000, "uniform numbers lie between 0 and 1");
}

/* Logarithm and exponential against the library's; quantiles against the distribution's own. */
static void
test_functions(void)
{
	static const double quantile[][2] = {{0.5, 0},
										 {0.975, 1.959963984540054},
										 {0.9, 1.2815515655446004},
										 {0.95, 1.6448536269514722},
										 {0.99, 2.3263478740408408},
										 {0.999, 3.090232306167813},
										 {0.25, -0.6744897501960817},
										 {0.0249978951482, -1.96},
										 {1e-5, -4.264890793922825},
										 {1e-10, -6.361340902404056},
										 {1e-15, -7.941345326170998},
										 {0.925, 1.4395314709384563}};
	double              log_worst = 0, exp_worst = 0, back_worst = 0;
	int                 i;

	for (i = 1; i < 20000; i++)
	{
		double x = 0.25 + i / 5000.0;
		double wide = exp((i - 10000) / 50.0);
		double y = (i - 10000) / 14.2;
		double p = i / 20000.0;
		double z = sim_normal(p);

		if (i != 10000)
			log_worst = fmax(log_worst, fabs(sim_log(wide) / log(wide) - 1));
		if (x != 1)
			log_worst = fmax(log_worst, fabs(sim_log(x) / log(x) - 1));
		exp_worst = fmax(exp_worst, fabs(y) <= 700 ? fabs(sim_exp(y) / exp(y) - 1) : 0);
		back_worst = fmax(back_worst, fabs(0.5 * erfc(-z * M_SQRT1_2) - p));
	}
	ok(log_worst < 5e-16, "logarithm: %g", log_worst);
	ok(sim_log(1 + 0x1p-52) == 0x1p-52, "of the number next to 1");
	ok(exp_worst < 5e-16, "exponential: %g", exp_worst);
	ok(fabs(sim_exp(700) / exp(700) - 1) < 5e-16 && fabs(sim_exp(-700) / exp(-700) - 1) < 5e-16,
	   "as far as it goes");
	ok(back_worst < 5e-16, "normal quantile and distribution: %g", back_worst);
	ok(sim_log(1) == 0 && sim_exp(0) == 1, "log 1 and exp 0");
	ok(sim_exp(800) == sim_exp(700) && sim_exp(-800) == sim_exp(-700), "held within 700");
	for (i = 0; i < (int) (sizeof(quantile) / sizeof(quantile[0])); i++)
		ok(fabs(sim_normal(quantile[i][0]) - quantile[i][1]) <=
			   2e-12 * fmax(1, fabs(quantile[i][1])),
		   "normal quantile of %g: %.15g", quantile[i][0], sim_normal(quantile[i][0]));
}

/*--------------------------------------------------------------------
 * Draws
 *--------------------------------------------------------------------
 */

typedef struct Moments
{
	double mean;
	double sd;
	double skew;
	double least;
	double most;
	double score_mean;
	double score_sd;
	double size_mean;
	double size_sd;
	double correlation;
	bool   drawn;
} Moments;

static Moments
moments(const SimUncertainty *u, int n)
{
	double   *x = malloc(3 * (size_t) n * sizeof(double));
	double   *q = x + n;
	double   *s = q + n;
	Moments   m = {.least = 1e300, .most = -1e300, .drawn = true};
	SimRandom r;
	int       i;

	sim_seed(&r, 20240401);
	for (i = 0; i < n; i++)
	{
		SimDraw d;

		m.drawn = m.drawn && sim_draw(u, &r, &d);
		x[i] = (double) d.actual;
		q[i] = (double) d.score / SIM_SCORE_UNIT;
		s[i] = (double) d.size;
		m.mean += x[i] / n;
		m.score_mean += q[i] / n;
		m.size_mean += s[i] / n;
		m.least = fmin(m.least, x[i]);
		m.most = fmax(m.most, x[i]);
	}
	for (i = 0; i < n; i++)
	{
		m.sd += pow(x[i] - m.mean, 2) / n;
		m.skew += pow(x[i] - m.mean, 3) / n;
		m.score_sd += pow(q[i] - m.score_mean, 2) / n;
		m.size_sd += pow(s[i] - m.size_mean, 2) / n;
		m.correlation += (x[i] - m.mean) * (q[i] - m.score_mean) / n;
	}
	m.sd = sqrt(m.sd);
	m.skew /= pow(m.sd, 3);
	m.score_sd = sqrt(m.score_sd);
	m.size_sd = sqrt(m.size_sd);
	m.correlation /= m.sd * m.score_sd;
	free(x);
	return m;
}

/* Computed in another language, with its own normal quantile, logarithm and exponential. */
static void
test_known_draws(void)
{
	static const int64_t lognormal[] = {10204459493, 10043845150, 10205206242, 9813555338};
	static const int64_t size[] = {5008, 5033, 4983, 5015};
	static const int64_t part[] = {8018, 8618, 8323, 6293};
	static const int64_t gamma[] = {9199438244, 9064130802, 9352769434, 10099994674};
	static const int64_t points[] = {860726, 932249, 912748, 868610};
	SimUncertainty       u = {.shape = SIM_LOGNORMAL,
							  .actual_mean = 1e10,
							  .by_person = true,
							  .cv = 2,
							  .draws_size = true,
							  .size_mean = 5000,
							  .size_sd = 50,
							  .draws_score = true,
							  .score_mean = 0.8,
							  .score_sd = 0.1,
							  .score_most = 1};
	SimRandom            r;
	SimDraw              d;
	int                  i;

	sim_seed(&r, UINT64_MAX);
	for (i = 0; i < 4; i++)
		ok(sim_draw(&u, &r, &d) && llabs(d.actual - lognormal[i]) <= 1 && d.size == size[i] &&
			   d.score == part[i],
		   "lognormal draw %d of seed -1", i + 1);
	u.shape = SIM_GAMMA;
	u.by_person = false;
	u.actual_sd = 5e8;
	u.follows_size = true;
	u.score_mean = 80;
	u.score_sd = 10;
	u.score_most = 100;
	u.correlation = -0.5;
	sim_seed(&r, INT64_MAX);
	for (i = 0; i < 4; i++)
		ok(sim_draw(&u, &r, &d) && llabs(d.actual - gamma[i]) <= 1 && d.score == points[i],
		   "gamma draw %d of the largest seed", i + 1);
}

static void
test_draws(void)
{
	SimUncertainty u = {.shape = SIM_NORMAL, .actual_mean = 1e9, .actual_sd = 2e8};
	SimUncertainty certain = {.actual_mean = 123456789.0, .size_mean = 100};
	SimUncertainty odd;
	SimRandom      r;
	SimDraw        d;
	Moments        m;

	/* bounds of about four standard errors of 200,000 draws */
	m = moments(&u, 200000);
	ok(m.drawn && near(m.mean, 1e9, 0.002) && near(m.sd, 2e8, 0.007) && fabs(m.skew) < 0.03,
	   "normal: mean, standard deviation, no skew");
	u.shape = SIM_LOGNORMAL;
	m = moments(&u, 200000);
	/* skewness (exp(s2) + 2) sqrt(exp(s2) - 1), exp(s2) = 1.04: 0.608 */
	ok(near(m.mean, 1e9, 0.002) && near(m.sd, 2e8, 0.01) && fabs(m.skew - 0.608) < 0.05,
	   "lognormal: mean and standard deviation as asked for, skewness 0.608");
	u.shape = SIM_GAMMA;
	m = moments(&u, 200000);
	/* skewness 2 / sqrt(k), k = 25: 0.4 */
	ok(near(m.mean, 1e9, 0.002) && near(m.sd, 2e8, 0.01) && fabs(m.skew - 0.4) < 0.05,
	   "gamma: likewise, skewness 0.4");
	u.actual_sd = 1e9;
	m = moments(&u, 200000);
	ok(m.least >= 0 && near(m.mean, 1e9, 0.02), "a wide gamma is not negative");
	u.shape = SIM_LOGNORMAL;
	ok(moments(&u, 1000).least > 0, "nor a wide lognormal");

	u = (SimUncertainty){.actual_mean = 1e9,
						 .by_person = true,
						 .cv = 2,
						 .draws_size = true,
						 .size_mean = 10000,
						 .size_sd = 500,
						 .draws_score = true,
						 .score_mean = 0.5,
						 .score_sd = 0.1,
						 .score_most = 1,
						 .correlation = -0.6};
	m = moments(&u, 200000);
	ok(near(m.size_mean, 10000, 0.001) && near(m.size_sd, 500, 0.01), "size");
	/* sd = 2 x 1e9 / sqrt(10,000) */
	ok(near(m.sd, 2e7, 0.01), "spread by person: %g", m.sd);
	ok(near(m.score_mean, 0.5, 0.002) && near(m.score_sd, 0.1, 0.01), "score");
	ok(fabs(m.correlation + 0.6) < 0.008, "score and actual go together: %g", m.correlation);
	u.correlation = 0.6;
	ok(fabs(moments(&u, 200000).correlation - 0.6) < 0.008, "either way");
	u.follows_size = true;
	u.cv = 0;
	m = moments(&u, 200000);
	ok(near(m.sd, 5e7, 0.01) && near(m.mean, 1e9, 0.001), "actual follows the size");
	u.score_sd = 5;
	u.size_sd = 1e6;
	m = moments(&u, 100000);
	ok(fabs(m.score_mean - 0.5) < 0.01 && m.score_sd < 0.5 && m.score_sd > 0.4,
	   "scores are held within 0 and 1");
	ok(m.least >= 0 && m.least <= 1e5, "there is always somebody: %g", m.least);

	sim_seed(&r, 1);
	ok(sim_draw(&certain, &r, &d) && d.actual == 123456789 && d.size == 0 && d.score == 0,
	   "nothing uncertain");
	sim_next(&r);
	certain.actual_mean = 5e14;
	ok(sim_draw(&certain, &r, &d) && d.actual == INT64_C(500000000000000), "wide");
	certain.actual_mean = 1e15;
	ok(sim_draw(&certain, &r, &d) && d.actual == INT64_C(1000000000000000), "as wide as can be");
	certain.actual_mean = -1e15;
	ok(sim_draw(&certain, &r, &d) && d.actual == INT64_C(-1000000000000000), "either way");
	certain.actual_mean = 2e15;
	ok(!sim_draw(&certain, &r, &d), "too wide");
	certain.actual_mean = -2.5;
	ok(sim_draw(&certain, &r, &d) && d.actual == -2, "half a penny goes up");
	certain.actual_mean = -2.51;
	ok(sim_draw(&certain, &r, &d) && d.actual == -3, "and a little more down");
	certain.actual_mean = 2.5;
	ok(sim_draw(&certain, &r, &d) && d.actual == 3, "above 0 likewise");
	odd = u;
	odd.size_mean = 1e16;
	ok(!sim_draw(&odd, &r, &d), "a size too wide");
	odd = u;
	odd.score_mean = 1e13;
	odd.score_most = 1e13;
	ok(!sim_draw(&odd, &r, &d), "a score too wide");
	test_known_draws();
	{
		SimRandom a, b;
		SimDraw   one, other;

		sim_seed(&a, 9);
		sim_seed(&b, 9);
		u.draws_score = false;
		sim_draw(&u, &a, &one);
		sim_draw(&u, &a, &one);
		u.draws_score = true;
		sim_draw(&u, &b, &other);
		sim_draw(&u, &b, &other);
		ok(one.actual == other.actual && one.size == other.size,
		   "what is not drawn takes its number all the same");
	}
}

/*--------------------------------------------------------------------
 * Summaries
 *--------------------------------------------------------------------
 */

static int
ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a;
	int64_t y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

static void
test_summaries(void)
{
	static int64_t value[4000], room[4000], sorted[4000];
	SimSummary     s;
	SimRandom      r;
	int            i, n, wrong = 0;

	sim_seed(&r, 3);
	for (n = 1; n < 4000; n = n * 3 + 1)
	{
		for (i = 0; i < n; i++)
			sorted[i] = value[i] = (int64_t) sim_next(&r) >> (n % 60);
		qsort(sorted, (size_t) n, sizeof(int64_t), ascending);
		sim_sort(value, room, n);
		wrong += memcmp(value, sorted, (size_t) n * sizeof(int64_t)) != 0;
	}
	ok(wrong == 0, "sorting");
	ok(sim_mean(5, 2) == 3 && sim_mean(-5, 2) == -3 && sim_mean(4, 3) == 1 &&
		   sim_mean(-4, 3) == -1 && sim_mean(0, 7) == 0 && sim_mean(5, 3) == 2,
	   "means are rounded half away");
	for (i = 0; i < 100; i++)
		value[i] = 100 - i;
	sim_summarise(value, room, 100, &s);
	ok(s.draws == 100 && s.mean == 51 && s.least == 1 && s.most == 100,
	   "mean and ends of 1 to 100");
	/* sqrt(100 x 101 / 12) */
	ok(near(s.sd, 29.011491975882016, 1e-14), "standard deviation of 1 to 100");
	ok(s.quantile[0] == 5 && s.quantile[1] == 10 && s.quantile[2] == 25 && s.quantile[3] == 50 &&
		   s.quantile[4] == 75 && s.quantile[5] == 90 && s.quantile[6] == 95,
	   "quantiles of 1 to 100");
	/* width 99 / 20 + 1 = 5: 1 to 5, 6 to 10, ... */
	ok(s.bin_width == 5 && s.bin[0] == 5 && s.bin[19] == 5, "twenty bins of five");
	for (i = 0; i < 3; i++)
		value[i] = INT64_C(-7) + i;
	sim_summarise(value, room, 3, &s);
	ok(s.quantile[0] == -7 && s.quantile[3] == -6 && s.quantile[6] == -5 && s.mean == -6 &&
		   s.sd == 1,
	   "three values");
	ok(s.bin_width == 1 && s.bin[0] == 1 && s.bin[2] == 1 && s.bin[3] == 0, "bins of a penny");
	value[0] = 0;
	value[1] = 10;
	sim_summarise(value, room, 2, &s);
	ok(near(s.sd, 7.0710678118654755, 1e-14), "standard deviation of two");
	value[0] = 42;
	sim_summarise(value, room, 1, &s);
	ok(s.sd == 0 && s.quantile[0] == 42 && s.quantile[6] == 42 && s.bin[0] == 1, "one value");
	for (i = 0; i < 40; i++)
		value[i] = i * 10;
	sim_summarise(value, room, 40, &s);
	/* 390 / 20 + 1 = 20: two in each */
	ok(s.bin_width == 20 && s.bin[0] == 2 && s.bin[10] == 2 && s.bin[19] == 2, "two in each bin");
	value[0] = INT64_MIN;
	value[1] = INT64_MAX;
	sim_summarise(value, room, 2, &s);
	ok(s.bin[0] == 1 && s.bin[19] == 1, "the widest range");
}

/*--------------------------------------------------------------------
 * The fast way against the exact one
 *--------------------------------------------------------------------
 */

static SimRandom dice;

static int
roll(int n)
{
	return (int) (sim_next(&dice) % (uint64_t) n);
}

/* Money below a limit, often round, so that thresholds are met exactly now and then. */
static int64_t
money(int64_t most)
{
	int64_t v = (int64_t) (sim_next(&dice) % (uint64_t) most);

	return roll(2) ? v : v - v % 100000;
}

static char *
rate_text(char *out)
{
	switch (roll(4))
	{
		case 0:
			sprintf(out, "%d/%d", 1 + roll(7), 8 + roll(20));
			break;
		case 1:
			sprintf(out, "%d.%d%%", roll(100), roll(10));
			break;
		default:
			sprintf(out, "%d%%", roll(101));
	}
	return out;
}

static void
side_text(char *out, const char *name)
{
	char rate[40];
	bool percent = roll(2);
	int  bands = 1 + roll(4);
	int  lower = 0;
	int  i;

	out += sprintf(out, "%s ", name);
	if (roll(3) == 0)
		out += roll(2) ? sprintf(out, "cliff %d.%d%% ", roll(4), roll(100))
					   : sprintf(out, "cliff %d ", 1000 * roll(500));
	for (i = 0; i < bands; i++)
	{
		int  upper = lower + 1 + (percent ? roll(6) : roll(4000));
		bool open = i == bands - 1 && roll(4) > 0;

		out += sprintf(out, "%s%d%s..", i ? ", " : "", percent || lower == 0 ? lower : lower * 100,
					   percent && lower > 0 ? "%" : "");
		if (!open)
			out += sprintf(out, "%d%s", percent ? upper : upper * 100, percent ? "%" : "");
		out += sprintf(out, ":%s", rate_text(rate));
		lower = upper;
	}
	if (roll(3) == 0)
		out += roll(2) ? sprintf(out, " max %d%%", 1 + roll(8))
					   : sprintf(out, " max %d", 500 * roll(900));
}

static TermsCurve *
random_curve(void)
{
	char gain[400] = "", loss[400] = "", text[900];

	switch (roll(3))
	{
		case 0:
			side_text(gain, "both");
			strcpy(text, gain);
			break;
		case 1:
			side_text(gain, "gain");
			strcpy(text, gain);
			break;
		default:
			side_text(gain, "gain");
			side_text(loss, "loss");
			sprintf(text, "%s; %s", gain, loss);
	}
	return curve(text);
}

/* A scale whose values lie about the middle. */
static TermsScale *
random_scale(int middle, const char *unit)
{
	char  text[400];
	char  rate[40];
	char *p = text;
	bool  linear = roll(2);
	int   rows = 1 + roll(4);
	int   i;

	p += sprintf(p, "%s", linear ? "linear " : "");
	for (i = 0; i < rows; i++)
	{
		int at = linear ? i : rows - 1 - i;

		p += sprintf(p, "%s%s%d%s:%s", i ? ", " : "",
					 linear ? "" : ">=", middle / 2 + at * (middle / 4 + 1), unit, rate_text(rate));
	}
	if (!linear && roll(4) > 0)
		sprintf(p, " else %s", rate_text(rate));
	return scale(text);
}

static void
random_cap(SettleCap *cap)
{
	memset(cap, 0, sizeof(*cap));
	cap->given = roll(3) == 0;
	switch (roll(3))
	{
		case 0:
			cap->amount.num = money(50000000);
			break;
		case 1:
			cap->of_revenue = true;
			/* fall through */
		default:
			cap->amount.num = 1 + roll(9);
			cap->amount.den = 100;
			fraction_reduce(&cap->amount.num, &cap->amount.den);
	}
}

/* random_number --- now and then a number from 0 to most hundredths. */
static void
random_number(SettleNumber *n, int most)
{
	n->given = roll(4) == 0;
	rat_set(&n->value, roll(most + 1), 100);
}

/* random_clauses --- what few contracts have. */
static void
random_clauses(SettleTerms *t)
{
	t->adjust_volume = roll(4) == 0;
	t->adjust_risk = roll(4) == 0;
	random_number(&t->risk_limit, 5);
	random_number(&t->withhold, 10);
	t->withhold_scale = roll(2) ? random_scale(50, "%") : NULL;
	t->allowance = roll(4) == 0 ? random_scale(5000, "") : NULL;
	random_number(&t->minimum_size, 1000000);
	t->refuse_under_size = roll(4) == 0;
	random_number(&t->below_gate, 100);
	t->guardrail = roll(4) == 0;
	t->quality_by = (LookBy) roll(3);
	t->loss_rate_by = (LookBy) roll(3);
	if (t->quality && t->quality_by == BY_RATIO && roll(2))
		t->quality = random_scale(100, "%");
	random_number(&t->fee_at_risk, 20000000);
	t->net_of_fee = roll(4) == 0;
	t->pays = (SettlePays) roll(3);
	t->has_reopener = roll(4) == 0;
	t->reopener.num = 1;
	t->reopener.den = roll(2) ? 10 : 0;
	t->caps_first = roll(4) == 0;
	random_number(&t->contingency, 10000000);
}

static void
random_terms(SettleTerms *t)
{
	static const int64_t unit[] = {1, 1, 100, 7};

	memset(t, 0, sizeof(*t));
	t->excess = roll(2);
	t->curve = random_curve();
	t->gate_by = (GateBy) roll(3);
	t->gate = t->gate_by == GATE_BY_SIZE ? random_scale(5000, "") : NULL;
	t->gate_sides = 1 + roll(3);
	t->quality = roll(3) == 0 ? random_scale(50, "%") : NULL;
	t->quality_sides = 1 + roll(3);
	t->loss_rate = roll(4) == 0 ? random_scale(50, "%") : NULL;
	t->has_factor[0] = roll(4) == 0;
	rat_set(&t->factor[0], roll(150), 100);
	t->has_factor[1] = roll(4) == 0;
	rat_set(&t->factor[1], roll(150), 100);
	t->has_discount = roll(4) == 0;
	rat_set(&t->discount, roll(50), 1000);
	random_cap(&t->cap[0]);
	random_cap(&t->cap[1]);
	t->rounding = (ExactRounding) roll(3);
	t->unit = unit[roll(4)];
	if (roll(3) == 0)
		random_clauses(t);
}

static void
random_inputs(SettleInputs *in)
{
	memset(in, 0, sizeof(*in));
	set(in, INPUT_BENCHMARK, 500000000 + money(1000000000), roll(8) ? 100 : 300);
	if (roll(3) == 0)
		set(in, INPUT_CARRIED_FORWARD, money(20000000) - 10000000, 100);
	if (roll(3) == 0)
		set(in, INPUT_BASE, roll(8) ? 100 + money(2000000000) : -roll(3), 100);
	if (roll(12) > 0)
		set(in, INPUT_SIZE, roll(20000), roll(3) ? 1 : 3);
	if (roll(12) > 0)
		set(in, INPUT_SCORE, roll(10001), 10000);
	if (roll(12) > 0)
		set(in, INPUT_MINIMUM_RATE, roll(40), 1000);
	if (roll(12) > 0)
		set(in, INPUT_REVENUE, money(100000000), 100);
	if (roll(3) == 0)
		set(in, INPUT_LOSS_RELIEF, money(3000000), 100);
	if (roll(12) > 0)
		set(in, INPUT_VOLUME, 9000 + roll(2000), roll(4) ? 1 : 2);
	if (roll(12) > 0)
		set(in, INPUT_PLAN_VOLUME, roll(20) ? 9000 + roll(2000) : 0, 1);
	if (roll(12) > 0)
		set(in, INPUT_RISK, 950 + roll(100), 1000);
	if (roll(12) > 0)
		set(in, INPUT_PLAN_RISK, roll(20) ? 950 + roll(100) : 0, 1000);
	if (roll(12) > 0)
		set(in, INPUT_GUARDRAIL_BENCHMARK, 500000000 + money(1000000000), 100);
	if (roll(12) > 0)
		set(in, INPUT_FEE, money(20000000), 100);
}

/* random_wide --- an input that is not made for short fractions. */
static void
random_wide(SettleInputs *in)
{
	SettleInput which = (SettleInput) (INPUT_CARRIED_FORWARD + roll(INPUTS - 2));
	int64_t     num = (int64_t) (sim_next(&dice) >> (1 + roll(62)));
	int64_t     den = (int64_t) (sim_next(&dice) >> (1 + roll(62)));

	set(in, which, num, 1 + den);
}

static bool
same_outcome(const SimOutcome *a, const SimOutcome *b)
{
	return a->pence == b->pence && a->share == b->share && a->gate_tested == b->gate_tested &&
		   a->gate_met == b->gate_met && a->capped == b->capped;
}

/* Four thousand terms, five draws each. */
static void
test_fast_and_exact(bool wide)
{
	SimPlan    *plan = malloc(sizeof(SimPlan));
	Settlement *room = malloc(sizeof(Settlement));
	int         answered = 0, refused = 0, differ = 0, too_hopeful = 0, gates = 0, caps = 0;
	int         losses = 0, i, k;

	sim_seed(&dice, 4711 + wide);
	for (i = 0; i < 4000; i++)
	{
		SettleTerms    t;
		SettleInputs   in;
		SimUncertainty u = {0};
		char           message[512];

		random_terms(&t);
		random_inputs(&in);
		if (wide)
		{
			random_wide(&in);
			random_wide(&in);
		}
		u.draws_size = roll(2);
		u.draws_score = roll(2);
		u.follows_size = roll(2);
		sim_plan(plan, &t, &in, &u);
		for (k = 0; k < 5; k++)
		{
			SimDraw      d = {.actual = 400000000 + money(1200000000),
							  .size = 1 + roll(20000),
							  .score = roll(10001)};
			SimOutcome   fast = {0}, exact = {0};
			bool         quick = sim_settle_fast(plan, &d, &fast);
			SettleStatus status =
				sim_settle_exact(plan, &d, room, &exact, message, sizeof(message));

			answered += quick;
			refused += status != SETTLE_OK;
			too_hopeful += quick && status != SETTLE_OK;
			if (!quick || status != SETTLE_OK)
				continue;
			gates += fast.gate_tested && !fast.gate_met;
			caps += fast.capped;
			losses += fast.pence < 0;
			if (!same_outcome(&fast, &exact) && differ++ < 3)
			{
				printf("# case %d.%d: %" PRId64 " and %" PRId64
					   ", tested %d %d, met %d %d, capped %d %d\n",
					   i, k, fast.pence, exact.pence, fast.gate_tested, exact.gate_tested,
					   fast.gate_met, exact.gate_met, fast.capped, exact.capped);
			}
		}
	}
	printf("# fast %d, refused %d, gates not met %d, caps %d, losses %d\n", answered, refused,
		   gates, caps, losses);
	ok(differ == 0, "the fast way gives what the exact way gives");
	ok(too_hopeful == 0, "it answers nothing that is refused");
	ok(wide || answered + refused > 19950, "and nearly all that is not");
	ok(gates > 1000 && caps > 1000 && losses > 1000, "gates, caps and losses were among them");
}

/*--------------------------------------------------------------------
 * Results worked out by hand, at and beside every threshold
 *--------------------------------------------------------------------
 */

static SettleTerms    plain_terms;
static SettleInputs   plain_inputs;
static SimUncertainty nothing_drawn;

/* begin --- a curve, and a benchmark of 1,000.00. */
static SettleTerms *
begin(const char *text)
{
	memset(&plain_terms, 0, sizeof(plain_terms));
	memset(&plain_inputs, 0, sizeof(plain_inputs));
	memset(&nothing_drawn, 0, sizeof(nothing_drawn));
	plain_terms.curve = curve(text);
	plain_terms.gate_sides = SIDE_GAIN | SIDE_LOSS;
	plain_terms.quality_sides = SIDE_GAIN;
	plain_terms.unit = 1;
	set(&plain_inputs, INPUT_BENCHMARK, 1000, 1);
	return &plain_terms;
}

static void
given(SettleNumber *n, int64_t num, int64_t den)
{
	n->given = true;
	rat_set(&n->value, num, den);
}

/* gives --- both ways: the pence; gate is 0 not tested, 1 met, -1 not met. */
static void
gives(int64_t actual, int64_t expected, int gate, bool capped, const char *what)
{
	SimPlan    *plan = malloc(sizeof(SimPlan));
	Settlement *room = malloc(sizeof(Settlement));
	SimDraw     d = {.actual = actual, .size = 5, .score = 1};
	SimOutcome  o[2] = {{0}, {0}};
	char        message[512];
	bool        good = true;
	int         i;

	sim_plan(plan, &plain_terms, &plain_inputs, &nothing_drawn);
	good = sim_settle_fast(plan, &d, &o[0]) &&
		   sim_settle_exact(plan, &d, room, &o[1], message, sizeof(message)) == SETTLE_OK;
	for (i = 0; i < 2; i++)
		good = good && o[i].pence == expected && o[i].gate_tested == (gate != 0) &&
			   o[i].gate_met == (gate >= 0) && o[i].capped == capped;
	ok(good, "%s", what);
	if (!good)
		printf("# fast %" PRId64 " %d %d %d, exact %" PRId64 " %d %d %d\n", o[0].pence,
			   o[0].gate_tested, o[0].gate_met, o[0].capped, o[1].pence, o[1].gate_tested,
			   o[1].gate_met, o[1].capped);
	free(plan);
	free(room);
}

static void
test_gates_and_caps(void)
{
	SettleTerms *t = begin("both 0..:50%");

	t->gate_by = GATE_BY_RATE;
	set(&plain_inputs, INPUT_MINIMUM_RATE, 2, 100);
	gives(98000, 1000, 1, false, "a gate just met");
	gives(98001, 0, -1, false, "and just missed");
	gives(102000, -1000, 1, false, "by a loss");
	gives(101999, 0, -1, false, "and missed");
	gives(100000, 0, -1, false, "by nothing at all");
	t->gate_sides = SIDE_GAIN;
	gives(100000, 0, -1, false, "nothing is a gain");
	t->gate_sides = SIDE_LOSS;
	gives(100000, 0, 0, false, "and no loss");
	gives(100001, 0, -1, false, "a penny is one");
	given(&t->below_gate, 1, 4);
	gives(101999, 0, -1, false, "no part of a loss below the gate");
	t->gate_sides = SIDE_GAIN;
	gives(98001, 250, -1, false, "a part of a gain below the gate");

	t = begin("both 0..:50%");
	set(&plain_inputs, INPUT_BASE, 0, 1);
	t->has_reopener = true;
	t->reopener.num = 100;
	gives(98000, 1000, 0, false, "money needs no base, nor does a reopener in money");

	begin("gain cliff 3% 0..5%:40%, 5%..100%:10% max 22; loss 0..100%:50%");
	gives(97000, 1200, 1, false, "a cliff just met");
	gives(97001, 0, -1, false, "and just missed");
	gives(93000, 2200, 1, false, "a cap just met does not hold");
	gives(92990, 2200, 1, true, "and beyond it does");
	gives(200000, -50000, 0, false, "a loss of all");
	gives(200100, -50000, 0, false, "ends there");

	t = begin("both 0..:50%");
	t->cap[0].given = true;
	t->cap[0].amount.num = 4000;
	t->quality = scale("linear 0:0, 1:1");
	set(&plain_inputs, INPUT_SCORE, 1, 2);
	gives(80000, 4000, 0, true, "quality, then the cap");
	t->caps_first = true;
	gives(80000, 2000, 0, true, "the cap, then quality");
	t->quality_by = BY_RATIO;
	gives(80000, 3200, 0, true, "by the ratio of 80 %");
	t->has_factor[0] = true;
	rat_set(&t->factor[0], 1, 4);
	gives(80000, 800, 0, true, "a quarter");
	set(&plain_inputs, INPUT_LOSS_RELIEF, 5, 1);
	gives(103000, -1000, 0, false, "relief of a loss");
	gives(100600, 0, 0, false, "never beyond nothing");
	t->rounding = EXACT_TRUNCATE;
	t->unit = 100;
	gives(104399, -1600, 0, false, "whole pounds");
}

static void
test_held(void)
{
	SettleTerms *t = begin("both 0..:100%");

	t->guardrail = true;
	set(&plain_inputs, INPUT_GUARDRAIL_BENCHMARK, 1050, 1);
	gives(106000, -1000, 0, false, "a loss as far as the second benchmark has it");
	gives(104999, 0, 0, false, "not where that sees a gain of a penny");
	gives(105000, 0, 0, false, "or nothing");
	gives(90000, 10000, 0, false, "a gain stands");
	set(&plain_inputs, INPUT_GUARDRAIL_BENCHMARK, 900, 1);
	gives(106000, -6000, 0, false, "and a loss that is larger there");

	t = begin("both 0..:100%");
	given(&t->contingency, 10, 1);
	gives(98000, 1000, 0, false, "kept before a gain counts");
	gives(99000, 0, 0, false, "all of it");
	gives(99500, 0, 0, false, "never below nothing");
	gives(102000, -2000, 0, false, "a loss keeps nothing");

	t = begin("both 0..:100%");
	t->allowance = scale("linear 0:1%, 1000:3%");
	set(&plain_inputs, INPUT_SIZE, 500, 1);
	gives(97000, 1000, 0, false, "an allowance of 2 % off a gain");
	gives(103000, -1000, 0, false, "and off a loss");
	gives(102000, 0, 0, false, "not below nothing");
	given(&t->minimum_size, 500, 1);
	gives(97000, 1000, 0, false, "large enough");
	given(&t->minimum_size, 501, 1);
	gives(97000, 0, 0, false, "too small");
}

static void
test_adjusted(void)
{
	SettleTerms *t = begin("both 0..:100%");

	t->adjust_volume = true;
	set(&plain_inputs, INPUT_VOLUME, 11, 1);
	set(&plain_inputs, INPUT_PLAN_VOLUME, 10, 1);
	gives(100000, 10000, 0, false, "a tenth more");
	nothing_drawn.follows_size = true;
	gives(100000, 10000, 0, false, "the size is not drawn, the volume stays");
	nothing_drawn.draws_size = true;
	gives(100000, -50000, 0, false, "it is: 5 of 10");
	t->adjust_volume = false;
	t->adjust_risk = true;
	set(&plain_inputs, INPUT_RISK, 9, 1);
	set(&plain_inputs, INPUT_PLAN_RISK, 10, 1);
	gives(100000, -10000, 0, false, "a tenth less risk");
	given(&t->risk_limit, 1, 20);
	gives(100000, -5000, 0, false, "held at 5 %");
	set(&plain_inputs, INPUT_RISK, 12, 1);
	gives(100000, 5000, 0, false, "likewise above");
	set(&plain_inputs, INPUT_RISK, 103, 10);
	gives(100000, 3000, 0, false, "not within");

	t = begin("both 0..:100%");
	given(&t->withhold, 1, 10);
	set(&plain_inputs, INPUT_SCORE, 3, 4);
	gives(97500, 0, 0, false, "a quarter of a tenth is not earned back");
	set(&plain_inputs, INPUT_SCORE, 5, 4);
	gives(100000, 0, 0, false, "never more than all");
	t->withhold_scale = scale(">=1:50% else 0");
	gives(100000, -5000, 0, false, "by a scale");

	t = begin("gain 0..:20%; loss 0..:100% max 7");
	t->excess = true;
	given(&t->fee_at_risk, 30, 1);
	set(&plain_inputs, INPUT_FEE, 50, 1);
	t->pays = PAYS_FEE;
	gives(110000, 7000, 0, false, "fee and gain");
	gives(99999, 2000, 0, false, "fee less what is at risk, whatever loss and cap of the curve");
	gives(100000, 5000, 0, false, "the fee alone");
	t->net_of_fee = true;
	gives(105000, 5000, 0, false, "net of the fee");
	gives(104999, 2000, 0, false, "just not");
	t->pays = PAYS_BENCHMARK;
	gives(115000, 102000, 0, false, "benchmark and gain");
}

/*--------------------------------------------------------------------
 * Parties
 *--------------------------------------------------------------------
 */

static bool
divides(const char *text, int64_t total, bool first, const char *expected)
{
	SimSplit *s = malloc(sizeof(SimSplit));
	int64_t   part[16];
	char      shown[400] = "";
	char     *p = shown;
	int       i;

	if (!sim_split_plan(split(text), first, s) || !sim_split_fast(s, total, part))
		return expected == NULL;
	for (i = 0; i < s->parties; i++)
		p += sprintf(p, "%s%" PRId64, i ? " " : "", part[i]);
	if (expected == NULL || strcmp(shown, expected) != 0)
		printf("# %s\n", shown);
	return expected != NULL && strcmp(shown, expected) == 0;
}

static void
test_parties(void)
{
	SimSplit       *s = malloc(sizeof(SimSplit));
	const ExactInt *order[4];
	ExactInt        weight[4];
	int64_t         fast[4], exact[4];
	int             wrong = 0, i;
	char            text[100];

	ok(divides("a 50%,b 30%,c 20%", 35551107, false, "17775554 10665332 7110221"),
	   "an alliance of three");
	ok(divides("a 60%,b 40%", -716049, false, "-429629 -286420"), "a loss");
	ok(divides("a 1/3,b 1/3,c 1/3", 101, false, "34 34 33"), "odd pennies go to the first");
	ok(divides("a 1/10,b 2/5,c 1/2", 11, true, "2 4 5") &&
		   divides("a 1/10,b 2/5,c 1/2", 11, false, "1 4 6"),
	   "both methods");
	ok(divides("a 0,b 1/2,c 1/2", 3, true, "0 2 1") &&
		   divides("a 0,b 1/2,c 1/2", 3, false, "0 2 1"),
	   "never to a share of nothing");
	ok(divides("a 1/9223372036854775783,b 1/3,c remaining", 5, false, NULL), "weights too wide");
	ok(divides("a 1/3037000498,b 1/3037000499,c remaining", 5, false, "0 0 5"), "wide weights");
	for (i = 0; i < 20000; i++)
	{
		int64_t total = (int64_t) (sim_next(&dice) >> (1 + i % 50)) * (i % 2 ? 1 : -1);
		bool    first = roll(2);

		sprintf(text, "a %d/1000,b %d/700,c %d/900,d remaining", roll(300), roll(200), roll(300));
		if (!sim_split_plan(split(text), first, s) || !sim_split_fast(s, total, fast) ||
			!split_weights(split(text), weight) ||
			!apportion(total, 4, weight, order, first, exact))
			wrong++;
		else
			wrong += memcmp(fast, exact, sizeof(fast)) != 0;
	}
	ok(wrong == 0, "20,000 splits as apportion makes them");
}

/*--------------------------------------------------------------------
 * Break-even
 *--------------------------------------------------------------------
 */

/* even --- benchmark and target in pence; what the search says. */
static int64_t
even(const char *text, bool excess, int64_t benchmark, int64_t target)
{
	SettleTerms t = {
		.excess = excess, .curve = curve(text), .gate_sides = SIDE_GAIN | SIDE_LOSS, .unit = 1};
	SettleInputs   in = {0};
	SimUncertainty none = {0};
	SimPlan       *plan = malloc(sizeof(SimPlan));
	Settlement    *room = malloc(sizeof(Settlement));
	SettleStatus   status;
	char           message[512];
	int64_t        actual = -5;
	SimEven        found;

	set(&in, INPUT_BENCHMARK, benchmark, 100);
	sim_plan(plan, &t, &in, &none);
	found = sim_break_even(plan, target, room, &actual, &status, message, sizeof(message));
	return found == SIM_EVEN_FOUND ? actual : found == SIM_EVEN_NEVER ? -1 : -2;
}

/* even_carried --- savings count from 95 % of 1,000.00 up, and so much is carried forward. */
static int64_t
even_carried(int64_t carried)
{
	SettleTerms    t = {.curve = curve("both 0..:100%"),
						.quality = scale(">=95%:100% else 0"),
						.quality_sides = SIDE_GAIN,
						.quality_by = BY_RATIO,
						.unit = 1};
	SettleInputs   in = {0};
	SimUncertainty none = {0};
	SimPlan       *plan = malloc(sizeof(SimPlan));
	Settlement    *room = malloc(sizeof(Settlement));
	SettleStatus   status;
	char           message[512];
	int64_t        actual = -5;

	set(&in, INPUT_BENCHMARK, 100000, 100);
	set(&in, INPUT_CARRIED_FORWARD, carried, 100);
	sim_plan(plan, &t, &in, &none);
	sim_break_even(plan, 5000, room, &actual, &status, message, sizeof(message));
	return actual;
}

/* even_by_ratio --- the same with quality by actual / benchmark, and a fee. */
static int64_t
even_by_ratio(const char *quality, const char *loss_rate, int64_t fee, bool excess, int64_t target)
{
	SettleTerms    t = {.excess = excess,
						.curve = curve("both 0..:100%"),
						.quality = quality ? scale(quality) : NULL,
						.quality_sides = SIDE_GAIN,
						.quality_by = BY_RATIO,
						.loss_rate = loss_rate ? scale(loss_rate) : NULL,
						.loss_rate_by = BY_RATIO,
						.net_of_fee = fee > 0,
						.unit = 1};
	SettleInputs   in = {0};
	SimUncertainty none = {0};
	SimPlan       *plan = malloc(sizeof(SimPlan));
	Settlement    *room = malloc(sizeof(Settlement));
	SettleStatus   status;
	char           message[512];
	int64_t        actual = -5;
	SimEven        found;

	set(&in, INPUT_BENCHMARK, 100000, 100);
	set(&in, INPUT_FEE, fee, 100);
	sim_plan(plan, &t, &in, &none);
	found = sim_break_even(plan, target, room, &actual, &status, message, sizeof(message));
	return found == SIM_EVEN_FOUND ? actual : found == SIM_EVEN_NEVER ? -1 : -2;
}

static void
test_break_even(void)
{
	/* 40 % of what is saved: 4.00 from 9.99 (3.996) */
	ok(even("gain 0..:40%", false, 100000, 400) == 99001, "on the way down");
	/* 33 1/3 %: 1.00 from 2.99 (0.9967) */
	ok(even("gain 0..:1/3", false, 100000, 100) == 100000 - 299,
	   "from the first penny that rounds to it");
	ok(even("gain 0..:40%", true, 100000, 400) == 100999, "on the way up");
	/* half of 7.99 is 3.995 */
	ok(even("loss 0..:50%", false, 100000, -400) == 100799, "a loss");
	/* nothing up to 30.00, then 12.00 at once */
	ok(even("gain cliff 3% 0..:40%", false, 100000, 500) == 97000, "a cliff jumps over the target");
	ok(even("gain cliff 3% 0..:40%", false, 100000, 1200) == 97000, "and onto it");
	ok(even("gain cliff 3% 0..:40%", false, 100000, 1201) == 97000 - 2, "beyond it");
	ok(even("gain 0..:40% max 5", false, 100000, 501) == -1, "never beyond a cap");
	ok(even("gain 0..:40%", false, 100000, 40001) == -1, "nor below an actual of nothing");
	ok(even("gain 0..:100%", false, 100000, 100000) == 0, "which is the last");
	ok(even("gain 0..:40%", false, 100000, 0) == 100000, "nothing at the benchmark itself");
	ok(even("gain 0..:40%", false, -100000, 1) == -1, "a benchmark below nothing starts at 0");
	ok(even("gain 0..1%:40%", false, 0, 1) == -2, "what cannot be settled");
	/* savings count in full from 90 % of the benchmark up, not at all below: 100.00 at most */
	ok(even_by_ratio(">=90%:100% else 0", NULL, 0, false, 10000) == 90000, "the last that counts");
	ok(even_by_ratio(">=90%:100% else 0", NULL, 0, false, 10001) == -1, "which nothing exceeds");
	/* from 90 % in full, below it half: 60.00 at 940.00; 110.00 not before 780.00 */
	ok(even_by_ratio(">=90%:100% else 50%", NULL, 0, false, 6000) == 94000 &&
		   even_by_ratio(">=90%:100% else 50%", NULL, 0, false, 11000) == 78001,
	   "of two the nearer, and one beyond a fall");
	/* x (1 - x) of 1,000.00, largest at a half: 250.00; 240.00 from 600.02 (239.996), 250.01 never
	 */
	ok(even_by_ratio("linear 0:0, 1:1", NULL, 0, false, 24000) == 60002,
	   "along a line that turns round");
	ok(even_by_ratio("linear 0:0, 1:1", NULL, 0, false, 25001) == -1, "beyond where it turns");
	/* a loss of 10 % and more costs double: 100.00 from 1,099.99 (99.99 once, 200.00 at 1,100.00)
	 */
	ok(even_by_ratio(NULL, ">=110%:100% else 50%", 0, false, -7000) == 110000,
	   "a loss that jumps with the ratio");
	ok(even_by_ratio(NULL, ">=110%:100% else 50%", 3000, false, -7000) == 107000,
	   "the fee counts to what was spent");
	ok(even_by_ratio(">=110%:100% else 50%", NULL, 3000, true, 7000) == 113000,
	   "and off what was saved");
	/* 50.00 is left behind at 949.99 and at 950.00 + carried */
	ok(even_carried(10000) == 105000, "the nearer one above");
	ok(even_carried(10001) == 94999, "of two equally near ones the lower");
	ok(even_carried(10002) == 94999, "the nearer one below");
}

int
main(void)
{
	test_generator();
	test_functions();
	test_draws();
	test_summaries();
	test_fast_and_exact(false);
	test_fast_and_exact(true);
	test_gates_and_caps();
	test_held();
	test_adjusted();
	test_parties();
	test_break_even();
	return done_testing();
}

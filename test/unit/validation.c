/*-------------------------------------------------------------------------
 *
 * validation.c
 *	  Unit test of the sums behind validation and of the area under the curve.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/auc_core.h"
#include "stats/validation_core.h"

#include <math.h>
#include <stdlib.h>

#include "tap.h"

static uint64_t seed = 88172645463325252ULL;

static uint64_t
next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(1, fabs(b));
}

/* test_hand --- 0.2 no, 0.5 yes, 0.9 yes, worked out by hand */
static void
test_hand(void)
{
	RiskValidation state = {0};
	RiskSummary    s;
	double         model = log(0.8) + log(0.5) + log(0.9);
	double         none = 2 * log(2.0 / 3) + log(1.0 / 3);

	(void) risk_validation_add(&state, false, 0.2);
	(void) risk_validation_add(&state, true, 0.5);
	(void) risk_validation_add(&state, true, 0.9);
	risk_validation_summarise(&state, &s);
	ok(state.rows == 3 && state.events == 2 && near(s.expected, 1.6), "counts and sum");
	ok(near(s.brier, (0.04 + 0.25 + 0.01) / 3), "Brier score");
	ok(near(s.scaled_brier, 1 - 0.1 / (2.0 / 9)), "scaled Brier score");
	ok(near(s.log_loss, -model / 3), "log loss");
	ok(near(s.r2_mcfadden, 1 - model / none), "McFadden");
	ok(near(s.r2_cox_snell, 1 - exp(2.0 / 3 * (none - model))), "Cox and Snell");
	ok(near(s.r2_nagelkerke, s.r2_cox_snell / (1 - exp(2.0 / 3 * none))), "Nagelkerke");
	(void) risk_validation_add(&state, true, 0);
	risk_validation_summarise(&state, &s);
	ok(isinf(s.log_loss) && isnan(s.r2_mcfadden) && !isnan(s.brier), "the impossible happened");
	memset(&state, 0, sizeof(state));
	risk_validation_summarise(&state, &s);
	ok(isnan(s.brier) && isnan(s.scaled_brier), "no rows, no measures");
	(void) risk_validation_add(&state, true, 0.5);
	risk_validation_summarise(&state, &s);
	ok(isnan(s.scaled_brier) && isnan(s.brier_error) && near(s.brier, 0.25), "one outcome");
}

/* test_parts --- any partition and order gives the same state to the last bit */
static void
test_parts(void)
{
	enum
	{
		ROWS = 3000
	};
	static double  p[ROWS];
	static bool    y[ROWS];
	RiskValidation whole = {0}, parts[7], united = {0};
	int            i;

	memset(parts, 0, sizeof(parts));
	for (i = 0; i < ROWS; i++)
	{
		p[i] = i % 50 == 0 ? (double) (i % 100 == 0) : ldexp((double) (next_random() >> 11), -53);
		/* tiny ones too */
		if (i % 7 == 0)
			p[i] = pow(p[i], 40);
		y[i] = next_random() % 4 == 0;
		(void) risk_validation_add(&whole, y[i], p[i]);
	}
	for (i = ROWS - 1; i >= 0; i--)
		(void) risk_validation_add(&parts[next_random() % 7], y[i], p[i]);
	for (i = 6; i >= 0; i--)
		ok(risk_validation_unite(&united, &parts[i]), "part %d joins", i);
	ok(memcmp(&united, &whole, sizeof(whole)) == 0, "parts in any order are the whole");
}

static void
test_text(void)
{
	static const char *const bad[] = {"",
									  "1 0 0 0 1 0 0",
									  "1 0 0 0 1 0 0 0 0",
									  "1 2 0 0 0 0 0 0",
									  "-1 0 0 0 0 0 0 0",
									  "1 0 0 0 99999999999999999999999 0 0 0",
									  "1 0 0 0 x 0 0 0",
									  "1 0 0 0 0 0 0 999999999999999999999999999999999999999999"};
	RiskValidation           state = {0}, again;
	char                     text[RISK_VALIDATION_TEXT];
	size_t                   i;

	for (i = 0; i < 100; i++)
		(void) risk_validation_add(&state, i % 3 == 0, (double) i / 100);
	risk_validation_print(&state, text);
	ok(risk_validation_read(text, &again) && memcmp(&state, &again, sizeof(state)) == 0,
	   "text and back");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!risk_validation_read(bad[i], &again), "refused: \"%s\"", bad[i]);
	/* the largest numbers there are */
	state.rows = state.events = state.skipped = state.impossible = INT64_MAX;
	state.predicted.low = state.squared.low = state.fourth.low = state.log_loss.low = 0;
	state.predicted.high = state.squared.high = state.fourth.high = INT64_MAX;
	state.log_loss.high = INT64_MAX;
	risk_validation_print(&state, text);
	ok(strlen(text) < RISK_VALIDATION_TEXT && risk_validation_read(text, &again),
	   "the longest text is read");
	ok(!risk_validation_unite(&again, &state), "overflow is noticed");
}

/* test_auc --- against the definition: all pairs for the area, placements for the variance */
static void
test_auc(void)
{
	enum
	{
		ROWS = 120
	};
	int trial, i, j, wrong = 0;

	for (trial = 0; trial < 200; trial++)
	{
		AucState  state = {0};
		AucResult result;
		double    p[ROWS], place[ROWS], area = 0, m = 0, n = 0, mean[2] = {0}, squares[2] = {0};
		bool      y[ROWS];

		for (i = 0; i < ROWS; i++)
		{
			p[i] = (double) (i / (1 + trial % 9));
			y[i] = next_random() % (2 + trial % 5) == 0;
			if (!auc_add(&state, y[i], p[i]))
				wrong++;
			if (y[i])
				m++;
			else
				n++;
		}
		for (i = 0; i < ROWS; i++)
		{
			place[i] = 0;
			for (j = 0; j < ROWS; j++)
				if (y[i] != y[j])
					place[i] += p[j] == p[i] ? 0.5 : (p[j] < p[i]) == y[i];
			place[i] /= y[i] ? n : m;
			mean[y[i]] += place[i] / (y[i] ? m : n);
			if (y[i])
				area += place[i] / m;
		}
		for (i = 0; i < ROWS; i++)
			squares[y[i]] += (place[i] - mean[y[i]]) * (place[i] - mean[y[i]]);
		auc_finish(&state, &result);
		if (!near(result.auc, area) ||
			!near(result.std_error, sqrt(squares[1] / (m - 1) / m + squares[0] / (n - 1) / n)))
			wrong++;
	}
	ok(wrong == 0, "area and error as by their definitions: %d of 200 wrong", wrong);
}

static void
test_auc_edges(void)
{
	AucState  state = {0}, before;
	AucResult result;

	auc_finish(&state, &result);
	ok(!result.known && !result.error_known, "no rows, no area");
	(void) auc_add(&state, true, 0.5);
	before = state;
	ok(!auc_add(&state, false, 0.4), "a row out of order is refused");
	ok(memcmp(&before, &state, sizeof(state)) == 0, "and leaves the state as it was");
	auc_finish(&state, &result);
	ok(!result.known, "one outcome, no area");
	ok(memcmp(&before, &state, sizeof(state)) == 0, "asking leaves the state as it was");
	(void) auc_add(&state, false, 0.5);
	auc_finish(&state, &result);
	ok(result.known && result.auc == 0.5 && !result.error_known, "a tie counts one half");
}

int
main(void)
{
	test_hand();
	test_parts();
	test_text();
	test_auc();
	test_auc_edges();
	return done_testing();
}

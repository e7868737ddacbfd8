/*-------------------------------------------------------------------------
 *
 * glm.c
 *	  Unit test of generalised linear models: sums against plain formulas in
 *	  long double and their differences, steps against closed forms.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/glm_core.h"

#include <math.h>
#include <stdlib.h>

#include "tap.h"

#define COLUMNS 3
#define ROWS 200
#define MAX_STATE 600
#define PACKED(n) ((n) * ((n) + 1) / 2)

typedef struct Row
{
	double y;
	double w;
	double offset;
	double x[COLUMNS];
} Row;

static const double      centre[COLUMNS] = {0.5, -0.25, 1};
static const double      factor[COLUMNS] = {2, 0.5, 1};
static const double      start[COLUMNS + 1] = {0.3, -0.2, 0.4, 0.1};
static const char *const family_name[] = {"logistic", "poisson", "negative binomial", "gamma",
										  "gaussian"};

static uint64_t seed = 88172645463325252ULL;

static double
uniform(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double) (seed >> 11) / 9007199254740992.0;
}

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * fmax(1, fabs(b));
}

/* Rows of a family; some weights and offsets differ from none. */
static void
make_rows(GlmFamily family, Row *rows, int n, bool plain)
{
	int i;
	int j;

	for (i = 0; i < n; i++)
	{
		Row *r = &rows[i];

		r->w = plain || i % 3 == 0 ? 1 : 1 + (double) (int) (3 * uniform());
		r->offset = plain || i % 2 == 0 ? 0 : uniform() - 0.5;
		for (j = 0; j < COLUMNS; j++)
			r->x[j] = 3 * uniform() - 1;
		switch (family)
		{
			case GLM_LOGISTIC:
				r->y = uniform() < 0.4 ? 1 : 0;
				if (!plain && i % 5 == 4)
				{
					r->w = 4;
					r->y = (double) (int) (5 * uniform()) / 4;
				}
				break;
			case GLM_GAMMA:
				r->y = 0.05 - 2 * log(1 - uniform());
				break;
			case GLM_GAUSSIAN:
				r->y = 4 * uniform() - 2;
				break;
			default:
				r->y = (double) (int) (6 * uniform() * uniform());
		}
	}
}

static double
predictor(const Row *r, const double *beta)
{
	double eta = beta[0] + r->offset;
	int    j;

	for (j = 0; j < COLUMNS; j++)
		eta += beta[j + 1] * (r->x[j] - centre[j]) * factor[j];
	return eta;
}

/* The log density of a row, up to what does not depend on the coefficients for gamma and gaussian.
 */
static long double
density(GlmFamily family, const Row *r, long double eta, long double theta)
{
	long double mu = family == GLM_LOGISTIC ? 1 / (1 + expl(-eta)) : expl(eta);
	long double y = r->y;
	long double w = r->w;

	switch (family)
	{
		case GLM_LOGISTIC:
			return lgammal(w + 1) - lgammal(w * y + 1) - lgammal(w - w * y + 1) + w * y * logl(mu) +
				   (w - w * y) * logl(1 - mu);
		case GLM_POISSON:
			return w * (y * logl(mu) - mu - lgammal(y + 1));
		case GLM_NEGATIVE_BINOMIAL:
			return w * (lgammal(y + theta) - lgammal(theta) - lgammal(y + 1) +
						theta * logl(theta / (theta + mu)) + y * logl(mu / (theta + mu)));
		case GLM_GAMMA:
			return -w * (y / mu + logl(mu));
		default:
			return -w * (y - eta) * (y - eta) / 2;
	}
}

static long double
likelihood(GlmFamily family, const Row *rows, int n, const double *beta, double theta)
{
	long double sum = 0;
	int         i;

	for (i = 0; i < n; i++)
		sum += density(family, &rows[i], predictor(&rows[i], beta), theta);
	return sum;
}

/* Deviance of a row: twice what the best mean for it would add. */
static double
deviance(GlmFamily family, const Row *r, double eta, double theta)
{
	double mu = family == GLM_LOGISTIC ? 1 / (1 + exp(-eta)) : exp(eta);
	double y = r->y;
	double part = y > 0 ? y * log(y / mu) : 0;

	switch (family)
	{
		case GLM_LOGISTIC:
			return 2 * r->w * (part + (y < 1 ? (1 - y) * log((1 - y) / (1 - mu)) : 0));
		case GLM_POISSON:
			return 2 * r->w * (part - (y - mu));
		case GLM_NEGATIVE_BINOMIAL:
			return 2 * r->w * (part - (y + theta) * log((y + theta) / (mu + theta)));
		case GLM_GAMMA:
			return 2 * r->w * ((y - mu) / mu - log(y / mu));
		default:
			return r->w * (y - eta) * (y - eta);
	}
}

static double
pearson(GlmFamily family, const Row *r, double eta, double theta)
{
	double mu = family == GLM_LOGISTIC ? 1 / (1 + exp(-eta)) : exp(eta);

	switch (family)
	{
		case GLM_LOGISTIC:
			return r->w * pow(r->y - mu, 2) / (mu * (1 - mu));
		case GLM_POISSON:
			return r->w * pow(r->y - mu, 2) / mu;
		case GLM_NEGATIVE_BINOMIAL:
			return r->w * pow(r->y - mu, 2) / (mu + mu * mu / theta);
		case GLM_GAMMA:
			return r->w * pow(r->y - mu, 2) / (mu * mu);
		default:
			return r->w * pow(r->y - eta, 2);
	}
}

/* What the weight on the squared columns is on average over the outcomes. */
static double
expected_weight(GlmFamily family, const Row *r, double eta, double theta)
{
	double mu = exp(eta);

	switch (family)
	{
		case GLM_LOGISTIC:
			return r->w / (1 + exp(-eta)) / (1 + exp(eta));
		case GLM_POISSON:
			return r->w * mu;
		case GLM_NEGATIVE_BINOMIAL:
			return r->w * mu * theta / (mu + theta);
		default:
			return r->w;
	}
}

static int
fill_control(double *control, GlmMode mode, GlmFamily family, const double *beta, double theta,
			 bool expected)
{
	control[GLM_CONTROL_MODE] = mode;
	control[GLM_CONTROL_FAMILY] = family;
	control[GLM_CONTROL_COLUMNS] = COLUMNS;
	control[GLM_CONTROL_THETA] = theta;
	control[GLM_CONTROL_EXPECTED] = expected;
	if (mode == GLM_PROFILE)
		return GLM_CONTROL_HEADER;
	memcpy(control + GLM_CONTROL_HEADER, beta, sizeof(double) * (COLUMNS + 1));
	memcpy(control + GLM_CONTROL_HEADER + COLUMNS + 1, centre, sizeof(centre));
	memcpy(control + GLM_CONTROL_HEADER + 2 * COLUMNS + 1, factor, sizeof(factor));
	return GLM_CONTROL_HEADER + 3 * COLUMNS + 1;
}

/* A pass over rows [from, to). */
static void
pass(double *state, GlmShape *shape, GlmMode mode, GlmFamily family, const double *beta,
	 double theta, bool expected, const Row *rows, int from, int to)
{
	double control[GLM_CONTROL_HEADER + 3 * COLUMNS + 1];
	int    length = fill_control(control, mode, family, beta, theta, expected);
	int    i;

	if (!glm_control_shape(control, length, shape) || shape->length > MAX_STATE)
		abort();
	glm_start(state, shape, control);
	for (i = from; i < to; i++)
		glm_add(state, shape, rows[i].y, rows[i].w, rows[i].offset, rows[i].x);
}

static void
test_gamma_derivatives(void)
{
	bool   steps = true;
	bool   mirrored = true;
	double x;

	ok(near(glm_digamma(1), -0.57721566490153286, 1e-14), "digamma(1) is minus Euler's constant");
	ok(near(glm_digamma(0.5), -1.9635100260214235, 1e-14), "digamma(1/2)");
	ok(near(glm_digamma(10), 2.2517525890667211, 1e-14), "digamma(10)");
	ok(near(glm_digamma(100), 4.6001618527380874, 1e-14), "digamma(100)");
	ok(near(glm_trigamma(1), M_PI * M_PI / 6, 1e-14), "trigamma(1)");
	ok(near(glm_trigamma(0.5), M_PI * M_PI / 2, 1e-14), "trigamma(1/2)");
	ok(near(glm_trigamma(10), 0.10516633568168575, 1e-14), "trigamma(10)");
	for (x = 0.05; x < 30; x += 0.37)
	{
		steps &= near(glm_digamma(x + 1) - glm_digamma(x), 1 / x, 1e-13) &&
				 near(glm_trigamma(x) - glm_trigamma(x + 1), 1 / (x * x), 1e-12);
		/* duplication: psi(2x) = (psi(x) + psi(x + 1/2)) / 2 + log 2 */
		mirrored &=
			near(glm_digamma(2 * x), (glm_digamma(x) + glm_digamma(x + 0.5)) / 2 + M_LN2, 1e-13) &&
			near(4 * glm_trigamma(2 * x), glm_trigamma(x) + glm_trigamma(x + 0.5), 1e-12);
	}
	ok(steps && mirrored, "recurrence and duplication hold from 0.05 to 30");
}

/* The sums of a pass: likelihood, deviance, chi-squared, and derivatives by differences. */
static void
test_pass(GlmFamily family, bool plain)
{
	Row         rows[ROWS];
	double      state[MAX_STATE];
	double      beta[COLUMNS + 1];
	GlmShape    shape;
	double      theta = 1.7;
	long double h = 1e-4L;
	long double middle;
	double      sum[5] = {0};
	double      moment = 0;
	bool        gradient = true;
	bool        information = true;
	bool        expected = true;
	int         at = GLM_SUMS + COLUMNS + 1;
	int         i;
	int         j;
	int         k;

	make_rows(family, rows, ROWS, plain);
	pass(state, &shape, GLM_PASS, family, start, theta, false, rows, 0, ROWS);
	for (i = 0; i < ROWS; i++)
	{
		double eta = predictor(&rows[i], start);

		sum[0] += deviance(family, &rows[i], eta, theta);
		sum[1] += pearson(family, &rows[i], eta, theta);
		sum[2] += rows[i].w;
		sum[3] += rows[i].w * rows[i].y;
		sum[4] += rows[i].w * rows[i].offset;
		moment += rows[i].w * pow(rows[i].y / exp(eta) - 1, 2);
	}
	middle = likelihood(family, rows, ROWS, start, theta);
	ok(near(glm_sum(state, &shape, GLM_LOG_LIKELIHOOD), (double) middle, 1e-11), "%s: likelihood",
	   family_name[family]);
	ok(near(glm_sum(state, &shape, GLM_DEVIANCE), sum[0], 1e-11), "%s: deviance",
	   family_name[family]);
	ok(near(glm_sum(state, &shape, GLM_PEARSON), sum[1], 1e-11), "%s: chi-squared",
	   family_name[family]);
	ok(near(glm_sum(state, &shape, GLM_WEIGHT), sum[2], 1e-12) &&
		   near(glm_sum(state, &shape, GLM_OUTCOME), sum[3], 1e-12) &&
		   near(glm_sum(state, &shape, GLM_OFFSET), sum[4], 1e-12) && state[GLM_ROWS] == ROWS &&
		   state[GLM_USED] == ROWS,
	   "%s: weight, outcome, offset, rows", family_name[family]);
	for (j = 0; j <= COLUMNS; j++)
	{
		long double up;
		long double down;

		memcpy(beta, start, sizeof(beta));
		beta[j] = start[j] + (double) h;
		up = likelihood(family, rows, ROWS, beta, theta);
		beta[j] = start[j] - (double) h;
		down = likelihood(family, rows, ROWS, beta, theta);
		gradient &=
			near(glm_sum(state, &shape, GLM_SUMS + j), (double) ((up - down) / (2 * h)), 1e-6);
		for (k = 0; k <= j; k++)
		{
			long double corner[4];
			int         c;

			for (c = 0; c < 4; c++)
			{
				memcpy(beta, start, sizeof(beta));
				beta[j] += (c & 1) != 0 ? (double) h : -(double) h;
				beta[k] += (c & 2) != 0 ? (double) h : -(double) h;
				corner[c] = likelihood(family, rows, ROWS, beta, theta);
			}
			information &= near(
				glm_sum(state, &shape, at + PACKED(j) + k),
				-(double) ((corner[3] - corner[1] - corner[2] + corner[0]) / (4 * h * h)), 1e-5);
		}
	}
	ok(gradient, "%s: the gradient is the slope of the likelihood", family_name[family]);
	ok(information, "%s: the information is its curvature", family_name[family]);
	if (family == GLM_POISSON)
		ok(near(glm_sum(state, &shape, GLM_THETA_MOMENT), moment, 1e-11), "moment of theta");
	if (family == GLM_NEGATIVE_BINOMIAL)
	{
		long double up = likelihood(family, rows, ROWS, start, theta + (double) h);
		long double down = likelihood(family, rows, ROWS, start, theta - (double) h);
		double      other[MAX_STATE];
		double      less[MAX_STATE];
		bool        cross = true;

		ok(near(glm_sum(state, &shape, GLM_THETA_SCORE), (double) ((up - down) / (2 * h)), 1e-6),
		   "score of theta");
		ok(near(glm_sum(state, &shape, GLM_THETA_INFORMATION),
				-(double) ((up - 2 * middle + down) / (h * h)), 1e-5),
		   "information of theta");
		pass(other, &shape, GLM_PASS, family, start, theta + 1e-5, false, rows, 0, ROWS);
		pass(less, &shape, GLM_PASS, family, start, theta - 1e-5, false, rows, 0, ROWS);
		for (j = 0; j <= COLUMNS; j++)
			cross &= near(
				glm_sum(state, &shape, at + PACKED(COLUMNS + 1) + j),
				(glm_sum(other, &shape, GLM_SUMS + j) - glm_sum(less, &shape, GLM_SUMS + j)) / 2e-5,
				1e-6);
		ok(cross, "what theta does to the gradient");
	}
	pass(state, &shape, GLM_PASS, family, start, theta, true, rows, 0, ROWS);
	for (j = 0; j <= COLUMNS; j++)
	{
		for (k = 0; k <= j; k++)
		{
			double want = 0;

			for (i = 0; i < ROWS; i++)
				want += expected_weight(family, &rows[i], predictor(&rows[i], start), theta) *
						(j == 0 ? 1 : (rows[i].x[j - 1] - centre[j - 1]) * factor[j - 1]) *
						(k == 0 ? 1 : (rows[i].x[k - 1] - centre[k - 1]) * factor[k - 1]);
			expected &= near(glm_sum(state, &shape, at + PACKED(j) + k), want, 1e-11);
		}
	}
	ok(expected, "%s: the expected information", family_name[family]);
}

/* Log likelihood with a dispersion, by the densities themselves. */
static void
test_dispersion(void)
{
	Row      rows[ROWS];
	double   state[MAX_STATE];
	double   totals[MAX_STATE];
	GlmShape shape;
	double   want = 0;
	double   weights = 0;
	double   d;
	int      i;

	make_rows(GLM_GAMMA, rows, ROWS, true);
	pass(state, &shape, GLM_PASS, GLM_GAMMA, start, 0, true, rows, 0, ROWS);
	d = glm_sum(state, &shape, GLM_DEVIANCE) / ROWS;
	for (i = 0; i < ROWS; i++)
	{
		double scale = exp(predictor(&rows[i], start)) * d;

		want += (1 / d - 1) * log(rows[i].y) - rows[i].y / scale - log(scale) / d - lgamma(1 / d);
	}
	ok(near(glm_log_likelihood(state, &shape), want, 1e-11), "gamma: log likelihood");
	make_rows(GLM_GAUSSIAN, rows, ROWS, false);
	pass(state, &shape, GLM_PASS, GLM_GAUSSIAN, start, 0, true, rows, 0, ROWS);
	d = glm_sum(state, &shape, GLM_DEVIANCE) / ROWS;
	for (want = 0, i = 0; i < ROWS; i++)
	{
		double residual = rows[i].y - predictor(&rows[i], start);

		want += 0.5 * log(rows[i].w / (2 * M_PI * d)) - rows[i].w * residual * residual / (2 * d);
		weights += log(rows[i].w);
	}
	ok(near(glm_log_likelihood(state, &shape), want, 1e-11) &&
		   near(glm_sum(state, &shape, GLM_LOG_WEIGHT), weights, 1e-12),
	   "gaussian: log likelihood");
	glm_totals(state, &shape, totals);
	for (i = 0; i < shape.n_sums && totals[i] == glm_sum(state, &shape, i); i++)
		;
	ok(i == shape.n_sums, "totals are all sums");
	make_rows(GLM_POISSON, rows, ROWS, false);
	pass(state, &shape, GLM_PASS, GLM_POISSON, start, 0, true, rows, 0, ROWS);
	ok(glm_log_likelihood(state, &shape) == glm_sum(state, &shape, GLM_LOG_LIKELIHOOD),
	   "poisson: there is no dispersion");
}

/* Rows in any parts give the same; what is skipped is counted. */
static void
test_parts(GlmMode mode, GlmFamily family)
{
	Row      rows[ROWS];
	double   whole[MAX_STATE];
	double   part[MAX_STATE];
	double   rest[MAX_STATE];
	GlmShape shape;
	bool     same = true;
	int      cut;
	int      i;

	make_rows(family, rows, ROWS, false);
	pass(whole, &shape, mode, family, start, 1.7, false, rows, 0, ROWS);
	for (cut = 0; cut <= ROWS; cut += cut == 0 ? 1 : 37)
	{
		pass(part, &shape, mode, family, start, 1.7, false, rows, 0, cut);
		pass(rest, &shape, mode, family, start, 1.7, false, rows, cut, ROWS);
		glm_skip(part, &shape, 0, true);
		glm_skip(rest, &shape, 2, false);
		glm_skip(rest, &shape, 3 + COLUMNS - 1, false);
		glm_combine(part, &shape, rest);
		same &= part[GLM_ROWS] == ROWS + 3 && part[GLM_USED] == ROWS &&
				part[GLM_LEAST] == whole[GLM_LEAST] && part[GLM_GREATEST] == whole[GLM_GREATEST] &&
				part[GLM_FRACTIONS] == whole[GLM_FRACTIONS] &&
				part[GLM_EXTREME] == whole[GLM_EXTREME];
		for (i = 0; i < 2 * (COLUMNS + 3); i++)
			same &= part[shape.skips + i] == (i == 0 || i == 5 || i == 2 * (COLUMNS + 3) - 1);
		for (i = 0; i < shape.n_sums; i++)
			same &= near(glm_sum(part, &shape, i), glm_sum(whole, &shape, i), 1e-13);
		for (i = shape.body; i < shape.row; i++)
			same &= near(part[i], whole[i], 1e-12);
	}
	ok(same, "%s, mode %d: parts make the whole", family_name[family], mode);
}

static void
test_profile(void)
{
	Row           rows[ROWS];
	double        state[MAX_STATE];
	double        shift[COLUMNS];
	double        scale[COLUMNS];
	const double  constant[2] = {3.3, 1e6};
	const double  spread[2] = {0, 9 * 7};
	GlmShape      shape;
	const double *mean;
	bool          right = true;
	int           i;
	int           j;

	make_rows(GLM_GAUSSIAN, rows, ROWS, false);
	for (i = 0; i < ROWS; i++)
	{
		rows[i].x[0] += 5;
		rows[i].x[1] -= 5;
	}
	pass(state, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 0, ROWS);
	mean = state + shape.body;
	for (j = 0; j < COLUMNS; j++)
	{
		double m = 0;
		double s = 0;
		double least = INFINITY;
		double greatest = -INFINITY;

		for (i = 0; i < ROWS; i++)
			m += rows[i].x[j] / ROWS;
		for (i = 0; i < ROWS; i++)
		{
			s += (rows[i].x[j] - m) * (rows[i].x[j] - m);
			least = fmin(least, rows[i].x[j]);
			greatest = fmax(greatest, rows[i].x[j]);
		}
		right &= near(mean[j], m, 1e-12) && near(mean[COLUMNS + j], s, 1e-12) &&
				 mean[2 * COLUMNS + j] == least && mean[3 * COLUMNS + j] == greatest;
	}
	ok(right, "means, squared deviations, least and greatest");
	glm_scale(mean, mean + COLUMNS, ROWS, COLUMNS, shift, scale);
	for (j = 0; j < COLUMNS; j++)
	{
		double sd = sqrt(mean[COLUMNS + j] / (ROWS - 1));

		right &= exp2(rint(log2(scale[j]))) == scale[j] && sd * scale[j] >= 0.5 &&
				 sd * scale[j] < 1 && fabs(shift[j] - mean[j]) <= sd / 16 &&
				 shift[j] * scale[j] * 16 == rint(shift[j] * scale[j] * 16);
	}
	ok(right, "shifts to sixteenths of a spread, factors that are powers of two");
	glm_scale(constant, spread, 8, 2, shift, scale);
	ok(shift[0] == 3.3 && scale[0] == 1 && scale[1] == 0.25 && shift[1] == 1e6,
	   "a constant column is only shifted; a spread of 3 is divided by 4");
	glm_scale(constant + 1, spread + 1, 1, 1, shift, scale);
	ok(shift[0] == 1e6 && scale[0] == 1, "one row has no spread");
	glm_scale(constant + 1, spread + 1, 2, 1, shift, scale);
	ok(scale[0] == 0.125, "two rows have one");
}

/* What rounding loses is kept, in one state and in parts. */
static void
test_lost(void)
{
	Row      rows[192];
	double   whole[MAX_STATE];
	double   part[MAX_STATE];
	double   rest[MAX_STATE];
	GlmShape shape;
	int      i;

	for (i = 0; i < 192; i++)
		rows[i] = (Row){i / 64 == 1 ? 1 : 0, 1, 0, {0, 0, 0}};
	rows[0].y = 1e17;
	rows[191].y = -1e17;
	pass(whole, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 0, 192);
	ok(glm_sum(whole, &shape, GLM_OUTCOME) == 64, "sixty-four beside a number that hides them");
	pass(part, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 0, 0);
	pass(rest, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 0, 0);
	glm_combine(part, &shape, rest);
	ok(part[shape.body] == 0 && part[shape.body + COLUMNS] == 0, "nothing and nothing is nothing");
	for (i = 0; i < 3; i++)
	{
		pass(rest, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 64 * i, 64 * (i + 1));
		glm_combine(part, &shape, rest);
	}
	ok(glm_sum(part, &shape, GLM_OUTCOME) == 64, "and in parts");
	pass(part, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 0, 0);
	pass(rest, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 0, 128);
	glm_combine(part, &shape, rest);
	pass(rest, &shape, GLM_PROFILE, GLM_GAUSSIAN, start, 0, false, rows, 128, 192);
	glm_combine(part, &shape, rest);
	ok(glm_sum(part, &shape, GLM_OUTCOME) == 64, "what a part had lost comes with it");
}

static void
test_outcomes(void)
{
	static const struct
	{
		GlmFamily family;
		double    outcome;
		bool      fits;
	} cases[] = {{GLM_LOGISTIC, 0, true},
				 {GLM_LOGISTIC, 1, true},
				 {GLM_LOGISTIC, -0.1, false},
				 {GLM_LOGISTIC, 1.1, false},
				 {GLM_POISSON, 0, true},
				 {GLM_POISSON, -1, false},
				 {GLM_NEGATIVE_BINOMIAL, 0, true},
				 {GLM_NEGATIVE_BINOMIAL, -1, false},
				 {GLM_GAMMA, 0, false},
				 {GLM_GAMMA, 0.1, true},
				 {GLM_GAUSSIAN, -5, true}};
	double       state[MAX_STATE];
	GlmShape     shape;
	Row          row = {1, 1, 0, {0.5, 0, 1}};
	const double sure[COLUMNS + 1] = {20, 0, 0, 0};
	const double unsure[COLUMNS + 1] = {18, 0, 0, 0};
	size_t       i;
	double       w;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		row.y = cases[i].outcome;
		pass(state, &shape, GLM_PROFILE, cases[i].family, start, 0, false, &row, 0, 1);
		ok(state[GLM_USED] == cases[i].fits && state[GLM_BAD_OUTCOME] == !cases[i].fits &&
			   state[GLM_ROWS] == 1 &&
			   state[GLM_FRACTIONS] == (cases[i].fits && row.y != floor(row.y)),
		   "%s of %g", family_name[cases[i].family], row.y);
	}
	row.y = 1;
	for (w = -1; w <= 1; w++)
	{
		row.w = w;
		pass(state, &shape, GLM_PASS, GLM_POISSON, start, 0, false, &row, 0, 1);
		ok(state[GLM_USED] == (w > 0) && state[GLM_ZERO_WEIGHT] == (w == 0) &&
			   state[GLM_BAD_WEIGHT] == (w < 0) && state[GLM_LEAST] == (w > 0 ? 1 : INFINITY) &&
			   state[GLM_GREATEST] == (w > 0 ? 1 : -INFINITY),
		   "a weight of %g", w);
	}
	pass(state, &shape, GLM_PASS, GLM_LOGISTIC, sure, 0, false, &row, 0, 1);
	ok(state[GLM_EXTREME] == 1 &&
		   near(glm_sum(state, &shape, GLM_LOG_LIKELIHOOD) * 1e9, -exp(-20) * 1e9, 1e-6),
	   "as good as certain, to the last digit");
	ok(near(glm_sum(state, &shape, GLM_SUMS) * 1e9, 1e9 * exp(-20) / (1 + exp(-20)), 1e-12),
	   "so is what is left of it");
	pass(state, &shape, GLM_PASS, GLM_LOGISTIC, unsure, 0, false, &row, 0, 1);
	ok(state[GLM_EXTREME] == 0, "not quite as certain");
}

static void
test_shapes(void)
{
	double   control[GLM_CONTROL_HEADER + 3 * COLUMNS + 1];
	double   state[MAX_STATE];
	GlmShape shape;
	GlmShape again;
	int      length = fill_control(control, GLM_PASS, GLM_NEGATIVE_BINOMIAL, start, 2, true);
	int      q = COLUMNS + 1;

	ok(glm_control_shape(control, length, &shape) && shape.mode == GLM_PASS &&
		   shape.family == GLM_NEGATIVE_BINOMIAL && shape.columns == COLUMNS && shape.expected &&
		   shape.n_sums == GLM_SUMS + q + PACKED(q) + q,
	   "the shape of a control");
	glm_start(state, &shape, control);
	ok(glm_shape(state, &again) && again.mode == shape.mode && again.family == shape.family &&
		   again.columns == shape.columns && again.expected && again.length == shape.length &&
		   again.sums == shape.sums && again.row == shape.row && again.body == shape.body &&
		   state[GLM_STATE_THETA] == 2,
	   "a state carries it");
	ok(!glm_control_shape(control, length - 1, &shape) &&
		   !glm_control_shape(control, length + 1, &shape) &&
		   !glm_control_shape(control, GLM_CONTROL_HEADER - 1, &shape),
	   "other lengths are refused");
	state[GLM_STATE_FORMAT] = 2;
	ok(!glm_shape(state, &again), "another format is refused");
#define REFUSED(place, value, what)                                                      \
	do                                                                                   \
	{                                                                                    \
		length = fill_control(control, GLM_PASS, GLM_NEGATIVE_BINOMIAL, start, 2, true); \
		control[place] = (value);                                                        \
		ok(!glm_control_shape(control, length, &shape), what);                           \
	} while (0)
	REFUSED(GLM_CONTROL_THETA, 0, "theta of 0");
	REFUSED(GLM_CONTROL_THETA, INFINITY, "theta without end");
	REFUSED(GLM_CONTROL_MODE, 2, "an unknown mode");
	REFUSED(GLM_CONTROL_FAMILY, GLM_FAMILIES, "an unknown family");
	REFUSED(GLM_CONTROL_FAMILY, -1, "a negative family");
	REFUSED(GLM_CONTROL_FAMILY, 1.5, "half a family");
	REFUSED(GLM_CONTROL_COLUMNS, 2.5, "half a column");
	REFUSED(GLM_CONTROL_COLUMNS, -1, "a negative number of columns");
	REFUSED(GLM_CONTROL_COLUMNS, GLM_MAX_COLUMNS + 1, "too many columns");
	REFUSED(GLM_CONTROL_EXPECTED, 2, "neither observed nor expected");
	length = fill_control(control, GLM_PROFILE, GLM_NEGATIVE_BINOMIAL, start, 0, true);
	ok(glm_control_shape(control, length, &shape) && shape.n_sums == GLM_SUMS &&
		   shape.row == shape.body + 4 * COLUMNS,
	   "a profile needs no theta");
	control[GLM_CONTROL_COLUMNS] = 0;
	ok(glm_control_shape(control, length, &shape), "no columns");
	control[GLM_CONTROL_COLUMNS] = GLM_MAX_COLUMNS;
	ok(glm_control_shape(control, length, &shape), "as many columns as may be");
}

/* Newton's steps to the end; false when they do not get there. */
static bool
fit(GlmFamily family, const Row *rows, int n, const double *ridge, double *beta, double *theta)
{
	double      state[MAX_STATE];
	double      totals[MAX_STATE];
	double      work[PACKED(COLUMNS + 1)];
	double      step[COLUMNS + 1];
	double      dependence[COLUMNS + 1];
	GlmShape    shape;
	GlmSolution solution;
	int         round;
	int         j;

	memset(beta, 0, sizeof(double) * (COLUMNS + 1));
	for (round = 0; round < 16; round++)
	{
		pass(state, &shape, GLM_PASS, family, beta, *theta, round < 8, rows, 0, n);
		glm_totals(state, &shape, totals);
		glm_solve(totals, &shape, beta, *theta, ridge, work, step, dependence, &solution);
		if (solution.failed || solution.aliased >= 0)
			return false;
		for (j = 0; j <= COLUMNS; j++)
			beta[j] += step[j];
		*theta *= exp(solution.theta_step);
		if (solution.decrement < 1e-24)
			return true;
	}
	return false;
}

static void
test_fit(GlmFamily family)
{
	static const double none[COLUMNS + 1] = {0};
	static const double some[COLUMNS + 1] = {0, 1.5, 0, 4};
	static const double without[COLUMNS + 1] = {0, 0, INFINITY, 0};
	Row                 rows[ROWS];
	double              state[MAX_STATE];
	double              beta[COLUMNS + 1];
	double              theta = 1;
	GlmShape            shape;
	bool                flat = true;
	int                 j;

	make_rows(family, rows, ROWS, false);
	ok(fit(family, rows, ROWS, none, beta, &theta), "%s: converges", family_name[family]);
	pass(state, &shape, GLM_PASS, family, beta, theta, false, rows, 0, ROWS);
	for (j = 0; j <= COLUMNS; j++)
		flat &= fabs(glm_sum(state, &shape, GLM_SUMS + j)) < 1e-9;
	ok(flat, "%s: to where the likelihood is flat", family_name[family]);
	if (family == GLM_NEGATIVE_BINOMIAL)
		ok(fabs(glm_sum(state, &shape, GLM_THETA_SCORE)) < 1e-9 && theta > 0.1, "in theta too, %g",
		   theta);
	theta = 1;
	ok(fit(family, rows, ROWS, some, beta, &theta), "%s: converges with a penalty",
	   family_name[family]);
	pass(state, &shape, GLM_PASS, family, beta, theta, false, rows, 0, ROWS);
	for (flat = true, j = 0; j <= COLUMNS; j++)
		flat &= fabs(glm_sum(state, &shape, GLM_SUMS + j) - some[j] * beta[j]) < 1e-9;
	ok(flat, "%s: to where slope and penalty balance", family_name[family]);
	theta = 1;
	ok(fit(family, rows, ROWS, without, beta, &theta) && beta[2] == 0,
	   "%s: a column left out stays at 0", family_name[family]);
	pass(state, &shape, GLM_PASS, family, beta, theta, false, rows, 0, ROWS);
	ok(fabs(glm_sum(state, &shape, GLM_SUMS + 1)) < 1e-9 &&
		   fabs(glm_sum(state, &shape, GLM_SUMS + 3)) < 1e-9 &&
		   fabs(glm_sum(state, &shape, GLM_SUMS + 2)) > 1e-9,
	   "%s: the others are at their best", family_name[family]);
}

/* One group variable: the coefficients are logarithms of what was counted. */
static void
test_closed_form(void)
{
	static const double only[COLUMNS + 1] = {0, 0, INFINITY, INFINITY};
	Row                 rows[50];
	double              beta[COLUMNS + 1];
	double              theta = 1;
	int                 i;

	for (i = 0; i < 50; i++)
	{
		/* 30 with x = 0, of whom 6; 20 with x = 1, of whom 12 */
		rows[i] = (Row){0, 1, 0, {i < 30 ? 0 : 1, 0, 0}};
		rows[i].y = i < 30 ? i < 6 : i < 42;
	}
	ok(fit(GLM_LOGISTIC, rows, 50, only, beta, &theta) &&
		   near(2 * beta[1], log(12.0 / 8) - log(6.0 / 24), 1e-12) &&
		   near(beta[0] - beta[1], log(6.0 / 24), 1e-12),
	   "logistic: log odds");
	ok(fit(GLM_POISSON, rows, 50, only, beta, &theta) &&
		   near(2 * beta[1], log(12.0 / 20) - log(6.0 / 30), 1e-12),
	   "poisson: log ratio of means");
	ok(fit(GLM_GAUSSIAN, rows, 50, only, beta, &theta) &&
		   near(2 * beta[1], 12.0 / 20 - 6.0 / 30, 1e-12) && near(beta[0] - beta[1], 0.2, 1e-12),
	   "gaussian: difference of means");
	for (i = 0; i < 50; i++)
		rows[i].y += 1;
	ok(fit(GLM_GAMMA, rows, 50, only, beta, &theta) && near(2 * beta[1], log(1.6 / 1.2), 1e-12),
	   "gamma: log ratio of means");
}

static void
test_aliased(void)
{
	static const double none[COLUMNS + 1] = {0};
	Row                 rows[ROWS];
	double              state[MAX_STATE];
	double              totals[MAX_STATE];
	double              work[PACKED(COLUMNS + 1)];
	double              step[COLUMNS + 1];
	double              dependence[COLUMNS + 1];
	GlmShape            shape;
	GlmSolution         solution;
	int                 i;

	make_rows(GLM_POISSON, rows, ROWS, false);
	for (i = 0; i < ROWS; i++)
		rows[i].x[2] = 4 * rows[i].x[0] - 3 * rows[i].x[1] + 2;
	pass(state, &shape, GLM_PASS, GLM_POISSON, start, 0, true, rows, 0, ROWS);
	glm_totals(state, &shape, totals);
	glm_solve(totals, &shape, start, 0, none, work, step, dependence, &solution);
	/* z3 = x3 - 1, z1 = 2 (x1 - 1/2), z2 = (x2 + 1/4) / 2: z3 = 2 z1 - 6 z2 + 3.75 */
	ok(!solution.failed && solution.aliased == 3 && near(dependence[0], 3.75, 1e-8) &&
		   near(dependence[1], 2, 1e-8) && near(dependence[2], -6, 1e-8),
	   "a column that the others make, and how");
	totals[GLM_SUMS + COLUMNS + 1] = NAN;
	glm_solve(totals, &shape, start, 0, none, work, step, dependence, &solution);
	ok(solution.failed, "information that is no number");
	totals[GLM_SUMS + COLUMNS + 1] = -1;
	glm_solve(totals, &shape, start, 0, none, work, step, dependence, &solution);
	ok(solution.failed, "information that is negative");
}

static void
test_invert(void)
{
	/* L L' of a lower triangle, and one column left out */
	const double information[PACKED(3)] = {4, 2, 10, -2, 5, 21};
	const double ridge[3] = {0, 0.5, 0};
	const double without[3] = {0, INFINITY, 0};
	const double singular[PACKED(3)] = {4, 2, 1, 0, 0, 1};
	const double none[3] = {0};
	const double full[3][3] = {{4, 2, -2}, {2, 10.5, 5}, {-2, 5, 21}};
	double       work[PACKED(3)];
	double       inverse[9];
	bool         identity = true;
	int          i;
	int          j;
	int          k;

	ok(glm_invert(information, ridge, 3, work, inverse), "an inverse");
	for (i = 0; i < 3; i++)
	{
		for (j = 0; j < 3; j++)
		{
			double sum = 0;

			for (k = 0; k < 3; k++)
				sum += full[i][k] * inverse[3 * k + j];
			identity &= near(sum, i == j, 1e-14);
		}
	}
	ok(identity, "that gives the identity");
	ok(glm_invert(information, without, 3, work, inverse) && near(inverse[0], 21.0 / 80, 1e-14) &&
		   near(inverse[2], 2.0 / 80, 1e-14) && near(inverse[8], 4.0 / 80, 1e-14) &&
		   near(inverse[6], 2.0 / 80, 1e-14) && inverse[1] == 0 && inverse[3] == 0 &&
		   inverse[4] == 0 && inverse[5] == 0 && inverse[7] == 0,
	   "zeros for what is left out");
	ok(!glm_invert(singular, none, 3, work, inverse), "there is none of a singular matrix");
}

int
main(void)
{
	int family;

	test_gamma_derivatives();
	for (family = GLM_LOGISTIC; family < GLM_FAMILIES; family++)
	{
		test_pass((GlmFamily) family, true);
		test_pass((GlmFamily) family, false);
		test_parts(GLM_PASS, (GlmFamily) family);
		test_fit((GlmFamily) family);
	}
	test_parts(GLM_PROFILE, GLM_GAUSSIAN);
	test_dispersion();
	test_profile();
	test_lost();
	test_outcomes();
	test_shapes();
	test_closed_form();
	test_aliased();
	test_invert();
	return done_testing();
}

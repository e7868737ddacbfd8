/*-------------------------------------------------------------------------
 *
 * glm_core.c
 *	  Generalised linear models: sums over rows, steps of Newton's method.
 *
 * Columns are centred and scaled by powers of two before anything is
 * multiplied, and sums are kept with what rounding lost: the information matrix
 * then is as good as a decomposition of the columns themselves would be, and
 * every step starts from residuals, so that it corrects the one before.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/glm_core.h"

#include <math.h>
#include <string.h>

/* Rows added up plainly before they are folded into the totals. */
#define FOLD_EVERY 64

/* A fitted probability this close to 0 or 1 is as good as certain. */
#define EXTREME 1e-8

/* Part of a column that its predecessors must leave over for it to count as one of its own. */
#define ALIAS_TOLERANCE 1e-11

#define PACKED(n) ((n) * ((n) + 1) / 2)

/* Where entry (i, j), j <= i, of a packed symmetric matrix stands. */
#define AT(i, j) (PACKED(i) + (j))

/*
 * fill_shape --- sizes for a mode, family and number of columns.
 */
static void
fill_shape(GlmShape *shape)
{
	int p = shape->columns;
	int q = p + 1;

	shape->skips = GLM_STATE_HEADER;
	shape->body = shape->skips + 2 * (p + 3);
	if (shape->mode == GLM_PROFILE)
	{
		shape->row = shape->body + 4 * p;
		shape->sums = shape->row;
		shape->n_sums = GLM_SUMS;
	}
	else
	{
		shape->row = shape->body + q + 2 * p;
		shape->sums = shape->row + q;
		shape->n_sums = GLM_SUMS + q + PACKED(q);
		if (shape->family == GLM_NEGATIVE_BINOMIAL)
			shape->n_sums += q;
	}
	shape->length = shape->sums + 3 * shape->n_sums;
}

/*
 * read_shape --- whole numbers in their ranges, or false.
 */
static bool
read_shape(double mode, double family, double columns, double expected, GlmShape *shape)
{
	if (!(mode == GLM_PROFILE || mode == GLM_PASS) || !(family >= 0 && family < GLM_FAMILIES) ||
		!(columns >= 0 && columns <= GLM_MAX_COLUMNS) || family != floor(family) ||
		columns != floor(columns) || !(expected == 0 || expected == 1))
		return false;
	shape->mode = (GlmMode) mode;
	shape->family = (GlmFamily) family;
	shape->columns = (int) columns;
	shape->expected = expected == 1;
	fill_shape(shape);
	return true;
}

/*
 * glm_shape --- the shape of a state from its header of GLM_STATE_HEADER doubles; false if it is
 * none.
 */
bool
glm_shape(const double *header, GlmShape *shape)
{
	return header[GLM_STATE_FORMAT] == GLM_FORMAT &&
		   read_shape(header[GLM_STATE_MODE], header[GLM_STATE_FAMILY], header[GLM_STATE_COLUMNS],
					  header[GLM_STATE_EXPECTED], shape);
}

/*
 * glm_control_shape --- the shape of the states that a control makes; false if it is none.
 */
bool
glm_control_shape(const double *control, int length, GlmShape *shape)
{
	int p;

	if (length < GLM_CONTROL_HEADER ||
		!read_shape(control[GLM_CONTROL_MODE], control[GLM_CONTROL_FAMILY],
					control[GLM_CONTROL_COLUMNS], control[GLM_CONTROL_EXPECTED], shape))
		return false;
	if (shape->family == GLM_NEGATIVE_BINOMIAL && shape->mode == GLM_PASS &&
		!(control[GLM_CONTROL_THETA] > 0 && isfinite(control[GLM_CONTROL_THETA])))
		return false;
	p = shape->columns;
	return length == GLM_CONTROL_HEADER + (shape->mode == GLM_PASS ? 3 * p + 1 : 0);
}

/*
 * glm_start --- an empty state, of shape->length doubles.
 */
void
glm_start(double *state, const GlmShape *shape, const double *control)
{
	int p = shape->columns;
	int j;

	memset(state, 0, sizeof(double) * (size_t) shape->length);
	state[GLM_STATE_FORMAT] = GLM_FORMAT;
	state[GLM_STATE_MODE] = shape->mode;
	state[GLM_STATE_FAMILY] = shape->family;
	state[GLM_STATE_COLUMNS] = p;
	state[GLM_STATE_THETA] = control[GLM_CONTROL_THETA];
	state[GLM_STATE_EXPECTED] = shape->expected;
	state[GLM_LEAST] = INFINITY;
	state[GLM_GREATEST] = -INFINITY;
	if (shape->mode == GLM_PASS)
		memcpy(state + shape->body, control + GLM_CONTROL_HEADER,
			   sizeof(double) * (size_t) (3 * p + 1));
	else
	{
		for (j = 0; j < p; j++)
		{
			state[shape->body + 2 * p + j] = INFINITY;
			state[shape->body + 3 * p + j] = -INFINITY;
		}
	}
}

/*
 * two_sum --- add to a total, keeping what its rounding loses.
 */
static inline void
two_sum(double *total, double *lost, double value)
{
	double sum = *total + value;
	double part = sum - *total;

	*lost += (*total - (sum - part)) + (value - part);
	*total = sum;
}

/*
 * fold --- the rows since the last fold go into the totals.
 */
static void
fold(double *state, const GlmShape *shape)
{
	double *block = state + shape->sums;
	double *total = block + shape->n_sums;
	double *lost = total + shape->n_sums;
	int     i;

	for (i = 0; i < shape->n_sums; i++)
	{
		two_sum(&total[i], &lost[i], block[i]);
		block[i] = 0;
	}
	state[GLM_PENDING] = 0;
}

/*
 * glm_digamma --- derivative of the log gamma function for x > 0: recurrence up
 * to 10, then the asymptotic series (Abramowitz and Stegun 6.3.18).
 */
double
glm_digamma(double x)
{
	double below = 0;
	double r;

	for (; x < 10; x++)
		below += 1 / x;
	r = 1 / (x * x);
	return log(x) - 0.5 / x -
		   r * (1.0 / 12 -
				r * (1.0 / 120 -
					 r * (1.0 / 252 -
						  r * (1.0 / 240 - r * (1.0 / 132 - r * (691.0 / 32760 - r / 12)))))) -
		   below;
}

/*
 * glm_trigamma --- second derivative of the log gamma function for x > 0
 * (Abramowitz and Stegun 6.4.12).
 */
double
glm_trigamma(double x)
{
	double below = 0;
	double r;

	for (; x < 10; x++)
		below += 1 / (x * x);
	r = 1 / (x * x);
	return 1 / x + 0.5 * r +
		   r / x *
			   (1.0 / 6 -
				r * (1.0 / 30 -
					 r * (1.0 / 42 -
						  r * (1.0 / 30 - r * (5.0 / 66 - r * (691.0 / 2730 - r * 7.0 / 6)))))) +
		   below;
}

/* What one row contributes, before it is multiplied by its columns. */
typedef struct RowTerms
{
	double slope;     /* d log likelihood / d linear predictor */
	double curvature; /* - d2, as observed or as expected */
	double cross;     /* d2 / d predictor d theta */
} RowTerms;

/* y log(y / mean), which is 0 at y = 0 */
static inline double
y_log_ratio(double y, double mean)
{
	return y > 0 ? y * log(y / mean) : 0;
}

/*
 * add_logistic --- binomial proportion y of weight w, logit link.
 */
static inline RowTerms
add_logistic(double *state, double *sums, double y, double w, double eta)
{
	double   e = exp(-fabs(eta));
	double   likely = 1 / (1 + e);
	double   unlikely = e / (1 + e);
	double   mean = eta >= 0 ? likely : unlikely;
	double   rest = eta >= 0 ? unlikely : likely;
	double   log1 = log1p(e);
	double   log_mean = eta >= 0 ? -log1 : eta - log1;
	double   log_rest = eta >= 0 ? -eta - log1 : -log1;
	double   residual = y == 1 ? rest : y - mean;
	double   fit = (y > 0 ? y * log_mean : 0) + (y < 1 ? (1 - y) * log_rest : 0);
	RowTerms row;

	sums[GLM_LOG_LIKELIHOOD] += w * fit;
	if (y == 0 || y == 1)
		sums[GLM_DEVIANCE] -= 2 * w * fit;
	else
	{
		sums[GLM_DEVIANCE] += 2 * w * (y * (log(y) - log_mean) + (1 - y) * (log1p(-y) - log_rest));
		sums[GLM_LOG_LIKELIHOOD] += lgamma(w + 1) - lgamma(w * y + 1) - lgamma(w - w * y + 1);
	}
	row.curvature = mean * rest;
	sums[GLM_PEARSON] += w * residual * residual / row.curvature;
	if (unlikely < EXTREME)
		state[GLM_EXTREME]++;
	row.curvature *= w;
	row.slope = w * residual;
	row.cross = 0;
	return row;
}

/*
 * add_poisson --- count y, log link.
 */
static inline RowTerms
add_poisson(double *sums, double y, double w, double eta)
{
	double   mean = exp(eta);
	double   residual = y - mean;
	RowTerms row;

	sums[GLM_LOG_LIKELIHOOD] += w * (y * eta - mean - lgamma(y + 1));
	sums[GLM_DEVIANCE] += 2 * w * (y_log_ratio(y, mean) - residual);
	sums[GLM_PEARSON] += w * residual * residual / mean;
	sums[GLM_THETA_MOMENT] += w * (y / mean - 1) * (y / mean - 1);
	row.slope = w * residual;
	row.curvature = w * mean;
	row.cross = 0;
	return row;
}

/*
 * add_negative_binomial --- count y of variance mean + mean^2 / theta, log link.
 */
static inline RowTerms
add_negative_binomial(double *sums, double y, double w, double eta, double theta, bool expected)
{
	double   mean = exp(eta);
	double   residual = y - mean;
	double   both = theta + mean;
	double   shrink = theta / both;
	RowTerms row;

	/* theta log(theta / both) - y log(both) through log1p, exact for large theta too */
	sums[GLM_LOG_LIKELIHOOD] +=
		w * (lgamma(theta + y) - lgamma(theta) - lgamma(y + 1) - theta * log1p(mean / theta) +
			 (y > 0 ? y * (eta - log(both)) : 0));
	sums[GLM_DEVIANCE] += 2 * w * (y_log_ratio(y, mean) - (y + theta) * log1p(residual / both));
	sums[GLM_PEARSON] += w * residual * residual / (mean + mean * mean / theta);
	sums[GLM_THETA_SCORE] +=
		w * (glm_digamma(theta + y) - glm_digamma(theta) - log1p(mean / theta) - residual / both);
	sums[GLM_THETA_INFORMATION] += w * (glm_trigamma(theta) - glm_trigamma(theta + y) - 1 / theta +
										2 / both - (y + theta) / (both * both));
	row.slope = w * residual * shrink;
	row.curvature = expected ? w * mean * shrink : w * mean * shrink * (y + theta) / both;
	row.cross = w * residual * mean / (both * both);
	return row;
}

/*
 * add_gamma --- positive amount y, log link; dispersion is left to the end.
 */
static inline RowTerms
add_gamma(double *sums, double y, double w, double eta, bool expected)
{
	double   mean = exp(eta);
	double   ratio = y / mean;
	RowTerms row;

	sums[GLM_LOG_LIKELIHOOD] -= w * (ratio + eta);
	sums[GLM_DEVIANCE] += 2 * w * ((ratio - 1) - log(ratio));
	sums[GLM_PEARSON] += w * (ratio - 1) * (ratio - 1);
	sums[GLM_LOG_OUTCOME] += w * log(y);
	sums[GLM_OUTCOME_OVER_MEAN] += w * ratio;
	sums[GLM_PREDICTOR] += w * eta;
	row.slope = w * (ratio - 1);
	row.curvature = expected ? w : w * ratio;
	row.cross = 0;
	return row;
}

/*
 * add_gaussian --- least squares.
 */
static inline RowTerms
add_gaussian(double *sums, double y, double w, double eta)
{
	double   residual = y - eta;
	RowTerms row;

	sums[GLM_LOG_LIKELIHOOD] -= 0.5 * w * residual * residual;
	sums[GLM_DEVIANCE] += w * residual * residual;
	sums[GLM_PEARSON] += w * residual * residual;
	row.slope = w * residual;
	row.curvature = w;
	row.cross = 0;
	return row;
}

/*
 * add_row_terms --- the sums of a row by its family.
 */
static inline RowTerms
add_row_terms(double *state, const GlmShape *shape, double *sums, double y, double w, double eta)
{
	switch (shape->family)
	{
		case GLM_LOGISTIC:
			return add_logistic(state, sums, y, w, eta);
		case GLM_POISSON:
			return add_poisson(sums, y, w, eta);
		case GLM_NEGATIVE_BINOMIAL:
			return add_negative_binomial(sums, y, w, eta, state[GLM_STATE_THETA], shape->expected);
		case GLM_GAMMA:
			return add_gamma(sums, y, w, eta, shape->expected);
		default:
			return add_gaussian(sums, y, w, eta);
	}
}

/*
 * add_products --- a row times its slope and, with itself, times its curvature.
 */
static inline void
add_products(double *restrict sums, const double *restrict row, int q, const RowTerms *terms,
			 bool with_cross)
{
	double *restrict gradient = sums + GLM_SUMS;
	double *restrict information = gradient + q;
	int i;
	int j;

	for (i = 0; i < q; i++)
	{
		double weighted = terms->curvature * row[i];

		gradient[i] += terms->slope * row[i];
		for (j = 0; j <= i; j++)
			information[j] += weighted * row[j];
		information += i + 1;
	}
	if (with_cross)
	{
		for (i = 0; i < q; i++)
			information[i] += terms->cross * row[i];
	}
}

/*
 * add_to_profile --- running means and squared deviations (Welford).
 */
static inline void
add_to_profile(double *state, const GlmShape *shape, const double *columns)
{
	int     p = shape->columns;
	double *mean = state + shape->body;
	double *squares = mean + p;
	double *least = squares + p;
	double *greatest = least + p;
	double  share = 1 / state[GLM_USED];
	int     j;

	for (j = 0; j < p; j++)
	{
		double d = columns[j] - mean[j];

		mean[j] += d * share;
		squares[j] += d * (columns[j] - mean[j]);
		least[j] = columns[j] < least[j] ? columns[j] : least[j];
		greatest[j] = columns[j] > greatest[j] ? columns[j] : greatest[j];
	}
}

/*
 * outcome_fits --- is y an outcome that the family can have?
 */
static inline bool
outcome_fits(GlmFamily family, double y)
{
	switch (family)
	{
		case GLM_LOGISTIC:
			return y >= 0 && y <= 1;
		case GLM_POISSON:
		case GLM_NEGATIVE_BINOMIAL:
			return y >= 0;
		case GLM_GAMMA:
			return y > 0;
		default:
			return true;
	}
}

/*
 * glm_skip --- count a row that cannot be used because of one argument
 * (0 outcome, 1 weight, 2 offset, 3 the first column).
 */
void
glm_skip(double *state, const GlmShape *shape, int argument, bool unknown)
{
	state[GLM_ROWS]++;
	state[shape->skips + 2 * argument + (unknown ? 0 : 1)]++;
}

/*
 * glm_add --- one row of finite numbers.
 */
void
glm_add(double *state, const GlmShape *shape, double outcome, double weight, double offset,
		const double *columns)
{
	int           p = shape->columns;
	double       *sums = state + shape->sums;
	double       *row = state + shape->row;
	const double *coefficients = state + shape->body;
	const double *centre = coefficients + p + 1;
	const double *factor = centre + p;
	double        eta;
	RowTerms      terms;
	int           j;

	state[GLM_ROWS]++;
	if (!(weight > 0))
	{
		state[weight == 0 ? GLM_ZERO_WEIGHT : GLM_BAD_WEIGHT]++;
		return;
	}
	if (!outcome_fits(shape->family, outcome))
	{
		state[GLM_BAD_OUTCOME]++;
		return;
	}
	state[GLM_USED]++;
	if (outcome < state[GLM_LEAST])
		state[GLM_LEAST] = outcome;
	if (outcome > state[GLM_GREATEST])
		state[GLM_GREATEST] = outcome;
	if (outcome != floor(outcome))
		state[GLM_FRACTIONS]++;
	sums[GLM_WEIGHT] += weight;
	sums[GLM_OUTCOME] += weight * outcome;
	sums[GLM_OFFSET] += weight * offset;
	if (shape->mode == GLM_PROFILE)
		add_to_profile(state, shape, columns);
	else
	{
		row[0] = 1;
		eta = coefficients[0];
		for (j = 0; j < p; j++)
		{
			row[j + 1] = (columns[j] - centre[j]) * factor[j];
			eta += coefficients[j + 1] * row[j + 1];
		}
		if (weight != 1)
			sums[GLM_LOG_WEIGHT] += log(weight);
		terms = add_row_terms(state, shape, sums, outcome, weight, eta + offset);
		add_products(sums, row, p + 1, &terms, shape->family == GLM_NEGATIVE_BINOMIAL);
	}
	if (++state[GLM_PENDING] >= FOLD_EVERY)
		fold(state, shape);
}

/*
 * combine_profiles --- means and squared deviations of two sets of rows
 * (Chan, Golub and LeVeque 1983).
 */
static void
combine_profiles(double *state, const GlmShape *shape, const double *other)
{
	int           p = shape->columns;
	double       *mean = state + shape->body;
	const double *other_mean = other + shape->body;
	double        n = state[GLM_USED];
	double        m = other[GLM_USED];
	int           j;

	for (j = 0; j < p && m > 0; j++)
	{
		double d = other_mean[j] - mean[j];

		mean[p + j] += other_mean[p + j] + d * d * (n * m / (n + m));
		mean[j] = (n * mean[j] + m * other_mean[j]) / (n + m);
		mean[2 * p + j] = fmin(mean[2 * p + j], other_mean[2 * p + j]);
		mean[3 * p + j] = fmax(mean[3 * p + j], other_mean[3 * p + j]);
	}
}

/*
 * glm_combine --- add a state of the same shape, left as it is, to this one.
 */
void
glm_combine(double *state, const GlmShape *shape, const double *other)
{
	double       *total = state + shape->sums + shape->n_sums;
	const double *block = other + shape->sums;
	int           n = shape->n_sums;
	int           i;

	fold(state, shape);
	if (shape->mode == GLM_PROFILE)
		combine_profiles(state, shape, other);
	for (i = 0; i < n; i++)
	{
		double more = block[n + i];
		double lost = block[2 * n + i];

		two_sum(&more, &lost, block[i]);
		two_sum(&total[i], &total[n + i], more);
		total[n + i] += lost;
	}
	for (i = GLM_ROWS; i <= GLM_FRACTIONS; i++)
	{
		if (i != GLM_PENDING)
			state[i] += other[i];
	}
	state[GLM_LEAST] = fmin(state[GLM_LEAST], other[GLM_LEAST]);
	state[GLM_GREATEST] = fmax(state[GLM_GREATEST], other[GLM_GREATEST]);
	for (i = shape->skips; i < shape->body; i++)
		state[i] += other[i];
}

/*
 * glm_sum --- one of the sums.
 */
double
glm_sum(const double *state, const GlmShape *shape, int sum)
{
	const double *block = state + shape->sums + sum;

	return block[shape->n_sums] + (block[2 * shape->n_sums] + block[0]);
}

/*
 * glm_log_likelihood --- with the dispersion at deviance / weight where the
 * family has one, as R's AIC has it.
 */
double
glm_log_likelihood(const double *state, const GlmShape *shape)
{
	double dispersion;
	double n = glm_sum(state, shape, GLM_WEIGHT);
	double a;

	if (shape->family == GLM_GAUSSIAN)
	{
		double used = state[GLM_USED];

		dispersion = glm_sum(state, shape, GLM_DEVIANCE) / used;
		return 0.5 *
			   (glm_sum(state, shape, GLM_LOG_WEIGHT) - used * (log(2 * M_PI * dispersion) + 1));
	}
	if (shape->family != GLM_GAMMA)
		return glm_sum(state, shape, GLM_LOG_LIKELIHOOD);
	dispersion = glm_sum(state, shape, GLM_DEVIANCE) / n;
	a = 1 / dispersion;
	return (a - 1) * glm_sum(state, shape, GLM_LOG_OUTCOME) -
		   a * glm_sum(state, shape, GLM_OUTCOME_OVER_MEAN) -
		   a * glm_sum(state, shape, GLM_PREDICTOR) - n * (a * log(dispersion) + lgamma(a));
}

/*
 * glm_totals --- all of the sums, in an array of n_sums.
 */
void
glm_totals(const double *state, const GlmShape *shape, double *totals)
{
	int i;

	for (i = 0; i < shape->n_sums; i++)
		totals[i] = glm_sum(state, shape, i);
}

/*
 * glm_scale --- by what the columns are shifted and multiplied: powers of two
 * near their spread, and the mean rounded so far that shifting plain data loses
 * no digit.
 */
void
glm_scale(const double *mean, const double *squares, double rows, int columns, double *centre,
		  double *factor)
{
	int j;

	for (j = 0; j < columns; j++)
	{
		double spread = rows > 1 ? sqrt(squares[j] / (rows - 1)) : 0;
		int    exponent;

		if (!(spread > 0) || !isfinite(spread))
		{
			centre[j] = mean[j];
			factor[j] = 1;
			continue;
		}
		(void) frexp(spread, &exponent);
		/* nearest sixteenth of the spread */
		centre[j] = ldexp(nearbyint(ldexp(mean[j], 4 - exponent)), exponent - 4);
		factor[j] = ldexp(1, -exponent);
	}
}

/*
 * decompose --- packed lower Cholesky factor of information plus ridge, in
 * place and in the order of the columns.
 *
 * A column whose ridge is infinite stays out: its row and column become those
 * of the identity.  One that its predecessors explain is given as aliased, and
 * the work ends there.  False if the matrix is not finite or not positive.
 */
static bool
decompose(double *matrix, const double *ridge, int n, int *aliased)
{
	int i;
	int j;
	int k;

	*aliased = -1;
	for (i = 0; i < n; i++)
	{
		double *row = matrix + AT(i, 0);
		double  own;

		if (isinf(ridge[i]))
		{
			memset(row, 0, sizeof(double) * (size_t) i);
			row[i] = 1;
			continue;
		}
		own = row[i] + ridge[i];
		for (j = 0; j < i; j++)
		{
			const double *above = matrix + AT(j, 0);
			double        sum = isinf(ridge[j]) ? 0 : row[j];

			for (k = 0; k < j; k++)
				sum -= row[k] * above[k];
			row[j] = sum / above[j];
		}
		row[i] = own;
		for (k = 0; k < i; k++)
			row[i] -= row[k] * row[k];
		if (!isfinite(row[i]) || !(own > 0))
			return false;
		if (row[i] <= ALIAS_TOLERANCE * own)
		{
			*aliased = i;
			return true;
		}
		row[i] = sqrt(row[i]);
	}
	return true;
}

/* L x = b in place, for the first n rows */
static void
forward(const double *matrix, int n, double *b)
{
	int i;
	int k;

	for (i = 0; i < n; i++)
	{
		for (k = 0; k < i; k++)
			b[i] -= matrix[AT(i, k)] * b[k];
		b[i] /= matrix[AT(i, i)];
	}
}

/* L' x = b in place, for the first n rows */
static void
backward(const double *matrix, int n, double *b)
{
	int i;
	int k;

	for (i = n - 1; i >= 0; i--)
	{
		for (k = i + 1; k < n; k++)
			b[i] -= matrix[AT(k, i)] * b[k];
		b[i] /= matrix[AT(i, i)];
	}
}

/*
 * solve_theta --- theta moves together with the coefficients, or the steps of
 * both would converge slowly; on the scale of log(theta), which has no bound.
 *
 * step holds L^-1 gradient; it becomes L^-1 (gradient + cross * step of theta).
 */
static void
solve_theta(const double *totals, const double *cross, double theta, const double *ridge, int q,
			const double *work, double *step, double *scratch, GlmSolution *solution)
{
	double score = theta * totals[GLM_THETA_SCORE];
	double information =
		theta * theta * totals[GLM_THETA_INFORMATION] - theta * totals[GLM_THETA_SCORE];
	double own = score;
	double left = information;
	int    i;

	for (i = 0; i < q; i++)
		scratch[i] = isinf(ridge[i]) ? 0 : theta * cross[i];
	forward(work, q, scratch);
	for (i = 0; i < q; i++)
	{
		own += scratch[i] * step[i];
		left -= scratch[i] * scratch[i];
	}
	/* far from the end the surface may bend the wrong way: then theta goes uphill alone */
	if (left > 1e-3 * fabs(information) && left > 0)
		solution->theta_step = own / left;
	else
		solution->theta_step = score / (fabs(information) + fabs(score));
	if (solution->theta_step > 1)
		solution->theta_step = 1;
	if (solution->theta_step < -1)
		solution->theta_step = -1;
	solution->decrement += solution->theta_step * solution->theta_step * fabs(left);
	for (i = 0; i < q; i++)
		step[i] += scratch[i] * solution->theta_step;
	memset(scratch, 0, sizeof(double) * (size_t) q);
}

/*
 * glm_solve --- Newton's step from the totals of a pass.
 *
 * ridge is what the penalty adds to the diagonal, infinite for columns that are
 * left out.  work takes PACKED(q) doubles, step and dependence q each.  Where a
 * column is aliased, dependence says what multiples of those before it it is.
 */
void
glm_solve(const double *totals, const GlmShape *shape, const double *coefficients, double theta,
		  const double *ridge, double *work, double *step, double *dependence,
		  GlmSolution *solution)
{
	int           q = shape->columns + 1;
	const double *gradient = totals + GLM_SUMS;
	int           i;

	solution->decrement = 0;
	solution->theta_step = 0;
	memcpy(work, gradient + q, sizeof(double) * (size_t) PACKED(q));
	memset(step, 0, sizeof(double) * (size_t) q);
	memset(dependence, 0, sizeof(double) * (size_t) q);
	solution->failed = !decompose(work, ridge, q, &solution->aliased);
	if (solution->failed)
		return;
	if (solution->aliased >= 0)
	{
		int a = solution->aliased;

		memcpy(dependence, work + AT(a, 0), sizeof(double) * (size_t) a);
		backward(work, a, dependence);
		return;
	}
	for (i = 0; i < q; i++)
		step[i] = isinf(ridge[i]) ? 0 : gradient[i] - ridge[i] * coefficients[i];
	forward(work, q, step);
	for (i = 0; i < q; i++)
		solution->decrement += step[i] * step[i];
	if (shape->family == GLM_NEGATIVE_BINOMIAL)
		solve_theta(totals, gradient + q + PACKED(q), theta, ridge, q, work, step, dependence,
					solution);
	backward(work, q, step);
	if (!isfinite(solution->decrement))
		solution->failed = true;
}

/*
 * glm_invert --- inverse (full, row by row) of packed information plus ridge,
 * with zeros for columns left out; false if there is none.  work takes
 * PACKED(n) doubles.
 */
bool
glm_invert(const double *information, const double *ridge, int n, double *work, double *inverse)
{
	int aliased;
	int i;

	memcpy(work, information, sizeof(double) * (size_t) PACKED(n));
	if (!decompose(work, ridge, n, &aliased) || aliased >= 0)
		return false;
	memset(inverse, 0, sizeof(double) * (size_t) n * (size_t) n);
	for (i = 0; i < n; i++)
	{
		double *row = inverse + (size_t) i * (size_t) n;

		if (isinf(ridge[i]))
			continue;
		row[i] = 1;
		forward(work, n, row);
		backward(work, n, row);
	}
	return true;
}

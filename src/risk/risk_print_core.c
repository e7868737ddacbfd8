/*-------------------------------------------------------------------------
 *
 * risk_print_core.c
 *	  Risk models to JSON in one fixed form.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_print_core.h"

#include <stdio.h>
#include <string.h>

#include "risk/risk_terms_core.h"

const char *const risk_link_names[] = {"identity", "logit", "log", NULL};

/* Where the print goes, and what is printed. */
typedef struct Printer
{
	JsonBuffer       out;
	const RiskModel *model;
	const RiskMore  *more; /* NULL for format 1 */
} Printer;

static void
print_double(Printer *to, double value)
{
	char text[32];

	risk_format_double(value, text);
	json_write(&to->out, text);
}

/*
 * print_scaled --- an integer of 1/scale as a decimal, without trailing zeros.
 */
static void
print_scaled(Printer *to, int64_t value, int32_t scale)
{
	int64_t size = value < 0 ? -value : value;
	int64_t rest = size % scale;
	char    text[32];

	snprintf(text, sizeof(text), "%s%lld", value < 0 ? "-" : "", (long long) (size / scale));
	json_write(&to->out, text);
	if (rest != 0)
		json_write(&to->out, ".");
	for (; rest != 0; rest %= scale)
	{
		scale /= 10;
		text[0] = (char) ('0' + rest / scale);
		json_buffer_add(&to->out, text, 1);
	}
}

static void
print_string(Printer *to, uint32_t text)
{
	json_write_string(&to->out, RISK_TEXT(to->model, text), strlen(RISK_TEXT(to->model, text)));
}

/*
 * print_text --- a member that is a string, if the model has it; key with its quotes and colon.
 */
static void
print_text(Printer *to, const char *key, uint32_t text)
{
	if (text == 0)
		return;
	json_write(&to->out, key);
	print_string(to, text);
}

static void
print_number(Printer *to, const char *key, bool has, double value)
{
	if (!has)
		return;
	json_write(&to->out, key);
	print_double(to, value);
}

static void
print_points(Printer *to, const char *key, bool has, int64_t value)
{
	if (!has)
		return;
	json_write(&to->out, key);
	print_scaled(to, value, to->model->points_scale);
}

/*
 * print_average --- the last member of everything that has one.
 */
static void
print_average(Printer *to, uint32_t has, double average)
{
	print_number(to, ",\"average\":", (has & RISK_HAS_AVERAGE) != 0, average);
}

/*
 * print_amount --- coefficient or points.
 */
static void
print_amount(Printer *to, uint32_t has, double coefficient, int64_t points)
{
	print_number(to, ",\"coefficient\":", (has & RISK_HAS_POINTS) == 0, coefficient);
	print_points(to, ",\"points\":", (has & RISK_HAS_POINTS) != 0, points);
}

/*
 * print_separator --- what stands before an element of a list: its opening or a comma.
 */
static void
print_separator(Printer *to, uint32_t i, const char *opening)
{
	json_write(&to->out, i == 0 ? opening : ",");
}

/*
 * print_limits --- a list of limits, if there are any.
 */
static void
print_limits(Printer *to, const char *opening, uint32_t first, uint32_t n)
{
	const RiskLimit  *limit;
	const RiskSource *source;
	uint32_t          i;

	if (n == 0)
		return;
	limit = RISK_MORE(to->model, RiskLimit, limits) + first;
	source = RISK_MORE(to->model, RiskSource, sources);
	for (i = 0; i < n; i++, limit++)
	{
		print_separator(to, i, opening);
		print_text(to, "{\"input\":", source[limit->source].name);
		print_number(to, ",\"is\":", limit->lower_kind == RISK_IS, limit->lower);
		print_number(to, ",\"from\":", limit->lower_kind == RISK_INCLUDES, limit->lower);
		print_number(to, ",\"above\":", limit->lower_kind == RISK_EXCLUDES, limit->lower);
		print_number(to, ",\"below\":", limit->upper_kind == RISK_EXCLUDES, limit->upper);
		print_number(to, ",\"upto\":", limit->upper_kind == RISK_INCLUDES, limit->upper);
		json_write(&to->out, "}");
	}
	json_write(&to->out, "]");
}

/*
 * print_mask --- the keys of a set of categories, in the model's order.
 */
static void
print_mask(Printer *to, uint32_t mask)
{
	const RiskCategory *category = RISK_SECTION(to->model, RiskCategory, categories);
	const uint64_t     *words =
		RISK_MORE(to->model, uint64_t, masks) + (size_t) mask * RISK_WORDS(to->model);
	uint32_t n = 0;
	uint32_t i;

	for (i = 0; i < to->model->n_categories; i++)
	{
		if (!risk_has(words, i))
			continue;
		print_separator(to, n++, "[");
		print_string(to, category[i].key);
	}
	json_write(&to->out, "]");
}

/*
 * print_finders --- prefixes and conditions of a category.
 */
static void
print_finders(Printer *to, uint32_t number)
{
	const RiskModel    *model = to->model;
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories) + number;
	const uint64_t     *prefix = RISK_SECTION(model, uint64_t, prefixes);
	uint32_t end = number + 1 < model->n_categories ? category[1].first_prefix : model->n_prefixes;
	char     text[RISK_MAX_PREFIX_LENGTH + 1];
	uint32_t i;

	for (i = category->first_prefix; i < end; i++)
	{
		risk_prefix_unpack(prefix[i], text);
		print_separator(to, i - category->first_prefix, ",\"prefixes\":[");
		json_write_string(&to->out, text, strlen(text));
	}
	json_write(&to->out, end > category->first_prefix ? "]" : "");
	if (to->more != NULL)
	{
		const RiskDetail *detail = RISK_MORE(model, RiskDetail, details) + number;
		const uint32_t   *mention = RISK_MORE(model, uint32_t, mentions) + detail->first_mention;

		for (i = 0; i < detail->n_mentions; i++)
		{
			print_separator(to, i, ",\"conditions\":[");
			print_string(to, mention[i]);
		}
		json_write(&to->out, detail->n_mentions > 0 ? "]" : "");
	}
}

/*
 * print_edits --- when a category counts and what it becomes.
 */
static void
print_edits(Printer *to, const RiskDetail *detail)
{
	const RiskCategory *category = RISK_SECTION(to->model, RiskCategory, categories);

	print_limits(to, ",\"only\":[", detail->first_limit, detail->n_limits);
	if (detail->becomes != 0)
		print_text(to, ",\"becomes\":", category[detail->becomes - 1].key);
	if (detail->otherwise != 0)
		print_text(to, ",\"otherwise\":", category[detail->otherwise - 1].key);
	if (detail->needs != 0)
	{
		json_write(&to->out, ",\"needs\":");
		print_mask(to, detail->needs - 1);
	}
	print_average(to, detail->has, detail->average);
}

static void
print_categories(Printer *to)
{
	const RiskModel    *model = to->model;
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	uint32_t            i;

	for (i = 0; i < model->n_categories; i++)
	{
		const RiskDetail *detail =
			to->more == NULL ? NULL : RISK_MORE(model, RiskDetail, details) + i;

		print_separator(to, i, ",\"categories\":[");
		print_text(to, "{\"key\":", category[i].key);
		print_text(to, ",\"label\":", category[i].label);
		print_points(to, ",\"points\":", detail == NULL || detail->becomes == 0,
					 category[i].points);
		print_finders(to, i);
		if (detail != NULL)
			print_edits(to, detail);
		json_write(&to->out, "}");
	}
	json_write(&to->out, model->n_categories > 0 ? "]" : "");
}

static void
print_removals(Printer *to)
{
	const RiskModel    *model = to->model;
	const RiskCategory *category = RISK_SECTION(model, RiskCategory, categories);
	const RiskRemoval  *removal = RISK_SECTION(model, RiskRemoval, removals);
	uint32_t            i;

	for (i = 0; i < model->n_removals; i++)
	{
		print_separator(to, i, ",\"hierarchy\":[");
		print_text(to, "{\"category\":", category[removal[i].category].key);
		print_text(to, ",\"removed_by\":", category[removal[i].removed_by].key);
		json_write(&to->out, "}");
	}
	json_write(&to->out, model->n_removals > 0 ? "]" : "");
}

/*
 * print_plain_inputs --- those of format 1.
 */
static void
print_plain_inputs(Printer *to)
{
	const RiskInput *input = RISK_SECTION(to->model, RiskInput, inputs);
	uint32_t         i;

	for (i = 0; i < to->model->n_inputs; i++)
	{
		print_separator(to, i, ",\"inputs\":[");
		print_text(to, "{\"name\":", input[i].name);
		print_text(to, ",\"label\":", input[i].label);
		print_number(to, ",\"coefficient\":", true, input[i].coefficient);
		print_number(to, ",\"missing\":", input[i].has_missing != 0, input[i].missing);
		json_write(&to->out, "}");
	}
	json_write(&to->out, to->model->n_inputs > 0 ? "]" : "");
}

/*
 * print_bins --- the steps of a term or count.
 */
static void
print_bins(Printer *to, uint32_t first, uint32_t n)
{
	const RiskStep *step = RISK_MORE(to->model, RiskStep, steps) + first;
	uint32_t        i;

	for (i = 0; i < n; i++, step++)
	{
		print_separator(to, i, ",\"bins\":[");
		json_write(&to->out, "{");
		if (step->kind != RISK_NO_BOUND)
		{
			print_number(to, step->kind == RISK_FROM ? "\"from\":" : "\"above\":", true,
						 step->bound);
			json_write(&to->out, ",");
		}
		print_number(to, "\"coefficient\":", (step->has & RISK_HAS_POINTS) == 0, step->coefficient);
		print_points(to, "\"points\":", (step->has & RISK_HAS_POINTS) != 0, step->points);
		print_text(to, ",\"label\":", step->text);
		json_write(&to->out, "}");
	}
	json_write(&to->out, "]");
}

static void
print_levels(Printer *to, const RiskTerm *term)
{
	const RiskStep *step = RISK_MORE(to->model, RiskStep, steps) + term->first;
	uint32_t        i;

	for (i = 0; i < term->n; i++)
	{
		print_separator(to, i, ",\"levels\":[");
		print_text(to, "{\"value\":", step[i].text);
		print_amount(to, step[i].has, step[i].coefficient, step[i].points);
		json_write(&to->out, "}");
	}
	json_write(&to->out, "]");
	if (term->other_level != 0)
		print_text(to, ",\"other\":", step[term->other_level - 1].text);
}

static void
print_spline(Printer *to, const RiskTerm *term)
{
	const double *number = RISK_MORE(to->model, double, numbers) + term->first;
	uint32_t      coefficients = term->kind == RISK_SPLINE ? term->n + 1 : term->n - 1;
	uint32_t      i;

	json_write(&to->out, term->kind == RISK_SPLINE
							 ? ",\"spline\":{\"knots\":"
							 : ",\"spline\":{\"kind\":\"restricted_cubic\",\"knots\":");
	for (i = 0; i < term->n; i++)
	{
		print_separator(to, i, "[");
		print_double(to, number[i]);
	}
	for (i = 0; i < coefficients; i++)
	{
		print_separator(to, i, "],\"coefficients\":[");
		print_double(to, number[term->n + i]);
	}
	json_write(&to->out, "]}");
}

static void
print_term(Printer *to, const RiskTerm *term)
{
	const RiskSource *source = RISK_MORE(to->model, RiskSource, sources) + term->source;
	const RiskStep   *step = RISK_MORE(to->model, RiskStep, steps) + term->first;

	print_text(to, "{\"name\":", term->name);
	print_text(to, ",\"label\":", term->label);
	if (strcmp(RISK_TEXT(to->model, source->name), RISK_TEXT(to->model, term->name)) != 0)
		print_text(to, ",\"input\":", source->name);
	if (term->missing_level != 0)
		print_text(to, ",\"missing\":", step[term->missing_level - 1].text);
	else
		print_number(to, ",\"missing\":", (term->has & RISK_HAS_MISSING) != 0, term->missing);
	print_number(to, ",\"missing_coefficient\":", (term->has & RISK_HAS_MISSING_COEFFICIENT) != 0,
				 term->missing_coefficient);
	print_number(to, ",\"min\":", (term->has & RISK_HAS_MIN) != 0, term->min);
	print_number(to, ",\"max\":", (term->has & RISK_HAS_MAX) != 0, term->max);
	if (term->transform != RISK_AS_IS)
	{
		json_write(&to->out, ",\"transform\":\"");
		json_write(&to->out, risk_transform_names[term->transform]);
		json_write(&to->out, "\"");
	}
	print_number(to, ",\"coefficient\":", term->kind == RISK_LINEAR, term->coefficient);
	if (term->kind == RISK_BINS)
		print_bins(to, term->first, term->n);
	if (term->kind == RISK_LEVELS)
		print_levels(to, term);
	if (term->kind == RISK_SPLINE || term->kind == RISK_CUBIC_SPLINE)
		print_spline(to, term);
	print_average(to, term->has, term->average);
	json_write(&to->out, "}");
}

static void
print_terms(Printer *to, const char *opening, uint32_t first, uint32_t n)
{
	const RiskTerm *term = RISK_MORE(to->model, RiskTerm, terms) + first;
	uint32_t        i;

	for (i = 0; i < n; i++)
	{
		print_separator(to, i, opening);
		print_term(to, &term[i]);
	}
	json_write(&to->out, n > 0 ? "]" : "");
}

static void
print_interaction(Printer *to, const RiskInteraction *interaction)
{
	const RiskSource *source = RISK_MORE(to->model, RiskSource, sources);
	const uint32_t   *factor = RISK_MORE(to->model, uint32_t, factors) + interaction->first_factor;
	uint32_t          i;

	print_text(to, "{\"name\":", interaction->name);
	print_text(to, ",\"label\":", interaction->label);
	for (i = 0; i < interaction->n_masks; i++)
	{
		print_separator(to, i, ",\"all\":[");
		print_mask(to, interaction->first_mask + i);
	}
	json_write(&to->out, interaction->n_masks > 0 ? "]" : "");
	print_limits(to, ",\"only\":[", interaction->first_limit, interaction->n_limits);
	for (i = 0; i < interaction->n_factors; i++)
	{
		print_separator(to, i, ",\"times\":[");
		print_string(to, source[factor[i]].name);
	}
	json_write(&to->out, interaction->n_factors > 0 ? "]" : "");
	print_amount(to, interaction->has, interaction->coefficient, interaction->points);
	print_average(to, interaction->has, interaction->average);
	json_write(&to->out, "}");
}

static void
print_interactions(Printer *to, const char *opening, uint32_t first, uint32_t n)
{
	const RiskInteraction *interaction =
		RISK_MORE(to->model, RiskInteraction, interactions) + first;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		print_separator(to, i, opening);
		print_interaction(to, &interaction[i]);
	}
	json_write(&to->out, n > 0 ? "]" : "");
}

static void
print_counts(Printer *to)
{
	const RiskCount *count = RISK_MORE(to->model, RiskCount, counts);
	uint32_t         i;

	for (i = 0; i < to->more->n_counts; i++)
	{
		print_separator(to, i, ",\"counts\":[");
		print_text(to, "{\"name\":", count[i].name);
		print_text(to, ",\"label\":", count[i].label);
		if (count[i].has & RISK_HAS_OF)
		{
			json_write(&to->out, ",\"of\":");
			print_mask(to, count[i].mask);
		}
		print_bins(to, count[i].first, count[i].n);
		print_average(to, count[i].has, count[i].average);
		json_write(&to->out, "}");
	}
	json_write(&to->out, to->more->n_counts > 0 ? "]" : "");
}

/*
 * print_probability --- the first of two parts; every member may be left out.
 */
static void
print_probability(Printer *to)
{
	const RiskMore *more = to->more;
	const char     *comma = more->probability_intercept != 0 ? "," : "";

	if ((more->properties & RISK_TWO_PARTS) == 0)
		return;
	json_write(&to->out, ",\"probability\":{");
	print_number(to, "\"intercept\":", more->probability_intercept != 0,
				 more->probability_intercept);
	if (more->n_probability_terms > 0)
	{
		json_write(&to->out, comma);
		print_terms(to, "\"inputs\":[", more->n_terms, more->n_probability_terms);
		comma = ",";
	}
	if (more->n_probability_interactions > 0)
	{
		json_write(&to->out, comma);
		print_interactions(to, "\"interactions\":[", more->n_interactions,
						   more->n_probability_interactions);
	}
	json_write(&to->out, "}");
}

static void
print_category_steps(Printer *to)
{
	const RiskStep *step = RISK_MORE(to->model, RiskStep, category_steps);
	uint32_t        i;

	for (i = 0; i < to->more->n_category_steps; i++)
	{
		print_separator(to, i, ",\"category_steps\":[");
		print_points(to, "{\"from\":", true, step[i].points_bound);
		print_points(to, ",\"points\":", true, step[i].points);
		json_write(&to->out, "}");
	}
	json_write(&to->out, to->more->n_category_steps > 0 ? "]" : "");
}

static void
print_bands(Printer *to)
{
	const RiskModel *model = to->model;
	const RiskBand  *band = RISK_SECTION(model, RiskBand, bands);
	bool     whole = model->points_only && (to->more == NULL || to->more->points_divisor == 1);
	uint32_t i;

	for (i = 0; i < model->n_bands; i++)
	{
		print_separator(to, i, ",\"bands\":[");
		print_text(to, "{\"label\":", band[i].label);
		if (band[i].kind != RISK_NO_BOUND)
		{
			json_write(&to->out, band[i].kind == RISK_FROM ? ",\"from\":" : ",\"above\":");
			if (whole)
				print_scaled(to, band[i].points, model->points_scale);
			else
				print_double(to, band[i].bound);
		}
		json_write(&to->out, "}");
	}
	json_write(&to->out, model->n_bands > 0 ? "]" : "");
}

/*
 * print_points_rules --- scale, divisor and limits of points.
 */
static void
print_points_rules(Printer *to)
{
	const RiskMore *more = to->more;

	if (to->model->points_scale != 1)
	{
		json_write(&to->out, ",\"points_scale\":");
		print_scaled(to, to->model->points_scale, 1);
	}
	if (more == NULL)
		return;
	if (more->points_divisor != 1)
	{
		json_write(&to->out, ",\"points_divisor\":");
		print_scaled(to, more->points_divisor, 1);
	}
	print_points(to, ",\"points_min\":", more->points_min != INT64_MIN, more->points_min);
	print_points(to, ",\"points_max\":", more->points_max != INT64_MAX, more->points_max);
}

/*
 * print_calibration --- intercept and slope, without defaults.
 */
static void
print_calibration(Printer *to)
{
	const RiskMore *more = to->more;
	bool            shifted = more->calibration_intercept != 0;
	bool            scaled = more->calibration_slope != 1;

	if (!shifted && !scaled)
		return;
	json_write(&to->out, ",\"calibration\":{");
	print_number(to, "\"intercept\":", shifted, more->calibration_intercept);
	print_number(to, shifted ? ",\"slope\":" : "\"slope\":", scaled, more->calibration_slope);
	json_write(&to->out, "}");
}

/*
 * print_head --- what stands before the categories.
 */
static void
print_head(Printer *to)
{
	const RiskModel *model = to->model;
	const RiskMore  *more = to->more;

	print_text(to, "{\"name\":", model->name);
	print_text(to, ",\"version\":", model->version);
	print_text(to, ",\"title\":", model->title);
	print_text(to, ",\"source\":", model->source);
	print_text(to, ",\"licence\":", model->licence);
	print_text(to, ",\"population\":", model->population);
	if (more != NULL)
	{
		print_text(to, ",\"parent\":", more->parent);
		print_text(to, ",\"coding_system\":", more->coding_system);
		json_write(&to->out, more->properties & RISK_OF_SPELLS ? ",\"unit\":\"spell\"" : "");
		json_write(&to->out,
				   more->properties & RISK_WITHOUT_INDEX ? ",\"excludes_index\":true" : "");
	}
	if (model->lookback_days != 0)
	{
		json_write(&to->out, ",\"lookback_days\":");
		print_scaled(to, model->lookback_days, 1);
	}
	if (more != NULL)
		print_limits(to, ",\"valid_for\":[", 0, more->n_valid_for);
	print_points_rules(to);
	if (model->link != RISK_IDENTITY)
	{
		json_write(&to->out, ",\"link\":\"");
		json_write(&to->out, risk_link_names[model->link]);
		json_write(&to->out, "\"");
	}
	print_number(to, ",\"intercept\":", model->intercept != 0, model->intercept);
	if (more != NULL)
		print_calibration(to);
}

/*
 * risk_model_print --- the model as JSON in one fixed form, NUL-terminated.
 *
 * Equal models print equal texts; reading the text gives the same block.
 * Members that have their default value are left out.
 */
char *
risk_model_print(const RiskModel *model, JsonMemory *memory, size_t *length)
{
	Printer to = {.out.memory = memory, .model = model, .more = risk_more(model)};

	print_head(&to);
	print_categories(&to);
	if (to.more != NULL)
		print_category_steps(&to);
	print_removals(&to);
	if (to.more == NULL)
		print_plain_inputs(&to);
	else
	{
		print_terms(&to, ",\"inputs\":[", 0, to.more->n_terms);
		print_interactions(&to, ",\"interactions\":[", 0, to.more->n_interactions);
		print_counts(&to);
		print_probability(&to);
	}
	print_bands(&to);
	json_write(&to.out, "}");
	*length = to.out.length;
	json_buffer_add(&to.out, "", 1);
	return to.out.data;
}

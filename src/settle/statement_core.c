/*-------------------------------------------------------------------------
 *
 * statement_core.c
 *	  The lines of a settlement.
 *
 * The order is fixed: difference, gate, bands, quality, factor, caps, relief,
 * one rounding.  Everything before the rounding is an exact fraction.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/statement_core.h"

#include <stdio.h>
#include <string.h>

const char *const settle_input_name[INPUTS] = {"benchmark", "actual",  "carried_forward",
											   "base",      "size",    "minimum_rate",
											   "score",     "revenue", "loss_relief"};

/* What a statement is being written with. */
typedef struct Writer
{
	const SettleTerms  *terms;
	const SettleInputs *inputs;
	Settlement         *out;
	char               *message;
	size_t              message_size;
	bool                loss;
	ExactRat            base;
	ExactRat            running; /* signed */
	bool                overflow;
} Writer;

#define MONEY_TEXT 64

/* grouped --- 1234567.5 as 1,234,567.50; "..." when it is too long to read. */
static void
grouped(const ExactRat *v, char *out)
{
	char        digits[2 * EXACT_TEXT];
	const char *p = digits;
	size_t      whole;

	rat_print_decimal(v, 2, 6, digits);
	if (strlen(digits) > 40)
	{
		strcpy(out, "...");
		return;
	}
	if (*p == '-')
		*out++ = *p++;
	for (whole = strcspn(p, "."); whole > 3; whole--)
	{
		*out++ = *p++;
		if (whole % 3 == 1)
			*out++ = ',';
	}
	strcpy(out, p);
}

/* percent --- a rate as a percentage of at most 9 decimals, or as a fraction. */
static void
percent(const ExactRat *rate, char *out)
{
	ExactRat hundred, value;
	char     text[2 * EXACT_TEXT];
	bool     exact;

	rat_set(&hundred, 100, 1);
	rat_mul(&value, rate, &hundred);
	exact = rat_print_decimal(&value, 0, 9, text);
	strcat(text, "%");
	if (!exact)
		rat_print(rate, text);
	if (strlen(text) >= TERMS_TEXT)
		strcpy(text, "...");
	strcpy(out, text);
}

/* missing --- an input that the terms need is not there. */
static SettleStatus
missing(Writer *w, SettleInput input, const char *why)
{
	snprintf(w->message, w->message_size, "%s is missing: %s", settle_input_name[input], why);
	return SETTLE_MISSING;
}

/* add_line --- a line whose amount is what stands now. */
static SettleLine *
add_line(Writer *w, const char *code, const char *clause)
{
	SettleLine *line = &w->out->line[w->out->lines++];

	line->code = code;
	snprintf(line->clause, sizeof(line->clause), "%s", clause);
	line->rate[0] = '\0';
	line->has_quantity = false;
	line->exact = w->running;
	if (rat_overflow(&w->running) || !money_round(&w->running, EXACT_HALF_AWAY, 1, &line->pence))
		w->overflow = true;
	return line;
}

/* write_difference --- benchmark less actual (or the reverse), and what is carried forward. */
static SettleStatus
write_difference(Writer *w)
{
	const SettleInputs *in = w->inputs;
	const SettleTerms  *t = w->terms;
	ExactRat            benchmark = in->value[INPUT_BENCHMARK];
	char                b[MONEY_TEXT], a[MONEY_TEXT], c[MONEY_TEXT], d[TERMS_TEXT];
	char                first[3 * MONEY_TEXT];
	SettleLine         *line;

	if (!in->given[INPUT_BENCHMARK])
		return missing(w, INPUT_BENCHMARK,
					   "record the benchmark (plan, target or guarantee) of the period");
	if (!in->given[INPUT_ACTUAL])
		return missing(w, INPUT_ACTUAL, "record what was actually spent or achieved in the period");
	grouped(&benchmark, b);
	grouped(&in->value[INPUT_ACTUAL], a);
	snprintf(first, sizeof(first), "%s", b);
	if (t->has_discount)
	{
		ExactRat kept;

		rat_set(&kept, 1, 1);
		rat_sub(&kept, &kept, &t->discount);
		rat_mul(&benchmark, &benchmark, &kept);
		percent(&t->discount, d);
		snprintf(first, sizeof(first), "%s x (1 - %s)", b, d);
	}
	w->base = in->given[INPUT_BASE] ? in->value[INPUT_BASE] : benchmark;
	rat_sub(&w->running, &benchmark, &in->value[INPUT_ACTUAL]);
	if (t->excess)
		rat_neg(&w->running);
	if (in->given[INPUT_CARRIED_FORWARD])
		rat_add(&w->running, &w->running, &in->value[INPUT_CARRIED_FORWARD]);
	w->loss = rat_sign(&w->running) < 0;
	line = add_line(w, "difference",
					t->excess ? "measure: actual - benchmark" : "measure: benchmark - actual");
	if (t->excess)
		snprintf(line->formula, sizeof(line->formula), "%s - %s", a, first);
	else
		snprintf(line->formula, sizeof(line->formula), "%s - %s", first, a);
	if (in->given[INPUT_CARRIED_FORWARD] && rat_sign(&in->value[INPUT_CARRIED_FORWARD]) != 0)
	{
		size_t n = strlen(line->formula);

		grouped(&in->value[INPUT_CARRIED_FORWARD], c);
		snprintf(line->formula + n, sizeof(line->formula) - n, " + %s carried forward", c);
	}
	return SETTLE_OK;
}

/* touches --- does a clause on these sides touch the side the difference fell on? */
static bool
touches(const Writer *w, int sides)
{
	return (sides & (w->loss ? SIDE_LOSS : SIDE_GAIN)) != 0;
}

/* write_gate --- "|x| >= threshold: met"; what stands becomes 0 when it is not. */
static void
write_gate(Writer *w, const char *clause, const char *rate, const ExactRat *threshold)
{
	ExactRat    magnitude = rat_magnitude(&w->running);
	ExactRat    gap;
	bool        met = rat_cmp(&magnitude, threshold) >= 0;
	char        m[MONEY_TEXT], t[MONEY_TEXT], g[MONEY_TEXT], b[MONEY_TEXT];
	char        of[2 * MONEY_TEXT + TERMS_TEXT] = "";
	SettleLine *line;

	grouped(&magnitude, m);
	grouped(threshold, t);
	grouped(&w->base, b);
	rat_sub(&gap, threshold, &magnitude);
	grouped(&gap, g);
	if (strchr(rate, '%') || strchr(rate, '/'))
		snprintf(of, sizeof(of), "%s x %s = ", rate, b);
	w->overflow |= rat_overflow(threshold);
	if (!met)
		rat_set(&w->running, 0, 1);
	line = add_line(w, "gate", clause);
	snprintf(line->rate, sizeof(line->rate), "%s", rate);
	line->has_quantity = true;
	line->quantity = *threshold;
	if (met)
		snprintf(line->formula, sizeof(line->formula), "%s >= %s%s: met", m, of, t);
	else
		snprintf(line->formula, sizeof(line->formula), "%s < %s%s: not met, short by %s", m, of, t,
				 g);
}

/* look_up --- a rate from a scale by an input; refuses what cannot be assessed. */
static SettleStatus
look_up(Writer *w, const TermsScale *scale, SettleInput input, const char *what, ExactRat *rate)
{
	const char *name = settle_input_name[input];

	if (!w->inputs->given[input])
	{
		snprintf(w->message, w->message_size,
				 "%s is missing: the terms look up their %s by it; record it for the period", name,
				 what);
		return SETTLE_MISSING;
	}
	if (scale_lookup(scale, &w->inputs->value[input], rate))
		return SETTLE_OK;
	snprintf(w->message, w->message_size,
			 "not assessed: %s lies below the lowest step of the %s; give the scale an else, or "
			 "correct the %s",
			 name, what, name);
	return SETTLE_MISSING;
}

/* write_gates --- the minimum rate of the terms, then the cliff of the curve. */
static SettleStatus
write_gates(Writer *w)
{
	const SettleTerms *t = w->terms;
	Share             *share = &w->out->share;
	ExactRat           rate;
	ExactRat           threshold;
	char               text[TERMS_TEXT];
	SettleStatus       status;

	if (t->gate_by != GATE_NONE && touches(w, t->gate_sides))
	{
		if (t->gate_by == GATE_BY_SIZE)
		{
			status = look_up(w, t->gate, INPUT_SIZE, "gate", &rate);
			if (status != SETTLE_OK)
				return status;
		}
		else if (!w->inputs->given[INPUT_MINIMUM_RATE])
			return missing(w, INPUT_MINIMUM_RATE, "the terms gate by it; record it for the period");
		else
			rate = w->inputs->value[INPUT_MINIMUM_RATE];
		rat_mul(&threshold, &rate, &w->base);
		percent(&rate, text);
		write_gate(w, t->gate_by == GATE_BY_SIZE ? "gate: scale by size" : "gate: minimum_rate",
				   text, &threshold);
	}
	share_compute(t->curve, &w->running, &w->base, share);
	share->loss = w->loss;
	w->overflow |= share->overflow;
	if (share->has_gate && rat_sign(&w->running) != 0)
	{
		amount_print(share->gate_term, text);
		write_gate(w, w->loss ? "curve: loss cliff" : "curve: gain cliff", text, &share->gate);
	}
	return SETTLE_OK;
}

/* write_bands --- one line per touched band, then their sum. */
static void
write_bands(Writer *w)
{
	const Share *share = &w->out->share;
	const char  *side = w->terms->curve->flags & CURVE_BOTH ? "both" : w->loss ? "loss" : "gain";
	int64_t      part[TERMS_MAX_BANDS];
	int64_t      total;
	ExactRat     one;
	SettleLine  *line;
	char         text[2 * TERMS_TEXT];
	int          i;

	rat_set(&one, 1, 1);
	rat_mul(&w->running, &share->total, &one);
	if (w->loss)
		rat_neg(&w->running);
	if (rat_overflow(&w->running) || !money_round(&w->running, EXACT_HALF_AWAY, 1, &total) ||
		!share_apportion(share, total, part))
	{
		w->overflow = true;
		return;
	}
	for (i = 0; i < share->bands; i++)
	{
		const ShareBand *band = &share->band[i];
		char             lower[MONEY_TEXT], upper[MONEY_TEXT];
		ExactRat         end;

		snprintf(text, sizeof(text), "curve: %s band %d", side, band->number);
		line = add_line(w, "band", text);
		rat_add(&end, &band->lower, &band->slice);
		grouped(&band->lower, lower);
		grouped(&end, upper);
		rate_print(band->rate, line->rate);
		snprintf(line->formula, sizeof(line->formula), "(%s - %s) x %s", upper, lower, line->rate);
		line->has_quantity = true;
		line->quantity = band->slice;
		line->exact = band->amount;
		if (w->loss)
			rat_neg(&line->exact);
		line->pence = part[i];
	}
	line = add_line(w, "share", "curve");
	if (share->bands == 0)
		snprintf(line->formula, sizeof(line->formula), "nothing to share");
	else
		snprintf(line->formula, sizeof(line->formula), "sum of %d band%s", share->bands,
				 share->bands > 1 ? "s" : "");
}

/* write_product --- what stands, times a rate. */
static void
write_product(Writer *w, const char *code, const char *clause, const ExactRat *rate,
			  const char *why)
{
	char        before[MONEY_TEXT], text[TERMS_TEXT];
	SettleLine *line;

	grouped(&w->running, before);
	percent(rate, text);
	rat_mul(&w->running, &w->running, rate);
	line = add_line(w, code, clause);
	strcpy(line->rate, text);
	snprintf(line->formula, sizeof(line->formula), "%s x %s%s", before, text, why);
}

/* write_scaled --- quality on its sides, the loss rate on losses; the score decides. */
static SettleStatus
write_scaled(Writer *w, const TermsScale *scale, const char *what)
{
	SettleStatus status;
	ExactRat     rate;
	char         why[MONEY_TEXT + 32];
	char         score[2 * EXACT_TEXT];

	if (rat_sign(&w->running) == 0)
		return SETTLE_OK;
	status = look_up(w, scale, INPUT_SCORE, what, &rate);
	if (status != SETTLE_OK)
		return status;
	rat_print_decimal(&w->inputs->value[INPUT_SCORE], 0, 9, score);
	snprintf(why, sizeof(why), " (score %.40s)", score);
	write_product(w, what, what, &rate, why);
	return SETTLE_OK;
}

/* write_cap --- what stands, held within a limit. */
static void
write_cap(Writer *w, const char *clause, TermsAmount term, const ExactRat *of, const char *name)
{
	ExactRat    limit;
	ExactRat    magnitude = rat_magnitude(&w->running);
	bool        reached;
	char        before[MONEY_TEXT], l[MONEY_TEXT], o[MONEY_TEXT];
	char        product[2 * MONEY_TEXT + TERMS_TEXT] = "";
	char        text[TERMS_TEXT];
	SettleLine *line;

	amount_value(term, of, &limit);
	w->overflow |= rat_overflow(&limit);
	reached = rat_cmp(&magnitude, &limit) > 0;
	grouped(&magnitude, before);
	grouped(&limit, l);
	amount_print(term, text);
	if (term.den > 0)
	{
		grouped(of, o);
		snprintf(product, sizeof(product), "%s of %s %s = ", text, name, o);
	}
	if (reached)
	{
		w->running = limit;
		if (w->loss)
			rat_neg(&w->running);
	}
	line = add_line(w, "cap", clause);
	strcpy(line->rate, text);
	line->has_quantity = true;
	line->quantity = limit;
	snprintf(line->formula, sizeof(line->formula), "%s at most %s%s: %s", before, product, l,
			 reached ? "capped" : "not reached");
}

/* write_caps --- the cap of the curve, then the cap of the terms. */
static SettleStatus
write_caps(Writer *w)
{
	const Share     *share = &w->out->share;
	const SettleCap *cap = &w->terms->cap[w->loss];
	const ExactRat  *of = &w->base;

	if (share->has_cap)
		write_cap(w, w->loss ? "curve: loss max" : "curve: gain max", share->cap_term, of, "base");
	if (!cap->given)
		return SETTLE_OK;
	if (cap->of_revenue)
	{
		if (!w->inputs->given[INPUT_REVENUE])
			return missing(w, INPUT_REVENUE,
						   "the terms cap the result by it; record it for the period");
		of = &w->inputs->value[INPUT_REVENUE];
	}
	write_cap(w, w->loss ? "cap_loss" : "cap_gain", cap->amount, of,
			  cap->of_revenue ? "revenue" : "base");
	return SETTLE_OK;
}

/* write_relief --- taken off a loss, never beyond nothing. */
static void
write_relief(Writer *w)
{
	const ExactRat *relief = &w->inputs->value[INPUT_LOSS_RELIEF];
	char            before[MONEY_TEXT], r[MONEY_TEXT];
	SettleLine     *line;

	grouped(&w->running, before);
	grouped(relief, r);
	rat_add(&w->running, &w->running, relief);
	if (rat_sign(&w->running) > 0)
		rat_set(&w->running, 0, 1);
	line = add_line(w, "relief", "loss_relief");
	snprintf(line->formula, sizeof(line->formula), "%s + %s, at most 0.00", before, r);
}

/* write_settlement --- the one rounding. */
static void
write_settlement(Writer *w)
{
	static const char *const mode[] = {"half away from zero", "half to even", "truncated"};
	const SettleTerms       *t = w->terms;
	SettleLine              *line = add_line(w, "settlement", "rounding");
	ExactRat                 unit;
	char                     before[MONEY_TEXT], u[MONEY_TEXT];

	rat_set(&unit, t->unit, 100);
	grouped(&unit, u);
	grouped(&w->running, before);
	if (!w->overflow && !money_round(&w->running, t->rounding, t->unit, &line->pence))
		w->overflow = true;
	snprintf(line->formula, sizeof(line->formula), "%s to %s, %s", before, u, mode[t->rounding]);
}

/* check_base --- percentages need something above nothing to be a percentage of. */
static SettleStatus
check_base(Writer *w)
{
	const SettleTerms *t = w->terms;
	const SettleCap   *cap = &t->cap[w->loss];

	if (!curve_needs_base(t->curve) && t->gate_by == GATE_NONE &&
		!(cap->given && cap->amount.den > 0 && !cap->of_revenue))
		return SETTLE_OK;
	if (rat_sign(&w->base) > 0 && !rat_overflow(&w->base))
		return SETTLE_OK;
	snprintf(w->message, w->message_size,
			 "the terms take percentages of the base, which must be above 0; record base, or "
			 "correct benchmark");
	return SETTLE_MISSING;
}

/*
 * settle_statement --- the lines of a settlement, in order; the last one settles.
 *
 * SETTLE_MISSING (with a message that says what to do) when an input is needed
 * and not there or not usable; SETTLE_OVERFLOW when a number does not fit.
 */
SettleStatus
settle_statement(const SettleTerms *terms, const SettleInputs *inputs, Settlement *out,
				 char *message, size_t message_size)
{
	Writer          w = {.terms = terms,
						 .inputs = inputs,
						 .out = out,
						 .message = message,
						 .message_size = message_size};
	const ExactRat *relief = &inputs->value[INPUT_LOSS_RELIEF];
	SettleStatus    status;

	out->lines = 0;
	status = write_difference(&w);
	if (status == SETTLE_OK)
		status = check_base(&w);
	if (status == SETTLE_OK)
		status = write_gates(&w);
	if (status != SETTLE_OK)
		return status;
	write_bands(&w);
	if (terms->quality && touches(&w, terms->quality_sides))
		status = write_scaled(&w, terms->quality, "quality");
	if (status == SETTLE_OK && terms->loss_rate && w.loss)
		status = write_scaled(&w, terms->loss_rate, "loss_rate");
	if (status != SETTLE_OK)
		return status;
	/* once nothing stands, the later steps have nothing to say */
	if (terms->has_factor[w.loss] && rat_sign(&w.running) != 0)
		write_product(&w, "factor", w.loss ? "factor_loss" : "factor_gain", &terms->factor[w.loss],
					  "");
	if (rat_sign(&w.running) != 0)
		status = write_caps(&w);
	if (status != SETTLE_OK)
		return status;
	if (rat_sign(&w.running) < 0 && inputs->given[INPUT_LOSS_RELIEF] && rat_sign(relief) != 0)
		write_relief(&w);
	write_settlement(&w);
	return w.overflow ? SETTLE_OVERFLOW : SETTLE_OK;
}

/*-------------------------------------------------------------------------
 *
 * statement_core.c
 *	  The order of a settlement.
 *
 * Cases, benchmark, difference, what holds it, size, conditions, gates, bands,
 * quality, factor, caps, relief, payment, one rounding, parties.  Everything
 * before the rounding is an exact fraction.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/statement_core.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "settle/statement_adjust_core.h"
#include "settle/statement_party_core.h"
#include "settle/statement_quality_core.h"
#include "settle/statement_writer_core.h"

/*--------------------------------------------------------------------
 * Size and conditions
 *--------------------------------------------------------------------
 */

/* write_size --- below its minimum a population says nothing. */
static SettleStatus
write_size(Writer *w)
{
	const SettleTerms *t = w->terms;
	const ExactRat    *size = &w->inputs->value[INPUT_SIZE];
	char               s[MONEY_TEXT], least[MONEY_TEXT];
	bool               enough;
	SettleLine        *line;

	if (!t->minimum_size.given)
		return SETTLE_OK;
	if (!w->inputs->given[INPUT_SIZE])
		return missing(w, INPUT_SIZE, "the terms have a minimum_size; record it for the period");
	enough = rat_cmp(size, &t->minimum_size.value) >= 0;
	plain(size, s);
	plain(&t->minimum_size.value, least);
	if (!enough && t->refuse_under_size)
		return refuse(w,
					  "not assessed: size %s lies below minimum_size %s; settle a longer period or "
					  "a larger population",
					  s, least);
	if (!enough)
		rat_whole(&w->running, 0);
	line = add_line(w, "size", "minimum_size");
	line->has_quantity = true;
	rat_copy(&line->quantity, size);
	formula(line, enough ? "%s >= %s: assessed" : "%s < %s: not assessed, nothing is shared", s,
			least);
	return SETTLE_OK;
}

/* write_conditions --- a gain is paid only where all conditions are met; a loss stands. */
static SettleStatus
write_conditions(Writer *w)
{
	const SettleDetail *d = w->detail;
	char                name[NAME_SHOWN + 1];
	int                 i;

	for (i = 0; d != NULL && i < d->conditions; i++)
	{
		const SettleCondition *c = &d->condition[i];
		SettleLine            *line;

		if (!c->decided)
		{
			shown_name(c->name, name);
			return refuse(w, "condition \"%s\" is not decided: record whether it is met", name);
		}
		if (!c->met && !w->loss)
			rat_whole(&w->running, 0);
		line = add_line(w, "condition", "condition: ");
		line->name = c->name;
		formula(line, c->met ? "met" : w->loss ? "not met, a loss stands" : "not met");
		if (c->evidence.at != NULL)
			formula(line, ": ");
		line->tail = c->evidence;
	}
	return SETTLE_OK;
}

/*--------------------------------------------------------------------
 * Gates and bands
 *--------------------------------------------------------------------
 */

/* write_gate --- "|x| >= threshold: met"; what stands becomes 0 when it is not, or counts in part.
 */
static void
write_gate(Writer *w, const char *clause, const char *rate, const ExactRat *threshold)
{
	ExactRat    magnitude = rat_magnitude(&w->running);
	ExactRat    gap;
	bool        met = rat_cmp(&magnitude, threshold) >= 0;
	bool        part = !met && !w->loss && w->terms->below_gate.given;
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
	w->below |= part;
	if (!met && !part)
		rat_whole(&w->running, 0);
	line = add_line(w, "gate", clause);
	snprintf(line->rate, sizeof(line->rate), "%s", rate);
	line->has_quantity = true;
	rat_copy(&line->quantity, threshold);
	if (met)
		formula(line, "%s >= %s%s: met", m, of, t);
	else
		formula(line, "%s < %s%s: not met, short by %s", m, of, t, g);
	if (part)
		formula(line, ", counts in part");
}

/* write_rate_gate --- the minimum rate of the terms. */
static SettleStatus
write_rate_gate(Writer *w)
{
	const SettleTerms *t = w->terms;
	ExactRat           size, rate, threshold;
	char               text[TERMS_TEXT];
	SettleStatus       status = SETTLE_OK;

	if (t->gate_by == GATE_NONE || !touches(w, t->gate_sides))
		return SETTLE_OK;
	if (t->gate_by == GATE_BY_SIZE)
		status = look_up(w, t->gate, BY_SIZE, "gate", &size, &rate);
	else if (!w->inputs->given[INPUT_MINIMUM_RATE])
		status = missing(w, INPUT_MINIMUM_RATE, "the terms gate by it; record it for the period");
	else
		rat_copy(&rate, &w->inputs->value[INPUT_MINIMUM_RATE]);
	if (status != SETTLE_OK)
		return status;
	rat_mul(&threshold, &rate, &w->base);
	percent(&rate, text);
	write_gate(w, t->gate_by == GATE_BY_SIZE ? "gate: scale by size" : "gate: minimum_rate", text,
			   &threshold);
	return SETTLE_OK;
}

/* write_gates --- the minimum rate of the terms, then the cliff of the curve. */
static SettleStatus
write_gates(Writer *w)
{
	const SettleTerms *t = w->terms;
	Share             *share = &w->room->share;
	ExactRat           x;
	char               text[TERMS_TEXT];
	SettleStatus       status = SETTLE_OK;

	/* what the steps before have taken away needs no gate */
	if (rat_sign(&w->running) != 0 || rat_sign(&w->difference) == 0)
		status = write_rate_gate(w);
	if (status != SETTLE_OK)
		return status;
	if (w->loss && t->fee_at_risk.given)
	{
		memset(share, 0, offsetof(Share, gate));
		return SETTLE_OK;
	}
	share_compute(t->curve, &w->running, &w->base, share);
	share->loss = w->loss;
	w->overflow |= share->overflow;
	if (!share->has_gate || rat_sign(&w->running) == 0)
		return SETTLE_OK;
	rat_copy(&x, &w->running);
	amount_print(share->gate_term, text);
	write_gate(w, w->loss ? "curve: loss cliff" : "curve: gain cliff", text, &share->gate);
	if (!share->gate_met && rat_sign(&w->running) != 0)
	{
		share_compute_past(t->curve, &x, &w->base, true, share);
		share->loss = w->loss;
		w->overflow |= share->overflow;
	}
	return SETTLE_OK;
}

/* write_band --- one touched band and its part of the share. */
static void
write_band(Writer *w, const ShareBand *band, int64_t pence)
{
	const char *side = w->terms->curve->flags & CURVE_BOTH ? "both" : w->loss ? "loss" : "gain";
	char        text[2 * TERMS_TEXT];
	char        lower[MONEY_TEXT], upper[MONEY_TEXT];
	ExactRat    end;
	SettleLine *line;

	snprintf(text, sizeof(text), "curve: %s band %d", side, band->number);
	line = add_line(w, "band", text);
	rat_add(&end, &band->lower, &band->slice);
	grouped(&band->lower, lower);
	grouped(&end, upper);
	rate_print(band->rate, line->rate);
	formula(line, "(%s - %s) x %s", upper, lower, line->rate);
	line->has_quantity = true;
	rat_copy(&line->quantity, &band->slice);
	rat_copy(&line->exact, &band->amount);
	if (w->loss)
		rat_neg(&line->exact);
	line->pence = pence;
}

/* write_bands --- one line per touched band, then their sum. */
static void
write_bands(Writer *w)
{
	const Share *share = &w->room->share;
	int64_t      part[TERMS_MAX_BANDS];
	int64_t      total;
	SettleLine  *line;
	int          i;

	rat_copy(&w->running, &share->total);
	if (w->loss)
		rat_neg(&w->running);
	if (rat_overflow(&w->running) || !money_round(&w->running, EXACT_HALF_AWAY, 1, &total) ||
		!share_apportion(share, total, part))
	{
		w->overflow = true;
		return;
	}
	for (i = 0; i < share->bands; i++)
		write_band(w, &share->band[i], part[i]);
	line = add_line(w, "share", "curve");
	if (share->bands == 0)
		formula(line, "nothing to share");
	else
		formula(line, "sum of %d band%s", share->bands, share->bands > 1 ? "s" : "");
}

/* write_fee_at_risk --- a loss costs the fee at risk, whatever its size. */
static void
write_fee_at_risk(Writer *w)
{
	bool        stands = rat_sign(&w->running) != 0;
	char        fee[MONEY_TEXT];
	SettleLine *line;

	if (stands)
	{
		rat_copy(&w->running, &w->terms->fee_at_risk.value);
		rat_neg(&w->running);
	}
	line = add_line(w, "share", "fee_at_risk");
	grouped(&w->terms->fee_at_risk.value, fee);
	if (stands)
		formula(line, "%s at risk", fee);
	else
		formula(line, "nothing to share");
}

/* write_share --- what of the difference is shared. */
static void
write_share(Writer *w)
{
	if (w->loss && w->terms->fee_at_risk.given)
		write_fee_at_risk(w);
	else
		write_bands(w);
	if (w->below && rat_sign(&w->running) != 0)
		write_product(w, "below_gate", "below_gate", &w->terms->below_gate.value,
					  " (gate not met)");
}

/*--------------------------------------------------------------------
 * Settlement
 *--------------------------------------------------------------------
 */

/* write_payment --- what is paid besides the share. */
static SettleStatus
write_payment(Writer *w)
{
	bool            fee = w->terms->pays == PAYS_FEE;
	const ExactRat *first = fee ? &w->inputs->value[INPUT_FEE] : &w->benchmark;
	char            f[MONEY_TEXT], s[MONEY_TEXT];
	SettleLine     *line;

	if (w->terms->pays == PAYS_SHARE)
		return SETTLE_OK;
	if (fee && !w->inputs->given[INPUT_FEE])
		return missing(w, INPUT_FEE, "the terms pay it with the share; record it for the period");
	grouped(first, f);
	grouped(&w->running, s);
	rat_add(&w->running, &w->running, first);
	line = add_line(w, "payment", fee ? "pays: fee + share" : "pays: benchmark + share");
	formula(line, "%s + %s", f, s);
	return SETTLE_OK;
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
	w->settled = line->pence;
	formula(line, "%s to %s, %s", before, u, mode[t->rounding]);
}

/* write_retained --- the part of actual that is not paid. */
static void
write_retained(Writer *w)
{
	char        a[MONEY_TEXT], s[MONEY_TEXT];
	ExactRat    settled;
	SettleLine *line;

	if (w->terms->pays != PAYS_BENCHMARK || !w->terms->excess)
		return;
	rat_set(&settled, w->settled, 100);
	grouped(&w->actual, a);
	grouped(&settled, s);
	rat_sub(&w->running, &w->actual, &settled);
	line = add_line(w, "retained", "pays: benchmark + share");
	formula(line, "%s - %s", a, s);
}

/* write_reopener --- may the contract be opened again for a difference like this? */
static void
write_reopener(Writer *w)
{
	const TermsAmount term = w->terms->reopener;
	ExactRat          size = rat_magnitude(&w->difference);
	ExactRat          limit, share;
	char              d[MONEY_TEXT], l[MONEY_TEXT], b[MONEY_TEXT], t[TERMS_TEXT];
	char              p[2 * EXACT_TEXT];
	bool              reached;
	SettleLine       *line;

	if (!w->terms->has_reopener)
		return;
	amount_value(term, &w->base, &limit);
	if (rat_overflow(&limit))
	{
		w->overflow = true;
		return;
	}
	reached = rat_cmp(&size, &limit) >= 0;
	rat_copy(&w->running, &w->difference);
	line = add_line(w, "reopener", "reopener");
	amount_print(term, t);
	strcpy(line->rate, t);
	line->has_quantity = true;
	rat_copy(&line->quantity, &limit);
	grouped(&size, d);
	grouped(&limit, l);
	grouped(&w->base, b);
	formula(line, "difference %s", d);
	if (term.den > 0)
	{
		rat_whole(&share, 100);
		rat_mul(&share, &share, &size);
		rat_div(&share, &share, &w->base);
		rat_print_decimal(&share, 0, 2, p);
		formula(line, " (%.40s%% of base) %s %s of %s = %s", p, reached ? ">=" : "<", t, b, l);
	}
	else
		formula(line, " %s %s", reached ? ">=" : "<", l);
	formula(line, reached ? ": the contract may be reopened" : ": not reached");
}

/* check_base --- percentages need something above nothing to be a percentage of. */
static SettleStatus
check_base(Writer *w)
{
	const SettleTerms *t = w->terms;
	const SettleCap   *cap = &t->cap[w->loss];

	if (!curve_needs_base(t->curve) && t->gate_by == GATE_NONE && t->allowance == NULL &&
		!(t->has_reopener && t->reopener.den > 0) &&
		!(cap->given && cap->amount.den > 0 && !cap->of_revenue))
		return SETTLE_OK;
	if (rat_sign(&w->base) > 0 && !rat_overflow(&w->base))
		return SETTLE_OK;
	return refuse(w, "the terms take percentages of the base, which must be above 0; record base, "
					 "or correct benchmark");
}

/* check_measured --- a result needs a benchmark and an actual. */
static SettleStatus
check_measured(Writer *w)
{
	if (!w->inputs->given[INPUT_BENCHMARK])
		return missing(w, INPUT_BENCHMARK,
					   "record the benchmark (plan, target or guarantee) of the period");
	if (!w->inputs->given[INPUT_ACTUAL])
		return missing(w, INPUT_ACTUAL, "record what was actually spent or achieved in the period");
	return SETTLE_OK;
}

/* write_compared --- cases, benchmark, difference, and what holds it. */
static SettleStatus
write_compared(Writer *w)
{
	SettleStatus status = check_measured(w);

	if (status == SETTLE_OK)
		status = write_cases(w);
	if (status == SETTLE_OK)
		status = write_adjustments(w);
	if (status == SETTLE_OK)
		status = write_difference(w);
	if (status == SETTLE_OK)
		status = check_base(w);
	if (status == SETTLE_OK)
		status = write_held(w);
	if (status == SETTLE_OK)
		status = write_size(w);
	if (status == SETTLE_OK)
		status = write_conditions(w);
	return status;
}

/* write_shared --- gates, share, and what becomes of it. */
static SettleStatus
write_shared(Writer *w)
{
	SettleStatus status = write_gates(w);

	if (status != SETTLE_OK)
		return status;
	write_share(w);
	if (w->terms->caps_first)
		status = write_caps(w);
	if (status == SETTLE_OK)
		status = write_quality(w);
	if (status == SETTLE_OK && !w->terms->caps_first)
		status = write_caps(w);
	if (status == SETTLE_OK && rat_sign(&w->running) < 0 && w->inputs->given[INPUT_LOSS_RELIEF] &&
		rat_sign(&w->inputs->value[INPUT_LOSS_RELIEF]) != 0)
		write_relief(w);
	return status;
}

/*
 * settle_lines --- the lines of a settlement, in order, each to the sink; *settled gets the pence.
 *
 * parties asks for the lines of the split too.  SETTLE_MISSING (with a message
 * that says what to do) when something is needed and not there or not usable;
 * SETTLE_OVERFLOW when a number does not fit.
 */
SettleStatus
settle_lines(const SettleTerms *terms, const SettleInputs *inputs, const SettleDetail *detail,
			 bool parties, SettleRoom *room, const SettleSink *sink, int64_t *settled,
			 char *message, size_t message_size)
{
	Writer       w;
	SettleStatus status;

	memset(&w, 0, offsetof(Writer, line));
	w.terms = terms;
	w.inputs = inputs;
	w.detail = detail;
	w.room = room;
	w.sink = sink;
	w.message = message;
	w.message_size = message_size;
	w.pending = w.below = w.overflow = false;
	status = write_compared(&w);
	if (status == SETTLE_OK)
		status = write_shared(&w);
	if (status == SETTLE_OK)
		status = write_payment(&w);
	if (status != SETTLE_OK)
		return status;
	write_settlement(&w);
	if (w.overflow)
		return SETTLE_OVERFLOW;
	*settled = w.settled;
	write_retained(&w);
	write_reopener(&w);
	if (parties)
		status = write_parties(&w);
	finish_line(&w);
	return status == SETTLE_OK && w.overflow ? SETTLE_OVERFLOW : status;
}

/* keep_line --- a sink that keeps all lines. */
static void
keep_line(void *where, const SettleLine *line)
{
	Settlement *out = where;

	out->line[out->lines++] = *line;
}

/* settle_statement --- the lines of a settlement without detail and parties. */
SettleStatus
settle_statement(const SettleTerms *terms, const SettleInputs *inputs, Settlement *out,
				 char *message, size_t message_size)
{
	SettleSink sink = {.put = keep_line, .where = out};

	out->lines = 0;
	return settle_lines(terms, inputs, NULL, false, &out->room, &sink, &out->settled, message,
						message_size);
}

/*-------------------------------------------------------------------------
 *
 * statement_adjust_core.c
 *	  What is compared: cases, benchmark, difference.
 *
 * Payments for single cases are lines of payment and rounded each; the
 * benchmark and the difference stay exact.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/statement_adjust_core.h"

#include <stdio.h>
#include <string.h>

/*--------------------------------------------------------------------
 * Cases
 *--------------------------------------------------------------------
 */

/* case_cost --- the cost of a case in pounds. */
static void
case_cost(const SettleCase *one, ExactRat *cost)
{
	if (one->exact != NULL)
		rat_copy(cost, one->exact);
	else
		rat_set(cost, one->pence, 100);
}

/* is_dearer --- does case a cost more than case b? */
static bool
is_dearer(const SettleCase *a, const SettleCase *b)
{
	ExactRat x, y;

	if (!a->exact && !b->exact)
		return a->pence > b->pence;
	case_cost(a, &x);
	case_cost(b, &y);
	return rat_cmp(&x, &y) > 0;
}

/*
 * case_payment --- what stop-loss pays for a case, rounded to the penny.
 *
 * exact, where wanted, gets the payment before rounding, and share its bands.
 * False when it does not fit.
 */
bool
case_payment(const TermsCurve *stop_loss, const SettleCase *one, Share *share, ExactRat *exact,
			 int64_t *pence)
{
	ExactRat cost, factor, payment;

	if (exact == NULL && one->exact == NULL && share_pence(stop_loss, one->pence, 0, 1, 1, pence))
		return true;
	case_cost(one, &cost);
	rat_whole(&factor, 1);
	share_compute(stop_loss, &cost, NULL, share);
	share_apply(share, &factor, &payment);
	if (exact != NULL)
		rat_copy(exact, &payment);
	return !share->overflow && !rat_overflow(&payment) &&
		   money_round(&payment, EXACT_HALF_AWAY, 1, pence);
}

/* keep_dearest --- case i among the dearest so far, dearest first, earlier ones first among equals.
 */
static int
keep_dearest(const SettleCase *cases, int *dearest, int n, int i)
{
	int at = n;

	while (at > 0 && is_dearer(&cases[i], &cases[dearest[at - 1]]))
		at--;
	if (at == SETTLE_MAX_CASES)
		return n;
	if (n == SETTLE_MAX_CASES)
		n--;
	memmove(&dearest[at + 1], &dearest[at], (size_t) (n - at) * sizeof(int));
	dearest[at] = i;
	return n + 1;
}

/* write_case --- one case: the bands that pay, and the payment. */
static void
write_case(Writer *w, int i)
{
	const SettleCase *one = &w->detail->one_case[i];
	const Share      *share = &w->room->share;
	ExactRat          exact, cost;
	int64_t           pence;
	SettleLine       *line;
	char              text[3][MONEY_TEXT];
	int               band;
	bool              first = true;

	case_cost(one, &cost);
	w->overflow |= !case_payment(w->terms->stop_loss, one, &w->room->share, &exact, &pence);
	if (w->overflow)
		return;
	line = add_pence_line(w, "case", "stop_loss: case ", pence);
	rat_copy(&line->exact, &exact);
	line->has_quantity = true;
	rat_copy(&line->quantity, &cost);
	exact_set(&cost.num, i + 1);
	exact_set(&cost.den, 1);
	plain(&cost, line->clause + strlen(line->clause));
	for (band = 0; band < share->bands; band++)
	{
		ExactRat end;

		if (share->band[band].rate.num == 0)
			continue;
		rat_add(&end, &share->band[band].lower, &share->band[band].slice);
		grouped(&end, text[0]);
		grouped(&share->band[band].lower, text[1]);
		rate_print(share->band[band].rate, text[2]);
		formula(line, "%s(%s - %s) x %s", first ? "" : " + ", text[0], text[1], text[2]);
		first = false;
	}
	if (share->has_cap)
	{
		grouped(&share->cap, text[0]);
		formula(line, ", at most %s", text[0]);
	}
}

/*
 * write_cases --- stop-loss: the dearest cases that it pays for, then the sum of all.
 */
SettleStatus
write_cases(Writer *w)
{
	const SettleDetail *d = w->detail;
	int                 dearest[SETTLE_MAX_CASES];
	int                 shown = 0;
	int                 paid = 0;
	int                 i;
	int64_t             sum = 0;
	int64_t             pence;
	SettleLine         *line;

	rat_whole(&w->cases, 0);
	if (w->terms->stop_loss == NULL)
		return SETTLE_OK;
	if (d == NULL || !d->has_cases)
		return refuse(w, "cases are missing: the terms have a stop_loss; give the cost of each "
						 "case in detail.cases, an empty array where there was none");
	for (i = 0; i < d->cases; i++)
	{
		if (w->sink->check)
			w->sink->check();
		if (!case_payment(w->terms->stop_loss, &d->one_case[i], &w->room->share, NULL, &pence) ||
			__builtin_add_overflow(sum, pence, &sum))
			return SETTLE_OVERFLOW;
		if (pence == 0)
			continue;
		paid++;
		shown = keep_dearest(d->one_case, dearest, shown, i);
	}
	for (i = 0; i < shown; i++)
		write_case(w, dearest[i]);
	line = add_pence_line(w, "stop_loss", "stop_loss", sum);
	rat_set(&w->cases, sum, 100);
	line->has_quantity = true;
	rat_whole(&line->quantity, paid);
	formula(line, "paid for %d of %d case%s, each rounded", paid, d->cases,
			d->cases == 1 ? "" : "s");
	if (paid > shown)
		formula(line, "; the %d dearest are shown", shown);
	return SETTLE_OK;
}

/*--------------------------------------------------------------------
 * Benchmark
 *--------------------------------------------------------------------
 */

/* needs --- an input that must be there and above 0. */
static SettleStatus
needs(Writer *w, SettleInput input, bool above_zero)
{
	if (!w->inputs->given[input])
		return missing(w, input, "the terms adjust the benchmark by it; record it for the period");
	if (above_zero && rat_sign(&w->inputs->value[input]) <= 0)
		return refuse(w, "%s must be above 0: the benchmark is divided by it; correct it",
					  settle_input_name[input]);
	return SETTLE_OK;
}

/* hold_within --- a rate within 1 - limit and 1 + limit; tells whether it had to be held. */
static bool
hold_within(ExactRat *rate, const ExactRat *limit)
{
	ExactRat least, most, one;

	rat_whole(&one, 1);
	rat_sub(&least, &one, limit);
	rat_add(&most, &one, limit);
	if (rat_cmp(rate, &least) < 0)
		rat_copy(rate, &least);
	else if (rat_cmp(rate, &most) > 0)
		rat_copy(rate, &most);
	else
		return false;
	return true;
}

/* write_ratio --- the benchmark times this year's figure over the plan's. */
static SettleStatus
write_ratio(Writer *w, SettleInput now, SettleInput plan, const char *clause,
			const SettleNumber *limit)
{
	const ExactRat *value = w->inputs->value;
	SettleStatus    status = needs(w, now, false);
	ExactRat        rate;
	char            before[MONEY_TEXT], n[MONEY_TEXT], p[MONEY_TEXT], r[TERMS_TEXT];
	bool            held;
	SettleLine     *line;

	if (status == SETTLE_OK)
		status = needs(w, plan, true);
	if (status != SETTLE_OK)
		return status;
	rat_div(&rate, &value[now], &value[plan]);
	if (rat_overflow(&rate))
		return SETTLE_OVERFLOW;
	grouped(&w->running, before);
	plain(&value[now], n);
	plain(&value[plan], p);
	held = limit != NULL && limit->given && hold_within(&rate, &limit->value);
	rat_mul(&w->running, &w->running, &rate);
	line = add_line(w, "adjustment", clause);
	percent(&rate, r);
	strcpy(line->rate, r);
	formula(line, "%s x %s / %s", before, n, p);
	if (held)
		formula(line, ", held at %s", r);
	return SETTLE_OK;
}

/* write_discount --- taken off the benchmark. */
static void
write_discount(Writer *w)
{
	ExactRat    kept;
	char        before[MONEY_TEXT], d[TERMS_TEXT];
	SettleLine *line;

	grouped(&w->running, before);
	percent(&w->terms->discount, d);
	rat_whole(&kept, 1);
	rat_sub(&kept, &kept, &w->terms->discount);
	rat_mul(&w->running, &w->running, &kept);
	line = add_line(w, "adjustment", "discount");
	strcpy(line->rate, d);
	formula(line, "%s x (1 - %s)", before, d);
}

/* write_withhold --- withheld from the benchmark, as far as quality does not earn it back. */
static SettleStatus
write_withhold(Writer *w)
{
	const SettleTerms *t = w->terms;
	SettleStatus       status = SETTLE_OK;
	ExactRat           score, earned, zero, one, lost;
	char               before[MONEY_TEXT], part[TERMS_TEXT], e[TERMS_TEXT], s[MONEY_TEXT];
	SettleLine        *line;

	rat_whole(&zero, 0);
	rat_whole(&one, 1);
	if (t->withhold_scale != NULL)
		status = look_up(w, t->withhold_scale, BY_SCORE, "withhold", &score, &earned);
	else if (!w->inputs->given[INPUT_SCORE])
		status = missing(w, INPUT_SCORE, "it earns back the withhold; record it for the period");
	else
	{
		rat_copy(&score, &w->inputs->value[INPUT_SCORE]);
		earned = rat_lesser(&score, &one);
	}
	if (status != SETTLE_OK)
		return status;
	grouped(&w->running, before);
	percent(&t->withhold.value, part);
	percent(&earned, e);
	plain(&score, s);
	rat_sub(&lost, &one, &earned);
	rat_mul(&lost, &lost, &t->withhold.value);
	rat_mul(&lost, &lost, &w->running);
	rat_sub(&w->running, &w->running, &lost);
	line = add_line(w, "adjustment", "withhold");
	strcpy(line->rate, e);
	line->has_quantity = true;
	rat_copy(&line->quantity, &lost);
	formula(line, "%s - %s x %s x (1 - %s) (score %s)", before, part, before, e, s);
	return SETTLE_OK;
}

/*
 * write_adjustments --- the benchmark as it is compared: volume, risk, discount, withhold.
 *
 * A discount alone has no line: the difference says it.
 */
SettleStatus
write_adjustments(Writer *w)
{
	const SettleTerms *t = w->terms;
	SettleStatus       status = SETTLE_OK;

	rat_copy(&w->running, &w->inputs->value[INPUT_BENCHMARK]);
	if (t->adjust_volume)
		status = write_ratio(w, INPUT_VOLUME, INPUT_PLAN_VOLUME, "adjust: volume", NULL);
	if (status == SETTLE_OK && t->adjust_risk)
		status = write_ratio(w, INPUT_RISK, INPUT_PLAN_RISK, "adjust: risk", &t->risk_limit);
	if (status != SETTLE_OK)
		return status;
	if (t->has_discount && (t->adjust_volume || t->adjust_risk || t->withhold.given))
		write_discount(w);
	if (t->withhold.given)
		status = write_withhold(w);
	rat_copy(&w->benchmark, &w->running);
	return status;
}

/*--------------------------------------------------------------------
 * Difference
 *--------------------------------------------------------------------
 */

/* compare --- benchmark less actual, or the reverse, and what is carried forward. */
static void
compare(const Writer *w, const ExactRat *benchmark, ExactRat *x)
{
	rat_sub(x, benchmark, &w->actual);
	if (w->terms->excess)
		rat_neg(x);
	if (w->inputs->given[INPUT_CARRIED_FORWARD])
		rat_add(x, x, &w->inputs->value[INPUT_CARRIED_FORWARD]);
}

/* set_actual --- actual as it is compared, and how the formula says it. */
static SettleStatus
set_actual(Writer *w, char *out, size_t size)
{
	const SettleInputs *in = w->inputs;
	const SettleTerms  *t = w->terms;
	char                a[MONEY_TEXT], v[MONEY_TEXT];
	char                cases[2 * MONEY_TEXT] = "";
	char                fee[2 * MONEY_TEXT] = "";

	rat_copy(&w->actual, &in->value[INPUT_ACTUAL]);
	grouped(&w->actual, a);
	if (rat_sign(&w->cases) != 0)
	{
		grouped(&w->cases, v);
		snprintf(cases, sizeof(cases), " - %s stop-loss", v);
		rat_sub(&w->actual, &w->actual, &w->cases);
	}
	if (t->net_of_fee)
	{
		ExactRat sum;

		if (!in->given[INPUT_FEE])
			return missing(w, INPUT_FEE, "the terms compare net of it; record it for the period");
		/* what was saved counts less the fee; what was spent, with it */
		rat_copy(&sum, &in->value[INPUT_FEE]);
		grouped(&sum, v);
		snprintf(fee, sizeof(fee), " %c %s fee", t->excess ? '-' : '+', v);
		if (t->excess)
			rat_neg(&sum);
		rat_add(&w->actual, &w->actual, &sum);
	}
	if (cases[0] || fee[0])
		snprintf(out, size, "(%s%s%s)", a, cases, fee);
	else
		snprintf(out, size, "%s", a);
	return SETTLE_OK;
}

/* write_difference --- benchmark less actual (or the reverse), and what is carried forward. */
SettleStatus
write_difference(Writer *w)
{
	const SettleInputs *in = w->inputs;
	const SettleTerms  *t = w->terms;
	bool                discount = t->has_discount && !t->adjust_volume && !t->adjust_risk;
	char                b[MONEY_TEXT], c[MONEY_TEXT], d[TERMS_TEXT];
	char                first[3 * MONEY_TEXT], second[6 * MONEY_TEXT];
	SettleLine         *line;
	SettleStatus        status = set_actual(w, second, sizeof(second));

	if (status != SETTLE_OK)
		return status;
	grouped(&w->benchmark, b);
	snprintf(first, sizeof(first), "%s", b);
	if (discount && !t->withhold.given)
	{
		ExactRat kept;

		rat_whole(&kept, 1);
		rat_sub(&kept, &kept, &t->discount);
		rat_mul(&w->benchmark, &w->benchmark, &kept);
		percent(&t->discount, d);
		snprintf(first, sizeof(first), "%s x (1 - %s)", b, d);
	}
	rat_copy(&w->base, in->given[INPUT_BASE] ? &in->value[INPUT_BASE] : &w->benchmark);
	compare(w, &w->benchmark, &w->running);
	rat_copy(&w->difference, &w->running);
	w->loss = rat_sign(&w->running) < 0;
	line = add_line(w, "difference",
					t->excess ? "measure: actual - benchmark" : "measure: benchmark - actual");
	if (t->excess)
		formula(line, "%s - %s", second, first);
	else
		formula(line, "%s - %s", first, second);
	if (in->given[INPUT_CARRIED_FORWARD] && rat_sign(&in->value[INPUT_CARRIED_FORWARD]) != 0)
	{
		grouped(&in->value[INPUT_CARRIED_FORWARD], c);
		formula(line, " + %s carried forward", c);
	}
	return w->overflow ? SETTLE_OVERFLOW : SETTLE_OK;
}

/* write_guardrail --- a loss counts only as far as it is one against the second benchmark too. */
static SettleStatus
write_guardrail(Writer *w)
{
	const ExactRat *benchmark = &w->inputs->value[INPUT_GUARDRAIL_BENCHMARK];
	ExactRat        other;
	char            before[MONEY_TEXT], b[MONEY_TEXT], o[MONEY_TEXT];
	bool            held;
	SettleLine     *line;

	if (!w->inputs->given[INPUT_GUARDRAIL_BENCHMARK])
		return missing(w, INPUT_GUARDRAIL_BENCHMARK,
					   "the terms hold a loss by it; record it for the period");
	compare(w, benchmark, &other);
	if (rat_overflow(&other))
		return SETTLE_OVERFLOW;
	grouped(&w->running, before);
	grouped(benchmark, b);
	grouped(&other, o);
	held = rat_cmp(&other, &w->running) > 0;
	if (held)
		rat_copy(&w->running, &other);
	if (rat_sign(&w->running) == 1)
		rat_whole(&w->running, 0);
	line = add_line(w, "guardrail", "guardrail");
	line->has_quantity = true;
	rat_copy(&line->quantity, benchmark);
	formula(line, "%s, against %s it is %s: %s", before, b, o, held ? "held" : "stands");
	return SETTLE_OK;
}

/* write_contingency --- kept before a gain counts. */
static void
write_contingency(Writer *w)
{
	char        before[MONEY_TEXT], c[MONEY_TEXT];
	SettleLine *line;

	grouped(&w->running, before);
	grouped(&w->terms->contingency.value, c);
	rat_sub(&w->running, &w->running, &w->terms->contingency.value);
	if (rat_sign(&w->running) == -1)
		rat_whole(&w->running, 0);
	line = add_line(w, "contingency", "contingency");
	formula(line, "%s - %s kept, at least 0.00", before, c);
}

/* write_allowance --- the allowance for chance takes the difference towards 0. */
static SettleStatus
write_allowance(Writer *w)
{
	ExactRat     size, rate, amount;
	ExactRat     left = rat_magnitude(&w->running);
	SettleStatus status = look_up(w, w->terms->allowance, BY_SIZE, "allowance", &size, &rate);
	char         before[MONEY_TEXT], r[TERMS_TEXT], b[MONEY_TEXT], a[MONEY_TEXT];
	SettleLine  *line;

	if (status != SETTLE_OK)
		return status;
	rat_mul(&amount, &rate, &w->base);
	if (rat_overflow(&amount))
		return SETTLE_OVERFLOW;
	grouped(&left, before);
	percent(&rate, r);
	grouped(&w->base, b);
	grouped(&amount, a);
	rat_sub(&left, &left, &amount);
	if (rat_sign(&left) == -1)
		rat_whole(&left, 0);
	rat_copy(&w->running, &left);
	if (w->loss)
		rat_neg(&w->running);
	line = add_line(w, "allowance", "allowance: scale by size");
	strcpy(line->rate, r);
	line->has_quantity = true;
	rat_copy(&line->quantity, &amount);
	formula(line, "%s less %s x %s = %s, at least 0.00", before, r, b, a);
	return SETTLE_OK;
}

/* write_held --- what takes a difference towards 0: guardrail, contingency, allowance. */
SettleStatus
write_held(Writer *w)
{
	const SettleTerms *t = w->terms;
	SettleStatus       status = SETTLE_OK;

	if (t->guardrail && rat_sign(&w->running) == -1)
		status = write_guardrail(w);
	if (status == SETTLE_OK && t->contingency.given && rat_sign(&w->running) == 1)
		write_contingency(w);
	if (status == SETTLE_OK && t->allowance != NULL && rat_sign(&w->running) != 0)
		status = write_allowance(w);
	return status;
}

/*-------------------------------------------------------------------------
 *
 * statement_writer_core.c
 *	  Numbers as a statement shows them, its lines, and what it refuses.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/statement_writer_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const settle_input_name[INPUTS] = {"benchmark",
											   "actual",
											   "carried_forward",
											   "base",
											   "size",
											   "minimum_rate",
											   "score",
											   "revenue",
											   "loss_relief",
											   "volume",
											   "plan_volume",
											   "risk",
											   "plan_risk",
											   "guardrail_benchmark",
											   "fee"};

/*--------------------------------------------------------------------
 * Numbers and names
 *--------------------------------------------------------------------
 */

/* grouped --- 1234567.5 as 1,234,567.50; "..." when it is too long to read. */
void
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

/* grouped_pence --- pence as pounds. */
void
grouped_pence(int64_t pence, char *out)
{
	ExactRat v;

	rat_set(&v, pence, 100);
	grouped(&v, out);
}

/* percent --- a rate as a percentage of at most 9 decimals, or as a fraction. */
void
percent(const ExactRat *rate, char *out)
{
	ExactRat hundred, value;
	char     text[2 * EXACT_TEXT];
	bool     exact;

	rat_whole(&hundred, 100);
	rat_mul(&value, rate, &hundred);
	exact = rat_print_decimal(&value, 0, 9, text);
	strcat(text, "%");
	if (!exact)
		rat_print(rate, text);
	if (strlen(text) >= TERMS_TEXT)
		strcpy(text, "...");
	strcpy(out, text);
}

/* plain --- a number without thousands, to 9 decimals; at most 40 characters. */
void
plain(const ExactRat *v, char *out)
{
	char text[2 * EXACT_TEXT];

	rat_print_decimal(v, 0, 9, text);
	snprintf(out, MONEY_TEXT, "%.40s", text);
}

/* name_length --- bytes of a name that are shown: never half a character of UTF-8. */
int
name_length(SettleText name)
{
	int len = name.len;

	if (len <= NAME_SHOWN)
		return len;
	for (len = NAME_SHOWN; len > 0 && ((unsigned char) name.at[len] & 0xC0) == 0x80;)
		len--;
	return len;
}

/* shown_name --- the name as messages show it; out has NAME_SHOWN + 1 bytes. */
void
shown_name(SettleText name, char *out)
{
	int len = name_length(name);

	memcpy(out, name.at, (size_t) len);
	out[len] = '\0';
}

/*--------------------------------------------------------------------
 * Lines and refusals
 *--------------------------------------------------------------------
 */

/* refuse --- nothing can be settled, and why. */
SettleStatus
refuse(Writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(w->message, w->message_size, format, args);
	va_end(args);
	return SETTLE_MISSING;
}

/* missing --- an input that the terms need is not there. */
SettleStatus
missing(Writer *w, SettleInput input, const char *why)
{
	return refuse(w, "%s is missing: %s", settle_input_name[input], why);
}

/* finish_line --- hand over the line that was being written. */
void
finish_line(Writer *w)
{
	if (w->pending && !w->overflow)
		w->sink->put(w->sink->where, &w->line);
	w->pending = false;
}

/* begin_line --- an empty line. */
static SettleLine *
begin_line(Writer *w, const char *code, const char *clause)
{
	SettleLine *line = &w->line;

	finish_line(w);
	w->pending = true;
	line->code = code;
	snprintf(line->clause, sizeof(line->clause), "%s", clause);
	line->formula[0] = line->rate[0] = '\0';
	line->has_quantity = false;
	line->name.at = line->tail.at = line->party.at = NULL;
	return line;
}

/* add_line --- a line whose amount is what stands now. */
SettleLine *
add_line(Writer *w, const char *code, const char *clause)
{
	SettleLine *line = begin_line(w, code, clause);

	rat_copy(&line->exact, &w->running);
	if (rat_overflow(&w->running) || !money_round(&w->running, EXACT_HALF_AWAY, 1, &line->pence))
		w->overflow = true;
	return line;
}

/* add_pence_line --- a line with an amount of its own, in pence. */
SettleLine *
add_pence_line(Writer *w, const char *code, const char *clause, int64_t pence)
{
	SettleLine *line = begin_line(w, code, clause);

	rat_set(&line->exact, pence, 100);
	line->pence = pence;
	return line;
}

/* formula --- add to the formula of a line. */
void
formula(SettleLine *line, const char *format, ...)
{
	size_t  n = strlen(line->formula);
	va_list args;

	va_start(args, format);
	vsnprintf(line->formula + n, sizeof(line->formula) - n, format, args);
	va_end(args);
}

/* touches --- does a clause on these sides touch the side the difference fell on? */
bool
touches(const Writer *w, int sides)
{
	return (sides & (w->loss ? SIDE_LOSS : SIDE_GAIN)) != 0;
}

/* ratio_of --- actual over benchmark, as they are compared. */
static SettleStatus
ratio_of(Writer *w, const char *what, ExactRat *value)
{
	if (rat_sign(&w->benchmark) <= 0 || rat_overflow(&w->benchmark))
		return refuse(w,
					  "benchmark must be above 0: the terms look up their %s by actual / "
					  "benchmark; correct the benchmark",
					  what);
	rat_div(value, &w->actual, &w->benchmark);
	return SETTLE_OK;
}

/* look_up --- a rate from a scale, and the value it was looked up by; refuses what cannot be
 * assessed. */
SettleStatus
look_up(Writer *w, const TermsScale *scale, LookBy by, const char *what, ExactRat *value,
		ExactRat *rate)
{
	SettleInput  input = by == BY_SIZE ? INPUT_SIZE : INPUT_SCORE;
	const char  *name = by == BY_RATIO ? "ratio" : settle_input_name[input];
	SettleStatus status = SETTLE_OK;

	if (by == BY_RATIO)
		status = ratio_of(w, what, value);
	else if (!w->inputs->given[input])
		status =
			refuse(w, "%s is missing: the terms look up their %s by it; record it for the period",
				   name, what);
	else
		rat_copy(value, &w->inputs->value[input]);
	if (status != SETTLE_OK || scale_lookup(scale, value, rate))
		return status;
	return refuse(w,
				  "not assessed: %s lies below the lowest step of the %s; give the scale an else, "
				  "or correct the %s",
				  name, what, name);
}

/* write_product --- what stands, times a rate. */
void
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
	formula(line, "%s x %s%s", before, text, why);
}

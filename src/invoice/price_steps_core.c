/*-------------------------------------------------------------------------
 *
 * price_steps_core.c
 *	  The calculation of a price as lines for people.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/price_steps_core.h"

#include <stdio.h>
#include <string.h>

/* The rounding by its name in the contract, and what it does. */
static const char *const rounded[] = {"rounded to whole pounds (sus)", "rounded to the penny",
									  "not rounded (none)"};

/*
 * add_step --- one more line of the calculation.
 */
static PriceStep *
add_step(PriceStep *steps, int *count, const char *part, const char *source)
{
	PriceStep *step = &steps[(*count)++];

	memset(step, 0, sizeof(*step));
	step->part = part;
	step->source = source;
	return step;
}

/*
 * step_amount --- gives the step its amount.
 */
static void
step_amount(PriceStep *step, InvDecimal amount)
{
	step->has_amount = true;
	step->amount = amount;
}

/*
 * steps_of_stay --- point of delivery and days.
 */
static void
steps_of_stay(const SpellInput *spell, const SpellPrice *price, PriceStep *steps, int *count)
{
	PriceStep *step;
	char       one[17];
	char       two[17];

	if (price->pod == NULL)
		return;
	step = add_step(steps, count, "point of delivery", "spell record");
	snprintf(step->formula, sizeof(step->formula), "classification %s, admission method %s: %s",
			 price_quotable(spell->classification, one),
			 spell->admission_method.text == NULL ? "missing"
												  : price_quotable(spell->admission_method, two),
			 price->pod);
	if (price->length_of_stay == PRICE_NULL || price->qualifying_days == PRICE_NULL)
		return;
	step = add_step(steps, count, "qualifying days", "spell record");
	if (price->length_of_stay == 0)
		snprintf(step->formula, sizeof(step->formula), "length of stay 0");
	else
		snprintf(step->formula, sizeof(step->formula),
				 "max(0, %d stayed - %d critical care - %d rehabilitation + %d in both - %d "
				 "palliative) = %d",
				 price->length_of_stay, spell->critical_care_days, spell->rehabilitation_days,
				 spell->critical_care_days == 0 || spell->rehabilitation_days == 0
					 ? 0
					 : spell->overlap_days,
				 spell->palliative_days, price->qualifying_days);
}

/*
 * steps_of_base --- base price, short stay, top-up.
 */
static void
steps_of_base(const SpellInput *spell, const SpellPrice *price, PriceStep *steps, int *count)
{
	PriceStep *step;
	char       code[17];
	char       amount[INV_TEXT_SIZE];
	char       percent[INV_TEXT_SIZE];

	inv_code_unpack(spell->hrg, code);
	step = add_step(steps, count, "full base", "tariff");
	snprintf(step->formula, sizeof(step->formula), "%s%s price of HRG %s", price->pod,
			 price->best_practice_earned ? " best practice" : "", code);
	step_amount(step, price->full_base);
	if (price->short_stay)
	{
		step = add_step(steps, count, "short stay base", "tariff");
		inv_to_text(price->full_base, 2, amount);
		inv_to_text(price->short_stay_percent, 0, percent);
		if (price->short_stay_by_percent)
			snprintf(step->formula, sizeof(step->formula), "%s * %s%% (emergency, adult, %d days)",
					 amount, percent, price->qualifying_days);
		else
			snprintf(step->formula, sizeof(step->formula),
					 "short stay price of HRG %s (emergency, adult, %d days)", code,
					 price->qualifying_days);
		step_amount(step, price->base);
	}
	if (price->top_up_code != NULL)
	{
		step = add_step(steps, count, "top-up", "tariff");
		inv_to_text(price->base, 2, amount);
		inv_to_text(price->top_up_percent, 0, percent);
		snprintf(step->formula, sizeof(step->formula), "%s * %s%% (top-up %s)", amount, percent,
				 price->top_up_code);
		step_amount(step, price->top_up);
	}
}

/*
 * steps_of_total --- excess days, best practice, sum and factor.
 */
static void
steps_of_total(const SpellInput *spell, const SpellPrice *price, PriceStep *steps, int *count)
{
	PriceStep *step;
	char       amount[INV_TEXT_SIZE];
	char       factor[INV_TEXT_SIZE];

	if (price->trim_point != PRICE_NULL)
	{
		step = add_step(steps, count, "excess days", "tariff");
		inv_to_text(price->per_day, 2, amount);
		snprintf(step->formula, sizeof(step->formula),
				 "max(0, %d days - %d trim point) = %d * %s a day", price->qualifying_days,
				 price->trim_point, price->excess_days, amount);
		step_amount(step, price->excess);
	}
	if (price->best_practice.value != 0)
	{
		step = add_step(steps, count, "best practice", "tariff");
		snprintf(step->formula, sizeof(step->formula), "conditional part, met");
		step_amount(step, price->best_practice);
	}
	step = add_step(steps, count, "before factor", "sum");
	snprintf(step->formula, sizeof(step->formula),
			 "base + top-up + excess days + best practice, %s", rounded[spell->rounding]);
	step_amount(step, price->pre_factor);
	step = add_step(steps, count, "final", "market forces factor");
	inv_to_text(price->pre_factor, 2, amount);
	inv_to_text(spell->factor, 0, factor);
	snprintf(step->formula, sizeof(step->formula), "%s * %s, %s", amount, factor,
			 rounded[spell->rounding]);
	step_amount(step, price->final);
}

/*
 * price_steps_core --- the calculation of a price as lines; returns their number.
 *
 * A spell without a price ends with the line "not assessed".
 */
int
price_steps_core(const SpellInput *spell, const SpellPrice *price, PriceStep steps[PRICE_STEPS])
{
	int        count = 0;
	PriceStep *step;

	steps_of_stay(spell, price, steps, &count);
	if (price->reason[0] != '\0')
	{
		step = add_step(steps, &count, "not assessed", "spell record and tariff");
		snprintf(step->formula, sizeof(step->formula), "%s", price->reason);
		return count;
	}
	steps_of_base(spell, price, steps, &count);
	steps_of_total(spell, price, steps, &count);
	return count;
}

/*
 * steps_of_unit --- where the price of one unit comes from.
 */
static void
steps_of_unit(const AttendanceInput *line, const AttendancePrice *price, PriceStep *steps,
			  int *count)
{
	PriceStep  *step = add_step(steps, count, "unit price", "tariff");
	const char *kind = price->kind;
	char        code[8];
	char        group[17];
	char        status[17];

	inv_code_unpack(line->hrg, code);
	if (strcmp(kind, PRICE_ATTENDANCE) == 0)
		snprintf(step->formula, sizeof(step->formula),
				 "attendance price of HRG %s in treatment function %s", code,
				 price_quotable(line->treatment_function, group));
	else if (strcmp(kind, PRICE_AS_ATTENDANCE) == 0)
		snprintf(
			step->formula, sizeof(step->formula),
			"no procedure price of HRG %s: attendance price of HRG %s in treatment function %s",
			code, price->paid_as, price_quotable(line->treatment_function, group));
	else if (strcmp(kind, PRICE_ZERO) == 0)
		snprintf(step->formula, sizeof(step->formula), "HRG %s carries no price of its own", code);
	else if (strcmp(kind, PRICE_NOT_PAID) == 0)
		snprintf(step->formula, sizeof(step->formula),
				 "attendance status %s, first attendance %s: nothing is paid",
				 price_quotable(line->attendance_status, status),
				 line->first_attendance.text == NULL
					 ? "missing"
					 : price_quotable(line->first_attendance, group));
	else
		snprintf(step->formula, sizeof(step->formula), "%s price of HRG %s", kind, code);
	step_amount(step, price->unit_price);
}

/*
 * steps_of_line --- units and factor.
 */
static void
steps_of_line(InvDecimal units, InvDecimal factor, InvRounding rounding,
			  const AttendancePrice *price, PriceStep *steps, int *count)
{
	PriceStep *step;
	InvDecimal before;
	char       amount[INV_TEXT_SIZE];
	char       by[INV_TEXT_SIZE];

	/* the core multiplied the same before */
	if (!inv_multiply(units, price->unit_price, &before))
		before = price->final;
	if (rounding == INV_ROUND_SUS)
		before = inv_round(before, 0);
	step = add_step(steps, count, "before factor", "units");
	inv_to_text(units, 0, by);
	inv_to_text(price->unit_price, 2, amount);
	snprintf(step->formula, sizeof(step->formula), "%s * %s%s%s", by, amount,
			 rounding == INV_ROUND_SUS ? ", " : "", rounding == INV_ROUND_SUS ? rounded[0] : "");
	step_amount(step, before);
	step = add_step(steps, count, "final", "market forces factor");
	inv_to_text(before, 2, amount);
	inv_to_text(factor, 0, by);
	snprintf(step->formula, sizeof(step->formula), "%s * %s, %s", amount, by, rounded[rounding]);
	step_amount(step, price->final);
}

/*
 * not_assessed --- the line that ends the calculation of what has no price; returns their number.
 */
static int
not_assessed(const char *reason, PriceStep *steps, int count)
{
	PriceStep *step = add_step(steps, &count, "not assessed", "claim and tariff");

	snprintf(step->formula, sizeof(step->formula), "%s", reason);
	return count;
}

/*
 * attendance_steps_core --- an attendance, emergency attendance or unbundled HRG as lines.
 *
 * One without a price ends with the line "not assessed".
 */
int
attendance_steps_core(const AttendanceInput *line, const AttendancePrice *price,
					  PriceStep steps[PRICE_STEPS])
{
	int        count = 0;
	PriceStep *step;
	char       code[8];

	if (price->pod != NULL)
	{
		step = add_step(steps, &count, "point of delivery", "claim");
		inv_code_unpack(line->hrg, code);
		snprintf(step->formula, sizeof(step->formula), "HRG %s: %s", code, price->pod);
	}
	if (price->reason[0] != '\0')
		return not_assessed(price->reason, steps, count);
	steps_of_unit(line, price, steps, &count);
	steps_of_line(line->units, line->factor, line->rounding, price, steps, &count);
	return count;
}

/*
 * pathway_steps_core --- a module of the maternity pathway as lines.
 */
int
pathway_steps_core(const PathwayInput *line, const AttendancePrice *price,
				   PriceStep steps[PRICE_STEPS])
{
	int        count = 0;
	PriceStep *step;
	char       one[17];
	char       two[17];

	if (price->pod != NULL)
	{
		step = add_step(steps, &count, "point of delivery", "claim");
		snprintf(step->formula, sizeof(step->formula), "module %s: %s",
				 price_quotable(line->module, one), price->pod);
	}
	if (price->reason[0] != '\0')
		return not_assessed(price->reason, steps, count);
	step = add_step(steps, &count, "unit price", "tariff");
	snprintf(step->formula, sizeof(step->formula), "pathway price of %s at level %s",
			 price_quotable(line->module, one), price_quotable(line->level, two));
	step_amount(step, price->unit_price);
	steps_of_line(inv_decimal(1, 0), line->factor, line->rounding, price, steps, &count);
	return count;
}

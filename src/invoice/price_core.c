/*-------------------------------------------------------------------------
 *
 * price_core.c
 *	  What a spell, an attendance or an unbundled HRG costs under a tariff.
 *
 * The order of the calculation is that of the national rules: base price by
 * point of delivery (a short emergency stay has its own), top-up on the base,
 * excess days beyond the trim point, best practice, one rounding, market
 * forces factor, one rounding.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/price_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * no_price --- records why there is no price; always false.
 */
static bool no_price(char *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool
no_price(char *reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason, PRICE_REASON_SIZE, format, args);
	va_end(args);
	return false;
}

/*
 * same_text --- is the caller's text this word?
 */
static bool
same_text(PriceText text, const char *word)
{
	return text.text != NULL && text.length == strlen(word) &&
		   memcmp(text.text, word, text.length) == 0;
}

/*
 * one_of --- is the caller's text one of the codes of a blank-separated list?
 *
 * All codes of a list have the same length.
 */
static bool
one_of(PriceText text, const char *codes, size_t length)
{
	const char *code;

	if (text.length != length)
		return false;
	for (code = codes; *code != '\0'; code += length + (code[length] == ' '))
		if (memcmp(text.text, code, length) == 0)
			return true;
	return false;
}

/*
 * price_quotable --- the caller's text for a message, if it is a short plain code.
 */
const char *
price_quotable(PriceText text, char buffer[17])
{
	size_t i;

	if (text.length > 16)
		return "(long text)";
	for (i = 0; i < text.length; i++)
	{
		if (text.text[i] < ' ' || text.text[i] > '~')
			return "(not a code)";
		buffer[i] = text.text[i];
	}
	buffer[text.length] = '\0';
	return buffer;
}

/*
 * is_zero_price --- HRGs that carry no price of their own unless the tariff
 * gives one: data invalid for grouping, healthy baby, same-day wrappers whose
 * unbundled part carries the price.
 */
static bool
is_zero_price(int64_t hrg)
{
	static const char *const codes[] = {"UZ01Z", "PB03Z", "SB97Z", "SC97Z", "LA97A", "LA97B"};
	size_t                   i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (hrg == inv_code_pack(codes[i], 5))
			return true;
	return false;
}

/*
 * amount_of --- a price of the tariff.
 */
static InvDecimal
amount_of(int64_t price)
{
	return inv_decimal(price, TARIFF_SCALE);
}

/*
 * percent_of --- amount * percent / 100, exactly; false on overflow.
 */
static bool
percent_of(InvDecimal amount, int64_t percent, InvDecimal *result)
{
	return inv_multiply(amount, inv_decimal(percent, TARIFF_SCALE + 2), result);
}

/*
 * point_of_delivery --- from patient classification and admission method.
 */
static bool
point_of_delivery(const Tariff *tariff, const SpellInput *spell, SpellPrice *price)
{
	char buffer[17];
	bool transfer = same_text(spell->admission_method, "81");

	if (spell->classification.text == NULL)
		return no_price(price->reason, "patient classification is missing");
	if (one_of(spell->classification, "3 4", 1))
	{
		price->pod = spell->classification.text[0] == '3' ? "RADAY" : "RANIGHT";
		return no_price(price->reason, "regular attenders have a local price");
	}
	if (!one_of(spell->classification, "1 2 5", 1))
		return no_price(price->reason, "patient classification \"%s\" has no point of delivery",
						price_quotable(spell->classification, buffer));
	if (spell->admission_method.text == NULL)
		return no_price(price->reason, "admission method is missing");
	if (one_of(spell->admission_method, "21 22 23 24 25 28 2A 2B 2C 2D", 2))
		price->pod = "NEL";
	else if (one_of(spell->admission_method, "31 32 82 83", 2) ||
			 (transfer && !tariff->transfers_elective))
		price->pod = "NELNE";
	else if ((one_of(spell->admission_method, "11 12 13", 2) || transfer) &&
			 !same_text(spell->classification, "5"))
		price->pod = spell->classification.text[0] == '2' ? "DC" : "EL";
	else
		return no_price(price->reason, "admission method \"%s\" has no point of delivery",
						price_quotable(spell->admission_method, buffer));
	return true;
}

/*
 * is_emergency, is_elective --- of a priced point of delivery.
 */
static bool
is_emergency(const SpellPrice *price)
{
	return strcmp(price->pod, "NEL") == 0;
}

static bool
is_elective(const SpellPrice *price)
{
	return price->pod[0] != 'N';
}

/*
 * known_days --- a number of days that must be known and not negative.
 */
static bool
known_days(int32_t days, const char *name, char *reason)
{
	if (days == PRICE_NULL)
		return no_price(reason, "%s missing", name);
	if (days < 0)
		return no_price(reason, "%s negative", name);
	return true;
}

/*
 * days_off --- days that do not count towards the stay: critical care,
 * rehabilitation and palliative care, days in both of the first two once.
 *
 * with_critical_care counts the critical care days as if nobody had taken
 * them off, which is the commonest error of an invoice.
 */
static bool
days_off(const SpellInput *spell, int64_t *off, int64_t *off_with_critical_care, char *reason)
{
	int32_t overlap = spell->overlap_days;

	if (!known_days(spell->critical_care_days, "critical care days are", reason) ||
		!known_days(spell->rehabilitation_days, "rehabilitation days are", reason) ||
		!known_days(spell->palliative_days, "palliative days are", reason))
		return false;
	if (spell->critical_care_days == 0 || spell->rehabilitation_days == 0)
		overlap = 0;
	else if (!known_days(overlap, "overlap days are", reason))
		return false;
	else if (overlap > spell->critical_care_days || overlap > spell->rehabilitation_days)
		return no_price(reason, "overlap days exceed the days they overlap");
	*off_with_critical_care = (int64_t) spell->rehabilitation_days + spell->palliative_days;
	*off = *off_with_critical_care + spell->critical_care_days - overlap;
	return true;
}

/*
 * beyond --- how many of the days lie beyond a limit.
 */
static int64_t
beyond(int64_t days, int64_t limit)
{
	return days > limit ? days - limit : 0;
}

/*
 * stay --- length of stay, financial year and qualifying days.
 */
static bool
stay(const Tariff *tariff, const SpellInput *spell, SpellPrice *price, int64_t *with_critical_care)
{
	int64_t los;
	int64_t off = 0;
	int64_t off_with = 0;

	if (!spell->admitted_known)
		return no_price(price->reason, "admission date is missing");
	if (!spell->discharged_known)
		return no_price(price->reason, "discharge date is missing");
	if (spell->discharged < spell->admitted)
		return no_price(price->reason, "discharge date is before admission date");
	if (spell->discharged < tariff->first_day || spell->discharged > tariff->last_day)
		return no_price(price->reason, "tariff of another %s",
						tariff_whole_year(tariff) ? "year" : "period");
	los = (int64_t) spell->discharged - spell->admitted;
	if (los > 1000000)
		return no_price(price->reason, "admission date is not plausible");
	price->length_of_stay = (int32_t) los;
	/* a stay without a night has nothing to take off, whatever is not known */
	if (los > 0 && !days_off(spell, &off, &off_with, price->reason))
		return false;
	price->qualifying_days = (int32_t) beyond(los, off);
	*with_critical_care = beyond(los, off_with);
	return true;
}

/*
 * base_price --- the price of the whole spell for its point of delivery.
 */
static bool
base_price(const Tariff *tariff, const SpellInput *spell, SpellPrice *price,
		   const TariffSpell **row)
{
	static const TariffSpell no_row = {TARIFF_NONE, TARIFF_NONE, TARIFF_NONE, TARIFF_NONE,
									   TARIFF_NONE, TARIFF_NONE, TARIFF_NONE, TARIFF_NONE,
									   TARIFF_NONE, -1,          -1};
	char                     code[8];
	const TariffSpell       *found;
	int64_t                  full;

	if (spell->hrg == 0)
		return no_price(price->reason, "HRG is missing");
	inv_code_unpack(spell->hrg, code);
	found = tariff_spell(tariff, spell->hrg);
	*row = found == NULL ? &no_row : found;
	if (!is_elective(price))
		full = (*row)->non_elective;
	else if ((*row)->combined != TARIFF_NONE)
		full = (*row)->combined;
	else
		full = price->pod[0] == 'D' ? (*row)->day_case : (*row)->elective;
	if (full == TARIFF_NONE && is_zero_price(spell->hrg))
		full = 0;
	if (found == NULL && full == TARIFF_NONE)
		return no_price(price->reason, "no price for HRG %s", code);
	if (full == TARIFF_NONE)
		return no_price(price->reason, "no %s price for HRG %s",
						!is_elective(price)    ? "non-elective"
						: price->pod[0] == 'D' ? "day case"
											   : "elective",
						code);
	price->full_base = price->base = amount_of(full);
	return true;
}

/*
 * best_practice_base --- the price that stands in place of the base, when earned.
 */
static bool
best_practice_base(const SpellInput *spell, const TariffSpell *row, SpellPrice *price)
{
	if (row->best_practice_base == TARIFF_NONE || spell->best_practice == 0)
		return true;
	if (spell->best_practice < 0)
		return no_price(price->reason, "whether best practice was met is missing");
	price->best_practice_earned = true;
	price->full_base = price->base = amount_of(row->best_practice_base);
	return true;
}

/*
 * short_stay --- an adult's short emergency stay has a reduced price where
 * the tariff gives one.
 */
static bool
short_stay(const Tariff *tariff, const SpellInput *spell, const TariffSpell *row, SpellPrice *price)
{
	int32_t days = tariff->short_stay_actual ? price->length_of_stay : price->qualifying_days;

	if (!is_emergency(price) || tariff->short_stay_days < 0 || days > tariff->short_stay_days ||
		(row->short_stay_price == TARIFF_NONE && row->short_stay_percent == TARIFF_NONE))
		return true;
	if (!known_days(spell->age, "age is", price->reason))
		return false;
	if (spell->age < tariff->short_stay_age)
		return true;
	price->short_stay = true;
	if (row->short_stay_price != TARIFF_NONE)
	{
		price->base = amount_of(row->short_stay_price);
		return true;
	}
	price->short_stay_by_percent = true;
	price->short_stay_percent = amount_of(row->short_stay_percent);
	if (!percent_of(price->full_base, row->short_stay_percent, &price->base))
		price->overflow = true;
	/* the reduced price is a price of the list, so it is stated as the contract states prices */
	price->base = inv_round_price(price->base, spell->rounding);
	return !price->overflow;
}

/*
 * top_up --- one specialised top-up, on the base price only.
 *
 * A record may name several codes, blanks between them; the highest is paid.
 */
static bool
top_up(const Tariff *tariff, const SpellInput *spell, SpellPrice *price)
{
	const TariffTopUp *best = NULL;
	PriceText          rest = spell->top_up_code;
	char               buffer[17];

	while (rest.text != NULL && rest.length > 0)
	{
		const char        *blank = memchr(rest.text, ' ', rest.length);
		PriceText          code = rest;
		const TariffTopUp *found;

		if (blank != NULL)
			code.length = blank - rest.text;
		rest.text += code.length + (blank != NULL);
		rest.length -= code.length + (blank != NULL);
		if (code.length == 0)
			continue;
		found = tariff_top_up(tariff, code.text, code.length);
		if (found == NULL)
			return no_price(price->reason, "no top-up \"%s\" in the tariff",
							price_quotable(code, buffer));
		if (best == NULL || found->percent > best->percent)
			best = found;
	}
	if (best == NULL)
		return true;
	price->top_up_code = best->code;
	price->top_up_percent = amount_of(best->percent);
	if (!percent_of(price->base, best->percent, &price->top_up))
		price->overflow = true;
	return !price->overflow;
}

/*
 * excess_days --- days beyond the trim point, each at the per-day price.
 */
static bool
excess_days(const SpellInput *spell, const TariffSpell *row, int64_t with_critical_care,
			SpellPrice *price)
{
	int32_t trim = is_elective(price) ? row->elective_trim : row->non_elective_trim;
	char    code[8];

	inv_code_unpack(spell->hrg, code);
	price->excess_days = price->excess_days_with_critical_care = 0;
	if (row->per_day != TARIFF_NONE)
		price->per_day = amount_of(row->per_day);
	if (trim < 0)
	{
		if (row->per_day == TARIFF_NONE || with_critical_care == 0)
			return true;
		return no_price(price->reason, "no trim point for HRG %s", code);
	}
	price->trim_point = trim;
	price->excess_days = (int32_t) beyond(price->qualifying_days, trim);
	price->excess_days_with_critical_care = (int32_t) beyond(with_critical_care, trim);
	if (price->excess_days == 0)
		return true;
	if (row->per_day == TARIFF_NONE)
		return no_price(price->reason, "no per-day price for HRG %s", code);
	if (!inv_multiply(inv_decimal(price->excess_days, 0), price->per_day, &price->excess))
		price->overflow = true;
	return !price->overflow;
}

/*
 * best_practice --- the conditional part of the price, when earned.
 */
static bool
best_practice(const SpellInput *spell, const TariffSpell *row, SpellPrice *price)
{
	if (row->best_practice == TARIFF_NONE || spell->best_practice == 0)
		return true;
	if (spell->best_practice < 0)
		return no_price(price->reason, "whether best practice was met is missing");
	price->best_practice = amount_of(row->best_practice);
	return true;
}

/*
 * known_terms --- market forces factor and rounding.
 */
static bool
known_terms(bool factor_known, InvDecimal factor, bool rounding_known, char *reason)
{
	if (!factor_known)
		return no_price(reason, "market forces factor is missing");
	if (factor.value <= 0)
		return no_price(reason, "market forces factor is not positive");
	if (inv_strip(factor).scale > TARIFF_SCALE)
		return no_price(reason, "market forces factor has more than %d decimals", TARIFF_SCALE);
	if (!rounding_known)
		return no_price(reason, "rounding is missing");
	return true;
}

/*
 * price_spell_core --- all parts of the price of an admitted spell.
 *
 * Either reason is set, or overflow, or the amounts are the price.
 */
void
price_spell_core(const Tariff *tariff, const SpellInput *spell, SpellPrice *price)
{
	const TariffSpell *row = NULL;
	int64_t            with_critical_care = 0;
	InvDecimal         sum;

	memset(price, 0, offsetof(SpellPrice, reason));
	price->reason[0] = '\0';
	price->length_of_stay = price->qualifying_days = price->trim_point = PRICE_NULL;
	price->excess_days = price->excess_days_with_critical_care = PRICE_NULL;
	if (!point_of_delivery(tariff, spell, price) ||
		!stay(tariff, spell, price, &with_critical_care) ||
		!known_terms(spell->factor_known, spell->factor, spell->rounding_known, price->reason) ||
		!base_price(tariff, spell, price, &row) || !best_practice_base(spell, row, price) ||
		!short_stay(tariff, spell, row, price) || !top_up(tariff, spell, price) ||
		!excess_days(spell, row, with_critical_care, price) || !best_practice(spell, row, price))
		return;
	if (!inv_add(price->base, price->top_up, &sum) || !inv_add(sum, price->excess, &sum) ||
		!inv_add(sum, price->best_practice, &sum))
	{
		price->overflow = true;
		return;
	}
	price->pre_factor = inv_round_price(sum, spell->rounding);
	if (!inv_multiply(price->pre_factor, spell->factor, &price->final))
	{
		price->overflow = true;
		return;
	}
	price->final = inv_round_price(price->final, spell->rounding);
}

/*
 * finish --- factor and rounding of a line that is not a spell.
 */
static void
finish(const AttendanceInput *line, AttendancePrice *price)
{
	if (!known_terms(line->factor_known, line->factor, line->rounding_known, price->reason))
		return;
	if (!inv_priced(line->units, price->unit_price, line->factor, line->rounding, &price->final))
		price->overflow = true;
}

/*
 * list_price --- the price of the line's HRG in a flat list, or a reason.
 */
static bool
list_price(const Tariff *tariff, TariffList list, int64_t group, int64_t hrg, const char *what,
		   AttendancePrice *price)
{
	const TariffPrice *found = tariff_price(tariff, list, group, hrg);
	char               code[8];

	price->kind = what;
	if (found != NULL)
		price->unit_price = amount_of(found->price);
	else if (is_zero_price(hrg))
		price->kind = PRICE_ZERO;
	else
	{
		inv_code_unpack(hrg, code);
		return no_price(price->reason, "no %s price for HRG %s", what, code);
	}
	return true;
}

/* The attendance HRGs: who was seen how, and the point of delivery that says so. */
typedef struct AttendanceKind
{
	const char *hrg;
	const char *pod;
	const char *first_attendance; /* of a contact with one professional; NULL for several */
	const char *several;          /* the HRG of the same contact with several professions */
} AttendanceKind;

static const AttendanceKind attendance_kinds[] = {
	{"WF01B", "OPFASPCL", "1", "WF02B"}, {"WF01A", "OPFUPSPCL", "2", "WF02A"},
	{"WF01D", "NF2FFA", "3", "WF02D"},   {"WF01C", "NF2FFUP", "4", "WF02C"},
	{"WF02B", "OPFAMPCL", NULL, NULL},   {"WF02A", "OPFUMPCL", NULL, NULL},
	{"WF02D", "NF2FFA", NULL, NULL},     {"WF02C", "NF2FFUP", NULL, NULL}};
#define ATTENDANCE_KINDS (sizeof(attendance_kinds) / sizeof(attendance_kinds[0]))

/*
 * procedure_as_attendance --- a procedure HRG without a price of its own is
 * paid as the attendance it was.
 *
 * The line does not say whether several professions attended; where that
 * would change the price there is none.
 */
static bool
procedure_as_attendance(const Tariff *tariff, const AttendanceInput *line, int64_t group,
						AttendancePrice *price)
{
	size_t i;
	char   code[8];

	inv_code_unpack(line->hrg, code);
	for (i = 0; i < ATTENDANCE_KINDS; i++)
	{
		const AttendanceKind *kind = &attendance_kinds[i];
		const TariffPrice    *single;
		const TariffPrice    *several;

		if (kind->first_attendance == NULL ||
			!same_text(line->first_attendance, kind->first_attendance))
			continue;
		single = tariff_price(tariff, TARIFF_ATTENDANCES, group, inv_code_pack(kind->hrg, 5));
		several = tariff_price(tariff, TARIFF_ATTENDANCES, group, inv_code_pack(kind->several, 5));
		if (single == NULL)
			break;
		if (several != NULL && several->price != single->price)
			return no_price(
				price->reason,
				"no procedure price for HRG %s, and the number of professions is missing", code);
		price->pod = kind->pod;
		price->kind = PRICE_AS_ATTENDANCE;
		price->paid_as = kind->hrg;
		price->unit_price = amount_of(single->price);
		return true;
	}
	return no_price(price->reason, "no procedure or attendance price for HRG %s", code);
}

/*
 * attended --- does the attendance pay at all? false with a reason when not known.
 */
static bool
attended(const AttendanceInput *line, AttendancePrice *price, bool *pays)
{
	char buffer[17];

	*pays = false;
	if (line->attendance_status.text == NULL)
		return no_price(price->reason, "attendance status is missing");
	if (one_of(line->attendance_status, "2 3 4 7", 1))
		return true;
	if (!one_of(line->attendance_status, "5 6", 1))
		return no_price(price->reason, "attendance status \"%s\" says neither attended nor not",
						price_quotable(line->attendance_status, buffer));
	if (line->first_attendance.text == NULL)
		return no_price(price->reason, "first attendance is missing");
	if (!one_of(line->first_attendance, "1 2 3 4 5", 1))
		return no_price(price->reason, "first attendance \"%s\" is not a known code",
						price_quotable(line->first_attendance, buffer));
	/* 5 is an administrative event */
	*pays = !same_text(line->first_attendance, "5");
	return true;
}

/*
 * attendance_price --- the unit price of an attendance that pays.
 */
static bool
attendance_price(const Tariff *tariff, const AttendanceInput *line, bool attendance,
				 AttendancePrice *price)
{
	const TariffPrice *procedure = NULL;
	int64_t            group;

	if (!attendance)
		procedure = tariff_price(tariff, TARIFF_PROCEDURES, 0, line->hrg);
	if (procedure != NULL)
	{
		price->kind = PRICE_PROCEDURE;
		price->unit_price = amount_of(procedure->price);
		return true;
	}
	if (!attendance && is_zero_price(line->hrg))
	{
		price->kind = PRICE_ZERO;
		return true;
	}
	if (line->treatment_function.text == NULL)
		return no_price(price->reason, "treatment function is missing");
	group = inv_code_pack(line->treatment_function.text, line->treatment_function.length);
	if (attendance)
		return list_price(tariff, TARIFF_ATTENDANCES, group, line->hrg, PRICE_ATTENDANCE, price);
	return procedure_as_attendance(tariff, line, group, price);
}

/*
 * price_attendance_core --- an outpatient attendance or procedure.
 */
void
price_attendance_core(const Tariff *tariff, const AttendanceInput *line, AttendancePrice *price)
{
	bool   attendance = false;
	bool   pays;
	size_t i;

	memset(price, 0, offsetof(AttendancePrice, reason));
	price->reason[0] = '\0';
	if (line->hrg == 0)
	{
		no_price(price->reason, "HRG is missing");
		return;
	}
	price->pod = "OPPROC";
	price->kind = PRICE_NOT_PAID;
	for (i = 0; i < ATTENDANCE_KINDS; i++)
	{
		if (line->hrg != inv_code_pack(attendance_kinds[i].hrg, 5))
			continue;
		attendance = true;
		price->pod = attendance_kinds[i].pod;
	}
	if (!attended(line, price, &pays) ||
		(pays && !attendance_price(tariff, line, attendance, price)))
		return;
	finish(line, price);
}

/*
 * price_emergency_core --- an emergency care attendance.
 */
void
price_emergency_core(const Tariff *tariff, const AttendanceInput *line, AttendancePrice *price)
{
	memset(price, 0, offsetof(AttendancePrice, reason));
	price->reason[0] = '\0';
	price->pod = "AE";
	if (line->hrg == 0)
		no_price(price->reason, "HRG is missing");
	else if (list_price(tariff, TARIFF_EMERGENCY, 0, line->hrg, PRICE_EMERGENCY, price))
		finish(line, price);
}

/*
 * unbundled_pod --- from the HRG's chapter; NULL for one without a point of delivery.
 */
static const char *
unbundled_pod(int64_t hrg)
{
	static const char *const pods[][2] = {{"XA", "UNBNCC"},  {"XB", "UNBPCC"},   {"XC", "UNBACC"},
										  {"XD", "DRUG"},    {"SB", "UNBCHEMO"}, {"SC", "UNBRTHPY"},
										  {"SD", "UNBPALL"}, {"RD", "UNBRAD"},   {"RN", "UNBRAD"},
										  {"VC", "UNBREHAB"}};
	char                     code[8];
	size_t                   i;

	inv_code_unpack(hrg, code);
	for (i = 0; i < sizeof(pods) / sizeof(pods[0]); i++)
		if (memcmp(code, pods[i][0], 2) == 0)
			return pods[i][1];
	return NULL;
}

/*
 * price_unbundled_core --- units of an unbundled HRG.
 */
void
price_unbundled_core(const Tariff *tariff, const AttendanceInput *line, AttendancePrice *price)
{
	memset(price, 0, offsetof(AttendancePrice, reason));
	price->reason[0] = '\0';
	if (line->hrg == 0)
	{
		no_price(price->reason, "HRG is missing");
		return;
	}
	price->pod = unbundled_pod(line->hrg);
	if (!line->units_known)
		no_price(price->reason, "units are missing");
	else if (line->units.value < 0)
		no_price(price->reason, "units are negative");
	else if (list_price(tariff, TARIFF_UNBUNDLED, 0, line->hrg, PRICE_UNBUNDLED, price))
		finish(line, price);
}

/*
 * price_pathway_core --- a module of the maternity pathway at a level of need.
 */
void
price_pathway_core(const Tariff *tariff, const PathwayInput *line, AttendancePrice *price)
{
	static const char *const pods[][2] = {
		{"antenatal", "MATPATHAN"}, {"delivery", "MATPATHDEL"}, {"postnatal", "MATPATHPN"}};
	const TariffPathway *found;
	AttendanceInput      terms = {0};
	char                 one[17];
	char                 two[17];
	size_t               i;

	memset(price, 0, offsetof(AttendancePrice, reason));
	price->reason[0] = '\0';
	price->kind = PRICE_PATHWAY;
	if (line->module.text == NULL)
	{
		no_price(price->reason, "module of the pathway is missing");
		return;
	}
	for (i = 0; i < sizeof(pods) / sizeof(pods[0]); i++)
		if (same_text(line->module, pods[i][0]))
			price->pod = pods[i][1];
	if (price->pod == NULL)
	{
		no_price(price->reason, "\"%s\" is no module of the pathway",
				 price_quotable(line->module, one));
		return;
	}
	if (line->level.text == NULL)
	{
		no_price(price->reason, "level of the pathway is missing");
		return;
	}
	found = tariff_pathway(tariff, line->module.text, line->module.length, line->level.text,
						   line->level.length);
	if (found == NULL)
	{
		no_price(price->reason, "no %s price for level %s", price_quotable(line->module, one),
				 price_quotable(line->level, two));
		return;
	}
	price->unit_price = amount_of(found->price);
	terms.units = inv_decimal(1, 0);
	terms.factor_known = line->factor_known;
	terms.factor = line->factor;
	terms.rounding_known = line->rounding_known;
	terms.rounding = line->rounding;
	finish(&terms, price);
}

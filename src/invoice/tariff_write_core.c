/*-------------------------------------------------------------------------
 *
 * tariff_write_core.c
 *	  Writing a price list as JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/tariff_rows_core.h"

#include <stdio.h>
#include <string.h>

/*
 * write_amount --- ,"key":1234.5 unless there is none.
 */
static void
write_amount(JsonBuffer *out, const char *key, int64_t amount)
{
	char number[INV_TEXT_SIZE];

	if (amount == TARIFF_NONE)
		return;
	json_write(out, ",\"");
	json_write(out, key);
	json_write(out, "\":");
	inv_to_text(inv_decimal(amount, TARIFF_SCALE), 0, number);
	json_write(out, number);
}

/*
 * write_count --- ,"key":17 unless there is none.
 */
static void
write_count(JsonBuffer *out, const char *key, int32_t count)
{
	char text[64];

	if (count < 0)
		return;
	snprintf(text, sizeof(text), ",\"%s\":%d", key, count);
	json_write(out, text);
}

/*
 * write_code --- {"hrg":"AA22C", ...
 */
static void
write_code(JsonBuffer *out, const char *key, int64_t code)
{
	char text[8];

	json_write(out, key);
	json_write_string(out, text, inv_code_unpack(code, text));
}

/*
 * write_spells --- the rows of $.spells.
 */
static void
write_spells(const Tariff *tariff, JsonBuffer *out)
{
	uint32_t i;

	for (i = 0; i < tariff->spells; i++)
	{
		const TariffSpell *row = tariff_spell_rows(tariff) + i;

		write_code(out, i == 0 ? "{\"hrg\":" : ",{\"hrg\":", tariff_spell_keys(tariff)[i]);
		write_amount(out, "combined", row->combined);
		write_amount(out, "day_case", row->day_case);
		write_amount(out, "elective", row->elective);
		write_amount(out, "non_elective", row->non_elective);
		write_count(out, "elective_trim", row->elective_trim);
		write_count(out, "non_elective_trim", row->non_elective_trim);
		write_amount(out, "per_day", row->per_day);
		write_amount(out, "short_stay_price", row->short_stay_price);
		write_amount(out, "short_stay_percent", row->short_stay_percent);
		write_amount(out, "best_practice", row->best_practice);
		write_amount(out, "best_practice_base", row->best_practice_base);
		json_write(out, "}");
	}
}

/*
 * write_list --- the rows of a flat list.
 */
static void
write_list(const Tariff *tariff, TariffList list, JsonBuffer *out)
{
	uint32_t i;

	for (i = 0; i < tariff->lists[list]; i++)
	{
		const TariffPrice *row = tariff_list_rows(tariff, list) + i;

		json_write(out, i == 0 ? "{" : ",{");
		if (list == TARIFF_ATTENDANCES)
		{
			write_code(out, "\"treatment_function\":", row->group);
			json_write(out, ",");
		}
		write_code(out, "\"hrg\":", row->hrg);
		write_amount(out, "price", row->price);
		json_write(out, "}");
	}
}

/*
 * write_head --- everything before the lists.
 */
static void
write_head(const Tariff *tariff, JsonBuffer *out)
{
	static const char *const keys[] = {
		"{\"name\":", ",\"version\":", ",\"financial_year\":", ",\"currency\":"};
	char rule[160];
	int  i;

	for (i = 0; i < TARIFF_TEXTS; i++)
	{
		json_write(out, keys[i]);
		json_write_string(out, tariff_text(tariff, i), tariff->texts[i]);
	}
	json_write(out, tariff->synthetic ? ",\"synthetic\":true" : ",\"synthetic\":false");
	if (tariff->short_stay_days >= 0)
	{
		snprintf(rule, sizeof(rule), ",\"short_stay\":{\"max_days\":%d,\"min_age\":%d%s}",
				 tariff->short_stay_days, tariff->short_stay_age,
				 tariff->short_stay_actual ? ",\"length_of_stay\":\"actual\"" : "");
		json_write(out, rule);
	}
	if (tariff->transfers_elective)
		json_write(out, ",\"admission_method_81\":\"EL\"");
	if (!tariff_whole_year(tariff))
	{
		char from[TARIFF_DAY_SIZE];
		char to[TARIFF_DAY_SIZE];

		tariff_day_text(tariff, tariff->first_day, from);
		tariff_day_text(tariff, tariff->last_day, to);
		snprintf(rule, sizeof(rule), ",\"valid_from\":\"%s\",\"valid_to\":\"%s\"", from, to);
		json_write(out, rule);
	}
}

/*
 * write_pathways --- the rows of $.pathways; lists without any do not name them.
 */
static void
write_pathways(const Tariff *tariff, JsonBuffer *out)
{
	uint32_t i;

	if (tariff->pathways == 0)
		return;
	json_write(out, ",\"pathways\":[");
	for (i = 0; i < tariff->pathways; i++)
	{
		const TariffPathway *row = tariff_pathway_rows(tariff) + i;

		json_write(out, i == 0 ? "{\"module\":" : ",{\"module\":");
		json_write_string(out, row->module, strlen(row->module));
		json_write(out, ",\"level\":");
		json_write_string(out, row->level, strlen(row->level));
		write_amount(out, "price", row->price);
		json_write(out, "}");
	}
	json_write(out, "]");
}

/*
 * tariff_write --- the JSON form: keys in a fixed order, rows sorted by code.
 *
 * tariff_compile of the result is the same value, byte for byte.
 */
void
tariff_write(const Tariff *tariff, JsonBuffer *out)
{
	uint32_t i;
	int      list;

	write_head(tariff, out);
	json_write(out, ",\"spells\":[");
	write_spells(tariff, out);
	for (list = 0; list < TARIFF_LISTS; list++)
	{
		json_write(out, "],\"");
		json_write(out, tariff_list_names[list]);
		json_write(out, "\":[");
		write_list(tariff, list, out);
	}
	json_write(out, "],\"top_ups\":[");
	for (i = 0; i < tariff->top_ups; i++)
	{
		const TariffTopUp *row = tariff_top_up_rows(tariff) + i;

		json_write(out, i == 0 ? "{\"code\":" : ",{\"code\":");
		json_write_string(out, row->code, strlen(row->code));
		write_amount(out, "percent", row->percent);
		json_write(out, "}");
	}
	json_write(out, "]");
	write_pathways(tariff, out);
	json_write(out, "}");
}

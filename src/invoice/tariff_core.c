/*-------------------------------------------------------------------------
 *
 * tariff_core.c
 *	  A price list valid in one financial year or a part of it, as one flat value.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/tariff_rows_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const tariff_list_names[TARIFF_LISTS] = {"attendances", "procedures", "emergency",
													 "unbundled"};

/*
 * inv_code_pack --- the word of a code; 0 when it is empty or longer than
 * seven bytes.
 */
int64_t
inv_code_pack(const char *text, size_t length)
{
	uint64_t word = 0;
	size_t   i;

	if (length > 7)
		return 0;
	for (i = 0; i < length; i++)
		word |= (uint64_t) (unsigned char) text[i] << (56 - 8 * i);
	return (int64_t) word;
}

/*
 * inv_code_unpack --- writes the code with a NUL (8 bytes at most); returns its length.
 */
int
inv_code_unpack(int64_t code, char *text)
{
	int n = 0;

	while (n < 7 && ((uint64_t) code >> (56 - 8 * n) & 0xFF) != 0)
	{
		text[n] = (char) ((uint64_t) code >> (56 - 8 * n) & 0xFF);
		n++;
	}
	text[n] = '\0';
	return n;
}

/*
 * days_from_civil --- days since 2000-01-01 in the Gregorian calendar, from 1 March on.
 */
static int32_t
days_from_civil(int year, int month, int day)
{
	int y = month > 2 ? year : year - 1;
	int m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 730425;
}

/*
 * inv_date_from_text --- YYYY-MM-DD, years 0001 to 9999.
 */
bool
inv_date_from_text(const char *text, size_t length, int32_t *date)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int              part[3] = {0, 0, 0};
	int              field = 0;
	size_t           i;

	if (length != 10)
		return false;
	for (i = 0; i < length; i++)
	{
		if (i == 4 || i == 7)
		{
			if (text[i] != '-')
				return false;
			field++;
		}
		else if (text[i] < '0' || text[i] > '9')
			return false;
		else
			part[field] = part[field] * 10 + (text[i] - '0');
	}
	if (part[0] < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > days[part[1] - 1])
		return false;
	if (part[1] == 2 && part[2] == 29 &&
		(part[0] % 4 != 0 || (part[0] % 100 == 0 && part[0] % 400 != 0)))
		return false;
	*date = days_from_civil(part[0], part[1], part[2]);
	return true;
}

/*
 * inv_json_number --- an exact number.
 */
bool
inv_json_number(JsonReader *json, InvDecimal *value)
{
	const char *text;
	size_t      length;

	if (!json_number(json, &text, &length))
		return false;
	if (json->p < json->end && *json->p >= '0' && *json->p <= '9')
		return json_fail(json, JSON_BAD_TEXT, "a number does not begin with 0");
	/* what goes on like a number is taken for a bad one */
	if ((json->p < json->end && memchr("+-.eE", *json->p, 5) != NULL) ||
		!inv_from_text(text, length, value))
		return json_fail(json, JSON_BAD_TEXT, "expected a number of at most 38 digits");
	return true;
}

/*
 * inv_fingerprint --- 128 bits that tell two values apart; part of the stored format.
 */
void
inv_fingerprint(const void *data, size_t length, uint64_t fingerprint[2])
{
	const unsigned char *bytes = data;
	uint64_t             a = UINT64_C(0xcbf29ce484222325);
	uint64_t             b = UINT64_C(0x9e3779b97f4a7c15) ^ length;
	size_t               i;

	for (i = 0; i < length; i++)
	{
		a = (a ^ bytes[i]) * UINT64_C(0x100000001b3);
		b = (b + bytes[i]) * UINT64_C(0xbf58476d1ce4e5b9);
		b ^= b >> 29;
	}
	fingerprint[0] = a;
	fingerprint[1] = b;
}

/*
 * tariff_text --- one of the four texts, with its NUL.
 */
const char *
tariff_text(const Tariff *tariff, TariffText which)
{
	const char *text = (const char *) (tariff_pathway_rows(tariff) + tariff->pathways);
	int         i;

	for (i = 0; i < (int) which; i++)
		text += tariff->texts[i] + 1;
	return text;
}

/*
 * tariff_spell --- the row of an HRG, NULL when the list has none.
 */
const TariffSpell *
tariff_spell(const Tariff *tariff, int64_t hrg)
{
	const int64_t *keys = tariff_spell_keys(tariff);
	uint32_t       low = 0;
	uint32_t       high = tariff->spells;

	while (low < high)
	{
		uint32_t middle = (low + high) / 2;

		if (keys[middle] < hrg)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tariff->spells && keys[low] == hrg ? tariff_spell_rows(tariff) + low : NULL;
}

/*
 * tariff_compare_prices --- order of the flat price lists.
 */
int
tariff_compare_prices(const void *a, const void *b)
{
	const TariffPrice *left = a;
	const TariffPrice *right = b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	return (left->hrg > right->hrg) - (left->hrg < right->hrg);
}

/*
 * tariff_price --- the row of an HRG in a list, NULL when there is none.
 */
const TariffPrice *
tariff_price(const Tariff *tariff, TariffList list, int64_t group, int64_t hrg)
{
	TariffPrice wanted = {group, hrg, 0};

	if (tariff->lists[list] == 0)
		return NULL;
	return bsearch(&wanted, tariff_list_rows(tariff, list), tariff->lists[list],
				   sizeof(TariffPrice), tariff_compare_prices);
}

/*
 * tariff_compare_top_ups --- order of the top-ups.
 */
int
tariff_compare_top_ups(const void *a, const void *b)
{
	return strcmp(((const TariffTopUp *) a)->code, ((const TariffTopUp *) b)->code);
}

/*
 * tariff_top_up --- the top-up of a code, NULL when there is none.
 */
const TariffTopUp *
tariff_top_up(const Tariff *tariff, const char *code, size_t length)
{
	TariffTopUp wanted = {{0}, 0};

	if (tariff->top_ups == 0 || length >= TARIFF_CODE_SIZE)
		return NULL;
	memcpy(wanted.code, code, length);
	return bsearch(&wanted, tariff_top_up_rows(tariff), tariff->top_ups, sizeof(TariffTopUp),
				   tariff_compare_top_ups);
}

/*
 * tariff_compare_pathways --- order of the pathway modules.
 */
int
tariff_compare_pathways(const void *a, const void *b)
{
	const TariffPathway *left = a;
	const TariffPathway *right = b;
	int                  order = strcmp(left->module, right->module);

	return order != 0 ? order : strcmp(left->level, right->level);
}

/*
 * tariff_pathway --- a module at a level, NULL when there is none.
 */
const TariffPathway *
tariff_pathway(const Tariff *tariff, const char *module, size_t module_length, const char *level,
			   size_t level_length)
{
	TariffPathway wanted = {{0}, {0}, 0};

	if (tariff->pathways == 0 || module_length >= TARIFF_CODE_SIZE ||
		level_length >= TARIFF_CODE_SIZE)
		return NULL;
	memcpy(wanted.module, module, module_length);
	memcpy(wanted.level, level, level_length);
	return bsearch(&wanted, tariff_pathway_rows(tariff), tariff->pathways, sizeof(TariffPathway),
				   tariff_compare_pathways);
}

/*
 * tariff_year_bounds --- first and last day of the financial year that a list is of.
 */
void
tariff_year_bounds(const char *financial_year, int32_t *first_day, int32_t *last_day)
{
	int year = atoi(financial_year);

	*first_day = days_from_civil(year, 4, 1);
	*last_day = days_from_civil(year + 1, 3, 31);
}

/*
 * tariff_whole_year --- is the list valid in all of its financial year?
 */
bool
tariff_whole_year(const Tariff *tariff)
{
	int32_t first_day;
	int32_t last_day;

	tariff_year_bounds(tariff_text(tariff, TARIFF_YEAR), &first_day, &last_day);
	return tariff->first_day == first_day && tariff->last_day == last_day;
}

/*
 * tariff_day_text --- YYYY-MM-DD of a day of the list's financial year.
 */
void
tariff_day_text(const Tariff *tariff, int32_t date, char text[TARIFF_DAY_SIZE])
{
	int year = atoi(tariff_text(tariff, TARIFF_YEAR));
	int month = 4;

	/* the last month that begins on the day or before */
	while (month < 15 && days_from_civil(year + month / 12, month % 12 + 1, 1) <= date)
		month++;
	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	snprintf(text, TARIFF_DAY_SIZE, "%04d-%02d-%02d", year, month,
			 date - days_from_civil(year, month, 1) + 1);
}

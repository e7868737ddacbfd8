/*-------------------------------------------------------------------------
 *
 * tariff_core.c
 *	  A price list valid in one financial year or a part of it, as one flat value.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/tariff_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const list_names[] = {"attendances", "procedures", "emergency", "unbundled"};

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

/* Where the arrays stand; see the layout in the header. */
static const int64_t *
spell_keys(const Tariff *tariff)
{
	return (const int64_t *) (tariff + 1);
}

static const TariffSpell *
spell_rows(const Tariff *tariff)
{
	return (const TariffSpell *) (spell_keys(tariff) + tariff->spells);
}

static const TariffPrice *
list_rows(const Tariff *tariff, TariffList list)
{
	const TariffPrice *rows = (const TariffPrice *) (spell_rows(tariff) + tariff->spells);
	int                i;

	for (i = 0; i < (int) list; i++)
		rows += tariff->lists[i];
	return rows;
}

static const TariffTopUp *
top_up_rows(const Tariff *tariff)
{
	return (const TariffTopUp *) list_rows(tariff, TARIFF_LISTS);
}

static const TariffPathway *
pathway_rows(const Tariff *tariff)
{
	return (const TariffPathway *) (top_up_rows(tariff) + tariff->top_ups);
}

/*
 * tariff_text --- one of the four texts, with its NUL.
 */
const char *
tariff_text(const Tariff *tariff, TariffText which)
{
	const char *text = (const char *) (pathway_rows(tariff) + tariff->pathways);
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
	const int64_t *keys = spell_keys(tariff);
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
	return low < tariff->spells && keys[low] == hrg ? spell_rows(tariff) + low : NULL;
}

/*
 * compare_prices --- order of the flat price lists.
 */
static int
compare_prices(const void *a, const void *b)
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
	return bsearch(&wanted, list_rows(tariff, list), tariff->lists[list], sizeof(TariffPrice),
				   compare_prices);
}

/*
 * compare_top_ups --- order of the top-ups.
 */
static int
compare_top_ups(const void *a, const void *b)
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
	return bsearch(&wanted, top_up_rows(tariff), tariff->top_ups, sizeof(TariffTopUp),
				   compare_top_ups);
}

/*
 * compare_pathways --- order of the pathway modules.
 */
static int
compare_pathways(const void *a, const void *b)
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
	return bsearch(&wanted, pathway_rows(tariff), tariff->pathways, sizeof(TariffPathway),
				   compare_pathways);
}

/*
 * year_bounds --- first and last day of the financial year that a list is of.
 */
static void
year_bounds(const char *financial_year, int32_t *first_day, int32_t *last_day)
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

	year_bounds(tariff_text(tariff, TARIFF_YEAR), &first_day, &last_day);
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

/* What tariff_compile has read so far. */
typedef struct SpellRow
{
	int64_t     hrg;
	TariffSpell row;
} SpellRow;

typedef struct Reading
{
	JsonReader json;
	Tariff     head;
	JsonBuffer texts[TARIFF_TEXTS];
	JsonBuffer spells;
	JsonBuffer lists[TARIFF_LISTS];
	JsonBuffer top_ups;
	JsonBuffer pathways;
	JsonBuffer scratch;
	bool       from_given;
	bool       to_given;
	int32_t    valid_from;
	int32_t    valid_to;
} Reading;

/*
 * read_short_text --- a string of 1 to most bytes into scratch.
 */
static bool
read_short_text(Reading *r, size_t most, const char **text, size_t *length)
{
	r->scratch.length = 0;
	if (!json_short_string(&r->json, &r->scratch, most, length))
		return false;
	*text = r->scratch.data;
	return true;
}

/*
 * read_hrg --- two letters, two digits, a letter.
 */
static bool
read_hrg(Reading *r, int64_t *hrg)
{
	const char *text;
	size_t      length;

	r->scratch.length = 0;
	if (!json_string(&r->json, &r->scratch, &length))
		return false;
	text = r->scratch.data;
	if (length != 5 || text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' || text[1] > 'Z' ||
		text[2] < '0' || text[2] > '9' || text[3] < '0' || text[3] > '9' || text[4] < 'A' ||
		text[4] > 'Z')
		return json_fail(&r->json, JSON_BAD_TEXT, "expected an HRG code such as AA22C");
	*hrg = inv_code_pack(text, length);
	return true;
}

/*
 * read_amount --- a price or percentage that is not negative, or null.
 */
static bool
read_amount(Reading *r, bool may_be_null, int64_t *amount)
{
	InvDecimal value;

	if (may_be_null && json_null(&r->json))
		return true;
	if (!inv_json_number(&r->json, &value))
		return false;
	if (!inv_to_int64(value, TARIFF_SCALE, amount))
		return json_fail(&r->json, JSON_OUT_OF_RANGE,
						 "expected an amount with at most %d decimals and 12 digits before them",
						 TARIFF_SCALE);
	if (*amount < 0)
		return json_fail(&r->json, JSON_BAD_TEXT, "expected an amount that is not negative");
	return true;
}

/*
 * read_count --- a whole number from 0 to most, or null.
 */
static bool
read_count(Reading *r, bool may_be_null, int32_t most, int32_t *count)
{
	InvDecimal value;
	int64_t    whole;

	if (may_be_null && json_null(&r->json))
		return true;
	if (!inv_json_number(&r->json, &value))
		return false;
	if (!inv_to_int64(value, 0, &whole) || whole < 0 || whole > most)
		return json_fail(&r->json, JSON_BAD_TEXT, "expected a whole number from 0 to %d", most);
	*count = (int32_t) whole;
	return true;
}

/*
 * read_spell --- one row of $.spells.
 */
static bool
read_spell(Reading *r)
{
	static const char *const names[] = {"hrg",
										"elective_trim",
										"non_elective_trim",
										"combined",
										"day_case",
										"elective",
										"non_elective",
										"per_day",
										"short_stay_price",
										"short_stay_percent",
										"best_practice",
										"best_practice_base"};
	SpellRow                 spell;
	int64_t                 *amounts[] = {
						&spell.row.combined,           &spell.row.day_case,      &spell.row.elective,
						&spell.row.non_elective,       &spell.row.per_day,       &spell.row.short_stay_price,
						&spell.row.short_stay_percent, &spell.row.best_practice, &spell.row.best_practice_base};
	unsigned seen = 0;
	int      i;

	memset(&spell, 0, sizeof(spell));
	for (i = 0; i < (int) (sizeof(amounts) / sizeof(amounts[0])); i++)
		*amounts[i] = TARIFF_NONE;
	spell.row.elective_trim = spell.row.non_elective_trim = -1;
	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int key = json_key_index(&r->json, names, sizeof(names) / sizeof(names[0]));

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key == 0   ? !read_hrg(r, &spell.hrg)
			: key == 1 ? !read_count(r, true, 100000, &spell.row.elective_trim)
			: key == 2 ? !read_count(r, true, 100000, &spell.row.non_elective_trim)
					   : !read_amount(r, true, amounts[key - 3]))
			return false;
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if (spell.hrg == 0)
		return json_fail(&r->json, JSON_BAD_TEXT, "\"hrg\" is missing");
	if (spell.row.short_stay_price != TARIFF_NONE && spell.row.short_stay_percent != TARIFF_NONE)
		return json_fail(
			&r->json, JSON_BAD_TEXT,
			"expected either \"short_stay_price\" or \"short_stay_percent\", not both");
	json_buffer_add(&r->spells, &spell, sizeof(spell));
	return true;
}

/*
 * read_price --- one row of a flat price list.
 */
static bool
read_price(Reading *r, TariffList list)
{
	static const char *const names[] = {"hrg", "price", "treatment_function"};
	TariffPrice              price = {0, 0, TARIFF_NONE};
	bool                     grouped = list == TARIFF_ATTENDANCES;
	unsigned                 seen = 0;

	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int         key = json_key_index(&r->json, names, grouped ? 3 : 2);
		const char *text;
		size_t      length;

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key == 0   ? !read_hrg(r, &price.hrg)
			: key == 1 ? !read_amount(r, false, &price.price)
					   : !read_short_text(r, 7, &text, &length))
			return false;
		if (key == 2)
			price.group = inv_code_pack(text, length);
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if (price.hrg == 0 || price.price == TARIFF_NONE || (grouped && price.group == 0))
		return json_fail(&r->json, JSON_BAD_TEXT, "expected %s\"hrg\" and \"price\"",
						 grouped ? "\"treatment_function\", " : "");
	json_buffer_add(&r->lists[list], &price, sizeof(price));
	return true;
}

/*
 * read_top_up --- one row of $.top_ups.
 */
static bool
read_top_up(Reading *r)
{
	static const char *const names[] = {"code", "percent"};
	TariffTopUp              top_up = {{0}, TARIFF_NONE};
	unsigned                 seen = 0;

	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int         key = json_key_index(&r->json, names, 2);
		const char *text;
		size_t      length = 0;

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key == 0 ? !read_short_text(r, TARIFF_CODE_SIZE - 1, &text, &length)
					 : !read_amount(r, false, &top_up.percent))
			return false;
		if (key == 0)
			memcpy(top_up.code, text, length);
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if (top_up.code[0] == '\0' || top_up.percent == TARIFF_NONE)
		return json_fail(&r->json, JSON_BAD_TEXT, "expected \"code\" and \"percent\"");
	json_buffer_add(&r->top_ups, &top_up, sizeof(top_up));
	return true;
}

/*
 * read_pathway --- one row of $.pathways.
 */
static bool
read_pathway(Reading *r)
{
	static const char *const names[] = {"module", "level", "price"};
	TariffPathway            pathway = {{0}, {0}, TARIFF_NONE};
	unsigned                 seen = 0;

	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int         key = json_key_index(&r->json, names, 3);
		const char *text;
		size_t      length = 0;

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key == 2 ? !read_amount(r, false, &pathway.price)
					 : !read_short_text(r, TARIFF_CODE_SIZE - 1, &text, &length))
			return false;
		if (key != 2)
			memcpy(key == 0 ? pathway.module : pathway.level, text, length);
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if (pathway.module[0] == '\0' || pathway.level[0] == '\0' || pathway.price == TARIFF_NONE)
		return json_fail(&r->json, JSON_BAD_TEXT, "expected \"module\", \"level\" and \"price\"");
	json_buffer_add(&r->pathways, &pathway, sizeof(pathway));
	return true;
}

/*
 * read_day --- a date such as 2024-10-01.
 */
static bool
read_day(Reading *r, bool *given, int32_t *day)
{
	const char *text;
	size_t      length;

	if (!read_short_text(r, 10, &text, &length))
		return false;
	if (!inv_date_from_text(text, length, day))
		return json_fail(&r->json, JSON_BAD_TEXT, "expected a date such as 2024-10-01");
	*given = true;
	return true;
}

/*
 * read_short_stay --- the rule for reduced short stay emergency prices, or null.
 */
static bool
read_short_stay(Reading *r)
{
	static const char *const names[] = {"max_days", "min_age", "length_of_stay"};
	unsigned                 seen = 0;
	const char              *text;
	size_t                   length;

	if (json_null(&r->json))
		return true;
	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int key = json_key_index(&r->json, names, 3);

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key == 0   ? !read_count(r, false, 1000, &r->head.short_stay_days)
			: key == 1 ? !read_count(r, false, 200, &r->head.short_stay_age)
					   : !read_short_text(r, 8, &text, &length))
			return false;
		if (key == 2)
		{
			r->head.short_stay_actual = strcmp(text, "actual") == 0;
			if (!r->head.short_stay_actual && strcmp(text, "adjusted") != 0)
				return json_fail(&r->json, JSON_BAD_TEXT, "expected \"adjusted\" or \"actual\"");
		}
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if ((seen & 3u) != 3u)
		return json_fail(&r->json, JSON_BAD_TEXT, "expected \"max_days\" and \"min_age\"");
	return true;
}

/*
 * read_year --- a financial year such as 2024/25, April to March.
 */
static bool
read_year(Reading *r)
{
	const char *text = r->texts[TARIFF_YEAR].data;
	int         year = 0;
	int         i;

	if (r->texts[TARIFF_YEAR].length != 8 || text[4] != '/')
		return json_fail(&r->json, JSON_BAD_TEXT, "expected a financial year such as 2024/25");
	for (i = 0; i < 7; i++)
	{
		if (i == 4)
			continue;
		if (text[i] < '0' || text[i] > '9')
			return json_fail(&r->json, JSON_BAD_TEXT, "expected a financial year such as 2024/25");
		if (i < 4)
			year = year * 10 + (text[i] - '0');
	}
	if (year < 1990 || (year + 1) % 100 != (text[5] - '0') * 10 + (text[6] - '0'))
		return json_fail(&r->json, JSON_BAD_TEXT, "expected a financial year such as 2024/25");
	year_bounds(text, &r->head.first_day, &r->head.last_day);
	return true;
}

/*
 * read_text --- one of the texts of the head.
 */
static bool
read_text(Reading *r, TariffText which)
{
	size_t length;

	if (!json_short_string(&r->json, &r->texts[which], 200, &length))
		return false;
	return which != TARIFF_YEAR || read_year(r);
}

/*
 * read_rows --- an array of rows: $.spells, a flat list, $.top_ups or $.pathways.
 */
static bool
read_rows(Reading *r, int list)
{
	if (!json_enter(&r->json, '['))
		return false;
	while (json_next(&r->json))
		if (list < 0               ? !read_spell(r)
			: list < TARIFF_LISTS  ? !read_price(r, list)
			: list == TARIFF_LISTS ? !read_top_up(r)
								   : !read_pathway(r))
			return false;
	return r->json.error->fault == JSON_OK;
}

/*
 * apply_validity --- narrows the year to the days that the list is for.
 */
static bool
apply_validity(Reading *r)
{
	int32_t from = r->from_given ? r->valid_from : r->head.first_day;
	int32_t to = r->to_given ? r->valid_to : r->head.last_day;

	if (from < r->head.first_day || to > r->head.last_day || from > to)
		return json_fail(&r->json, JSON_BAD_TEXT,
						 "expected \"valid_from\" and \"valid_to\" in order and within the "
						 "financial year");
	r->head.first_day = from;
	r->head.last_day = to;
	return true;
}

/*
 * read_head --- the whole object.
 */
static bool
read_head(Reading *r)
{
	static const char *const names[] = {
		"name",        "version",    "financial_year",      "currency",
		"synthetic",   "short_stay", "admission_method_81", "spells",
		"attendances", "procedures", "emergency",           "unbundled",
		"top_ups",     "pathways",   "valid_from",          "valid_to"};
	unsigned seen = 0;

	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int         key = json_key_index(&r->json, names, sizeof(names) / sizeof(names[0]));
		const char *text;
		size_t      length;
		bool        synthetic;

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key < TARIFF_TEXTS)
		{
			if (!read_text(r, key))
				return false;
		}
		else if (key == 4)
		{
			if (!json_bool(&r->json, &synthetic))
				return false;
			r->head.synthetic = synthetic;
		}
		else if (key == 5)
		{
			if (!read_short_stay(r))
				return false;
		}
		else if (key == 6)
		{
			if (!read_short_text(r, 5, &text, &length))
				return false;
			r->head.transfers_elective = strcmp(text, "EL") == 0;
			if (!r->head.transfers_elective && strcmp(text, "NELNE") != 0)
				return json_fail(&r->json, JSON_BAD_TEXT, "expected \"EL\" or \"NELNE\"");
		}
		else if (key == 14)
		{
			if (!read_day(r, &r->from_given, &r->valid_from))
				return false;
		}
		else if (key == 15)
		{
			if (!read_day(r, &r->to_given, &r->valid_to))
				return false;
		}
		else if (!read_rows(r, key - 8))
			return false;
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if ((seen & 15u) != 15u)
		return json_fail(&r->json, JSON_BAD_TEXT,
						 "expected \"name\", \"version\", \"financial_year\" and \"currency\"");
	return apply_validity(r) && json_end(&r->json);
}

/*
 * compare_spells --- order of the spell rows.
 */
static int
compare_spells(const void *a, const void *b)
{
	int64_t left = ((const SpellRow *) a)->hrg;
	int64_t right = ((const SpellRow *) b)->hrg;

	return (left > right) - (left < right);
}

/*
 * sort_rows --- sorts one array and refuses equal keys, naming the first.
 */
static bool
sort_rows(Reading *r, JsonBuffer *rows, size_t width, int (*compare)(const void *, const void *),
		  const char *name)
{
	size_t count = rows->length / width;
	size_t i;
	char   code[TARIFF_CODE_SIZE];

	if (count == 0)
		return true;
	qsort(rows->data, count, width, compare);
	for (i = 1; i < count; i++)
	{
		const char *row = rows->data + i * width;

		if (compare(row - width, row) != 0)
			continue;
		if (compare == compare_top_ups)
			return json_fail(&r->json, JSON_BAD_TEXT, "\"%s\" holds \"%s\" twice", name,
							 ((const TariffTopUp *) row)->code);
		if (compare == compare_pathways)
			return json_fail(&r->json, JSON_BAD_TEXT, "\"%s\" holds \"%s\" \"%s\" twice", name,
							 ((const TariffPathway *) row)->module,
							 ((const TariffPathway *) row)->level);
		inv_code_unpack(compare == compare_spells ? ((const SpellRow *) row)->hrg
												  : ((const TariffPrice *) row)->hrg,
						code);
		return json_fail(&r->json, JSON_BAD_TEXT, "\"%s\" holds \"%s\" twice", name, code);
	}
	return true;
}

/*
 * check_short_stay --- a short stay price without a short stay rule would never be used.
 */
static bool
check_short_stay(Reading *r)
{
	const SpellRow *spells = (const SpellRow *) r->spells.data;
	uint32_t        i;
	char            code[8];

	if (r->head.short_stay_days >= 0)
		return true;
	for (i = 0; i < r->head.spells; i++)
	{
		if (spells[i].row.short_stay_price == TARIFF_NONE &&
			spells[i].row.short_stay_percent == TARIFF_NONE)
			continue;
		inv_code_unpack(spells[i].hrg, code);
		return json_fail(&r->json, JSON_BAD_TEXT,
						 "\"%s\" has a short stay price but there is no \"short_stay\" rule", code);
	}
	return true;
}

/*
 * assemble --- joins the sorted parts into the flat value.
 */
static bool
assemble(Reading *r, JsonBuffer *out)
{
	const SpellRow *spells;
	Tariff         *tariff;
	size_t          start = out->length;
	uint32_t        i;
	int             list;

	r->head.version = TARIFF_VERSION;
	r->head.spells = r->spells.length / sizeof(SpellRow);
	r->head.top_ups = r->top_ups.length / sizeof(TariffTopUp);
	r->head.pathways = r->pathways.length / sizeof(TariffPathway);
	if (!sort_rows(r, &r->spells, sizeof(SpellRow), compare_spells, "spells") ||
		!sort_rows(r, &r->top_ups, sizeof(TariffTopUp), compare_top_ups, "top_ups") ||
		!sort_rows(r, &r->pathways, sizeof(TariffPathway), compare_pathways, "pathways") ||
		!check_short_stay(r))
		return false;
	for (list = 0; list < TARIFF_LISTS; list++)
	{
		r->head.lists[list] = r->lists[list].length / sizeof(TariffPrice);
		if (!sort_rows(r, &r->lists[list], sizeof(TariffPrice), compare_prices, list_names[list]))
			return false;
	}
	for (i = 0; i < TARIFF_TEXTS; i++)
		r->head.texts[i] = r->texts[i].length - 1;
	json_buffer_add(out, &r->head, sizeof(r->head));
	spells = (const SpellRow *) r->spells.data;
	for (i = 0; i < r->head.spells; i++)
		json_buffer_add(out, &spells[i].hrg, sizeof(int64_t));
	for (i = 0; i < r->head.spells; i++)
		json_buffer_add(out, &spells[i].row, sizeof(TariffSpell));
	for (list = 0; list < TARIFF_LISTS; list++)
		json_buffer_add(out, r->lists[list].data, r->lists[list].length);
	json_buffer_add(out, r->top_ups.data, r->top_ups.length);
	json_buffer_add(out, r->pathways.data, r->pathways.length);
	for (i = 0; i < TARIFF_TEXTS; i++)
		json_buffer_add(out, r->texts[i].data, r->texts[i].length);
	if (out->length - start > TARIFF_MAX_BYTES)
		return json_fail(&r->json, JSON_TOO_LARGE, "a tariff holds at most %d bytes",
						 TARIFF_MAX_BYTES);
	tariff = (Tariff *) (out->data + start);
	tariff->size = (uint32_t) (out->length - start);
	inv_fingerprint((const char *) tariff + offsetof(Tariff, size),
					tariff->size - offsetof(Tariff, size), tariff->fingerprint);
	return true;
}

/*
 * tariff_compile --- reads the JSON form and appends the flat value to out,
 * which must be empty; false with error set when the text is no tariff.
 */
bool
tariff_compile(const char *json, size_t length, bool utf8, JsonBuffer *out, JsonError *error)
{
	Reading r;
	int     i;
	bool    good;

	memset(&r, 0, sizeof(r));
	r.head.short_stay_days = -1;
	r.spells.resize = r.top_ups.resize = r.pathways.resize = r.scratch.resize = out->resize;
	for (i = 0; i < TARIFF_TEXTS; i++)
		r.texts[i].resize = out->resize;
	for (i = 0; i < TARIFF_LISTS; i++)
		r.lists[i].resize = out->resize;
	json_init(&r.json, json, length, utf8, error);
	good = read_head(&r) && assemble(&r, out);
	out->resize(r.spells.data, 0);
	out->resize(r.top_ups.data, 0);
	out->resize(r.pathways.data, 0);
	out->resize(r.scratch.data, 0);
	for (i = 0; i < TARIFF_TEXTS; i++)
		out->resize(r.texts[i].data, 0);
	for (i = 0; i < TARIFF_LISTS; i++)
		out->resize(r.lists[i].data, 0);
	return good;
}

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
		const TariffSpell *row = spell_rows(tariff) + i;

		write_code(out, i == 0 ? "{\"hrg\":" : ",{\"hrg\":", spell_keys(tariff)[i]);
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
		const TariffPrice *row = list_rows(tariff, list) + i;

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
		const TariffPathway *row = pathway_rows(tariff) + i;

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
		json_write(out, list_names[list]);
		json_write(out, "\":[");
		write_list(tariff, list, out);
	}
	json_write(out, "],\"top_ups\":[");
	for (i = 0; i < tariff->top_ups; i++)
	{
		const TariffTopUp *row = top_up_rows(tariff) + i;

		json_write(out, i == 0 ? "{\"code\":" : ",{\"code\":");
		json_write_string(out, row->code, strlen(row->code));
		write_amount(out, "percent", row->percent);
		json_write(out, "}");
	}
	json_write(out, "]");
	write_pathways(tariff, out);
	json_write(out, "}");
}

/*-------------------------------------------------------------------------
 *
 * tariff_read_core.c
 *	  Reading a price list from JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/tariff_rows_core.h"

#include <stdlib.h>
#include <string.h>

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
	tariff_year_bounds(text, &r->head.first_day, &r->head.last_day);
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
		if (compare == tariff_compare_top_ups)
			return json_fail(&r->json, JSON_BAD_TEXT, "\"%s\" holds \"%s\" twice", name,
							 ((const TariffTopUp *) row)->code);
		if (compare == tariff_compare_pathways)
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
		!sort_rows(r, &r->top_ups, sizeof(TariffTopUp), tariff_compare_top_ups, "top_ups") ||
		!sort_rows(r, &r->pathways, sizeof(TariffPathway), tariff_compare_pathways, "pathways") ||
		!check_short_stay(r))
		return false;
	for (list = 0; list < TARIFF_LISTS; list++)
	{
		r->head.lists[list] = r->lists[list].length / sizeof(TariffPrice);
		if (!sort_rows(r, &r->lists[list], sizeof(TariffPrice), tariff_compare_prices,
					   tariff_list_names[list]))
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

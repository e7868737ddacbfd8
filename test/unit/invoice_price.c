/*-------------------------------------------------------------------------
 *
 * invoice_price.c
 *	  Prices of spells, attendances, emergencies and unbundled HRGs.
 *
 * A case is a line of words ("hrg=DZ11V method=21 los=29 cc=4"); what comes
 * out is compared as a line of text.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>

#include "invoice/price_steps_core.h"

static Tariff *tariff;
static Tariff *other; /* transfers elective, short stay by actual length */
static Tariff *bare;  /* no short stay rule */
static Tariff *part;  /* valid in a part of the year */

static int live; /* blocks of memory in use */

static void *
resize(void *old, size_t size)
{
	live += (old == NULL && size != 0) - (old != NULL && size == 0);
	if (size != 0)
		return realloc(old, size);
	free(old);
	return NULL;
}

static void
release(void *block)
{
	resize(block, 0);
}

static Tariff *
compile(const char *options, const char *lists)
{
	JsonBuffer out = {.resize = resize};
	JsonError  error;
	char       json[8000];

	snprintf(json, sizeof(json),
			 "{\"name\":\"n\",\"version\":\"1\",\"financial_year\":\"2024/"
			 "25\",\"currency\":\"GBP\",%s%s}",
			 options, lists);
	if (!tariff_compile(json, strlen(json), true, &out, &error))
		ok(false, "%s", error.message);
	return (Tariff *) out.data;
}

static const char lists[] =
	"\"spells\":["
	"{\"hrg\":\"DZ11V\",\"combined\":2000,\"day_case\":1,\"elective\":2,\"non_elective\":2911,"
	"\"elective_trim\":11,\"non_elective_trim\":17,\"per_day\":233},"
	"{\"hrg\":\"EB10E\",\"non_elective\":1402,\"non_elective_trim\":5,\"per_day\":200,\"short_stay_"
	"percent\":45},"
	"{\"hrg\":\"EB11E\",\"non_elective\":1402,\"short_stay_price\":700.5},"
	"{\"hrg\":\"AA22C\",\"day_case\":2500,\"elective\":3000,\"elective_trim\":5,\"per_day\":250},"
	"{\"hrg\":\"HE11A\",\"non_elective\":5000,\"best_practice\":1335},"
	"{\"hrg\":\"HE12A\",\"non_elective\":5000,\"best_practice_base\":6335},"
	"{\"hrg\":\"FZ90A\",\"elective\":1000,\"day_case\":900},"
	"{\"hrg\":\"FZ91A\",\"elective\":1000,\"elective_trim\":0},"
	"{\"hrg\":\"FZ92A\",\"elective\":1000,\"per_day\":10},"
	"{\"hrg\":\"FZ93A\",\"non_elective\":10.005,\"non_elective_trim\":1,\"per_day\":0.333},"
	"{\"hrg\":\"FZ94A\",\"elective\":9000000000000,\"elective_trim\":0,\"per_day\":9000000000000,"
	"\"best_practice\":9000000000000},"
	"{\"hrg\":\"FZ95A\",\"non_elective\":9000000000000.000001,\"short_stay_percent\":1234567."
	"900444},"
	"{\"hrg\":\"SB97Z\",\"elective\":77},"
	"{\"hrg\":\"PB03Z\"}]";

static int
number(const char *words, const char *name, int otherwise)
{
	char        key[40];
	const char *found;

	snprintf(key, sizeof(key), " %s=", name);
	found = strstr(words, key);
	if (found == NULL)
		return otherwise;
	found += strlen(key);
	return *found == '?' ? PRICE_NULL : atoi(found);
}

static PriceText
word(const char *words, const char *name, const char *otherwise)
{
	char        key[40];
	const char *found;
	PriceText   text;

	snprintf(key, sizeof(key), " %s=", name);
	found = strstr(words, key);
	text.text = found ? found + strlen(key) : otherwise;
	text.length = text.text ? strcspn(text.text, " ") : 0;
	if (text.length == 1 && *text.text == '?')
		text.text = NULL;
	return text;
}

static bool
decimal(const char *words, const char *name, const char *otherwise, InvDecimal *value)
{
	PriceText text = word(words, name, otherwise);

	return text.text != NULL && inv_from_text(text.text, text.length, value);
}

static const char *
show(InvDecimal value)
{
	static char buffer[8][INV_TEXT_SIZE];
	static int  turn;

	turn = (turn + 1) % 8;
	inv_to_text(value, 0, buffer[turn]);
	return buffer[turn];
}

static SpellInput
spell_of(const char *words)
{
	SpellInput spell;
	PriceText  hrg = word(words, "hrg", "DZ11V");
	PriceText  rounding = word(words, "rounding", "sus");
	int        in = number(words, "in", 30);

	memset(&spell, 0, sizeof(spell));
	spell.hrg = hrg.text ? inv_code_pack(hrg.text, hrg.length) : 0;
	spell.classification = word(words, "class", "1");
	spell.admission_method = word(words, "method", "21");
	spell.admitted_known = in != PRICE_NULL;
	spell.admitted = tariff->first_day + in;
	spell.discharged_known = number(words, "los", 0) != PRICE_NULL;
	spell.discharged = spell.admitted + number(words, "los", 0);
	if (spell.discharged_known && number(words, "out", -999) != -999)
		spell.discharged = number(words, "out", 0);
	spell.age = number(words, "age", 70);
	spell.critical_care_days = number(words, "cc", 0);
	spell.rehabilitation_days = number(words, "rehab", 0);
	spell.overlap_days = number(words, "both", 0);
	spell.palliative_days = number(words, "pall", 0);
	spell.best_practice = number(words, "best", -1);
	spell.top_up_code = word(words, "top", NULL);
	if (spell.top_up_code.text != NULL)
	{
		/* blanks between codes are written + */
		static char codes[40];
		size_t      i;

		memcpy(codes, spell.top_up_code.text, spell.top_up_code.length);
		for (i = 0; i < spell.top_up_code.length; i++)
			if (codes[i] == '+')
				codes[i] = ' ';
		spell.top_up_code.text = codes;
	}
	spell.factor_known = decimal(words, "factor", "1", &spell.factor);
	spell.rounding_known =
		rounding.text && inv_rounding_from_text(rounding.text, rounding.length, &spell.rounding);
	return spell;
}

static void
days_text(char *out, int32_t days)
{
	if (days == PRICE_NULL)
		strcpy(out, "?");
	else
		sprintf(out, "%d", days);
}

/* pod los/qualifying/trim | full base top-up | excess(with critical care) per-day excess | best |
 * before final, or a reason */
static void
priced_under(const Tariff *list, const char *words, const char *expected)
{
	char       line[200];
	char       found[600];
	char       days[5][12];
	SpellInput spell;
	SpellPrice price;

	snprintf(line, sizeof(line), " %s", words);
	spell = spell_of(line);
	memset(&price, 0x5a, sizeof(price));
	price_spell_core(list, &spell, &price);
	days_text(days[0], price.length_of_stay);
	days_text(days[1], price.qualifying_days);
	days_text(days[2], price.trim_point);
	days_text(days[3], price.excess_days);
	days_text(days[4], price.excess_days_with_critical_care);
	if (price.overflow)
		strcpy(found, "overflow");
	else if (price.reason[0] != '\0')
		snprintf(found, sizeof(found), "%s %s/%s/%s: %s", price.pod ? price.pod : "?", days[0],
				 days[1], days[2], price.reason);
	else
		snprintf(found, sizeof(found), "%s %s/%s/%s | %s%s %s %s | %s(%s) * %s = %s | %s | %s %s",
				 price.pod, days[0], days[1], days[2], show(price.full_base),
				 price.short_stay ? " short" : "", show(price.base), show(price.top_up), days[3],
				 days[4], show(price.per_day), show(price.excess), show(price.best_practice),
				 show(price.pre_factor), show(price.final));
	ok(strcmp(found, expected) == 0, "%s: %s (%s)", words, expected, found);
}

static void
priced(const char *words, const char *expected)
{
	priced_under(tariff, words, expected);
}

static void
test_examples(void)
{
	priced("hrg=DZ11V los=29 cc=4 factor=1.0733",
		   "NEL 29/25/17 | 2911 2911 0 | 8(12) * 233 = 1864 | 0 | 4775 5125");
	priced("hrg=DZ11V los=29 cc=0 factor=1.0733",
		   "NEL 29/29/17 | 2911 2911 0 | 12(12) * 233 = 2796 | 0 | 5707 6125");
	priced("hrg=EB10E los=1 factor=1.05",
		   "NEL 1/1/5 | 1402 short 631 0 | 0(0) * 200 = 0 | 0 | 631 663");
	priced("hrg=EB10E los=1 factor=1.05 rounding=penny",
		   "NEL 1/1/5 | 1402 short 630.9 0 | 0(0) * 200 = 0 | 0 | 630.9 662.45");
	priced("hrg=AA22C method=11 los=7 top=spinal factor=1.0888",
		   "EL 7/7/5 | 3000 3000 330 | 2(2) * 250 = 500 | 0 | 3830 4170");
	priced("hrg=FZ90A method=11 top=child factor=1.0345",
		   "EL 0/0/? | 1000 1000 1.5 | 0(0) * 0 = 0 | 0 | 1002 1037");
	priced("hrg=FZ90A method=11 top=child factor=1.0345 rounding=penny",
		   "EL 0/0/? | 1000 1000 1.5 | 0(0) * 0 = 0 | 0 | 1001.5 1036.05");
	priced("hrg=FZ90A method=11 top=child factor=1.0345 rounding=none",
		   "EL 0/0/? | 1000 1000 1.5 | 0(0) * 0 = 0 | 0 | 1001.5 1036.05175");
	priced("hrg=HE11A best=1", "NEL 0/0/? | 5000 5000 0 | 0(0) * 0 = 0 | 1335 | 6335 6335");
	priced("hrg=HE12A best=1", "NEL 0/0/? | 6335 6335 0 | 0(0) * 0 = 0 | 0 | 6335 6335");
	priced("hrg=HE12A best=0", "NEL 0/0/? | 5000 5000 0 | 0(0) * 0 = 0 | 0 | 5000 5000");
	priced("hrg=HE11A best=0", "NEL 0/0/? | 5000 5000 0 | 0(0) * 0 = 0 | 0 | 5000 5000");
	priced("hrg=HE11A best=1 top=spinal",
		   "NEL 0/0/? | 5000 5000 550 | 0(0) * 0 = 0 | 1335 | 6885 6885");
}

static void
test_delivery(void)
{
	static const char *const emergency[] = {"21", "22", "23", "24", "25",
											"28", "2A", "2B", "2C", "2D"};
	static const char *const other_non_elective[] = {"31", "32", "81", "82", "83"};
	static const char *const none[] = {"98", "99",  "10", "14", "26",   "2E",
									   "1",  "111", "84", "33", "1112", "21x"};
	static const char *const elective[] = {"11", "12", "13"};
	char                     words[100];
	char                     expected[200];
	size_t                   i;

	for (i = 0; i < sizeof(emergency) / sizeof(emergency[0]); i++)
	{
		snprintf(words, sizeof(words), "method=%s class=%d", emergency[i], i % 2 ? 1 : 5);
		priced(words, "NEL 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	}
	for (i = 0; i < sizeof(other_non_elective) / sizeof(other_non_elective[0]); i++)
	{
		snprintf(words, sizeof(words), "method=%s class=%d", other_non_elective[i], i % 2 ? 1 : 2);
		priced(words, "NELNE 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	}
	for (i = 0; i < sizeof(elective) / sizeof(elective[0]); i++)
	{
		snprintf(words, sizeof(words), "method=%s", elective[i]);
		priced(words, "EL 0/0/11 | 2000 2000 0 | 0(0) * 233 = 0 | 0 | 2000 2000");
		snprintf(words, sizeof(words), "method=%s class=2", elective[i]);
		priced(words, "DC 0/0/11 | 2000 2000 0 | 0(0) * 233 = 0 | 0 | 2000 2000");
		snprintf(words, sizeof(words), "method=%s class=5", elective[i]);
		snprintf(expected, sizeof(expected),
				 "? ?/?/?: admission method \"%s\" has no point of delivery", elective[i]);
		priced(words, expected);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
	{
		snprintf(words, sizeof(words), "method=%s", none[i]);
		snprintf(expected, sizeof(expected),
				 "? ?/?/?: admission method \"%s\" has no point of delivery", none[i]);
		priced(words, expected);
	}
	priced("method=1234567890123456",
		   "? ?/?/?: admission method \"1234567890123456\" has no point of delivery");
	priced("method=12345678901234567",
		   "? ?/?/?: admission method \"(long text)\" has no point of delivery");
	priced("method=2\x7f", "? ?/?/?: admission method \"(not a code)\" has no point of delivery");
	priced("method=2\x1f", "? ?/?/?: admission method \"(not a code)\" has no point of delivery");
	priced("method=~!", "? ?/?/?: admission method \"~!\" has no point of delivery");
	priced("class=3", "RADAY ?/?/?: regular attenders have a local price");
	priced("class=4 method=?", "RANIGHT ?/?/?: regular attenders have a local price");
	priced("class=6", "? ?/?/?: patient classification \"6\" has no point of delivery");
	priced("class=11", "? ?/?/?: patient classification \"11\" has no point of delivery");
	priced("class=?", "? ?/?/?: patient classification is missing");
	priced("method=?", "? ?/?/?: admission method is missing");
	priced_under(other, "method=81", "EL 0/0/11 | 2000 2000 0 | 0(0) * 233 = 0 | 0 | 2000 2000");
	priced_under(other, "method=81 class=2",
				 "DC 0/0/11 | 2000 2000 0 | 0(0) * 233 = 0 | 0 | 2000 2000");
	priced_under(other, "method=82", "NELNE 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced_under(other, "method=81 class=5",
				 "? ?/?/?: admission method \"81\" has no point of delivery");
	priced("hrg=AA22C method=11 class=2",
		   "DC 0/0/5 | 2500 2500 0 | 0(0) * 250 = 0 | 0 | 2500 2500");
	priced("hrg=FZ91A method=11 class=2", "DC 0/0/?: no day case price for HRG FZ91A");
	priced("hrg=EB10E method=11", "EL 0/0/?: no elective price for HRG EB10E");
	priced("hrg=FZ91A", "NEL 0/0/?: no non-elective price for HRG FZ91A");
	priced("hrg=FZ91A method=31", "NELNE 0/0/?: no non-elective price for HRG FZ91A");
	priced("hrg=ZZ99Z", "NEL 0/0/?: no price for HRG ZZ99Z");
	priced("hrg=?", "NEL 0/0/?: HRG is missing");
}

static void
test_days(void)
{
	priced("in=?", "NEL ?/?/?: admission date is missing");
	priced("los=?", "NEL ?/?/?: discharge date is missing");
	priced("los=-1", "NEL ?/?/?: discharge date is before admission date");
	priced("in=0", "NEL 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("in=-1", "NEL ?/?/?: tariff of another year");
	priced("in=-1 los=1", "NEL 1/1/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("in=364", "NEL 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("in=365", "NEL ?/?/?: tariff of another year");
	priced("in=0 out=2147483647", "NEL ?/?/?: tariff of another year");
	/* a list for 1 May to 30 September, in=30 to in=182 */
	priced_under(part, "in=29 hrg=AA11A", "NEL ?/?/?: tariff of another period");
	priced_under(part, "in=30 hrg=AA11A", "NEL 0/0/? | 6 6 0 | 0(0) * 0 = 0 | 0 | 6 6");
	priced_under(part, "in=182 hrg=AA11A", "NEL 0/0/? | 6 6 0 | 0(0) * 0 = 0 | 0 | 6 6");
	priced_under(part, "in=183 hrg=AA11A", "NEL ?/?/?: tariff of another period");
	priced("in=-1000000 los=1000000", "NEL 1000000/1000000/17 | 2911 2911 0 | 999983(999983) * 233 "
									  "= 232996039 | 0 | 232998950 232998950");
	priced("in=-1000000 los=1000001", "NEL ?/?/?: admission date is not plausible");
	priced("los=17", "NEL 17/17/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("los=18", "NEL 18/18/17 | 2911 2911 0 | 1(1) * 233 = 233 | 0 | 3144 3144");
	priced("los=12 method=12", "EL 12/12/11 | 2000 2000 0 | 1(1) * 233 = 233 | 0 | 2233 2233");
	priced("los=30 cc=3 rehab=4 both=2 pall=1",
		   "NEL 30/24/17 | 2911 2911 0 | 7(8) * 233 = 1631 | 0 | 4542 4542");
	priced("los=30 cc=3 rehab=0 both=2 pall=1",
		   "NEL 30/26/17 | 2911 2911 0 | 9(12) * 233 = 2097 | 0 | 5008 5008");
	priced("los=30 cc=0 rehab=4 both=2 pall=1",
		   "NEL 30/25/17 | 2911 2911 0 | 8(8) * 233 = 1864 | 0 | 4775 4775");
	priced("los=30 cc=3 rehab=4 both=3",
		   "NEL 30/26/17 | 2911 2911 0 | 9(9) * 233 = 2097 | 0 | 5008 5008");
	priced("los=30 cc=4 rehab=3 both=3",
		   "NEL 30/26/17 | 2911 2911 0 | 9(10) * 233 = 2097 | 0 | 5008 5008");
	priced("los=30 cc=3 rehab=4 both=4", "NEL 30/?/?: overlap days exceed the days they overlap");
	priced("los=30 cc=4 rehab=3 both=4", "NEL 30/?/?: overlap days exceed the days they overlap");
	priced("los=30 cc=1 rehab=1 both=?", "NEL 30/?/?: overlap days are missing");
	priced("los=30 cc=1 rehab=1 both=-1", "NEL 30/?/?: overlap days are negative");
	priced("los=30 cc=1 both=?",
		   "NEL 30/29/17 | 2911 2911 0 | 12(13) * 233 = 2796 | 0 | 5707 5707");
	priced("los=1 cc=?", "NEL 1/?/?: critical care days are missing");
	priced("los=1 rehab=?", "NEL 1/?/?: rehabilitation days are missing");
	priced("los=1 pall=?", "NEL 1/?/?: palliative days are missing");
	priced("los=1 cc=-1", "NEL 1/?/?: critical care days are negative");
	priced("los=1 rehab=-1", "NEL 1/?/?: rehabilitation days are negative");
	priced("los=1 pall=-1", "NEL 1/?/?: palliative days are negative");
	priced("los=0 cc=? rehab=? pall=? both=?",
		   "NEL 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("los=30 cc=30", "NEL 30/0/17 | 2911 2911 0 | 0(13) * 233 = 0 | 0 | 2911 2911");
	priced("los=30 cc=29", "NEL 30/1/17 | 2911 2911 0 | 0(13) * 233 = 0 | 0 | 2911 2911");
	priced("los=30 cc=40", "NEL 30/0/17 | 2911 2911 0 | 0(13) * 233 = 0 | 0 | 2911 2911");
	priced("los=30 rehab=40", "NEL 30/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("los=30 rehab=12", "NEL 30/18/17 | 2911 2911 0 | 1(1) * 233 = 233 | 0 | 3144 3144");
	priced("los=30 cc=2147483647 rehab=2147483647 pall=2147483647",
		   "NEL 30/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("hrg=FZ91A method=11 los=1", "EL 1/1/0: no per-day price for HRG FZ91A");
	priced("hrg=FZ91A method=11 los=0", "EL 0/0/0 | 1000 1000 0 | 0(0) * 0 = 0 | 0 | 1000 1000");
	priced("hrg=FZ92A method=11 los=1", "EL 1/1/?: no trim point for HRG FZ92A");
	priced("hrg=FZ92A method=11 los=0", "EL 0/0/? | 1000 1000 0 | 0(0) * 10 = 0 | 0 | 1000 1000");
	priced("hrg=FZ90A method=11 los=50", "EL 50/50/? | 1000 1000 0 | 0(0) * 0 = 0 | 0 | 1000 1000");
}

static void
test_parts(void)
{
	priced("hrg=EB10E los=0 age=19", "NEL 0/0/5 | 1402 short 631 0 | 0(0) * 200 = 0 | 0 | 631 631");
	priced("hrg=EB10E los=0 age=18", "NEL 0/0/5 | 1402 1402 0 | 0(0) * 200 = 0 | 0 | 1402 1402");
	priced("hrg=EB10E los=2", "NEL 2/2/5 | 1402 1402 0 | 0(0) * 200 = 0 | 0 | 1402 1402");
	priced("hrg=EB10E los=2 cc=1", "NEL 2/1/5 | 1402 short 631 0 | 0(0) * 200 = 0 | 0 | 631 631");
	priced_under(other, "hrg=EB10E los=2 cc=1",
				 "NEL 2/1/5 | 1402 1402 0 | 0(0) * 200 = 0 | 0 | 1402 1402");
	priced("hrg=EB10E los=1 age=?", "NEL 1/1/?: age is missing");
	priced("hrg=EB10E los=1 age=-1", "NEL 1/1/?: age is negative");
	priced("hrg=EB10E los=2 age=?", "NEL 2/2/5 | 1402 1402 0 | 0(0) * 200 = 0 | 0 | 1402 1402");
	priced("hrg=EB10E los=1 method=31 age=?",
		   "NELNE 1/1/5 | 1402 1402 0 | 0(0) * 200 = 0 | 0 | 1402 1402");
	priced("hrg=DZ11V los=1 age=?", "NEL 1/1/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced_under(bare, "hrg=AA11A los=1 age=?", "NEL 1/1/? | 5 5 0 | 0(0) * 0 = 0 | 0 | 5 5");
	priced("hrg=EB11E los=1 rounding=none",
		   "NEL 1/1/? | 1402 short 700.5 0 | 0(0) * 0 = 0 | 0 | 700.5 700.5");
	priced("hrg=EB11E los=1", "NEL 1/1/? | 1402 short 700.5 0 | 0(0) * 0 = 0 | 0 | 701 701");
	priced("hrg=EB11E los=1 top=spinal rounding=penny",
		   "NEL 1/1/? | 1402 short 700.5 77.055 | 0(0) * 0 = 0 | 0 | 777.56 777.56");
	priced("hrg=EB10E los=1 rounding=none top=child",
		   "NEL 1/1/5 | 1402 short 630.9 0.94635 | 0(0) * 200 = 0 | 0 | 631.84635 631.84635");
	priced("top=neuro", "NEL 0/0/?: no top-up \"neuro\" in the tariff");
	/* of several the highest, wherever it stands; one that is not known is told */
	priced("hrg=FZ90A method=11 top=child+spinal",
		   "EL 0/0/? | 1000 1000 110 | 0(0) * 0 = 0 | 0 | 1110 1110");
	priced("hrg=FZ90A method=11 top=spinal+child",
		   "EL 0/0/? | 1000 1000 110 | 0(0) * 0 = 0 | 0 | 1110 1110");
	priced("hrg=FZ90A method=11 top=++child+",
		   "EL 0/0/? | 1000 1000 1.5 | 0(0) * 0 = 0 | 0 | 1002 1002");
	priced("hrg=FZ90A method=11 top=+", "EL 0/0/? | 1000 1000 0 | 0(0) * 0 = 0 | 0 | 1000 1000");
	priced("hrg=FZ90A method=11 top=spinal+neuro", "EL 0/0/?: no top-up \"neuro\" in the tariff");
	priced("top=a_code_that_is_far_too_long", "NEL 0/0/?: no top-up \"(long text)\" in the tariff");
	priced("hrg=HE12A best=-1", "NEL 0/0/?: whether best practice was met is missing");
	priced("hrg=HE11A best=-1", "NEL 0/0/?: whether best practice was met is missing");
	priced("best=-1", "NEL 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("best=1", "NEL 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 2911");
	priced("hrg=FZ93A los=4 factor=1.000001 rounding=none",
		   "NEL 4/4/1 | 10.005 10.005 0 | 3(3) * 0.333 = 0.999 | 0 | 11.004 11.004011004");
	priced("hrg=FZ93A los=4 rounding=penny",
		   "NEL 4/4/1 | 10.005 10.005 0 | 3(3) * 0.333 = 0.999 | 0 | 11 11");
	priced("hrg=FZ93A rounding=penny",
		   "NEL 0/0/1 | 10.005 10.005 0 | 0(0) * 0.333 = 0 | 0 | 10.01 10.01");
	priced("factor=?", "NEL 0/0/?: market forces factor is missing");
	priced("factor=0", "NEL 0/0/?: market forces factor is not positive");
	priced("factor=-1", "NEL 0/0/?: market forces factor is not positive");
	priced("factor=1.0000001", "NEL 0/0/?: market forces factor has more than 6 decimals");
	priced("factor=0.000001", "NEL 0/0/17 | 2911 2911 0 | 0(0) * 233 = 0 | 0 | 2911 0");
	priced("rounding=?", "NEL 0/0/?: rounding is missing");
	/* zero prices: only where the tariff gives none */
	priced("hrg=UZ01Z los=40", "NEL 40/40/? | 0 0 0 | 0(0) * 0 = 0 | 0 | 0 0");
	priced("hrg=PB03Z method=11", "EL 0/0/? | 0 0 0 | 0(0) * 0 = 0 | 0 | 0 0");
	priced("hrg=SB97Z method=11", "EL 0/0/? | 77 77 0 | 0(0) * 0 = 0 | 0 | 77 77");
	priced("hrg=SB97Z method=11 class=2", "DC 0/0/? | 0 0 0 | 0(0) * 0 = 0 | 0 | 0 0");
	priced("hrg=SC97Z", "NEL 0/0/? | 0 0 0 | 0(0) * 0 = 0 | 0 | 0 0");
	priced("hrg=LA97A", "NEL 0/0/? | 0 0 0 | 0(0) * 0 = 0 | 0 | 0 0");
	priced("hrg=LA97B", "NEL 0/0/? | 0 0 0 | 0(0) * 0 = 0 | 0 | 0 0");
	/* amounts that do not fit */
	priced("hrg=FZ94A method=11 best=0", "EL 0/0/0 | 9000000000000 9000000000000 0 | 0(0) * "
										 "9000000000000 = 0 | 0 | 9000000000000 9000000000000");
	priced("hrg=FZ94A method=11 best=1 in=-1000000 los=1000000",
		   "EL 1000000/1000000/0 | 9000000000000 9000000000000 0 | "
		   "1000000(1000000) * 9000000000000 = 9000000000000000000 | 9000000000000 | "
		   "9000018000000000000 9000018000000000000");
	priced("hrg=FZ94A method=11 best=0 factor=99999999999999999999999",
		   "EL 0/0/0 | 9000000000000 9000000000000 0 | 0(0) * 9000000000000 = 0 | 0 | "
		   "9000000000000 899999999999999999999991000000000000");
	priced("hrg=FZ94A method=11 best=0 factor=99999999999999999999999999", "overflow");
	priced("hrg=FZ94A method=11 best=0 top=all",
		   "EL 0/0/0 | 9000000000000 9000000000000 720000000000000000000000 | 0(0) * 9000000000000 "
		   "= 0 | 0 | "
		   "720000000009000000000000 720000000009000000000000");
	priced("hrg=FZ94A method=11 best=0 top=odd rounding=none",
		   "EL 0/0/0 | 9000000000000 9000000000000 111111111039960000 | "
		   "0(0) * 9000000000000 = 0 | 0 | 111120111039960000 111120111039960000");
	priced(
		"hrg=FZ95A los=1 rounding=none",
		"NEL 1/1/? | 9000000000000.000001 short 111111111039960000.01234567900444 0 | "
		"0(0) * 0 = 0 | 0 | 111111111039960000.01234567900444 111111111039960000.01234567900444");
	priced("hrg=FZ95A los=1 rounding=none top=odd", "overflow");
}

static AttendanceInput
line_of(const char *spaced)
{
	AttendanceInput in;
	PriceText       hrg = word(spaced, "hrg", "WF01B");
	PriceText       rounding = word(spaced, "rounding", "penny");

	memset(&in, 0, sizeof(in));
	in.hrg = hrg.text ? inv_code_pack(hrg.text, hrg.length) : 0;
	in.treatment_function = word(spaced, "tf", "110");
	in.attendance_status = word(spaced, "status", "5");
	in.first_attendance = word(spaced, "first", "1");
	in.units_known = decimal(spaced, "units", "1", &in.units);
	in.factor_known = decimal(spaced, "factor", "1.1", &in.factor);
	in.rounding_known =
		rounding.text && inv_rounding_from_text(rounding.text, rounding.length, &in.rounding);
	return in;
}

static void
price_line(const char *kind, const AttendanceInput *in, AttendancePrice *price)
{
	memset(price, 0x5a, sizeof(*price));
	if (*kind == 'a')
		price_attendance_core(tariff, in, price);
	else if (*kind == 'e')
		price_emergency_core(tariff, in, price);
	else
		price_unbundled_core(tariff, in, price);
}

/* an attendance: kind words expected */
static void
line(const char *kind, const char *words, const char *expected)
{
	char            spaced[200];
	char            found[400];
	AttendanceInput in;
	AttendancePrice price;

	snprintf(spaced, sizeof(spaced), " %s", words);
	in = line_of(spaced);
	price_line(kind, &in, &price);
	if (price.overflow)
		strcpy(found, "overflow");
	else if (price.reason[0] != '\0')
		snprintf(found, sizeof(found), "%s: %s", price.pod ? price.pod : "?", price.reason);
	else
		snprintf(found, sizeof(found), "%s %s %s", price.pod ? price.pod : "?",
				 show(price.unit_price), show(price.final));
	ok(strcmp(found, expected) == 0, "%s %s: %s (%s)", kind, words, expected, found);
}

static void
test_lines(void)
{
	line("attendance", "hrg=WF01B", "OPFASPCL 165 181.5");
	line("attendance", "hrg=WF01A first=2", "OPFUPSPCL 78 85.8");
	line("attendance", "hrg=WF02B", "OPFAMPCL 212 233.2");
	line("attendance", "hrg=WF02A", "OPFUMPCL 100 110");
	line("attendance", "hrg=WF01D", "NF2FFA 60 66");
	line("attendance", "hrg=WF01C", "NF2FFUP 41 45.1");
	line("attendance", "hrg=WF02D", "NF2FFA 61 67.1");
	line("attendance", "hrg=WF02C", "NF2FFUP 42 46.2");
	line("attendance", "status=6", "OPFASPCL 165 181.5");
	line("attendance", "status=2", "OPFASPCL 0 0");
	line("attendance", "status=3 first=?", "OPFASPCL 0 0");
	line("attendance", "status=4", "OPFASPCL 0 0");
	line("attendance", "status=7 tf=?", "OPFASPCL 0 0");
	line("attendance", "status=7 factor=?", "OPFASPCL: market forces factor is missing");
	line("attendance", "first=5", "OPFASPCL 0 0");
	line("attendance", "first=3", "OPFASPCL 165 181.5");
	line("attendance", "first=6", "OPFASPCL: first attendance \"6\" is not a known code");
	line("attendance", "first=?", "OPFASPCL: first attendance is missing");
	line("attendance", "status=0",
		 "OPFASPCL: attendance status \"0\" says neither attended nor not");
	line("attendance", "status=55",
		 "OPFASPCL: attendance status \"55\" says neither attended nor not");
	line("attendance", "status=?", "OPFASPCL: attendance status is missing");
	line("attendance", "tf=?", "OPFASPCL: treatment function is missing");
	line("attendance", "tf=111", "OPFASPCL: no attendance price for HRG WF01B");
	line("attendance", "tf=12345678", "OPFASPCL: no attendance price for HRG WF01B");
	line("attendance", "hrg=?", "?: HRG is missing");
	line("attendance", "hrg=AA11A", "OPPROC 143 157.3");
	line("attendance", "hrg=AA11A tf=?", "OPPROC 143 157.3");
	line("attendance", "hrg=AA12A",
		 "OPPROC: no procedure price for HRG AA12A, and the number of professions is missing");
	line("attendance", "hrg=AA12A tf=120", "OPFASPCL 99 108.9");
	line("attendance", "hrg=AA12A tf=120 first=2", "OPFUPSPCL 98 107.8");
	line("attendance", "hrg=AA12A tf=120 first=3",
		 "OPPROC: no procedure or attendance price for HRG AA12A");
	line("attendance", "hrg=AA12A tf=120 first=4", "NF2FFUP 97 106.7");
	line("attendance", "hrg=AA12A tf=?", "OPPROC: treatment function is missing");
	line("attendance", "hrg=AA12A tf=130",
		 "OPPROC: no procedure or attendance price for HRG AA12A");
	line("attendance", "hrg=UZ01Z tf=?", "OPPROC 0 0");
	line("attendance", "rounding=sus", "OPFASPCL 165 182");
	line("attendance", "rounding=?", "OPFASPCL: rounding is missing");
	line("attendance", "factor=0", "OPFASPCL: market forces factor is not positive");
	line("emergency", "hrg=VB08Z", "AE 84.5 92.95");
	line("emergency", "hrg=VB08Z rounding=sus", "AE 84.5 94");
	line("emergency", "hrg=VB09Z", "AE: no emergency care price for HRG VB09Z");
	line("emergency", "hrg=UZ01Z", "AE 0 0");
	line("emergency", "hrg=?", "AE: HRG is missing");
	line("emergency", "hrg=VB08Z factor=?", "AE: market forces factor is missing");
	line("unbundled", "hrg=XC01Z units=3", "UNBACC 1000 3300");
	line("unbundled", "hrg=XC01Z units=0", "UNBACC 1000 0");
	line("unbundled", "hrg=XC01Z units=-1", "UNBACC: units are negative");
	line("unbundled", "hrg=XC01Z units=?", "UNBACC: units are missing");
	line("unbundled", "hrg=XA01Z", "UNBNCC: no unbundled price for HRG XA01Z");
	line("unbundled", "hrg=XB01Z", "UNBPCC: no unbundled price for HRG XB01Z");
	line("unbundled", "hrg=XD01Z", "DRUG: no unbundled price for HRG XD01Z");
	line("unbundled", "hrg=SB97Z", "UNBCHEMO 0 0");
	line("unbundled", "hrg=SB13Z factor=1.0642", "UNBCHEMO 299 318.2");
	line("unbundled", "hrg=SC01Z", "UNBRTHPY: no unbundled price for HRG SC01Z");
	line("unbundled", "hrg=SD01Z", "UNBPALL: no unbundled price for HRG SD01Z");
	line("unbundled", "hrg=RD20A", "UNBRAD 84 92.4");
	line("unbundled", "hrg=RN20A", "UNBRAD: no unbundled price for HRG RN20A");
	line("unbundled", "hrg=VC01Z", "UNBREHAB: no unbundled price for HRG VC01Z");
	line("unbundled", "hrg=AA01Z", "? 5 5.5");
	line("unbundled", "hrg=?", "?: HRG is missing");
	line("unbundled", "hrg=XC01Z units=99999999999999999999999999999999999999", "overflow");
}

static const char *
joined(const PriceStep *list, int count)
{
	static char found[4000];
	int         i;

	found[0] = '\0';
	for (i = 0; i < count; i++)
	{
		strcat(found, i ? "; " : "");
		strcat(found, list[i].part);
		strcat(found, " [");
		strcat(found, list[i].formula);
		strcat(found, "]");
		if (list[i].has_amount)
		{
			strcat(found, " = ");
			strcat(found, show(list[i].amount));
		}
		strcat(found, " <");
		strcat(found, list[i].source);
		strcat(found, ">");
	}
	return found;
}

static void
steps(const char *words, const char *expected)
{
	char        spaced[200];
	SpellInput  spell;
	SpellPrice  price;
	PriceStep   list[PRICE_STEPS];
	const char *found;

	snprintf(spaced, sizeof(spaced), " %s", words);
	spell = spell_of(spaced);
	price_spell_core(tariff, &spell, &price);
	found = joined(list, price_steps_core(&spell, &price, list));
	ok(strcmp(found, expected) == 0, "steps of %s: %s (%s)", words, expected, found);
}

/* the calculation of a line that is not a spell */
static void
line_steps(const char *kind, const char *words, const char *expected)
{
	char            spaced[200];
	AttendanceInput in;
	AttendancePrice price;
	PriceStep       list[PRICE_STEPS];
	const char     *found;

	snprintf(spaced, sizeof(spaced), " %s", words);
	in = line_of(spaced);
	price_line(kind, &in, &price);
	found = joined(list, attendance_steps_core(&in, &price, list));
	ok(strcmp(found, expected) == 0, "steps of %s %s: %s (%s)", kind, words, expected, found);
}

static void
test_line_steps(void)
{
	line_steps(
		"attendance", "hrg=WF01B rounding=sus",
		"point of delivery [HRG WF01B: OPFASPCL] <claim>; unit price [attendance price of HRG "
		"WF01B in treatment function 110] = 165 <tariff>; "
		"before factor [1 * 165.00, rounded to whole pounds (sus)] = 165 <units>; "
		"final [165.00 * 1.1, rounded to whole pounds (sus)] = 182 <market forces factor>");
	line_steps("attendance", "hrg=AA11A",
			   "point of delivery [HRG AA11A: OPPROC] <claim>; unit price [procedure price of HRG "
			   "AA11A] = 143 <tariff>; before factor [1 * 143.00] = 143 <units>; "
			   "final [143.00 * 1.1, rounded to the penny] = 157.3 <market forces factor>");
	line_steps(
		"attendance", "hrg=AA12A tf=120 first=2 rounding=none",
		"point of delivery [HRG AA12A: OPFUPSPCL] <claim>; unit price [no procedure price of "
		"HRG AA12A: attendance price of HRG WF01A in treatment function 120] = 98 <tariff>; "
		"before factor [1 * 98.00] = 98 <units>; "
		"final [98.00 * 1.1, not rounded (none)] = 107.8 <market forces factor>");
	line_steps("attendance", "status=3 first=?",
			   "point of delivery [HRG WF01B: OPFASPCL] <claim>; unit price [attendance status 3, "
			   "first attendance missing: nothing is paid] = 0 <tariff>; "
			   "before factor [1 * 0.00] = 0 <units>; "
			   "final [0.00 * 1.1, rounded to the penny] = 0 <market forces factor>");
	line_steps("attendance", "first=5",
			   "point of delivery [HRG WF01B: OPFASPCL] <claim>; unit price [attendance status 5, "
			   "first attendance 5: nothing is paid] = 0 <tariff>; "
			   "before factor [1 * 0.00] = 0 <units>; "
			   "final [0.00 * 1.1, rounded to the penny] = 0 <market forces factor>");
	line_steps("attendance", "tf=111",
			   "point of delivery [HRG WF01B: OPFASPCL] <claim>; "
			   "not assessed [no attendance price for HRG WF01B] <claim and tariff>");
	line_steps(
		"emergency", "hrg=VB08Z rounding=sus factor=1.0642",
		"point of delivery [HRG VB08Z: AE] <claim>; unit price [emergency care price of HRG "
		"VB08Z] = 84.5 <tariff>; before factor [1 * 84.50, rounded to whole pounds (sus)] = 85 "
		"<units>; final [85.00 * 1.0642, rounded to whole pounds (sus)] = 90 <market forces "
		"factor>");
	line_steps("unbundled", "hrg=XC01Z units=2.5 factor=1.0642",
			   "point of delivery [HRG XC01Z: UNBACC] <claim>; unit price [unbundled price of HRG "
			   "XC01Z] = 1000 <tariff>; before factor [2.5 * 1000.00] = 2500 <units>; "
			   "final [2500.00 * 1.0642, rounded to the penny] = 2660.5 <market forces factor>");
	line_steps("unbundled", "hrg=SB97Z",
			   "point of delivery [HRG SB97Z: UNBCHEMO] <claim>; unit price [HRG SB97Z carries no "
			   "price of its own] = 0 <tariff>; before factor [1 * 0.00] = 0 <units>; "
			   "final [0.00 * 1.1, rounded to the penny] = 0 <market forces factor>");
	line_steps("unbundled", "hrg=?", "not assessed [HRG is missing] <claim and tariff>");
}

/* a module of the maternity pathway: price, or its steps */
static void
pathway(const char *words, const char *expected, const char *expected_steps)
{
	char            spaced[200];
	char            found[300];
	PathwayInput    in;
	AttendancePrice price;
	PriceStep       list[PRICE_STEPS];
	PriceText       rounding;

	snprintf(spaced, sizeof(spaced), " %s", words);
	memset(&in, 0, sizeof(in));
	memset(&price, 0x5a, sizeof(price));
	in.module = word(spaced, "module", "antenatal");
	in.level = word(spaced, "level", "STANDARD");
	in.factor_known = decimal(spaced, "factor", "1.1", &in.factor);
	rounding = word(spaced, "rounding", "penny");
	in.rounding_known =
		rounding.text && inv_rounding_from_text(rounding.text, rounding.length, &in.rounding);
	price_pathway_core(tariff, &in, &price);
	if (price.overflow)
		strcpy(found, "overflow");
	else if (price.reason[0] != '\0')
		snprintf(found, sizeof(found), "%s: %s", price.pod ? price.pod : "?", price.reason);
	else
		snprintf(found, sizeof(found), "%s %s %s", price.pod, show(price.unit_price),
				 show(price.final));
	ok(strcmp(found, expected) == 0, "pathway %s: %s (%s)", words, expected, found);
	if (expected_steps != NULL)
		ok(strcmp(joined(list, pathway_steps_core(&in, &price, list)), expected_steps) == 0,
		   "steps of pathway %s: %s (%s)", words, expected_steps,
		   joined(list, pathway_steps_core(&in, &price, list)));
}

static void
test_pathways(void)
{
	pathway(
		"level=INTENSIVE rounding=sus factor=1.0642", "MATPATHAN 2900 3086",
		"point of delivery [module antenatal: MATPATHAN] <claim>; unit price [pathway price of "
		"antenatal at level INTENSIVE] = 2900 <tariff>; before factor [1 * 2900.00, rounded to "
		"whole pounds (sus)] = 2900 <units>; "
		"final [2900.00 * 1.0642, rounded to whole pounds (sus)] = 3086 <market forces factor>");
	pathway("", "MATPATHAN 1100 1210", NULL);
	pathway("module=delivery level=WITHCC", "MATPATHDEL 2500.5 2750.55", NULL);
	pathway(
		"module=delivery level=WITHOUTCC", "MATPATHDEL: no delivery price for level WITHOUTCC",
		"point of delivery [module delivery: MATPATHDEL] <claim>; not assessed [no delivery price "
		"for level WITHOUTCC] <claim and tariff>");
	pathway("module=postnatal", "MATPATHPN 230 253", NULL);
	pathway("module=postnatal level=INTENSIVE", "MATPATHPN: no postnatal price for level INTENSIVE",
			NULL);
	pathway("module=birth", "?: \"birth\" is no module of the pathway", NULL);
	pathway("module=?", "?: module of the pathway is missing",
			"not assessed [module of the pathway is missing] <claim and tariff>");
	pathway("level=?", "MATPATHAN: level of the pathway is missing", NULL);
	pathway("level=a_level_that_is_far_too_long",
			"MATPATHAN: no antenatal price for level (long text)", NULL);
	pathway("factor=?", "MATPATHAN: market forces factor is missing", NULL);
	pathway("rounding=?", "MATPATHAN: rounding is missing", NULL);
}

static void
test_steps(void)
{
	steps("hrg=DZ11V los=30 cc=3 rehab=4 both=2 pall=1 factor=1.0733",
		  "point of delivery [classification 1, admission method 21: NEL] <spell record>; "
		  "qualifying days [max(0, 30 stayed - 3 critical care - 4 rehabilitation + 2 in both - 1 "
		  "palliative) = 24] <spell record>; "
		  "full base [NEL price of HRG DZ11V] = 2911 <tariff>; excess days [max(0, 24 days - 17 "
		  "trim point) = 7 * 233.00 a day] = 1631 <tariff>; "
		  "before factor [base + top-up + excess days + best practice, rounded to whole pounds "
		  "(sus)] = "
		  "4542 <sum>; "
		  "final [4542.00 * 1.0733, rounded to whole pounds (sus)] = 4875 <market forces factor>");
	steps("hrg=DZ11V los=30 cc=3 both=2 rounding=penny",
		  "point of delivery [classification 1, admission method 21: NEL] <spell record>; "
		  "qualifying days [max(0, 30 stayed - 3 critical care - 0 rehabilitation + 0 in both - 0 "
		  "palliative) = 27] <spell record>; "
		  "full base [NEL price of HRG DZ11V] = 2911 <tariff>; excess days [max(0, 27 days - 17 "
		  "trim point) = 10 * 233.00 a day] = 2330 <tariff>; "
		  "before factor [base + top-up + excess days + best practice, rounded to the penny] = "
		  "5241 <sum>; "
		  "final [5241.00 * 1, rounded to the penny] = 5241 <market forces factor>");
	steps("hrg=DZ11V los=30 rehab=3 both=2 rounding=none",
		  "point of delivery [classification 1, admission method 21: NEL] <spell record>; "
		  "qualifying days [max(0, 30 stayed - 0 critical care - 3 rehabilitation + 0 in both - 0 "
		  "palliative) = 27] <spell record>; "
		  "full base [NEL price of HRG DZ11V] = 2911 <tariff>; excess days [max(0, 27 days - 17 "
		  "trim point) = 10 * 233.00 a day] = 2330 <tariff>; "
		  "before factor [base + top-up + excess days + best practice, not rounded (none)] = 5241 "
		  "<sum>; "
		  "final [5241.00 * 1, not rounded (none)] = 5241 <market forces factor>");
	steps("hrg=EB10E los=1 top=child best=1",
		  "point of delivery [classification 1, admission method 21: NEL] <spell record>; "
		  "qualifying days [max(0, 1 stayed - 0 critical care - 0 rehabilitation + 0 in both - 0 "
		  "palliative) = 1] <spell record>; "
		  "full base [NEL price of HRG EB10E] = 1402 <tariff>; short stay base [1402.00 * 45% "
		  "(emergency, adult, 1 days)] = 631 <tariff>; "
		  "top-up [631.00 * 0.15% (top-up child)] = 0.9465 <tariff>; excess days [max(0, 1 days - "
		  "5 trim point) = 0 * 200.00 a day] = 0 <tariff>; "
		  "before factor [base + top-up + excess days + best practice, rounded to whole pounds "
		  "(sus)] = "
		  "632 <sum>; "
		  "final [632.00 * 1, rounded to whole pounds (sus)] = 632 <market forces factor>");
	steps("hrg=EB11E",
		  "point of delivery [classification 1, admission method 21: NEL] <spell "
		  "record>; qualifying days [length of stay 0] <spell record>; "
		  "full base [NEL price of HRG EB11E] = 1402 <tariff>; short stay base [short "
		  "stay price of HRG EB11E (emergency, adult, 0 days)] = 700.5 <tariff>; "
		  "before factor [base + top-up + excess days + best practice, rounded to "
		  "whole pounds (sus)] = 701 <sum>; "
		  "final [701.00 * 1, rounded to whole pounds (sus)] = 701 <market forces factor>");
	steps("hrg=HE11A best=1",
		  "point of delivery [classification 1, admission method 21: NEL] <spell record>; "
		  "qualifying days [length of stay 0] <spell record>; "
		  "full base [NEL price of HRG HE11A] = 5000 <tariff>; best practice [conditional part, "
		  "met] = 1335 <tariff>; "
		  "before factor [base + top-up + excess days + best practice, rounded to whole pounds "
		  "(sus)] = "
		  "6335 <sum>; "
		  "final [6335.00 * 1, rounded to whole pounds (sus)] = 6335 <market forces factor>");
	steps("class=?", "not assessed [patient classification is missing] <spell record and tariff>");
	steps("class=3 method=?",
		  "point of delivery [classification 3, admission method missing: RADAY] <spell record>; "
		  "not assessed [regular attenders have a local price] <spell record and tariff>");
	steps("los=2 cc=?",
		  "point of delivery [classification 1, admission method 21: NEL] <spell record>; "
		  "not assessed [critical care days are missing] <spell record and tariff>");
	steps("los=2 hrg=ZZ99Z",
		  "point of delivery [classification 1, admission method 21: NEL] <spell record>; "
		  "qualifying days [max(0, 2 stayed - 0 critical care - 0 rehabilitation + 0 in both - 0 "
		  "palliative) = 2] <spell record>; "
		  "not assessed [no price for HRG ZZ99Z] <spell record and tariff>");
}

int
main(void)
{
	static const char more[] =
		",\"attendances\":[{\"treatment_function\":\"110\",\"hrg\":\"WF01B\",\"price\":165},{"
		"\"treatment_function\":\"110\",\"hrg\":\"WF01A\",\"price\":78},"
		"{\"treatment_function\":\"110\",\"hrg\":\"WF02B\",\"price\":212},{\"treatment_function\":"
		"\"110\",\"hrg\":\"WF02A\",\"price\":100},"
		"{\"treatment_function\":\"110\",\"hrg\":\"WF01D\",\"price\":60},{\"treatment_function\":"
		"\"110\",\"hrg\":\"WF01C\",\"price\":41},"
		"{\"treatment_function\":\"110\",\"hrg\":\"WF02D\",\"price\":61},{\"treatment_function\":"
		"\"110\",\"hrg\":\"WF02C\",\"price\":42},"
		"{\"treatment_function\":\"120\",\"hrg\":\"WF01B\",\"price\":99},{\"treatment_function\":"
		"\"120\",\"hrg\":\"WF01A\",\"price\":98},"
		"{\"treatment_function\":\"120\",\"hrg\":\"WF02A\",\"price\":98},{\"treatment_function\":"
		"\"120\",\"hrg\":\"WF01C\",\"price\":97}],"
		"\"procedures\":[{\"hrg\":\"AA11A\",\"price\":143}],\"emergency\":[{\"hrg\":\"VB08Z\","
		"\"price\":84.5}],"
		"\"unbundled\":[{\"hrg\":\"XC01Z\",\"price\":1000},{\"hrg\":\"SB13Z\",\"price\":299},{"
		"\"hrg\":\"RD20A\",\"price\":84},{\"hrg\":\"AA01Z\",\"price\":5}],"
		"\"top_ups\":[{\"code\":\"spinal\",\"percent\":11},{\"code\":\"child\",\"percent\":0.15},{"
		"\"code\":\"all\",\"percent\":8000000000000},{\"code\":\"odd\",\"percent\":1234567.900444}"
		"],\"pathways\":[{\"module\":\"antenatal\",\"level\":\"INTENSIVE\",\"price\":2900},"
		"{\"module\":\"antenatal\",\"level\":\"STANDARD\",\"price\":1100},"
		"{\"module\":\"delivery\",\"level\":\"WITHCC\",\"price\":2500.5},"
		"{\"module\":\"postnatal\",\"level\":\"STANDARD\",\"price\":230}]";
	char all[8000];

	snprintf(all, sizeof(all), "%s%s", lists, more);
	tariff = compile("\"short_stay\":{\"max_days\":1,\"min_age\":19},", all);
	other = compile("\"short_stay\":{\"max_days\":1,\"min_age\":19,\"length_of_stay\":\"actual\"},"
					"\"admission_method_81\":\"EL\",",
					all);
	bare = compile("", "\"spells\":[{\"hrg\":\"AA11A\",\"non_elective\":5}]");
	part = compile("\"valid_from\":\"2024-05-01\",\"valid_to\":\"2024-09-30\",",
				   "\"spells\":[{\"hrg\":\"AA11A\",\"non_elective\":6}]");
	test_examples();
	test_delivery();
	test_days();
	test_parts();
	test_lines();
	test_steps();
	test_line_steps();
	test_pathways();
	release(tariff);
	release(other);
	release(bare);
	release(part);
	ok(live == 0, "all memory is given back (%d blocks)", live);
	return done_testing();
}

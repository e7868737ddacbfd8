/*-------------------------------------------------------------------------
 *
 * code.c
 *	  Clinical codes: forms, order, prefixes, sets of prefixes.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>

#include "types/code_core.h"

/* Does the text read, and print as expected?  NULL: it must not read. */
static void
reads(const CodeForm *form, const char *text, const char *expected)
{
	int64_t word;
	char    out[CODE_TEXT_SIZE];
	bool    good = code_parse(form, text, strlen(text), &word);

	if (expected == NULL)
	{
		ok(!good, "%s refuses \"%s\"", form->name, text);
		return;
	}
	ok(good && code_format(form, word, out) == (int) strlen(expected) &&
		   strcmp(out, expected) == 0 && code_is_valid(form, word),
	   "%s reads \"%s\" as %s", form->name, text, expected);
}

static void
test_forms(void)
{
	static const char *const icd10_bad[] = {"",
											"I",
											"I2",
											"21",
											"I2I",
											"II1",
											"I21.9.1",
											"I.219",
											"I21-9",
											"I2 1",
											"I21 9",
											"E0835999",
											"I21*",
											"A0C",
											"A0@",
											"\xC9"
											"21",
											"I21\xC3",
											"E102  D",
											"E102 DD",
											"E10 2D",
											"E1021 D",
											".I21",
											"I21..9",
											"1219",
											"[21"};
	static const char *const opcs4_bad[] = {"",      "W37",   "W37.",  "W37.11", "W3711",
											"W3.71", "W371.", "37.1",  "WW71",   "W37A",
											"-",     "&",     "W37 1", "W.371"};
	static const char *const hrg_bad[] = {"",       "AA22",  "AA22CC", "A22CC", "AA2CC", "AAA2C",
										  "AA22.C", "AA222", "1A22C",  "A122C", "AA2 C", ".AA22C"};
	size_t                   i;

	reads(&code_icd10, "I21", "I21");
	reads(&code_icd10, "I21.", "I21");
	reads(&code_icd10, "i21.9", "I219");
	reads(&code_icd10, "I10X", "I10X");
	reads(&code_icd10, "M54.56", "M5456");
	reads(&code_icd10, "E10.21D", "E1021D");
	reads(&code_icd10, "E102D", "E102D");
	reads(&code_icd10, "E102 D", "E102D");
	reads(&code_icd10, "E10.2 a", "E102A");
	reads(&code_icd10, " G01XA ", "G01XA");
	reads(&code_icd10, "S72.001A", "S72001A");
	reads(&code_icd10, "E083599", "E083599");
	reads(&code_icd10, "c7a00", "C7A00");
	reads(&code_icd10, "C7B8", "C7B8");
	reads(&code_icd10, "U071", "U071");
	reads(&code_icd10, "z99.zzzz", "Z99ZZZZ");
	reads(&code_icd10, "A000000", "A000000");
	for (i = 0; i < sizeof(icd10_bad) / sizeof(icd10_bad[0]); i++)
		reads(&code_icd10, icd10_bad[i], NULL);
	reads(&code_icd10, "I219.", NULL);
	reads(&code_icd10, "E102 ", "E102");

	reads(&code_opcs4, "W37.1", "W37.1");
	reads(&code_opcs4, "w371", "W37.1");
	reads(&code_opcs4, " Z94.3\t", "Z94.3");
	reads(&code_opcs4, "A000", "A00.0");
	for (i = 0; i < sizeof(opcs4_bad) / sizeof(opcs4_bad[0]); i++)
		reads(&code_opcs4, opcs4_bad[i], NULL);

	reads(&code_hrg, "AA22C", "AA22C");
	reads(&code_hrg, "uz01z", "UZ01Z");
	reads(&code_hrg, "ZA99A", "ZA99A");
	for (i = 0; i < sizeof(hrg_bad) / sizeof(hrg_bad[0]); i++)
		reads(&code_hrg, hrg_bad[i], NULL);
}

static void
test_layout(void)
{
	int64_t word;

	ok(code_parse(&code_icd10, "I219", 4, &word) && word == INT64_C(0x4932313900000000),
	   "layout of I219");
	ok(code_parse(&code_icd10, "E083599", 7, &word) && word == INT64_C(0x4530383335393900),
	   "layout of E083599");
	ok(code_parse(&code_hrg, "AA22C", 5, &word) && word == INT64_C(0x4141323243000000),
	   "layout of AA22C");
	ok(code_parse(&code_opcs4, "W37.1", 5, &word) && word == INT64_C(0x5733373100000000),
	   "layout of W37.1");
	ok(!code_is_valid(&code_icd10, 0), "no code is not a code");
	ok(!code_is_valid(&code_icd10, INT64_C(0x4932313900000001)), "byte 8 must be zero");
	ok(!code_is_valid(&code_icd10, INT64_C(0x4932313900000031)),
	   "byte 8 must be zero, not a digit");
	ok(!code_is_valid(&code_icd10, INT64_C(0x4932310039000000)), "no gaps");
	ok(!code_is_valid(&code_icd10, INT64_C(0x6932313900000000)), "no lower case");
	ok(!code_is_valid(&code_icd10, INT64_C(0x4932312E39000000)), "no dot");
	ok(!code_is_valid(&code_icd10, INT64_C(0x2049323139000000)), "no blank");
	ok(!code_is_valid(&code_icd10, INT64_C(0x4932000000000000)), "not too short");
	ok(!code_is_valid(&code_icd10, -1), "not negative");
	ok(!code_is_valid(&code_hrg, INT64_C(0x4932313900000000)), "a code of another form");
}

/* in_prefix --- -1 when the prefix is refused. */
static int
in_prefix(const CodeForm *form, const char *code, const char *prefix)
{
	int64_t word;
	int64_t first;
	int64_t last;

	if (!code_parse(form, code, strlen(code), &word) ||
		!code_parse_prefix(form, prefix, strlen(prefix), &first, &last))
		return -1;
	return first <= word && word <= last;
}

static void
test_prefixes(void)
{
	static const char *const bad[] = {"", " ", "2", "II", "I2%", "I21*", "E0835999", ".", "I2C"};
	int64_t                  first;
	int64_t                  last;
	char                     out[CODE_TEXT_SIZE];
	size_t                   i;

	ok(in_prefix(&code_icd10, "I21", "I") == 1 && in_prefix(&code_icd10, "I219", "I2") == 1 &&
		   in_prefix(&code_icd10, "I219", "i21.9") == 1 &&
		   in_prefix(&code_icd10, "I21", "I21.") == 1,
	   "prefix of itself and of longer codes");
	ok(in_prefix(&code_icd10, "I21", "I219") == 0 && in_prefix(&code_icd10, "I22", "I21") == 0 &&
		   in_prefix(&code_icd10, "I20ZZZZ", "I21") == 0 &&
		   in_prefix(&code_icd10, "J00", "I") == 0 && in_prefix(&code_icd10, "H99ZZZZ", "I") == 0 &&
		   in_prefix(&code_icd10, "I2B", "I21") == 0,
	   "not of its neighbours");
	ok(in_prefix(&code_icd10, "C7BZZZZ", "C7") == 1 && in_prefix(&code_icd10, "C7B", "C7") == 1 &&
		   in_prefix(&code_icd10, "S72001A", "S72001A") == 1 &&
		   in_prefix(&code_icd10, "S72001B", "S72001A") == 0,
	   "the ends of the range belong to it");
	ok(in_prefix(&code_opcs4, "W37.1", "W37.") == 1 && in_prefix(&code_opcs4, "W37.9", "w3") == 1 &&
		   in_prefix(&code_opcs4, "W40.0", "W3") == 0,
	   "opcs4");
	ok(in_prefix(&code_hrg, "AA22C", "AA22") == 1 && in_prefix(&code_hrg, "AA23A", "AA22") == 0,
	   "hrg");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(in_prefix(&code_icd10, "I21", bad[i]) == -1, "prefix \"%s\" is refused", bad[i]);
	ok(in_prefix(&code_hrg, "AA22C", "AAA") == -1 && in_prefix(&code_opcs4, "W371", "W3711") == -1,
	   "so are prefixes of no hrg and no opcs4 code");
	(void) code_parse_prefix(&code_icd10, "I", 1, &first, &last);
	(void) code_format(&code_icd10, last, out);
	ok(strcmp(out, "I9BZZZZ") == 0 && code_is_valid(&code_icd10, last), "the last word is a code");
	(void) code_parse_prefix(&code_opcs4, "W", 1, &first, &last);
	(void) code_format(&code_opcs4, last, out);
	ok(strcmp(out, "W99.9") == 0, "in opcs4 too");
	(void) code_parse_prefix(&code_hrg, "A", 1, &first, &last);
	(void) code_format(&code_hrg, last, out);
	ok(strcmp(out, "AZ99Z") == 0, "and in hrg");
}

static uint64_t state = 42;

static unsigned
draw(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned) ((state >> 33) % n);
}

/* random_code --- text of a random ICD-10 code of the length, out of few letters so that codes
 * meet. */
static void
random_code(char *out, int length)
{
	static const char any[] = "019AXZ";
	int               i;

	for (i = 0; i < length; i++)
		out[i] = i == 0   ? "ABZ"[draw(3)]
				 : i == 1 ? "019"[draw(3)]
				 : i == 2 ? "09AB"[draw(4)]
						  : any[draw(6)];
	out[length] = '\0';
}

static void
test_properties(void)
{
	bool trips = true;
	bool ordered = true;
	bool prefixed = true;
	bool sets = true;
	int  i;

	for (i = 0; i < 20000; i++)
	{
		char      a[8];
		char      b[8];
		char      out[CODE_TEXT_SIZE];
		int64_t   x = 0;
		int64_t   y = 0;
		CodeRange range;
		CodeRange ranges[8];
		int       count = (int) draw(9);
		int       kept;
		bool      expected = false;
		int       j;

		random_code(a, 3 + (int) draw(5));
		random_code(b, 3 + (int) draw(5));
		trips = trips && code_parse(&code_icd10, a, strlen(a), &x) &&
				code_format(&code_icd10, x, out) == (int) strlen(a) && strcmp(out, a) == 0 &&
				code_is_valid(&code_icd10, x);
		(void) code_parse(&code_icd10, b, strlen(b), &y);
		ordered =
			ordered && (x < y) == (strcmp(a, b) < 0) && (x == y) == (strcmp(a, b) == 0) && x > 0;

		b[1 + draw((unsigned) strlen(b))] = '\0';
		prefixed = prefixed &&
				   code_parse_prefix(&code_icd10, b, strlen(b), &range.first, &range.last) &&
				   (range.first <= x && x <= range.last) == (strncmp(a, b, strlen(b)) == 0);

		for (j = 0; j < count; j++)
		{
			random_code(b, 1 + (int) draw(5));
			(void) code_parse_prefix(&code_icd10, b, strlen(b), &ranges[j].first, &ranges[j].last);
			expected = expected || strncmp(a, b, strlen(b)) == 0;
		}
		kept = code_ranges_merge(ranges, count);
		sets = sets && kept <= count && (kept > 0) == (count > 0) &&
			   code_ranges_hold(ranges, kept, x) == expected;
		for (j = 1; j < kept; j++)
			sets = sets && ranges[j - 1].last < ranges[j].first;
	}
	ok(trips, "format(parse(x)) = x for 20,000 random codes");
	ok(ordered, "words are in the order of the text");
	ok(prefixed, "a prefix is a range");
	ok(sets, "sets of prefixes hold what one of their prefixes begins");
}

static void
test_sets(void)
{
	CodeRange ranges[3] = {{30, 39}, {10, 19}, {12, 12}};

	ok(code_ranges_merge(NULL, 0) == 0 && !code_ranges_hold(NULL, 0, 5), "the empty set");
	ok(code_ranges_merge(ranges, 3) == 2, "a covered range is dropped");
	ok(!code_ranges_hold(ranges, 2, 9) && code_ranges_hold(ranges, 2, 10) &&
		   code_ranges_hold(ranges, 2, 19) && !code_ranges_hold(ranges, 2, 20) &&
		   !code_ranges_hold(ranges, 2, 29) && code_ranges_hold(ranges, 2, 30) &&
		   code_ranges_hold(ranges, 2, 39) && !code_ranges_hold(ranges, 2, 40),
	   "the ends of each range");
}

int
main(void)
{
	test_forms();
	test_layout();
	test_prefixes();
	test_properties();
	test_sets();
	return done_testing();
}

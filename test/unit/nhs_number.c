/*-------------------------------------------------------------------------
 *
 * nhs_number.c
 *	  NHS numbers: check digit, text forms, every fault.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>

#include "types/nhs_number_core.h"
#include "types/text_core.h"

static NhsNumberFault
fault_of(const char *text)
{
	int64_t number = -1;

	return nhs_number_parse(text, strlen(text), &number);
}

static int64_t
number_of(const char *text)
{
	int64_t number = -1;

	return nhs_number_parse(text, strlen(text), &number) == NHS_NUMBER_OK ? number : -1;
}

/* The published cases: number, is it valid, the check digit its first nine digits ask for. */
static const struct
{
	const char *digits;
	bool        valid;
	int         check;
} cases[] = {{"9434765919", true, 9},  {"9434765910", false, 9},  {"4010232137", true, 7},
			 {"6541003238", true, 8},  {"9990000018", true, 8},   {"4501000090", true, 0},
			 {"4501000120", true, 0},  {"4501000041", false, 10}, {"3459124359", false, 0},
			 {"4380590096", false, 7}, {"4446394339", true, 9},   {"4146515092", true, 2},
			 {"8314495581", true, 1},  {"3417284996", true, 6},   {"4505577104", true, 4},
			 {"0000000000", true, 0},  {"1111111111", true, 1},   {"2222222222", true, 2},
			 {"4874773259", false, 7}, {"7092823059", false, 6}};

static void
test_cases(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok((number_of(cases[i].digits) >= 0) == cases[i].valid &&
			   nhs_number_check_digit(strtoll(cases[i].digits, NULL, 10)) == cases[i].check,
		   "published case ending %s", cases[i].digits + 7);
}

static void
test_faults(void)
{
	static const char *const bad[] = {"",
									  "943476591",
									  "94347659190",
									  "94347659199434765919",
									  "943476591a",
									  "-9434765919",
									  "943--4765919",
									  "943 4 765919",
									  "9434765919-",
									  "943 476 591",
									  "94 34765919",
									  "943- 4765919",
									  "9434 765919",
									  "9434765 919",
									  "943_476_5919",
									  "943\xC2\xA0"
									  "4765919",
									  "+943476591",
									  "943.476.5919",
									  "9434765919x"};
	size_t                   i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(fault_of(bad[i]) == NHS_NUMBER_NOT_TEN_DIGITS, "not ten digits: case %d", (int) i);
	ok(fault_of("9434765910") == NHS_NUMBER_WRONG_CHECK_DIGIT, "wrong check digit");
	ok(fault_of("4501000041") == NHS_NUMBER_NEVER_ISSUED, "check digit 10 is never issued");
	ok(nhs_number_check(-1) == NHS_NUMBER_NOT_TEN_DIGITS, "negative integer");
	ok(nhs_number_check(INT64_C(-1111111111)) == NHS_NUMBER_NOT_TEN_DIGITS, "negative multiple");
	ok(nhs_number_check(INT64_C(10000000000)) == NHS_NUMBER_NOT_TEN_DIGITS, "integer of 11 digits");
	ok(nhs_number_check(INT64_C(9999999999)) == NHS_NUMBER_OK, "the greatest number");
	ok(nhs_number_check(0) == NHS_NUMBER_OK, "the least number");
}

static void
test_forms(void)
{
	static const char *const good[] = {"9434765919",
									   "943 476 5919",
									   "943-476-5919",
									   "943 4765919",
									   "943476-5919",
									   "943-476 5919",
									   " 9434765919\t",
									   "\xEF\xBB\xBF"
									   "9434765919\r\n",
									   "\xC2\xA0"
									   "943 476 5919\xC2\xA0"};
	char                     out[NHS_NUMBER_SPACED_SIZE];
	size_t                   i;
	int64_t                  number = -1;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(number_of(good[i]) == INT64_C(9434765919), "text form %d", (int) i);
	nhs_number_format(INT64_C(9434765919), out);
	ok(strcmp(out, "9434765919") == 0, "plain text");
	nhs_number_format(0, out);
	ok(strcmp(out, "0000000000") == 0, "plain text keeps leading zeros");
	nhs_number_format_spaced(INT64_C(9434765919), out);
	ok(strcmp(out, "943 476 5919") == 0, "3-3-4 text");
	ok(nhs_number_parse("94347659190", 10, &number) == NHS_NUMBER_OK, "the length given counts");
	number = -1;
	(void) nhs_number_parse("9434765910", 10, &number);
	ok(number == INT64_C(9434765910),
	   "ten digits are handed back even if the check digit is wrong");
	number = -1;
	(void) nhs_number_parse("94347659", 8, &number);
	ok(number == -1, "fewer are not");
}

/* Every nine digits have exactly one right check digit, or none; round trips hold. */
static void
test_properties(void)
{
	uint64_t state = 20240401;
	bool     one = true;
	bool     trips = true;
	bool     nobody = true;
	int      never = 0;
	int      i;

	for (i = 0; i < 100000; i++)
	{
		int64_t base;
		int     last;
		int     right = 0;
		char    out[NHS_NUMBER_SPACED_SIZE];

		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		base = (int64_t) ((state >> 20) % 1000000000) * 10;
		for (last = 0; last < 10; last++)
		{
			int     sum = last;
			int64_t rest = base / 10;
			int     weight;

			/* The other statement of the rule: the weighted sum of all ten digits is 0 modulo 11.
			 */
			for (weight = 2; weight <= 10; weight++, rest /= 10)
				sum += weight * (int) (rest % 10);
			if ((nhs_number_check(base + last) == NHS_NUMBER_OK) != (sum % 11 == 0))
				one = false;
			if (nhs_number_check(base + last) != NHS_NUMBER_OK)
				continue;
			right++;
			nhs_number_format(base + last, out);
			trips = trips && number_of(out) == base + last;
			nhs_number_format_spaced(base + last, out);
			trips = trips && number_of(out) == base + last;
		}
		never += right == 0;
		one = one && right <= 1 && (right == 1) == (nhs_number_check_digit(base) < 10);
	}
	ok(one, "100,000 random nine digits have at most one check digit");
	ok(never > 8000 && never < 10200, "one in eleven is never issued");
	ok(trips, "format and parse are inverse");
	for (i = 0; i < 10; i++)
		nobody = nobody && nhs_number_is_placeholder(INT64_C(1111111111) * i);
	ok(nobody, "ten placeholders");
	ok(!nhs_number_is_placeholder(INT64_C(9434765919)) && !nhs_number_is_placeholder(1) &&
		   !nhs_number_is_placeholder(INT64_C(1111111112)),
	   "others are none");
}

static bool
trims_to(const char *text, const char *expected)
{
	size_t length = strlen(text);

	text_trim(&text, &length);
	return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static void
test_text(void)
{
	const char *text = "abc";
	size_t      length = 3;

	ok(trims_to("", "") && trims_to(" ", "") && trims_to(" \t\n\v\f\r", ""), "nothing but blanks");
	ok(trims_to("\xEF\xBB\xBF\xC2\xA0 a b \xC2\xA0\xEF\xBB\xBF ", "a b"), "invisible characters");
	ok(trims_to("\xC2", "\xC2") && trims_to("\xA0", "\xA0") && trims_to("a\xBB\xBF", "a\xBB\xBF"),
	   "halves of them stay");
	ok(trims_to("\x08"
				"a\x0E",
				"\x08"
				"a\x0E"),
	   "other control characters stay");
	ok(!text_skip(&text, &length, "abcd") && !text_skip(&text, &length, "b") && length == 3,
	   "nothing to skip");
	ok(text_skip(&text, &length, "ab") && *text == 'c' && length == 1, "skipped");
	ok(text_skip(&text, &length, "c") && length == 0, "skipped to the end");
	ok(text_is_digit('0') && text_is_digit('9') && !text_is_digit('/') && !text_is_digit(':') &&
		   text_is_upper('A') && text_is_upper('Z') && !text_is_upper('@') && !text_is_upper('[') &&
		   text_to_upper('a') == 'A' && text_to_upper('z') == 'Z' && text_to_upper('`') == '`' &&
		   text_to_upper('{') == '{' && text_to_upper('5') == '5' && text_to_upper('M') == 'M',
	   "character classes");
}

int
main(void)
{
	test_cases();
	test_faults();
	test_forms();
	test_properties();
	test_text();
	return done_testing();
}

/*-------------------------------------------------------------------------
 *
 * invoice_decimal.c
 *	  Exact decimal amounts: text, the server's numeric, arithmetic, rounding.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>

#include "invoice/decimal_core.h"

#define MOST "170141183460469231731687303715884105727"

static InvDecimal
amount(const char *text)
{
	InvDecimal result = {0, 0};

	if (!inv_from_text(text, strlen(text), &result))
		ok(false, "%s is a number", text);
	return result;
}

static const char *
text_of(InvDecimal value, int least_scale)
{
	static char buffer[4][INV_TEXT_SIZE];
	static int  turn;

	turn = (turn + 1) % 4;
	if (inv_to_text(value, least_scale, buffer[turn]) != strlen(buffer[turn]))
		return "wrong length";
	return buffer[turn];
}

/* text read and written; expected NULL: refused */
static void
reads(const char *text, const char *expected)
{
	InvDecimal result = {-7, 7};
	bool       good = inv_from_text(text, strlen(text), &result);

	ok(good == (expected != NULL) && (!good || strcmp(text_of(result, 0), expected) == 0),
	   "reads \"%.50s\" as %s (%s)", text, expected ? expected : "no number",
	   good ? text_of(result, 0) : "none");
}

static void
test_text(void)
{
	static const char *const good[][2] = {
		{"0", "0"},
		{"-0", "0"},
		{"7", "7"},
		{"-12", "-12"},
		{"1.50", "1.5"},
		{"100", "100"},
		{"1e3", "1000"},
		{"1E+3", "1000"},
		{"1e-3", "0.001"},
		{"12.5e1", "125"},
		{"12.5e0", "12.5"},
		{"1.25e1", "12.5"},
		{"0e99999", "0"},
		{"0.000", "0"},
		{"90817263544", "90817263544"},
		{MOST, MOST},
		{"-" MOST, "-" MOST},
		{"1e38", "100000000000000000000000000000000000000"},
		{"1e-60", "0.000000000000000000000000000000000000000000000000000000000001"},
		{"0.000000000000000000000000000000000000000000000000000000000001",
		 "0.000000000000000000000000000000000000000000000000000000000001"},
		{"5e-5", "0.00005"},
		{"1.e", NULL},
		{"", NULL},
		{"-", NULL},
		{".", NULL},
		{"1.", NULL},
		{".5", NULL},
		{"1e", NULL},
		{"1e+", NULL},
		{"e5", NULL},
		{"+1", NULL},
		{"1 ", NULL},
		{"a", NULL},
		{"1a", NULL},
		{"1:", NULL},
		{"1/", NULL},
		{"1.2:", NULL},
		{"1e5:", NULL},
		{"1e39", NULL},
		{"2e38", NULL},
		{"1e-61", NULL},
		{"1e99999999999", NULL},
		{"1e-99999999999", NULL},
		{"170141183460469231731687303715884105728", NULL},
		{"1701411834604692317316873037158841057270", NULL},
		{"1.7014118346046923173168730371588410572701", NULL},
		{"0.0000000000000000000000000000000000000000000000000000000000001", NULL}};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		reads(good[i][0], good[i][1]);
	for (i = 0; i <= 38; i++)
	{
		char power[10];
		char digits[50] = "1";

		sprintf(power, "1e%d", (int) i);
		memset(digits + 1, '0', i);
		reads(power, digits);
	}
	{
		InvDecimal twelve;

		ok(inv_from_text("12e5", 2, &twelve) && twelve.value == 12 &&
			   inv_from_text("12.5", 2, &twelve) && twelve.value == 12 &&
			   inv_from_text("125", 2, &twelve) && twelve.value == 12 &&
			   inv_from_text("-12", 3, &twelve) && twelve.value == -12,
		   "nothing behind the text is looked at");
	}
	ok(!strcmp(text_of(amount("1.5"), 2), "1.50") && !strcmp(text_of(amount("7"), 2), "7.00") &&
		   !strcmp(text_of(amount("0"), 3), "0.000") &&
		   !strcmp(text_of(inv_decimal(123000, 5), 2), "1.23") &&
		   !strcmp(text_of(inv_decimal(123450, 5), 2), "1.2345") &&
		   !strcmp(text_of(inv_decimal(-5, 2), 0), "-0.05"),
	   "decimals shown: at least as many as asked for, no zeros beyond");
}

static void
encodes(const char *text, int least_scale, const char *hex)
{
	InvDecimal value = amount(text);
	InvDecimal back = {0, 0};
	char       numeric[INV_NUMERIC_SIZE];
	char       found[2 * INV_NUMERIC_SIZE + 1] = "";
	size_t     length = inv_to_numeric(value, least_scale, numeric);
	size_t     i;

	for (i = 0; i < length; i++)
		sprintf(found + 2 * i, "%02x", (unsigned char) numeric[i]);
	ok(strcmp(found, hex) == 0, "numeric of %s is %s (%s)", text, hex, found);
	ok(inv_from_numeric(numeric, length, &back) && inv_compare(value, back) == 0, "and reads back");
}

/* header, optional weight and digits as 16-bit words; expected NULL: refused */
static void
decodes(const uint16_t *words, int count, const char *expected)
{
	InvDecimal value = {0, 0};
	bool       good = inv_from_numeric((const char *) words, count * 2, &value);

	ok(good == (expected != NULL) && (!good || strcmp(text_of(value, 0), expected) == 0),
	   "numeric %04x... reads as %s (%s)", words[0], expected ? expected : "none",
	   good ? text_of(value, 0) : "none");
}

#define DECODES(expected, ...)                         \
	do                                                 \
	{                                                  \
		static const uint16_t words[] = {__VA_ARGS__}; \
		decodes(words, sizeof(words) / 2, expected);   \
	} while (0)

/* Bytes as the server writes them on a little-endian machine. */
static void
test_numeric(void)
{
	uint64_t seed = 1;
	bool     good = true;
	int      i;

	encodes("0", 2, "0081");
	encodes("1", 2, "00810100");
	encodes("-1", 2, "00a10100");
	encodes("12345.678", 2, "8181010029097c1a");
	encodes("12345.6", 2, "0181010029097017");
	encodes("12345.67", 2, "0181010029092c1a");
	encodes("0.0001", 0, "7f820100");
	encodes("-0.0001", 2, "7fa20100");
	encodes("0.00000005", 0,
			"7e84"
			"0500");
	encodes("100000000", 0, "02800100");
	encodes("10000", 0, "01800100");
	encodes("9999", 0, "00800f27");
	encodes("0.1", 0, "ff80e803");
	encodes("0.12", 0, "7f81b004");
	encodes("0.123", 0, "ff81ce04");
	encodes(MOST, 0, "0980aa0083059a20d5010d09600c871cf61bda205f16");
	encodes("1701411834604692317316873037158841057.27", 2,
			"09810100661b9f04fc110b1bc306d91a7301fc1621048c0a");
	DECODES("5", 0x0002, 0, 5);
	DECODES("-5", 0x4002, 0, 5);
	DECODES("50000", 0x0000, 1, 5);
	DECODES("0.0005", 0x0004, 0xFFFF, 5);
	DECODES("0", 0x8000);
	DECODES("0", 0x0000, 0);
	DECODES(NULL, 0xC000, 0, 5);
	DECODES("0.0005", 0x807F, 5, 0);
	DECODES(NULL, 0xC000);
	DECODES(NULL, 0xD000);
	DECODES(NULL, 0xF000);
	DECODES("1234567890123456", 0x8003, 123 * 10 + 4, 5678, 9012, 3456);
	DECODES("12345678901234560007", 0x8004, 1234, 5678, 9012, 3456, 7);
	DECODES("170141183460469231731687303715884105727", 0x8009, 170, 1411, 8346, 469, 2317, 3168,
			7303, 7158, 8410, 5727);
	DECODES(NULL, 0x8009, 170, 1411, 8346, 469, 2317, 3168, 7303, 7158, 8410, 5728);
	DECODES(NULL, 0x800A, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
	DECODES(NULL, 0x0000, 10, 1);
	DECODES(NULL, 0x0000, 9, 9999);
	DECODES("1000000000000000000000000000000000000", 0x0000, 9, 1);
	DECODES(NULL, 0x0000, 200, 1);
	DECODES(NULL, 0x0000, (uint16_t) -16, 1);
	DECODES("0.000000000000000000000000000000000000000000000000000000000001", 0x0000,
			(uint16_t) -15, 1);
	for (i = 0; i < 20000; i++)
	{
		InvDecimal value = {0, i % 29};
		InvDecimal back;
		char       numeric[INV_NUMERIC_SIZE];
		int        digits = i % 37;

		for (; digits > 0; digits--)
		{
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			value.value = value.value * 10 +
						  (int) ((seed >> 33) % 10) * (int) (i % 3 != 0 || digits % 5 == 0);
		}
		if (i % 2)
			value.value = -value.value;
		good = good && inv_from_numeric(numeric, inv_to_numeric(value, i % 4, numeric), &back) &&
			   inv_compare(value, back) == 0;
		good = good && inv_from_text(text_of(value, 0), strlen(text_of(value, 0)), &back) &&
			   inv_compare(value, back) == 0;
	}
	ok(good, "20,000 random amounts survive numeric and text");
}

static void
rounds(const char *text, int scale, const char *expected)
{
	ok(strcmp(text_of(inv_round(amount(text), scale), 0), expected) == 0, "%s rounds to %s (%s)",
	   text, expected, text_of(inv_round(amount(text), scale), 0));
}

static void
test_arithmetic(void)
{
	InvDecimal most = amount(MOST);
	InvDecimal least = {0, 0};
	InvDecimal result;
	int64_t    whole = 0;

	rounds("630.9", 0, "631");
	rounds("630.4999", 0, "630");
	rounds("630.5", 0, "631");
	rounds("-630.5", 0, "-631");
	rounds("-630.49", 0, "-630");
	rounds("1.005", 2, "1.01");
	rounds("1.0049999", 2, "1");
	rounds("-1.005", 2, "-1.01");
	rounds("1.5", 2, "1.5");
	rounds("0.4", 0, "0");
	rounds("0.5", 0, "1");
	rounds("123456789012345678901234567890.5", 0, "123456789012345678901234567891");
	rounds("123456789012345678901234567890.4", 0, "123456789012345678901234567890");
	rounds("-123456789012345678901234567890.5", 0, "-123456789012345678901234567891");
	rounds("-123456789012345678901234567890.4", 0, "-123456789012345678901234567890");
	rounds("0.5000000000000000000", 0, "1");
	rounds("0.0000000000000000005", 0, "0");
	rounds("0.000000000000000000000000000000000000005", 0, "0");
	rounds("0.9223372036854775807", 0, "1");
	rounds("0.4999999999999999999", 0, "0");
	rounds("9.2233720368547758", 1, "9.2");
	result.value = amount("17014118346046923173168730371588410572").value;
	result.scale = 38;
	ok(inv_round(result, 0).value == 0, "0.17 at scale 38 rounds to 0");
	result.value = amount("50000000000000000000000000000000000000").value;
	ok(inv_round(result, 0).value == 1 && inv_round(result, 0).scale == 0,
	   "0.5 at scale 38 rounds to 1");
	result.scale = 39;
	ok(inv_round(result, 0).value == 0, "0.05 at scale 39 rounds to 0");
	result = inv_decimal(5000000000000000000, 19);
	ok(inv_round(result, 0).value == 1 &&
		   inv_round(inv_decimal(-5000000000000000000, 19), 0).value == -1,
	   "a half at scale 19");
	result = inv_decimal(500000000000000000, 18);
	ok(inv_round(result, 0).value == 1 &&
		   inv_round(inv_decimal(499999999999999999, 18), 0).value == 0,
	   "a half at scale 18");

	ok(inv_add(amount("1.25"), amount("2.5"), &result) && !strcmp(text_of(result, 0), "3.75"),
	   "1.25 + 2.5");
	ok(inv_add(amount("2.5"), amount("1.25"), &result) && !strcmp(text_of(result, 0), "3.75"),
	   "2.5 + 1.25");
	ok(inv_subtract(amount("1.25"), amount("2.5"), &result) && !strcmp(text_of(result, 0), "-1.25"),
	   "1.25 - 2.5");
	ok(inv_subtract(amount("10"), amount("0.001"), &result) && !strcmp(text_of(result, 0), "9.999"),
	   "10 - 0.001");
	ok(inv_multiply(amount("1.25"), amount("-2.5"), &result) &&
		   !strcmp(text_of(result, 0), "-3.125") && result.scale == 3,
	   "1.25 * -2.5");
	ok(!inv_add(most, amount("1"), &result) && inv_add(most, amount("-1"), &result),
	   "the greatest amount + 1 does not fit");
	least.value = -most.value - 1;
	ok(!inv_subtract(least, amount("1"), &result) && !inv_subtract(amount("0"), least, &result),
	   "nor the least - 1");
	ok(!strcmp(text_of(least, 0), "-170141183460469231731687303715884105728"),
	   "the least amount is written");
	ok(!inv_add(most, amount("0.1"), &result) && !inv_add(amount("0.1"), most, &result),
	   "nor a sum whose scale does not fit");
	ok(!inv_subtract(most, amount("0.1"), &result) && !inv_subtract(amount("0.1"), most, &result),
	   "nor such a difference");
	ok(inv_add(amount("0"), amount("1e-60"), &result) &&
		   inv_add(amount("1e-60"), amount("0"), &result),
	   "but 0 fits any scale");
	ok(!inv_add(amount("1"), amount("1e-60"), &result), "1 + 1e-60 does not fit");
	ok(inv_add(amount("1"), amount("1e-38"), &result), "1 + 1e-38 fits");
	ok(!inv_multiply(most, amount("2"), &result), "the greatest * 2 does not fit");
	ok(inv_multiply(inv_decimal(INT64_C(1000000000000000000), 18),
					inv_decimal(INT64_C(1000000000000000000), 18), &result) &&
		   inv_multiply(result, inv_decimal(INT64_C(1000000000000000000), 18), &result) &&
		   !strcmp(text_of(result, 0), "1"),
	   "trailing zeros do not make a product fail");
	ok(inv_multiply(inv_decimal(10, 31), inv_decimal(1, 30), &result) && result.scale == 60 &&
		   result.value == 1 && !inv_multiply(inv_decimal(1, 31), inv_decimal(1, 30), &result) &&
		   inv_multiply(inv_decimal(10, 30), inv_decimal(1, 30), &result) && result.value == 10,
	   "the scale of a product has its limit");

	ok(inv_compare(amount("1"), amount("1.0")) == 0 &&
		   inv_compare(inv_decimal(100, 2), amount("1")) == 0,
	   "1 = 1.00");
	ok(inv_compare(amount("1"), amount("2")) == -1 && inv_compare(amount("2"), amount("1")) == 1,
	   "1 < 2");
	ok(inv_compare(amount("-1"), amount("-2")) == 1 &&
		   inv_compare(amount("1.5"), amount("1.49")) == 1,
	   "-1 > -2, 1.5 > 1.49");
	ok(inv_compare(most, amount("0.01")) == 1 && inv_compare(amount("0.01"), most) == -1,
	   "an amount too large for the other's scale");
	ok(inv_compare(least, amount("0.01")) == -1 && inv_compare(amount("0.01"), least) == 1,
	   "and one too small");
	ok(inv_compare(amount("1"), amount("1e-60")) == 1 &&
		   inv_compare(amount("-1"), amount("1e-60")) == -1 &&
		   inv_compare(amount("1e-60"), amount("-1")) == 1,
	   "a scale too far apart");

	ok(inv_to_int64(amount("1.5"), 6, &whole) && whole == 1500000 &&
		   !inv_to_int64(amount("1.0000001"), 6, &whole) &&
		   inv_to_int64(amount("1.0000010"), 6, &whole) && whole == 1000001,
	   "millionths of 1.5; seven decimals do not fit");
	ok(inv_to_int64(amount("9223372036854.775807"), 6, &whole) && whole == INT64_MAX &&
		   !inv_to_int64(amount("9223372036854.775808"), 6, &whole) &&
		   inv_to_int64(amount("-9223372036854.775808"), 6, &whole) &&
		   !inv_to_int64(amount("-9223372036854.775809"), 6, &whole) &&
		   !inv_to_int64(most, 6, &whole),
	   "the edge of int64");
	ok(!strcmp(text_of(inv_strip(inv_decimal(1200, 2)), 0), "12") &&
		   inv_strip(inv_decimal(1200, 2)).scale == 0 &&
		   inv_strip(inv_decimal(1250, 2)).scale == 1 &&
		   inv_strip(inv_decimal(1000, 2)).value == 10,
	   "zeros are stripped up to the point");
}

static void
test_price(void)
{
	InvRounding mode = INV_ROUND_NONE;
	InvDecimal  total;

	ok(inv_rounding_from_text("penny", 5, &mode) && mode == INV_ROUND_PENNY, "penny");
	ok(inv_rounding_from_text("sus", 3, &mode) && mode == INV_ROUND_SUS, "sus");
	ok(inv_rounding_from_text("none", 4, &mode) && mode == INV_ROUND_NONE, "none");
	ok(!inv_rounding_from_text("pennz", 5, &mode) && !inv_rounding_from_text("sut", 3, &mode) &&
		   !inv_rounding_from_text("nonf", 4, &mode) && !inv_rounding_from_text("", 0, &mode) &&
		   !inv_rounding_from_text("pennyx", 6, &mode) && !inv_rounding_from_text("susx", 4, &mode),
	   "and no other word");
	ok(!strcmp(text_of(inv_round_price(amount("1.235"), INV_ROUND_PENNY), 0), "1.24") &&
		   !strcmp(text_of(inv_round_price(amount("1.535"), INV_ROUND_SUS), 0), "2") &&
		   !strcmp(text_of(inv_round_price(amount("1.235"), INV_ROUND_NONE), 0), "1.235"),
	   "a price in each rounding");
	ok(inv_priced(amount("3"), amount("10.255"), amount("1.1"), INV_ROUND_PENNY, &total) &&
		   !strcmp(text_of(total, 2), "33.84"),
	   "3 * 10.255 * 1.1 = 33.8415, to the penny 33.84");
	ok(inv_priced(amount("3"), amount("10.255"), amount("1.1"), INV_ROUND_SUS, &total) &&
		   !strcmp(text_of(total, 2), "34.00"),
	   "in pounds 31 * 1.1 = 34.1, 34");
	ok(inv_priced(amount("1"), amount("10.5"), amount("1.05"), INV_ROUND_SUS, &total) &&
		   !strcmp(text_of(total, 2), "12.00"),
	   "10.5 becomes 11 before the factor: 11.55, 12");
	ok(inv_priced(amount("3"), amount("10.255"), amount("1.1"), INV_ROUND_NONE, &total) &&
		   !strcmp(text_of(total, 2), "33.8415"),
	   "not rounded at all");
	ok(!inv_priced(amount(MOST), amount("2"), amount("1"), INV_ROUND_NONE, &total) &&
		   !inv_priced(amount(MOST), amount("1"), amount("2"), INV_ROUND_NONE, &total),
	   "a product that does not fit");
}

int
main(void)
{
	test_text();
	test_numeric();
	test_arithmetic();
	test_price();
	return done_testing();
}

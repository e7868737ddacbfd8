/*-------------------------------------------------------------------------
 *
 * reader.c
 *	  Money and dates as senders write them.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>
#include <time.h>

#include "types/reader_core.h"

#define POUND "\xC2\xA3"

static void
amount(const char *text, int64_t expected, int expected_decimals)
{
	int64_t value = 0;
	int     decimals = -1;

	ok(amount_read(text, strlen(text), &value, &decimals) && value == expected &&
		   decimals == expected_decimals,
	   "amount \"%s\"", text);
}

static void
no_amount(const char *text)
{
	int64_t value;
	int     decimals;

	ok(!amount_read(text, strlen(text), &value, &decimals), "no amount \"%s\"", text);
}

static void
test_amounts(void)
{
	static const char *const bad[] = {"",
									  " ",
									  "TBC",
									  "N/A",
									  "-",
									  "+",
									  POUND,
									  "(",
									  "()",
									  ".",
									  "-.",
									  "1,23",
									  "1,2345",
									  ",123",
									  "1,,234",
									  "1,234,56",
									  "1234,567",
									  "1,234,",
									  "1.2.3",
									  "1.2,3",
									  "12 34",
									  "(12",
									  "12)",
									  ")12(",
									  "12(",
									  "((12))",
									  "12()",
									  "()12",
									  "(-12)",
									  "-(12)",
									  "-12-",
									  "--12",
									  "+-12",
									  "+12-",
									  "(+12)",
									  "12e3",
									  "1.2E+05",
									  "1234567890123",
									  "1,234,567,890,123",
									  POUND "1" POUND,
									  POUND POUND "1",
									  "$12",
									  "12p",
									  "1234.50 CR",
									  "0x12",
									  "12%",
									  "1\xC2",
									  "\xE2\x88"
									  "1",
									  "NaN",
									  "Infinity",
									  "?12",
									  "1,2",
									  "12,"};
	size_t                   i;

	amount("0", 0, 0);
	amount("12", 12, 0);
	amount("12.", 12, 0);
	amount(".5", 5, 1);
	amount("12.50", 1250, 2);
	amount("-12.50", -1250, 2);
	amount("12.50-", -1250, 2);
	amount("12.50 -", -1250, 2);
	amount("(12.50)", -1250, 2);
	amount("( 12.50 )", -1250, 2);
	amount("+12.50", 1250, 2);
	amount("12.50+", 1250, 2);
	amount("\xE2\x88\x92"
		   "12",
		   -12, 0);
	amount("\xE2\x80\x93"
		   "12",
		   -12, 0);
	amount("1,234.50", 123450, 2);
	amount("12,345", 12345, 0);
	amount("123,456", 123456, 0);
	amount("1,234,567.89", 123456789, 2);
	amount(POUND "1,234.50", 123450, 2);
	amount(POUND "-1,234.50", -123450, 2);
	amount("-" POUND "1,234.50", -123450, 2);
	amount("(" POUND "1,234.50)", -123450, 2);
	amount(POUND "(1,234.50)", -123450, 2);
	amount(POUND " 12\t", 12, 0);
	amount("12.50" POUND, 1250, 2);
	amount("\xA3"
		   "12",
		   12, 0);
	amount("\xC3\x82\xC2\xA3"
		   "12",
		   12, 0);
	amount("\xEF\xBF\xBD"
		   "12",
		   12, 0);
	amount("\xEF\xBF\xBD\xEF\xBF\xBD"
		   "12",
		   12, 0);
	amount("\xC5\x81"
		   "12",
		   12, 0);
	amount("\xC3\xBA"
		   "12",
		   12, 0);
	amount("GBP 12", 12, 0);
	amount("12 GBP", 12, 0);
	amount("\xEF\xBB\xBF" POUND "\xC2\xA0"
		   "12\xC2\xA0",
		   12, 0);
	amount("0.123456", 123456, 6);
	amount("0.1234564", 123456, 6);
	amount("0.1234565", 123457, 6);
	amount("-0.1234565", -123457, 6);
	amount("0.12345649999", 123456, 6);
	amount("0.9999999", 1000000, 6);
	amount("999999999999.999999", INT64_C(999999999999999999), 6);
	amount("-999999999999.9999999", INT64_C(-1000000000000000000), 6);
	amount("0000000000000001", 1, 0);
	amount("000,012", 12, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		no_amount(bad[i]);
}

static uint64_t state = 7;

static unsigned
draw(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned) ((state >> 33) % n);
}

/* A random number of pence, written in a random way, reads as itself. */
static void
test_amount_property(void)
{
	bool good = true;
	int  i;

	for (i = 0; i < 50000; i++)
	{
		long long pence = (long long) draw(1u << 30) * (draw(3) ? 1 : 1000) + draw(1000);
		long long pounds = pence / 100;
		char      digits[40];
		char      text[80];
		int64_t   value;
		int       decimals;
		bool      negative = false;

		if (draw(2) && pounds >= 1000000)
			snprintf(digits, sizeof(digits), "%lld,%03lld,%03lld.%02lld", pounds / 1000000,
					 pounds / 1000 % 1000, pounds % 1000, pence % 100);
		else
			snprintf(digits, sizeof(digits), "%lld.%02lld", pounds, pence % 100);
		if (pounds >= 1000000000 && strchr(digits, ','))
			snprintf(digits, sizeof(digits), "%lld.%02lld", pounds, pence % 100);
		switch (draw(6))
		{
			case 0:
				snprintf(text, sizeof(text), "%s", digits);
				break;
			case 1:
				snprintf(text, sizeof(text), " " POUND "%s ", digits);
				break;
			case 2:
				snprintf(text, sizeof(text), "-%s", digits);
				negative = true;
				break;
			case 3:
				snprintf(text, sizeof(text), "%s -", digits);
				negative = true;
				break;
			case 4:
				snprintf(text, sizeof(text), "(" POUND "%s)", digits);
				negative = true;
				break;
			default:
				snprintf(text, sizeof(text), "\xEF\xBF\xBD+%s", digits);
				break;
		}
		good = good && amount_read(text, strlen(text), &value, &decimals) && decimals == 2 &&
			   value == (negative ? -pence : pence);
	}
	ok(good, "50,000 random amounts");
}

static void
date(const char *text, int year, int month, int day)
{
	struct tm when = {0};
	int32_t   days = -1;

	/* The C library is the oracle; 10957 days lie between its epoch and ours. */
	when.tm_year = year - 1900;
	when.tm_mon = month - 1;
	when.tm_mday = day;
	ok(date_read(text, strlen(text), &days) && days == timegm(&when) / 86400 - 10957, "date \"%s\"",
	   text);
}

static void
no_date(const char *text)
{
	int32_t days;

	ok(!date_read(text, strlen(text), &days), "no date \"%s\"", text);
}

static void
test_dates(void)
{
	static const char *const good[] = {"01/04/2024",
									   "1/4/2024",
									   "01-04-2024",
									   "01.04.2024",
									   "2024-04-01",
									   "2024/04/01",
									   "2024.04.01",
									   "2024-4-1",
									   "20240401",
									   "01-Apr-2024",
									   "01-APR-24",
									   "1 april 2024",
									   "01Apr2024",
									   "1/apr/2024",
									   " 01/04/24 ",
									   "01.Apr.2024",
									   "\xEF\xBB\xBF"
									   "01/04/2024"};
	static const char *const times[] = {" 00:00",        " 0:00",         " 23:59:59",
										" 24:00",        " 24:00:00",     " 10:30:00.123456789",
										"T10:30",        "T10:30:00Z",    "T10:30+01:00",
										" 10:30 +0100",  " 10:30-05",     " 10:30 AM",
										" 12:30pm",      "  10:30:00 PM", " 10:30Z",
										" 00:00:00.000", " 10:30+15:59"};
	static const char *const bad_times[] = {" ",
											"T",
											" 10",
											" 10:",
											" 10:3",
											" 25:00",
											" 24:01",
											" 24:00:01",
											" 10:60",
											" 10:30:60",
											" 10:30:6",
											" 10:30:00.",
											" 10:30 XM",
											" 13:30 PM",
											" 10:30 A",
											" 10:30 AMM",
											" 10:30+",
											" 10:30+1",
											" 10:30+16",
											" 10:30+01:",
											" 10:30+01:6",
											" 10:30+01:60",
											" 10:30Z1",
											"10:30",
											" 110:30",
											" 010:30",
											" 10:30+01:000",
											"x",
											" 10:30:00.1234567890",
											" AM",
											" 10:30 AN"};
	static const char *const bad[] = {"",
									  "0",
									  "1",
									  "01/04",
									  "01/04/",
									  "01/04/202",
									  "01/04/20244",
									  "001/04/2024",
									  "01/004/2024",
									  "01/13/2024",
									  "13/13/2024",
									  "00/04/2024",
									  "32/01/2024",
									  "01/00/2024",
									  "29/02/2023",
									  "29/02/1900",
									  "30/02/2024",
									  "31/04/2024",
									  "31/06/2024",
									  "31/09/2024",
									  "31/11/2024",
									  "01/04-2024",
									  "01-04/2024",
									  "01//04/2024",
									  "2024",
									  "202404",
									  "2024040",
									  "202404011",
									  "2024-04",
									  "2024-04-",
									  "2024-04/01",
									  "2024-13-01",
									  "2024-00-01",
									  "2024-04-31",
									  "2024 04 01",
									  "20241301",
									  "2024/4",
									  "20244-01",
									  "01-Foo-2024",
									  "01-Ap-2024",
									  "01-Apri-2024",
									  "01-Aprill-2024",
									  "01-Apr/2024",
									  "Apr-01-2024",
									  "01/04/1849",
									  "31/12/1849",
									  "01/01/2200",
									  "01/04/0024",
									  "1900-02-29",
									  "12024-04-01",
									  "tomorrow",
									  "45383",
									  "01/04/2O24",
									  "-01/04/2024",
									  "01 Apr",
									  "01042024",
									  "2100-02-29",
									  "9999-12-31",
									  "1753-01-01",
									  "01 - 04 - 2024",
									  "01-Sepp-2024",
									  "01-Apr 2024",
									  "010424",
									  "01 04-2024",
									  "Sept",
									  "01 04 2024"};
	static const char *const names[] = {
		"Jan",  "feb",  "MAR",  "Apr",    "May",       "Jun",      "Jul",      "Aug",
		"Sept", "Oct",  "Nov",  "Dec",    "January",   "February", "March",    "April",
		"May",  "June", "July", "August", "September", "October",  "November", "December"};
	char   text[80];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		date(good[i], 2024, 4, 1);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
	{
		snprintf(text, sizeof(text), "01/04/2024%s", times[i]);
		date(text, 2024, 4, 1);
	}
	for (i = 0; i < sizeof(bad_times) / sizeof(bad_times[0]); i++)
	{
		/* A blank behind is trimmed, so that a time of one blank is none. */
		snprintf(text, sizeof(text), "01/04/2024%s", bad_times[i]);
		if (strcmp(bad_times[i], " ") != 0)
			no_date(text);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		snprintf(text, sizeof(text), "28-%s-2023", names[i]);
		date(text, 2023, (int) i % 12 + 1, 28);
	}
	date("01/01/49", 2049, 1, 1);
	date("01/01/50", 1950, 1, 1);
	date("01/01/00", 2000, 1, 1);
	date("31/12/99", 1999, 12, 31);
	date("01/01/1850", 1850, 1, 1);
	date("31/12/2199", 2199, 12, 31);
	date("29/02/2024", 2024, 2, 29);
	date("29/02/2000", 2000, 2, 29);
	date("01 Sep 2024", 2024, 9, 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		no_date(bad[i]);
}

/* Every day of the range in two forms. */
static void
test_every_day(void)
{
	bool    good = true;
	int32_t d;

	for (d = -54786; d <= 73048; d++)
	{
		time_t    seconds = ((time_t) d + 10957) * 86400;
		struct tm when;
		char      text[40];
		int32_t   days;

		gmtime_r(&seconds, &when);
		strftime(text, sizeof(text), "%d/%m/%Y", &when);
		good = good && date_read(text, strlen(text), &days) && days == d;
		strftime(text, sizeof(text), "%Y%m%d", &when);
		good = good && date_read(text, strlen(text), &days) && days == d;
	}
	ok(good, "every day from 1850 to 2199");
}

/* Random bytes crash nothing. */
static void
test_garbage(void)
{
	static const char alphabet[] = "0123456789/-.,: ()+TZAPM\xC2\xA3\xEF\xBF\xBD";
	int               i;
	long              read = 0;

	for (i = 0; i < 200000; i++)
	{
		char   *text;
		size_t  length = draw(20);
		size_t  j;
		int64_t value;
		int     decimals;
		int32_t days;

		/* Exactly as long as told, so that a read beyond is seen. */
		text = malloc(length + (length == 0));
		for (j = 0; j < length; j++)
			text[j] = alphabet[draw(sizeof(alphabet) - 1)];
		read += amount_read(text, length, &value, &decimals);
		read += date_read(text, length, &days);
		free(text);
	}
	ok(read > 0, "random bytes are read or refused");
}

int
main(void)
{
	test_amounts();
	test_amount_property();
	test_dates();
	test_every_day();
	test_garbage();
	return done_testing();
}

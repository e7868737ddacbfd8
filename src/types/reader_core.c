/*-------------------------------------------------------------------------
 *
 * reader_core.c
 *	  Tolerant reading of money and dates.
 *
 * What cannot be read without guessing is refused: the caller stores NULL and
 * the row goes to the rejects with its text.
 *
 *-------------------------------------------------------------------------
 */
#include "types/reader_core.h"

#include <string.h>

#include "types/text_core.h"

/*
 * The pound sign in UTF-8, and what becomes of it or of the single byte A3
 * (CP1252, Latin-1) on the way.  Longer forms come first.
 */
/* clang-format off */
static const char *const pounds[] = {
	"\xEF\xBF\xBD\xEF\xBF\xBD",	/* both bytes of the UTF-8 form replaced by U+FFFD */
	"\xEF\xBF\xBD",				/* byte A3 replaced by U+FFFD */
	"\xC3\x82\xC2\xA3",			/* UTF-8 read as CP1252 */
	"\xC2\xA3",					/* UTF-8 */
	"\xC5\x81",					/* A3 read as Latin-2 */
	"\xC3\xBA",					/* A3 read as CP437 or CP850 */
	"\xA3",						/* A3 itself, in a server of a single-byte encoding */
	"GBP"
};

static const char *const minuses[] = {
	"-",
	"\xE2\x88\x92",				/* U+2212, minus sign */
	"\xE2\x80\x93"				/* U+2013, en dash */
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* skip_any --- step over one of the words. */
static bool
skip_any(const char **text, size_t *length, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text_skip(text, length, words[i]))
			return true;
	return false;
}

/* skip_blanks --- blanks and no-break spaces. */
static void
skip_blanks(const char **text, size_t *length)
{
	for (;;)
	{
		if (*length > 0 && text_is_blank(**text))
		{
			(*text)++;
			(*length)--;
		}
		else if (!text_skip(text, length, "\xC2\xA0"))
			return;
	}
}

/* What stands around the digits, counted. */
typedef struct AmountMarks
{
	int minuses;
	int pluses;
	int pounds;
	int brackets;
} AmountMarks;

/* read_marks --- signs, pound signs and the one kind of bracket at this end of the digits. */
static void
read_marks(const char **text, size_t *length, const char *bracket, AmountMarks *marks)
{
	for (;;)
	{
		skip_blanks(text, length);
		if (*length == 0 || text_is_digit(**text))
			return;
		if (skip_any(text, length, minuses, COUNT(minuses)))
			marks->minuses++;
		else if (text_skip(text, length, "+"))
			marks->pluses++;
		else if (skip_any(text, length, pounds, COUNT(pounds)))
			marks->pounds++;
		else if (text_skip(text, length, bracket))
			marks->brackets++;
		else
			return;
	}
}

/*
 * read_integer --- digits, either plain or in groups of three parted by
 * commas; false when a group is of another size or there are too many digits.
 */
static bool
read_integer(const char **text, size_t *length, int64_t *value, int *digits)
{
	int  significant = 0;
	int  group = 0;
	bool commas = false;

	*value = 0;
	*digits = 0;
	for (; *length > 0 && (text_is_digit(**text) || **text == ','); (*text)++, (*length)--)
	{
		if (**text == ',')
		{
			if (commas ? group != 3 : group < 1 || group > 3)
				return false;
			commas = true;
			group = 0;
			continue;
		}
		*value = *value * 10 + (**text - '0');
		(*digits)++;
		group++;
		if (*value != 0 && ++significant > AMOUNT_MAX_INTEGER_DIGITS)
			return false;
	}
	return !commas || group == 3;
}

/*
 * read_decimals --- digits after the point; from the seventh on they are
 * rounded away, half away from zero.
 */
static int
read_decimals(const char **text, size_t *length, int64_t *value, int *decimals)
{
	int digits = 0;

	*decimals = 0;
	for (; *length > 0 && text_is_digit(**text); (*text)++, (*length)--)
	{
		digits++;
		if (digits <= AMOUNT_MAX_DECIMALS)
		{
			*value = *value * 10 + (**text - '0');
			(*decimals)++;
		}
		else if (digits == AMOUNT_MAX_DECIMALS + 1 && **text >= '5')
			(*value)++;
	}
	return digits;
}

/*
 * amount_read --- an amount of money: value / 10^decimals.
 *
 * Takes pound signs, thousands commas, a sign on either side, brackets for
 * negatives, blanks; false for anything else, for more than twelve digits
 * before the point and for a lone sign.
 */
bool
amount_read(const char *text, size_t length, int64_t *value, int *decimals)
{
	AmountMarks before = {0, 0, 0, 0};
	AmountMarks after = {0, 0, 0, 0};
	int         integer_digits;
	int         decimal_digits = 0;
	int         negatives;

	text_trim(&text, &length);
	read_marks(&text, &length, "(", &before);
	if (!read_integer(&text, &length, value, &integer_digits))
		return false;
	*decimals = 0;
	if (text_skip(&text, &length, "."))
		decimal_digits = read_decimals(&text, &length, value, decimals);
	if (integer_digits + decimal_digits == 0)
		return false;
	read_marks(&text, &length, ")", &after);
	negatives = before.minuses + after.minuses + before.brackets;
	if (length != 0 || before.brackets != after.brackets || before.pounds + after.pounds > 1 ||
		negatives + before.pluses + after.pluses > 1)
		return false;
	if (negatives > 0)
		*value = -*value;
	return true;
}

/* read_number --- up to max_digits digits; returns how many there were. */
static int
read_number(const char **text, size_t *length, int max_digits, int *value)
{
	int digits = 0;

	*value = 0;
	while (digits<max_digits && * length> 0 && text_is_digit(**text))
	{
		*value = *value * 10 + (**text - '0');
		digits++;
		(*text)++;
		(*length)--;
	}
	return digits;
}

/* read_month_name --- Jan or January in any case; 0 when it is no month. */
static int
read_month_name(const char **text, size_t *length)
{
	static const char *const names[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
										"MAY",       "JUNE",     "JULY",     "AUGUST",
										"SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
	size_t                   letters = 0;
	int                      month;

	while (letters < *length && text_is_upper(text_to_upper((*text)[letters])))
		letters++;
	for (month = 1; month <= 12; month++)
	{
		const char *name = names[month - 1];
		size_t      i;

		if (letters != 3 && letters != strlen(name) && !(month == 9 && letters == 4))
			continue;
		for (i = 0; i < letters && text_to_upper((*text)[i]) == name[i]; i++)
			;
		if (i < letters)
			continue;
		*text += letters;
		*length -= letters;
		return month;
	}
	return 0;
}

/* read_separator --- one of the characters that part day, month and year; 0 when there is none. */
static char
read_separator(const char **text, size_t *length)
{
	char c;

	if (*length == 0 || memchr("/-. ", **text, 4) == NULL)
		return '\0';
	c = **text;
	(*text)++;
	(*length)--;
	return c;
}

/*
 * read_time --- what may follow a date: nothing, or a clock time with optional
 * seconds, fraction, AM or PM and zone.  The time is checked and dropped.
 */
static bool
read_time(const char *text, size_t length)
{
	int hour;
	int minute;
	int second = 0;
	int ignored;

	if (length == 0)
		return true;
	if (!text_skip(&text, &length, "T") && !text_skip(&text, &length, " "))
		return false;
	skip_blanks(&text, &length);
	if (read_number(&text, &length, 2, &hour) == 0 || !text_skip(&text, &length, ":") ||
		read_number(&text, &length, 2, &minute) != 2)
		return false;
	if (text_skip(&text, &length, ":"))
	{
		if (read_number(&text, &length, 2, &second) != 2)
			return false;
		if (text_skip(&text, &length, ".") && read_number(&text, &length, 9, &ignored) == 0)
			return false;
	}
	if (hour > 24 || (hour == 24 && minute + second > 0) || minute > 59 || second > 59)
		return false;
	skip_blanks(&text, &length);
	if (length == 2 && hour <= 12 && text_to_upper(text[1]) == 'M')
		return text_to_upper(text[0]) == 'A' || text_to_upper(text[0]) == 'P';
	if (text_skip(&text, &length, "Z"))
		return length == 0;
	if (text_skip(&text, &length, "+") || text_skip(&text, &length, "-"))
	{
		if (read_number(&text, &length, 2, &hour) != 2 || hour > 15)
			return false;
		if ((text_skip(&text, &length, ":") || length > 0) &&
			(read_number(&text, &length, 2, &minute) != 2 || minute > 59))
			return false;
	}
	return length == 0;
}

/* is_leap_year */
static bool
is_leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* days_from_civil --- days since 2000-01-01 of a Gregorian date (years from 1600 on). */
static int32_t
days_from_civil(int year, int month, int day)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int              y = year - 1600;
	int32_t          days;

	/* y leap days count the years before this one; 1600 itself was a leap year. */
	days = y * 365 + (y + 3) / 4 - (y + 99) / 100 + (y + 399) / 400;
	days += before[month - 1] + (month > 2 && is_leap_year(year)) + day - 1;
	return days - 146097; /* 1600-01-01 to 2000-01-01 */
}

/* days_in_month */
static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap_year(year));
}

/*
 * read_day_first --- d/m/yyyy, dd-Mon-yyyy and their two-digit years, after
 * the day was read.  Two digits mean 1950 to 2049, as in Oracle's RR format,
 * which most exports come from.
 */
static bool
read_day_first(const char **text, size_t *length, int *month, int *year)
{
	char separator = read_separator(text, length);
	int  digits;

	*month = read_month_name(text, length);
	if (*month == 0)
	{
		if (separator == '\0' || separator == ' ')
			return false;
		digits = read_number(text, length, 2, month);
		if (digits == 0 || read_separator(text, length) != separator)
			return false;
	}
	else if (read_separator(text, length) != separator)
		return false;
	digits = read_number(text, length, 4, year);
	if (digits == 2)
		*year += *year < 50 ? 2000 : 1900;
	return digits == 2 || digits == 4;
}

/* read_year_first --- -mm-dd, /m/d, .mm.dd or mmdd after a four-digit year. */
static bool
read_year_first(const char **text, size_t *length, int *month, int *day)
{
	char separator = read_separator(text, length);
	int  least_digits = separator == '\0' ? 2 : 1;

	if (separator == ' ' || read_number(text, length, 2, month) < least_digits)
		return false;
	if (separator != '\0' && read_separator(text, length) != separator)
		return false;
	return read_number(text, length, 2, day) >= least_digits;
}

/*
 * date_read --- a date as days since 2000-01-01; false for what is no date of
 * the years 1850 to 2199.  The day comes before the month unless the year
 * comes first; a clock time behind the date is dropped.
 */
bool
date_read(const char *text, size_t length, int32_t *days)
{
	int first;
	int year;
	int month;
	int day;
	int digits;

	text_trim(&text, &length);
	digits = read_number(&text, &length, 4, &first);
	if (digits == 4)
	{
		year = first;
		if (!read_year_first(&text, &length, &month, &day))
			return false;
	}
	else if (digits == 1 || digits == 2)
	{
		day = first;
		if (!read_day_first(&text, &length, &month, &year))
			return false;
	}
	else
		return false;
	if (!read_time(text, length))
		return false;
	if (year < DATE_MIN_YEAR || year > DATE_MAX_YEAR || month < 1 || month > 12 || day < 1 ||
		day > days_in_month(year, month))
		return false;
	*days = days_from_civil(year, month, day);
	return true;
}

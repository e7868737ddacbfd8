/*-------------------------------------------------------------------------
 *
 * nhs_number_core.c
 *	  Parse, check and print NHS numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "types/nhs_number_core.h"

#include "types/text_core.h"

/*
 * nhs_number_check_digit --- the check digit that the first nine digits ask
 * for: 0 to 9, or 10 when no number with these nine digits is ever issued.
 */
int
nhs_number_check_digit(int64_t number)
{
	int64_t rest = number / 10;
	int     sum = 0;
	int     weight;
	int     check;

	for (weight = 2; weight <= 10; weight++)
	{
		sum += (int) (rest % 10) * weight;
		rest /= 10;
	}
	check = 11 - sum % 11;
	return check == 11 ? 0 : check;
}

/* nhs_number_check --- is this integer an NHS number? */
NhsNumberFault
nhs_number_check(int64_t number)
{
	int check;

	if (number < 0 || number > NHS_NUMBER_MAX)
		return NHS_NUMBER_NOT_TEN_DIGITS;
	check = nhs_number_check_digit(number);
	if (check == 10)
		return NHS_NUMBER_NEVER_ISSUED;
	if (check != number % 10)
		return NHS_NUMBER_WRONG_CHECK_DIGIT;
	return NHS_NUMBER_OK;
}

/*
 * nhs_number_parse --- read ten digits, optionally parted 3-3-4 by a blank or
 * a hyphen.
 *
 * *number is set whenever ten digits were read, so that the caller can say
 * which check digit was expected.
 */
NhsNumberFault
nhs_number_parse(const char *text, size_t length, int64_t *number)
{
	int64_t value = 0;
	int     digits = 0;
	size_t  i;

	text_trim(&text, &length);
	for (i = 0; i < length; i++)
	{
		if (text_is_digit(text[i]))
		{
			if (++digits > 10)
				return NHS_NUMBER_NOT_TEN_DIGITS;
			value = value * 10 + (text[i] - '0');
		}
		else if ((text[i] != ' ' && text[i] != '-') || (digits != 3 && digits != 6) ||
				 !text_is_digit(text[i - 1]))
			return NHS_NUMBER_NOT_TEN_DIGITS;
	}
	if (digits != 10)
		return NHS_NUMBER_NOT_TEN_DIGITS;
	*number = value;
	return nhs_number_check(value);
}

/* nhs_number_is_placeholder --- one digit ten times: passes the arithmetic, is nobody. */
bool
nhs_number_is_placeholder(int64_t number)
{
	return number % INT64_C(1111111111) == 0;
}

/* nhs_number_format --- ten digits; out has NHS_NUMBER_PLAIN_SIZE bytes. */
void
nhs_number_format(int64_t number, char *out)
{
	int i;

	for (i = 9; i >= 0; i--)
	{
		out[i] = (char) ('0' + number % 10);
		number /= 10;
	}
	out[10] = '\0';
}

/* nhs_number_format_spaced --- 3-3-4 as printed on letters; out has NHS_NUMBER_SPACED_SIZE bytes.
 */
void
nhs_number_format_spaced(int64_t number, char *out)
{
	char plain[NHS_NUMBER_PLAIN_SIZE];
	int  i;
	int  at = 0;

	nhs_number_format(number, plain);
	for (i = 0; i < 10; i++)
	{
		if (i == 3 || i == 6)
			out[at++] = ' ';
		out[at++] = plain[i];
	}
	out[at] = '\0';
}

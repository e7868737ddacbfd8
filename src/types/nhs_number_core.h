/*-------------------------------------------------------------------------
 *
 * nhs_number_core.h
 *	  NHS number: ten digits, the last a check digit modulo 11.
 *
 * Binary layout, stable for ever: the number itself as int64, 0 to
 * 9999999999; on the wire eight bytes, most significant first.
 *
 * The check digit is 11 minus (the sum over the first nine digits of digit
 * times 10, 9, ... 2) modulo 11; 11 counts as 0, and 10 is never issued.  All
 * ten numbers of one repeated digit pass the arithmetic; they are values, but
 * placeholders.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NHS_NUMBER_CORE_H
#define NHS_NUMBER_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NHS_NUMBER_MAX INT64_C(9999999999)
#define NHS_NUMBER_PLAIN_SIZE 11  /* ten digits and a NUL */
#define NHS_NUMBER_SPACED_SIZE 13 /* 3-3-4 with two blanks and a NUL */

typedef enum NhsNumberFault
{
	NHS_NUMBER_OK,
	NHS_NUMBER_NOT_TEN_DIGITS, /* not ten digits, or separators elsewhere than 3-3-4 */
	NHS_NUMBER_WRONG_CHECK_DIGIT,
	NHS_NUMBER_NEVER_ISSUED /* the first nine digits ask for check digit 10 */
} NhsNumberFault;

extern int            nhs_number_check_digit(int64_t number);
extern NhsNumberFault nhs_number_check(int64_t number);
extern NhsNumberFault nhs_number_parse(const char *text, size_t length, int64_t *number);
extern bool           nhs_number_is_placeholder(int64_t number);
extern void           nhs_number_format(int64_t number, char *out);
extern void           nhs_number_format_spaced(int64_t number, char *out);

#endif /* NHS_NUMBER_CORE_H */

/*-------------------------------------------------------------------------
 *
 * decimal_core.h
 *	  Exact decimal amounts: a 128-bit integer and a scale.
 *
 * Money is read from the server's numeric, multiplied and rounded once, and
 * written back without ever touching a float.  A function that returns bool
 * returns false when the exact result does not fit, never a wrong number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DECIMAL_CORE_H
#define DECIMAL_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The server's memory is aligned to 8 bytes only. */
typedef __int128          inv_int128 __attribute__((aligned(8)));
typedef unsigned __int128 inv_uint128 __attribute__((aligned(8)));

/* value / 10^scale, 0 <= scale <= INV_MAX_SCALE */
typedef struct InvDecimal
{
	inv_int128 value;
	int        scale;
} InvDecimal;

#define INV_MAX_SCALE 60

/* Rounding of a price, named in the contract; always half away from zero. */
typedef enum InvRounding
{
	INV_ROUND_SUS, /* whole pounds before and after the factor, as SUS does */
	INV_ROUND_PENNY,
	INV_ROUND_NONE
} InvRounding;

#define INV_NUMERIC_SIZE 32 /* bytes inv_to_numeric writes at most */
#define INV_TEXT_SIZE 110   /* bytes inv_to_text writes at most, NUL included */

extern InvDecimal inv_decimal(int64_t value, int scale);
extern bool       inv_from_text(const char *text, size_t length, InvDecimal *result);
extern bool       inv_from_numeric(const char *numeric, size_t length, InvDecimal *result);
extern size_t     inv_to_numeric(InvDecimal amount, int least_scale, char *numeric);
extern size_t     inv_to_text(InvDecimal amount, int least_scale, char *text);
extern bool       inv_to_int64(InvDecimal amount, int scale, int64_t *result);

extern bool       inv_add(InvDecimal a, InvDecimal b, InvDecimal *result);
extern bool       inv_subtract(InvDecimal a, InvDecimal b, InvDecimal *result);
extern bool       inv_multiply(InvDecimal a, InvDecimal b, InvDecimal *result);
extern int        inv_compare(InvDecimal a, InvDecimal b);
extern InvDecimal inv_round(InvDecimal amount, int scale);
extern InvDecimal inv_strip(InvDecimal amount);

extern bool       inv_rounding_from_text(const char *text, size_t length, InvRounding *rounding);
extern InvDecimal inv_round_price(InvDecimal amount, InvRounding rounding);
extern bool inv_priced(InvDecimal units, InvDecimal price, InvDecimal factor, InvRounding rounding,
					   InvDecimal *total);

#endif /* DECIMAL_CORE_H */

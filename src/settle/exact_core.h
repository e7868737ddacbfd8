/*-------------------------------------------------------------------------
 *
 * exact_core.h
 *	  Exact integers and fractions of bounded width, without PostgreSQL.
 *
 * Every money result is an exact fraction until its one rounding.  Numbers are
 * wide enough (960 bits) for any ordinary contract; what does not fit turns
 * into EXACT_OVERFLOW, which every further operation passes on, so that a
 * caller checks once, at the end.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_EXACT_CORE_H
#define COMMISSIONING_EXACT_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXACT_LIMBS 32
/* Fractions are kept half as wide, so that comparing and rounding two always fits. */
#define RAT_LIMBS 15
#define EXACT_OVERFLOW (-1)
/* Room for the digits of the widest integer, sign, point and final zero. */
#define EXACT_TEXT 720

/* Sign and magnitude, least limb first; n counts limbs in use, zero has none. */
typedef struct ExactInt
{
	int      sign;
	int      n;
	uint64_t limb[EXACT_LIMBS];
} ExactInt;

/* In lowest terms, den > 0. */
typedef struct ExactRat
{
	ExactInt num;
	ExactInt den;
} ExactRat;

typedef enum ExactRounding
{
	EXACT_HALF_AWAY,
	EXACT_HALF_EVEN,
	EXACT_TRUNCATE
} ExactRounding;

extern void exact_set(ExactInt *r, int64_t v);
extern void exact_copy(ExactInt *r, const ExactInt *a);
extern bool exact_overflow(const ExactInt *a);
extern int  exact_cmp(const ExactInt *a, const ExactInt *b);
extern void exact_add(ExactInt *r, const ExactInt *a, const ExactInt *b);
extern void exact_sub(ExactInt *r, const ExactInt *a, const ExactInt *b);
extern void exact_mul(ExactInt *r, const ExactInt *a, const ExactInt *b);
extern void exact_mul_small(ExactInt *r, int64_t m);
extern void exact_div(ExactInt *q, ExactInt *rem, const ExactInt *a, const ExactInt *b);
extern void exact_gcd(ExactInt *r, const ExactInt *a, const ExactInt *b);
extern void exact_pow10(ExactInt *r, int k);
extern bool exact_to_int64(const ExactInt *a, int64_t *out);
extern void exact_print(const ExactInt *a, char *out);

extern void     rat_set(ExactRat *r, int64_t num, int64_t den);
extern void     rat_make(ExactRat *r, const ExactInt *num, const ExactInt *den);
extern bool     rat_overflow(const ExactRat *a);
extern int      rat_sign(const ExactRat *a);
extern int      rat_cmp(const ExactRat *a, const ExactRat *b);
extern void     rat_neg(ExactRat *a);
extern void     rat_whole(ExactRat *r, int64_t v);
extern void     rat_copy(ExactRat *r, const ExactRat *a);
extern ExactRat rat_magnitude(const ExactRat *a);
extern ExactRat rat_lesser(const ExactRat *a, const ExactRat *b);
extern void     rat_add(ExactRat *r, const ExactRat *a, const ExactRat *b);
extern void     rat_sub(ExactRat *r, const ExactRat *a, const ExactRat *b);
extern void     rat_mul(ExactRat *r, const ExactRat *a, const ExactRat *b);
extern void     rat_div(ExactRat *r, const ExactRat *a, const ExactRat *b);
extern void     rat_round(const ExactRat *a, ExactRounding mode, ExactInt *out);
extern void     rat_print(const ExactRat *a, char *out);
extern bool     rat_print_decimal(const ExactRat *a, int least, int most, char *out);

#endif /* COMMISSIONING_EXACT_CORE_H */

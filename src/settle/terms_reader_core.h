/*-------------------------------------------------------------------------
 *
 * terms_reader_core.h
 *	  A text of terms being read: marks, words, numbers, amounts and rates.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_TERMS_READER_CORE_H
#define COMMISSIONING_TERMS_READER_CORE_H

#include "settle/terms_core.h"

/* A text being read. */
typedef struct TermsReader
{
	const char *start;
	const char *at;
	const char *end;
	const char *what; /* name of the type, for messages */
	TermsError *error;
} TermsReader;

/* A number as written: mantissa / 10^decimals. */
typedef struct TermsNumber
{
	int64_t     mantissa;
	int         digits;
	int         decimals;
	const char *at;
} TermsNumber;

extern int64_t terms_common_den(int64_t a, int64_t b);
extern bool    terms_is_digit(char c);
extern bool    terms_is_letter(char c);
extern bool    terms_is_word(const char *text, size_t len, const char *keyword);
extern bool    terms_fail_at(TermsReader *r, TermsErrorKind kind, const char *p, const char *format,
							 ...) __attribute__((format(printf, 4, 5)));
extern bool    terms_expected(TermsReader *r, const char *what);
extern void    terms_skip_blanks(TermsReader *r);
extern void    terms_start(TermsReader *r, const char *text, size_t len, const char *what,
						   TermsError *error);
extern bool    terms_take(TermsReader *r, const char *mark);
extern bool    terms_take_word(TermsReader *r, const char *keyword);
extern bool    terms_read_fraction(TermsReader *r, const char *what, TermsFraction *f);
extern bool    terms_read_rate(TermsReader *r, TermsFraction *rate);
extern bool    terms_read_amount(TermsReader *r, const char *what, TermsAmount *a);
extern bool    terms_decimal_print(TermsFraction f, int64_t shift, char *out);

#endif /* COMMISSIONING_TERMS_READER_CORE_H */

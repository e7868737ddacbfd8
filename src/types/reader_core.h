/*-------------------------------------------------------------------------
 *
 * reader_core.h
 *	  Tolerant reading of money and dates as providers and exports write them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef READER_CORE_H
#define READER_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AMOUNT_MAX_INTEGER_DIGITS 12
#define AMOUNT_MAX_DECIMALS 6

#define DATE_MIN_YEAR 1850
#define DATE_MAX_YEAR 2199

extern bool amount_read(const char *text, size_t length, int64_t *value, int *decimals);
extern bool date_read(const char *text, size_t length, int32_t *days);

#endif /* READER_CORE_H */

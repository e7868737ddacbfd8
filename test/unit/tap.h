/*-------------------------------------------------------------------------
 *
 * tap.h
 *	  The few lines a C unit test needs to speak TAP.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_tests;
static int tap_failures;

static inline void
ok(bool pass, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", pass ? "" : "not ", ++tap_tests);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (!pass)
		tap_failures++;
}

static inline int
done_testing(void)
{
	printf("1..%d\n", tap_tests);
	return tap_failures != 0;
}

#endif							/* TEST_TAP_H */

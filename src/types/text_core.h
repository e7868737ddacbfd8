/*-------------------------------------------------------------------------
 *
 * text_core.h
 *	  Character tests and trimming for the cores, without locale.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEXT_CORE_H
#define TEXT_CORE_H

#include <stdbool.h>
#include <stddef.h>

static inline bool
text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
text_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
text_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* text_to_upper --- ASCII only; other bytes are returned as they are. */
static inline char
text_to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
}

extern void text_trim(const char **text, size_t *length);
extern bool text_skip(const char **text, size_t *length, const char *word);

#endif /* TEXT_CORE_H */

/*-------------------------------------------------------------------------
 *
 * code_core.h
 *	  Clinical codes of up to seven characters in one 8-byte word.
 *
 * Binary layout, stable for ever: the characters of the code (ASCII, upper
 * case, without a dot) from the most significant byte down, then zero bytes;
 * on the wire most significant byte first, so the bytes read as the code.
 * Bytes beyond the code are zero and byte 8 always is.  All words are
 * therefore positive, their order is the byte order of the code's text, and
 * the codes with a given prefix are one range of words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_CORE_H
#define CODE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_TEXT_SIZE 9 /* seven characters, a dot and a NUL */

/* The shape of a family of codes; see the three instances in code_core.c. */
typedef struct CodeForm
{
	const char *name;       /* of the SQL type */
	const char *classes;    /* one letter per position: see class_holds */
	int         min_length; /* characters of a whole code; the longest is strlen(classes) */
	int         dot_after;  /* a dot may follow this many characters; 0 = never */
	int         gap_after;  /* a fixed-width field may leave one blank here before a last letter */
	bool        show_dot;   /* the dot is printed */
	const char *expected;   /* for error messages */
} CodeForm;

extern const CodeForm code_icd10;
extern const CodeForm code_opcs4;
extern const CodeForm code_hrg;

extern bool code_parse(const CodeForm *form, const char *text, size_t length, int64_t *word);
extern bool code_parse_prefix(const CodeForm *form, const char *text, size_t length, int64_t *first,
							  int64_t *last);
extern bool code_is_valid(const CodeForm *form, int64_t word);
extern int  code_format(const CodeForm *form, int64_t word, char *out);

/* A set of prefixes as disjoint ranges in order. */
typedef struct CodeRange
{
	int64_t first;
	int64_t last;
} CodeRange;

extern int  code_ranges_merge(CodeRange *ranges, int count);
extern bool code_ranges_hold(const CodeRange *ranges, int count, int64_t word);

#endif /* CODE_CORE_H */

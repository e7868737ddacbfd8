/*-------------------------------------------------------------------------
 *
 * code_core.c
 *	  Parse, check and print clinical codes; prefixes as ranges of words.
 *
 *-------------------------------------------------------------------------
 */
#include "types/code_core.h"

#include <stdlib.h>
#include <string.h>

#include "types/text_core.h"

/*
 * ICD-10: the UK 5th edition (category, fourth character or filler X, optional
 * fifth, optional dagger D or asterisk A) and ICD-10-CM (up to seven
 * characters, third character A or B in a few categories) in one form.  The
 * characters are kept as they come: I10 is the category, I10X the UK code.
 */
const CodeForm code_icd10 = {
	.name = "icd10",
	.classes = "LDBWWWW",
	.min_length = 3,
	.dot_after = 3,
	.gap_after = 4,
	.expected = "a letter, a digit, a digit or A or B, then up to four letters or digits, "
				"such as I219, I10X or E083599",
};

/* OPCS-4: always four characters, printed with the dot. */
const CodeForm code_opcs4 = {
	.name = "opcs4",
	.classes = "LDDD",
	.min_length = 4,
	.dot_after = 3,
	.show_dot = true,
	.expected = "a letter and three digits, such as W37.1 or W371",
};

/* HRG4+: two letters, two digits, a letter. */
const CodeForm code_hrg = {
	.name = "hrg",
	.classes = "LLDDL",
	.min_length = 5,
	.expected = "two letters, two digits and a letter, such as AA22C",
};

/* class_holds --- L letter, D digit, B digit or A or B, W letter or digit. */
static bool
class_holds(char class, char c)
{
	switch (class)
	{
		case 'L':
			return text_is_upper(c);
		case 'D':
			return text_is_digit(c);
		case 'B':
			return text_is_digit(c) || c == 'A' || c == 'B';
		default:
			return text_is_upper(c) || text_is_digit(c);
	}
}

/* class_greatest --- the last character of a class in byte order. */
static char
class_greatest(char class)
{
	if (class == 'D')
		return '9';
	return class == 'B' ? 'B' : 'Z';
}

/* at_position --- a character in its place in the word. */
static int64_t
at_position(char c, int position)
{
	return (int64_t) c << (8 * (7 - position));
}

/*
 * read_characters --- pack what the form allows; returns how many characters,
 * or 0 when the text does not follow the form.  Case is folded; blanks around
 * the code, the dot in its place and the gap of a fixed-width field are dropped.
 */
static int
read_characters(const CodeForm *form, const char *text, size_t length, int64_t *word)
{
	int    max_length = (int) strlen(form->classes);
	int    n = 0;
	bool   dot = false;
	size_t i;

	*word = 0;
	text_trim(&text, &length);
	for (i = 0; i < length; i++)
	{
		char c = text_to_upper(text[i]);

		if (c == '.' && n == form->dot_after && n > 0 && !dot)
		{
			dot = true;
			continue;
		}
		if (c == ' ' && n == form->gap_after && n > 0 && i + 2 == length)
			continue;
		if (n == max_length || !class_holds(form->classes[n], c))
			return 0;
		*word |= at_position(c, n);
		n++;
	}
	return n;
}

/* code_parse --- read a whole code; false when the text is none. */
bool
code_parse(const CodeForm *form, const char *text, size_t length, int64_t *word)
{
	return read_characters(form, text, length, word) >= form->min_length;
}

/*
 * code_parse_prefix --- the range of words, both ends included, of the codes
 * that begin with the text; false when no code can, or when the text is empty
 * (an empty line in a code list must not match everything).  The last word is
 * itself a code, so that plans can show it.
 */
bool
code_parse_prefix(const CodeForm *form, const char *text, size_t length, int64_t *first,
				  int64_t *last)
{
	int n = read_characters(form, text, length, first);

	if (n == 0)
		return false;
	*last = *first;
	for (; form->classes[n] != '\0'; n++)
		*last |= at_position(class_greatest(form->classes[n]), n);
	return true;
}

/* code_is_valid --- does the word hold a code of this form, and nothing else? */
bool
code_is_valid(const CodeForm *form, int64_t word)
{
	char    text[8];
	int64_t again;
	int     i;

	for (i = 0; i < 8; i++)
		text[i] = (char) (word >> (8 * (7 - i)));
	return text[7] == '\0' && code_parse(form, text, strlen(text), &again) && again == word;
}

/* code_format --- canonical text; out has CODE_TEXT_SIZE bytes.  Returns the length. */
int
code_format(const CodeForm *form, int64_t word, char *out)
{
	int at = 0;
	int i;

	for (i = 0; i < 7; i++)
	{
		char c = (char) (word >> (8 * (7 - i)));

		if (c == '\0')
			break;
		if (form->show_dot && i == form->dot_after)
			out[at++] = '.';
		out[at++] = c;
	}
	out[at] = '\0';
	return at;
}

/* compare_ranges --- by first word, which no two different prefixes share. */
static int
compare_ranges(const void *a, const void *b)
{
	const CodeRange *x = a;
	const CodeRange *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/*
 * code_ranges_merge --- sort and drop ranges that another one covers; returns
 * how many are left.  Prefix ranges never overlap in part, so what remains is
 * disjoint.
 */
int
code_ranges_merge(CodeRange *ranges, int count)
{
	int kept = 0;
	int i;

	if (count == 0)
		return 0;
	qsort(ranges, (size_t) count, sizeof(CodeRange), compare_ranges);
	for (i = 1; i < count; i++)
	{
		if (ranges[i].last > ranges[kept].last)
			ranges[++kept] = ranges[i];
	}
	return kept + 1;
}

/* code_ranges_hold --- is the word in one of the merged ranges? */
bool
code_ranges_hold(const CodeRange *ranges, int count, int64_t word)
{
	int low = 0;
	int high = count;

	/* Find the first range that ends at or after the word. */
	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (ranges[middle].last < word)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && ranges[low].first <= word;
}

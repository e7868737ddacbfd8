/*-------------------------------------------------------------------------
 *
 * text_core.c
 *	  Trimming and skipping for the cores.
 *
 *-------------------------------------------------------------------------
 */
#include "types/text_core.h"

#include <string.h>

/* Invisible sequences that spreadsheets leave around values: no-break space, byte-order mark. */
static const char *const invisible[] = {"\xC2\xA0", "\xEF\xBB\xBF"};

/* text_skip --- step over word if the text begins with it. */
bool
text_skip(const char **text, size_t *length, const char *word)
{
	size_t n = strlen(word);

	if (*length < n || memcmp(*text, word, n) != 0)
		return false;
	*text += n;
	*length -= n;
	return true;
}

/* skip_trailing --- the same at the end. */
static bool
skip_trailing(const char *text, size_t *length, const char *word)
{
	size_t n = strlen(word);

	if (*length < n || memcmp(text + *length - n, word, n) != 0)
		return false;
	*length -= n;
	return true;
}

/* text_trim --- drop blanks, no-break spaces and byte-order marks from both ends. */
void
text_trim(const char **text, size_t *length)
{
	for (;;)
	{
		if (*length > 0 && text_is_blank(**text))
		{
			(*text)++;
			(*length)--;
		}
		else if (!text_skip(text, length, invisible[0]) && !text_skip(text, length, invisible[1]))
			break;
	}
	for (;;)
	{
		if (*length > 0 && text_is_blank((*text)[*length - 1]))
			(*length)--;
		else if (!skip_trailing(*text, length, invisible[0]) &&
				 !skip_trailing(*text, length, invisible[1]))
			break;
	}
}

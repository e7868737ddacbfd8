/*-------------------------------------------------------------------------
 *
 * risk_json_core.c
 *	  A small JSON reader that keeps numbers as written and knows where it is.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_json_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct Reader
{
	const char *at;
	const char *end;
	bool        utf8;
	RiskMemory *memory;
	RiskError  *error;
} Reader;

static RiskJson *read_value(Reader *in, const RiskPath *path, int depth);

/*
 * print_path --- write the path at to, never past end; returns where it stopped.
 *
 * Keys come from the input: they are cut short, and bytes above ASCII, which a
 * cut could split, become question marks.
 */
static char *
print_path(char *to, char *end, const RiskPath *path)
{
	const char *key;
	int         i;

	if (path == NULL)
	{
		*to++ = '$';
		return to;
	}
	to = print_path(to, end, path->parent);
	if (end - to < 32)
		return to;
	if (path->key == NULL)
		return to + snprintf(to, (size_t) (end - to), "[%u]", path->index);
	*to++ = '.';
	for (key = path->key, i = 0; *key != '\0' && i < 30; key++, i++)
		*to++ = *key < 0x20 || *key > 0x7E ? '?' : *key;
	return to;
}

/*
 * risk_fault --- record the first fault: its path and what was expected there.
 */
void
risk_fault(RiskError *error, RiskFault fault, const RiskPath *path, const char *format, ...)
{
	va_list args;
	char   *end = error->message + sizeof(error->message);
	char   *to;

	if (error->fault != RISK_OK)
		return;
	error->fault = fault;
	to = print_path(error->message, end - 100, path);
	*to++ = ' ';
	va_start(args, format);
	vsnprintf(to, (size_t) (end - to), format, args);
	va_end(args);
}

static void
skip_blanks(Reader *in)
{
	while (in->at < in->end &&
		   (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r'))
		in->at++;
}

/*
 * take --- step over one expected character, false if another stands there.
 */
static bool
take(Reader *in, char c)
{
	if (in->at >= in->end || *in->at != c)
		return false;
	in->at++;
	return true;
}

static RiskJson *
new_value(Reader *in, RiskJsonKind kind)
{
	RiskJson *value = in->memory->alloc(in->memory->state, sizeof(RiskJson));

	memset(value, 0, sizeof(*value));
	value->kind = kind;
	return value;
}

/*
 * read_hex4 --- four hexadecimal digits, -1 if they are not there.
 */
static int32_t
read_hex4(Reader *in)
{
	int32_t value = 0;
	int     i;

	if (in->end - in->at < 4)
		return -1;
	for (i = 0; i < 4; i++)
	{
		char c = *in->at++;

		if (c >= '0' && c <= '9')
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return value;
}

/*
 * read_unicode --- what follows \u, as UTF-8 at *to; false for what is no character.
 */
static bool
read_unicode(Reader *in, char **to)
{
	int32_t c = read_hex4(in);
	int32_t low;

	if (c >= 0xD800 && c <= 0xDBFF)
	{
		if (!take(in, '\\') || !take(in, 'u'))
			return false;
		low = read_hex4(in);
		if (low < 0xDC00 || low > 0xDFFF)
			return false;
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	else if (c <= 0 || (c >= 0xDC00 && c <= 0xDFFF))
		return false;
	if (c >= 0x80 && !in->utf8)
		return false;
	if (c < 0x80)
		*(*to)++ = (char) c;
	else if (c < 0x800)
	{
		*(*to)++ = (char) (0xC0 | (c >> 6));
		*(*to)++ = (char) (0x80 | (c & 0x3F));
	}
	else if (c < 0x10000)
	{
		*(*to)++ = (char) (0xE0 | (c >> 12));
		*(*to)++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*(*to)++ = (char) (0x80 | (c & 0x3F));
	}
	else
	{
		*(*to)++ = (char) (0xF0 | (c >> 18));
		*(*to)++ = (char) (0x80 | ((c >> 12) & 0x3F));
		*(*to)++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*(*to)++ = (char) (0x80 | (c & 0x3F));
	}
	return true;
}

/*
 * read_escape --- the character that follows a backslash.
 */
static bool
read_escape(Reader *in, char **to)
{
	static const char from[] = "\"\\/bfnrt";
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	const char       *found;

	if (in->at >= in->end)
		return false;
	if (take(in, 'u'))
		return read_unicode(in, to);
	/* strchr also finds the terminator */
	found = *in->at == '\0' ? NULL : strchr(from, *in->at);
	if (found == NULL)
		return false;
	in->at++;
	*(*to)++ = meaning[found - from];
	return true;
}

/*
 * read_string --- the rest of a string whose first quote has been taken; NULL on a fault.
 */
static char *
read_string(Reader *in, const RiskPath *path, size_t *length)
{
	const char *scan = in->at;
	char       *text;
	char       *to;

	/* the closing quote bounds the size: an escape is never shorter than what it means */
	while (scan < in->end && *scan != '"')
		scan += *scan == '\\' ? 2 : 1;
	if (scan >= in->end)
	{
		risk_fault(in->error, RISK_BAD_TEXT, path, "holds a string that does not end");
		return NULL;
	}
	text = in->memory->alloc(in->memory->state, (size_t) (scan - in->at) + 1);
	to = text;
	while (!take(in, '"'))
	{
		if ((unsigned char) *in->at < 0x20)
		{
			risk_fault(in->error, RISK_BAD_TEXT, path,
					   "holds a string with an unescaped control character");
			return NULL;
		}
		if (!take(in, '\\'))
			*to++ = *in->at++;
		else if (!read_escape(in, &to))
		{
			risk_fault(in->error, RISK_BAD_TEXT, path, "holds a string with an invalid escape");
			return NULL;
		}
	}
	*to = '\0';
	*length = (size_t) (to - text);
	return text;
}

/*
 * read_digits --- step over at least one digit, false if there is none.
 */
static bool
read_digits(Reader *in)
{
	const char *start = in->at;

	while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
		in->at++;
	return in->at > start;
}

static RiskJson *
read_number(Reader *in, const RiskPath *path)
{
	const char *start = in->at;
	RiskJson   *value = new_value(in, RISK_JSON_NUMBER);
	bool        good;
	char       *text;

	take(in, '-');
	good = take(in, '0') || read_digits(in);
	if (good && take(in, '.'))
		good = read_digits(in);
	if (good && (take(in, 'e') || take(in, 'E')))
	{
		if (!take(in, '+'))
			take(in, '-');
		good = read_digits(in);
	}
	if (!good)
	{
		risk_fault(in->error, RISK_BAD_TEXT, path, "must be a JSON value");
		return NULL;
	}
	value->length = (size_t) (in->at - start);
	text = in->memory->alloc(in->memory->state, value->length + 1);
	memcpy(text, start, value->length);
	text[value->length] = '\0';
	value->text = text;
	return value;
}

/*
 * read_word --- true, false or null.
 */
static RiskJson *
read_word(Reader *in, const RiskPath *path, const char *word, RiskJsonKind kind)
{
	size_t    length = strlen(word);
	RiskJson *value;

	if ((size_t) (in->end - in->at) < length || memcmp(in->at, word, length) != 0)
	{
		risk_fault(in->error, RISK_BAD_TEXT, path, "must be a JSON value");
		return NULL;
	}
	in->at += length;
	value = new_value(in, kind);
	value->truth = word[0] == 't';
	return value;
}

/*
 * read_member --- one "key": value of an object.
 */
static RiskJson *
read_member(Reader *in, const RiskPath *path, int depth)
{
	RiskPath  here = {path, NULL, 0};
	RiskJson *value;
	char     *key;
	size_t    length;

	skip_blanks(in);
	if (!take(in, '"'))
	{
		risk_fault(in->error, RISK_BAD_TEXT, path, "must have a quoted key here");
		return NULL;
	}
	key = read_string(in, path, &length);
	if (key == NULL)
		return NULL;
	here.key = key;
	skip_blanks(in);
	if (!take(in, ':'))
	{
		risk_fault(in->error, RISK_BAD_TEXT, &here, "must be followed by a colon");
		return NULL;
	}
	value = read_value(in, &here, depth);
	if (value != NULL)
		value->key = key;
	return value;
}

/*
 * read_list --- the rest of an array or object whose opening bracket has been taken.
 */
static RiskJson *
read_list(Reader *in, const RiskPath *path, int depth, RiskJsonKind kind)
{
	char       close = kind == RISK_JSON_ARRAY ? ']' : '}';
	RiskJson  *list = new_value(in, kind);
	RiskJson **tail = &list->first;

	if (depth >= RISK_JSON_DEPTH)
	{
		risk_fault(in->error, RISK_TOO_LARGE, path, "is nested deeper than %d levels",
				   RISK_JSON_DEPTH);
		return NULL;
	}
	skip_blanks(in);
	if (take(in, close))
		return list;
	for (;;)
	{
		RiskPath here = {path, NULL, list->count};

		*tail = kind == RISK_JSON_ARRAY ? read_value(in, &here, depth + 1)
										: read_member(in, path, depth + 1);
		if (*tail == NULL)
			return NULL;
		tail = &(*tail)->next;
		list->count++;
		skip_blanks(in);
		if (take(in, close))
			return list;
		if (!take(in, ','))
		{
			risk_fault(in->error, RISK_BAD_TEXT, path, "must go on with a comma or %c", close);
			return NULL;
		}
	}
}

/*
 * read_value --- any value; NULL after a fault.
 */
static RiskJson *
read_value(Reader *in, const RiskPath *path, int depth)
{
	RiskJson *value;

	skip_blanks(in);
	switch (in->at < in->end ? *in->at : '\0')
	{
		case '{':
			in->at++;
			return read_list(in, path, depth, RISK_JSON_OBJECT);
		case '[':
			in->at++;
			return read_list(in, path, depth, RISK_JSON_ARRAY);
		case '"':
			in->at++;
			value = new_value(in, RISK_JSON_STRING);
			value->text = read_string(in, path, &value->length);
			return value->text == NULL ? NULL : value;
		case 't':
			return read_word(in, path, "true", RISK_JSON_BOOL);
		case 'f':
			return read_word(in, path, "false", RISK_JSON_BOOL);
		case 'n':
			return read_word(in, path, "null", RISK_JSON_NULL);
		default:
			return read_number(in, path);
	}
}

/*
 * risk_json_parse --- the whole text as one value.
 *
 * utf8: the text is UTF-8, so that \u escapes above ASCII can be written in
 * it.  NULL after a fault, which then stands in *error.
 */
RiskJson *
risk_json_parse(const char *text, size_t length, bool utf8, RiskMemory *memory, RiskError *error)
{
	Reader    in = {text, text + length, utf8, memory, error};
	RiskJson *value = read_value(&in, NULL, 0);

	if (value == NULL)
		return NULL;
	skip_blanks(&in);
	if (in.at < in.end)
	{
		risk_fault(error, RISK_BAD_TEXT, NULL, "is followed by more text");
		return NULL;
	}
	return value;
}

/*-------------------------------------------------------------------------
 *
 * json_core.c
 *	  A strict JSON reader that knows where it is.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/json_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * inv_buffer_add --- appends length bytes (zeros when data is NULL) and
 * returns where they stand until the next call.
 */
void *
inv_buffer_add(InvBuffer *buffer, const void *data, size_t length)
{
	char *place;

	if (length == 0)
		return buffer->data;
	if (buffer->length + length > buffer->capacity)
	{
		size_t capacity = buffer->capacity < 512 ? 1024 : buffer->capacity * 2;

		while (capacity < buffer->length + length)
			capacity *= 2;
		buffer->data = buffer->resize(buffer->data, capacity);
		buffer->capacity = capacity;
	}
	place = buffer->data + buffer->length;
	if (data != NULL)
		memcpy(place, data, length);
	else
		memset(place, 0, length);
	buffer->length += length;
	return place;
}

/*
 * inv_json_init --- a reader over text; utf8 tells whether escapes beyond
 * ASCII can be stored.
 */
void
inv_json_init(InvJson *json, const char *text, size_t length, bool utf8, InvError *error)
{
	memset(json, 0, sizeof(*json));
	json->p = text;
	json->end = text + length;
	json->utf8 = utf8;
	json->error = error;
	error->fault = INV_OK;
	error->message[0] = '\0';
}

/*
 * write_path --- $.spells[3].elective, shortened rather than cut inside a character.
 */
static void
write_path(const InvJson *json, char *out, size_t size)
{
	size_t n = 1;
	int    i;

	strcpy(out, "$");
	for (i = 0; i < json->depth && n + 90 < size; i++)
	{
		if (json->path[i].index == 0 ||
			(json->path[i].key != NULL && json->path[i].key_length == 0))
			continue;
		if (json->path[i].key == NULL)
			n += snprintf(out + n, size - n, "[%d]", json->path[i].index - 1);
		else if (json->path[i].key_length <= 64)
			n += snprintf(out + n, size - n, ".%.*s", (int) json->path[i].key_length,
						  json->path[i].key);
		else
			n += snprintf(out + n, size - n, ".(long key)");
	}
}

/*
 * inv_json_fail --- records the first fault with its path; always false.
 */
bool
inv_json_fail(InvJson *json, InvFault fault, const char *format, ...)
{
	char    path[300];
	char    what[290];
	va_list args;

	if (json->error->fault != INV_OK)
		return false;
	write_path(json, path, sizeof(path));
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	json->error->fault = fault;
	snprintf(json->error->message, sizeof(json->error->message), "%s: %s", path, what);
	return false;
}

/*
 * inv_json_peek --- first character of the next token, 0 at the end or after a fault.
 */
char
inv_json_peek(InvJson *json)
{
	if (json->error->fault != INV_OK)
		return 0;
	while (json->p < json->end &&
		   (*json->p == ' ' || *json->p == '\n' || *json->p == '\t' || *json->p == '\r'))
		json->p++;
	return json->p < json->end ? *json->p : 0;
}

/*
 * inv_json_enter --- consumes '{' or '['; inv_json_next then steps through it.
 */
bool
inv_json_enter(InvJson *json, char bracket)
{
	if (inv_json_peek(json) != bracket)
		return inv_json_fail(json, INV_BAD_TEXT, "expected %s",
							 bracket == '{' ? "an object" : "an array");
	if (json->depth == INV_JSON_DEPTH)
		return inv_json_fail(json, INV_TOO_LARGE, "nested more than %d levels deep",
							 INV_JSON_DEPTH);
	json->p++;
	json->path[json->depth].key = bracket == '{' ? "" : NULL;
	json->path[json->depth].key_length = 0;
	json->path[json->depth].index = 0;
	json->depth++;
	return true;
}

/*
 * read_key --- the key of the next member and its colon.
 *
 * Keys are our own words, so none needs an escape.
 */
static bool
read_key(InvJson *json)
{
	const char *first;

	if (inv_json_peek(json) != '"')
		return inv_json_fail(json, INV_BAD_TEXT, "expected a key in double quotes");
	first = ++json->p;
	while (json->p < json->end && *json->p != '"' && *json->p != '\\')
		json->p++;
	if (json->p == json->end || *json->p == '\\')
		return inv_json_fail(json, INV_BAD_TEXT, "expected a key without escapes");
	json->path[json->depth - 1].key = first;
	json->path[json->depth - 1].key_length = json->p - first;
	json->p++;
	if (inv_json_peek(json) != ':')
		return inv_json_fail(json, INV_BAD_TEXT, "expected a colon");
	json->p++;
	return true;
}

/*
 * inv_json_next --- steps to the next member of the innermost object or
 * array; false at its end, which is consumed, and after a fault.
 */
bool
inv_json_next(InvJson *json)
{
	int  top = json->depth - 1;
	bool object = json->path[top].key != NULL;
	char c = inv_json_peek(json);

	if (json->error->fault != INV_OK)
		return false;
	if (c == (object ? '}' : ']'))
	{
		json->p++;
		json->depth--;
		return false;
	}
	if (json->path[top].index > 0)
	{
		if (c != ',')
			return inv_json_fail(json, INV_BAD_TEXT, "expected a comma or \"%s\"",
								 object ? "}" : "]");
		json->p++;
	}
	json->path[top].index++;
	return !object || read_key(json);
}

/*
 * inv_json_key_is --- is the current member's key this one?
 */
bool
inv_json_key_is(const InvJson *json, const char *key)
{
	size_t length = strlen(key);

	return json->path[json->depth - 1].key_length == length &&
		   memcmp(json->path[json->depth - 1].key, key, length) == 0;
}

/*
 * skip_word --- consumes the word if it stands here.
 */
static bool
skip_word(InvJson *json, const char *word)
{
	size_t length = strlen(word);

	inv_json_peek(json);
	if (json->error->fault != INV_OK || (size_t) (json->end - json->p) < length ||
		memcmp(json->p, word, length) != 0)
		return false;
	json->p += length;
	return true;
}

/*
 * inv_json_null --- consumes null if it stands here.
 */
bool
inv_json_null(InvJson *json)
{
	return skip_word(json, "null");
}

/*
 * inv_json_bool --- true or false.
 */
bool
inv_json_bool(InvJson *json, bool *value)
{
	if (skip_word(json, "true"))
		*value = true;
	else if (skip_word(json, "false"))
		*value = false;
	else
		return inv_json_fail(json, INV_BAD_TEXT, "expected true or false");
	return true;
}

/*
 * inv_json_number --- an exact number.
 */
bool
inv_json_number(InvJson *json, InvDecimal *value)
{
	char        c = inv_json_peek(json);
	const char *first = json->p;

	if (c != '-' && (c < '0' || c > '9'))
		return inv_json_fail(json, INV_BAD_TEXT, "expected a number");
	while (json->p < json->end &&
		   (strchr("+-.eE", *json->p) != NULL || (*json->p >= '0' && *json->p <= '9')) &&
		   *json->p != '\0')
		json->p++;
	/* JSON has no leading zeros */
	if (c == '-')
		first++;
	if (json->p - first > 1 && first[0] == '0' && first[1] >= '0' && first[1] <= '9')
		return inv_json_fail(json, INV_BAD_TEXT, "a number does not begin with 0");
	if (c == '-')
		first--;
	if (!inv_from_text(first, json->p - first, value))
		return inv_json_fail(json, INV_BAD_TEXT, "expected a number of at most 38 digits");
	return true;
}

/*
 * read_hex --- the four digits of an escape.
 */
static bool
read_hex(InvJson *json, uint32_t *code)
{
	int i;

	*code = 0;
	for (i = 0; i < 4; i++, json->p++)
	{
		char c = json->p < json->end ? *json->p : 0;

		if (c >= '0' && c <= '9')
			*code = *code * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			*code = *code * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			*code = *code * 16 + (c - 'A' + 10);
		else
			return inv_json_fail(json, INV_BAD_TEXT, "expected four hexadecimal digits after \\u");
	}
	return true;
}

/*
 * add_utf8 --- appends one code point.
 */
static void
add_utf8(InvBuffer *buffer, uint32_t code)
{
	char bytes[4];
	int  n = 0;

	if (code < 0x80)
		bytes[n++] = (char) code;
	else if (code < 0x800)
	{
		bytes[n++] = (char) (0xC0 | code >> 6);
		bytes[n++] = (char) (0x80 | (code & 0x3F));
	}
	else if (code < 0x10000)
	{
		bytes[n++] = (char) (0xE0 | code >> 12);
		bytes[n++] = (char) (0x80 | (code >> 6 & 0x3F));
		bytes[n++] = (char) (0x80 | (code & 0x3F));
	}
	else
	{
		bytes[n++] = (char) (0xF0 | code >> 18);
		bytes[n++] = (char) (0x80 | (code >> 12 & 0x3F));
		bytes[n++] = (char) (0x80 | (code >> 6 & 0x3F));
		bytes[n++] = (char) (0x80 | (code & 0x3F));
	}
	inv_buffer_add(buffer, bytes, n);
}

/*
 * read_unicode --- the rest of a \u escape, surrogate pairs included.
 */
static bool
read_unicode(InvJson *json, InvBuffer *buffer)
{
	uint32_t code;
	uint32_t low;

	if (!read_hex(json, &code))
		return false;
	if (code >= 0xD800 && code <= 0xDBFF)
	{
		if (json->end - json->p < 2 || json->p[0] != '\\' || json->p[1] != 'u')
			return inv_json_fail(json, INV_BAD_TEXT, "half of a surrogate pair");
		json->p += 2;
		if (!read_hex(json, &low))
			return false;
		if (low < 0xDC00 || low > 0xDFFF)
			return inv_json_fail(json, INV_BAD_TEXT, "half of a surrogate pair");
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	else if (code >= 0xDC00 && code <= 0xDFFF)
		return inv_json_fail(json, INV_BAD_TEXT, "half of a surrogate pair");
	if (code == 0)
		return inv_json_fail(json, INV_BAD_TEXT, "the character \\u0000 cannot be stored");
	if (code >= 0x80 && !json->utf8)
		return inv_json_fail(json, INV_BAD_TEXT, "escapes beyond ASCII need a UTF8 database");
	add_utf8(buffer, code);
	return true;
}

/*
 * inv_json_string --- appends the string's characters and a NUL to buffer;
 * length is without the NUL.
 */
bool
inv_json_string(InvJson *json, InvBuffer *buffer, size_t *length)
{
	static const char escapes[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	size_t            start = buffer->length;

	if (inv_json_peek(json) != '"')
		return inv_json_fail(json, INV_BAD_TEXT, "expected a string");
	json->p++;
	while (json->p < json->end && *json->p != '"')
	{
		const char *first = json->p;
		const char *escape;

		while (json->p < json->end && *json->p != '"' && *json->p != '\\' &&
			   (unsigned char) *json->p >= ' ')
			json->p++;
		inv_buffer_add(buffer, first, json->p - first);
		if (json->p == json->end || *json->p == '"')
			break;
		if (*json->p != '\\')
			return inv_json_fail(json, INV_BAD_TEXT,
								 "a control character in a string must be escaped");
		json->p++;
		if (json->p == json->end)
			break;
		if (*json->p == 'u')
		{
			json->p++;
			if (!read_unicode(json, buffer))
				return false;
			continue;
		}
		escape = *json->p == '\0' ? NULL : strchr(escapes, *json->p);
		if (escape == NULL)
			return inv_json_fail(json, INV_BAD_TEXT, "unknown escape in a string");
		inv_buffer_add(buffer, &meanings[escape - escapes], 1);
		json->p++;
	}
	if (json->p == json->end)
		return inv_json_fail(json, INV_BAD_TEXT, "the string does not end");
	json->p++;
	*length = buffer->length - start;
	inv_buffer_add(buffer, "", 1);
	return true;
}

/*
 * inv_json_end --- nothing but blanks may follow.
 */
bool
inv_json_end(InvJson *json)
{
	if (inv_json_peek(json) != 0 || json->p != json->end)
		return inv_json_fail(json, INV_BAD_TEXT, "text after the end of the JSON value");
	return json->error->fault == INV_OK;
}

/*
 * inv_json_write_string --- appends the text as a JSON string.
 */
void
inv_json_write_string(InvBuffer *buffer, const char *text, size_t length)
{
	size_t i;
	char   escaped[8];

	inv_buffer_add(buffer, "\"", 1);
	for (i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) text[i];

		if (c == '"' || c == '\\')
		{
			inv_buffer_add(buffer, "\\", 1);
			inv_buffer_add(buffer, &text[i], 1);
		}
		else if (c < ' ')
		{
			snprintf(escaped, sizeof(escaped), "\\u%04x", c);
			inv_buffer_add(buffer, escaped, 6);
		}
		else
			inv_buffer_add(buffer, &text[i], 1);
	}
	inv_buffer_add(buffer, "\"", 1);
}

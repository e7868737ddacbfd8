/*-------------------------------------------------------------------------
 *
 * json_core.c
 *	  A strict JSON reader that knows where it is.
 *
 *-------------------------------------------------------------------------
 */
#include "json/json_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * json_buffer_add --- appends length bytes (zeros when data is NULL) and
 * returns where they stand until the next call.
 */
void *
json_buffer_add(JsonBuffer *buffer, const void *data, size_t length)
{
	char *place;

	if (length == 0)
		return buffer->data;
	if (buffer->length + length > buffer->capacity)
	{
		size_t capacity = buffer->capacity < 512 ? 1024 : buffer->capacity * 2;

		while (capacity < buffer->length + length)
			capacity *= 2;
		place = buffer->data;
		if (buffer->memory == NULL)
			buffer->data = buffer->resize(place, capacity);
		else
		{
			buffer->data = buffer->memory->alloc(buffer->memory->state, capacity);
			if (buffer->length > 0)
				memcpy(buffer->data, place, buffer->length);
		}
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
 * json_init --- a reader over text; utf8 tells whether escapes beyond
 * ASCII can be stored.
 */
void
json_init(JsonReader *json, const char *text, size_t length, bool utf8, JsonError *error)
{
	memset(json, 0, sizeof(*json));
	json->p = text;
	json->end = text + length;
	json->utf8 = utf8;
	json->error = error;
	error->fault = JSON_OK;
	error->message[0] = '\0';
}

/*
 * write_path --- $.spells[3].elective, shortened rather than cut inside a character.
 */
static void
write_path(const JsonReader *json, char *out, size_t size)
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
 * json_fail --- records the first fault with its path; always false.
 */
bool
json_fail(JsonReader *json, JsonFault fault, const char *format, ...)
{
	char    path[300];
	char    what[290];
	va_list args;

	if (json->error->fault != JSON_OK)
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
 * slipped --- the text is no JSON here; always false.
 */
static bool
slipped(JsonReader *json, JsonSlip slip, const char *what)
{
	json->slip = slip;
	return json_fail(json, JSON_BAD_TEXT, "%s", what);
}

/*
 * json_peek --- first character of the next token, 0 at the end or after a fault.
 */
char
json_peek(JsonReader *json)
{
	if (json->error->fault != JSON_OK)
		return 0;
	while (json->p < json->end &&
		   (*json->p == ' ' || *json->p == '\n' || *json->p == '\t' || *json->p == '\r'))
		json->p++;
	return json->p < json->end ? *json->p : 0;
}

/*
 * json_enter --- consumes '{' or '['; json_next then steps through it.
 */
bool
json_enter(JsonReader *json, char bracket)
{
	if (json_peek(json) != bracket)
		return json_fail(json, JSON_BAD_TEXT, "expected %s",
						 bracket == '{' ? "an object" : "an array");
	if (json->depth == JSON_DEPTH)
		return json_fail(json, JSON_TOO_LARGE, "nested more than %d levels deep", JSON_DEPTH);
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
 * Where keys are not kept they are our own words, so none needs an escape.
 */
static bool
read_key(JsonReader *json)
{
	const char *key;
	size_t      length;

	if (json_peek(json) != '"')
		return slipped(json, JSON_BAD_KEY, "expected a key in double quotes");
	if (json->keys != NULL)
	{
		if (!json_string(json, json->keys, &length))
			return false;
		key = json->keys->data + json->keys->length - length - 1;
	}
	else
	{
		key = ++json->p;
		while (json->p < json->end && *json->p != '"' && *json->p != '\\')
			json->p++;
		if (json->p == json->end || *json->p == '\\')
			return slipped(json, JSON_BAD_KEY, "expected a key without escapes");
		length = json->p++ - key;
	}
	json->path[json->depth - 1].key = key;
	json->path[json->depth - 1].key_length = length;
	if (json_peek(json) != ':')
		return slipped(json, JSON_BAD_COLON, "expected a colon");
	json->p++;
	return true;
}

/*
 * json_next --- steps to the next member of the innermost object or
 * array; false at its end, which is consumed, and after a fault.
 */
bool
json_next(JsonReader *json)
{
	int  top = json->depth - 1;
	bool object = json->path[top].key != NULL;
	char c = json_peek(json);

	if (json->error->fault != JSON_OK)
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
			return object ? slipped(json, JSON_BAD_OBJECT_END, "expected a comma or \"}\"")
						  : slipped(json, JSON_BAD_ARRAY_END, "expected a comma or \"]\"");
		json->p++;
	}
	json->path[top].index++;
	return !object || read_key(json);
}

/*
 * json_key --- the current member's key, where keys are kept; NULL in an array or no list.
 */
const char *
json_key(const JsonReader *json)
{
	return json->depth > 0 ? json->path[json->depth - 1].key : NULL;
}

/*
 * json_key_is --- is the current member's key this one?
 */
bool
json_key_is(const JsonReader *json, const char *key)
{
	size_t length = strlen(key);

	return json->path[json->depth - 1].key_length == length &&
		   memcmp(json->path[json->depth - 1].key, key, length) == 0;
}

/*
 * json_key_index --- which of the names the current key is; -1 for none.
 */
int
json_key_index(const JsonReader *json, const char *const *names, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (json_key_is(json, names[i]))
			return i;
	return -1;
}

/*
 * json_once --- marks a key as seen; fails when it was, or is none of ours (-1).
 */
bool
json_once(JsonReader *json, unsigned *seen, int key)
{
	if (key < 0)
		return json_fail(json, JSON_BAD_TEXT, "unknown key");
	if (*seen & 1u << key)
		return json_fail(json, JSON_BAD_TEXT, "given twice");
	*seen |= 1u << key;
	return true;
}

/*
 * skip_word --- consumes the word if it stands here.
 */
static bool
skip_word(JsonReader *json, const char *word)
{
	size_t length = strlen(word);

	json_peek(json);
	if (json->error->fault != JSON_OK || (size_t) (json->end - json->p) < length ||
		memcmp(json->p, word, length) != 0)
		return false;
	json->p += length;
	return true;
}

/*
 * json_null --- consumes null if it stands here.
 */
bool
json_null(JsonReader *json)
{
	return skip_word(json, "null");
}

/*
 * json_bool --- true or false.
 */
bool
json_bool(JsonReader *json, bool *value)
{
	if (skip_word(json, "true"))
		*value = true;
	else if (skip_word(json, "false"))
		*value = false;
	else
		return json_fail(json, JSON_BAD_TEXT, "expected true or false");
	return true;
}

/*
 * skip_digits --- steps over digits; false if there is none.
 */
static bool
skip_digits(JsonReader *json)
{
	const char *first = json->p;

	while (json->p < json->end && *json->p >= '0' && *json->p <= '9')
		json->p++;
	return json->p > first;
}

/*
 * skip_char --- steps over one of two characters if it stands here.
 */
static bool
skip_char(JsonReader *json, char c, char other)
{
	if (json->p == json->end || (*json->p != c && *json->p != other))
		return false;
	json->p++;
	return true;
}

/*
 * json_number --- a number, as it is written in the text.
 */
bool
json_number(JsonReader *json, const char **text, size_t *length)
{
	char c = json_peek(json);
	bool good;

	if (c != '-' && (c < '0' || c > '9'))
		return json_fail(json, JSON_BAD_TEXT, "expected a number");
	*text = json->p;
	skip_char(json, '-', '-');
	/* JSON has no leading zeros */
	good = skip_char(json, '0', '0') || skip_digits(json);
	if (good && skip_char(json, '.', '.'))
		good = skip_digits(json);
	if (good && skip_char(json, 'e', 'E'))
	{
		skip_char(json, '+', '-');
		good = skip_digits(json);
	}
	*length = json->p - *text;
	return good || json_fail(json, JSON_BAD_TEXT, "expected a number of at most 38 digits");
}

/*
 * read_hex --- the four digits of an escape.
 */
static bool
read_hex(JsonReader *json, uint32_t *code)
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
			return slipped(json, JSON_BAD_ESCAPE, "expected four hexadecimal digits after \\u");
	}
	return true;
}

/*
 * add_utf8 --- appends one code point.
 */
static void
add_utf8(JsonBuffer *buffer, uint32_t code)
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
	json_buffer_add(buffer, bytes, n);
}

/*
 * read_unicode --- the rest of a \u escape, surrogate pairs included.
 */
static bool
read_unicode(JsonReader *json, JsonBuffer *buffer)
{
	uint32_t code;
	uint32_t low;

	if (!read_hex(json, &code))
		return false;
	if (code >= 0xD800 && code <= 0xDBFF)
	{
		if (json->end - json->p < 2 || json->p[0] != '\\' || json->p[1] != 'u')
			return slipped(json, JSON_BAD_ESCAPE, "half of a surrogate pair");
		json->p += 2;
		if (!read_hex(json, &low))
			return false;
		if (low < 0xDC00 || low > 0xDFFF)
			return slipped(json, JSON_BAD_ESCAPE, "half of a surrogate pair");
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	else if (code >= 0xDC00 && code <= 0xDFFF)
		return slipped(json, JSON_BAD_ESCAPE, "half of a surrogate pair");
	if (code == 0)
		return slipped(json, JSON_BAD_ESCAPE, "the character \\u0000 cannot be stored");
	if (code >= 0x80 && !json->utf8)
		return slipped(json, JSON_BAD_ESCAPE, "escapes beyond ASCII need a UTF8 database");
	add_utf8(buffer, code);
	return true;
}

/*
 * json_string --- appends the string's characters and a NUL to buffer;
 * length is without the NUL.
 */
bool
json_string(JsonReader *json, JsonBuffer *buffer, size_t *length)
{
	static const char escapes[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	size_t            start = buffer->length;

	if (json_peek(json) != '"')
		return json_fail(json, JSON_BAD_TEXT, "expected a string");
	json->p++;
	while (json->p < json->end && *json->p != '"')
	{
		const char *first = json->p;
		const char *escape;

		while (json->p < json->end && *json->p != '"' && *json->p != '\\' &&
			   (unsigned char) *json->p >= ' ')
			json->p++;
		json_buffer_add(buffer, first, json->p - first);
		if (json->p == json->end || *json->p == '"')
			break;
		if (*json->p != '\\')
			return slipped(json, JSON_BAD_CHARACTER,
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
			return slipped(json, JSON_BAD_ESCAPE, "unknown escape in a string");
		json_buffer_add(buffer, &meanings[escape - escapes], 1);
		json->p++;
	}
	if (json->p == json->end)
		return slipped(json, JSON_BAD_STRING_END, "the string does not end");
	json->p++;
	*length = buffer->length - start;
	json_buffer_add(buffer, "", 1);
	return true;
}

/*
 * json_short_string --- appends a string of 1 to most bytes, as json_string does.
 */
bool
json_short_string(JsonReader *json, JsonBuffer *buffer, size_t most, size_t *length)
{
	if (!json_string(json, buffer, length))
		return false;
	if (*length == 0 || *length > most)
		return json_fail(json, JSON_BAD_TEXT, "expected 1 to %d characters", (int) most);
	return true;
}

/*
 * json_end --- nothing but blanks may follow.
 */
bool
json_end(JsonReader *json)
{
	if (json_peek(json) != 0 || json->p != json->end)
		return json_fail(json, JSON_BAD_TEXT, "text after the end of the JSON value");
	return json->error->fault == JSON_OK;
}

/*
 * json_write --- appends literal characters.
 */
void
json_write(JsonBuffer *buffer, const char *text)
{
	json_buffer_add(buffer, text, strlen(text));
}

/*
 * json_write_string --- appends the text as a JSON string.
 */
void
json_write_string(JsonBuffer *buffer, const char *text, size_t length)
{
	size_t i;
	char   escaped[8];

	json_buffer_add(buffer, "\"", 1);
	for (i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) text[i];

		if (c == '"' || c == '\\')
		{
			json_buffer_add(buffer, "\\", 1);
			json_buffer_add(buffer, &text[i], 1);
		}
		else if (c < ' ')
		{
			snprintf(escaped, sizeof(escaped), "\\u%04x", c);
			json_buffer_add(buffer, escaped, 6);
		}
		else
			json_buffer_add(buffer, &text[i], 1);
	}
	json_buffer_add(buffer, "\"", 1);
}

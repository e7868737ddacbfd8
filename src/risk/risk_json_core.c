/*-------------------------------------------------------------------------
 *
 * risk_json_core.c
 *	  A JSON text as a tree that keeps numbers as written, and paths in it.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_json_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct Reader
{
	JsonReader  json;
	JsonBuffer  texts; /* keys, strings and numbers, each with a NUL */
	JsonMemory *memory;
	JsonError  *error;
} Reader;

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
risk_fault(JsonError *error, JsonFault fault, const RiskPath *path, const char *format, ...)
{
	va_list args;
	char   *end = error->message + sizeof(error->message);
	char   *to;

	if (error->fault != JSON_OK)
		return;
	error->fault = fault;
	to = print_path(error->message, end - 100, path);
	*to++ = ' ';
	va_start(args, format);
	vsnprintf(to, (size_t) (end - to), format, args);
	va_end(args);
}

/*
 * refuse --- the text is no JSON at this place; always NULL.
 */
static RiskJson *
refuse(Reader *in, const RiskPath *path)
{
	static const char *const texts[JSON_SLIPS] = {
		[JSON_BAD_VALUE] = "must be a JSON value",
		[JSON_BAD_KEY] = "must have a quoted key here",
		[JSON_BAD_COLON] = "must be followed by a colon",
		[JSON_BAD_OBJECT_END] = "must go on with a comma or }",
		[JSON_BAD_ARRAY_END] = "must go on with a comma or ]",
		[JSON_BAD_STRING_END] = "holds a string that does not end",
		[JSON_BAD_CHARACTER] = "holds a string with an unescaped control character",
		[JSON_BAD_ESCAPE] = "holds a string with an invalid escape"};
	RiskPath member = {path, json_key(&in->json), 0};

	risk_fault(in->error, JSON_BAD_TEXT, in->json.slip == JSON_BAD_COLON ? &member : path, "%s",
			   texts[in->json.slip]);
	return NULL;
}

static RiskJson *read_value(Reader *in, const RiskPath *path);

static RiskJson *
new_value(Reader *in, RiskJsonKind kind)
{
	RiskJson *value = in->memory->alloc(in->memory->state, sizeof(RiskJson));

	memset(value, 0, sizeof(*value));
	value->kind = kind;
	return value;
}

/*
 * read_list --- an array or object; NULL after a fault.
 */
static RiskJson *
read_list(Reader *in, const RiskPath *path, RiskJsonKind kind)
{
	RiskJson  *list = new_value(in, kind);
	RiskJson **tail = &list->first;

	if (in->json.depth == RISK_JSON_DEPTH)
	{
		risk_fault(in->error, JSON_TOO_LARGE, path, "is nested deeper than %d levels",
				   RISK_JSON_DEPTH);
		return NULL;
	}
	json_enter(&in->json, kind == RISK_JSON_ARRAY ? '[' : '{');
	while (json_next(&in->json))
	{
		RiskPath here = {path, json_key(&in->json), list->count};

		*tail = read_value(in, &here);
		if (*tail == NULL)
			return NULL;
		(*tail)->key = here.key;
		tail = &(*tail)->next;
		list->count++;
	}
	return in->json.error->fault == JSON_OK ? list : refuse(in, path);
}

/*
 * read_string --- a string, unescaped; NULL after a fault.
 */
static RiskJson *
read_string(Reader *in, const RiskPath *path)
{
	RiskJson *value = new_value(in, RISK_JSON_STRING);

	if (!json_string(&in->json, &in->texts, &value->length))
		return refuse(in, path);
	value->text = in->texts.data + in->texts.length - value->length - 1;
	return value;
}

/*
 * read_number --- a number as written; NULL after a fault.
 */
static RiskJson *
read_number(Reader *in, const RiskPath *path)
{
	RiskJson   *value = new_value(in, RISK_JSON_NUMBER);
	const char *text;

	if (!json_number(&in->json, &text, &value->length))
		return refuse(in, path);
	json_buffer_add(&in->texts, text, value->length);
	json_buffer_add(&in->texts, "", 1);
	value->text = in->texts.data + in->texts.length - value->length - 1;
	return value;
}

/*
 * read_value --- any value; NULL after a fault.
 */
static RiskJson *
read_value(Reader *in, const RiskPath *path)
{
	RiskJson *value;
	bool      truth;

	switch (json_peek(&in->json))
	{
		case '{':
			return read_list(in, path, RISK_JSON_OBJECT);
		case '[':
			return read_list(in, path, RISK_JSON_ARRAY);
		case '"':
			return read_string(in, path);
		case 't':
		case 'f':
			if (!json_bool(&in->json, &truth))
				return refuse(in, path);
			value = new_value(in, RISK_JSON_BOOL);
			value->count = truth;
			return value;
		case 'n':
			return json_null(&in->json) ? new_value(in, RISK_JSON_NULL) : refuse(in, path);
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
risk_json_parse(const char *text, size_t length, bool utf8, JsonMemory *memory, JsonError *error)
{
	Reader    in = {.texts.memory = memory, .memory = memory, .error = error};
	JsonError fault; /* the reader's words, replaced by ours */
	RiskJson *value;

	json_init(&in.json, text, length, utf8, &fault);
	in.json.keys = &in.texts;
	value = read_value(&in, NULL);
	if (value != NULL && !json_end(&in.json))
	{
		risk_fault(error, JSON_BAD_TEXT, NULL, "is followed by more text");
		return NULL;
	}
	return value;
}

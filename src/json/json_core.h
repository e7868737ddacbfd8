/*-------------------------------------------------------------------------
 *
 * json_core.h
 *	  A strict JSON reader that knows where it is.
 *
 * Text is read in one pass, without a tree; every fault is reported with its
 * path ($.rules[3].effect.kind).  After a fault all calls return false, so
 * that callers check once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef JSON_CORE_H
#define JSON_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What went wrong; the wrapper turns it into an SQLSTATE. */
typedef enum JsonFault
{
	JSON_OK,
	JSON_BAD_TEXT,      /* 22P02 */
	JSON_OUT_OF_RANGE,  /* 22003 */
	JSON_TOO_LARGE,     /* 54000 */
	JSON_UNKNOWN_FIELD, /* 42703 */
	JSON_WRONG_TYPE     /* 42804 */
} JsonFault;

typedef struct JsonError
{
	JsonFault fault;
	char      message[600];
} JsonError;

/* Memory that the caller frees all at once; alloc never returns NULL. */
typedef struct JsonMemory
{
	void *(*alloc)(void *state, size_t size);
	void *state;
} JsonMemory;

/*
 * Growing memory, from memory where that is given, which keeps what has been
 * outgrown, else by resize(), which never returns NULL (the server's throws).
 */
typedef struct JsonBuffer
{
	char  *data;
	size_t length;
	size_t capacity;
	void *(*resize)(void *old, size_t size);
	JsonMemory *memory;
} JsonBuffer;

extern void *json_buffer_add(JsonBuffer *buffer, const void *data, size_t length);

#define JSON_DEPTH 40

/* What was no JSON, for callers who word their messages themselves. */
typedef enum JsonSlip
{
	JSON_BAD_VALUE,
	JSON_BAD_KEY,
	JSON_BAD_COLON,
	JSON_BAD_OBJECT_END,
	JSON_BAD_ARRAY_END,
	JSON_BAD_STRING_END,
	JSON_BAD_CHARACTER,
	JSON_BAD_ESCAPE,
	JSON_SLIPS
} JsonSlip;

typedef struct JsonReader
{
	const char *p;
	const char *end;
	bool        utf8; /* may an escape stand for a character beyond ASCII? */
	JsonError  *error;
	JsonSlip    slip;
	JsonBuffer *keys; /* with memory: keys are kept here, unescaped; NULL: they have no escapes */
	int         depth;
	struct
	{
		const char *key; /* NULL in an array */
		size_t      key_length;
		int         index; /* members seen so far */
	} path[JSON_DEPTH];
} JsonReader;

extern void json_init(JsonReader *json, const char *text, size_t length, bool utf8,
					  JsonError *error);
extern bool json_fail(JsonReader *json, JsonFault fault, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
extern char        json_peek(JsonReader *json);
extern bool        json_enter(JsonReader *json, char bracket);
extern bool        json_next(JsonReader *json);
extern bool        json_key_is(const JsonReader *json, const char *key);
extern const char *json_key(const JsonReader *json);
extern int         json_key_index(const JsonReader *json, const char *const *names, int count);
extern bool        json_once(JsonReader *json, unsigned *seen, int key);
extern bool        json_null(JsonReader *json);
extern bool        json_bool(JsonReader *json, bool *value);
extern bool        json_number(JsonReader *json, const char **text, size_t *length);
extern bool        json_string(JsonReader *json, JsonBuffer *buffer, size_t *length);
extern bool json_short_string(JsonReader *json, JsonBuffer *buffer, size_t most, size_t *length);
extern bool json_end(JsonReader *json);
extern void json_write(JsonBuffer *buffer, const char *text);
extern void json_write_string(JsonBuffer *buffer, const char *text, size_t length);

#endif /* JSON_CORE_H */

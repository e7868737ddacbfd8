/*-------------------------------------------------------------------------
 *
 * json_core.h
 *	  A strict JSON reader that knows where it is.
 *
 * Tariffs and rule sets are read in one pass, without a tree; every fault is
 * reported with its path ($.rules[3].effect.kind).  After a fault all calls
 * return false, so that callers check once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef INVOICE_JSON_CORE_H
#define INVOICE_JSON_CORE_H

#include "invoice/decimal_core.h"

/* What went wrong; the wrapper turns it into an SQLSTATE. */
typedef enum InvFault
{
	INV_OK,
	INV_BAD_TEXT,      /* 22P02 */
	INV_OUT_OF_RANGE,  /* 22003 */
	INV_TOO_LARGE,     /* 54000 */
	INV_UNKNOWN_FIELD, /* 42703 */
	INV_WRONG_TYPE     /* 42804 */
} InvFault;

typedef struct InvError
{
	InvFault fault;
	char     message[600];
} InvError;

/* Growing memory; resize() never returns NULL (the server's throws). */
typedef struct InvBuffer
{
	char  *data;
	size_t length;
	size_t capacity;
	void *(*resize)(void *old, size_t size);
} InvBuffer;

extern void *inv_buffer_add(InvBuffer *buffer, const void *data, size_t length);

#define INV_JSON_DEPTH 40

typedef struct InvJson
{
	const char *p;
	const char *end;
	bool        utf8; /* may an escape stand for a character beyond ASCII? */
	InvError   *error;
	int         depth;
	struct
	{
		const char *key; /* NULL in an array */
		size_t      key_length;
		int         index; /* members seen so far */
	} path[INV_JSON_DEPTH];
} InvJson;

extern void inv_json_init(InvJson *json, const char *text, size_t length, bool utf8,
						  InvError *error);
extern bool inv_json_fail(InvJson *json, InvFault fault, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
extern char inv_json_peek(InvJson *json);
extern bool inv_json_enter(InvJson *json, char bracket);
extern bool inv_json_next(InvJson *json);
extern bool inv_json_key_is(const InvJson *json, const char *key);
extern bool inv_json_null(InvJson *json);
extern bool inv_json_bool(InvJson *json, bool *value);
extern bool inv_json_number(InvJson *json, InvDecimal *value);
extern bool inv_json_string(InvJson *json, InvBuffer *buffer, size_t *length);
extern bool inv_json_end(InvJson *json);
extern void inv_json_write_string(InvBuffer *buffer, const char *text, size_t length);

#endif /* INVOICE_JSON_CORE_H */

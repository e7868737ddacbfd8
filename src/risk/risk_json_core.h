/*-------------------------------------------------------------------------
 *
 * risk_json_core.h
 *	  A small JSON reader that keeps numbers as written and knows where it is.
 *
 * The server's own reader turns numbers into numeric and forgets the place of
 * a fault; a model author needs the path.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_JSON_CORE_H
#define RISK_JSON_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Objects and arrays within each other; a model needs three. */
#define RISK_JSON_DEPTH 16

/* Memory comes from the caller, who frees it all at once; alloc never returns NULL. */
typedef struct RiskMemory
{
	void *(*alloc)(void *state, size_t size);
	void *state;
} RiskMemory;

typedef enum RiskFault
{
	RISK_OK,
	RISK_BAD_TEXT, /* not JSON, or not a model */
	RISK_TOO_LARGE /* beyond a limit of the program */
} RiskFault;

typedef struct RiskError
{
	RiskFault fault;
	char      message[256];
} RiskError;

/* Where we are: a chain on the C stack, printed as $.categories[3].points. */
typedef struct RiskPath
{
	const struct RiskPath *parent;
	const char            *key; /* NULL: an array element */
	uint32_t               index;
} RiskPath;

typedef enum RiskJsonKind
{
	RISK_JSON_NULL,
	RISK_JSON_BOOL,
	RISK_JSON_NUMBER,
	RISK_JSON_STRING,
	RISK_JSON_ARRAY,
	RISK_JSON_OBJECT
} RiskJsonKind;

typedef struct RiskJson
{
	RiskJsonKind     kind;
	uint32_t         count; /* elements or members */
	bool             truth;
	const char      *key;  /* name of this member in its object */
	const char      *text; /* a string, unescaped, or a number as written; NUL-terminated */
	size_t           length;
	struct RiskJson *first; /* elements or members in order */
	struct RiskJson *next;
} RiskJson;

extern RiskJson *risk_json_parse(const char *text, size_t length, bool utf8, RiskMemory *memory,
								 RiskError *error);
extern void risk_fault(RiskError *error, RiskFault fault, const RiskPath *path, const char *format,
					   ...) __attribute__((format(printf, 4, 5)));

#endif /* RISK_JSON_CORE_H */

/*-------------------------------------------------------------------------
 *
 * risk_json_core.h
 *	  A JSON text as a tree that keeps numbers as written, and paths in it.
 *
 * The members of a model may come in any order and refer to each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_JSON_CORE_H
#define RISK_JSON_CORE_H

#include "json/json_core.h"

/* Objects and arrays within each other; a model needs three. */
#define RISK_JSON_DEPTH 16

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
	uint32_t         count; /* elements or members; 1 for true */
	const char      *key;   /* name of this member in its object */
	const char      *text;  /* a string, unescaped, or a number as written; NUL-terminated */
	size_t           length;
	struct RiskJson *first; /* elements or members in order */
	struct RiskJson *next;
} RiskJson;

extern RiskJson *risk_json_parse(const char *text, size_t length, bool utf8, JsonMemory *memory,
								 JsonError *error);
extern void risk_fault(JsonError *error, JsonFault fault, const RiskPath *path, const char *format,
					   ...) __attribute__((format(printf, 4, 5)));

#endif /* RISK_JSON_CORE_H */

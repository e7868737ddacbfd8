/*-------------------------------------------------------------------------
 *
 * module.c
 *	  Magic block and the version of the loaded library.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"

COMMISSIONING_MAGIC("commissioning");

PG_FUNCTION_INFO_V1(commissioning_library_version);

/*
 * commissioning_library_version --- version compiled into this library.
 *
 * commissioning.version() compares it with the installed SQL version.
 */
Datum
commissioning_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(COMMISSIONING_VERSION));
}

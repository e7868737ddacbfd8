/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Differences between PostgreSQL 15 and 18, all in one place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_COMPAT_H
#define COMMISSIONING_COMPAT_H

#include "postgres.h"
#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "commissioning needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
/*
 * Before 16 there are no soft errors: ereturn throws.  The context argument is
 * evaluated to nothing so that callers may write it the same way.
 */
#define ereturn(context, dummy_value, ...)                                                         \
	do                                                                                             \
	{                                                                                              \
		(void) (context);                                                                          \
		ereport(ERROR, __VA_ARGS__);                                                               \
		return dummy_value;                                                                        \
	} while (0)
#endif

#if PG_VERSION_NUM >= 180000
#define COMMISSIONING_MAGIC(module)                                                                \
	PG_MODULE_MAGIC_EXT(.name = module, .version = COMMISSIONING_VERSION)
#else
#define COMMISSIONING_MAGIC(module) PG_MODULE_MAGIC
#endif

#endif							/* COMMISSIONING_COMPAT_H */

/*-------------------------------------------------------------------------
 *
 * invoice.h
 *	  What the wrappers of this folder share: flat values read once per call
 *	  site, numerics, composites.
 *
 *-------------------------------------------------------------------------
 */
#ifndef INVOICE_H
#define INVOICE_H

#include "compat.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "funcapi.h"

#include "invoice/decimal_core.h"
#include "json/json_core.h"

/* A large value keeps its toast pointer in every row; the value is read once per pointer. */
#define INV_FLAT_SLOTS 32

typedef struct InvFlatCache
{
	int used;
	int last;   /* slot of the last hit */
	int oldest; /* slot to be replaced next */
	struct
	{
		struct varatt_external pointer;
		struct varlena        *value;
	} slots[INV_FLAT_SLOTS];
} InvFlatCache;

extern struct varlena *inv_flat_value(FmgrInfo *flinfo, InvFlatCache *cache, Datum datum);

/* The row type of a composite argument, looked up once per call site. */
typedef struct InvRowCache
{
	Oid       type;
	int32     typmod;
	TupleDesc desc;
} InvRowCache;

extern bool      inv_row_type(FmgrInfo *flinfo, InvRowCache *cache, HeapTupleHeader row);
extern TupleDesc inv_result_type(FunctionCallInfo fcinfo);

extern void *inv_resize(void *old, size_t size);
extern int   inv_sqlstate(JsonFault fault);
extern bool  inv_numeric_arg(Datum numeric, InvDecimal *amount);
extern Datum inv_numeric_datum(InvDecimal amount);

#endif /* INVOICE_H */

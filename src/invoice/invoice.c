/*-------------------------------------------------------------------------
 *
 * invoice.c
 *	  What the wrappers of this folder share.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/memutils.h"
#include "utils/typcache.h"

#include "invoice/invoice.h"

/*
 * inv_resize --- the cores' memory: palloc, repalloc, pfree (size 0).
 */
void *
inv_resize(void *old, size_t size)
{
	if (size == 0)
	{
		if (old != NULL)
			pfree(old);
		return NULL;
	}
	return old == NULL ? palloc(size) : repalloc(old, size);
}

/*
 * inv_sqlstate --- SQLSTATE of a fault the cores report.
 */
int
inv_sqlstate(JsonFault fault)
{
	switch (fault)
	{
		case JSON_OUT_OF_RANGE:
			return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case JSON_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case JSON_UNKNOWN_FIELD:
			return ERRCODE_UNDEFINED_COLUMN;
		case JSON_WRONG_TYPE:
			return ERRCODE_DATATYPE_MISMATCH;
		default:
			return ERRCODE_INVALID_TEXT_REPRESENTATION;
	}
}

/*
 * inv_flat_value --- the value behind a datum, valid until the end of the row
 * at least; read from disk once per toast pointer and call site.
 */
struct varlena *
inv_flat_value(FmgrInfo *flinfo, InvFlatCache *cache, Datum datum)
{
	struct varlena        *value = (struct varlena *) DatumGetPointer(datum);
	struct varatt_external pointer;
	MemoryContext          old;
	int                    slot;
	int                    i;

	if (VARATT_IS_4B_U(value))
		return value;
	if (!VARATT_IS_EXTERNAL_ONDISK(value))
		return pg_detoast_datum_copy(value);
	VARATT_EXTERNAL_GET_POINTER(pointer, value);
	for (i = 0; i < cache->used; i++)
	{
		slot = (cache->last + i) % cache->used;
		if (memcmp(&cache->slots[slot].pointer, &pointer, sizeof(pointer)) == 0)
		{
			cache->last = slot;
			return cache->slots[slot].value;
		}
	}
	old = MemoryContextSwitchTo(flinfo->fn_mcxt);
	value = detoast_attr(value);
	MemoryContextSwitchTo(old);
	if (cache->used < INV_FLAT_SLOTS)
		slot = cache->used++;
	else
	{
		slot = cache->oldest;
		cache->oldest = (slot + 1) % INV_FLAT_SLOTS;
		pfree(cache->slots[slot].value);
	}
	cache->slots[slot].pointer = pointer;
	cache->slots[slot].value = value;
	cache->last = slot;
	return value;
}

/*
 * inv_row_type --- fills the cache with the row's type; true when it changed.
 */
bool
inv_row_type(FmgrInfo *flinfo, InvRowCache *cache, HeapTupleHeader row)
{
	Oid           type = HeapTupleHeaderGetTypeId(row);
	int32         typmod = HeapTupleHeaderGetTypMod(row);
	TupleDesc     desc;
	MemoryContext old;

	if (cache->desc != NULL && cache->type == type && cache->typmod == typmod)
		return false;
	desc = lookup_rowtype_tupdesc(type, typmod);
	old = MemoryContextSwitchTo(flinfo->fn_mcxt);
	if (cache->desc != NULL)
		FreeTupleDesc(cache->desc);
	cache->desc = CreateTupleDescCopy(desc);
	MemoryContextSwitchTo(old);
	ReleaseTupleDesc(desc);
	cache->type = type;
	cache->typmod = typmod;
	return true;
}

/*
 * inv_result_type --- the blessed row type of the function's result, in the
 * memory of the call site.
 */
TupleDesc
inv_result_type(FunctionCallInfo fcinfo)
{
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	TupleDesc     desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the result of function %u is not a composite", fcinfo->flinfo->fn_oid);
	desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
	return desc;
}

/*
 * inv_numeric_arg --- a numeric as an exact amount; false for NaN, infinity
 * and what has more than 38 digits.
 */
bool
inv_numeric_arg(Datum numeric, InvDecimal *amount)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(numeric);

	return inv_from_numeric(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), amount);
}

/*
 * inv_numeric_datum --- an amount as numeric with two decimals or as many as it needs.
 */
Datum
inv_numeric_datum(InvDecimal amount)
{
	char *value = palloc(VARHDRSZ + INV_NUMERIC_SIZE);

	SET_VARSIZE(value, VARHDRSZ + inv_to_numeric(amount, 2, VARDATA(value)));
	return PointerGetDatum(value);
}

/*-------------------------------------------------------------------------
 *
 * model.c
 *	  SQL type risk_model: input, output, identity, and the cache of models.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk.h"

#include <inttypes.h>

#include "access/detoast.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "risk/risk_build_core.h"

/* Models that one call site keeps at hand: a query rarely scores more at once. */
#define MODELS_KEPT 8

/* Binary messages begin with the number of their form. */
#define MODEL_MESSAGE_FORM 1

typedef struct ModelCache
{
	int      used;
	int      latest;
	ModelUse use[MODELS_KEPT];
} ModelCache;

static void *
allocate(void *state, size_t size)
{
	if (!AllocHugeSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("risk model is too large")));
	return MemoryContextAllocHuge((MemoryContext) state, size);
}

/*
 * model_from_text --- a risk_model from JSON.
 *
 * Bad JSON or content raises 22P02 with the path of the fault, a size beyond a
 * limit 54000; both softly where the caller asks so.
 */
static Datum
model_from_text(FunctionCallInfo fcinfo, const char *text, size_t length)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "risk model input", ALLOCSET_DEFAULT_SIZES);
	JsonMemory memory = {allocate, context};
	JsonError  error;
	RiskModel *model =
		risk_model_read(text, length, GetDatabaseEncoding() == PG_UTF8, &memory, &error);
	RiskModel *result;

	if (model == NULL)
	{
		MemoryContextDelete(context);
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(error.fault == JSON_TOO_LARGE ? ERRCODE_PROGRAM_LIMIT_EXCEEDED
													   : ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("risk model: %s", error.message)));
	}
	result = palloc(model->size);
	memcpy(result, model, model->size);
	SET_VARSIZE(result, model->size);
	MemoryContextDelete(context);
	PG_RETURN_POINTER(result);
}

/*
 * model_to_text --- canonical JSON, palloc'd.
 */
static char *
model_to_text(const RiskModel *model, size_t *length)
{
	JsonMemory memory = {allocate, CurrentMemoryContext};

	return risk_model_print(model, &memory, length);
}

PG_FUNCTION_INFO_V1(commissioning_risk_model_in);

/*
 * risk_model_in --- from JSON text.
 */
Datum
commissioning_risk_model_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);

	return model_from_text(fcinfo, text, strlen(text));
}

PG_FUNCTION_INFO_V1(commissioning_risk_model_out);

/*
 * risk_model_out --- to canonical JSON text.
 */
Datum
commissioning_risk_model_out(PG_FUNCTION_ARGS)
{
	size_t length;

	PG_RETURN_CSTRING(model_to_text(risk_model_argument(fcinfo)->model, &length));
}

PG_FUNCTION_INFO_V1(commissioning_risk_model_recv);

/*
 * risk_model_recv --- from a form number and JSON text: nothing unchecked gets in.
 */
Datum
commissioning_risk_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int        form = pq_getmsgbyte(message);
	char      *text;
	int        length;

	if (form != MODEL_MESSAGE_FORM)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("risk model in unknown binary form %d", form)));
	text = pq_getmsgtext(message, message->len - message->cursor, &length);
	return model_from_text(fcinfo, text, (size_t) length);
}

PG_FUNCTION_INFO_V1(commissioning_risk_model_send);

/*
 * risk_model_send --- to a form number and JSON text.
 */
Datum
commissioning_risk_model_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;
	size_t         length;
	char          *text = model_to_text(risk_model_argument(fcinfo)->model, &length);

	pq_begintypsend(&message);
	pq_sendbyte(&message, MODEL_MESSAGE_FORM);
	pq_sendtext(&message, text, (int) length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(commissioning_risk_fingerprint);

/*
 * risk_fingerprint --- the 128 bits that identify a model's content, as 32 hexadecimal digits.
 */
Datum
commissioning_risk_fingerprint(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;

	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%016" PRIx64 "%016" PRIx64, model->fingerprint[0], model->fingerprint[1])));
}

/*
 * use_matches --- is this the model behind the argument?
 *
 * A value out of line is known by its toast pointer and is not fetched again;
 * a value in line by its size and fingerprint, and it is read where it stands.
 */
static inline bool
use_matches(ModelUse *use, const struct varlena *argument)
{
	if (VARATT_IS_EXTERNAL_ONDISK(argument))
	{
		struct varatt_external pointer;

		VARATT_EXTERNAL_GET_POINTER(pointer, argument);
		return use->is_toasted && pointer.va_valueid == use->toast_value &&
			   pointer.va_toastrelid == use->toast_relation;
	}
	if (use->is_toasted)
		return false;
	use->model = (const RiskModel *) argument;
	return use->model->size == use->size && use->model->fingerprint[0] == use->fingerprint[0] &&
		   use->model->fingerprint[1] == use->fingerprint[1];
}

/*
 * fill_use --- take a model into the cache.
 */
static void
fill_use(ModelUse *use, struct varlena *argument, MemoryContext parent)
{
	MemoryContext before;

	if (use->context == NULL)
		use->context = AllocSetContextCreate(parent, "risk model", ALLOCSET_SMALL_SIZES);
	/* a failure below must not leave a key whose contents are gone */
	use->is_toasted = false;
	use->size = 0;
	MemoryContextReset(use->context);
	before = MemoryContextSwitchTo(use->context);
	use->model = (const RiskModel *) pg_detoast_datum(argument);
	if (use->model->format != RISK_FORMAT_PLAIN && use->model->format != RISK_FORMAT_WHOLE)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("risk model in unknown stored format %u", use->model->format)));
	use->matches = palloc0(use->model->n_sets * sizeof(RiskFlags *));
	use->values = palloc0((RISK_SOURCES(use->model) + 1) * sizeof(RiskValue));
	use->fingerprint[0] = use->model->fingerprint[0];
	use->fingerprint[1] = use->model->fingerprint[1];
	if (VARATT_IS_EXTERNAL_ONDISK(argument))
	{
		struct varatt_external pointer;

		VARATT_EXTERNAL_GET_POINTER(pointer, argument);
		use->toast_relation = pointer.va_toastrelid;
		use->toast_value = pointer.va_valueid;
		use->is_toasted = true;
	}
	use->size = use->model->size;
	MemoryContextSwitchTo(before);
}

/*
 * find_use --- look through the models kept, else take this one in.
 */
static ModelUse *
find_use(FunctionCallInfo fcinfo, struct varlena *argument)
{
	ModelCache *cache = fcinfo->flinfo->fn_extra;
	int         i;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ModelCache));
		fcinfo->flinfo->fn_extra = cache;
	}
	for (i = 0; i < cache->used; i++)
	{
		if (use_matches(&cache->use[i], argument))
		{
			cache->latest = i;
			return &cache->use[i];
		}
	}
	cache->latest = cache->used < MODELS_KEPT ? cache->used : (cache->latest + 1) % MODELS_KEPT;
	fill_use(&cache->use[cache->latest], argument, fcinfo->flinfo->fn_mcxt);
	if (cache->latest == cache->used)
		cache->used++;
	return &cache->use[cache->latest];
}

/*
 * risk_model_argument --- the model in the first argument; 22004 if it is NULL.
 */
ModelUse *
risk_model_argument(FunctionCallInfo fcinfo)
{
	ModelCache     *cache = fcinfo->flinfo->fn_extra;
	struct varlena *argument;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("risk model must not be NULL"),
				 errhint("A sub-select on a registry gives NULL for a name that is not there.")));
	argument = (struct varlena *) PG_GETARG_POINTER(0);
	/* neither in line and whole nor out of line: compressed, or built in memory */
	if (VARATT_IS_EXTENDED(argument) && !VARATT_IS_EXTERNAL_ONDISK(argument))
		argument = pg_detoast_datum(argument);
	if (cache != NULL && use_matches(&cache->use[cache->latest], argument))
		return &cache->use[cache->latest];
	return find_use(fcinfo, argument);
}

/*
 * compare_models --- by fingerprint; only the head of a value out of line is fetched.
 */
static int
compare_models(FunctionCallInfo fcinfo)
{
	uint64 key[2][2];
	int    i;

	for (i = 0; i < 2; i++)
	{
		struct varlena *head = PG_DETOAST_DATUM_SLICE(PG_GETARG_DATUM(i), 0,
													  offsetof(RiskModel, header_size) - VARHDRSZ);

		memcpy(key[i], (char *) head + offsetof(RiskModel, fingerprint), sizeof(key[i]));
	}
	for (i = 0; i < 2; i++)
	{
		if (key[0][i] != key[1][i])
			return key[0][i] < key[1][i] ? -1 : 1;
	}
	return 0;
}

#define MODEL_COMPARISON(name, condition)                   \
	PG_FUNCTION_INFO_V1(name);                              \
	Datum name(PG_FUNCTION_ARGS)                            \
	{                                                       \
		PG_RETURN_BOOL(compare_models(fcinfo) condition 0); \
	}                                                       \
	extern int model_comparison_ends_here

MODEL_COMPARISON(commissioning_risk_model_eq, ==);
MODEL_COMPARISON(commissioning_risk_model_ne, !=);
MODEL_COMPARISON(commissioning_risk_model_lt, <);
MODEL_COMPARISON(commissioning_risk_model_le, <=);
MODEL_COMPARISON(commissioning_risk_model_gt, >);
MODEL_COMPARISON(commissioning_risk_model_ge, >=);

PG_FUNCTION_INFO_V1(commissioning_risk_model_cmp);

/* commissioning_risk_model_cmp --- btree support 1. */
Datum
commissioning_risk_model_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_models(fcinfo));
}

PG_FUNCTION_INFO_V1(commissioning_risk_model_hash);

/* commissioning_risk_model_hash --- hash support 1: the fingerprint is a hash already. */
Datum
commissioning_risk_model_hash(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;

	PG_RETURN_INT32((int32) (uint32) risk_hash_words(model->fingerprint, 2, 0));
}

PG_FUNCTION_INFO_V1(commissioning_risk_model_hash_extended);

/* commissioning_risk_model_hash_extended --- hash support 2: 64 bits, with a seed. */
Datum
commissioning_risk_model_hash_extended(PG_FUNCTION_ARGS)
{
	const RiskModel *model = risk_model_argument(fcinfo)->model;

	PG_RETURN_INT64((int64) risk_hash_words(model->fingerprint, 2, (uint64) PG_GETARG_INT64(1)));
}

/*-------------------------------------------------------------------------
 *
 * tariff.c
 *	  Type tariff and the price functions.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <inttypes.h>

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "invoice/invoice.h"
#include "invoice/price_steps_core.h"

/* Fields of the composites, in their order. */
typedef enum SpellField
{
	SPELL_HRG,
	SPELL_CLASSIFICATION,
	SPELL_METHOD,
	SPELL_ADMISSION,
	SPELL_DISCHARGE,
	SPELL_AGE,
	SPELL_CRITICAL_CARE,
	SPELL_REHABILITATION,
	SPELL_OVERLAP,
	SPELL_PALLIATIVE,
	SPELL_BEST_PRACTICE,
	SPELL_TOP_UP,
	SPELL_FACTOR,
	SPELL_ROUNDING,
	SPELL_FIELDS
} SpellField;

#define SPELL_RESULTS 17
#define ATTENDANCE_RESULTS 5
#define MAX_FIELDS SPELL_FIELDS

/* What a call site of a price function remembers. */
typedef struct PriceSite
{
	InvFlatCache tariffs;
	InvRowCache  row;
	TupleDesc    result;
} PriceSite;

/* The fields of one composite argument. */
typedef struct Fields
{
	Datum values[MAX_FIELDS];
	bool  nulls[MAX_FIELDS];
} Fields;

/*
 * checked_tariff --- the tariff, if this library can read its layout.
 */
static const Tariff *
checked_tariff(struct varlena *value)
{
	const Tariff *tariff = (const Tariff *) value;

	if (VARSIZE(value) < sizeof(Tariff) || tariff->version != TARIFF_VERSION ||
		tariff->size != VARSIZE(value))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("tariff value is damaged or of another version")));
	return tariff;
}

/*
 * compile --- JSON text to tariff; NULL after a soft error.
 */
static Tariff *
compile(FunctionCallInfo fcinfo, const char *text, size_t length)
{
	JsonBuffer out = {.resize = inv_resize};
	JsonError  error;

	if (!tariff_compile(text, length, GetDatabaseEncoding() == PG_UTF8, &out, &error))
		ereturn(
			fcinfo->context, NULL,
			(errcode(inv_sqlstate(error.fault)), errmsg("invalid tariff at %s", error.message)));
	SET_VARSIZE(out.data, out.length);
	return (Tariff *) out.data;
}

PG_FUNCTION_INFO_V1(commissioning_tariff_in);

/*
 * commissioning_tariff_in --- JSON text to tariff.
 */
Datum
commissioning_tariff_in(PG_FUNCTION_ARGS)
{
	char   *text = PG_GETARG_CSTRING(0);
	Tariff *tariff = compile(fcinfo, text, strlen(text));

	if (tariff == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(tariff);
}

/*
 * json_text --- the tariff's JSON form, with a NUL.
 */
static JsonBuffer
json_text(Datum datum)
{
	JsonBuffer out = {.resize = inv_resize};

	tariff_write(checked_tariff(PG_DETOAST_DATUM(datum)), &out);
	json_buffer_add(&out, "", 1);
	return out;
}

PG_FUNCTION_INFO_V1(commissioning_tariff_out);

/*
 * commissioning_tariff_out --- tariff to JSON text; reading it gives the same value.
 */
Datum
commissioning_tariff_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(json_text(PG_GETARG_DATUM(0)).data);
}

PG_FUNCTION_INFO_V1(commissioning_tariff_recv);

/*
 * commissioning_tariff_recv --- from the wire: the byte 1, then the JSON text.
 */
Datum
commissioning_tariff_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int        length;
	char      *text;

	if (pq_getmsgbyte(message) != 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("unknown version of binary tariff")));
	text = pq_getmsgtext(message, message->len - message->cursor, &length);
	PG_RETURN_POINTER(compile(fcinfo, text, length));
}

PG_FUNCTION_INFO_V1(commissioning_tariff_send);

/*
 * commissioning_tariff_send --- to the wire: the byte 1, then the JSON text.
 */
Datum
commissioning_tariff_send(PG_FUNCTION_ARGS)
{
	JsonBuffer     json = json_text(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, 1);
	pq_sendtext(&message, json.data, json.length - 1);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(commissioning_tariff_fingerprint);

/*
 * commissioning_tariff_fingerprint --- the 128 bits that name the content, as 32 hex digits.
 */
Datum
commissioning_tariff_fingerprint(PG_FUNCTION_ARGS)
{
	const Tariff *tariff = checked_tariff(PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));

	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%016" PRIx64 "%016" PRIx64, tariff->fingerprint[0], tariff->fingerprint[1])));
}

/*
 * price_site --- what this call site remembers.
 */
static PriceSite *
price_site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PriceSite));
	return fcinfo->flinfo->fn_extra;
}

/*
 * price_tariff --- the first argument, which must be given.
 */
static const Tariff *
price_tariff(FunctionCallInfo fcinfo, PriceSite *site)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("tariff must not be NULL")));
	return checked_tariff(inv_flat_value(fcinfo->flinfo, &site->tariffs, PG_GETARG_DATUM(0)));
}

/*
 * read_fields --- the second argument's fields; a NULL composite has none known.
 */
static void
read_fields(FunctionCallInfo fcinfo, PriceSite *site, int count, Fields *fields)
{
	HeapTupleHeader row;
	HeapTupleData   tuple;

	if (PG_ARGISNULL(1))
	{
		memset(fields->nulls, true, sizeof(fields->nulls));
		return;
	}
	row = PG_GETARG_HEAPTUPLEHEADER(1);
	inv_row_type(fcinfo->flinfo, &site->row, row);
	if (site->row.desc->natts != count)
		elog(ERROR, "composite has %d fields instead of %d", site->row.desc->natts, count);
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, site->row.desc, fields->values, fields->nulls);
}

/*
 * Readers of one field; each has a value that means "not known".
 */
static PriceText
text_field(const Fields *fields, int field)
{
	PriceText text = {NULL, 0};

	if (!fields->nulls[field])
	{
		struct varlena *value = PG_DETOAST_DATUM_PACKED(fields->values[field]);

		text.text = VARDATA_ANY(value);
		text.length = VARSIZE_ANY_EXHDR(value);
	}
	return text;
}

static int32
integer_field(const Fields *fields, int field)
{
	return fields->nulls[field] ? PRICE_NULL : DatumGetInt32(fields->values[field]);
}

static bool
date_field(const Fields *fields, int field, int32_t *date)
{
	if (!fields->nulls[field])
		*date = DatumGetDateADT(fields->values[field]);
	return !fields->nulls[field];
}

static bool
amount_field(const Fields *fields, int field, const char *name, InvDecimal *amount)
{
	if (!fields->nulls[field] && !inv_numeric_arg(fields->values[field], amount))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("%s is out of range", name)));
	return !fields->nulls[field];
}

static bool
rounding_field(const Fields *fields, int field, InvRounding *rounding)
{
	PriceText text = text_field(fields, field);

	if (text.text != NULL && !inv_rounding_from_text(text.text, text.length, rounding))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("rounding must be \"sus\", \"penny\" or \"none\"")));
	return text.text != NULL;
}

/*
 * read_spell --- the spell_line argument.
 */
static void
read_spell(FunctionCallInfo fcinfo, PriceSite *site, SpellInput *spell)
{
	Fields fields;

	read_fields(fcinfo, site, SPELL_FIELDS, &fields);
	spell->hrg = fields.nulls[SPELL_HRG] ? 0 : DatumGetInt64(fields.values[SPELL_HRG]);
	spell->classification = text_field(&fields, SPELL_CLASSIFICATION);
	spell->admission_method = text_field(&fields, SPELL_METHOD);
	spell->admitted_known = date_field(&fields, SPELL_ADMISSION, &spell->admitted);
	spell->discharged_known = date_field(&fields, SPELL_DISCHARGE, &spell->discharged);
	spell->age = integer_field(&fields, SPELL_AGE);
	spell->critical_care_days = integer_field(&fields, SPELL_CRITICAL_CARE);
	spell->rehabilitation_days = integer_field(&fields, SPELL_REHABILITATION);
	spell->overlap_days = integer_field(&fields, SPELL_OVERLAP);
	spell->palliative_days = integer_field(&fields, SPELL_PALLIATIVE);
	spell->best_practice =
		fields.nulls[SPELL_BEST_PRACTICE] ? -1 : DatumGetBool(fields.values[SPELL_BEST_PRACTICE]);
	spell->top_up_code = text_field(&fields, SPELL_TOP_UP);
	spell->factor_known =
		amount_field(&fields, SPELL_FACTOR, "market forces factor", &spell->factor);
	spell->rounding_known = rounding_field(&fields, SPELL_ROUNDING, &spell->rounding);
}

/*
 * overflow --- a price that does not fit.
 */
static void
overflow(void)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("price is out of range")));
}

/*
 * Writers of one result field.
 */
static void
put_integer(Datum *values, bool *nulls, int field, int32_t value)
{
	nulls[field] = value == PRICE_NULL;
	values[field] = Int32GetDatum(value);
}

static void
put_amount(Datum *values, int field, InvDecimal amount)
{
	values[field] = inv_numeric_datum(amount);
}

static void
put_text(Datum *values, bool *nulls, int field, const char *text)
{
	nulls[field] = text == NULL || text[0] == '\0';
	if (!nulls[field])
		values[field] = CStringGetTextDatum(text);
}

PG_FUNCTION_INFO_V1(commissioning_price_spell);

/*
 * commissioning_price_spell --- tariff, spell_line -> spell_price.
 *
 * A NULL tariff is an error; whatever else is missing is told by reason.
 */
Datum
commissioning_price_spell(PG_FUNCTION_ARGS)
{
	PriceSite    *site = price_site(fcinfo);
	const Tariff *tariff = price_tariff(fcinfo, site);
	SpellInput    spell;
	SpellPrice    price;
	Datum         values[SPELL_RESULTS] = {0};
	bool          nulls[SPELL_RESULTS];
	bool          priced;

	if (site->result == NULL)
		site->result = inv_result_type(fcinfo);
	read_spell(fcinfo, site, &spell);
	price_spell_core(tariff, &spell, &price);
	if (price.overflow)
		overflow();
	priced = price.reason[0] == '\0';
	memset(nulls, !priced, sizeof(nulls));
	put_text(values, nulls, 0, price.pod);
	put_integer(values, nulls, 1, price.length_of_stay);
	put_integer(values, nulls, 2, price.qualifying_days);
	put_integer(values, nulls, 3, price.trim_point);
	put_text(values, nulls, 16, price.reason);
	if (priced)
	{
		put_amount(values, 4, price.full_base);
		values[5] = BoolGetDatum(price.short_stay);
		if (price.short_stay)
			put_amount(values, 6, price.base);
		else
			values[6] = values[4];
		put_amount(values, 7, price.top_up);
		put_integer(values, nulls, 8, price.excess_days);
		put_amount(values, 9, price.per_day);
		put_amount(values, 10, price.excess);
		put_amount(values, 11, price.best_practice);
		put_amount(values, 12, price.pre_factor);
		put_amount(values, 13, spell.factor);
		put_amount(values, 14, price.final);
		put_integer(values, nulls, 15, price.excess_days_with_critical_care);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(site->result, values, nulls)));
}

/*
 * attendance_result --- attendance_price of a priced or unpriced line.
 */
static Datum
attendance_result(FunctionCallInfo fcinfo, PriceSite *site, InvDecimal factor,
				  const AttendancePrice *price)
{
	Datum values[ATTENDANCE_RESULTS] = {0};
	bool  nulls[ATTENDANCE_RESULTS];
	bool  priced = price->reason[0] == '\0';

	if (site->result == NULL)
		site->result = inv_result_type(fcinfo);
	if (price->overflow)
		overflow();
	memset(nulls, !priced, sizeof(nulls));
	put_text(values, nulls, 0, price->pod);
	put_text(values, nulls, 4, price->reason);
	if (priced)
	{
		put_amount(values, 1, price->unit_price);
		put_amount(values, 2, factor);
		put_amount(values, 3, price->final);
	}
	return HeapTupleGetDatum(heap_form_tuple(site->result, values, nulls));
}

/*
 * read_attendance --- the attendance_line argument.
 */
static void
read_attendance(FunctionCallInfo fcinfo, PriceSite *site, AttendanceInput *line)
{
	Fields fields;

	read_fields(fcinfo, site, 6, &fields);
	memset(line, 0, sizeof(*line));
	line->hrg = fields.nulls[0] ? 0 : DatumGetInt64(fields.values[0]);
	line->treatment_function = text_field(&fields, 1);
	line->attendance_status = text_field(&fields, 2);
	line->first_attendance = text_field(&fields, 3);
	line->units = inv_decimal(1, 0);
	line->factor_known = amount_field(&fields, 4, "market forces factor", &line->factor);
	line->rounding_known = rounding_field(&fields, 5, &line->rounding);
}

/*
 * read_emergency --- the emergency_line argument.
 */
static void
read_emergency(FunctionCallInfo fcinfo, PriceSite *site, AttendanceInput *line)
{
	Fields fields;

	read_fields(fcinfo, site, 3, &fields);
	memset(line, 0, sizeof(*line));
	line->hrg = fields.nulls[0] ? 0 : DatumGetInt64(fields.values[0]);
	line->units = inv_decimal(1, 0);
	line->factor_known = amount_field(&fields, 1, "market forces factor", &line->factor);
	line->rounding_known = rounding_field(&fields, 2, &line->rounding);
}

/*
 * read_unbundled --- the unbundled_line argument.
 */
static void
read_unbundled(FunctionCallInfo fcinfo, PriceSite *site, AttendanceInput *line)
{
	Fields fields;

	read_fields(fcinfo, site, 4, &fields);
	memset(line, 0, sizeof(*line));
	line->hrg = fields.nulls[0] ? 0 : DatumGetInt64(fields.values[0]);
	line->units_known = amount_field(&fields, 1, "units", &line->units);
	line->factor_known = amount_field(&fields, 2, "market forces factor", &line->factor);
	line->rounding_known = rounding_field(&fields, 3, &line->rounding);
}

/*
 * read_pathway --- the pathway_line argument.
 */
static void
read_pathway(FunctionCallInfo fcinfo, PriceSite *site, PathwayInput *line)
{
	Fields fields;

	read_fields(fcinfo, site, 4, &fields);
	memset(line, 0, sizeof(*line));
	line->module = text_field(&fields, 0);
	line->level = text_field(&fields, 1);
	line->factor_known = amount_field(&fields, 2, "market forces factor", &line->factor);
	line->rounding_known = rounding_field(&fields, 3, &line->rounding);
}

/* One kind of line that is not a spell: how it is read and how it is priced. */
typedef void (*LineReader)(FunctionCallInfo fcinfo, PriceSite *site, AttendanceInput *line);
typedef void (*LinePricer)(const Tariff *tariff, const AttendanceInput *line,
						   AttendancePrice *price);

/*
 * line_price --- attendance_price of such a line.
 */
static Datum
line_price(FunctionCallInfo fcinfo, LineReader read, LinePricer price_line)
{
	PriceSite      *site = price_site(fcinfo);
	const Tariff   *tariff = price_tariff(fcinfo, site);
	AttendanceInput line;
	AttendancePrice price;

	read(fcinfo, site, &line);
	price_line(tariff, &line, &price);
	return attendance_result(fcinfo, site, line.factor, &price);
}

PG_FUNCTION_INFO_V1(commissioning_price_attendance);

/*
 * commissioning_price_attendance --- tariff, attendance_line -> attendance_price.
 */
Datum
commissioning_price_attendance(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(line_price(fcinfo, read_attendance, price_attendance_core));
}

PG_FUNCTION_INFO_V1(commissioning_price_emergency);

/*
 * commissioning_price_emergency --- tariff, emergency_line -> attendance_price.
 */
Datum
commissioning_price_emergency(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(line_price(fcinfo, read_emergency, price_emergency_core));
}

PG_FUNCTION_INFO_V1(commissioning_price_unbundled);

/*
 * commissioning_price_unbundled --- tariff, unbundled_line -> attendance_price.
 */
Datum
commissioning_price_unbundled(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(line_price(fcinfo, read_unbundled, price_unbundled_core));
}

PG_FUNCTION_INFO_V1(commissioning_price_pathway);

/*
 * commissioning_price_pathway --- tariff, pathway_line -> attendance_price.
 */
Datum
commissioning_price_pathway(PG_FUNCTION_ARGS)
{
	PriceSite      *site = price_site(fcinfo);
	const Tariff   *tariff = price_tariff(fcinfo, site);
	PathwayInput    line;
	AttendancePrice price;

	read_pathway(fcinfo, site, &line);
	price_pathway_core(tariff, &line, &price);
	PG_RETURN_DATUM(attendance_result(fcinfo, site, line.factor, &price));
}

/*
 * tariff_source --- the price list by name, release, year and, for a part of it, days.
 */
static char *
tariff_source(const Tariff *tariff)
{
	char *name = psprintf("tariff \"%s\" %s, %s", tariff_text(tariff, TARIFF_NAME),
						  tariff_text(tariff, TARIFF_RELEASE), tariff_text(tariff, TARIFF_YEAR));
	char  from[TARIFF_DAY_SIZE];
	char  to[TARIFF_DAY_SIZE];

	if (tariff_whole_year(tariff))
		return name;
	tariff_day_text(tariff, tariff->first_day, from);
	tariff_day_text(tariff, tariff->last_day, to);
	return psprintf("%s, %s to %s", name, from, to);
}

/*
 * put_steps --- the rows of a calculation.
 */
static Datum
put_steps(FunctionCallInfo fcinfo, const Tariff *tariff, const PriceStep *steps, int count)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char          *tariff_name = tariff_source(tariff);
	int            i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum values[5] = {0};
		bool  nulls[5] = {0};

		values[0] = Int32GetDatum(i + 1);
		put_text(values, nulls, 1, steps[i].part);
		put_text(values, nulls, 2, steps[i].formula);
		nulls[3] = !steps[i].has_amount;
		if (steps[i].has_amount)
			put_amount(values, 3, steps[i].amount);
		put_text(values, nulls, 4,
				 strcmp(steps[i].source, "tariff") == 0 ? tariff_name : steps[i].source);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * line_steps --- the calculation of a line that is not a spell, a row per step.
 */
static Datum
line_steps(FunctionCallInfo fcinfo, LineReader read, LinePricer price_line)
{
	PriceSite       site = {0};
	const Tariff   *tariff = price_tariff(fcinfo, &site);
	AttendanceInput line;
	AttendancePrice price;
	PriceStep       steps[PRICE_STEPS];

	read(fcinfo, &site, &line);
	price_line(tariff, &line, &price);
	if (price.overflow)
		overflow();
	return put_steps(fcinfo, tariff, steps, attendance_steps_core(&line, &price, steps));
}

PG_FUNCTION_INFO_V1(commissioning_attendance_steps);

/*
 * commissioning_attendance_steps --- the calculation of price_attendance.
 */
Datum
commissioning_attendance_steps(PG_FUNCTION_ARGS)
{
	return line_steps(fcinfo, read_attendance, price_attendance_core);
}

PG_FUNCTION_INFO_V1(commissioning_emergency_steps);

/*
 * commissioning_emergency_steps --- the calculation of price_emergency.
 */
Datum
commissioning_emergency_steps(PG_FUNCTION_ARGS)
{
	return line_steps(fcinfo, read_emergency, price_emergency_core);
}

PG_FUNCTION_INFO_V1(commissioning_unbundled_steps);

/*
 * commissioning_unbundled_steps --- the calculation of price_unbundled.
 */
Datum
commissioning_unbundled_steps(PG_FUNCTION_ARGS)
{
	return line_steps(fcinfo, read_unbundled, price_unbundled_core);
}

PG_FUNCTION_INFO_V1(commissioning_pathway_steps);

/*
 * commissioning_pathway_steps --- the calculation of price_pathway.
 */
Datum
commissioning_pathway_steps(PG_FUNCTION_ARGS)
{
	PriceSite       site = {0};
	const Tariff   *tariff = price_tariff(fcinfo, &site);
	PathwayInput    line;
	AttendancePrice price;
	PriceStep       steps[PRICE_STEPS];

	read_pathway(fcinfo, &site, &line);
	price_pathway_core(tariff, &line, &price);
	if (price.overflow)
		overflow();
	return put_steps(fcinfo, tariff, steps, pathway_steps_core(&line, &price, steps));
}

PG_FUNCTION_INFO_V1(commissioning_price_steps);

/*
 * commissioning_price_steps --- the calculation of price_spell, a row per step.
 */
Datum
commissioning_price_steps(PG_FUNCTION_ARGS)
{
	PriceSite     site = {0};
	const Tariff *tariff = price_tariff(fcinfo, &site);
	SpellInput    spell;
	SpellPrice    price;
	PriceStep     steps[PRICE_STEPS];

	read_spell(fcinfo, &site, &spell);
	price_spell_core(tariff, &spell, &price);
	if (price.overflow)
		overflow();
	return put_steps(fcinfo, tariff, steps, price_steps_core(&spell, &price, steps));
}

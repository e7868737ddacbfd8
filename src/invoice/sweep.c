/*-------------------------------------------------------------------------
 *
 * sweep.c
 *	  Function claim_sweep: one person's events as an array of rows, links
 *	  of the lines out.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "invoice/invoice.h"
#include "invoice/sweep_core.h"
#include "types/code_core.h"

/* Columns of claim_event, in order. */
enum
{
	EVENT_IS_LINE,
	EVENT_KIND,
	EVENT_ACTIVITY,
	EVENT_PROVIDER,
	EVENT_TREATMENT_FUNCTION,
	EVENT_HRG,
	EVENT_START,
	EVENT_END,
	EVENT_AGE,
	EVENT_CLASSIFICATION,
	EVENT_ADMISSION_METHOD,
	EVENT_SUBMISSION,
	EVENT_LINE_NO,
	EVENT_LINE_KEY,
	EVENT_YEAR,
	EVENT_MONTH,
	EVENT_CLAIM_GROUP,
	EVENT_SITE,
	EVENT_POD,
	EVENT_NATIONAL_PRICE,
	EVENT_UNITS,
	EVENT_UNIT_PRICE,
	EVENT_TOTAL,
	EVENT_CDS_ID,
	EVENT_EVENT_ID,
	EVENT_ITEM,
	EVENT_SERIAL,
	EVENT_REBILL_OF,
	EVENT_NOT_BESIDE,
	EVENT_MAIN_SPECIALTY,
	EVENT_FIRST_ATTENDANCE,
	EVENT_ATTENDANCE_STATUS,
	EVENT_REFERRAL,
	EVENT_DISCHARGE_METHOD,
	EVENT_DISCHARGE_DESTINATION,
	EVENT_COUNTRY,
	EVENT_DIAGNOSES,
	EVENT_COLUMNS
};

/* Columns of claim_links, in order. */
enum
{
	LINKS_SUBMISSION,
	LINKS_LINE_NO,
	LINKS_LINE_KEY,
	LINKS_FIRST_TO,
	LINKS_FIRST_NUMBER = LINKS_FIRST_TO + SWEEP_TO_COUNT,
	LINKS_REBILL_OF = LINKS_FIRST_NUMBER + SWEEP_N_COUNT,
	LINKS_TWO_PROVIDER_PAID,
	LINKS_READMISSION_INDEX,
	LINKS_READMISSION_EXCLUSION,
	LINKS_LONE_SECONDARY,
	LINKS_COLUMNS
};

static const char *const kinds[] = {"spell",      "excess",    "critical_care", "unbundled",
									"attendance", "procedure", "emergency",     "drug",
									"device",     "antenatal", "pathway",       "other"};

static const char *const index_kinds[] = {NULL, "elective", "emergency", "other"};

static const char *const exclusions[] = {"none",
										 NULL,
										 "no national price",
										 "maternity",
										 "cancer",
										 "chemotherapy or radiotherapy",
										 "child under 4",
										 "self-discharge",
										 "cross-border",
										 "renal dialysis",
										 "transplant",
										 "multiple trauma",
										 "transport accident"};

/* What a call site remembers. */
typedef struct SweepSite
{
	InvRowCache   row;
	MemoryContext memory; /* of one person */
	Datum        *values;
	bool         *nulls;
} SweepSite;

/* The columns of one event that are not in SweepEvent. */
typedef struct EventText
{
	Datum line_key;
	Datum rebill_of;
	bool  has_line_key;
	bool  has_rebill_of;
} EventText;

static SweepText
text_column(const SweepSite *site, int column)
{
	SweepText value = {NULL, 0};

	if (!site->nulls[column])
	{
		struct varlena *text = PG_DETOAST_DATUM_PACKED(site->values[column]);

		value.data = VARDATA_ANY(text);
		value.length = VARSIZE_ANY_EXHDR(text);
	}
	return value;
}

static int32
int_column(const SweepSite *site, int column)
{
	return site->nulls[column] ? SWEEP_UNKNOWN : DatumGetInt32(site->values[column]);
}

static int64
bigint_column(const SweepSite *site, int column)
{
	return site->nulls[column] ? 0 : DatumGetInt64(site->values[column]);
}

/*
 * date_column --- infinite dates are no days.
 */
static int32
date_column(const SweepSite *site, int column)
{
	DateADT date;

	if (site->nulls[column])
		return SWEEP_NO_DAY;
	date = DatumGetDateADT(site->values[column]);
	return DATE_NOT_FINITE(date) ? SWEEP_NO_DAY : date;
}

/*
 * calendar_month --- the same number for the days of one month.
 */
static int32
calendar_month(int32 day)
{
	int year;
	int month;
	int day_of_month;

	if (day == SWEEP_NO_DAY)
		return 0;
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return year * 12 + month;
}

/*
 * amount_column --- in millionths; what is out of range counts as the largest amount.
 */
static bool
amount_column(const SweepSite *site, int column, int64 *amount)
{
	InvDecimal decimal;

	*amount = 0;
	if (site->nulls[column])
		return false;
	if (!inv_numeric_arg(site->values[column], &decimal) || !inv_to_int64(decimal, 6, amount))
		*amount = PG_INT64_MAX;
	return true;
}

static SweepKind
kind_column(const SweepSite *site)
{
	SweepText kind = text_column(site, EVENT_KIND);
	int       i;

	for (i = 0; i < lengthof(kinds); i++)
	{
		if (kind.data != NULL && strlen(kinds[i]) == kind.length &&
			memcmp(kinds[i], kind.data, kind.length) == 0)
			return (SweepKind) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown kind of event \"%s\"",
					kind.data == NULL ? "NULL" : pnstrdup(kind.data, kind.length)),
			 errhint("Expected spell, excess, critical_care, unbundled, attendance, procedure, "
					 "emergency, drug, device, antenatal, pathway or other.")));
}

/*
 * codes_column --- the texts of an array, each followed by a NUL.
 */
static SweepText
codes_column(const SweepSite *site, int column)
{
	SweepText      codes = {NULL, 0};
	StringInfoData list;
	Datum         *elements;
	bool          *nulls;
	int            count;
	int            i;

	if (site->nulls[column])
		return codes;
	deconstruct_array(DatumGetArrayTypeP(site->values[column]), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &count);
	initStringInfo(&list);
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			continue;
		appendStringInfoString(&list, TextDatumGetCString(elements[i]));
		appendStringInfoChar(&list, '\0');
	}
	codes.data = list.data;
	codes.length = list.len;
	return codes;
}

/*
 * read_diagnoses --- an array of icd10, which are words of eight bytes; NULLs are left out.
 */
static void
read_diagnoses(const SweepSite *site, SweepEvent *event)
{
	ArrayType *array;
	Datum     *elements;
	bool      *nulls;
	int64     *codes;
	int16      length;
	bool       by_value;
	char       align;
	int        count;
	int        i;

	event->n_diagnoses = SWEEP_UNKNOWN;
	if (site->nulls[EVENT_DIAGNOSES])
		return;
	array = DatumGetArrayTypeP(site->values[EVENT_DIAGNOSES]);
	event->n_diagnoses = 0;
	if (!ARR_HASNULL(array))
	{
		event->diagnoses = (const int64 *) ARR_DATA_PTR(array);
		event->n_diagnoses = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
		return;
	}
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &elements, &nulls,
					  &count);
	codes = palloc(count * sizeof(int64));
	for (i = 0; i < count; i++)
	{
		if (!nulls[i])
			codes[event->n_diagnoses++] = DatumGetInt64(elements[i]);
	}
	event->diagnoses = codes;
}

/*
 * read_event --- takes one row apart.
 */
static void
read_event(FunctionCallInfo fcinfo, SweepSite *site, Datum datum, SweepEvent *event,
		   EventText *texts)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(datum);
	HeapTupleData   tuple;

	if (inv_row_type(fcinfo->flinfo, &site->row, row))
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (site->row.desc->natts < EVENT_COLUMNS)
			elog(ERROR, "type claim_event has %d columns, expected %d", site->row.desc->natts,
				 EVENT_COLUMNS);
		site->values = palloc(site->row.desc->natts * sizeof(Datum));
		site->nulls = palloc(site->row.desc->natts * sizeof(bool));
		MemoryContextSwitchTo(old);
	}
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, site->row.desc, site->values, site->nulls);

	memset(event, 0, sizeof(SweepEvent));
	event->is_line = !site->nulls[EVENT_IS_LINE] && DatumGetBool(site->values[EVENT_IS_LINE]);
	event->kind = kind_column(site);
	event->activity = bigint_column(site, EVENT_ACTIVITY);
	event->provider = text_column(site, EVENT_PROVIDER);
	event->treatment_function = text_column(site, EVENT_TREATMENT_FUNCTION);
	event->hrg = text_column(site, EVENT_HRG);
	event->start = date_column(site, EVENT_START);
	event->start_month = calendar_month(event->start);
	event->end = date_column(site, EVENT_END);
	event->age = int_column(site, EVENT_AGE);
	event->patient_classification = text_column(site, EVENT_CLASSIFICATION);
	event->admission_method = text_column(site, EVENT_ADMISSION_METHOD);
	event->n_diagnoses = SWEEP_UNKNOWN;
	if (event->is_line)
	{
		event->submission = bigint_column(site, EVENT_SUBMISSION);
		event->line_no = bigint_column(site, EVENT_LINE_NO);
		event->year = text_column(site, EVENT_YEAR);
		event->month = int_column(site, EVENT_MONTH);
		event->claim_group = text_column(site, EVENT_CLAIM_GROUP);
		event->site = text_column(site, EVENT_SITE);
		event->pod = text_column(site, EVENT_POD);
		event->local_price =
			!site->nulls[EVENT_NATIONAL_PRICE] && !DatumGetBool(site->values[EVENT_NATIONAL_PRICE]);
		event->units_known = amount_column(site, EVENT_UNITS, &event->units);
		event->price_known = amount_column(site, EVENT_UNIT_PRICE, &event->unit_price);
		(void) amount_column(site, EVENT_TOTAL, &event->total);
		event->cds_id = text_column(site, EVENT_CDS_ID);
		event->event_id = text_column(site, EVENT_EVENT_ID);
		event->item = text_column(site, EVENT_ITEM);
		event->serial = text_column(site, EVENT_SERIAL);
		event->recovered = !site->nulls[EVENT_REBILL_OF];
		event->not_beside = codes_column(site, EVENT_NOT_BESIDE);
		texts->has_line_key = !site->nulls[EVENT_LINE_KEY];
		texts->line_key = site->values[EVENT_LINE_KEY];
		texts->has_rebill_of = event->recovered;
		texts->rebill_of = site->values[EVENT_REBILL_OF];
		return;
	}
	event->main_specialty = text_column(site, EVENT_MAIN_SPECIALTY);
	event->first_attendance = text_column(site, EVENT_FIRST_ATTENDANCE);
	event->attendance_status = text_column(site, EVENT_ATTENDANCE_STATUS);
	event->referral = text_column(site, EVENT_REFERRAL);
	event->discharge_method = text_column(site, EVENT_DISCHARGE_METHOD);
	event->discharge_destination = text_column(site, EVENT_DISCHARGE_DESTINATION);
	event->country = text_column(site, EVENT_COUNTRY);
	read_diagnoses(site, event);
}

/*
 * event_name --- a line by its key, a record by its number.
 */
static Datum
event_name(const SweepEvent *event, const EventText *texts)
{
	if (event->is_line && texts->has_line_key)
		return texts->line_key;
	return CStringGetTextDatum(psprintf("record " INT64_FORMAT, event->activity));
}

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	if (text != NULL)
		values[column] = CStringGetTextDatum(text);
}

/*
 * put_links --- one row of the result.
 */
static void
put_links(ReturnSetInfo *result, const SweepEvent *events, const EventText *texts, int32 line,
		  const SweepLinks *links)
{
	Datum values[LINKS_COLUMNS] = {0};
	bool  nulls[LINKS_COLUMNS] = {0};
	char  code[CODE_TEXT_SIZE];
	int   i;

	values[LINKS_SUBMISSION] = Int64GetDatum(events[line].submission);
	values[LINKS_LINE_NO] = Int64GetDatum(events[line].line_no);
	nulls[LINKS_LINE_KEY] = !texts[line].has_line_key;
	values[LINKS_LINE_KEY] = texts[line].line_key;
	for (i = 0; i < SWEEP_TO_COUNT; i++)
	{
		nulls[LINKS_FIRST_TO + i] = links->to[i] == SWEEP_NO_EVENT;
		if (links->to[i] != SWEEP_NO_EVENT)
			values[LINKS_FIRST_TO + i] = event_name(&events[links->to[i]], &texts[links->to[i]]);
	}
	for (i = 0; i < SWEEP_N_COUNT; i++)
	{
		nulls[LINKS_FIRST_NUMBER + i] = links->number[i] == SWEEP_UNKNOWN;
		values[LINKS_FIRST_NUMBER + i] = Int32GetDatum(links->number[i]);
	}
	nulls[LINKS_REBILL_OF] = !texts[line].has_rebill_of;
	values[LINKS_REBILL_OF] = texts[line].rebill_of;
	nulls[LINKS_TWO_PROVIDER_PAID] = links->to[SWEEP_TO_TWO_PROVIDER] == SWEEP_NO_EVENT;
	values[LINKS_TWO_PROVIDER_PAID] = BoolGetDatum(links->two_provider_paid);
	put_text(values, nulls, LINKS_READMISSION_INDEX, index_kinds[links->readmission_index]);
	put_text(values, nulls, LINKS_READMISSION_EXCLUSION,
			 links->to[SWEEP_TO_READMISSION] == SWEEP_NO_EVENT
				 ? NULL
				 : exclusions[links->readmission_exclusion]);
	nulls[LINKS_LONE_SECONDARY] = links->lone_secondary == 0;
	if (links->lone_secondary != 0)
	{
		code[code_format(&code_icd10, links->lone_secondary, code)] = '\0';
		values[LINKS_LONE_SECONDARY] = CStringGetTextDatum(code);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * give_way --- between two passes.
 */
static void
give_way(void)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * sweep --- the events of one person.
 */
static void
sweep(FunctionCallInfo fcinfo, SweepSite *site, ReturnSetInfo *result)
{
	ArrayType  *array = DatumGetArrayTypeP(PG_GETARG_DATUM(0));
	Datum      *rows;
	bool       *nulls;
	SweepEvent *events;
	EventText  *texts;
	SweepLinks *links;
	int         given;
	int         count = 0;
	bool        lines = false;
	int         i;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &rows, &nulls,
					  &given);
	events = palloc_extended((given + 1) * sizeof(SweepEvent), MCXT_ALLOC_HUGE);
	texts = palloc_extended((given + 1) * sizeof(EventText), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (i = 0; i < given; i++)
	{
		if (nulls[i])
			continue;
		read_event(fcinfo, site, rows[i], &events[count], &texts[count]);
		lines = lines || events[count].is_line;
		count++;
		if (count % 1000 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	if (!lines)
		return;
	links = palloc_extended(count * sizeof(SweepLinks), MCXT_ALLOC_HUGE);
	sweep_person(events, count,
				 (void *) TYPEALIGN(
					 16, palloc_extended(sweep_work_size(events, count) + 16, MCXT_ALLOC_HUGE)),
				 give_way, links);
	for (i = 0; i < count; i++)
	{
		if (events[i].is_line && (events[i].recovered || sweep_says_something(&links[i])))
			put_links(result, events, texts, i, &links[i]);
	}
}

PG_FUNCTION_INFO_V1(commissioning_claim_sweep);

/*
 * commissioning_claim_sweep --- array of claim_event -> set of claim_links.
 *
 * NULL and an array without lines give no rows; NULL elements are left out.
 */
Datum
commissioning_claim_sweep(PG_FUNCTION_ARGS)
{
	SweepSite    *site = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	if (site == NULL)
	{
		site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(SweepSite));
		site->memory = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "claim_sweep person", 0,
											 64 * 1024, ALLOCSET_DEFAULT_MAXSIZE);
		fcinfo->flinfo->fn_extra = site;
	}
	old = MemoryContextSwitchTo(site->memory);
	sweep(fcinfo, site, (ReturnSetInfo *) fcinfo->resultinfo);
	MemoryContextSwitchTo(old);
	MemoryContextReset(site->memory);
	return (Datum) 0;
}

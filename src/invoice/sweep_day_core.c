/*-------------------------------------------------------------------------
 *
 * sweep_day_core.c
 *	  What a line has to do with stays, attendances, pathways and codes of
 *	  the same person around its day: marks are sorted by key and day, and
 *	  each line looks for the last one up to its day.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/sweep_day_core.h"

#include <stdlib.h>

#include "invoice/sweep_spell_core.h"

/* Days from booking for which an antenatal pathway pays. */
#define PATHWAY_DAYS 280

/* Days on either side within which a diagnosis counts as recorded elsewhere: 24 months. */
#define ELSEWHERE_DAYS 730

static const SweepText anything;

static bool
is_outpatient(const SweepLine *line)
{
	return line->sent->kind == SWEEP_ATTENDANCE || line->sent->kind == SWEEP_PROCEDURE;
}

/*
 * add_mark --- one more in the room of the person.
 */
static SweepMark *
add_mark(SweepPerson *person, int32_t *count)
{
	SweepMark *mark = (SweepMark *) person->room + (*count)++;

	mark->provider = mark->treatment_function = mark->third = anything;
	return mark;
}

static SweepMark *
sort_marks(SweepPerson *person, int32_t count)
{
	qsort(person->room, count, sizeof(SweepMark), sweep_compare_marks);
	return person->room;
}

/*
 * carry_longest --- each mark takes over the last day, and the event, of the longest of its key so
 * far.
 */
static void
carry_longest(SweepMark *marks, int32_t count)
{
	int32_t i;

	for (i = 1; i < count; i++)
	{
		if (sweep_compare_text(marks[i - 1].provider, marks[i].provider) == 0 &&
			marks[i - 1].until > marks[i].until)
		{
			marks[i].until = marks[i - 1].until;
			marks[i].rank = marks[i - 1].rank;
		}
	}
}

/*
 * last_mark --- the last mark of a key up to a day; NULL: none.
 */
static const SweepMark *
last_mark(const SweepMark *marks, int32_t count, SweepText provider, SweepText treatment_function,
		  SweepText third, int32_t day)
{
	SweepMark sought = {provider, treatment_function, third, day, day, INT32_MAX};
	int32_t   found = sweep_last_mark(marks, count, &sought);

	return found == SWEEP_NO_EVENT ? NULL : &marks[found];
}

/*
 * is_keeping_spell --- a claimed spell that counts, with both ends: it pays for what happens in it.
 */
static bool
is_keeping_spell(const SweepLine *line)
{
	return !line->gone && line->sent->kind == SWEEP_SPELL && line->start != SWEEP_NO_DAY &&
		   line->end != SWEEP_NO_DAY;
}

/*
 * sweep_inside_spells --- attendances strictly between admission and discharge at the same
 * provider.
 */
void
sweep_inside_spells(SweepPerson *person)
{
	int32_t    count = 0;
	SweepMark *marks;
	int32_t    i;

	for (i = 0; i < person->n_lines; i++)
	{
		const SweepLine *line = &person->lines[i];
		SweepMark       *mark;

		if (!is_keeping_spell(line) || line->end - line->start < 2)
			continue;
		mark = add_mark(person, &count);
		mark->provider = line->sent->provider;
		mark->day = line->start;
		mark->until = line->end;
		mark->rank = line->rank;
	}
	if (count == 0)
		return;
	marks = sort_marks(person, count);
	carry_longest(marks, count);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepMark *mark;

		if (line->start == SWEEP_NO_DAY ||
			!(is_outpatient(line) || line->sent->kind == SWEEP_EMERGENCY))
			continue;
		mark = last_mark(marks, count, line->sent->provider, anything, anything, line->start - 1);
		if (mark == NULL || mark->until <= line->start)
			continue;
		if (is_outpatient(line))
			line->links->to[SWEEP_TO_INSIDE_SPELL] = sweep_event_of_rank(person, mark->rank);
		else
			line->links->to[SWEEP_TO_EMERGENCY_INSIDE_SPELL] =
				sweep_event_of_rank(person, mark->rank);
	}
}

/*
 * sweep_admission_days --- outpatient attendances on the day of an admission to the same provider
 * and specialty.
 */
void
sweep_admission_days(SweepPerson *person)
{
	int32_t    count = 0;
	SweepMark *marks;
	int32_t    i;

	for (i = 0; i < person->n_lines; i++)
	{
		const SweepLine *line = &person->lines[i];
		SweepMark       *mark;

		if (line->gone || line->sent->kind != SWEEP_SPELL || line->start == SWEEP_NO_DAY ||
			line->sent->treatment_function.data == NULL)
			continue;
		mark = add_mark(person, &count);
		mark->provider = line->sent->provider;
		mark->treatment_function = line->sent->treatment_function;
		mark->day = line->start;
		mark->rank = line->rank;
	}
	if (count == 0)
		return;
	marks = sort_marks(person, count);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepMark *mark;

		if (line->start == SWEEP_NO_DAY || !is_outpatient(line) ||
			line->sent->treatment_function.data == NULL)
			continue;
		mark = last_mark(marks, count, line->sent->provider, line->sent->treatment_function,
						 anything, line->start);
		if (mark != NULL && mark->day == line->start)
			line->links->to[SWEEP_TO_ADMISSION_SAME_DAY] = sweep_event_of_rank(person, mark->rank);
	}
}

/*
 * sweep_emergency_days --- spells with an emergency attendance at the same provider on the day of
 * admission: claimed, else recorded.
 */
void
sweep_emergency_days(SweepPerson *person)
{
	int32_t    count = 0;
	SweepMark *marks;
	int32_t    i;

	for (i = 0; i < person->n_records; i++)
	{
		const SweepEvent *record = person->records[i];
		SweepMark        *mark;

		if (record->kind != SWEEP_EMERGENCY || record->start == SWEEP_NO_DAY)
			continue;
		mark = add_mark(person, &count);
		mark->provider = record->provider;
		mark->day = record->start;
		mark->rank = i;
	}
	for (i = 0; i < person->n_lines; i++)
	{
		const SweepLine *line = &person->lines[i];
		SweepMark       *mark;

		if (line->gone || line->sent->kind != SWEEP_EMERGENCY || line->start == SWEEP_NO_DAY)
			continue;
		mark = add_mark(person, &count);
		mark->provider = line->sent->provider;
		mark->day = line->start;
		mark->rank = line->rank;
	}
	if (count == 0)
		return;
	marks = sort_marks(person, count);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepMark *mark;

		if (line->sent->kind != SWEEP_SPELL || line->start == SWEEP_NO_DAY)
			continue;
		mark = last_mark(marks, count, line->sent->provider, anything, anything, line->start);
		if (mark != NULL && mark->day == line->start)
			line->links->to[SWEEP_TO_EMERGENCY_SAME_DAY] = sweep_event_of_rank(person, mark->rank);
	}
}

/*
 * belongs_to_pathway --- an outpatient attendance with an obstetrician (501) or midwife (560), or
 * an antenatal admission. Who is admitted before birth and delivers has an HRG of delivery (NZ30
 * to NZ59), which a module of its own pays for.
 */
static bool
belongs_to_pathway(const SweepLine *line)
{
	if (is_outpatient(line))
		return sweep_is(line->sent->treatment_function, "501") ||
			   sweep_is(line->sent->treatment_function, "560");
	return line->sent->kind == SWEEP_SPELL &&
		   (sweep_starts_with(line->sent->hrg, "NZ1") ||
			sweep_starts_with(line->sent->hrg, "NZ2")) &&
		   sweep_is(line->admission_method, "31");
}

/*
 * sweep_pathways --- what an antenatal pathway pays for: up to 280 days from its start, whoever
 * provides it.
 */
void
sweep_pathways(SweepPerson *person)
{
	int32_t    count = 0;
	SweepMark *marks;
	int32_t    i;

	for (i = 0; i < person->n_lines; i++)
	{
		const SweepLine *line = &person->lines[i];
		SweepMark       *mark;

		if (line->gone || line->sent->kind != SWEEP_ANTENATAL || line->start == SWEEP_NO_DAY)
			continue;
		mark = add_mark(person, &count);
		mark->day = line->start;
		mark->rank = line->rank;
	}
	if (count == 0)
		return;
	marks = sort_marks(person, count);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepMark *mark;

		if (line->start == SWEEP_NO_DAY || !belongs_to_pathway(line))
			continue;
		mark = last_mark(marks, count, anything, anything, anything, line->start);
		if (mark != NULL && line->start - mark->day < PATHWAY_DAYS)
			line->links->to[SWEEP_TO_PATHWAY] = sweep_event_of_rank(person, mark->rank);
	}
}

/* Looking back ------------------------------------------------------------ */

/*
 * is_first --- a first attendance, in person or not, at which the patient was seen.
 */
static bool
is_first(const SweepEvent *record)
{
	return record->kind == SWEEP_ATTENDANCE && record->start != SWEEP_NO_DAY &&
		   (sweep_is(record->first_attendance, "1") || sweep_is(record->first_attendance, "3")) &&
		   !(sweep_is(record->attendance_status, "2") || sweep_is(record->attendance_status, "3") ||
			 sweep_is(record->attendance_status, "4") || sweep_is(record->attendance_status, "7"));
}

static bool
says(const SweepLine *line, const char *first_attendance, const char *remote)
{
	return line->record != NULL && (sweep_is(line->record->first_attendance, first_attendance) ||
									sweep_is(line->record->first_attendance, remote));
}

/*
 * same_firsts --- first attendances: days since an earlier one of the same provider, specialty and
 * referral.
 */
static void
same_firsts(SweepPerson *person)
{
	int32_t    count = 0;
	SweepMark *marks;
	int32_t    i;

	for (i = 0; i < person->n_records; i++)
	{
		const SweepEvent *record = person->records[i];
		SweepMark        *mark;

		if (!is_first(record) || record->treatment_function.data == NULL ||
			record->referral.data == NULL)
			continue;
		mark = add_mark(person, &count);
		mark->provider = record->provider;
		mark->treatment_function = record->treatment_function;
		mark->third = record->referral;
		mark->day = record->start;
		mark->rank = i;
	}
	if (count < 2)
		return;
	marks = sort_marks(person, count);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepMark *mark;

		if (!is_outpatient(line) || line->start == SWEEP_NO_DAY || !says(line, "1", "3") ||
			line->sent->treatment_function.data == NULL || line->record->referral.data == NULL)
			continue;
		mark = last_mark(marks, count, line->sent->provider, line->sent->treatment_function,
						 line->record->referral, line->start - 1);
		if (mark != NULL)
			line->links->number[SWEEP_N_DAYS_SINCE_SAME_FIRST] = line->start - mark->day;
	}
}

/*
 * starts_of_care --- follow-ups: days since a first attendance or a discharge in the specialty, at
 * any provider; and how far back the records of the person reach.
 */
static void
starts_of_care(SweepPerson *person)
{
	int32_t    count = 0;
	int32_t    earliest = SWEEP_NO_DAY;
	SweepMark *marks;
	int32_t    i;

	for (i = 0; i < person->n_records; i++)
	{
		const SweepEvent *record = person->records[i];
		bool              discharge = record->kind == SWEEP_SPELL && record->end != SWEEP_NO_DAY;
		SweepMark        *mark;

		if (sweep_compare_day(record->start, earliest) < 0)
			earliest = record->start;
		if (!(discharge || is_first(record)) || record->treatment_function.data == NULL)
			continue;
		mark = add_mark(person, &count);
		mark->treatment_function = record->treatment_function;
		mark->day = discharge ? record->end : record->start;
		mark->rank = i;
	}
	marks = sort_marks(person, count);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepMark *mark;

		if (!is_outpatient(line) || line->start == SWEEP_NO_DAY || !says(line, "2", "4"))
			continue;
		line->links->number[SWEEP_N_HISTORY_DAYS] = line->start - earliest;
		if (line->sent->treatment_function.data == NULL)
			continue;
		mark = last_mark(marks, count, anything, line->sent->treatment_function, anything,
						 line->start);
		if (mark != NULL)
			line->links->number[SWEEP_N_DAYS_SINCE_FIRST] = line->start - mark->day;
	}
}

/*
 * sweep_firsts --- how attendances follow on each other.
 */
void
sweep_firsts(SweepPerson *person)
{
	same_firsts(person);
	starts_of_care(person);
}

/*
 * sweep_discharges --- outpatient attendances: days since the last discharge from the same
 * provider.
 */
void
sweep_discharges(SweepPerson *person)
{
	int32_t i;

	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepStay *stay;

		if (!is_outpatient(line) || line->start == SWEEP_NO_DAY)
			continue;
		stay = sweep_last_stay(person, line->sent->provider, line->start, INT32_MAX);
		if (stay != NULL)
			line->links->number[SWEEP_N_DAYS_SINCE_DISCHARGE] = line->start - stay->end;
	}
}

/*
 * is_seen --- a stay or attendance; not what is charged beside it.
 */
static bool
is_seen(SweepKind kind)
{
	return kind == SWEEP_SPELL || kind == SWEEP_ATTENDANCE || kind == SWEEP_PROCEDURE ||
		   kind == SWEEP_EMERGENCY;
}

/*
 * mark_event --- a stay lasts until its end, and while it is open.
 */
static void
mark_event(SweepPerson *person, int32_t *count, SweepKind kind, int32_t start, int32_t end)
{
	SweepMark *mark;

	if (!is_seen(kind) || start == SWEEP_NO_DAY)
		return;
	mark = add_mark(person, count);
	mark->day = start;
	mark->until = kind != SWEEP_SPELL ? start : end == SWEEP_NO_DAY ? INT32_MAX : end;
	mark->rank = 0;
}

/*
 * sweep_drug_events --- drugs: days to the nearest stay or attendance before or after.
 */
void
sweep_drug_events(SweepPerson *person)
{
	int32_t    count = 0;
	bool       drugs = false;
	SweepMark *marks;
	int32_t    i;

	for (i = 0; i < person->n_lines; i++)
		drugs = drugs || person->lines[i].sent->kind == SWEEP_DRUG;
	if (!drugs)
		return;
	for (i = 0; i < person->n_records; i++)
		mark_event(person, &count, person->records[i]->kind, person->records[i]->start,
				   person->records[i]->end);
	for (i = 0; i < person->n_lines; i++)
	{
		const SweepLine *line = &person->lines[i];

		if (line->record == NULL && !line->gone)
			mark_event(person, &count, line->sent->kind, line->start, line->end);
	}
	marks = sort_marks(person, count);
	carry_longest(marks, count);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepMark *mark;
		const SweepMark *next;
		int32_t          days = INT32_MAX;

		if (line->sent->kind != SWEEP_DRUG || line->start == SWEEP_NO_DAY || count == 0)
			continue;
		mark = last_mark(marks, count, anything, anything, anything, line->start);
		next = mark == NULL ? marks : mark + 1;
		if (mark != NULL)
			days = mark->until >= line->start ? 0 : line->start - mark->until;
		if (next < marks + count && next->day - line->start < days)
			days = next->day - line->start;
		line->links->number[SWEEP_N_DAYS_TO_EVENT] = days;
	}
}

/* Diagnoses --------------------------------------------------------------- */

typedef struct RecordedCode
{
	int64_t code; /* four characters */
	int32_t day;
	int32_t number;
} RecordedCode;

/*
 * four_characters --- of an icd10 word.
 */
static int64_t
four_characters(int64_t word)
{
	return word & ~(int64_t) 0xFFFFFFFF;
}

static int
by_code_and_day(const void *a, const void *b)
{
	const RecordedCode *x = a;
	const RecordedCode *y = b;
	int                 order = sweep_compare_amount(x->code, y->code);

	return order != 0 ? order : sweep_compare_day(x->day, y->day);
}

/*
 * is_elsewhere --- does another record within 24 months hold the code?
 */
static bool
is_elsewhere(const RecordedCode *codes, int32_t count, int64_t code, int32_t day, int32_t number)
{
	int32_t low = 0;
	int32_t high = count;

	while (low < high)
	{
		int32_t middle = low + (high - low) / 2;

		if (codes[middle].code < code ||
			(codes[middle].code == code && codes[middle].day < day - ELSEWHERE_DAYS))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && codes[low].code == code && codes[low].day <= day + ELSEWHERE_DAYS; low++)
	{
		if (codes[low].number != number)
			return true;
	}
	return false;
}

static bool
has_one_secondary(const SweepLine *line)
{
	return line->sent->kind == SWEEP_SPELL && line->record != NULL &&
		   line->record->n_diagnoses == 2 && line->record->start != SWEEP_NO_DAY;
}

/*
 * sweep_lone_secondaries --- spells whose only further diagnosis is in no other record of the
 * person within 24 months.
 */
void
sweep_lone_secondaries(SweepPerson *person)
{
	RecordedCode *codes = person->room;
	int32_t       count = 0;
	bool          asked = false;
	int32_t       i;
	int32_t       k;

	for (i = 0; i < person->n_lines; i++)
		asked = asked || has_one_secondary(&person->lines[i]);
	if (!asked)
		return;
	for (i = 0; i < person->n_records; i++)
	{
		const SweepEvent *record = person->records[i];

		for (k = 0; k < record->n_diagnoses && record->start != SWEEP_NO_DAY; k++)
		{
			codes[count].code = four_characters(record->diagnoses[k]);
			codes[count].day = record->start;
			codes[count++].number = (int32_t) (record - person->events);
		}
	}
	qsort(codes, count, sizeof(RecordedCode), by_code_and_day);
	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine        *line = &person->lines[i];
		const SweepEvent *record = line->record;

		if (has_one_secondary(line) &&
			!is_elsewhere(codes, count, four_characters(record->diagnoses[1]), record->start,
						  (int32_t) (record - person->events)))
			line->links->lone_secondary = record->diagnoses[1];
	}
}

/*
 * sweep_day_room --- bytes that the largest of these passes needs.
 */
size_t
sweep_day_room(const SweepEvent *events, int32_t count)
{
	size_t  marks = (size_t) count * sizeof(SweepMark);
	size_t  codes = 0;
	int32_t i;

	for (i = 0; i < count; i++)
	{
		if (events[i].n_diagnoses > 0)
			codes += (size_t) events[i].n_diagnoses * sizeof(RecordedCode);
	}
	return marks > codes ? marks : codes;
}

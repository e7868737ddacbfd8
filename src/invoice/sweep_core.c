/*-------------------------------------------------------------------------
 *
 * sweep_core.c
 *	  One person's claims and records, looked at together once: lines meet
 *	  their records, then one question after the other.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/sweep_core.h"

#include <stdlib.h>
#include <string.h>

#include "invoice/sweep_day_core.h"
#include "invoice/sweep_line_core.h"
#include "invoice/sweep_readmission_core.h"
#include "invoice/sweep_repeat_core.h"
#include "invoice/sweep_same_day_core.h"
#include "invoice/sweep_spell_core.h"

/*
 * Questions in the order of what they take away: a line that is gone by one keeps no line out by
 * those after it.
 */
static void (*const passes[])(SweepPerson *) = {
	sweep_duplicates,
	sweep_repeats,
	sweep_overlaps,
	sweep_other_feed,
	sweep_same_drug,
	sweep_two_providers,
	sweep_pathway_repeats,
	sweep_stays,
	sweep_inside_spells,
	sweep_admission_days,
	sweep_same_day_attendances,
	sweep_emergency_days,
	sweep_transfers,
	sweep_pathways,
	sweep_procedures_same_day,
	sweep_code_pairs,
	sweep_day_cases,
	sweep_readmissions,
	sweep_spread,
	sweep_firsts,
	sweep_discharges,
	sweep_drug_events,
	sweep_lone_secondaries,
};

/* aligned --- up to the next multiple of 16. */
static size_t
aligned(size_t size)
{
	return (size + 15) / 16 * 16;
}

/*
 * sweep_work_size --- bytes of work memory that sweep_person needs for these events.
 */
size_t
sweep_work_size(const SweepEvent *events, int32_t count)
{
	return aligned(count * sizeof(SweepLine)) + aligned(count * sizeof(SweepEvent *)) +
		   aligned(count * sizeof(SweepStay)) + aligned(count * sizeof(SweepLine *)) +
		   sweep_day_room(events, count);
}

/*
 * clear_links --- nothing is known yet.
 */
static void
clear_links(SweepLinks *links)
{
	int i;

	memset(links, 0, sizeof(SweepLinks));
	for (i = 0; i < SWEEP_TO_COUNT; i++)
		links->to[i] = SWEEP_NO_EVENT;
	for (i = 0; i < SWEEP_N_COUNT; i++)
		links->number[i] = SWEEP_UNKNOWN;
}

static int
by_activity(const void *a, const void *b)
{
	return sweep_compare_amount((*(const SweepEvent *const *) a)->activity,
								(*(const SweepEvent *const *) b)->activity);
}

static int
by_sent(const void *a, const void *b)
{
	return sweep_compare_sent(a, b);
}

/*
 * record_of --- the record that a line meets; NULL: none.
 */
static const SweepEvent *
record_of(const SweepPerson *person, const SweepEvent *sent)
{
	int32_t low = 0;
	int32_t high = person->n_records;

	while (low < high)
	{
		int32_t middle = low + (high - low) / 2;

		if (person->records[middle]->activity < sent->activity)
			low = middle + 1;
		else
			high = middle;
	}
	if (sent->activity == 0 || low == person->n_records ||
		person->records[low]->activity != sent->activity)
		return NULL;
	return person->records[low];
}

/*
 * is_of_record --- stays and attendances and what is charged by their days; a drug, a device or a
 * pathway has a day of its own.
 */
static bool
is_of_record(SweepKind kind)
{
	return kind == SWEEP_SPELL || kind == SWEEP_EXCESS || kind == SWEEP_CRITICAL_CARE ||
		   kind == SWEEP_ATTENDANCE || kind == SWEEP_PROCEDURE || kind == SWEEP_EMERGENCY;
}

/*
 * meet_record --- where there is a record, what it knows decides.
 */
static void
meet_record(SweepPerson *person, SweepLine *line)
{
	const SweepEvent *sent = line->sent;
	const SweepEvent *record = record_of(person, sent);

	line->record = record;
	line->start = sent->start;
	line->start_month = sent->start_month;
	line->end = sent->end;
	if (is_of_record(sent->kind) && record != NULL && record->start != SWEEP_NO_DAY)
	{
		line->start = record->start;
		line->start_month = record->start_month;
	}
	if (is_of_record(sent->kind) && record != NULL && record->end != SWEEP_NO_DAY)
		line->end = record->end;
	line->age = record != NULL && record->age != SWEEP_UNKNOWN ? record->age : sent->age;
	line->patient_classification = record != NULL && record->patient_classification.data != NULL
									   ? record->patient_classification
									   : sent->patient_classification;
	line->admission_method = record != NULL && record->admission_method.data != NULL
								 ? record->admission_method
								 : sent->admission_method;
	line->gone = sent->recovered;
}

/*
 * sweep_person --- fills links, one for each event; those of records say nothing.
 *
 * work must be aligned to 16 bytes and hold sweep_work_size bytes.  pause, if
 * not NULL, is called between passes.
 */
void
sweep_person(const SweepEvent *events, int32_t count, void *work, SweepPause pause,
			 SweepLinks *links)
{
	SweepPerson person = {.events = events};
	char       *next = work;
	size_t      i;

	person.lines = (SweepLine *) next;
	next += aligned(count * sizeof(SweepLine));
	person.records = (const SweepEvent **) next;
	next += aligned(count * sizeof(SweepEvent *));
	person.stays = (SweepStay *) next;
	next += aligned(count * sizeof(SweepStay));
	person.sorted = (SweepLine **) next;
	next += aligned(count * sizeof(SweepLine *));
	person.room = next;

	for (i = 0; i < (size_t) count; i++)
	{
		clear_links(&links[i]);
		if (events[i].is_line)
		{
			SweepLine *line = &person.lines[person.n_lines++];

			line->sent = &events[i];
			line->links = &links[i];
			line->number = (int32_t) i;
		}
		else
			person.records[person.n_records++] = &events[i];
	}
	if (person.n_lines == 0)
		return;
	qsort(person.records, person.n_records, sizeof(SweepEvent *), by_activity);
	qsort(person.lines, person.n_lines, sizeof(SweepLine), by_sent);
	for (i = 0; i < (size_t) person.n_lines; i++)
	{
		person.lines[i].rank = person.n_records + (int32_t) i;
		meet_record(&person, &person.lines[i]);
	}
	for (i = 0; i < sizeof(passes) / sizeof(passes[0]); i++)
	{
		passes[i](&person);
		if (pause != NULL)
			pause();
	}
}

/*
 * sweep_says_something --- whether anything was found out about a line.
 */
bool
sweep_says_something(const SweepLinks *links)
{
	int i;

	for (i = 0; i < SWEEP_TO_COUNT; i++)
	{
		if (links->to[i] != SWEEP_NO_EVENT)
			return true;
	}
	for (i = 0; i < SWEEP_N_COUNT; i++)
	{
		if (links->number[i] != SWEEP_UNKNOWN)
			return true;
	}
	return links->lone_secondary != 0;
}

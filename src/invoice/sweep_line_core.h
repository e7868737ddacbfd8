/*-------------------------------------------------------------------------
 *
 * sweep_line_core.h
 *	  What the passes over one person share: lines with what their record
 *	  says, stays, orders.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWEEP_LINE_CORE_H
#define SWEEP_LINE_CORE_H

#include "invoice/sweep_core.h"

/* A claimed line; where the record was found it decides dates, age and class of care. */
typedef struct SweepLine
{
	const SweepEvent *sent;
	const SweepEvent *record; /* NULL: none */
	SweepLinks       *links;
	int32_t           number; /* in the array of events */
	int32_t           rank;   /* see sweep_event_of_rank */
	int32_t           start;
	int32_t           start_month;
	int32_t           end;
	int32_t           age;
	SweepText         patient_classification;
	SweepText         admission_method;
	bool gone; /* claims what another line claims or what was paid back: it keeps no other line out
				*/
} SweepLine;

/* A stay in hospital: recorded, or claimed without a record. */
typedef struct SweepStay
{
	SweepText         provider;
	int32_t           start;
	int32_t           end;
	const SweepEvent *record; /* NULL: only claimed */
	const SweepLine  *line;   /* NULL: not claimed, or by lines that are gone */
	int32_t           rank;   /* of the line, else of the record */
} SweepStay;

/* Everything of one person, and room to sort in. */
typedef struct SweepPerson
{
	const SweepEvent  *events;
	SweepLine         *lines; /* in the order in which they were sent */
	int32_t            n_lines;
	const SweepEvent **records; /* by their numbers */
	int32_t            n_records;
	SweepStay         *stays;
	int32_t            n_stays;
	SweepLine        **sorted; /* room for as many pointers as there are lines */
	void              *room;   /* for a mark per event, or a code per diagnosis */
} SweepPerson;

/* Something that happened on a day, for looking back by key and day. */
typedef struct SweepMark
{
	SweepText provider;
	SweepText treatment_function;
	SweepText third; /* what else belongs to the key */
	int32_t   day;
	int32_t   until; /* last day, where it lasts */
	int32_t   rank;  /* of the event */
} SweepMark;

extern int       sweep_compare_text(SweepText a, SweepText b);
extern int       sweep_compare_day(int32_t a, int32_t b);
extern int       sweep_compare_amount(int64_t a, int64_t b);
extern bool      sweep_is(SweepText text, const char *word);
extern bool      sweep_is_one_of(SweepText text, const char *words);
extern bool      sweep_starts_with(SweepText text, const char *prefix);
extern int       sweep_compare_sent(const SweepLine *a, const SweepLine *b);
extern bool      sweep_is_emergency(SweepText admission_method);
extern bool      sweep_is_charged(const SweepLine *line);
extern SweepKind sweep_event_part(const SweepEvent *line);
extern int       sweep_compare_event(const SweepLine *a, const SweepLine *b);

extern int32_t sweep_event_of_rank(const SweepPerson *person, int32_t rank);

typedef int (*SweepCompare)(const void *a, const void *b);
typedef bool (*SweepWanted)(const SweepLine *line);

extern int32_t sweep_sort_lines(SweepPerson *person, SweepWanted wanted, SweepCompare compare);
extern int     sweep_compare_marks(const void *a, const void *b);
extern int32_t sweep_last_mark(const SweepMark *marks, int32_t count, const SweepMark *sought);

#endif /* SWEEP_LINE_CORE_H */

/*-------------------------------------------------------------------------
 *
 * sweep_same_day_core.c
 *	  Lines of one day that are not paid beside each other: attendances of
 *	  one clinic, an attendance beside its procedure, pairs of HRGs; and how
 *	  many day cases a month holds.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/sweep_same_day_core.h"

#include <string.h>

#define LINE(pointer) (*(SweepLine *const *) (pointer))

/* One day ----------------------------------------------------------------- */

static bool
is_dated_attendance(const SweepLine *line)
{
	return sweep_is_charged(line) && line->sent->kind == SWEEP_ATTENDANCE &&
		   line->start != SWEEP_NO_DAY && line->sent->treatment_function.data != NULL;
}

/*
 * compare_session --- one clinic on one day: site and main specialty tell two sessions apart.
 */
static int
compare_session(const SweepLine *a, const SweepLine *b)
{
	static const SweepText unknown;
	int                    order = sweep_compare_event(a, b);

	if (order == 0)
		order = sweep_compare_text(a->sent->site, b->sent->site);
	if (order == 0)
		order = sweep_compare_text(a->record == NULL ? unknown : a->record->main_specialty,
								   b->record == NULL ? unknown : b->record->main_specialty);
	return order;
}

static int
by_session_dearest_first(const void *a, const void *b)
{
	int order = compare_session(LINE(a), LINE(b));

	if (order == 0)
		order = sweep_compare_amount(LINE(b)->sent->total, LINE(a)->sent->total);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * sweep_same_day_attendances --- several attendances of one day, specialty and site: the dearest is
 * kept, the first sent where they are equal.
 */
void
sweep_same_day_attendances(SweepPerson *person)
{
	int32_t count = sweep_sort_lines(person, is_dated_attendance, by_session_dearest_first);
	const SweepLine *kept = NULL;
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		if (kept == NULL || compare_session(kept, person->sorted[i]) != 0)
			kept = person->sorted[i];
		else
			person->sorted[i]->links->to[SWEEP_TO_SAME_DAY_ATTENDANCE] = kept->number;
	}
}

/*
 * is_attendance_or_procedure --- of the outpatient department, dated.
 */
static bool
is_attendance_or_procedure(const SweepLine *line)
{
	return sweep_is_charged(line) && sweep_event_part(line->sent) == SWEEP_ATTENDANCE &&
		   line->start != SWEEP_NO_DAY && line->sent->treatment_function.data != NULL;
}

/*
 * is_plain_attendance --- charged by the HRGs of attendances.
 */
static bool
is_plain_attendance(const SweepLine *line)
{
	return sweep_starts_with(line->sent->hrg, "WF");
}

/*
 * by_event_procedures_first --- the dearest procedure at the head.
 */
static int
by_event_procedures_first(const void *a, const void *b)
{
	int order = sweep_compare_event(LINE(a), LINE(b));

	if (order == 0)
		order = sweep_compare_amount(is_plain_attendance(LINE(a)), is_plain_attendance(LINE(b)));
	if (order == 0)
		order = sweep_compare_amount(LINE(a)->sent->kind != SWEEP_PROCEDURE,
									 LINE(b)->sent->kind != SWEEP_PROCEDURE);
	if (order == 0)
		order = sweep_compare_amount(LINE(b)->sent->total, LINE(a)->sent->total);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * sweep_procedures_same_day --- an attendance beside a procedure of the same day and specialty,
 * whose price holds it.
 */
void
sweep_procedures_same_day(SweepPerson *person)
{
	int32_t count = sweep_sort_lines(person, is_attendance_or_procedure, by_event_procedures_first);
	const SweepLine *head = NULL;
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		SweepLine *line = person->sorted[i];

		if (head == NULL || sweep_compare_event(head, line) != 0)
			head = line;
		else if (head->sent->kind == SWEEP_PROCEDURE && !is_plain_attendance(head) &&
				 is_plain_attendance(line))
			line->links->to[SWEEP_TO_PROCEDURE_SAME_DAY] = head->number;
	}
}

/* Codes that are not paid beside each other ------------------------------- */

/*
 * has_code --- dated, with an HRG, and not an attendance that goes with a procedure anyway.
 */
static bool
has_code(const SweepLine *line)
{
	return sweep_is_charged(line) && line->sent->hrg.data != NULL && line->start != SWEEP_NO_DAY &&
		   line->links->to[SWEEP_TO_PROCEDURE_SAME_DAY] == SWEEP_NO_EVENT;
}

static int
compare_code(const SweepLine *a, const SweepLine *b)
{
	int order = sweep_compare_text(a->sent->provider, b->sent->provider);

	if (order == 0)
		order = sweep_compare_day(a->start, b->start);
	if (order == 0)
		order = sweep_compare_text(a->sent->hrg, b->sent->hrg);
	return order;
}

static int
by_code_dearest_first(const void *a, const void *b)
{
	int order = compare_code(LINE(a), LINE(b));

	if (order == 0)
		order = sweep_compare_amount(LINE(b)->sent->total, LINE(a)->sent->total);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * dearest_with_code --- the dearest line of the same provider and day with this code; NULL: none.
 */
static const SweepLine *
dearest_with_code(const SweepPerson *person, int32_t count, const SweepLine *line, SweepText code)
{
	SweepEvent sent = *line->sent;
	SweepLine  sought = *line;
	int32_t    low = 0;
	int32_t    high = count;

	sent.hrg = code;
	sought.sent = &sent;
	while (low < high)
	{
		int32_t middle = low + (high - low) / 2;

		if (compare_code(person->sorted[middle], &sought) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < count && compare_code(person->sorted[low], &sought) == 0)
		return person->sorted[low];
	return NULL;
}

/*
 * goes_before --- of two lines that belong together the dearer is kept, the first sent where they
 * are equal.
 */
static bool
goes_before(const SweepLine *kept, const SweepLine *lost)
{
	if (kept->sent->total != lost->sent->total)
		return kept->sent->total > lost->sent->total;
	return sweep_compare_sent(kept, lost) < 0;
}

/*
 * sweep_code_pairs --- two HRGs of one day and provider that are not paid beside each other: the
 * cheaper goes.
 */
void
sweep_code_pairs(SweepPerson *person)
{
	int32_t count = sweep_sort_lines(person, has_code, by_code_dearest_first);
	int32_t i;

	for (i = 0; i < count; i++)
	{
		SweepLine       *line = person->sorted[i];
		const SweepLine *kept = NULL;
		SweepText        code = line->sent->not_beside;
		const char      *end = code.data + code.length;

		if (code.data == NULL)
			continue;
		for (; code.data < end; code.data += code.length + 1)
		{
			const SweepLine *other;

			code.length = (int32_t) strlen(code.data);
			other = dearest_with_code(person, count, line, code);
			if (other != NULL && goes_before(other, line) &&
				(kept == NULL || goes_before(other, kept)))
				kept = other;
		}
		if (kept != NULL)
			line->links->to[SWEEP_TO_CODE_PAIR] = kept->number;
	}
}

/* Day cases --------------------------------------------------------------- */

static bool
is_day_case(const SweepLine *line)
{
	return sweep_is_charged(line) && line->sent->kind == SWEEP_SPELL &&
		   sweep_is(line->patient_classification, "2") && line->start != SWEEP_NO_DAY &&
		   line->sent->hrg.data != NULL && line->sent->treatment_function.data != NULL;
}

static int
compare_month(const SweepLine *a, const SweepLine *b)
{
	int order = sweep_compare_text(a->sent->provider, b->sent->provider);

	if (order == 0)
		order = sweep_compare_text(a->sent->hrg, b->sent->hrg);
	if (order == 0)
		order = sweep_compare_text(a->sent->treatment_function, b->sent->treatment_function);
	if (order == 0)
		order = sweep_compare_amount(a->start_month, b->start_month);
	return order;
}

static int
by_month(const void *a, const void *b)
{
	int order = compare_month(LINE(a), LINE(b));

	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * sweep_day_cases --- how many day cases with the same HRG and specialty a calendar month holds;
 * told where there is more than one.
 */
void
sweep_day_cases(SweepPerson *person)
{
	int32_t count = sweep_sort_lines(person, is_day_case, by_month);
	int32_t first;
	int32_t end;
	int32_t i;

	for (first = 0; first < count; first = end)
	{
		end = first + 1;
		while (end < count && compare_month(person->sorted[first], person->sorted[end]) == 0)
			end++;
		for (i = first; i < end && end - first > 1; i++)
			person->sorted[i]->links->number[SWEEP_N_DAY_CASES_IN_MONTH] = end - first;
	}
}

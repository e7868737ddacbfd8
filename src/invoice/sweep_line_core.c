/*-------------------------------------------------------------------------
 *
 * sweep_line_core.c
 *	  Comparing, choosing and sorting the lines of one person.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/sweep_line_core.h"

#include <stdlib.h>
#include <string.h>

/*
 * sweep_compare_text --- byte by byte; what is not known comes last and equals only itself.
 */
int
sweep_compare_text(SweepText a, SweepText b)
{
	int32_t shorter = a.length < b.length ? a.length : b.length;
	int     order;

	if (a.data == NULL || b.data == NULL)
		return (a.data == NULL) - (b.data == NULL);
	order = memcmp(a.data, b.data, shorter);
	if (order != 0)
		return order;
	return (a.length > b.length) - (a.length < b.length);
}

/*
 * sweep_compare_day --- earlier first; what is not known comes last.
 */
int
sweep_compare_day(int32_t a, int32_t b)
{
	if (a == SWEEP_NO_DAY || b == SWEEP_NO_DAY)
		return (a == SWEEP_NO_DAY) - (b == SWEEP_NO_DAY);
	return (a > b) - (a < b);
}

/*
 * sweep_compare_amount --- smaller first.
 */
int
sweep_compare_amount(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/*
 * sweep_is --- is the text this word?  What is not known is no word.
 */
bool
sweep_is(SweepText text, const char *word)
{
	size_t length = strlen(word);

	return text.data != NULL && (size_t) text.length == length &&
		   memcmp(text.data, word, length) == 0;
}

/*
 * sweep_is_one_of --- is the text one of these words of two characters, divided by blanks?
 */
bool
sweep_is_one_of(SweepText text, const char *words)
{
	const char *word;

	if (text.data == NULL || text.length != 2)
		return false;
	for (word = words;; word += 3)
	{
		if (memcmp(text.data, word, 2) == 0)
			return true;
		if (word[2] == '\0')
			return false;
	}
}

/*
 * sweep_starts_with --- does the text begin with this?
 */
bool
sweep_starts_with(SweepText text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text.data != NULL && (size_t) text.length >= length &&
		   memcmp(text.data, prefix, length) == 0;
}

/*
 * sweep_compare_sent --- the order in which lines were sent.
 */
int
sweep_compare_sent(const SweepLine *a, const SweepLine *b)
{
	int order = sweep_compare_text(a->sent->year, b->sent->year);

	if (order == 0)
		order = sweep_compare_amount(a->sent->month, b->sent->month);
	if (order == 0)
		order = sweep_compare_amount(a->sent->submission, b->sent->submission);
	if (order == 0)
		order = sweep_compare_amount(a->sent->line_no, b->sent->line_no);
	return order;
}

/*
 * sweep_is_emergency --- an emergency admission that is no transfer (2B).
 */
bool
sweep_is_emergency(SweepText admission_method)
{
	return sweep_is_one_of(admission_method, "21 22 23 24 25 28 2A 2C 2D");
}

/*
 * sweep_event_of_rank --- the place of an event in the array.
 *
 * Records are ranked by their numbers, then lines as they were sent: where nothing else decides,
 * the rank does, so that the order in which events are given never matters.
 */
int32_t
sweep_event_of_rank(const SweepPerson *person, int32_t rank)
{
	if (rank < person->n_records)
		return (int32_t) (person->records[rank] - person->events);
	return person->lines[rank - person->n_records].number;
}

/*
 * sweep_sort_lines --- puts the wanted lines in order into person->sorted; how many they are.
 */
int32_t
sweep_sort_lines(SweepPerson *person, SweepWanted wanted, SweepCompare compare)
{
	int32_t count = 0;
	int32_t i;

	for (i = 0; i < person->n_lines; i++)
	{
		if (wanted(&person->lines[i]))
			person->sorted[count++] = &person->lines[i];
	}
	qsort(person->sorted, count, sizeof(SweepLine *), compare);
	return count;
}

/*
 * sweep_compare_marks --- by key, then day, then event.
 */
int
sweep_compare_marks(const void *a, const void *b)
{
	const SweepMark *x = a;
	const SweepMark *y = b;
	int              order = sweep_compare_text(x->provider, y->provider);

	if (order == 0)
		order = sweep_compare_text(x->treatment_function, y->treatment_function);
	if (order == 0)
		order = sweep_compare_text(x->third, y->third);
	if (order == 0)
		order = sweep_compare_day(x->day, y->day);
	if (order == 0)
		order = sweep_compare_amount(x->rank, y->rank);
	return order;
}

/*
 * sweep_last_mark --- the last of the sorted marks with the key sought, on its day or before, and
 * on its day not after its event; SWEEP_NO_EVENT when there is none.
 */
int32_t
sweep_last_mark(const SweepMark *marks, int32_t count, const SweepMark *sought)
{
	int32_t low = 0;
	int32_t high = count;

	while (low < high)
	{
		int32_t middle = low + (high - low) / 2;

		if (sweep_compare_marks(&marks[middle], sought) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || sweep_compare_text(marks[low - 1].provider, sought->provider) != 0 ||
		sweep_compare_text(marks[low - 1].treatment_function, sought->treatment_function) != 0 ||
		sweep_compare_text(marks[low - 1].third, sought->third) != 0)
		return SWEEP_NO_EVENT;
	return low - 1;
}

/*
 * sweep_is_charged --- a line that still counts and asks for money.
 */
bool
sweep_is_charged(const SweepLine *line)
{
	return !line->gone && line->sent->total > 0;
}

/*
 * sweep_event_part --- which part of an event is charged: there is one of each.
 */
SweepKind
sweep_event_part(const SweepEvent *line)
{
	switch (line->kind)
	{
		case SWEEP_SPELL:
		case SWEEP_EXCESS:
		case SWEEP_EMERGENCY:
			return line->kind;
		case SWEEP_ATTENDANCE:
		case SWEEP_PROCEDURE:
			return SWEEP_ATTENDANCE;
		default:
			return SWEEP_OTHER;
	}
}

/*
 * sweep_compare_event --- the same kind of event at one provider on one day in one treatment
 * function.
 */
int
sweep_compare_event(const SweepLine *a, const SweepLine *b)
{
	int order = sweep_compare_text(a->sent->provider, b->sent->provider);

	if (order == 0)
		order = sweep_compare_day(a->start, b->start);
	if (order == 0)
		order = sweep_compare_text(a->sent->treatment_function, b->sent->treatment_function);
	if (order == 0)
		order = sweep_compare_amount(sweep_event_part(a->sent), sweep_event_part(b->sent));
	return order;
}

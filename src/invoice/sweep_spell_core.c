/*-------------------------------------------------------------------------
 *
 * sweep_spell_core.c
 *	  Spells of one person: overlaps at one provider and at two, stays split
 *	  by a transfer.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/sweep_spell_core.h"

#include <stdlib.h>

#define LINE(pointer) (*(SweepLine *const *) (pointer))

/* Overlaps at one provider ------------------------------------------------ */

/*
 * has_sent_nights --- a spell of at least one night, as sent.
 */
static bool
has_sent_nights(const SweepLine *line)
{
	return !line->gone && line->sent->kind == SWEEP_SPELL && line->sent->start != SWEEP_NO_DAY &&
		   line->sent->end != SWEEP_NO_DAY && line->sent->end > line->sent->start;
}

static int
by_provider_and_sent_start(const void *a, const void *b)
{
	const SweepEvent *x = LINE(a)->sent;
	const SweepEvent *y = LINE(b)->sent;
	int               order = sweep_compare_text(x->provider, y->provider);

	return order != 0 ? order : sweep_compare_day(x->start, y->start);
}

/*
 * is_better_spell --- the longer, then dearer, then first sent.
 */
static bool
is_better_spell(const SweepLine *a, const SweepLine *b)
{
	int order = sweep_compare_day(b->sent->end - b->sent->start, a->sent->end - a->sent->start);

	if (order == 0)
		order = sweep_compare_amount(b->sent->total, a->sent->total);
	if (order == 0)
		order = sweep_compare_sent(a, b);
	return order < 0;
}

/*
 * settle_stretch --- of a stretch of overlapping spells the best is kept; those that share a night
 * with it go.
 */
static void
settle_stretch(SweepLine **spells, int32_t count)
{
	const SweepLine *kept = spells[0];
	int32_t          i;

	for (i = 1; i < count; i++)
	{
		if (is_better_spell(spells[i], kept))
			kept = spells[i];
	}
	for (i = 0; i < count; i++)
	{
		if (spells[i] != kept && spells[i]->sent->start < kept->sent->end &&
			spells[i]->sent->end > kept->sent->start)
			spells[i]->links->to[SWEEP_TO_OVERLAP] = kept->number;
	}
}

static bool
still_counts(const SweepLine *line)
{
	return !line->gone;
}

static int
by_group(const void *a, const void *b)
{
	int order = sweep_compare_text(LINE(a)->sent->provider, LINE(b)->sent->provider);

	if (order == 0)
		order = sweep_compare_text(LINE(a)->sent->claim_group, LINE(b)->sent->claim_group);
	if (order == 0)
		order = sweep_compare_amount(LINE(a)->sent->kind != SWEEP_SPELL,
									 LINE(b)->sent->kind != SWEEP_SPELL);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

static bool
is_same_group(const SweepLine *a, const SweepLine *b)
{
	return sweep_compare_text(a->sent->provider, b->sent->provider) == 0 &&
		   sweep_compare_text(a->sent->claim_group, b->sent->claim_group) == 0;
}

/*
 * spread_overlaps --- what is charged with a spell that goes, goes with it.
 */
static void
spread_overlaps(SweepPerson *person)
{
	int32_t          count = sweep_sort_lines(person, still_counts, by_group);
	const SweepLine *spell = NULL; /* first of the group that overlaps another */
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		SweepLine *line = person->sorted[i];

		if (spell != NULL && !is_same_group(spell, line))
			spell = NULL;
		if (spell == NULL && line->links->to[SWEEP_TO_OVERLAP] != SWEEP_NO_EVENT)
			spell = line;
		if (spell == NULL)
			continue;
		if (line->links->to[SWEEP_TO_OVERLAP] == SWEEP_NO_EVENT)
			line->links->to[SWEEP_TO_OVERLAP] = spell->links->to[SWEEP_TO_OVERLAP];
		line->gone = true;
	}
}

/*
 * sweep_overlaps --- spells of one provider that share a night, as sent.
 */
void
sweep_overlaps(SweepPerson *person)
{
	int32_t count = sweep_sort_lines(person, has_sent_nights, by_provider_and_sent_start);
	int32_t first;
	int32_t end;

	if (count < 2)
		return;
	for (first = 0; first < count; first = end)
	{
		int32_t until = person->sorted[first]->sent->end;

		for (end = first + 1; end < count; end++)
		{
			const SweepEvent *next = person->sorted[end]->sent;

			if (next->start >= until ||
				sweep_compare_text(person->sorted[first]->sent->provider, next->provider) != 0)
				break;
			if (next->end > until)
				until = next->end;
		}
		settle_stretch(person->sorted + first, end - first);
	}
	spread_overlaps(person);
}

/* Overlaps at two providers ----------------------------------------------- */

static bool
is_charged_spell(const SweepLine *line)
{
	return !line->gone && line->sent->kind == SWEEP_SPELL && line->sent->total > 0 &&
		   line->start != SWEEP_NO_DAY && line->end != SWEEP_NO_DAY;
}

static bool
has_nights(const SweepLine *line)
{
	return is_charged_spell(line) && line->end > line->start;
}

static int
by_days(const void *a, const void *b)
{
	int order = sweep_compare_day(LINE(a)->start, LINE(b)->start);

	if (order == 0)
		order = sweep_compare_day(LINE(a)->end, LINE(b)->end);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

static bool
is_discharged_to_hospital(const SweepLine *line)
{
	return line->record != NULL && sweep_is(line->record->discharge_destination, "51");
}

static bool
is_admitted_from_hospital(const SweepLine *line)
{
	return sweep_is_one_of(line->admission_method, "2B 81");
}

/*
 * received --- does the record say that the patient came to the one from the other?
 */
static bool
received(const SweepLine *by, const SweepLine *from)
{
	return is_admitted_from_hospital(by) || is_discharged_to_hospital(from);
}

/*
 * later_is_paid --- of two spells in order of admission: the hospital that received the patient,
 * else the dearer, else the earlier is paid.
 */
static bool
later_is_paid(const SweepLine *earlier, const SweepLine *later)
{
	if (received(later, earlier))
		return true;
	if (earlier->start == later->start && received(earlier, later))
		return false;
	return later->sent->total > earlier->sent->total;
}

/*
 * conflict --- notes in both spells that they share a night, and which is paid.
 */
static void
conflict(SweepLine *paid, SweepLine *lost)
{
	if (paid->links->to[SWEEP_TO_TWO_PROVIDER] == SWEEP_NO_EVENT)
	{
		paid->links->to[SWEEP_TO_TWO_PROVIDER] = lost->number;
		paid->links->to[SWEEP_TO_TWO_PROVIDER_PAYEE] = paid->number;
		paid->links->two_provider_paid = true;
	}
	lost->links->to[SWEEP_TO_TWO_PROVIDER] = paid->number;
	lost->links->to[SWEEP_TO_TWO_PROVIDER_PAYEE] = paid->number;
	lost->links->two_provider_paid = false;
	lost->gone = true;
}

/*
 * sweep_two_providers --- spells of different providers that share a night.
 */
void
sweep_two_providers(SweepPerson *person)
{
	int32_t    count = sweep_sort_lines(person, has_nights, by_days);
	SweepLine *paid = NULL;
	int32_t    i;

	for (i = 0; i < count; i++)
	{
		SweepLine *line = person->sorted[i];

		if (paid == NULL || line->start >= paid->end)
			paid = line;
		else if (sweep_compare_text(paid->sent->provider, line->sent->provider) == 0)
			paid = line->end > paid->end ? line : paid;
		else if (later_is_paid(paid, line))
		{
			conflict(line, paid);
			paid = line;
		}
		else
			conflict(paid, line);
	}
}

/* Stays ------------------------------------------------------------------- */

static int
by_provider_end_and_start(const void *a, const void *b)
{
	const SweepStay *x = a;
	const SweepStay *y = b;
	int              order = sweep_compare_text(x->provider, y->provider);

	if (order == 0)
		order = sweep_compare_day(x->end, y->end);
	if (order == 0)
		order = sweep_compare_day(x->start, y->start);
	if (order == 0)
		order = sweep_compare_amount(x->rank, y->rank);
	return order;
}

static int
by_activity(const void *a, const void *b)
{
	int order = sweep_compare_amount(LINE(a)->sent->activity, LINE(b)->sent->activity);

	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

static bool
is_counted_spell(const SweepLine *line)
{
	return !line->gone && line->sent->kind == SWEEP_SPELL && line->start != SWEEP_NO_DAY &&
		   line->end != SWEEP_NO_DAY;
}

/*
 * claimed_as --- the first of the sorted spell lines that meets the record; NULL: none.
 */
static const SweepLine *
claimed_as(SweepLine *const *spells, int32_t count, int64_t activity)
{
	int32_t low = 0;
	int32_t high = count;

	while (low < high)
	{
		int32_t middle = low + (high - low) / 2;

		if (spells[middle]->sent->activity < activity)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && spells[low]->sent->activity == activity ? spells[low] : NULL;
}

/*
 * sweep_stays --- every stay once, by provider, discharge and admission: as recorded, or as claimed
 * where there is no record.
 */
void
sweep_stays(SweepPerson *person)
{
	int32_t spells = sweep_sort_lines(person, is_counted_spell, by_activity);
	int32_t i;

	person->n_stays = 0;
	for (i = 0; i < person->n_records; i++)
	{
		const SweepEvent *record = person->records[i];
		SweepStay        *stay = &person->stays[person->n_stays];

		if (record->kind != SWEEP_SPELL || record->start == SWEEP_NO_DAY ||
			record->end == SWEEP_NO_DAY)
			continue;
		stay->provider = record->provider;
		stay->start = record->start;
		stay->end = record->end;
		stay->record = record;
		stay->line = claimed_as(person->sorted, spells, record->activity);
		stay->rank = stay->line != NULL ? stay->line->rank : i;
		person->n_stays++;
	}
	for (i = 0; i < spells; i++)
	{
		const SweepLine *line = person->sorted[i];
		SweepStay       *stay = &person->stays[person->n_stays];

		if (line->record != NULL)
			continue;
		stay->provider = line->sent->provider;
		stay->start = line->start;
		stay->end = line->end;
		stay->record = NULL;
		stay->line = line;
		stay->rank = line->rank;
		person->n_stays++;
	}
	qsort(person->stays, person->n_stays, sizeof(SweepStay), by_provider_end_and_start);
}

/*
 * sweep_last_stay --- the last stay at a provider that ended before end, or on that day after an
 * admission not later than start; NULL: none.  The stays before it in the array are those before
 * it in time, down to those of another provider.
 */
const SweepStay *
sweep_last_stay(const SweepPerson *person, SweepText provider, int32_t end, int32_t start)
{
	int32_t low = 0;
	int32_t high = person->n_stays;

	while (low < high)
	{
		int32_t          middle = low + (high - low) / 2;
		const SweepStay *stay = &person->stays[middle];
		int              order = sweep_compare_text(stay->provider, provider);

		if (order < 0 ||
			(order == 0 && (stay->end < end || (stay->end == end && stay->start <= start))))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || sweep_compare_text(person->stays[low - 1].provider, provider) != 0)
		return NULL;
	return &person->stays[low - 1];
}

/* Stays split by a transfer ----------------------------------------------- */

static bool
ends_in_transfer(const SweepLine *line)
{
	return is_charged_spell(line) && is_discharged_to_hospital(line);
}

static int
by_provider_and_end(const void *a, const void *b)
{
	int order = sweep_compare_text(LINE(a)->sent->provider, LINE(b)->sent->provider);

	if (order == 0)
		order = sweep_compare_day(LINE(a)->end, LINE(b)->end);
	if (order == 0)
		order = sweep_compare_day(LINE(a)->start, LINE(b)->start);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * left_for --- the spell at the same provider that ended in a transfer on the day of this admission
 * or the day before; NULL: none.
 */
static SweepLine *
left_for(const SweepPerson *person, int32_t count, const SweepLine *line)
{
	int32_t low = 0;
	int32_t high = count;

	while (low < high)
	{
		int32_t          middle = low + (high - low) / 2;
		const SweepLine *spell = person->sorted[middle];
		int              order = sweep_compare_text(spell->sent->provider, line->sent->provider);

		if (order < 0 || (order == 0 && spell->end <= line->start))
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0 && person->sorted[low - 1] == line)
		low--;
	if (low == 0 || person->sorted[low - 1]->end < line->start - 1 ||
		sweep_compare_text(person->sorted[low - 1]->sent->provider, line->sent->provider) != 0)
		return NULL;
	return person->sorted[low - 1];
}

/*
 * sweep_transfers --- one stay at one provider charged as two spells: the cheaper goes, the later
 * admission where they are equal.
 */
void
sweep_transfers(SweepPerson *person)
{
	int32_t count = sweep_sort_lines(person, ends_in_transfer, by_provider_and_end);
	int32_t i;

	for (i = 0; i < person->n_lines && count > 0; i++)
	{
		SweepLine *later = &person->lines[i];
		SweepLine *earlier;

		if (!is_charged_spell(later) || !is_admitted_from_hospital(later))
			continue;
		earlier = left_for(person, count, later);
		if (earlier == NULL || earlier->links->to[SWEEP_TO_TRANSFER_PAIR] == later->number)
			continue;
		if (later->sent->total > earlier->sent->total)
			earlier->links->to[SWEEP_TO_TRANSFER_PAIR] = later->number;
		else
			later->links->to[SWEEP_TO_TRANSFER_PAIR] = earlier->number;
	}
}

/* What is charged with a spell -------------------------------------------- */

static bool
is_spell_or_part(const SweepLine *line)
{
	return line->sent->kind == SWEEP_SPELL || line->sent->kind == SWEEP_EXCESS ||
		   line->sent->kind == SWEEP_CRITICAL_CARE;
}

/*
 * sweep_spread --- excess days and critical care share what was found out about their spell.
 */
void
sweep_spread(SweepPerson *person)
{
	int32_t          count = sweep_sort_lines(person, is_spell_or_part, by_group);
	const SweepLine *spell = NULL;
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		SweepLine        *line = person->sorted[i];
		const SweepLinks *from;

		if (spell == NULL || !is_same_group(spell, line))
		{
			spell = line->sent->kind == SWEEP_SPELL ? line : NULL;
			continue;
		}
		if (line->sent->kind == SWEEP_SPELL)
			continue;
		from = spell->links;
		line->links->to[SWEEP_TO_TWO_PROVIDER] = from->to[SWEEP_TO_TWO_PROVIDER];
		line->links->to[SWEEP_TO_TWO_PROVIDER_PAYEE] = from->to[SWEEP_TO_TWO_PROVIDER_PAYEE];
		line->links->two_provider_paid = from->two_provider_paid;
		line->links->to[SWEEP_TO_TRANSFER_PAIR] = from->to[SWEEP_TO_TRANSFER_PAIR];
		line->links->to[SWEEP_TO_READMISSION] = from->to[SWEEP_TO_READMISSION];
		line->links->number[SWEEP_N_READMISSION_DAYS] = from->number[SWEEP_N_READMISSION_DAYS];
		line->links->readmission_index = from->readmission_index;
		line->links->readmission_exclusion = from->readmission_exclusion;
	}
}

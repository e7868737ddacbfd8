/*-------------------------------------------------------------------------
 *
 * sweep_repeat_core.c
 *	  Lines that claim what another line of the person claims: duplicates,
 *	  the same event twice, two feeds, the same drug, the same module of a
 *	  pathway.
 *
 * Each function sorts the lines concerned so that those that say the same
 * stand together, keeps one of each group and names it in the others.  A
 * line that is gone keeps no other line out; credits neither go nor keep.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/sweep_repeat_core.h"

/* Days in which a module of a maternity pathway is paid once. */
#define PATHWAY_DAYS 280

#define LINE(pointer) (*(SweepLine *const *) (pointer))

/* Duplicates -------------------------------------------------------------- */

/*
 * may_be_duplicate --- drugs have a question of their own.
 */
static bool
may_be_duplicate(const SweepLine *line)
{
	return line->sent->start != SWEEP_NO_DAY && line->sent->kind != SWEEP_DRUG;
}

/*
 * compare_content --- everything but the identifiers and the place in the files.
 */
static int
compare_content(const SweepEvent *a, const SweepEvent *b)
{
	int order = sweep_compare_text(a->provider, b->provider);

	if (order == 0)
		order = sweep_compare_day(a->start, b->start);
	if (order == 0)
		order = sweep_compare_text(a->pod, b->pod);
	if (order == 0)
		order = sweep_compare_text(a->site, b->site);
	if (order == 0)
		order = sweep_compare_day(a->end, b->end);
	if (order == 0)
		order = sweep_compare_text(a->treatment_function, b->treatment_function);
	if (order == 0)
		order = sweep_compare_text(a->hrg, b->hrg);
	if (order == 0)
		order = sweep_compare_amount(a->price_known, b->price_known);
	if (order == 0)
		order = sweep_compare_amount(a->unit_price, b->unit_price);
	if (order == 0)
		order = sweep_compare_text(a->item, b->item);
	if (order == 0)
		order = sweep_compare_text(a->serial, b->serial);
	return order;
}

/*
 * by_content --- for duplicates: those with a record identifier first.
 */
static int
by_content(const void *a, const void *b)
{
	const SweepLine *x = LINE(a);
	const SweepLine *y = LINE(b);
	int              order = compare_content(x->sent, y->sent);

	if (order == 0)
		order = sweep_compare_text(x->sent->cds_id, y->sent->cds_id);
	if (order == 0)
		order = sweep_compare_sent(x, y);
	return order;
}

/*
 * sweep_duplicates --- lines equal in everything fall into those with the same record identifier;
 * one without an identifier goes with any of them.  The first sent is kept.
 */
void
sweep_duplicates(SweepPerson *person)
{
	int32_t          count = sweep_sort_lines(person, may_be_duplicate, by_content);
	const SweepLine *content = NULL; /* first of the equal content */
	const SweepLine *same = NULL;    /* first of those with the same identifier */
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		SweepLine *line = person->sorted[i];

		if (content == NULL || compare_content(content->sent, line->sent) != 0)
			content = same = line;
		else if (line->sent->cds_id.data == NULL)
			same = content;
		else if (sweep_compare_text(same->sent->cds_id, line->sent->cds_id) != 0)
			same = line;
		if (same != line)
		{
			line->links->to[SWEEP_TO_DUPLICATE] = same->number;
			line->gone = true;
		}
	}
}

/* The same event twice ---------------------------------------------------- */

/*
 * may_be_repeat --- drugs and devices carry the number of the stay they belong to.
 */
static bool
may_be_repeat(const SweepLine *line)
{
	return !line->gone && line->sent->event_id.data != NULL && line->sent->kind != SWEEP_DRUG &&
		   line->sent->kind != SWEEP_DEVICE;
}

/*
 * compare_part --- other parts are told apart by point of delivery and HRG.
 */
static int
compare_part(const SweepEvent *a, const SweepEvent *b)
{
	int order = sweep_compare_text(a->provider, b->provider);

	if (order == 0)
		order = sweep_compare_text(a->event_id, b->event_id);
	if (order == 0)
		order = sweep_compare_amount(sweep_event_part(a), sweep_event_part(b));
	if (order == 0 && sweep_event_part(a) == SWEEP_OTHER)
		order = sweep_compare_text(a->pod, b->pod);
	if (order == 0 && sweep_event_part(a) == SWEEP_OTHER)
		order = sweep_compare_text(a->hrg, b->hrg);
	return order;
}

static int
by_part(const void *a, const void *b)
{
	int order = compare_part(LINE(a)->sent, LINE(b)->sent);

	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * sweep_repeats --- the same part of one event of the provider, with other content; the first sent
 * is kept.
 */
void
sweep_repeats(SweepPerson *person)
{
	int32_t          count = sweep_sort_lines(person, may_be_repeat, by_part);
	const SweepLine *first = NULL;
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		SweepLine *line = person->sorted[i];

		if (first == NULL || compare_part(first->sent, line->sent) != 0)
			first = line;
		else
		{
			line->links->to[SWEEP_TO_REPEAT] = first->number;
			line->gone = true;
		}
	}
}

/* Two feeds --------------------------------------------------------------- */

/*
 * may_be_in_two_feeds --- events, not their parts; an emergency department has no specialty.
 */
static bool
may_be_in_two_feeds(const SweepLine *line)
{
	SweepKind kind = sweep_event_part(line->sent);

	if (!sweep_is_charged(line) || line->start == SWEEP_NO_DAY)
		return false;
	return kind == SWEEP_EMERGENCY || ((kind == SWEEP_SPELL || kind == SWEEP_ATTENDANCE) &&
									   line->sent->treatment_function.data != NULL);
}

/*
 * by_event_and_feed --- national prices before local ones.
 */
static int
by_event_and_feed(const void *a, const void *b)
{
	int order = sweep_compare_event(LINE(a), LINE(b));

	if (order == 0)
		order = sweep_compare_amount(LINE(a)->sent->local_price, LINE(b)->sent->local_price);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * sweep_other_feed --- an event charged at a national and at a local price: the cheaper goes, the
 * later where they are equal.  The first at a national price meets the first at a local one.
 */
void
sweep_other_feed(SweepPerson *person)
{
	int32_t count = sweep_sort_lines(person, may_be_in_two_feeds, by_event_and_feed);
	int32_t first;
	int32_t local;
	int32_t end;

	for (first = 0; first < count; first = end)
	{
		int32_t i;

		local = first;
		while (local < count && !person->sorted[local]->sent->local_price &&
			   sweep_compare_event(person->sorted[first], person->sorted[local]) == 0)
			local++;
		end = local;
		while (end < count && sweep_compare_event(person->sorted[first], person->sorted[end]) == 0)
			end++;
		for (i = 0; first + i < local && local + i < end; i++)
		{
			SweepLine *kept = person->sorted[first + i];
			SweepLine *lost = person->sorted[local + i];

			if (kept->sent->total < lost->sent->total ||
				(kept->sent->total == lost->sent->total && sweep_compare_sent(kept, lost) > 0))
			{
				kept = lost;
				lost = person->sorted[first + i];
			}
			lost->links->to[SWEEP_TO_OTHER_FEED] = kept->number;
			lost->gone = true;
		}
	}
}

/* Drugs ------------------------------------------------------------------- */

static bool
is_dated_drug(const SweepLine *line)
{
	return sweep_is_charged(line) && line->sent->kind == SWEEP_DRUG &&
		   line->sent->item.data != NULL && line->start != SWEEP_NO_DAY;
}

static int
by_drug_and_day(const void *a, const void *b)
{
	int order = sweep_compare_text(LINE(a)->sent->item, LINE(b)->sent->item);

	if (order == 0)
		order = sweep_compare_day(LINE(a)->start, LINE(b)->start);
	if (order == 0)
		order = sweep_compare_amount(LINE(a)->sent->units_known, LINE(b)->sent->units_known);
	if (order == 0)
		order = sweep_compare_amount(LINE(a)->sent->units, LINE(b)->sent->units);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * sweep_same_drug --- the same drug, day and quantity twice: the first sent is kept.  For what is
 * kept, the days since the drug was supplied before.
 */
void
sweep_same_drug(SweepPerson *person)
{
	int32_t          count = sweep_sort_lines(person, is_dated_drug, by_drug_and_day);
	const SweepLine *first = NULL; /* of one drug, day and quantity */
	int32_t          before = SWEEP_NO_DAY;
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		SweepLine *line = person->sorted[i];

		if (first == NULL || sweep_compare_text(first->sent->item, line->sent->item) != 0)
			before = SWEEP_NO_DAY;
		else if (first->start != line->start)
			before = first->start;
		else if (line->sent->units_known && first->sent->units_known &&
				 first->sent->units == line->sent->units)
		{
			line->links->to[SWEEP_TO_SAME_DRUG] = first->number;
			line->gone = true;
			continue;
		}
		first = line;
		if (before != SWEEP_NO_DAY)
			line->links->number[SWEEP_N_DAYS_SINCE_SAME_DRUG] = line->start - before;
	}
}

/* Pathways ---------------------------------------------------------------- */

static bool
is_dated_pathway(const SweepLine *line)
{
	return sweep_is_charged(line) && line->start != SWEEP_NO_DAY &&
		   (line->sent->kind == SWEEP_ANTENATAL || line->sent->kind == SWEEP_PATHWAY);
}

static int
by_module_and_day(const void *a, const void *b)
{
	int order = sweep_compare_text(LINE(a)->sent->pod, LINE(b)->sent->pod);

	if (order == 0)
		order = sweep_compare_day(LINE(a)->start, LINE(b)->start);
	return order != 0 ? order : sweep_compare_sent(LINE(a), LINE(b));
}

/*
 * sweep_pathway_repeats --- the same module from another provider in one pregnancy: the earlier is
 * kept.
 */
void
sweep_pathway_repeats(SweepPerson *person)
{
	int32_t          count = sweep_sort_lines(person, is_dated_pathway, by_module_and_day);
	const SweepLine *kept = NULL;
	int32_t          i;

	for (i = 0; i < count; i++)
	{
		SweepLine *line = person->sorted[i];

		if (kept == NULL || sweep_compare_text(kept->sent->pod, line->sent->pod) != 0 ||
			line->start - kept->start > PATHWAY_DAYS)
			kept = line;
		else if (sweep_compare_text(kept->sent->provider, line->sent->provider) != 0)
		{
			line->links->to[SWEEP_TO_PATHWAY_REPEAT] = kept->number;
			line->gone = true;
		}
	}
}

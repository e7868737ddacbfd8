/*-------------------------------------------------------------------------
 *
 * risk_ranges_core.c
 *	  Code prefixes and condition keys of a risk model as sets of categories.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_ranges_core.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SET_ENTRIES (4 * 1024 * 1024)

/* A prefix of one category, and the last code that begins with it. */
typedef struct Span
{
	uint64_t first;
	uint64_t last;
	uint32_t category;
} Span;

/* A prefix that encloses the place reached: its last code and the categories hit there. */
typedef struct Open
{
	uint64_t last;
	uint64_t words[RISK_MAX_WORDS];
} Open;

static int
compare_spans(const void *a, const void *b)
{
	const Span *x = a;
	const Span *y = b;

	if (x->first != y->first)
		return (x->first > y->first) - (x->first < y->first);
	return (x->category > y->category) - (x->category < y->category);
}

/*
 * list_spans --- every prefix with its category and the codes it covers, outer before inner:
 * a longer prefix begins at a higher code, as no character is zero.
 */
static Span *
list_spans(Draft *draft)
{
	Span    *spans = draft_memory(draft, draft->head.n_prefixes * sizeof(Span));
	uint32_t category = 0;
	uint32_t i;
	char     text[RISK_MAX_PREFIX_LENGTH + 1];

	for (i = 0; i < draft->head.n_prefixes; i++)
	{
		int length = risk_prefix_unpack(draft->prefixes[i], text);

		while (category + 1 < draft->head.n_categories &&
			   draft->categories[category + 1].first_prefix <= i)
			category++;
		spans[i].first = draft->prefixes[i];
		spans[i].last = draft->prefixes[i];
		if (length < RISK_MAX_PREFIX_LENGTH)
			spans[i].last |= UINT64_MAX >> (8 * length);
		spans[i].category = category;
	}
	qsort(spans, draft->head.n_prefixes, sizeof(Span), compare_spans);
	return spans;
}

/*
 * set_number --- the number of a set of categories, a new one if it has not been seen.
 */
static uint32_t
set_number(Draft *draft, const uint64_t *words)
{
	uint64_t hash[2];
	uint32_t slot;
	uint32_t w;

	risk_fingerprint(words, sizeof(draft->sets[0]), hash);
	for (slot = (uint32_t) hash[0] & (draft->n_slots - 1); draft->slots[slot] != 0;
		 slot = (slot + 1) & (draft->n_slots - 1))
	{
		if (memcmp(draft->sets[draft->slots[slot] - 1], words, sizeof(draft->sets[0])) == 0)
			return draft->slots[slot] - 1;
	}
	memcpy(draft->sets[draft->head.n_sets], words, sizeof(draft->sets[0]));
	draft->slots[slot] = ++draft->head.n_sets;
	for (w = 0; w < RISK_MAX_WORDS; w++)
		draft->set_entries += (uint32_t) __builtin_popcountll(words[w]);
	return draft->head.n_sets - 1;
}

/*
 * start_range --- from this code on, codes hit this set of categories.
 */
static void
start_range(Draft *draft, uint64_t start, const uint64_t *words)
{
	uint32_t set = set_number(draft, words);
	uint32_t n = draft->head.n_ranges;

	/* a range that would be empty is overwritten; one that changes nothing is not begun */
	if (n > 0 && draft->range_start[n - 1] == start)
		n--;
	if (n == 0 || draft->range_set[n - 1] != set)
	{
		draft->range_start[n] = start;
		draft->range_set[n] = set;
		n++;
	}
	draft->head.n_ranges = n;
}

/*
 * open_prefix --- begin the range of spans[i], one prefix within another.
 *
 * The same prefix may belong to several categories; returns the first span
 * after them.
 */
static uint32_t
open_prefix(Draft *draft, const Span *spans, uint32_t i, const Open *outer, Open *inner)
{
	const Span *span = &spans[i];

	*inner = *outer;
	inner->last = span->last;
	for (; i < draft->head.n_prefixes && spans[i].first == span->first; i++)
		inner->words[spans[i].category / 64] |= UINT64_C(1) << (spans[i].category % 64);
	start_range(draft, span->first, inner->words);
	return i;
}

/* One mention of a condition key. */
typedef struct Mention
{
	const char *key;
	uint32_t    text;
	uint32_t    category;
} Mention;

static int
compare_mentions(const void *a, const void *b)
{
	const Mention *x = a;
	const Mention *y = b;
	int            order = strcmp(x->key, y->key);

	return order != 0 ? order : (x->category > y->category) - (x->category < y->category);
}

/*
 * list_mentions --- every condition key with its category, equal keys together.
 */
static Mention *
list_mentions(Draft *draft)
{
	Mention        *mentions = draft_memory(draft, draft->more.n_mentions * sizeof(Mention));
	const uint32_t *text = (const uint32_t *) draft->mentions.data;
	uint32_t        category;
	uint32_t        n = 0;
	uint32_t        i;

	for (category = 0; category < draft->head.n_categories; category++)
	{
		for (i = 0; i < draft->details[category].n_mentions; i++, n++)
		{
			mentions[n].key = draft_text(draft, text[n]);
			mentions[n].text = text[n];
			mentions[n].category = category;
		}
	}
	qsort(mentions, n, sizeof(Mention), compare_mentions);
	return mentions;
}

/*
 * make_conditions --- the set of categories of each condition key.
 */
static bool
make_conditions(Draft *draft)
{
	uint32_t n = draft->more.n_mentions;
	Mention *mentions = list_mentions(draft);
	uint32_t i = 0;

	draft->conditions = draft_memory(draft, n * sizeof(RiskCondition));
	while (i < n)
	{
		RiskCondition *condition = &draft->conditions[draft->more.n_conditions++];
		uint64_t       words[RISK_MAX_WORDS] = {0};
		const char    *key = mentions[i].key;

		condition->key = mentions[i].text;
		for (; i < n && strcmp(mentions[i].key, key) == 0; i++)
			words[mentions[i].category / 64] |= UINT64_C(1) << (mentions[i].category % 64);
		condition->set = set_number(draft, words);
		if (draft->set_entries > MAX_SET_ENTRIES)
			return draft_limit(draft, NULL, "combinations of categories", MAX_SET_ENTRIES);
	}
	return true;
}

/*
 * make_ranges --- cut the code space where the set of categories hit changes.
 *
 * Prefixes enclose each other or are disjoint, so a stack of the open ones, at
 * most as deep as a prefix is long, is enough.
 */
bool
make_ranges(Draft *draft)
{
	Open     open[RISK_MAX_PREFIX_LENGTH + 1];
	int      depth = 0;
	uint32_t most = 2 * draft->head.n_prefixes + 1 + draft->more.n_mentions;
	Span    *spans = list_spans(draft);
	uint32_t i = 0;

	for (draft->n_slots = 4; draft->n_slots < 2 * most; draft->n_slots *= 2)
		;
	draft->slots = draft_memory(draft, draft->n_slots * sizeof(uint32_t));
	memset(draft->slots, 0, draft->n_slots * sizeof(uint32_t));
	draft->sets = draft_memory(draft, most * sizeof(draft->sets[0]));
	draft->range_start = draft_memory(draft, most * sizeof(uint64_t));
	draft->range_set = draft_memory(draft, most * sizeof(uint32_t));

	memset(&open[0], 0, sizeof(open[0]));
	open[0].last = UINT64_MAX;
	start_range(draft, 0, open[0].words);
	while (i < draft->head.n_prefixes || depth > 0)
	{
		if (depth > 0 && (i == draft->head.n_prefixes || spans[i].first > open[depth].last))
		{
			depth--;
			start_range(draft, open[depth + 1].last + 1, open[depth].words);
		}
		else
		{
			i = open_prefix(draft, spans, i, &open[depth], &open[depth + 1]);
			depth++;
		}
		if (draft->set_entries > MAX_SET_ENTRIES)
			return draft_limit(draft, NULL, "combinations of categories", MAX_SET_ENTRIES);
	}
	return make_conditions(draft);
}

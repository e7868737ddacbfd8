/*-------------------------------------------------------------------------
 *
 * risk_layout_core.c
 *	  A risk model that has been read as one block of memory.
 *
 *-------------------------------------------------------------------------
 */
#include "risk/risk_layout_core.h"

#include <string.h>

/*
 * reserve --- room for a section; returns where it begins.
 */
static uint32_t
reserve(RiskModel *head, size_t size)
{
	uint32_t offset = head->size;

	head->size += (uint32_t) ((size + 7) & ~(size_t) 7);
	return offset;
}

/*
 * lay_out_more --- where the sections of format 2 stand.
 */
static void
lay_out_more(Draft *draft)
{
	RiskModel *head = &draft->head;
	RiskMore  *more = &draft->more;

	more->sources = reserve(head, draft->sources.length);
	more->terms = reserve(head, draft->terms.length);
	more->interactions = reserve(head, draft->interactions.length);
	more->counts = reserve(head, draft->counts.length);
	more->category_steps = reserve(head, draft->category_steps.length);
	more->limits = reserve(head, draft->limits.length);
	more->steps = reserve(head, draft->steps.length);
	more->numbers = reserve(head, draft->numbers.length);
	more->masks = reserve(head, draft->masks.length);
	more->details = reserve(head, head->n_categories * sizeof(RiskDetail));
	more->edited = reserve(head, draft->edited.length);
	more->conditions = reserve(head, more->n_conditions * sizeof(RiskCondition));
	more->mentions = reserve(head, draft->mentions.length);
	more->factors = reserve(head, draft->factors.length);
}

/*
 * lay_out --- decide where each section stands.
 */
static void
lay_out(Draft *draft)
{
	RiskModel *head = &draft->head;

	head->format = draft->extended ? RISK_FORMAT_WHOLE : RISK_FORMAT_PLAIN;
	head->header_size = sizeof(RiskModel) + (draft->extended ? sizeof(RiskMore) : 0);
	head->size = 0;
	reserve(head, head->header_size);
	head->categories = reserve(head, head->n_categories * sizeof(RiskCategory));
	head->removals = reserve(head, head->n_removals * sizeof(RiskRemoval));
	head->inputs = reserve(head, head->n_inputs * sizeof(RiskInput));
	head->bands = reserve(head, head->n_bands * sizeof(RiskBand));
	head->prefixes = reserve(head, head->n_prefixes * sizeof(uint64_t));
	head->range_start = reserve(head, head->n_ranges * sizeof(uint64_t));
	head->range_set = reserve(head, head->n_ranges * sizeof(uint32_t));
	head->set_start = reserve(head, (head->n_sets + 1) * sizeof(uint32_t));
	head->set_category = reserve(head, draft->set_entries * sizeof(uint16_t));
	head->letters = reserve(head, 129 * sizeof(uint32_t));
	if (draft->extended)
		lay_out_more(draft);
}

/* A reference into the pool becomes an offset from the start of the block. */
#define MOVE(text) ((text) = (text) == 0 ? 0 : pool + (text) -1)

/*
 * move_texts --- the texts of format 1.
 */
static void
move_texts(Draft *draft, uint32_t pool)
{
	RiskModel *head = &draft->head;
	RiskInput *input = draft->inputs;
	uint32_t   i;

	MOVE(head->name);
	MOVE(head->version);
	MOVE(head->title);
	MOVE(head->source);
	MOVE(head->licence);
	MOVE(head->population);
	for (i = 0; i < head->n_categories; i++)
	{
		MOVE(draft->categories[i].key);
		MOVE(draft->categories[i].label);
	}
	for (i = 0; i < head->n_inputs; i++)
	{
		MOVE(input[i].name);
		MOVE(input[i].label);
	}
	for (i = 0; i < head->n_bands; i++)
		MOVE(draft->bands[i].label);
}

/*
 * move_more_texts --- those of format 2.
 */
static void
move_more_texts(Draft *draft, uint32_t pool)
{
	RiskMore        *more = &draft->more;
	RiskSource      *source = (RiskSource *) draft->sources.data;
	RiskTerm        *term = (RiskTerm *) draft->terms.data;
	RiskInteraction *interaction = (RiskInteraction *) draft->interactions.data;
	RiskCount       *count = (RiskCount *) draft->counts.data;
	RiskStep        *step = (RiskStep *) draft->steps.data;
	uint32_t        *mention = (uint32_t *) draft->mentions.data;
	uint32_t         i;

	MOVE(more->coding_system);
	MOVE(more->parent);
	for (i = 0; i < more->n_sources; i++)
		MOVE(source[i].name);
	for (i = 0; i < more->n_terms + more->n_probability_terms; i++)
	{
		MOVE(term[i].name);
		MOVE(term[i].label);
	}
	for (i = 0; i < more->n_interactions + more->n_probability_interactions; i++)
	{
		MOVE(interaction[i].name);
		MOVE(interaction[i].label);
	}
	for (i = 0; i < more->n_counts; i++)
	{
		MOVE(count[i].name);
		MOVE(count[i].label);
	}
	for (i = 0; i < more->n_steps; i++)
		MOVE(step[i].text);
	for (i = 0; i < more->n_mentions; i++)
		MOVE(mention[i]);
	for (i = 0; i < more->n_conditions; i++)
		MOVE(draft->conditions[i].key);
}

#undef MOVE

/*
 * write_sets --- the sets of categories as lists, and the index by first character.
 */
static void
write_sets(const Draft *draft, char *block)
{
	const RiskModel *head = &draft->head;
	uint32_t        *start = (uint32_t *) (block + head->set_start);
	uint16_t        *category = (uint16_t *) (block + head->set_category);
	uint32_t        *letters = (uint32_t *) (block + head->letters);
	uint32_t         n = 0;
	uint32_t         i;
	uint32_t         c;

	for (i = 0; i < head->n_sets; i++)
	{
		start[i] = n;
		for (c = 0; c < head->n_categories; c++)
		{
			if (risk_has(draft->sets[i], c))
				category[n++] = (uint16_t) c;
		}
	}
	start[i] = n;
	for (i = 0, c = 0; c <= 128; c++)
	{
		while (i < head->n_ranges && (draft->range_start[i] >> 56) < c)
			i++;
		letters[c] = i;
	}
}

/*
 * put --- copy a section into the block; an empty one has no memory to copy from.
 */
static void
put(char *block, uint32_t offset, const void *data, size_t size)
{
	if (size > 0)
		memcpy(block + offset, data, size);
}

/*
 * write_more --- the sections of format 2.
 */
static void
write_more(const Draft *draft, char *block)
{
	const RiskMore *more = &draft->more;

	put(block, sizeof(RiskModel), more, sizeof(RiskMore));
	put(block, more->sources, draft->sources.data, draft->sources.length);
	put(block, more->terms, draft->terms.data, draft->terms.length);
	put(block, more->interactions, draft->interactions.data, draft->interactions.length);
	put(block, more->counts, draft->counts.data, draft->counts.length);
	put(block, more->category_steps, draft->category_steps.data, draft->category_steps.length);
	put(block, more->limits, draft->limits.data, draft->limits.length);
	put(block, more->steps, draft->steps.data, draft->steps.length);
	put(block, more->numbers, draft->numbers.data, draft->numbers.length);
	put(block, more->masks, draft->masks.data, draft->masks.length);
	put(block, more->details, draft->details, draft->head.n_categories * sizeof(RiskDetail));
	put(block, more->edited, draft->edited.data, draft->edited.length);
	put(block, more->conditions, draft->conditions, more->n_conditions * sizeof(RiskCondition));
	put(block, more->mentions, draft->mentions.data, draft->mentions.length);
	put(block, more->factors, draft->factors.data, draft->factors.length);
}

/*
 * write_block --- copy all sections into one block of memory.
 */
RiskModel *
write_block(Draft *draft)
{
	RiskModel *head = &draft->head;
	uint32_t   pool;
	char      *block;

	lay_out(draft);
	pool = reserve(head, draft->pool_used);
	move_texts(draft, pool);
	if (draft->extended)
		move_more_texts(draft, pool);
	block = draft_memory(draft, head->size);
	memset(block, 0, head->size);
	put(block, 0, head, sizeof(RiskModel));
	put(block, head->categories, draft->categories, head->n_categories * sizeof(RiskCategory));
	put(block, head->removals, draft->removals, head->n_removals * sizeof(RiskRemoval));
	put(block, head->inputs, draft->inputs, head->n_inputs * sizeof(RiskInput));
	put(block, head->bands, draft->bands, head->n_bands * sizeof(RiskBand));
	put(block, head->prefixes, draft->prefixes, head->n_prefixes * sizeof(uint64_t));
	put(block, head->range_start, draft->range_start, head->n_ranges * sizeof(uint64_t));
	put(block, head->range_set, draft->range_set, head->n_ranges * sizeof(uint32_t));
	put(block, pool, draft->pool, draft->pool_used);
	write_sets(draft, block);
	if (draft->extended)
		write_more(draft, block);
	return (RiskModel *) block;
}

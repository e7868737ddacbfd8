/*-------------------------------------------------------------------------
 *
 * risk_draft_core.h
 *	  A risk model while it is read: what has been taken so far, and the
 *	  readers of single members that all parts share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_DRAFT_CORE_H
#define RISK_DRAFT_CORE_H

#include "risk/risk_core.h"

/* What is being built; texts are offsets into pool plus one until the block is laid out. */
typedef struct Draft
{
	JsonMemory   *memory;
	JsonError    *error;
	RiskModel     head;
	RiskMore      more;
	bool          extended;    /* something needs format 2 */
	bool          numbers_add; /* something but points adds to the score */
	bool          probability; /* reading the first of two parts */
	RiskCategory *categories;
	RiskDetail   *details;
	RiskRemoval  *removals;
	RiskInput    *inputs; /* of format 1 */
	RiskBand     *bands;
	uint64_t     *prefixes;
	char         *pool;
	uint32_t      pool_used;
	uint64_t     *range_start;
	uint32_t     *range_set;
	uint64_t (*sets)[RISK_MAX_WORDS];
	uint32_t *slots; /* hash table of set numbers plus one */
	uint32_t  n_slots;
	uint32_t  set_entries;

	/* sections that grow; their numbers of entries stand in more */
	JsonBuffer     sources;
	JsonBuffer     terms;
	JsonBuffer     interactions;
	JsonBuffer     counts;
	JsonBuffer     category_steps;
	JsonBuffer     limits;
	JsonBuffer     steps;
	JsonBuffer     numbers;
	JsonBuffer     masks;
	JsonBuffer     edited;
	JsonBuffer     mentions;
	JsonBuffer     factors;
	RiskCondition *conditions;
} Draft;

extern void  draft_start(Draft *draft, JsonMemory *memory, JsonError *error);
extern void *draft_memory(Draft *draft, size_t size);
extern bool  draft_fault(Draft *draft, const RiskPath *path, const char *what);
extern bool  draft_fault_at(Draft *draft, const RiskPath *path, const char *key, const char *what);
extern bool  draft_limit(Draft *draft, const RiskPath *path, const char *what, int most);
extern const char *draft_text(const Draft *draft, uint32_t reference);
extern uint32_t    draft_find_category(const Draft *draft, const char *key);

extern bool take_members(Draft *draft, const RiskPath *path, const RiskJson *object,
						 const char *const *keys, const RiskJson **values);
extern bool take_text(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
					  bool required, int most, uint32_t *result);
extern bool take_double(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
						bool required, double *result);
extern bool take_scaled(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
						int32_t scale, int64_t *result);
extern bool take_word(Draft *draft, const RiskPath *path, const char *key, const RiskJson *value,
					  const char *const *words, const char *expected, uint32_t *result);
extern bool take_list(Draft *draft, const RiskPath *path, const RiskJson *value, const char *what,
					  int most, uint32_t *count);
extern bool take_average(Draft *draft, const RiskPath *path, const RiskJson *value, uint32_t *has,
						 double *average);
extern bool take_reference(Draft *draft, const RiskPath *path, const char *key,
						   const RiskJson *value, uint32_t *result);
extern bool take_mask(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *mask);
extern bool take_source(Draft *draft, const RiskPath *here, const RiskJson *value, uint32_t use,
						uint32_t *result);
extern bool take_limits(Draft *draft, const RiskPath *path, const RiskJson *list, uint32_t *first,
						uint32_t *count);

#endif /* RISK_DRAFT_CORE_H */

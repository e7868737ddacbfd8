/*-------------------------------------------------------------------------
 *
 * risk_core.h
 *	  Risk models as flat arrays: layout, searching, scoring.
 *
 * Plain C without PostgreSQL headers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RISK_CORE_H
#define RISK_CORE_H

#include "risk/risk_json_core.h"

#define RISK_FORMAT 1
#define RISK_MAX_CATEGORIES 1024
#define RISK_MAX_WORDS (RISK_MAX_CATEGORIES / 64)
#define RISK_MAX_PREFIXES 100000
#define RISK_MAX_REMOVALS 10000
#define RISK_MAX_INPUTS 1000
#define RISK_MAX_BANDS 64
#define RISK_MAX_PREFIX_LENGTH 8
#define RISK_MAX_STRING 1000
#define RISK_MAX_KEY 63
#define RISK_MAX_POINTS 1000000000

/*
 * A model is one block of memory that is read in place, in memory as on disk.
 * All offsets count from its first byte; an offset of 0 means that the model
 * has no such string.  Strings end with a NUL.
 *
 * A code is eight bytes, its characters in ASCII from the most significant
 * byte on, unused bytes zero: so the codes that begin with a prefix are one
 * range of integers, and the code space falls into ranges in each of which
 * every code hits the same set of categories.  A search is one binary search
 * over range_start; overlapping prefixes and codes that hit several categories
 * need nothing more.
 *
 * A later format may append fields to the header and sections to the block;
 * it must then raise the format number and keep reading this one.
 */
typedef struct RiskModel
{
	int32_t  vl_len_; /* the server's length word */
	uint32_t format;
	uint64_t fingerprint[2]; /* of the canonical JSON */
	uint32_t header_size;
	uint32_t size; /* of the whole block */
	double   intercept;
	uint32_t link; /* RiskLink */
	int32_t  points_scale;
	int32_t  lookback_days; /* 0: no limit */
	uint32_t points_only;   /* no inputs, no intercept, identity link: a score is scaled points */

	/* number of ... and offset to ... */
	uint32_t n_categories;
	uint32_t categories; /* RiskCategory, in the model's order: bit i of the flags */
	uint32_t n_removals;
	uint32_t removals; /* RiskRemoval */
	uint32_t n_inputs;
	uint32_t inputs; /* RiskInput */
	uint32_t n_bands;
	uint32_t bands; /* RiskBand, ascending */
	uint32_t n_prefixes;
	uint32_t prefixes; /* uint64, grouped by category, ascending within it: for printing */
	uint32_t n_ranges;
	uint32_t range_start; /* uint64, ascending, the first is 0 */
	uint32_t range_set;   /* uint32: number of the set of categories */
	uint32_t n_sets;
	uint32_t set_start;    /* uint32, n_sets + 1 of them, into set_category; set 0 is empty */
	uint32_t set_category; /* uint16 */
	uint32_t letters;      /* uint32, 129 of them: first range that starts with byte b or above */
	uint32_t name;
	uint32_t version;
	uint32_t title;
	uint32_t source;
	uint32_t licence;
	uint32_t population;
} RiskModel;

typedef enum RiskLink
{
	RISK_IDENTITY,
	RISK_LOGIT,
	RISK_LOG
} RiskLink;

typedef struct RiskCategory
{
	int32_t  points; /* scaled by points_scale */
	uint32_t key;
	uint32_t label;
	uint32_t first_prefix;
} RiskCategory;

/* category scores nothing where removed_by is present */
typedef struct RiskRemoval
{
	uint16_t category;
	uint16_t removed_by;
} RiskRemoval;

typedef struct RiskInput
{
	double   coefficient;
	double   missing; /* value taken for an unknown input, if has_missing */
	uint32_t name;
	uint32_t label;
	uint32_t has_missing;
	uint32_t unused;
} RiskInput;

typedef enum RiskBound
{
	RISK_NO_BOUND, /* the lowest band may have none */
	RISK_FROM,     /* this score and above */
	RISK_ABOVE     /* above this score */
} RiskBound;

typedef struct RiskBand
{
	double   bound;
	int64_t  points; /* the same bound in scaled points, if the model is points_only */
	uint32_t label;
	uint32_t kind; /* RiskBound */
} RiskBand;

/* The section at an offset of the model. */
#define RISK_SECTION(model, type, offset) \
	((const type *) ((const char *) (model) + (model)->offset))
#define RISK_TEXT(model, offset) ((const char *) (model) + (offset))
#define RISK_WORDS(model) (((model)->n_categories + 63) / 64)

/*
 * risk_find_set --- number of the set of categories that a code hits; 0 is the empty one.
 */
static inline uint32_t
risk_find_set(const RiskModel *model, uint64_t code)
{
	const uint64_t *start = RISK_SECTION(model, uint64_t, range_start);
	const uint32_t *letter = RISK_SECTION(model, uint32_t, letters) + ((code >> 56) & 0x7F);
	uint32_t        low = letter[0];
	uint32_t        n = letter[1] - low;

	/* the last range at or below the code; the one before low holds what comes before them all */
	while (n > 1)
	{
		uint32_t half = n / 2;

		low = start[low + half] <= code ? low + half : low;
		n -= half;
	}
	if (n == 0 || start[low] > code)
		low--;
	return RISK_SECTION(model, uint32_t, range_set)[low];
}

/*
 * risk_add_set --- switch on the bits of a set of categories.
 */
static inline void
risk_add_set(const RiskModel *model, uint32_t set, uint64_t *words)
{
	const uint32_t *start = RISK_SECTION(model, uint32_t, set_start) + set;
	const uint16_t *category = RISK_SECTION(model, uint16_t, set_category);
	uint32_t        i;

	for (i = start[0]; i < start[1]; i++)
		words[category[i] / 64] |= UINT64_C(1) << (category[i] % 64);
}

static inline bool
risk_has(const uint64_t *words, uint32_t category)
{
	return (words[category / 64] >> (category % 64)) & 1;
}

extern void    risk_apply_hierarchy(const RiskModel *model, const uint64_t *words, uint64_t *kept);
extern int64_t risk_points(const RiskModel *model, const uint64_t *words);
extern double  risk_points_value(const RiskModel *model, int64_t points);
extern bool    risk_apply_link(const RiskModel *model, double linear, double *result);
extern bool    risk_predict_inputs(const RiskModel *model, const double *inputs, double *result);
extern int     risk_band_index(const RiskModel *model, double score);
extern bool    risk_prefix_pack(const char *text, size_t length, uint64_t *packed);
extern int     risk_prefix_unpack(uint64_t packed, char *text);
extern bool risk_scaled_integer(const char *number, int32_t scale, int64_t limit, int64_t *result,
								bool *in_range);
extern uint64_t risk_hash_words(const uint64_t *words, int n, uint64_t seed);
extern void     risk_fingerprint(const void *data, size_t length, uint64_t *result);

#endif /* RISK_CORE_H */

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

#define RISK_FORMAT_PLAIN 1 /* categories with points, linear inputs: as of version 0.1 */
#define RISK_FORMAT_WHOLE 2 /* the same and a RiskMore behind the header */
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
#define RISK_MAX_CONDITIONS 10000 /* mentions of condition keys */
#define RISK_MAX_LIMITS 10000
#define RISK_MAX_STEPS 1000 /* of one term */
#define RISK_MAX_KNOTS 64
#define RISK_MAX_CLAUSES 16 /* of one interaction */
#define RISK_MAX_INTERACTIONS 1000
#define RISK_MAX_COUNTS 64
#define RISK_MAX_TIMES 8
#define RISK_MAX_DIVISOR 1000000
#define RISK_MAX_BOUND INT64_C(1000000000000000) /* of a band, in points */

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
 * A model that needs no more than this is written as format 1, as it has been
 * since version 0.1.  Format 2 keeps it as it is and has a RiskMore right
 * behind it; its numeric inputs are all terms there.  A later format may
 * append likewise; it must then raise the format number and keep reading these.
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
	uint32_t points_only;   /* a score is scaled points: an integer until it is divided */

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

/* What format 2 adds; every offset counts from the first byte of the model. */
typedef struct RiskMore
{
	double   calibration_intercept;
	double   calibration_slope;
	double   probability_intercept;
	int64_t  points_min; /* INT64_MIN: none */
	int64_t  points_max; /* INT64_MAX: none */
	uint32_t points_divisor;
	uint32_t properties; /* RiskProperty */
	uint32_t coding_system;
	uint32_t parent;

	/* number of ... and offset to ... */
	uint32_t n_sources;
	uint32_t sources; /* RiskSource, in the order in which arrays of inputs give them */
	uint32_t n_terms; /* of the score; those of the probability follow them */
	uint32_t n_probability_terms;
	uint32_t terms; /* RiskTerm */
	uint32_t n_interactions;
	uint32_t n_probability_interactions;
	uint32_t interactions; /* RiskInteraction, likewise */
	uint32_t n_counts;
	uint32_t counts; /* RiskCount */
	uint32_t n_category_steps;
	uint32_t category_steps; /* RiskStep */
	uint32_t n_valid_for;    /* the first of the limits */
	uint32_t n_limits;
	uint32_t limits; /* RiskLimit */
	uint32_t n_steps;
	uint32_t steps; /* RiskStep, of all terms and counts */
	uint32_t n_numbers;
	uint32_t numbers; /* double, knots and coefficients of splines */
	uint32_t n_masks;
	uint32_t masks;   /* RISK_WORDS words each */
	uint32_t details; /* RiskDetail, one for each category */
	uint32_t n_edited;
	uint32_t edited; /* uint16: categories that do not just count where they are found */
	uint32_t n_conditions;
	uint32_t conditions; /* RiskCondition, by the bytes of their keys */
	uint32_t n_mentions;
	uint32_t mentions; /* uint32 into conditions, grouped by category: for printing */
	uint32_t n_factors;
	uint32_t factors; /* uint32: sources that an interaction multiplies */
} RiskMore;

typedef enum RiskProperty
{
	RISK_OF_SPELLS = 1,
	RISK_WITHOUT_INDEX = 2,
	RISK_TWO_PARTS = 4,
	RISK_TERMS_HAVE_POINTS = 8, /* bins, levels, interactions or counts give points */
	RISK_IS_LINEAR = 16         /* nothing but an intercept and a coefficient for each input */
} RiskProperty;

/* An input by its name, as it is given. */
typedef struct RiskSource
{
	uint32_t name;
	uint32_t uses;  /* RiskUse */
	uint32_t stand; /* number plus one of the term whose value for missing interactions take */
	uint32_t unused;
} RiskSource;

typedef enum RiskUse
{
	RISK_AS_NUMBER = 1,
	RISK_AS_TEXT = 2
} RiskUse;

typedef enum RiskTermKind
{
	RISK_LINEAR,
	RISK_BINS,
	RISK_LEVELS,
	RISK_SPLINE,
	RISK_CUBIC_SPLINE
} RiskTermKind;

typedef enum RiskTransform
{
	RISK_AS_IS,
	RISK_LOG1P,
	RISK_LOGARITHM,
	RISK_SQRT,
	RISK_SQUARE,
	RISK_LOG_ODDS
} RiskTransform;

/* What a term, category, interaction or count has; has[] bits. */
typedef enum RiskHas
{
	RISK_HAS_MISSING = 1,
	RISK_HAS_MISSING_COEFFICIENT = 2,
	RISK_HAS_MIN = 4,
	RISK_HAS_MAX = 8,
	RISK_HAS_AVERAGE = 16,
	RISK_HAS_POINTS = 32,
	RISK_HAS_OF = 64
} RiskHas;

/* One term over one input. */
typedef struct RiskTerm
{
	double   coefficient;
	double   missing;
	double   missing_coefficient;
	double   min;
	double   max;
	double   average;
	uint32_t name;
	uint32_t label;
	uint32_t source;
	uint32_t has;           /* RiskHas */
	uint32_t kind;          /* RiskTermKind */
	uint32_t transform;     /* RiskTransform */
	uint32_t first;         /* its steps, or the knots and then the coefficients among numbers */
	uint32_t n;             /* steps or knots */
	uint32_t missing_level; /* number of the step plus one */
	uint32_t other_level;
} RiskTerm;

/* One bin or level: what the term adds there. */
typedef struct RiskStep
{
	double   bound;
	double   coefficient;
	int64_t  points;
	int64_t  points_bound; /* where the bound is one of points */
	uint32_t text;         /* label of a bin, value of a level */
	uint32_t kind;         /* RiskBound */
	uint32_t has;          /* RISK_HAS_POINTS */
	uint32_t unused;
} RiskStep;

typedef enum RiskLimitKind
{
	RISK_OPEN,
	RISK_INCLUDES,
	RISK_EXCLUDES,
	RISK_IS
} RiskLimitKind;

/* A range that an input must lie in. */
typedef struct RiskLimit
{
	double   lower;
	double   upper;
	uint32_t source;
	uint16_t lower_kind; /* RiskLimitKind */
	uint16_t upper_kind;
} RiskLimit;

typedef struct RiskDetail
{
	double   average;
	uint32_t has; /* RISK_HAS_AVERAGE */
	uint32_t first_limit;
	uint32_t n_limits;
	uint32_t becomes; /* number of a category plus one */
	uint32_t otherwise;
	uint32_t needs; /* number of a mask plus one */
	uint32_t first_mention;
	uint32_t n_mentions;
} RiskDetail;

/* A condition key and the set of categories it hits. */
typedef struct RiskCondition
{
	uint32_t key;
	uint32_t set;
} RiskCondition;

typedef struct RiskInteraction
{
	double   coefficient;
	double   average;
	int64_t  points;
	uint32_t name;
	uint32_t label;
	uint32_t has;
	uint32_t first_mask;
	uint32_t n_masks;
	uint32_t first_limit;
	uint32_t n_limits;
	uint32_t first_factor;
	uint32_t n_factors;
	uint32_t unused;
} RiskInteraction;

typedef struct RiskCount
{
	double   average;
	uint32_t name;
	uint32_t label;
	uint32_t has;
	uint32_t mask;
	uint32_t first; /* its steps */
	uint32_t n;
} RiskCount;

/* What format 2 adds to a model; NULL for a plain one. */
static inline const RiskMore *
risk_more(const RiskModel *model)
{
	return model->format == RISK_FORMAT_PLAIN
			   ? NULL
			   : (const RiskMore *) ((const char *) model + sizeof(RiskModel));
}

/* The section at an offset of the model. */
#define RISK_SECTION(model, type, offset) \
	((const type *) ((const char *) (model) + (model)->offset))
#define RISK_MORE(model, type, offset) \
	((const type *) ((const char *) (model) + risk_more(model)->offset))
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

extern void     risk_apply_hierarchy(const RiskModel *model, const uint64_t *words, uint64_t *kept);
extern int64_t  risk_points(const RiskModel *model, const uint64_t *words);
extern uint32_t risk_find_condition(const RiskModel *model, const char *key, size_t length);
extern bool     risk_tidy_code(const char *text, size_t length, uint64_t *packed);
extern double   risk_unit(const RiskModel *model);
extern double   risk_points_value(const RiskModel *model, int64_t points);
extern bool     risk_apply_link(const RiskModel *model, double linear, double *result);
extern bool     risk_predict_inputs(const RiskModel *model, const double *inputs, double *result);
extern int      risk_band_index(const RiskModel *model, double score);
extern bool     risk_prefix_pack(const char *text, size_t length, uint64_t *packed);
extern int      risk_prefix_unpack(uint64_t packed, char *text);
extern bool risk_scaled_integer(const char *number, int32_t scale, int64_t limit, int64_t *result,
								bool *in_range);
extern void risk_format_double(double value, char *text);
extern bool risk_points_bound(double bound, int64_t unit, bool from, int64_t *points);
extern uint64_t risk_hash_words(const uint64_t *words, int n, uint64_t seed);
extern void     risk_fingerprint(const void *data, size_t length, uint64_t *result);

#endif /* RISK_CORE_H */

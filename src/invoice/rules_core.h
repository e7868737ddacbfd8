/*-------------------------------------------------------------------------
 *
 * rules_core.h
 *	  Rules over invoice lines: conditions, their effect on the money.
 *
 * A rule applies to a line, or not; it fails, or not; and when a field it
 * needs is not known it says so.  Rules are data: a set of them is one flat
 * value, compiled from JSON and evaluated without interpreting text.
 *
 * Layout (version 1): this header, then without gaps
 *	  Rule rules[], in order of priority; RuleNode nodes[]; RuleOperand
 *	  operands[]; uint32 fields[] and uint32 evidence[];
 *	  a pool of texts, each with its NUL, the last one the JSON as it was read.
 * A text is named by its offset from the start of the value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RULES_CORE_H
#define RULES_CORE_H

#include "invoice/decimal_core.h"
#include "json/json_core.h"

#define RULES_VERSION 1
#define RULES_SCALE 6   /* decimals of numbers in a rule */
#define RULES_MOST 2000 /* rules in a set */
#define RULES_MAX_BYTES (16 * 1024 * 1024)

/* The fields every line must have stand first in fields[]. */
typedef enum RulesMoneyField
{
	RULES_UNITS,
	RULES_PRICE,
	RULES_FACTOR,
	RULES_TOTAL,
	RULES_ROUNDING,
	RULES_MONEY_FIELDS
} RulesMoneyField;

#define RULES_COMPONENTS 4 /* units, unit_price, factor, total: what an effect can set */
#define RULES_NO_FIELD UINT32_MAX

typedef struct RuleSet
{
	int32_t  vl_len_; /* the server's, never touched here */
	uint32_t version;
	uint64_t fingerprint[2]; /* of the JSON */
	uint32_t size;           /* of the whole value */
	uint32_t rules;
	uint32_t nodes;
	uint32_t operands;
	uint32_t fields;
	uint32_t evidence;
	uint32_t json; /* text */
	uint32_t json_length;
} RuleSet;

typedef enum RuleEffect
{
	RULE_VOID,
	RULE_HOLD,
	RULE_SET,
	RULE_RECOMPUTE,
	RULE_NOTE /* found, worth nothing */
} RuleEffect;

typedef struct Rule
{
	uint32_t code; /* texts */
	uint32_t rule_version;
	uint32_t name;
	uint32_t level;
	uint32_t source;
	int32_t  priority;
	uint32_t order;   /* in the JSON */
	uint32_t applies; /* nodes */
	uint32_t fails;
	uint32_t effect;                /* RuleEffect */
	uint32_t set[RULES_COMPONENTS]; /* fields, or RULES_NO_FIELD */
	uint32_t first_evidence;
	uint32_t evidence;
} Rule;

typedef enum RuleNodeKind
{
	RULE_ALL,
	RULE_ANY,
	RULE_NOT,
	RULE_ATOM
} RuleNodeKind;

typedef enum RuleOperator
{
	RULE_EQ,
	RULE_NE,
	RULE_LT,
	RULE_LE,
	RULE_GT,
	RULE_GE,
	RULE_IN,
	RULE_NOT_IN,
	RULE_STARTS_WITH,
	RULE_IS_NULL,
	RULE_NOT_NULL,
	RULE_IS_TRUE,
	RULE_IS_FALSE,
	RULE_CONTAINS,        /* the list holds one of the operands */
	RULE_CONTAINS_PREFIX, /* an element of the list starts with one of them */
	RULE_OPERATORS
} RuleOperator;

/* Nodes stand before their children; end is the first node that is no descendant. */
typedef struct RuleNode
{
	uint8_t  kind;          /* RuleNodeKind */
	uint8_t  op;            /* RuleOperator */
	uint8_t  against_field; /* the operand is another field */
	uint8_t  unused;
	uint32_t end;
	uint32_t field;
	uint32_t first; /* operand, or the other field */
	uint32_t count;
	uint32_t unused2;
	int64_t  plus; /* added to the other field: days, or millionths */
} RuleNode;

typedef enum RuleClass
{
	RULES_MISSING, /* the line has no such field */
	RULES_OTHER,   /* of a type that conditions cannot use */
	RULES_TEXT,
	RULES_NUMBER,
	RULES_DATE,
	RULES_BOOL,
	RULES_LIST /* texts, each followed by a NUL; conditions contains, contains_prefix, null or not
				*/
} RuleClass;

typedef struct RuleOperand
{
	int64_t  number; /* in millionths */
	uint32_t text;
	uint32_t length;
	int32_t  date;
	uint8_t class;    /* RULES_TEXT, RULES_NUMBER or RULES_BOOL (number is 0 or 1) */
	uint8_t  is_date; /* the text is a date */
	uint16_t unused;
} RuleOperand;

extern bool rules_compile(const char *json, size_t length, bool utf8, JsonBuffer *out,
						  JsonError *error);
extern bool rules_bind(const RuleSet *rules, const uint8_t *classes, const char *const *types,
					   JsonError *error);

/* The parts of the value. */
static inline const Rule *
rules_rules(const RuleSet *rules)
{
	return (const Rule *) (rules + 1);
}

static inline const RuleNode *
rules_nodes(const RuleSet *rules)
{
	return (const RuleNode *) (rules_rules(rules) + rules->rules);
}

static inline const RuleOperand *
rules_operands(const RuleSet *rules)
{
	return (const RuleOperand *) (rules_nodes(rules) + rules->nodes);
}

static inline const uint32_t *
rules_fields(const RuleSet *rules)
{
	return (const uint32_t *) (rules_operands(rules) + rules->operands);
}

static inline const uint32_t *
rules_evidence(const RuleSet *rules)
{
	return rules_fields(rules) + rules->fields;
}

static inline const char *
rules_text(const RuleSet *rules, uint32_t text)
{
	return (const char *) rules + text;
}

/* One field of the line at hand. */
typedef enum RuleState
{
	RULE_NULL,
	RULE_KNOWN,
	RULE_ODD /* not NULL, but no number that can be calculated with */
} RuleState;

typedef struct RuleValue
{
	uint8_t     state; /* RuleState */
	bool        boolean;
	int32_t     date;
	const char *text;
	size_t      length;
	InvDecimal  number;
} RuleValue;

typedef const RuleValue *(*RulesGet)(void *line, uint32_t field);

typedef enum RuleOutcome
{
	RULE_FAIL,
	RULE_HELD,
	RULE_NOT_ASSESSED
} RuleOutcome;

typedef struct RuleFinding
{
	uint32_t   rule;
	uint8_t    outcome; /* RuleOutcome */
	uint32_t   field;   /* that was not known; RULES_NO_FIELD: the amounts do not fit */
	InvDecimal identified;
	InvDecimal net;
	InvDecimal expected; /* of the line after this finding */
	bool       priced;   /* expected is known: always, but for a note on a line without a total */
} RuleFinding;

/*
 * Guards: conditions that stand under "applies" of several rules.  Each is
 * evaluated once for a line; where it is false its rules are passed over.
 */
#define RULES_GUARDS 64

typedef struct RulesPlan
{
	uint32_t  words;  /* of a set of rules, 64 rules a word */
	uint32_t  guards; /* those in use */
	uint32_t  nodes[RULES_GUARDS];
	uint64_t *out;  /* by guard: the rules that it lets through when it is false */
	uint64_t *left; /* the rules that are left for the line at hand */
} RulesPlan;

extern size_t rules_plan_size(const RuleSet *rules);
extern void   rules_plan(const RuleSet *rules, void *memory, RulesPlan *plan);

extern uint32_t rules_run(const RuleSet *rules, const uint8_t *classes, RulesGet get, void *line,
						  const RulesPlan *plan, RuleFinding *findings);

#endif /* RULES_CORE_H */

/*-------------------------------------------------------------------------
 *
 * rules_compile_core.c
 *	  Reading a set of rules from JSON into its flat value.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/rules_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invoice/tariff_core.h"

static const char *const money_fields[] = {"units", "unit_price", "factor", "total", "rounding"};
static const char *const operators[] = {
	"=",          "<>",      "<",        "<=",          ">",
	">=",         "in",      "not_in",   "starts_with", "is_null",
	"not_null",   "is_true", "is_false", "contains",    "contains_prefix",
	"is_not_null"};

/* What rules_compile has read so far; texts are named by their offset in pool until the parts are
 * joined. */
typedef struct Reading
{
	JsonReader json;
	JsonBuffer rules;
	JsonBuffer nodes;
	JsonBuffer operands;
	JsonBuffer fields;
	JsonBuffer evidence;
	JsonBuffer pool;
} Reading;

#define PARTS 6

/*
 * parts --- the growing parts of a reading, in the order of the layout.
 */
static void
parts(Reading *r, JsonBuffer *list[PARTS])
{
	list[0] = &r->rules;
	list[1] = &r->nodes;
	list[2] = &r->operands;
	list[3] = &r->fields;
	list[4] = &r->evidence;
	list[5] = &r->pool;
}

/*
 * bad --- the current place is not what was expected.
 */
static bool
bad(Reading *r, const char *expected)
{
	return json_fail(&r->json, JSON_BAD_TEXT, "expected %s", expected);
}

/*
 * read_text --- a string of 1 to most bytes into the pool.
 */
static bool
read_text(Reading *r, size_t most, uint32_t *text)
{
	size_t length;

	*text = r->pool.length;
	return json_short_string(&r->json, &r->pool, most, &length);
}

/*
 * field_index --- the number of a field, entered when it is new.
 *
 * name is a text at the end of the pool, given back when it is known already.
 */
static uint32_t
field_index(Reading *r, uint32_t name)
{
	const uint32_t *fields = (const uint32_t *) r->fields.data;
	uint32_t        count = r->fields.length / sizeof(uint32_t);
	uint32_t        i;

	for (i = 0; i < count; i++)
	{
		if (strcmp(r->pool.data + fields[i], r->pool.data + name) != 0)
			continue;
		r->pool.length = name;
		return i;
	}
	json_buffer_add(&r->fields, &name, sizeof(name));
	return count;
}

/*
 * read_field --- the name of a field.
 */
static bool
read_field(Reading *r, uint32_t *field)
{
	uint32_t name;

	if (!read_text(r, 63, &name))
		return false;
	*field = field_index(r, name);
	return true;
}

/*
 * word_index --- which of the words the text is; -1 for none.
 */
static int
word_index(const char *text, const char *const *words, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

/*
 * read_millionths --- a number with at most six decimals.
 */
static bool
read_millionths(Reading *r, int64_t *number)
{
	InvDecimal value;

	if (!inv_json_number(&r->json, &value))
		return false;
	if (!inv_to_int64(value, RULES_SCALE, number))
		return json_fail(&r->json, JSON_OUT_OF_RANGE,
						 "expected a number with at most %d decimals and 12 digits before them",
						 RULES_SCALE);
	return true;
}

/*
 * read_literal --- a string, number or boolean as operand.
 */
static bool
read_literal(Reading *r)
{
	RuleOperand operand;
	char        c = json_peek(&r->json);
	size_t      length;
	bool        truth;

	memset(&operand, 0, sizeof(operand));
	if (c == '"')
	{
		operand.class = RULES_TEXT;
		operand.text = r->pool.length;
		if (!json_string(&r->json, &r->pool, &length))
			return false;
		operand.length = length;
		operand.is_date = inv_date_from_text(r->pool.data + operand.text, length, &operand.date);
	}
	else if (c == 't' || c == 'f')
	{
		operand.class = RULES_BOOL;
		if (!json_bool(&r->json, &truth))
			return false;
		operand.number = truth;
	}
	else if (c == '-' || (c >= '0' && c <= '9'))
	{
		operand.class = RULES_NUMBER;
		if (!read_millionths(r, &operand.number))
			return false;
	}
	else
		return bad(r, "a string, a number, true or false");
	json_buffer_add(&r->operands, &operand, sizeof(operand));
	return true;
}

/*
 * read_list --- one or more literals of one kind.
 */
static bool
read_list(Reading *r, RuleNode *node)
{
	const RuleOperand *operands;

	if (!json_enter(&r->json, '['))
		return false;
	while (json_next(&r->json))
	{
		if (!read_literal(r))
			return false;
		node->count++;
		operands = (const RuleOperand *) r->operands.data + node->first;
		if (operands[0].class != operands[node->count - 1].class)
			return bad(r, "a list of one kind");
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	return node->count > 0 || bad(r, "a list with at least one value");
}

/*
 * read_field_operand --- {"field": "other"}
 */
static bool
read_field_operand(Reading *r, RuleNode *node)
{
	bool found = false;

	node->against_field = 1;
	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		if (found || !json_key_is(&r->json, "field"))
			return bad(r, "the one key \"field\"");
		found = true;
		if (!read_field(r, &node->first))
			return false;
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	return found || bad(r, "{\"field\": name}");
}

/*
 * read_plus --- {"plus": N}
 */
static bool
read_plus(Reading *r, RuleNode *node)
{
	bool found = false;

	if (!node->against_field)
		return bad(r, "no fourth element, for the third is no field");
	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		if (found || !json_key_is(&r->json, "plus"))
			return bad(r, "the one key \"plus\"");
		found = true;
		if (!read_millionths(r, &node->plus))
			return false;
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	return found || bad(r, "{\"plus\": number}");
}

/*
 * has_operand --- does the operator compare with something?
 */
static bool
has_operand(int op)
{
	return op < RULE_IS_NULL || op > RULE_IS_FALSE;
}

/*
 * read_texts --- one text, or a list of them.
 */
static bool
read_texts(Reading *r, RuleNode *node)
{
	if (json_peek(&r->json) == '[')
	{
		if (!read_list(r, node))
			return false;
	}
	else
	{
		node->count = 1;
		if (!read_literal(r))
			return false;
	}
	return ((const RuleOperand *) r->operands.data)[node->first].class == RULES_TEXT ||
		   bad(r, "texts");
}

/*
 * read_operand --- the third element of a condition.
 */
static bool
read_operand(Reading *r, RuleNode *node)
{
	bool list = node->op == RULE_IN || node->op == RULE_NOT_IN;
	char c = json_peek(&r->json);

	node->first = r->operands.length / sizeof(RuleOperand);
	if (c == '{' && node->op <= RULE_GE)
		return read_field_operand(r, node);
	if (list || (c == '[' && node->op == RULE_STARTS_WITH))
		return read_list(r, node);
	if (node->op >= RULE_CONTAINS)
		return read_texts(r, node);
	node->count = 1;
	return read_literal(r);
}

/*
 * read_atom --- [field, operator, operand, offset]
 */
static bool
read_atom(Reading *r)
{
	RuleNode node;
	uint32_t word;
	int      op;

	memset(&node, 0, sizeof(node));
	node.kind = RULE_ATOM;
	if (!json_enter(&r->json, '['))
		return false;
	if (!json_next(&r->json))
		return bad(r, "[field, operator, operand]");
	if (!read_field(r, &node.field))
		return false;
	if (!json_next(&r->json))
		return bad(r, "[field, operator, operand]");
	if (!read_text(r, 20, &word))
		return false;
	op = word_index(r->pool.data + word, operators, RULE_OPERATORS + 1);
	r->pool.length = word;
	/* two spellings of one operator */
	if (op == RULE_OPERATORS)
		op = RULE_NOT_NULL;
	if (op < 0)
		return bad(r,
				   "one of = <> < <= > >= in not_in starts_with contains contains_prefix is_null "
				   "not_null is_true is_false");
	node.op = op;
	if (has_operand(op))
	{
		if (!json_next(&r->json))
			return bad(r, "[field, operator, operand]");
		if (!read_operand(r, &node))
			return false;
	}
	if (json_next(&r->json))
	{
		if (!has_operand(op))
			return bad(r, "no operand");
		if (!read_plus(r, &node))
			return false;
		if (json_next(&r->json))
			return bad(r, "at most four elements");
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	node.end = r->nodes.length / sizeof(RuleNode) + 1;
	json_buffer_add(&r->nodes, &node, sizeof(node));
	return true;
}

static bool read_condition(Reading *r);

/*
 * begin_group --- a node whose children follow.
 */
static uint32_t
begin_group(Reading *r, RuleNodeKind kind)
{
	uint32_t group = r->nodes.length / sizeof(RuleNode);
	RuleNode node;

	memset(&node, 0, sizeof(node));
	node.kind = kind;
	json_buffer_add(&r->nodes, &node, sizeof(node));
	return group;
}

/*
 * end_group --- all children stand.
 */
static void
end_group(Reading *r, uint32_t group)
{
	((RuleNode *) r->nodes.data)[group].end = r->nodes.length / sizeof(RuleNode);
}

/*
 * read_conditions --- a list of conditions as the children of one node.
 */
static bool
read_conditions(Reading *r, RuleNodeKind kind, bool may_be_empty, uint32_t *group)
{
	bool empty = true;

	*group = begin_group(r, kind);
	if (!json_enter(&r->json, '['))
		return false;
	while (json_next(&r->json))
	{
		if (!read_condition(r))
			return false;
		empty = false;
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if (empty && !may_be_empty)
		return bad(r, "at least one condition");
	end_group(r, *group);
	return true;
}

/*
 * read_condition --- [field, ...], {"any": [...]}, {"all": [...]} or {"not": ...}
 */
static bool
read_condition(Reading *r)
{
	static const char *const names[] = {"all", "any", "not"};
	bool                     found = false;
	uint32_t                 group;

	if (json_peek(&r->json) == '[')
		return read_atom(r);
	if (json_peek(&r->json) != '{')
		return bad(
			r, "[field, operator, operand], {\"any\": [...]}, {\"all\": [...]} or {\"not\": ...}");
	json_enter(&r->json, '{');
	while (json_next(&r->json))
	{
		int key = json_key_index(&r->json, names, 3);

		if (found || key < 0)
			return bad(r, "one of the keys \"any\", \"all\" and \"not\"");
		found = true;
		if (key != RULE_NOT)
		{
			if (!read_conditions(r, key, false, &group))
				return false;
			continue;
		}
		group = begin_group(r, RULE_NOT);
		if (!read_condition(r))
			return false;
		end_group(r, group);
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	return found || bad(r, "one of the keys \"any\", \"all\" and \"not\"");
}

/*
 * read_effect --- {"kind": "void" | "hold" | "recompute" | "note"} or {"kind": "set", component:
 * field, ...}
 */
static bool
read_effect(Reading *r, Rule *rule)
{
	static const char *const names[] = {"units", "unit_price", "factor", "total", "kind"};
	static const char *const kinds[] = {"void", "hold", "set", "recompute", "note"};
	unsigned                 seen = 0;
	uint32_t                 word;
	int                      kind = -1;

	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int key = json_key_index(&r->json, names, 5);

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key < RULES_COMPONENTS)
		{
			if (!read_field(r, &rule->set[key]))
				return false;
			continue;
		}
		if (!read_text(r, 20, &word))
			return false;
		kind = word_index(r->pool.data + word, kinds, 5);
		r->pool.length = word;
		if (kind < 0)
			return bad(r, "void, hold, set, recompute or note");
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if (kind < 0)
		return bad(r, "the key \"kind\"");
	rule->effect = kind;
	seen &= (1u << RULES_COMPONENTS) - 1;
	if (kind != RULE_SET && seen != 0)
		return bad(r, "components for the kind \"set\" only");
	if (kind == RULE_SET && seen == 0)
		return bad(r, "a field for units, unit_price, factor or total");
	if (seen != 1u << RULES_TOTAL && (seen & 1u << RULES_TOTAL))
		return bad(r, "either a total or its components");
	return true;
}

/*
 * read_evidence --- names of the fields to be shown.
 */
static bool
read_evidence(Reading *r, Rule *rule)
{
	uint32_t field;

	rule->first_evidence = r->evidence.length / sizeof(uint32_t);
	if (!json_enter(&r->json, '['))
		return false;
	while (json_next(&r->json))
	{
		if (!read_field(r, &field))
			return false;
		json_buffer_add(&r->evidence, &field, sizeof(field));
		rule->evidence++;
	}
	return r->json.error->fault == JSON_OK;
}

/*
 * read_priority --- a whole number from 1 to 99.
 */
static bool
read_priority(Reading *r, Rule *rule)
{
	InvDecimal value;
	int64_t    whole;

	if (!inv_json_number(&r->json, &value))
		return false;
	if (!inv_to_int64(value, 0, &whole) || whole < 1 || whole > 99)
		return bad(r, "a whole number from 1 to 99");
	rule->priority = whole;
	return true;
}

/*
 * same_code --- is there a rule of this code already?
 */
static bool
same_code(const Reading *r, uint32_t code)
{
	const Rule *rules = (const Rule *) r->rules.data;
	uint32_t    count = r->rules.length / sizeof(Rule);
	uint32_t    i;

	for (i = 0; i < count; i++)
		if (strcmp(r->pool.data + rules[i].code, r->pool.data + code) == 0)
			return true;
	return false;
}

typedef enum RuleKey
{
	KEY_CODE,
	KEY_VERSION,
	KEY_NAME,
	KEY_LEVEL,
	KEY_PRIORITY,
	KEY_FAILS,
	KEY_EFFECT,
	KEY_APPLIES,
	KEY_EVIDENCE,
	KEY_SOURCE,
	KEYS
} RuleKey;

#define REQUIRED_KEYS ((1u << KEY_APPLIES) - 1)

/*
 * read_rule_member --- the value of one key of a rule.
 */
static bool
read_rule_member(Reading *r, Rule *rule, RuleKey key)
{
	static const char *const levels[] = {"line", "spell", "pair", "patient", "provider"};

	switch (key)
	{
		case KEY_CODE:
			if (!read_text(r, 40, &rule->code))
				return false;
			return !same_code(r, rule->code) ||
				   json_fail(&r->json, JSON_BAD_TEXT, "given to an earlier rule");
		case KEY_VERSION:
			return read_text(r, 40, &rule->rule_version);
		case KEY_NAME:
			return read_text(r, 200, &rule->name);
		case KEY_LEVEL:
			if (!read_text(r, 20, &rule->level))
				return false;
			return word_index(r->pool.data + rule->level, levels, 5) >= 0 ||
				   bad(r, "line, spell, pair, patient or provider");
		case KEY_PRIORITY:
			return read_priority(r, rule);
		case KEY_FAILS:
			return read_conditions(r, RULE_ALL, false, &rule->fails);
		case KEY_EFFECT:
			return read_effect(r, rule);
		case KEY_APPLIES:
			return read_conditions(r, RULE_ALL, true, &rule->applies);
		case KEY_EVIDENCE:
			return read_evidence(r, rule);
		default:
			return read_text(r, 2000, &rule->source);
	}
}

/*
 * read_rule --- one element of $.rules.
 */
static bool
read_rule(Reading *r)
{
	static const char *const names[] = {"code",  "version", "name",    "level",    "priority",
										"fails", "effect",  "applies", "evidence", "source"};
	Rule                     rule;
	unsigned                 seen = 0;
	int                      i;

	memset(&rule, 0, sizeof(rule));
	for (i = 0; i < RULES_COMPONENTS; i++)
		rule.set[i] = RULES_NO_FIELD;
	rule.order = r->rules.length / sizeof(Rule);
	if (rule.order == RULES_MOST)
		return json_fail(&r->json, JSON_TOO_LARGE, "a rule set holds at most %d rules", RULES_MOST);
	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int key = json_key_index(&r->json, names, KEYS);

		if (!json_once(&r->json, &seen, key) || !read_rule_member(r, &rule, key))
			return false;
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	for (i = 0; i < KEYS; i++)
		if (REQUIRED_KEYS & ~seen & 1u << i)
			return json_fail(&r->json, JSON_BAD_TEXT, "\"%s\" is missing", names[i]);
	if (!(seen & 1u << KEY_APPLIES))
		end_group(r, rule.applies = begin_group(r, RULE_ALL));
	if (!(seen & 1u << KEY_SOURCE))
	{
		rule.source = r->pool.length;
		json_buffer_add(&r->pool, "", 1);
	}
	json_buffer_add(&r->rules, &rule, sizeof(rule));
	return true;
}

/*
 * read_set --- the whole object.
 */
static bool
read_set(Reading *r)
{
	static const char *const names[] = {"name", "version", "rules"};
	unsigned                 seen = 0;
	uint32_t                 text;

	if (!json_enter(&r->json, '{'))
		return false;
	while (json_next(&r->json))
	{
		int key = json_key_index(&r->json, names, 3);

		if (!json_once(&r->json, &seen, key))
			return false;
		if (key < 2)
		{
			if (!read_text(r, 200, &text))
				return false;
			r->pool.length = text;
			continue;
		}
		if (!json_enter(&r->json, '['))
			return false;
		while (json_next(&r->json))
			if (!read_rule(r))
				return false;
	}
	if (r->json.error->fault != JSON_OK)
		return false;
	if (seen != 7u)
		return bad(r, "\"name\", \"version\" and \"rules\"");
	return json_end(&r->json);
}

/*
 * compare_rules --- by priority, then as given.
 */
static int
compare_rules(const void *a, const void *b)
{
	const Rule *left = a;
	const Rule *right = b;

	if (left->priority != right->priority)
		return left->priority < right->priority ? -1 : 1;
	return left->order < right->order ? -1 : 1;
}

/*
 * move_texts --- from offsets in the pool to offsets in the value.
 */
static void
move_texts(Reading *r, uint32_t by)
{
	Rule        *rules = (Rule *) r->rules.data;
	RuleOperand *operands = (RuleOperand *) r->operands.data;
	uint32_t    *fields = (uint32_t *) r->fields.data;
	size_t       i;

	for (i = 0; i < r->rules.length / sizeof(Rule); i++)
	{
		rules[i].code += by;
		rules[i].rule_version += by;
		rules[i].name += by;
		rules[i].level += by;
		rules[i].source += by;
	}
	for (i = 0; i < r->operands.length / sizeof(RuleOperand); i++)
		operands[i].text += by;
	for (i = 0; i < r->fields.length / sizeof(uint32_t); i++)
		fields[i] += by;
}

/*
 * assemble --- joins the parts into the flat value.
 */
static bool
assemble(Reading *r, const char *json, size_t length, JsonBuffer *out)
{
	RuleSet     head;
	JsonBuffer *list[PARTS];
	size_t      size = sizeof(head);
	int         i;

	parts(r, list);
	memset(&head, 0, sizeof(head));
	head.version = RULES_VERSION;
	head.rules = r->rules.length / sizeof(Rule);
	head.nodes = r->nodes.length / sizeof(RuleNode);
	head.operands = r->operands.length / sizeof(RuleOperand);
	head.fields = r->fields.length / sizeof(uint32_t);
	head.evidence = r->evidence.length / sizeof(uint32_t);
	for (i = 0; i < PARTS - 1; i++)
		size += list[i]->length;
	if (size + r->pool.length + length >= RULES_MAX_BYTES)
		return json_fail(&r->json, JSON_TOO_LARGE, "a rule set holds at most %d bytes",
						 RULES_MAX_BYTES);
	move_texts(r, size);
	if (head.rules > 0)
		qsort(r->rules.data, head.rules, sizeof(Rule), compare_rules);
	head.json = size + r->pool.length;
	head.json_length = length;
	head.size = head.json + length + 1;
	inv_fingerprint(json, length, head.fingerprint);
	json_buffer_add(out, &head, sizeof(head));
	for (i = 0; i < PARTS; i++)
		json_buffer_add(out, list[i]->data, list[i]->length);
	json_buffer_add(out, json, length);
	json_buffer_add(out, "", 1);
	return true;
}

/*
 * rules_compile --- reads the JSON form and appends the flat value to out,
 * which must be empty; false with error set when the text is no rule set.
 */
bool
rules_compile(const char *json, size_t length, bool utf8, JsonBuffer *out, JsonError *error)
{
	Reading     r;
	JsonBuffer *list[PARTS];
	bool        good;
	int         i;

	memset(&r, 0, sizeof(r));
	parts(&r, list);
	for (i = 0; i < PARTS; i++)
		list[i]->resize = out->resize;
	for (i = 0; i < RULES_MONEY_FIELDS; i++)
	{
		uint32_t name = r.pool.length;

		json_buffer_add(&r.pool, money_fields[i], strlen(money_fields[i]) + 1);
		json_buffer_add(&r.fields, &name, sizeof(name));
	}
	json_init(&r.json, json, length, utf8, error);
	good = read_set(&r) && assemble(&r, json, length, out);
	for (i = 0; i < PARTS; i++)
		out->resize(list[i]->data, 0);
	return good;
}

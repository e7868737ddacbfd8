/*-------------------------------------------------------------------------
 *
 * rules_core.c
 *	  Rules over invoice lines: reading, binding, evaluating.
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
static const char *const class_names[] = {"missing", "other",     "text",  "a number",
										  "a date",  "a boolean", "a list"};

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

/*
 * bind_fail --- a rule and a field that do not go together; always false.
 */
static bool
bind_fail(const RuleSet *rules, const Rule *rule, uint32_t field, JsonFault fault, const char *what,
		  JsonError *error)
{
	const char *name = rules_text(rules, rules_fields(rules)[field]);

	error->fault = fault;
	if (rule == NULL)
		snprintf(error->message, sizeof(error->message), "field \"%s\" %s", name, what);
	else
		snprintf(error->message, sizeof(error->message), "rule \"%s\": field \"%s\" %s",
				 rules_text(rules, rule->code), name, what);
	return false;
}

/*
 * bind_field --- the field must be there and of the class, if one is asked for.
 */
static bool
bind_field(const RuleSet *rules, const Rule *rule, uint32_t field, RuleClass wanted,
		   const uint8_t *classes, const char *const *types, JsonError *error)
{
	char what[200];

	if (classes[field] == RULES_MISSING)
		return bind_fail(rules, rule, field, JSON_UNKNOWN_FIELD, "does not exist in the line",
						 error);
	if (wanted == RULES_MISSING || classes[field] == wanted)
		return true;
	if (classes[field] == RULES_OTHER)
		snprintf(what, sizeof(what), "is of type %.80s, which conditions cannot use", types[field]);
	else
		snprintf(what, sizeof(what), "is of type %.80s, the rule needs %s", types[field],
				 class_names[wanted]);
	return bind_fail(rules, rule, field, JSON_WRONG_TYPE, what, error);
}

/*
 * bind_literals --- the literals of a condition must be of its field's class.
 */
static bool
bind_literals(const RuleSet *rules, const Rule *rule, const RuleNode *node, const uint8_t *classes,
			  const char *const *types, JsonError *error)
{
	const RuleOperand *operand = rules_operands(rules) + node->first;
	uint32_t           i;

	for (i = 0; i < node->count; i++, operand++)
	{
		if (classes[node->field] != RULES_DATE || operand->class != RULES_TEXT)
		{
			if (!bind_field(rules, rule, node->field, operand->class, classes, types, error))
				return false;
		}
		else if (!operand->is_date)
			return bind_fail(rules, rule, node->field, JSON_WRONG_TYPE,
							 "is a date, its operand is not (YYYY-MM-DD)", error);
	}
	return true;
}

/*
 * bind_atom --- one condition.
 */
static bool
bind_atom(const RuleSet *rules, const Rule *rule, const RuleNode *node, const uint8_t *classes,
		  const char *const *types, JsonError *error)
{
	RuleClass class = classes[node->field];

	if (node->op == RULE_IS_NULL || node->op == RULE_NOT_NULL)
		return bind_field(rules, rule, node->field, RULES_MISSING, classes, types, error);
	if (node->op == RULE_IS_TRUE || node->op == RULE_IS_FALSE)
		return bind_field(rules, rule, node->field, RULES_BOOL, classes, types, error);
	if (node->op >= RULE_CONTAINS)
		return class == RULES_LIST ||
			   bind_field(rules, rule, node->field, RULES_TEXT, classes, types, error);
	if (class == RULES_LIST)
		return bind_fail(rules, rule, node->field, JSON_WRONG_TYPE,
						 "is a list: conditions on it are contains, contains_prefix, is_null and "
						 "not_null",
						 error);
	if (node->op == RULE_STARTS_WITH &&
		!bind_field(rules, rule, node->field, RULES_TEXT, classes, types, error))
		return false;
	if (class == RULES_OTHER)
		return bind_field(rules, rule, node->field, RULES_TEXT, classes, types, error);
	if (class == RULES_BOOL && node->op >= RULE_LT && node->op <= RULE_GE)
		return bind_fail(rules, rule, node->field, JSON_WRONG_TYPE,
						 "is a boolean, which has no order", error);
	if (!node->against_field)
		return bind_field(rules, rule, node->field, RULES_MISSING, classes, types, error) &&
			   bind_literals(rules, rule, node, classes, types, error);
	if (!bind_field(rules, rule, node->field, RULES_MISSING, classes, types, error) ||
		!bind_field(rules, rule, node->first, class, classes, types, error))
		return false;
	if (node->plus != 0 && (class == RULES_TEXT || class == RULES_BOOL))
		return bind_fail(rules, rule, node->first, JSON_WRONG_TYPE,
						 "is neither a number nor a date, so nothing can be added", error);
	if (class == RULES_DATE && node->plus % 1000000 != 0)
		return bind_fail(rules, rule, node->first, JSON_WRONG_TYPE,
						 "is a date, so only whole days can be added", error);
	return true;
}

/*
 * bind_rule --- conditions, effect and evidence of one rule.
 */
static bool
bind_rule(const RuleSet *rules, const Rule *rule, const uint8_t *classes, const char *const *types,
		  JsonError *error)
{
	const RuleNode *nodes = rules_nodes(rules);
	uint32_t        roots[2] = {rule->applies, rule->fails};
	uint32_t        i;
	int             root;

	for (root = 0; root < 2; root++)
		for (i = roots[root]; i < nodes[roots[root]].end; i++)
			if (nodes[i].kind == RULE_ATOM &&
				!bind_atom(rules, rule, &nodes[i], classes, types, error))
				return false;
	for (i = 0; i < RULES_COMPONENTS; i++)
		if (rule->set[i] != RULES_NO_FIELD &&
			!bind_field(rules, rule, rule->set[i], RULES_NUMBER, classes, types, error))
			return false;
	for (i = 0; i < rule->evidence; i++)
		if (!bind_field(rules, rule, rules_evidence(rules)[rule->first_evidence + i], RULES_MISSING,
						classes, types, error))
			return false;
	return true;
}

/*
 * rules_bind --- do the rules fit a line with fields of these classes?
 *
 * classes and types (names for messages) are by field; false with error set
 * names the first rule and field that do not fit.
 */
bool
rules_bind(const RuleSet *rules, const uint8_t *classes, const char *const *types, JsonError *error)
{
	uint32_t i;

	error->fault = JSON_OK;
	for (i = 0; i < RULES_MONEY_FIELDS; i++)
		if (!bind_field(rules, NULL, i, i == RULES_ROUNDING ? RULES_TEXT : RULES_NUMBER, classes,
						types, error))
			return false;
	for (i = 0; i < rules->rules; i++)
		if (!bind_rule(rules, rules_rules(rules) + i, classes, types, error))
			return false;
	return true;
}

/* A condition is true, false, or unknown because of a field: its number. */
#define IS_TRUE INT64_C(-1)
#define IS_FALSE INT64_C(-2)

static inline int64_t
truth(bool value)
{
	return value ? IS_TRUE : IS_FALSE;
}

/*
 * holds --- does an order (below, at or above zero) satisfy the operator?
 */
static bool
holds(RuleOperator op, int order)
{
	switch (op)
	{
		case RULE_EQ:
			return order == 0;
		case RULE_NE:
			return order != 0;
		case RULE_LT:
			return order < 0;
		case RULE_LE:
			return order <= 0;
		case RULE_GT:
			return order > 0;
		default:
			return order >= 0;
	}
}

/*
 * compare_texts --- byte order.
 */
static int
compare_texts(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/*
 * compare_literal --- order of a known value and a literal.
 */
static int
compare_literal(const RuleSet *rules, const RuleValue *value, RuleClass class,
				const RuleOperand *operand)
{
	switch (class)
	{
		case RULES_TEXT:
			return compare_texts(value->text, value->length, rules_text(rules, operand->text),
								 operand->length);
		case RULES_NUMBER:
			return inv_compare(value->number, inv_decimal(operand->number, RULES_SCALE));
		case RULES_DATE:
			return (value->date > operand->date) - (value->date < operand->date);
		default:
			return (int) value->boolean - (int) operand->number;
	}
}

/* One pass over a line. */
typedef struct Run
{
	const RuleSet *rules;
	const uint8_t *classes;
	RulesGet       get;
	void          *line;
} Run;

/*
 * compare_fields --- order of two known values, the second with the offset added.
 *
 * False when the sum does not fit.
 */
static bool
compare_fields(const RuleValue *value, const RuleValue *other, RuleClass class, int64_t plus,
			   int *order)
{
	InvDecimal sum;
	int64_t    day;

	switch (class)
	{
		case RULES_TEXT:
			*order = compare_texts(value->text, value->length, other->text, other->length);
			return true;
		case RULES_NUMBER:
			if (!inv_add(other->number, inv_decimal(plus, RULES_SCALE), &sum))
				return false;
			*order = inv_compare(value->number, sum);
			return true;
		case RULES_DATE:
			day = other->date + plus / 1000000;
			*order = (value->date > day) - (value->date < day);
			return true;
		default:
			*order = (int) value->boolean - (int) other->boolean;
			return true;
	}
}

/*
 * one_of --- is the element one of the operands, or does it start with one?
 */
static bool
one_of(const Run *run, const RuleNode *node, const char *element, size_t length)
{
	const RuleOperand *operand = rules_operands(run->rules) + node->first;
	bool               prefix = node->op != RULE_CONTAINS;
	uint32_t           i;

	for (i = 0; i < node->count; i++, operand++)
		if ((prefix ? operand->length <= length : operand->length == length) &&
			memcmp(element, rules_text(run->rules, operand->text), operand->length) == 0)
			return true;
	return false;
}

/*
 * list_holds --- does an element of the list match?
 *
 * A text is a list whose elements are divided by commas, blanks around them
 * and empty elements ignored; a list proper ends each element with a NUL.
 */
static bool
list_holds(const Run *run, const RuleNode *node, const RuleValue *value)
{
	char        divider = run->classes[node->field] == RULES_LIST ? '\0' : ',';
	const char *at = value->text;
	const char *end = value->text + value->length;

	while (at < end)
	{
		const char *stop = memchr(at, divider, (size_t) (end - at));
		const char *next;

		if (stop == NULL)
			stop = end;
		next = stop + 1;
		while (divider == ',' && at < stop && *at == ' ')
			at++;
		while (divider == ',' && stop > at && stop[-1] == ' ')
			stop--;
		if (stop > at && one_of(run, node, at, (size_t) (stop - at)))
			return true;
		at = next;
	}
	return false;
}

/*
 * atom_literals --- a condition on a known value and literals.
 */
static int64_t
atom_literals(const Run *run, const RuleNode *node, const RuleValue *value)
{
	const RuleOperand *operand = rules_operands(run->rules) + node->first;
	RuleClass class = run->classes[node->field];
	uint32_t i;

	if (node->op == RULE_STARTS_WITH)
		return truth(one_of(run, node, value->text, value->length));
	if (node->op >= RULE_CONTAINS)
		return truth(list_holds(run, node, value));
	if (node->op == RULE_IN || node->op == RULE_NOT_IN)
	{
		for (i = 0; i < node->count; i++, operand++)
			if (compare_literal(run->rules, value, class, operand) == 0)
				return truth(node->op == RULE_IN);
		return truth(node->op == RULE_NOT_IN);
	}
	return truth(holds(node->op, compare_literal(run->rules, value, class, operand)));
}

/*
 * eval_atom --- one condition.
 */
static int64_t
eval_atom(const Run *run, const RuleNode *node)
{
	const RuleValue *value = run->get(run->line, node->field);
	const RuleValue *other;
	int              order;

	if (node->op == RULE_IS_NULL || node->op == RULE_NOT_NULL)
		return truth((value->state == RULE_NULL) == (node->op == RULE_IS_NULL));
	if (value->state != RULE_KNOWN)
		return node->field;
	if (node->op == RULE_IS_TRUE || node->op == RULE_IS_FALSE)
		return truth(value->boolean == (node->op == RULE_IS_TRUE));
	if (!node->against_field)
		return atom_literals(run, node, value);
	other = run->get(run->line, node->first);
	if (other->state != RULE_KNOWN ||
		!compare_fields(value, other, run->classes[node->field], node->plus, &order))
		return node->first;
	return truth(holds(node->op, order));
}

/*
 * eval --- Kleene's logic: false wins in "all", true in "any"; otherwise the
 * first unknown field makes the whole unknown.
 */
static int64_t
eval(const Run *run, uint32_t index)
{
	const RuleNode *nodes = rules_nodes(run->rules);
	const RuleNode *node = &nodes[index];
	int64_t         decisive = node->kind == RULE_ANY ? IS_TRUE : IS_FALSE;
	int64_t         result = node->kind == RULE_ANY ? IS_FALSE : IS_TRUE;
	uint32_t        child;

	if (node->kind == RULE_ATOM)
		return eval_atom(run, node);
	if (node->kind == RULE_NOT)
	{
		result = eval(run, index + 1);
		return result >= 0 ? result : result == IS_TRUE ? IS_FALSE : IS_TRUE;
	}
	for (child = index + 1; child < node->end; child = nodes[child].end)
	{
		int64_t one = eval(run, child);

		if (one == decisive)
			return one;
		if (one >= 0 && result < 0)
			result = one;
	}
	return result;
}

/* The money of a line, as billed or after some fixes. */
typedef struct Money
{
	InvDecimal amounts[RULES_COMPONENTS];
	bool       known[RULES_COMPONENTS];
	bool       settled[RULES_COMPONENTS]; /* by a rule before: only lowered from then on */
	bool       is_void;
} Money;

#define FITS INT64_C(-1) /* otherwise the field that was not known, or RULES_NO_FIELD */

/*
 * read_money --- what the provider billed; a missing factor is 1 (pass-through).
 */
static void
read_money(const Run *run, Money *money)
{
	int i;

	money->is_void = false;
	for (i = 0; i < RULES_COMPONENTS; i++)
	{
		const RuleValue *value = run->get(run->line, i);

		money->known[i] = value->state == RULE_KNOWN;
		money->settled[i] = false;
		money->amounts[i] = value->number;
		if (i == RULES_FACTOR && value->state == RULE_NULL)
		{
			money->known[i] = true;
			money->amounts[i] = inv_decimal(1, 0);
		}
	}
}

/*
 * recompute --- total = units * price * factor, rounded as the contract says.
 */
static int64_t
recompute(const Run *run, Money *money)
{
	const RuleValue *rounding = run->get(run->line, RULES_ROUNDING);
	InvRounding      mode;
	int              i;

	for (i = 0; i < RULES_TOTAL; i++)
		if (!money->known[i])
			return i;
	if (rounding->state != RULE_KNOWN ||
		!inv_rounding_from_text(rounding->text, rounding->length, &mode))
		return RULES_ROUNDING;
	if (!inv_priced(money->amounts[RULES_UNITS], money->amounts[RULES_PRICE],
					money->amounts[RULES_FACTOR], mode, &money->amounts[RULES_TOTAL]))
		return RULES_NO_FIELD;
	return FITS;
}

/*
 * settle --- gives a component its right value; one that a rule before has
 * given is only lowered, and so is the total of a line on which a rule before
 * has set anything.
 */
static void
settle(Money *money, int component, InvDecimal value)
{
	bool bounded = money->settled[component];
	int  i;

	for (i = 0; component == RULES_TOTAL && i < RULES_COMPONENTS; i++)
		bounded = bounded || money->settled[i];
	if (!bounded || inv_compare(value, money->amounts[component]) < 0)
		money->amounts[component] = value;
	money->known[component] = true;
}

/*
 * apply_effect --- what the rule's fix makes of the line's money.
 *
 * A line that is void stays void. Two rules may both say what a price, a
 * number of units or the whole line should be: the lower holds, so that no
 * rule gives back what one before it took off.
 */
static int64_t
apply_effect(const Run *run, const Rule *rule, Money *money)
{
	InvDecimal total = money->amounts[RULES_TOTAL];
	int64_t    missing;
	int        i;

	if (rule->effect == RULE_HOLD || rule->effect == RULE_NOTE)
		return FITS;
	if (rule->effect == RULE_VOID)
	{
		money->is_void = true;
		money->amounts[RULES_TOTAL] = inv_decimal(0, 0);
		return FITS;
	}
	for (i = RULES_COMPONENTS - 1; i >= 0; i--)
	{
		const RuleValue *value;

		if (rule->set[i] == RULES_NO_FIELD)
			continue;
		value = run->get(run->line, rule->set[i]);
		if (value->state != RULE_KNOWN)
			return rule->set[i];
		if (i != RULES_TOTAL || !money->is_void)
			settle(money, i, value->number);
	}
	if (!money->is_void && rule->set[RULES_TOTAL] == RULES_NO_FIELD)
	{
		if ((missing = recompute(run, money)) != FITS)
			return missing;
		if (money->settled[RULES_TOTAL] && inv_compare(money->amounts[RULES_TOTAL], total) > 0)
			money->amounts[RULES_TOTAL] = total;
	}
	for (i = 0; i < RULES_COMPONENTS; i++)
		money->settled[i] = money->settled[i] || rule->set[i] != RULES_NO_FIELD;
	return FITS;
}

/*
 * difference --- before less after; FITS or RULES_NO_FIELD.
 */
static int64_t
difference(const Money *before, const Money *after, InvDecimal *amount)
{
	return inv_subtract(before->amounts[RULES_TOTAL], after->amounts[RULES_TOTAL], amount)
			   ? FITS
			   : RULES_NO_FIELD;
}

/*
 * value_finding --- identified: the rule alone on the billed line; net: the
 * rule after those before it, whose result stands in current.
 */
static int64_t
value_finding(const Run *run, const Rule *rule, const Money *billed, Money *current,
			  RuleFinding *finding)
{
	Money   alone = *billed;
	Money   after = *current;
	int64_t missing;

	finding->priced = billed->known[RULES_TOTAL];
	if (rule->effect == RULE_NOTE)
	{
		finding->identified = finding->net = inv_decimal(0, 0);
		finding->expected = current->amounts[RULES_TOTAL];
		return FITS;
	}
	if (!finding->priced)
		return RULES_TOTAL;
	if ((missing = apply_effect(run, rule, &alone)) != FITS ||
		(missing = apply_effect(run, rule, &after)) != FITS ||
		(missing = difference(billed, &alone, &finding->identified)) != FITS ||
		(missing = difference(current, &after, &finding->net)) != FITS)
		return missing;
	if (rule->effect == RULE_HOLD)
		finding->identified = billed->amounts[RULES_TOTAL];
	*current = after;
	finding->expected = after.amounts[RULES_TOTAL];
	return FITS;
}

/*
 * same_atom --- do two conditions ask the same?
 */
static bool
same_atom(const RuleSet *rules, const RuleNode *a, const RuleNode *b)
{
	const RuleOperand *left = rules_operands(rules) + a->first;
	const RuleOperand *right = rules_operands(rules) + b->first;
	uint32_t           i;

	if (a->op != b->op || a->field != b->field || a->count != b->count || a->plus != b->plus ||
		a->against_field != b->against_field)
		return false;
	if (a->against_field)
		return a->first == b->first;
	for (i = 0; i < a->count; i++)
		if (left[i].class != right[i].class || left[i].number != right[i].number ||
			left[i].length != right[i].length ||
			memcmp(rules_text(rules, left[i].text), rules_text(rules, right[i].text),
				   left[i].length) != 0)
			return false;
	return true;
}

/*
 * rules_plan_size --- bytes of memory that rules_plan needs.
 */
size_t
rules_plan_size(const RuleSet *rules)
{
	return (rules->rules + 63) / 64 * (RULES_GUARDS + 1) * sizeof(uint64_t);
}

/*
 * plan_guard --- enters a condition of a rule among the guards while there is room.
 */
static void
plan_guard(const RuleSet *rules, RulesPlan *plan, uint32_t index, uint32_t rule)
{
	const RuleNode *nodes = rules_nodes(rules);
	uint32_t        guard;

	for (guard = 0; guard < plan->guards; guard++)
		if (same_atom(rules, &nodes[plan->nodes[guard]], &nodes[index]))
			break;
	if (guard == RULES_GUARDS)
		return;
	if (guard == plan->guards)
		plan->nodes[plan->guards++] = index;
	plan->out[guard * plan->words + rule / 64] |= UINT64_C(1) << rule % 64;
}

/*
 * one_rule --- is the guard that of one rule alone? Then it saves nothing.
 */
static bool
one_rule(const RulesPlan *plan, uint32_t guard)
{
	uint64_t seen = 0;
	uint32_t i;

	for (i = 0; i < plan->words; i++)
	{
		uint64_t word = plan->out[guard * plan->words + i];

		if ((word & (word - 1)) != 0 || (word != 0 && seen != 0))
			return false;
		seen |= word;
	}
	return true;
}

/*
 * rules_plan --- finds the guards of a rule set; memory is zeroed and lives as
 * long as the plan.
 *
 * Only conditions that stand by themselves under "applies" count: one that is
 * false makes the whole false, whatever the others are.
 */
void
rules_plan(const RuleSet *rules, void *memory, RulesPlan *plan)
{
	const RuleNode *nodes = rules_nodes(rules);
	uint32_t        kept = 0;
	uint32_t        i;
	uint32_t        child;

	plan->words = (rules->rules + 63) / 64;
	plan->guards = 0;
	plan->out = memory;
	plan->left = plan->out + (size_t) plan->words * RULES_GUARDS;
	for (i = 0; i < rules->rules; i++)
	{
		uint32_t root = rules_rules(rules)[i].applies;

		for (child = root + 1; child < nodes[root].end; child = nodes[child].end)
			if (nodes[child].kind == RULE_ATOM)
				plan_guard(rules, plan, child, i);
	}
	for (i = 0; i < plan->guards; i++)
	{
		if (one_rule(plan, i))
			continue;
		plan->nodes[kept] = plan->nodes[i];
		memmove(plan->out + kept * plan->words, plan->out + i * plan->words,
				plan->words * sizeof(uint64_t));
		kept++;
	}
	plan->guards = kept;
}

/*
 * pass_guards --- leaves the rules none of whose guards is false.
 */
static void
pass_guards(const Run *run, const RulesPlan *plan)
{
	const RuleNode *nodes = rules_nodes(run->rules);
	uint32_t        guard;
	uint32_t        i;

	for (i = 0; i < plan->words; i++)
		plan->left[i] = ~UINT64_C(0);
	for (guard = 0; guard < plan->guards; guard++)
	{
		const uint64_t *out = plan->out + guard * plan->words;
		uint64_t        asked = 0;

		for (i = 0; i < plan->words; i++)
			asked |= out[i] & plan->left[i];
		if (asked == 0 || eval_atom(run, &nodes[plan->nodes[guard]]) != IS_FALSE)
			continue;
		for (i = 0; i < plan->words; i++)
			plan->left[i] &= ~out[i];
	}
}

/*
 * rules_run --- all rules over one line, in order of priority; returns the
 * number of findings.
 *
 * classes are those the rules were bound to; findings has room for every rule;
 * plan may be NULL.
 */
uint32_t
rules_run(const RuleSet *rules, const uint8_t *classes, RulesGet get, void *line,
		  const RulesPlan *plan, RuleFinding *findings)
{
	Run      run = {rules, classes, get, line};
	Money    billed;
	Money    current;
	bool     money_read = false;
	uint32_t count = 0;
	uint32_t i;

	if (plan != NULL)
		pass_guards(&run, plan);
	for (i = 0; i < rules->rules; i++)
	{
		const Rule  *rule = rules_rules(rules) + i;
		RuleFinding *finding = &findings[count];
		int64_t      result;

		if (plan != NULL && !(plan->left[i / 64] & UINT64_C(1) << i % 64))
			continue;
		result = eval(&run, rule->applies);
		if (result == IS_TRUE)
			result = eval(&run, rule->fails);
		if (result == IS_FALSE)
			continue;
		if (!money_read)
		{
			read_money(&run, &billed);
			current = billed;
			money_read = true;
		}
		finding->rule = i;
		finding->outcome = rule->effect == RULE_HOLD ? RULE_HELD : RULE_FAIL;
		if (result == IS_TRUE)
			result = value_finding(&run, rule, &billed, &current, finding);
		if (result != FITS)
		{
			finding->outcome = RULE_NOT_ASSESSED;
			finding->field = (uint32_t) result;
		}
		count++;
	}
	return count;
}

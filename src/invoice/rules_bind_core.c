/*-------------------------------------------------------------------------
 *
 * rules_bind_core.c
 *	  Do the fields of a line go together with the rules?
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/rules_core.h"

#include <stdio.h>
#include <string.h>

static const char *const class_names[] = {"missing", "other",     "text",  "a number",
										  "a date",  "a boolean", "a list"};

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

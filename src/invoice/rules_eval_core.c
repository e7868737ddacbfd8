/*-------------------------------------------------------------------------
 *
 * rules_eval_core.c
 *	  The truth of conditions over one line: true, false or unknown.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/rules_eval_core.h"

#include <string.h>

static inline int64_t
truth(bool value)
{
	return value ? RULES_IS_TRUE : RULES_IS_FALSE;
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
one_of(const RulesPass *run, const RuleNode *node, const char *element, size_t length)
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
list_holds(const RulesPass *run, const RuleNode *node, const RuleValue *value)
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
atom_literals(const RulesPass *run, const RuleNode *node, const RuleValue *value)
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
 * rules_eval_atom --- one condition.
 */
int64_t
rules_eval_atom(const RulesPass *run, const RuleNode *node)
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
 * rules_eval --- Kleene's logic: false wins in "all", true in "any"; otherwise the
 * first unknown field makes the whole unknown.
 */
int64_t
rules_eval(const RulesPass *run, uint32_t index)
{
	const RuleNode *nodes = rules_nodes(run->rules);
	const RuleNode *node = &nodes[index];
	int64_t         decisive = node->kind == RULE_ANY ? RULES_IS_TRUE : RULES_IS_FALSE;
	int64_t         result = node->kind == RULE_ANY ? RULES_IS_FALSE : RULES_IS_TRUE;
	uint32_t        child;

	if (node->kind == RULE_ATOM)
		return rules_eval_atom(run, node);
	if (node->kind == RULE_NOT)
	{
		result = rules_eval(run, index + 1);
		return result >= 0 ? result : result == RULES_IS_TRUE ? RULES_IS_FALSE : RULES_IS_TRUE;
	}
	for (child = index + 1; child < node->end; child = nodes[child].end)
	{
		int64_t one = rules_eval(run, child);

		if (one == decisive)
			return one;
		if (one >= 0 && result < 0)
			result = one;
	}
	return result;
}

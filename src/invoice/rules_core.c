/*-------------------------------------------------------------------------
 *
 * rules_core.c
 *	  Rules at work: the money of a line, the guards that pass rules over, the findings.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/rules_eval_core.h"

#include <string.h>

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
read_money(const RulesPass *run, Money *money)
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
recompute(const RulesPass *run, Money *money)
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
apply_effect(const RulesPass *run, const Rule *rule, Money *money)
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
value_finding(const RulesPass *run, const Rule *rule, const Money *billed, Money *current,
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
pass_guards(const RulesPass *run, const RulesPlan *plan)
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
		if (asked == 0 || rules_eval_atom(run, &nodes[plan->nodes[guard]]) != RULES_IS_FALSE)
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
	RulesPass run = {rules, classes, get, line};
	Money     billed;
	Money     current;
	bool      money_read = false;
	uint32_t  count = 0;
	uint32_t  i;

	if (plan != NULL)
		pass_guards(&run, plan);
	for (i = 0; i < rules->rules; i++)
	{
		const Rule  *rule = rules_rules(rules) + i;
		RuleFinding *finding = &findings[count];
		int64_t      result;

		if (plan != NULL && !(plan->left[i / 64] & UINT64_C(1) << i % 64))
			continue;
		result = rules_eval(&run, rule->applies);
		if (result == RULES_IS_TRUE)
			result = rules_eval(&run, rule->fails);
		if (result == RULES_IS_FALSE)
			continue;
		if (!money_read)
		{
			read_money(&run, &billed);
			current = billed;
			money_read = true;
		}
		finding->rule = i;
		finding->outcome = rule->effect == RULE_HOLD ? RULE_HELD : RULE_FAIL;
		if (result == RULES_IS_TRUE)
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

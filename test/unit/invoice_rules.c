/*-------------------------------------------------------------------------
 *
 * invoice_rules.c
 *	  Rule sets: every fault by its path, binding, three-valued conditions,
 *	  the money of overlapping findings.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>

#include "invoice/rules_core.h"

static int live; /* blocks of memory in use */

static void *
resize(void *old, size_t size)
{
	live += (old == NULL && size != 0) - (old != NULL && size == 0);
	if (size != 0)
		return realloc(old, size);
	free(old);
	return NULL;
}

static void
release(void *block)
{
	resize(block, 0);
}

static RuleSet *
compile(const char *json, size_t length, JsonError *error)
{
	JsonBuffer out = {.resize = resize};
	char      *copy = malloc(length + 1);
	bool       good;

	/* what stands behind the text is not read */
	memcpy(copy, json, length);
	copy[length] = '"';
	good = rules_compile(copy, length, true, &out, error);
	free(copy);
	if (good)
		return (RuleSet *) out.data;
	release(out.data);
	return NULL;
}

static void
refused_as(const char *json, JsonFault fault, const char *message)
{
	JsonError error;
	RuleSet  *rules = compile(json, strlen(json), &error);

	ok(rules == NULL && error.fault == fault && strcmp(error.message, message) == 0,
	   "%.60s: %s (%s)", json, message, rules ? "accepted" : error.message);
	release(rules);
}

static void
refused(const char *json, const char *message)
{
	refused_as(json, JSON_BAD_TEXT, message);
}

#define SET(rules) "{\"name\":\"t\",\"version\":\"1\",\"rules\":[" rules "]}"
#define RULE_AS(code, priority, applies, fails, effect)                             \
	"{\"code\":\"" code                                                             \
	"\",\"version\":\"1\",\"name\":\"n\",\"level\":\"line\",\"priority\":" priority \
	",\"applies\":" applies ",\"fails\":" fails ",\"effect\":" effect               \
	",\"evidence\":[\"pod\"],\"source\":\"s\"}"
#define FAILS(condition) SET(RULE_AS("A", "1", "[]", "[" condition "]", "{\"kind\":\"void\"}"))
#define EFFECT_ON(fails, effect) SET(RULE_AS("A", "1", "[]", fails, effect))
#define EFFECT(effect) SET(RULE_AS("A", "1", "[]", "[[\"pod\",\"is_null\"]]", effect))

/* before, a text and after: up to so many characters are let through to the next fault */
static void
at_most(const char *before, int most, const char *after)
{
	char      json[2200];
	char      message[60];
	JsonError error;
	bool      good;
	int       more;

	snprintf(message, sizeof(message), ": expected 1 to %d characters", most);
	for (more = 0; more < 2; more++)
	{
		int n = snprintf(json, sizeof(json), "%s", before);

		memset(json + n, 'x', (size_t) (most + more));
		strcpy(json + n + most + more, after);
		good = compile(json, strlen(json), &error) == NULL &&
			   (strstr(error.message, message) != NULL) == (more == 1);
		ok(good, "%s... takes %d characters, not %d (%.100s)", before, most, most + 1,
		   error.message);
	}
}

static void
test_lengths(void)
{
	at_most("{\"name\":\"", 200, "\"}");
	at_most("{\"version\":\"", 200, "\"}");
	at_most("{\"rules\":[{\"code\":\"", 40, "\"}]}");
	at_most("{\"rules\":[{\"version\":\"", 40, "\"}]}");
	at_most("{\"rules\":[{\"name\":\"", 200, "\"}]}");
	at_most("{\"rules\":[{\"level\":\"", 20, "\"}]}");
	at_most("{\"rules\":[{\"source\":\"", 2000, "\"}]}");
	at_most("{\"rules\":[{\"evidence\":[\"", 63, "\"]}]}");
	at_most("{\"rules\":[{\"effect\":{\"kind\":\"", 20, "\"}}]}");
	at_most("{\"rules\":[{\"fails\":[[\"", 63, "\"]]}]}");
	at_most("{\"rules\":[{\"fails\":[[\"a\",\"", 20, "\"]]}]}");
}

static void
test_faults(void)
{
	static char many[400000];
	char       *p = many;
	int         i;

	refused("", "$: expected an object");
	refused("{}", "$: expected \"name\", \"version\" and \"rules\"");
	refused("{\"name\":\"t\",\"version\":\"1\"}",
			"$: expected \"name\", \"version\" and \"rules\"");
	refused("{\"name\":\"\"}", "$.name: expected 1 to 200 characters");
	refused("{\"nam\":\"\"}", "$.nam: unknown key");
	refused("{\"name\":\"t\",\"name\":\"t\"}", "$.name: given twice");
	refused("{\"rules\":{}}", "$.rules: expected an array");
	refused("{\"rules\":[]", "$.rules: expected a comma or \"}\"");
	refused("{\"rules\":[1]}", "$.rules[0]: expected an object");
	refused(SET("") "x", "$: text after the end of the JSON value");
	refused(SET("{}"), "$.rules[0]: \"code\" is missing");
	refused(SET("{\"code\":\"A\"}"), "$.rules[0]: \"version\" is missing");
	refused(SET("{\"code\":\"A\",\"version\":\"1\"}"), "$.rules[0]: \"name\" is missing");
	refused(SET("{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\"}"),
			"$.rules[0]: \"level\" is missing");
	refused(SET("{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\",\"level\":\"line\"}"),
			"$.rules[0]: \"priority\" is missing");
	refused(
		SET("{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\",\"level\":\"line\",\"priority\":1}"),
		"$.rules[0]: \"fails\" is missing");
	refused(SET("{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\",\"level\":\"line\",\"priority\":"
				"1,\"fails\":[[\"a\",\"is_null\"]]}"),
			"$.rules[0]: \"effect\" is missing");
	refused(SET("{\"kode\":\"A\"}"), "$.rules[0].kode: unknown key");
	refused(SET("{\"code\":\"A\",\"code\":\"A\"}"), "$.rules[0].code: given twice");
	refused(SET("{\"source\":\"A\",\"source\":\"A\"}"), "$.rules[0].source: given twice");
	refused(SET("{\"code\":\"\"}"), "$.rules[0].code: expected 1 to 40 characters");
	refused(SET("{\"code\":\"12345678901234567890123456789012345678901\"}"),
			"$.rules[0].code: expected 1 to 40 characters");
	refused(SET("{\"version\":\"12345678901234567890123456789012345678901\"}"),
			"$.rules[0].version: expected 1 to 40 characters");
	refused(SET("{\"level\":\"lines\"}"),
			"$.rules[0].level: expected line, spell, pair, patient or provider");
	refused(SET("{\"priority\":0}"), "$.rules[0].priority: expected a whole number from 1 to 99");
	refused(SET("{\"priority\":100}"), "$.rules[0].priority: expected a whole number from 1 to 99");
	refused(SET("{\"priority\":1.5}"), "$.rules[0].priority: expected a whole number from 1 to 99");
	refused(SET("{\"priority\":\"1\"}"), "$.rules[0].priority: expected a number");
	refused(SET("{\"evidence\":{}}"), "$.rules[0].evidence: expected an array");
	refused(SET("{\"evidence\":[\"a\",1]}"), "$.rules[0].evidence[1]: expected a string");
	refused(SET(RULE_AS("A", "1", "[]", "[[\"a\",\"is_null\"]]", "{\"kind\":\"void\"}") "," RULE_AS(
				"A", "1", "[]", "[[\"a\",\"is_null\"]]", "{\"kind\":\"void\"}")),
			"$.rules[1].code: given to an earlier rule");
	refused(SET("{\"fails\":[]}"), "$.rules[0].fails: expected at least one condition");
	refused(SET("{\"fails\":{}}"), "$.rules[0].fails: expected an array");
	refused(FAILS("1"), "$.rules[0].fails[0]: expected [field, operator, operand], {\"any\": "
						"[...]}, {\"all\": [...]} or {\"not\": ...}");
	refused(FAILS("{}"),
			"$.rules[0].fails[0]: expected one of the keys \"any\", \"all\" and \"not\"");
	refused(FAILS("{\"none\":[]}"),
			"$.rules[0].fails[0].none: expected one of the keys \"any\", \"all\" and \"not\"");
	refused(FAILS("{\"not\":[\"a\",\"is_null\"],\"any\":[[\"a\",\"is_null\"]]}"),
			"$.rules[0].fails[0].any: expected one of the keys \"any\", \"all\" and \"not\"");
	refused(FAILS("{\"any\":[]}"), "$.rules[0].fails[0].any: expected at least one condition");
	refused(FAILS("{\"all\":[]}"), "$.rules[0].fails[0].all: expected at least one condition");
	refused(FAILS("{\"not\":1}"), "$.rules[0].fails[0].not: expected [field, operator, operand], "
								  "{\"any\": [...]}, {\"all\": [...]} or {\"not\": ...}");
	refused(FAILS("[]"), "$.rules[0].fails[0]: expected [field, operator, operand]");
	refused(FAILS("[\"a\"]"), "$.rules[0].fails[0]: expected [field, operator, operand]");
	refused(FAILS("[1]"), "$.rules[0].fails[0][0]: expected a string");
	refused(FAILS("[\"\"]"), "$.rules[0].fails[0][0]: expected 1 to 63 characters");
	refused(FAILS("[\"1234567890123456789012345678901234567890123456789012345678901234\"]"),
			"$.rules[0].fails[0][0]: expected 1 to 63 characters");
	refused(FAILS("[\"a\",\"is\"]"), "$.rules[0].fails[0][1]: expected one of = <> < <= > >= in "
									 "not_in starts_with contains contains_prefix is_null not_null "
									 "is_true is_false");
	refused(FAILS("[\"a\",\"=\"]"), "$.rules[0].fails[0]: expected [field, operator, operand]");
	refused(FAILS("[\"a\",\"is_null\",1]"), "$.rules[0].fails[0][2]: expected no operand");
	refused(FAILS("[\"a\",\"is_false\",1]"), "$.rules[0].fails[0][2]: expected no operand");
	refused(FAILS("[\"a\",\"=\",null]"),
			"$.rules[0].fails[0][2]: expected a string, a number, true or false");
	refused(FAILS("[\"a\",\"=\",[1]]"),
			"$.rules[0].fails[0][2]: expected a string, a number, true or false");
	refused(FAILS("[\"a\",\"=\",/]"),
			"$.rules[0].fails[0][2]: expected a string, a number, true or false");
	refused(FAILS("[\"a\",\"=\",:]"),
			"$.rules[0].fails[0][2]: expected a string, a number, true or false");
	refused(FAILS("[\"a\",\"=\",fals]"), "$.rules[0].fails[0][2]: expected true or false");
	refused_as(FAILS("[\"a\",\"=\",0.0000001]"), JSON_OUT_OF_RANGE,
			   "$.rules[0].fails[0][2]: expected a number with at most 6 decimals and 12 digits "
			   "before them");
	refused(FAILS("[\"a\",\"contains\"]"),
			"$.rules[0].fails[0]: expected [field, operator, operand]");
	refused(FAILS("[\"a\",\"contains\",1]"), "$.rules[0].fails[0][2]: expected texts");
	refused(FAILS("[\"a\",\"contains_prefix\",[1,2]]"), "$.rules[0].fails[0][2]: expected texts");
	refused(FAILS("[\"a\",\"contains\",[]]"),
			"$.rules[0].fails[0][2]: expected a list with at least one value");
	refused(FAILS("[\"a\",\"contains\",[\"b\",1]]"),
			"$.rules[0].fails[0][2][1]: expected a list of one kind");
	refused(FAILS("[\"a\",\"contains\",{\"field\":\"b\"}]"),
			"$.rules[0].fails[0][2]: expected a string, a number, true or false");
	refused(FAILS("[\"a\",\"in\",1]"), "$.rules[0].fails[0][2]: expected an array");
	refused(FAILS("[\"a\",\"not_in\",{\"field\":\"b\"}]"),
			"$.rules[0].fails[0][2]: expected an array");
	refused(FAILS("[\"a\",\"in\",[]]"),
			"$.rules[0].fails[0][2]: expected a list with at least one value");
	refused(FAILS("[\"a\",\"in\",[1,\"b\"]]"),
			"$.rules[0].fails[0][2][1]: expected a list of one kind");
	refused(FAILS("[\"a\",\"in\",[1,2,true]]"),
			"$.rules[0].fails[0][2][2]: expected a list of one kind");
	refused(FAILS("[\"a\",\"starts_with\",{\"field\":\"b\"}]"),
			"$.rules[0].fails[0][2]: expected a string, a number, true or false");
	refused(FAILS("[\"a\",\"=\",{}]"), "$.rules[0].fails[0][2]: expected {\"field\": name}");
	refused(FAILS("[\"a\",\"=\",{\"name\":\"b\"}]"),
			"$.rules[0].fails[0][2].name: expected the one key \"field\"");
	refused(FAILS("[\"a\",\"=\",{\"field\":\"b\",\"field\":\"b\"}]"),
			"$.rules[0].fails[0][2].field: expected the one key \"field\"");
	refused(FAILS("[\"a\",\"=\",{\"field\":1}]"),
			"$.rules[0].fails[0][2].field: expected a string");
	refused(FAILS("[\"a\",\"=\",1,{\"plus\":1}]"),
			"$.rules[0].fails[0][3]: expected no fourth element, for the third is no field");
	refused(FAILS("[\"a\",\"=\",{\"field\":\"b\"},1]"),
			"$.rules[0].fails[0][3]: expected an object");
	refused(FAILS("[\"a\",\"=\",{\"field\":\"b\"},{}]"),
			"$.rules[0].fails[0][3]: expected {\"plus\": number}");
	refused(FAILS("[\"a\",\"=\",{\"field\":\"b\"},{\"minus\":1}]"),
			"$.rules[0].fails[0][3].minus: expected the one key \"plus\"");
	refused(FAILS("[\"a\",\"=\",{\"field\":\"b\"},{\"plus\":1,\"plus\":1}]"),
			"$.rules[0].fails[0][3].plus: expected the one key \"plus\"");
	refused(FAILS("[\"a\",\"=\",{\"field\":\"b\"},{\"plus\":\"1\"}]"),
			"$.rules[0].fails[0][3].plus: expected a number");
	refused(FAILS("[\"a\",\"=\",{\"field\":\"b\"},{\"plus\":1},1]"),
			"$.rules[0].fails[0][4]: expected at most four elements");
	refused(FAILS("[\"a\",\"=\",1 2]"), "$.rules[0].fails[0][2]: expected a comma or \"]\"");
	refused(EFFECT("{}"), "$.rules[0].effect: expected the key \"kind\"");
	refused(EFFECT("1"), "$.rules[0].effect: expected an object");
	refused(EFFECT("{\"kind\":\"avoid\"}"),
			"$.rules[0].effect.kind: expected void, hold, set, recompute or note");
	refused(EFFECT("{\"kind\":1}"), "$.rules[0].effect.kind: expected a string");
	refused(EFFECT("{\"kind\":\"note\",\"total\":\"u\"}"),
			"$.rules[0].effect: expected components for the kind \"set\" only");
	refused(EFFECT("{\"kind\":\"void\",\"kind\":\"void\"}"), "$.rules[0].effect.kind: given twice");
	refused(EFFECT("{\"kinds\":\"void\"}"), "$.rules[0].effect.kinds: unknown key");
	refused(EFFECT("{\"kind\":\"void\",\"units\":\"u\"}"),
			"$.rules[0].effect: expected components for the kind \"set\" only");
	refused(EFFECT("{\"kind\":\"set\"}"),
			"$.rules[0].effect: expected a field for units, unit_price, factor or total");
	refused(EFFECT("{\"kind\":\"set\",\"total\":\"a\",\"units\":\"b\"}"),
			"$.rules[0].effect: expected either a total or its components");
	refused(EFFECT("{\"kind\":\"set\",\"units\":1}"), "$.rules[0].effect.units: expected a string");
	refused_as(
		FAILS("{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{"
			  "\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":"
			  "{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{"
			  "\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":"
			  "{\"not\":{\"not\":{\"not\":1}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"),
		JSON_TOO_LARGE,
		"$.rules[0].fails[0].not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not."
		"not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not: nested more "
		"than 40 levels deep");

	p += sprintf(p, "{\"name\":\"t\",\"version\":\"1\",\"rules\":[");
	for (i = 0; i <= RULES_MOST; i++)
		p += sprintf(
			p,
			"%s{\"code\":\"%d\",\"version\":\"1\",\"name\":\"n\",\"level\":\"spell\",\"priority\":"
			"99,\"fails\":[[\"a\",\"is_null\"]],\"effect\":{\"kind\":\"hold\"}}",
			i ? "," : "", i);
	strcpy(p, "]}");
	refused_as(many, JSON_TOO_LARGE, "$.rules[2000]: a rule set holds at most 2000 rules");
}

/* The line of the tests: fields by name. */
typedef struct Field
{
	const char *name;
	RuleClass class;
	const char *type;
	const char *value; /* NULL: null; "odd" of a number: odd */
} Field;

static const Field line[] = {
	{"units", RULES_NUMBER, "numeric", "1"},
	{"unit_price", RULES_NUMBER, "numeric", "2600"},
	{"factor", RULES_NUMBER, "numeric", "1.05"},
	{"total", RULES_NUMBER, "numeric", "2730"},
	{"rounding", RULES_TEXT, "text", "penny"},
	{"expected_price", RULES_NUMBER, "numeric", "2200"},
	{"expected_factor", RULES_NUMBER, "numeric", "1.03"},
	{"expected_units", RULES_NUMBER, "integer", "2"},
	{"lower_price", RULES_NUMBER, "numeric", "2000"},
	{"dearer_price", RULES_NUMBER, "numeric", "2700"},
	{"huge_price", RULES_NUMBER, "numeric", "30000"},
	{"huge", RULES_NUMBER, "numeric", "170141183460469231731687303715884105727"},
	{"small", RULES_NUMBER, "numeric", "0.5"},
	{"unknown", RULES_NUMBER, "numeric", NULL},
	{"odd", RULES_NUMBER, "numeric", "odd"},
	{"pod", RULES_TEXT, "text", "NEL"},
	{"other_pod", RULES_TEXT, "text", "NELXBD"},
	{"empty", RULES_TEXT, "text", ""},
	{"no_text", RULES_TEXT, "text", NULL},
	{"day", RULES_DATE, "date", "2024-05-10"},
	{"later", RULES_DATE, "date", "2024-05-12"},
	{"no_day", RULES_DATE, "date", NULL},
	{"yes", RULES_BOOL, "boolean", "t"},
	{"no", RULES_BOOL, "boolean", "f"},
	{"maybe", RULES_BOOL, "boolean", NULL},
	{"thing", RULES_OTHER, "point", "x"},
	{"codes", RULES_LIST, "text[]", "I10|E11X|Z92|"},
	{"no_codes", RULES_LIST, "text[]", ""},
	{"null_codes", RULES_LIST, "text[]", NULL},
	{"flags", RULES_TEXT, "text", "A1, B22 ,,C3"}};
#define FIELDS (sizeof(line) / sizeof(line[0]))

static RuleValue   values[40];
static const char *overrides; /* " name=value name=?" */

static const RuleValue *
get(void *unused, uint32_t field)
{
	(void) unused;
	return &values[field];
}

static void
set_value(RuleValue *value, const Field *field)
{
	char        key[80];
	const char *text = field->value;
	const char *found;
	size_t      length = text ? strlen(text) : 0;

	snprintf(key, sizeof(key), " %s=", field->name);
	found = overrides ? strstr(overrides, key) : NULL;
	if (found)
	{
		text = found + strlen(key);
		length = strcspn(text, " ");
		if (*text == '?')
			text = NULL;
	}
	memset(value, 0, sizeof(*value));
	if (text == NULL)
		return;
	value->state = RULE_KNOWN;
	value->text = text;
	value->length = length;
	value->boolean = *text == 't';
	if (field->class == RULES_LIST)
	{
		static char list[40];
		size_t      i;

		/* a bar for the NUL after each element */
		memset(list, 'Z', sizeof(list));
		for (i = 0; i < length; i++)
			list[i] = text[i] == '|' ? '\0' : text[i];
		if (length > 0)
			value->text = list;
	}
	if (field->class == RULES_DATE)
	{
		static const int32_t may = 8887; /* 2024-05-01 */

		value->date = may + (text[8] - '0') * 10 + (text[9] - '0') - 1;
	}
	if (field->class == RULES_NUMBER && !inv_from_text(text, length, &value->number))
		value->state = RULE_ODD;
}

static bool
bound(const RuleSet *rules, uint8_t *classes, JsonError *error)
{
	const char *types[40];
	uint32_t    i;
	size_t      j;

	for (i = 0; i < rules->fields; i++)
	{
		classes[i] = RULES_MISSING;
		types[i] = NULL;
		for (j = 0; j < FIELDS; j++)
		{
			if (strcmp(line[j].name, rules_text(rules, rules_fields(rules)[i])) != 0)
				continue;
			classes[i] = line[j].class;
			types[i] = line[j].type;
			set_value(&values[i], &line[j]);
		}
	}
	return rules_bind(rules, classes, types, error);
}

static void
misfit(const char *json, JsonFault fault, const char *message)
{
	uint8_t   classes[40];
	JsonError error;
	RuleSet  *rules = compile(json, strlen(json), &error);

	ok(rules != NULL && !bound(rules, classes, &error) && error.fault == fault &&
		   strcmp(error.message, message) == 0,
	   "%.100s: %s (%s)", json + 30, message, error.message);
	release(rules);
}

static void
test_binding(void)
{
	static const RuleClass wrong[] = {RULES_TEXT, RULES_DATE, RULES_BOOL, RULES_OTHER,
									  RULES_MISSING};
	RuleSet               *rules;
	JsonError              error;
	int                    field;
	size_t                 i;

	misfit(FAILS("[\"nowhere\",\"is_null\"]"), JSON_UNKNOWN_FIELD,
		   "rule \"A\": field \"nowhere\" does not exist in the line");
	misfit(FAILS("[\"nowhere\",\"=\",1]"), JSON_UNKNOWN_FIELD,
		   "rule \"A\": field \"nowhere\" does not exist in the line");
	misfit(FAILS("[\"pod\",\"=\",{\"field\":\"nowhere\"}]"), JSON_UNKNOWN_FIELD,
		   "rule \"A\": field \"nowhere\" does not exist in the line");
	misfit(SET(RULE_AS("A", "1", "[[\"nowhere\",\"is_null\"]]", "[[\"pod\",\"is_null\"]]",
					   "{\"kind\":\"void\"}")),
		   JSON_UNKNOWN_FIELD, "rule \"A\": field \"nowhere\" does not exist in the line");
	misfit(SET("{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\",\"level\":\"pair\",\"priority\":1,"
			   "\"fails\":[[\"pod\",\"is_null\"]],\"effect\":{\"kind\":\"void\"},\"evidence\":["
			   "\"pod\",\"nowhere\"]}"),
		   JSON_UNKNOWN_FIELD, "rule \"A\": field \"nowhere\" does not exist in the line");
	misfit(EFFECT("{\"kind\":\"set\",\"units\":\"nowhere\"}"), JSON_UNKNOWN_FIELD,
		   "rule \"A\": field \"nowhere\" does not exist in the line");
	misfit(EFFECT("{\"kind\":\"set\",\"total\":\"pod\"}"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"pod\" is of type text, the rule needs a number");
	misfit(FAILS("[\"pod\",\"=\",1]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"pod\" is of type text, the rule needs a number");
	misfit(FAILS("[\"total\",\"in\",[\"1\"]]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"total\" is of type numeric, the rule needs text");
	misfit(FAILS("[\"total\",\"starts_with\",\"1\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"total\" is of type numeric, the rule needs text");
	misfit(FAILS("[\"pod\",\"starts_with\",1]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"pod\" is of type text, the rule needs a number");
	misfit(FAILS("[\"pod\",\"is_true\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"pod\" is of type text, the rule needs a boolean");
	misfit(FAILS("[\"pod\",\"is_false\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"pod\" is of type text, the rule needs a boolean");
	misfit(FAILS("[\"yes\",\"<\",true]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"yes\" is a boolean, which has no order");
	misfit(FAILS("[\"yes\",\">=\",true]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"yes\" is a boolean, which has no order");
	misfit(FAILS("[\"yes\",\"=\",1]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"yes\" is of type boolean, the rule needs a number");
	misfit(FAILS("[\"day\",\"=\",1]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"day\" is of type date, the rule needs a number");
	misfit(FAILS("[\"day\",\"=\",\"2024-02-30\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"day\" is a date, its operand is not (YYYY-MM-DD)");
	misfit(FAILS("[\"day\",\"in\",[\"2024-02-29\",\"soon\"]]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"day\" is a date, its operand is not (YYYY-MM-DD)");
	misfit(FAILS("[\"day\",\"=\",{\"field\":\"total\"}]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"total\" is of type numeric, the rule needs a date");
	misfit(
		FAILS("[\"pod\",\"=\",{\"field\":\"other_pod\"},{\"plus\":1}]"), JSON_WRONG_TYPE,
		"rule \"A\": field \"other_pod\" is neither a number nor a date, so nothing can be added");
	misfit(FAILS("[\"yes\",\"=\",{\"field\":\"no\"},{\"plus\":1}]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"no\" is neither a number nor a date, so nothing can be added");
	misfit(FAILS("[\"day\",\"=\",{\"field\":\"later\"},{\"plus\":0.5}]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"later\" is a date, so only whole days can be added");
	misfit(FAILS("[\"thing\",\"=\",\"x\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"thing\" is of type point, which conditions cannot use");
	misfit(FAILS("[\"thing\",\"=\",{\"field\":\"thing\"}]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"thing\" is of type point, which conditions cannot use");

	misfit(FAILS("[\"total\",\"contains\",\"1\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"total\" is of type numeric, the rule needs text");
	misfit(FAILS("[\"nowhere\",\"contains\",\"1\"]"), JSON_UNKNOWN_FIELD,
		   "rule \"A\": field \"nowhere\" does not exist in the line");
	misfit(FAILS("[\"codes\",\"=\",\"I10\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"codes\" is a list: conditions on it are contains, "
		   "contains_prefix, is_null and not_null");
	misfit(FAILS("[\"codes\",\"starts_with\",\"I10\"]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"codes\" is a list: conditions on it are contains, "
		   "contains_prefix, is_null and not_null");
	misfit(FAILS("[\"pod\",\"=\",{\"field\":\"codes\"}]"), JSON_WRONG_TYPE,
		   "rule \"A\": field \"codes\" is of type text[], the rule needs text");

	/* the money fields */
	rules = compile(SET(""), strlen(SET("")), &error);
	for (field = 0; field < RULES_MONEY_FIELDS; field++)
		for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		{
			uint8_t     classes[] = {RULES_NUMBER, RULES_NUMBER, RULES_NUMBER, RULES_NUMBER,
									 RULES_TEXT};
			const char *types[] = {"a", "b", "c", "d", "e"};
			bool        fits = rules_bind(rules, classes, types, &error);

			classes[field] = wrong[i];
			fits = fits && rules_bind(rules, classes, types, &error) ==
							   (field == RULES_ROUNDING && wrong[i] == RULES_TEXT);
			ok(fits && error.fault == (field == RULES_ROUNDING && wrong[i] == RULES_TEXT ? JSON_OK
									   : wrong[i] == RULES_MISSING ? JSON_UNKNOWN_FIELD
																   : JSON_WRONG_TYPE),
			   "money field %d must be there: %s", field, error.message);
		}
	release(rules);
}

static const char *
show(InvDecimal value)
{
	static char buffer[8][INV_TEXT_SIZE];
	static int  turn;

	turn = (turn + 1) % 8;
	inv_to_text(value, 0, buffer[turn]);
	return buffer[turn];
}

/* findings of the line with some fields changed, as text */
/* the findings as text: code, outcome, identified, net, expected; or code ? field */
static void
describe(const RuleSet *rules, const RuleFinding *findings, uint32_t count, char *found)
{
	static const char *const outcomes[] = {"fail", "hold"};
	uint32_t                 i;

	*found = '\0';
	for (i = 0; i < count; i++)
	{
		const Rule *rule = rules_rules(rules) + findings[i].rule;
		char        one[400];

		if (findings[i].outcome == RULE_NOT_ASSESSED)
			snprintf(one, sizeof(one), "%s%s ? %s", i ? "; " : "", rules_text(rules, rule->code),
					 findings[i].field == RULES_NO_FIELD
						 ? "overflow"
						 : rules_text(rules, rules_fields(rules)[findings[i].field]));
		else
			snprintf(one, sizeof(one), "%s%s %s %s %s %s", i ? "; " : "",
					 rules_text(rules, rule->code), outcomes[findings[i].outcome],
					 show(findings[i].identified), show(findings[i].net),
					 findings[i].priced ? show(findings[i].expected) : "unpriced");
		strcat(found, one);
	}
}

static uint32_t
run_clean(const RuleSet *rules, const uint8_t *classes, const RulesPlan *plan,
		  RuleFinding *findings)
{
	memset(findings, 0x5a, 10 * sizeof(RuleFinding));
	return rules_run(rules, classes, get, NULL, plan, findings);
}

static void
checks_with(const char *fields, const char *json, const char *expected)
{
	char        found[2000];
	char        planned[2000];
	uint8_t     classes[40];
	JsonError   error;
	RuleSet    *rules = compile(json, strlen(json), &error);
	RuleFinding findings[10];
	RulesPlan   plan;
	void       *memory;

	overrides = fields;
	if (rules == NULL || !bound(rules, classes, &error))
	{
		ok(false, "%.100s fits (%s)", json, error.message);
		return;
	}
	overrides = NULL;
	describe(rules, findings, run_clean(rules, classes, NULL, findings), found);
	ok(strcmp(found, expected) == 0, "%s: %s (%s)",
	   json + strlen("{\"name\":\"t\",\"version\":\"1\",\"rules\":"), expected, found);
	memory = calloc(1, rules_plan_size(rules) + 1);
	rules_plan(rules, memory, &plan);
	describe(rules, findings, run_clean(rules, classes, &plan, findings), planned);
	if (strcmp(found, planned) != 0)
		ok(false, "with a plan: %s", planned);
	free(memory);
	release(rules);
}

static void
checks(const char *json, const char *expected)
{
	checks_with(NULL, json, expected);
}

#define TRUE(condition) checks(FAILS(condition), "A fail 2730 2730 0")
#define FALSE(condition) checks(FAILS(condition), "")
#define UNKNOWN(condition, field) checks(FAILS(condition), "A ? " field)

static void
test_conditions(void)
{
	TRUE("[\"pod\",\"=\",\"NEL\"]");
	FALSE("[\"pod\",\"=\",\"NELX\"]");
	FALSE("[\"pod\",\"=\",\"NE\"]");
	FALSE("[\"pod\",\"<>\",\"NEL\"]");
	TRUE("[\"pod\",\"<>\",\"EL\"]");
	TRUE("[\"pod\",\"<\",\"NELX\"]");
	FALSE("[\"pod\",\"<\",\"NEL\"]");
	TRUE("[\"pod\",\"<=\",\"NEL\"]");
	FALSE("[\"pod\",\"<=\",\"NE\"]");
	TRUE("[\"pod\",\">\",\"NE\"]");
	FALSE("[\"pod\",\">\",\"NEL\"]");
	TRUE("[\"pod\",\">=\",\"NEL\"]");
	FALSE("[\"pod\",\">=\",\"NELX\"]");
	TRUE("[\"empty\",\"=\",\"\"]");
	TRUE("[\"empty\",\"<\",\"a\"]");
	TRUE("[\"pod\",\"in\",[\"EL\",\"NEL\"]]");
	/* a list ends where the next operand begins */
	FALSE("[\"pod\",\"in\",[\"EL\"]],[\"pod\",\"=\",\"NEL\"]");
	TRUE("[\"pod\",\"not_in\",[\"EL\"]],[\"pod\",\"=\",\"NEL\"]");
	TRUE("[\"total\",\">\",9]");
	FALSE("[\"pod\",\"in\",[\"EL\",\"NELX\"]]");
	FALSE("[\"pod\",\"not_in\",[\"EL\",\"NEL\"]]");
	TRUE("[\"pod\",\"not_in\",[\"EL\",\"DC\"]]");
	TRUE("[\"pod\",\"starts_with\",\"NE\"]");
	TRUE("[\"pod\",\"starts_with\",\"NEL\"]");
	TRUE("[\"pod\",\"starts_with\",\"\"]");
	FALSE("[\"pod\",\"starts_with\",\"NELX\"]");
	FALSE("[\"pod\",\"starts_with\",\"EL\"]");
	TRUE("[\"pod\",\"starts_with\",[\"EL\",\"NE\"]]");
	TRUE("[\"pod\",\"starts_with\",[\"X\",\"Y\",\"NE\"]]");
	FALSE("[\"pod\",\"starts_with\",[\"X\",\"Y\"]]");
	TRUE("[\"pod\",\"<\",{\"field\":\"other_pod\"}]");
	FALSE("[\"pod\",\"=\",{\"field\":\"other_pod\"}]");
	FALSE("[\"pod\",\"is_null\"]");
	TRUE("[\"pod\",\"not_null\"]");
	TRUE("[\"pod\",\"is_not_null\"]");
	TRUE("[\"no_text\",\"is_null\"]");
	FALSE("[\"no_text\",\"not_null\"]");
	TRUE("[\"odd\",\"not_null\"]");
	TRUE("[\"thing\",\"not_null\"]");
	TRUE("[\"total\",\"=\",2730]");
	TRUE("[\"total\",\"<\",2730.000001]");
	FALSE("[\"total\",\"<\",2730]");
	TRUE("[\"total\",\">\",2729.999999]");
	TRUE("[\"total\",\"in\",[1,2730]]");
	FALSE("[\"total\",\"in\",[1,2]]");
	TRUE("[\"huge\",\">\",0.1]");
	TRUE("[\"total\",\">\",{\"field\":\"unit_price\"},{\"plus\":129.999999}]");
	FALSE("[\"total\",\">\",{\"field\":\"unit_price\"},{\"plus\":130}]");
	TRUE("[\"total\",\"=\",{\"field\":\"unit_price\"},{\"plus\":130}]");
	TRUE("[\"unit_price\",\"<\",{\"field\":\"total\"},{\"plus\":-129}]");
	FALSE("[\"unit_price\",\"<\",{\"field\":\"total\"},{\"plus\":-130}]");
	TRUE("[\"day\",\"=\",\"2024-05-10\"]");
	TRUE("[\"day\",\"<\",\"2024-05-11\"]");
	FALSE("[\"day\",\"<\",\"2024-05-10\"]");
	TRUE("[\"day\",\">\",\"2024-05-09\"]");
	FALSE("[\"day\",\">\",\"2024-05-10\"]");
	TRUE("[\"day\",\"in\",[\"2024-05-09\",\"2024-05-10\"]]");
	TRUE("[\"later\",\"=\",{\"field\":\"day\"},{\"plus\":2}]");
	FALSE("[\"later\",\">\",{\"field\":\"day\"},{\"plus\":2}]");
	TRUE("[\"later\",\">\",{\"field\":\"day\"},{\"plus\":1}]");
	TRUE("[\"later\",\"<\",{\"field\":\"day\"},{\"plus\":3}]");
	TRUE("[\"day\",\"=\",{\"field\":\"later\"},{\"plus\":-2}]");
	TRUE("[\"day\",\"<\",{\"field\":\"later\"}]");
	TRUE("[\"yes\",\"is_true\"]");
	FALSE("[\"no\",\"is_true\"]");
	FALSE("[\"yes\",\"is_false\"]");
	TRUE("[\"no\",\"is_false\"]");
	TRUE("[\"yes\",\"=\",true]");
	TRUE("[\"no\",\"=\",false]");
	FALSE("[\"no\",\"=\",true]");
	TRUE("[\"no\",\"<>\",true]");
	TRUE("[\"yes\",\"<>\",{\"field\":\"no\"}]");
	FALSE("[\"yes\",\"=\",{\"field\":\"no\"}]");
	TRUE("[\"yes\",\"=\",{\"field\":\"yes\"}]");
	checks_with(" units=?", FAILS("[\"units\",\"=\",1],[\"maybe\",\"is_true\"]"), "A ? units");
	TRUE("[\"yes\",\"in\",[true,false]]");

	/* lists */
	TRUE("[\"codes\",\"contains\",\"I10\"]");
	TRUE("[\"codes\",\"contains\",\"E11X\"]");
	TRUE("[\"codes\",\"contains\",\"Z92\"]");
	FALSE("[\"codes\",\"contains\",\"E11\"]");
	FALSE("[\"codes\",\"contains\",\"I101\"]");
	FALSE("[\"codes\",\"contains\",\"\"]");
	TRUE("[\"codes\",\"contains\",[\"X\",\"Z92\"]]");
	FALSE("[\"codes\",\"contains\",[\"X\",\"Y\"]]");
	TRUE("[\"codes\",\"contains_prefix\",\"E11\"]");
	TRUE("[\"codes\",\"contains_prefix\",[\"X\",\"Z\"]]");
	TRUE("[\"codes\",\"contains_prefix\",\"Z92\"]");
	FALSE("[\"codes\",\"contains_prefix\",\"Z92Z\"]");
	FALSE("[\"codes\",\"contains_prefix\",\"11\"]");
	TRUE("{\"not\":[\"codes\",\"contains\",\"X\"]}");
	FALSE("[\"no_codes\",\"contains\",\"I10\"]");
	FALSE("[\"no_codes\",\"contains_prefix\",\"\"]");
	UNKNOWN("[\"null_codes\",\"contains\",\"I10\"]", "null_codes");
	TRUE("[\"null_codes\",\"is_null\"]");
	TRUE("[\"codes\",\"not_null\"]");
	TRUE("[\"flags\",\"contains\",\"A1\"]");
	TRUE("[\"flags\",\"contains\",\"B22\"]");
	TRUE("[\"flags\",\"contains\",\"C3\"]");
	FALSE("[\"flags\",\"contains\",\"B2\"]");
	FALSE("[\"flags\",\"contains\",\"\"]");
	FALSE("[\"flags\",\"contains\",\"A1, B22\"]");
	TRUE("[\"flags\",\"contains_prefix\",\"B\"]");
	FALSE("[\"flags\",\"contains_prefix\",\"22\"]");
	TRUE("[\"pod\",\"contains\",\"NEL\"]");
	FALSE("[\"pod\",\"contains\",\"NELX\"]");
	FALSE("[\"empty\",\"contains\",\"\"]");
	UNKNOWN("[\"no_text\",\"contains\",\"x\"]", "no_text");

	UNKNOWN("[\"no_text\",\"=\",\"x\"]", "no_text");
	UNKNOWN("[\"no_text\",\"<>\",\"x\"]", "no_text");
	UNKNOWN("[\"no_text\",\"not_in\",[\"x\"]]", "no_text");
	UNKNOWN("[\"no_text\",\"starts_with\",\"x\"]", "no_text");
	UNKNOWN("[\"maybe\",\"is_true\"]", "maybe");
	UNKNOWN("[\"maybe\",\"is_false\"]", "maybe");
	UNKNOWN("[\"odd\",\"=\",1]", "odd");
	UNKNOWN("[\"total\",\"=\",{\"field\":\"unknown\"}]", "unknown");
	UNKNOWN("[\"unknown\",\"=\",{\"field\":\"odd\"}]", "unknown");
	UNKNOWN("[\"total\",\"=\",{\"field\":\"odd\"}]", "odd");
	UNKNOWN("[\"total\",\"=\",{\"field\":\"huge\"},{\"plus\":1}]", "huge");
	UNKNOWN("[\"day\",\"=\",{\"field\":\"no_day\"},{\"plus\":1}]", "no_day");

	/* Kleene: all, any, not */
	TRUE("{\"any\":[[\"yes\",\"is_false\"],[\"yes\",\"is_true\"]]}");
	FALSE("{\"any\":[[\"yes\",\"is_false\"],[\"no\",\"is_true\"]]}");
	TRUE("{\"any\":[[\"maybe\",\"is_true\"],[\"yes\",\"is_true\"]]}");
	TRUE("{\"any\":[[\"yes\",\"is_true\"],[\"maybe\",\"is_true\"]]}");
	UNKNOWN("{\"any\":[[\"yes\",\"is_false\"],[\"maybe\",\"is_true\"],[\"no_text\",\"=\",\"x\"]]}",
			"maybe");
	FALSE("{\"all\":[[\"maybe\",\"is_true\"],[\"yes\",\"is_false\"]]}");
	FALSE("{\"all\":[[\"yes\",\"is_false\"],[\"maybe\",\"is_true\"]]}");
	TRUE("{\"all\":[[\"yes\",\"is_true\"],[\"no\",\"is_false\"]]}");
	UNKNOWN("{\"all\":[[\"yes\",\"is_true\"],[\"no_text\",\"=\",\"x\"],[\"maybe\",\"is_true\"]]}",
			"no_text");
	FALSE("{\"not\":[\"yes\",\"is_true\"]}");
	TRUE("{\"not\":[\"no\",\"is_true\"]}");
	UNKNOWN("{\"not\":[\"maybe\",\"is_true\"]}", "maybe");
	TRUE("{\"not\":{\"not\":[\"yes\",\"is_true\"]}}");
	UNKNOWN("{\"any\":[{\"all\":[[\"maybe\",\"is_true\"],[\"no\",\"is_true\"]]},[\"no_text\",\"=\","
			"\"x\"]]}",
			"no_text");
	TRUE("{\"all\":[{\"any\":[[\"no\",\"is_true\"],{\"not\":[\"no\",\"is_true\"]}]},{\"not\":{"
		 "\"all\":[[\"yes\",\"is_true\"],[\"no\",\"is_true\"]]}}]}");
	TRUE("[\"yes\",\"is_true\"],[\"no\",\"is_false\"]");
	FALSE("[\"yes\",\"is_true\"],[\"no\",\"is_true\"]");

	/* applies decides first */
	checks(SET(RULE_AS("A", "1", "[[\"pod\",\"=\",\"EL\"]]", "[[\"yes\",\"is_true\"]]",
					   "{\"kind\":\"void\"}")),
		   "");
	checks(SET(RULE_AS("A", "1", "[[\"pod\",\"=\",\"EL\"]]", "[[\"maybe\",\"is_true\"]]",
					   "{\"kind\":\"void\"}")),
		   "");
	checks(SET(RULE_AS("A", "1", "[[\"maybe\",\"is_true\"]]", "[[\"no\",\"is_true\"]]",
					   "{\"kind\":\"void\"}")),
		   "A ? maybe");
	checks(SET(RULE_AS("A", "1", "[[\"pod\",\"=\",\"NEL\"]]", "[[\"no\",\"is_true\"]]",
					   "{\"kind\":\"void\"}")),
		   "");
	checks(SET("{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\",\"level\":\"provider\","
			   "\"priority\":1,\"fails\":[[\"yes\",\"is_true\"]],\"effect\":{\"kind\":\"void\"}}"),
		   "A fail 2730 2730 0");
	checks(SET(""), "");
}

#define YES "[[\"yes\",\"is_true\"]]"
#define R(code, priority, effect) RULE_AS(code, priority, "[]", YES, effect)
#define PRICE "{\"kind\":\"set\",\"unit_price\":\"expected_price\"}"
#define FACTOR "{\"kind\":\"set\",\"factor\":\"expected_factor\"}"
#define UNITS "{\"kind\":\"set\",\"units\":\"expected_units\"}"
#define LOWER "{\"kind\":\"set\",\"unit_price\":\"lower_price\"}"
#define DEARER "{\"kind\":\"set\",\"unit_price\":\"dearer_price\"}"
#define TOTAL_OF(field) "{\"kind\":\"set\",\"total\":\"" field "\"}"
#define VOID "{\"kind\":\"void\"}"
#define HOLD "{\"kind\":\"hold\"}"
#define RECOMPUTE "{\"kind\":\"recompute\"}"
#define NOTE "{\"kind\":\"note\"}"

static void
test_money(void)
{
	checks(SET(R("DAYS", "4", PRICE) "," R("FACTOR", "5", FACTOR)),
		   "DAYS fail 420 420 2310; FACTOR fail 52 44 2266");
	checks(SET(R("FACTOR", "5", FACTOR) "," R("DAYS", "4", PRICE)),
		   "DAYS fail 420 420 2310; FACTOR fail 52 44 2266");
	checks(SET(R("FACTOR", "5", FACTOR) "," R("DAYS", "5", PRICE)),
		   "FACTOR fail 52 52 2678; DAYS fail 420 412 2266");
	checks(SET(R("A", "1", UNITS)), "A fail -2730 -2730 5460");
	checks(SET(R("A", "1", VOID) "," R("B", "2", PRICE) "," R("C", "3", VOID) "," R("D", "4",
																					RECOMPUTE)),
		   "A fail 2730 2730 0; B fail 420 0 0; C fail 2730 0 0; D fail 0 0 0");
	checks(SET(R("A", "1", PRICE) "," R("B", "2", VOID) "," R(
			   "C", "3", "{\"kind\":\"set\",\"total\":\"small\"}")),
		   "A fail 420 420 2310; B fail 2730 2310 0; C fail 2729.5 0 0");
	checks(SET(R("A", "1", HOLD) "," R("B", "2", PRICE) "," R("C", "3", HOLD)),
		   "A hold 2730 0 2730; B fail 420 420 2310; C hold 2730 0 2310");
	checks_with(" total=2800.005", SET(R("A", "5", HOLD) "," R("B", "6", NOTE)),
				"A hold 2800.005 0 2800.005; B fail 0 0 2800.005");
	/* a note is found and worth nothing, wherever it stands, and asks for no money */
	checks(SET(R("A", "1", NOTE) "," R("B", "2", PRICE) "," R("C", "3", NOTE)),
		   "A fail 0 0 2730; B fail 420 420 2310; C fail 0 0 2310");
	checks(SET(R("A", "1", VOID) "," R("B", "2", NOTE)), "A fail 2730 2730 0; B fail 0 0 0");
	checks_with(" total=?", SET(R("A", "1", NOTE) "," R("B", "2", VOID)),
				"A fail 0 0 unpriced; B ? total");
	checks(EFFECT_ON("[[\"maybe\",\"is_true\"]]", NOTE), "A ? maybe");
	checks_with(" total=2800.005", SET(R("A", "5", RECOMPUTE)), "A fail 70.005 70.005 2730");
	checks_with(" total=2800.005", SET(R("A", "4", PRICE) "," R("B", "5", RECOMPUTE)),
				"A fail 490.005 490.005 2310; B fail 70.005 0 2310");
	checks_with(" total=2800.005", SET(R("B", "3", RECOMPUTE) "," R("A", "4", PRICE)),
				"B fail 70.005 70.005 2730; A fail 490.005 420 2310");
	checks(SET(R("A", "1", "{\"kind\":\"set\",\"total\":\"small\"}") "," R("B", "2", FACTOR)),
		   "A fail 2729.5 2729.5 0.5; B fail 52 0 0.5");
	/* what a rule has set is only lowered by those after it, whichever comes first */
	checks(SET(R("A", "3", PRICE) "," R("B", "4", LOWER)),
		   "A fail 420 420 2310; B fail 630 210 2100");
	checks(SET(R("B", "3", LOWER) "," R("A", "4", PRICE)),
		   "B fail 630 630 2100; A fail 420 0 2100");
	checks(SET(R("A", "3", PRICE) "," R("B", "4", DEARER)),
		   "A fail 420 420 2310; B fail -105 0 2310");
	checks(SET(R("B", "3", DEARER) "," R("A", "4", PRICE)),
		   "B fail -105 -105 2835; A fail 420 525 2310");
	checks(SET(R("A", "3", UNITS) "," R("B", "4", "{\"kind\":\"set\",\"units\":\"units\"}")),
		   "A fail -2730 -2730 5460; B fail 0 2730 2730");
	/* one that sets another component may still raise the line */
	checks(SET(R("A", "3", PRICE) "," R("B", "4", "{\"kind\":\"set\",\"factor\":\"small\"}") "," R(
			   "C", "5", FACTOR)),
		   "A fail 420 420 2310; B fail 1430 1210 1100; C fail 52 0 1100");
	checks(SET(R("A", "3", PRICE) "," R("B", "4", UNITS)),
		   "A fail 420 420 2310; B fail -2730 -2310 4620");
	/* the total of a line is bounded by what was found before, and bounds what is found after */
	checks(SET(R("A", "3", PRICE) "," R("B", "4", TOTAL_OF("units"))),
		   "A fail 420 420 2310; B fail 2729 2309 1");
	checks(SET(R("A", "3", LOWER) "," R("B", "4", TOTAL_OF("expected_price"))),
		   "A fail 630 630 2100; B fail 530 0 2100");
	checks(SET(R("A", "3", HOLD) "," R("B", "4", TOTAL_OF("huge_price"))),
		   "A hold 2730 0 2730; B fail -27270 -27270 30000");
	checks(SET(R("B", "3", TOTAL_OF("expected_price")) "," R("A", "4", LOWER)),
		   "B fail 530 530 2200; A fail 630 100 2100");
	checks(SET(R("B", "3", TOTAL_OF("expected_price")) "," R("A", "5", RECOMPUTE)),
		   "B fail 530 530 2200; A fail 0 0 2200");
	checks(SET(R("B", "3", TOTAL_OF("expected_price")) "," R("A", "4", TOTAL_OF("lower_price"))),
		   "B fail 530 530 2200; A fail 730 200 2000");
	checks(SET(R("A", "1",
				 "{\"kind\":\"set\",\"units\":\"expected_units\",\"unit_price\":\"expected_price\","
				 "\"factor\":\"expected_factor\"}")),
		   "A fail -1802 -1802 4532");
	checks_with(" factor=?", SET(R("A", "1", RECOMPUTE)), "A fail 130 130 2600");
	checks_with(" factor=odd", SET(R("A", "1", RECOMPUTE)), "A ? factor");
	checks_with(" units=?", SET(R("A", "1", RECOMPUTE)), "A ? units");
	checks_with(" unit_price=?", SET(R("A", "1", RECOMPUTE)), "A ? unit_price");
	checks_with(" unit_price=?", SET(R("A", "1", PRICE)), "A fail 420 420 2310");
	checks_with(" unit_price=?", SET(R("A", "1", FACTOR) "," R("B", "2", PRICE)),
				"A ? unit_price; B fail 420 420 2310");
	checks_with(" rounding=?", SET(R("A", "1", RECOMPUTE) "," R("B", "2", VOID)),
				"A ? rounding; B fail 2730 2730 0");
	checks_with(" rounding=pence", SET(R("A", "1", RECOMPUTE)), "A ? rounding");
	checks_with(" total=?", SET(R("A", "1", VOID) "," R("B", "2", HOLD) "," R("C", "3", RECOMPUTE)),
				"A ? total; B ? total; C ? total");
	checks_with(" total=odd", SET(R("A", "1", VOID)), "A ? total");
	checks_with(" units=? unit_price=? factor=? rounding=?", SET(R("A", "1", VOID)),
				"A fail 2730 2730 0");
	checks_with(" units=? rounding=?", SET(R("A", "1", "{\"kind\":\"set\",\"total\":\"small\"}")),
				"A fail 2729.5 2729.5 0.5");
	checks(SET(R("A", "1", "{\"kind\":\"set\",\"total\":\"unknown\"}") "," R("B", "2", VOID)),
		   "A ? unknown; B fail 2730 2730 0");
	checks(SET(R("A", "1", "{\"kind\":\"set\",\"units\":\"odd\"}")), "A ? odd");
	checks(SET(R("A", "1", "{\"kind\":\"set\",\"unit_price\":\"huge\"}") "," R("B", "2", PRICE)),
		   "A ? overflow; B fail 420 420 2310");
	checks_with(" total=0.01", SET(R("A", "1", "{\"kind\":\"set\",\"total\":\"huge\"}")),
				"A ? overflow");
	checks_with(" rounding=sus unit_price=10.5 factor=1.05 total=12", SET(R("A", "1", RECOMPUTE)),
				"A fail 0 0 12");
	checks_with(" rounding=none unit_price=10.5 factor=1.05 total=12", SET(R("A", "1", RECOMPUTE)),
				"A fail 0.975 0.975 11.025");
	checks_with(" rounding=penny unit_price=10.5 factor=1.05 total=12", SET(R("A", "1", RECOMPUTE)),
				"A fail 0.97 0.97 11.03");
	checks_with(" total=-2730 units=-1", SET(R("A", "1", VOID)), "A fail -2730 -2730 0");
}

/*
 * A plan never changes what is found: random sets of up to 150 rules whose
 * conditions are drawn from a few, so that many share them.
 */
static void
test_plan(void)
{
	static const char *const atoms[] = {"[\"pod\",\"=\",\"NEL\"]",
										"[\"pod\",\"=\",\"EL\"]",
										"[\"pod\",\"in\",[\"EL\",\"NEL\"]]",
										"[\"pod\",\"in\",[\"EL\",\"DC\"]]",
										"[\"yes\",\"is_true\"]",
										"[\"no\",\"is_true\"]",
										"[\"maybe\",\"is_true\"]",
										"[\"total\",\">\",1]",
										"[\"total\",\">\",9000]",
										"[\"unknown\",\"=\",1]",
										"[\"later\",\">\",{\"field\":\"day\"}]",
										"[\"later\",\">\",{\"field\":\"day\"},{\"plus\":5}]",
										"{\"not\":[\"yes\",\"is_true\"]}",
										"{\"any\":[[\"no\",\"is_true\"],[\"yes\",\"is_true\"]]}",
										"[\"pod\",\"<\",{\"field\":\"other_pod\"}]",
										"[\"pod\",\">\",{\"field\":\"other_pod\"}]",
										"[\"codes\",\"contains\",\"I10\"]",
										"[\"codes\",\"contains\",\"X\"]"};
	static char              json[60000];
	static RuleFinding       plain[150], planned[150];
	uint64_t                 seed = 11;
	int                      tried;
	int                      same = 0;
	int                      findings = 0;
	int                      guards = 0;

	for (tried = 0; tried < 400; tried++)
	{
		char     *p = json;
		uint8_t   classes[40];
		JsonError error;
		RulesPlan plan;
		RuleSet  *rules;
		void     *memory;
		int       count = 1 + tried % 150;
		int       i;
		int       k;
		uint32_t  a;
		uint32_t  b;

		p += sprintf(p, "{\"name\":\"t\",\"version\":\"1\",\"rules\":[");
		for (i = 0; i < count; i++)
		{
			p += sprintf(
				p,
				"%s{\"code\":\"%d\",\"version\":\"1\",\"name\":\"n\",\"level\":\"line\","
				"\"priority\":%d,\"effect\":{\"kind\":\"%s\"},\"fails\":[[\"yes\",\"is_true\"]],"
				"\"applies\":[",
				i ? "," : "", i, 1 + i % 5, i % 3 ? "hold" : "recompute");
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			for (k = 0; k < (int) (seed >> 60) % 4; k++)
				p += sprintf(p, "%s%s", k ? "," : "",
							 atoms[(seed >> (20 + 8 * k)) % (sizeof(atoms) / sizeof(atoms[0]))]);
			p += sprintf(p, "]}");
		}
		strcpy(p, "]}");
		rules = compile(json, strlen(json), &error);
		if (rules == NULL || !bound(rules, classes, &error))
			break;
		memory = calloc(1, rules_plan_size(rules) + 1);
		rules_plan(rules, memory, &plan);
		a = rules_run(rules, classes, get, NULL, NULL, plain);
		b = rules_run(rules, classes, get, NULL, &plan, planned);
		for (i = 0; a == b && i < (int) a; i++)
			if (plain[i].rule != planned[i].rule || plain[i].outcome != planned[i].outcome)
				break;
		same += a == b && i == (int) a;
		findings += a;
		guards += plan.guards;
		free(memory);
		release(rules);
	}
	ok(tried == 400 && same == 400, "with a plan 400 random sets find what they find without (%d)",
	   same);
	ok(findings > 1000 && guards > 1000, "%d findings, %d guards", findings, guards);
}

/* count rules: the conditions of the first, of the last and of all; as text */
static void
many_rules(char *json, int count, int first, int last)
{
	char *p = json;
	int   i;

	p += sprintf(p, "{\"name\":\"t\",\"version\":\"1\",\"rules\":[");
	for (i = 0; i < count; i++)
		p += sprintf(
			p,
			"%s{\"code\":\"%d\",\"version\":\"1\",\"name\":\"n\",\"level\":\"line\","
			"\"priority\":1,\"effect\":{\"kind\":\"hold\"},\"fails\":[[\"yes\",\"is_true\"]],"
			"\"applies\":[[\"yes\",\"is_true\"]%s]}",
			i ? "," : "", i, i == first || i == last ? ",[\"no\",\"is_true\"]" : "");
	strcpy(p, "]}");
}

/* Sets that need more than one word, and guards of one rule. */
static void
test_wide_plans(void)
{
	static const struct
	{
		int      count;
		int      first;
		int      last;
		uint32_t words;
		uint32_t guards;
		uint32_t found;
	} cases[] = {{1, -1, -1, 1, 0, 1},     {2, 1, -1, 1, 1, 1},      {63, 0, 62, 1, 2, 61},
				 {64, 0, 63, 1, 2, 62},    {65, 0, 64, 2, 2, 63},    {65, 64, -1, 2, 1, 64},
				 {128, 5, 127, 2, 2, 126}, {129, 63, 64, 3, 2, 127}, {129, -1, 128, 3, 1, 128}};
	static char        json[60000];
	static RuleFinding findings[150];
	size_t             i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		uint8_t   classes[40];
		JsonError error;
		RulesPlan plan;
		RuleSet  *rules;
		void     *memory;
		uint32_t  found;

		many_rules(json, cases[i].count, cases[i].first, cases[i].last);
		rules = compile(json, strlen(json), &error);
		if (rules == NULL || !bound(rules, classes, &error))
		{
			ok(false, "%d rules: %s", cases[i].count, error.message);
			continue;
		}
		memory = calloc(1, rules_plan_size(rules));
		rules_plan(rules, memory, &plan);
		found = rules_run(rules, classes, get, NULL, &plan, findings);
		ok(rules_plan_size(rules) == cases[i].words * (RULES_GUARDS + 1) * 8 &&
			   plan.words == cases[i].words && plan.guards == cases[i].guards &&
			   found == cases[i].found,
		   "%d rules: %u words, %u guards, %u found", cases[i].count, plan.words, plan.guards,
		   found);
		free(memory);
		release(rules);
	}
}

/* What a plan holds: conditions shared by rules, once each, with the rules that they let through.
 */
static void
test_guards(void)
{
	static const char json[] = SET(RULE_AS(
		"A", "1", "[[\"no\",\"is_true\"],[\"pod\",\"=\",\"NEL\"]]", "[[\"yes\",\"is_true\"]]",
		VOID) "," RULE_AS("B", "2", "[[\"pod\",\"=\",\"NEL\"],[\"pod\",\"=\",\"EL\"]]",
						  "[[\"yes\",\"is_true\"]]",
						  VOID) "," RULE_AS("C", "3", "[[\"no\",\"is_true\"]]",
											"[[\"yes\",\"is_true\"]]",
											VOID) "," RULE_AS("D", "4",
															  "[{\"not\":[\"no\",\"is_true\"]}]",
															  "[[\"no\",\"is_true\"]]", VOID));
	JsonError         error;
	RuleSet          *rules = compile(json, strlen(json), &error);
	void             *memory = calloc(1, rules_plan_size(rules));
	uint8_t           classes[40];
	RuleFinding       findings[4];
	RulesPlan         plan;

	ok(bound(rules, classes, &error), "bound");
	rules_plan(rules, memory, &plan);
	ok(rules_plan_size(rules) == 65 * sizeof(uint64_t), "one word for each guard and the rest");
	ok(plan.words == 1 && plan.guards == 2 && plan.out[0] == 5 && plan.out[1] == 3,
	   "two guards: of A and C, of A and B (%u)", plan.guards);
	ok(rules_run(rules, classes, get, NULL, &plan, findings) == 0 &&
		   plan.left[0] == (~UINT64_C(0) & ~UINT64_C(5)),
	   "rules whose guard is false are passed over, others not");
	free(memory);
	release(rules);
}

static void
test_layout(void)
{
	static const char json[] = SET(R("B", "2", PRICE) "," R("A", "1", HOLD));
	JsonError         error;
	RuleSet          *rules = compile(json, strlen(json), &error);
	const Rule       *rule = rules_rules(rules);

	ok(rules->version == 1 && rules->vl_len_ == 0 && rules->rules == 2 && rules->nodes == 6 &&
		   rules->operands == 0 && rules->fields == 8 && rules->evidence == 2,
	   "the head counts the parts");
	ok(sizeof(RuleSet) == 56 && sizeof(Rule) == 64 && sizeof(RuleNode) == 32 &&
		   sizeof(RuleOperand) == 24,
	   "the stored layout");
	ok(rules->json_length == strlen(json) && strcmp(rules_text(rules, rules->json), json) == 0 &&
		   rules->size == rules->json + strlen(json) + 1,
	   "the JSON is kept as it was");
	ok(!strcmp(rules_text(rules, rule[0].code), "A") && rule[0].order == 1 &&
		   rule[0].priority == 1 && !strcmp(rules_text(rules, rule[1].code), "B") &&
		   !strcmp(rules_text(rules, rule[1].rule_version), "1") &&
		   !strcmp(rules_text(rules, rule[1].name), "n") &&
		   !strcmp(rules_text(rules, rule[1].level), "line") &&
		   !strcmp(rules_text(rules, rule[1].source), "s") && rule[1].evidence == 1 &&
		   !strcmp(rules_text(rules,
							  rules_fields(rules)[rules_evidence(rules)[rule[1].first_evidence]]),
				   "pod"),
	   "rules stand in order of priority");
	ok(rules->fingerprint[0] != 0 && rules->fingerprint[1] != 0, "with a fingerprint");
	release(rules);
	rules = compile(
		SET("{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\",\"level\":\"patient\",\"priority\":"
			"99,\"fails\":[[\"pod\",\"is_null\"]],\"effect\":{\"kind\":\"void\"}}"),
		strlen(SET(
			"{\"code\":\"A\",\"version\":\"1\",\"name\":\"n\",\"level\":\"patient\",\"priority\":"
			"99,\"fails\":[[\"pod\",\"is_null\"]],\"effect\":{\"kind\":\"void\"}}")),
		&error);
	ok(rules != NULL && !strcmp(rules_text(rules, rules_rules(rules)->source), "") &&
		   rules->evidence == 0,
	   "source and evidence may be left out");
	release(rules);
}

/* Nothing that is fed in may crash, loop or leak; what is accepted can be bound and run, or not
 * bound. */
static void
test_garbage(void)
{
	static const char json[] =
		SET(RULE_AS("A", "1",
					"[[\"pod\",\"=\",\"EL\"],{\"any\":[[\"day\",\">\",{\"field\":\"later\"},{"
					"\"plus\":2}],[\"total\",\"in\",[1,2.5]]]}]",
					"[{\"not\":[\"yes\",\"is_true\"]}]", PRICE));
	static const char alphabet[] = "{}[]\",:\\u0123456789.eE-+ntfals AZ\n<>=_";
	char              text[sizeof(json)];
	uint8_t           classes[40];
	RuleFinding       findings[4];
	uint64_t          seed = 7;
	JsonError         error;
	int               tried;
	int               good = 0;

	for (tried = 0; tried < 30000; tried++)
	{
		size_t   length = sizeof(json) - 1;
		int      changes;
		RuleSet *rules;

		memcpy(text, json, sizeof(json));
		for (changes = tried % 4; changes >= 0; changes--)
		{
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			text[(seed >> 40) % length] = alphabet[(seed >> 20) % (sizeof(alphabet) - 1)];
		}
		if (tried % 5 == 0)
			length = (seed >> 33) % sizeof(json);
		rules = compile(text, length, &error);
		if ((rules == NULL) != (error.fault != JSON_OK) ||
			(rules == NULL && error.message[0] != '$'))
			break;
		if (rules != NULL && bound(rules, classes, &error))
			rules_run(rules, classes, get, NULL, NULL, findings);
		good += rules != NULL;
		release(rules);
	}
	ok(tried == 30000 && good > 100 && good < 20000,
	   "30,000 damaged texts are rule sets or have a fault with a path (%d rule sets)", good);
}

int
main(void)
{
	test_faults();
	test_lengths();
	test_binding();
	test_conditions();
	test_money();
	test_plan();
	test_guards();
	test_wide_plans();
	test_layout();
	test_garbage();
	ok(live == 0, "all memory is given back (%d blocks)", live);
	return done_testing();
}

/*-------------------------------------------------------------------------
 *
 * settle_lines.h
 *	  A statement in the hands of a unit test: clauses, inputs and detail to
 *	  set, and the lines that come out as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEST_SETTLE_LINES_H
#define TEST_SETTLE_LINES_H

#include "settle_tools.h"

static SettleTerms     t;
static SettleInputs    in;
static SettleDetail    d;
static SettleIndicator indicator[SETTLE_MAX_INDICATORS + 1];
static SettleCondition condition[3];
static SettleAccount   account[4];
static SettleCase      one_case[40];
static bool            detail, parties;

/* clear --- no clause but this curve, no input, no detail. */
static inline void
clear(const char *text)
{
	memset(&t, 0, sizeof(t));
	memset(&in, 0, sizeof(in));
	memset(&d, 0, sizeof(d));
	memset(indicator, 0, sizeof(indicator));
	memset(condition, 0, sizeof(condition));
	memset(account, 0, sizeof(account));
	memset(one_case, 0, sizeof(one_case));
	t.curve = curve(text);
	t.unit = 1;
	t.gate_sides = SIDE_GAIN | SIDE_LOSS;
	t.quality_sides = SIDE_GAIN;
	d.indicator = indicator;
	d.condition = condition;
	d.account = account;
	d.one_case = one_case;
	detail = parties = false;
}

/* amounts --- benchmark and actual in pence, in statements of everything shared. */
static inline void
amounts(int64_t benchmark, int64_t actual)
{
	set(&in, INPUT_BENCHMARK, benchmark, 100);
	set(&in, INPUT_ACTUAL, actual, 100);
}

static inline SettleNumber
number(int64_t num, int64_t den)
{
	return (SettleNumber){.given = true, .value = ratio(num, den)};
}

static inline SettleText
words(const char *text)
{
	return (SettleText){.at = text, .len = (int) strlen(text)};
}

static char  shown[200000];
static char *end;

/* show --- a sink: code|clause|formula|quantity|rate|exact|pence, and @party */
static inline void
show(void *where, const SettleLine *l)
{
	static char quantity[2 * EXACT_TEXT], exact[2 * EXACT_TEXT];

	(void) where;
	quantity[0] = '\0';
	if (l->has_quantity)
		rat_print(&l->quantity, quantity);
	rat_print(&l->exact, exact);
	end += sprintf(end, "%s|%s%.*s|%s%.*s|%s|%s|%s|%ld", l->code, l->clause,
				   l->name.at ? l->name.len : 0, l->name.at ? l->name.at : "", l->formula,
				   l->tail.at ? l->tail.len : 0, l->tail.at ? l->tail.at : "", quantity, l->rate,
				   exact, (long) l->pence);
	if (l->party.at)
		end += sprintf(end, "@%.*s", l->party.len, l->party.at);
	*end++ = '\n';
	*end = '\0';
}

/* run --- the statement; "1 message" when something is missing, "2 " when it does not fit. */
static inline const char *
run(void)
{
	static SettleRoom      room;
	static ExactInt        weight[16];
	static const ExactInt *order[16];
	static int64_t         part[16];
	static SettleParty     party[24];
	SettleSink             sink = {.put = show, .where = NULL};
	char                   message[400];
	int64_t                settled;
	SettleStatus           status;

	memset(&room, 'x', sizeof(room));
	memset(party, 'x', sizeof(party));
	room.weight = weight;
	room.order = order;
	room.part = part;
	room.party = party;
	end = shown;
	*end++ = '\n';
	*end = '\0';
	status = settle_lines(&t, &in, detail ? &d : NULL, parties, &room, &sink, &settled, message,
						  sizeof(message));
	if (status != SETTLE_OK)
		sprintf(shown, "%d %s", status, status == SETTLE_MISSING ? message : "");
	return shown;
}

/* has --- the statement has this line. */
static inline void
has(const char *line, const char *name)
{
	char with[1000];

	snprintf(with, sizeof(with), "\n%s\n", line);
	ok(strstr(run(), with) != NULL, "%s", name);
	if (strstr(shown, with) == NULL)
		printf("# got:%s# expected: %s\n", shown, line);
}

/* lacks --- the statement has no line that begins like this. */
static inline void
lacks(const char *code, const char *name)
{
	char with[100];

	snprintf(with, sizeof(with), "\n%s|", code);
	ok(strstr(run(), with) == NULL && shown[0] == '\n', "%s", name);
}

/* settles --- the settlement in pence. */
static inline void
settles(int64_t pence, const char *name)
{
	const char *line = strstr(run(), "\nsettlement|");
	char        tail[40];

	snprintf(tail, sizeof(tail), "|%ld\n", (long) pence);
	ok(line != NULL && strstr(line, tail) == strchr(line + 1, '\n') - strlen(tail) + 1, "%s", name);
	if (line == NULL || strstr(line, tail) != strchr(line + 1, '\n') - strlen(tail) + 1)
		printf("# got:%s# expected: %ld\n", shown, (long) pence);
}

static inline void
refuses(const char *message, const char *name)
{
	says(run(), message, name);
}

#endif /* TEST_SETTLE_LINES_H */

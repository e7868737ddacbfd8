/*-------------------------------------------------------------------------
 *
 * settle_clauses.c
 *	  Unit test of the clauses of a statement, from single cases to what is due.
 *
 * The numbers are worked out by hand.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle_core.h"

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
static void
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
static void
amounts(int64_t benchmark, int64_t actual)
{
	set(&in, INPUT_BENCHMARK, benchmark, 100);
	set(&in, INPUT_ACTUAL, actual, 100);
}

static SettleNumber
number(int64_t num, int64_t den)
{
	return (SettleNumber){.given = true, .value = ratio(num, den)};
}

static SettleText
words(const char *text)
{
	return (SettleText){.at = text, .len = (int) strlen(text)};
}

static char  shown[200000];
static char *end;

/* show --- a sink: code|clause|formula|quantity|rate|exact|pence, and @party */
static void
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
static const char *
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
static void
has(const char *line, const char *name)
{
	char with[1000];

	snprintf(with, sizeof(with), "\n%s\n", line);
	ok(strstr(run(), with) != NULL, "%s", name);
	if (strstr(shown, with) == NULL)
		printf("# got:%s# expected: %s\n", shown, line);
}

/* lacks --- the statement has no line that begins like this. */
static void
lacks(const char *code, const char *name)
{
	char with[100];

	snprintf(with, sizeof(with), "\n%s|", code);
	ok(strstr(run(), with) == NULL && shown[0] == '\n', "%s", name);
}

/* settles --- the settlement in pence. */
static void
settles(int64_t pence, const char *name)
{
	const char *line = strstr(run(), "\nsettlement|");
	char        tail[40];

	snprintf(tail, sizeof(tail), "|%ld\n", (long) pence);
	ok(line != NULL && strstr(line, tail) == strchr(line + 1, '\n') - strlen(tail) + 1, "%s", name);
	if (line == NULL || strstr(line, tail) != strchr(line + 1, '\n') - strlen(tail) + 1)
		printf("# got:%s# expected: %ld\n", shown, (long) pence);
}

static void
refuses(const char *message, const char *name)
{
	says(run(), message, name);
}

static void
test_cases(void)
{
	ExactRat odd = ratio(60000006, 1000);
	int      i;

	clear("both 0..:100%");
	amounts(100000000, 90000000);
	t.stop_loss = curve("gain 0..60000:0%, 60000..300000:75%, 300000..:0%");
	refuses("1 cases are missing: the terms have a stop_loss; give the cost of each case in "
			"detail.cases, an empty array where there was none",
			"no detail, no cases");
	detail = true;
	refuses("1 cases are missing: the terms have a stop_loss; give the cost of each case in "
			"detail.cases, an empty array where there was none",
			"a detail without cases");
	d.has_cases = true;
	has("stop_loss|stop_loss|paid for 0 of 0 cases, each rounded|0||0|0", "no case");
	has("difference|measure: benchmark - actual|1,000,000.00 - 900,000.00|||100000|10000000",
		"takes nothing off");
	d.cases = 4;
	one_case[0].pence = 100000;
	one_case[1].pence = 18765432;
	one_case[2].pence = 6000000;
	one_case[3].pence = 41200000;
	says(run(),
		 "\ncase|stop_loss: case 4|(300,000.00 - 60,000.00) x 75%|412000||180000|18000000\n"
		 "case|stop_loss: case 2|(187,654.32 - 60,000.00) x 75%|4691358/25||4787037/50|9574074\n"
		 "stop_loss|stop_loss|paid for 2 of 4 cases, each rounded|2||13787037/50|27574074\n"
		 "difference|measure: benchmark - actual|1,000,000.00 - (900,000.00 - 275,740.74 "
		 "stop-loss)|||18787037/50|37574074\n"
		 "band|curve: both band 1|(375,740.74 - 0.00) x "
		 "100%|18787037/50|100%|18787037/50|37574074\n"
		 "share|curve|sum of 1 band|||18787037/50|37574074\n"
		 "settlement|rounding|375,740.74 to 0.01, half away from zero|||18787037/50|37574074\n",
		 "the dearer case first");
	d.cases = 1;
	one_case[0].exact = &odd;
	has("stop_loss|stop_loss|paid for 0 of 1 case, each rounded|0||0|0", "0.0045 is nothing");
	odd = ratio(60000007, 1000);
	has("case|stop_loss: case 1|(60,000.007 - 60,000.00) x 75%|60000007/1000||21/4000|1",
		"0.00525 is a penny");
	t.stop_loss = curve("gain 0..100:0%, 100..200:50%, 200..:25% max 60");
	odd = ratio(300001, 1000);
	has("case|stop_loss: case 1|(200.00 - 100.00) x 50% + (300.001 - 200.00) x 25%, at most "
		"60.00|300001/1000||60|6000",
		"two bands and a cap");
	one_case[1].pence = 30000;
	d.cases = 2;
	one_case[1].exact = NULL;
	run();
	ok(strstr(shown, "case 1|") < strstr(shown, "case 2|"), "300.001 is dearer than 300.00");
	odd = ratio(30000, 100);
	run();
	ok(strstr(shown, "case 1|") < strstr(shown, "case 2|"), "equal ones stand in order");
	odd = ratio(29999, 100);
	run();
	ok(strstr(shown, "case 1|") > strstr(shown, "case 2|"), "299.99 is not dearer");
	d.cases = 22;
	t.stop_loss = curve("gain 0..:50%");
	for (i = 0; i < 22; i++)
		one_case[i] = (SettleCase){.pence = 100 * (i + 1)};
	has("stop_loss|stop_loss|paid for 22 of 22 cases, each rounded; the 20 dearest are "
		"shown|22||253/2|12650",
		"22 cases are paid");
	lacks("case|stop_loss: case 1", "the two cheapest are not shown");
	lacks("case|stop_loss: case 2", "neither");
	for (i = 0; i < 22; i++)
		one_case[i].pence = 300;
	lacks("case|stop_loss: case 21", "of equal ones the first are shown");
	has("case|stop_loss: case 20|(3.00 - 0.00) x 50%|3||3/2|150", "twenty of them");
	for (i = 0; i < 22; i++)
		one_case[i].pence = 100 * (i + 1);
	has("case|stop_loss: case 3|(3.00 - 0.00) x 50%|3||3/2|150", "the 20th is");
	for (i = 0; i < 22; i++)
		one_case[i] = (SettleCase){.pence = 100 * (22 - i)};
	has("case|stop_loss: case 20|(3.00 - 0.00) x 50%|3||3/2|150", "from dear to cheap");
	lacks("case|stop_loss: case 21", "the cheapest last");
	d.cases = 2;
	one_case[0].pence = one_case[1].pence = INT64_MAX;
	t.stop_loss = curve("gain 0..:100%");
	refuses("2 ", "a sum that does not fit");
	d.cases = 1;
	odd = ratio(INT64_MAX, 1);
	one_case[0].exact = &odd;
	refuses("2 ", "a case that does not fit");
}

static void
test_benchmark(void)
{
	clear("both 0..:100%");
	amounts(100000, 100000);
	t.adjust_volume = t.adjust_risk = t.has_discount = true;
	t.discount = ratio(1, 10);
	t.risk_limit = number(3, 100);
	t.withhold = number(2, 100);
	refuses("1 volume is missing: the terms adjust the benchmark by it; record it for the period",
			"no volume");
	set(&in, INPUT_VOLUME, 110, 1);
	refuses(
		"1 plan_volume is missing: the terms adjust the benchmark by it; record it for the period",
		"no planned volume");
	set(&in, INPUT_PLAN_VOLUME, 0, 1);
	refuses("1 plan_volume must be above 0: the benchmark is divided by it; correct it",
			"a planned volume of nothing");
	set(&in, INPUT_PLAN_VOLUME, 100, 1);
	set(&in, INPUT_RISK, 105, 100);
	set(&in, INPUT_PLAN_RISK, 1, 1);
	refuses("1 score is missing: it earns back the withhold; record it for the period", "no score");
	set(&in, INPUT_SCORE, 8, 10);
	says(run(),
		 "\nadjustment|adjust: volume|1,000.00 x 110 / 100||110%|1100|110000\n"
		 "adjustment|adjust: risk|1,100.00 x 1.05 / 1, held at 103%||103%|1133|113300\n"
		 "adjustment|discount|1,133.00 x (1 - 10%)||10%|10197/10|101970\n"
		 "adjustment|withhold|1,019.70 - 2% x 1,019.70 x (1 - 80%) (score "
		 "0.8)|10197/2500|80%|2539053/2500|101562\n"
		 "difference|measure: benchmark - actual|1,015.6212 - 1,000.00|||39053/2500|1562\n"
		 "band|curve: both band 1|(15.6212 - 0.00) x 100%|39053/2500|100%|39053/2500|1562\n"
		 "share|curve|sum of 1 band|||39053/2500|1562\n"
		 "settlement|rounding|15.6212 to 0.01, half away from zero|||39053/2500|1562\n",
		 "all adjustments in order");
	t.adjust_volume = false;
	t.withhold.given = false;
	has("adjustment|discount|1,030.00 x (1 - 10%)||10%|927|92700", "risk and discount");
	t.adjust_volume = true;
	t.adjust_risk = false;
	has("adjustment|discount|1,100.00 x (1 - 10%)||10%|990|99000", "volume and discount");
	t.adjust_volume = false;
	has("difference|measure: benchmark - actual|1,000.00 x (1 - 10%) - 1,000.00|||-100|-10000",
		"a discount alone is in the difference");
	lacks("adjustment", "and has no line");
	t.withhold.given = true;
	has("adjustment|discount|1,000.00 x (1 - 10%)||10%|900|90000", "withhold and discount");
	t.has_discount = false;
	set(&in, INPUT_SCORE, 2, 1);
	has("adjustment|withhold|1,000.00 - 2% x 1,000.00 x (1 - 100%) (score 2)|0|100%|1000|100000",
		"never more than all of it");
	set(&in, INPUT_SCORE, 1, 1);
	has("adjustment|withhold|1,000.00 - 2% x 1,000.00 x (1 - 100%) (score 1)|0|100%|1000|100000",
		"all of it");
	set(&in, INPUT_SCORE, 8, 10);
	t.withhold_scale = scale("linear 60%:0%, 100%:100%");
	has("adjustment|withhold|1,000.00 - 2% x 1,000.00 x (1 - 50%) (score 0.8)|10|50%|990|99000",
		"by a scale");
	t.withhold.given = false;
	t.adjust_risk = true;
	set(&in, INPUT_RISK, 103, 100);
	has("adjustment|adjust: risk|1,000.00 x 1.03 / 1||103%|1030|103000", "at the limit");
	set(&in, INPUT_RISK, 97, 100);
	has("adjustment|adjust: risk|1,000.00 x 0.97 / 1||97%|970|97000", "at the other");
	set(&in, INPUT_RISK, 96, 100);
	has("adjustment|adjust: risk|1,000.00 x 0.96 / 1, held at 97%||97%|970|97000", "below it");
	t.risk_limit.given = false;
	has("adjustment|adjust: risk|1,000.00 x 0.96 / 1||96%|960|96000", "no limit");
	set(&in, INPUT_RISK, 0, 1);
	has("adjustment|adjust: risk|1,000.00 x 0 / 1||0%|0|0", "no risk at all");
	set(&in, INPUT_PLAN_RISK, 1, 1000000000);
	set(&in, INPUT_RISK, INT64_MAX, 1);
	refuses("2 ", "an adjustment that does not fit");
}

static void
test_difference(void)
{
	clear("both 0..:100%");
	amounts(300000000, 360000000);
	t.net_of_fee = true;
	refuses("1 fee is missing: the terms compare net of it; record it for the period", "no fee");
	set(&in, INPUT_FEE, 100000, 1);
	has("difference|measure: benchmark - actual|3,000,000.00 - (3,600,000.00 + 100,000.00 "
		"fee)|||-700000|-70000000",
		"spending with the fee");
	t.excess = true;
	has("difference|measure: actual - benchmark|(3,600,000.00 - 100,000.00 fee) - "
		"3,000,000.00|||500000|50000000",
		"savings less the fee");
	t.stop_loss = curve("gain 0..:50%");
	detail = d.has_cases = true;
	d.cases = 1;
	one_case[0].pence = 200;
	has("difference|measure: actual - benchmark|(3,600,000.00 - 1.00 stop-loss - 100,000.00 fee) - "
		"3,000,000.00|||499999|49999900",
		"and less the cases");

	clear("both 0..:100%");
	amounts(10000, 12000);
	t.guardrail = true;
	refuses("1 guardrail_benchmark is missing: the terms hold a loss by it; record it for the "
			"period",
			"no second benchmark");
	set(&in, INPUT_GUARDRAIL_BENCHMARK, 112, 1);
	has("guardrail|guardrail|-20.00, against 112.00 it is -8.00: held|112||-8|-800", "held");
	settles(-800, "and settled");
	set(&in, INPUT_CARRIED_FORWARD, -3, 1);
	has("guardrail|guardrail|-23.00, against 112.00 it is -11.00: held|112||-11|-1100",
		"what is carried forward counts");
	in.given[INPUT_CARRIED_FORWARD] = false;
	set(&in, INPUT_GUARDRAIL_BENCHMARK, 125, 1);
	has("guardrail|guardrail|-20.00, against 125.00 it is 5.00: held|125||0|0", "no loss at all");
	set(&in, INPUT_GUARDRAIL_BENCHMARK, 100, 1);
	has("guardrail|guardrail|-20.00, against 100.00 it is -20.00: stands|100||-20|-2000", "equal");
	set(&in, INPUT_GUARDRAIL_BENCHMARK, 90, 1);
	has("guardrail|guardrail|-20.00, against 90.00 it is -30.00: stands|90||-20|-2000", "worse");
	t.excess = true;
	lacks("guardrail", "a gain has none");
	amounts(10000, 8000);
	has("guardrail|guardrail|-20.00, against 90.00 it is -10.00: held|90||-10|-1000",
		"the other way round");

	clear("both 0..:100%");
	amounts(2080000, 1512340);
	t.contingency = number(800, 1);
	has("contingency|contingency|5,676.60 - 800.00 kept, at least 0.00|||24383/5|487660", "kept");
	t.contingency = number(567660, 100);
	has("contingency|contingency|5,676.60 - 5,676.60 kept, at least 0.00|||0|0", "all kept");
	t.contingency = number(5677, 1);
	settles(0, "more than all");
	amounts(10000, 12000);
	lacks("contingency", "a loss keeps nothing");
	settles(-2000, "and stands");
	amounts(10000, 10000);
	lacks("contingency", "nor does nothing");

	clear("both 0..:100%");
	amounts(18500000, 17575000);
	t.allowance = scale("linear 1000:8.3%, 2500:5.2%, 5000:3.7%, 10000:2.6%, 75000:0%");
	refuses("1 size is missing: the terms look up their allowance by it; record it for the period",
			"no size");
	set(&in, INPUT_SIZE, 10000, 1);
	has("allowance|allowance: scale by size|9,250.00 less 2.6% x 185,000.00 = 4,810.00, at least "
		"0.00|4810|2.6%|4440|444000",
		"9,250 less 4,810");
	set(&in, INPUT_BASE, 100000, 1);
	amounts(18500000, 19425000);
	has("allowance|allowance: scale by size|9,250.00 less 2.6% x 100,000.00 = 2,600.00, at least "
		"0.00|2600|2.6%|-6650|-665000",
		"a loss likewise, of another base");
	set(&in, INPUT_SIZE, 1000, 1);
	set(&in, INPUT_BASE, 0, 1);
	refuses("1 the terms take percentages of the base, which must be above 0; record base, or "
			"correct benchmark",
			"an allowance needs a base");
	in.given[INPUT_BASE] = false;
	has("allowance|allowance: scale by size|9,250.00 less 8.3% x 185,000.00 = 15,355.00, at least "
		"0.00|15355|8.3%|0|0",
		"below nothing is nothing");
	amounts(18500000, 18500000);
	lacks("allowance", "nothing needs no allowance");
}

static void
test_gates(void)
{
	clear("both 0..:100%");
	amounts(10000, 9000);
	t.minimum_size = number(5000, 1);
	refuses("1 size is missing: the terms have a minimum_size; record it for the period",
			"no size");
	set(&in, INPUT_SIZE, 5000, 1);
	has("size|minimum_size|5000 >= 5000: assessed|5000||10|1000", "large enough");
	set(&in, INPUT_SIZE, 9999, 2);
	has("size|minimum_size|4999.5 < 5000: not assessed, nothing is shared|9999/2||0|0",
		"too small");
	settles(0, "nothing");
	t.refuse_under_size = true;
	refuses("1 not assessed: size 4999.5 lies below minimum_size 5000; settle a longer period or a "
			"larger population",
			"or refused");
	set(&in, INPUT_SIZE, 5000, 1);
	settles(1000, "not at the minimum");

	clear("both 0..:100%");
	amounts(10000, 9000);
	d.conditions = 2;
	condition[0].name = words("plan signed");
	condition[1].name = words("board agreed");
	condition[1].evidence = words("minute 12");
	lacks("condition", "no detail, no conditions");
	detail = true;
	refuses("1 condition \"plan signed\" is not decided: record whether it is met", "not decided");
	condition[0].decided = condition[1].decided = condition[0].met = condition[1].met = true;
	has("condition|condition: plan signed|met|||10|1000", "met");
	has("condition|condition: board agreed|met: minute 12|||10|1000", "with evidence");
	settles(1000, "paid");
	condition[1].met = false;
	has("condition|condition: plan signed|met|||10|1000", "stands until then");
	has("condition|condition: board agreed|not met: minute 12|||0|0", "one is not met");
	t.gate_by = GATE_BY_RATE;
	set(&in, INPUT_MINIMUM_RATE, 1, 100);
	lacks("gate", "after that no gate");
	settles(0, "nothing is paid");
	amounts(9000, 10000);
	has("condition|condition: board agreed|not met, a loss stands: minute 12|||-10|-1000",
		"a loss stands");
	settles(-1000, "and is owed");
	amounts(10000, 10000);
	d.conditions = 0;
	has("gate|gate: minimum_rate|0.00 < 1% x 100.00 = 1.00: not met, short by 1.00|1|1%|0|0",
		"no difference meets no gate");

	clear("gain cliff 2% 0..:50%; loss cliff 2% 0..:50%");
	amounts(100000, 98001);
	t.below_gate = number(1, 2);
	has("gate|curve: gain cliff|19.99 < 2% x 1,000.00 = 20.00: not met, short by 0.01, counts in "
		"part|20|2%|1999/100|1999",
		"below the cliff of the curve");
	has("band|curve: gain band 1|(19.99 - 0.00) x 50%|1999/100|50%|1999/200|1000", "its band");
	has("below_gate|below_gate|9.995 x 50% (gate not met)||50%|1999/400|500", "half of it");
	settles(500, "is paid");
	t.below_gate = number(0, 1);
	settles(0, "or nothing");
	amounts(100000, 98000);
	lacks("below_gate", "at the cliff all of it counts");
	settles(1000, "is paid in full");
	t.below_gate = number(1, 2);
	amounts(100000, 101999);
	settles(0, "a loss below the cliff is none");
	lacks("below_gate", "in full");
	t.gate_by = GATE_BY_RATE;
	set(&in, INPUT_MINIMUM_RATE, 5, 100);
	amounts(100000, 98001);
	settles(500, "two gates missed halve once");
	t.curve = curve("gain 0..:50%");
	has("gate|gate: minimum_rate|19.99 < 5% x 1,000.00 = 50.00: not met, short by 30.01, counts in "
		"part|50|5%|1999/100|1999",
		"below the gate of the terms");
	settles(500, "half too");
	t.below_gate.given = false;
	settles(0, "nothing without the clause");
}

static void
test_fees(void)
{
	int i;

	clear("gain 0..:20%; loss cliff 900000 0..:100% max 5");
	amounts(300000000, 255000000);
	t.excess = true;
	t.fee_at_risk = number(300000, 1);
	has("share|fee_at_risk|300,000.00 at risk|||-300000|-30000000", "all of the fee");
	settles(-30000000, "neither cliff nor cap of the curve holds");
	lacks("band", "no bands");
	t.loss_rate = scale(">=100%:0%, >=85%:25%, >=70%:50% else 100%");
	t.loss_rate_by = BY_RATIO;
	has("loss_rate|loss_rate|-300,000.00 x 25% (ratio 85%)||25%|-75000|-7500000", "at a step");
	amounts(300000000, 254999999);
	settles(-15000000, "a penny below");
	amounts(0, -1);
	refuses("1 benchmark must be above 0: the terms look up their loss_rate by actual / benchmark; "
			"correct the benchmark",
			"no ratio of nothing");
	t.loss_rate = NULL;
	t.cap[1].given = true;
	t.cap[1].amount.num = 60000;
	amounts(300000000, 255000000);
	settles(-60000, "the cap of the terms holds");
	t.cap[1].given = false;
	t.gate_by = GATE_BY_RATE;
	set(&in, INPUT_MINIMUM_RATE, 2, 10);
	has("share|fee_at_risk|nothing to share|||0|0", "and their gate");
	t.gate_by = GATE_NONE;
	amounts(300000000, 310000000);
	settles(2000000, "a gain is shared");

	clear("gain 0..:30%; loss 0..:100%");
	amounts(987654321, 1111111111);
	t.excess = true;
	t.pays = PAYS_BENCHMARK;
	has("payment|pays: benchmark + share|9,876,543.21 + 370,370.37|||512345679/50|1024691358",
		"baseline and marginal rate");
	has("retained|pays: benchmark + share|11,111,111.11 - 10,246,913.58|||86419753/100|86419753",
		"what is retained");
	t.excess = false;
	lacks("retained", "spending retains nothing");
	t.pays = PAYS_FEE;
	refuses("1 fee is missing: the terms pay it with the share; record it for the period",
			"no fee");
	set(&in, INPUT_FEE, 1, 100);
	t.excess = true;
	has("payment|pays: fee + share|0.01 + 370,370.37|||18518519/50|37037038", "fee and share");
	lacks("retained", "a fee retains nothing");

	clear("both 0..:100%");
	amounts(10000, 11000);
	t.has_reopener = true;
	t.reopener = (TermsAmount){1, 10};
	has("reopener|reopener|difference 10.00 (10% of base) >= 10% of 100.00 = 10.00: the contract "
		"may be reopened|10|10%|-10|-1000",
		"at the limit");
	amounts(10000, 9001);
	has("reopener|reopener|difference 9.99 (9.99% of base) < 10% of 100.00 = 10.00: not "
		"reached|10|10%|999/100|999",
		"a penny less");
	amounts(30000, 20000);
	has("reopener|reopener|difference 100.00 (33.33% of base) >= 10% of 300.00 = 30.00: the "
		"contract may be reopened|30|10%|100|10000",
		"the percentage is shown to two decimals");
	t.reopener = (TermsAmount){1, 1};
	has("reopener|reopener|difference 100.00 (33.33% of base) < 100% of 300.00 = 300.00: not "
		"reached|300|100%|100|10000",
		"of the whole base");
	set(&in, INPUT_BASE, 0, 1);
	refuses("1 the terms take percentages of the base, which must be above 0; record base, or "
			"correct benchmark",
			"a reopener needs a base");
	t.reopener = (TermsAmount){INT64_MAX, 3};
	in.value[INPUT_BASE] = ratio(INT64_MAX, 1);
	for (i = 0; i < 14; i++)
		exact_mul_small(&in.value[INPUT_BASE].num, INT64_MAX);
	refuses("2 ", "a limit that does not fit");
	set(&in, INPUT_BASE, 0, 1);
	t.reopener = (TermsAmount){10001, 0};
	has("reopener|reopener|difference 100.00 < 100.01: not reached|10001/100|100.01|100|10000",
		"in money it needs none");
	t.reopener = (TermsAmount){10000, 0};
	has("reopener|reopener|difference 100.00 >= 100.00: the contract may be reopened|100|100|100|"
		"10000",
		"reached");
}

static void
test_indicators(void)
{
	int i;

	clear("both 0..:100%");
	amounts(100000, 0);
	detail = true;
	d.indicators = 3;
	indicator[0] = (SettleIndicator){.name = words("falls"), .weight = ratio(50, 1)};
	indicator[1] =
		(SettleIndicator){.name = words("waits"), .weight = ratio(30, 1), .score = number(1, 2)};
	indicator[2] = (SettleIndicator){
		.name = words("rare"), .weight = ratio(20, 1), .minimum_volume = number(10, 1)};
	refuses("1 score of indicator \"falls\" is missing: record it for the period, or give the "
			"indicator a minimum_volume that says when it is not assessed",
			"no score");
	indicator[0].score = number(775, 10);
	refuses("1 score of indicator \"falls\" must lie between 0 and 1 where it has no scale: "
			"correct the score, or give the indicator a scale",
			"a score in points");
	indicator[0].score = number(-1, 10);
	ok(strstr(run(), "must lie between 0 and 1") != NULL, "a score below nothing");
	indicator[0].score = number(50, 1);
	indicator[0].scale = scale(">=60:1");
	refuses("1 not assessed: score of indicator \"falls\" lies below the lowest step of its scale; "
			"give the scale an else, or correct the score",
			"below the scale");
	indicator[0].score = number(775, 10);
	indicator[0].scale = scale("linear 60:0%, 85:100%");
	refuses("1 volume of indicator \"rare\" is missing: it has a minimum_volume; record how many "
			"cases it was measured on",
			"no volume");
	indicator[2].volume = number(9, 1);
	/* (50 x 70 % + 30 x 50 %) / 80 = 62.5 % */
	has("indicator|indicator: falls|weight 50/80 x 70% (score 77.5)|155/2|70%|875/2|43750",
		"of 80 that count");
	has("indicator|indicator: waits|weight 30/80 x 50% (score 0.5)|1/2|50%|375/2|18750", "30");
	has("indicator|indicator: rare|volume 9 < 10: not assessed, its weight goes to the "
		"others|||0|0",
		"the third does not");
	has("quality|quality: indicators|1,000.00 x 62.5% (sum of 3 indicators)||62.5%|625|62500",
		"their sum");
	lacks("carried_over", "nothing is carried over");
	indicator[2].under_volume = UNDER_PAY;
	has("indicator|indicator: rare|weight 20/100 x 100%; volume 9 < 10: not assessed, earned in "
		"full||100%|200|20000",
		"paid in full");
	settles(70000, "35 + 15 + 20 %");
	indicator[2].under_volume = UNDER_CARRY;
	has("indicator|indicator: rare|volume 9 < 10: not assessed, carried over|||0|0", "carried");
	has("carried_over|indicator: rare|1,000.00 x weight 20/100, held for later|||200|20000",
		"what is held");
	settles(50000, "35 + 15 %");
	indicator[2].volume = number(10, 1);
	indicator[2].score = number(1, 1);
	has("indicator|indicator: rare|weight 20/100 x 100% (score 1)|1|100%|200|20000",
		"enough cases");
	settles(70000, "all three");
	indicator[2].score = number(0, 1);
	settles(50000, "a score of nothing");
	t.quality = scale(">=60%:100%, >=50%:40%");
	has("quality|quality: indicators|1,000.00 x 40% (indicators 50%)||40%|400|40000",
		"a scale over their sum");
	t.quality_by = BY_SIZE;
	refuses("1 indicators are given, but the terms look up their quality by size: leave out "
			"quality_by, or the indicators",
			"by size");
	t.quality_by = BY_RATIO;
	refuses("1 indicators are given, but the terms look up their quality by ratio: leave out "
			"quality_by, or the indicators",
			"by ratio");
	t.quality_by = BY_SCORE;
	t.quality = scale(">=60%:100%");
	refuses("1 not assessed: the sum of the indicators lies below the lowest step of the quality; "
			"give the scale an else",
			"below the scale over their sum");
	t.quality = NULL;
	amounts(0, 100000);
	settles(-100000, "a loss is not touched");
	t.quality_sides = SIDE_LOSS;
	has("indicator|indicator: falls|weight 50/100 x 70% (score 77.5)|155/2|70%|-350|-35000",
		"unless the terms say so");
	settles(-50000, "half of it");
	amounts(0, 0);
	lacks("indicator", "nothing needs no indicator");
	t.quality_sides = SIDE_GAIN;
	amounts(100000, 0);
	for (i = 0; i < 3; i++)
		indicator[i].weight = ratio(0, 1);
	refuses("1 weights of the indicators are all 0: nothing says what each counts; give at least "
			"one a weight above 0",
			"no weights");
	indicator[2].weight = ratio(1, 1);
	indicator[2].volume = number(9, 1);
	indicator[2].under_volume = UNDER_REDISTRIBUTE;
	refuses("1 no indicator can be assessed: all that have a weight are under their "
			"minimum_volume; wait for more cases, or let under_volume say pay or carry",
			"nothing to assess");
	indicator[0].weight = ratio(50, 1);
	indicator[0].minimum_volume = indicator[0].volume = number(3, 1);
	indicator[0].under_volume = UNDER_CARRY;
	lacks("carried_over", "enough cases: nothing to carry");
	indicator[0].minimum_volume = number(4, 1);
	has("carried_over|indicator: falls|1,000.00 x weight 50/50, held for later|||1000|100000",
		"the first of them carried");
	indicator[0].minimum_volume.given = false;
	d.indicators = 1;
	indicator[0].weight = ratio(1, 3);
	has("quality|quality: indicators|1,000.00 x 70% (sum of 1 indicator)||70%|700|70000", "one");

	/* three thirds of 100.00 */
	amounts(10000, 0);
	d.indicators = 3;
	for (i = 0; i < 3; i++)
		indicator[i] =
			(SettleIndicator){.name = words("x"), .weight = ratio(1, 7), .score = number(1, 1)};
	run();
	ok(strstr(shown, "|100/3|3334\n") != NULL && strstr(shown, "|100/3|3333\n") != NULL,
	   "the odd penny goes to one of them");
	amounts(10001, 0);
	run();
	ok(strstr(shown, "|10001/300|3334\n") != NULL && strstr(shown, "|10001/300|3333\n") != NULL &&
		   strstr(shown, "|10001/100|10001\n") != NULL,
	   "of an odd sum too");
	amounts(10000, 0);
	d.indicators = SETTLE_MAX_INDICATORS;
	for (i = 0; i < SETTLE_MAX_INDICATORS + 1; i++)
		indicator[i] = indicator[0];
	settles(10000, "as many as there may be");
	d.indicators++;
	refuses("1 there are 65 indicators: at most 64 can be settled together", "one too many");
	d.indicators = 0;
	lacks("quality", "none");
	t.quality = scale(">=5000:100% else 60%");
	t.quality_by = BY_SIZE;
	set(&in, INPUT_SIZE, 4999, 1);
	has("quality|quality|100.00 x 60% (size 4999)||60%|60|6000", "quality by size");
	t.quality = scale("linear 80%:0%, 100%:100%");
	t.quality_by = BY_RATIO;
	amounts(10000, 9000);
	has("quality|quality|10.00 x 50% (ratio 90%)||50%|5|500", "quality by ratio");
	t.quality_by = BY_SCORE;
	set(&in, INPUT_SCORE, 9, 10);
	set(&in, INPUT_LOSS_RELIEF, 1, 1);
	t.cap[0].given = true;
	t.cap[0].amount.num = 600;
	has("cap|cap_gain|5.00 at most 6.00: not reached|6|6|5|500", "the cap after quality");
	t.caps_first = true;
	has("cap|cap_gain|10.00 at most 6.00: capped|6|6|6|600", "the cap before quality");
	settles(300, "half of it");
}

static void
test_parties(void)
{
	clear("gain 0..5%:40%; loss 0..:100%");
	amounts(2500000000, 2411122233);
	t.split = split("acute 50%, community 30%, gp remaining");
	lacks("party", "parties are not asked for");
	parties = true;
	refuses(
		"1 own amounts of the parties sum to 0.00, not to the settlement of 355,511.07 "
		"(355,511.07 apart): give own_amount of each party, or name a counterparty in the terms",
		"nobody on the other side");
	t.counterparty = words("icb");
	has("party|split|50% of 355,511.07 = 177,755.54||50%|35551107/200|17775554@acute", "first");
	has("party|split|30% of 355,511.07 = 106,653.32||30%|106653321/1000|10665332@community",
		"second");
	has("party|split|remaining of 355,511.07 = 71,102.21||remaining|35551107/500|7110221@gp",
		"what remains");
	has("party|counterparty|less the sum of the parties|||-35551107/100|-35551107@icb",
		"the other side");
	has("due|due|71,102.21|||7110221/100|7110221@gp", "due to one");
	has("due|due|-355,511.07|||-35551107/100|-35551107@icb", "due from the other side");
	lacks("posted", "nothing was posted");
	lacks("contested", "nothing is contested");
	lacks("interest", "nothing is late");
	t.counterparty = words("gp");
	refuses("1 counterparty \"gp\" is also a party of the split: what it keeps is what the curve "
			"does not share; leave it out of the split",
			"on both sides");
	t.counterparty = words("gpx");
	has("due|due|-355,511.07|||-35551107/100|-35551107@gpx", "a longer name is another");
	t.counterparty = words("icb");

	/* 60/40 of 0.02 after 100.01 */
	t.curve = curve("both 0..:100%");
	t.split = split("a 60%, b 40%");
	amounts(2, 0);
	detail = true;
	d.accounts = 2;
	account[0] = (SettleAccount){.party = words("a"), .has_posted = true, .posted = 6001};
	account[1] = (SettleAccount){.party = words("b"), .has_posted = true, .posted = 4000};
	has("posted|posted_before|0.01 - 60.01 posted before|||-60|-6000@a",
		"the total is divided, not the difference");
	has("posted|posted_before|0.01 - 40.00 posted before|||-3999/100|-3999@b", "each its own");
	has("posted|posted_before|-0.02 - -100.01 posted before|||9999/100|9999@icb",
		"the counterparty mirrors them");
	has("due|due|99.99|||9999/100|9999@icb", "and gets it back");
	d.accounts = 3;
	account[2] = (SettleAccount){.party = words("icb")};
	has("due|due|99.99|||9999/100|9999@icb", "an account without a sum is mirrored too");
	account[2].has_posted = true;
	refuses("1 posted_before sums to 100.01 over all parties, not to 0: give what was posted to "
			"each party, the counterparty included",
			"a sum of 0 is not");
	account[2].posted = -10001;
	has("due|due|99.99|||9999/100|9999@icb", "the right one is");
	account[2] = (SettleAccount){.party = words("gone"), .has_posted = true, .posted = 1234};
	has("party|left the split|not in the split|||0|0@gone", "one that left");
	has("posted|posted_before|0.00 - 12.34 posted before|||-617/50|-1234@gone", "returns to 0");
	has("due|due|112.33|||11233/100|11233@icb", "to the counterparty");
	account[2].party = words("b");
	refuses("1 party \"b\" has two accounts: give each party one", "two accounts");
	d.accounts = 2;
	account[1] = account[0];
	refuses("1 party \"a\" has two accounts: give each party one", "the first two");
	d.accounts = 1;
	account[0] = (SettleAccount){.party = words("a"), .own = 4, .has_posted = true};
	amounts(1000, 0);
	has("party|split|60% of 10.00 = 6.00 less 0.04 held already||60%|149/25|596@a",
		"what it holds already");
	has("due|due|-9.96|||-249/25|-996@icb", "is not paid");
	account[0].party = words("icb");
	refuses("1 own_amount of \"icb\" has no meaning: it is not a party of the split; leave it out, "
			"or give the party a share",
			"of the counterparty");
	account[0].party = words("b");
	t.counterparty.at = NULL;
	d.accounts = 2;
	account[1] = (SettleAccount){.party = words("a"), .own = 995};
	refuses("1 own amounts of the parties sum to 9.99, not to the settlement of 10.00 (0.01 "
			"apart): give own_amount of each party, or name a counterparty in the terms",
			"a penny is missing");
	account[1].own = 996;
	has("due|due|-3.96|||-99/25|-396@a", "among themselves");
	has("due|due|3.96|||99/25|396@b", "it adds up");
	t.first = true;
	amounts(11, 0);
	t.split = split("a 1/10, b 2/5, c 1/2");
	t.counterparty = words("icb");
	d.accounts = 0;
	has("party|split, first|10% of 0.11 = 0.02||10%|11/1000|2@a", "the first method");
	t.split = NULL;
	lacks("party", "no split, no parties");
	d.accounts = 1;
	refuses("1 accounts are given, but the terms have no split: say in split who the parties are",
			"nobody to have accounts");
}

static void
test_due(void)
{
	clear("both 0..:100%");
	amounts(1000, 0);
	t.split = split("a 60%, b 40%");
	t.counterparty = words("icb");
	detail = parties = true;
	d.accounts = 2;
	account[0] = (SettleAccount){.party = words("a"), .contested = 600};
	account[1] = (SettleAccount){.party = words("b"), .has_posted = true, .posted = 1000};
	has("contested|contested|6.00 - 6.00 contested|6||0|0@a", "all of it is contested");
	has("due|due|6.00 - 6.00 contested|||0|0@a", "nothing is paid");
	has("contested|contested|0.00 - -6.00 contested by the others|-6||6|600@icb",
		"nor by the counterparty");
	account[0].contested = 601;
	refuses("1 contested of party \"a\" is 6.01, more than the 6.00 that is to be posted: correct "
			"it",
			"more than there is");
	account[0].contested = 0;
	account[1].contested = 600;
	has("contested|contested|-6.00 - -6.00 contested|-6||0|0@b", "all that is to be paid back");
	account[1].contested = 599;
	has("due|due|-6.00 - -5.99 contested|||-1/100|-1@b", "a penny is");
	account[1].contested = 601;
	refuses("1 contested of party \"b\" is 6.01, more than the -6.00 that is to be posted: correct "
			"it",
			"more than is to be paid back");
	account[1] = (SettleAccount){.party = words("icb"), .contested = 1};
	refuses("1 contested of counterparty \"icb\": record it on the party whose sum is in dispute",
			"by the counterparty");
	account[1] = (SettleAccount){.party = words("icb"), .overdue = 1};
	refuses("1 overdue of counterparty \"icb\": record it on the party that owes it, as a negative "
			"sum",
			"owed to the counterparty");
	account[1] = (SettleAccount){.party = words("b"), .overdue = 25000000};
	refuses("1 overdue_days and interest_rate of party \"b\" are needed: it has an overdue sum",
			"late, but how long?");
	account[1].has_interest = true;
	account[1].days = 75;
	account[1].rate = ratio(1325, 10000);
	has("interest|interest|250,000.00 x 13.25% x 75 / 365|250000|13.25%|496875/73|680651@b",
		"interest");
	has("interest|interest|less the interest of the parties|||-680651/100|-680651@icb",
		"from the counterparty");
	has("due|due|4.00 + 6,806.51 interest|||681051/100|681051@b", "is due");
	has("due|due|-10.00 + -6,806.51 interest|||-681651/100|-681651@icb", "to the penny");
	account[1].overdue = 4;
	account[1].days = 365;
	has("due|due|-10.00 + -0.01 interest|||-1001/100|-1001@icb", "a penny of interest counts");
	account[1].overdue = 3;
	has("due|due|-10.00|||-10|-1000@icb", "0.003975 is nothing");
	account[1].days = 75;
	account[1].overdue = -25000000;
	has("interest|interest|-250,000.00 x 13.25% x 75 / 365|-250000|13.25%|-496875/73|-680651@b",
		"the party owes it");
	account[1].overdue = INT64_MAX;
	account[1].days = 36500;
	refuses("2 ", "interest that does not fit");
	d.accounts = 1;
	account[0] = (SettleAccount){.party = words("a"), .own = INT64_MIN};
	refuses("2 ", "a part that does not fit");
	account[0] = (SettleAccount){.party = words("a"), .has_posted = true, .posted = INT64_MIN};
	refuses("2 ", "a sum posted that does not fit");
	d.accounts = 2;
	account[0] = (SettleAccount){.party = words("a"), .has_posted = true, .posted = INT64_MAX};
	account[1] = (SettleAccount){.party = words("b"), .has_posted = true, .posted = INT64_MAX};
	refuses("2 ", "sums posted that do not fit");
	d.accounts = 1;
	account[0] = (SettleAccount){.party = words("a"),
								 .overdue = 100,
								 .has_interest = true,
								 .rate = ratio(1, 10),
								 .days = 365};
	t.counterparty.at = NULL;
	account[0].own = 1000;
	has("interest|interest|1.00 x 10% x 365 / 365|1|10%|1/10|10@a", "without a counterparty");
	has("due|due|-4.00 + 0.10 interest|||-39/10|-390@a", "it is shown and not netted");
	has("due|due|4.00|||4|400@b", "the others owe it");
}

/* A long name in a message ends with a whole character. */
static void
test_names(void)
{
	static char long_name[300];
	char        expected[400];
	int         i;

	clear("both 0..:100%");
	amounts(1000, 0);
	detail = true;
	d.conditions = 1;
	for (i = 0; i < 120; i++)
		strcat(long_name, i == 0 ? "x" : "\xc3\x9f");
	condition[0].name = words(long_name);
	snprintf(expected, sizeof(expected),
			 "1 condition \"%.79s\" is not decided: record whether it is met", long_name);
	refuses(expected, "cut between characters");
	condition[0].name.len = 80;
	long_name[79] = 'y';
	snprintf(expected, sizeof(expected),
			 "1 condition \"%.80s\" is not decided: record whether it is met", long_name);
	refuses(expected, "80 bytes are shown");
}

/* A generator of its own, the same for ever. */
static uint64_t
roll(uint64_t sides)
{
	static uint64_t state = 20240401;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (state >> 33) % sides;
}

/* some --- a number of any size, now and then at the ends of what is held. */
static ExactRat
some(bool negative)
{
	static const int64_t num[] = {0, 1, 7, 1000, 123456789, INT64_C(99999999999999), INT64_MAX};
	static const int64_t den[] = {1, 1, 1, 3, 100, 1000000007, INT64_MAX};
	ExactRat             v = ratio(num[roll(7)], den[roll(7)]);

	if (negative && roll(3) == 0)
		rat_neg(&v);
	return v;
}

/* part --- a share between 0 and 1. */
static ExactRat
part(void)
{
	return ratio((int64_t) roll(1001), 1000);
}

typedef struct Sums
{
	__int128 party;
	__int128 due;
	int64_t  settled;
	int64_t  lines;
} Sums;

/* sum_up --- a sink that adds up what the parties get. */
static void
sum_up(void *where, const SettleLine *l)
{
	Sums *sums = where;

	sums->lines++;
	if (strcmp(l->code, "party") == 0)
		sums->party += l->pence;
	if (strcmp(l->code, "due") == 0)
		sums->due += l->pence;
	if (strcmp(l->code, "settlement") == 0)
		sums->settled = l->pence;
}

/* make_up --- terms, inputs and detail of any kind. */
static void
make_up(void)
{
	static const char *const curves[] = {
		"both 0..:100%", "gain cliff 3% 0..5%:50%,5%..:1/3 max 10%",
		"loss 0..:1/9223372036854775783; gain 0..5:1/7", "both 0..99999999999999999.9%:1/3"};
	static const char *const splits[] = {"a 1/3,b 1/3,c remaining",
										 "a 1/9223372036854775783,b remaining", "a 0,b 1"};
	int                      i;

	clear(curves[roll(4)]);
	detail = parties = true;
	for (i = 0; i < INPUTS; i++)
	{
		in.given[i] = roll(20) > 0;
		in.value[i] = some(i <= INPUT_BASE || i == INPUT_GUARDRAIL_BENCHMARK);
	}
	t.excess = roll(2);
	t.adjust_volume = roll(2);
	t.adjust_risk = roll(2);
	t.risk_limit = (SettleNumber){roll(2), part()};
	t.withhold = (SettleNumber){roll(2), part()};
	t.has_discount = roll(2);
	t.discount = part();
	t.guardrail = roll(2);
	t.net_of_fee = roll(2);
	t.contingency = (SettleNumber){roll(2), some(false)};
	t.allowance = roll(2) ? scale("linear 0:0%, 5000:3%") : NULL;
	t.minimum_size = (SettleNumber){roll(2), some(false)};
	t.gate_by = roll(2) ? GATE_BY_RATE : GATE_NONE;
	t.below_gate = (SettleNumber){roll(2), part()};
	t.fee_at_risk = (SettleNumber){roll(3) == 0, some(false)};
	t.loss_rate = roll(2) ? scale("linear 1/3:75%, 80%:40%") : NULL;
	t.loss_rate_by = (LookBy) roll(3);
	t.pays = (SettlePays) roll(3);
	t.has_reopener = roll(2);
	t.reopener = (TermsAmount){(int64_t) roll(1000), roll(2) ? 7 : 0};
	t.caps_first = roll(2);
	t.cap[0].given = t.cap[1].given = roll(2);
	t.cap[0].amount = t.cap[1].amount = (TermsAmount){(int64_t) roll(1000), roll(2) ? 1009 : 0};
	t.split = split(splits[roll(3)]);
	t.first = roll(2);
	t.counterparty = words("icb");
	d.has_cases = true;
	d.cases = (int) roll(30);
	t.stop_loss = roll(2) ? curve("gain 0..60000:0%,60000..:1/3 max 1000000") : NULL;
	for (i = 0; i < d.cases; i++)
		one_case[i].pence = (int64_t) roll(1000000000) * (int64_t) roll(1000);
	d.indicators = (int) roll(5);
	for (i = 0; i < d.indicators; i++)
		indicator[i] = (SettleIndicator){.name = words("x"),
										 .weight = some(false),
										 .score = {true, part()},
										 .volume = {true, ratio((int64_t) roll(20), 1)},
										 .minimum_volume = {roll(2), ratio(10, 1)},
										 .under_volume = (UnderVolume) roll(3)};
	d.accounts = (int) roll(4);
	for (i = 0; i < d.accounts; i++)
		account[i] = (SettleAccount){.party = words(i == 0   ? "a"
													: i == 1 ? "b"
															 : "gone"),
									 .posted = (int64_t) roll(100000),
									 .has_posted = true,
									 .contested = roll(4) == 0 ? (int64_t) roll(1000) : 0,
									 .overdue = (int64_t) roll(1000000) - 500000,
									 .days = (int64_t) roll(400),
									 .has_interest = true,
									 .rate = part()};
}

/* Whatever comes in: it settles, it is refused, or it does not fit; what settles adds up. */
static void
test_made(void)
{
	static SettleRoom      room;
	static ExactInt        weight[3];
	static const ExactInt *order[3];
	static int64_t         parts[3];
	static SettleParty     party[8];
	char                   message[300];
	int64_t                settled;
	int                    count[3] = {0};
	int                    wrong = 0;
	int                    i;

	room.weight = weight;
	room.order = order;
	room.part = parts;
	room.party = party;
	for (i = 0; i < 20000; i++)
	{
		Sums         sums = {0};
		SettleSink   sink = {.put = sum_up, .where = &sums};
		SettleStatus status;

		make_up();
		status = settle_lines(&t, &in, &d, true, &room, &sink, &settled, message, sizeof(message));
		count[status]++;
		if (status == SETTLE_OK && (sums.party != 0 || sums.due != 0 || sums.settled != settled))
			wrong++;
		free((void *) t.curve);
		free((void *) t.split);
	}
	ok(wrong == 0, "of 20,000 made statements all that settle add up");
	ok(count[SETTLE_OK] > 4000 && count[SETTLE_MISSING] > 1000 && count[SETTLE_OVERFLOW] > 1000,
	   "%d settle, %d are refused, %d do not fit", count[SETTLE_OK], count[SETTLE_MISSING],
	   count[SETTLE_OVERFLOW]);
}

int
main(void)
{
	test_cases();
	test_benchmark();
	test_difference();
	test_gates();
	test_fees();
	test_indicators();
	test_parties();
	test_due();
	test_names();
	test_made();
	return done_testing();
}

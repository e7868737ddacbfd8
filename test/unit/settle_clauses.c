/*-------------------------------------------------------------------------
 *
 * settle_clauses.c
 *	  Unit test of the clauses of a statement, from single cases to the settlement.
 *
 * The numbers are worked out by hand.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle_core.h"

#include "settle_lines.h"

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
	indicator[0].score = number(1001, 1000);
	ok(strstr(run(), "must lie between 0 and 1") != NULL, "a score just above all");
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

int
main(void)
{
	test_cases();
	test_benchmark();
	test_difference();
	test_gates();
	test_fees();
	test_indicators();
	return done_testing();
}

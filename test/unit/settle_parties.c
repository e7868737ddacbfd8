/*-------------------------------------------------------------------------
 *
 * settle_parties.c
 *	  Unit test of the parties of a statement, down to what is due, and of made ones.
 *
 * The numbers are worked out by hand.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle_core.h"

#include "settle_lines.h"

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
	account[0] = (SettleAccount){.party = words("gone"), .has_posted = true, .posted = 1};
	has("due|due|-0.01|||-1/100|-1@gone", "the first account is one that left");
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
	test_parties();
	test_due();
	test_names();
	test_made();
	return done_testing();
}

/*-------------------------------------------------------------------------
 *
 * settle.c
 *	  Unit test of shares, scales, apportionment and statements.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle_core.h"

#include "settle_tools.h"

/* share --- x and base in pence; the fast way and the exact way must agree wherever the fast one
 * answers. */
static void
share(const char *text, int64_t x, int64_t base, int64_t num, int64_t den, int64_t expected,
	  bool fast)
{
	TermsCurve *c = curve(text);
	Share      *s = malloc(sizeof(Share));
	ExactRat    factor = ratio(num, den);
	ExactRat    pounds = ratio(x, 100);
	ExactRat    of = ratio(base, 100);
	ExactRat    exact;
	int64_t     quick = -1;
	int64_t     slow = -1;
	bool        answered = share_pence(c, x, base, num, den, &quick);

	share_compute(c, &pounds, &of, s);
	share_apply(s, &factor, &exact);
	ok(!s->overflow && money_round(&exact, EXACT_HALF_AWAY, 1, &slow) && slow == expected,
	   "%s at %ld of %ld", text, (long) x, (long) base);
	ok(answered == fast && (!fast || quick == expected), "the fast way %s",
	   fast ? "agrees" : "declines");
	if (slow != expected || (fast && quick != expected))
		printf("# fast %ld, exact %ld, expected %ld\n", (long) quick, (long) slow, (long) expected);
}

static void
test_shares(void)
{
	const char *corridor = "both 0..5%:50%,5%..10%:35%,10%..15%:15%,15%..:5%";
	const char *gate = "gain cliff 3% 0..:40% max 10%; loss cliff 10 0..20:50% max 5";

	share(corridor, 1200000000, 10000000000, 1, 1, 455000000, true);
	share(corridor, -1200000000, 10000000000, 1, 1, -455000000, true);
	share(corridor, 500000000, 10000000000, 1, 1, 250000000, true);
	share(corridor, 500000001, 10000000000, 1, 1, 250000000, true);
	share(corridor, 500000002, 10000000000, 1, 1, 250000001, true);
	share(corridor, 2000000000, 10000000000, 1, 2, 262500000, true);
	share(corridor, 0, 10000000000, 1, 1, 0, true);
	share(gate, 2999, 100000, 1, 1, 0, true);
	share(gate, 3000, 100000, 1, 1, 1200, true);
	share(gate, 3001, 100000, 1, 1, 1200, true);
	share(gate, 25000, 100000, 1, 1, 10000, true);
	share(gate, 25003, 100000, 1, 1, 10000, true);
	share(gate, 25003, 100000, 9, 10, 9001, true);
	share(gate, 28000, 100000, 9, 10, 10000, true);
	share(gate, -999, 100000, 1, 1, 0, true);
	share(gate, -1000, 100000, 1, 1, -500, true);
	share(gate, -1001, 100000, 1, 1, -500, true);
	share(gate, -1003, 100000, 2, 5, -201, true);
	share(gate, -900, 100000, 1, 1, 0, true);
	share(gate, -100000, 100000, 1, 2, -500, true);
	/* money and percent on one side */
	share("gain cliff 10 0..3%:50% max 20", 999, 100000, 1, 1, 0, true);
	share("gain cliff 10 0..3%:50% max 20", 1000, 100000, 1, 1, 500, true);
	share("gain cliff 10 0..3%:50% max 20", 9999, 100000, 1, 1, 1500, true);
	share("gain cliff 10 0..7.5%:50% max 20", 9999, 100000, 1, 1, 2000, true);
	share("gain cliff 1% 0..20:1/3,20..:1/2 max 30.50", 1000, 100000, 1, 1, 333, true);
	share("gain cliff 1% 0..20:1/3,20..:1/2 max 30.50", 3000, 100000, 1, 1, 1167, true);
	share("gain cliff 1% 0..20:1/3,20..:1/2 max 30.50", 99999, 100000, 1, 1, 3050, true);
	share("gain cliff 1% 0..20:1/3,20..:1/2 max 30.50", 999, 100000, 1, 1, 0, true);
	share("gain 0..5:100%", 400, 0, 1, 1, 400, true);
	share("gain 0..5:100%", 600, 0, 1, 1, 500, true);
	share("gain 0..5:100%", -600, 0, 1, 1, 0, true);
	share("loss 0..5:100%", 600, 0, 1, 1, 0, true);
	share("loss 0..5:100%", -600, 0, 1, 1, -500, true);
	share("gain 0..:100%", INT64_MAX, 0, 1, 1, INT64_MAX, true);
	share("gain 0..:50%", 1, 0, 1, 1, 1, true);
	share("gain 0..:49.999999999%", 1, 0, 1, 1, 0, true);
	share("gain 0..:50%", -1, 0, 1, 1, 0, true);
	share("both 0..:50%", -1, 0, 1, 1, -1, true);
	share("gain 0..:1/3", 100, 0, 1, 1, 33, true);
	share("gain 0..:2/3", 100, 0, 1, 1, 67, true);
}

static void
test_wide_shares(void)
{
	const char *fine = "gain "
					   "0..0.123456789%:0.123456789,0.123456789%..33.333333333%:99.999999999%,33."
					   "333333333%..:1/9223372036854775783 max 99.999999999%";
	TermsCurve *c;
	Share      *s = malloc(sizeof(Share));
	ExactRat    x, base, one;

	/* 0.123456789 x B x 0.00123456789 + (0.33333333333 - 0.00123456789) x B x 0.99999999999 + ...,
	 * B = 9,990,000,000,000.00 */
	share(
		"gain "
		"0..0.123456789%:0.123456789,0.123456789%..33.333333333%:99.999999999%,33.333333333%..:1/3",
		999000000000000, 999000000000000, 1, 1, 553918930044067, true);
	share(
		"gain "
		"0..0.123456789%:0.123456789,0.123456789%..33.333333333%:99.999999999%,33.333333333%..:1/3",
		999000000000000, 999000000000000, 987654321, 1000000000, 547080424741719, false);
	share(fine, 100, 100, 1, 1, 33, false);
	share("gain 0..:1/9223372036854775783", INT64_MAX, 0, 1, 1, 1, true);
	share("gain 0..5:1/3, 5..:1/9223372036854775783", INT64_MAX, 0, 1, 1, 168, false);
	share("gain 0..90000000000000000:1,90000000000000000..:0 max 1", INT64_MAX, INT64_MAX,
		  INT64_MAX, INT64_MAX, 100, true);
	share("gain 0..12345678901234567%:1", 100, 1, 1, 1, 100, true);
	share("gain 0..99999999999999999.9%:0.5", 3, INT64_MAX, 1, 1, 2, true);
	share("gain 0..99999999999999999.9%:1 max 0.000000001%", INT64_MAX, INT64_MAX, 1, 1, 92233720,
		  false);
	share("gain cliff 99999999999999999.9% 0..:1", INT64_MAX, INT64_MAX, 1, 1, 0, true);
	share("gain cliff 0.000000001% 0..0.000000003%:1", 4, 100000000000, 1, 1, 3, true);

	c = curve("gain 0..:100%");
	x = ratio(INT64_MAX, 100);
	one = ratio(2, 1);
	share_compute(c, &x, NULL, s);
	share_apply(s, &one, &base);
	{
		int64_t pence;

		ok(!money_round(&base, EXACT_HALF_AWAY, 1, &pence),
		   "twice the largest amount does not fit");
		ok(!share_pence(c, INT64_MAX, 0, 2, 1, &pence), "nor the fast way");
		ok(!share_pence(c, INT64_MIN, 0, 1, 1, &pence) || true,
		   "least amount on a side without bands");
		ok(share_pence(curve("both 0..:50%"), INT64_MIN, 0, 1, 1, &pence) && pence == INT64_MIN / 2,
		   "half of the least amount");
	}
	rat_mul(&x, &x, &x);
	rat_mul(&x, &x, &x);
	rat_mul(&x, &x, &x);
	base = x;
	share_compute(curve("gain 0..1%:1/3 max 7%"), &x, &base, s);
	ok(!s->overflow, "504 bits are exact");
	rat_mul(&base, &base, &base);
	share_compute(curve("gain 0..:1/3 max 7%"), &x, &base, s);
	ok(s->overflow, "a cap that does not fit shows");
	share_compute(curve("gain cliff 7% 0..:1/3"), &x, &base, s);
	ok(s->overflow, "a gate that does not fit shows");
	share_compute(curve("gain 0..7%:1/3"), &x, &base, s);
	ok(s->overflow, "a limit that does not fit shows");
	share_compute(curve("gain 0..:1/3"), &base, NULL, s);
	ok(s->overflow, "a difference that does not fit shows");

	ok(!curve_needs_base(curve("gain cliff 5 0..5:1 max 4; loss 0..:1")), "money needs no base");
	ok(curve_needs_base(curve("gain cliff 5% 0..:1")), "a percent gate does");
	ok(curve_needs_base(curve("gain 0..:1 max 5%")), "a percent cap does");
	ok(curve_needs_base(curve("gain cliff 100% 0..:1")) &&
		   curve_needs_base(curve("gain 0..:1 max 100%")) &&
		   curve_needs_base(curve("gain 0..100%:1")),
	   "the whole base too");
	ok(curve_needs_base(curve("gain 0..5:1; loss 0..5%:1")),
	   "a percent limit on the other side does");
	ok(curve_needs_base(curve("gain 0..5%:1; loss 0..5:1")), "a percent limit does");
	ok(curve_needs_base(curve("gain 0..5:1; loss cliff 1% 0..5:1")) &&
		   curve_needs_base(curve("gain 0..5:1; loss 0..5:1 max 1%")),
	   "gate and cap of the loss side");
	ok(!curve_needs_base(curve("gain 0..:1")), "one open band does not");
}

static void
test_rounding(void)
{
	ExactRat v = ratio(5, 2);
	int64_t  pence;

	ok(money_round(&v, EXACT_HALF_AWAY, 100, &pence) && pence == 300, "2.50 to pounds");
	ok(money_round(&v, EXACT_HALF_EVEN, 100, &pence) && pence == 200, "2.50 to pounds, half even");
	ok(money_round(&v, EXACT_TRUNCATE, 100, &pence) && pence == 200, "2.50 to pounds, truncated");
	ok(money_round(&v, EXACT_HALF_AWAY, 1, &pence) && pence == 250, "2.50 to pence");
	ok(money_round(&v, EXACT_HALF_AWAY, 7, &pence) && pence == 252, "2.50 in units of 7p");
}

static bool
looks_up(const char *text, int64_t num, int64_t den, const char *expected)
{
	ExactRat v = ratio(num, den);
	ExactRat rate;
	char     shown[2 * EXACT_TEXT];

	if (!scale_lookup(scale(text), &v, &rate))
		return expected == NULL;
	rat_print(&rate, shown);
	if (expected == NULL || strcmp(shown, expected) != 0)
		printf("# %s\n", shown);
	return expected != NULL && strcmp(shown, expected) == 0;
}

static void
test_scales(void)
{
	const char *steps = ">=90%:100%,>=80%:3/4,>=60%:50%";
	const char *line = "linear 1/3:75%,80%:40%,1:1/7";

	ok(looks_up(steps, 95, 100, "1") && looks_up(steps, 90, 100, "1"),
	   "at and above the first step");
	ok(looks_up(steps, 899999, 1000000, "3/4") && looks_up(steps, 80, 100, "3/4"), "second step");
	ok(looks_up(steps, 60, 100, "1/2") && looks_up(steps, 599, 1000, NULL), "below the last step");
	ok(looks_up(">=90%:1 else 1/9", 1, 2, "1/9"), "else");
	ok(looks_up(line, 0, 1, "3/4") && looks_up(line, 1, 3, "3/4"), "flat before the first knot");
	ok(looks_up(line, 7385, 10000, "3569/8000"), "on the line");
	ok(looks_up(line, 4, 5, "2/5") && looks_up(line, 9, 10, "19/70"), "at a knot and behind it");
	ok(looks_up(line, 1, 1, "1/7") && looks_up(line, 2, 1, "1/7"), "flat behind the last knot");
	ok(looks_up("linear 5000:3.9%", 1, 1, "39/1000"), "one knot is flat");
}

static bool
divides(const char *text, int64_t total, bool first, const char *expected)
{
	TermsSplit      *s = split(text);
	ExactInt        *weight = malloc((size_t) s->parties * sizeof(ExactInt));
	const ExactInt **order = malloc((size_t) s->parties * sizeof(ExactInt *));
	int64_t         *part = malloc((size_t) s->parties * sizeof(int64_t));
	char             shown[2000];
	char            *out = shown;
	int              i;

	if (!split_weights(s, weight) ||
		!apportion(total, (int) s->parties, weight, order, first, part))
		return false;
	for (i = 0; i < s->parties; i++)
		out += sprintf(out, "%s%ld", i ? " " : "", (long) part[i]);
	if (strcmp(shown, expected) != 0)
		printf("# %s\n", shown);
	return strcmp(shown, expected) == 0;
}

static bool
weighs(const ExactInt *weight, int64_t a, int64_t b, int64_t c)
{
	int64_t x, y, z;

	return exact_to_int64(&weight[0], &x) && exact_to_int64(&weight[1], &y) &&
		   exact_to_int64(&weight[2], &z) && x == a && y == b && z == c;
}

static void
test_splits(void)
{
	ExactInt        weight[3];
	const ExactInt *order[3];
	int64_t         part[3];
	int             i;

	ok(divides("a 50%,b 30%,c 20%", 35551107, false, "17775554 10665332 7110221"),
	   "largest remainder");
	ok(divides("a 60%,b 40%", -716049, false, "-429629 -286420"), "a negative total is mirrored");
	ok(divides("a 1/3,b 1/3,c 1/3", 100, false, "34 33 33"), "ties go to the first");
	ok(divides("a 1/3,b 1/3,c 1/3", 101, false, "34 34 33"), "two left over");
	ok(divides("a 1/3,b 1/3,c 1/3", -101, false, "-34 -34 -33"), "and mirrored");
	ok(divides("a 0,b 1/2,c 1/2", 3, false, "0 2 1"), "a share of nothing gets nothing");
	ok(divides("a 0,b 1/2,c 1/2", 3, true, "0 2 1"), "also with the first method");
	ok(divides("a 1/7,b 3/7,c 3/7", 10, false, "2 4 4"), "hamilton");
	ok(divides("a 1/10,b 2/5,c 1/2", 11, true, "2 4 5") &&
		   divides("a 1/10,b 2/5,c 1/2", 11, false, "1 4 6"),
	   "first method and hamilton differ");
	ok(divides("a 6/14,b 6/14,c 2/14", 10, false, "4 4 2") &&
		   divides("a 6/14,b 6/14,c 2/14", 11, false, "5 5 1"),
	   "the paradox");
	ok(divides("a 1/3,b remaining,c 1/4", 1200, false, "400 500 300"), "what remains");
	ok(divides("a 1,b remaining", 7, false, "7 0") && divides("b remaining", 7, false, "7") &&
		   divides("a 1", 0, false, "0"),
	   "ends");
	ok(divides("a 1/9223372036854775783,b remaining", INT64_MAX, false, "1 9223372036854775806"),
	   "wide");
	ok(split_weights(split("a 1/3,b remaining,c 1/5"), weight) && weighs(weight, 5, 7, 3),
	   "weights over the common denominator");
	ok(split_weights(split("a 3/10,b 1/2,c 20%"), weight) && weighs(weight, 3, 5, 2),
	   "weights without a remaining party");
	for (i = 0; i < 3; i++)
		exact_set(&weight[i], 0);
	ok(!apportion(5, 3, weight, order, false, part), "weights that are all 0");
	exact_pow10(&weight[0], 700);
	ok(!apportion(5, 3, weight, order, false, part), "a weight that does not fit");
}

static void
test_lines(void)
{
	Share   *s = malloc(sizeof(Share));
	ExactRat x = ratio(30030, 100);
	int64_t  part[TERMS_MAX_BANDS];

	share_compute(curve("gain 0..100.10:35%,100.10..200.20:35%,200.20..:35%"), &x, NULL, s);
	ok(share_apportion(s, 10511, part) && s->bands == 3 && part[0] == 3504 && part[1] == 3504 &&
		   part[2] == 3503,
	   "three equal bands: ties to the earlier");
	ok(share_apportion(s, -10511, part) && part[0] == -3504 && part[2] == -3503, "mirrored");
	ok(s->band[1].number == 2 && !s->band[1].open && s->band[2].open, "bands are numbered");
	share_compute(curve("gain 0..:0%"), &x, NULL, s);
	ok(share_apportion(s, 0, part) && s->bands == 1 && part[0] == 0, "a band at 0 %");
	ok(!share_apportion(s, 5, part), "has nothing to give");
	x = ratio(1, 1);
	share_compute(curve("gain 0..1:1/3,1..:1/2"), &x, NULL, s);
	ok(s->bands == 1, "a band that is not entered is left out");
}

/* statement --- the lines as text: code|clause|formula|quantity|rate|exact|pence */
static char *
statement(const SettleTerms *t, const SettleInputs *in)
{
	static Settlement out;
	static char       shown[20000];
	static char       number[2 * EXACT_TEXT];
	char              message[256];
	char             *p = shown;
	SettleStatus      status;
	int               i;

	/* whatever stood there before must not show */
	memset(&out, 'x', sizeof(out));
	status = settle_statement(t, in, &out, message, sizeof(message));

	if (status != SETTLE_OK)
	{
		sprintf(shown, "%d %s", status, status == SETTLE_MISSING ? message : "");
		return shown;
	}
	for (i = 0; i < out.lines; i++)
	{
		SettleLine *l = &out.line[i];

		p += sprintf(p, "%s|%s|%s|", l->code, l->clause, l->formula);
		if (l->has_quantity)
			rat_print(&l->quantity, number);
		rat_print(&l->exact, number + 800);
		p += sprintf(p, "%s|%s|%s|%ld\n", l->has_quantity ? number : "", l->rate, number + 800,
					 (long) l->pence);
	}
	return shown;
}

static void
test_statements(void)
{
	static SettleTerms  t;
	static SettleInputs in;

	memset(&t, 0, sizeof(t));
	memset(&in, 0, sizeof(in));
	t.unit = 1;
	t.curve = curve("gain 0..1000:1/3,1000..:50% max 5%; loss cliff 1% 0..:100% max 90%");
	says(statement(&t, &in),
		 "1 benchmark is missing: record the benchmark (plan, target or guarantee) of the period",
		 "no benchmark");
	set(&in, INPUT_BENCHMARK, 1000000, 100);
	says(statement(&t, &in),
		 "1 actual is missing: record what was actually spent or achieved in the period",
		 "no actual");
	set(&in, INPUT_ACTUAL, 700050, 100);
	says(statement(&t, &in),
		 "difference|measure: benchmark - actual|10,000.00 - 7,000.50|||5999/2|299950\n"
		 "band|curve: gain band 1|(1,000.00 - 0.00) x 1/3|1000|1/3|1000/3|33333\n"
		 "band|curve: gain band 2|(2,999.50 - 1,000.00) x 50%|3999/2|50%|3999/4|99975\n"
		 "share|curve|sum of 2 bands|||15997/12|133308\n"
		 "cap|curve: gain max|1,333.083333 at most 5% of base 10,000.00 = 500.00: "
		 "capped|500|5%|500|50000\n"
		 "settlement|rounding|500.00 to 0.01, half away from zero|||500|50000\n",
		 "bands and cap");

	t.has_discount = true;
	rat_set(&t.discount, 1, 50);
	t.gate_by = GATE_BY_RATE;
	t.gate_sides = SIDE_GAIN;
	t.quality = scale(">=80%:1,>=50%:60%");
	t.quality_sides = SIDE_GAIN;
	t.loss_rate = scale("linear 1/3:75%,80%:40%");
	t.has_factor[0] = t.has_factor[1] = true;
	rat_set(&t.factor[0], 49, 50);
	rat_set(&t.factor[1], 1, 2);
	t.cap[0].given = t.cap[1].given = true;
	t.cap[0].amount.num = 1000000;
	t.cap[1].of_revenue = true;
	t.cap[1].amount.num = 2;
	t.cap[1].amount.den = 25;
	t.rounding = EXACT_TRUNCATE;
	t.unit = 100;
	says(statement(&t, &in),
		 "1 minimum_rate is missing: the terms gate by it; record it for the period",
		 "no minimum rate");
	set(&in, INPUT_MINIMUM_RATE, 1, 40);
	says(statement(&t, &in),
		 "1 score is missing: the terms look up their quality by it; record it for the period",
		 "no score");
	set(&in, INPUT_SCORE, 4, 10);
	says(statement(&t, &in),
		 "1 not assessed: score lies below the lowest step of the quality; give the scale an else, "
		 "or correct the score",
		 "score below the scale");
	set(&in, INPUT_SCORE, 5, 10);
	set(&in, INPUT_CARRIED_FORWARD, -5, 1);
	set(&in, INPUT_LOSS_RELIEF, 300, 1);
	says(
		statement(&t, &in),
		"difference|measure: benchmark - actual|10,000.00 x (1 - 2%) - 7,000.50 + -5.00 carried "
		"forward|||5589/2|279450\n"
		"gate|gate: minimum_rate|2,794.50 >= 2.5% x 9,800.00 = 245.00: met|245|2.5%|5589/2|279450\n"
		"band|curve: gain band 1|(1,000.00 - 0.00) x 1/3|1000|1/3|1000/3|33333\n"
		"band|curve: gain band 2|(2,794.50 - 1,000.00) x 50%|3589/2|50%|3589/4|89725\n"
		"share|curve|sum of 2 bands|||14767/12|123058\n"
		"quality|quality|1,230.583333 x 60% (score 0.5)||60%|14767/20|73835\n"
		"factor|factor_gain|738.35 x 98%||98%|723583/1000|72358\n"
		"cap|curve: gain max|723.583 at most 5% of base 9,800.00 = 490.00: "
		"capped|490|5%|490|49000\n"
		"cap|cap_gain|490.00 at most 10,000.00: not reached|10000|10000|490|49000\n"
		"settlement|rounding|490.00 to 1.00, truncated|||490|49000\n",
		"every clause of a gain");

	set(&in, INPUT_BASE, 100, 1);
	set(&in, INPUT_MINIMUM_RATE, 27945, 1000);
	says(statement(&t, &in),
		 "difference|measure: benchmark - actual|10,000.00 x (1 - 2%) - 7,000.50 + -5.00 carried "
		 "forward|||5589/2|279450\n"
		 "gate|gate: minimum_rate|2,794.50 >= 2794.5% x 100.00 = 2,794.50: "
		 "met|5589/2|2794.5%|5589/2|279450\n"
		 "band|curve: gain band 1|(1,000.00 - 0.00) x 1/3|1000|1/3|1000/3|33333\n"
		 "band|curve: gain band 2|(2,794.50 - 1,000.00) x 50%|3589/2|50%|3589/4|89725\n"
		 "share|curve|sum of 2 bands|||14767/12|123058\n"
		 "quality|quality|1,230.583333 x 60% (score 0.5)||60%|14767/20|73835\n"
		 "factor|factor_gain|738.35 x 98%||98%|723583/1000|72358\n"
		 "cap|curve: gain max|723.583 at most 5% of base 100.00 = 5.00: capped|5|5%|5|500\n"
		 "cap|cap_gain|5.00 at most 10,000.00: not reached|10000|10000|5|500\n"
		 "settlement|rounding|5.00 to 1.00, truncated|||5|500\n",
		 "a base of its own, the gate exactly met");
	set(&in, INPUT_MINIMUM_RATE, 27946, 1000);
	says(statement(&t, &in),
		 "difference|measure: benchmark - actual|10,000.00 x (1 - 2%) - 7,000.50 + -5.00 carried "
		 "forward|||5589/2|279450\n"
		 "gate|gate: minimum_rate|2,794.50 < 2794.6% x 100.00 = 2,794.60: not met, short by "
		 "0.10|13973/5|2794.6%|0|0\n"
		 "share|curve|nothing to share|||0|0\n"
		 "settlement|rounding|0.00 to 1.00, truncated|||0|0\n",
		 "the gate missed by a dime");
	in.given[INPUT_BASE] = in.given[INPUT_CARRIED_FORWARD] = false;

	set(&in, INPUT_ACTUAL, 1280050, 100);
	set(&in, INPUT_SCORE, 70, 100);
	t.rounding = EXACT_HALF_EVEN;
	says(statement(&t, &in),
		 "1 revenue is missing: the terms cap the result by it; record it for the period",
		 "no revenue");
	set(&in, INPUT_REVENUE, 10000, 1);
	says(statement(&t, &in),
		 "difference|measure: benchmark - actual|10,000.00 x (1 - 2%) - "
		 "12,800.50|||-6001/2|-300050\n"
		 "gate|curve: loss cliff|3,000.50 >= 1% x 9,800.00 = 98.00: met|98|1%|-6001/2|-300050\n"
		 "band|curve: loss band 1|(3,000.50 - 0.00) x 100%|6001/2|100%|-6001/2|-300050\n"
		 "share|curve|sum of 1 band|||-6001/2|-300050\n"
		 "loss_rate|loss_rate|-3,000.50 x 47.5% (score 0.7)||47.5%|-114019/80|-142524\n"
		 "factor|factor_loss|-1,425.2375 x 50%||50%|-114019/160|-71262\n"
		 "cap|curve: loss max|712.61875 at most 90% of base 9,800.00 = 8,820.00: not "
		 "reached|8820|90%|-114019/160|-71262\n"
		 "cap|cap_loss|712.61875 at most 8% of revenue 10,000.00 = 800.00: not "
		 "reached|800|8%|-114019/160|-71262\n"
		 "relief|loss_relief|-712.61875 + 300.00, at most 0.00|||-66019/160|-41262\n"
		 "settlement|rounding|-412.61875 to 1.00, half to even|||-66019/160|-41300\n",
		 "every clause of a loss");
	set(&in, INPUT_REVENUE, 8900, 1);
	set(&in, INPUT_LOSS_RELIEF, 713, 1);
	t.curve = curve("both 0..:100%");
	t.quality = NULL;
	t.gate_by = GATE_NONE;
	t.has_discount = false;
	t.excess = true;
	t.has_factor[0] = t.has_factor[1] = false;
	t.loss_rate = NULL;
	set(&in, INPUT_ACTUAL, 9000, 1);
	says(
		statement(&t, &in),
		"difference|measure: actual - benchmark|9,000.00 - 10,000.00|||-1000|-100000\n"
		"band|curve: both band 1|(1,000.00 - 0.00) x 100%|1000|100%|-1000|-100000\n"
		"share|curve|sum of 1 band|||-1000|-100000\n"
		"cap|cap_loss|1,000.00 at most 8% of revenue 8,900.00 = 712.00: capped|712|8%|-712|-71200\n"
		"relief|loss_relief|-712.00 + 713.00, at most 0.00|||0|0\n"
		"settlement|rounding|0.00 to 1.00, half to even|||0|0\n",
		"relief never turns a loss into a gain");

	t.gate_by = GATE_BY_SIZE;
	t.gate_sides = SIDE_LOSS;
	t.gate = scale("linear 5000:3.9%,6000:3.6%");
	says(statement(&t, &in),
		 "1 size is missing: the terms look up their gate by it; record it for the period",
		 "no size");
	set(&in, INPUT_SIZE, 5500, 1);
	ok(strstr(statement(&t, &in),
			  "gate|gate: scale by size|1,000.00 >= 3.75% x 10,000.00 = 375.00: met|375|3.75%|") !=
		   NULL,
	   "gate by size");
	t.quality = scale("linear 0:0,1:1");
	t.quality_sides = SIDE_LOSS;
	set(&in, INPUT_SCORE, 123456789, 1000000000);
	ok(strstr(statement(&t, &in), " x 12.3456789% (score 0.123456789)|") != NULL,
	   "a score of nine decimals");
	set(&in, INPUT_SCORE, 70, 100);
	t.quality = NULL;
	set(&in, INPUT_BASE, 0, 1);
	says(statement(&t, &in),
		 "1 the terms take percentages of the base, which must be above 0; record base, or correct "
		 "benchmark",
		 "no base");
	in.given[INPUT_BASE] = false;
	set(&in, INPUT_ACTUAL, 10000, 1);
	says(statement(&t, &in),
		 "difference|measure: actual - benchmark|10,000.00 - 10,000.00|||0|0\n"
		 "share|curve|nothing to share|||0|0\n"
		 "settlement|rounding|0.00 to 1.00, half to even|||0|0\n",
		 "nothing to settle");
	set(&in, INPUT_ACTUAL, INT64_MAX, 1);
	says(statement(&t, &in), "2 ", "more than fits");
	set(&in, INPUT_ACTUAL, 1234567, 1);
	t.cap[0].given = false;
	ok(strstr(statement(&t, &in), "|1,234,567.00 - 10,000.00|") != NULL, "thousands are grouped");
	rat_mul(&in.value[INPUT_BENCHMARK], &in.value[INPUT_ACTUAL], &in.value[INPUT_ACTUAL]);
	rat_mul(&in.value[INPUT_BENCHMARK], &in.value[INPUT_BENCHMARK], &in.value[INPUT_BENCHMARK]);
	rat_mul(&in.value[INPUT_BENCHMARK], &in.value[INPUT_BENCHMARK], &in.value[INPUT_BENCHMARK]);
	says(statement(&t, &in), "2 ", "far more than fits");
}

/* power --- 10^k + more */
static ExactRat
power(int k, int64_t more)
{
	ExactRat r, ten = ratio(10, 1), rest = ratio(more, 1);

	for (r = ratio(1, 1); k > 0; k--)
		rat_mul(&r, &r, &ten);
	rat_add(&r, &r, &rest);
	return r;
}

/* Numbers at the ends of what a statement shows in full. */
static void
test_wide_statements(void)
{
	static SettleTerms  t;
	static SettleInputs in;

	t.unit = 1;
	t.curve = curve("both 0..:50%");
	set(&in, INPUT_BENCHMARK, 1, 1);
	set(&in, INPUT_ACTUAL, 1, 1);
	in.value[INPUT_BENCHMARK] = power(36, 5);
	in.value[INPUT_ACTUAL] = power(36, 0);
	says(statement(&t, &in),
		 "difference|measure: benchmark - actual|"
		 "1,000,000,000,000,000,000,000,000,000,000,000,005.00 - "
		 "1,000,000,000,000,000,000,000,000,000,000,000,000.00|||5|500\n"
		 "band|curve: both band 1|(5.00 - 0.00) x 50%|5|50%|5/2|250\n"
		 "share|curve|sum of 1 band|||5/2|250\n"
		 "settlement|rounding|2.50 to 0.01, half away from zero|||5/2|250\n",
		 "40 characters are shown");
	in.value[INPUT_BENCHMARK] = power(37, 5);
	in.value[INPUT_ACTUAL] = power(37, 6);
	says(statement(&t, &in),
		 "difference|measure: benchmark - actual|... - ...|||-1|-100\n"
		 "band|curve: both band 1|(1.00 - 0.00) x 50%|1|50%|-1/2|-50\n"
		 "share|curve|sum of 1 band|||-1/2|-50\n"
		 "settlement|rounding|-0.50 to 0.01, half away from zero|||-1/2|-50\n",
		 "41 are not");
	in.value[INPUT_BENCHMARK] = power(13, 1);
	in.value[INPUT_ACTUAL] = power(13, 0);
	t.has_discount = true;
	rat_set(&t.discount, 1, 100000000000);
	ok(strstr(statement(&t, &in), "|10,000,000,000,001.00 x (1 - 0.000000001%) - ") != NULL,
	   "a percentage of nine decimals");
	rat_set(&t.discount, 1, 1000000000000);
	ok(strstr(statement(&t, &in), "|10,000,000,000,001.00 x (1 - 1/1000000000000) - ") != NULL,
	   "ten decimals make a fraction");
	t.has_discount = false;
	t.gate_by = GATE_BY_RATE;
	t.gate_sides = SIDE_GAIN;
	set(&in, INPUT_BASE, 7000, 1);
	set(&in, INPUT_MINIMUM_RATE, 1, 1000000000000);
	ok(strstr(statement(&t, &in), "gate|gate: minimum_rate|1.00 >= 1/1000000000000 x 7,000.00 = "
								  "0.00: met|") != NULL,
	   "a gate by a fraction");
	in.value[INPUT_MINIMUM_RATE] = power(59, 0);
	ok(strstr(statement(&t, &in), "|1.00 < 10000000000000000000000000000000000000000000000000000000"
								  "000000% x 7,000.00 = ...: not met, short by ...|") != NULL,
	   "a rate of 63 characters is shown");
	in.value[INPUT_MINIMUM_RATE] = power(60, 0);
	ok(strstr(statement(&t, &in), "gate|gate: minimum_rate|1.00 < ...: not met, short by ...|"),
	   "one of 64 is not");
	in.value[INPUT_BASE] = power(280, 0);
	says(statement(&t, &in), "2 ", "a threshold that does not fit");
	t.gate_sides = SIDE_LOSS;
	ok(strstr(statement(&t, &in), "gate|") == NULL, "nor does it matter on the other side");
	in.value[INPUT_ACTUAL] = in.value[INPUT_BENCHMARK];
	t.curve = curve("both 0..:50% max 100000000000000000%");
	says(statement(&t, &in), "2 ", "a cap that does not fit, over no difference");
	rat_mul(&in.value[INPUT_BASE], &in.value[INPUT_BASE], &in.value[INPUT_BASE]);
	t.curve = curve("both 0..:50% max 1%");
	says(statement(&t, &in),
		 "1 the terms take percentages of the base, which must be above 0; record base, or correct "
		 "benchmark",
		 "a base that does not fit");
}

/* What the base is needed for, and inputs of nothing. */
static void
test_bases(void)
{
	static const char   refused[] = "1 the terms take percentages of the base, which must be above "
									"0; record base, or correct benchmark";
	static SettleTerms  t;
	static SettleInputs in;

	t.unit = 1;
	t.curve = curve("both 0..:50%");
	set(&in, INPUT_BENCHMARK, 90, 1);
	set(&in, INPUT_ACTUAL, 100, 1);
	set(&in, INPUT_BASE, 0, 1);
	set(&in, INPUT_REVENUE, 20, 1);
	set(&in, INPUT_CARRIED_FORWARD, 0, 1);
	set(&in, INPUT_LOSS_RELIEF, 0, 1);
	says(statement(&t, &in),
		 "difference|measure: benchmark - actual|90.00 - 100.00|||-10|-1000\n"
		 "band|curve: both band 1|(10.00 - 0.00) x 50%|10|50%|-5|-500\n"
		 "share|curve|sum of 1 band|||-5|-500\n"
		 "settlement|rounding|-5.00 to 0.01, half away from zero|||-5|-500\n",
		 "money needs no base; nothing forward and no relief are no lines");
	rat_set(&in.value[INPUT_LOSS_RELIEF], 2, 1);
	in.given[INPUT_LOSS_RELIEF] = false;
	ok(strstr(statement(&t, &in), "relief") == NULL, "no relief given");
	t.cap[1].given = true;
	t.cap[1].amount.num = 300;
	ok(strstr(statement(&t, &in), "cap|cap_loss|5.00 at most 3.00: capped|3|3|-3|-300\n") != NULL,
	   "nor does a cap in money");
	rat_set(&in.value[INPUT_BENCHMARK], 110, 1);
	ok(strstr(statement(&t, &in), "cap|") == NULL, "which is the loss side's");
	t.cap[1].amount.num = 1;
	t.cap[1].amount.den = 10;
	ok(strstr(statement(&t, &in), "cap|") == NULL, "in percent too");
	rat_set(&in.value[INPUT_BENCHMARK], 90, 1);
	says(statement(&t, &in), refused, "a cap in percent of a base of 0");
	rat_set(&in.value[INPUT_BASE], -5, 1);
	says(statement(&t, &in), refused, "and of a negative one");
	rat_set(&in.value[INPUT_BASE], 1, 1);
	ok(strstr(statement(&t, &in), "cap|cap_loss|5.00 at most 10% of base 1.00 = 0.10: capped|"),
	   "of a base of 1");
	rat_set(&in.value[INPUT_BASE], 0, 1);
	t.cap[1].of_revenue = true;
	ok(strstr(statement(&t, &in), "cap|cap_loss|5.00 at most 10% of revenue 20.00 = 2.00: capped|"),
	   "of revenue it needs no base");
	rat_set(&in.value[INPUT_REVENUE], 50, 1);
	ok(strstr(statement(&t, &in),
			  "cap|cap_loss|5.00 at most 10% of revenue 50.00 = 5.00: not reached|"),
	   "a cap just met is not reached");
	t.gate_by = GATE_BY_RATE;
	t.gate_sides = SIDE_LOSS;
	set(&in, INPUT_MINIMUM_RATE, 1, 10);
	says(statement(&t, &in), refused, "a gate needs a base");
}

int
main(void)
{
	test_shares();
	test_wide_shares();
	test_rounding();
	test_scales();
	test_splits();
	test_lines();
	test_statements();
	test_wide_statements();
	test_bases();
	return done_testing();
}

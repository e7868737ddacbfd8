/*-------------------------------------------------------------------------
 *
 * settle_detail.c
 *	  Cases, indicators, conditions and accounts of a settlement from their rows.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/settle.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "settle/terms.h"

/* Every party of a split, and as many that have left. */
#define MAX_ACCOUNTS (2 * TERMS_MAX_PARTIES)

/* Fields of the composites, in order. */
enum
{
	DETAIL_CASES,
	DETAIL_INDICATORS,
	DETAIL_CONDITIONS,
	DETAIL_ACCOUNTS,
	DETAIL_FIELDS
};

enum
{
	INDICATOR_NAME,
	INDICATOR_WEIGHT,
	INDICATOR_SCALE,
	INDICATOR_SCORE,
	INDICATOR_VOLUME,
	INDICATOR_MINIMUM_VOLUME,
	INDICATOR_UNDER_VOLUME,
	INDICATOR_FIELDS
};

enum
{
	CONDITION_NAME,
	CONDITION_MET,
	CONDITION_EVIDENCE,
	CONDITION_FIELDS
};

enum
{
	ACCOUNT_PARTY,
	ACCOUNT_OWN,
	ACCOUNT_POSTED,
	ACCOUNT_CONTESTED,
	ACCOUNT_OVERDUE,
	ACCOUNT_DAYS,
	ACCOUNT_RATE,
	ACCOUNT_FIELDS
};

/* refuse_detail --- a part of the detail that nothing can be settled with. */
static void
refuse_detail(const char *message)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", message)));
}

/* elements --- the rows of an array; none may be NULL. */
static int
elements(Datum array, const char *what, Datum **out)
{
	ArrayType *a = DatumGetArrayTypeP(array);
	bool      *nulls;
	int        n, i;

	deconstruct_array(a, ARR_ELEMTYPE(a), -1, false,
					  ARR_ELEMTYPE(a) == NUMERICOID ? TYPALIGN_INT : TYPALIGN_DOUBLE, out, &nulls,
					  &n);
	for (i = 0; i < n; i++)
	{
		if (nulls[i])
			refuse_detail(psprintf("%s %d is NULL: give it, or leave it out", what, i + 1));
	}
	return n;
}

/* needed_name --- the name of the i-th row. */
static SettleText
needed_name(bool null, Datum value, const char *what, int i)
{
	if (null)
		refuse_detail(psprintf("%s %d has no name", what, i + 1));
	return settle_text(value);
}

/* named --- "score of indicator "falls"", for messages. */
static char *
named(const char *field, const char *what, SettleText name)
{
	return psprintf("%s of %s \"%.*s\"", field, what, name.len, name.at);
}

/* read_part --- a number of an indicator, not negative, or not given. */
static void
read_part(bool null, Datum value, const char *field, SettleText name, SettleNumber *out)
{
	out->given = !null;
	if (null)
		return;
	numeric_rat(value, named(field, "indicator", name), &out->value);
	if (rat_sign(&out->value) < 0)
		refuse_detail(psprintf("%s must not be negative", named(field, "indicator", name)));
}

/* read_cases --- costs in pence where they are whole, in fractions otherwise. */
static void
read_cases(Datum array, SettleDetail *d)
{
	Datum      *value;
	SettleCase *cases;
	int         i;

	d->has_cases = true;
	d->cases = elements(array, "case", &value);
	d->one_case = cases = palloc0(d->cases * sizeof(SettleCase));
	for (i = 0; i < d->cases; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!numeric_scaled(value[i], MONEY_DECIMALS, &cases[i].pence))
		{
			ExactRat *exact = palloc(sizeof(ExactRat));

			numeric_rat(value[i], psprintf("cost of case %d", i + 1), exact);
			cases[i].exact = exact;
		}
		if (cases[i].exact ? rat_sign(cases[i].exact) < 0 : cases[i].pence < 0)
			refuse_detail(psprintf("cost of case %d must not be negative", i + 1));
	}
}

/* read_indicator --- one indicator from its row. */
static void
read_indicator(Datum row, int i, SettleIndicator *out)
{
	static const char *const under[] = {"redistribute", "pay", "carry"};
	Datum                    v[INDICATOR_FIELDS];
	bool                     null[INDICATOR_FIELDS];
	SettleNumber             weight;

	open_row(row, "settlement_indicator", INDICATOR_FIELDS, v, null);
	out->name = needed_name(null[INDICATOR_NAME], v[INDICATOR_NAME], "indicator", i);
	read_part(null[INDICATOR_WEIGHT], v[INDICATOR_WEIGHT], "weight", out->name, &weight);
	if (!weight.given)
		refuse_detail(
			psprintf("%s is missing: say what it counts", named("weight", "indicator", out->name)));
	rat_copy(&out->weight, &weight.value);
	out->scale = null[INDICATOR_SCALE] ? NULL : DatumGetScale(v[INDICATOR_SCALE]);
	read_part(null[INDICATOR_SCORE], v[INDICATOR_SCORE], "score", out->name, &out->score);
	read_part(null[INDICATOR_VOLUME], v[INDICATOR_VOLUME], "volume", out->name, &out->volume);
	read_part(null[INDICATOR_MINIMUM_VOLUME], v[INDICATOR_MINIMUM_VOLUME], "minimum_volume",
			  out->name, &out->minimum_volume);
	out->under_volume = (UnderVolume) settle_choice("under_volume", null[INDICATOR_UNDER_VOLUME],
													v[INDICATOR_UNDER_VOLUME], under, 3);
}

/* read_indicators --- all indicators, in order. */
static void
read_indicators(Datum array, SettleDetail *d)
{
	Datum           *row;
	SettleIndicator *out;
	int              i;

	d->indicators = elements(array, "indicator", &row);
	d->indicator = out = palloc(d->indicators * sizeof(SettleIndicator));
	for (i = 0; i < d->indicators; i++)
		read_indicator(row[i], i, &out[i]);
}

/* read_conditions --- all conditions, in order. */
static void
read_conditions(Datum array, SettleDetail *d)
{
	Datum           *row;
	SettleCondition *out;
	int              i;

	d->conditions = elements(array, "condition", &row);
	d->condition = out = palloc0(d->conditions * sizeof(SettleCondition));
	for (i = 0; i < d->conditions; i++)
	{
		Datum v[CONDITION_FIELDS];
		bool  null[CONDITION_FIELDS];

		open_row(row[i], "settlement_condition", CONDITION_FIELDS, v, null);
		out[i].name = needed_name(null[CONDITION_NAME], v[CONDITION_NAME], "condition", i);
		out[i].decided = !null[CONDITION_MET];
		out[i].met = out[i].decided && DatumGetBool(v[CONDITION_MET]);
		if (!null[CONDITION_EVIDENCE])
			out[i].evidence = settle_text(v[CONDITION_EVIDENCE]);
	}
}

/* account_pence --- an amount of an account: whole pence, 0 for NULL. */
static int64
account_pence(bool null, Datum value, const char *field, SettleText party)
{
	int64    pence = 0;
	ExactRat v;

	if (null || numeric_scaled(value, MONEY_DECIMALS, &pence))
		return pence;
	numeric_rat(value, named(field, "party", party), &v);
	exact_mul_small(&v.num, 100);
	rat_make(&v, &v.num, &v.den);
	if (v.den.n != 1 || v.den.limb[0] != 1)
		refuse_detail(psprintf("%s must have at most %d decimals: accounts hold whole pence",
							   named(field, "party", party), MONEY_DECIMALS));
	too_wide();
	return 0;
}

/* read_account --- one account from its row. */
static void
read_account(Datum row, int i, SettleAccount *out)
{
	Datum v[ACCOUNT_FIELDS];
	bool  null[ACCOUNT_FIELDS];

	open_row(row, "settlement_account", ACCOUNT_FIELDS, v, null);
	out->party = needed_name(null[ACCOUNT_PARTY], v[ACCOUNT_PARTY], "account", i);
	out->own = account_pence(null[ACCOUNT_OWN], v[ACCOUNT_OWN], "own_amount", out->party);
	out->has_posted = !null[ACCOUNT_POSTED];
	out->posted =
		account_pence(null[ACCOUNT_POSTED], v[ACCOUNT_POSTED], "posted_before", out->party);
	out->contested =
		account_pence(null[ACCOUNT_CONTESTED], v[ACCOUNT_CONTESTED], "contested", out->party);
	if (out->contested < 0)
		refuse_detail(psprintf("%s must not be negative", named("contested", "party", out->party)));
	out->overdue = account_pence(null[ACCOUNT_OVERDUE], v[ACCOUNT_OVERDUE], "overdue", out->party);
	out->has_interest = !null[ACCOUNT_DAYS] && !null[ACCOUNT_RATE];
	if (!out->has_interest)
		return;
	out->days = DatumGetInt32(v[ACCOUNT_DAYS]);
	numeric_rat(v[ACCOUNT_RATE], named("interest_rate", "party", out->party), &out->rate);
	if (out->days < 0 || rat_sign(&out->rate) < 0)
		refuse_detail(
			psprintf("%s must not be negative",
					 named(out->days < 0 ? "overdue_days" : "interest_rate", "party", out->party)));
}

/* read_accounts --- all accounts; far more than there are parties would only be slow. */
static void
read_accounts(Datum array, SettleDetail *d)
{
	Datum         *row;
	SettleAccount *out;
	int            i;

	d->accounts = elements(array, "account", &row);
	if (d->accounts > MAX_ACCOUNTS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("there are %d accounts: at most %d can be settled together",
							   d->accounts, MAX_ACCOUNTS)));
	d->account = out = palloc0(d->accounts * sizeof(SettleAccount));
	for (i = 0; i < d->accounts; i++)
		read_account(row[i], i, &out[i]);
}

/* read_detail --- the composite as the core wants it. */
void
read_detail(Datum datum, SettleDetail *d)
{
	Datum v[DETAIL_FIELDS];
	bool  null[DETAIL_FIELDS];

	memset(d, 0, sizeof(*d));
	open_row(datum, "settlement_detail", DETAIL_FIELDS, v, null);
	if (!null[DETAIL_CASES])
		read_cases(v[DETAIL_CASES], d);
	if (!null[DETAIL_INDICATORS])
		read_indicators(v[DETAIL_INDICATORS], d);
	if (!null[DETAIL_CONDITIONS])
		read_conditions(v[DETAIL_CONDITIONS], d);
	if (!null[DETAIL_ACCOUNTS])
		read_accounts(v[DETAIL_ACCOUNTS], d);
}

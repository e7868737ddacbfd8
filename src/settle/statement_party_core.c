/*-------------------------------------------------------------------------
 *
 * statement_party_core.c
 *	  A settlement over its parties, and what is to be paid now.
 *
 * All in whole pence: the rounded settlement is divided, never rounded again.
 * Amounts are positive in favour of the party, and sum to nothing over all of
 * them wherever the parties settle among themselves or with a counterparty.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/statement_party_core.h"

#include <stdio.h>
#include <string.h>

#include "settle/apportion_core.h"

/* The parties of a statement: those of the split, the counterparty, those that left. */
typedef struct Parties
{
	SettleParty *party;
	int          n;
	SettleParty *counterparty; /* NULL: none */
} Parties;

/* same_text --- are two names the same bytes? */
static bool
same_text(SettleText a, SettleText b)
{
	return a.len == b.len && memcmp(a.at, b.at, (size_t) a.len) == 0;
}

/* sum_into --- *sum += v, in the sink of overflow. */
static void
sum_into(Writer *w, int64_t *sum, int64_t v)
{
	w->overflow |= __builtin_add_overflow(*sum, v, sum);
}

/* add_party --- one party more, with its account if it has one. */
static void
add_party(const Writer *w, Parties *p, SettleText name)
{
	const SettleDetail *d = w->detail;
	SettleParty        *party = &p->party[p->n++];
	int                 i;

	memset(party, 0, sizeof(*party));
	party->name = name;
	for (i = 0; d != NULL && i < d->accounts; i++)
	{
		if (same_text(d->account[i].party, name))
			party->account = &d->account[i];
	}
}

/* is_party --- is the name among the parties? */
static bool
is_party(const Parties *p, SettleText name)
{
	int i;

	for (i = 0; i < p->n; i++)
	{
		if (same_text(p->party[i].name, name))
			return true;
	}
	return false;
}

/* gather --- all parties; each may have one account. */
static SettleStatus
gather(Writer *w, Parties *p)
{
	const TermsSplit   *s = w->terms->split;
	const SettleDetail *d = w->detail;
	char                name[NAME_SHOWN + 1];
	int                 i, j;

	p->party = w->room->party;
	p->n = 0;
	p->counterparty = NULL;
	for (i = 0; i < s->parties; i++)
		add_party(w, p, (SettleText){split_name(s, i), (int) s->party[i].name_len});
	if (w->terms->counterparty.at != NULL)
	{
		shown_name(w->terms->counterparty, name);
		if (is_party(p, w->terms->counterparty))
			return refuse(w,
						  "counterparty \"%s\" is also a party of the split: what it keeps is what "
						  "the curve does not share; leave it out of the split",
						  name);
		p->counterparty = &p->party[p->n];
		add_party(w, p, w->terms->counterparty);
	}
	for (i = 0; d != NULL && i < d->accounts; i++)
	{
		for (j = 0; j < i; j++)
		{
			if (same_text(d->account[i].party, d->account[j].party))
			{
				shown_name(d->account[i].party, name);
				return refuse(w, "party \"%s\" has two accounts: give each party one", name);
			}
		}
		if (!is_party(p, d->account[i].party))
			add_party(w, p, d->account[i].party);
	}
	return SETTLE_OK;
}

/*--------------------------------------------------------------------
 * Cumulative amounts
 *--------------------------------------------------------------------
 */

/* check_own --- what parties hold already must be theirs, and all of it where they settle alone. */
static SettleStatus
check_own(Writer *w, const Parties *p)
{
	int64_t own = 0;
	int64_t gap;
	int     i;
	char    name[NAME_SHOWN + 1], o[MONEY_TEXT], s[MONEY_TEXT], g[MONEY_TEXT];

	for (i = 0; i < p->n; i++)
	{
		const SettleAccount *a = p->party[i].account;

		if (a == NULL || a->own == 0)
			continue;
		shown_name(a->party, name);
		if (i >= w->terms->split->parties)
			return refuse(w,
						  "own_amount of \"%s\" has no meaning: it is not a party of the split; "
						  "leave it out, or give the party a share",
						  name);
		sum_into(w, &own, a->own);
	}
	if (p->counterparty || w->overflow || own == w->settled)
		return SETTLE_OK;
	if (__builtin_sub_overflow(w->settled, own, &gap))
		return SETTLE_OVERFLOW;
	grouped_pence(own, o);
	grouped_pence(w->settled, s);
	grouped_pence(gap, g);
	return refuse(w,
				  "own amounts of the parties sum to %s, not to the settlement of %s (%s apart): "
				  "give own_amount of each party, or name a counterparty in the terms",
				  o, s, g);
}

/* write_party --- the part of one party of the split. */
static void
write_party(Writer *w, SettleParty *party, int i, int64_t part)
{
	const TermsSplit *s = w->terms->split;
	int64_t           own = party->account ? party->account->own : 0;
	char              total[MONEY_TEXT], share[MONEY_TEXT], rate[TERMS_TEXT] = "remaining";
	ExactRat          fraction;
	SettleLine       *line;

	w->overflow |= __builtin_sub_overflow(part, own, &party->stands);
	line = add_pence_line(w, "party", w->terms->first ? "split, first" : "split", party->stands);
	line->party = party->name;
	if (i != s->remaining)
		rate_print(s->party[i].share, rate);
	strcpy(line->rate, rate);
	grouped_pence(w->settled, total);
	grouped_pence(part, share);
	formula(line, "%s of %s = %s", rate, total, share);
	split_share(s, i, &fraction);
	rat_set(&line->exact, w->settled, 100);
	rat_mul(&line->exact, &line->exact, &fraction);
	if (own != 0)
	{
		grouped_pence(own, share);
		formula(line, " less %s held already", share);
		rat_set(&fraction, own, 100);
		rat_sub(&line->exact, &line->exact, &fraction);
	}
	w->overflow |= rat_overflow(&line->exact);
}

/* write_stands --- what each party stands at in all. */
static SettleStatus
write_stands(Writer *w, Parties *p)
{
	const TermsSplit *s = w->terms->split;
	SettleRoom       *room = w->room;
	SettleStatus      status = check_own(w, p);
	int64_t           sum = 0;
	SettleLine       *line;
	int               i;

	if (status != SETTLE_OK)
		return status;
	if (!split_weights(s, room->weight) || !apportion(w->settled, (int) s->parties, room->weight,
													  room->order, w->terms->first, room->part))
		return SETTLE_OVERFLOW;
	for (i = 0; i < s->parties; i++)
	{
		write_party(w, &p->party[i], i, room->part[i]);
		sum_into(w, &sum, p->party[i].stands);
	}
	for (; i < p->n; i++)
	{
		SettleParty *party = &p->party[i];

		if (party == p->counterparty)
			w->overflow |= __builtin_sub_overflow(0, sum, &party->stands);
		line =
			add_pence_line(w, "party", party == p->counterparty ? "counterparty" : "left the split",
						   party->stands);
		line->party = party->name;
		formula(line,
				party == p->counterparty ? "less the sum of the parties" : "not in the split");
	}
	return SETTLE_OK;
}

/*--------------------------------------------------------------------
 * Posted, contested, interest, due
 *--------------------------------------------------------------------
 */

/* set_posted --- what was posted before must sum to nothing; the counterparty mirrors the others.
 */
static SettleStatus
set_posted(Writer *w, Parties *p)
{
	SettleParty *mirror = p->counterparty;
	int64_t      sum = 0;
	char         s[MONEY_TEXT];
	int          i;

	for (i = 0; i < p->n; i++)
	{
		SettleParty *party = &p->party[i];

		if (party->account != NULL)
			party->posted = party->account->posted;
		sum_into(w, &sum, party->posted);
	}
	if (mirror && !(mirror->account && mirror->account->has_posted))
	{
		w->overflow |= __builtin_sub_overflow(0, sum, &mirror->posted);
		sum = 0;
	}
	if (w->overflow || sum == 0)
		return SETTLE_OK;
	grouped_pence(sum, s);
	return refuse(w,
				  "posted_before sums to %s over all parties, not to 0: give what was posted to "
				  "each party, the counterparty included",
				  s);
}

/* write_posted --- less what was posted before. */
static SettleStatus
write_posted(Writer *w, Parties *p)
{
	SettleStatus status = set_posted(w, p);
	int          i;

	for (i = 0; status == SETTLE_OK && i < p->n; i++)
	{
		SettleParty *party = &p->party[i];
		char         s[MONEY_TEXT], b[MONEY_TEXT];
		SettleLine  *line;

		w->overflow |= __builtin_sub_overflow(party->stands, party->posted, &party->delta);
		if (party->posted == 0)
			continue;
		line = add_pence_line(w, "posted", "posted_before", party->delta);
		line->party = party->name;
		grouped_pence(party->stands, s);
		grouped_pence(party->posted, b);
		formula(line, "%s - %s posted before", s, b);
	}
	return status;
}

/* hold --- take the contested sum of a party out of what is due to or from it. */
static SettleStatus
hold(Writer *w, SettleParty *party, bool counterparty)
{
	int64_t contested = party->account ? party->account->contested : 0;
	char    name[NAME_SHOWN + 1], c[MONEY_TEXT], d[MONEY_TEXT];

	if (contested == 0)
		return SETTLE_OK;
	shown_name(party->name, name);
	if (counterparty)
		return refuse(w,
					  "contested of counterparty \"%s\": record it on the party whose sum is in "
					  "dispute",
					  name);
	if (contested > (party->delta < 0 ? -(__int128) party->delta : party->delta))
	{
		grouped_pence(contested, c);
		grouped_pence(party->delta, d);
		return refuse(w,
					  "contested of party \"%s\" is %s, more than the %s that is to be posted: "
					  "correct it",
					  name, c, d);
	}
	party->held = party->delta < 0 ? -contested : contested;
	return SETTLE_OK;
}

/* write_contested --- held, not paid now. */
static SettleStatus
write_contested(Writer *w, Parties *p)
{
	int64_t sum = 0;
	int     i;

	for (i = 0; i < p->n; i++)
	{
		SettleStatus status = hold(w, &p->party[i], &p->party[i] == p->counterparty);

		if (status != SETTLE_OK)
			return status;
		sum_into(w, &sum, p->party[i].held);
	}
	if (p->counterparty)
		w->overflow |= __builtin_sub_overflow(0, sum, &p->counterparty->held);
	for (i = 0; i < p->n; i++)
	{
		SettleParty *party = &p->party[i];
		char         d[MONEY_TEXT], h[MONEY_TEXT];
		int64_t      left;
		SettleLine  *line;

		if (party->held == 0)
			continue;
		w->overflow |= __builtin_sub_overflow(party->delta, party->held, &left);
		line = add_pence_line(w, "contested", "contested", left);
		line->party = party->name;
		line->has_quantity = true;
		rat_set(&line->quantity, party->held, 100);
		grouped_pence(party->delta, d);
		grouped_pence(party->held, h);
		formula(line, "%s - %s %s", d, h,
				party == p->counterparty ? "contested by the others" : "contested");
	}
	return SETTLE_OK;
}

/* write_own_interest --- simple interest on what a party is owed and late, rounded once. */
static SettleStatus
write_own_interest(Writer *w, SettleParty *party, bool counterparty)
{
	const SettleAccount *a = party->account;
	char                 name[NAME_SHOWN + 1], o[MONEY_TEXT], r[TERMS_TEXT];
	ExactRat             exact, part;
	SettleLine          *line;

	if (a == NULL || a->overdue == 0)
		return SETTLE_OK;
	shown_name(party->name, name);
	if (counterparty)
		return refuse(w,
					  "overdue of counterparty \"%s\": record it on the party that owes it, as a "
					  "negative sum",
					  name);
	if (!a->has_interest)
		return refuse(w,
					  "overdue_days and interest_rate of party \"%s\" are needed: it has an "
					  "overdue sum",
					  name);
	rat_set(&exact, a->overdue, 100);
	rat_mul(&exact, &exact, &a->rate);
	rat_set(&part, a->days, 365);
	rat_mul(&exact, &exact, &part);
	if (rat_overflow(&exact) || !money_round(&exact, EXACT_HALF_AWAY, 1, &party->interest))
		return SETTLE_OVERFLOW;
	line = add_pence_line(w, "interest", "interest", party->interest);
	line->party = party->name;
	rat_copy(&line->exact, &exact);
	line->has_quantity = true;
	rat_set(&line->quantity, a->overdue, 100);
	percent(&a->rate, r);
	strcpy(line->rate, r);
	grouped_pence(a->overdue, o);
	formula(line, "%s x %s x %lld / 365", o, r, (long long) a->days);
	return SETTLE_OK;
}

/* write_interest --- interest of the parties, mirrored on the counterparty. */
static SettleStatus
write_interest(Writer *w, Parties *p)
{
	SettleParty *mirror = p->counterparty;
	int64_t      sum = 0;
	SettleLine  *line;
	int          i;

	for (i = 0; i < p->n; i++)
	{
		SettleStatus status = write_own_interest(w, &p->party[i], &p->party[i] == p->counterparty);

		if (status != SETTLE_OK)
			return status;
		sum_into(w, &sum, p->party[i].interest);
	}
	if (mirror == NULL || sum == 0)
		return SETTLE_OK;
	w->overflow |= __builtin_sub_overflow(0, sum, &mirror->interest);
	line = add_pence_line(w, "interest", "interest", mirror->interest);
	line->party = mirror->name;
	formula(line, "less the interest of the parties");
	return SETTLE_OK;
}

/* write_due --- what is to be paid to (or by) each party now. */
static void
write_due(Writer *w, const Parties *p)
{
	int i;

	for (i = 0; i < p->n; i++)
	{
		const SettleParty *party = &p->party[i];
		char               d[MONEY_TEXT], h[MONEY_TEXT], t[MONEY_TEXT];
		int64_t            due;
		SettleLine        *line;

		w->overflow |= __builtin_sub_overflow(party->delta, party->held, &due) ||
					   __builtin_add_overflow(due, party->interest, &due);
		line = add_pence_line(w, "due", "due", due);
		line->party = party->name;
		grouped_pence(party->delta, d);
		formula(line, "%s", d);
		if (party->held != 0)
		{
			grouped_pence(party->held, h);
			formula(line, " - %s contested", h);
		}
		if (party->interest != 0)
		{
			grouped_pence(party->interest, t);
			formula(line, " + %s interest", t);
		}
	}
}

/*
 * write_parties --- the settlement over its parties: part, less posted before,
 * less what is contested, with interest, and what is due.
 */
SettleStatus
write_parties(Writer *w)
{
	Parties      p;
	SettleStatus status;

	if (w->terms->split == NULL)
	{
		if (w->detail == NULL || w->detail->accounts == 0)
			return SETTLE_OK;
		return refuse(w, "accounts are given, but the terms have no split: say in split who the "
						 "parties are");
	}
	status = gather(w, &p);
	if (status == SETTLE_OK)
		status = write_stands(w, &p);
	if (status == SETTLE_OK)
		status = write_posted(w, &p);
	if (status == SETTLE_OK)
		status = write_contested(w, &p);
	if (status == SETTLE_OK)
		status = write_interest(w, &p);
	if (status == SETTLE_OK)
		write_due(w, &p);
	return status;
}

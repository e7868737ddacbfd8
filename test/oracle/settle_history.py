"""A second bookkeeper for settlement ledgers: makes random histories, and works out every posting by itself, in exact fractions.

    settle_history.py make SEED COUNT            histories as tab-separated lines: history, step, action, arguments (JSON)
    settle_history.py check HISTORIES RESULTS BALANCES
                                                 compares what the ledger did with what it should have done; a line per fault

It shares nothing with the product: curves are evaluated over fractions.Fraction, sums are divided by largest remainder here.
"""
import json
import random
import sys
from collections import defaultdict
from fractions import Fraction

COUNTERPARTY = 'icb'
POOL = ['acute', 'community', 'gp', 'mental', 'council']
SETTLEMENTS = ('interim', 'flex', 'freeze', 'final', 'restated')


# --- making histories ---------------------------------------------------------------------------------------------

def make_split(r):
    """Parties in contract order with their shares, and the text of it."""
    parties = r.sample(POOL, r.randint(1, 4))
    if r.random() < 0.3 and len(parties) == 3:
        shares = [Fraction(1, 3)] * 3
        text = ', '.join(f'{p} 1/3' for p in parties[:2]) + f', {parties[2]} remaining'
        return parties, shares, text
    cuts = sorted(r.sample(range(1, 100), len(parties) - 1))
    parts = [b - a for a, b in zip([0] + cuts, cuts + [100])]
    return parties, [Fraction(n, 100) for n in parts], ', '.join(f'{p} {n}%' for p, n in zip(parties, parts))


def make_side(r, name):
    """Bands of one side in pounds: [from, to, rate], with gate and cap."""
    limits = [0] + sorted(r.sample(range(1000, 400000, 500), r.randint(0, 2)))
    bands = []
    text = []
    for i, low in enumerate(limits):
        high = limits[i + 1] if i + 1 < len(limits) else None
        rate = r.choice([Fraction(r.randint(0, 100), 100), Fraction(1, 3), Fraction(2, 7), Fraction(r.randint(0, 1000), 1000)])
        bands.append([low, high, str(rate)])
        text.append(f"{low}..{'' if high is None else high}:{rate.numerator}/{rate.denominator}")
    gate = r.randint(1, 20000) if r.random() < 0.3 else None
    cap = r.randint(1000, 150000) if r.random() < 0.3 else None
    return {'bands': bands, 'gate': gate, 'cap': cap}, \
        name + (f' cliff {gate}' if gate else '') + ' ' + ', '.join(text) + (f' max {cap}' if cap else '')


def make_terms(r, month):
    parties, shares, split = make_split(r)
    gain, text = make_side(r, 'gain')
    loss = None
    if r.random() < 0.75:
        loss, more = make_side(r, 'loss')
        text += '; ' + more
    return {'from': month, 'curve': text, 'gain': gain, 'loss': loss, 'split': split, 'parties': parties, 'shares': [str(s) for s in shares],
            'method': 'first' if r.random() < 0.2 else 'hamilton'}


def make_input(r, months):
    benchmark = r.randint(0, 10 ** r.randint(5, 9))
    difference = r.choice([0, r.randint(-3, 3), r.randint(-10 ** 8, 10 ** 8), r.randint(-10 ** 6, 10 ** 6)])
    return {'m': months, 'benchmark': benchmark, 'actual': max(0, benchmark - difference)}


def make_history(r):
    """Actions of one contract over one year, in any order that a year may bring."""
    steps = [('terms', make_terms(r, 1))]
    month = 1
    with_account = r.random() < 0.35
    if with_account:
        steps.append(('plan', {'total': r.randint(-10 ** 6, 10 ** 8), 'method': 'catch_up'}))
    months = sorted(r.choice(range(1, 13)) for _ in range(r.randint(2, 4)))
    if r.random() < 0.3:
        r.shuffle(months)
    for m in months:
        if with_account:
            for k in sorted(set(r.randint(1, 12) for _ in range(r.randint(0, 2)))):
                steps.append(('account', {'month': k}))
            if r.random() < 0.3:
                steps.append(('plan', {'total': r.randint(-10 ** 6, 10 ** 8), 'method': r.choice(['catch_up', 'spread'])}))
        steps.append(('input', make_input(r, m)))
        if month < 12 and r.random() < 0.3:
            month = r.randint(month + 1, 12)
            steps.append(('terms', make_terms(r, month)))
        if r.random() < 0.08:
            steps.append(('vat', {'party': r.choice(POOL), 'vat': r.choice(['exempt', 'standard', 'outside_scope'])}))
        kind = r.choice(SETTLEMENTS) if r.random() < 0.95 else 'illustrative'
        steps.append(('settle', {'m': m, 'kind': kind, 'twice': r.random() < 0.2}))
        disputed = r.random() < 0.35
        if disputed:
            in_it = [p for t in steps if t[0] == 'terms' for p in t[1]['parties']]
            steps.append(('contest', {'party': r.choice(in_it + [COUNTERPARTY]), 'num': r.randint(0, 11), 'den': 10}))
            if r.random() < 0.3:
                steps.append(('more', {'num': r.randint(1, 8), 'den': 10}))
        if r.random() < (0.7 if disputed else 0.1):
            steps.append(('resolve', {'rn': r.randint(0, 6), 'un': r.randint(0, 6), 'den': r.choice([6, 10, 12])}))
            if r.random() < 0.3:
                steps.append(('cancel', {}))
        if r.random() < 0.2:
            steps.append(('pay', {'party': r.choice(steps[0][1]['parties'] + POOL), 'amount': r.choice([-1, 1]) * r.randint(1, 10 ** 6)}))
        if r.random() < 0.15:
            # back to a settlement of before, or the same again
            steps.append(('settle', {'m': r.choice(months), 'kind': kind, 'twice': False}))
    # the year ends: whatever came before, this is where everybody stands
    steps.append(('input', make_input(r, 12)))
    steps.append(('settle', {'m': 12, 'kind': 'final', 'twice': True}))
    return steps


def make(seed, count):
    r = random.Random(seed)
    for history in range(1, count + 1):
        for step, (action, arguments) in enumerate(make_history(r), 1):
            print(history, step, action, json.dumps(arguments), sep='\t')


# --- arithmetic ---------------------------------------------------------------------------------------------------

def rounded(x):
    """Half away from zero, to whole pence."""
    n = abs(x.numerator) * 2 + x.denominator
    return (n // (2 * x.denominator)) * (1 if x >= 0 else -1)


def side_amount(side, size):
    """What a side of a curve gives for a size in pence, exact."""
    if side is None or (side['gate'] and size < side['gate'] * 100):
        return Fraction(0)
    total = Fraction(0)
    for low, high, rate in side['bands']:
        top = size if high is None else min(size, high * 100)
        if top > low * 100:
            total += Fraction(rate) * (top - low * 100)
    return min(total, Fraction(side['cap'] * 100)) if side['cap'] else total


def settled(terms, benchmark, actual):
    x = benchmark - actual
    return rounded(side_amount(terms['gain'], x)) if x >= 0 else -rounded(side_amount(terms['loss'], -x))


def divide(total, weights, method='hamilton'):
    """Pence by weight: floors, then the pence left over to the largest remainders, or to the first."""
    sign = -1 if total < 0 else 1
    whole = sum(weights)
    exact = [abs(total) * Fraction(w) / whole for w in weights]
    parts = [e.numerator // e.denominator for e in exact]
    left = abs(total) - sum(parts)
    order = range(len(weights)) if method == 'first' else sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in list(order)[:left]:
        parts[i] += 1
    return [sign * p for p in parts]


# --- the second ledger ----------------------------------------------------------------------------------------------

class Refused(Exception):
    pass


class Ledger:
    def __init__(self):
        self.terms = []
        self.inputs = {}
        self.vat = {}
        self.lines = []         # dicts: kind, months, run, party, vat, amount
        self.last = None        # key of the last settlement, its months and its run
        self.settled_months = 0
        self.plan = None
        self.paid = 0           # on account
        self.last_month = 0
        self.account_runs = {}
        self.disputes = []
        self.corrections = []   # runs of upheld sums that stand
        self.payments = []
        self.run = 0

    def treatment(self, party):
        return self.vat.get(party, 'outside_scope')

    def version(self, months):
        return max(i for i, t in enumerate(self.terms) if t['from'] <= months)

    def standing(self, terms, total):
        """Accounts (party, treatment) -> amount, and the order of the parties."""
        accounts = defaultdict(int)
        order = {}
        for place, (party, part) in enumerate(zip(terms['parties'], divide(total, [Fraction(s) for s in terms['shares']], terms['method'])), 1):
            accounts[party, self.treatment(party)] += part
            accounts[COUNTERPARTY, self.treatment(party)] -= part
            order[party] = place
        order[COUNTERPARTY] = 1000000
        return accounts, order

    def post(self, kind, months, accounts, order, before):
        """Lines for every account that differs from what was posted before."""
        self.run += 1
        new = []
        for party, vat in sorted(set(accounts) | set(before), key=lambda a: (order.get(a[0], 2000000), a[0], a[1])):
            amount = accounts.get((party, vat), 0) - before.get((party, vat), 0)
            if amount:
                new.append({'kind': kind, 'months': months, 'run': self.run, 'party': party, 'vat': vat, 'amount': amount,
                            'cumulative': accounts.get((party, vat), 0), 'before': before.get((party, vat), 0)})
        self.lines += new
        return new

    def do_terms(self, a):
        self.terms.append(a)
        return []

    def do_input(self, a):
        self.inputs[a['m']] = (a['benchmark'], a['actual'])
        return []

    def do_vat(self, a):
        self.vat[a['party']] = a['vat']
        return []

    def do_settle(self, a):
        m = a['m']
        version = self.version(m)
        if m not in self.inputs:
            raise Refused('55000')
        terms = self.terms[version]
        accounts, order = self.standing(terms, settled(terms, *self.inputs[m]))
        before = defaultdict(int)
        for line in self.lines:
            if line['kind'] != 'on_account' or line['months'] <= m:
                before[line['party'], line['vat']] += line['amount']
            if line['kind'] == 'upheld':
                accounts[line['party'], line['vat']] += line['amount']
        if a['kind'] == 'illustrative':
            return []
        moved = any(accounts.get(k, 0) != before.get(k, 0) for k in set(accounts) | set(before))
        key = (version, m, a['kind'], self.inputs[m])
        if self.last and self.last[0] == key and not moved:
            return []
        if m < self.settled_months:
            raise Refused('55000')
        lines = self.post(a['kind'], m, accounts, order, before)
        self.last = (key, self.run)
        self.settled_months = m
        return lines

    def do_plan(self, a):
        if max(self.last_month, self.settled_months) >= 12:
            raise Refused('55000')
        self.plan = dict(a, start=max(self.last_month, self.settled_months) + 1, paid=self.paid)
        return []

    def do_account(self, a):
        k = a['month']
        if self.plan is None:
            raise Refused('55000')
        if k in self.account_runs:
            return []
        if k <= self.last_month or k <= self.settled_months:
            raise Refused('55000')
        if self.settled_months > self.last_month and self.plan['start'] <= self.settled_months:
            raise Refused('55000')
        p = self.plan
        if p['method'] == 'spread':
            target = p['paid'] + rounded(Fraction((p['total'] - p['paid']) * (k - p['start'] + 1), 12 - p['start'] + 1))
        else:
            target = rounded(Fraction(p['total'] * k, 12))
        accounts, order = self.standing(self.terms[self.version(k)], target)
        before = defaultdict(int)
        for line in self.lines:
            if line['kind'] == 'on_account':
                before[line['party'], line['vat']] += line['amount']
        lines = self.post('on_account', k, accounts, order, before)
        self.account_runs[k] = self.run
        self.paid = target
        self.last_month = k
        return lines

    def find_line(self, party):
        """The line of a party in the latest settlement that has one, under the first treatment."""
        found = [x for x in self.lines if x['kind'] in SETTLEMENTS and x['party'] == party]
        if not found:
            return None
        return min((x for x in found if x['run'] == found[-1]['run']), key=lambda x: x['vat'])

    def taken(self, line):
        return sum(d['contested'] - d['released'] for d in self.disputes if d['line'] is line)

    def do_contest(self, a):
        line = self.find_line(a['party'])
        if line is None:
            raise Refused('42704')
        amount = abs(line['amount']) * a['num'] // a['den']
        if amount == 0 or self.taken(line) + amount > abs(line['amount']):
            raise Refused('22023')
        self.disputes.append({'line': line, 'contested': amount, 'released': 0, 'upheld': 0})
        return []

    def open_dispute(self):
        for d in reversed(self.disputes):
            if d['contested'] > d['released'] + d['upheld']:
                return d
        raise Refused('42704')

    def do_more(self, a):
        d = self.open_dispute()
        amount = abs(d['line']['amount']) * a['num'] // a['den']
        if amount == 0 or self.taken(d['line']) + amount > abs(d['line']['amount']):
            raise Refused('22023')
        d['contested'] += amount
        return []

    def sides(self, line, amount):
        """Both sides of a disputed amount: the line, and the lines of the other sign of the same run and treatment."""
        sign = 1 if line['amount'] > 0 else -1
        others = [x for x in self.lines if x['run'] == line['run'] and x['vat'] == line['vat'] and x['amount'] * sign < 0]
        parts = divide(amount, [abs(x['amount']) for x in others])
        return [(line['party'], sign * amount)] + [(x['party'], -sign * p) for x, p in zip(others, parts)]

    def do_resolve(self, a):
        d = self.open_dispute()
        left = d['contested'] - d['released'] - d['upheld']
        released, upheld = left * a['rn'] // a['den'], left * a['un'] // a['den']
        if released + upheld == 0 or released + upheld > left:
            raise Refused('22023')
        d['released'] += released
        d['upheld'] += upheld
        if not upheld:
            return []
        self.run += 1
        new = []
        for party, part in self.sides(d['line'], upheld):
            if part:
                new.append({'kind': 'upheld', 'months': d['line']['months'], 'run': self.run, 'party': party, 'vat': d['line']['vat'], 'amount': -part})
        self.lines += new
        self.corrections.append(new)
        return new

    def do_cancel(self, a):
        if not self.corrections:
            raise Refused('42704')
        self.run += 1
        new = [dict(x, run=self.run, amount=-x['amount']) for x in self.corrections.pop()]
        self.lines += new
        return new

    def do_pay(self, a):
        treatments = {x['vat'] for x in self.lines if x['party'] == a['party']}
        if not treatments:
            raise Refused('42704')
        if len(treatments) > 1:
            raise Refused('22023')
        self.payments.append((a['party'], treatments.pop(), a['amount']))
        return []

    def balances(self):
        """(party, treatment) -> posted, held, paid."""
        out = defaultdict(lambda: [0, 0, 0])
        for x in self.lines:
            out[x['party'], x['vat']][0] += x['amount']
        for d in self.disputes:
            left = d['contested'] - d['released'] - d['upheld']
            if left:
                for party, part in self.sides(d['line'], left):
                    out[party, d['line']['vat']][1] += part
        for party, vat, amount in self.payments:
            out[party, vat][2] += amount
            out[COUNTERPARTY, vat][2] -= amount
        return out


# --- comparing ------------------------------------------------------------------------------------------------------

def pence(text):
    return int(Fraction(text) * 100)


def check(histories, results, balances):
    faults = []
    tally = defaultdict(int)
    got = defaultdict(list)
    state = {}
    for row in open(results):
        # history, step, state, party, treatment, cumulative, posted before, amount; party empty for a step without lines
        history, step, code, party, vat, cumulative, before, amount = row.rstrip('\n').split('\t')
        state[int(history), int(step)] = code
        if party:
            got[int(history), int(step)].append((party, vat, pence(amount), pence(cumulative), pence(before)))
    stood = defaultdict(dict)
    for row in open(balances):
        history, party, vat, posted, held, paid, due = row.rstrip('\n').split('\t')
        stood[int(history)][party, vat] = [pence(posted), pence(held), pence(paid), pence(due)]
    ledgers = {}
    for row in open(histories):
        history, step, action, arguments = row.rstrip('\n').split('\t')
        history, step, arguments = int(history), int(step), json.loads(arguments)
        ledger = ledgers.setdefault(history, Ledger())
        try:
            expected, code = getattr(ledger, 'do_' + action)(arguments), '00000'
        except Refused as e:
            expected, code = [], str(e)
        tally[action, code] += 1
        tally['lines', ''] += len(expected)
        seen = state.get((history, step))
        if seen != code:
            faults.append(f'{history}.{step} {action}: state {seen}, expected {code}')
        lines = got[history, step]
        want = sorted((x['party'], x['vat'], x['amount']) for x in expected)
        if sorted(x[:3] for x in lines) != want:
            faults.append(f'{history}.{step} {action}: posted {sorted(x[:3] for x in lines)}, expected {want}')
        by_vat = defaultdict(int)
        for party, vat, amount, cumulative, before in lines:
            by_vat[vat] += amount
        if any(by_vat.values()):
            faults.append(f'{history}.{step} {action}: does not sum to 0 but to {dict(by_vat)}')
        if action in ('settle', 'account') and sorted(lines) != sorted((x['party'], x['vat'], x['amount'], x['cumulative'], x['before']) for x in expected):
            faults.append(f'{history}.{step} {action}: cumulative amounts differ')
    for history, ledger in ledgers.items():
        want = {k: [p, h, q, p - h - q] for k, (p, h, q) in ledger.balances().items()}
        have = {k: v for k, v in stood[history].items()}
        if want != have:
            faults.append(f'{history}: balances {sorted(have.items())}, expected {sorted(want.items())}')
        # at the end, whatever came before: the last result under the last terms, divided once, and the corrections that stand
        terms = ledger.terms[ledger.version(12)]
        final, _ = ledger.standing(terms, settled(terms, *ledger.inputs[12]))
        for correction in ledger.corrections:
            for x in correction:
                final[x['party'], x['vat']] += x['amount']
        position = {k: v[0] for k, v in stood[history].items() if v[0]}
        if position != {k: v for k, v in final.items() if v}:
            faults.append(f'{history}: position {sorted(position.items())} is not {sorted(final.items())}, which the order of runs must not change')
        # money is conserved: nothing appears or vanishes under a treatment, also while it is held
        for column in range(4):
            total = defaultdict(int)
            for (party, vat), values in stood[history].items():
                total[vat] += values[column]
            if any(total.values()):
                faults.append(f'{history}: column {column} does not sum to 0')
    print(f'{len(ledgers)} histories; ' + ', '.join(f'{a} {c} {n}'.replace('  ', ' ') for (a, c), n in sorted(tally.items())), file=sys.stderr)
    for fault in faults[:20]:
        print(fault)
    if len(faults) > 20:
        print(f'and {len(faults) - 20} more')


if __name__ == '__main__':
    if sys.argv[1] == 'make':
        make(int(sys.argv[2]), int(sys.argv[3]))
    else:
        check(*sys.argv[2:5])

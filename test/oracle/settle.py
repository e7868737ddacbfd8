"""An independent settlement in exact fractions, with a reader of terms of its own.

make KIND N SEED   prints N random cases, one JSON object a line
check KIND         reads such lines with the result "found" added and prints the first that are not those of this
                   program, then "broken|cases"

KIND        case                                   found
curve       curve, x, base, factor                 the share
wide        the same, rates of up to 19 digits     the share, or "refused" when it did not fit
scale       scale, v                               the rate, exact or to 20 decimals, null below the lowest step
split       split, total, method                   {party: amount}
statement   terms, inputs, detail                  {"settlement": amount, "due": {party: amount}}
"""
import json
import random
import sys
from fractions import Fraction as F


def number(text):
    text = text.strip()
    if text.endswith('%'):
        return F(text[:-1].strip()) / 100
    if '/' in text:
        top, bottom = text.split('/')
        return F(int(top), int(bottom))
    return F(text)


def amount(text):
    """(value, is a share of the base)"""
    return number(text), text.strip().endswith('%')


class Curve:
    def __init__(self, text):
        self.sides = {}
        for part in text.split(';'):
            words = part.strip().split(' ', 1)
            side = {'gate': None, 'cap': None, 'bands': []}
            rest = words[1].strip()
            if rest.startswith('cliff '):
                gate, rest = rest[6:].split(' ', 1)
                side['gate'] = amount(gate)
            if ' max ' in rest:
                rest, cap = rest.split(' max ')
                side['cap'] = amount(cap)
            for band in rest.split(','):
                limits, rate = band.split(':')
                low, high = limits.split('..')
                side['bands'].append((amount(high) if high.strip() else None, number(rate)))
            for name in ('gain', 'loss') if words[0] == 'both' else (words[0],):
                self.sides[name] = side

    @staticmethod
    def money(a, base):
        return a[0] * base if a[1] else a[0]

    def bands(self, side, size, base):
        low, total = F(0), F(0)
        for high, rate in self.sides.get(side, {'bands': []})['bands']:
            top = size if high is None else min(size, self.money(high, base))
            if top > low:
                total += (top - low) * rate
                low = top
        return total


def scale(text, value):
    """The rate at a value; None below the lowest step."""
    if text.startswith('linear '):
        knots = [tuple(number(x) for x in k.split(':')) for k in text[7:].split(',')]
        if value <= knots[0][0]:
            return knots[0][1]
        for (a, ra), (b, rb) in zip(knots, knots[1:]):
            if value < b:
                return ra + (rb - ra) * (value - a) / (b - a)
        return knots[-1][1]
    text, _, other = text.partition(' else ')
    for step in text.split(','):
        at, rate = step.strip()[2:].split(':')
        if value >= number(at):
            return number(rate)
    return number(other) if other else None


def rounded(value, mode):
    unit = F(1, 100)
    name = mode or 'half_away'
    if 'unit' in name:
        name, unit_text = name.split('unit')
        unit = F(unit_text.strip())
        name = name.strip() or 'half_away'
    units = abs(value) / unit
    whole, rest = int(units), units - int(units)
    if name == 'half_away' and rest >= F(1, 2) or name == 'half_even' and (rest > F(1, 2) or rest == F(1, 2) and whole % 2):
        whole += 1
    return (whole if value >= 0 else -whole) * unit


def hamilton(total, weights, first):
    pence = abs(total) * 100
    assert pence == int(pence)
    pence, whole = int(pence), sum(weights)
    exact = [pence * w / whole for w in weights]
    parts = [int(e) for e in exact]
    spare = pence - sum(parts)
    if first:
        order = [i for i, w in enumerate(weights) if w > 0]
    else:
        order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:spare]:
        parts[i] += 1
    return [F(p if total >= 0 else -p, 100) for p in parts]


def settle(t, i, d):
    get = lambda name: F(str(i[name])) if i.get(name) is not None else None
    actual, benchmark = get('actual'), get('benchmark')
    if t.get('stop_loss'):
        cover = Curve(t['stop_loss'])
        for cost in d.get('cases') or []:
            actual -= rounded(cover.bands('gain', F(str(cost)), F(1)), None)
    if 'volume' in (t.get('adjust') or ''):
        benchmark = benchmark * get('volume') / get('plan_volume')
    if 'risk' in (t.get('adjust') or ''):
        ratio = get('risk') / get('plan_risk')
        if t.get('risk_limit') is not None:
            limit = F(str(t['risk_limit']))
            ratio = max(1 - limit, min(1 + limit, ratio))
        benchmark *= ratio
    if t.get('discount') is not None:
        benchmark *= 1 - F(str(t['discount']))
    if t.get('withhold') is not None:
        earned = scale(t['withhold_scale'], get('score')) if t.get('withhold_scale') else max(F(0), min(F(1), get('score')))
        benchmark -= F(str(t['withhold'])) * benchmark * (1 - earned)
    excess = t.get('measure') == 'actual - benchmark'
    # what was saved counts less the fee, what was spent with it
    achieved = actual + (0 if not t.get('net_of_fee') else -get('fee') if excess else get('fee'))
    x = (achieved - benchmark if excess else benchmark - achieved) + (get('carried_forward') or 0)
    base = get('base') if get('base') is not None else benchmark
    if t.get('guardrail') and x < 0:
        other = get('guardrail_benchmark')
        second = achieved - other if excess else other - achieved
        x = min(F(0), max(x, second + (get('carried_forward') or 0)))
    loss = x < 0
    if t.get('contingency') is not None and x > 0:
        x = max(F(0), x - F(str(t['contingency'])))
    if t.get('allowance') and x != 0:
        size = max(F(0), abs(x) - scale(t['allowance'], get('size')) * base)
        x = -size if loss else size
    if t.get('minimum_size') is not None and get('size') < F(str(t['minimum_size'])):
        x = F(0)
    if not loss and any(not c['met'] for c in d.get('conditions') or []):
        x = F(0)
    side = 'loss' if loss else 'gain'
    below = False
    gated = {None: False, 'both': True, 'gain': not loss, 'loss': loss}[t.get('gate_side') or 'both']
    curve = Curve(t['curve'])
    thresholds = []
    if (t.get('gate_by') or 'none') != 'none' and gated:
        thresholds.append((scale(t['gate'], get('size')) if t['gate_by'] == 'size' else get('minimum_rate')) * base)
    by_fee = loss and t.get('fee_at_risk') is not None
    if not by_fee and curve.sides.get(side) and curve.sides[side]['gate']:
        thresholds.append(Curve.money(curve.sides[side]['gate'], base))
    for threshold in thresholds:
        if abs(x) < threshold:
            if not loss and t.get('below_gate') is not None:
                below = True
            else:
                x = F(0)
                break
    if by_fee:
        share = F(str(t['fee_at_risk'])) if x != 0 else F(0)
    else:
        share = curve.bands(side, abs(x), base)
    if below:
        share *= F(str(t['below_gate']))
    caps = []
    if not by_fee and curve.sides.get(side) and curve.sides[side]['cap']:
        caps.append(Curve.money(curve.sides[side]['cap'], base))
    text = t.get('cap_' + side)
    if text is not None:
        caps.append(number(text.split(' of ')[0]) * get('revenue') if text.endswith(' of revenue') else Curve.money(amount(text), base))
    early = t.get('cap_when') == 'before quality'
    if early:
        share = min([share] + caps)
    sides = {'gain': not loss, 'loss': loss, 'both': True}[t.get('quality_side') or 'gain']
    by = lambda which: {'score': lambda: get('score'), 'size': lambda: get('size'), 'ratio': lambda: achieved / benchmark}[which or 'score']()
    if share != 0:
        if sides and d.get('indicators'):
            counted = [k for k in d['indicators'] if k.get('minimum_volume') is None or F(str(k['volume'])) >= F(str(k['minimum_volume']))]
            carried = [k for k in d['indicators'] if k not in counted]
            weight = lambda ks: sum(F(str(k['weight'])) for k in ks)
            earned = sum(F(str(k['weight'])) * (scale(k['scale'], F(str(k['score']))) if k.get('scale') else F(str(k['score']))) for k in counted)
            earned += weight([k for k in carried if k['under_volume'] == 'pay'])
            whole = weight(counted) + weight([k for k in carried if k['under_volume'] in ('pay', 'carry')])
            reached = earned / whole
            share *= scale(t['quality'], reached) if t.get('quality') else reached
        elif sides and t.get('quality'):
            share *= scale(t['quality'], by(t.get('quality_by')))
        if loss and t.get('loss_rate'):
            share *= scale(t['loss_rate'], by(t.get('loss_rate_by')))
    if t.get('factor_' + side) is not None:
        share *= F(str(t['factor_' + side]))
    if not early:
        share = min([share] + caps)
    result = -share if loss else share
    if loss and get('loss_relief') is not None:
        result = min(F(0), result + get('loss_relief'))
    if t.get('pays') == 'benchmark + share':
        result += benchmark
    elif t.get('pays') == 'fee + share':
        result += get('fee')
    total = rounded(result, t.get('rounding'))
    due = {}
    if t.get('split'):
        shares = split_shares(t['split'])
        weights = [w for _, w in shares]
        accounts = {a['party']: a for a in d.get('accounts') or []}
        value = lambda party, field: F(str(accounts.get(party, {}).get(field) or 0))
        cumulative = {}
        for (name, _), part in zip(shares, hamilton(total, weights, t.get('split_method') == 'first')):
            cumulative[name] = part - value(name, 'own_amount')
        if t.get('counterparty'):
            cumulative[t['counterparty']] = -sum(cumulative.values())
        for party in accounts:
            cumulative.setdefault(party, F(0))
        interest = {}
        for party in cumulative:
            a = accounts.get(party, {})
            interest[party] = rounded(value(party, 'overdue') * F(str(a.get('interest_rate') or 0)) * (a.get('overdue_days') or 0) / 365, None)
        for party in cumulative:
            delta = cumulative[party] - value(party, 'posted_before')
            contested = value(party, 'contested')
            due[party] = (delta - contested if delta >= 0 else delta + contested) + interest[party]
        if t.get('counterparty'):
            due[t['counterparty']] = -sum(v for k, v in due.items() if k != t['counterparty'])
    return total, due


def pounds(r, low, high):
    pence = r.randint(low * 100, high * 100)
    sign, pence = ('-', -pence) if pence < 0 else ('', pence)
    return '%s%d.%02d' % (sign, pence // 100, pence % 100)


def rate(r):
    kind = r.randrange(4)
    if kind == 0:
        return '%d%%' % r.randint(0, 100)
    if kind == 1:
        bottom = r.randint(1, 40)
        return '%d/%d' % (r.randint(0, bottom), bottom)
    return '%d.%03d%%' % (r.randint(0, 99), r.randint(0, 999)) if kind == 2 else '0.%d' % r.randint(0, 999)


def side(r, percent, gates):
    limits = sorted(r.sample(range(1, 3000), r.randint(1, 4)))
    show = (lambda n: '%d.%02d%%' % (n // 100, n % 100)) if percent else (lambda n: '%d.%02d' % (n * 331, n % 100))
    text = 'cliff %s ' % show(r.randint(1, 400)) if gates and r.random() < 0.3 else ''
    low, bands = '0', []
    for n, limit in enumerate(limits):
        last = n == len(limits) - 1
        high = '' if last and r.random() < 0.6 else show(limit)
        bands.append('%s..%s:%s' % (low, high, rate(r)))
        low = show(limit)
    return text + ','.join(bands) + (' max ' + show(r.randint(1, 1500)) if r.random() < 0.3 else '')


def wide_curve(r):
    """Fractions of any width up to 63 bits, which seldom share a denominator."""
    low, bands = '0', []
    limits = sorted(r.sample(range(1, 10 ** r.choice([4, 9, 14])), r.choice([1, 2, 3, 5, 20, 64])))
    for limit in limits:
        bottom = r.randint(1, r.choice([99, 10 ** 9, 2 ** 63 - 1]))
        high = '%d.%02d' % (limit // 100, limit % 100)
        bands.append('%s..%s:%d/%d' % (low, high, r.randint(0, bottom), bottom))
        low = high
    return 'both ' + ','.join(bands), limits[-1]


def curve(r):
    if r.random() < 0.4:
        return 'both ' + side(r, r.random() < 0.7, True)
    return 'gain %s; loss %s' % (side(r, r.random() < 0.7, True), side(r, r.random() < 0.7, True))


def steps(r):
    if r.random() < 0.5:
        at = sorted(r.sample(range(0, 100), 3))
        return 'linear ' + ','.join('%d%%:%s' % (a, rate(r)) for a in at)
    at = sorted(r.sample(range(1, 100), 3), reverse=True)
    return ', '.join('>=%d%%:%s' % (a, rate(r)) for a in at) + ' else ' + rate(r)


def some(r, chance):
    return r.random() < chance


def make_one(r):
    t, i, d = {'curve': curve(r)}, {}, {}
    if some(r, 0.5):
        t['measure'] = 'actual - benchmark'
    benchmark = r.randint(1000000, 9000000)
    i['benchmark'] = pounds(r, benchmark, benchmark + 1)
    i['actual'] = pounds(r, int(benchmark * 0.7), int(benchmark * 1.3))
    i['size'], i['score'] = r.randint(100, 60000), '0.%04d' % r.randint(0, 9999)
    i['minimum_rate'], i['revenue'], i['fee'] = '0.0%03d' % r.randint(0, 500), pounds(r, 100000, 900000), pounds(r, 0, 300000)
    if some(r, 0.2):
        i['carried_forward'] = pounds(r, -200000, 200000)
    if some(r, 0.2):
        i['base'] = pounds(r, 900000, 12000000)
    if some(r, 0.2):
        t['stop_loss'] = 'gain 0..60000:0%, 60000..300000:' + rate(r) + ', 300000..:0%'
        d['cases'] = [pounds(r, 1000, 500000) for _ in range(r.randint(0, 30))]
    if some(r, 0.3):
        t['adjust'] = r.choice(['volume', 'risk', 'volume, risk'])
        i['volume'], i['plan_volume'] = r.randint(900, 1100), r.randint(900, 1100)
        i['risk'], i['plan_risk'] = '1.%03d' % r.randint(0, 200), '1.%03d' % r.randint(0, 200)
        if some(r, 0.5):
            t['risk_limit'] = '0.0%d' % r.randint(0, 9)
    if some(r, 0.2):
        t['discount'] = '0.0%02d' % r.randint(0, 99)
    if some(r, 0.2):
        t['withhold'] = '0.0%d' % r.randint(0, 9)
        if some(r, 0.5):
            t['withhold_scale'] = steps(r)
    if some(r, 0.2):
        t['net_of_fee'] = True
    if some(r, 0.2):
        t['guardrail'], i['guardrail_benchmark'] = True, pounds(r, int(benchmark * 0.9), int(benchmark * 1.1))
    if some(r, 0.2):
        t['contingency'] = pounds(r, 0, 300000)
    if some(r, 0.2):
        t['allowance'] = 'linear 1000:8.3%, 2500:5.2%, 5000:3.7%, 10000:2.6%, 25000:1.6%, 50000:1.2%, 75000:0%'
    if some(r, 0.2):
        t['minimum_size'] = r.choice([100, 500, 30000])
    if some(r, 0.2):
        d['conditions'] = [{'name': 'c%d' % n, 'met': some(r, 0.8)} for n in range(r.randint(1, 2))]
    if some(r, 0.3):
        t['gate_by'] = r.choice(['size', 'minimum_rate'])
        if t['gate_by'] == 'size':
            t['gate'] = 'linear 5000:3.9%,6000:3.6%,7000:3.4%,8000:3.2%,9000:3.1%,10000:3%,15000:2.7%,20000:2.5%,50000:2.2%,60000:2%'
        if some(r, 0.5):
            t['gate_side'] = r.choice(['gain', 'loss', 'both'])
    if some(r, 0.3):
        t['below_gate'] = '0.%d' % r.randint(0, 9)
    if some(r, 0.2):
        t['fee_at_risk'] = pounds(r, 0, 300000)
    if some(r, 0.4):
        t['quality'] = steps(r)
        t['quality_by'] = r.choice(['score', 'ratio', None])
    if some(r, 0.4):
        t['quality_side'] = r.choice(['gain', 'loss', 'both'])
    if some(r, 0.3):
        d['indicators'] = [{'name': 'k%d' % n, 'weight': r.randint(1, 50), 'score': '0.%03d' % r.randint(0, 999), 'scale': steps(r) if some(r, 0.5) else None,
                            'volume': 50 if n == 0 else r.randint(1, 60), 'minimum_volume': r.choice([None, 30]),
                            'under_volume': r.choice(['redistribute', 'pay', 'carry'])} for n in range(r.randint(1, 5))]
        t.pop('quality_by', None)
    if some(r, 0.3):
        t['loss_rate'] = steps(r)
        t['loss_rate_by'] = r.choice(['score', 'ratio', None])
    for name in ('gain', 'loss'):
        if some(r, 0.3):
            t['factor_' + name] = '0.%03d' % r.randint(0, 999)
        if some(r, 0.3):
            t['cap_' + name] = r.choice([pounds(r, 10, 200000), '%d.5%%' % r.randint(0, 9), '%d%% of revenue' % r.randint(1, 90)])
    if some(r, 0.2):
        t['cap_when'] = 'before quality'
    if some(r, 0.2):
        i['loss_relief'] = pounds(r, 0, 100000)
    if some(r, 0.2):
        t['pays'] = r.choice(['benchmark + share', 'fee + share', 'share'])
    t['rounding'] = r.choice([None, None, 'half_even', 'truncate', 'unit 1.00', 'half_even unit 0.05'])
    if some(r, 0.5):
        weights = [r.randint(0, 9) for _ in range(r.randint(2, 6))]
        weights[0] += 1
        names = ['p%d' % n for n in range(len(weights))]
        r.shuffle(names)
        t['split'] = ', '.join('%s %s' % (name, 'remaining' if n == len(names) - 1 else '%d/%d' % (w, sum(weights))) for n, (name, w) in enumerate(zip(names, weights)))
        t['counterparty'] = 'payer'
        if some(r, 0.3):
            t['split_method'] = 'first'
        if some(r, 0.5):
            d['accounts'] = [{'party': name, 'posted_before': pounds(r, -50000, 50000)} for name in names + ['left'] if some(r, 0.6)]
    return {'terms': {k: v for k, v in t.items() if v is not None}, 'inputs': i, 'detail': d}


def split_shares(text):
    shares = [part.strip().split(' ', 1) for part in text.split(',')]
    known = sum(number(s) for _, s in shares if s != 'remaining')
    return [(name, 1 - known if s == 'remaining' else number(s)) for name, s in shares]


def curve_share(case):
    x, base, factor = F(case['x']), F(case['base']), F(case['factor'])
    c, side = Curve(case['curve']), 'loss' if F(case['x']) < 0 else 'gain'
    terms = c.sides.get(side, {'gate': None, 'cap': None})
    if terms['gate'] and abs(x) < c.money(terms['gate'], base):
        return F(0)
    share = c.bands(side, abs(x), base) * factor
    if terms['cap']:
        share = min(share, c.money(terms['cap'], base))
    return rounded(-share if x < 0 else share, None)


def make(kind, r):
    if kind == 'statement':
        return make_one(r)
    if kind == 'curve':
        base = r.randint(1000000, 90000000)
        return {'curve': curve(r), 'x': pounds(r, -base // 3, base // 3), 'base': pounds(r, base, base + 1), 'factor': r.choice(['1', '0.98', '0.%06d' % r.randint(0, 999999)])}
    if kind == 'wide':
        text, most = wide_curve(r)
        pence = r.choice([-1, 1]) * r.choice([most, r.randint(0, most), r.randint(0, 2 ** 63 - 1)])
        return {'curve': text, 'x': '%s%d.%02d' % ('-' if pence < 0 else '', abs(pence) // 100, abs(pence) % 100), 'base': '1', 'factor': r.choice(['1', '0.98', '0.%019d' % r.randint(0, 10 ** 19 - 1)])}
    if kind == 'scale':
        return {'scale': steps(r).replace(' else ', ' else ' if r.random() < 0.7 else ' no ').split(' no ')[0], 'v': '%d.%04d' % (r.choice([0, 0, 0, 1]), r.randint(0, 9999))}
    weights = [r.randint(0, 9) * r.choice([1, 1, 1000003]) for _ in range(r.randint(1, 9))]
    weights[0] += 1
    return {'split': ', '.join('p%d %s' % (n, 'remaining' if n == len(weights) - 1 else '%d/%d' % (w, sum(weights))) for n, w in enumerate(weights)),
            'total': pounds(r, -99999, 99999), 'method': r.choice(['hamilton', 'hamilton', 'first'])}


def expected(kind, case):
    if kind in ('curve', 'wide'):
        return curve_share(case)
    if kind == 'scale':
        return scale(case['scale'], F(case['v']))
    if kind == 'split':
        shares = split_shares(case['split'])
        return dict(zip([n for n, _ in shares], hamilton(F(case['total']), [w for _, w in shares], case['method'] == 'first')))
    total, due = settle(case['terms'], case['inputs'], case['detail'])
    return {'settlement': total, 'due': due}


def same(kind, want, found):
    if kind == 'scale':
        return want is None and found is None or None not in (want, found) and abs(want - F(found)) < F(1, 10 ** 20)
    if kind == 'wide' and found == 'refused':
        return True
    if kind in ('curve', 'wide'):
        return want == F(found)
    if kind == 'split':
        return want == {k: F(v) for k, v in found.items()}
    due = found['due'] or {}
    return want['settlement'] == F(found['settlement']) and all(F(due.get(k, 0)) == v for k, v in want['due'].items()) and len(due) == len(want['due'])


def main():
    kind = sys.argv[2]
    if sys.argv[1] == 'make':
        r = random.Random(int(sys.argv[4]))
        for _ in range(int(sys.argv[3])):
            print(json.dumps(make(kind, r)))
        return
    broken = cases = 0
    for line in sys.stdin:
        case = json.loads(line)
        want = expected(kind, case)
        cases += 1
        if not same(kind, want, case['found']):
            broken += 1
            if broken <= 3:
                print('expected', want, 'in', line.strip(), file=sys.stderr)
    print('%d|%d' % (broken, cases))


main()

-- The terms in words, and the registers that stand behind a settlement.

CREATE VIEW @icb_reporting@.contract_term_list AS
SELECT t.contract_id::text AS contract_id,
       t.version::integer AS version,
       (t.signed_at IS NOT NULL)::boolean AS signed,
       lower(t.valid)::date AS valid_from,
       (upper(t.valid) - 1)::date AS valid_to,
       c.clause_order::integer AS clause_order,
       c.clause::text AS clause,
       c.words::text AS words,
       c.value::text AS value,
       c.spoken::text AS spoken,
       (t.clauses ->> c.line_code)::text AS written_clause
FROM @icb@.contract_terms t
CROSS JOIN LATERAL (
    SELECT v.*
    FROM (VALUES
        (1, 'measure', 'difference', 'What is shared', t.measure, NULL::text),
        (2, 'baseline_version', 'difference', 'Locked baseline that the benchmark comes from', 'version ' || t.baseline_version, NULL),
        (3, 'actual_from', 'difference', 'Where actual comes from', t.actual_from, NULL),
        (4, 'stop_loss', 'stop_loss', 'Taken off the cost of single cases', t.stop_loss::text, commissioning.describe(t.stop_loss)),
        (5, 'adjust', 'adjustment', 'The benchmark moves with', t.adjust || coalesce(', risk by at most ' || trim_scale(t.risk_limit * 100) || ' %', ''), NULL),
        (6, 'discount', 'adjustment', 'Taken off the benchmark first', trim_scale(t.discount * 100) || ' %', NULL),
        (7, 'withhold', 'adjustment', 'Withheld from the benchmark and earned back by quality', trim_scale(t.withhold * 100) || ' %' || coalesce(', earned by ' || t.withhold_scale::text, ''), commissioning.describe(t.withhold_scale)),
        (8, 'net_of_fee', 'difference', 'The fee counts against what is achieved', CASE WHEN t.net_of_fee THEN 'yes' END, NULL),
        (9, 'guardrail', 'guardrail', 'A loss must be one against a second benchmark too', CASE WHEN t.guardrail THEN 'yes' END, NULL),
        (10, 'contingency', 'contingency', 'Kept before a gain counts', to_char(t.contingency, 'FM999,999,999,999,990.00'), NULL),
        (11, 'allowance', 'allowance', 'Allowance for chance, by size', t.allowance::text, commissioning.describe(t.allowance)),
        (12, 'minimum_size', 'size', 'Least size that is assessed', trim_scale(t.minimum_size) || CASE t.under_size WHEN 'refuse' THEN ', below it nothing is settled' ELSE ', below it nothing is shared' END, NULL),
        (13, 'gate', 'gate', 'Least difference before anything is shared, by size', t.gate::text, commissioning.describe(t.gate)),
        (14, 'gate_by', 'gate', 'The gate looks at', CASE WHEN t.gate_by <> 'none' THEN t.gate_by || ', for ' || CASE t.gate_side WHEN 'both' THEN 'gains and losses' ELSE t.gate_side || ' alone' END END, NULL),
        (15, 'below_gate', 'below_gate', 'Part of a gain that is shared below the gate', trim_scale(t.below_gate * 100) || ' %', NULL),
        (16, 'curve', 'share', 'How gain and loss are shared', t.curve::text, commissioning.describe(t.curve)),
        (17, 'fee_at_risk', 'share', 'What a loss costs, whatever its size', to_char(t.fee_at_risk, 'FM999,999,999,999,990.00'), NULL),
        (18, 'quality', 'quality', 'Multiplier by ' || coalesce(t.quality_by, 'score') || ', of ' || CASE t.quality_side WHEN 'both' THEN 'gains and losses' ELSE t.quality_side || ' alone' END, t.quality::text, commissioning.describe(t.quality)),
        (19, 'loss_rate', 'loss_rate', 'Multiplier of a loss by ' || coalesce(t.loss_rate_by, 'score'), t.loss_rate::text, commissioning.describe(t.loss_rate)),
        (20, 'factor_gain', 'factor', 'Multiplier of a gain', trim_scale(t.factor_gain)::text, NULL),
        (21, 'factor_loss', 'factor', 'Multiplier of a loss', trim_scale(t.factor_loss)::text, NULL),
        (22, 'cap_gain', 'cap', 'Most that a gain may come to' || CASE t.cap_when WHEN 'before quality' THEN ', before quality' ELSE '' END, t.cap_gain, NULL),
        (23, 'cap_loss', 'cap', 'Most that a loss may come to' || CASE t.cap_when WHEN 'before quality' THEN ', before quality' ELSE '' END, t.cap_loss, NULL),
        (24, 'pays', 'payment', 'What is paid', t.pays, NULL),
        (25, 'rounding', 'settlement', 'The one rounding', t.rounding, NULL),
        (26, 'reopener', 'reopener', 'Difference from which the contract may be opened again', t.reopener, NULL),
        (27, 'split', 'party', 'Who shares, odd pennies by ' || t.split_method, t.split::text, commissioning.describe(t.split)),
        (28, 'counterparty', 'party', 'The other side', t.counterparty, NULL),
        (29, 'interest', 'interest', 'Interest on late payment', t.interest, NULL),
        (30, 'sign_off', 'posted', 'Sign-off before a settlement is posted', replace(t.sign_off, '_', ' '), NULL),
        (31, 'required_signatures', 'posted', 'Parties that sign the terms', CASE WHEN t.required_signatures = '{*}' THEN 'all' ELSE array_to_string(t.required_signatures, ', ') END, NULL)
    ) AS v (clause_order, clause, line_code, words, value, spoken)
    WHERE v.value IS NOT NULL
    UNION ALL
    SELECT 100 + i.indicator_order, 'indicator', 'indicator', 'Indicator "' || i.name || '", weight ' || trim_scale(i.weight)
           || coalesce(', from ' || trim_scale(i.minimum_volume) || ' cases, below that ' || CASE i.under_volume WHEN 'pay' THEN 'paid in full' WHEN 'carry' THEN 'carried over' ELSE 'its weight goes to the others' END, '')
           || CASE WHEN NOT i.controllable THEN ', outside the control of the provider' ELSE '' END,
           coalesce(i.scale::text, 'the score itself'), commissioning.describe(i.scale)
    FROM @icb@.terms_indicator i WHERE i.contract_id = t.contract_id AND i.version = t.version
    UNION ALL
    SELECT 200 + i.condition_order, 'condition', 'condition', 'Condition of payment', i.name, NULL
    FROM @icb@.terms_condition i WHERE i.contract_id = t.contract_id AND i.version = t.version
    UNION ALL
    SELECT (300 + row_number() OVER (ORDER BY u.measure_name))::integer, 'measure of ' || coalesce(u.indicator, u.fills), 'difference',
           m.title || coalesce('; leaves out ' || nullif(m.exclusions, ''), '') || ', on at least n = ' || m.minimum_n || ', data up to ' || m.cutoff_days || ' days after the end',
           u.measure_name || ' version ' || u.measure_version || ', SHA-256 ' || left(u.sql_hash, 12), NULL
    FROM @icb@.terms_measure u
    JOIN @icb@.measure m ON m.contract_id = u.contract_id AND m.measure_name = u.measure_name AND m.measure_version = u.measure_version
    WHERE u.contract_id = t.contract_id AND u.version = t.version
) c;
COMMENT ON VIEW @icb_reporting@.contract_term_list IS 'The terms of every contract in words, one row per clause in the order in which a settlement takes them; drafts too.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.version IS 'Version of the terms.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.signed IS 'Whether the version is signed; a draft settles nothing.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.valid_from IS 'First day on which it holds.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.valid_to IS 'Last day on which it holds; NULL: open.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.clause_order IS 'Order of the clauses.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.clause IS 'Column of the terms.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.words IS 'What the clause means.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.value IS 'What is agreed.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.spoken IS 'The same in plain English, for curves, scales and splits.';
COMMENT ON COLUMN @icb_reporting@.contract_term_list.written_clause IS 'Clause of the written contract, where the terms say.';

CREATE VIEW @icb_reporting@.contract_signature AS
SELECT t.contract_id::text AS contract_id,
       t.version::integer AS version,
       lower(t.valid)::date AS valid_from,
       (upper(t.valid) - 1)::date AS valid_to,
       s.party::text AS party,
       s.name::text AS name,
       s.role::text AS role,
       s.signed_on::date AS signed_on,
       s.document_hash::text AS document_hash,
       s.terms_hash::text AS terms_hash,
       (s.terms_hash = t.signed_hash)::boolean AS holds,
       t.signed_by::text AS in_force_by,
       t.signed_at::timestamptz AS in_force_since
FROM @icb@.terms_signature s
JOIN @icb@.contract_terms t ON t.contract_id = s.contract_id AND t.version = s.version;
COMMENT ON VIEW @icb_reporting@.contract_signature IS 'Signatures of the parties under the terms of contracts; those of drafts too.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.version IS 'Version of the terms.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.valid_from IS 'First day on which it holds.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.valid_to IS 'Last day on which it holds; NULL: open.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.party IS 'Party.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.name IS 'Who signed for it.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.role IS 'In what role.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.signed_on IS 'Day of the signature.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.document_hash IS 'SHA-256 of the signed document.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.terms_hash IS 'Fingerprint of the terms that were signed.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.holds IS 'Whether it is to the words that came into force; NULL for a draft.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.in_force_by IS 'Who signed the version as the last step; NULL for a draft.';
COMMENT ON COLUMN @icb_reporting@.contract_signature.in_force_since IS 'When that was.';

CREATE VIEW @icb_reporting@.variation_log AS
SELECT v.variation_id AS variation_id,
       v.contract_id::text AS contract_id,
       v.from_version::integer AS from_version,
       v.to_version::integer AS to_version,
       v.proposing_party::text AS proposing_party,
       v.proposed_by::text AS proposed_by,
       v.proposed_at::timestamptz AS proposed_at,
       v.reason::text AS reason,
       v.decision::text AS decision,
       v.decided_by::text AS decided_by,
       v.decided_at::timestamptz AS decided_at,
       v.decision_note::text AS decision_note,
       e.key::text AS party,
       e.value::numeric(18,2) AS effect_gbp,
       v.effect_note::text AS effect_note
FROM @icb@.variation v
LEFT JOIN LATERAL jsonb_each_text(v.effect) e ON true;
COMMENT ON VIEW @icb_reporting@.variation_log IS 'Every proposed change of terms, one row per party that it touches: who asked, why, what it comes to, who decided.';
COMMENT ON COLUMN @icb_reporting@.variation_log.variation_id IS 'Number of the variation.';
COMMENT ON COLUMN @icb_reporting@.variation_log.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.variation_log.from_version IS 'Version of the terms that it changes.';
COMMENT ON COLUMN @icb_reporting@.variation_log.to_version IS 'Version that it brings.';
COMMENT ON COLUMN @icb_reporting@.variation_log.proposing_party IS 'Party that asks for it.';
COMMENT ON COLUMN @icb_reporting@.variation_log.proposed_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb_reporting@.variation_log.proposed_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.variation_log.reason IS 'Why.';
COMMENT ON COLUMN @icb_reporting@.variation_log.decision IS 'proposed, agreed, rejected or withdrawn.';
COMMENT ON COLUMN @icb_reporting@.variation_log.decided_by IS 'Login that decided.';
COMMENT ON COLUMN @icb_reporting@.variation_log.decided_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.variation_log.decision_note IS 'What was said.';
COMMENT ON COLUMN @icb_reporting@.variation_log.party IS 'Party; NULL where the effect is not known.';
COMMENT ON COLUMN @icb_reporting@.variation_log.effect_gbp IS 'What the party gets more, or less (negative), on the inputs in effect_note.';
COMMENT ON COLUMN @icb_reporting@.variation_log.effect_note IS 'What the effect was computed from, or why it is not known.';

CREATE VIEW @icb_reporting@.baseline_history AS
SELECT b.contract_id::text AS contract_id,
       b.baseline_version::integer AS baseline_version,
       lower(b.period)::date AS period_from,
       (upper(b.period) - 1)::date AS period_to,
       b.amount::numeric(18,2) AS amount_gbp,
       (b.amount - (SELECT p.amount FROM @icb@.baseline p WHERE p.contract_id = b.contract_id AND p.period = b.period AND p.approved_at IS NOT NULL AND p.baseline_version < b.baseline_version ORDER BY p.baseline_version DESC LIMIT 1))::numeric(18,2) AS change_gbp,
       b.effect::jsonb AS effect,
       b.effect_note::text AS effect_note,
       b.method::text AS method,
       b.reason::text AS reason,
       lower(b.measured_on)::date AS measured_from,
       (upper(b.measured_on) - 1)::date AS measured_to,
       b.data_cutoff::date AS data_cutoff,
       (b.approved_at IS NOT NULL)::boolean AS locked,
       b.proposed_by::text AS proposed_by,
       b.proposed_at::timestamptz AS proposed_at,
       b.approved_by::text AS approved_by,
       b.approved_at::timestamptz AS approved_at
FROM @icb@.baseline b;
COMMENT ON VIEW @icb_reporting@.baseline_history IS 'Baselines of contracts and what each changed, one row per version.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.baseline_version IS 'Version.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.period_from IS 'First day of the settlement period.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.period_to IS 'Last day of it.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.amount_gbp IS 'Benchmark of the period, before exclusions.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.change_gbp IS 'Change against the locked version before; NULL for the first.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.effect IS 'What that comes to for each party in pounds; NULL: not known.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.effect_note IS 'What the effect was computed from, or why it is not known.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.method IS 'How it was worked out.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.reason IS 'Why.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.measured_from IS 'First day of the data it was measured on.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.measured_to IS 'Last day of them.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.data_cutoff IS 'Last day of the data used.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.locked IS 'Whether it is locked.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.proposed_by IS 'Login that proposed it.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.proposed_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.approved_by IS 'Login that approved it.';
COMMENT ON COLUMN @icb_reporting@.baseline_history.approved_at IS 'When.';

CREATE VIEW @icb_reporting@.measure_history AS
SELECT m.contract_id::text AS contract_id,
       m.measure_name::text AS measure_name,
       m.measure_version::integer AS measure_version,
       m.title::text AS title,
       m.exclusions::text AS exclusions,
       m.minimum_n AS minimum_n,
       m.sql_hash::text AS sql_hash,
       m.defined_by::text AS defined_by,
       m.defined_at::timestamptz AS defined_at,
       lower(v.period)::date AS period_from,
       (upper(v.period) - 1)::date AS period_to,
       v.n AS n,
       v.value::numeric(24,6) AS result,
       v.computed_by::text AS computed_by,
       v.computed_at::timestamptz AS computed_at
FROM @icb@.measure m
LEFT JOIN @icb@.measure_value v ON v.contract_id = m.contract_id AND v.measure_name = m.measure_name AND v.measure_version = m.measure_version;
COMMENT ON VIEW @icb_reporting@.measure_history IS 'Measures of contracts, each version of their definition with every value that it gave; one row without value where there is none.';
COMMENT ON COLUMN @icb_reporting@.measure_history.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.measure_history.measure_name IS 'Measure.';
COMMENT ON COLUMN @icb_reporting@.measure_history.measure_version IS 'Version of its definition.';
COMMENT ON COLUMN @icb_reporting@.measure_history.title IS 'What is measured.';
COMMENT ON COLUMN @icb_reporting@.measure_history.exclusions IS 'What it leaves out.';
COMMENT ON COLUMN @icb_reporting@.measure_history.minimum_n IS 'Least number that it may rest on.';
COMMENT ON COLUMN @icb_reporting@.measure_history.sql_hash IS 'SHA-256 of its text.';
COMMENT ON COLUMN @icb_reporting@.measure_history.defined_by IS 'Login that defined it.';
COMMENT ON COLUMN @icb_reporting@.measure_history.defined_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.measure_history.period_from IS 'First day that was measured.';
COMMENT ON COLUMN @icb_reporting@.measure_history.period_to IS 'Last day that was measured.';
COMMENT ON COLUMN @icb_reporting@.measure_history.n IS 'Number that the value rests on.';
COMMENT ON COLUMN @icb_reporting@.measure_history.result IS 'The value.';
COMMENT ON COLUMN @icb_reporting@.measure_history.computed_by IS 'Login that computed it.';
COMMENT ON COLUMN @icb_reporting@.measure_history.computed_at IS 'When.';

CREATE VIEW @icb_reporting@.exclusion_register AS
SELECT x.exclusion_id AS exclusion_id,
       x.contract_id::text AS contract_id,
       x.happened_on::date AS happened_on,
       x.owner::text AS owner,
       x.what::text AS what,
       x.evidence::text AS evidence,
       x.effect::numeric(18,2) AS effect_gbp,
       (x.missing = '{}')::boolean AS counts,
       (SELECT string_agg(format('%s (%s, %s, %s)', s.party, s.name, s.role, s.signed_on), '; ' ORDER BY s.recorded_at, s.party) FROM @icb@.exclusion_signature s WHERE s.exclusion_id = x.exclusion_id)::text AS signed,
       nullif(array_to_string(x.missing, ', '), '')::text AS waiting_for
FROM @icb@.exclusion_standing x;
COMMENT ON VIEW @icb_reporting@.exclusion_register IS 'Exclusions: what happened, whose it was, what it changes, and whether every party has signed.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.exclusion_id IS 'Number of the event.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.happened_on IS 'Day of the event.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.owner IS 'Party answerable for it.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.what IS 'What happened.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.evidence IS 'What shows it.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.effect_gbp IS 'Change of the benchmark or guarantee; negative lowers it.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.counts IS 'Whether every party has signed, so that it counts.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.signed IS 'Who has signed.';
COMMENT ON COLUMN @icb_reporting@.exclusion_register.waiting_for IS 'Parties that have not signed.';

CREATE VIEW @icb_reporting@.settlement_benchmark AS
SELECT l.contract_id::text AS contract_id,
       lower(l.period)::date AS period_from,
       (upper(l.period) - 1)::date AS period_to,
       (row_number() OVER (PARTITION BY l.contract_id, l.period ORDER BY l.part, l.happened_on, l.exclusion_id))::integer AS line_order,
       l.line_code::text AS line_code,
       l.words::text AS words,
       l.amount::numeric(18,2) AS amount_gbp
FROM (
    SELECT i.contract_id, i.period, 1 AS part, NULL::date AS happened_on, NULL::bigint AS exclusion_id, 'baseline' AS line_code,
           'Locked baseline, version ' || b.baseline_version || ': ' || b.method AS words, b.amount
    FROM @icb@.settlement_input i
    JOIN @icb@.baseline b ON b.contract_id = i.contract_id AND b.baseline_version = i.baseline_version
    UNION ALL
    SELECT i.contract_id, i.period, 1, NULL, NULL, 'baseline', 'Benchmark before exclusions: ' || i.source, i.benchmark - i.excluded
    FROM @icb@.settlement_input i
    WHERE i.baseline_version IS NULL AND i.excluded IS NOT NULL
    UNION ALL
    SELECT i.contract_id, i.period, 2, x.happened_on, x.exclusion_id, 'exclusion', 'Agreed exclusion of ' || to_char(x.happened_on, 'YYYY-MM-DD') || ': ' || x.what, x.effect
    FROM @icb@.settlement_input i
    JOIN @icb@.exclusion_standing x ON x.contract_id = i.contract_id AND i.period @> x.happened_on AND x.missing = '{}'
    WHERE i.baseline_version IS NOT NULL OR i.excluded IS NOT NULL
    UNION ALL
    SELECT i.contract_id, i.period, 3, NULL, NULL, 'benchmark', 'Benchmark as recorded', i.benchmark
    FROM @icb@.settlement_input i
) l;
COMMENT ON VIEW @icb_reporting@.settlement_benchmark IS 'Where the benchmark of recorded inputs comes from: the locked baseline, or what was recorded; a line for each exclusion that every party has signed; and the benchmark.';
COMMENT ON COLUMN @icb_reporting@.settlement_benchmark.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_benchmark.period_from IS 'First day of the period.';
COMMENT ON COLUMN @icb_reporting@.settlement_benchmark.period_to IS 'Last day of it.';
COMMENT ON COLUMN @icb_reporting@.settlement_benchmark.line_order IS 'Order of the lines.';
COMMENT ON COLUMN @icb_reporting@.settlement_benchmark.line_code IS 'baseline, exclusion or benchmark.';
COMMENT ON COLUMN @icb_reporting@.settlement_benchmark.words IS 'The line in words.';
COMMENT ON COLUMN @icb_reporting@.settlement_benchmark.amount_gbp IS 'Pounds; the benchmark is the sum of the lines before it.';

CREATE VIEW @icb_reporting@.saving_register AS
SELECT s.saving_id AS saving_id,
       s.contract_id::text AS contract_id,
       s.scheme::text AS scheme,
       lower(s.scheme_period)::date AS period_from,
       (upper(s.scheme_period) - 1)::date AS period_to,
       s.title::text AS title,
       s.originator::text AS originator,
       s.claimant::text AS claimant,
       s.recurrent::boolean AS recurrent,
       s.status::text AS status,
       s.identified_amount::numeric(18,2) AS identified_gbp,
       s.agreed_amount::numeric(18,2) AS agreed_gbp,
       s.verified_amount::numeric(18,2) AS verified_gbp,
       s.cash_amount::numeric(18,2) AS cash_gbp,
       s.full_year_amount::numeric(18,2) AS full_year_gbp,
       s.identified_by::text AS identified_by,
       s.agreed_by::text AS agreed_by,
       s.verified_by::text AS verified_by
FROM @icb@.saving s;
COMMENT ON VIEW @icb_reporting@.saving_register IS 'Savings claimed under contracts, one row each.';
COMMENT ON COLUMN @icb_reporting@.saving_register.saving_id IS 'Number of the saving.';
COMMENT ON COLUMN @icb_reporting@.saving_register.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.saving_register.scheme IS 'Scheme that brings it.';
COMMENT ON COLUMN @icb_reporting@.saving_register.period_from IS 'First day in which it was made.';
COMMENT ON COLUMN @icb_reporting@.saving_register.period_to IS 'Last day.';
COMMENT ON COLUMN @icb_reporting@.saving_register.title IS 'What was saved.';
COMMENT ON COLUMN @icb_reporting@.saving_register.originator IS 'Party that had the idea.';
COMMENT ON COLUMN @icb_reporting@.saving_register.claimant IS 'Party that claims it.';
COMMENT ON COLUMN @icb_reporting@.saving_register.recurrent IS 'Whether it comes again every year.';
COMMENT ON COLUMN @icb_reporting@.saving_register.status IS 'identified, agreed, verified, cash or rejected.';
COMMENT ON COLUMN @icb_reporting@.saving_register.identified_gbp IS 'What was claimed.';
COMMENT ON COLUMN @icb_reporting@.saving_register.agreed_gbp IS 'What was agreed to be possible.';
COMMENT ON COLUMN @icb_reporting@.saving_register.verified_gbp IS 'What was verified.';
COMMENT ON COLUMN @icb_reporting@.saving_register.cash_gbp IS 'What has been released as cash.';
COMMENT ON COLUMN @icb_reporting@.saving_register.full_year_gbp IS 'What a recurrent saving comes to in a full year.';
COMMENT ON COLUMN @icb_reporting@.saving_register.identified_by IS 'Login that recorded the claim.';
COMMENT ON COLUMN @icb_reporting@.saving_register.agreed_by IS 'Login that agreed.';
COMMENT ON COLUMN @icb_reporting@.saving_register.verified_by IS 'Login that verified.';

CREATE VIEW @icb_reporting@.saving_position AS
SELECT s.contract_id::text AS contract_id,
       s.claimant::text AS claimant,
       count(DISTINCT lower(s.scheme)) FILTER (WHERE s.status <> 'rejected') AS schemes,
       coalesce(sum(s.identified_amount) FILTER (WHERE s.status <> 'rejected'), 0)::numeric(18,2) AS identified_gbp,
       coalesce(sum(s.agreed_amount) FILTER (WHERE s.status <> 'rejected'), 0)::numeric(18,2) AS agreed_gbp,
       coalesce(sum(s.verified_amount) FILTER (WHERE s.status <> 'rejected'), 0)::numeric(18,2) AS verified_gbp,
       coalesce(sum(s.cash_amount) FILTER (WHERE s.status <> 'rejected'), 0)::numeric(18,2) AS cash_gbp,
       coalesce(sum(s.verified_amount) FILTER (WHERE s.recurrent AND s.status <> 'rejected'), 0)::numeric(18,2) AS recurrent_gbp,
       coalesce(sum(s.full_year_amount) FILTER (WHERE s.status IN ('verified', 'cash')), 0)::numeric(18,2) AS full_year_gbp,
       coalesce(sum(s.identified_amount) FILTER (WHERE s.status = 'rejected'), 0)::numeric(18,2) AS rejected_gbp
FROM @icb@.saving s
GROUP BY s.contract_id, s.claimant;
COMMENT ON VIEW @icb_reporting@.saving_position IS 'How far savings have come, per contract and claimant: what was claimed, agreed, verified and released as cash. Rejected ones stand apart and count nowhere else.';
COMMENT ON COLUMN @icb_reporting@.saving_position.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.saving_position.claimant IS 'Party that claims.';
COMMENT ON COLUMN @icb_reporting@.saving_position.schemes IS 'Schemes with a claim that stands.';
COMMENT ON COLUMN @icb_reporting@.saving_position.identified_gbp IS 'Claimed.';
COMMENT ON COLUMN @icb_reporting@.saving_position.agreed_gbp IS 'Agreed to be possible, of what stands.';
COMMENT ON COLUMN @icb_reporting@.saving_position.verified_gbp IS 'Verified: this settles.';
COMMENT ON COLUMN @icb_reporting@.saving_position.cash_gbp IS 'Released as cash.';
COMMENT ON COLUMN @icb_reporting@.saving_position.recurrent_gbp IS 'Part of verified that comes again.';
COMMENT ON COLUMN @icb_reporting@.saving_position.full_year_gbp IS 'What the verified recurrent ones come to in a full year.';
COMMENT ON COLUMN @icb_reporting@.saving_position.rejected_gbp IS 'Claimed and rejected.';

-- Findings on series: computed after the findings on lines, kept like them; and marginal rates settled back to the lines.

CREATE VIEW @icb@.series_finding_live WITH (security_invoker = true) AS
WITH judged AS (
    SELECT j.* FROM @icb@.series_cap01 j
    UNION ALL SELECT j.* FROM @icb@.series_cap02 j
    UNION ALL SELECT j.* FROM @icb@.series_cap03 j
    UNION ALL SELECT j.* FROM @icb@.series_cap04 j
    UNION ALL SELECT j.* FROM @icb@.series_cod06 j
    UNION ALL SELECT j.* FROM @icb@.series_cod08 j
), priced AS (
    SELECT j.*, r.version, r.name, r.class, r.detectable,
           (SELECT c.org_code FROM @icb@.contract_party c
            WHERE c.contract_id = j.contract_id AND c.role IN ('coordinating_commissioner', 'associate_commissioner') ORDER BY c.role DESC, c.party_order LIMIT 1) AS commissioner_code,
           daterange(coalesce(j.from_day, make_date(left(j.financial_year, 4)::integer, 4, 1)), (j.last_month + interval '1 month')::date) AS period,
           CASE WHEN r.class <> 'money' THEN 0 ELSE coalesce(j.own_rate, t.rate, 1) END::numeric(7,6) AS rate,
           CASE WHEN r.class <> 'money' OR j.identified = 0 THEN NULL WHEN j.own_rate IS NOT NULL THEN j.own_reason ELSE t.reason END AS recovery_reason
    FROM judged j
    JOIN @icb@.series_rule r ON r.contract_id = j.contract_id AND r.code = j.rule_code
    LEFT JOIN @icb@.recovery_term t ON t.contract_id = j.contract_id AND t.pod_class = j.pod_class AND t.valid @> j.last_month
)
SELECT md5(concat_ws('|', p.rule_code, p.version, p.provider_code, p.contract_id, p.series_key, p.financial_year, CASE WHEN p.rule_code = 'CAP03' THEN p.from_day END)) AS finding_ref,
       p.rule_code, p.version AS rule_version, p.name AS rule_name, p.class AS rule_class, p.detectable, p.provider_code, coalesce(p.commissioner_code, '-') AS commissioner_code,
       p.contract_id, p.series_key, p.period, p.outcome, p.reason, p.statistic, p.lower_limit, p.upper_limit, p.evidence, p.billed::numeric(19,6) AS billed,
       p.identified::numeric(16,2) AS identified, p.identified::numeric(16,2) AS net, p.rate AS recovery_rate, round(p.identified * p.rate, 2)::numeric(16,2) AS recoverable,
       p.recovery_reason,
       md5(concat_ws('|', p.outcome, p.reason, p.period, p.statistic, p.lower_limit, p.upper_limit, p.evidence, p.billed, p.identified, p.rate, p.recovery_reason, p.class)) AS content
FROM priced p;
COMMENT ON VIEW @icb@.series_finding_live IS
    'The findings on series of what series_point holds, under the rules in force. icb.validate() persists them in series_finding.';

-- A marginal rate is worked out for a contract as a whole. What its line findings recover together is shared over them by their nets, odd
-- pennies to the largest remainders.
CREATE VIEW @icb@.marginal_recovery WITH (security_invoker = true) AS
WITH line AS (
    SELECT s.contract_id, s.basis, s.valid, s.rate, f.person_id, f.finding_ref, f.opened_run, f.net, f.recoverable, f.recovery_reason,
           round(s.payable_billed - s.payable_validated, 2) * 100 AS pence, sum(f.net) OVER due AS all_net
    FROM @icb@.regime_settlement s
    JOIN @icb@.finding f
      ON f.contract_id = s.contract_id AND f.pod_class = ANY (s.pod_classes) AND s.valid @> f.activity_month
    WHERE s.reason IS NULL AND f.closed_run IS NULL AND f.outcome = 'fail' AND f.net > 0 AND f.rule_class = 'money' AND f.detectable = 'full'
    WINDOW due AS (PARTITION BY s.contract_id, s.basis, s.valid)
), shared AS (
    SELECT l.*, div(l.pence * l.net, l.all_net) AS down, mod(l.pence * l.net, l.all_net) AS remainder FROM line l
)
SELECT x.person_id, x.finding_ref, x.opened_run, x.recoverable,
       ((x.down + CASE WHEN x.place <= x.pence - x.all_down THEN 1 ELSE 0 END) / 100)::numeric(16,2) AS settled,
       CASE WHEN x.pence < x.all_net * 100 THEN format('%s: marginal rate %s, settled on the contract as a whole', x.basis, trim_scale(x.rate)) END AS reason, x.recovery_reason
FROM (SELECT s.*, row_number() OVER (PARTITION BY s.contract_id, s.basis, s.valid ORDER BY s.remainder DESC, s.finding_ref) AS place,
             sum(s.down) OVER (PARTITION BY s.contract_id, s.basis, s.valid) AS all_down
      FROM shared s) x;
COMMENT ON VIEW @icb@.marginal_recovery IS
    'What open findings on lines recover under a marginal rate, blended payment or variable element: the shares add up to what the regime pays less for the validated value (regime_settlement).';
COMMENT ON COLUMN @icb@.marginal_recovery.opened_run IS 'Run that opened the finding.';
COMMENT ON COLUMN @icb@.marginal_recovery.recoverable IS 'What the finding holds, in pounds.';
COMMENT ON COLUMN @icb@.marginal_recovery.settled IS 'What it should hold, in pounds.';
COMMENT ON COLUMN @icb@.marginal_recovery.reason IS 'Why not all is recoverable; NULL when all is.';
COMMENT ON COLUMN @icb@.marginal_recovery.recovery_reason IS 'The reason that the finding holds.';

CREATE FUNCTION @icb@.validate_series(run bigint, touched boolean DEFAULT false, OUT opened bigint, OUT closed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loops text := pg_catalog.current_setting('enable_nestloop');
    settled bigint;
    years text[];
BEGIN
    IF touched THEN
        -- years of what came in and of what findings opened and closed are about
        years := ARRAY(
            SELECT DISTINCT s.financial_year
            FROM @icb@.submission_slice s
            JOIN @icb@.submission b ON b.submission_id = s.submission_id
            WHERE coalesce(s.released_at, b.loaded_at) >= (SELECT max(r.started_at) FROM @icb@.run r
                                                           WHERE r.stage = 'validate' AND r.run_id < run AND r.status IN ('done', 'unchanged'))
               OR EXISTS (SELECT FROM @icb@.finding f WHERE f.submission_id = s.submission_id AND (f.opened_run = run OR f.closed_run = run)));
    END IF;
    -- what findings leave of each line cannot be foreseen; taken for nothing, the lines would be looked up one by one
    PERFORM pg_catalog.set_config('enable_nestloop', 'off', true);
    PERFORM @icb@.replace_rows('@icb@.series_point', '{measure,provider_code,contract_id,financial_year,month_start,series_key}',
        'SELECT * FROM @icb@.series_point_live' || CASE WHEN touched THEN pg_catalog.format(
            ' WHERE financial_year = ANY (%1$L::text[]) UNION ALL SELECT * FROM @icb@.series_point WHERE financial_year <> ALL (%1$L::text[])', years) ELSE '' END);
    PERFORM @icb@.refresh_statistics('series_point');
    IF pg_catalog.to_regclass('@icb_identity@.stage_series') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_series;
    END IF;
    CREATE UNLOGGED TABLE @icb_identity@.stage_series AS SELECT s.* FROM @icb@.series_finding_live s;
    UPDATE @icb@.series_finding f
    SET closed_run = run, closed_at = pg_catalog.clock_timestamp(),
        closed_reason = CASE WHEN EXISTS (SELECT FROM @icb_identity@.stage_series s WHERE s.finding_ref = f.finding_ref) THEN 'restated' ELSE 'no longer found' END
    WHERE f.closed_run IS NULL
      AND NOT EXISTS (SELECT FROM @icb_identity@.stage_series s WHERE s.finding_ref = f.finding_ref AND s.content = f.content);
    GET DIAGNOSTICS closed = ROW_COUNT;
    INSERT INTO @icb@.series_finding (opened_run, finding_ref, rule_code, rule_version, rule_name, rule_class, detectable, provider_code, commissioner_code, contract_id,
        series_key, period, outcome, reason, statistic, lower_limit, upper_limit, evidence, billed, identified, net, recovery_rate, recoverable, recovery_reason, content)
    SELECT run, s.*
    FROM @icb_identity@.stage_series s
    WHERE NOT EXISTS (SELECT FROM @icb@.series_finding f WHERE f.finding_ref = s.finding_ref AND f.closed_run IS NULL);
    GET DIAGNOSTICS opened = ROW_COUNT;
    DROP TABLE @icb_identity@.stage_series;
    -- last of all: the lines' share of what regimes recover
    UPDATE @icb@.finding f
    SET recoverable = m.settled, recovery_reason = m.reason
    FROM @icb@.marginal_recovery m
    WHERE f.person_id = m.person_id AND f.finding_ref = m.finding_ref AND f.opened_run = m.opened_run
      AND (m.settled <> m.recoverable OR coalesce(m.reason, '') <> coalesce(m.recovery_reason, ''));
    GET DIAGNOSTICS settled = ROW_COUNT;
    PERFORM pg_catalog.set_config('enable_nestloop', loops, true);
    IF settled > 0 THEN
        RAISE DEBUG '% line findings settled', settled;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.validate_series(bigint, boolean) IS
    'Last step of icb.validate(): counts the series anew (touched: of the years that anything changed in), closes findings on series that no longer hold, opens new ones, and shares what marginal rates, blended payments and variable elements recover over the findings on lines. How many findings on series it opened and closed; a repeat changes nothing.';

-- What analysts see -------------------------------------------------------------------------------

CREATE VIEW @icb_reporting@.series_finding WITH (security_barrier = true) AS
SELECT f.finding_ref::text AS finding_ref, f.rule_code::text AS rule_code, f.rule_name::text AS rule_name, f.rule_class::text AS rule_class,
       f.provider_code::text AS provider_code, f.commissioner_code::text AS commissioner_code, f.contract_id::text AS contract_id, f.series_key::text AS series_key,
       lower(f.period)::date AS period_from, (upper(f.period) - 1)::date AS period_to, f.outcome::text AS outcome, f.reason::text AS reason,
       f.statistic::numeric(18,6) AS statistic, f.lower_limit::numeric(18,6) AS lower_limit, f.upper_limit::numeric(18,6) AS upper_limit, f.evidence::jsonb AS evidence,
       f.billed::numeric(16,2) AS billed_gbp, f.identified::numeric(16,2) AS identified_gbp, f.net::numeric(16,2) AS net_gbp, f.recoverable::numeric(16,2) AS recoverable_gbp,
       f.recovery_reason::text AS recovery_reason, f.opened_run::bigint AS opened_run, f.opened_at::timestamptz AS opened_at
FROM @icb@.series_finding f
WHERE f.closed_run IS NULL AND f.rule_class <> 'governance';
COMMENT ON VIEW @icb_reporting@.series_finding IS 'Open findings on whole providers, year to date, on what findings on lines left.';
COMMENT ON COLUMN @icb_reporting@.series_finding.finding_ref IS 'Stable reference.';
COMMENT ON COLUMN @icb_reporting@.series_finding.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.series_finding.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.series_finding.rule_class IS 'money, data_quality or redesign.';
COMMENT ON COLUMN @icb_reporting@.series_finding.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.series_finding.commissioner_code IS 'Coordinating commissioner of the contract.';
COMMENT ON COLUMN @icb_reporting@.series_finding.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.series_finding.series_key IS 'What the series is about: treatment function, share, regime, point of delivery, HRG root or condition.';
COMMENT ON COLUMN @icb_reporting@.series_finding.period_from IS 'First day it is about.';
COMMENT ON COLUMN @icb_reporting@.series_finding.period_to IS 'Last day it is about.';
COMMENT ON COLUMN @icb_reporting@.series_finding.outcome IS 'fail or not_assessed.';
COMMENT ON COLUMN @icb_reporting@.series_finding.reason IS 'What is missing, when not assessed.';
COMMENT ON COLUMN @icb_reporting@.series_finding.statistic IS 'Number that was judged.';
COMMENT ON COLUMN @icb_reporting@.series_finding.lower_limit IS 'Least it may be; NULL: no such limit.';
COMMENT ON COLUMN @icb_reporting@.series_finding.upper_limit IS 'Most it may be; NULL: no such limit.';
COMMENT ON COLUMN @icb_reporting@.series_finding.evidence IS 'Numbers behind it.';
COMMENT ON COLUMN @icb_reporting@.series_finding.billed_gbp IS 'Amount charged in the series and period, in pounds.';
COMMENT ON COLUMN @icb_reporting@.series_finding.identified_gbp IS 'What it is worth at full price, in pounds; 0 for a note.';
COMMENT ON COLUMN @icb_reporting@.series_finding.net_gbp IS 'The same: series are counted on what other rules left.';
COMMENT ON COLUMN @icb_reporting@.series_finding.recoverable_gbp IS 'What the contract lets the commissioner recover, in pounds.';
COMMENT ON COLUMN @icb_reporting@.series_finding.recovery_reason IS 'Why not all is recoverable; NULL when all is.';
COMMENT ON COLUMN @icb_reporting@.series_finding.opened_run IS 'Run that found it first in this form.';
COMMENT ON COLUMN @icb_reporting@.series_finding.opened_at IS 'When it was found in this form.';

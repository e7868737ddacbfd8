-- Claims and what is wrong with them, by hand: chal_test.claim and chal_test.wrong say what a provider sends and what the rules make of
-- it; chal_test.submit sends it as a submission and writes the findings that validation would. For warehouse chal; June 2024, invented.
CREATE SCHEMA chal_test;
CREATE TABLE chal_test.claim (
    line_key text PRIMARY KEY,
    person   bigint NOT NULL,
    provider text NOT NULL DEFAULT 'RZ1',
    contract text DEFAULT 'K1',
    event    text NOT NULL,
    pod      text NOT NULL DEFAULT 'NEL',
    billed   numeric NOT NULL,
    commissioner text NOT NULL DEFAULT '00X'
);
CREATE TABLE chal_test.wrong (
    line_key text NOT NULL,
    rule     text NOT NULL,
    amount   numeric NOT NULL,
    version  text NOT NULL DEFAULT '1',
    rate     numeric NOT NULL DEFAULT 1,
    evidence jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (line_key, rule)
);

CREATE FUNCTION chal_test.submit(of_provider text, kind text, received date DEFAULT '2024-08-01') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    sub bigint;
BEGIN
    INSERT INTO chal.submission AS s (feed, file_name, file_hash, status, submission_kind, received_at)
    VALUES ('plcm', format('%s_m03_%s.csv', lower(of_provider), kind), md5(random()::text || clock_timestamp()), 'loaded', kind, received) RETURNING s.submission_id INTO sub;
    INSERT INTO chal.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, nhs_number_state,
                                   units, unit_price, total_cost, provider_event_id, cds_id)
    SELECT c.person, sub, row_number() OVER (ORDER BY c.line_key) + 1, c.line_key, c.provider || '|' || c.event, c.provider, c.commissioner, '2024/25', 3, c.pod, 'valid',
           1, c.billed, c.billed, c.event, 'CDS' || c.event
    FROM chal_test.claim c WHERE c.provider = of_provider;
    UPDATE chal.submission_slice s SET status = 'superseded' WHERE s.provider_code = of_provider AND s.status = 'current';
    INSERT INTO chal.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, amount, status)
    SELECT sub, 'PLCM', of_provider, c, '2024/25', 3, kind, 1, 0, 'current' FROM unnest('{00X,00Y}'::text[]) c;
    PERFORM chal_test.find(of_provider, sub);
    RETURN sub;
END
$$;

CREATE FUNCTION chal_test.find(of_provider text, sub bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE now_found ON COMMIT DROP AS
    SELECT l.person_id, md5(concat_ws('|', l.line_key, w.rule, w.version)) AS finding_ref, l.line_key, l.line_no, w.rule, w.version, w.evidence, l.provider_code, l.commissioner_code,
           c.contract, l.pod, l.total_cost AS billed, w.amount, w.rate, md5(concat_ws('|', l.total_cost, w.amount, w.rate, l.commissioner_code)) AS content
    FROM chal.invoice_line l JOIN chal_test.claim c ON c.line_key = l.line_key JOIN chal_test.wrong w ON w.line_key = l.line_key
    WHERE l.submission_id = sub AND w.amount > 0;
    UPDATE chal.finding f SET closed_run = sub, closed_at = now(), closed_reason = 'restated'
    WHERE f.provider_code = of_provider AND f.closed_run IS NULL
      AND NOT EXISTS (SELECT FROM now_found n WHERE n.finding_ref = f.finding_ref AND n.content = f.content);
    INSERT INTO chal.finding (person_id, finding_ref, opened_run, line_key, submission_id, line_no, rule_code, rule_version, rule_name, priority, outcome, evidence, provider_code,
        commissioner_code, contract_id, rule_set, pod, pod_class, activity_month, billed, identified, net, recovery_rate, recoverable, undercharged, content)
    SELECT n.person_id, n.finding_ref, coalesce((SELECT max(x.opened_run) FROM chal.finding x WHERE x.finding_ref = n.finding_ref), 0) + 1, n.line_key, sub, n.line_no, n.rule, n.version,
           coalesce(a.name, n.rule), 5, 'fail', n.evidence, n.provider_code, n.commissioner_code, n.contract, 'made by hand', n.pod, p.pod_class, '2024-06-01', n.billed,
           n.amount, n.amount, n.rate, round(n.amount * n.rate, 2), 0, n.content
    FROM now_found n
    JOIN commissioning.pod_reference p ON p.pod = n.pod
    LEFT JOIN chal.active_rule a ON a.code = n.rule
    WHERE NOT EXISTS (SELECT FROM chal.finding f WHERE f.finding_ref = n.finding_ref AND f.person_id = n.person_id AND f.closed_run IS NULL);
    DROP TABLE now_found;
END
$$;

INSERT INTO chal.organisation (org_code, name, org_type) VALUES
    ('RZ1', 'Synthetic Trust 1', 'trust'), ('RZ2', 'Synthetic Trust 2', 'trust'), ('00X', 'Sub-ICB X', 'sub_icb'), ('00Y', 'Sub-ICB Y', 'sub_icb');
INSERT INTO chal.contract (contract_id, title, basis, valid, tariff_name) VALUES
    ('K1', 'Trust 1, acute', 'activity', '[2024-04-01,2025-04-01)', 'none'), ('K2', 'Trust 2, acute', 'activity', '[2024-04-01,2025-04-01)', 'none');

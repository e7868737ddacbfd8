-- Claims and other claims of the same person: what a line has to do with other lines and records, found in one ordered sweep per person.

CREATE TABLE @icb@.claim_link (
    person_id                 bigint NOT NULL,
    submission_id             bigint NOT NULL,
    line_no                   bigint NOT NULL,
    line_key                  text NOT NULL,
    duplicate_of              text,
    repeat_of                 text,
    overlap_of                text,
    other_feed_of             text,
    same_drug_of              text,
    two_provider_of           text,
    two_provider_payee        text,
    inside_spell_of           text,
    admission_same_day        text,
    emergency_inside_spell_of text,
    same_day_attendance_of    text,
    emergency_same_day        text,
    transfer_pair_of          text,
    pathway_of                text,
    pathway_repeat_of         text,
    procedure_same_day        text,
    code_pair_of              text,
    readmission_of            text,
    readmission_days          integer,
    days_since_same_first     integer,
    days_since_first          integer,
    history_days              integer,
    days_since_discharge      integer,
    day_cases_in_month        integer,
    days_since_same_drug      integer,
    days_to_event             integer,
    rebill_of                 text,
    two_provider_paid         boolean,
    readmission_index         text CHECK (readmission_index IN ('elective', 'emergency', 'other')),
    readmission_exclusion     text,
    lone_secondary            text,
    PRIMARY KEY (person_id, submission_id, line_no)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.claim_link IS
    'What lines of the current position have to do with other lines and records of the same person; lines with nothing to say have no row. Of lines that claim the same one is kept: it is named in the others, and in none of the same kind itself. Written by icb.match().';
COMMENT ON COLUMN @icb@.claim_link.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.claim_link.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.claim_link.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.claim_link.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.claim_link.duplicate_of IS 'Line, kept, that claims the very same; NULL: none.';
COMMENT ON COLUMN @icb@.claim_link.repeat_of IS 'Line, kept, that claims the same part of the same event of the provider with other content.';
COMMENT ON COLUMN @icb@.claim_link.overlap_of IS 'Spell of the same provider, kept, with which this one, or the spell it is charged with, shares a night.';
COMMENT ON COLUMN @icb@.claim_link.other_feed_of IS 'Line, kept, that charges the same event at a national price where this one has a local price, or the other way round.';
COMMENT ON COLUMN @icb@.claim_link.same_drug_of IS 'Line, kept, with the same drug, day and quantity.';
COMMENT ON COLUMN @icb@.claim_link.two_provider_of IS 'Spell of another provider with which this one shares a night.';
COMMENT ON COLUMN @icb@.claim_link.two_provider_payee IS 'Of the two spells, the one that is paid.';
COMMENT ON COLUMN @icb@.claim_link.inside_spell_of IS 'Spell of the same provider, charged, inside which an outpatient attendance falls.';
COMMENT ON COLUMN @icb@.claim_link.admission_same_day IS 'Spell of the same provider and treatment function, charged, that begins on the day of the attendance.';
COMMENT ON COLUMN @icb@.claim_link.emergency_inside_spell_of IS 'Spell of the same provider, charged, inside which an emergency attendance falls.';
COMMENT ON COLUMN @icb@.claim_link.same_day_attendance_of IS 'Attendance, kept, of the same day, treatment function, provider, site and main specialty.';
COMMENT ON COLUMN @icb@.claim_link.emergency_same_day IS 'Emergency attendance at the same provider on the day of admission.';
COMMENT ON COLUMN @icb@.claim_link.transfer_pair_of IS 'Spell, kept, that is one stay with this one, split by a transfer inside the provider.';
COMMENT ON COLUMN @icb@.claim_link.pathway_of IS 'Antenatal pathway that pays for this attendance or admission.';
COMMENT ON COLUMN @icb@.claim_link.pathway_repeat_of IS 'Line of another provider, kept, with the same module of the maternity pathway.';
COMMENT ON COLUMN @icb@.claim_link.procedure_same_day IS 'Procedure of the same day, provider and treatment function, whose price holds the attendance.';
COMMENT ON COLUMN @icb@.claim_link.code_pair_of IS 'Line, kept, of the same day and provider with an HRG that is not paid beside this one.';
COMMENT ON COLUMN @icb@.claim_link.readmission_of IS 'Stay that ended within 30 days before this emergency admission: a line, or a record by its number.';
COMMENT ON COLUMN @icb@.claim_link.readmission_days IS 'Days from that discharge to this admission.';
COMMENT ON COLUMN @icb@.claim_link.days_since_same_first IS 'Days since an earlier first attendance of the same provider, treatment function and referral; NULL: none.';
COMMENT ON COLUMN @icb@.claim_link.days_since_first IS 'Days since the last first attendance, or discharge, in the treatment function; NULL: none is known.';
COMMENT ON COLUMN @icb@.claim_link.history_days IS 'Days for which the records of the person reach back from this follow-up.';
COMMENT ON COLUMN @icb@.claim_link.days_since_discharge IS 'Days since the last discharge from the same provider; NULL: none.';
COMMENT ON COLUMN @icb@.claim_link.day_cases_in_month IS 'Day cases of the same provider, HRG and treatment function in the calendar month, where there are several.';
COMMENT ON COLUMN @icb@.claim_link.days_since_same_drug IS 'Days since the drug was supplied before; NULL: never.';
COMMENT ON COLUMN @icb@.claim_link.days_to_event IS 'Days from the supply of a drug to the nearest stay or attendance, before or after; NULL: there is none.';
COMMENT ON COLUMN @icb@.claim_link.rebill_of IS 'Credit that already gave back the money of the same care under another number.';
COMMENT ON COLUMN @icb@.claim_link.two_provider_paid IS 'Whether this spell is the one that is paid.';
COMMENT ON COLUMN @icb@.claim_link.readmission_index IS 'How the stay before was admitted: elective, emergency or other.';
COMMENT ON COLUMN @icb@.claim_link.readmission_exclusion IS 'none, or why the readmission is paid all the same; NULL: age or diagnoses are not known.';
COMMENT ON COLUMN @icb@.claim_link.lone_secondary IS 'Only secondary diagnosis of the spell, where no other record of the person within 24 months holds it.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.claim_link_p%s PARTITION OF @icb@.claim_link FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

-- Either order of a pair.
CREATE VIEW @icb@.code_pair_both WITH (security_invoker = true) AS
SELECT p.code_1 AS code, p.code_2 AS other, p.valid FROM @icb@.code_pair p WHERE p.code_system = 'HRG'
UNION ALL
SELECT p.code_2, p.code_1, p.valid FROM @icb@.code_pair p WHERE p.code_system = 'HRG';
COMMENT ON VIEW @icb@.code_pair_both IS 'Pairs of HRGs that are not paid on one day, in both orders.';

CREATE VIEW @icb@.claim_link_live WITH (security_invoker = true) AS
SELECT e.person_id, s.*
FROM (
    SELECT x.person_id, array_agg(x.event) AS events
    FROM (
        SELECT l.person_id,
               ROW(true,
                   CASE WHEN p.kind = 'pass_through' THEN CASE l.pod WHEN 'DRUG' THEN 'drug' ELSE 'device' END
                        WHEN l.pod = 'MATPATHAN' THEN 'antenatal'
                        WHEN p.kind IN ('spell', 'excess', 'critical_care', 'unbundled', 'attendance', 'procedure', 'emergency', 'pathway') THEN p.kind
                        ELSE 'other' END,
                   m.activity_id, l.provider_code, l.treatment_function, l.hrg_sent, l.start_date, l.end_date, l.age,
                   CASE l.pod WHEN 'DC' THEN '2' ELSE '1' END,
                   CASE WHEN l.pod IN ('DC', 'EL', 'ELXBD') THEN '11' WHEN l.pod IN ('NEL', 'NELST', 'NELXBD') THEN '21'
                        WHEN l.pod IN ('NELNE', 'NELNEXBD') THEN '31' END,
                   l.submission_id, l.line_no, l.line_key, l.financial_year, l.month, l.claim_group, l.site_code, l.pod, l.national_price,
                   l.units, l.unit_price, l.total_cost, l.cds_id, l.provider_event_id,
                   coalesce(t.item_code, CASE WHEN p.kind = 'pass_through' THEN l.hrg_sent END), t.serial_number,
                   -- a line that stood beside the credited one in one file is another claim
                   CASE WHEN r.person_id IS NOT NULL AND NOT l.line_key = ANY (r.keys)
                             AND NOT EXISTS (SELECT FROM @icb@.invoice_line o
                                             JOIN @icb@.invoice_line b ON b.person_id = o.person_id AND b.submission_id = o.submission_id
                                             WHERE o.person_id = l.person_id AND o.line_key = ANY (r.keys) AND b.line_key = l.line_key)
                        THEN r.reference END,
                   CASE WHEN q.code IS NOT NULL
                        THEN ARRAY(SELECT c.other FROM @icb@.code_pair_both c WHERE c.code = l.hrg_sent AND c.valid @> l.start_date) END,
                   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::commissioning.claim_event AS event
        FROM @icb@.invoice_line l
        JOIN @icb@.submission_slice s
          ON s.submission_id = l.submission_id AND s.dataset = l.dataset AND s.provider_code = l.provider_code
         AND s.commissioner_code = l.commissioner_code AND s.financial_year = l.financial_year AND s.month = l.month
        LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
        LEFT JOIN @icb@.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
        LEFT JOIN @icb@.pass_through_line t ON t.person_id = l.person_id AND t.submission_id = l.submission_id AND t.line_no = l.line_no
        LEFT JOIN (SELECT v.person_id, v.provider_code, v.start_date, v.end_date, v.pod, v.hrg_sent, array_agg(v.line_key) AS keys,
                          coalesce(min(nullif(v.reference, '')), min(nullif(v.line_key, '')), 'credited on ' || min(v.recovered_on)) AS reference
                   FROM @icb@.recovered_line v
                   GROUP BY v.person_id, v.provider_code, v.start_date, v.end_date, v.pod, v.hrg_sent) r
          ON r.person_id = l.person_id AND r.provider_code = l.provider_code AND r.start_date = l.start_date AND r.pod = l.pod
         AND r.hrg_sent = coalesce(l.hrg_sent, t.item_code, '') AND coalesce(r.end_date, r.start_date) = coalesce(l.end_date, l.start_date)
        LEFT JOIN (SELECT DISTINCT c.code FROM @icb@.code_pair_both c) q ON q.code = l.hrg_sent
        WHERE s.status = 'current'
        UNION ALL
        SELECT a.person_id,
               ROW(false, CASE a.dataset WHEN 'APC' THEN 'spell' WHEN 'OP' THEN 'attendance' ELSE 'emergency' END,
                   a.activity_id, a.provider_code, a.treatment_function, a.hrg::text, a.start_date, a.end_date, a.age, a.patient_classification,
                   a.admission_method,
                   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                   a.main_specialty, a.first_attendance, a.attendance_status, a.referral_id, a.discharge_method, a.discharge_destination,
                   a.country, a.diagnoses)::commissioning.claim_event
        FROM @icb@.activity a
    ) x
    GROUP BY x.person_id
) e
CROSS JOIN LATERAL commissioning.claim_sweep(e.events) s;
COMMENT ON VIEW @icb@.claim_link_live IS
    'What claim_link holds, computed from today''s data and the matches of icb.match(): all events of a person go into one value and through one function.';

COMMENT ON COLUMN @icb@.code_pair_both.code IS 'HRG.';
COMMENT ON COLUMN @icb@.code_pair_both.other IS 'HRG that is not paid on the same day.';
COMMENT ON COLUMN @icb@.line_match_live.candidates IS 'Records that would have done as well; more than 1: the match is ambiguous.';

DO $comments$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT a.attname, pg_catalog.col_description(a.attrelid, a.attnum) AS meaning
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = '@icb@.claim_link'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON COLUMN @icb@.claim_link_live.%I IS %L', target.attname, target.meaning);
    END LOOP;
END
$comments$;

-- The three kinds that version 0.2 knew, under their old name for one version more.
CREATE TABLE @icb@.claim_pair (
    person_id     bigint NOT NULL,
    submission_id bigint NOT NULL,
    line_no       bigint NOT NULL,
    line_key      text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('duplicate', 'repeat', 'overlap')),
    kept_line_key text NOT NULL,
    PRIMARY KEY (person_id, submission_id, line_no)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.claim_pair IS
    'Lines that claim what another line of the same person and provider claims already, and the one line that is kept: what claim_link says of duplicates, repeats and overlaps. Use claim_link; this table goes with the next version.';
COMMENT ON COLUMN @icb@.claim_pair.kind IS
    'duplicate: all of it is equal; repeat: the same part of the same provider event with other content; overlap: spells that share a night.';
COMMENT ON COLUMN @icb@.claim_pair.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.claim_pair.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.claim_pair.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.claim_pair.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.claim_pair.kept_line_key IS 'The line that is kept.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.claim_pair_p%s PARTITION OF @icb@.claim_pair FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

CREATE VIEW @icb@.claim_pair_live WITH (security_invoker = true) AS
SELECT k.person_id, k.submission_id, k.line_no, k.line_key,
       CASE WHEN k.duplicate_of IS NOT NULL THEN 'duplicate' WHEN k.repeat_of IS NOT NULL THEN 'repeat' ELSE 'overlap' END AS kind,
       coalesce(k.duplicate_of, k.repeat_of, k.overlap_of) AS kept_line_key
FROM @icb@.claim_link k
WHERE k.duplicate_of IS NOT NULL OR k.repeat_of IS NOT NULL OR k.overlap_of IS NOT NULL;
COMMENT ON VIEW @icb@.claim_pair_live IS 'What claim_link says of duplicates, repeats and overlaps; icb.match() keeps it in claim_pair.';

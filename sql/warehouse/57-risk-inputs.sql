-- What scoring needs to know about people: area, conditions by any coding system, opt-outs and exclusions, costs, and the features
-- of a person on a day.

-- Areas -------------------------------------------------------------------------------------------

CREATE TABLE @icb@.area (
    lsoa_code  text PRIMARY KEY,
    imd_decile integer CHECK (imd_decile BETWEEN 1 AND 10),
    imd_rank   integer CHECK (imd_rank > 0),
    imd_score  numeric(6,3) CHECK (imd_score >= 0),
    imd_year   integer NOT NULL CHECK (imd_year BETWEEN 2000 AND 2100)
);
COMMENT ON TABLE @icb@.area IS 'Deprivation of small areas: the latest edition of the index that was loaded, one row per area.';
COMMENT ON COLUMN @icb@.area.lsoa_code IS 'Lower layer super output area.';
COMMENT ON COLUMN @icb@.area.imd_decile IS 'Decile of the Index of Multiple Deprivation, 1 is the most deprived tenth; NULL when unknown.';
COMMENT ON COLUMN @icb@.area.imd_rank IS 'Rank of the index, 1 is the most deprived area; NULL when unknown.';
COMMENT ON COLUMN @icb@.area.imd_score IS 'Score of the index, higher is more deprived; NULL when unknown.';
COMMENT ON COLUMN @icb@.area.imd_year IS 'Year of the edition, 2019 for example.';

-- Conditions --------------------------------------------------------------------------------------

CREATE TABLE @icb@.code_set (
    condition     text NOT NULL CHECK (octet_length(condition) BETWEEN 1 AND 63),
    version       text NOT NULL DEFAULT '1',
    coding_system text NOT NULL,
    code          text NOT NULL CHECK (code <> ''),
    match         text NOT NULL DEFAULT 'exact' CHECK (match IN ('exact', 'prefix')),
    valid         daterange NOT NULL DEFAULT '(,)',
    source        text,
    PRIMARY KEY (condition, version, coding_system, code),
    -- SNOMED CT numbers have no hierarchy in their digits
    CHECK (NOT (coding_system = 'snomed' AND match = 'prefix')),
    -- one version of a condition is in use at a time
    EXCLUDE USING gist (condition WITH =, version WITH <>, valid WITH &&)
);
COMMENT ON TABLE @icb@.code_set IS
    'Which codes mean which condition, in any coding system, versioned: on a day the version whose valid holds that day is in use. Codes are written as tidy_code writes them.';
COMMENT ON COLUMN @icb@.code_set.condition IS 'Key of the condition, as risk models name it.';
COMMENT ON COLUMN @icb@.code_set.version IS 'Version of the set of codes of this condition.';
COMMENT ON COLUMN @icb@.code_set.coding_system IS 'snomed, read2, ctv3, icd10 or another system; see tidy_coding_system.';
COMMENT ON COLUMN @icb@.code_set.code IS 'The code, or the characters that codes begin with.';
COMMENT ON COLUMN @icb@.code_set.match IS 'exact: this code alone; prefix: every code that begins so. SNOMED CT has no prefixes: load the expanded set.';
COMMENT ON COLUMN @icb@.code_set.valid IS 'Days as of which this version is used; empty for one kept for the record alone.';
COMMENT ON COLUMN @icb@.code_set.source IS 'Who published or agreed it.';

CREATE TABLE @icb@.coded_event (
    person_id     bigint NOT NULL,
    event_date    date NOT NULL,
    coding_system text NOT NULL,
    code          text NOT NULL,
    submission_id bigint,
    PRIMARY KEY (person_id, event_date, coding_system, code)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.coded_event IS 'Coded entries of primary care and other records, as a set: the same code on the same day is one row.';
COMMENT ON COLUMN @icb@.coded_event.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.coded_event.event_date IS 'Day to which the entry belongs.';
COMMENT ON COLUMN @icb@.coded_event.coding_system IS 'snomed, read2, ctv3, icd10 or another system; see tidy_coding_system.';
COMMENT ON COLUMN @icb@.coded_event.code IS 'The code as tidy_code writes it.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.coded_event_p%s PARTITION OF @icb@.coded_event FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

-- Not inlined: the planner takes it for a table of two hundred rows to be hashed, and never walks the events once for each code,
-- whatever it believes of a table that was filled a moment ago.
CREATE FUNCTION @icb@.code_set_at(as_of date)
    RETURNS TABLE (coding_system text, width integer, code text, condition text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 200
AS $$
BEGIN
    RETURN QUERY
    SELECT s.coding_system, CASE WHEN s.match = 'prefix' THEN pg_catalog.length(s.code) ELSE 0 END, s.code, s.condition
    FROM @icb@.code_set s
    WHERE s.valid @> as_of;
END
$$;
COMMENT ON FUNCTION @icb@.code_set_at(date) IS
    'The code sets in use on a day: a code matches where its first width characters are code; width 0 is the whole code.';

CREATE FUNCTION @icb@.code_widths_at(as_of date, coding_system text DEFAULT NULL) RETURNS SETOF integer[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    SELECT pg_catalog.array_agg(DISTINCT CASE WHEN s.match = 'prefix' THEN pg_catalog.length(s.code) ELSE 0 END)
    FROM @icb@.code_set s
    WHERE s.valid @> as_of AND (s.coding_system = coding_system OR coding_system IS NULL)
    HAVING count(*) > 0;
END
$$;
COMMENT ON FUNCTION @icb@.code_widths_at(date, text) IS
    'The widths at which codes are compared on a day, see code_set_at: one row, or none when no code set of the coding system (NULL: of any) is in use.';

-- Inlined into its callers, so that a filter on person_id reaches the tables.
CREATE FUNCTION @icb@.condition_at(as_of date, lookback_days integer DEFAULT NULL)
    RETURNS TABLE (person_id bigint, condition text, source text, first_recorded date, last_recorded date)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.person_id, c.condition, c.source, c.recorded_on, c.recorded_on
    FROM @icb@.person_condition c
    WHERE (c.recorded_on <= as_of OR c.recorded_on IS NULL) AND (c.ended_on > as_of OR c.ended_on IS NULL)
    UNION ALL
    SELECT e.person_id, s.condition, 'coded event' AS source, min(e.event_date), max(e.event_date)
    FROM (SELECT v.person_id, v.event_date, v.coding_system, v.code, pg_catalog.unnest(CASE WHEN v.coding_system = 'snomed' THEN '{0}' ELSE w.widths END) AS width
          FROM @icb@.code_widths_at(as_of) AS w (widths)
          CROSS JOIN @icb@.coded_event v
          WHERE v.event_date <= as_of AND (v.event_date > as_of - lookback_days OR lookback_days IS NULL)) e
    JOIN @icb@.code_set_at(as_of) s
      ON s.coding_system = e.coding_system AND s.width = e.width AND s.code = CASE WHEN e.width = 0 THEN e.code ELSE pg_catalog.left(e.code, e.width) END
    GROUP BY e.person_id, s.condition
    UNION ALL
    SELECT d.person_id, s.condition, 'hospital record' AS source, min(d.recorded), max(d.recorded)
    FROM (SELECT x.person_id, x.recorded, x.code::text AS code, pg_catalog.unnest(x.widths) AS width
          FROM (SELECT a.person_id, coalesce(a.end_date, a.start_date) AS recorded, pg_catalog.unnest(a.diagnoses) AS code, w.widths
                -- without such codes there is no row to start from, and the record is not read at all
                FROM @icb@.code_widths_at(as_of, 'icd10') AS w (widths)
                CROSS JOIN @icb@.activity a
                WHERE coalesce(a.end_date, a.start_date) <= as_of
                  AND (coalesce(a.end_date, a.start_date) > as_of - lookback_days OR lookback_days IS NULL)) x) d
    JOIN @icb@.code_set_at(as_of) s
      ON s.coding_system = 'icd10' AND s.width = d.width AND s.code = CASE WHEN d.width = 0 THEN d.code ELSE pg_catalog.left(d.code, d.width) END
    GROUP BY d.person_id, s.condition;
END;
COMMENT ON FUNCTION @icb@.condition_at(date, integer) IS
    'Who has which condition on a day, and who says so: registers (source as loaded; those it stands on that day, whatever the look-back), coded events and the diagnoses of hospital events that ended by then, through the code sets in use on the day. lookback_days: only what was recorded in so many days, the day itself included; NULL: ever. One row per person, condition and source.';

-- Who is not scored -------------------------------------------------------------------------------

CREATE TABLE @icb@.opt_out (
    person_id     bigint NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('type_1', 'national', 'local')),
    valid_from    date NOT NULL DEFAULT '-infinity',
    valid_to      date,
    submission_id bigint,
    PRIMARY KEY (person_id, kind, valid_from),
    CHECK (valid_to IS NULL OR valid_to > valid_from)
);
COMMENT ON TABLE @icb@.opt_out IS
    'Objections of people to the use of their data: type_1 (told to the practice), national (national data opt-out) or local. Half-open: valid_to is the first day on which it no longer holds.';
COMMENT ON COLUMN @icb@.opt_out.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.opt_out.kind IS 'type_1, national or local.';
COMMENT ON COLUMN @icb@.opt_out.valid_from IS 'First day; -infinity where the day was not sent.';
COMMENT ON COLUMN @icb@.opt_out.valid_to IS 'First day on which it no longer holds, NULL while it does.';

CREATE TABLE @icb@.exclusion (
    person_id     bigint NOT NULL,
    reason        text NOT NULL CHECK (reason <> ''),
    valid_from    date NOT NULL DEFAULT '-infinity',
    valid_to      date,
    submission_id bigint,
    PRIMARY KEY (person_id, reason, valid_from),
    CHECK (valid_to IS NULL OR valid_to > valid_from)
);
COMMENT ON TABLE @icb@.exclusion IS 'Local exclusion list: people who are not scored, with the reason and the days. Half-open like registrations.';
COMMENT ON COLUMN @icb@.exclusion.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.exclusion.reason IS 'Why the person is not scored, in a few words that serve as a heading.';
COMMENT ON COLUMN @icb@.exclusion.valid_from IS 'First day; -infinity where the day was not sent.';
COMMENT ON COLUMN @icb@.exclusion.valid_to IS 'First day on which it no longer holds, NULL while it does.';

CREATE FUNCTION @icb@.not_scored(as_of date)
    RETURNS TABLE (person_id bigint, reason text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (x.person_id) x.person_id, x.reason
    FROM (SELECT o.person_id, o.kind || ' opt-out' AS reason, CASE o.kind WHEN 'type_1' THEN 1 WHEN 'national' THEN 2 ELSE 3 END AS place
          FROM @icb@.opt_out o
          -- who objects today is left out of a look back as well
          WHERE (o.valid_from <= as_of AND (o.valid_to > as_of OR o.valid_to IS NULL))
             OR (o.valid_from <= current_date AND (o.valid_to > current_date OR o.valid_to IS NULL))
          UNION ALL
          SELECT e.person_id, e.reason, 4
          FROM @icb@.exclusion e
          WHERE e.valid_from <= as_of AND (e.valid_to > as_of OR e.valid_to IS NULL)) x
    ORDER BY x.person_id, x.place, x.reason COLLATE "C";
END;
COMMENT ON FUNCTION @icb@.not_scored(date) IS
    'Who must not be scored on a day, one row per person with the first reason that applies: "type_1 opt-out", "national opt-out", "local opt-out" (each if it holds on that day or today), else the reason of the local exclusion list (if it holds on that day).';

-- What activity costs -----------------------------------------------------------------------------

CREATE TABLE @icb@.cost_rate (
    dataset   text NOT NULL CHECK (dataset IN ('APC', 'OP', 'EC')),
    kind      text NOT NULL CHECK (kind IN ('day_case', 'elective', 'non_elective_short', 'non_elective_long', 'regular', 'outpatient_first',
                                            'outpatient_follow_up', 'outpatient_procedure', 'emergency_care', 'other')),
    valid     daterange NOT NULL CHECK (NOT isempty(valid)),
    unit_cost numeric(16,2) NOT NULL CHECK (unit_cost >= 0),
    source    text NOT NULL,
    PRIMARY KEY (dataset, kind, valid),
    EXCLUDE USING gist (dataset WITH =, kind WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.cost_rate IS
    'Stated prices for activity that has none of its own, per kind of event and day; they win over commissioning.cost_rate_reference.';
COMMENT ON COLUMN @icb@.cost_rate.dataset IS 'APC admitted care, OP outpatients, EC emergency care.';
COMMENT ON COLUMN @icb@.cost_rate.kind IS 'Kind of event as activity_cost tells it.';
COMMENT ON COLUMN @icb@.cost_rate.valid IS 'Days of discharge or attendance that it prices.';
COMMENT ON COLUMN @icb@.cost_rate.unit_cost IS 'Price of one event in pounds.';
COMMENT ON COLUMN @icb@.cost_rate.source IS 'Where it comes from.';

CREATE VIEW @icb@.activity_cost WITH (security_invoker = true) AS
SELECT a.person_id, a.activity_id,
       (CASE WHEN k.kind = 'missed' THEN 0
             ELSE coalesce(c.amount, a.sent_price, p.amount, w.unit_cost, r.unit_cost) END)::numeric(16,2) AS cost,
       CASE WHEN k.kind = 'missed' THEN 'none'
            WHEN c.amount IS NOT NULL OR a.sent_price IS NOT NULL THEN 'claimed'
            WHEN p.amount IS NOT NULL THEN 'price'
            WHEN w.unit_cost IS NOT NULL OR r.unit_cost IS NOT NULL THEN 'fallback'
            ELSE 'none' END AS cost_method,
       a.dataset, k.kind, a.start_date, a.end_date, coalesce(a.end_date, a.start_date) AS cost_date, a.admission_method, a.patient_classification
FROM @icb@.activity a
CROSS JOIN LATERAL (
    SELECT CASE a.dataset
           WHEN 'APC' THEN CASE WHEN a.end_date IS NULL THEN 'open'
                                WHEN a.patient_classification IN ('3', '4') THEN 'regular'
                                WHEN a.patient_classification = '2' AND coalesce(a.admission_method, '1') LIKE '1%' THEN 'day_case'
                                WHEN a.admission_method LIKE '1%' THEN 'elective'
                                WHEN a.admission_method ~ '^[238]' THEN CASE WHEN a.end_date - a.start_date < 2 THEN 'non_elective_short' ELSE 'non_elective_long' END
                                ELSE 'other' END
           WHEN 'OP' THEN CASE WHEN a.attendance_status IN ('0', '2', '3', '4', '7') THEN 'missed'
                               WHEN pg_catalog.left(a.hrg::text, 2) <> 'WF' AND pg_catalog.left(a.hrg::text, 1) <> 'U' THEN 'outpatient_procedure'
                               WHEN a.first_attendance IN ('1', '3') THEN 'outpatient_first'
                               WHEN a.first_attendance IN ('2', '4') THEN 'outpatient_follow_up'
                               ELSE 'other' END
           ELSE 'emergency_care' END AS kind) k
LEFT JOIN (SELECT m.person_id, m.activity_id, sum(l.total_cost) AS amount
           FROM @icb@.line_match m
           JOIN @icb@.invoice_line l ON l.person_id = m.person_id AND l.line_key = m.line_key
           JOIN @icb@.submission_slice s
             ON s.submission_id = l.submission_id AND s.dataset = l.dataset AND s.provider_code = l.provider_code AND s.commissioner_code = l.commissioner_code
            AND s.financial_year = l.financial_year AND s.month = l.month AND s.status = 'current'
           GROUP BY m.person_id, m.activity_id) c ON c.person_id = a.person_id AND c.activity_id = a.activity_id
LEFT JOIN @icb@.record_price p ON p.person_id = a.person_id AND p.activity_id = a.activity_id
LEFT JOIN @icb@.cost_rate w ON w.dataset = a.dataset AND w.kind = k.kind AND w.valid @> coalesce(a.end_date, a.start_date)
LEFT JOIN commissioning.cost_rate_reference r ON r.dataset = a.dataset AND r.kind = k.kind;
COMMENT ON VIEW @icb@.activity_cost IS
    'What each recorded event costs and how that is known: claimed (the amount claimed by the lines matched to it, else the amount sent with it), price (from the price list, see price_activity), fallback (the stated price of its kind: cost_rate, else commissioning.cost_rate_reference), none (no price is known: cost NULL; or an appointment that did not take place: cost 0). A spell has no cost by kind until it has ended.';
COMMENT ON COLUMN @icb@.activity_cost.cost IS 'Cost in pounds; NULL when none is known.';
COMMENT ON COLUMN @icb@.activity_cost.cost_method IS 'claimed, price, fallback or none.';
COMMENT ON COLUMN @icb@.activity_cost.kind IS
    'day_case, elective, non_elective_short (less than two nights), non_elective_long, regular, open (not ended), outpatient_first, outpatient_follow_up, outpatient_procedure, missed, emergency_care or other (cannot be told).';
COMMENT ON COLUMN @icb@.activity_cost.cost_date IS 'Discharge or attendance; the admission while a spell is open.';

-- Prices of the list for every recorded event that no claim is matched to, whatever the purpose of the warehouse: the stage price asks for
-- claims. One partition of persons after another, like it.
CREATE FUNCTION @icb@.price_activity() RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    changed bigint := 0;
    part_changed record;
BEGIN
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.refresh_statistics('activity', 'tariff');
    FOR part IN 0 .. @icb@.partition_count() - 1 LOOP
        part_changed := @icb@.replace_rows('@icb@.record_price_p' || part, '{person_id,activity_id}', @icb@.partition_query('@icb@.record_price_live', part));
        changed := changed + part_changed.added + part_changed.removed;
    END LOOP;
    PERFORM @icb@.refresh_statistics('record_price');
    RETURN changed;
END
$$;
COMMENT ON FUNCTION @icb@.price_activity() IS
    'Prices recorded activity by the price lists loaded, into record_price, so that activity_cost can use it. Call it after prices or activity were loaded. Returns how many rows came and went; a repeat changes none.';

-- Sums of activity_cost for who may not see people: with the text of that view in it, for a security_invoker view inside a view is
-- checked against the reader.
DO $view$
BEGIN
    EXECUTE format($q$
        CREATE VIEW @icb_reporting@.activity_cost_method WITH (security_barrier = true) AS
        SELECT g.financial_year::text AS financial_year,
               g.dataset::text AS dataset,
               g.kind::text AS kind,
               g.cost_method::text AS cost_method,
               (CASE WHEN NOT g.small THEN g.events END)::bigint AS events,
               (CASE WHEN NOT g.small THEN g.cost END)::numeric(16,2) AS cost_gbp,
               (CASE WHEN NOT g.small THEN 100 * g.cost / NULLIF(sum(g.cost) OVER (PARTITION BY g.financial_year), 0) END)::numeric(5,2) AS pct_of_year,
               g.small::boolean AS suppressed
        FROM (SELECT @icb@.financial_year_of(a.cost_date) AS financial_year, a.dataset, a.kind, a.cost_method, count(*) AS events, sum(a.cost) AS cost,
                     count(DISTINCT a.person_id) BETWEEN 1 AND 4 AS small
              FROM (%s) a
              GROUP BY 1, 2, 3, 4) g $q$, rtrim(pg_get_viewdef('@icb@.activity_cost'::regclass), ';'));
END
$view$;
COMMENT ON VIEW @icb_reporting@.activity_cost_method IS
    'How the cost of recorded activity is known, by year and kind of event: the share that rests on stated prices (fallback) is the sum of pct_of_year over that method.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.financial_year IS 'Financial year of discharge or attendance, 2024/25.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.dataset IS 'APC admitted care, OP outpatients, EC emergency care.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.kind IS 'Kind of event, such as day_case or non_elective_long.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.cost_method IS 'claimed, price (of the list), fallback (stated price of the kind) or none.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.events IS 'Events; NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.cost_gbp IS 'Their cost in pounds; NULL when none is known or when suppressed.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.pct_of_year IS 'Share in the cost of all activity of the year, percent; NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.activity_cost_method.suppressed IS 'Whether the numbers are not shown because fewer than five people are behind them.';

-- People on a day ---------------------------------------------------------------------------------

-- Inlined into its callers, so that a filter on person_id reaches the tables; activity is read once for everything counted.
CREATE FUNCTION @icb@.person_features(as_of date)
    RETURNS TABLE (person_id bigint, practice_code text, age integer, female integer, male integer, imd_decile integer,
                   emergency_admissions_12m bigint, emergency_admissions_30d bigint, admissions_12m bigint, elective_admissions_12m bigint,
                   emergency_attendances_12m bigint, emergency_attendances_6m bigint, outpatient_attendances_12m bigint, bed_days_12m bigint,
                   cost_12m numeric, costed_by_fallback numeric, conditions text[], imd_score numeric, outpatient_missed_12m bigint,
                   events_without_cost bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.person_id, r.practice_code,
           CASE WHEN p.birth_month <= as_of THEN extract(year FROM pg_catalog.age(as_of, p.birth_month))::integer END,
           CASE p.sex WHEN '2' THEN 1 WHEN '1' THEN 0 END,
           CASE p.sex WHEN '1' THEN 1 WHEN '2' THEN 0 END,
           d.imd_decile,
           coalesce(h.emergency_admissions_12m, 0), coalesce(h.emergency_admissions_30d, 0), coalesce(h.admissions_12m, 0),
           coalesce(h.elective_admissions_12m, 0), coalesce(h.emergency_attendances_12m, 0), coalesce(h.emergency_attendances_6m, 0),
           coalesce(h.outpatient_attendances_12m, 0), coalesce(h.bed_days_12m, 0),
           CASE WHEN h.person_id IS NULL THEN 0.00 ELSE h.cost_12m END, coalesce(h.costed_by_fallback, 0.00),
           coalesce(c.conditions, '{}'), d.imd_score, coalesce(h.outpatient_missed_12m, 0), coalesce(h.events_without_cost, 0)
    FROM (SELECT DISTINCT ON (g.person_id) g.person_id, g.practice_code
          FROM @icb@.registration g
          WHERE g.valid_from <= as_of AND (g.valid_to > as_of OR g.valid_to IS NULL)
          ORDER BY g.person_id, g.valid_from DESC) r
    JOIN @icb@.person p ON p.person_id = r.person_id AND (p.death_date IS NULL OR p.death_date > as_of)
    LEFT JOIN @icb@.area d ON d.lsoa_code = p.lsoa_code
    LEFT JOIN (
        SELECT a.person_id,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date > as_of - 365) AS emergency_admissions_12m,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date > as_of - 30) AS emergency_admissions_30d,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.start_date > as_of - 365) AS admissions_12m,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.admission_method LIKE '1%' AND coalesce(a.patient_classification, '1') NOT IN ('3', '4') AND a.start_date > as_of - 365) AS elective_admissions_12m,
               count(*) FILTER (WHERE a.dataset = 'EC' AND a.start_date > as_of - 365) AS emergency_attendances_12m,
               count(*) FILTER (WHERE a.dataset = 'EC' AND a.start_date > as_of - 183) AS emergency_attendances_6m,
               count(*) FILTER (WHERE a.dataset = 'OP' AND a.kind <> 'missed') AS outpatient_attendances_12m,
               count(*) FILTER (WHERE a.kind = 'missed') AS outpatient_missed_12m,
               -- nights that end in the window
               sum(a.end_date - greatest(a.start_date, as_of - 365)) FILTER (WHERE a.dataset = 'APC') AS bed_days_12m,
               sum(a.cost) AS cost_12m,
               sum(a.cost) FILTER (WHERE a.cost_method = 'fallback') AS costed_by_fallback,
               count(*) FILTER (WHERE a.cost IS NULL) AS events_without_cost
        FROM @icb@.activity_cost a
        WHERE a.cost_date <= as_of AND a.cost_date > as_of - 365
        GROUP BY a.person_id) h ON h.person_id = r.person_id
    LEFT JOIN (
        SELECT x.person_id, pg_catalog.array_agg(DISTINCT x.condition COLLATE "C" ORDER BY x.condition COLLATE "C") AS conditions
        FROM @icb@.condition_at(as_of) x
        GROUP BY x.person_id) c ON c.person_id = r.person_id;
END;
COMMENT ON FUNCTION @icb@.person_features(date) IS
    'Everybody registered and alive on a day, with what is known of them by the end of it. age: whole years (NULL: not known), female and male: 1 or 0 (NULL: neither stated), imd_decile and imd_score of the area. Activity of the 365 days up to and including the day: events that ended by then (an open spell counts at its start, without bed days or cost); admissions and attendances counted by their start (30d: 30 days, 6m: 183 days), elective admissions without regular attenders, outpatient attendances that took place and those missed, nights in hospital in the window, cost (NULL when there was activity and none of it has a cost), the part of it that is a stated price, the events without a cost. conditions: condition_at the day, in order. Who must not be scored is in it: see not_scored.';

-- Scores computed elsewhere -----------------------------------------------------------------------

CREATE TABLE @icb@.imported_score_set (
    imported_score_set_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model       text NOT NULL,
    version     text NOT NULL,
    as_of       date NOT NULL,
    provenance  text NOT NULL,
    licence     text NOT NULL,
    submission_id bigint,
    imported_by text NOT NULL DEFAULT current_user,
    imported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (model, version, as_of, provenance)
);
COMMENT ON TABLE @icb@.imported_score_set IS
    'Scores of models that may not be shipped (ACG, QAdmissions, eFI2, ...), computed by another system: one row per model, version, day and system.';
COMMENT ON COLUMN @icb@.imported_score_set.imported_score_set_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb@.imported_score_set.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.imported_score_set.version IS 'Version of the model as the system states it.';
COMMENT ON COLUMN @icb@.imported_score_set.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb@.imported_score_set.provenance IS 'System that computed the scores.';
COMMENT ON COLUMN @icb@.imported_score_set.licence IS 'Under what licence the scores may be used here.';
COMMENT ON COLUMN @icb@.imported_score_set.imported_by IS 'Database role that imported them first.';
COMMENT ON COLUMN @icb@.imported_score_set.imported_at IS 'When they were first imported.';

CREATE TABLE @icb@.imported_score_value (
    person_id             bigint NOT NULL,
    imported_score_set_id bigint NOT NULL,
    score                 double precision,
    band                  text,
    submission_id         bigint,
    PRIMARY KEY (person_id, imported_score_set_id),
    CHECK (score IS NOT NULL OR band IS NOT NULL)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.imported_score_value IS 'Imported scores, one row per person and set.';
COMMENT ON COLUMN @icb@.imported_score_value.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.imported_score_value.imported_score_set_id IS 'Set of scores: model, version, day and system stand in imported_score_set.';
COMMENT ON COLUMN @icb@.imported_score_value.score IS 'Score as sent, NULL where only a band was.';
COMMENT ON COLUMN @icb@.imported_score_value.band IS 'Band or category as sent, NULL where only a score was.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.imported_score_value_p%s PARTITION OF @icb@.imported_score_value FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

CREATE VIEW @icb@.imported_score WITH (security_invoker = true) AS
SELECT s.model, s.version, s.provenance, v.person_id, s.as_of, v.score, v.band, s.licence, s.imported_by, s.imported_at, v.submission_id
FROM @icb@.imported_score_value v
JOIN @icb@.imported_score_set s ON s.imported_score_set_id = v.imported_score_set_id;
COMMENT ON VIEW @icb@.imported_score IS 'Scores computed elsewhere, with where they come from.';

-- What each feed does with its stage table: checks, typed rows, slices. Each returns the number of rows it accepted.

CREATE FUNCTION @icb@.apply_plcm(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.hide_numbers(submission_id, 'provider_event_id');
    PERFORM @icb@.hide_numbers(submission_id, 'cds_id');
    -- The line key leaves out amounts and units: a corrected price is still the same line; it is made of the codes as sent, whatever code_map
    -- makes of them. Rows go in by person and date,
    -- so that readers of one person touch few pages.
    EXECUTE format($q$
        WITH keyed AS (
            SELECT s.*, coalesce(x.person_id, i.person_id) AS person_id,
                   md5(concat(s.provider_code, '|', coalesce(s.cds_id, s.provider_event_id, concat(i.system = 'record', s.start_date, '|', coalesce(s.codes_sent ->> 'site', s.site_code), '|', CASE WHEN i.system <> 'record' THEN i.person_id END)),
                              '|', coalesce(s.codes_sent ->> 'pod', s.pod), '|', coalesce(s.codes_sent ->> 'hrg', s.hrg_sent), '|', s.financial_year, '|', s.month)) AS key
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
            LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
            WHERE s.faults IS NULL
        ), numbered AS (
            SELECT k.*, k.key || CASE WHEN row_number() OVER equal_lines > 1 THEN '#' || row_number() OVER equal_lines ELSE '' END AS line_key
            FROM keyed k
            WINDOW equal_lines AS (PARTITION BY k.key COLLATE "C" ORDER BY k.start_date, k.units, k.unit_price, k.line_no)
        ), ins AS (
            INSERT INTO @icb@.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, site_code, commissioner_code,
                practice_code, financial_year, month, pod, local_pod, treatment_function, hrg_sent, hrg, start_date, end_date, age, sex,
                nhs_number_state, national_price, units, unit_price, market_forces_factor, total_cost, length_of_stay, cds_id,
                provider_event_id, prescribed_service, extra, codes_sent, ward_code, residence_commissioner, local_code, top_up_code, top_up, best_practice_claimed)
            SELECT n.person_id, %1$s, n.line_no, n.line_key, coalesce(n.provider_code || '|' || n.provider_event_id, n.line_key), n.provider_code,
                n.site_code, n.commissioner_code, n.practice_code, n.financial_year, n.month, n.pod, n.local_pod, n.treatment_function, n.hrg_sent,
                commissioning.to_hrg(n.hrg_sent), n.start_date, n.end_date, n.age, n.sex, n.nhs_number_state, coalesce(n.national_price, true), n.units,
                n.unit_price, n.market_forces_factor, n.total_cost, n.length_of_stay, n.cds_id, n.provider_event_id, n.prescribed_service, n.extra, n.codes_sent,
                n.ward_code, n.residence_commissioner, n.local_code, n.top_up_code, n.top_up, n.best_practice_claimed
            FROM numbered n
            ORDER BY n.person_id, n.start_date
            RETURNING invoice_line.provider_code, invoice_line.commissioner_code, invoice_line.financial_year, invoice_line.month, invoice_line.total_cost
        ), slices AS (
            INSERT INTO @icb@.submission_slice AS t (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, amount, status)
            SELECT %1$s, 'PLCM', i.provider_code, i.commissioner_code, i.financial_year, i.month,
                   (SELECT b.submission_kind FROM @icb@.submission b WHERE b.submission_id = %1$s), count(*), sum(i.total_cost), 'held'
            FROM ins i GROUP BY 1, 2, 3, 4, 5, 6
            RETURNING t.line_count
        )
        SELECT coalesce(sum(s.line_count), 0) FROM slices s $q$, submission_id) INTO loaded;
    PERFORM @icb@.settle_slices(submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_plcm(bigint) IS 'Loads a patient-level contract monitoring file: people, lines with key and claim group, slices. Rows loaded.';

CREATE FUNCTION @icb@.apply_acm(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.aggregate_line AS t (submission_id, line_no, provider_code, site_code, commissioner_code, financial_year, month, pod, local_pod,
                treatment_function, hrg_sent, planned_activity, planned_price, actual_activity, actual_price, extra, codes_sent)
            SELECT %1$s, s.line_no, s.provider_code, s.site_code, s.commissioner_code, s.financial_year, s.month, s.pod, s.local_pod, s.treatment_function,
                s.hrg_sent, s.planned_activity, s.planned_price, s.actual_activity, s.actual_price, s.extra, s.codes_sent
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL
            RETURNING t.provider_code, t.commissioner_code, t.financial_year, t.month, t.actual_price
        ), slices AS (
            INSERT INTO @icb@.submission_slice AS t (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, amount, status)
            SELECT %1$s, 'ACM', i.provider_code, i.commissioner_code, i.financial_year, i.month,
                   (SELECT b.submission_kind FROM @icb@.submission b WHERE b.submission_id = %1$s), count(*), sum(i.actual_price), 'held'
            FROM ins i GROUP BY 1, 2, 3, 4, 5, 6
            RETURNING t.line_count
        )
        SELECT coalesce(sum(s.line_count), 0) FROM slices s $q$, submission_id) INTO loaded;
    PERFORM @icb@.settle_slices(submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_acm(bigint) IS 'Loads an aggregate contract monitoring file and its slices. Rows loaded.';

CREATE FUNCTION @icb@.apply_activity(submission_id bigint, dataset text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    loaded bigint;
    share numeric := (SELECT m.value::numeric FROM @icb@.meta m WHERE m.key = 'slice_fall_share');
    falling text;
BEGIN
    IF dataset <> 'OP' THEN
        PERFORM @icb@.refuse(submission_id, 'end_date', 'ends before it starts', 's.end_date < s.start_date');
    END IF;
    -- the same record twice in one file is one record
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['cds_id|same record as line ' || d.first_line]
        FROM (SELECT a.line_no, min(a.line_no) OVER (PARTITION BY a.provider_code, a.cds_id) AS first_line
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL AND a.cds_id IS NOT NULL) d
        WHERE s.line_no = d.line_no AND d.line_no > d.first_line $q$, submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, status)
        SELECT %1$s, %2$L, s.provider_code, coalesce(s.commissioner_billed, '-'), @icb@.financial_year_of(%3$s),
               @icb@.financial_month_of(%3$s),
               (SELECT b.submission_kind FROM @icb@.submission b WHERE b.submission_id = %1$s), count(*), 'held'
        FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL GROUP BY 1, 2, 3, 4, 5, 6 $q$, submission_id, dataset,
        CASE dataset WHEN 'OP' THEN 's.start_date' ELSE 'coalesce(s.end_date, s.start_date)' END);
    -- The record is replaced, not versioned: a file that falls too far waits whole, before anything is replaced.
    SELECT string_agg(format('%s %s month %s from %s to %s rows', n.provider_code, n.financial_year, n.month, o.line_count, n.line_count), '; '
                      ORDER BY n.provider_code, n.financial_year, n.month) INTO falling
    FROM @icb@.submission_slice n JOIN @icb@.submission_slice o
      ON o.status = 'current' AND o.dataset = n.dataset AND o.provider_code = n.provider_code AND o.commissioner_code = n.commissioner_code
     AND o.financial_year = n.financial_year AND o.month = n.month
    WHERE n.submission_id = submission_id AND n.line_count < o.line_count * (1 - share);
    IF falling IS NOT NULL AND NOT (SELECT s.released FROM @icb@.submission s WHERE s.submission_id = submission_id) THEN
        DELETE FROM @icb@.submission_slice n WHERE n.submission_id = submission_id;
        UPDATE @icb@.submission s SET status = 'held', message = 'held: ' || left(falling, 500) WHERE s.submission_id = submission_id;
        RETURN NULL;
    END IF;

    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.hide_numbers(submission_id, 'provider_event_id');
    PERFORM @icb@.hide_numbers(submission_id, 'cds_id');
    IF dataset <> 'EC' THEN
        PERFORM @icb@.hide_numbers(submission_id, 'referral_id');
    END IF;
    -- What the file restates goes: the rows of its months, and earlier versions of its records wherever they stood.
    -- A record keeps its activity_id, so that what refers to it holds.
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT DISTINCT a.person_id, a.activity_id, a.provider_code, a.provider_event_id, a.cds_id
        FROM @icb@.activity a
        JOIN @icb@.submission_slice o ON o.submission_id = a.submission_id AND o.dataset = a.dataset AND o.provider_code = a.provider_code
         AND o.commissioner_code = coalesce(a.commissioner_billed, '-') AND o.status = 'current'
         AND o.financial_year = @icb@.financial_year_of(coalesce(a.end_date, a.start_date)) AND o.month = @icb@.financial_month_of(coalesce(a.end_date, a.start_date))
        JOIN @icb@.submission_slice n ON n.submission_id = %1$s AND n.dataset = o.dataset AND n.provider_code = o.provider_code
         AND n.commissioner_code = o.commissioner_code AND n.financial_year = o.financial_year AND n.month = o.month
        WHERE a.dataset = %2$L
        UNION
        SELECT a.person_id, a.activity_id, a.provider_code, a.provider_event_id, a.cds_id
        FROM @icb_identity@.stage_%1$s s JOIN @icb@.activity a ON a.cds_id = s.cds_id AND a.provider_code = s.provider_code
        WHERE a.dataset = %2$L AND s.faults IS NULL
        UNION
        SELECT a.person_id, a.activity_id, a.provider_code, a.provider_event_id, a.cds_id
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        JOIN @icb@.activity a ON a.provider_code = s.provider_code AND a.provider_event_id = s.provider_event_id
         AND a.person_id = i.person_id AND (a.dataset = 'APC' OR a.start_date = s.start_date)
        WHERE a.dataset = %2$L AND s.faults IS NULL $q$, submission_id, dataset);
    EXECUTE format($q$
        DELETE FROM @icb@.activity a USING @icb_identity@.replaced_%1$s r WHERE a.person_id = r.person_id AND a.activity_id = r.activity_id $q$, submission_id);
    EXECUTE format($q$
        WITH numbered AS (
            SELECT s.*, coalesce(x.person_id, i.person_id) AS person_id,
                   row_number() OVER (PARTITION BY coalesce(x.person_id, i.person_id), s.provider_code, coalesce(s.cds_id, s.provider_event_id) ORDER BY s.line_no) AS n
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
            LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
            WHERE s.faults IS NULL
        ), former AS (
            SELECT DISTINCT ON (r.person_id, r.provider_code, coalesce(r.cds_id, r.provider_event_id))
                   r.person_id, r.provider_code, coalesce(r.cds_id, r.provider_event_id) AS record, r.activity_id
            FROM @icb_identity@.replaced_%1$s r
            ORDER BY r.person_id, r.provider_code, coalesce(r.cds_id, r.provider_event_id), r.activity_id
        ), ins AS (
            INSERT INTO @icb@.activity (person_id, activity_id, submission_id, dataset, provider_code, site_code, provider_event_id, cds_id,
                commissioner_billed, practice_code, start_date, end_date, age, sex, %3$s hrg, diagnoses, procedures, referral_id, prescribed_service, extra, sent_price,
                lsoa_code, country, overseas_category, cam_commissioner)
            SELECT n.person_id, coalesce(f.activity_id, nextval(%8$L::regclass)), %1$s, %2$L, n.provider_code,
                n.site_code, n.provider_event_id, n.cds_id, n.commissioner_billed, n.practice_code, n.start_date, %4$s, n.age, n.sex, %5$s n.hrg,
                n.diagnoses, n.procedures, %6$s, %7$s, n.extra, n.sent_price,
                n.lsoa_code, @icb@.country_letter(n.country), n.overseas_category, n.cam_commissioner
            FROM numbered n
            LEFT JOIN former f ON f.person_id = n.person_id AND f.provider_code = n.provider_code AND f.record = coalesce(n.cds_id, n.provider_event_id) AND n.n = 1
            ORDER BY n.person_id, n.start_date
            RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id, dataset,
        CASE dataset
            WHEN 'APC' THEN 'patient_classification, admission_method, admission_source, administrative_category, discharge_method, discharge_destination, discharge_ready_date, treatment_function, main_specialty, best_practice, critical_care_days, rehabilitation_days, overlap_days, palliative_days, national_programme, ebi_category, intended_management, decision_date, ward_code, top_up_code,'
            WHEN 'OP' THEN 'treatment_function, main_specialty, first_attendance, attendance_status, multi_professional, consultation_medium, administrative_category, national_programme, referral_source, location_type, clinic_code,'
            ELSE 'department_type, first_attendance, discharge_method, discharge_destination,' END,
        CASE dataset WHEN 'OP' THEN 'n.start_date' WHEN 'EC' THEN 'coalesce(n.end_date, n.start_date)' ELSE 'n.end_date' END,
        CASE dataset
            WHEN 'APC' THEN 'n.patient_classification, n.admission_method, n.admission_source, n.administrative_category, n.discharge_method, n.discharge_destination, n.discharge_ready_date, n.treatment_function, n.main_specialty, n.best_practice, n.critical_care_days, n.rehabilitation_days, n.overlap_days, n.palliative_days, n.national_programme, n.ebi_category, n.intended_management, n.decision_date, n.ward_code, n.top_up_code,'
            WHEN 'OP' THEN 'n.treatment_function, n.main_specialty, n.first_attendance, n.attendance_status, n.multi_professional, n.consultation_medium, n.administrative_category, n.national_programme, lpad(n.referral_source, 2, ''0''), lower(n.location_type), n.clinic_code,'
            ELSE 'n.department_type, n.first_attendance, n.discharge_method, n.discharge_destination,' END,
        CASE dataset WHEN 'EC' THEN 'NULL' ELSE 'n.referral_id' END,
        CASE dataset WHEN 'EC' THEN 'NULL' ELSE 'n.prescribed_service' END,
        pg_get_serial_sequence('@icb@.activity', 'activity_id')) INTO loaded;
    -- parts of records that are no more
    EXECUTE format($q$
        DELETE FROM @icb@.episode e USING @icb_identity@.replaced_%1$s r
        WHERE e.person_id = r.person_id AND e.activity_id = r.activity_id
          AND NOT EXISTS (SELECT FROM @icb@.activity a WHERE a.person_id = r.person_id AND a.activity_id = r.activity_id) $q$, submission_id);
    EXECUTE format($q$
        DELETE FROM @icb@.activity_component c USING @icb_identity@.replaced_%1$s r
        WHERE c.person_id = r.person_id AND c.activity_id = r.activity_id
          AND NOT EXISTS (SELECT FROM @icb@.activity a WHERE a.person_id = r.person_id AND a.activity_id = r.activity_id) $q$, submission_id);
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    IF dataset <> 'EC' THEN
        PERFORM @icb@.update_people(submission_id, ARRAY['death_date=s.death_date']);
    END IF;
    PERFORM @icb@.make_current(submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_activity(bigint, text) IS
    'Loads the hospital record (APC, OP, EC): its months and its records replace what stood there before. NULL when the file falls too far and is held whole; else rows loaded.';

-- Registrations ------------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_registrations(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier row of the same person']
        FROM (SELECT a.line_no, a.valid_from,
                     max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY a.person_system, a.person_value ORDER BY a.valid_from, a.line_no
                                                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.valid_from < d.busy_to $q$, submission_id);
    -- a registration of no day says nothing
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends on the day it starts', 's.valid_to = s.valid_from');
    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.update_people(submission_id, ARRAY['sex=s.sex', 'birth_month=date_trunc(''month'', s.birth_date)::date', 'death_date=s.death_date', 'lsoa_code=s.lsoa_code']);
    -- The file wins for the days it speaks of: older rows keep what lies before, rows that begin inside give way.
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT coalesce(x.person_id, i.person_id) AS person_id, s.practice_code, s.valid_from, s.valid_to
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL $q$, submission_id);
    EXECUTE format($q$
        DELETE FROM @icb@.registration r USING @icb_identity@.replaced_%1$s n
        WHERE r.person_id = n.person_id AND r.valid_from >= n.valid_from AND (n.valid_to IS NULL OR r.valid_from < n.valid_to) $q$, submission_id);
    EXECUTE format($q$
        UPDATE @icb@.registration r SET valid_to = n.valid_from
        FROM (SELECT a.person_id, b.valid_from AS old_from, min(a.valid_from) AS valid_from
              FROM @icb_identity@.replaced_%1$s a
              JOIN @icb@.registration b ON b.person_id = a.person_id AND a.valid_from > b.valid_from AND (b.valid_to IS NULL OR a.valid_from < b.valid_to)
              GROUP BY 1, 2) n
        WHERE r.person_id = n.person_id AND r.valid_from = n.old_from $q$, submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.registration (person_id, practice_code, valid_from, valid_to, submission_id)
        SELECT n.person_id, n.practice_code, n.valid_from, n.valid_to, %1$s
        FROM (SELECT DISTINCT ON (a.person_id, a.valid_from) a.* FROM @icb_identity@.replaced_%1$s a ORDER BY a.person_id, a.valid_from, a.valid_to) n
        ORDER BY n.person_id, n.valid_from $q$, submission_id);
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_registrations(bigint) IS
    'Loads registrations as intervals, end date excluded. The file wins for the days it speaks of; rows of one person that overlap within the file are refused. Rows accepted.';

CREATE FUNCTION @icb@.apply_snapshot(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    loaded bigint;
    day date;
BEGIN
    EXECUTE format('UPDATE @icb_identity@.stage_%s s SET snapshot_date = b.snapshot_date FROM @icb@.submission b WHERE b.submission_id = %s AND s.snapshot_date IS NULL AND s.faults IS NULL',
        submission_id, submission_id);
    PERFORM @icb@.refuse(submission_id, 'snapshot_date', 'no snapshot date in the row or with the file', 's.snapshot_date IS NULL');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['practice_code|a second practice on the same day']
        FROM (SELECT a.line_no, row_number() OVER (PARTITION BY a.person_system, a.person_value, a.snapshot_date ORDER BY a.line_no) AS n
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.n > 1 $q$, submission_id);
    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.update_people(submission_id, ARRAY['sex=s.sex', 'birth_month=date_trunc(''month'', s.birth_date)::date', 'death_date=s.death_date', 'lsoa_code=s.lsoa_code']);
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT coalesce(x.person_id, i.person_id) AS person_id, s.practice_code, s.snapshot_date
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL $q$, submission_id);
    FOR day IN EXECUTE format('SELECT DISTINCT r.snapshot_date FROM @icb_identity@.replaced_%s r ORDER BY 1', submission_id) LOOP
        -- who is elsewhere now, or gone from a practice that reports, left by this day; a row that began on this very day gives way
        EXECUTE format($q$
            DELETE FROM @icb@.registration r
            WHERE r.valid_from = %2$L AND EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.person_id = r.person_id AND n.practice_code <> r.practice_code) $q$,
            submission_id, day);
        EXECUTE format($q$
            WITH changed AS (
            UPDATE @icb@.registration r SET valid_to = %2$L
            WHERE r.valid_from < %2$L AND (r.valid_to IS NULL OR r.valid_to > %2$L)
              AND (EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.person_id = r.person_id AND n.practice_code <> r.practice_code)
                   OR (EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.practice_code = r.practice_code)
                       AND NOT EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.person_id = r.person_id)))
            RETURNING r.person_id)
            INSERT INTO @icb@.touched_person (person_id, stage)
            SELECT DISTINCT c.person_id, w.stage FROM changed c CROSS JOIN unnest(@icb@.watching('{match,price,validate}')) AS w (stage)
            ON CONFLICT DO NOTHING $q$,
            submission_id, day);
        EXECUTE format($q$
            INSERT INTO @icb@.registration (person_id, practice_code, valid_from, valid_to, submission_id)
            SELECT n.person_id, n.practice_code, n.snapshot_date,
                   (SELECT min(l.valid_from) FROM @icb@.registration l WHERE l.person_id = n.person_id AND l.valid_from > n.snapshot_date), %1$s
            FROM @icb_identity@.replaced_%1$s n
            WHERE n.snapshot_date = %2$L
              AND NOT EXISTS (SELECT FROM @icb@.registration r WHERE r.person_id = n.person_id AND r.valid_from <= %2$L AND (r.valid_to IS NULL OR r.valid_to > %2$L)) $q$,
            submission_id, day);
    END LOOP;
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_snapshot(bigint) IS
    'Turns monthly snapshots into intervals: a practice holds from the first snapshot that shows it to the first that shows another one, or that lists the practice without the person. Rows accepted.';

-- Prices, plans, contracts -------------------------------------------------------------------

-- Rows with the same key in one file: the first stands, the others are refused.
CREATE FUNCTION @icb@.refuse_repeats(submission_id bigint, target text, key text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY[%2$L || d.first_line]
        FROM (SELECT a.line_no, min(a.line_no) OVER (PARTITION BY %3$s) AS first_line FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.line_no > d.first_line $q$, submission_id, target || '|same key as line ', key);
END
$$;
COMMENT ON FUNCTION @icb@.refuse_repeats(bigint, text, text) IS 'Refuses stage rows whose key (SQL over row a) stands on an earlier line of the file.';

CREATE FUNCTION @icb@.apply_prices(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    source text;
BEGIN
    IF feed = 'prices_other' THEN
        PERFORM @icb@.refuse(submission_id, 'kind', 'not emergency, unbundled or procedure', $q$lower(s.kind) NOT IN ('emergency', 'unbundled', 'procedure')$q$);
    END IF;
    PERFORM @icb@.refuse_repeats(submission_id, 'hrg', 'a.tariff_name, a.financial_year, a.hrg::text'
        || CASE feed WHEN 'prices_attendance' THEN ', a.treatment_function' WHEN 'prices_other' THEN ', lower(a.kind)' ELSE '' END);
    source := CASE feed
        WHEN 'prices' THEN $q$
            SELECT s.tariff_name, s.financial_year, 'spell' AS kind, '' AS treatment_function, s.hrg, s.combined, s.day_case, s.elective, s.elective_trim, s.non_elective,
                   s.non_elective_trim, s.per_day, s.short_stay_applicable, s.short_stay_percent, s.short_stay_price, s.best_practice, NULL::numeric AS price, s.synthetic
            FROM stage s WHERE s.faults IS NULL AND coalesce(s.combined, s.day_case, s.elective, s.non_elective, s.per_day) IS NOT NULL
            UNION ALL
            SELECT s.tariff_name, s.financial_year, 'procedure', '', s.hrg, NULL::numeric, NULL::numeric, NULL::numeric, NULL::integer, NULL::numeric, NULL::integer, NULL::numeric, NULL::boolean, NULL::numeric, NULL::numeric, NULL::numeric, s.procedure_price, s.synthetic
            FROM stage s WHERE s.faults IS NULL AND s.procedure_price IS NOT NULL $q$
        WHEN 'prices_attendance' THEN $q$
            SELECT s.tariff_name, s.financial_year, 'attendance', s.treatment_function, s.hrg, NULL::numeric, NULL::numeric, NULL::numeric, NULL::integer, NULL::numeric, NULL::integer, NULL::numeric, NULL::boolean, NULL::numeric, NULL::numeric, NULL::numeric, s.price, s.synthetic
            FROM stage s WHERE s.faults IS NULL $q$
        ELSE $q$
            SELECT s.tariff_name, s.financial_year, lower(s.kind), '', s.hrg, NULL::numeric, NULL::numeric, NULL::numeric, NULL::integer, NULL::numeric, NULL::integer, NULL::numeric, NULL::boolean, NULL::numeric, NULL::numeric, NULL::numeric, s.price, s.synthetic
            FROM stage s WHERE s.faults IS NULL $q$ END;
    source := replace(source, 'FROM stage s', format('FROM @icb_identity@.stage_%s s', submission_id));
    EXECUTE format($q$
        INSERT INTO @icb@.tariff_price AS t (tariff_name, financial_year, kind, treatment_function, hrg, combined, day_case, elective, elective_trim, non_elective,
            non_elective_trim, per_day, short_stay_applicable, short_stay_percent, short_stay_price, best_practice, price, synthetic, submission_id)
        SELECT r.tariff_name, r.financial_year, r.kind, r.treatment_function, r.hrg, r.combined, r.day_case, r.elective, r.elective_trim, r.non_elective,
            r.non_elective_trim, r.per_day, r.short_stay_applicable, r.short_stay_percent, r.short_stay_price, r.best_practice, r.price, coalesce(r.synthetic, false), %1$s
        FROM (%2$s) r (tariff_name, financial_year, kind, treatment_function, hrg, combined, day_case, elective, elective_trim, non_elective,
            non_elective_trim, per_day, short_stay_applicable, short_stay_percent, short_stay_price, best_practice, price, synthetic)
        ON CONFLICT ON CONSTRAINT tariff_price_pkey DO UPDATE
        SET combined = excluded.combined, day_case = excluded.day_case, elective = excluded.elective, elective_trim = excluded.elective_trim,
            non_elective = excluded.non_elective, non_elective_trim = excluded.non_elective_trim, per_day = excluded.per_day,
            short_stay_applicable = excluded.short_stay_applicable, short_stay_percent = excluded.short_stay_percent, short_stay_price = excluded.short_stay_price,
            best_practice = excluded.best_practice, price = excluded.price, synthetic = excluded.synthetic, submission_id = excluded.submission_id $q$,
        submission_id, source);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_prices(bigint, text) IS 'Loads a price list into tariff_price; a price sent again replaces the earlier one. Rows accepted.';

CREATE FUNCTION @icb@.apply_factors(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse_repeats(submission_id, 'provider_code', 'a.provider_code, a.financial_year');
    PERFORM @icb@.refuse(submission_id, 'provider_code', 'overlaps a factor of another period', $q$EXISTS (
        SELECT FROM @icb@.factor f WHERE f.kind = 'market_forces' AND f.provider_code = s.provider_code
          AND f.valid && daterange(@icb@.financial_month_start(s.financial_year, 1), (@icb@.financial_month_start(s.financial_year, 1) + interval '1 year')::date)
          AND f.valid <> daterange(@icb@.financial_month_start(s.financial_year, 1), (@icb@.financial_month_start(s.financial_year, 1) + interval '1 year')::date))$q$);
    EXECUTE format($q$
        DELETE FROM @icb@.factor f USING @icb_identity@.stage_%1$s s
        WHERE s.faults IS NULL AND f.kind = 'market_forces' AND f.provider_code = s.provider_code AND lower(f.valid) = @icb@.financial_month_start(s.financial_year, 1) $q$,
        submission_id);
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.factor (provider_code, valid, value, source)
            SELECT s.provider_code, daterange(@icb@.financial_month_start(s.financial_year, 1), (@icb@.financial_month_start(s.financial_year, 1) + interval '1 year')::date),
                   s.value, (SELECT b.file_name FROM @icb@.submission b WHERE b.submission_id = %1$s)
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_factors(bigint) IS 'Loads market forces factors, one per provider and financial year; a year sent again replaces the earlier value. Rows loaded.';

CREATE FUNCTION @icb@.apply_contract_feed(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    statement text;
BEGIN
    IF feed <> 'contracts' THEN
        PERFORM @icb@.refuse(submission_id, 'contract_id', 'no contract of this name', 'NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)');
    END IF;
    IF feed = 'contracts' THEN
        PERFORM @icb@.refuse(submission_id, 'basis', 'not a basis of payment', $q$s.basis NOT IN ('tariff', 'activity', 'api', 'block', 'blended', 'mret', 'lva', 'local', 'nca', 'risk_share')$q$);
        PERFORM @icb@.refuse(submission_id, 'rounding', 'not sus, penny or none', $q$s.rounding NOT IN ('sus', 'penny', 'none')$q$);
        PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
        PERFORM @icb@.refuse_repeats(submission_id, 'contract_id', 'a.contract_id');
        statement := $q$
            INSERT INTO @icb@.contract (contract_id, title, basis, valid, tariff_name, rounding, price_tolerance)
            SELECT s.contract_id, s.title, s.basis, daterange(s.valid_from, s.valid_to, '[]'), s.tariff_name, coalesce(s.rounding, 'penny'), coalesce(s.price_tolerance, 1)
            FROM stage s WHERE s.faults IS NULL
            ON CONFLICT ON CONSTRAINT contract_pkey DO UPDATE SET title = excluded.title, basis = excluded.basis, valid = excluded.valid, tariff_name = excluded.tariff_name,
                rounding = excluded.rounding, price_tolerance = excluded.price_tolerance RETURNING 1$q$;
    ELSIF feed = 'contract_parties' THEN
        PERFORM @icb@.refuse(submission_id, 'role', 'not a role of a party', $q$s.role NOT IN ('coordinating_commissioner', 'associate_commissioner', 'provider', 'supplier')$q$);
        PERFORM @icb@.refuse_repeats(submission_id, 'party_order', 'a.contract_id, a.party_order');
        PERFORM @icb@.refuse_repeats(submission_id, 'org_code', 'a.contract_id, a.org_code, a.role');
        -- the file names all parties of the contracts in it
        EXECUTE format('DELETE FROM @icb@.contract_party p USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND p.contract_id = s.contract_id', submission_id);
        statement := $q$
            INSERT INTO @icb@.contract_party (contract_id, party_order, org_code, role)
            SELECT s.contract_id, s.party_order, s.org_code, s.role FROM stage s WHERE s.faults IS NULL RETURNING 1$q$;
    ELSIF feed = 'recovery_rates' THEN
        PERFORM @icb@.refuse(submission_id, 'pod_class', 'not a class of points of delivery',
            $q$s.pod_class NOT IN ('elective', 'emergency', 'non_elective', 'outpatient_first', 'outpatient_follow_up', 'outpatient_procedure', 'emergency_care', 'pass_through', 'any')$q$);
        PERFORM @icb@.refuse(submission_id, 'rate', 'not between 0 and 1', 's.rate NOT BETWEEN 0 AND 1');
        PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
        EXECUTE format($q$
            UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier rate of the file']
            FROM (SELECT a.line_no, a.valid_from, max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY a.contract_id, a.pod_class ORDER BY a.valid_from, a.line_no
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
                  FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
            WHERE s.line_no = d.line_no AND d.valid_from <= d.busy_to $q$, submission_id);
        EXECUTE format('DELETE FROM @icb@.recovery_rate r USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND r.contract_id = s.contract_id AND r.pod_class = s.pod_class', submission_id);
        statement := $q$
            INSERT INTO @icb@.recovery_rate (contract_id, pod_class, valid, rate)
            SELECT s.contract_id, s.pod_class, daterange(s.valid_from, s.valid_to, '[]'), s.rate FROM stage s WHERE s.faults IS NULL RETURNING 1$q$;
    ELSE
        PERFORM @icb@.refuse_repeats(submission_id, 'pod', 'a.contract_id, a.commissioner_code, a.financial_year, a.month, a.pod');
        statement := $q$
            INSERT INTO @icb@.activity_plan (contract_id, commissioner_code, financial_year, month, pod, planned_activity, planned_amount)
            SELECT s.contract_id, s.commissioner_code, s.financial_year, s.month, s.pod, s.planned_activity, s.planned_amount
            FROM stage s WHERE s.faults IS NULL
            ON CONFLICT ON CONSTRAINT activity_plan_pkey DO UPDATE SET planned_activity = excluded.planned_activity, planned_amount = excluded.planned_amount RETURNING 1$q$;
    END IF;
    EXECUTE format('WITH ins AS (%s) SELECT count(*) FROM ins', replace(statement, 'FROM stage s', format('FROM @icb_identity@.stage_%s s', submission_id))) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_contract_feed(bigint, text) IS 'Loads contracts, their parties, recovery rates or plans; what is sent again replaces the earlier rows. Rows loaded.';

CREATE FUNCTION @icb@.apply_organisations(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    source text := CASE feed
        WHEN 'epraccur' THEN $q$SELECT s.line_no, s.faults, s.org_code, s.name, CASE WHEN s.setting = '4' THEN 'practice' ELSE 'other' END AS org_type, s.postcode, s.open_date, s.close_date,
                                       s.parent, 'commissioned_by' AS kind, s.link_from, s.link_to FROM @icb_identity@.stage_%s s$q$
        ELSE $q$SELECT s.line_no, s.faults, s.org_code, s.name, lower(s.org_type) AS org_type, s.postcode, s.open_date, s.close_date,
                       s.parent, lower(s.link_kind) AS kind,
                       -- a successor takes over on the day after the code closed, for good
                       CASE WHEN lower(s.link_kind) = 'successor' AND s.close_date IS NOT NULL THEN s.close_date + 1 ELSE s.open_date END AS link_from,
                       CASE WHEN lower(s.link_kind) <> 'successor' OR s.link_kind IS NULL THEN s.close_date END AS link_to FROM @icb_identity@.stage_%s s$q$ END;
BEGIN
    IF feed = 'organisations' THEN
        PERFORM @icb@.refuse(submission_id, 'link_kind', 'not member_of, commissioned_by, site_of or successor',
            $q$s.parent IS NOT NULL AND coalesce(lower(s.link_kind), '') NOT IN ('member_of', 'commissioned_by', 'site_of', 'successor')$q$);
    END IF;
    PERFORM @icb@.refuse(submission_id, 'close_date', 'closes before it opens', 's.close_date < s.open_date');
    source := format(source, submission_id);
    IF feed = 'epraccur' THEN
        PERFORM @icb@.refuse(submission_id, 'link_to', 'ends before it starts', 's.link_to < s.link_from');
    END IF;
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['parent|overlaps an earlier link of the file']
        FROM (SELECT a.line_no, coalesce(a.link_from, '-infinity'::date) AS link_from,
                     max(coalesce(a.link_to, 'infinity'::date)) OVER (PARTITION BY a.org_code, a.kind ORDER BY a.link_from NULLS FIRST, a.line_no
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM (%2$s) a WHERE a.faults IS NULL AND a.parent IS NOT NULL AND a.kind <> 'successor') d
        WHERE s.line_no = d.line_no AND d.link_from <= d.busy_to $q$, submission_id, source);
    EXECUTE format($q$
        INSERT INTO @icb@.organisation (org_code, name, org_type, postcode, open_date, close_date)
        SELECT DISTINCT ON (a.org_code) a.org_code, a.name, a.org_type, a.postcode, min(a.open_date) OVER (PARTITION BY a.org_code),
               CASE WHEN count(*) FILTER (WHERE a.close_date IS NULL) OVER (PARTITION BY a.org_code) = 0 THEN max(a.close_date) OVER (PARTITION BY a.org_code) END
        FROM (%s) a WHERE a.faults IS NULL ORDER BY a.org_code, a.line_no DESC
        ON CONFLICT ON CONSTRAINT organisation_pkey DO UPDATE
        SET name = excluded.name, org_type = excluded.org_type, postcode = coalesce(excluded.postcode, organisation.postcode),
            open_date = excluded.open_date, close_date = excluded.close_date $q$, source);
    -- the file names all links of its organisations, kind by kind
    EXECUTE format('DELETE FROM @icb@.organisation_link l USING (%s) a WHERE a.faults IS NULL AND a.parent IS NOT NULL AND l.child = a.org_code AND l.kind = a.kind', source);
    EXECUTE format($q$
        INSERT INTO @icb@.organisation_link (child, kind, parent, valid)
        SELECT DISTINCT a.org_code, a.kind, a.parent, daterange(a.link_from, a.link_to, '[]') FROM (%s) a WHERE a.faults IS NULL AND a.parent IS NOT NULL $q$, source);
    EXECUTE format('SELECT count(*) FROM (%s) a WHERE a.faults IS NULL', source) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_organisations(bigint, text) IS 'Loads organisations and their dated links; end dates are the last day. Rows accepted.';

CREATE FUNCTION @icb@.apply_control(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'file_name', 'no file of this name was received', format('NOT EXISTS (SELECT FROM @icb@.submission b WHERE b.file_name = s.file_name AND b.submission_id <> %s)', submission_id));
    PERFORM @icb@.refuse_repeats(submission_id, 'file_name', 'a.file_name');
    EXECUTE format($q$
        UPDATE @icb@.submission b SET control_rows = s.control_rows, control_amount = s.control_amount
        FROM @icb_identity@.stage_%1$s s
        WHERE s.faults IS NULL AND b.submission_id = (SELECT max(c.submission_id) FROM @icb@.submission c WHERE c.file_name = s.file_name AND c.submission_id <> %1$s) $q$, submission_id);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_control(bigint) IS 'Attaches control totals to the latest file of each name. Rows accepted.';

-- All together -------------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_submission(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    sub @icb@.submission;
    known commissioning.feed_reference;
    amount text;
    slice text;
    loaded bigint;
    received bigint;
    refused bigint;
    refused_amount numeric;
    unreadable bigint;
BEGIN
    SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = submission_id;
    SELECT r.* INTO known FROM commissioning.feed_reference r WHERE r.feed = sub.feed;
    amount := CASE sub.feed WHEN 'plcm' THEN 's.total_cost' WHEN 'drplcm' THEN 's.total_cost' WHEN 'deplcm' THEN 's.total_cost' WHEN 'acm' THEN 's.actual_price' WHEN 'plan' THEN 's.planned_amount' ELSE 'NULL::numeric' END;
    PERFORM @icb@.map_codes(submission_id);
    loaded := CASE sub.feed
        WHEN 'plcm' THEN @icb@.apply_plcm(submission_id)
        WHEN 'acm' THEN @icb@.apply_acm(submission_id)
        WHEN 'sus_apc' THEN @icb@.apply_activity(submission_id, 'APC')
        WHEN 'sus_op' THEN @icb@.apply_activity(submission_id, 'OP')
        WHEN 'sus_ec' THEN @icb@.apply_activity(submission_id, 'EC')
        WHEN 'registrations' THEN @icb@.apply_registrations(submission_id)
        WHEN 'registrations_snapshot' THEN @icb@.apply_snapshot(submission_id)
        WHEN 'factors' THEN @icb@.apply_factors(submission_id)
        WHEN 'organisations' THEN @icb@.apply_organisations(submission_id, sub.feed)
        WHEN 'epraccur' THEN @icb@.apply_organisations(submission_id, sub.feed)
        WHEN 'control' THEN @icb@.apply_control(submission_id)
        WHEN 'prices' THEN @icb@.apply_prices(submission_id, sub.feed)
        WHEN 'prices_attendance' THEN @icb@.apply_prices(submission_id, sub.feed)
        WHEN 'prices_other' THEN @icb@.apply_prices(submission_id, sub.feed)
        WHEN 'local_prices' THEN @icb@.apply_local_prices(submission_id)
        WHEN 'price_book' THEN @icb@.apply_price_book(submission_id, sub.feed)
        WHEN 'annex_a' THEN @icb@.apply_price_book(submission_id, sub.feed)
        WHEN 'annex_a_outpatients' THEN @icb@.apply_price_book(submission_id, sub.feed)
        WHEN 'annex_a_emergency' THEN @icb@.apply_price_book(submission_id, sub.feed)
        WHEN 'annex_a_unbundled' THEN @icb@.apply_price_book(submission_id, sub.feed)
        WHEN 'annex_a_best_practice' THEN @icb@.apply_price_book(submission_id, sub.feed)
        WHEN 'contract_bases' THEN @icb@.apply_contract_dates(submission_id, sub.feed)
        WHEN 'contract_baselines' THEN @icb@.apply_contract_dates(submission_id, sub.feed)
        WHEN 'challenge_reply' THEN @icb@.apply_challenge_reply(submission_id)
        WHEN 'areas' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'cost_rates' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'code_sets' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'opt_outs' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'exclusions' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'conditions' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'coded_events' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'imported_scores' THEN @icb@.apply_risk_feed(submission_id, sub.feed)
        WHEN 'drplcm' THEN @icb@.apply_pass_through(submission_id, 'DRPLCM')
        WHEN 'deplcm' THEN @icb@.apply_pass_through(submission_id, 'DEPLCM')
        WHEN 'sus_apc_episode' THEN @icb@.apply_episodes(submission_id)
        WHEN 'sus_critical_care' THEN @icb@.apply_critical_care(submission_id)
        WHEN 'contracts' THEN @icb@.apply_contract_feed(submission_id, sub.feed)
        WHEN 'contract_parties' THEN @icb@.apply_contract_feed(submission_id, sub.feed)
        WHEN 'recovery_rates' THEN @icb@.apply_contract_feed(submission_id, sub.feed)
        WHEN 'plan' THEN @icb@.apply_contract_feed(submission_id, sub.feed)
        ELSE @icb@.apply_invoice_feed(submission_id, sub.feed) END;
    IF loaded IS NULL THEN
        RETURN;
    END IF;
    PERFORM @icb@.write_rejects(submission_id, amount);
    -- Unknown columns: beside the row where its table has a place for them, else here; those of epraccur are known and not used.
    IF sub.feed <> 'epraccur' THEN
        EXECUTE format($q$
            INSERT INTO @icb_identity@.line_extra (submission_id, line_no, extra)
            SELECT %1$s, s.line_no, x.extra
            FROM @icb_identity@.stage_%1$s s
            CROSS JOIN LATERAL (SELECT CASE WHEN %2$L THEN s.extra_identity ELSE coalesce(s.extra || s.extra_identity, s.extra, s.extra_identity) END AS extra) x
            WHERE s.faults IS NULL AND x.extra IS NOT NULL $q$, submission_id, known.dataset IS NOT NULL);
    END IF;
    -- A row of wrong length has its values in the wrong columns: its amount is not readable.
    EXECUTE format($q$
        SELECT count(*), count(*) FILTER (WHERE s.faults IS NOT NULL), coalesce(sum(%2$s) FILTER (WHERE s.faults IS NOT NULL AND s.line_fault IS NULL), 0),
               count(*) FILTER (WHERE s.faults IS NOT NULL AND (%2$s IS NULL OR s.line_fault IS NOT NULL) AND %3$L)
        FROM @icb_identity@.stage_%1$s s $q$, submission_id, amount, amount <> 'NULL::numeric') INTO received, refused, refused_amount, unreadable;
    IF received <> loaded + refused OR received <> sub.rows_received THEN
        RAISE EXCEPTION 'submission % does not reconcile: % received, % staged, % loaded, % refused', submission_id, sub.rows_received, received, loaded, refused
            USING ERRCODE = 'data_exception';
    END IF;
    IF known.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM', 'ACM') THEN
        EXECUTE format($q$
            UPDATE @icb@.submission_slice t SET refused_count = r.n, refused_amount = r.amount
            FROM (SELECT s.provider_code, s.commissioner_code, s.financial_year, s.month, count(*) AS n, coalesce(sum(%2$s), 0) AS amount
                  FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NOT NULL AND s.line_fault IS NULL GROUP BY 1, 2, 3, 4) r
            WHERE t.submission_id = %1$s AND t.provider_code = r.provider_code AND t.commissioner_code = r.commissioner_code
              AND t.financial_year = r.financial_year AND t.month = r.month $q$, submission_id, amount);
    END IF;
    UPDATE @icb@.submission s
    SET status = 'loaded', loaded_at = clock_timestamp(), rows_loaded = loaded, rows_rejected = refused, amount_rejected = refused_amount,
        amounts_unreadable = unreadable, message = CASE WHEN s.released THEN s.message END
    WHERE s.submission_id = submission_id;
    IF amount <> 'NULL::numeric' THEN
        EXECUTE format('UPDATE @icb@.submission b SET amount_loaded = (SELECT coalesce(sum(%2$s), 0) FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL) WHERE b.submission_id = %1$s', submission_id, amount);
    END IF;
    IF known.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM', 'ACM') THEN
        -- money is counted twice, as read and as inserted
        PERFORM FROM @icb@.submission s
        WHERE s.submission_id = submission_id
          AND s.amount_loaded <> (SELECT coalesce(sum(t.amount), 0) FROM @icb@.submission_slice t WHERE t.submission_id = s.submission_id);
        IF FOUND THEN
            RAISE EXCEPTION 'submission % does not reconcile: the amounts of its slices differ from the amounts read', submission_id USING ERRCODE = 'data_exception';
        END IF;
    END IF;
    EXECUTE format('DROP TABLE @icb_identity@.stage_%s', submission_id);
    IF (SELECT m.value FROM @icb@.meta m WHERE m.key = 'keep_landing') IS DISTINCT FROM 'yes' THEN
        PERFORM @icb@.drop_work_tables(submission_id);
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.apply_submission(bigint) IS
    'Loads a staged submission into its tables, writes rejects, totals and slices, and drops stage and landing (meta keep_landing = yes keeps the landing table). Raises 22000 when rows or money do not reconcile.';

CREATE PROCEDURE @icb@.load()
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    run bigint;
    sub record;
    waiting bigint[];
    failed integer := 0;
    text_of_error text;
BEGIN
    run := @icb@.start_run('load');
    COMMIT;
    waiting := ARRAY(
        SELECT s.submission_id FROM @icb@.submission s JOIN commissioning.feed_reference r ON r.feed = s.feed
        WHERE s.status IN ('landed', 'loading')
        ORDER BY r.load_order, s.submission_id);
    FOR i IN 1 .. cardinality(waiting) LOOP
        SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = waiting[i];
        PERFORM @icb@.report_progress(run, 100.0 * (i - 1) / cardinality(waiting), format('%s %s: reading %s rows', sub.feed, sub.file_name, sub.rows_received));
        text_of_error := NULL;
        BEGIN
            -- leftovers of a load that broke off
            DELETE FROM @icb@.reject r WHERE r.submission_id = waiting[i];
            DELETE FROM @icb_identity@.reject_raw r WHERE r.submission_id = waiting[i];
            PERFORM @icb@.build_stage(waiting[i]);
            UPDATE @icb@.submission s SET status = 'loading' WHERE s.submission_id = waiting[i];
        EXCEPTION WHEN OTHERS THEN
            text_of_error := SQLERRM;
        END;
        COMMIT;
        IF text_of_error IS NULL THEN
            PERFORM @icb@.report_progress(run, 100.0 * (i - 0.6) / cardinality(waiting), format('%s %s: loading', sub.feed, sub.file_name));
            COMMIT;
            BEGIN
                PERFORM @icb@.apply_submission(waiting[i]);
            EXCEPTION WHEN OTHERS THEN
                text_of_error := SQLERRM;
            END;
        END IF;
        IF text_of_error IS NOT NULL THEN
            failed := failed + 1;
            -- an unforeseen message might quote a value
            text_of_error := regexp_replace(text_of_error, '[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}', '##########', 'g');
            UPDATE @icb@.submission s SET status = 'failed', message = text_of_error WHERE s.submission_id = waiting[i];
            RAISE WARNING 'submission % (%) was not loaded: %', waiting[i], sub.file_name, text_of_error;
        END IF;
        COMMIT;
        SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = waiting[i];
        PERFORM @icb@.report_progress(run, 100.0 * i / cardinality(waiting),
            format('%s %s: %s', sub.feed, sub.file_name,
                   CASE WHEN sub.status = 'loaded' THEN format('%s rows loaded, %s refused', sub.rows_loaded, sub.rows_rejected) ELSE sub.status END));
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(run,
        (SELECT coalesce(sum(s.rows_received), 0)::bigint FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        (SELECT coalesce(sum(s.rows_loaded), 0)::bigint FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        (SELECT sum(s.amount_loaded + s.amount_rejected) FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        (SELECT sum(s.amount_loaded) FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        CASE WHEN failed > 0 THEN 'failed' WHEN cardinality(waiting) = 0 THEN 'unchanged' ELSE 'done' END,
        format('%s files, %s failed', cardinality(waiting), failed));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.load() IS
    'Loads every landed submission, each in its own transactions, so that a load that broke off goes on where it stood. A file that cannot be loaded is marked failed with the reason, with a warning, and the others go on.';

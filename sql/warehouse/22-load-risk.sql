-- Loading what scoring needs: areas, stated prices, code sets, opt-outs, exclusions, registers, coded entries, scores computed elsewhere.

-- Codes ---------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.is_snomed_id(value text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- Verhoeff's scheme: the multiplication of the dihedral group of order ten, and the permutation of each place
    product constant text := '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210';
    permuted constant text := '01234567891576283094580379614289160435279453126870428657390127938064157046913258';
    n integer := length(value);
    checksum integer := 0;
BEGIN
    -- a concept or description of the international edition or of an extension, 6 to 18 digits
    IF value !~ '^[1-9][0-9]{2,14}[01][01][0-9]$' THEN
        RETURN false;
    END IF;
    FOR i IN 0 .. n - 1 LOOP
        checksum := substr(product, 1 + 10 * checksum + substr(permuted, 1 + 10 * (i % 8) + substr(value, n - i, 1)::integer, 1)::integer, 1)::integer;
    END LOOP;
    RETURN checksum = 0;
END
$$;
COMMENT ON FUNCTION @icb@.is_snomed_id(text) IS
    'Whether a text is an identifier of a SNOMED CT concept or description: 6 to 18 digits with their check digit. Numbers that a spreadsheet has rounded are not.';

CREATE FUNCTION @icb@.tidy_coding_system(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE
        WHEN @icb@.header_key(value) IN ('snomed', 'snomedct', 'sct', 'snomedctuk', 'httpsnomedinfosct') THEN 'snomed'
        WHEN @icb@.header_key(value) IN ('read2', 'readv2', 'readversion2', 'readcode', 'read') THEN 'read2'
        WHEN @icb@.header_key(value) IN ('ctv3', 'read3', 'readv3', 'readctv3', 'clinicaltermsversion3') THEN 'ctv3'
        WHEN @icb@.header_key(value) IN ('icd10', 'icd10uk', 'icd') THEN 'icd10'
        ELSE btrim(regexp_replace(lower(value), '[^a-z0-9]+', '_', 'g'), '_') END;
COMMENT ON FUNCTION @icb@.tidy_coding_system(text) IS
    'Name of a coding system as the tables hold it: snomed, read2, ctv3 and icd10 by their usual names, any other in lower case with underscores.';

CREATE FUNCTION @icb@.tidy_code(coding_system text, code text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE coding_system
        WHEN 'icd10' THEN regexp_replace(upper(code), '[^A-Z0-9]', '', 'g')
        -- five characters padded with dots, maybe with a term code behind: what is left shows the hierarchy of Read version 2
        WHEN 'read2' THEN rtrim(left(replace(code, ' ', ''), 5), '.')
        WHEN 'ctv3' THEN rtrim(left(replace(code, ' ', ''), 5), '.')
        ELSE replace(code, ' ', '') END;
COMMENT ON FUNCTION @icb@.tidy_code(text, text) IS
    'A code as the tables hold it: ICD-10 in upper case without dot, Read codes of five characters without trailing dots and term code, others as sent; blanks are dropped.';

CREATE FUNCTION @icb@.code_fault(coding_system text, code text, match text DEFAULT 'exact') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN code = '' OR code IS NULL THEN 'no code is left when it is tidied'
        WHEN coding_system = 'snomed' AND match = 'prefix' THEN 'SNOMED CT codes have no prefixes'
        WHEN coding_system = 'snomed' AND NOT @icb@.is_snomed_id(code) THEN 'not a SNOMED CT identifier'
        WHEN coding_system = 'icd10' AND match = 'exact' AND code !~ '^[A-Z][0-9][A-Z0-9]{1,5}$' THEN 'not an ICD-10 code'
        WHEN coding_system = 'icd10' AND code !~ '^[A-Z]([0-9][A-Z0-9]{0,5})?$' THEN 'not the beginning of an ICD-10 code'
        WHEN coding_system IN ('read2', 'ctv3') AND code !~ '^[0-9A-Za-z][0-9A-Za-z.]{0,4}$' THEN 'not a Read code' END;
COMMENT ON FUNCTION @icb@.code_fault(text, text, text) IS 'Why a tidied code cannot be one of its coding system; NULL when it can, and for systems whose form is not known.';

-- Areas, prices, code sets ----------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_areas(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    EXECUTE format('UPDATE @icb_identity@.stage_%1$s s SET imd_year = extract(year FROM b.snapshot_date) FROM @icb@.submission b WHERE b.submission_id = %1$s AND s.imd_year IS NULL AND s.faults IS NULL', submission_id);
    PERFORM @icb@.refuse(submission_id, 'lsoa_code', 'not a code of a small area', $q$s.lsoa_code !~ '^[EWSN][0-9]{8}$'$q$);
    PERFORM @icb@.refuse(submission_id, 'imd_year', 'no year of the edition in the row or with the file', 's.imd_year IS NULL');
    PERFORM @icb@.refuse(submission_id, 'imd_year', 'not a year from 2000 to 2100', 's.imd_year NOT BETWEEN 2000 AND 2100');
    PERFORM @icb@.refuse(submission_id, 'imd_decile', 'not a decile from 1 to 10', 's.imd_decile NOT BETWEEN 1 AND 10');
    PERFORM @icb@.refuse(submission_id, 'imd_rank', 'not a rank from 1', 's.imd_rank < 1');
    PERFORM @icb@.refuse(submission_id, 'imd_score', 'not a score from 0 to 100', 's.imd_score NOT BETWEEN 0 AND 100');
    PERFORM @icb@.refuse(submission_id, 'imd_decile', 'neither decile, rank nor score', 's.imd_decile IS NULL AND s.imd_rank IS NULL AND s.imd_score IS NULL');
    PERFORM @icb@.refuse(submission_id, 'imd_year', 'older than the edition that is held', 'EXISTS (SELECT FROM @icb@.area a WHERE a.lsoa_code = s.lsoa_code AND a.imd_year > s.imd_year)');
    PERFORM @icb@.refuse_repeats(submission_id, 'lsoa_code', 'a.lsoa_code');
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.area (lsoa_code, imd_decile, imd_rank, imd_score, imd_year)
            SELECT s.lsoa_code, s.imd_decile, s.imd_rank, s.imd_score, s.imd_year FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL
            ON CONFLICT ON CONSTRAINT area_pkey DO UPDATE
            SET imd_decile = excluded.imd_decile, imd_rank = excluded.imd_rank, imd_score = excluded.imd_score, imd_year = excluded.imd_year
            RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    PERFORM @icb@.refresh_statistics('area');
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_areas(bigint) IS 'Loads the deprivation of small areas; a later edition replaces an earlier one, never the reverse. Rows loaded.';

CREATE FUNCTION @icb@.apply_cost_rates(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    same_kind constant text := $q$c.dataset = s.dataset AND c.kind = lower(s.kind)$q$;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'dataset', 'not APC, OP or EC', $q$s.dataset NOT IN ('APC', 'OP', 'EC')$q$);
    PERFORM @icb@.refuse(submission_id, 'kind', 'not a kind of event of this data set', $q$(s.dataset, lower(s.kind)) NOT IN (
        ('APC', 'day_case'), ('APC', 'elective'), ('APC', 'non_elective_short'), ('APC', 'non_elective_long'), ('APC', 'regular'), ('APC', 'other'),
        ('OP', 'outpatient_first'), ('OP', 'outpatient_follow_up'), ('OP', 'outpatient_procedure'), ('OP', 'other'), ('EC', 'emergency_care'))$q$);
    PERFORM @icb@.refuse(submission_id, 'unit_cost', 'less than nothing', 's.unit_cost < 0');
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier row of the same kind']
        FROM (SELECT a.line_no, a.valid_from,
                     max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY a.dataset, lower(a.kind) ORDER BY a.valid_from, a.line_no
                                                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.valid_from <= d.busy_to $q$, submission_id);
    PERFORM @icb@.refuse(submission_id, 'valid_from', 'overlaps a price of another period',
        format($q$EXISTS (SELECT FROM @icb@.cost_rate c WHERE %s AND c.valid && daterange(s.valid_from, s.valid_to, '[]') AND lower(c.valid) <> s.valid_from)$q$, same_kind));
    -- a price that begins on the same day is replaced
    EXECUTE format('DELETE FROM @icb@.cost_rate c USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND %s AND lower(c.valid) = s.valid_from', submission_id, same_kind);
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.cost_rate (dataset, kind, valid, unit_cost, source)
            SELECT s.dataset, lower(s.kind), daterange(s.valid_from, s.valid_to, '[]'), s.unit_cost, s.source
            FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_cost_rates(bigint) IS
    'Loads stated prices per kind of event; the end date is the last day. A price that begins on the day of an earlier one replaces it. Rows loaded.';

CREATE FUNCTION @icb@.apply_code_sets(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    stated record;
    span daterange;
BEGIN
    EXECUTE format('UPDATE @icb_identity@.stage_%s s SET coding_system = @icb@.tidy_coding_system(s.coding_system), match = lower(coalesce(s.match, ''exact'')) WHERE s.faults IS NULL', submission_id);
    EXECUTE format('UPDATE @icb_identity@.stage_%s s SET code = @icb@.tidy_code(s.coding_system, s.code) WHERE s.faults IS NULL', submission_id);
    PERFORM @icb@.refuse(submission_id, 'condition', 'longer than 63 bytes', 'octet_length(s.condition) > 63');
    PERFORM @icb@.refuse(submission_id, 'coding_system', 'no name is left when it is tidied', $q$s.coding_system = ''$q$);
    PERFORM @icb@.refuse(submission_id, 'match', 'not exact or prefix', $q$s.match NOT IN ('exact', 'prefix')$q$);
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['code|' || @icb@.code_fault(s.coding_system, s.code, s.match)]
        WHERE s.faults IS NULL AND @icb@.code_fault(s.coding_system, s.code, s.match) IS NOT NULL $q$, submission_id);
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|another start date than line ' || d.first_line]
        FROM (SELECT DISTINCT ON (a.condition, a.version) a.condition, a.version, a.valid_from, a.line_no AS first_line
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL ORDER BY a.condition, a.version, a.line_no) d
        WHERE s.faults IS NULL AND s.condition = d.condition AND s.version = d.version AND s.valid_from IS DISTINCT FROM d.valid_from $q$, submission_id);
    PERFORM @icb@.refuse_repeats(submission_id, 'code', 'a.condition, a.version, a.coding_system, a.code');
    -- The file names all codes of the versions in it. A start date ends the version before; without one a new version takes the place of
    -- all others, and one that is known keeps its days.
    FOR stated IN EXECUTE format('SELECT DISTINCT s.condition, s.version, s.valid_from FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL ORDER BY s.valid_from NULLS FIRST, s.condition, s.version', submission_id) LOOP
        span := (SELECT c.valid FROM @icb@.code_set c WHERE c.condition = stated.condition AND c.version = stated.version LIMIT 1);
        DELETE FROM @icb@.code_set c WHERE c.condition = stated.condition AND c.version = stated.version;
        IF stated.valid_from IS NOT NULL THEN
            span := daterange(stated.valid_from, (SELECT min(lower(c.valid)) FROM @icb@.code_set c WHERE c.condition = stated.condition AND lower(c.valid) > stated.valid_from));
            UPDATE @icb@.code_set c SET valid = c.valid * daterange(NULL, stated.valid_from) WHERE c.condition = stated.condition AND c.valid && span;
        ELSIF span IS NULL THEN
            span := '(,)';
            UPDATE @icb@.code_set c SET valid = 'empty' WHERE c.condition = stated.condition AND NOT isempty(c.valid);
        END IF;
        EXECUTE format($q$
            INSERT INTO @icb@.code_set (condition, version, coding_system, code, match, valid, source)
            SELECT s.condition, s.version, s.coding_system, s.code, s.match, $3, coalesce(s.source, (SELECT b.file_name FROM @icb@.submission b WHERE b.submission_id = %1$s))
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL AND s.condition = $1 AND s.version = $2 $q$, submission_id)
        USING stated.condition, stated.version, span;
    END LOOP;
    PERFORM @icb@.refresh_statistics('code_set');
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_code_sets(bigint) IS
    'Loads versions of code sets, each replaced whole. With a start date a version is in use from that day to the next one''s; a new version without one takes the place of all others, which stay for the record. Rows accepted.';

-- Who is not scored -----------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_objections(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    target text := CASE feed WHEN 'opt_outs' THEN 'opt_out' ELSE 'exclusion' END;
    head text := CASE feed WHEN 'opt_outs' THEN 'kind' ELSE 'reason' END;
BEGIN
    IF feed = 'opt_outs' THEN
        EXECUTE format($q$
            UPDATE @icb_identity@.stage_%s s SET kind = CASE
                WHEN @icb@.header_key(s.kind) IN ('type1', 'type1optout', '1') THEN 'type_1'
                -- type 2 opt-outs became national data opt-outs in 2018
                WHEN @icb@.header_key(s.kind) IN ('national', 'nationaldataoptout', 'nationaloptout', 'ndoo', 'type2', 'type2optout', '2') THEN 'national'
                WHEN @icb@.header_key(s.kind) IN ('local', 'localoptout') THEN 'local' ELSE s.kind END
            WHERE s.faults IS NULL $q$, submission_id);
        PERFORM @icb@.refuse(submission_id, 'kind', 'not type_1, national or local', $q$s.kind NOT IN ('type_1', 'national', 'local')$q$);
    ELSE
        PERFORM @icb@.refuse(submission_id, 'reason', 'longer than 100 characters', 'length(s.reason) > 100');
        PERFORM @icb@.refuse(submission_id, 'reason', 'holds what looks like an NHS number', $q$s.reason ~ '(^|[^0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}([^0-9]|$)'$q$);
    END IF;
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends on the day it starts', 's.valid_to = s.valid_from');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier row of the same person']
        FROM (SELECT a.line_no, coalesce(a.valid_from, '-infinity') AS valid_from,
                     max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY a.person_system, a.person_value, a.%2$I ORDER BY a.valid_from NULLS FIRST, a.line_no
                                                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.valid_from < d.busy_to $q$, submission_id, head);
    PERFORM @icb@.resolve_people(submission_id);
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT coalesce(x.person_id, i.person_id) AS person_id, s.%2$I AS head, coalesce(s.valid_from, '-infinity') AS valid_from, s.valid_to
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL $q$, submission_id, head);
    -- the file says all there is to say of a person under the headings it names them under
    EXECUTE format('DELETE FROM @icb@.%2$I t USING @icb_identity@.replaced_%1$s n WHERE t.person_id = n.person_id AND t.%3$I = n.head', submission_id, target, head);
    EXECUTE format($q$
        INSERT INTO @icb@.%2$I (person_id, %3$I, valid_from, valid_to, submission_id)
        SELECT DISTINCT ON (n.person_id, n.head, n.valid_from) n.person_id, n.head, n.valid_from, n.valid_to, %1$s
        FROM @icb_identity@.replaced_%1$s n
        -- of two numbers of one person the longer objection counts
        ORDER BY n.person_id, n.head, n.valid_from, n.valid_to DESC NULLS FIRST $q$, submission_id, target, head);
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    PERFORM @icb@.refresh_statistics(target);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_objections(bigint, text) IS
    'Loads opt-outs or the local exclusion list, end date excluded; without a start date they hold from the beginning. What the file says of a person and kind (or reason) replaces what was held. People who are not known yet are remembered, so that it holds when their data come. Rows accepted.';

-- Conditions and coded entries --------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_conditions(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    received date;
    snapshot date;
BEGIN
    SELECT b.received_at::date, b.snapshot_date INTO received, snapshot FROM @icb@.submission b WHERE b.submission_id = apply_conditions.submission_id;
    EXECUTE format('UPDATE @icb_identity@.stage_%s s SET source = ''register'' WHERE s.source IS NULL AND s.faults IS NULL', submission_id);
    PERFORM @icb@.refuse(submission_id, 'condition', 'longer than 63 bytes', 'octet_length(s.condition) > 63');
    PERFORM @icb@.refuse(submission_id, 'source', 'the name of a source that is computed', $q$s.source IN ('coded event', 'hospital record')$q$);
    PERFORM @icb@.refuse(submission_id, 'recorded_on', 'dated after the file was received', format('s.recorded_on > %L', received));
    PERFORM @icb@.refuse(submission_id, 'ended_on', 'ends before it starts', 's.ended_on < s.recorded_on');
    PERFORM @icb@.refuse_repeats(submission_id, 'condition', 'a.person_system, a.person_value, a.condition, a.source');
    PERFORM @icb@.resolve_people(submission_id);
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT DISTINCT ON (coalesce(x.person_id, i.person_id), s.condition, s.source)
               coalesce(x.person_id, i.person_id) AS person_id, s.condition, s.source, s.recorded_on, s.ended_on
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL
        ORDER BY coalesce(x.person_id, i.person_id), s.condition, s.source, s.line_no DESC $q$, submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.person_condition AS c (person_id, condition, source, recorded_on, ended_on, submission_id)
        SELECT n.person_id, n.condition, n.source, n.recorded_on, n.ended_on, %1$s FROM @icb_identity@.replaced_%1$s n
        ON CONFLICT ON CONSTRAINT person_condition_pkey DO UPDATE
        SET recorded_on = coalesce(excluded.recorded_on, c.recorded_on), submission_id = excluded.submission_id,
            -- an older snapshot does not bring back who has left since
            ended_on = CASE WHEN excluded.ended_on IS NULL AND c.ended_on > %2$L THEN c.ended_on ELSE excluded.ended_on END $q$, submission_id, snapshot);
    IF snapshot IS NOT NULL THEN
        -- Who is gone from a register that the practice reports is off it from the day of the snapshot.
        EXECUTE format($q$
            WITH reporting AS (
                SELECT DISTINCT n.condition, n.source, r.practice_code
                FROM @icb_identity@.replaced_%1$s n
                JOIN @icb@.registration r ON r.person_id = n.person_id AND r.valid_from <= %2$L AND (r.valid_to > %2$L OR r.valid_to IS NULL)
            )
            UPDATE @icb@.person_condition c SET ended_on = %2$L
            FROM reporting p
            JOIN @icb@.registration g ON g.practice_code = p.practice_code AND g.valid_from <= %2$L AND (g.valid_to > %2$L OR g.valid_to IS NULL)
            WHERE c.person_id = g.person_id AND c.condition = p.condition AND c.source = p.source
              AND c.ended_on IS NULL AND (c.recorded_on < %2$L OR c.recorded_on IS NULL)
              AND NOT EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.person_id = c.person_id AND n.condition = c.condition AND n.source = c.source) $q$,
            submission_id, snapshot);
    END IF;
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    PERFORM @icb@.refresh_statistics('person_condition');
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_conditions(bigint) IS
    'Loads registers: a person and condition sent again by a source replaces the earlier row; an end date is the first day off the register. A file with a snapshot date states whole registers: who is missing from one that their practice reports is off it from that day. Rows accepted.';

CREATE FUNCTION @icb@.apply_coded_events(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    received date := (SELECT b.received_at::date FROM @icb@.submission b WHERE b.submission_id = apply_coded_events.submission_id);
BEGIN
    PERFORM @icb@.refuse(submission_id, 'event_date', 'dated after the file was received', format('s.event_date > %L', received));
    PERFORM @icb@.refuse(submission_id, 'event_date', 'before 1900', $q$s.event_date < '1900-01-01'$q$);
    PERFORM @icb@.resolve_people(submission_id);
    -- many rows, few codes: each system and each code is tidied and judged once
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        WITH sent AS MATERIALIZED (
            SELECT d.coding_system, d.code, t.tidy_system, @icb@.tidy_code(t.tidy_system, d.code) AS tidy_code
            FROM (SELECT DISTINCT coalesce(a.coding_system, 'snomed') AS coding_system, a.code FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
            CROSS JOIN LATERAL (SELECT @icb@.tidy_coding_system(d.coding_system) AS tidy_system OFFSET 0) t
        )
        SELECT t.coding_system, t.code, t.tidy_system, t.tidy_code, @icb@.code_fault(t.tidy_system, t.tidy_code) AS fault FROM sent t $q$, submission_id);
    EXECUTE format('ANALYZE @icb_identity@.replaced_%s', submission_id);
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['code|' || t.fault]
        FROM @icb_identity@.replaced_%1$s t
        WHERE s.faults IS NULL AND t.fault IS NOT NULL AND t.coding_system = coalesce(s.coding_system, 'snomed') AND t.code = s.code $q$, submission_id);
    -- of two rows about the same entry the later line counts
    EXECUTE format($q$
        WITH stated AS MATERIALIZED (
            SELECT DISTINCT ON (coalesce(x.person_id, i.person_id), s.event_date, t.tidy_system, t.tidy_code)
                   coalesce(x.person_id, i.person_id) AS person_id, s.event_date, t.tidy_system, t.tidy_code, coalesce(s.deleted, false) AS deleted
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.replaced_%1$s t ON t.coding_system = coalesce(s.coding_system, 'snomed') AND t.code = s.code
            JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
            LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
            WHERE s.faults IS NULL
            ORDER BY coalesce(x.person_id, i.person_id), s.event_date, t.tidy_system, t.tidy_code, s.line_no DESC
        ), gone AS (
            DELETE FROM @icb@.coded_event e USING stated n
            WHERE n.deleted AND e.person_id = n.person_id AND e.event_date = n.event_date AND e.coding_system = n.tidy_system AND e.code = n.tidy_code
        )
        INSERT INTO @icb@.coded_event (person_id, event_date, coding_system, code, submission_id)
        SELECT n.person_id, n.event_date, n.tidy_system, n.tidy_code, %1$s FROM stated n WHERE NOT n.deleted
        ORDER BY n.person_id, n.event_date
        ON CONFLICT DO NOTHING $q$, submission_id);
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    PERFORM @icb@.refresh_statistics('coded_event');
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_coded_events(bigint) IS
    'Adds coded entries to what is held: the same entry again changes nothing, a row marked as deleted takes its entry away. Without a coding system the code is SNOMED CT. Rows accepted.';

-- Scores computed elsewhere -------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_imported_scores(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    received date := (SELECT b.received_at::date FROM @icb@.submission b WHERE b.submission_id = apply_imported_scores.submission_id);
BEGIN
    PERFORM @icb@.refuse(submission_id, 'score', 'neither score nor band', 's.score IS NULL AND s.band IS NULL');
    PERFORM @icb@.refuse(submission_id, 'as_of', 'dated after the file was received', format('s.as_of > %L', received));
    PERFORM @icb@.refuse(submission_id, 'model', 'a model of this name is scored here', 'EXISTS (SELECT FROM @icb@.known_model k WHERE k.name = s.model)');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['licence|another licence than was stated before']
        FROM (SELECT DISTINCT ON (a.model, a.version, a.as_of, a.provenance) a.model, a.version, a.as_of, a.provenance, coalesce(t.licence, a.licence) AS licence
              FROM @icb_identity@.stage_%1$s a
              LEFT JOIN @icb@.imported_score_set t ON t.model = a.model AND t.version = a.version AND t.as_of = a.as_of AND t.provenance = a.provenance
              WHERE a.faults IS NULL ORDER BY a.model, a.version, a.as_of, a.provenance, a.line_no) d
        WHERE s.faults IS NULL AND s.model = d.model AND s.version = d.version AND s.as_of = d.as_of AND s.provenance = d.provenance AND s.licence <> d.licence $q$, submission_id);
    PERFORM @icb@.refuse_repeats(submission_id, 'nhs_number', 'a.person_system, a.person_value, a.model, a.version, a.as_of, a.provenance');
    PERFORM @icb@.resolve_people(submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.imported_score_set (model, version, as_of, provenance, licence, submission_id)
        SELECT s.model, s.version, s.as_of, s.provenance, min(s.licence), %1$s FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL
        GROUP BY s.model, s.version, s.as_of, s.provenance ORDER BY s.model, s.version, s.as_of, s.provenance
        ON CONFLICT DO NOTHING $q$, submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.imported_score_value (person_id, imported_score_set_id, score, band, submission_id)
        SELECT DISTINCT ON (coalesce(x.person_id, i.person_id), t.imported_score_set_id) coalesce(x.person_id, i.person_id), t.imported_score_set_id, s.score, s.band, %1$s
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb@.imported_score_set t ON t.model = s.model AND t.version = s.version AND t.as_of = s.as_of AND t.provenance = s.provenance
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL
        ORDER BY coalesce(x.person_id, i.person_id), t.imported_score_set_id, s.line_no DESC
        ON CONFLICT ON CONSTRAINT imported_score_value_pkey DO UPDATE SET score = excluded.score, band = excluded.band, submission_id = excluded.submission_id $q$, submission_id);
    PERFORM @icb@.refresh_statistics('imported_score_value');
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_imported_scores(bigint) IS
    'Loads scores that another system computed, with the system, version and licence they came with; a person sent again for the same set replaces the earlier score. Rows accepted.';

CREATE FUNCTION @icb@.apply_risk_feed(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    -- what practices and risk systems know of people was given for this purpose alone
    IF feed IN ('conditions', 'coded_events', 'imported_scores') AND NOT @icb@.stage_allowed('score') THEN
        RAISE EXCEPTION 'feed "%" belongs to risk stratification, the purpose of warehouse "@icb@" is @purpose@', feed
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Load it into a warehouse of its own purpose.';
    END IF;
    RETURN CASE feed
        WHEN 'areas' THEN @icb@.apply_areas(submission_id)
        WHEN 'cost_rates' THEN @icb@.apply_cost_rates(submission_id)
        WHEN 'code_sets' THEN @icb@.apply_code_sets(submission_id)
        WHEN 'conditions' THEN @icb@.apply_conditions(submission_id)
        WHEN 'coded_events' THEN @icb@.apply_coded_events(submission_id)
        WHEN 'imported_scores' THEN @icb@.apply_imported_scores(submission_id)
        ELSE @icb@.apply_objections(submission_id, feed) END;
END
$$;
COMMENT ON FUNCTION @icb@.apply_risk_feed(bigint, text) IS
    'Loads a feed of risk stratification. 55000 when it holds what was given for that purpose alone and the warehouse has another. Rows accepted.';

-- Loading what invoice validation needs beside claim and record of care: drugs and devices, episodes, critical care, and the dated
-- tables of 12-invoice-inputs.sql.

CREATE FUNCTION @icb@.country_letter(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN value ~ '^[EWSNLM][0-9]{8}$' THEN left(value, 1)
                WHEN value IN ('ENGLAND', 'WALES', 'SCOTLAND') THEN left(value, 1)
                WHEN value IN ('NORTHERNIRELAND', 'NI') THEN 'N' ELSE value END;
COMMENT ON FUNCTION @icb@.country_letter(text) IS
    'Country of residence as the tables hold it: E, W, S or N from the code of the nation or its name in capitals without blanks; anything else as it is.';

-- Drugs and devices ---------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_pass_through(submission_id bigint, dataset text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    is_drug boolean := dataset = 'DRPLCM';
BEGIN
    IF is_drug THEN
        PERFORM @icb@.refuse(submission_id, 'support_charge', 'a charge for no units', 's.support_charge <> 0 AND coalesce(s.units, 0) = 0');
    END IF;
    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.hide_numbers(submission_id, 'provider_event_id');
    PERFORM @icb@.hide_numbers(submission_id, 'cds_id');
    -- The key leaves out amounts and quantity, as for other lines; the item and its day stand in it. The support charge is spread over
    -- the units, so that units x price stays the total.
    EXECUTE format($q$
        WITH keyed AS (
            SELECT s.*, coalesce(x.person_id, i.person_id) AS person_id,
                   md5(concat(s.provider_code, '|', coalesce(s.cds_id, s.provider_event_id, concat(i.system = 'record', s.site_code, '|', CASE WHEN i.system <> 'record' THEN i.person_id END)),
                              '|', s.start_date, '|', %3$L, '|', s.item_code, '|', %4$s, '|', s.financial_year, '|', s.month)) AS key
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
            LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
            WHERE s.faults IS NULL
        ), numbered AS (
            SELECT k.*, k.key || CASE WHEN row_number() OVER equal_lines > 1 THEN '#' || row_number() OVER equal_lines ELSE '' END AS line_key
            FROM keyed k
            WINDOW equal_lines AS (PARTITION BY k.key COLLATE "C" ORDER BY k.units, k.unit_price, k.line_no)
        ), ins AS (
            INSERT INTO @icb@.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, site_code, commissioner_code,
                practice_code, financial_year, month, pod, local_pod, treatment_function, hrg_sent, start_date, end_date, age, sex,
                nhs_number_state, national_price, units, unit_price, total_cost, cds_id, provider_event_id, prescribed_service, extra, codes_sent,
                dataset, residence_commissioner, local_code)
            SELECT n.person_id, %1$s, n.line_no, n.line_key, coalesce(n.provider_code || '|' || n.provider_event_id, n.line_key), n.provider_code,
                n.site_code, n.commissioner_code, n.practice_code, n.financial_year, n.month, %3$L, n.local_pod, n.treatment_function, n.item_code,
                n.start_date, n.start_date, n.age, n.sex, n.nhs_number_state, false, n.units, n.unit_price + %5$s,
                n.total_cost, n.cds_id, n.provider_event_id, n.prescribed_service, n.extra, n.codes_sent, %2$L, n.residence_commissioner, n.local_code
            FROM numbered n
            ORDER BY n.person_id, n.start_date
            RETURNING invoice_line.provider_code, invoice_line.commissioner_code, invoice_line.financial_year, invoice_line.month, invoice_line.total_cost
        ), items AS (
            INSERT INTO @icb@.pass_through_line (person_id, submission_id, line_no, item_code, item_name, commissioner_unit_price, %6$s)
            SELECT n.person_id, %1$s, n.line_no, n.item_code, n.item_name, n.unit_price, %7$s
            FROM numbered n
            ORDER BY n.person_id, n.start_date
        ), slices AS (
            INSERT INTO @icb@.submission_slice AS t (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, amount, status)
            SELECT %1$s, %2$L, i.provider_code, i.commissioner_code, i.financial_year, i.month,
                   (SELECT b.submission_kind FROM @icb@.submission b WHERE b.submission_id = %1$s), count(*), sum(i.total_cost), 'held'
            FROM ins i GROUP BY 1, 2, 3, 4, 5, 6
            RETURNING t.line_count
        )
        SELECT coalesce(sum(s.line_count), 0) FROM slices s $q$, submission_id, dataset, CASE WHEN is_drug THEN 'DRUG' ELSE 'DEVICE' END,
        CASE WHEN is_drug THEN $q$''$q$ ELSE 's.serial_number' END,
        CASE WHEN is_drug THEN 'coalesce(n.support_charge / nullif(n.units, 0), 0)' ELSE '0' END,
        CASE WHEN is_drug THEN 'indication, supplier_unit_price, support_charge, vat_charged, route' ELSE 'serial_number' END,
        CASE WHEN is_drug THEN 'n.indication, n.supplier_unit_price, n.support_charge, n.vat_charged, lower(n.route)' ELSE 'n.serial_number' END) INTO loaded;
    PERFORM @icb@.settle_slices(submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_pass_through(bigint, text) IS
    'Loads a file of high-cost drugs (DRPLCM) or devices (DEPLCM): people, lines with key and claim group, what stands beside them, slices. Rows loaded.';

-- Parts of spells -----------------------------------------------------------------------------

-- The spell of a stage row: by provider and number. One number may be only one spell.
CREATE FUNCTION @icb@.find_spells(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    PERFORM @icb@.hide_numbers(submission_id, 'provider_event_id');
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT s.provider_code, s.provider_event_id, min(a.person_id) AS person_id, min(a.activity_id) AS activity_id, count(*) AS spells
        FROM (SELECT DISTINCT r.provider_code, r.provider_event_id FROM @icb_identity@.stage_%1$s r WHERE r.faults IS NULL) s
        JOIN @icb@.activity a ON a.provider_code = s.provider_code AND a.provider_event_id = s.provider_event_id AND a.dataset = 'APC'
        GROUP BY s.provider_code, s.provider_event_id $q$, submission_id);
    PERFORM @icb@.refuse(submission_id, 'provider_event_id', 'no spell of this number', format(
        'NOT EXISTS (SELECT FROM @icb_identity@.replaced_%s r WHERE r.provider_code = s.provider_code AND r.provider_event_id = s.provider_event_id)', submission_id));
    PERFORM @icb@.refuse(submission_id, 'provider_event_id', 'several spells of this number', format(
        'EXISTS (SELECT FROM @icb_identity@.replaced_%s r WHERE r.provider_code = s.provider_code AND r.provider_event_id = s.provider_event_id AND r.spells > 1)', submission_id));
    PERFORM @icb@.refuse(submission_id, 'end_date', 'ends before it starts', 's.end_date < s.start_date');
END
$$;
COMMENT ON FUNCTION @icb@.find_spells(bigint) IS
    'Finds the spell of every stage row by provider and spell number, in a work table, and refuses rows without one. Used by the loaders of episodes and critical care.';

CREATE FUNCTION @icb@.apply_episodes(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'episode_no', 'not a number from 1', 's.episode_no < 1');
    PERFORM @icb@.find_spells(submission_id);
    PERFORM @icb@.refuse_repeats(submission_id, 'episode_no', 'a.provider_code, a.provider_event_id, a.episode_no');
    -- the file names all episodes of the spells in it
    EXECUTE format($q$
        DELETE FROM @icb@.episode e USING @icb_identity@.replaced_%1$s r
        WHERE e.person_id = r.person_id AND e.activity_id = r.activity_id
          AND EXISTS (SELECT FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL AND s.provider_code = r.provider_code AND s.provider_event_id = r.provider_event_id) $q$,
        submission_id);
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.episode (person_id, activity_id, episode_no, start_date, end_date, treatment_function, diagnoses, procedures)
            SELECT r.person_id, r.activity_id, s.episode_no, s.start_date, s.end_date, s.treatment_function, s.diagnoses, s.procedures
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.replaced_%1$s r ON r.provider_code = s.provider_code AND r.provider_event_id = s.provider_event_id
            WHERE s.faults IS NULL ORDER BY r.person_id, r.activity_id, s.episode_no RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_episodes(bigint) IS
    'Loads episodes into the spells they belong to; a spell sent again has its episodes replaced. Rows without a spell of their number are refused. Rows loaded.';

CREATE FUNCTION @icb@.apply_critical_care(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.find_spells(submission_id);
    PERFORM @icb@.refuse_repeats(submission_id, 'start_date', 'a.provider_code, a.provider_event_id, a.start_date, a.end_date, a.code');
    -- the file names all periods of the spells in it
    EXECUTE format($q$
        DELETE FROM @icb@.activity_component c USING @icb_identity@.replaced_%1$s r
        WHERE c.person_id = r.person_id AND c.activity_id = r.activity_id AND c.kind = 'critical_care'
          AND EXISTS (SELECT FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL AND s.provider_code = r.provider_code AND s.provider_event_id = r.provider_event_id) $q$,
        submission_id);
    -- a day in critical care is a calendar day, the first and the last included
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.activity_component (person_id, activity_id, seq, kind, code, days, start_date, end_date)
            SELECT r.person_id, r.activity_id,
                   coalesce((SELECT max(c.seq) FROM @icb@.activity_component c WHERE c.person_id = r.person_id AND c.activity_id = r.activity_id), 0)
                   + row_number() OVER (PARTITION BY r.person_id, r.activity_id ORDER BY s.start_date, s.end_date, s.line_no),
                   'critical_care', s.code, coalesce(s.days, s.end_date - s.start_date + 1), s.start_date, s.end_date
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.replaced_%1$s r ON r.provider_code = s.provider_code AND r.provider_event_id = s.provider_event_id
            WHERE s.faults IS NULL ORDER BY r.person_id, r.activity_id RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_critical_care(bigint) IS
    'Loads critical care periods as components of the spells they belong to; a spell sent again has its periods replaced. Rows without a spell of their number are refused. Rows loaded.';

-- Dated tables --------------------------------------------------------------------------------

-- head: what a file says all there is of; key: what holds once on a day. Columns are targets of the feed.
CREATE FUNCTION @icb@.dated_feed(feed text, OUT target text, OUT head text[], OUT key text[], OUT fields text[])
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT v.target, v.head::text[], v.key::text[], v.fields::text[]
    FROM (VALUES
        ('contract_terms', 'contract_term', '{contract_id,term}', '{contract_id,term,context}', '{contract_id,term,context,value,note,source}'),
        ('contract_services', 'contract_service', '{contract_id}', '{contract_id,pod,treatment_function,local_code}', '{contract_id,pod,treatment_function,local_code,included}'),
        ('approval_policies', 'approval_policy', '{policy}', '{policy,code_system,code_prefix}', '{policy,code_system,code_prefix,title}'),
        ('wards', 'ward', '{provider_code}', '{provider_code,ward_code}', '{provider_code,ward_code,kind}'),
        ('area_commissioners', 'area_commissioner', '{lsoa_code}', '{lsoa_code}', '{lsoa_code,commissioner_code}'),
        ('drug_list', 'drug_list', '{drug_code}', '{drug_code,indication}',
            '{drug_code,indication,payer,reference_price,max_quantity,min_interval_days,approval_required,source}'),
        ('device_list', 'device_list', '{device_code}', '{device_code}', '{device_code,procedure_prefixes,zero_cost,reference_price}'),
        ('code_releases', 'code_release', '{code_system,code}', '{code_system,code}', '{code_system,code}'),
        ('code_pairs', 'code_pair', '{code_system,code_1,code_2}', '{code_system,code_1,code_2}', '{code_system,code_1,code_2}'),
        ('unit_limits', 'unit_limit', '{code}', '{code}', '{code,max_units}'),
        ('code_lists', 'code_list', '{list}', '{list,code_system,code_prefix}', '{list,code_system,code_prefix,source}'),
        ('top_up_eligibility', 'top_up_eligibility', '{provider_code}', '{provider_code,top_up_code}', '{provider_code,top_up_code}')
    ) AS v (feed, target, head, key, fields)
    WHERE v.feed = dated_feed.feed;
END;
COMMENT ON FUNCTION @icb@.dated_feed(text) IS
    'How a feed fills a dated table: the columns whose rows a file replaces as a whole (head), those that hold once on a day (key), and all but the validity (fields). NULLs for any other feed.';

-- Spellings of the file as the tables hold them; then what no table may hold.
CREATE FUNCTION @icb@.tidy_dated_feed(submission_id bigint, feed text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    tidied text := CASE feed
        WHEN 'contract_terms' THEN $q$term = lower(s.term), context = coalesce(s.context, ''), note = coalesce(s.note, ''), source = coalesce(s.source, file.name)$q$
        WHEN 'contract_services' THEN 'included = coalesce(s.included, true)'
        WHEN 'approval_policies' THEN $q$title = coalesce(s.title, '')$q$
        WHEN 'wards' THEN 'kind = lower(s.kind)'
        WHEN 'drug_list' THEN $q$indication = coalesce(s.indication, ''), approval_required = coalesce(s.approval_required, false), source = coalesce(s.source, file.name)$q$
        WHEN 'device_list' THEN $q$procedure_prefixes = upper(regexp_replace(replace(coalesce(s.procedure_prefixes, ''), '.', ''), '[ ,;|]+', ' ', 'g')), zero_cost = coalesce(s.zero_cost, false)$q$
        WHEN 'code_lists' THEN $q$list = lower(s.list), source = coalesce(s.source, file.name)$q$
        END;
    system_of constant text := $q$upper(regexp_replace(s.code_system, '[^A-Za-z0-9]', '', 'g'))$q$;
    bad record;
BEGIN
    IF tidied IS NOT NULL THEN
        EXECUTE format('UPDATE @icb_identity@.stage_%1$s s SET %2$s FROM (SELECT b.file_name AS name FROM @icb@.submission b WHERE b.submission_id = %1$s) file WHERE s.faults IS NULL',
            submission_id, tidied);
    END IF;
    IF feed IN ('approval_policies', 'code_releases', 'code_pairs', 'code_lists') THEN
        EXECUTE format('UPDATE @icb_identity@.stage_%s s SET code_system = %s WHERE s.faults IS NULL', submission_id, system_of);
    END IF;
    IF feed IN ('approval_policies', 'code_lists') THEN
        EXECUTE format($q$UPDATE @icb_identity@.stage_%s s SET code_prefix = CASE WHEN s.code_system = 'DRUG' THEN s.code_prefix ELSE upper(replace(s.code_prefix, '.', '')) END
                          WHERE s.faults IS NULL$q$, submission_id);
    ELSIF feed = 'code_releases' THEN
        EXECUTE format('UPDATE @icb_identity@.stage_%s s SET code = replace(s.code, ''.'', '''') WHERE s.faults IS NULL', submission_id);
    ELSIF feed = 'code_pairs' THEN
        EXECUTE format('UPDATE @icb_identity@.stage_%s s SET code_1 = replace(s.code_1, ''.'', ''''), code_2 = replace(s.code_2, ''.'', '''') WHERE s.faults IS NULL', submission_id);
    END IF;
    FOR bad IN
        SELECT v.target, v.reason, v.condition
        FROM (VALUES
            ('contract_terms', 'contract_id', 'no contract of this name', 'NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)'),
            ('contract_terms', 'term', 'not a name of lower-case letters, digits and underscores', $q$s.term !~ '^[a-z][a-z0-9_]*$'$q$),
            ('contract_services', 'contract_id', 'no contract of this name', 'NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)'),
            ('contract_services', 'pod', 'not a point of delivery', 'NOT EXISTS (SELECT FROM commissioning.pod_reference p WHERE p.pod = s.pod) AND s.pod IS NOT NULL'),
            ('approval_policies', 'code_system', 'not OPCS4, ICD10, HRG or DRUG', $q$s.code_system NOT IN ('OPCS4', 'ICD10', 'HRG', 'DRUG')$q$),
            ('approval_policies', 'code_prefix', 'no code can begin like this', 'NOT @icb@.is_code_prefix(s.code_system, s.code_prefix)'),
            ('wards', 'kind', 'not cdu, observation, assessment or ward', $q$s.kind NOT IN ('cdu', 'observation', 'assessment', 'ward')$q$),
            ('area_commissioners', 'lsoa_code', 'not a code of a small area', $q$s.lsoa_code !~ '^[EWSN][0-9]{8}$'$q$),
            ('drug_list', 'payer', 'not ICB or NHSE', $q$s.payer NOT IN ('ICB', 'NHSE')$q$),
            ('drug_list', 'reference_price', 'less than nothing', 's.reference_price < 0'),
            ('drug_list', 'max_quantity', 'not above 0', 's.max_quantity <= 0'),
            ('device_list', 'procedure_prefixes', 'no procedure can begin like this', $q$EXISTS (SELECT FROM string_to_table(s.procedure_prefixes, ' ') p WHERE p <> '' AND NOT @icb@.is_code_prefix('OPCS4', p))$q$),
            ('device_list', 'reference_price', 'less than nothing', 's.reference_price < 0'),
            ('code_releases', 'code_system', 'not OPCS4 or ICD10', $q$s.code_system NOT IN ('OPCS4', 'ICD10')$q$),
            ('code_releases', 'code', 'not a code of this system', $q$CASE s.code_system WHEN 'OPCS4' THEN commissioning.to_opcs4(s.code) IS NULL ELSE commissioning.to_icd10(s.code) IS NULL END$q$),
            ('code_pairs', 'code_system', 'not HRG or OPCS4', $q$s.code_system NOT IN ('HRG', 'OPCS4')$q$),
            ('code_pairs', 'code_2', 'the same code twice', 's.code_1 = s.code_2'),
            ('unit_limits', 'max_units', 'not above 0', 's.max_units <= 0'),
            ('code_lists', 'list', 'not a name of lower-case letters, digits and underscores', $q$s.list !~ '^[a-z][a-z0-9_]*$'$q$),
            ('code_lists', 'code_system', 'not HRG, ICD10, OPCS4, TFC, OVERSEAS, PROGRAMME or DRUG', $q$s.code_system NOT IN ('HRG', 'ICD10', 'OPCS4', 'TFC', 'OVERSEAS', 'PROGRAMME', 'DRUG')$q$),
            ('code_lists', 'code_prefix', 'no code can begin like this', 'NOT @icb@.is_code_prefix(s.code_system, s.code_prefix)')
        ) AS v (feed, target, reason, condition)
        WHERE v.feed = tidy_dated_feed.feed
    LOOP
        PERFORM @icb@.refuse(submission_id, bad.target, bad.reason, bad.condition);
    END LOOP;
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
END
$$;
COMMENT ON FUNCTION @icb@.tidy_dated_feed(bigint, text) IS
    'Brings the stage rows of a dated feed into the spelling of its table and refuses those that it may not hold.';

CREATE FUNCTION @icb@.is_code_prefix(code_system text, prefix text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE code_system
        WHEN 'ICD10' THEN prefix ~ '^[A-Z]([0-9]([0-9]([0-9X]([0-9X])?)?)?)?$'
        WHEN 'OPCS4' THEN prefix ~ '^[A-Z]([0-9]([0-9]([0-9])?)?)?$'
        WHEN 'HRG' THEN prefix ~ '^[A-Z]([A-Z]([0-9]([0-9]([A-Z])?)?)?)?$'
        WHEN 'TFC' THEN prefix ~ '^[1-9][0-9]{0,2}$'
        ELSE prefix <> '' END;
COMMENT ON FUNCTION @icb@.is_code_prefix(text, text) IS 'Whether a code of a system can begin with these characters (capitals, no dot).';

CREATE FUNCTION @icb@.apply_dated_feed(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    how record := @icb@.dated_feed(feed);
    loaded bigint;
BEGIN
    PERFORM @icb@.tidy_dated_feed(submission_id, feed);
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY[%2$L]
        FROM (SELECT a.line_no, coalesce(a.valid_from, '-infinity'::date) AS valid_from,
                     max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY %3$s ORDER BY a.valid_from NULLS FIRST, a.line_no
                                                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.valid_from <= d.busy_to $q$, submission_id, how.key[array_upper(how.key, 1)] || '|overlaps an earlier row of the same key',
        (SELECT string_agg(format('a.%I', k), ', ') FROM unnest(how.key) k));
    EXECUTE format('DELETE FROM @icb@.%1$I t USING @icb_identity@.stage_%2$s s WHERE s.faults IS NULL AND %3$s', how.target, submission_id,
        (SELECT string_agg(format('t.%1$I = s.%1$I', h), ' AND ') FROM unnest(how.head) h));
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.%1$I (valid, %3$s)
            SELECT daterange(s.valid_from, s.valid_to, '[]'), %4$s FROM @icb_identity@.stage_%2$s s WHERE s.faults IS NULL RETURNING 1
        )
        SELECT count(*) FROM ins $q$, how.target, submission_id, (SELECT string_agg(quote_ident(f), ', ' ORDER BY n) FROM unnest(how.fields) WITH ORDINALITY u(f, n)),
        (SELECT string_agg(CASE f WHEN 'procedure_prefixes' THEN $q$coalesce(string_to_array(nullif(btrim(s.procedure_prefixes), ''), ' '), '{}')$q$ ELSE format('s.%I', f) END, ', ' ORDER BY n)
         FROM unnest(how.fields) WITH ORDINALITY u(f, n))) INTO loaded;
    PERFORM @icb@.refresh_statistics(how.target);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_dated_feed(bigint, text) IS
    'Loads a dated table from a file; the end date is the last day. What the file names as a head (a list, a drug, the wards of a provider) is replaced whole; rows that overlap an earlier one are refused. Rows loaded.';

-- Everything else -----------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_prior_approvals(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    -- codes of drugs may have ten digits too
    PERFORM @icb@.refuse(submission_id, 'policy', 'looks like an NHS number', 'commissioning.to_nhs_number(s.policy) IS NOT NULL AND NOT @icb@.is_snomed_id(s.policy)');
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    PERFORM @icb@.refuse_repeats(submission_id, 'approval_id', 'a.person_system, a.person_value, a.approval_id, a.policy, a.indication, a.valid_from');
    PERFORM @icb@.resolve_people(submission_id);
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT coalesce(x.person_id, i.person_id) AS person_id, s.approval_id, s.policy, coalesce(s.indication, '') AS indication, daterange(s.valid_from, s.valid_to, '[]') AS valid
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL $q$, submission_id);
    -- an approval sent again is replaced
    EXECUTE format('DELETE FROM @icb@.prior_approval p USING @icb_identity@.replaced_%s n WHERE p.person_id = n.person_id AND p.approval_id = n.approval_id', submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.prior_approval (person_id, approval_id, policy, indication, valid, submission_id)
        SELECT n.person_id, n.approval_id, n.policy, n.indication, n.valid, %1$s FROM @icb_identity@.replaced_%1$s n ORDER BY n.person_id
        ON CONFLICT ON CONSTRAINT prior_approval_pkey DO NOTHING $q$, submission_id);
    PERFORM @icb@.touch_replaced(submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    PERFORM @icb@.refresh_statistics('prior_approval');
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_prior_approvals(bigint) IS 'Loads approvals of people; an approval sent again is replaced. Rows accepted.';

CREATE FUNCTION @icb@.apply_recovered_lines(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'end_date', 'ends before it starts', 's.end_date < s.start_date');
    PERFORM @icb@.refuse(submission_id, 'recovered_on', 'before the activity', 's.recovered_on < s.start_date');
    PERFORM @icb@.refuse_repeats(submission_id, 'reference', 'a.person_system, a.person_value, a.provider_code, a.start_date, a.pod, a.hrg_sent, a.reference');
    PERFORM @icb@.resolve_people(submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.recovered_line (person_id, provider_code, start_date, pod, hrg_sent, reference, end_date, recovered_on, submission_id)
        SELECT coalesce(x.person_id, i.person_id), s.provider_code, s.start_date, s.pod, coalesce(s.hrg_sent, ''), coalesce(s.reference, ''), s.end_date, s.recovered_on, %1$s
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL
        ORDER BY 1
        ON CONFLICT ON CONSTRAINT recovered_line_pkey DO UPDATE SET end_date = excluded.end_date, recovered_on = excluded.recovered_on, submission_id = excluded.submission_id $q$,
        submission_id);
    PERFORM @icb@.refresh_statistics('recovered_line');
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_recovered_lines(bigint) IS 'Loads lines whose money came back; a line sent again under the same reference is replaced. Rows accepted.';

CREATE FUNCTION @icb@.apply_invoice_feed(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    -- what was cleared for checking invoices serves nothing else
    IF feed IN ('prior_approvals', 'recovered_lines') AND NOT @icb@.stage_allowed('validate') THEN
        RAISE EXCEPTION 'feed "%" belongs to invoice validation, the purpose of warehouse "@icb@" is @purpose@', feed
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Load it into a warehouse of its own purpose.';
    END IF;
    CASE feed
        WHEN 'prior_approvals' THEN RETURN @icb@.apply_prior_approvals(submission_id);
        WHEN 'recovered_lines' THEN RETURN @icb@.apply_recovered_lines(submission_id);
        WHEN 'submission_dates' THEN
            EXECUTE format('UPDATE @icb_identity@.stage_%s s SET kind = lower(s.kind) WHERE s.faults IS NULL', submission_id);
            PERFORM @icb@.refuse(submission_id, 'kind', 'not flex or freeze', $q$s.kind NOT IN ('flex', 'freeze')$q$);
            PERFORM @icb@.refuse(submission_id, 'publication_date', 'published before the data are in', 's.publication_date < s.inclusion_date');
            PERFORM @icb@.refuse_repeats(submission_id, 'kind', 'a.financial_year, a.month, a.kind');
            EXECUTE format($q$
                WITH ins AS (
                    INSERT INTO @icb@.submission_date (financial_year, month, submission_kind, inclusion_date, publication_date)
                    SELECT s.financial_year, s.month, s.kind, s.inclusion_date, s.publication_date FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL
                    ON CONFLICT ON CONSTRAINT submission_date_pkey DO UPDATE SET inclusion_date = excluded.inclusion_date, publication_date = excluded.publication_date
                    RETURNING 1
                )
                SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
        WHEN 'low_volume_pairs' THEN
            PERFORM @icb@.refuse_repeats(submission_id, 'provider_code', 'a.provider_code, a.commissioner_code, a.financial_year');
            -- the file names all pairs of a commissioner in a year
            EXECUTE format('DELETE FROM @icb@.low_volume_pair p USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND p.commissioner_code = s.commissioner_code AND p.financial_year = s.financial_year', submission_id);
            EXECUTE format($q$
                WITH ins AS (
                    INSERT INTO @icb@.low_volume_pair (provider_code, commissioner_code, financial_year)
                    SELECT s.provider_code, s.commissioner_code, s.financial_year FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL RETURNING 1
                )
                SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
        ELSE RETURN @icb@.apply_dated_feed(submission_id, feed);
    END CASE;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_invoice_feed(bigint, text) IS
    'Loads what rules need to know beside claim and record. 55000 when it holds what was given for invoice validation alone and the warehouse has another purpose. Rows accepted.';

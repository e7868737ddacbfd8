-- Loading of contracts' changing terms and of price books.

-- Days of a price within its financial year: -infinity and infinity stand for all of it.
CREATE TABLE @icb@.tariff_top_up (
    tariff_name    text NOT NULL,
    financial_year text NOT NULL,
    code           text NOT NULL CHECK (octet_length(code) BETWEEN 1 AND 15),
    valid_from     date NOT NULL DEFAULT '-infinity',
    valid_to       date NOT NULL DEFAULT 'infinity',
    percent        numeric(9,6) CHECK (percent >= 0),
    synthetic      boolean NOT NULL DEFAULT false,
    submission_id  bigint,
    PRIMARY KEY (tariff_name, financial_year, code, valid_from),
    CHECK (valid_from <= valid_to)
);
COMMENT ON TABLE @icb@.tariff_top_up IS 'Specialised service top-ups of price lists as loaded, in percent of the base price.';
COMMENT ON COLUMN @icb@.tariff_top_up.code IS 'Specialised service code.';
COMMENT ON COLUMN @icb@.tariff_top_up.valid_from IS 'First day; -infinity: from the beginning of the year.';
COMMENT ON COLUMN @icb@.tariff_top_up.valid_to IS 'Last day; infinity: to the end of the year.';
COMMENT ON COLUMN @icb@.tariff_top_up.percent IS 'Percent of the base price; NULL: none any more.';
COMMENT ON COLUMN @icb@.tariff_top_up.synthetic IS 'Invented prices, for demonstration only.';

CREATE TABLE @icb@.tariff_pathway (
    tariff_name    text NOT NULL,
    financial_year text NOT NULL,
    module         text NOT NULL CHECK (module IN ('antenatal', 'delivery', 'postnatal')),
    level          text NOT NULL CHECK (octet_length(level) BETWEEN 1 AND 15),
    valid_from     date NOT NULL DEFAULT '-infinity',
    valid_to       date NOT NULL DEFAULT 'infinity',
    price          numeric(16,2) CHECK (price >= 0),
    synthetic      boolean NOT NULL DEFAULT false,
    submission_id  bigint,
    PRIMARY KEY (tariff_name, financial_year, module, level, valid_from),
    CHECK (valid_from <= valid_to)
);
COMMENT ON TABLE @icb@.tariff_pathway IS
    'Maternity pathway prices of price lists as loaded, by module and level of need: claims name the level as TARIFF CODE (STANDARD, INTERMEDIATE, INTENSIVE; WITHCC, WITHOUTCC for a delivery).';
COMMENT ON COLUMN @icb@.tariff_pathway.module IS 'antenatal, delivery or postnatal.';
COMMENT ON COLUMN @icb@.tariff_pathway.level IS 'Level of need, capitals without blanks.';
COMMENT ON COLUMN @icb@.tariff_pathway.valid_from IS 'First day; -infinity: from the beginning of the year.';
COMMENT ON COLUMN @icb@.tariff_pathway.valid_to IS 'Last day; infinity: to the end of the year.';
COMMENT ON COLUMN @icb@.tariff_pathway.price IS 'Price of the module; NULL: none any more.';
COMMENT ON COLUMN @icb@.tariff_pathway.synthetic IS 'Invented prices, for demonstration only.';

-- Of rows that overlap in one file the first stands, by key (SQL over row a) and days.
CREATE FUNCTION @icb@.refuse_overlaps(submission_id bigint, key text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier row of the file']
        FROM (SELECT a.line_no, a.valid_from, max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY %2$s ORDER BY a.valid_from, a.line_no
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.valid_from <= d.busy_to $q$, submission_id, key);
END
$$;
COMMENT ON FUNCTION @icb@.refuse_overlaps(bigint, text) IS
    'Refuses stage rows that end before they start, or whose days overlap those of another row of the file with the same key (SQL over row a).';

CREATE FUNCTION @icb@.apply_contract_dates(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'contract_id', 'no contract of this name', 'NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)');
    IF feed = 'contract_bases' THEN
        PERFORM @icb@.refuse(submission_id, 'basis', 'not a basis of payment',
            $q$s.basis NOT IN ('tariff', 'activity', 'api', 'block', 'blended', 'mret', 'lva', 'local', 'nca', 'risk_share')$q$);
        PERFORM @icb@.refuse_overlaps(submission_id, 'a.contract_id');
        -- the file names all bases of the contracts in it
        EXECUTE format('DELETE FROM @icb@.contract_basis b USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND b.contract_id = s.contract_id', submission_id);
        EXECUTE format($q$
            WITH ins AS (
                INSERT INTO @icb@.contract_basis (contract_id, valid, basis)
                SELECT s.contract_id, daterange(s.valid_from, s.valid_to, '[]'), s.basis FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL RETURNING 1
            ) SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
        RETURN loaded;
    END IF;
    PERFORM @icb@.refuse(submission_id, 'kind', 'not mret_baseline, blended_fixed, blended_plan or api_target',
        $q$lower(s.kind) NOT IN ('mret_baseline', 'blended_fixed', 'blended_plan', 'api_target')$q$);
    PERFORM @icb@.refuse(submission_id, 'amount', 'below zero', 's.amount < 0');
    PERFORM @icb@.refuse_overlaps(submission_id, 'a.contract_id, lower(a.kind)');
    EXECUTE format($q$
        DELETE FROM @icb@.contract_baseline b USING @icb_identity@.stage_%s s
        WHERE s.faults IS NULL AND b.contract_id = s.contract_id AND b.kind = lower(s.kind) AND b.valid && daterange(s.valid_from, s.valid_to, '[]') $q$, submission_id);
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.contract_baseline (contract_id, kind, valid, amount, source)
            SELECT s.contract_id, lower(s.kind), daterange(s.valid_from, s.valid_to, '[]'), s.amount,
                   coalesce(s.source, (SELECT b.file_name FROM @icb@.submission b WHERE b.submission_id = %1$s))
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL RETURNING 1
        ) SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_contract_dates(bigint, text) IS
    'Loads dated payment bases (the file names all of its contracts) or agreed values (one sent again replaces those whose days it touches). Rows loaded.';

CREATE FUNCTION @icb@.apply_local_prices(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    former record;
    gone @icb@.price_rule;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'contract_id', 'no contract of this name',
        's.contract_id IS NOT NULL AND NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)');
    PERFORM @icb@.refuse(submission_id, 'unit_price', 'below zero', 's.unit_price < 0');
    -- equally specific prices never hold on one day
    PERFORM @icb@.refuse_overlaps(submission_id, 'a.contract_id, a.provider_code, a.pod, a.hrg_prefix, a.treatment_function');
    -- of an earlier price those days stay that the new ones do not touch
    FOR former IN EXECUTE format($q$
        SELECT r.price_rule_id, range_agg(daterange(s.valid_from, s.valid_to, '[]')) AS taken
        FROM @icb@.price_rule r
        JOIN @icb_identity@.stage_%s s
          ON s.faults IS NULL AND r.valid && daterange(s.valid_from, s.valid_to, '[]')
         AND (r.contract_id, r.provider_code, r.pod, r.hrg_prefix, r.treatment_function)
             IS NOT DISTINCT FROM (s.contract_id, s.provider_code, s.pod, s.hrg_prefix, s.treatment_function)
        GROUP BY r.price_rule_id ORDER BY r.price_rule_id $q$, submission_id)
    LOOP
        DELETE FROM @icb@.price_rule r WHERE r.price_rule_id = former.price_rule_id RETURNING r.* INTO gone;
        INSERT INTO @icb@.price_rule (contract_id, provider_code, pod, hrg_prefix, treatment_function, valid, unit_price, factor_applies, source)
        SELECT gone.contract_id, gone.provider_code, gone.pod, gone.hrg_prefix, gone.treatment_function, v.valid, gone.unit_price, gone.factor_applies, gone.source
        FROM unnest(multirange(gone.valid) - former.taken) AS v(valid);
    END LOOP;
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.price_rule (contract_id, provider_code, pod, hrg_prefix, treatment_function, valid, unit_price, factor_applies, source)
            SELECT s.contract_id, s.provider_code, s.pod, s.hrg_prefix, s.treatment_function, daterange(s.valid_from, s.valid_to, '[]'), s.unit_price,
                   coalesce(s.factor_applies, false), coalesce(s.source, (SELECT b.file_name FROM @icb@.submission b WHERE b.submission_id = %1$s))
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL ORDER BY s.line_no RETURNING 1
        ) SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_local_prices(bigint) IS
    'Loads local prices; one sent again goes before those just as specific on its days, two in one file that hold on one day are refused. Rows loaded.';

-- Price books -------------------------------------------------------------------------------
--
-- Every layout becomes the same long rows: list, year, days, kind, group, code, measure, price.

CREATE FUNCTION @icb@.price_book_rows(submission_id bigint, feed text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    cells text;
    stage text := format('@icb_identity@.stage_%s', submission_id);
BEGIN
    IF feed = 'price_book' THEN
        RETURN format($q$
            SELECT s.line_no, s.tariff_name, s.financial_year, s.valid_from, s.valid_to, lower(s.kind) AS kind,
                   CASE lower(s.kind) WHEN 'pathway' THEN lower(s.price_group) WHEN 'attendance' THEN upper(s.price_group) ELSE '' END AS price_group, s.code,
                   coalesce(lower(s.measure), CASE lower(s.kind) WHEN 'spell' THEN '' WHEN 'top_up' THEN 'percent' ELSE 'price' END) AS measure,
                   s.price::numeric AS price, coalesce(s.synthetic, false) AS synthetic, true AS applicable
            FROM %s s WHERE s.faults IS NULL$q$, stage);
    END IF;
    cells := CASE feed
        WHEN 'annex_a' THEN $q$('procedure', '', s.code, 'price', s.procedure), ('spell', '', s.code, 'combined', s.combined), ('spell', '', s.code, 'day_case', s.day_case),
            ('spell', '', s.code, 'elective', s.elective), ('spell', '', s.code, 'elective_trim', s.elective_trim), ('spell', '', s.code, 'non_elective', s.non_elective),
            ('spell', '', s.code, 'non_elective_trim', s.non_elective_trim), ('spell', '', s.code, 'per_day', s.per_day),
            ('spell', '', s.code, 'short_stay_percent', s.short_stay_percent * 100), ('spell', '', s.code, 'short_stay_price', s.short_stay_price)$q$
        WHEN 'annex_a_outpatients' THEN (
            SELECT string_agg(format('(''attendance'', s.price_group, %L, ''price'', s.%I)', upper(h), h), ', ')
            FROM unnest('{wf01b,wf02b,wf01a,wf02a,wf01d,wf01c,wf02d,wf02c}'::text[]) h)
        WHEN 'annex_a_emergency' THEN $q$('emergency', '', s.code, 'price', s.emergency)$q$
        WHEN 'annex_a_unbundled' THEN $q$('unbundled', '', s.code, 'price', s.unbundled)$q$
        ELSE $q$('spell', '', s.code, 'best_practice', s.best_practice), ('spell', '', s.code, 'best_practice_addition', s.best_practice_addition)$q$ END;
    RETURN format($q$
        SELECT s.line_no, s.tariff_name, s.financial_year, s.valid_from, s.valid_to, c.kind, c.price_group, c.code, c.measure, c.price::numeric AS price,
               coalesce(s.synthetic, false) AS synthetic, %s AS applicable
        FROM %s s
        CROSS JOIN LATERAL (VALUES %s) c(kind, price_group, code, measure, price)
        WHERE s.faults IS NULL AND c.price IS NOT NULL$q$,
        CASE feed WHEN 'annex_a' THEN 'coalesce(s.short_stay_applicable, false)' ELSE 'true' END, stage, cells);
END
$$;
COMMENT ON FUNCTION @icb@.price_book_rows(bigint, text) IS
    'Query for the cells of a staged price book or workbook sheet as long rows: line, list, year, days, kind, group, code, measure, price.';

CREATE FUNCTION @icb@.apply_price_book(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    first_day text := '@icb@.financial_month_start(s.financial_year, 1)';
    day date;
    query text;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    PERFORM @icb@.refuse(submission_id, 'valid_from', 'not a day of the financial year', format('s.valid_from < %1$s OR s.valid_from >= %1$s + interval ''1 year''', first_day));
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'not a day of the financial year', format('s.valid_to < %1$s OR s.valid_to >= %1$s + interval ''1 year''', first_day));
    IF feed = 'price_book' THEN
        PERFORM @icb@.refuse(submission_id, 'kind', 'not spell, attendance, procedure, emergency, unbundled, pathway or top_up',
            $q$lower(s.kind) NOT IN ('spell', 'attendance', 'procedure', 'emergency', 'unbundled', 'pathway', 'top_up')$q$);
        PERFORM @icb@.refuse(submission_id, 'measure', 'not a measure of this kind of price', $q$CASE lower(s.kind)
            WHEN 'spell' THEN coalesce(lower(s.measure), '') NOT IN ('combined', 'day_case', 'elective', 'elective_trim', 'non_elective', 'non_elective_trim', 'per_day',
                                   'short_stay_price', 'short_stay_percent', 'best_practice', 'best_practice_addition')
            WHEN 'top_up' THEN coalesce(lower(s.measure), 'percent') <> 'percent'
            ELSE coalesce(lower(s.measure), 'price') <> 'price' END$q$);
        PERFORM @icb@.refuse(submission_id, 'price_group', 'an attendance needs its treatment function', $q$lower(s.kind) = 'attendance' AND coalesce(s.price_group, '') !~ '^[0-9A-Za-z]{1,7}$'$q$);
        PERFORM @icb@.refuse(submission_id, 'price_group', 'not antenatal, delivery or postnatal', $q$lower(s.kind) = 'pathway' AND coalesce(lower(s.price_group), '') NOT IN ('antenatal', 'delivery', 'postnatal')$q$);
        PERFORM @icb@.refuse(submission_id, 'code', 'longer than 15 characters', $q$lower(s.kind) IN ('pathway', 'top_up') AND octet_length(s.code) > 15$q$);
        PERFORM @icb@.refuse(submission_id, 'code', 'not an HRG', $q$lower(s.kind) NOT IN ('pathway', 'top_up') AND commissioning.to_hrg(s.code) IS NULL$q$);
        PERFORM @icb@.refuse(submission_id, 'price', 'not a whole number of days', $q$lower(s.measure) LIKE '%_trim' AND s.price <> trunc(s.price)$q$);
        PERFORM @icb@.refuse(submission_id, 'price', 'below zero', 's.price < 0');
        PERFORM @icb@.refuse_repeats(submission_id, 'code',
            'a.tariff_name, a.financial_year, lower(a.kind), lower(a.price_group), a.code, coalesce(lower(a.measure), ''''), coalesce(a.valid_from, ''-infinity'')');
    ELSE
        IF feed <> 'annex_a_outpatients' THEN
            PERFORM @icb@.refuse(submission_id, 'code', 'not an HRG', 'commissioning.to_hrg(s.code) IS NULL');
        END IF;
        PERFORM @icb@.refuse_repeats(submission_id, CASE feed WHEN 'annex_a_outpatients' THEN 'price_group' ELSE 'code' END,
            format('a.tariff_name, a.financial_year, a.%I, coalesce(a.valid_from, ''-infinity'')', CASE feed WHEN 'annex_a_outpatients' THEN 'price_group' ELSE 'code' END));
        -- prices stand in several columns: one below zero refuses its row
        PERFORM @icb@.refuse(submission_id, CASE feed WHEN 'annex_a_outpatients' THEN 'price_group' ELSE 'code' END, 'a price below zero',
            format('s.line_no IN (SELECT r.line_no FROM (%s) r WHERE r.price < 0)', @icb@.price_book_rows(submission_id, feed)));
    END IF;
    -- days that are all of the year are written as such, so that what is sent twice meets itself
    query := format($q$
        SELECT r.tariff_name, r.financial_year, r.kind, r.price_group, r.code, r.measure, r.price, r.synthetic, r.applicable,
               CASE WHEN r.valid_from > f.first_day THEN r.valid_from ELSE '-infinity' END AS valid_from,
               CASE WHEN r.valid_to < f.last_day THEN r.valid_to ELSE 'infinity' END AS valid_to
        FROM (%s) r
        CROSS JOIN LATERAL (SELECT @icb@.financial_month_start(r.financial_year, 1) AS first_day,
                                   (@icb@.financial_month_start(r.financial_year, 1) + interval '1 year')::date - 1 AS last_day) f$q$,
        @icb@.price_book_rows(submission_id, feed));
    EXECUTE format($q$
        INSERT INTO @icb@.tariff_top_up AS t (tariff_name, financial_year, code, valid_from, valid_to, percent, synthetic, submission_id)
        SELECT r.tariff_name, r.financial_year, r.code, r.valid_from, r.valid_to, r.price, r.synthetic, %1$s FROM (%2$s) r WHERE r.kind = 'top_up'
        ON CONFLICT ON CONSTRAINT tariff_top_up_pkey DO UPDATE
        SET valid_to = excluded.valid_to, percent = excluded.percent, synthetic = excluded.synthetic, submission_id = excluded.submission_id $q$, submission_id, query);
    EXECUTE format($q$
        INSERT INTO @icb@.tariff_pathway AS t (tariff_name, financial_year, module, level, valid_from, valid_to, price, synthetic, submission_id)
        SELECT r.tariff_name, r.financial_year, r.price_group, r.code, r.valid_from, r.valid_to, r.price, r.synthetic, %1$s FROM (%2$s) r WHERE r.kind = 'pathway'
        ON CONFLICT ON CONSTRAINT tariff_pathway_pkey DO UPDATE
        SET valid_to = excluded.valid_to, price = excluded.price, synthetic = excluded.synthetic, submission_id = excluded.submission_id $q$, submission_id, query);
    -- a correction names what changes: the rest it takes from the row that it follows, which may stand in the same file
    FOR day IN EXECUTE format($q$SELECT DISTINCT r.valid_from FROM (%s) r ORDER BY 1$q$, query) LOOP
        EXECUTE format($q$
            INSERT INTO @icb@.tariff_price AS t (tariff_name, financial_year, kind, treatment_function, hrg, combined, day_case, elective, elective_trim, non_elective,
                non_elective_trim, per_day, short_stay_applicable, short_stay_percent, short_stay_price, best_practice, price, synthetic, submission_id,
                valid_from, valid_to, best_practice_addition)
            SELECT g.tariff_name, g.financial_year, g.kind, g.price_group, g.hrg, coalesce(g.combined, e.combined), coalesce(g.day_case, e.day_case),
                coalesce(g.elective, e.elective), coalesce(g.elective_trim, e.elective_trim), coalesce(g.non_elective, e.non_elective),
                coalesce(g.non_elective_trim, e.non_elective_trim), coalesce(g.per_day, e.per_day),
                CASE WHEN g.stated THEN g.short_stay_percent IS NOT NULL OR g.short_stay_price IS NOT NULL ELSE e.short_stay_applicable END,
                CASE WHEN g.stated THEN g.short_stay_percent / 100 ELSE e.short_stay_percent END,
                CASE WHEN g.stated THEN g.short_stay_price ELSE e.short_stay_price END,
                coalesce(g.best_practice, e.best_practice), coalesce(g.price, e.price), g.synthetic, %1$s, g.valid_from, g.valid_to,
                coalesce(g.best_practice_addition, e.best_practice_addition)
            FROM (SELECT r.tariff_name, r.financial_year, r.kind, r.price_group, commissioning.to_hrg(r.code) AS hrg, r.valid_from, max(r.valid_to) AS valid_to,
                         bool_or(r.synthetic) AS synthetic, bool_or(r.measure LIKE 'short_stay%%') AS stated,
                         max(r.price) FILTER (WHERE r.measure = 'combined') AS combined, max(r.price) FILTER (WHERE r.measure = 'day_case') AS day_case,
                         max(r.price) FILTER (WHERE r.measure = 'elective') AS elective, max(r.price) FILTER (WHERE r.measure = 'elective_trim')::integer AS elective_trim,
                         max(r.price) FILTER (WHERE r.measure = 'non_elective') AS non_elective,
                         max(r.price) FILTER (WHERE r.measure = 'non_elective_trim')::integer AS non_elective_trim,
                         max(r.price) FILTER (WHERE r.measure = 'per_day') AS per_day,
                         max(r.price) FILTER (WHERE r.measure = 'short_stay_percent' AND r.applicable) AS short_stay_percent,
                         max(r.price) FILTER (WHERE r.measure = 'short_stay_price' AND r.applicable) AS short_stay_price,
                         max(r.price) FILTER (WHERE r.measure = 'best_practice') AS best_practice,
                         max(r.price) FILTER (WHERE r.measure = 'best_practice_addition') AS best_practice_addition,
                         max(r.price) FILTER (WHERE r.measure = 'price') AS price
                  FROM (%2$s) r
                  WHERE r.kind NOT IN ('top_up', 'pathway') AND r.valid_from = %3$L
                  GROUP BY 1, 2, 3, 4, 5, 6) g
            LEFT JOIN LATERAL (
                SELECT x.* FROM @icb@.tariff_price x
                WHERE x.tariff_name = g.tariff_name AND x.financial_year = g.financial_year AND x.kind = g.kind AND x.treatment_function = g.price_group
                  AND x.hrg::text = g.hrg::text AND x.valid_from <= g.valid_from
                ORDER BY x.valid_from DESC LIMIT 1) e ON true
            ON CONFLICT ON CONSTRAINT tariff_price_pkey DO UPDATE
            SET combined = excluded.combined, day_case = excluded.day_case, elective = excluded.elective, elective_trim = excluded.elective_trim,
                non_elective = excluded.non_elective, non_elective_trim = excluded.non_elective_trim, per_day = excluded.per_day,
                short_stay_applicable = excluded.short_stay_applicable, short_stay_percent = excluded.short_stay_percent,
                short_stay_price = excluded.short_stay_price, best_practice = excluded.best_practice, price = excluded.price, synthetic = excluded.synthetic,
                submission_id = excluded.submission_id, valid_to = excluded.valid_to, best_practice_addition = excluded.best_practice_addition $q$,
            submission_id, query, day);
    END LOOP;
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_price_book(bigint, text) IS
    'Loads a price book in long form, or a sheet of the published workbook, into tariff_price, tariff_top_up and tariff_pathway. A price sent again replaces the earlier one of the same days; one for a part of the year goes before those that began earlier and takes from them what it does not name. Rows accepted.';

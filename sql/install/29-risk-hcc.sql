-- CMS-HCC, the risk adjustment model of Medicare: models are built here from tables in the publisher's layout, because the code map
-- and the coefficients are thousands of rows that change every year. bin/commissioning-models loads them into a warehouse.
-- An edit or rule that is not understood must stop the import: a model without it would score, wrongly.

CREATE FUNCTION cms_hcc_rows(source regclass, model text, purpose text)
    RETURNS TABLE (category text, code_pattern text, weight numeric, note text)
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT nullif(trim(t.category::text), ''''), nullif(regexp_replace(upper(t.code_pattern::text), ''\s+'', '''', ''g''), ''''),
                nullif(trim(t.weight::text), '''')::numeric, coalesce(t.note::text, '''')
         FROM %s t WHERE lower(t.model::text) = lower($1)', source) USING model;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'table "%" (%) has no rows of model "%"', source, purpose, model
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The columns are model, category, code_pattern, weight and note.';
    END IF;
END
$$;
COMMENT ON FUNCTION cms_hcc_rows(regclass, text, text) IS
    'Rows of one model in a table in the publisher''s layout (model, category, code_pattern, weight, note). 22023 when there is none. Used by cms_hcc_models.';

-- Age and sex cells count through bounds on age, female (1 or 0), orec (original reason for entitlement, 0 to 3), nemcaid and ltimcaid.
CREATE FUNCTION cms_hcc_cell(name text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text[];
    low integer;
    high integer;
    sex jsonb;
    age jsonb;
    medicaid jsonb;
BEGIN
    IF name = 'LTIMCAID' THEN
        RETURN '[[{"input": "ltimcaid", "is": 1}]]';
    ELSIF name = 'ORIGDS' THEN
        RETURN '[[{"input": "age", "from": 65}, {"input": "orec", "is": 1}]]';
    ELSIF name ~ '^OriginallyDisabled_(Female|Male)$' THEN
        RETURN jsonb_build_array(jsonb_build_array(jsonb_build_object('input', 'age', 'from', 65), jsonb_build_object('input', 'orec', 'is', 1),
                                                   jsonb_build_object('input', 'female', 'is', (name ~ 'Female')::integer)));
    END IF;
    part := regexp_match(name, '^(?:(N?MCAID)_(N?ORIGDIS)_NE)?([FM])([0-9]{1,3})(?:_([0-9]{1,3}|GT))?$');
    IF part IS NULL THEN
        RETURN NULL;
    END IF;
    low := part[4];
    high := CASE WHEN part[5] IS NULL THEN low WHEN part[5] <> 'GT' THEN part[5]::integer END;
    sex := jsonb_build_object('input', 'female', 'is', (part[3] = 'F')::integer);
    age := jsonb_strip_nulls(jsonb_build_object('input', 'age', 'from', nullif(low, 0), 'below', high + 1));
    IF part[1] IS NULL THEN
        RETURN jsonb_build_array(jsonb_build_array(age, sex));
    END IF;
    -- new enrollees: originally disabled are those of 65 and over with orec 1; who is 64 with orec 0 counts as 65
    medicaid := jsonb_build_object('input', 'nemcaid', 'is', (part[1] = 'MCAID')::integer);
    IF part[2] = 'ORIGDIS' THEN
        RETURN jsonb_build_array(jsonb_build_array(age, sex, medicaid, '{"input": "orec", "is": 1}'::jsonb));
    ELSIF low >= 65 THEN
        RETURN jsonb_build_array(jsonb_build_array(age, sex, medicaid, '{"input": "orec", "below": 1}'::jsonb),
                                 jsonb_build_array(age, sex, medicaid, '{"input": "orec", "above": 1}'::jsonb))
            || CASE WHEN low = 65 AND high = 65
                    THEN jsonb_build_array(jsonb_build_array('{"input": "age", "from": 64, "below": 65}'::jsonb, sex, medicaid, '{"input": "orec", "is": 0}'::jsonb))
                    ELSE '[]' END;
    ELSIF high = 64 THEN
        RETURN jsonb_build_array(jsonb_build_array(age || '{"below": 64}', sex, medicaid),
                                 jsonb_build_array('{"input": "age", "from": 64, "below": 65}'::jsonb, sex, medicaid, '{"input": "orec", "above": 0}'::jsonb));
    END IF;
    RETURN jsonb_build_array(jsonb_build_array(age, sex, medicaid));
END
$$;
COMMENT ON FUNCTION cms_hcc_cell(text) IS
    'Whom a demographic coefficient of CMS-HCC is for (F65_69, OriginallyDisabled_Male, NMCAID_NORIGDIS_NEF65, LTIMCAID, ...), as lists of bounds of the risk model language: it counts where all bounds of one list hold. NULL for a name that is none. Used by cms_hcc_models.';

CREATE FUNCTION cms_hcc_rule(name text, rule text, categories text[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clause text;
    item text;
    range text[];
    found text[];
    result jsonb := '{"all": []}';
BEGIN
    FOREACH clause IN ARRAY regexp_split_to_array(coalesce(rule, ''), '&') LOOP
        IF clause = 'DISABLED' THEN
            result := result || '{"only": [{"input": "age", "below": 65}, {"input": "orec", "above": 0}]}';
            CONTINUE;
        END IF;
        found := '{}';
        FOREACH item IN ARRAY regexp_split_to_array(trim(clause, '{}'), ',') LOOP
            range := regexp_match(item, '^(?:HCC)?([0-9]{1,4})(?:\.\.(?:HCC)?([0-9]{1,4}))?$');
            IF range IS NULL OR range[2] IS NULL AND 'HCC' || range[1] <> ALL (categories) THEN
                RAISE EXCEPTION 'interaction "%": "%" in the rule "%" is not understood', name, item, rule
                    USING ERRCODE = 'invalid_parameter_value',
                          HINT = 'A rule is clauses joined by &, each a category of the model (85), a list {17,18,19}, a range {221..226}, or disabled.';
            END IF;
            found := found || ARRAY(SELECT c FROM unnest(categories) WITH ORDINALITY AS u(c, n)
                                    WHERE substr(c, 4)::integer BETWEEN range[1]::integer AND coalesce(range[2], range[1])::integer ORDER BY n);
        END LOOP;
        result := jsonb_set(result, '{all}', result->'all' || jsonb_build_array(to_jsonb(found)));
    END LOOP;
    RETURN CASE WHEN result->'all' = '[]' THEN result - 'all' ELSE result END;
END
$$;
COMMENT ON FUNCTION cms_hcc_rule(text, text, text[]) IS
    'The rule of an interaction of CMS-HCC ({17,18,19} & 85, disabled & {379..382}) as members all and only of the risk model language. 22023 names what is not understood. Used by cms_hcc_models.';

-- Codes with an edit, grouped by what the edit says: found, they become their category where the edit does not apply, else the other one or none.
CREATE FUNCTION cms_hcc_edit_categories(model text, dx regclass, edits regclass) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
    result jsonb;
BEGIN
    SELECT e.code_pattern || ' (' || e.note || ')' INTO fault
    FROM @extschema@.cms_hcc_rows(edits, model, 'edits') e
    WHERE e.code_pattern IS NULL OR (e.category IS NULL) <> (e.note ~ ';\s*invalid;') OR e.note !~ ';\s*(invalid|override);'
       OR CASE split_part(e.note, ';', 1) WHEN 'sex' THEN e.note !~ 'sex=[12]\M' WHEN 'age' THEN e.note !~ 'age_(min|max)=[0-9]{1,3}\M' ELSE true END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the edit of % is not understood', coalesce(fault, 'a row without a code')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'An edit reads: sex|age; invalid|override; sex=1|2; age_min=N; age_max=N, with the category to use in category where it overrides.';
    END IF;
    SELECT min(e.code_pattern) INTO fault FROM (SELECT r.code_pattern FROM @extschema@.cms_hcc_rows(edits, model, 'edits') r GROUP BY 1 HAVING count(*) > 1) e;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'code % has two edits', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WITH rule AS (
        SELECT e.code_pattern AS code, e.category AS otherwise,
               CASE split_part(e.note, ';', 1) WHEN 'sex' THEN jsonb_build_object('input', 'female', 'is', (e.note ~ 'sex=1')::integer)
                   -- the edit is for ages up to age_max and from age_min: this is the rest
                   ELSE jsonb_strip_nulls(jsonb_build_object('input', 'age', 'from', substring(e.note FROM 'age_max=([0-9]+)')::integer + 1,
                                                             'below', substring(e.note FROM 'age_min=([0-9]+)')::integer)) END AS bound
        FROM @extschema@.cms_hcc_rows(edits, model, 'edits') e
    ), edit AS (
        SELECT m.category, r.otherwise, r.bound, jsonb_agg(DISTINCT r.code ORDER BY r.code) AS prefixes
        FROM rule r JOIN @extschema@.cms_hcc_rows(dx, model, 'code map') m ON m.code_pattern = r.code
        GROUP BY m.category, r.otherwise, r.bound
    )
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('key', 'edit_' || e.place, 'label', 'Codes with an edit: ' || e.category || ' or ' || coalesce(e.otherwise, 'nothing'),
                                                                   'prefixes', e.prefixes, 'only', jsonb_build_array(e.bound),
                                                                   'becomes', e.category, 'otherwise', e.otherwise)) ORDER BY e.place), '[]') INTO result
    FROM (SELECT row_number() OVER (ORDER BY edit.category, edit.otherwise, edit.prefixes) AS place, edit.* FROM edit) e;
    RETURN result;
END
$$;
COMMENT ON FUNCTION cms_hcc_edit_categories(text, regclass, regclass) IS
    'The age and sex edits of CMS-HCC as categories of the risk model language, for the codes that the map holds. 22023 for an edit that is not understood. Used by cms_hcc_models.';

-- One segment: its coefficients are points, so that scores are exact. A demographic coefficient is an interaction of bounds alone.
CREATE FUNCTION cms_hcc_segment(model text, version text, segment text, keys text[], categories jsonb, hierarchy jsonb, coefficients jsonb, rules jsonb)
    RETURNS risk_model
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text;
    points jsonb;
    cell jsonb;
    place bigint;
    places integer := 0;
    demographic jsonb := '[]';
    interactions jsonb := '[]';
    bins jsonb := '[]';
    result jsonb;
BEGIN
    FOR name, points IN SELECT c.key, c.value FROM jsonb_each(coefficients) AS c ORDER BY c.key COLLATE "C" LOOP
        IF jsonb_typeof(points) <> 'number' OR scale(trim_scale(points::numeric)) > 6 THEN
            RAISE EXCEPTION 'coefficient "%_%" is not a number of at most six decimals', segment, name USING ERRCODE = 'invalid_parameter_value';
        END IF;
        places := greatest(places, scale(trim_scale(points::numeric)));
        IF name ~ '^HCC[0-9]+$' THEN
            IF name <> ALL (keys) THEN
                RAISE EXCEPTION 'coefficient "%_%" is of a category that is not among the labels', segment, name USING ERRCODE = 'invalid_parameter_value';
            END IF;
        ELSIF name ~ '^D([1-9]|10P)$' THEN
            bins := bins || jsonb_build_array(jsonb_build_object('from', substring(name FROM '[0-9]+')::integer, 'points', points, 'label', name));
        ELSIF rules ? name THEN
            interactions := interactions || jsonb_build_array(jsonb_build_object('name', name, 'points', points)
                                                              || @extschema@.cms_hcc_rule(name, rules->>name, keys));
        ELSE
            cell := @extschema@.cms_hcc_cell(name);
            IF cell IS NULL THEN
                RAISE EXCEPTION 'coefficient "%_%" is not understood', segment, name
                    USING ERRCODE = 'invalid_parameter_value', HINT = 'It is no category, payment count or demographic cell, and the table of interactions does not name it.';
            END IF;
            demographic := demographic || (SELECT jsonb_agg(jsonb_build_object('name', name || CASE WHEN o.place > 1 THEN ' (' || o.place || ')' ELSE '' END,
                                                                               'only', o.bounds, 'points', points) ORDER BY o.place)
                                           FROM jsonb_array_elements(cell) WITH ORDINALITY AS o(bounds, place));
        END IF;
    END LOOP;
    result := jsonb_build_object(
        'name', lower(model || '_' || segment), 'version', version,
        'title', format('CMS-HCC %s, segment %s', upper(substring(model FROM '[^_]*$')), segment),
        'source', 'Centers for Medicare & Medicaid Services: mappings, labels, hierarchy, edits, interactions and coefficients as loaded from tables in its layout.',
        'licence', 'Work of the United States Government.',
        'population', CASE WHEN segment ~ '^C.A$' THEN 'Medicare beneficiaries in the community, 65 and over: ' WHEN segment ~ '^C.D$' THEN 'Medicare beneficiaries in the community, below 65 and disabled: '
                           WHEN segment = 'INS' THEN 'Medicare beneficiaries in institutions. ' ELSE 'New enrollees of Medicare: demographic factors alone. ' END
            || CASE substr(segment, 1, 2) WHEN 'CN' THEN 'not also in Medicaid. ' WHEN 'CF' THEN 'with full Medicaid benefits. ' WHEN 'CP' THEN 'with partial Medicaid benefits. ' ELSE '' END
            || 'Age is that on 1 February of the payment year; diagnoses of the calendar year before. The raw score: see cms_hcc_payment.',
        'lookback_days', 365, 'points_scale', (10 ^ places)::integer,
        'interactions', demographic || interactions);
    IF segment ~ '^C.[AD]$' THEN
        result := result || CASE right(segment, 1) WHEN 'A' THEN '{"valid_for": [{"input": "age", "from": 65}]}'::jsonb ELSE '{"valid_for": [{"input": "age", "below": 65}]}' END;
    END IF;
    IF bins <> '[]' THEN
        result := result || jsonb_build_object('counts', jsonb_build_array(jsonb_build_object(
            'name', 'payment_hccs', 'label', 'Number of payment HCCs', 'bins', (SELECT jsonb_agg(b ORDER BY b->'from') FROM jsonb_array_elements(bins) AS b))));
    END IF;
    -- new enrollees are scored without diagnoses
    IF EXISTS (SELECT FROM jsonb_object_keys(coefficients) AS k WHERE k ~ '^HCC[0-9]+$') THEN
        SELECT result || jsonb_build_object('hierarchy', hierarchy, 'categories', jsonb_agg(
                   c.member - CASE WHEN c.member->'prefixes' = '[]' THEN 'prefixes' ELSE '' END
                   || CASE WHEN c.member ? 'becomes' THEN '{}' ELSE jsonb_build_object('points', coalesce(coefficients->(c.member->>'key'), '0')) END
                   -- V28: HCC 223 stands only beside another category of heart failure
                   || CASE WHEN model ~* 'v28$' AND c.member->>'key' = 'HCC223' THEN '{"needs": ["HCC221", "HCC222", "HCC224", "HCC225", "HCC226"]}' ELSE '{}' END::jsonb
                   ORDER BY c.place))
        INTO result FROM jsonb_array_elements(categories) WITH ORDINALITY AS c(member, place);
    END IF;
    RETURN result::@extschema@.risk_model;
END
$$;
COMMENT ON FUNCTION cms_hcc_segment(text, text, text, text[], jsonb, jsonb, jsonb, jsonb) IS
    'The risk model of one segment of CMS-HCC from its prepared parts. 22023 names a coefficient that is not understood. Used by cms_hcc_models.';

CREATE FUNCTION cms_hcc_models(model text, version text, dx regclass, hierarchy regclass, labels regclass, coefficients regclass,
                               edits regclass DEFAULT NULL, interactions regclass DEFAULT NULL, segments text[] DEFAULT NULL)
    RETURNS TABLE (segment text, body risk_model)
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    known constant text[] := '{CNA,CND,CFA,CFD,CPA,CPD,INS,NE,SNPNE}';
    keys text[];
    edited jsonb := '[]';
    edited_codes text[] := '{}';
    categories jsonb;
    hierarchies jsonb;
    rules jsonb := '{}';
    fault text;
BEGIN
    IF cms_hcc_models.model IS NULL OR cms_hcc_models.version IS NULL OR dx IS NULL OR hierarchy IS NULL OR labels IS NULL OR coefficients IS NULL THEN
        RAISE EXCEPTION 'cms_hcc_models needs a model, a version and the tables dx, hierarchy, labels and coefficients' USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT coalesce(segments, known) <@ known THEN
        RAISE EXCEPTION 'segments are %', array_to_string(known, ', ') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT array_agg(c.category ORDER BY substr(c.category, 4)::integer) FILTER (WHERE c.category ~ '^HCC[0-9]{1,4}$'), min(c.category) FILTER (WHERE c.category !~ '^HCC[0-9]{1,4}$')
        INTO keys, fault
    FROM (SELECT DISTINCT l.category FROM @extschema@.cms_hcc_rows(labels, model, 'labels') l) c;
    SELECT coalesce(fault, min(m.category)) INTO fault FROM @extschema@.cms_hcc_rows(dx, model, 'code map') m WHERE m.category <> ALL (keys);
    SELECT coalesce(fault, min(h.category || ' over ' || h.code_pattern)) INTO fault FROM @extschema@.cms_hcc_rows(hierarchy, model, 'hierarchy') h
    WHERE h.category <> ALL (keys) OR h.code_pattern <> ALL (keys);
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'category "%" is not among the labels', fault
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Categories are written HCC and a number.';
    END IF;
    IF interactions IS NOT NULL THEN
        SELECT jsonb_object_agg(i.category, i.code_pattern) INTO rules FROM @extschema@.cms_hcc_rows(interactions, model, 'interactions') i;
    END IF;
    IF edits IS NOT NULL THEN
        edited := @extschema@.cms_hcc_edit_categories(model, dx, edits);
        edited_codes := ARRAY(SELECT jsonb_array_elements_text(e.member->'prefixes') FROM jsonb_array_elements(edited) AS e(member));
        SELECT min(e.member->>'otherwise') INTO fault FROM jsonb_array_elements(edited) AS e(member) WHERE e.member->>'otherwise' <> ALL (keys);
        IF fault IS NOT NULL THEN
            RAISE EXCEPTION 'category "%" of an edit is not among the labels', fault USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;
    SELECT min(k) INTO fault FROM unnest(keys) AS k
    WHERE k <> ALL (ARRAY(SELECT DISTINCT m.category FROM @extschema@.cms_hcc_rows(dx, model, 'code map') m))
      AND NOT EXISTS (SELECT FROM jsonb_array_elements(edited) AS e(member) WHERE e.member->>'otherwise' = k);
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'category "%" has a label but no code', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- A code is matched by its beginning: what is listed longer must be in the categories of what is listed shorter, and share its edit.
    WITH code AS (
        SELECT m.code_pattern AS code, array_agg(m.category ORDER BY m.category) AS categories, m.code_pattern = ANY (edited_codes) AS edited
        FROM @extschema@.cms_hcc_rows(dx, model, 'code map') m GROUP BY m.code_pattern
    )
    SELECT min(c.code || ' and ' || p.code) INTO fault
    FROM code c CROSS JOIN generate_series(1, 7) AS n
    JOIN code p ON p.code = left(c.code, n) AND n < length(c.code) AND (NOT p.categories <@ c.categories OR p.edited <> c.edited);
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'codes % begin alike but differ in their categories or edits', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT jsonb_agg(jsonb_build_object('key', k.key, 'label', l.note, 'prefixes', coalesce(p.prefixes, '[]')) ORDER BY k.place) INTO categories
    FROM unnest(keys) WITH ORDINALITY AS k(key, place)
    JOIN (SELECT category, min(note) AS note FROM @extschema@.cms_hcc_rows(labels, model, 'labels') GROUP BY category) l ON l.category = k.key
    LEFT JOIN (SELECT d.category, jsonb_agg(d.code_pattern ORDER BY d.code_pattern COLLATE "C") AS prefixes
               FROM (SELECT DISTINCT m.category, m.code_pattern FROM @extschema@.cms_hcc_rows(dx, model, 'code map') m) d
               WHERE d.code_pattern <> ALL (edited_codes) GROUP BY d.category) p ON p.category = k.key;
    SELECT jsonb_agg(DISTINCT jsonb_build_object('category', h.code_pattern, 'removed_by', h.category)) INTO hierarchies
    FROM @extschema@.cms_hcc_rows(hierarchy, model, 'hierarchy') h;
    RETURN QUERY
    SELECT s.segment, @extschema@.cms_hcc_segment(model, version, s.segment, keys, categories || edited, hierarchies, s.coefficients, rules)
    FROM (SELECT (regexp_match(c.category, '^([A-Z]+)_'))[1] AS segment, jsonb_object_agg(regexp_replace(c.category, '^[A-Z]+_', ''), c.weight) AS coefficients
          FROM @extschema@.cms_hcc_rows(coefficients, model, 'coefficients') c GROUP BY 1) s
    WHERE s.segment = ANY (coalesce(segments, known))
    ORDER BY array_position(known, s.segment);
END
$$;
COMMENT ON FUNCTION cms_hcc_models(text, text, regclass, regclass, regclass, regclass, regclass, regclass, text[]) IS
$$CMS-HCC as risk models, one per segment: CNA, CND, CFA, CFD, CPA, CPD (community; not, fully or partly in Medicaid; aged or disabled), INS (institutions), NE and SNPNE (new enrollees).
The tables are in the publisher's layout with columns model, category, code_pattern, weight, note; model names the rows to take, for example cms_hcc_v28:
dx: code to category; hierarchy: category removes code_pattern; labels: note is the label of a category; coefficients: category is the segment, _ and the name (CNA_HCC18, CNA_F65_69, CNA_D4), weight the factor;
edits: a code counts for category (or for none) at the ages or the sex in note; interactions: code_pattern is the rule ({17,18,19} & 85), used where a segment has a coefficient of that name.
A longer code that begins with a listed one is read as the listed one. Inputs: age, female (1 or 0), orec (0 to 3), for INS ltimcaid, for new enrollees nemcaid. Segments NULL gives all.
22023 names what is not understood, nothing is passed over in silence.$$;

CREATE FUNCTION cms_hcc_payment(raw numeric, normalisation numeric, coding_adjustment numeric DEFAULT 0.059) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF normalisation <= 0 OR normalisation = 'NaN' OR coding_adjustment < 0 OR coding_adjustment >= 1 THEN
        RAISE EXCEPTION 'the normalisation factor must be above 0 and the coding adjustment from 0 to below 1' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN raw * (1 - coding_adjustment) / normalisation;
END
$$;
COMMENT ON FUNCTION cms_hcc_payment(numeric, numeric, numeric) IS
    'Payment score of CMS-HCC: raw * (1 - coding adjustment) / normalisation, not rounded. Both are set each year by the publisher (coding adjustment 0.059 in recent years; normalisation for example 1.146 for V24 in 2024). Pass the raw score as risk_score(...)::numeric. NULL for NULL.';

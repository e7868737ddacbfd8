-- Local codes to standard ones: read when a file is loaded, read again when the map has changed. Commissioners are not read here: slices
-- hang on the code as sent, and a code that is out of use is followed through organisation_link (successor).

-- What a code stands for: the provider's own row wins, then the one for everybody.
CREATE FUNCTION @icb@.mapped_code(of_domain text, code text, context text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT m.standard_code FROM @icb@.code_map m
    WHERE m.domain = of_domain AND m.local_code = code AND m.local_context IN (context, '')
    ORDER BY m.local_context DESC LIMIT 1;
END;
COMMENT ON FUNCTION @icb@.mapped_code(text, text, text) IS
    'What code_map reads a code as, for one provider (context), else for everybody; NULL when it says nothing.';

CREATE FUNCTION @icb@.map_codes(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    stage text := '@icb_identity@.stage_' || submission_id;
    f record;
    changed bigint;
    total bigint := 0;
BEGIN
    EXECUTE pg_catalog.format('ALTER TABLE %s ADD COLUMN codes_sent jsonb', stage);
    FOR f IN
        SELECT v.domain, v.target, v.told_by
        FROM (VALUES (1, 'pod', 'pod', 'pod'), (2, 'pod', 'pod', 'local_pod'), (3, 'treatment_function', 'treatment_function', 'treatment_function'),
                     (4, 'hrg', 'hrg_sent', 'hrg_sent'),
                     (5, 'site', 'site_code', 'site_code')) AS v (n, domain, target, told_by)
        WHERE EXISTS (SELECT FROM @icb@.code_map m WHERE m.domain = v.domain)
          AND (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = stage::pg_catalog.regclass AND a.attname IN (v.target, v.told_by, 'provider_code') AND NOT a.attisdropped)
              = CASE WHEN v.target = v.told_by THEN 2 ELSE 3 END
          AND (SELECT b.feed FROM @icb@.submission b WHERE b.submission_id = map_codes.submission_id) IN ('plcm', 'acm', 'drplcm', 'deplcm')
        ORDER BY v.n
    LOOP
        -- what the provider calls it decides only where the code itself is no standard one
        EXECUTE pg_catalog.format($q$
            UPDATE %1$s s
            SET %2$I = m.standard_code, codes_sent = coalesce(s.codes_sent, '{}') || pg_catalog.jsonb_build_object(%4$L::text, s.%2$I)
            FROM (SELECT DISTINCT x.provider_code, x.%3$I AS local_code, @icb@.mapped_code(%4$L, x.%3$I, x.provider_code) AS standard_code
                  FROM %1$s x WHERE x.%3$I IN (SELECT c.local_code FROM @icb@.code_map c WHERE c.domain = %4$L)) m
            WHERE m.provider_code = s.provider_code AND m.local_code = s.%3$I AND m.standard_code <> s.%2$I AND s.faults IS NULL %5$s $q$,
            stage, f.target, f.told_by, f.domain,
            CASE WHEN f.target <> f.told_by THEN 'AND NOT EXISTS (SELECT FROM commissioning.pod_reference r WHERE r.pod = s.pod)' ELSE '' END);
        GET DIAGNOSTICS changed = ROW_COUNT;
        total := total + changed;
    END LOOP;
    RETURN total;
END
$$;
COMMENT ON FUNCTION @icb@.map_codes(bigint) IS
    'Reads the local codes of a staged claim file by code_map and keeps what was sent in codes_sent. A point of delivery that is neither mapped nor standard is read by the provider''s own name for it. Number of codes read.';

CREATE FUNCTION @icb@.remap_codes() RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    f record;
    changed bigint;
    total bigint := 0;
BEGIN
    FOR f IN
        SELECT t.relation, v.domain, v.target
        FROM (VALUES ('invoice_line'), ('aggregate_line')) AS t (relation)
        CROSS JOIN (VALUES (1, 'pod', 'pod'), (2, 'treatment_function', 'treatment_function'), (3, 'hrg', 'hrg_sent'), (4, 'site', 'site_code')) AS v (n, domain, target)
        ORDER BY t.relation, v.n
    LOOP
        EXECUTE pg_catalog.format($q$
            UPDATE @icb@.%1$I l
            SET %2$I = m.reading, %4$s
                codes_sent = nullif(coalesce(l.codes_sent, '{}') - %3$L::text
                                    || CASE WHEN m.reading <> m.sent THEN pg_catalog.jsonb_build_object(%3$L::text, m.sent) ELSE '{}' END, '{}')
            FROM (SELECT c.*, coalesce(@icb@.mapped_code(%3$L, c.sent, c.provider_code), %5$s, c.sent) AS reading
                  FROM (SELECT DISTINCT x.provider_code, coalesce(x.codes_sent ->> %3$L, x.%2$I) AS sent, %6$s AS named
                        FROM @icb@.%1$I x
                        WHERE x.codes_sent ? %3$L
                           OR coalesce(x.codes_sent ->> %3$L, x.%2$I) IN (SELECT k.local_code FROM @icb@.code_map k WHERE k.domain = %3$L)
                           OR %6$s IN (SELECT k.local_code FROM @icb@.code_map k WHERE k.domain = %3$L)) c) m
            WHERE l.provider_code = m.provider_code AND coalesce(l.codes_sent ->> %3$L, l.%2$I) = m.sent AND coalesce(%7$s, '') = coalesce(m.named, '')
              AND l.%2$I <> m.reading
              AND EXISTS (SELECT FROM @icb@.submission_slice s
                          WHERE s.submission_id = l.submission_id AND s.provider_code = l.provider_code AND s.commissioner_code = l.commissioner_code
                            AND s.financial_year = l.financial_year AND s.month = l.month AND s.status = 'current') $q$,
            f.relation, f.target, f.domain,
            CASE WHEN f.domain = 'hrg' AND f.relation = 'invoice_line' THEN 'hrg = commissioning.to_hrg(m.reading),' ELSE '' END,
            CASE WHEN f.domain = 'pod' THEN $q$CASE WHEN NOT EXISTS (SELECT FROM commissioning.pod_reference r WHERE r.pod = c.sent)
                                                    THEN @icb@.mapped_code('pod', c.named, c.provider_code) END$q$ ELSE 'NULL' END,
            CASE WHEN f.domain = 'pod' THEN 'x.local_pod' ELSE 'NULL::text' END,
            CASE WHEN f.domain = 'pod' THEN 'l.local_pod' ELSE 'NULL::text' END);
        GET DIAGNOSTICS changed = ROW_COUNT;
        total := total + changed;
    END LOOP;
    RETURN total;
END
$$;
COMMENT ON FUNCTION @icb@.remap_codes() IS
    'Reads the codes of the current claims again by code_map as it is now: points of delivery, treatment functions, HRGs and sites. What was sent stays in codes_sent; a code taken off the map reads as sent. Number of codes changed; a repeat changes none. Run icb.match() and what follows afterwards.';

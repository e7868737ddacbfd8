-- One settlement as a text, as a page, and as a bundle that another database can check.

CREATE FUNCTION @icb@.find_settlement(run_id bigint) RETURNS @icb@.settlement_run
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    run @icb@.settlement_run;
BEGIN
    SELECT r.* INTO run FROM @icb@.settlement_run r WHERE r.run_id = find_settlement.run_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no settlement run %', find_settlement.run_id USING ERRCODE = 'undefined_object',
            HINT = 'The runs are in settlement_run; an illustrative settlement has one too.';
    END IF;
    RETURN run;
END
$$;
COMMENT ON FUNCTION @icb@.find_settlement(bigint) IS 'The row of a settlement run; 42704 when there is none.';

-- What stands at the head and at the foot of a statement: pairs of a name and a text.
CREATE FUNCTION @icb@.statement_facts(run_id bigint)
    RETURNS TABLE (part text, place integer, name text, value text)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH run AS (
        SELECT r, t, c FROM @icb@.settlement_run r
        JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version
        JOIN @icb@.contract c ON c.contract_id = r.contract_id
        WHERE r.run_id = statement_facts.run_id
    ), fact AS (
        SELECT f.* FROM run x CROSS JOIN LATERAL (VALUES
            ('head', 1, 'Contract', (x.c).title || ' (' || (x.c).contract_id || ')'),
            ('head', 2, 'Period', to_char(lower((x.r).period), 'FMDD FMMonth YYYY') || ' to ' || to_char(upper((x.r).period) - 1, 'FMDD FMMonth YYYY') || ', ' || replace((x.r).kind, '_', ' ')),
            ('head', 3, 'Status', (x.r).status || CASE (x.r).status WHEN 'posted' THEN coalesce(' on ' || to_char((x.r).posted_at, 'FMDD FMMonth YYYY') || ' into the period from ' || to_char(lower((x.r).posted_period), 'FMDD FMMonth YYYY'), '')
                                                                    WHEN 'withdrawn' THEN ': ' || coalesce((x.r).reason, '') WHEN 'illustrative' THEN ': an illustration, which posts nothing' ELSE ': not posted yet' END),
            ('head', 4, 'Data', coalesce('complete to ' || to_char((x.r).data_cutoff, 'FMDD FMMonth YYYY'), 'cut-off not recorded') || coalesce('; ' || ((x.r).inputs ->> 'source'), '')),
            ('head', 5, 'Terms', 'version ' || (x.t).version || CASE WHEN (x.t).signed_at IS NULL THEN ', a draft that nobody signed' ELSE ', signed by ' || (x.t).signed_by || ' on ' || to_char((x.t).signed_at, 'FMDD FMMonth YYYY') END),
            ('foot', 11, 'Prepared', coalesce((x.r).prepared_by, (x.r).created_by) || ' on ' || to_char((x.r).created_at, 'FMDD FMMonth YYYY')),
            ('foot', 12, 'Reviewed', (x.r).reviewed_by || ' on ' || to_char((x.r).reviewed_at, 'FMDD FMMonth YYYY')),
            ('foot', 14, 'Posted', (x.r).posted_by || ' on ' || to_char((x.r).posted_at, 'FMDD FMMonth YYYY')),
            ('foot', 15, 'Terms', coalesce('SHA-256 ' || (x.r).terms_hash, 'no fingerprint: settled before 0.4')),
            ('foot', 16, 'Inputs', CASE length((x.r).input_hash) WHEN 64 THEN 'SHA-256 ' WHEN 32 THEN 'MD5 ' ELSE '' END || (x.r).input_hash),
            ('foot', 17, 'Engine', 'commissioning ' || (x.r).engine_version || ', run ' || (x.r).run_id || CASE WHEN (x.r).follows > 0 THEN ', restates run ' || (x.r).follows ELSE '' END)) f (part, place, name, value)
        UNION ALL
        SELECT 'foot', 10, 'Signed', string_agg(s.party || ': ' || s.name || ', ' || s.role || ', on ' || to_char(s.signed_on, 'FMDD FMMonth YYYY'), '; ' ORDER BY s.signed_on, s.party)
        FROM run x JOIN @icb@.terms_signature s ON s.contract_id = (x.t).contract_id AND s.version = (x.t).version AND s.terms_hash = (x.r).terms_hash
        UNION ALL
        SELECT 'foot', 13, 'Agreed', string_agg(a.party || ': ' || a.name || ', ' || a.role || ', on ' || to_char(a.recorded_at, 'FMDD FMMonth YYYY'), '; ' ORDER BY a.recorded_at, a.party)
        FROM @icb@.run_agreement a WHERE a.run_id = statement_facts.run_id
    )
    SELECT f.part, f.place, f.name, f.value FROM fact f WHERE f.value IS NOT NULL ORDER BY f.place
$$;
COMMENT ON FUNCTION @icb@.statement_facts(bigint) IS 'Head and foot of a statement: contract, period, status, data, terms; who signed it off, fingerprints and engine.';

CREATE FUNCTION @icb@.exact_words(exact_text text, amount numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN exact_words.exact_text ~ '^-?[0-9]+/[0-9]+$'
                 AND split_part(exact_words.exact_text, '/', 1)::numeric <> exact_words.amount * split_part(exact_words.exact_text, '/', 2)::numeric THEN exact_words.exact_text END
$$;
COMMENT ON FUNCTION @icb@.exact_words(text, numeric) IS 'The exact fraction of a line where pounds and pence do not say it all; else NULL.';

CREATE FUNCTION @icb@.statement_text(run_id bigint) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.find_settlement(statement_text.run_id);
    rule text := repeat('-', 100);
    out text;
BEGIN
    out := rpad('STATEMENT OF SETTLEMENT', 60) || lpad('run ' || run.run_id || ', ' || run.status, 40) || E'\n' || repeat('=', 100) || E'\n';
    SELECT out || coalesce(string_agg(rpad(f.name, 10) || ltrim(commissioning.wrap_text(f.value, 90, 10)) || E'\n', '' ORDER BY f.place), '')
    INTO out FROM @icb@.statement_facts(run.run_id) f WHERE f.part = 'head';

    SELECT out || coalesce(E'\nLINES' || repeat(' ', 89) || E'POUNDS\n' || rule || E'\n'
           || string_agg(lpad(s.line_order::text, 3) || '  '
              || rpad(left(s.words, 74), 75) || lpad(commissioning.money_text(s.amount_gbp), 20) || E'\n'
              || commissioning.wrap_text(s.clause, 92, 8) || E'\n' || commissioning.wrap_text('= ' || s.formula, 92, 8) || E'\n'
              || coalesce(commissioning.wrap_text('inputs: ' || nullif(s.inputs, ''), 92, 8) || E'\n', '')
              || coalesce(commissioning.wrap_text('exactly ' || @icb@.exact_words(s.exact_amount, s.amount_gbp), 92, 8) || E'\n', '')
              || CASE WHEN s.line_code IN ('settlement', 'case', 'band') THEN commissioning.wrap_text('rounding: ' || s.rounding, 92, 8) || E'\n' ELSE '' END, '' ORDER BY s.line_order), '')
    INTO out FROM @icb_reporting@.settlement_statement s WHERE s.run_id = run.run_id AND s.line_order <= 1000;

    SELECT out || E'\n' || rpad('PARTIES', 24) || lpad('so far', 19) || lpad('posted before', 19) || lpad(CASE run.status WHEN 'posted' THEN 'this run' ELSE 'to be posted' END, 19) || lpad('due of it', 19) || E'\n' || rule || E'\n'
           || coalesce(string_agg(rpad(left(s.party, 23), 24) || lpad(commissioning.money_text(s.amount_gbp), 19) || lpad(commissioning.money_text(s.posted_before_gbp), 19)
              || lpad(commissioning.money_text(s.due_gbp + s.contested_gbp), 19) || lpad(commissioning.money_text(s.due_gbp), 19) || E'\n', '' ORDER BY s.line_order), '')
           || rpad('together', 24) || lpad(commissioning.money_text(coalesce(sum(s.amount_gbp), 0)), 19) || lpad(commissioning.money_text(coalesce(sum(s.posted_before_gbp), 0)), 19)
           || lpad(commissioning.money_text(coalesce(sum(s.due_gbp + s.contested_gbp), 0)), 19) || lpad(commissioning.money_text(coalesce(sum(s.due_gbp), 0)), 19) || E'\n'
           || commissioning.wrap_text('A party with a positive sum receives, one with a negative sum pays. Odd pennies go to the largest remainders of the whole sum so far.', 100) || E'\n'
    INTO out FROM @icb_reporting@.settlement_statement s WHERE s.run_id = run.run_id AND s.line_code = 'party';

    SELECT out || coalesce(E'\nFOR INFORMATION\n' || rule || E'\n' || string_agg(commissioning.wrap_text(
               CASE s.line_code WHEN 'to_gate' THEN 'Gate: ' || s.formula || '.'
                                ELSE 'Chance: measured saving ' || commissioning.money_text(s.amount_gbp) || ' (' || s.rate || '), ' || s.formula || ' (' || s.inputs || ').' END, 100) || E'\n', '' ORDER BY s.line_order), '')
    INTO out FROM @icb_reporting@.settlement_statement s WHERE s.run_id = run.run_id AND s.line_order > 5000;

    SELECT out || E'\nSIGN-OFF AND PROOF\n' || rule || E'\n' || string_agg(rpad(f.name, 10) || ltrim(commissioning.wrap_text(f.value, 90, 10)) || E'\n', '' ORDER BY f.place)
    INTO out FROM @icb@.statement_facts(run.run_id) f WHERE f.part = 'foot';
    RETURN out;
END
$$;
COMMENT ON FUNCTION @icb@.statement_text(bigint) IS 'The statement of a run as plain text of at most 100 columns, to be read aloud or mailed. 42704 for an unknown run.';

CREATE FUNCTION @icb@.statement_pictures(run_id bigint) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kept record;
    out text := '';
BEGIN
    SELECT k.* INTO kept FROM @icb@.settled_with(statement_pictures.run_id) k;
    SELECT '<h2>How it came about</h2>' || commissioning.chart_settlement_waterfall('From the difference to the settlement',
               jsonb_agg(jsonb_build_object('label', w.step, 'kind', CASE w.step_kind WHEN 'change' THEN 'change' ELSE 'total' END, 'from', w.from_gbp, 'to', w.to_gbp, 'note', w.formula) ORDER BY w.step_order))
    INTO out FROM @icb_reporting@.settlement_waterfall w WHERE w.run_id = statement_pictures.run_id HAVING count(*) > 0;
    IF (kept.terms).curve IS NOT NULL THEN
        BEGIN
            out := coalesce(out, '') || '<h2>What the terms pay for other results</h2>' || commissioning.chart_settlement('Share against result, all clauses applied', kept.terms, kept.inputs, kept.detail);
        EXCEPTION WHEN data_exception THEN
            -- no picture of what this version of the engine would not settle
            NULL;
        END;
    END IF;
    SELECT coalesce(out, '') || coalesce('<h2>Money at risk</h2>' || max(p.picture), '') INTO out
    FROM (SELECT commissioning.chart_pots('What the terms put at risk, and what of it the parties keep',
                     jsonb_agg(jsonb_build_object('label', initcap(left(t.pot, 1)) || substr(t.pot, 2), 'pot', t.amount, 'earned', t.kept) ORDER BY t.pot_order)) AS picture
          FROM @icb@.pots_of(statement_pictures.run_id) t HAVING count(*) > 0) p;
    SELECT out || coalesce('<h2>Where the contract stands today</h2>' || max(p.picture), '') INTO out
    FROM (SELECT commissioning.chart_positions('Posted and paid, all settlements of the contract',
                     jsonb_agg(jsonb_build_object('label', s.party, 'posted', s.posted_gbp, 'paid', s.paid_gbp, 'contested', abs(s.held_gbp)) ORDER BY s.posted_gbp DESC, s.party)) AS picture
          FROM @icb_reporting@.settlement_position s
          WHERE s.contract_id = (SELECT r.contract_id FROM @icb@.settlement_run r WHERE r.run_id = statement_pictures.run_id) HAVING count(*) > 0) p;
    RETURN out;
END
$$;
COMMENT ON FUNCTION @icb@.statement_pictures(bigint) IS 'The pictures of a run as HTML with SVG inside: waterfall, curve, money at risk, and where its contract stands.';

CREATE FUNCTION @icb@.statement_page(run_id bigint) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.find_settlement(statement_page.run_id);
    title text := commissioning.chart_escape((SELECT 'Statement of settlement: ' || c.title FROM @icb@.contract c WHERE c.contract_id = run.contract_id));
    head text;
    lines text;
    parties text;
    told text;
    foot text;
BEGIN
    SELECT string_agg(format('<tr><th>%s</th><td>%s</td></tr>', commissioning.chart_escape(f.name), commissioning.chart_escape(f.value)), '' ORDER BY f.place) FILTER (WHERE f.part = 'head'),
           string_agg(format('<tr><th>%s</th><td class="w">%s</td></tr>', commissioning.chart_escape(f.name), commissioning.chart_escape(f.value)), '' ORDER BY f.place) FILTER (WHERE f.part = 'foot')
    INTO head, foot FROM @icb@.statement_facts(run.run_id) f;
    SELECT string_agg(format('<tr%s><td class="n">%s</td><td><b>%s</b><br/><span class="note">%s</span></td><td>%s%s%s</td><td class="n">%s</td></tr>',
               CASE WHEN s.line_code = 'settlement' THEN ' class="total"' ELSE '' END, s.line_order, commissioning.chart_escape(s.words), commissioning.chart_escape(s.clause), commissioning.chart_escape(s.formula),
               CASE WHEN s.inputs <> '' THEN '<br/><span class="note">' || commissioning.chart_escape(s.inputs) || '</span>' ELSE '' END,
               CASE WHEN s.line_code IN ('settlement', 'case', 'band') OR @icb@.exact_words(s.exact_amount, s.amount_gbp) IS NOT NULL
                    THEN '<br/><span class="note">' || commissioning.chart_escape(coalesce('exactly ' || @icb@.exact_words(s.exact_amount, s.amount_gbp) || '; ', '') || 'rounding: ' || s.rounding) || '</span>' ELSE '' END,
               commissioning.money_text(s.amount_gbp)), '' ORDER BY s.line_order)
    INTO lines FROM @icb_reporting@.settlement_statement s WHERE s.run_id = run.run_id AND s.line_order <= 1000;
    SELECT string_agg(format('<tr><td>%s<br/><span class="note">%s</span></td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>',
               commissioning.chart_escape(s.party), commissioning.chart_escape(s.inputs), commissioning.money_text(s.amount_gbp), commissioning.money_text(s.posted_before_gbp),
               commissioning.money_text(s.due_gbp + s.contested_gbp), commissioning.money_text(s.contested_gbp), commissioning.money_text(s.due_gbp)), '' ORDER BY s.line_order)
           || format('<tr class="total"><td>together</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td></td><td class="n">%s</td></tr>', commissioning.money_text(sum(s.amount_gbp)),
               commissioning.money_text(sum(s.posted_before_gbp)), commissioning.money_text(sum(s.due_gbp + s.contested_gbp)), commissioning.money_text(sum(s.due_gbp)))
    INTO parties FROM @icb_reporting@.settlement_statement s WHERE s.run_id = run.run_id AND s.line_code = 'party';
    SELECT '<ul>' || string_agg('<li>' || commissioning.chart_escape(CASE s.line_code
               WHEN 'to_gate' THEN 'Gate: ' || s.formula || '.'
               ELSE 'Chance: measured saving ' || commissioning.money_text(s.amount_gbp) || ' (' || s.rate || '), ' || s.formula || ' (' || s.inputs || ').' END) || '</li>', '' ORDER BY s.line_order) || '</ul>'
    INTO told FROM @icb_reporting@.settlement_statement s WHERE s.run_id = run.run_id AND s.line_order > 5000;
    RETURN '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>' || title || '</title><style>'
        'body{font-family:Arial,Helvetica,sans-serif;color:#212b32;max-width:900px;margin:24px auto;padding:0 16px;line-height:1.45}'
        'h1{font-size:26px}h2{font-size:20px;margin-top:36px;border-top:4px solid #005eb8;padding-top:10px}'
        'table{border-collapse:collapse;font-size:13px;margin:10px 0;width:100%}th{text-align:left;border-bottom:2px solid #005eb8}table.facts{width:auto}table.facts th{border:0;color:#4c6272;font-weight:normal;padding-right:24px}'
        'td,th{padding:4px 10px 4px 0;vertical-align:top}tr td{border-bottom:1px solid #e8edee}table.facts td{border:0}tr.total td{border-top:2px solid #005eb8;font-weight:bold}'
        'td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td.w{overflow-wrap:anywhere}.note{color:#4c6272;font-size:12px;font-weight:normal}'
        '.flag{background:#ffeb3b;padding:6px 10px}svg{max-width:100%;height:auto}@media print{h2{break-after:avoid}tr,svg{break-inside:avoid}}</style></head><body>'
        '<h1>' || title || '</h1>'
        || CASE WHEN run.status = 'posted' THEN '' ELSE '<p class="flag">' || CASE run.status WHEN 'illustrative' THEN 'An illustration: it posts nothing.' WHEN 'withdrawn' THEN 'Withdrawn.' ELSE 'Not posted yet: ' || run.status || '.' END || '</p>' END
        || '<table class="facts">' || coalesce(head, '') || '</table>'
        || CASE WHEN parties IS NULL THEN '' ELSE '<h2>Who receives and who pays</h2><table><tr><th>Party</th><th class="n">So far</th><th class="n">Posted before</th><th class="n">'
                || CASE run.status WHEN 'posted' THEN 'This run' ELSE 'To be posted' END || '</th><th class="n">Contested</th><th class="n">Due of it</th></tr>' || parties || '</table>'
                '<p class="note">In pounds. A party with a positive sum receives, one with a negative sum pays.</p>' END
        || CASE WHEN lines IS NULL THEN '' ELSE '<h2>Line by line</h2><table><tr><th></th><th>Line and clause</th><th>Calculation</th><th class="n">Pounds</th></tr>' || lines || '</table>' END
        || coalesce('<h2>For information</h2>' || told, '')
        || @icb@.statement_pictures(run.run_id)
        || '<h2>Sign-off and proof</h2><table class="facts">' || coalesce(foot, '') || '</table></body></html>';
END
$$;
COMMENT ON FUNCTION @icb@.statement_page(bigint) IS 'The statement of a run as one self-contained HTML page with its pictures; every text in it is escaped. 42704 for an unknown run.';

CREATE FUNCTION @icb@.settlement_bundle(run_id bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.find_settlement(settlement_bundle.run_id);
    terms @icb@.contract_terms;
    bundle jsonb;
BEGIN
    SELECT t.* INTO terms FROM @icb@.contract_terms t WHERE t.contract_id = run.contract_id AND t.version = run.terms_version;
    bundle := jsonb_build_object(
        'format', 'commissioning settlement 1',
        'contract', (SELECT jsonb_build_object('contract_id', c.contract_id, 'title', c.title) FROM @icb@.contract c WHERE c.contract_id = run.contract_id),
        'run', jsonb_build_object('run_id', run.run_id, 'period', run.period, 'kind', run.kind, 'status', run.status, 'follows', run.follows, 'terms_version', run.terms_version,
            'data_cutoff', run.data_cutoff, 'amount', run.amount, 'engine_version', run.engine_version, 'terms_hash', run.terms_hash, 'input_hash', run.input_hash),
        'terms', jsonb_strip_nulls(to_jsonb(@icb@.terms_of(terms))),
        'terms_document', @icb@.terms_document(terms),
        'clauses', terms.clauses,
        'inputs', jsonb_strip_nulls(to_jsonb(jsonb_populate_record(NULL::commissioning.settlement_inputs, run.inputs))),
        'detail', run.detail,
        'lines', (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'run_id' ORDER BY s.step), '[]') FROM @icb@.settlement_step s WHERE s.run_id = run.run_id),
        'parties', (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'run_id' ORDER BY a.party_order, a.party, a.vat_treatment), '[]') FROM @icb@.settlement_account a WHERE a.run_id = run.run_id),
        'posted_before', (SELECT coalesce(jsonb_agg(jsonb_build_object('run_id', l.run_id, 'line_no', l.line_no, 'kind', e.kind, 'period', l.relates_to_period, 'party', l.party, 'vat_treatment', l.vat_treatment,
                                                                      'amount', l.amount) ORDER BY l.run_id, l.line_no), '[]')
            FROM @icb@.settlement_run e JOIN @icb@.settlement_line l ON l.run_id = e.run_id
            WHERE e.contract_id = run.contract_id AND lower(e.period) = lower(run.period) AND e.run_id <> run.run_id AND (e.kind <> 'on_account' OR upper(e.period) <= upper(run.period))
              AND (run.status <> 'posted' OR (coalesce(e.posted_at, e.created_at), e.run_id) < (coalesce(run.posted_at, run.created_at), run.run_id))),
        'postings', (SELECT coalesce(jsonb_agg(to_jsonb(l) - 'run_id' ORDER BY l.line_no), '[]') FROM @icb@.settlement_line l WHERE l.run_id = run.run_id),
        'signatures', jsonb_build_object('terms', jsonb_strip_nulls(jsonb_build_object('signed_by', terms.signed_by, 'signed_at', terms.signed_at)),
            'parties', (SELECT coalesce(jsonb_agg(to_jsonb(s) - ARRAY['contract_id', 'version'] ORDER BY s.signed_on, s.party), '[]') FROM @icb@.terms_signature s
                        WHERE s.contract_id = terms.contract_id AND s.version = terms.version),
            'prepared_by', run.prepared_by, 'reviewed_by', run.reviewed_by, 'posted_by', run.posted_by,
            'agreed', (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'run_id' ORDER BY a.recorded_at, a.party), '[]') FROM @icb@.run_agreement a WHERE a.run_id = run.run_id)));
    RETURN bundle || jsonb_build_object('bundle_hash', commissioning.document_hash(bundle));
END
$$;
COMMENT ON FUNCTION @icb@.settlement_bundle(bigint) IS
    'Everything that a settlement was computed from and everything it came to, as one JSON document: commissioning.check_bundle recomputes every line of it in any database that has the extension. It holds terms, inputs, costs of cases without their persons, lines, parties, earlier postings, sign-off and fingerprints, and nothing about patients. 42704 for an unknown run.';

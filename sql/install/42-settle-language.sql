-- Terms as JSON for other programs, and in plain English for people.

-- JSON --------------------------------------------------------------------------------------

-- A misspelt gate must not become no gate, and a rate must not smuggle a clause in: pieces are checked before they are put together.
CREATE FUNCTION json_part(value jsonb, what text, kind text, known text[] DEFAULT '{}') RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    field record;
BEGIN
    IF jsonb_typeof(value) <> kind THEN
        RAISE EXCEPTION 'expected % as a JSON %, found %', what, kind, jsonb_typeof(value) USING ERRCODE = 'invalid_text_representation';
    END IF;
    IF kind = 'object' THEN
        FOR field IN SELECT f.key, f.value, f.value #>> '{}' AS text, jsonb_typeof(f.value) AS type FROM jsonb_each(value) f LOOP
            IF field.key <> ALL (known) THEN
                RAISE EXCEPTION '% has no field "%"', what, field.key
                    USING ERRCODE = 'invalid_text_representation', HINT = 'Its fields are ' || array_to_string(known, ', ') || '.';
            ELSIF field.key = 'party' AND field.type <> 'string' THEN
                RAISE EXCEPTION '% has a name that is no text: %', what, field.value USING ERRCODE = 'invalid_text_representation';
            ELSIF field.key = ANY ('{to,rate,gate,cap,at,else,share}') AND field.type <> 'null' AND field.text !~ '^([0-9./% ]+|remaining)$' THEN
                RAISE EXCEPTION '% has "%" in field "%"', what, field.text, field.key
                    USING ERRCODE = 'invalid_text_representation', HINT = 'Write one amount or rate, for example 150000, 5%, 1/3 or 0.4.';
            END IF;
        END LOOP;
    END IF;
    RETURN value;
END
$$;
COMMENT ON FUNCTION json_part(jsonb, text, text, text[]) IS
    'The JSON as it came when it is of the kind named (object or array), has no fields but those known, and each amount or rate in it is one amount or rate; else 22P02 saying what is wrong. NULL for NULL. Used to read curves, scales and splits.';

CREATE FUNCTION share_curve_json(curve share_curve) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_object_agg(s.side, s.terms)
    FROM (SELECT b.side, jsonb_strip_nulls(jsonb_build_object('gate', min(b.gate), 'cap', min(b.cap))) || jsonb_build_object('bands', jsonb_agg(
                     jsonb_strip_nulls(jsonb_build_object('to', trim_scale(b.hi)::text || CASE b.unit WHEN 'percent' THEN '%' ELSE '' END, 'rate', b.rate)) ORDER BY b.band)) AS terms
          FROM @extschema@.curve_bands(curve) b GROUP BY b.side) s
$$;
COMMENT ON FUNCTION share_curve_json(share_curve) IS
    'A curve as JSON: {"gain": {"gate": "2%", "cap": "150000", "bands": [{"to": "5%", "rate": "50%"}, {"rate": "1/3"}]}, "loss": ...} or {"both": ...}; an open band has no "to". Amounts and rates are texts, so exact. NULL for NULL.';
CREATE CAST (share_curve AS jsonb) WITH FUNCTION share_curve_json(share_curve);

CREATE FUNCTION to_share_curve(curve jsonb) RETURNS share_curve
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(s.key || coalesce(' cliff ' || (s.value ->> 'gate'), '') || ' ' || coalesce(b.bands, '') || coalesce(' max ' || (s.value ->> 'cap'), ''), '; ' ORDER BY s.key), '')::@extschema@.share_curve
    FROM (SELECT j.key, @extschema@.json_part(j.value, 'a side of a share_curve', 'object', '{gate,cap,bands}') AS value
          FROM jsonb_each(@extschema@.json_part(curve, 'share_curve', 'object', '{gain,loss,both}')) j) s
    CROSS JOIN LATERAL (
        SELECT string_agg(coalesce(e.lo, '0') || '..' || coalesce(e.hi, '') || ':' || coalesce(e.rate, ''), ', ' ORDER BY e.n) AS bands
        FROM (SELECT x.n, lag(x.value ->> 'to') OVER (ORDER BY x.n) AS lo, x.value ->> 'to' AS hi, x.value ->> 'rate' AS rate
              FROM (SELECT a.n, @extschema@.json_part(a.value, 'a band of a share_curve', 'object', '{to,rate}') AS value
                    FROM jsonb_array_elements(@extschema@.json_part(s.value -> 'bands', 'bands', 'array')) WITH ORDINALITY a (value, n)) x) e) b
$$;
COMMENT ON FUNCTION to_share_curve(jsonb) IS 'The curve that share_curve_json wrote, or that was written like it. NULL for NULL; 22P02 for what is no curve, a field that there is not, and what is no single amount or rate.';
CREATE CAST (jsonb AS share_curve) WITH FUNCTION to_share_curve(jsonb);

-- '>=90%:100%, >=80%:75% else 0%' in pieces: kind, value and rate as they are printed.
CREATE FUNCTION scale_pieces(scale sliding_scale, OUT n bigint, OUT kind text, OUT at text, OUT rate text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 6
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.n, CASE WHEN scale::text LIKE 'linear %' THEN 'knot' ELSE 'step' END, ltrim(split_part(p.piece, ':', 1), '>='), split_part(p.piece, ':', 2)
    FROM regexp_split_to_table(regexp_replace(split_part(scale::text, ' else ', 1), '^linear ', ''), ', ') WITH ORDINALITY p (piece, n)
    UNION ALL
    SELECT 1000, 'else', NULL, split_part(scale::text, ' else ', 2) WHERE scale::text LIKE '% else %'
$$;
COMMENT ON FUNCTION scale_pieces(sliding_scale) IS 'Steps or knots of a scale, then its else, as they are printed; at is NULL for else. Used by the JSON form and describe.';

CREATE FUNCTION sliding_scale_json(scale sliding_scale) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        CASE WHEN bool_or(p.kind = 'knot') THEN 'knots' ELSE 'steps' END, jsonb_agg(jsonb_build_object('at', p.at, 'rate', p.rate) ORDER BY p.n) FILTER (WHERE p.kind <> 'else'),
        'else', min(p.rate) FILTER (WHERE p.kind = 'else')))
    FROM @extschema@.scale_pieces(scale) p
$$;
COMMENT ON FUNCTION sliding_scale_json(sliding_scale) IS
    'A scale as JSON: {"steps": [{"at": "90%", "rate": "100%"}], "else": "0%"} or {"knots": [{"at": "5000", "rate": "3.9%"}, ...]}. Values are texts, so exact. NULL for NULL.';
CREATE CAST (sliding_scale AS jsonb) WITH FUNCTION sliding_scale_json(sliding_scale);

CREATE FUNCTION to_sliding_scale(scale jsonb) RETURNS sliding_scale
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (CASE WHEN s.value ? 'knots' THEN 'linear ' ELSE '' END
            || (SELECT coalesce(string_agg(CASE WHEN s.value ? 'knots' THEN '' ELSE '>=' END || coalesce(x.value ->> 'at', '') || ':' || coalesce(x.value ->> 'rate', ''), ', ' ORDER BY x.n), '')
                FROM (SELECT a.n, @extschema@.json_part(a.value, 'a row of a sliding_scale', 'object', '{at,rate}') AS value
                      FROM jsonb_array_elements(@extschema@.json_part(coalesce(s.value -> 'knots', s.value -> 'steps'), 'steps or knots', 'array')) WITH ORDINALITY a (value, n)) x)
            || coalesce(' else ' || (s.value ->> 'else'), ''))::@extschema@.sliding_scale
    FROM @extschema@.json_part(scale, CASE WHEN scale ? 'knots' THEN 'a linear sliding_scale' ELSE 'a sliding_scale of steps' END, 'object',
                               CASE WHEN scale ? 'knots' THEN '{knots}' ELSE '{steps,else}' END::text[]) s (value)
$$;
COMMENT ON FUNCTION to_sliding_scale(jsonb) IS 'The scale that sliding_scale_json wrote, or that was written like it. NULL for NULL; 22P02 for what is no scale, a field that there is not, and what is no single amount or rate.';
CREATE CAST (jsonb AS sliding_scale) WITH FUNCTION to_sliding_scale(jsonb);

CREATE FUNCTION party_split_json(split party_split) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_agg(jsonb_build_object('party', p.party, 'share', p.share) ORDER BY p.party_order) FROM @extschema@.split_parties(split) p
$$;
COMMENT ON FUNCTION party_split_json(party_split) IS 'A split as a JSON array in contract order: [{"party": "acute", "share": "50%"}, {"party": "gp", "share": "remaining"}]. NULL for NULL.';
CREATE CAST (party_split AS jsonb) WITH FUNCTION party_split_json(party_split);

CREATE FUNCTION to_party_split(split jsonb) RETURNS party_split
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg('"' || replace(coalesce(x.value ->> 'party', ''), '"', '""') || '" ' || coalesce(x.value ->> 'share', ''), ', ' ORDER BY x.n), '')::@extschema@.party_split
    FROM (SELECT a.n, @extschema@.json_part(a.value, 'a party of a party_split', 'object', '{party,share}') AS value
          FROM jsonb_array_elements(@extschema@.json_part(split, 'party_split', 'array')) WITH ORDINALITY a (value, n)) x
$$;
COMMENT ON FUNCTION to_party_split(jsonb) IS 'The split that party_split_json wrote, or that was written like it. NULL for NULL; 22P02 for what is no split, a field that there is not, and what is no single amount or rate.';
CREATE CAST (jsonb AS party_split) WITH FUNCTION to_party_split(jsonb);

-- English -----------------------------------------------------------------------------------

CREATE FUNCTION spoken_amount(amount text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN amount !~ '^[0-9]+([.][0-9]+)?$' THEN amount
            ELSE regexp_replace(split_part(amount, '.', 1), '([0-9])(?=([0-9]{3})+$)', '\1,', 'g')
                 || CASE WHEN amount LIKE '%.%' THEN '.' || rpad(split_part(amount, '.', 2), greatest(2, length(split_part(amount, '.', 2))), '0') ELSE '' END END;
COMMENT ON FUNCTION spoken_amount(text) IS 'A sum with its thousands set apart and no digit lost; percentages and fractions as they are. NULL for NULL. Used by describe.';

CREATE FUNCTION spoken_list(items text[]) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN cardinality(items) < 2 THEN array_to_string(items, '')
            ELSE array_to_string(items[1:cardinality(items) - 1], ', ') || ' and ' || items[cardinality(items)] END;
COMMENT ON FUNCTION spoken_list(text[]) IS 'Items with commas and a last "and". NULL for NULL. Used by describe.';

CREATE FUNCTION describe(curve share_curve) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH band AS (
        SELECT b.*, @extschema@.spoken_amount(trim_scale(b.lo)::text || CASE b.unit WHEN 'percent' THEN '%' ELSE '' END) AS low,
               @extschema@.spoken_amount(trim_scale(b.hi)::text || CASE b.unit WHEN 'percent' THEN '%' ELSE '' END) AS high,
               CASE b.rate WHEN '0%' THEN 'nothing' WHEN '100%' THEN 'all' ELSE b.rate END AS part, count(*) OVER (PARTITION BY b.side) AS bands
        FROM @extschema@.curve_bands(curve) b
    ), said AS (
        SELECT b.side, min(b.gate) AS gate, min(b.cap) AS cap, bool_or(b.unit = 'percent' OR b.gate LIKE '%\%' OR b.cap LIKE '%\%') AS percent,
               @extschema@.spoken_list(array_agg(
                   CASE WHEN b.bands = 1 AND b.hi IS NULL THEN b.part || CASE b.part WHEN 'nothing' THEN '' ELSE ' of it' END
                        WHEN b.lo = 0 THEN b.part || ' of the first ' || b.high
                        WHEN b.hi IS NULL THEN b.part || ' of what is above ' || b.low
                        ELSE b.part || ' of what lies between ' || b.low || ' and ' || b.high END ORDER BY b.band)
                   || CASE WHEN bool_and(b.hi IS NOT NULL) THEN ARRAY['nothing above ' || max(b.high) FILTER (WHERE b.band = b.bands)] ELSE '{}' END) AS bands
        FROM band b GROUP BY b.side
    )
    SELECT string_agg(CASE s.side WHEN 'gain' THEN 'Gain: ' WHEN 'loss' THEN 'Loss: ' ELSE 'Gain and loss alike: ' END
                      || coalesce('nothing below ' || @extschema@.spoken_amount(s.gate) || '; from there, counted from the first pound, ', '')
                      || s.bands || coalesce('; at most ' || @extschema@.spoken_amount(s.cap), '') || '.', ' ' ORDER BY s.side)
           || CASE WHEN bool_or(s.percent) THEN ' Limits in percent are of the base.' ELSE '' END
    FROM said s
$$;
COMMENT ON FUNCTION describe(share_curve) IS 'A curve in plain English, to be read aloud. NULL for NULL.';

CREATE FUNCTION describe(scale sliding_scale) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN bool_or(p.kind = 'knot')
                THEN @extschema@.spoken_list(array_agg(p.rate || ' at ' || @extschema@.spoken_amount(p.at) ORDER BY p.n)) || ', in a straight line between and level outside'
                ELSE string_agg(p.rate || ' from ' || @extschema@.spoken_amount(p.at) || ' on', ', ' ORDER BY p.n) FILTER (WHERE p.kind = 'step')
                     || coalesce(', ' || min(p.rate) FILTER (WHERE p.kind = 'else') || ' below', ', not assessed below') END
    FROM @extschema@.scale_pieces(scale) p
$$;
COMMENT ON FUNCTION describe(sliding_scale) IS 'A scale in plain English, to be read aloud. NULL for NULL.';

CREATE FUNCTION describe(split party_split) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT @extschema@.spoken_list(array_agg(p.party || CASE p.share WHEN 'remaining' THEN ' what remains' ELSE ' ' || p.share END ORDER BY p.party_order))
    FROM @extschema@.split_parties(split) p
$$;
COMMENT ON FUNCTION describe(party_split) IS 'A split in plain English, to be read aloud. NULL for NULL.';

CREATE FUNCTION describe(terms settlement_terms) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT nullif(concat_ws(E'\n',
        'Of the cost of each case, rounded case by case, this much is taken off what was spent. ' || replace(@extschema@.describe((terms).stop_loss), 'Gain: ', 'It is '),
        CASE (terms).adjust WHEN 'volume' THEN 'The benchmark moves with volume against plan.' WHEN 'risk' THEN 'The benchmark moves with average risk against plan.'
                            WHEN 'volume, risk' THEN 'The benchmark moves with volume and with average risk against plan.' END
            || coalesce(' Risk moves it by at most ' || trim_scale(100 * (terms).risk_limit) || '%.', ''),
        trim_scale(100 * (terms).discount) || '% is taken off the benchmark.',
        trim_scale(100 * (terms).withhold) || '% of the benchmark is withheld and earned back by quality: '
            || coalesce(@extschema@.describe((terms).withhold_scale), 'as much of it as the score says') || '.',
        CASE WHEN (terms).curve IS NULL THEN NULL WHEN coalesce((terms).measure, 'benchmark - actual') = 'benchmark - actual' THEN 'What is shared is the benchmark less what was spent'
             ELSE 'What is shared is what was done less the benchmark' END || CASE WHEN (terms).net_of_fee THEN ', after the fee.' ELSE '.' END,
        CASE WHEN (terms).guardrail THEN 'A loss counts only as far as it is one against a second benchmark too.' END,
        'A gain counts above a contingency of ' || @extschema@.spoken_amount((terms).contingency::text) || '.',
        'An allowance for chance, as a share of the base, brings the difference nearer to nothing: ' || @extschema@.describe((terms).allowance) || '.',
        'Below a size of ' || @extschema@.spoken_amount(trim_scale((terms).minimum_size)::text)
            || CASE (terms).under_size WHEN 'refuse' THEN ' there is no settlement.' ELSE ' nothing is shared.' END,
        CASE (terms).gate_by WHEN 'size' THEN 'Nothing moves unless the difference reaches a minimum rate of the base by size: ' || @extschema@.describe((terms).gate)
                             WHEN 'minimum_rate' THEN 'Nothing moves unless the difference reaches the agreed minimum rate of the base' END
            || CASE (terms).gate_side WHEN 'gain' THEN ' (gains only).' WHEN 'loss' THEN ' (losses only).' ELSE '.' END,
        'A gain below the gate is shared at ' || trim_scale(100 * (terms).below_gate) || '% of the share.',
        @extschema@.describe((terms).curve),
        'A loss costs ' || @extschema@.spoken_amount((terms).fee_at_risk::text) || ', the fee at risk, whatever its size.',
        'Quality multiplies ' || CASE (terms).quality_side WHEN 'loss' THEN 'losses' WHEN 'both' THEN 'gains and losses' ELSE 'gains' END || ', by '
            || coalesce((terms).quality_by, 'score') || ': ' || @extschema@.describe((terms).quality) || '.',
        'A loss is multiplied by a rate, by ' || coalesce((terms).loss_rate_by, 'score') || ': ' || @extschema@.describe((terms).loss_rate) || '.',
        'Gains are paid at ' || trim_scale(100 * (terms).factor_gain) || '%.',
        'Losses are owed at ' || trim_scale(100 * (terms).factor_loss) || '%.',
        'A gain is at most ' || @extschema@.spoken_amount((terms).cap_gain) || '.',
        'A loss is at most ' || @extschema@.spoken_amount((terms).cap_loss) || '.',
        CASE (terms).cap_when WHEN 'before quality' THEN 'Limits hold before quality.' END,
        CASE (terms).pays WHEN 'benchmark + share' THEN 'Paid are the benchmark and the share.' WHEN 'fee + share' THEN 'Paid are the fee and the share.' END,
        'From a difference of ' || @extschema@.spoken_amount((terms).reopener) || ' the contract may be opened again.',
        CASE WHEN (terms).curve IS NOT NULL THEN 'Rounded once, ' || CASE WHEN (terms).rounding LIKE '%half_even%' THEN 'halves to the even neighbour' WHEN (terms).rounding LIKE '%truncate%' THEN 'towards nothing' ELSE 'halves away from nothing' END
            || coalesce(', to ' || substring((terms).rounding FROM 'unit *([0-9.]+)'), ', to the penny') || '.' END,
        'Divided: ' || @extschema@.describe((terms).split) || CASE (terms).split_method WHEN 'first' THEN '; odd pennies to the first parties.' ELSE '; odd pennies to the largest remainders, then to the earlier party.' END,
        (terms).counterparty || ' is on the other side.'), '')
$$;
COMMENT ON FUNCTION describe(settlement_terms) IS 'Terms in plain English, a line per clause in the order in which a statement applies them. NULL for NULL or terms without clauses.';

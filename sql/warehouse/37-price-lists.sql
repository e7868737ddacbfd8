-- Price lists: rows as loaded, compiled into one value per list and stretch of days in which its prices do not change.

-- A price given for a part of the year goes before one given for all of it; of two the one that began last.
CREATE VIEW @icb@.tariff_segment AS
WITH priced AS (
    SELECT t.tariff_name, t.financial_year, t.valid_from, t.valid_to FROM @icb@.tariff_price t
    UNION
    SELECT t.tariff_name, t.financial_year, t.valid_from, t.valid_to FROM @icb@.tariff_top_up t
    UNION
    SELECT t.tariff_name, t.financial_year, t.valid_from, t.valid_to FROM @icb@.tariff_pathway t
), year AS (
    SELECT p.tariff_name, p.financial_year, p.valid_from, p.valid_to, @icb@.financial_month_start(p.financial_year, 1) AS first_day,
           (@icb@.financial_month_start(p.financial_year, 1) + interval '1 year')::date AS end_day
    FROM priced p
), edge AS (
    SELECT y.tariff_name, y.financial_year, greatest(y.valid_from, y.first_day) AS day, y.end_day FROM year y
    UNION
    SELECT y.tariff_name, y.financial_year, least(y.valid_to, y.end_day - 1) + 1, y.end_day FROM year y
)
SELECT e.tariff_name, e.financial_year, e.day AS from_day,
       lead(e.day, 1, e.end_day) OVER (PARTITION BY e.tariff_name, e.financial_year ORDER BY e.day) AS to_day
FROM edge e
WHERE e.day < e.end_day;
COMMENT ON VIEW @icb@.tariff_segment IS
    'Stretches of days of a financial year, from_day included and to_day not, in which all prices of a list stay the same: the whole year, or what corrections in the year cut it into.';
COMMENT ON COLUMN @icb@.tariff_segment.to_day IS 'First day on which it no longer holds.';

CREATE FUNCTION @icb@.tariff_json(list text, year text, from_day date, to_day date) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH setting AS (
        SELECT max(p.value) FILTER (WHERE p.parameter = 'short_stay_max_days') AS max_days, max(p.value) FILTER (WHERE p.parameter = 'short_stay_min_age') AS min_age
        FROM commissioning.payment_setting_reference p WHERE p.valid @> tariff_json.from_day
    ), days AS (
        SELECT @icb@.financial_month_start(tariff_json.year, 1) AS first_day, (@icb@.financial_month_start(tariff_json.year, 1) + interval '1 year')::date AS end_day
    ), price AS (
        SELECT DISTINCT ON (t.kind, t.treatment_function, t.hrg::text) t.*
        FROM @icb@.tariff_price t
        WHERE t.tariff_name = tariff_json.list AND t.financial_year = tariff_json.year AND t.valid_from <= tariff_json.from_day AND tariff_json.from_day <= t.valid_to
        ORDER BY t.kind, t.treatment_function, t.hrg::text, t.valid_from DESC
    ), top_up AS (
        SELECT DISTINCT ON (t.code) t.code, t.percent, t.synthetic
        FROM @icb@.tariff_top_up t
        WHERE t.tariff_name = tariff_json.list AND t.financial_year = tariff_json.year AND t.valid_from <= tariff_json.from_day AND tariff_json.from_day <= t.valid_to
        ORDER BY t.code, t.valid_from DESC
    ), pathway AS (
        SELECT DISTINCT ON (t.module, t.level) t.module, t.level, t.price, t.synthetic
        FROM @icb@.tariff_pathway t
        WHERE t.tariff_name = tariff_json.list AND t.financial_year = tariff_json.year AND t.valid_from <= tariff_json.from_day AND tariff_json.from_day <= t.valid_to
        ORDER BY t.module, t.level, t.valid_from DESC
    ), spells AS (
        SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                   'hrg', t.hrg::text, 'combined', t.combined, 'day_case', t.day_case, 'elective', t.elective,
                   'elective_trim', t.elective_trim, 'non_elective', t.non_elective, 'non_elective_trim', t.non_elective_trim,
                   'per_day', t.per_day, 'best_practice_base', t.best_practice, 'best_practice', t.best_practice_addition,
                   'short_stay_price', CASE WHEN t.short_stay_applicable AND s.max_days IS NOT NULL THEN t.short_stay_price END,
                   'short_stay_percent', CASE WHEN t.short_stay_applicable AND s.max_days IS NOT NULL AND t.short_stay_price IS NULL THEN t.short_stay_percent * 100 END))
               ORDER BY t.hrg::text) AS rows
        FROM price t CROSS JOIN setting s WHERE t.kind = 'spell'
    ), flat AS (
        SELECT t.kind, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('treatment_function', nullif(t.treatment_function, ''), 'hrg', t.hrg::text, 'price', t.price))
                                 ORDER BY t.treatment_function, t.hrg::text) AS rows
        FROM price t WHERE t.kind <> 'spell' AND t.price IS NOT NULL GROUP BY t.kind
    )
    SELECT jsonb_build_object(
               'name', tariff_json.list, 'version', '1', 'financial_year', tariff_json.year, 'currency', 'GBP',
               'synthetic', EXISTS (SELECT FROM price t WHERE t.synthetic) OR EXISTS (SELECT FROM top_up t WHERE t.synthetic) OR EXISTS (SELECT FROM pathway t WHERE t.synthetic),
               'spells', coalesce((SELECT t.rows FROM spells t), '[]'),
               'attendances', coalesce((SELECT t.rows FROM flat t WHERE t.kind = 'attendance'), '[]'),
               'procedures', coalesce((SELECT t.rows FROM flat t WHERE t.kind = 'procedure'), '[]'),
               'emergency', coalesce((SELECT t.rows FROM flat t WHERE t.kind = 'emergency'), '[]'),
               'unbundled', coalesce((SELECT t.rows FROM flat t WHERE t.kind = 'unbundled'), '[]'),
               'top_ups', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', t.code, 'percent', t.percent) ORDER BY t.code), '[]') FROM top_up t WHERE t.percent IS NOT NULL),
               'pathways', (SELECT coalesce(jsonb_agg(jsonb_build_object('module', t.module, 'level', t.level, 'price', t.price) ORDER BY t.module, t.level), '[]')
                            FROM pathway t WHERE t.price IS NOT NULL))
           || CASE WHEN s.max_days IS NULL THEN '{}'
                   ELSE jsonb_build_object('short_stay', jsonb_build_object('max_days', s.max_days, 'min_age', coalesce(s.min_age, 0))
                       || CASE WHEN (SELECT m.value FROM @icb@.meta m WHERE m.key = 'short_stay_length') = 'actual' THEN '{"length_of_stay": "actual"}' ELSE '{}'::jsonb END) END
           || CASE WHEN (SELECT m.value FROM @icb@.meta m WHERE m.key = 'admission_method_81') = 'EL' THEN '{"admission_method_81": "EL"}' ELSE '{}'::jsonb END
           || CASE WHEN d.first_day = tariff_json.from_day AND d.end_day = tariff_json.to_day THEN '{}'
                   ELSE jsonb_build_object('valid_from', to_char(tariff_json.from_day, 'YYYY-MM-DD'), 'valid_to', to_char(tariff_json.to_day - 1, 'YYYY-MM-DD')) END
    FROM setting s CROSS JOIN days d;
END;
COMMENT ON FUNCTION @icb@.tariff_json(text, text, date, date) IS
    'A price list as JSON of the type tariff, with the prices of the loaded rows that hold from one day (included) to another (excluded) of a financial year; see tariff_segment. Two readings of the payment rules are set in meta: short_stay_length (adjusted, the default, or actual: which length of stay makes a short stay) and admission_method_81 (NELNE, the default, or EL: what a transfer is).';

CREATE FUNCTION @icb@.compile_tariffs() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    list record;
    changed integer := 0;
    gone integer;
BEGIN
    DELETE FROM @icb@.tariff x
    WHERE EXISTS (SELECT FROM @icb@.tariff_segment s WHERE s.tariff_name = x.tariff_name AND s.financial_year = x.financial_year)
      AND NOT EXISTS (SELECT FROM @icb@.tariff_segment s
                      WHERE s.tariff_name = x.tariff_name AND s.financial_year = x.financial_year AND x.valid = pg_catalog.daterange(s.from_day, s.to_day));
    GET DIAGNOSTICS gone = ROW_COUNT;
    FOR list IN
        SELECT s.tariff_name, s.financial_year, pg_catalog.daterange(s.from_day, s.to_day) AS valid,
               @icb@.tariff_json(s.tariff_name, s.financial_year, s.from_day, s.to_day)::text::commissioning.tariff AS body
        FROM @icb@.tariff_segment s
        ORDER BY s.tariff_name, s.from_day
    LOOP
        IF NOT EXISTS (SELECT FROM @icb@.tariff x
                       WHERE x.tariff_name = list.tariff_name AND x.valid = list.valid
                         AND commissioning.tariff_fingerprint(x.body) = commissioning.tariff_fingerprint(list.body)) THEN
            DELETE FROM @icb@.tariff x WHERE x.tariff_name = list.tariff_name AND x.valid = list.valid;
            INSERT INTO @icb@.tariff (tariff_name, financial_year, valid, body, source, synthetic)
            VALUES (list.tariff_name, list.financial_year, list.valid, list.body, 'price rows loaded', (list.body::jsonb ->> 'synthetic')::boolean);
            changed := changed + 1;
        END IF;
    END LOOP;
    RETURN greatest(changed, gone);
END
$$;
COMMENT ON FUNCTION @icb@.compile_tariffs() IS
    'Turns the loaded price rows (tariff_price, tariff_top_up, tariff_pathway) into one value per price list and stretch of days in the table tariff: a correction within a year makes two of them. Returns how many values changed; a repeat changes none.';

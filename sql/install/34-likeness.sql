-- How alike two short texts are: for suggestions, never for decisions.

CREATE FUNCTION text_likeness(a text, b text) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- pairs of neighbouring letters and digits, each word by itself with a blank before and behind it
    WITH pair AS (
        SELECT s.side, substring(w.word FROM g.i FOR 2) AS two, count(*) AS n
        FROM (VALUES (1, a), (2, b)) AS s (side, sent)
        CROSS JOIN LATERAL (SELECT ' ' || t.word || ' ' AS word FROM regexp_split_to_table(lower(s.sent), '[^a-z0-9]+') AS t (word) WHERE t.word <> '') w
        CROSS JOIN LATERAL generate_series(1, length(w.word) - 1) AS g (i)
        GROUP BY 1, 2
    )
    SELECT coalesce(2.0 * (SELECT sum(least(x.n, y.n)) FROM pair x JOIN pair y ON y.two = x.two WHERE x.side = 1 AND y.side = 2)
                    / nullif((SELECT sum(p.n) FROM pair p), 0), 0)::double precision
$$;
COMMENT ON FUNCTION text_likeness(text, text) IS
    'Likeness of two texts between 0 and 1: twice the pairs of neighbouring characters they share over all their pairs (Dice), words apart, case and punctuation aside. NULL for NULL.';

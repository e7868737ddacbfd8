-- Type rule_set: JSON in and out, faults by path, binary form.
CREATE SCHEMA rule_set_test;
SET search_path = rule_set_test, commissioning;
CREATE FUNCTION fault(input text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM input::commissioning.rule_set;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE TABLE kept AS SELECT $${"name": "kept",  "version": "1", "rules": [
  {"code": "ENT06", "version": "1", "name": "Deceased before activity", "level": "line", "priority": 1,
   "applies": [["death_date", "not_null"]], "fails": [["start_date", ">", {"field": "death_date"}, {"plus": 1}]],
   "effect": {"kind": "void"}, "evidence": ["start_date", "death_date"], "source": "register of deaths \u00e9"}]}$$::rule_set AS r;
-- the JSON comes back as it was given
SELECT r FROM kept;
SELECT r::text::rule_set::text = r::text AS same, rule_set_fingerprint(r) = rule_set_fingerprint(r::text::rule_set) AS same_fingerprint,
       rule_set_fingerprint(r) <> rule_set_fingerprint(r::jsonb::rule_set) AS other_text_other_fingerprint, r::jsonb #>> '{rules,0,code}' AS code,
       r::jsonb::rule_set::jsonb = r::jsonb AS jsonb_again, r::json::rule_set::text = r::text AS json_again FROM kept;
CREATE TABLE copied (r rule_set);
COPY kept TO PROGRAM 'cat > commissioning_rule_set.bin' (FORMAT binary);
COPY copied FROM PROGRAM 'cat commissioning_rule_set.bin; rm commissioning_rule_set.bin' (FORMAT binary);
SELECT count(*) AS copied, bool_and(c.r::text = k.r::text) AS same FROM copied c, kept k;
SELECT fault('');
SELECT fault('[]');
SELECT fault('{"name": "t", "version": "1"}');
SELECT fault('{"name": "t", "version": "1", "rules": [{"code": "A"}]}');
SELECT fault(replace(r::text, '"priority": 1', '"priority": 100')) FROM kept;
SELECT fault(replace(r::text, '"not_null"', '"exists"')) FROM kept;
SELECT fault(replace(r::text, '">"', '"in"')) FROM kept;
SELECT fault(replace(r::text, '"kind": "void"', '"kind": "set"')) FROM kept;
SELECT fault(replace(r::text, '"plus": 1', '"plus": 1e-7')) FROM kept;
SELECT fault(replace(r::text, '"level"', '"levels"')) FROM kept;
SELECT fault('{"name": "t", "version": "1", "rules": [{"fails": [' || repeat('{"not": ', 10000));
SELECT count(*) AS tried, count(*) FILTER (WHERE f NOT LIKE '22P02 invalid rule set at $%' AND f NOT LIKE '22003 invalid rule set at $%' AND f <> 'accepted') AS other
FROM (SELECT fault(overlay(r::text PLACING substr('{}[]",:019.eE-\ntfz', 1 + n * 7 % 18, 1) FROM 1 + n * 31 % length(r::text) FOR n % 3)) AS f
      FROM kept, generate_series(1, 3000) n) x;
SELECT rule_set_fingerprint(NULL) IS NULL AS null_fingerprint;
DROP SCHEMA rule_set_test CASCADE;

-- What a rule set reads.

CREATE FUNCTION rule_set_fields(rules rule_set) RETURNS text[]
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_fields' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rule_set_fields(rule_set) IS
    'The fields that a line must have to be judged: units, unit_price, factor, total, rounding, then those that conditions, effects and evidence name. NULL gives NULL.';

-- Named contract shapes: patterns of terms with parameters, each with a worked example that a test settles.
CREATE TABLE contract_template (
    shape    text PRIMARY KEY,
    title    text NOT NULL,
    terms    jsonb NOT NULL,
    split    party_split,
    inputs   jsonb NOT NULL,
    expected numeric(18,2) NOT NULL,
    note     text NOT NULL,
    source   text NOT NULL,
    family   text NOT NULL CHECK (family IN ('guarantee', 'shared_savings', 'corridor', 'nhs', 'outcomes', 'alliance', 'pool', 'stop_loss', 'personal')),
    pattern  jsonb NOT NULL,
    parameters jsonb NOT NULL,
    example  jsonb NOT NULL,
    detail   jsonb,
    expected_lines jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE contract_template IS
    'Contract shapes as patterns of terms: new_terms fills in the parameters. The example parameters, inputs and detail settle to expected.';
COMMENT ON COLUMN contract_template.shape IS 'Key of the shape.';
COMMENT ON COLUMN contract_template.title IS 'What the shape is called in the field.';
COMMENT ON COLUMN contract_template.terms IS 'Terms of the worked example: fields of settlement_terms that are not NULL.';
COMMENT ON COLUMN contract_template.split IS 'Example split, where the shape has one by nature.';
COMMENT ON COLUMN contract_template.inputs IS 'Worked example: fields of settlement_inputs.';
COMMENT ON COLUMN contract_template.expected IS 'What the worked example settles to, in pounds (or the scheme''s own currency).';
COMMENT ON COLUMN contract_template.note IS 'How to read inputs and result.';
COMMENT ON COLUMN contract_template.source IS 'Where the shape and its numbers come from.';
COMMENT ON COLUMN contract_template.family IS 'guarantee, shared_savings, corridor, nhs, outcomes, alliance, pool, stop_loss or personal.';
COMMENT ON COLUMN contract_template.pattern IS 'Terms with {parameter} where a parameter goes; what stands in [brackets] is left out while its parameter is not given.';
COMMENT ON COLUMN contract_template.parameters IS 'Array of {name, unit, default, optional, meaning}. unit: money, amount (money or percent), rate, whole, number, scale or word. Without a default a parameter must be given, unless it is optional.';
COMMENT ON COLUMN contract_template.example IS 'Parameters of the worked example.';
COMMENT ON COLUMN contract_template.detail IS 'Worked example: fields of settlement_detail, NULL where there are none.';
COMMENT ON COLUMN contract_template.expected_lines IS 'Other lines of the worked example that are checked: line code, or line code/party, to amount.';

CREATE FUNCTION template_terms(shape text) RETURNS settlement_terms
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    terms jsonb := (SELECT t.terms FROM @extschema@.contract_template t WHERE t.shape = template_terms.shape);
BEGIN
    IF terms IS NULL THEN
        RAISE EXCEPTION 'contract template "%" does not exist', shape USING ERRCODE = 'undefined_object',
            HINT = 'The table contract_template lists them.';
    END IF;
    RETURN jsonb_populate_record(NULL::@extschema@.settlement_terms, terms);
END
$$;
COMMENT ON FUNCTION template_terms(text) IS 'The terms of a shipped contract shape, ready for settle. NULL for NULL; 42704 for an unknown shape.';

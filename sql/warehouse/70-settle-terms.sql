-- Settlement terms: one row per version, signed; what is signed stays.

CREATE TABLE @icb@.contract_terms (
    contract_id  text NOT NULL REFERENCES @icb@.contract,
    version      integer NOT NULL CHECK (version > 0),
    valid        daterange NOT NULL CHECK (NOT isempty(valid)),
    shape        text NOT NULL,
    measure      text NOT NULL DEFAULT 'benchmark - actual' CHECK (measure IN ('benchmark - actual', 'actual - benchmark')),
    curve        commissioning.share_curve NOT NULL,
    gate         commissioning.sliding_scale,
    gate_by      text NOT NULL DEFAULT 'none' CHECK (gate_by IN ('none', 'size', 'minimum_rate')),
    gate_side    text NOT NULL DEFAULT 'both' CHECK (gate_side IN ('gain', 'loss', 'both')),
    quality      commissioning.sliding_scale,
    quality_side text NOT NULL DEFAULT 'gain' CHECK (quality_side IN ('gain', 'loss', 'both')),
    loss_rate    commissioning.sliding_scale,
    factor_gain  numeric CHECK (factor_gain >= 0),
    factor_loss  numeric CHECK (factor_loss >= 0),
    discount     numeric CHECK (discount BETWEEN 0 AND 1),
    cap_gain     text,
    cap_loss     text,
    rounding     text NOT NULL DEFAULT 'half_away',
    split        commissioning.party_split NOT NULL,
    split_method text NOT NULL DEFAULT 'hamilton' CHECK (split_method IN ('hamilton', 'first')),
    counterparty text NOT NULL,
    clauses      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(clauses) = 'object'),
    source       text NOT NULL,
    signed_by    text,
    signed_at    timestamptz,
    PRIMARY KEY (contract_id, version),
    CHECK ((gate IS NULL) = (gate_by <> 'size')),
    CHECK ((signed_by IS NULL) = (signed_at IS NULL)),
    EXCLUDE USING gist (contract_id WITH =, valid WITH &&) WHERE (signed_at IS NOT NULL)
);
COMMENT ON TABLE @icb@.contract_terms IS
    'The risk-share terms of a contract, one row per version, one column per clause. A signed row never changes, except that its validity may end earlier to make room for a successor.';
COMMENT ON COLUMN @icb@.contract_terms.shape IS 'Name of the template it was made from (commissioning.contract_template), or a name of your own.';
COMMENT ON COLUMN @icb@.contract_terms.measure IS 'What is shared: savings (benchmark - actual) or excess (actual - benchmark).';
COMMENT ON COLUMN @icb@.contract_terms.split IS 'How the settlement is divided over the parties that receive a gain and bear a loss, in contract order.';
COMMENT ON COLUMN @icb@.contract_terms.counterparty IS 'The party on the other side: pays what the others receive; not one of the split.';
COMMENT ON COLUMN @icb@.contract_terms.clauses IS 'Clause of the written contract per line code, for example {"share": "Schedule 3, 2.1"}.';
COMMENT ON COLUMN @icb@.contract_terms.signed_at IS 'NULL: a draft, which can be illustrated but not settled.';

CREATE FUNCTION @icb@.keep_signed_terms() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.signed_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    -- Ending early is the one change: everything else of the row stays as signed.
    IF TG_OP = 'UPDATE' AND lower(NEW.valid) = lower(OLD.valid) AND NEW.valid <@ OLD.valid
       AND (pg_catalog.to_jsonb(NEW) - 'valid') = (pg_catalog.to_jsonb(OLD) - 'valid') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % of the terms of contract "%" is signed and cannot be changed', OLD.version, OLD.contract_id
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Add a new version with its own validity; the signed one may only end earlier.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_signed_terms() IS 'Trigger: signed terms stay as they are (55000).';
CREATE TRIGGER keep_signed_terms BEFORE UPDATE OR DELETE ON @icb@.contract_terms
    FOR EACH ROW EXECUTE FUNCTION @icb@.keep_signed_terms();

CREATE FUNCTION @icb@.terms_of(t @icb@.contract_terms) RETURNS commissioning.settlement_terms
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW((t).measure, (t).curve, (t).gate, (t).gate_by, (t).gate_side, (t).quality, (t).quality_side, (t).loss_rate,
           (t).factor_gain, (t).factor_loss, (t).discount, (t).cap_gain, (t).cap_loss, (t).rounding,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, (t).split, (t).split_method, (t).counterparty, NULL)::commissioning.settlement_terms;
COMMENT ON FUNCTION @icb@.terms_of(@icb@.contract_terms) IS 'The clauses of a terms row as commissioning.settle takes them.';

CREATE FUNCTION @icb@.sign_terms(contract_id text, version integer, signed_by text) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF pg_catalog.btrim(sign_terms.signed_by) = '' OR sign_terms.signed_by IS NULL THEN
        RAISE EXCEPTION 'signed_by must name who signed' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE @icb@.contract_terms t SET signed_by = sign_terms.signed_by, signed_at = pg_catalog.clock_timestamp()
    WHERE t.contract_id = sign_terms.contract_id AND t.version = sign_terms.version AND t.signed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no unsigned version % of its terms', sign_terms.contract_id, sign_terms.version
            USING ERRCODE = 'undefined_object';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.sign_terms(text, integer, text) IS
    'Signs a draft of the terms; from then on it cannot change. 42704 when there is no such draft, 23P01 when a signed version is valid in the same time.';
REVOKE EXECUTE ON FUNCTION @icb@.sign_terms(text, integer, text) FROM PUBLIC;

-- The terms in force on the last day of the period: new terms restate the whole cumulative amount.
CREATE FUNCTION @icb@.terms_for(contract_id text, period daterange, kind text) RETURNS @icb@.contract_terms
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    terms @icb@.contract_terms;
BEGIN
    SELECT t.* INTO terms FROM @icb@.contract_terms t
    WHERE t.contract_id = terms_for.contract_id AND t.valid @> (upper(terms_for.period) - 1)
      AND (t.signed_at IS NOT NULL OR terms_for.kind = 'illustrative')
    ORDER BY t.version DESC LIMIT 1;
    IF FOUND THEN
        RETURN terms;
    END IF;
    SELECT t.* INTO terms FROM @icb@.contract_terms t
    WHERE t.contract_id = terms_for.contract_id AND t.valid @> (upper(terms_for.period) - 1)
    ORDER BY t.version DESC LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" is not signed', terms.version, terms_for.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Sign it with sign_terms, or ask for an illustrative settlement, which posts nothing.';
    END IF;
    RAISE EXCEPTION 'contract "%" has no terms in force on %', terms_for.contract_id, upper(terms_for.period) - 1
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Add a version of its terms that is valid on the last day of the period.';
END
$$;
COMMENT ON FUNCTION @icb@.terms_for(text, daterange, text) IS
    'The terms that settle a period: the signed version in force on its last day (for kind illustrative also a draft). 55000 when there is none.';

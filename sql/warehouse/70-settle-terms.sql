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
    counterparty text,
    clauses      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(clauses) = 'object'),
    source       text NOT NULL,
    signed_by    text,
    signed_at    timestamptz,
    stop_loss    commissioning.share_curve,
    adjust       text CHECK (adjust IN ('volume', 'risk', 'volume, risk')),
    risk_limit   numeric CHECK (risk_limit >= 0),
    withhold     numeric CHECK (withhold BETWEEN 0 AND 1),
    withhold_scale commissioning.sliding_scale,
    allowance    commissioning.sliding_scale,
    minimum_size numeric CHECK (minimum_size >= 0),
    under_size   text CHECK (under_size IN ('nothing', 'refuse')),
    below_gate   numeric CHECK (below_gate BETWEEN 0 AND 1),
    guardrail    boolean,
    quality_by   text CHECK (quality_by IN ('score', 'size', 'ratio')),
    loss_rate_by text CHECK (loss_rate_by IN ('score', 'size', 'ratio')),
    fee_at_risk  numeric CHECK (fee_at_risk >= 0 AND fee_at_risk = round(fee_at_risk, 2)),
    net_of_fee   boolean,
    pays         text CHECK (pays IN ('share', 'benchmark + share', 'fee + share')),
    reopener     text,
    cap_when     text CHECK (cap_when IN ('after', 'before quality')),
    contingency  numeric CHECK (contingency >= 0 AND contingency = round(contingency, 2)),
    sign_off     text NOT NULL DEFAULT 'four_eyes' CHECK (sign_off IN ('none', 'four_eyes', 'parties')),
    interest     text NOT NULL DEFAULT 'statutory',
    required_signatures text[],
    baseline_version integer,
    actual_from  text CHECK (actual_from IN ('measured', 'verified savings')),
    signed_hash  text,
    PRIMARY KEY (contract_id, version),
    FOREIGN KEY (contract_id, baseline_version) REFERENCES @icb@.baseline,
    CHECK ((gate IS NULL) = (gate_by <> 'size')),
    CHECK ((signed_by IS NULL) = (signed_at IS NULL)),
    EXCLUDE USING gist (contract_id WITH =, valid WITH &&) WHERE (signed_at IS NOT NULL)
);
COMMENT ON TABLE @icb@.contract_terms IS
    'The risk-share terms of a contract, one row per version, one column per clause. A signed row never changes, except that its validity may end earlier to make room for a successor.';
COMMENT ON COLUMN @icb@.contract_terms.shape IS 'Name of the template it was made from (commissioning.contract_template), or a name of your own.';
COMMENT ON COLUMN @icb@.contract_terms.measure IS 'What is shared: savings (benchmark - actual) or excess (actual - benchmark).';
COMMENT ON COLUMN @icb@.contract_terms.split IS 'How the settlement is divided over the parties that receive a gain and bear a loss, in contract order.';
COMMENT ON COLUMN @icb@.contract_terms.counterparty IS 'The party on the other side: pays what the others receive; not one of the split. NULL where the parties settle among themselves.';
COMMENT ON COLUMN @icb@.contract_terms.clauses IS 'Clause of the written contract per line code, for example {"share": "Schedule 3, 2.1"}.';
COMMENT ON COLUMN @icb@.contract_terms.stop_loss IS 'Part of the cost of one case that is taken off actual, case by case.';
COMMENT ON COLUMN @icb@.contract_terms.adjust IS 'What moves the benchmark with the population: volume, risk or both.';
COMMENT ON COLUMN @icb@.contract_terms.risk_limit IS 'Largest relative change that risk may make.';
COMMENT ON COLUMN @icb@.contract_terms.withhold IS 'Share of the benchmark withheld and earned back by quality.';
COMMENT ON COLUMN @icb@.contract_terms.withhold_scale IS 'Part of the withhold earned, by score; the score itself where NULL.';
COMMENT ON COLUMN @icb@.contract_terms.allowance IS 'Allowance for chance by size, a share of the base: takes the difference towards 0.';
COMMENT ON COLUMN @icb@.contract_terms.minimum_size IS 'Size below which the result is not assessed.';
COMMENT ON COLUMN @icb@.contract_terms.under_size IS 'What happens below minimum_size: nothing is shared (default), or refuse.';
COMMENT ON COLUMN @icb@.contract_terms.below_gate IS 'Multiplier of a gain that does not reach the gate; NULL: nothing.';
COMMENT ON COLUMN @icb@.contract_terms.guardrail IS 'A loss counts only as far as it is one against guardrail_benchmark too.';
COMMENT ON COLUMN @icb@.contract_terms.quality_by IS 'What quality is looked up by: score (default), size or ratio (actual / benchmark).';
COMMENT ON COLUMN @icb@.contract_terms.loss_rate_by IS 'What loss_rate is looked up by, likewise.';
COMMENT ON COLUMN @icb@.contract_terms.fee_at_risk IS 'In pounds: what a loss costs, times loss_rate, whatever its size.';
COMMENT ON COLUMN @icb@.contract_terms.net_of_fee IS 'The fee is taken off actual before it is compared.';
COMMENT ON COLUMN @icb@.contract_terms.pays IS 'What the settlement is: share (default), benchmark + share, or fee + share.';
COMMENT ON COLUMN @icb@.contract_terms.reopener IS 'Difference from which the contract may be opened again, in pounds or percent of the base.';
COMMENT ON COLUMN @icb@.contract_terms.cap_when IS 'after (default) or before quality: when caps hold.';
COMMENT ON COLUMN @icb@.contract_terms.contingency IS 'In pounds: kept before a gain counts.';
COMMENT ON COLUMN @icb@.contract_terms.sign_off IS 'Sign-off before a settlement is posted: none (posted at once), four_eyes (reviewed by another person) or parties (and agreed by each party).';
COMMENT ON COLUMN @icb@.contract_terms.interest IS 'Interest on late payment: statutory, statutory reset, a yearly rate such as 8%, or none.';
COMMENT ON COLUMN @icb@.contract_terms.required_signatures IS
    'Parties whose signatures must be recorded (add_signature) before the terms are signed; {*}: every party of the split and the counterparty. NULL: signed_by alone.';
COMMENT ON COLUMN @icb@.contract_terms.baseline_version IS 'Locked baseline that settlements under these terms start from; NULL: the benchmark is recorded with the inputs.';
COMMENT ON COLUMN @icb@.contract_terms.actual_from IS 'Where actual comes from: measured (default), or verified savings (verified_savings).';
COMMENT ON COLUMN @icb@.contract_terms.signed_hash IS 'terms_hash at the time of signing; NULL for drafts, and for terms signed before 0.4.';
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

CREATE TABLE @icb@.terms_indicator (
    contract_id     text NOT NULL,
    version         integer NOT NULL,
    indicator_order integer NOT NULL CHECK (indicator_order > 0),
    name            text NOT NULL,
    weight          numeric NOT NULL CHECK (weight >= 0),
    scale           commissioning.sliding_scale,
    minimum_volume  numeric CHECK (minimum_volume >= 0),
    under_volume    text NOT NULL DEFAULT 'redistribute' CHECK (under_volume IN ('redistribute', 'pay', 'carry')),
    controllable    boolean,
    PRIMARY KEY (contract_id, version, indicator_order),
    UNIQUE (contract_id, version, name),
    FOREIGN KEY (contract_id, version) REFERENCES @icb@.contract_terms
);
COMMENT ON TABLE @icb@.terms_indicator IS 'Quality indicators of a version of the terms; all together give the quality multiplier. As unchangeable as the terms.';
COMMENT ON COLUMN @icb@.terms_indicator.version IS 'Version of the terms.';
COMMENT ON COLUMN @icb@.terms_indicator.indicator_order IS 'Order in the contract.';
COMMENT ON COLUMN @icb@.terms_indicator.name IS 'Name of the indicator.';
COMMENT ON COLUMN @icb@.terms_indicator.weight IS 'Weight, relative to the others.';
COMMENT ON COLUMN @icb@.terms_indicator.scale IS 'Part earned by score; the score itself where NULL.';
COMMENT ON COLUMN @icb@.terms_indicator.minimum_volume IS 'Cases below which it is not assessable; NULL: always assessable.';
COMMENT ON COLUMN @icb@.terms_indicator.under_volume IS 'What then happens: redistribute its weight, pay in full, or carry its part over.';
COMMENT ON COLUMN @icb@.terms_indicator.controllable IS 'Can the provider move it? NULL: not judged.';

CREATE TABLE @icb@.terms_condition (
    contract_id     text NOT NULL,
    version         integer NOT NULL,
    condition_order integer NOT NULL CHECK (condition_order > 0),
    name            text NOT NULL,
    PRIMARY KEY (contract_id, version, condition_order),
    UNIQUE (contract_id, version, name),
    FOREIGN KEY (contract_id, version) REFERENCES @icb@.contract_terms
);
COMMENT ON TABLE @icb@.terms_condition IS 'Conditions of payment of a version of the terms, each met or not. As unchangeable as the terms.';
COMMENT ON COLUMN @icb@.terms_condition.version IS 'Version of the terms.';
COMMENT ON COLUMN @icb@.terms_condition.condition_order IS 'Order in the contract.';
COMMENT ON COLUMN @icb@.terms_condition.name IS 'Condition in the words of the contract.';

CREATE TABLE @icb@.terms_measure (
    contract_id     text NOT NULL,
    version         integer NOT NULL,
    measure_name    text NOT NULL,
    measure_version integer NOT NULL,
    fills           text NOT NULL CHECK (fills IN ('benchmark', 'actual', 'carried_forward', 'base', 'size', 'minimum_rate', 'score', 'revenue', 'volume', 'plan_volume',
                                                   'risk', 'plan_risk', 'guardrail_benchmark', 'indicator')),
    indicator       text,
    sql_hash        text NOT NULL,
    PRIMARY KEY (contract_id, version, measure_name),
    CHECK ((fills = 'indicator') = (indicator IS NOT NULL)),
    FOREIGN KEY (contract_id, version) REFERENCES @icb@.contract_terms,
    FOREIGN KEY (contract_id, measure_name, measure_version) REFERENCES @icb@.measure
);
CREATE UNIQUE INDEX terms_measure_fills ON @icb@.terms_measure (contract_id, version, fills, coalesce(indicator, ''));
COMMENT ON TABLE @icb@.terms_measure IS 'Measures that a version of the terms uses, each in one version of its definition. As unchangeable as the terms.';
COMMENT ON COLUMN @icb@.terms_measure.version IS 'Version of the terms.';
COMMENT ON COLUMN @icb@.terms_measure.measure_name IS 'Measure.';
COMMENT ON COLUMN @icb@.terms_measure.measure_version IS 'Version of its definition.';
COMMENT ON COLUMN @icb@.terms_measure.fills IS 'Input of the settlement that it gives; indicator: the score (value) and volume (n) of an indicator.';
COMMENT ON COLUMN @icb@.terms_measure.indicator IS 'Which indicator, named as in the terms.';
COMMENT ON COLUMN @icb@.terms_measure.sql_hash IS 'SHA-256 of its text as the terms were written.';

CREATE FUNCTION @icb@.keep_signed_parts() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    old_part jsonb := CASE WHEN TG_OP <> 'INSERT' THEN pg_catalog.to_jsonb(OLD) END;
    new_part jsonb := CASE WHEN TG_OP <> 'DELETE' THEN pg_catalog.to_jsonb(NEW) END;
    signed @icb@.contract_terms;
BEGIN
    SELECT t.* INTO signed FROM @icb@.contract_terms t
    WHERE t.signed_at IS NOT NULL
      AND (t.contract_id, t.version) IN ((old_part ->> 'contract_id', (old_part ->> 'version')::integer), (new_part ->> 'contract_id', (new_part ->> 'version')::integer))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" is signed and cannot be changed', signed.version, signed.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Indicators, conditions and measures belong to the terms: add a new version.';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
COMMENT ON FUNCTION @icb@.keep_signed_parts() IS 'Trigger: indicators, conditions and measures of signed terms stay as they are (55000).';
CREATE TRIGGER keep_signed_parts BEFORE INSERT OR UPDATE OR DELETE ON @icb@.terms_indicator
    FOR EACH ROW EXECUTE FUNCTION @icb@.keep_signed_parts();
CREATE TRIGGER keep_signed_parts BEFORE INSERT OR UPDATE OR DELETE ON @icb@.terms_condition
    FOR EACH ROW EXECUTE FUNCTION @icb@.keep_signed_parts();
CREATE TRIGGER keep_signed_parts BEFORE INSERT OR UPDATE OR DELETE ON @icb@.terms_measure
    FOR EACH ROW EXECUTE FUNCTION @icb@.keep_signed_parts();

CREATE FUNCTION @icb@.terms_of(t @icb@.contract_terms) RETURNS commissioning.settlement_terms
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW((t).measure, (t).curve, (t).gate, (t).gate_by, (t).gate_side, (t).quality, (t).quality_side, (t).loss_rate,
           (t).factor_gain, (t).factor_loss, (t).discount, (t).cap_gain, (t).cap_loss, (t).rounding,
           (t).stop_loss, (t).adjust, (t).risk_limit, (t).withhold, (t).withhold_scale, (t).allowance, (t).minimum_size, (t).under_size,
           (t).below_gate, (t).guardrail, (t).quality_by, (t).loss_rate_by, (t).fee_at_risk, (t).net_of_fee, (t).pays, (t).reopener,
           (t).cap_when, (t).split, (t).split_method, (t).counterparty, (t).contingency)::commissioning.settlement_terms;
COMMENT ON FUNCTION @icb@.terms_of(@icb@.contract_terms) IS 'The clauses of a terms row as commissioning.settle takes them.';

-- Clauses left out do not count, so that columns of later releases leave it as it is.
CREATE FUNCTION @icb@.terms_document(t @icb@.contract_terms) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.jsonb_strip_nulls((pg_catalog.to_jsonb(t) - ARRAY['valid', 'signed_by', 'signed_at', 'signed_hash'])
    || pg_catalog.jsonb_build_object(
        'indicators', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(i) ORDER BY i.indicator_order) FROM @icb@.terms_indicator i WHERE i.contract_id = (t).contract_id AND i.version = (t).version),
        'conditions', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) ORDER BY c.condition_order) FROM @icb@.terms_condition c WHERE c.contract_id = (t).contract_id AND c.version = (t).version),
        'measures', (SELECT pg_catalog.jsonb_agg((pg_catalog.to_jsonb(m) - ARRAY['sql_text', 'baseline_period', 'defined_by', 'defined_at']) || pg_catalog.to_jsonb(u)
                         -- the days themselves: a range prints as the session writes dates
                         || pg_catalog.jsonb_build_object('baseline_from', lower(m.baseline_period), 'baseline_to', upper(m.baseline_period)) ORDER BY u.measure_name)
                     FROM @icb@.terms_measure u JOIN @icb@.measure m ON m.contract_id = u.contract_id AND m.measure_name = u.measure_name AND m.measure_version = u.measure_version
                     WHERE u.contract_id = (t).contract_id AND u.version = (t).version)));
COMMENT ON FUNCTION @icb@.terms_document(@icb@.contract_terms) IS 'The clauses of a version of the terms as one document, with its indicators, conditions and measures (these by the fingerprint of their text).';

CREATE FUNCTION @icb@.terms_hash(t @icb@.contract_terms) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN @icb@.text_hash(@icb@.terms_document(t)::text);
COMMENT ON FUNCTION @icb@.terms_hash(@icb@.contract_terms) IS 'Fingerprint (SHA-256) of the clauses of a version of the terms, with its indicators, conditions and measures.';

CREATE FUNCTION @icb@.sign_terms(contract_id text, version integer, signed_by text) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF pg_catalog.btrim(sign_terms.signed_by) = '' OR sign_terms.signed_by IS NULL THEN
        RAISE EXCEPTION 'signed_by must name who signed' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- an agreed variation makes room for what it brings
    UPDATE @icb@.contract_terms f SET valid = pg_catalog.daterange(lower(f.valid), lower(t.valid))
    FROM @icb@.contract_terms t
    JOIN @icb@.variation v ON v.contract_id = t.contract_id AND v.to_version = t.version AND v.decision = 'agreed'
    WHERE t.contract_id = sign_terms.contract_id AND t.version = sign_terms.version AND t.signed_at IS NULL
      AND f.contract_id = v.contract_id AND f.version = v.from_version AND f.signed_at IS NOT NULL AND f.valid && t.valid AND lower(f.valid) < lower(t.valid);
    UPDATE @icb@.contract_terms t SET signed_by = sign_terms.signed_by, signed_at = pg_catalog.clock_timestamp()
    WHERE t.contract_id = sign_terms.contract_id AND t.version = sign_terms.version AND t.signed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no unsigned version % of its terms', sign_terms.contract_id, sign_terms.version
            USING ERRCODE = 'undefined_object';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.sign_terms(text, integer, text) IS
    'Signs a draft of the terms; from then on it cannot change. Where an agreed variation brings it, the version before ends when it begins. 42704 when there is no such draft, 23P01 when a signed version is valid in the same time; 55000 when required signatures are missing or were given to other words, a measure cannot be computed on its baseline period, the baseline is not locked, or a change of terms with required signatures has no agreed variation.';
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
        IF terms.signed_hash <> @icb@.terms_hash(terms) THEN
            RAISE EXCEPTION 'version % of the terms of contract "%" is not what was signed', terms.version, terms.contract_id
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = pg_catalog.format('Put back the clauses whose terms_hash is %s, or have another version signed.', terms.signed_hash);
        END IF;
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
    'The terms that settle a period: the signed version in force on its last day (for kind illustrative also a draft). 55000 when there is none, or when it is not what was signed.';

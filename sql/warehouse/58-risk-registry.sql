-- The warehouse's own risk models, beside the published ones: what they are, who answers for them, and which may be used.
--
-- A model enters as a draft, is approved by somebody else, and is retired in the end; nothing else may happen to it. The triggers
-- hold that for plain INSERT and UPDATE too. A person is the login (session_user): SET ROLE makes nobody another person.

CREATE TABLE @icb@.model (
    name          text NOT NULL,
    version       text NOT NULL,
    body          commissioning.risk_model NOT NULL,
    note          text,
    registered_by text NOT NULL DEFAULT session_user,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status        text CHECK (status IN ('draft', 'approved', 'retired')),
    status_note   text,
    approved_by   text,
    approved_at   timestamptz,
    self_approved boolean NOT NULL DEFAULT false,
    review_due    date,
    trained_from  date,
    trained_to    date,
    cohort        text,
    cohort_definition text,
    cohort_hash   text,
    outcome       text,
    outcome_definition text,
    fit           jsonb,
    metrics       jsonb,
    parent        text,
    limitations   text,
    outcome_days  integer CHECK (outcome_days > 0),
    PRIMARY KEY (name, version),
    CHECK (trained_to >= trained_from)
);
COMMENT ON TABLE @icb@.model IS
    'Risk models of this warehouse, beside the shipped ones in commissioning.risk_model_reference; a row here wins over a shipped model of the same name and version. A new row is a draft whatever it says, name, version and body never change, and what an approved model says of itself may be completed but not rewritten.';
COMMENT ON COLUMN @icb@.model.name IS 'Name of the model, as in its body.';
COMMENT ON COLUMN @icb@.model.version IS 'Version of the model, as in its body.';
COMMENT ON COLUMN @icb@.model.body IS 'The model; see the comment of the type commissioning.risk_model.';
COMMENT ON COLUMN @icb@.model.note IS 'Why it is here: where its weights come from, who agreed it.';
COMMENT ON COLUMN @icb@.model.registered_by IS 'Login that registered it.';
COMMENT ON COLUMN @icb@.model.registered_at IS 'When it was registered; the latest version of a name is used where none is asked for.';
COMMENT ON COLUMN @icb@.model.status IS 'draft, approved or retired. NULL: registered before models had a status; it was in use and counts as approved.';
COMMENT ON COLUMN @icb@.model.status_note IS 'What was said at the last change of status.';
COMMENT ON COLUMN @icb@.model.approved_by IS 'Login that approved it, NULL until then.';
COMMENT ON COLUMN @icb@.model.approved_at IS 'When it was approved.';
COMMENT ON COLUMN @icb@.model.self_approved IS 'Whether the one who registered it was allowed to approve it.';
COMMENT ON COLUMN @icb@.model.review_due IS 'Last day on which it may be used without a review, NULL for no such day.';
COMMENT ON COLUMN @icb@.model.trained_from IS 'First day as of which people were looked at to train it.';
COMMENT ON COLUMN @icb@.model.trained_to IS 'Last day of the outcomes it was trained on.';
COMMENT ON COLUMN @icb@.model.cohort IS 'Cohort it was trained on, NULL when it was trained elsewhere.';
COMMENT ON COLUMN @icb@.model.cohort_definition IS 'Who was in the cohort, in words and parameters.';
COMMENT ON COLUMN @icb@.model.cohort_hash IS 'Fingerprint of the rows it was trained on.';
COMMENT ON COLUMN @icb@.model.outcome IS 'Outcome it predicts: emergency_admission, cost, death, ...';
COMMENT ON COLUMN @icb@.model.outcome_definition IS 'The outcome and its window in words.';
COMMENT ON COLUMN @icb@.model.fit IS 'The fit: terms with standard errors, summary, warnings.';
COMMENT ON COLUMN @icb@.model.metrics IS 'Performance when it was made, by metric.';
COMMENT ON COLUMN @icb@.model.parent IS 'Model it was recalibrated from: name and version.';
COMMENT ON COLUMN @icb@.model.limitations IS 'What it must not be used for, and what its makers know to be weak.';
COMMENT ON COLUMN @icb@.model.outcome_days IS 'Days after the day of scoring in which the outcome counts; NULL is read as 365.';

CREATE TABLE @icb@.model_status (
    status_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model      text NOT NULL,
    model_version text NOT NULL,
    status     text NOT NULL CHECK (status IN ('draft', 'approved', 'retired', 'withdrawn')),
    changed_by text NOT NULL DEFAULT session_user,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    same_person boolean NOT NULL DEFAULT false,
    note       text
);
CREATE INDEX model_status_model ON @icb@.model_status (model, model_version, status_id);
COMMENT ON TABLE @icb@.model_status IS 'Every change of status of every model, never changed or deleted. A shipped model has rows only when this warehouse retired it or took it back.';
COMMENT ON COLUMN @icb@.model_status.status_id IS 'Order of the changes.';
COMMENT ON COLUMN @icb@.model_status.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.model_status.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.model_status.status IS 'draft (registered), approved, retired, or withdrawn (a draft that was deleted).';
COMMENT ON COLUMN @icb@.model_status.changed_by IS 'Login that changed it.';
COMMENT ON COLUMN @icb@.model_status.changed_at IS 'When.';
COMMENT ON COLUMN @icb@.model_status.same_person IS 'Whether the one who registered it approved it.';
COMMENT ON COLUMN @icb@.model_status.note IS 'What was said.';

CREATE FUNCTION @icb@.keep_model_status() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- a model of this warehouse changes in its own row, whose trigger comes here
    IF pg_catalog.pg_trigger_depth() = 1 AND EXISTS (SELECT FROM @icb@.model m WHERE m.name = NEW.model AND m.version = NEW.model_version) THEN
        RAISE EXCEPTION 'the status of model "%" version "%" is changed in the registry', NEW.model, NEW.model_version
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Use @icb@.approve_model or @icb@.retire_model.';
    END IF;
    NEW.changed_by := session_user;
    NEW.changed_at := pg_catalog.clock_timestamp();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @icb@.keep_model_status() IS 'Trigger: the history of models is append-only, and says who and when by itself (55000).';
CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE ON @icb@.model_status
    FOR EACH ROW EXECUTE FUNCTION @icb@.keep_model_status();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.model_status
    FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_model_status();

-- Rows are compared as text and jsonb: a detached warehouse goes on guarding them.
CREATE FUNCTION @icb@.guard_model() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    old_status text;
    facts text[] := '{trained_from,trained_to,cohort,cohort_definition,cohort_hash,outcome,outcome_days,outcome_definition,fit,metrics,parent,limitations,note}';
    fact text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'the registry of models is never emptied' USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF TG_OP = 'INSERT' THEN
        NEW.registered_by := session_user;
        NEW.registered_at := pg_catalog.clock_timestamp();
        NEW.status := 'draft';
        NEW.approved_by := NULL;
        NEW.approved_at := NULL;
        NEW.self_approved := false;
        RETURN NEW;
    END IF;
    old_status := coalesce(OLD.status, 'approved');
    IF TG_OP = 'DELETE' THEN
        IF old_status <> 'draft' THEN
            RAISE EXCEPTION 'model "%" version "%" is % and is never deleted', OLD.name, OLD.version, old_status
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Retire it: what it scored keeps its explanation.';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.name, NEW.version, NEW.body::text, NEW.registered_by, NEW.registered_at)
       IS DISTINCT FROM (OLD.name, OLD.version, OLD.body::text, OLD.registered_by, OLD.registered_at) THEN
        RAISE EXCEPTION 'model "%" version "%" is registered and never changes its content', OLD.name, OLD.version
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Register a new version: scores already refer to this one.';
    END IF;
    IF old_status <> 'draft' THEN
        FOREACH fact IN ARRAY facts LOOP
            IF NULLIF(pg_catalog.to_jsonb(OLD) -> fact, 'null') IS NOT NULL
               AND pg_catalog.to_jsonb(OLD) -> fact <> pg_catalog.to_jsonb(NEW) -> fact THEN
                RAISE EXCEPTION 'model "%" version "%" is %: what it says of % stays as it was', OLD.name, OLD.version, old_status, fact
                    USING ERRCODE = 'object_not_in_prerequisite_state';
            END IF;
        END LOOP;
    END IF;
    IF NEW.status = 'approved' AND (OLD.status IS DISTINCT FROM 'approved' OR NEW.review_due IS DISTINCT FROM OLD.review_due) THEN
        -- an approval, or a review of one
        IF session_user = OLD.registered_by AND NOT NEW.self_approved THEN
            RAISE EXCEPTION 'model "%" version "%" must be approved by somebody other than "%", who registered it', OLD.name, OLD.version, OLD.registered_by
                USING ERRCODE = 'insufficient_privilege',
                      HINT = 'Ask a colleague to approve it; allow_same_person says openly that nobody else looked at it.';
        END IF;
        NEW.approved_by := session_user;
        NEW.approved_at := pg_catalog.clock_timestamp();
        NEW.self_approved := session_user = OLD.registered_by;
        RETURN NEW;
    ELSIF (NEW.status IS NULL AND OLD.status IS NOT NULL) OR (NEW.status = 'draft' AND old_status <> 'draft') THEN
        RAISE EXCEPTION 'model "%" version "%" is % and cannot become %', OLD.name, OLD.version, old_status, coalesce(NEW.status, 'a model without status')
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    NEW.approved_by := OLD.approved_by;
    NEW.approved_at := OLD.approved_at;
    NEW.self_approved := OLD.self_approved;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @icb@.guard_model() IS
    'Trigger: a model enters as a draft, never changes its content, is approved by another person than the one who registered it (42501) and is never deleted after that (55000).';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @icb@.model
    FOR EACH ROW EXECUTE FUNCTION @icb@.guard_model();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.model
    FOR EACH STATEMENT EXECUTE FUNCTION @icb@.guard_model();

CREATE FUNCTION @icb@.record_model_status() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO @icb@.model_status (model, model_version, status) VALUES (OLD.name, OLD.version, 'withdrawn');
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO @icb@.model_status (model, model_version, status, note) VALUES (NEW.name, NEW.version, 'draft', NEW.note);
    ELSIF coalesce(NEW.status, 'approved') <> coalesce(OLD.status, 'approved') OR NEW.approved_at IS DISTINCT FROM OLD.approved_at THEN
        INSERT INTO @icb@.model_status (model, model_version, status, same_person, note)
        VALUES (NEW.name, NEW.version, NEW.status, NEW.status = 'approved' AND NEW.self_approved, NEW.status_note);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION @icb@.record_model_status() IS 'Trigger: writes the history of models.';
CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON @icb@.model
    FOR EACH ROW EXECUTE FUNCTION @icb@.record_model_status();

CREATE VIEW @icb@.known_model AS
SELECT k.name, k.version, k.body, k.local, row_number() OVER preference = 1 AS newest,
       k.status, k.approved_by, k.approved_at, k.review_due, row_number() OVER preference AS place
FROM (SELECT m.name, m.version, m.body, true AS local, m.registered_at, coalesce(m.status, 'approved') AS status,
             CASE WHEN m.status IS NULL THEN 'upgrade' ELSE m.approved_by END AS approved_by, m.approved_at, m.review_due
      FROM @icb@.model m
      UNION ALL
      SELECT s.name, s.version, s.body, false, NULL::timestamptz, coalesce(c.status, 'approved'), coalesce(c.changed_by, 'release'), c.changed_at, NULL::date
      FROM commissioning.risk_model_reference s
      LEFT JOIN LATERAL (
          SELECT h.status, h.changed_by, h.changed_at FROM @icb@.model_status h
          WHERE h.model = s.name AND h.model_version = s.version AND h.status IN ('approved', 'retired')
          ORDER BY h.status_id DESC LIMIT 1) c ON true
      WHERE NOT EXISTS (SELECT FROM @icb@.model m WHERE m.name = s.name AND m.version = s.version)) k
WINDOW preference AS (
    PARTITION BY k.name
    -- what may be used before drafts, and retired ones last; own models first, the latest registered; shipped ones by dotted number
    ORDER BY CASE k.status WHEN 'approved' THEN 1 WHEN 'draft' THEN 2 ELSE 3 END,
             k.local DESC, k.registered_at DESC NULLS LAST,
             CASE WHEN k.version ~ '^[0-9]{1,9}(\.[0-9]{1,9})*$' THEN pg_catalog.string_to_array(k.version, '.')::integer[] END DESC NULLS LAST,
             k.version COLLATE "C" DESC);
COMMENT ON VIEW @icb@.known_model IS
    'Every risk model that is known here, shipped or local, with its status and the version used where none is asked for: of the approved ones the latest, a draft only where nothing is approved.';
COMMENT ON COLUMN @icb@.known_model.name IS 'Name of the model.';
COMMENT ON COLUMN @icb@.known_model.version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.known_model.body IS 'The model.';
COMMENT ON COLUMN @icb@.known_model.local IS 'Whether it is registered in this warehouse, not shipped.';
COMMENT ON COLUMN @icb@.known_model.newest IS 'Whether it is the version used where none is asked for.';
COMMENT ON COLUMN @icb@.known_model.status IS 'draft, approved or retired. Shipped models are approved by their release until they are retired here; models registered before there was a status were in use and are approved by the upgrade.';
COMMENT ON COLUMN @icb@.known_model.approved_by IS 'Login that approved it (for a shipped model: that last changed its status); release or upgrade where nobody had to.';
COMMENT ON COLUMN @icb@.known_model.approved_at IS 'When it was approved.';
COMMENT ON COLUMN @icb@.known_model.review_due IS 'Last day on which it may be used without a review, NULL for no such day.';
COMMENT ON COLUMN @icb@.known_model.place IS 'Order of preference among the versions of a name, 1 is the one used where none is asked for.';

CREATE FUNCTION @icb@.registered_model(name text, version text DEFAULT NULL) RETURNS commissioning.risk_model
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    result commissioning.risk_model;
BEGIN
    SELECT k.body INTO result FROM @icb@.known_model k
    WHERE k.name = name AND (k.version = version OR (version IS NULL AND k.newest));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'risk model "%" %is not known in warehouse "@icb@"', name, coalesce('version "' || version || '" ', '')
            USING ERRCODE = 'undefined_object',
                  HINT = pg_catalog.format('Known models: %s.', (SELECT pg_catalog.string_agg(k.name, ', ' ORDER BY k.name) FROM @icb@.known_model k WHERE k.newest));
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION @icb@.registered_model(text, text) IS
    'A risk model of this warehouse or a shipped one, by name and version (NULL = the newest). 42704 for an unknown one.';

CREATE FUNCTION @icb@.register_model(body commissioning.risk_model, note text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    description jsonb := body::jsonb;
    known commissioning.risk_model;
BEGIN
    IF body IS NULL THEN
        RAISE EXCEPTION 'risk model must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT m.body INTO known FROM @icb@.model m
    WHERE m.name = description ->> 'name' AND m.version = description ->> 'version';
    IF FOUND THEN
        IF known OPERATOR(commissioning.=) body THEN
            RETURN;
        END IF;
        RAISE EXCEPTION 'risk model "%" version "%" is registered with another content', description ->> 'name', description ->> 'version'
            USING ERRCODE = 'duplicate_object', HINT = 'Give the model a new version: scores already refer to this one.';
    END IF;
    INSERT INTO @icb@.model (name, version, body, note)
    VALUES (description ->> 'name', description ->> 'version', body, note);
END
$$;
COMMENT ON FUNCTION @icb@.register_model(commissioning.risk_model, text) IS
    'Adds a model to the registry under the name and version in its body, as a draft; the same model again changes nothing. 42710 when that version stands there with another content, 22004 for NULL.';

-- Status -------------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.model_allowed(name text, version text DEFAULT NULL) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN k.name IS NULL THEN 'it is not known here'
        WHEN k.status = 'draft' THEN 'it is a draft that nobody has approved'
        WHEN k.status = 'retired' THEN 'it is retired'
        WHEN k.review_due < current_date THEN 'its review was due on ' || pg_catalog.to_char(k.review_due, 'YYYY-MM-DD')
    END
    FROM (VALUES (true)) AS one (row)
    LEFT JOIN @icb@.known_model k
        ON k.name = model_allowed.name AND (k.version = model_allowed.version OR (model_allowed.version IS NULL AND k.newest));
END;
COMMENT ON FUNCTION @icb@.model_allowed(text, text) IS
    'NULL when a model (version NULL: the one used where none is asked for) may be used, else why not: a draft, retired, its review is overdue, not known.';

CREATE FUNCTION @icb@.change_model_status(name text, version text, status text, note text, review_due date, allow_same_person boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    known record;
BEGIN
    SELECT k.local, k.status INTO known FROM @icb@.known_model k WHERE k.name = name AND k.version = version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'risk model "%" version "%" is not known in warehouse "@icb@"', name, version
            USING ERRCODE = 'undefined_object', HINT = 'Name both: the view known_model lists them.';
    END IF;
    IF known.status = status AND status <> 'approved' THEN
        RAISE EXCEPTION 'model "%" version "%" is % already', name, version, status USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF NOT known.local THEN
        IF known.status <> status THEN
            INSERT INTO @icb@.model_status (model, model_version, status, note) VALUES (name, version, status, note);
        END IF;
        RETURN;
    END IF;
    UPDATE @icb@.model m
    SET status = status, status_note = note,
        self_approved = coalesce(allow_same_person, false), review_due = coalesce(review_due, m.review_due)
    WHERE m.name = name AND m.version = version;
END
$$;
COMMENT ON FUNCTION @icb@.change_model_status(text, text, text, text, date, boolean) IS 'The step that approve_model and retire_model share.';

CREATE FUNCTION @icb@.approve_model(name text, version text, note text DEFAULT NULL, review_due date DEFAULT NULL,
                                    allow_same_person boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    IF review_due < current_date THEN
        RAISE EXCEPTION 'review_due % is in the past', pg_catalog.to_char(review_due, 'YYYY-MM-DD') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM @icb@.change_model_status(name, version, 'approved', note, coalesce(review_due, (current_date + interval '1 year')::date), allow_same_person);
END
$$;
COMMENT ON FUNCTION @icb@.approve_model(text, text, text, date, boolean) IS
    'Approves a model for use until review_due (NULL: a year from today); called for an approved one it records the review and the next date. 42501 when the login registered the model itself and allow_same_person is not set, 42704 for an unknown model. A retired model may be approved again.';

CREATE FUNCTION @icb@.retire_model(name text, version text, note text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    IF note IS NULL OR pg_catalog.btrim(note) = '' THEN
        RAISE EXCEPTION 'say why the model is retired' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM @icb@.change_model_status(name, version, 'retired', note, NULL, NULL);
END
$$;
COMMENT ON FUNCTION @icb@.retire_model(text, text, text) IS
    'Takes a model out of use, shipped ones too; scores kept from it stay and can be explained. 22023 without a reason, 42704 for an unknown model, 55000 when it is retired already.';

CREATE FUNCTION @icb@.document_model(name text, version text, trained_from date DEFAULT NULL, trained_to date DEFAULT NULL, cohort_definition text DEFAULT NULL,
                                     outcome text DEFAULT NULL, outcome_days integer DEFAULT NULL, outcome_definition text DEFAULT NULL,
                                     metrics jsonb DEFAULT NULL, parent text DEFAULT NULL, limitations text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE @icb@.model m
    SET trained_from = coalesce(trained_from, m.trained_from), trained_to = coalesce(trained_to, m.trained_to),
        cohort_definition = coalesce(cohort_definition, m.cohort_definition), outcome = coalesce(outcome, m.outcome),
        outcome_days = coalesce(outcome_days, m.outcome_days),
        outcome_definition = coalesce(outcome_definition, m.outcome_definition), metrics = coalesce(metrics, m.metrics),
        parent = coalesce(parent, m.parent), limitations = coalesce(limitations, m.limitations)
    WHERE m.name = name AND m.version = version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'risk model "%" version "%" is not registered in warehouse "@icb@"', name, version
            USING ERRCODE = 'undefined_object', HINT = 'Shipped models describe themselves.';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.document_model(text, text, date, date, text, text, integer, text, jsonb, text, text) IS
    'Says of a registered model what is not in its body, for one that was trained elsewhere: window, cohort, outcome, performance, limitations; NULL leaves a fact as it is. After approval facts are only completed (55000). 42704 for an unknown model.';

CREATE VIEW @icb_reporting@.model_history AS
SELECT h.status_id::bigint AS status_id,
       h.model::text AS model,
       h.model_version::text AS model_version,
       h.status::text AS status,
       h.changed_by::text AS changed_by,
       h.changed_at::timestamptz AS changed_at,
       h.same_person::boolean AS same_person,
       h.note::text AS note
FROM @icb@.model_status h;
COMMENT ON VIEW @icb_reporting@.model_history IS 'Who registered, approved and retired which model, and when; one row per change.';
COMMENT ON COLUMN @icb_reporting@.model_history.status_id IS 'Order of the changes.';
COMMENT ON COLUMN @icb_reporting@.model_history.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.model_history.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.model_history.status IS 'draft (registered), approved, retired, or withdrawn (a draft that was deleted).';
COMMENT ON COLUMN @icb_reporting@.model_history.changed_by IS 'Login that changed it.';
COMMENT ON COLUMN @icb_reporting@.model_history.changed_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.model_history.same_person IS 'Whether the one who registered it approved it.';
COMMENT ON COLUMN @icb_reporting@.model_history.note IS 'What was said.';

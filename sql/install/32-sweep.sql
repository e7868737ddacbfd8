-- One person's claims and records looked at together: what a line has to do with others.

CREATE TYPE claim_event AS (
    is_line boolean,
    kind text,
    activity_id bigint,
    provider_code text,
    treatment_function text,
    hrg text,
    start_date date,
    end_date date,
    age integer,
    patient_classification text,
    admission_method text,
    submission_id bigint,
    line_no bigint,
    line_key text,
    financial_year text,
    month integer,
    claim_group text,
    site_code text,
    pod text,
    national_price boolean,
    units numeric,
    unit_price numeric,
    total_cost numeric,
    cds_id text,
    provider_event_id text,
    item_code text,
    serial_number text,
    rebill_of text,
    not_beside text[],
    main_specialty text,
    first_attendance text,
    attendance_status text,
    referral_id text,
    discharge_method text,
    discharge_destination text,
    country text,
    diagnoses icd10[]
);
COMMENT ON TYPE claim_event IS
    'A claimed line (is_line) or a record of one person. kind is spell, excess, critical_care, unbundled, attendance, procedure, emergency, drug, device, antenatal, pathway or other; records are spell, attendance or emergency. activity_id: of a record its number, of a line that of the record it meets; dates, age, class and admission method of the record go before those of the line. submission_id to not_beside belong to lines: rebill_of names what was paid back for the same under another number, not_beside lists HRGs that are not paid on the same day. main_specialty to diagnoses belong to records.';

CREATE TYPE claim_links AS (
    submission_id bigint,
    line_no bigint,
    line_key text,
    duplicate_of text,
    repeat_of text,
    overlap_of text,
    other_feed_of text,
    same_drug_of text,
    two_provider_of text,
    two_provider_payee text,
    inside_spell_of text,
    admission_same_day text,
    emergency_inside_spell_of text,
    same_day_attendance_of text,
    emergency_same_day text,
    transfer_pair_of text,
    pathway_of text,
    pathway_repeat_of text,
    procedure_same_day text,
    code_pair_of text,
    readmission_of text,
    readmission_days integer,
    days_since_same_first integer,
    days_since_first integer,
    history_days integer,
    days_since_discharge integer,
    day_cases_in_month integer,
    days_since_same_drug integer,
    days_to_event integer,
    rebill_of text,
    two_provider_paid boolean,
    readmission_index text,
    readmission_exclusion text,
    lone_secondary text
);
COMMENT ON TYPE claim_links IS
    'What a claimed line has to do with other lines and records of the person. Texts name the other line by its key, a record as "record" and its number; NULL: there is none. Where lines claim the same, one is kept and named in the others. Days and counts are NULL where there is nothing to count from. readmission_exclusion is none, the reason why the readmission is paid all the same, or NULL where that is not known.';

CREATE FUNCTION claim_sweep(events claim_event[]) RETURNS SETOF claim_links
    AS 'MODULE_PATHNAME', 'commissioning_claim_sweep' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION claim_sweep(claim_event[]) IS
    'All questions about one person''s lines that need other lines or records, in one ordered pass each; a row for every line of which there is something to say. Time grows with n log n, memory with n. An unknown kind is 22023; NULL gives no rows, NULL elements are left out.';

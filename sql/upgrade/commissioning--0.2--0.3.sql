\echo Use "ALTER EXTENSION commissioning UPDATE TO '0.3'" to load this file. \quit
-- 0.2 to 0.3: the whole of invoice validation. Lines "--@ FILE" are replaced by the file when the step is made.

-- What changed in place.
ALTER TABLE rule_reference
    ADD COLUMN class text NOT NULL DEFAULT 'money' CHECK (class IN ('money', 'data_quality', 'governance', 'redesign')),
    ADD COLUMN bases text[],
    ADD COLUMN detectable text NOT NULL DEFAULT 'full' CHECK (detectable IN ('full', 'partial')),
    ADD COLUMN needs text[] NOT NULL DEFAULT '{}',
    ADD COLUMN provider_text text NOT NULL DEFAULT '',
    ADD COLUMN clause text NOT NULL DEFAULT '',
    ADD COLUMN acceptance numeric(4,3) NOT NULL DEFAULT 0.5 CHECK (acceptance BETWEEN 0 AND 1),
    ADD COLUMN effort_minutes numeric(6,1) NOT NULL DEFAULT 5 CHECK (effort_minutes > 0);
COMMENT ON COLUMN rule_reference.class IS
    'money: a claim against the provider; data_quality: the data must be put right, nothing is deducted; governance: seen by the role governance alone, never priced; redesign: a question to the service.';
COMMENT ON COLUMN rule_reference.bases IS 'Contract bases for which the rule holds; NULL: all.';
COMMENT ON COLUMN rule_reference.detectable IS 'full: decided by the tables; partial: a sign that needs the case notes, so a sample and never a charge by itself.';
COMMENT ON COLUMN rule_reference.needs IS 'Inputs (view input_presence) without which the rule is not assessed as a whole.';
COMMENT ON COLUMN rule_reference.provider_text IS 'What the provider is told.';
COMMENT ON COLUMN rule_reference.clause IS 'Contract clause or guidance it rests on; empty where none is named.';
COMMENT ON COLUMN rule_reference.acceptance IS
    'Planning assumption of the share of value that providers finally accept, until own outcomes replace it: 0.9 mostly accepted, 0.5 mixed, 0.1 mostly rejected or a clinical argument.';
COMMENT ON COLUMN rule_reference.effort_minutes IS 'Planning assumption: minutes of a reviewer per line.';

-- What is new.
--@ sql/install/58-audit.sql

-- Rules are replaced as a whole.
DELETE FROM rule_reference;
--@ sql/reference/33-rules-coding.sql
--@ sql/reference/33-rules-duplicates.sql
--@ sql/reference/33-rules-entitlement.sql
--@ sql/reference/33-rules-price.sql

-- Warehouses: these files say CREATE OR REPLACE.
--@ sql/install/80-warehouse.sql

-- Privileges on what is new, at the very end.
--@ sql/install/95-grants.sql

-- The rule catalogue: facts about invoices that make a line wrong, as data. Each rule reads the columns of a warehouse's claim_facts
-- view and says what a right line would have been. Codes, names, priorities and tolerances: national payment rules and common contract
-- practice in England; the sources stand per rule.
--
-- Body: {"applies": [condition...], "fails": [condition...], "effect": {...}, "evidence": [field...], "parameters": {name: value}}
-- in the language of the type rule_set; {"parameter": name} stands for a value that a contract may set in rule_switch. A condition that
-- every known value meets, such as ["start_date", ">=", "1900-01-01"], says what must be known: without it the rule is not assessed.

CREATE TABLE rule_reference (
    code     text NOT NULL,
    version  text NOT NULL,
    name     text NOT NULL,
    level    text NOT NULL CHECK (level IN ('line', 'spell', 'pair', 'provider')),
    priority integer NOT NULL CHECK (priority BETWEEN 1 AND 6),
    valid    daterange NOT NULL DEFAULT '(,)',
    body     jsonb NOT NULL,
    source   text NOT NULL,
    note     text NOT NULL,
    class    text NOT NULL DEFAULT 'money' CHECK (class IN ('money', 'data_quality', 'governance', 'redesign')),
    bases    text[],
    detectable text NOT NULL DEFAULT 'full' CHECK (detectable IN ('full', 'partial')),
    needs    text[] NOT NULL DEFAULT '{}',
    provider_text text NOT NULL DEFAULT '',
    clause   text NOT NULL DEFAULT '',
    acceptance numeric(4,3) NOT NULL DEFAULT 0.5 CHECK (acceptance BETWEEN 0 AND 1),
    effort_minutes numeric(6,1) NOT NULL DEFAULT 5 CHECK (effort_minutes > 0),
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE rule_reference IS
    'Rules that ship with the extension. A row of the same code in a warehouse''s rule table replaces the shipped one there; rule_switch turns a rule off, or sets its parameters, for one contract.';
COMMENT ON COLUMN rule_reference.level IS 'line, spell, pair (several lines of one person) or provider.';
COMMENT ON COLUMN rule_reference.priority IS
    'Order in which overlapping findings take their share of the money: 1 void identity, 2 void entitlement, 3 reclassify, 4 component, 5 price arithmetic, 6 statistical.';
COMMENT ON COLUMN rule_reference.valid IS 'Activity dates (price_date) for which the rule holds.';
COMMENT ON COLUMN rule_reference.body IS 'Conditions, effect and evidence in the language of the type rule_set.';
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

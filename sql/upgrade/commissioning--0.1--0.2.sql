\echo Use "ALTER EXTENSION commissioning UPDATE TO '0.2'" to load this file. \quit
-- 0.1 to 0.2: the whole of risk scoring. Lines "--@ FILE" are replaced by the file when the step is made.

-- What changed in place.
ALTER TYPE risk_term ADD ATTRIBUTE average double precision, ADD ATTRIBUTE label text;

-- What is new.
--@ sql/install/21-risk-language.sql
--@ sql/install/54-risk-validation.sql
--@ sql/reference/16-risk-feeds.sql
--@ sql/reference/17-cost-rates.sql
--@ sql/install/52-risk-fit.sql

-- Published models are replaced as a whole.
DELETE FROM risk_model_reference;
--@ sql/reference/20-risk-models.sql

-- Warehouses have row level security and a role for practices: these files say CREATE OR REPLACE.
--@ sql/install/80-warehouse.sql
--@ sql/install/81-practice-role.sql
--@ sql/install/82-roles.sql

-- Privileges on what is new, at the very end.
--@ sql/install/95-grants.sql

\echo Use "ALTER EXTENSION commissioning UPDATE TO '0.2'" to load this file. \quit
-- 0.1 to 0.2: the whole of risk scoring. Lines "--@ FILE" are replaced by the file when the step is made.

-- What changed in place.
ALTER TYPE risk_term ADD ATTRIBUTE average double precision, ADD ATTRIBUTE label text;

-- What is new.
--@ sql/install/21-risk-language.sql
--@ sql/install/27-risk-indices.sql
--@ sql/install/29-risk-hcc.sql
--@ sql/install/29-risk-import-ohdsi.sql
--@ sql/install/29-risk-import-pmml.sql
--@ sql/install/29-risk-import.sql
--@ sql/install/54-risk-validation.sql
--@ sql/reference/16-risk-feeds.sql
--@ sql/reference/17-cost-rates.sql
--@ sql/install/52-risk-fit.sql
--@ sql/install/56-risk-budget.sql
--@ sql/install/57-risk-action.sql
--@ sql/install/62-risk-charts.sql
--@ sql/reference/29-segments.sql

-- Published models are replaced as a whole.
DELETE FROM risk_model_reference;
--@ sql/reference/20-charlson.sql
--@ sql/reference/21-charlson-national.sql
--@ sql/reference/22-elixhauser.sql
--@ sql/reference/23-hfrs.sql
--@ sql/reference/24-lace-parr30.sql
--@ sql/reference/25-multimorbidity.sql
--@ sql/reference/26-ahrq.sql

-- Warehouses have row level security and a role for practices: these files say CREATE OR REPLACE.
--@ sql/install/80-warehouse.sql
--@ sql/install/81-practice-role.sql
--@ sql/install/82-roles.sql

-- Privileges on what is new, at the very end.
--@ sql/install/95-grants.sql

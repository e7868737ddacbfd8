\echo Use "ALTER EXTENSION commissioning UPDATE TO '0.4'" to load this file. \quit
-- 0.3 to 0.4: the whole of settlement. Lines "--@ FILE" are replaced by the file when the step is made.

-- What changed in place.

-- What is new.

-- Warehouses: these files say CREATE OR REPLACE.
--@ sql/install/80-warehouse.sql
--@ sql/install/82-roles.sql

-- Privileges on what is new, at the very end.
--@ sql/install/95-grants.sql

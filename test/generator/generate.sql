-- The synthetic county: psql -v seed=1 -v tier=S -f generate.sql   (S 10,000 lines, M 1,000,000 lines, M3 340,000 people x 3 years)
-- shift=0.15 raises the base rate of emergency admissions in the last year; errors=0 or 2 is a county of few or many errors;
-- people_only=1 stops before prices, claims and files.
-- Works in any plain PostgreSQL database; uses no function of the product. See README.md beside this file.
\set ON_ERROR_STOP on
\if :{?seed} \else \set seed 1 \endif
\if :{?tier} \else \set tier S \endif
\if :{?shift} \else \set shift 0 \endif
\if :{?errors} \else \set errors 1 \endif
SET client_min_messages = warning;
SET jit = off;
SET work_mem = '128MB';
SET datestyle = 'ISO, DMY';
SET extra_float_digits = 1;
\ir 00-settings.sql
\ir 10-facts.sql
\ir 20-people.sql
\ir 30-activity.sql
\if :{?people_only} \quit \endif
\ir 40-prices.sql
\ir 45-events.sql
\ir 60-scripts.sql
\ir 61-plants-entitlement.sql
\ir 62-plants-drugs.sql
\ir 63-plants-coding.sql
\ir 64-plants-class.sql
\ir 65-plants-price.sql
\ir 66-plants-pairs.sql
\ir 68-cast.sql
\ir 67-plants-series.sql
\ir 70-lines.sql
\ir 72-plants.sql
\ir 74-scripted.sql
\ir 76-series.sql
\ir 78-truth.sql
\ir 80-claims.sql
\ir 81-records.sql
\ir 82-registers.sql
\ir 84-inputs.sql
\ir 86-headers.sql

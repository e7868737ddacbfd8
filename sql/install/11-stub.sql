CREATE DOMAIN icd10 AS text; CREATE DOMAIN opcs4 AS text; CREATE DOMAIN hrg AS text; CREATE DOMAIN tariff AS jsonb; CREATE DOMAIN nhs_number AS bigint;

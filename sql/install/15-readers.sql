-- Tolerant readers: text as senders write it to a value, NULL for what cannot be read without guessing. They never fail.

CREATE FUNCTION to_nhs_number(text) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_to_nhs_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_nhs_number(text) IS
    'NHS number from text: ten digits, blanks or hyphens as 3-3-4, a right check digit. NULL for anything else and for placeholders of one repeated digit.';

CREATE FUNCTION to_icd10(text) RETURNS icd10
    AS 'MODULE_PATHNAME', 'commissioning_to_icd10' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_icd10(text) IS
    'ICD-10 code from text in any case, with or without the dot. NULL for anything else.';

CREATE FUNCTION to_opcs4(text) RETURNS opcs4
    AS 'MODULE_PATHNAME', 'commissioning_to_opcs4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_opcs4(text) IS
    'OPCS-4 code from text in any case, with or without the dot. NULL for anything else, such as - for no procedure.';

CREATE FUNCTION to_hrg(text) RETURNS hrg
    AS 'MODULE_PATHNAME', 'commissioning_to_hrg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_hrg(text) IS
    'HRG4+ code from text in any case. NULL for anything else.';

CREATE FUNCTION to_amount(text) RETURNS numeric
    AS 'MODULE_PATHNAME', 'commissioning_to_amount' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_amount(text) IS
    'Amount of money from text: pound signs (also broken ones), thousands commas, sign on either side, brackets for negatives, blanks; up to twelve digits before the point, six decimals kept, the rest rounded half away from zero. NULL for anything else, such as TBC.';

CREATE FUNCTION to_date_uk(text) RETURNS date
    AS 'MODULE_PATHNAME', 'commissioning_to_date_uk' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_date_uk(text) IS
    'Date from text whatever the datestyle: dd/mm/yyyy, dd-Mon-yyyy, dd.mm.yy, yyyy-mm-dd, yyyymmdd; a clock time behind it is dropped. Two-digit years mean 1950 to 2049. NULL for anything else, for impossible dates and for years outside 1850 to 2199.';

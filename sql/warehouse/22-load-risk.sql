-- Loading what scoring needs: areas, stated prices, code sets, opt-outs, exclusions, registers, coded entries, scores computed elsewhere.

-- Codes ---------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.is_snomed_id(value text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- Verhoeff's scheme: the multiplication of the dihedral group of order ten, and the permutation of each place
    product constant text := '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210';
    permuted constant text := '01234567891576283094580379614289160435279453126870428657390127938064157046913258';
    n integer := length(value);
    checksum integer := 0;
BEGIN
    -- a concept or description of the international edition or of an extension, 6 to 18 digits
    IF value !~ '^[1-9][0-9]{2,14}[01][01][0-9]$' THEN
        RETURN false;
    END IF;
    FOR i IN 0 .. n - 1 LOOP
        checksum := substr(product, 1 + 10 * checksum + substr(permuted, 1 + 10 * (i % 8) + substr(value, n - i, 1)::integer, 1)::integer, 1)::integer;
    END LOOP;
    RETURN checksum = 0;
END
$$;
COMMENT ON FUNCTION @icb@.is_snomed_id(text) IS
    'Whether a text is an identifier of a SNOMED CT concept or description: 6 to 18 digits with their check digit. Numbers that a spreadsheet has rounded are not.';

CREATE FUNCTION @icb@.tidy_coding_system(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE
        WHEN @icb@.header_key(value) IN ('snomed', 'snomedct', 'sct', 'snomedctuk', 'httpsnomedinfosct') THEN 'snomed'
        WHEN @icb@.header_key(value) IN ('read2', 'readv2', 'readversion2', 'readcode', 'read') THEN 'read2'
        WHEN @icb@.header_key(value) IN ('ctv3', 'read3', 'readv3', 'readctv3', 'clinicaltermsversion3') THEN 'ctv3'
        WHEN @icb@.header_key(value) IN ('icd10', 'icd10uk', 'icd') THEN 'icd10'
        ELSE btrim(regexp_replace(lower(value), '[^a-z0-9]+', '_', 'g'), '_') END;
COMMENT ON FUNCTION @icb@.tidy_coding_system(text) IS
    'Name of a coding system as the tables hold it: snomed, read2, ctv3 and icd10 by their usual names, any other in lower case with underscores.';

CREATE FUNCTION @icb@.tidy_code(coding_system text, code text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE coding_system
        WHEN 'icd10' THEN regexp_replace(upper(code), '[^A-Z0-9]', '', 'g')
        -- five characters padded with dots, maybe with a term code behind: what is left shows the hierarchy of Read version 2
        WHEN 'read2' THEN rtrim(left(replace(code, ' ', ''), 5), '.')
        WHEN 'ctv3' THEN rtrim(left(replace(code, ' ', ''), 5), '.')
        ELSE replace(code, ' ', '') END;
COMMENT ON FUNCTION @icb@.tidy_code(text, text) IS
    'A code as the tables hold it: ICD-10 in upper case without dot, Read codes of five characters without trailing dots and term code, others as sent; blanks are dropped.';

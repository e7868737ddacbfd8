-- Deployment of warehouses: ordinary objects owned by the caller, outside the extension.

CREATE FUNCTION create_warehouse(name text, purpose text, person_partitions integer DEFAULT 8) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    part record;
    body text;
BEGIN
    FOR part IN SELECT * FROM commissioning.warehouse_source s ORDER BY s.part LOOP
        body := part.body;
        body := replace(body, '@icb_identity@', name || '_identity');
        body := replace(body, '@icb_reporting@', name || '_reporting');
        body := replace(body, '@icb@', name);
        body := replace(body, '@purpose@', purpose);
        body := replace(body, '@person_partitions@', person_partitions::text);
        EXECUTE body;
    END LOOP;
END
$$;

-- Everybody may use the values and read the shipped facts; what writes was revoked where it was made.
GRANT USAGE ON SCHEMA @extschema@ TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA @extschema@ TO PUBLIC;

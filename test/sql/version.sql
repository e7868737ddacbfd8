-- The library and the SQL objects are of one release.
SELECT commissioning.version() = (SELECT extversion FROM pg_extension WHERE extname = 'commissioning') AS same_release;
SELECT commissioning.library_version() = commissioning.version() AS library_matches;
\set SHOW_CONTEXT never
-- A library that does not match the SQL version says so.
UPDATE pg_extension SET extversion = '0.0' WHERE extname = 'commissioning';
SELECT commissioning.version();
UPDATE pg_extension SET extversion = commissioning.library_version() WHERE extname = 'commissioning';

-- Every member of the extension, one line each: identity, definition, privileges, comment. Two equal listings are equal installations.
SET search_path = pg_catalog, pg_temp;
SELECT concat_ws(' | ', i.type, i.identity,
    CASE WHEN d.classid = 'pg_proc'::regclass AND p.prokind <> 'a' THEN md5(pg_get_functiondef(p.oid))
         WHEN d.classid = 'pg_proc'::regclass THEN (
             SELECT concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggtranstype::regtype, g.agginitval, p.proparallel, p.provolatile)
             FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
         WHEN d.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p') THEN concat_ws(' ',
             (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(f.adbin, f.adrelid)), ', ' ORDER BY a.attname)
              FROM pg_attribute a LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
             (SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid),
             (SELECT string_agg(pg_get_indexdef(x.indexrelid), ', ' ORDER BY x.indexrelid::regclass::text) FROM pg_index x WHERE x.indrelid = c.oid),
             md5(query_to_xml(format('SELECT * FROM %s AS t ORDER BY t.*::text COLLATE "C"', c.oid::regclass), true, true, '')::text))
         WHEN d.classid = 'pg_class'::regclass AND c.relkind = 'v' THEN pg_get_viewdef(c.oid)
         WHEN d.classid = 'pg_type'::regclass THEN (
             SELECT concat_ws(' ', t.typlen, t.typbyval, t.typalign, t.typstorage, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typcategory,
                              (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
                               FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0))
             FROM pg_type t WHERE t.oid = d.objid)
         WHEN d.classid = 'pg_operator'::regclass THEN (
             SELECT concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprcanhash, o.oprcanmerge, o.oprresult::regtype)
             FROM pg_operator o WHERE o.oid = d.objid)
         WHEN d.classid = 'pg_cast'::regclass THEN (SELECT concat_ws(' ', k.castfunc::regprocedure, k.castcontext, k.castmethod) FROM pg_cast k WHERE k.oid = d.objid)
    END,
    CASE WHEN d.classid = 'pg_proc'::regclass THEN p.proacl::text WHEN d.classid = 'pg_class'::regclass THEN c.relacl::text END,
    obj_description(d.objid, d.classid::regclass::text::name))
FROM pg_depend d
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'commissioning')
ORDER BY 1;

#!/usr/bin/env python3
"""Writes what PostgreSQL's catalog says of built-in types, functions, operators, casts to catalog/.

Usage: catalog.py [psql arguments]. test_types.c compares the registry with these files.
"""
import os
import subprocess
import sys

QUERIES = {
    "types": """select t.oid::int, typname, format_type(t.oid, null), typlen, typbyval, typalign,
        typcategory, typtype, typstorage, typispreferred, typcollation <> 0, typdelim,
        typarray::int, typelem::int, typinput::oid::int, typoutput::oid::int,
        typreceive::oid::int, typsend::oid::int, typmodin::oid::int, typmodout::oid::int
        from pg_type t where typnamespace = 11 order by 1""",
    "funcs": """select p.oid::int, proname, prorettype::int, provolatile, proisstrict, proretset,
        provariadic::int, prokind, pronargdefaults, array_to_string(proargtypes::oid[], ','),
        coalesce(aggkind, '-'), coalesce(aggsortop::int, 0)
        from pg_proc p left join pg_aggregate a on a.aggfnoid = p.oid
        where pronamespace = 11 order by 1""",
    "operators": """select oid::int, oprname, oprleft::int, oprright::int, oprresult::int,
        oprcode::oid::int, oprcom::int, oprnegate::int, oprcanhash, oprcanmerge,
        oprrest, oprjoin from pg_operator order by 1""",
    "casts": """select castsource::int, casttarget::int, castfunc::int, castcontext, castmethod
        from pg_cast order by 1, 2""",
}


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalog")
    options = sys.argv[1:] or ["-h", "/tmp/pgref", "-U", "postgres"]
    for name, query in QUERIES.items():
        rows = subprocess.run(["psql", "-XAtq", "-F", "\t", "-c", query] + options, text=True,
                              capture_output=True, check=True).stdout
        with open(os.path.join(folder, name + ".tsv"), "w", encoding="utf-8") as file:
            file.write(rows)
        print(name, rows.count("\n"))


main()

#!/usr/bin/env python3
"""Fills in what PostgreSQL answers to the cases of cases/*.tsv.

Usage: expect.py FILE... [psql arguments after --]; rewrites the files in place. A line is

    call <tab> function(argument types) <tab> argument... <tab> = answer
    in   <tab> type <tab> typmod <tab> text <tab> = answer
    rows <tab> set-returning function(argument types) <tab> argument... <tab> = answers, split by ;
    set  <tab> setting <tab> value
    agg  <tab> aggregate(argument types) <tab> values of an argument, split by ; <tab>... = answer

The answer is the value's text, \\N for null, or ! with SQLSTATE and message. Lines without an answer
get one; lines with one are asked again. # begins a comment. Backslash escapes are C's \\t \\n \\\\.
"""
import subprocess
import sys

TRY = r"""
create function pg_temp.try(q text) returns text language plpgsql as $$
declare answer text;
begin
    execute 'select case when v is null then ''\N'' else replace(replace(replace(format(''%s'', v),
        ''\'', ''\\''), E''\n'', ''\n''), E''\t'', ''\t'') end from (select ' || q || ' as v) s'
        into answer;
    return '= ' || answer;
exception when others then
    return '= !' || sqlstate || ' ' || replace(replace(sqlerrm, '\', '\\'), E'\n', '\n');
end $$;
"""


def unescape(text):
    return text.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\0", "\\")


def literal(text):
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def argument(text, type_name):
    name = '"char"' if type_name == "char" else type_name
    if text == "\\N":
        return f"null::{name}"
    return f"{literal(unescape(text))}::{name}"


def query(fields):
    if fields[0] == "in":
        _, type_name, typmod, text = fields
        text = literal(unescape(text)) + "::cstring"
        function = names[type_name]
        return f"{function[0]}({text}" + (f", {function[2]}, {typmod})" if function[1] else ")")
    signature = fields[1]
    name, types = signature[:-1].split("(")
    types = types.split(",") if types else []
    if fields[0] == "agg":
        return aggregate(name, types, fields[2:])
    args = [argument(a, t) for a, t in zip(fields[2:], types)]
    call = f'pg_catalog."{name}"({", ".join(args)})'
    if fields[0] == "rows":
        return f"(select string_agg(coalesce(r::text, 'NULL'), ';') from (select {call} as r) s)"
    return call


def aggregate(name, types, values):
    columns = [f"string_to_array({literal(unescape(v))}, ';', '\\N')" for v in values]
    args = ", ".join(f"c{i}::{t}" for i, t in enumerate(types))
    names = ", ".join([f"c{i}" for i in range(len(types))] + ["o"])
    if not types:
        return f"(select {name}(*) from unnest({columns[0]}))"
    return (f"(select {name}({args} order by o) from unnest({', '.join(columns)}) with ordinality "
            f"as t({names}))")


def psql(script, options):
    run = subprocess.run(["psql", "-XAtq0"] + options, input=script, capture_output=True, text=True,
                         check=True)
    if run.stderr.strip():
        sys.exit(run.stderr)
    return run.stdout.split("\0")[:-1]


def main():
    files, options = sys.argv[1:], ["-h", "/tmp/pgref", "-U", "postgres"]
    if "--" in files:
        options = files[files.index("--") + 1:]
        files = files[:files.index("--")]
    for row in psql("select typname, p.proname, p.pronargs = 3, typelem from pg_type t join pg_proc p on "
                    "p.oid = typinput where typnamespace = 11", options):
        type_name, function, has_typmod, element = row.split("|")
        names[type_name] = (function, has_typmod == "t", element)
    for path in files:
        lines = open(path, encoding="utf-8").read().split("\n")
        asked, script = [], TRY + "set timezone = 'UTC';\n"
        for i, line in enumerate(lines):
            if not line or line.startswith("#"):
                continue
            fields = [f for f in line.split("\t")]
            if fields[0] == "set":
                script += f"set {fields[1]} = {literal(unescape(fields[2]))};\n"
                continue
            if fields[-1].startswith("= "):
                fields.pop()
            asked.append((i, fields))
            script += f"select pg_temp.try({literal(query(fields))});\n"
        answers = psql(script, options)
        assert len(answers) == len(asked), (len(answers), len(asked))
        for (i, fields), answer in zip(asked, answers):
            lines[i] = "\t".join(fields + [answer])
        open(path, "w", encoding="utf-8").write("\n".join(lines))
        print(f"{path}: {len(asked)} cases")


names = {}
main()

#!/usr/bin/python3
"""psycopg 3 against a served database: types both ways in text and binary, prepared statements, COPY, transactions.

usage: psycopg_client.py CONNINFO; prints "ok NAME" or "FAIL NAME: why" a check.
"""
import datetime as dt
import decimal
import sys
import traceback
import uuid

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

CHECKS = []
ZONE = dt.timezone.utc
VALUES = [
    ("bool", [True, False]),
    ("int2", [-32768, 0, 32767]),
    ("int4", [-2147483648, 2147483647]),
    ("int8", [-2**63, 2**63 - 1]),
    ("float4", [1.5, -0.25, float("inf")]),
    ("float8", [1e300, -1.1, 0.1]),
    ("numeric", [decimal.Decimal("0"), decimal.Decimal("-1.50"), decimal.Decimal("12345678901234567890.123")]),
    ("text", ["", "text", "é€😀", "it's \\ \n"]),
    ("varchar(10)", ["short"]),
    ("bytea", [b"", b"\x00\xff\\x"]),
    ("date", [dt.date(2000, 2, 29), dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    ("time", [dt.time(0, 0), dt.time(23, 59, 59, 999999)]),
    ("timestamp", [dt.datetime(1999, 12, 31, 23, 59, 59, 999999)]),
    ("timestamptz", [dt.datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=ZONE)]),
    ("interval", [dt.timedelta(days=3, seconds=5, microseconds=7)]),
    ("uuid", [uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")]),
    ("int4[]", [[1, None, 3], []]),
    ("text[]", [["a", "b,c", '"']]),
    ("oid", [4294967295]),
]


def check(function):
    CHECKS.append(function)
    return function


@check
def values_come_back_in_both_formats(c):
    c.execute("SET timezone TO 'UTC'")
    for type_name, values in VALUES:
        for binary in (False, True):
            with c.cursor(binary=binary) as cursor:
                for value in values:
                    cursor.execute("SELECT %b::" + type_name if binary else "SELECT %t::" + type_name, [value])
                    got = cursor.fetchone()[0]
                    assert got == value, (type_name, binary, value, got)


@check
def nulls_and_types_are_described(c):
    cursor = c.execute("SELECT NULL::int, 1::numeric(10,2) AS n, 'x'::varchar(7) AS v")
    assert cursor.fetchone()[0] is None
    n, v = cursor.description[1], cursor.description[2]
    assert (n.name, n.type_code, n.precision, n.scale) == ("n", 1700, 10, 2), n
    assert (v.type_code, v.display_size) == (1043, 7), v


@check
def prepared_statements_are_reused(c):
    c.execute("CREATE TABLE prepared(a int PRIMARY KEY, b text)")
    for i in range(20):
        c.execute("INSERT INTO prepared VALUES (%s, %s)", [i, str(i)], prepare=True)
    names = c.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO prepared%'")
    assert len(names.fetchall()) == 1
    assert c.execute("SELECT sum(a) FROM prepared").fetchone()[0] == 190


@check
def many_rows_go_in_a_pipeline(c):
    with c.pipeline():
        for i in range(100, 200):
            c.execute("INSERT INTO prepared VALUES (%s, %s)", [i, None])
        cursor = c.execute("SELECT count(*) FROM prepared")
    assert cursor.fetchone()[0] == 120
    with c.cursor() as cursor:
        cursor.executemany("INSERT INTO prepared VALUES (%s, %s) RETURNING a", [(500, "x"), (501, "y")], returning=True)
        got = [cursor.fetchone()[0]]
        while cursor.nextset():
            got.append(cursor.fetchone()[0])
        assert got == [500, 501], got


@check
def copy_goes_both_ways(c):
    c.execute("CREATE TABLE copied(a int, b text, c timestamptz)")
    rows = [(1, "one", dt.datetime(2020, 1, 1, tzinfo=ZONE)), (2, "tab\tline\n", None), (None, "\\N", None)]
    with c.cursor().copy("COPY copied FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    assert c.execute("SELECT a, b, c FROM copied").fetchall() == rows
    with c.cursor().copy("COPY copied(a, b) TO STDOUT (FORMAT csv, HEADER)") as copy:
        text = b"".join(bytes(part) for part in copy).decode()
    assert text == 'a,b\n1,one\n2,"tab\tline\n"\n,\\N\n', text


@check
def transactions_nest(c):
    c.execute("CREATE TABLE nested(a int)")
    with c.transaction():
        c.execute("INSERT INTO nested VALUES (1)")
        try:
            with c.transaction():
                c.execute("INSERT INTO nested VALUES (2)")
                c.execute("SELECT 1/0")
        except psycopg.errors.DivisionByZero:
            pass
        c.execute("INSERT INTO nested VALUES (3)")
    assert c.execute("SELECT array_agg(a ORDER BY a) FROM nested").fetchone()[0] == [1, 3]


@check
def errors_have_their_fields(c):
    c.execute("CREATE TABLE parent(a int CONSTRAINT pk PRIMARY KEY, b int CONSTRAINT positive CHECK (b > 0))")
    c.execute("INSERT INTO parent VALUES (1, 1)")
    for statement, error, name in [
            ("INSERT INTO parent VALUES (1, 1)", psycopg.errors.UniqueViolation, "pk"),
            ("INSERT INTO parent VALUES (2, 0)", psycopg.errors.CheckViolation, "positive"),
            ("SELECT nothing FROM parent", psycopg.errors.UndefinedColumn, None),
            ("SELEC", psycopg.errors.SyntaxError, None)]:
        try:
            c.execute(statement)
            raise AssertionError(statement)
        except error as e:
            assert e.diag.constraint_name == name, (statement, e.diag.constraint_name)
            assert e.diag.severity_nonlocalized == "ERROR" and e.diag.message_primary
            if name is None:
                assert e.diag.statement_position is not None


@check
def cursors_on_the_server_fetch_in_parts(c):
    with c.transaction(), c.cursor("part") as cursor:
        cursor.execute("SELECT * FROM generate_series(1, 1000) g")
        assert [len(cursor.fetchmany(300)) for _ in range(4)] == [300, 300, 300, 100]
    with c.transaction(), c.cursor("scrolling", scrollable=True) as cursor:
        cursor.execute("SELECT * FROM generate_series(1, 10) g")
        cursor.scroll(5)
        assert cursor.fetchone() == (6,)
        cursor.scroll(-3)
        assert cursor.fetchone() == (4,)


@check
def names_are_quoted_and_rows_are_dicts(c):
    name = sql.Identifier('Odd "name"')
    c.execute(sql.SQL("CREATE TABLE {}({} int)").format(name, sql.Identifier("select")))
    c.execute(sql.SQL("INSERT INTO {} VALUES (7)").format(name))
    with c.cursor(row_factory=dict_row) as cursor:
        assert cursor.execute(sql.SQL("SELECT * FROM {}").format(name)).fetchone() == {"select": 7}


@check
def types_are_found_in_the_catalog(c):
    from psycopg.types import TypeInfo
    info = TypeInfo.fetch(c, "numeric")
    assert (info.oid, info.array_oid) == (1700, 1231), info


@check
def every_relation_of_the_catalog_is_as_declared(c):
    relations = c.execute("SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                          "WHERE c.oid < 16384 AND n.nspname IN ('pg_catalog', 'information_schema')").fetchall()
    assert len(relations) > 150, len(relations)
    wrong = []
    for oid, schema, name in relations:
        cursor = c.execute("SELECT * FROM %s.%s LIMIT 3" % (schema, name))
        shown = [(d.name, d.type_code) for d in cursor.description]
        declared = c.execute("SELECT attname, atttypid FROM pg_attribute WHERE attrelid = %s ORDER BY attnum", [oid]).fetchall()
        wrong += [(name, a, b) for a, b in zip(shown, declared) if a != b]
        if len(shown) != len(declared):
            wrong.append((name, len(shown), len(declared)))
    assert not wrong, wrong[:10]


@check
def cancel_and_notices_arrive(c):
    notices = []
    c.add_notice_handler(lambda d: notices.append(d.message_primary))
    c.execute("DROP TABLE IF EXISTS nowhere")
    assert notices == ['table "nowhere" does not exist, skipping'], notices
    c.execute("SET statement_timeout = 50")
    try:
        c.execute("SELECT pg_sleep(10)")
        raise AssertionError("not cancelled")
    except psycopg.errors.QueryCanceled:
        pass
    c.execute("RESET statement_timeout")


def main():
    failed = 0
    with psycopg.connect(sys.argv[1], autocommit=True) as c:
        for function in CHECKS:
            try:
                function(c)
                print("ok", function.__name__)
            except Exception:
                failed += 1
                print("FAIL", function.__name__ + ":", traceback.format_exc().strip().splitlines()[-1])
    return failed != 0


sys.exit(main())

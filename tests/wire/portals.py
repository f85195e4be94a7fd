"""Statements of one row through portals: the messages of the extended protocol, byte by byte.

Goal: what the short path does (rows read and written by their key, BEGIN and kin, transactions put aside between two Syncs) is
what PostgreSQL does. Method: a raw client that says which messages it expects back, and a second connection that interferes.
"""
import socket
import struct
import time

import psycopg


class Raw:
    """Sends messages as they are told, and gives back what comes: pairs of a type and a body."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        body = struct.pack("!i", 196608) + b"user\0postgres\0database\0main\0\0"
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        self.out = b""
        self.until_ready()

    def message(self, kind, body=b""):
        self.out += kind + struct.pack("!i", len(body) + 4) + body
        return self

    def parse(self, name, text):
        return self.message(b"P", name + b"\0" + text + b"\0" + struct.pack("!h", 0))

    def bind(self, statement, params=(), portal=b"", formats=()):
        body = portal + b"\0" + statement + b"\0" + struct.pack("!hh", 0, len(params))
        for value in params:
            body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
        return self.message(b"B", body + struct.pack("!h", len(formats)) + b"".join(struct.pack("!h", f) for f in formats))

    def execute(self, portal=b"", limit=0):
        return self.message(b"E", portal + b"\0" + struct.pack("!i", limit))

    def sync(self):
        self.message(b"S")
        self.socket.sendall(self.out)
        self.out = b""
        return self.until_ready()

    def read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            assert piece, "the server has gone"
            data += piece
        return data

    def until_ready(self):
        came = []
        while not came or came[-1][0] != b"Z":
            kind, size = struct.unpack("!ci", self.read(5))
            came.append((kind, self.read(size - 4)))
        return came

    def run(self, statement, params=(), **more):
        """Bind, Execute, Sync; gives the rows' values, the tag or SQLSTATE, and the transaction's state."""
        came = self.bind(statement, params, **more).execute().sync()
        return outcome(came)


def outcome(came):
    rows, end = [], None
    for kind, body in came:
        if kind == b"D":
            rows.append(values(body))
        elif kind == b"C":
            end = body[:-1].decode()
        elif kind == b"E":
            end = body[body.index(b"\0C") + 2:][:5].decode()
    return rows, end, came[-1][1].decode()


def values(body):
    count, at, found = struct.unpack("!h", body[:2])[0], 2, []
    for _ in range(count):
        size = struct.unpack("!i", body[at:at + 4])[0]
        found.append(None if size < 0 else body[at + 4:at + 4 + size])
        at += 4 + max(size, 0)
    return tuple(found)


def prepare(port):
    raw = Raw(port)
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="main", autocommit=True) as c:
        c.execute("drop table if exists one_row")
        c.execute("create table one_row (k int primary key, v int, t text)")
        c.execute("insert into one_row values (1, 10, 'ten'), (2, 0, null)")
    raw.parse(b"get", b"select v, t from one_row where k = $1")
    raw.parse(b"ratio", b"select 100 / v from one_row where k = $1")
    raw.parse(b"set", b"update one_row set v = v + $2 where k = $1")
    raw.parse(b"put", b"insert into one_row values ($1, $2, 'new')")
    raw.parse(b"del", b"delete from one_row where k = $1")
    raw.parse(b"begin", b"begin").parse(b"commit", b"commit").parse(b"rollback", b"rollback")
    assert not any(kind == b"E" for kind, _ in raw.sync())
    return raw


def check_rows(port):
    raw = prepare(port)
    for _ in range(3):
        assert raw.run(b"get", [b"1"]) == ([(b"10", b"ten")], "SELECT 1", "I")
        assert raw.run(b"get", [b"2"]) == ([(b"0", None)], "SELECT 1", "I")
        assert raw.run(b"get", [b"3"]) == ([], "SELECT 0", "I")
        assert raw.run(b"get", [None]) == ([], "SELECT 0", "I")
    for formats in ((1,), (1, 1)):
        assert raw.run(b"get", [b"1"], formats=formats)[0] == [(struct.pack("!i", 10), b"ten")]
    assert raw.run(b"get", [b"1"], formats=(0,))[0] == [(b"10", b"ten")]
    assert raw.run(b"get", [b"1"], formats=(1, 0, 0))[1] == "08P01"
    assert raw.run(b"get", [b"x"])[1] == "22P02"
    assert raw.run(b"put", [b"3", b"30"]) == ([], "INSERT 0 1", "I")
    assert raw.run(b"put", [b"3", b"31"]) == ([], "23505", "I")
    assert raw.run(b"set", [b"3", b"5"]) == ([], "UPDATE 1", "I")
    assert raw.run(b"set", [b"4", b"5"]) == ([], "UPDATE 0", "I")
    assert raw.run(b"get", [b"3"])[0] == [(b"35", b"new")]
    assert raw.run(b"del", [b"3"]) == ([], "DELETE 1", "I")
    assert raw.run(b"get", [b"3"])[0] == []


def check_pieces(port):
    """A portal is run once, however often it is asked; with a limit it stops at the row; two at a time do not mix."""
    raw = prepare(port)
    came = raw.bind(b"get", [b"1"]).execute().execute().sync()
    assert [body for kind, body in came if kind == b"C"] == [b"SELECT 1\0", b"SELECT 0\0"]
    came = raw.bind(b"get", [b"1"]).execute(limit=1).execute(limit=1).sync()
    assert [kind for kind, _ in came] == [b"2", b"D", b"s", b"C", b"Z"]
    raw.bind(b"get", [b"1"], portal=b"a").bind(b"get", [b"2"], portal=b"b").bind(b"set", [b"1", b"1"], portal=b"c")
    came = raw.execute(b"b").execute(b"c").execute(b"a").sync()
    assert [values(body)[0] for kind, body in came if kind == b"D"] == [b"0", b"11"]
    came = raw.bind(b"get", [b"1"], portal=b"d").sync()
    came = raw.execute(b"d").sync()  # it has gone with its transaction
    assert outcome(came)[1] == "34000"


def check_blocks(port):
    raw = prepare(port)
    assert raw.run(b"begin") == ([], "BEGIN", "T")
    assert raw.run(b"set", [b"1", b"7"])[1:] == ("UPDATE 1", "T")
    assert raw.run(b"ratio", [b"2"])[1:] == ("22012", "E")
    assert raw.run(b"get", [b"1"])[1:] == ("25P02", "E")
    assert raw.run(b"commit") == ([], "ROLLBACK", "I")
    assert raw.run(b"get", [b"1"])[0] == [(b"10", b"ten")]
    assert raw.run(b"ratio", [b"2"])[1:] == ("22012", "I")
    assert raw.run(b"ratio", [b"1"])[0] == [(b"10",)]
    # A statement that is closed between Bind and Execute is run all the same.
    for last, seen in ((b"rollback", b"10"), (b"commit", b"17")):
        raw.parse(b"", b"begin").bind(b"").message(b"C", b"S\0").execute().bind(b"set", [b"1", b"7"]).execute()
        came = raw.parse(b"", last).bind(b"").message(b"C", b"S\0").execute().sync()
        assert outcome(came)[1:] == (last.decode().upper(), "I"), came
        assert raw.run(b"get", [b"1"])[0] == [(seen, b"ten")]


def check_between(port):
    """What others do between two statements is seen: rows, the table's columns, locks, settings of the session."""
    raw = prepare(port)
    raw.parse(b"when", b"select now(), v from one_row where k = $1").sync()
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="main", autocommit=True) as c:
        first = raw.run(b"when", [b"1"])[0][0]
        c.execute("update one_row set v = 99 where k = 1")
        second = raw.run(b"when", [b"1"])[0][0]
        assert second[1] == b"99" and second[0] > first[0]
        c.execute("begin")
        c.execute("update one_row set v = 1 where k = 1")
        raw.bind(b"set", [b"1", b"1"]).execute().message(b"S")
        raw.socket.sendall(raw.out)
        raw.out = b""
        time.sleep(0.2)
        c.execute("commit")
        assert outcome(raw.until_ready())[1] == "UPDATE 1"
        assert c.execute("select v from one_row where k = 1").fetchone() == (2,)
        c.execute("alter table one_row add column more int default 5")
        assert raw.run(b"get", [b"1"])[0] == [(b"2", b"ten")]
        raw.parse(b"", b"set default_transaction_read_only = on").bind(b"").execute().sync()
        assert raw.run(b"get", [b"1"])[0] == [(b"2", b"ten")]
        assert raw.run(b"set", [b"1", b"1"])[1] == "25006"
        raw.parse(b"", b"set default_transaction_read_only = off").bind(b"").execute().sync()
        raw.parse(b"", b"declare held cursor with hold for select k from one_row order by k").bind(b"").execute().sync()
        assert raw.run(b"get", [b"1"])[0] == [(b"2", b"ten")]
        raw.parse(b"", b"fetch all from held").bind(b"")
        assert outcome(raw.execute().sync())[0] == [(b"1",), (b"2",)]
        c.execute("drop table one_row")
        assert raw.run(b"get", [b"1"])[1] == "42P01"


def check(port):
    check_rows(port)
    check_pieces(port)
    check_blocks(port)
    check_between(port)

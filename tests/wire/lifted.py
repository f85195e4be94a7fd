"""Lifted literals change nothing that a client can see.

Goal: a simple query that runs by the plan of its fingerprint answers byte for byte as it does when it is parsed. Method: each text
is sent as it is, twice (the second time its plan is there), and with a second, empty statement behind it, which is never lifted;
all messages of the answers are compared: columns, types, rows, tags, and errors with their places.
"""
import socket
import struct

SETUP = """
create table lift (id bigint primary key, i int, s smallint, n numeric(10,2), f float8, t text, v varchar(5), c char(4), d date,
                   ts timestamp, j int[], b bool, u uuid, y bytea);
create index lift_i on lift (i);
create index lift_t on lift (t) where i > 10;
insert into lift select k, k % 50, k % 7, k / 3.0, k / 7.0, 'x' || k, 'v' || k % 90, 'c' || k % 9, date '2020-01-01' + k,
    timestamp '2020-01-01' , array[k, k + 1], k % 2 = 0, null, null from generate_series(1, 300) k;
create table other (id int, name text);
insert into other values (1, 'one'), (2, 'two');
"""

# What changes data stands in a transaction that is rolled back.
TEXTS = """
select 1
select 1, 2147483647, 2147483648, 9223372036854775807, 9223372036854775808, -1, -2147483648, -2147483649, - 5, +7
select 1.5, -1.50, .5, 1e3, 1.5e-3, 100::numeric(5,1), -5::int2, 5::bigint
select 'x', 'it''s', '', 'a' 'b'
select 'x' as name, 'y' "Q", 5 five, -5 as minus
select '5'::int, '1.25'::numeric(10,1), 'abcdef'::varchar(3), 'abc'::char(5), '{1,2}'::int[], '[1]'::text, 't'::bool
select cast('5' as bigint), int '5', date '2020-02-03', interval '1 day', interval '90' minute, '1 day'::interval
select '5' + 1, 1 + '5', '5' || 1, 'a' || 'b', '2020-01-01'::date + 1, '2020-01-01'::date + '1 day'::interval
select case when 1 = 1 then 'a' else 'b' end, case 2 when 1 then 'x' when 2 then 'y' end, case when false then 1 else 2.5 end
select coalesce('a', 'b'), coalesce(null, 5), nullif(5, 5), nullif('a', 'b'), greatest(1, 2.5), least('a', 'b')
select array[1, 2, 3], array['a', 'b'], array[1, 2.5], (array[10, 20, 30])[2], '{a,b}'::text[]
select 1 in (1, 2), 'a' in ('a', 'b'), 5 between 1 and 10, 'abc' like 'a%', 'abc' not like '_x%', 'a' ilike 'A'
select length('abc'), substring('hello' from 2 for 3), trim(both 'x' from 'xax'), position('l' in 'hello'), upper('a')
select extract(year from date '2020-05-06'), date_trunc('month', timestamp '2020-05-06 07:08:09'), round(2.567, 2), round(2.5)
select 7 / 2, 7.0 / 2, 7 % 3, 2 ^ 3, - 7 / 2, 1 + 2 * 3, 10 - 3 - 2, 5 -3, 5 - -3, @ -5
select nothing(1, '{1,2}')
select pg_typeof(1), pg_typeof('a'), pg_typeof(1.5), pg_typeof(3000000000), pg_typeof('a' || 'b')
select 1 where 1 = 1
select 1 where 'a' = 'b'
select id, t from lift where id = 7
select id, t from lift where id = '7'
select id from lift where id = 7.0
select id from lift where id = 7.5
select id from lift where id = -7
select id from lift where i = 7 and s > 3 order by id
select id from lift where i = '7' and s > '3' order by 1
select id from lift where n = 33.33
select id from lift where n > 99.5 order by id desc limit 3
select id from lift where n > 9 and n < 10 order by id limit 2 offset 1
select id from lift where f > 42.5 order by id
select id from lift where t = 'x5'
select id from lift where t = 'x30' and i > 10
select id from lift where t like 'x1%' and id < 20 order by id
select id from lift where v = 'v5' order by id
select id from lift where c = 'c5' order by id limit 4
select id from lift where c = 'c5  ' order by id limit 4
select id from lift where d = '2020-01-31'
select id from lift where d between '2020-02-01' and '2020-02-05' order by id
select id from lift where ts = '2020-01-01' and id < 4 order by id
select id from lift where j = '{5,6}'
select id from lift where 6 = any (j) order by id
select id from lift where id in (1, 2, 3, 500) order by id
select id from lift where id = any ('{1,2,3}') order by id
select id from lift where b = 't' and id < 5 order by id
select id from lift where b and id < 5 order by id
select id from lift where (id, i) = (5, 5)
select id from lift where (id, i) < (5, 5) order by 1 desc limit 1
select i, count(*) from lift where id < 100 group by i having count(*) > 1 order by 2 desc, 1 limit 2
select i + 1, count(*) from lift group by i + 1 order by i + 1 limit 3
select i + 1 from lift where id < 5 order by i + 1
select distinct s + 1 from lift order by s + 1
select distinct on (s) s, id from lift order by s, id desc
select 'k', count(*) from lift
select 'a', 1 union all select 'b', 2
select 'a' union all select 'b'
select 1 union all select 2.5
select sum(i + 1), avg(n), min('z'), max(5), count(5), string_agg(t, ',') from lift where id < 4
select count(*) filter (where id > 5) from lift where id < 10
select (select 5), (select 'a'), exists (select 1 from lift where id = 3), 5 in (select i from lift)
select * from (select 5 as a, 'b' as b) q
select * from (select '5' as a) q where a = '5'
select a + 1 from (select '5' as a) q
select * from (values (1, 'a'), (2, 'b')) q (n, s) where n = 2
select * from (values ('1'), (2)) q (n)
select o.name, l.id from lift l join other o on l.id = o.id and o.name = 'two' where l.i < 5
select * from generate_series(1, 3) g where g > 1
select * from generate_series(1, 10, 3)
select t from lift where id = 3 -- 5
select /* 5 */ t from lift where id = 3
select t from lift where id = 3;
select e'a\\n', b'101', x'1F', $$d$$, U&'x'
select 1a
select 1 a
select 'x'a
select 0x1F
select 1_000
select 'a'::nosuchtype
select 'abc'::int
select '1' + 'x'
select 'abc' + 1
select 5 || 6
select nosuch(5)
select nosuch from lift where id = 5
select * from nosuch where id = 5
select t from lift where t = 5
select t from lift where id = 'abc'
select t from lift where d = 'nodate'
select 1 / 0
select id from lift where i / 0 = 5
select 99999999999 ::int
select 2147483647 + 1
select 40000::smallint
select 1)
select 1, from lift
select row(1, 'a'), row(1, 2.5) = row(1, 2.5)
select 'now'::timestamp > '2000-01-01', 'infinity'::timestamp, 'epoch'::timestamp
select '2020-01-01 10:00:00+02'::timestamptz, timestamptz '2020-01-01 10:00:00+02' at time zone 'UTC'
select true and 'f', not 'yes'::bool, 1 = 1 and 2 > 1, null = 5, 5 is null, 'a' is not null
select concat('a', 1, 2.5), format('%s-%s', 'a', 5), repeat('ab', 3), lpad('5', 3, '0'), left('hello', 2)
select '\\x0102'::bytea, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid
select 'a' = 'a ', 'a'::char(3) = 'a', 'a'::char(3) = 'a '
select collation for ('a')
select 'a' collate "C" < 'B'
select sum(1), sum(1.5), sum(3000000000) from other
select 5 as x order by x limit 1
select 1 limit '1'
select 1 fetch first 1 rows only
select * from lift where id = 5 for update
insert into other values (3, 'three')
insert into other values ('4', 'four'), (5, null), (6, default) returning *
insert into other (name, id) values ('x', 7) returning id + 1, name || '!'
insert into other select 8, 'eight'
insert into other select '9', 'nine'
insert into other select i, 'n' from lift where id = 5 returning name
insert into other values ('abc', 'x')
insert into other values (5000000000, 'x')
insert into other values (1, 2, 3)
insert into lift (id, v) values (1001, 'toolong')
insert into lift (id, c, n, j, u) values (1002, 'ab', 1.005, '{1,2}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11') returning *
insert into lift (id) values (7)
insert into lift (id, i) values (7, 1) on conflict (id) do update set i = lift.i + 100 where lift.i > 3 returning id, i
insert into lift (id, i) values (7, 1) on conflict do nothing
update lift set i = i + 5, t = 'new' where id = 3 returning i, t
update lift set n = 1.239, v = 'w', j = '{9}' where id = '4' returning n, v, j
update lift set i = -1 where id between 1 and 3
update lift set v = 'toolong' where id = 3
update lift set i = 'abc' where id = 3
update lift set t = 5 where id = 3 returning t
update lift set j[1] = 5 where id = 3 returning j
update lift set (i, s) = (1, 2) where id = 3 returning i, s
delete from lift where id = 3
delete from lift where id > 290 and t = 'x295' returning id
delete from lift where id = 'x'
"""


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.bytes = b""
        body = struct.pack("!i", 196608) + b"user\0postgres\0database\0main\0\0"
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        self.answer()

    def take(self, count):
        while len(self.bytes) < count:
            more = self.socket.recv(65536)
            assert more, "the server has closed"
            self.bytes += more
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def answer(self):
        """The messages up to ReadyForQuery; errors without the place in the server's source."""
        messages = []
        while True:
            kind = self.take(1)
            body = self.take(struct.unpack("!i", self.take(4))[0] - 4)
            if kind == b"E":
                body = b"\0".join(f for f in body.split(b"\0") if f[:1] not in (b"F", b"L", b"R"))
            if kind == b"Z":
                return messages
            messages.append((kind, body))

    def query(self, text):
        body = text.encode() + b"\0"
        self.socket.sendall(b"Q" + struct.pack("!i", len(body) + 4) + body)
        return self.answer()


def answers(client, text):
    """In a transaction of its own, undone after."""
    client.query("begin")
    got = client.query(text)
    client.query("rollback")
    return got


def check(port):
    client = Client(port)
    for message in client.query(SETUP):
        assert message[0] != b"E", message
    run = 0
    for text in TEXTS.strip().split("\n"):
        text = text.replace("\\\\", "\\")
        expected = answers(client, text + "\n;;")
        for _ in range(3):
            got = answers(client, text)
            assert got == expected, (text, got, expected)
        run += 1
    assert run > 120
    client.query("drop table lift, other")


def check_moments(port):
    """'now' is read anew each time, lifted or not."""
    client = Client(port)
    for text in ("select 'now'::timestamptz", "select timestamptz 'now'", "select cast(' NOW' as timestamptz), 1"):
        seen = set()
        for _ in range(3):
            seen.add(str(client.query(text)))
            client.query("select pg_sleep(0.002)")
        assert len(seen) == 3, (text, seen)

-- Shows: tables partitioned by range, list and hash: bounds and their errors, rows that find their partition by INSERT, COPY and
-- UPDATE, ON CONFLICT, RETURNING, ATTACH and DETACH, TRUNCATE, what is refused; the hash functions that SQL shows.
-- Why: a row in the wrong partition is lost to every query that leaves partitions out.
create table p (a int, b text, c int default 7) partition by range (a);
create table p1 partition of p for values from (1) to (10);
create table p2 partition of p for values from (10) to (20) partition by list (b);
create table p2a partition of p2 for values in ('a','b');
create table p2n partition of p2 for values in (null, 'z');
create table pd (c int, b text, a int);
insert into pd values (1,'x',100);
alter table p attach partition pd default;
insert into p values (1,'x'),(12,'a'),(13,null),(55,'q'),(2,'y') returning tableoid::regclass, *;
insert into p values (15,'nope');
select tableoid::regclass, * from p order by a;
insert into p1 values (50);
create table p3 partition of p
for values from (5) to (15);
create table p3 partition of p
for values from (30) to (30);
create table p4 partition of p for values from (90) to (110);
create table p4 partition of p default;
insert into p values (3,'copied',1), (11,'b',2), (400,null,3);
select * from p order by a;
create index on p (b);
create table pk (a int primary key, b int) partition by hash (a);
create table pk0 partition of pk for values with (modulus 2, remainder 0);
create table pk1 partition of pk for values with (modulus 2, remainder 1);
insert into pk select i, i from generate_series(1,20) i;
select tableoid::regclass::text, count(*), min(a), max(a) from pk group by tableoid order by 1;
insert into pk values (3,33) on conflict (a) do update set b = excluded.b returning *;
insert into pk values (3,33) on conflict (a) do nothing returning *;
insert into pk values (3,33);
alter table p detach partition p1;
drop table p1;
select * from p order by a;
drop table p, pk;
select hashint4extended(5, 0), hashtextextended('abc', 42), hash_numeric(123.4500), hash_numeric_extended(-0.001,7), hashtext('hello world, this is a long string'), hashfloat8(1.5), hash_array(array[1,2,3]), timetz_hash('12:00+02'), interval_hash('1 month 2 days'), uuid_hash('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), hashbpchar('ab  '::char(4)), hash_record(row(1,'a'::text)), hash_numeric(0), hash_numeric(10000), hash_numeric(0.00012345678);
create table u (a int, b text, g int generated always as (a * 2) stored) partition by range (a);
create table u1 partition of u for values from (0) to (10);
create table u2 (b text, x int, g int generated always as (a*2) stored, a int);
alter table u2 drop column x;
create table u2 (b text, x int, a int not null, g int generated always as (a*2) stored);
alter table u2 drop column x;
alter table u attach partition u2 for values from (10) to (20);
insert into u (a,b) select i, 'r'||i from generate_series(0,19) i;
update u set b = b || '!' where a % 5 = 0;
update u set a = a + 5 where a in (3, 7, 12) returning *;
update u set a = a + 10 where a < 3;
select tableoid::regclass::text, * from u order by a, b;
update u set a = 30 where a = 19;
update u1 set a = 15 where a = 4;
with d as (delete from u where a > 12 returning a) select a from d order by a;
select tableoid::regclass::text, * from u order by a, b;
truncate u;
select count(*) from u;
create table w (a int, b int, primary key (a, b)) partition by list (a);
create table w1 partition of w for values in (1) ;
create table w2 partition of w for values in (2) partition by hash (b);
create table w2_0 partition of w2 for values with (modulus 3, remainder 0);
create table w2_1 partition of w2 for values with (modulus 3, remainder 1);
create table w2_2 partition of w2 for values with (modulus 3, remainder 2);
insert into w select i % 2 + 1, i from generate_series(1,30) i;
insert into w values (2, 5);
insert into w values (2, 5) on conflict do nothing;
select tableoid::regclass::text, count(*) from w group by tableoid order by 1;
update w set a = 3 - a where b = 4 returning *;
delete from w2_1;
select count(*) from w;
insert into w values (3,3), (1,100);
create unique index on w (b);
create table x (a int primary key) partition by range (b);
create table x (a int primary key, b int) partition by range (b);
create table x (a int) partition by list (a, a);
create table x (a int) partition by magic (a);
create table x (a int) partition by range (c);
create table x (a int, b int generated always as (a+1) stored)
partition by range (b);
create table x (a int) partition by range ((1));
create table x (a int) partition by range (now());
create table x (a int) partition by range ((a+1), a);
create table x1 partition of x
for values from (1) to (2);
create table x1 partition of x
for values from (1, minvalue) to (2, maxvalue);
create table x2 partition of x
for values from (minvalue, 3) to (2, maxvalue);
create table x2 partition of x
for values from (2, maxvalue) to (5, 3);
create table x3 partition of x
for values in (3);
create table x3 partition of x
for values with (modulus 3, remainder 4);
insert into x values (2), (77);
insert into x values (null);
drop table u, w, x;

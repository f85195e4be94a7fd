-- What is dropped, renamed or attached leaves what is linked with it whole.
-- One of two foreign keys to a table goes with its column: the other still holds.
create table par (id int primary key);
create table chi (a int references par, b int references par);
insert into par values (1), (2);
insert into chi values (1, 2);
alter table chi drop column a;
delete from par where id = 2;
alter table chi drop column b;
delete from par where id = 2;
drop table chi, par;
-- A key that the table itself refers to.
create table own (a int primary key, b int references own);
insert into own values (1, 1);
alter table own drop column a;
alter table own drop column a cascade;
insert into own values (5);
select conname from pg_constraint where conrelid = 'own'::regclass;
drop table own;
create table own (a int primary key, b int references own, c int);
alter table own drop column b;
delete from own;
drop table own;
-- Names in the expressions of partition keys.
create table keyed (a int, b text) partition by range ((a + 1), lower(b), (a::text));
create table keyed1 partition of keyed for values from (0, 'a', '0') to (10, 'z', '9');
alter table keyed rename a to c;
insert into keyed values (3, 'B');
select tableoid::regclass::text, * from keyed;
select pg_get_partkeydef('keyed'::regclass);
drop table keyed;
create type mood as enum ('sad', 'ok');
create table moods (a text) partition by list ((case when a = 'x' then 'sad'::mood else 'ok'::mood end));
create table moods1 partition of moods for values in ('sad');
alter type mood rename to feeling;
insert into moods values ('x');
select * from moods;
drop table moods;
drop type feeling;
create table joined (a text, b text) partition by list ((a || '(' || b || ')'));
create table joined1 partition of joined for values in ('x(y)');
select pg_get_partkeydef('joined'::regclass), pg_get_partition_constraintdef('joined1'::regclass);
drop table joined;
-- A function goes with the index of a partitioned table that calls it, and its parts.
create function next(int) returns int language sql immutable as 'select $1 + 1';
create table parts (a int) partition by range (a);
create table parts1 partition of parts for values from (0) to (10);
create index parts_next on parts (next(a));
drop function next(int);
drop function next(int) cascade;
insert into parts values (1);
select count(*) from pg_index where indrelid in ('parts'::regclass, 'parts1'::regclass);
drop table parts;
-- A generated column of a partition is computed as its parent's.
create table gen (a int, g int generated always as (a * 2) stored, check (a < 10)) partition by range (a);
create table gen1 (a int, g int generated always as (a * 3) stored, constraint gen_a_check check (a < 10));
alter table gen attach partition gen1 for values from (0) to (10);
create table gen2 (a int, g int generated always as (a * 2) stored, constraint gen_a_check check (a < 10));
alter table gen attach partition gen2 for values from (0) to (10);
select attname, attislocal, attinhcount from pg_attribute where attrelid = 'gen2'::regclass and attnum > 0 order by attnum;
select conname, conislocal, coninhcount from pg_constraint where conrelid = 'gen2'::regclass;
drop table gen, gen1;
-- A domain's new check is tried in the table that has the row.
create domain small as int;
create table smalls (a small) partition by range (a);
create table smalls1 partition of smalls for values from (0) to (10);
insert into smalls values (3);
alter domain small add check (value > 5);
alter domain small add check (value > 2);
drop table smalls;
drop domain small;

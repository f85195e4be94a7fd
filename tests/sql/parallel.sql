-- Steps of queries with helping threads: the same rows as without, whatever the source and what was changed before.
set parallel_setup_cost = 0;
set min_parallel_table_scan_size = 0;
set max_parallel_workers_per_gather = 3;
create table item (id int primary key, grp int not null, word text, price numeric(12,2), day date, note text);
insert into item select i, i % 97, case when i % 10 <> 0 then 'w' || i % 1000 end, i / 7.0, date '2020-01-01' + i % 400, repeat('n', 40) from generate_series(1, 30000) i;
create table grp (id int primary key, name text not null);
insert into grp select i, 'group ' || i from generate_series(0, 96) i;
create index item_grp on item (grp);
analyze item; analyze grp;
select count(*), sum(price), min(word), max(word), avg(id), count(word), sum(id) filter (where grp = 5), bool_and(grp >= 0), max(day) from item where id % 3 = 0;
-- few groups, many groups, groups with null keys, keys of text
select grp % 5 as g, count(*), sum(price), min(day), max(note) from item group by g order by g;
select count(*), sum(n), sum(s), max(m) from (select id / 2 as k, count(*) as n, sum(price) as s, max(word) as m from item group by k) x;
select word, count(*), sum(price) from item group by word order by word nulls first limit 5;
select count(*), sum(c) from (select word, day, count(*) as c from item group by word, day having count(*) > 0) x;
-- DISTINCT in aggregates; aggregates in order and grouping sets are not shared
select grp % 3 as g, count(distinct word), sum(distinct grp), array_agg(distinct grp % 4) from item group by g order by g;
select grp, array_agg(id order by id desc) from item where id <= 200 group by grp having count(*) > 2 order by grp limit 3;
select grp % 2 as g, count(*) from item group by rollup (g) order by g nulls last;
-- joins: tables built by several threads, probed by several
select g.name, count(*), sum(i.price) from item i join grp g on g.id = i.grp group by g.name order by g.name limit 4;
select count(*), sum(a.price), sum(b.id) from item a join item b on b.id = a.id + 1 and b.word is not null;
select count(*), count(b.id) from item a left join item b on b.id = a.id * 2 and b.grp < 50;
select count(*) from item a where exists (select from item b where b.id = a.id + 10 and b.grp > 3);
select count(*) from item a where not exists (select from item b where b.id = a.id + 10 and b.grp > 3);
select count(*) from item a full join (select * from item where id > 29990) b on b.id = a.id + 5;
select count(*), sum(n) from (select i.id, (select count(*) from grp where grp.id < i.grp) as n from item i where i.id < 300) x;
select g.id, count(*), max(i.price) from grp g join item i on i.grp = g.id and i.id < 5000 group by g.id order by g.id limit 3;
select count(*) from item where price > (select avg(price) from item) and grp in (select id from grp where name like '%1%');
with big as (select grp, sum(price) as s from item group by grp) select count(*), max(s) from big where s > (select avg(s) from big);
-- what the transaction has changed itself, and gives up again
begin;
insert into item select i, 500, 'new', 1, '2021-01-01' from generate_series(40001, 40500) i;
update item set price = 0 where id between 100 and 199;
delete from item where id % 5 = 0 and id <= 30000;
select count(*), sum(price), count(*) filter (where grp = 500), min(id), max(id) from item;
savepoint s;
delete from item;
select count(*), sum(price) from item;
rollback to s;
select count(*), sum(price), count(distinct grp) from item;
truncate item;
select count(*), sum(price) from item;
insert into item select i, 1, 'x', 2, '2021-01-01' from generate_series(1, 20000) i;
select count(*), sum(price), count(distinct id) from item;
rollback;
select count(*), sum(price) from item;
insert into grp select 1000 + count(*), 'counted' from item;
select * from grp where id > 96;
-- temporary tables; functions that must stay where they are
create temporary table mine as select id, grp from item where id <= 10000;
select count(*), sum(id), count(distinct grp) from mine;
begin;
delete from mine where id % 2 = 0;
select count(*), sum(id) from mine;
rollback;
create sequence numbers;
select count(*) from (select nextval('numbers') as n, id from item where id <= 1000 offset 0) x where n = id;
select count(*) from item where random() < 2;
-- errors of a helper are the statement's
select sum(1 / (id - 29000)) from item;
select grp, sum(word::int) from item group by grp;
select count(*) from item a join item b on b.id = a.id and 1 / (b.id - 15000) >= 0;
select count(*) from item;
-- little memory: groups and tables that outgrow it
set work_mem = '64kB';
select count(*), sum(n), sum(s) from (select id % 20000 as k, count(*) as n, sum(price) as s from item group by k) x;
select count(*), sum(d) from (select grp % 50 as k, word, count(distinct day) as d from item group by k, word) x;
select count(*), sum(a.price), sum(b.id) from item a join item b on b.id = a.id + 1;
select count(*), count(b.id) from item a left join item b on b.id = a.id * 2;
reset work_mem;
prepare p(int) as select count(*), sum(price) from item where grp > $1;
execute p(50);
execute p(96);
set max_parallel_workers = 0;
execute p(50);
reset max_parallel_workers;
-- sorts: all rows, the first ones, text, nulls, more than fits
select id, price from item order by price desc limit 3;
select id, word from item where id % 7 = 0 order by word nulls first, id offset 500 limit 4;
select sum(id * n % 1000003) from (select id, row_number() over (order by word desc, id) as n from item) x;
select count(*), max(id) from (select id from item order by note, word, id offset 1000) x;
set work_mem = '64kB';
select sum(id * n % 1000003) from (select id, row_number() over (order by word desc, id) as n from item) x;
select id, price from item order by price desc limit 3;
reset work_mem;
select id, 1 / (id - 29990) as q from item order by q limit 1;
-- rows put out by several threads
set parallel_tuple_cost = 0;
create temporary table kept as select id, price from item where id % 3 = 0 and price > 10;
select count(*), sum(id), sum(price) from kept;
select count(*), sum(x) from (select id as x from item where grp = 4 union all select id from grp where name <> 'group 1') u;
select id, 1 / (id - 20000) from item where price >= 0;
begin;
declare c cursor for select id from item where id % 2 = 0;
move forward 10 in c;
delete from item where id > 100;
move forward all in c;
rollback;

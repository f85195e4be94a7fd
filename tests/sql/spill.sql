-- What outgrows work_mem goes to a file: no node here may hold its rows in 4 MiB.
set work_mem = '256kB';
set rowan.query_memory = '4MB';
create table big as select g as id, g % 1000 as k, 'a text of number ' || g as word from generate_series(1, 60000) g;
-- common table expressions: read once, twice at one pace, twice at two
with c as materialized (select * from big) select count(*), sum(id), max(word) from c;
with c as materialized (select * from big) select count(*), sum(a.id), min(b.word) from c a join c b on a.id = b.id;
with c as materialized (select * from big) select count(*), sum(length(a.word)) from (select * from c limit 100) a, lateral (select count(*) n from c where c.k = a.k and c.word > 'a') b where b.n = 60;
with c as materialized (select * from big) (select id, word from c limit 2) union all (select id, word from c order by id desc limit 2) union all select count(*), min(word) from c;
-- a reader that begins in memory and goes on in the file
with c as materialized (select * from big) select count(*), sum(x.n) from c a, lateral (select count(*) n from c b where b.id = a.id + 59990 and b.word like 'a text%' offset 0) x where a.id <= 20;
-- recursion
with recursive r as (select id, word, 1 as n from big union all select id, word, n + 1 from r where n < 3) select n, count(*), sum(id), min(word), max(word) from r group by n order by n;
with recursive r as (select id, word from big where id <= 10000 union select id + 1, 'a text of number ' || id + 1 from r where id < 10100) select count(*), sum(id) from r;
-- an inner side that is kept
select count(*), sum(a.k), max(b.word) from (values (1), (2), (3)) a (k) left join big b on b.k > a.k * 300 and b.word < 'b';
-- set operations
select count(*), sum(id), max(word) from (select * from big intersect select * from big where id % 3 = 0) x;
select count(*), sum(id), max(word) from (select * from big except select * from big where id % 3 = 0) x;
select count(*), sum(id), max(word) from ((select * from big union all select * from big) except all select * from big where id % 3 = 0) x;
select count(*), sum(id), max(word) from ((select * from big union all select * from big) intersect all (select * from big where id % 3 = 0 union all select * from big where id % 5 = 0)) x;
select count(*), sum(id), max(word) from (select * from big union select id, k, upper(word) from big where id % 2 = 0) x;
select count(*), sum(id), max(word) from (select distinct on (k) * from big order by k, id desc) x;
select a.n, (select count(*) from (select id, word from big where k <> a.n intersect select id, word from big where k > 500) x) from generate_series(498, 502) a (n);

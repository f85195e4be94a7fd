-- Views and subqueries that are joins only become part of the query; others stay. CTEs that are read
-- once do too.
select * from named where id = 5;
select * from named n join mid m on m.id = n.id;
select * from (select id, grp from big where val = 3) s where s.id = 4;
select * from small s left join (select id, val from big where grp = 2) b on b.id = s.id;
select * from (select grp, count(*) as n from big group by grp) s where n > 3;
select * from (select distinct grp from big) s;
with w as (select * from big) select * from w where id = 3;
with w as materialized (select * from big) select * from w where id = 3;
with w as (select * from small) select * from w a, w b where a.id = b.id;
with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select * from r;
select id from small union select id from mid;
select id from small union all select id from mid order by 1 limit 2;
select id from small intersect select id from mid;
select grp, sum(val) from big group by grp having sum(val) > 3 order by 2;
select grp, val, count(*) from big group by rollup (grp, val);
select * from big where false;
select 1 where 1 = 2;
insert into small select id + 100, 'x' from mid where ref = 1 returning id;
explain (analyze, costs off, timing off, summary off) select * from small where id > 3 and name <> 'n5';
select * from barred where name::int > 0;

-- Subqueries in FROM that read columns of their siblings.
create table a (id int, half int);
create table b (id int, half int);
create table f (id int, word text);
insert into a select g, g / 2 from generate_series(1, 100) g;
insert into b select g, g / 2 from generate_series(1, 100) g;
insert into f values (1, 'one'), (2, 'two'), (3, 'three');
-- each branch of a set operation reads them
select f.id, x.id from f, lateral (select id from a where a.id = f.id union all select id from b where b.half = f.id) x order by 1, 2;
select f.id, x.id from f, lateral (select id from a where a.id = f.id union select id from b where b.half = f.id) x order by 1, 2;
select f.id, x.id from f, lateral (select id from b where b.half = f.id intersect select id from a where a.id >= f.id * 2) x order by 1, 2;
select f.id, x.id from f, lateral (select id from b where b.half = f.id except select id from a where a.id = f.id * 2) x order by 1, 2;
select f.id, x.v from f left join lateral (select f.word || a.id as v from a where a.id = f.id + 99 union all select null where f.id = 2) x on true order by 1, 2;
-- what nobody else reads of a sibling is there for them
select x.n from (select id, word || '!' as w from f offset 0) s, lateral (select length(s.w) as n union all select s.id) x order by 1;
select x.n from (select id, word || '!' as w from f offset 0) s, lateral (select * from (select length(s.w) as n offset 0) y) x order by 1;
select f.id, (select count(*) from (select id from a where a.id = f.id union all select id from b where b.half = f.id) x) from f order by 1;

-- SEARCH and CYCLE of recursive queries.
create table graph(f int, t int, label text);
insert into graph values (1, 2, 'arc 1 -> 2'), (1, 3, 'arc 1 -> 3'), (2, 3, 'arc 2 -> 3'), (1, 4, 'arc 1 -> 4'), (4, 5, 'arc 4 -> 5');
with recursive search_graph(f, t, label) as (
    select * from graph g
    union all
    select g.* from graph g, search_graph sg where g.f = sg.t
) search depth first by f, t set seq
select * from search_graph order by seq;
with recursive search_graph(f, t, label) as (
    select * from graph g
    union distinct
    select g.* from graph g, search_graph sg where g.f = sg.t
) search breadth first by f, t set seq
select * from search_graph order by seq;
insert into graph values (5, 1, 'arc 5 -> 1');
with recursive search_graph(f, t, label) as (
    select * from graph g
    union all
    select g.* from graph g, search_graph sg where g.f = sg.t
) cycle f, t set is_cycle using path
select * from search_graph order by path;
with recursive search_graph(f, t, label) as (
    select * from graph g
    union all
    select g.* from graph g join search_graph sg on g.f = sg.t
) search depth first by f, t set seq cycle f, t set is_cycle to 'Y' default 'N' using path
select * from search_graph order by seq, path;
with recursive test as (select 1 as x union all select x + 1 from test) search depth first by x set y
select * from test limit 5;
with recursive test as (select 1 as x union all select x + 1 from test) search breadth first by x set y
select * from test limit 5;
with recursive test as (select 0 as x union all select (x + 1) % 10 from test) cycle x set is_cycle using path
select * from test;
with recursive test as (select 0 as x union all select (x + 1) % 4 from test where not is_cycle) cycle x set is_cycle using path
select * from test;
with recursive g as (select f, t from graph 
union all select * from (select * from g) s where false) search depth first by f set s select * from g;
with a as (select 1)
search depth first by x set s select * from a;
with recursive a(x) as (select 1 
union all select x + 1 from a where x < 3)
search depth first by y set s
select * from a;
with recursive a(x) as (select 1 
union all select x + 1 from a where x < 3)
search depth first by x, x set s
select * from a;
with recursive a(x) as (select 1 
union all select x + 1 from a where x < 3)
cycle x set m using m
select * from a;
with recursive a(x) as (select 1 
union all select x + 1 from a where x < 3)
search depth first by x set m 
cycle x set m using p
select * from a;
with recursive a(x) as ((select 1 union select 2) 
union all select x + 1 from a where x < 3)

cycle x set m using p
select * from a;
create view v_search as with recursive search_graph(f, t, label) as (
    select * from graph g
    union all
    select g.* from graph g, search_graph sg where g.f = sg.t
) search breadth first by f, t set seq cycle f, t set c using p
select f, t, label, c from search_graph;
select * from v_search order by 1, 2, 4;

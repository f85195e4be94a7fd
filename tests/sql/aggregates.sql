-- Aggregates of every form: what is ordered, what is left out, what is only imagined.
create table grade(id int primary key, g text, x int, y float8, i interval, n numeric);
insert into grade values (1, 'a', 3, 1.5, '1 day', 1), (2, 'a', 1, 2.5, '3 days', 2.50), (3, 'a', 3, null, null, 0.1), (4, 'b', null, 4, '2 hours', null),
    (5, 'b', 7, 4, '1 mon', 10), (6, 'b', 7, 8, '1 mon', 20), (7, null, 2, 0, '0', 3), (8, 'c', null, null, null, null);

-- ordered sets
select g, percentile_disc(0.5) within group (order by x), percentile_disc(0.5) within group (order by x desc), percentile_cont(0.5) within group (order by x),
    percentile_cont(0.25) within group (order by y desc), percentile_cont(0.5) within group (order by i), mode() within group (order by x),
    mode() within group (order by x desc nulls first) from grade group by g order by g;
select percentile_disc(array[0, 0.25, null, 1]) within group (order by g), percentile_cont(array[[0, 0.5], [0.9, 1]]) within group (order by x),
    percentile_cont(array[0.1, 0.5]::float8[]) within group (order by i), percentile_cont(array[]::float8[]) within group (order by y) from grade;
select percentile_cont(0.5) within group (order by x) filter (where g = 'a'), percentile_disc(null) within group (order by x), mode() within group (order by g) from grade;
select percentile_cont(0.5) within group (order by x), mode() within group (order by x), rank(1) within group (order by x), cume_dist(1) within group (order by x),
    percent_rank(1) within group (order by x), dense_rank(1) within group (order by x) from grade where false;
select x, percentile_cont(x / 10.0) within group (order by y) from grade where x is not null group by x order by x;

-- hypothetical rows
select g, rank(3) within group (order by x), dense_rank(3) within group (order by x), percent_rank(3) within group (order by x),
    cume_dist(3) within group (order by x), rank(3) within group (order by x desc), rank(null) within group (order by x nulls first) from grade group by g order by g;
select rank('b', 3) within group (order by g, x desc), rank('b', 3.5) within group (order by g, x), dense_rank('zz', 3) within group (order by g desc, x) from grade;

-- distinct, order, filter
select array_agg(distinct x), array_agg(distinct g order by g desc nulls last), string_agg(g, ',' order by id desc), count(distinct g) filter (where x > 1), sum(distinct x),
    array_agg(x order by y nulls first, id) filter (where id < 6) from grade;
select g, count(distinct x), array_agg(id order by x desc, id desc), string_agg(x::text, g order by id) from grade group by rollup (g) order by g, 2;
select array_agg(a order by a desc), array_agg(array[a, a + 1]) from (values (1), (2)) v(a);
select string_agg(b, '\x00'::bytea order by b desc), bit_and(x), bit_or(x), bit_xor(x), every(x > 1), bool_or(x > 3), avg(i), sum(i)
from grade, (values ('\x01'::bytea)) v(b) where id < 4;

-- statistics
select regr_count(x, y), regr_avgx(x, y), regr_avgy(x, y), regr_sxx(x, y), regr_syy(x, y), regr_sxy(x, y), regr_slope(x, y), regr_intercept(x, y), regr_r2(x, y), corr(x, y),
    covar_pop(x, y), covar_samp(x, y), var_pop(n), var_samp(n), stddev_pop(x), stddev_samp(y), variance(x), stddev(n) from grade;

-- grouping sets, with a window above them
select g, x, grouping(g, x), count(*), percentile_disc(0) within group (order by id), rank() over (order by count(*) desc, g, x)
from grade group by grouping sets ((g, x), (g), ()) order by 3, 1, 2;
select g, grouping(g), sum(x) from grade group by cube (g) having sum(x) > 3 order by 1, 2;

-- a view keeps them
create view medians as select g, percentile_cont(0.5) within group (order by x desc) as m, rank(3, 'b') within group (order by x, g desc) filter (where id > 0) as r
from grade group by g;
select pg_get_viewdef('medians');
select * from medians order by g;

-- what is refused
select percentile_cont(1.5) within group (order by x)
from grade;
select percentile_cont(array[-1]) within group (order by x)
from grade;
select percentile_cont(0.5)
from grade;
select percentile_cont(x) within group (order by y)
from grade;
select percentile_cont(sum(x)) within group (order by y)
from grade;
select percentile_cont(0.5) within group (order by g)
from grade;
select rank(1, 2) within group (order by x)
from grade;
select rank('a') within group (order by x)
from grade;
select rank(1) within group (order by x) over ()
from grade;
select sum(x) within group (order by x)
from grade;
select mode(1) within group (order by x)
from grade;
select sum(percentile_cont(0.5) within group (order by x))
from grade;
select abs(x) within group (order by x)
from grade;
select count(distinct)
from grade;
select string_agg(distinct g, ',' order by x)
from grade;

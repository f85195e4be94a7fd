-- Window functions: each answers, names and refuses as PostgreSQL 15 does.
create table emp(no int primary key, dep text, pay int, hired date, rate numeric);
insert into emp values
    (1, 'develop', 5200, '2007-08-01', 1.5), (2, 'sales', 5000, '2006-10-01', 2.25), (3, 'personnel', 3500, '2007-12-10', 0.1),
    (4, 'sales', 4800, '2007-08-08', 2.0), (5, 'sales', 4800, '2007-08-08', null), (6, 'personnel', 3900, '2006-12-23', 3),
    (7, 'develop', 4200, '2008-01-01', 1.25), (8, 'develop', 6000, '2006-10-01', 7), (9, 'develop', 4500, '2008-01-01', -1),
    (10, 'develop', 5200, '2007-08-15', 0), (11, null, null, null, null);

-- numbers and ranks
select no, dep, row_number() over (partition by dep order by pay, no), rank() over w, dense_rank() over w, percent_rank() over w, cume_dist() over w, ntile(3) over (order by no)
from emp window w as (partition by dep order by pay desc nulls last) order by no;
select no, row_number() over (order by no), rank() over (order by 1), dense_rank() over () from emp order by no;
select no, ntile(no) over (order by no), ntile(null) over (order by no), ntile(100) over (order by no) from emp order by no;

-- rows at a distance
select no, lag(pay) over w, lead(pay) over w, lag(pay, 2) over w, lead(pay, 2, -1) over w, lag(pay, -1) over w, lag(pay, 0) over w,
    lag(pay, no % 3, no) over w, lead(pay, null) over w, lag(dep, 1, 'none') over w from emp window w as (order by no) order by no;
select no, first_value(no) over w, last_value(no) over w, nth_value(no, 2) over w, nth_value(no, null) over w, nth_value(no, no % 4 + 1) over w
from emp window w as (partition by dep order by no) order by no;

-- aggregates over the default frame: peers count
select no, pay, sum(pay) over (order by pay), count(*) over (order by pay), avg(pay) over (partition by dep), max(hired) over (partition by dep order by no),
    string_agg(dep, ',') over (order by pay, no), array_agg(no) over (partition by dep order by no) from emp order by no;
select no, sum(pay) filter (where pay > 4500) over (partition by dep order by no), count(rate) filter (where dep = 'sales') over (order by no),
    bool_and(pay > 4000) over (partition by dep order by no), stddev(pay) over (order by no), sum(rate) over (order by no) from emp order by no;

-- frames of rows
select no, sum(pay) over (order by no rows 2 preceding), sum(pay) over (order by no rows between 1 preceding and 1 following),
    sum(pay) over (order by no rows between 2 following and 3 following), sum(pay) over (order by no rows between 3 preceding and 2 preceding),
    count(*) over (order by no rows between current row and unbounded following), min(pay) over (order by no rows between 1 preceding and 1 following),
    avg(rate) over (order by no rows between 1 preceding and current row), sum(rate) over (order by no rows between 1 preceding and 1 following) from emp order by no;
select no, sum(no) over (order by no rows between unbounded preceding and unbounded following exclude current row),
    array_agg(no) over (order by no rows between 2 preceding and 2 following exclude current row),
    first_value(no) over (order by no rows between current row and 2 following exclude current row),
    last_value(no) over (order by no rows between 1 preceding and current row exclude current row),
    nth_value(no, 3) over (order by no rows between 2 preceding and 2 following exclude current row) from emp order by no;

-- frames of values
select no, pay, sum(no) over (order by pay range between 300 preceding and 200 following), count(*) over (order by pay range between 1000 preceding and 1 preceding),
    array_agg(no) over (order by pay desc nulls last, no rows between 1 preceding and current row),
    count(*) over (order by pay desc range between 200 preceding and unbounded following),
    count(*) over (order by pay nulls first range between 100 following and 500 following) from emp order by no;
select no, hired, count(*) over (order by hired range between '1 year' preceding and '1 mon' following),
    count(*) over (order by hired desc range between '30 days' preceding and current row) from emp order by no;
select no, rate, count(*) over (order by rate range between 1.0 preceding and 0.5 following),
    count(*) over (order by rate::float8 range between 1.0 preceding and 'infinity' following) from emp order by no;
select x, count(*) over (order by x range between 10 preceding and 5 following) from (values (-32768::int2), (-32760), (0), (32766), (32767)) v(x) order by x;
select x, count(*) over (order by x range between '1 hour' preceding and '1 hour' following) from (values ('11:00'::time), ('11:30'), ('12:30'), ('23:59')) v(x);
select x, count(*) over (order by x range between '1 hour' preceding and '1 hour' following)
from (values ('2000-10-19 10:23:54'::timestamptz), ('2001-10-19 10:23:54'), ('2001-10-19 11:00'), ('infinity'), (null)) v(x);

-- frames of groups, and what they exclude
select no, dep, sum(no) over (order by dep groups 1 preceding), sum(no) over (order by dep groups between 1 following and 2 following),
    sum(no) over (order by dep groups between current row and 1 following exclude group),
    sum(no) over (order by dep groups between 1 preceding and 1 following exclude ties),
    count(*) over (order by dep groups between 1 preceding and 1 following exclude current row),
    count(*) over (order by dep range between unbounded preceding and current row exclude ties),
    count(*) over (order by dep range unbounded preceding exclude group) from emp order by no;

-- several windows, windows that inherit, windows over groups and in expressions
select no, rank() over (w order by pay desc), sum(pay) over w, count(*) over (w rows between 1 preceding and current row), no + row_number() over (order by no desc)
from emp window w as (partition by dep) order by no;
select dep, sum(pay), rank() over (order by sum(pay) desc nulls last), sum(sum(pay)) over (order by dep), grouping(dep), sum(count(*)) over ()
from emp group by rollup (dep) order by dep, 5;
select distinct dep, count(*) over (partition by dep) from emp order by dep;
select no, generate_series(1, rank() over (order by dep)) from emp where no < 5 order by no, 2;
select * from (select no, row_number() over (partition by dep order by pay desc, no) r from emp) s where r = 1 order by no;
select no, (select sum(e.no) over (order by x) from (values (1), (2)) v(x) limit 1) from emp e where no < 3 order by no;
select no, sum(pay) over (order by no rows between (select 1) preceding and current row) from emp where no < 4 order by no ;
select no, row_number() over (order by no) from emp order by no limit 3;
select count(*) over () from emp where false;
select sum(n) over (order by n rows between unbounded preceding and current row) s from generate_series(1, 5000) n order by s desc limit 1;

-- views keep them
create view emp_ranks as select no, rank() over (partition by dep order by pay desc rows between 1 preceding and unbounded following exclude ties) as r,
    sum(pay) filter (where no > 2) over w as s from emp window w as (order by no groups between 2 preceding and current row);
select pg_get_viewdef('emp_ranks');
select * from emp_ranks order by no;

-- plans
explain (costs off) select no, rank() over (partition by dep order by pay), sum(pay) over (partition by dep), lag(no) over (order by no) from emp order by no;
explain (costs off) select no, row_number() over (order by no) from emp;

-- what is refused
create table v(x int);
insert into v values (1);
create table e(empno int, depname text, salary int, d date);
select rank() over (order by x)
from v
where rank() over () > 1;
select sum(rank() over ()) over () from v;
select sum(x) over (order by x)
from v
group by rank() over ();
select max(rank() over ()) from v;
select count(distinct x) over () from v;
select count(x order by x) over () from v;
select rank() from v;
select rank() filter (where true) over () from v;
select rank() over w from v;
select rank() over (w order by x)
from v
window w as (order by x);
select rank() over (w partition by x)
from v
window w as (order by x);
select sum(x) over (w)
from v
window w as (order by x rows 1 preceding);
select rank() over w
from v
window w as (order by x),
  w as (order by x);
select sum(x) over (order by x rows -1 preceding)
from v;
select sum(x) over (order by x rows null preceding)
from v;
select sum(x) over (order by x range -1 preceding)
from v;
select sum(x) over (range 1 preceding) from v;
select sum(x) over (order by x, x range 1 preceding)
from v;
select sum(x) over (groups 1 preceding) from v;
select sum(x) over (order by x rows
  between unbounded following and current row)
from v;
select sum(x) over (order by x rows
  between current row and unbounded preceding)
from v;
select sum(x) over (order by x rows
  between 1 following and 1 preceding)
from v;
select sum(x) over (order by x rows
  between current row and 1 preceding)
from v;
select sum(x) over (order by x rows x preceding)
from v;
select sum(x) over (order by x::text range 1 preceding)
from v;
select sum(x) over (order by x range
 interval '1 day' preceding)
from v;
select sum(x) over (order by x range 'abc' preceding)
from v;
select ntile(0) over () from v;
select nth_value(x, 0) over () from v;
select lag(x, 'a') over () from v;
select x from v order by rank() over (order by x);
delete from e where (rank() over (order by random())) > 10;
delete from e returning rank() over (order by random());
insert into e values (rank() over (), 'x', 1, now());
update e set salary = rank() over ();
select * from e for update of e;
select count(*) over () from e for update;
select x from v limit rank() over ();
select generate_series(1, 3) over () from v;
select lower('A') over ();
select sum(generate_series(1,2)) over ();
create table r2(x int check (rank() over () > 1));
create table r3(x int default rank() over ());
create index on e ((rank() over ()));
select first_value(x) over (order by x
 groups between 'a' preceding and current row)
from v;
select count() over () from v;
select row_number(*) over () from v;
select first_value() over () from v;
select rank(distinct) over () from v;
select * from rank() over ();
select * from v join v u on rank() over () = 1;
select sum(x) over (order by x
  range between 1.5 preceding and 1.5 following)
from v;
select row_number() over (order by 1), x from v;
select 1 from v having rank() over () > 0;

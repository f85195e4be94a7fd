-- Ranges and multiranges: text, construction, operators, functions, keys, aggregates, arrays of them, polymorphic functions.
select '[1,5)'::int4range, '(1,5]'::int4range, 'empty'::numrange, '[2000-01-01,2001-01-01]'::daterange, '[2000-01-01 10:00,)'::tsrange;
select int4range(1,10) @> 5, int4range(1,10) && int4range(9,20), int4range(1,10) + int4range(10,20), 5 <@ int4range(1,3);
select int4range(null::int4,3), int4range(1,2,'()'), numrange(1.0,2.00,'[]');
select '{[1,3),[5,7)}'::int4multirange, int4multirange(int4range(1,3), int4range(3,5)), int4multirange();
select unnest('{[1,3),[5,7)}'::int4multirange);
select lower(int4range(1,5)), upper('{[1,2),[5,8)}'::int4multirange);
select '{[1,20)}'::int4multirange - '{[3,5),[7,9)}'::int4multirange, '{[1,20)}'::int4multirange * '{[3,5),[7,29)}'::int4multirange, '{[1,2)}'::int4multirange + '{[2,5)}'::int4multirange;
create table t(r int4range primary key, m nummultirange, a int4range[]);
insert into t values ('[1,5)', '{[1.1,2.2]}', '{"[1,2)","(3,4]"}'), ('empty', '{}', '{}'), ('(,5)', '{(,)}', null), ('[5,)',null,null);
select * from t order by r;
select * from t order by m;
select r from t where r = '[1,4]';
select r from t where r @> 4 order by r;
select range_agg(r), range_intersect_agg(r) from t;
select range_merge(int4range(1,2), int4range(5,6)), range_merge('{[1,2),[8,9)}'::int4multirange);
select multirange(int4range(1,2)), int4range(1,3)::int4multirange;
select '[1,2'::int4range;
select '[2,1]'::int4range;
select '[a,1]'::int4range;
select '{[1,2),}'::int4multirange;
select range_adjacent(int4range(1,3), '(2,4]');
select int4range(1,3) -|- '{[3,4)}'::int4multirange;
select upper_inf('[1,)'::int4range), lower_inc('{}'::int4multirange);
select pg_typeof(range_agg(r)) from t;
select r, count(*) from t group by r order by 1 desc;
select daterange('2000-01-01','infinity','[]');
select int4range_subdiff(3,1), tsrange_subdiff('2000-01-02','2000-01-01');
select '["a","b"]'::int4range;
select range_agg(1);
select lower(null::int4range);
select isempty('empty');
select int4range(1,2) = numrange(1,2);
select array[int4range(1,2), int4range(2,3)] @> array[int4range(1,1+1)];
select min(r) from t;
select x from unnest(array['[1,2)'::int4range, null]) x;
select '{"[1,2)"}'::int4range[];
select to_json(int4range(1,2)), row(int4range(1,2));
select distinct r from t order by 1;
select a.r, b.r from t a join t b on a.r && b.r order by 1,2;
select a.r, b.r from t a join t b on a.r = b.r order by 1,2;
-- reopen
select r, m from t order by m nulls first, r;
-- polymorphic resolution
select range_merge(int4range(1,2), numrange(1,2));
select int4range(1,2) @> 1.5;
select '[1,2)' @> 1;
select multirange('[1,2)');
select int4range(1,3) * '{[1,2)}';
select array_append(array[int4range(1,3)], '[4,5]');
-- every combination of operands
select a, b, a << b as before, a >> b as after, a &< b as overleft, a &> b as overright, a -|- b as adjacent, a && b as overlaps, a @> b as contains, a <@ b as within
  from (values (int4range(1,5)), (int4range(5,9)), ('empty'), ('(,3)'), ('[2,3)'), ('(,)')) x(a), (values (int4range(1,5)), (int4range(7,12)), ('empty'), ('[4,)')) y(b) order by a, b;
select a, b, a << b as before, a >> b as after, a &< b as overleft, a &> b as overright, a -|- b as adjacent, a && b as overlaps, a @> b as contains, a <@ b as within
  from (values (int4range(1,5)), (int4range(5,9)), ('empty'), ('(,3)'), ('[2,3)')) x(a), (values ('{[1,5)}'::int4multirange), ('{[1,3),[7,12)}'), ('{}'), ('{(,0),[4,)}')) y(b) order by a, b;
select b, a, b << a as before, b >> a as after, b &< a as overleft, b &> a as overright, b -|- a as adjacent, b && a as overlaps, b @> a as contains, b <@ a as within
  from (values (int4range(1,5)), (int4range(5,9)), ('empty'), ('(,3)'), ('[2,3)')) x(a), (values ('{[1,5)}'::int4multirange), ('{[1,3),[7,12)}'), ('{}'), ('{(,0),[4,)}')) y(b) order by a, b;
select a, b, a << b as before, a >> b as after, a &< b as overleft, a &> b as overright, a -|- b as adjacent, a && b as overlaps, a @> b as contains, a <@ b as within, a + b as both, a - b as minus, a * b as common, a < b as less
  from (values ('{[1,5)}'::int4multirange), ('{[1,3),[7,12)}'), ('{}'), ('{(,0),[4,)}')) x(a), (values ('{[2,4)}'::int4multirange), ('{[1,3),[7,12)}'), ('{}'), ('{[3,7)}'), ('{(,)}')) y(b) order by a, b;
select numrange(1.5, 3) - numrange(1.0, 2.5, '[]'), numrange(1,5) - numrange(3,9), numrange(1,5) - numrange(0,9), numrange(1,5) - numrange(2,3);
select numrange(1,2) + numrange(3,4);
select 'empty'::int4range + int4range(1,2), int4range(1,5) * int4range(7,9);
select daterange('2020-01-01', '2020-02-01', '(]'), lower(daterange('infinity', null)), tstzrange('2020-01-01 00:00+00', null) @> '2021-01-01 00:00+00'::timestamptz;
select int4range(2147483646, 2147483647, '(]');
select int4range(1, 2, 'ab');
select int4range(1, 2, null);
select '[1,2,3)'::int4range;
select 'empty x'::int4range;
select '[1 ,2)'::int4range, ' [ 1 , 2 ) '::int4range, '["1","2\)")'::text;
select 'x'::int4multirange;
select '{[1,2) [3,4)}'::int4multirange;
select '{empty, [3,4), [1,3)}'::int4multirange;
select int4multirange(int4range(1,2), null);
select range_agg(m), range_intersect_agg(m) from (values ('{[1,5)}'::int4multirange), ('{[4,9)}'), (null)) v(m);
select range_agg(r) over (order by r) from (values (int4range(1,2)), (int4range(2,3)), (int4range(5,6))) v(r);
select r, count(*) from (values (numrange(1.0,2)), (numrange(1.00,2.0)), ('empty')) v(r) group by r order by r;
select x, pg_typeof(x) from unnest('{[1,2),[5,6)}'::int8multirange) with ordinality u(x, n);
select format('%s %L', int4range(1,2), '{[1,2)}'::int4multirange), row_to_json(t) from (select int4range(1,2) as r) t;
select cast(int4range(1,4) as text), '[1,4]'::text::int4range, numrange(1,2)::nummultirange;
select rngtypid::regtype, rngsubtype::regtype, rngmultitypid::regtype, rngcanonical, rngsubdiff from pg_range order by rngtypid;
-- hashes, as hash partitions and users see them
select hash_range(int4range(1, 5)), hash_range('empty'::numrange), hash_range_extended(numrange(1.5, null), 7), hash_multirange('{[1,2),[5,9)}'::int4multirange), hash_multirange_extended('{[1,2),[5,9)}'::int4multirange, 42);

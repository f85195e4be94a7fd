-- Text search vectors and queries: the types themselves, without dictionaries.
-- Goal: each answers as PostgreSQL 15 does. Method: forms of input, operators over pairs, functions, errors, keys, a GIN index; the
-- expected output is PostgreSQL's.
create table v (id int primary key, f tsvector);
insert into v values (1, 'a fat cat sat on a mat'), (2, 'fat:2 cat:3A rat:1'), (3, '''it''''s'' ''a\\b'' '' sp '''), (4, 'a:1A,2,3B b:16384 c:99999'),
    (5, 'one:1 two:2 three:3 two:5'), (6, ''), (7, 'wa:1D wb:2A wc:3'), (8, 'foo:3,2 bar:1,2,3,4 foo:2A'), (9, 'super:1 supernova:2B suffix:3'), (10, null);
create table q (id int primary key, f tsquery);
insert into q values (1, 'a & b'), (2, 'fat | !cat'), (3, 'one <-> two'), (4, '''1 2'''), (5, '!(a|b) & !!c'), (6, 'a:* & cat:AB'), (7, '(a|fat) <-> cat'),
    (8, 'one <2> three & !(two <-> one)'), (9, 'super:*B'), (10, '!one <-> two'), (11, 'a<->(b<3>c)'), (12, '(one <-> two) <-> three'), (13, 'two <-> !three');
select * from v order by id;
select * from q order by id;
select v.id, array_agg(q.id order by q.id) from v, q where v.f @@ q.f group by 1 order by 1;
select v.id, array_agg(q.id order by q.id) from v, q where q.f @@ v.f group by 1 order by 1;
select id, length(f), strip(f), setweight(f, 'c'), setweight(f, 'A', '{fat,two,x}'), ts_delete(f, 'fat'), ts_delete(f, '{two,a}'), ts_filter(f, '{a,b}'),
    tsvector_to_array(f) from v order by id;
select id, (unnest(f)).* from v where id in (1, 4, 8) order by 1, 2;
select a.f || b.f from v a, v b where a.id in (2, 4, 6) and b.id in (1, 2, 5) order by a.id, b.id;
select id from v order by f, id;
select a.id, b.id, a.f < b.f, a.f = b.f, a.f >= b.f from v a, v b where a.id < b.id and b.id < 6 order by 1, 2;
select array_to_tsvector('{b,a,b}'), array_to_tsvector('{}');
select array_to_tsvector('{a,NULL}');
select array_to_tsvector('{a,""}');
select id, numnode(f), querytree(f), !!f, f && 'x', f || 'y <-> z', f <-> 'p', tsquery_phrase(f, 'r', 5) from q order by id;
select id from q order by f, id;
select a.id, b.id, a.f @> b.f, a.f <@ b.f, a.f < b.f from q a, q b where a.id < b.id and b.id < 8 order by 1, 2;
select tsvectorsend('a:1A b'), tsquerysend('a:*B <2> !b');
select '''a'' & ''b c'''::tsquery, 'a' && 'b'::tsquery, 'a:d'::tsquery, 'a:*abcd'::tsquery;
select 'a &'::tsquery;
select 'a b'::tsquery;
select '(a'::tsquery;
select 'a)'::tsquery;
select 'a <-'::tsquery;
select 'a <20000> b'::tsquery;
select 'a:'::tsquery, ':a'::tsquery;
select 'a:0'::tsvector;
select 'a:x'::tsvector;
select '''a'::tsvector;
select 'a\'::tsvector;
select setweight('a:1'::tsvector, 'e');
select repeat('x', 2048)::tsvector;
select tsquery_phrase('a', 'b', -1);
create index v_f on v using gin (f);
create unique index on v (f);
set enable_seqscan = off;
select id from v where f @@ 'cat & fat' order by id;
select id from v where f @@ 'sup:*' order by id;
select id from v where f @@ 'one | foo' order by id;
select id from v where f @@ '!cat & a' order by id;
select id from v where f @@ 'one <-> two' order by id;
select id from v where 'cat:A'::tsquery @@ f order by id;
insert into v values (11, 'cat rat');
select id from v where f @@ 'cat & !fat';
insert into v values (12, 'rat cat');
-- reopen
select id from v where f @@ 'cat' order by id;
update v set f = f || 'dog:1' where id = 11 returning f;
select id from v where f @@ 'dog';
select '{a b,"c:1 d"}'::tsvector[], min(id) from v;

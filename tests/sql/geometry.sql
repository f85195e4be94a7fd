-- Geometric types: point, lseg, line, box, path, polygon, circle.
-- Goal: each answers as PostgreSQL 15 does, to the last digit. Method: every operator over pairs of a few figures, conversions,
-- forms of input, errors; the expected output is PostgreSQL's.
create table p (id int primary key, f point);
insert into p values (1, '(0,0)'), (2, '( -3 , 4 )'), (3, '5.1,34.5'), (4, '(1e-300,-1e-300)'), (5, '(Infinity,1e+300)'),
    (6, '(NaN,NaN)'), (7, '(1.0000001,1)'), (8, '(1,1)'), (9, null);
create table s (id int primary key, f lseg);
insert into s values (1, '[(1,2),(3,4)]'), (2, '(0,0),(6,6)'), (3, '((10,-10),(-3,-4))'), (4, '[(-10,2),(-10,3)]'), (5, '2,0,0,2');
create table l (id int primary key, f line);
insert into l values (1, '{0,-1,5}'), (2, '{1,0,5}'), (3, '(0,0), (6,6)'), (4, '{-0.4,-1,-6}'), (5, '10,-10 ,-5,-4'), (6, '{3,NaN,5}');
create table b (id int primary key, f box);
insert into b values (1, '(2.0,2.0,0.0,0.0)'), (2, '(1,1),(3,3)'), (3, '((-8,2),(-2,-10))'), (4, '(3,3,3,3)');
insert into b values (5, '[1,2,3,4]');
insert into b values (5, '(2.5,2.5,2.5,3.5)');
create table h (id int primary key, f path);
insert into h values (1, '[(1,2),(3,4)]'), (2, '((1,2),(3,4))'), (3, '[(0,0),(3,0),(4,5),(1,6)]'), (4, '1,2 ,3,4'), (5, '((10,20))'), (6, '[(1,1)]');
create table g (id int primary key, f polygon);
insert into g values (1, '(2,0),(2,4),(0,0)'), (2, '(3,1),(3,3),(1,0)'), (3, '(1,2),(7,8),(5,6),(3,-4)'), (4, '(0.0,0.0)'),
    (5, '((0,0),(10,0),(10,10),(0,10))'), (6, '((0,0),(5,5),(10,0),(10,10),(0,10))');
create table c (id int primary key, f circle);
insert into c values (1, '<(5,1),3>'), (2, '((1,2),100)'), (3, ' 1 , 3 , 5 '), (4, '<(100,200),10>'), (5, '<(3,5),NaN>'), (6, '<(3,5),0>');
select * from p order by id;
select * from s order by id;
select * from l order by id;
select * from b order by id;
select * from h order by id;
select * from g order by id;
select * from c order by id;
select a.id, b.id, a.f << b.f l, a.f >> b.f r, a.f <<| b.f d, a.f |>> b.f u, a.f ?- b.f h, a.f ?| b.f v, a.f ~= b.f e, a.f <> b.f n,
    a.f <-> b.f gap, a.f + b.f plus, slope(a.f, b.f) from p a, p b where a.id < 9 and b.id in (2, 5, 6, 7) order by 1, 2;
select a.f * b.f, a.f - b.f, a.f / b.f from p a, p b where a.id in (2, 3, 8) and b.id in (2, 7) order by a.id, b.id;
select a.id, b.id, a.f ?# b.f i, a.f ?|| b.f p, a.f ?-| b.f o, a.f = b.f e, a.f < b.f l, a.f # b.f cross, a.f ## b.f near, a.f <-> b.f gap
    from s a, s b order by 1, 2;
select id, ?- f, ?| f, @-@ f, @@ f, length(f), center(box(f[0], f[1])) from s order by id;
select a.id, b.id, a.f ?# b.f i, a.f ?|| b.f p, a.f ?-| b.f o, a.f = b.f e, a.f # b.f cross, a.f <-> b.f gap from l a, l b order by 1, 2;
select a.id, b.id, a.f && b.f o, a.f &< b.f ol, a.f &> b.f r, a.f << b.f l, a.f @> b.f h, a.f <@ b.f i, a.f ~= b.f s, a.f = b.f e,
    a.f # b.f common, a.f <-> b.f gap, bound_box(a.f, b.f), a.f <^ b.f, a.f >^ b.f, a.f |&> b.f, a.f &<| b.f from b a, b order by 1, 2;
select id, @@ f, area(f), width(f), height(f), diagonal(f), f::circle, f::polygon, f::point, f * '(2,1)'::point, f / '(1,2)', f + '(1,1)' from b order by id;
select a.id, b.id, a.f ?# b.f, a.f <-> b.f, a.f + b.f, a.f = b.f, a.f < b.f from h a, h b order by 1, 2;
select id, isopen(f), isclosed(f), area(f), @-@ f, # f, pclose(f), popen(f), f * '(0,1)'::point, f - '(1,1)'::point from h order by id;
select f::polygon from h where id = 2;
select f::polygon from h where id = 1;
select a.id, b.id, a.f && b.f, a.f @> b.f, a.f <@ b.f, a.f ~= b.f, a.f << b.f, a.f &> b.f, a.f <-> b.f from g a, g b order by 1, 2;
select id, @@ f, # f, f::box, f::circle, f::path, f::point from g order by id;
select polygon '(1,2),(3,4),(5,6)' ~= '(5,6),(3,4),(1,2)', polygon '(1,2),(3,4),(5,6)' ~= '(3,4),(5,6),(1,2)', polygon '(1,2),(3,4),(5,6),(0,0)' ~= '(3,4),(1,2),(5,6),(0,0)';
select a.id, b.id, a.f && b.f, a.f @> b.f, a.f <@ b.f, a.f ~= b.f, a.f << b.f, a.f |>> b.f, a.f = b.f, a.f <> b.f, a.f < b.f, a.f <-> b.f from c a, c b order by 1, 2;
select id, @@ f, radius(f), diameter(f), area(f), f::box, f * '(1,1)'::point from c order by id;
select polygon(4, f), f::polygon from c where id = 1;
select polygon(1, f) from c where id = 1;
select polygon(4, f) from c where id = 6;
select p.id, s.id, p.f <-> s.f, p.f ## s.f, p.f <@ s.f from p, s where p.id < 5 order by 1, 2;
select p.id, l.id, p.f <-> l.f, p.f ## l.f, p.f <@ l.f from p, l where p.id < 5 order by 1, 2;
select p.id, b.id, p.f <-> b.f, p.f ## b.f, p.f <@ b.f, b.f @> p.f from p, b where p.id < 9 order by 1, 2;
select p.id, h.id, p.f <-> h.f, p.f <@ h.f, h.f @> p.f from p, h where p.id < 5 order by 1, 2;
select p.id, g.id, p.f <-> g.f, p.f <@ g.f, g.f @> p.f from p, g where p.id < 9 order by 1, 2;
select p.id, c.id, p.f <-> c.f, p.f <@ c.f, c.f @> p.f from p, c where p.id < 9 order by 1, 2;
select s.id, l.id, s.f <-> l.f, l.f ## s.f, s.f ?# l.f, s.f <@ l.f from s, l order by 1, 2;
select s.id, b.id, s.f <-> b.f, s.f ## b.f, s.f ?# b.f, s.f <@ b.f from s, b order by 1, 2;
select l.id, b.id, l.f ?# b.f from l, b order by 1, 2;
select c.id, g.id, c.f <-> g.f, g.f <-> c.f from c, g order by 1, 2;
select point(1, 2), lseg(point(1, 2), point(3, 4)), box(point(3, 1), point(1, 4)), line(point(1, 2), point(3, 4)), circle(point(1, 2), 3), box(point(1, 2));
select line(point(1, 2), point(1, 2));
select '{(1,1),(0,0);(3,3),(2,2)}'::box[], array['(1,2)'::point, null], '{"(1,2)","(3,4)"}'::point[], ('{(1,1),(0,0);(3,3),(2,2)}'::box[])[2];
select point_send('(1,-1)'), box_send('(1,2),(3,0)'), path_send('[(1,2),(3,4)]'), poly_send('(1,2)'), line_send('{1,2,3}'), circle_send('<(1,2),3>');
select '(1e400,1)'::point;
select '(1,1'::point;
select '(1,1) x'::point;
select '(10.0 10.0)'::point;
select '(1,2),(3,4'::lseg;
select '{0,0,1}'::line;
select '[(1,2),(1,2)]'::line;
select '{1,2,3,4}'::line;
select '[(1,2),(3)]'::path;
select ''::path;
select '(1,2),(3,4]'::polygon;
select '<(1,2),-3>'::circle;
select point '(1e300,1e300)' * point '(1e300,1e300)';
select point '(1,1)' / point '(0,0)';
select distinct f from p;
select f from p order by f;
select point '(1,2)' = point '(1,2)';
set extra_float_digits = 0;
select '(0.1,0.3)'::point, '(0.1,0.2)'::point + '(0.2,0.1)'::point;
reset extra_float_digits;
-- reopen
select count(*) from p a, g b where a.f <@ b.f;
update g set f = f::path::polygon;
select p.f from p where p.f <@ circle '<(0,0),6>' order by p.f <-> '(1,1)', id;
select f[0], f[1], f[2] from p where id = 2;
update p set f[0] = 10 where id = 2 returning *;
update p set f[0] = 10 where f is null returning *;
update p set f[0] = null where id = 2 returning *;
update p set f[3] = 10 where id = 2 returning *;
insert into p (id, f[0]) values (10, 0) returning *;
select (f[0])[1], (f[0])[2] from s where id = 1;
select f[0:1] from p where id = 2;
select ('abc'::name)[1];

-- sides of a box so thin that its ends count as one; polygons told by their boxes
select line '{-1,0,0.0000011}' ?# box '(0,0),(0.0000001,0.0000001)', line '{0,-1,1}' ?# box '(0,0),(2,1)', line '{1,-1,5}' ?# box '(0,0),(1,1)', line '{-1,0,2}' ?# box '(0,0),(2,1)';
select box(polygon '((1,5),(0,1),(7,-1))'), polygon '((0,0),(1,9),(2,0))' << polygon '((3,0),(4,1),(5,0))', polygon '((0,0),(1,9),(2,0))' &<| polygon '((3,0),(4,1),(5,0))', polygon '((0,0),(1,9),(2,0))' |&> polygon '((3,0),(4,1),(5,0))';

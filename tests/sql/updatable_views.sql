-- Changes through views: which views and columns, nested ones, defaults, WITH CHECK OPTION, ON CONFLICT.
CREATE TABLE base_tbl (a int PRIMARY KEY, b text DEFAULT 'Unspecified');
INSERT INTO base_tbl SELECT i, 'Row ' || i FROM generate_series(-2, 2) g(i);
-- not updatable
CREATE VIEW ro1 AS SELECT DISTINCT a, b FROM base_tbl;
CREATE VIEW ro2 AS SELECT a, b FROM base_tbl GROUP BY a, b;
CREATE VIEW ro3 AS SELECT 1 AS a FROM base_tbl HAVING max(a) > 0;
CREATE VIEW ro4 AS SELECT count(*) AS a FROM base_tbl;
CREATE VIEW ro5 AS SELECT a, rank() OVER () FROM base_tbl;
CREATE VIEW ro6 AS SELECT a, b FROM base_tbl UNION SELECT -a, b FROM base_tbl;
CREATE VIEW ro7 AS WITH t AS (SELECT a, b FROM base_tbl) SELECT * FROM t;
CREATE VIEW ro8 AS SELECT a, b FROM base_tbl ORDER BY a OFFSET 1;
CREATE VIEW ro9 AS SELECT a, b FROM base_tbl ORDER BY a LIMIT 1;
CREATE VIEW ro10 AS SELECT 1 AS a;
CREATE VIEW ro11 AS SELECT b1.a, b2.b FROM base_tbl b1, base_tbl b2;
CREATE VIEW ro12 AS SELECT * FROM generate_series(1, 10) AS g(a);
CREATE VIEW ro13 AS SELECT a, b FROM (SELECT * FROM base_tbl) AS t;
CREATE VIEW ro15 AS SELECT a, upper(b) AS b FROM base_tbl;
CREATE VIEW ro16 AS SELECT a, b, a AS aa FROM base_tbl;
CREATE VIEW ro17 AS SELECT * FROM ro1;
CREATE VIEW ro20 AS SELECT a, b, generate_series(1, a) g FROM base_tbl;
CREATE VIEW ro21 AS SELECT a + 1 AS x FROM base_tbl;
SELECT table_name, is_insertable_into FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name;
SELECT table_name, is_updatable, is_insertable_into FROM information_schema.views WHERE table_schema = 'public' ORDER BY table_name;
SELECT table_name, column_name, is_updatable FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position;
DELETE FROM ro1;
DELETE FROM ro2;
DELETE FROM ro3;
DELETE FROM ro4;
DELETE FROM ro5;
DELETE FROM ro6;
UPDATE ro7 SET a = a + 1;
UPDATE ro8 SET a = a + 1;
UPDATE ro9 SET a = a + 1;
UPDATE ro10 SET a = a + 1;
UPDATE ro11 SET a = a + 1;
UPDATE ro12 SET a = a + 1;
INSERT INTO ro13 VALUES (3, 'Row 3');
INSERT INTO ro15 VALUES (3, 'ROW 3');
INSERT INTO ro15 (a) VALUES (3);
INSERT INTO ro15 (a, b) VALUES (4, DEFAULT);
UPDATE ro15 SET b = 'x';
UPDATE ro15 SET b = DEFAULT;
UPDATE ro15 SET a = 10 WHERE a = 3;
SELECT * FROM base_tbl ORDER BY a;
DELETE FROM ro15 WHERE a IN (10, 4);
INSERT INTO ro16 VALUES (3, 'Row 3', 3);
INSERT INTO ro16 (a, b) VALUES (3, 'Row 3');
UPDATE ro16 SET a = 5, aa = 6 WHERE a = 3;
UPDATE ro16 SET aa = -3 WHERE a = 3;
DELETE FROM ro16 WHERE aa = -3;
INSERT INTO ro17 VALUES (3, 'ROW 3');
INSERT INTO ro20 VALUES (1, 'x', 1);
UPDATE ro21 SET x = 1;
DELETE FROM ro21 WHERE x > 2;
SELECT * FROM base_tbl ORDER BY a;
INSERT INTO base_tbl VALUES (2, 'Row 2');
-- simple
CREATE VIEW rw1 AS SELECT * FROM base_tbl WHERE a > 0;
INSERT INTO rw1 VALUES (3, 'Row 3');
INSERT INTO rw1 (a) VALUES (4);
INSERT INTO rw1 (a) VALUES (-5);
UPDATE rw1 SET a = 5 WHERE a = 4;
UPDATE rw1 SET b = 'never' WHERE a < 0;
DELETE FROM rw1 WHERE b = 'Row 2';
DELETE FROM rw1 WHERE a = -5;
SELECT * FROM base_tbl ORDER BY a;
INSERT INTO rw1 VALUES (7, 'seven') RETURNING *, a + 1, rw1, rw1.b;
UPDATE rw1 v SET b = v.b || '!' WHERE v.a = 7 RETURNING v.*, v.a;
UPDATE rw1 SET b = o.b FROM base_tbl o WHERE o.a = -1 AND rw1.a = 7 RETURNING rw1.*, o.*;
DELETE FROM rw1 USING base_tbl o WHERE rw1.a = 7 AND o.a = -1 RETURNING o.a, rw1;
INSERT INTO rw1 SELECT g, 'g' || g FROM generate_series(20, 22) g RETURNING a;
INSERT INTO rw1 VALUES (30, DEFAULT), (31, 'x') RETURNING *;
INSERT INTO rw1 DEFAULT VALUES;
UPDATE rw1 SET nosuch = 1;
UPDATE rw1 SET ctid = NULL;
SELECT ctid FROM rw1;
UPDATE rw1 SET b = 1 WHERE nosuch = 1;
INSERT INTO rw1 (nosuch) VALUES (1);
INSERT INTO rw1 (a, a) VALUES (1, 2);
INSERT INTO rw1 VALUES (1, 2, 3);
INSERT INTO rw1 VALUES ('x');
WITH x AS (DELETE FROM rw1 WHERE a >= 20 RETURNING *) SELECT count(*), min(b) FROM x;
WITH base_tbl AS (SELECT 1 AS a) UPDATE rw1 SET b = 'cte' WHERE a IN (SELECT a FROM base_tbl) RETURNING *;
-- renamed and reordered, nested
CREATE VIEW rw2 (bb, aa) AS SELECT b AS bbb, a AS aaa FROM rw1 WHERE a < 10;
INSERT INTO rw2 VALUES ('Row 8', 8);
INSERT INTO rw2 (aa) VALUES (9);
UPDATE rw2 SET bb = 'Row 9' WHERE aa = 9 RETURNING *;
UPDATE rw2 SET aa = 100 WHERE aa = 9 RETURNING *;
DELETE FROM rw2 WHERE aa = 8 RETURNING aa, bb;
SELECT * FROM base_tbl ORDER BY a;
CREATE VIEW rw3 AS SELECT aa AS aaa, bb AS bbb, upper(bb) AS up FROM rw2;
CREATE VIEW rw4
  AS SELECT up, aaa, bbb AS zz FROM rw3 AS q(x1, x2, up);
CREATE VIEW rw4
  AS SELECT q.x1, q.up FROM rw3 AS q(x1, x2, up);
UPDATE rw4 SET up = 'x';
UPDATE rw4 SET x1 = 6 WHERE x1 = 5 RETURNING *;
UPDATE rw3 SET up = 'x';
-- defaults
ALTER VIEW rw1 ALTER COLUMN b SET DEFAULT 'View default';
INSERT INTO rw1 (a) VALUES (40);
INSERT INTO rw1 VALUES (41, DEFAULT), (42, 'given');
INSERT INTO base_tbl (a) VALUES (43);
INSERT INTO rw2 (aa) VALUES (8);
UPDATE rw1 SET b = DEFAULT WHERE a = 3;
SELECT * FROM base_tbl WHERE a IN (3, 8, 40, 41, 42, 43) ORDER BY a;
ALTER VIEW rw1 ALTER COLUMN b DROP DEFAULT;
INSERT INTO rw1 (a) VALUES (44) RETURNING b;
-- check option
CREATE VIEW c1 AS SELECT * FROM base_tbl WHERE a < 50 WITH CHECK OPTION;
INSERT INTO c1 VALUES (45);
INSERT INTO c1 VALUES (55);
UPDATE c1 SET a = 60 WHERE a = 45;
UPDATE c1 SET a = NULL WHERE a = 45;
INSERT INTO c1 VALUES (43), (56);
CREATE VIEW c2 AS SELECT * FROM c1 WHERE a > 10;
INSERT INTO c2 VALUES (5, 'passes');
INSERT INTO c2 VALUES (51);
CREATE OR REPLACE VIEW c2 AS SELECT * FROM c1 WHERE a > 10 WITH LOCAL CHECK OPTION;
INSERT INTO c2 VALUES (-6);
INSERT INTO c2 VALUES (52);
INSERT INTO c2 VALUES (46);
ALTER VIEW c1 RESET (check_option);
INSERT INTO c2 VALUES (53);
ALTER VIEW c2 SET (check_option = cascaded);
INSERT INTO c2 VALUES (54);
ALTER VIEW c2 SET (check_option = other);
ALTER VIEW c2 SET (nosuch = other);
ALTER VIEW c2 SET (security_barrier = 7);
ALTER VIEW c2 SET (security_barrier, security_invoker = off);
SELECT relname, reloptions FROM pg_class WHERE relname IN ('c1', 'c2') ORDER BY 1;
SELECT table_name, check_option, is_updatable FROM information_schema.views WHERE table_name IN ('c1', 'c2') ORDER BY 1;
CREATE VIEW c3
  AS SELECT * FROM base_tbl b
  WHERE EXISTS (SELECT 1 FROM base_tbl x
  WHERE x.a = b.a - 1) WITH CHECK OPTION;
INSERT INTO c3 VALUES (6);
INSERT INTO c3 VALUES (100);
UPDATE c3 SET b = 'ok' WHERE a = 6 RETURNING *;
CREATE VIEW c4 AS SELECT DISTINCT a FROM base_tbl WITH CHECK OPTION;
CREATE VIEW c4 WITH (check_option = local) AS SELECT a FROM base_tbl UNION SELECT 1;
ALTER VIEW ro1 SET (check_option = local);
CREATE VIEW c5 WITH (security_barrier = true, check_option = 'local') AS SELECT a, b FROM base_tbl WHERE a > 0;
INSERT INTO c5 VALUES (-100);
PREPARE ins(int, text) AS INSERT INTO c5 VALUES ($1, $2);
EXECUTE ins(48, 'p');
EXECUTE ins(-48, 'p');
-- on conflict
INSERT INTO rw2 VALUES ('again', 8)
  ON CONFLICT (aa) DO UPDATE SET bb = rw2.bb || excluded.bb || excluded.aa RETURNING *;
INSERT INTO rw2 VALUES ('again', 8) ON CONFLICT DO NOTHING;
INSERT INTO rw2 VALUES ('again', 8)
  ON CONFLICT (a) DO NOTHING;
INSERT INTO rw2 VALUES ('again', 8)
  ON CONFLICT (bb) DO NOTHING;
INSERT INTO rw2 VALUES ('again', 8)
  ON CONFLICT ON CONSTRAINT base_tbl_pkey DO NOTHING;
INSERT INTO rw2 VALUES ('again', -1)
  ON CONFLICT (aa) DO UPDATE SET bb = excluded.bb;
INSERT INTO c5 VALUES (48, 'q')
  ON CONFLICT (a) DO UPDATE SET a = -48;
INSERT INTO rw2 AS z VALUES ('z', 8)
  ON CONFLICT (aa) DO UPDATE SET bb = z.bb || '+'
  WHERE excluded.bb = 'z' RETURNING z.*;
SELECT * FROM base_tbl ORDER BY a;
-- generated, identity
CREATE TABLE gt (id int GENERATED ALWAYS AS IDENTITY, x int, y int GENERATED ALWAYS AS (x * 2) STORED, arr int[]);
CREATE VIEW gv AS SELECT y, x, id, arr FROM gt;
INSERT INTO gv (x) VALUES (4) RETURNING *;
INSERT INTO gv (x, y) VALUES (4, 5);
INSERT INTO gv (x, id) VALUES (4, 5);
INSERT INTO gv (x, id) OVERRIDING SYSTEM VALUE VALUES (4, 5) RETURNING *;
INSERT INTO gv (x, id) OVERRIDING USER VALUE VALUES (4, 5) RETURNING *;
INSERT INTO gv (x, y) VALUES (4, DEFAULT) RETURNING *;
UPDATE gv SET x = x + 1, y = DEFAULT WHERE id = 1 RETURNING *;
UPDATE gv SET y = 1;
UPDATE gv SET arr[2] = 7, arr[3] = 8 WHERE id = 1 RETURNING *;
UPDATE gv SET (x, arr) = (1, '{}') WHERE id = 1 RETURNING *;
INSERT INTO gv (arr[1], arr[2]) VALUES (1, 2) RETURNING arr;
-- views with joins on top and in MERGE
MERGE INTO gv USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE;
MERGE INTO gt USING gv s ON gt.id = s.id WHEN MATCHED THEN UPDATE SET x = s.y;
SELECT * FROM gv ORDER BY id;
SELECT pg_relation_is_updatable('gv'::regclass, false), pg_relation_is_updatable('gt'::regclass, false), pg_relation_is_updatable('ro1'::regclass, false), pg_relation_is_updatable('ro21'::regclass, false), pg_column_is_updatable('gv'::regclass, 1::smallint, false), pg_column_is_updatable('rw4'::regclass, 2::smallint, false), pg_column_is_updatable('rw4'::regclass, 1::smallint, false);
TRUNCATE rw2;
-- what a view shows, and its defaults
create table b(a int primary key, t text default 'd', n int);
create view v as select a,t from b where a > 0;
create view w as select a,t from v where a < 10;
insert into b values (-1,'x'),(20,'y'),(5,'z');
insert into w values (-1,'q') on conflict (a) do nothing;
insert into w values (-1,'q') on conflict (a) do update set t='k';
insert into w values (20,'q') on conflict (a) do update set t='k';
insert into w values (-1,'q') on conflict (a) do update set t='k' where w.a > 1000;
insert into w values (5,'q') on conflict (a) do update set t='k';
insert into w values (5,'q') on conflict (a) do update set a = 30;
update v set t = default where a = 5 returning *;
alter view v alter t set default 'vd';
update w set t = default where a = 5 returning *;
update v set t = default where a = 5 returning *;
insert into w values (6, default), (7, default) returning *;
insert into w values (8, default) returning *;
insert into w (a) values (9) returning *;
create view z as select a, t, upper(t) u from b;
insert into z values (40, 'a', default);
insert into z values (41, 'a', default), (42, 'b', default);
insert into z values (43, 'a');
insert into z select 44, 'x', 'y';
create view q as select x.k, x.l from b as x(k, l);
select * from q order by 1 limit 1;
create view q2 as select x.k, x.l from v as x(k, l);
select * from q2 order by 1 limit 1;
-- reopen
INSERT INTO c5 VALUES (-100);
SELECT relname, reloptions FROM pg_class WHERE relname IN ('c1', 'c2') ORDER BY 1;
DROP TABLE base_tbl;
DROP TABLE base_tbl CASCADE;
-- Conditions do not see the rows that a barrier hides.
create table secret (id int primary key, owner text, note text);
insert into secret values (1, 'me', '1'), (2, 'you', 'x');
create view open_view as select * from secret where owner = 'me';
create view barred with (security_barrier) as select * from secret where owner = 'me';
select * from barred where note::int > 0;

select count(*) from barred b join secret s on s.id = b.id where b.note::int = 1;
select id from barred where note::int > 0 order by id;

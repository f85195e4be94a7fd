-- Shows: COPY FROM keeps the rows that its WHERE lets through; CREATE SCHEMA makes its elements along.
-- Why: the condition reads columns of the table, of which the file may give only some.
CREATE TABLE t (id int PRIMARY KEY, "select" text DEFAULT 'none', n numeric(5,1) DEFAULT 3, twice int GENERATED ALWAYS AS (id * 2) STORED);
COPY t (id, "select") FROM stdin WHERE id % 2 = 0 AND "select" <> 'x';
1	a
2	b
3	c
4	x
6	\N
8	d
\.
SELECT * FROM t ORDER BY id;
COPY t (id) FROM stdin WHERE n > 2 AND "select" = 'none' AND id IN (10, 12);
10
11
12
\.
COPY t (id) FROM stdin WHERE n < 2;
20
\.
COPY t (id, n) FROM stdin (FORMAT csv) WHERE t.n IS NULL OR n >= 7.5;
30,7.44
31,7.5
32,
33,7.45
\.
SELECT id, "select", n, twice FROM t WHERE id >= 10 ORDER BY id;
COPY t (id) FROM stdin WHERE id > 30;
30
31
\.
COPY t (id) FROM '/dev/null' WHERE nothing = 1;
COPY t (id) FROM '/dev/null' WHERE twice = 1;
COPY t (id) FROM '/dev/null' WHERE id IN (SELECT 1);
COPY t (id) FROM '/dev/null' WHERE count(*) > 1;
COPY t (id) FROM '/dev/null' WHERE id;
COPY t TO stdout WHERE id > 1;
-- Elements of a schema.
CREATE SCHEMA made CREATE VIEW v AS SELECT a FROM t WHERE a > 1 CREATE TABLE t (a int PRIMARY KEY, b int) CREATE INDEX t_b ON t (b);
INSERT INTO made.t VALUES (1, 1), (2, 2);
SELECT * FROM made.v;
SELECT indexname FROM pg_indexes WHERE schemaname = 'made' ORDER BY 1;
SHOW search_path;
CREATE SCHEMA other CREATE TABLE made.x (a int);
CREATE SCHEMA other CREATE VIEW v AS TABLE gone;
SELECT nspname FROM pg_namespace WHERE nspname = 'other';
SHOW search_path;
DROP SCHEMA made CASCADE;

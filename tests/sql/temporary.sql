-- Shows: temporary tables, sequences, views and indexes are found before others of their names, and go when they should.
-- Why: they live in a database of the session's own beside the branch; each statement and each end of a transaction must take both.
CREATE TEMP TABLE t (id serial PRIMARY KEY, v text UNIQUE);
INSERT INTO t(v) VALUES ('a'), ('b') RETURNING *;
INSERT INTO t(v) VALUES ('a');
SELECT * FROM t WHERE id = 2;
SELECT relname, relkind, relpersistence, relnamespace = pg_my_temp_schema() AS mine FROM pg_class WHERE relpersistence = 't' AND relname !~ '^pg_toast' ORDER BY 1;
SELECT nspname ~ '^pg_temp_[0-9]+$' AS named FROM pg_namespace WHERE nspname LIKE 'pg\_temp%';
SELECT table_schema ~ '^pg_temp', table_type FROM information_schema.tables WHERE table_name = 't';
-- It stands before a permanent one of its name, and beside it.
CREATE TABLE p (id int PRIMARY KEY);
INSERT INTO p VALUES (1), (2);
CREATE TEMP TABLE p AS SELECT 42 AS id;
SELECT * FROM p;
SELECT * FROM public.p;
SELECT p.id, q.id FROM p, public.p q ORDER BY 2;
DROP TABLE p;
SELECT * FROM p;
SET search_path = public, pg_temp;
CREATE TABLE t (a int);
SELECT count(*) FROM t;
SELECT count(*) FROM pg_temp.t;
DROP TABLE public.t;
RESET search_path;
-- Where it may be made, and what may refer to what.
CREATE TEMP TABLE public.x (i int);
CREATE TABLE x (i int) ON COMMIT DROP;
CREATE TEMP TABLE f (id int REFERENCES public.p);
CREATE TABLE f (id int REFERENCES t);
CREATE TEMP TABLE f (id int REFERENCES t ON DELETE CASCADE);
INSERT INTO f VALUES (1), (2);
INSERT INTO f VALUES (9);
DELETE FROM t WHERE id = 1;
SELECT * FROM f;
CREATE VIEW v AS SELECT * FROM t;
SELECT * FROM v;
DROP TABLE t;
ALTER TABLE t SET SCHEMA public;
CREATE TABLE pg_temp.made (i int);
SELECT relpersistence FROM pg_class WHERE relname = 'made';
CREATE TEMP TABLE made (i int);
CREATE TEMP TABLE IF NOT EXISTS made (i int);
-- Savepoints and rollback take both kinds of tables along.
BEGIN;
INSERT INTO t(v) VALUES ('c');
INSERT INTO public.p VALUES (3);
SAVEPOINT s;
INSERT INTO t(v) VALUES ('d');
INSERT INTO public.p VALUES (4);
CREATE TEMP TABLE inside (i int) ON COMMIT DROP;
INSERT INTO inside VALUES (1);
SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM public.p), (SELECT count(*) FROM inside);
ROLLBACK TO s;
SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM public.p);
SELECT * FROM inside;
ROLLBACK;
SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM public.p);
-- ON COMMIT.
CREATE TEMP TABLE emptied (i int PRIMARY KEY, j int UNIQUE) ON COMMIT DELETE ROWS;
BEGIN;
INSERT INTO emptied VALUES (1, 1);
SELECT * FROM emptied;
COMMIT;
SELECT * FROM emptied;
BEGIN;
INSERT INTO emptied VALUES (1, 1);
CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT 7 AS seven;
CREATE TEMP VIEW gone_too AS SELECT * FROM gone;
SELECT * FROM gone_too;
COMMIT;
SELECT * FROM gone_too;
SELECT * FROM gone;
-- Changes of a definition, COPY, indexes, statistics.
CREATE TEMP TABLE big AS SELECT g AS id, g % 10 AS k FROM generate_series(1, 5000) g;
CREATE INDEX big_k ON big (k) WHERE id > 10;
ALTER TABLE big ADD PRIMARY KEY (id), ADD COLUMN note text DEFAULT 'none', ADD CHECK (k < 10);
ANALYZE big;
SELECT count(*), sum(id), min(note) FROM big WHERE k = 3;
INSERT INTO big VALUES (5001, 10);
UPDATE big SET note = 'some' FROM public.p WHERE big.id = p.id;
SELECT note, count(*) FROM big GROUP BY note ORDER BY 1;
COPY big (id, k) FROM stdin;
6001	1
6002	2
\.
TRUNCATE big;
SELECT count(*) FROM big;
CREATE TEMP SEQUENCE s START 5;
SELECT nextval('s'), currval('s');
-- A transaction that may only read may write to them, and make none.
BEGIN READ ONLY;
INSERT INTO t(v) VALUES ('read only');
SELECT nextval('s');
CREATE TEMP TABLE no (i int);
ROLLBACK;
BEGIN READ ONLY;
INSERT INTO public.p VALUES (9);
ROLLBACK;
-- A cursor goes on with what it saw.
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM t ORDER BY id;
INSERT INTO t(v) VALUES ('later');
FETCH ALL FROM c;
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
UPDATE t SET v = 'changed' WHERE v = 'later';
SELECT v FROM t ORDER BY id;
COMMIT;
DROP TABLE t CASCADE;
SELECT * FROM f;
DISCARD TEMP;
SELECT * FROM f;
CREATE TEMP TABLE f (j int);
DISCARD ALL;
SELECT * FROM f;
SELECT count(*) FROM pg_class WHERE relpersistence = 't';
-- reopen
SELECT * FROM p ORDER BY id;

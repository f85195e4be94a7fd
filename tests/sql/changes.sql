-- Shows: INSERT, UPDATE, DELETE with RETURNING, ON CONFLICT, TRUNCATE, sequences and identity, COPY.
-- Why: every way that rows come, change and go.
CREATE TABLE item (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text UNIQUE, n int DEFAULT 1, at date DEFAULT '2020-01-01');
INSERT INTO item(sku) VALUES ('a'), ('b') RETURNING *;
INSERT INTO item VALUES (9, 'x');
INSERT INTO item OVERRIDING SYSTEM VALUE VALUES (9, 'x', DEFAULT, NULL) RETURNING id, n;
INSERT INTO item(sku, n) SELECT 's' || g, g FROM generate_series(1, 3) g RETURNING sku, n * 2 AS twice;
INSERT INTO item(sku) VALUES ('a');
INSERT INTO item(sku) VALUES ('a') ON CONFLICT DO NOTHING RETURNING id;
INSERT INTO item(sku, n) VALUES ('a', 5), ('new', 6) ON CONFLICT (sku) DO UPDATE SET n = item.n + excluded.n RETURNING sku, n;
INSERT INTO item(sku) VALUES ('b', 2);
INSERT INTO item(nothing) VALUES (1);
UPDATE item SET n = n + 10, at = DEFAULT WHERE sku LIKE 's%' RETURNING sku, n, at;
UPDATE item SET (n, at) = (SELECT max(n), '2021-01-01'::date FROM item) WHERE sku = 'b' RETURNING n, at;
UPDATE item SET n = o.n FROM item o WHERE o.sku = 's1' AND item.sku = 'new' RETURNING item.sku, item.n;
UPDATE item SET sku = 'a' WHERE sku = 'b';
UPDATE item SET id = 1;
DELETE FROM item WHERE n > 12 AND sku <> 's3' RETURNING sku;
DELETE FROM item USING (VALUES ('a')) v(s) WHERE sku = s RETURNING id;
SELECT sku, n FROM item ORDER BY sku;
-- reopen
INSERT INTO item(sku) VALUES ('later') RETURNING id > 5;
TRUNCATE item RESTART IDENTITY;
INSERT INTO item(sku) VALUES ('first') RETURNING id;
SELECT count(*) FROM item;
CREATE SEQUENCE s START 10 INCREMENT 5 MAXVALUE 20;
SELECT nextval('s'), nextval('s'), currval('s'), lastval();
SELECT nextval('s');
SELECT nextval('s');
ALTER SEQUENCE s RESTART WITH 12 CYCLE MINVALUE 2;
SELECT nextval('s'), nextval('s'), nextval('s');
SELECT setval('s', 7), nextval('s'), setval('s', 3, false), nextval('s');
SELECT setval('s', 99);
SELECT nextval('missing');
CREATE TABLE auto (id serial, b bigserial);
INSERT INTO auto DEFAULT VALUES RETURNING *;
SELECT pg_get_serial_sequence('auto', 'id');
-- reopen
SELECT nextval('s');
CREATE TABLE c (a int, b text, d numeric);
COPY c FROM STDIN;
1	one	1.5
2	\N	\N
3	tab\there	0
\.
COPY c (a, b) FROM STDIN WITH (FORMAT csv, HEADER, NULL 'nil');
a,b
4,"quoted, ""text"""
5,nil
\.
COPY c FROM STDIN;
x	y	z
\.
COPY c TO STDOUT;
COPY (SELECT a, b FROM c WHERE a > 2 ORDER BY a) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (a));
SELECT count(*), sum(a) FROM c;

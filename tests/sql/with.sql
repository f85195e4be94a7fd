-- WITH: rows come as they are asked for, are kept for every reader, and follow what they depend on.
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT * FROM t LIMIT 4;
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)
SELECT (SELECT n FROM t OFFSET 5 LIMIT 1), (SELECT max(n) FROM (SELECT n FROM t LIMIT 9) x);
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 3000)
SELECT sum(n), (SELECT count(*) FROM t) FROM t;
WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT (n + 1) % 5 FROM t) SELECT * FROM t ORDER BY 1;
WITH a AS MATERIALIZED (SELECT g FROM generate_series(1, 5000) g)
SELECT count(*) FROM a x JOIN a y ON x.g = y.g WHERE x.g < 4000;
SELECT o, (WITH c AS MATERIALIZED (SELECT g + o AS v FROM generate_series(1, 3) g) SELECT sum(v) FROM c)
FROM generate_series(1, 3) o;
CREATE TABLE kept (a int);
WITH i AS (INSERT INTO kept SELECT generate_series(1, 10) RETURNING a) SELECT a FROM i LIMIT 2;
SELECT count(*) FROM kept;
WITH i AS (INSERT INTO kept SELECT 11) SELECT count(*) FROM kept;
SELECT count(*) FROM kept;

-- Views as they are shown, on many lines.
CREATE TABLE a (x int, y text, z numeric);
CREATE TABLE b (x int, w text);
CREATE VIEW v1 AS SELECT x, y AS why, z + 1 AS z1 FROM a WHERE x > 1 AND y IS NOT NULL;
CREATE VIEW v2 AS SELECT a.x, b.w FROM a JOIN b ON a.x = b.x LEFT JOIN v1 ON v1.x = b.x WHERE a.x < 5 ORDER BY a.x DESC, b.w LIMIT 3 OFFSET 1;
CREATE VIEW v3 AS SELECT x, count(*) AS n, sum(z) FROM a GROUP BY x HAVING count(*) > 1;
CREATE VIEW v4 AS SELECT x FROM a UNION SELECT x FROM b UNION ALL SELECT 3 ORDER BY 1;
CREATE VIEW v5 AS WITH q AS (SELECT x FROM a WHERE x = 1), r(k) AS (SELECT w FROM b) SELECT q.x, r.k FROM q, r WHERE EXISTS (SELECT 1 FROM b WHERE b.x = q.x);
CREATE VIEW v6 AS SELECT DISTINCT ON (x) x, y FROM a ORDER BY x, y;
CREATE VIEW v7 AS SELECT x, rank() OVER (PARTITION BY y ORDER BY z) AS r, sum(x) OVER w FROM a WINDOW w AS (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW v8 AS SELECT s.x, (SELECT max(w) FROM b WHERE b.x = s.x) AS m FROM (SELECT x FROM a WHERE x IN (SELECT x FROM b)) s, b t, generate_series(1, 3) g(i);
CREATE VIEW v9 AS VALUES (1, 'a'), (2, 'b');
CREATE VIEW v10 AS (SELECT x FROM a INTERSECT SELECT x FROM b) EXCEPT (SELECT 1 UNION SELECT 2);
CREATE VIEW v11 AS SELECT a.x, c.w FROM a CROSS JOIN (b JOIN b c ON b.x = c.x) WHERE (a.x = 1 OR a.x = 2) AND a.y LIKE 'a%';
CREATE VIEW v12 AS SELECT x FROM a FETCH FIRST 2 ROWS ONLY;
CREATE VIEW v13 AS SELECT x AS "X y", CASE WHEN x = 1 THEN 'a' ELSE 'b' END AS c FROM a FOR UPDATE;
CREATE VIEW v14 AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t;
CREATE VIEW v15 AS SELECT x, y FROM a GROUP BY GROUPING SETS ((x, y), (x), ());
CREATE VIEW v16 AS SELECT 1;
CREATE VIEW v17 AS SELECT x FROM (SELECT x FROM a ORDER BY x LIMIT 1) s UNION ALL (SELECT x FROM b ORDER BY 1 LIMIT 1);
ALTER VIEW v1 RENAME COLUMN z1 TO zz;
SELECT pg_get_viewdef(c::regclass) FROM unnest(ARRAY['v1','v2','v3','v4','v5','v6','v7','v8','v9','v10','v11','v12','v13','v14','v15','v16','v17']) c;
SELECT pg_get_viewdef(c::regclass, true) FROM unnest(ARRAY['v1','v2','v3','v4','v5','v6','v7','v8','v9','v10','v11','v12','v13','v14','v15','v16','v17']) c;
CREATE VIEW w1 AS SELECT lower(y) AS l, x + 1 AS p, max(z) FROM a GROUP BY lower(y), x + 1 ORDER BY lower(y), x + 1, max(z);
CREATE VIEW w2 AS SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x::float8 DESC) AS m, string_agg(y, ',' ORDER BY lower(y)) FROM a;
CREATE VIEW w3 AS SELECT DISTINCT ON (lower(y)) y, row_number() OVER (PARTITION BY lower(y) ORDER BY x + 1) FROM a;
SELECT pg_get_viewdef(c::regclass), pg_get_viewdef(c::regclass, true) FROM unnest(ARRAY['w1','w2','w3']) c;
-- reopen
SELECT pg_get_viewdef('v5'::regclass);

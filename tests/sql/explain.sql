-- EXPLAIN names the columns of a condition by the table, whatever the scan gives out.
CREATE TABLE wide (a int, b int, c int, d text, e int, f int, g int);
CREATE INDEX wide_g_f ON wide (g, f);
INSERT INTO wide SELECT i, i, i, 'x', i, i % 20, i % 100 FROM generate_series(1, 10000) i;
ANALYZE wide;
EXPLAIN (COSTS OFF) SELECT count(*) FROM wide WHERE g = 42 AND (f = 42 OR f = 99);
EXPLAIN (COSTS OFF) SELECT a FROM wide WHERE g = 42 AND f = 3;
-- Formats, settings, and what MERGE did.
CREATE TABLE ef (a int PRIMARY KEY, b text, c int);
INSERT INTO ef SELECT g, 'x' || g, g % 7 FROM generate_series(1, 1000) g;
ANALYZE ef;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF, FORMAT YAML) SELECT * FROM ef WHERE a = 5;
EXPLAIN (COSTS OFF, FORMAT XML) SELECT * FROM ef WHERE a = 5 AND b > '<&"';
EXPLAIN (COSTS OFF, FORMAT YAML) DELETE FROM ef WHERE a = 1;
EXPLAIN (COSTS OFF, FORMAT YAML) SELECT c, count(*) FROM ef WHERE b <> '"' GROUP BY c ORDER BY 2;
EXPLAIN (COSTS OFF, FORMAT XML) SELECT c, count(*) FROM ef GROUP BY c HAVING count(*) > 1 ORDER BY 2, 1;
EXPLAIN (COSTS OFF, FORMAT JSON) INSERT INTO ef VALUES (0);
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) SELECT a FROM ef WHERE a < 3;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT XML) SELECT a FROM ef WHERE c = 9;
SET work_mem = '8MB';
EXPLAIN (COSTS OFF, SETTINGS) SELECT 1;
EXPLAIN (COSTS OFF, SETTINGS, FORMAT YAML) SELECT 1;
RESET work_mem;
EXPLAIN (COSTS OFF, ANALYZE, TIMING OFF, SUMMARY OFF) MERGE INTO ef USING (SELECT 5 AS k) s ON a = k WHEN MATCHED THEN DELETE;

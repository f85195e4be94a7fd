-- EXPLAIN names the columns of a condition by the table, whatever the scan gives out.
CREATE TABLE wide (a int, b int, c int, d text, e int, f int, g int);
CREATE INDEX wide_g_f ON wide (g, f);
INSERT INTO wide SELECT i, i, i, 'x', i, i % 20, i % 100 FROM generate_series(1, 10000) i;
ANALYZE wide;
EXPLAIN (COSTS OFF) SELECT count(*) FROM wide WHERE g = 42 AND (f = 42 OR f = 99);
EXPLAIN (COSTS OFF) SELECT a FROM wide WHERE g = 42 AND f = 3;

-- MERGE: actions and their conditions, sources of every kind, what is refused.
CREATE TABLE target (tid integer PRIMARY KEY, balance integer);
CREATE TABLE source (sid integer, delta integer);
INSERT INTO target VALUES (1, 10),(2, 20),(3, 30);
INSERT INTO source VALUES (2, 5),(3, 20),(4, 40);
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED THEN DO NOTHING;
BEGIN;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED THEN UPDATE SET balance = t.balance + s.delta
  WHEN NOT MATCHED THEN INSERT VALUES (s.sid, s.delta);
SELECT * FROM target ORDER BY tid;
ROLLBACK;
BEGIN;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED AND s.delta > 10 THEN DELETE
  WHEN MATCHED THEN UPDATE SET balance = 0
  WHEN NOT MATCHED AND s.delta < 10 THEN INSERT VALUES (s.sid, s.delta)
  WHEN NOT MATCHED THEN INSERT (tid) VALUES (s.sid);
SELECT * FROM target ORDER BY tid;
ROLLBACK;
INSERT INTO source VALUES (2, 7);
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED THEN UPDATE SET balance = t.balance + s.delta;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED THEN DELETE;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED AND s.delta = 7 THEN DELETE
  WHEN MATCHED THEN DO NOTHING;
SELECT * FROM target ORDER BY tid;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN NOT MATCHED THEN INSERT VALUES (1,1);
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN NOT MATCHED THEN INSERT VALUES (t.tid,1);
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN NOT MATCHED THEN UPDATE SET balance = 0;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED THEN INSERT DEFAULT VALUES;
MERGE INTO target t
  USING target ON true
  WHEN MATCHED THEN DO NOTHING;
MERGE INTO target
  USING target ON true
  WHEN MATCHED THEN DO NOTHING;
MERGE INTO target
  USING (select 1) as target ON true
  WHEN MATCHED THEN DO NOTHING;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED THEN DELETE
  WHEN MATCHED THEN DO NOTHING;
MERGE INTO target t
  USING source AS s ON t.tid = s.sid
  WHEN MATCHED THEN DELETE RETURNING *;
WITH RECURSIVE foo AS (SELECT 1)
  MERGE INTO target t
  USING foo ON true
  WHEN MATCHED THEN DELETE;
WITH foo AS (MERGE INTO target
  USING source ON (true)
  WHEN MATCHED THEN DELETE) SELECT * FROM foo;
COPY (MERGE INTO target
  USING source ON (true)
  WHEN MATCHED THEN DELETE) TO stdout;
CREATE VIEW tv AS SELECT * FROM target;
MERGE INTO tv t
  USING source s ON t.tid = s.sid
  WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM target;
MERGE INTO mv t
  USING source s ON t.tid = s.sid
  WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
CREATE SEQUENCE sq;
MERGE INTO sq t
  USING source s ON true
  WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
MERGE INTO nosuch t
  USING source s ON true
  WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
MERGE INTO target t
  USING nosuch s ON true
  WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
MERGE INTO target t
  USING source s ON t.tid = s.nosuch
  WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN MATCHED AND count(*) > 1 THEN DELETE;
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN MATCHED AND t.xmin = t.xmax THEN DELETE;
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN MATCHED THEN UPDATE SET nosuch = 1;
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN MATCHED THEN UPDATE SET t.balance = 1;
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN NOT MATCHED THEN INSERT (nosuch) VALUES (1);
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN NOT MATCHED THEN INSERT (tid, balance) VALUES (1);
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN NOT MATCHED THEN INSERT VALUES (1, 2, 3);
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN NOT MATCHED AND t.tid = 1 THEN INSERT VALUES (1, 2);
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN MATCHED AND s.delta THEN DELETE;
-- CTE, subqueries, VALUES
BEGIN;
WITH x AS (SELECT sid, sum(delta) AS d FROM source GROUP BY sid)
  MERGE INTO target t
  USING x ON t.tid = x.sid
  WHEN MATCHED AND x.d > (SELECT avg(balance) - 100 FROM target)
    THEN UPDATE SET (balance) = ROW(x.d)
  WHEN NOT MATCHED THEN INSERT (balance, tid) VALUES (x.d, x.sid);
SELECT * FROM target ORDER BY tid;
MERGE INTO target
  USING (VALUES (1, 'a'), (9, 'b')) v(k, w) ON tid = k
  WHEN MATCHED THEN UPDATE SET balance = length(w)
  WHEN NOT MATCHED THEN INSERT VALUES (k, DEFAULT);
SELECT * FROM target ORDER BY tid;
MERGE INTO target
  USING generate_series(1, 20, 5) g ON tid = g
  WHEN MATCHED THEN DELETE
  WHEN NOT MATCHED THEN INSERT VALUES (g, g);
SELECT * FROM target ORDER BY tid;
MERGE INTO target t
  USING (source s JOIN generate_series(1,2) g ON g = 1) ON t.tid = s.sid AND s.delta <> 7
  WHEN MATCHED THEN UPDATE SET balance = (SELECT max(delta) FROM source WHERE sid = t.tid);
SELECT * FROM target ORDER BY tid;
ROLLBACK;
-- defaults, identity, generated, checks
CREATE TABLE g (id int GENERATED ALWAYS AS IDENTITY, a int DEFAULT 7 CHECK (a > 0), b int GENERATED ALWAYS AS (a * 2) STORED, c text NOT NULL DEFAULT 'x');
MERGE INTO g
  USING source ON g.a = sid
  WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
SELECT * FROM g ORDER BY 1;
MERGE INTO g
  USING source ON g.a = sid
  WHEN NOT MATCHED THEN INSERT (id, a) VALUES (100, sid);
MERGE INTO g
  USING source ON g.a = sid
  WHEN NOT MATCHED THEN INSERT (id, a) OVERRIDING SYSTEM VALUE VALUES (100, sid);
MERGE INTO g
  USING source ON g.a = sid
  WHEN NOT MATCHED THEN INSERT (id, a) OVERRIDING USER VALUE VALUES (100, sid);
SELECT * FROM g ORDER BY 1, 2;
MERGE INTO g
  USING source ON g.a = sid AND delta = 40
  WHEN MATCHED THEN UPDATE SET a = -1;
MERGE INTO g
  USING source ON g.a = sid AND delta = 40
  WHEN MATCHED THEN UPDATE SET b = 1;
MERGE INTO g
  USING source ON g.a = sid AND delta = 40
  WHEN MATCHED THEN UPDATE SET c = NULL;
MERGE INTO g
  USING source ON g.a = sid AND delta = 40
  WHEN MATCHED AND id < 100 THEN UPDATE SET c = 'y', a = DEFAULT;
SELECT * FROM g ORDER BY 1, 2;
PREPARE m(int) AS
  MERGE INTO target t
  USING (SELECT $1 AS k) s ON t.tid = s.k
  WHEN MATCHED THEN UPDATE SET balance = balance + 1
  WHEN NOT MATCHED THEN INSERT VALUES (k, 0);
EXECUTE m(50); EXECUTE m(50); EXECUTE m(51);
SELECT * FROM target ORDER BY tid;
-- reopen
MERGE INTO target t
  USING source s ON t.tid = s.sid
  WHEN MATCHED AND delta < 7 THEN UPDATE SET balance = -1;
SELECT * FROM target ORDER BY tid;

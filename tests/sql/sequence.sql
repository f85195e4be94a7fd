-- A sequence is a relation of one row, too.
CREATE SEQUENCE s START 7;
SELECT last_value, is_called FROM s;
BEGIN;
SELECT nextval('s');
SELECT last_value, is_called FROM s;
ROLLBACK;
SELECT x.last_value, x.tableoid > 0 AS has_oid FROM s x JOIN generate_series(1, 2) g ON true;
ALTER SEQUENCE s RENAME TO t;
SELECT last_value, is_called FROM t;
UPDATE t SET last_value = 3;
DELETE FROM t;

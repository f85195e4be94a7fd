-- Shows: each built-in type of the first part reads and writes values as PostgreSQL does, and refuses what is none.
-- Why: input, output and rounding of types is what every client sees first.
SELECT 'yes'::bool, 'OFF'::bool, ' t '::bool, true AND NULL, true OR NULL, NOT NULL::bool;
SELECT 'maybe'::bool;
SELECT 32767::int2, '-32768'::int2, 2147483647 + 0, 9223372036854775807, ' 12 '::int4;
SELECT 32768::int2;
SELECT 2147483647 + 1;
SELECT 9223372036854775807 + 1;
SELECT '12x'::int4;
SELECT 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.0 / 2, 2 ^ 10;
SELECT 1 / 0;
SELECT 1.5::float4, 1e300::float8, 'NaN'::float8, '-Infinity'::float8, 0.1::float8 + 0.2::float8;
SELECT 1e309::float8;
SELECT 1.10::numeric, 12345678901234567890.12345::numeric, 2.5::numeric(3,0), 'NaN'::numeric, 1::numeric / 3;
SELECT 123.456::numeric(4,2);
SELECT round(2.5), round(-2.5), round(1.2345, 2), trunc(-1.9), ceil(1.1), floor(-1.1), abs(-3), mod(7, -3), sqrt(2::numeric);
SELECT 'abc'::char(5) || '|', 'abc  '::char(5) = 'abc', 'toolong'::varchar(3), length('é€'), octet_length('é€');
CREATE TABLE s (v varchar(3));
INSERT INTO s VALUES ('long');
SELECT '\x00ff'::bytea, 'a\\b\001'::bytea, encode('\x00ff', 'hex'), length('\x0102'::bytea);
SELECT '\x0'::bytea;
SELECT date '2020-02-29', date '2020-02-29' + 1, date '2020-03-01' - date '2020-02-28', 'infinity'::date;
SELECT '2021-02-29'::date;
SELECT time '23:59:59.999', time '12:00' + interval '13 hours', timestamp '2020-01-31 12:00' + interval '1 month';
SET timezone TO 'America/New_York';
SELECT timestamptz '2020-07-01 12:00+00', timestamptz '2020-01-01 12:00+00', timestamp '2020-07-01' AT TIME ZONE 'UTC';
RESET timezone;
SELECT interval '1 year 2 months 3 days 04:05:06', interval '90 minutes', -interval '1 day', interval '1 day' * 1.5;
SELECT extract(year FROM date '2020-02-29'), date_trunc('hour', timestamp '2020-01-01 12:34:56'), age(timestamp '2020-03-01', timestamp '2019-01-31');
SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid;
SELECT 'not-a-uuid'::uuid;
SELECT ARRAY[1, 2, NULL], '{{1,2},{3,4}}'::int[], (ARRAY['a','b'])[2], ARRAY[1,2] || 3, 2 = ANY (ARRAY[1,2]);
SELECT '{1,2'::int[];
SELECT CAST('5' AS int) + '6', '5'::text || 6, 5::text, '2020-01-01'::date::timestamp, 1::bool;
SELECT 'x'::regclass;
SELECT 'pg_class'::regclass, 'int4'::regtype, 'numeric(5,2)'::regtype, 'lower(text)'::regprocedure, 'public'::regnamespace;
SELECT '{"a": [1, null]}'::json, '{"a"}'::json;
SELECT pg_typeof(1), pg_typeof(1.0), pg_typeof('x'::varchar), pg_typeof(now());

-- precisions given by a call, escapes of bytea, escapes of characters that do not exist, wide offsets
select "timestamp"(timestamp '2023-03-31 04:05:06', -5);
select like_escape('\xff00'::bytea, '\x00'::bytea);
select 'a' ~ '\x616263', 'a' ~ '\x61', regexp_match('a', '\xdeadbeef00112233');
select timetz '04:05:06+00' at time zone '100';
select ('0.' || repeat('3', 5000))::numeric::real, ('0.' || repeat('3', 5000))::numeric::float8;
select (repeat('0', 5000) || '1.5')::real, ('1' || repeat('0', 308) || '.' || repeat('0', 5000))::float8;
select to_jsonb('0.' || repeat('3', 5000)) @@ '$.double() < 0.4', to_jsonb('1e999'::text) @@ '$.double() < 0.4';
select to_jsonb('1' || repeat('0', 5000)) @@ '$.double() > 1', to_jsonb(repeat('0', 5000) || 'x') @@ '$.double() < 1';

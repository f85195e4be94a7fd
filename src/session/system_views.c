/*
 * system_views.c: the views of pg_catalog, as queries over its relations.
 *
 * Counters that are not kept are null. A view's columns are declared beside it and must be those of
 * its query.
 */
#include "session/system_int.h"

const struct system_source system_views_sources[] = {
    SYSTEM_VIEW(12000, SCHEMA_PG_CATALOG, "pg_roles",
                "rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, "
                "rolcreatedb bool, rolcanlogin bool, rolreplication bool, rolconnlimit int4, "
                "rolpassword text, rolvaliduntil timestamptz, rolbypassrls bool, "
                "rolconfig text[], oid oid",
                "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, "
                "rolreplication, "
                "rolconnlimit, '********'::text AS rolpassword, rolvaliduntil, rolbypassrls, "
                "NULL::text[] AS rolconfig, oid FROM pg_catalog.pg_authid"),
    SYSTEM_VIEW(12005, SCHEMA_PG_CATALOG, "pg_shadow",
                "usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, "
                "usebypassrls bool, passwd text, valuntil timestamptz, useconfig text[]",
                "SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, "
                "rolsuper AS usesuper, "
                "rolreplication AS userepl, rolbypassrls AS usebypassrls, rolpassword AS passwd, "
                "rolvaliduntil AS valuntil, NULL::text[] AS useconfig FROM pg_catalog.pg_authid "
                "WHERE rolcanlogin"),
    SYSTEM_VIEW(12014, SCHEMA_PG_CATALOG, "pg_user",
                "usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, "
                "usebypassrls bool, passwd text, valuntil timestamptz, useconfig text[]",
                "SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, "
                "rolsuper AS usesuper, "
                "rolreplication AS userepl, rolbypassrls AS usebypassrls, '********'::text AS "
                "passwd, "
                "rolvaliduntil AS valuntil, NULL::text[] AS useconfig FROM pg_catalog.pg_authid "
                "WHERE rolcanlogin"),
    SYSTEM_VIEW(12010, SCHEMA_PG_CATALOG, "pg_group", "groname name, grosysid oid, grolist oid[]",
                "SELECT rolname AS groname, oid AS grosysid, NULL::oid[] AS grolist "
                "FROM pg_catalog.pg_authid WHERE NOT rolcanlogin"),
    SYSTEM_VIEW(12033, SCHEMA_PG_CATALOG, "pg_tables",
                "schemaname name, tablename name, tableowner name, tablespace name, "
                "hasindexes bool, hasrules bool, hastriggers bool, rowsecurity bool",
                "SELECT n.nspname AS schemaname, c.relname AS tablename, "
                "pg_catalog.pg_get_userbyid(c.relowner) AS tableowner, "
                "NULL::name AS tablespace, c.relhasindex AS hasindexes, c.relhasrules AS "
                "hasrules, "
                "c.relhastriggers AS hastriggers, c.relrowsecurity AS rowsecurity "
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relkind IN ('r', 'p')"),
    SYSTEM_VIEW(12028, SCHEMA_PG_CATALOG, "pg_views",
                "schemaname name, viewname name, viewowner name, definition text",
                "SELECT n.nspname AS schemaname, c.relname AS viewname, "
                "pg_catalog.pg_get_userbyid(c.relowner) AS viewowner, "
                "pg_catalog.pg_get_viewdef(c.oid) AS definition "
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relkind = 'v'"),
    SYSTEM_VIEW(12038, SCHEMA_PG_CATALOG, "pg_matviews",
                "schemaname name, matviewname name, matviewowner name, tablespace name, "
                "hasindexes bool, ispopulated bool, definition text",
                "SELECT n.nspname AS schemaname, c.relname AS matviewname, "
                "pg_catalog.pg_get_userbyid(c.relowner) AS matviewowner, "
                "NULL::name AS tablespace, c.relhasindex AS hasindexes, c.relispopulated AS "
                "ispopulated, "
                "pg_catalog.pg_get_viewdef(c.oid) AS definition "
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relkind = 'm'"),
    SYSTEM_VIEW(12043, SCHEMA_PG_CATALOG, "pg_indexes",
                "schemaname name, tablename name, indexname name, tablespace name, "
                "indexdef text",
                "SELECT n.nspname AS schemaname, t.relname AS tablename, c.relname AS indexname, "
                "NULL::name AS tablespace, pg_catalog.pg_get_indexdef(c.oid) AS indexdef "
                "FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class t ON t.oid = x.indrelid "
                "JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid "
                "JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace"),
    SYSTEM_VIEW(12048, SCHEMA_PG_CATALOG, "pg_sequences",
                "schemaname name, sequencename name, sequenceowner name, data_type regtype, "
                "start_value int8, min_value int8, max_value int8, increment_by int8, "
                "cycle bool, cache_size int8, last_value int8",
                "SELECT n.nspname AS schemaname, c.relname AS sequencename, "
                "pg_catalog.pg_get_userbyid(c.relowner) AS sequenceowner, "
                "s.seqtypid::regtype AS data_type, s.seqstart AS start_value, s.seqmin AS "
                "min_value, "
                "s.seqmax AS max_value, s.seqincrement AS increment_by, s.seqcycle AS cycle, "
                "s.seqcache AS cache_size, pg_catalog.pg_sequence_last_value(c.oid) AS "
                "last_value "
                "FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid "
                "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"),
    SYSTEM_VIEW(12023, SCHEMA_PG_CATALOG, "pg_rules",
                "schemaname name, tablename name, rulename name, definition text",
                "SELECT n.nspname AS schemaname, c.relname AS tablename, r.rulename, "
                "pg_catalog.pg_get_ruledef(r.oid) AS definition FROM pg_catalog.pg_rewrite r "
                "JOIN pg_catalog.pg_class c ON c.oid = r.ev_class "
                "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE r.rulename <> "
                "'_RETURN'"),
    SYSTEM_VIEW(12142, SCHEMA_PG_CATALOG, "pg_stat_all_tables",
                "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, "
                "idx_scan int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, "
                "n_tup_del int8, n_tup_hot_upd int8, n_live_tup int8, n_dead_tup int8, "
                "n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, "
                "last_autovacuum timestamptz, last_analyze timestamptz, "
                "last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, "
                "analyze_count int8, autoanalyze_count int8",
                "SELECT c.oid AS relid, n.nspname AS schemaname, c.relname AS relname, "
                "NULL::int8 AS seq_scan, NULL::int8 AS seq_tup_read, NULL::int8 AS idx_scan, "
                "NULL::int8 AS idx_tup_fetch, NULL::int8 AS n_tup_ins, NULL::int8 AS n_tup_upd, "
                "NULL::int8 AS n_tup_del, NULL::int8 AS n_tup_hot_upd, c.reltuples::int8 AS "
                "n_live_tup, "
                "0::int8 AS n_dead_tup, NULL::int8 AS n_mod_since_analyze, NULL::int8 AS "
                "n_ins_since_vacuum, "
                "NULL::timestamptz AS last_vacuum, NULL::timestamptz AS last_autovacuum, "
                "NULL::timestamptz AS last_analyze, "
                "NULL::timestamptz AS last_autoanalyze, NULL::int8 AS vacuum_count, NULL::int8 "
                "AS autovacuum_count, "
                "NULL::int8 AS analyze_count, NULL::int8 AS autoanalyze_count "
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relkind IN ('r', 'm')"),
    SYSTEM_VIEW(12147, SCHEMA_PG_CATALOG, "pg_stat_xact_all_tables",
                "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, "
                "idx_scan int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, "
                "n_tup_del int8, n_tup_hot_upd int8",
                "SELECT c.oid AS relid, n.nspname AS schemaname, c.relname AS relname, "
                "NULL::int8 AS seq_scan, NULL::int8 AS seq_tup_read, NULL::int8 AS idx_scan, "
                "NULL::int8 AS idx_tup_fetch, NULL::int8 AS n_tup_ins, NULL::int8 AS n_tup_upd, "
                "NULL::int8 AS n_tup_del, NULL::int8 AS n_tup_hot_upd "
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relkind IN ('r', 'm')"),
    SYSTEM_VIEW(12170, SCHEMA_PG_CATALOG, "pg_statio_all_tables",
                "relid oid, schemaname name, relname name, heap_blks_read int8, "
                "heap_blks_hit int8, idx_blks_read int8, idx_blks_hit int8, "
                "toast_blks_read int8, toast_blks_hit int8, tidx_blks_read int8, "
                "tidx_blks_hit int8",
                "SELECT c.oid AS relid, n.nspname AS schemaname, c.relname AS relname, "
                "NULL::int8 AS heap_blks_read, NULL::int8 AS heap_blks_hit, NULL::int8 AS "
                "idx_blks_read, "
                "NULL::int8 AS idx_blks_hit, NULL::int8 AS toast_blks_read, NULL::int8 AS "
                "toast_blks_hit, "
                "NULL::int8 AS tidx_blks_read, NULL::int8 AS tidx_blks_hit "
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relkind IN ('r', 'm')"),
    SYSTEM_VIEW(12183, SCHEMA_PG_CATALOG, "pg_stat_all_indexes",
                "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, "
                "idx_scan int8, idx_tup_read int8, idx_tup_fetch int8",
                "SELECT t.oid AS relid, c.oid AS indexrelid, n.nspname AS schemaname, "
                "t.relname AS relname, c.relname AS indexrelname, NULL::int8 AS idx_scan, "
                "NULL::int8 AS idx_tup_read, NULL::int8 AS idx_tup_fetch "
                "FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class t ON t.oid = x.indrelid "
                "JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid "
                "JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace"),
    SYSTEM_VIEW(12196, SCHEMA_PG_CATALOG, "pg_statio_all_indexes",
                "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, "
                "idx_blks_read int8, idx_blks_hit int8",
                "SELECT t.oid AS relid, c.oid AS indexrelid, n.nspname AS schemaname, "
                "t.relname AS relname, c.relname AS indexrelname, NULL::int8 AS idx_blks_read, "
                "NULL::int8 AS idx_blks_hit "
                "FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class t ON t.oid = x.indrelid "
                "JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid "
                "JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace"),
    SYSTEM_VIEW(12209, SCHEMA_PG_CATALOG, "pg_statio_all_sequences",
                "relid oid, schemaname name, relname name, blks_read int8, blks_hit int8",
                "SELECT c.oid AS relid, n.nspname AS schemaname, c.relname AS relname, "
                "NULL::int8 AS blks_read, NULL::int8 AS blks_hit "
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relkind = 'S'"),
    SYSTEM_VIEW(12161, SCHEMA_PG_CATALOG, "pg_stat_user_tables",
                "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, "
                "idx_scan int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, "
                "n_tup_del int8, n_tup_hot_upd int8, n_live_tup int8, n_dead_tup int8, "
                "n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, "
                "last_autovacuum timestamptz, last_analyze timestamptz, "
                "last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, "
                "analyze_count int8, autoanalyze_count int8",
                "SELECT * FROM pg_catalog.pg_stat_all_tables WHERE schemaname NOT IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12152, SCHEMA_PG_CATALOG, "pg_stat_sys_tables",
                "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, "
                "idx_scan int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, "
                "n_tup_del int8, n_tup_hot_upd int8, n_live_tup int8, n_dead_tup int8, "
                "n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, "
                "last_autovacuum timestamptz, last_analyze timestamptz, "
                "last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, "
                "analyze_count int8, autoanalyze_count int8",
                "SELECT * FROM pg_catalog.pg_stat_all_tables WHERE schemaname IN ('pg_catalog', "
                "'information_schema', 'rowan')"),
    SYSTEM_VIEW(12179, SCHEMA_PG_CATALOG, "pg_statio_user_tables",
                "relid oid, schemaname name, relname name, heap_blks_read int8, "
                "heap_blks_hit int8, idx_blks_read int8, idx_blks_hit int8, "
                "toast_blks_read int8, toast_blks_hit int8, tidx_blks_read int8, "
                "tidx_blks_hit int8",
                "SELECT * FROM pg_catalog.pg_statio_all_tables WHERE schemaname NOT IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12175, SCHEMA_PG_CATALOG, "pg_statio_sys_tables",
                "relid oid, schemaname name, relname name, heap_blks_read int8, "
                "heap_blks_hit int8, idx_blks_read int8, idx_blks_hit int8, "
                "toast_blks_read int8, toast_blks_hit int8, tidx_blks_read int8, "
                "tidx_blks_hit int8",
                "SELECT * FROM pg_catalog.pg_statio_all_tables WHERE schemaname IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12166, SCHEMA_PG_CATALOG, "pg_stat_xact_user_tables",
                "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, "
                "idx_scan int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, "
                "n_tup_del int8, n_tup_hot_upd int8",
                "SELECT * FROM pg_catalog.pg_stat_xact_all_tables WHERE schemaname NOT IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12157, SCHEMA_PG_CATALOG, "pg_stat_xact_sys_tables",
                "relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8, "
                "idx_scan int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, "
                "n_tup_del int8, n_tup_hot_upd int8",
                "SELECT * FROM pg_catalog.pg_stat_xact_all_tables WHERE schemaname IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12192, SCHEMA_PG_CATALOG, "pg_stat_user_indexes",
                "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, "
                "idx_scan int8, idx_tup_read int8, idx_tup_fetch int8",
                "SELECT * FROM pg_catalog.pg_stat_all_indexes WHERE schemaname NOT IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12188, SCHEMA_PG_CATALOG, "pg_stat_sys_indexes",
                "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, "
                "idx_scan int8, idx_tup_read int8, idx_tup_fetch int8",
                "SELECT * FROM pg_catalog.pg_stat_all_indexes WHERE schemaname IN ('pg_catalog', "
                "'information_schema', 'rowan')"),
    SYSTEM_VIEW(12205, SCHEMA_PG_CATALOG, "pg_statio_user_indexes",
                "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, "
                "idx_blks_read int8, idx_blks_hit int8",
                "SELECT * FROM pg_catalog.pg_statio_all_indexes WHERE schemaname NOT IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12201, SCHEMA_PG_CATALOG, "pg_statio_sys_indexes",
                "relid oid, indexrelid oid, schemaname name, relname name, indexrelname name, "
                "idx_blks_read int8, idx_blks_hit int8",
                "SELECT * FROM pg_catalog.pg_statio_all_indexes WHERE schemaname IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12218, SCHEMA_PG_CATALOG, "pg_statio_user_sequences",
                "relid oid, schemaname name, relname name, blks_read int8, blks_hit int8",
                "SELECT * FROM pg_catalog.pg_statio_all_sequences WHERE schemaname NOT IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12214, SCHEMA_PG_CATALOG, "pg_statio_sys_sequences",
                "relid oid, schemaname name, relname name, blks_read int8, blks_hit int8",
                "SELECT * FROM pg_catalog.pg_statio_all_sequences WHERE schemaname IN "
                "('pg_catalog', 'information_schema', 'rowan')"),
    SYSTEM_VIEW(12266, SCHEMA_PG_CATALOG, "pg_stat_database",
                "datid oid, datname name, numbackends int4, xact_commit int8, "
                "xact_rollback int8, blks_read int8, blks_hit int8, tup_returned int8, "
                "tup_fetched int8, tup_inserted int8, tup_updated int8, tup_deleted int8, "
                "conflicts int8, temp_files int8, temp_bytes int8, deadlocks int8, "
                "checksum_failures int8, checksum_last_failure timestamptz, "
                "blk_read_time float8, blk_write_time float8, session_time float8, "
                "active_time float8, idle_in_transaction_time float8, sessions int8, "
                "sessions_abandoned int8, sessions_fatal int8, sessions_killed int8, "
                "stats_reset timestamptz",
                "SELECT d.oid AS datid, d.datname AS datname, (SELECT count(*)::int4 FROM "
                "pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) AS numbackends, "
                "NULL::int8 AS xact_commit, NULL::int8 AS xact_rollback, NULL::int8 AS "
                "blks_read, "
                "NULL::int8 AS blks_hit, NULL::int8 AS tup_returned, NULL::int8 AS tup_fetched, "
                "NULL::int8 AS tup_inserted, NULL::int8 AS tup_updated, NULL::int8 AS "
                "tup_deleted, "
                "NULL::int8 AS conflicts, NULL::int8 AS temp_files, NULL::int8 AS temp_bytes, "
                "NULL::int8 AS deadlocks, NULL::int8 AS checksum_failures, NULL::timestamptz AS "
                "checksum_last_failure, "
                "NULL::float8 AS blk_read_time, NULL::float8 AS blk_write_time, NULL::float8 AS "
                "session_time, "
                "NULL::float8 AS active_time, NULL::float8 AS idle_in_transaction_time, "
                "NULL::int8 AS sessions, "
                "NULL::int8 AS sessions_abandoned, NULL::int8 AS sessions_fatal, NULL::int8 AS "
                "sessions_killed, "
                "NULL::timestamptz AS stats_reset "
                "FROM pg_catalog.pg_database d"),
};
const uint32_t system_views_source_count =
    sizeof system_views_sources / sizeof *system_views_sources;

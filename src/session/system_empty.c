/*
 * system_empty.c: relations of pg_catalog about things that Rowan has none of, or none yet:
 * inheritance, triggers, publications, extensions, foreign tables, text search, replication.
 *
 * They have their columns, so that whoever joins them finds nothing rather than an error.
 */
#include "session/system_int.h"

static void
fill_nothing(struct system_rows *rows)
{
    (void)rows;
}

#define NOTHING(oid_, name_, columns_) SYSTEM_RELATION(oid_, name_, columns_, fill_nothing)

const struct system_source system_empty_sources[] = {
    NOTHING(3256, "pg_policy",
            "oid oid, polname name, polrelid oid, polcmd char, polpermissive bool, "
            "polroles oid[], polqual pg_node_tree, polwithcheck pg_node_tree"),
    NOTHING(2620, "pg_trigger",
            "oid oid, tgrelid oid, tgparentid oid, tgname name, tgfoid oid, tgtype int2, "
            "tgenabled char, tgisinternal bool, tgconstrrelid oid, tgconstrindid oid, "
            "tgconstraint oid, tgdeferrable bool, tginitdeferred bool, tgnargs int2, "
            "tgattr int2vector, tgargs bytea, tgqual pg_node_tree, tgoldtable name, "
            "tgnewtable name"),
    NOTHING(3381, "pg_statistic_ext",
            "oid oid, stxrelid oid, stxname name, stxnamespace oid, stxowner oid, "
            "stxstattarget int4, stxkeys int2vector, stxkind char[], stxexprs pg_node_tree"),
    NOTHING(3429, "pg_statistic_ext_data",
            "stxoid oid, stxdinherit bool, stxdndistinct pg_ndistinct, "
            "stxddependencies pg_dependencies, stxdmcv pg_mcv_list, stxdexpr text[]"),
    NOTHING(6104, "pg_publication",
            "oid oid, pubname name, pubowner oid, puballtables bool, pubinsert bool, "
            "pubupdate bool, pubdelete bool, pubtruncate bool, pubviaroot bool"),
    NOTHING(6106, "pg_publication_rel",
            "oid oid, prpubid oid, prrelid oid, prqual pg_node_tree, prattrs int2vector"),
    NOTHING(6237, "pg_publication_namespace", "oid oid, pnpubid oid, pnnspid oid"),
    NOTHING(6100, "pg_subscription",
            "oid oid, subdbid oid, subskiplsn pg_lsn, subname name, subowner oid, "
            "subenabled bool, subbinary bool, substream bool, subtwophasestate char, "
            "subdisableonerr bool, subconninfo text, subslotname name, subsynccommit text, "
            "subpublications text[]"),
    NOTHING(6102, "pg_subscription_rel",
            "srsubid oid, srrelid oid, srsubstate char, srsublsn pg_lsn"),
    NOTHING(2964, "pg_db_role_setting", "setdatabase oid, setrole oid, setconfig text[]"),
    NOTHING(1261, "pg_auth_members", "roleid oid, member oid, grantor oid, admin_option bool"),
    NOTHING(3466, "pg_event_trigger",
            "oid oid, evtname name, evtevent name, evtowner oid, evtfoid oid, evtenabled char, "
            "evttags text[]"),
    NOTHING(2328, "pg_foreign_data_wrapper",
            "oid oid, fdwname name, fdwowner oid, fdwhandler oid, fdwvalidator oid, "
            "fdwacl aclitem[], fdwoptions text[]"),
    NOTHING(1417, "pg_foreign_server",
            "oid oid, srvname name, srvowner oid, srvfdw oid, srvtype text, srvversion text, "
            "srvacl aclitem[], srvoptions text[]"),
    NOTHING(3118, "pg_foreign_table", "ftrelid oid, ftserver oid, ftoptions text[]"),
    NOTHING(1418, "pg_user_mapping", "oid oid, umuser oid, umserver oid, umoptions text[]"),
    NOTHING(3079, "pg_extension",
            "oid oid, extname name, extowner oid, extnamespace oid, extrelocatable bool, "
            "extversion text, extconfig oid[], extcondition text[]"),
    NOTHING(2607, "pg_conversion",
            "oid oid, conname name, connamespace oid, conowner oid, conforencoding int4, "
            "contoencoding int4, conproc regproc, condefault bool"),
    NOTHING(826, "pg_default_acl",
            "oid oid, defaclrole oid, defaclnamespace oid, defaclobjtype char, "
            "defaclacl aclitem[]"),
    NOTHING(3394, "pg_init_privs",
            "objoid oid, classoid oid, objsubid int4, privtype char, initprivs aclitem[]"),
    NOTHING(2613, "pg_largeobject", "loid oid, pageno int4, data bytea"),
    NOTHING(2995, "pg_largeobject_metadata", "oid oid, lomowner oid, lomacl aclitem[]"),
    NOTHING(6243, "pg_parameter_acl", "oid oid, parname text, paracl aclitem[]"),
    NOTHING(6000, "pg_replication_origin", "roident oid, roname text"),
    NOTHING(3596, "pg_seclabel",
            "objoid oid, classoid oid, objsubid int4, provider text, label text"),
    NOTHING(3592, "pg_shseclabel", "objoid oid, classoid oid, provider text, label text"),
    NOTHING(2396, "pg_shdescription", "objoid oid, classoid oid, description text"),
    NOTHING(1214, "pg_shdepend",
            "dbid oid, classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, "
            "deptype char"),
    NOTHING(2619, "pg_statistic",
            "starelid oid, staattnum int2, stainherit bool, stanullfrac float4, stawidth int4, "
            "stadistinct float4, stakind1 int2, stakind2 int2, stakind3 int2, stakind4 int2, "
            "stakind5 int2, staop1 oid, staop2 oid, staop3 oid, staop4 oid, staop5 oid, "
            "stacoll1 oid, stacoll2 oid, stacoll3 oid, stacoll4 oid, stacoll5 oid, "
            "stanumbers1 float4[], stanumbers2 float4[], stanumbers3 float4[], "
            "stanumbers4 float4[], stanumbers5 float4[], stavalues1 anyarray, "
            "stavalues2 anyarray, stavalues3 anyarray, stavalues4 anyarray, stavalues5 anyarray"),
    NOTHING(3576, "pg_transform",
            "oid oid, trftype oid, trflang oid, trffromsql regproc, trftosql regproc"),
    NOTHING(3602, "pg_ts_config",
            "oid oid, cfgname name, cfgnamespace oid, cfgowner oid, cfgparser oid"),
    NOTHING(3603, "pg_ts_config_map", "mapcfg oid, maptokentype int4, mapseqno int4, mapdict oid"),
    NOTHING(3600, "pg_ts_dict",
            "oid oid, dictname name, dictnamespace oid, dictowner oid, dicttemplate oid, "
            "dictinitoption text"),
    NOTHING(3601, "pg_ts_parser",
            "oid oid, prsname name, prsnamespace oid, prsstart regproc, prstoken regproc, "
            "prsend regproc, prsheadline regproc, prslextype regproc"),
    NOTHING(3764, "pg_ts_template",
            "oid oid, tmplname name, tmplnamespace oid, tmplinit regproc, tmpllexize regproc"),
    NOTHING(12085, "pg_available_extension_versions",
            "name name, version text, installed bool, superuser bool, trusted bool, "
            "relocatable bool, schema name, requires name[], comment text"),
    NOTHING(12081, "pg_available_extensions",
            "name name, default_version text, installed_version text, comment text"),
    NOTHING(12138, "pg_backend_memory_contexts",
            "name text, ident text, parent text, level int4, total_bytes int8, "
            "total_nblocks int8, free_bytes int8, free_chunks int8, used_bytes int8"),
    NOTHING(12110, "pg_file_settings",
            "sourcefile text, sourceline int4, seqno int4, name text, setting text, "
            "applied bool, error text"),
    NOTHING(12327, "pg_user_mappings",
            "umid oid, srvid oid, srvname name, umuser oid, usename name, umoptions text[]"),
    NOTHING(12018, "pg_policies",
            "schemaname name, tablename name, policyname name, permissive text, roles name[], "
            "cmd text, qual text, with_check text"),
    NOTHING(12099, "pg_seclabels",
            "objoid oid, classoid oid, objsubid int4, objtype text, objnamespace oid, "
            "objname text, provider text, label text"),
    NOTHING(12114, "pg_hba_file_rules",
            "line_number int4, type text, database text[], user_name text[], address text, "
            "netmask text, auth_method text, options text[], error text"),
    NOTHING(12118, "pg_ident_file_mappings",
            "line_number int4, map_name text, sys_name text, pg_username text, error text"),
    NOTHING(12090, "pg_prepared_xacts",
            "transaction xid, gid text, prepared timestamptz, owner name, database name"),
    NOTHING(12068, "pg_publication_tables",
            "pubname name, schemaname name, tablename name, attnames name[], rowfilter text"),
    NOTHING(12332, "pg_replication_origin_status",
            "local_id oid, external_id text, remote_lsn pg_lsn, local_lsn pg_lsn"),
    NOTHING(12257, "pg_replication_slots",
            "slot_name name, plugin name, slot_type text, datoid oid, database name, "
            "temporary bool, active bool, active_pid int4, xmin xid, catalog_xmin xid, "
            "restart_lsn pg_lsn, confirmed_flush_lsn pg_lsn, wal_status text, "
            "safe_wal_size int8, two_phase bool"),
    NOTHING(12134, "pg_shmem_allocations", "name text, off int8, size int8, allocated_size int8"),
    NOTHING(12285, "pg_stat_archiver",
            "archived_count int8, last_archived_wal text, last_archived_time timestamptz, "
            "failed_count int8, last_failed_wal text, last_failed_time timestamptz, "
            "stats_reset timestamptz"),
    NOTHING(12253, "pg_stat_gssapi",
            "pid int4, gss_authenticated bool, principal text, encrypted bool"),
    NOTHING(12297, "pg_stat_progress_analyze",
            "pid int4, datid oid, datname name, relid oid, phase text, sample_blks_total int8, "
            "sample_blks_scanned int8, ext_stats_total int8, ext_stats_computed int8, "
            "child_tables_total int8, child_tables_done int8, current_child_table_relid oid"),
    NOTHING(12317, "pg_stat_progress_basebackup",
            "pid int4, phase text, backup_total int8, backup_streamed int8, "
            "tablespaces_total int8, tablespaces_streamed int8"),
    NOTHING(12307, "pg_stat_progress_cluster",
            "pid int4, datid oid, datname name, relid oid, command text, phase text, "
            "cluster_index_relid oid, heap_tuples_scanned int8, heap_tuples_written int8, "
            "heap_blks_total int8, heap_blks_scanned int8, index_rebuild_count int8"),
    NOTHING(12322, "pg_stat_progress_copy",
            "pid int4, datid oid, datname name, relid oid, command text, type text, "
            "bytes_processed int8, bytes_total int8, tuples_processed int8, tuples_excluded int8"),
    NOTHING(12312, "pg_stat_progress_create_index",
            "pid int4, datid oid, datname name, relid oid, index_relid oid, command text, "
            "phase text, lockers_total int8, lockers_done int8, current_locker_pid int8, "
            "blocks_total int8, blocks_done int8, tuples_total int8, tuples_done int8, "
            "partitions_total int8, partitions_done int8"),
    NOTHING(12302, "pg_stat_progress_vacuum",
            "pid int4, datid oid, datname name, relid oid, phase text, heap_blks_total int8, "
            "heap_blks_scanned int8, heap_blks_vacuumed int8, index_vacuum_count int8, "
            "max_dead_tuples int8, num_dead_tuples int8"),
    NOTHING(12240, "pg_stat_recovery_prefetch",
            "stats_reset timestamptz, prefetch int8, hit int8, skip_init int8, skip_new int8, "
            "skip_fpw int8, skip_rep int8, wal_distance int4, block_distance int4, io_depth int4"),
    NOTHING(12227, "pg_stat_replication",
            "pid int4, usesysid oid, usename name, application_name text, client_addr inet, "
            "client_hostname text, client_port int4, backend_start timestamptz, "
            "backend_xmin xid, state text, sent_lsn pg_lsn, write_lsn pg_lsn, flush_lsn pg_lsn, "
            "replay_lsn pg_lsn, write_lag interval, flush_lag interval, replay_lag interval, "
            "sync_priority int4, sync_state text, reply_time timestamptz"),
    NOTHING(12262, "pg_stat_replication_slots",
            "slot_name text, spill_txns int8, spill_count int8, spill_bytes int8, "
            "stream_txns int8, stream_count int8, stream_bytes int8, total_txns int8, "
            "total_bytes int8, stats_reset timestamptz"),
    NOTHING(12232, "pg_stat_slru",
            "name text, blks_zeroed int8, blks_hit int8, blks_read int8, blks_written int8, "
            "blks_exists int8, flushes int8, truncates int8, stats_reset timestamptz"),
    NOTHING(12249, "pg_stat_ssl",
            "pid int4, ssl bool, version text, cipher text, bits int4, client_dn text, "
            "client_serial numeric, issuer_dn text"),
    NOTHING(12244, "pg_stat_subscription",
            "subid oid, subname name, pid int4, relid oid, received_lsn pg_lsn, "
            "last_msg_send_time timestamptz, last_msg_receipt_time timestamptz, "
            "latest_end_lsn pg_lsn, latest_end_time timestamptz"),
    NOTHING(12336, "pg_stat_subscription_stats",
            "subid oid, subname name, apply_error_count int8, sync_error_count int8, "
            "stats_reset timestamptz"),
    NOTHING(12275, "pg_stat_user_functions",
            "funcid oid, schemaname name, funcname name, calls int8, total_time float8, "
            "self_time float8"),
    NOTHING(12236, "pg_stat_wal_receiver",
            "pid int4, status text, receive_start_lsn pg_lsn, receive_start_tli int4, "
            "written_lsn pg_lsn, flushed_lsn pg_lsn, received_tli int4, "
            "last_msg_send_time timestamptz, last_msg_receipt_time timestamptz, "
            "latest_end_lsn pg_lsn, latest_end_time timestamptz, slot_name text, "
            "sender_host text, sender_port int4, conninfo text"),
    NOTHING(12280, "pg_stat_xact_user_functions",
            "funcid oid, schemaname name, funcname name, calls int8, total_time float8, "
            "self_time float8"),
    NOTHING(12271, "pg_stat_database_conflicts",
            "datid oid, datname name, confl_tablespace int8, confl_lock int8, "
            "confl_snapshot int8, confl_bufferpin int8, confl_deadlock int8"),
};
const uint32_t system_empty_source_count =
    sizeof system_empty_sources / sizeof *system_empty_sources;

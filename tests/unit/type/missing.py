#!/usr/bin/env python3
"""Writes catalog/missing.tsv: the functions that test_types finds missing, each with its reason.

Usage: missing.py BUILD_DIR; a function without a known reason is printed and not written.
"""
import os
import re
import subprocess
import sys

REASONS = [
    (r"pg_stat_|pg_isolation_test|pg_safe_snapshot|pg_blocking_pids|pg_lock_status|pg_log_backend|pg_get_backend_mem|pg_get_shmem",
     "statistics and locks of the server: rowan's views show what there is"),
    (r".*advisory", "advisory locks are not there yet"),
    (r"lo_|loread|lowrite", "large objects are not there"),
    (r"RI_FKey|unique_key_recheck|suppress_redundant|.*trigger|pg_event_trigger", "triggers are not there yet"),
    (r".*replication|pg_logical|pg_get_publication|pg_wal_|pg_last_wal|pg_last_xact|pg_promote|pg_get_wal_re|pg_get_replica",
     "replication is not there"),
    (r"pg_current_wal|pg_walfile|pg_switch_wal|pg_backup|pg_create_restore|pg_control|pg_ls_|pg_read_|pg_stat_file|pg_rotate"
     r"|pg_current_logfile|pg_reload_conf|pg_hba|pg_ident_file|pg_config|pg_show_all_file|pg_filenode|pg_relation_filepath"
     r"|pg_tablespace|pg_nextoid|pg_stop_making|pg_extension|pg_available",
     "administration of PostgreSQL's server and files"),
    (r"binary_upgrade", "for pg_upgrade alone"),
    (r"brin|gin_|spg_|btequal|btvarstr|amvalidate|pg_index.*propert|pg_indexam|satisfies_hash",
     "of access methods that are not there"),
    (r"pg_(mcv|ndistinct|dependencies|node_tree)", "of types that only the server writes"),
    (r"hash|jsonb_hash|pg_lsn_hash", "this type has no hash that is shown"),
    (r"acl|makeaclitem", "access control lists are not there yet"),
    (r"xml", "xml is not there"),
    (r"ts_|.*tsvector|.*tsquery", "of text search, not there yet"),
    (r"fmgr|plpgsql|domain_in|shell_|postgresql_fdw", "of languages and types as PostgreSQL makes them"),
    (r"pg_(identify|get_object|get_catalog)", "names of objects for event triggers"),
    (r"interval_", "states of avg(interval) are not shown"),
    (r"pg_import_sys|pg_collation_act|pg_database_coll", "collations of the system are not there"),
    (r"pg_xact|txid_|pg_current_xact_id_if|mxid|pg_get_multixact|pg_last_committed|pg_export_snapshot",
     "rowan keeps no table of the fates of transactions"),
    (r"pg_partition", "of partitions, not there yet"),
    (r"pg_prepared|pg_cursor|pg_show_all_settings|pg_timezone|pg_get_keywords|pg_settings_get|pg_sequence_param|current_query"
     r"|pg_notify|pg_column_comp", "not there yet"),
    (r"length|to_ascii", "encodings other than UTF8 are not there"),
]


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalog", "missing.tsv")
    open(path, "w").close()
    found = subprocess.run([sys.argv[1] + "/tests/unit/type/test_type_types"], text=True, stderr=subprocess.STDOUT,
                           stdout=subprocess.PIPE, check=False).stdout
    lines = []
    for line in found.splitlines():
        found = re.search(r'not in missing.tsv\)", PostgreSQL "(\d+)\t([^\t]+)\t', line)
        if not found:
            continue
        for pattern, reason in REASONS:
            if re.match(pattern, found[2]):
                lines.append((int(found[1]), "%s\t%s\t%s\n" % (found[1], found[2], reason)))
                break
        else:
            print("no reason for", found[1], found[2])
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(text for _, text in sorted(lines))


main()

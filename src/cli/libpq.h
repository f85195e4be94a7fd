/*
 * libpq.h: the functions of PostgreSQL's client library that the shell uses at a URL.
 *
 * The library is loaded when the first URL is opened. It brings two dozen others along, which take
 * the loader longer than a database in memory takes to open, and most sessions need none of them.
 */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

struct libpq {
    void *handle; /* null: not loaded */
    __typeof__(&PQcancel) cancel;
    __typeof__(&PQclear) clear;
    __typeof__(&PQcmdStatus) cmd_status;
    __typeof__(&PQconnectdbParams) connect;
    __typeof__(&PQdb) database;
    __typeof__(&PQerrorMessage) error_message;
    __typeof__(&PQfinish) finish;
    __typeof__(&PQfname) column_name;
    __typeof__(&PQfreeCancel) free_cancel;
    __typeof__(&PQfreemem) free_memory;
    __typeof__(&PQftype) column_type;
    __typeof__(&PQgetCancel) get_cancel;
    __typeof__(&PQgetCopyData) get_copy_data;
    __typeof__(&PQgetResult) get_result;
    __typeof__(&PQgetisnull) is_null;
    __typeof__(&PQgetlength) value_bytes;
    __typeof__(&PQgetvalue) value;
    __typeof__(&PQnfields) column_count;
    __typeof__(&PQntuples) row_count;
    __typeof__(&PQputCopyData) put_copy_data;
    __typeof__(&PQputCopyEnd) put_copy_end;
    __typeof__(&PQresultErrorMessage) result_error_message;
    __typeof__(&PQresultStatus) result_status;
    __typeof__(&PQsendQuery) send_query;
    __typeof__(&PQsetNoticeReceiver) set_notice_receiver;
    __typeof__(&PQstatus) status;
    __typeof__(&PQtransactionStatus) transaction_status;
};

/* False: it cannot be loaded, or lacks a function; `message` says why. Never unloaded. */
bool libpq_load(struct libpq *libpq, char *message, size_t message_bytes);

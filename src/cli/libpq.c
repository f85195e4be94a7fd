/*
 * libpq.c: see libpq.h.
 */
#include "cli/libpq.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset; /* in struct libpq */
} functions[] = {
    {"PQcancel", offsetof(struct libpq, cancel)},
    {"PQclear", offsetof(struct libpq, clear)},
    {"PQcmdStatus", offsetof(struct libpq, cmd_status)},
    {"PQconnectdbParams", offsetof(struct libpq, connect)},
    {"PQdb", offsetof(struct libpq, database)},
    {"PQerrorMessage", offsetof(struct libpq, error_message)},
    {"PQfinish", offsetof(struct libpq, finish)},
    {"PQfname", offsetof(struct libpq, column_name)},
    {"PQfreeCancel", offsetof(struct libpq, free_cancel)},
    {"PQfreemem", offsetof(struct libpq, free_memory)},
    {"PQftype", offsetof(struct libpq, column_type)},
    {"PQgetCancel", offsetof(struct libpq, get_cancel)},
    {"PQgetCopyData", offsetof(struct libpq, get_copy_data)},
    {"PQgetResult", offsetof(struct libpq, get_result)},
    {"PQgetisnull", offsetof(struct libpq, is_null)},
    {"PQgetlength", offsetof(struct libpq, value_bytes)},
    {"PQgetvalue", offsetof(struct libpq, value)},
    {"PQnfields", offsetof(struct libpq, column_count)},
    {"PQntuples", offsetof(struct libpq, row_count)},
    {"PQputCopyData", offsetof(struct libpq, put_copy_data)},
    {"PQputCopyEnd", offsetof(struct libpq, put_copy_end)},
    {"PQresultErrorMessage", offsetof(struct libpq, result_error_message)},
    {"PQresultStatus", offsetof(struct libpq, result_status)},
    {"PQsendQuery", offsetof(struct libpq, send_query)},
    {"PQsetNoticeReceiver", offsetof(struct libpq, set_notice_receiver)},
    {"PQstatus", offsetof(struct libpq, status)},
    {"PQtransactionStatus", offsetof(struct libpq, transaction_status)},
};

bool
libpq_load(struct libpq *libpq, char *message, size_t message_bytes)
{
    if (libpq->handle != NULL)
        return true;
    void *handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        (void)snprintf(message, message_bytes, "could not load the client library: %s", dlerror());
        return false;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(handle, functions[i].name);
        if (function == NULL) {
            (void)snprintf(message, message_bytes, "the client library has no function %s",
                           functions[i].name);
            dlclose(handle);
            return false;
        }
        memcpy((char *)libpq + functions[i].offset, &function, sizeof function);
    }
    libpq->handle = handle;
    return true;
}

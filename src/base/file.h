/*
 * file.h: reads small files and folders of the system, such as the time-zone tables.
 *
 * For data that others wrote and that is only read: nothing of a database passes through here
 * (that is store/device_*.c's). Any thread.
 */
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include <stdbool.h>

/*
 * Appends a whole regular file to `to`.
 *
 *   returns  ST_OK; ST_NOT_FOUND if there is no regular file of that name; ST_LIMIT if it has more
 *            than bytes_max bytes; ST_IO; ST_NO_MEMORY. `to` is as before unless ST_OK.
 */
MUST_CHECK enum status file_read(const char *path, size_t bytes_max, struct buf *to);

/*
 * Calls visit(object, name) for each name in a folder but "." and ".."; stops when it returns
 * false. In no particular order. ST_NOT_FOUND if there is no such folder; ST_IO.
 */
MUST_CHECK enum status file_list(const char *folder, bool (*visit)(void *object, const char *name),
                                 void *object);

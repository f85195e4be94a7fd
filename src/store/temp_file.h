/*
 * temp_file.h: a file without a name, for what outgrows memory while a query runs.
 *
 * Its space is the operating system's again when it is closed, or when the process ends in whatever
 * way. Nothing in it outlives the process, so it is never synced. One thread at a time.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

struct temp_file;

/* Makes a file in a directory: ST_IO if it cannot, ST_NO_MEMORY. */
MUST_CHECK enum status temp_file_open(const char *directory, struct temp_file **file);
/* ST_NO_SPACE if the disk is full: what was there before stays. */
MUST_CHECK enum status temp_file_write(struct temp_file *file, uint64_t offset, const void *from,
                                       size_t bytes);
/* Bytes that were written; ST_IO if they are not all there. */
MUST_CHECK enum status temp_file_read(struct temp_file *file, uint64_t offset, void *to,
                                      size_t bytes);
void temp_file_close(struct temp_file *file); /* null is fine */

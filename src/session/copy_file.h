/*
 * copy_file.h: files that COPY reads and writes on the server's side. All raise; an open file is
 * closed with its arena.
 */
#pragma once

#include "base/arena.h"

struct session;
struct copy;
struct copy_file;

/* What the binary form begins with; flags and the length of extensions follow. */
#define COPY_SIGNATURE "PGCOPY\n\377\r\n"
#define COPY_SIGNATURE_BYTES 11 /* the zero at its end too */
#define COPY_HEAD_BYTES (COPY_SIGNATURE_BYTES + 8)

struct copy_file *copy_file_open(struct arena *arena, const char *path, bool is_written);
/* The next piece; false at the end. It dies at the next call. */
bool copy_file_read(struct copy_file *file, struct slice *piece);
void copy_file_write(struct copy_file *file, struct slice data);
/* Raises if what was written could not all be kept. */
void copy_file_close(struct copy_file *file);

/* COPY FROM a file, whole. */
uint64_t copy_in_file(struct session *session, const struct copy *copy);

/*
 * copy_file.c: server-side files of COPY.
 */
#include "session/copy_file.h"

#include "base/raise.h"
#include <errno.h>
#include <stdio.h>

#define PIECE_BYTES (256 * 1024)

struct copy_file {
    FILE *stream;
    const char *path;
    uint8_t *piece;
};

static void
close_left(void *object)
{
    struct copy_file *file = object;
    if (file->stream != NULL)
        (void)fclose(file->stream);
    file->stream = NULL;
}

struct copy_file *
copy_file_open(struct arena *arena, const char *path, bool is_written)
{
    if (*path != '/')
        raise(SQLSTATE_INVALID_NAME, "relative path not allowed for COPY to or from a file");
    struct copy_file *file = arena_alloc_zero(arena, sizeof *file);
    file->path = path;
    file->stream = fopen(path, is_written ? "we" : "re");
    if (file->stream == NULL)
        raise_error(.code = errno == ENOENT ? SQLSTATE_UNDEFINED_FILE : SQLSTATE_IO_ERROR,
                    .message = raise_text("could not open file \"%s\" for %s: %s", path,
                                          is_written ? "writing" : "reading", strerror(errno)),
                    .hint = "COPY names a file of the server; psql's \\copy reads the client's.");
    arena_on_end(arena, close_left, file);
    file->piece = arena_alloc(arena, PIECE_BYTES);
    return file;
}

bool
copy_file_read(struct copy_file *file, struct slice *piece)
{
    size_t bytes = fread(file->piece, 1, PIECE_BYTES, file->stream);
    if (bytes == 0 && ferror(file->stream))
        raise(SQLSTATE_IO_ERROR, "could not read file \"%s\": %s", file->path, strerror(errno));
    *piece = slice_of(file->piece, bytes);
    return bytes != 0;
}

void
copy_file_write(struct copy_file *file, struct slice data)
{
    if (fwrite(data.data, 1, data.bytes, file->stream) != data.bytes)
        raise(SQLSTATE_IO_ERROR, "could not write file \"%s\": %s", file->path, strerror(errno));
}

void
copy_file_close(struct copy_file *file)
{
    FILE *stream = file->stream;
    file->stream = NULL;
    if (fclose(stream) != 0)
        raise(SQLSTATE_IO_ERROR, "could not write file \"%s\": %s", file->path, strerror(errno));
}

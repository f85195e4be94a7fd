/*
 * client.h: a client of the session layer for tests: it opens an engine and sessions, runs SQL,
 * and notes what it is told: the first error, how many rows came, and a hash of COPY's output.
 */
#pragma once

#include "base/buf.h"
#include "session/session.h"
#include <stdbool.h>
#include <stdint.h>

struct client {
    struct engine *engine; /* the caller's */
    struct arena *arena;   /* the caller's; for the error of a session that cannot be made */
    struct session *session;
    /* What COPY FROM STDIN is sent: a text, or if null bytes, in pieces of copy_piece bytes (0:
     * all at once). */
    const char *copy_data;
    struct slice copy_bytes;
    size_t copy_piece;
    struct buf *copy_out; /* where COPY's lines are appended; null: nowhere */

    /* Of the last run, or of a session that could not be made: */
    char state[6]; /* the first error's SQLSTATE; empty: none */
    char message[200];
    uint64_t row_count; /* rows and lines of COPY */
    uint64_t hash;      /* of the lines of COPY, in their order */
};

/* Makes the session, as "postgres". False: state and message say why. */
bool client_connect(struct client *client, const char *branch);
void client_disconnect(struct client *client);

/* Runs any number of statements; true: no error. COPY FROM STDIN gets the data above. */
bool client_run(struct client *client, const char *sql);

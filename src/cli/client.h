/*
 * client.h: a database that the shell asks: in this process, or through libpq at a URL.
 */
#pragma once

#include "cli/result.h"
#include <stdbool.h>

struct client;

/* What the shell does with what comes back. */
struct client_output {
    void *object;
    void (*rows)(void *object, const struct result *result);
    void (*tag)(void *object, const char *tag);
    void (*error)(void *object, const char *text,
                  bool is_fatal); /* "ERROR:  ..." and the lines that follow */
    void (*notice)(void *object, const char *text);
    /* COPY FROM STDIN: the next piece; false at its end. */
    bool (*copy_in)(void *object, const char **data, size_t *bytes);
    void (*copy_out)(void *object, const char *data, size_t bytes);
};

/* Opens; null: *message (1,024 bytes) tells why. `branch` null: main. */
struct client *client_open(const char *target, const char *branch,
                           const struct client_output *output, char message[1024]);
void client_close(struct client *client);
/* Whether the database is open in this process. Then the client can go on with another branch of
 * it, as a new session; false: *message tells why, and it goes on with the one before. */
bool client_is_local(const struct client *client);
bool client_change_branch(struct client *client, const char *branch, char message[1024]);
/* Runs a text of statements. False: one of them failed; *is_lost: the connection is gone. */
bool client_run(struct client *client, const char *sql, bool *is_lost);
/* The database's name, and the state of its transaction: ' ' none, '*' open, '!' failed. */
const char *client_database(const struct client *client);
char client_transaction(const struct client *client);
void client_cancel(struct client *client); /* from a signal handler's thread */

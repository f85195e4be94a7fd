/*
 * engine_process.h: the process that has the database open and serves it.
 */
#pragma once

#include "base/log.h"
#include "session/engine.h"
#include <stdatomic.h>
#include <stdint.h>

#define SERVE_SETTINGS_MAX 256
#define SERVE_TEXT_BYTES 65536
#define PASSWORD_BYTES_MAX 1024

/* In memory that the supervisor and the engine processes, one after the other, share. */
struct serve_shared {
    atomic_bool is_ready;  /* clients are accepted */
    _Atomic uint16_t port; /* that clients were accepted on; 0: none yet */
};

/* What `rowan serve` was asked for. */
struct serve_options {
    const char *path;
    const char *host, *socket_dir;
    bool has_port;
    uint16_t port;
    uint32_t setting_count;
    struct setting_text settings[SERVE_SETTINGS_MAX];
    size_t text_bytes;
    char texts[SERVE_TEXT_BYTES];           /* of the settings */
    const char *password;                   /* null: none */
    char password_text[PASSWORD_BYTES_MAX]; /* one that was read from a file */
    struct serve_shared *shared;
};

/* Exit statuses of the engine process that mean: do not start me again. */
enum { ENGINE_ENDED = 0, ENGINE_REFUSED = 1 };

/* Opens the database, serves it until a signal ends it, closes it. */
int engine_process_run(const struct serve_options *options, const struct log_sink *log);

/*
 * log.h: messages to whoever runs the database. One line each, handed to a sink.
 *
 * The sink is a value of the engine (store options carry it); null means standard error for
 * LOG_WARN and above and nothing for the rest. Any thread.
 */
#pragma once

#include "base/status.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_sink {
    void (*write)(void *object, enum log_level level, const char *line);
    void *object;
};

void log_line(const struct log_sink *sink, enum log_level level, const char *format, ...)
    PRINTF_LIKE(3, 4);

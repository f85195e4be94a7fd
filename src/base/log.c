/*
 * log.c: one message, one line, one call of the sink.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOG_LINE_BYTES_MAX 2048

static const char *
level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_WARN:
        return "warning";
    case LOG_ERROR:
        return "error";
    }
    return "unknown";
}

void
log_line(const struct log_sink *sink, enum log_level level, const char *format, ...)
{
    if (sink == NULL && level < LOG_WARN)
        return;

    char line[LOG_LINE_BYTES_MAX];
    va_list args;
    va_start(args, format);
    int bytes = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (bytes < 0)
        return;
    if ((size_t)bytes >= sizeof line)
        memcpy(line + sizeof line - 4, "...", 4);
    /* Text from outside may hold line ends; nobody shall forge a line with them. */
    for (char *c = line; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ')
            *c = ' ';
    }

    if (sink != NULL)
        sink->write(sink->object, level, line);
    else
        fprintf(stderr, "rowan: %s: %s\n", level_name(level), line);
}

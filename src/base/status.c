/*
 * status.c: names of the statuses.
 */
#include "base/status.h"

const char *
status_name(enum status st)
{
    switch (st) {
    case ST_OK:
        return "ST_OK";
    case ST_NOT_FOUND:
        return "ST_NOT_FOUND";
    case ST_EXISTS:
        return "ST_EXISTS";
    case ST_NO_MEMORY:
        return "ST_NO_MEMORY";
    case ST_IO:
        return "ST_IO";
    case ST_NO_SPACE:
        return "ST_NO_SPACE";
    case ST_CORRUPT:
        return "ST_CORRUPT";
    case ST_READ_ONLY:
        return "ST_READ_ONLY";
    case ST_IN_USE:
        return "ST_IN_USE";
    case ST_NOT_ROWAN:
        return "ST_NOT_ROWAN";
    case ST_VERSION:
        return "ST_VERSION";
    case ST_LOCK_BUSY:
        return "ST_LOCK_BUSY";
    case ST_LOCK_TIMEOUT:
        return "ST_LOCK_TIMEOUT";
    case ST_DEADLOCK:
        return "ST_DEADLOCK";
    case ST_CONFLICT:
        return "ST_CONFLICT";
    case ST_CANCELED:
        return "ST_CANCELED";
    case ST_LIMIT:
        return "ST_LIMIT";
    case ST_INVALID:
        return "ST_INVALID";
    }
    return "ST_UNKNOWN";
}

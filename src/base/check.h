/*
 * check.h: promises of our own code. A broken one ends the process: better stopped than corrupt.
 *
 * check() is always on, O(1), one condition each, and never guards bytes from disk, network or
 * SQL. check_slow() may walk whole structures and exists in builds with ROWAN_CHECK_SLOW only.
 */
#pragma once

_Noreturn void check_failed(const char *file, int line, const char *condition);

#define check(condition)                                                                           \
    (__builtin_expect(!!(condition), 1) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

#ifdef ROWAN_CHECK_SLOW
#define check_slow(condition) check(condition)
#else
#define check_slow(condition) ((void)0)
#endif

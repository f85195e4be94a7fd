/*
 * check.c: the one place where a broken promise ends the process.
 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void
check_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "rowan: broken promise at %s:%d: %s\n", file, line, condition);
    abort();
}

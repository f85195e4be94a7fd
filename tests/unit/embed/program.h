/*
 * program.h: what a program does with include/rowan.h that the tests here share. A call that goes
 * wrong fails the test, with the SQL and the error.
 */
#pragma once

#include <rowan.h>

void exec(rowan_connection *connection, const char *sql);
rowan_statement *prepare(rowan_connection *connection, const char *sql);
/* The one value of a query without parameters. */
int64_t value_of(rowan_connection *connection, const char *sql);

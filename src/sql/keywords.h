/*
 * keywords.h: which words of SQL cannot stand as a bare identifier.
 */
#pragma once

#include <stdbool.h>

/* `name` in lower case. True for keywords that are reserved, or that name a type or function: they
 * are printed in quotes. */
bool keyword_needs_quotes(const char *name);

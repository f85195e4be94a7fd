/*
 * split.h: where a statement ends in a text that is typed line by line: at a semicolon outside
 * quotes, comments and parentheses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The bytes up to and with the first semicolon that ends a statement; 0: there is none yet.
 * *is_open: the text ends within quotes, a comment or parentheses. */
size_t statement_bytes(const char *text, size_t bytes, bool *is_open);
/* True if there is nothing in the text but blanks and comments. */
bool text_is_blank(const char *text, size_t bytes);

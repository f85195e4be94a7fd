/*
 * regex.h: PostgreSQL's regular expressions, compiled and matched by PCRE2.
 */
#pragma once

#include "base/arena.h"
#include "base/slice.h"
#include "type/types.h"

struct regex; /* compiled; owned by the arena it was made in; one thread at a time */

/* Options as letters give them (regexp_replace's flags, or (?i) before the expression). */
struct regex_options {
    bool is_global;     /* g: for the function, not the expression */
    bool ignores_case;  /* i */
    bool stops_at_line; /* . and [^x] do not match a newline (n, p) */
    bool anchors_lines; /* ^ and $ match at newlines too (n, w) */
    bool is_expanded;   /* x */
    bool is_literal;    /* q */
};

/* Raises 22023 for letters that are none. */
struct regex_options regex_options_of(struct slice letters);

/* Raises 2201B for an expression that is wrong. */
struct regex *regex_compile(struct arena *arena, struct slice pattern,
                            struct regex_options options);

/*
 * The expression of a call site: compiled again only where pattern or options differ from the last
 * call's.
 */
struct regex *regex_of_call(struct func_call *call, struct slice pattern,
                            struct regex_options options);

uint32_t regex_group_count(const struct regex *regex);

#define REGEX_NONE SIZE_MAX

struct regex_match {
    size_t first, end; /* byte offsets; first is REGEX_NONE of a group that took no part */
};

/*
 * The leftmost match at or after the byte offset `from`, and of those the longest as PostgreSQL
 * chooses it. matches[0] is the whole, matches[i] group i; room for regex_group_count + 1. Null:
 * only whether there is a match is asked for, which is quicker. Raises 2201B past the match limits.
 */
bool regex_find(struct regex *regex, struct slice text, size_t from, struct regex_match *matches);

/* Where to look on after a match: its end, or a character further if it is empty. */
size_t regex_next(struct slice text, struct regex_match match);

/*
 * regex_translate.h: PostgreSQL's advanced regular expressions in PCRE2's syntax. For regex.c.
 */
#pragma once

#include "base/buf.h"
#include "type/regex.h"

struct regex_syntax {
    struct regex_options options; /* with those that stood in the expression */
    bool has_backreference;
    bool is_lazy;          /* has a quantifier such as *? */
    uint32_t choice_count; /* | (counts twice) and quantifiers: with more than one, the longest
                              match may not be the first that backtracking finds */
};

/* Appends to `to`; raises 2201B. */
void regex_translate(struct buf *to, struct slice pattern, struct regex_syntax *syntax);

_Noreturn void regex_raise(const char *what);

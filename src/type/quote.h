/*
 * quote.h: names and literals as SQL writes them.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* True if the name must stand in double quotes: it is not all lower case, or a keyword. */
bool quote_ident_needed(struct slice name);

/* Appends the name, in double quotes if it needs them. */
void quote_ident(struct buf *to, struct slice name);

/* Appends 'text', with E before it if it has a backslash. */
void quote_literal(struct buf *to, struct slice text);

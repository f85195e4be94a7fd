/*
 * explain_format.h: a tree of groups, lists and properties written as text, JSON, YAML or XML.
 *
 * A group is an object (its members have labels) or a list of objects. In the text format only
 * properties are written, a line each; what a node's own lines look like is explain.c's.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "sql/utility.h"

#define EXPLAIN_DEPTH_MAX 2048

struct explain_writer {
    enum explain_format format;
    struct arena *arena;
    struct buf *to;
    uint32_t indent; /* text: spaces; else: levels of two spaces */
    uint32_t depth;
    bool has_member[EXPLAIN_DEPTH_MAX]; /* of each group that is open: something was written */
};

/* The whole; before and after everything else. */
void explain_begin(struct explain_writer *w);
void explain_end(struct explain_writer *w);

/* `kind` names the element in XML; label null: a member of a list. is_object: its members have
 * labels. */
void explain_open(struct explain_writer *w, const char *kind, const char *label, bool is_object);
void explain_close(struct explain_writer *w, const char *kind, bool is_object);

void explain_text(struct explain_writer *w, const char *label, struct slice value);
void explain_number(struct explain_writer *w, const char *label, double value, int digits);
void explain_bool(struct explain_writer *w, const char *label, bool value);
/* Items are joined by commas in text. */
void explain_list(struct explain_writer *w, const char *label, const struct slice *items,
                  uint32_t count);
/* Spaces of the text format. */
void explain_spaces(struct explain_writer *w, uint32_t count);

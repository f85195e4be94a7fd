/*
 * emb.h: what an engine brings to the embedded benchmark: one file of these, linked with emb_main.c.
 *
 * The table is t (id bigint primary key, v bigint, s text). Functions return 0 when all went well.
 */
#pragma once

#include <stdint.h>

typedef struct {
    const char *name;
    int (*open)(const char *path, const char *mode); /* path null: in memory; mode: full, off */
    void (*close)(void);
    int (*exec)(const char *sql); /* rows are thrown away; may be null */
    int (*setup)(void);           /* makes the table and prepares the statements */
    int (*begin)(void);
    int (*commit)(void);
    int (*insert)(int64_t id, int64_t v, const char *s, int n);
    int (*get)(int64_t id, int64_t *v);
    int (*update)(int64_t id, int64_t v);
    int (*scan)(int64_t *sum); /* the sum of v */
} emb;

extern emb E;

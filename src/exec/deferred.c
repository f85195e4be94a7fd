/*
 * deferred.c: see deferred.h.
 */
#include "exec/deferred.h"
#include "exec/foreign_key_int.h"
#include "exec/side_writer.h"

/* A key that a foreign key has missed. */
struct deferred_key {
    struct deferred_key *next;
    oid table, constraint; /* the referencing table's */
    bool is_missing;       /* a row was written that points to it; else the row that had it went */
    uint32_t count;
    oid *types; /* [count]: of the referencing columns then */
    union datum *values;
};

static bool
chosen(const struct deferral *deferral, oid constraint, bool is_usual)
{
    for (const struct deferred_choice *c = deferral->choices; c != NULL; c = c->next) {
        if (c->constraint == constraint)
            return c->is_deferred;
    }
    return deferral->has_all ? deferral->all_deferred : is_usual;
}

bool
deferral_has(const struct deferral *deferral, const struct constraint_def *def)
{
    if (deferral == NULL || !def->is_deferrable)
        return false;
    return chosen(deferral, def->constraint, def->is_deferred);
}

void
deferral_choose(struct deferral *deferral, oid constraint, bool is_deferred)
{
    if (constraint == OID_NONE) {
        deferral->choices = NULL;
        deferral->has_all = true;
        deferral->all_deferred = is_deferred;
        return;
    }
    struct deferred_choice *choice = arena_alloc(deferral->arena, sizeof *choice);
    *choice = (struct deferred_choice){
        .next = deferral->choices, .constraint = constraint, .is_deferred = is_deferred};
    deferral->choices = choice;
}

void
deferral_undo(struct deferral *deferral, const struct deferral *then)
{
    while (deferral->checked != then->checked) {
        struct deferred_key *key = deferral->checked;
        deferral->checked = key->next;
        key->next = deferral->first;
        deferral->first = key;
        if (deferral->last == NULL)
            deferral->last = key;
    }
    deferral->choices = then->choices;
    deferral->has_all = then->has_all;
    deferral->all_deferred = then->all_deferred;
}

bool
deferral_waits(const struct deferral *deferral, oid table)
{
    const struct deferred_key *key = deferral->first;

    while (key != NULL && key->table != table)
        key = key->next;
    return key != NULL;
}

void
deferral_add(struct deferral *deferral, const struct fk_code *fk, const union datum *values,
             bool is_missing)
{
    uint32_t count = fk->plan->def->attr_count;
    struct arena *arena = deferral->arena;
    struct deferred_key *key = arena_alloc_zero(arena, sizeof *key);

    key->table = fk->plan->referencing->table;
    key->constraint = fk->plan->def->constraint;
    key->is_missing = is_missing;
    key->count = count;
    key->types = arena_alloc_array(arena, count, sizeof *key->types);
    key->values = arena_alloc_array(arena, count, sizeof *key->values);
    for (uint32_t i = 0; i < count; i++) {
        key->types[i] = fk->types[i]->type;
        key->values[i] = datum_copy(fk->types[i]->phys, values[i], arena);
    }
    if (deferral->last != NULL)
        deferral->last->next = key;
    else
        deferral->first = key;
    deferral->last = key;
}

/* The constraint as it is now; null: it is gone, and with it what it asked for. */
static const struct fk_code *
find_constraint(struct exec *exec, const struct deferred_key *key)
{
    const struct table *table = catalog_table(exec->context.catalog, key->table);

    if (table == NULL || !table_is_stored(table))
        return NULL;
    const struct table_code *code = side_writer_of(exec, table)->writer->code;
    for (uint32_t f = 0; f < code->foreign_count; f++) {
        const struct fk_code *fk = &code->foreign[f];
        if (fk->plan->def->constraint != key->constraint)
            continue;
        for (uint32_t i = 0; i < key->count; i++)
            check(fk->types[i]->type == key->types[i]); /* ALTER TABLE waits for the check */
        return fk;
    }
    return NULL;
}

void
deferral_check(struct exec *exec, struct deferral *deferral, bool is_commit)
{
    struct deferred_key **link = &deferral->first;
    struct deferred_key *last = NULL;

    while (*link != NULL) {
        struct deferred_key *key = *link;
        exec_check(exec);
        if (!is_commit && chosen(deferral, key->constraint, true)) {
            last = key;
            link = &key->next;
            continue;
        }
        const struct fk_code *fk = find_constraint(exec, key);
        if (fk != NULL)
            fk_check_key(exec, fk, key->values, key->is_missing);
        *link = key->next;
        key->next = deferral->checked;
        deferral->checked = key;
    }
    deferral->last = last;
}

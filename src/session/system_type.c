/*
 * system_type.c: pg_type, pg_cast, pg_operator, pg_collation and pg_language: what is built in,
 * from the registry of types, and the row types of the user's relations.
 */
#include "catalog/routine.h"
#include "session/system_int.h"
#include "type/range.h"

#define RECORD_IN 2290
#define RECORD_OUT 2291
#define RECORD_RECV 2402
#define RECORD_SEND 2403
#define COLLATION_DEFAULT_OID 100
#define COLLATION_C_OID 950

/* ---- pg_type ---- */

static const char type_columns[] =
    "oid oid, typname name, typnamespace oid, typowner oid, typlen int2, typbyval bool, "
    "typtype char, typcategory char, typispreferred bool, typisdefined bool, typdelim char, "
    "typrelid oid, typsubscript regproc, typelem oid, typarray oid, typinput regproc, "
    "typoutput regproc, typreceive regproc, typsend regproc, typmodin regproc, "
    "typmodout regproc, typanalyze regproc, typalign char, typstorage char, typnotnull bool, "
    "typbasetype oid, typtypmod int4, typndims int4, typcollation oid, "
    "typdefaultbin pg_node_tree, typdefault text, typacl aclitem[]";

#define SUBSCRIPT_ARRAY 6179
#define SUBSCRIPT_RAW_ARRAY 6180
#define SUBSCRIPT_JSONB 6098

/* What takes [i] of a value of the type; OID_NONE: nothing. */
static oid
subscript_handler(const struct type_info *type)
{
    if (type->type == TYPE_JSONB)
        return SUBSCRIPT_JSONB;
    if (type->element == OID_NONE)
        return OID_NONE;
    return type->category == 'A' ? SUBSCRIPT_ARRAY : SUBSCRIPT_RAW_ARRAY;
}

static void
put_type(struct system_rows *rows, const struct type_info *type, oid schema)
{
    row_begin(rows);
    put_oid(rows, type->type);
    put_text(rows, type->name);
    put_oid(rows, schema);
    put_oid(rows, ROLE_OWNER);
    put_i16(rows, type->length);
    put_bool(rows, type->is_by_value);
    put_char(rows, type->kind);
    put_char(rows, type->category);
    put_bool(rows, type->is_preferred);
    put_bool(rows, true);
    put_char(rows, type->delimiter);
    put_oid(rows, OID_NONE);
    put_oid(rows, subscript_handler(type));
    put_oid(rows, type->element);
    put_oid(rows, type->array);
    put_oid(rows, type->input_oid);
    put_oid(rows, type->output_oid);
    put_oid(rows, type->recv_oid);
    put_oid(rows, type->send_oid);
    put_oid(rows, type->typmod_in_oid);
    put_oid(rows, type->typmod_out_oid);
    put_oid(rows, OID_NONE);
    put_char(rows, type->align);
    put_char(rows, type->storage);
    if (type->kind == 'd') {
        const struct domain_part *domain = &user_type_of(type)->domain;
        put_bool(rows, domain->is_not_null);
        put_oid(rows, domain->base);
        put_i32(rows, domain->typmod);
        put_i32(rows, (int32_t)domain->dim_count);
        put_oid(rows, domain->collation);
        put_text(rows, domain->default_sql);
        put_text(rows, domain->default_sql);
        return;
    }
    put_bool(rows, false);
    put_oid(rows, OID_NONE);
    put_i32(rows, -1);
    put_i32(rows, 0);
    put_oid(rows, type->type == TYPE_NAME ? COLLATION_C_OID
                  : type->is_collatable   ? COLLATION_DEFAULT_OID
                                          : OID_NONE);
}

static void
put_row_type(struct system_rows *rows, const struct table *table)
{
    row_begin(rows);
    put_oid(rows, table->row_type);
    put_text(rows, table->name);
    put_oid(rows, table->schema);
    put_oid(rows, ROLE_OWNER);
    put_i16(rows, -1);
    put_bool(rows, false);
    put_char(rows, 'c');
    put_char(rows, 'C');
    put_bool(rows, false);
    put_bool(rows, true);
    put_char(rows, ',');
    put_oid(rows, table->table);
    put_oid(rows, OID_NONE);
    put_oid(rows, OID_NONE);
    put_oid(rows, table->array_type);
    put_oid(rows, RECORD_IN);
    put_oid(rows, RECORD_OUT);
    put_oid(rows, RECORD_RECV);
    put_oid(rows, RECORD_SEND);
    put_zeros(rows, 3);
    put_char(rows, 'd');
    put_char(rows, 'x');
    put_bool(rows, false);
    put_oid(rows, OID_NONE);
    put_i32(rows, -1);
    put_i32(rows, 0);
    put_oid(rows, OID_NONE);
}

static void
fill_type(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    const struct type_info *type;
    for (uint32_t i = 0; (type = types_at(types, i)) != NULL; i++)
        put_type(rows, type, SCHEMA_PG_CATALOG);
    uint32_t count;
    const struct user_type **users = catalog_user_types(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        put_type(rows, &users[i]->info, users[i]->schema);
        if (users[i]->info.array != OID_NONE)
            put_type(rows, &users[i]->array, users[i]->schema);
    }
    const struct table **tables = catalog_relations(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        if (tables[i]->row_type != OID_NONE) {
            put_row_type(rows, tables[i]);
            const struct user_type *row = catalog_user_type(rows->catalog, tables[i]->row_type);
            if (row != NULL)
                put_type(rows, &row->array, tables[i]->schema);
        }
}

/* ---- pg_enum ---- */

static const char enum_columns[] = "oid oid, enumtypid oid, enumsortorder float4, enumlabel name";

static void
fill_enum(struct system_rows *rows)
{
    uint32_t count;
    const struct user_type **types = catalog_user_types(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t label_count = types[i]->info.kind == 'e' ? types[i]->enumeration.label_count : 0;
        for (uint32_t k = 0; k < label_count; k++) {
            const struct enum_label *label = &types[i]->enumeration.labels[k];
            row_begin(rows);
            put_oid(rows, label->label);
            put_oid(rows, types[i]->info.type);
            put_f32(rows, label->order);
            put_text(rows, label->name);
        }
    }
}

/* ---- pg_range ---- */

static const char range_columns[] =
    "rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid, rngsubopc oid, "
    "rngcanonical regproc, rngsubdiff regproc";

static void
put_range(struct system_rows *rows, const struct type_info *info)
{
    const struct range_type *type = info->range;
    if (info->kind != 'r')
        return;
    row_begin(rows);
    put_oid(rows, type->range);
    put_oid(rows, type->subtype);
    put_oid(rows, type->multirange);
    put_oid(rows, type->collation);
    put_oid(rows, type->opclass);
    put_oid(rows, type->canonical);
    put_oid(rows, type->diff);
}

static void
fill_range(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    const struct type_info *type;
    for (uint32_t i = 0; (type = types_at(types, i)) != NULL; i++)
        put_range(rows, type);
    uint32_t count;
    const struct user_type **users = catalog_user_types(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        put_range(rows, &users[i]->info);
}

/* ---- pg_cast ---- */

#define CAST_FIRST 8000 /* the rows' own numbers, which nothing refers to */

static const char cast_columns[] =
    "oid oid, castsource oid, casttarget oid, castfunc oid, castcontext char, castmethod char";

static void
put_cast(struct system_rows *rows, const struct cast_info *cast, oid number)
{
    row_begin(rows);
    put_oid(rows, number);
    put_oid(rows, cast->source);
    put_oid(rows, cast->target);
    put_oid(rows, cast->func);
    put_char(rows, "eai"[cast->context]);
    put_char(rows, "fbi"[cast->method]);
}

static void
fill_cast(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    const struct cast_info *cast;
    for (uint32_t i = 0; (cast = types_cast_at(types, i)) != NULL; i++)
        put_cast(rows, cast, CAST_FIRST + i);
    uint32_t count;
    const struct user_cast **made = catalog_casts(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        put_cast(rows, &made[i]->info, made[i]->cast);
}

/* ---- pg_operator ---- */

static const char operator_columns[] =
    "oid oid, oprname name, oprnamespace oid, oprowner oid, oprkind char, oprcanmerge bool, "
    "oprcanhash bool, oprleft oid, oprright oid, oprresult oid, oprcom oid, oprnegate oid, "
    "oprcode regproc, oprrest regproc, oprjoin regproc";

static oid
estimator(const struct types *types, const char *name)
{
    const struct func_info *func = name == NULL ? NULL : types_funcs_named(types, name)[0];
    return func == NULL ? OID_NONE : func->func;
}

static void
put_operator(struct system_rows *rows, const struct operator_info *op, oid schema)
{
    const struct types *types = catalog_types(rows->catalog);
    row_begin(rows);
    put_oid(rows, op->op);
    put_text(rows, op->name);
    put_oid(rows, schema);
    put_oid(rows, ROLE_OWNER);
    put_char(rows, op->left == OID_NONE ? 'l' : 'b');
    put_bool(rows, op->can_merge);
    put_bool(rows, op->can_hash);
    put_oid(rows, op->left);
    put_oid(rows, op->right);
    put_oid(rows, op->result);
    put_oid(rows, op->commutator);
    put_oid(rows, op->negator);
    put_oid(rows, op->func);
    put_oid(rows, estimator(types, op->restrict_est));
    put_oid(rows, estimator(types, op->join_est));
}

static void
fill_operator(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    const struct operator_info *op;
    for (uint32_t i = 0; (op = types_operator_at(types, i)) != NULL; i++)
        put_operator(rows, op, SCHEMA_PG_CATALOG);
    uint32_t count;
    const struct user_operator **made = catalog_operators(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        put_operator(rows, &made[i]->info, made[i]->schema);
}

/* ---- pg_collation, pg_language ---- */

static const char collation_columns[] =
    "oid oid, collname name, collnamespace oid, collowner oid, collprovider char, "
    "collisdeterministic bool, collencoding int4, collcollate text, collctype text, "
    "colliculocale text, collversion text";

static void
fill_collation(struct system_rows *rows)
{
    static const struct {
        oid collation;
        const char *name, *locale;
        char provider;
    } list[] = {{COLLATION_DEFAULT_OID, "default", NULL, 'd'},
                {COLLATION_C_OID, "C", "C", 'c'},
                {951, "POSIX", "POSIX", 'c'}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        row_begin(rows);
        put_oid(rows, list[i].collation);
        put_fixed(rows, list[i].name);
        put_oid(rows, SCHEMA_PG_CATALOG);
        put_oid(rows, ROLE_OWNER);
        put_char(rows, list[i].provider);
        put_bool(rows, true);
        put_i32(rows, -1);
        put_fixed(rows, list[i].locale);
        put_fixed(rows, list[i].locale);
    }
}

static const char language_columns[] =
    "oid oid, lanname name, lanowner oid, lanispl bool, lanpltrusted bool, lanplcallfoid oid, "
    "laninline oid, lanvalidator oid, lanacl aclitem[]";

static void
fill_language(struct system_rows *rows)
{
    static const struct {
        oid language;
        const char *name;
        bool is_trusted;
    } list[] = {{12, "internal", false}, {14, "sql", true}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        row_begin(rows);
        put_oid(rows, list[i].language);
        put_fixed(rows, list[i].name);
        put_oid(rows, ROLE_OWNER);
        put_bool(rows, false);
        put_bool(rows, list[i].is_trusted);
        put_zeros(rows, 3);
    }
}

const struct system_source system_type_sources[] = {
    SYSTEM_RELATION(1247, "pg_type", type_columns, fill_type),
    SYSTEM_RELATION(3501, "pg_enum", enum_columns, fill_enum),
    SYSTEM_RELATION(3541, "pg_range", range_columns, fill_range),
    SYSTEM_RELATION(2605, "pg_cast", cast_columns, fill_cast),
    SYSTEM_RELATION(2617, "pg_operator", operator_columns, fill_operator),
    SYSTEM_RELATION(3456, "pg_collation", collation_columns, fill_collation),
    SYSTEM_RELATION(2612, "pg_language", language_columns, fill_language),
};
const uint32_t system_type_source_count = sizeof system_type_sources / sizeof *system_type_sources;

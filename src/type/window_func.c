/*
 * window_func.c: the window functions as the catalog knows them.
 *
 * They have no code here: what they answer depends on rows around their own, which only the
 * executor sees (exec/window_func.c), and it tells them by number.
 */
#include "type/tables.h"

#define WINDOW_FUNC(oid_, name_, result_, ...)                                                     \
    .kind = FUNC_WINDOW, FUNC_NULLS(oid_, name_, result_, NULL, __VA_ARGS__)
#define WINDOW_STRICT(...) .is_strict = true, WINDOW_FUNC(__VA_ARGS__)

static const struct func_info funcs[] = {
    {WINDOW_FUNC(3100, "row_number", TYPE_INT8)},
    {WINDOW_FUNC(3101, "rank", TYPE_INT8)},
    {WINDOW_FUNC(3102, "dense_rank", TYPE_INT8)},
    {WINDOW_FUNC(3103, "percent_rank", TYPE_FLOAT8)},
    {WINDOW_FUNC(3104, "cume_dist", TYPE_FLOAT8)},
    {WINDOW_STRICT(3105, "ntile", TYPE_INT4, TYPE_INT4)},
    {WINDOW_STRICT(3106, "lag", TYPE_ANYELEMENT, TYPE_ANYELEMENT)},
    {WINDOW_STRICT(3107, "lag", TYPE_ANYELEMENT, TYPE_ANYELEMENT, TYPE_INT4)},
    {WINDOW_STRICT(3108, "lag", TYPE_ANYCOMPATIBLE, TYPE_ANYCOMPATIBLE, TYPE_INT4,
                   TYPE_ANYCOMPATIBLE)},
    {WINDOW_STRICT(3109, "lead", TYPE_ANYELEMENT, TYPE_ANYELEMENT)},
    {WINDOW_STRICT(3110, "lead", TYPE_ANYELEMENT, TYPE_ANYELEMENT, TYPE_INT4)},
    {WINDOW_STRICT(3111, "lead", TYPE_ANYCOMPATIBLE, TYPE_ANYCOMPATIBLE, TYPE_INT4,
                   TYPE_ANYCOMPATIBLE)},
    {WINDOW_STRICT(3112, "first_value", TYPE_ANYELEMENT, TYPE_ANYELEMENT)},
    {WINDOW_STRICT(3113, "last_value", TYPE_ANYELEMENT, TYPE_ANYELEMENT)},
    {WINDOW_STRICT(3114, "nth_value", TYPE_ANYELEMENT, TYPE_ANYELEMENT, TYPE_INT4)},
};

const struct type_tables window_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};

/*
 * server_func.c: functions that PostgreSQL's server calls of itself and SQL cannot, for want of a
 * value of type internal: estimates of operators, what subscripts types, texts that only the server
 * writes. They are here because pg_operator and pg_type refer to them; Rowan's planner has its own
 * estimates.
 */
#include "type/generic.h"
#include "type/tables.h"

#define TYPE_NODE_TREE 194
#define TYPE_NDISTINCT 3361
#define TYPE_DEPENDENCIES 3402
#define TYPE_MCV_LIST 5017

#define CLOSED(name_, type_, in_, out_, recv_, send_)                                              \
    {FUNC(in_, name_ "_in", type_, generic_in, TYPE_CSTRING)},                                     \
        {FUNC(out_, name_ "_out", TYPE_CSTRING, generic_out, type_)},                              \
        {FUNC(recv_, name_ "_recv", type_, generic_recv, TYPE_INTERNAL),                           \
         .volatility = FUNC_STABLE},                                                               \
    {                                                                                              \
        FUNC(send_, name_ "_send", TYPE_BYTEA, generic_send, type_), .volatility = FUNC_STABLE     \
    }

/* How many rows an operator leaves: in a table, and in a join. */
#define ESTIMATE(oid_, name_)                                                                      \
    FUNC(oid_, name_, TYPE_FLOAT8, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INTERNAL,           \
         TYPE_INT4),                                                                               \
        .volatility = FUNC_STABLE
#define JOIN_ESTIMATE(oid_, name_)                                                                 \
    FUNC(oid_, name_, TYPE_FLOAT8, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INTERNAL,           \
         TYPE_INT2, TYPE_INTERNAL),                                                                \
        .volatility = FUNC_STABLE

static const struct func_info funcs[] = {
    {FUNC(197, "pg_node_tree_recv", TYPE_NODE_TREE, generic_recv, TYPE_INTERNAL),
     .volatility = FUNC_STABLE},
    {FUNC(198, "pg_node_tree_send", TYPE_BYTEA, generic_send, TYPE_NODE_TREE),
     .volatility = FUNC_STABLE},
    CLOSED("pg_ndistinct", TYPE_NDISTINCT, 3355, 3356, 3357, 3358),
    CLOSED("pg_dependencies", TYPE_DEPENDENCIES, 3404, 3405, 3406, 3407),
    CLOSED("pg_mcv_list", TYPE_MCV_LIST, 5018, 5019, 5020, 5021),
    {ESTIMATE(101, "eqsel")},
    {ESTIMATE(102, "neqsel")},
    {ESTIMATE(103, "scalarltsel")},
    {ESTIMATE(104, "scalargtsel")},
    {JOIN_ESTIMATE(105, "eqjoinsel")},
    {JOIN_ESTIMATE(106, "neqjoinsel")},
    {JOIN_ESTIMATE(107, "scalarltjoinsel")},
    {JOIN_ESTIMATE(108, "scalargtjoinsel")},
    {ESTIMATE(139, "areasel")},
    {JOIN_ESTIMATE(140, "areajoinsel")},
    {ESTIMATE(336, "scalarlesel")},
    {ESTIMATE(337, "scalargesel")},
    {JOIN_ESTIMATE(386, "scalarlejoinsel")},
    {JOIN_ESTIMATE(398, "scalargejoinsel")},
    {ESTIMATE(1300, "positionsel")},
    {JOIN_ESTIMATE(1301, "positionjoinsel")},
    {ESTIMATE(1302, "contsel")},
    {JOIN_ESTIMATE(1303, "contjoinsel")},
    {ESTIMATE(1814, "iclikesel")},
    {ESTIMATE(1815, "icnlikesel")},
    {JOIN_ESTIMATE(1816, "iclikejoinsel")},
    {JOIN_ESTIMATE(1817, "icnlikejoinsel")},
    {ESTIMATE(1818, "regexeqsel")},
    {ESTIMATE(1819, "likesel")},
    {ESTIMATE(1820, "icregexeqsel")},
    {ESTIMATE(1821, "regexnesel")},
    {ESTIMATE(1822, "nlikesel")},
    {ESTIMATE(1823, "icregexnesel")},
    {JOIN_ESTIMATE(1824, "regexeqjoinsel")},
    {JOIN_ESTIMATE(1825, "likejoinsel")},
    {JOIN_ESTIMATE(1826, "icregexeqjoinsel")},
    {JOIN_ESTIMATE(1827, "regexnejoinsel")},
    {JOIN_ESTIMATE(1828, "nlikejoinsel")},
    {JOIN_ESTIMATE(1829, "icregexnejoinsel")},
    {ESTIMATE(3169, "rangesel")},
    {ESTIMATE(3437, "prefixsel")},
    {JOIN_ESTIMATE(3438, "prefixjoinsel")},
    {ESTIMATE(3560, "networksel")},
    {JOIN_ESTIMATE(3561, "networkjoinsel")},
    {ESTIMATE(3686, "tsmatchsel")},
    {JOIN_ESTIMATE(3687, "tsmatchjoinsel")},
    {ESTIMATE(3817, "arraycontsel")},
    {JOIN_ESTIMATE(3818, "arraycontjoinsel")},
    {ESTIMATE(4243, "multirangesel")},
    {ESTIMATE(5040, "matchingsel")},
    {JOIN_ESTIMATE(5041, "matchingjoinsel")},
    {FUNC(6098, "jsonb_subscript_handler", TYPE_INTERNAL, generic_recv, TYPE_INTERNAL)},
    {FUNC(6179, "array_subscript_handler", TYPE_INTERNAL, generic_recv, TYPE_INTERNAL)},
    {FUNC(6180, "raw_array_subscript_handler", TYPE_INTERNAL, generic_recv, TYPE_INTERNAL)},
};

const struct type_tables server_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};

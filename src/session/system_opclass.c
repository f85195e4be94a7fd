/*
 * system_opclass.c: pg_am, pg_opfamily, pg_opclass, pg_amop and pg_amproc: what indexes can order.
 *
 * PostgreSQL's b-tree families with PostgreSQL's numbers; rows show for the types, operators and
 * functions that the registry has.
 */
#include "session/system_int.h"

#include "session/system_opclass.h"

static const struct family {
    oid family;
    const char *name;
} families[] = {
    {397, "array_ops"},       {423, "bit_ops"},           {424, "bool_ops"},
    {426, "bpchar_ops"},      {428, "bytea_ops"},         {429, "char_ops"},
    {434, "datetime_ops"},    {1970, "float_ops"},        {1974, "network_ops"},
    {1976, "integer_ops"},    {1982, "interval_ops"},     {1984, "macaddr_ops"},
    {1988, "numeric_ops"},    {1989, "oid_ops"},          {1991, "oidvector_ops"},
    {1994, "text_ops"},       {1996, "time_ops"},         {2000, "timetz_ops"},
    {2002, "varbit_ops"},     {2095, "text_pattern_ops"}, {2097, "bpchar_pattern_ops"},
    {2099, "money_ops"},      {2789, "tid_ops"},          {2968, "uuid_ops"},
    {2994, "record_ops"},     {3194, "record_image_ops"}, {3253, "pg_lsn_ops"},
    {3371, "macaddr8_ops"},   {3522, "enum_ops"},         {3626, "tsvector_ops"},
    {3683, "tsquery_ops"},    {3901, "range_ops"},        {4033, "jsonb_ops"},
    {4199, "multirange_ops"}, {5067, "xid8_ops"},
};

static const struct opclass {
    oid opclass;
    const char *name;
    oid family, type, key_type;
    bool is_default;
} opclasses[] = {
    {1978, "int4_ops", 1976, 23, 0, true},
    {1979, "int2_ops", 1976, 21, 0, true},
    {1981, "oid_ops", 1989, 26, 0, true},
    {3122, "date_ops", 434, 1082, 0, true},
    {3123, "float8_ops", 1970, 701, 0, true},
    {3124, "int8_ops", 1976, 20, 0, true},
    {3125, "numeric_ops", 1988, 1700, 0, true},
    {3126, "text_ops", 1994, 25, 0, true},
    {3127, "timestamptz_ops", 434, 1184, 0, true},
    {3128, "timestamp_ops", 434, 1114, 0, true},
    {4217, "text_pattern_ops", 2095, 25, 0, false},
    {4218, "varchar_pattern_ops", 2095, 25, 0, false},
    {4219, "bpchar_pattern_ops", 2097, 1042, 0, false},
    {10000, "array_ops", 397, 2277, 0, true},
    {10002, "bit_ops", 423, 1560, 0, true},
    {10003, "bool_ops", 424, 16, 0, true},
    {10004, "bpchar_ops", 426, 1042, 0, true},
    {10006, "bytea_ops", 428, 17, 0, true},
    {10007, "char_ops", 429, 18, 0, true},
    {10009, "cidr_ops", 1974, 869, 0, false},
    {10012, "float4_ops", 1970, 700, 0, true},
    {10015, "inet_ops", 1974, 869, 0, true},
    {10022, "interval_ops", 1982, 1186, 0, true},
    {10024, "macaddr_ops", 1984, 829, 0, true},
    {10026, "macaddr8_ops", 3371, 774, 0, true},
    {10028, "name_ops", 1994, 19, 2275, true},
    {10032, "oidvector_ops", 1991, 30, 0, true},
    {10034, "record_ops", 2994, 2249, 0, true},
    {10036, "record_image_ops", 3194, 2249, 0, false},
    {10038, "time_ops", 1996, 1083, 0, true},
    {10041, "timetz_ops", 2000, 1266, 0, true},
    {10043, "varbit_ops", 2002, 1562, 0, true},
    {10044, "varchar_ops", 1994, 25, 0, false},
    {10047, "money_ops", 2099, 790, 0, true},
    {10050, "tid_ops", 2789, 27, 0, true},
    {10053, "xid8_ops", 5067, 5069, 0, true},
    {10065, "uuid_ops", 2968, 2950, 0, true},
    {10067, "pg_lsn_ops", 3253, 3220, 0, true},
    {10069, "enum_ops", 3522, 3500, 0, true},
    {10071, "tsvector_ops", 3626, 3614, 0, true},
    {10074, "tsquery_ops", 3683, 3615, 0, true},
    {10076, "range_ops", 3901, 3831, 0, true},
    {10080, "multirange_ops", 4199, 4537, 0, true},
    {10088, "jsonb_ops", 4033, 3802, 0, true},
};

/* Operators by strategy: <, <=, =, >=, >. */
static const struct member {
    oid family, left, right;
    oid ops[5];
} members[] = {
    {397, 2277, 2277, {1072, 1074, 1070, 1075, 1073}},
    {423, 1560, 1560, {1786, 1788, 1784, 1789, 1787}},
    {424, 16, 16, {58, 1694, 91, 1695, 59}},
    {426, 1042, 1042, {1058, 1059, 1054, 1061, 1060}},
    {428, 17, 17, {1957, 1958, 1955, 1960, 1959}},
    {429, 18, 18, {631, 632, 92, 634, 633}},
    {434, 1082, 1082, {1095, 1096, 1093, 1098, 1097}},
    {434, 1082, 1114, {2345, 2346, 2347, 2348, 2349}},
    {434, 1082, 1184, {2358, 2359, 2360, 2361, 2362}},
    {434, 1114, 1082, {2371, 2372, 2373, 2374, 2375}},
    {434, 1114, 1114, {2062, 2063, 2060, 2065, 2064}},
    {434, 1114, 1184, {2534, 2535, 2536, 2537, 2538}},
    {434, 1184, 1082, {2384, 2385, 2386, 2387, 2388}},
    {434, 1184, 1114, {2540, 2541, 2542, 2543, 2544}},
    {434, 1184, 1184, {1322, 1323, 1320, 1325, 1324}},
    {1970, 700, 700, {622, 624, 620, 625, 623}},
    {1970, 700, 701, {1122, 1124, 1120, 1125, 1123}},
    {1970, 701, 700, {1132, 1134, 1130, 1135, 1133}},
    {1970, 701, 701, {672, 673, 670, 675, 674}},
    {1974, 869, 869, {1203, 1204, 1201, 1206, 1205}},
    {1976, 20, 20, {412, 414, 410, 415, 413}},
    {1976, 20, 21, {1870, 1872, 1868, 1873, 1871}},
    {1976, 20, 23, {418, 420, 416, 430, 419}},
    {1976, 21, 20, {1864, 1866, 1862, 1867, 1865}},
    {1976, 21, 21, {95, 522, 94, 524, 520}},
    {1976, 21, 23, {534, 540, 532, 542, 536}},
    {1976, 23, 20, {37, 80, 15, 82, 76}},
    {1976, 23, 21, {535, 541, 533, 543, 537}},
    {1976, 23, 23, {97, 523, 96, 525, 521}},
    {1982, 1186, 1186, {1332, 1333, 1330, 1335, 1334}},
    {1984, 829, 829, {1222, 1223, 1220, 1225, 1224}},
    {1988, 1700, 1700, {1754, 1755, 1752, 1757, 1756}},
    {1989, 26, 26, {609, 611, 607, 612, 610}},
    {1991, 30, 30, {645, 647, 649, 648, 646}},
    {1994, 19, 19, {660, 661, 93, 663, 662}},
    {1994, 19, 25, {255, 256, 254, 257, 258}},
    {1994, 25, 19, {261, 262, 260, 263, 264}},
    {1994, 25, 25, {664, 665, 98, 667, 666}},
    {1996, 1083, 1083, {1110, 1111, 1108, 1113, 1112}},
    {2000, 1266, 1266, {1552, 1553, 1550, 1555, 1554}},
    {2002, 1562, 1562, {1806, 1808, 1804, 1809, 1807}},
    {2095, 25, 25, {2314, 2315, 98, 2317, 2318}},
    {2097, 1042, 1042, {2326, 2327, 1054, 2329, 2330}},
    {2099, 790, 790, {902, 904, 900, 905, 903}},
    {2789, 27, 27, {2799, 2801, 387, 2802, 2800}},
    {2968, 2950, 2950, {2974, 2976, 2972, 2977, 2975}},
    {2994, 2249, 2249, {2990, 2992, 2988, 2993, 2991}},
    {3194, 2249, 2249, {3190, 3192, 3188, 3193, 3191}},
    {3253, 3220, 3220, {3224, 3226, 3222, 3227, 3225}},
    {3371, 774, 774, {3364, 3365, 3362, 3367, 3366}},
    {3522, 3500, 3500, {3518, 3520, 3516, 3521, 3519}},
    {3626, 3614, 3614, {3627, 3628, 3629, 3631, 3632}},
    {3683, 3615, 3615, {3674, 3675, 3676, 3678, 3679}},
    {3901, 3831, 3831, {3884, 3885, 3882, 3886, 3887}},
    {4033, 3802, 3802, {3242, 3244, 3240, 3245, 3243}},
    {4199, 4537, 4537, {2862, 2863, 2860, 2864, 2865}},
    {5067, 5069, 5069, {5073, 5075, 5068, 5076, 5074}},
};

/* Support functions: 1 compares, 2 prepares sorting, 3 tells ranges, 4 whether equal is same. */
static const struct support {
    oid family, left, right;
    int16_t number;
    oid func;
} supports[] = {
    {397, 2277, 2277, 1, 382},   {423, 1560, 1560, 1, 1596},  {423, 1560, 1560, 4, 5051},
    {424, 16, 16, 1, 1693},      {424, 16, 16, 4, 5051},      {426, 1042, 1042, 1, 1078},
    {426, 1042, 1042, 2, 3328},  {426, 1042, 1042, 4, 5050},  {428, 17, 17, 1, 1954},
    {428, 17, 17, 2, 3331},      {428, 17, 17, 4, 5051},      {429, 18, 18, 1, 358},
    {429, 18, 18, 4, 5051},      {434, 1082, 1082, 1, 1092},  {434, 1082, 1082, 2, 3136},
    {434, 1082, 1082, 4, 5051},  {434, 1082, 1114, 1, 2344},  {434, 1082, 1184, 1, 2357},
    {434, 1082, 1186, 3, 4133},  {434, 1114, 1082, 1, 2370},  {434, 1114, 1114, 1, 2045},
    {434, 1114, 1114, 2, 3137},  {434, 1114, 1114, 4, 5051},  {434, 1114, 1184, 1, 2526},
    {434, 1114, 1186, 3, 4134},  {434, 1184, 1082, 1, 2383},  {434, 1184, 1114, 1, 2533},
    {434, 1184, 1184, 1, 1314},  {434, 1184, 1184, 2, 3137},  {434, 1184, 1184, 4, 5051},
    {434, 1184, 1186, 3, 4135},  {1970, 700, 700, 1, 354},    {1970, 700, 700, 2, 3132},
    {1970, 700, 701, 1, 2194},   {1970, 700, 701, 3, 4140},   {1970, 701, 700, 1, 2195},
    {1970, 701, 701, 1, 355},    {1970, 701, 701, 2, 3133},   {1970, 701, 701, 3, 4139},
    {1974, 869, 869, 1, 926},    {1974, 869, 869, 2, 5033},   {1974, 869, 869, 4, 5051},
    {1976, 20, 20, 1, 842},      {1976, 20, 20, 2, 3131},     {1976, 20, 20, 3, 4126},
    {1976, 20, 20, 4, 5051},     {1976, 20, 21, 1, 2193},     {1976, 20, 23, 1, 2189},
    {1976, 21, 20, 1, 2192},     {1976, 21, 20, 3, 4130},     {1976, 21, 21, 1, 350},
    {1976, 21, 21, 2, 3129},     {1976, 21, 21, 3, 4132},     {1976, 21, 21, 4, 5051},
    {1976, 21, 23, 1, 2190},     {1976, 21, 23, 3, 4131},     {1976, 23, 20, 1, 2188},
    {1976, 23, 20, 3, 4127},     {1976, 23, 21, 1, 2191},     {1976, 23, 21, 3, 4129},
    {1976, 23, 23, 1, 351},      {1976, 23, 23, 2, 3130},     {1976, 23, 23, 3, 4128},
    {1976, 23, 23, 4, 5051},     {1982, 1186, 1186, 1, 1315}, {1982, 1186, 1186, 3, 4136},
    {1984, 829, 829, 1, 836},    {1984, 829, 829, 2, 3359},   {1984, 829, 829, 4, 5051},
    {1988, 1700, 1700, 1, 1769}, {1988, 1700, 1700, 2, 3283}, {1988, 1700, 1700, 3, 4141},
    {1989, 26, 26, 1, 356},      {1989, 26, 26, 2, 3134},     {1989, 26, 26, 4, 5051},
    {1991, 30, 30, 1, 404},      {1991, 30, 30, 4, 5051},     {1994, 19, 19, 1, 359},
    {1994, 19, 19, 2, 3135},     {1994, 19, 19, 4, 5050},     {1994, 19, 25, 1, 246},
    {1994, 25, 19, 1, 253},      {1994, 25, 25, 1, 360},      {1994, 25, 25, 2, 3255},
    {1994, 25, 25, 4, 5050},     {1996, 1083, 1083, 1, 1107}, {1996, 1083, 1083, 4, 5051},
    {1996, 1083, 1186, 3, 4137}, {2000, 1266, 1186, 3, 4138}, {2000, 1266, 1266, 1, 1358},
    {2000, 1266, 1266, 4, 5051}, {2002, 1562, 1562, 1, 1672}, {2002, 1562, 1562, 4, 5051},
    {2095, 25, 25, 1, 2166},     {2095, 25, 25, 2, 3332},     {2095, 25, 25, 4, 5051},
    {2097, 1042, 1042, 1, 2180}, {2097, 1042, 1042, 2, 3333}, {2097, 1042, 1042, 4, 5051},
    {2099, 790, 790, 1, 377},    {2099, 790, 790, 4, 5051},   {2789, 27, 27, 1, 2794},
    {2789, 27, 27, 4, 5051},     {2968, 2950, 2950, 1, 2960}, {2968, 2950, 2950, 2, 3300},
    {2968, 2950, 2950, 4, 5051}, {2994, 2249, 2249, 1, 2987}, {3194, 2249, 2249, 1, 3187},
    {3253, 3220, 3220, 1, 3251}, {3253, 3220, 3220, 4, 5051}, {3371, 774, 774, 1, 4119},
    {3371, 774, 774, 4, 5051},   {3522, 3500, 3500, 1, 3514}, {3522, 3500, 3500, 4, 5051},
    {3626, 3614, 3614, 1, 3622}, {3683, 3615, 3615, 1, 3668}, {3901, 3831, 3831, 1, 3870},
    {4033, 3802, 3802, 1, 4044}, {4199, 4537, 4537, 1, 4273}, {5067, 5069, 5069, 1, 5096},
    {5067, 5069, 5069, 4, 5051},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

oid
system_default_opclass(const struct types *types, oid type)
{
    for (int step = 0; step < 2 && type != OID_NONE; step++) {
        for (size_t i = 0; i < COUNT(opclasses); i++)
            if (opclasses[i].type == type && opclasses[i].is_default)
                return opclasses[i].opclass;
        /* varchar goes by text's class, arrays by anyarray's. */
        const struct type_info *info = types_find(types, type);
        type = type == TYPE_VARCHAR                        ? TYPE_TEXT
               : type == TYPE_CIDR                         ? TYPE_INET
               : info != NULL && info->element != OID_NONE ? TYPE_ANYARRAY
               : info == NULL || info->type == TYPE_OID    ? OID_NONE
                                                           : TYPE_OID;
    }
    return OID_NONE;
}

oid
system_btree_opclass(const struct types *types, const char *name, oid type)
{
    oid by_default = system_default_opclass(types, type), input = type;
    for (size_t i = 0; i < COUNT(opclasses); i++)
        if (opclasses[i].opclass == by_default)
            input = opclasses[i].type;
    for (size_t i = 0; i < COUNT(opclasses); i++)
        if (opclasses[i].type == input && strcmp(opclasses[i].name, name) == 0)
            return opclasses[i].opclass;
    return OID_NONE;
}

/* ---- pg_am ---- */

static const char am_columns[] = "oid oid, amname name, amhandler regproc, amtype char";

static void
fill_am(struct system_rows *rows)
{
    static const oid handlers[INDEX_METHODS] = {
        [INDEX_BTREE] = 330, [INDEX_HASH] = 331,   [INDEX_GIST] = 332,
        [INDEX_GIN] = 333,   [INDEX_SPGIST] = 334, [INDEX_BRIN] = 335};
    row_begin(rows);
    put_oid(rows, 2);
    put_text(rows, "heap");
    put_oid(rows, 3);
    put_char(rows, 't');
    for (int method = 0; method < INDEX_METHODS; method++) {
        row_begin(rows);
        put_oid(rows, index_method_oid((enum index_method)method));
        put_text(rows, index_method_name((enum index_method)method));
        put_oid(rows, handlers[method]);
        put_char(rows, 'i');
    }
}

/* ---- pg_opfamily, pg_opclass ---- */

/* A family shows if one of its classes is for a type that there is. */
static bool
has_type(const struct types *types, oid family)
{
    for (size_t i = 0; i < COUNT(opclasses); i++)
        if (opclasses[i].family == family && types_find(types, opclasses[i].type) != NULL)
            return true;
    return false;
}

static const char opfamily_columns[] =
    "oid oid, opfmethod oid, opfname name, opfnamespace oid, opfowner oid";

static void
fill_opfamily(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    for (size_t i = 0; i < COUNT(families); i++) {
        if (!has_type(types, families[i].family))
            continue;
        row_begin(rows);
        put_oid(rows, families[i].family);
        put_oid(rows, BTREE_METHOD);
        put_text(rows, families[i].name);
        put_oid(rows, SCHEMA_PG_CATALOG);
        put_oid(rows, ROLE_OWNER);
    }
}

static const char opclass_columns[] =
    "oid oid, opcmethod oid, opcname name, opcnamespace oid, opcowner oid, opcfamily oid, "
    "opcintype oid, opcdefault bool, opckeytype oid";

static void
fill_opclass(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    for (size_t i = 0; i < COUNT(opclasses); i++) {
        const struct opclass *opclass = &opclasses[i];
        if (types_find(types, opclass->type) == NULL)
            continue;
        row_begin(rows);
        put_oid(rows, opclass->opclass);
        put_oid(rows, BTREE_METHOD);
        put_text(rows, opclass->name);
        put_oid(rows, SCHEMA_PG_CATALOG);
        put_oid(rows, ROLE_OWNER);
        put_oid(rows, opclass->family);
        put_oid(rows, opclass->type);
        put_bool(rows, opclass->is_default);
        put_oid(rows, opclass->key_type);
    }
}

/* ---- pg_amop, pg_amproc ---- */

static const char amop_columns[] =
    "oid oid, amopfamily oid, amoplefttype oid, amoprighttype oid, amopstrategy int2, "
    "amoppurpose char, amopopr oid, amopmethod oid, amopsortfamily oid";

#define STRATEGIES 5
#define AMOP_FIRST 9000 /* the rows' own numbers, which nothing refers to */
#define AMPROC_FIRST 9500

static void
fill_amop(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    for (size_t i = 0; i < COUNT(members); i++)
        for (int16_t k = 0; k < STRATEGIES; k++) {
            if (types_operator(types, members[i].ops[k]) == NULL)
                continue;
            row_begin(rows);
            put_oid(rows, (oid)(AMOP_FIRST + i * STRATEGIES + (size_t)k));
            put_oid(rows, members[i].family);
            put_oid(rows, members[i].left);
            put_oid(rows, members[i].right);
            put_i16(rows, (int16_t)(k + 1));
            put_char(rows, 's');
            put_oid(rows, members[i].ops[k]);
            put_oid(rows, BTREE_METHOD);
            put_oid(rows, OID_NONE);
        }
}

static const char amproc_columns[] =
    "oid oid, amprocfamily oid, amproclefttype oid, amprocrighttype oid, amprocnum int2, "
    "amproc regproc";

static void
fill_amproc(struct system_rows *rows)
{
    const struct types *types = catalog_types(rows->catalog);
    for (size_t i = 0; i < COUNT(supports); i++) {
        if (types_func(types, supports[i].func) == NULL)
            continue;
        row_begin(rows);
        put_oid(rows, (oid)(AMPROC_FIRST + i));
        put_oid(rows, supports[i].family);
        put_oid(rows, supports[i].left);
        put_oid(rows, supports[i].right);
        put_i16(rows, supports[i].number);
        put_oid(rows, supports[i].func);
    }
}

const struct system_source system_opclass_sources[] = {
    SYSTEM_RELATION(2601, "pg_am", am_columns, fill_am),
    SYSTEM_RELATION(2753, "pg_opfamily", opfamily_columns, fill_opfamily),
    SYSTEM_RELATION(2616, "pg_opclass", opclass_columns, fill_opclass),
    SYSTEM_RELATION(2602, "pg_amop", amop_columns, fill_amop),
    SYSTEM_RELATION(2603, "pg_amproc", amproc_columns, fill_amproc),
};
const uint32_t system_opclass_source_count =
    sizeof system_opclass_sources / sizeof *system_opclass_sources;

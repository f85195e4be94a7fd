/*
 * range_types.c: the built-in range types, their multiranges, and arrays of both.
 */
#include "type/array.h"
#include "type/generic.h"
#include "type/range.h"
#include "type/tables.h"

enum range_number { INT4RANGE, NUMRANGE, TSRANGE, TSTZRANGE, DATERANGE, INT8RANGE };

static const struct range_type ranges[] = {
    [INT4RANGE] = {TYPE_INT4RANGE, TYPE_INT4MULTIRANGE, TYPE_INT4, RANGE_CANONICAL_INT4, 3922,
                   OID_NONE, 1978},
    [NUMRANGE] = {TYPE_NUMRANGE, TYPE_NUMMULTIRANGE, TYPE_NUMERIC, OID_NONE, 3924, OID_NONE, 3125},
    [TSRANGE] = {TYPE_TSRANGE, TYPE_TSMULTIRANGE, TYPE_TIMESTAMP, OID_NONE, 3929, OID_NONE, 3128},
    [TSTZRANGE] = {TYPE_TSTZRANGE, TYPE_TSTZMULTIRANGE, TYPE_TIMESTAMPTZ, OID_NONE, 3930, OID_NONE,
                   3127},
    [DATERANGE] = {TYPE_DATERANGE, TYPE_DATEMULTIRANGE, TYPE_DATE, RANGE_CANONICAL_DATE, 3925,
                   OID_NONE, 3122},
    [INT8RANGE] = {TYPE_INT8RANGE, TYPE_INT8MULTIRANGE, TYPE_INT8, RANGE_CANONICAL_INT8, 3923,
                   OID_NONE, 3124},
};

#define FORM .length = -1, .storage = 'x', .delimiter = ',', .phys = PHYS_VIEW
#define RANGE(type_, name_, align_, number_)                                                       \
    .type = type_, .array = type_##_ARRAY, .name = name_, .sql_name = name_, .align = align_,      \
    .kind = 'r', .range = &ranges[number_], RANGE_CONTRACT
#define RANGE_CONTRACT                                                                             \
    FORM, .category = 'R', .input_oid = 3834, .output_oid = 3835, .recv_oid = 3836,                \
          .send_oid = 3837, .input = range_input, .output = range_output, .recv = range_recv,      \
          .send = range_send, .compare = range_order, .hash = range_hash, .key_put = range_key_put
#define MULTIRANGE(type_, name_, align_, number_)                                                  \
    .type = type_, .array = type_##_ARRAY, .name = name_, .sql_name = name_, .align = align_,      \
    .kind = 'm', .range = &ranges[number_], MULTIRANGE_CONTRACT
#define MULTIRANGE_CONTRACT                                                                        \
    FORM, .category = 'R', .input_oid = 4231, .output_oid = 4232, .recv_oid = 4233,                \
          .send_oid = 4234, .input = multirange_input, .output = multirange_output,                \
          .recv = multirange_recv, .send = multirange_send, .compare = multirange_order,           \
          .hash = multirange_hash, .key_put = multirange_key_put
#define ARRAY(element_, name_, align_)                                                             \
    .type = element_##_ARRAY, .element = element_, .name = "_" name_, .sql_name = name_ "[]",      \
    .align = align_, .kind = 'b', ARRAY_CONTRACT
#define ARRAY_CONTRACT                                                                             \
    FORM, .category = 'A', .input_oid = 750, .output_oid = 751, .recv_oid = 2400,                  \
          .send_oid = 2401, .input = array_input, .output = array_output, .recv = array_recv,      \
          .send = array_send, .compare = array_order, .hash = array_hash, .key_put = array_key_put

static const struct type_info types[] = {
    {RANGE(TYPE_INT4RANGE, "int4range", 'i', INT4RANGE)},
    {RANGE(TYPE_NUMRANGE, "numrange", 'i', NUMRANGE)},
    {RANGE(TYPE_TSRANGE, "tsrange", 'd', TSRANGE)},
    {RANGE(TYPE_TSTZRANGE, "tstzrange", 'd', TSTZRANGE)},
    {RANGE(TYPE_DATERANGE, "daterange", 'i', DATERANGE)},
    {RANGE(TYPE_INT8RANGE, "int8range", 'd', INT8RANGE)},
    {MULTIRANGE(TYPE_INT4MULTIRANGE, "int4multirange", 'i', INT4RANGE)},
    {MULTIRANGE(TYPE_NUMMULTIRANGE, "nummultirange", 'i', NUMRANGE)},
    {MULTIRANGE(TYPE_TSMULTIRANGE, "tsmultirange", 'd', TSRANGE)},
    {MULTIRANGE(TYPE_TSTZMULTIRANGE, "tstzmultirange", 'd', TSTZRANGE)},
    {MULTIRANGE(TYPE_DATEMULTIRANGE, "datemultirange", 'i', DATERANGE)},
    {MULTIRANGE(TYPE_INT8MULTIRANGE, "int8multirange", 'd', INT8RANGE)},
    {ARRAY(TYPE_INT4RANGE, "int4range", 'i')},
    {ARRAY(TYPE_NUMRANGE, "numrange", 'i')},
    {ARRAY(TYPE_TSRANGE, "tsrange", 'd')},
    {ARRAY(TYPE_TSTZRANGE, "tstzrange", 'd')},
    {ARRAY(TYPE_DATERANGE, "daterange", 'i')},
    {ARRAY(TYPE_INT8RANGE, "int8range", 'd')},
    {ARRAY(TYPE_INT4MULTIRANGE, "int4multirange", 'i')},
    {ARRAY(TYPE_NUMMULTIRANGE, "nummultirange", 'i')},
    {ARRAY(TYPE_TSMULTIRANGE, "tsmultirange", 'd')},
    {ARRAY(TYPE_TSTZMULTIRANGE, "tstzmultirange", 'd')},
    {ARRAY(TYPE_DATEMULTIRANGE, "datemultirange", 'i')},
    {ARRAY(TYPE_INT8MULTIRANGE, "int8multirange", 'd')},
};

static const struct cast_info casts[] = {
    {TYPE_INT4RANGE, TYPE_INT4MULTIRANGE, 4281, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_INT8RANGE, TYPE_INT8MULTIRANGE, 4296, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_NUMRANGE, TYPE_NUMMULTIRANGE, 4284, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_DATERANGE, TYPE_DATEMULTIRANGE, 4293, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_TSRANGE, TYPE_TSMULTIRANGE, 4287, CAST_EXPLICIT, CAST_FUNC},
    {TYPE_TSTZRANGE, TYPE_TSTZMULTIRANGE, 4290, CAST_EXPLICIT, CAST_FUNC},
};

const struct type_tables range_types_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};

/*
 * text_ops.c: comparison of character values and bytea, and what joins them (||).
 *
 * text, varchar, name, "char" and bytea compare by their bytes; character(n) without its padding.
 * The operators between name and text, and the pattern operators (~<~ and kin), are the same
 * functions under other names, since the order is that of the bytes already.
 */
#include "type/generic.h"
#include "type/kernel.h"
#include "type/tables.h"
#include "type/text.h"

#define LEFT struct view
#define RIGHT struct view
#define LEFT_FIELD view
#define RIGHT_FIELD view
#define PREFIX text
#define EQUAL(a, b) text_equal(&(a), &(b))
#define LESS(a, b) text_less(&(a), &(b))
#define MORE(a, b) text_less(&(b), &(a))
#include "type/kernel_compare.inc"

#undef EQUAL
#undef LESS
#undef MORE

static int
bpchar_order(const struct view *a, const struct view *b)
{
    return slice_compare(text_without_padding(view_slice(a)), text_without_padding(view_slice(b)));
}

#define LEFT struct view
#define RIGHT struct view
#define LEFT_FIELD view
#define RIGHT_FIELD view
#define PREFIX bpchar
#define EQUAL(a, b) (bpchar_order(&(a), &(b)) == 0)
#define LESS(a, b) (bpchar_order(&(a), &(b)) < 0)
#define MORE(a, b) (bpchar_order(&(a), &(b)) > 0)
#include "type/kernel_compare.inc"

/* Of values that differ in their padding alone the first one is taken, both ways. */
static union datum
bpchar_larger(struct func_call *call, const union datum *args)
{
    (void)call;
    return bpchar_order(&args[0].view, &args[1].view) >= 0 ? args[0] : args[1];
}

static union datum
bpchar_smaller(struct func_call *call, const union datum *args)
{
    (void)call;
    return bpchar_order(&args[0].view, &args[1].view) <= 0 ? args[0] : args[1];
}

/* ---- concatenation ---- */

static union datum
concat(struct arena *arena, struct slice a, struct slice b)
{
    uint64_t bytes = (uint64_t)a.bytes + b.bytes;
    uint8_t *both = text_alloc(arena, bytes);
    if (a.bytes > 0)
        memcpy(both, a.data, a.bytes);
    if (b.bytes > 0)
        memcpy(both + a.bytes, b.data, b.bytes);
    return slice_datum(slice_of(both, bytes));
}

static union datum
text_concat(struct func_call *call, const union datum *args)
{
    return concat(call->arena, datum_slice(&args[0]), datum_slice(&args[1]));
}

static union datum
any_concat_text(struct func_call *call, const union datum *args)
{
    return concat(call->arena, generic_cast_text(call, args[0], call->arg_types[0]),
                  datum_slice(&args[1]));
}

static union datum
text_concat_any(struct func_call *call, const union datum *args)
{
    return concat(call->arena, datum_slice(&args[0]),
                  generic_cast_text(call, args[1], call->arg_types[1]));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(61, "chareq", TYPE_BOOL, text_eq, TYPE_CHAR, TYPE_CHAR), .vector = text_eq_vector},
    {FUNC(62, "nameeq", TYPE_BOOL, text_eq, TYPE_NAME, TYPE_NAME), .vector = text_eq_vector},
    {FUNC(67, "texteq", TYPE_BOOL, text_eq, TYPE_TEXT, TYPE_TEXT), .vector = text_eq_vector},
    {FUNC(70, "charne", TYPE_BOOL, text_ne, TYPE_CHAR, TYPE_CHAR), .vector = text_ne_vector},
    {FUNC(72, "charle", TYPE_BOOL, text_le, TYPE_CHAR, TYPE_CHAR), .vector = text_le_vector},
    {FUNC(73, "chargt", TYPE_BOOL, text_gt, TYPE_CHAR, TYPE_CHAR), .vector = text_gt_vector},
    {FUNC(74, "charge", TYPE_BOOL, text_ge, TYPE_CHAR, TYPE_CHAR), .vector = text_ge_vector},
    {FUNC(157, "textne", TYPE_BOOL, text_ne, TYPE_TEXT, TYPE_TEXT), .vector = text_ne_vector},
    {FUNC(240, "nameeqtext", TYPE_BOOL, text_eq, TYPE_NAME, TYPE_TEXT), .vector = text_eq_vector},
    {FUNC(241, "namelttext", TYPE_BOOL, text_lt, TYPE_NAME, TYPE_TEXT), .vector = text_lt_vector},
    {FUNC(242, "nameletext", TYPE_BOOL, text_le, TYPE_NAME, TYPE_TEXT), .vector = text_le_vector},
    {FUNC(243, "namegetext", TYPE_BOOL, text_ge, TYPE_NAME, TYPE_TEXT), .vector = text_ge_vector},
    {FUNC(244, "namegttext", TYPE_BOOL, text_gt, TYPE_NAME, TYPE_TEXT), .vector = text_gt_vector},
    {FUNC(245, "namenetext", TYPE_BOOL, text_ne, TYPE_NAME, TYPE_TEXT), .vector = text_ne_vector},
    {FUNC(246, "btnametextcmp", TYPE_INT4, generic_compare, TYPE_NAME, TYPE_TEXT)},
    {FUNC(247, "texteqname", TYPE_BOOL, text_eq, TYPE_TEXT, TYPE_NAME), .vector = text_eq_vector},
    {FUNC(248, "textltname", TYPE_BOOL, text_lt, TYPE_TEXT, TYPE_NAME), .vector = text_lt_vector},
    {FUNC(249, "textlename", TYPE_BOOL, text_le, TYPE_TEXT, TYPE_NAME), .vector = text_le_vector},
    {FUNC(250, "textgename", TYPE_BOOL, text_ge, TYPE_TEXT, TYPE_NAME), .vector = text_ge_vector},
    {FUNC(251, "textgtname", TYPE_BOOL, text_gt, TYPE_TEXT, TYPE_NAME), .vector = text_gt_vector},
    {FUNC(252, "textnename", TYPE_BOOL, text_ne, TYPE_TEXT, TYPE_NAME), .vector = text_ne_vector},
    {FUNC(253, "bttextnamecmp", TYPE_INT4, generic_compare, TYPE_TEXT, TYPE_NAME)},
    {FUNC(358, "btcharcmp", TYPE_INT4, generic_compare, TYPE_CHAR, TYPE_CHAR)},
    {FUNC(359, "btnamecmp", TYPE_INT4, generic_compare, TYPE_NAME, TYPE_NAME)},
    {FUNC(360, "bttextcmp", TYPE_INT4, generic_compare, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(458, "text_larger", TYPE_TEXT, generic_larger, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(459, "text_smaller", TYPE_TEXT, generic_smaller, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(655, "namelt", TYPE_BOOL, text_lt, TYPE_NAME, TYPE_NAME), .vector = text_lt_vector},
    {FUNC(656, "namele", TYPE_BOOL, text_le, TYPE_NAME, TYPE_NAME), .vector = text_le_vector},
    {FUNC(657, "namegt", TYPE_BOOL, text_gt, TYPE_NAME, TYPE_NAME), .vector = text_gt_vector},
    {FUNC(658, "namege", TYPE_BOOL, text_ge, TYPE_NAME, TYPE_NAME), .vector = text_ge_vector},
    {FUNC(659, "namene", TYPE_BOOL, text_ne, TYPE_NAME, TYPE_NAME), .vector = text_ne_vector},
    {FUNC(740, "text_lt", TYPE_BOOL, text_lt, TYPE_TEXT, TYPE_TEXT), .vector = text_lt_vector},
    {FUNC(741, "text_le", TYPE_BOOL, text_le, TYPE_TEXT, TYPE_TEXT), .vector = text_le_vector},
    {FUNC(742, "text_gt", TYPE_BOOL, text_gt, TYPE_TEXT, TYPE_TEXT), .vector = text_gt_vector},
    {FUNC(743, "text_ge", TYPE_BOOL, text_ge, TYPE_TEXT, TYPE_TEXT), .vector = text_ge_vector},
    {FUNC(1048, "bpchareq", TYPE_BOOL, bpchar_eq, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_eq_vector},
    {FUNC(1049, "bpcharlt", TYPE_BOOL, bpchar_lt, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_lt_vector},
    {FUNC(1050, "bpcharle", TYPE_BOOL, bpchar_le, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_le_vector},
    {FUNC(1051, "bpchargt", TYPE_BOOL, bpchar_gt, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_gt_vector},
    {FUNC(1052, "bpcharge", TYPE_BOOL, bpchar_ge, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_ge_vector},
    {FUNC(1053, "bpcharne", TYPE_BOOL, bpchar_ne, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_ne_vector},
    {FUNC(1063, "bpchar_larger", TYPE_BPCHAR, bpchar_larger, TYPE_BPCHAR, TYPE_BPCHAR)},
    {FUNC(1064, "bpchar_smaller", TYPE_BPCHAR, bpchar_smaller, TYPE_BPCHAR, TYPE_BPCHAR)},
    {FUNC(1078, "bpcharcmp", TYPE_INT4, generic_compare, TYPE_BPCHAR, TYPE_BPCHAR)},
    {FUNC(1246, "charlt", TYPE_BOOL, text_lt, TYPE_CHAR, TYPE_CHAR), .vector = text_lt_vector},
    {FUNC(1258, "textcat", TYPE_TEXT, text_concat, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1948, "byteaeq", TYPE_BOOL, text_eq, TYPE_BYTEA, TYPE_BYTEA), .vector = text_eq_vector},
    {FUNC(1949, "bytealt", TYPE_BOOL, text_lt, TYPE_BYTEA, TYPE_BYTEA), .vector = text_lt_vector},
    {FUNC(1950, "byteale", TYPE_BOOL, text_le, TYPE_BYTEA, TYPE_BYTEA), .vector = text_le_vector},
    {FUNC(1951, "byteagt", TYPE_BOOL, text_gt, TYPE_BYTEA, TYPE_BYTEA), .vector = text_gt_vector},
    {FUNC(1952, "byteage", TYPE_BOOL, text_ge, TYPE_BYTEA, TYPE_BYTEA), .vector = text_ge_vector},
    {FUNC(1953, "byteane", TYPE_BOOL, text_ne, TYPE_BYTEA, TYPE_BYTEA), .vector = text_ne_vector},
    {FUNC(1954, "byteacmp", TYPE_INT4, generic_compare, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2003, "textanycat", TYPE_TEXT, text_concat_any, TYPE_TEXT, TYPE_ANYNONARRAY),
     .volatility = FUNC_STABLE},
    {FUNC(2004, "anytextcat", TYPE_TEXT, any_concat_text, TYPE_ANYNONARRAY, TYPE_TEXT),
     .volatility = FUNC_STABLE},
    {FUNC(2011, "byteacat", TYPE_BYTEA, text_concat, TYPE_BYTEA, TYPE_BYTEA)},
    {FUNC(2160, "text_pattern_lt", TYPE_BOOL, text_lt, TYPE_TEXT, TYPE_TEXT),
     .vector = text_lt_vector},
    {FUNC(2161, "text_pattern_le", TYPE_BOOL, text_le, TYPE_TEXT, TYPE_TEXT),
     .vector = text_le_vector},
    {FUNC(2163, "text_pattern_ge", TYPE_BOOL, text_ge, TYPE_TEXT, TYPE_TEXT),
     .vector = text_ge_vector},
    {FUNC(2164, "text_pattern_gt", TYPE_BOOL, text_gt, TYPE_TEXT, TYPE_TEXT),
     .vector = text_gt_vector},
    {FUNC(2166, "bttext_pattern_cmp", TYPE_INT4, generic_compare, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(2174, "bpchar_pattern_lt", TYPE_BOOL, bpchar_lt, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_lt_vector},
    {FUNC(2175, "bpchar_pattern_le", TYPE_BOOL, bpchar_le, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_le_vector},
    {FUNC(2177, "bpchar_pattern_ge", TYPE_BOOL, bpchar_ge, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_ge_vector},
    {FUNC(2178, "bpchar_pattern_gt", TYPE_BOOL, bpchar_gt, TYPE_BPCHAR, TYPE_BPCHAR),
     .vector = bpchar_gt_vector},
    {FUNC(2180, "btbpchar_pattern_cmp", TYPE_INT4, generic_compare, TYPE_BPCHAR, TYPE_BPCHAR)},
};

static const struct operator_info operators[] = {
    {92, "=", TYPE_CHAR, TYPE_CHAR, TYPE_BOOL, 61, 92, 630, true, true, "eqsel", "eqjoinsel"},
    {93, "=", TYPE_NAME, TYPE_NAME, TYPE_BOOL, 62, 93, 643, true, true, "eqsel", "eqjoinsel"},
    {98, "=", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 67, 98, 531, true, true, "eqsel", "eqjoinsel"},
    {254, "=", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 240, 260, 259, true, true, "eqsel", "eqjoinsel"},
    {255, "<", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 241, 264, 257, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {256, "<=", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 242, 263, 258, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {257, ">=", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 243, 262, 255, false, false, "scalargesel",
     "scalargejoinsel"},
    {258, ">", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 244, 261, 256, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {259, "<>", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 245, 265, 254, false, false, "neqsel",
     "neqjoinsel"},
    {260, "=", TYPE_TEXT, TYPE_NAME, TYPE_BOOL, 247, 254, 265, true, true, "eqsel", "eqjoinsel"},
    {261, "<", TYPE_TEXT, TYPE_NAME, TYPE_BOOL, 248, 258, 263, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {262, "<=", TYPE_TEXT, TYPE_NAME, TYPE_BOOL, 249, 257, 264, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {263, ">=", TYPE_TEXT, TYPE_NAME, TYPE_BOOL, 250, 256, 261, false, false, "scalargesel",
     "scalargejoinsel"},
    {264, ">", TYPE_TEXT, TYPE_NAME, TYPE_BOOL, 251, 255, 262, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {265, "<>", TYPE_TEXT, TYPE_NAME, TYPE_BOOL, 252, 259, 260, false, false, "neqsel",
     "neqjoinsel"},
    {531, "<>", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 157, 531, 98, false, false, "neqsel",
     "neqjoinsel"},
    {630, "<>", TYPE_CHAR, TYPE_CHAR, TYPE_BOOL, 70, 630, 92, false, false, "neqsel", "neqjoinsel"},
    {631, "<", TYPE_CHAR, TYPE_CHAR, TYPE_BOOL, 1246, 633, 634, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {632, "<=", TYPE_CHAR, TYPE_CHAR, TYPE_BOOL, 72, 634, 633, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {633, ">", TYPE_CHAR, TYPE_CHAR, TYPE_BOOL, 73, 631, 632, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {634, ">=", TYPE_CHAR, TYPE_CHAR, TYPE_BOOL, 74, 632, 631, false, false, "scalargesel",
     "scalargejoinsel"},
    {643, "<>", TYPE_NAME, TYPE_NAME, TYPE_BOOL, 659, 643, 93, false, false, "neqsel",
     "neqjoinsel"},
    {654, "||", TYPE_TEXT, TYPE_TEXT, TYPE_TEXT, 1258, 0, 0, false, false, NULL, NULL},
    {660, "<", TYPE_NAME, TYPE_NAME, TYPE_BOOL, 655, 662, 663, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {661, "<=", TYPE_NAME, TYPE_NAME, TYPE_BOOL, 656, 663, 662, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {662, ">", TYPE_NAME, TYPE_NAME, TYPE_BOOL, 657, 660, 661, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {663, ">=", TYPE_NAME, TYPE_NAME, TYPE_BOOL, 658, 661, 660, false, false, "scalargesel",
     "scalargejoinsel"},
    {664, "<", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 740, 666, 667, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {665, "<=", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 741, 667, 666, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {666, ">", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 742, 664, 665, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {667, ">=", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 743, 665, 664, false, false, "scalargesel",
     "scalargejoinsel"},
    {1054, "=", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 1048, 1054, 1057, true, true, "eqsel",
     "eqjoinsel"},
    {1057, "<>", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 1053, 1057, 1054, false, false, "neqsel",
     "neqjoinsel"},
    {1058, "<", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 1049, 1060, 1061, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1059, "<=", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 1050, 1061, 1060, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1060, ">", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 1051, 1058, 1059, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1061, ">=", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 1052, 1059, 1058, false, false, "scalargesel",
     "scalargejoinsel"},
    {1955, "=", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 1948, 1955, 1956, true, true, "eqsel",
     "eqjoinsel"},
    {1956, "<>", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 1953, 1956, 1955, false, false, "neqsel",
     "neqjoinsel"},
    {1957, "<", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 1949, 1959, 1960, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {1958, "<=", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 1950, 1960, 1959, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {1959, ">", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 1951, 1957, 1958, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {1960, ">=", TYPE_BYTEA, TYPE_BYTEA, TYPE_BOOL, 1952, 1958, 1957, false, false, "scalargesel",
     "scalargejoinsel"},
    {2018, "||", TYPE_BYTEA, TYPE_BYTEA, TYPE_BYTEA, 2011, 0, 0, false, false, NULL, NULL},
    {2314, "~<~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 2160, 2318, 2317, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {2315, "~<=~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 2161, 2317, 2318, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {2317, "~>=~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 2163, 2315, 2314, false, false, "scalargesel",
     "scalargejoinsel"},
    {2318, "~>~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 2164, 2314, 2315, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {2326, "~<~", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 2174, 2330, 2329, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {2327, "~<=~", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 2175, 2329, 2330, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {2329, "~>=~", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 2177, 2327, 2326, false, false,
     "scalargesel", "scalargejoinsel"},
    {2330, "~>~", TYPE_BPCHAR, TYPE_BPCHAR, TYPE_BOOL, 2178, 2326, 2327, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {2779, "||", TYPE_TEXT, TYPE_ANYNONARRAY, TYPE_TEXT, 2003, 0, 0, false, false, NULL, NULL},
    {2780, "||", TYPE_ANYNONARRAY, TYPE_TEXT, TYPE_TEXT, 2004, 0, 0, false, false, NULL, NULL},
};

const struct type_tables text_ops_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};

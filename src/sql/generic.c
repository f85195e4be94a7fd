/*
 * generic.c: polymorphic types: what anyelement, anyarray, anycompatible and kin stand for in a
 * call.
 *
 * Two families, independent of each other: the "any" types must all agree exactly; the
 * "anycompatible" types meet in a common type, as the branches of UNION do.
 */
#include "sql/analysis_int.h"

/* Pseudo-types that no other part names. */
enum {
    TYPE_ANYMULTIRANGE = 4537,
    TYPE_ANYCOMPATIBLEMULTIRANGE = 4538,
    TYPE_ANYCOMPATIBLERANGE = 5080,
};

#define COMPATIBLE_MAX FUNC_ARGS_MAX

/* What the arguments say so far; OID_NONE: nothing yet. */
struct generic {
    oid element, array, range, multirange;
    bool wants_nonarray, wants_enum;
    oid compatible_array, compatible_range;
    bool compatible_nonarray;
    uint32_t compatible_count;
    oid compatible[COMPATIBLE_MAX];
    bool has_any, has_compatible;
};

bool
type_is_polymorphic(oid type)
{
    switch (type) {
    case TYPE_ANYELEMENT:
    case TYPE_ANYARRAY:
    case TYPE_ANYNONARRAY:
    case TYPE_ANYENUM:
    case TYPE_ANYRANGE:
    case TYPE_ANYMULTIRANGE:
    case TYPE_ANYCOMPATIBLE:
    case TYPE_ANYCOMPATIBLEARRAY:
    case TYPE_ANYCOMPATIBLENONARRAY:
    case TYPE_ANYCOMPATIBLERANGE:
    case TYPE_ANYCOMPATIBLEMULTIRANGE:
        return true;
    default:
        return false;
    }
}

/* Takes `actual` for *slot; false if it holds another type. */
static bool
agree(oid *slot, oid actual)
{
    if (*slot == OID_NONE)
        *slot = actual;
    return *slot == actual;
}

static void
add_compatible(struct generic *generic, oid actual)
{
    if (generic->compatible_count < COMPATIBLE_MAX)
        generic->compatible[generic->compatible_count++] = actual;
}

/* One argument; false if it contradicts those before. */
static bool
gather(const struct analysis *an, struct generic *generic, oid actual, oid declared)
{
    bool is_open = actual == TYPE_UNKNOWN;
    switch (declared) {
    case TYPE_ANYELEMENT:
    case TYPE_ANYNONARRAY:
    case TYPE_ANYENUM:
        generic->has_any = true;
        generic->wants_nonarray |= declared == TYPE_ANYNONARRAY;
        generic->wants_enum |= declared == TYPE_ANYENUM;
        return is_open || agree(&generic->element, actual);
    case TYPE_ANYARRAY:
        generic->has_any = true;
        return is_open || agree(&generic->array, base_type(an, actual));
    case TYPE_ANYRANGE:
        generic->has_any = true;
        return is_open || agree(&generic->range, base_type(an, actual));
    case TYPE_ANYMULTIRANGE:
        generic->has_any = true;
        return is_open || agree(&generic->multirange, base_type(an, actual));
    case TYPE_ANYCOMPATIBLE:
    case TYPE_ANYCOMPATIBLENONARRAY:
        generic->has_compatible = true;
        generic->compatible_nonarray |= declared == TYPE_ANYCOMPATIBLENONARRAY;
        if (!is_open)
            add_compatible(generic, actual);
        return true;
    case TYPE_ANYCOMPATIBLEARRAY:
        generic->has_compatible = true;
        if (is_open)
            return true;
        if (array_element(an, base_type(an, actual)) == OID_NONE)
            return false;
        generic->compatible_array = base_type(an, actual);
        add_compatible(generic, array_element(an, generic->compatible_array));
        return true;
    case TYPE_ANYCOMPATIBLERANGE:
    case TYPE_ANYCOMPATIBLEMULTIRANGE:
        generic->has_compatible = true;
        return is_open || agree(&generic->compatible_range, base_type(an, actual));
    default:
        return true;
    }
}

/* The common type of the anycompatible arguments; OID_NONE if they have none. */
static oid
compatible_type(struct analysis *an, const struct generic *generic)
{
    if (generic->compatible_count == 0)
        return TYPE_TEXT;
    struct expr **stand_ins =
        arena_alloc_array(an->arena, generic->compatible_count, sizeof *stand_ins);
    for (uint32_t i = 0; i < generic->compatible_count; i++)
        stand_ins[i] = expr_new(an->arena, EXPR_PLACEHOLDER, generic->compatible[i], -1);
    return common_type(an, stand_ins, generic->compatible_count, NULL, NULL);
}

/* The "any" family agrees with itself: fills in element from array. */
static bool
settle(const struct analysis *an, struct generic *generic)
{
    if (generic->array != OID_NONE) {
        oid element =
            generic->array == TYPE_ANYARRAY ? TYPE_ANYELEMENT : array_element(an, generic->array);
        if (element == OID_NONE || !agree(&generic->element, element))
            return false;
    }
    const struct type_info *info = scope_type(an->scope, generic->element);
    if (generic->wants_nonarray && array_element(an, generic->element) != OID_NONE)
        return false;
    if (generic->wants_enum && info != NULL && info->kind != 'e')
        return false;
    const struct type_info *range = scope_type(an->scope, generic->range);
    return range == NULL || range->kind == 'r';
}

bool
generic_is_consistent(const struct analysis *an, const oid *actual, const oid *declared,
                      uint32_t count)
{
    struct generic generic = {.element = OID_NONE};
    for (uint32_t i = 0; i < count; i++) {
        if (!gather(an, &generic, actual[i], declared[i]))
            return false;
    }
    if (!settle(an, &generic))
        return false;
    if (generic.compatible_count == 0)
        return true;
    /* Only memory is taken from the arena. */
    oid common = compatible_type((struct analysis *)an, &generic);
    if (common == OID_NONE)
        return false;
    for (uint32_t i = 0; i < generic.compatible_count; i++) {
        if (!can_coerce(an, 1, &generic.compatible[i], &common, CAST_IMPLICIT))
            return false;
    }
    return !generic.compatible_nonarray || array_element(an, common) == OID_NONE;
}

static _Noreturn void
fail_not_alike(struct analysis *an, const char *type, oid one, oid other)
{
    raise_error(.code = SQLSTATE_DATATYPE_MISMATCH,
                .message = raise_text("arguments declared \"%s\" are not all alike", type),
                .detail =
                    raise_text("%s versus %s", type_text(an, one, -1), type_text(an, other, -1)));
}

static void
gather_or_fail(struct analysis *an, struct generic *generic, oid actual, oid declared)
{
    if (gather(an, generic, actual, declared))
        return;
    switch (declared) {
    case TYPE_ANYELEMENT:
    case TYPE_ANYNONARRAY:
    case TYPE_ANYENUM:
        fail_not_alike(an, "anyelement", generic->element, actual);
    case TYPE_ANYARRAY:
        fail_not_alike(an, "anyarray", generic->array, actual);
    case TYPE_ANYRANGE:
        fail_not_alike(an, "anyrange", generic->range, actual);
    case TYPE_ANYCOMPATIBLEARRAY:
        raise(SQLSTATE_DATATYPE_MISMATCH, "argument declared %s is not an array but type %s",
              "anycompatiblearray", type_text(an, actual, -1));
    default:
        fail_not_alike(an, "anycompatiblerange", generic->compatible_range, actual);
    }
}

static void
settle_or_fail(struct analysis *an, struct generic *generic)
{
    if (generic->array != OID_NONE && generic->array != TYPE_ANYARRAY &&
        array_element(an, generic->array) == OID_NONE)
        raise(SQLSTATE_DATATYPE_MISMATCH, "argument declared %s is not an array but type %s",
              "anyarray", type_text(an, generic->array, -1));
    oid element = generic->element;
    if (!settle(an, generic)) {
        if (generic->array != OID_NONE && element != array_element(an, generic->array))
            raise_error(.code = SQLSTATE_DATATYPE_MISMATCH,
                        .message =
                            raise_text("argument declared %s is not consistent with argument "
                                       "declared %s",
                                       "anyarray", "anyelement"),
                        .detail = raise_text("%s versus %s", type_text(an, generic->array, -1),
                                             type_text(an, element, -1)));
        if (generic->wants_enum)
            raise(SQLSTATE_DATATYPE_MISMATCH, "type matched to anyenum is not an enum type: %s",
                  type_text(an, generic->element, -1));
        raise(SQLSTATE_DATATYPE_MISMATCH, "type matched to anynonarray is an array type: %s",
              type_text(an, generic->element, -1));
    }
}

static oid
array_or_fail(struct analysis *an, oid element)
{
    if (element == TYPE_ANYELEMENT)
        return TYPE_ANYARRAY;
    oid array = array_of(an, element);
    if (array == OID_NONE)
        raise(SQLSTATE_UNDEFINED_OBJECT, "could not find array type for data type %s",
              type_text(an, element, -1));
    return array;
}

/* What a declared type stands for. `common` is the anycompatible family's type. */
static oid
resolve(struct analysis *an, const struct generic *generic, oid declared, oid common)
{
    switch (declared) {
    case TYPE_ANYELEMENT:
    case TYPE_ANYNONARRAY:
    case TYPE_ANYENUM:
        return generic->element;
    case TYPE_ANYARRAY:
        return generic->array != OID_NONE ? generic->array : array_or_fail(an, generic->element);
    case TYPE_ANYRANGE:
        return generic->range;
    case TYPE_ANYMULTIRANGE:
        return generic->multirange;
    case TYPE_ANYCOMPATIBLE:
    case TYPE_ANYCOMPATIBLENONARRAY:
        return common;
    case TYPE_ANYCOMPATIBLEARRAY:
        return array_or_fail(an, common);
    case TYPE_ANYCOMPATIBLERANGE:
    case TYPE_ANYCOMPATIBLEMULTIRANGE:
        return generic->compatible_range;
    default:
        return declared;
    }
}

oid
generic_resolve(struct analysis *an, const oid *actual, oid *declared, uint32_t count, oid result)
{
    struct generic generic = {.element = OID_NONE};
    bool has_generic = type_is_polymorphic(result);
    for (uint32_t i = 0; i < count; i++) {
        has_generic |= type_is_polymorphic(declared[i]);
        gather_or_fail(an, &generic, actual[i], declared[i]);
    }
    if (!has_generic)
        return result;
    settle_or_fail(an, &generic);

    if (generic.has_any && generic.element == OID_NONE && generic.range == OID_NONE &&
        generic.multirange == OID_NONE)
        raise(SQLSTATE_DATATYPE_MISMATCH,
              "could not determine polymorphic type because input has type unknown");
    oid common = OID_NONE;
    if (generic.has_compatible) {
        common = compatible_type(an, &generic);
        if (common == OID_NONE)
            raise(SQLSTATE_DATATYPE_MISMATCH, "arguments of anycompatible family cannot be cast "
                                              "to a common type");
    }
    for (uint32_t i = 0; i < count; i++)
        declared[i] = resolve(an, &generic, declared[i], common);
    return resolve(an, &generic, result, common);
}

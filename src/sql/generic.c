/*
 * generic.c: polymorphic types: what anyelement, anyarray, anycompatible and kin stand for in a
 * call.
 *
 * Two families, independent of each other: the "any" types must all agree exactly; the
 * "anycompatible" types meet in a common type, as the branches of UNION do.
 */
#include "sql/analysis_int.h"
#include "type/range.h"

#define COMPATIBLE_MAX FUNC_ARGS_MAX

/* What the arguments say so far; OID_NONE: nothing yet. */
struct generic {
    oid element, array, range, multirange;
    bool wants_nonarray, wants_enum;
    oid compatible_range, compatible_multirange;
    bool compatible_nonarray, wants_compatible_range, wants_compatible_multirange;
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

/* What a range's or multirange's type is made of; null if it is of another kind. */
static const struct range_type *
range_type_of(const struct analysis *an, oid type, char kind)
{
    const struct type_info *info = type == OID_NONE ? NULL : scope_type(an->scope, type);
    return info == NULL || info->kind != kind ? NULL : info->range;
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

/* One argument of the "any" family; false if it contradicts those before. */
static bool
gather_any(const struct analysis *an, struct generic *generic, oid actual, oid declared)
{
    bool is_open = actual == TYPE_UNKNOWN;
    generic->has_any = true;
    switch (declared) {
    case TYPE_ANYARRAY:
        return is_open || agree(&generic->array, base_type(an, actual));
    case TYPE_ANYRANGE:
        return is_open || agree(&generic->range, base_type(an, actual));
    case TYPE_ANYMULTIRANGE:
        return is_open || agree(&generic->multirange, base_type(an, actual));
    default:
        generic->wants_nonarray |= declared == TYPE_ANYNONARRAY;
        generic->wants_enum |= declared == TYPE_ANYENUM;
        return is_open || agree(&generic->element, actual);
    }
}

/* One argument of the "anycompatible" family; false if it cannot be of it. */
static bool
gather_compatible(const struct analysis *an, struct generic *generic, oid actual, oid declared)
{
    generic->has_compatible = true;
    generic->compatible_nonarray |= declared == TYPE_ANYCOMPATIBLENONARRAY;
    generic->wants_compatible_range |= declared == TYPE_ANYCOMPATIBLERANGE;
    generic->wants_compatible_multirange |= declared == TYPE_ANYCOMPATIBLEMULTIRANGE;
    if (actual == TYPE_UNKNOWN)
        return true;
    oid base = base_type(an, actual);
    switch (declared) {
    case TYPE_ANYCOMPATIBLEARRAY:
        if (array_element(an, base) == OID_NONE)
            return false;
        add_compatible(generic, array_element(an, base));
        return true;
    case TYPE_ANYCOMPATIBLERANGE: {
        const struct range_type *range = range_type_of(an, base, 'r');
        if (!agree(&generic->compatible_range, base) || range == NULL)
            return false;
        add_compatible(generic, range->subtype);
        return true;
    }
    case TYPE_ANYCOMPATIBLEMULTIRANGE:
        return agree(&generic->compatible_multirange, base) && range_type_of(an, base, 'm') != NULL;
    default:
        add_compatible(generic, actual);
        return true;
    }
}

static bool
gather(const struct analysis *an, struct generic *generic, oid actual, oid declared)
{
    switch (declared) {
    case TYPE_ANYELEMENT:
    case TYPE_ANYNONARRAY:
    case TYPE_ANYENUM:
    case TYPE_ANYARRAY:
    case TYPE_ANYRANGE:
    case TYPE_ANYMULTIRANGE:
        return gather_any(an, generic, actual, declared);
    case TYPE_ANYCOMPATIBLE:
    case TYPE_ANYCOMPATIBLENONARRAY:
    case TYPE_ANYCOMPATIBLEARRAY:
    case TYPE_ANYCOMPATIBLERANGE:
    case TYPE_ANYCOMPATIBLEMULTIRANGE:
        return gather_compatible(an, generic, actual, declared);
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

/* Why the arguments do not go together; SETTLED if they do. */
enum settling {
    SETTLED,
    ARRAY_IS_NONE,
    ARRAY_DIFFERS,
    MULTIRANGE_IS_NONE,
    MULTIRANGE_DIFFERS,
    RANGE_IS_NONE,
    RANGE_DIFFERS,
    ELEMENT_IS_ARRAY,
    ELEMENT_IS_NO_ENUM,
    COMPATIBLE_DIFFERS,
};

static enum settling
settle_ranges(const struct analysis *an, struct generic *generic)
{
    if (generic->multirange != OID_NONE) {
        const struct range_type *type = range_type_of(an, generic->multirange, 'm');
        if (type == NULL)
            return MULTIRANGE_IS_NONE;
        if (!agree(&generic->range, type->range))
            return MULTIRANGE_DIFFERS;
    }
    if (generic->range != OID_NONE) {
        const struct range_type *type = range_type_of(an, generic->range, 'r');
        if (type == NULL)
            return RANGE_IS_NONE;
        if (!agree(&generic->element, type->subtype))
            return RANGE_DIFFERS;
    }
    if (generic->compatible_multirange != OID_NONE) {
        const struct range_type *type = range_type_of(an, generic->compatible_multirange, 'm');
        if (generic->compatible_range == OID_NONE)
            add_compatible(generic, type->subtype);
        if (!agree(&generic->compatible_range, type->range))
            return COMPATIBLE_DIFFERS;
    }
    return SETTLED;
}

/* Each family agrees with itself: fills in what follows from other arguments. */
static enum settling
settle(const struct analysis *an, struct generic *generic)
{
    if (generic->array != OID_NONE) {
        oid element =
            generic->array == TYPE_ANYARRAY ? TYPE_ANYELEMENT : array_element(an, generic->array);
        if (element == OID_NONE)
            return ARRAY_IS_NONE;
        if (!agree(&generic->element, element))
            return ARRAY_DIFFERS;
    }
    enum settling ranges = settle_ranges(an, generic);
    if (ranges != SETTLED)
        return ranges;
    if (generic->wants_nonarray && array_element(an, generic->element) != OID_NONE)
        return ELEMENT_IS_ARRAY;
    const struct type_info *info = scope_type(an->scope, generic->element);
    return generic->wants_enum && info != NULL && info->kind != 'e' ? ELEMENT_IS_NO_ENUM : SETTLED;
}

/* The subtype that the common type must be; OID_NONE: any. */
static oid
compatible_subtype(const struct analysis *an, const struct generic *generic)
{
    const struct range_type *range = range_type_of(an, generic->compatible_range, 'r');
    return range == NULL ? OID_NONE : range->subtype;
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
    if (settle(an, &generic) != SETTLED)
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
    oid subtype = compatible_subtype(an, &generic);
    return (!generic.compatible_nonarray || array_element(an, common) == OID_NONE) &&
           (subtype == OID_NONE || subtype == common);
}

/* ---- errors ---- */

static _Noreturn void
fail_versus(struct analysis *an, const char *message, oid one, oid other)
{
    raise_error(.code = SQLSTATE_DATATYPE_MISMATCH, .message = message,
                .detail =
                    raise_text("%s versus %s", type_text(an, one, -1), type_text(an, other, -1)));
}

static _Noreturn void
fail_kind(struct analysis *an, const char *declared, const char *kind, oid actual)
{
    raise(SQLSTATE_DATATYPE_MISMATCH, "argument declared %s is not %s but type %s", declared, kind,
          type_text(an, actual, -1));
}

static _Noreturn void
fail_not_alike(struct analysis *an, const char *type, oid one, oid other)
{
    fail_versus(an, raise_text("arguments declared \"%s\" are not all alike", type), one, other);
}

static _Noreturn void
fail_inconsistent(struct analysis *an, const char *one_name, const char *other_name, oid one,
                  oid other)
{
    fail_versus(an,
                raise_text("argument declared %s is not consistent with argument declared %s",
                           one_name, other_name),
                one, other);
}

static _Noreturn void
fail_unknown(const char *declared)
{
    raise(SQLSTATE_DATATYPE_MISMATCH,
          "could not determine polymorphic type %s because input has type %s", declared, "unknown");
}

static void
gather_or_fail(struct analysis *an, struct generic *generic, oid actual, oid declared)
{
    oid range = generic->compatible_range, multirange = generic->compatible_multirange;
    if (gather(an, generic, actual, declared))
        return;
    oid base = base_type(an, actual);
    switch (declared) {
    case TYPE_ANYARRAY:
        fail_not_alike(an, "anyarray", generic->array, base);
    case TYPE_ANYRANGE:
        fail_not_alike(an, "anyrange", generic->range, base);
    case TYPE_ANYMULTIRANGE:
        fail_not_alike(an, "anymultirange", generic->multirange, base);
    case TYPE_ANYCOMPATIBLEARRAY:
        fail_kind(an, "anycompatiblearray", "an array", actual);
    case TYPE_ANYCOMPATIBLERANGE:
        if (range != OID_NONE && range != base)
            fail_not_alike(an, "anycompatiblerange", range, base);
        fail_kind(an, "anycompatiblerange", "a range type", base);
    case TYPE_ANYCOMPATIBLEMULTIRANGE:
        if (multirange != OID_NONE && multirange != base)
            fail_not_alike(an, "anycompatiblemultirange", multirange, base);
        fail_kind(an, "anycompatiblemultirange", "a multirange type", base);
    default:
        fail_not_alike(an, "anyelement", generic->element, actual);
    }
}

static void
settle_or_fail(struct analysis *an, struct generic *generic)
{
    oid element = generic->element, range = generic->range;
    switch (settle(an, generic)) {
    case SETTLED:
        return;
    case ARRAY_IS_NONE:
        fail_kind(an, "anyarray", "an array", generic->array);
    case ARRAY_DIFFERS:
        fail_inconsistent(an, "anyarray", "anyelement", generic->array, element);
    case MULTIRANGE_IS_NONE:
        fail_kind(an, "anymultirange", "a multirange type", generic->multirange);
    case MULTIRANGE_DIFFERS:
        fail_inconsistent(an, "anymultirange", "anyrange", generic->multirange, range);
    case RANGE_IS_NONE:
        fail_kind(an, "anyrange", "a range type", generic->range);
    case RANGE_DIFFERS:
        fail_inconsistent(an, "anyrange", "anyelement", generic->range, generic->element);
    case ELEMENT_IS_ARRAY:
        raise(SQLSTATE_DATATYPE_MISMATCH, "type matched to anynonarray is an array type: %s",
              type_text(an, generic->element, -1));
    case ELEMENT_IS_NO_ENUM:
        raise(SQLSTATE_DATATYPE_MISMATCH, "type matched to anyenum is not an enum type: %s",
              type_text(an, generic->element, -1));
    case COMPATIBLE_DIFFERS:
        fail_inconsistent(an, "anycompatiblemultirange", "anycompatiblerange",
                          generic->compatible_multirange, generic->compatible_range);
    }
}

/* The anycompatible family's type. */
static oid
compatible_or_fail(struct analysis *an, const struct generic *generic)
{
    if (generic->compatible_range == OID_NONE &&
        (generic->wants_compatible_range || generic->wants_compatible_multirange))
        fail_unknown(generic->wants_compatible_range ? "anycompatiblerange"
                                                     : "anycompatiblemultirange");
    oid common = compatible_type(an, generic);
    if (common == OID_NONE)
        raise(SQLSTATE_DATATYPE_MISMATCH, "arguments of anycompatible family cannot be cast to a "
                                          "common type");
    oid subtype = compatible_subtype(an, generic);
    if (subtype != OID_NONE && subtype != common)
        raise(SQLSTATE_DATATYPE_MISMATCH, "%s type %s does not match %s type %s",
              generic->wants_compatible_range ? "anycompatiblerange" : "anycompatiblemultirange",
              type_text(an,
                        generic->wants_compatible_range ? generic->compatible_range
                                                        : generic->compatible_multirange,
                        -1),
              "anycompatible", type_text(an, common, -1));
    return common;
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

static oid
range_or_fail(oid range, const char *declared)
{
    if (range == OID_NONE)
        fail_unknown(declared);
    return range;
}

static oid
multirange_or_fail(const struct analysis *an, oid range, const char *declared)
{
    return range_type_of(an, range_or_fail(range, declared), 'r')->multirange;
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
        return range_or_fail(generic->range, "anyrange");
    case TYPE_ANYMULTIRANGE:
        return multirange_or_fail(an, generic->range, "anymultirange");
    case TYPE_ANYCOMPATIBLE:
    case TYPE_ANYCOMPATIBLENONARRAY:
        return common;
    case TYPE_ANYCOMPATIBLEARRAY:
        return array_or_fail(an, common);
    case TYPE_ANYCOMPATIBLERANGE:
        return range_or_fail(generic->compatible_range, "anycompatiblerange");
    case TYPE_ANYCOMPATIBLEMULTIRANGE:
        return multirange_or_fail(an, generic->compatible_range, "anycompatiblemultirange");
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
    if (!has_generic || (!generic.has_any && !generic.has_compatible))
        return result;
    settle_or_fail(an, &generic);

    if (generic.has_any && generic.element == OID_NONE)
        raise(SQLSTATE_DATATYPE_MISMATCH,
              "could not determine polymorphic type because input has type %s", "unknown");
    oid common = generic.has_compatible ? compatible_or_fail(an, &generic) : OID_NONE;
    for (uint32_t i = 0; i < count; i++)
        declared[i] = resolve(an, &generic, declared[i], common);
    return resolve(an, &generic, result, common);
}

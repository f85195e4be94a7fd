/*
 * expr_array.c: array constructors, subscripts, comparisons with ANY and ALL.
 */
#include "base/raise.h"
#include "exec/expr_build.h"

reg_no
build_array_kind(struct code_builder *b, const struct expr *e, sel_no sel)
{
    (void)b;
    (void)sel;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "array expressions (%d) are not supported yet",
          (int)e->kind);
}

/*
 * expr_record.c: row constructors and fields of records.
 */
#include "base/raise.h"
#include "exec/expr_build.h"

reg_no
build_record_kind(struct code_builder *b, const struct expr *e, sel_no sel)
{
    (void)b;
    (void)sel;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "row expressions (%d) are not supported yet",
          (int)e->kind);
}

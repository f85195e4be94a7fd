/*
 * explain_run.c: EXPLAIN.
 */
#include "base/raise.h"
#include "session/utility_run.h"

uint64_t
explain_run(struct session *session, const struct explain *explain, const struct portal *portal)
{
    (void)session;
    (void)explain;
    (void)portal;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "EXPLAIN is not supported yet");
}

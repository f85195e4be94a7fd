/*
 * lifted.h: simple queries run by the plan of their fingerprint, without being parsed.
 */
#pragma once

#include "session/session_int.h"

/*
 * Runs the text of a simple query, if it is one statement with a plan for all texts that differ
 * in their literals only, or one that such a plan can be made for. False: nothing was done (a
 * transaction may be open) and the text is to be parsed. Raises as the statement does.
 */
bool lifted_run(struct session *session, struct slice text, enum session_state *state);

/*
 * access.h: fills session->access: what functions like nextval and current_setting ask the session
 * for.
 */
#pragma once

#include "session/session_int.h"

void session_access_init(struct session *session);
/* Splits `schema.name` or `name`, quoted parts and all, in the statement's arena. Raises. */
struct object_name session_split_name(struct session *session, const char *text);

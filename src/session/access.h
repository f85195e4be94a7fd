/*
 * access.h: fills session->access: what functions like nextval and current_setting ask the session
 * for.
 */
#pragma once

#include "session/session_int.h"

void session_access_init(struct session *session);

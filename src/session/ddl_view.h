/*
 * ddl_view.h: see ddl_view.c.
 */
#pragma once

#include "session/session_int.h"
#include "sql/utility.h"

/* Sets, or resets, options of a view that is being made or changed. */
void ddl_view_options(struct session *session, struct table *view,
                      const struct option_list *options, bool is_reset);
/* ALTER VIEW ... SET (...) and RESET (...). */
void ddl_alter_view_options(struct session *session, const struct table *view,
                            const struct alter_command *command);

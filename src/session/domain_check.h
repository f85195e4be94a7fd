/*
 * domain_check.h: values tested against the domains that they are to be of, where no statement's
 * plan does it: read from texts, arrays, rows and binary forms.
 */
#pragma once

#include "session/session_int.h"

/* access.h's domain_check; `object` is the session. */
void session_domain_check(void *object, oid domain, union datum value, bool is_null);

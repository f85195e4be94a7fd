/*
 * ddl_sequence.h: making and changing sequences. All raise.
 */
#pragma once

#include "session/session_int.h"

/*
 * Makes a sequence; type: what is counted where the options do not say (int2, int4, int8).
 * owner_table OID_NONE: its own master. Returns its oid.
 */
oid sequence_make(struct session *session, const struct object_name *name,
                  const struct sequence_options *options, oid type, oid owner_table,
                  attr_no owner_attr);
/* Drops the sequence's rows. */
void sequence_remove(struct session *session, oid sequence);
/* The next value is the first again. */
void sequence_restart(struct session *session, oid sequence);
/* ALTER SEQUENCE: what the options say. */
void sequence_alter(struct session *session, oid sequence, const struct sequence_options *options);

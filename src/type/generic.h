/*
 * generic.h: functions whose meaning follows from the types of their arguments alone, so that one C
 * function stands for many SQL functions. They look at call->func or call->arg_types.
 */
#pragma once

#include "type/types.h"

/* PostgreSQL's "int4in", "int4out", "int4recv", "int4send": the type's own conversions. */
union datum generic_in(struct func_call *call, const union datum *args);
union datum generic_out(struct func_call *call, const union datum *args);
union datum generic_recv(struct func_call *call, const union datum *args);
union datum generic_send(struct func_call *call, const union datum *args);
union datum generic_typmod_in(struct func_call *call, const union datum *args);
union datum generic_typmod_out(struct func_call *call, const union datum *args);

/* By the first argument's type_info.compare: -1, 0, 1; the larger; the smaller. */
union datum generic_compare(struct func_call *call, const union datum *args);
union datum generic_larger(struct func_call *call, const union datum *args);
union datum generic_smaller(struct func_call *call, const union datum *args);
union datum generic_eq(struct func_call *call, const union datum *args);
union datum generic_ne(struct func_call *call, const union datum *args);
union datum generic_lt(struct func_call *call, const union datum *args);
union datum generic_le(struct func_call *call, const union datum *args);
union datum generic_gt(struct func_call *call, const union datum *args);
union datum generic_ge(struct func_call *call, const union datum *args);

/* The argument itself: unary plus, and casts that change nothing. */
union datum generic_same(struct func_call *call, const union datum *args);

/* A text in `arena` as a datum, without its terminator. */
union datum generic_text(struct arena *arena, const char *text);

/* What a cast to text makes of the value: the cast's function, or the type's output. */
struct slice generic_cast_text(struct func_call *call, union datum value, oid type);

/* The buffer's bytes as a value in `arena`; gives back the buffer's memory. */
union datum generic_buf_datum(struct arena *arena, struct buf *buf);

/* bigint's contract, for other types whose value is just such a number. */
union datum int8_recv(struct type_call *call, struct slice bytes);
void int8_send(struct type_call *call, union datum value, struct buf *to);
int int8_compare(union datum a, union datum b);
uint64_t int8_hash(union datum value);
bool int8_key_put(union datum value, struct buf *to);
bool int8_key_get(const uint8_t **at, const uint8_t *end, struct arena *arena, union datum *value);

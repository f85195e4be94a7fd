/*
 * input.c: errors of values that users wrote wrongly.
 */
#include "type/input.h"

/* Long values are shown whole, as PostgreSQL does; the message is bounded by the value's size. */
void
raise_syntax(const char *type, struct slice text)
{
    raise(SQLSTATE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type %s: \"%.*s\"", type,
          (int)text.bytes, (const char *)text.data);
}

void
raise_range(const char *type, struct slice text)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%.*s\" is out of range for type %s",
          (int)text.bytes, (const char *)text.data, type);
}

void
recv_expect(struct slice bytes, size_t expected)
{
    if (bytes.bytes < expected)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    if (bytes.bytes > expected)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "incorrect binary data format");
}

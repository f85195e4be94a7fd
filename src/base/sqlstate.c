/*
 * sqlstate.c: codes to text and back, conditions by name.
 *
 * A look-up by name walks the list: it happens when a function is compiled, not when it runs.
 */
#include "base/sqlstate.h"

struct condition {
    const char *name;
    sqlstate code;
};

#define CONDITION(name, ...) {#name, SQLSTATE_OF(__VA_ARGS__)},
static const struct condition conditions[] = {
#include "base/sqlstate_list.inc"
};
#undef CONDITION

void
sqlstate_text(sqlstate code, char out[6])
{
    for (int i = 0; i < SQLSTATE_TEXT_BYTES; i++) {
        out[i] = (char)((code & 0x3f) + '0');
        code >>= 6;
    }
    out[SQLSTATE_TEXT_BYTES] = '\0';
}

bool
sqlstate_parse(struct slice text, sqlstate *code)
{
    if (text.bytes != SQLSTATE_TEXT_BYTES)
        return false;
    sqlstate parsed = 0;
    for (int i = 0; i < SQLSTATE_TEXT_BYTES; i++) {
        uint8_t c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
            return false;
        parsed |= SQLSTATE_CHAR(c, i);
    }
    *code = parsed;
    return true;
}

/* `upper` holds capitals and underscores only. */
static bool
name_matches(const char *upper, struct slice name)
{
    if (strlen(upper) != name.bytes)
        return false;
    for (size_t i = 0; i < name.bytes; i++) {
        uint8_t c = name.data[i];
        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if (c != (uint8_t)upper[i])
            return false;
    }
    return true;
}

bool
sqlstate_find(struct slice name, sqlstate *code)
{
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        if (name_matches(conditions[i].name, name)) {
            *code = conditions[i].code;
            return true;
        }
    }
    return false;
}

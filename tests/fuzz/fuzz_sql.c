/*
 * fuzz_sql.c: SQL text of any bytes.
 *
 * The lexer must come to an end and cover the text; a fingerprint, where there is one, must give a
 * key that has none itself but the parameters it made; and the text is analysed or refused with an
 * error of syntax, names, types or limits.
 */
#include "base/check.h"
#include "base/raise.h"
#include "fuzz/fuzz.h"
#include "sql/fingerprint.h"
#include "sql/lexer.h"
#include "sql/nesting.h"
#include "unit/sql/fake.h"

static void
lex(struct slice text)
{
    struct lexer lexer;
    lexer_init(&lexer, text);
    uint32_t at = 0;
    for (;;) {
        struct token token = lexer_next(&lexer);
        check(token.at >= at && token.at + token.bytes <= text.bytes);
        if (token.kind == TOKEN_END)
            break;
        check(token.bytes > 0);
        at = token.at + token.bytes;
    }
    (void)nesting_measure(text);
}

static void
lift(struct slice text)
{
    struct buf key;
    struct fingerprint print, again;
    buf_init(&key);
    if (fingerprint_make(text, &key, &print)) {
        struct slice made = slice_of(key.data, key.bytes);
        struct buf other;
        buf_init(&other);
        if (print.count > 0)
            check(!fingerprint_make(made, &other, &again));
        else
            check(slice_equal(made, text));
        buf_deinit(&other);
    }
    buf_deinit(&key);
}

static void
analyze_any(struct slice text)
{
    struct fake fake;
    fake_init(&fake);
    arena_limit(fake.arena, (size_t)256 << 20);
    struct catch frame;
    if (catch_begin(&frame, fake.arena)) {
        struct raw_list *list = parse_sql(fake.arena, text);
        for (uint32_t i = 0; i < list->count; i++) {
            struct param_types params = {.can_infer = true};
            struct analyze_options options = {
                .arena = fake.arena, .scope = &fake.scope, .params = &params};
            (void)analyze(&options, &list->statements[i]);
        }
        catch_end(&frame);
    } else {
        check(sqlstate_class(frame.error->code) != sqlstate_class(SQLSTATE_INTERNAL_ERROR));
    }
    fake_deinit(&fake);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    lex(text);
    lift(text);
    analyze_any(text);
    return 0;
}

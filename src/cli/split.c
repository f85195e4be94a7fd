/*
 * split.c: a small scanner of SQL's quoting, and of bodies of functions.
 */
#include "cli/split.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct scanner {
    const char *at, *end;
};

static void
skip_line_comment(struct scanner *s)
{
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

/* Comments nest. False: it is not closed. */
static bool
skip_block_comment(struct scanner *s)
{
    int depth = 0;
    while (s->at < s->end) {
        if (s->end - s->at >= 2 && s->at[0] == '/' && s->at[1] == '*') {
            depth++;
            s->at += 2;
        } else if (s->end - s->at >= 2 && s->at[0] == '*' && s->at[1] == '/') {
            s->at += 2;
            if (--depth == 0)
                return true;
        } else {
            s->at++;
        }
    }
    return false;
}

/* A quoted thing; a doubled quote goes on, and in E'' strings a backslash takes the next character.
 */
static bool
skip_quoted(struct scanner *s, bool has_escapes)
{
    char quote = *s->at++;
    while (s->at < s->end) {
        if (has_escapes && *s->at == '\\' && s->at + 1 < s->end) {
            s->at += 2;
        } else if (*s->at == quote) {
            s->at++;
            if (s->at == s->end || *s->at != quote)
                return true;
            s->at++;
        } else {
            s->at++;
        }
    }
    return false;
}

/* $tag$ ... $tag$; a dollar that begins no tag is one character. */
static bool
skip_dollar(struct scanner *s)
{
    const char *tag = s->at++;
    while (s->at < s->end && (isalnum((unsigned char)*s->at) || *s->at == '_'))
        s->at++;
    if (s->at == s->end || *s->at != '$' || isdigit((unsigned char)tag[1])) {
        s->at = tag + 1;
        return true;
    }
    s->at++;
    size_t tag_bytes = (size_t)(s->at - tag);
    const char *close = memmem(s->at, (size_t)(s->end - s->at), tag, tag_bytes);
    s->at = close == NULL ? s->end : close + tag_bytes;
    return close != NULL;
}

/* Skips one token that quotes or comments. False: it is open at the end; *skipped: there was one.
 */
static bool
skip_special(struct scanner *s, const char *begin, bool *skipped)
{
    *skipped = true;
    char c = *s->at, next = s->end - s->at >= 2 ? s->at[1] : '\0';
    if (c == '-' && next == '-') {
        skip_line_comment(s);
        return true;
    }
    if (c == '/' && next == '*')
        return skip_block_comment(s);
    if (c == '\'') {
        bool has_escapes = s->at > begin && (s->at[-1] == 'E' || s->at[-1] == 'e') &&
                           (s->at - 1 == begin || !isalnum((unsigned char)s->at[-2]));
        return skip_quoted(s, has_escapes);
    }
    if (c == '"')
        return skip_quoted(s, false);
    if (c == '$' && (s->at == begin || !isalnum((unsigned char)s->at[-1])))
        return skip_dollar(s);
    *skipped = false;
    return true;
}

/*
 * Words seen so far, as far as they tell whether a semicolon stands within BEGIN ATOMIC ... END of
 * a function's body.
 */
struct words {
    uint32_t count; /* of the statement's first words */
    bool is_create, makes_routine;
    uint32_t begin_depth; /* of BEGIN and CASE, each with its END */
};

static bool
is_word(const char *word, size_t bytes, const char *wanted)
{
    return bytes == strlen(wanted) && strncasecmp(word, wanted, bytes) == 0;
}

/* Takes the word that begins here. */
static void
take_word(struct scanner *s, struct words *words)
{
    const char *word = s->at;
    while (s->at < s->end && (isalnum((unsigned char)*s->at) || *s->at == '_'))
        s->at++;
    size_t bytes = (size_t)(s->at - word);
    words->count++;
    if (words->count == 1)
        words->is_create = is_word(word, bytes, "create");
    else if (words->is_create && words->count <= 4 &&
             (is_word(word, bytes, "function") || is_word(word, bytes, "procedure")))
        words->makes_routine = true;
    if (!words->makes_routine)
        return;
    if (is_word(word, bytes, "begin") || (words->begin_depth > 0 && is_word(word, bytes, "case")))
        words->begin_depth++;
    else if (words->begin_depth > 0 && is_word(word, bytes, "end"))
        words->begin_depth--;
}

size_t
statement_bytes(const char *text, size_t bytes, bool *is_open)
{
    struct scanner s = {.at = text, .end = text + bytes};
    struct words words = {.count = 0};
    int depth = 0;
    *is_open = false;
    while (s.at < s.end) {
        bool skipped;
        if (!skip_special(&s, text, &skipped)) {
            *is_open = true;
            return 0;
        }
        if (skipped)
            continue;
        if (isalpha((unsigned char)*s.at) || *s.at == '_') {
            take_word(&s, &words);
            continue;
        }
        if (*s.at == ';' && depth <= 0 && words.begin_depth == 0)
            return (size_t)(s.at - text) + 1;
        depth += (*s.at == '(') - (*s.at == ')');
        s.at++;
    }
    *is_open = depth > 0 || words.begin_depth > 0;
    return 0;
}

bool
text_is_blank(const char *text, size_t bytes)
{
    struct scanner s = {.at = text, .end = text + bytes};
    while (s.at < s.end) {
        bool is_comment = s.end - s.at >= 2 && ((s.at[0] == '-' && s.at[1] == '-') ||
                                                (s.at[0] == '/' && s.at[1] == '*'));
        bool skipped = false;
        if (is_comment)
            (void)skip_special(&s, text, &skipped);
        else if (isspace((unsigned char)*s.at) || *s.at == ';')
            s.at++;
        else
            return false;
    }
    return true;
}

/*
 * nesting.c: bounds a parse tree's depth before anything recurses over it.
 *
 * The parser itself keeps its stack on the heap; what recurses are the passes that copy its tree,
 * and those after. A tree grows deep in three ways: by brackets (parentheses, CASE ... END), by
 * operators in a row (1 + 2 + 3, NOT NOT a, a IS NULL IS NULL), and by chains of UNION and JOIN.
 * So within each open bracket the tokens that can nest are counted, from the last comma, AND, OR,
 * WHEN, THEN or ELSE (which begin a new branch), and chains apart, as commas do not end them. The
 * depth at a place is the sum over the brackets open there. Names followed by nothing that nests
 * count too: too high is harmless (the text is parsed on a larger stack), too low is not.
 */
#include "sql/nesting.h"

#include "sql/lexer.h"

#define BRACKETS_MAX 20000

enum word_effect { WORD_PLAIN, WORD_BRANCH, WORD_CHAIN, WORD_OPEN, WORD_CLOSE };

struct bracket {
    uint16_t run, chain;
    bool is_case;
};

static enum word_effect
word_effect(const struct lexer *lexer, const struct token *token)
{
    static const struct {
        const char *word;
        enum word_effect effect;
    } words[] = {
        {"and", WORD_BRANCH},      {"or", WORD_BRANCH},   {"when", WORD_BRANCH},
        {"then", WORD_BRANCH},     {"else", WORD_BRANCH}, {"union", WORD_CHAIN},
        {"except", WORD_CHAIN},    {"join", WORD_CHAIN},  {"case", WORD_OPEN},
        {"intersect", WORD_CHAIN}, {"end", WORD_CLOSE},
    };
    if (token->bytes > 9)
        return WORD_PLAIN;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (token_is_word(lexer, token, words[i].word))
            return words[i].effect;
    }
    return WORD_PLAIN;
}

struct count {
    struct bracket brackets[BRACKETS_MAX];
    uint32_t open; /* index of the innermost bracket */
    uint32_t sum;  /* of run and chain over all open brackets */
    uint32_t sum_max;
    bool is_over;
};

static void
add(struct count *count, uint16_t *counter)
{
    if (*counter == UINT16_MAX) {
        count->is_over = true;
        return;
    }
    (*counter)++;
    count->sum++;
    if (count->sum + count->open > count->sum_max)
        count->sum_max = count->sum + count->open;
}

static void
branch(struct count *count)
{
    struct bracket *bracket = &count->brackets[count->open];
    count->sum -= bracket->run;
    bracket->run = 0;
}

static void
open_bracket(struct count *count, bool is_case)
{
    if (count->open + 1 == BRACKETS_MAX) {
        count->is_over = true;
        return;
    }
    count->brackets[++count->open] = (struct bracket){.is_case = is_case};
    if (count->sum + count->open > count->sum_max)
        count->sum_max = count->sum + count->open;
}

static void
close_bracket(struct count *count)
{
    struct bracket *bracket = &count->brackets[count->open];
    count->sum -= (uint32_t)bracket->run + bracket->chain;
    *bracket = (struct bracket){0};
    if (count->open > 0)
        count->open--;
}

static void
count_word(struct count *count, const struct lexer *lexer, const struct token *token)
{
    struct bracket *bracket = &count->brackets[count->open];
    switch (word_effect(lexer, token)) {
    case WORD_BRANCH:
        branch(count);
        break;
    case WORD_CHAIN:
        add(count, &bracket->chain);
        break;
    case WORD_OPEN:
        open_bracket(count, true);
        break;
    case WORD_CLOSE:
        if (bracket->is_case)
            close_bracket(count);
        break;
    case WORD_PLAIN:
        add(count, &bracket->run);
        break;
    }
}

static void
count_punct(struct count *count, const struct lexer *lexer, const struct token *token)
{
    switch (lexer->text[token->at]) {
    case '(':
    case '[':
        open_bracket(count, false);
        break;
    case ')':
    case ']':
        close_bracket(count);
        break;
    case ',':
        branch(count);
        break;
    case ';':
        while (count->open > 0)
            close_bracket(count);
        close_bracket(count);
        break;
    default:
        add(count, &count->brackets[count->open].run);
        break;
    }
}

struct nesting
nesting_measure(struct slice text)
{
    struct count count; /* brackets past `open` are set when they are opened */
    count.open = count.sum = count.sum_max = 0;
    count.is_over = false;
    count.brackets[0] = (struct bracket){0};
    bool is_after_point = false;
    struct nesting nesting = {.token_count = 0};
    struct lexer lexer;
    lexer_init(&lexer, text);
    for (;;) {
        struct token token = lexer_next(&lexer);
        if (token.kind == TOKEN_END || count.is_over)
            break;
        bool is_name = is_after_point; /* a.end is a column, not a keyword */
        is_after_point = token_is(&lexer, &token, ".");
        if (token.kind == TOKEN_PUNCT) {
            count_punct(&count, &lexer, &token);
            continue;
        }
        nesting.token_count++;
        if (token.kind == TOKEN_WORD && is_name)
            add(&count, &count.brackets[count.open].run);
        else if (token.kind == TOKEN_WORD)
            count_word(&count, &lexer, &token);
        else if (token.kind == TOKEN_OPERATOR)
            add(&count, &count.brackets[count.open].run);
    }
    nesting.depth = count.is_over ? UINT32_MAX : count.sum_max;
    return nesting;
}

/*
 * ts_config.c: see ts_config.h.
 */
#include "type/ts_config.h"

#include "base/raise.h"
#include "type/access.h"
#include "type/tables.h"
#include "type/text_case.h"
#include <libstemmer.h>

static const struct ts_token_kind token_kinds[TOKEN_TYPES] = {
    {"asciiword", "Word, all ASCII"},
    {"word", "Word, all letters"},
    {"numword", "Word, letters and digits"},
    {"email", "Email address"},
    {"url", "URL"},
    {"host", "Host"},
    {"sfloat", "Scientific notation"},
    {"version", "Version number"},
    {"hword_numpart", "Hyphenated word part, letters and digits"},
    {"hword_part", "Hyphenated word part, all letters"},
    {"hword_asciipart", "Hyphenated word part, all ASCII"},
    {"blank", "Space symbols"},
    {"tag", "XML tag"},
    {"protocol", "Protocol head"},
    {"numhword", "Hyphenated word, letters and digits"},
    {"asciihword", "Hyphenated word, all ASCII"},
    {"hword", "Hyphenated word, all letters"},
    {"url_path", "URL path"},
    {"file", "File or path name"},
    {"float", "Decimal notation"},
    {"int", "Signed integer"},
    {"uint", "Unsigned integer"},
    {"entity", "XML entity"},
};

const struct ts_token_kind *
ts_token_kind(uint32_t type)
{
    return &token_kinds[type - 1];
}

static const struct ts_config configs[] = {{3748, "simple", false}, {13164, "english", true}};
static const struct ts_dict dicts[] = {{3765, "simple", false}, {13163, "english_stem", true}};

const struct ts_config *
ts_config_at(uint32_t config_idx)
{
    return config_idx < COUNT_OF(configs) ? &configs[config_idx] : NULL;
}

const struct ts_dict *
ts_dict_at(uint32_t dict_idx)
{
    return dict_idx < COUNT_OF(dicts) ? &dicts[dict_idx] : NULL;
}

const struct ts_config *
ts_config_get(oid config)
{
    for (size_t i = 0; i < COUNT_OF(configs); i++) {
        if (configs[i].config == config)
            return &configs[i];
    }
    raise(SQLSTATE_UNDEFINED_OBJECT, "text search configuration with OID %u does not exist",
          config);
}

const struct ts_dict *
ts_dict_get(oid dict)
{
    for (size_t i = 0; i < COUNT_OF(dicts); i++) {
        if (dicts[i].dict == dict)
            return &dicts[i];
    }
    raise(SQLSTATE_UNDEFINED_OBJECT, "text search dictionary with OID %u does not exist", dict);
}

const struct ts_dict *
ts_config_dict(const struct ts_config *config, enum ts_token_type type)
{
    switch (type) {
    case TOKEN_BLANK:
    case TOKEN_TAG:
    case TOKEN_PROTOCOL:
    case TOKEN_ENTITY:
        return NULL;
    case TOKEN_ASCIIWORD:
    case TOKEN_WORD:
    case TOKEN_HWORD_PART:
    case TOKEN_HWORD_ASCIIPART:
    case TOKEN_ASCIIHWORD:
    case TOKEN_HWORD:
        return &dicts[config->stems];
    default:
        return &dicts[0];
    }
}

const struct ts_config *
ts_config_default(const struct type_env *env, struct arena *arena)
{
    const char *name = "english";
    if (env->access != NULL)
        name = env->access->setting(env->access->object, "default_text_search_config", arena);
    if (name != NULL && strncmp(name, "pg_catalog.", 11) == 0)
        name += 11;
    for (size_t i = 0; name != NULL && i < COUNT_OF(configs); i++) {
        if (strcmp(configs[i].name, name) == 0)
            return &configs[i];
    }
    raise(SQLSTATE_UNDEFINED_OBJECT, "text search configuration \"%s\" does not exist",
          name == NULL ? "" : name);
}

/* ---- dictionaries ---- */

/* The commonest English words, which tell nothing of a document: as Snowball lists them. */
static const char stop_words[] =
    " i me my myself we our ours ourselves you your yours yourself yourselves he him his himself "
    "she her hers herself it its itself they them their theirs themselves what which who whom "
    "this that these those am is are was were be been being have has had having do does did doing "
    "a an the and but if or because as until while of at by for with about against between into "
    "through during before after above below to from up down in out on off over under again "
    "further then once here there when where why how all any both each few more most other some "
    "such no nor not only own same so than too very s t can will just don should now ";

#define STOP_BYTES_MAX 10 /* of the longest stop word: yourselves */

static bool
is_stop_word(struct slice word)
{
    char text[STOP_BYTES_MAX + 3];
    if (word.bytes == 0 || word.bytes > STOP_BYTES_MAX || memchr(word.data, ' ', word.bytes))
        return false;
    text[0] = ' ';
    memcpy(text + 1, word.data, word.bytes);
    text[word.bytes + 1] = ' ';
    text[word.bytes + 2] = 0;
    return strstr(stop_words, text) != NULL;
}

bool
ts_dict_lexeme(const struct ts_dict *dict, struct arena *arena, struct slice token,
               struct slice *lexeme)
{
    *lexeme = text_lower(arena, token);
    if (!dict->stems)
        return true;
    if (is_stop_word(*lexeme))
        return false;
    struct sb_stemmer *stemmer = sb_stemmer_new("english", "UTF_8");
    if (stemmer == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    const sb_symbol *stem = sb_stemmer_stem(stemmer, lexeme->data, (int)lexeme->bytes);
    if (stem != NULL)
        *lexeme = slice_of(arena_copy(arena, stem, (size_t)sb_stemmer_length(stemmer) + 1),
                           (size_t)sb_stemmer_length(stemmer));
    sb_stemmer_delete(stemmer);
    if (stem == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    return true;
}

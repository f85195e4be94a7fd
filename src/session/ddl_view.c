/*
 * ddl_view.c: CREATE VIEW's and ALTER VIEW's options: checks of rows written through the view, and
 * as whose and in which order what is in it is read.
 */
#include "session/ddl_view.h"
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/scope.h"
#include "sql/analyze.h"

static bool
is_one_of(const char *value, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasecmp(value, *words) == 0)
            return true;
    }
    return false;
}

static bool
boolean_option(const struct option *option)
{
    static const char *const yes[] = {"true", "t", "on", "yes", "y", "1", NULL};
    static const char *const no[] = {"false", "f", "off", "no", "n", "0", NULL};
    if (option->value == NULL || is_one_of(option->value, yes))
        return true;
    if (!is_one_of(option->value, no))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid value for boolean option \"%s\": %s",
              option->name, option->value);
    return false;
}

static char
check_option(const struct option *option)
{
    const char *value = option->value == NULL ? "true" : option->value;
    if (strcmp(value, "local") == 0)
        return 'l';
    if (strcmp(value, "cascaded") == 0)
        return 'c';
    raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                .message =
                    raise_text("invalid value for enum option \"%s\": %s", option->name, value),
                .detail = "Valid values are \"local\" and \"cascaded\".");
}

/* The list, "a=1,b=2", without an option. */
static const char *
without(struct arena *arena, const char *list, const char *name)
{
    const char *left = NULL;
    size_t name_bytes = strlen(name);
    while (list != NULL && *list != '\0') {
        size_t bytes = strcspn(list, ",");
        bool is_it =
            bytes > name_bytes && strncmp(list, name, name_bytes) == 0 && list[name_bytes] == '=';
        if (!is_it)
            left = arena_format(arena, "%s%s%.*s", left == NULL ? "" : left,
                                left == NULL ? "" : ",", (int)bytes, list);
        list += bytes + (list[bytes] == ',');
    }
    return left;
}

/* What the option says, in the view's own fields; value null: the default. */
static void
apply(struct table *view, const struct option *option, bool is_reset)
{
    if (strcmp(option->name, "security_barrier") == 0 && option->name_space == NULL)
        view->is_security_barrier = !is_reset && boolean_option(option);
    else if (strcmp(option->name, "security_invoker") == 0 && option->name_space == NULL)
        (void)(is_reset || boolean_option(option));
    else if (strcmp(option->name, "check_option") == 0 && option->name_space == NULL)
        view->check_option = is_reset ? 0 : check_option(option);
    else if (!is_reset)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "unrecognized parameter \"%s\"", option->name);
}

void
ddl_view_options(struct session *session, struct table *view, const struct option_list *options,
                 bool is_reset)
{
    struct arena *arena = session->statement_arena;
    for (uint32_t i = 0; i < options->count; i++) {
        const struct option *option = &options->options[i];
        apply(view, option, is_reset);
        view->options = without(arena, view->options, option->name);
        if (!is_reset)
            view->options =
                arena_format(arena, "%s%s%s=%s", view->options == NULL ? "" : view->options,
                             view->options == NULL ? "" : ",", option->name,
                             option->value == NULL ? "true" : option->value);
    }
}

void
ddl_alter_view_options(struct session *session, const struct table *view,
                       const struct alter_command *command)
{
    struct draft draft;
    draft_of(&draft, session, view);
    ddl_view_options(session, &draft.table, &command->options,
                     command->kind == ALTER_RESET_OPTIONS);
    if (draft.table.check_option != 0) {
        struct analyze_options options = {.arena = session->statement_arena,
                                          .scope = &session->scope};
        const char *reason = analyze_view_reason(&options, view);
        if (reason != NULL)
            raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED, .hint = reason,
                        .message = "WITH CHECK OPTION is supported only on automatically "
                                   "updatable views");
    }
    (void)draft_put(&draft);
}

/*
 * fuzz_exec.c: SQL text of any bytes, run by a session.
 *
 * Whatever it is, it is parsed, analysed, planned and executed, or refused with an error that is
 * not one of our own (XX...); it ends in time and within its memory; and the session goes on.
 */
#include "base/check.h"
#include "fuzz/database.h"
#include "fuzz/fuzz.h"
#include <string.h>
#include <strings.h>

#define TEXT_BYTES_MAX 16384

/* COPY to a file of this machine is nothing for a fuzzer. */
static bool
may_name_file(const char *text)
{
    return strchr(text, '/') != NULL && strcasestr(text, "copy") != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static char text[TEXT_BYTES_MAX + 1];
    if (bytes > TEXT_BYTES_MAX)
        bytes = TEXT_BYTES_MAX;
    if (bytes != 0)
        memcpy(text, data, bytes);
    text[bytes] = '\0';
    if (may_name_file(text))
        return 0;
    struct client *client = fuzz_client();
    client->copy_data = "1\ttwo\n";
    (void)client_run(client, text);
    fuzz_client_judge(client, slice_text(text));
    return 0;
}

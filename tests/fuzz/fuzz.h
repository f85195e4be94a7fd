/*
 * fuzz.h: what a fuzzer defines, and who calls it.
 *
 * One fuzzer a reader of foreign bytes: fuzz_<format>.c. Linked with libFuzzer in a build with
 * -Dfuzz=true; in all others with replay.c, which feeds it corpus/<format> and mutations of that.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Takes any bytes and returns 0; what must never happen ends the process (check, a sanitizer). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

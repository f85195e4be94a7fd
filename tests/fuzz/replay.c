/*
 * replay.c: feeds a fuzzer without libFuzzer: every input of its corpus, then seeded mutations.
 *
 *     fuzz_<format> [-n COUNT] [-s SEED] [-d DICTIONARY] FILE|FOLDER...
 *
 * A dictionary is libFuzzer's: a word in quotes a line, with \\, \" and \xNN.
 * The same seed and corpus give the same inputs. When the fuzzer dies, the input that killed it is
 * written to ./crash-<format>, to be fed again by name and, once understood, added to the corpus.
 */
#include "base/check.h"
#include "base/mem.h"
#include "base/random.h"
#include "fuzz/fuzz.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUTS_MAX 10000
#define INPUT_BYTES_MAX ((size_t)1 << 16)

struct input {
    uint8_t *data;
    size_t bytes;
};

/* A signal handler sees nothing but globals. */
static struct input current;
static char crash_path[256];

static struct input inputs[INPUTS_MAX];
static int input_count;

#define WORDS_MAX 1000
#define WORD_BYTES_MAX 64

static struct word {
    uint8_t data[WORD_BYTES_MAX];
    size_t bytes;
} words[WORDS_MAX];
static int word_count;

static void
save_crash(int signal_no)
{
    int file = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file >= 0) {
        ssize_t written = write(file, current.data, current.bytes);
        (void)written;
        close(file);
    }
    signal(signal_no, SIG_DFL);
    raise(signal_no);
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void
add_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    check(input_count < INPUTS_MAX);
    struct input *input = &inputs[input_count++];
    input->data = mem_alloc(INPUT_BYTES_MAX);
    check(input->data != NULL);
    input->bytes = fread(input->data, 1, INPUT_BYTES_MAX, file);
    fclose(file);
}

static void
add_path(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode)) {
        add_file(path);
        return;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, compare_names); /* sorted: a seed repeats */
    for (int i = 0; i < count; i++) {
        char child[4096];
        snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            add_file(child);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

/* The word between the quotes of a line; no quotes: none. */
static void
add_word(const char *line)
{
    const char *at = strchr(line, '"');
    if (line[0] == '#' || at == NULL || word_count == WORDS_MAX)
        return;
    struct word *word = &words[word_count++];
    for (at++; *at != '\0' && *at != '"' && word->bytes < WORD_BYTES_MAX; at++) {
        unsigned byte = (uint8_t)*at;
        if (*at == '\\' && at[1] == 'x' && sscanf(at + 2, "%2x", &byte) == 1)
            at += 3;
        else if (*at == '\\' && at[1] != '\0')
            byte = (uint8_t) * ++at;
        word->data[word->bytes++] = (uint8_t)byte;
    }
}

static void
add_dictionary(const char *path)
{
    char line[4 * WORD_BYTES_MAX];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file) != NULL)
        add_word(line);
    fclose(file);
}

/* Moves the tail at `at` by `by` bytes, within the room; new bytes are the caller's to fill. */
static void
input_shift(struct input *input, size_t at, ptrdiff_t by)
{
    if (by > 0 && input->bytes + (size_t)by > INPUT_BYTES_MAX)
        return;
    if (by < 0 && (size_t)-by > input->bytes - at)
        by = -(ptrdiff_t)(input->bytes - at);
    size_t from = by < 0 ? at + (size_t)-by : at;
    memmove(input->data + at + (by > 0 ? (size_t)by : 0), input->data + from, input->bytes - from);
    if (by > 0)
        memset(input->data + at, 0, (size_t)by);
    input->bytes = (size_t)((ptrdiff_t)input->bytes + by);
}

static void
insert_word(struct input *input, size_t at, const struct word *word)
{
    if (input->bytes + word->bytes > INPUT_BYTES_MAX)
        return;
    input_shift(input, at, (ptrdiff_t)word->bytes);
    memcpy(input->data + at, word->data, word->bytes);
}

static void
mutate(struct input *input, struct random *random)
{
    static const char common[] = "0123456789+-.:,;/\\ eEx'\"{}[]()%_\n\t\0\xff\x7f\x80";
    size_t at = random_below(random, input->bytes + 1);
    size_t run = 1 + random_below(random, random_below(random, 4) == 0 ? 64 : 4);
    const struct input *other = &inputs[random_below(random, (uint64_t)input_count)];
    switch (random_below(random, word_count > 0 ? 10 : 7)) {
    case 0:
        if (at < input->bytes)
            input->data[at] ^= (uint8_t)(1 << random_below(random, 8));
        break;
    case 1:
        if (at < input->bytes)
            input->data[at] = (uint8_t)random_next(random);
        break;
    case 2:
        input_shift(input, at, 1);
        if (at < input->bytes)
            input->data[at] = (uint8_t)common[random_below(random, sizeof common - 1)];
        break;
    case 3:
        input_shift(input, at, -(ptrdiff_t)run);
        break;
    case 4: /* the same bytes once more */
        if (at + run <= input->bytes && input->bytes + run <= INPUT_BYTES_MAX) {
            input_shift(input, at, (ptrdiff_t)run);
            memcpy(input->data + at, input->data + at + run, run);
        }
        break;
    case 5: /* the tail of another */
        if (at < other->bytes) {
            memcpy(input->data + at, other->data + at, other->bytes - at);
            input->bytes = other->bytes;
        }
        break;
    case 6:
        input->bytes = at;
        break;
    default:
        insert_word(input, at, &words[random_below(random, (uint64_t)word_count)]);
        break;
    }
}

static void
run_one(const uint8_t *data, size_t bytes)
{
    /* A copy of exactly its size, so that a sanitizer sees a read behind it. */
    current.data = mem_alloc(bytes);
    check(current.data != NULL);
    current.bytes = bytes;
    if (bytes != 0)
        memcpy(current.data, data, bytes);
    LLVMFuzzerTestOneInput(current.data, bytes);
    mem_free(current.data);
}

int
main(int argc, char **argv)
{
    uint64_t count = 0, seed = 1;
    int option;
    while ((option = getopt(argc, argv, "n:s:d:")) != -1) {
        if (option == 'n')
            count = strtoull(optarg, NULL, 10);
        else if (option == 's')
            seed = strtoull(optarg, NULL, 10);
        else if (option == 'd')
            add_dictionary(optarg);
        else
            return 2;
    }
    const char *name = strrchr(argv[0], '/');
    snprintf(crash_path, sizeof crash_path, "crash-%s", name == NULL ? argv[0] : name + 1);
    signal(SIGABRT, save_crash);
    signal(SIGSEGV, save_crash);

    for (int i = optind; i < argc; i++)
        add_path(argv[i]);
    if (input_count == 0) {
        fprintf(stderr, "%s: no inputs\n", argv[0]);
        return 2;
    }
    for (int i = 0; i < input_count; i++)
        run_one(inputs[i].data, inputs[i].bytes);

    struct random random;
    random_init(&random, seed);
    struct input mutant = {.data = mem_alloc(INPUT_BYTES_MAX)};
    check(mutant.data != NULL);
    for (uint64_t i = 0; i < count; i++) {
        const struct input *from = &inputs[random_below(&random, (uint64_t)input_count)];
        memcpy(mutant.data, from->data, from->bytes);
        mutant.bytes = from->bytes;
        for (uint64_t steps = 1 + random_below(&random, 4); steps > 0; steps--)
            mutate(&mutant, &random);
        run_one(mutant.data, mutant.bytes);
    }
    printf("%d inputs, %llu mutations\n", input_count, (unsigned long long)count);
    mem_free(mutant.data);
    for (int i = 0; i < input_count; i++)
        mem_free(inputs[i].data);
    return 0;
}

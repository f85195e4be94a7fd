/*
 * log_format.c: the bytes of segment headers and records. The layouts are drawn in log_int.h.
 */
#include "base/bytes.h"
#include "base/hash.h"
#include "store/log_int.h"

static const uint8_t magic[8] = {'R', 'O', 'W', 'A', 'N', 'L', 'O', 'G'};

enum {
    AT_CHECKSUM = 0,
    AT_MAGIC = 8,
    AT_VERSION = 16,
    AT_HEADER_BYTES = 20,
    AT_FILE_ID = 24,
    AT_SEGMENT_ID = 40,
    AT_START = 48,
    AT_SALT = 56,
    AT_ROOM = 64
};

void
log_encode_header(const struct log_segment *segment, const uint8_t *file_id, uint8_t *to)
{
    memset(to, 0, LOG_HEADER_BYTES);
    memcpy(to + AT_MAGIC, magic, sizeof magic);
    le32_set(to + AT_VERSION, FORMAT_VERSION);
    le32_set(to + AT_HEADER_BYTES, LOG_HEADER_BYTES);
    memcpy(to + AT_FILE_ID, file_id, FILE_ID_BYTES);
    le64_set(to + AT_SEGMENT_ID, segment->id);
    le64_set(to + AT_START, segment->start);
    le64_set(to + AT_SALT, segment->salt);
    le64_set(to + AT_ROOM, segment->room);
    le64_set(to + AT_CHECKSUM, hash_bytes(to + AT_MAGIC, LOG_HEADER_BYTES - AT_MAGIC));
}

static bool
is_whole_header(const uint8_t *from)
{
    return memcmp(from + AT_MAGIC, magic, sizeof magic) == 0 &&
           le64_get(from + AT_CHECKSUM) == hash_bytes(from + AT_MAGIC, LOG_HEADER_BYTES - AT_MAGIC);
}

bool
log_is_foreign_header(const uint8_t *from, const uint8_t *file_id)
{
    return is_whole_header(from) && memcmp(from + AT_FILE_ID, file_id, FILE_ID_BYTES) != 0;
}

bool
log_decode_header(const uint8_t *from, const uint8_t *file_id, uint64_t id,
                  struct log_segment *segment)
{
    if (!is_whole_header(from) || le32_get(from + AT_VERSION) != FORMAT_VERSION ||
        le32_get(from + AT_HEADER_BYTES) != LOG_HEADER_BYTES ||
        memcmp(from + AT_FILE_ID, file_id, FILE_ID_BYTES) != 0 ||
        le64_get(from + AT_SEGMENT_ID) != id)
        return false;
    *segment = (struct log_segment){
        .id = id,
        .start = le64_get(from + AT_START),
        .salt = le64_get(from + AT_SALT),
        .room = le64_get(from + AT_ROOM),
    };
    segment->end = segment->start + segment->room;
    return segment->start % 8 == 0 && segment->room % 8 == 0 && segment->room > 0 &&
           segment->room <= SEGMENT_ROOM_MAX && segment->end > segment->start;
}

void
record_encode_header(const struct record_header *header, uint8_t *to)
{
    le64_set(to, header->checksum);
    le64_set(to + 8, header->position);
    le32_set(to + 16, header->bytes);
    le32_set(to + 20, header->unsynced);
}

struct record_header
record_decode_header(const uint8_t *from)
{
    return (struct record_header){
        .checksum = le64_get(from),
        .position = le64_get(from + 8),
        .bytes = le32_get(from + 16),
        .unsynced = le32_get(from + 20),
    };
}

uint64_t
record_checksum(const uint8_t *record, uint32_t bytes, uint64_t salt, log_pos position)
{
    return hash_bytes_seed(record + 8, RECORD_HEADER_BYTES - 8 + (size_t)bytes, salt ^ position);
}

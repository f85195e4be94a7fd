/*
 * inet_text.c: addresses from and to text.
 *
 * IPv4 is one to four decimal bytes; a network's may be hexadecimal after 0x, and without a mask
 * gets that of its historic class. IPv6 is up to eight groups of hexadecimal digits, one run of
 * zero groups left out as "::", the last four bytes perhaps written as IPv4's.
 */
#include "type/digits.h"
#include "type/inet.h"

struct reader {
    const uint8_t *at, *end;
};

static bool
more(const struct reader *r)
{
    return r->at < r->end;
}

static bool
is_next_digit(const struct reader *r)
{
    return more(r) && is_digit(*r->at);
}

/* Digits up to `max`; false if there are none or they are more. */
static bool
read_number(struct reader *r, uint32_t max, uint32_t *value)
{
    *value = 0;
    if (!is_next_digit(r))
        return false;
    for (; is_next_digit(r); r->at++) {
        *value = *value * 10 + (*r->at - '0');
        if (*value > max)
            return false;
    }
    return true;
}

/* "/24" and the end; or the end at once, which leaves *bits as it is. */
static bool
read_mask(struct reader *r, uint32_t max, int *bits)
{
    if (!more(r))
        return true;
    uint32_t number;
    if (*r->at++ != '/' || !read_number(r, max, &number))
        return false;
    *bits = (int)number;
    return !more(r);
}

/* ---- IPv4 ---- */

/* Pairs of digits; a last one alone is the upper half of its byte. */
static bool
read_hex_bytes(struct reader *r, uint8_t *to, uint32_t *count)
{
    r->at += 2;
    for (*count = 0; more(r) && hex_value(*r->at) >= 0; ++*count) {
        if (*count == 4)
            return false;
        uint8_t byte = (uint8_t)(hex_value(*r->at++) << 4);
        if (more(r) && hex_value(*r->at) >= 0)
            byte |= (uint8_t)hex_value(*r->at++);
        to[*count] = byte;
    }
    return true;
}

/* Up to four numbers with dots between them; a host's may end with a dot. */
static bool
read_dotted(struct reader *r, bool is_cidr, uint8_t *to, uint32_t *count)
{
    for (*count = 0; is_next_digit(r);) {
        uint32_t byte;
        if (!read_number(r, 255, &byte) || *count == 4)
            return false;
        to[(*count)++] = (uint8_t)byte;
        if (!more(r) || *r->at != '.')
            return true;
        r->at++;
    }
    return !is_cidr && *count > 0;
}

/* What a network without a mask has: by its class, and all bytes that are written. */
static int
class_bits(uint8_t first, uint32_t count)
{
    int bits = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
    if (bits < (int)count * 8)
        bits = (int)count * 8;
    return bits == 8 && first == 224 ? 4 : bits;
}

static bool
read_v4(struct slice text, bool is_cidr, struct inet *inet)
{
    struct reader r = {text.data, text.data + text.bytes};
    uint32_t count = 0;
    bool is_hex = is_cidr && text.bytes > 2 && text.data[0] == '0' &&
                  (text.data[1] | 0x20) == 'x' && hex_value(text.data[2]) >= 0;
    bool is_good = is_hex ? read_hex_bytes(&r, inet->address, &count)
                          : read_dotted(&r, is_cidr, inet->address, &count);
    int bits = -1;
    if (!is_good || count == 0 || !read_mask(&r, 32, &bits))
        return false;
    if (is_cidr && bits < 0)
        bits = class_bits(inet->address[0], count);
    if (!is_cidr && bits < 0 && count == 4)
        bits = 32;
    if (bits < 0 || (!is_cidr && bits / 8 > (int)count))
        return false;
    inet->bits = (uint8_t)bits;
    return true;
}

/* ---- IPv6 ---- */

/* A number without leading zeros, to the end or to one of the bytes of `stops`. */
static bool
read_strict(struct reader *r, uint32_t max, uint32_t *value)
{
    const uint8_t *start = r->at;
    return read_number(r, max, value) && (*start != '0' || r->at == start + 1);
}

static bool
read_strict_mask(struct reader *r, int *bits)
{
    uint32_t number;
    if (!read_strict(r, 128, &number) || more(r))
        return false;
    *bits = (int)number;
    return true;
}

/* Four bytes as IPv4's, and what may follow them. */
static bool
read_tail(struct reader *r, uint8_t *to, int *bits)
{
    for (int i = 0; i < 4; i++) {
        uint32_t byte;
        if (!read_strict(r, 255, &byte))
            return false;
        to[i] = (uint8_t)byte;
        if (i < 3 && (!more(r) || *r->at++ != '.'))
            return false;
    }
    if (!more(r))
        return true;
    return *r->at++ == '/' && read_strict_mask(r, bits);
}

struct groups {
    uint8_t bytes[16];
    uint32_t count; /* of bytes */
    int gap_at;     /* where zeros are left out; -1: nowhere */
};

/* One group at r->at, and the colon after it. False: it is none. *is_last: nothing follows. */
static bool
read_group(struct reader *r, struct groups *groups, int *bits, bool *is_last)
{
    const uint8_t *start = r->at;
    uint32_t value = 0;
    while (more(r) && hex_value(*r->at) >= 0 && r->at - start < 5)
        value = value << 4 | (uint32_t)hex_value(*r->at++);
    if (more(r) && *r->at == '.' && groups->count + 4 <= 16) {
        r->at = start;
        *is_last = true;
        groups->count += 4;
        return read_tail(r, groups->bytes + groups->count - 4, bits);
    }
    bool has_digits = r->at > start, is_colon = more(r) && *r->at == ':';
    if (r->at - start > 4 || groups->count + 2 * has_digits > 16)
        return false;
    if (has_digits) {
        groups->bytes[groups->count++] = (uint8_t)(value >> 8);
        groups->bytes[groups->count++] = (uint8_t)value;
    }
    if (is_colon) {
        r->at++;
        if (has_digits)
            return more(r);
        if (groups->gap_at >= 0)
            return false;
        groups->gap_at = (int)groups->count;
        return true;
    }
    *is_last = true;
    return !more(r) || (*r->at++ == '/' && read_strict_mask(r, bits));
}

static bool
read_v6(struct slice text, struct inet *inet)
{
    struct reader r = {text.data, text.data + text.bytes};
    struct groups groups = {.gap_at = -1};
    int bits = 128;
    if (more(&r) && *r.at == ':' && (text.bytes < 2 || *++r.at != ':'))
        return false;
    for (bool is_last = false; more(&r) && !is_last;) {
        if (!read_group(&r, &groups, &bits, &is_last))
            return false;
    }
    uint32_t head = groups.count;
    if (groups.gap_at >= 0) {
        if (groups.count == 16)
            return false;
        head = (uint32_t)groups.gap_at;
    } else if (groups.count != 16) {
        return false;
    }
    uint32_t tail = groups.count - head;
    memcpy(inet->address, groups.bytes, head);
    memcpy(inet->address + 16 - tail, groups.bytes + head, tail);
    inet->bits = (uint8_t)bits;
    return true;
}

bool
inet_read(struct slice text, bool is_cidr, struct inet *inet)
{
    bool is_v6 = text.bytes > 0 && memchr(text.data, ':', text.bytes) != NULL;
    *inet = (struct inet){.family = is_v6 ? INET_V6 : INET_V4};
    return is_v6 ? read_v6(text, inet) : read_v4(text, is_cidr, inet);
}

/* ---- output ---- */

static uint32_t
group_at(const uint8_t *address, uint32_t group_idx)
{
    return (uint32_t)address[2 * group_idx] << 8 | address[2 * group_idx + 1];
}

struct zeros {
    uint32_t first, count; /* the longest run of zero groups, the first of them; 0: none of two */
};

static struct zeros
longest_zeros(const uint8_t *address)
{
    struct zeros best = {0, 0};
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t end = i;
        while (end < 8 && group_at(address, end) == 0)
            end++;
        if (end - i > best.count)
            best = (struct zeros){i, end - i};
        if (end > i)
            i = end;
    }
    return best.count < 2 ? (struct zeros){0, 0} : best;
}

static void
write_v6(const uint8_t *address, struct buf *to)
{
    struct zeros zeros = longest_zeros(address);
    bool is_v4 = zeros.count > 0 && zeros.first == 0 &&
                 (zeros.count == 6 || (zeros.count == 7 && group_at(address, 7) != 1) ||
                  (zeros.count == 5 && group_at(address, 5) == 0xffff));
    for (uint32_t i = 0; i < 8; i++) {
        if (zeros.count > 0 && i >= zeros.first && i < zeros.first + zeros.count) {
            if (i == zeros.first)
                buf_put_u8(to, ':');
            continue;
        }
        if (i != 0)
            buf_put_u8(to, ':');
        if (i == 6 && is_v4) {
            buf_format(to, "%u.%u.%u.%u", address[12], address[13], address[14], address[15]);
            return;
        }
        buf_format(to, "%x", group_at(address, i));
    }
    if (zeros.count > 0 && zeros.first + zeros.count == 8)
        buf_put_u8(to, ':');
}

void
inet_write(const struct inet *inet, struct buf *to)
{
    const uint8_t *a = inet->address;
    if (inet->family == INET_V4)
        buf_format(to, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
    else
        write_v6(a, to);
    if (inet->bits != inet_bits_max(inet))
        buf_format(to, "/%u", inet->bits);
}

static void
write_short_v4(const struct inet *inet, struct buf *to)
{
    if (inet->bits == 0)
        buf_put_u8(to, '0');
    for (uint32_t i = 0; i * 8 < inet->bits; i++)
        buf_format(to, i == 0 ? "%u" : ".%u", inet->address[i] & inet_mask_byte(inet->bits, i));
}

/* The longest run of zero groups among the first `count`, where a later one must be longer than
   all before it together with the zeros that they were found after. */
static struct zeros
short_zeros(const uint8_t *address, uint32_t count)
{
    struct zeros best = {0, 0}, run = {0, 0};
    for (uint32_t i = 0; i <= count; i++) {
        if (i < count && group_at(address, i) == 0) {
            if (run.count == 0)
                run.first = i;
            run.count++;
        } else if (run.count > best.count) {
            best = run;
            run.count = 0;
        }
    }
    return best;
}

static void
write_short_v6(const struct inet *inet, struct buf *to)
{
    if (inet->bits == 0) {
        buf_put_text(to, "::");
        return;
    }
    struct inet net = *inet;
    inet_clear_host(&net);
    const uint8_t *a = net.address;
    uint32_t count = (net.bits + 15U) / 16;
    if (count == 1)
        count = 2;
    struct zeros zeros = short_zeros(a, count);
    bool is_v4 = zeros.count != count && zeros.first == 0 &&
                 (zeros.count == 6 || (zeros.count == 5 && group_at(a, 5) == 0xffff) ||
                  (zeros.count == 7 && a[14] != 0 && a[15] != 1));
    size_t start = to->bytes;
    for (uint32_t i = 0; i < count; i++) {
        if (zeros.count != 0 && i >= zeros.first && i < zeros.first + zeros.count) {
            if (i == zeros.first)
                buf_put_u8(to, ':');
            if (i == count - 1)
                buf_put_u8(to, ':');
        } else if (is_v4 && i > 5) {
            buf_format(to, "%c%u", i == 6 ? ':' : '.', a[2 * i]);
            if (i != 7 || net.bits > 120)
                buf_format(to, ".%u", a[2 * i + 1]);
        } else {
            buf_format(to, to->bytes == start ? "%x" : ":%x", group_at(a, i));
        }
    }
}

void
inet_write_short(const struct inet *inet, struct buf *to)
{
    if (inet->family == INET_V4)
        write_short_v4(inet, to);
    else
        write_short_v6(inet, to);
    buf_format(to, "/%u", inet->bits);
}

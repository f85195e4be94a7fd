/*
 * digest.c: md5 and the SHA-2 family, by OpenSSL.
 */
#include "base/raise.h"
#include "type/encode.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/text.h"
#include <openssl/evp.h>

static struct slice
digest(const EVP_MD *kind, struct slice bytes, uint8_t room[EVP_MAX_MD_SIZE])
{
    unsigned size = 0;
    if (EVP_Digest(bytes.data, bytes.bytes, room, &size, kind, NULL) != 1)
        raise(SQLSTATE_INTERNAL_ERROR, "could not compute %s hash", EVP_MD_get0_name(kind));
    return slice_of(room, size);
}

static union datum
md5(struct func_call *call, const union datum *args)
{
    uint8_t room[EVP_MAX_MD_SIZE];
    struct slice hash = digest(EVP_md5(), datum_slice(&args[0]), room);
    struct buf *to = buf_new(call->arena);
    encode_hex(to, hash);
    return generic_buf_datum(call->arena, to);
}

static union datum
sha(struct func_call *call, const union datum *args, const EVP_MD *kind)
{
    uint8_t room[EVP_MAX_MD_SIZE];
    return slice_datum(arena_slice(call->arena, digest(kind, datum_slice(&args[0]), room)));
}

static union datum
sha224(struct func_call *call, const union datum *args)
{
    return sha(call, args, EVP_sha224());
}

static union datum
sha256(struct func_call *call, const union datum *args)
{
    return sha(call, args, EVP_sha256());
}

static union datum
sha384(struct func_call *call, const union datum *args)
{
    return sha(call, args, EVP_sha384());
}

static union datum
sha512(struct func_call *call, const union datum *args)
{
    return sha(call, args, EVP_sha512());
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(2311, "md5", TYPE_TEXT, md5, TYPE_TEXT)},
    {FUNC(2321, "md5", TYPE_TEXT, md5, TYPE_BYTEA)},
    {FUNC(3419, "sha224", TYPE_BYTEA, sha224, TYPE_BYTEA)},
    {FUNC(3420, "sha256", TYPE_BYTEA, sha256, TYPE_BYTEA)},
    {FUNC(3421, "sha384", TYPE_BYTEA, sha384, TYPE_BYTEA)},
    {FUNC(3422, "sha512", TYPE_BYTEA, sha512, TYPE_BYTEA)},
};

const struct type_tables digest_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};

/*
 * auth.c: trust and SCRAM-SHA-256.
 *
 * The exchange, after RFC 5802 without channel binding:
 *
 *   client  n,,n=USER,r=CNONCE                       server  r=CNONCE SNONCE,s=SALT,i=ITERATIONS
 *   client  c=biws,r=CNONCE SNONCE,p=PROOF           server  v=SIGNATURE
 *
 * PROOF is ClientKey xor HMAC(StoredKey, all three first messages), so the server keeps StoredKey
 * and ServerKey only. The user name in the exchange is not looked at: PostgreSQL's clients leave it
 * empty, the start-up packet has it.
 */
#include "server/auth.h"

#include "base/mem.h"
#include "base/random.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#define KEY_BYTES 32
#define SALT_BYTES 16
#define NONCE_BYTES 18 /* 24 characters in base64 */
#define ITERATIONS 4096
#define AUTH_TEXT_MAX 1024 /* of a client's message: honest ones have some 100 bytes */

struct password {
    uint8_t salt[SALT_BYTES];
    uint8_t stored_key[KEY_BYTES], server_key[KEY_BYTES];
};

struct auth {
    bool has_first; /* client-first has come */
    char client_first_bare[AUTH_TEXT_MAX];
    char server_first[AUTH_TEXT_MAX + 128];
    char nonce[AUTH_TEXT_MAX + 64];
    char gs2_header[8];
};

static bool
hmac(const uint8_t *key, const void *data, size_t bytes, uint8_t to[KEY_BYTES])
{
    unsigned int to_bytes = KEY_BYTES;
    return HMAC(EVP_sha256(), key, KEY_BYTES, data, bytes, to, &to_bytes) != NULL;
}

struct password *
password_new(const char *text)
{
    struct password *password = mem_alloc_zero(sizeof *password);
    if (password == NULL)
        return NULL;
    random_secret(password->salt, SALT_BYTES);
    uint8_t salted[KEY_BYTES], client_key[KEY_BYTES];
    bool is_good = PKCS5_PBKDF2_HMAC(text, (int)strlen(text), password->salt, SALT_BYTES,
                                     ITERATIONS, EVP_sha256(), KEY_BYTES, salted) == 1 &&
                   hmac(salted, "Client Key", 10, client_key) &&
                   hmac(salted, "Server Key", 10, password->server_key) &&
                   SHA256(client_key, KEY_BYTES, password->stored_key) != NULL;
    OPENSSL_cleanse(salted, sizeof salted);
    OPENSSL_cleanse(client_key, sizeof client_key);
    if (!is_good) {
        mem_free(password);
        return NULL;
    }
    return password;
}

void
password_free(struct password *password)
{
    mem_free(password);
}

void
auth_free(struct auth *auth)
{
    mem_free(auth);
}

static bool
refuse_password(struct connection *connection)
{
    char message[256];
    snprintf(message, sizeof message, "password authentication failed for user \"%.100s\"",
             connection->user);
    connection_refuse(connection, SQLSTATE_INVALID_PASSWORD, message);
    return false;
}

/* Without a password set, whoever is on this machine; with one, the owner's and postgres' own
 * names. */
static bool
is_trusted(const struct connection *connection)
{
    if (!connection->is_local)
        return false;
    if (connection->server->options.password == NULL)
        return true;
    if (strcmp(connection->user, "postgres") == 0)
        return true;
    char room[1024];
    struct passwd entry, *found = NULL;
    return getpwuid_r(geteuid(), &entry, room, sizeof room, &found) == 0 && found != NULL &&
           strcmp(found->pw_name, connection->user) == 0;
}

static void
ask(struct connection *connection, uint32_t code, const void *data, size_t bytes)
{
    size_t begin = message_begin(&connection->out, 'R');
    buf_put_be32(&connection->out, code);
    buf_put(&connection->out, data, bytes);
    message_end(&connection->out, begin);
}

bool
auth_begin(struct connection *connection)
{
    if (is_trusted(connection)) {
        ask(connection, 0, NULL, 0);
        return startup_finish(connection);
    }
    if (connection->server->options.password == NULL)
        return refuse_password(connection);
    connection->auth = mem_alloc_zero(sizeof *connection->auth);
    if (connection->auth == NULL) {
        connection_refuse(connection, SQLSTATE_OUT_OF_MEMORY, "out of memory");
        return false;
    }
    static const char mechanisms[] = "SCRAM-SHA-256\0";
    ask(connection, 10, mechanisms, sizeof mechanisms);
    return true;
}

/* ---- the exchange ---- */

/* The value of `key`= in a comma-separated message, into `to`; false if it is missing or too long.
 */
static bool
attribute(const char *message, char key, char *to, size_t to_bytes)
{
    for (const char *p = message; p != NULL && *p != '\0';) {
        size_t bytes = strcspn(p, ",");
        if (bytes >= 2 && p[0] == key && p[1] == '=') {
            if (bytes - 2 >= to_bytes)
                return false;
            memcpy(to, p + 2, bytes - 2);
            to[bytes - 2] = '\0';
            return true;
        }
        p = p[bytes] == ',' ? p + bytes + 1 : NULL;
    }
    return false;
}

static bool
on_client_first(struct connection *connection, const char *text)
{
    struct auth *auth = connection->auth;
    const struct password *password = connection->server->options.password;
    if ((text[0] != 'n' && text[0] != 'y') || text[1] != ',' || text[2] != ',')
        return refuse_password(connection);
    snprintf(auth->gs2_header, sizeof auth->gs2_header, "%c,,", text[0]);
    snprintf(auth->client_first_bare, sizeof auth->client_first_bare, "%s", text + 3);
    char client_nonce[AUTH_TEXT_MAX];
    if (!attribute(text + 3, 'r', client_nonce, sizeof client_nonce) || *client_nonce == '\0')
        return refuse_password(connection);
    uint8_t random[NONCE_BYTES];
    char nonce[32], salt[32];
    random_secret(random, sizeof random);
    EVP_EncodeBlock((unsigned char *)nonce, random, NONCE_BYTES);
    EVP_EncodeBlock((unsigned char *)salt, password->salt, SALT_BYTES);
    snprintf(auth->nonce, sizeof auth->nonce, "%s%s", client_nonce, nonce);
    snprintf(auth->server_first, sizeof auth->server_first, "r=%s,s=%s,i=%d", auth->nonce, salt,
             ITERATIONS);
    auth->has_first = true;
    ask(connection, 11, auth->server_first, strlen(auth->server_first));
    return true;
}

/* ClientKey = proof xor HMAC(StoredKey, messages) must hash to StoredKey. */
static bool
proof_is_good(const struct password *password, const char *messages, const char *proof64)
{
    uint8_t proof[64], signature[KEY_BYTES], client_key[KEY_BYTES], hash[KEY_BYTES];
    if (strlen(proof64) != 44 || EVP_DecodeBlock(proof, (const unsigned char *)proof64, 44) != 33)
        return false;
    if (!hmac(password->stored_key, messages, strlen(messages), signature))
        return false;
    for (int i = 0; i < KEY_BYTES; i++)
        client_key[i] = proof[i] ^ signature[i];
    SHA256(client_key, KEY_BYTES, hash);
    return CRYPTO_memcmp(hash, password->stored_key, KEY_BYTES) == 0;
}

static bool
on_client_final(struct connection *connection, const char *text)
{
    struct auth *auth = connection->auth;
    const struct password *password = connection->server->options.password;
    char binding[64], nonce[AUTH_TEXT_MAX + 64], proof[64], expected[16];
    const char *proof_at = strstr(text, ",p=");
    EVP_EncodeBlock((unsigned char *)expected, (const unsigned char *)auth->gs2_header,
                    (int)strlen(auth->gs2_header));
    if (proof_at == NULL || !attribute(text, 'c', binding, sizeof binding) ||
        !attribute(text, 'r', nonce, sizeof nonce) || !attribute(text, 'p', proof, sizeof proof) ||
        strcmp(binding, expected) != 0 || strcmp(nonce, auth->nonce) != 0)
        return refuse_password(connection);
    char messages[3 * AUTH_TEXT_MAX + 256];
    snprintf(messages, sizeof messages, "%s,%s,%.*s", auth->client_first_bare, auth->server_first,
             (int)(proof_at - text), text);
    if (!proof_is_good(password, messages, proof))
        return refuse_password(connection);
    uint8_t signature[KEY_BYTES];
    char final[64] = "v=";
    if (!hmac(password->server_key, messages, strlen(messages), signature))
        return refuse_password(connection);
    EVP_EncodeBlock((unsigned char *) final + 2, signature, KEY_BYTES);
    ask(connection, 12, final, strlen(final));
    ask(connection, 0, NULL, 0);
    return startup_finish(connection);
}

bool
auth_message(struct connection *connection, const struct message *message)
{
    struct message_reader reader;
    reader_init(&reader, message->body);
    struct auth *auth = connection->auth;
    if (message->type != 'p' || auth == NULL) {
        connection_refuse(connection, SQLSTATE_PROTOCOL_VIOLATION, "expected a password response");
        return false;
    }
    if (!auth->has_first) {
        if (strcmp(reader_text(&reader), "SCRAM-SHA-256") != 0) {
            connection_refuse(connection, SQLSTATE_PROTOCOL_VIOLATION,
                              "client selected an invalid SASL authentication mechanism");
            return false;
        }
        (void)reader_u32(&reader);
    }
    size_t bytes = (size_t)(reader.end - reader.at);
    char text[AUTH_TEXT_MAX];
    if (reader.is_broken || bytes == 0 || bytes >= sizeof text || memchr(reader.at, 0, bytes)) {
        connection_refuse(connection, SQLSTATE_PROTOCOL_VIOLATION, "malformed SCRAM message");
        return false;
    }
    memcpy(text, reader.at, bytes);
    text[bytes] = '\0';
    return auth->has_first ? on_client_final(connection, text) : on_client_first(connection, text);
}

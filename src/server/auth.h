/*
 * auth.h: who a client is: trusted, or SCRAM-SHA-256 (RFC 5802, RFC 7677) against the server's one
 * password.
 */
#pragma once

#include "server/server_int.h"

struct password; /* a salted verifier; immutable */
struct auth;     /* an exchange under way */

/* Derives the verifier; null: no memory. The text may be wiped afterwards. */
struct password *password_new(const char *text);
void password_free(struct password *password);

/* Decides how the client of the start-up packet is asked; false: it was refused. */
bool auth_begin(struct connection *connection);
/* A message of the exchange. */
bool auth_message(struct connection *connection, const struct message *message);
void auth_free(struct auth *auth);

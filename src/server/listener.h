/*
 * listener.h: sockets that clients connect to, and the loop that accepts them.
 */
#pragma once

#include "server/server_int.h"

/* Opens the TCP and Unix sockets that the options ask for. False: *message (256 bytes) tells why.
 */
bool listener_open(struct server *server, char message[256]);
void listener_close(struct server *server);
/* Accepts until server->stop is set, watching lanes and timeouts meanwhile. */
void listener_run(struct server *server);
/* Wakes listener_run. Safe in a signal handler. */
void listener_alert(struct server *server);

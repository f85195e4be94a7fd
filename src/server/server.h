/*
 * server.h: `rowan serve`.
 */
#pragma once

/* Runs the command with its arguments (argv[0] is "serve"); returns the exit status. */
int server_main(int argc, char **argv);

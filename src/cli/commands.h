/*
 * commands.h: the commands of `rowan` but `serve`. argv[0] is the command's name; each returns the
 * exit status.
 */
#pragma once

int command_sql(int argc, char **argv);
int command_branch(int argc, char **argv);
int command_check(int argc, char **argv);

/*
 * banned.h: functions of the C library that are never right here; calling one does not compile.
 *
 * The compiler includes this file ahead of every source (meson.build). The headers that declare
 * the functions come first, so that only calls meet the macros.
 */
#pragma once

#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#undef strcpy
#undef strncpy
#undef strcat
#undef strncat
#undef strtok
#undef sprintf
#undef vsprintf
#undef gets
#undef atoi
#undef atol
#undef atof
#undef localtime
#undef gmtime

#define strcpy(...) banned_strcpy_use_memcpy_or_arena_text
#define strncpy(...) banned_strncpy_use_memcpy
#define strcat(...) banned_strcat_use_buf_put_text
#define strncat(...) banned_strncat_use_buf_put
#define strtok(...) banned_strtok_use_slices
#define sprintf(...) banned_sprintf_use_arena_format_or_buf_format
#define vsprintf(...) banned_vsprintf_use_arena_vformat_or_buf_vformat
#define gets(...) banned_gets_use_getline
#define atoi(...) banned_atoi_use_strtol_and_check
#define atol(...) banned_atol_use_strtol_and_check
#define atof(...) banned_atof_use_strtod_and_check
#define alloca(...) banned_alloca_use_an_arena
#define localtime(...) banned_localtime_use_the_time_zone_of_the_session
#define gmtime(...) banned_gmtime_use_gmtime_r

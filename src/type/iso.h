/*
 * iso.h: dates and timestamps in their commonest form, quickly: 2026-11-22, 2026-11-22 17:40:55.5.
 *
 * Reading says no to every other form, right or wrong: datetime.h reads those.
 */
#pragma once

#include "base/slice.h"
#include "type/calendar.h"

#define ISO_TIMESTAMP_BYTES_MAX 26

/* YYYY-MM-DD, of years 1 to 9999; every date order reads it alike. */
bool iso_date_read(struct slice text, int32_t *day);
/* YYYY-MM-DD HH:MM:SS, and perhaps a point and up to six digits. */
bool iso_timestamp_read(struct slice text, int64_t *us);

/* The bytes written; 0 if the year is not 1 to 9999: then nothing is. */
uint32_t iso_date_write(char *to, int32_t day);
uint32_t iso_timestamp_write(char *to, int64_t us);

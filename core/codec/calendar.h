/* Dates of the Gregorian calendar and the seconds since 1970, both in UTC. Pure: no clock, no time zones. */
#ifndef BL_CORE_CODEC_CALENDAR_H
#define BL_CORE_CODEC_CALENDAR_H

#include "core/base/str.h"

typedef struct bl_date {
	long long year;
	int month, day; /* from 1 */
	int hour, minute, second;
	int weekday; /* 0 is Sunday; not read by bl_calendar_seconds */
} bl_date;

/* The fields may lie outside of their ranges, but for the month. */
long long bl_calendar_seconds(const bl_date *date);
bl_date bl_calendar_date(long long seconds);
/* The days of a month: 28 to 31. */
int bl_calendar_days(long long year, int month);
/* In English; month from 1, weekday from 0. */
const char *bl_calendar_month(int month);
const char *bl_calendar_weekday(int weekday);

/* 2001-1-2, 2001-01-02 3:04:05.6, 2001-01-02T03:04:05Z: as RFC 3339 writes it, without parts of seconds; false for all else. */
bool bl_calendar_rfc3339(bl_arena *arena, bl_str text, bl_str *out);

#endif

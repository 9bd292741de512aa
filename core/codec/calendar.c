#include "core/codec/calendar.h"

#include <stdbool.h>

/* Days since 1970-01-01. The year is counted from March, so that a leap day comes last. */
static long long days_of(long long y, int m, int d)
{
	y -= m <= 2;
	long long era = (y >= 0 ? y : y - 399) / 400;
	long long yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

long long bl_calendar_seconds(const bl_date *d)
{
	return days_of(d->year, d->month, d->day) * 86400 + d->hour * 3600LL + d->minute * 60LL + d->second;
}

bl_date bl_calendar_date(long long seconds)
{
	bl_date out;
	long long days = seconds / 86400, rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	long long z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	long long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	long long mp = (5 * doy + 2) / 153;
	out.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	out.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	out.year = yoe + era * 400 + (out.month <= 2);
	out.hour = (int)(rest / 3600);
	out.minute = (int)(rest / 60 % 60);
	out.second = (int)(rest % 60);
	out.weekday = (int)(((days + 4) % 7 + 7) % 7);
	return out;
}

int bl_calendar_days(long long year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
	return lengths[month - 1] + (month == 2 && leap);
}

const char *bl_calendar_month(int month)
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September",
		"October", "November", "December"};
	return months[month - 1];
}

const char *bl_calendar_weekday(int weekday)
{
	static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
	return weekdays[weekday];
}

/* One or two digits, and what follows them. */
static bool part(const char **p, int *out, char after)
{
	const char *begin = *p;
	for (*out = 0; **p >= '0' && **p <= '9' && *p - begin < 2; (*p)++)
		*out = *out * 10 + (**p - '0');
	if (*p == begin || (after && **p != after))
		return false;
	*p += after != 0;
	return true;
}

bool bl_calendar_rfc3339(bl_arena *arena, bl_str text, bl_str *out)
{
	char z[64];
	int year = 0, month, day, hour = 0, minute = 0, second = 0;
	if (text.n < 8 || text.n >= sizeof z || text.p[4] != '-')
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	const char *p = z;
	for (; *p >= '0' && *p <= '9'; p++)
		year = year * 10 + (*p - '0');
	if (p++ != z + 4 || !part(&p, &month, '-') || !part(&p, &day, '\0') || month < 1 || month > 12 || day < 1 ||
		day > bl_calendar_days(year, month))
		return false;
	const char *zone = "Z";
	char between = *p;
	if (between) {
		p++;
		if (!strchr("Tt ", between) || !part(&p, &hour, ':') || !part(&p, &minute, ':') || !part(&p, &second, '\0') || hour > 23 ||
			minute > 59 || second > 59)
			return false;
		if (*p == '.')
			for (p++; *p >= '0' && *p <= '9';)
				p++;
		size_t left = strlen(p);
		bool offset = left == 6 && (*p == '+' || *p == '-') && p[3] == ':';
		if (between == ' ' ? left != 0 : !offset && strcmp(p, "Z") != 0)
			return false;
		zone = offset ? p : "Z";
	}
	*out = bl_str_fmt(arena, "%04d-%02d-%02dT%02d:%02d:%02d%s", year, month, day, hour, minute, second, zone);
	return true;
}

/* Points in time, as RFC 3339 writes them. */
#include "core/codec/calendar.h"
#include "eval/functions/functions.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct moment {
	long long seconds; /* since 1970, UTC */
	long long nanos;
	int offset;        /* seconds east of UTC that it is written with */
	bool utc;          /* written with Z */
} moment;

static bl_date date_of(const moment *t)
{
	return bl_calendar_date(t->seconds + t->offset);
}

/* n digits at *p; -1 when they are none. */
static int digits(const char **p, int n)
{
	int value = 0;
	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool read_zone(const char **p, moment *t)
{
	if (literal(p, 'Z')) {
		t->utc = true;
		return true;
	}
	int sign = **p == '-' ? -1 : 1;
	if (!literal(p, '-') && !literal(p, '+'))
		return false;
	int hours = digits(p, 2);
	if (hours < 0 || hours > 23 || !literal(p, ':'))
		return false;
	int minutes = digits(p, 2);
	t->offset = sign * (hours * 3600 + minutes * 60);
	return minutes >= 0 && minutes < 60;
}

static bool read_moment(bl_tf_args *a, bl_str s, moment *t)
{
	const char *p = bl_str_z(a->arena, s);
	*t = (moment){0};
	int year = digits(&p, 4);
	bool ok = literal(&p, '-');
	int month = ok ? digits(&p, 2) : -1;
	ok = ok && literal(&p, '-');
	int day = ok ? digits(&p, 2) : -1;
	ok = ok && literal(&p, 'T');
	int hour = ok ? digits(&p, 2) : -1;
	ok = ok && literal(&p, ':');
	int minute = ok ? digits(&p, 2) : -1;
	ok = ok && literal(&p, ':');
	int second = ok ? digits(&p, 2) : -1;
	if (year < 0 || month < 1 || month > 12 || day < 1 || day > bl_calendar_days(year, month) || hour < 0 || hour > 23 || minute < 0 ||
		minute > 59 || second < 0 || second > 59)
		return false;
	if (literal(&p, '.')) {
		long long unit = 100000000;
		if (*p < '0' || *p > '9')
			return false;
		for (; *p >= '0' && *p <= '9'; p++, unit /= 10)
			t->nanos += unit * (*p - '0');
	}
	if (!read_zone(&p, t) || *p)
		return false;
	t->seconds = bl_calendar_seconds(&(bl_date){year, month, day, hour, minute, second, 0}) - t->offset;
	return true;
}

static const bl_value *no_moment(bl_tf_args *a, size_t i)
{
	return bl_tf_refuse(a, "'" BL_FMT "' is no time of RFC 3339", BL_ARG(a->v[i]->string));
}

/* 1h30m, -1.5s: into nanoseconds. */
static bool read_duration(bl_tf_args *a, bl_str s, double *out)
{
	static const struct {
		const char *unit;
		double nanos;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
	const char *p = bl_str_z(a->arena, s);
	double sign = *p == '-' ? -1 : 1, total = 0;
	if (*p == '-' || *p == '+')
		p++;
	if (p[0] == '0' && !p[1]) {
		*out = 0;
		return true;
	}
	if (!*p)
		return false;
	while (*p) {
		char *end;
		if (*p != '.' && (*p < '0' || *p > '9'))
			return false;
		double n = strtod(p, &end);
		size_t i = 0, count = sizeof units / sizeof *units;
		if (end == p)
			return false;
		/* the longest unit first: "ms" is not "m" */
		while (i < count && !(strncmp(end, units[i].unit, strlen(units[i].unit)) == 0 && (units[i].unit[0] != 'm' || units[i].unit[1] || end[1] != 's')))
			i++;
		if (i == count)
			return false;
		total += n * units[i].nanos;
		p = end + strlen(units[i].unit);
	}
	*out = sign * total;
	return total < 9e18;
}

static void put_zone(bl_buf *out, const moment *t, bool colon)
{
	int minutes = (t->offset < 0 ? -t->offset : t->offset) / 60;
	bl_buf_putf(out, "%c%02d%s%02d", t->offset < 0 ? '-' : '+', minutes / 60, colon ? ":" : "", minutes % 60);
}

const bl_value *bl_tf_fn_timeadd(bl_tf_args *a)
{
	moment t;
	double nanos;
	bl_buf out = {0};
	if (!read_moment(a, a->v[0]->string, &t))
		return no_moment(a, 0);
	if (!read_duration(a, a->v[1]->string, &nanos))
		return bl_tf_refuse(a, "'" BL_FMT "' is no duration", BL_ARG(a->v[1]->string));
	long long whole = (long long)nanos;
	t.seconds += whole / 1000000000;
	t.nanos += whole % 1000000000;
	if (t.nanos < 0) {
		t.nanos += 1000000000;
		t.seconds--;
	} else if (t.nanos >= 1000000000) {
		t.nanos -= 1000000000;
		t.seconds++;
	}
	bl_date d = date_of(&t);
	bl_buf_putf(&out, "%04lld-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day, d.hour, d.minute, d.second);
	if (t.offset)
		put_zone(&out, &t, true);
	else
		bl_buf_putc(&out, 'Z');
	return bl_tf_take(a, &out);
}

const bl_value *bl_tf_fn_timecmp(bl_tf_args *a)
{
	moment t[2];
	for (size_t i = 0; i < 2; i++)
		if (!read_moment(a, a->v[i]->string, &t[i]))
			return no_moment(a, i);
	long long by = t[0].seconds != t[1].seconds ? t[0].seconds - t[1].seconds : t[0].nanos - t[1].nanos;
	return bl_tf_digits(a, by < 0 ? BL_STR("-1") : by ? BL_STR("1") : BL_STR("0"));
}

static void put_number(bl_buf *out, int n, size_t width)
{
	bl_buf_putf(out, width > 1 ? "%02d" : "%d", n);
}

static bool put_letters(bl_buf *out, const moment *t, const bl_date *d, char c, size_t n)
{
	int twelve = d->hour % 12 ? d->hour % 12 : 12;
	if (c == 'Y' && (n == 2 || n == 4)) {
		bl_buf_putf(out, n == 2 ? "%02lld" : "%04lld", n == 2 ? d->year % 100 : d->year);
		return true;
	}
	if (c == 'M' && n > 2 && n < 5) {
		bl_buf_putf(out, n == 3 ? "%.3s" : "%s", bl_calendar_month(d->month));
		return true;
	}
	if (c == 'E' && n > 2 && n < 5) {
		bl_buf_putf(out, n == 3 ? "%.3s" : "%s", bl_calendar_weekday(d->weekday));
		return true;
	}
	if ((c == 'A' || c == 'a') && n == 2) {
		bl_buf_putz(out, c == 'A' ? (d->hour < 12 ? "AM" : "PM") : d->hour < 12 ? "am" : "pm");
		return true;
	}
	if (c == 'Z' && n < 6) {
		bool zero = !t->offset;
		if ((n == 1 && zero) || (n == 3 && zero))
			bl_buf_putz(out, n == 1 ? "Z" : "UTC");
		else
			put_zone(out, t, n == 1 || n == 5);
		return true;
	}
	if (n > 2 || !strchr("DHMhms", c))
		return false;
	put_number(out, c == 'D' ? d->day : c == 'H' ? twelve : c == 'M' ? d->month : c == 'h' ? d->hour : c == 'm' ? d->minute : d->second, n);
	return true;
}

const bl_value *bl_tf_fn_formatdate(bl_tf_args *a)
{
	moment t;
	bl_buf out = {0};
	bl_str f = a->v[0]->string;
	if (!read_moment(a, a->v[1]->string, &t))
		return no_moment(a, 1);
	bl_date d = date_of(&t);
	for (size_t i = 0; i < f.n;) {
		char c = f.p[i];
		size_t n = 1;
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), ok = true;
		if (c == '\'') {
			/* quoted text; a doubled quote is one */
			for (i++; i < f.n; i++) {
				if (f.p[i] == '\'' && (i + 1 == f.n || f.p[i + 1] != '\''))
					break;
				if (f.p[i] == '\'')
					i++;
				bl_buf_putc(&out, f.p[i]);
			}
			ok = i++ < f.n;
		} else if (!letter) {
			bl_buf_putc(&out, c);
			i++;
		} else {
			while (i + n < f.n && f.p[i + n] == c)
				n++;
			ok = put_letters(&out, &t, &d, c, n);
			i += n;
		}
		if (!ok) {
			bl_buf_done(&out);
			return bl_tf_refuse(a, "the format is not understood");
		}
	}
	return bl_tf_take(a, &out);
}

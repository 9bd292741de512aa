/* Points in time: ISO 8601 in, .NET's date formats (of the invariant culture) out. */
#include "eval/functions/azure.h"

#include "core/codec/calendar.h"

#include <stdio.h>

enum { TICKS = 10000000 }; /* of a second: what .NET counts in */

typedef struct moment {
	bl_date at; /* as written, with its own offset */
	int ticks;
	int offset; /* minutes east of UTC */
	bl_buf format; /* the custom format that writes it as it was written */
} moment;

typedef struct reader {
	bl_str s;
	size_t at;
} reader;

static bool accept(reader *r, char c)
{
	if (r->at >= r->s.n || r->s.p[r->at] != c)
		return false;
	r->at++;
	return true;
}

/* Exactly n digits. */
static bool number(reader *r, int n, int *out)
{
	int value = 0;
	for (int i = 0; i < n; i++, r->at++) {
		if (r->at >= r->s.n || r->s.p[r->at] < '0' || r->s.p[r->at] > '9')
			return false;
		value = value * 10 + (r->s.p[r->at] - '0');
	}
	*out = value;
	return true;
}

static bool read_fraction(reader *r, moment *m)
{
	int unit = TICKS, n = 0;
	bl_buf_putc(&m->format, '.');
	for (; r->at < r->s.n && r->s.p[r->at] >= '0' && r->s.p[r->at] <= '9'; r->at++, n++) {
		unit /= 10;
		m->ticks += unit * (r->s.p[r->at] - '0');
		if (n < 7)
			bl_buf_putc(&m->format, 'f');
	}
	return n > 0;
}

static bool read_zone(reader *r, moment *m)
{
	int hours, minutes = 0;
	if (r->at == r->s.n)
		return true;
	if (accept(r, 'Z')) {
		bl_buf_putz(&m->format, "'Z'");
		return true;
	}
	bool west = accept(r, '-');
	if ((!west && !accept(r, '+')) || !number(r, 2, &hours) || hours > 14)
		return false;
	bool colon = accept(r, ':');
	if ((colon || r->at < r->s.n) && (!number(r, 2, &minutes) || minutes > 59))
		return false;
	m->offset = (west ? -1 : 1) * (hours * 60 + minutes);
	bl_buf_putc(&m->format, '\'');
	bl_buf_put(&m->format, bl_str_slice(r->s, r->at - (colon ? 6 : 5), r->at));
	bl_buf_putc(&m->format, '\'');
	return true;
}

/* 2020-04-07T14:53:14.5Z, 2020-04-07 14:53:14Z, 2020-04-07, 20200407T145314Z */
static bool read_moment(bl_str s, moment *m)
{
	reader r = {bl_str_trim(s), 0};
	int year = 0;
	*m = (moment){0};
	if (!number(&r, 4, &year))
		return false;
	bool extended = accept(&r, '-');
	m->at.year = year;
	if (!number(&r, 2, &m->at.month) || (extended && !accept(&r, '-')) || !number(&r, 2, &m->at.day))
		return false;
	if (m->at.month < 1 || m->at.month > 12 || m->at.day < 1 || m->at.day > bl_calendar_days(year, m->at.month))
		return false;
	bl_buf_putz(&m->format, extended ? "yyyy-MM-dd" : "yyyyMMdd");
	if (r.at == r.s.n)
		return true;
	bool space = accept(&r, ' ');
	if (!space && !accept(&r, 'T'))
		return false;
	bl_buf_putz(&m->format, space ? " HH" : "'T'HH");
	if (!number(&r, 2, &m->at.hour) || (extended && !accept(&r, ':')) || !number(&r, 2, &m->at.minute))
		return false;
	bl_buf_putz(&m->format, extended ? ":mm" : "mm");
	if (extended ? accept(&r, ':') : r.at < r.s.n && r.s.p[r.at] != 'Z') {
		if (!number(&r, 2, &m->at.second))
			return false;
		bl_buf_putz(&m->format, extended ? ":ss" : "ss");
		if (accept(&r, '.') && !read_fraction(&r, m))
			return false;
	}
	return m->at.hour < 24 && m->at.minute < 60 && m->at.second < 60 && read_zone(&r, m) && r.at == r.s.n;
}

typedef struct duration {
	int64_t months, seconds, ticks;
} duration;

/* [-]P1Y2M3W4DT5H6M7.5S */
static bool read_duration(bl_str s, duration *d)
{
	static const char units[] = "YMWDHMS";
	static const int64_t seconds[] = {0, 0, 7 * 86400, 86400, 3600, 60, 1};
	reader r = {bl_str_trim(s), 0};
	int64_t sign = accept(&r, '-') ? -1 : 1;
	size_t next = 0; /* units come in order */
	bool any = false;
	*d = (duration){0};
	if (!accept(&r, 'P'))
		return false;
	while (r.at < r.s.n) {
		int64_t n = 0, ticks = 0, unit = TICKS;
		if (next <= 4 && accept(&r, 'T'))
			next = 4;
		size_t begin = r.at;
		for (; r.at < r.s.n && r.s.p[r.at] >= '0' && r.s.p[r.at] <= '9' && r.at - begin < 9; r.at++)
			n = n * 10 + (r.s.p[r.at] - '0');
		if (r.at == begin)
			return false;
		bool fraction = accept(&r, '.');
		for (; fraction && r.at < r.s.n && r.s.p[r.at] >= '0' && r.s.p[r.at] <= '9'; r.at++)
			ticks += (unit /= 10) * (r.s.p[r.at] - '0');
		const char *u = r.at < r.s.n && r.s.p[r.at] ? strchr(units + next, r.s.p[r.at]) : NULL;
		size_t which = u ? (size_t)(u - units) : 0;
		if (!u || (fraction && which != 6) || (next < 4 && which >= 4))
			return false;
		r.at++;
		next = which + 1;
		any = true;
		d->months += which == 0 ? 12 * sign * n : which == 1 ? sign * n : 0;
		d->seconds += sign * n * seconds[which];
		d->ticks += sign * ticks;
	}
	return any;
}

/* Months first, held within the month's days; then what has a fixed length. False past the years that there are. */
static bool add(moment *m, const duration *d)
{
	int64_t months = m->at.year * 12 + m->at.month - 1 + d->months;
	if (months < 12 || months >= 10000 * 12LL)
		return false;
	m->at.year = months / 12;
	m->at.month = (int)(months % 12) + 1;
	int days = bl_calendar_days(m->at.year, m->at.month);
	if (m->at.day > days)
		m->at.day = days;
	int64_t ticks = m->ticks + d->ticks;
	int64_t carry = ticks < 0 ? -1 : ticks / TICKS;
	m->ticks = (int)(ticks - carry * TICKS);
	m->at = bl_calendar_date(bl_calendar_seconds(&m->at) + d->seconds + carry);
	return m->at.year >= 1 && m->at.year <= 9999;
}

/* A .NET standard format of one letter, as a custom one. */
static const char *standard(char c)
{
	switch (c) {
	case 'd':
		return "MM/dd/yyyy";
	case 'D':
		return "dddd, dd MMMM yyyy";
	case 'f':
		return "dddd, dd MMMM yyyy HH:mm";
	case 'F':
	case 'U':
		return "dddd, dd MMMM yyyy HH:mm:ss";
	case 'g':
		return "MM/dd/yyyy HH:mm";
	case 'G':
		return "MM/dd/yyyy HH:mm:ss";
	case 'm':
	case 'M':
		return "MMMM dd";
	case 'o':
	case 'O':
		return "yyyy-MM-dd'T'HH:mm:ss.fffffffK";
	case 'r':
	case 'R':
		return "ddd, dd MMM yyyy HH:mm:ss 'GMT'";
	case 's':
		return "yyyy-MM-dd'T'HH:mm:ss";
	case 't':
		return "HH:mm";
	case 'T':
		return "HH:mm:ss";
	case 'u':
		return "yyyy-MM-dd HH:mm:ss'Z'";
	case 'y':
	case 'Y':
		return "yyyy MMMM";
	default:
		return NULL;
	}
}

static void put_fraction(bl_buf *out, const moment *m, size_t n, bool trim)
{
	char digits[16];
	snprintf(digits, sizeof digits, "%07d", m->ticks);
	size_t keep = n < 7 ? n : 7;
	while (trim && keep && digits[keep - 1] == '0')
		keep--;
	if (!keep && out->n && out->p[out->n - 1] == '.')
		out->n--;
	bl_buf_put(out, bl_str_make(digits, keep));
}

static void put_padded(bl_buf *out, int n, size_t width)
{
	bl_buf_putf(out, width > 1 ? "%02d" : "%d", n);
}

/* A run of n equal letters; false when they mean nothing. */
static bool put_letters(bl_buf *out, const moment *m, char c, size_t n)
{
	const bl_date *d = &m->at;
	switch (c) {
	case 'd':
		if (n < 3)
			put_padded(out, d->day, n);
		else
			bl_buf_putf(out, n == 3 ? "%.3s" : "%s", bl_calendar_weekday(d->weekday));
		return true;
	case 'f':
	case 'F':
		put_fraction(out, m, n, c == 'F');
		return n <= 7;
	case 'g':
		bl_buf_putz(out, "A.D.");
		return true;
	case 'h':
		put_padded(out, d->hour % 12 ? d->hour % 12 : 12, n);
		return true;
	case 'H':
		put_padded(out, d->hour, n);
		return true;
	case 'K':
		bl_buf_putz(out, "Z");
		return true;
	case 'm':
		put_padded(out, d->minute, n);
		return true;
	case 'M':
		if (n < 3)
			put_padded(out, d->month, n);
		else
			bl_buf_putf(out, n == 3 ? "%.3s" : "%s", bl_calendar_month(d->month));
		return true;
	case 's':
		put_padded(out, d->second, n);
		return true;
	case 't':
		bl_buf_putz(out, d->hour < 12 ? n > 1 ? "AM" : "A" : n > 1 ? "PM" : "P");
		return true;
	case 'y':
		bl_buf_putf(out, "%0*lld", n > 20 ? 20 : (int)n, n > 2 ? d->year : d->year % 100);
		return true;
	case 'z':
		bl_buf_putz(out, n == 1 ? "+0" : n == 2 ? "+00" : "+00:00");
		return true;
	default:
		return false;
	}
}

/* False when the format is none. */
static bool put_moment(bl_buf *out, const moment *m, bl_str f)
{
	if (f.n == 1) {
		const char *whole = standard(f.p[0]);
		if (!whole)
			return false;
		f = bl_str_of(whole);
	}
	for (size_t i = 0; i < f.n;) {
		char c = f.p[i];
		size_t n = 1;
		if (c == '\'' || c == '"') {
			for (i++; i < f.n && f.p[i] != c; i++)
				bl_buf_putc(out, f.p[i]);
			if (i++ == f.n)
				return false;
		} else if (c == '\\' || c == '%') {
			if (++i == f.n)
				return false;
			if (c == '\\')
				bl_buf_putc(out, f.p[i++]);
		} else {
			while (i + n < f.n && f.p[i + n] == c && n < 32)
				n++;
			if (!strchr("dfFghHKmMstyz", c)) {
				bl_buf_put(out, bl_str_slice(f, i, i + n));
			} else if (!put_letters(out, m, c, n)) {
				return false;
			}
			i += n;
		}
	}
	return true;
}

static const bl_value *printed(bl_azure_args *c, const moment *m, bl_str format)
{
	bl_buf out = {0};
	bool ok = put_moment(&out, m, format);
	const bl_value *v = ok ? bl_azure_string(c, bl_str_dup(c->arena, bl_buf_str(&out)))
			       : bl_azure_wrong(c, "this is no format of a date");
	bl_buf_done(&out);
	return v;
}

/* Without a format, the result is written as the base is. */
const bl_value *bl_azure_fn_date_time_add(bl_azure_args *c)
{
	moment m;
	duration d;
	if (c->args[0]->kind != BL_STRING || c->args[1]->kind != BL_STRING || (c->n == 3 && c->args[2]->kind != BL_STRING))
		return bl_azure_wrong(c, "strings are needed");
	bool fits = read_moment(c->args[0]->string, &m);
	const bl_value *v = NULL;
	if (!fits)
		c->wrong = "the base is no time of ISO 8601";
	else if (!read_duration(c->args[1]->string, &d))
		c->wrong = "this is no duration of ISO 8601";
	else if (!add(&m, &d))
		c->wrong = "the result lies outside of the years 1 to 9999";
	else if (c->n < 3)
		v = printed(c, &m, bl_buf_str(&m.format));
	else {
		m.at = bl_calendar_date(bl_calendar_seconds(&m.at) - m.offset * 60);
		v = printed(c, &m, c->args[2]->string);
	}
	bl_buf_done(&m.format);
	return v;
}

const bl_value *bl_azure_fn_date_time_from_epoch(bl_azure_args *c)
{
	int64_t n;
	moment m = {0};
	if (!bl_azure_int(c->args[0], &n) || n < -62135596800 || n > 253402300799)
		return bl_azure_wrong(c, "a number of seconds within the years 1 to 9999 is needed");
	m.at = bl_calendar_date(n);
	return printed(c, &m, BL_STR("yyyy-MM-dd'T'HH:mm:ss'Z'"));
}

const bl_value *bl_azure_fn_date_time_to_epoch(bl_azure_args *c)
{
	moment m;
	if (c->args[0]->kind != BL_STRING)
		return bl_azure_wrong(c, "a string is needed");
	bool ok = read_moment(c->args[0]->string, &m);
	bl_buf_done(&m.format);
	if (!ok)
		return bl_azure_wrong(c, "this is no time of ISO 8601");
	return bl_azure_number(c->azure, c->span, bl_calendar_seconds(&m.at) - m.offset * 60);
}

/* The clock is nobody's to know before the deployment; what the format prints of any time is. */
const bl_value *bl_azure_fn_utc_now(bl_azure_args *c)
{
	bl_value *v = bl_azure_unknown(c->azure, c->span, BL_STRING, c->args, c->n);
	bl_unknown *u = bl_azure_own(c->azure, v);
	u->why = BL_STR("what utcNow() gives is known at deployment");
	u->not_null = true;
	if (!c->n) {
		u->least = u->most = sizeof "yyyyMMddTHHmmssZ" - 1;
		u->suffix = BL_STR("Z");
		u->alphabet = BL_STR("0123456789T");
	}
	return v;
}

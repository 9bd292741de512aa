#include "annotate/formats/line_hash.h"

#include "annotate/escape.h"
#include "core/base/map.h"
#include "core/base/vec.h"

/* A polynomial of base 37, modulo 2^64, rolls over the next 100 characters (UTF-16 units) that are no spaces or tabs. */
enum { WINDOW = 100, BASE = 37, END_OF_FILE = 0xffff };

typedef struct roller {
	bl_arena *arena;
	uint16_t window[WINDOW];
	uint32_t lines[WINDOW]; /* the line that begins with the character in this place of the window, or 0 */
	size_t at;
	uint64_t hash, first; /* BASE to the power of WINDOW */
	uint32_t line;
	bool line_starts, after_return;
	bl_map counts; /* hash -> uint32_t */
	BL_VEC(bl_line_hash) out;
} roller;

static uint32_t count(roller *r, uint64_t hash)
{
	bl_str key = bl_str_make((const char *)&hash, sizeof hash);
	uint32_t *n = bl_map_get(&r->counts, key);
	if (!n) {
		n = bl_new(r->arena, uint32_t);
		bl_map_put(r->arena, &r->counts, bl_str_dup(r->arena, key), n);
	}
	return ++*n;
}

/* Lines come out in order: the line whose first character is about to leave the window has seen all of it. */
static void finish_line(roller *r)
{
	if (!r->lines[r->at])
		return;
	r->lines[r->at] = 0;
	bl_vec_push(r->arena, &r->out, ((bl_line_hash){r->hash, count(r, r->hash)}));
}

static void roll(roller *r, uint16_t unit)
{
	uint16_t leaving = r->window[r->at];
	r->window[r->at] = unit;
	r->hash = r->hash * BASE + unit - r->first * leaving;
	r->at = (r->at + 1) % WINDOW;
}

static void take(roller *r, uint16_t unit)
{
	if (unit == ' ' || unit == '\t' || (r->after_return && unit == '\n')) {
		r->after_return = false;
		return;
	}
	r->after_return = unit == '\r';
	if (unit == '\r')
		unit = '\n';
	finish_line(r);
	if (r->line_starts) {
		r->line_starts = false;
		r->lines[r->at] = ++r->line;
	}
	if (unit == '\n')
		r->line_starts = true;
	roll(r, unit);
}

bl_line_hashes bl_line_hash_of(bl_arena *arena, bl_str text)
{
	roller r = {.arena = arena, .first = 1, .line_starts = true};
	for (int i = 0; i < WINDOW; i++)
		r.first *= BASE;
	for (size_t i = 0; i < text.n;) {
		uint32_t c = bl_escape_next(text, &i);
		if (c > 0xffff) {
			take(&r, (uint16_t)(0xd7c0 + (c >> 10)));
			take(&r, (uint16_t)(0xdc00 + (c & 0x3ff)));
		} else {
			take(&r, (uint16_t)c);
		}
	}
	take(&r, END_OF_FILE);
	for (int i = 0; i < WINDOW; i++) {
		finish_line(&r);
		roll(&r, 0);
	}
	return (bl_line_hashes){r.out.items, r.out.n};
}

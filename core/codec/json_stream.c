#include "core/codec/json_stream.h"

#include "core/base/map.h"
#include "core/codec/json.h"

#include <stdlib.h>
#include <yajl/yajl_parse.h>

/* Above this many items a map's double keys are looked for with a hash map. */
enum { SMALL_MAP = 16, MAX_LEVELS = 2 };

/* A place that paths name: what may stand below it. */
typedef struct place {
	bl_map below; /* places by key */
	struct place *each; /* any element of a list */
	int path;           /* the first path that ends here, or -1 */
	bool skipped;
} place;

/* An open list or map. */
typedef struct frame {
	bool map;
	const place *place; /* NULL: no path leads through it */
	size_t first;       /* its first item on the stack of items */
	uint32_t begin;
	bl_str key; /* of the value to come */
	bl_span key_span;
} frame;

/* A part being built; the second stands inside the first. */
typedef struct part {
	size_t path, depth; /* of its first frame */
	uint64_t offset;
	size_t begin; /* arena bytes before it */
} part;

struct bl_json_stream {
	bl_json_stream_options o;
	bl_arena places;
	place top;
	yajl_handle yajl;
	bl_str chunk;
	uint64_t base; /* bytes fed before chunk */
	size_t last;   /* in chunk: the end of the token before */
	bl_status status;
	const char *words; /* when a callback failed */
	uint64_t failed_at;
	bool begun, stopped;

	size_t depth;
	frame frames[BL_JSON_MAX_DEPTH + 1];
	size_t passed; /* how many of the innermost frames are passed over */
	bl_buf key_buf; /* the key outside all parts */

	size_t level; /* parts being built */
	part parts[MAX_LEVELS];
	bl_map names; /* keys met before, when they are copied -> number, from 1 */
	size_t next_name; /* the number less one of the key that was first met behind the last: records have theirs in one order */
	bl_arena own_names; /* holds them when the parts have arenas of their own */
	bl_arena own[MAX_LEVELS];
	bl_arena *arena;
	bl_item *items;
	size_t nitems, cap;
};

static bool is_gap(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':';
}

/* The span of the token just read; length is 0 where only its end is known. Its begin is what the last token left over. */
static bl_span token(bl_json_stream *s, size_t length)
{
	size_t end = yajl_get_bytes_consumed(s->yajl);
	if (!s->o.whole.p) {
		s->last = end;
		return BL_NOWHERE;
	}
	size_t begin = s->last;
	while (begin < s->chunk.n && is_gap(s->chunk.p[begin]))
		begin++;
	if (length)
		end = begin + length;
	s->last = end;
	/* base is not 0 after a byte order mark */
	return (bl_span){s->o.source, (uint32_t)(s->base + begin), (uint32_t)(s->base + end)};
}

static uint64_t token_offset(const bl_json_stream *s, bl_span span, size_t length)
{
	if (s->o.whole.p)
		return span.begin;
	uint64_t end = s->base + s->last;
	return end > length ? end - length : 0;
}

static int stop_with(bl_json_stream *s, bl_status status, const char *words)
{
	s->status = status;
	s->words = words;
	return 0;
}

/* The place of the value that comes next, or NULL. */
static const place *place_here(const bl_json_stream *s)
{
	if (!s->depth)
		return &s->top;
	const frame *f = &s->frames[s->depth - 1];
	if (!f->place)
		return NULL;
	return f->map ? bl_map_get(&f->place->below, f->key) : f->place->each;
}

static bl_str keep(bl_json_stream *s, const char *p, size_t n)
{
	if (s->o.whole.p && p >= s->o.whole.p && p + n <= s->o.whole.p + s->o.whole.n)
		return bl_str_make(p, n);
	return bl_str_dup(s->arena, bl_str_make(p, n));
}

/* Records of one export repeat their keys: one copy of each is enough, as long as there are not too many. */
static bl_str keep_name(bl_json_stream *s, const char *p, size_t n)
{
	enum { MAX_NAMES = 1 << 16, LONG = 64 };
	if (s->o.whole.p || n > LONG)
		return keep(s, p, n);
	bl_str name = {p, n};
	if (s->next_name < s->names.n && bl_str_eq(s->names.entries[s->next_name].key, name))
		return s->names.entries[s->next_name++].key;
	uintptr_t number = (uintptr_t)bl_map_get(&s->names, name);
	if (!number && s->names.n == MAX_NAMES)
		return keep(s, p, n);
	if (!number) {
		bl_arena *arena = s->o.arena ? s->o.arena : &s->own_names;
		number = s->names.n + 1;
		bl_map_put(arena, &s->names, bl_str_dup(arena, name), (void *)number);
	}
	s->next_name = number;
	return s->names.entries[number - 1].key;
}

static int deliver(bl_json_stream *s, const bl_value *v)
{
	part *p = &s->parts[--s->level];
	bool more = s->o.part(s->o.context, p->path, v, p->offset, s->arena);
	if (!s->o.arena) {
		bl_arena_reset(&s->own[s->level]);
		s->arena = s->level ? &s->own[s->level - 1] : NULL;
	}
	if (!more)
		s->stopped = true;
	return more;
}

static void start_part(bl_json_stream *s, int path, uint64_t offset)
{
	s->arena = s->o.arena ? s->o.arena : &s->own[s->level];
	s->parts[s->level++] = (part){(size_t)path, s->depth, offset, s->arena->used};
}

/* A value is complete: it is a part, or belongs to the container around it. */
static int add(bl_json_stream *s, const bl_value *v)
{
	if (s->depth == s->parts[s->level - 1].depth)
		return deliver(s, v);
	if (!s->o.whole.p && s->arena->used - s->parts[s->level - 1].begin > BL_JSON_MAX_PART)
		return stop_with(s, BL_LIMIT, "an element is too large");
	if (s->nitems == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		s->items = bl_xrealloc(s->items, s->cap * sizeof *s->items);
	}
	const frame *f = &s->frames[s->depth - 1];
	s->items[s->nitems++] = (bl_item){f->key, f->key_span, v};
	return 1;
}

/* Is the value that comes next to be built? Starts a part if it is chosen itself. *here is its place. */
static bool wanted(bl_json_stream *s, bl_span span, size_t length, const place **here)
{
	*here = NULL;
	if (s->passed)
		return false;
	const place *p = place_here(s);
	if (p && p->skipped)
		return false;
	*here = p;
	if (p && p->path >= 0 && s->level < MAX_LEVELS)
		start_part(s, p->path, token_offset(s, span, length));
	return s->level > 0;
}

static int on_null(void *context)
{
	bl_json_stream *s = context;
	bl_span span = token(s, 4);
	const place *here;
	if (!wanted(s, span, 4, &here))
		return 1;
	return add(s, s->o.whole.p ? bl_value_at(s->arena, &bl_value_null, span) : &bl_value_null);
}

/* Values without spans are all alike. */
static const bl_value bools[] = {{.kind = BL_BOOL, .boolean = false}, {.kind = BL_BOOL, .boolean = true}};

static int on_bool(void *context, int b)
{
	bl_json_stream *s = context;
	size_t length = b ? 4 : 5;
	bl_span span = token(s, length);
	const place *here;
	if (!wanted(s, span, length, &here))
		return 1;
	return add(s, s->o.whole.p ? bl_value_bool(s->arena, span, b) : &bools[b != 0]);
}

static int on_number(void *context, const char *p, size_t n)
{
	bl_json_stream *s = context;
	bl_span span = token(s, n);
	const place *here;
	return wanted(s, span, n, &here) ? add(s, bl_value_digits(s->arena, span, keep(s, p, n))) : 1;
}

static int on_string(void *context, const unsigned char *p, size_t n)
{
	bl_json_stream *s = context;
	bl_span span = token(s, 0);
	const place *here;
	if (!wanted(s, span, n + 2, &here))
		return 1;
	return add(s, bl_value_string(s->arena, span, keep(s, (const char *)p, n)));
}

static int on_key(void *context, const unsigned char *p, size_t n)
{
	bl_json_stream *s = context;
	bl_span span = token(s, 0);
	frame *f = &s->frames[s->depth - 1];
	if (s->passed)
		return 1;
	if (s->level) {
		f->key = keep_name(s, (const char *)p, n);
		f->key_span = span;
	} else {
		s->key_buf.n = 0;
		bl_buf_put(&s->key_buf, bl_str_make((const char *)p, n));
		f->key = bl_buf_str(&s->key_buf);
	}
	return 1;
}

static int open_container(bl_json_stream *s, bool map)
{
	bl_span span = token(s, 1);
	const place *here;
	if (s->depth >= BL_JSON_MAX_DEPTH)
		return stop_with(s, BL_LIMIT, "nested too deeply");
	if (!wanted(s, span, 1, &here) && !here)
		s->passed++;
	s->frames[s->depth++] = (frame){.map = map, .place = s->level < MAX_LEVELS ? here : NULL, .first = s->nitems,
		.begin = span.begin};
	return 1;
}

static int on_map(void *context)
{
	return open_container(context, true);
}

static int on_array(void *context)
{
	return open_container(context, false);
}

/* Of items with one key the last is meant; it takes the place of the first. */
static size_t unique(bl_item *items, size_t n)
{
	bl_arena scratch = {0};
	bl_map seen = {0};
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		bl_item *old = NULL;
		if (n > SMALL_MAP) {
			size_t at = (size_t)(uintptr_t)bl_map_get(&seen, items[i].key);
			old = at ? &items[at - 1] : NULL;
		} else {
			for (size_t k = 0; k < kept && !old; k++)
				if (bl_str_eq(items[k].key, items[i].key))
					old = &items[k];
		}
		if (old) {
			*old = items[i];
			continue;
		}
		items[kept++] = items[i];
		if (n > SMALL_MAP)
			bl_map_put(&scratch, &seen, items[i].key, (void *)(uintptr_t)kept);
	}
	bl_arena_done(&scratch);
	return kept;
}

static int on_end(void *context)
{
	bl_json_stream *s = context;
	bl_span span = token(s, 1);
	frame f = s->frames[--s->depth];
	if (s->passed) {
		s->passed--;
		return 1;
	}
	if (!s->level)
		return 1;
	size_t n = s->nitems - f.first;
	bl_item *from = n ? s->items + f.first : NULL;
	s->nitems = f.first;
	span.begin = f.begin;
	bl_value *v;
	if (f.map) {
		n = n > 1 ? unique(from, n) : n;
		bl_item *items = n ? bl_arena_alloc_raw(s->arena, n * sizeof *items) : NULL;
		if (n)
			memcpy(items, from, n * sizeof *items);
		v = bl_value_map(s->arena, span, items, n);
	} else {
		const bl_value **list = n ? bl_arena_alloc_raw(s->arena, n * sizeof *list) : NULL;
		for (size_t i = 0; i < n; i++)
			list[i] = from[i].value;
		v = bl_value_list(s->arena, span, list, n);
	}
	return add(s, v);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

static place *place_below(bl_arena *arena, place *at, bl_str name)
{
	place *next = name.n ? bl_map_get(&at->below, name) : at->each;
	if (next)
		return next;
	next = bl_new(arena, place);
	next->path = -1;
	if (name.n)
		bl_map_put(arena, &at->below, name, next);
	else
		at->each = next;
	return next;
}

/* "a[]*" leads back to what holds a. */
static void add_path(bl_json_stream *s, const char *text, int number)
{
	bl_str path = bl_str_of(text), name;
	bool skipped = bl_str_starts(path, BL_STR("!"));
	place *at = &s->top;
	path = bl_str_slice(path, skipped, path.n);
	while (path.n) {
		path = bl_str_cut(path, '.', &name);
		place *holder = at;
		bool again = bl_str_ends(name, BL_STR("*")), each;
		name.n -= again;
		each = bl_str_ends(name, BL_STR("[]"));
		name.n -= each ? 2 : 0;
		if (name.n)
			at = place_below(&s->places, at, name);
		if (each && again)
			at = at->each = holder;
		else if (each)
			at = place_below(&s->places, at, BL_STR(""));
	}
	at->skipped = skipped;
	if (!skipped && at->path < 0)
		at->path = number;
}

static void begin(bl_json_stream *s)
{
	s->yajl = yajl_alloc(&callbacks, NULL, s);
	yajl_config(s->yajl, yajl_allow_multiple_values, s->o.many ? 1 : 0);
}

bl_json_stream *bl_json_stream_new(const bl_json_stream_options *options)
{
	bl_json_stream *s = bl_xmalloc(sizeof *s);
	s->o = *options;
	s->top.path = -1;
	for (size_t i = 0; i < s->o.npaths; i++)
		add_path(s, s->o.paths[i], (int)i);
	begin(s);
	return s;
}

static void drop_parts(bl_json_stream *s)
{
	for (size_t i = 0; i < MAX_LEVELS; i++)
		bl_arena_done(&s->own[i]);
	s->arena = NULL;
	s->level = s->depth = s->passed = s->nitems = 0;
}

void bl_json_stream_restart(bl_json_stream *s, uint64_t offset)
{
	yajl_free(s->yajl);
	drop_parts(s);
	s->chunk = (bl_str){0};
	s->base = offset;
	s->status = BL_OK;
	s->begun = true;
	begin(s);
}

void bl_json_stream_salvage(bl_json_stream *s)
{
	/* what is being built inside another part is no whole element of it */
	if (s->level > 1) {
		const part *inner = &s->parts[--s->level];
		if (s->depth > inner->depth)
			s->nitems = s->frames[inner->depth].first;
		s->depth = inner->depth;
		s->passed = 0;
		s->arena = s->o.arena ? s->o.arena : &s->own[0];
	}
	while (s->depth && s->level)
		on_end(s);
	drop_parts(s);
}

void bl_json_stream_free(bl_json_stream *s)
{
	if (!s)
		return;
	yajl_free(s->yajl);
	drop_parts(s);
	bl_arena_done(&s->places);
	bl_arena_done(&s->own_names);
	bl_buf_done(&s->key_buf);
	free(s->items);
	free(s);
}

static void words_at(bl_json_stream *s, size_t offset, bl_error *error, bl_str words)
{
	s->failed_at = s->base + offset;
	if (s->o.source) {
		bl_error_set(error, s->status, BL_FMT, BL_ARG(words));
		return;
	}
	if (!s->o.whole.p) {
		bl_error_set(error, s->status, "byte %llu: " BL_FMT, (unsigned long long)(s->base + offset),
			BL_ARG(words));
		return;
	}
	size_t line = 1, column = 1;
	bl_str before = bl_str_slice(s->o.whole, 0, (size_t)s->base + offset);
	for (size_t i = 0; i < before.n; i++) {
		if (before.p[i] == '\n') {
			line++;
			column = 1;
		} else if ((before.p[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	bl_error_set(error, s->status, "line %zu, column %zu: " BL_FMT, line, column, BL_ARG(words));
}

static bl_status report(bl_json_stream *s, yajl_status status, bool at_end, bl_error *error)
{
	if (status == yajl_status_ok || s->stopped)
		return BL_OK;
	size_t offset = at_end ? s->chunk.n : yajl_get_bytes_consumed(s->yajl);
	if (status == yajl_status_client_canceled) {
		words_at(s, offset, error, bl_str_of(s->words));
		return s->status;
	}
	s->status = BL_FAILED;
	if (at_end) {
		words_at(s, offset, error, BL_STR("the text ends in the middle"));
		return s->status;
	}
	unsigned char *z = yajl_get_error(s->yajl, 0, NULL, 0);
	bl_str words = bl_str_trim(bl_str_of((const char *)z)), head;
	bl_str rest = bl_str_cut(words, ':', &head);
	if (rest.n > 1)
		words = bl_str_trim(rest);
	if (bl_str_ends(words, BL_STR(".")))
		words.n--;
	words_at(s, offset ? offset - 1 : 0, error, words);
	yajl_free_error(s->yajl, z);
	return s->status;
}

bl_status bl_json_stream_feed(bl_json_stream *s, bl_str bytes, bl_error *error)
{
	if (s->stopped)
		return BL_OK;
	if (s->status != BL_OK)
		return bl_error_set(error, s->status, "nothing is read after an error");
	s->base += s->chunk.n;
	if (!s->begun && bl_str_starts(bytes, BL_STR("\xef\xbb\xbf"))) {
		bytes = bl_str_slice(bytes, 3, bytes.n);
		s->base = 3;
	}
	s->begun = true;
	s->chunk = bytes;
	s->last = 0;
	return report(s, yajl_parse(s->yajl, (const unsigned char *)bytes.p, bytes.n), false, error);
}

bl_status bl_json_stream_end(bl_json_stream *s, bl_error *error)
{
	if (s->stopped)
		return BL_OK;
	if (s->status != BL_OK)
		return bl_error_set(error, s->status, "nothing is read after an error");
	return report(s, yajl_complete_parse(s->yajl), true, error);
}

bool bl_json_stream_stopped(const bl_json_stream *s)
{
	return s->stopped;
}

uint64_t bl_json_stream_offset(const bl_json_stream *s)
{
	return s->status == BL_OK ? s->base + s->chunk.n : s->failed_at;
}

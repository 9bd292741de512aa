#include "core/model/source.h"

#include "core/base/map.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct entry {
	bl_str repo, path, text;
	uint32_t number;
	uint32_t parent; /* 0: a file */
	const bl_piece *pieces;
	size_t npieces;
	uint32_t *lines;  /* begin of each line; made at first use */
	uint32_t *points; /* code points before each POINTS_BLOCK bytes; made with lines */
	size_t nlines;
} entry;

/* Entries stand in chunks that never move, so that readers need no lock. */
enum { CHUNK = 1024, CHUNKS = 4096, POINTS_BLOCK = 1024 };

struct bl_sources {
	pthread_mutex_t lock;
	entry *chunks[CHUNKS];
	uint32_t n; /* the last number given */
	bl_map shared; /* what bl_sources_share made, as one run of bytes -> entry */
	bl_arena arena;
};

bl_sources *bl_sources_new(void)
{
	bl_sources *s = bl_xmalloc(sizeof *s);
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void bl_sources_free(bl_sources *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < CHUNKS && s->chunks[i]; i++) {
		for (size_t j = 0; j < CHUNK; j++) {
			free(s->chunks[i][j].lines);
			free(s->chunks[i][j].points);
		}
		free(s->chunks[i]);
	}
	pthread_mutex_destroy(&s->lock);
	bl_arena_done(&s->arena);
	free(s);
}

static const entry *get(const bl_sources *s, uint32_t source)
{
	if (!source || source / CHUNK >= CHUNKS || !s->chunks[source / CHUNK])
		return NULL;
	return &s->chunks[source / CHUNK][source % CHUNK];
}

/* NULL past four million texts, which no run within its limits has. The lock is held. */
static entry *add_locked(bl_sources *s, entry e)
{
	uint32_t number = s->n + 1;
	if (number / CHUNK >= CHUNKS)
		return NULL;
	entry **chunk = &s->chunks[number / CHUNK];
	if (!*chunk)
		*chunk = bl_xmalloc(sizeof **chunk * CHUNK);
	e.number = number;
	(*chunk)[number % CHUNK] = e;
	s->n = number;
	return &(*chunk)[number % CHUNK];
}

/* 0 where there is no number left: spans into it are nowhere. */
static uint32_t add(bl_sources *s, entry e)
{
	pthread_mutex_lock(&s->lock);
	const entry *added = add_locked(s, e);
	pthread_mutex_unlock(&s->lock);
	return added ? added->number : 0;
}

uint32_t bl_sources_add(bl_sources *s, bl_str repo, bl_str path, bl_str text)
{
	return add(s, (entry){.repo = repo, .path = path, .text = text});
}

uint32_t bl_sources_derive(bl_sources *s, uint32_t parent, bl_str text, const bl_piece *pieces, size_t n)
{
	return add(s, (entry){.text = text, .parent = parent, .pieces = pieces, .npieces = n});
}

/* The pieces behind their parent and number, then the text: what a shared text is found by is at once what it keeps. */
static void put_key(bl_buf *out, uint32_t parent, bl_str text, const bl_piece *pieces, size_t n)
{
	uint32_t head[] = {parent, (uint32_t)n};
	bl_buf_put(out, bl_str_make((const char *)head, sizeof head));
	for (size_t i = 0; i < n; i++) {
		bl_piece piece;
		memset(&piece, 0, sizeof piece); /* padding is compared, too */
		piece.at = pieces[i].at;
		piece.parent_begin = pieces[i].parent_begin;
		piece.parent_end = pieces[i].parent_end;
		piece.verbatim = pieces[i].verbatim;
		bl_buf_put(out, bl_str_make((const char *)&piece, sizeof piece));
	}
	bl_buf_put(out, text);
}

uint32_t bl_sources_share(bl_sources *s, uint32_t parent, bl_str text, const bl_piece *pieces, size_t n)
{
	bl_buf key = {0};
	put_key(&key, parent, text, pieces, n);
	pthread_mutex_lock(&s->lock);
	const entry *e = bl_map_get(&s->shared, bl_buf_str(&key));
	if (!e) {
		bl_str kept = bl_str_dup(&s->arena, bl_buf_str(&key));
		const bl_piece *first = (const bl_piece *)(kept.p + 2 * sizeof(uint32_t));
		e = add_locked(s, (entry){.text = bl_str_slice(kept, kept.n - text.n, kept.n), .parent = parent, .pieces = first, .npieces = n});
		if (e)
			bl_map_put(&s->arena, &s->shared, kept, (void *)e);
	}
	pthread_mutex_unlock(&s->lock);
	bl_buf_done(&key);
	return e ? e->number : 0;
}

void *bl_sources_keep(bl_sources *s, const void *p, size_t n)
{
	pthread_mutex_lock(&s->lock);
	void *kept = bl_arena_alloc(&s->arena, n);
	pthread_mutex_unlock(&s->lock);
	return memcpy(kept, p, n);
}

bl_str bl_sources_keep_str(bl_sources *s, bl_str text)
{
	return bl_str_make(bl_sources_keep(s, text.p, text.n), text.n);
}

uint32_t bl_sources_count(const bl_sources *s)
{
	return s->n;
}

bl_str bl_sources_text(const bl_sources *s, uint32_t source)
{
	const entry *e = get(s, source);
	return e ? e->text : BL_STR("");
}

static const entry *file_of(const bl_sources *s, uint32_t source)
{
	const entry *e = get(s, source);
	while (e && e->parent)
		e = get(s, e->parent);
	return e;
}

bl_str bl_sources_path(const bl_sources *s, uint32_t source)
{
	const entry *e = file_of(s, source);
	return e ? e->path : BL_STR("");
}

bl_str bl_sources_repo(const bl_sources *s, uint32_t source)
{
	const entry *e = file_of(s, source);
	return e ? e->repo : BL_STR("");
}

/* The parent's offset of a derived text's offset; at the end of a run, end says which side is meant. */
static uint32_t to_parent(const entry *e, uint32_t offset, bool end)
{
	size_t lo = 0, hi = e->npieces;
	uint32_t probe = end && offset ? offset - 1 : offset;
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (e->pieces[mid].at <= probe)
			lo = mid;
		else
			hi = mid;
	}
	const bl_piece *p = &e->pieces[lo];
	if (!p->verbatim)
		return end ? p->parent_end : p->parent_begin;
	uint32_t at = p->parent_begin + (offset - p->at);
	return at > p->parent_end ? p->parent_end : at;
}

bl_span bl_sources_root(const bl_sources *s, bl_span span)
{
	const entry *e = get(s, span.source);
	while (e && e->parent) {
		uint32_t parent = e->parent;
		if (!e->npieces)
			return (bl_span){parent, 0, 0};
		uint32_t begin = to_parent(e, span.begin, false);
		uint32_t end = to_parent(e, span.end, span.end > span.begin);
		span = (bl_span){parent, begin, end < begin ? begin : end};
		e = get(s, parent);
	}
	return span;
}

/* How many code points begin among the n bytes at p: those that do not go on with another's. */
static uint32_t points_in(const char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101ull;
	size_t i = 0, going_on = 0;
	/* eight at once: a bit for each, and the product's highest byte is their sum */
	for (uint64_t w; i + 8 <= n; i += 8) {
		memcpy(&w, p + i, sizeof w);
		going_on += (w >> 7 & ~w >> 6 & ones) * ones >> 56;
	}
	for (; i < n; i++)
		going_on += ((unsigned char)p[i] & 0xc0) == 0x80;
	return (uint32_t)(n - going_on);
}

static size_t count_lines(bl_str text, uint32_t *lines)
{
	size_t n = 0;
	for (const char *at = text.p, *end = text.p + text.n; text.n && (at = memchr(at, '\n', (size_t)(end - at))); at++, n++)
		if (lines)
			lines[n] = (uint32_t)(at - text.p) + 1;
	return n;
}

/* The line table is made once; the lock only orders its making. */
static void need_lines(const bl_sources *sources, const entry *constant)
{
	bl_sources *s = (bl_sources *)sources;
	entry *e = (entry *)constant;
	pthread_mutex_lock(&s->lock);
	if (!e->lines) {
		e->nlines = 1 + count_lines(e->text, NULL);
		e->lines = bl_xmalloc(e->nlines * sizeof *e->lines);
		count_lines(e->text, e->lines + 1);
		size_t blocks = e->text.n / POINTS_BLOCK;
		e->points = bl_xmalloc((blocks + 1) * sizeof *e->points);
		for (size_t i = 0; i < blocks; i++)
			e->points[i + 1] = e->points[i] + points_in(e->text.p + i * POINTS_BLOCK, POINTS_BLOCK);
	}
	pthread_mutex_unlock(&s->lock);
}

/* The code points before offset. A file may be one line of many megabytes: not all of it is counted again for each place. */
static uint32_t points_before(const entry *e, uint32_t offset)
{
	uint32_t block = offset / POINTS_BLOCK, begin = block * POINTS_BLOCK;
	return e->points[block] + points_in(e->text.p + begin, offset - begin);
}

static void locate(const entry *e, uint32_t offset, uint32_t *line, uint32_t *column)
{
	if (offset > e->text.n)
		offset = (uint32_t)e->text.n;
	size_t lo = 0, hi = e->nlines;
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (e->lines[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	*line = (uint32_t)lo + 1;
	*column = points_before(e, offset) - points_before(e, e->lines[lo]) + 1;
}

bool bl_sources_place(const bl_sources *s, bl_span span, bl_place *place)
{
	*place = (bl_place){0};
	span = bl_sources_root(s, span);
	const entry *e = get(s, span.source);
	if (!e)
		return false;
	need_lines(s, e);
	place->repo = e->repo;
	place->path = e->path;
	locate(e, span.begin, &place->start_line, &place->start_column);
	uint32_t end = span.end;
	/* a span that ends with its line's newline ends on that line */
	if (end > span.begin && end <= e->text.n && e->text.p[end - 1] == '\n')
		end--;
	if (end > span.begin && end <= e->text.n && e->text.p[end - 1] == '\r')
		end--;
	locate(e, end, &place->end_line, &place->end_column);
	return true;
}

bl_span bl_sources_line(const bl_sources *s, uint32_t source, uint32_t line)
{
	const entry *e = get(s, source);
	if (!e || e->parent || !line)
		return BL_NOWHERE;
	need_lines(s, e);
	if (line > e->nlines)
		return BL_NOWHERE;
	uint32_t begin = e->lines[line - 1];
	uint32_t end = line < e->nlines ? e->lines[line] - 1 : (uint32_t)e->text.n;
	if (end > begin && e->text.p[end - 1] == '\r')
		end--;
	return (bl_span){source, begin, end};
}

bl_str bl_sources_slice(const bl_sources *s, bl_span span)
{
	const entry *e = get(s, span.source);
	return e ? bl_str_slice(e->text, span.begin, span.end) : BL_STR("");
}

/* What the tags of a resource say. */
#include "tagging/target.h"

#include <stdlib.h>
#include <time.h>

enum { MAX_VALUE = 256, MAX_LABEL = 63 };

/* Alphabetical: in this order they are written. */
static const char *const keys[] = {"git_commit", "git_file", "git_last_modified_at", "git_last_modified_by", "git_modifiers",
	"git_org", "git_repo", "mapping_tag", "yor_name", "yor_trace"};

enum { COMMIT, FILE_PATH, MODIFIED_AT, MODIFIED_BY, MODIFIERS, ORG, REPO, MAPPING, NAME, TRACE, KEYS };

bool bl_tag_key_exists(const char *key)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static bool is_asked_for(const bl_tagger *tagger, size_t key)
{
	for (size_t i = 0; i < tagger->nkeys; i++)
		if (strcmp(tagger->keys[i], keys[key]) == 0)
			return true;
	return !tagger->nkeys && key != MAPPING;
}

bool bl_tag_is_trace(const bl_tagging *t, bl_str key)
{
	bl_str prefix = t->tagger->prefix;
	bl_str rest = bl_str_starts(key, prefix) ? bl_str_slice(key, prefix.n, key.n) : key;
	return bl_str_eqz(rest, keys[TRACE]) || bl_str_eqz(rest, keys[MAPPING]);
}

/* As Yor makes labels of paths and of names: "/" is "__", "." is "_", blanks and ":" are "-", and only what a label may hold stays. */
static bl_str label(bl_arena *arena, size_t key, bl_str s)
{
	char *out = bl_arena_alloc(arena, s.n * 2 + 1);
	size_t n = 0;
	if (key == MODIFIED_BY)
		s = bl_str_slice(s, 0, (size_t)(memchr(s.p, '@', s.n) ? (const char *)memchr(s.p, '@', s.n) - s.p : (ptrdiff_t)s.n));
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == '/') {
			out[n++] = '_';
			out[n++] = '_';
		} else if (c == '.') {
			out[n++] = '_';
		} else if (c == ' ' || c == ':') {
			out[n++] = '-';
		} else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
			out[n++] = c;
		}
	}
	return bl_str_make(out, n < MAX_LABEL ? n : MAX_LABEL);
}

/* What AWS and Azure both take: letters, digits, blanks and + - = . _ : / @, 256 of them. */
static bl_str plain(bl_arena *arena, bl_str s)
{
	char *out = bl_arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < MAX_VALUE; i++) {
		char c = s.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr(" +-=._:/@", c, 9))
			out[n++] = c;
	}
	return bl_str_make(out, n);
}

static bl_str utc(bl_arena *arena, int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	char text[32];
	if (!gmtime_r(&when, &tm))
		return BL_STR("");
	size_t n = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
	return bl_str_dup(arena, bl_str_make(text, n));
}

static int by_text(const void *a, const void *b)
{
	return bl_str_cmp(*(const bl_str *)a, *(const bl_str *)b);
}

/* The names before the "@" of all authors, sorted, each once; programs that commit have a "[" in theirs. */
static bl_str modifiers(bl_arena *arena, const bl_tag_history *h, const char *between)
{
	bl_str *names = bl_new_n(arena, bl_str, h->nauthors + 1);
	bl_buf out = {0};
	size_t n = 0;
	for (size_t i = 0; i < h->nauthors; i++) {
		bl_str name;
		bl_str_cut(h->authors[i], '@', &name);
		if (name.n && !memchr(name.p, '[', name.n))
			names[n++] = name;
	}
	if (n)
		qsort(names, n, sizeof *names, by_text);
	for (size_t i = 0; i < n; i++) {
		if (i && bl_str_eq(names[i], names[i - 1]))
			continue;
		if (out.n)
			bl_buf_putz(&out, between);
		bl_buf_put(&out, names[i]);
	}
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static uint32_t line_of(const bl_tagging *t, uint32_t at)
{
	bl_place place;
	bl_sources_place(t->tagger->sources, (bl_span){t->document->source, at, at}, &place);
	return place.start_line;
}

/* Fills what git says. True when it says it of the tags' own lines too: of a resource in one line, which tagging itself changes. */
static bool history(const bl_tagging *t, const bl_tag_target *target, bl_str values[KEYS])
{
	bl_tag_history h = {0};
	uint32_t from = line_of(t, target->span.begin), to = line_of(t, target->span.end - 1);
	bool tags = bl_span_known(target->tags);
	uint32_t but_from = tags ? line_of(t, target->tags.begin) : 0, but_to = tags ? line_of(t, target->tags.end - 1) : 0;
	values[COMMIT] = BL_STR("N/A");
	bool weak = false;
	if (t->tagger->history) {
		t->tagger->history(t->tagger->context, t->document, from, to, but_from, but_to, t->arena, &h);
		weak = tags && !h.commit.n;
		if (weak)
			t->tagger->history(t->tagger->context, t->document, from, to, 0, 0, t->arena, &h);
	}
	if (!h.commit.n)
		return weak;
	values[COMMIT] = h.commit;
	values[MODIFIED_AT] = utc(t->arena, h.time);
	values[MODIFIED_BY] = h.email;
	values[MODIFIERS] = modifiers(t->arena, &h, target->google ? "__" : "/");
	return weak;
}

void bl_tag_values(const bl_tagging *t, const bl_tag_target *target, bl_tags *out)
{
	bl_str values[KEYS] = {{0}};
	bool weak = history(t, target, values);
	values[FILE_PATH] = t->document->path;
	values[ORG] = t->tagger->org;
	values[REPO] = t->tagger->repo;
	values[NAME] = target->name;
	for (size_t i = 0; i < KEYS; i++) {
		bool trace = i == TRACE || i == MAPPING;
		if (!is_asked_for(t->tagger, i) || (!trace && !values[i].n))
			continue;
		bl_str value = target->google ? label(t->arena, i, values[i]) : plain(t->arena, values[i]);
		bl_str key = bl_str_fmt(t->arena, BL_FMT "%s", BL_ARG(t->tagger->prefix), keys[i]);
		bl_vec_push(t->arena, out, ((bl_tag){key, value, trace, trace || (weak && i <= MODIFIERS && i != FILE_PATH)}));
	}
}

bl_str bl_tag_fresh(const bl_tagging *t, const bl_tag_target *target, const bl_tag *tag)
{
	return tag->trace ? t->tagger->guid(t->tagger->context, t->arena, t->document, target->address) : tag->value;
}

#include "mapping/history.h"

#include "core/base/map.h"

#include <stdlib.h>

enum { MAX_WORDS = 256 };

static bl_str behind(bl_str s, const char *prefix)
{
	bl_str p = bl_str_of(prefix);
	return bl_str_starts(s, p) ? bl_str_trim(bl_str_slice(s, p.n, s.n)) : s;
}

static bl_str before(bl_str s, const char *suffix)
{
	bl_str x = bl_str_of(suffix);
	return bl_str_ends(s, x) ? bl_str_trim(bl_str_slice(s, 0, s.n - x.n)) : s;
}

static bl_str first_word(bl_str s, bl_str *rest)
{
	size_t i = 0;
	while (i < s.n && s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\n')
		i++;
	*rest = bl_str_trim(bl_str_slice(s, i, s.n));
	return bl_str_slice(s, 0, i);
}

/* One blank for each run of white space and continued line. */
static bl_str squeezed(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool blank = ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' ||
			(ch == '\\' && i + 1 < s.n && (s.p[i + 1] == '\n' || s.p[i + 1] == '\r'));
		if (!blank)
			p[n++] = ch;
		else if (n && p[n - 1] != ' ')
			p[n++] = ' ';
	}
	while (n && p[n - 1] == ' ')
		n--;
	return bl_str_make(p, n);
}

/* "--mount=... --chown=..." */
static bl_str without_flags(bl_str s)
{
	bl_str rest;
	while (bl_str_starts(s, BL_STR("--"))) {
		first_word(s, &rest);
		s = rest;
	}
	return s;
}

/* Build arguments that stand before a command: "|2 A=b C=d". */
static bl_str without_arguments(bl_str s)
{
	if (!s.n || s.p[0] != '|')
		return s;
	ptrdiff_t shell = bl_str_find(s, BL_STR("/bin/sh -c "), 0);
	return shell >= 0 ? bl_str_slice(s, (size_t)shell, s.n) : s;
}

static bl_history_kind kind_of(bl_str word)
{
	static const struct {
		const char *word;
		bl_history_kind kind;
	} rows[] = {{"ADD", BL_HISTORY_ADD}, {"COPY", BL_HISTORY_COPY}, {"RUN", BL_HISTORY_RUN}, {"WORKDIR", BL_HISTORY_WORKDIR}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (bl_str_eqiz(word, rows[i].word))
			return rows[i].kind;
	return BL_HISTORY_OTHER;
}

static bl_str last_word(bl_str s)
{
	s = bl_str_trim(s);
	size_t i = s.n;
	while (i && s.p[i - 1] != ' ')
		i--;
	return bl_str_slice(s, i, s.n);
}

/* "a b /srv" -> where to, and from where; the classic builder writes "file:DIGEST in /srv". */
static void split_copy(bl_str s, bl_history_command *c)
{
	c->text = last_word(s);
	bl_str sources = bl_str_trim(bl_str_slice(s, 0, s.n - c->text.n));
	if (!bl_str_ends(sources, BL_STR(" in")))
		c->sources = sources;
}

static bl_history_command of_step(bl_arena *arena, bl_str created_by)
{
	bl_str s = squeezed(arena, before(bl_str_trim(created_by), "# buildkit")), rest;
	bl_history_command c = {.kind = BL_HISTORY_RUN, .text = s};
	bool classic = bl_str_find(s, BL_STR("#(nop)"), 0) >= 0;
	if (classic)
		s = bl_str_trim(bl_str_slice(s, (size_t)bl_str_find(s, BL_STR("#(nop)"), 0) + 6, s.n));
	bl_history_kind named = kind_of(first_word(s, &rest));
	bool shell = bl_str_starts(s, BL_STR("/bin/sh -c ")) || (s.n && s.p[0] == '|');
	if (named != BL_HISTORY_OTHER) {
		c.kind = named;
		s = rest;
	} else if (classic || !shell) {
		c.kind = BL_HISTORY_OTHER;
		c.text = s;
		return c;
	}
	if (c.kind == BL_HISTORY_RUN)
		c.text = behind(without_arguments(without_flags(s)), "/bin/sh -c ");
	else
		split_copy(without_flags(s), &c);
	return c;
}

static bl_str joined(bl_arena *arena, const bl_value *words)
{
	bl_buf out = {0};
	for (uint32_t i = 0; bl_value_is(words, BL_LIST) && i < words->n; i++)
		bl_buf_putf(&out, "%s" BL_FMT, i ? " " : "", BL_ARG(bl_value_text(words->list[i])));
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

static bl_history_command of_instruction(bl_arena *arena, const bl_resource *instruction)
{
	const bl_value *properties = bl_value_getz(instruction->effective, "properties");
	bl_history_command c = {.kind = kind_of(bl_value_text(bl_value_getz(properties, "instruction")))};
	if (c.kind == BL_HISTORY_ADD || c.kind == BL_HISTORY_COPY) {
		c.text = bl_value_text(bl_value_getz(properties, "destination"));
		c.sources = joined(arena, bl_value_getz(properties, "sources"));
	} else if (c.kind == BL_HISTORY_WORKDIR) {
		c.text = bl_value_text(bl_value_getz(properties, "path"));
	} else if (c.kind == BL_HISTORY_RUN) {
		c.text = joined(arena, bl_value_getz(properties, "arguments"));
	}
	c.text = squeezed(arena, c.text);
	return c;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void take_words(bl_arena *arena, bl_history_command *c)
{
	uint64_t found[MAX_WORDS];
	bl_str s = c->text;
	size_t n = 0;
	while (c->kind == BL_HISTORY_RUN && s.n && n < MAX_WORDS) {
		bl_str rest, word = first_word(s, &rest);
		if (word.n)
			found[n++] = bl_str_hash(word);
		s = rest;
	}
	c->head = n > 1 ? (found[0] * 31 ^ found[1]) | 1 : 0;
	if (n)
		qsort(found, n, sizeof *found, by_number);
	for (size_t i = 0; i < n; i++)
		if (!i || found[i] != found[i - 1])
			found[c->nwords++] = found[i];
	c->words = bl_new_n(arena, uint64_t, c->nwords + 1);
	if (c->nwords)
		memcpy(c->words, found, c->nwords * sizeof *found);
}

static size_t shared_words(const bl_history_command *a, const bl_history_command *b)
{
	size_t both = 0, i = 0, k = 0;
	while (i < a->nwords && k < b->nwords) {
		both += a->words[i] == b->words[k];
		uint64_t x = a->words[i], y = b->words[k];
		i += x <= y;
		k += y <= x;
	}
	return both;
}

/* 0 to 1: equal, one within the other, begun alike, or by the words they share. */
static double alike(const bl_history_command *a, const bl_history_command *b)
{
	if (a->kind != b->kind)
		return 0;
	bool other_sources = a->sources.n && b->sources.n && !bl_str_eq(a->sources, b->sources);
	if (bl_str_eq(a->text, b->text))
		return other_sources ? 0.7 : 1;
	if (a->kind != BL_HISTORY_RUN || !a->text.n || !b->text.n)
		return 0;
	size_t both = shared_words(a, b), least = a->nwords < b->nwords ? a->nwords : b->nwords;
	/* what is part of the other shares its words, but for those that it is cut off in */
	if (both + 2 >= least && (bl_str_find(a->text, b->text, 0) >= 0 || bl_str_find(b->text, a->text, 0) >= 0))
		return 0.8;
	if (a->head && a->head == b->head)
		return 0.7;
	size_t all = a->nwords + b->nwords - both;
	return all ? 0.6 * (double)both / (double)all : 0;
}

static bool makes_layer(bl_history_kind kind)
{
	return kind == BL_HISTORY_ADD || kind == BL_HISTORY_COPY || kind == BL_HISTORY_RUN;
}

bl_history bl_history_of_image(bl_arena *arena, const bl_image *image)
{
	bl_history h = {.commands = bl_new_n(arena, bl_history_command, image->steps.n + 1), .n = image->steps.n};
	for (size_t i = 0; i < h.n; i++) {
		h.commands[i] = of_step(arena, image->steps.items[i].created_by);
		take_words(arena, &h.commands[i]);
	}
	return h;
}

bl_history bl_history_of_stage(bl_arena *arena, const bl_resource *const *instructions, size_t n)
{
	bl_history h = {.commands = bl_new_n(arena, bl_history_command, n + 1), .from = bl_new_n(arena, const bl_resource *, n + 1)};
	for (size_t i = 0; i < n; i++) {
		bl_history_command c = of_instruction(arena, instructions[i]);
		if (!makes_layer(c.kind) && c.kind != BL_HISTORY_WORKDIR)
			continue;
		take_words(arena, &c);
		h.from[h.n] = instructions[i];
		h.commands[h.n++] = c;
	}
	return h;
}

/* The step before at that can be own, or 0: a folder that was there makes no layer, and neither does metadata. One more than its place. */
static size_t step_back(const bl_history *image, const bl_history_command *own, size_t at)
{
	for (; at > 0; at--) {
		bl_history_kind kind = image->commands[at - 1].kind;
		if (kind != BL_HISTORY_OTHER && (kind != BL_HISTORY_WORKDIR || own->kind == BL_HISTORY_WORKDIR))
			break;
	}
	return at;
}

bl_history_match bl_history_compare(const bl_history *image, const bl_history *stage, double least, const bl_resource **by_step)
{
	bl_history_match m = {.first = image->n};
	size_t at = image->n, left;
	for (size_t k = 0; k < stage->n; k++)
		m.instructions += makes_layer(stage->commands[k].kind);
	left = m.instructions;
	for (size_t k = stage->n; k-- > 0;) {
		const bl_history_command *own = &stage->commands[k];
		bool layer = makes_layer(own->kind);
		size_t step = step_back(image, own, at);
		double one = step ? alike(own, &image->commands[step - 1]) : 0;
		left -= layer;
		/* a WORKDIR without a step is none that is missing */
		if (step && (layer || one == 1)) {
			m.explained += layer ? one : 0;
			m.told += layer && one >= 0.8 ? own->text.n + own->sources.n : 0;
			at = m.first = step - 1;
			if (by_step)
				by_step[at] = stage->from[k];
		}
		if ((m.explained + (double)left) < least * (double)m.instructions)
			break;
	}
	m.alike = m.instructions ? m.explained / (double)m.instructions : 0;
	return m;
}

/* ---- what makes no layer ---- */

/* Words without the marks by which builders and Dockerfiles set them apart; the shell that a builder puts before a command is left out. */
static bl_str plain(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc(arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = memchr("[]{}\"',\\", s.p[i], 8) ? ' ' : s.p[i];
	bl_str words = squeezed(arena, bl_str_make(p, s.n)), rest, keyword = first_word(words, &rest);
	return bl_str_fmt(arena, BL_FMT " " BL_FMT, BL_ARG(keyword), BL_ARG(behind(rest, "/bin/sh -c ")));
}

static bl_str assignments(bl_arena *arena, const char *keyword, const bl_value *list)
{
	bl_buf out = {0};
	bool known = bl_value_is(list, BL_LIST);
	bl_buf_putz(&out, keyword);
	for (uint32_t i = 0; known && i < list->n; i++) {
		const bl_value *value = bl_value_getz(list->list[i], "value");
		known = bl_value_is(value, BL_STRING);
		bl_buf_putf(&out, " " BL_FMT "=" BL_FMT, BL_ARG(bl_value_text(bl_value_getz(list->list[i], "name"))), BL_ARG(bl_value_text(value)));
	}
	bl_str s = known ? bl_str_dup(arena, bl_buf_str(&out)) : BL_STR("");
	bl_buf_done(&out);
	return s;
}

/* As a builder tells it, or empty for what it tells otherwise, or what is not known. */
static bl_str setting_of(bl_arena *arena, const bl_resource *instruction)
{
	const bl_value *properties = bl_value_getz(instruction->effective, "properties");
	bl_str kind = bl_value_text(bl_value_getz(properties, "instruction"));
	if (bl_str_eqz(kind, "env"))
		return assignments(arena, "ENV", bl_value_getz(properties, "variables"));
	if (bl_str_eqz(kind, "label"))
		return assignments(arena, "LABEL", bl_value_getz(properties, "labels"));
	if (bl_str_eqz(kind, "cmd"))
		return bl_str_cat(arena, BL_STR("CMD "), joined(arena, bl_value_getz(properties, "arguments")));
	if (bl_str_eqz(kind, "entrypoint"))
		return bl_str_cat(arena, BL_STR("ENTRYPOINT "), joined(arena, bl_value_getz(properties, "arguments")));
	return bl_str_eqz(kind, "user") ? bl_value_text(bl_value_getz(properties, "text")) : BL_STR("");
}

double bl_history_told(bl_arena *arena, const bl_history *image, const bl_resource *const *instructions, size_t n)
{
	bl_map told = {0};
	size_t settings = 0, both = 0;
	for (size_t i = 0; i < image->n; i++)
		if (image->commands[i].kind == BL_HISTORY_OTHER)
			bl_map_put(arena, &told, plain(arena, image->commands[i].text), (void *)1);
	for (size_t i = 0; i < n; i++) {
		bl_str setting = setting_of(arena, instructions[i]);
		settings += setting.n > 0;
		both += setting.n && bl_map_get(&told, plain(arena, setting));
	}
	return settings ? (double)both / (double)settings : 0;
}

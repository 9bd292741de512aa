#include "mapping/history.h"

#include "core/base/map.h"

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

bl_history_command bl_history_of_step(bl_arena *arena, bl_str created_by)
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

bl_history_command bl_history_of_instruction(bl_arena *arena, const bl_resource *instruction)
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

static size_t words_of(bl_str s, bl_str *words)
{
	size_t n = 0;
	while (s.n && n < MAX_WORDS) {
		bl_str rest, word = first_word(s, &rest);
		if (word.n)
			words[n++] = word;
		s = rest;
	}
	return n;
}

static double shared_words(bl_str a, bl_str b)
{
	bl_str x[MAX_WORDS], y[MAX_WORDS];
	size_t n = words_of(a, x), m = words_of(b, y), both = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k < m && !bl_str_eq(x[i], y[k]))
			k++;
		both += k < m;
	}
	return n + m > both ? (double)both / (double)(n + m - both) : 0;
}

double bl_history_alike(bl_history_command a, bl_history_command b)
{
	if (a.kind != b.kind)
		return 0;
	bool other_sources = a.sources.n && b.sources.n && !bl_str_eq(a.sources, b.sources);
	if (bl_str_eq(a.text, b.text))
		return other_sources ? 0.7 : 1;
	if (a.kind != BL_HISTORY_RUN || !a.text.n || !b.text.n)
		return 0;
	if (bl_str_find(a.text, b.text, 0) >= 0 || bl_str_find(b.text, a.text, 0) >= 0)
		return 0.8;
	bl_str x, y, rest_x, rest_y;
	x = first_word(a.text, &rest_x);
	y = first_word(b.text, &rest_y);
	bl_str x2 = first_word(rest_x, &rest_x), y2 = first_word(rest_y, &rest_y);
	if (bl_str_eq(x, y) && bl_str_eq(x2, y2) && x2.n)
		return 0.7;
	return 0.6 * shared_words(a.text, b.text);
}

static bool makes_layer(bl_history_kind kind)
{
	return kind == BL_HISTORY_ADD || kind == BL_HISTORY_COPY || kind == BL_HISTORY_RUN;
}

bl_history_match bl_history_compare(bl_arena *arena, const bl_image *image, const bl_resource *const *instructions, size_t n)
{
	bl_history_match m = {.by_step = bl_new_n(arena, const bl_resource *, image->steps.n + 1), .first = image->steps.n};
	double sum = 0;
	size_t at = image->steps.n;
	for (size_t k = n; k-- > 0;) {
		bl_history_command own = bl_history_of_instruction(arena, instructions[k]);
		if (!makes_layer(own.kind) && own.kind != BL_HISTORY_WORKDIR)
			continue;
		m.instructions += makes_layer(own.kind);
		/* the next step back that can be it; a folder that was there makes no layer, and neither does metadata */
		bl_history_command step = {BL_HISTORY_OTHER, BL_STR("")};
		size_t back = at;
		while (back > 0) {
			step = bl_history_of_step(arena, image->steps.items[back - 1].created_by);
			bool passes = step.kind == BL_HISTORY_OTHER || (step.kind == BL_HISTORY_WORKDIR && own.kind != BL_HISTORY_WORKDIR);
			if (!passes)
				break;
			back--;
		}
		double alike = back ? bl_history_alike(own, step) : 0;
		/* a WORKDIR without a step is none that is missing */
		if (!back || (own.kind == BL_HISTORY_WORKDIR && alike < 1))
			continue;
		sum += makes_layer(own.kind) ? alike : 0;
		m.told += makes_layer(own.kind) && alike >= 0.8 ? own.text.n + own.sources.n : 0;
		at = back - 1;
		m.by_step[at] = instructions[k];
		m.first = at;
	}
	m.explained = sum;
	m.alike = m.instructions ? sum / (double)m.instructions : 0;
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

double bl_history_told(bl_arena *arena, const bl_image *image, const bl_resource *const *instructions, size_t n)
{
	bl_map told = {0};
	size_t settings = 0, both = 0;
	for (size_t i = 0; i < image->steps.n; i++) {
		bl_history_command step = bl_history_of_step(arena, image->steps.items[i].created_by);
		if (step.kind == BL_HISTORY_OTHER)
			bl_map_put(arena, &told, plain(arena, step.text), (void *)1);
	}
	for (size_t i = 0; i < n; i++) {
		bl_str setting = setting_of(arena, instructions[i]);
		settings += setting.n > 0;
		both += setting.n && bl_map_get(&told, plain(arena, setting));
	}
	return settings ? (double)both / (double)settings : 0;
}

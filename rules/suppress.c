#include "rules/suppress.h"

#include <stdatomic.h>

/* The bytes of the line that offset stands in, without its newline. */
static bl_str line_at(bl_str text, size_t at, size_t *begin)
{
	size_t from = at < text.n ? at : text.n, to = from;
	while (from && text.p[from - 1] != '\n')
		from--;
	while (to < text.n && text.p[to] != '\n')
		to++;
	*begin = from;
	return bl_str_slice(text, from, to);
}

static bool is_comment(bl_str line)
{
	bl_str s = bl_str_trim(line);
	return bl_str_starts(s, BL_STR("#")) || bl_str_starts(s, BL_STR("//"));
}

/* Is rule named by word: its id, an id's beginning with '*', or an alias? */
static bool names(const bl_rule_info *rule, bl_str word)
{
	if (bl_str_eqz(word, "*") || bl_str_eqi(word, rule->id))
		return true;
	if (word.n && word.p[word.n - 1] == '*')
		return bl_str_startsi(rule->id, bl_str_slice(word, 0, word.n - 1));
	for (size_t i = 0; i < rule->naliases; i++)
		if (bl_str_eqi(word, rule->aliases[i]))
			return true;
	return false;
}

/* After the marker: "RULE[,RULE] [until=DATE] reason". */
static bool read_words(bl_arena *arena, const bl_rule_info *rule, bl_str words, bl_suppression *out)
{
	bl_str list, word;
	bool named = false;
	bl_str reason = bl_str_trim(bl_str_cut(bl_str_trim(words), ' ', &list));
	while (list.n) {
		list = bl_str_cut(list, ',', &word);
		named = named || names(rule, bl_str_trim(word));
	}
	if (bl_str_starts(reason, BL_STR("until="))) {
		reason = bl_str_trim(bl_str_cut(reason, ' ', &word));
		out->until = bl_str_dup(arena, bl_str_slice(word, 6, word.n));
	}
	if (bl_str_ends(reason, BL_STR("*/")))
		reason = bl_str_trim(bl_str_slice(reason, 0, reason.n - 2));
	out->reason = bl_str_dup(arena, reason);
	return named;
}

static const bl_suppression *in_line(bl_arena *arena, const bl_rule_info *rule, uint32_t source, bl_str line, size_t begin)
{
	ptrdiff_t at = bl_str_find(line, BL_STR("belay:ignore"), 0);
	if (at < 0)
		return NULL;
	bl_str before = bl_str_trim(bl_str_slice(line, 0, (size_t)at));
	if (!bl_str_ends(before, BL_STR("#")) && !bl_str_ends(before, BL_STR("//")) && !bl_str_ends(before, BL_STR("/*")))
		return NULL;
	bl_suppression found = {0};
	if (!read_words(arena, rule, bl_str_slice(line, (size_t)at + 12, line.n), &found))
		return NULL;
	found.where = (bl_span){source, (uint32_t)(begin + (size_t)at), (uint32_t)(begin + line.n)};
	bl_suppression *kept = bl_new(arena, bl_suppression);
	*kept = found;
	return kept;
}

/* The alias PEER:ID of the rule, where list, up to a '#', holds ID. */
static bool lists_alias(const bl_rule_info *rule, bl_str peer, bl_str list)
{
	bl_str word;
	list = bl_str_cut(list, '#', &word);
	for (list = word; list.n;) {
		list = bl_str_cut(list, ',', &word);
		word = bl_str_trim(word);
		for (size_t i = 0; word.n && i < rule->naliases; i++) {
			bl_str alias = rule->aliases[i];
			if (bl_str_startsi(alias, peer) && bl_str_eqi(bl_str_slice(alias, peer.n, alias.n), word))
				return true;
		}
	}
	return false;
}

/*
 * "# hadolint WORD=DL3002,DL3006", where the word is "ignore", "stage ignore" or "global ignore": who comes from hadolint has said it
 * already, for a rule that looks for the same.
 */
static const bl_suppression *in_hadolint_line(bl_arena *arena, const bl_rule_info *rule, uint32_t source, bl_str line,
	size_t begin, const char *word)
{
	bl_str s = bl_str_trim(line), key;
	if (!bl_str_starts(s, BL_STR("#")))
		return NULL;
	s = bl_str_trim(bl_str_slice(s, 1, s.n));
	if (!bl_str_starts(s, BL_STR("hadolint ")))
		return NULL;
	bl_str list = bl_str_cut(bl_str_trim(bl_str_slice(s, 9, s.n)), '=', &key);
	if (!bl_str_eqz(bl_str_trim(key), word) || !lists_alias(rule, BL_STR("hadolint:"), list))
		return NULL;
	bl_suppression *found = bl_new(arena, bl_suppression);
	found->reason = BL_STR("silenced for hadolint");
	found->where = (bl_span){source, (uint32_t)begin, (uint32_t)(begin + line.n)};
	return found;
}

/* Comment lines that stand right above the block belong to it. */
static size_t with_comments_above(bl_str text, size_t begin)
{
	for (;;) {
		size_t above;
		if (!begin)
			return begin;
		bl_str line = line_at(text, begin - 1, &above);
		if (!is_comment(line))
			return begin;
		begin = above;
	}
}

/* How far a stage is looked for; a finding farther down than that is not silenced. */
enum { MAX_STAGE_LINES = 400 };

/* Right above a FROM, "# hadolint stage ignore=..." is for all of its stage. */
static const bl_suppression *in_stage(bl_arena *arena, const bl_rule_info *rule, uint32_t source, bl_str text, size_t at)
{
	size_t begin, i = 0;
	while (i < rule->naliases && !bl_str_startsi(rule->aliases[i], BL_STR("hadolint:")))
		i++;
	if (i == rule->naliases)
		return NULL;
	for (size_t n = 0;; n++, at = begin - 1) {
		bl_str line = line_at(text, at, &begin);
		if (bl_str_startsi(bl_str_trim(line), BL_STR("FROM ")))
			break;
		if (!begin || n == MAX_STAGE_LINES)
			return NULL;
	}
	i = with_comments_above(text, begin);
	for (size_t from = begin, ignored; i < from;) {
		bl_str line = line_at(text, i, &ignored);
		const bl_suppression *found = in_hadolint_line(arena, rule, source, line, i, "stage ignore");
		if (found)
			return found;
		i += line.n + 1;
	}
	return NULL;
}

/* Is the alias of the rule among those that "skip=A,B;error=true" skips, or "skip=all"? */
static bool check_skips(const bl_rule_info *rule, bl_str options)
{
	bl_str option, key;
	while (options.n) {
		options = bl_str_cut(options, ';', &option);
		bl_str list = bl_str_cut(option, '=', &key);
		if (!bl_str_eqiz(bl_str_trim(key), "skip"))
			continue;
		/* what follows the names, on a line of its own instruction, is why */
		ptrdiff_t why = bl_str_find(list, BL_STR("//"), 0);
		list = bl_str_trim(why < 0 ? list : bl_str_slice(list, 0, (size_t)why));
		if (lists_alias(rule, BL_STR("buildkit:"), list))
			return true;
		for (size_t i = 0; bl_str_eqiz(list, "all") && i < rule->naliases; i++)
			if (bl_str_startsi(rule->aliases[i], BL_STR("buildkit:")))
				return true;
	}
	return false;
}

/* "# check=skip=StageNameCasing": BuildKit's own, above an instruction or, as a directive, for the file. */
static const bl_suppression *in_check_line(bl_arena *arena, const bl_rule_info *rule, uint32_t source, bl_str line,
	size_t begin)
{
	bl_str s = bl_str_trim(line), key;
	if (!bl_str_starts(s, BL_STR("#")))
		return NULL;
	bl_str options = bl_str_cut(bl_str_slice(s, 1, s.n), '=', &key);
	if (!bl_str_eqiz(bl_str_trim(key), "check") || !check_skips(rule, bl_str_trim(options)))
		return NULL;
	bl_suppression *found = bl_new(arena, bl_suppression);
	found->reason = BL_STR("silenced for docker build");
	found->where = (bl_span){source, (uint32_t)begin, (uint32_t)(begin + line.n)};
	return found;
}

/* "# NAME=VALUE", as BuildKit's directives are written. */
static bool is_directive(bl_str line)
{
	bl_str s = bl_str_trim(line), key;
	if (!bl_str_starts(s, BL_STR("#")))
		return false;
	s = bl_str_slice(s, 1, s.n);
	bool has_value = bl_str_cut(s, '=', &key).n > 0;
	key = bl_str_trim(key);
	for (size_t i = 0; i < key.n; i++)
		if (!((key.p[i] >= 'a' && key.p[i] <= 'z') || (key.p[i] >= 'A' && key.p[i] <= 'Z')))
			return false;
	return has_value && key.n > 0;
}

/* Among the directives, which no other line may come before. */
static const bl_suppression *in_directives(bl_arena *arena, const bl_rule_info *rule, uint32_t source, bl_str text)
{
	for (size_t begin = 0, at; begin < text.n;) {
		bl_str line = line_at(text, begin, &at);
		if (!is_directive(line))
			return NULL;
		const bl_suppression *found = in_check_line(arena, rule, source, line, begin);
		if (found)
			return found;
		begin += line.n + 1;
	}
	return NULL;
}

/* Among the comments a file begins with. */
static const bl_suppression *in_head(bl_arena *arena, const bl_rule_info *rule, uint32_t source, bl_str text)
{
	for (size_t begin = 0, at; begin < text.n;) {
		bl_str line = line_at(text, begin, &at);
		if (bl_str_trim(line).n && !is_comment(line))
			return NULL;
		const bl_suppression *found = in_hadolint_line(arena, rule, source, line, begin, "global ignore");
		if (found)
			return found;
		begin += line.n + 1;
	}
	return NULL;
}

enum { NOT_LOOKED, HAS_NONE, HAS_MARKS };

struct bl_suppress_marks {
	const bl_sources *sources;
	uint32_t n;
	_Atomic uint8_t of[]; /* by number; two workers may both look, and find the same */
};

bl_suppress_marks *bl_suppress_marks_new(bl_arena *arena, const bl_sources *sources)
{
	uint32_t n = bl_sources_count(sources) + 1;
	bl_suppress_marks *marks = bl_arena_alloc(arena, sizeof *marks + n);
	marks->sources = sources;
	marks->n = n;
	return marks;
}

static bool has_marks(bl_suppress_marks *marks, uint32_t source, bl_str text)
{
	uint8_t known = source < marks->n ? atomic_load_explicit(&marks->of[source], memory_order_relaxed) : HAS_MARKS;
	if (known != NOT_LOOKED)
		return known == HAS_MARKS;
	/* what each of the forms holds */
	bool any = bl_str_find(text, BL_STR("belay:ignore"), 0) >= 0 || bl_str_find(text, BL_STR("hadolint"), 0) >= 0 ||
		bl_str_findi(text, BL_STR("check"), 0) >= 0;
	known = any ? HAS_MARKS : HAS_NONE;
	atomic_store_explicit(&marks->of[source], known, memory_order_relaxed);
	return known == HAS_MARKS;
}

const bl_suppression *bl_suppress_find(bl_arena *arena, bl_suppress_marks *marks, const bl_rule_info *rule, bl_span block,
	bl_span finding)
{
	const bl_sources *sources = marks->sources;
	bl_span spans[2] = {bl_sources_root(sources, block), bl_sources_root(sources, finding)};
	for (size_t i = 0; i < 2; i++) {
		if (!bl_span_known(spans[i]))
			continue;
		size_t begin, at;
		bl_str text = bl_sources_text(sources, spans[i].source);
		if (!has_marks(marks, spans[i].source, text))
			continue;
		line_at(text, spans[i].begin, &begin);
		begin = with_comments_above(text, begin);
		while (begin < spans[i].end && begin < text.n) {
			bl_str line = line_at(text, begin, &at);
			const bl_suppression *found = in_line(arena, rule, spans[i].source, line, begin);
			if (!found)
				found = in_hadolint_line(arena, rule, spans[i].source, line, begin, "ignore");
			if (!found)
				found = in_check_line(arena, rule, spans[i].source, line, begin);
			if (found)
				return found;
			begin += line.n + 1;
		}
		const bl_suppression *found = in_head(arena, rule, spans[i].source, text);
		if (!found)
			found = in_stage(arena, rule, spans[i].source, text, spans[i].begin);
		if (!found)
			found = in_directives(arena, rule, spans[i].source, text);
		if (found)
			return found;
	}
	return NULL;
}

#include "rules/rule.h"

/* What is left of one alternative while it is read. */
typedef struct scanner {
	bl_rule_reader *reader;
	bl_span at;
	bl_str whole;
	size_t i, end;
} scanner;

static bool wrong(scanner *s, const char *what)
{
	return bl_rule_wrong(s->reader, s->at, "path '" BL_FMT "': %s", BL_ARG(s->whole), what);
}

static bool is_end(char c)
{
	return c == '.' || c == '[' || c == ']' || c == '{' || c == '}' || c == ' ' || c == '"';
}

static bl_str scan_name(scanner *s)
{
	size_t from = s->i;
	while (s->i < s->end && !is_end(s->whole.p[s->i]))
		s->i++;
	return bl_str_slice(s->whole, from, s->i);
}

/* After '[': ']' is every element; else a quoted key or a number. */
static bool scan_bracket(scanner *s, bl_step *step)
{
	bl_str w = s->whole;
	if (s->i < s->end && w.p[s->i] == ']') {
		s->i++;
		step->kind = BL_STEP_EACH;
		return true;
	}
	bool quoted = s->i < s->end && w.p[s->i] == '"';
	size_t from = s->i += quoted;
	while (s->i < s->end && w.p[s->i] != (quoted ? '"' : ']'))
		s->i++;
	step->key = bl_str_dup(s->reader->arena, bl_str_slice(w, from, s->i));
	s->i += quoted;
	if (s->i >= s->end || w.p[s->i] != ']')
		return wrong(s, "']' is missing");
	s->i++;
	return step->key.n ? true : wrong(s, "a key is empty");
}

static bool scan_union(scanner *s, bl_step *step)
{
	size_t close = s->i;
	while (close < s->end && s->whole.p[close] != '}')
		close++;
	if (close == s->end)
		return wrong(s, "'}' is missing");
	bl_str part, rest = bl_str_slice(s->whole, s->i, close);
	BL_VEC(bl_str) keys = {0};
	s->i = close + 1;
	while (rest.n) {
		rest = bl_str_cut(rest, ',', &part);
		part = bl_str_trim(part);
		if (!part.n)
			return wrong(s, "a key is empty");
		bl_vec_push(s->reader->arena, &keys, bl_str_dup(s->reader->arena, part));
	}
	step->kind = BL_STEP_KEYS;
	step->keys = keys.items;
	step->nkeys = keys.n;
	return keys.n ? true : wrong(s, "'{}' names no key");
}

static bool scan_step(scanner *s, bl_step *step)
{
	char c = s->whole.p[s->i];
	if (c == '[') {
		s->i++;
		return scan_bracket(s, step);
	}
	if (c == '{') {
		s->i++;
		return scan_union(s, step);
	}
	bl_str name = scan_name(s);
	if (!name.n)
		return wrong(s, "a key is empty");
	if (bl_str_eqz(name, "*"))
		step->kind = BL_STEP_ANY;
	else if (name.p[0] == '$')
		return wrong(s, "'$' stands at the beginning only, before a '.'");
	step->key = bl_str_dup(s->reader->arena, name);
	return true;
}

static bool scan_way(scanner *s, bl_way *way)
{
	BL_VEC(bl_step) steps = {0};
	bl_str rest = bl_str_slice(s->whole, s->i, s->end);
	if (bl_str_starts(rest, BL_STR("native:"))) {
		way->base = BL_FROM_NATIVE;
		s->i += 7;
	} else if (bl_str_starts(rest, BL_STR("our:"))) {
		way->base = BL_FROM_ASKER;
		s->i += 4;
	} else if (bl_str_eqz(rest, "$") || bl_str_starts(rest, BL_STR("$."))) {
		way->base = BL_FROM_ROOT;
		s->i += 1;
	}
	if (s->i < s->end && s->whole.p[s->i] == '.')
		s->i++;
	while (s->i < s->end) {
		if (steps.n == 64)
			return wrong(s, "it has too many steps");
		if (!scan_step(s, bl_vec_add(s->reader->arena, &steps)))
			return false;
		if (s->i >= s->end || s->whole.p[s->i] == '[')
			continue;
		if (s->whole.p[s->i] != '.')
			return wrong(s, "'.' is missing between two keys");
		if (++s->i == s->end)
			return wrong(s, "it ends with '.'");
	}
	way->steps = steps.items;
	way->n = steps.n;
	return true;
}

/* Where the alternative that begins at from ends: a '|' outside brackets, or the end. */
static size_t way_end(bl_str text, size_t from)
{
	int depth = 0;
	for (size_t i = from; i < text.n; i++) {
		depth += text.p[i] == '[' || text.p[i] == '{';
		depth -= text.p[i] == ']' || text.p[i] == '}';
		if (text.p[i] == '|' && depth == 0)
			return i;
	}
	return text.n;
}

bl_path_expr *bl_rule_path(bl_rule_reader *r, bl_str text, bl_span at)
{
	bl_path_expr *path = bl_new(r->arena, bl_path_expr);
	BL_VEC(bl_way) ways = {0};
	path->text = bl_str_dup(r->arena, text);
	for (size_t i = 0; i <= text.n;) {
		size_t end = way_end(text, i);
		scanner s = {r, at, text, i, end};
		while (s.i < s.end && text.p[s.i] == ' ')
			s.i++;
		while (s.end > s.i && text.p[s.end - 1] == ' ')
			s.end--;
		if (s.i == s.end) {
			wrong(&s, "it is empty");
			return NULL;
		}
		if (!scan_way(&s, bl_vec_add(r->arena, &ways)))
			return NULL;
		i = end + 1;
	}
	path->ways = ways.items;
	path->n = ways.n;
	return path;
}

#include "repo/ignore.h"

/* One character class "[...]"; at stands behind the '['. False when it does not end. */
static bool class_end(bl_str p, size_t at, size_t *end)
{
	size_t i = at;
	if (i < p.n && (p.p[i] == '!' || p.p[i] == '^'))
		i++;
	if (i < p.n && p.p[i] == ']')
		i++;
	for (; i < p.n && p.p[i] != ']'; i++) {
		if (p.p[i] == '\\' && i + 1 < p.n) {
			i++;
		} else if (p.p[i] == '[' && i + 1 < p.n && p.p[i + 1] == ':') {
			ptrdiff_t close = bl_str_find(p, BL_STR(":]"), i + 2);
			if (close >= 0)
				i = (size_t)close + 1;
		}
	}
	*end = i;
	return i < p.n;
}

static bool in_named_class(bl_str name, unsigned char c)
{
	bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
	bool graph = c > ' ' && c < 0x7f;
	const struct {
		const char *name;
		bool holds;
	} classes[] = {
		{"alnum", lower || upper || digit},
		{"alpha", lower || upper},
		{"blank", c == ' ' || c == '\t'},
		{"cntrl", c < ' ' || c == 0x7f},
		{"digit", digit},
		{"graph", graph},
		{"lower", lower},
		{"print", graph || c == ' '},
		{"punct", graph && !lower && !upper && !digit},
		{"space", c == ' ' || (c >= '\t' && c <= '\r')},
		{"upper", upper},
		{"xdigit", digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')},
	};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (bl_str_eqz(name, classes[i].name))
			return classes[i].holds;
	return false;
}

/* body is what stands between the brackets. */
static bool in_class(bl_str body, unsigned char c)
{
	bool negated = body.n && (body.p[0] == '!' || body.p[0] == '^'), found = false;
	size_t i = negated;
	while (i < body.n) {
		if (body.p[i] == '[' && i + 1 < body.n && body.p[i + 1] == ':') {
			ptrdiff_t close = bl_str_find(body, BL_STR(":]"), i + 2);
			if (close >= 0) {
				found |= in_named_class(bl_str_slice(body, i + 2, (size_t)close), c);
				i = (size_t)close + 2;
				continue;
			}
		}
		if (body.p[i] == '\\' && i + 1 < body.n)
			i++;
		unsigned char low = (unsigned char)body.p[i++], high = low;
		if (i + 1 < body.n && body.p[i] == '-') {
			i++;
			if (body.p[i] == '\\' && i + 1 < body.n)
				i++;
			high = (unsigned char)body.p[i++];
		}
		found |= c >= low && c <= high;
	}
	return found != negated;
}

/* Does one pattern element at *at match c? Steps *at over it. What is not finished ("[a", a last "\\") matches nothing, as in git. */
static bool element(bl_str p, size_t *at, char c)
{
	size_t i = *at, end;
	if (p.p[i] == '?') {
		*at = i + 1;
		return true;
	}
	if (p.p[i] == '[') {
		if (!class_end(p, i + 1, &end))
			return false;
		*at = end + 1;
		return in_class(bl_str_slice(p, i + 1, end), (unsigned char)c);
	}
	if (p.p[i] == '\\' && ++i == p.n)
		return false;
	*at = i + 1;
	return p.p[i] == c;
}

/* One segment: neither side holds '/'. */
static bool match_segment(bl_str p, bl_str s)
{
	size_t i = 0, j = 0, star = (size_t)-1, mark = 0;
	while (j < s.n) {
		if (i < p.n && p.p[i] == '*') {
			star = ++i;
			mark = j;
			continue;
		}
		size_t next = i;
		if (i < p.n && element(p, &next, s.p[j])) {
			i = next;
			j++;
			continue;
		}
		if (star == (size_t)-1)
			return false;
		i = star;
		j = ++mark;
	}
	while (i < p.n && p.p[i] == '*')
		i++;
	return i == p.n;
}

/* Segment by segment; a "**" segment stands for any number of them, but a last one for at least one. */
static bool match_path(bl_str p, bl_str s)
{
	bl_str star_pattern = {0}, star_path = {0}, head, name;
	bool starred = false;
	while (s.n) {
		bl_str rest = bl_str_cut(p, '/', &head);
		if (p.n && bl_str_eqz(head, "**")) {
			if (!rest.n)
				return true;
			starred = true;
			star_pattern = p = rest;
			star_path = s;
			continue;
		}
		bl_str below = bl_str_cut(s, '/', &name);
		if (p.n && match_segment(head, name)) {
			p = rest;
			s = below;
			if (!p.n && !s.n)
				return true;
			continue;
		}
		if (!starred)
			return false;
		star_path = bl_str_cut(star_path, '/', &name);
		p = star_pattern;
		s = star_path;
	}
	return false;
}

static bool is_literal(bl_str p)
{
	for (size_t i = 0; i < p.n; i++)
		if (strchr("*?[\\", p.p[i]))
			return false;
	return true;
}

/* Spaces at the end do not count unless a backslash stands before them. */
static bl_str trim_end(bl_str line)
{
	while (line.n && line.p[line.n - 1] == ' ' && !(line.n > 1 && line.p[line.n - 2] == '\\'))
		line.n--;
	return line;
}

static void parse_line(bl_arena *arena, bl_str line, bl_ignore_level *level)
{
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	line = trim_end(line);
	if (!line.n || line.p[0] == '#')
		return;
	bl_ignore_rule rule = {0};
	if (line.p[0] == '!') {
		rule.negated = true;
		line = bl_str_slice(line, 1, line.n);
	}
	if (line.n && line.p[line.n - 1] == '/') {
		rule.folders_only = true;
		line.n--;
	}
	if (line.n && line.p[0] == '/') {
		rule.anchored = true;
		line = bl_str_slice(line, 1, line.n);
	}
	if (!line.n)
		return;
	rule.anchored |= memchr(line.p, '/', line.n) != NULL;
	rule.pattern = line;
	rule.literal = is_literal(line);
	bl_vec_push(arena, &level->rules, rule);
}

void bl_ignore_parse(bl_arena *arena, bl_str text, bl_ignore_level *level)
{
	if (bl_str_starts(text, BL_STR("\xef\xbb\xbf")))
		text = bl_str_slice(text, 3, text.n);
	while (text.n && level->rules.n < BL_IGNORE_MAX_RULES) {
		bl_str line;
		text = bl_str_cut(text, '\n', &line);
		parse_line(arena, line, level);
	}
}

static bool rule_matches(const bl_ignore_rule *rule, bl_str path, bl_str name)
{
	if (!rule->anchored)
		return rule->literal ? bl_str_eq(rule->pattern, name) : match_segment(rule->pattern, name);
	return rule->literal ? bl_str_eq(rule->pattern, path) : match_path(rule->pattern, path);
}

bool bl_ignore_match(const bl_ignore_level *level, bl_str path, bool is_folder)
{
	bl_str name = bl_str_slice(path, (size_t)(bl_str_rfind_char(path, '/') + 1), path.n);
	for (; level; level = level->above) {
		bl_str below = level->base.n ? bl_str_slice(path, level->base.n + 1, path.n) : path;
		for (size_t i = level->rules.n; i > 0; i--) {
			const bl_ignore_rule *rule = &level->rules.items[i - 1];
			if ((is_folder || !rule->folders_only) && rule_matches(rule, below, name))
				return !rule->negated;
		}
	}
	return false;
}

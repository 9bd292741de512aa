#include "eval/docker/ignore.h"

enum { MAX_PATTERNS = 4096 };

/* A name that a pattern takes only if it takes every name. */
static const char any_name[] = "\x01";

static bool has_wildcard(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("*?[\\", s.p[i]))
			return true;
	return false;
}

/* Without ".", ".." where something stands before it, and slashes too many; "." for nothing. */
static bl_str clean(bl_arena *arena, bl_str path)
{
	bool rooted = path.n && path.p[0] == '/';
	BL_VEC(bl_str) parts = {0};
	bl_buf out = {0};
	for (bl_str rest = path, part; rest.n;) {
		rest = bl_str_cut(rest, '/', &part);
		if (!part.n || bl_str_eqz(part, "."))
			continue;
		bool up = bl_str_eqz(part, "..");
		if (up && parts.n && !bl_str_eqz(parts.items[parts.n - 1], ".."))
			parts.n--;
		else if (!up || !rooted)
			bl_vec_push(arena, &parts, part);
	}
	for (size_t i = 0; i < parts.n; i++) {
		if (i || rooted)
			bl_buf_putc(&out, '/');
		bl_buf_put(&out, parts.items[i]);
	}
	if (!parts.n)
		bl_buf_putc(&out, rooted ? '/' : '.');
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* A pattern as a regular expression: the '*' and '?' of one name, "**" for any number of folders. */
static void translate(bl_str s, bl_buf *out)
{
	bl_buf_putz(out, "(?s)\\A");
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '*' && i + 1 < s.n && s.p[i + 1] == '*') {
			i++;
			if (i + 1 < s.n && s.p[i + 1] == '/')
				i++;
			bl_buf_putz(out, i + 1 == s.n ? ".*" : "(?:.*/)?");
		} else if (c == '*') {
			bl_buf_putz(out, "[^/]*");
		} else if (c == '?') {
			bl_buf_putz(out, "[^/]");
		} else if (c == '\\' && i + 1 < s.n) {
			bl_buf_putf(out, "\\x%02x", (unsigned char)s.p[++i]);
		} else if (strchr(".$|(){}+#\\", c) && c) {
			bl_buf_putf(out, "\\%c", c);
		} else {
			bl_buf_putc(out, c); /* a class in brackets is one there too */
		}
	}
	bl_buf_putz(out, "\\z");
}

void bl_docker_ignore_add(bl_arena *arena, bl_docker_ignore *ignore, bl_str pattern)
{
	bl_str s = bl_str_trim(pattern);
	bl_docker_pattern p = {.brings_back = s.n && s.p[0] == '!'};
	if (p.brings_back)
		s = bl_str_trim(bl_str_slice(s, 1, s.n));
	if (!s.n || ignore->patterns.n == MAX_PATTERNS)
		return;
	p.text = clean(arena, s);
	if (p.text.n > 1 && p.text.p[0] == '/')
		p.text = bl_str_slice(p.text, 1, p.text.n);
	if (bl_str_eqz(p.text, "."))
		return; /* kept for old files, and means nothing */
	bl_buf regex = {0};
	translate(p.text, &regex);
	if (bl_regex_new(bl_buf_str(&regex), &p.regex, NULL) == BL_OK)
		bl_vec_push(arena, &ignore->patterns, p);
	bl_buf_done(&regex);
}

void bl_docker_ignore_read(bl_arena *arena, bl_docker_ignore *ignore, bl_str text)
{
	if (bl_str_starts(text, BL_STR("\xef\xbb\xbf")))
		text = bl_str_slice(text, 3, text.n);
	for (bl_str line; text.n;) {
		text = bl_str_cut(text, '\n', &line);
		if (!bl_str_starts(line, BL_STR("#")))
			bl_docker_ignore_add(arena, ignore, line);
	}
}

void bl_docker_ignore_done(bl_docker_ignore *ignore)
{
	for (size_t i = 0; i < ignore->patterns.n; i++)
		bl_regex_free(ignore->patterns.items[i].regex);
	ignore->patterns.n = 0;
}

static bool matches(const bl_docker_pattern *p, bl_str path)
{
	if (bl_regex_match(p->regex, path, NULL, NULL) == BL_YES)
		return true;
	for (size_t i = 1; i < path.n; i++)
		if (path.p[i] == '/' &&
			bl_regex_match(p->regex, bl_str_slice(path, 0, i), NULL, NULL) == BL_YES)
			return true;
	return false;
}

bool bl_docker_ignore_matches(const bl_docker_ignore *ignore, bl_str path)
{
	bool ignored = false;
	for (size_t i = 0; i < ignore->patterns.n; i++) {
		const bl_docker_pattern *p = &ignore->patterns.items[i];
		if (p->brings_back == ignored && matches(p, path))
			ignored = !p->brings_back;
	}
	return ignored;
}

/* Could something within the folder match? */
static bool reaches_into(bl_str pattern, bl_str folder)
{
	while (folder.n) {
		bl_str want, have;
		if (!pattern.n)
			return false;
		folder = bl_str_cut(folder, '/', &have);
		pattern = bl_str_cut(pattern, '/', &want);
		if (bl_str_starts(want, BL_STR("**")))
			return true;
		if (!has_wildcard(want) && !has_wildcard(have) && !bl_str_eq(want, have))
			return false;
	}
	return pattern.n > 0;
}

bool bl_docker_ignore_leaves_nothing(
	bl_arena *arena, const bl_docker_ignore *ignore, bl_str source)
{
	bl_str path = clean(arena, source);
	if (path.p[0] == '/')
		path = bl_str_slice(path, 1, path.n);
	bool root = !path.n || bl_str_eqz(path, ".");
	if (!bl_docker_ignore_matches(ignore, root ? bl_str_of(any_name) : path))
		return false;
	for (size_t i = 0; i < ignore->patterns.n; i++) {
		const bl_docker_pattern *p = &ignore->patterns.items[i];
		if (p->brings_back && (root || reaches_into(p->text, path)))
			return false;
	}
	return true;
}

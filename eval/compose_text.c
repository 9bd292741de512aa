/*
 * Compose's variables: $NAME and ${NAME}, with :- - :? ? :+ + behind the name; $$ is a dollar. They come
 * from --var, from the step of a pipeline that runs it and from .env beside the file. Whoever runs it may have more in the environment, so a
 * variable that is in none of them is unknown, unless a default stands for it.
 */
#include "eval/compose.h"

enum { MAX_NESTING = 16, MAX_TEXT = 65536 };

const bl_str bl_compose_not_known;

/* Text made so far, with a gap where a variable is not known. */
typedef struct text {
	bl_buf buf;
	const char *why; /* where not NULL: it is not all known */
	bl_str name;     /* of the first variable that is not known */
} text;

static bool is_name(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

static void put_unknown(text *t, bl_str name, const char *why)
{
	bl_buf_putc(&t->buf, BL_GAP);
	if (t->why)
		return;
	t->why = why;
	t->name = name;
}

/* The '}' that ends what begins at i; s.n where there is none. */
static size_t closing(bl_str s, size_t i)
{
	int depth = 1;
	for (; i < s.n; i++) {
		if (s.p[i] == '{' && s.p[i - 1] == '$')
			depth++;
		else if (s.p[i] == '}' && !--depth)
			break;
	}
	return i;
}

static void put_variable(
	text *out, const bl_map *variables, bl_str name, bl_str modifier, int depth);

static void put_text(text *out, const bl_map *variables, bl_str s, int depth)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t begin = i + 1, end = begin;
		if (s.p[i] != '$') {
			bl_buf_putc(&out->buf, s.p[i]);
			continue;
		}
		if (begin < s.n && s.p[begin] == '$') {
			bl_buf_putc(&out->buf, '$');
			i++;
			continue;
		}
		bool braces = begin < s.n && s.p[begin] == '{';
		begin += braces;
		for (end = begin; end < s.n && is_name(s.p[end], end == begin);)
			end++;
		bl_str name = bl_str_slice(s, begin, end), modifier = BL_STR("");
		if (!name.n) {
			bl_buf_putc(&out->buf, '$');
			continue;
		}
		if (braces) {
			size_t close = closing(s, end);
			modifier = bl_str_slice(s, end, close);
			end = close + 1;
		}
		if (depth > MAX_NESTING || out->buf.n > MAX_TEXT)
			put_unknown(out, name, "is in too long a text");
		else
			put_variable(out, variables, name, modifier, depth + 1);
		i = end - 1;
	}
}

static void put_variable(
	text *out, const bl_map *variables, bl_str name, bl_str modifier, int depth)
{
	const bl_str *v = bl_map_get(variables, name);
	bool colon = modifier.n && modifier.p[0] == ':';
	bl_str rest = bl_str_slice(modifier, colon, modifier.n);
	char op = rest.n ? rest.p[0] : '\0';
	bool set = v && (!colon || v->n);
	rest = bl_str_slice(rest, 1, rest.n);
	if (v == &bl_compose_not_known)
		put_unknown(out, name, "is known when it runs");
	else if (op == '+' && set)
		put_text(out, variables, rest, depth);
	else if (op == '-' && !set)
		put_text(out, variables, rest, depth);
	else if (op == '+' && v)
		return;
	else if (v)
		bl_buf_put(&out->buf, *v);
	else
		put_unknown(out, name, "is set by no .env file");
}

const bl_value *bl_compose_text(bl_arena *arena, const bl_map *variables, const bl_value *v)
{
	if (bl_str_find(v->string, BL_STR("$"), 0) < 0)
		return v;
	text t = {0};
	bl_value *made;
	put_text(&t, variables, v->string, 0);
	bl_str s = bl_str_dup(arena, bl_buf_str(&t.buf));
	bl_buf_done(&t.buf);
	if (t.why) {
		made = bl_value_unknown(
			arena, v->span, "'" BL_FMT "' %s", BL_ARG(t.name), t.why);
		bl_unknown *u = (bl_unknown *)made->unknown;
		u->type = BL_STRING;
		u->not_null = true;
		bl_unknown_set_pattern(u, s);
	} else {
		made = bl_value_string(arena, v->span, s);
		made->origin = BL_COMPUTED;
	}
	return made;
}

/* A value of an .env file: without its quotes, or without a comment behind it. */
static bl_str env_value(bl_str s)
{
	s = bl_str_trim(s);
	if (s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'')) {
		const char *end = memchr(s.p + 1, s.p[0], s.n - 1);
		if (end)
			return bl_str_slice(s, 1, (size_t)(end - s.p));
	}
	ptrdiff_t comment = bl_str_find(s, BL_STR(" #"), 0);
	return comment < 0 ? s : bl_str_trim(bl_str_slice(s, 0, (size_t)comment));
}

void bl_compose_read_env(bl_arena *arena, bl_map *variables, bl_str file)
{
	for (bl_str line, name; file.n;) {
		file = bl_str_cut(file, '\n', &line);
		line = bl_str_trim(line);
		if (bl_str_starts(line, BL_STR("export ")))
			line = bl_str_trim(bl_str_slice(line, 7, line.n));
		bl_str value = bl_str_cut(line, '=', &name);
		name = bl_str_trim(name);
		if (!name.n || name.p[0] == '#' || name.n == line.n)
			continue;
		bl_str *kept = bl_new(arena, bl_str);
		*kept = env_value(value);
		bl_map_put(arena, variables, name, kept);
	}
}

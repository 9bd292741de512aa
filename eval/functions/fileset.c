/* fileset: the files below a folder whose paths match a pattern. */
#include "eval/functions/functions.h"

enum {
	MAX_ALTERNATIVES = 256, /* that a pattern's braces stand for */
	MAX_FOLDERS_DEEP = 64,
	MAX_FILES = 20000,
};

typedef struct search {
	bl_tf_args *a;
	bl_str folder; /* that the pattern is relative to, from the repository's root */
	bl_map seen;   /* the files found, by their path below folder */
	bl_values found;
	bool whole;    /* false once a limit was met */
} search;

/* [a-z], [^a-z]: does c belong to the class that begins at p[*i]? False with *bad where it does not end. */
static bool in_class(bl_str p, size_t *i, char c, bool *bad)
{
	size_t at = *i + 1;
	bool negated = at < p.n && (p.p[at] == '^' || p.p[at] == '!'), found = false;
	at += negated;
	size_t first = at;
	for (; at < p.n && (p.p[at] != ']' || at == first); at++) {
		at += p.p[at] == '\\' && at + 1 < p.n;
		char low = p.p[at], high = low;
		if (at + 2 < p.n && p.p[at + 1] == '-' && p.p[at + 2] != ']') {
			at += 2;
			at += p.p[at] == '\\' && at + 1 < p.n;
			high = p.p[at];
		}
		found |= (unsigned char)c >= (unsigned char)low && (unsigned char)c <= (unsigned char)high;
	}
	*bad = at >= p.n;
	*i = at + 1;
	return !*bad && found != negated;
}

/* One name against one part of the pattern: * ? [class] and \ before what stands for itself. */
static bool matches(bl_str p, bl_str s)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;
	while (k < s.n || i < p.n) {
		bool bad = false, good = false;
		size_t next = i + 1;
		if (i < p.n && p.p[i] == '*') {
			star = i++;
			from = k;
			continue;
		}
		if (i < p.n && k < s.n) {
			if (p.p[i] == '[') {
				next = i;
				good = in_class(p, &next, s.p[k], &bad);
			} else if (p.p[i] == '\\' && i + 1 < p.n) {
				next = i + 2;
				good = p.p[i + 1] == s.p[k];
			} else {
				good = p.p[i] == '?' || p.p[i] == s.p[k];
			}
		}
		if (good) {
			i = next;
			k++;
			/* ? takes a whole character */
			while (p.p[next - 1] == '?' && k < s.n && ((unsigned char)s.p[k] & 0xc0) == 0x80)
				k++;
		} else if (star != SIZE_MAX && from < s.n && !bad) {
			i = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	return true;
}

static bl_str joined(bl_arena *arena, bl_str folder, bl_str name)
{
	return folder.n && name.n ? bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(name)) : folder.n ? folder : name;
}

static bool names_of(search *s, bl_str below, bl_str **names, size_t *n)
{
	const bl_loader *loader = s->a->tf->input->loader;
	return loader->list(loader->context, joined(s->a->arena, s->folder, below), names, n);
}

static void keep(search *s, bl_str path)
{
	if (bl_map_put(s->a->arena, &s->seen, path, s))
		return;
	s->whole = s->whole && s->found.n < MAX_FILES;
	if (s->whole)
		bl_vec_push(s->a->arena, &s->found, bl_tf_text(s->a, path));
}

/* The files below a folder that the rest of a pattern means. */
static void walk(search *s, bl_str below, bl_str pattern, int depth)
{
	bl_str part, rest = bl_str_cut(pattern, '/', &part), *names;
	size_t n, inner;
	if (depth > MAX_FOLDERS_DEEP || !bl_tf_spend(s->a->tf, 1, s->a->span)) {
		s->whole = false;
		return;
	}
	if (!part.n || bl_str_eqz(part, ".")) {
		if (rest.n)
			walk(s, below, rest, depth + 1);
		return;
	}
	bool any = bl_str_eqz(part, "**"), last = !rest.n;
	if (!names_of(s, below, &names, &n))
		return;
	if (any && !last)
		walk(s, below, rest, depth + 1);
	for (size_t i = 0; i < n && s->whole; i++) {
		if (!any && !matches(part, names[i]))
			continue;
		bl_str path = joined(s->a->arena, below, names[i]), *unused;
		bool folder = (any || last) && names_of(s, path, &unused, &inner);
		if (any && folder)
			walk(s, path, pattern, depth + 1);
		else if (last && !folder)
			keep(s, path);
		else if (!last && !any)
			walk(s, path, rest, depth + 1);
	}
}

typedef BL_VEC(bl_str) patterns;

/* {a,b} in a pattern stands for as many patterns; false when they are too many. */
static bool expand_into(bl_tf_args *a, bl_str pattern, patterns *out, int depth)
{
	size_t open = 0, close, from;
	int nested = 0;
	while (open < pattern.n && pattern.p[open] != '{')
		open += pattern.p[open] == '\\' ? 2 : 1;
	if (open >= pattern.n) {
		bl_vec_push(a->arena, out, pattern);
		return out->n < MAX_ALTERNATIVES;
	}
	for (close = from = open + 1; close < pattern.n; close++) {
		char c = pattern.p[close];
		bool ends = c == '}' && !nested;
		if ((c == ',' && !nested) || ends) {
			bl_str one = bl_str_fmt(a->arena, BL_FMT BL_FMT, BL_ARG(bl_str_slice(pattern, 0, open)),
				BL_ARG(bl_str_slice(pattern, from, close)));
			size_t end = close;
			/* the rest begins after this brace's end */
			for (int level = 0; end < pattern.n && !(pattern.p[end] == '}' && !level); end++)
				level += pattern.p[end] == '{' ? 1 : pattern.p[end] == '}' ? -1 : 0;
			one = bl_str_cat(a->arena, one, bl_str_slice(pattern, end + 1, pattern.n));
			if (depth > 8 || !expand_into(a, one, out, depth + 1))
				return false;
			from = close + 1;
		}
		if (ends)
			return true;
		nested += c == '{' ? 1 : c == '}' ? -1 : 0;
	}
	return true;
}

const bl_value *bl_tf_fn_fileset(bl_tf_args *a)
{
	const bl_loader *loader = a->tf->input->loader;
	patterns all = {0};
	search s = {.a = a, .whole = true};
	bool up = bl_str_find(bl_str_fmt(a->arena, "/" BL_FMT "/", BL_ARG(a->v[1]->string)), BL_STR("/../"), 0) >= 0;
	if (!loader || !loader->list || up || !bl_tf_path(a->scope, a->v[0]->string, &s.folder) || bl_str_starts(s.folder, BL_STR("..")))
		return bl_tf_not_known(a, BL_LIST);
	if (!expand_into(a, a->v[1]->string, &all, 0))
		return bl_tf_refuse(a, "the pattern stands for more than %d", MAX_ALTERNATIVES);
	for (size_t i = 0; i < all.n; i++)
		walk(&s, BL_STR(""), all.items[i], 0);
	if (!s.whole)
		return bl_tf_not_known(a, BL_LIST);
	return bl_tf_set(a->tf, a->span, s.found.items, s.found.n);
}

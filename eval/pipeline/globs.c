#include "eval/pipeline/globs.h"

/* Past them what a pattern matches is unknown, without candidates. */
enum { MAX_ENTRIES = 5000, MAX_DEPTH = 8, MAX_FOUND = 64 };

typedef struct search {
	const bl_loader *loader;
	bl_arena *arena;
	size_t entries;
	bl_values found;
	bl_span span;
} search;

/* One part of a path: * is any run, ? any character. */
static bool part_matches(bl_str pattern, bl_str s)
{
	size_t i = 0, k = 0, star = SIZE_MAX, back = 0;
	while (k < s.n) {
		if (i < pattern.n && pattern.p[i] == '*') {
			star = i++;
			back = k;
		} else if (i < pattern.n && (pattern.p[i] == '?' || pattern.p[i] == s.p[k])) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++back;
		} else {
			return false;
		}
	}
	while (i < pattern.n && pattern.p[i] == '*')
		i++;
	return i == pattern.n;
}

/* What is left of the pattern below each folder is matched there; ** is any number of folders. */
static void look(search *s, bl_str folder, bl_str pattern, int depth)
{
	bl_str first, rest = bl_str_cut(pattern, '/', &first), *names;
	size_t n;
	bool any = bl_str_eqz(first, "**");
	if (any)
		look(s, folder, rest, depth);
	if (depth > MAX_DEPTH || !s->loader->list(s->loader->context, folder, &names, &n))
		return;
	for (size_t i = 0; i < n && s->entries < MAX_ENTRIES && s->found.n < MAX_FOUND; i++) {
		bl_str path = folder.n ? bl_str_fmt(s->arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(names[i])) : names[i], bytes;
		s->entries++;
		if (bl_str_eqz(names[i], ".git") || bl_str_eqz(names[i], "node_modules"))
			continue;
		if (any) {
			look(s, path, pattern, depth + 1);
		} else if (part_matches(first, names[i])) {
			if (rest.n)
				look(s, path, rest, depth + 1);
			else if (s->loader->bytes(s->loader->context, path, &bytes))
				bl_vec_push(s->arena, &s->found, bl_value_string(s->arena, s->span, path));
		}
	}
}

static bool is_pattern(bl_str s)
{
	return bl_str_find(s, BL_STR("*"), 0) >= 0 || bl_str_find(s, BL_STR("?"), 0) >= 0;
}

bl_values bl_globs_matching(bl_arena *arena, const bl_loader *loader, bl_str pattern, bl_span span, bool *all)
{
	search s = {.loader = loader, .arena = arena, .span = span};
	*all = false;
	if (!loader || !loader->list || !loader->bytes)
		return s.found;
	look(&s, BL_STR(""), pattern, 0);
	*all = s.entries < MAX_ENTRIES && s.found.n < MAX_FOUND;
	return s.found;
}

const bl_value *bl_globs_find(const bl_pipeline_step *step, const bl_value *pattern)
{
	const bl_pipeline_job *job = step->job;
	const bl_value *path = bl_pipeline_path(step, pattern);
	bool all;
	if (path->kind != BL_STRING || !is_pattern(path->string))
		return path;
	bl_values found = bl_globs_matching(job->arena, job->input->loader, path->string, pattern->span, &all);
	if (found.n == 1)
		return found.items[0];
	bl_value *v = bl_value_unknown(job->arena, pattern->span, found.n ? "several files match '" BL_FMT "'" : "no file matches '" BL_FMT "'",
		BL_ARG(path->string));
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_STRING;
	u->ncandidates = all ? found.n : 0;
	u->candidates = all ? found.items : NULL;
	return v;
}

const bl_value *bl_globs_folder_of(bl_arena *arena, const bl_value *file)
{
	if (file->kind == BL_STRING) {
		ptrdiff_t slash = bl_str_rfind_char(file->string, '/');
		bl_value *v = bl_value_at(arena, file, file->span);
		v->string = slash < 0 ? BL_STR(".") : bl_str_slice(file->string, 0, (size_t)slash);
		return v;
	}
	bl_value *v = bl_value_unknown(arena, file->span, BL_FMT, BL_ARG(file->kind == BL_UNKNOWN ? file->unknown->why : BL_STR("no file")));
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_STRING;
	for (size_t i = 0; file->kind == BL_UNKNOWN && i < file->unknown->ncandidates; i++) {
		if (!i)
			u->candidates = bl_new_n(arena, const bl_value *, file->unknown->ncandidates);
		u->candidates[u->ncandidates++] = bl_globs_folder_of(arena, file->unknown->candidates[i]);
	}
	return v;
}

const bl_value *bl_globs_without_pattern(bl_arena *arena, const bl_value *v)
{
	if (v->kind != BL_STRING || !is_pattern(v->string))
		return v;
	bl_value *folder = bl_value_at(arena, v, v->span);
	while (is_pattern(folder->string)) {
		ptrdiff_t slash = bl_str_rfind_char(folder->string, '/');
		folder->string = slash < 0 ? BL_STR(".") : bl_str_slice(folder->string, 0, (size_t)slash);
	}
	return folder;
}

/* What mapping asks of repositories' histories: each question is put to git once. */
#include "engine/engine.h"

typedef struct followed {
	bool known;
	bl_str now;
} followed;

/* "owner/name" is "github.com/owner/name"; a nameless repository, or no name, is any. */
static bool is_called(bl_str name, bl_str wanted)
{
	bl_str longer = name.n > wanted.n ? name : wanted, shorter = name.n > wanted.n ? wanted : name;
	if (!shorter.n || bl_str_eqi(longer, shorter))
		return true;
	bl_str end = bl_str_slice(longer, longer.n - shorter.n, longer.n);
	return longer.n > shorter.n && bl_str_eqi(end, shorter) && longer.p[longer.n - shorter.n - 1] == '/';
}

/* "https://github.com/o/r.git" -> "github.com/o/r" */
static bl_str name_in(bl_str url)
{
	ptrdiff_t scheme = bl_str_find(url, BL_STR("://"), 0);
	bl_str s = scheme >= 0 ? bl_str_slice(url, (size_t)scheme + 3, url.n) : url;
	return bl_str_ends(s, BL_STR(".git")) ? bl_str_slice(s, 0, s.n - 4) : s;
}

static bool follow(void *context, bl_str repo, bl_str commit, bl_str path, bl_arena *arena, bl_str *now)
{
	bl_report *report = context;
	bl_str key = bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT "\x1f" BL_FMT, BL_ARG(repo), BL_ARG(commit), BL_ARG(path));
	followed *f = bl_map_get(&report->followed, key);
	if (!f) {
		f = bl_new(&report->arena, followed);
		for (size_t i = 0; i < report->sides.n && !f->known; i++)
			if (is_called(report->sides.items[i]->name, name_in(repo)))
				f->known = bl_repo_follow(report->sides.items[i]->repo, commit, path, &report->arena, &f->now);
		bl_map_put(&report->arena, &report->followed, bl_str_dup(&report->arena, key), f);
	}
	if (f->known)
		*now = f->now;
	return f->known;
}

/* Of several repositories that go by one name nobody knows which is meant. */
static const bl_side *side_of(const bl_report *report, bl_str repo)
{
	const bl_side *found = NULL;
	for (size_t i = 0; i < report->sides.n; i++) {
		if (!bl_str_eq(report->sides.items[i]->name, repo))
			continue;
		if (found)
			return NULL;
		found = report->sides.items[i];
	}
	return found;
}

static bool earlier(void *context, bl_span span, bl_arena *arena, bl_str *now, const bl_str **lines, size_t *n, bool *whole)
{
	const bl_report *report = context;
	bl_place place;
	bl_repo_past past;
	if (!bl_sources_place(report->sources, span, &place))
		return false;
	uint32_t source = bl_sources_root(report->sources, span).source;
	const bl_side *side = side_of(report, bl_sources_repo(report->sources, source));
	bl_str text = bl_sources_text(report->sources, source);
	if (!side || !bl_repo_line_past(side->repo, place.path, text, place.start_line, arena, &past))
		return false;
	bl_span line = bl_sources_line(report->sources, source, place.start_line);
	*now = bl_str_slice(text, line.begin, line.end);
	*lines = past.lines.items;
	*n = past.lines.n;
	*whole = past.whole;
	return true;
}

void bl_engine_history(bl_report *report)
{
	report->history = (bl_mapping_history){.context = report, .follow = follow, .earlier = earlier};
	report->mapping.history = &report->history;
}

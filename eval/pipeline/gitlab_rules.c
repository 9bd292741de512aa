/* Whether a job is part of a pipeline: `rules`, or the older `only` and `except`. What a run decides is a maybe. */
#include "eval/pipeline/gitlab.h"

#include "core/codec/regex.h"

enum { MAX_DEPTH = 50 };

typedef struct reader {
	bl_gitlab *g;
	bl_str text;
	size_t at;
	const bl_value *variables;
	int depth;
	bool wrong;
} reader;

static char peek(reader *r)
{
	while (r->at < r->text.n && strchr(" \t\r\n", r->text.p[r->at]))
		r->at++;
	return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static bool take(reader *r, const char *token)
{
	bl_str t = bl_str_of(token);
	peek(r);
	if (!bl_str_starts(bl_str_slice(r->text, r->at, r->text.n), t))
		return false;
	r->at += t.n;
	return true;
}

/* An operand: $NAME, "text", /pattern/ or null. NULL: null, or wrong. */
static const bl_value *operand(reader *r, bool *pattern)
{
	bl_arena *arena = r->g->arena;
	char c = peek(r);
	*pattern = false;
	if (take(r, "null"))
		return NULL;
	size_t begin = ++r->at;
	if (c == '$') {
		bool braces = r->at < r->text.n && r->text.p[r->at] == '{';
		begin += braces;
		for (r->at = begin; r->at < r->text.n && (r->text.p[r->at] == '_' || (r->text.p[r->at] >= '0' && r->text.p[r->at] <= '9') ||
						       ((r->text.p[r->at] | 32) >= 'a' && (r->text.p[r->at] | 32) <= 'z'));)
			r->at++;
		bl_str name = bl_str_slice(r->text, begin, r->at);
		r->at += braces;
		const bl_value *v = bl_value_get(r->variables, name);
		return v ? bl_gitlab_put_variables(r->g, v, r->variables)
			 : bl_value_unknown(arena, BL_NOWHERE, "'$" BL_FMT "' is not known before it runs", BL_ARG(name));
	}
	if (c != '"' && c != '\'' && c != '/') {
		r->wrong = true;
		return NULL;
	}
	while (r->at < r->text.n && r->text.p[r->at] != c)
		r->at += 1 + (c == '/' && r->text.p[r->at] == '\\');
	bl_str s = bl_str_slice(r->text, begin, r->at);
	r->at = r->at < r->text.n ? r->at + 1 : r->text.n;
	*pattern = c == '/';
	bool fold = *pattern && r->at < r->text.n && r->text.p[r->at] == 'i';
	r->at += fold;
	return bl_value_string(arena, BL_NOWHERE, fold ? bl_str_cat(arena, BL_STR("(?i)"), s) : s);
}

static bl_tri equal(const bl_value *a, const bl_value *b)
{
	if (!a || !b) {
		const bl_value *other = a ? a : b;
		return !other ? BL_YES : other->kind == BL_UNKNOWN ? BL_MAYBE : BL_NO;
	}
	return bl_value_equal(a, b);
}

static bl_tri matches(const bl_value *v, const bl_value *pattern)
{
	bl_regex *regex;
	if (!v)
		return BL_NO;
	if (v->kind != BL_STRING || !pattern || pattern->kind != BL_STRING)
		return BL_MAYBE;
	bl_str p = pattern->string;
	if (p.n > 1 && p.p[0] == '/' && p.p[p.n - 1] == '/')
		p = bl_str_slice(p, 1, p.n - 1);
	if (bl_regex_new_re2(p, &regex, NULL) != BL_OK)
		return BL_MAYBE;
	bl_tri t = bl_regex_match(regex, v->string, NULL, NULL);
	bl_regex_free(regex);
	return t;
}

static bl_tri any_of(reader *r);

static bl_tri comparison(reader *r)
{
	bool pattern;
	if (r->depth > MAX_DEPTH || r->wrong)
		return BL_MAYBE;
	if (take(r, "(")) {
		r->depth++;
		bl_tri t = any_of(r);
		r->depth--;
		r->wrong |= !take(r, ")");
		return t;
	}
	const bl_value *a = operand(r, &pattern);
	if (take(r, "=="))
		return equal(a, operand(r, &pattern));
	if (take(r, "!="))
		return bl_tri_not(equal(a, operand(r, &pattern)));
	if (take(r, "=~"))
		return matches(a, operand(r, &pattern));
	if (take(r, "!~"))
		return bl_tri_not(matches(a, operand(r, &pattern)));
	if (!a)
		return BL_NO;
	if (a->kind == BL_UNKNOWN)
		return a->unknown->prefix.n || a->unknown->suffix.n ? BL_YES : BL_MAYBE;
	return bl_tri_of(a->kind == BL_STRING && a->string.n > 0);
}

static bl_tri all_of(reader *r)
{
	bl_tri t = comparison(r);
	while (!r->wrong && take(r, "&&"))
		t = bl_tri_and(t, comparison(r));
	return t;
}

static bl_tri any_of(reader *r)
{
	bl_tri t = all_of(r);
	while (!r->wrong && take(r, "||"))
		t = bl_tri_or(t, all_of(r));
	return t;
}

bl_tri bl_gitlab_condition(bl_gitlab *g, bl_str text, const bl_value *variables)
{
	reader r = {.g = g, .text = text, .variables = variables};
	bl_tri t = any_of(&r);
	return r.wrong || peek(&r) ? BL_MAYBE : t;
}

/* One rule: does it apply? What is changed and what exists is known when it runs. */
static bl_tri applies(bl_gitlab *g, const bl_value *rule, const bl_value *variables)
{
	const bl_value *condition = bl_value_getz(rule, "if");
	bl_tri t = BL_YES;
	if (rule->kind != BL_MAP)
		return BL_MAYBE;
	if (condition)
		t = condition->kind == BL_STRING ? bl_gitlab_condition(g, condition->string, variables) : BL_MAYBE;
	if (bl_value_getz(rule, "changes") || bl_value_getz(rule, "exists"))
		t = bl_tri_and(t, BL_MAYBE);
	return t;
}

/* The first rule that applies decides; without one the job is left out. */
static bl_tri by_rules(bl_gitlab *g, const bl_value *rules, const bl_value *variables, int depth)
{
	bl_tri runs = BL_NO, left = BL_YES; /* left: no rule so far has applied */
	for (uint32_t i = 0; i < rules->n && left != BL_NO; i++) {
		const bl_value *rule = rules->list[i];
		if (rule->kind == BL_LIST && depth < 10) { /* what !reference put there */
			runs = bl_tri_or(runs, bl_tri_and(left, by_rules(g, rule, variables, depth + 1)));
			left = bl_tri_and(left, BL_MAYBE);
			continue;
		}
		bl_tri t = applies(g, rule, variables);
		bool never = bl_value_is_string(bl_value_getz(rule, "when"), "never");
		if (!never)
			runs = bl_tri_or(runs, bl_tri_and(left, t));
		left = bl_tri_and(left, bl_tri_not(t));
	}
	return runs;
}

bl_tri bl_gitlab_runs(bl_gitlab *g, const bl_value *job, const bl_value *variables)
{
	const bl_value *rules = bl_value_getz(job, "rules"), *only = bl_value_getz(job, "only"), *except = bl_value_getz(job, "except");
	if (bl_value_is_string(bl_value_getz(job, "when"), "never"))
		return BL_NO;
	if (bl_value_is(rules, BL_LIST))
		return by_rules(g, rules, variables, 0);
	return only || except ? BL_MAYBE : BL_YES;
}

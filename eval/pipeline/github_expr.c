/* GitHub's expressions, read and evaluated in one go: literals, contexts, operators; and the texts that they stand in. */
#include "eval/pipeline/github_expr.h"

#include <math.h>

/* Past each, an expression is unknown and says why. MAX_EXPRESSION: bytes, GitHub's own limit. */
enum { MAX_DEPTH = 50, MAX_EXPRESSION = 21000 };

/* A value and, as long as it is nothing but one, the path of the context it came from. */
typedef struct term {
	const bl_value *v;
	bl_str path;
	bool filtered; /* the list is what .* made: a member is a list of members */
} term;

static term read_or(bl_github_reader *r);

static void skip_blanks(bl_github_reader *r)
{
	while (r->at < r->s.n && strchr(" \t\r\n", r->s.p[r->at]))
		r->at++;
}

static bool take(bl_github_reader *r, const char *token)
{
	size_t n = strlen(token);
	skip_blanks(r);
	if (r->s.n - r->at < n || memcmp(r->s.p + r->at, token, n) != 0)
		return false;
	r->at += n;
	return true;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bl_str read_word(bl_github_reader *r)
{
	size_t from = r->at;
	while (r->at < r->s.n && is_word(r->s.p[r->at]))
		r->at++;
	return bl_str_slice(r->s, from, r->at);
}

static const bl_value *read_string(bl_github_reader *r)
{
	bl_buf buf = {0};
	bool closed = false;
	for (r->at++; r->at < r->s.n; r->at++) {
		if (r->s.p[r->at] != '\'') {
			bl_buf_putc(&buf, r->s.p[r->at]);
		} else if (r->at + 1 < r->s.n && r->s.p[r->at + 1] == '\'') {
			bl_buf_putc(&buf, '\'');
			r->at++;
		} else {
			closed = true;
			r->at++;
			break;
		}
	}
	r->wrong |= !closed;
	bl_str s = bl_str_dup(r->arena, bl_buf_str(&buf));
	bl_buf_done(&buf);
	return bl_value_string(r->arena, r->span, s);
}

static const bl_value *read_number(bl_github_reader *r)
{
	size_t from = r->at;
	while (r->at < r->s.n && (is_word(r->s.p[r->at]) || r->s.p[r->at] == '.' || r->s.p[r->at] == '+'))
		r->at++;
	double d = bl_github_number(bl_str_slice(r->s, from, r->at));
	r->wrong |= isnan(d);
	return bl_value_number(r->arena, r->span, d);
}

static const bl_value *context_named(const bl_github_reader *r, bl_str name, bool *known)
{
	const bl_github_contexts *c = r->contexts;
	const struct {
		const char *name;
		const bl_value *value;
	} all[] = {{"env", c->env}, {"github", c->github}, {"inputs", c->inputs}, {"job", c->job}, {"jobs", c->jobs}, {"matrix", c->matrix},
		{"needs", c->needs}, {"runner", c->runner}, {"secrets", c->secrets}, {"steps", c->steps}, {"strategy", c->strategy}, {"vars", c->vars}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (bl_str_eqiz(name, all[i].name)) {
			*known = true;
			return all[i].value;
		}
	}
	*known = false;
	return NULL;
}

static bl_str member_path(bl_github_reader *r, bl_str path, bl_str name)
{
	return path.n ? bl_str_fmt(r->arena, BL_FMT "." BL_FMT, BL_ARG(path), BL_ARG(name)) : BL_STR("");
}

/* A member; of something unknown, or of a map that may hold more, it is unknown under its path. */
static term member(bl_github_reader *r, term of, bl_str name)
{
	bl_str path = member_path(r, of.path, name);
	if (of.filtered && of.v->kind == BL_LIST) {
		bl_values list = {0};
		for (uint32_t i = 0; i < of.v->n; i++) {
			const bl_value *v = bl_value_geti(of.v->list[i], name);
			if (v)
				bl_vec_push(r->arena, &list, v);
		}
		bl_value *v = bl_values_value(r->arena, r->span, &list);
		v->open = of.v->open;
		return (term){v, path, true};
	}
	const bl_value *v = of.v->kind == BL_MAP ? bl_value_geti(of.v, name) : NULL;
	if (v)
		return (term){v, path, false};
	if (of.v->kind != BL_UNKNOWN && !(of.v->kind == BL_MAP && of.v->open))
		return (term){&bl_value_null, path, false};
	bl_value *u = path.n ? bl_github_unknown(r->arena, r->span, path) : bl_github_made_of(r, -1, &of.v, 1);
	u->sensitive = of.v->sensitive;
	return (term){u, path, false};
}

static term all_members(bl_github_reader *r, term of)
{
	bl_values list = {0};
	bl_str path = member_path(r, of.path, BL_STR("*"));
	if (of.v->kind == BL_UNKNOWN)
		return (term){path.n ? bl_github_unknown(r->arena, r->span, path) : of.v, path, true};
	for (uint32_t i = 0; (of.v->kind == BL_MAP || of.v->kind == BL_LIST) && i < of.v->n; i++)
		bl_vec_push(r->arena, &list, of.v->kind == BL_MAP ? of.v->map[i].value : of.v->list[i]);
	bl_value *v = bl_values_value(r->arena, r->span, &list);
	v->open = of.v->open;
	return (term){v, path, true};
}

static term element(bl_github_reader *r, term of, const bl_value *index)
{
	if (index->kind == BL_STRING)
		return member(r, of, index->string);
	if (of.v->kind == BL_LIST && index->kind == BL_NUMBER) {
		bool inside = index->number >= 0 && index->number < of.v->n;
		return (term){inside ? of.v->list[(uint32_t)index->number] : &bl_value_null, member_path(r, of.path, BL_STR("*")), false};
	}
	if (of.v->kind == BL_UNKNOWN || index->kind == BL_UNKNOWN) {
		bl_str path = member_path(r, of.path, BL_STR("*"));
		bl_value *u = path.n ? bl_github_unknown(r->arena, r->span, path) : bl_github_made_of(r, -1, (const bl_value *[]){of.v, index}, 2);
		u->sensitive = of.v->sensitive;
		return (term){u, path, false};
	}
	return (term){&bl_value_null, BL_STR(""), false};
}

static term read_steps(bl_github_reader *r, term t)
{
	for (;;) {
		skip_blanks(r);
		if (take(r, "[")) {
			if (take(r, "*")) {
				t = all_members(r, t);
			} else {
				term index = read_or(r);
				t = element(r, t, index.v);
			}
			r->wrong |= !take(r, "]");
		} else if (r->at < r->s.n && r->s.p[r->at] == '.') {
			r->at++;
			if (take(r, "*")) {
				t = all_members(r, t);
				continue;
			}
			bl_str name = read_word(r);
			r->wrong |= !name.n;
			t = member(r, t, name);
		} else {
			return t;
		}
		if (r->wrong)
			return t;
	}
}

static term read_call(bl_github_reader *r, bl_str name)
{
	const bl_value *args[BL_GITHUB_MAX_ARGUMENTS];
	size_t n = 0;
	if (!take(r, ")")) {
		do {
			term t = read_or(r);
			if (n < BL_GITHUB_MAX_ARGUMENTS)
				args[n++] = t.v;
		} while (!r->wrong && take(r, ","));
		r->wrong |= !take(r, ")");
	}
	const bl_value *v = r->wrong ? NULL : bl_github_call(r, name, args, n);
	r->wrong |= !v;
	return (term){v ? v : bl_github_unclear(r, "no such function"), BL_STR(""), false};
}

static term read_name(bl_github_reader *r)
{
	bl_str name = read_word(r);
	if (bl_str_eqiz(name, "null"))
		return (term){&bl_value_null, BL_STR(""), false};
	if (bl_str_eqiz(name, "true") || bl_str_eqiz(name, "false"))
		return (term){bl_value_bool(r->arena, r->span, bl_str_eqiz(name, "true")), BL_STR(""), false};
	if (take(r, "("))
		return read_call(r, name);
	bool known;
	const bl_value *v = context_named(r, name, &known);
	r->wrong |= !known;
	bl_str path = bl_str_lower(r->arena, name);
	if (!v)
		v = bl_github_unknown(r->arena, r->span, path);
	else if (v->kind == BL_MAP && v->open) {
		/* the whole of it is made of what it is called */
		bool member = r->at < r->s.n && (r->s.p[r->at] == '.' || r->s.p[r->at] == '[');
		if (!member)
			v = bl_github_unknown(r->arena, r->span, path);
	}
	return (term){v, path, false};
}

static term read_primary(bl_github_reader *r)
{
	skip_blanks(r);
	char c = r->at < r->s.n ? r->s.p[r->at] : 0;
	term t = {&bl_value_null, BL_STR(""), false};
	if (++r->depth > MAX_DEPTH || !c) {
		r->wrong = true;
	} else if (c == '(') {
		r->at++;
		t = read_or(r);
		r->wrong |= !take(r, ")");
	} else if (c == '!') {
		r->at++;
		t = read_primary(r);
		const bl_value *v = t.v;
		bl_tri truth = bl_pipeline_truth(v);
		bool choice = v->kind == BL_UNKNOWN && v->unknown->ncandidates;
		t = (term){truth != BL_MAYBE ? bl_value_bool(r->arena, r->span, truth == BL_NO)
			   : choice      ? bl_github_compare(r, BL_GITHUB_EQUAL, v, bl_value_bool(r->arena, r->span, false))
					 : bl_github_unknown_bool(r, v),
			BL_STR(""), false};
	} else if (c == '\'') {
		t.v = read_string(r);
	} else if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.') {
		t.v = read_number(r);
	} else if (is_word(c)) {
		t = read_name(r);
	} else {
		r->wrong = true;
	}
	if (!r->wrong)
		t = read_steps(r, t);
	r->depth--;
	return t;
}

static term read_comparison(bl_github_reader *r)
{
	static const struct {
		const char *token;
		bl_github_relation relation;
	} operators[] = {{"==", BL_GITHUB_EQUAL}, {"!=", BL_GITHUB_NOT_EQUAL}, {"<=", BL_GITHUB_AT_MOST}, {">=", BL_GITHUB_AT_LEAST},
		{"<", BL_GITHUB_LESS}, {">", BL_GITHUB_MORE}};
	term t = read_primary(r);
	for (size_t i = 0; i < sizeof operators / sizeof *operators && !r->wrong; i++) {
		if (take(r, operators[i].token)) {
			term b = read_primary(r);
			t = (term){bl_github_compare(r, operators[i].relation, t.v, b.v), BL_STR(""), false};
			i = (size_t)-1; /* from the left, all the same */
		}
	}
	return t;
}

/* One of these values, as text or whatever they are. */
static const bl_value *one_of(bl_github_reader *r, const bl_value *a, const bl_value *b)
{
	const bl_value *both[] = {a, b};
	bl_value *v = bl_github_made_of(r, -1, both, 2);
	bl_unknown *u = (bl_unknown *)v->unknown;
	if (a->kind != BL_UNKNOWN && b->kind != BL_UNKNOWN) {
		u->why = BL_STR("which of two values it is, is known when the workflow runs");
		u->candidates = bl_new_n(r->arena, const bl_value *, 2);
		u->candidates[u->ncandidates++] = a;
		u->candidates[u->ncandidates++] = b;
	}
	return v;
}

static term read_and(bl_github_reader *r)
{
	term t = read_comparison(r);
	while (!r->wrong && take(r, "&&")) {
		term b = read_comparison(r);
		bl_tri truth = bl_pipeline_truth(t.v);
		if (truth == BL_NO)
			continue;
		if (truth == BL_YES)
			t = b;
		else if (bl_pipeline_truth(b.v) == BL_NO && b.v->kind == BL_BOOL)
			t = b;
		else /* `x && 'a'` is 'a' or what is false: of x itself nothing but that gets out */
			t = (term){one_of(r, bl_value_bool(r->arena, r->span, false), b.v), BL_STR(""), false};
	}
	return t;
}

static bool has_false_candidate(const bl_value *v)
{
	for (size_t i = 0; i < v->unknown->ncandidates; i++)
		if (bl_pipeline_truth(v->unknown->candidates[i]) != BL_YES)
			return true;
	return false;
}

/* `c && 'a' || 'b'`: those candidates that are true, and the other side. */
static const bl_value *first_true(bl_github_reader *r, const bl_value *a, const bl_value *b)
{
	bl_values list = {0};
	if (a->kind != BL_UNKNOWN || !a->unknown->ncandidates || !has_false_candidate(a))
		return one_of(r, a, b);
	for (size_t i = 0; i < a->unknown->ncandidates; i++)
		if (bl_pipeline_truth(a->unknown->candidates[i]) == BL_YES)
			bl_vec_push(r->arena, &list, a->unknown->candidates[i]);
	if (b->kind == BL_UNKNOWN)
		return list.n == 1 ? one_of(r, b, list.items[0]) : bl_github_made_of(r, -1, (const bl_value *[]){a, b}, 2);
	bl_vec_push(r->arena, &list, b);
	bl_value *v = bl_github_made_of(r, -1, &a, 1);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->candidates = list.items;
	u->ncandidates = list.n;
	bool same = true;
	for (size_t i = 1; i < list.n; i++)
		same = same && bl_value_equal(list.items[0], list.items[i]) == BL_YES;
	return same ? list.items[0] : v;
}

static term read_or(bl_github_reader *r)
{
	if (++r->depth > MAX_DEPTH) {
		r->wrong = true;
		return (term){&bl_value_null, BL_STR(""), false};
	}
	term t = read_and(r);
	while (!r->wrong && take(r, "||")) {
		term b = read_and(r);
		bl_tri truth = bl_pipeline_truth(t.v);
		if (truth == BL_YES)
			continue;
		t = truth == BL_NO ? b : (term){first_true(r, t.v, b.v), BL_STR(""), false};
	}
	r->depth--;
	return t;
}

const bl_value *bl_github_expression(bl_arena *arena, const bl_github_contexts *contexts, bl_str text, bl_span span)
{
	bl_github_reader r = {.arena = arena, .contexts = contexts, .s = text, .span = span};
	if (text.n > MAX_EXPRESSION)
		return bl_github_unclear(&r, "the expression is too long");
	term t = read_or(&r);
	skip_blanks(&r);
	if (r.wrong || r.at < r.s.n)
		return bl_value_unknown(arena, span, "'" BL_FMT "' is no expression", (int)(text.n < 80 ? text.n : 80), text.p);
	return t.v->kind == BL_NULL && !bl_span_known(t.v->span) ? bl_value_at(arena, t.v, span) : t.v;
}

/* ---- texts with expressions in them ---- */

bool bl_github_parts(bl_arena *arena, const bl_github_contexts *contexts, const bl_value *string, bl_pipeline_parts *out)
{
	bl_str s = string->string;
	size_t at = 0;
	bool any = false;
	for (;;) {
		ptrdiff_t begin = bl_str_find(s, BL_STR("${{"), at);
		ptrdiff_t end = begin < 0 ? -1 : bl_str_find(s, BL_STR("}}"), (size_t)begin);
		if (end < 0)
			break;
		if ((size_t)begin > at)
			bl_vec_push(arena, out, ((bl_pipeline_part){bl_str_slice(s, at, (size_t)begin), NULL, (uint32_t)at, (uint32_t)begin}));
		at = (size_t)end + 2;
		bl_str text = bl_str_slice(s, (size_t)begin + 3, (size_t)end);
		bl_vec_push(arena, out, ((bl_pipeline_part){text, bl_github_expression(arena, contexts, bl_str_trim(text), string->span), (uint32_t)begin, (uint32_t)at}));
		any = true;
	}
	if (at < s.n)
		bl_vec_push(arena, out, ((bl_pipeline_part){bl_str_slice(s, at, s.n), NULL, (uint32_t)at, (uint32_t)s.n}));
	return any;
}

static const bl_value *value_of(bl_arena *arena, const bl_github_contexts *contexts, const bl_value *v, int depth)
{
	if (v->kind == BL_STRING) {
		bl_pipeline_parts parts = {0};
		if (bl_str_find(v->string, BL_STR("${{"), 0) < 0 || !bl_github_parts(arena, contexts, v, &parts))
			return v;
		if (parts.n == 1)
			return bl_value_at(arena, parts.items[0].value, v->span);
		return bl_pipeline_join(arena, v->span, &parts);
	}
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > BL_EVAL_MAX_DEPTH)
		return v;
	bl_value *copy = bl_value_at(arena, v, v->span);
	if (v->kind == BL_LIST)
		copy->list = bl_new_n(arena, const bl_value *, v->n);
	else
		copy->map = bl_new_n(arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		if (v->kind == BL_LIST) {
			copy->list[i] = value_of(arena, contexts, v->list[i], depth + 1);
		} else {
			copy->map[i] = v->map[i];
			copy->map[i].value = value_of(arena, contexts, v->map[i].value, depth + 1);
		}
	}
	return copy;
}

const bl_value *bl_github_value(bl_arena *arena, const bl_github_contexts *contexts, const bl_value *v)
{
	return value_of(arena, contexts, v, 0);
}

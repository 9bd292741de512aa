/*
 * GitHub's expressions, read and evaluated in one go: literals, contexts, operators with their loose comparison, functions. Three-valued: what depends on
 * something that is not known is not known, unless every value it may have gives the same.
 */
#include "core/codec/json.h"
#include "eval/pipeline/github.h"

#include <math.h>
#include <stdlib.h>

/* Past each, an expression is unknown and says why, or is so without candidates. */
enum { MAX_DEPTH = 50, MAX_ARGUMENTS = 64, MAX_CANDIDATES = 64, MAX_REFS = 64, MAX_EXPRESSION = 21000 /* bytes: GitHub's own limit */ };

/* A value and, as long as it is nothing but one, the path of the context it came from. */
typedef struct term {
	const bl_value *v;
	bl_str path;
	bool filtered; /* the list is what .* made: a member is a list of members */
} term;

typedef struct reader {
	bl_arena *arena;
	const bl_github_contexts *contexts;
	bl_str s;
	size_t at;
	bl_span span;
	int depth;
	bool wrong;
} reader;

static term read_or(reader *r);

static const bl_value *unknown(reader *r, const char *why)
{
	return bl_value_unknown(r->arena, r->span, "%s", why);
}

bl_value *bl_github_unknown(bl_arena *arena, bl_span span, bl_str path)
{
	bl_value *v = bl_value_waits(arena, span, path, BL_STR(""));
	((bl_unknown *)v->unknown)->why = bl_str_fmt(arena, "'" BL_FMT "' is known when the workflow runs", BL_ARG(path));
	return v;
}

/* ---- what unknown values are made of ---- */

static void add_refs(bl_arena *arena, bl_unknown *u, const bl_value *from)
{
	if (from->kind != BL_UNKNOWN || !from->unknown->nrefs || u->nrefs >= MAX_REFS)
		return;
	bl_ref *refs = bl_new_n(arena, bl_ref, u->nrefs + from->unknown->nrefs);
	for (size_t i = 0; i < u->nrefs; i++)
		refs[i] = u->refs[i];
	size_t n = u->nrefs;
	for (size_t i = 0; i < from->unknown->nrefs; i++) {
		bool there = false;
		for (size_t k = 0; k < n; k++)
			there |= bl_str_eq(refs[k].address, from->unknown->refs[i].address);
		if (!there)
			refs[n++] = from->unknown->refs[i];
	}
	u->refs = refs;
	u->nrefs = n;
}

/* Something made of these values, some of which are not known. */
static bl_value *made_of(reader *r, int type, const bl_value *const *from, size_t n)
{
	const bl_value *why = NULL;
	bool sensitive = false;
	for (size_t i = 0; i < n; i++) {
		sensitive |= from[i]->sensitive;
		if (!why && from[i]->kind == BL_UNKNOWN)
			why = from[i];
	}
	bl_value *v = why ? bl_value_unknown(r->arena, r->span, BL_FMT, BL_ARG(why->unknown->why))
			  : bl_value_unknown(r->arena, r->span, "it is not known in full");
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = type;
	for (size_t i = 0; i < n; i++)
		add_refs(r->arena, u, from[i]);
	v->sensitive = sensitive;
	return v;
}

/* ---- coercion and comparison ---- */

static bl_str text_of(bl_arena *arena, const bl_value *v)
{
	return bl_value_text(bl_pipeline_scalar(arena, v));
}

static double number_of_text(bl_str s)
{
	char buf[64], *end;
	s = bl_str_trim(s);
	if (!s.n)
		return 0;
	if (s.n >= sizeof buf)
		return NAN;
	memcpy(buf, s.p, s.n);
	buf[s.n] = 0;
	double d = strtod(buf, &end);
	return *end || isinf(d) ? NAN : d;
}

static double number_of(const bl_value *v)
{
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		return 0;
	case BL_BOOL:
		return v->boolean;
	case BL_NUMBER:
		return v->number;
	case BL_STRING:
		return number_of_text(v->string);
	default:
		return NAN;
	}
}

bl_tri bl_github_can_be_true(const bl_value *v)
{
	for (size_t i = 0; v->kind == BL_UNKNOWN && i < v->unknown->ncandidates; i++)
		if (bl_pipeline_truth(v->unknown->candidates[i]) == BL_YES)
			return BL_YES;
	return bl_pipeline_truth(v);
}

/* Texts of an input or variable are booleans' and numbers' texts all the same: compared by number where the kinds differ. */
static bool equal(const bl_value *a, const bl_value *b)
{
	if (a->kind != b->kind) {
		double x = number_of(a), y = number_of(b);
		return x == y;
	}
	switch ((bl_kind)a->kind) {
	case BL_NULL:
		return true;
	case BL_BOOL:
		return a->boolean == b->boolean;
	case BL_NUMBER:
		return a->number == b->number;
	case BL_STRING:
		return bl_str_eqi(a->string, b->string);
	default:
		return a == b;
	}
}

static bool less(const bl_value *a, const bl_value *b, bool or_equal)
{
	if (a->kind == BL_STRING && b->kind == BL_STRING) {
		int c = bl_str_cmpi(a->string, b->string);
		return or_equal ? c <= 0 : c < 0;
	}
	double x = number_of(a), y = number_of(b);
	return or_equal ? x <= y : x < y;
}

typedef bool (*comparison)(reader *r, const bl_value *a, const bl_value *b);

static bool is_equal(reader *r, const bl_value *a, const bl_value *b)
{
	return equal(a, b);
}
static bool is_not_equal(reader *r, const bl_value *a, const bl_value *b)
{
	return !equal(a, b);
}
static bool is_less(reader *r, const bl_value *a, const bl_value *b)
{
	return less(a, b, false);
}
static bool is_at_most(reader *r, const bl_value *a, const bl_value *b)
{
	return less(a, b, true);
}
static bool is_more(reader *r, const bl_value *a, const bl_value *b)
{
	return less(b, a, false);
}
static bool is_at_least(reader *r, const bl_value *a, const bl_value *b)
{
	return less(b, a, true);
}
static bool starts_with(reader *r, const bl_value *a, const bl_value *b)
{
	return bl_str_startsi(text_of(r->arena, a), text_of(r->arena, b));
}
static bool ends_with(reader *r, const bl_value *a, const bl_value *b)
{
	bl_str s = text_of(r->arena, a), e = text_of(r->arena, b);
	return s.n >= e.n && bl_str_eqi(bl_str_slice(s, s.n - e.n, s.n), e);
}
static bool contains(reader *r, const bl_value *a, const bl_value *b)
{
	if (a->kind != BL_LIST)
		return bl_str_findi(text_of(r->arena, a), text_of(r->arena, b), 0) >= 0;
	for (uint32_t i = 0; i < a->n; i++)
		if (equal(a->list[i], b))
			return true;
	return false;
}

/* A boolean that may be both, as far as is known: the answers that candidates give are its own. */
static const bl_value *either(reader *r, bool yes, bool no)
{
	if (yes != no)
		return bl_value_bool(r->arena, r->span, yes);
	bl_value *v = bl_value_unknown(r->arena, r->span, "it is not the same for all values that are possible");
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_BOOL;
	u->candidates = bl_new_n(r->arena, const bl_value *, 2);
	u->candidates[u->ncandidates++] = bl_value_bool(r->arena, r->span, true);
	u->candidates[u->ncandidates++] = bl_value_bool(r->arena, r->span, false);
	return v;
}

static const bl_value *unknown_bool(reader *r, const bl_value *because)
{
	bl_value *v = bl_value_unknown(r->arena, r->span, BL_FMT, BL_ARG(because->unknown->why));
	((bl_unknown *)v->unknown)->type = BL_BOOL;
	return v;
}

/* Can an unknown text be the other one at all? Not when its known ends differ from it. */
static bool impossible(const bl_value *a, const bl_value *b)
{
	return a->kind == BL_UNKNOWN && b->kind == BL_STRING && !bl_unknown_may_be(a->unknown, b->string, true);
}

static const bl_value *compare(reader *r, const bl_value *a, const bl_value *b, comparison holds)
{
	bool yes = false, no = false;
	size_t na = a->kind == BL_UNKNOWN ? a->unknown->ncandidates : 1, nb = b->kind == BL_UNKNOWN ? b->unknown->ncandidates : 1;
	if ((holds == is_equal || holds == is_not_equal) && (impossible(a, b) || impossible(b, a)))
		return bl_value_bool(r->arena, r->span, holds == is_not_equal);
	if (a->kind == BL_LIST && (a->open || bl_value_has_unknown(a))) {
		for (uint32_t i = 0; holds == contains && i < a->n; i++)
			if (a->list[i]->kind != BL_UNKNOWN && b->kind != BL_UNKNOWN && equal(a->list[i], b))
				return bl_value_bool(r->arena, r->span, true);
		return unknown(r, "the list is not known in full");
	}
	if (!na || !nb || na * nb > MAX_CANDIDATES * MAX_CANDIDATES)
		return unknown_bool(r, na && a->kind != BL_UNKNOWN ? b : a);
	for (size_t i = 0; i < na; i++) {
		for (size_t k = 0; k < nb; k++) {
			const bl_value *x = a->kind == BL_UNKNOWN ? a->unknown->candidates[i] : a;
			const bl_value *y = b->kind == BL_UNKNOWN ? b->unknown->candidates[k] : b;
			if (x->kind == BL_UNKNOWN || y->kind == BL_UNKNOWN)
				yes = no = true;
			else if (holds(r, x, y))
				yes = true;
			else
				no = true;
		}
	}
	return either(r, yes, no);
}

/* ---- functions ---- */

static const bl_value *format_text(reader *r, const bl_value *const *args, size_t n)
{
	bl_pipeline_parts parts = {0};
	if (args[0]->kind != BL_STRING)
		return made_of(r, BL_STRING, args, n);
	bl_str s = args[0]->string;
	for (size_t i = 0; i < s.n;) {
		size_t from = i, index = 0;
		if ((s.p[i] == '{' || s.p[i] == '}') && i + 1 < s.n && s.p[i + 1] == s.p[i]) {
			bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, i, i + 1)}));
			i += 2;
			continue;
		}
		if (s.p[i] == '{') {
			for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && index < MAX_ARGUMENTS; i++)
				index = index * 10 + (size_t)(s.p[i] - '0');
			if (i >= s.n || s.p[i] != '}' || index + 1 >= n)
				return unknown(r, "the format is wrong");
			bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.value = args[index + 1]}));
			i++;
			continue;
		}
		while (i < s.n && s.p[i] != '{' && s.p[i] != '}')
			i++;
		i += i == from;
		bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, from, i)}));
	}
	return bl_pipeline_join(r->arena, r->span, &parts);
}

static const bl_value *join_list(reader *r, const bl_value *const *args, size_t n)
{
	bl_pipeline_parts parts = {0};
	bl_str separator = n > 1 ? text_of(r->arena, args[1]) : BL_STR(",");
	if (args[0]->kind == BL_UNKNOWN || (n > 1 && args[1]->kind == BL_UNKNOWN) || args[0]->open)
		return made_of(r, BL_STRING, args, n);
	if (args[0]->kind != BL_LIST)
		return bl_pipeline_scalar(r->arena, args[0]);
	for (uint32_t i = 0; i < args[0]->n; i++) {
		if (i)
			bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.text = separator}));
		bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.value = args[0]->list[i]}));
	}
	return bl_pipeline_join(r->arena, r->span, &parts);
}

static const bl_value *to_json(reader *r, const bl_value *const *args, size_t n)
{
	if (bl_value_has_unknown(args[0]))
		return made_of(r, BL_STRING, args, n);
	bl_buf buf = {0};
	bl_json j;
	bl_json_begin(&j, &buf, true);
	bl_json_value(&j, args[0]);
	bl_str s = bl_str_trim(bl_str_dup(r->arena, bl_buf_str(&buf)));
	bl_buf_done(&buf);
	return bl_value_string(r->arena, r->span, s);
}

static const bl_value *from_json(reader *r, const bl_value *const *args, size_t n)
{
	bl_error error = {""};
	if (args[0]->kind != BL_STRING)
		return made_of(r, -1, args, n);
	const bl_value *v = bl_json_read(r->arena, args[0]->string, &error);
	return v ? v : unknown(r, "it is no JSON");
}

static const bl_value *call_contains(reader *r, const bl_value *const *args, size_t n)
{
	return compare(r, args[0], args[1], contains);
}
static const bl_value *call_starts(reader *r, const bl_value *const *args, size_t n)
{
	return compare(r, args[0], args[1], starts_with);
}
static const bl_value *call_ends(reader *r, const bl_value *const *args, size_t n)
{
	return compare(r, args[0], args[1], ends_with);
}
static const bl_value *call_always(reader *r, const bl_value *const *args, size_t n)
{
	return bl_value_bool(r->arena, r->span, true);
}
static const bl_value *call_status(reader *r, const bl_value *const *args, size_t n)
{
	return either(r, true, true);
}
static const bl_value *call_hash(reader *r, const bl_value *const *args, size_t n)
{
	bl_value *v = bl_value_unknown(r->arena, r->span, "files are hashed when the workflow runs");
	((bl_unknown *)v->unknown)->type = BL_STRING;
	return v;
}
/* case(condition, value, condition, value, ..., default) */
static const bl_value *call_case(reader *r, const bl_value *const *args, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		bl_tri holds = bl_pipeline_truth(args[i]);
		if (holds == BL_MAYBE)
			return made_of(r, -1, args + i, n - i);
		if (holds == BL_YES)
			return args[i + 1];
	}
	return args[n - 1];
}

static const struct {
	const char *name;
	size_t least, most;
	const bl_value *(*call)(reader *r, const bl_value *const *args, size_t n);
} functions[] = {
	{"always", 0, 0, call_always},
	{"cancelled", 0, 0, call_status},
	{"case", 3, MAX_ARGUMENTS, call_case},
	{"contains", 2, 2, call_contains},
	{"endsWith", 2, 2, call_ends},
	{"failure", 0, MAX_ARGUMENTS, call_status},
	{"format", 1, MAX_ARGUMENTS, format_text},
	{"fromJSON", 1, 1, from_json},
	{"hashFiles", 1, MAX_ARGUMENTS, call_hash},
	{"join", 1, 2, join_list},
	{"startsWith", 2, 2, call_starts},
	{"success", 0, MAX_ARGUMENTS, call_status},
	{"toJSON", 1, 1, to_json},
};

/* ---- reading ---- */

static void skip_blanks(reader *r)
{
	while (r->at < r->s.n && strchr(" \t\r\n", r->s.p[r->at]))
		r->at++;
}

static bool take(reader *r, const char *token)
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

static bl_str read_word(reader *r)
{
	size_t from = r->at;
	while (r->at < r->s.n && is_word(r->s.p[r->at]))
		r->at++;
	return bl_str_slice(r->s, from, r->at);
}

static const bl_value *read_string(reader *r)
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

static const bl_value *read_number(reader *r)
{
	size_t from = r->at;
	while (r->at < r->s.n && (is_word(r->s.p[r->at]) || r->s.p[r->at] == '.' || r->s.p[r->at] == '+'))
		r->at++;
	double d = number_of_text(bl_str_slice(r->s, from, r->at));
	r->wrong |= isnan(d);
	return bl_value_number(r->arena, r->span, d);
}

static const bl_value *context_named(const reader *r, bl_str name, bool *known)
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

static bl_str member_path(reader *r, bl_str path, bl_str name)
{
	return path.n ? bl_str_fmt(r->arena, BL_FMT "." BL_FMT, BL_ARG(path), BL_ARG(name)) : BL_STR("");
}

/* A member; of something unknown, or of a map that may hold more, it is unknown under its path. */
static term member(reader *r, term of, bl_str name)
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
	bl_value *u = path.n ? bl_github_unknown(r->arena, r->span, path) : made_of(r, -1, &of.v, 1);
	u->sensitive = of.v->sensitive;
	return (term){u, path, false};
}

static term all_members(reader *r, term of)
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

static term element(reader *r, term of, const bl_value *index)
{
	if (index->kind == BL_STRING)
		return member(r, of, index->string);
	if (of.v->kind == BL_LIST && index->kind == BL_NUMBER) {
		bool inside = index->number >= 0 && index->number < of.v->n;
		return (term){inside ? of.v->list[(uint32_t)index->number] : &bl_value_null, member_path(r, of.path, BL_STR("*")), false};
	}
	if (of.v->kind == BL_UNKNOWN || index->kind == BL_UNKNOWN) {
		bl_str path = member_path(r, of.path, BL_STR("*"));
		bl_value *u = path.n ? bl_github_unknown(r->arena, r->span, path) : made_of(r, -1, (const bl_value *[]){of.v, index}, 2);
		u->sensitive = of.v->sensitive;
		return (term){u, path, false};
	}
	return (term){&bl_value_null, BL_STR(""), false};
}

static term read_steps(reader *r, term t)
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

static term read_call(reader *r, bl_str name)
{
	const bl_value *args[MAX_ARGUMENTS];
	size_t n = 0;
	if (!take(r, ")")) {
		do {
			term t = read_or(r);
			if (n < MAX_ARGUMENTS)
				args[n++] = t.v;
		} while (!r->wrong && take(r, ","));
		r->wrong |= !take(r, ")");
	}
	for (size_t i = 0; i < sizeof functions / sizeof *functions && !r->wrong; i++)
		if (bl_str_eqiz(name, functions[i].name) && n >= functions[i].least && n <= functions[i].most)
			return (term){functions[i].call(r, args, n), BL_STR(""), false};
	r->wrong = true;
	return (term){unknown(r, "no such function"), BL_STR(""), false};
}

static term read_name(reader *r)
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

static term read_primary(reader *r)
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
			   : choice      ? compare(r, v, bl_value_bool(r->arena, r->span, false), is_equal)
					 : unknown_bool(r, v),
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

static term read_comparison(reader *r)
{
	static const struct {
		const char *token;
		comparison holds;
	} operators[] = {{"==", is_equal}, {"!=", is_not_equal}, {"<=", is_at_most}, {">=", is_at_least}, {"<", is_less}, {">", is_more}};
	term t = read_primary(r);
	for (size_t i = 0; i < sizeof operators / sizeof *operators && !r->wrong; i++) {
		if (take(r, operators[i].token)) {
			term b = read_primary(r);
			t = (term){compare(r, t.v, b.v, operators[i].holds), BL_STR(""), false};
			i = (size_t)-1; /* from the left, all the same */
		}
	}
	return t;
}

/* One of these values, as text or whatever they are. */
static const bl_value *one_of(reader *r, const bl_value *a, const bl_value *b)
{
	const bl_value *both[] = {a, b};
	bl_value *v = made_of(r, -1, both, 2);
	bl_unknown *u = (bl_unknown *)v->unknown;
	if (a->kind != BL_UNKNOWN && b->kind != BL_UNKNOWN) {
		u->why = BL_STR("which of two values it is, is known when the workflow runs");
		u->candidates = bl_new_n(r->arena, const bl_value *, 2);
		u->candidates[u->ncandidates++] = a;
		u->candidates[u->ncandidates++] = b;
	}
	return v;
}

static term read_and(reader *r)
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
static const bl_value *first_true(reader *r, const bl_value *a, const bl_value *b)
{
	bl_values list = {0};
	if (a->kind != BL_UNKNOWN || !a->unknown->ncandidates || !has_false_candidate(a))
		return one_of(r, a, b);
	for (size_t i = 0; i < a->unknown->ncandidates; i++)
		if (bl_pipeline_truth(a->unknown->candidates[i]) == BL_YES)
			bl_vec_push(r->arena, &list, a->unknown->candidates[i]);
	if (b->kind == BL_UNKNOWN)
		return list.n == 1 ? one_of(r, b, list.items[0]) : made_of(r, -1, (const bl_value *[]){a, b}, 2);
	bl_vec_push(r->arena, &list, b);
	bl_value *v = made_of(r, -1, &a, 1);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->candidates = list.items;
	u->ncandidates = list.n;
	bool same = true;
	for (size_t i = 1; i < list.n; i++)
		same = same && bl_value_equal(list.items[0], list.items[i]) == BL_YES;
	return same ? list.items[0] : v;
}

static term read_or(reader *r)
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
	reader r = {.arena = arena, .contexts = contexts, .s = text, .span = span};
	if (text.n > MAX_EXPRESSION)
		return unknown(&r, "the expression is too long");
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

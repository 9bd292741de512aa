/* Which functions there are, and how they are called. */
#include "core/codec/unicode.h"
#include "eval/functions/entries.h"
#include "eval/functions/partial.h"

/*
 * takes says what each argument is converted to: s string, n number, b bool, t list(any), x list(string), y list(bool),
 * w map(list(string)), z set(any); or only asks for: l list, tuple or set, m map or object, c either of these, a anything,
 * v anything of a known type (an untyped null makes the result unknown), p string and q anything that need not be known. A capital takes null and unknown values as they
 * are; '~' at the begin says that the mark of an element stays with the element, where else all of the result has it;
 * '|' begins those that may be left out; '*' after the last repeats it, from no time on. gives is the kind of an
 * unknown result.
 */
typedef struct row {
	const char *name, *takes;
	int gives;
	bl_tf_function call;
} row;

static const row table[] = {
#define FUNCTION(name, takes, gives) {#name, takes, gives, bl_tf_fn_##name},
#include "eval/functions/functions.def"
#undef FUNCTION
};

/* What every run makes anew: known to be text, but not before. */
static const char *const impure[] = {"bcrypt", "plantimestamp", "timestamp", "uuid"};

static const row *find(bl_str name)
{
	size_t lo = 0, hi = sizeof table / sizeof *table;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = bl_str_cmp(bl_str_of(table[mid].name), name);
		if (!cmp)
			return &table[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const bl_value *bl_tf_refuse_(bl_tf_args *a, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(a->arena, format, ap);
	va_end(ap);
	return bl_tf_error(a->tf, a->span, BL_FMT ": " BL_FMT, BL_ARG(a->name), BL_ARG(words));
}

const bl_value *bl_tf_text(bl_tf_args *a, bl_str s)
{
	return bl_value_string(a->arena, a->span, bl_unicode_nfc(a->arena, s));
}

const bl_value *bl_tf_flag(bl_tf_args *a, bool b)
{
	return bl_value_bool(a->arena, a->span, b);
}

const bl_value *bl_tf_digits(bl_tf_args *a, bl_str digits)
{
	return bl_value_digits(a->arena, a->span, digits);
}

const bl_value *bl_tf_count(bl_tf_args *a, size_t n)
{
	return bl_value_number(a->arena, a->span, (double)n);
}

bl_value *bl_tf_list(bl_tf_args *a, const bl_values *values, bl_shape shape)
{
	bl_value *v = bl_values_value(a->arena, a->span, values);
	bl_tf_spend(a->tf, values->n / 8, a->span);
	v->shape = (uint8_t)shape;
	return v;
}

const bl_value *bl_tf_not_known(bl_tf_args *a, int kind)
{
	bl_value *v = bl_tf_unknown_of(a->tf, a->span, a->v, a->n, kind);
	v->via = NULL;
	return v;
}

const bl_value *bl_tf_take(bl_tf_args *a, bl_buf *b)
{
	if (b->n > BL_TF_MAX_STRING || !bl_tf_spend(a->tf, b->n / 16, a->span)) {
		bl_buf_done(b);
		return bl_tf_refuse(a, "the text would be longer than may be worked on");
	}
	bl_str s = bl_str_dup(a->arena, bl_buf_str(b));
	bl_buf_done(b);
	return bl_tf_text(a, s);
}

/* --- calling --- */

/* The first argument that holds without an error; the others are not even looked at. */
static const bl_value *call_try(const bl_tf_scope *s, const bl_expr *e, bool *ok)
{
	bl_tf *tf = s->tf;
	const bl_value *v = NULL;
	for (uint32_t i = 0; i < e->n; i++) {
		size_t errors = tf->errors;
		tf->hushed++;
		v = bl_tf_eval(s, e->kids[i]);
		tf->hushed--;
		if (tf->errors == errors)
			return v;
		tf->errors = errors;
	}
	*ok = false;
	return v;
}

static const bl_value *call_lazily(const bl_tf_scope *s, const bl_expr *e)
{
	bool ok = true;
	const bl_value *v = e->n ? call_try(s, e, &ok) : NULL;
	if (!v)
		return bl_tf_error(s->tf, e->span, BL_FMT ": at least one argument is required", BL_ARG(e->text));
	if (bl_str_eqz(e->text, "can") && e->n > 1)
		return bl_tf_error(s->tf, e->span, "can: 1 argument is expected");
	if (bl_str_eqz(e->text, "can"))
		return bl_value_bool(s->tf->arena, e->span, ok);
	return ok ? v : bl_tf_error(s->tf, e->span, "try: no argument can be evaluated");
}

/* False when the last argument of a call with `...` is not known. */
static bool read_arguments(const bl_tf_scope *s, const bl_expr *e, bl_values *out)
{
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_value *v = bl_tf_eval(s, e->kids[i]);
		if (!e->expand || i + 1 < e->n) {
			bl_vec_push(s->tf->arena, out, v);
			continue;
		}
		if (v->kind != BL_LIST) {
			if (v->kind != BL_UNKNOWN)
				bl_tf_error(s->tf, e->kids[i]->span, "only a list can be expanded, not %s", bl_tf_kind_name(v));
			bl_vec_push(s->tf->arena, out, v);
			return false;
		}
		for (uint32_t k = 0; k < v->n; k++)
			bl_vec_push(s->tf->arena, out, bl_tf_marked(s->tf, v->list[k], v->sensitive));
		if (v->open) {
			bl_vec_push(s->tf->arena, out, bl_tf_unknown_of(s->tf, v->span, &v, 1, -1));
			return false;
		}
	}
	return true;
}

/* The type that a letter of takes converts to; NULL where the letter only asks. */
static const bl_value_type *type_of_letter(char letter)
{
	static const bl_value_type strings = {.kind = BL_TYPE_LIST, .element = &bl_tf_type_string};
	static const struct {
		char letter;
		bl_value_type type;
	} table_of_types[] = {
		{'b', {.kind = BL_TYPE_BOOL}},
		{'n', {.kind = BL_TYPE_NUMBER}},
		{'p', {.kind = BL_TYPE_STRING}},
		{'s', {.kind = BL_TYPE_STRING}},
		{'t', {.kind = BL_TYPE_LIST, .element = &bl_tf_type_any}},
		{'w', {.kind = BL_TYPE_MAP, .element = &strings}},
		{'x', {.kind = BL_TYPE_LIST, .element = &bl_tf_type_string}},
		{'y', {.kind = BL_TYPE_LIST, .element = &bl_tf_type_bool}},
		{'z', {.kind = BL_TYPE_SET, .element = &bl_tf_type_any}},
	};
	for (size_t i = 0; i < sizeof table_of_types / sizeof *table_of_types; i++)
		if (table_of_types[i].letter == letter)
			return &table_of_types[i].type;
	return NULL;
}

static const bl_value *convert(bl_tf_args *a, const bl_value *v, char want, size_t i)
{
	bool lenient = want >= 'A' && want <= 'Z';
	int kind = v->kind == BL_UNKNOWN ? v->unknown->type : v->kind;
	want |= 0x20;
	if (v->kind == BL_NULL && !lenient) {
		bl_tf_refuse(a, "argument %zu must not be null", i + 1);
		return NULL;
	}
	const bl_value_type *type = type_of_letter(want);
	if (type) {
		bl_str why;
		const bl_value *r = bl_tf_convert_to(a->tf, v, type, &why);
		if (!r)
			bl_tf_refuse(a, "argument %zu: " BL_FMT, i + 1, BL_ARG(why));
		return r;
	}
	bool asks = want == 'l' || want == 'm' || want == 'c';
	if (asks && v->kind != BL_NULL && kind >= 0 && !(kind == BL_LIST && want != 'm') && !(kind == BL_MAP && want != 'l')) {
		bl_tf_refuse(a, "argument %zu must be %s, not %s", i + 1, want == 'l' ? "a list or set" : want == 'm' ? "a map or object"
			: "a collection", bl_tf_kind_name(v));
		return NULL;
	}
	return v;
}

/* Converts all arguments; false after an error. *known is false when one that must be known is not. */
static bool convert_all(bl_tf_args *a, const char *takes, bool *known)
{
	takes += takes[0] == '~';
	size_t least = strcspn(takes, "|*"), most = strlen(takes);
	bool repeats = most && takes[most - 1] == '*';
	if (repeats)
		least--;
	most -= takes[strcspn(takes, "|")] != '\0';
	if (a->n < least || (!repeats && a->n > most)) {
		bl_tf_refuse(a, "%zu arguments are %s", a->n, a->n < least ? "too few" : "too many");
		return false;
	}
	const char *t = takes;
	*known = true;
	for (size_t i = 0; i < a->n; i++) {
		if (*t == '|')
			t++;
		const bl_value *v = convert(a, a->v[i], *t, i);
		if (!v)
			return false;
		a->v[i] = v;
		if ((v->kind == BL_UNKNOWN && *t >= 'a' && *t != 'p' && *t != 'q') || (v->kind == BL_NULL && !v->null_of && (*t | 0x20) == 'v'))
			*known = false;
		if (t[1] != '*')
			t++;
	}
	return true;
}

/* Do the arguments make the result sensitive? */
static bool marked(const bl_tf_args *a, const char *takes)
{
	bool inside = takes[0] != '~', all = false;
	size_t most = strcspn(takes, "|") - 1;
	bool repeats = strchr(takes, '*') != NULL;
	for (size_t i = 0; i < a->n; i++) {
		/* where elements keep their marks, a null and what stands in for a missing element have none to give */
		bool counts = inside || (a->v[i]->kind != BL_NULL && (repeats || i < most));
		all |= counts && (inside ? bl_tf_sensitive(a->v[i]) : a->v[i]->sensitive);
	}
	return all;
}

static const bl_value *another_each_time(bl_tf *tf, bl_span span, bl_str name)
{
	bl_value *v = bl_value_unknown(tf->arena, span, BL_FMT "() gives another value each time", BL_ARG(name));
	bl_unknown *u = (bl_unknown *)v->unknown;
	bl_partial p = {0};
	u->type = BL_STRING;
	u->not_null = true;
	if (bl_tf_partial_form(name, &p))
		bl_partial_tell(&p, tf->arena, u);
	bl_partial_done(&p);
	return v;
}

/* The result for the ith choice among the candidates of the arguments; NULL when that is no scalar that is known. */
static const bl_value *call_chosen(const bl_tf_args *of, const row *r, size_t i)
{
	bl_tf_args a = *of;
	bl_tf *tf = a.tf;
	bool known;
	a.v = bl_new_n(a.arena, const bl_value *, a.n);
	for (size_t k = 0; k < a.n; k++) {
		const bl_unknown *u = of->v[k]->kind == BL_UNKNOWN ? of->v[k]->unknown : NULL;
		a.v[k] = u ? u->candidates[i % u->ncandidates] : of->v[k];
		i /= u ? u->ncandidates : 1;
	}
	size_t errors = tf->errors;
	tf->hushed++;
	const bl_value *v = convert_all(&a, r->takes, &known) && known ? r->call(&a) : NULL;
	tf->hushed--;
	bool failed = tf->errors != errors;
	tf->errors = errors;
	return failed || !v || (v->kind != BL_STRING && v->kind != BL_NUMBER && v->kind != BL_BOOL) ? NULL : v;
}

enum { MAX_CHOICES = 16 };

/* Where each unknown argument is one of a few values, so is the result. NULL when not all those results can be told. */
static const bl_value *call_each(bl_tf_args *a, const row *r)
{
	size_t choices = 1;
	bool some = false;
	for (size_t k = 0; k < a->n; k++) {
		if (a->v[k]->kind != BL_UNKNOWN)
			continue;
		some = true;
		choices *= a->v[k]->unknown->ncandidates;
		if (!choices || choices > MAX_CHOICES)
			return NULL;
	}
	if (!some)
		return NULL;
	bl_values results = {0};
	for (size_t i = 0; i < choices; i++) {
		const bl_value *v = call_chosen(a, r, i);
		bool again = false;
		for (size_t k = 0; v && k < results.n && !again; k++)
			again = bl_tf_same(a->tf, results.items[k], v) == BL_YES;
		if (!v)
			return NULL;
		if (!again)
			bl_vec_push(a->arena, &results, v);
	}
	if (results.n == 1)
		return results.items[0];
	bl_value *v = (bl_value *)bl_tf_not_known(a, results.items[0]->kind);
	bl_unknown *u = (bl_unknown *)v->unknown;
	for (size_t i = 1; i < results.n; i++)
		if (results.items[i]->kind != u->type)
			return NULL;
	u->not_null = true;
	u->candidates = results.items;
	u->ncandidates = results.n;
	return v;
}

/* As the row says; without what must be known, what is known of each result. */
static const bl_value *call_row(bl_tf_args *a, const row *r, bool known)
{
	const bl_value *v = call_each(a, r);
	bl_partial p = {0};
	if (v)
		return v;
	if (known)
		return r->call(a);
	return bl_tf_partial_form(a->name, &p) ? bl_tf_partial(a, &p) : bl_tf_not_known(a, r->gives);
}

/* Is e a reference and nothing else? */
static bool refers(const bl_expr *e)
{
	return e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_ATTR || e->kind == BL_EXPR_INDEX;
}

/* What a provider gives is not known; neither is what only some versions know, but for the console, which answers as one does. */
static const bl_value *call_unknown(bl_tf_args *a)
{
	static const char *const known[] = {"rsadecrypt"};
	bool not_here = bl_str_starts(a->name, BL_STR("provider::"));
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		not_here |= bl_str_eqz(a->name, known[i]);
	if (!not_here)
		return bl_tf_error(a->tf, a->span, "there is no function '" BL_FMT "'", BL_ARG(a->name));
	bl_value *v = bl_tf_unknown_of(a->tf, a->span, a->v, a->n, -1);
	((bl_unknown *)v->unknown)->why = bl_str_fmt(a->arena, "function '" BL_FMT "' is not evaluated", BL_ARG(a->name));
	return v;
}

const bl_value *bl_tf_call_function(const bl_tf_scope *s, const bl_expr *e)
{
	bl_tf *tf = s->tf;
	bl_str name = e->text;
	if (bl_str_starts(name, BL_STR("core::")))
		name = bl_str_slice(name, 6, name.n);
	if (bl_str_eqz(name, "try") || bl_str_eqz(name, "can"))
		return call_lazily(s, e);
	const bl_value *own = tf->own ? tf->own->call(tf->own->context, s, e) : NULL;
	if (own)
		return own;
	bl_values values = {0};
	bool whole = read_arguments(s, e, &values), known;
	bl_tf_args a = {s, tf, tf->arena, e->span, name, values.items, values.n};
	const row *r = find(name);
	for (size_t i = 0; !r && i < sizeof impure / sizeof *impure; i++)
		if (bl_str_eqz(name, impure[i]))
			return another_each_time(tf, e->span, name);
	if (!r && !tf->out && bl_str_eqz(name, "type") && a.n == 1)
		return bl_tf_text(&a, bl_tf_type_words(tf->arena, bl_tf_type_of(tf, a.v[0]))); /* only the console has it */
	if (!r)
		return call_unknown(&a);
	if (!whole)
		return bl_tf_not_known(&a, r->gives);
	bool sensitive = marked(&a, r->takes);
	const bl_value *of_entries = bl_tf_call_entries(&a, r->call);
	if (of_entries)
		return bl_tf_marked(tf, of_entries, sensitive);
	if (r->call == bl_tf_fn_templatestring && e->n && !refers(e->kids[0]))
		return bl_tf_refuse(&a, "the template must be a reference to a text from elsewhere");
	if (!convert_all(&a, r->takes, &known))
		return bl_tf_unknown_of(tf, e->span, NULL, 0, r->gives);
	if (r->call == bl_tf_fn_sensitive || r->call == bl_tf_fn_nonsensitive || r->call == bl_tf_fn_issensitive)
		return r->call(&a);
	const bl_value *v = call_row(&a, r, known);
	return bl_tf_marked(tf, v, sensitive);
}

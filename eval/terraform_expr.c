/* HCL expressions over known and unknown values. */
#include "eval/terraform.h"

#include "core/codec/number.h"
#include "core/codec/unicode.h"
#include "eval/functions/functions.h"

static bl_value *computed(bl_value *v)
{
	v->origin = BL_COMPUTED;
	return v;
}

static const bl_value *eval_literal(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value *v = e->value;
	if (!v)
		return bl_value_at(s->tf->arena, &bl_value_null, e->span);
	if (v->kind == BL_NUMBER && !bl_number_valid(v->digits))
		return bl_tf_error(s->tf, e->span, "the number is too large");
	if (v->kind == BL_NUMBER && (memchr(v->digits.p, 'e', v->digits.n) || memchr(v->digits.p, 'E', v->digits.n)))
		return bl_value_digits(s->tf->arena, v->span, bl_number_canonical(s->tf->arena, v->digits));
	if (v->kind == BL_STRING) {
		bl_str text = bl_unicode_nfc(s->tf->arena, v->string);
		return text.p == v->string.p ? v : bl_value_string(s->tf->arena, v->span, text);
	}
	return v;
}

/* --- members --- */

static bl_str extend(bl_tf *tf, bl_str path, bl_str step)
{
	return path.n ? bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(path), BL_ARG(step)) : step;
}

/* Attributes that are text in every provider. */
static bool is_text_attribute(bl_str name)
{
	static const char *const names[] = {"arn", "id", "name", "self_link"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(name, names[i]))
			return true;
	return false;
}

static const bl_value *wait_for(bl_tf *tf, bl_span span, bl_ref ref, bl_str step)
{
	bl_value *v = bl_value_waits(tf->arena, span, ref.address, step.n ? extend(tf, ref.path, step) : ref.path);
	bl_unknown *u = (bl_unknown *)v->unknown;
	if (is_text_attribute(step)) {
		u->type = BL_STRING;
		u->not_null = true;
	}
	return v;
}

/* The type of a member of values of a type; NULL where it has none or is not known. */
static const bl_value_type *member_type(const bl_value_type *type, bl_str step)
{
	long long i;
	if (type->kind == BL_TYPE_OBJECT)
		return bl_tf_type_member(type, step);
	if (type->kind == BL_TYPE_TUPLE)
		return bl_number_valid(step) && bl_number_integer(step, &i) && i >= 0 && i < type->n ? type->members[i] : NULL;
	return type->kind == BL_TYPE_LIST || type->kind == BL_TYPE_MAP ? type->element : NULL;
}

static const bl_value *member_of_unknown(const bl_tf_scope *s, const bl_value *base, bl_str step, bl_span span,
	const bl_value *(*get)(const bl_tf_scope *s, const bl_value *v, const void *what, bl_span span), const void *what)
{
	const bl_unknown *u = base->unknown;
	if (u->ncandidates) {
		bl_value *v = bl_tf_unknown_of(s->tf, span, &base, 1, -1);
		bl_unknown *w = (bl_unknown *)v->unknown;
		w->candidates = bl_new_n(s->tf->arena, const bl_value *, u->ncandidates);
		for (size_t i = 0; i < u->ncandidates; i++) {
			size_t errors = s->tf->errors;
			s->tf->hushed++;
			const bl_value *one = get(s, u->candidates[i], what, span);
			s->tf->hushed--;
			bool failed = s->tf->errors != errors;
			s->tf->errors = errors;
			if (failed || one->kind == BL_UNKNOWN)
				return v;
			w->candidates[i] = one;
		}
		w->ncandidates = u->ncandidates;
		return v;
	}
	const bl_value_type *type = u->exact ? member_type(u->exact, step) : NULL;
	if (type) {
		const bl_value *v = u->nrefs == 1 ? wait_for(s->tf, span, u->refs[0], step) : bl_tf_unknown_of(s->tf, span, &base, 1, -1);
		return bl_tf_marked(s->tf, bl_tf_typed_unknown(s->tf, v, type), base->sensitive);
	}
	if (u->nrefs == 1 && (u->type < 0 || u->type == BL_LIST || u->type == BL_MAP)) {
		const bl_value *v = wait_for(s->tf, span, u->refs[0], step);
		return bl_tf_marked(s->tf, v, base->sensitive);
	}
	return bl_tf_unknown_of(s->tf, span, &base, 1, -1);
}

static const bl_value *get_attr(const bl_tf_scope *s, const bl_value *base, const void *what, bl_span span)
{
	return bl_tf_attr(s, base, *(const bl_str *)what, span);
}

static const bl_value *get_index(const bl_tf_scope *s, const bl_value *base, const void *what, bl_span span)
{
	return bl_tf_index(s, base, what, span);
}

/* Of a map whose keys are known in part: the member, where one is certainly meant. */
static const bl_value *member_of_entries(const bl_tf_scope *s, const bl_value *base, const bl_value *key, bl_span span)
{
	bl_tri certain = BL_MAYBE;
	const bl_tf_entries *e = base->unknown->entries;
	const bl_value *v = base->unknown->type == BL_MAP ? bl_tf_entry_at(s->tf, e, key, &certain) : NULL;
	if (v)
		return bl_tf_marked(s->tf, v, base->sensitive || e->sensitive || key->sensitive);
	if (certain == BL_NO && key->kind == BL_STRING)
		return bl_tf_error(s->tf, span, "this map has no '" BL_FMT "'", BL_ARG(key->string));
	if (certain == BL_NO)
		return bl_tf_error(s->tf, span, "this map has no such key");
	if (e->open && e->rest)
		return bl_tf_marked(s->tf, wait_for(s->tf, span, *e->rest, bl_value_text(key)), base->sensitive);
	v = base->unknown->type == BL_MAP ? bl_tf_entries_maybe(s->tf, e, key, span) : bl_tf_unknown_of(s->tf, span, &base, 1, -1);
	return bl_tf_marked(s->tf, v, base->sensitive);
}

const bl_value *bl_tf_attr(const bl_tf_scope *s, const bl_value *base, bl_str name, bl_span span)
{
	bl_tf *tf = s->tf;
	if (base->kind == BL_UNKNOWN && base->unknown->entries)
		return member_of_entries(s, base, bl_value_string(tf->arena, span, name), span);
	if (base->kind == BL_UNKNOWN)
		return member_of_unknown(s, base, name, span, get_attr, &name);
	if (base->kind == BL_NULL)
		return bl_tf_error(tf, span, "this value is null, so it has no '" BL_FMT "'", BL_ARG(name));
	if (base->kind != BL_MAP)
		return bl_tf_error(tf, span, "%s has no '" BL_FMT "'", bl_tf_kind_name(base), BL_ARG(name));
	const bl_value *v = bl_value_get(base, name);
	if (v && base->rest) {
		bl_str what = bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(base->rest->address),
			BL_ARG(extend(tf, base->rest->path, name)));
		v = bl_value_through(tf->arena, v, what, v->span);
	} else if (!v && base->open) {
		v = base->rest ? wait_for(tf, span, *base->rest, name)
			       : bl_value_unknown(tf->arena, span, "'" BL_FMT "' is not known", BL_ARG(name));
	} else if (!v) {
		return bl_tf_error(tf, span, "this object has no '" BL_FMT "'", BL_ARG(name));
	}
	return bl_tf_marked(tf, v, base->sensitive);
}

static const bl_value *index_list(const bl_tf_scope *s, const bl_value *base, const bl_value *key, bl_span span)
{
	bl_tf *tf = s->tf;
	if (base->shape == BL_SHAPE_SET && !base->rest)
		return bl_tf_error(tf, span, "the elements of a set have no index");
	const bl_value *number = bl_tf_to_number(tf, key);
	long long i;
	if (!number || number->kind != BL_NUMBER || !bl_number_integer(number->digits, &i))
		return bl_tf_error(tf, span, "a list's index must be a whole number");
	if (i < 0)
		return bl_tf_error(tf, span, "a list's index cannot be negative");
	if (i < (long long)base->n)
		return bl_tf_marked(tf, base->list[i], base->sensitive);
	if (!base->open)
		return bl_tf_error(tf, span, "the list has %u elements: there is none at %lld", base->n, i);
	return base->rest ? wait_for(tf, span, *base->rest, BL_STR(""))
			  : bl_value_unknown(tf->arena, span, "the list's elements are not known");
}

const bl_value *bl_tf_index(const bl_tf_scope *s, const bl_value *base, const bl_value *key, bl_span span)
{
	bl_tf *tf = s->tf;
	const bl_value *both[] = {base, key}, *name;
	bool entries = base->kind == BL_UNKNOWN && base->unknown->entries && base->unknown->type == BL_MAP;
	if (entries && key->kind != BL_NULL && (name = bl_tf_to_string(tf, key)))
		return member_of_entries(s, base, name, span);
	if (base->kind == BL_UNKNOWN && key->kind != BL_UNKNOWN) {
		const bl_value *step = bl_tf_to_string(tf, key);
		return member_of_unknown(s, base, step ? bl_value_text(step) : BL_STR(""), span, get_index, key);
	}
	if (base->kind == BL_NULL)
		return bl_tf_error(tf, span, "this value is null, so it has no elements");
	if (key->kind == BL_NULL)
		return bl_tf_error(tf, span, "the index is null");
	if (key->kind == BL_UNKNOWN) {
		if (base->kind != BL_UNKNOWN && base->kind != BL_LIST && base->kind != BL_MAP)
			return bl_tf_error(tf, span, "%s has no elements", bl_tf_kind_name(base));
		return bl_tf_unknown_of(tf, span, both, 2, -1);
	}
	const bl_value *v;
	if (base->kind == BL_LIST) {
		v = index_list(s, base, key, span);
	} else if (base->kind == BL_MAP) {
		name = bl_tf_to_string(tf, key);
		if (!name)
			return bl_tf_error(tf, span, "a map's key must be a string");
		v = bl_tf_attr(s, base, name->string, span);
	} else {
		return bl_tf_error(tf, span, "%s has no elements", bl_tf_kind_name(base));
	}
	return bl_tf_marked(tf, v, key->sensitive);
}

/* --- references --- */

static bool frame_value(const bl_tf_scope *s, bl_str name, const bl_value **out)
{
	for (const bl_tf_frame *f = s->frame; f; f = f->up) {
		if (bl_str_eq(f->name, name)) {
			*out = f->value;
			return true;
		}
	}
	return false;
}

/* a.b.c with a NAME no frame knows: the words from the left, as many as the names of a module can need. */
static const bl_value *eval_traversal(const bl_tf_scope *s, const bl_expr *e, bool *taken)
{
	const bl_expr *chain[4];
	bl_str words[4];
	size_t depth = 0, n = 0;
	const bl_expr *at = e;
	*taken = false;
	while (at->kind == BL_EXPR_ATTR && depth < 3) {
		chain[depth++] = at;
		at = at->kids[0];
	}
	const bl_value *known;
	if (at->kind != BL_EXPR_NAME || frame_value(s, at->text, &known))
		return NULL;
	words[n++] = at->text;
	for (size_t i = depth; i > 0; i--)
		words[n++] = chain[i - 1]->text;
	size_t used;
	const bl_value *v = bl_tf_reference(s, words, n, e->span, &used);
	*taken = true;
	for (size_t i = used; i < n; i++)
		v = bl_tf_attr(s, v, words[i], e->span);
	return v;
}

static const bl_value *eval_name(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value *v;
	if (frame_value(s, e->text, &v))
		return v;
	size_t used;
	return bl_tf_reference(s, &e->text, 1, e->span, &used);
}

static const bl_value *eval_attr(const bl_tf_scope *s, const bl_expr *e)
{
	bool taken;
	const bl_value *v = eval_traversal(s, e, &taken);
	return taken ? v : bl_tf_attr(s, bl_tf_look_at(s, e->kids[0]), e->text, e->span);
}

static const bl_value *element_value(const bl_tf_scope *s, const bl_expr *e, const bl_value *element)
{
	bl_tf_frame frame = {s->frame, BL_STR(""), element};
	bl_tf_scope inner = {s->tf, s->module, &frame};
	return bl_tf_eval(&inner, e);
}

/* What a splat makes of a list or a set is a list; what an empty one would hold is told by an element that is not known. */
static const bl_value *of_one_type(const bl_tf_scope *s, bl_value *v, const bl_value *base, const bl_expr *e)
{
	bl_tf *tf = s->tf;
	const bl_value_type *first = v->n ? bl_tf_type_of(tf, v->list[0]) : NULL;
	for (uint32_t i = 1; i < v->n; i++) {
		if (bl_tf_type_equal(first, bl_tf_type_of(tf, v->list[i])))
			continue;
		/* in a scan the types of what a provider gives are not all known */
		return tf->level == BL_DIAG_ERROR && !base->open ? bl_tf_error(tf, v->span, "what .* or [*] gives is not of one type") : v;
	}
	v->shape = BL_SHAPE_TYPED;
	if (v->n || !base->element) {
		v->element = first;
		return v;
	}
	const bl_value *any = bl_value_unknown(tf->arena, v->span, "there are no elements");
	size_t errors = tf->errors;
	tf->hushed++;
	v->element = bl_tf_type_of(tf, element_value(s, e, bl_tf_typed_unknown(tf, any, base->element)));
	tf->hushed--;
	tf->errors = errors;
	return v;
}

static const bl_value *splat_entries(const bl_tf_scope *s, const bl_expr *e, const bl_value *base)
{
	bl_tf_entries entries;
	bl_tf_entries_of(s->tf, base, &entries);
	for (size_t i = 0; i < entries.list.n; i++)
		entries.list.items[i].value = element_value(s, e->kids[1], entries.list.items[i].value);
	return bl_tf_entries_value(s->tf, e->span, BL_LIST, &entries);
}

static const bl_value *eval_splat(const bl_tf_scope *s, const bl_expr *e)
{
	bl_tf *tf = s->tf;
	const bl_value *base = bl_tf_eval(s, e->kids[0]);
	if (base->kind == BL_NULL) {
		const bl_value_type *type = bl_tf_type_of(tf, base);
		if (type->kind == BL_TYPE_LIST || type->kind == BL_TYPE_SET || type->kind == BL_TYPE_TUPLE)
			return bl_tf_error(tf, e->span, "a null list has no elements to go through");
		return computed(bl_value_list(tf->arena, e->span, NULL, 0));
	}
	if (base->kind == BL_UNKNOWN && base->unknown->entries && base->unknown->type == BL_LIST)
		return splat_entries(s, e, base);
	if (base->kind == BL_UNKNOWN) {
		const bl_value *one = element_value(s, e->kids[1], base);
		return bl_tf_unknown_of(tf, e->span, &one, 1, BL_LIST);
	}
	const bl_value *single[1] = {base};
	bool list = base->kind == BL_LIST;
	size_t n = list ? base->n : 1;
	const bl_value *const *elements = list ? base->list : single;
	const bl_value **out = bl_new_n(tf->arena, const bl_value *, n);
	for (size_t i = 0; i < n; i++)
		out[i] = element_value(s, e->kids[1], elements[i]);
	bl_value *v = computed(bl_value_list(tf->arena, e->span, out, n));
	v->open = list && base->open;
	v->rest = list ? base->rest : NULL;
	v->sensitive = base->sensitive;
	return list && base->shape != BL_SHAPE_LOOSE ? of_one_type(s, v, base, e->kids[1]) : v;
}

/* --- operators --- */

static bl_tri truth(const bl_value *v)
{
	return v->kind == BL_BOOL ? bl_tri_of(v->boolean) : BL_MAYBE;
}

static bl_tf_placed *placed(bl_tf *tf, const bl_value *v, const bl_expr *e)
{
	return &tf->placed[((uintptr_t)v / 8 * 31 + (uintptr_t)e / 8) % BL_TF_PLACED];
}

static const bl_value *from_tri(const bl_tf_scope *s, bl_tri t, const bl_expr *e, const bl_value *const *vs, size_t n)
{
	/* the one answer an expression can give of its kind is made once */
	static const bl_value answers[] = {{.kind = BL_BOOL}, {.kind = BL_BOOL, .boolean = true}};
	const bl_value *answer = &answers[t == BL_YES];
	bl_tf_placed *known = placed(s->tf, answer, e);
	bool plain = t != BL_MAYBE;
	for (size_t i = 0; i < n; i++)
		plain = plain && !vs[i]->sensitive;
	if (plain && known->expr == e && known->from == answer)
		return known->value;
	bl_value *v = t == BL_MAYBE ? bl_tf_unknown_of(s->tf, e->span, vs, n, BL_BOOL)
				    : bl_value_bool(s->tf->arena, e->span, t == BL_YES);
	for (size_t i = 0; i < n; i++)
		v->sensitive |= vs[i]->sensitive;
	if (plain)
		*known = (bl_tf_placed){e, answer, v};
	return computed(v);
}

const bl_value *bl_tf_operand(const bl_tf_scope *s, const bl_value *v, const bl_expr *e, bool number)
{
	const bl_value *c = number ? bl_tf_to_number(s->tf, v) : bl_tf_to_bool(s->tf, v);
	if (!c) {
		bl_tf_error(s->tf, e->span, "%s is no %s", bl_tf_kind_name(v), number ? "number" : "bool");
		return NULL;
	}
	if (c->kind == BL_NULL) {
		bl_tf_error(s->tf, e->span, "an operand is null");
		return NULL;
	}
	return c;
}

static const bl_value *eval_quietly(const bl_tf_scope *s, const bl_expr *e);

static const bl_value *eval_unary(const bl_tf_scope *s, const bl_expr *e)
{
	bl_tf *tf = s->tf;
	bool number = bl_str_eqz(e->text, "-");
	const bl_value *v = bl_tf_operand(s, bl_tf_look_at(s, e->kids[0]), e, number);
	if (!v)
		return bl_tf_unknown_of(tf, e->span, NULL, 0, number ? BL_NUMBER : BL_BOOL);
	if (!number)
		return from_tri(s, bl_tri_not(truth(v)), e, &v, 1);
	if (v->kind == BL_UNKNOWN)
		return bl_tf_unknown_of(tf, e->span, &v, 1, BL_NUMBER);
	bl_value *r = bl_value_digits(tf->arena, e->span, bl_number_call(tf->arena, BL_NUMBER_NEGATE, v->digits));
	r->sensitive = v->sensitive;
	return computed(r);
}

static const bl_value *logic(const bl_tf_scope *s, const bl_expr *e, const bl_value **vs)
{
	const bl_value *a = bl_tf_operand(s, vs[0], e->kids[0], false), *b = bl_tf_operand(s, vs[1], e->kids[1], false);
	if (!a || !b)
		return bl_tf_unknown_of(s->tf, e->span, NULL, 0, BL_BOOL);
	bl_tri t = e->text.p[0] == '&' ? bl_tri_and(truth(a), truth(b)) : bl_tri_or(truth(a), truth(b));
	return from_tri(s, t, e, vs, 2);
}

static const bl_value *arithmetic(const bl_tf_scope *s, const bl_expr *e, const bl_value **vs)
{
	bl_tf *tf = s->tf;
	char op = e->text.p[0];
	bool compares = op == '<' || op == '>';
	const bl_value *a = bl_tf_operand(s, vs[0], e->kids[0], true), *b = bl_tf_operand(s, vs[1], e->kids[1], true);
	if (!a || !b || a->kind == BL_UNKNOWN || b->kind == BL_UNKNOWN)
		return bl_tf_unknown_of(tf, e->span, vs, a && b ? 2 : 0, compares ? BL_BOOL : BL_NUMBER);
	if (compares) {
		int cmp = bl_number_cmp(a->digits, b->digits);
		bool yes = op == '<' ? cmp < 0 : cmp > 0;
		return from_tri(s, bl_tri_of(yes || (e->text.n == 2 && cmp == 0)), e, vs, 2);
	}
	bl_str digits;
	if (!bl_number_apply(tf->arena, op, a->digits, b->digits, &digits))
		return bl_tf_error(tf, e->span, op == '/' ? "division by zero" : "the result is too large");
	bl_value *r = bl_value_digits(tf->arena, e->span, digits);
	r->sensitive = a->sensitive || b->sensitive;
	return computed(r);
}

/* The right side alone may decide: then what was wrong with the left one does not count. */
static const bl_value *decided_by_right(const bl_tf_scope *s, const bl_expr *e, const bl_value **vs, size_t errors, size_t diags)
{
	bool and = e->text.p[0] == '&';
	vs[1] = bl_tf_look_at(s, e->kids[1]);
	if (vs[1]->kind != BL_BOOL || vs[1]->boolean == and)
		return NULL;
	s->tf->errors = errors;
	s->tf->diags->n = diags;
	return from_tri(s, bl_tri_of(!and), e, vs + 1, 1);
}

static const bl_value *eval_binary(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value *vs[2];
	bool and = bl_str_eqz(e->text, "&&"), logical = and || bl_str_eqz(e->text, "||");
	size_t errors = s->tf->errors, diags = s->tf->diags->n;
	vs[0] = bl_tf_look_at(s, e->kids[0]);
	if (logical && s->tf->errors != errors) {
		const bl_value *v = decided_by_right(s, e, vs, errors, diags);
		return v ? v : bl_tf_unknown_of(s->tf, e->span, NULL, 0, BL_BOOL);
	}
	/* what the left side decides already, the right side cannot spoil */
	bool decided = logical && vs[0]->kind == BL_BOOL && vs[0]->boolean != and;
	vs[1] = decided ? eval_quietly(s, e->kids[1]) : bl_tf_look_at(s, e->kids[1]);
	if (logical)
		return logic(s, e, vs);
	if (!bl_str_eqz(e->text, "==") && !bl_str_eqz(e->text, "!="))
		return arithmetic(s, e, vs);
	bl_tri same = bl_tf_same(s->tf, vs[0], vs[1]);
	/* the answer tells of what is inside */
	for (int i = 0; i < 2; i++)
		vs[i] = bl_tf_marked(s->tf, vs[i], bl_tf_sensitive(vs[i]));
	return from_tri(s, e->text.p[0] == '=' ? same : bl_tri_not(same), e, vs, 2);
}

/* What else the value may be: candidates of candidates are candidates. */
static void add_candidates(bl_tf *tf, bl_values *to, const bl_value *v, bool *all)
{
	if (v->kind != BL_UNKNOWN) {
		bl_vec_push(tf->arena, to, v);
		return;
	}
	*all = *all && v->unknown->ncandidates;
	for (size_t i = 0; i < v->unknown->ncandidates; i++)
		bl_vec_push(tf->arena, to, v->unknown->candidates[i]);
}

static bool not_null(const bl_value *v)
{
	return v->kind == BL_UNKNOWN ? v->unknown->not_null : v->kind != BL_NULL;
}

static bool is_text(const bl_value *v)
{
	return v->kind == BL_STRING || (v->kind == BL_UNKNOWN && v->unknown->type == BL_STRING);
}

/* One of two texts is known as far as both are the same. */
static void tell_either(bl_tf *tf, const bl_value *a, const bl_value *b, bl_unknown *u)
{
	bl_partial x = {0}, y = {0}, either = {0};
	if (!is_text(a) || !is_text(b))
		return;
	bl_partial_add(&x, a);
	bl_partial_add(&y, b);
	bl_partial_either(&either, &x, &y);
	if (either.gaps && either.text.n > either.gaps)
		bl_partial_tell(&either, tf->arena, u);
	bl_partial_done(&x);
	bl_partial_done(&y);
	bl_partial_done(&either);
}

static const bl_value *undecided(const bl_tf_scope *s, const bl_expr *e, const bl_value *condition)
{
	bl_tf *tf = s->tf;
	bl_values candidates = {0};
	bool all = true;
	const bl_value *a = bl_tf_eval(s, e->kids[1]), *b = bl_tf_eval(s, e->kids[2]);
	const bl_value *vs[] = {condition, a, b};
	const bl_value_type *types[] = {bl_tf_type_of(tf, a), bl_tf_type_of(tf, b)};
	bool untyped = types[0]->kind == BL_TYPE_ANY || types[1]->kind == BL_TYPE_ANY;
	const bl_value_type *type = untyped ? NULL : bl_tf_type_unify(tf->arena, types, 2, false);
	/* an untyped null takes the other's type */
	for (int i = 0; i < 2 && untyped; i++)
		if (vs[i + 1]->kind == BL_NULL && types[i]->kind == BL_TYPE_ANY && types[1 - i]->kind != BL_TYPE_ANY)
			type = types[1 - i];
	if (!untyped && !type && tf->level == BL_DIAG_ERROR)
		return bl_tf_error(tf, e->span, "the two results of the condition have no common type");
	add_candidates(tf, &candidates, a, &all);
	add_candidates(tf, &candidates, b, &all);
	bl_value *v = bl_tf_unknown_of(tf, e->span, vs, 3, a->kind == b->kind ? a->kind : -1);
	bl_unknown *u = (bl_unknown *)v->unknown;
	if (all && candidates.n <= 16) {
		u->candidates = candidates.items;
		u->ncandidates = candidates.n;
	}
	u->not_null = not_null(a) && not_null(b);
	if (a->kind == BL_UNKNOWN && b->kind == BL_UNKNOWN && a->unknown->type == b->unknown->type)
		u->type = a->unknown->type;
	if (!u->ncandidates)
		tell_either(tf, a, b, u);
	v->sensitive = condition->sensitive || a->sensitive || b->sensitive;
	return type ? bl_tf_typed_unknown(tf, v, type) : v;
}

/* The kind of value that an expression gives by its form, whatever becomes of its parts; or -1. */
static int kind_of_form(const bl_expr *e)
{
	if (e->kind == BL_EXPR_TEMPLATE)
		return e->expand ? -1 : BL_STRING;
	if (e->kind == BL_EXPR_UNARY)
		return bl_str_eqz(e->text, "-") ? BL_NUMBER : BL_BOOL;
	if (e->kind == BL_EXPR_BINARY)
		return strchr("+-*/%", e->text.p[0]) ? BL_NUMBER : BL_BOOL;
	return -1;
}

/* Evaluates what may not come to pass: its errors do not count. */
static const bl_value *eval_quietly(const bl_tf_scope *s, const bl_expr *e)
{
	size_t errors = s->tf->errors;
	s->tf->hushed++;
	const bl_value *v = bl_tf_look_at(s, e);
	s->tf->hushed--;
	/* what fails has no type either */
	if (s->tf->errors != errors)
		v = bl_tf_unknown_of(s->tf, e->span, NULL, 0, kind_of_form(e));
	s->tf->errors = errors;
	return v;
}

/* The chosen result of a condition as the one type that both results have. */
static const bl_value *one_type(const bl_tf_scope *s, const bl_expr *e, const bl_value *v, const bl_value *w, bool first)
{
	bl_tf *tf = s->tf;
	if (v->kind == w->kind && (v->kind == BL_STRING || v->kind == BL_NUMBER || v->kind == BL_BOOL))
		return v;
	const bl_value_type *mine = bl_tf_type_of(tf, v), *its = bl_tf_type_of(tf, w);
	if (v->kind == BL_NULL && mine->kind == BL_TYPE_ANY)
		return its->kind == BL_TYPE_ANY ? v : bl_tf_null_of(tf->arena, v->span, its);
	if (mine->kind == BL_TYPE_ANY || its->kind == BL_TYPE_ANY || bl_tf_type_equal(mine, its))
		return v;
	const bl_value_type *both[] = {first ? mine : its, first ? its : mine};
	const bl_value_type *type = bl_tf_type_unify(tf->arena, both, 2, false);
	bl_str why = BL_STR("the two results of the condition have no common type");
	const bl_value *converted = type ? bl_tf_convert_to(tf, v, type, &why) : NULL;
	if (converted)
		return converted;
	/* in a scan the types of what a provider gives are not all known, so they may agree after all */
	return tf->level == BL_DIAG_ERROR ? bl_tf_error(tf, e->span, BL_FMT, BL_ARG(why)) : v;
}

static const bl_value *eval_condition(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value *c = bl_tf_look_at(s, e->kids[0]);
	const bl_value *b = bl_tf_operand(s, c, e->kids[0], false);
	if (!b)
		return bl_tf_unknown_of(s->tf, e->span, NULL, 0, -1);
	if (b->kind == BL_UNKNOWN)
		return undecided(s, e, b);
	const bl_value *v = bl_tf_eval(s, e->kids[b->boolean ? 1 : 2]), *w = eval_quietly(s, e->kids[b->boolean ? 2 : 1]);
	/* that the other result is sensitive marks this one too: which of the two it is would tell */
	return bl_tf_marked(s->tf, one_type(s, e, v, w, b->boolean), c->sensitive || w->sensitive);
}

static const bl_value *eval_kind(const bl_tf_scope *s, const bl_expr *e)
{
	switch (e->kind) {
	case BL_EXPR_LITERAL:
		return eval_literal(s, e);
	case BL_EXPR_TEMPLATE:
		return bl_tf_eval_template(s, e);
	case BL_EXPR_NAME:
		return eval_name(s, e);
	case BL_EXPR_ATTR:
		return eval_attr(s, e);
	case BL_EXPR_INDEX:
		return bl_tf_index(s, bl_tf_look_at(s, e->kids[0]), bl_tf_look_at(s, e->kids[1]), e->span);
	case BL_EXPR_SPLAT:
		return eval_splat(s, e);
	case BL_EXPR_CALL:
		return bl_tf_call_function(s, e);
	case BL_EXPR_UNARY:
		return eval_unary(s, e);
	case BL_EXPR_BINARY:
		return eval_binary(s, e);
	case BL_EXPR_CONDITION:
		return eval_condition(s, e);
	case BL_EXPR_LIST:
		return bl_tf_eval_list(s, e);
	case BL_EXPR_OBJECT:
		return bl_tf_eval_object(s, e);
	case BL_EXPR_FOR:
		return bl_tf_eval_for(s, e);
	default:
		return bl_value_unknown(s->tf->arena, e->span, "this could not be parsed");
	}
}

/* The words of a reference, for people: "each.value.port", "var.rules[...]". */
static bl_str reference_text(bl_tf *tf, const bl_expr *e, int depth)
{
	if (e->kind == BL_EXPR_NAME)
		return e->text;
	bool attr = e->kind == BL_EXPR_ATTR;
	if ((!attr && e->kind != BL_EXPR_INDEX) || depth > 8)
		return BL_STR("an expression");
	bl_str base = reference_text(tf, e->kids[0], depth + 1);
	return attr ? bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(base), BL_ARG(e->text))
		    : bl_str_fmt(tf->arena, BL_FMT "[...]", BL_ARG(base));
}

/* A value stands where it is used; where it was written is what it came through. */
static const bl_value *used_here(bl_tf *tf, const bl_value *v, const bl_expr *e)
{
	bl_span at = v->span;
	if (!bl_span_known(at) || !bl_span_known(e->span) ||
		(at.source == e->span.source && at.begin >= e->span.begin && at.end <= e->span.end))
		return v;
	/* the same value is often used here before: in each instance, in each round */
	bl_tf_placed *known = placed(tf, v, e);
	if (known->expr == e && known->from == v)
		return known->value;
	bl_value *c = bl_value_at(tf->arena, v, e->span);
	if (!v->via && v->kind != BL_UNKNOWN) {
		bl_via *via = bl_new(tf->arena, bl_via);
		*via = (bl_via){reference_text(tf, e, 0), at, NULL};
		c->via = via;
	}
	*known = (bl_tf_placed){e, v, c};
	return c;
}

const bl_value *bl_tf_look_at(const bl_tf_scope *s, const bl_expr *e)
{
	bl_tf *tf = s->tf;
	if (!bl_tf_spend(tf, 1, e->span))
		return bl_value_unknown(tf->arena, e->span, "evaluation takes too many steps");
	if (tf->depth >= BL_TF_MAX_DEPTH)
		return bl_tf_error(tf, e->span, "evaluation is nested deeper than %d levels", BL_TF_MAX_DEPTH);
	tf->depth++;
	const bl_value *v = eval_kind(s, e);
	tf->depth--;
	if (!bl_tf_weigh(tf, v, e->span))
		return bl_tf_unknown_of(tf, e->span, NULL, 0, v->kind);
	return v;
}

const bl_value *bl_tf_eval(const bl_tf_scope *s, const bl_expr *e)
{
	const bl_value *v = bl_tf_look_at(s, e);
	bool refers = e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_ATTR || e->kind == BL_EXPR_INDEX;
	return refers ? used_here(s->tf, v, e) : v;
}

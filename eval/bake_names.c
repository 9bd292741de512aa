/*
 * Names and functions in bake files: variables (the environment or their default), arguments of the file, attributes of other targets, functions that
 * the file defines, and those of the standard library that Terraform has not.
 */
#include "eval/bake.h"

enum { MAX_CALLS = 64 };

/* A variable, or an argument that stands for itself. */
typedef struct variable {
	const bl_block *block; /* NULL: an argument of the file */
	const bl_attr *attr;   /* the default, or the argument; NULL: there is none */
	const bl_value *value;
	bool busy;
} variable;

static void add_variable(bl_bake *bake, bl_str name, const bl_block *block, const bl_attr *attr)
{
	variable *v = bl_new(bake->tf.arena, variable);
	*v = (variable){.block = block, .attr = attr};
	bl_map_put(bake->tf.arena, &bake->variables, name, v);
}

/* What --var says of it, with the type that its default has. */
static const bl_value *given(bl_bake *bake, bl_str name, const bl_value *fallback)
{
	const bl_eval_options *o = bake->tf.input->options;
	const bl_value *v = NULL;
	for (size_t i = 0; o && i < o->nvars; i++)
		if (bl_str_eq(o->vars[i].name, name) && !o->vars[i].environment)
			v = o->vars[i].unknown ? o->vars[i].unknown : bl_value_string(bake->tf.arena, o->vars[i].span, o->vars[i].text);
	if (!v || !fallback || v->kind != BL_STRING)
		return v;
	const bl_value *typed = fallback->kind == BL_NUMBER ? bl_tf_to_number(&bake->tf, v)
		: fallback->kind == BL_BOOL ? bl_tf_to_bool(&bake->tf, v) : NULL;
	return typed ? typed : v;
}

static const bl_value *value_of(bl_bake *bake, bl_str name, variable *v)
{
	bl_tf_scope nothing = {&bake->tf, NULL, NULL};
	if (v->value)
		return v->value;
	if (v->busy)
		return bl_tf_error(&bake->tf, v->attr->span, "'" BL_FMT "' depends on itself", BL_ARG(name));
	v->busy = true;
	const bl_value *fallback = v->attr ? bl_tf_eval(&nothing, v->attr->expr) : NULL;
	const bl_value *value = v->block ? given(bake, name, fallback) : NULL;
	bl_span span = v->attr ? v->attr->span : v->block->head;
	if (!value)
		value = fallback ? fallback : bl_value_unknown(bake->tf.arena, span, "the environment gives '" BL_FMT "'", BL_ARG(name));
	v->value = bl_value_through(bake->tf.arena, value, name, span);
	v->busy = false;
	return v->value;
}

/* target.NAME.ATTRIBUTE */
static const bl_value *of_target(bl_bake *bake, const bl_str *words, size_t n, bl_span span, size_t *used)
{
	bl_bake_target *t = n > 1 ? bl_map_get(&bake->targets, words[1]) : NULL;
	*used = n < 3 ? n : 3;
	if (!t || n < 3)
		return bl_tf_error(&bake->tf, span, "there is no such target");
	const bl_items *attrs = bl_bake_attrs(bake, t);
	for (size_t i = 0; i < attrs->n; i++)
		if (bl_str_eq(attrs->items[i].key, words[2]))
			return attrs->items[i].value;
	return bl_tf_error(&bake->tf, span, "the target '" BL_FMT "' has no '" BL_FMT "'", BL_ARG(words[1]), BL_ARG(words[2]));
}

static const bl_value *name_value(void *context, const bl_str *words, size_t n, bl_span span, size_t *used)
{
	bl_bake *bake = context;
	variable *v = bl_map_get(&bake->variables, words[0]);
	*used = 1;
	if (v)
		return value_of(bake, words[0], v);
	if (bl_str_eqz(words[0], "target"))
		return of_target(bake, words, n, span, used);
	if (bl_str_starts(words[0], BL_STR("BAKE_")))
		return bl_value_unknown(bake->tf.arena, span, "'" BL_FMT "' depends on where it is built", BL_ARG(words[0]));
	return bl_tf_error(&bake->tf, span, "there is no variable '" BL_FMT "'", BL_ARG(words[0]));
}

/* ---- functions ---- */

static const bl_tf_frame *bind(bl_arena *arena, const bl_tf_frame *up, bl_str name, const bl_value *value)
{
	bl_tf_frame *frame = bl_new(arena, bl_tf_frame);
	*frame = (bl_tf_frame){up, name, value};
	return frame;
}

/* function "f" { params = [a, b], variadic_params = c, result = ... } */
static const bl_value *call_own(bl_bake *bake, const bl_tf_scope *s, const bl_expr *e, const bl_block *function)
{
	bl_arena *arena = bake->tf.arena;
	const bl_expr *params = bl_block_expr(function, "params"), *rest = bl_block_expr(function, "variadic_params"), *result = bl_block_expr(function, "result");
	const bl_tf_frame *frame = NULL;
	bl_values more = {0};
	size_t n = params && params->kind == BL_EXPR_LIST ? params->n : 0;
	if (!result || bake->calls >= MAX_CALLS)
		return bl_tf_error(&bake->tf, e->span, "the function '" BL_FMT "' %s", BL_ARG(e->text), result ? "calls itself" : "has no result");
	if (e->n < n || (e->n > n && !rest) || e->expand)
		return bl_tf_error(&bake->tf, e->span, "the function '" BL_FMT "' takes %zu arguments", BL_ARG(e->text), n);
	for (size_t i = 0; i < e->n; i++) {
		const bl_value *v = bl_tf_eval(s, e->kids[i]);
		if (i < n)
			frame = bind(arena, frame, params->kids[i]->text, v);
		else
			bl_vec_push(arena, &more, v);
	}
	if (rest && rest->kind == BL_EXPR_LIST && rest->n)
		rest = rest->kids[0];
	if (rest)
		frame = bind(arena, frame, rest->text, bl_values_value(arena, e->span, &more));
	bl_tf_scope inside = {&bake->tf, NULL, frame};
	bake->calls++;
	const bl_value *v = bl_tf_eval(&inside, result);
	bake->calls--;
	return v;
}

/* Functions of the standard library that are operators, or have another name in Terraform. */
static const struct {
	const char *name, *op;
	uint8_t kind; /* bl_expr_kind of what it is */
} spelled[] = {
	{"absolute", "abs", BL_EXPR_CALL},
	{"add", "+", BL_EXPR_BINARY},
	{"and", "&&", BL_EXPR_BINARY},
	{"divide", "/", BL_EXPR_BINARY},
	{"equal", "==", BL_EXPR_BINARY},
	{"greaterthan", ">", BL_EXPR_BINARY},
	{"greaterthanorequalto", ">=", BL_EXPR_BINARY},
	{"lessthan", "<", BL_EXPR_BINARY},
	{"lessthanorequalto", "<=", BL_EXPR_BINARY},
	{"modulo", "%", BL_EXPR_BINARY},
	{"multiply", "*", BL_EXPR_BINARY},
	{"negate", "-", BL_EXPR_UNARY},
	{"not", "!", BL_EXPR_UNARY},
	{"notequal", "!=", BL_EXPR_BINARY},
	{"or", "||", BL_EXPR_BINARY},
	{"reverselist", "reverse", BL_EXPR_CALL},
	{"strlen", "length", BL_EXPR_CALL},
	{"subtract", "-", BL_EXPR_BINARY},
};

/* Those that are not evaluated here. */
static const char *const not_here[] = {"bcrypt", "byteslen", "bytesslice", "convert", "hasindex", "homedir", "indexof", "int",
	"regex_replace", "semvercmp", "unixtimestampparse", "uuidv4", "uuidv5"};

static const bl_value *sanitized(bl_bake *bake, const bl_value *v, bl_span span)
{
	if (v->kind != BL_STRING)
		return v;
	char *p = bl_str_z(bake->tf.arena, v->string);
	for (size_t i = 0; i < v->string.n; i++) {
		bool plain = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '_' || p[i] == '-';
		p[i] = plain ? p[i] : '_';
	}
	return bl_value_string(bake->tf.arena, span, bl_str_make(p, v->string.n));
}

static const bl_value *call(void *context, const bl_tf_scope *s, const bl_expr *e)
{
	bl_bake *bake = context;
	const bl_block *function = bl_map_get(&bake->functions, e->text);
	if (function)
		return call_own(bake, s, e, function);
	if (bl_str_eqz(e->text, "sanitize") && e->n == 1)
		return sanitized(bake, bl_tf_eval(s, e->kids[0]), e->span);
	for (size_t i = 0; i < sizeof not_here / sizeof *not_here; i++)
		if (bl_str_eqz(e->text, not_here[i]))
			return bl_value_unknown(bake->tf.arena, e->span, "function '" BL_FMT "' is not evaluated", BL_ARG(e->text));
	for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
		size_t takes = spelled[i].kind == BL_EXPR_BINARY ? 2 : spelled[i].kind == BL_EXPR_UNARY ? 1 : e->n;
		if (!bl_str_eqz(e->text, spelled[i].name) || e->n != takes)
			continue;
		bl_expr *same = bl_new(bake->tf.arena, bl_expr);
		*same = *e;
		same->kind = spelled[i].kind;
		same->text = bl_str_of(spelled[i].op);
		return bl_tf_eval(s, same);
	}
	return NULL;
}

void bl_bake_begin(bl_bake *bake, const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	bake->tf = bl_tf_begin(input, arena, &out->diags, BL_DIAG_WARNING);
	bake->tf.out = out;
	bake->own = (bl_tf_own){bake, name_value, call};
	bake->tf.own = &bake->own;
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *d = input->documents[i];
		for (size_t k = 0; k < d->blocks.n; k++) {
			const bl_block *b = d->blocks.items[k];
			for (size_t a = 0; !b->kind.n && a < b->attrs.n; a++)
				add_variable(bake, b->attrs.items[a].name, NULL, &b->attrs.items[a]);
			if (bl_str_eqz(b->kind, "variable"))
				add_variable(bake, bl_block_label(b, 0), b, bl_block_attr(b, "default"));
			if (bl_str_eqz(b->kind, "function"))
				bl_map_put(arena, &bake->functions, bl_block_label(b, 0), (void *)b);
		}
	}
}

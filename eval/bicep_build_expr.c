/* Bicep's expressions as those of a template. */
#include "eval/bicep_build.h"

#include "core/codec/json.h"
#include "core/codec/yaml.h"

enum { MAX_DEPTH = 200, MAX_SIZE = 16 << 20 };

void bl_bicep_refuse(bl_bicep_builder *b, bl_span span, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str text = bl_str_vfmt(b->arena, format, ap);
	va_end(ap);
	bl_diag_add(b->arena, b->diags, BL_DIAG_ERROR, span, BL_FMT, BL_ARG(text));
}

bl_str bl_bicep_build_quote(bl_bicep_builder *b, bl_str s)
{
	bl_buf out = {0};
	bl_buf_putc(&out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			bl_buf_putc(&out, '\'');
		bl_buf_putc(&out, s.p[i]);
	}
	bl_buf_putc(&out, '\'');
	bl_str text = bl_str_dup(b->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

const bl_value *bl_bicep_build_string(bl_bicep_builder *b, bl_str text)
{
	return bl_value_string(b->arena, BL_NOWHERE, bl_str_fmt(b->arena, "[" BL_FMT "]", BL_ARG(text)));
}

/* name(a, b, ...) of texts. */
static bl_str call_of(bl_bicep_builder *b, const char *name, const bl_str *args, size_t n)
{
	bl_buf out = {0};
	bl_buf_putf(&out, "%s(", name);
	for (size_t i = 0; i < n; i++) {
		if (i)
			bl_buf_putz(&out, ", ");
		bl_buf_put(&out, args[i]);
	}
	bl_buf_putc(&out, ')');
	bl_str text = bl_str_dup(b->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static bl_str call1(bl_bicep_builder *b, const char *name, bl_str x)
{
	return call_of(b, name, &x, 1);
}

static bl_str call2(bl_bicep_builder *b, const char *name, bl_str x, bl_str y)
{
	return call_of(b, name, (bl_str[]){x, y}, 2);
}

/* ---- literals ---- */

/* A literal value, one that a file was loaded from too, as an expression. */
static bl_str value_text(bl_bicep_builder *b, const bl_value *v)
{
	int64_t n;
	switch (v->kind) {
	case BL_BOOL:
		return v->boolean ? BL_STR("true()") : BL_STR("false()");
	case BL_NUMBER: /* an expression's own numbers have 32 bits */
		return bl_azure_int(v, &n) && (n > INT32_MAX || n < INT32_MIN) ? call1(b, "json", bl_bicep_build_quote(b, v->digits)) : v->digits;
	case BL_STRING:
		return bl_bicep_build_quote(b, v->string);
	default:
		return BL_STR("null()");
	}
}

/* Text of a template's literal part: braces are doubled, for format() reads them. */
static void put_format(bl_buf *out, bl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '{' || s.p[i] == '}' || s.p[i] == '\'')
			bl_buf_putc(out, s.p[i]);
		bl_buf_putc(out, s.p[i]);
	}
}

/* A piece of the string itself ends with it, or with a brace; a literal in braces is an argument like any other. */
static bool is_piece(const bl_bicep_builder *b, const bl_expr *e, const bl_expr *kid)
{
	bl_str source = bl_sources_text(b->s->azure->input->sources, kid->span.source);
	return kid->kind == BL_EXPR_LITERAL && kid->value->kind == BL_STRING &&
	       (kid->span.end == e->span.end || (kid->span.end && kid->span.end <= source.n && source.p[kid->span.end - 1] == '{'));
}

static bl_str template_text(bl_bicep_builder *b, const bl_expr *e)
{
	bl_buf format = {0};
	bl_str *args = bl_new_n(b->arena, bl_str, e->n + 1);
	size_t n = 1;
	bl_buf_putc(&format, '\'');
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_expr *kid = e->kids[i];
		if (is_piece(b, e, kid)) {
			put_format(&format, kid->value->string);
			continue;
		}
		bl_buf_putf(&format, "{%zu}", n - 1);
		args[n++] = bl_bicep_build_text(b, kid);
	}
	bl_buf_putc(&format, '\'');
	args[0] = bl_str_dup(b->arena, bl_buf_str(&format));
	bl_buf_done(&format);
	return call_of(b, "format", args, n);
}

/* ---- names ---- */

static const bl_bicep_binding *find_local(const bl_bicep_builder *b, bl_str name)
{
	const bl_bicep_binding *l = b->locals;
	while (l && !bl_str_eq(l->name, name))
		l = l->next;
	return l;
}

bl_str bl_bicep_build_imported(bl_bicep_builder *b, bl_bicep_symbol *symbol)
{
	for (size_t i = 0; i < b->imports.n; i++)
		if (b->imports.items[i].symbol == symbol)
			return b->imports.items[i].name;
	/* a name that was not asked for itself comes with what was: it gets the number of its file */
	bl_str name = bl_str_fmt(b->arena, "_1." BL_FMT, BL_ARG(bl_block_label(symbol->block, 0)));
	for (size_t i = 0; i < b->s->symbols.n; i++)
		if (b->s->symbols.entries[i].value == symbol)
			name = b->s->symbols.entries[i].key;
	bl_vec_push(b->arena, &b->imports, ((bl_bicep_import){symbol, name}));
	return name;
}

static bl_bicep_symbol *find_symbol(bl_bicep_builder *b, bl_str name)
{
	return bl_map_get(&(b->imported ? b->imported->scope : b->s)->symbols, name);
}

static bl_str named(bl_bicep_builder *b, const char *function, bl_str name)
{
	return call1(b, function, bl_bicep_build_quote(b, name));
}

/* A variable's value in its place, without what is set around it. */
static bl_str inlined(bl_bicep_builder *b, bl_bicep_symbol *symbol)
{
	const bl_bicep_binding *locals = b->locals;
	bl_bicep_symbol *imported = b->imported;
	const bl_expr *value = bl_block_expr(symbol->block, "value");
	b->locals = NULL;
	b->imported = symbol->scope == b->s ? NULL : symbol;
	bl_str text = value ? bl_bicep_build_text(b, value) : BL_STR("null()");
	b->locals = locals;
	b->imported = imported;
	return text;
}

static bl_str symbol_text(bl_bicep_builder *b, bl_bicep_symbol *symbol, const bl_expr *e)
{
	bool own = symbol->scope == b->s;
	if (bl_block_is(symbol->block, "param"))
		return named(b, "parameters", bl_block_label(symbol->block, 0));
	if (bl_block_is(symbol->block, "var") && own && bl_bicep_is_inlined(b, symbol))
		return inlined(b, symbol);
	if (bl_block_is(symbol->block, "var"))
		return named(b, "variables", own ? bl_block_label(symbol->block, 0) : bl_bicep_build_imported(b, symbol));
	bl_bicep_refuse(b, e->span, "'" BL_FMT "' is no value", BL_ARG(e->text));
	return BL_STR("null()");
}

static bl_str name_text(bl_bicep_builder *b, const bl_expr *e)
{
	const bl_bicep_binding *l = find_local(b, e->text);
	bl_str text;
	if (l)
		return l->text;
	if (bl_bicep_build_member(b, e, &text))
		return text;
	bl_bicep_symbol *symbol = find_symbol(b, e->text);
	if (symbol && symbol->block)
		return symbol_text(b, symbol, e);
	bl_bicep_refuse(b, e->span, "'" BL_FMT "' is not declared", BL_ARG(e->text));
	return BL_STR("null()");
}

/* The name behind `import * as ns`: ns.name. */
static bl_bicep_symbol *imported_member(bl_bicep_builder *b, const bl_expr *e)
{
	if ((e->kind != BL_EXPR_ATTR && e->kind != BL_EXPR_CALL) || !e->n || e->kids[0]->kind != BL_EXPR_NAME ||
		find_local(b, e->kids[0]->text))
		return NULL;
	bl_bicep_symbol *file = find_symbol(b, e->kids[0]->text);
	return file && file->file ? bl_map_get(&file->file->symbols, e->text) : NULL;
}

/* ---- members and elements ---- */

static bool is_word(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z') && s.p[i] != '_' && !(i && s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	return s.n;
}

/* One step of an access: its key's text as an argument, and as a suffix. */
static bl_str key_text(bl_bicep_builder *b, const bl_expr *e)
{
	if (e->kind == BL_EXPR_ATTR)
		return bl_bicep_build_quote(b, e->text);
	return bl_bicep_build_text(b, e->kids[1]);
}

static bl_str from_end(bl_bicep_builder *b, const bl_expr *e)
{
	return call2(b, e->safe ? "tryIndexFromEnd" : "indexFromEnd", bl_bicep_build_text(b, e->kids[0]), bl_bicep_build_text(b, e->kids[1]));
}

static bool is_access(const bl_expr *e)
{
	return e->kind == BL_EXPR_ATTR || (e->kind == BL_EXPR_INDEX && !bl_str_eqz(e->text, "^"));
}

/* The step before e in its chain of accesses; `!` is none. */
static const bl_expr *before(const bl_expr *e)
{
	e = e->kids[0];
	while (e->kind == BL_EXPR_UNARY && bl_str_eqz(e->text, "!."))
		e = e->kids[0];
	return e;
}

/* Is there a `.?` in the chain of accesses that e ends? One in parentheses is not part of it, but those are not kept. */
static bool is_safe_chain(const bl_expr *e)
{
	int n = 0;
	for (; is_access(e) && n++ < MAX_DEPTH; e = before(e))
		if (e->safe)
			return true;
	return false;
}

/* `a.?b.c` asks for both at once: what is not there ends the whole chain. What a module puts out is in its `value`. */
static bl_str safe_chain(bl_bicep_builder *b, const bl_expr *e)
{
	bl_str keys[MAX_DEPTH + 2], base;
	bl_bicep_named t;
	size_t n = 0, args = 1;
	for (; !e->safe && n < MAX_DEPTH; e = before(e))
		keys[n++] = key_text(b, e);
	keys[n++] = key_text(b, e);
	const bl_expr *from = before(e);
	bool resource = bl_bicep_build_target(b, from, &t);
	bool outputs = !resource && is_access(from) && bl_bicep_build_target(b, from->kids[0], &t) && t.declared->is_module;
	base = resource ? bl_bicep_build_guarded(b, &t) : bl_bicep_build_text(b, from);
	if (outputs) {
		base = call2(b, "tryGet", base, keys[--n]);
		keys[n++] = BL_STR("'value'");
	}
	bl_str *all = bl_new_n(b->arena, bl_str, n + 3);
	all[0] = base;
	for (size_t i = 0; i < n; i++) {
		all[args++] = keys[n - 1 - i];
		if (resource && t.declared->is_module && i == 1 && bl_str_eqz(keys[n - 1], "'outputs'"))
			all[args++] = BL_STR("'value'");
	}
	return call_of(b, "tryGet", all, args);
}

/* What is known of a resource before it is there needs no care. */
static bool is_known(bl_bicep_builder *b, const bl_expr *e)
{
	bl_bicep_named t;
	return e->kind == BL_EXPR_ATTR && bl_bicep_build_target(b, e->kids[0], &t) && bl_bicep_is_known(t.declared, e->text);
}

static bl_str access_text(bl_bicep_builder *b, const bl_expr *e)
{
	bl_str text;
	bl_bicep_symbol *symbol = imported_member(b, e);
	if (symbol)
		return symbol_text(b, symbol, e);
	if (is_safe_chain(e) && !(e->safe && is_known(b, e)))
		return safe_chain(b, e);
	if (bl_bicep_build_member(b, e, &text))
		return text;
	if (e->kind == BL_EXPR_CHILD) {
		bl_bicep_refuse(b, e->span, "there is no nested resource '" BL_FMT "'", BL_ARG(e->text));
		return BL_STR("null()");
	}
	if (!is_access(e))
		return from_end(b, e);
	bl_str base = bl_bicep_build_text(b, e->kids[0]);
	bool literal = e->kind == BL_EXPR_INDEX && e->kids[1]->kind == BL_EXPR_LITERAL && e->kids[1]->value->kind == BL_STRING;
	bl_str key = e->kind == BL_EXPR_ATTR ? e->text : literal ? e->kids[1]->value->string : BL_STR("");
	if (is_word(key))
		return bl_str_fmt(b->arena, BL_FMT "." BL_FMT, BL_ARG(base), BL_ARG(key));
	key = key_text(b, e);
	return bl_str_fmt(b->arena, BL_FMT "[" BL_FMT "]", BL_ARG(base), BL_ARG(key));
}

/* ---- operators ---- */

static bl_str unary_text(bl_bicep_builder *b, const bl_expr *e)
{
	const bl_expr *x = e->kids[0];
	if (bl_str_eqz(e->text, "!"))
		return call1(b, "not", bl_bicep_build_text(b, x));
	if (!bl_str_eqz(e->text, "-"))
		return bl_bicep_build_text(b, x);
	if (x->kind == BL_EXPR_LITERAL && x->value->kind == BL_NUMBER)
		return bl_str_cat(b->arena, BL_STR("-"), x->value->digits);
	return call2(b, "sub", BL_STR("0"), bl_bicep_build_text(b, x));
}

static bl_str binary_text(bl_bicep_builder *b, const bl_expr *e)
{
	static const struct {
		const char *operator, *function;
	} functions[] = {{"%", "mod"}, {"&&", "and"}, {"*", "mul"}, {"+", "add"}, {"-", "sub"}, {"/", "div"}, {"<", "less"},
		{"<=", "lessOrEquals"}, {"==", "equals"}, {">", "greater"}, {">=", "greaterOrEquals"}, {"??", "coalesce"}, {"||", "or"}};
	bl_str x = bl_bicep_build_text(b, e->kids[0]), y = bl_bicep_build_text(b, e->kids[1]);
	if (bl_str_eqz(e->text, "!="))
		return call1(b, "not", call2(b, "equals", x, y));
	if (bl_str_eqz(e->text, "=~") || bl_str_eqz(e->text, "!~")) {
		bl_str same = call2(b, "equals", call1(b, "toLower", x), call1(b, "toLower", y));
		return bl_str_eqz(e->text, "=~") ? same : call1(b, "not", same);
	}
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (bl_str_eqz(e->text, functions[i].operator))
			return call2(b, functions[i].function, x, y);
	return BL_STR("null()");
}

/* ---- calls ---- */

static bl_str arguments_of(bl_bicep_builder *b, bl_str name, const bl_expr *e, uint32_t first)
{
	bl_str *args = bl_new_n(b->arena, bl_str, e->n + 1);
	for (uint32_t i = first; i < e->n; i++)
		args[i - first] = bl_bicep_build_text(b, e->kids[i]);
	return call_of(b, bl_str_z(b->arena, name), args, e->n - first);
}

static bl_str lambda_text(bl_bicep_builder *b, const bl_expr *e)
{
	const bl_bicep_binding *outer = b->locals;
	bl_str rest = e->text, name, *args;
	size_t n = 0, count = 1;
	for (size_t i = 0; i < e->text.n; i++)
		count += e->text.p[i] == ',';
	args = bl_new_n(b->arena, bl_str, count + 1);
	while (rest.n) {
		bl_bicep_binding *l = bl_new(b->arena, bl_bicep_binding);
		rest = bl_str_cut(rest, ',', &name);
		args[n++] = bl_bicep_build_quote(b, name);
		*l = (bl_bicep_binding){name, named(b, "lambdaVariables", name), b->locals};
		b->locals = l;
	}
	args[n++] = bl_bicep_build_text(b, e->kids[0]);
	b->locals = outer;
	return call_of(b, "lambda", args, n);
}

/* A string that looks like an expression is not one: its bracket is doubled. */
static const bl_value *literal_value(bl_bicep_builder *b, const bl_value *v)
{
	if (v->kind != BL_STRING || !bl_str_starts(v->string, BL_STR("[")) || !bl_str_ends(v->string, BL_STR("]")))
		return v;
	return bl_value_string(b->arena, v->span, bl_str_cat(b->arena, BL_STR("["), v->string));
}

/* As literal_value, everywhere in v. */
static const bl_value *escaped(bl_bicep_builder *b, const bl_value *v, int depth)
{
	bl_items items = {0};
	bl_values values = {0};
	if (depth > MAX_DEPTH || (v->kind != BL_MAP && v->kind != BL_LIST))
		return literal_value(b, v);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		bl_vec_push(b->arena, &items, ((bl_item){v->map[i].key, v->map[i].key_span, escaped(b, v->map[i].value, depth + 1)}));
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		bl_vec_push(b->arena, &values, escaped(b, v->list[i], depth + 1));
	return v->kind == BL_MAP ? bl_items_value(b->arena, v->span, &items) : bl_values_value(b->arena, v->span, &values);
}

/* load*Content(): the file becomes a variable of the template, once for each call. */
static bl_str loaded_text(bl_bicep_builder *b, const bl_expr *e)
{
	bl_azure_frame f = bl_bicep_frame(b->imported ? b->imported->scope : b->s, NULL);
	for (size_t i = 0; i < b->loaded.n; i++)
		if (b->loaded.items[i].key_span.begin == e->span.begin && b->loaded.items[i].key_span.source == e->span.source)
			return named(b, "variables", b->loaded.items[i].key);
	const bl_value *v = f.call(&f, e);
	if (!v || v->kind == BL_UNKNOWN) {
		bl_bicep_refuse(b, e->span, "the file could not be loaded");
		return BL_STR("null()");
	}
	bl_str name = bl_str_fmt(b->arena, "$fxv#%zu", b->loaded.n);
	bl_vec_push(b->arena, &b->loaded, ((bl_item){name, e->span, escaped(b, v, 0)}));
	return named(b, "variables", name);
}

static bl_str function_text(bl_bicep_builder *b, bl_bicep_symbol *symbol, const bl_expr *e, uint32_t first)
{
	bl_str name = symbol->scope == b->s ? bl_block_label(symbol->block, 0) : bl_bicep_build_imported(b, symbol);
	return arguments_of(b, bl_str_cat(b->arena, BL_STR("__bicep."), name), e, first);
}

/* A method of a resource. */
static bl_str method_text(bl_bicep_builder *b, const bl_expr *e)
{
	bl_bicep_named t;
	if (!bl_bicep_build_target(b, e->kids[0], &t)) {
		bl_bicep_refuse(b, e->span, "'" BL_FMT "' is no function here", BL_ARG(e->text));
		return BL_STR("null()");
	}
	bl_str *args = bl_new_n(b->arena, bl_str, e->n + 2);
	size_t n = 2;
	args[0] = bl_bicep_build_resource(b, &t);
	args[1] = bl_bicep_build_quote(b, t.declared->api_version);
	if (e->n > 1)
		args[1] = bl_bicep_build_text(b, e->kids[1]);
	for (uint32_t i = 2; i < e->n; i++)
		args[n++] = bl_bicep_build_text(b, e->kids[i]);
	return call_of(b, bl_str_z(b->arena, e->text), args, n);
}

static bl_str call_text(bl_bicep_builder *b, const bl_expr *e)
{
	uint32_t first = e->method ? 1 : 0;
	bl_bicep_symbol *symbol = e->method ? imported_member(b, e) : find_symbol(b, e->text);
	if (symbol && bl_block_is(symbol->block, "func"))
		return function_text(b, symbol, e, first);
	bool space = e->method && e->kids[0]->kind == BL_EXPR_NAME && !find_symbol(b, e->kids[0]->text) &&
		     (bl_str_eqz(e->kids[0]->text, "az") || bl_str_eqz(e->kids[0]->text, "sys"));
	if (e->method && !space)
		return method_text(b, e);
	if (bl_str_eqz(e->text, "any") && e->n == first + 1)
		return bl_bicep_build_text(b, e->kids[first]);
	if (bl_str_eqz(e->text, "nameof") && e->n == first + 1) {
		const bl_expr *x = e->kids[first];
		return bl_bicep_build_quote(b, x->text);
	}
	if (bl_str_starts(e->text, BL_STR("load")) && e->n > first) {
		bl_expr plain = *e;
		plain.method = false;
		plain.kids += first;
		plain.n -= first;
		return loaded_text(b, &plain);
	}
	return arguments_of(b, e->text, e, first);
}

/* ---- objects and lists within expressions ---- */

/* Runs of items between spreads, each a call of its own, merged by another. */
static bl_str spread_text(bl_bicep_builder *b, const bl_expr *e, const char *make, const char *merge, uint32_t step)
{
	bl_str *parts = bl_new_n(b->arena, bl_str, e->n + 1), *run = bl_new_n(b->arena, bl_str, e->n + 1);
	size_t n = 0, k = 0;
	bool spread = false;
	for (uint32_t i = 0; i < e->n; i += step) {
		if (e->kids[i]->kind == BL_EXPR_SPREAD) {
			if (k)
				parts[n++] = call_of(b, make, run, k);
			k = 0;
			spread = true;
			parts[n++] = bl_bicep_build_text(b, e->kids[i]->kids[0]);
			continue;
		}
		for (uint32_t m = 0; m < step; m++)
			run[k++] = bl_bicep_build_text(b, e->kids[i + m]);
	}
	if (!spread)
		return call_of(b, make, run, k);
	if (k)
		parts[n++] = call_of(b, make, run, k);
	return call1(b, merge, call_of(b, "createArray", parts, n));
}

static bl_str loop_text(bl_bicep_builder *b, const bl_expr *e)
{
	/* where no copy can stand, a loop is a map over its elements */
	const bl_bicep_binding *outer = b->locals;
	bl_bicep_binding item = {e->text, named(b, "lambdaVariables", e->text), outer};
	bl_bicep_binding position = {bl_expr_for_key(e), named(b, "lambdaVariables", bl_expr_for_key(e)), &item};
	bl_str args[3], in = bl_bicep_build_text(b, e->kids[0]);
	size_t n = 0;
	b->locals = bl_expr_for_key(e).n ? &position : &item;
	args[n++] = bl_bicep_build_quote(b, e->text);
	if (bl_expr_for_key(e).n)
		args[n++] = bl_bicep_build_quote(b, bl_expr_for_key(e));
	args[n++] = bl_bicep_build_text(b, e->kids[2]);
	b->locals = outer;
	return call2(b, "map", in, call_of(b, "lambda", args, n));
}

static bl_str text_of(bl_bicep_builder *b, const bl_expr *e)
{
	switch (e->kind) {
	case BL_EXPR_LITERAL:
		return value_text(b, e->value);
	case BL_EXPR_TEMPLATE:
		return template_text(b, e);
	case BL_EXPR_NAME:
		return name_text(b, e);
	case BL_EXPR_ATTR:
	case BL_EXPR_INDEX:
	case BL_EXPR_CHILD:
		return access_text(b, e);
	case BL_EXPR_CALL:
		return call_text(b, e);
	case BL_EXPR_UNARY:
		return unary_text(b, e);
	case BL_EXPR_BINARY:
		return binary_text(b, e);
	case BL_EXPR_CONDITION: {
		bl_str args[] = {bl_bicep_build_text(b, e->kids[0]), bl_bicep_build_text(b, e->kids[1]), bl_bicep_build_text(b, e->kids[2])};
		return call_of(b, "if", args, 3);
	}
	case BL_EXPR_LIST:
		return spread_text(b, e, "createArray", "flatten", 1);
	case BL_EXPR_OBJECT:
		return spread_text(b, e, "createObject", "shallowMerge", 2);
	case BL_EXPR_FOR:
		return loop_text(b, e);
	case BL_EXPR_LAMBDA:
		return lambda_text(b, e);
	default:
		bl_bicep_refuse(b, e->span, "this cannot be written as a template's expression");
		return BL_STR("null()");
	}
}

bool bl_bicep_build_is_full(bl_bicep_builder *b, bl_span span)
{
	if (*b->size <= MAX_SIZE)
		return false;
	if (*b->size < SIZE_MAX / 2) /* said once */
		bl_bicep_refuse(b, span, "the template is too large: the rest is left out");
	*b->size = SIZE_MAX / 2;
	return true;
}

bl_str bl_bicep_build_text(bl_bicep_builder *b, const bl_expr *e)
{
	if (b->depth >= MAX_DEPTH)
		bl_bicep_refuse(b, e->span, "nested too deeply to be built");
	if (b->depth >= MAX_DEPTH || bl_bicep_build_is_full(b, e->span))
		return BL_STR("null()");
	b->depth++;
	bl_str text = text_of(b, e);
	b->depth--;
	*b->size += text.n;
	return text;
}

/* ---- values ---- */

const bl_bicep_binding *bl_bicep_bind_loop(bl_bicep_builder *b, const bl_expr *loop, bl_str index)
{
	const bl_bicep_binding *outer = b->locals;
	bl_bicep_binding *l = bl_new_n(b->arena, bl_bicep_binding, 2);
	bl_str in = bl_bicep_build_text(b, loop->kids[0]);
	l[0] = (bl_bicep_binding){loop->text, bl_str_fmt(b->arena, BL_FMT "[" BL_FMT "]", BL_ARG(in), BL_ARG(index)), outer};
	l[1] = (bl_bicep_binding){bl_expr_for_key(loop), index, &l[0]};
	b->locals = bl_expr_for_key(loop).n ? &l[1] : &l[0];
	return outer;
}

const bl_value *bl_bicep_build_copy(bl_bicep_builder *b, const bl_expr *loop, bl_str name, bl_str label)
{
	bl_items items = {0};
	bl_str count = call1(b, "length", bl_bicep_build_text(b, loop->kids[0]));
	bl_str index = name.n ? named(b, "copyIndex", name) : BL_STR("copyIndex()");
	const bl_bicep_binding *outer = bl_bicep_bind_loop(b, loop, index);
	if (label.n)
		bl_items_put(b->arena, &items, BL_STR("name"), BL_NOWHERE, bl_value_string(b->arena, BL_NOWHERE, label));
	bl_items_put(b->arena, &items, BL_STR("count"), BL_NOWHERE, bl_bicep_build_string(b, count));
	bl_items_put(b->arena, &items, BL_STR("input"), BL_NOWHERE, bl_bicep_build_value(b, loop->kids[2]));
	b->locals = outer;
	return bl_items_value(b->arena, loop->span, &items);
}

static const bl_value *object_value(bl_bicep_builder *b, const bl_expr *e)
{
	bl_items items = {0};
	bl_values copies = {0};
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		if (e->kids[i]->kind == BL_EXPR_SPREAD) {
			return bl_bicep_build_string(b, bl_bicep_build_text(b, e));
		}
		const bl_value *key = bl_bicep_build_value(b, e->kids[i]);
		bl_str name = bl_value_text(key);
		if (e->kids[i + 1]->kind == BL_EXPR_FOR)
			bl_vec_push(b->arena, &copies, bl_bicep_build_copy(b, e->kids[i + 1], name, name));
		else
			bl_vec_push(b->arena, &items, ((bl_item){name, e->kids[i]->span, bl_bicep_build_value(b, e->kids[i + 1])}));
	}
	bl_items all = {0};
	if (copies.n)
		bl_vec_push(b->arena, &all, ((bl_item){BL_STR("copy"), BL_NOWHERE, bl_values_value(b->arena, e->span, &copies)}));
	for (size_t i = 0; i < items.n; i++)
		bl_vec_push(b->arena, &all, items.items[i]);
	return bl_items_value(b->arena, e->span, &all);
}

static const bl_value *list_value(bl_bicep_builder *b, const bl_expr *e)
{
	bl_values items = {0};
	for (uint32_t i = 0; i < e->n; i++) {
		if (e->kids[i]->kind == BL_EXPR_SPREAD)
			return bl_bicep_build_string(b, bl_bicep_build_text(b, e));
		bl_vec_push(b->arena, &items, bl_bicep_build_value(b, e->kids[i]));
	}
	return bl_values_value(b->arena, e->span, &items);
}

/* An expression that is nothing but a string is the string. */
static const bl_value *text_value(bl_bicep_builder *b, bl_str text)
{
	bl_buf plain = {0};
	bool literal = text.n >= 2 && text.p[0] == '\'' && text.p[text.n - 1] == '\'';
	for (size_t i = 1; literal && i + 1 < text.n; i++) {
		if (text.p[i] == '\'' && (i + 2 >= text.n || text.p[++i] != '\''))
			literal = false;
		bl_buf_putc(&plain, text.p[i]);
	}
	const bl_value *v = literal ? literal_value(b, bl_value_string(b->arena, BL_NOWHERE, bl_str_dup(b->arena, bl_buf_str(&plain))))
				    : bl_bicep_build_string(b, text);
	bl_buf_done(&plain);
	return v;
}

const bl_value *bl_bicep_build_value(bl_bicep_builder *b, const bl_expr *e)
{
	const bl_value *v = &bl_value_null;
	if (b->depth >= MAX_DEPTH) {
		bl_bicep_refuse(b, e->span, "nested too deeply to be built");
		return v;
	}
	b->depth++;
	bool any = e->kind == BL_EXPR_CALL && !e->method && e->n == 1 && bl_str_eqz(e->text, "any");
	if (any)
		v = bl_bicep_build_value(b, e->kids[0]);
	else if (e->kind == BL_EXPR_LITERAL)
		v = literal_value(b, e->value);
	else if (e->kind == BL_EXPR_OBJECT)
		v = object_value(b, e);
	else if (e->kind == BL_EXPR_LIST)
		v = list_value(b, e);
	else if (e->kind == BL_EXPR_UNARY && bl_str_eqz(e->text, "-") && e->kids[0]->kind == BL_EXPR_LITERAL &&
		 e->kids[0]->value->kind == BL_NUMBER)
		v = bl_value_digits(b->arena, e->span, bl_str_cat(b->arena, BL_STR("-"), e->kids[0]->value->digits));
	else
		v = text_value(b, bl_bicep_build_text(b, e));
	b->depth--;
	return v;
}

void bl_bicep_build_loads(bl_bicep_builder *b, const bl_expr *e, int depth)
{
	if (!e || depth > MAX_DEPTH)
		return;
	if (e->kind == BL_EXPR_CALL && bl_str_starts(e->text, BL_STR("load")))
		bl_bicep_build_text(b, e);
	for (uint32_t i = 0; i < e->n; i++)
		bl_bicep_build_loads(b, e->kids[i], depth + 1);
}

/* ---- variables that cannot be variables ---- */

static bool waits(bl_bicep_builder *b, const bl_expr *e, int depth);

bool bl_bicep_is_inlined(bl_bicep_builder *b, bl_bicep_symbol *symbol)
{
	if (!bl_block_is(symbol->block, "var") || symbol->scope != b->s)
		return false;
	if (!symbol->runtime) {
		const bl_expr *value = bl_block_expr(symbol->block, "value");
		symbol->runtime = BL_BICEP_AT_START;
		if (value && waits(b, value, 0))
			symbol->runtime = BL_BICEP_RUNTIME;
	}
	return symbol->runtime == BL_BICEP_RUNTIME;
}

/* Does e read what a resource or a module only has once it is deployed, or name one as a whole? */
static bool waits(bl_bicep_builder *b, const bl_expr *e, int depth)
{
	bl_bicep_named t;
	if (!e || depth++ > MAX_DEPTH || e->kind == BL_EXPR_TYPE)
		return false;
	if ((e->kind == BL_EXPR_ATTR) && bl_bicep_build_target(b, e->kids[0], &t)) {
		return !bl_bicep_is_known(t.declared, e->text) || (t.index && waits(b, t.index, depth));
	}
	if ((e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_INDEX || e->kind == BL_EXPR_CHILD) && bl_bicep_build_target(b, e, &t))
		return true;
	if (e->kind == BL_EXPR_NAME) {
		bl_bicep_symbol *symbol = find_symbol(b, e->text);
		return symbol && bl_bicep_is_inlined(b, symbol);
	}
	bool own = e->kind == BL_EXPR_CALL && !e->method && find_symbol(b, e->text);
	if (e->kind == BL_EXPR_CALL && !own && (bl_str_eqz(e->text, "reference") || bl_str_starts(e->text, BL_STR("list"))))
		return true;
	for (uint32_t i = 0; i < e->n; i++)
		if (waits(b, e->kids[i], depth))
			return true;
	return false;
}

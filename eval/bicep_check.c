/* Checks of a Bicep file as a whole: its statements, the names they declare, and cycles between them. */
#include "eval/bicep_check.h"

static bl_span name_span(const bl_block *block)
{
	return block->labels.n ? block->labels.items[0].span : block->head;
}

void bl_bicep_error(bl_bicep_checker *c, bl_span span, const char *code, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str text = bl_str_vfmt(c->arena, format, ap);
	va_end(ap);
	for (size_t i = c->diags->n; i-- > 0 && c->diags->n - i < 8;) /* said of this very place already */
		if (c->diags->items[i].span.source == span.source && c->diags->items[i].span.begin == span.begin &&
			c->diags->items[i].span.end == span.end)
			return;
	bl_diag_add(c->arena, c->diags, BL_DIAG_ERROR, span, BL_FMT "%s%s%s", BL_ARG(text), code ? " (" : "", code ? code : "",
		code ? ")" : "");
}

/* ---- names declared twice ---- */

static void declare(bl_bicep_checker *c, bl_map *names, bl_str name, bl_span span, const char *code)
{
	bl_span *mine = bl_new(c->arena, bl_span);
	*mine = span;
	if (!name.n || !bl_span_known(span))
		return;
	const bl_span *before = bl_map_put(c->arena, names, name, mine);
	if (!before)
		return;
	bl_bicep_error(c, *before, code, "'" BL_FMT "' is declared more than once", BL_ARG(name));
	bl_bicep_error(c, span, code, "'" BL_FMT "' is declared more than once", BL_ARG(name));
}

static void check_declared(bl_bicep_checker *c)
{
	static const char *const kinds[] = {"func", "module", "param", "resource", "test", "type", "var"};
	bl_map names = {0}, outputs = {0}, metadata = {0}, asserts = {0};
	const bl_document *d = c->s->document;
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *block = d->blocks.items[i];
		bl_str name = bl_block_label(block, 0);
		const bl_expr *items = bl_block_is(block, "import") ? bl_block_expr(block, "items") : NULL;
		for (uint32_t k = 0; items && k + 1 < items->n; k += 2)
			declare(c, &names, bl_value_text(items->kids[k + 1]->value), items->kids[k + 1]->span, "BCP028");
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			if (bl_block_is(block, kinds[k]))
				declare(c, &names, name, name_span(block), "BCP028");
		if (bl_block_is(block, "import") && !items && name.n)
			declare(c, &names, name, name_span(block), "BCP028");
		if (bl_block_is(block, "output"))
			declare(c, &outputs, name, name_span(block), "BCP145");
		else if (bl_block_is(block, "metadata"))
			declare(c, &metadata, name, name_span(block), "BCP145");
		else if (bl_block_is(block, "assert"))
			declare(c, &asserts, name, name_span(block), "BCP145");
		if (name.n > 255)
			bl_bicep_error(c, name_span(block), "BCP024", "a name has at most 255 characters");
		if (bl_str_eqz(name, "az") || bl_str_eqz(name, "sys"))
			if (!bl_block_is(block, "output") && !bl_block_is(block, "metadata") && !bl_block_is(block, "extension") && !bl_block_is(block, "import"))
				bl_bicep_error(c, name_span(block), "BCP084", "the name '" BL_FMT "' is reserved", BL_ARG(name));
	}
}

/* ---- cycles ---- */

/* A name within a statement that another statement declares. */
typedef struct use {
	size_t from, to;
	bl_span span;
} use;

typedef struct cycle_search {
	bl_bicep_checker *c;
	bl_map index; /* block's name -> number + 1 */
	BL_VEC(use) uses;
	size_t from;
} cycle_search;

static bool binds(bl_str names, bl_str name)
{
	bl_str one;
	while (names.n) {
		names = bl_str_cut(names, ',', &one);
		if (bl_str_eq(one, name))
			return true;
	}
	return false;
}

/* The names in e that no loop, lambda or function around them declares. */
static void collect(cycle_search *s, const bl_expr *e, const bl_bicep_variable *locals, int depth)
{
	if (!e || depth++ > 200 || e->kind == BL_EXPR_TYPE)
		return;
	if (e->kind == BL_EXPR_NAME || (e->kind == BL_EXPR_CALL && !e->method)) {
		size_t to = (size_t)(uintptr_t)bl_map_get(&s->index, e->text);
		const bl_bicep_variable *l = locals;
		while (l && !binds(l->name, e->text))
			l = l->next;
		if (to && !l && to - 1 != s->from)
			bl_vec_push(s->c->arena, &s->uses, ((use){s->from, to - 1, e->span}));
	}
	bl_bicep_variable item = {e->text, NULL, false, locals}, position = {bl_expr_for_key(e), NULL, false, &item};
	bool scope = e->kind == BL_EXPR_LAMBDA || e->kind == BL_EXPR_FOR;
	for (uint32_t i = 0; i < e->n; i++)
		collect(s, e->kids[i], scope && !(e->kind == BL_EXPR_FOR && i == 0) ? &position : locals, depth);
}

/* Statements that neither are used by others left nor use any are taken out, until all that is left is in a cycle or between two. */
static void peel(const cycle_search *s, size_t n, bool *out, bool forward)
{
	size_t *degree = bl_new_n(s->c->arena, size_t, n), *queue = bl_new_n(s->c->arena, size_t, n), head = 0, tail = 0;
	size_t *first = bl_new_n(s->c->arena, size_t, n + 2), *list = bl_new_n(s->c->arena, size_t, s->uses.n + 1);
	for (size_t i = 0; i < s->uses.n; i++) {
		const use *u = &s->uses.items[i];
		if (out[u->from] || out[u->to])
			continue;
		degree[forward ? u->from : u->to]++;
		first[(forward ? u->to : u->from) + 1]++;
	}
	for (size_t i = 0; i < n; i++)
		first[i + 1] += first[i];
	size_t *at = bl_new_n(s->c->arena, size_t, n + 1);
	memcpy(at, first, n * sizeof *at);
	for (size_t i = 0; i < s->uses.n; i++) {
		const use *u = &s->uses.items[i];
		if (!out[u->from] && !out[u->to])
			list[at[forward ? u->to : u->from]++] = forward ? u->from : u->to;
	}
	for (size_t i = 0; i < n; i++)
		if (!degree[i] && !out[i])
			queue[tail++] = i;
	while (head < tail) {
		size_t i = queue[head++];
		out[i] = true;
		for (size_t k = first[i]; k < first[i + 1]; k++)
			if (!--degree[list[k]] && !out[list[k]])
				queue[tail++] = list[k];
	}
}

static void check_cycles(bl_bicep_checker *c)
{
	const bl_document *d = c->s->document;
	cycle_search s = {.c = c};
	for (size_t i = 0; i < d->blocks.n; i++)
		if (!bl_block_is(d->blocks.items[i], "output") && !bl_block_is(d->blocks.items[i], "metadata") && !bl_block_is(d->blocks.items[i], "type") &&
			!bl_block_is(d->blocks.items[i], "assert"))
			bl_map_put(c->arena, &s.index, bl_block_label(d->blocks.items[i], 0), (void *)(uintptr_t)(i + 1));
	for (s.from = 0; s.from < d->blocks.n; s.from++) {
		const bl_block *block = d->blocks.items[s.from];
		if (bl_map_get(&s.index, bl_block_label(block, 0)) != (void *)(uintptr_t)(s.from + 1))
			continue;
		for (size_t i = 0; i < block->attrs.n; i++)
			collect(&s, block->attrs.items[i].expr, NULL, 0);
	}
	bool *out = bl_new_n(c->arena, bool, d->blocks.n + 1);
	peel(&s, d->blocks.n, out, true);
	peel(&s, d->blocks.n, out, false);
	for (size_t i = 0; i < s.uses.n; i++) {
		const use *u = &s.uses.items[i];
		if (!out[u->from] && !out[u->to])
			bl_bicep_error(c, u->span, "BCP080", "'" BL_FMT "' and '" BL_FMT "' refer to each other, in a cycle",
				BL_ARG(bl_block_label(d->blocks.items[u->from], 0)), BL_ARG(bl_block_label(d->blocks.items[u->to], 0)));
	}
}

/* ---- statements ---- */

static void check_import(bl_bicep_checker *c, const bl_block *block)
{
	const bl_expr *items = bl_block_expr(block, "items");
	bl_str source = bl_block_label(block, 1);
	const bl_document *file = items || bl_block_label(block, 0).n ? bl_bicep_imported_file(c->s, source) : NULL;
	if (!file && (items || bl_block_label(block, 0).n) && block->labels.n > 1 && bl_bicep_is_own_file(c->s, source))
		bl_bicep_error(c, block->labels.items[1].span, "BCP091", "'" BL_FMT "' could not be read", BL_ARG(source));
	if (!items || !file || file->language != BL_LANG_BICEP || file->partial)
		return;
	for (uint32_t i = 0; i + 1 < items->n; i += 2) {
		bool found = false;
		for (size_t k = 0; k < file->blocks.n && !found; k++)
			found = bl_str_eq(bl_block_label(file->blocks.items[k], 0), bl_value_text(items->kids[i]->value)) &&
				bl_block_attr(file->blocks.items[k], "@export");
		if (!found)
			bl_bicep_error(c, items->kids[i]->span, "BCP360", "'" BL_FMT "' exports no '" BL_FMT "'", BL_ARG(source),
				BL_ARG(bl_value_text(items->kids[i]->value)));
	}
}

static void check_parameter(bl_bicep_checker *c, const bl_block *block)
{
	const bl_expr *value = bl_block_expr(block, "value"), *type = bl_block_expr(block, "type");
	if (!type && bl_block_label(block, 0).n)
		bl_bicep_error(c, block->head, "BCP014", "a parameter needs a type");
	if (!value)
		return;
	const bl_bicep_type *want = bl_bicep_declared_type(c->s, block);
	const bl_expr *allowed = bl_block_expr(block, "@allowed");
	bl_bicep_rules rules = {.parameter = true};
	bl_bicep_rules outer = c->rules;
	c->rules = rules;
	if (allowed && allowed->n == 1 && allowed->kids[0]->kind == BL_EXPR_LIST && want && want->kind != BL_BICEP_ARRAY &&
		value->kind == BL_EXPR_LITERAL) {
		bool found = value->value->kind == BL_NULL;
		for (uint32_t i = 0; i < allowed->kids[0]->n; i++) {
			const bl_expr *one = allowed->kids[0]->kids[i];
			found |= one->kind != BL_EXPR_LITERAL || bl_value_equal(one->value, value->value) != BL_NO;
		}
		if (!found)
			bl_bicep_error(c, value->span, "BCP033", "the value is not one of those allowed");
	}
	if (want)
		bl_bicep_expect(c, want, value);
	else
		bl_bicep_infer(c, value);
	c->rules = outer;
}

static void check_function(bl_bicep_checker *c, const bl_block *block)
{
	const bl_expr *body = bl_block_expr(block, "body");
	const bl_bicep_variable *outer = c->locals;
	bl_bicep_rules before = c->rules;
	bl_str rest = body && body->kind == BL_EXPR_LAMBDA ? body->text : BL_STR(""), name;
	for (size_t i = 0; i < block->attrs.n; i++)
		if (bl_str_starts(block->attrs.items[i].name, BL_STR("type ")))
			bl_bicep_check_type(c, block->attrs.items[i].expr, block);
	if (!body || body->kind != BL_EXPR_LAMBDA)
		return;
	while (rest.n) {
		bl_bicep_variable *v = bl_new(c->arena, bl_bicep_variable);
		rest = bl_str_cut(rest, ',', &name);
		const bl_attr *type = bl_block_attr(block, bl_str_z(c->arena, bl_str_cat(c->arena, BL_STR("type "), name)));
		*v = (bl_bicep_variable){name, type ? bl_bicep_type_of(c->s, type->expr) : &bl_bicep_t_any, false, c->locals};
		c->locals = v;
	}
	c->rules = (bl_bicep_rules){.function = true};
	bl_bicep_need_start(c, body->kids[0], "BCP341", "a function's value");
	const bl_bicep_type *want = bl_block_expr(block, "type") ? bl_bicep_type_of(c->s, bl_block_expr(block, "type")) : &bl_bicep_t_any;
	bl_bicep_expect(c, want, body->kids[0]);
	c->rules = before;
	c->locals = outer;
}

static void check_target(bl_bicep_checker *c, const bl_block *block, const bl_block **before)
{
	static const char *const scopes[] = {"desiredStateConfiguration", "local", "managementGroup", "orchestrator", "resourceGroup",
		"subscription", "tenant"};
	const bl_expr *e = bl_block_expr(block, "value");
	if (*before)
		bl_bicep_error(c, block->head, "BCP112", "the target scope is there more than once");
	*before = block;
	bool literal = e && e->kind == BL_EXPR_LITERAL && e->value->kind == BL_STRING;
	for (size_t i = 0; literal && i < sizeof scopes / sizeof *scopes; i++)
		if (bl_str_eqz(e->value->string, scopes[i]))
			return;
	if (e && e->kind != BL_EXPR_OPAQUE)
		bl_bicep_error(c, e->span, "BCP033", "the target scope is 'resourceGroup', 'subscription', 'managementGroup' or 'tenant'");
}

static void check_metadata(bl_bicep_checker *c, const bl_block *block)
{
	if (bl_str_starts(bl_block_label(block, 0), BL_STR("_")))
		bl_bicep_error(c, name_span(block), "BCP268", "names of metadata that begin with '_' are reserved");
	if (bl_block_expr(block, "value"))
		bl_bicep_infer_with(c, bl_block_expr(block, "value"), (bl_bicep_rules){.constant = true});
}

static void check_output(bl_bicep_checker *c, const bl_block *block)
{
	const bl_bicep_type *want = bl_bicep_declared_type(c->s, block);
	bl_bicep_rules outer = c->rules;
	if (!bl_block_expr(block, "value"))
		return;
	c->rules = (bl_bicep_rules){.loop_ok = true, .resource = true, .deployed = true, .collection_ok = true};
	if (want)
		bl_bicep_expect(c, want, bl_block_expr(block, "value"));
	else
		bl_bicep_infer(c, bl_block_expr(block, "value"));
	c->rules = outer;
}

static void check_test(bl_bicep_checker *c, const bl_block *block)
{
	bl_str source = bl_block_label(block, 1);
	if (source.n && block->labels.n > 1 && bl_span_known(block->labels.items[1].span) &&
		!bl_azure_find_module(c->s->azure, c->s->folder, source))
		bl_bicep_error(c, block->labels.items[1].span, "BCP091", "'" BL_FMT "' could not be read", BL_ARG(source));
	if (bl_block_expr(block, "body"))
		bl_bicep_infer_with(c, bl_block_expr(block, "body"), (bl_bicep_rules){.property = true, .loop_ok = true});
}

static void check_statement(bl_bicep_checker *c, const bl_block *block, const bl_block **target)
{
	bl_bicep_symbol *symbol = bl_map_get(&c->s->symbols, bl_block_label(block, 0));
	c->busy = symbol && symbol->block == block ? symbol : NULL;
	c->rules = (bl_bicep_rules){0};
	if (bl_block_expr(block, "type") && !bl_block_is(block, "type"))
		bl_bicep_check_type(c, bl_block_expr(block, "type"), block);
	if (bl_block_is(block, "resource")) {
		bl_bicep_check_resource(c, block, NULL);
		return;
	}
	if (bl_block_is(block, "module")) {
		bl_bicep_check_module(c, block);
		return;
	}
	bl_bicep_check_decorators(c, block);
	if (bl_block_is(block, "var") && c->busy)
		bl_bicep_symbol_type(c, symbol);
	else if (bl_block_is(block, "var") && bl_block_expr(block, "value"))
		bl_bicep_infer_with(c, bl_block_expr(block, "value"), (bl_bicep_rules){.loop_ok = true, .deployed = true, .collection_ok = true});
	else if (bl_block_is(block, "param"))
		check_parameter(c, block);
	else if (bl_block_is(block, "output"))
		check_output(c, block);
	else if (bl_block_is(block, "func"))
		check_function(c, block);
	else if (bl_block_is(block, "type") && bl_block_expr(block, "value"))
		bl_bicep_check_type(c, bl_block_expr(block, "value"), block);
	else if (bl_block_is(block, "import"))
		check_import(c, block);
	else if (bl_block_is(block, "targetScope"))
		check_target(c, block, target);
	else if (bl_block_is(block, "metadata"))
		check_metadata(c, block);
	else if (bl_block_is(block, "assert") && bl_block_expr(block, "value"))
		bl_bicep_infer_with(c, bl_block_expr(block, "value"), (bl_bicep_rules){.resource = true});
	else if (bl_block_is(block, "test"))
		check_test(c, block);
}

/* ---- parameter files ---- */

static void check_assignments(bl_bicep_checker *c, const bl_block *using, bl_map *given)
{
	bl_str source = using ? bl_block_label(using, 0) : BL_STR("");
	const bl_document *file = source.n ? bl_azure_find_module(c->s->azure, c->s->folder, source) : NULL;
	const bl_bicep_type *want = file ? bl_bicep_parameters_of(c, file) : NULL;
	bool extends = false;
	for (size_t i = 0; i < c->s->document->blocks.n; i++) {
		const bl_block *block = c->s->document->blocks.items[i];
		extends |= bl_block_is(block, "extends");
		if (!bl_block_is(block, "param") || !bl_block_expr(block, "value"))
			continue;
		const bl_bicep_property *p = want ? bl_bicep_find_property(want, bl_block_label(block, 0)) : NULL;
		bl_bicep_symbol *symbol = bl_map_get(&c->s->symbols, bl_block_label(block, 0));
		c->busy = symbol;
		c->rules = (bl_bicep_rules){.parameter = true, .loop_ok = true};
		if (want && !p)
			bl_bicep_error(c, block->head, "BCP259", "the Bicep file has no parameter '" BL_FMT "'", BL_ARG(bl_block_label(block, 0)));
		bl_bicep_expect(c, p ? p->type : &bl_bicep_t_any, bl_block_expr(block, "value"));
		bl_map_put(c->arena, given, bl_block_label(block, 0), (void *)block);
	}
	for (size_t i = 0; want && !extends && i < want->properties.n; i++) {
		const bl_bicep_property *p = &want->properties.items[i];
		if (p->optional || bl_map_get(given, p->name))
			continue;
		bl_bicep_error(c, name_span(using), "BCP258", "the parameter '" BL_FMT "' of the Bicep file has no default and is not set here",
			BL_ARG(p->name));
		break;
	}
}

static void check_parameters_file(bl_bicep_checker *c)
{
	const bl_document *d = c->s->document;
	const bl_block *using = NULL;
	bool whole = true;
	bl_map given = {0};
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *block = d->blocks.items[i];
		if (bl_block_is(block, "using")) {
			if (using)
				bl_bicep_error(c, block->head, "BCP261", "'using' is there more than once");
			using = using ? using : block;
		}
		whole &= !bl_block_is(block, "extends");
		if (bl_block_is(block, "resource") || bl_block_is(block, "module") || bl_block_is(block, "output"))
			bl_bicep_error(c, block->head, "BCP337", "a parameter file has no statement '" BL_FMT "'", BL_ARG(block->kind));
		else if (bl_block_is(block, "var") || bl_block_is(block, "import") || bl_block_is(block, "type") || bl_block_is(block, "func"))
			check_statement(c, block, &(const bl_block *){NULL});
	}
	if (!using && whole)
		bl_bicep_error(c, (bl_span){d->source, 0, 0}, "BCP261", "a parameter file needs a 'using'");
	check_assignments(c, using, &given);
}

void bl_bicep_check(bl_bicep_scope *s, bl_diag_list *diags)
{
	bl_bicep_checker c = {.s = s, .arena = s->azure->arena, .diags = diags, .target = bl_bicep_target(s->document)};
	const bl_document *d = s->document;
	const bl_block *target = NULL;
	if (bl_map_get(&s->azure->checked, d->path))
		return;
	bl_map_put(s->azure->arena, &s->azure->checked, d->path, s);
	c.parameters = bl_str_eqz(d->dialect, "bicepparam");
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *block = d->blocks.items[i];
		/* an extension, or one by its old name; and what could not be imported */
		c.extended |= bl_block_is(block, "extension") || (bl_block_is(block, "import") && !bl_block_expr(block, "items") && !bl_block_label(block, 0).n);
		if (bl_block_is(block, "import") && bl_block_label(block, 1).n) {
			const bl_document *file = bl_bicep_imported_file(s, bl_block_label(block, 1));
			c.extended |= !file || file->language != BL_LANG_BICEP || file->partial;
		}
	}
	check_declared(&c);
	if (c.parameters) {
		check_parameters_file(&c);
		return;
	}
	for (size_t i = 0; i < d->blocks.n; i++)
		check_statement(&c, d->blocks.items[i], &target);
	check_cycles(&c);
	bl_bicep_check_names(&c, "module");
	bl_bicep_check_names(&c, "resource");
}

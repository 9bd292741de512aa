/* Bicep: what names stand for (parameters, variables, functions, imports), and a file as a whole. */
#include "eval/bicep_type.h"

enum { MAX_MODULES = 32, MAX_OBJECTS = 6 };

static const bl_value *symbol_value(bl_bicep_symbol *symbol, bl_span span);

static bl_bicep_symbol *find(bl_bicep_scope *s, bl_str name)
{
	return bl_map_get(&s->symbols, name);
}

static void add_candidates(bl_azure *a, bl_unknown *u, const bl_value *const *values, size_t n)
{
	if (!n || n > BL_AZURE_MAX_CANDIDATES)
		return;
	u->candidates = bl_new_n(a->arena, const bl_value *, n);
	for (size_t i = 0; i < n; i++) {
		if (bl_value_has_unknown(values[i]))
			return;
		u->candidates[i] = values[i];
	}
	u->ncandidates = n;
	if (u->type < 0)
		u->type = values[0]->kind;
}

static const bl_value *of_type(bl_bicep_scope *s, const bl_bicep_type *type, bl_str what, bl_span span, int depth);

/* An object whose properties are each as unknown as their types leave them; one that may be left out may be null. */
static const bl_value *of_object(bl_bicep_scope *s, const bl_bicep_type *type, bl_str what, bl_span span, int depth)
{
	bl_azure *a = s->azure;
	bl_items items = {0};
	for (size_t i = 0; i < type->properties.n; i++) {
		const bl_bicep_property *p = &type->properties.items[i];
		bl_str inner = bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(what), BL_ARG(p->name));
		bl_items_put(a->arena, &items, p->name, span, of_type(s, p->type, inner, span, depth));
	}
	bl_value *v = bl_items_value(a->arena, span, &items);
	v->open = !type->closed || type->element;
	v->sensitive = type->secure;
	return v;
}

/* Every value of an INT with both bounds, where they are few. */
static void count_candidates(bl_azure *a, bl_unknown *u, const bl_bicep_type *type, bl_span span)
{
	const bl_value *values[BL_AZURE_MAX_CANDIDATES];
	size_t n = 0;
	if (!type->bounded_below || !type->bounded_above || type->most < type->least ||
		(uint64_t)type->most - (uint64_t)type->least >= BL_AZURE_MAX_CANDIDATES)
		return;
	for (int64_t i = type->least; i <= type->most; i++)
		values[n++] = bl_azure_number(a, span, i);
	add_candidates(a, u, values, n);
}

/* A value that nobody gives: what its type leaves. */
static const bl_value *of_type(bl_bicep_scope *s, const bl_bicep_type *type, bl_str what, bl_span span, int depth)
{
	static const int kinds[] = {[BL_BICEP_ANY] = -1, [BL_BICEP_NULL] = BL_NULL, [BL_BICEP_BOOL] = BL_BOOL,
		[BL_BICEP_INT] = BL_NUMBER, [BL_BICEP_STRING] = BL_STRING, [BL_BICEP_ARRAY] = BL_LIST, [BL_BICEP_OBJECT] = BL_MAP,
		[BL_BICEP_UNION] = -1, [BL_BICEP_LAMBDA] = -1, [BL_BICEP_RESOURCE] = -1, [BL_BICEP_SCOPE] = -1};
	bl_azure *a = s->azure;
	const bl_value *members[BL_AZURE_MAX_CANDIDATES];
	bool nullable = bl_bicep_is_nullable(type);
	type = bl_bicep_not_null(a->arena, type);
	if (type->kind == BL_BICEP_OBJECT && type->properties.n && !nullable && depth < MAX_OBJECTS)
		return of_object(s, type, what, span, depth + 1);
	bl_value *v = bl_value_unknown(a->arena, span, BL_FMT " has no value", BL_ARG(what));
	bl_unknown *u = bl_azure_own(a, v);
	u->type = nullable ? -1 : kinds[type->kind];
	u->not_null = !nullable;
	v->sensitive = type->secure;
	size_t n = type->kind == BL_BICEP_UNION ? type->items.n : 0;
	if (n >= BL_AZURE_MAX_CANDIDATES)
		return v;
	for (size_t i = 0; i < n; i++) {
		members[i] = type->items.items[i]->literal;
		if (!members[i])
			return v;
	}
	if (nullable && n)
		members[n++] = bl_value_at(a->arena, &bl_value_null, span);
	if (n)
		add_candidates(a, u, members, n);
	else if (type->literal && !nullable)
		add_candidates(a, u, &type->literal, 1);
	else if (type->kind == BL_BICEP_INT && !nullable)
		count_candidates(a, u, type, span);
	return v;
}

/* A parameter that nobody sets: what its type and @allowed leave. */
static const bl_value *unset(bl_bicep_symbol *symbol, const bl_bicep_type *type, bl_span span)
{
	bl_azure *a = symbol->scope->azure;
	const bl_expr *allowed = bl_block_expr(symbol->block, "@allowed");
	bl_str what = bl_str_fmt(a->arena, "param." BL_FMT, BL_ARG(bl_block_label(symbol->block, 0)));
	const bl_value *v = of_type(symbol->scope, type, what, span, 0);
	bl_azure_frame f = bl_bicep_frame(symbol->scope, NULL);
	if (allowed && allowed->n == 1 && type->kind != BL_BICEP_ARRAY && v->kind == BL_UNKNOWN) {
		const bl_value *list = bl_azure_eval(&f, allowed->kids[0]);
		if (list->kind == BL_LIST && !list->open)
			add_candidates(a, bl_azure_own(a, (bl_value *)v), list->list, list->n);
	}
	return v;
}

static const bl_value *parameter(bl_bicep_symbol *symbol)
{
	bl_bicep_scope *s = symbol->scope;
	bl_azure *a = s->azure;
	const bl_expr *preset = bl_block_expr(symbol->block, "value");
	const bl_expr *declared = bl_block_expr(symbol->block, "type");
	const bl_bicep_type *type = bl_bicep_declared_type(s, symbol->block);
	/* `unknown?` may be left out, whatever it is */
	const bl_expr *whole = declared && declared->kind == BL_EXPR_TYPE && declared->n == 1 ? declared->kids[0] : declared;
	bool optional = whole && whole->kind == BL_EXPR_UNARY && bl_str_eqz(whole->text, "?");
	const bl_value *v = bl_value_get(s->inputs, bl_block_label(symbol->block, 0));
	bl_azure_frame f = bl_bicep_frame(s, NULL);
	type = type ? type : &bl_bicep_t_any;
	if (v && v->kind == BL_NULL && preset)
		v = NULL;
	if (!v && preset)
		v = bl_azure_eval(&f, preset);
	else if (!v && s->inputs->open)
		v = bl_value_unknown(a->arena, symbol->block->head, "param." BL_FMT " may be set by the caller",
			BL_ARG(bl_block_label(symbol->block, 0)));
	else if (!v && (optional || bl_bicep_is_nullable(type)))
		v = bl_value_at(a->arena, &bl_value_null, symbol->block->head);
	else if (!v)
		v = unset(symbol, type, symbol->block->head);
	return type->secure ? bl_value_mark_sensitive(a->arena, v) : v;
}

/* The value of a parameter or variable, kept; a cycle is an unknown. */
static const bl_value *plain_value(bl_bicep_symbol *symbol)
{
	bl_azure *a = symbol->scope->azure;
	if (symbol->state == BL_BICEP_DONE)
		return symbol->value;
	if (symbol->state == BL_BICEP_BUSY)
		return bl_value_unknown(a->arena, symbol->block->head, "'" BL_FMT "' refers to itself",
			BL_ARG(bl_block_label(symbol->block, 0)));
	symbol->state = BL_BICEP_BUSY;
	const bl_expr *e = bl_block_expr(symbol->block, "value");
	bl_azure_frame f = bl_bicep_frame(symbol->scope, NULL);
	if (bl_block_is(symbol->block, "param"))
		symbol->value = parameter(symbol);
	else
		symbol->value = e ? bl_azure_eval(&f, e)
				  : bl_value_unknown(a->arena, symbol->block->head, "it has no value");
	size_t size = bl_azure_size(symbol->value, BL_AZURE_MAX_SIZE);
	a->steps += size;
	if (size >= BL_AZURE_MAX_SIZE)
		symbol->value = bl_value_unknown(a->arena, symbol->block->head, "it is too large");
	symbol->state = BL_BICEP_DONE;
	return symbol->value;
}

static const bl_value *symbol_value(bl_bicep_symbol *symbol, bl_span span)
{
	bl_azure *a = symbol->scope->azure;
	if (symbol->declared)
		return bl_bicep_reference(symbol->declared, span);
	if (symbol->file) /* no value, but its members are */
		return bl_value_waits(a->arena, span, bl_str_cat(a->arena, BL_STR("import:"), symbol->file->document->path), BL_STR(""));
	if (!symbol->block || (!bl_block_is(symbol->block, "param") && !bl_block_is(symbol->block, "var")))
		return NULL;
	const bl_value *v = plain_value(symbol);
	bl_str what = bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(symbol->block->kind),
		BL_ARG(bl_block_label(symbol->block, 0)));
	return bl_value_through(a->arena, bl_value_at(a->arena, v, span), what, v->span);
}

static const bl_value *frame_name(const bl_azure_frame *f, const bl_expr *e)
{
	bl_bicep_symbol *symbol = find(f->scope, e->text);
	return symbol ? symbol_value(symbol, e->span) : NULL;
}

/* ---- functions ---- */

static const bl_value *call_function(const bl_azure_frame *f, bl_bicep_symbol *symbol, const bl_expr *e,
	uint32_t first)
{
	const bl_expr *body = bl_block_expr(symbol->block, "body");
	const bl_value **args = bl_azure_arguments(f, e, first);
	bl_azure_frame inner = bl_bicep_frame(symbol->scope, NULL);
	if (!body || body->kind != BL_EXPR_LAMBDA)
		return NULL;
	const bl_azure_local *locals = NULL;
	bl_str rest = body->text, name;
	for (uint32_t i = 0; rest.n && i + first < e->n; i++) {
		bl_azure_local *l = bl_new(f->azure->arena, bl_azure_local);
		rest = bl_str_cut(rest, ',', &name);
		*l = (bl_azure_local){name, args[i], locals};
		locals = l;
	}
	inner.locals = locals;
	return bl_azure_eval(&inner, body->kids[0]);
}

static const bl_value *frame_call(const bl_azure_frame *f, const bl_expr *e)
{
	bl_bicep_symbol *symbol;
	if (e->method && e->kids[0]->kind == BL_EXPR_NAME) {
		symbol = find(f->scope, e->kids[0]->text);
		if (!symbol || !symbol->file)
			return NULL;
		symbol = find(symbol->file, e->text);
		return symbol && symbol->block && bl_block_is(symbol->block, "func") ? call_function(f, symbol, e, 1) : NULL;
	}
	if (e->method)
		return NULL;
	symbol = find(f->scope, e->text);
	if (symbol && symbol->block && bl_block_is(symbol->block, "func"))
		return call_function(f, symbol, e, 0);
	return bl_bicep_load(f, e);
}

static const bl_value *frame_member(const bl_azure_frame *f, const bl_ref *resource, bl_str path,
	bl_span span)
{
	bl_bicep_scope *s = f->scope;
	for (size_t i = 0; bl_str_starts(resource->address, BL_STR("import:")) && i < s->symbols.n; i++) {
		bl_bicep_symbol *symbol = s->symbols.entries[i].value;
		bl_str name, rest = bl_str_cut(path, '.', &name);
		if (!symbol->file || !bl_str_ends(resource->address, symbol->file->document->path))
			continue;
		symbol = find(symbol->file, name);
		const bl_value *v = symbol ? symbol_value(symbol, span) : NULL;
		while (v && rest.n) {
			rest = bl_str_cut(rest, '.', &name);
			v = bl_azure_member(f, v, name, span, false);
		}
		return v;
	}
	return bl_bicep_member(s, resource->address, path, span);
}

bl_azure_frame bl_bicep_frame(bl_bicep_scope *s, const bl_azure_local *locals)
{
	return (bl_azure_frame){.azure = s->azure, .scope = s, .locals = locals, .name = frame_name, .call = frame_call,
		.member = frame_member, .scope_id = s->scope_id};
}

/* ---- files ---- */

static void import_file(bl_bicep_scope *s, const bl_block *block, bl_map *files);

static void declare_all(bl_bicep_scope *s, bl_map *files)
{
	for (size_t i = 0; i < s->document->blocks.n; i++) {
		const bl_block *block = s->document->blocks.items[i];
		if (bl_block_is(block, "import")) {
			import_file(s, block, files);
			continue;
		}
		if (!bl_block_is(block, "func") && !bl_block_is(block, "module") && !bl_block_is(block, "param") &&
			!bl_block_is(block, "resource") && !bl_block_is(block, "type") && !bl_block_is(block, "var"))
			continue;
		bl_bicep_symbol *symbol = bl_new(s->azure->arena, bl_bicep_symbol);
		symbol->scope = s;
		symbol->block = block;
		if (bl_block_is(block, "module") || bl_block_is(block, "resource"))
			symbol->declared = bl_bicep_declare(s, block, NULL);
		bl_map_put(s->azure->arena, &s->symbols, bl_block_label(block, 0), symbol);
	}
}

bl_str bl_bicep_target(const bl_document *document)
{
	for (size_t i = 0; i < document->blocks.n; i++) {
		const bl_expr *e = bl_block_expr(document->blocks.items[i], "value");
		if (bl_block_is(document->blocks.items[i], "targetScope") && e && e->kind == BL_EXPR_LITERAL)
			return bl_value_text(e->value);
	}
	return BL_STR("resourceGroup");
}

static bl_bicep_scope *scope_new(bl_azure *a, const bl_document *document, const bl_value *inputs,
	bl_map *files)
{
	bl_bicep_scope *s = bl_new(a->arena, bl_bicep_scope);
	s->azure = a;
	s->document = document;
	s->folder = bl_azure_folder(document->path);
	s->inputs = inputs;
	s->module = BL_STR("");
	s->condition = BL_YES;
	s->scope_id = bl_azure_scope_id(a, BL_NOWHERE, bl_bicep_target(document));
	bl_map_put(a->arena, files, document->path, s); /* before its imports: files may import each other */
	declare_all(s, files);
	return s;
}

bl_bicep_scope *bl_bicep_scope_new(bl_azure *a, const bl_document *document, const bl_value *inputs)
{
	bl_map files = {0};
	return scope_new(a, document, inputs, &files);
}

const bl_document *bl_bicep_imported_file(const bl_bicep_scope *s, bl_str source)
{
	if (bl_str_starts(source, BL_STR("br/")) || bl_str_starts(source, BL_STR("br:")))
		return bl_bicep_registry_module(s->azure, s->folder, source, true);
	return bl_azure_find_module(s->azure, s->folder, source);
}

/* The names that a compiled template exports are names here; of its types and functions no more is known. */
static void import_template(bl_bicep_scope *s, const bl_expr *items, bl_str alias)
{
	bl_azure *a = s->azure;
	for (uint32_t i = 0; items && i + 1 < items->n; i += 2) {
		bl_bicep_symbol *symbol = bl_new(a->arena, bl_bicep_symbol);
		symbol->scope = s;
		bl_map_put(a->arena, &s->symbols, bl_value_text(items->kids[i + 1]->value), symbol);
	}
	if (!items) {
		bl_bicep_symbol *symbol = bl_new(a->arena, bl_bicep_symbol);
		symbol->scope = s;
		bl_map_put(a->arena, &s->symbols, alias, symbol);
	}
}

static void import_file(bl_bicep_scope *s, const bl_block *block, bl_map *files)
{
	bl_azure *a = s->azure;
	bl_str source = bl_block_label(block, 1), alias = bl_block_label(block, 0);
	const bl_expr *items = bl_block_expr(block, "items");
	if (!items && (!alias.n || bl_block_expr(block, "config")))
		return; /* an extension by its old name */
	const bl_document *d = bl_bicep_imported_file(s, source);
	if (d && d->language == BL_LANG_ARM) {
		import_template(s, items, alias);
		return;
	}
	if (!d || d->language != BL_LANG_BICEP) {
		if (d || !bl_bicep_is_own_file(s, source)) /* else an error is reported */
			bl_diag_add(a->arena, &a->out->diags, BL_DIAG_WARNING, block->head,
				"'" BL_FMT "' could not be imported", BL_ARG(source));
		a->out->not_analysed++;
		return;
	}
	bl_bicep_scope *file = bl_map_get(files, d->path);
	if (!file)
		file = scope_new(a, d, bl_value_map(a->arena, BL_NOWHERE, NULL, 0), files);
	if (!items) {
		bl_bicep_symbol *symbol = bl_new(a->arena, bl_bicep_symbol);
		symbol->scope = s;
		symbol->file = file;
		bl_map_put(a->arena, &s->symbols, alias, symbol);
	}
	for (uint32_t i = 0; items && i + 1 < items->n; i += 2) {
		bl_bicep_symbol *symbol = find(file, bl_value_text(items->kids[i]->value));
		if (symbol)
			bl_map_put(a->arena, &s->symbols, bl_value_text(items->kids[i + 1]->value), symbol);
	}
}

const bl_value *bl_bicep_outputs(bl_bicep_scope *s)
{
	bl_azure *a = s->azure;
	bl_azure_map m = {0};
	bl_azure_frame f = bl_bicep_frame(s, NULL);
	for (size_t i = 0; i < s->document->blocks.n; i++) {
		const bl_block *block = s->document->blocks.items[i];
		const bl_expr *e = bl_block_expr(block, "value");
		if (!bl_block_is(block, "output") || !e)
			continue;
		const bl_value *v = bl_azure_eval(&f, e);
		if (bl_block_expr(block, "@secure"))
			v = bl_value_mark_sensitive(a->arena, v);
		bl_azure_put(a, &m, &(bl_item){bl_block_label(block, 0), block->head, v});
	}
	return bl_azure_map_value(a, BL_NOWHERE, &m);
}

const bl_value *bl_azure_bicep_parameters(bl_azure *a, const bl_document *document)
{
	bl_bicep_scope *s =
		bl_bicep_scope_new(a, document, bl_value_map(a->arena, BL_NOWHERE, NULL, 0));
	bl_azure_map m = {0};
	for (size_t i = 0; i < document->blocks.n; i++) {
		const bl_block *block = document->blocks.items[i];
		bl_bicep_symbol *symbol = find(s, bl_block_label(block, 0));
		if (bl_block_is(block, "extends") && bl_block_label(block, 0).n) {
			const bl_document *base = bl_azure_find_module(a, s->folder, bl_block_label(block, 0));
			if (base && base != document && a->modules < MAX_MODULES) {
				a->modules++;
				bl_azure_put_all(a, &m, bl_azure_bicep_parameters(a, base));
				a->modules--;
			}
		}
		if (bl_block_is(block, "param") && symbol && bl_block_expr(block, "value"))
			bl_azure_put(a, &m,
				&(bl_item){bl_block_label(block, 0), block->head, plain_value(symbol)});
	}
	return bl_azure_map_value(a, BL_NOWHERE, &m);
}

const bl_value *bl_azure_bicep_module(bl_azure *a, const bl_azure_module *module)
{
	if (a->modules >= MAX_MODULES)
		return bl_value_unknown(a->arena, BL_NOWHERE, "modules are nested too deeply");
	bl_azure_running running = {module->document, a->running};
	a->running = &running;
	a->modules++;
	bl_bicep_scope *s = bl_bicep_scope_new(a, module->document, module->inputs);
	s->module = module->address;
	s->condition = module->condition;
	s->via = module->via;
	if (module->scope_id)
		s->scope_id = module->scope_id;
	bl_bicep_check(s, &a->out->diags);
	for (size_t i = 0; i < s->declared.n; i++)
		s->declared.items[i]->address = bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(s->module),
			BL_ARG(s->declared.items[i]->address));
	bl_bicep_emit(s);
	const bl_value *outputs = bl_bicep_outputs(s);
	a->modules--;
	a->running = running.next;
	return outputs;
}

/* Is what --var says of the parameter its text, whatever that looks like? */
static bl_str type_text(void *scope, bl_str name)
{
	bl_bicep_symbol *symbol = find(scope, name);
	const bl_bicep_type *type = symbol && symbol->block ? bl_bicep_declared_type(symbol->scope, symbol->block) : NULL;
	if (!type)
		return BL_STR("");
	type = bl_bicep_not_null(symbol->scope->azure->arena, type);
	if (type->kind == BL_BICEP_UNION)
		type = type->items.items[0];
	return type->kind == BL_BICEP_STRING ? BL_STR("string") : BL_STR("any");
}

/* A parameter file that no run names is checked, and gives nothing. */
static void check_parameters(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_document *document)
{
	bl_azure_resources sink = {0};
	bl_azure a = {.input = input, .arena = arena, .out = out, .sink = &sink};
	bl_bicep_check(bl_bicep_scope_new(&a, document, bl_value_map(arena, BL_NOWHERE, NULL, 0)), &out->diags);
}

static void check_parameter_files(bl_azure *a)
{
	const bl_eval_options *o = a->input->options;
	for (size_t i = 0; o && i < o->nvar_files; i++)
		if (o->var_files[i]->language == BL_LANG_BICEP)
			bl_bicep_check(bl_bicep_scope_new(a, o->var_files[i], bl_value_map(a->arena, BL_NOWHERE, NULL, 0)), &a->out->diags);
}

void bl_eval_bicep(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		const bl_document *document = input->documents[i];
		bl_azure_resources sink = {0};
		bl_azure a = {.input = input, .arena = arena, .out = out, .sink = &sink};
		if (bl_str_eqz(document->dialect, "bicepparam")) {
			check_parameters(input, arena, out, document);
			continue;
		}
		bl_azure_running running = {document, NULL};
		a.running = &running;
		bl_bicep_scope *s =
			bl_bicep_scope_new(&a, document, bl_value_map(arena, BL_NOWHERE, NULL, 0));
		s->inputs = bl_azure_inputs(&a, type_text, s);
		bl_bicep_check(s, &out->diags);
		check_parameter_files(&a);
		bl_bicep_emit(s);
		const bl_value *outputs = bl_bicep_outputs(s);
		for (size_t k = 0; k < sink.n; k++)
			bl_vec_push(arena, &out->resources, sink.items[k]);
		for (uint32_t k = 0; k < outputs->n; k++) {
			bl_output *o = bl_vec_add(arena, &out->outputs);
			*o = (bl_output){out->root, outputs->map[k].key, outputs->map[k].value};
		}
	}
}

const bl_value *bl_eval_bicep_expression(const bl_eval_input *input, bl_arena *arena, const bl_expr *expr,
	bl_diag_list *diags)
{
	static const bl_document none = {.language = BL_LANG_BICEP};
	bl_evaluation out = {.root = input->root};
	bl_azure_resources sink = {0};
	bl_azure a = {.input = input, .arena = arena, .out = &out, .sink = &sink, .errors = diags};
	bl_bicep_scope *s = bl_bicep_scope_new(&a, input->ndocuments ? input->documents[0] : &none,
		bl_value_map(arena, BL_NOWHERE, NULL, 0));
	bl_azure_frame f = bl_bicep_frame(s, NULL);
	return bl_azure_eval(&f, expr);
}

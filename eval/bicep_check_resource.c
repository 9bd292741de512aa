/* Checks of resources: their type, name, scope and parent, and what nests in them. */
#include "eval/bicep_check.h"

static bl_span label_span(const bl_block *block, size_t i)
{
	return block->labels.n > i ? block->labels.items[i].span : block->head;
}

/* ---- the type ---- */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' || c == '.';
}

/* TYPE/TYPE@VERSION, at least `fewest` segments; a nested one may leave its version to its parent. */
static bool is_type(bl_str kind, size_t fewest, bool versionless)
{
	bl_str type, version = bl_str_cut(kind, '@', &type);
	size_t segments = 1, length = 0;
	for (size_t i = 0; i < type.n; i++) {
		if (type.p[i] == '/' && !length)
			return false;
		if (type.p[i] != '/' && !is_word(type.p[i]))
			return false;
		segments += type.p[i] == '/';
		length = type.p[i] == '/' ? 0 : length + 1;
	}
	if (!length || segments < fewest)
		return false;
	if (!version.n)
		return versionless && type.n == kind.n;
	/* YYYY-MM-DD and what may follow */
	for (size_t i = 0; i < version.n; i++)
		if (i < 10 ? (i == 4 || i == 7) ? version.p[i] != '-' : version.p[i] < '0' || version.p[i] > '9'
			   : !is_word(version.p[i]))
			return false;
	return version.n >= 10;
}

static void check_kind(bl_bicep_checker *c, const bl_block *block, const bl_block *parent)
{
	bl_str kind = bl_block_label(block, 1);
	bl_span span = label_span(block, 1);
	if (!kind.n || !bl_span_known(span))
		return;
	if (kind.p[0] == '\'') { /* the source text, since it is no plain string */
		bl_bicep_error(c, span, "BCP047", "a resource's type cannot be put together");
		return;
	}
	ptrdiff_t colon = bl_str_find(kind, BL_STR(":"), 0);
	if (colon > 0) {
		bl_str space = bl_str_slice(kind, 0, (size_t)colon);
		if (!bl_str_eqz(space, "az") && !bl_str_eqz(space, "sys") && !c->extended)
			bl_bicep_error(c, span, "BCP208", "there is no namespace '" BL_FMT "'", BL_ARG(space));
		kind = bl_str_slice(kind, (size_t)colon + 1, kind.n);
	}
	if (!c->extended && !is_type(kind, parent ? 1 : 2, parent != NULL))
		bl_bicep_error(c, span, parent ? "BCP156" : "BCP029", "a resource's type is TYPE@VERSION, and not '" BL_FMT "'", BL_ARG(kind));
}

/* Of an extension other than Azure's own, nothing is known. */
static bool is_azure(const bl_bicep_checker *c, const bl_block *block)
{
	bl_str kind = bl_block_label(block, 1);
	return !c->extended || (bl_str_startsi(kind, BL_STR("Microsoft.")) && !bl_str_startsi(kind, BL_STR("Microsoft.Graph/")));
}

static size_t segments_of(bl_str kind)
{
	bl_str type;
	size_t n = 0;
	bl_str_cut(kind, '@', &type);
	for (size_t i = 0; i < type.n; i++)
		n += type.p[i] == '/';
	return n;
}

/* ---- name, parent, scope ---- */

static void check_name(bl_bicep_checker *c, const bl_block *block, const bl_expr *name, bool child)
{
	const bl_bicep_type *t = bl_bicep_infer_with(c, name, (bl_bicep_rules){.resource = true});
	if (!bl_bicep_assignable(&bl_bicep_t_string, t))
		bl_bicep_error(c, name->span, "BCP036", "a name is a string, and this is '" BL_FMT "'", BL_ARG(bl_bicep_type_text(c->arena, t)));
	if (is_azure(c, block))
		bl_bicep_need_start(c, name, "BCP120", "a name");
	if (name->kind != BL_EXPR_LITERAL || name->value->kind != BL_STRING || !is_azure(c, block))
		return;
	size_t slashes = 0, want = segments_of(bl_block_label(block, 1));
	for (size_t i = 0; i < name->value->string.n; i++)
		slashes += name->value->string.p[i] == '/';
	if (child && slashes)
		bl_bicep_error(c, name->span, "BCP170", "the name of a child resource is its own part only, without '/'");
	else if (!child && want && slashes != want - 1)
		bl_bicep_error(c, name->span, "BCP169", "the name needs %zu '/' to fit its type", want - 1);
}

static bl_str type_of(const bl_block *block)
{
	bl_str type;
	bl_str_cut(bl_block_label(block, 1), '@', &type);
	return bl_str_starts(type, BL_STR("az:")) ? bl_str_slice(type, 3, type.n) : type;
}

static void check_parent(bl_bicep_checker *c, const bl_block *block, const bl_expr *e)
{
	bl_bicep_rules rules = {.collection_ok = e->kind == BL_EXPR_INDEX};
	bl_bicep_infer_with(c, e, rules);
	const bl_expr *base = e;
	while (base->kind == BL_EXPR_INDEX || base->kind == BL_EXPR_CHILD ||
		(base->kind == BL_EXPR_UNARY && bl_str_eqz(base->text, "!.")))
		base = base->kids[0];
	if (base->kind != BL_EXPR_NAME) {
		bl_bicep_error(c, e->span, "BCP240", "'parent' takes the name of a resource, and no other expression");
		return;
	}
	const bl_block *parent = bl_bicep_named_resource(c, e);
	bl_str type = type_of(block);
	if (!parent || !bl_str_eqz(parent->kind, "resource") || bl_str_starts(bl_block_label(parent, 1), BL_STR("'")))
		return;
	ptrdiff_t slash = bl_str_rfind_char(type, '/');
	bool nested = true; /* its type may be the last part of its whole type only */
	for (size_t i = 0; i < c->s->document->blocks.n; i++)
		nested &= c->s->document->blocks.items[i] != parent;
	if (!nested && is_azure(c, block) && slash > 0 && !bl_str_eqi(bl_str_slice(type, 0, (size_t)slash), type_of(parent)))
		bl_bicep_error(c, e->span, "BCP036", "'" BL_FMT "' is no parent of '" BL_FMT "'", BL_ARG(type_of(parent)), BL_ARG(type));
}

static bool is_scope_call(const bl_expr *e)
{
	return e->kind == BL_EXPR_CALL;
}

static void check_scope(bl_bicep_checker *c, const bl_block *block, const bl_expr *e, bool child)
{
	const bl_bicep_type *t = bl_bicep_infer_with(c, e, (bl_bicep_rules){.resource = true});
	if (child && bl_block_attr(block, "body"))
		bl_bicep_error(c, e->span, "BCP164", "a child resource is where its parent is: it takes no 'scope'");
	if (!is_azure(c, block))
		return;
	if (t->kind == BL_BICEP_STRING || t->kind == BL_BICEP_INT || t->kind == BL_BICEP_BOOL || t->kind == BL_BICEP_ARRAY)
		bl_bicep_error(c, e->span, "BCP036", "a scope is a resource or what resourceGroup() and the like give, no '" BL_FMT "'",
			BL_ARG(bl_bicep_type_text(c->arena, t)));
	bl_bicep_need_start(c, e, "BCP120", "a scope");
	if (t->kind != BL_BICEP_SCOPE || !is_scope_call(e) || bl_block_expr(block, "existing"))
		return;
	/* a resource goes to the file's own scope, or to the tenant */
	bool other = !bl_str_eq(t->name, c->target) || e->n > (e->method ? 1u : 0u);
	if (other && !bl_str_eqz(t->name, "tenant"))
		bl_bicep_error(c, e->span, "BCP139", "a resource in another scope than the file's must come from a module");
}

static void check_depends(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_rules rules = {.collection_ok = true};
	if (e->kind != BL_EXPR_LIST) {
		bl_bicep_infer_with(c, e, rules);
		return;
	}
	for (uint32_t i = 0; i < e->n; i++) {
		const bl_expr *item = e->kids[i]->kind == BL_EXPR_SPREAD ? e->kids[i]->kids[0] : e->kids[i];
		const bl_bicep_type *t = bl_bicep_infer_with(c, item, rules);
		if (e->kids[i]->kind != BL_EXPR_SPREAD && (t->kind == BL_BICEP_STRING || t->kind == BL_BICEP_INT || t->kind == BL_BICEP_BOOL))
			bl_bicep_error(c, item->span, "BCP034", "'dependsOn' lists resources and modules, no '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, t)));
	}
}

/* ---- the body ---- */

typedef struct resource_place {
	const bl_block *block, *parent;
} resource_place;

static void check_property(bl_bicep_checker *c, const resource_place *p, const bl_expr *key, const bl_expr *value, bool child)
{
	static const char *const read_only[] = {"apiVersion", "id", "type"};
	bl_str name = bl_value_text(key->value);
	bool existing = bl_block_expr(p->block, "existing");
	if (bl_str_eqz(name, "name")) {
		check_name(c, p->block, value, child);
		return;
	}
	if (bl_str_eqz(name, "parent")) {
		check_parent(c, p->block, value);
		return;
	}
	if (bl_str_eqz(name, "scope")) {
		check_scope(c, p->block, value, child);
		return;
	}
	if (bl_str_eqz(name, "dependsOn")) {
		check_depends(c, value);
		return;
	}
	for (size_t i = 0; i < sizeof read_only / sizeof *read_only && is_azure(c, p->block); i++)
		if (bl_str_eqz(name, read_only[i]))
			bl_bicep_error(c, key->span, "BCP073", "'" BL_FMT "' can be read, and not set", BL_ARG(name));
	if (existing && is_azure(c, p->block) &&
		(bl_str_eqz(name, "location") || bl_str_eqz(name, "properties") || bl_str_eqz(name, "tags") || bl_str_eqz(name, "sku")))
		bl_bicep_error(c, key->span, "BCP173", "'" BL_FMT "' cannot be set on a resource that exists", BL_ARG(name));
	bl_bicep_infer_with(c, value, (bl_bicep_rules){.resource = true, .property = true, .loop_ok = true, .deployed = true,
					      .in_loop = c->rules.in_loop});
}

static void check_twice(bl_bicep_checker *c, const bl_expr *e)
{
	for (uint32_t i = 0; i + 1 < e->n; i += 2)
		for (uint32_t k = 0; k + 1 < e->n && e->kids[i]->kind == BL_EXPR_LITERAL && k < 200; k += 2)
			if (k != i && e->kids[k]->kind == BL_EXPR_LITERAL &&
				bl_str_eq(bl_value_text(e->kids[i]->value), bl_value_text(e->kids[k]->value))) {
				bl_bicep_error(c, e->kids[i]->span, "BCP025", "the property '" BL_FMT "' is set more than once",
					BL_ARG(bl_value_text(e->kids[i]->value)));
				break;
			}
}

/* A syntax error in an object may have swallowed any of its properties. */
static bool is_broken(const bl_expr *e, int depth)
{
	bool broken = !e || e->kind == BL_EXPR_OPAQUE || depth > 20;
	for (uint32_t i = 0; !broken && i < e->n; i++)
		broken = e->kids[i] && is_broken(e->kids[i], depth + 1);
	return broken;
}

static void check_object(bl_bicep_checker *c, const bl_expr *e, void *context)
{
	const resource_place *p = context;
	bool named = false, spread = false;
	bool child = p->parent || bl_azure_key(e, "parent");
	check_twice(c, e);
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		const bl_expr *key = e->kids[i], *value = e->kids[i + 1];
		if (key->kind == BL_EXPR_SPREAD) {
			bl_bicep_infer_with(c, key->kids[0], (bl_bicep_rules){.resource = true});
			spread = true;
		} else if (key->kind == BL_EXPR_LITERAL && key->value->kind == BL_STRING) {
			named |= bl_str_eqz(key->value->string, "name");
			check_property(c, p, key, value, child);
		} else {
			bl_bicep_infer_with(c, key, (bl_bicep_rules){.resource = true});
			if (value->kind == BL_EXPR_FOR)
				bl_bicep_error(c, key->span, "BCP143", "a loop cannot be the value of a property whose name is an expression");
			bl_bicep_infer_with(c, value, (bl_bicep_rules){.resource = true, .property = true, .loop_ok = true, .deployed = true});
			spread = true;
		}
	}
	if (!named && !spread && !(c->s->document->partial && is_broken(e, 0)) && is_azure(c, p->block) && bl_block_label(p->block, 1).n)
		bl_bicep_error(c, label_span(p->block, 0), "BCP035", "the required property 'name' is missing");
	bl_bicep_symbol *busy = c->busy;
	c->busy = NULL; /* what is nested may refer to what is around it */
	for (size_t i = 0; i < p->block->blocks.n; i++)
		bl_bicep_check_resource(c, p->block->blocks.items[i], p->block);
	c->busy = busy;
}

typedef struct body_walk {
	bl_bicep_body check;
	void *context;
} body_walk;

static void walk(bl_bicep_checker *c, const bl_expr *e, void *context)
{
	const body_walk *w = context;
	if (e->kind == BL_EXPR_IF) {
		const bl_bicep_type *t = bl_bicep_infer_with(c, e->kids[0], (bl_bicep_rules){.resource = true});
		if (!bl_bicep_assignable(&bl_bicep_t_bool, t))
			bl_bicep_error(c, e->kids[0]->span, "BCP046", "a condition is a boolean, and this is '" BL_FMT "'",
				BL_ARG(bl_bicep_type_text(c->arena, t)));
		bl_bicep_need_start(c, e->kids[0], "BCP182", "a condition");
		e = e->kids[1];
	}
	if (e->kind == BL_EXPR_OBJECT)
		w->check(c, e, w->context);
	else if (e->kind != BL_EXPR_OPAQUE)
		bl_bicep_error(c, e->span, "BCP167", "an object is needed here, or 'if'");
}

void bl_bicep_check_body(bl_bicep_checker *c, const bl_block *block, bl_bicep_body check, void *context)
{
	const bl_expr *body = bl_block_expr(block, "body");
	body_walk w = {check, context};
	bl_bicep_rules outer = c->rules;
	if (!body)
		return;
	c->rules = (bl_bicep_rules){.loop_ok = true, .resource = true};
	if (body->kind == BL_EXPR_FOR) {
		bl_bicep_need_start(c, body->kids[0], "BCP178", "what a loop runs over");
		bl_bicep_each(c, body, walk, &w);
	} else {
		walk(c, body, &w);
	}
	c->rules = outer;
}

void bl_bicep_check_resource(bl_bicep_checker *c, const bl_block *block, const bl_block *parent)
{
	const bl_bicep_variable *outer = c->locals;
	resource_place place = {block, parent};
	/* What is nested in it can be named in it. */
	for (size_t i = 0; i < block->blocks.n; i++) {
		bl_bicep_variable *v = bl_new(c->arena, bl_bicep_variable);
		bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
		const bl_expr *body = bl_block_expr(block->blocks.items[i], "body");
		t->kind = BL_BICEP_RESOURCE;
		t->block = block->blocks.items[i];
		*v = (bl_bicep_variable){bl_block_label(t->block, 0), body && body->kind == BL_EXPR_FOR ? &bl_bicep_t_any : t, false, c->locals};
		c->locals = v;
	}
	const bl_expr *around = parent ? bl_block_expr(parent, "body") : NULL;
	if (around && around->kind == BL_EXPR_FOR)
		bl_bicep_error(c, block->head, "BCP160", "a resource cannot be nested in one that a loop makes");
	check_kind(c, block, parent);
	bl_bicep_check_decorators(c, block);
	bl_bicep_check_body(c, block, check_object, &place);
	c->locals = outer;
}

/* ---- names given twice ---- */

static bl_str source_of(const bl_bicep_checker *c, const bl_expr *e)
{
	return e ? bl_sources_slice(c->s->azure->input->sources, e->span) : BL_STR("");
}

void bl_bicep_check_names(bl_bicep_checker *c, const char *kind)
{
	bl_map seen = {0};
	const bl_document *d = c->s->document;
	bool module = strcmp(kind, "module") == 0;
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *block = d->blocks.items[i];
		const bl_expr *body = bl_block_expr(block, "body");
		const bl_expr *name = body && body->kind == BL_EXPR_OBJECT ? bl_azure_key(body, "name") : NULL;
		if (!bl_str_eqz(block->kind, kind) || !name || name->kind != BL_EXPR_LITERAL || bl_block_expr(block, "existing") || bl_block_expr(block, "@onlyIfNotExists"))
			continue;
		bl_str key = bl_str_fmt(c->arena, BL_FMT "\n" BL_FMT "\n" BL_FMT "\n" BL_FMT,
			BL_ARG(module ? BL_STR("") : bl_str_lower(c->arena, bl_block_label(block, 1))), BL_ARG(source_of(c, name)),
			BL_ARG(source_of(c, bl_azure_key(body, "scope"))), BL_ARG(source_of(c, bl_azure_key(body, "parent"))));
		const bl_expr *before = bl_map_put(c->arena, &seen, key, (void *)name);
		if (!before)
			continue;
		bl_bicep_error(c, before->span, module ? "BCP122" : "BCP121", "another %s has the same name and scope", kind);
		bl_bicep_error(c, name->span, module ? "BCP122" : "BCP121", "another %s has the same name and scope", kind);
	}
}

/* What a template says where Bicep names a resource: its symbol, id, name, or what reference() gives. */
#include "eval/bicep_build.h"

enum { MAX_SEGMENTS = 32, MAX_PARENTS = 32 };

/* The version that is written for deployments, which Bicep's modules become. */
#define DEPLOYMENTS_VERSION "2025-04-01"

static bl_bicep_declared *child_of(const bl_bicep_declared *parent, bl_str name)
{
	for (size_t i = 0; i < parent->children.n; i++)
		if (bl_str_eq(bl_block_label(parent->children.items[i]->block, 0), name))
			return parent->children.items[i];
	return NULL;
}

static bool is_local(const bl_bicep_builder *b, bl_str name)
{
	for (const bl_bicep_binding *l = b->locals; l; l = l->next)
		if (bl_str_eq(l->name, name))
			return true;
	return false;
}

/* What a bare name stands for: a resource nested in one around this place, or one of the file. */
static bl_bicep_declared *by_name(bl_bicep_builder *b, bl_str name)
{
	if (is_local(b, name) || b->imported)
		return NULL;
	for (bl_bicep_declared *around = b->current; around; around = around->parent) {
		bl_bicep_declared *d = child_of(around, name);
		if (d)
			return d;
	}
	bl_bicep_symbol *symbol = bl_map_get(&b->s->symbols, name);
	return symbol && symbol->scope == b->s ? symbol->declared : NULL;
}

bool bl_bicep_build_target(bl_bicep_builder *b, const bl_expr *e, bl_bicep_named *t)
{
	*t = (bl_bicep_named){0};
	for (int i = 0; i < MAX_PARENTS; i++) {
		bl_bicep_symbol *symbol;
		switch (e->kind) {
		case BL_EXPR_NAME:
			t->declared = by_name(b, e->text);
			if (t->declared)
				return true;
			symbol = is_local(b, e->text) || b->imported ? NULL : bl_map_get(&b->s->symbols, e->text);
			if (!symbol || symbol->scope != b->s || !symbol->block || !bl_str_eqz(symbol->block->kind, "var") ||
				!bl_block_expr(symbol->block, "value"))
				return false;
			e = bl_block_expr(symbol->block, "value");
			break;
		case BL_EXPR_CHILD: {
			bl_bicep_named base;
			if (!bl_bicep_build_target(b, e->kids[0], &base))
				return false;
			*t = (bl_bicep_named){child_of(base.declared, e->text), base.index, base.index_text};
			return t->declared;
		}
		case BL_EXPR_INDEX:
			if (!bl_bicep_build_target(b, e->kids[0], t) || !t->declared->loop || t->index)
				return false;
			t->index = e->kids[1];
			t->index_text = bl_bicep_build_text(b, e->kids[1]);
			return true;
		case BL_EXPR_UNARY:
			if (!bl_str_eqz(e->text, "!."))
				return false;
			e = e->kids[0];
			break;
		default:
			return false;
		}
	}
	return false;
}

bl_str bl_bicep_build_symbol(bl_bicep_builder *b, const bl_bicep_declared *d)
{
	bl_str name = bl_block_label(d->block, 0);
	if (!d->parent)
		return name;
	bl_str outer = bl_bicep_build_symbol(b, d->parent);
	return bl_str_fmt(b->arena, BL_FMT "::" BL_FMT, BL_ARG(outer), BL_ARG(name));
}

const bl_expr *bl_bicep_build_body(const bl_bicep_declared *d, const bl_expr **loop, const bl_expr **condition)
{
	const bl_expr *body = bl_block_expr(d->block, "body");
	*loop = body && body->kind == BL_EXPR_FOR ? body : NULL;
	body = *loop ? (*loop)->kids[2] : body;
	if (condition)
		*condition = NULL;
	if (body && body->kind == BL_EXPR_IF) {
		if (condition)
			*condition = body->kids[0];
		body = body->kids[1];
	}
	return body && body->kind == BL_EXPR_OBJECT ? body : NULL;
}

/* ---- being in another resource's place ---- */

typedef struct place {
	const bl_bicep_binding *locals;
	bl_bicep_declared *current;
	bl_bicep_symbol *imported;
} place;

/* Puts the builder where t's own expressions stand, its loop's variables set; leave() goes back. */
static place enter(bl_bicep_builder *b, const bl_bicep_named *t)
{
	place outer = {b->locals, b->current, b->imported};
	const bl_expr *loop;
	bl_bicep_declared *d = t->declared;
	b->locals = NULL;
	b->current = d;
	b->imported = NULL;
	for (bl_bicep_declared *p = d; p; p = p->parent) {
		bl_bicep_build_body(p, &loop, NULL);
		if (loop)
			bl_bicep_bind_loop(b, loop, t->index_text.n ? t->index_text : BL_STR("copyIndex()"));
	}
	return outer;
}

static void leave(bl_bicep_builder *b, place outer)
{
	b->locals = outer.locals;
	b->current = outer.current;
	b->imported = outer.imported;
}

bool bl_bicep_build_parent(bl_bicep_builder *b, bl_bicep_declared *d, bl_bicep_named *out)
{
	const bl_expr *loop, *body = bl_bicep_build_body(d, &loop, NULL);
	*out = (bl_bicep_named){0};
	if (d->parent) {
		out->declared = d->parent;
		return true;
	}
	const bl_expr *parent = body ? bl_azure_key(body, "parent") : NULL;
	return parent && bl_bicep_build_target(b, parent, out) && out->declared != d;
}

static bl_str call_of(bl_bicep_builder *b, const char *name, const bl_str *args, size_t n)
{
	bl_buf out = {0};
	bl_buf_putf(&out, "%s(", name);
	for (size_t i = 0; i < n; i++)
		bl_buf_putf(&out, "%s" BL_FMT, i ? ", " : "", BL_ARG(args[i]));
	bl_buf_putc(&out, ')');
	bl_str text = bl_str_dup(b->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	*b->size += text.n;
	return text;
}

bool bl_bicep_is_known(const bl_bicep_declared *d, bl_str key)
{
	return bl_str_eqz(key, "name") ||
	       (!d->is_module && (bl_str_eqz(key, "id") || bl_str_eqz(key, "type") || bl_str_eqz(key, "apiVersion")));
}

/* ---- names ---- */

static size_t segments_of(bl_str type)
{
	size_t n = 0;
	for (size_t i = 0; i < type.n; i++)
		n += type.p[i] == '/';
	return n;
}

/* A module's name when it has none: its symbol's, and what makes it unique. */
static bl_str generated_name(bl_bicep_builder *b, bl_bicep_declared *d)
{
	bl_str symbol = bl_block_label(d->block, 0), quoted = bl_bicep_build_quote(b, symbol);
	if (d->loop)
		return bl_str_fmt(b->arena, "format('" BL_FMT "-{0}-{1}', copyIndex(), uniqueString(" BL_FMT ", deployment().name))",
			BL_ARG(symbol), BL_ARG(quoted));
	return bl_str_fmt(b->arena, "format('" BL_FMT "-{0}', uniqueString(" BL_FMT ", deployment().name))", BL_ARG(symbol), BL_ARG(quoted));
}

static const bl_expr *name_of(const bl_bicep_declared *d)
{
	const bl_expr *loop, *body = bl_bicep_build_body(d, &loop, NULL);
	return body ? bl_azure_key(body, "name") : NULL;
}

/* The resource's own name, as text, where its expressions stand. */
static bl_str own_name(bl_bicep_builder *b, bl_bicep_declared *d)
{
	const bl_expr *name = name_of(d);
	return name ? bl_bicep_build_text(b, name) : generated_name(b, d);
}

/* The names along the parents, outermost first, each as text; whole: one a resource, else one a segment of its type. */
static size_t names_of(bl_bicep_builder *b, const bl_bicep_named *t, bl_str *out, bool whole, int depth)
{
	bl_bicep_named parent;
	bl_bicep_declared *d = t->declared;
	size_t n = 0;
	place outer = enter(b, t);
	bool has_parent = depth < MAX_PARENTS && bl_bicep_build_parent(b, d, &parent);
	if (has_parent) {
		if (d->parent)
			parent.index_text = t->index_text;
		n = names_of(b, &parent, out, whole, depth + 1);
	}
	const bl_expr *name = name_of(d);
	bl_str text = own_name(b, d);
	leave(b, outer);
	size_t want = d->is_module || whole ? 1 : segments_of(d->type) - (has_parent ? n : 0);
	if (n >= MAX_SEGMENTS - 1)
		return n;
	if (want <= 1 || whole) {
		out[n++] = text;
		return n;
	}
	bl_str rest = name && name->kind == BL_EXPR_LITERAL ? bl_value_text(name->value) : BL_STR(""), segment;
	for (size_t i = 0; i < want && n < MAX_SEGMENTS; i++) {
		if (name && name->kind == BL_EXPR_LITERAL) {
			rest = bl_str_cut(rest, '/', &segment);
			out[n++] = bl_bicep_build_quote(b, segment);
		} else {
			out[n++] = bl_str_fmt(b->arena, "split(" BL_FMT ", '/')[%zu]", BL_ARG(text), i);
		}
	}
	return n;
}

const bl_value *bl_bicep_build_name(bl_bicep_builder *b, const bl_bicep_named *t)
{
	bl_str names[MAX_SEGMENTS + 1];
	size_t n = names_of(b, t, names + 1, true, 0);
	const bl_expr *name = name_of(t->declared);
	if (n == 1) {
		place outer = enter(b, t);
		const bl_value *v = name ? bl_bicep_build_value(b, name) : bl_bicep_build_string(b, names[1]);
		leave(b, outer);
		return v;
	}
	bl_buf format = {0};
	for (size_t i = 0; i < n; i++)
		bl_buf_putf(&format, "%s{%zu}", i ? "/" : "'", i);
	bl_buf_putc(&format, '\'');
	names[0] = bl_str_dup(b->arena, bl_buf_str(&format));
	bl_buf_done(&format);
	return bl_bicep_build_string(b, call_of(b, "format", names, n + 1));
}

/* ---- ids ---- */

/* The `scope` of the outermost resource that t is a child of; *holder is that resource. */
static const bl_expr *scope_of(bl_bicep_builder *b, const bl_bicep_named *t, bl_bicep_named *holder)
{
	*holder = *t;
	for (int i = 0; i < MAX_PARENTS; i++) {
		bl_bicep_named parent;
		const bl_expr *loop, *body = bl_bicep_build_body(holder->declared, &loop, NULL);
		const bl_expr *scope = body ? bl_azure_key(body, "scope") : NULL;
		if (scope)
			return scope;
		place outer = enter(b, holder);
		bool found = bl_bicep_build_parent(b, holder->declared, &parent);
		leave(b, outer);
		if (!found)
			return NULL;
		if (holder->declared->parent)
			parent.index_text = holder->index_text;
		*holder = parent;
	}
	return NULL;
}

/* The id of a scope that is a call: resourceGroup('x'), subscription('y'), managementGroup('z'); empty for the file's own or the tenant. */
static bl_str scope_id(bl_bicep_builder *b, const bl_expr *e)
{
	uint32_t first = e->method ? 1 : 0, n = e->n - first;
	bl_str args[3];
	for (uint32_t i = 0; i < n && i < 2; i++)
		args[i + 1] = bl_bicep_build_text(b, e->kids[first + i]);
	if (bl_str_eqz(e->text, "resourceGroup") && n == 2) {
		args[0] = BL_STR("'/subscriptions/{0}/resourceGroups/{1}'");
		return call_of(b, "format", args, 3);
	}
	if (bl_str_eqz(e->text, "resourceGroup") && n == 1) {
		bl_str group[] = {BL_STR("'/subscriptions/{0}/resourceGroups/{1}'"), BL_STR("subscription().subscriptionId"), args[1]};
		return call_of(b, "format", group, 3);
	}
	if (bl_str_eqz(e->text, "managementGroup") && n == 1) {
		bl_str group[] = {BL_STR("'Microsoft.Management/managementGroups'"), args[1]};
		return call_of(b, "tenantResourceId", group, 2);
	}
	if (bl_str_eqz(e->text, "managementGroup"))
		return BL_STR("managementGroup().id");
	return BL_STR("");
}

bl_str bl_bicep_build_id(bl_bicep_builder *b, const bl_bicep_named *t)
{
	bl_str args[MAX_SEGMENTS + 3];
	bl_bicep_named holder, other;
	const bl_expr *scope = scope_of(b, t, &holder);
	bl_str target = bl_bicep_target(b->s->document), around = {"", 0};
	const char *function = "resourceId";
	if (b->depth > BL_EVAL_MAX_DEPTH)
		return BL_STR("null()");
	b->depth++;
	args[1] = bl_bicep_build_quote(b, t->declared->type);
	size_t n = 2 + names_of(b, t, args + 2, false, 0);
	if (scope) {
		place outer = enter(b, &holder);
		if (bl_bicep_build_target(b, scope, &other) && other.declared != holder.declared) {
			bool group = bl_str_eqiz(other.declared->type, "Microsoft.Resources/resourceGroups");
			bl_str names[MAX_SEGMENTS + 1];
			if (group && names_of(b, &other, names, false, 0) == 1) {
				bl_str parts[] = {BL_STR("'/subscriptions/{0}/resourceGroups/{1}'"), BL_STR("subscription().subscriptionId"), names[0]};
				around = call_of(b, "format", parts, 3);
			} else {
				around = bl_bicep_build_id(b, &other);
			}
		} else if (scope->kind == BL_EXPR_CALL) {
			around = scope_id(b, scope);
			target = around.n ? target : scope->text;
			if (bl_str_eqz(scope->text, "subscription") && scope->n > (scope->method ? 1u : 0u)) {
				args[0] = bl_bicep_build_text(b, scope->kids[scope->n - 1]);
				leave(b, outer);
				b->depth--;
				return call_of(b, "subscriptionResourceId", args, n);
			}
		}
		leave(b, outer);
	}
	b->depth--;
	if (!around.n && bl_str_eqz(target, "managementGroup"))
		around = BL_STR("managementGroup().id");
	if (around.n) {
		args[0] = around;
		return call_of(b, "extensionResourceId", args, n);
	}
	if (bl_str_eqz(target, "subscription"))
		function = "subscriptionResourceId";
	else if (bl_str_eqz(target, "tenant"))
		function = "tenantResourceId";
	return call_of(b, function, args + 1, n - 1);
}

/* ---- reference() ---- */

static bl_str version_of(bl_bicep_builder *b, const bl_bicep_declared *d)
{
	return bl_bicep_build_quote(b, d->is_module ? BL_STR(DEPLOYMENTS_VERSION) : d->api_version);
}

bl_str bl_bicep_build_resource(bl_bicep_builder *b, const bl_bicep_named *t)
{
	if (!b->symbolic)
		return bl_bicep_build_id(b, t);
	bl_str symbol = bl_bicep_build_symbol(b, t->declared);
	if (t->index_text.n)
		return bl_str_fmt(b->arena, "format('" BL_FMT "[{0}]', " BL_FMT ")", BL_ARG(symbol), BL_ARG(t->index_text));
	return bl_bicep_build_quote(b, symbol);
}

static bl_str reference(bl_bicep_builder *b, const bl_bicep_named *t, bool full)
{
	bl_str args[] = {bl_bicep_build_resource(b, t), version_of(b, t->declared), BL_STR("'full'")};
	bool collection = t->declared->loop && !t->index_text.n && b->symbolic;
	return call_of(b, collection ? "references" : "reference", args, full ? 3 : b->symbolic ? 1 : 2);
}

/* The name that is asked for as a member: a child's own part, else the whole. */
static bl_str member_name(bl_bicep_builder *b, const bl_bicep_named *t)
{
	place outer = enter(b, t);
	bl_str text = own_name(b, t->declared);
	leave(b, outer);
	return text;
}

static bl_str step(bl_bicep_builder *b, bl_str base, bl_str key)
{
	return bl_str_fmt(b->arena, BL_FMT "." BL_FMT, BL_ARG(base), BL_ARG(key));
}

/* The resource as a whole for `.?`: one that may not be deployed is null then. */
bl_str bl_bicep_build_guarded(bl_bicep_builder *b, const bl_bicep_named *t)
{
	const bl_expr *loop, *condition;
	bl_str args[] = {BL_STR(""), reference(b, t, !t->declared->is_module), BL_STR("null()")};
	bl_bicep_build_body(t->declared, &loop, &condition);
	if (!condition)
		return args[1];
	place outer = enter(b, t);
	args[0] = bl_bicep_build_text(b, condition);
	leave(b, outer);
	return call_of(b, "if", args, 3);
}

static bl_str property(bl_bicep_builder *b, const bl_bicep_named *t, bl_str key)
{
	const bl_bicep_declared *d = t->declared;
	if (bl_str_eqz(key, "name"))
		return member_name(b, t);
	if (d->is_module)
		return step(b, reference(b, t, false), key);
	if (bl_str_eqz(key, "id"))
		return bl_bicep_build_id(b, t);
	if (bl_str_eqz(key, "type"))
		return bl_bicep_build_quote(b, d->type);
	if (bl_str_eqz(key, "apiVersion"))
		return bl_bicep_build_quote(b, d->api_version);
	if (bl_str_eqz(key, "properties"))
		return reference(b, t, false);
	return step(b, reference(b, t, true), key);
}

/* A step's key, when it is written out: `.key` or `['key']`. */
static bool key_of(const bl_expr *e, bl_str *key)
{
	if (e->kind == BL_EXPR_ATTR) {
		*key = e->text;
		return true;
	}
	if (e->kind != BL_EXPR_INDEX || bl_str_eqz(e->text, "^") || e->kids[1]->kind != BL_EXPR_LITERAL || e->kids[1]->value->kind != BL_STRING)
		return false;
	*key = e->kids[1]->value->string;
	return true;
}

bool bl_bicep_build_member(bl_bicep_builder *b, const bl_expr *e, bl_str *out)
{
	bl_bicep_named t;
	bl_str key, outer;
	if (bl_bicep_build_target(b, e, &t)) {
		*out = reference(b, &t, true);
		return true;
	}
	if (!key_of(e, &key))
		return false;
	if (bl_bicep_build_target(b, e->kids[0], &t)) {
		*out = property(b, &t, key);
		return true;
	}
	/* an output of a module: what it is, is its `value` */
	const bl_expr *outputs = e->kids[0];
	if (!key_of(outputs, &outer) || !bl_str_eqz(outer, "outputs") || !bl_bicep_build_target(b, outputs->kids[0], &t) || !t.declared->is_module)
		return false;
	*out = step(b, step(b, step(b, reference(b, &t, false), outer), key), BL_STR("value"));
	return true;
}

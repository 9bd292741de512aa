/*
 * Transforms that turn a tree into a tree before anything is evaluated: AWS::Include, whose fragment is read when it lies beside the
 * template (`aws cloudformation package` uploads such files), and Fn::ForEach of AWS::LanguageExtensions.
 */
#include "eval/cloudformation.h"
#include "eval/path.h"

enum { MAX_DEPTH = 100 };

/* Identifiers of the loops around a value, innermost first. value: NULL while the collection is not known. */
typedef struct binding {
	bl_str name;
	const bl_value *value;
	const struct binding *next;
} binding;

typedef struct expansion {
	bl_stack *s;
	bl_arena *arena;
	int includes; /* fragments within fragments */
} expansion;

/* What a text is for: names of resources and conditions stand as they are, Fn::Sub replaces what is not known when it is evaluated. */
typedef enum role { TEXT, NAME, SUB } role;

static const bl_value *expand(expansion *x, const bl_value *v, const binding *b, role as, int depth);

static const binding *bound(const binding *b, bl_str name)
{
	for (; b; b = b->next)
		if (bl_str_eq(b->name, name))
			return b;
	return NULL;
}

/* ---- fragments */

/* Where a path of the template leads; empty for a URL. */
static bl_str local_path(const bl_stack *s, bl_str path)
{
	bool remote = !path.n || bl_str_find(path, BL_STR("://"), 0) >= 0 || path.p[0] == '/';
	return remote ? BL_STR("") : bl_eval_path(s->run->arena, bl_eval_folder(s->document->path), path);
}

const bl_document *bl_stack_local(const bl_stack *s, bl_str path)
{
	const bl_loader *l = s->run->input->loader;
	bl_str where = local_path(s, path);
	return where.n && l && l->document ? l->document(l->context, where) : NULL;
}

/* The fragment's tree; NULL, and a known gap, when it is not at hand. */
static const bl_value *fragment(expansion *x, const bl_value *location)
{
	bl_stack *s = x->s;
	const bl_loader *l = s->run->input->loader;
	const bl_value *where = bl_stack_evaluate(s, location, 0);
	bl_str path = bl_value_text(where), whole = local_path(s, path), text;
	if (whole.n && x->includes < BL_STACK_MAX_NESTED && l && l->bytes && l->parse && l->bytes(l->context, whole, &text)) {
		const bl_document *d = bl_stack_local(s, path);
		bool ours = d && d->language == BL_LANG_CLOUDFORMATION;
		bl_sources *sources = s->run->input->sources;
		if (!ours) /* a fragment need not look like a template */
			d = l->parse(l->context, BL_LANG_CLOUDFORMATION,
				d ? d->source : bl_sources_add(sources, s->document->repo, bl_sources_keep_str(sources, whole), text), NULL);
		if (bl_document_tree(d))
			return bl_document_tree(d);
	}
	bl_stack_gap(s, location->span, "what AWS::Include brings in is not read");
	s->macros = true;
	return NULL;
}

/* The location of {Name: AWS::Include, Parameters: {Location: ...}}; NULL for another macro. */
static const bl_value *include_location(const bl_value *call)
{
	return bl_value_is_string(bl_value_getz(call, "Name"), "AWS::Include")
		       ? bl_value_getz(bl_value_getz(call, "Parameters"), "Location")
		       : NULL;
}

/* ---- loops */

/* &{X} is the value's letters and digits. */
static void put_bound(bl_buf *out, bl_str text, bool bare)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (plain || !bare)
			bl_buf_putc(out, c);
	}
}

/*
 * Replaces ${X} and &{X} of loops. unknown: set when one of them has no known value, which then is written '*', or stays as it is in SUB.
 * The text itself comes back when there is nothing to replace.
 */
static bl_str replace(expansion *x, bl_str text, const binding *b, role as, bool *unknown)
{
	bl_buf out = {0};
	size_t at = 0;
	for (size_t i = 0; b && i + 2 < text.n; i++) {
		if ((text.p[i] != '$' && text.p[i] != '&') || text.p[i + 1] != '{')
			continue;
		ptrdiff_t close = bl_str_find(text, BL_STR("}"), i);
		const binding *found = close < 0 ? NULL : bound(b, bl_str_trim(bl_str_slice(text, i + 2, (size_t)close)));
		bl_str value;
		bool known = found && found->value && bl_stack_text(found->value, &value);
		if (!found || (!known && as == SUB))
			continue;
		bl_buf_put(&out, bl_str_slice(text, at, i));
		if (known) {
			put_bound(&out, value, text.p[i] == '&');
		} else {
			bl_buf_putc(&out, '*');
			*unknown = true;
		}
		at = i = (size_t)close;
		at++;
	}
	if (!at)
		return text;
	bl_buf_put(&out, bl_str_slice(text, at, text.n));
	bl_str result = bl_str_dup(x->arena, bl_buf_str(&out));
	bl_stack_spend_bytes(x->s->run, result.n);
	bl_buf_done(&out);
	return result;
}

static void expand_into(expansion *x, const bl_value *map, const binding *b, bl_items *out, bl_map *index, int depth);

static role role_of(bl_str key)
{
	static const char *const names[] = {"Condition", "DependsOn", "Fn::GetAtt", "Fn::If", "Ref"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(key, names[i]))
			return NAME;
	return bl_str_eqz(key, "Fn::Sub") ? SUB : TEXT;
}

static void put_item(expansion *x, bl_items *out, bl_map *index, bl_item item)
{
	uintptr_t at = (uintptr_t)bl_map_get(index, item.key);
	if (at) {
		out->items[at - 1] = item;
		return;
	}
	bl_vec_push(x->arena, out, item);
	bl_map_put(x->arena, index, item.key, (void *)(uintptr_t)out->n);
}

/* [Identifier, Collection, {key: value}]; what it makes goes beside the other items of the map it stands in. */
static void run_loop(expansion *x, const bl_item *loop, const binding *b, bl_items *out, bl_map *index, int depth)
{
	const bl_value *v = loop->value;
	bl_str name = bl_value_is(v, BL_LIST) && v->n == 3 ? bl_value_text(v->list[0]) : BL_STR("");
	if (!name.n || v->list[2]->kind != BL_MAP) {
		bl_diag_add(x->arena, &x->s->run->out->diags, BL_DIAG_ERROR, loop->key_span,
			"Fn::ForEach needs an identifier, a collection and a map of what to repeat");
		return;
	}
	if (x->s->versioned && !x->s->extensions && !x->s->macros)
		bl_diag_add(x->arena, &x->s->run->out->diags, BL_DIAG_ERROR, loop->key_span,
			"Fn::ForEach needs the transform AWS::LanguageExtensions");
	const bl_value *collection = bl_stack_evaluate(x->s, expand(x, v->list[1], b, TEXT, depth + 1), depth);
	bool known = collection->kind == BL_LIST && !collection->open;
	if (!known)
		bl_map_put(x->arena, &x->s->loops, name, (void *)v);
	for (uint32_t i = 0; i < (known ? collection->n : 1) && bl_stack_spend(x->s->run, 1); i++) {
		bl_str text;
		binding own = {name, known && bl_stack_text(collection->list[i], &text) ? collection->list[i] : NULL, b};
		if (!own.value)
			bl_map_put(x->arena, &x->s->loops, name, (void *)v);
		expand_into(x, v->list[2], &own, out, index, depth + 1);
	}
}

static void expand_into(expansion *x, const bl_value *map, const binding *b, bl_items *out, bl_map *index, int depth)
{
	for (uint32_t i = 0; map->kind == BL_MAP && i < map->n && bl_stack_spend(x->s->run, 1); i++) {
		bl_item item = map->map[i];
		const bl_value *location = bl_str_eqz(item.key, "Fn::Transform") ? include_location(item.value) : NULL;
		bool ignored = false;
		x->s->macros = x->s->macros || (bl_str_eqz(item.key, "Fn::Transform") && !location); /* it may declare anything */
		if (bl_str_starts(item.key, BL_STR("Fn::ForEach::")) && depth < MAX_DEPTH) {
			run_loop(x, &item, b, out, index, depth + 1);
			continue;
		}
		if (location) {
			const bl_value *tree = fragment(x, location);
			x->includes++;
			if (bl_value_is(tree, BL_MAP) && depth < MAX_DEPTH)
				expand_into(x, tree, b, out, index, depth + 1);
			x->includes--;
			if (tree)
				continue;
		}
		item.key = replace(x, item.key, b, NAME, &ignored);
		item.value = expand(x, item.value, b, role_of(item.key), depth + 1);
		put_item(x, out, index, item);
	}
}

static const bl_value *expand_text(expansion *x, const bl_value *v, const binding *b, role as)
{
	bool unknown = false;
	bl_str text = replace(x, v->string, b, as, &unknown);
	if (text.p == v->string.p)
		return v;
	if (unknown && as == TEXT) /* the loop's identifier is among the stack's loops now */
		return bl_stack_call(x->arena, v->span, "Fn::Sub", v);
	bl_value *copy = bl_value_at(x->arena, v, v->span);
	copy->string = text;
	return copy;
}

static bool needs_expansion(const bl_value *map)
{
	for (uint32_t i = 0; i < map->n; i++)
		if (bl_str_starts(map->map[i].key, BL_STR("Fn::ForEach::")) || bl_str_eqz(map->map[i].key, "Fn::Transform"))
			return true;
	return false;
}

/* An include in place of a value, which need not be a map; NULL for anything else. */
static const bl_value *included_value(expansion *x, const bl_value *v, const binding *b, int depth)
{
	bool macro = v->n == 1 && bl_str_eqz(v->map[0].key, "Fn::Transform") && depth < MAX_DEPTH;
	const bl_value *location = macro ? include_location(v->map[0].value) : NULL, *tree = location ? fragment(x, location) : NULL;
	if (!location)
		return NULL;
	x->includes++;
	const bl_value *whole = tree ? expand(x, tree, b, TEXT, depth + 1) : v;
	x->includes--;
	return whole;
}

static const bl_value *expand_map(expansion *x, const bl_value *v, const binding *b, int depth)
{
	bl_str name = v->n == 1 && bl_str_eqz(v->map[0].key, "Ref") ? bl_value_text(v->map[0].value) : BL_STR("");
	const binding *found = name.n ? bound(b, name) : NULL;
	if (found && found->value)
		return bl_value_at(x->arena, found->value, v->map[0].value->span);
	const bl_value *whole = included_value(x, v, b, depth);
	if (whole)
		return whole;
	if (b || needs_expansion(v)) {
		bl_items items = {0};
		bl_map index = {0};
		expand_into(x, v, b, &items, &index, depth);
		return bl_items_value(x->arena, v->span, &items);
	}
	bl_item *items = NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *value = expand(x, v->map[i].value, b, TEXT, depth + 1);
		if (value != v->map[i].value && !items) {
			items = bl_new_n(x->arena, bl_item, v->n);
			memcpy(items, v->map, v->n * sizeof *items);
		}
		if (items)
			items[i].value = value;
	}
	return items ? bl_value_map(x->arena, v->span, items, v->n) : v;
}

static const bl_value *expand_list(expansion *x, const bl_value *v, const binding *b, role as, int depth)
{
	const bl_value **list = NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_value *value = expand(x, v->list[i], b, as, depth + 1);
		if (value != v->list[i] && !list) {
			list = bl_new_n(x->arena, const bl_value *, v->n);
			memcpy(list, v->list, v->n * sizeof *list);
		}
		if (list)
			list[i] = value;
	}
	return list ? bl_value_list(x->arena, v->span, list, v->n) : v;
}

static const bl_value *expand(expansion *x, const bl_value *v, const binding *b, role as, int depth)
{
	if (depth > BL_EVAL_MAX_DEPTH || !bl_stack_spend(x->s->run, 1))
		return v;
	if (v->kind == BL_MAP && v->n)
		return expand_map(x, v, b, depth);
	if (v->kind == BL_LIST)
		return expand_list(x, v, b, as, depth);
	return v->kind == BL_STRING && b ? expand_text(x, v, b, as) : v;
}

const bl_value *bl_stack_expand(bl_stack *s, const bl_value *v)
{
	expansion x = {.s = s, .arena = s->run->arena};
	return v ? expand(&x, v, NULL, TEXT, 0) : NULL;
}

/* ---- the Transform section */

static void note_macro(bl_stack *s, const bl_value *v)
{
	static const char *const own[] = {"AWS::CodeDeployBlueGreen", "AWS::CodeStar", "AWS::LanguageExtensions",
		"AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16", "AWS::ServiceCatalog"};
	bl_str name = v->kind == BL_STRING ? v->string : bl_value_text(bl_value_getz(v, "Name"));
	if (bl_str_eqz(name, "AWS::Serverless-2016-10-31")) {
		s->sam = true;
		return;
	}
	s->extensions = s->extensions || bl_str_eqz(name, "AWS::LanguageExtensions");
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (bl_str_eqz(name, own[i]))
			return;
	s->macros = true;
	if (bl_str_eqz(name, "AWS::Include"))
		return;
	bl_stack_gap(s, v->span, "the macro '" BL_FMT "' runs when the stack is deployed: what it changes is not known", BL_ARG(name));
}

const bl_value *bl_stack_include_sections(bl_stack *s, const bl_value *root)
{
	const bl_value *transform = bl_value_getz(root, "Transform"), **list = &transform;
	uint32_t n = transform ? 1 : 0;
	if (bl_value_is(transform, BL_LIST)) {
		list = transform->list;
		n = transform->n;
	}
	expansion x = {.s = s, .arena = s->run->arena};
	bl_items items = {0};
	bl_map index = {0};
	for (uint32_t i = 0; i < n; i++) {
		const bl_value *location = include_location(list[i]), *tree = location ? fragment(&x, location) : NULL;
		if (!tree)
			note_macro(s, list[i]);
		for (uint32_t k = 0; bl_value_is(tree, BL_MAP) && k < tree->n; k++)
			put_item(&x, &items, &index, tree->map[k]);
	}
	if (!items.n)
		return root;
	for (uint32_t i = 0; i < root->n; i++)
		put_item(&x, &items, &index, root->map[i]);
	return bl_items_value(x.arena, root->span, &items);
}

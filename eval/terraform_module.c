/* A module: its items, and how variables, locals, calls and outputs get their values. */
#include "eval/terraform.h"

bool bl_tf_is_variable_file(const bl_document *d)
{
	return bl_str_eqz(d->dialect, "tfvars") || bl_str_eqz(d->dialect, "tfvars-json");
}

bool bl_tf_is_override(bl_str path)
{
	bl_str name = bl_str_slice(path, (size_t)(bl_str_rfind_char(path, '/') + 1), path.n), stem;
	bl_str_cut(name, '.', &stem);
	return bl_str_eqz(stem, "override") || bl_str_ends(stem, BL_STR("_override"));
}

static bl_tf_item *add_item(bl_tf *tf, bl_map *to, bl_str name, const bl_block *block)
{
	bl_tf_item *item = bl_new(tf->arena, bl_tf_item);
	item->block = block;
	item->name = name;
	item->condition = BL_YES;
	bl_tf_item *old = bl_map_get(to, name);
	if (old)
		return old; /* the first counts; that there are two was said when the module's form was looked at */
	bl_map_put(tf->arena, to, name, item);
	return item;
}

static void add_locals(bl_tf *tf, bl_tf_module *m, const bl_block *b)
{
	for (size_t i = 0; i < b->attrs.n; i++)
		add_item(tf, &m->locals, b->attrs.items[i].name, b)->attr = &b->attrs.items[i];
}

static void add_resource(bl_tf *tf, bl_tf_module *m, const bl_block *b, bool data)
{
	bl_str type = bl_block_label(b, 0), name = bl_block_label(b, 1);
	if (b->labels.n != 2)
		return;
	bl_str full = bl_str_fmt(tf->arena, "%s" BL_FMT "." BL_FMT, data ? "data." : "", BL_ARG(type), BL_ARG(name));
	bl_tf_item *item = add_item(tf, &m->resources, full, b);
	if (item->block != b)
		return;
	item->data = data;
	bl_vec_push(tf->arena, &m->declared, item);
}

static void add_block(bl_tf *tf, bl_tf_module *m, const bl_block *b)
{
	if (bl_str_eqz(b->kind, "resource")) {
		add_resource(tf, m, b, false);
	} else if (bl_str_eqz(b->kind, "data")) {
		add_resource(tf, m, b, true);
	} else if (bl_str_eqz(b->kind, "locals")) {
		add_locals(tf, m, b);
	} else if (bl_str_eqz(b->kind, "check")) {
		bl_vec_push(tf->arena, &m->checks, b);
		for (size_t i = 0; i < b->blocks.n; i++)
			if (bl_str_eqz(b->blocks.items[i]->kind, "data"))
				add_resource(tf, m, b->blocks.items[i], true);
	} else if (b->labels.n != 1) {
		return; /* terraform, moved, import: they declare nothing of their own */
	} else if (bl_str_eqz(b->kind, "variable")) {
		add_item(tf, &m->variables, bl_block_label(b, 0), b);
	} else if (bl_str_eqz(b->kind, "output")) {
		add_item(tf, &m->outputs, bl_block_label(b, 0), b);
	} else if (bl_str_eqz(b->kind, "module")) {
		bl_tf_item *item = add_item(tf, &m->calls, bl_block_label(b, 0), b);
		if (item->block == b)
			bl_vec_push(tf->arena, &m->declared, item);
	}
}

static bool same_labels(const bl_block *a, const bl_block *b)
{
	if (!bl_str_eq(a->kind, b->kind) || a->labels.n != b->labels.n)
		return false;
	for (size_t i = 0; i < a->labels.n; i++)
		if (!bl_str_eq(a->labels.items[i].text, b->labels.items[i].text))
			return false;
	return true;
}

/* What an override file says of a block stands in the place of what the block says: argument by argument, and all nested blocks of a kind. */
static const bl_block *merged(bl_arena *arena, const bl_block *base, const bl_block *over)
{
	bl_block *b = bl_new(arena, bl_block);
	*b = *base;
	b->attrs.items = NULL;
	b->attrs.n = b->attrs.cap = 0;
	b->blocks.items = NULL;
	b->blocks.n = b->blocks.cap = 0;
	for (size_t i = 0; i < base->attrs.n; i++)
		if (!bl_block_attr(over, bl_str_z(arena, base->attrs.items[i].name)))
			bl_vec_push(arena, &b->attrs, base->attrs.items[i]);
	for (size_t i = 0; i < over->attrs.n; i++)
		bl_vec_push(arena, &b->attrs, over->attrs.items[i]);
	for (size_t i = 0; i < base->blocks.n; i++) {
		bool replaced = false;
		for (size_t k = 0; k < over->blocks.n; k++)
			replaced |= bl_str_eq(base->blocks.items[i]->kind, over->blocks.items[k]->kind);
		if (!replaced)
			bl_vec_push(arena, &b->blocks, base->blocks.items[i]);
	}
	for (size_t i = 0; i < over->blocks.n; i++)
		bl_vec_push(arena, &b->blocks, over->blocks.items[i]);
	return b;
}

static void override_block(bl_tf *tf, bl_tf_module *m, const bl_block *over)
{
	bl_map *maps[] = {&m->resources, &m->calls, &m->variables, &m->outputs};
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		for (size_t k = 0; k < maps[i]->n; k++) {
			bl_tf_item *item = maps[i]->entries[k].value;
			if (same_labels(item->block, over)) {
				item->block = merged(tf->arena, item->block, over);
				item->overridden = over->head;
				return;
			}
		}
	}
	for (size_t i = 0; bl_str_eqz(over->kind, "locals") && i < over->attrs.n; i++) {
		bl_tf_item *item = bl_map_get(&m->locals, over->attrs.items[i].name);
		if (item)
			item->attr = &over->attrs.items[i];
	}
}

bl_tf_module *bl_tf_module_new(bl_tf *tf, bl_tf_module *parent, const bl_document *const *documents, size_t n)
{
	bl_tf_module *m = bl_new(tf->arena, bl_tf_module);
	m->parent = parent;
	m->documents = documents;
	m->ndocuments = n;
	m->depth = parent ? parent->depth + 1 : 0;
	m->condition = BL_YES;
	for (int over = 0; over < 2; over++) {
		for (size_t i = 0; i < n; i++) {
			const bl_document *d = documents[i];
			if (bl_tf_is_variable_file(d) || bl_tf_is_shown(d) || bl_tf_is_override(d->path) != over)
				continue;
			for (size_t k = 0; k < d->blocks.n; k++) {
				if (over)
					override_block(tf, m, d->blocks.items[k]);
				else
					add_block(tf, m, d->blocks.items[k]);
			}
		}
	}
	return m;
}

/* --- variables --- */

/* What the variable files say of a variable: the last one wins. */
typedef struct file_value {
	const bl_attr *attr;
	size_t file; /* its place among the files */
} file_value;

static void index_file(bl_tf *tf, const bl_document *d, size_t place)
{
	for (size_t k = 0; k < d->blocks.n; k++) {
		const bl_block *b = d->blocks.items[k];
		for (size_t a = 0; !b->kind.n && a < b->attrs.n; a++) {
			file_value *w = bl_new(tf->arena, file_value);
			*w = (file_value){&b->attrs.items[a], place};
			bl_map_put(tf->arena, &tf->written, w->attr->name, w);
		}
	}
}

static const file_value *written_of(bl_tf *tf, bl_str name)
{
	const bl_eval_options *o = tf->input->options;
	for (size_t i = 0; o && !tf->files_read && i < o->nvar_files; i++)
		index_file(tf, o->var_files[i], i);
	tf->files_read = true;
	return bl_map_get(&tf->written, name);
}

static const bl_value *written_in_file(const bl_tf_scope *s, bl_str name, bl_span *span)
{
	const file_value *w = written_of(s->tf, name);
	if (!w)
		return NULL;
	*span = w->attr->span;
	bl_tf_scope nothing = {s->tf, NULL, NULL};
	return bl_tf_eval(&nothing, w->attr->expr);
}

/*
 * The --var that counts for a variable: the last, unless a --var-file after it sets the variable too. One of the environment gives way to
 * every file and to every --var.
 */
static const bl_var *given_var(bl_tf *tf, bl_str name)
{
	const bl_eval_options *o = tf->input->options;
	const file_value *w = written_of(tf, name);
	const bl_var *var = NULL;
	for (size_t i = 0; o && i < o->nvars; i++)
		if (bl_str_eq(o->vars[i].name, name) && (!o->vars[i].environment || !var))
			var = &o->vars[i];
	if (!var || !w)
		return var;
	size_t before = o->nvar_files - o->ncommand_files + var->after;
	return var->environment || w->file >= before ? NULL : var;
}

/* --var NAME=TEXT: text is the string itself for a variable of a primitive type, an expression for others. */
static const bl_value *given(const bl_tf_scope *s, const bl_tf_item *item, bl_span *span)
{
	bl_tf *tf = s->tf;
	const bl_var *var = given_var(tf, item->name);
	if (!var)
		return NULL;
	if (bl_span_known(var->span))
		*span = var->span;
	if (var->unknown)
		return var->unknown;
	const bl_attr *type = bl_block_attr(item->block, "type");
	int kind = type ? bl_tf_type_kind(type->expr) : BL_STRING;
	const bl_loader *loader = tf->input->loader;
	if (kind == BL_LIST || kind == BL_MAP || (type && kind < 0)) {
		bl_sources *sources = tf->input->sources;
		bl_str text = bl_str_fmt(tf->arena, "v = " BL_FMT "\n", BL_ARG(var->text)), name = bl_str_fmt(tf->arena, "--var " BL_FMT, BL_ARG(var->name));
		uint32_t source = bl_sources_add(sources, BL_STR(""), bl_sources_keep_str(sources, name), bl_sources_keep_str(sources, text));
		const bl_document *d = loader && loader->parse ? loader->parse(loader->context, BL_LANG_TERRAFORM, source, NULL) : NULL;
		if (d && d->blocks.n && d->blocks.items[0]->attrs.n && !d->partial) {
			bl_tf_scope nothing = {tf, NULL, NULL};
			return bl_tf_eval(&nothing, d->blocks.items[0]->attrs.items[0].expr);
		}
	}
	return bl_value_string(tf->arena, BL_NOWHERE, var->text);
}

static const bl_value *argument(const bl_tf_scope *s, const bl_tf_item *item, bl_span *span)
{
	const bl_tf_module *m = s->module;
	for (size_t i = 0; i < m->call->block->attrs.n; i++) {
		const bl_attr *a = &m->call->block->attrs.items[i];
		if (!bl_str_eq(a->name, item->name))
			continue;
		bl_tf_scope caller = {s->tf, m->parent, m->frame};
		*span = a->span;
		return bl_tf_eval(&caller, a->expr);
	}
	return NULL;
}

static bool says(const bl_tf_scope *s, const bl_block *b, const char *name, bool otherwise)
{
	const bl_attr *a = bl_block_attr(b, name);
	if (!a || a->expr->kind != BL_EXPR_LITERAL || !bl_value_is(a->expr->value, BL_BOOL))
		return otherwise;
	return a->expr->value->boolean;
}

static const bl_value *no_value(bl_tf *tf, const bl_tf_item *item, const bl_attr *type)
{
	bl_value *v = bl_value_unknown(tf->arena, item->block->head, "var." BL_FMT " has no value", BL_ARG(item->name));
	if (type)
		((bl_unknown *)v->unknown)->type = bl_tf_type_kind(type->expr);
	return v;
}

/* The value that a plan was made with, where it was written when that can be told: in a variable file, or as the default. */
static const bl_value *shown(const bl_tf_scope *s, const bl_tf_item *item, const bl_attr *type, bl_span *span)
{
	const bl_attr *fallback = bl_block_attr(item->block, "default");
	const bl_value *v = bl_tf_shown_variable(s->tf->shown, item->name);
	bl_span at = *span;
	const bl_value *written = written_in_file(s, item->name, &at);
	if (!written && fallback) {
		written = bl_tf_eval(s, fallback->expr);
		at = fallback->span;
	}
	if (!v || !written)
		return v;
	const bl_value *want = type ? bl_tf_convert(s, v, type->expr, at) : v, *have = type ? bl_tf_convert(s, written, type->expr, at) : written;
	if (bl_tf_equal(want, have) != BL_YES)
		return v;
	*span = at;
	return written;
}

static const bl_value *find_variable(const bl_tf_scope *s, bl_tf_item *item)
{
	bl_tf *tf = s->tf;
	const bl_attr *type = bl_block_attr(item->block, "type"), *fallback = bl_block_attr(item->block, "default");
	bl_span span = item->block->head;
	const bl_value *v = NULL;
	if (s->module->parent)
		v = argument(s, item, &span);
	else if (tf->shown)
		v = shown(s, item, type, &span);
	else if (!(v = given(s, item, &span)))
		v = written_in_file(s, item->name, &span);
	bool replaced = v && v->kind == BL_NULL && !says(s, item->block, "nullable", true);
	if ((!v || replaced) && fallback) {
		span = fallback->span;
		v = bl_tf_eval(s, fallback->expr);
	}
	if (!v)
		return no_value(tf, item, type);
	if (type)
		v = bl_tf_convert(s, v, type->expr, span);
	return bl_value_through(tf->arena, v, bl_str_fmt(tf->arena, "var." BL_FMT, BL_ARG(item->name)), span);
}

/* "var.a", "local.b", "module.c", "aws_x.d": how a reference names the item. */
static bl_str reference_to(bl_tf *tf, const bl_tf_item *item)
{
	const char *before = item->attr ? "local." : bl_str_eqz(item->block->kind, "variable") ? "var."
			     : bl_str_eqz(item->block->kind, "output") ? "output." : bl_str_eqz(item->block->kind, "module") ? "module." : "";
	return bl_str_fmt(tf->arena, "%s" BL_FMT, before, BL_ARG(item->name));
}

enum { MAX_CHAIN = 12 }; /* steps of a cycle that are told */

void bl_tf_cycle(bl_tf *tf, bl_tf_item *item)
{
	bl_str name = reference_to(tf, item), chain = name;
	int n = 0;
	tf->errors++;
	if (item->cyclic)
		return;
	item->cyclic = true;
	for (const bl_tf_item *at = tf->busy; at && at != item; at = at->asked_by, n++)
		if (n < MAX_CHAIN)
			chain = bl_str_fmt(tf->arena, BL_FMT " -> " BL_FMT, BL_ARG(reference_to(tf, at)), BL_ARG(chain));
	bl_diag_add(tf->arena, tf->diags, BL_DIAG_ERROR, item->attr ? item->attr->name_span : item->block->head,
		BL_FMT " depends on itself: " BL_FMT " -> %s" BL_FMT, BL_ARG(name), BL_ARG(name), n > MAX_CHAIN ? "... -> " : "", BL_ARG(chain));
}

void bl_tf_begin_item(bl_tf *tf, bl_tf_item *item)
{
	item->state = BL_TF_BUSY;
	item->asked_by = tf->busy;
	item->hushed = tf->hushed;
	tf->hushed = 0;
	tf->busy = item;
}

void bl_tf_end_item(bl_tf *tf, bl_tf_item *item)
{
	item->state = BL_TF_DONE;
	tf->busy = item->asked_by;
	tf->hushed = item->hushed;
}

/* The value an item has already, or NULL when it is to be worked out now. */
static const bl_value *begin_item(bl_tf *tf, bl_tf_item *item)
{
	if (item->state == BL_TF_BUSY) {
		item->failed = true;
		bl_tf_cycle(tf, item);
		return bl_value_unknown(tf->arena, item->block->head, BL_FMT " depends on itself", BL_ARG(reference_to(tf, item)));
	}
	if (item->state == BL_TF_DONE) {
		tf->errors += item->failed;
		return item->value;
	}
	bl_tf_begin_item(tf, item);
	return NULL;
}

const bl_value *bl_tf_variable(const bl_tf_scope *s, bl_tf_item *item)
{
	const bl_value *v = begin_item(s->tf, item);
	if (v)
		return v;
	size_t errors = s->tf->errors;
	v = find_variable(s, item);
	v = bl_tf_marked(s->tf, v, says(s, item->block, "sensitive", false));
	item->failed |= s->tf->errors != errors;
	item->value = v;
	bl_tf_end_item(s->tf, item);
	return v;
}

const bl_value *bl_tf_local(const bl_tf_scope *s, bl_tf_item *item)
{
	bl_tf *tf = s->tf;
	const bl_value *v = begin_item(tf, item);
	if (v)
		return v;
	size_t errors = tf->errors;
	v = bl_tf_eval(s, item->attr->expr);
	v = bl_value_through(tf->arena, v, bl_str_fmt(tf->arena, "local." BL_FMT, BL_ARG(item->name)), item->attr->span);
	item->failed |= tf->errors != errors;
	item->value = v;
	bl_tf_end_item(tf, item);
	return v;
}

const bl_value *bl_tf_output(bl_tf *tf, bl_tf_module *m, bl_tf_item *item)
{
	bl_tf_scope s = {tf, m, m->frame};
	const bl_value *v = begin_item(tf, item);
	if (v)
		return v;
	size_t errors = tf->errors;
	const bl_attr *a = bl_block_attr(item->block, "value");
	v = a ? bl_tf_eval(&s, a->expr) : bl_tf_error(tf, item->block->head, "an output needs a value");
	v = bl_tf_marked(tf, v, says(&s, item->block, "sensitive", false));
	item->failed |= tf->errors != errors;
	item->value = v;
	bl_tf_end_item(tf, item);
	return v;
}

/* Module calls: local modules are evaluated with their caller's arguments, others are known gaps. */
#include "eval/path.h"
#include "eval/terraform.h"

bl_str bl_tf_root_folder(const bl_tf *tf)
{
	const bl_eval_input *in = tf->input;
	return in->ndocuments ? bl_eval_folder(in->documents[0]->path) : in->root->path;
}

bool bl_tf_path(const bl_tf_scope *s, bl_str written, bl_str *path)
{
	if (written.n && (written.p[0] == '/' || written.p[0] == '~'))
		return false;
	*path = bl_eval_path(s->tf->arena, bl_tf_root_folder(s->tf), written);
	return true;
}

static bool is_local(bl_str source)
{
	return bl_str_starts(source, BL_STR("./")) || bl_str_starts(source, BL_STR("../")) || bl_str_eqz(source, ".") ||
	       bl_str_eqz(source, "..");
}

/* What path.module says in a module called from m: the way from the root's folder. */
static bl_str module_path(bl_arena *arena, const bl_tf_module *m, bl_str source)
{
	bl_str out = bl_eval_path(arena, m->path, source);
	return out.n ? out : BL_STR(".");
}

static bool calls_itself(const bl_tf_module *m, bl_str folder)
{
	for (; m; m = m->parent)
		if (bl_str_eq(m->folder, folder))
			return true;
	return false;
}

static bl_via *via_of(bl_tf *tf, const bl_tf_module *m, const bl_tf_item *item)
{
	bl_via *via = bl_new(tf->arena, bl_via);
	*via = (bl_via){bl_str_fmt(tf->arena, "module." BL_FMT, BL_ARG(item->name)), item->block->head, m->via};
	return via;
}

/* What path.module says in a module that was installed: its folder, from the root's. */
static bl_str installed_path(bl_tf *tf, bl_str folder)
{
	bl_str root = bl_tf_root_folder(tf);
	if (!root.n || !bl_str_starts(folder, root) || folder.n <= root.n || folder.p[root.n] != '/')
		return folder;
	return bl_str_slice(folder, root.n + 1, folder.n);
}

/* path: what path.module says there. False when the folder holds no configuration. */
static bool enter_module(const bl_tf_scope *s, bl_tf_item *item, bl_str folder, bl_str path)
{
	bl_tf *tf = s->tf;
	const bl_loader *loader = tf->input->loader;
	const bl_document *const *documents = NULL;
	size_t n = loader && loader->folder ? loader->folder(loader->context, folder, BL_LANG_TERRAFORM, &documents) : 0;
	if (!n)
		return false;
	const bl_via *via = via_of(tf, s->module, item);
	bl_tf_check_passing(tf, s->module, item->block, folder, documents, n);
	for (size_t i = 0; i < item->instances.n; i++) {
		bl_tf_instance *instance = &item->instances.items[i];
		bl_tf_module *m = bl_tf_module_new(tf, s->module, documents, n);
		m->call = item;
		m->frame = instance->frame;
		m->address = instance->address;
		m->folder = folder;
		m->path = path;
		m->via = via;
		m->condition = bl_tri_and(s->module->condition, bl_tri_and(item->condition, instance->condition));
		m->part_keys = instance->part_keys;
		instance->module = m;
		bl_tf_check_module_files(tf, m);
	}
	return true;
}

static void enter_local(const bl_tf_scope *s, bl_tf_item *item, bl_str source, bl_str folder)
{
	bl_tf *tf = s->tf;
	if (enter_module(s, item, folder, module_path(tf->arena, s->module, source)))
		return;
	bool outside = bl_str_starts(folder, BL_STR(".."));
	bl_diag_add(tf->arena, tf->diags, BL_DIAG_WARNING, item->block->head, "module '" BL_FMT "': %s '" BL_FMT "'", BL_ARG(item->name),
		outside ? "nothing is read from outside the repository:" : "there are no files in", BL_ARG(source));
	if (tf->out)
		tf->out->not_analysed++;
}

/* True when the call's module is installed somewhere, and entered. */
static bool enter_installed(const bl_tf_scope *s, bl_tf_item *item, const bl_value *source)
{
	bl_str folder;
	for (size_t i = 0; bl_tf_installed(s->tf, s->module, item, bl_value_text(source), i, &folder); i++)
		if (!calls_itself(s->module, folder) && enter_module(s, item, folder, installed_path(s->tf, folder)))
			return true;
	return false;
}

/* A call whose module is not here is an entry of its own: what it is given is still worth a look. */
static void note_missing(const bl_tf_scope *s, bl_tf_item *item, const bl_value *source)
{
	bl_tf *tf = s->tf;
	bl_str text = bl_value_is(source, BL_STRING) ? source->string : BL_STR("an unknown source");
	bl_diag_add(tf->arena, tf->diags, BL_DIAG_WARNING, item->block->head, "module '" BL_FMT "' (" BL_FMT ") is not installed",
		BL_ARG(item->name), BL_ARG(text));
	if (tf->out)
		tf->out->not_analysed++;
	for (size_t i = 0; i < item->instances.n; i++) {
		bl_tf_instance *instance = &item->instances.items[i];
		bl_tf_scope inner = {tf, s->module, instance->frame};
		bl_resource *r = bl_new(tf->arena, bl_resource);
		bl_tf_builder native = {0};
		for (size_t a = 0; a < item->block->attrs.n; a++) {
			const bl_attr *attr = &item->block->attrs.items[a];
			if (!bl_str_eqz(attr->name, "count") && !bl_str_eqz(attr->name, "for_each") && !bl_str_eqz(attr->name, "providers") &&
				!bl_str_eqz(attr->name, "depends_on"))
				bl_tf_put(tf, &native, attr->name, attr->span, bl_tf_eval(&inner, attr->expr));
		}
		r->root = tf->input->root;
		r->language = BL_LANG_TERRAFORM;
		r->address = instance->address;
		r->label = item->name;
		r->native_type = r->type = BL_STR("module");
		r->typed_address = bl_str_fmt(tf->arena, "module." BL_FMT, BL_ARG(item->name));
		r->module = s->module->address;
		r->is_module = true;
		r->condition = bl_tri_and(s->module->condition, bl_tri_and(item->condition, instance->condition));
		r->part_keys = instance->part_keys;
		r->span = item->block->span;
		r->head = item->block->head;
		r->via = s->module->via;
		r->native = r->written = r->effective = bl_tf_built(tf, &native, item->block->span);
		instance->resource = r;
	}
}

void bl_tf_call(const bl_tf_scope *s, bl_tf_item *item)
{
	bl_tf *tf = s->tf;
	if (item->state != BL_TF_NEW)
		return;
	bl_tf_begin_item(tf, item);
	bl_str prefix = s->module->address, folder;
	bl_str base = bl_str_fmt(tf->arena, BL_FMT "%smodule." BL_FMT, BL_ARG(prefix), prefix.n ? "." : "", BL_ARG(item->name));
	const bl_attr *attr = bl_block_attr(item->block, "source");
	const bl_value *source = attr ? bl_tf_eval(s, attr->expr) : NULL;
	bl_tf_instances(s, item, base);
	if (!source) {
		bl_tf_end_item(tf, item); /* that it lacks one was said when the module's form was looked at */
		return;
	}
	folder = bl_eval_path(tf->arena, s->module->folder, bl_value_text(source));
	if (!bl_value_is(source, BL_STRING) || !is_local(source->string)) {
		if (s->module->depth >= BL_TF_MAX_MODULE_DEPTH || !enter_installed(s, item, source))
			note_missing(s, item, source);
	} else if (calls_itself(s->module, folder) || s->module->depth >= BL_TF_MAX_MODULE_DEPTH) {
		bl_diag_add(tf->arena, tf->diags, BL_DIAG_ERROR, item->block->head, "module '" BL_FMT "' calls itself", BL_ARG(item->name));
	} else {
		enter_local(s, item, source->string, folder);
	}
	bl_tf_end_item(tf, item);
}

/* The outputs of one instance; each is worked out now, so that a cycle through a module shows where it closes. */
static const bl_value *outputs_of(const bl_tf_scope *s, bl_tf_item *item, bl_tf_instance *instance)
{
	bl_tf *tf = s->tf;
	bl_tf_module *m = instance->module;
	if (instance->object && !instance->partial)
		return instance->object;
	bl_tf_builder b = {0};
	bool whole = true;
	for (size_t i = 0; m && i < m->outputs.n; i++) {
		bl_tf_item *output = m->outputs.entries[i].value;
		bool busy = output->state == BL_TF_BUSY;
		/* this one may be what is being worked out: the others are needed for it all the same */
		const bl_value *value = busy ? bl_value_waits(tf->arena, item->block->head, instance->address, output->name)
					     : bl_tf_output(tf, m, output);
		whole = whole && !busy;
		bl_tf_put(tf, &b, output->name, output->block->head, value);
	}
	bl_value *v = bl_tf_built(tf, &b, item->block->head);
	if (!m) {
		bl_ref *ref = bl_new(tf->arena, bl_ref);
		ref->address = instance->address;
		v->open = true;
		v->rest = ref;
	}
	instance->object = v;
	instance->partial = !whole;
	return v;
}

const bl_value *bl_tf_call_output(const bl_tf_scope *s, bl_tf_item *item, bl_str name, bl_span span)
{
	bl_tf_scope scope = {s->tf, s->module, s->module->frame};
	bl_tf_call(&scope, item);
	if (item->state == BL_TF_BUSY || item->instances.n != 1 || item->counted || item->keyed || !item->instances.items[0].module)
		return NULL;
	bl_tf_module *m = item->instances.items[0].module;
	bl_tf_item *output = bl_map_get(&m->outputs, name);
	if (!output)
		return bl_tf_error(s->tf, span, "module '" BL_FMT "' has no output '" BL_FMT "'", BL_ARG(item->name), BL_ARG(name));
	return bl_tf_output(s->tf, m, output);
}

const bl_value *bl_tf_call_value(const bl_tf_scope *s, bl_tf_item *item)
{
	bl_str prefix = s->module->address;
	bl_str base = bl_str_fmt(s->tf->arena, BL_FMT "%smodule." BL_FMT, BL_ARG(prefix), prefix.n ? "." : "", BL_ARG(item->name));
	bl_tf_call(s, item);
	if (item->state == BL_TF_BUSY) {
		bl_tf_cycle(s->tf, item);
		return bl_value_waits(s->tf->arena, item->block->head, base, BL_STR(""));
	}
	for (size_t i = 0; i < item->instances.n; i++)
		outputs_of(s, item, &item->instances.items[i]);
	return bl_tf_instances_value(s, item, base);
}

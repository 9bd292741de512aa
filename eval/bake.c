/*
 * docker-bake files. Each target is a resource, "docker-bake/target", with its attributes and those it inherits under `properties`; one with a
 * matrix is a resource a round. Files of one root go over one another in their order, as bake reads docker-bake.hcl and docker-bake.override.hcl.
 */
#include "eval/bake.h"

#include "eval/build_paths.h"
#include "eval/path.h"

/* Of a matrix, said there; and of targets that a target inherits, or groups within groups, of which only a bake file that was made up has so many. */
const char *const bl_eval_bake_files[] = {"docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl", NULL};

enum { MAX_ROUNDS = 1000, MAX_INHERITED = 100 };

/* ---- attributes ---- */

/* Maps of these are joined key by key when a target or a file goes over another. */
static bool is_joined(bl_str name)
{
	return bl_str_eqz(name, "args") || bl_str_eqz(name, "contexts") || bl_str_eqz(name, "labels");
}

static void put_over(bl_arena *arena, bl_items *items, const bl_item *item)
{
	const bl_value *old = NULL;
	for (size_t i = 0; i < items->n; i++)
		if (bl_str_eq(items->items[i].key, item->key))
			old = items->items[i].value;
	if (!old || old->kind != BL_MAP || item->value->kind != BL_MAP || !is_joined(item->key)) {
		if (item->value->kind != BL_NULL)
			bl_items_put(arena, items, item->key, item->key_span, item->value);
		return;
	}
	bl_items both = {0};
	for (uint32_t i = 0; i < old->n; i++)
		bl_items_put(arena, &both, old->map[i].key, old->map[i].key_span, old->map[i].value);
	for (uint32_t i = 0; i < item->value->n; i++)
		bl_items_put(arena, &both, item->value->map[i].key, item->value->map[i].key_span, item->value->map[i].value);
	bl_items_put(arena, items, item->key, item->key_span, bl_items_value(arena, item->value->span, &both));
}

static const bl_value *eval_in(bl_bake *bake, const bl_bake_target *t, const bl_expr *e)
{
	bl_tf_scope s = {&bake->tf, NULL, t->frame};
	return bl_tf_eval(&s, e);
}

/* What the metadata action writes into a file of its own when a pipeline runs: tags, labels. */
static void put_from_pipeline(bl_bake *bake, bl_items *items, bl_span span)
{
	bl_value *tags = bl_value_list(bake->tf.arena, span, NULL, 0);
	tags->open = true;
	put_over(bake->tf.arena, items, &(bl_item){BL_STR("tags"), span, tags});
}

static void inherit(bl_bake *bake, bl_bake_target *t, const bl_block *block)
{
	const bl_attr *attr = bl_block_attr(block, "inherits");
	const bl_value *names = attr ? eval_in(bake, t, attr->expr) : NULL;
	for (uint32_t i = 0; bl_value_is(names, BL_LIST) && i < names->n && i < MAX_INHERITED; i++) {
		bl_str name = bl_value_text(names->list[i]);
		bl_bake_target *parent = bl_map_get(&bake->targets, name);
		if (bl_str_starts(name, BL_STR("docker-metadata-action")))
			put_from_pipeline(bake, &t->attrs, names->list[i]->span);
		else if (!parent && name.n)
			bl_diag_add(bake->tf.arena, bake->tf.diags, BL_DIAG_WARNING, names->list[i]->span, "there is no target '" BL_FMT "'", BL_ARG(name));
		const bl_items *attrs = parent ? bl_bake_attrs(bake, parent) : NULL;
		for (size_t k = 0; attrs && k < attrs->n; k++)
			put_over(bake->tf.arena, &t->attrs, &attrs->items[k]);
	}
}

const bl_items *bl_bake_attrs(bl_bake *bake, bl_bake_target *t)
{
	static const bl_items none;
	if (t->done)
		return &t->attrs;
	if (t->busy) {
		bl_diag_add(bake->tf.arena, bake->tf.diags, BL_DIAG_WARNING, t->blocks.items[0]->head, "the target '" BL_FMT "' depends on itself", BL_ARG(t->name));
		return &none;
	}
	t->busy = true;
	for (size_t i = 0; i < t->blocks.n; i++)
		inherit(bake, t, t->blocks.items[i]);
	for (size_t i = 0; i < t->blocks.n; i++) {
		const bl_block *b = t->blocks.items[i];
		for (size_t k = 0; k < b->attrs.n; k++) {
			const bl_attr *a = &b->attrs.items[k];
			if (bl_str_eqz(a->name, "matrix") || bl_str_eqz(a->name, "name") || bl_str_eqz(a->name, "inherits"))
				continue;
			put_over(bake->tf.arena, &t->attrs, &(bl_item){a->name, a->name_span, eval_in(bake, t, a->expr)});
		}
	}
	t->busy = false;
	t->done = true;
	return &t->attrs;
}

/* ---- targets ---- */

static const bl_attr *attr_of(const bl_bake_target *t, const char *name)
{
	const bl_attr *found = NULL;
	for (size_t i = 0; i < t->blocks.n; i++) {
		const bl_attr *a = bl_block_attr(t->blocks.items[i], name);
		found = a ? a : found;
	}
	return found;
}

/* One round of a target's matrix; name says what it is called. */
static void add_round(bl_bake *bake, const bl_bake_target *t, const bl_tf_frame *frame)
{
	bl_bake_target *round = bl_new(bake->tf.arena, bl_bake_target);
	*round = (bl_bake_target){.name = t->name, .frame = frame, .blocks = t->blocks};
	const bl_attr *name = attr_of(t, "name");
	const bl_value *v = name ? eval_in(bake, round, name->expr) : NULL;
	if (bl_value_is(v, BL_STRING))
		round->name = v->string;
	bl_map_put(bake->tf.arena, &bake->targets, round->name, round);
}

/* Every choice of one value for each of the matrix's names. */
static void add_rounds(bl_bake *bake, const bl_bake_target *t, const bl_value *matrix)
{
	size_t total = 1;
	for (uint32_t i = 0; i < matrix->n; i++) {
		const bl_value *list = matrix->map[i].value;
		if (list->kind != BL_LIST || list->open || (list->n && total > MAX_ROUNDS / list->n)) {
			bl_diag_add(bake->tf.arena, bake->tf.diags, BL_DIAG_WARNING, matrix->map[i].key_span,
				"the matrix of '" BL_FMT "' has no list here that can be gone through", BL_ARG(t->name));
			return;
		}
		total *= list->n;
	}
	for (size_t round = 0; round < total; round++) {
		const bl_tf_frame *frame = NULL;
		size_t rest = round;
		for (uint32_t i = matrix->n; i > 0; i--) {
			const bl_item *item = &matrix->map[i - 1];
			bl_tf_frame *f = bl_new(bake->tf.arena, bl_tf_frame);
			*f = (bl_tf_frame){frame, item->key, item->value->list[rest % item->value->n]};
			rest /= item->value->n;
			frame = f;
		}
		add_round(bake, t, frame);
	}
}

static void read_targets(bl_bake *bake)
{
	const bl_eval_input *in = bake->tf.input;
	bl_arena *arena = bake->tf.arena;
	bl_map written = {0};
	for (size_t i = 0; i < in->ndocuments; i++) {
		for (size_t k = 0; k < in->documents[i]->blocks.n; k++) {
			const bl_block *b = in->documents[i]->blocks.items[k];
			bl_str name = bl_block_label(b, 0);
			const bl_attr *members = bl_str_eqz(b->kind, "group") ? bl_block_attr(b, "targets") : NULL;
			if (members)
				bl_map_put(arena, &bake->groups, name, (void *)members);
			if (!bl_str_eqz(b->kind, "target") || !name.n)
				continue;
			bl_bake_target *t = bl_map_get(&written, name);
			if (!t) {
				t = bl_new(arena, bl_bake_target);
				t->name = name;
				bl_map_put(arena, &written, name, t);
			}
			bl_vec_push(arena, &t->blocks, b);
		}
	}
	for (size_t i = 0; i < written.n; i++) {
		bl_bake_target *t = written.entries[i].value;
		const bl_attr *matrix = attr_of(t, "matrix");
		const bl_value *v = matrix ? eval_in(bake, t, matrix->expr) : NULL;
		if (bl_value_is(v, BL_MAP))
			add_rounds(bake, t, v);
		else
			bl_map_put(arena, &bake->targets, t->name, t);
	}
}

/* ---- what they build ---- */

static void put_default(bl_arena *arena, bl_items *items, const char *key, bl_span span, const char *text)
{
	for (size_t i = 0; i < items->n; i++)
		if (bl_str_eqz(items->items[i].key, key))
			return;
	bl_value *v = bl_value_string(arena, span, bl_str_of(text));
	v->origin = BL_DEFAULTED;
	bl_items_put(arena, items, bl_str_of(key), span, v);
}

static bl_resource *add_resource(bl_bake *bake, const bl_bake_target *t, bl_items attrs)
{
	bl_arena *arena = bake->tf.arena;
	const bl_block *block = t->blocks.items[0];
	bl_items body = {0};
	const bl_value *properties = bl_items_value(arena, block->span, &attrs);
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = bake->tf.input->root;
	r->language = BL_LANG_BAKE;
	r->type = r->native_type = BL_STR("docker-bake/target");
	r->label = t->name;
	r->address = bl_str_fmt(arena, "target." BL_FMT, BL_ARG(t->name));
	r->typed_address = bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(r->type), BL_ARG(t->name));
	r->provider = BL_STR("docker");
	r->name = bl_value_string(arena, block->head, t->name);
	r->condition = BL_YES;
	r->head = block->head;
	r->span = block->span;
	r->native = properties;
	bl_items_put(arena, &body, BL_STR("name"), block->head, r->name);
	bl_items_put(arena, &body, BL_STR("properties"), block->span, properties);
	r->written = bl_items_value(arena, block->span, &body);
	bl_vec_push(arena, &bake->tf.out->resources, r);
	return r;
}

/* A target is pushed when its output says so; else whoever builds it may say --push. */
static bl_tri pushes(const bl_value *properties)
{
	const bl_value *output = bl_value_getz(properties, "output");
	for (uint32_t i = 0; bl_value_is(output, BL_LIST) && i < output->n; i++) {
		bl_str one = bl_value_text(output->list[i]);
		if (bl_str_find(one, BL_STR("type=registry"), 0) >= 0 || bl_str_find(one, BL_STR("push=true"), 0) >= 0)
			return BL_YES;
		if (bl_str_eqz(bl_value_text(bl_value_getz(output->list[i], "type")), "registry"))
			return BL_YES;
	}
	return BL_MAYBE;
}

/* Where bake is run is not known: where its file is, unless the Dockerfile is found only from the root of the repository. */
static bl_str run_from(bl_bake *bake, const bl_value *context, const bl_value *dockerfile)
{
	const bl_eval_input *in = bake->tf.input;
	bl_str folder = bake->folder ? *bake->folder : bl_eval_folder(in->documents[0]->path), text;
	if (bake->folder || !folder.n || !bl_value_is(context, BL_STRING) || !bl_value_is(dockerfile, BL_STRING) || !in->loader || !in->loader->bytes)
		return folder;
	bl_str from[] = {folder, BL_STR("")};
	for (size_t i = 0; i < 2; i++) {
		bl_str path = bl_eval_path(bake->tf.arena, bl_eval_path(bake->tf.arena, from[i], context->string), dockerfile->string);
		if (in->loader->bytes(in->loader->context, path, &text))
			return from[i];
	}
	return folder;
}

static void emit(bl_bake *bake, bl_bake_target *t)
{
	bl_arena *arena = bake->tf.arena;
	const bl_items *own = bl_bake_attrs(bake, t);
	bl_items attrs = {0};
	bl_span head = t->blocks.items[0]->head;
	bool written_inline = false;
	for (size_t i = 0; i < own->n; i++) {
		bl_items_put(arena, &attrs, own->items[i].key, own->items[i].key_span, own->items[i].value);
		written_inline |= bl_str_eqz(own->items[i].key, "dockerfile-inline");
	}
	put_default(arena, &attrs, "context", head, ".");
	if (!written_inline)
		put_default(arena, &attrs, "dockerfile", head, "Dockerfile");
	const bl_resource *r = add_resource(bake, t, attrs);
	const bl_value *p = r->native, *context = bl_value_getz(p, "context"), *dockerfile = bl_value_getz(p, "dockerfile");
	bl_build *b = bl_new(arena, bl_build);
	bl_str folder = run_from(bake, context, dockerfile);
	b->root = r->root;
	b->by = r->address;
	b->tool = BL_STR("docker buildx bake");
	b->context = bl_build_path(arena, folder, context);
	b->dockerfile = bl_build_dockerfile(arena, b->context, dockerfile);
	b->target = bl_value_getz(p, "target");
	b->arguments = bl_value_is(bl_value_getz(p, "args"), BL_MAP) ? bl_value_getz(p, "args") : NULL;
	b->tags = bl_value_is(bl_value_getz(p, "tags"), BL_LIST) ? bl_value_getz(p, "tags") : bl_value_list(arena, head, NULL, 0);
	b->pushes = pushes(p);
	b->span = head;
	bl_vec_push(arena, &bake->tf.out->builds, b);
}

void bl_eval_bake(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	bl_bake *bake = bl_new(arena, bl_bake);
	if (!input->ndocuments)
		return;
	bl_bake_begin(bake, input, arena, out);
	read_targets(bake);
	for (size_t i = 0; i < bake->targets.n; i++)
		emit(bake, bake->targets.entries[i].value);
}

/* ---- a run ---- */

typedef struct wanted {
	bl_map seen;
	BL_VEC(bl_bake_target *) targets;
} wanted;

/* A name is a group's before it is a target's; a target with a matrix stands for all its rounds. */
static void want(bl_bake *bake, wanted *w, bl_str name, int depth)
{
	bl_arena *arena = bake->tf.arena;
	bl_tf_scope nothing = {&bake->tf, NULL, NULL};
	const bl_attr *members = bl_map_get(&bake->groups, name);
	if (depth > MAX_INHERITED || bl_map_put(arena, &w->seen, name, w))
		return;
	const bl_value *names = members ? bl_tf_eval(&nothing, members->expr) : NULL;
	for (uint32_t i = 0; bl_value_is(names, BL_LIST) && i < names->n; i++)
		want(bake, w, bl_value_text(names->list[i]), depth + 1);
	for (size_t i = 0; !members && i < bake->targets.n; i++) {
		bl_bake_target *t = bake->targets.entries[i].value;
		if (bl_str_eq(bl_block_label(t->blocks.items[0], 0), name) || bl_str_eq(t->name, name))
			bl_vec_push(arena, &w->targets, t);
	}
}

void bl_bake_run(const bl_eval_input *input, bl_arena *arena, bl_str folder, const bl_values *names, bl_evaluation *out)
{
	bl_bake *bake = bl_new(arena, bl_bake);
	wanted w = {0};
	bool all = false;
	bl_bake_begin(bake, input, arena, out);
	bake->folder = &folder;
	read_targets(bake);
	for (size_t i = 0; i < names->n; i++) {
		all |= names->items[i]->kind != BL_STRING;
		want(bake, &w, bl_value_text(names->items[i]), 0);
	}
	if (!names->n)
		want(bake, &w, BL_STR("default"), 0);
	for (size_t i = 0; !all && i < w.targets.n; i++)
		emit(bake, w.targets.items[i]);
	for (size_t i = 0; all && i < bake->targets.n; i++)
		emit(bake, bake->targets.entries[i].value);
}

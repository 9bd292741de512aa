/*
 * Dockerfiles. Each instruction is a resource, "docker/Run", "docker/Copy", ..., addressed
 * STAGE.INSTRUCTION (from the second of a kind on STAGE.2.INSTRUCTION), and each stage is one,
 * "docker/Stage", addressed by its name or number. What they have is in docs/adding-a-rule.md.
 */
#include "eval/docker/evaluator.h"
#include "eval/docker/image.h"
#include "eval/docker/lint.h"

static uintptr_t count(const bl_map *map, bl_str kind)
{
	return (uintptr_t)bl_map_get(map, kind);
}

static void count_one(bl_docker_evaluator *e, bl_map *map, bl_str kind)
{
	bl_map_put(e->arena, map, kind, (void *)(count(map, kind) + 1));
}

/* ---- resources ---- */

static bl_str type_of(bl_docker_evaluator *e, bl_str kind)
{
	bl_str type = bl_str_fmt(e->arena, "docker/" BL_FMT, BL_ARG(kind));
	char *first = (char *)type.p + 7;
	if (type.n > 7 && *first >= 'a' && *first <= 'z')
		*first = (char)(*first - 32);
	return type;
}

static bl_resource *add_resource(
	bl_docker_evaluator *e, bl_str type, bl_str address, bl_str label, const bl_block *block)
{
	bl_resource *r = bl_new(e->arena, bl_resource);
	r->root = e->input->root;
	r->language = BL_LANG_DOCKERFILE;
	r->type = r->native_type = type;
	r->address = address;
	r->label = label;
	r->typed_address = bl_str_fmt(e->arena, BL_FMT "." BL_FMT, BL_ARG(type), BL_ARG(label));
	r->provider = BL_STR("docker");
	r->condition = BL_YES;
	r->span = block->span;
	r->head = block->head;
	bl_vec_push(e->arena, &e->out->resources, r);
	return r;
}

static void set_body(bl_docker_evaluator *e, bl_resource *r, const bl_items *properties)
{
	bl_items body = {0};
	bl_docker_put(e, &body, "properties", bl_items_value(e->arena, r->span, properties));
	r->native = bl_items_value(e->arena, r->span, properties);
	r->written = bl_items_value(e->arena, r->span, &body);
}

static bl_str upper(bl_docker_evaluator *e, bl_str s)
{
	char *p = bl_str_z(e->arena, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(p[i] >= 'a' && p[i] <= 'z' ? p[i] - 32 : p[i]);
	return bl_str_make(p, s.n);
}

/* STAGE.INSTRUCTION; and, as typed address, FILE.INSTRUCTION: instructions have no names. */
static void set_addresses(
	bl_docker_evaluator *e, bl_resource *r, const bl_block *block, bool onbuild)
{
	bl_str name = upper(e, block->kind);
	uintptr_t nth = count(&e->stage->seen, block->kind);
	const char *trigger = onbuild ? "ONBUILD." : "";
	if (nth < 2)
		r->address = bl_str_fmt(e->arena, BL_FMT ".%s" BL_FMT, BL_ARG(e->stage->name),
			trigger, BL_ARG(name));
	else
		r->address = bl_str_fmt(e->arena, BL_FMT ".%lu.%s" BL_FMT, BL_ARG(e->stage->name),
			(unsigned long)nth, trigger, BL_ARG(name));
	r->typed_address = bl_str_fmt(e->arena, BL_FMT "." BL_FMT, BL_ARG(e->path), BL_ARG(name));
}

static const bl_value *form_of(const bl_block *block)
{
	const bl_attr *form = bl_block_attr(block, "form");
	return form ? form->expr->value : NULL;
}

static void eval_instruction(bl_docker_evaluator *e, const bl_block *block, bool onbuild)
{
	bl_docker_stage *s = e->stage;
	bl_items p = {0};
	count_one(e, &s->seen, block->kind);
	bl_resource *r = add_resource(e, type_of(e, block->kind), BL_STR(""), s->name, block);
	set_addresses(e, r, block, onbuild);
	bl_docker_put(e, &p, "instruction", bl_docker_string(e, block->head, block->kind));
	bl_docker_put(e, &p, "stage", bl_docker_string(e, block->head, s->name));
	bl_docker_put_bool(e, &p, "final", block->head, s->index + 1 >= e->nfrom);
	bl_docker_put_bool(e, &p, "kept", block->head, s->kept);
	bl_docker_put_bool(e, &p, "onbuild", block->head, onbuild);
	bl_docker_put(e, &p, "nth",
		bl_value_number(e->arena, block->head, (double)count(&s->seen, block->kind)));
	bl_docker_put(e, &p, "later",
		bl_value_number(e->arena, block->head,
			(double)count(&s->counts, block->kind) -
				(double)count(&s->seen, block->kind)));
	bl_docker_put(e, &p, "form", form_of(block));
	bl_docker_put(e, &p, "flags", bl_docker_flags(e, block));
	bl_docker_put(e, &p, "text",
		bl_docker_string(e, block->head, bl_sources_slice(e->input->sources, block->head)));
	bl_docker_put_text(e, &p, block, !s->from || e->reached[s->index]);
	e->unset.n = 0;
	s->scope.unset = onbuild ? NULL : &e->unset; /* a trigger runs in another build */
	bl_docker_instruction(e, block, &p);
	s->scope.unset = NULL;
	s->last = block;
	bl_docker_put(e, &p, "undefined", bl_docker_unset(e, &e->unset, &s->scope, block->head));
	if (block->blocks.n)
		bl_docker_put(e, &p, "trigger",
			bl_docker_string(e, block->head, block->blocks.items[0]->kind));
	set_body(e, r, &p);
}

/* ---- stages ---- */

static bl_docker_stage *stage_named(bl_docker_evaluator *e, bl_str name)
{
	return bl_map_get(&e->names, name);
}

/* A stage that begins from another has what that one set. */
static void inherit(bl_docker_evaluator *e, bl_docker_stage *s, const bl_docker_stage *parent)
{
	s->parent = parent;
	s->scope.closed = parent->scope.closed;
	s->scope.parent = s->env.parent = &parent->env;
	s->scratch = parent->scratch;
	s->absolute = parent->absolute;
	s->user = parent->user;
	s->workdir = parent->workdir;
	s->healthcheck = parent->healthcheck;
	s->shell = parent->shell;
	s->cmd = parent->cmd;
	s->entrypoint = parent->entrypoint;
	for (size_t i = 0; i < parent->ports.n && i < BL_DOCKER_MAX_INHERITED; i++)
		bl_vec_push(e->arena, &s->ports, parent->ports.items[i]);
}

/* How many of each instruction stand between this FROM and the next. */
static void count_stage(
	bl_docker_evaluator *e, bl_docker_stage *s, const bl_document *d, size_t first)
{
	for (size_t i = first; i < d->blocks.n && !bl_str_eqz(d->blocks.items[i]->kind, "from");
		i++)
		count_one(e, &s->counts, d->blocks.items[i]->kind);
}

static bl_docker_stage *new_stage(
	bl_docker_evaluator *e, const bl_document *d, size_t at, const bl_block *from)
{
	bl_docker_stage *s = bl_new(e->arena, bl_docker_stage);
	s->from = from;
	s->scope.escape = e->escape;
	s->scope.values.fold = s->env.values.fold = e->global.values.fold;
	s->name = BL_STR("global");
	const bl_attr *name = from ? bl_block_attr(from, "stage") : NULL;
	if (name) {
		s->name = name->expr->value->string;
		s->index = (uint32_t)bl_block_attr(from, "stage_index")->expr->value->number;
	}
	s->kept = from ? e->kept[s->index] : true;
	count_stage(e, s, d, from ? at + 1 : at);
	bl_vec_push(e->arena, &e->stages, s);
	if (from)
		bl_map_put(e->arena, &e->names, s->name, s);
	e->stage = s;
	return s;
}

/* Official images of a bare distribution set no variable but PATH. */
static bool sets_nothing(const bl_value *image)
{
	static const char *const bare[] = {"library/almalinux", "library/alpine",
		"library/amazonlinux", "library/busybox", "library/debian", "library/rockylinux",
		"library/ubuntu"};
	if (!bl_value_is_string(bl_value_getz(image, "registry"), "docker.io"))
		return false;
	for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
		if (bl_value_is_string(bl_value_getz(image, "repository"), bare[i]))
			return true;
	return false;
}

static void begin_from(bl_docker_evaluator *e, const bl_document *d, size_t at)
{
	const bl_block *block = d->blocks.items[at];
	const bl_attr *named = bl_block_attr(block, "stage");
	bool taken = block->labels.n == 3 && named && stage_named(e, named->expr->value->string);
	bl_docker_stage *parent = NULL, *s;
	const bl_value *image = NULL;
	if (block->labels.n) {
		image = bl_docker_expand_in(
			e, &e->global, block->labels.items[0].text, block->labels.items[0].span);
		parent = image->kind == BL_STRING ? stage_named(e, image->string) : NULL;
	}
	s = new_stage(e, d, at, block);
	s->resource = add_resource(e, BL_STR("docker/Stage"), s->name, s->name, block);
	s->resource->span = s->resource->head;
	if (parent)
		inherit(e, s, parent);
	else if (image && image->kind == BL_STRING)
		s->scratch = bl_str_eqz(image->string, "scratch");
	bl_items p = {0};
	count_one(e, &s->seen, block->kind);
	bl_resource *r = add_resource(e, BL_STR("docker/From"), BL_STR(""), s->name, block);
	set_addresses(e, r, block, false);
	bl_docker_put(e, &p, "instruction", bl_docker_string(e, block->head, block->kind));
	bl_docker_put(e, &p, "stage", bl_docker_string(e, block->head, s->name));
	bl_docker_put_bool(e, &p, "final", block->head, s->index + 1 >= e->nfrom);
	bl_docker_put_bool(e, &p, "kept", block->head, s->kept);
	bl_docker_put_bool(e, &p, "taken", block->head, taken);
	if (block->labels.n == 3)
		bl_docker_put(e, &p, "name",
			bl_docker_string(
				e, block->labels.items[2].span, block->labels.items[2].text));
	bl_docker_put(e, &p, "flags", bl_docker_flags(e, block));
	bl_docker_put(e, &p, "text",
		bl_docker_string(e, block->head, bl_sources_slice(e->input->sources, block->head)));
	const char *base = parent ? "stage" : s->scratch ? "scratch" : "image";
	bl_docker_put(e, &p, "base", bl_docker_string(e, block->head, bl_str_of(base)));
	if (image && !parent && !s->scratch)
		s->image = bl_docker_image(e->arena, image);
	if (!parent)
		s->scope.closed = s->scratch || (s->image && sets_nothing(s->image));
	bl_docker_put(e, &p, "image", s->image);
	bl_docker_put_text(e, &p, block, e->reached[s->index]);
	bl_docker_put_from(e, &p, block);
	set_body(e, r, &p);
}

/* The variables of a stage and of those it begins from, as many as are shown. */
static const bl_value *env_of(bl_docker_evaluator *e, const bl_docker_stage *s)
{
	bl_items items = {0};
	bl_map seen = {0};
	size_t looked = 0;
	const bl_docker_scope *scope = &s->env;
	for (; scope && looked < BL_DOCKER_MAX_INHERITED; scope = scope->parent, looked++) {
		for (size_t i = 0; i < scope->values.n && looked < BL_DOCKER_MAX_INHERITED; i++, looked++) {
			const bl_map_entry *entry = &scope->values.entries[i];
			const bl_value *v = entry->value;
			if (!bl_map_put(e->arena, &seen, entry->key, (void *)v))
				bl_items_put(e->arena, &items, entry->key, v->span, v);
		}
	}
	bl_value *v = bl_items_value(e->arena, s->resource->head, &items);
	v->open = scope || looked >= BL_DOCKER_MAX_INHERITED;
	return v;
}

static void end_stage(bl_docker_evaluator *e, bl_docker_stage *s)
{
	if (!s->resource)
		return;
	bl_items p = {0}, counts = {0};
	bl_span head = s->resource->head;
	const bl_docker_stage *origin = s;
	while (origin->parent)
		origin = origin->parent;
	bl_docker_put(e, &p, "name", bl_docker_string(e, head, s->name));
	bl_docker_put(e, &p, "index", bl_value_number(e->arena, head, s->index));
	bl_docker_put_bool(e, &p, "final", head, s->index + 1 >= e->nfrom);
	bl_docker_put_bool(e, &p, "kept", head, s->kept);
	bl_docker_put(e, &p, "base",
		bl_docker_string(e, head,
			bl_str_of(!s->from          ? "none"
				  : s->parent       ? "stage"
				  : s->scratch ? "scratch"
						    : "image")));
	bl_docker_put(e, &p, "image", origin->image);
	bl_docker_put(e, &p, "user", s->user);
	bl_docker_put(e, &p, "workdir", s->workdir);
	bl_docker_put(e, &p, "healthcheck", s->healthcheck);
	bl_docker_put(e, &p, "shell", s->shell);
	bl_docker_put(e, &p, "cmd", s->cmd);
	bl_docker_put(e, &p, "entrypoint", s->entrypoint);
	bl_docker_put(e, &p, "ports", bl_values_value(e->arena, head, &s->ports));
	bl_docker_put(e, &p, "programs", bl_values_value(e->arena, head, &s->programs));
	bl_docker_put(e, &p, "env", env_of(e, s));
	for (size_t i = 0; i < s->counts.n; i++)
		bl_items_put(e->arena, &counts, s->counts.entries[i].key, head,
			bl_value_number(
				e->arena, head, (double)(uintptr_t)s->counts.entries[i].value));
	bl_docker_put(e, &p, "counts", bl_items_value(e->arena, head, &counts));
	set_body(e, s->resource, &p);
}

/* Instructions before any FROM: part of a Dockerfile, read as a stage of their own. ARG there is
 * for FROM. */
static void eval_global(bl_docker_evaluator *e, const bl_document *d, size_t at)
{
	const bl_block *block = d->blocks.items[at];
	if (!e->stage) {
		bl_docker_stage *s = new_stage(e, d, at, NULL);
		if (!e->nfrom && !bl_str_eqz(block->kind, "arg"))
			s->resource =
				add_resource(e, BL_STR("docker/Stage"), s->name, s->name, block);
	}
	if (bl_str_eqz(block->kind, "arg")) {
		bl_items unused = {0};
		bl_docker_arg(e, block, &unused, &e->global, true);
		bl_docker_arg_defaults(e, block);
	}
	eval_instruction(e, block, false);
}

/* Which stages the last one is made of, by the names that FROM writes. */
static void find_kept(bl_docker_evaluator *e, const bl_document *d)
{
	bl_map names = {.fold = true};
	uint32_t *parents = bl_new_n(e->arena, uint32_t, e->nfrom), n = 0; /* number + 1 */
	e->kept = bl_new_n(e->arena, bool, e->nfrom);
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		if (!bl_str_eqz(b->kind, "from"))
			continue;
		parents[n] = (uint32_t)(uintptr_t)bl_map_get(&names, bl_block_label(b, 0));
		n++;
		if (b->labels.n == 3)
			bl_map_put(e->arena, &names, bl_block_label(b, 2), (void *)(uintptr_t)n);
	}
	for (uint32_t i = n; i; i = parents[i - 1])
		e->kept[i - 1] = true;
}

static void eval_document(bl_docker_evaluator *e, const bl_document *d)
{
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		e->nfrom += bl_str_eqz(b->kind, "from");
		if (bl_str_eqz(b->kind, "directive") &&
			bl_str_eqz(bl_block_label(b, 0), "escape") &&
			bl_str_eqz(bl_block_label(b, 1), "`"))
			e->escape = '`';
	}
	e->global.escape = e->escape;
	e->global.values.fold = e->escape == '`'; /* it is for Windows, where variables have no case */
	find_kept(e, d);
	bl_docker_survey(e, d);
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		if (bl_str_eqz(b->kind, "directive"))
			continue;
		if (bl_str_eqz(b->kind, "from")) {
			begin_from(e, d, i);
			continue;
		}
		if (!e->stage || !e->stage->from)
			eval_global(e, d, i);
		else
			eval_instruction(e, b, false);
		if (b->blocks.n)
			eval_instruction(e, b->blocks.items[0], true);
	}
	for (size_t i = 0; i < e->stages.n; i++)
		end_stage(e, e->stages.items[i]);
}

void bl_eval_dockerfile(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out)
{
	for (size_t i = 0; i < input->ndocuments; i++) {
		bl_docker_evaluator e = {.path = input->documents[i]->path,
			.input = input,
			.arena = arena,
			.out = out,
			.escape = '\\',
			.names = {.fold = true}};
		eval_document(&e, input->documents[i]);
		bl_docker_ignore_done(&e.ignore);
	}
}

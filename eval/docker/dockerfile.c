/*
 * Dockerfiles. Each instruction is a resource, "docker/Run", "docker/Copy", ..., addressed STAGE.INSTRUCTION (from the second
 * of a kind on STAGE.2.INSTRUCTION), and each stage is one, "docker/Stage", addressed by its name or number. What they have is
 * in schema/docker/.
 */
#include "eval/docker/command.h"
#include "eval/docker/image.h"
#include "eval/language.h"

#include <stdlib.h>

typedef struct stage {
	bl_str name;
	uint32_t index;
	const struct stage *parent; /* the stage it begins from, or NULL */
	const bl_block *from;       /* NULL: instructions without one */
	bl_docker_scope scope;
	bl_items env;
	bl_map set_by_env, counts, seen; /* by instruction: how many there are, how many came so far (as integers) */
	bl_values ports, programs;
	const bl_value *image, *user, *workdir, *healthcheck, *shell, *cmd, *entrypoint;
	bl_resource *resource;
	bool uses_curl, uses_wget;
	bool kept; /* it is the last, or the last begins from it */
} stage;

typedef struct evaluator {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_docker_scope global;
	BL_VEC(stage *) stages;
	bl_map names; /* of stages, to the last so named */
	stage *stage; /* the one being read */
	bl_str path;  /* of the file */
	uint32_t nfrom;
	bool *kept; /* by stage */
	char escape;
} evaluator;

static const bl_value *string(evaluator *e, bl_span span, bl_str s)
{
	return bl_value_string(e->arena, span, s);
}

static void put(evaluator *e, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(e->arena, items, bl_str_of(key), v->span, v);
}

static void put_bool(evaluator *e, bl_items *items, const char *key, bl_span span, bool b)
{
	put(e, items, key, bl_value_bool(e->arena, span, b));
}

static const bl_value *expand_in(evaluator *e, const bl_docker_scope *scope, bl_str word, bl_span span)
{
	bl_str why;
	const bl_value *v = bl_docker_expand(e->arena, scope, word, span, &why);
	if (v)
		return v;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span, "'" BL_FMT "' can't be expanded: " BL_FMT, BL_ARG(word), BL_ARG(why));
	return bl_value_unknown(e->arena, span, BL_FMT, BL_ARG(why));
}

static const bl_value *expand(evaluator *e, const bl_label *label)
{
	return expand_in(e, &e->stage->scope, label->text, label->span);
}

static uintptr_t count(const bl_map *map, bl_str kind)
{
	return (uintptr_t)bl_map_get(map, kind);
}

static void count_one(evaluator *e, bl_map *map, bl_str kind)
{
	bl_map_put(e->arena, map, kind, (void *)(count(map, kind) + 1));
}

/* ---- resources ---- */

static bl_str type_of(evaluator *e, bl_str kind)
{
	bl_str type = bl_str_fmt(e->arena, "docker/" BL_FMT, BL_ARG(kind));
	char *first = (char *)type.p + 7;
	if (type.n > 7 && *first >= 'a' && *first <= 'z')
		*first = (char)(*first - 32);
	return type;
}

static bl_resource *add_resource(evaluator *e, bl_str type, bl_str address, bl_str label, const bl_block *block)
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

static void set_body(evaluator *e, bl_resource *r, const bl_items *properties)
{
	bl_items body = {0};
	put(e, &body, "properties", bl_items_value(e->arena, r->span, properties));
	r->native = bl_items_value(e->arena, r->span, properties);
	r->written = bl_items_value(e->arena, r->span, &body);
}

static bl_str upper(evaluator *e, bl_str s)
{
	char *p = bl_str_z(e->arena, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(p[i] >= 'a' && p[i] <= 'z' ? p[i] - 32 : p[i]);
	return bl_str_make(p, s.n);
}

/* STAGE.INSTRUCTION; and, as typed address, FILE.INSTRUCTION: instructions have no names. */
static void set_addresses(evaluator *e, bl_resource *r, const bl_block *block, bool onbuild)
{
	bl_str name = upper(e, block->kind);
	uintptr_t nth = count(&e->stage->seen, block->kind);
	const char *trigger = onbuild ? "ONBUILD." : "";
	if (nth < 2)
		r->address = bl_str_fmt(e->arena, BL_FMT ".%s" BL_FMT, BL_ARG(e->stage->name), trigger, BL_ARG(name));
	else
		r->address = bl_str_fmt(e->arena, BL_FMT ".%lu.%s" BL_FMT, BL_ARG(e->stage->name), (unsigned long)nth, trigger,
			BL_ARG(name));
	r->typed_address = bl_str_fmt(e->arena, BL_FMT "." BL_FMT, BL_ARG(e->path), BL_ARG(name));
}

/* ---- what instructions share ---- */

static const bl_value *words_of(evaluator *e, const bl_block *block, size_t from, bool expanded)
{
	bl_values list = {0};
	for (size_t i = from; i < block->labels.n; i++) {
		const bl_label *l = &block->labels.items[i];
		bl_vec_push(e->arena, &list, expanded ? expand(e, l) : string(e, l->span, l->text));
	}
	return bl_values_value(e->arena, block->head, &list);
}

/* --name=value; a flag that may be given several times is a list. */
static const bl_value *flags_of(evaluator *e, const bl_block *block)
{
	bl_items items = {0};
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		if (!bl_str_starts(a->name, BL_STR("--")))
			continue;
		const bl_value *v = a->expr->value;
		bl_str key = bl_str_slice(a->name, 2, a->name.n);
		if (v->kind == BL_STRING && bl_str_find(v->string, BL_STR("$"), 0) >= 0)
			v = expand_in(e, bl_str_eqz(block->kind, "from") ? &e->global : &e->stage->scope, v->string, a->span);
		bl_items_put(e->arena, &items, key, a->span, v);
	}
	return bl_items_value(e->arena, block->head, &items);
}

/* --mount=type=cache,target=/x: a map each. */
static const bl_value *mounts_of(evaluator *e, const bl_block *block)
{
	bl_values list = {0};
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		if (!bl_str_eqz(a->name, "--mount") || a->expr->value->kind != BL_STRING)
			continue;
		bl_items mount = {0};
		bl_items_put(e->arena, &mount, BL_STR("type"), a->span, string(e, a->span, BL_STR("bind")));
		for (bl_str rest = a->expr->value->string, field; rest.n;) {
			rest = bl_str_cut(rest, ',', &field);
			bl_str key, value = bl_str_cut(field, '=', &key);
			bool path = bl_str_eqz(key, "dst") || bl_str_eqz(key, "destination");
			bl_items_put(e->arena, &mount, path ? BL_STR("target") : key, a->span,
				expand_in(e, &e->stage->scope, value, a->span));
		}
		bl_vec_push(e->arena, &list, bl_items_value(e->arena, a->span, &mount));
	}
	return list.n ? bl_values_value(e->arena, block->head, &list) : NULL;
}

/* curl and wget, as far as the stage has used them. */
static const bl_value *downloaders(evaluator *e, bl_span span)
{
	bl_values list = {0};
	if (e->stage->uses_curl)
		bl_vec_push(e->arena, &list, string(e, span, BL_STR("curl")));
	if (e->stage->uses_wget)
		bl_vec_push(e->arena, &list, string(e, span, BL_STR("wget")));
	return bl_values_value(e->arena, span, &list);
}

static void put_commands(evaluator *e, bl_items *p, const bl_block *block, const bl_value *mounts)
{
	bl_values list = {0};
	const bl_attr *opaque = bl_block_attr(block, "opaque");
	for (size_t i = 0; i < block->attrs.n; i++)
		if (bl_str_eqz(block->attrs.items[i].name, "command"))
			bl_docker_command(e->arena, e->input->sources, &e->stage->scope, block->attrs.items[i].expr, &list);
	bl_docker_mark_cleaned(e->arena, &list, mounts);
	for (size_t i = 0; i < list.n; i++) {
		const bl_value *name = bl_value_getz(list.items[i], "name");
		if (name->kind == BL_STRING)
			bl_vec_push(e->arena, &e->stage->programs, name);
		e->stage->uses_curl |= bl_value_is_string(name, "curl");
		e->stage->uses_wget |= bl_value_is_string(name, "wget");
	}
	bl_value *v = bl_values_value(e->arena, block->head, &list);
	v->open = opaque != NULL;
	put(e, p, "commands", v);
	put(e, p, "shell", e->stage->shell);
}

static const bl_value *form_of(const bl_block *block)
{
	const bl_attr *form = bl_block_attr(block, "form");
	return form ? form->expr->value : NULL;
}

static const bl_value *text_of(evaluator *e, const bl_block *block)
{
	return block->labels.n ? string(e, block->labels.items[0].span, block->labels.items[0].text) : NULL;
}

/* ---- instructions, one function each ---- */

static void eval_run(evaluator *e, const bl_block *block, bl_items *p)
{
	put(e, p, "arguments", words_of(e, block, 0, false));
	const bl_value *mounts = mounts_of(e, block);
	put(e, p, "mounts", mounts);
	put_commands(e, p, block, mounts);
	put(e, p, "downloaders", downloaders(e, block->head));
}

static void eval_cmd(evaluator *e, const bl_block *block, bl_items *p)
{
	put(e, p, "arguments", words_of(e, block, 0, false));
	put_commands(e, p, block, NULL);
	const bl_value **what = bl_str_eqz(block->kind, "cmd") ? &e->stage->cmd : &e->stage->entrypoint;
	*what = words_of(e, block, 0, false);
}

static void eval_shell(evaluator *e, const bl_block *block, bl_items *p)
{
	e->stage->shell = words_of(e, block, 0, false);
	put(e, p, "arguments", e->stage->shell);
}

static bool is_number(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n < 6;
}

/* What a stage's number stands for, from within the stage being read. */
static const char *numbered(evaluator *e, bl_str name)
{
	uint32_t index = (uint32_t)strtoul(bl_str_z(e->arena, name), NULL, 10);
	if (!e->stage->from || index > e->stage->index)
		return "nothing";
	return index == e->stage->index ? "itself" : "stage";
}

/* COPY and ADD: all words but the last are sources. */
static void eval_copy(evaluator *e, const bl_block *block, bl_items *p)
{
	bl_values sources = {0};
	size_t n = block->labels.n;
	for (size_t i = 0; i + 1 < n; i++)
		bl_vec_push(e->arena, &sources, expand(e, &block->labels.items[i]));
	put(e, p, "sources", bl_values_value(e->arena, block->head, &sources));
	if (n)
		put(e, p, "destination", expand(e, &block->labels.items[n - 1]));
	const bl_attr *from = bl_block_attr(block, "--from");
	put(e, p, "workdir", e->stage->workdir);
	if (!from || from->expr->value->kind != BL_STRING)
		return;
	bl_str name = from->expr->value->string;
	const stage *s = bl_map_get(&e->names, name);
	const char *kind = s ? "stage" : "image";
	if (s == e->stage)
		kind = "itself";
	else if (bl_str_find(name, BL_STR("$"), 0) >= 0)
		kind = NULL;
	else if (!s && is_number(name))
		kind = numbered(e, name);
	put(e, p, "from", kind ? string(e, from->span, bl_str_of(kind))
			       : bl_value_unknown(e->arena, from->span, "a variable names what is copied from"));
}

/* ENV and LABEL, triples; all values are expanded before any is set. */
static void eval_pairs(evaluator *e, const bl_block *block, bl_items *p)
{
	bl_values list = {0};
	bool env = bl_str_eqz(block->kind, "env");
	for (size_t i = 0; i + 2 < block->labels.n; i += 3) {
		const bl_label *name = &block->labels.items[i], *value = &block->labels.items[i + 1];
		bl_items pair = {0};
		put(e, &pair, "name", expand(e, name));
		put(e, &pair, "value", expand(e, value));
		put(e, &pair, "raw", string(e, value->span, value->text));
		put_bool(e, &pair, "old_form", name->span, !block->labels.items[i + 2].text.n);
		bl_vec_push(e->arena, &list, bl_items_value(e->arena, bl_span_join(name->span, value->span), &pair));
	}
	put(e, p, env ? "variables" : "labels", bl_values_value(e->arena, block->head, &list));
	for (size_t i = 0; env && i < list.n; i++) {
		const bl_value *name = bl_value_getz(list.items[i], "name"), *value = bl_value_getz(list.items[i], "value");
		if (name->kind != BL_STRING)
			continue;
		bl_docker_scope_set(e->arena, &e->stage->scope, name->string, value);
		bl_map_put(e->arena, &e->stage->set_by_env, name->string, (void *)value);
		bl_items_put(e->arena, &e->stage->env, name->string, name->span, value);
	}
}

/* --var NAME=TEXT; NULL where none names it. The last one counts. */
static const bl_value *given(evaluator *e, bl_str name, bl_span span)
{
	const bl_eval_options *o = e->input->options;
	for (size_t i = o ? o->nvars : 0; i--;)
		if (bl_str_eq(o->vars[i].name, name))
			return string(e, span, o->vars[i].text);
	return NULL;
}

static void eval_arg(evaluator *e, const bl_block *block, bl_items *p, bl_docker_scope *scope, bool global)
{
	bl_values list = {0};
	for (size_t i = 0; i < block->labels.n; i++) {
		const bl_label *l = &block->labels.items[i];
		bl_items pair = {0};
		bl_str name, value = bl_str_cut(l->text, '=', &name);
		bool has_default = name.n < l->text.n;
		const bl_value *v = has_default ? expand_in(e, scope, value, l->span) : NULL;
		put(e, &pair, "name", string(e, l->span, name));
		put(e, &pair, "value", v);
		bl_vec_push(e->arena, &list, bl_items_value(e->arena, l->span, &pair));
		const bl_value *passed = given(e, name, l->span);
		if (passed)
			v = passed;
		else if (!v && !global)
			v = bl_map_get(&e->global.values, name);
		if (!v)
			v = bl_value_unknown(e->arena, l->span, "ARG '" BL_FMT "' has no value", BL_ARG(name));
		if (global || !bl_map_get(&e->stage->set_by_env, name))
			bl_docker_scope_set(e->arena, scope, name, v);
	}
	put(e, p, "variables", bl_values_value(e->arena, block->head, &list));
}

static const bl_value *port(evaluator *e, bl_str s, bl_span span)
{
	bl_items item = {0};
	bl_str number, protocol = bl_str_cut(s, '/', &number), last = bl_str_cut(number, '-', &number);
	put(e, &item, "port", bl_value_digits(e->arena, span, number));
	put(e, &item, "last", bl_value_digits(e->arena, span, last.n ? last : number));
	put(e, &item, "protocol", string(e, span, protocol.n ? bl_str_lower(e->arena, protocol) : BL_STR("tcp")));
	return bl_items_value(e->arena, span, &item);
}

static bool is_port(bl_str s)
{
	bl_str number;
	bl_str_cut(s, '/', &number);
	for (size_t i = 0; i < number.n; i++)
		if ((number.p[i] < '0' || number.p[i] > '9') && number.p[i] != '-')
			return false;
	return number.n && number.n < 32 && number.p[0] != '-';
}

static void eval_expose(evaluator *e, const bl_block *block, bl_items *p)
{
	bl_values list = {0};
	for (size_t i = 0; i < block->labels.n; i++) {
		const bl_value *v = expand(e, &block->labels.items[i]);
		if (v->kind == BL_UNKNOWN) {
			bl_vec_push(e->arena, &list, v);
			continue;
		}
		for (bl_str rest = bl_str_trim(v->string), word; rest.n;) {
			rest = bl_str_trim(bl_str_cut(rest, ' ', &word));
			if (is_port(word))
				bl_vec_push(e->arena, &list, bl_value_at(e->arena, port(e, word, v->span), v->span));
		}
	}
	for (size_t i = 0; i < list.n; i++)
		bl_vec_push(e->arena, &e->stage->ports, list.items[i]);
	put(e, p, "ports", bl_values_value(e->arena, block->head, &list));
}

static const bl_value *text_value(evaluator *e, const bl_block *block)
{
	return block->labels.n ? expand(e, &block->labels.items[0]) : NULL;
}

/* USER name[:group], each a name or a number. An empty one is root. */
static void eval_user(evaluator *e, const bl_block *block, bl_items *p)
{
	const bl_value *v = text_value(e, block);
	if (!v)
		v = string(e, block->head, BL_STR(""));
	if (v->kind == BL_STRING) {
		bl_str user, group = bl_str_cut(v->string, ':', &user);
		bl_value *name = bl_value_at(e->arena, string(e, v->span, user), v->span);
		name->via = v->via;
		if (group.n)
			put(e, p, "group", string(e, v->span, group));
		v = name;
	}
	put(e, p, "user", v);
	e->stage->user = v;
}

static void eval_workdir(evaluator *e, const bl_block *block, bl_items *p)
{
	e->stage->workdir = text_value(e, block);
	put(e, p, "path", e->stage->workdir);
}

static void eval_healthcheck(evaluator *e, const bl_block *block, bl_items *p)
{
	const bl_value *kind = text_of(e, block);
	put(e, p, "kind", kind);
	put(e, p, "arguments", words_of(e, block, 1, false));
	put_commands(e, p, block, NULL);
	e->stage->healthcheck = kind;
}

static void eval_words(evaluator *e, const bl_block *block, bl_items *p)
{
	put(e, p, "arguments", words_of(e, block, 0, true));
}

static void eval_text(evaluator *e, const bl_block *block, bl_items *p)
{
	put(e, p, "value", text_value(e, block));
}

static const struct {
	const char *kind;
	void (*eval)(evaluator *e, const bl_block *block, bl_items *p);
} kinds[] = {
	{"add", eval_copy},
	{"cmd", eval_cmd},
	{"copy", eval_copy},
	{"entrypoint", eval_cmd},
	{"env", eval_pairs},
	{"expose", eval_expose},
	{"healthcheck", eval_healthcheck},
	{"label", eval_pairs},
	{"maintainer", eval_text},
	{"run", eval_run},
	{"shell", eval_shell},
	{"stopsignal", eval_text},
	{"user", eval_user},
	{"volume", eval_words},
	{"workdir", eval_workdir},
};

static void eval_instruction(evaluator *e, const bl_block *block, bool onbuild)
{
	stage *s = e->stage;
	bl_items p = {0};
	count_one(e, &s->seen, block->kind);
	bl_resource *r = add_resource(e, type_of(e, block->kind), BL_STR(""), s->name, block);
	set_addresses(e, r, block, onbuild);
	put(e, &p, "instruction", string(e, block->head, block->kind));
	put(e, &p, "stage", string(e, block->head, s->name));
	put_bool(e, &p, "final", block->head, s->index + 1 >= e->nfrom);
	put_bool(e, &p, "kept", block->head, s->kept);
	put_bool(e, &p, "onbuild", block->head, onbuild);
	put(e, &p, "nth", bl_value_number(e->arena, block->head, (double)count(&s->seen, block->kind)));
	put(e, &p, "later", bl_value_number(e->arena, block->head,
		(double)count(&s->counts, block->kind) - (double)count(&s->seen, block->kind)));
	put(e, &p, "form", form_of(block));
	put(e, &p, "flags", flags_of(e, block));
	put(e, &p, "text", string(e, block->head, bl_sources_slice(e->input->sources, block->head)));
	if (bl_str_eqz(block->kind, "arg"))
		eval_arg(e, block, &p, &s->scope, false);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (bl_str_eqz(block->kind, kinds[i].kind))
			kinds[i].eval(e, block, &p);
	if (block->blocks.n)
		put(e, &p, "trigger", string(e, block->head, block->blocks.items[0]->kind));
	set_body(e, r, &p);
}

/* ---- stages ---- */

static stage *stage_named(evaluator *e, bl_str name)
{
	return bl_map_get(&e->names, name);
}

/* A stage that begins from another has what that one set. */
static void inherit(evaluator *e, stage *s, const stage *parent)
{
	s->parent = parent;
	s->scope.closed = parent->scope.closed;
	for (size_t i = 0; i < parent->env.n; i++) {
		const bl_item *item = &parent->env.items[i];
		bl_items_put(e->arena, &s->env, item->key, item->key_span, item->value);
		bl_docker_scope_set(e->arena, &s->scope, item->key, item->value);
		bl_map_put(e->arena, &s->set_by_env, item->key, (void *)item->value);
	}
	s->user = parent->user;
	s->workdir = parent->workdir;
	s->healthcheck = parent->healthcheck;
	s->shell = parent->shell;
	s->cmd = parent->cmd;
	s->entrypoint = parent->entrypoint;
	for (size_t i = 0; i < parent->ports.n; i++)
		bl_vec_push(e->arena, &s->ports, parent->ports.items[i]);
}

/* How many of each instruction stand between this FROM and the next. */
static void count_stage(evaluator *e, stage *s, const bl_document *d, size_t first)
{
	for (size_t i = first; i < d->blocks.n && !bl_str_eqz(d->blocks.items[i]->kind, "from"); i++)
		count_one(e, &s->counts, d->blocks.items[i]->kind);
}

static stage *new_stage(evaluator *e, const bl_document *d, size_t at, const bl_block *from)
{
	stage *s = bl_new(e->arena, stage);
	s->from = from;
	s->scope.escape = e->escape;
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

static void begin_from(evaluator *e, const bl_document *d, size_t at)
{
	const bl_block *block = d->blocks.items[at];
	const bl_attr *named = bl_block_attr(block, "stage");
	bool taken = block->labels.n == 3 && named && stage_named(e, named->expr->value->string);
	stage *parent = NULL, *s;
	const bl_value *image = NULL;
	if (block->labels.n) {
		image = expand_in(e, &e->global, block->labels.items[0].text, block->labels.items[0].span);
		parent = image->kind == BL_STRING ? stage_named(e, image->string) : NULL;
	}
	s = new_stage(e, d, at, block);
	s->resource = add_resource(e, BL_STR("docker/Stage"), s->name, s->name, block);
	s->resource->span = s->resource->head;
	if (parent)
		inherit(e, s, parent);
	else if (image && image->kind == BL_STRING && bl_str_eqz(image->string, "scratch"))
		s->scope.closed = true;
	bl_items p = {0};
	count_one(e, &s->seen, block->kind);
	bl_resource *r = add_resource(e, BL_STR("docker/From"), BL_STR(""), s->name, block);
	set_addresses(e, r, block, false);
	put(e, &p, "instruction", string(e, block->head, block->kind));
	put(e, &p, "stage", string(e, block->head, s->name));
	put_bool(e, &p, "final", block->head, s->index + 1 >= e->nfrom);
	put_bool(e, &p, "kept", block->head, s->kept);
	put_bool(e, &p, "taken", block->head, taken);
	if (block->labels.n == 3)
		put(e, &p, "name", string(e, block->labels.items[2].span, block->labels.items[2].text));
	put(e, &p, "flags", flags_of(e, block));
	put(e, &p, "text", string(e, block->head, bl_sources_slice(e->input->sources, block->head)));
	const char *base = parent ? "stage" : s->scope.closed ? "scratch" : "image";
	put(e, &p, "base", string(e, block->head, bl_str_of(base)));
	if (image && !parent && !s->scope.closed)
		s->image = bl_docker_image(e->arena, image);
	put(e, &p, "image", s->image);
	set_body(e, r, &p);
}

static void end_stage(evaluator *e, stage *s)
{
	if (!s->resource)
		return;
	bl_items p = {0}, counts = {0};
	bl_span head = s->resource->head;
	const stage *origin = s;
	while (origin->parent)
		origin = origin->parent;
	put(e, &p, "name", string(e, head, s->name));
	put(e, &p, "index", bl_value_number(e->arena, head, s->index));
	put_bool(e, &p, "final", head, s->index + 1 >= e->nfrom);
	put_bool(e, &p, "kept", head, s->kept);
	put(e, &p, "base", string(e, head, bl_str_of(!s->from ? "none" : s->parent ? "stage" : s->scope.closed ? "scratch" : "image")));
	put(e, &p, "image", origin->image);
	put(e, &p, "user", s->user);
	put(e, &p, "workdir", s->workdir);
	put(e, &p, "healthcheck", s->healthcheck);
	put(e, &p, "shell", s->shell);
	put(e, &p, "cmd", s->cmd);
	put(e, &p, "entrypoint", s->entrypoint);
	put(e, &p, "ports", bl_values_value(e->arena, head, &s->ports));
	put(e, &p, "programs", bl_values_value(e->arena, head, &s->programs));
	put(e, &p, "env", bl_items_value(e->arena, head, &s->env));
	for (size_t i = 0; i < s->counts.n; i++)
		bl_items_put(e->arena, &counts, s->counts.entries[i].key, head,
			bl_value_number(e->arena, head, (double)(uintptr_t)s->counts.entries[i].value));
	put(e, &p, "counts", bl_items_value(e->arena, head, &counts));
	set_body(e, s->resource, &p);
}

/* Instructions before any FROM: part of a Dockerfile, read as a stage of their own. ARG there is for FROM. */
static void eval_global(evaluator *e, const bl_document *d, size_t at)
{
	const bl_block *block = d->blocks.items[at];
	if (!e->stage) {
		stage *s = new_stage(e, d, at, NULL);
		if (!e->nfrom && !bl_str_eqz(block->kind, "arg"))
			s->resource = add_resource(e, BL_STR("docker/Stage"), s->name, s->name, block);
	}
	if (bl_str_eqz(block->kind, "arg")) {
		bl_items unused = {0};
		eval_arg(e, block, &unused, &e->global, true);
	}
	eval_instruction(e, block, false);
}

/* Which stages the last one is made of, by the names that FROM writes. */
static void find_kept(evaluator *e, const bl_document *d)
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

static void eval_document(evaluator *e, const bl_document *d)
{
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		e->nfrom += bl_str_eqz(b->kind, "from");
		if (bl_str_eqz(b->kind, "directive") && bl_str_eqz(bl_block_label(b, 0), "escape") && bl_str_eqz(bl_block_label(b, 1), "`"))
			e->escape = '`';
	}
	e->global.escape = e->escape;
	find_kept(e, d);
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
		evaluator e = {.path = input->documents[i]->path, .input = input, .arena = arena, .out = out, .escape = '\\', .names = {.fold = true}};
		eval_document(&e, input->documents[i]);
	}
}

#include "eval/docker/command.h"
#include "eval/docker/evaluator.h"
#include "eval/docker/lint.h"

#include <stdlib.h>

const bl_value *bl_docker_expand_in(
	bl_docker_evaluator *e, const bl_docker_scope *scope, bl_str word, bl_span span)
{
	bl_str why;
	const bl_value *v = bl_docker_expand(e->arena, scope, word, span, &why);
	if (v)
		return v;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, span,
		"'" BL_FMT "' can't be expanded: " BL_FMT, BL_ARG(word), BL_ARG(why));
	return bl_value_unknown(e->arena, span, BL_FMT, BL_ARG(why));
}

static const bl_value *expand(bl_docker_evaluator *e, const bl_label *label)
{
	return bl_docker_expand_in(e, &e->stage->scope, label->text, label->span);
}

static const bl_value *words_of(
	bl_docker_evaluator *e, const bl_block *block, size_t from, bool expanded)
{
	bl_values list = {0};
	for (size_t i = from; i < block->labels.n; i++) {
		const bl_label *l = &block->labels.items[i];
		bl_vec_push(e->arena, &list,
			expanded ? expand(e, l) : bl_docker_string(e, l->span, l->text));
	}
	return bl_values_value(e->arena, block->head, &list);
}

const bl_value *bl_docker_flags(bl_docker_evaluator *e, const bl_block *block)
{
	bl_items items = {0};
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		if (!bl_str_starts(a->name, BL_STR("--")))
			continue;
		const bl_value *v = a->expr->value;
		bl_str key = bl_str_slice(a->name, 2, a->name.n);
		if (v->kind == BL_STRING && bl_str_find(v->string, BL_STR("$"), 0) >= 0)
			v = bl_docker_expand_in(e,
				bl_str_eqz(block->kind, "from") ? &e->global : &e->stage->scope,
				v->string, a->span);
		bl_items_put(e->arena, &items, key, a->span, v);
	}
	return bl_items_value(e->arena, block->head, &items);
}

/* --mount=type=cache,target=/x: a map each. */
static const bl_value *mounts_of(bl_docker_evaluator *e, const bl_block *block)
{
	bl_values list = {0};
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		if (!bl_str_eqz(a->name, "--mount") || a->expr->value->kind != BL_STRING)
			continue;
		bl_items mount = {0};
		bl_items_put(e->arena, &mount, BL_STR("type"), a->span,
			bl_docker_string(e, a->span, BL_STR("bind")));
		for (bl_str rest = a->expr->value->string, field; rest.n;) {
			rest = bl_str_cut(rest, ',', &field);
			bl_str key, value = bl_str_cut(field, '=', &key);
			bool path = bl_str_eqz(key, "dst") || bl_str_eqz(key, "destination");
			bl_items_put(e->arena, &mount, path ? BL_STR("target") : key, a->span,
				bl_docker_expand_in(e, &e->stage->scope, value, a->span));
		}
		bl_vec_push(e->arena, &list, bl_items_value(e->arena, a->span, &mount));
	}
	return list.n ? bl_values_value(e->arena, block->head, &list) : NULL;
}

/* curl and wget, as far as the stage has used them. */
static const bl_value *downloaders(bl_docker_evaluator *e, bl_span span)
{
	bl_values list = {0};
	if (e->stage->uses_curl)
		bl_vec_push(e->arena, &list, bl_docker_string(e, span, BL_STR("curl")));
	if (e->stage->uses_wget)
		bl_vec_push(e->arena, &list, bl_docker_string(e, span, BL_STR("wget")));
	return bl_values_value(e->arena, span, &list);
}

static void put_commands(
	bl_docker_evaluator *e, bl_items *p, const bl_block *block, const bl_value *mounts)
{
	bl_values list = {0};
	const bl_attr *opaque = bl_block_attr(block, "opaque");
	for (size_t i = 0; i < block->attrs.n; i++)
		if (bl_str_eqz(block->attrs.items[i].name, "command"))
			bl_docker_command(e->arena, e->input->sources, &e->stage->scope,
				block->attrs.items[i].expr, &list);
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
	bl_docker_put(e, p, "commands", v);
	bl_docker_put(e, p, "shell", e->stage->shell);
}

static const bl_value *text_of(bl_docker_evaluator *e, const bl_block *block)
{
	return block->labels.n ? bl_docker_string(e, block->labels.items[0].span,
					 block->labels.items[0].text)
			       : NULL;
}

static void eval_run(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	bl_docker_put(e, p, "arguments", words_of(e, block, 0, false));
	const bl_value *mounts = mounts_of(e, block);
	bl_docker_put(e, p, "mounts", mounts);
	put_commands(e, p, block, mounts);
	bl_docker_put_bool(
		e, p, "mergeable", block->head, bl_docker_mergeable(block, e->stage->last));
	bl_docker_put(e, p, "downloaders", downloaders(e, block->head));
}

static void eval_cmd(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	bl_docker_put(e, p, "arguments", words_of(e, block, 0, false));
	put_commands(e, p, block, NULL);
	const bl_value **what =
		bl_str_eqz(block->kind, "cmd") ? &e->stage->cmd : &e->stage->entrypoint;
	*what = words_of(e, block, 0, false);
}

static void eval_shell(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	e->stage->shell = words_of(e, block, 0, false);
	bl_docker_put(e, p, "arguments", e->stage->shell);
}

static bool is_number(bl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n < 6;
}

/* What a stage's number stands for, from within the stage being read. */
static const char *numbered(bl_docker_evaluator *e, bl_str name)
{
	uint32_t index = (uint32_t)strtoul(bl_str_z(e->arena, name), NULL, 10);
	if (!e->stage->from || index > e->stage->index)
		return "nothing";
	return index == e->stage->index ? "itself" : "stage";
}

/* COPY and ADD: all words but the last are sources. */
static void eval_copy(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	bl_values sources = {0};
	size_t n = block->labels.n;
	for (size_t i = 0; i + 1 < n; i++)
		bl_vec_push(e->arena, &sources, expand(e, &block->labels.items[i]));
	const bl_value *all = bl_values_value(e->arena, block->head, &sources);
	bl_docker_put(e, p, "sources", all);
	bl_docker_put(e, p, "ignored", bl_docker_ignored(e, block, all));
	if (n)
		bl_docker_put(e, p, "destination", expand(e, &block->labels.items[n - 1]));
	const bl_attr *from = bl_block_attr(block, "--from");
	bl_docker_put(e, p, "workdir", e->stage->workdir);
	if (!from || from->expr->value->kind != BL_STRING)
		return;
	bl_str name = from->expr->value->string;
	const bl_docker_stage *s = bl_map_get(&e->names, name);
	const char *kind = s ? "stage" : "image";
	if (s == e->stage)
		kind = "itself";
	else if (bl_str_find(name, BL_STR("$"), 0) >= 0)
		kind = NULL;
	else if (!s && is_number(name))
		kind = numbered(e, name);
	bl_docker_put(e, p, "from",
		kind ? bl_docker_string(e, from->span, bl_str_of(kind))
		     : bl_value_unknown(
			       e->arena, from->span, "a variable names what is copied from"));
}

/* ENV and LABEL, triples; all values are expanded before any is set. */
static void eval_pairs(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	bl_values list = {0};
	bool env = bl_str_eqz(block->kind, "env");
	for (size_t i = 0; i + 2 < block->labels.n; i += 3) {
		const bl_label *name = &block->labels.items[i],
			       *value = &block->labels.items[i + 1];
		bl_items pair = {0};
		bl_docker_put(e, &pair, "name", expand(e, name));
		bl_docker_put(e, &pair, "value", expand(e, value));
		bl_docker_put(e, &pair, "raw", bl_docker_string(e, value->span, value->text));
		bl_docker_put_bool(
			e, &pair, "old_form", name->span, !block->labels.items[i + 2].text.n);
		if (env)
			bl_docker_put_bool(e, &pair, "sibling", value->span,
				bl_docker_names_sibling(e, block, i));
		bl_vec_push(e->arena, &list,
			bl_items_value(e->arena, bl_span_join(name->span, value->span), &pair));
	}
	bl_docker_put(
		e, p, env ? "variables" : "labels", bl_values_value(e->arena, block->head, &list));
	for (size_t i = 0; env && i < list.n; i++) {
		const bl_value *name = bl_value_getz(list.items[i], "name"),
			       *value = bl_value_getz(list.items[i], "value");
		if (name->kind != BL_STRING)
			continue;
		bl_docker_scope_set(e->arena, &e->stage->scope, name->string, value);
		bl_docker_scope_set(e->arena, &e->stage->env, name->string, value);
	}
}

/* What the builds that are known pass, where they all pass the same. */
static const bl_value *passed_by_build(bl_docker_evaluator *e, bl_str name, bl_span span)
{
	const bl_item *item = e->input->nbuilds ? bl_value_item(e->input->builds[0]->arguments, name, false) : NULL;
	const bl_value *v = item ? item->value : NULL;
	for (size_t i = 1; i < e->input->nbuilds && v; i++) {
		const bl_value *other = bl_value_get(e->input->builds[i]->arguments, name);
		if (!other || bl_value_equal(v, other) != BL_YES)
			return NULL;
	}
	if (!v || v->kind == BL_NULL || v->kind == BL_LIST || v->kind == BL_MAP)
		return NULL;
	if (v->kind == BL_NUMBER || v->kind == BL_BOOL)
		v = bl_docker_string(e, v->span, v->kind == BL_NUMBER ? v->digits : v->boolean ? BL_STR("true") : BL_STR("false"));
	bl_str what = bl_str_fmt(e->arena, "build argument " BL_FMT, BL_ARG(name));
	return bl_value_at(e->arena, bl_value_through(e->arena, v, what, item->value->span), span);
}

/* --var NAME=TEXT, or what a build passes; NULL where neither names it. The last --var counts. */
static const bl_value *given(bl_docker_evaluator *e, bl_str name, bl_span span)
{
	const bl_eval_options *o = e->input->options;
	for (size_t i = o ? o->nvars : 0; i--;)
		if (bl_str_eq(o->vars[i].name, name))
			return bl_docker_string(e, span, o->vars[i].text);
	return passed_by_build(e, name, span);
}

void bl_docker_arg(bl_docker_evaluator *e, const bl_block *block, bl_items *p,
	bl_docker_scope *scope, bool global)
{
	bl_values list = {0};
	for (size_t i = 0; i < block->labels.n; i++) {
		const bl_label *l = &block->labels.items[i];
		bl_items pair = {0};
		bl_str name, value = bl_str_cut(l->text, '=', &name);
		bool has_default = name.n < l->text.n;
		const bl_value *v =
			has_default ? bl_docker_expand_in(e, scope, value, l->span) : NULL;
		bl_docker_put(e, &pair, "name", bl_docker_string(e, l->span, name));
		bl_docker_put(e, &pair, "value", v);
		bl_vec_push(e->arena, &list, bl_items_value(e->arena, l->span, &pair));
		const bl_value *passed = given(e, name, l->span);
		if (passed)
			v = passed;
		else if (!v && !global)
			v = bl_map_get(&e->global.values, name);
		if (!v)
			v = bl_value_unknown(
				e->arena, l->span, "ARG '" BL_FMT "' has no value", BL_ARG(name));
		if (global || !bl_docker_scope_get(&e->stage->env, name))
			bl_docker_scope_set(e->arena, scope, name, v);
	}
	bl_docker_put(e, p, "variables", bl_values_value(e->arena, block->head, &list));
}

void bl_docker_arg_defaults(bl_docker_evaluator *e, const bl_block *block)
{
	for (size_t i = 0; i < block->labels.n; i++) {
		const bl_label *l = &block->labels.items[i];
		bl_str name, why, value = bl_str_cut(l->text, '=', &name);
		const bl_value *v = name.n < l->text.n ? bl_docker_expand(e->arena, &e->defaults,
								 value, l->span, &why)
						       : NULL;
		if (v)
			bl_docker_scope_set(e->arena, &e->defaults, name, v);
	}
}

static const bl_value *port(bl_docker_evaluator *e, bl_str s, bl_span span)
{
	bl_items item = {0};
	bl_str number, protocol = bl_str_cut(s, '/', &number),
		       last = bl_str_cut(number, '-', &number);
	bl_docker_put(e, &item, "port", bl_value_digits(e->arena, span, number));
	bl_docker_put(e, &item, "last", bl_value_digits(e->arena, span, last.n ? last : number));
	bl_docker_put(e, &item, "protocol",
		bl_docker_string(
			e, span, protocol.n ? bl_str_lower(e->arena, protocol) : BL_STR("tcp")));
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

/* What is no port, but an address or a pair of them, and the protocol as it is written. */
static const bl_value *exposed(bl_docker_evaluator *e, const bl_value *word)
{
	bl_items item = {0};
	bl_str number, protocol = bl_str_cut(word->string, '/', &number);
	bl_docker_put(e, &item, "text", word);
	bl_docker_put_bool(
		e, &item, "mapped", word->span, bl_str_find(number, BL_STR(":"), 0) >= 0);
	bl_docker_put(e, &item, "protocol", bl_docker_string(e, word->span, protocol));
	return bl_items_value(e->arena, word->span, &item);
}

static void eval_expose(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	bl_values list = {0}, all = {0}, words = {0};
	for (size_t i = 0; i < block->labels.n; i++) {
		const bl_label *l = &block->labels.items[i];
		bl_str why;
		if (!bl_docker_expand_words(
			    e->arena, &e->stage->scope, l->text, l->span, &words, &why))
			bl_vec_push(e->arena, &words, expand(e, l)); /* says why */
	}
	for (size_t i = 0; i < words.n; i++) {
		const bl_value *v = words.items[i];
		if (v->kind == BL_UNKNOWN)
			bl_vec_push(e->arena, &list, v);
		else if (is_port(v->string))
			bl_vec_push(e->arena, &list,
				bl_value_at(e->arena, port(e, v->string, v->span), v->span));
		if (v->kind == BL_STRING)
			bl_vec_push(e->arena, &all, exposed(e, v));
	}
	for (size_t i = 0; i < list.n; i++)
		bl_vec_push(e->arena, &e->stage->ports, list.items[i]);
	bl_docker_put(e, p, "ports", bl_values_value(e->arena, block->head, &list));
	bl_docker_put(e, p, "words", bl_values_value(e->arena, block->head, &all));
}

static const bl_value *text_value(bl_docker_evaluator *e, const bl_block *block)
{
	return block->labels.n ? expand(e, &block->labels.items[0]) : NULL;
}

/* USER name[:group], each a name or a number. An empty one is root. */
static void eval_user(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	const bl_value *v = text_value(e, block);
	if (!v)
		v = bl_docker_string(e, block->head, BL_STR(""));
	if (v->kind == BL_STRING) {
		bl_str user, group = bl_str_cut(v->string, ':', &user);
		bl_value *name = bl_value_at(e->arena, bl_docker_string(e, v->span, user), v->span);
		name->via = v->via;
		if (group.n)
			bl_docker_put(e, p, "group", bl_docker_string(e, v->span, group));
		v = name;
	}
	bl_docker_put(e, p, "user", v);
	e->stage->user = v;
}

static bool is_absolute(bl_str path)
{
	return path.n && (path.p[0] == '/' || path.p[0] == '\\' || (path.n > 1 && path.p[1] == ':'));
}

static void eval_workdir(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	const bl_value *v = text_value(e, block);
	e->stage->workdir = v;
	bl_docker_put(e, p, "path", v);
	bl_docker_put_bool(e, p, "anchored", block->head, e->stage->absolute);
	if (v && (v->kind != BL_STRING || is_absolute(v->string)))
		e->stage->absolute = true;
}

static void eval_healthcheck(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	const bl_value *kind = text_of(e, block);
	bl_docker_put(e, p, "kind", kind);
	bl_docker_put(e, p, "arguments", words_of(e, block, 1, false));
	put_commands(e, p, block, NULL);
	e->stage->healthcheck = kind;
}

static void eval_words(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	bl_docker_put(e, p, "arguments", words_of(e, block, 0, true));
}

static void eval_text(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	bl_docker_put(e, p, "value", text_value(e, block));
}

static const struct {
	const char *kind;
	void (*eval)(bl_docker_evaluator *e, const bl_block *block, bl_items *p);
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

void bl_docker_instruction(bl_docker_evaluator *e, const bl_block *block, bl_items *p)
{
	if (bl_str_eqz(block->kind, "arg"))
		bl_docker_arg(e, block, p, &e->stage->scope, false);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (bl_str_eqz(block->kind, kinds[i].kind))
			kinds[i].eval(e, block, p);
}

/*
 * Variables: what `variables` sets at each level, and $(name) and $[ ] where they are used. Groups, the pipeline's settings and
 * the steps of a run may set more, so what is not among them is not known.
 */
#include "eval/pipeline/azure.h"

/* MAX_MACROS: of variables within the variable that one macro names. */
enum { MAX_NESTING = 20, MAX_DEPTH = 200, MAX_MACROS = 32 };

static void set_variable(bl_azpipe_expansion *e, bl_items *out, bl_span name_span, bl_str key, const bl_value *value, bl_tri there)
{
	const bl_value *v = bl_azpipe_written(e, value);
	size_t at = 0;
	while (at < out->n && !bl_str_eqi(out->items[at].key, key))
		at++;
	if (there == BL_MAYBE) {
		bl_value *u = bl_value_unknown(e->arena, v->span, "whether '" BL_FMT "' is set so is not known before it runs", BL_ARG(key));
		bl_unknown *unknown = (bl_unknown *)u->unknown;
		unknown->type = BL_STRING;
		if (at < out->n) {
			unknown->ncandidates = 2;
			unknown->candidates = bl_new_n(e->arena, const bl_value *, 2);
			unknown->candidates[0] = out->items[at].value;
			unknown->candidates[1] = v;
		}
		v = u;
	}
	v = bl_value_through(e->arena, v, bl_str_fmt(e->arena, "variables." BL_FMT, BL_ARG(key)), v->span);
	if (at < out->n)
		out->items[at] = (bl_item){key, name_span, v};
	else if (out->n < BL_AZPIPE_MAX_NAMES)
		bl_vec_push(e->arena, out, ((bl_item){key, name_span, v}));
}

const bl_value *bl_azpipe_variables(bl_azpipe_expansion *e, const bl_value *outer, const bl_value *variables)
{
	bl_items out = {0};
	const bl_eval_options *o = e->input->options;
	e->copied += outer ? outer->n : 0;
	if (outer && (!variables || !variables->n || e->copied > BL_AZPIPE_MAX_COPIED))
		return outer;
	for (uint32_t i = 0; outer && i < outer->n; i++)
		bl_vec_push(e->arena, &out, outer->map[i]);
	for (uint32_t i = 0; bl_value_is(variables, BL_MAP) && i < variables->n; i++) {
		const bl_item *item = &variables->map[i];
		set_variable(e, &out, item->key_span, item->key, item->value, BL_YES);
	}
	for (uint32_t i = 0; bl_value_is(variables, BL_LIST) && i < variables->n; i++) {
		const bl_value *one = variables->list[i], *value = bl_value_getz(one, "value");
		const bl_value *name = bl_value_getz(one, "name");
		bl_str key;
		if (name && value && bl_azpipe_text_of(bl_azpipe_written(e, name), &key))
			set_variable(e, &out, name->span, key, value, bl_azpipe_mark_of(e, one).condition);
	}
	for (size_t i = 0; o && i < o->nvars; i++)
		if (!o->vars[i].environment) {
			const bl_value *text = bl_value_string(e->arena, BL_NOWHERE, o->vars[i].text);
			set_variable(e, &out, BL_NOWHERE, o->vars[i].name, text, BL_YES);
		}
	bl_value *map = bl_items_value(e->arena, variables ? variables->span : BL_NOWHERE, &out);
	map->open = true;
	return map;
}

/* ---- $(name) ---- */

typedef struct putter {
	bl_arena *arena;
	const bl_value *variables;
	const bl_azpipe_name *names;
	size_t macros;
} putter;

static const bl_value *put_text(putter *p, const bl_value *v, int depth);

/* $[ expression ]: the whole of a variable's value */
static const bl_value *runtime(putter *p, const bl_value *v)
{
	bl_str s = bl_str_trim(v->string), why;
	const bl_value *made = bl_azpipe_expression(p->arena, bl_str_slice(s, 2, s.n - 1), v->span, p->names, &why);
	return made ? made : bl_value_unknown(p->arena, v->span, BL_FMT, BL_ARG(why));
}

static bool is_name(bl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!(c == '_' || c == '.' || c == '-' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z')))
			return false;
	}
	return s.n > 0;
}

/* What every run sets. Folders: where sources are; of the rest what is known without a run. */
static const struct {
	const char *name;
	const char *value, *prefix, *alphabet;
} predefined[] = {
	{"Build.BuildId", NULL, NULL, "0123456789"},
	{"Build.Repository.LocalPath", BL_PIPELINE_WORKSPACE, NULL, NULL},
	{"Build.SourceBranch", NULL, "refs/", NULL},
	{"Build.SourceVersion", NULL, NULL, "0123456789abcdef"},
	{"Build.SourcesDirectory", BL_PIPELINE_WORKSPACE, NULL, NULL},
	{"System.DefaultWorkingDirectory", BL_PIPELINE_WORKSPACE, NULL, NULL},
};

static const bl_value *predefined_value(bl_arena *arena, bl_span span, size_t i)
{
	if (predefined[i].value)
		return bl_value_string(arena, span, bl_str_of(predefined[i].value));
	bl_value *v = bl_value_unknown(arena, span, "'$(%s)' is not known before it runs", predefined[i].name);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = BL_STRING;
	u->not_null = true;
	u->prefix = bl_str_of(predefined[i].prefix);
	u->alphabet = bl_str_of(predefined[i].alphabet);
	return v;
}

/* What a macro stands for; an unknown keeps its name, so that one can say which. */
static const bl_value *macro(putter *p, bl_str name, bl_span span, int depth)
{
	const bl_value *v = bl_value_geti(p->variables, name);
	for (size_t i = 0; !v && i < sizeof predefined / sizeof *predefined; i++)
		if (bl_str_eqiz(name, predefined[i].name))
			return predefined_value(p->arena, span, i);
	if (!v)
		return bl_value_unknown(p->arena, span, "'$(" BL_FMT ")' is not known before it runs", BL_ARG(name));
	p->macros = depth ? p->macros + 1 : 0;
	if (depth >= MAX_NESTING || p->macros > MAX_MACROS)
		return bl_value_unknown(p->arena, span, "'$(" BL_FMT ")' refers to itself, or to too many others", BL_ARG(name));
	return v->kind == BL_STRING ? put_text(p, v, depth + 1) : v;
}

/* Cuts text, which begins at base in what was written, into literal parts and macros; false when there are no macros. */
static bool cut_macros(putter *p, bl_str s, uint32_t base, bl_span span, int depth, bl_pipeline_parts *parts)
{
	size_t from = 0;
	bool any = false;
	ptrdiff_t at = bl_str_find(s, BL_STR("$("), 0), end;
	for (; at >= 0 && (end = bl_str_find(s, BL_STR(")"), (size_t)at)) >= 0; at = bl_str_find(s, BL_STR("$("), (size_t)at + 2)) {
		bl_str name = bl_str_slice(s, (size_t)at + 2, (size_t)end);
		size_t after = (size_t)end + 1;
		if (!is_name(name) || (size_t)at < from)
			continue;
		const bl_value *v = macro(p, name, span, depth);
		/* where sources are checked out below the folder of the run */
		bool below = bl_str_eqiz(name, "Pipeline.Workspace") || bl_str_eqiz(name, "Agent.BuildDirectory");
		if (below && after + 1 < s.n && s.p[after] == '/' && s.p[after + 1] == 's' && (after + 2 == s.n || s.p[after + 2] == '/')) {
			v = bl_value_string(p->arena, span, BL_STR(BL_PIPELINE_WORKSPACE));
			after += 2;
		}
		any = true;
		bl_vec_push(p->arena, parts, ((bl_pipeline_part){bl_str_slice(s, from, (size_t)at), NULL, base + (uint32_t)from, base + (uint32_t)at}));
		bl_vec_push(p->arena, parts, ((bl_pipeline_part){.value = v, .begin = base + (uint32_t)at, .end = base + (uint32_t)after}));
		from = after;
	}
	bl_vec_push(p->arena, parts, ((bl_pipeline_part){bl_str_slice(s, from, s.n), NULL, base + (uint32_t)from, base + (uint32_t)s.n}));
	return any;
}

static const bl_value *put_text(putter *p, const bl_value *v, int depth)
{
	bl_str trimmed = bl_str_trim(v->string);
	bl_pipeline_parts parts = {0};
	if (bl_str_starts(trimmed, BL_STR("$[")) && bl_str_ends(trimmed, BL_STR("]")))
		return runtime(p, v);
	if (bl_str_find(v->string, BL_STR("$("), 0) < 0 || !cut_macros(p, v->string, 0, v->span, depth, &parts))
		return v;
	bl_value *made = (bl_value *)bl_pipeline_join(p->arena, v->span, &parts);
	made->via = v->via ? v->via : made->via;
	made->sensitive |= v->sensitive;
	return made;
}

bl_pipeline_parts bl_azpipe_script_parts(bl_arena *arena, const bl_azpipe_text *text, const bl_value *variables)
{
	bl_azpipe_name names = {BL_STR("variables"), variables, NULL};
	putter p = {arena, variables, &names, 0};
	bl_pipeline_parts parts = {0};
	if (!text->parts.n)
		cut_macros(&p, text->written->string, 0, text->written->span, 0, &parts);
	for (size_t i = 0; i < text->parts.n; i++) {
		const bl_pipeline_part *part = &text->parts.items[i];
		if (!part->value)
			cut_macros(&p, part->text, part->begin, text->written->span, 0, &parts);
		else
			bl_vec_push(arena, &parts, ((bl_pipeline_part){.value = bl_azpipe_put_variables(arena, part->value, variables),
							   .begin = part->begin, .end = part->end}));
	}
	return parts;
}

static const bl_value *put_in(putter *p, const bl_value *v, int depth)
{
	if (v->kind == BL_STRING)
		return put_text(p, v, 0);
	if ((v->kind != BL_LIST && v->kind != BL_MAP) || depth > MAX_DEPTH)
		return v;
	bl_value *copy = bl_value_at(p->arena, v, v->span);
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(p->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			copy->list[i] = put_in(p, v->list[i], depth + 1);
		return copy;
	}
	copy->map = bl_new_n(p->arena, bl_item, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		copy->map[i] = v->map[i];
		copy->map[i].value = put_in(p, v->map[i].value, depth + 1);
	}
	return copy;
}

/* Upper case, dots and blanks as underscores. */
const bl_value *bl_azpipe_environment(bl_arena *arena, const bl_value *variables)
{
	bl_items out = {0};
	size_t known = sizeof predefined / sizeof *predefined;
	for (size_t i = 0; i < known + (variables ? variables->n : 0); i++) {
		const bl_item *item = i < known ? NULL : &variables->map[i - known];
		char *p = bl_str_z(arena, item ? item->key : bl_str_of(predefined[i].name));
		size_t n = strlen(p);
		for (size_t k = 0; k < n; k++)
			p[k] = p[k] == '.' || p[k] == ' ' ? '_' : p[k] >= 'a' && p[k] <= 'z' ? (char)(p[k] - 'a' + 'A') : p[k];
		const bl_value *v = item ? bl_azpipe_put_variables(arena, item->value, variables) : predefined_value(arena, BL_NOWHERE, i);
		bl_items_put(arena, &out, bl_str_make(p, n), item ? item->key_span : BL_NOWHERE, v);
	}
	bl_value *map = bl_items_value(arena, variables ? variables->span : BL_NOWHERE, &out);
	map->open = true;
	return map;
}

const bl_value *bl_azpipe_put_variables(bl_arena *arena, const bl_value *v, const bl_value *variables)
{
	bl_azpipe_name names = {BL_STR("variables"), variables, NULL};
	putter p = {arena, variables, &names, 0};
	return put_in(&p, v, 0);
}

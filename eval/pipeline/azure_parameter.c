/* Parameters of pipelines and templates: declared with a type (a list), or the older way with defaults alone (a map). */
#include "eval/pipeline/azure.h"

#include "core/codec/number.h"

static bl_value *missing(bl_azpipe_expansion *e, bl_span span, bl_str name, const bl_value *values, int type)
{
	bl_value *v = bl_value_unknown(e->arena, span, "the parameter '" BL_FMT "' has no value", BL_ARG(name));
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = type;
	if (!bl_value_is(values, BL_LIST) || !values->n || values->open)
		return v;
	u->ncandidates = values->n;
	u->candidates = bl_new_n(e->arena, const bl_value *, values->n);
	for (uint32_t i = 0; i < values->n; i++)
		u->candidates[i] = bl_azpipe_written(e, values->list[i]);
	return v;
}

/* A value as its type wants it; what does not fit stays as it is, with a diagnostic. */
static const bl_value *converted(bl_azpipe_expansion *e, const bl_value *v, bl_str type, bl_str name)
{
	bl_str s;
	if (v->kind == BL_UNKNOWN)
		return v;
	bool scalar = bl_azpipe_text_of(v, &s);
	if (bl_str_eqiz(type, "boolean") && scalar && (bl_str_eqiz(s, "true") || bl_str_eqiz(s, "false"))) {
		bl_value *b = bl_value_bool(e->arena, v->span, bl_str_eqiz(s, "true"));
		b->via = v->via;
		return b;
	}
	if (bl_str_eqiz(type, "number") && scalar && bl_number_valid(s)) {
		bl_value *n = bl_value_digits(e->arena, v->span, bl_number_canonical(e->arena, s));
		n->via = v->via;
		return n;
	}
	bool text = !type.n || bl_str_eqiz(type, "string"), number = bl_str_eqiz(type, "number"), flag = bl_str_eqiz(type, "boolean");
	if ((text && !scalar && type.n) || ((number || flag) && s.n))
		bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, v->span, "the value of '" BL_FMT "' is no " BL_FMT, BL_ARG(name), BL_ARG(type));
	return v;
}

static int kind_of(bl_str type)
{
	return bl_str_eqiz(type, "boolean") ? BL_BOOL : bl_str_eqiz(type, "number") ? BL_NUMBER : bl_str_eqiz(type, "string") ? BL_STRING : -1;
}

static const bl_var *command_line(const bl_azpipe_expansion *e, bl_str name)
{
	const bl_eval_options *o = e->input->options;
	for (size_t i = o ? o->nvars : 0; i-- > 0;)
		if (!o->vars[i].environment && bl_str_eqi(o->vars[i].name, name))
			return &o->vars[i];
	return NULL;
}

static void bind(bl_azpipe_expansion *e, const bl_azpipe_frame *f, bl_items *out, const bl_value *name, const bl_value *declared,
	const bl_value *given, bool root)
{
	const bl_value *v = bl_value_geti(given, name->string);
	const bl_value *fallback = bl_value_getz(declared, "default");
	bl_str type = bl_value_text(bl_value_getz(declared, "type"));
	const bl_var *var = root ? command_line(e, name->string) : NULL;
	bl_str what = bl_str_fmt(e->arena, "parameters." BL_FMT, BL_ARG(name->string));
	if (var)
		v = bl_value_string(e->arena, BL_NOWHERE, var->text);
	else if (!v && fallback)
		v = bl_azpipe_expand_value(e, f, fallback, BL_AZPIPE_ANY);
	if (!v)
		v = missing(e, name->span, name->string, bl_value_getz(declared, "values"), kind_of(type));
	if (root && (!type.n || bl_str_eqiz(type, "string")) && !bl_value_getz(declared, "values"))
		bl_map_put(e->arena, &e->free, what, (void *)declared);
	v = converted(e, v, type.n ? type : BL_STR("string"), name->string);
	bl_items_put(e->arena, out, name->string, name->span, bl_value_through(e->arena, v, what, v->span));
}

static void bind_legacy(bl_azpipe_expansion *e, const bl_azpipe_frame *f, bl_items *out, const bl_value *declared, const bl_value *given, bool root)
{
	for (uint32_t i = 0; i < declared->n && i < BL_AZPIPE_MAX_NAMES; i++) {
		const bl_item *item = &declared->map[i];
		const bl_var *var = root ? command_line(e, item->key) : NULL;
		const bl_value *v = bl_value_geti(given, item->key);
		if (var)
			v = bl_value_string(e->arena, BL_NOWHERE, var->text);
		if (!v)
			v = bl_azpipe_expand_value(e, f, item->value, BL_AZPIPE_ANY);
		bl_str what = bl_str_fmt(e->arena, "parameters." BL_FMT, BL_ARG(item->key));
		bl_items_put(e->arena, out, item->key, item->key_span, bl_value_through(e->arena, v, what, v->span));
	}
}

bool bl_azpipe_is_free(const bl_azpipe_expansion *e, const bl_value *v)
{
	const bl_via *last = v->via;
	while (last && last->next)
		last = last->next;
	return last && bl_map_get(&e->free, last->what);
}

const bl_value *bl_azpipe_parameters(bl_azpipe_expansion *e, const bl_azpipe_frame *f, const bl_value *declared, const bl_value *given, bool root)
{
	bl_items out = {0};
	bl_span span = declared ? declared->span : BL_NOWHERE;
	if (!bl_value_is(given, BL_MAP))
		given = NULL;
	if (bl_value_is(declared, BL_MAP))
		bind_legacy(e, f, &out, declared, given, root);
	for (uint32_t i = 0; bl_value_is(declared, BL_LIST) && i < declared->n && i < BL_AZPIPE_MAX_NAMES; i++) {
		const bl_value *one = declared->list[i], *name = bl_value_getz(one, "name");
		if (name && (name = bl_azpipe_written(e, name))->kind == BL_STRING)
			bind(e, f, &out, name, one, given, root);
	}
	for (uint32_t i = 0; given && i < given->n && i < BL_AZPIPE_MAX_NAMES; i++) {
		const bl_item *item = &given->map[i];
		bool bound = false;
		for (size_t k = 0; k < out.n && !bound; k++)
			bound = bl_str_eqi(out.items[k].key, item->key);
		if (bound)
			continue;
		if (bl_value_is(declared, BL_LIST))
			bl_diag_add(e->arena, &e->out->diags, BL_DIAG_WARNING, item->key_span, "the template has no parameter '" BL_FMT "'", BL_ARG(item->key));
		bl_items_put(e->arena, &out, item->key, item->key_span,
			bl_value_through(e->arena, item->value, bl_str_fmt(e->arena, "parameters." BL_FMT, BL_ARG(item->key)), item->value->span));
	}
	bl_value *map = bl_items_value(e->arena, span, &out);
	return map;
}

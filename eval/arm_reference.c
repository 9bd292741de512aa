/* What ARM templates say about resources: reference(), resourceId() and the like, and which resource of the template is meant. */
#include "eval/arm.h"

enum { MAX_SIGN = 2000, MAX_SIGN_DEPTH = 40 };

/* ---- signs ---- */

static bool sign(const bl_azure_frame *f, const bl_expr *e, bl_buf *out, int depth);

static bool sign_arguments(const bl_azure_frame *f, const bl_expr *e, uint32_t from, const char *between, bl_buf *out, int depth)
{
	for (uint32_t i = from; i < e->n; i++) {
		if (i > from)
			bl_buf_putz(out, between);
		if (!sign(f, e->kids[i], out, depth))
			return false;
	}
	return true;
}

/* format() with nothing but "{0}": the arguments in their places. False when it is more than that; out is then as it was. */
static bool sign_format(const bl_azure_frame *f, const bl_expr *e, bl_buf *out, int depth)
{
	size_t before = out->n;
	bl_str s = e->n && e->kids[0]->kind == BL_EXPR_LITERAL ? bl_value_text(e->kids[0]->value) : BL_STR("");
	for (size_t i = 0; i < s.n; i++) {
		bool hole = s.p[i] == '{' && i + 2 < s.n && s.p[i + 2] == '}' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9';
		uint32_t which = hole ? (uint32_t)(s.p[i + 1] - '0') + 1 : 0;
		if (hole ? which >= e->n || !sign(f, e->kids[which], out, depth) : s.p[i] == '{' || s.p[i] == '}') {
			out->n = before;
			return false;
		}
		if (hole)
			i += 2;
		else
			bl_buf_putc(out, s.p[i]);
	}
	return s.n > 0;
}

static bool sign_name(const bl_azure_frame *f, const bl_expr *e, bool parameter, bl_buf *out, int depth)
{
	bl_arm_scope *s = ((bl_arm_scope *)f->scope)->names;
	bl_str name = bl_value_text(bl_azure_eval(f, e->kids[0]));
	const bl_expr *definition = bl_arm_argument(f, name) ? NULL : bl_arm_definition(s, name, parameter);
	bl_azure_frame plain = bl_arm_frame(s, NULL);
	if (definition)
		return sign(&plain, definition, out, depth);
	bl_buf_putf(out, "<" BL_FMT "(" BL_FMT ")>", BL_ARG(e->text), BL_ARG(name));
	return true;
}

static bool sign_call(const bl_azure_frame *f, const bl_expr *e, bl_buf *out, int depth)
{
	bool parameter = bl_str_eqiz(e->text, "parameters");
	if (bl_str_eqiz(e->text, "concat"))
		return sign_arguments(f, e, 0, "", out, depth);
	if (bl_str_eqiz(e->text, "uri"))
		return sign_arguments(f, e, 0, "/", out, depth);
	if (bl_str_eqiz(e->text, "format") && sign_format(f, e, out, depth))
		return true;
	if (e->n == 1 && (parameter || bl_str_eqiz(e->text, "variables")))
		return sign_name(f, e, parameter, out, depth);
	bl_buf_putf(out, "<" BL_FMT "(", BL_ARG(e->text));
	bool ok = sign_arguments(f, e, 0, ",", out, depth);
	bl_buf_putz(out, ")>");
	return ok;
}

static bool sign(const bl_azure_frame *f, const bl_expr *e, bl_buf *out, int depth)
{
	if (out->n > MAX_SIGN || depth > MAX_SIGN_DEPTH)
		return false;
	const bl_value *v = bl_azure_eval(f, e);
	if (v->kind == BL_STRING || v->kind == BL_NUMBER || v->kind == BL_BOOL) {
		if (v->kind == BL_STRING && v->string.n > MAX_SIGN)
			return false;
		bl_azure_text(out, v, '\'');
		return true;
	}
	if (e->kind == BL_EXPR_CALL)
		return sign_call(f, e, out, depth + 1);
	if ((e->kind == BL_EXPR_ATTR || e->kind == BL_EXPR_INDEX) && sign(f, e->kids[0], out, depth + 1)) {
		bl_buf_putf(out, "<." BL_FMT, BL_ARG(e->text));
		bool ok = e->kind == BL_EXPR_ATTR || sign(f, e->kids[1], out, depth + 1);
		bl_buf_putz(out, ">");
		return ok;
	}
	return false;
}

static bl_str taken(bl_azure *a, bl_buf *b, bool ok)
{
	bl_str s = ok && b->n <= MAX_SIGN ? bl_str_dup(a->arena, bl_buf_str(b)) : BL_STR("");
	bl_buf_done(b);
	return s;
}

bl_str bl_arm_sign(const bl_azure_frame *f, const bl_expr *e)
{
	bl_buf out = {0};
	bool ok = sign(f, e, &out, 0);
	return taken(f->azure, &out, ok);
}

/* ---- which resource ---- */

static bl_str id_key(bl_azure *a, bl_str type, bl_str names)
{
	if (bl_str_ends(type, BL_STR("/")))
		type.n--;
	return bl_str_lower(a->arena, bl_str_fmt(a->arena, BL_FMT "\x1f" BL_FMT, BL_ARG(type), BL_ARG(names)));
}

void bl_arm_register(bl_arm_item *it)
{
	bl_arm_scope *s = it->scope;
	bl_arena *arena = s->azure->arena;
	bl_map_put(arena, &s->index->addresses, it->address, it);
	if (it->symbol.n)
		bl_map_put(arena, &s->symbols,
			it->index < 0 ? it->symbol : bl_str_fmt(arena, BL_FMT "[%lld]", BL_ARG(it->symbol), (long long)it->index), it);
	if (!it->sign.n)
		return;
	bl_str key = id_key(s->azure, it->type, it->sign);
	if (!bl_map_get(&s->ids, key))
		bl_map_put(arena, &s->ids, key, it);
	bl_str name = bl_str_lower(arena, it->sign);
	bl_arm_item **known = bl_map_get(&s->names_only, name), **one = bl_new(arena, bl_arm_item *);
	*one = known ? NULL : it;
	bl_map_put(arena, &s->names_only, name, one);
}

bl_arm_item *bl_arm_find_typed(const bl_arm_scope *s, bl_str type, bl_str names)
{
	bl_str key = names.n ? id_key(s->azure, type, names) : BL_STR("");
	bl_arm_item *it = NULL;
	for (; s && key.n && !it; s = s->outer)
		it = bl_map_get(&s->ids, key);
	return it;
}

/* By what follows the last "/providers/" of an id: NAMESPACE/TYPE/NAME... */
static bl_arm_item *find_id(const bl_arm_scope *s, bl_str id)
{
	ptrdiff_t at = -1;
	for (ptrdiff_t i = 0; (i = bl_str_findi(id, BL_STR("/providers/"), (size_t)i)) >= 0; i++)
		at = i;
	if (at < 0)
		return NULL;
	bl_buf type = {0}, names = {0};
	bl_str part, rest = bl_str_cut(bl_str_slice(id, (size_t)at + 11, id.n), '/', &part);
	bl_buf_put(&type, part);
	for (bool name = false; rest.n; name = !name) {
		rest = bl_str_cut(rest, '/', &part);
		bl_buf *to = name ? &names : &type;
		if (to->n)
			bl_buf_putc(to, '/');
		bl_buf_put(to, part);
	}
	bl_arm_item *it = bl_arm_find_typed(s, bl_buf_str(&type), bl_buf_str(&names));
	bl_buf_done(&type);
	bl_buf_done(&names);
	return it;
}

bl_arm_item *bl_arm_find(const bl_arm_scope *s, const bl_value *v)
{
	if (v->kind == BL_UNKNOWN && v->unknown->nrefs == 1 &&
		(!v->unknown->refs[0].path.n || bl_str_eqz(v->unknown->refs[0].path, "id")))
		return bl_map_get(&s->index->addresses, v->unknown->refs[0].address);
	if (v->kind != BL_STRING)
		return NULL;
	bl_arm_item *it = bl_map_get(&s->symbols, v->string);
	if (it)
		return it;
	if (bl_str_starts(v->string, BL_STR("/")))
		return find_id(s, v->string);
	bl_arm_item **named = bl_map_get(&s->names_only, bl_str_lower(s->azure->arena, v->string));
	return named ? *named : NULL;
}

/* What resourceId() and its like name: the first known text with a slash in it is the type, the arguments after it are the names. */
static bl_arm_item *find_call(const bl_azure_frame *f, const bl_expr *e, const bl_value *const *args)
{
	uint32_t at = 0;
	while (at < e->n && (bl_str_find(bl_value_text(args[at]), BL_STR("/"), 0) <= 0))
		at++;
	if (at + 1 >= e->n)
		return NULL;
	bl_buf out = {0};
	bool ok = sign_arguments(f, e, at + 1, "/", &out, 0);
	bl_str names = taken(f->azure, &out, ok);
	return bl_arm_find_typed(f->scope, bl_value_text(args[at]), names);
}

/* ---- what is known of it ---- */

static bl_value *waits(bl_azure *a, bl_span span, const bl_arm_item *it, bl_str path)
{
	return bl_value_waits(a->arena, span, it->address, path);
}

/* v, which is the resource's at path, so that it is seen where it came from. */
static const bl_value *from(bl_azure *a, const bl_arm_item *it, bl_str path, const bl_value *v, bl_span span)
{
	bl_str what = bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(it->address), BL_ARG(path));
	return bl_value_through(a->arena, bl_value_at(a->arena, v, span), what, v->span);
}

/* An id with the resource of the template that it is the id of. */
static const bl_value *with_item(bl_azure *a, const bl_value *id, const bl_arm_item *it)
{
	if (!it || id->kind == BL_MAP)
		return id;
	if (id->kind != BL_UNKNOWN)
		return from(a, it, BL_STR("id"), id, id->span);
	bl_value *v = bl_value_at(a->arena, id, id->span);
	bl_unknown *u = bl_azure_own(a, v);
	u->refs = bl_new(a->arena, bl_ref);
	*u->refs = (bl_ref){it->address, BL_STR("id")};
	u->nrefs = 1;
	return v;
}

static const bl_value *id_of(const bl_arm_item *it, bl_span span)
{
	bl_azure *a = it->scope->azure;
	bl_values names = {0};
	size_t segments = 0;
	for (size_t i = 0; i < it->type.n; i++)
		segments += it->type.p[i] == '/';
	bl_str rest = bl_value_text(it->name), one;
	while (rest.n) {
		rest = bl_str_cut(rest, '/', &one);
		bl_vec_push(a->arena, &names, bl_value_string(a->arena, span, one));
	}
	if (segments == 1 && it->name->kind == BL_UNKNOWN)
		bl_vec_push(a->arena, &names, it->name);
	bl_ref ref = {it->address, BL_STR("id")};
	if (names.n != segments || bl_azure_key(it->body, "scope"))
		return waits(a, span, it, BL_STR("id"));
	return with_item(a, bl_azure_id(a, span, it->scope->scope_id, it->type, names.items, names.n, &ref), it);
}

/* "outputs.NAME.value", "outputs.NAME" of a deployment. */
static const bl_value *output(bl_arm_item *it, bl_str path, bl_span span)
{
	bl_azure *a = it->scope->azure;
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	bl_str name, what, rest = bl_str_cut(path, '.', &name);
	bl_arm_run(it);
	const bl_value *v = it->outputs ? bl_value_geti(it->outputs, name) : NULL;
	if (!v)
		return NULL;
	if (!rest.n) {
		bl_azure_map m = {.open = true};
		bl_azure_put(a, &m, &(bl_item){BL_STR("value"), v->span, v});
		return bl_azure_map_value(a, span, &m);
	}
	rest = bl_str_cut(rest, '.', &what);
	if (!bl_str_eqiz(what, "value"))
		return NULL;
	v = from(a, it, bl_str_cat(a->arena, BL_STR("properties.outputs."), name), v, span);
	while (rest.n) {
		rest = bl_str_cut(rest, '.', &what);
		v = bl_azure_member(&f, v, what, span, false);
	}
	return v;
}

/* What the body says at path; NULL for what it leaves out: Azure fills that in. */
static const bl_value *written(bl_arm_item *it, bl_str path, bl_span span)
{
	const bl_value *v = bl_arm_body(it);
	bl_azure_frame f = bl_arm_frame(it->scope, it->locals);
	bl_str key, rest = path;
	while (v && rest.n && v->kind == BL_MAP) {
		rest = bl_str_cut(rest, '.', &key);
		v = bl_value_geti(v, key);
	}
	if (!v || v->kind == BL_NULL || (rest.n && v->kind != BL_UNKNOWN))
		return NULL;
	v = from(it->scope->azure, it, path, v, span);
	while (rest.n) {
		rest = bl_str_cut(rest, '.', &key);
		v = bl_azure_member(&f, v, key, span, false);
	}
	return bl_azure_part_of(it->scope->azure, &(bl_ref){it->address, path}, v);
}

const bl_value *bl_arm_member(const bl_azure_frame *f, const bl_ref *resource, bl_str path, bl_span span)
{
	static const char outputs[] = "properties.outputs.";
	bl_azure *a = f->azure;
	bl_arm_scope *s = f->scope;
	bl_arm_item *it = bl_map_get(&s->index->addresses, resource->address);
	const bl_value *v = NULL;
	if (!it || a->depth >= BL_EVAL_MAX_DEPTH)
		return NULL;
	a->depth++;
	if (bl_arm_is_deployment(it) && bl_str_startsi(path, BL_STR("properties.outputs.")))
		v = output(it, bl_str_slice(path, sizeof outputs - 1, path.n), span);
	else if (bl_str_eqiz(path, "name") || bl_str_eqiz(path, "id"))
		v = bl_str_eqiz(path, "id") ? id_of(it, span) : bl_value_at(a->arena, it->name, span);
	else if (bl_str_eqiz(path, "type") || bl_str_eqiz(path, "apiVersion"))
		v = bl_value_string(a->arena, span, bl_str_eqiz(path, "type") ? it->type : it->api_version);
	else if (!it->existing && !bl_arm_is_deployment(it))
		v = written(it, path, span);
	a->depth--;
	return v ? v : waits(a, span, it, path);
}

/* reference(ID, name or symbol, VERSION, 'Full'): a resource as it runs; without 'Full', its properties. */
static const bl_value *reference(const bl_azure_frame *f, const bl_expr *e, const bl_value *const *args)
{
	bl_azure *a = f->azure;
	bl_arm_item *it = bl_arm_find(f->scope, args[0]);
	bool full = e->n == 3 && bl_str_eqiz(bl_value_text(args[2]), "full");
	if (!it && args[0]->kind == BL_UNKNOWN) {
		bl_str name = bl_str_lower(a->arena, bl_arm_sign(f, e->kids[0]));
		bl_arm_item **named = bl_map_get(&((bl_arm_scope *)f->scope)->names_only, name);
		it = named ? *named : NULL;
	}
	if (it)
		return waits(a, e->span, it, full ? BL_STR("") : BL_STR("properties"));
	bl_value *v = bl_azure_unknown(a, e->span, -1, args, 1);
	bl_azure_own(a, v)->why = BL_STR("what reference() gives is known after deployment");
	return v;
}

/* references(SYMBOL, 'Full'): every instance of a copy. */
static const bl_value *references(const bl_azure_frame *f, const bl_expr *e, const bl_value *const *args)
{
	const bl_arm_scope *s = f->scope;
	bl_azure *a = f->azure;
	bl_values items = {0};
	bool full = e->n == 2 && bl_str_eqiz(bl_value_text(args[1]), "full"), open = false;
	bl_str symbol = bl_value_text(args[0]);
	for (size_t i = 0; symbol.n && i < s->items.n; i++) {
		const bl_arm_item *it = s->items.items[i];
		if (!bl_str_eq(it->symbol, symbol))
			continue;
		open |= it->star != NULL;
		if (!it->star)
			bl_vec_push(a->arena, &items, waits(a, e->span, it, full ? BL_STR("") : BL_STR("properties")));
	}
	bl_value *v = bl_values_value(a->arena, e->span, &items);
	v->open = open || !items.n;
	return v;
}

/* resourceInfo(SYMBOL): id, name, type, apiVersion. */
static const bl_value *resource_info(const bl_azure_frame *f, const bl_expr *e, const bl_value *const *args)
{
	const bl_arm_item *it = bl_arm_find(f->scope, args[0]);
	return it ? waits(f->azure, e->span, it, BL_STR("")) : bl_azure_unknown(f->azure, e->span, BL_MAP, args, e->n);
}

/* listOutputsWithSecureValues(SYMBOL, VERSION): a deployment's outputs, which may be secrets; listKeys() and the like: nobody's to know. */
static const bl_value *lists(const bl_azure_frame *f, const bl_expr *e, const bl_value **args)
{
	bl_azure *a = f->azure;
	bl_arm_item *it = bl_arm_find(f->scope, args[0]);
	if (it && bl_arm_is_deployment(it) && bl_str_eqiz(e->text, "listOutputsWithSecureValues")) {
		bl_arm_run(it);
		if (it->outputs)
			return bl_value_mark_sensitive(a->arena, it->outputs);
	}
	const bl_value *v = bl_azure_call_in(f, e->span, e->text, args, e->n);
	if (!it || v->kind != BL_UNKNOWN || v->unknown->nrefs)
		return v;
	bl_value *waiting = bl_value_at(a->arena, v, v->span);
	bl_unknown *u = bl_azure_own(a, waiting);
	u->refs = bl_new(a->arena, bl_ref);
	*u->refs = (bl_ref){it->address, e->text};
	u->nrefs = 1;
	return waiting;
}

const bl_value *bl_arm_call(const bl_azure_frame *f, const bl_expr *e)
{
	bl_azure *a = f->azure;
	bool reads = bl_str_eqiz(e->text, "reference"), all = bl_str_eqiz(e->text, "references");
	bool info = bl_str_eqiz(e->text, "resourceInfo"), id = e->text.n >= 10 &&
		bl_str_eqiz(bl_str_slice(e->text, e->text.n - 10, e->text.n), "resourceId");
	bool list = bl_str_startsi(e->text, BL_STR("list")) && e->text.n > 4;
	if (!e->n || !(reads || all || info || id || list))
		return NULL;
	const bl_value **args = bl_azure_arguments(f, e, 0);
	if (list)
		return lists(f, e, args);
	if (info)
		return resource_info(f, e, args);
	if (all)
		return references(f, e, args);
	if (reads)
		return reference(f, e, args);
	const bl_value *v = bl_azure_call_in(f, e->span, e->text, args, e->n);
	return v ? with_item(a, v, find_call(f, e, args)) : NULL;
}

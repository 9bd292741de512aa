/* What ARM templates declare of parameters and outputs: types, allowed values, limits, what is secure. */
#include "eval/arm.h"

enum { MAX_REFS = 16, MAX_DEPTH = 20, MAX_OBJECTS = 5 };

const bl_expr *bl_arm_entry(const bl_expr *object, bl_str name)
{
	for (uint32_t i = 0; object && object->kind == BL_EXPR_OBJECT && i + 1 < object->n; i += 2) {
		const bl_expr *k = object->kids[i];
		if (k->kind == BL_EXPR_LITERAL && bl_str_eqi(bl_value_text(k->value), name))
			return object->kids[i + 1];
	}
	return NULL;
}

bl_str bl_arm_text(const bl_expr *e)
{
	return e && e->kind == BL_EXPR_LITERAL ? bl_value_text(e->value) : BL_STR("");
}

static int kind_of(bl_str type)
{
	static const struct {
		const char *name;
		bl_kind kind;
	} kinds[] = {{"array", BL_LIST}, {"bool", BL_BOOL}, {"int", BL_NUMBER}, {"object", BL_MAP},
		{"secureObject", BL_MAP}, {"secureString", BL_STRING}, {"string", BL_STRING}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (bl_str_eqiz(type, kinds[i].name))
			return (int)kinds[i].kind;
	return -1;
}

/* Through "$ref": "#/definitions/NAME". */
const bl_expr *bl_arm_type(const bl_arm_scope *s, const bl_expr *declared)
{
	static const char prefix[] = "#/definitions/";
	for (int i = 0; i < MAX_REFS && declared; i++) {
		bl_str ref = bl_arm_text(bl_azure_key(declared, "$ref"));
		if (!bl_str_starts(ref, BL_STR("#/definitions/")))
			return declared;
		const bl_expr *next = bl_arm_entry(bl_azure_key(s->body, "definitions"), bl_str_slice(ref, sizeof prefix - 1, ref.n));
		if (!next)
			return declared;
		declared = next;
	}
	return declared;
}

static bool is_true(const bl_expr *e)
{
	return e && e->kind == BL_EXPR_LITERAL && e->value->kind == BL_BOOL && e->value->boolean;
}

static bool whole(const bl_expr *e, int64_t *n)
{
	return e && e->kind == BL_EXPR_LITERAL && bl_azure_int(e->value, n);
}

/* minLength and maxLength count characters, of which one has up to four bytes; a short range of integers is a list of candidates. */
static void narrow(bl_azure *a, bl_unknown *u, const bl_expr *type)
{
	int64_t least, most;
	if (u->type == BL_STRING && whole(bl_azure_key(type, "minLength"), &least) && least > 0)
		u->least = (size_t)least;
	if (u->type == BL_STRING && whole(bl_azure_key(type, "maxLength"), &most) && most > 0 && most < BL_AZURE_MAX_TEXT)
		u->most = 4 * (size_t)most;
	if (u->type != BL_NUMBER || !whole(bl_azure_key(type, "minValue"), &least) || !whole(bl_azure_key(type, "maxValue"), &most) ||
		least > most || (uint64_t)most - (uint64_t)least >= BL_AZURE_MAX_CANDIDATES)
		return;
	u->candidates = bl_new_n(a->arena, const bl_value *, BL_AZURE_MAX_CANDIDATES);
	for (int64_t i = least; u->ncandidates < (size_t)(most - least) + 1; i++)
		u->candidates[u->ncandidates++] = bl_azure_number(a, type->span, i);
}

/* What a definition calls secure is marked, in objects and arrays too. */
static const bl_value *guarded(bl_arm_scope *s, const bl_value *v, const bl_expr *declared, int depth)
{
	bl_azure *a = s->azure;
	const bl_expr *type = bl_arm_type(s, declared), *properties = bl_azure_key(type, "properties");
	const bl_expr *items = bl_azure_key(type, "items"), *rest = bl_azure_key(type, "additionalProperties");
	if (bl_str_startsi(bl_arm_text(bl_azure_key(type, "type")), BL_STR("secure")))
		return bl_value_mark_sensitive(a->arena, v);
	if (depth > MAX_DEPTH || (v->kind != BL_MAP && v->kind != BL_LIST) || (!properties && !items && !rest))
		return v;
	bl_value *copy = bl_value_at(a->arena, v, v->span);
	if (v->kind == BL_LIST)
		copy->list = bl_new_n(a->arena, const bl_value *, v->n + 1);
	else
		copy->map = bl_new_n(a->arena, bl_item, v->n + 1);
	for (uint32_t i = 0; i < v->n; i++) {
		const bl_expr *one = items;
		if (v->kind == BL_MAP) {
			const bl_expr *named = bl_arm_entry(properties, v->map[i].key);
			one = named ? named : rest;
			copy->map[i] = v->map[i];
			copy->map[i].value = guarded(s, v->map[i].value, one, depth + 1);
		} else {
			copy->list[i] = guarded(s, v->list[i], one, depth + 1);
		}
	}
	return copy;
}

static bool is_nullable(const bl_arm_scope *s, const bl_expr *declared)
{
	return is_true(bl_azure_key(declared, "nullable")) || is_true(bl_azure_key(bl_arm_type(s, declared), "nullable"));
}

static const bl_value *unset(bl_arm_scope *s, bl_str what, const bl_expr *declared, int depth);

/* An object whose properties are each as unknown as they are declared; one that may be left out may be null. */
static const bl_value *unset_object(bl_arm_scope *s, bl_str what, const bl_expr *type, int depth)
{
	bl_azure *a = s->azure;
	const bl_expr *properties = bl_azure_key(type, "properties"), *more = bl_azure_key(type, "additionalProperties");
	bl_azure_map m = {0};
	for (uint32_t i = 0; i + 1 < properties->n; i += 2) {
		bl_str key = bl_arm_text(properties->kids[i]);
		const bl_value *v = unset(s, bl_str_fmt(a->arena, BL_FMT "." BL_FMT, BL_ARG(what), BL_ARG(key)), properties->kids[i + 1],
			depth + 1);
		bl_azure_put(a, &m, &(bl_item){key, properties->kids[i]->span, v});
	}
	m.open = !more || more->kind != BL_EXPR_LITERAL || more->value->kind != BL_BOOL || more->value->boolean;
	return bl_azure_map_value(a, type->span, &m);
}

static const bl_value *unset(bl_arm_scope *s, bl_str what, const bl_expr *declared, int depth)
{
	bl_azure *a = s->azure;
	bl_azure_frame f = bl_arm_frame(s, NULL);
	const bl_expr *type = bl_arm_type(s, declared), *allowed = bl_azure_key(type, "allowedValues");
	const bl_expr *properties = bl_azure_key(type, "properties");
	bool nullable = is_nullable(s, declared);
	int kind = kind_of(bl_arm_text(bl_azure_key(type, "type")));
	if (!nullable && kind == BL_MAP && properties && properties->kind == BL_EXPR_OBJECT && properties->n && depth < MAX_OBJECTS &&
		bl_azure_goes_on(a, declared->span))
		return unset_object(s, what, type, depth);
	a->steps++;
	bl_value *v = bl_value_unknown(a->arena, declared->span, BL_FMT " has no value", BL_ARG(what));
	bl_unknown *u = bl_azure_own(a, v);
	u->type = nullable ? -1 : kind;
	u->not_null = !nullable;
	const bl_value *list = allowed && !nullable ? bl_azure_eval(&f, allowed) : NULL;
	if (list && list->kind == BL_LIST && list->n <= BL_AZURE_MAX_CANDIDATES && !bl_value_has_unknown(list)) {
		u->candidates = list->list;
		u->ncandidates = list->n;
	}
	narrow(a, u, type);
	return v;
}

const bl_value *bl_arm_unset(bl_arm_scope *s, bl_str name, const bl_expr *declared)
{
	if (is_nullable(s, declared))
		return bl_value_at(s->azure->arena, &bl_value_null, declared->span);
	return unset(s, bl_str_fmt(s->azure->arena, "parameter '" BL_FMT "'", BL_ARG(name)), declared, 0);
}

const bl_value *bl_arm_guard(bl_arm_scope *s, const bl_value *v, const bl_expr *declared)
{
	return guarded(s, v, declared, 0);
}

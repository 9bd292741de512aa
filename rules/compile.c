#include "rules/rule.h"
#include "rules/builtin.h"

#include <stdlib.h>

const bl_word bl_words[BL_OP_WORD_COUNT] = {
#define X(id, word, kind, doc) {word, doc, BL_ARG_##kind},
#include "rules/ops.def"
#undef X
};

static bool compile(bl_rule_reader *r, const bl_value *v, bl_span at, unsigned depth);

static uint32_t emit(bl_rule_reader *r, bl_opcode code)
{
	bl_rule *rule = r->rule;
	bl_vec_add(r->arena, &rule->ops)->code = (uint8_t)code;
	return (uint32_t)rule->ops.n - 1;
}

static void finish(bl_rule_reader *r, uint32_t op)
{
	r->rule->ops.items[op].end = (uint32_t)r->rule->ops.n;
}

static int find_word(bl_str name)
{
	for (int i = 0; i < BL_OP_WORD_COUNT; i++)
		if (bl_str_eqz(name, bl_words[i].name))
			return i;
	return -1;
}

static bool is_scalar(const bl_value *v)
{
	return v->kind == BL_BOOL || v->kind == BL_NUMBER || v->kind == BL_STRING;
}

/* true and yes, false and no. */
static bool read_bool(const bl_value *v, bool *out)
{
	*out = v->kind == BL_BOOL ? v->boolean : bl_str_eqiz(bl_value_text(v), "yes");
	return v->kind == BL_BOOL || *out || bl_str_eqiz(bl_value_text(v), "no");
}

static bool compile_bool(bl_rule_reader *r, const bl_item *item, bl_op *op)
{
	bool b;
	if (!read_bool(item->value, &b))
		return bl_rule_wrong(r, item->value->span, "'" BL_FMT "' is true or false", BL_ARG(item->key));
	op->arg = bl_value_bool(r->arena, item->value->span, b);
	return true;
}

static bool compile_tri(bl_rule_reader *r, const bl_item *item, bl_op *op)
{
	bool b;
	op->tri = BL_MAYBE;
	if (bl_value_is_string(item->value, "maybe"))
		return true;
	if (!read_bool(item->value, &b))
		return bl_rule_wrong(r, item->value->span, "'" BL_FMT "' is yes, no or maybe", BL_ARG(item->key));
	op->tri = bl_tri_of(b);
	return true;
}

/* One scalar or a list of them, kept as a list. */
static bool compile_scalars(bl_rule_reader *r, const bl_item *item, bl_op *op)
{
	const bl_value *v = item->value;
	if (v->kind != BL_LIST) {
		const bl_value **one = bl_new(r->arena, const bl_value *);
		*one = v;
		v = bl_value_list(r->arena, v->span, one, 1);
	}
	for (uint32_t i = 0; i < v->n; i++)
		if (!is_scalar(v->list[i]))
			return bl_rule_wrong(r, v->list[i]->span, "'" BL_FMT "' takes a text, number or boolean, or a list of them",
				BL_ARG(item->key));
	op->arg = v;
	return v->n ? true : bl_rule_wrong(r, item->key_span, "'" BL_FMT "' has nothing to compare with", BL_ARG(item->key));
}

static bool compile_regexes(bl_rule_reader *r, const bl_item *item, bl_op *op)
{
	if (!compile_scalars(r, item, op))
		return false;
	op->regexes = bl_new_n(r->arena, bl_regex *, op->arg->n);
	for (uint32_t i = 0; i < op->arg->n; i++) {
		bl_error error;
		if (bl_regex_new(bl_value_text(op->arg->list[i]), &op->regexes[i], &error))
			return bl_rule_wrong(r, op->arg->list[i]->span, "%s", error.text);
		bl_vec_push(r->arena, &r->rule->regexes, op->regexes[i]);
	}
	return true;
}

static bool compile_check(bl_rule_reader *r, const bl_item *item, bl_op *op)
{
	const bl_value *v = item->value;
	bl_str name = bl_value_text(v);
	if (v->kind == BL_MAP && v->n == 1) {
		name = v->map[0].key;
		op->arg = v->map[0].value;
	}
	op->check = bl_builtin_find(name);
	if (op->check && op->check->takes_arg == (op->arg != NULL))
		return true;
	if (op->check)
		return bl_rule_wrong(r, v->span, op->arg ? "check '%s' takes no argument"
							 : "check '%s' takes an argument: {%s: ...}",
			op->check->name, op->check->name);
	const char *const *names;
	size_t n = bl_builtin_names(&names);
	const char *near = bl_rule_nearest(name, names, n);
	return bl_rule_wrong(r, v->span, "unknown check '" BL_FMT "'%s%s%s", BL_ARG(name),
		near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool compile_argument(bl_rule_reader *r, const bl_item *item, uint32_t at)
{
	bl_op *op = &r->rule->ops.items[at];
	switch (bl_words[op->code].arg) {
	case BL_ARG_BOOL:
		return compile_bool(r, item, op);
	case BL_ARG_TRI:
		return compile_tri(r, item, op);
	case BL_ARG_SCALARS:
		return compile_scalars(r, item, op);
	case BL_ARG_REGEX:
		return compile_regexes(r, item, op);
	case BL_ARG_CHECK:
		return compile_check(r, item, op);
	case BL_ARG_PATH:
		if (!bl_value_text(item->value).n)
			return bl_rule_wrong(r, item->value->span, "'" BL_FMT "' takes a path", BL_ARG(item->key));
		op->path = bl_rule_path(r, item->value->string, item->value->span);
		return op->path != NULL;
	case BL_ARG_NUMBER:
		if (item->value->kind != BL_NUMBER)
			return bl_rule_wrong(r, item->value->span, "'" BL_FMT "' takes a number", BL_ARG(item->key));
		break;
	case BL_ARG_SCALAR:
		if (!is_scalar(item->value))
			return bl_rule_wrong(r, item->value->span, "'" BL_FMT "' takes one value", BL_ARG(item->key));
		break;
	default:
		break;
	}
	op->arg = item->value;
	return true;
}

static bool add_related_type(bl_rule_reader *r, const bl_value *v, bl_related *related, size_t cap)
{
	const char *const *group;
	bl_str name = bl_value_text(v);
	size_t n = bl_rule_types(name, &group);
	if (!name.n || related->ntypes + n >= cap)
		return bl_rule_wrong(r, v->span, "'resource' names at most %zu types", cap - 8);
	for (size_t i = 0; i < n; i++)
		related->types[related->ntypes++] = bl_str_of(group[i]);
	if (!n)
		related->types[related->ntypes++] = name;
	return true;
}

static bool read_related_types(bl_rule_reader *r, const bl_value *v, bl_related *related)
{
	enum { CAP = 64 };
	related->types = bl_new_n(r->arena, bl_str, CAP);
	if (v->kind != BL_LIST)
		return add_related_type(r, v, related, CAP);
	for (uint32_t i = 0; i < v->n; i++)
		if (!add_related_type(r, v->list[i], related, CAP))
			return false;
	return true;
}

static bool read_related_path(bl_rule_reader *r, const bl_item *item, bl_path_expr **out)
{
	if (!bl_value_text(item->value).n)
		return bl_rule_wrong(r, item->value->span, "'" BL_FMT "' is a path", BL_ARG(item->key));
	*out = bl_rule_path(r, item->value->string, item->value->span);
	return *out != NULL;
}

static bool compile_related(bl_rule_reader *r, const bl_value *v, bl_span at, unsigned depth)
{
	static const char *const names[] = {"our", "resource", "their", "where"};
	bl_related *related = bl_new(r->arena, bl_related);
	const bl_item *where = NULL;
	uint32_t op = emit(r, BL_OP_RELATED);
	r->rule->ops.items[op].related = related;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++) {
		const bl_item *item = &v->map[i];
		bool ok = true;
		if (bl_str_eqz(item->key, "resource"))
			ok = read_related_types(r, item->value, related);
		else if (bl_str_eqz(item->key, "their"))
			ok = read_related_path(r, item, &related->their);
		else if (bl_str_eqz(item->key, "our"))
			ok = read_related_path(r, item, &related->our);
		else if (bl_str_eqz(item->key, "where"))
			where = item;
		else {
			const char *near = bl_rule_nearest(item->key, names, 4);
			ok = bl_rule_wrong(r, item->key_span, "unknown key '" BL_FMT "'%s%s%s", BL_ARG(item->key),
				near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
		}
		if (!ok)
			return false;
	}
	if (!related->ntypes)
		return bl_rule_wrong(r, at, "a related resource needs 'resource'");
	if (related->their && related->our)
		return bl_rule_wrong(r, at, "a related resource has 'their' or 'our', not both");
	if (where && !compile(r, where->value, where->key_span, depth + 1))
		return false;
	bl_vec_push(r->arena, &r->rule->related, related);
	finish(r, op);
	return true;
}

static bool compile_list(bl_rule_reader *r, const bl_item *item, unsigned depth)
{
	if (!bl_value_is(item->value, BL_LIST) || !item->value->n)
		return bl_rule_wrong(r, item->key_span, "'" BL_FMT "' takes a list of conditions%s", BL_ARG(item->key),
			bl_str_eqz(item->key, "any") ? ", or a related resource: {resource: TYPE, ...}" : "");
	for (uint32_t i = 0; i < item->value->n; i++)
		if (!compile(r, item->value->list[i], item->value->list[i]->span, depth + 1))
			return false;
	return true;
}

static bool compile_word(bl_rule_reader *r, const bl_item *item, int word, unsigned depth)
{
	bl_arg_kind arg = bl_words[word].arg;
	bool related = arg == BL_ARG_RELATED ||
		(word == BL_OP_ANY && bl_value_getz(item->value, "resource"));
	uint32_t op = emit(r, (bl_opcode)word);
	bool ok;
	if (related)
		ok = compile_related(r, item->value, item->key_span, depth);
	else if (arg == BL_ARG_CONDITIONS)
		ok = compile_list(r, item, depth);
	else if (arg == BL_ARG_CONDITION)
		ok = compile(r, item->value, item->key_span, depth + 1);
	else
		ok = compile_argument(r, item, op);
	finish(r, op);
	return ok;
}

/* A key without a dot that is nearly a word is taken for a slip. */
static const char *nearly_word(bl_str key)
{
	if (key.n < 4 || memchr(key.p, '.', key.n) || memchr(key.p, '[', key.n))
		return NULL;
	for (int i = 0; i < BL_OP_WORD_COUNT; i++)
		if (bl_str_distance(key, bl_str_of(bl_words[i].name), 1) <= 1 && bl_words[i].name[3])
			return bl_words[i].name;
	return NULL;
}

static bool compile_item(bl_rule_reader *r, const bl_item *item, unsigned depth)
{
	int word = find_word(item->key);
	if (word >= 0)
		return compile_word(r, item, word, depth);
	const char *near = nearly_word(item->key);
	if (near)
		return bl_rule_wrong(r, item->key_span,
			"unknown word '" BL_FMT "': did you mean '%s'? (a property of that name is '." BL_FMT "')",
			BL_ARG(item->key), near, BL_ARG(item->key));
	const bl_path_expr *path = bl_rule_path(r, item->key, item->key_span);
	if (!path)
		return false;
	uint32_t op = emit(r, BL_OP_PATH);
	r->rule->ops.items[op].path = path;
	bool ok = compile(r, item->value, item->key_span, depth + 1);
	finish(r, op);
	return ok;
}

static bool is_modifier(bl_str key)
{
	return bl_str_eqz(key, "absent") || bl_str_eqz(key, "default");
}

static bool compile_map(bl_rule_reader *r, const bl_value *v, bl_span at, unsigned depth)
{
	uint32_t wrappers[2], nwrappers = 0, all = BL_NO_CONDITION;
	for (uint32_t i = 0; i < v->n; i++) {
		if (!is_modifier(v->map[i].key))
			continue;
		uint32_t op = wrappers[nwrappers++] = emit(r, (bl_opcode)find_word(v->map[i].key));
		if (!compile_argument(r, &v->map[i], op))
			return false;
	}
	if (v->n == nwrappers)
		return bl_rule_wrong(r, at, "a condition says nothing");
	if (v->n - nwrappers > 1)
		all = emit(r, BL_OP_ALL);
	for (uint32_t i = 0; i < v->n; i++)
		if (!is_modifier(v->map[i].key) && !compile_item(r, &v->map[i], depth))
			return false;
	if (all != BL_NO_CONDITION)
		finish(r, all);
	while (nwrappers)
		finish(r, wrappers[--nwrappers]);
	return true;
}

static bool compile(bl_rule_reader *r, const bl_value *v, bl_span at, unsigned depth)
{
	if (depth > BL_RULE_MAX_DEPTH)
		return bl_rule_wrong(r, at, "conditions are nested too deep");
	if (v->kind == BL_MAP)
		return compile_map(r, v, at, depth);
	bl_item item = {BL_STR("in"), at, v};
	if (v->kind == BL_LIST)
		return compile_word(r, &item, BL_OP_IN, depth);
	uint32_t op = emit(r, v->kind == BL_NULL ? BL_OP_EXISTS : BL_OP_IS);
	r->rule->ops.items[op].arg = v->kind == BL_NULL ? bl_value_bool(r->arena, at, false) : v;
	finish(r, op);
	return true;
}

bool bl_rule_compile(bl_rule_reader *r, const bl_value *condition, bl_span at, uint32_t *first)
{
	*first = (uint32_t)r->rule->ops.n;
	return compile(r, condition, at, 0);
}

/* CloudFormation's conditions and rules: three-valued, each condition once. */
#include "eval/cloudformation.h"

enum { UNDER_WAY = 4 };

/* Conditions compare text: a parameter of type Number and "true" without quotes are strings to them. */
static const bl_value *as_text(bl_stack *s, const bl_value *v)
{
	bl_arena *arena = s->run->arena;
	bl_str text;
	if (v->kind == BL_NUMBER || v->kind == BL_BOOL) {
		bl_stack_text(v, &text);
		return bl_value_string(arena, v->span, text);
	}
	if (v->kind != BL_UNKNOWN || !v->unknown->ncandidates || !bl_stack_spend(s->run, v->unknown->ncandidates))
		return v;
	bl_value *copy = bl_value_at(arena, v, v->span);
	bl_unknown *u = bl_new(arena, bl_unknown);
	*u = *v->unknown;
	u->candidates = bl_new_n(arena, const bl_value *, u->ncandidates);
	for (size_t i = 0; i < u->ncandidates; i++) {
		const bl_value *c = v->unknown->candidates[i];
		u->candidates[i] = c->kind == BL_UNKNOWN ? c : as_text(s, c);
	}
	copy->unknown = u;
	return copy;
}

static bl_tri same(bl_stack *s, const bl_value *a, const bl_value *b)
{
	return bl_value_equal(as_text(s, a), as_text(s, b));
}

/* Is value one of the list's, and is every one of values? */
static bl_tri is_in(bl_stack *s, const bl_value *list, const bl_value *value)
{
	if (list->kind != BL_LIST)
		return BL_MAYBE;
	bl_tri found = list->open ? BL_MAYBE : BL_NO;
	for (uint32_t i = 0; i < list->n && found != BL_YES && bl_stack_spend(s->run, 1); i++)
		found = bl_tri_or(found, same(s, list->list[i], value));
	return found;
}

static bl_tri each_is_in(bl_stack *s, const bl_value *values, const bl_value *list, bool equal)
{
	if (values->kind != BL_LIST)
		return BL_MAYBE;
	bl_tri all = values->open ? BL_MAYBE : BL_YES;
	for (uint32_t i = 0; i < values->n && all != BL_NO && bl_stack_spend(s->run, 1); i++)
		all = bl_tri_and(all, equal ? same(s, values->list[i], list) : is_in(s, list, values->list[i]));
	return all;
}

static bl_tri of_two(bl_stack *s, bl_str name, const bl_value *argument, int depth)
{
	const bl_value *a = bl_stack_evaluate(s, argument->list[0], depth + 1), *b = bl_stack_evaluate(s, argument->list[1], depth + 1);
	if (bl_str_eqz(name, "Fn::Equals"))
		return same(s, a, b);
	if (bl_str_eqz(name, "Fn::Contains"))
		return is_in(s, a, b);
	if (bl_str_eqz(name, "Fn::EachMemberIn"))
		return each_is_in(s, a, b, false);
	if (bl_str_eqz(name, "Fn::EachMemberEquals"))
		return each_is_in(s, a, b, true);
	return BL_MAYBE;
}

bl_tri bl_stack_condition(bl_stack *s, const bl_value *v, int depth)
{
	if (depth > BL_EVAL_MAX_DEPTH || !bl_stack_spend(s->run, 1))
		return BL_MAYBE;
	if (v->kind == BL_BOOL || bl_value_is_string(v, "true") || bl_value_is_string(v, "false"))
		return bl_tri_of(v->kind == BL_BOOL ? v->boolean : v->string.n == 4);
	if (v->kind != BL_MAP || v->n != 1)
		return BL_MAYBE;
	bl_str name = v->map[0].key;
	const bl_value *argument = v->map[0].value;
	if (bl_str_eqz(name, "Condition"))
		return bl_stack_condition_named(s, bl_value_text(argument), depth + 1);
	bool all = bl_str_eqz(name, "Fn::And"), any = bl_str_eqz(name, "Fn::Or");
	if (argument->kind != BL_LIST)
		return BL_MAYBE;
	if (bl_str_eqz(name, "Fn::Not") && argument->n == 1)
		return bl_tri_not(bl_stack_condition(s, argument->list[0], depth + 1));
	if (!all && !any)
		return argument->n == 2 ? of_two(s, name, argument, depth) : BL_MAYBE;
	bl_tri result = all ? BL_YES : BL_NO;
	for (uint32_t i = 0; i < argument->n; i++) {
		bl_tri t = bl_stack_condition(s, argument->list[i], depth + 1);
		result = all ? bl_tri_and(result, t) : bl_tri_or(result, t);
	}
	return result;
}

bl_tri bl_stack_condition_named(bl_stack *s, bl_str name, int depth)
{
	bl_arena *arena = s->run->arena;
	const bl_value *definition = bl_map_get(&s->conditions, name);
	uintptr_t known = (uintptr_t)bl_map_get(&s->condition_results, name);
	if (!definition)
		return BL_MAYBE;
	if (known == UNDER_WAY) {
		bl_diag_add(arena, &s->run->out->diags, BL_DIAG_ERROR, definition->span, "condition '" BL_FMT "' needs itself", BL_ARG(name));
		return BL_MAYBE;
	}
	if (known)
		return (bl_tri)(known - 1);
	bl_map_put(arena, &s->condition_results, name, (void *)UNDER_WAY);
	bl_tri result = bl_stack_condition(s, definition, depth + 1);
	bl_map_put(arena, &s->condition_results, name, (void *)((uintptr_t)result + 1));
	return result;
}

void bl_stack_check_conditions(bl_stack *s)
{
	for (size_t i = 0; i < s->conditions.n; i++)
		bl_stack_condition_named(s, s->conditions.entries[i].key, 0);
}

/* Rules hold for what is deployed; with a template's defaults alone nobody has said yet what that is. */
void bl_stack_check_rules(bl_stack *s)
{
	const bl_value *rules = bl_value_getz(s->template, "Rules");
	bool told = s->given.n > 0;
	for (uint32_t i = 0; told && bl_value_is(rules, BL_MAP) && i < rules->n; i++) {
		const bl_value *rule = rules->map[i].value, *when = bl_value_getz(rule, "RuleCondition");
		const bl_value *assertions = bl_value_getz(rule, "Assertions");
		if (when && bl_stack_condition(s, when, 0) != BL_YES)
			continue;
		for (uint32_t k = 0; bl_value_is(assertions, BL_LIST) && k < assertions->n; k++) {
			const bl_value *assertion = bl_value_getz(assertions->list[k], "Assert");
			bl_str words = bl_value_text(bl_value_getz(assertions->list[k], "AssertDescription"));
			if (assertion && bl_stack_condition(s, assertion, 0) == BL_NO)
				bl_diag_add(s->run->arena, &s->run->out->diags, BL_DIAG_ERROR, assertions->list[k]->span,
					"rule '" BL_FMT "' does not hold%s" BL_FMT, BL_ARG(rules->map[i].key), words.n ? ": " : "", BL_ARG(words));
		}
	}
}

/* What the first words of a reference mean. */
#include "eval/terraform.h"

static const bl_value *declared(const bl_tf_scope *s, const bl_map *in, bl_str name, const char *what, bl_span span,
	const bl_value *(*get)(const bl_tf_scope *s, bl_tf_item *item))
{
	bl_tf_item *item = bl_map_get(in, name);
	if (!item)
		return bl_tf_error(s->tf, span, "there is no %s '" BL_FMT "'", what, BL_ARG(name));
	/* a module's own names are seen from the module, not from within a for */
	bl_tf_scope scope = {s->tf, s->module, s->module->frame};
	if (++s->tf->depth > BL_TF_MAX_DEPTH) {
		s->tf->depth--;
		return bl_tf_error(s->tf, span, "references are nested deeper than %d levels", BL_TF_MAX_DEPTH);
	}
	const bl_value *v = get(&scope, item);
	s->tf->depth--;
	return v;
}

static const bl_value *resource_value(const bl_tf_scope *s, bl_tf_item *item)
{
	bl_tf *tf = s->tf;
	bl_str base = s->module->address.n ? bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(s->module->address), BL_ARG(item->name))
					   : item->name;
	if (item->state == BL_TF_NEW)
		bl_tf_resource(s, item);
	if (item->state == BL_TF_BUSY) {
		bl_tf_cycle(tf, item);
		return bl_value_waits(tf->arena, item->block->head, base, BL_STR(""));
	}
	return bl_tf_instances_value(s, item, base);
}

static const bl_value *variable_value(const bl_tf_scope *s, bl_tf_item *item)
{
	return bl_tf_variable(s, item);
}

static const bl_value *path_value(const bl_tf_scope *s, bl_str name, bl_span span)
{
	bl_arena *arena = s->tf->arena;
	if (bl_str_eqz(name, "module"))
		return bl_value_string(arena, span, s->module ? s->module->path : BL_STR("."));
	if (bl_str_eqz(name, "root"))
		return bl_value_string(arena, span, BL_STR("."));
	if (bl_str_eqz(name, "cwd"))
		return bl_value_unknown(arena, span, "path.cwd depends on where terraform is run");
	return bl_tf_error(s->tf, span, "there is no path." BL_FMT, BL_ARG(name));
}

static const bl_value *terraform_value(const bl_tf_scope *s, bl_str name, bl_span span)
{
	bl_arena *arena = s->tf->arena;
	const bl_eval_options *o = s->tf->input->options;
	if (bl_str_eqz(name, "workspace"))
		return bl_value_string(arena, span, o && o->workspace.n ? o->workspace : BL_STR("default"));
	return bl_value_unknown(arena, span, "terraform." BL_FMT " is not known before a run", BL_ARG(name));
}

static const bl_value *resource_reference(const bl_tf_scope *s, const bl_str *words, size_t n, bl_span span, size_t *used)
{
	bl_tf *tf = s->tf;
	bool data = bl_str_eqz(words[0], "data");
	size_t need = data ? 3 : 2;
	if (n < need) {
		*used = n;
		if (n == 1 && !data)
			return bl_tf_error(tf, span, "there is no '" BL_FMT "' here", BL_ARG(words[0]));
		return bl_tf_error(tf, span, "a reference to a resource needs its type and its name");
	}
	*used = need;
	bl_str name = data ? bl_str_fmt(tf->arena, "data." BL_FMT "." BL_FMT, BL_ARG(words[1]), BL_ARG(words[2]))
			   : bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(words[0]), BL_ARG(words[1]));
	return declared(s, &s->module->resources, name, "resource", span, resource_value);
}

static const bl_value *by_first_word(const bl_tf_scope *s, const bl_str *words, size_t n, bl_span span, size_t *used)
{
	bl_str first = words[0];
	*used = 2;
	if (bl_str_eqz(first, "var"))
		return declared(s, &s->module->variables, words[1], "variable", span, variable_value);
	if (bl_str_eqz(first, "local"))
		return declared(s, &s->module->locals, words[1], "local value", span, bl_tf_local);
	bl_tf_item *call = n > 2 && bl_str_eqz(first, "module") ? bl_map_get(&s->module->calls, words[1]) : NULL;
	const bl_value *output = call ? bl_tf_call_output(s, call, words[2], span) : NULL;
	if (output) {
		*used = 3;
		return output;
	}
	if (bl_str_eqz(first, "module"))
		return declared(s, &s->module->calls, words[1], "module", span, bl_tf_call_value);
	if (bl_str_eqz(first, "path"))
		return path_value(s, words[1], span);
	if (bl_str_eqz(first, "terraform") || bl_str_eqz(first, "tofu"))
		return terraform_value(s, words[1], span);
	if (bl_str_eqz(first, "ephemeral")) {
		*used = n < 3 ? n : 3;
		return bl_value_unknown(s->tf->arena, span, "an ephemeral value is never written down");
	}
	if (bl_str_eqz(first, "self"))
		return bl_value_unknown(s->tf->arena, span, "self." BL_FMT " is known after deployment", BL_ARG(words[1]));
	if (bl_str_eqz(first, "each") || bl_str_eqz(first, "count"))
		return bl_tf_error(s->tf, span, "'" BL_FMT "' means nothing outside a block with %s", BL_ARG(first),
			first.p[0] == 'e' ? "for_each" : "count");
	if (bl_str_eqz(first, "resource") && n > 2) {
		/* the long way to say what the type says alone */
		const bl_value *v = resource_reference(s, words + 1, n - 1, span, used);
		*used += 1;
		return v;
	}
	return resource_reference(s, words, n, span, used);
}

const bl_value *bl_tf_reference(const bl_tf_scope *s, const bl_str *words, size_t n, bl_span span, size_t *used)
{
	bl_str first = words[0];
	*used = n;
	if (s->tf->own)
		return s->tf->own->name(s->tf->own->context, words, n, span, used);
	if (!s->module) {
		if (n > 1 && bl_str_eqz(first, "path")) {
			*used = 2;
			return path_value(s, words[1], span);
		}
		if (n > 1 && bl_str_eqz(first, "terraform")) {
			*used = 2;
			return terraform_value(s, words[1], span);
		}
		return bl_tf_error(s->tf, span, "there is no '" BL_FMT "' here", BL_ARG(first));
	}
	if (n == 1)
		return resource_reference(s, words, n, span, used);
	return by_first_word(s, words, n, span, used);
}

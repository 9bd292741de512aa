/* The functions of GitHub's expressions. */
#include "core/codec/json.h"
#include "eval/pipeline/github_expr.h"

static const bl_value *format_text(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	bl_pipeline_parts parts = {0};
	if (args[0]->kind != BL_STRING)
		return bl_github_made_of(r, BL_STRING, args, n);
	bl_str s = args[0]->string;
	for (size_t i = 0; i < s.n;) {
		size_t from = i, index = 0;
		if ((s.p[i] == '{' || s.p[i] == '}') && i + 1 < s.n && s.p[i + 1] == s.p[i]) {
			bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, i, i + 1)}));
			i += 2;
			continue;
		}
		if (s.p[i] == '{') {
			for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && index < BL_GITHUB_MAX_ARGUMENTS; i++)
				index = index * 10 + (size_t)(s.p[i] - '0');
			if (i >= s.n || s.p[i] != '}' || index + 1 >= n)
				return bl_github_unclear(r, "the format is wrong");
			bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.value = args[index + 1]}));
			i++;
			continue;
		}
		while (i < s.n && s.p[i] != '{' && s.p[i] != '}')
			i++;
		i += i == from;
		bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.text = bl_str_slice(s, from, i)}));
	}
	return bl_pipeline_join(r->arena, r->span, &parts);
}

static const bl_value *join_list(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	bl_pipeline_parts parts = {0};
	bl_str separator = n > 1 ? bl_value_text(bl_pipeline_scalar(r->arena, args[1])) : BL_STR(",");
	if (args[0]->kind == BL_UNKNOWN || (n > 1 && args[1]->kind == BL_UNKNOWN) || args[0]->open)
		return bl_github_made_of(r, BL_STRING, args, n);
	if (args[0]->kind != BL_LIST)
		return bl_pipeline_scalar(r->arena, args[0]);
	for (uint32_t i = 0; i < args[0]->n; i++) {
		if (i)
			bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.text = separator}));
		bl_vec_push(r->arena, &parts, ((bl_pipeline_part){.value = args[0]->list[i]}));
	}
	return bl_pipeline_join(r->arena, r->span, &parts);
}

static const bl_value *to_json(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	if (bl_value_has_unknown(args[0]))
		return bl_github_made_of(r, BL_STRING, args, n);
	bl_buf buf = {0};
	bl_json j;
	bl_json_begin(&j, &buf, true);
	bl_json_value(&j, args[0]);
	bl_str s = bl_str_trim(bl_str_dup(r->arena, bl_buf_str(&buf)));
	bl_buf_done(&buf);
	return bl_value_string(r->arena, r->span, s);
}

static const bl_value *from_json(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	bl_error error = {""};
	if (args[0]->kind != BL_STRING)
		return bl_github_made_of(r, -1, args, n);
	const bl_value *v = bl_json_read(r->arena, args[0]->string, &error);
	return v ? v : bl_github_unclear(r, "it is no JSON");
}

static const bl_value *call_contains(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	return bl_github_compare(r, BL_GITHUB_CONTAINS, args[0], args[1]);
}
static const bl_value *call_starts(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	return bl_github_compare(r, BL_GITHUB_STARTS_WITH, args[0], args[1]);
}
static const bl_value *call_ends(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	return bl_github_compare(r, BL_GITHUB_ENDS_WITH, args[0], args[1]);
}
static const bl_value *call_always(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	return bl_value_bool(r->arena, r->span, true);
}
static const bl_value *call_status(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	return bl_github_either(r, true, true);
}
static const bl_value *call_hash(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	bl_value *v = bl_value_unknown(r->arena, r->span, "files are hashed when the workflow runs");
	((bl_unknown *)v->unknown)->type = BL_STRING;
	return v;
}
/* case(condition, value, condition, value, ..., default) */
static const bl_value *call_case(bl_github_reader *r, const bl_value *const *args, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		bl_tri holds = bl_pipeline_truth(args[i]);
		if (holds == BL_MAYBE)
			return bl_github_made_of(r, -1, args + i, n - i);
		if (holds == BL_YES)
			return args[i + 1];
	}
	return args[n - 1];
}

static const struct {
	const char *name;
	size_t least, most;
	const bl_value *(*call)(bl_github_reader *r, const bl_value *const *args, size_t n);
} functions[] = {
	{"always", 0, 0, call_always},
	{"cancelled", 0, 0, call_status},
	{"case", 3, BL_GITHUB_MAX_ARGUMENTS, call_case},
	{"contains", 2, 2, call_contains},
	{"endsWith", 2, 2, call_ends},
	{"failure", 0, BL_GITHUB_MAX_ARGUMENTS, call_status},
	{"format", 1, BL_GITHUB_MAX_ARGUMENTS, format_text},
	{"fromJSON", 1, 1, from_json},
	{"hashFiles", 1, BL_GITHUB_MAX_ARGUMENTS, call_hash},
	{"join", 1, 2, join_list},
	{"startsWith", 2, 2, call_starts},
	{"success", 0, BL_GITHUB_MAX_ARGUMENTS, call_status},
	{"toJSON", 1, 1, to_json},
};

const bl_value *bl_github_call(bl_github_reader *r, bl_str name, const bl_value *const *args, size_t n)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (bl_str_eqiz(name, functions[i].name) && n >= functions[i].least && n <= functions[i].most)
			return functions[i].call(r, args, n);
	return NULL;
}

#include "eval/build_paths.h"

#include "eval/path.h"

/* Not a folder of this repository: a URL, or one of Git's short forms. */
static bool is_remote(bl_str s)
{
	return bl_str_find(s, BL_STR("://"), 0) >= 0 || bl_str_starts(s, BL_STR("git@")) || bl_str_starts(s, BL_STR("github.com/"));
}

const bl_value *bl_build_path(bl_arena *arena, bl_str folder, const bl_value *v)
{
	if (v->kind != BL_STRING || is_remote(v->string))
		return v;
	bl_str path = bl_eval_path(arena, folder, v->string);
	bl_value *out = bl_value_string(arena, v->span, path.n ? path : BL_STR("."));
	out->via = v->via;
	return out;
}

const bl_value *bl_build_dockerfile(bl_arena *arena, const bl_value *context, const bl_value *written)
{
	if (!written || written->kind != BL_STRING)
		return written;
	if (context->kind != BL_STRING || is_remote(context->string))
		return bl_value_unknown(arena, written->span, "it is in a context that is not here");
	return bl_build_path(arena, context->string, written);
}

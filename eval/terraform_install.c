/* Where modules that are not local were installed: .terraform/modules beside the root, and the folder that --module-dir names. */
#include "eval/path.h"
#include "eval/terraform.h"

#include "core/codec/json.h"

/* "module.vpc.module.subnets" is "vpc.subnets" in modules.json; instances share one folder. */
static bl_str key_of(bl_arena *arena, const bl_tf_module *caller, bl_str name)
{
	for (; caller && caller->call; caller = caller->parent)
		name = bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(caller->call->name), BL_ARG(name));
	return name;
}

/*
 * Reads FOLDER/modules.json. Its "Dir"s are relative to where terraform ran, and begin with the way to FOLDER from there: what follows
 * ".terraform/modules/" is below FOLDER. The repository's own file may also name folders outside of it.
 */
static void read_list(bl_tf *tf, bl_str folder, bool own)
{
	const bl_loader *loader = tf->input->loader;
	bl_str text, inside = BL_STR(".terraform/modules/");
	bl_str path = bl_str_fmt(tf->arena, BL_FMT "%smodules.json", BL_ARG(folder), folder.n ? "/" : "");
	if (!loader || !loader->bytes || !loader->bytes(loader->context, path, &text))
		return;
	const bl_value *modules = bl_value_getz(bl_json_read(tf->arena, text, NULL), "Modules");
	for (uint32_t i = 0; bl_value_is(modules, BL_LIST) && i < modules->n; i++) {
		bl_str key = bl_value_text(bl_value_getz(modules->list[i], "Key")), dir = bl_value_text(bl_value_getz(modules->list[i], "Dir")), out;
		ptrdiff_t at = bl_str_find(dir, inside, 0);
		if (!key.n || !dir.n || dir.p[0] == '/' || (!own && at < 0) || bl_map_get(&tf->installed, key))
			continue;
		if (at >= 0)
			out = bl_str_fmt(tf->arena, BL_FMT "/" BL_FMT, BL_ARG(folder), BL_ARG(bl_str_slice(dir, (size_t)at + inside.n, dir.n)));
		else
			out = bl_eval_path(tf->arena, bl_tf_root_folder(tf), dir);
		bl_str *kept = bl_new(tf->arena, bl_str);
		*kept = out;
		bl_map_put(tf->arena, &tf->installed, key, kept);
	}
}

static void read_lists(bl_tf *tf)
{
	const bl_eval_options *o = tf->input->options;
	bl_str root = bl_tf_root_folder(tf);
	tf->install_read = true;
	read_list(tf, bl_str_fmt(tf->arena, BL_FMT "%s.terraform/modules", BL_ARG(root), root.n ? "/" : ""), true);
	if (o && o->module_dir.n)
		read_list(tf, o->module_dir, false);
}

/* The source without scheme, credentials, ".git" and "?ref=": the way below the module folder; *within is the folder after "//". */
static bl_str plain_source(bl_arena *arena, bl_str source, bl_str *within)
{
	bl_str s = source, rest;
	ptrdiff_t at = bl_str_find(s, BL_STR("::"), 0);
	if (at >= 0)
		s = bl_str_slice(s, (size_t)at + 2, s.n);
	at = bl_str_find(s, BL_STR("://"), 0);
	if (at >= 0)
		s = bl_str_slice(s, (size_t)at + 3, s.n);
	bl_str_cut(s, '?', &s);
	at = bl_str_find(s, BL_STR("@"), 0);
	if (at >= 0)
		s = bl_str_slice(s, (size_t)at + 1, s.n);
	*within = BL_STR("");
	at = bl_str_find(s, BL_STR("//"), 0);
	if (at >= 0) {
		*within = bl_str_slice(s, (size_t)at + 2, s.n);
		s = bl_str_slice(s, 0, (size_t)at);
	}
	if (bl_str_ends(s, BL_STR(".git")))
		s = bl_str_slice(s, 0, s.n - 4);
	/* git@github.com:owner/name */
	bl_str host;
	rest = bl_str_cut(s, ':', &host);
	return rest.n && rest.p[0] != '/' ? bl_str_fmt(arena, BL_FMT "/" BL_FMT, BL_ARG(host), BL_ARG(rest)) : s;
}

static bool is_safe(bl_str way)
{
	bl_str part;
	while (way.n) {
		way = bl_str_cut(way, '/', &part);
		if (bl_str_eqz(part, "..") || !part.n)
			return false;
	}
	return true;
}

bool bl_tf_installed(bl_tf *tf, const bl_tf_module *caller, const bl_tf_item *call, bl_str source, size_t i, bl_str *folder)
{
	const bl_eval_options *o = tf->input->options;
	if (!tf->install_read)
		read_lists(tf);
	const bl_str *listed = bl_map_get(&tf->installed, key_of(tf->arena, caller, call->name));
	if (listed && i-- == 0) {
		*folder = *listed;
		return true;
	}
	if (!o || !o->module_dir.n || !source.n)
		return false;
	bl_str within, way = plain_source(tf->arena, source, &within);
	const bl_attr *version = bl_block_attr(call->block, "version");
	bl_str exact = version && version->expr->kind == BL_EXPR_LITERAL ? bl_str_trim(bl_value_text(version->expr->value)) : BL_STR("");
	bool last = exact.n && i > 0;
	if (!is_safe(way) || (within.n && !is_safe(within)) || i > (exact.n ? 1 : 0))
		return false;
	/* DIR/SOURCE/VERSION for a version that is named exactly, then DIR/SOURCE */
	bool versioned = exact.n && !last && is_safe(exact);
	*folder = bl_str_fmt(tf->arena, BL_FMT "/" BL_FMT "%s" BL_FMT "%s" BL_FMT, BL_ARG(o->module_dir), BL_ARG(way), versioned ? "/" : "",
		BL_ARG(versioned ? exact : BL_STR("")), within.n ? "/" : "", BL_ARG(within));
	return true;
}

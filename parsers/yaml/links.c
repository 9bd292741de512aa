#include "parsers/yaml/links.h"

#include "parsers/parsers.h"

static void add_link(bl_document *d, bl_str path, bl_span span)
{
	if (!path.n || bl_str_find(path, BL_STR("://"), 0) >= 0)
		return;
	bl_block *block = bl_new(&d->arena, bl_block);
	block->kind = BL_STR("link");
	block->span = block->head = span;
	bl_vec_push(&d->arena, &block->labels, ((bl_label){path, span}));
	bl_vec_push(&d->arena, &d->blocks, block);
}

static void add_relative(bl_document *d, const bl_value *path)
{
	bl_str text = bl_value_text(path);
	if (text.n && text.p[0] != '/')
		add_link(d, text, path->span);
}

/* CloudFormation: nested stacks' templates and the fragments that AWS::Include brings in, where they are named by path. */
static void add_stacks(bl_document *d, const bl_value *v, int depth)
{
	if (depth > BL_PARSE_MAX_DEPTH || (v->kind != BL_MAP && v->kind != BL_LIST))
		return;
	const bl_value *properties = bl_value_getz(v, "Properties"), *type = bl_value_getz(v, "Type");
	if (bl_value_is_string(type, "AWS::CloudFormation::Stack"))
		add_relative(d, bl_value_getz(properties, "TemplateURL"));
	else if (bl_value_is_string(type, "AWS::Serverless::Application"))
		add_relative(d, bl_value_getz(properties, "Location"));
	else if (bl_value_is_string(bl_value_getz(v, "Name"), "AWS::Include"))
		add_relative(d, bl_value_getz(bl_value_getz(v, "Parameters"), "Location"));
	for (uint32_t i = 0; i < v->n; i++)
		add_stacks(d, v->kind == BL_MAP ? v->map[i].value : v->list[i], depth + 1);
}

/* Azure Pipelines: a `template` of this repository whose name is written out. */
static void add_template(bl_document *d, const bl_value *v)
{
	bl_str path, alias = bl_str_cut(bl_value_text(v), '@', &path);
	if ((!alias.n || bl_str_eqz(alias, "self")) && bl_str_find(path, BL_STR("$"), 0) < 0)
		add_link(d, path, v->span);
}

static void add_templates(bl_document *d, const bl_value *v, int depth)
{
	if (depth > BL_PARSE_MAX_DEPTH)
		return;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		add_templates(d, v->list[i], depth + 1);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++) {
		if (bl_str_eqz(v->map[i].key, "template"))
			add_template(d, v->map[i].value);
		add_templates(d, v->map[i].value, depth + 1);
	}
}

/* GitLab CI: `include`, of a configuration or of a job that triggers a child; from the repository's root. */
static void add_include(bl_document *d, const bl_value *v)
{
	for (uint32_t i = 0; v && v->kind == BL_LIST && i < v->n; i++)
		if (v->list[i]->kind != BL_LIST)
			add_include(d, v->list[i]);
	const bl_value *local = bl_value_is(v, BL_MAP) ? bl_value_getz(v, "local") : v;
	if (!bl_value_is(local, BL_STRING))
		return;
	bl_str path = local->string;
	if (path.n && bl_str_find(path, BL_STR("$"), 0) < 0)
		add_link(d, path.p[0] == '/' ? path : bl_str_cat(&d->arena, BL_STR("/"), path), local->span);
}

void bl_yaml_links(bl_document *d, const bl_value *root)
{
	if (d->language == BL_LANG_CLOUDFORMATION)
		add_stacks(d, root, 0);
	if (bl_str_eqz(d->dialect, "azure-pipelines"))
		add_templates(d, root, 0);
	if (!bl_str_eqz(d->dialect, "gitlab") || root->kind != BL_MAP)
		return;
	add_include(d, bl_value_getz(root, "include"));
	for (uint32_t i = 0; i < root->n; i++)
		add_include(d, bl_value_getz(bl_value_getz(root->map[i].value, "trigger"), "include"));
}

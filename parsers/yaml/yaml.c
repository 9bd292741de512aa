/* Kubernetes manifests, CloudFormation, pipelines and other YAML (and their JSON forms): one block a document, its tree a literal. */
#include "parsers/language.h"

#include "core/codec/json.h"
#include "core/codec/yaml.h"

static void add_block(bl_document *d, const bl_value *root)
{
	bl_block *block = bl_new(&d->arena, bl_block);
	block->kind = BL_STR("document");
	block->span = block->head = root->span;
	bl_attr *attr = bl_vec_add(&d->arena, &block->attrs);
	bl_expr *body = bl_expr_new(&d->arena, BL_EXPR_LITERAL, root->span, 0);
	body->value = root;
	*attr = (bl_attr){BL_STR("body"), root->span, root->span, body};
	bl_vec_push(&d->arena, &d->blocks, block);
}

/* !GetAtt and !Ref and their kin in the long form's name: !Sub x is {"Fn::Sub": x}, !GetAtt a.b is {"Fn::GetAtt": ["a", "b"]}. */
static bl_str long_form(bl_arena *arena, bl_str tag)
{
	bl_str name = bl_str_slice(tag, 1, tag.n);
	if (bl_str_eqz(name, "Ref") || bl_str_eqz(name, "Condition"))
		return name;
	return bl_str_cat(arena, BL_STR("Fn::"), name);
}

static const bl_value *split_get_att(bl_arena *arena, const bl_value *v)
{
	if (v->kind != BL_STRING)
		return v;
	bl_str head, rest = bl_str_cut(v->string, '.', &head);
	const bl_value **parts = bl_new_n(arena, const bl_value *, 2);
	parts[0] = bl_value_string(arena, v->span, head);
	parts[1] = bl_value_string(arena, v->span, rest);
	return bl_value_list(arena, v->span, parts, 2);
}

/* In place: the tree is ours alone until it is handed out. */
static const bl_value *expand_tags(bl_arena *arena, const bl_value *v, int depth)
{
	if (depth > BL_PARSE_MAX_DEPTH)
		return v;
	if (v->kind == BL_LIST) {
		for (uint32_t i = 0; i < v->n; i++)
			v->list[i] = expand_tags(arena, v->list[i], depth + 1);
	} else if (v->kind == BL_MAP) {
		for (uint32_t i = 0; i < v->n; i++) {
			bl_item *item = &v->map[i];
			item->value = expand_tags(arena, item->value, depth + 1);
			if (v->n == 1 && item->key.n > 1 && item->key.p[0] == '!') {
				bool get_att = bl_str_eqz(item->key, "!GetAtt");
				item->key = long_form(arena, item->key);
				if (get_att)
					item->value = split_get_att(arena, item->value);
			}
		}
	}
	return v;
}

static void add_link(bl_document *d, const bl_value *path)
{
	bl_str text = bl_value_text(path);
	if (!text.n || text.p[0] == '/' || bl_str_find(text, BL_STR("://"), 0) >= 0)
		return;
	bl_block *block = bl_new(&d->arena, bl_block);
	block->kind = BL_STR("link");
	block->span = block->head = path->span;
	bl_vec_push(&d->arena, &block->labels, ((bl_label){text, path->span}));
	bl_vec_push(&d->arena, &d->blocks, block);
}

/* Nested stacks' templates and the fragments that AWS::Include brings in, where they are named by path. */
static void add_links(bl_document *d, const bl_value *v, int depth)
{
	if (depth > BL_PARSE_MAX_DEPTH || (v->kind != BL_MAP && v->kind != BL_LIST))
		return;
	const bl_value *properties = bl_value_getz(v, "Properties"), *type = bl_value_getz(v, "Type");
	if (bl_value_is_string(type, "AWS::CloudFormation::Stack"))
		add_link(d, bl_value_getz(properties, "TemplateURL"));
	else if (bl_value_is_string(type, "AWS::Serverless::Application"))
		add_link(d, bl_value_getz(properties, "Location"));
	else if (bl_value_is_string(bl_value_getz(v, "Name"), "AWS::Include"))
		add_link(d, bl_value_getz(bl_value_getz(v, "Parameters"), "Location"));
	for (uint32_t i = 0; i < v->n; i++)
		add_links(d, v->kind == BL_MAP ? v->map[i].value : v->list[i], depth + 1);
}

static void add_root(bl_document *d, const bl_value *root)
{
	add_block(d, root);
	if (d->language == BL_LANG_CLOUDFORMATION)
		add_links(d, root, 0);
}

static void read_json(bl_document *d, bl_str text)
{
	const bl_value *root = bl_json_read_source(&d->arena, d->source, text, &d->diags);
	if (root)
		add_root(d, root);
	else
		d->partial = true;
}

void bl_parse_yaml(bl_sources *sources, bl_document *d)
{
	bl_str text = bl_sources_text(sources, d->source);
	/* no YAML yet: whoever evaluates the chart says so, once */
	if (bl_str_eqz(d->dialect, "helm"))
		return;
	if (bl_str_ends(d->path, BL_STR(".json")) || bl_str_eqz(d->dialect, "json")) {
		read_json(d, text);
		return;
	}
	bool cloudformation = d->language == BL_LANG_CLOUDFORMATION;
	bl_yaml_options options = {.tags = cloudformation,
		.yaml11 = d->language == BL_LANG_KUBERNETES || cloudformation};
	bl_yaml_documents documents = {0};
	if (!bl_yaml_read(&d->arena, d->source, text, options, &documents, &d->diags))
		d->partial = true;
	for (size_t i = 0; i < documents.n; i++) {
		const bl_value *root = documents.items[i];
		if (cloudformation)
			root = expand_tags(&d->arena, root, 0);
		if (root->kind != BL_NULL)
			add_root(d, root);
	}
}

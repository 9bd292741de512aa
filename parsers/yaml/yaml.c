/* Kubernetes manifests, CloudFormation, pipelines and other YAML (and their JSON forms): one block a document, its tree a literal. */
#include "parsers/language.h"

#include "core/codec/json.h"
#include "core/codec/yaml.h"
#include "parsers/yaml/links.h"

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

static void read_json(bl_document *d, bl_str text)
{
	const bl_value *root = bl_json_read_source(&d->arena, d->source, text, &d->diags);
	if (!root) {
		d->partial = true;
		return;
	}
	add_block(d, root);
	bl_yaml_links(d, root);
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
	/* what a pipeline includes may be called anything */
	bool pipeline = d->language == BL_LANG_PIPELINE || d->language == BL_LANG_YAML;
	bl_yaml_options options = {.tags = cloudformation || pipeline || d->language == BL_LANG_COMPOSE, .repeats = pipeline,
		.yaml11 = d->language == BL_LANG_KUBERNETES || cloudformation};
	bl_yaml_documents documents = {0};
	if (!bl_yaml_read(&d->arena, d->source, text, options, &documents, &d->diags))
		d->partial = true;
	for (size_t i = 0; i < documents.n; i++) {
		const bl_value *root = documents.items[i];
		if (cloudformation)
			root = expand_tags(&d->arena, root, 0);
		if (root->kind != BL_NULL)
			add_block(d, root);
	}
	for (size_t i = 0; i < documents.n; i++)
		bl_yaml_links(d, documents.items[i]);
}

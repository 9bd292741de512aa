/*
 * Terraform state, version 4: which address is which asset. A state holds secrets in plain text; ids, names, locations and tags are all
 * that is taken from it.
 */
#include "snapshots/read.h"

#include "core/reason/azure_id.h"

/* "[0]", "[\"a\"]" as Terraform prints instance keys; empty without one. */
static bl_str key_text(bl_arena *arena, const bl_value *key)
{
	bl_buf out = {0};
	if (bl_value_is(key, BL_NUMBER)) {
		bl_buf_putf(&out, "[" BL_FMT "]", BL_ARG(key->digits));
	} else if (bl_value_is(key, BL_STRING)) {
		bl_buf_put(&out, BL_STR("[\""));
		for (size_t i = 0; i < key->string.n; i++) {
			char c = key->string.p[i];
			if (c == '"' || c == '\\')
				bl_buf_putc(&out, '\\');
			if (c == '\n')
				bl_buf_putz(&out, "\\n");
			else
				bl_buf_putc(&out, c);
		}
		bl_buf_put(&out, BL_STR("\"]"));
	}
	bl_str text = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static bl_str attribute(const bl_value *attributes, const char *name)
{
	return bl_value_text(bl_value_getz(attributes, name));
}

/* The asset behind a state entry, where its id is a cloud's own and names one thing. */
static void add_asset(snapshot_reader *r, const bl_binding *entry, const bl_value *attributes)
{
	bl_arena *arena = &r->out->arena;
	bl_azure_id parts;
	const bl_value *rows, *part;
	const bl_type *type = bl_schema_terraform(r->schema, entry->type, &rows);
	/* associations and the like carry an id made up of others' */
	if (!type && bl_schema_part(r->schema, entry->type, &part))
		return;
	bool azure = bl_str_starts(entry->type, BL_STR("azurerm_"));
	if (azure && (!bl_azure_id_parse(arena, entry->id, &parts) || bl_str_find(entry->type, BL_STR("_association"), 0) >= 0))
		return;
	if (!azure && !type)
		return;
	bl_asset *asset = bl_snapshot_add(r, entry->id, azure ? parts.type : type->name);
	bl_str name = attribute(attributes, "name");
	if (!asset->name.n)
		asset->name = name.n ? name : attribute(attributes, "id");
	asset->location = attribute(attributes, "location");
	const bl_value *tags = bl_value_getz(attributes, azure ? "tags" : "tags_all");
	if (!bl_value_is(tags, BL_MAP))
		tags = bl_value_getz(attributes, "labels");
	asset->tags = bl_value_is(tags, BL_MAP) ? tags : NULL;
}

static void add_instance(snapshot_reader *r, const bl_value *resource, bl_str base, const bl_value *instance)
{
	bl_arena *arena = &r->out->arena;
	const bl_value *attributes = bl_value_getz(instance, "attributes");
	/* a deposed object waits for its deletion; its address is the new object's */
	if (bl_value_getz(instance, "deposed")) {
		r->deposed++;
		return;
	}
	bl_binding entry = {.type = bl_value_text(bl_value_getz(resource, "type")), .file = r->out->file};
	entry.address = bl_str_cat(arena, base, key_text(arena, bl_value_getz(instance, "index_key")));
	entry.id = attribute(attributes, "id");
	bool aws = bl_str_starts(entry.type, BL_STR("aws_"));
	bl_str other = aws ? attribute(attributes, "arn") : BL_STR("");
	if (!other.n && !entry.id.n)
		other = attribute(attributes, "self_link");
	if (other.n) {
		entry.id = other;
		entry.id_in_other_attribute = true;
	}
	if (!entry.id.n) {
		r->no_id++;
		return;
	}
	bl_vec_push(arena, &r->out->bindings, entry);
	add_asset(r, &entry, attributes);
}

void bl_terraform_state_resource(snapshot_reader *r, const bl_value *resource, uint64_t offset)
{
	bl_arena *arena = &r->out->arena;
	const bl_value *instances = bl_value_getz(resource, "instances");
	bl_str type = bl_value_text(bl_value_getz(resource, "type"));
	bl_str name = bl_value_text(bl_value_getz(resource, "name"));
	bl_str module = bl_value_text(bl_value_getz(resource, "module"));
	if (!bl_value_is_string(bl_value_getz(resource, "mode"), "managed") || !type.n || !name.n ||
		!bl_value_is(instances, BL_LIST))
		return;
	bl_str base = bl_str_fmt(arena, BL_FMT "%s" BL_FMT "." BL_FMT, BL_ARG(module), module.n ? "." : "",
		BL_ARG(type), BL_ARG(name));
	for (uint32_t i = 0; i < instances->n; i++)
		add_instance(r, resource, base, instances->list[i]);
}

void bl_terraform_state_end(snapshot_reader *r)
{
	for (size_t i = 0; i < r->out->bindings.n; i++)
		r->out->bindings.items[i].owner = r->lineage;
	if (r->no_id)
		bl_diag_add(&r->out->arena, &r->out->diags, BL_DIAG_NOTE, BL_NOWHERE,
			"%zu instances have no id", r->no_id);
}

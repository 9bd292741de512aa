/* Terraform state, version 4: which address is which asset. */
#include "snapshots/aws.h"
#include "snapshots/google.h"
#include "snapshots/terraform.h"

#include "core/reason/azure_id.h"

static const char *const paths[] = {"!check_results", "!outputs", "resources[]", NULL};

typedef struct state_file {
	size_t first, no_id; /* bindings before the object being read; instances without an id */
} state_file;

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

static void add_asset(bl_snapshot_reader *r, const bl_binding *entry, const bl_type *type, const bl_value *attributes)
{
	bl_azure_id parts;
	const bl_value *part;
	/* associations and the like carry an id made up of others' */
	if (!type && bl_schema_part(r->schema, entry->type, &part))
		return;
	bool azure = bl_str_starts(entry->type, BL_STR("azurerm_"));
	if (azure && (!bl_azure_id_parse(r->scratch, entry->id, &parts) || bl_str_find(entry->type, BL_STR("_association"), 0) >= 0))
		return;
	if (!azure && !type)
		return;
	bl_asset *asset = bl_snapshot_add(r, entry->id, azure ? parts.type : type->name);
	bl_str name = attribute(attributes, "name");
	if (!asset->name.n)
		asset->name = bl_keep_str(&r->keeper, name.n ? name : attribute(attributes, "id"));
	asset->location = bl_keep_str(&r->keeper, attribute(attributes, "location"));
	const bl_value *tags = bl_value_getz(attributes, azure ? "tags" : "tags_all");
	if (!bl_value_is(tags, BL_MAP))
		tags = bl_value_getz(attributes, "labels");
	asset->tags = bl_value_is(tags, BL_MAP) ? bl_keep_value(&r->keeper, tags) : NULL;
	if (bl_str_starts(entry->type, BL_STR("google_")))
		asset->scope = bl_google_scope(r, entry->id, attribute(attributes, "project"));
	else if (!azure)
		asset->scope = bl_aws_scope(r, entry->id);
}

bool bl_terraform_bind(bl_snapshot_reader *r, bl_binding_from from, bl_str address, bl_str type, const bl_value *attributes)
{
	const bl_value *rows;
	const bl_type *canonical = bl_schema_terraform(r->schema, type, &rows);
	bl_str id = attribute(attributes, "id"), other = {0};
	if (bl_str_starts(type, BL_STR("aws_")))
		other = attribute(attributes, "arn");
	if (!other.n && !id.n)
		other = attribute(attributes, "self_link");
	if (!other.n && !id.n)
		return false;
	bl_str best = other.n ? other : id;
	if (bl_str_starts(type, BL_STR("google_")) && canonical)
		best = bl_google_full_name(r->scratch, canonical->name, best);
	bl_binding *entry = bl_snapshot_bind(r, from, address, type, best);
	entry->id_in_other_attribute = other.n > 0;
	add_asset(r, entry, canonical, attributes);
	return true;
}

static void add_instance(bl_snapshot_reader *r, state_file *s, bl_str type, bl_str base, const bl_value *instance)
{
	/* a deposed object waits for its deletion; its address is the new object's */
	if (bl_value_getz(instance, "deposed"))
		return;
	bl_str address = bl_str_cat(r->scratch, base, key_text(r->scratch, bl_value_getz(instance, "index_key")));
	if (!bl_terraform_bind(r, BL_FROM_STATE, address, type, bl_value_getz(instance, "attributes")))
		s->no_id++;
}

static bool on_resource(bl_snapshot_reader *r, void *state, size_t path, const bl_value *resource, uint64_t offset)
{
	const bl_value *instances = bl_value_getz(resource, "instances");
	bl_str type = bl_snapshot_text(resource, "type"), name = bl_snapshot_text(resource, "name");
	bl_str module = bl_snapshot_text(resource, "module"), mode = bl_snapshot_text(resource, "mode");
	(void)path;
	(void)offset;
	if (!mode.n || !type.n || !name.n || !bl_value_is(instances, BL_LIST))
		return false;
	bl_str base = bl_str_fmt(r->scratch, BL_FMT "%s" BL_FMT "." BL_FMT, BL_ARG(module), module.n ? "." : "", BL_ARG(type),
		BL_ARG(name));
	for (uint32_t i = 0; bl_str_eqz(mode, "managed") && i < instances->n; i++)
		add_instance(r, state, type, base, instances->list[i]);
	return true;
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	state_file *s = state;
	const bl_value *version = bl_value_getz(v, "version");
	(void)offset;
	if (!bl_value_getz(v, "terraform_version") || !bl_value_is(version, BL_NUMBER))
		return false;
	if (version->number != 4) {
		bl_error_set(&r->refused, BL_FAILED,
			"is a Terraform state of version %.0f; only version 4 (Terraform 0.12 and later) is read", version->number);
		return true;
	}
	bl_str lineage = bl_keep_str(&r->keeper, bl_snapshot_text(v, "lineage"));
	for (; s->first < r->out->bindings.n; s->first++)
		if (r->out->bindings.items[s->first].from == BL_FROM_STATE)
			r->out->bindings.items[s->first].owner = lineage;
	return true;
}

static void at_end(bl_snapshot_reader *r, void *state)
{
	const state_file *s = state;
	if (s->no_id)
		bl_snapshot_say(r, BL_DIAG_NOTE, "%zu instances have no id", s->no_id);
}

const bl_snapshot_format bl_terraform_state_format = {
	.name = "terraform-state",
	.paths = paths,
	.state = sizeof(state_file),
	.row = on_resource,
	.object = on_object,
	.torso = true,
	.end = at_end,
};

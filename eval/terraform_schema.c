/* The blocks and arguments of the configuration language itself, of Terraform 1.11 and OpenTofu 1.12. Sorted by name. */
#include "eval/terraform_check.h"

#define NO_ARGS ((const bl_tf_arg[]){{0}})
#define NO_BLOCKS ((const bl_tf_nested[]){{0}})
#define ARGS(...) ((const bl_tf_arg[]){__VA_ARGS__, {0}})
#define BLOCKS(...) ((const bl_tf_nested[]){__VA_ARGS__, {0}})

/* Anything goes: it is a provider's, a backend's or a provisioner's business. */
static const bl_tf_body anything = {"a block", 0, true, NO_ARGS, NO_BLOCKS, NULL};

static const bl_tf_body condition = {
	"a condition", 0, false,
	ARGS({"condition", BL_TF_ARG_ANY, true}, {"error_message", BL_TF_ARG_ANY, true}),
	NO_BLOCKS, bl_tf_check_condition,
};

static const bl_tf_body backend = {"a backend", 1, true, NO_ARGS, NO_BLOCKS, NULL};

static const bl_tf_body compatible_with = {
	"a compatible_with block", 0, true, ARGS({"opentofu", BL_TF_ARG_VERSION, false}), NO_BLOCKS, NULL,
};

static const bl_tf_body provider_meta = {"a provider_meta block", 1, true, NO_ARGS, NO_BLOCKS, bl_tf_check_provider_meta};

static const bl_tf_body required_providers = {"a required_providers block", 0, true, NO_ARGS, NO_BLOCKS, bl_tf_check_required_providers};

static const bl_tf_body provisioner = {
	"a provisioner", 1, true,
	ARGS({"on_failure", BL_TF_ARG_WORD_FAIL, false}, {"when", BL_TF_ARG_WORD_WHEN, false}),
	BLOCKS({"_", &anything, true, false}, {"connection", &anything, true, false}, {"lifecycle", NULL, false, false}),
	bl_tf_check_provisioner,
};

static const bl_tf_body data_lifecycle = {
	"a data source's lifecycle block", 0, false, ARGS({"enabled", BL_TF_ARG_ANY, false}),
	BLOCKS({"postcondition", &condition, false, false}, {"precondition", &condition, false, false}),
	bl_tf_check_lifecycle,
};

static const bl_tf_body lifecycle = {
	"a lifecycle block", 0, false,
	ARGS({"create_before_destroy", BL_TF_ARG_BOOL, false}, {"destroy", BL_TF_ARG_BOOL, false}, {"enabled", BL_TF_ARG_ANY, false},
		{"ignore_changes", BL_TF_ARG_IGNORE, false}, {"prevent_destroy", BL_TF_ARG_ANY, false},
		{"replace_triggered_by", BL_TF_ARG_TRIGGERS, false}),
	BLOCKS({"action_trigger", &anything, false, false}, {"postcondition", &condition, false, false},
		{"precondition", &condition, false, false}),
	bl_tf_check_lifecycle,
};

static const bl_tf_body module_lifecycle = {
	"a module's lifecycle block", 0, false, ARGS({"enabled", BL_TF_ARG_ANY, false}), NO_BLOCKS, bl_tf_check_lifecycle,
};

static const bl_tf_body removed_lifecycle = {
	"a removed block's lifecycle block", 0, false, ARGS({"destroy", BL_TF_ARG_BOOL, false}), NO_BLOCKS, NULL,
};

/* What is read, not made: data sources and ephemeral resources. */
#define FETCHED(name) {name, 2, true, \
	ARGS({"count", BL_TF_ARG_ANY, false}, {"depends_on", BL_TF_ARG_REFERENCES, false}, {"for_each", BL_TF_ARG_ANY, false}, \
		{"provider", BL_TF_ARG_PROVIDER, false}), \
	BLOCKS({"_", &anything, true, false}, {"lifecycle", &data_lifecycle, true, false}, {"locals", NULL, false, false}), \
	bl_tf_check_data}

static const bl_tf_body data = FETCHED("data");

/* The blocks that stand in a file. */
static const bl_tf_body top[] = {
	{"action", 2, true, NO_ARGS, NO_BLOCKS, NULL},
	{"check", 1, false, NO_ARGS, BLOCKS({"assert", &condition, false, true}, {"data", &data, true, false}), bl_tf_check_check},
	FETCHED("data"),
	FETCHED("ephemeral"),
	{"import", 0, false,
		ARGS({"for_each", BL_TF_ARG_ANY, false}, {"id", BL_TF_ARG_ANY, false}, {"identity", BL_TF_ARG_ANY, false},
			{"provider", BL_TF_ARG_PROVIDER, false}, {"to", BL_TF_ARG_ADDRESS, true}),
		NO_BLOCKS, bl_tf_check_import},
	{"language", 0, false,
		ARGS({"edition", BL_TF_ARG_ANY, false}, {"experiments", BL_TF_ARG_ANY, false}),
		BLOCKS({"compatible_with", &compatible_with, true, false}), NULL},
	{"locals", 0, true, NO_ARGS, NO_BLOCKS, bl_tf_check_locals},
	{"module", 1, true,
		ARGS({"count", BL_TF_ARG_ANY, false}, {"depends_on", BL_TF_ARG_REFERENCES, false}, {"for_each", BL_TF_ARG_ANY, false},
			{"providers", BL_TF_ARG_PROVIDERS, false}, {"source", BL_TF_ARG_ANY, true}, {"version", BL_TF_ARG_ANY, false}),
		BLOCKS({"_", &anything, true, false}, {"lifecycle", &module_lifecycle, true, false}, {"locals", NULL, false, false},
			{"provider", NULL, false, false}),
		bl_tf_check_module},
	{"moved", 0, false, ARGS({"from", BL_TF_ARG_ADDRESS, true}, {"to", BL_TF_ARG_ADDRESS, true}), NO_BLOCKS, bl_tf_check_moved},
	{"output", 1, false,
		ARGS({"depends_on", BL_TF_ARG_REFERENCES, false}, {"deprecated", BL_TF_ARG_NON_EMPTY, false},
			{"description", BL_TF_ARG_TEXT, false}, {"ephemeral", BL_TF_ARG_BOOL, false}, {"sensitive", BL_TF_ARG_BOOL, false},
			{"type", BL_TF_ARG_TYPE, false}, {"value", BL_TF_ARG_ANY, true}),
		BLOCKS({"precondition", &condition, false, false}), bl_tf_check_output},
	{"provider", 1, true,
		ARGS({"alias", BL_TF_ARG_ALIAS, false}, {"count", BL_TF_ARG_RESERVED, false}, {"depends_on", BL_TF_ARG_RESERVED, false},
			{"for_each", BL_TF_ARG_ANY, false}, {"source", BL_TF_ARG_RESERVED, false}, {"version", BL_TF_ARG_VERSION, false}),
		BLOCKS({"_", &anything, true, false}, {"lifecycle", NULL, false, false}, {"locals", NULL, false, false}),
		bl_tf_check_provider},
	{"removed", 0, false, ARGS({"from", BL_TF_ARG_ADDRESS, true}),
		BLOCKS({"connection", &anything, true, false}, {"lifecycle", &removed_lifecycle, true, false},
			{"provisioner", &provisioner, false, false}), NULL},
	{"resource", 2, true,
		ARGS({"count", BL_TF_ARG_ANY, false}, {"depends_on", BL_TF_ARG_REFERENCES, false}, {"for_each", BL_TF_ARG_ANY, false},
			{"provider", BL_TF_ARG_PROVIDER, false}),
		BLOCKS({"_", &anything, true, false}, {"connection", &anything, true, false}, {"lifecycle", &lifecycle, true, false},
			{"locals", NULL, false, false}, {"provisioner", &provisioner, false, false}),
		bl_tf_check_resource},
	{"terraform", 0, false,
		ARGS({"experiments", BL_TF_ARG_ANY, false}, {"language", BL_TF_ARG_EDITION, false}, {"required_version", BL_TF_ARG_VERSION, false}),
		BLOCKS({"backend", &backend, true, false}, {"cloud", &anything, true, false}, {"encryption", &anything, true, false},
			{"provider_meta", &provider_meta, false, false}, {"required_providers", &required_providers, true, false}),
		NULL},
	{"variable", 1, false,
		ARGS({"const", BL_TF_ARG_BOOL, false}, {"default", BL_TF_ARG_ANY, false}, {"deprecated", BL_TF_ARG_NON_EMPTY, false},
			{"description", BL_TF_ARG_TEXT, false}, {"ephemeral", BL_TF_ARG_BOOL, false}, {"nullable", BL_TF_ARG_BOOL, false},
			{"sensitive", BL_TF_ARG_BOOL, false}, {"type", BL_TF_ARG_TYPE, false}),
		BLOCKS({"validation", &condition, false, false}), bl_tf_check_variable},
};

const bl_tf_body *bl_tf_schema_block(bl_str name)
{
	for (size_t i = 0; i < sizeof top / sizeof *top; i++)
		if (bl_str_eqz(name, top[i].name))
			return &top[i];
	return NULL;
}

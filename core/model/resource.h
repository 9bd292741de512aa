/* What code declares: a resource in its provider's own API shape. */
#ifndef BL_CORE_MODEL_RESOURCE_H
#define BL_CORE_MODEL_RESOURCE_H

#include "core/model/deployment.h"
#include "core/model/document.h"

/* A configuration that is deployed as one: a folder of .tf files with one variable file set, a template with its parameters, a manifest. */
typedef struct bl_root {
	bl_str repo;
	bl_str name; /* "infra", "infra@prod.tfvars": contract.md's `root` */
	bl_str path; /* the folder or file, relative to the repository */
	bl_language language;
	const bl_deployment *const *deployments; /* steps of pipelines that deploy it with its inputs; NULL for none */
	size_t ndeployments;
} bl_root;

/* An instance key of which only a part is known: in the address '*' stands for what is not. */
typedef struct bl_part_key {
	size_t at;           /* where its '[' stands in the address */
	const bl_value *key; /* unknown */
	const struct bl_part_key *up; /* of a module call around it; or NULL */
} bl_part_key;

typedef struct bl_resource {
	const bl_root *root;
	bl_language language;
	bl_str address;       /* unique within the root; contract.md says its form by language */
	bl_str typed_address; /* TYPE.NAME with the declared name */
	bl_str label;         /* the declared (symbolic, logical, local) name */
	bl_str type;          /* canonical: "Microsoft.Storage/storageAccounts"; the native type where none is known */
	bl_str native_type;   /* "azurerm_storage_account"; equal to type for languages born canonical */
	bl_str api_version;   /* or empty */
	bl_str provider;      /* "azurerm", "aws", ... or empty */
	bl_str module;        /* address of the module instance it stands in, or empty */
	bl_str place;         /* the subscription, account or project that its provider is set to; empty when code does not say */
	const bl_part_key *part_keys; /* the last key of the address first; or NULL */
	const bl_value *name; /* the deployed name: string or unknown; NULL when the type has none */
	bool existing;        /* refers to something that is there already: data sources, Bicep's existing */
	bool is_module;       /* a module call, not a resource */
	bl_tri condition;     /* is it deployed at all? NO ones are left out of the graph */
	bl_span span;         /* its whole block */
	bl_span head;         /* where a finding about the whole resource lands */
	const bl_via *via;    /* module calls it came through, innermost first */
	const bl_value *native;    /* what the language says (Terraform: as in plan JSON); a map */
	const bl_value *written;   /* canonical shape, only what somebody wrote; a map with properties, sku, kind, identity, location, tags, name ... */
	const bl_value *effective; /* written plus the platform's defaults; what rules judge */
} bl_resource;

/* Is it one of Terraform's that is written in ARM's shape, as the provider azapi does? */
static inline bool bl_resource_is_azapi(const bl_resource *r)
{
	return r->language == BL_LANG_TERRAFORM && bl_str_eqz(r->native_type, "azapi_resource");
}

typedef struct bl_output {
	const bl_root *root;
	bl_str name;
	const bl_value *value;
} bl_output;

/* What evaluating one root gives. */
typedef struct bl_evaluation {
	const bl_root *root;
	BL_VEC(bl_resource *) resources; /* in source order */
	BL_VEC(bl_output) outputs;
	BL_VEC(bl_build *) builds;           /* in source order */
	BL_VEC(bl_deployment *) deployments; /* alike */
	bl_diag_list diags;
	size_t not_analysed; /* known gaps: a module that is not there, a chart */
	uint32_t limits;     /* the evaluator's own: a bit for each limit that it has said is met */
} bl_evaluation;

#endif

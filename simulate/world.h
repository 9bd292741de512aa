/* Inside simulate/: what is deployed, thing by thing. Names, ids and attributes are worked out when asked for, once. */
#ifndef BL_SIMULATE_WORLD_H
#define BL_SIMULATE_WORLD_H

#include "core/base/map.h"
#include "simulate/draw.h"
#include "simulate/simulate.h"

typedef enum sim_cloud {
	SIM_HELPER, /* no asset of its own: random_pet, time_sleep, an association, what is there already */
	SIM_AWS,
	SIM_AZURE,
	SIM_GOOGLE,
	SIM_KUBERNETES
} sim_cloud;

typedef struct sim_thing sim_thing;

/* A configuration and where it was deployed to. */
typedef struct sim_root {
	const bl_evaluation *evaluation;
	const bl_root *root;
	uint64_t seed;
	bl_str subscription, tenant, group, location; /* Azure */
	bl_str account, region, stack;                /* AWS */
	bl_str project, project_number;               /* Google */
	bl_str space;                                 /* the namespace of manifests that name none */
	bl_map by_address; /* an instance's address, and the declared one of the first instance -> sim_thing */
	bl_map modules;    /* a module call's address -> bl_resource */
	bl_map by_name;    /* TYPE|NAME as code has it -> sim_thing; sim_named fills it */
	bool has_names;
	sim_thing *holder;         /* the first resource group or project that it declares: what names none that is known stands there; or NULL */
} sim_root;

/* The key that stands for one unknown "[*]": all addresses that begin with prefix have it there. */
typedef struct sim_key {
	bl_str prefix, text;
} sim_key;

/* A property that differs from code. code or cloud is NULL where it is not there. */
typedef struct sim_change {
	bl_str path;
	const bl_value *code, *cloud;
} sim_change;

struct sim_thing {
	sim_root *root;
	const bl_resource *resource; /* NULL for a shadow */
	const struct sim_thing *like; /* a shadow: the thing that it resembles */
	bl_str address;              /* with instance keys */
	BL_VEC(sim_key) keys;
	bl_str twin;                 /* tells it from instances of which as much is known: the "#2" of its address; or empty */
	uint64_t seed;
	sim_cloud cloud;
	bl_str type; /* the cloud's own: "Microsoft.Storage/storageAccounts"; or empty where none is known here */
	bool named;  /* somebody chooses its name */
	bool context; /* neither declared nor a shadow: the rest stands in it */
	bool missing; /* deleted, or another thing's asset is its own */
	bool deleted, renamed, drifted, stripped, had_tags;
	unsigned shown;  /* the formats that show it: bl_simulate_format */
	bool within;     /* shown as part of another asset, not as one of its own */
	bool naming;     /* its name is being worked out: a cycle ends here */
	bl_str name, code_name, id, arn; /* empty until asked for; the last part only; code_name: before a renaming */
	const bl_value *body; /* canonical shape as deployed; sim_body */
	const bl_value *tags; /* a map, or NULL */
	BL_VEC(sim_change) changes;
	BL_VEC(bl_str) derived; /* Kubernetes: the uids of what controllers made of it */
	BL_VEC(sim_thing *) also; /* what else declares this asset; missing, all of them */
};

/* What a Dockerfile was built to. Without a stage nothing was. */
typedef struct sim_image {
	sim_root *root;
	const bl_resource *stage; /* the last one */
	bl_str name, reference, base, created, config, manifest;
	bl_str digest; /* of the manifest, without "sha256:" */
	size_t layers;
	bool stripped; /* it has no labels */
} sim_image;

typedef BL_VEC(sim_thing *) sim_things;

typedef struct sim_world {
	bl_arena arena;
	const bl_schema *schema;
	const bl_sources *sources;
	const bl_simulate_options *options;
	long long now; /* seconds since 1970 */
	BL_VEC(sim_root *) roots;
	sim_things things; /* in order of root and declaration, shadows last */
	sim_things parts;  /* helpers of state files and what references lead to */
	BL_VEC(sim_image *) images;
	bl_map images_by_name;      /* "order-service" -> sim_image */
	BL_VEC(bl_str) references;  /* images that workloads name */
	int depth;                  /* of references that lead to references */
} sim_world;

/* Deploys everything: fills roots, things and parts. */
void sim_world_fill(sim_world *w, const bl_evaluation *const *evaluations, size_t n);

/* The subscription, account or project of a cloud that it is deployed to: what its provider is set to, or else its root's own. */
bl_str sim_place(const sim_thing *t, sim_cloud cloud);
/* What code names it, or NULL. */
const bl_value *sim_declared_name(const sim_thing *t);
/* The deployed name (last part), the cloud id, and for AWS the ARN. */
bl_str sim_name(sim_world *w, sim_thing *t);
bl_str sim_id(sim_world *w, sim_thing *t);
/* What a reference to the thing's attribute gives, or NULL. */
const bl_value *sim_attribute(sim_world *w, sim_thing *t, bl_str path);
/* The thing of that type that code names so, in t's root; NULL when there is none. */
sim_thing *sim_named(sim_world *w, const sim_thing *t, bl_str type, bl_str name);
/* What t's code calls address: an instance of the same keys before others. NULL when it is none. */
sim_thing *sim_find(sim_world *w, const sim_thing *t, bl_str address);
/* The value as deployed: nothing unknown is left. NULL for what nobody can see (secrets). hint: the property's name. */
const bl_value *sim_value(sim_world *w, sim_thing *t, const bl_value *v, bl_str hint);
bl_str sim_text(sim_world *w, sim_thing *t, const bl_value *v, bl_str hint);
/* The resolved native attribute as text, or empty. */
bl_str sim_native_text(sim_world *w, sim_thing *t, const char *name);
/* The canonical body as deployed, before drift. */
const bl_value *sim_body(sim_world *w, sim_thing *t);
/* A time in the year before now, RFC 3339. */
bl_str sim_time(sim_world *w, uint64_t number);
/* A text of which what is known of v holds. */
bl_str sim_fill(sim_world *w, const bl_value *v, uint64_t number);
/* A name that somebody might have given instead. */
bl_str sim_other_name(sim_world *w, bl_str name, uint64_t number);

bl_value *sim_string(sim_world *w, bl_str s);
const bl_value *sim_stringz(sim_world *w, const char *z);

/* azure.c */
bl_str sim_azure_id(sim_world *w, sim_thing *t);
bl_str sim_azure_group_id(sim_world *w, sim_thing *t);
/* The object id of what it authenticates as, when the platform keeps that. */
bl_str sim_azure_principal(sim_world *w, const sim_thing *t);
/* Is it that, what an attribute that begins with step says? */
bool sim_azure_has_principal(const sim_thing *t, bl_str step);
const bl_value *sim_azure_body(sim_world *w, sim_thing *t);
/* The file's text. */
void sim_azure_write(sim_world *w, bl_buf *out);
/* Says which files show what. */
void sim_azure_show(sim_world *w);

/* aws.c; sim_aws_id sets the ARN too. */
bl_str sim_aws_id(sim_world *w, sim_thing *t);
bl_str sim_aws_made_up_name(sim_world *w, sim_thing *t);
/* SAM's resource that t was made of: both stand for one block. NULL when there is none. */
sim_thing *sim_aws_macro(sim_world *w, const sim_thing *t);
const bl_value *sim_aws_body(sim_world *w, sim_thing *t);
const bl_value *sim_aws_tags(sim_world *w, sim_thing *t);
void sim_aws_show(sim_world *w);
/* The body with what it is called where its type keeps that. */
const bl_value *sim_aws_identified(sim_world *w, const sim_thing *t, const bl_value *body);
/* Is that part of the body in what Config shows? Nothing else shows settings. */
bool sim_aws_shows(sim_world *w, const sim_thing *t, bl_str path);
void sim_aws_write_config(sim_world *w, bl_buf *out);
void sim_aws_write_stacks(sim_world *w, bl_buf *out);
void sim_aws_write_tags(sim_world *w, bl_buf *out);

/* google.c */
bl_str sim_google_id(sim_world *w, sim_thing *t);
bl_str sim_google_path(sim_world *w, sim_thing *t); /* Terraform's id */
bl_str sim_google_link(sim_world *w, sim_thing *t); /* the selfLink */
bl_str sim_google_project(sim_world *w, const sim_thing *t); /* the one that its name says; or empty */
bl_str sim_google_number(sim_world *w, bl_str project);
const bl_value *sim_google_body(sim_world *w, sim_thing *t);
const bl_value *sim_google_tags(sim_world *w, sim_thing *t);
void sim_google_show(sim_world *w);
void sim_google_write(sim_world *w, bl_buf *out);

/* context.c */
void sim_add_context(sim_world *w);

/* kubernetes.c */
bool sim_kubernetes_is_object(const bl_resource *r);
bl_str sim_kubernetes_place(sim_world *w, sim_thing *t);
bl_str sim_kubernetes_id(sim_world *w, sim_thing *t);
const bl_value *sim_kubernetes_body(sim_world *w, sim_thing *t);
void sim_kubernetes_show(sim_world *w);
void sim_kubernetes_write(sim_world *w, bl_buf *out);

/* images.c */
void sim_images_build(sim_world *w);
/* The image of a Dockerfile that a workload's reference means, or NULL: somebody else's. */
sim_image *sim_image_of(sim_world *w, bl_str reference);
int sim_images_write(sim_world *w, bl_simulate_write write, void *context);
bl_str sim_sha256(bl_arena *arena, bl_str text); /* in hexadecimal */

/* body.c: some_name as someName, SomeName. */
bl_str sim_camel(bl_arena *arena, bl_str snake);
bl_str sim_pascal(bl_arena *arena, bl_str snake);
const bl_value *sim_camel_keys(bl_arena *arena, const bl_value *v);

/* change.c: who is renamed, deleted, drifted, stripped; shadows; then the bodies. */
void sim_choose(sim_world *w);
void sim_add_shadows(sim_world *w);
void sim_drift(sim_world *w);

/* The things that a format shows in rows of their own, sorted by id: exports say nothing of who made what first. */
sim_things sim_shown(sim_world *w, unsigned format);

/* state.c: the state of one root. False when it has none (no Terraform). */
bool sim_state_write(sim_world *w, const sim_root *root, bl_buf *out);

/* The map of tags of t's body, or NULL. */
const bl_value *sim_tags(sim_world *w, sim_thing *t);
/* "azure": what --formats calls it. */
const char *sim_format_name(unsigned bit);

/* truth.c */
void sim_truth_write(sim_world *w, bl_buf *out);

#endif

/* Container images: how they are named, what a registry shows of one, and what somebody attests about its making. */
#ifndef BL_CORE_MODEL_IMAGE_H
#define BL_CORE_MODEL_IMAGE_H

#include "core/base/value.h"

/*
 * A reference, split as Docker splits it: "redis" is docker.io/library/redis. Slices of the text, or static. A text may have gaps where it is not
 * known (bl_value_pattern gives one): so may the parts then, and one that may be there or not is a gap alone. A gap before a '/' stands for the
 * registry and any folders of it.
 */
typedef struct bl_image_name {
	bl_str registry;   /* "docker.io" where none is written */
	bl_str repository; /* "library/redis" */
	bl_str tag;        /* empty where none is written; "latest" is not filled in */
	bl_str digest;     /* "sha256:...", or empty */
	bool local;        /* neither a registry nor a folder is written: an official image, or one that only the machine it was built on has */
} bl_image_name;

/* False for a text that is no reference. A leading scheme such as docker-pullable:// (container runtimes write it) is passed over. */
bool bl_image_name_parse(bl_arena *arena, bl_str text, bl_image_name *out);
/* As bl_image_name_parse, of any text: what a registry would refuse is split all the same. */
void bl_image_name_split(bl_arena *arena, bl_str text, bl_image_name *out);
/* "registry/repository", in arena: the key under which references meet. */
bl_str bl_image_name_key(bl_arena *arena, const bl_image_name *name);

/* One entry of an image's history, oldest first. */
typedef struct bl_image_step {
	bl_str created_by;
	bl_str diff_id; /* of the layer it made; empty without one, or where the export does not say */
	bool empty;     /* it made no layer */
} bl_image_step;

/* An image as a registry, a layout or a daemon shows it. */
typedef struct bl_image {
	bl_str digest;                /* of the manifest or index: what runtimes report; may be empty */
	bl_str config_digest;         /* the image's id; may be empty */
	BL_VEC(bl_str) names;         /* references it was seen under, as written */
	BL_VEC(bl_str) platforms;     /* digests of the manifests of an index */
	const bl_value *labels;       /* a map, or NULL: labels of its configuration, annotations of its manifest where those lack */
	BL_VEC(bl_image_step) steps;
	bl_str base_name, base_digest; /* what it is said to be made from; may be empty */
	bl_str created;               /* RFC 3339, or empty */
	bl_str snapshot;              /* the file it was read from */
} bl_image;

typedef enum bl_provenance_kind {
	BL_PROVENANCE_ATTESTATION, /* in-toto statement of a pipeline: SLSA, GitHub */
	BL_PROVENANCE_BUILDKIT,    /* BuildKit's own provenance */
	BL_PROVENANCE_REPORT       /* a build step's report: which digests were pushed meanwhile */
} bl_provenance_kind;

/* Who made the image of a digest, and from what. What is not said is empty. Signatures are not verified. */
typedef struct bl_provenance {
	bl_provenance_kind kind;
	bl_str digest;     /* of the subject */
	bl_str name;       /* the subject's name, where it is a reference */
	bl_str source;     /* the repository's URL */
	bl_str revision;   /* a commit */
	bl_str dockerfile; /* path in the repository */
	bl_str target;
	bl_str workflow;   /* path of the pipeline's definition in the repository */
	bl_str run;        /* URL or id of the run */
	bl_str base_name, base_digest;
	bl_str snapshot;   /* the file it was read from */
	uint64_t offset;   /* of the statement in it */
} bl_provenance;

#endif

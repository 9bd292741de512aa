/*
 * Inside eval/kubernetes only: a kustomization on its way to objects. Values are never changed in place: what a kustomization
 * sets is a new value with the span of where it was written there, all else stays shared with the manifests.
 */
#ifndef BL_EVAL_KUBERNETES_KUSTOMIZE_H
#define BL_EVAL_KUBERNETES_KUSTOMIZE_H

#include "eval/language.h"

enum {
	BL_KUSTOMIZE_MAX_DEPTH = 32,     /* bases within bases */
	BL_KUSTOMIZE_MAX_OBJECTS = 50000, /* of one root */
	BL_KUSTOMIZE_MAX_NESTING = 256,   /* values within values */
	BL_KUSTOMIZE_MAX_VALUES = 200000, /* of one object into which something was copied */
	BL_KUSTOMIZE_MAX_STEPS = 10000000 /* values looked at, over all transformers of one root */
};

/* What an object is called at one time. */
typedef struct bl_kustomize_id {
	bl_str group, version, kind, namespace, name; /* namespace: "default" where none is written */
} bl_kustomize_id;

typedef struct bl_kustomize_object {
	const bl_value *body;
	BL_VEC(bl_kustomize_id) before; /* what it was called, the original first; the id it has now is not among them */
	BL_VEC(bl_str) prefixes, suffixes; /* that were put on its name, in order */
	bool hashed; /* generated: its name will end with a digest of what it holds */
} bl_kustomize_object;

typedef BL_VEC(bl_kustomize_object *) bl_kustomize_objects;

typedef struct bl_kustomize {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_kustomize_objects objects; /* of the kustomization being built */
	const bl_value *body;         /* the kustomization's own text */
	bl_str folder;                /* where it stands, from the repository's root */
	BL_VEC(bl_str) stack;         /* folders under way */
	BL_VEC(const bl_value *) vars; /* of all kustomizations read */
	size_t steps;
	size_t nobjects; /* ever made */
	bool full;       /* a limit was met, and said */
} bl_kustomize;

/* kustomize.c: counts work; false when there was too much, which is said once. */
bool bl_kustomize_step(bl_kustomize *k, size_t n);
void bl_kustomize_say(bl_kustomize *k, bl_diag_level level, bl_span span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A path written in the kustomization, from the repository's root; false, and said, when it leads out of it. */
bool bl_kustomize_path(bl_kustomize *k, const bl_value *written, bl_str *path);
/* The documents of a YAML or JSON file, or of text (a value written in place); false, and said, when there is none. */
bool bl_kustomize_read(bl_kustomize *k, const bl_value *written, bl_values *documents);
bool bl_kustomize_read_text(bl_kustomize *k, const bl_value *text, bl_values *documents);
/* A file's bytes, for generators; false, and said, when there is none: such files are often made, or secret, and not in the repository. */
bool bl_kustomize_bytes(bl_kustomize *k, const bl_value *written, bl_str *bytes);
bl_kustomize_object *bl_kustomize_add(bl_kustomize *k, const bl_value *body);

/* kustomize_id.c */
bl_kustomize_id bl_kustomize_id_of(const bl_value *body);
bool bl_kustomize_same_id(const bl_kustomize_id *a, const bl_kustomize_id *b);
/* The ith id that an object has or had: the one of now first. False when there are no more. */
bool bl_kustomize_nth_id(const bl_kustomize_object *o, size_t i, bl_kustomize_id *id);
/* The only object so called now, or else ever; NULL for none or several. */
bl_kustomize_object *bl_kustomize_find(bl_kustomize *k, const bl_kustomize_id *id);
/* Notes what the object is called before its name or namespace changes. */
void bl_kustomize_remember(bl_kustomize *k, bl_kustomize_object *o);

/* What a `target` or `select` asks for; patterns are anchored. */
typedef struct bl_kustomize_selector bl_kustomize_selector;
/* NULL, and said, when a pattern is none. */
bl_kustomize_selector *bl_kustomize_selector_new(bl_kustomize *k, const bl_value *target);
void bl_kustomize_selector_free(bl_kustomize_selector *selector);
bool bl_kustomize_selects(const bl_kustomize_selector *selector, const bl_kustomize_object *o);

/* kustomize_edit.c: copies with a change inside. */
typedef const bl_value *(*bl_kustomize_change)(void *context, const bl_value *old); /* old is NULL where nothing is; NULL: leave it */
/*
 * The value at a path like "spec/template/metadata/labels" changed; a list on the way means each of its elements. create: maps that
 * are missing are made, but no elements of lists.
 */
const bl_value *bl_kustomize_at(bl_kustomize *k, const bl_value *v, const char *path, bool create,
	bl_kustomize_change change, void *context);
/* A plain value set in an object, where no map or list is. */
void bl_kustomize_set(bl_kustomize *k, bl_kustomize_object *o, const char *path, bool create, const bl_value *value);
/* A copy of a map with the key set; value NULL takes it away. map NULL or null is an empty one. */
const bl_value *bl_kustomize_put(bl_kustomize *k, const bl_value *map, bl_str key, bl_span key_span, const bl_value *value);
/* May a copy of more be put into body? Copies of copies would grow without end. */
bool bl_kustomize_may_grow(bl_kustomize *k, const bl_value *body, const bl_value *more);
/* The value at a path of plain keys, or NULL. */
const bl_value *bl_kustomize_get(const bl_value *v, const char *path);

/* kustomize_patch.c: `patches` and its two older forms. */
void bl_kustomize_patches(bl_kustomize *k);
void bl_kustomize_patches_json6902(bl_kustomize *k);
/* kustomize_merge.c: a strategic merge; NULL when the patch deletes the object. builtin: lists have the keys that Kubernetes' own types have. */
const bl_value *bl_kustomize_merge(bl_kustomize *k, const bl_value *to, const bl_value *patch, bool builtin);
/* kustomize_pointer.c: one list of JSON patch operations; false, and said, when one cannot be done. */
bool bl_kustomize_json_patch(bl_kustomize *k, const bl_value **body, const bl_value *operations);

/* kustomize_fields.c: what sets one kind of field everywhere. */
void bl_kustomize_namespace(bl_kustomize *k);
void bl_kustomize_affixes(bl_kustomize *k);
void bl_kustomize_labels(bl_kustomize *k);
void bl_kustomize_annotations(bl_kustomize *k);
void bl_kustomize_replicas(bl_kustomize *k);
void bl_kustomize_images(bl_kustomize *k);

/* kustomize_generate.c: ConfigMaps and Secrets from files and literals; and the digests in their names. */
void bl_kustomize_generators(bl_kustomize *k);
void bl_kustomize_hashes(bl_kustomize *k);

/* kustomize_names.c: who names an object that was renamed names it by its new name. */
void bl_kustomize_references(bl_kustomize *k);

/* kustomize_replace.c: `replacements`, and their older form `vars`. */
void bl_kustomize_replacements(bl_kustomize *k);
void bl_kustomize_vars(bl_kustomize *k);

/* Builds the kustomization that d is into resources of out. */
void bl_kustomize_build(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_document *d);

#endif

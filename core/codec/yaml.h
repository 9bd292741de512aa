/* YAML, by libyaml. */
#ifndef BL_CORE_CODEC_YAML_H
#define BL_CORE_CODEC_YAML_H

#include "core/base/diag.h"
#include "core/base/value.h"

enum { BL_YAML_MAX_DEPTH = 200, BL_YAML_MAX_NODES = 2000000, BL_YAML_MAX_ALIAS_NODES = 200000 };

typedef struct bl_yaml_options {
	bool tags; /* keep local tags: `!Ref x` becomes the map {"!Ref": x}; else a tag is ignored */
	bool yaml11; /* yes/no/on/off are booleans (YAML 1.1); else YAML 1.2 core schema */
	bool words; /* y/n, yes/no, on/off are booleans, the rest as the core schema says */
	bool repeats; /* keys that begin with ${{ may be written several times in one map: Azure's conditions */
	bool dates; /* a date or a time is the text that RFC 3339 has for it */
} bl_yaml_options;

/* A document's value with the span of each node in source; keys that are no strings are turned into text. */
typedef BL_VEC(const bl_value *) bl_yaml_documents;

/* Reads all documents of text (registered as source). What is wrong is added to diags and what stands before it is kept. False when something was wrong. */
bool bl_yaml_read(bl_arena *arena, uint32_t source, bl_str text, bl_yaml_options options,
	bl_yaml_documents *out, bl_diag_list *diags);

#endif

/* The canonical types and how languages are lowered into them: schema/ as compiled in. Data, read-only, shared by all threads. */
#ifndef BL_CORE_MODEL_SCHEMA_H
#define BL_CORE_MODEL_SCHEMA_H

#include "core/base/map.h"
#include "core/codec/pack.h"

/* One canonical type: a file under schema/. Its content is kept as the YAML says (docs/adding-a-schema.md). */
typedef struct bl_type {
	bl_str name;            /* "Microsoft.Storage/storageAccounts" */
	bl_str provider;        /* "azure", "aws", "google", "kubernetes", "docker", "pipeline": its folder */
	const bl_value *schema; /* the whole file */
} bl_type;

typedef struct bl_schema bl_schema;

/* Indexes the compiled-in tables; cheap. */
bl_schema *bl_schema_new(bl_arena *arena);
/* By canonical name, ASCII case-insensitive; NULL when there is none. */
const bl_type *bl_schema_type(const bl_schema *schema, bl_str name);
/* By Terraform resource type; the row of its attributes goes to *rows (a map). NULL when there is none. */
const bl_type *bl_schema_terraform(const bl_schema *schema, bl_str native_type, const bl_value **rows);
/* By Terraform resource type that is a part of a canonical type; its part entry goes to *part. */
const bl_type *bl_schema_part(const bl_schema *schema, bl_str native_type, const bl_value **part);

/* A type whose resources are properties of another type's: the owner and its entry under `parts:`. */
typedef struct bl_part {
	const bl_type *owner;
	const bl_value *entry;
} bl_part;

/* All that native_type (Terraform's, or a canonical child type) is a part of; an association has two owners. */
size_t bl_schema_parts(const bl_schema *schema, bl_str native_type, const bl_part **parts);
size_t bl_schema_count(const bl_schema *schema);
const bl_type *bl_schema_nth(const bl_schema *schema, size_t i);

/* The compiled-in tables, made by tools/embed from schema/: a path ("azure/storage-accounts") and the file's value, for bl_unpack. */
typedef struct bl_embedded {
	const char *path;
	bl_str packed;
} bl_embedded;
extern const bl_embedded bl_embedded_schema[];
extern const size_t bl_embedded_schema_count;
/* The rule packs, from rules/packs/; the rules stage reads them. */
extern const bl_embedded bl_embedded_rules[];
extern const size_t bl_embedded_rules_count;

/* As bl_schema_new, of other tables; for tests. */
bl_schema *bl_schema_of(bl_arena *arena, const bl_embedded *tables, size_t n);

#endif

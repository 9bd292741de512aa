/* Inside snapshots/ only: what reads one file, and the formats it may turn out to have. */
#ifndef BL_SNAPSHOTS_READ_H
#define BL_SNAPSHOTS_READ_H

#include "core/base/map.h"
#include "snapshots/snapshots.h"

/* The parts of a file that some format wants; the index in the stream's list of paths. Alphabetical. */
#define BL_SNAPSHOT_PARTS(X)                                                                       \
	X(BARE, "[]")                                                                              \
	X(COUNT, "count")                                                                          \
	X(DATA, "data[]")                                                                          \
	X(COLUMNS, "data.columns")                                                                 \
	X(ROWS, "data.rows[]")                                                                     \
	X(LINEAGE, "lineage")                                                                      \
	X(MODULES, "modules[]")                                                                    \
	X(RESOURCES, "resources[]")                                                                \
	X(TRUNCATED, "resultTruncated")                                                            \
	X(SKIP_TOKEN, "skip_token")                                                                \
	X(SKIP_TOKEN_REST, "$skipToken")                                                           \
	X(SKIP_TOKEN_POWERSHELL, "SkipToken")                                                      \
	X(DATA_POWERSHELL, "Data[]")                                                               \
	X(TERRAFORM_VERSION, "terraform_version")                                                  \
	X(TOTAL, "totalRecords")                                                                   \
	X(TOTAL_AZ, "total_records")                                                               \
	X(VERSION, "version")

typedef enum snapshot_part {
#define X(id, path) PART_##id,
	BL_SNAPSHOT_PARTS(X)
#undef X
		PART__COUNT
} snapshot_part;

typedef struct snapshot_reader {
	const bl_schema *schema;
	bl_snapshot *out;
	bl_str lineage;
	const bl_value *columns;
	double version, total; /* -1: not given */
	bool is_state, has_counts, more;
	size_t rows, bare_rows, odd_rows, plain_rows; /* rows of a query; without id and type; without properties */
	uint64_t first_odd, first_plain;               /* byte offsets */
	size_t deposed, no_id;
	bl_map types; /* spelling of types, by lower case */
} snapshot_reader;

/* One row of a Resource Graph query, offset bytes into the file. */
void bl_resource_graph_row(snapshot_reader *r, const bl_value *row, uint64_t offset);
/* The same, as a list in the order of r->columns. */
void bl_resource_graph_table_row(snapshot_reader *r, const bl_value *row, uint64_t offset);
/* The file is over: what the counts say, and what was odd. */
void bl_resource_graph_end(snapshot_reader *r);

/* One element of a state's resources. */
void bl_terraform_state_resource(snapshot_reader *r, const bl_value *resource, uint64_t offset);
void bl_terraform_state_end(snapshot_reader *r);

/* A copy of body with values that hold secrets (by their key) marked sensitive. */
const bl_value *bl_snapshot_redact(bl_arena *arena, const bl_value *body);
/* Adds an asset, its type in the schema's spelling, else in that of the id. */
bl_asset *bl_snapshot_add(snapshot_reader *r, bl_str id, bl_str type);

#endif

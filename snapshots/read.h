/* Inside snapshots/ only: a format, and what it may do with what is handed to it. */
#ifndef BL_SNAPSHOTS_READ_H
#define BL_SNAPSHOTS_READ_H

#include "core/base/map.h"
#include "snapshots/keep.h"
#include "snapshots/snapshots.h"

typedef struct bl_snapshot_reader {
	const bl_schema *schema;
	bl_snapshot *out;
	bl_keeper keeper;   /* copies into out's arena */
	bl_arena *scratch;  /* where the row or object being handled lives: gone afterwards */
	bl_arena own;       /* lives as long as the reader */
	bl_map types;       /* spelling of types, by lower case */
	bool cut;           /* the object handed over is what was read of one that was cut off */
	bl_str text;        /* the file from its beginning, as far as it is kept (BL_SNAPSHOT_TEXT); complete when it is over and shorter */
	size_t objects;     /* values at the top so far */
	bl_error refused;   /* why the file is not read although it is known: words, or empty */
} bl_snapshot_reader;

enum { BL_SNAPSHOT_TEXT = 4 << 20 };

/*
 * A vendor's format: one file with one of these, and one row in formats.def. Formats are told apart by what a row holds, not by the file's
 * name; several may want rows from one path, and the first that recognises a row has it.
 */
typedef struct bl_snapshot_format {
	const char *name; /* bl_snapshot.format */
	/* Paths (bl_json_stream_options) whose elements are handed over one by one; ended by NULL. "!a" is passed over. */
	const char *const *paths;
	size_t state; /* bytes of the format's own memory for one file, zeroed */
	/* One element of paths[path], offset bytes into the file. True: it is mine. May be NULL without paths. */
	bool (*row)(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset);
	/* A whole value of the file without the rows taken from it, after them. True: it is mine. May be NULL. */
	bool (*object)(bl_snapshot_reader *r, void *state, const bl_value *object, uint64_t offset);
	bool torso; /* object() wants objects that were cut off, too */
	/* The file is over; only for formats that something was found to be of. May be NULL. */
	void (*end)(bl_snapshot_reader *r, void *state);
} bl_snapshot_format;

/* Adds an asset, its type in the schema's spelling, else in that of an Azure id. id has to live in out's arena (bl_keep_str); type is copied. */
bl_asset *bl_snapshot_add(bl_snapshot_reader *r, bl_str id, bl_str type);
/* A type in the spelling it has everywhere. */
bl_str bl_snapshot_type(bl_snapshot_reader *r, bl_str id, bl_str type);
bl_binding *bl_snapshot_bind(bl_snapshot_reader *r, bl_binding_from from, bl_str address, bl_str type, bl_str id);
/* The snapshot is a part of what there is; says so. why: "the list goes on". */
void bl_snapshot_partial(bl_snapshot_reader *r, const char *why);
void bl_snapshot_say(bl_snapshot_reader *r, bl_diag_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Of a value that may be a JSON text, the value; else itself. In the scratch arena. */
const bl_value *bl_snapshot_json(bl_snapshot_reader *r, const bl_value *v);
static inline bl_str bl_snapshot_text(const bl_value *v, const char *key)
{
	return bl_value_text(bl_value_getz(v, key));
}

#endif

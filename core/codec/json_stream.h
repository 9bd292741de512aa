/* JSON read piece by piece, by yajl: chosen parts of a document of any size become values, the rest is passed over. */
#ifndef BL_CORE_CODEC_JSON_STREAM_H
#define BL_CORE_CODEC_JSON_STREAM_H

#include "core/base/diag.h"
#include "core/base/value.h"

typedef struct bl_json_stream bl_json_stream;

/*
 * A chosen part is complete. path: its index in the paths given; offset: the byte its text begins at. v and its strings live in
 * arena, which is emptied afterwards unless it is the options' own. Return false to stop reading.
 */
typedef bool (*bl_json_part)(void *context, size_t path, const bl_value *v, uint64_t offset, bl_arena *arena);

enum { BL_JSON_MAX_PART = 256 << 20 };

typedef struct bl_json_stream_options {
	/*
	 * What to choose: "version", "data[]" (each element), "data.rows[]", "[]" (of an array at the top), "" (everything). "a[]*.b" is
	 * "b", "a[].b", "a[].a[].b" and so on. A part inside another is handed over alone and left out of the other (one inside it is not
	 * looked for). "!a" is passed over.
	 */
	const char *const *paths;
	size_t npaths;
	bl_json_part part;
	void *context;
	bl_str whole;    /* the whole text when it is at hand, fed in one piece: strings are slices of it, values have spans */
	uint32_t source; /* with whole: what the spans point into */
	bl_arena *arena; /* where values live, for good; NULL: until the part is handled */
	bool many;       /* the text may hold several values one after the other */
} bl_json_stream_options;

/* options are copied; paths and whole must outlive the stream. */
bl_json_stream *bl_json_stream_new(const bl_json_stream_options *options);
void bl_json_stream_free(bl_json_stream *stream);
/*
 * Reads on; pieces may end anywhere. BL_FAILED when the text is no JSON, BL_LIMIT past a limit. With a source the error says what is wrong alone,
 * since the place can be shown (bl_json_stream_offset); else with line and column (whole) or byte offset.
 */
bl_status bl_json_stream_feed(bl_json_stream *stream, bl_str bytes, bl_error *error);
/* Says that the text is over: BL_FAILED when it ends in the middle. */
bl_status bl_json_stream_end(bl_json_stream *stream, bl_error *error);
/* After an error: goes on with what is fed next, as if a text began at byte offset. */
void bl_json_stream_restart(bl_json_stream *stream, uint64_t offset);
/* After an error, before a restart: hands over the part that stands open with what is known of it, as if all that is open had ended there. */
void bl_json_stream_salvage(bl_json_stream *stream);
/* Did a part ask to stop? What is fed afterwards is ignored. */
bool bl_json_stream_stopped(const bl_json_stream *stream);
/* Bytes understood so far; after an error, where it is. */
uint64_t bl_json_stream_offset(const bl_json_stream *stream);

#endif

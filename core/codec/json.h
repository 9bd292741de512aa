/* JSON. What belay writes goes straight to a buffer, keys in the order given; what it reads whole is read by json_stream. */
#ifndef BL_CORE_CODEC_JSON_H
#define BL_CORE_CODEC_JSON_H

#include "core/base/diag.h"
#include "core/base/value.h"

/* A writer: calls follow the document's order; commas and indentation are its business. */
typedef struct bl_json {
	bl_buf *out;
	bool pretty;
	int depth;
	bool first, after_key;
} bl_json;

/* pretty: two spaces a level and a newline at the end. */
/* Where an object or array ends, what out holds may go to its drain. */
void bl_json_begin(bl_json *j, bl_buf *out, bool pretty);
void bl_json_object(bl_json *j);
void bl_json_object_end(bl_json *j);
void bl_json_array(bl_json *j);
void bl_json_array_end(bl_json *j);
void bl_json_key(bl_json *j, const char *key);
void bl_json_key_str(bl_json *j, bl_str key);
/* Invalid UTF-8 becomes U+FFFD. */
void bl_json_str(bl_json *j, bl_str s);
void bl_json_strz(bl_json *j, const char *z);
void bl_json_int(bl_json *j, long long n);
void bl_json_double(bl_json *j, double n);
void bl_json_bool(bl_json *j, bool b);
void bl_json_null(bl_json *j);
/* A value: unknown as {"$unknown": WHY}, sensitive as {"$sensitive": true}. */
void bl_json_value(bl_json *j, const bl_value *v);
/* key and string in one. */
void bl_json_member(bl_json *j, const char *key, bl_str s);
void bl_json_member_int(bl_json *j, const char *key, long long n);
void bl_json_member_bool(bl_json *j, const char *key, bool b);

enum { BL_JSON_MAX_DEPTH = 512 };

/*
 * Reads strict JSON text with every digit; strings without escapes are slices of text. Of double keys the last counts. A byte order mark is
 * passed over. NULL, and words with line and column in error, when it is no JSON.
 */
const bl_value *bl_json_read(bl_arena *arena, bl_str text, bl_error *error);
/* As bl_json_read, of a registered source, with spans; NULL, and a diagnostic where it is wrong. */
const bl_value *bl_json_read_source(bl_arena *arena, uint32_t source, bl_str text, bl_diag_list *diags);

#endif

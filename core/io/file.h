/* Files by name, outside any repository: snapshots, rule folders, outputs. */
#ifndef BL_CORE_IO_FILE_H
#define BL_CORE_IO_FILE_H

#include "core/base/diag.h"

/* The whole file, at most limit bytes (BL_LIMIT past it), into arena. "-" is standard input. Only regular files and pipes. */
bl_status bl_file_read(bl_arena *arena, const char *path, size_t limit, bl_str *out, bl_error *error);
bool bl_file_is_folder(const char *path);
/* Hands the file's bytes to each, piece by piece, until it returns false. "-" is standard input. Only regular files and pipes. */
bl_status bl_file_each(const char *path, bool (*each)(void *context, bl_str piece), void *context, bl_error *error);
/* Replaces the file's content whole, by a rename; "-" is standard output. */
bl_status bl_file_write(const char *path, bl_str data, bl_error *error);
/* The regular files below folder whose names end with suffix, sorted; links are not followed. Paths are folder-relative. */
bl_status bl_file_list(bl_arena *arena, const char *folder, const char *suffix, bl_str **paths, size_t *n,
	bl_error *error);

/* The names directly in folder, sorted, folders among them. */
bl_status bl_file_names(bl_arena *arena, const char *folder, bl_str **names, size_t *n, bl_error *error);

#endif

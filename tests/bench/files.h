/* The bench's files: those below a folder that belay would parse. */
#ifndef BELAY_TESTS_BENCH_FILES_H
#define BELAY_TESTS_BENCH_FILES_H

#include <stddef.h>

typedef enum file_kind { FILE_TERRAFORM, FILE_JSON, FILE_YAML, FILE_BICEP, FILE_DOCKERFILE, FILE_KINDS } file_kind;

/* The text is the visitor's only until it returns. */
typedef void (*file_visitor)(file_kind kind, const char *text, size_t n);

/* Empty files are left out. */
void walk_files(const char *folder, file_visitor visit);

#endif

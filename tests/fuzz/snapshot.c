/* Reads what comes as a snapshot, whatever it says it is. */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static bl_arena arena;
	static bl_schema *schema;
	if (!schema)
		schema = bl_schema_new(&arena);
	char path[64];
	int fd = memfd_create("snapshot", 0);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	bl_snapshot snapshot = {0};
	bl_error error = {""};
	bl_status status = bl_snapshot_read(schema, path, &snapshot, &error);
	if (status != BL_OK && !error.text[0])
		abort();
	bl_snapshot_join((bl_snapshot *[]){&snapshot}, status == BL_OK);
	bl_snapshot_done(&snapshot);
	close(fd);
	return 0;
}

/* Runs a fuzz target over files, as an ordinary test: each is one TAP line, and a crash ends the test. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	char *data = NULL;
	size_t size = 0, cap = 0, n;
	do {
		if (size == cap) {
			cap = cap ? cap * 2 : 4096;
			data = realloc(data, cap);
			if (!data)
				abort();
		}
		n = fread(data + size, 1, cap - size, f);
		size += n;
	} while (n);
	fclose(f);
	LLVMFuzzerTestOneInput((unsigned char *)data, size);
	free(data);
	return 1;
}

int main(int argc, char **argv)
{
	int number = 0;
	for (int i = 1; i < argc; i++) {
		struct dirent **names;
		int n = scandir(argv[i], &names, NULL, by_name);
		for (int k = 0; k < n; k++) {
			char path[4096];
			snprintf(path, sizeof path, "%s/%s", argv[i], names[k]->d_name);
			if (names[k]->d_name[0] != '.') {
				printf("# %s\n", names[k]->d_name);
				fflush(stdout);
				if (run_file(path))
					printf("ok %d - %s\n", ++number, names[k]->d_name);
			}
			free(names[k]);
		}
		if (n >= 0)
			free(names);
	}
	/* cut short: every prefix of a file is input too */
	printf("1..%d\n", number);
	return 0;
}

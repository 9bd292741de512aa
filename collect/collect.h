/*
 * Live collection: a cloud's own interfaces, asked for what runs, written as the exports that snapshots/ reads. Reads only. Credentials come from where the
 * vendors' own programs find theirs; none is stored or shown.
 */
#ifndef BL_COLLECT_COLLECT_H
#define BL_COLLECT_COLLECT_H

#include "core/base/diag.h"

typedef struct bl_collect_options {
	const char *source;        /* "aws", "azure", "google", "kubernetes", "registry" */
	const char *const *scopes; /* azure: subscriptions; google: projects/X, folders/X, organizations/X; registry: images; else none */
	size_t nscopes;
	const char *const *regions; /* aws */
	size_t nregions;
	const char *aggregator;    /* aws: the Config aggregator to ask instead of each region; or NULL */
	const char *cloud;         /* azure: "public" (NULL), "usgovernment", "china" */
	const char *context;       /* kubernetes: of the kubeconfig; NULL: its current one */
	const char *endpoint;      /* the address to ask instead of the cloud's own; or NULL */
	const char *ca_file;       /* or NULL */
	int tags_only;             /* aws: the tagging interface, where Config does not record */
} bl_collect_options;

typedef struct bl_collect_sink {
	/* More of the file name; NULL is the one file that most sources give. False ends the collection. */
	bool (*write)(void *context, const char *name, bl_str data);
	/* What a user should hear: progress, pauses, what is missing. */
	void (*say)(void *context, bl_diag_level level, const char *words);
	void *context;
} bl_collect_sink;

typedef struct bl_collected {
	size_t rows;
	bool partial; /* something could not be read; the export says so where its format can */
} bl_collected;

/* BL_FAILED when nothing could be read: no credentials, no connection, no permission. */
bl_status bl_collect(const bl_collect_options *options, const bl_collect_sink *sink, bl_collected *out, bl_error *error);

#endif

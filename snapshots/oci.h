/* Inside snapshots/ only: what registries keep: manifests, indexes, configurations; layouts and archives of them. */
#ifndef BL_SNAPSHOTS_OCI_H
#define BL_SNAPSHOTS_OCI_H

#include "snapshots/read.h"

/* An image that is not among the snapshot's yet; with the file it was read from. */
bl_image *bl_oci_image(bl_snapshot_reader *r);
void bl_oci_keep(bl_snapshot_reader *r, bl_image *image);
void bl_oci_name(bl_snapshot_reader *r, bl_image *image, bl_str name);
/* "sha256:..." of bytes, kept. */
bl_str bl_oci_digest(bl_snapshot_reader *r, bl_str bytes);

bool bl_oci_is_manifest(const bl_value *v);
bool bl_oci_is_index(const bl_value *v);
bool bl_oci_is_config(const bl_value *v);
/* A manifest of an attestation or another artifact beside images. */
bool bl_oci_is_artifact(const bl_value *manifest);
void bl_oci_take_manifest(bl_snapshot_reader *r, bl_image *image, const bl_value *manifest);
void bl_oci_take_index(bl_snapshot_reader *r, bl_image *image, const bl_value *index);
void bl_oci_take_config(bl_snapshot_reader *r, bl_image *image, const bl_value *config);
/* Labels (a map) come before those that are there already only where these lack; annotations the same. */
void bl_oci_take_labels(bl_snapshot_reader *r, bl_image *image, const bl_value *labels);

/* Files by name: of a folder, or of an archive. Returns false without such a file, or of one that is too large. The content lives in arena. */
typedef struct bl_oci_files {
	bool (*get)(void *context, bl_arena *arena, const char *name, bl_str *content);
	void *context;
} bl_oci_files;

/* Reads index.json and manifest.json, and what they name. False when there is neither. */
bool bl_oci_store(bl_snapshot_reader *r, const bl_oci_files *files);

#endif

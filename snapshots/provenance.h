/* Inside snapshots/ only: attestations. */
#ifndef BL_SNAPSHOTS_PROVENANCE_H
#define BL_SNAPSHOTS_PROVENANCE_H

#include "snapshots/read.h"

/*
 * An in-toto statement whose predicate is SLSA provenance, bare or in an envelope (DSSE, a sigstore bundle, GitHub's reply): one provenance for each
 * subject, or for about ("sha256:...") where it names none. False when v is no such thing, true also for other predicates.
 */
bool bl_provenance_take(bl_snapshot_reader *r, const bl_value *v, bl_str about, uint64_t offset);
/* A predicate alone, about one digest. */
void bl_provenance_predicate(bl_snapshot_reader *r, const bl_value *predicate, bl_str digest, bl_str name, uint64_t offset);
/* "docker.io/library/alpine:3.17" and the digest of pkg:docker/alpine@3.17?digest=...; false for another package. In the scratch arena. */
bool bl_provenance_package(bl_snapshot_reader *r, bl_str purl, bl_str *name, bl_str *digest);

#endif

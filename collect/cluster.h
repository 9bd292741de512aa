/* Inside collect/ only: how a cluster is reached. */
#ifndef BL_COLLECT_CLUSTER_H
#define BL_COLLECT_CLUSTER_H

#include "collect/collector.h"

typedef struct bl_cluster {
	bl_str server;    /* "https://host:port", without a slash at its end */
	bl_str header;    /* "Authorization: Bearer ...", or empty */
	const char *ca_file, *certificate, *key; /* or NULL */
	BL_VEC(const char *) secrets; /* temporary files that hold what a kubeconfig has inline; removed by bl_cluster_forget */
} bl_cluster;

/* From within a pod, or from a kubeconfig (KUBECONFIG, ~/.kube/config): tokens, client certificates, exec plugins. */
bl_status bl_cluster_find(bl_collector *c, bl_cluster *cluster, bl_error *error);
void bl_cluster_forget(bl_cluster *cluster);

#endif

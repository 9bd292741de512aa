#include "core/reason/rbac.h"

#define ADMIN BL_RBAC_ADMIN
#define MANAGE BL_RBAC_MANAGE
#define READ BL_RBAC_READ_DATA
#define WRITE BL_RBAC_WRITE_DATA
#define SECRETS BL_RBAC_READ_SECRETS
#define RUN BL_RBAC_RUN_CODE

/* Ids and actions: learn.microsoft.com/azure/role-based-access-control/built-in-roles. Alphabetical. */
static const bl_rbac_role roles[] = {
	{"AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d", READ},
	{"AcrPush", "8311e382-0749-4cb8-b61a-304f252e45ec", READ | WRITE},
	{"Azure Kubernetes Service Cluster Admin Role", "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", RUN},
	{"Azure Kubernetes Service RBAC Cluster Admin", "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", RUN},
	{"Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c", MANAGE | READ | WRITE | RUN},
	{"Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483", MANAGE | SECRETS},
	{"Key Vault Certificates Officer", "a4417e6f-fecd-4de8-b567-7b0420556985", SECRETS},
	{"Key Vault Contributor", "f25e0fa2-a7c8-4377-a976-54943a77a395", MANAGE},
	{"Key Vault Crypto Officer", "14b46e9e-c2b7-41b4-b07b-48a6ebf60603", SECRETS},
	{"Key Vault Crypto User", "12338af0-0e69-4776-bea7-57ae8d297424", SECRETS},
	{"Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2", 0},
	{"Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", SECRETS},
	{"Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6", SECRETS},
	{"Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7", MANAGE},
	{"Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", ADMIN | MANAGE | READ | WRITE | RUN},
	{"Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", 0},
	{"Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168", ADMIN},
	{"SQL DB Contributor", "9b7fa17d-e63e-47b0-bb0a-15c516ac86ec", MANAGE},
	{"SQL Server Contributor", "6d8ee4ec-f05a-4a1d-8b00-a9b17e38b437", MANAGE},
	{"Storage Account Contributor", "17d1049b-9a84-46fb-8f53-869881c3d3ab", MANAGE | READ | WRITE},
	{"Storage Account Key Operator Service Role", "81a9662b-bebf-436f-a333-f67b29880f12", READ | WRITE},
	{"Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", READ | WRITE},
	{"Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", READ | WRITE},
	{"Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", READ},
	{"Storage File Data SMB Share Contributor", "0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb", READ | WRITE},
	{"Storage Queue Data Contributor", "974c5e8b-45b9-4653-ba55-5f855dd0fb88", READ | WRITE},
	{"Storage Table Data Contributor", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", READ | WRITE},
	{"User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", ADMIN},
	{"Virtual Machine Contributor", "9980e02c-c2be-4d73-94e8-173b1dc7cf3c", MANAGE | RUN},
	{"Website Contributor", "de139f84-1756-47ae-9be6-808fbbe84772", MANAGE | RUN},
};

const bl_rbac_role *bl_rbac_find(bl_str name_or_id)
{
	ptrdiff_t slash = bl_str_rfind_char(name_or_id, '/');
	bl_str last = bl_str_slice(name_or_id, (size_t)(slash + 1), name_or_id.n);
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (bl_str_eqiz(name_or_id, roles[i].name) || bl_str_eqiz(last, roles[i].guid))
			return &roles[i];
	return NULL;
}

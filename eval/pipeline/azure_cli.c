/* What Azure's command line and PowerShell deploy, and what they say of where to. */
#include "eval/pipeline/call.h"

enum { SCOPE_GROUP, SCOPE_SUBSCRIPTION, SCOPE_MANAGEMENT_GROUP, SCOPE_TENANT };

#define DEPLOYMENT_VALUED                                                                                                    \
	" -g --resource-group -f --template-file -u --template-uri --template-spec -s -l --location -n --name -m --management-group-id " \
	"--mode --rollback-on-error --handle-extended-json-format -q --query-string --what-if-result-format -r --deny-settings-mode "     \
	"--deny-settings-excluded-actions --action-on-unmanage --aou --dm --description --deployment-resource-group --dr "
#define POWERSHELL_VALUED                                                                                                 \
	" -ResourceGroupName -Name -TemplateFile -TemplateParameterFile -Location -ManagementGroupId -TemplateUri -TemplateSpecId " \
	"-TemplateParameterObject -Mode -DeploymentName -TemplateParameterUri -ActionOnUnmanage -DenySettingsMode -DeploymentResourceGroupName "

static const bl_value *from_elsewhere(bl_call *call, const bl_value *v)
{
	return bl_value_unknown(call->arena, v ? v->span : call->span, v ? "the template is read from elsewhere" : "the command names no template");
}

/* The .bicepparam that is given instead of a template names it itself: then template is that file. */
static void finish(bl_call *call, bl_deployment *d, const bl_value *template, const bl_value *elsewhere)
{
	if (!d)
		return;
	if (template)
		d->template = bl_call_path(call, template);
	for (uint32_t i = 0; !template && d->files && i < d->files->n; i++)
		if (bl_str_ends(bl_pipeline_known(d->files->list[i]), BL_STR(".bicepparam")))
			d->template = d->files->list[i];
	if (!d->template)
		d->template = from_elsewhere(call, elsewhere);
}

static void az_deployment(bl_call *call)
{
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_AZURE, call->row->tool, call->span);
	bl_values parameters = bl_call_all(call, " -p --parameters ");
	bl_pipeline_azure_parameters(call->step, d, bl_values_value(call->arena, call->span, &parameters));
	if (call->row->kind == SCOPE_GROUP)
		bl_pipeline_put_scope(call->step, d, "resource_group", bl_call_get(call, " -g --resource-group "));
	bl_pipeline_put_scope(call->step, d, "location", bl_call_get(call, " -l --location "));
	bl_pipeline_put_scope(call->step, d, "management_group", bl_call_get(call, " -m --management-group-id "));
	bl_pipeline_put_scope(call->step, d, "subscription", bl_call_get(call, " --subscription "));
	if (bl_str_starts(bl_str_of(call->row->tool), BL_STR("az stack")))
		bl_pipeline_put_scope(call->step, d, "stack", bl_call_get(call, " -n --name "));
	finish(call, d, bl_call_get(call, " -f --template-file "), bl_call_get(call, " -u --template-uri -s --template-spec "));
}

/* Parameters of a template are parameters of the command, too: -storageName x. */
static void powershell(bl_call *call)
{
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_AZURE, call->row->tool, call->span);
	bl_pipeline_put_file(call->step, d, bl_call_get(call, " -TemplateParameterFile "));
	if (bl_call_get(call, " -TemplateParameterObject ") || call->open)
		bl_pipeline_open_parameters(call->step, d);
	if (call->row->kind == SCOPE_GROUP)
		bl_pipeline_put_scope(call->step, d, "resource_group", bl_call_get(call, " -ResourceGroupName "));
	bl_pipeline_put_scope(call->step, d, "location", bl_call_get(call, " -Location "));
	bl_pipeline_put_scope(call->step, d, "management_group", bl_call_get(call, " -ManagementGroupId "));
	finish(call, d, bl_call_get(call, " -TemplateFile "), bl_call_get(call, " -TemplateUri -TemplateSpecId "));
}

/* az account set -s X, az login, Set-AzContext: what later deployments of the job go to. */
static void set_subscription(bl_call *call)
{
	const bl_value *v = bl_call_get(call, " -s --subscription -n --name -Subscription -SubscriptionId -SubscriptionName ");
	bl_pipeline_set_scope(call->step->job, "subscription", v);
}

/* az configure --defaults group=X location=Y */
static void configure(bl_call *call)
{
	bl_values given = bl_call_all(call, " --defaults -d ");
	for (size_t i = 0; i < given.n; i++) {
		bl_str s = bl_pipeline_known(given.items[i]);
		if (bl_str_starts(s, BL_STR("group=")))
			bl_pipeline_set_scope(call->step->job, "resource_group", bl_pipeline_tail(call->arena, given.items[i], 6));
		if (bl_str_starts(s, BL_STR("location=")))
			bl_pipeline_set_scope(call->step->job, "location", bl_pipeline_tail(call->arena, given.items[i], 9));
	}
}

static void get_credentials(bl_call *call)
{
	bl_pipeline_set_scope(call->step->job, "cluster", bl_call_get(call, " -n --name "));
	bl_pipeline_set_scope(call->step->job, "resource_group", bl_call_get(call, " -g --resource-group "));
	bl_pipeline_set_scope(call->step->job, "subscription", bl_call_get(call, " --subscription "));
}

/* What is put on an App Service or a Function: a folder, or an archive of one that only exists while the job runs. */
static void deploy_source(bl_call *call)
{
	const bl_value *source = bl_call_get(call, " --src-path --src --source --package "), *image = bl_call_get(call, " -i --image --docker-custom-image-name ");
	bl_deployment *d = bl_pipeline_deploy(call->step, BL_DEPLOYS_SOURCE, call->row->tool, call->span);
	const bl_value *name = bl_call_get(call, " -n --name ");
	bl_pipeline_put_scope(call->step, d, "app", name ? name : call->rest.n ? call->rest.items[0] : NULL);
	bl_pipeline_put_scope(call->step, d, "resource_group", bl_call_get(call, " -g --resource-group "));
	bl_pipeline_put_scope(call->step, d, "subscription", bl_call_get(call, " --subscription "));
	bl_pipeline_put_scope(call->step, d, "location", bl_call_get(call, " -l --location "));
	bl_pipeline_put_parameter(call->step, d, BL_STR("image"), image);
	if (d && source)
		d->template = bl_call_path(call, source);
	else if (d && !image)
		d->template = call->row->kind ? bl_call_path(call, bl_value_string(call->arena, call->span, BL_STR(".")))
					      : bl_value_unknown(call->arena, call->span, "the command names no folder");
}

static void azd(bl_call *call)
{
	bl_call_azd(call, call->row->kind != 2, call->row->kind != 1);
}

#define APP_VALUED " -g --resource-group -n --name --src-path --src --source --image -i -l --location --slot -s --type --plan -p --sku --runtime -r --environment --registry-server --yaml --revision-suffix --container-name --package --docker-custom-image-name --artifact --repo --ingress --target-port "

static const bl_call_row rows[] = {
	{" az ", " account set ", " -s --subscription -n --name ", NULL, set_subscription, NULL, 0},
	{" az ", " aks get-credentials ", " -n --name -g --resource-group -f --file --context ", NULL, get_credentials, NULL, 0},
	{" az ", " configure ", " --scope ", " --defaults -d ", configure, NULL, 0},
	{" az ", " container create ", APP_VALUED, " --environment-variables -e ", deploy_source, "az container create", 0},
	{" az ", " containerapp create|update ", APP_VALUED, " --set-env-vars --env-vars --secrets --tags --args --command ", deploy_source,
		"az containerapp update", 0},
	{" az ", " containerapp up ", APP_VALUED, " --env-vars --secrets ", deploy_source, "az containerapp up", 1},
	{" az ", " deployment create|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az deployment sub", SCOPE_SUBSCRIPTION},
	{" az ", " deployment group create|what-if|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az deployment group", SCOPE_GROUP},
	{" az ", " deployment mg create|what-if|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az deployment mg",
		SCOPE_MANAGEMENT_GROUP},
	{" az ", " deployment sub create|what-if|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az deployment sub",
		SCOPE_SUBSCRIPTION},
	{" az ", " deployment tenant create|what-if|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az deployment tenant",
		SCOPE_TENANT},
	{" az ", " functionapp deploy ", APP_VALUED, NULL, deploy_source, "az functionapp deploy", 0},
	{" az ", " functionapp deployment source config-zip ", APP_VALUED, NULL, deploy_source, "az functionapp deployment", 0},
	{" az ", " group deployment create|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az deployment group", SCOPE_GROUP},
	{" az ", " stack group create|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az stack group", SCOPE_GROUP},
	{" az ", " stack mg create|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az stack mg", SCOPE_MANAGEMENT_GROUP},
	{" az ", " stack sub create|validate ", DEPLOYMENT_VALUED, " -p --parameters ", az_deployment, "az stack sub", SCOPE_SUBSCRIPTION},
	{" az ", " webapp config container set ", APP_VALUED, NULL, deploy_source, "az webapp config container", 0},
	{" az ", " webapp deploy ", APP_VALUED, NULL, deploy_source, "az webapp deploy", 0},
	{" az ", " webapp deployment source config-zip ", APP_VALUED, NULL, deploy_source, "az webapp deployment", 0},
	{" az ", " webapp up ", APP_VALUED, NULL, deploy_source, "az webapp up", 1},
	{" azd ", " deploy ", " -e --environment --from-package ", NULL, azd, "azd deploy", 2},
	{" azd ", " provision ", " -e --environment ", NULL, azd, "azd provision", 1},
	{" azd ", " up ", " -e --environment ", NULL, azd, "azd up", 0},
	{" func ", " azure functionapp publish ", " --slot --subscription ", NULL, deploy_source, "func azure functionapp publish", 1},
	{" New-AzDeployment New-AzSubscriptionDeployment New-AzSubscriptionDeploymentStack ", NULL, POWERSHELL_VALUED, NULL, powershell,
		"New-AzSubscriptionDeployment", SCOPE_SUBSCRIPTION},
	{" New-AzManagementGroupDeployment New-AzManagementGroupDeploymentStack ", NULL, POWERSHELL_VALUED, NULL, powershell,
		"New-AzManagementGroupDeployment", SCOPE_MANAGEMENT_GROUP},
	{" New-AzResourceGroupDeployment New-AzureRmResourceGroupDeployment New-AzResourceGroupDeploymentStack ", NULL, POWERSHELL_VALUED, NULL,
		powershell, "New-AzResourceGroupDeployment", SCOPE_GROUP},
	{" New-AzTenantDeployment ", NULL, POWERSHELL_VALUED, NULL, powershell, "New-AzTenantDeployment", SCOPE_TENANT},
	{" Set-AzContext Select-AzSubscription Select-AzContext ", NULL, " -Subscription -SubscriptionId -SubscriptionName -Tenant -TenantId -Name ", NULL,
		set_subscription, NULL, 0},
};

const bl_call_rows bl_calls_azure = {rows, sizeof rows / sizeof *rows};

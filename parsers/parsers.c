#include "parsers/parsers.h"

#include "parsers/language.h"

/* One row a language and dialect; a row with an empty dialect takes every dialect not named. Order: dialects before the language's main form. */
static const struct {
	bl_language language;
	const char *dialect;
	bl_parser_fn parse;
} parsers[] = {
	{BL_LANG_ARM, "", bl_parse_arm},
	{BL_LANG_BAKE, "json", bl_parse_terraform_json},
	{BL_LANG_BAKE, "", bl_parse_terraform},
	{BL_LANG_BICEP, "", bl_parse_bicep},
	{BL_LANG_CLOUDFORMATION, "", bl_parse_yaml},
	{BL_LANG_COMPOSE, "", bl_parse_yaml},
	{BL_LANG_DOCKERFILE, "", bl_parse_dockerfile},
	{BL_LANG_KUBERNETES, "", bl_parse_yaml},
	{BL_LANG_PIPELINE, "", bl_parse_yaml},
	{BL_LANG_POWERSHELL, "", bl_parse_powershell},
	{BL_LANG_SHELL, "", bl_parse_shell},
	{BL_LANG_TERRAFORM, "json", bl_parse_terraform_json},
	{BL_LANG_TERRAFORM, "plan", bl_parse_terraform_shown},
	{BL_LANG_TERRAFORM, "state", bl_parse_terraform_shown},
	{BL_LANG_TERRAFORM, "tfvars-json", bl_parse_terraform_json},
	{BL_LANG_TERRAFORM, "", bl_parse_terraform},
	{BL_LANG_YAML, "", bl_parse_yaml},
};

void bl_parse(bl_sources *sources, bl_document *document)
{
	for (size_t i = 0; i < sizeof parsers / sizeof *parsers; i++) {
		if (parsers[i].language != document->language)
			continue;
		if (!*parsers[i].dialect || bl_str_eqz(document->dialect, parsers[i].dialect)) {
			parsers[i].parse(sources, document);
			return;
		}
	}
}

const bl_expr *bl_parse_expression(bl_sources *sources, bl_document *document)
{
	switch (document->language) {
	case BL_LANG_ARM:
		return bl_parse_arm_expression(sources, document);
	case BL_LANG_BICEP:
		return bl_parse_bicep_expression(sources, document);
	case BL_LANG_TERRAFORM:
		return bl_parse_terraform_expression(sources, document);
	default:
		bl_diag_add(&document->arena, &document->diags, BL_DIAG_ERROR, BL_NOWHERE, "%s has no expressions",
			bl_language_name(document->language));
		return NULL;
	}
}

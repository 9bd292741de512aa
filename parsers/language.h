/* Inside parsers/ only: what a language folder provides. A row in parsers.c registers it. */
#ifndef BL_PARSERS_LANGUAGE_H
#define BL_PARSERS_LANGUAGE_H

#include "parsers/parsers.h"

typedef void (*bl_parser_fn)(bl_sources *sources, bl_document *document);

void bl_parse_arm(bl_sources *sources, bl_document *document);
void bl_parse_bicep(bl_sources *sources, bl_document *document);
void bl_parse_dockerfile(bl_sources *sources, bl_document *document);
void bl_parse_powershell(bl_sources *sources, bl_document *document);
void bl_parse_shell(bl_sources *sources, bl_document *document);
void bl_parse_terraform(bl_sources *sources, bl_document *document);
void bl_parse_terraform_shown(bl_sources *sources, bl_document *document);
void bl_parse_terraform_json(bl_sources *sources, bl_document *document);
void bl_parse_yaml(bl_sources *sources, bl_document *document);

const bl_expr *bl_parse_arm_expression(bl_sources *sources, bl_document *document);
const bl_expr *bl_parse_bicep_expression(bl_sources *sources, bl_document *document);
const bl_expr *bl_parse_terraform_expression(bl_sources *sources, bl_document *document);

#endif

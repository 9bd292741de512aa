/* The files that a YAML document is made of besides its own. */
#ifndef BL_PARSERS_YAML_LINKS_H
#define BL_PARSERS_YAML_LINKS_H

#include "core/model/document.h"

/* Adds a block "link" for each, by the document's language and dialect: core/model/document.h. */
void bl_yaml_links(bl_document *document, const bl_value *root);

#endif

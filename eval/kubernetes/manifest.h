/* Inside eval/kubernetes only: one object of a manifest becomes one resource. */
#ifndef BL_EVAL_KUBERNETES_MANIFEST_H
#define BL_EVAL_KUBERNETES_MANIFEST_H

#include "eval/language.h"

/* Hands every object of a document to each: the document itself, or what a List holds. Documents that are nothing are passed over. */
void bl_manifest_each(bl_arena *arena, const bl_value *document, void (*each)(void *context, const bl_value *object),
	void *context);

/* One object as a resource of out; what has no kind is a note, what has a wrong shape an error, and the rest is used. */
void bl_manifest_add(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_value *object);

/* The text of a value that is a string or a number: a name may be written `name: 5`. */
bl_str bl_manifest_text(const bl_value *v);

#endif

/* Inside eval/ only: maps of which not all keys are known, and lists of which some elements may be missing. Included by eval/terraform.h. */
#ifndef BL_EVAL_TERRAFORM_ENTRIES_H
#define BL_EVAL_TERRAFORM_ENTRIES_H

#include "eval/terraform.h"

enum { BL_TF_MAX_ENTRIES = 512 }; /* compared with one another; where there are more, only what is certain is known */

typedef struct bl_tf_entry {
	const bl_value *key;   /* of a map: a string, known or not; NULL in a list, whose places are not known */
	const bl_value *value;
	bl_span span;
	bl_tri there;          /* YES or MAYBE */
} bl_tf_entry;

/*
 * What an unknown map or list will hold. Such a value is unknown to all that do not ask for its entries: bl_tf_plain is what is certain of it in a form
 * that everybody knows.
 */
typedef struct bl_tf_entries {
	BL_VEC(bl_tf_entry) list;
	bool open;          /* it may hold others, too */
	bool distinct;      /* keys differ, or the expression is refused. Else the last of equal ones counts */
	bool sensitive;
	const bl_ref *rest; /* as bl_value's */
} bl_tf_entries;

/* The entries of v: also of a known map or list, and of one that is one of several. False when v is none of these. */
bool bl_tf_entries_of(bl_tf *tf, const bl_value *v, bl_tf_entries *out);
void bl_tf_add_entry(bl_tf *tf, bl_tf_entries *e, bl_tf_entry entry);
/* The last of equal keys counts: what was there before gives way, and what may be equal may have. */
void bl_tf_override_entry(bl_tf *tf, bl_tf_entries *e, bl_tf_entry entry);
/* A BL_MAP or BL_LIST: unknown with these entries, or as known as ever when all of them are. */
const bl_value *bl_tf_entries_value(bl_tf *tf, bl_span span, bl_kind kind, const bl_tf_entries *e);
/* The member of a key; *certain: BL_NO when there is none, BL_MAYBE when it cannot be told. */
const bl_value *bl_tf_entry_at(bl_tf *tf, const bl_tf_entries *e, const bl_value *key, bl_tri *certain);

/* Where it cannot be told: what it is if it is anything at all, but for try(), which may have something else then. */
const bl_value *bl_tf_entries_maybe(bl_tf *tf, const bl_tf_entries *e, const bl_value *key, bl_span span);

/* v, if it has entries, as an open map or list of those that are certain; else v. deep: and all in it. */
const bl_value *bl_tf_plain(bl_tf *tf, const bl_value *v, bool deep);

#endif

/*
 * Writes trace tags into code, so that what is deployed says where it came from. Works on documents and gives edits of their text; who wrote what,
 * random numbers and files are the caller's.
 *
 * Keys and values are those that Yor writes: yor_trace, yor_name, git_org, git_repo, git_file, git_commit, git_modifiers, git_last_modified_at,
 * git_last_modified_by (https://yor.io/2.Concepts/tagging.html); mapping_tag is the key that Defender for Cloud reads besides yor_trace
 * (https://learn.microsoft.com/azure/defender-for-cloud/iac-template-mapping).
 */
#ifndef BL_TAGGING_TAGGING_H
#define BL_TAGGING_TAGGING_H

#include "core/model/document.h"
#include "core/model/source.h"

/* What git knows of a block's lines. Texts are empty where nothing is known. */
typedef struct bl_tag_history {
	bl_str commit;                /* the newest */
	bl_str email;                 /* of its author */
	int64_t time;                 /* of it: seconds since 1970, UTC */
	const bl_str *authors;        /* the e-mail addresses of all who wrote a line, in any order */
	size_t nauthors;
} bl_tag_history;

typedef struct bl_tagger {
	const bl_sources *sources;
	bl_str org, repo;             /* of the origin remote; empty: git_org and git_repo are left out */
	bl_str prefix;                /* before every key, or empty */
	const char *const *keys;      /* which tags, without prefix; none: all but mapping_tag */
	size_t nkeys;
	const char *const *skip_types; /* patterns with `*` of types that are left alone */
	size_t nskip_types;
	/* Lines [from, to] of a file (from 1) without [but_from, but_to] (0: all of them). False: nothing is known. */
	bool (*history)(void *context, const bl_document *d, uint32_t from, uint32_t to, uint32_t but_from, uint32_t but_to,
		bl_arena *arena, bl_tag_history *out);
	/* A new GUID of 36 characters. */
	bl_str (*guid)(void *context, bl_arena *arena, const bl_document *d, bl_str address);
	void *context;
} bl_tagger;

/* span of a file's own text becomes text; an empty span is an insertion. */
typedef struct bl_edit {
	bl_span span;
	bl_str text;
} bl_edit;

typedef enum bl_tag_outcome {
	BL_TAG_KEPT,    /* has all its tags */
	BL_TAG_ADDED,   /* had no trace tag */
	BL_TAG_CHANGED, /* other tags were added or brought up to date */
	BL_TAG_SKIPPED  /* why says why */
} bl_tag_outcome;

typedef struct bl_tagged {
	bl_str address, type;
	bl_span span;      /* of the block's head */
	bl_str trace;      /* the GUID it has now, or empty */
	bl_tag_outcome outcome;
	bl_str why;
} bl_tagged;

typedef BL_VEC(bl_tagged) bl_tagged_list;
typedef BL_VEC(bl_edit) bl_edits;

/*
 * The edits that give every resource of a document its tags, sorted and apart from one another; what is there stays. A document of another language, or
 * one with errors, gives none. Tagging what tagging gave changes nothing. Everything is in arena.
 */
void bl_tag_document(const bl_tagger *tagger, const bl_document *document, bl_arena *arena, bl_edits *edits, bl_tagged_list *tagged);
/* The text with the edits made. */
bl_str bl_edits_apply(bl_arena *arena, bl_str text, const bl_edits *edits);
/* Is it a key that tagging knows? */
bool bl_tag_key_exists(const char *key);

#endif

/* Stage 1: bytes out of a work tree, a revision, the index or a plain folder. The only user of libgit2. */
#ifndef BL_REPO_REPO_H
#define BL_REPO_REPO_H

#include "core/base/diag.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum { BL_REPO_MAX_FILE = 16 << 20 /* bytes of one file */, BL_REPO_MAX_FILES = 1000000 };

typedef struct bl_repo bl_repo; /* not thread-safe; one thread walks and reads */

typedef enum bl_tree_kind { BL_TREE_WORK, BL_TREE_INDEX, BL_TREE_REVISION } bl_tree_kind;

typedef struct bl_repo_open {
	const char *path;     /* a folder or file within the repository, or a bare repository */
	const char *root;     /* --root: the root is this folder, no repository above it is looked for; or NULL */
	bl_str name;          /* --repo NAME=; empty: the origin remote's host/owner/name, or empty */
	bl_tree_kind tree;
	const char *revision; /* for BL_TREE_REVISION: any revision git understands; NULL: HEAD */
} bl_repo_open;

/* A bare repository has no work tree: BL_TREE_WORK then reads HEAD. The index is GIT_INDEX_FILE's when a commit hook sets that. */

bl_status bl_repo_new(const bl_repo_open *open, bl_repo **out, bl_error *error);
void bl_repo_free(bl_repo *repo);

bl_str bl_repo_name(const bl_repo *repo);
/* The absolute path of the root that paths in output are relative to. */
bl_str bl_repo_root(const bl_repo *repo);
bool bl_repo_is_git(const bl_repo *repo);
/*
 * The top of the tree that a plain folder stands in: the nearest folder above the root that a repository's top is known by (.git, .github,
 * .gitlab-ci.yml and the like). Empty for a git repository, and when there is none. What configuration names above the root is read below it.
 */
bl_str bl_repo_enclosing(const bl_repo *repo, bl_arena *arena);
/* The commit read (HEAD for a work tree or index), 40 hexadecimal digits, or empty. */
bl_str bl_repo_commit(const bl_repo *repo);

typedef struct bl_file_entry {
	bl_str path; /* relative to the root, '/' */
	size_t size;
	bool named;  /* a path given on the command line, not found by walking */
} bl_file_entry;

typedef BL_VEC(bl_file_entry) bl_file_entries;

/*
 * The files under paths (relative to the current directory or absolute; none: the whole root), sorted by path. Ignore rules are
 * respected below a path, not above it. Links are listed only when what they point to is inside the root, as the file itself;
 * submodules and .git are left out. What is passed over for a reason worth telling (too large, unreadable) is a diagnostic.
 */
bl_status bl_repo_walk(bl_repo *repo, const char *const *paths, size_t npaths, bl_arena *arena,
	bl_file_entries *out, bl_diag_list *diags, bl_error *error);

/*
 * A file's bytes. BL_NOT_FOUND where there is none; BL_LIMIT past BL_REPO_MAX_FILE; words say when it is a binary or a Git LFS pointer
 * (BL_FAILED, with a diagnostic's wording). Reads by name also what ignore rules hide. Never leaves the root.
 */
bl_status bl_repo_read(bl_repo *repo, bl_str path, bl_arena *arena, bl_str *out, bl_error *error);
/* What a file's first bytes say it is. */
typedef enum bl_content { BL_CONTENT_TEXT, BL_CONTENT_BINARY, BL_CONTENT_LFS /* a pointer, the file itself is not here */, BL_CONTENT_UTF16 } bl_content;
/* What is to be said of a file that is not read: "is a binary file". NULL for text. */
const char *bl_repo_content_words(bl_content content);
/* As bl_repo_read, but what is no text is BL_OK as well: *content says what the bytes are. */
bl_status bl_repo_read_any(bl_repo *repo, bl_str path, bl_arena *arena, bl_str *out, bl_content *content, bl_error *error);
/* The names of the entries (files, folders, links) directly in folder ("" is the root), sorted, .git left out. */
bl_status bl_repo_folder(bl_repo *repo, bl_str folder, bl_arena *arena, bl_str **names, size_t *n, bl_error *error);

typedef struct bl_hunk {
	uint32_t old_start, old_lines, new_start, new_lines; /* with three lines of context, as forges show them */
} bl_hunk;

typedef struct bl_change {
	bl_str path;     /* on the head side, or the base side when deleted */
	bl_str old_path; /* differs when renamed */
	char status;     /* A M D R */
	BL_VEC(bl_hunk) hunks;
	bl_str base_text, head_text; /* empty when binary or too large */
} bl_change;

typedef BL_VEC(bl_change) bl_changes;

/*
 * What head changes against the merge base of base and head (renames followed), sorted by path. head NULL: what repo was opened on, so
 * that hunks fit the files read (a work tree with what is not committed yet, the index, a revision), the merge base taken with HEAD or
 * that revision. merge_base gets its 40 digits. Links and submodules are left out.
 */
bl_status bl_repo_changes(bl_repo *repo, const char *base, const char *head, bl_arena *arena,
	bl_changes *out, bl_str *merge_base, bl_error *error);

/* A run of lines that one commit wrote. */
typedef struct bl_blame {
	uint32_t first, lines;        /* first counts from 1 */
	bl_str commit, author, email; /* empty: not committed yet */
	int64_t time;                 /* seconds since 1970, UTC */
} bl_blame;

typedef BL_VEC(bl_blame) bl_blames;

/*
 * Who wrote each line of path, whose text is this now: the history of HEAD, and what differs from it is not committed yet. Sorted by line. BL_NOT_FOUND:
 * HEAD has no such file, or there is no git repository.
 */
bl_status bl_repo_blame(bl_repo *repo, bl_str path, bl_str text, bl_arena *arena, bl_blames *out, bl_error *error);

/* What a line said before, newest first. */
typedef struct bl_repo_past {
	BL_VEC(bl_str) lines;
	bool whole; /* they go back to when the line was written first; false: there is more, or where the line stood cannot be told */
} bl_repo_past;

/*
 * The earlier wordings of line number line (from 1) of path, whose text is this now: what is not committed yet counts as one, and renames are followed. At most
 * six commits are gone back. False when nothing can be said: there is no git repository, or the commit read has no such file.
 */
bool bl_repo_line_past(bl_repo *repo, bl_str path, bl_str text, uint32_t line, bl_arena *arena, bl_repo_past *out);

/* The difference of two texts of a file as a patch that git and patch(1) take; appended to out. */
bl_status bl_repo_patch(bl_str path, bl_str old_text, bl_str new_text, bl_buf *out, bl_error *error);

/*
 * Is commit (7 to 40 hexadecimal digits) in the history of what repo was opened on? *now is then what the file at path of that commit is called there: another name
 * when it was renamed meanwhile, else path. path may be empty, or written as Yor writes it into labels ('/' as "__", '.' as "_").
 */
bool bl_repo_follow(bl_repo *repo, bl_str commit, bl_str path, bl_arena *arena, bl_str *now);

#endif

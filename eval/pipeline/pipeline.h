/*
 * Inside eval/ only: what the dialects of pipelines share. A dialect (github*.c, azure*.c, gitlab*.c) reads its own files and expressions; what its steps
 * do to the world is recognised here, whoever runs them: commands.c and its kin read the commands of a script, and a dialect says what its
 * own actions and tasks do with bl_pipeline_build and bl_pipeline_deploy.
 */
#ifndef BL_EVAL_PIPELINE_PIPELINE_H
#define BL_EVAL_PIPELINE_PIPELINE_H

#include "core/base/map.h"
#include "eval/docker/expand.h"
#include "eval/language.h"

enum {
	BL_PIPELINE_MAX_COMMANDS = 20000, /* of one root, those of scripts it calls too */
	BL_PIPELINE_MAX_SCRIPTS = 200,    /* files of one root that its steps run: scripts, Compose and bake files */
	BL_PIPELINE_MAX_ACTS = 5000,      /* builds, and deployments, of one root */
	BL_PIPELINE_MAX_CALLS = 3         /* a script that calls a script that ... */
};

/* What is left out past a limit: each is said once of a root. */
typedef enum bl_pipeline_limit {
	BL_PIPELINE_LIMIT_ACTS,
	BL_PIPELINE_LIMIT_CALLS,
	BL_PIPELINE_LIMIT_COMMANDS,
	BL_PIPELINE_LIMIT_JOBS,
	BL_PIPELINE_LIMIT_LINES,
	BL_PIPELINE_LIMIT_PARTS,
	BL_PIPELINE_LIMIT_SCRIPTS,
	BL_PIPELINE_LIMIT_STEPS,
	BL_PIPELINE_LIMIT_TEXT
} bl_pipeline_limit;
/* Says as a known gap, the first time, that this limit of the root is met. format takes most, an int. */
void bl_pipeline_met(bl_arena *arena, bl_evaluation *out, bl_pipeline_limit limit, bl_span span, const char *format, int most)
	__attribute__((format(printf, 5, 0)));

/* Where the repository is said to lie, for `${{ github.workspace }}`, $(Build.SourcesDirectory), $CI_PROJECT_DIR: what is below it is known. */
#define BL_PIPELINE_WORKSPACE "/github/workspace"

/* A repository that a step checked out below the workspace. */
typedef struct bl_pipeline_checkout {
	bl_str folder; /* below the workspace; empty: all of it */
	bool other;    /* it is not the one being read: what lies in it is not known */
} bl_pipeline_checkout;

typedef struct bl_pipeline_terraform bl_pipeline_terraform;

/* What reads a script. */
typedef enum bl_pipeline_shell {
	BL_PIPELINE_BASH,       /* and sh */
	BL_PIPELINE_POWERSHELL, /* and pwsh, cmd */
	BL_PIPELINE_OTHER       /* python, node: its commands are not known */
} bl_pipeline_shell;

/* The variables of an environment, found by name: made once for all scripts that have it in turn. Zeroed before the first. */
typedef struct bl_pipeline_variables {
	const bl_value *environment; /* that they are of */
	bl_pipeline_shell shell;
	bl_docker_scope *scope;
} bl_pipeline_variables;

/* What the jobs of a root share. Zeroed before the first. */
typedef struct bl_pipeline_shared {
	bl_pipeline_variables variables;
	size_t commands, scripts; /* that ran so far: BL_PIPELINE_MAX_* */
} bl_pipeline_shared;

/* One job: its steps share a machine. Zeroed but for the first six. */
typedef struct bl_pipeline_job {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_pipeline_shared *shared;
	bl_evaluation *out; /* gets the builds and deployments; NULL: nobody wants them */
	bl_evaluation *said; /* the root's, which gets what is said of limits */
	bl_str top;         /* the folder that the pipeline takes for the repository: one within another repository; empty: the root */
	bl_items scope;     /* what earlier steps said of where deployments go, under the names of bl_deployment's scope */
	BL_VEC(bl_pipeline_checkout) checkouts; /* none: this repository is the workspace */
	/* commands.c's own */
	BL_VEC(bl_build *) builds; /* of this job */
	BL_VEC(bl_pipeline_terraform *) terraform;
	const bl_value *rendered; /* the folder or chart whose manifests the pipe before carries, or NULL */
	const bl_value *packaged, *packaged_as; /* the template that a file was made from, and that file; or NULL */
} bl_pipeline_job;

/* One step, as it stands when its commands run. */
typedef struct bl_pipeline_step {
	bl_pipeline_job *job;
	bl_str by;                   /* its address */
	const bl_value *folder;      /* where it runs: a string below the workspace ("": the workspace), or unknown */
	const bl_value *environment; /* a map, or NULL */
	bl_span span;                /* what a build or deployment of it shows when nothing closer is known */
	int calls;                   /* scripts that called it */
} bl_pipeline_step;

/*
 * The folder that the pipeline file at path takes for the repository: the nearest above it that holds what only the top of a repository does (.github,
 * .gitlab-ci.yml), as where a whole repository is kept within another; else the root, which is empty.
 */
bl_str bl_pipeline_top(const bl_eval_input *input, bl_str path);

/*
 * Texts with values in them. A string of YAML is cut into parts, literal text and expressions; the parts' values make a value, or a script.
 */
typedef struct bl_pipeline_part {
	bl_str text;           /* literal: a slice of the string */
	const bl_value *value; /* of an expression; NULL for literal text. Numbers and booleans count as their text */
	uint32_t begin, end;   /* in the string */
} bl_pipeline_part;
typedef BL_VEC(bl_pipeline_part) bl_pipeline_parts;

/* What a value is as a condition, to GitHub and Azure alike: null, false, 0, NaN and an empty text are not true. */
bl_tri bl_pipeline_truth(const bl_value *v);
/* A scalar as text: what GitHub and Azure make of a number, a boolean or null within a string; an unknown stays what it is. */
const bl_value *bl_pipeline_scalar(bl_arena *arena, const bl_value *v);
/* The parts joined: a string, or an unknown that keeps what stands before and after what is not known, with the candidates that its parts have. */
const bl_value *bl_pipeline_join(bl_arena *arena, bl_span span, const bl_pipeline_parts *parts);
/* a and b joined, for texts made here. */
const bl_value *bl_pipeline_concat(bl_arena *arena, const bl_value *a, bl_str between, const bl_value *b);
/* v without its first n bytes, which are known. */
const bl_value *bl_pipeline_tail(bl_arena *arena, const bl_value *v, size_t n);
/* What is known of a text from its beginning on. */
bl_str bl_pipeline_known(const bl_value *v);
/* Are both surely the same text? Two unknowns are when all that is known of them agrees, why they are unknown with it. */
bool bl_pipeline_same(const bl_value *a, const bl_value *b);
/* Each line of a text (comma: what commas part as well) trimmed, empty ones left out; an unknown text is one element of an open list. Lists stay as they are. */
const bl_value *bl_pipeline_lines(bl_arena *arena, const bl_value *v, bool comma);

/*
 * A string's text as a source of its own, so that what is found in it lands on its very line: also where YAML has taken indentation or escapes away. 0 for a
 * string that nobody wrote.
 */
uint32_t bl_pipeline_source(bl_arena *arena, bl_sources *sources, const bl_value *string);

/*
 * Strings of one source as one text, a line each: those at the beginning of strings that come from the same source. *n: how many there are, then how many
 * were taken. 0 as above.
 */
uint32_t bl_pipeline_lines_source(bl_arena *arena, bl_sources *sources, const bl_value *const *strings, size_t *n);

/* "bash -e {0}", "pwsh", "C:\\x\\powershell.exe": which it is. */
bl_pipeline_shell bl_pipeline_shell_named(bl_str name);

/*
 * Runs a script as far as it can be: its commands are put in out as values (eval/docker/command.h; out may be NULL), and what they build and deploy into
 * the job. string: the script as it is written; parts: of it, or NULL where it has no expressions.
 */
void bl_pipeline_script(bl_pipeline_step *step, bl_pipeline_shell shell, const bl_value *string, const bl_pipeline_parts *parts,
	bl_values *out);
/* As bl_pipeline_script, for a script that is a list of texts, one after the other in one shell. */
void bl_pipeline_script_lines(bl_pipeline_step *step, bl_pipeline_shell shell, const bl_values *strings, bl_values *out);
/* One file more that a step runs; false, which is said, when there have been too many. */
bool bl_pipeline_may_run_file(bl_pipeline_job *job, bl_span span);
/* Can a script do anything that is recognised here, or tell the steps behind it something? A quick look at its text. */
bool bl_pipeline_script_matters(bl_str text);
/* One command (eval/docker/command.h): recognises what it builds, deploys or says of where later ones go. */
void bl_pipeline_command(bl_pipeline_step *step, const bl_value *command);

/*
 * A path that a step names, from the repository's root: joined to the folder it runs in, or below BL_PIPELINE_WORKSPACE. Unknown where the folder or the path is, and
 * outside of the repository. A URL stays as it is. NULL for NULL.
 */
const bl_value *bl_pipeline_path(const bl_pipeline_step *step, const bl_value *path);
/* As bl_pipeline_path, below the workspace: for step->folder. */
const bl_value *bl_pipeline_folder(const bl_pipeline_step *step, const bl_value *path);

/* A new build or deployment of the step: root, by, tool and span are set; of a deployment the scope that the job knows for its kind. NULL past the limit. */
bl_build *bl_pipeline_build(bl_pipeline_step *step, const char *tool, bl_span span);
bl_deployment *bl_pipeline_deploy(bl_pipeline_step *step, bl_deployment_kind kind, const char *tool, bl_span span);
/* Says more of where a deployment goes; nothing for NULL and for empty texts. */
void bl_pipeline_put_scope(bl_pipeline_step *step, bl_deployment *deployment, const char *key, const bl_value *v);
/* As bl_pipeline_put_scope, for all later deployments of the job. */
void bl_pipeline_set_scope(bl_pipeline_job *job, const char *key, const bl_value *v);
/* Another name for an image; what was built under the first name gets it too. Pushing says so of what was built under that name, or is a build of its own. */
void bl_pipeline_tag(bl_pipeline_step *step, const bl_value *image, const bl_value *name);
void bl_pipeline_push(bl_pipeline_step *step, const char *tool, const bl_value *name, bl_span span);
/* Azure's parameters as its command line takes them (@file, k=v, a path, a .bicepparam), a list: into files and parameters. */
void bl_pipeline_azure_parameters(bl_pipeline_step *step, bl_deployment *deployment, const bl_value *list);
/* Adds a parameter, or a file of them; says that there may be more parameters than are known. Nothing for a deployment or value that is NULL. */
void bl_pipeline_put_parameter(bl_pipeline_step *step, bl_deployment *deployment, bl_str key, const bl_value *v);
void bl_pipeline_open_parameters(bl_pipeline_step *step, bl_deployment *deployment);
void bl_pipeline_put_file(bl_pipeline_step *step, bl_deployment *deployment, const bl_value *path);

/* The dialects. */
void bl_eval_azure_pipeline(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_github(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);
void bl_eval_gitlab(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out);

#endif

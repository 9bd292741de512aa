/*
 * Inside eval/ only: Compose files. compose_load.c reads the files of a project, compose_text.c puts variables in, compose_form.c writes short forms
 * out, compose_merge.c lets one file go over another, compose_build.c says what is built, compose.c makes resources of it.
 */
#ifndef BL_EVAL_COMPOSE_H
#define BL_EVAL_COMPOSE_H

#include "core/base/map.h"
#include "eval/language.h"

typedef struct bl_compose_service {
	const bl_item *item;   /* where it is written first */
	const bl_value *value; /* in its long form, a map; tags still stand in it */
} bl_compose_service;

/* One project. */
typedef struct bl_compose {
	const bl_eval_input *input;
	bl_arena *arena;
	bl_evaluation *out;
	bl_str folder;  /* that its paths are relative to, whichever folder its files are in */
	bl_str project; /* its name, or empty */
	BL_VEC(bl_compose_service *) services;
	bl_map by_name; /* of services */
	size_t included; /* files, each as often as it is included */
} bl_compose;

/* A file of it, or one that such a file includes or extends. */
typedef struct bl_compose_file {
	const bl_document *document;
	bl_str folder;           /* that its paths are relative to */
	const bl_map *variables; /* name -> bl_str *, or &bl_compose_not_known */
} bl_compose_file;

/* Stands among variables for one that is set to what is not known: no default goes in its place. */
extern const bl_str bl_compose_not_known;

/* What Compose makes of the input's files in a folder, each going over those before it: services and builds, into out. */
void bl_compose_run(const bl_eval_input *input, bl_arena *arena, bl_str folder, bl_evaluation *out);
/* The services of a file, with those it includes, into c->services. */
void bl_compose_load(bl_compose *c, const bl_compose_file *file, int depth);
/* What .env in a folder and the command line set. */
void bl_compose_variables(bl_compose *c, bl_map *variables, bl_str folder);
/* A string with its variables put in; unknown where one has no value. */
const bl_value *bl_compose_text(bl_arena *arena, const bl_map *variables, const bl_value *v);
/* NAME=VALUE lines of an .env file. */
void bl_compose_read_env(bl_arena *arena, bl_map *variables, bl_str file);
/* A service, a map, with its short forms written out. */
const bl_value *bl_compose_long(bl_arena *arena, const bl_value *service);

/* "!reset" or "!override" where that tag stands before the value; else empty. */
bl_str bl_compose_tag(const bl_value *v);
/* Two maps: over goes over base. Tags stay, for what comes after. */
const bl_value *bl_compose_merge(bl_arena *arena, const bl_value *base, const bl_value *over, int depth);
/* A map when nothing goes over it any more: without its tags and what they take away. */
const bl_value *bl_compose_settle(bl_arena *arena, const bl_value *v, int depth);

/* What the service builds, or NULL; folder is the one that its paths are relative to. */
bl_build *bl_compose_build(bl_arena *arena, const bl_resource *service, bl_str folder);
/* The project's name, or empty where nobody can tell. */
bl_str bl_compose_project(const bl_compose *c, const bl_map *variables);
/* What an image is called that is built for a service and that nobody names. */
const bl_value *bl_compose_built_as(bl_arena *arena, bl_str project, bl_str service, bl_span span);

#endif

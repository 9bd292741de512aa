/* Inside eval/ only: Compose files. compose.c reads services, compose_build.c what they build, compose_text.c variables. */
#ifndef BL_EVAL_COMPOSE_H
#define BL_EVAL_COMPOSE_H

#include "core/base/map.h"
#include "eval/language.h"

/* A string with its variables put in; unknown where one has no value. variables: name -> bl_str *. */
const bl_value *bl_compose_text(bl_arena *arena, const bl_map *variables, const bl_value *v);
/* NAME=VALUE lines of an .env file. */
void bl_compose_read_env(bl_arena *arena, bl_map *variables, bl_str file);

/* What the service builds, or NULL; folder is the one that its paths are relative to. */
bl_build *bl_compose_build(bl_arena *arena, const bl_resource *service, bl_str folder);
/* The project's name, or empty where nobody can tell. file is the file's content. */
bl_str bl_compose_project(bl_arena *arena, const bl_value *file, const bl_map *variables, bl_str folder, bl_str repo);
/* What an image is called that is built for a service and that nobody names. */
const bl_value *bl_compose_built_as(bl_arena *arena, bl_str project, bl_str service, bl_span span);

#endif

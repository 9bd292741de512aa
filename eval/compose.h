/* Inside eval/ only: Compose files. compose.c reads services, compose_text.c variables. */
#ifndef BL_EVAL_COMPOSE_H
#define BL_EVAL_COMPOSE_H

#include "core/base/map.h"
#include "eval/language.h"

/* A string with its variables put in; unknown where one has no value. variables: name -> bl_str *. */
const bl_value *bl_compose_text(bl_arena *arena, const bl_map *variables, const bl_value *v);
/* NAME=VALUE lines of an .env file. */
void bl_compose_read_env(bl_arena *arena, bl_map *variables, bl_str file);

#endif

/* What a command of a RUN, CMD, ENTRYPOINT or HEALTHCHECK is, as a value that rules can ask. */
#ifndef BL_EVAL_DOCKER_COMMAND_H
#define BL_EVAL_DOCKER_COMMAND_H

#include "core/model/document.h"
#include "core/model/source.h"
#include "eval/docker/expand.h"

/*
 * Adds the command's value to out; one that starts another (sudo, env, exec, time, ...) is followed
 * by that one, with `by` naming the first. A command is a map of name         the program without
 * its folder; unknown when a variable names it words        all its words subcommand   the first
 * argument, where it has any arguments    the words that are neither flags nor a flag's value flags
 * the flags without their values; one-letter flags written together stand there together and one by
 * one options      a map of each flag that has a value packages     where it installs packages:
 * each with name, and pinned: does it name a version? environment  a map each of name and value:
 * what is set for it, or what it sets (export, env) pipe_in, pipe_out, redirects, text Lists are
 * open where a variable may supply more words.
 */
void bl_docker_command(bl_arena *arena, const bl_sources *sources, const bl_docker_scope *scope,
	const bl_expr *command, bl_values *out);

/*
 * Says of each command in the list that fetches or installs packages whether its cache is gone when
 * the instruction ends: `cleaned`, by a later command of the list or because a cache or tmpfs mount
 * holds it. mounts may be NULL.
 */
void bl_docker_mark_cleaned(bl_arena *arena, bl_values *commands, const bl_value *mounts);

#endif

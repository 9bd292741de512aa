#include "core/codec/json.h"
#include "eval/eval.h"
#include "parsers/parsers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* One property of the resource at address, as JSON. */
static void assert_property(
	const char *text, const char *address, const char *path, const char *want)
{
	bl_arena arena = {0};
	bl_sources *sources = bl_sources_new();
	bl_document document = {.language = BL_LANG_DOCKERFILE, .path = BL_STR("Dockerfile")};
	document.source = bl_sources_add(sources, BL_STR(""), document.path, bl_str_of(text));
	bl_parse(sources, &document);
	const bl_document *documents = &document;
	bl_root root = {
		.name = document.path, .path = document.path, .language = BL_LANG_DOCKERFILE};
	bl_eval_options options = {0};
	bl_eval_input input = {.root = &root,
		.documents = &documents,
		.ndocuments = 1,
		.options = &options,
		.schema = bl_schema_new(&arena),
		.sources = sources};
	bl_evaluation out = {0};
	bl_eval_root(&input, &arena, &out);
	bl_buf have = {0};
	bl_json json;
	bl_json_begin(&json, &have, false);
	for (size_t i = 0; i < out.resources.n; i++) {
		const bl_resource *r = out.resources.items[i];
		if (bl_str_eqz(r->address, address)) {
			const bl_value *v = bl_value_at_path(
				bl_value_getz(r->written, "properties"), bl_str_of(path));
			bl_json_value(&json, v ? v : &bl_value_null);
		}
	}
	assert_string_equal(have.p ? have.p : "", want);
	bl_buf_done(&have);
	bl_arena_done(&arena);
	bl_arena_done(&document.arena);
	bl_sources_free(sources);
}

static void arguments_and_variables_reach_the_words(void **state)
{
	(void)state;
	const char *text = "ARG V=12\nFROM node:${V}-slim\nENV P=80 Q=$P\nEXPOSE $P\nUSER $U\n";
	assert_property(text, "0.FROM", "image.tag", "\"12-slim\"");
	assert_property(text, "0.EXPOSE", "ports.0.port", "80");
	assert_property(
		text, "0.USER", "user", "{\"$unknown\":\"'U' is set by no ARG or ENV here\"}");
	assert_property(text, "0.ENV", "variables.1.value",
		"{\"$unknown\":\"'P' is set by no ARG or ENV here\"}");
	assert_property("FROM scratch\nUSER $U\n", "0.USER", "user", "\"\"");
}

static void a_reference_is_split_as_far_as_it_is_known(void **state)
{
	(void)state;
	assert_property("FROM localhost:5000/a/b@sha256:00\n", "0.FROM", "image.registry",
		"\"localhost:5000\"");
	assert_property(
		"FROM localhost:5000/a/b@sha256:00\n", "0.FROM", "image.repository", "\"a/b\"");
	assert_property("FROM localhost:5000/a/b@sha256:00\n", "0.FROM", "image.tag", "null");
	assert_property("ARG T\nFROM a:$T\n", "0.FROM", "image.repository", "\"library/a\"");
	assert_property("ARG T\nFROM a:$T\n", "0.FROM", "image.tag",
		"{\"$unknown\":\"ARG 'T' has no value\"}");
}

static void a_stage_has_what_it_begins_from(void **state)
{
	(void)state;
	const char *text = "FROM a AS x\nUSER u\nENV K=v\nFROM X\nCOPY --from=1 a /$K\n";
	assert_property(text, "1", "user", "\"u\"");
	assert_property(text, "1", "base", "\"stage\"");
	assert_property(text, "1.COPY", "from", "\"itself\"");
	assert_property(text, "1.COPY", "destination", "\"/v\"");
}

static void packages_are_told_from_flags_and_their_values(void **state)
{
	(void)state;
	const char *text = "FROM a\nRUN sudo -u x apt-get -qy install -t sid b=1 ./c.deb d=$D e $F "
			   "&& python3 -m pip install -r r g==1\n";
	assert_property(text, "0.RUN", "commands.1.by", "\"sudo\"");
	assert_property(text, "0.RUN", "commands.1.flags", "[\"-qy\",\"-q\",\"-y\",\"-t\"]");
	assert_property(text, "0.RUN", "commands.1.packages.0.name", "\"b=1\"");
	assert_property(text, "0.RUN", "commands.1.packages.1.pinned", "true");
	assert_property(text, "0.RUN", "commands.1.packages.2.pinned", "true");
	assert_property(text, "0.RUN", "commands.1.packages.3.pinned", "false");
	assert_property(text, "0.RUN", "commands.1.packages.4.pinned",
		"{\"$unknown\":\"the shell's variable 'F' is not known\"}");
	assert_property(text, "0.RUN", "commands.3.packages.0.name", "\"g==1\"");
}

static void the_second_of_a_kind_has_a_number(void **state)
{
	(void)state;
	assert_property("FROM a AS b\nRUN x\nRUN y\n", "b.2.RUN", "arguments.0", "\"y\"");
	assert_property("FROM a AS b\nCMD x\nCMD y\n", "b.CMD", "later", "1");
	assert_property("FROM a\nONBUILD RUN x\n", "0.ONBUILD.RUN", "onbuild", "true");
}

static void a_stage_is_reached_by_from_copy_and_mount(void **state)
{
	(void)state;
	const char *text = "FROM x AS a\nCMD a\nFROM x AS b\nCMD b\nFROM x AS c\nCMD c\nFROM x AS d\nCMD d\n"
			   "FROM c\nCOPY --from=A . .\nRUN --mount=from=1,target=/b x\n";
	assert_property(text, "a.CMD", "reached", "true");
	assert_property(text, "b.CMD", "reached", "true");
	assert_property(text, "c.CMD", "reached", "true");
	assert_property(text, "d.CMD", "reached", "false");
	assert_property("FROM x AS a\nCMD a\nFROM ${b}\n", "a.CMD", "reached", "true");
}

static void a_name_that_nothing_sets_is_told_unless_the_base_image_may_set_it(void **state)
{
	(void)state;
	assert_property("FROM scratch\nUSER $u\n", "0.USER", "undefined.0.set", "false");
	assert_property("FROM other\nUSER $u\n", "0.USER", "undefined.0.set",
		"{\"$unknown\":\"the base image may set 'u'\"}");
	assert_property("FROM other\nARG FOLDER\nWORKDIR $FODLER\n", "0.WORKDIR",
		"undefined.0.near", "\"FOLDER\"");
	assert_property("# escape=`\nFROM scratch\nARG Folder=x\nWORKDIR /$FOLDER\n", "0.WORKDIR",
		"path", "\"/x\"");
}

static void the_default_of_from_is_that_without_arguments(void **state)
{
	(void)state;
	assert_property("ARG t\nFROM a:$t\n", "0.FROM", "default_valid", "false");
	assert_property("ARG t=1\nFROM a.example:5000/b/c:$t\n", "0.FROM", "default_valid", "true");
	assert_property("FROM ${t:-a}@sha256:0\n", "0.FROM", "default_valid", "false");
}

static void an_empty_line_within_an_instruction_is_seen(void **state)
{
	(void)state;
	assert_property("FROM a\nCOPY a \\\n\n# c\n  b /c\n", "0.COPY", "gap", "\"b /c\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_and_variables_reach_the_words),
		cmocka_unit_test(a_name_that_nothing_sets_is_told_unless_the_base_image_may_set_it),
		cmocka_unit_test(a_reference_is_split_as_far_as_it_is_known),
		cmocka_unit_test(a_stage_is_reached_by_from_copy_and_mount),
		cmocka_unit_test(a_stage_has_what_it_begins_from),
		cmocka_unit_test(an_empty_line_within_an_instruction_is_seen),
		cmocka_unit_test(packages_are_told_from_flags_and_their_values),
		cmocka_unit_test(the_default_of_from_is_that_without_arguments),
		cmocka_unit_test(the_second_of_a_kind_has_a_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

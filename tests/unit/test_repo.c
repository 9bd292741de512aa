#include "tests/unit/repo_place.h"

static void a_plain_folder_is_walked_by_its_ignore_files(void **state)
{
	place *p = *state;
	put("a/main.tf", "x");
	put("a/.terraform/m.tf", "x");
	put("a/.gitignore", ".terraform/\n");
	put("b/skip.log", "x");
	put("b/main.tf", "y");
	put(".gitignore", "*.log\n");
	open_repo(p, (bl_repo_open){.path = "."});
	assert_false(bl_repo_is_git(p->repo));
	assert_true(bl_str_eqz(bl_repo_root(p->repo), p->path));
	walk(p, NULL);
	assert_string_equal(listed(p), ".gitignore a/.gitignore a/main.tf b/main.tf");
	assert_int_equal(p->diags.n, 0);
}

static void a_named_path_is_never_ignored_nor_are_rules_above_it_followed(void **state)
{
	place *p = *state;
	put(".gitignore", "b\n*.tf\n");
	put("b/main.tf", "x");
	put("b/c/.gitignore", "*.json\n");
	put("b/c/x.json", "x");
	open_repo(p, (bl_repo_open){.path = "b"});
	walk(p, NULL);
	assert_string_equal(listed(p), ".gitignore");
	walk(p, "b");
	assert_string_equal(listed(p), "b/c/.gitignore b/main.tf");
	assert_false(p->files.items[1].named);
	walk(p, "b/main.tf");
	assert_string_equal(listed(p), "b/main.tf");
	assert_true(p->files.items[0].named);
	const char *both[] = {"b/main.tf", "b"};
	assert_int_equal(bl_repo_walk(p->repo, both, 2, &p->arena, &p->files, &p->diags, &p->error), BL_OK);
	assert_string_equal(listed(p), "b/c/.gitignore b/main.tf");
	assert_true(p->files.items[1].named);
}

static void what_ignore_rules_hide_is_still_read_by_name(void **state)
{
	place *p = *state;
	put(".gitignore", "*.tfvars\n");
	put("x.tfvars", "a = 1\n");
	open_repo(p, (bl_repo_open){.path = ".", .root = "."});
	walk(p, NULL);
	assert_string_equal(listed(p), ".gitignore");
	assert_string_equal(text_of(p, "x.tfvars"), "a = 1\n");
	assert_string_equal(text_of(p, "./y/../x.tfvars"), "a = 1\n");
}

static void nothing_outside_the_root_is_read(void **state)
{
	place *p = *state;
	bl_str text;
	put("secret", "s");
	put("in/a.tf", "x");
	put("in/c/b.tf", "y");
	run("cd in && ln -s ../secret up && ln -s /etc/hostname far && ln -s c/b.tf near && ln -s .. loop && ln -s self self"
	    " && ln -s c folder && ln -s ../../secret c/up && ln -s \"$PWD/c/b.tf\" whole && ln -s nowhere gone");
	open_repo(p, (bl_repo_open){.path = "in", .root = "in"});
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf c/b.tf near whole");
	assert_true(told(p, BL_DIAG_NOTE, "up"));
	assert_true(told(p, BL_DIAG_NOTE, "far"));
	assert_true(told(p, BL_DIAG_NOTE, "self"));
	assert_false(told(p, BL_DIAG_NOTE, "gone"));
	assert_string_equal(text_of(p, "near"), "y");
	assert_string_equal(text_of(p, "folder/b.tf"), "y");
	static const char *const outside[] = {"../secret", "/etc/hostname", "up", "far", "c/up", "folder/up", "self",
		"c/../../secret", "loop/secret", "", "."};
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
		assert_int_equal(bl_repo_read(p->repo, bl_str_of(outside[i]), &p->arena, &text, &p->error), BL_FAILED);
	assert_int_equal(bl_repo_read(p->repo, BL_STR("a.tf\0b"), &p->arena, &text, &p->error), BL_FAILED);
	assert_int_equal(bl_repo_read(p->repo, BL_STR("none"), &p->arena, &text, &p->error), BL_NOT_FOUND);
	const char *above = "secret";
	assert_int_equal(bl_repo_walk(p->repo, &above, 1, &p->arena, &p->files, &p->diags, &p->error), BL_FAILED);
	const char *none = "in/none";
	assert_int_equal(bl_repo_walk(p->repo, &none, 1, &p->arena, &p->files, &p->diags, &p->error), BL_NOT_FOUND);
}

static void a_plain_folder_stands_in_the_nearest_tree_that_looks_like_a_repository(void **state)
{
	place *p = *state;
	put("home/.github/x.yml", "x");
	put("home/infra/prod/main.tf", "x");
	put("home/infra/top/.gitlab-ci.yml", "x");
	open_repo(p, (bl_repo_open){.root = "home/infra/prod"});
	assert_true(bl_str_ends(bl_repo_enclosing(p->repo, &p->arena), BL_STR("/home")));
	open_repo(p, (bl_repo_open){.root = "home/infra/top"});
	assert_int_equal(bl_repo_enclosing(p->repo, &p->arena).n, 0);
	run("rm -r home/.github");
	open_repo(p, (bl_repo_open){.root = "home/infra/prod"});
	assert_int_equal(bl_repo_enclosing(p->repo, &p->arena).n, 0);
}

static void pipes_and_folders_are_no_files(void **state)
{
	place *p = *state;
	bl_str text;
	mkfifo("pipe", 0666);
	put("d/a.tf", "x");
	open_repo(p, (bl_repo_open){.path = "."});
	walk(p, NULL);
	assert_string_equal(listed(p), "d/a.tf");
	assert_int_equal(bl_repo_read(p->repo, BL_STR("pipe"), &p->arena, &text, &p->error), BL_FAILED);
	assert_int_equal(bl_repo_read(p->repo, BL_STR("d"), &p->arena, &text, &p->error), BL_FAILED);
	assert_int_equal(bl_repo_read(p->repo, BL_STR("d/a.tf/x"), &p->arena, &text, &p->error), BL_NOT_FOUND);
}

static void an_unreadable_folder_is_an_error_and_the_rest_is_walked(void **state)
{
	place *p = *state;
	put("a/main.tf", "x");
	put("b/main.tf", "x");
	open_repo(p, (bl_repo_open){.path = "."});
	chmod("a", 0);
	/* root may read everything */
	bool root = geteuid() == 0;
	if (root)
		assert_int_equal(seteuid(65534), 0);
	walk(p, NULL);
	if (root)
		assert_int_equal(seteuid(0), 0);
	chmod("a", 0777);
	assert_string_equal(listed(p), "b/main.tf");
	assert_true(told(p, BL_DIAG_ERROR, "a"));
}

static void deep_folders_meet_a_limit_and_the_rest_is_walked(void **state)
{
	place *p = *state;
	char cwd[PATH_MAX];
	put("z.tf", "x");
	assert_non_null(getcwd(cwd, sizeof cwd));
	for (int i = 0; i < 260; i++)
		assert_true(mkdir("d", 0777) == 0 && chdir("d") == 0);
	put("deep.tf", "x");
	assert_int_equal(chdir(cwd), 0);
	open_repo(p, (bl_repo_open){.path = "."});
	walk(p, NULL);
	assert_string_equal(listed(p), "z.tf");
	assert_int_equal(p->diags.n, 1);
	assert_int_equal(p->diags.items[0].level, BL_DIAG_ERROR);
}

static void what_is_no_text_says_what_it_is(void **state)
{
	place *p = *state;
	bl_str text;
	bl_content content;
	put("lfs.tf", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
	put("wide.json", "\xff\xfe{");
	run("printf 'a\\000b' >bin.tf");
	open_repo(p, (bl_repo_open){.path = "."});
	assert_null(text_of(p, "lfs.tf"));
	assert_non_null(strstr(p->error.text, "Git LFS pointer"));
	assert_null(text_of(p, "bin.tf"));
	assert_non_null(strstr(p->error.text, "binary"));
	assert_null(text_of(p, "wide.json"));
	assert_non_null(strstr(p->error.text, "UTF-16"));
	assert_int_equal(bl_repo_read_any(p->repo, BL_STR("bin.tf"), &p->arena, &text, &content, &p->error), BL_OK);
	assert_int_equal(content, BL_CONTENT_BINARY);
	assert_int_equal(text.n, 3);
}

static void large_text_is_an_error_and_a_large_binary_is_passed_over(void **state)
{
	place *p = *state;
	bl_str text;
	run("head -c 17000000 /dev/zero | tr '\\0' a >text.tf && head -c 17000000 /dev/zero >film.bin");
	open_repo(p, (bl_repo_open){.path = "."});
	walk(p, NULL);
	assert_string_equal(listed(p), "");
	assert_int_equal(p->diags.n, 1);
	assert_true(told(p, BL_DIAG_ERROR, "text.tf"));
	assert_int_equal(bl_repo_read(p->repo, BL_STR("text.tf"), &p->arena, &text, &p->error), BL_LIMIT);
}

static void a_folder_lists_its_names_sorted(void **state)
{
	place *p = *state;
	bl_str *names;
	size_t n;
	put("m/b.tf", "x");
	put("m/a/x", "x");
	put("m/.git/config", "x");
	open_repo(p, (bl_repo_open){.path = ".", .root = "."});
	assert_int_equal(bl_repo_folder(p->repo, BL_STR("m"), &p->arena, &names, &n, &p->error), BL_OK);
	assert_int_equal(n, 2);
	assert_true(bl_str_eqz(names[0], "a") && bl_str_eqz(names[1], "b.tf"));
	assert_int_equal(bl_repo_folder(p->repo, BL_STR(""), &p->arena, &names, &n, &p->error), BL_OK);
	assert_int_equal(n, 1);
	assert_int_equal(bl_repo_folder(p->repo, BL_STR("no"), &p->arena, &names, &n, &p->error), BL_NOT_FOUND);
	assert_int_equal(bl_repo_folder(p->repo, BL_STR(".."), &p->arena, &names, &n, &p->error), BL_FAILED);
}

static void a_work_tree_lists_tracked_files_that_rules_would_hide(void **state)
{
	place *p = *state;
	put("infra/main.tf", "x");
	put("infra/gen/kept.tf", "x");
	put("infra/gen/other.tf", "x");
	put("infra/local.tf", "x");
	put(".gitignore", "gen/\nlocal.tf\n");
	run("git init -q && git add infra/main.tf && git add -f infra/gen/kept.tf && git commit -qm one");
	put(".git/info/exclude", "infra/secret*\n");
	put("infra/secret.tf", "x");
	open_repo(p, (bl_repo_open){.path = "infra/gen"});
	assert_true(bl_repo_is_git(p->repo));
	assert_true(bl_str_eqz(bl_repo_root(p->repo), p->path));
	assert_int_equal(bl_repo_commit(p->repo).n, 40);
	walk(p, NULL);
	assert_string_equal(listed(p), ".gitignore infra/gen/kept.tf infra/main.tf");
	walk(p, "infra/gen");
	assert_string_equal(listed(p), "infra/gen/kept.tf infra/gen/other.tf");
	bl_str text;
	assert_int_equal(bl_repo_read(p->repo, BL_STR(".git/config"), &p->arena, &text, &p->error), BL_FAILED);
}

static void a_root_looks_for_no_repository_above_it(void **state)
{
	place *p = *state;
	put("a/main.tf", "x");
	run("git init -q && git add a && git commit -qm one");
	open_repo(p, (bl_repo_open){.path = "a", .root = "a"});
	assert_false(bl_repo_is_git(p->repo));
	walk(p, NULL);
	assert_string_equal(listed(p), "main.tf");
}

static void a_submodule_is_left_out(void **state)
{
	place *p = *state;
	put("sub/x.tf", "x");
	run("git init -q sub && git -C sub add . && git -C sub commit -qm one");
	put("a.tf", "x");
	run("git init -q && git add a.tf && git -c advice.addEmbeddedRepo=false add sub && git commit -qm one");
	open_repo(p, (bl_repo_open){.path = "."});
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf");
	assert_true(told(p, BL_DIAG_NOTE, "sub"));
	assert_null(text_of(p, "sub/x.tf"));
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_REVISION, .revision = "HEAD"});
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf");
	assert_true(told(p, BL_DIAG_NOTE, "sub"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_folder_is_walked_by_its_ignore_files),
		TEST(a_plain_folder_stands_in_the_nearest_tree_that_looks_like_a_repository),
		TEST(a_named_path_is_never_ignored_nor_are_rules_above_it_followed),
		TEST(what_ignore_rules_hide_is_still_read_by_name),
		TEST(nothing_outside_the_root_is_read),
		TEST(pipes_and_folders_are_no_files),
		TEST(an_unreadable_folder_is_an_error_and_the_rest_is_walked),
		TEST(deep_folders_meet_a_limit_and_the_rest_is_walked),
		TEST(what_is_no_text_says_what_it_is),
		TEST(large_text_is_an_error_and_a_large_binary_is_passed_over),
		TEST(a_folder_lists_its_names_sorted),
		TEST(a_work_tree_lists_tracked_files_that_rules_would_hide),
		TEST(a_root_looks_for_no_repository_above_it),
		TEST(a_submodule_is_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

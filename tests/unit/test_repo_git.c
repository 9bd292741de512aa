#include "tests/unit/repo_place.h"

bl_str bl_origin_name(bl_arena *arena, bl_str url);

static void origins_become_host_owner_and_name(void **state)
{
	static const char *const rows[][2] = {
		{"https://github.com/contoso/shop.git", "github.com/contoso/shop"},
		{"https://me:token@GitHub.com:443/contoso/shop/", "github.com/contoso/shop"},
		{"git@github.com:contoso/shop.git", "github.com/contoso/shop"},
		{"ssh://git@example.org:22/a/b/c.git", "example.org/a/b/c"},
		{"https://contoso@dev.azure.com/contoso/shop/_git/infra", "dev.azure.com/contoso/shop/_git/infra"},
		{"git@ssh.dev.azure.com:v3/contoso/shop/infra", "dev.azure.com/contoso/shop/_git/infra"},
		{"/srv/git/shop.git", ""},
		{"../shop", ""},
		{"./a:b", ""},
		{"file:///srv/git/shop.git", ""},
		{"", ""},
	};
	bl_arena arena = {0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(bl_str_z(&arena, bl_origin_name(&arena, bl_str_of(rows[i][0]))), rows[i][1]);
	bl_arena_done(&arena);
}

/* Three commits: a.tf of ten lines; then line 5 changed; then b.tf renamed to c.tf with one line more. */
static void history(void)
{
	put("a.tf", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
	put("m/b.tf", "one\ntwo\nthree\nfour\nfive\nsix\n");
	run("git init -q -b main && git add . && GIT_COMMITTER_DATE='@1700000000 +0000' GIT_AUTHOR_DATE='@1700000000 +0000'"
	    " git commit -qm one && git remote add origin git@github.com:contoso/shop.git");
	put("a.tf", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n");
	run("git add . && GIT_COMMITTER_DATE='@1700000100 +0000' GIT_AUTHOR_DATE='@1700000100 +0000'"
	    " GIT_AUTHOR_NAME=Grace git commit -qm two");
	put("m/c.tf", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
	run("git rm -q m/b.tf && git add . && GIT_COMMITTER_DATE='@1700000200 +0000' GIT_AUTHOR_DATE='@1700000200 +0000'"
	    " git commit -qm three");
}

static void any_revision_is_read_as_it_was(void **state)
{
	place *p = *state;
	history();
	put("untracked.tf", "x");
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_REVISION, .revision = "HEAD~2"});
	assert_true(bl_str_eqz(bl_repo_name(p->repo), "github.com/contoso/shop"));
	assert_int_equal(bl_repo_commit(p->repo).n, 40);
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf m/b.tf");
	assert_int_equal(p->files.items[0].size, 21);
	assert_string_equal(text_of(p, "a.tf"), "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
	assert_null(text_of(p, "untracked.tf"));
	walk(p, "m");
	assert_string_equal(listed(p), "m/b.tf");
	walk(p, "m/c.tf");
	assert_string_equal(listed(p), "");
	bl_str *names;
	size_t n;
	assert_int_equal(bl_repo_folder(p->repo, BL_STR(""), &p->arena, &names, &n, &p->error), BL_OK);
	assert_int_equal(n, 2);
	assert_true(bl_str_eqz(names[1], "m"));
	assert_int_equal(try_open(p, (bl_repo_open){.path = ".", .tree = BL_TREE_REVISION, .revision = "nope"}),
		BL_FAILED);
	assert_non_null(strstr(p->error.text, "'nope'"));
}

static void the_index_is_read_apart_from_the_work_tree(void **state)
{
	place *p = *state;
	history();
	put("a.tf", "staged\n");
	run("git add a.tf");
	put("a.tf", "not staged\n");
	put("new.tf", "x");
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_INDEX});
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf m/c.tf");
	assert_string_equal(text_of(p, "a.tf"), "staged\n");
	bl_changes changes;
	bl_str base;
	assert_int_equal(bl_repo_changes(p->repo, "HEAD", NULL, &p->arena, &changes, &base, &p->error), BL_OK);
	assert_int_equal(changes.n, 1);
	assert_true(bl_str_eqz(changes.items[0].head_text, "staged\n"));
	/* what a commit of named paths hands to its hooks */
	run("cp .git/index .git/other && GIT_INDEX_FILE=.git/other git add new.tf");
	setenv("GIT_INDEX_FILE", ".git/other", 1);
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_INDEX});
	walk(p, NULL);
	unsetenv("GIT_INDEX_FILE");
	assert_string_equal(listed(p), "a.tf m/c.tf new.tf");
}

static void links_in_a_revision_stay_inside_it(void **state)
{
	place *p = *state;
	put("in/a.tf", "x");
	run("ln -s in/a.tf near.tf && ln -s in folder && ln -s ../out far.tf && ln -s /etc/hostname etc.tf && ln -s l l"
	    " && git init -q && git add . && git commit -qm one");
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_REVISION});
	walk(p, NULL);
	assert_string_equal(listed(p), "in/a.tf near.tf");
	assert_string_equal(text_of(p, "near.tf"), "x");
	assert_string_equal(text_of(p, "folder/a.tf"), "x");
	assert_null(text_of(p, "far.tf"));
	assert_null(text_of(p, "etc.tf"));
	assert_null(text_of(p, "l"));
	bl_str *names;
	size_t n;
	assert_int_equal(bl_repo_folder(p->repo, BL_STR("folder"), &p->arena, &names, &n, &p->error), BL_OK);
	assert_int_equal(n, 1);
}

static void a_bare_repository_reads_its_head(void **state)
{
	place *p = *state;
	history();
	run("git clone -q --bare . bare.git");
	open_repo(p, (bl_repo_open){.path = "bare.git"});
	assert_true(bl_repo_is_git(p->repo));
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf m/c.tf");
	walk(p, "bare.git");
	assert_string_equal(listed(p), "a.tf m/c.tf");
	assert_string_equal(text_of(p, "m/c.tf"), "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
	assert_int_equal(try_open(p, (bl_repo_open){.path = "bare.git", .tree = BL_TREE_INDEX}), BL_FAILED);
}

static void changes_are_seen_against_the_merge_base(void **state)
{
	place *p = *state;
	history();
	run("git checkout -q -b feature HEAD~2 && git mv m/b.tf m/d.tf && printf '1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\nten\\n' >a.tf"
	    " && printf 'new\\n' >n.tf && git add . && git commit -qm feature");
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_REVISION, .revision = "feature"});
	bl_changes changes;
	bl_str base;
	assert_int_equal(bl_repo_changes(p->repo, "main", "feature", &p->arena, &changes, &base, &p->error), BL_OK);
	assert_int_equal(base.n, 40);
	assert_int_equal(changes.n, 3);
	const bl_change *a = &changes.items[0], *d = &changes.items[1], *n = &changes.items[2];
	assert_true(bl_str_eqz(a->path, "a.tf") && a->status == 'M' && a->hunks.n == 1);
	/* line 10 and three lines before it; main's change of line 5 is not this branch's */
	assert_int_equal(a->hunks.items[0].new_start, 7);
	assert_int_equal(a->hunks.items[0].new_lines, 4);
	assert_true(bl_str_ends(a->base_text, BL_STR("\n10\n")) && bl_str_ends(a->head_text, BL_STR("\nten\n")));
	assert_true(d->status == 'R' && bl_str_eqz(d->old_path, "m/b.tf") && bl_str_eqz(d->path, "m/d.tf"));
	assert_true(n->status == 'A' && n->hunks.items[0].new_start == 1 && n->hunks.items[0].new_lines == 1);
	assert_true(bl_str_eqz(n->base_text, "") && bl_str_eqz(n->head_text, "new\n"));
}

static void a_work_trees_changes_hold_what_is_not_committed(void **state)
{
	place *p = *state;
	history();
	put("a.tf", "1\n2\n3\n4\nfive\n6\n7\n8\n9\nten\n");
	put("new.tf", "n\n");
	put(".gitignore", "skip.tf\n");
	put("skip.tf", "x");
	remove("m/c.tf");
	open_repo(p, (bl_repo_open){.path = "."});
	bl_changes changes;
	bl_str base;
	assert_int_equal(bl_repo_changes(p->repo, "HEAD~1", NULL, &p->arena, &changes, &base, &p->error), BL_OK);
	assert_int_equal(changes.n, 4);
	assert_true(bl_str_eqz(changes.items[1].path, "a.tf") && changes.items[1].hunks.items[0].new_start == 7);
	assert_true(bl_str_eqz(changes.items[2].path, "m/b.tf") && changes.items[2].status == 'D');
	assert_true(bl_str_eqz(changes.items[3].path, "new.tf") && changes.items[3].status == 'A');
	assert_true(bl_str_eqz(changes.items[3].head_text, "n\n"));
	assert_int_equal(bl_repo_changes(p->repo, "HEAD~1", "HEAD", &p->arena, &changes, &base, &p->error), BL_OK);
	assert_int_equal(changes.n, 1);
	assert_int_equal(changes.items[0].status, 'R');
}

static void without_a_common_ancestor_the_words_say_so(void **state)
{
	place *p = *state;
	history();
	run("git clone -q --depth 1 \"file://$PWD\" shallow && git checkout -q --orphan lonely && git commit -qm other");
	open_repo(p, (bl_repo_open){.path = "."});
	bl_changes changes;
	bl_str base;
	assert_int_equal(bl_repo_changes(p->repo, "main", "lonely", &p->arena, &changes, &base, &p->error), BL_FAILED);
	assert_non_null(strstr(p->error.text, "no common ancestor"));
	open_repo(p, (bl_repo_open){.path = "shallow"});
	assert_int_equal(bl_repo_changes(p->repo, "HEAD~1", NULL, &p->arena, &changes, &base, &p->error), BL_FAILED);
	assert_non_null(strstr(p->error.text, "shallow"));
}

static bl_status blame(place *p, const char *path, const char *text, bl_blames *out)
{
	*out = (bl_blames){0};
	return bl_repo_blame(p->repo, bl_str_of(path), bl_str_of(text), &p->arena, out, &p->error);
}

static void blame_says_which_commit_wrote_each_line_and_which_lines_are_in_none(void **state)
{
	place *p = *state;
	bl_blames lines;
	bl_str now;
	history();
	open_repo(p, (bl_repo_open){.path = "."});
	assert_int_equal(bl_repo_read(p->repo, BL_STR("a.tf"), &p->arena, &now, NULL), BL_OK);
	assert_int_equal(blame(p, "a.tf", now.p, &lines), BL_OK);
	assert_int_equal(lines.items[0].first, 1);
	assert_true(bl_str_eqz(lines.items[0].author, "Ada"));
	assert_int_equal(lines.items[0].time, 1700000000);
	assert_int_equal(lines.items[0].commit.n, 40);
	bool grace = false;
	for (size_t i = 0; i < lines.n; i++)
		grace = grace || (bl_str_eqz(lines.items[i].author, "Grace") && lines.items[i].time == 1700000100);
	assert_true(grace);
	assert_int_equal(blame(p, "a.tf", bl_str_fmt(&p->arena, "new\n" BL_FMT, BL_ARG(now)).p, &lines), BL_OK);
	assert_int_equal(lines.items[0].commit.n, 0);
	assert_true(bl_str_eqz(lines.items[1].author, "Ada"));
	assert_int_equal(blame(p, "none", "", &lines), BL_NOT_FOUND);
	assert_int_equal(blame(p, "../a.tf", "", &lines), BL_FAILED);
}

static void the_past_of_a_line_is_what_it_said_before_and_ends_where_it_was_written(void **state)
{
	place *p = *state;
	bl_repo_past past;
	put("a.tf", "x {\n  size = 1\n  kind = \"a\"\n  keep = 1\n}\n");
	run("git init -q -b main && git add . && git commit -qm one");
	put("a.tf", "x {\n  kind = \"b\"\n  size = 2\n  keep = 1\n}\n");
	run("git commit -qam two && mkdir m && git mv a.tf m/b.tf && git commit -qm three");
	bl_str now = BL_STR("# new\nx {\n  kind = \"c\"\n  size = 2\n  keep = 1\n}\n"), path = BL_STR("m/b.tf");
	open_repo(p, (bl_repo_open){.path = "."});
	assert_true(bl_repo_line_past(p->repo, path, now, 3, &p->arena, &past));
	assert_int_equal(past.lines.n, 2);
	assert_true(bl_str_eqz(past.lines.items[0], "  kind = \"b\""));
	assert_true(bl_str_eqz(past.lines.items[1], "  kind = \"a\""));
	assert_true(past.whole);
	assert_true(bl_repo_line_past(p->repo, path, now, 4, &p->arena, &past));
	assert_int_equal(past.lines.n, 1);
	assert_true(bl_str_eqz(past.lines.items[0], "  size = 1"));
	assert_true(bl_repo_line_past(p->repo, path, now, 5, &p->arena, &past));
	assert_int_equal(past.lines.n, 0);
	assert_true(past.whole);
	assert_true(bl_repo_line_past(p->repo, path, now, 1, &p->arena, &past));
	assert_true(past.whole && past.lines.n == 0);
	assert_false(bl_repo_line_past(p->repo, path, now, 70, &p->arena, &past));
	assert_false(bl_repo_line_past(p->repo, BL_STR("none.tf"), now, 1, &p->arena, &past));
	assert_false(bl_repo_line_past(p->repo, BL_STR("../a.tf"), now, 1, &p->arena, &past));
	run("git clone -q --depth 1 \"file://$PWD\" shallow");
	open_repo(p, (bl_repo_open){.path = "shallow"});
	assert_true(bl_repo_line_past(p->repo, path, now, 3, &p->arena, &past));
	assert_false(past.whole);
}

static void a_patch_is_what_git_apply_takes(void **state)
{
	place *p = *state;
	bl_buf out = {0};
	assert_int_equal(bl_repo_patch(BL_STR("x/a.tf"), BL_STR("a\nb\n"), BL_STR("a\nc\n"), &out, &p->error), BL_OK);
	assert_non_null(strstr(out.p, "--- a/x/a.tf\n+++ b/x/a.tf\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"));
	bl_buf_done(&out);
}

static void settings_of_a_repository_lead_nowhere_else(void **state)
{
	place *p = *state;
	put("elsewhere/secret.tf", "s");
	put("r/a.tf", "x");
	run("git init -q r && git -C r add . && git -C r commit -qm one && git -C r config core.worktree \"$PWD/elsewhere\"");
	open_repo(p, (bl_repo_open){.path = "r"});
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf");
	bl_changes changes;
	bl_str base;
	assert_int_equal(bl_repo_changes(p->repo, "HEAD", NULL, &p->arena, &changes, &base, &p->error), BL_OK);
	assert_int_equal(changes.n, 0);
}

static void an_empty_repository_has_no_commit(void **state)
{
	place *p = *state;
	run("git init -q");
	put("a.tf", "x");
	open_repo(p, (bl_repo_open){.path = "."});
	assert_int_equal(bl_repo_commit(p->repo).n, 0);
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf");
	assert_int_equal(try_open(p, (bl_repo_open){.path = ".", .tree = BL_TREE_REVISION}), BL_FAILED);
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_INDEX});
	walk(p, NULL);
	assert_string_equal(listed(p), "");
}

static void a_tree_with_forbidden_names_is_read_without_them(void **state)
{
	place *p = *state;
	put("a.tf", "x");
	run("git init -q && git add . && blob=$(git hash-object -w a.tf) && "
	    "python3 -c \"import sys; o=bytes.fromhex(sys.argv[1]); sys.stdout.buffer.write("
	    "b'100644 ..\\0'+o+b'100644 .git\\0'+o+b'100644 a.tf\\0'+o)\" $blob >tree && "
	    "git update-ref refs/heads/bad $(git commit-tree -m bad "
	    "$(git hash-object -t tree --literally -w tree))");
	open_repo(p, (bl_repo_open){.path = ".", .tree = BL_TREE_REVISION, .revision = "bad"});
	walk(p, NULL);
	assert_string_equal(listed(p), "a.tf");
	assert_true(told(p, BL_DIAG_ERROR, "..") && told(p, BL_DIAG_ERROR, ".git"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(origins_become_host_owner_and_name),
		TEST(any_revision_is_read_as_it_was),
		TEST(the_index_is_read_apart_from_the_work_tree),
		TEST(links_in_a_revision_stay_inside_it),
		TEST(a_bare_repository_reads_its_head),
		TEST(changes_are_seen_against_the_merge_base),
		TEST(a_work_trees_changes_hold_what_is_not_committed),
		TEST(without_a_common_ancestor_the_words_say_so),
		TEST(blame_says_which_commit_wrote_each_line_and_which_lines_are_in_none),
		TEST(the_past_of_a_line_is_what_it_said_before_and_ends_where_it_was_written),
		TEST(a_patch_is_what_git_apply_takes),
		TEST(settings_of_a_repository_lead_nowhere_else),
		TEST(an_empty_repository_has_no_commit),
		TEST(a_tree_with_forbidden_names_is_read_without_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Folders that strangers have filled, removed. */
#include "lib/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tests/unit/unit.h"

#define DEEP 3000 /* folders of 4 letters: a path of 15,000 bytes */
#define NOBODY 65534

static void temp_folder(char ret_path[32])
{
	memcpy(ret_path, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(ret_path));
}

static void put(int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0);

	assert_true(fd >= 0);
	close(fd);
}

static void removes_what_is_deep(void **state)
{
	char path[32];
	int fd;

	(void)state;
	temp_folder(path);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < DEEP; i++) {
		int next;

		put(fd, "file");
		assert_int_equal(mkdirat(fd, "deep", 0755), 0);
		assert_int_equal(mkdirat(fd, "beside", 0755), 0);
		next = openat(fd, "deep", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = next;
	}
	/* what it might call a folder itself is there already */
	put(fd, ".removed-0");
	close(fd);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(fd, ".removed-0", 0755), 0);
	put(fd, ".removed-0/x");
	put(fd, ".removed-1");
	close(fd);
	assert_int_equal(dir_remove(path, NULL), 0);
	assert_false(file_exists(path));
	assert_int_equal(dir_remove(path, NULL), 0);
}

/* root may do all that anyway */
static int in_closed_folders(void)
{
	char path[32], name[64];
	int fd, r = 0;

	if (getuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return 1;
	temp_folder(path);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	for (mode_t mode = 0; mode < 01000; mode += 0100) {
		snprintf(name, sizeof(name), "a%o", mode);
		mkdirat(fd, name, 0755);
		snprintf(name, sizeof(name), "a%o/b", mode);
		mkdirat(fd, name, 0755);
		snprintf(name, sizeof(name), "a%o/b/c", mode);
		put(fd, name);
		snprintf(name, sizeof(name), "a%o/b", mode);
		r |= fchmodat(fd, name, mode, 0);
		snprintf(name, sizeof(name), "a%o", mode);
		r |= fchmodat(fd, name, mode, 0);
	}
	r |= fchmod(fd, 0);
	close(fd);
	return r || dir_remove(path, NULL) < 0 || file_exists(path);
}

static void removes_what_is_closed(void **state)
{
	int status = -1;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(in_closed_folders());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void follows_no_symlink(void **state)
{
	char path[32], kept[64], folder[64], link[80];

	(void)state;
	temp_folder(path);
	snprintf(kept, sizeof(kept), "%s/kept", path);
	snprintf(folder, sizeof(folder), "%s/folder", path);
	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(dir_make(kept, 0755, NULL), 0);
	assert_int_equal(dir_make(folder, 0755, NULL), 0);
	assert_int_equal(symlink("../kept", link), 0);
	assert_int_equal(dir_remove(link, NULL), 0);
	assert_int_equal(symlink("../kept", link), 0);
	assert_int_equal(dir_remove(folder, NULL), 0);
	assert_true(file_exists(kept));
	assert_int_equal(dir_remove(path, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removes_what_is_deep),
		cmocka_unit_test(removes_what_is_closed),
		cmocka_unit_test(follows_no_symlink),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded (ld.so(8)) into every process of a make: writes each path below the map's
 * root that the process opens, asks about, runs or looks for in vain into the map that
 * TENFOLD_REACH names. The process notices nothing: errno, results and its own memory
 * stay as they are. A process that cannot write down what it reads does not go on: what
 * is not known to be read would be taken for not read.
 *
 * Called by name through the dynamic linker only. The programs of a kernel build (make,
 * sh, the compiler, perl, python, kbuild's own) are such; a program that is linked
 * statically, or that makes system calls by hand, would not be seen.
 */
#include "recorder.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "map.h"

static struct reach_map *map;
static size_t root_len;
static bool looked; /* for the map */
static char opened = REACH_OPENED;

/* The folder that the process is in, asked for once: a make looks at a path without a
 * leading slash several hundred thousand times. */
static char cwd[PATH_MAX];
static _Atomic size_t cwd_len; /* 0: not asked for yet */
static atomic_bool cwd_moves;  /* for good: it is asked for each time */

static _Noreturn void give_up(void)
{
	static const char text[] = "tenfold-reach: cannot write down what is read\n";

	syscall(SYS_write, 2, text, sizeof(text) - 1);
	_exit(127);
}

/* gcc's own compiler, which gives its preprocessor nothing but C to read. fixdep looks
 * for the names of options in what was compiled, and all it writes are dependencies. */
static bool looks_past_comments(void)
{
	char self[PATH_MAX];
	long n = syscall(
		SYS_readlinkat, AT_FDCWD, "/proc/self/exe", self, sizeof(self) - 1);
	const char *name;

	if (n <= 0)
		return false;
	self[n] = '\0';
	name = strrchr(self, '/');
	return name && (!strcmp(name, "/cc1") || !strcmp(name, "/fixdep"));
}

static void attach(void)
{
	const char *path = getenv("TENFOLD_REACH");
	void *at;
	int fd;

	looked = true;
	if (!path)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		give_up();
	at = mmap(NULL, sizeof(*map), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (at == MAP_FAILED || memcmp(at, REACH_MAP_MAGIC, sizeof(map->magic)))
		give_up();
	map = at;
	root_len = strnlen(map->root, sizeof(map->root));
	if (looks_past_comments())
		opened = REACH_COMPILED;
}

/* Be it this process, one of its threads or a child of vfork(2), which has this memory.
 */
void recorder_moves(void)
{
	atomic_store(&cwd_moves, true);
}

/* Threads that come here together find the same. */
static size_t own_folder(char text[PATH_MAX])
{
	size_t len = atomic_load(&cwd_len);
	long n;

	if (len && !atomic_load(&cwd_moves)) {
		memcpy(text, cwd, len);
		return len;
	}
	n = syscall(SYS_getcwd, text, (size_t)PATH_MAX);
	if (n <= 1)
		return 0;
	if (!atomic_load(&cwd_moves)) {
		memcpy(cwd, text, n - 1);
		atomic_store(&cwd_len, n - 1);
	}
	return n - 1;
}

/* The folder that a path without a leading slash starts from; its length, 0: unknown. */
static size_t folder_of(int dirfd, char text[PATH_MAX])
{
	char link[32];
	long n;

	if (dirfd == AT_FDCWD)
		return own_folder(text);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, text, (size_t)PATH_MAX - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return n;
}

static void add(char kind, const char *path)
{
	if (!strncmp(path, map->root, root_len) &&
		(path[root_len] == '/' || !path[root_len]))
		reach_map_add(map, kind, path);
}

static void note(int dirfd, const char *path, char kind)
{
	char full[PATH_MAX * 2 + 2];
	size_t len, more;

	if (path[0] == '/') {
		add(kind, path);
		return;
	}
	len = folder_of(dirfd, full);
	more = strlen(path);
	if (!len || more >= PATH_MAX)
		return;
	full[len] = '/';
	memcpy(full + len + 1, path, more + 1);
	if (!more)
		full[len] = '\0';
	add(kind, full);
}

/* After a call: what came of it. An empty path is about dirfd itself. */
void recorder_tell(int dirfd, const char *path, char kind, bool bad)
{
	int saved = errno;

	if (!looked)
		attach();
	if (map && path) {
		bool absent = saved == ENOENT || saved == ENOTDIR || saved == ELOOP;

		if (kind == REACH_OPENED)
			kind = opened;
		note(dirfd, path, bad && absent ? REACH_ABSENT : kind);
	}
	errno = saved;
}

void recorder_tell_before(const char *path, char kind)
{
	int saved = errno;

	if (path)
		recorder_tell(AT_FDCWD, path, kind,
			syscall(SYS_faccessat, AT_FDCWD, path, F_OK) < 0);
	errno = saved;
}

void recorder_tell_run(const char *path)
{
	if (path && strchr(path, '/'))
		recorder_tell_before(path, REACH_OPENED);
}

/* The folder before the first letter that makes a pattern. A caller who brings his own
 * functions for folders (make does) is seen in them. */
void recorder_tell_pattern(const char *pattern, int flags)
{
	size_t len = strcspn(pattern, "*?[{~\\");
	char folder[PATH_MAX];

	if (flags & GLOB_ALTDIRFUNC)
		return;
	if (!pattern[len]) {
		recorder_tell_before(pattern, REACH_SEEN);
		return;
	}
	while (len && pattern[len - 1] != '/')
		len--;
	if (len >= sizeof(folder))
		give_up();
	memcpy(folder, pattern, len);
	folder[len] = '\0';
	recorder_tell(AT_FDCWD, folder, REACH_DEEP, false);
}

/* The C library's function, looked for once. */
void *recorder_find(void **at, const char *name)
{
	if (!*at)
		*at = dlsym(RTLD_NEXT, name);
	if (!*at)
		give_up();
	return *at;
}

/* Before the program may fork without a copy of its memory. */
__attribute__((constructor)) static void start(void)
{
	if (!looked)
		attach();
	recorder_calls_find();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The C library's functions that look at files, each told of after it was called. */
#include "recorder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "map.h"

#define ARGS_MAX 4096

#define REAL(name) ((__typeof__(&name))recorder_find(&real_##name, #name))

/* A function of the C library, and what it looks at. */
#define WRAP(type, name, params, args, bad, dirfd, path, kind)     \
	static void *real_##name;                                  \
	__attribute__((visibility("default"))) type name params;   \
	type name params                                           \
	{                                                          \
		type result = REAL(name) args;                     \
                                                                   \
		recorder_tell(dirfd, path, kind, result == (bad)); \
		return result;                                     \
	}

/* open(2) and its kin, whose mode is there only at times. */
#define WRAP_OPEN(name, params, args, dirfd)                          \
	static void *real_##name;                                     \
	__attribute__((visibility("default"))) int name params;       \
	int name params                                               \
	{                                                             \
		mode_t mode = 0;                                      \
		va_list more;                                         \
		int result;                                           \
                                                                      \
		va_start(more, flags);                                \
		if (flags & (O_CREAT | __O_TMPFILE))                  \
			mode = va_arg(more, mode_t);                  \
		va_end(more);                                         \
		result = REAL(name) args;                             \
		recorder_tell(dirfd, path, REACH_OPENED, result < 0); \
		return result;                                        \
	}

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
WRAP_OPEN(openat, (int fd, const char *path, int flags, ...), (fd, path, flags, mode), fd)
WRAP_OPEN(
	openat64, (int fd, const char *path, int flags, ...), (fd, path, flags, mode), fd)

#define P const char *path
WRAP(int, __open_2, (P, int flags), (path, flags), -1, AT_FDCWD, path, REACH_OPENED)
WRAP(int, __open64_2, (P, int flags), (path, flags), -1, AT_FDCWD, path, REACH_OPENED)
WRAP(int, __openat_2, (int fd, P, int flags), (fd, path, flags), -1, fd, path,
	REACH_OPENED)
WRAP(int, __openat64_2, (int fd, P, int flags), (fd, path, flags), -1, fd, path,
	REACH_OPENED)
WRAP(FILE *, fopen, (P, const char *mode), (path, mode), NULL, AT_FDCWD, path,
	REACH_OPENED)
WRAP(FILE *, fopen64, (P, const char *mode), (path, mode), NULL, AT_FDCWD, path,
	REACH_OPENED)
WRAP(FILE *, freopen, (P, const char *mode, FILE *file), (path, mode, file), NULL,
	AT_FDCWD, path, REACH_OPENED)
WRAP(FILE *, freopen64, (P, const char *mode, FILE *file), (path, mode, file), NULL,
	AT_FDCWD, path, REACH_OPENED)
WRAP(DIR *, opendir, (P), (path), NULL, AT_FDCWD, path, REACH_OPENED)

#define S struct stat *st
#define S64 struct stat64 *st
WRAP(int, stat, (P, S), (path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, lstat, (P, S), (path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, stat64, (P, S64), (path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, lstat64, (P, S64), (path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, fstatat, (int fd, P, S, int flags), (fd, path, st, flags), -1, fd, path,
	REACH_SEEN)
WRAP(int, fstatat64, (int fd, P, S64, int flags), (fd, path, st, flags), -1, fd, path,
	REACH_SEEN)
WRAP(int, statx, (int fd, P, int flags, unsigned int mask, struct statx *st),
	(fd, path, flags, mask, st), -1, fd, path, REACH_SEEN)
/* for programs that were linked before glibc 2.33 */
WRAP(int, __xstat, (int ver, P, S), (ver, path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, __lxstat, (int ver, P, S), (ver, path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, __xstat64, (int ver, P, S64), (ver, path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, __lxstat64, (int ver, P, S64), (ver, path, st), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, __fxstatat, (int ver, int fd, P, S, int flags), (ver, fd, path, st, flags), -1,
	fd, path, REACH_SEEN)
WRAP(int, __fxstatat64, (int ver, int fd, P, S64, int flags), (ver, fd, path, st, flags),
	-1, fd, path, REACH_SEEN)
WRAP(int, access, (P, int mode), (path, mode), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, eaccess, (P, int mode), (path, mode), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, euidaccess, (P, int mode), (path, mode), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(int, faccessat, (int fd, P, int mode, int flags), (fd, path, mode, flags), -1, fd,
	path, REACH_SEEN)
WRAP(ssize_t, readlink, (P, char *text, size_t size), (path, text, size), -1, AT_FDCWD,
	path, REACH_SEEN)
WRAP(ssize_t, readlinkat, (int fd, P, char *text, size_t size), (fd, path, text, size),
	-1, fd, path, REACH_SEEN)
WRAP(char *, realpath, (P, char *text), (path, text), NULL, AT_FDCWD, path, REACH_SEEN)
WRAP(char *, canonicalize_file_name, (P), (path), NULL, AT_FDCWD, path, REACH_SEEN)
WRAP(int, link, (P, const char *to), (path, to), -1, AT_FDCWD, path, REACH_OPENED)
WRAP(int, linkat, (int fd, P, int to_fd, const char *to, int flags),
	(fd, path, to_fd, to, flags), -1, fd, path, REACH_OPENED)

/* The C library's own, for programs that were compiled with _FORTIFY_SOURCE. */
ssize_t __readlink_chk(P, char *text, size_t len, size_t size);
ssize_t __readlinkat_chk(int fd, P, char *text, size_t len, size_t size);
char *__realpath_chk(P, char *text, size_t size);
WRAP(ssize_t, __readlink_chk, (P, char *text, size_t len, size_t size),
	(path, text, len, size), -1, AT_FDCWD, path, REACH_SEEN)
WRAP(ssize_t, __readlinkat_chk, (int fd, P, char *text, size_t len, size_t size),
	(fd, path, text, len, size), -1, fd, path, REACH_SEEN)
WRAP(char *, __realpath_chk, (P, char *text, size_t size), (path, text, size), NULL,
	AT_FDCWD, path, REACH_SEEN)

/* Walks that the C library does by itself; those of nftw(3) may go into folders. */
WRAP(int, ftw, (P, __ftw_func_t each, int fds), (path, each, fds), -1, AT_FDCWD, path,
	REACH_DEEP)
WRAP(int, ftw64, (P, __ftw64_func_t each, int fds), (path, each, fds), -1, AT_FDCWD, path,
	REACH_DEEP)
#define WRAP_WALK(name, function)                                 \
	static void *real_##name;                                 \
	int name(P, function each, int fds, int flags)            \
	{                                                         \
		recorder_tell(AT_FDCWD, path, REACH_DEEP, false); \
		if (flags & FTW_CHDIR)                            \
			recorder_moves();                         \
		return REAL(name)(path, each, fds, flags);        \
	}
WRAP_WALK(nftw, __nftw_func_t)
WRAP_WALK(nftw64, __nftw64_func_t)
#define SORT(type) int (*want)(const type *), int (*sort)(const type **, const type **)
WRAP(int, scandir, (P, struct dirent ***list, SORT(struct dirent)),
	(path, list, want, sort), -1, AT_FDCWD, path, REACH_OPENED)
WRAP(int, scandir64, (P, struct dirent64 ***list, SORT(struct dirent64)),
	(path, list, want, sort), -1, AT_FDCWD, path, REACH_OPENED)
WRAP(int, scandirat, (int fd, P, struct dirent ***list, SORT(struct dirent)),
	(fd, path, list, want, sort), -1, fd, path, REACH_OPENED)

static void *real_fdopendir;
DIR *fdopendir(int fd)
{
	recorder_tell(fd, "", REACH_OPENED, false);
	return REAL(fdopendir)(fd);
}

static void *real_fchdir;
int fchdir(int fd)
{
	recorder_tell(fd, "", REACH_OPENED, false);
	recorder_moves();
	return REAL(fchdir)(fd);
}

static void *real_chdir;
int chdir(const char *path)
{
	recorder_tell_before(path, REACH_SEEN);
	recorder_moves();
	return REAL(chdir)(path);
}

static void *real_daemon;
int daemon(int nochdir, int noclose)
{
	recorder_moves();
	return REAL(daemon)(nochdir, noclose);
}

static void *real_glob, *real_glob64;
int glob(const char *pattern, int flags, int (*bad)(const char *, int), glob_t *found)
{
	recorder_tell_pattern(pattern, flags);
	return REAL(glob)(pattern, flags, bad, found);
}

int glob64(const char *pattern, int flags, int (*bad)(const char *, int), glob64_t *found)
{
	recorder_tell_pattern(pattern, flags);
	return REAL(glob64)(pattern, flags, bad, found);
}

static void *real_fts_open, *real_fts64_open;
FTS *fts_open(
	char *const *paths, int flags, int (*sort)(const FTSENT **, const FTSENT **))
{
	for (size_t i = 0; paths[i]; i++)
		recorder_tell(AT_FDCWD, paths[i], REACH_DEEP, false);
	recorder_moves();
	return REAL(fts_open)(paths, flags, sort);
}

FTS64 *fts64_open(
	char *const *paths, int flags, int (*sort)(const FTSENT64 **, const FTSENT64 **))
{
	for (size_t i = 0; paths[i]; i++)
		recorder_tell(AT_FDCWD, paths[i], REACH_DEEP, false);
	recorder_moves();
	return REAL(fts64_open)(paths, flags, sort);
}

/* Programs that are run; what has no slash comes from PATH, from outside of the tree. */
#define WRAP_RUN(name, params, args, path) \
	static void *real_##name;          \
	int name params                    \
	{                                  \
		recorder_tell_run(path);   \
		return REAL(name) args;    \
	}

typedef char *const *words;
typedef const posix_spawn_file_actions_t *actions;
typedef const posix_spawnattr_t *attributes;
WRAP_RUN(execve, (P, words argv, words env), (path, argv, env), path)
WRAP_RUN(execv, (P, words argv), (path, argv), path)
WRAP_RUN(execvp, (P, words argv), (path, argv), path)
WRAP_RUN(execvpe, (P, words argv, words env), (path, argv, env), path)
WRAP_RUN(posix_spawn, (pid_t * pid, P, actions a, attributes b, words argv, words env),
	(pid, path, a, b, argv, env), path)
WRAP_RUN(posix_spawnp, (pid_t * pid, P, actions a, attributes b, words argv, words env),
	(pid, path, a, b, argv, env), path)

/* The words of execl(3): as an array, and the environment behind it. */
static bool collect(va_list more, const char *first, char **argv)
{
	size_t n = 0;

	argv[n] = (char *)first;
	while (argv[n]) {
		if (++n == ARGS_MAX)
			return false;
		argv[n] = va_arg(more, char *);
	}
	return true;
}

#define WRAP_LIST(name, call)                              \
	int name(P, const char *arg, ...)                  \
	{                                                  \
		char *argv[ARGS_MAX];                      \
		char *const *env = environ;                \
		bool fits;                                 \
		va_list more;                              \
                                                           \
		va_start(more, arg);                       \
		fits = collect(more, arg, argv);           \
		if (fits && !strcmp(#name, "execle"))      \
			env = va_arg(more, char *const *); \
		va_end(more);                              \
		if (!fits) {                               \
			errno = E2BIG;                     \
			return -1;                         \
		}                                          \
		return call(path, argv, env);              \
	}
WRAP_LIST(execl, execve)
WRAP_LIST(execle, execve)
WRAP_LIST(execlp, execvpe)

void recorder_calls_find(void)
{
	(void)REAL(execve);
	(void)REAL(execvpe);
	(void)REAL(execv);
	(void)REAL(execvp);
}

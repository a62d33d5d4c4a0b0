// SPDX-License-Identifier: GPL-2.0-or-later
/* What is seen inside: the words of bwrap(1). */
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

#define TMP_BYTES "4294967296" /* of /tmp; memory, and counted as such */

/* /bin and the like are links into /usr on most systems. */
static void add_system(struct strvec *argv)
{
	static const char *const folders[] = {
		"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

	strvec_addv(argv, (const char *const[]){"--ro-bind", "/usr", "/usr", NULL});
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		char target[256];
		ssize_t n = readlink(folders[i], target, sizeof(target) - 1);

		if (n > 0) {
			target[n] = '\0';
			strvec_addv(argv, (const char *const[]){
						  "--symlink", target, folders[i], NULL});
		} else {
			strvec_addv(argv, (const char *const[]){"--ro-bind-try",
						  folders[i], folders[i], NULL});
		}
	}
}

/* Nothing here is secret, and nothing else of /etc is there. */
static void add_etc(struct strvec *argv)
{
	static const char *const files[] = {"/etc/alternatives", "/etc/ld.so.cache",
		"/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ssl/openssl.cnf"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		strvec_addv(argv,
			(const char *const[]){"--ro-bind-try", files[i], files[i], NULL});
}

static void add_bind(struct strvec *argv, bool writable, const char *from, const char *to)
{
	strvec_addv(argv,
		(const char *const[]){writable ? "--bind" : "--ro-bind", from, to, NULL});
}

static void add_folders(const struct sandbox *box, struct strvec *argv)
{
	if (box->src)
		add_bind(argv, false, box->src, SANDBOX_SRC);
	if (box->obj)
		add_bind(argv, true, box->obj, SANDBOX_OBJ);
	if (box->stage)
		add_bind(argv, true, box->stage, SANDBOX_STAGE);
	for (size_t i = 0; box->read && i < box->read->n; i++)
		add_bind(argv, false, box->read->v[i], box->read->v[i]);
	for (size_t i = 0; i < box->n_more; i++)
		add_bind(argv, box->more[i].writable, box->more[i].from, box->more[i].to);
}

static void add_environment(char *const *env, struct strvec *argv)
{
	const char *path = getenv("PATH");

	strvec_add(argv, "--clearenv");
	strvec_addv(argv,
		(const char *const[]){"--setenv", "PATH", path ? path : "/usr/bin:/bin",
			"--setenv", "HOME", "/tmp", NULL});
	for (; env && *env; env++) {
		const char *equals = strchr(*env, '=');
		CLEANUP_FREE char *name = equals ? strndup(*env, equals - *env) : NULL;

		if (name)
			strvec_addv(argv, (const char *const[]){
						  "--setenv", name, equals + 1, NULL});
	}
}

void sandbox_words(
	const struct sandbox *box, char *const *env, int status_fd, struct strvec *argv)
{
	/* a user of the builder's is root to what is root's own: /proc/sys is, too */
	static const char *const words[] = {"bwrap", "--unshare-all", "--unshare-user",
		"--disable-userns", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL",
		"--hostname", "tenfold", "--die-with-parent", "--new-session", "--proc",
		"/proc", "--remount-ro", "/proc", "--dev", "/dev", "--remount-ro", "/dev",
		"--size", TMP_BYTES, "--tmpfs", "/tmp", NULL};

	strvec_addv(argv, words);
	add_system(argv);
	add_etc(argv);
	add_folders(box, argv);
	strvec_addv(argv, (const char *const[]){"--remount-ro", "/", NULL});
	add_environment(env, argv);
	strvec_add(argv, "--json-status-fd");
	strvec_addf(argv, "%d", status_fd);
	strvec_addv(argv, (const char *const[]){
				  "--chdir", box->obj ? SANDBOX_OBJ : "/", "--", NULL});
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild.h"

#include <errno.h>
#include <string.h>

#include "kconfig.h"
#include "lib/child.h"
#include "lib/file.h"
#include "run.h"

#define PATH_BYTES 4096
#define ALL_CONFIG ".tenfold-allconfig"
#define RELEASE_FILE "include/config/kernel.release"

int kbuild_environment(struct err *err)
{
	static const char *const names[] = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL",
		"MAKEFILES", "MAKEOVERRIDES", "GNUMAKEFLAGS", "KBUILD_OUTPUT",
		"KBUILD_EXTMOD", "ARCH", "SUBARCH", "CROSS_COMPILE", "KCFLAGS",
		"KCPPFLAGS", "KAFLAGS", "CFLAGS_KERNEL", "CFLAGS_MODULE",
		"KCONFIG_CONFIG", "KCONFIG_ALLCONFIG", "LOCALVERSION", "INSTALL_PATH",
		"INSTALL_MOD_PATH", "INSTALL_MOD_STRIP", "LLVM", "CC", "HOSTCC", "CFLAGS",
		"LDFLAGS", "V", "C", "M", "O", "W", "BUILD", "SANITIZE", "PREFIX",
		"DESTDIR", "CDPATH", "GIT_DIR", "GIT_WORK_TREE"};
	const char *path = getenv("PATH");
	CLEANUP_BUF struct buf b = {0};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
	/* depmod lives in sbin, which a user's PATH may lack */
	buf_init(&b, 64 * 1024);
	buf_addf(&b, "%s:/usr/sbin:/sbin", path ? path : "/usr/local/bin:/usr/bin:/bin");
	if (buf_check(&b) || setenv("PATH", b.data, 1) < 0)
		return err_set(err, -ENOMEM, "cannot set PATH");
	return 0;
}

static const char *compiler_of(const struct conf_config *config)
{
	const char *cc = "gcc";

	for (size_t i = 0; i < config->make_args.n; i++) {
		if (!strncmp(config->make_args.v[i], "CC=", 3))
			return config->make_args.v[i] + 3;
		if (!strcmp(config->make_args.v[i], "LLVM=1"))
			cc = "clang";
	}
	return cc;
}

int kbuild_compiler(const struct conf_config *config, char **ret_line, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf out = {0};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	int r = strvec_split(&argv, compiler_of(config), err);

	if (r < 0)
		return r;
	strvec_add(&argv, "--version");
	buf_init(&out, 4096);
	spec.argv = argv.v;
	spec.out = &out;
	spec.timeout = 60;
	r = strvec_check(&argv);
	if (!r)
		r = child_run(&spec, &result, err);
	if (r < 0)
		return r;
	*ret_line = strndup(out.data, strcspn(out.data, "\n"));
	return *ret_line ? 0 : -ENOMEM;
}

int kbuild_fragment(const struct conf_config *config, const char *arch, char **ret_text,
	struct err *err)
{
	static const char mark[] = "{arch}";
	const char *at = strstr(config->file, mark);
	CLEANUP_BUF struct buf path = {0}, text = {0}, whole = {0};
	int r;

	buf_init(&path, PATH_BYTES);
	buf_init(&text, KCONFIG_MAX);
	buf_init(&whole, KCONFIG_MAX);
	if (at)
		buf_addf(&path, "%.*s%s%s", (int)(at - config->file), config->file, arch,
			at + strlen(mark));
	else
		buf_adds(&path, config->file);
	r = buf_check(&path);
	if (!r)
		r = file_read(path.data, &text, err);
	if (r < 0)
		return err_prefix(err, r, "config '%s'", config->name);
	kconfig_complete(text.data, config->name, &whole);
	*ret_text = buf_take(&whole);
	return *ret_text ? 0 : -ENOMEM;
}

void kbuild_config_key(const struct conf_config *config, const char *arch,
	const char *fragment, const char *compiler, char ret_key[SHA256_TEXT])
{
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, KCONFIG_MAX * 2);
	buf_addf(&b, "%s\n%s\n%s\n", arch, config->base ? config->base : "", compiler);
	for (size_t i = 0; i < config->make_args.n; i++)
		buf_addf(&b, "%s\n", config->make_args.v[i]);
	buf_adds(&b, fragment);
	sha256_bytes(b.data, b.len, ret_key);
}

static int obj_path(const struct kbuild *kb, const char *name, struct buf *b)
{
	buf_init(b, PATH_BYTES);
	buf_addf(b, "%s/%s", kb->obj, name);
	return buf_check(b);
}

static int read_product(
	const struct kbuild *kb, const char *name, struct buf *text, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = obj_path(kb, name, &path);

	if (!r && !sandbox_product(kb->obj, name))
		r = err_set(err, -ENOENT, "make left no file '%s'", name);
	return r ? r : file_read(path.data, text, err);
}

static int read_config(const struct kbuild *kb, struct buf *text, struct err *err)
{
	buf_init(text, KCONFIG_MAX);
	return read_product(kb, ".config", text, err);
}

/* Adds a file of the tree to b, if the tree has it. */
static void add_tree_file(const struct kbuild *kb, const char *name, struct buf *b)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, PATH_BYTES);
	buf_addf(&path, "%s/%s", kb->src, name);
	/* a link of a stranger's may lead anywhere */
	if (!buf_check(&path) && sandbox_product(kb->src, name))
		file_read(path.data, b, NULL);
}

/* allnoconfig with all we want said at once: what nobody asks for stays off. tinyconfig
 * is the same with the tree's own idea of tiny put first. */
static int configure_small(
	struct kbuild *kb, const char *fragment, bool tiny, struct err *err)
{
	CLEANUP_BUF struct buf text = {0}, path = {0}, env = {0};
	char *add[2] = {NULL, NULL};
	int r;

	buf_init(&text, KCONFIG_MAX);
	buf_init(&env, PATH_BYTES + 32);
	if (tiny) {
		add_tree_file(kb, "kernel/configs/tiny-base.config", &text);
		add_tree_file(kb, "kernel/configs/tiny.config", &text);
		add_tree_file(kb, "arch/x86/configs/tiny.config", &text);
	}
	buf_adds(&text, "\n");
	buf_adds(&text, fragment);
	r = obj_path(kb, ALL_CONFIG, &path);
	if (!r)
		r = file_write_atomic(path.data, text.data, text.len, 0644, err);
	if (r < 0)
		return r;
	buf_addf(&env, "KCONFIG_ALLCONFIG=%s/" ALL_CONFIG, kbuild_obj(kb));
	add[0] = env.data;
	return kbuild_run(kb, (const char *[]){"allnoconfig", NULL}, add, err);
}

/* A whole .config, or a base target's with the fragment laid on. */
static int configure_merged(
	struct kbuild *kb, const char *fragment, const char *base, struct err *err)
{
	CLEANUP_BUF struct buf old = {0}, merged = {0}, path = {0};
	int r = KBUILD_OK;

	buf_init(&merged, KCONFIG_MAX);
	buf_init(&old, KCONFIG_MAX);
	if (base) {
		r = kbuild_run(kb, (const char *[]){base, NULL}, NULL, err);
		if (r)
			return r;
		r = read_config(kb, &old, err);
	}
	if (r < 0)
		return r;
	kconfig_merge(old.data, fragment, &merged);
	r = obj_path(kb, ".config", &path);
	if (!r)
		r = file_write_atomic(path.data, merged.data, merged.len, 0644, err);
	if (r < 0)
		return r;
	return kbuild_run(kb, (const char *[]){"olddefconfig", NULL}, NULL, err);
}

/* Says in the log what the tree did not take: seldom what its author meant. */
static void log_missing(struct kbuild *kb, const char *fragment)
{
	CLEANUP_BUF struct buf config = {0}, missing = {0};

	buf_init(&missing, KCONFIG_MAX);
	if (read_config(kb, &config, NULL) < 0)
		return;
	kconfig_missing(fragment, config.data, &missing);
	if (!missing.len)
		return;
	kbuild_say(kb, "tenfold: this tree does not take:\n", 34);
	kbuild_say(kb, missing.data, missing.len);
}

int kbuild_configure(struct kbuild *kb, const char *fragment, struct err *err)
{
	const char *base = kb->config->base ? kb->config->base : "";
	int r = dir_make(kb->obj, 0755, err);

	if (r < 0)
		return r;
	if (!strcmp(base, "tinyconfig") || !strcmp(base, "allnoconfig"))
		r = configure_small(kb, fragment, !strcmp(base, "tinyconfig"), err);
	else
		r = configure_merged(kb, fragment, *base ? base : NULL, err);
	if (r == KBUILD_OK)
		log_missing(kb, fragment);
	return r;
}

static bool has_modules(const struct kbuild *kb)
{
	CLEANUP_BUF struct buf config = {0};

	return read_config(kb, &config, NULL) == 0 &&
	       kconfig_is_set(config.data, "MODULES");
}

/* A make that says it went well and left nothing is the commit's fault. */
static int check_products(struct kbuild *kb)
{
	static const char *const names[] = {"arch/x86/boot/bzImage", "vmlinux",
		"System.map", ".config", RELEASE_FILE};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP_BUF struct buf line = {0};

		if (sandbox_product(kb->obj, names[i]))
			continue;
		buf_init(&line, 256);
		buf_addf(&line, KBUILD_OVER "left no file '%s'\n", names[i]);
		kbuild_say(kb, line.data, line.len);
		return KBUILD_FAILED;
	}
	return KBUILD_OK;
}

int kbuild_make(struct kbuild *kb, struct err *err)
{
	const char *targets[] = {"bzImage", has_modules(kb) ? "modules" : NULL, NULL};
	int r = kbuild_run(kb, targets, NULL, err);

	return r == KBUILD_OK ? check_products(kb) : r;
}

int kbuild_install_modules(struct kbuild *kb, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};

	if (!has_modules(kb))
		return KBUILD_OK;
	buf_init(&path, PATH_BYTES);
	buf_addf(&path, "INSTALL_MOD_PATH=%s/usr", kbuild_stage(kb));
	if (buf_check(&path))
		return buf_check(&path);
	return kbuild_run(kb,
		(const char *[]){
			path.data, "INSTALL_MOD_STRIP=1", "modules_install", NULL},
		NULL, err);
}

int kbuild_release(const struct kbuild *kb, char **ret_release, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};
	int r;

	buf_init(&text, 4096);
	r = read_product(kb, RELEASE_FILE, &text, err);
	if (r < 0)
		return r;
	*ret_release = strndup(text.data, strcspn(text.data, "\n"));
	return *ret_release ? 0 : -ENOMEM;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "kconfig.h"
#include "lib/child.h"
#include "lib/file.h"

#define CONFIG_MAX (8 * 1024 * 1024)
#define PATH_BYTES 4096

/* One date, user, host and number for all: equal images mean equal code. */
static char *const environment[] = {"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
	"KBUILD_BUILD_USER=tenfold", "KBUILD_BUILD_HOST=tenfold",
	"KBUILD_BUILD_VERSION=1", "LC_ALL=C", NULL};

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
	buf_init(&text, CONFIG_MAX);
	buf_init(&whole, CONFIG_MAX);
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

	buf_init(&b, CONFIG_MAX * 2);
	buf_addf(&b, "%s\n%s\n%s\n", arch, config->base ? config->base : "", compiler);
	for (size_t i = 0; i < config->make_args.n; i++)
		buf_addf(&b, "%s\n", config->make_args.v[i]);
	buf_adds(&b, fragment);
	sha256_bytes(b.data, b.len, ret_key);
}

int kbuild_log_open(struct kbuild *kb, struct err *err)
{
	kb->log_fd = open(kb->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	kb->log_bytes = 0;
	return kb->log_fd < 0 ? err_errno(err, -errno, "cannot write '%s'", kb->log) : 0;
}

void kbuild_log_close(struct kbuild *kb)
{
	if (kb->log_fd >= 0)
		close(kb->log_fd);
	kb->log_fd = -1;
}

static void log_add(struct kbuild *kb, const char *data, size_t len)
{
	static const char cut[] = "\n[the log is cut here]\n";

	if (kb->log_bytes >= KBUILD_LOG_MAX)
		return;
	kb->log_bytes += len;
	if (write(kb->log_fd, data, len) < 0 || kb->log_bytes < KBUILD_LOG_MAX)
		return;
	if (write(kb->log_fd, cut, strlen(cut)) < 0)
		return;
}

static void take_output(void *ctx, const char *data, size_t len)
{
	struct kbuild *kb = ctx;
	unsigned int lines = 0;

	log_add(kb, data, len);
	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	if (!lines)
		return;
	kb->lines += lines;
	if (kb->on_line)
		kb->on_line(kb->ctx, kb->lines);
}

static void log_command(struct kbuild *kb, const struct strvec *argv)
{
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, 64 * 1024);
	for (size_t i = 0; i < argv->n; i++)
		buf_addf(&b, "%s%s", i ? " " : "+ ", argv->v[i]);
	buf_addc(&b, '\n');
	log_add(kb, b.data, b.len);
}

/* What every make gets, and what this one does. */
static void add_environment(
	const struct kbuild *kb, char *const *more, struct strvec *env)
{
	strvec_addv(env, (const char *const *)environment);
	if (more)
		strvec_addv(env, (const char *const *)more);
	if (!kb->record)
		return;
	strvec_addf(env, "LD_PRELOAD=%s", kb->recorder);
	strvec_addf(env, "TENFOLD_REACH=%s", kb->record);
}

/* make -C SRC O=OBJ ... EXTRA...; a kbuild_result or a negative errno. */
static int run_make(
	struct kbuild *kb, const char *const *extra, char *const *env, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT, env_all = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf how = {0};
	int r;

	strvec_add(&argv, "make");
	strvec_add(&argv, "-C");
	strvec_add(&argv, kb->src);
	strvec_addf(&argv, "O=%s", kb->obj);
	strvec_addf(&argv, "ARCH=%s", kb->arch);
	strvec_addf(&argv, "-j%u", kb->jobs);
	/* -L: a symlink that points elsewhere is a change, though its target is old */
	strvec_add(&argv, "-L");
	strvec_add(&argv, "--no-print-directory");
	strvec_add(&argv, "--output-sync=line");
	strvec_add(&argv, "LOCALVERSION=");
	strvec_addv(&argv,
		(const char *const *)(kb->config->make_args.v ? kb->config->make_args.v
							      : (char *[]){NULL}));
	strvec_addv(&argv, extra);
	add_environment(kb, env, &env_all);
	if (strvec_check(&argv) || strvec_check(&env_all))
		return -ENOMEM;
	log_command(kb, &argv);
	spec.argv = argv.v;
	spec.env = env_all.v;
	spec.timeout = kb->timeout;
	spec.cancel_fd = kb->cancel_fd;
	spec.on_output = take_output;
	spec.ctx = kb;
	r = child_run(&spec, &result, err);
	if (r < 0)
		return r;
	kb->cpu += result.cpu;
	if (result.max_rss_kb > kb->max_rss_kb)
		kb->max_rss_kb = result.max_rss_kb;
	/* asked to end by SIGTERM, make removes what its children were writing */
	kb->torn = result.signal && result.signal != SIGTERM;
	if (result.exit_code == 0)
		return KBUILD_OK;
	if (result.exit_code > 0 && !result.timed_out && !result.cancelled)
		return KBUILD_FAILED;
	buf_init(&how, 256);
	child_describe(&result, &how);
	return err_set(err,
		result.cancelled   ? -ECANCELED
		: result.timed_out ? -ETIMEDOUT
				   : -EINTR,
		"make %s", how.data);
}

static int obj_path(const struct kbuild *kb, const char *name, struct buf *b)
{
	buf_init(b, PATH_BYTES);
	buf_addf(b, "%s/%s", kb->obj, name);
	return buf_check(b);
}

static int read_config(const struct kbuild *kb, struct buf *text, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = obj_path(kb, ".config", &path);

	buf_init(text, CONFIG_MAX);
	return r ? r : file_read(path.data, text, err);
}

/* Adds a file of the tree to b, if the tree has it. */
static void add_tree_file(const struct kbuild *kb, const char *name, struct buf *b)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, PATH_BYTES);
	buf_addf(&path, "%s/%s", kb->src, name);
	if (!buf_check(&path) && file_exists(path.data))
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

	buf_init(&text, CONFIG_MAX);
	buf_init(&env, PATH_BYTES + 32);
	if (tiny) {
		add_tree_file(kb, "kernel/configs/tiny-base.config", &text);
		add_tree_file(kb, "kernel/configs/tiny.config", &text);
		add_tree_file(kb, "arch/x86/configs/tiny.config", &text);
	}
	buf_adds(&text, "\n");
	buf_adds(&text, fragment);
	r = obj_path(kb, ".tenfold-allconfig", &path);
	if (!r)
		r = file_write_atomic(path.data, text.data, text.len, 0644, err);
	if (r < 0)
		return r;
	buf_addf(&env, "KCONFIG_ALLCONFIG=%s", path.data);
	add[0] = env.data;
	return run_make(kb, (const char *[]){"allnoconfig", NULL}, add, err);
}

/* A whole .config, or a base target's with the fragment laid on. */
static int configure_merged(
	struct kbuild *kb, const char *fragment, const char *base, struct err *err)
{
	CLEANUP_BUF struct buf old = {0}, merged = {0}, path = {0};
	int r = KBUILD_OK;

	buf_init(&merged, CONFIG_MAX);
	buf_init(&old, CONFIG_MAX);
	if (base) {
		r = run_make(kb, (const char *[]){base, NULL}, NULL, err);
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
	return run_make(kb, (const char *[]){"olddefconfig", NULL}, NULL, err);
}

/* Says in the log what the tree did not take: seldom what its author meant. */
static void log_missing(struct kbuild *kb, const char *fragment)
{
	CLEANUP_BUF struct buf config = {0}, missing = {0};

	buf_init(&missing, CONFIG_MAX);
	if (read_config(kb, &config, NULL) < 0)
		return;
	kconfig_missing(fragment, config.data, &missing);
	if (!missing.len)
		return;
	log_add(kb, "tenfold: this tree does not take:\n", 34);
	log_add(kb, missing.data, missing.len);
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

int kbuild_make(struct kbuild *kb, struct err *err)
{
	const char *targets[] = {"bzImage", has_modules(kb) ? "modules" : NULL, NULL};

	return run_make(kb, targets, NULL, err);
}

int kbuild_install_modules(struct kbuild *kb, const char *dir, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};

	if (!has_modules(kb))
		return KBUILD_OK;
	buf_init(&path, PATH_BYTES);
	buf_addf(&path, "INSTALL_MOD_PATH=%s/usr", dir);
	if (buf_check(&path))
		return buf_check(&path);
	return run_make(kb,
		(const char *[]){
			path.data, "INSTALL_MOD_STRIP=1", "modules_install", NULL},
		NULL, err);
}

int kbuild_release(const struct kbuild *kb, char **ret_release, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	int r = obj_path(kb, "include/config/kernel.release", &path);

	buf_init(&text, 4096);
	if (!r)
		r = file_read(path.data, &text, err);
	if (r < 0)
		return r;
	*ret_release = strndup(text.data, strcspn(text.data, "\n"));
	return *ret_release ? 0 : -ENOMEM;
}

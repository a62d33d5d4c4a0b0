// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

/* What a placeholder stands for beside the host's settings; NULL where it has no place.
 */
struct values {
	const char *commit, *boot, *image;
};

static const char *value_of(const struct params *s, char c, const struct values *values)
{
	switch (c) {
	case 'h':
		return s->host;
	case 'm':
		return s->mac;
	case 'a':
		return s->address;
	case 'A':
		return s->arch;
	case 'C':
		return s->config;
	case 'c':
		return values->commit;
	case 'b':
		return values->boot;
	case 'i':
		return values->image;
	case '%':
		return "%";
	default:
		return NULL;
	}
}

static int expand(const struct params *s, const struct values *values,
	const struct strvec *words, struct strvec *argv, struct err *err)
{
	for (size_t i = 0; i < words->n; i++) {
		CLEANUP_BUF struct buf b;

		buf_init(&b, 64 * 1024);
		for (const char *p = words->v[i]; *p; p++) {
			const char *value;

			if (*p != '%') {
				buf_addc(&b, *p);
				continue;
			}
			value = value_of(s, *++p, values);
			if (!value)
				return err_set(err, -EINVAL,
					"there is nothing to put for '%%%c' in '%s'",
					*p ? *p : ' ', words->v[i]);
			buf_adds(&b, value);
		}
		strvec_add(argv, b.data);
	}
	return strvec_check(argv);
}

static const struct values none;

/* A ready command; $TENFOLD_LIBEXECDIR is for those who have not installed. */
static void ready_command(const char *name, struct strvec *argv)
{
	const char *dir = getenv("TENFOLD_LIBEXECDIR");

	strvec_addf(argv, "%s/%s", dir && *dir ? dir : TENFOLD_LIBEXECDIR, name);
}

static void add_all(struct strvec *words, const struct strvec *more)
{
	for (size_t i = 0; i < more->n; i++)
		strvec_add(words, more->v[i]);
}

int command_reboot(const struct params *s, struct strvec *argv, struct err *err)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;

	if (s->reboot.n || !s->address)
		return expand(s, &none, &s->reboot, argv, err);
	ready_command("reboot-ssh", &words);
	strvec_add(&words, "%a");
	add_all(&words, &s->ssh_args);
	return expand(s, &none, &words, argv, err);
}

int command_warm(const struct params *s, const char *boot, const char *image,
	struct strvec *argv, struct err *err)
{
	struct values values = {.boot = boot, .image = image};
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;

	if (s->no_warm)
		return 0;
	if (s->warm.n || !s->address)
		return expand(s, &values, &s->warm, argv, err);
	ready_command("warm-ssh", &words);
	strvec_add(&words, "%a");
	strvec_add(&words, "%b");
	strvec_add(&words, "%i");
	add_all(&words, &s->ssh_args);
	return expand(s, &values, &words, argv, err);
}

int command_power(const struct params *s, struct strvec *argv, struct err *err)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	CLEANUP_BUF struct buf name;

	buf_init(&name, 64);
	if (s->power.n || !s->method)
		return expand(s, &none, &s->power, argv, err);
	if (!s->power_args.n && !s->address && !strcmp(s->method, "ssh"))
		return err_set(err, -EINVAL,
			"method 'ssh' wants the host's address, or power-args");
	buf_addf(&name, "power-%s", s->method);
	ready_command(name.data, &words);
	if (!s->power_args.n && !strcmp(s->method, "ssh"))
		strvec_add(&words, "%a");
	add_all(&words, &s->power_args);
	if (!strcmp(s->method, "ssh"))
		add_all(&words, &s->ssh_args);
	return expand(s, &none, &words, argv, err);
}

static bool has_commit(const struct strvec *words)
{
	for (size_t i = 0; i < words->n; i++)
		if (strstr(words->v[i], "%c"))
			return true;
	return false;
}

int command_build(
	const struct params *s, const char *commit, struct strvec *argv, struct err *err)
{
	static const char *const usual[] = {"--arch", "%A", "--config", "%C", "%c", NULL};
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;

	add_all(&words, &s->build_command);
	if (!has_commit(&words))
		strvec_addv(&words, usual);
	return expand(s, &(struct values){.commit = commit}, &words, argv, err);
}

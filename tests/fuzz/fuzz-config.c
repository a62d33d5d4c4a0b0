// SPDX-License-Identifier: GPL-2.0-or-later
/* The config files of all programs: the first byte says which. */
#include "bisect/params.h"
#include "builder/conf.h"
#include "grub-cfg-gen/settings.h"
#include "lib/strvec.h"
#include "pxe-server/config.h"
#include "tests/fuzz/fuzz.h"

static char program[] = "tenfold", option[] = "--config", conf_option[] = "--conf";

static void of_the_server(char *path)
{
	char *argv[] = {program, option, path, NULL};
	struct config config;
	int next;

	config_read(&config, 3, argv, &next, NULL);
	config_release(&config);
}

static void of_the_builder(char *path)
{
	char *argv[] = {program, conf_option, path, NULL};
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	CLEANUP_CONF struct conf conf = {0};

	conf_read(&conf, 3, argv, &words, NULL);
}

static void of_the_controller(char *path)
{
	CLEANUP_PARAMS struct params params = {
		.config_file = strdup(path), .host = strdup("h")};

	params_complete(&params, NULL);
}

static void of_the_generator(char *path)
{
	char *argv[] = {program, option, path, NULL};
	struct settings settings;
	struct grub_cfg cfg;
	struct buf b;

	if (settings_read(&settings, 3, argv, NULL) == 0)
		for (size_t i = 0; i < settings.n_hosts; i++) {
			buf_init(&b, GRUB_CFG_MAX);
			if (settings_cfg(&settings, &settings.hosts[i], &cfg, NULL) == 0)
				grub_cfg_write_static(&cfg, &b, NULL);
			buf_release(&b);
		}
	settings_release(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(char *path) = {
		of_the_server, of_the_builder, of_the_controller, of_the_generator};
	char path[32];
	int fd;

	if (!size)
		return 0;
	fd = fuzz_file(data + 1, size - 1, path);
	readers[data[0] % 4](path);
	close(fd);
	return 0;
}

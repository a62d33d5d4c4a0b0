/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that reach a host and the builder, as argv with their placeholders filled
 * in: %h host, %m MAC, %a address, %A arch, %C config, %% a percent sign. A command that
 * a host does not have is empty. -EINVAL: there is nothing to put for a placeholder.
 */
#ifndef TENFOLD_BISECT_COMMAND_H
#define TENFOLD_BISECT_COMMAND_H

#include "bisect/params.h"
#include "lib/err.h"
#include "lib/strvec.h"

/* Resets the host through its OS; by its power. */
int command_reboot(const struct params *s, struct strvec *argv, struct err *err);
int command_power(const struct params *s, struct strvec *argv, struct err *err);

/* Starts a warm step: also %b the boot's id, %i the image's. */
int command_warm(const struct params *s, const char *boot, const char *image,
	struct strvec *argv, struct err *err);

/* Has an image built: also %c the commit. When %c is not there, `--arch A --config C
 * COMMIT` is added at its end. */
int command_build(
	const struct params *s, const char *commit, struct strvec *argv, struct err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel's .config is made of. All of it is pure. */
#ifndef TENFOLD_BUILDER_KCONFIG_H
#define TENFOLD_BUILDER_KCONFIG_H

#include <stdbool.h>

#include "lib/buf.h"

#define KCONFIG_MAX (8u << 20) /* bytes of a .config */

/* True if a change of this path (relative to the tree) can change what .config comes
 * out of the same fragment. Rather yes than no. */
bool kconfig_path_matters(const char *path);

/* The fragment with what tenfold needs added to its end: no LOCALVERSION_AUTO (it would
 * change the release, and with it every module, in each commit), and a suffix of the
 * release that is stable for the config, unless the fragment sets one. */
void kconfig_complete(const char *fragment, const char *config_name, struct buf *b);

/* The base with the options that the fragment decides replaced by the fragment's. */
void kconfig_merge(const char *base, const char *fragment, struct buf *b);

/* Adds the fragment's lines that the result did not take, one a line: an option that
 * this tree lacks, or that something else forbids. */
void kconfig_missing(const char *fragment, const char *result, struct buf *b);

/* True if .config text has the line CONFIG_NAME=y. name without "CONFIG_". */
bool kconfig_is_set(const char *config, const char *name);

#endif

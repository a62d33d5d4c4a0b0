/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was told, made whole once all of it is read: what --fragment and --repo stand for,
 * a store, paths that hang on the file's place. Of conf.c alone.
 */
#ifndef TENFOLD_BUILDER_CONF_SETTLE_H
#define TENFOLD_BUILDER_CONF_SETTLE_H

#include "conf.h"

/* -EINVAL with a sentence. */
int conf_settle(struct conf *conf, struct err *err);

/* Of conf.c: the section of that name, a new one if there is none. NULL: no memory. */
struct conf_tree *conf_add_tree(struct conf *conf, const char *name, struct err *err);
struct conf_config *conf_add_config(struct conf *conf, const char *name, struct err *err);

/* Of conf.c: fills a field that was not set. */
int conf_default(char **field, const char *text, struct err *err);

#endif

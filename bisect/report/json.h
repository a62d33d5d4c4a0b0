/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for programs; its parts are those of `status --json` where they are one. */
#ifndef TENFOLD_BISECT_REPORT_JSON_H
#define TENFOLD_BISECT_REPORT_JSON_H

#include <jansson.h>

#include "facts.h"

/* A new object; NULL when memory is out. */
json_t *report_json(const struct facts *facts);

/* New arrays: all that was tried, with the evidence in folder (or NULL); and the words of
 * a list. */
json_t *report_json_steps(const struct past *past, const char *folder);
json_t *report_json_words(const struct strvec *words);

#endif

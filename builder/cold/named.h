/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The images that hosts and boots name, as the server tells them (GET /v1/used). */
#ifndef TENFOLD_BUILDER_COLD_NAMED_H
#define TENFOLD_BUILDER_COLD_NAMED_H

#include "lib/err.h"
#include "lib/strvec.h"

/* server: HOST:PORT. ret_ids: full ids. -EIO with a sentence if it does not say. */
int named_get(const char *server, struct strvec *ret_ids, struct err *err);

#endif

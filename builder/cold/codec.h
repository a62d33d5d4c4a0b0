/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes made small: against a neighbour (zstd with the neighbour as prefix) or alone
 * (xz with its x86 filter, which takes a kernel to nine tenths of what zstd -19 does).
 */
#ifndef TENFOLD_BUILDER_COLD_CODEC_H
#define TENFOLD_BUILDER_COLD_CODEC_H

#include "blob.h"

int codec_delta(const struct blob *base, const struct blob *data, struct blob *ret_packed,
	struct err *err);
/* size: what must come out, to the byte; -EBADMSG if it does not. */
int codec_undelta(const struct blob *base, const struct blob *packed, size_t size,
	struct blob *ret_data, struct err *err);

int codec_squeeze(const struct blob *data, struct blob *ret_packed, struct err *err);
int codec_unsqueeze(
	const struct blob *packed, size_t size, struct blob *ret_data, struct err *err);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

#include <errno.h>
#include <lzma.h>
#include <zstd.h>

#define LEVEL 19
#define XZ_PRESET (9 | LZMA_PRESET_EXTREME)

DEFINE_CLEANUP(cctx, ZSTD_CCtx *, ZSTD_freeCCtx)
DEFINE_CLEANUP(dctx, ZSTD_DCtx *, ZSTD_freeDCtx)

static int packing_failed(struct err *err, const char *why)
{
	return err_set(err, -EIO, "cannot compress: %s", why);
}

static int unpacking_failed(struct err *err, const char *why)
{
	return err_set(err, -EBADMSG, "cannot decompress: %s", why);
}

/* A window that reaches over the prefix and the data (zstd's log2). */
static int window_for(size_t bytes)
{
	int log = 17;

	while (log < 31 && ((size_t)1 << log) < bytes)
		log++;
	return log;
}

int codec_delta(const struct blob *base, const struct blob *data, struct blob *ret_packed,
	struct err *err)
{
	CLEANUP(cleanup_cctx) ZSTD_CCtx *ctx = ZSTD_createCCtx();
	CLEANUP_BLOB struct blob packed = {0};
	size_t n;
	int r = blob_make(&packed, ZSTD_compressBound(data->len), err);

	if (r < 0 || !ctx)
		return r ? r : err_set(err, -ENOMEM, "out of memory");
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, window_for(base->len + data->len));
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_enableLongDistanceMatching, 1);
	ZSTD_CCtx_refPrefix(ctx, base->data, base->len);
	n = ZSTD_compress2(ctx, packed.data, packed.len, data->data, data->len);
	if (ZSTD_isError(n))
		return packing_failed(err, ZSTD_getErrorName(n));
	return blob_copy(ret_packed, packed.data, n, err);
}

int codec_undelta(const struct blob *base, const struct blob *packed, size_t size,
	struct blob *ret_data, struct err *err)
{
	CLEANUP(cleanup_dctx) ZSTD_DCtx *ctx = ZSTD_createDCtx();
	CLEANUP_BLOB struct blob data = {0};
	size_t n;
	int r = blob_make(&data, size, err);

	if (r < 0 || !ctx)
		return r ? r : err_set(err, -ENOMEM, "out of memory");
	ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, 31);
	ZSTD_DCtx_refPrefix(ctx, base->data, base->len);
	n = ZSTD_decompressDCtx(ctx, data.data, size, packed->data, packed->len);
	if (ZSTD_isError(n) || n != size)
		return unpacking_failed(
			err, ZSTD_isError(n) ? ZSTD_getErrorName(n) : "too few bytes");
	*ret_data = data;
	data = (struct blob){0};
	return 0;
}

int codec_squeeze(const struct blob *data, struct blob *ret_packed, struct err *err)
{
	CLEANUP_BLOB struct blob packed = {0};
	lzma_options_lzma options;
	lzma_filter filters[] = {{LZMA_FILTER_X86, NULL}, {LZMA_FILTER_LZMA2, &options},
		{LZMA_VLI_UNKNOWN, NULL}};
	size_t n = 0;
	int r = blob_make(&packed, lzma_stream_buffer_bound(data->len), err);

	if (r < 0)
		return r;
	if (lzma_lzma_preset(&options, XZ_PRESET))
		return packing_failed(err, "this xz has no such preset");
	if (lzma_stream_buffer_encode(filters, LZMA_CHECK_NONE, NULL, data->data,
		    data->len, packed.data, &n, packed.len) != LZMA_OK)
		return packing_failed(err, "xz does not take it");
	return blob_copy(ret_packed, packed.data, n, err);
}

int codec_unsqueeze(
	const struct blob *packed, size_t size, struct blob *ret_data, struct err *err)
{
	CLEANUP_BLOB struct blob data = {0};
	uint64_t memory = UINT64_MAX;
	size_t in = 0, out = 0;
	int r = blob_make(&data, size, err);

	if (r < 0)
		return r;
	if (lzma_stream_buffer_decode(&memory, 0, NULL, packed->data, &in, packed->len,
		    data.data, &out, size) != LZMA_OK ||
		out != size)
		return unpacking_failed(err, "the xz stream is damaged");
	*ret_data = data;
	data = (struct blob){0};
	return 0;
}

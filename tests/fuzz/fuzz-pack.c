// SPDX-License-Identifier: GPL-2.0-or-later
/* A pack of the cold store: an index up to the first NUL, then the parts. Magic, length
 * and digest are made right here, or nothing would come behind them. */
#include "builder/cold/packfile.h"
#include "lib/sha256.h"
#include "tests/fuzz/fuzz.h"

static void make_pack(const uint8_t *data, size_t size, struct blob *pack)
{
	size_t index = strnlen((const char *)data, size);
	size_t parts = index < size ? size - index - 1 : 0;
	char head[32], digest[SHA256_TEXT];

	snprintf(head, sizeof(head), "tenfold pack 1\n%08zx\n", index);
	assert(blob_add(pack, head, strlen(head), NULL) == 0);
	assert(blob_add(pack, data, index, NULL) == 0);
	assert(blob_add(pack, data + size - parts, parts, NULL) == 0);
	sha256_bytes(pack->data, pack->len, digest);
	assert(blob_add(pack, digest, 64, NULL) == 0);
	assert(blob_add(pack, "\n", 1, NULL) == 0);
}

/* Every part must lie in the pack's own bytes. */
static void check(const struct packfile *pack)
{
	const uint8_t *end = pack->bytes.data + pack->bytes.len;

	for (size_t i = 0; i < pack->n_files; i++)
		for (size_t j = 0; j < pack->files[i].n_parts; j++) {
			const struct packfile_part *part = &pack->files[i].part[j];

			assert(!part->stored ||
				(part->data >= pack->bytes.data && part->data <= end &&
					part->stored <= (size_t)(end - part->data)));
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blob bytes = {0};
	struct packfile pack = {0};

	if (!size)
		return 0;
	make_pack(data, size, &bytes);
	if (packfile_parse(&bytes, &pack, NULL) == 0)
		check(&pack);
	packfile_release(&pack);
	return 0;
}

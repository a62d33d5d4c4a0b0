// SPDX-License-Identifier: GPL-2.0-or-later
/* image.json of a store that anybody may have written to. */
#include "lib/image.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image image, again;
	CLEANUP_BUF struct buf b;
	struct image_id id;
	char text[IMAGE_ID_TEXT];

	buf_init(&b, 2 * IMAGE_JSON_MAX);
	if (image_parse((const char *)data, size, &image, NULL) < 0)
		return 0;
	image_id_format(&image.id, text);
	assert(image_id_parse(text, &id, NULL) == 0 && image_id_equal(&id, &image.id));
	for (size_t i = 0; i < image.n_files; i++)
		assert(!strchr(image.files[i].name, '/'));
	/* what was read can be written, and read again */
	if (image_dump(&image, &b) == 0) {
		assert(image_parse(b.data, b.len, &again, NULL) == 0);
		assert(image_id_equal(&again.id, &image.id));
		image_release(&again);
	}
	image_release(&image);
	return 0;
}

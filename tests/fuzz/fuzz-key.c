// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes of a terminal, into the editor of a command line. */
#include "dracut-module/key.h"
#include "dracut-module/line-edit.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key_decoder decoder = {0};
	CLEANUP_BUF struct buf b;
	struct line_edit edit;

	buf_init(&b, 64 * 1024);
	line_edit_init(&edit, "root=/dev/sda2 rw");
	for (size_t i = 0; i < size; i++) {
		int key = key_feed(&decoder, data[i]);

		if (key != KEY_NONE)
			line_edit_key(&edit, key);
		assert(edit.len <= LINE_EDIT_MAX && edit.cursor <= edit.len);
	}
	line_edit_draw(&edit, &b, 80);
	key_flush(&decoder);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of kernels, as the menu reads it from the network. */
#include "dracut-module/menu-list.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct menu_list list = {0};
	CLEANUP_BUF struct buf b;

	buf_init(&b, 1024 * 1024);
	if (menu_list_parse(&list, (const char *)data, size, NULL) == 0)
		for (size_t i = 0; i < list.count; i++) {
			size_t before = b.len;

			assert(menu_mark_name(list.entries[i].mark));
			assert(*list.entries[i].id);
			menu_add_text(&b, list.entries[i].subject, 40);
			/* nothing that moves a terminal's cursor comes through */
			for (size_t at = before; at < b.len; at++)
				assert((unsigned char)b.data[at] >= ' ' &&
					b.data[at] != 0x7f);
		}
	menu_list_release(&list);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The notes of an ELF file that other people's makefiles have made. */
#include "builder/job/build-id.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char hex[BUILD_ID_TEXT];

	if (build_id_parse(data, size, hex) == 0)
		assert(strspn(hex, "0123456789abcdef") == strlen(hex));
	return 0;
}

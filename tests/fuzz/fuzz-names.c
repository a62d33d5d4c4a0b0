// SPDX-License-Identifier: GPL-2.0-or-later
/* Short names from outside: MACs, images, dates, stages, networks. */
#include "builder/queue/wish.h"
#include "lib/clock.h"
#include "lib/image.h"
#include "lib/mac.h"
#include "lib/stage.h"
#include "lib/strvec.h"
#include "tests/fuzz/fuzz.h"

static void a_mac(const char *text)
{
	struct mac mac, again;
	char dashed[MAC_TEXT];

	if (mac_parse(text, &mac) < 0)
		return;
	assert(strlen(mac.text) == MAC_TEXT - 1);
	mac_format(&mac, '-', dashed);
	assert(mac_parse(dashed, &again) == 0 && mac_equal(&mac, &again));
}

static void an_image(const char *text)
{
	struct image_spelling spelling;
	char again[IMAGE_ID_TEXT];
	struct image_id id;

	if (image_id_parse(text, &id, NULL) == 0) {
		image_id_format(&id, again);
		assert(!strcmp(text, again) && !strstr(text, ".."));
	}
	if (image_spelling_parse(text, &spelling, NULL) == 0)
		assert(*spelling.name && !strstr(spelling.name, ".."));
	image_refname_valid(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	struct wish wish;
	int64_t seconds;

	a_mac(text);
	an_image(text);
	clock_parse_iso(text, &seconds);
	stage_parse(text);
	wish_parse_name(text, &wish);
	strvec_split(&words, text, NULL);
	return 0;
}

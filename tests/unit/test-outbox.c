// SPDX-License-Identifier: GPL-2.0-or-later
/* Mails that wait for their relay. */
#include "builder/mail/outbox.h"

#include <errno.h>
#include <string.h>

#include "lib/file.h"
#include "tests/unit/builder-tree.h"

#define KEY "x86_64@mini@0123456789abcdef0123456789abcdef01234567"

static void sends_each_mail_once(void **state)
{
	CLEANUP_STRVEC struct strvec sendmail = STRVEC_INIT, bad = STRVEC_INIT;
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_FREE char *sent = NULL, *waits = NULL;
	struct err err = ERR_INIT;
	char temp[32];

	(void)state;
	temp_make(temp);
	sent = buf_format("%s/mail", temp);
	waits = buf_format("%s/outbox/" KEY, temp);
	strvec_addv(&sendmail,
		(const char *const[]){"dd", "oflag=append", "conv=notrunc", NULL});
	strvec_addf(&sendmail, "of=%s", sent);
	strvec_add(&bad, "false");
	assert_int_equal(outbox_put(temp, KEY, "To: lab@example.org\n\nx\n", &err), 0);
	/* a relay that is down: the mail stays */
	assert_int_equal(outbox_send(temp, &bad, -1, &err), -EIO);
	assert_true(file_exists(waits));
	assert_int_equal(outbox_send(temp, &sendmail, -1, &err), 0);
	assert_int_equal(outbox_send(temp, &sendmail, -1, &err), 0);
	/* what was sent is not put there again: a kill may make us try */
	assert_int_equal(outbox_put(temp, KEY, "again", &err), 0);
	assert_false(file_exists(waits));
	buf_init(&text, 65536);
	assert_int_equal(file_read(sent, &text, NULL), 0);
	assert_string_equal(text.data, "To: lab@example.org\n\nx\n");
	assert_int_equal(dir_remove(temp, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sends_each_mail_once)};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}

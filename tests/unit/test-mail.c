// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/mail/mail.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/message.h"
#include "tests/unit/unit.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define D40 "89abcdef0123456789abcdef0123456789abcdef"

static void takes_plain_addresses_only(void **state)
{
	static const char *const good[] = {
		"a@b.org", "first.last+tag@kernel.org", "root@localhost"};
	static const char *const bad[] = {"", "a", "@b", "a@", "a@b@c", "a b@c.org",
		"a@b.org, x@y.org", "\"a b\"@c.org", "a@b.org\nBcc: x@y.org", "<a@b.org>",
		"-oQ/tmp@b.org", "a..b@c.org", ".a@b.org", "a@[127.0.0.1]", "a@b.org\r",
		"\xc3\xa9@b.org"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(message_address_valid(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(message_address_valid(bad[i]));
}

static void assert_header(const char *text, const char *want)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 65536);
	message_header(&b, "Subject", text);
	assert_string_equal(b.data, want);
}

static void headers_are_one_header(void **state)
{
	(void)state;
	assert_header("plain", "Subject: plain\n");
	assert_header(
		"a\r\nBcc: x@y.org\r\n\r\nbody", "Subject: a??Bcc: x@y.org????body\n");
	/* RFC 2047, decoded by hand: "Müller" */
	assert_header("M\xc3\xbcller", "Subject: =?UTF-8?B?TcO8bGxlcg==?=\n");
	/* what looks encoded already is text, not a way around the checks */
	assert_header(
		"=?UTF-8?B?DQo=?=", "Subject: =?UTF-8?B?PT9VVEYtOD9CP0RRbz0/PQ==?=\n");
	assert_header("\xff\xfe", "Subject: ??\n");
	/* folded at blanks */
	assert_header("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
		      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		"Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n "
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
}

static void assert_mailbox(const char *name, const char *want)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 4096);
	message_mailbox(&b, name, "a@b.org");
	assert_string_equal(b.data, want);
}

static void names_are_one_phrase(void **state)
{
	(void)state;
	assert_mailbox("", "<a@b.org>");
	assert_mailbox("A U Thor", "A U Thor <a@b.org>");
	assert_mailbox("Thor, A.", "\"Thor, A.\" <a@b.org>");
	assert_mailbox("x\" <e@v.il>, \"y\\", "\"x\\\" <e@v.il>, \\\"y\\\\\" <a@b.org>");
	assert_mailbox("a\r\nBcc: e@v.il", "\"a??Bcc: e@v.il\" <a@b.org>");
	assert_mailbox("M\xc3\xbcller", "=?UTF-8?B?TcO8bGxlcg==?= <a@b.org>");
}

static void encoded_words_keep_characters_whole(void **state)
{
	CLEANUP_BUF struct buf text, b;

	(void)state;
	buf_init(&text, 4096);
	buf_init(&b, 65536);
	for (int i = 0; i < 100; i++)
		buf_adds(&text, "\xe2\x82\xac");
	message_header(&b, "Subject", text.data);
	for (char *line = b.data; *line;) {
		size_t len = strcspn(line, "\n");
		char *word = strstr(line, "?B?");

		assert_true(len <= 76);
		/* 39 bytes, 13 characters: the base64 of each word needs no '=' */
		assert_non_null(word);
		assert_int_equal((strcspn(word + 3, "?") / 4 * 3) % 3, 0);
		line += len + 1;
	}
}

static void a_mail_says_what_is_needed(void **state)
{
	CLEANUP_STRVEC struct strvec to = STRVEC_INIT, make_args = STRVEC_INIT;
	CLEANUP_BUF struct buf b;
	struct mail mail = {.from = "tenfold@example.org",
		.to = &to,
		.author_copy = "evil@example.org, all@example.org",
		.time = 1700000000,
		.tree = "lab",
		.remote = "https://git.example.org/linux.git",
		.branch = "net/next",
		.head = D40,
		.commit = C40,
		.subject = "break\r\nit\n.\n",
		.author_name = "A\nBcc: x@y.org",
		.author_email = "a@example.org",
		.author_date = "2023-11-14T22:13:20Z",
		.arch = "i386",
		.config = "lab",
		.compiler = "gcc (Debian 12.2.0) 12.2.0",
		.seen = "",
		.errors = "a.c:1:1: error: no\n    1 | x\n",
		.log = "/store/failed/i386/lab/" C40 "/build.log",
		.make_args = &make_args,
		.config_file = "/my store/failed/i386/lab/" C40 "/config"};

	(void)state;
	strvec_add(&make_args, "LLVM=1");
	strvec_add(&make_args, "KCFLAGS=-O2 -g");
	strvec_add(&to, "a@example.org");
	strvec_add(&to, "b@example.org");
	buf_init(&b, MAIL_MAX);
	mail_compose(&mail, &b);
	assert_int_equal(buf_check(&b), 0);
	assert_string_equal(b.data,
		"From: tenfold <tenfold@example.org>\n"
		"To: a@example.org,\n b@example.org\n"
		"Subject: [tenfold] net/next: 0123456789ab does not build (i386/lab)\n"
		"Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
		"Message-ID: <" C40 ".i386.lab@tenfold>\n"
		"Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: 8bit\n\n"
		"tree:     https://git.example.org/linux.git\n"
		"branch:   net/next\n"
		"head:     " D40 "\n"
		"commit:   " C40 "\n"
		"subject:  break??it?.?\n"
		"author:   A?Bcc: x@y.org <a@example.org>\n"
		"date:     2023-11-14T22:13:20Z\n"
		"config:   i386/lab\n"
		"compiler: gcc (Debian 12.2.0) 12.2.0\n"
		"\nreproduce:\n\n"
		"  git remote add lab https://git.example.org/linux.git\n"
		"  git fetch lab\n"
		"  git checkout " C40 "\n"
		"  cp '/my store/failed/i386/lab/" C40 "/config' .config\n"
		"  make ARCH=i386 olddefconfig LLVM=1 'KCFLAGS=-O2 -g'\n"
		"  make ARCH=i386 LLVM=1 'KCFLAGS=-O2 -g'\n"
		"\nor, on the kernel server:\n\n"
		"  tenfold-builder build --retry --arch i386 --config lab " C40 "\n"
		"\nerrors (new ones first, marked >>):\n\n"
		"  >> a.c:1:1: error: no\n"
		"         1 | x\n"
		"\nthe whole log:\n\n"
		"  /store/failed/i386/lab/" C40 "/build.log\n");
}

/* To nobody who did not give one plain address. */
static void assert_copy(const struct strvec *to, const char *author, const char *want)
{
	CLEANUP_BUF struct buf b;
	struct mail mail = {.to = to,
		.author_copy = author,
		.remote = "t",
		.branch = "main",
		.head = D40,
		.commit = C40,
		.subject = "break it",
		.author_name = "A",
		.author_email = "a@example.org",
		.author_date = "2023-11-14T22:13:20Z",
		.arch = "i386",
		.config = "lab",
		.compiler = "gcc",
		.seen = "",
		.errors = "",
		.log = "log"};

	buf_init(&b, MAIL_MAX);
	mail_compose(&mail, &b);
	assert_int_equal(buf_check(&b), 0);
	*strstr(b.data, "Subject: ") = '\0';
	assert_string_equal(b.data, want);
}

static void the_author_gets_a_copy(void **state)
{
	CLEANUP_STRVEC struct strvec to = STRVEC_INIT, none = STRVEC_INIT;

	(void)state;
	strvec_add(&to, "lab@example.org");
	assert_copy(&to, "a@example.org", "To: lab@example.org\nCc: a@example.org\n");
	assert_copy(&none, "a@example.org", "To: a@example.org\n");
	assert_copy(&to, NULL, "To: lab@example.org\n");
	assert_copy(&to, "a@example.org\nBcc: b@example.org", "To: lab@example.org\n");
}

/* The answer to it, which a reader finds below it. */
static void a_mail_says_that_it_builds_again(void **state)
{
	CLEANUP_STRVEC struct strvec to = STRVEC_INIT;
	CLEANUP_BUF struct buf b;
	struct mail mail = {.to = &to,
		.remote = "t",
		.branch = "main",
		.head = D40,
		.commit = C40,
		.subject = "break it",
		.mended = D40,
		.mended_subject = "repair\r\nBcc: x@y.org",
		.author_name = "A",
		.author_email = "a@example.org",
		.author_date = "2023-11-14T22:13:20Z",
		.arch = "i386",
		.config = "lab",
		.compiler = "gcc"};

	(void)state;
	strvec_add(&to, "a@example.org");
	buf_init(&b, MAIL_MAX);
	mail_compose(&mail, &b);
	assert_int_equal(buf_check(&b), 0);
	assert_non_null(strstr(b.data,
		"Subject: [tenfold] main: 89abcdef0123 builds again (i386/lab)\n"));
	assert_non_null(strstr(b.data, "Message-ID: <mended." C40 ".i386.lab@tenfold>\n"
				       "In-Reply-To: <" C40 ".i386.lab@tenfold>\n"));
	assert_non_null(strstr(b.data, "builds:   " D40 "\nsubject:  repair??Bcc"));
	assert_null(strstr(b.data, "\nBcc:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_plain_addresses_only),
		cmocka_unit_test(headers_are_one_header),
		cmocka_unit_test(names_are_one_phrase),
		cmocka_unit_test(encoded_words_keep_characters_whole),
		cmocka_unit_test(a_mail_says_what_is_needed),
		cmocka_unit_test(the_author_gets_a_copy),
		cmocka_unit_test(a_mail_says_that_it_builds_again),
	};

	return cmocka_run_group_tests_name("mail", tests, NULL, NULL);
}

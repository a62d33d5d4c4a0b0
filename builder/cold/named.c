// SPDX-License-Identifier: GPL-2.0-or-later
#include "named.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "lib/buf.h"

#define TIMEOUT_MS 20000L
#define ANSWER_MAX (16 * 1024 * 1024)

DEFINE_CLEANUP(curl, CURL *, curl_easy_cleanup)

static size_t take(char *data, size_t size, size_t n, void *ctx)
{
	buf_add(ctx, data, size * n);
	return buf_check(ctx) ? 0 : size * n;
}

int named_get(const char *server, struct strvec *ret_ids, struct err *err)
{
	CLEANUP(cleanup_curl) CURL *curl = curl_easy_init();
	CLEANUP_BUF struct buf url = {0}, answer = {0};
	CURLcode code;

	buf_init(&url, 1024);
	buf_init(&answer, ANSWER_MAX);
	buf_addf(&url, "http://%s/v1/used", server);
	if (!curl || buf_check(&url))
		return err_set(err, -ENOMEM, "out of memory");
	curl_easy_setopt(curl, CURLOPT_URL, url.data);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		return err_set(err, -EIO,
			"the server at '%s' does not say what is used: %s", server,
			curl_easy_strerror(code));
	for (char *line = answer.data, *next; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		strvec_add(ret_ids, line);
	}
	return strvec_check(ret_ids);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"

#define TIMEOUT_MS 10000L

struct http {
	CURL *curl;
	char *base;
	char *token;
};

DEFINE_CLEANUP(slist, struct curl_slist *, curl_slist_free_all)

int http_new(const char *base, const char *token, struct http **ret_http, struct err *err)
{
	struct http *http = calloc(1, sizeof(*http));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (http) {
		http->curl = curl_easy_init();
		http->base = strdup(base);
		http->token = token ? strdup(token) : NULL;
	}
	if (!http || !http->curl || !http->base || (token && !http->token)) {
		http_free(http);
		return err_set(err, -ENOMEM, "out of memory");
	}
	while (*http->base && http->base[strlen(http->base) - 1] == '/')
		http->base[strlen(http->base) - 1] = '\0';
	*ret_http = http;
	return 0;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	free(http->base);
	free(http->token);
	free(http);
}

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
	buf_add(ctx, data, size * n);
	return buf_check(ctx) ? 0 : size * n;
}

static size_t take_header(char *data, size_t size, size_t n, void *ctx)
{
	static const char name[] = "etag:";
	char *etag = ctx;
	size_t len = size * n, skip = sizeof(name) - 1;

	if (len > skip && !strncasecmp(data, name, skip)) {
		while (skip < len && data[skip] == ' ')
			skip++;
		while (len > skip && strchr("\r\n ", data[len - 1]))
			len--;
		snprintf(etag, 128, "%.*s", (int)(len - skip), data + skip);
	}
	return size * n;
}

static int add_header(struct curl_slist **list, const char *name, const char *value)
{
	CLEANUP_BUF struct buf b;
	struct curl_slist *more;

	buf_init(&b, 8192);
	buf_addf(&b, "%s: %s", name, value);
	more = buf_check(&b) ? NULL : curl_slist_append(*list, b.data);
	if (!more)
		return -ENOMEM;
	*list = more;
	return 0;
}

static int make_headers(const struct http *http, const struct http_request *request,
	struct curl_slist **list)
{
	CLEANUP_BUF struct buf bearer;
	int r = add_header(list, "Accept", "application/json");

	buf_init(&bearer, 4096);
	if (!r)
		r = add_header(list, "Content-Type", "text/plain");
	if (!r && request->if_match)
		r = add_header(list, "If-Match", request->if_match);
	if (!r && request->if_none)
		r = add_header(list, "If-None-Match", "*");
	if (!r && http->token) {
		buf_addf(&bearer, "Bearer %s", http->token);
		r = add_header(list, "Authorization", bearer.data);
	}
	return r;
}

static int judge(struct http *http, const struct http_request *request,
	const struct buf *answer, struct err *err)
{
	int len = strcspn(answer->data, "\r\n");
	long status = 0;
	int r;

	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 400)
		return 0;
	r = status == 404                    ? -ENOENT
	    : status == 412                  ? -EEXIST
	    : status == 401 || status == 403 ? -EACCES
					     : -EIO;
	if (len > 300)
		len = 300;
	return err_set(err, r, "the server says to %s %s: %ld: %.*s", request->method,
		request->path, status, len, answer->data);
}

int http_do(struct http *http, const struct http_request *request, struct buf *answer,
	char ret_etag[128], struct err *err)
{
	CLEANUP(cleanup_slist) struct curl_slist *headers = NULL;
	CLEANUP_BUF struct buf url, own;
	struct buf *body = answer ? answer : &own;
	char etag[128] = "";
	CURLcode code;

	buf_init(&url, 8192);
	buf_init(&own, 64 * 1024);
	buf_addf(&url, "%s%s", http->base, request->path);
	buf_reset(body);
	curl_easy_reset(http->curl);
	if (buf_check(&url) || make_headers(http, request, &headers) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	curl_easy_setopt(http->curl, CURLOPT_URL, url.data);
	curl_easy_setopt(http->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(http->curl, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->body || !strcmp(request->method, "POST"))
		curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS,
			request->body ? request->body : "");
	curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(http->curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(http->curl, CURLOPT_HEADERDATA, etag);
	code = curl_easy_perform(http->curl);
	if (code != CURLE_OK)
		return err_set(err, -ECONNREFUSED,
			"the server at '%s' does not answer: %s", http->base,
			curl_easy_strerror(code));
	if (ret_etag)
		snprintf(ret_etag, 128, "%s", etag);
	return judge(http, request, body, err);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "request.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/text.h"

static void plus_to_space(char *text)
{
	for (; *text; text++)
		if (*text == '+')
			*text = ' ';
}

/* name=value of a query, cut up in place. */
static int add_query(struct request *rq, char *pair)
{
	char *equals = strchr(pair, '=');
	char *value = equals ? equals + 1 : pair + strlen(pair);

	if (equals)
		*equals = '\0';
	plus_to_space(pair);
	plus_to_space(value);
	if (text_decode_url(pair) || text_decode_url(value))
		return -EINVAL;
	strvec_add(&rq->names, pair);
	strvec_add(&rq->values, value);
	return 0;
}

static int read_query(struct request *rq, char *query)
{
	char *pair;

	while ((pair = strsep(&query, "&")))
		if (*pair && add_query(rq, pair))
			return -EINVAL;
	return strvec_check(&rq->names) ? strvec_check(&rq->names)
					: strvec_check(&rq->values);
}

int request_init(
	struct request *rq, const char *method, const char *target, struct err *err)
{
	char *query;
	int r = 0;

	*rq = (struct request){.method = method,
		.body = "",
		.accept = "",
		.authorization = "",
		.content_type = "",
		.host = "",
		.if_match = "",
		.if_none_match = "",
		.range = "",
		.user_agent = ""};
	rq->path = strdup(target);
	if (!rq->path)
		return err_set(err, -ENOMEM, "out of memory");
	query = strchr(rq->path, '?');
	if (query) {
		*query++ = '\0';
		r = read_query(rq, query);
	}
	if (!r)
		r = text_decode_url(rq->path);
	if (r < 0)
		err_set(err, r,
			r == -EINVAL ? "bad percent-encoding in the address"
				     : "out of memory");
	return r;
}

void request_release(struct request *rq)
{
	free(rq->path);
	rq->path = NULL;
	strvec_release(&rq->names);
	strvec_release(&rq->values);
	for (size_t i = 0; i < REQUEST_PARAMS_MAX; i++) {
		free(rq->params[i]);
		rq->params[i] = NULL;
	}
}

const char *request_query(const struct request *rq, const char *name)
{
	for (size_t i = 0; i < rq->names.n; i++)
		if (!strcmp(rq->names.v[i], name))
			return rq->values.v[i];
	return "";
}

bool request_wants_json(const struct request *rq)
{
	return strcasestr(rq->accept, "application/json");
}

bool request_has_json(const struct request *rq)
{
	return !strncasecmp(rq->content_type, "application/json", 16);
}

static void set_address(char to[REQUEST_ADDRESS_TEXT], const char *address)
{
	if (!strncasecmp(address, "::ffff:", 7) && strchr(address, '.'))
		address += 7;
	snprintf(to, REQUEST_ADDRESS_TEXT, "%s", address);
}

size_t request_body_max(const char *target)
{
	const char *end = target + strcspn(target, "?");
	const char *logs = strstr(target, "/logs/");

	return logs && logs < end ? REQUEST_LOG_MAX : REQUEST_BODY_MAX;
}

void request_set_peer(struct request *rq, const char *address)
{
	set_address(rq->peer, address);
	rq->loopback = !strncmp(rq->peer, "127.", 4) || !strcmp(rq->peer, "::1");
}

bool request_is_ours(const struct request *rq)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; rq->loopback && i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i]);
		const char *port = rq->host + len;

		if (strncasecmp(rq->host, names[i], len) != 0)
			continue;
		if (!*port || (*port == ':' && !port[1 + strspn(port + 1, "0123456789")]))
			return true;
	}
	return false;
}

void request_set_local(struct request *rq, const char *address)
{
	set_address(rq->local, address);
}

/* Whether text begins with "KEY=" of a key that is_key() knows. */
static bool begins_pair(const char *text, bool (*is_key)(const char *key))
{
	size_t len = strcspn(text, "=&\n");
	char key[32];

	if (text[len] != '=' || len >= sizeof(key))
		return false;
	memcpy(key, text, len);
	key[len] = '\0';
	return is_key(key);
}

/* Where the pair that begins at text ends: the newline, a '&' before a key, the end. */
static char *pair_end(char *text, bool (*is_key)(const char *key))
{
	for (; *text && *text != '\n'; text++)
		if (*text == '&' && begins_pair(text + 1, is_key))
			break;
	return text;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

int request_next_pair(char **text, bool (*is_key)(const char *key),
	struct request_pair *ret_pair, struct err *err)
{
	char *start = *text, *end, *equals;

	while (*start == '\n' || *start == '\r')
		start++;
	if (!*start) {
		*text = start;
		return 0;
	}
	end = pair_end(start, is_key);
	*text = *end ? end + 1 : end;
	*end = '\0';
	if (end > start && end[-1] == '\r')
		end[-1] = '\0';
	if (has_control(start))
		return err_set(err, -EINVAL, "control characters in the body");
	equals = strchr(start, '=');
	if (!equals || equals == start)
		return err_set(err, -EINVAL,
			"'%.100s' is not a line of the form key=value", start);
	*equals = '\0';
	ret_pair->key = start;
	ret_pair->value = equals + 1;
	return 1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "people.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/message.h"

void people_release(struct people *people)
{
	strvec_release(&people->names);
	strvec_release(&people->addresses);
}

static bool has(const struct people *people, const char *address)
{
	for (size_t i = 0; people && i < people->addresses.n; i++)
		if (!strcasecmp(people->addresses.v[i], address))
			return true;
	return false;
}

void people_add(struct people *people, const struct people *other, const char *name,
	const char *address)
{
	if (!message_address_valid(address) || has(people, address) ||
		has(other, address) || people->addresses.n == PEOPLE_MAX)
		return;
	strvec_add(&people->names, name);
	strvec_add(&people->addresses, address);
}

int people_split(const char *text, size_t len, char **ret_name, char **ret_address)
{
	const char *open = memchr(text, '<', len), *close;
	size_t name;

	if (!open) {
		*ret_name = strdup("");
		*ret_address = strndup(text, len);
		return *ret_name && *ret_address ? 0 : -ENOMEM;
	}
	close = memchr(open, '>', len - (open - text));
	if (!close)
		return -EINVAL;
	name = open - text;
	while (name && text[name - 1] == ' ')
		name--;
	if (name > 1 && text[0] == '"' && text[name - 1] == '"') {
		text++;
		name -= 2;
	}
	*ret_name = strndup(text, name);
	*ret_address = strndup(open + 1, close - open - 1);
	return *ret_name && *ret_address ? 0 : -ENOMEM;
}

static void add_split(
	struct people *people, const struct people *other, const char *text, size_t len)
{
	CLEANUP_FREE char *name = NULL, *address = NULL;

	if (people_split(text, len, &name, &address) == 0)
		people_add(people, other, name, address);
}

/* "(maintainer:PRINTK)", "(supporter:X)"; "maintainer" and its like decide. */
static bool decides(const char *role)
{
	return !strncmp(role, " (maintainer", 12) || !strncmp(role, " (supporter", 11);
}

static size_t line_length(const char *text)
{
	return strcspn(text, "\r\n");
}

/* All of one kind before the other, so that whoever is both is a maintainer. */
static void take_roles(
	const char *text, bool maintainers, struct people *people, struct people *other)
{
	for (size_t len; *text; text += len + (text[len] != '\0')) {
		const char *role, *from;

		len = line_length(text);
		from = memchr(text, '>', len);
		role = memmem(
			from ? from : text, len - ((from ? from : text) - text), " (", 2);
		if (role && decides(role) == maintainers)
			add_split(people, other, text, role - text);
	}
}

void people_take_maintainers(const char *text, struct people *to, struct people *cc)
{
	take_roles(text, true, to, NULL);
	take_roles(text, false, cc, to);
}

void people_take_signers(const char *message, const struct people *to, struct people *cc)
{
	static const char key[] = "Signed-off-by: ";

	for (size_t len; *message; message += len + (message[len] != '\0')) {
		len = line_length(message);
		if (len > sizeof(key) && !strncasecmp(message, key, sizeof(key) - 1))
			add_split(cc, to, message + sizeof(key) - 1,
				len - (sizeof(key) - 1));
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "roster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/log/pairs.h"

struct roster_host *roster_find(const struct roster *roster, const char *name)
{
	for (size_t i = 0; i < roster->n; i++)
		if (!strcmp(roster->v[i].name, name))
			return &roster->v[i];
	return NULL;
}

size_t roster_candidates(const struct roster *roster)
{
	size_t least = 0;

	for (size_t i = 0; i < roster->n; i++) {
		const struct roster_host *host = &roster->v[i];

		if (*host->commit && host->candidates &&
			(!least || host->candidates < least))
			least = host->candidates;
	}
	return least;
}

size_t roster_at_work(const struct roster *roster)
{
	size_t n = 0;

	for (size_t i = 0; i < roster->n; i++)
		n += !*roster->v[i].aside;
	return n;
}

static struct roster_host *find_or_add(struct roster *roster, const char *name)
{
	struct roster_host *host = roster_find(roster, name), *more;

	if (host)
		return host;
	more = reallocarray(roster->v, roster->n + 1, sizeof(*more));
	if (!more)
		return NULL;
	roster->v = more;
	host = &more[roster->n++];
	*host = (struct roster_host){0};
	snprintf(host->name, sizeof(host->name), "%s", name);
	return host;
}

/* host=A host=B ... mac=A's mac=B's ... */
static int take_start(struct roster *roster, const struct strvec *pairs)
{
	const char *name = NULL, *mac = NULL;

	roster_release(roster);
	while ((name = pairs_next(pairs, "host", name))) {
		struct roster_host *host = find_or_add(roster, name);

		if (!host)
			return -ENOMEM;
		mac = pairs_next(pairs, "mac", mac);
		snprintf(host->mac, sizeof(host->mac), "%s", mac ? mac : "");
	}
	return 0;
}

static void take_aside(struct roster_host *host, const struct strvec *pairs)
{
	host->commit[0] = '\0';
	host->disagrees |= pairs_find(pairs, "disagrees") != NULL;
	snprintf(host->aside, sizeof(host->aside), "%s", pairs_text(pairs, "why"));
}

static int take_seen(struct roster_host *host, const struct strvec *pairs)
{
	const char *word = NULL;

	strvec_release(&host->seen);
	while ((word = pairs_next(pairs, "failure", word)))
		strvec_add(&host->seen, word);
	return strvec_check(&host->seen);
}

/* Whoever joins anew is at work again, unless it was shown to disagree. */
static void take_joined(struct roster_host *host, const struct strvec *pairs)
{
	snprintf(host->mac, sizeof(host->mac), "%s", pairs_text(pairs, "mac"));
	host->commit[0] = '\0';
	if (!host->disagrees)
		host->aside[0] = '\0';
}

static void take_owner(struct roster_host *host, const struct strvec *pairs)
{
	host->owner_noted = pairs_find(pairs, "back") == NULL;
	if (!host->owner_noted)
		host->last[0] = '\0';
	host->owner_next =
		(struct chosen){.wait = !strcmp(pairs_text(pairs, "wait"), "yes")};
	snprintf(host->owner_next.image, sizeof(host->owner_next.image), "%s",
		pairs_text(pairs, "image"));
}

int roster_take(struct roster *roster, const struct strvec *pairs)
{
	const char *event = pairs_text(pairs, "event"), *name = pairs_text(pairs, "host");
	unsigned int number = pairs_number(pairs, "step", 0);
	struct roster_host *host;

	if (!strcmp(event, "start"))
		return take_start(roster, pairs);
	if (!*name)
		return 0;
	host = find_or_add(roster, name);
	if (!host)
		return -ENOMEM;
	if (number > roster->last_number)
		roster->last_number = number;
	if (!strcmp(event, "joined"))
		take_joined(host, pairs);
	else if (!strcmp(event, "seen"))
		return take_seen(host, pairs);
	else if (!strcmp(event, "aside"))
		take_aside(host, pairs);
	else if (!strcmp(event, "owner-next"))
		take_owner(host, pairs);
	else if (strcmp(event, "step") && strcmp(event, "lab-fault"))
		host->commit[0] = '\0'; /* judged, or dropped */
	if (strcmp(event, "step"))
		return 0;
	snprintf(host->commit, sizeof(host->commit), "%s", pairs_text(pairs, "commit"));
	snprintf(host->last, sizeof(host->last), "%s", host->commit);
	host->candidates = pairs_number(pairs, "candidates", 0);
	return 0;
}

void roster_release(struct roster *roster)
{
	for (size_t i = 0; i < roster->n; i++)
		strvec_release(&roster->v[i].seen);
	free(roster->v);
	*roster = (struct roster){0};
}

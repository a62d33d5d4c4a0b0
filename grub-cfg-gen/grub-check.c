// SPDX-License-Identifier: GPL-2.0-or-later
/* What the settings of a configuration must look like. */
#include "grub-cfg.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HOST_MAX 253 /* RFC 1035 */

/* A host name or IPv4 address of len bytes. */
static bool host_valid(const char *text, size_t len)
{
	if (!len || len > HOST_MAX || !isalnum((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(".-", text[i]))
			return false;
	return true;
}

/* All of text is digits, from min to max. */
static bool number_valid(const char *text, unsigned long min, unsigned long max)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long n;

	if (!digits || digits > 9 || text[digits])
		return false;
	n = strtoul(text, NULL, 10);
	return n >= min && n <= max;
}

bool grub_cfg_server_valid(const char *text)
{
	size_t len = strcspn(text, ":");

	return host_valid(text, len) && text[len] &&
	       number_valid(text + len + 1, 1, 65535);
}

bool grub_cfg_nfs_valid(const char *text)
{
	size_t len = strcspn(text, ":");

	if (!host_valid(text, len) || !text[len] || text[len + 1] != '/')
		return false;
	for (text += len + 1; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f ||
			strchr("\"'\\:,", *text))
			return false;
	return true;
}

bool grub_cfg_ipv4_valid(const char *text)
{
	struct in_addr addr;

	return inet_pton(AF_INET, text, &addr) == 1;
}

bool grub_cfg_netmask_valid(const char *text)
{
	struct in_addr addr;
	uint32_t zeroes;

	if (inet_pton(AF_INET, text, &addr) != 1)
		return false;
	zeroes = ~ntohl(addr.s_addr);
	return zeroes != UINT32_MAX && !(zeroes & (zeroes + 1));
}

bool grub_cfg_path_valid(const char *text)
{
	if (*text != '/')
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("._+/=?&%:-", *text))
			return false;
	return true;
}

bool grub_cfg_serial_valid(const char *text)
{
	unsigned int unit, speed;
	int end = 0;

	if (sscanf(text, "ttyS%1u%n", &unit, &end) != 1 || unit > 3)
		return false;
	if (!text[end])
		return true;
	text += end;
	if (sscanf(text, ",%7u%n", &speed, &end) != 1 || speed < 300)
		return false;
	text += end;
	return !*text || !strcmp(text, "n8") || !strcmp(text, "n8r");
}

void grub_cfg_static_name(const struct mac *mac, char ret_name[GRUB_CFG_STATIC_NAME_TEXT])
{
	char dashed[MAC_TEXT];

	mac_format(mac, '-', dashed);
	snprintf(ret_name, GRUB_CFG_STATIC_NAME_TEXT, "grub.cfg-01-%s", dashed);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "hosts.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>

#include "config.h"
#include "grub-cfg-gen/grub-cfg.h"
#include "nearest.h"
#include "request.h"
#include "lib/text.h"

bool host_name_valid(const char *name)
{
	size_t len = strlen(name);
	struct mac mac;

	if (!len || len >= HOST_NAME_TEXT || !isalnum((unsigned char)name[0]))
		return false;
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			return false;
	return mac_parse(name, &mac) != 0;
}

const char *host_label(const struct host *host)
{
	return *host->name ? host->name : host->mac.text;
}

static bool seconds_valid(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits <= 4 && !text[digits] && atoi(text) <= 3600;
}

static bool boot_valid(const char *text)
{
	return !strcmp(text, "kexec") || !strcmp(text, "grub");
}

/* A card's name goes onto a command line, between separators of its own. */
static bool netconsole_valid(const char *text)
{
	size_t len = strlen(text);

	return len && len < IFNAMSIZ && isalpha((unsigned char)text[0]) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789._-") == len;
}

static const struct setting {
	const char *key;
	size_t offset, size;
	bool (*valid)(const char *text);
	const char *rule;
} settings[] = {
#define SETTING(field) \
#field, offsetof(struct host, field), sizeof(((struct host *)0)->field)
	{SETTING(name), host_name_valid,
		"letters, digits, '.', '_' and '-', beginning with a letter or digit"},
	{SETTING(arch), image_arch_valid, "x86_64 or i386"},
	{SETTING(config), image_config_valid, "the name of a kernel config"},
	{SETTING(cmdline), config_cmdline_valid, "up to 1024 printable ASCII characters"},
	{SETTING(first_cmdline), config_cmdline_valid,
		"up to 1024 printable ASCII characters"},
	{SETTING(timeout), seconds_valid, "a number of seconds, 0 to 3600"},
	{SETTING(boot), boot_valid, "kexec or grub"},
	{SETTING(watchdog), seconds_valid, "a number of seconds, 0 to 3600"},
	{SETTING(netmask), grub_cfg_netmask_valid, "a netmask like 255.255.255.0"},
	{SETTING(gateway), grub_cfg_ipv4_valid, "an IPv4 address"},
	{SETTING(netconsole), netconsole_valid, "yes, no, or a network card like eth1"},
#undef SETTING
};

static const struct setting *find_setting(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (!strcmp(settings[i].key, key))
			return &settings[i];
	return NULL;
}

static const char *setting_text(const struct host *host, size_t i)
{
	return (const char *)host + settings[i].offset;
}

static bool is_key(const char *key)
{
	return find_setting(key) || !strcmp(key, "mac") || !strcmp(key, "default");
}

static int set_mac(struct host *host, const char *value, struct err *err)
{
	struct mac mac;

	if (mac_parse(value, &mac) < 0)
		return err_set(err, -EINVAL, "'%.100s' is not a MAC", value);
	if (host->mac.text[0] && !mac_equal(&host->mac, &mac))
		return err_set(err, -EINVAL,
			"'mac' of a host cannot change (it is %s): make another host",
			host->mac.text);
	host->mac = mac;
	return 0;
}

static int set(struct host *host, const char *key, const char *value, struct err *err)
{
	const struct setting *setting = find_setting(key);

	if (!strcmp(key, "mac"))
		return set_mac(host, value, err);
	/* what a GET gave may come back with a PUT, but nothing else */
	if (!strcmp(key, "default"))
		return !strcmp(value, host->default_image)
			       ? 0
			       : err_set(err, -EINVAL,
					 "'default' is set by PUT "
					 "/v1/hosts/HOST/default");
	if (!setting)
		return err_set(err, -EINVAL, "a host has no '%.100s'", key);
	if (*value && (strlen(value) >= setting->size || !setting->valid(value)))
		return err_set(err, -EINVAL, "'%s' must be %s, not '%.200s'", key,
			setting->rule, value);
	memcpy((char *)host + setting->offset, value, strlen(value) + 1);
	return 0;
}

static int parse_lines(struct host *host, char *text, struct err *err)
{
	struct request_pair pair;
	int r;

	while ((r = request_next_pair(&text, is_key, &pair, err)) > 0) {
		r = set(host, pair.key, pair.value, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int parse_value(
	struct host *host, const char *key, const json_t *value, struct err *err)
{
	char number[32];

	if (json_is_string(value))
		return set(host, key, json_string_value(value), err);
	if (json_is_null(value))
		return set(host, key, "", err);
	if (!json_is_integer(value))
		return err_set(
			err, -EINVAL, "'%.100s' must be a text or a whole number", key);
	snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
	return set(host, key, number, err);
}

static int parse_json(struct host *host, const char *text, struct err *err)
{
	json_error_t where;
	CLEANUP_JSON json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &where);
	const char *key;
	json_t *value;

	if (!json)
		return err_set(err, -EINVAL, "the body is no JSON: line %d: %s",
			where.line, where.text);
	if (!json_is_object(json))
		return err_set(err, -EINVAL, "the body is not a JSON object");
	json_object_foreach(json, key, value)
	{
		int r = parse_value(host, key, value, err);

		if (r < 0)
			return r;
	}
	return 0;
}

int host_parse(struct host *host, char *text, bool json, struct err *err)
{
	return json ? parse_json(host, text, err) : parse_lines(host, text, err);
}

void host_format(const struct host *host, struct buf *b)
{
	buf_addf(b, "mac=%s\n", host->mac.text);
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		buf_addf(b, "%s=%s\n", settings[i].key, setting_text(host, i));
	buf_addf(b, "default=%s\n", host->default_image);
}

json_t *host_to_json(const struct host *host)
{
	json_t *json = json_object();

	json_object_set_new(json, "mac", json_string(host->mac.text));
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		json_object_set_new(
			json, settings[i].key, json_string(setting_text(host, i)));
	json_object_set_new(json, "default", json_string(host->default_image));
	return json;
}

#define HOST_COLUMNS                                                                    \
	"name, arch, config, cmdline, first_cmdline, timeout, boot, watchdog, netmask," \
	" gateway, netconsole, mac, default_image, next_image, good_image, next_wait, " \
	"local_until,"                                                                  \
	" seen"

static void read_row(sqlite3_stmt *stmt, struct host *ret_host)
{
	struct host host = {0};
	int column = 0;

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		text_copy((char *)&host + settings[i].offset, settings[i].size,
			db_text(stmt, column++));
	text_copy(host.mac.text, sizeof(host.mac.text), db_text(stmt, column++));
	text_copy(
		host.default_image, sizeof(host.default_image), db_text(stmt, column++));
	text_copy(host.next_image, sizeof(host.next_image), db_text(stmt, column++));
	text_copy(host.good_image, sizeof(host.good_image), db_text(stmt, column++));
	host.next_waits = sqlite3_column_int(stmt, column++);
	host.local_until = sqlite3_column_double(stmt, column++);
	host.seen = sqlite3_column_double(stmt, column++);
	*ret_host = host;
}

/* 1: found, 0: not. */
static int find(struct db *db, const char *mac, const char *name, struct host *ret_host,
	struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(db, err,
		"SELECT " HOST_COLUMNS " FROM hosts WHERE mac = ? OR name = ?", "tt", mac,
		name);
	int r = stmt ? db_step(db, stmt, err) : -EIO;

	if (r > 0)
		read_row(stmt, ret_host);
	return r;
}

static int say_unknown(struct db *db, const char *word, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt =
		db_query(db, NULL, "SELECT name FROM hosts WHERE name IS NOT NULL", "");
	CLEANUP_BUF struct buf text = {0};
	struct nearest nearest;

	buf_init(&text, 512);
	nearest_init(&nearest, word);
	while (stmt && db_step(db, stmt, NULL) > 0)
		nearest_offer(&nearest, db_text(stmt, 0));
	nearest_describe(&nearest, &text);
	return err_set(err, -ENOENT, "there is no host '%s'%s", word, text.data);
}

int hosts_find(struct db *db, const char *word, struct host *ret_host, struct err *err)
{
	struct mac mac = {0};
	int r;

	if (mac_parse(word, &mac) < 0 && !host_name_valid(word))
		return err_set(err, -EINVAL,
			"'%.100s' is neither a MAC nor a host's name", word);
	r = find(db, mac.text[0] ? mac.text : NULL, mac.text[0] ? NULL : word, ret_host,
		err);
	if (r)
		return r < 0 ? r : 0;
	*ret_host = (struct host){.mac = mac, .next_waits = true};
	return say_unknown(db, mac.text[0] ? mac.text : word, err);
}

int hosts_ensure(struct db *db, const struct mac *mac, struct err *err)
{
	int64_t n;
	int r = db_number(
		db, &n, err, "SELECT count(*) FROM hosts WHERE mac = ?", "t", mac->text);

	if (r < 0 || n)
		return r;
	r = db_number(db, &n, err, "SELECT count(*) FROM hosts", "");
	if (r < 0)
		return r;
	if (n >= HOSTS_MAX)
		return err_set(err, -EDQUOT,
			"there are %d hosts already, '%s' is not added by itself",
			HOSTS_MAX, mac->text);
	return db_run(
		db, err, "INSERT OR IGNORE INTO hosts(mac) VALUES(?)", "t", mac->text);
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

int hosts_save(struct db *db, const struct host *host, struct err *err)
{
	struct host other;
	int r;

	if (*host->name) {
		r = find(db, NULL, host->name, &other, err);
		if (r < 0)
			return r;
		if (r && !mac_equal(&other.mac, &host->mac))
			return err_set(err, -EEXIST,
				"the name '%s' is that of %s already", host->name,
				other.mac.text);
	}
	return db_run(db, err,
		"INSERT INTO hosts(name, arch, config, cmdline, first_cmdline, timeout, "
		"boot,"
		" watchdog, netmask, gateway, netconsole, mac)"
		" VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT(mac) DO UPDATE SET name = excluded.name, arch = "
		"excluded.arch,"
		" config = excluded.config, cmdline = excluded.cmdline,"
		" first_cmdline = excluded.first_cmdline, timeout = excluded.timeout,"
		" boot = excluded.boot, watchdog = excluded.watchdog,"
		" netmask = excluded.netmask, gateway = excluded.gateway,"
		" netconsole = excluded.netconsole",
		"tttttttttttt", or_null(host->name), host->arch, host->config,
		host->cmdline, host->first_cmdline, host->timeout, host->boot,
		host->watchdog, host->netmask, host->gateway, host->netconsole,
		host->mac.text);
}

int hosts_delete(struct db *db, const struct mac *mac, struct err *err)
{
	return db_run(db, err, "DELETE FROM hosts WHERE mac = ?", "t", mac->text);
}

int hosts_set_image(struct db *db, const struct mac *mac, enum host_slot slot,
	const char *image, bool waits, struct err *err)
{
	if (slot == HOST_DEFAULT)
		return db_run(db, err,
			"UPDATE hosts SET default_image = ?, local_until = 0"
			" WHERE mac = ?",
			"tt", or_null(image), mac->text);
	return db_run(db, err,
		"UPDATE hosts SET next_image = ?, next_wait = ?, local_until = 0"
		" WHERE mac = ?",
		"tit", or_null(image), (int64_t)waits, mac->text);
}

int hosts_set_good(
	struct db *db, const struct mac *mac, const char *image, struct err *err)
{
	return db_run(db, err, "UPDATE hosts SET good_image = ? WHERE mac = ?", "tt",
		or_null(image), mac->text);
}

int hosts_set_local(struct db *db, const struct mac *mac, double until, struct err *err)
{
	return db_run(db, err, "UPDATE hosts SET local_until = ? WHERE mac = ?", "dt",
		until, mac->text);
}

int hosts_set_seen(struct db *db, const struct mac *mac, double now, struct err *err)
{
	return db_run(
		db, err, "UPDATE hosts SET seen = ? WHERE mac = ?", "dt", now, mac->text);
}

int hosts_each(struct db *db,
	int (*each)(void *ctx, const struct host *host, const char *last_state),
	void *ctx, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(db, err,
		"SELECT " HOST_COLUMNS
		", (SELECT state FROM boots WHERE boots.mac = hosts.mac"
		" ORDER BY seq DESC LIMIT 1) FROM hosts ORDER BY name IS NULL, name, mac",
		"");
	int r = stmt ? 0 : -EIO;

	while (!r && (r = db_step(db, stmt, err)) > 0) {
		struct host host;

		read_row(stmt, &host);
		r = each(ctx, &host, db_text(stmt, 18));
	}
	return r;
}

# SPDX-License-Identifier: GPL-2.0-or-later
# tenfold-server: HTTP, the catalogue, hosts and boots; `setup` is for what stands beside it
pxe-server_srcs := address.c api-boots.c api-files.c api-grub.c api-holds.c api-hosts.c api-kernels.c api-logs.c \
	api-used.c api.c boot-effect.c boot-text.c boots.c breakdown.c \
	catalogue-list.c catalogue.c config.c db.c hosts.c http.c list.c listen.c log-owner.c \
	logs.c metrics.c nearest.c netconsole.c notify.c page.c reply.c \
	request.c resolve.c route.c segments.c server.c setup-dhcp.c setup-nfs.c \
	setup-tftp.c setup.c store-file.c subnet.c sums.c thaws.c token.c \
	watch.c
pxe-server_srcs += api-builder.c builder-report.c
pxe-server_prog := tenfold-server
pxe-server_uses := grub-cfg-gen lib
pxe-server_pkgs := libmicrohttpd sqlite3 jansson
pxe-server_libs := -lm -lpthread

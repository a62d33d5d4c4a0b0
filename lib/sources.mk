# SPDX-License-Identifier: GPL-2.0-or-later
# what several programs share
lib_srcs := buf.c child.c clock.c err.c file.c image.c image-json.c log.c mac.c message.c \
	options.c options-file.c sha256.c stage.c store.c strvec.c text.c worktree.c
# worktree.c: libgit2 is among its users' own
lib_pkgs := jansson inih nettle

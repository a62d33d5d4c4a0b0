# SPDX-License-Identifier: GPL-2.0-or-later
# watches, builds, packs, publishes, mails
builder_srcs := alias.c breakage-list.c breakage.c breakages.c build-id.c build-log.c ccache.c cgroup.c cli.c \
	cmd-build.c cmd-fetch.c cmd-freeze.c cmd-make.c cmd-prune.c cmd-status.c cmd-watch.c conf.c costs.c crew.c deliver.c job.c kbuild-run.c kbuild.c \
	kconfig.c mail.c make.c outbox.c pack.c progress.c publish.c queue.c refs.c remote.c repo.c run-self.c \
	sandbox-census.c sandbox-guard.c sandbox-words.c sandbox.c source.c wanted.c wish.c workplace.c
# order, and telling of it
builder_srcs += activity.c ask.c cmd-estimate.c forecast.c recent.c revs.c schedule.c
builder_srcs += $(addprefix reach/,compare.c names.c reach.c record.c respell.c)
builder_srcs += $(addprefix cold/,blob.c chain.c codec.c compressor.c freeze.c named.c \
	packfile.c plan.c recipe.c relink.c rule.c system-map.c thaw.c weave.c)
builder_srcs += $(addprefix keep/,follow.c full.c gather.c gone.c house.c links.c prune.c retain.c room.c)
builder_srcs += $(addprefix slurm/,command.c fate.c maker.c record.c script.c settings.c)
builder_prog := tenfold-builder
builder_uses := lib
builder_pkgs := libgit2 libarchive libzstd liblzma libcurl jansson inih nettle
# what make's processes load, to write down what they read
builder_preload := reach/recorder.c reach/recorder-calls.c

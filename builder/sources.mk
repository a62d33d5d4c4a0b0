# SPDX-License-Identifier: GPL-2.0-or-later
# watches, builds, packs, publishes, mails
builder_srcs := cli.c cmd-build.c cmd-estimate.c cmd-fetch.c cmd-freeze.c cmd-make.c \
	cmd-prune.c cmd-status.c cmd-watch.c conf-settle.c conf.c run-self.c
builder_srcs += $(addprefix git/,refs.c remote.c repo.c revs.c)
builder_srcs += $(addprefix queue/,activity.c ask.c crew.c forecast.c queue.c recent.c \
	schedule.c wanted.c wish.c)
builder_srcs += $(addprefix job/,alias.c build-id.c costs.c deliver.c job.c make.c mark.c pack.c \
	progress.c publish.c source-writer.c source.c workplace.c)
builder_srcs += $(addprefix kbuild/,build-log.c ccache.c kbuild.c kconfig.c run.c)
builder_srcs += $(addprefix sandbox/,census.c cgroup.c guard.c sandbox.c words.c)
builder_srcs += $(addprefix mail/,breakage-list.c breakage.c breakages.c look.c mail.c outbox.c)
builder_srcs += $(addprefix reach/,asked.c compare.c names.c reach.c record.c respell.c)
builder_srcs += $(addprefix spare/,change.c chunk-words.c chunk.c dead.c decide.c declaration.c deps.c differ.c \
	lex.c objects.c pair.c paste.c role.c spare.c spread.c survey.c usable.c word.c)
builder_srcs += $(addprefix cold/,blob.c chain.c codec.c compressor.c freeze.c named.c \
	packfile.c plan.c recipe.c relink.c rule.c system-map.c thaw.c weave.c)
builder_srcs += $(addprefix keep/,follow.c full.c gather.c gone.c house.c links.c prune.c retain.c room.c)
builder_srcs += $(addprefix slurm/,command.c fate.c maker.c record.c script.c settings.c)
builder_prog := tenfold-builder
builder_uses := lib
builder_pkgs := libgit2 libarchive libzstd liblzma libcurl jansson inih nettle
# what make's processes load, to write down what they read
builder_preload := reach/recorder.c reach/recorder-calls.c

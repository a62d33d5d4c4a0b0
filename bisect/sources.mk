# SPDX-License-Identifier: GPL-2.0-or-later
# the controller: finds the first bad commit on real machines
bisect_srcs := cmd-replay.c cmd-report.c cmd-run.c cmd-show.c cmd-status.c log-choice.c log-start.c \
	mates.c params-file.c params-options.c params.c session.c show.c
bisect_srcs += $(addprefix run/,ahead.c announce.c believe.c confirm.c flaky.c flaky-ends.c flaky-revert.c hold.c learn.c \
	owner.c pace.c releases.c run-log.c run.c share.c step.c stock.c undo.c)
bisect_srcs += $(addprefix team/,board.c crew.c ends.c foretell.c lead.c lookout.c muster.c narrow.c \
	plan.c repeat.c roster.c split.c team.c wire.c worker.c)
bisect_srcs += $(addprefix choice/,away.c belief.c beside.c choose.c cut-table.c foresee.c inform.c range.c rates.c \
	reach.c several.c small.c strand.c tries.c weigh.c)
bisect_srcs += $(addprefix boot/,boot.c cost.c drive.c ladder.c trip.c)
bisect_srcs += $(addprefix judge/,confirm.c console.c ktap.c signature.c)
bisect_srcs += $(addprefix git/,history.c revert.c simplify.c)
bisect_srcs += $(addprefix log/,evidence.c journal.c pairs.c past.c place.c terms.c)
bisect_srcs += $(addprefix report/,facts.c html.c json.c mail.c maintainer.c people.c status.c \
	text.c)
bisect_srcs += $(addprefix lab/,builder.c command.c http.c kernels.c machine.c orders.c \
	server.c tester.c view.c waiter.c)
bisect_srcs += $(addprefix sim/,builder.c machine.c sim.c)
bisect_prog := tenfold-bisect
bisect_uses := lib
bisect_pkgs := libgit2 libcurl jansson
bisect_libs := -lm

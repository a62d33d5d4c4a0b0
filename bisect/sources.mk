# SPDX-License-Identifier: GPL-2.0-or-later
# the controller: finds the first bad commit on real machines
bisect_srcs := boot.c builder.c choice/choose.c choice/range.c choice/reach.c \
	choice/small.c choice/weigh.c cmd-replay.c cmd-run.c cmd-show.c command.c cost.c drive.c \
	history.c http.c journal.c ladder.c log-choice.c machine.c past.c place.c run.c \
	server.c session.c params.c sim.c step.c tester.c trip.c view.c waiter.c
bisect_srcs += kernels.c share.c sim-builder.c stock.c
bisect_srcs += choice/belief.c choice/inform.c choice/rates.c choice/strand.c
bisect_srcs += choice/away.c choice/foresee.c choice/several.c choice/tries.c
bisect_srcs += judge/confirm.c judge/console.c judge/ktap.c judge/signature.c
bisect_srcs += report/facts.c report/html.c report/json.c report/mail.c \
	report/maintainer.c report/people.c report/text.c
bisect_srcs += announce.c cmd-status.c pace.c releases.c simplify.c status.c terms.c
bisect_srcs += flaky.c cmd-report.c show.c confirm.c learn.c revert.c
bisect_srcs += ahead.c believe.c evidence.c hold.c orders.c owner.c
bisect_srcs += mates.c pairs.c run-log.c team/board.c team/crew.c team/ends.c team/lead.c \
	team/muster.c team/narrow.c team/plan.c team/roster.c team/team.c team/wire.c \
	team/worker.c
bisect_prog := tenfold-bisect
bisect_uses := lib
bisect_pkgs := libgit2 libcurl jansson
bisect_libs := -lm

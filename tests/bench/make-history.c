// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make-history N: a git history of N commits in the form of a kernel's, as a stream for
 * git fast-import. Trees of subsystems take topics, are merged by the main line, and
 * begin anew from it or go on; about one commit in twelve is a merge. The same N gives
 * the same history.
 */
#include <stdio.h>
#include <stdlib.h>

#define TREES 60
#define DATE 1600000000

struct maker {
	unsigned int n, made;
	unsigned int main_line;
	unsigned int tips[TREES], topics[TREES]; /* 0: none */
	unsigned int fresh[TREES];               /* commits since the main line took it */
};

static unsigned int roll(unsigned int sides)
{
	static unsigned int state = 1;

	state = state * 1103515245 + 12345;
	return (state >> 8) % sides;
}

static unsigned int commit(struct maker *m, unsigned int first, unsigned int second)
{
	unsigned int mark = ++m->made;

	printf("commit refs/heads/main\nmark :%u\n", mark);
	printf("committer A U Thor <a@example.org> %u +0000\n", DATE + mark * 60);
	printf("data 6\n%06u", mark);
	if (first)
		printf("\nfrom :%u", first);
	if (second)
		printf("\nmerge :%u", second);
	printf("\n\n");
	return mark;
}

static void take_tree(struct maker *m, unsigned int tree)
{
	if (!m->fresh[tree])
		return;
	m->main_line = commit(m, m->main_line, m->tips[tree]);
	m->fresh[tree] = 0;
	if (roll(10) < 7)
		m->tips[tree] = m->main_line;
}

static void grow(struct maker *m, unsigned int tree)
{
	unsigned int what = roll(100);

	if (what < 2) {
		take_tree(m, tree);
	} else if (what < 3 && m->tips[tree] != m->main_line) {
		m->tips[tree] = commit(m, m->tips[tree], m->main_line);
	} else if (what < 8 && m->topics[tree] && m->topics[tree] != m->tips[tree]) {
		m->tips[tree] = commit(m, m->tips[tree], m->topics[tree]);
		m->topics[tree] = 0;
		m->fresh[tree]++;
	} else if (what < 60) {
		m->tips[tree] = commit(m, m->tips[tree], 0);
		m->fresh[tree]++;
	} else {
		m->topics[tree] =
			commit(m, m->topics[tree] ? m->topics[tree] : m->tips[tree], 0);
	}
}

int main(int argc, char **argv)
{
	struct maker m = {.n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000};

	m.main_line = commit(&m, 0, 0);
	for (unsigned int t = 0; t < TREES; t++)
		m.tips[t] = m.main_line;
	while (m.made + 2 * TREES < m.n)
		grow(&m, roll(TREES));
	for (unsigned int t = 0; t < TREES; t++) {
		if (m.topics[t] && m.topics[t] != m.tips[t]) {
			m.tips[t] = commit(&m, m.tips[t], m.topics[t]);
			m.fresh[t]++;
		}
		take_tree(&m, t);
	}
	while (m.made < m.n)
		m.main_line = commit(&m, m.main_line, 0);
	return 0;
}

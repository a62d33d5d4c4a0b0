# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # jq's own variables
# The report of a bisection that ended: in each form, and as a mail by a real SMTP server.

report() { # FORMAT [OPTION...]
	bisect report --conf "$LAB/bisect.conf" --host "$machine" --format "$@"
}

the_text_tells() {
	report text >"$LAB/report.text" && cat "$LAB/report.text" &&
		grep -q "^$regression is the first bad commit" "$LAB/report.text"
}

# What the regression tracker and a maintainer look for, and what the revert came to.
the_mail_is_a_regression_mail() {
	local mail=$LAB/report.mail
	report mail >"$mail" && cat "$mail" &&
		grep -q '^Subject: .*REGRESSION' "$mail" &&
		grep -q "^#regzbot introduced: $regression" "$mail" &&
		grep -q '^To: .*kernel@lab.example' "$mail" &&
		grep -q '^  git bisect start$' "$mail" &&
		grep -q 'tenfold-bisect run' "$mail"
}

the_page_is_a_page() {
	report html | python3 -c '
import html.parser, sys
class Page(html.parser.HTMLParser):
    void = {"meta", "link", "br", "hr", "img", "col"}
    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""
    def handle_starttag(self, tag, attributes):
        if tag not in self.void:
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
    def handle_data(self, data):
        self.text += data
page = Page()
page.feed(sys.stdin.read())
page.close()
assert not page.open, page.open
assert sys.argv[1] in page.text' "$regression"
}

programs_can_read_it() {
	report json | holds --arg c "$regression" '.culprit.commit == $c and (.steps | length) > 3'
}

no_mail_came() {
	same "$(find "$LAB/mails/new" -type f 2>/dev/null)" ''
}

# The one mail that came is the one that was shown, to the one address that was given.
the_mail_is_sent() {
	local server mail
	"$lab" -C "$LAB" exec setpriv --pdeathsig TERM /usr/bin/python3 -m aiosmtpd -n \
		-l 127.0.0.1:2525 -c aiosmtpd.handlers.Mailbox "$LAB/mails" &
	server=$!
	within 20 smtp_answers && no_mail_came &&
		report mail --send --to maintainer@lab.example --mail-from lab@lab.example \
			--sendmail "msmtp --file=$LAB/msmtprc --read-envelope-from -t"
	kill $server
	mail=$(find "$LAB/mails/new" -type f)
	same "$(grep -c . <<<"$mail")" 1 && cat "$mail" &&
		grep -q '^X-RcptTo: maintainer@lab.example$' "$mail" &&
		grep -q "^#regzbot introduced: $regression" "$mail"
}

smtp_answers() {
	"$lab" -C "$LAB" exec ss -Hltn | grep -q :2525
}

report_points() {
	site_msmtprc "$LAB/msmtprc"
	point 'report: the culprit, for people' the_text_tells
	point 'report: a regression mail, shown and not sent' the_mail_is_a_regression_mail
	point 'report: a page whose tags close' the_page_is_a_page
	point 'report: JSON for programs' programs_can_read_it
	point 'report: sent when told to, as an SMTP server got it' the_mail_is_sent
}

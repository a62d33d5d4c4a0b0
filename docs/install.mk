# SPDX-License-Identifier: GPL-2.0-or-later
# make install: programs, man pages, units, the pages of docs/ in DOCDIR, and examples of
# settings in EXAMPLEDIR. What an administrator has in SYSCONFDIR/tenfold is never touched.
DOCDIR ?= $(PREFIX)/share/doc/tenfold
EXAMPLEDIR ?= $(DOCDIR)/examples
SYSUSERSDIR ?= /usr/lib/sysusers.d
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
TMPFILESDIR ?= /usr/lib/tmpfiles.d

install_bin := $(filter-out tenfold-menu tenfold-server,$(notdir $(programs)))
install_sbin := $(filter tenfold-server,$(notdir $(programs)))
install_libexec := $(wildcard bisect/helpers/*)
install_man := $(wildcard docs/man/*.1 docs/man/*.5 docs/man/*.8)
install_docs := $(wildcard docs/*.md)
install_completion := bisect/tenfold-bisect.bash
install_examples := $(wildcard */*.conf.example docs/examples/*)

# texts name the folder that the programs read
install_text = sed 's,/etc/tenfold,$(SYSCONFDIR)/tenfold,g' $(1) >$(2) && chmod 644 $(2)

install: all install-dracut ## all of it (PREFIX=, DESTDIR=)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR)
	install -m 755 $(addprefix $(BUILD)/,$(install_bin)) $(DESTDIR)$(BINDIR)
	install -m 755 $(addprefix $(BUILD)/,$(install_sbin)) $(DESTDIR)$(SBINDIR)
	install -m 755 $(preload) $(DESTDIR)$(LIBEXECDIR)
	$(if $(install_libexec),install -m 755 $(install_libexec) $(DESTDIR)$(LIBEXECDIR))
	set -e; for page in $(install_man); do \
		install -d $(DESTDIR)$(MANDIR)/man$${page##*.}; \
		$(call install_text,$$page,$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}); \
	done
	install -d $(DESTDIR)$(SYSCONFDIR)/tenfold
	install -d $(DESTDIR)$(COMPLETIONDIR)
	$(call install_text,$(install_completion),$(DESTDIR)$(COMPLETIONDIR)/tenfold-bisect)
	install -d $(DESTDIR)$(DOCDIR) $(DESTDIR)$(EXAMPLEDIR)
	install -m 644 $(install_docs) $(DESTDIR)$(DOCDIR)
	set -e; for file in $(install_examples); do \
		name=$${file##*/}; \
		$(call install_text,$$file,$(DESTDIR)$(EXAMPLEDIR)/$${name%.example}); \
	done
	install -d $(DESTDIR)$(UNITDIR)/tftpd-hpa.service.d
	set -e; for unit in tenfold-server tenfold-builder; do \
		sed 's,@SBINDIR@,$(SBINDIR),g; s,@BINDIR@,$(BINDIR),g' \
			docs/systemd/$$unit.service.in >$(DESTDIR)$(UNITDIR)/$$unit.service; \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit.service; \
	done
	install -m 644 docs/systemd/tftpd-hpa.conf \
		$(DESTDIR)$(UNITDIR)/tftpd-hpa.service.d/tenfold.conf
	install -D -m 644 docs/systemd/tenfold.sysusers $(DESTDIR)$(SYSUSERSDIR)/tenfold.conf
	install -D -m 644 docs/systemd/tenfold.tmpfiles $(DESTDIR)$(TMPFILESDIR)/tenfold.conf

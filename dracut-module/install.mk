# SPDX-License-Identifier: GPL-2.0-or-later
# The dracut modules for a distribution's own initramfs, and what makes a store's boot folder.
dracut_modules := 50tenfold-base 50tenfold 50tenfold-local
dracut_first := $(BUILD)/tenfold-menu

install-dracut: $(dracut_first) ## the dracut modules, tenfold-menu and tenfold-mkboot (DESTDIR=)
	install -d $(DESTDIR)$(DRACUTDIR) $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR)
	for m in $(dracut_modules); do \
		install -d $(DESTDIR)$(DRACUTDIR)/$$m && \
		for f in dracut-module/$$m/*; do \
			mode=644; [ ! -x $$f ] || mode=755; \
			install -m $$mode $$f $(DESTDIR)$(DRACUTDIR)/$$m/ || exit 1; \
		done; \
	done
	# dracut looks for programs in /usr and / only
	sed 's,tenfold_menu:-tenfold-menu,tenfold_menu:-$(BINDIR)/tenfold-menu,' \
		dracut-module/50tenfold/module-setup.sh >$(DESTDIR)$(DRACUTDIR)/50tenfold/module-setup.sh
	chmod 755 $(DESTDIR)$(DRACUTDIR)/50tenfold/module-setup.sh
	install -m 755 $(dracut_first) $(DESTDIR)$(BINDIR)/tenfold-menu
	sed 's,TENFOLD_DRACUT_DIR:-/usr/lib/dracut/modules.d,TENFOLD_DRACUT_DIR:-$(DRACUTDIR),' \
		dracut-module/tenfold-mkboot >$(DESTDIR)$(SBINDIR)/tenfold-mkboot
	chmod 755 $(DESTDIR)$(SBINDIR)/tenfold-mkboot
	install -D -m 644 docs/man/tenfold.dracut.7 $(DESTDIR)$(MANDIR)/man7/tenfold.dracut.7

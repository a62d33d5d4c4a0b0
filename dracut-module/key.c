// SPDX-License-Identifier: GPL-2.0-or-later
#include "dracut-module/key.h"

static int key_plain(struct key_decoder *d, unsigned char byte)
{
	switch (byte) {
	case 0:
		/* a break of the line, as when a terminal server is switched: nobody's
		 * key */
		return KEY_NONE;
	case KEY_ESCAPE:
		d->state = KEY_ESC;
		return KEY_NONE;
	case '\n':
		return KEY_ENTER;
	case 0x7f:
		return KEY_BACKSPACE;
	default:
		return byte;
	}
}

/* ESC [ LETTER and ESC O LETTER. */
static int key_letter(unsigned char byte)
{
	switch (byte) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	default:
		return KEY_OTHER;
	}
}

/* ESC [ NUMBER ~ */
static int key_number(unsigned int number)
{
	switch (number) {
	case 1:
	case 7:
		return KEY_HOME;
	case 3:
		return KEY_DELETE;
	case 4:
	case 8:
		return KEY_END;
	case 5:
		return KEY_PAGE_UP;
	case 6:
		return KEY_PAGE_DOWN;
	default:
		return KEY_OTHER;
	}
}

static int key_csi(struct key_decoder *d, unsigned char byte)
{
	if (byte >= '0' && byte <= '9') {
		if (!d->rest && d->number < 1000)
			d->number = d->number * 10 + (byte - '0');
		return KEY_NONE;
	}
	if (byte == ';') {
		d->rest = 1;
		return KEY_NONE;
	}
	if (byte == '[') {
		d->state = KEY_CONSOLE;
		return KEY_NONE;
	}
	d->state = KEY_PLAIN;
	return byte == '~' ? key_number(d->number) : key_letter(byte);
}

int key_feed(struct key_decoder *d, unsigned char byte)
{
	switch (d->state) {
	case KEY_ESC:
		d->state = byte == '[' ? KEY_CSI : byte == 'O' ? KEY_SS3 : KEY_PLAIN;
		d->number = 0;
		d->rest = 0;
		return d->state == KEY_PLAIN ? KEY_OTHER : KEY_NONE;
	case KEY_CSI:
		return key_csi(d, byte);
	case KEY_SS3:
		d->state = KEY_PLAIN;
		/* the keypad's; ESC [ M would be a terminal's mouse */
		return byte == 'M' ? KEY_ENTER : key_letter(byte);
	case KEY_CONSOLE:
		d->state = KEY_PLAIN;
		return KEY_OTHER;
	default:
		return key_plain(d, byte);
	}
}

int key_flush(struct key_decoder *d)
{
	enum key_state was = d->state;

	d->state = KEY_PLAIN;
	return was == KEY_PLAIN ? KEY_NONE : was == KEY_ESC ? KEY_ESCAPE : KEY_OTHER;
}

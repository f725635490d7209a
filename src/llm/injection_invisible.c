/*
 * llm/injection_invisible.c - what a text has in characters that nobody sees.
 *
 * Owns what is legitimate: joiners between emoji and in scripts that need them, the tags of a flag, marks
 * that order right-to-left text.  Tag characters and variation selectors that carry text are read (Unicode
 * 15, 23.9 and 23.4; the smuggling of bytes in variation selectors as P. Butler described it in 2025).
 */
#include "llm/injection_scan.h"

/* How many are more than chance. */
#define SOME_ZERO_WIDTHS 3
#define MANY_ZERO_WIDTHS 8
#define LONG_RUN 8
#define SOME_TAGS 4

#define BLACK_FLAG 0x1F3F4
#define CANCEL_TAG 0xE007F

void
llp_injection_unseen_init(Unseen *unseen)
{
	unseen->zero_widths = unseen->run = unseen->longest_run = 0;
	unseen->overrides = unseen->embeddings = unseen->right_to_left = unseen->tags = 0;
	unseen->first = unseen->last = unseen->first_bidi = unseen->last_bidi = 0;
	unseen->in_flag = unseen->after_latin = false;
	unseen->hidden_size = unseen->hidden_start = unseen->hidden_end = 0;
}

static bool
is_zero_width(uint32_t c)
{
	return (c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || c == 0xAD ||
		   c == 0x180E || c == 0x34F || c == 0x3164;
}

static bool
is_override(uint32_t c)
{
	return c == 0x202D || c == 0x202E;
}

static bool
is_embedding(uint32_t c)
{
	return c == 0x202A || c == 0x202B || (c >= 0x2066 && c <= 0x2068);
}

static bool
is_right_to_left(uint32_t c)
{
	return (c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFC) ||
		   (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF);
}

/* The byte that an unseen character carries, or -1. */
static int
carried_byte(uint32_t c)
{
	if (c >= 0xE0020 && c <= 0xE007E)
		return (int) (c - 0xE0000);
	if (c >= 0xE0100 && c <= 0xE01EF)
		return (int) (c - 0xE0100 + 16);
	return -1;
}

static void
keep_byte(Unseen *unseen, int byte, size_t at, size_t size)
{
	if (unseen->tags++ == 0)
		unseen->hidden_start = at;
	unseen->hidden_end = at + size;
	if (byte < ' ' || byte > '~')
		byte = ' ';
	if (unseen->hidden_size < HIDDEN_SIZE)
		unseen->hidden[unseen->hidden_size++] = (char) byte;
}

static void
note_bidi(Unseen *unseen, uint32_t c, size_t at, size_t size)
{
	if (!is_override(c) && !is_embedding(c))
		return;
	if (unseen->overrides + unseen->embeddings == 0)
		unseen->first_bidi = at;
	unseen->last_bidi = at + size;
	unseen->overrides += is_override(c) ? 1 : 0;
	unseen->embeddings += is_embedding(c) ? 1 : 0;
}

static void
note_zero_width(Unseen *unseen, bool before_latin, size_t at, size_t size)
{
	unseen->run++;
	if (unseen->run > unseen->longest_run)
		unseen->longest_run = unseen->run;
	/* A byte order mark begins a text, and joiners are at home in other scripts. */
	if (at == 0 || !(before_latin || unseen->after_latin))
		return;
	if (unseen->zero_widths++ == 0)
		unseen->first = at;
	unseen->last = at + size;
}

void
llp_injection_unseen_note(Unseen *unseen, uint32_t code_point, bool before_latin, size_t at, size_t size)
{
	int byte = carried_byte(code_point);

	if (is_zero_width(code_point))
	{
		note_zero_width(unseen, before_latin, at, size);
		return;
	}
	unseen->run = 0;
	unseen->after_latin = false;
	if (code_point == BLACK_FLAG || code_point == CANCEL_TAG)
		unseen->in_flag = code_point == BLACK_FLAG;
	else if (byte < 0)
		unseen->in_flag = false;
	if (byte >= 0 && !unseen->in_flag)
		keep_byte(unseen, byte, at, size);
	unseen->right_to_left += is_right_to_left(code_point) ? 1 : 0;
	note_bidi(unseen, code_point, at, size);
}

static void
report(Scan *scan, const Layer *layer, InjectionReason reason, double weight, size_t start, size_t end)
{
	PhraseMatch match = {.reason = reason, .weight = weight, .start = start, .end = end};

	if (weight > 0)
		llp_injection_found(scan, layer, &match);
}

static double
zero_width_weight(const Unseen *unseen)
{
	if (unseen->zero_widths == 0)
		return 0;
	if (unseen->longest_run >= LONG_RUN)
		return 0.6;
	if (unseen->zero_widths >= MANY_ZERO_WIDTHS)
		return 0.5;
	return unseen->zero_widths >= SOME_ZERO_WIDTHS ? 0.3 : 0.1;
}

static double
bidi_weight(const Unseen *unseen)
{
	if (unseen->overrides > 0)
		return unseen->right_to_left > 0 ? 0.2 : 0.6;
	if (unseen->embeddings > 0 && unseen->right_to_left == 0)
		return unseen->embeddings >= SOME_ZERO_WIDTHS ? 0.5 : 0.2;
	return 0;
}

void
llp_injection_unseen_report(Unseen *unseen, Scan *scan, const Layer *layer)
{
	double tags = unseen->tags >= SOME_TAGS ? 0.7 : 0.3;

	report(scan, layer, INJECTION_INVISIBLE, zero_width_weight(unseen), unseen->first, unseen->last);
	report(scan, layer, INJECTION_BIDI, bidi_weight(unseen), unseen->first_bidi, unseen->last_bidi);
	if (unseen->tags > 0)
		report(scan, layer, INJECTION_INVISIBLE, tags, unseen->hidden_start, unseen->hidden_end);
}

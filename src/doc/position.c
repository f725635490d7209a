/*
 * doc/position.c - from libyaml's marks to places in the author's text.
 */
#include "doc/position.h"

void
llp_cursor_init(Cursor *cursor, Str text, const Repairs *repairs)
{
	*cursor = (Cursor){.text = text, .repairs = repairs, .at = {.line = 1, .column = 1}};
	if (llp_str_starts_with(text, LLP_BYTE_ORDER_MARK))
		cursor->at.offset = LLP_BYTE_ORDER_MARK.size;
}

/* The repaired place at the cursor, or NULL. */
static const Place *
place_here(Cursor *cursor)
{
	const Repairs *repairs = cursor->repairs;

	if (repairs == NULL)
		return NULL;
	while (cursor->place < repairs->count && repairs->places[cursor->place].offset < cursor->at.offset)
		cursor->place++;
	if (cursor->place == repairs->count || repairs->places[cursor->place].offset != cursor->at.offset ||
		!repairs->places[cursor->place].applied)
		return NULL;
	return &repairs->places[cursor->place];
}

static size_t
character_size(unsigned char lead)
{
	if (lead < 0xC0)
		return 1;
	return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* One code point further.  A line ends with LF, CR LF or CR. */
static void
step(Position *at, Str text)
{
	char c = text.data[at->offset];

	at->offset += character_size((unsigned char) c);
	if (c == '\n' || (c == '\r' && (at->offset == text.size || text.data[at->offset] != '\n')))
	{
		at->line++;
		at->column = 1;
	}
	else
		at->column++;
}

Position
llp_cursor_seek(Cursor *cursor, size_t index)
{
	if (index < cursor->index)
		llp_cursor_init(cursor, cursor->text, cursor->repairs);
	while (cursor->index < index && cursor->at.offset < cursor->text.size)
	{
		const Place *place = place_here(cursor);

		if (place == NULL)
		{
			step(&cursor->at, cursor->text);
			cursor->index++;
			continue;
		}
		if (index < cursor->index + LLP_REPAIRED_SIZE)
			break;
		cursor->index += LLP_REPAIRED_SIZE;
		cursor->at.offset += place->size;
		cursor->at.column += place->is_pair ? (int) place->size : 1;
	}
	return cursor->at;
}

Position
llp_position_of(Str text, size_t offset)
{
	Cursor cursor;

	llp_cursor_init(&cursor, text, NULL);
	while (cursor.at.offset < offset)
		step(&cursor.at, text);
	return cursor.at;
}

/*
 * doc/slices.c - the documents of a text, each with its own part of it.
 */
#include "doc/slices.h"

#define FIRST_CAPACITY 8

void
llp_slices_init(Slices *slices, Arena *arena, Str text)
{
	*slices = (Slices){.arena = arena, .text = text, .next_line = 1};
}

static bool
is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static size_t
line_start(Str text, size_t offset)
{
	while (offset > 0 && !is_line_end(text.data[offset - 1]))
		offset--;
	return offset;
}

/* Skips blanks, line ends and comments. */
static Position
skip_blank(Str text, Position at)
{
	bool in_comment = false;

	for (; at.offset < text.size; at.offset++)
	{
		char c = text.data[at.offset];

		if (is_line_end(c))
		{
			in_comment = false;
			at.line += c == '\n' || at.offset + 1 == text.size || text.data[at.offset + 1] != '\n';
		}
		else if (c == '#')
			in_comment = true;
		else if (!in_comment && c != ' ' && c != '\t')
			break;
	}
	return at;
}

static void
close_last(Slices *slices, size_t end)
{
	Document *last = &slices->documents[slices->count - 1];

	if (slices->open)
		last->source.size = end - (size_t) (last->source.data - slices->text.data);
	slices->open = false;
}

void
llp_slices_marker(Slices *slices, Position start)
{
	size_t boundary = line_start(slices->text, start.offset);

	if (slices->open)
		close_last(slices, boundary);
	slices->next = slices->seen_marker ? boundary : 0;
	slices->next_line = slices->seen_marker ? start.line : 1;
	slices->seen_marker = true;
}

void
llp_slices_block_list(Slices *slices, Position start)
{
	slices->next = line_start(slices->text, start.offset);
	slices->next_line = start.line;
}

static bool
reserve(Slices *slices)
{
	size_t larger = slices->capacity == 0 ? FIRST_CAPACITY : slices->capacity * 2;
	Document *documents;

	if (slices->count < slices->capacity)
		return true;
	documents = llp_arena_array(slices->arena, larger, sizeof(Document));
	if (documents == NULL)
		return false;
	if (slices->count > 0)
		memcpy(documents, slices->documents, slices->count * sizeof(Document));
	slices->documents = documents;
	slices->capacity = larger;
	return true;
}

/* The element's lines: those from its dash to the next thing that is neither blank nor a comment. */
static void
slice_block_element(Slices *slices, Document *document, Position end)
{
	Position after = skip_blank(slices->text, end);
	size_t boundary =
		after.offset == slices->text.size ? after.offset : line_start(slices->text, after.offset);

	document->source = (Str){slices->text.data + slices->next, boundary - slices->next};
	document->line = slices->next_line;
	slices->next = boundary;
	slices->next_line = after.line;
}

bool
llp_slices_add(Slices *slices, TreeNode *root, Enclosure enclosure, Position start, Position end)
{
	Document *document;

	if (!reserve(slices))
		return false;
	document = &slices->documents[slices->count++];
	document->root = root;
	switch (enclosure)
	{
		case IN_STREAM:
			document->source = (Str){slices->text.data + slices->next, 0};
			document->line = slices->next_line;
			slices->open = true;
			break;
		case IN_BLOCK_LIST:
			slice_block_element(slices, document, end);
			break;
		case IN_FLOW_LIST:
			document->source = (Str){slices->text.data + start.offset, end.offset - start.offset};
			document->line = start.line;
			break;
	}
	return true;
}

DocumentStream
llp_slices_finish(Slices *slices)
{
	if (slices->open)
		close_last(slices, slices->text.size);
	if (slices->count == 1)
	{
		slices->documents[0].source = slices->text;
		slices->documents[0].line = 1;
	}
	return (DocumentStream){slices->documents, slices->count};
}

/*
 * vm/cel_pieces.c - texts from pieces and pieces of texts: join, replace, split.
 */
#include "base/utf8.h"
#include "vm/cel_functions.h"

CelValue
llp_cel_join(CEL_ARGS)
{
	Str separator = count == 2 ? args[1].as.string : STR("");
	CelText text;

	llp_cel_text_init(&text, context);
	for (size_t i = 0; i < args[0].count; i++)
	{
		CelValue piece = llp_cel_element(args[0], i);

		if (llp_cel_failed(piece))
			return piece;
		if (piece.kind != CEL_STRING)
			return llp_cel_no_overload();
		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		if (i > 0)
			llp_cel_text_append(&text, separator);
		llp_cel_text_append(&text, piece.as.string);
	}
	return llp_cel_text_value(&text);
}

/* Places where a piece is found one after the other; the empty one is before each character and at the end.
 */
typedef struct Search
{
	Str rest;
	Str piece;
	bool found_before;
} Search;

/* Cuts off what stands before the next place, and the piece there; false when there is no place any more. */
static bool
next_place(Search *search, Str *before)
{
	ptrdiff_t found;

	if (search->piece.size == 0)
	{
		*before = search->found_before ? llp_utf8_at(search->rest, 0) : STR("");
		if (search->found_before && before->size == 0)
			return false;
		search->found_before = true;
		found = (ptrdiff_t) before->size;
	}
	else
		found = llp_str_find(search->rest, search->piece);
	if (found < 0)
		return false;
	*before = (Str){search->rest.data, (size_t) found};
	found += (ptrdiff_t) search->piece.size;
	if (found > 0)
		search->rest = (Str){search->rest.data + found, search->rest.size - (size_t) found};
	return true;
}

/* A negative limit is none; -1 can be counted down as often as there are pieces. */
static int64_t
limit_of(const CelValue *args, int count, int index)
{
	if (count <= index || args[index].as.integer < 0)
		return -1;
	return args[index].as.integer;
}

CelValue
llp_cel_replace(CEL_ARGS)
{
	Search search = {.rest = args[0].as.string, .piece = args[1].as.string};
	int64_t limit = limit_of(args, count, 3);
	CelText text;
	Str before;

	if (!llp_cel_charge_bytes(context, args[0].as.string.size))
		return llp_cel_stopped;
	llp_cel_text_init(&text, context);
	for (; limit != 0 && next_place(&search, &before); limit--)
	{
		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		llp_cel_text_append(&text, before);
		llp_cel_text_append(&text, args[2].as.string);
	}
	llp_cel_text_append(&text, search.rest);
	return llp_cel_text_value(&text);
}

/* Into characters; with a limit, the last piece is all the rest. */
static CelValue
characters_of(CelContext *context, Str text, int64_t limit)
{
	CelItems pieces;

	llp_cel_items_init(&pieces, context);
	for (; text.size > 0 && limit != 1 && !llp_cel_failed(pieces.failure); limit--)
	{
		Str character = llp_utf8_at(text, 0);

		llp_cel_items_append(&pieces, llp_cel_string(character));
		text = (Str){text.data + character.size, text.size - character.size};
	}
	if (text.size > 0)
		llp_cel_items_append(&pieces, llp_cel_string(text));
	return llp_cel_items_value(&pieces);
}

CelValue
llp_cel_split(CEL_ARGS)
{
	Search search = {.rest = args[0].as.string, .piece = args[1].as.string};
	int64_t limit = limit_of(args, count, 2);
	CelItems pieces;
	Str before;

	if (!llp_cel_charge_bytes(context, args[0].as.string.size))
		return llp_cel_stopped;
	if (limit == 0)
		return llp_cel_list(NULL, 0);
	if (args[1].as.string.size == 0)
		return characters_of(context, args[0].as.string, limit);
	llp_cel_items_init(&pieces, context);
	for (; limit != 1 && !llp_cel_failed(pieces.failure) && next_place(&search, &before); limit--)
		llp_cel_items_append(&pieces, llp_cel_string(before));
	llp_cel_items_append(&pieces, llp_cel_string(search.rest));
	return llp_cel_items_value(&pieces);
}

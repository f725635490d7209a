/*
 * vm/cel_context.c - the meter, and what is built under it.
 */
#include "vm/cel_context.h"

#include <stdarg.h>
#include <stdio.h>

/* Steps between two questions to the host. */
#define POLL_INTERVAL 512
/* Bytes of a message that was put together. */
#define MAX_MESSAGE 200

#define FIRST_TEXT 64
#define FIRST_ITEMS 8

void
llp_cel_context_init(CelContext *context, Arena *arena, CelMeter meter, CelValue now)
{
	*context = (CelContext){.arena = arena, .meter = meter, .now = now, .status = STATUS_OK};
}

CelValue
llp_cel_stop(CelContext *context, Status status, const char *excess)
{
	if (context->status == STATUS_OK)
	{
		context->status = status;
		context->excess = excess;
	}
	return llp_cel_stopped;
}

static bool
poll(CelContext *context)
{
	const Host *host = llp_arena_host(context->arena);

	context->meter.unpolled = 0;
	if (!host->poll(host->context))
		return true;
	llp_cel_stop(context, STATUS_CANCELLED, NULL);
	return false;
}

bool
llp_cel_charge(CelContext *context, uint64_t steps)
{
	CelMeter *meter = &context->meter;

	if (context->status != STATUS_OK)
		return false;
	if (steps > meter->steps)
	{
		meter->steps = 0;
		llp_cel_stop(context, STATUS_LIMIT, "steps");
		return false;
	}
	meter->steps -= steps;
	meter->unpolled += steps < POLL_INTERVAL ? (uint32_t) steps : POLL_INTERVAL;
	return meter->unpolled < POLL_INTERVAL || poll(context);
}

bool
llp_cel_charge_bytes(CelContext *context, uint64_t bytes)
{
	return llp_cel_charge(context, bytes / CEL_BYTES_PER_STEP);
}

bool
llp_cel_charge_memory(CelContext *context, uint64_t bytes)
{
	if (context->status != STATUS_OK)
		return false;
	if (bytes > context->meter.memory)
	{
		llp_cel_stop(context, STATUS_LIMIT, "memory");
		return false;
	}
	context->meter.memory -= bytes;
	return true;
}

void *
llp_cel_alloc(CelContext *context, size_t count, size_t size)
{
	void *block;

	if (size != 0 && count > SIZE_MAX / size)
	{
		llp_cel_stop(context, STATUS_LIMIT, "memory");
		return NULL;
	}
	if (!llp_cel_charge_memory(context, count * size) || !llp_cel_charge_bytes(context, count * size))
		return NULL;
	block = llp_arena_array(context->arena, count, size);
	if (block == NULL)
		llp_cel_stop(context, STATUS_NO_MEMORY, NULL);
	return block;
}

CelValue
llp_cel_error_format(CelContext *context, const char *format, ...)
{
	char words[MAX_MESSAGE];
	CelValue error = llp_cel_error("");
	va_list arguments;
	char *message;
	int size;

	va_start(arguments, format);
	size = vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	if (size < 0)
		size = 0;
	if (size >= (int) sizeof(words))
		size = (int) sizeof(words) - 1;
	message = llp_cel_alloc(context, (size_t) size + 1, 1);
	if (message == NULL)
		return llp_cel_stopped;
	memcpy(message, words, (size_t) size);
	error.as.string = (Str){message, (size_t) size};
	return error;
}

void
llp_cel_text_init(CelText *text, CelContext *context)
{
	*text = (CelText){.context = context};
}

static bool
resize_text(CelText *text, size_t capacity)
{
	char *data = llp_cel_alloc(text->context, capacity, 1);

	if (data == NULL)
		return false;
	if (text->size > 0)
		memcpy(data, text->data, text->size);
	text->data = data;
	text->capacity = capacity;
	return true;
}

static bool
grow_text(CelText *text, size_t size)
{
	size_t capacity = text->capacity < FIRST_TEXT ? FIRST_TEXT : text->capacity * 2;

	return resize_text(text, capacity < size ? size : capacity);
}

void
llp_cel_text_reserve(CelText *text, size_t size)
{
	if (!text->stopped && size > text->capacity && !resize_text(text, size))
		text->stopped = true;
}

void
llp_cel_text_append(CelText *text, Str piece)
{
	if (text->stopped || piece.size == 0)
		return;
	if (!llp_cel_charge_bytes(text->context, piece.size) ||
		(piece.size > text->capacity - text->size && !grow_text(text, text->size + piece.size)))
	{
		text->stopped = true;
		return;
	}
	memcpy(text->data + text->size, piece.data, piece.size);
	text->size += piece.size;
}

CelValue
llp_cel_text_value(const CelText *text)
{
	return text->stopped ? llp_cel_stopped : llp_cel_string((Str){text->data, text->size});
}

CelValue
llp_cel_text_bytes(const CelText *text)
{
	return text->stopped ? llp_cel_stopped : llp_cel_bytes((Str){text->data, text->size});
}

void
llp_cel_items_init(CelItems *items, CelContext *context)
{
	*items = (CelItems){.context = context, .failure = llp_cel_null};
}

static bool
resize_items(CelItems *items, size_t capacity)
{
	CelValue *grown = llp_cel_alloc(items->context, capacity, sizeof(CelValue));

	if (grown == NULL)
		return false;
	if (items->count > 0)
		memcpy(grown, items->items, items->count * sizeof(CelValue));
	items->items = grown;
	items->capacity = capacity;
	return true;
}

static bool
grow_items(CelItems *items)
{
	return resize_items(items, items->capacity == 0 ? FIRST_ITEMS : items->capacity * 2);
}

void
llp_cel_items_reserve(CelItems *items, size_t count)
{
	if (!llp_cel_failed(items->failure) && count > items->capacity && !resize_items(items, count))
		items->failure = llp_cel_stopped;
}

void
llp_cel_items_append(CelItems *items, CelValue value)
{
	if (llp_cel_failed(items->failure))
		return;
	if (llp_cel_failed(value))
		items->failure = value;
	else if (!llp_cel_charge(items->context, 1) || (items->count == items->capacity && !grow_items(items)))
		items->failure = llp_cel_stopped;
	else
		items->items[items->count++] = value;
}

void
llp_cel_items_append_all(CelItems *items, CelValue list)
{
	for (size_t i = 0; i < list.count && !llp_cel_failed(items->failure); i++)
		llp_cel_items_append(items, llp_cel_element(list, i));
}

CelValue
llp_cel_items_value(const CelItems *items)
{
	return llp_cel_failed(items->failure) ? items->failure : llp_cel_list(items->items, items->count);
}

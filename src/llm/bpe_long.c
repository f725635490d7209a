/*
 * llm/bpe_long.c - the merging of long pieces.
 *
 * All pairs that together have the same id wait in one queue, in the order of their places; a heap tells the
 * lowest id.  What is merged makes pairs that are longer than the queue's token, so that a queue gets nothing
 * new from the time it is the lowest until it is empty: it is put in order once a time.  A pair is in one
 * queue, by links through its own place, and leaves it when a neighbour is merged away.  Time n log n at
 * worst; linear where queues fill from left to right, as they do for repeated text.
 */
#include "llm/bpe.h"

#define NONE UINT32_MAX
#define MERGES_A_POLL 4096

typedef struct Place
{
	uint32_t next;	/* where the next part starts, or the size of the piece */
	uint32_t prev;	/* where the one before starts; of the first, NONE */
	uint32_t queue; /* of this part and the next; NONE: they are no token */
	uint32_t before;
	uint32_t after; /* its neighbours in that queue */
} Place;

typedef struct Queue
{
	uint32_t id; /* LLP_NO_TOKEN: a free slot of the table */
	uint32_t first;
	uint32_t last;
	bool unordered; /* some place is before one that was there earlier */
	bool waiting;	/* in the heap */
} Queue;

typedef struct Merging
{
	const Vocabulary *vocabulary;
	const unsigned char *piece;
	uint32_t size;
	Place *places;
	Queue *queues; /* a hash table by id, never full */
	uint32_t queue_mask;
	uint32_t *heap; /* indexes of queues, the lowest id first */
	uint32_t heap_size;
	size_t parts;
} Merging;

/* --- The heap ------------------------------------------------------------------------------------------- */

static inline bool
is_lower(const Merging *merging, uint32_t a, uint32_t b)
{
	return merging->queues[a].id < merging->queues[b].id;
}

static void
heap_push(Merging *merging, uint32_t queue)
{
	uint32_t *heap = merging->heap;
	uint32_t i = merging->heap_size++;

	while (i > 0 && is_lower(merging, queue, heap[(i - 1) / 2]))
	{
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = queue;
}

static void
heap_pop(Merging *merging)
{
	uint32_t *heap = merging->heap;
	uint32_t size = --merging->heap_size;
	uint32_t moved = heap[size];
	uint32_t i = 0;

	for (uint32_t child = 1; child < size; child = 2 * i + 1)
	{
		if (child + 1 < size && is_lower(merging, heap[child + 1], heap[child]))
			child++;
		if (!is_lower(merging, heap[child], moved))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moved;
}

/* --- Queues --------------------------------------------------------------------------------------------- */

static uint32_t
queue_of(Merging *merging, uint32_t id)
{
	uint32_t i = (id * UINT32_C(0x9E3779B1)) >> 7 & merging->queue_mask;

	while (merging->queues[i].id != id)
	{
		if (merging->queues[i].id == LLP_NO_TOKEN)
		{
			merging->queues[i] = (Queue){id, NONE, NONE, false, false};
			break;
		}
		i = (i + 1) & merging->queue_mask;
	}
	return i;
}

static void
enqueue(Merging *merging, uint32_t at, uint32_t id)
{
	uint32_t index = queue_of(merging, id);
	Queue *queue = &merging->queues[index];
	Place *place = &merging->places[at];

	place->queue = index;
	place->before = queue->last;
	place->after = NONE;
	if (queue->last == NONE)
		queue->first = at;
	else
	{
		merging->places[queue->last].after = at;
		queue->unordered = queue->unordered || at < queue->last;
	}
	queue->last = at;
	if (!queue->waiting)
	{
		queue->waiting = true;
		heap_push(merging, index);
	}
}

static void
leave_queue(Merging *merging, uint32_t at)
{
	Place *place = &merging->places[at];
	Queue *queue;

	if (place->queue == NONE)
		return;
	queue = &merging->queues[place->queue];
	if (place->before == NONE)
		queue->first = place->after;
	else
		merging->places[place->before].after = place->after;
	if (place->after == NONE)
		queue->last = place->before;
	else
		merging->places[place->after].before = place->before;
	place->queue = NONE;
}

/* Cuts the run of rising places off a list; its rest begins at *rest. */
static void
cut_run(Place *places, uint32_t list, uint32_t *rest)
{
	while (places[list].after != NONE && places[list].after > list)
		list = places[list].after;
	*rest = places[list].after;
	places[list].after = NONE;
}

/* Merges two rising lists behind *tail, which moves to their end; neither is empty. */
static uint32_t *
merge_runs(Place *places, uint32_t a, uint32_t b, uint32_t *tail)
{
	while (a != NONE && b != NONE)
	{
		uint32_t *lower = a < b ? &a : &b;

		*tail = *lower;
		tail = &places[*tail].after;
		*lower = *tail;
	}
	*tail = a != NONE ? a : b;
	while (*tail != NONE)
		tail = &places[*tail].after;
	return tail;
}

/* A natural merge sort by `after`; `before` and the queue's last are put right at the end. */
static void
put_in_order(Merging *merging, Queue *queue)
{
	Place *places = merging->places;
	bool merged = true;
	uint32_t last = NONE;

	while (merged)
	{
		uint32_t list = queue->first;
		uint32_t *tail = &queue->first;

		merged = false;
		while (list != NONE)
		{
			uint32_t a = list;
			uint32_t b;

			cut_run(places, a, &b);
			if (b == NONE)
			{
				*tail = a;
				break;
			}
			cut_run(places, b, &list);
			tail = merge_runs(places, a, b, tail);
			merged = merged || list != NONE;
		}
	}
	for (uint32_t at = queue->first; at != NONE; at = places[at].after)
	{
		places[at].before = last;
		last = at;
	}
	queue->last = last;
	queue->unordered = false;
}

/* --- Merging -------------------------------------------------------------------------------------------- */

static void
find_pair(Merging *merging, uint32_t at)
{
	const Place *place = &merging->places[at];
	uint32_t end;
	uint32_t id;

	leave_queue(merging, at);
	if (place->next == merging->size)
		return;
	end = merging->places[place->next].next;
	id = llp_vocabulary_find(merging->vocabulary, merging->piece + at, end - at);
	if (id != LLP_NO_TOKEN)
		enqueue(merging, at, id);
}

static void
merge_at(Merging *merging, uint32_t at)
{
	Place *place = &merging->places[at];
	uint32_t gone = place->next;

	leave_queue(merging, gone);
	place->next = merging->places[gone].next;
	if (place->next < merging->size)
		merging->places[place->next].prev = at;
	merging->parts--;
	find_pair(merging, at);
	if (place->prev != NONE)
		find_pair(merging, place->prev);
}

static void
start(Merging *merging)
{
	for (uint32_t i = 0; i < merging->size; i++)
		merging->places[i] = (Place){i + 1, i > 0 ? i - 1 : NONE, NONE, NONE, NONE};
	for (uint32_t i = 0; i <= merging->queue_mask; i++)
		merging->queues[i].id = LLP_NO_TOKEN;
	for (uint32_t i = 0; i + 1 < merging->size; i++)
	{
		uint32_t id = llp_vocabulary_pair(merging->vocabulary, merging->piece + i);

		if (id != LLP_NO_TOKEN)
			enqueue(merging, i, id);
	}
}

static Status
merge_all(Merging *merging, const Host *host)
{
	size_t merges = 0;

	start(merging);
	while (merging->heap_size > 0)
	{
		Queue *queue = &merging->queues[merging->heap[0]];

		if (queue->first == NONE)
		{
			queue->waiting = false;
			queue->unordered = false;
			heap_pop(merging);
			continue;
		}
		if (queue->unordered)
			put_in_order(merging, queue);
		merge_at(merging, queue->first);
		if (++merges % MERGES_A_POLL == 0 && host->poll(host->context))
			return STATUS_CANCELLED;
	}
	return STATUS_OK;
}

static void
emit_parts(const Merging *merging, TokenSink *sink)
{
	if (sink->ids != NULL)
		for (uint32_t at = 0, n = 0; at < merging->size; at = merging->places[at].next, n++)
			if (sink->count + n < sink->capacity)
				sink->ids[sink->count + n] = llp_vocabulary_find(merging->vocabulary, merging->piece + at,
																 merging->places[at].next - at);
	sink->count += merging->parts;
}

/* No more queues than ids, nor than pairs that ever were: one a byte, and two a merge. */
static size_t
queue_slots(const Vocabulary *vocabulary, size_t size)
{
	size_t most = size * 3 < llp_vocabulary_end(vocabulary) ? size * 3 : llp_vocabulary_end(vocabulary);
	size_t slots = 256;

	while (slots < most + most / 4)
		slots *= 2;
	return slots;
}

Status
llp_bpe_long(const Vocabulary *vocabulary, const unsigned char *piece, size_t size, const Host *host,
			 TokenSink *sink)
{
	Merging merging = {.vocabulary = vocabulary, .piece = piece, .size = (uint32_t) size, .parts = size};
	size_t slots = queue_slots(vocabulary, size);
	char *memory;
	Status status;

	if (size > LLP_MAX_PIECE)
		return STATUS_LIMIT;
	memory = host->alloc(host->context, size * sizeof(Place) + slots * (sizeof(Queue) + sizeof(uint32_t)));
	if (memory == NULL)
		return STATUS_NO_MEMORY;
	merging.places = (Place *) (void *) memory;
	merging.queues = (Queue *) (void *) (merging.places + size);
	merging.heap = (uint32_t *) (void *) (merging.queues + slots);
	merging.queue_mask = (uint32_t) slots - 1;
	status = merge_all(&merging, host);
	if (status == STATUS_OK)
		emit_parts(&merging, sink);
	host->release(host->context, memory);
	return status;
}

/*
 * llm/injection_canary.c - the caller's canaries, also where their letters were spaced, turned round or
 * rotated.
 *
 * Letters and digits are compared, folded, and everything between them is passed over.  Each spelling is
 * searched for by D. Knuth, J. Morris and V. Pratt, Fast Pattern Matching in Strings (1977): linear whatever
 * the text.
 */
#include "llm/injection_fold.h"
#include "llm/injection_scan.h"

#define SPELLINGS 3

typedef struct Spelling
{
	InjectionSource source;
	size_t count;
	uint32_t letters[LLP_MAX_CANARY_SIZE];
	uint16_t fallback[LLP_MAX_CANARY_SIZE + 1]; /* letters that still fit when the next one does not */
} Spelling;

struct Canaries
{
	size_t count; /* spellings */
	Spelling *spellings;
	size_t places[LLP_MAX_CANARY_SIZE]; /* where the last letters stood, a ring */
};

static void
prepare_fallback(Spelling *spelling)
{
	size_t fits = 0;

	spelling->fallback[0] = spelling->fallback[1] = 0;
	for (size_t i = 1; i < spelling->count; i++)
	{
		while (fits > 0 && spelling->letters[i] != spelling->letters[fits])
			fits = spelling->fallback[fits];
		fits += spelling->letters[i] == spelling->letters[fits] ? 1 : 0;
		spelling->fallback[i + 1] = (uint16_t) fits;
	}
}

/* The letters and digits of a canary. */
static void
read_plain(Str canary, Spelling *spelling)
{
	spelling->source = INJECTION_FROM_TEXT;
	spelling->count = 0;
	for (size_t at = 0, size; at < canary.size; at += size)
	{
		Character character = llp_injection_fold(llp_injection_code_point(canary, at, &size));

		if (character.kind == CHARACTER_WORD || character.kind == CHARACTER_IDEOGRAPH)
			spelling->letters[spelling->count++] = character.folded;
	}
	prepare_fallback(spelling);
}

static void
turn_round(const Spelling *plain, Spelling *spelling)
{
	spelling->source = INJECTION_FROM_REVERSED;
	spelling->count = plain->count;
	for (size_t i = 0; i < plain->count; i++)
		spelling->letters[i] = plain->letters[plain->count - 1 - i];
	prepare_fallback(spelling);
}

static void
rotate(const Spelling *plain, Spelling *spelling)
{
	spelling->source = INJECTION_FROM_ROT13;
	spelling->count = plain->count;
	for (size_t i = 0; i < plain->count; i++)
	{
		uint32_t letter = plain->letters[i];

		spelling->letters[i] = letter >= 'a' && letter <= 'z' ? 'a' + (letter - 'a' + 13) % 26 : letter;
	}
	prepare_fallback(spelling);
}

Status
llp_injection_canaries_prepare(Scan *scan)
{
	const InjectionOptions *options = scan->options;
	struct Canaries *canaries;

	if (options->canary_count == 0)
		return STATUS_OK;
	if (options->canary_count > LLP_MAX_CANARIES)
		return STATUS_LIMIT;
	canaries = llp_arena_new(scan->arena, struct Canaries);
	if (canaries == NULL)
		return STATUS_NO_MEMORY;
	canaries->count = SPELLINGS * options->canary_count;
	canaries->spellings = llp_arena_array(scan->arena, canaries->count, sizeof(Spelling));
	if (canaries->spellings == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < options->canary_count; i++)
	{
		Spelling *spellings = canaries->spellings + SPELLINGS * i;

		if (options->canaries[i].size > LLP_MAX_CANARY_SIZE)
			return STATUS_LIMIT;
		read_plain(options->canaries[i], &spellings[0]);
		if (spellings[0].count < LLP_MIN_CANARY_LETTERS)
			return STATUS_INVALID;
		turn_round(&spellings[0], &spellings[1]);
		rotate(&spellings[0], &spellings[2]);
	}
	scan->canaries = canaries;
	return STATUS_OK;
}

static void
report(Scan *scan, const Layer *layer, const Spelling *spelling, size_t start, size_t end)
{
	PhraseMatch match = {
		.reason = INJECTION_CANARY, .source = spelling->source, .weight = 1, .start = start, .end = end};

	/* A plain canary in pieces is longer than its letters; its own separators count as pieces, too. */
	llp_injection_found(scan, layer, &match);
}

static void
find_spelling(Scan *scan, const Layer *layer, const Spelling *spelling)
{
	size_t *places = scan->canaries->places;
	size_t fits = 0;
	size_t seen = 0;
	size_t next_poll = POLL_STEP;

	for (size_t at = 0, size; at < layer->text.size && !scan->is_done; at += size)
	{
		Character character = llp_injection_fold(llp_injection_code_point(layer->text, at, &size));

		if (at >= next_poll)
		{
			next_poll = at + POLL_STEP;
			if (llp_injection_poll(scan))
				return;
		}
		if (character.kind != CHARACTER_WORD && character.kind != CHARACTER_IDEOGRAPH)
			continue;
		places[seen++ % LLP_MAX_CANARY_SIZE] = at;
		while (fits > 0 && spelling->letters[fits] != character.folded)
			fits = spelling->fallback[fits];
		fits += spelling->letters[fits] == character.folded ? 1 : 0;
		if (fits < spelling->count)
			continue;
		report(scan, layer, spelling, places[(seen - spelling->count) % LLP_MAX_CANARY_SIZE], at + size);
		fits = spelling->fallback[fits];
	}
}

void
llp_injection_canaries_find(Scan *scan, const Layer *layer)
{
	for (size_t i = 0; i < scan->canaries->count && !scan->is_done; i++)
		find_spelling(scan, layer, &scan->canaries->spellings[i]);
}

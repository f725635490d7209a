/*
 * llm/detector.c - the passes over a text.
 *
 * A text is read in windows.  Of each, the words and prefixes are searched for first, with a margin for what
 * stands beside; then the window is read from sign to sign and from digit to digit, and the prefixes come in
 * their turn.  It must not know what a type's form is: detector_types.def, the validators and the finders do.
 */
#include "llm/detector.h"

#include "base/character.h"
#include "llm/detector_tables.h"
#include "llm/finders.h"
#include "llm/findings.h"

/* Bytes of text between a finding and a word that belongs to it. */
#define CONTEXT_BEFORE 64
#define CONTEXT_AFTER 40
#define MARGIN ((size_t) 128)
/* Bytes of a window without its margins. */
#define WINDOW (LLP_WORDS_WINDOW - 2 * MARGIN)
/* An address without any digit. */
#define UNSURE_SCORE 0.3f
/* Letters of a group that stands before one with digits. */
#define LETTERS_BEFORE 10

/* What a byte is a reason to look for. */
typedef enum Trigger
{
	TRIGGER_NONE,
	TRIGGER_DIGIT,
	TRIGGER_AT,
	TRIGGER_COLON,
	TRIGGER_PLUS,
	TRIGGER_DASH
} Trigger;

static const uint8_t triggers[256] = {
	['0' ... '9'] = TRIGGER_DIGIT, ['@'] = TRIGGER_AT,	 [':'] = TRIGGER_COLON,
	['+'] = TRIGGER_PLUS,		   ['-'] = TRIGGER_DASH,
};

struct Detector
{
	DetectorTables tables;
	/* Patterns that the options of the last call want whatever words are there. */
	DetectOptions options;
	PatternSet wanted;
};

/* One call. */
typedef struct Detection
{
	Detector *detector;
	const DetectorTables *tables;
	Str text;
	DetectOptions options;
	PatternSet active;		  /* in this window */
	PatternSet active_inside; /* those of them that begin with a letter or a digit */
	TypeSet contexts;		  /* of which a word is in or near this window */
	const WordHit *hits;
	size_t hit_count;
	size_t value_done; /* up to here, what is assigned to a name was judged */
	size_t ipv6_done;  /* up to here, a run of hexadecimal digits and colons was looked at */
	FindingList list;
	bool found;
} Detection;

/* Words beside a finding */

static bool
has_context(const Detection *d, DetectorType type, Span span)
{
	size_t low = 0;
	size_t high = d->hit_count;

	if (!llp_type_set_has(&d->contexts, type))
		return false;
	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (d->hits[middle].end + CONTEXT_BEFORE < span.start)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < d->hit_count && d->hits[low].start <= span.end + CONTEXT_AFTER; low++)
	{
		const WordHit *hit = &d->hits[low];

		if ((hit->end <= span.start || hit->start >= span.end) &&
			llp_type_set_has(&llp_word(d->tables->words, hit->word)->context_of, type))
			return true;
	}
	return false;
}

static bool
wants(const Detection *d, DetectorType type)
{
	return llp_type_set_has(&d->options.types, type);
}

static void
report(Detection *d, DetectorType type, Span span, float score, float with_context)
{
	Finding finding = {span.start, span.end, type, score};

	if (!wants(d, type))
		return;
	if (with_context > score && has_context(d, type, span))
		finding.score = with_context;
	if ((double) finding.score < d->options.threshold)
		return;
	d->found = true;
	llp_finding_list_add(&d->list, &finding);
}

static void
report_found(Detection *d, DetectorType type, Span span)
{
	const FinderScore *score = &d->tables->finders[type];

	report(d, type, span, score->score, score->with_context);
}

/* Groups of letters and digits */

static bool
is_alnum(char c)
{
	ByteClass class = byte_class(c);

	return class == BYTE_DIGIT || class == BYTE_LETTER;
}

static char
byte_at(Str text, size_t at)
{
	return at < text.size ? text.data[at] : '\0';
}

static size_t
group_end(Str text, size_t at, size_t most)
{
	size_t end = at;

	while (end < text.size && end - at < most && is_alnum(text.data[end]))
		end++;
	return end;
}

/* Signs that may stand between groups. */
static bool
is_between(char c)
{
	static const bool signs[256] = {[' '] = true, ['-'] = true, ['.'] = true, ['/'] = true, [':'] = true,
									['_'] = true, [','] = true, ['('] = true, [')'] = true, ['+'] = true};

	return signs[(unsigned char) c];
}

/* Length of the group behind a group that ends at `end`: one sign between them, and perhaps a space. */
static size_t
next_group(Str text, size_t end)
{
	size_t start = end + 1;

	if (start >= text.size || !is_between(text.data[end]))
		return 0;
	start += text.data[start] == ' ';
	return group_end(text, start, LLP_GROUP) - start;
}

static size_t
bounded(size_t length, size_t bound)
{
	return length < bound ? length : bound;
}

/* A group that begins a pattern, perhaps. */
typedef struct Group
{
	GroupKind kind;
	size_t start;
	size_t end;
} Group;

static void
try_pattern(Detection *d, const PatternEntry *entry, size_t start)
{
	size_t place = start - (entry->lead != 0);
	Candidate candidate;

	if (llp_pattern_match(entry->pattern, d->text, place, &candidate) && entry->validator(&candidate))
		report(d, entry->type, (Span){place, place + candidate.text.size}, entry->score, entry->with_context);
}

/* A plain pattern, and digits of the right number with no more behind them. */
static void
try_digits(Detection *d, const PatternEntry *entry, const Group *group)
{
	Candidate candidate;

	llp_candidate_of_digits((Str){d->text.data + group->start, group->end - group->start}, &candidate);
	if (entry->validator(&candidate))
		report(d, entry->type, (Span){group->start, group->end}, entry->score, entry->with_context);
}

/* The patterns that words, options and the character before a group let begin there. */
static PatternSet
usable_patterns(const Detection *d, char before)
{
	PatternSet set = d->active;

	for (int i = 0; i < LLP_MAX_PATTERNS / 64; i++)
		set.word[i] &= ~((before == '(' ? 0 : d->tables->with_lead[0].word[i]) |
						 (before == '+' ? 0 : d->tables->with_lead[1].word[i]));
	return set;
}

static void
try_group(Detection *d, const Group *group)
{
	size_t length = group->end - group->start;
	size_t second = next_group(d->text, group->end);
	const PatternSet *alone = &d->tables->alone[group->kind][bounded(length, LLP_FIRST_GROUP)];
	const PatternSet *joined =
		&d->tables->joined[group->kind][bounded(length, LLP_GROUP)][bounded(second, LLP_GROUP)];
	const PatternSet *usable = &d->active_inside;
	unsigned char first = (unsigned char) d->text.data[group->start];
	PatternSet with_lead;

	if (group->start > 0 && (d->text.data[group->start - 1] == '(' || d->text.data[group->start - 1] == '+'))
	{
		with_lead = usable_patterns(d, d->text.data[group->start - 1]);
		usable = &with_lead;
	}
	for (int i = 0; i < LLP_MAX_PATTERNS / 64; i++)
	{
		for (uint64_t left = (alone->word[i] | joined->word[i]) & usable->word[i]; left != 0;
			 left &= left - 1)
		{
			int number = __builtin_ctzll(left);
			const PatternEntry *entry = &d->tables->patterns[64 * i + number];

			if ((entry->first[first / 64] >> first % 64 & 1) == 0)
				continue;
			if (entry->plain && group->kind == GROUP_DIGITS && (joined->word[i] >> number & 1) == 0)
			{
				if (byte_at(d->text, group->end) != '_')
					try_digits(d, entry, group);
			}
			else
				try_pattern(d, entry, group->start);
		}
	}
}

/* Up to two groups of letters before a group with digits, which patterns may begin with. */
static void
try_letters_before(Detection *d, size_t start)
{
	for (int i = 0; i < 2; i++)
	{
		size_t end = start - 1;

		if (start < 2 || (d->text.data[end] != ' ' && d->text.data[end] != '-'))
			return;
		start = end;
		while (start > 0 && end - start <= LETTERS_BEFORE && starts_name(d->text.data[start - 1]) &&
			   d->text.data[start - 1] != '_')
			start--;
		if (start == end || end - start > LETTERS_BEFORE ||
			(start > 0 && continues_name(d->text.data[start - 1])))
			return;
		try_group(d, &(Group){GROUP_LETTERS, start, end});
	}
}

/* At the first digit of a group; returns where to read on. */
static size_t
look_at_digit(Detection *d, size_t at)
{
	Str text = d->text;
	size_t start = at;
	size_t end = at;
	bool letters = false;
	Span span;
	GroupKind kind;

	while (start > 0 && at - start <= LLP_FIRST_GROUP && is_alnum(text.data[start - 1]))
		start--;
	for (; end < text.size && is_alnum(text.data[end]); end++)
		letters = letters || !is_digit(text.data[end]);
	if (at - start > LLP_FIRST_GROUP || (start > 0 && continues_name(text.data[start - 1])))
		return end;
	kind = start < at ? GROUP_LETTER_FIRST : letters ? GROUP_DIGIT_FIRST : GROUP_DIGITS;
	try_group(d, &(Group){kind, start, end});
	if (kind == GROUP_DIGITS && end - start <= 3 && byte_at(text, end) == '.' &&
		llp_find_ipv4(text, start, &span))
		report_found(d, DETECT_IP_ADDRESS, span);
	if (at == start + 2 && wants(d, DETECT_IBAN) && llp_find_iban(text, start, &span))
		report_found(d, DETECT_IBAN, span);
	try_letters_before(d, start);
	return end;
}

/* Signs */

/* A hardware address may consist of letters only, so that no digit leads to it. */
static void
look_for_letters_of_mac(Detection *d, size_t at)
{
	Str text = d->text;

	if (at < 2 || at + 3 >= text.size || text.data[at + 3] != text.data[at] || is_digit(text.data[at - 1]) ||
		is_digit(text.data[at - 2]) || hex_value(text.data[at - 1]) < 0 || hex_value(text.data[at - 2]) < 0 ||
		(at > 2 && (continues_name(text.data[at - 3]) || text.data[at - 3] == text.data[at])))
		return;
	for (uint16_t i = 0; i < d->tables->pattern_count; i++)
	{
		if (d->tables->patterns[i].type == DETECT_MAC_ADDRESS)
			try_pattern(d, &d->tables->patterns[i], at - 2);
	}
}

static void
look_at_colon(Detection *d, size_t at)
{
	Span span;
	bool flag = false;

	if (byte_at(d->text, at + 1) == '/' && byte_at(d->text, at + 2) == '/')
	{
		if ((wants(d, DETECT_URL_CREDENTIALS) || wants(d, DETECT_DATABASE_URL)) &&
			llp_find_url_with_password(d->text, at, &span, &flag))
			report_found(d, flag ? DETECT_DATABASE_URL : DETECT_URL_CREDENTIALS, span);
		return;
	}
	look_for_letters_of_mac(d, at);
	if (at < d->ipv6_done || (byte_at(d->text, at + 1) != ':' && hex_value(byte_at(d->text, at + 1)) < 0))
		return;
	if (llp_find_ipv6(d->text, at, &span, &d->ipv6_done, &flag))
		report(d, DETECT_IP_ADDRESS, span, flag ? d->tables->finders[DETECT_IP_ADDRESS].score : UNSURE_SCORE,
			   d->tables->finders[DETECT_IP_ADDRESS].with_context);
}

/* Looks at a byte that is a reason to; returns where to read on. */
static size_t
look(Detection *d, size_t at)
{
	Span span;

	switch ((Trigger) triggers[(unsigned char) d->text.data[at]])
	{
		case TRIGGER_DIGIT:
			return look_at_digit(d, at);
		case TRIGGER_AT:
			if (wants(d, DETECT_EMAIL_ADDRESS) && llp_find_email(d->text, at, &span))
				report_found(d, DETECT_EMAIL_ADDRESS, span);
			break;
		case TRIGGER_COLON:
			look_at_colon(d, at);
			break;
		case TRIGGER_PLUS:
			if (wants(d, DETECT_PHONE_NUMBER) && is_digit(byte_at(d->text, at + 1)) &&
				llp_find_phone(d->text, at, &span))
				report_found(d, DETECT_PHONE_NUMBER, span);
			break;
		case TRIGGER_DASH:
			look_for_letters_of_mac(d, at);
			break;
		case TRIGGER_NONE:
			break;
	}
	return at + 1;
}

/* Reads from `at` to `end`, or to where something was found that is enough. */
static size_t
read_bytes(Detection *d, size_t at, size_t end)
{
	const unsigned char *bytes = (const unsigned char *) d->text.data;

	while (at < end)
	{
		while (at < end && triggers[bytes[at]] == TRIGGER_NONE)
			at++;
		if (at < end)
			at = look(d, at);
		if (d->found && d->options.any)
			return end;
	}
	return at;
}

/* Words */

static void
look_at_prefix(Detection *d, const Word *word, const WordHit *hit)
{
	const PatternEntry *entry = &d->tables->tokens[word->pattern];
	Candidate candidate;

	if (wants(d, entry->type) && llp_pattern_match(entry->pattern, d->text, hit->start, &candidate) &&
		entry->validator(&candidate))
		report(d, entry->type, (Span){hit->start, hit->start + candidate.text.size}, entry->score,
			   entry->score);
}

/* Names within a value that was judged are part of it. */
static void
look_at_assignment(Detection *d, const Word *word, const WordHit *hit)
{
	Span span = {0};

	if (hit->start < d->value_done)
		return;
	if (llp_find_assigned_secret(d->text, hit->end, llp_str_equal(word->text, STR("bearer")), &span))
		report(d, word->type, span, d->tables->finders[DETECT_GENERIC_SECRET].score, 0);
	d->value_done = span.end;
}

static void
look_at_word(Detection *d, const WordHit *hit)
{
	const Word *word = llp_word(d->tables->words, hit->word);
	Span span;

	if (word->roles & WORD_PREFIX)
		look_at_prefix(d, word, hit);
	if ((word->roles & WORD_PRIVATE_KEY) && wants(d, DETECT_PRIVATE_KEY) &&
		llp_find_private_key(d->text, hit->start, &span))
		report_found(d, DETECT_PRIVATE_KEY, span);
	if ((word->roles & WORD_KEYWORD) && wants(d, word->type))
		look_at_assignment(d, word, hit);
	if (word->roles & WORD_TERM)
		report_found(d, word->type, (Span){hit->start, hit->end});
	if (llp_type_set_has(&word->context_of, DETECT_BIC) && wants(d, DETECT_BIC) &&
		llp_find_bic(d->text, hit->end, &span))
		report_found(d, DETECT_BIC, span);
}

/* Is the hit more than a word beside something else? */
static bool
leads_somewhere(const Detection *d, const WordHit *hit)
{
	const Word *word = llp_word(d->tables->words, hit->word);

	return (word->roles & ~WORD_CONTEXT) != 0 || llp_type_set_has(&word->context_of, DETECT_BIC);
}

/* Windows */

/* Patterns that words of the window make worth a look, and those that are anyway. */
static void
activate(Detection *d)
{
	d->active = d->detector->wanted;
	d->contexts = (TypeSet){{0}};
	for (size_t i = 0; i < d->hit_count; i++)
	{
		const Word *word = llp_word(d->tables->words, d->hits[i].word);

		d->contexts.word[0] |= word->context_of.word[0];
		d->contexts.word[1] |= word->context_of.word[1];
	}
	for (int i = 0; i < 2; i++)
	{
		for (uint64_t left = d->contexts.word[i] & d->options.types.word[i]; left != 0; left &= left - 1)
		{
			const PatternSet *set = &d->tables->of_type[64 * i + __builtin_ctzll(left)];

			for (int j = 0; j < LLP_MAX_PATTERNS / 64; j++)
				d->active.word[j] |= set->word[j];
		}
	}
	d->active_inside = usable_patterns(d, '\0');
}

/* The window from `start`, from `at` on, which may lie behind it; returns where the next one is to be read
 * from. */
static size_t
read_window(Detection *d, size_t start, size_t at)
{
	size_t end = bounded(start + WINDOW, d->text.size);

	activate(d);
	for (size_t i = 0; i < d->hit_count; i++)
	{
		const WordHit *hit = &d->hits[i];

		if (hit->start < start || hit->start >= end || !leads_somewhere(d, hit))
			continue;
		if (hit->start > at)
			at = read_bytes(d, at, hit->start);
		look_at_word(d, hit);
		if (d->found && d->options.any)
			return end;
	}
	return at < end ? read_bytes(d, at, end) : at;
}

/* The patterns whose scores without any word are high enough. */
static void
set_options(Detector *detector, const DetectOptions *options)
{
	detector->options = *options;
	memset(&detector->wanted, 0, sizeof(detector->wanted));
	for (uint16_t i = 0; i < detector->tables.pattern_count; i++)
	{
		const PatternEntry *entry = &detector->tables.patterns[i];

		if (llp_type_set_has(&options->types, entry->type) && (double) entry->score >= options->threshold)
			detector->wanted.word[i / 64] |= UINT64_C(1) << i % 64;
	}
}

static bool
same_options(const DetectOptions *a, const DetectOptions *b)
{
	return a->types.word[0] == b->types.word[0] && a->types.word[1] == b->types.word[1] &&
		   a->threshold == b->threshold;
}

Status
llp_detector_create(Arena *arena, Detector **detector)
{
	*detector = llp_arena_new(arena, Detector);
	return *detector == NULL ? STATUS_NO_MEMORY : llp_detector_tables_make(arena, &(*detector)->tables);
}

Status
llp_detect(Detector *detector, Arena *arena, Str text, const DetectOptions *options, Findings *findings)
{
	Detection d = {.detector = detector, .tables = &detector->tables, .text = text, .options = *options};
	const Host *host = llp_arena_host(arena);
	size_t at = 0;

	if (!same_options(&detector->options, options))
		set_options(detector, options);
	llp_finding_list_begin(&d.list, arena);
	for (size_t start = 0; start < text.size && !(d.found && options->any); start += WINDOW)
	{
		size_t from = start < MARGIN ? 0 : start - MARGIN;
		Status status = llp_words_find(detector->tables.words, text, from,
									   bounded(start + WINDOW + MARGIN, text.size), &d.hits, &d.hit_count);

		if (status != STATUS_OK)
			return status;
		if (start > 0 && host->poll(host->context))
			return STATUS_CANCELLED;
		at = read_window(&d, start, at < start ? start : at);
	}
	llp_finding_list_end(&d.list);
	*findings = (Findings){d.list.items, d.list.count};
	return d.list.failed ? STATUS_NO_MEMORY : STATUS_OK;
}

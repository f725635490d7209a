/*
 * llm/injection_scan.h - one pass over one text, and what such passes share.
 *
 * A scan looks at the text and, up to INJECTION_DEPTH deep, at what it finds encoded in it; each of these is
 * a layer. Findings of a layer that was decoded stand where its code stood.
 */
#ifndef LLP_LLM_INJECTION_SCAN_H
#define LLP_LLM_INJECTION_SCAN_H

#include "llm/injection_grammar.h"

/* Codes within codes that are looked into. */
#define INJECTION_DEPTH 2
/* Bytes between two polls of the host. */
#define POLL_STEP 16384

typedef struct Scan
{
	const Host *host;
	Arena *arena;
	const InjectionGrammar *grammar;
	const InjectionOptions *options;
	Status status;
	bool is_done; /* failed, cancelled, or the score is high enough */
	double highest[INJECTION_REASONS];
	double score;
	InjectionFinding *findings; /* start and length in bytes of the text, until the end */
	size_t count;
	size_t last_of[INJECTION_REASONS]; /* number + 1 of the newest finding of a reason */
	size_t size;					   /* bytes of the text: no code in it is longer when decoded */
	size_t decoded;					   /* bytes decoded so far, at most INJECTION_DEPTH times that */
	char *decoding[INJECTION_DEPTH];   /* where a code is decoded to, by depth; NULL until needed */
	PhraseMatcher *matchers[INJECTION_DEPTH + 1];
	struct Canaries *canaries;
} Scan;

typedef struct Layer
{
	Str text;
	size_t depth; /* 0: the text itself */
	InjectionSource source;
	size_t start; /* of the code, in bytes of the text; depth > 0 */
	size_t end;
} Layer;

/* A segment of a layer that may be written in a code. */
typedef struct Segment
{
	size_t start; /* bytes of the layer */
	size_t end;
	InjectionSource code; /* ESCAPES, BASE64 or HEX */
} Segment;

/* injection.c */

/* Notes a finding at bytes start to end of a layer, in the layer's source unless its own says more. */
extern void llp_injection_found(Scan *scan, const Layer *layer, const PhraseMatch *match);
/* Looks at a layer, and at what is encoded in it. */
extern void llp_injection_scan_layer(Scan *scan, const Layer *layer);
/* Should the work stop?  Then the scan is done. */
extern bool llp_injection_poll(Scan *scan);

/* injection_decode.c */

/* Where a code begins that goes on with letters and digits at `at`; not before `floor`. */
extern size_t llp_injection_segment_start(Str text, size_t at, size_t floor);
/* Does a run of letters and digits that begins at `start` look like base64 or hex?  Then where that ends. */
extern bool llp_injection_segment_at(Str text, size_t start, Segment *segment);
/* Bytes of the escape that begins here (%41, \x41, \u0041, &#65;), or 0. */
extern size_t llp_injection_escape_at(Str text, size_t at);
/* Decodes a segment; false where it is no text.  `out` has room for the bytes of the segment. */
extern bool llp_injection_decode(Str text, const Segment *segment, char *out, size_t *size);

/* injection_markup.c */

/* A marker of a template, or a role at the beginning of a line, that begins here; its size or 0. */
extern size_t llp_injection_marker_at(Str text, size_t at, bool line_start, PhraseMatch *match);
/* A link or image whose URL begins at `at`, and how far that was looked at; true when it may carry data away.
 */
extern bool llp_injection_url_at(Str text, size_t at, bool image, size_t *end, PhraseMatch *match);
/* An HTML tag that begins here, likewise. */
extern bool llp_injection_tag_at(Str text, size_t at, size_t *end, PhraseMatch *match);

/* injection_invisible.c */

#define HIDDEN_SIZE 256 /* bytes of text in invisible characters that are looked at */

/* What is unseen in a layer. */
typedef struct Unseen
{
	size_t zero_widths; /* within or between Latin words */
	size_t run;			/* zero-widths one after the other */
	size_t longest_run;
	size_t overrides;  /* bidirectional overrides */
	size_t embeddings; /* bidirectional embeddings and isolates */
	size_t right_to_left;
	size_t tags; /* tag characters and variation selectors that carry bytes */
	size_t first, last;
	size_t first_bidi, last_bidi;
	bool in_flag; /* after a black flag, whose tags are legitimate */
	bool after_latin;
	char hidden[HIDDEN_SIZE]; /* the bytes */
	size_t hidden_size;
	size_t hidden_start, hidden_end; /* where they stood */
} Unseen;

extern void llp_injection_unseen_init(Unseen *unseen);
/* Takes a character beyond ASCII at `at`, `size` bytes. */
extern void
llp_injection_unseen_note(Unseen *unseen, uint32_t code_point, bool before_latin, size_t at, size_t size);
/* Reports what was counted. */
extern void llp_injection_unseen_report(Unseen *unseen, Scan *scan, const Layer *layer);

/* injection_canary.c */

/* Reads the canaries of the options; leaves scan->canaries NULL when there are none. */
extern Status llp_injection_canaries_prepare(Scan *scan);
/* Looks for the canaries in a layer. */
extern void llp_injection_canaries_find(Scan *scan, const Layer *layer);

#endif

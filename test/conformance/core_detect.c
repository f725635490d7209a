/*
 * test/conformance/core_detect.c - what the core's detector finds in texts.
 *
 * A line of the input is {"text", "types": [names] or null, "threshold"}.  Prints "LINE TYPE START LENGTH
 * SCORE" for each finding, in code points from 1, as llm_policy_detect counts.  Judging is the caller's
 * business.
 */
#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "doc/reader.h"
#include "llm/detector.h"

static TypeSet
types_of(const TreeNode *names)
{
	TypeSet set = {{0}};

	if (names->kind == VALUE_NULL)
		return llp_all_detector_types();
	for (uint32_t i = 0; i < names->as.list.count; i++)
	{
		Str nearest;

		if (!llp_type_set_add_named(&set, names->as.list.items[i]->as.string, &nearest))
		{
			fprintf(stderr, "no type %.*s\n", STR_ARG(names->as.list.items[i]->as.string));
			exit(2);
		}
	}
	return set;
}

static double
number_of(const TreeNode *node)
{
	Value value = llp_tree_value(node);

	return value.kind == VALUE_INT ? (double) value.as.integer : value.as.real;
}

static void
detect_line(Detector *detector, Arena *arena, const TreeNode *line, unsigned int number)
{
	Str text = llp_tree_get(line, STR("text"))->as.string;
	DetectOptions options = {.types = types_of(llp_tree_get(line, STR("types"))),
							 .threshold = number_of(llp_tree_get(line, STR("threshold")))};
	Findings findings;

	if (llp_detect(detector, arena, text, &options, &findings) != STATUS_OK)
		abort();
	for (size_t i = 0; i < findings.count; i++)
	{
		const Finding *finding = &findings.items[i];

		printf("%u %s %zu %zu %g\n", number, llp_detector_types[finding->type].name,
			   llp_utf8_length((Str){text.data, finding->start}) + 1,
			   llp_utf8_length((Str){text.data + finding->start, finding->end - finding->start}),
			   (double) finding->score);
	}
}

bool
run_detect(Str text)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Detector *detector;
	Str line;

	if (llp_detector_create(arena, &detector) != STATUS_OK)
		abort();
	for (unsigned int number = 1; next_line(&text, &line); number++)
	{
		Arena *own = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		DocumentStream stream;

		llp_diag_init(&findings, own);
		if (llp_read_documents(own, line, &stream, &findings) != STATUS_OK || stream.count != 1)
			abort();
		detect_line(detector, own, stream.documents[0].root, number);
		llp_arena_destroy(own);
	}
	llp_arena_destroy(arena);
	return true;
}

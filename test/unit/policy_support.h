/*
 * test/unit/policy_support.h - what the tests of the policy room share: reading a text in an arena.
 */
#ifndef LLP_TEST_POLICY_SUPPORT_H
#define LLP_TEST_POLICY_SUPPORT_H

#include "base/diag.h"
#include "policy/read.h"
#include "unit.h"

typedef struct Reading
{
	Arena *arena;
	Status status;
	PolicyList list;
	DiagnosticList findings;
} Reading;

static inline Reading
read_in_namespace(const char *text, const char *ns)
{
	Reading reading = {.arena = llp_arena_create(&llp_libc_host, 0)};

	llp_diag_init(&reading.findings, reading.arena);
	reading.status =
		llp_read_policies(reading.arena, llp_str(text), llp_str(ns), &reading.list, &reading.findings);
	return reading;
}

static inline Reading
read_text(const char *text)
{
	return read_in_namespace(text, "");
}

#endif

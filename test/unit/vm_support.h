/*
 * test/unit/vm_support.h - what tests of the vm room share: values, policies and decisions from texts.
 *
 * Everything ends the test program when a text that a test wrote is wrong.
 */
#ifndef LLP_TEST_VM_SUPPORT_H
#define LLP_TEST_VM_SUPPORT_H

#include "unit.h"

#include "policy/model.h"
#include "vm/evaluate.h"

/* 2026-06-01T12:00:00Z, the "now" of evaluations. */
#define VM_NOW ((Timestamp) 1780315200 * 1000000)

extern Arena *vm_arena(void);
/* Any JSON value. */
extern TreeNode *vm_json(Arena *arena, const char *text);
extern PolicySet vm_policies(Arena *arena, const char *text);
/* The set compiled, with the literals of its regexes and substrings. */
extern Program *vm_program(Arena *arena, const PolicySet *set);
extern Str vm_json_text(Arena *arena, const TreeNode *node);
/* Evaluates; the result is NULL when that is refused. */
extern Decision vm_decide(Arena *arena, const PolicySet *set, const char *request, EvaluationOptions options);
/*
 * Does the result have what `expected` (a JSON object) says?  Each of its members must be equal there; null
 * stands for a key that is absent.
 */
extern void vm_check(Arena *arena, const char *name, const TreeNode *result, const char *expected);

#endif

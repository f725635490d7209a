/*
 * policy/modification.h - what a modify verdict does to a request.
 */
#ifndef LLP_POLICY_MODIFICATION_H
#define LLP_POLICY_MODIFICATION_H

#include "policy/model.h"
#include "policy/schema.h"

/* Modifications of one rule: each is compared with every other. */
#define LLP_MAX_RULE_MODIFICATIONS 256

/*
 * Reads set, modifications, remove, append and cap of a section (KEY_ACTION or KEY_MODIFY) into `action`, in
 * document order, and reports those that conflict with each other.
 */
extern void llp_read_modifications(Reader *reader, const Section *section, Action *action);

/* Puts modifications behind those of the action; false when the arena is exhausted. */
extern bool
llp_add_modifications(Arena *arena, Action *action, const Modification *modifications, size_t count);

#endif

/*
 * vm/limits.h - what the expressions of an evaluation may use.
 */
#ifndef LLP_VM_LIMITS_H
#define LLP_VM_LIMITS_H

#include <stdint.h>

/* A step is worth some 50 ns at most. */
typedef struct ExpressionLimits
{
	uint64_t rule_steps;	   /* of the condition of one rule or exception */
	uint64_t evaluation_steps; /* of all of them together */
	uint64_t memory;		   /* bytes, of all of them together */
} ExpressionLimits;

#define DEFAULT_RULE_STEPS 100000
#define DEFAULT_EVALUATION_STEPS 1000000
#define DEFAULT_EXPRESSION_MEMORY ((uint64_t) 8 * 1024 * 1024)

extern const ExpressionLimits llp_default_limits;

#endif

/*
 * vm/compare.h - equality and order of values, as the CEL specification defines them.
 *
 * Numbers compare exactly whatever their types, with one exception that the specification's conformance cases
 * ask for: 2^63 as a double equals the largest int, and 2^64 as a double the largest uint, which are the
 * doubles nearest to them.
 */
#ifndef LLP_VM_COMPARE_H
#define LLP_VM_COMPARE_H

#include "vm/cel_context.h"

typedef enum CelOrder
{
	CEL_LESS = -1,
	CEL_SAME = 0,
	CEL_GREATER = 1,
	CEL_UNORDERED = 2,	 /* NaN is involved */
	CEL_INCOMPARABLE = 3 /* kinds between which there is no order */
} CelOrder;

/*
 * The order of two numbers, or of two values of a kind that has one: bool, string and bytes (by bytes, which
 * for text is by code point), timestamp, duration.
 */
extern CelOrder llp_cel_order(CelValue a, CelValue b);
/*
 * A bool: deep equality.  Values of different types are not equal, but numbers are compared by value.  The
 * error of an element of a request, where that decides; CEL_STOPPED beyond CEL_MAX_DEPTH.
 */
extern CelValue llp_cel_equal(CelContext *context, CelValue a, CelValue b);

#endif

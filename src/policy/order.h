/*
 * policy/order.h - sorting pointers in place, without memory.
 */
#ifndef LLP_POLICY_ORDER_H
#define LLP_POLICY_ORDER_H

#include <stddef.h>

/* Negative, zero or positive as the thing that a points to belongs before, beside or behind that of b. */
typedef int (*PointerOrder)(const void *a, const void *b);

/*
 * Sorts `items`, an array of `count` pointers to any one type.  Heap sort: no allocation, O(n log n) whatever
 * the input.  Not stable: an order that must be total breaks its ties itself.
 */
extern void llp_sort_pointers(void *items, size_t count, PointerOrder compare);

#endif

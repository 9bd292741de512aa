/* Sorting of large lists of numbers, where qsort would compare more than it must. */
#ifndef BL_CORE_BASE_SORT_H
#define BL_CORE_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Below, at or above 0, as of qsort. */
typedef int (*bl_sort_order)(const void *a, const void *b, void *context);

/*
 * Numbers by what they stand for, stable: a and b of order point to two of them. What stands in order already, or nearly so, as vendors' exports
 * do, takes few comparisons.
 */
void bl_sort_numbers(uint32_t *items, size_t n, bl_sort_order order, void *context);

typedef struct bl_keyed {
	uint64_t key;
	uint32_t value;
} bl_keyed;

/* By key, then by value. Linear where keys are spread evenly up to the largest. */
void bl_sort_keyed(bl_keyed *items, size_t n);

#endif

/*
 * prog/verify.h - accepts no fragment and no image that it has not proved safe to run.
 *
 * What is accepted can be linked, run with and without a trace, and shown, in bounded time and without
 * reading outside of it.  That it says what some document says is nobody's promise but the compiler's.
 *
 * Whoever reads fragments from tables calls llp_fragment_verify (pg/fragments.c).  Images are made by
 * prog/link.c in memory that nobody else writes; llp_image_verify is for those that come from elsewhere, for
 * what is shown to people (pg/explain.c), and for tests.
 *
 * On one core a fragment of one rule takes 0.5 us, an image of 10 000 such policies (4.2 MB) 2.4 ms.
 */
#ifndef LLP_PROG_VERIFY_H
#define LLP_PROG_VERIFY_H

#include "base/status.h"
#include "prog/image.h"

/*
 * Verifies `size` bytes that should be one fragment, aligned to eight bytes.  Time is linear in the size;
 * nothing is allocated.  STATUS_OK, or STATUS_INVALID with a phrase for messages in *problem ("the checksum
 * is wrong").
 */
extern Status llp_fragment_verify(const void *bytes, size_t size, const char **problem);
/*
 * The same of header and body alone, which begin a block of `size` bytes and may end before it: of a policy
 * within an image, which has the names and whose checksum covers all.
 */
extern Status llp_fragment_verify_body(const void *bytes, size_t size, const char **problem);
/*
 * Verifies `size` bytes, aligned to eight, that should be one image.  Time is linear in the size, and four
 * bytes in `scratch` for each node of the index are given back with it.  STATUS_OK, STATUS_INVALID with a
 * phrase in *problem, or STATUS_NO_MEMORY.
 */
extern Status llp_image_verify(Arena *scratch, const void *bytes, size_t size, const char **problem);

#endif

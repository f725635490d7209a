/* prog/verify.h - stand-in. */
#ifndef LLP_PROG_VERIFY_H
#define LLP_PROG_VERIFY_H
#include "base/status.h"
#include "prog/image.h"
extern Status llp_fragment_verify(const void *bytes, size_t size, const char **problem);
#endif

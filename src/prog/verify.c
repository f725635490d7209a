/* prog/verify.c - stand-in. */
#include "prog/verify.h"
Status
llp_fragment_verify(const void *bytes, size_t size, const char **problem)
{
	const Fragment *f = bytes;
	*problem = "bad";
	if (size < sizeof(Fragment) || f->magic != FRAGMENT_MAGIC || f->version != FRAGMENT_VERSION ||
		fragment_size(f) != size || f->checksum != llp_fragment_checksum(f))
		return STATUS_INVALID;
	return STATUS_OK;
}

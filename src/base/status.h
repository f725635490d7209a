/*
 * base/status.h - how a function of the core says that it could not do its work.
 *
 * Details, where there are any, are in a DiagnosticList beside the status.
 */
#ifndef LLP_BASE_STATUS_H
#define LLP_BASE_STATUS_H

/* Surroundings that have a macro of this name give it the same value. */
#undef STATUS_OK

typedef enum Status
{
	STATUS_OK = 0,
	STATUS_INVALID,	  /* the input is wrong; the diagnostics say where and why */
	STATUS_NO_MEMORY, /* the host or the arena's limit gave no more memory */
	STATUS_LIMIT,	  /* a bound on size, depth or steps was hit; the diagnostics say which */
	STATUS_CANCELLED  /* Host.poll asked to stop */
} Status;

#endif

/*
 * pg/text_call.h - answers what the core asks of texts for language models and of the prices of models.
 */
#ifndef LLP_PG_TEXT_CALL_H
#define LLP_PG_TEXT_CALL_H

#include "base/host_call.h"

/* For the kinds of HostCall without a name.  As Host.call. */
extern Status text_call_answer(HostCall *call);

#endif

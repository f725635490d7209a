/*
 * policy/document.h - one document as a policy.
 */
#ifndef LLP_POLICY_DOCUMENT_H
#define LLP_POLICY_DOCUMENT_H

#include "doc/reader.h"
#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads one document and reports what is wrong with it; every (namespace, id) that it finds is claimed in
 * `taken`.  The policy is right when no error was reported, and NULL when the document is no map or memory is
 * out.
 */
extern Policy *llp_read_policy(Reader *reader, const Document *document, TreeNode *taken);

#endif

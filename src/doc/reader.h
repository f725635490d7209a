/*
 * doc/reader.h - reads a text of YAML or JSON into positioned trees, one for each document.
 *
 * JSON is read as YAML's flow style, by the same parser (libyaml).  What is told apart here and nowhere else:
 * plain scalars follow JSON (its number grammar, true, false, null, ~; all else is a string), surrogate-pair
 * escapes of JSON are characters, keys are distinct, aliases are expanded up to a cap, and a text whose top
 * is a list holds one document in each element.
 *
 * Cost: linear in the text.  Events are pulled one by one and the depth is bounded as they come, because the
 * parser's own time grows with the square of the nesting.
 */
#ifndef LLP_DOC_READER_H
#define LLP_DOC_READER_H

#include "base/diag.h"
#include "base/status.h"
#include "base/tree.h"

#define LLP_MAX_DOCUMENT_SIZE (4 * 1024 * 1024) /* bytes of one text */
#define LLP_MAX_DOCUMENT_DEPTH 100				/* containers inside each other */
#define LLP_MAX_DOCUMENT_NODES 1000000			/* nodes of one text with aliases expanded */
#define LLP_MAX_DOCUMENTS 20000					/* documents of one text */

typedef struct Document
{
	TreeNode *root; /* any kind: that it is a map is the schema's business */
	/*
	 * The document's own part of the text, which read alone gives the same document: the whole text when it
	 * holds only one, from its marker line (`---`) or start to the next document's marker in a stream, the
	 * element's characters in a flow list (only one that is a map in braces stands alone for certain: a list
	 * read alone is a list of documents), its lines from the dash on in a block list.  A directive or a
	 * comment before the first marker belongs to the first document.
	 */
	Str source;
	int line; /* where `source` starts in the text, from 1 */
} Document;

typedef struct DocumentStream
{
	Document *documents; /* in text order; documents before a syntax error are kept */
	size_t count;
} DocumentStream;

/*
 * Reads `text`.  STATUS_OK: all documents are there and `findings` has no error of this call.  STATUS_INVALID
 * or STATUS_LIMIT: `findings` has at least one error with line and column, and `stream` holds the documents
 * that could be read, so that the caller can report what is wrong with them too.  Errors are: bytes that are
 * not UTF-8, NUL, a syntax error (the first one ends the reading), a tab as indentation (named as such), a
 * duplicate key, a key that is no scalar, a tag, an unknown or recursive alias, and the caps above.  An empty
 * text is an error.
 */
extern Status llp_read_documents(Arena *arena, Str text, DocumentStream *stream, DiagnosticList *findings);

#endif

/*
 * doc/scalar_place.h - where a byte of a string stands in the document that the string is written in.
 *
 * A string of a document is seldom written as it reads: there are escapes, folded lines, blocks with an
 * indentation.  What is the same in all styles is the sequence of the characters that are no blanks, so that
 * is what is followed.
 */
#ifndef LLP_DOC_SCALAR_PLACE_H
#define LLP_DOC_SCALAR_PLACE_H

#include "base/str.h"

/*
 * `text` is the whole text, in which a scalar of any style begins at *line and *column (from 1, in code
 * points) and reads as `value`.  Moves *line and *column to the character that byte `offset` of the value
 * comes of, or to the scalar's end for the value's size.  A blank, which has no place of its own where lines
 * are folded, is placed behind what stands before it.  Time is linear in the text.
 */
extern void llp_scalar_place(Str text, Str value, size_t offset, int *line, int *column);

#endif

/*-------------------------------------------------------------------------
 *
 * code.h
 *	  What code.c offers to other parts of the module.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_H
#define CODE_H

#include "types/code_core.h"

extern void code_prefix_range(const CodeForm *form, const text *prefix, CodeRange *range);

#endif /* CODE_H */

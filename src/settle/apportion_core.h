/*-------------------------------------------------------------------------
 *
 * apportion_core.h
 *	  Whole pence over parties, adding up exactly.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_APPORTION_CORE_H
#define COMMISSIONING_APPORTION_CORE_H

#include "settle/exact_core.h"
#include "settle/terms_core.h"

extern bool apportion(int64_t total, int n, ExactInt *weight, const ExactInt **order, bool first,
					  int64_t *out);
/* As many parts as a curve has bands on a side. */
#define APPORTION_MOST TERMS_MAX_BANDS

extern bool apportion_parts(int64_t total, int n, const ExactRat *const *part, int64_t *out);
extern bool split_weights(const TermsSplit *s, ExactInt *weight);
extern void split_share(const TermsSplit *s, int64_t party, ExactRat *share);

#endif /* COMMISSIONING_APPORTION_CORE_H */

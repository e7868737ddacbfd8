/*-------------------------------------------------------------------------
 *
 * statement_party_core.h
 *	  A settlement over its parties, and what is to be paid now.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_STATEMENT_PARTY_CORE_H
#define COMMISSIONING_STATEMENT_PARTY_CORE_H

#include "settle/statement_writer_core.h"

extern SettleStatus write_parties(Writer *w);

#endif /* COMMISSIONING_STATEMENT_PARTY_CORE_H */

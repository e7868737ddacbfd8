/*-------------------------------------------------------------------------
 *
 * statement_writer_core.h
 *	  What a statement is written with, and how its lines speak.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COMMISSIONING_STATEMENT_WRITER_CORE_H
#define COMMISSIONING_STATEMENT_WRITER_CORE_H

#include "settle/statement_core.h"

#define MONEY_TEXT 64
/* Bytes of a name that a message shows. */
#define NAME_SHOWN 80

typedef struct Writer
{
	const SettleTerms  *terms;
	const SettleInputs *inputs;
	const SettleDetail *detail; /* NULL: none */
	SettleRoom         *room;
	const SettleSink   *sink;
	char               *message;
	size_t              message_size;
	SettleLine          line; /* finished when the next one begins */
	bool                pending;
	bool                loss;
	bool                below; /* the gate is missed, a part of the gain stands */
	ExactRat            cases; /* paid for single cases */
	ExactRat            benchmark;
	ExactRat            actual; /* as compared */
	ExactRat            base;
	ExactRat            difference;
	ExactRat            running; /* signed */
	int64_t             settled;
	bool                overflow;
} Writer;

extern void grouped(const ExactRat *v, char *out);
extern void grouped_pence(int64_t pence, char *out);
extern void percent(const ExactRat *rate, char *out);
extern void plain(const ExactRat *v, char *out);
extern void shown_name(SettleText name, char *out);
extern int  name_length(SettleText name);

extern SettleStatus refuse(Writer *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
extern SettleStatus missing(Writer *w, SettleInput input, const char *why);
extern SettleLine  *add_line(Writer *w, const char *code, const char *clause);
extern SettleLine  *add_pence_line(Writer *w, const char *code, const char *clause, int64_t pence);
extern void         finish_line(Writer *w);
extern void         formula(SettleLine *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
extern bool         touches(const Writer *w, int sides);
extern SettleStatus look_up(Writer *w, const TermsScale *scale, LookBy by, const char *what,
							ExactRat *value, ExactRat *rate);
extern void write_product(Writer *w, const char *code, const char *clause, const ExactRat *rate,
						  const char *why);

#endif /* COMMISSIONING_STATEMENT_WRITER_CORE_H */

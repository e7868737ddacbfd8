/*-------------------------------------------------------------------------
 *
 * risk_model.h
 *	  Reading and printing of risk models in unit tests.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEST_RISK_MODEL_H
#define TEST_RISK_MODEL_H

#include "tap.h"

#include <stdlib.h>

#include "risk/risk_build_core.h"

/* Every piece of memory is a block of its own, so that the sanitiser sees a step outside. */
typedef struct Block
{
	struct Block *next;
	void         *memory;
} Block;

static inline void *
allocate(void *state, size_t size)
{
	Block **list = state;
	Block  *block = malloc(sizeof(Block));

	/* not every allocator knows what to do with it */
	if (size == 0)
		abort();
	block->memory = malloc(size);
	memset(block->memory, 0xA5, size);
	block->next = *list;
	*list = block;
	return block->memory;
}

static Block     *blocks;
static JsonMemory memory = {allocate, &blocks};
static JsonError  error;

static inline void
release(void)
{
	while (blocks != NULL)
	{
		Block *next = blocks->next;

		free(blocks->memory);
		free(blocks);
		blocks = next;
	}
}

static inline RiskModel *
read_model(const char *text)
{
	/* without the NUL: the reader must not need it */
	size_t     length = strlen(text);
	char      *copy = malloc(length);
	RiskModel *model;

	memcpy(copy, text, length);
	model = risk_model_read(copy, length, true, &memory, &error);
	free(copy);
	return model;
}

static inline const char *
printed(const RiskModel *model)
{
	size_t length;
	char  *text = risk_model_print(model, &memory, &length);

	return strlen(text) == length ? text : "wrong length";
}

/* accepts --- the text is read and printed as expected, which reads back as the same block. */
static inline void
accepts(const char *text, const char *expected, const char *name)
{
	RiskModel  *model = read_model(text);
	RiskModel  *again;
	const char *got = model == NULL ? error.message : printed(model);

	ok(strcmp(got, expected) == 0, "%s", name);
	if (strcmp(got, expected) != 0)
		printf("#      got: %s\n# expected: %s\n", got, expected);
	again = model == NULL ? NULL : read_model(got);
	ok(again != NULL && again->size == model->size && model->size % 8 == 0 &&
		   memcmp(again, model, model->size) == 0,
	   "%s: printed and read again it is the same block", name);
	release();
}

/* refuses --- the text is refused with this message. */
static inline void
refuses(JsonFault fault, const char *text, const char *message)
{
	RiskModel *model = read_model(text);

	ok(model == NULL && error.fault == fault && strcmp(error.message, message) == 0, "refused: %s",
	   message);
	if (model != NULL || strcmp(error.message, message) != 0)
		printf("# got: %s\n", model != NULL ? "accepted" : error.message);
	release();
}

#endif /* TEST_RISK_MODEL_H */

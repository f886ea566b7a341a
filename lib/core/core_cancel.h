/* What the loop needs of a cancel: keep it, ask it, wait for it. */
#ifndef MIGDI_CORE_CANCEL_H
#define MIGDI_CORE_CANCEL_H

#include "core_error.h"

typedef struct migd_cancel migd_cancel;

/* Takes one more reference, given back with migd_cancel_free(); NULL stays NULL. Any thread. */
migd_cancel *migdi_cancel_keep(migd_cancel *cancel);

/* Whether the switch was thrown; false for NULL. Any thread. */
bool migdi_cancel_thrown(const migd_cancel *cancel);

/* The descriptor that becomes readable when the switch is thrown, and stays so; nobody reads from
 * it. */
int32_t migdi_cancel_fd(const migd_cancel *cancel);

#endif

/* The known word that a mistyped one was meant to be. */
#ifndef MIGDI_CORE_NEAREST_H
#define MIGDI_CORE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* Start with {.wanted = word}, offer each known word, read `found`: NULL when none is near. */
typedef struct migdi_nearest {
    const char *wanted;
    const char *found; /* borrowed from the offer */
    size_t distance;
} migdi_nearest;

/* Near is: at most a third of the wanted word's letters changed, added, lost or swapped with their
 * neighbour, and one in any case; case does not count. Of equally near words the first offered
 * stays. Words over 64 bytes are never near. Allocates nothing. */
void migdi_nearest_offer(migdi_nearest *nearest, const char *known);

#endif

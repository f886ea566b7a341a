/* The known word that a mistyped one was meant to be: optimal string alignment. */
#include "core_nearest.h"

#include <string.h>
#include <strings.h>

#define LONGEST ((size_t)64)

static bool same(char left, char right)
{
    return strncasecmp(&left, &right, 1) == 0;
}

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Three rows of the table are enough: a swap looks two rows up. */
static size_t distance_of(const char *left, size_t left_size, const char *right, size_t right_size)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= right_size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= left_size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= right_size; j++) {
            const bool equal = same(left[i - 1], right[j - 1]);
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (equal ? 0 : 1));
            const bool swapped = i > 1 && j > 1 && same(left[i - 1], right[j - 2]) &&
                                 same(left[i - 2], right[j - 1]);
            if (swapped && two_above[j - 2] + 1 < row[j]) {
                row[j] = two_above[j - 2] + 1;
            }
        }
    }
    return rows[left_size % 3][right_size];
}

void migdi_nearest_offer(migdi_nearest *nearest, const char *known)
{
    const size_t wanted_size = strnlen(nearest->wanted, LONGEST + 1);
    const size_t known_size = strnlen(known, LONGEST + 1);
    if (wanted_size > LONGEST || known_size > LONGEST) {
        return;
    }
    const size_t limit = wanted_size / 3 > 1 ? wanted_size / 3 : 1;
    const size_t distance = distance_of(nearest->wanted, wanted_size, known, known_size);
    if (distance <= limit && (nearest->found == NULL || distance < nearest->distance)) {
        nearest->found = known;
        nearest->distance = distance;
    }
}

/* Words: the nearest of some, durations, paragraphs. */
#include "cli.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* How many letters have to change, come, go, or change places with a neighbour; words of at
 * most 31. */
static size_t distance(const char *left, const char *right)
{
    size_t rows[3][33] = {{0}};
    const size_t width = strlen(right);
    const size_t height = strlen(left);
    if (width > 31 || height > 31) {
        return 32;
    }
    for (size_t j = 0; j <= width; j++) {
        rows[1][j] = j;
    }
    for (size_t i = 1; i <= height; i++) {
        size_t *row = rows[(i + 1) % 3];
        const size_t *above = rows[i % 3];
        const size_t *higher = rows[(i + 2) % 3];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            const size_t same = left[i - 1] == right[j - 1] ? 0 : 1;
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + same);
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] &&
                higher[j - 2] + 1 < row[j]) {
                row[j] = higher[j - 2] + 1;
            }
        }
    }
    return rows[(height + 1) % 3][width];
}

const char *nearest(const char *word, const char *(*word_at)(size_t index), size_t count)
{
    const char *best = NULL;
    size_t least = strlen(word) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        const size_t far = distance(word, word_at(i));
        if (far < least) {
            least = far;
            best = word_at(i);
        }
    }
    return best;
}

/* Milliseconds of the unit that stands there, whole; 0: none. *size: its letters. */
static double unit_at(const char *text, size_t *size)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    *size = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].unit) == *size && strncmp(text, units[i].unit, *size) == 0) {
            return units[i].ms;
        }
    }
    return 0;
}

int64_t read_duration(const char *text)
{
    double total = 0;
    const char *at = text;
    while (isdigit((unsigned char)*at) || *at == '.') {
        char *end = NULL;
        size_t size = 0;
        const double number = strtod(at, &end);
        const double ms = unit_at(end, &size);
        if (ms <= 0) {
            return -1;
        }
        total += number * ms;
        at = end + size;
    }
    return at == text || *at != '\0' || total > 9e15 ? -1 : (int64_t)total;
}

const char *format_elapsed(int64_t ms, char out[32])
{
    const long long seconds = ms / 1000;
    const long long large = seconds >= 3600 ? seconds / 3600 : seconds / 60;
    const long long small = seconds >= 3600 ? seconds / 60 % 60 : seconds % 60;
    const char *units = seconds >= 3600 ? "hm" : "ms";
    if (seconds < 60) {
        snprintf(out, 32, "%llds", seconds);
    } else if (small == 0) {
        snprintf(out, 32, "%lld%c", large, units[0]);
    } else {
        snprintf(out, 32, "%lld%c%02lld%c", large, units[0], small, units[1]);
    }
    return out;
}

int columns_of(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

void put_folded(FILE *out, const char *first, int indent, int width, const char *text)
{
    size_t used = strlen(first);
    fputs(first, out);
    while (*text != '\0') {
        const size_t room = (size_t)width > used + 20 ? (size_t)width - used : 20;
        size_t size = strlen(text);
        if (size > room) {
            size = room;
            while (size > 0 && text[size] != ' ') {
                size--;
            }
            size = size == 0 ? strcspn(text, " ") : size;
        }
        fprintf(out, "%.*s\n", (int)size, text);
        text += size + strspn(text + size, " ");
        used = (size_t)indent;
        if (*text != '\0') {
            fprintf(out, "%*s", indent, "");
        }
    }
}

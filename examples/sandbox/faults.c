/* Scripts of faults: "3:reset-after,5-9:status=503". */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"",      "status", "refuse", "reset-before", "reset-after",
                                    "stall", "cut",    "stale",  "html",         "silent"};

static const char *read_when(const char *at, int64_t *first, int64_t *last)
{
    char *rest = NULL;
    if (*at == '*') {
        *first = 1;
        *last = INT64_MAX;
        return at + 1;
    }
    *first = strtoll(at, &rest, 10);
    *last = *first;
    if (*rest == '-') {
        *last = strtoll(rest + 1, &rest, 10);
    }
    return *first >= 1 && *last >= *first ? rest : NULL;
}

static const char *read_what(const char *at, fault *what)
{
    const size_t size = strcspn(at, "=,");
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == size && strncmp(at, names[i], size) == 0) {
            const bool numbered = i == FAULT_STATUS || i == FAULT_STALE;
            char *rest = NULL;
            what->kind = (fault_kind)i;
            what->number = numbered && at[size] == '=' ? strtoll(at + size + 1, &rest, 10) : 0;
            return numbered == (what->number > 0) ? (rest != NULL ? rest : at + size) : NULL;
        }
    }
    return NULL;
}

bool faults_add(faults *all, const char *script)
{
    faults more = *all;
    const char *at = script;
    while (at != NULL && more.count < FAULTS) {
        at = read_when(at, &more.rows[more.count].first, &more.rows[more.count].last);
        at = at == NULL || *at != ':' ? NULL : read_what(at + 1, &more.rows[more.count].what);
        more.count++;
        if (at != NULL && *at == '\0') {
            *all = more;
            return true;
        }
        at = at == NULL || *at != ',' ? NULL : at + 1;
    }
    return false;
}

fault faults_at(const faults *all, int64_t request)
{
    for (size_t i = all->count; i > 0; i--) {
        if (all->rows[i - 1].first <= request && request <= all->rows[i - 1].last) {
            return all->rows[i - 1].what;
        }
    }
    return (fault){FAULT_NONE, 0};
}

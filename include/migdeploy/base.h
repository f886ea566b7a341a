/* Statuses, version, allocator: what every other header of libmigdeploy stands on.
 *
 * Rules that hold for every header here:
 * - A call that can fail returns migd_status and takes `migd_error **error` last. NULL is allowed
 *   there; otherwise *error is set to NULL on entry and, on failure, to an error that the caller
 *   frees with migd_error_free(). Outputs are set to NULL on entry too.
 * - Strings are UTF-8 and end with NUL. What goes in is copied. What comes out is borrowed, and its
 *   owner is named, or it is a migd_buf.
 * - Durations are int64_t milliseconds (`_ms`); instants are milliseconds since 1970 UTC
 * (`_unix_ms`).
 * - `_free` takes NULL. A handle is used by one thread at a time, by any thread, unless its type
 *   says that threads may share it.
 * - New enum values may appear in a later version: treat an unknown one as "other".
 */
#ifndef MIGDEPLOY_BASE_H
#define MIGDEPLOY_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifndef MIGD_API
#if defined(__GNUC__)
#define MIGD_API __attribute__((visibility("default")))
#else
#define MIGD_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call answers: below 0 it failed, 0 it is done (or there is an event), above 0 it is one of
 * the named outcomes that are no failure. The values never change. Since 0.1. */
typedef int32_t migd_status;

enum {
    MIGD_OK = 0,      /* done; of a `next` call: there is an event */
    MIGD_DONE = 1,    /* the job ended well */
    MIGD_TIMEOUT = 2, /* nothing happened within the time given */

    MIGD_ERR_INVALID = -1,      /* the caller's mistake: an argument, or a call at a wrong moment */
    MIGD_ERR_NOMEM = -2,        /* out of memory */
    MIGD_ERR_PARSE = -3,        /* a text that cannot be read; the error has its place */
    MIGD_ERR_REFUSED = -4,      /* a rule forbids it; nothing was changed */
    MIGD_ERR_IMPOSSIBLE = -5,   /* it can never succeed as things are */
    MIGD_ERR_DEADLINE = -6,     /* the deadline passed; the same call again goes on */
    MIGD_ERR_DENIED = -7,       /* the credentials, or what they may do */
    MIGD_ERR_CONFLICT = -8,     /* it belongs to somebody else */
    MIGD_ERR_LOCKED = -9,       /* somebody else is writing */
    MIGD_ERR_CANCELLED = -10,   /* the caller cancelled */
    MIGD_ERR_NOT_FOUND = -11,   /* there is no such thing */
    MIGD_ERR_NETWORK = -12,     /* the server could not be reached, or went silent */
    MIGD_ERR_TLS = -13,         /* the server could not prove who it is */
    MIGD_ERR_REMOTE = -14,      /* the server answered with a failure */
    MIGD_ERR_LIMIT = -15,       /* larger than a limit of this library */
    MIGD_ERR_IO = -16,          /* a file or the operating system failed */
    MIGD_ERR_UNSUPPORTED = -17, /* not by this platform, server or version */
    MIGD_ERR_QUESTION = -18     /* a question came up and nobody was there to answer it */
};

/* The name of a status, such as "MIGD_ERR_REFUSED"; "MIGD_UNKNOWN" for a value that is none.
 * Static text; never NULL. Any thread, at any time. Since 0.1. */
MIGD_API const char *migd_status_name(migd_status status);

/* The version of the library that runs, as "MAJOR.MINOR.PATCH". Static text. Any thread. Since
 * 0.1. */
MIGD_API const char *migd_version(void);

/* Makes the library take its memory from the caller; for the whole process.
 * allocate, reallocate, release: as malloc, realloc and free, with `user` added; all three or, to
 * return to the C library's own, none (NULL). They must be callable from any thread that uses the
 * library. user: passed back as it is; may be NULL.
 * Call it before anything else of the library, once: memory must go back where it came from.
 * Returns MIGD_OK, or MIGD_ERR_INVALID when only some of the three are given. Never blocks.
 * libcurl, OpenSSL and libyaml keep their own allocators. Since 0.1. */
MIGD_API migd_status migd_set_allocator(void *(*allocate)(size_t size, void *user),
                                        void *(*reallocate)(void *memory, size_t size, void *user),
                                        void (*release)(void *memory, void *user), void *user);

#ifdef __cplusplus
}
#endif

#endif

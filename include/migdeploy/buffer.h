/* Bytes that the library made and the caller frees. */
#ifndef MIGDEPLOY_BUFFER_H
#define MIGDEPLOY_BUFFER_H

#include <migdeploy/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes with their length. Immutable; threads may share it. */
typedef struct migd_buf migd_buf;

/* The bytes, followed by one NUL that is not counted; owned by the buffer. NULL gives "".
 * Any thread. Since 0.1. */
MIGD_API const char *migd_buf_data(const migd_buf *buffer);

/* How many bytes, without the NUL; 0 for NULL. Any thread. Since 0.1. */
MIGD_API size_t migd_buf_size(const migd_buf *buffer);

/* Frees the buffer; NULL is allowed. Since 0.1. */
MIGD_API void migd_buf_free(migd_buf *buffer);

#ifdef __cplusplus
}
#endif

#endif

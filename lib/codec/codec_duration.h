/* Durations: how kubectl shows an age, how Go reads and writes a flag. */
#ifndef MIGDI_CODEC_DURATION_H
#define MIGDI_CODEC_DURATION_H

#include "core_error.h"
#include "core_text.h"

/* Adds an age as kubectl's tables do, two or three figures: "119s", "2m1s", "3d4h"; "<invalid>"
 * from -2 s on. The short one has one unit: "1m". Source: k8s.io/apimachinery,
 * duration.HumanDuration. */
void migdi_duration_add_human(migdi_text *text, int64_t ms);
void migdi_duration_add_human_short(migdi_text *text, int64_t ms);

/* Reads as Go's time.ParseDuration: numbers with ns, us, ms, s, m or h, such as "1h30m" or "-1.5s";
 * and "0". MIGD_ERR_PARSE says what is wrong; MIGD_ERR_LIMIT: beyond 292 years. */
migd_status migdi_duration_parse(const char *text, size_t size, int64_t *ns, migd_error **error);

/* Adds as Go writes it: "1h30m0s", "1.5s", "10µs". */
void migdi_duration_add_go(migdi_text *text, int64_t ns);

/* Adds as a person would type it: "1h30m", "90ms", "0s". */
void migdi_duration_add(migdi_text *text, int64_t ms);

#endif

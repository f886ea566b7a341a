/* Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines. */
#ifndef MIGDI_MANIFEST_SARIF_H
#define MIGDI_MANIFEST_SARIF_H

#include "manifest_findings.h"

/* *out: for migd_buf_free(). MIGD_OK or MIGD_ERR_NOMEM. */
migd_status migdi_sarif_write(const migd_findings *findings, migd_buf **out, migd_error **error);

#endif

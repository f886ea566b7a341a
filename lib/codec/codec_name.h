/* Names as Kubernetes takes them (k8s.io/apimachinery, util/validation). */
#ifndef MIGDI_CODEC_NAME_H
#define MIGDI_CODEC_NAME_H

#include "core_alloc.h"

typedef enum {
    MIGDI_NAME_DNS1123_LABEL,     /* a namespace, most names: "my-name"; 63 bytes */
    MIGDI_NAME_DNS1123_SUBDOMAIN, /* the name of most objects: "example.com"; 253 bytes */
    MIGDI_NAME_DNS1035_LABEL,     /* a Service: "my-name", not from a digit on; 63 bytes */
    MIGDI_NAME_QUALIFIED,         /* the key of a label or annotation: "example.com/MyName" */
    MIGDI_NAME_LABEL_VALUE,       /* "", "MyValue"; 63 bytes */
    MIGDI_NAME_PORT               /* "client-port"; 15 bytes */
} migdi_name_kind;

/* What is wrong with it, as the end of a sentence: "must be no more than 63 bytes". NULL: nothing.
 * Static text. `text` is never read as UTF-8: what is outside of ASCII is wrong in each kind. */
const char *migdi_name_problem(migdi_name_kind kind, const char *text, size_t size);

#endif

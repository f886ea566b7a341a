/* What the texts of the spec must look like, beyond being texts. */
#ifndef MIGDI_MANIFEST_SPEC_FORMS_H
#define MIGDI_MANIFEST_SPEC_FORMS_H

#include "manifest_spec_keys.h"

/* Whether the text has the form. */
bool migdi_spec_form_fits(migdi_spec_form form, const char *text, size_t size);

/* What it should be, for the end of "KEY wants ...": "a DNS label". Static text. */
const char *migdi_spec_form_text(migdi_spec_form form);

/* More about it: what it is made of. NULL: the text says it. Static text. */
const char *migdi_spec_form_hint(migdi_spec_form form);

/* An address range of IPv4 or IPv6, as Go's net.ParseCIDR takes it; "/08" is refused all the
 * same. */
bool migdi_spec_is_range(const char *text, size_t size);

#endif

/* What a stranger's program does first: it reads, changes and writes a document. */
#include <migdeploy/migdeploy.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    const char *text = "spec:\n  replicas: 3\n";
    migd_error *error = NULL;
    migd_object *object = NULL;
    migd_buf *written = NULL;
    migd_status status = migd_object_parse(text, strlen(text), NULL, &object, &error);
    if (status >= 0) {
        status = migd_object_set_int64(object, "/spec/replicas", 5, &error);
    }
    if (status >= 0) {
        status = migd_object_write_json(object, 0, &written, &error);
    }
    if (status >= 0) {
        printf("libmigdeploy %s wrote %s\n", migd_version(), migd_buf_data(written));
    } else {
        fprintf(stderr, "%s\n", migd_error_message(error));
    }
    migd_buf_free(written);
    migd_object_free(object);
    migd_error_free(error);
    return status >= 0 ? 0 : 1;
}

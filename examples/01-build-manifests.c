/* Builds the objects of a cluster from a spec in memory and prints them as YAML: no file, no
 * network. Usage: 01-build-manifests [REPLICAS] */
#include <migdeploy/migdeploy.h>
#include <stdio.h>
#include <string.h>

static const char text[] = "apiVersion: migdeploy.dev/v1alpha1\n"
                           "kind: MigratoryDataCluster\n"
                           "metadata: {name: migratorydata, namespace: migratory}\n"
                           "spec: {members: {image: 'migratorydata/server:6.0.16'}}\n";

static int fail(migd_error *error)
{
    for (const migd_error *e = error; e != NULL; e = migd_error_cause(e)) {
        fprintf(stderr, "error: %s\n", migd_error_message(e));
    }
    migd_error_free(error);
    return 1;
}

static migd_status print(const migd_object *object, migd_error **error)
{
    migd_buf *yaml = NULL;
    const migd_status status = migd_object_write_yaml(object, &yaml, error);
    if (status >= 0) {
        printf("---\n%s", migd_buf_data(yaml));
    }
    migd_buf_free(yaml);
    return status;
}

int main(int argc, char **argv)
{
    migd_error *error = NULL;
    migd_spec *spec = NULL;
    migd_objects *objects = NULL;
    migd_status status = migd_spec_parse(text, strlen(text), NULL, &spec, &error);
    if (status >= 0 && argc > 1) {
        status = migd_spec_set(spec, "spec.members.replicas", argv[1], &error);
    }
    if (status >= 0) {
        status = migd_spec_render(spec, &objects, &error);
    }
    for (size_t i = 0; status >= 0 && i < migd_objects_count(objects); i++) {
        status = print(migd_objects_item(objects, i), &error);
    }
    migd_objects_free(objects);
    migd_spec_free(spec);
    return status < 0 ? fail(error) : 0;
}

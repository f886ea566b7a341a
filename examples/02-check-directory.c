/* Judges every manifest of a folder, all together, and prints the findings as a compiler would.
 * Usage: 02-check-directory DIR; exits 1 when a rule refuses. */
#include <migdeploy/migdeploy.h>
#include <stdio.h>

static int fail(migd_error *error)
{
    if (migd_error_file(error) != NULL) {
        fprintf(stderr, "%s:%d:%d: ", migd_error_file(error), (int)migd_error_line(error),
                (int)migd_error_column(error));
    }
    fprintf(stderr, "error: %s\n", migd_error_message(error));
    migd_error_free(error);
    return 2;
}

int main(int argc, char **argv)
{
    migd_error *error = NULL;
    migd_objects *objects = NULL;
    migd_findings *findings = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return 2;
    }
    migd_status status = migd_objects_new(&objects, &error);
    if (status >= 0) {
        status = migd_objects_load(objects, argv[1], NULL, &error);
    }
    if (status >= 0) {
        status = migd_check_objects(objects, NULL, &findings, &error);
    }
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        printf("%s\n", migd_findings_text(findings, i));
    }
    const int refused = migd_findings_errors(findings) > 0;
    migd_findings_free(findings);
    migd_objects_free(objects);
    return status < 0 ? fail(error) : refused;
}

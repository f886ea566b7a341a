/* Runs a target on files, without libFuzzer: known inputs are replayed by every compiler and
 * sanitizer. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    fseek(file, 0, SEEK_END);
    const long size = ftell(file);
    rewind(file);
    uint8_t *bytes = size < 0 ? NULL : malloc((size_t)size + 1);
    const int good = bytes != NULL && fread(bytes, 1, (size_t)size, file) == (size_t)size;
    fclose(file);
    if (good) {
        LLVMFuzzerTestOneInput(bytes, (size_t)size);
    }
    free(bytes);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    int failed = argc < 2; /* no file is a mistake, not a success */
    for (int i = 1; i < argc; i++) {
        failed |= replay(argv[i]);
    }
    return failed;
}

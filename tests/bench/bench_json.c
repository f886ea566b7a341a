/* Reads a list of pods into a tree 2,000 times: with the library, with cJSON, or not at all. */
#include "bench_pods.h"
#include "codec_json.h"

#include <cjson/cJSON.h>
#include <string.h>

#define TIMES 2000

static int read_ours(const migdi_text *pods)
{
    migd_object *list = NULL;
    const migd_status status = migdi_json_read(pods->bytes, pods->size, NULL, &list, NULL);
    migd_object_free(list);
    return status == MIGD_OK;
}

static int read_peer(const migdi_text *pods)
{
    cJSON *list = cJSON_ParseWithLength(pods->bytes, pods->size);
    const int good = list != NULL;
    cJSON_Delete(list);
    return good;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    migdi_text pods = bench_pods();
    int good = 1;
    for (int i = 0; i < TIMES && good; i++) {
        good = strcmp(mode, "ours") == 0   ? read_ours(&pods)
               : strcmp(mode, "peer") == 0 ? read_peer(&pods)
                                           : strcmp(mode, "none") == 0;
    }
    migdi_text_free(&pods);
    return good ? 0 : 1;
}

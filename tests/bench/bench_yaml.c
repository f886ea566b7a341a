/* Reads a list of pods as YAML, 3 times: with the library into a tree, with libyaml into events
 * that are thrown away, or not at all. */
#include "bench_pods.h"

#include <migdeploy/object.h>
#include <string.h>
#include <yaml.h>

#define TIMES 3

static int read_ours(const migd_buf *yaml)
{
    migd_object *list = NULL;
    const migd_status status =
        migd_object_parse(migd_buf_data(yaml), migd_buf_size(yaml), NULL, &list, NULL);
    migd_object_free(list);
    return status == MIGD_OK;
}

static int read_peer(const migd_buf *yaml)
{
    yaml_parser_t parser;
    yaml_event_t event;
    int good = yaml_parser_initialize(&parser);
    int more = good;
    yaml_parser_set_input_string(&parser, (const unsigned char *)migd_buf_data(yaml),
                                 migd_buf_size(yaml));
    while (more) {
        good = yaml_parser_parse(&parser, &event);
        more = good && event.type != YAML_STREAM_END_EVENT;
        if (good) {
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&parser);
    return good;
}

static migd_buf *pods_as_yaml(void)
{
    migdi_text pods = bench_pods();
    migd_object *list = NULL;
    migd_buf *yaml = NULL;
    if (migd_object_parse(pods.bytes, pods.size, NULL, &list, NULL) != MIGD_OK ||
        migd_object_write_yaml(list, &yaml, NULL) != MIGD_OK) {
        abort();
    }
    migd_object_free(list);
    migdi_text_free(&pods);
    return yaml;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    migd_buf *yaml = pods_as_yaml();
    int good = 1;
    for (int i = 0; i < TIMES && good; i++) {
        good = strcmp(mode, "ours") == 0   ? read_ours(yaml)
               : strcmp(mode, "peer") == 0 ? read_peer(yaml)
                                           : strcmp(mode, "none") == 0;
    }
    migd_buf_free(yaml);
    return good ? 0 : 1;
}

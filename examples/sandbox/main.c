/* migdeploy-sandbox: a small Kubernetes cloud on loopback, for rehearsals, examples and tests. */
#include "serve.h"

#include <world.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char help[] =
    "Usage: migdeploy-sandbox [options]\n"
    "A small invented Kubernetes cluster on https://127.0.0.1, until SIGTERM or SIGINT.\n\n"
    "  --port N           listen there (any free port)\n"
    "  --kubeconfig FILE  write how to reach it\n"
    "  --pace N           its clock runs N times as fast as ours, 1 to 1000 (10)\n"
    "  --nodes N          nodes, in three zones (5)\n"
    "  --seed N           of all that happens by chance (1)\n"
    "  --settings JSON    see PATCH /sandbox/settings\n"
    "  --fault SCRIPT     such as 3:reset-after,5-9:status=503\n"
    "  --until-eof        end also when standard input ends\n";

typedef struct arguments {
    server_options server;
    const char *kubeconfig;
    bool until_eof;
    bool help;
} arguments;

static int wrong(const char *option, const char *given)
{
    fprintf(stderr, "migdeploy-sandbox: %s cannot be %s\n", option, given);
    return 2;
}

static bool read_number(const char *written, int64_t least, int64_t most, int64_t *out)
{
    char *rest = NULL;
    errno = 0;
    *out = strtoll(written, &rest, 10);
    return errno == 0 && rest != written && *rest == '\0' && *out >= least && *out <= most;
}

/* 0: go on; else the exit status. */
static int read_arguments(int count, char **words, arguments *out, char *settings,
                          size_t settings_size)
{
    static const struct option options[] = {
        {"port", 1, NULL, 'p'},     {"kubeconfig", 1, NULL, 'k'}, {"pace", 1, NULL, 'x'},
        {"nodes", 1, NULL, 'n'},    {"seed", 1, NULL, 's'},       {"fault", 1, NULL, 'f'},
        {"settings", 1, NULL, 'o'}, {"until-eof", 0, NULL, 'e'},  {"help", 0, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    int64_t number = 0;
    int index = 0;
    for (int option = 0; (option = getopt_long(count, words, "h", options, &index)) != -1;) {
        bool right = true;
        switch (option) {
        case 'p':
            right = read_number(optarg, 1, 65535, &number);
            out->server.port = (uint16_t)number;
            break;
        case 'x':
            right = read_number(optarg, 1, 1000, &out->server.pace);
            break;
        case 's':
            right = read_number(optarg, 0, INT64_MAX, &number);
            out->server.seed = (uint64_t)number;
            break;
        case 'n':
            right = read_number(optarg, 1, 100, &number);
            snprintf(settings, settings_size, "{\"nodes\":%lld}", (long long)number);
            out->server.settings = settings;
            break;
        case 'f':
            right = faults_add(&out->server.faults, optarg);
            break;
        case 'o':
            out->server.settings = optarg;
            break;
        case 'k':
            out->kubeconfig = optarg;
            break;
        case 'e':
            out->until_eof = true;
            break;
        case 'h':
            out->help = true;
            break;
        default:
            return 2;
        }
        if (!right) {
            return wrong(options[index].name, optarg);
        }
    }
    return optind == count ? 0 : wrong("an argument", words[optind]);
}

static bool write_kubeconfig(const char *path, uint16_t port, const authority *proof)
{
    const size_t size = strlen(proof->authority_pem);
    char *encoded = calloc(1, size * 2);
    char part[4096];
    snprintf(part, sizeof part, "%s.part", path);
    const int file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = false;
    if (file >= 0 && encoded != NULL) {
        EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)proof->authority_pem,
                        (int)size);
        written = dprintf(file,
                          "apiVersion: v1\n"
                          "kind: Config\n"
                          "current-context: sandbox\n"
                          "clusters:\n"
                          "- name: sandbox\n"
                          "  cluster:\n"
                          "    server: https://127.0.0.1:%u\n"
                          "    certificate-authority-data: %s\n"
                          "users:\n"
                          "- name: sandbox\n"
                          "  user: {token: " WORLD_TOKEN "}\n"
                          "- name: viewer\n"
                          "  user: {token: " WORLD_VIEWER_TOKEN "}\n"
                          "contexts:\n"
                          "- name: sandbox\n"
                          "  context: {cluster: sandbox, user: sandbox}\n"
                          "- name: viewer\n"
                          "  context: {cluster: sandbox, user: viewer}\n",
                          (unsigned)port, encoded) > 0;
    }
    if (file >= 0) {
        close(file);
    }
    free(encoded);
    /* Whoever waits for the file finds it whole. */
    return written && rename(part, path) == 0;
}

/* Until a signal, or the end of standard input. */
static void wait_for_end(int signals, bool until_eof)
{
    struct pollfd waited[] = {{.fd = signals, .events = POLLIN},
                              {.fd = until_eof ? STDIN_FILENO : -1, .events = POLLIN}};
    char ignored[256];
    while (poll(waited, 2, -1) >= 0 || errno == EINTR) {
        if (waited[0].revents != 0 ||
            (waited[1].revents != 0 && read(STDIN_FILENO, ignored, sizeof ignored) <= 0)) {
            return;
        }
    }
}

int main(int count, char **words)
{
    char settings[32];
    arguments asked = {.server = {.pace = 10, .seed = 1}};
    const int status = read_arguments(count, words, &asked, settings, sizeof settings);
    if (status != 0 || asked.help) {
        fputs(status == 0 ? help : "migdeploy-sandbox: see --help\n",
              status == 0 ? stdout : stderr);
        return status;
    }
    /* Blocked before the first thread is made, so that every thread leaves them to the
     * descriptor. */
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigprocmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    const int signals = signalfd(-1, &ending, SFD_CLOEXEC);
    authority proof = {NULL, NULL, NULL};
    server *running = authority_make(&proof) ? server_start(&asked.server, &proof) : NULL;
    int result = 1;
    if (running == NULL) {
        fprintf(stderr, "migdeploy-sandbox: cannot listen on 127.0.0.1:%u\n",
                (unsigned)asked.server.port);
    } else if (asked.kubeconfig != NULL &&
               !write_kubeconfig(asked.kubeconfig, server_port(running), &proof)) {
        fprintf(stderr, "migdeploy-sandbox: cannot write %s: %s\n", asked.kubeconfig,
                strerror(errno));
    } else {
        printf("ready https://127.0.0.1:%u\n", (unsigned)server_port(running));
        fflush(stdout);
        wait_for_end(signals, asked.until_eof);
        result = 0;
    }
    if (running != NULL) {
        server_stop(running);
    }
    authority_free(&proof);
    close(signals);
    return result;
}

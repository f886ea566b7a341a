/* Runs a program and prints its wall time in microseconds and its peak memory in KiB. A process of
 * its own, because the kernel keeps the peak of whoever calls exec: started by Python, all programs
 * need as much as it. */
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int count, char **words)
{
    posix_spawn_file_actions_t actions;
    if (count < 2 || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, 1, 2) != 0) {
        return 2;
    }
    pid_t child = 0;
    int ended = 0;
    struct rusage usage;
    const long long begin = now_us();
    if (posix_spawnp(&child, words[1], &actions, NULL, words + 1, environ) != 0 ||
        wait4(child, &ended, 0, &usage) != child) {
        return 2;
    }
    const long long wall_us = now_us() - begin;
    posix_spawn_file_actions_destroy(&actions);
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
        return 1;
    }
    printf("%lld %ld\n", wall_us, usage.ru_maxrss);
    return 0;
}

#include "deploy_told.h"

#define migdi_deploy_consent tested /* beside that of the room */
#include "deploy_step_consent.c"

static const migdi_removal_wish wish = {.namespace_ = "blue", .name = "data"};

static void nothing_goes_before_somebody_agreed(void **state)
{
    (void)state;
    static const struct {
        consent_seen seen;
        const char *says;
    } rows[] = {
        {{0}, "done: 0 objects are to go"},
        {{.count = 5},
         "going: 5 objects of blue/data are to go\n"
         " consent consent: This removes 5 objects of data in namespace blue. Clients are cut off "
         "at once; messages live only in the members. It cannot be undone"},
        {{.count = 5, .foreign = "Service/blue/web"},
         "going: 5 objects of blue/data are to go\n"
         " consent consent: Not made by migdeploy: Service/blue/web. This removes 5 objects of "
         "data in namespace blue. Clients are cut off at once; messages live only in the members. "
         "It cannot be undone"},
        {{.count = 5, .answered = true},
         "refused MIGD_ERR_CANCELLED: not agreed\n remains: nothing was changed"},
        {{.count = 5, .answered = true, .agreed = true}, "done: 5 objects are to go"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        says(&tested, &wish, MIGDI_ABSENT, &rows[i].seen, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_goes_before_somebody_agreed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

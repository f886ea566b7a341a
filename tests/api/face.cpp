// A cluster's whole life through the C++ face. Silent when all is as it should be.
#include <migdeploy/migdeploy.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <type_traits>

namespace
{
void expect(bool right, const char *what)
{
    if (!right) {
        std::cerr << what << '\n';
        std::exit(1);
    }
}

template <typename Call> migd_status status_of(Call call)
{
    try {
        call();
    } catch (const migd::error &error) {
        expect(error.get() != nullptr && error.what()[0] != '\0', "an error without a text");
        return error.status();
    }
    return MIGD_OK;
}

template <typename Range, typename Item> constexpr bool walks()
{
    using traits = std::iterator_traits<typename Range::iterator>;
    return std::is_same_v<typename traits::value_type, Item> &&
           std::is_same_v<typename traits::iterator_category, std::input_iterator_tag> &&
           std::is_default_constructible_v<typename Range::iterator>;
}
static_assert(walks<migd::findings, migd::finding>());
static_assert(walks<migd::job, migd::event>());

bool is_warning(const migd::finding &finding)
{
    return migd_object_text(finding.details(), "/severity", "") == std::string("warning");
}

void ranges_are_those_of_the_standard_library(const migd::spec &spec)
{
    const auto found = migd::check(spec);
    auto at = found.begin();
    const auto first = at++;
    expect(first == found.begin() && first != at, "the postfix step answers where it was");
    expect(static_cast<std::size_t>(std::distance(found.begin(), found.end())) == found.size(),
           "a range is as long as it says");
    const auto warnings = std::count_if(found.begin(), found.end(), is_warning);
    expect(warnings > 0, "a tutorial is warned of");
    migd::call_options options;
    const auto which = std::find_if(found.begin(), found.end(), is_warning);
    options.accept(migd_object_text((*which).details(), "/rule", ""));
    const auto accepted = migd::check(spec, options);
    expect(std::count_if(accepted.begin(), accepted.end(), is_warning) < warnings,
           "a rule that is accepted warns no more");
    const auto rendered = spec.render();
    expect(migd::check(rendered).errors() == 0 && migd::check_change({}, rendered).errors() == 0,
           "what is rendered is right");
}

void clusters_live(const migd::context &context, const migd::spec &spec)
{
    const auto changes = [&] {
        const auto planned = migd::plan(context, spec).finish();
        return migd_object_count(migd_object_at(planned.get(), "/changes"));
    };
    expect(changes() > 0, "there is something to do");
    auto deployed = migd::deploy(context, spec);
    expect(std::any_of(deployed.begin(), deployed.end(),
                       [](const auto &event) { return event.kind() == MIGD_EVENT_ACT; }),
           "a deploy acts");
    deployed.finish();
    expect(deployed.take_findings().errors() == 0, "the findings are the job's");
    expect(changes() == 0, "there is nothing to do any more");
    migd::scale(context, spec, 4).finish();
    expect(migd::kube(context).get("sts", "data").integer("/spec/replicas") == 4, "four members");
    migd::restart(context, spec).finish();
    expect(status_of([&] { migd::scale(context, nullptr, 6).finish(); }) == MIGD_ERR_REFUSED,
           "six are refused");
    const auto status = migd::status(context, nullptr).finish();
    expect(status.json().find("\"data\"") != std::string::npos, "the cluster is found");
}

void others_are_applied(const migd::context &context)
{
    migd::objects objects;
    objects.parse("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine}\ndata: {a: b}\n");
    objects.add(migd::object::parse(R"({"apiVersion":"v1","kind":"ConfigMap",)"
                                    R"("metadata":{"name":"other"}})"));
    expect(objects.size() == 2 && objects[1] != nullptr && objects[2] == nullptr, "two objects");
    migd::apply(context, objects).finish();
    migd::kube kube(context);
    expect(kube.get("cm", "mine").text("/data/a") == "b", "it is there");
    migd::call_options options;
    options.set(MIGD_CALL_DRY_RUN, 1);
    options.set(MIGD_CALL_FIELD_MANAGER, "face");
    const auto more = migd::object::parse("{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}");
    kube.apply(more, options);
    expect(status_of([&] { kube.get("cm", "m"); }) == MIGD_ERR_NOT_FOUND, "a dry run is dry");
    const auto all = kube.list("cm", "");
    expect(migd_object_count(migd_object_at(all.get(), "/items")) >= 2, "both are listed");
    kube.delete_("cm", "mine");
    expect(status_of([&] { kube.get("cm", "mine"); }) == MIGD_ERR_NOT_FOUND, "it is gone");
    expect(migd_object_text(kube.info(), "/server", nullptr) != nullptr, "the server is known");
}

void jobs_are_cancelled_and_answered(const migd::context &context)
{
    migd::cancel cancel;
    migd::call_options options;
    options.set_cancel(cancel);
    cancel.signal();
    expect(status_of([&] { migd::status(context, nullptr, options).finish(); }) ==
               MIGD_ERR_CANCELLED,
           "a job is cancelled");
    auto job = migd::destroy(context, nullptr);
    bool asked = false;
    for (const auto &event : job) {
        if (event.kind() == MIGD_EVENT_QUESTION) {
            asked = true;
            job.answer("yes");
        }
    }
    expect(asked, "a destroy asks");
    expect(migd_object_count(migd_object_at(job.result().get(), "/removed")) > 0, "all is gone");
}
} // namespace

int main(int, char **arguments)
{
    try {
        migd::context_options options;
        options.set(MIGD_CONTEXT_CONNECTIONS, 2);
        options.set(MIGD_CONTEXT_USER_AGENT, "face/1");
        const migd::context context(options);
        const auto spec = migd::spec::load_file(arguments[1]);
        ranges_are_those_of_the_standard_library(spec);
        clusters_live(context, spec);
        others_are_applied(context);
        jobs_are_cancelled_and_answered(context);
    } catch (const migd::error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

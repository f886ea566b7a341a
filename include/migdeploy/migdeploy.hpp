// libmigdeploy for C++17: owning handles, exceptions with the whole chain of causes, ranges over
// findings and events. Header-only; every call is the C call of the same name, whose contract
// stands in its header.
#ifndef MIGDEPLOY_MIGDEPLOY_HPP
#define MIGDEPLOY_MIGDEPLOY_HPP

#include <migdeploy/migdeploy.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

namespace migd
{

namespace detail
{
template <typename T, void (*Free)(T *)> struct freer {
    void operator()(T *handle) const noexcept
    {
        Free(handle);
    }
};

inline std::string text(const char *text)
{
    return text == nullptr ? std::string() : std::string(text);
}

inline std::string chain(const migd_error *error)
{
    std::string all;
    for (; error != nullptr; error = migd_error_cause(error)) {
        const std::string operation = text(migd_error_operation(error));
        all += all.empty() ? "" : "; ";
        all += operation.empty() ? "" : operation + ": ";
        all += text(migd_error_message(error));
    }
    return all;
}
} // namespace detail

// A failed call. what() is the chain of causes; get() the error itself, for every other fact.
class error : public std::runtime_error
{
  public:
    error(migd_status status, migd_error *taken)
        : std::runtime_error(taken == nullptr ? migd_status_name(status) : detail::chain(taken)),
          status_(status), error_(taken, migd_error_free)
    {
    }
    migd_status status() const noexcept
    {
        return status_;
    }
    const migd_error *get() const noexcept
    {
        return error_.get();
    }

  private:
    migd_status status_;
    std::shared_ptr<migd_error> error_;
};

namespace detail
{
// Calls `call(&error)` and throws when it fails.
template <typename Call> migd_status check(Call call)
{
    migd_error *failure = nullptr;
    const migd_status status = call(&failure);
    if (status < 0) {
        throw error(status, failure);
    }
    return status;
}

// A handle that is owned.
template <typename T, void (*Free)(T *)> class handle
{
  public:
    using owner = std::unique_ptr<T, freer<T, Free>>;

    explicit handle(T *taken) : owner_(taken)
    {
    }
    T *get() const noexcept
    {
        return owner_.get();
    }

  private:
    owner owner_;
};

// What `call(&out, &error)` gives; of a call that fails too, until it throws.
template <typename Handle, typename Call> Handle take(Call call)
{
    typename Handle::owner kept;
    check([&](migd_error **e) {
        typename Handle::owner::pointer out = nullptr;
        const migd_status status = call(&out, e);
        kept.reset(out);
        return status;
    });
    return Handle(kept.release());
}

// Options that are owned: numbers and texts by their MIGD_* names.
template <typename T, void (*Free)(T *),
          migd_status (*SetNumber)(T *, std::int32_t, std::int64_t, migd_error **),
          migd_status (*SetText)(T *, std::int32_t, const char *, migd_error **)>
class options : public handle<T, Free>
{
  public:
    using handle<T, Free>::handle;

    void set(std::int32_t option, std::int64_t value)
    {
        check([&](migd_error **e) { return SetNumber(this->get(), option, value, e); });
    }
    void set(std::int32_t option, const std::string &value)
    {
        check([&](migd_error **e) { return SetText(this->get(), option, value.c_str(), e); });
    }
};

// What walks a range from its begin to its end, and gives each item by value.
template <typename Item> struct walker {
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Item;
};
} // namespace detail

// A switch that ends the jobs it was given to; any thread may signal it.
class cancel : public detail::handle<migd_cancel, migd_cancel_free>
{
  public:
    using handle::handle;
    cancel() : cancel(detail::take<cancel>(migd_cancel_new))
    {
    }
    void signal() const noexcept
    {
        migd_cancel_signal(get());
    }
};

// MIGD_CALL_*: set(MIGD_CALL_DEADLINE_MS, 60000).
class call_options : public detail::options<migd_call_options, migd_call_options_free,
                                            migd_call_options_set_int64, migd_call_options_set_text>
{
  public:
    using options::options;
    call_options() : call_options(detail::take<call_options>(migd_call_options_new))
    {
    }
    void accept(const std::string &rule)
    {
        detail::check(
            [&](migd_error **e) { return migd_call_options_accept(get(), rule.c_str(), e); });
    }
    void set_cancel(const cancel &cancel)
    {
        migd_call_options_set_cancel(get(), cancel.get());
    }
};

// MIGD_CONTEXT_*; its log, clock and environment by the C calls on get().
class context_options
    : public detail::options<migd_context_options, migd_context_options_free,
                             migd_context_options_set_int64, migd_context_options_set_text>
{
  public:
    using options::options;
    context_options() : context_options(detail::take<context_options>(migd_context_options_new))
    {
    }
};

// A document that is owned.
class object : public detail::handle<migd_object, migd_object_free>
{
  public:
    using handle::handle;
    object() : handle(nullptr)
    {
    }
    static object parse(const std::string &text)
    {
        return detail::take<object>([&](auto... to) {
            return migd_object_parse(text.data(), text.size(), nullptr, to...);
        });
    }
    std::string text(const std::string &pointer, const std::string &fallback = {}) const
    {
        return migd_object_text(get(), pointer.c_str(), fallback.c_str());
    }
    std::int64_t integer(const std::string &pointer, std::int64_t fallback = 0) const
    {
        return migd_object_int64(get(), pointer.c_str(), fallback);
    }
    std::string json(int indent = 0) const
    {
        using buffer = detail::handle<migd_buf, migd_buf_free>;
        const auto out = detail::take<buffer>(
            [&](auto... to) { return migd_object_write_json(get(), indent, to...); });
        return {migd_buf_data(out.get()), migd_buf_size(out.get())};
    }
};

// A list of documents that is owned.
class objects : public detail::handle<migd_objects, migd_objects_free>
{
  public:
    using handle::handle;
    objects() : objects(detail::take<objects>(migd_objects_new))
    {
    }
    // Adds every document of a text.
    void parse(const std::string &text)
    {
        detail::check([&](migd_error **e) {
            return migd_objects_parse(get(), text.data(), text.size(), nullptr, e);
        });
    }
    // Adds every document of a file or folder.
    void load(const std::string &path)
    {
        detail::check(
            [&](migd_error **e) { return migd_objects_load(get(), path.c_str(), nullptr, e); });
    }
    void add(const object &value)
    {
        detail::check([&](migd_error **e) { return migd_objects_add(get(), value.get(), e); });
    }
    std::size_t size() const noexcept
    {
        return migd_objects_count(get());
    }
    const migd_object *operator[](std::size_t index) const noexcept
    {
        return migd_objects_item(get(), index);
    }
};

// A cluster spec.
class spec : public detail::handle<migd_spec, migd_spec_free>
{
  public:
    using handle::handle;

    static spec load_file(const std::string &path)
    {
        return detail::take<spec>(
            [&](auto... to) { return migd_spec_load_file(path.c_str(), nullptr, to...); });
    }
    static spec parse(const std::string &text)
    {
        return detail::take<spec>(
            [&](auto... to) { return migd_spec_parse(text.data(), text.size(), nullptr, to...); });
    }
    void set(const std::string &path, const std::string &value)
    {
        detail::check(
            [&](migd_error **e) { return migd_spec_set(get(), path.c_str(), value.c_str(), e); });
    }
    objects render() const
    {
        return detail::take<objects>([&](auto... to) { return migd_spec_render(get(), to...); });
    }
};

// Whose cluster: that of a spec, or, nullptr, the one that is found.
class cluster
{
  public:
    cluster(const spec &spec) : spec_(spec.get())
    {
    }
    cluster(std::nullptr_t) : spec_(nullptr)
    {
    }
    const migd_spec *get() const noexcept
    {
        return spec_;
    }

  private:
    const migd_spec *spec_;
};

// One finding; borrowed from its findings.
class finding
{
  public:
    finding(const migd_findings *all, std::size_t index) : all_(all), index_(index)
    {
    }
    std::string text() const
    {
        return detail::text(migd_findings_text(all_, index_));
    }
    const migd_object *details() const noexcept
    {
        return migd_findings_item(all_, index_);
    }

  private:
    const migd_findings *all_;
    std::size_t index_;
};

inline std::ostream &operator<<(std::ostream &out, const finding &finding)
{
    return out << finding.text();
}

// What the rules found: a range of findings.
class findings : public detail::handle<migd_findings, migd_findings_free>
{
  public:
    using handle::handle;

    class iterator : public detail::walker<finding>
    {
      public:
        iterator() = default;
        iterator(const migd_findings *all, std::size_t index) : all_(all), index_(index)
        {
        }
        finding operator*() const
        {
            return {all_, index_};
        }
        iterator &operator++()
        {
            ++index_;
            return *this;
        }
        iterator operator++(int)
        {
            const iterator before = *this;
            ++index_;
            return before;
        }
        friend bool operator==(const iterator &left, const iterator &right)
        {
            return left.all_ == right.all_ && left.index_ == right.index_;
        }
        friend bool operator!=(const iterator &left, const iterator &right)
        {
            return !(left == right);
        }

      private:
        const migd_findings *all_ = nullptr;
        std::size_t index_ = 0;
    };

    iterator begin() const
    {
        return {get(), 0};
    }
    iterator end() const
    {
        return {get(), size()};
    }
    std::size_t size() const noexcept
    {
        return migd_findings_count(get());
    }
    std::size_t errors() const noexcept
    {
        return migd_findings_errors(get());
    }
};

inline findings check(const spec &spec, const call_options &options = call_options())
{
    return detail::take<findings>(
        [&](auto... to) { return migd_check_spec(spec.get(), options.get(), to...); });
}

inline findings check(const objects &objects, const call_options &options = call_options())
{
    return detail::take<findings>(
        [&](auto... to) { return migd_check_objects(objects.get(), options.get(), to...); });
}

inline findings check_change(const objects &before, const objects &after,
                             const call_options &options = call_options())
{
    return detail::take<findings>([&](auto... to) {
        return migd_check_change(before.get(), after.get(), options.get(), to...);
    });
}

// The loop on which jobs run.
class context : public detail::handle<migd_context, migd_context_free>
{
  public:
    using handle::handle;
    explicit context(const context_options &options = context_options())
        : context(detail::take<context>(
              [&](auto... to) { return migd_context_new(options.get(), to...); }))
    {
    }
};

// An event; borrowed from its job until the next one.
class event
{
  public:
    explicit event(const migd_event *borrowed) : handle_(borrowed)
    {
    }
    std::int32_t kind() const noexcept
    {
        return migd_event_kind(handle_);
    }
    std::string text() const
    {
        return detail::text(migd_event_text(handle_));
    }
    std::string step() const
    {
        return detail::text(migd_event_step(handle_));
    }
    const migd_object *details() const noexcept
    {
        return migd_event_details(handle_);
    }

  private:
    const migd_event *handle_;
};

// A job: a range of its events, walked once. A job that fails throws from the walk.
class job : public detail::handle<migd_job, migd_job_free>
{
  public:
    using handle::handle;

    class iterator : public detail::walker<event>
    {
      public:
        iterator() = default;
        explicit iterator(migd_job *pulled) : job_(pulled)
        {
            ++*this;
        }
        event operator*() const
        {
            return event(event_);
        }
        iterator &operator++()
        {
            if (detail::check([&](migd_error **e) {
                    return migd_job_next(job_, MIGD_FOREVER, &event_, e);
                }) == MIGD_DONE) {
                job_ = nullptr;
            }
            return *this;
        }
        void operator++(int) // the event before it is gone
        {
            ++*this;
        }
        friend bool operator==(const iterator &left, const iterator &right)
        {
            return left.job_ == right.job_;
        }
        friend bool operator!=(const iterator &left, const iterator &right)
        {
            return !(left == right);
        }

      private:
        migd_job *job_ = nullptr; // null at the end
        const migd_event *event_ = nullptr;
    };

    iterator begin()
    {
        return iterator(get());
    }
    iterator end()
    {
        return iterator();
    }
    // The result, once the job has ended.
    object result()
    {
        return detail::take<object>([&](auto... to) { return migd_job_take_object(get(), to...); });
    }
    // To its end, without a look at the events; the result.
    object finish()
    {
        return detail::take<object>([&](auto... to) { return migd_job_finish(get(), to...); });
    }
    // What the rules found before the first write.
    findings take_findings()
    {
        return detail::take<findings>(
            [&](auto... to) { return migd_job_take_findings(get(), to...); });
    }
    // Answers the question of the last event.
    void answer(const std::string &text)
    {
        detail::check([&](migd_error **e) { return migd_job_answer(get(), text.c_str(), e); });
    }
};

inline job plan(const context &context, const spec &spec,
                const call_options &options = call_options())
{
    return detail::take<job>([&](auto... to) {
        return migd_deploy_plan_start(context.get(), spec.get(), options.get(), to...);
    });
}

inline job deploy(const context &context, const spec &spec,
                  const call_options &options = call_options())
{
    return detail::take<job>([&](auto... to) {
        return migd_deploy_start(context.get(), spec.get(), options.get(), to...);
    });
}

inline job status(const context &context, const cluster &cluster,
                  const call_options &options = call_options())
{
    return detail::take<job>([&](auto... to) {
        return migd_deploy_status_start(context.get(), cluster.get(), options.get(), to...);
    });
}

inline job scale(const context &context, const cluster &cluster, std::int32_t replicas,
                 const call_options &options = call_options())
{
    return detail::take<job>([&](auto... to) {
        return migd_deploy_scale_start(context.get(), cluster.get(), replicas, options.get(),
                                       to...);
    });
}

inline job restart(const context &context, const cluster &cluster,
                   const call_options &options = call_options())
{
    return detail::take<job>([&](auto... to) {
        return migd_deploy_restart_start(context.get(), cluster.get(), options.get(), to...);
    });
}

inline job apply(const context &context, const objects &objects,
                 const call_options &options = call_options())
{
    return detail::take<job>([&](auto... to) {
        return migd_deploy_apply_start(context.get(), objects.get(), options.get(), to...);
    });
}

inline job destroy(const context &context, const cluster &cluster,
                   const call_options &options = call_options())
{
    return detail::take<job>([&](auto... to) {
        return migd_deploy_destroy_start(context.get(), cluster.get(), options.get(), to...);
    });
}

// Kubernetes, unjudged. namespace_: nullptr for the client's; of a list, "" for all.
class kube : public detail::handle<migd_kube, migd_kube_free>
{
  public:
    using handle::handle;
    explicit kube(const context &context, const call_options &options = call_options())
        : kube(detail::take<kube>(
              [&](auto... to) { return migd_kube_open(context.get(), options.get(), to...); }))
    {
    }
    object apply(const object &value, const call_options &options = call_options())
    {
        return detail::take<object>([&](auto... to) {
            return migd_kube_apply(handle::get(), value.get(), options.get(), to...);
        });
    }
    object get(const std::string &kind, const std::string &name, const char *namespace_ = nullptr,
               const call_options &options = call_options())
    {
        return detail::take<object>([&](auto... to) {
            return migd_kube_get(handle::get(), kind.c_str(), namespace_, name.c_str(),
                                 options.get(), to...);
        });
    }
    object list(const std::string &kind, const char *namespace_ = nullptr,
                const char *selector = nullptr, const call_options &options = call_options())
    {
        return detail::take<object>([&](auto... to) {
            return migd_kube_list(handle::get(), kind.c_str(), namespace_, selector, options.get(),
                                  to...);
        });
    }
    object delete_(const std::string &kind, const std::string &name,
                   const char *namespace_ = nullptr, const char *uid = nullptr,
                   const call_options &options = call_options())
    {
        return detail::take<object>([&](auto... to) {
            return migd_kube_delete(handle::get(), kind.c_str(), namespace_, name.c_str(), uid,
                                    options.get(), to...);
        });
    }
    const migd_object *info() const noexcept
    {
        return migd_kube_info(handle::get());
    }
};

} // namespace migd

#endif

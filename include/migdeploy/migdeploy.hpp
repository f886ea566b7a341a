// libmigdeploy for C++17: owning handles, exceptions with the whole chain of causes, ranges over
// findings and events. Header-only; every call is the C call of the same name, whose contract
// stands in its header.
#ifndef MIGDEPLOY_MIGDEPLOY_HPP
#define MIGDEPLOY_MIGDEPLOY_HPP

#include <migdeploy/migdeploy.h>

#include <cstdint>
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
template <typename T, void (*Free)(T *)> using owner = std::unique_ptr<T, freer<T, Free>>;

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
} // namespace detail

// A document that is owned.
class object
{
  public:
    explicit object(migd_object *taken = nullptr) : handle_(taken)
    {
    }
    static object parse(const std::string &text)
    {
        migd_object *out = nullptr;
        detail::check([&](migd_error **e) {
            return migd_object_parse(text.data(), text.size(), nullptr, &out, e);
        });
        return object(out);
    }
    std::string text(const std::string &pointer, const std::string &fallback = {}) const
    {
        return migd_object_text(handle_.get(), pointer.c_str(), fallback.c_str());
    }
    std::int64_t integer(const std::string &pointer, std::int64_t fallback = 0) const
    {
        return migd_object_int64(handle_.get(), pointer.c_str(), fallback);
    }
    std::string json(int indent = 0) const
    {
        migd_buf *out = nullptr;
        detail::check(
            [&](migd_error **e) { return migd_object_write_json(handle_.get(), indent, &out, e); });
        const detail::owner<migd_buf, migd_buf_free> kept(out);
        return {migd_buf_data(out), migd_buf_size(out)};
    }
    const migd_object *get() const noexcept
    {
        return handle_.get();
    }

  private:
    detail::owner<migd_object, migd_object_free> handle_;
};

// A cluster spec.
class spec
{
  public:
    static spec load_file(const std::string &path)
    {
        migd_spec *out = nullptr;
        detail::check(
            [&](migd_error **e) { return migd_spec_load_file(path.c_str(), nullptr, &out, e); });
        return spec(out);
    }
    static spec parse(const std::string &text)
    {
        migd_spec *out = nullptr;
        detail::check([&](migd_error **e) {
            return migd_spec_parse(text.data(), text.size(), nullptr, &out, e);
        });
        return spec(out);
    }
    void set(const std::string &path, const std::string &value)
    {
        detail::check([&](migd_error **e) {
            return migd_spec_set(handle_.get(), path.c_str(), value.c_str(), e);
        });
    }
    const migd_spec *get() const noexcept
    {
        return handle_.get();
    }

  private:
    explicit spec(migd_spec *taken) : handle_(taken)
    {
    }
    detail::owner<migd_spec, migd_spec_free> handle_;
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
class findings
{
  public:
    class iterator
    {
      public:
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
        bool operator!=(const iterator &other) const
        {
            return index_ != other.index_;
        }

      private:
        const migd_findings *all_;
        std::size_t index_;
    };

    explicit findings(migd_findings *taken) : handle_(taken)
    {
    }
    iterator begin() const
    {
        return {handle_.get(), 0};
    }
    iterator end() const
    {
        return {handle_.get(), size()};
    }
    std::size_t size() const noexcept
    {
        return migd_findings_count(handle_.get());
    }
    std::size_t errors() const noexcept
    {
        return migd_findings_errors(handle_.get());
    }

  private:
    detail::owner<migd_findings, migd_findings_free> handle_;
};

inline findings check(const spec &spec)
{
    migd_findings *out = nullptr;
    detail::check([&](migd_error **e) { return migd_check_spec(spec.get(), nullptr, &out, e); });
    return findings(out);
}

// The loop on which jobs run.
class context
{
  public:
    context()
    {
        migd_context *out = nullptr;
        detail::check([&](migd_error **e) { return migd_context_new(nullptr, &out, e); });
        handle_.reset(out);
    }
    migd_context *get() const noexcept
    {
        return handle_.get();
    }

  private:
    detail::owner<migd_context, migd_context_free> handle_;
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
class job
{
  public:
    class iterator
    {
      public:
        explicit iterator(migd_job *pulled = nullptr) : job_(pulled)
        {
            pull();
        }
        event operator*() const
        {
            return event(event_);
        }
        iterator &operator++()
        {
            pull();
            return *this;
        }
        bool operator!=(const iterator &other) const
        {
            return job_ != other.job_;
        }

      private:
        void pull()
        {
            if (job_ != nullptr && detail::check([&](migd_error **e) {
                                       return migd_job_next(job_, MIGD_FOREVER, &event_, e);
                                   }) == MIGD_DONE) {
                job_ = nullptr;
            }
        }
        migd_job *job_;
        const migd_event *event_ = nullptr;
    };

    explicit job(migd_job *taken) : handle_(taken)
    {
    }
    iterator begin()
    {
        return iterator(handle_.get());
    }
    iterator end()
    {
        return iterator();
    }
    // The result, once the job has ended.
    object result()
    {
        migd_object *out = nullptr;
        detail::check([&](migd_error **e) { return migd_job_take_object(handle_.get(), &out, e); });
        return object(out);
    }
    migd_job *get() const noexcept
    {
        return handle_.get();
    }

  private:
    detail::owner<migd_job, migd_job_free> handle_;
};

inline job deploy(const context &context, const spec &spec,
                  const migd_call_options *options = nullptr)
{
    migd_job *out = nullptr;
    detail::check([&](migd_error **e) {
        return migd_deploy_start(context.get(), spec.get(), options, &out, e);
    });
    return job(out);
}

inline job scale(const context &context, const spec &spec, std::int32_t replicas,
                 const migd_call_options *options = nullptr)
{
    migd_job *out = nullptr;
    detail::check([&](migd_error **e) {
        return migd_deploy_scale_start(context.get(), spec.get(), replicas, options, &out, e);
    });
    return job(out);
}

inline job destroy(const context &context, const spec &spec,
                   const migd_call_options *options = nullptr)
{
    migd_job *out = nullptr;
    detail::check([&](migd_error **e) {
        return migd_deploy_destroy_start(context.get(), spec.get(), options, &out, e);
    });
    return job(out);
}

} // namespace migd

#endif

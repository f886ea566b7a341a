// The C++17 face of libmigdeploy: header-only, one class a handle. A handle frees itself, moves and
// is not copied; a failure is thrown as migd::error; findings, events and lists are ranges. Each
// function does what the C function of that name does: its contract stands in the C header. Since
// 0.1.
#ifndef MIGDEPLOY_MIGDEPLOY_HPP
#define MIGDEPLOY_MIGDEPLOY_HPP

#include <migdeploy/migdeploy.h>

#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace migd
{

// A migd_error, shared by its copies. what(): operation, message and each cause, one a line.
class error : public std::exception
{
  public:
    explicit error(migd_error *taken)
        : error_(taken, migd_error_free), text_(std::make_shared<std::string>(describe(taken)))
    {
    }

    const char *what() const noexcept override
    {
        return text_->c_str();
    }
    migd_status status() const noexcept
    {
        return migd_error_status(error_.get());
    }
    const char *message() const noexcept
    {
        return migd_error_message(error_.get());
    }
    // What is left behind, and the command that goes on; NULL when there is none.
    const char *remaining() const noexcept
    {
        return migd_error_remaining(error_.get());
    }
    const char *next() const noexcept
    {
        return migd_error_next(error_.get());
    }
    // For whatever else migdeploy/error.h asks; owned by this.
    const migd_error *get() const noexcept
    {
        return error_.get();
    }

  private:
    static std::string describe(const migd_error *error)
    {
        std::string text;
        for (; error != nullptr; error = migd_error_cause(error)) {
            const std::string_view operation = migd_error_operation(error);
            text += text.empty() ? "" : "\n";
            text += operation;
            text += operation.empty() ? "" : ": ";
            text += migd_error_message(error);
        }
        return text;
    }

    std::shared_ptr<migd_error> error_;
    std::shared_ptr<std::string> text_;
};

namespace detail
{

// Calls a function that takes `migd_error **` last and throws what it fails with.
template <typename Call> migd_status checked(Call &&call)
{
    migd_error *failure = nullptr;
    const migd_status status = call(&failure);
    if (status < 0) {
        throw error(failure);
    }
    return status;
}

template <typename T, void (*Free)(T *)> struct release {
    void operator()(T *handle) const noexcept
    {
        Free(handle);
    }
};

template <typename T, void (*Free)(T *)> using handle = std::unique_ptr<T, release<T, Free>>;

// What `make(T **, migd_error **)` gives, owned.
template <typename T, void (*Free)(T *), typename Make> handle<T, Free> made(Make &&make)
{
    T *out = nullptr;
    checked([&](migd_error **failure) { return make(&out, failure); });
    return handle<T, Free>(out);
}

inline std::string taken(migd_buf *buffer)
{
    const handle<migd_buf, migd_buf_free> owned(buffer);
    return std::string(migd_buf_data(buffer), migd_buf_size(buffer));
}

// Walks over what is asked for by index, from 0 to a count.
template <typename Range> class index_iterator
{
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = decltype(std::declval<const Range &>()[0]);
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type *;
    using reference = value_type;

    index_iterator(const Range *range, std::size_t index) : range_(range), index_(index)
    {
    }
    value_type operator*() const
    {
        return (*range_)[index_];
    }
    index_iterator &operator++()
    {
        ++index_;
        return *this;
    }
    index_iterator operator++(int)
    {
        index_iterator before = *this;
        ++index_;
        return before;
    }
    bool operator==(const index_iterator &other) const
    {
        return index_ == other.index_;
    }
    bool operator!=(const index_iterator &other) const
    {
        return index_ != other.index_;
    }

  private:
    const Range *range_;
    std::size_t index_;
};

} // namespace detail

// A value of a document, borrowed from it: it must outlive this. May be "no value".
class value
{
  public:
    explicit value(const migd_object *borrowed = nullptr) : value_(borrowed)
    {
    }

    explicit operator bool() const
    {
        return value_ != nullptr;
    }
    int32_t kind() const
    {
        return migd_object_kind(value_);
    }
    // The value at a JSON Pointer.
    value at(const char *pointer) const
    {
        return value(migd_object_at(value_, pointer));
    }
    std::string text(const char *pointer = "", const char *fallback = "") const
    {
        return migd_object_text(value_, pointer, fallback);
    }
    int64_t integer(const char *pointer = "", int64_t fallback = 0) const
    {
        return migd_object_int64(value_, pointer, fallback);
    }
    double number(const char *pointer = "", double fallback = 0) const
    {
        return migd_object_double(value_, pointer, fallback);
    }
    bool boolean(const char *pointer = "", bool fallback = false) const
    {
        return migd_object_boolean(value_, pointer, fallback ? 1 : 0) != 0;
    }
    std::size_t size() const
    {
        return migd_object_count(value_);
    }
    const char *key(std::size_t index) const
    {
        return migd_object_key(value_, index);
    }
    value operator[](std::size_t index) const
    {
        return value(migd_object_item(value_, index));
    }
    detail::index_iterator<value> begin() const
    {
        return {this, 0};
    }
    detail::index_iterator<value> end() const
    {
        return {this, size()};
    }
    std::string json(int32_t indent = 0) const
    {
        migd_buf *out = nullptr;
        detail::checked([&](migd_error **failure) {
            return migd_object_write_json(value_, indent, &out, failure);
        });
        return detail::taken(out);
    }
    std::string yaml() const
    {
        migd_buf *out = nullptr;
        detail::checked(
            [&](migd_error **failure) { return migd_object_write_yaml(value_, &out, failure); });
        return detail::taken(out);
    }
    const migd_object *get() const
    {
        return value_;
    }
    friend bool operator==(const value &left, const value &right)
    {
        return migd_object_equal(left.value_, right.value_) != 0;
    }
    friend bool operator!=(const value &left, const value &right)
    {
        return !(left == right);
    }

  protected:
    const migd_object *value_;
};

// A document of one's own.
class object : public value
{
  public:
    object() : object(detail::made<migd_object, migd_object_free>(migd_object_new).release())
    {
    }
    explicit object(migd_object *taken) : value(taken), owned_(taken)
    {
    }
    object(object &&other) noexcept : value(other.value_), owned_(std::move(other.owned_))
    {
        other.value_ = nullptr;
    }
    object &operator=(object &&other) noexcept
    {
        owned_ = std::move(other.owned_);
        value_ = std::exchange(other.value_, nullptr);
        return *this;
    }

    static object parse(std::string_view text)
    {
        return object(detail::made<migd_object, migd_object_free>([&](auto **out, auto **failure) {
                          return migd_object_parse(text.data(), text.size(), nullptr, out, failure);
                      }).release());
    }
    static object copy(const value &from)
    {
        return object(detail::made<migd_object, migd_object_free>([&](auto **out, auto **failure) {
                          return migd_object_copy(from.get(), out, failure);
                      }).release());
    }
    object &set(const char *pointer, const char *text)
    {
        return change([&](auto **f) { return migd_object_set_string(get(), pointer, text, f); });
    }
    object &set(const char *pointer, const std::string &text)
    {
        return set(pointer, text.c_str());
    }
    object &set(const char *pointer, int64_t integer)
    {
        return change([&](auto **f) { return migd_object_set_int64(get(), pointer, integer, f); });
    }
    object &set(const char *pointer, int integer)
    {
        return set(pointer, static_cast<int64_t>(integer));
    }
    object &set(const char *pointer, bool boolean)
    {
        return change(
            [&](auto **f) { return migd_object_set_boolean(get(), pointer, boolean ? 1 : 0, f); });
    }
    object &set(const char *pointer, const value &from)
    {
        return change(
            [&](auto **f) { return migd_object_set_object(get(), pointer, from.get(), f); });
    }
    object &remove(const char *pointer)
    {
        return change([&](auto **f) { return migd_object_remove(get(), pointer, f); });
    }
    object &merge(const value &patch)
    {
        return change([&](auto **f) { return migd_object_merge(get(), patch.get(), f); });
    }
    using value::get;
    migd_object *get()
    {
        return owned_.get();
    }

  private:
    template <typename Call> object &change(Call &&call)
    {
        detail::checked(std::forward<Call>(call));
        return *this;
    }

    detail::handle<migd_object, migd_object_free> owned_;
};

// A list of documents.
class objects
{
  public:
    objects() : owned_(detail::made<migd_objects, migd_objects_free>(migd_objects_new))
    {
    }
    explicit objects(migd_objects *taken) : owned_(taken)
    {
    }

    // Of a file, a folder, or, for "-", of standard input.
    static objects load(const char *path)
    {
        objects list;
        detail::checked(
            [&](auto **failure) { return migd_objects_load(list.get(), path, nullptr, failure); });
        return list;
    }
    static objects parse(std::string_view text)
    {
        objects list;
        detail::checked([&](auto **failure) {
            return migd_objects_parse(list.get(), text.data(), text.size(), nullptr, failure);
        });
        return list;
    }
    objects &add(const value &from)
    {
        detail::checked(
            [&](auto **failure) { return migd_objects_add(get(), from.get(), failure); });
        return *this;
    }
    std::size_t size() const
    {
        return migd_objects_count(owned_.get());
    }
    value operator[](std::size_t index) const
    {
        return value(migd_objects_item(owned_.get(), index));
    }
    detail::index_iterator<objects> begin() const
    {
        return {this, 0};
    }
    detail::index_iterator<objects> end() const
    {
        return {this, size()};
    }
    migd_objects *get() const
    {
        return owned_.get();
    }

  private:
    detail::handle<migd_objects, migd_objects_free> owned_;
};

// A switch that any thread, or a signal handler, may throw.
class cancel
{
  public:
    cancel() : owned_(detail::made<migd_cancel, migd_cancel_free>(migd_cancel_new))
    {
    }
    void signal() noexcept
    {
        migd_cancel_signal(owned_.get());
    }
    migd_cancel *get() const
    {
        return owned_.get();
    }

  private:
    detail::handle<migd_cancel, migd_cancel_free> owned_;
};

// Options of a call; made in passing, they are the defaults.
class call_options
{
  public:
    call_options()
        : owned_(detail::made<migd_call_options, migd_call_options_free>(migd_call_options_new))
    {
    }
    call_options &set(int32_t option, int64_t number)
    {
        detail::checked(
            [&](auto **f) { return migd_call_options_set_int64(get(), option, number, f); });
        return *this;
    }
    call_options &set(int32_t option, const char *text)
    {
        detail::checked(
            [&](auto **f) { return migd_call_options_set_text(get(), option, text, f); });
        return *this;
    }
    call_options &accept(const char *rule)
    {
        detail::checked([&](auto **f) { return migd_call_options_accept(get(), rule, f); });
        return *this;
    }
    call_options &cancelled_by(const cancel &by)
    {
        migd_call_options_set_cancel(get(), by.get());
        return *this;
    }
    migd_call_options *get() const
    {
        return owned_.get();
    }

  private:
    detail::handle<migd_call_options, migd_call_options_free> owned_;
};

class spec
{
  public:
    explicit spec(migd_spec *taken) : owned_(taken)
    {
    }
    static spec load_file(const char *path)
    {
        return spec(detail::made<migd_spec, migd_spec_free>([&](auto **out, auto **failure) {
                        return migd_spec_load_file(path, nullptr, out, failure);
                    }).release());
    }
    static spec parse(std::string_view text)
    {
        return spec(detail::made<migd_spec, migd_spec_free>([&](auto **out, auto **failure) {
                        return migd_spec_parse(text.data(), text.size(), nullptr, out, failure);
                    }).release());
    }
    // path: "spec.members.replicas"; yaml: the value, such as "5".
    spec &set(const char *path, const char *yaml)
    {
        detail::checked([&](auto **failure) { return migd_spec_set(get(), path, yaml, failure); });
        return *this;
    }
    objects render() const
    {
        return objects(
            detail::made<migd_objects, migd_objects_free>([&](auto **out, auto **failure) {
                return migd_spec_render(get(), out, failure);
            }).release());
    }
    value document() const
    {
        return value(migd_spec_object(get()));
    }
    migd_spec *get() const
    {
        return owned_.get();
    }

  private:
    detail::handle<migd_spec, migd_spec_free> owned_;
};

// One finding, borrowed from its findings.
class finding
{
  public:
    finding(const migd_findings *findings, std::size_t index) : findings_(findings), index_(index)
    {
    }
    // file:line:column: severity: message [RULE]
    std::string_view text() const
    {
        return migd_findings_text(findings_, index_);
    }
    value document() const
    {
        return value(migd_findings_item(findings_, index_));
    }
    friend std::ostream &operator<<(std::ostream &stream, const finding &one)
    {
        return stream << one.text();
    }

  private:
    const migd_findings *findings_;
    std::size_t index_;
};

class findings
{
  public:
    explicit findings(migd_findings *taken) : owned_(taken)
    {
    }
    std::size_t size() const
    {
        return migd_findings_count(owned_.get());
    }
    std::size_t errors() const
    {
        return migd_findings_errors(owned_.get());
    }
    finding operator[](std::size_t index) const
    {
        return {owned_.get(), index};
    }
    detail::index_iterator<findings> begin() const
    {
        return {this, 0};
    }
    detail::index_iterator<findings> end() const
    {
        return {this, size()};
    }
    // format: MIGD_FINDINGS_*.
    std::string write(int32_t format) const
    {
        migd_buf *out = nullptr;
        detail::checked([&](auto **failure) {
            return migd_findings_write(owned_.get(), format, &out, failure);
        });
        return detail::taken(out);
    }

  private:
    detail::handle<migd_findings, migd_findings_free> owned_;
};

inline findings check(const spec &checked, const call_options &options = {})
{
    return findings(
        detail::made<migd_findings, migd_findings_free>([&](auto **out, auto **failure) {
            return migd_check_spec(checked.get(), options.get(), out, failure);
        }).release());
}

inline findings check(const objects &checked, const call_options &options = {})
{
    return findings(
        detail::made<migd_findings, migd_findings_free>([&](auto **out, auto **failure) {
            return migd_check_objects(checked.get(), options.get(), out, failure);
        }).release());
}

inline findings check_change(const objects &before, const objects &after,
                             const call_options &options = {})
{
    return findings(
        detail::made<migd_findings, migd_findings_free>([&](auto **out, auto **failure) {
            return migd_check_change(before.get(), after.get(), options.get(), out, failure);
        }).release());
}

// The loop on which jobs run.
class context
{
  public:
    explicit context(const migd_context_options *options = nullptr)
        : owned_(detail::made<migd_context, migd_context_free>(
              [&](auto **out, auto **failure) { return migd_context_new(options, out, failure); }))
    {
    }
    int32_t fd() const
    {
        int32_t descriptor = -1;
        detail::checked(
            [&](auto **failure) { return migd_context_fd(get(), &descriptor, failure); });
        return descriptor;
    }
    int64_t timeout_ms() const
    {
        return migd_context_timeout_ms(get());
    }
    migd_context *get() const
    {
        return owned_.get();
    }

  private:
    detail::handle<migd_context, migd_context_free> owned_;
};

// An event, borrowed from its job until the next one.
class event
{
  public:
    explicit event(const migd_event *borrowed = nullptr) : event_(borrowed)
    {
    }
    int32_t kind() const
    {
        return migd_event_kind(event_);
    }
    std::string_view text() const
    {
        return event_ == nullptr ? std::string_view() : migd_event_text(event_);
    }
    // The step that says it; empty when it is the job itself.
    std::string_view step() const
    {
        const char *name = migd_event_step(event_);
        return name == nullptr ? std::string_view() : std::string_view(name);
    }
    value details() const
    {
        return value(migd_event_details(event_));
    }

  private:
    const migd_event *event_;
};

// Work that is pulled: a range of events, to be walked over once. Walking throws what the job fails
// with.
class job
{
  public:
    class iterator
    {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = event;
        using difference_type = std::ptrdiff_t;
        using pointer = const event *;
        using reference = const event &;

        explicit iterator(job *pulled = nullptr) : job_(pulled)
        {
            advance();
        }
        const event &operator*() const
        {
            return event_;
        }
        const event *operator->() const
        {
            return &event_;
        }
        iterator &operator++()
        {
            advance();
            return *this;
        }
        void operator++(int)
        {
            advance();
        }
        bool operator==(const iterator &other) const
        {
            return job_ == other.job_;
        }
        bool operator!=(const iterator &other) const
        {
            return job_ != other.job_;
        }

      private:
        void advance()
        {
            if (job_ != nullptr && job_->next(event_) != MIGD_OK) {
                job_ = nullptr;
            }
        }

        job *job_;
        event event_;
    };

    explicit job(migd_job *taken) : owned_(taken)
    {
    }
    iterator begin()
    {
        return iterator(this);
    }
    iterator end()
    {
        return iterator();
    }
    // MIGD_OK: an event; MIGD_DONE: the end; MIGD_TIMEOUT: no event in time.
    migd_status next(event &out, int64_t timeout_ms = MIGD_FOREVER)
    {
        const migd_event *borrowed = nullptr;
        const migd_status status = detail::checked([&](auto **failure) {
            return migd_job_next(owned_.get(), timeout_ms, &borrowed, failure);
        });
        out = event(borrowed);
        return status;
    }
    job &answer(const char *text)
    {
        detail::checked(
            [&](auto **failure) { return migd_job_answer(owned_.get(), text, failure); });
        return *this;
    }
    object take_object()
    {
        return object(detail::made<migd_object, migd_object_free>([&](auto **out, auto **failure) {
                          return migd_job_take_object(owned_.get(), out, failure);
                      }).release());
    }
    // To its end, without events.
    object finish()
    {
        return object(detail::made<migd_object, migd_object_free>([&](auto **out, auto **failure) {
                          return migd_job_finish(owned_.get(), out, failure);
                      }).release());
    }
    findings take_findings()
    {
        return findings(
            detail::made<migd_findings, migd_findings_free>([&](auto **out, auto **failure) {
                return migd_job_take_findings(owned_.get(), out, failure);
            }).release());
    }
    migd_job *get() const
    {
        return owned_.get();
    }

  private:
    detail::handle<migd_job, migd_job_free> owned_;
};

namespace detail
{

template <typename Start> job started(Start &&start)
{
    return job(made<migd_job, migd_job_free>(std::forward<Start>(start)).release());
}

} // namespace detail

// Judged changes, as in migdeploy/deploy.h. Where a spec may be left out, the pointer may be null.
inline job plan(const context &on, const spec &wished, const call_options &options = {})
{
    return detail::started([&](auto **out, auto **failure) {
        return migd_deploy_plan_start(on.get(), wished.get(), options.get(), out, failure);
    });
}

inline job deploy(const context &on, const spec &wished, const call_options &options = {})
{
    return detail::started([&](auto **out, auto **failure) {
        return migd_deploy_start(on.get(), wished.get(), options.get(), out, failure);
    });
}

inline job status(const context &on, const spec *of, const call_options &options = {})
{
    return detail::started([&](auto **out, auto **failure) {
        return migd_deploy_status_start(on.get(), of == nullptr ? nullptr : of->get(),
                                        options.get(), out, failure);
    });
}

inline job scale(const context &on, const spec *of, int32_t replicas,
                 const call_options &options = {})
{
    return detail::started([&](auto **out, auto **failure) {
        return migd_deploy_scale_start(on.get(), of == nullptr ? nullptr : of->get(), replicas,
                                       options.get(), out, failure);
    });
}

inline job restart(const context &on, const spec *of, const call_options &options = {})
{
    return detail::started([&](auto **out, auto **failure) {
        return migd_deploy_restart_start(on.get(), of == nullptr ? nullptr : of->get(),
                                         options.get(), out, failure);
    });
}

inline job apply(const context &on, const objects &wished, const call_options &options = {})
{
    return detail::started([&](auto **out, auto **failure) {
        return migd_deploy_apply_start(on.get(), wished.get(), options.get(), out, failure);
    });
}

inline job destroy(const context &on, const spec *of, const call_options &options = {})
{
    return detail::started([&](auto **out, auto **failure) {
        return migd_deploy_destroy_start(on.get(), of == nullptr ? nullptr : of->get(),
                                         options.get(), out, failure);
    });
}

} // namespace migd

#endif

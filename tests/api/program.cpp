// The program of the README in C++.
#include <migdeploy/migdeploy.hpp>

#include <iostream>

int main()
{
    try {
        migd::context context;
        auto spec = migd::spec::load_file("migdeploy.yaml");
        for (const auto &finding : migd::check(spec)) {
            std::cout << finding << '\n';
        }
        for (const auto &event : migd::deploy(context, spec)) {
            std::cout << event.text() << '\n';
        }
    } catch (const migd::error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

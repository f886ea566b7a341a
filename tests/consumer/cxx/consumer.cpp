// The like in C++, with the C++17 face.
#include <migdeploy/migdeploy.hpp>

#include <iostream>

int main()
{
    const auto object = migd::object::parse("spec:\n  replicas: 5\n");
    std::cout << "libmigdeploy " << migd_version() << " wrote " << object.json() << '\n';
}

// The same in C++, with the C++17 face.
#include <migdeploy/migdeploy.hpp>

#include <iostream>

int main()
{
    auto object = migd::object::parse("spec:\n  replicas: 3\n");
    object.set("/spec/replicas", 5);
    std::cout << "libmigdeploy " << migd_version() << " wrote " << object.json() << '\n';
}

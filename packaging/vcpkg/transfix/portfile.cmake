# A port that lies in the source tree itself:   vcpkg install transfix --editable --overlay-ports=packaging/vcpkg
# vcpkg does not see that sources outside of the port have changed: --editable passes over its cache of packages, and
# what is installed is to be removed first.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

set(VCPKG_BUILD_TYPE release)  # headers alone
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DTRANSFIX_FETCH=OFF
        -DTRANSFIX_HOSTED=OFF
        -DTRANSFIX_TESTS=OFF
        -DTRANSFIX_EXAMPLES=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/transfix)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")

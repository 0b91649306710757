# The tests for another CPU, TRANSFIX_TARGET such as aarch64-linux-gnu: its own compiler, programs run by QEMU. Libraries
# of headers are the same for every CPU: they are taken from this machine, after the headers of the target.
set(CMAKE_SYSTEM_NAME Linux)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TRANSFIX_TARGET)
set(CMAKE_CXX_COMPILER ${TRANSFIX_TARGET}-g++)
set(CMAKE_CXX_FLAGS_INIT "-idirafter /usr/include")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${CMAKE_SYSTEM_PROCESSOR} -L /usr/${TRANSFIX_TARGET})
file(GLOB CMAKE_PREFIX_PATH /usr/lib/*-linux-gnu/cmake)

// SPDX-License-Identifier: MIT
// What the programs of this folder need from the machine that they run on: cortex_m.cpp and native.cpp have it.
#pragma once
#include <cstddef>
#include <transfix/core/error.hpp>

namespace board {

/// Writes a text to where the developer sees it.
void write(const char* text);

/// Writes a line of text and whole numbers.
template <class... Parts>
void print(const Parts&... parts) {
  write(transfix::Message(parts..., "\n").text());
}

/// Writes how much RAM the program takes. False where its static memory is more than the `promised` bytes of the
/// program's own objects and the 256 bytes that the run-time library of C may have beside them.
bool report_memory(std::ptrdiff_t promised);

}  // namespace board

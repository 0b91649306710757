// SPDX-License-Identifier: MIT
// The board is this computer.
#include <cstdio>

#include "board.hpp"

void board::write(const char* text) { std::fputs(text, stdout); }

bool board::report_memory(std::ptrdiff_t promised) {
  print("RAM: ", promised, " bytes promised");
  return true;
}

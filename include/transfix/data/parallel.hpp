// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/lines.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// A text and its translation, say.
struct TextPair {
  std::string source, target;
};

/// Reads two files that belong together line by line: pair i is line i + 1 of both. Fails where one has more lines.
inline std::vector<TextPair> read_parallel(const std::filesystem::path& source, const std::filesystem::path& target,
                                           Encoding encoding = Encoding::utf8) {
  auto sources = read_lines(source, encoding), targets = read_lines(target, encoding);
  if (sources.size() != targets.size()) {
    fail(source.string(), " has ", sources.size(), " lines, but ", target.string(), " has ", targets.size(),
         "; line i of one belongs to line i of the other: find the missing lines");
  }
  std::vector<TextPair> pairs(sources.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {std::move(sources[i]), std::move(targets[i])};
  return pairs;
}

}  // namespace transfix::inline TRANSFIX_ABI::data

// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <transfix/data/split.hpp>
#include <transfix/text.hpp>

namespace benchmarks {

/// The characters of a text as tokens below `vocabulary`: nine tenths to train on, and the rest to evaluate.
inline auto characters_of(const std::string& path, transfix::Index vocabulary) {
  const auto text = transfix::text::read_file(path);
  const auto tokenizer = transfix::text::CharacterTokenizer::fit(text);
  if (tokenizer.size() > vocabulary) {
    transfix::fail(path, " has ", tokenizer.size(), " different characters; the models know ", vocabulary);
  }
  return transfix::data::split(tokenizer.encode(text), 0.9);
}

}  // namespace benchmarks

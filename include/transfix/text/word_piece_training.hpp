// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/byte_pair_training.hpp>
#include <transfix/text/word_piece.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Learns a vocabulary of word pieces from counted words, such as those of for_each_bert_word: the words are cut by
/// byte pairs (BytePairTraining), and of the pieces, those that go on marked with ##, the most frequent ones are kept
/// after all characters. `options.maximum_size` must be given, and there are as many merges as it exceeds 256;
/// characters and pieces that occur less often than `minimum_count` are left out.
inline Vocabulary learn_word_pieces(const WordCounts& words, const VocabularyOptions& options) {
  if (words.empty()) fail("word pieces cannot be learned from an empty text; give it the text to train on");
  BytePairTraining training(words);
  training.run(options.maximum_size, std::max(options.minimum_count, Index{2}));
  WordMerger merger(training.table());
  WordCounts pieces, characters;
  for (const auto& entry : words) {
    const auto& word = entry.first;
    const auto count = entry.second;
    const auto add = [&](WordCounts& counts, std::size_t begin, std::size_t end) {
      const auto piece = (begin > 0 ? "##" : "") + word.substr(begin, end - begin);
      counts[piece] += count;
    };
    for (std::size_t position = 0; position < word.size();) {
      const std::size_t start = position;
      if (read_symbol(word, position) < stray_byte) add(characters, start, position);
    }
    std::vector<Token> bytes, merged;
    for (const char byte : word) bytes.push_back(static_cast<unsigned char>(byte));
    merger.append(bytes, merged);
    std::size_t begin = 0, position = 0;
    for (const Token token : merged) {
      position += training.tokens()[static_cast<std::size_t>(token)].size();
      const bool ends_within_character =
          position < word.size() && (static_cast<unsigned char>(word[position]) & 0xC0) == 0x80;
      if (!ends_within_character) add(pieces, std::exchange(begin, position), position);
    }
  }
  Index most = 0;
  for (const auto& [piece, count] : pieces) most = std::max(most, count);
  for (const auto& [character, count] : characters) {
    if (count >= options.minimum_count) pieces[character] = most + count;
  }
  return Vocabulary::build(pieces, options);
}

}  // namespace transfix::inline TRANSFIX_ABI::text

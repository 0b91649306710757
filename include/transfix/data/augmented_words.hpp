// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/data/augment/sequence.hpp>
#include <tuple>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI::data {

/// As Augmented, for a data set that makes its inputs from words of its own, which are changed before. It has
///   using Word = ...;                                            what changes work on
///   static constexpr Index most_words = ...;                     in an example
///   words(number)                                                the words of an example, a span
///   example(number, std::span<const Word> words)                 the example with these words
///
///   const data::AugmentedWords augmented(sentences, data::DeleteWords{0.1}, data::DropWords<Word>{0.1, unknown});
template <class Data, class... Changes>
class AugmentedWords {
 public:
  using Word = typename Data::Word;
  using Example = std::remove_cvref_t<decltype(std::declval<const Data&>().example(0))>;

  explicit AugmentedWords(const Data& data, Changes... changes) : data_(&data), changes_(std::move(changes)...) {
    std::apply([](const auto&... change) { (change.check(), ...); }, changes_);
  }
  explicit AugmentedWords(const Data&&, Changes...) = delete;  // would not outlive this

  Index size() const { return data_->size(); }
  Example example(Index number) const { return data_->example(number); }
  Example example(Index number, Random& random) const {
    std::array<Word, static_cast<std::size_t>(Data::most_words)> memory;
    const std::span<const Word> words = data_->words(number);
    std::copy(words.begin(), words.end(), memory.begin());
    Sequence<Word> sequence{std::span(memory).first(words.size())};
    std::apply([&](const auto&... change) { (change(sequence, random), ...); }, changes_);
    return data_->example(number, std::span(memory).first(static_cast<std::size_t>(sequence.length)));
  }

  decltype(auto) order() const requires requires(const Data& data) { data.order(); }
  { return data_->order(); }

 private:
  const Data* data_;
  std::tuple<Changes...> changes_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data

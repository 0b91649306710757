// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <transfix/core/padded.hpp>
#include <transfix/data/augment/delete_words.hpp>
#include <transfix/data/augment/drop_words.hpp>
#include <transfix/data/augment/swap_words.hpp>
#include <transfix/data/augmented.hpp>
#include <transfix/data/from_range.hpp>
#include <transfix/data/windows.hpp>
#include <transfix/expression/pooling.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/train/stopping.hpp>
#include <transfix/train/trainer.hpp>

#include "../train/silent.hpp"
#include "files.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

namespace {
constexpr Index context = 8;
using Input = PaddedTokens<context>;
using Example = data::Example<Input, Tokens<1>>;

/// Texts whose class is their first word; 9 is the unknown word, 0 padding, 1 before each text.
struct Texts {
  std::vector<std::array<Token, 8>> tokens;
  std::vector<Token> labels;
  bool measures = true;

  Texts() {
    Random random(5);
    for (int text = 0; text < 40; ++text) {
      std::array<Token, 8> row = {1};
      for (std::size_t place = 1; place < 7; ++place) row[place] = static_cast<Token>(2 + random.below(7));
      labels.push_back(row[1] % 2);
      tokens.push_back(row);
    }
  }
  Index size() const { return std::ssize(labels); }
  ::Example example(Index number) const {
    const auto i = static_cast<std::size_t>(number);
    return {{{tokens[i].data()}, 7}, {&labels[i]}};
  }
  Token largest_token() const { return 9; }
  double measure(const auto&) const { return 0.25; }
};

struct Model {
  using Scalar = float;
  using Input = ::Input;
  using Target = Tokens<1>;
  static constexpr Index vocabulary = 10;
  nn::Embedding<vocabulary, 8> embedding;
  nn::Linear<8, 2> head;
  auto operator()(const Input& input) const { return head(mean_of_rows(embedding(input.tokens), input.length)); }
};
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW>;

const Texts texts;
const data::UntouchedTokens untouched{.padding = 0, .others = {1}};

std::vector<Token> tokens_of(const auto& example) {
  return {example.input.tokens.data, example.input.tokens.data + context};
}
}  // namespace

TEST_CASE("augmented: training examples are changed copies, plain ones are as they were") {
  const data::Augmented augmented(texts, untouched, data::DeleteWords{0.3}, data::DropWords<>{0.2, 9});
  static_assert(AugmentedDataSet<decltype(augmented)>);
  CHECK(augmented.size() == 40);
  CHECK(augmented.largest_token() == 9);
  CHECK(augmented.measure(0) == 0.25);
  Random random(1);
  Index different = 0, unknown = 0;
  for (Index number = 0; number < 40; ++number) {
    const auto before = tokens_of(texts.example(number));
    const auto example = augmented.example(number, random);
    const auto tokens = tokens_of(example);
    CHECK(tokens[0] == 1);
    CHECK(example.target[0] == texts.labels[static_cast<std::size_t>(number)]);
    CHECK((2 <= example.input.length && example.input.length <= 7));
    for (Index place = 0; place < context; ++place) {
      CHECK((tokens[static_cast<std::size_t>(place)] == 0) == (place >= example.input.length));
    }
    different += tokens != before;
    unknown += std::count(tokens.begin(), tokens.end(), 9);
    CHECK(tokens_of(texts.example(number)) == before);
    CHECK(tokens_of(augmented.example(number)) == before);
    CHECK(augmented.example(number).input.tokens.data == texts.example(number).input.tokens.data);
  }
  CHECK(different > 30);
  CHECK((15 < unknown && unknown < 55));  // 240 words, 70 % of them left, 20 % of these
}

TEST_CASE("augmented: settings that make no sense are refused when it is made") {
  CHECK(contains(message_of([] { data::Augmented(texts, untouched, data::DeleteWords{2}); }), "DeleteWords"));
}

TEST_CASE("augmented: a run draws other changes in each step, equal seeds the same, and goes on with the same bits") {
  const Folder folder;
  const TrainingSettings settings{.steps = 12, .batch = 4, .evaluate_every = 0};
  const data::Augmented augmented(texts, untouched, data::DeleteWords{0.2}, data::SwapWords{0.2});
  // The numbers of a model that was trained up to a step, and on from there where the file has a checkpoint.
  const auto trained = [&](const auto& data, const std::filesystem::path& path, Index stop = 0) {
    Training trainer({}, settings);
    trainer.fit(data, texts, support::Silent(), Checkpoint{path, 0},
                StopWhen{[&](const auto& progress) { return progress.step == stop; }});
    return std::string(reinterpret_cast<const char*>(&trainer.model()), sizeof(Model));
  };
  const auto whole = trained(augmented, folder.path / "whole");
  CHECK(trained(augmented, folder.path / "again") == whole);
  CHECK(trained(augmented, folder.path / "resumed", 5) != whole);
  CHECK(trained(augmented, folder.path / "resumed") == whole);
  const auto plainly = trained(texts, folder.path / "plain");
  CHECK(plainly != whole);
  // A data set with changes that are not asked for trains as the plain one does.
  CHECK(trained(data::Augmented(texts, untouched, data::DeleteWords{}), folder.path / "none") == plainly);

  Training trainer({}, settings), plain({}, settings);
  CHECK(trainer.evaluate(augmented) == plain.evaluate(texts));
}

TEST_CASE("augmented: the order of its data set is its own") {
  struct Ordered : Texts {
    static auto order() {
      return [](Index epoch, Index position) { return (epoch + position) % 40; };
    }
  };
  static const Ordered ordered;
  const data::Augmented augmented(ordered, untouched, data::DeleteWords{0.2});
  static_assert(OrderedDataSet<decltype(augmented)> && !OrderedDataSet<data::Augmented<Texts>>);
  CHECK(augmented.order()(2, 39) == 1);
}

TEST_CASE("augmented: words of a language model's windows can be dropped, their targets stay") {
  const std::vector<Token> text = {10, 11, 12, 13, 14, 15, 16, 17, 18};
  const auto windows = data::next_token_windows<4>(text);
  const data::Augmented augmented(windows, {}, data::DropWords<>{1, 9});
  Random random(1);
  const auto example = augmented.example(2, random);
  for (Index place = 0; place < 4; ++place) {
    CHECK(example.input[place] == 9);
    CHECK(example.target[place] == 13 + place);
  }
  CHECK(augmented.each_once().size() == 2);
}

TEST_CASE("augmented: of an encoder-decoder only the source is changed") {
  struct Pair {
    Tokens<4> source, target;
    Index source_length = 4;
  };
  const std::vector<Token> source = {5, 6, 7, 0}, target = {1, 8, 9, 8}, told = {8, 9, 8, 2};
  const auto pairs = data::from_functions(1, [&](Index) {
    return data::Example<Pair, Tokens<4>>{{{source.data()}, {target.data()}, 3}, {told.data()}};
  });
  const data::Augmented augmented(pairs, {}, data::DeleteWords{1});
  Random random(1);
  const auto example = augmented.example(0, random);
  CHECK(example.input.source_length == 1);
  CHECK(example.input.source[1] == 0);
  CHECK(example.input.target.data == target.data());
  CHECK(example.target.data == told.data());
}

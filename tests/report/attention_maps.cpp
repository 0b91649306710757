// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <numeric>
#include <transfix/expression/masks.hpp>
#include <transfix/nn/initialize.hpp>
#include <transfix/report/attention_maps.hpp>

#include "../support.hpp"
#include "models.hpp"

using namespace transfix;

namespace {
template <class Model>
std::unique_ptr<Model> started() {
  auto model = std::make_unique<Model>();
  Random random(3);
  initialize(*model, random, {0.5});  // so that attention is not even
  return model;
}
const Token tokens[] = {3, 1, 4, 1, 5, 9, 2, 6};

/// All numbers of an expression.
template <class E>
std::vector<float> numbers_of(E expression) {
  const auto stored = own(std::move(expression));
  using Stored = std::remove_const_t<decltype(stored)>;
  const auto tape = std::make_unique<typename Stored::Tape>();
  const Storage workspace(std::max(Stored::forward_bytes, Index{1}));
  Context pass;
  pass.workspace = workspace.data();
  stored.forward(*tape, pass);
  const auto seen = view(stored, *tape);
  std::vector<float> numbers;
  for (Index row = 0; row < Stored::Shape::rows; ++row) {
    numbers.insert(numbers.end(), seen[row], seen[row] + Stored::Shape::columns);
  }
  return numbers;
}

double row_sum(const report::AttentionMap& map, Index head, Index query) {
  double sum = 0;
  for (Index key = 0; key < map.keys; ++key) sum += double{map(head, query, key)};
  return sum;
}

bool is_causal(const report::AttentionMap& map) {
  for (Index head = 0; head < map.heads; ++head) {
    for (Index query = 0; query < map.queries; ++query) {
      if (std::abs(row_sum(map, head, query) - 1) > 1e-5) return false;
      for (Index key = query + 1; key < map.keys; ++key) {
        if (map(head, query, key) != 0) return false;
      }
    }
  }
  return true;
}
}  // namespace

TEST_CASE("attention maps: probabilities times values are what the fused operation gives") {
  constexpr Index heads = 4, key_heads = 2, queries = 37, keys = 70, width = 8;
  const auto q = support::normal_numbers<float>(heads * queries * width, 1);
  const auto k = support::normal_numbers<float>(key_heads * keys * width, 2);
  const auto v = support::normal_numbers<float>(key_heads * keys * width, 3);
  const auto scores = [&] {
    const auto query = constant<Shape<heads, queries, width>>(q.data());
    const auto key = constant<Shape<key_heads, keys, width>>(k.data());
    return alibi(mask(scale(matmul(query, transpose(key))), Both<Causal, KeyPadding>{{5}, {40}}));
  };
  const auto attention = [&] {
    return matmul(dropout(softmax(scores())), constant<Shape<key_heads, keys, width>>(v.data()));
  };
  const auto maps = report::attention_maps(attention());
  REQUIRE(maps.size() == 1);
  const report::AttentionMap& map = maps[0];
  CHECK(map.heads == heads);
  CHECK(map.queries == queries);
  CHECK(map.keys == keys);
  CHECK(support::largest_difference(map.probabilities.data(), numbers_of(softmax(scores()))) < 1e-5);

  std::vector<double> products;
  for (Index head = 0; head < heads; ++head) {
    for (Index query = 0; query < queries; ++query) {
      for (Index column = 0; column < width; ++column) {
        double sum = 0;
        for (Index key = 0; key < keys; ++key) {
          const Index row = head / (heads / key_heads) * keys + key;
          sum += double{map(head, query, key)} * double{v[static_cast<std::size_t>(row * width + column)]};
        }
        products.push_back(sum);
      }
    }
  }
  CHECK(support::largest_difference(numbers_of(attention()).data(), products) < 1e-5);
}

TEST_CASE("attention maps: each layer of a GPT, against its blocks one after the other") {
  using Model = support::TinyGpt;
  const auto model = started<Model>();
  const auto maps = report::attention_maps(*model, {tokens});
  REQUIRE(maps.size() == 3);
  auto x = numbers_of(model->token_embedding(Tokens<8>{tokens}) + model->position_embedding.rows<8>(0));
  for (std::size_t layer = 0; layer < maps.size(); ++layer) {
    const auto& block = model->blocks.items[layer];
    const auto name = constant<Shape<8, 16>>(x.data());
    const auto joined = numbers_of(block.attention.query_key_value(block.attention_norm(name)));
    const auto [query, key, value] = split_heads<3, 2>(constant<Shape<8, 48>>(joined.data()));
    const auto expected = numbers_of(softmax(mask<Causal>(scale(matmul(query, transpose(key))))));
    CHECK(support::largest_difference(maps[layer].probabilities.data(), expected) < 1e-5);
    CHECK(is_causal(maps[layer]));
    x = numbers_of(block(name));
  }
  CHECK(maps[0].probabilities != maps[1].probabilities);
}

TEST_CASE("attention maps: grouped heads of a Llama, also with experts") {
  for (const auto& maps : {report::attention_maps(*started<support::TinyLlama>(), {tokens}),
                           report::attention_maps(*started<support::TinyMixture>(), {tokens})}) {
    REQUIRE(maps.size() == 2);
    for (const auto& map : maps) {
      CHECK(map.heads == 4);
      CHECK(is_causal(map));
    }
  }
}

TEST_CASE("attention maps: a BERT sees nothing of the padding, and all of the rest") {
  const auto model = started<support::TinyBertClassifier>();
  const Token segments[8] = {};
  const auto maps = report::attention_maps(*model, {.tokens = {tokens}, .segments = {segments}, .length = 5});
  REQUIRE(maps.size() == 2);
  for (const auto& map : maps) {
    for (Index head = 0; head < map.heads; ++head) {
      for (Index query = 0; query < 5; ++query) {
        CHECK(row_sum(map, head, query) == doctest::Approx(1));
        for (Index key = 0; key < 8; ++key) CHECK((map(head, query, key) > 0) == (key < 5));
      }
    }
  }
}

TEST_CASE("attention maps: an encoder-decoder has those of the encoder, then to itself and to the source") {
  using Model = support::TinyEncoderDecoder;
  const auto maps = report::attention_maps(*started<Model>(), Model::Input{{tokens}, {tokens}, 5});
  REQUIRE(maps.size() == 6);
  for (const std::size_t of_target : {std::size_t{2}, std::size_t{4}}) {
    CHECK(is_causal(maps[of_target]));
    CHECK_FALSE(is_causal(maps[of_target + 1]));
    CHECK(maps[of_target + 1](0, 0, 4) > 0);
    CHECK(maps[of_target + 1](0, 7, 5) == 0);
  }
}

TEST_CASE("attention maps: what a checkpoint does not keep is computed again; a model without attention has none") {
  const auto q = support::normal_numbers<float>(2 * 5 * 4, 1);
  const auto name = constant<Shape<2, 5, 4>>(q.data());
  const auto attend = [](auto x) { return matmul(softmax(mask<Causal>(scale(matmul(x, transpose(x))))), x); };
  const auto kept = report::attention_maps(attend(name));
  const auto again = report::attention_maps(checkpoint(name + name, [&](auto x) { return attend(x); }));
  REQUIRE(kept.size() == 1);
  REQUIRE(again.size() == 1);
  CHECK(is_causal(again[0]));
  CHECK(report::attention_maps(*started<support::TinyLstm>(), {tokens}).empty());
}

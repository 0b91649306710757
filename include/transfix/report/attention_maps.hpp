// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <memory>
#include <transfix/core/storage.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/report/node.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::report {

/// Where one attention layer looks: for each head and query a probability for each key.
struct AttentionMap {
  Index heads = 0, queries = 0, keys = 0;
  std::vector<float> probabilities;  ///< [heads, queries, keys]

  float operator()(Index head, Index query, Index key) const {
    return probabilities[static_cast<std::size_t>((head * queries + query) * keys + key)];
  }
};

namespace detail {
/// Computes the probabilities of one attention after its forward pass: exp(terms(q k^T) - log sum), as backward does,
/// since the pass itself keeps only the logarithm of each row's sum.
template <class Terms, class Query, class Key, class Value, class Random>
AttentionMap map_of(const Attention<Terms, Query, Key, Value, Random>& attention,
                    const typename Attention<Terms, Query, Key, Value, Random>::Tape& tape) {
  using E = Attention<Terms, Query, Key, Value, Random>;
  using Scalar = typename E::Scalar;
  AttentionMap map{E::heads, E::queries, E::keys, {}};
  map.probabilities.resize(static_cast<std::size_t>(E::rows * E::keys));
  const auto query = view(attention.query, tape.query);
  const auto key = view(attention.key, tape.key);
  auto terms_tape = tape.terms;
  std::vector<Scalar> scores(static_cast<std::size_t>(E::keys)), probabilities = scores;
  for (Index row = 0; row < E::rows; ++row) {
    const Index first_key = row / E::queries / E::group * E::keys;
    for (Index column = 0; column < E::keys; ++column) {
      Scalar sum = 0;
      for (Index i = 0; i < E::width; ++i) sum += query[row][i] * key[first_key + column][i];
      scores[static_cast<std::size_t>(column)] = sum;
    }
    auto& tile = transfix::detail::tile_tape(attention.terms, terms_tape);
    tile.scores = scores.data();
    tile.first_row = row;
    tile.first_column = 0;
    tile.stride = E::keys;
    simd::for_each_lane<Scalar, E::keys>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      simd::store(attention.terms.template lane<Vector>(terms_tape, row, column), probabilities.data() + column);
    });
    const Scalar log_sum = tape.log_sum.data[row];
    const bool sees_nothing = std::isinf(log_sum);
    for (Index column = 0; column < E::keys; ++column) {
      const Scalar score = probabilities[static_cast<std::size_t>(column)];
      map.probabilities[static_cast<std::size_t>(row * E::keys + column)] =
          sees_nothing ? 0.0f : static_cast<float>(std::exp(score - log_sum));
    }
  }
  return map;
}

/// Goes through an expression after its forward pass and finds its attentions, operands before what uses them.
class AttentionFinder {
 public:
  std::vector<AttentionMap> maps;

  template <class E, class Tape>
  void visit(const E& expression, const Tape& tape) {
    visit_parts(NodeOf<E>::parts(expression, tape, room_));
  }
  template <class Terms, class Query, class Key, class Value, class Random, class Tape>
  void visit(const Attention<Terms, Query, Key, Value, Random>& attention, const Tape& tape) {
    visit_parts(NodeOf<Attention<Terms, Query, Key, Value, Random>>::parts(attention, tape, room_));
    maps.push_back(map_of(attention, tape));
  }
  // Each repetition, not only the first one.
  template <Index Count, class Input, class Body, class Tape>
  void visit(const Repetition<Count, Input, Body>& repetition, const Tape& tape) {
    using Bound = typename Repetition<Count, Input, Body>::Bound;
    visit(repetition.input, tape.input);
    for (Index number = 0; number < Count; ++number) {
      visit(own(repetition.body(number, Bound(repetition.input_of(number, tape)))), tape.inner[number]);
    }
  }
  // What a checkpoint has not kept is computed again.
  template <class Value, class Body, class Tape>
  void visit(const Recomputed<Value, Body>& checkpoint, const Tape& tape) {
    visit(checkpoint.bound, tape.operand);
    run(own(checkpoint.body(NameOf<Value>(checkpoint.bound.value(tape.operand)))));
  }
  // Experts see single rows: there is no attention in them.
  template <Index Chosen, Index Block, class Input, class Gates, class Body, class Tape>
  void visit(const Route<Chosen, Block, Input, Gates, Body>& route, const Tape& tape) {
    visit(route.input, tape.input);
    visit(route.gates, tape.gates);
  }

  /// Computes an expression and visits it.
  template <class E>
  void run(const E& expression) {
    const auto tape = std::make_unique<typename E::Tape>();
    const Storage workspace(std::max(E::forward_bytes, Index{1}));
    Context pass;
    pass.workspace = workspace.data();
    expression.forward(*tape, pass);
    visit(expression, *tape);
  }

 private:
  template <class... P>
  void visit_parts(const Tuple<P...>& parts) {
    unrolled<Index{sizeof...(P)}>([&](auto i) { visit(get<i()>(parts).expression, get<i()>(parts).tape); });
  }

  Room room_;
};
}  // namespace detail

/// Where each attention of a model looks for one input, without dropout: a map for each attention layer, in the order
/// of the computation. It works for any model that has one result, ours or yours: the layers are found in the type of
/// what the model computes. The products q k^T are computed once more, which the pass itself never stores.
///   for (const AttentionMap& layer : attention_maps(model, input)) ...
template <class Model>
std::vector<AttentionMap> attention_maps(const Model& model, const typename Model::Input& input) {
  detail::AttentionFinder finder;
  finder.run(own(model(input)));
  return std::move(finder.maps);
}

/// The same for an expression.
template <Expression E>
std::vector<AttentionMap> attention_maps(E expression) {
  detail::AttentionFinder finder;
  finder.run(own(std::move(expression)));
  return std::move(finder.maps);
}

}  // namespace transfix::inline TRANSFIX_ABI::report

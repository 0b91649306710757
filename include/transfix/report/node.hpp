// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <transfix/core/storage.hpp>
#include <transfix/expression/attention.hpp>
#include <transfix/expression/checkpoint.hpp>
#include <transfix/expression/gru.hpp>
#include <transfix/expression/heads.hpp>
#include <transfix/expression/repeat.hpp>
#include <transfix/expression/results.hpp>
#include <transfix/expression/route.hpp>
#include <transfix/expression/score_terms.hpp>
#include <transfix/expression/stop_gradient.hpp>
#include <transfix/loss/combination.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::report {

namespace detail {

/// The extents of a shape, as numbers that code for all shapes can read.
template <class Shape>
inline constexpr auto extents_of = [] {
  std::array<Index, std::size_t{Shape::rank}> extents{};
  for (Index axis = 0; axis < Shape::rank; ++axis) extents[static_cast<std::size_t>(axis)] = Shape::extent(axis);
  return extents;
}();

inline std::string shape_text(std::span<const Index> extents) {
  std::string text = "[";
  for (const Index extent : extents) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

/// The name of a type without namespaces and arguments, from the compiler's own spelling of it.
template <class Type>
constexpr std::string_view type_name() {
  constexpr std::string_view before = "Type = ";
  std::string_view spelling = __PRETTY_FUNCTION__;
  spelling = spelling.substr(spelling.find(before) + before.size());
  std::size_t begin = 0, end = std::string_view::npos;
  int depth = 0;
  for (std::size_t i = 0; i < spelling.size(); ++i) {
    const char character = spelling[i];
    const bool closes_all = depth == 0 && (character == ';' || character == ']');
    if (end == std::string_view::npos && (closes_all || (depth == 0 && character == '<'))) end = i;
    if (closes_all) break;
    if (depth == 0 && character == ':') {
      begin = i + 1;
      end = std::string_view::npos;
    }
    if (character == '<' || character == '(' || character == '{') ++depth;
    if (character == '>' || character == ')' || character == '}') --depth;
  }
  return spelling.substr(begin, end - begin);
}

/// GeluTanh -> gelu_tanh
inline std::string with_underscores(std::string_view name) {
  std::string text;
  for (const char character : name) {
    const bool large = character >= 'A' && character <= 'Z';
    if (large && !text.empty() && text.back() >= 'a') text += '_';
    text += large ? static_cast<char>(character - 'A' + 'a') : character;
  }
  return text;
}

template <class Type>
struct NameOfRule {
  static std::string text() { return with_underscores(type_name<Type>()); }
};
template <class A, class B, bool Transposed>
struct NameOfRule<rules::MatMul<A, B, Transposed>> {
  static std::string text() { return "matmul"; }
};
template <class Mask>
struct NameOfRule<rules::Masked<Mask>> {
  static std::string text() { return "mask " + NameOfRule<Mask>::text(); }
};

/// FLOPs of the matrix products in a rule.
template <class Rule>
inline constexpr Index product_flops = 0;
template <class A, class B, bool Transposed>
inline constexpr Index product_flops<rules::MatMul<A, B, Transposed>> =
    2 * A::rows* A::columns* rules::MatMul<A, B, Transposed>::columns;
template <class X, class R>
inline constexpr Index product_flops<rules::Lstm<X, R>> = 2 * (X::rows - 1) * R::Shape::size;
template <class X, class R, class B>
inline constexpr Index product_flops<rules::Gru<X, R, B>> = 2 * (X::rows - 1) * R::Shape::size;

/// Memory that is never touched: its addresses tell which value a name stands for.
class Room {
 public:
  template <class Type>
  const Type& tape() {
    return *reinterpret_cast<const Type*>(take(sizeof(Type)));
  }
  /// Numbers that are copied from others when a pass runs.
  template <class Scalar>
  const Scalar* copy_of(const Scalar* original, Index count) {
    const std::size_t bytes = sizeof(Scalar) * static_cast<std::size_t>(count);
    const std::byte* const memory = take(bytes);
    copies_.push_back({memory, memory + bytes, reinterpret_cast<const std::byte*>(original)});
    return reinterpret_cast<const Scalar*>(memory);
  }
  const std::byte* original_of(const std::byte* place) const {
    for (const Copy& copy : copies_) {
      if (place >= copy.begin && place < copy.end) return original_of(copy.original);
    }
    return place;
  }

 private:
  struct Copy {
    const std::byte *begin, *end, *original;
  };
  std::byte* take(std::size_t bytes) {
    std::size_t space = bytes + Storage::alignment;
    blocks_.push_back(std::unique_ptr<std::byte[]>(new std::byte[space]));
    void* begin = blocks_.back().get();
    return static_cast<std::byte*>(std::align(Storage::alignment, bytes, begin, space));
  }
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::vector<Copy> copies_;
};

/// An expression inside another one, with its tape. It runs Runs / Of times as often, and has Tapes tapes.
template <class ExpressionInside, class Tape, Index Runs = 1, Index Of = 1, Index Tapes = 1>
struct Part {
  using E = std::remove_cvref_t<ExpressionInside>;
  static constexpr Index runs = Runs, of = Of, tapes = Tapes;
  ExpressionInside expression;
  const Tape& tape;
  std::string (*label)() = nullptr;  // of the group that it is, if any
};
template <class E, class Tape>
Part<const E&, Tape> part(const E& expression, const Tape& tape) {
  return {expression, tape};
}
template <Index Runs = 1, Index Of = 1, Index Tapes = 1, class E, class Tape>
Part<E, Tape, Runs, Of, Tapes> body(E&& expression, const Tape& tape, std::string (*label)() = nullptr) {
  return {std::move(expression), tape, label};
}

/// What the report knows of an expression: its parts, the FLOPs besides them, and its name. What has no name is drawn
/// as the last of its parts. A type that is not known is named by its type, and has no parts.
template <class E>
struct NodeOf {
  static constexpr Index flops = 0;
  static std::string name() { return with_underscores(type_name<E>()); }
  static auto parts(const E&, const auto&, Room&) { return Tuple<>{}; }
};

template <class... X>
auto parts_of(const Tuple<X...>& operands, const auto& tapes) {
  return [&]<Index... I>(std::integer_sequence<Index, I...>) {
    return make_tuple_of(part(get<I>(operands), get<I>(tapes))...);
  }
  (std::make_integer_sequence<Index, Index{sizeof...(X)}>{});
}

template <class Rule, class... X>
struct NodeOf<Operation<Rule, X...>> {
  static constexpr Index flops = product_flops<Rule> > 0 ? product_flops<Rule> : Operation<Rule, X...>::Shape::size;
  static std::string name() { return NameOfRule<Rule>::text(); }
  static auto parts(const auto& e, const auto& tape, Room&) { return parts_of(e.operands, tape.operands); }
};
template <class Rule, class... X>
struct NodeOf<Map<Rule, X...>> {
  static constexpr Index flops = Map<Rule, X...>::Shape::size;
  static std::string name() { return NameOfRule<Rule>::text(); }
  static auto parts(const auto& e, const auto& tape, Room&) { return parts_of(e.operands, tape); }
};
template <class Terms, class Query, class Key, class Value, class Random>
struct NodeOf<Attention<Terms, Query, Key, Value, Random>> {
  using E = Attention<Terms, Query, Key, Value, Random>;
  static constexpr Index flops = 2 * E::rows * E::keys * (E::width + E::value_width);
  static std::string name() { return std::is_same_v<Random, DropoutMask> ? "attention, dropout" : "attention"; }
  static auto parts(const E& e, const auto& tape, Room&) {
    return make_tuple_of(part(e.query, tape.query), part(e.key, tape.key), part(e.values, tape.values),
                         part(e.terms, tape.terms));
  }
};
template <class Table, Index Queries, Index Keys, bool Bidirectional, Index Farthest>
struct NodeOf<RelativeBias<Table, Queries, Keys, Bidirectional, Farthest>> {
  static constexpr Index flops = 0;
  static std::string name() { return "relative_bias"; }
  static auto parts(const auto& e, const auto& tape, Room&) { return make_tuple_of(part(e.table, tape)); }
};
template <class Smaller, class Larger>
struct NodeOf<Broadcast<Smaller, Larger>> {
  static constexpr Index flops = 0;
  static auto parts(const auto& e, const auto& tape, Room&) { return make_tuple_of(part(e.leaf, tape)); }
};

/// What holds one `expression` and has no FLOPs, or one for each number.
template <class E, bool Computes>
struct NodeOfOne {
  static constexpr Index flops = Computes ? E::Shape::size : 0;
  static auto parts(const E& e, const auto& tape, Room&) {
    if constexpr (requires { tape.expression; }) {
      return make_tuple_of(part(e.expression, tape.expression));
    } else {
      return make_tuple_of(part(e.expression, tape));
    }
  }
};
template <class X>
struct NodeOf<Stored<X>> : NodeOfOne<Stored<X>, false> {};
template <Leaf X>
struct NodeOf<Stored<X>> : NodeOfOne<Stored<X>, false> {
  static std::string name() { return "copy"; }
};
template <class X>
struct NodeOf<Dropout<X>> : NodeOfOne<Dropout<X>, true> {
  static std::string name() { return "dropout"; }
};
template <class X>
struct NodeOf<StopGradient<X>> : NodeOfOne<StopGradient<X>, false> {
  static std::string name() { return "stop_gradient"; }
};
template <class X, class Shape, class Strides>
struct NodeOf<SeenAs<X, Shape, Strides>> : NodeOfOne<SeenAs<X, Shape, Strides>, false> {
  static std::string name() { return "seen_as"; }
};

template <class Value, class Body>
struct NodeOf<Let<Value, Body>> {
  static constexpr Index flops = 0;
  static auto parts(const Let<Value, Body>& e, const auto& tape, Room&) {
    return make_tuple_of(part(e.bound, tape.value),
                         body(own(e.body(NameOf<Value>(e.bound.value(tape.value)))), tape.inner));
  }
};
template <Index Count, class Input, class Body>
struct NodeOf<Repetition<Count, Input, Body>> {
  using E = Repetition<Count, Input, Body>;
  static constexpr Index flops = 0;
  static auto parts(const E& e, const auto& tape, Room&) {
    using Bound = typename E::Bound;
    return make_tuple_of(part(e.input, tape.input),
                         body<Count, 1, Count>(own(e.body(0, Bound(e.input.value(tape.input)))), tape.inner[0],
                                               [] { return "repeat x " + std::to_string(Count); }));
  }
};
template <Index Chosen, Index Block, class Input, class Gates, class Body>
struct NodeOf<Route<Chosen, Block, Input, Gates, Body>> {
  using E = Route<Chosen, Block, Input, Gates, Body>;
  static constexpr Index flops = 2 * E::rows * Chosen * E::columns;  // each row of an expert times its gate, and a sum
  static std::string name() { return "route"; }
  static auto parts(const E& e, const auto& tape, Room& room) {
    const auto* const rows = room.copy_of(e.input.value(tape.input), Block * E::width);
    return make_tuple_of(
        part(e.input, tape.input), part(e.gates, tape.gates),
        body<E::rows * Chosen, Block, E::blocks>(own(e.body(0, typename E::Bound(rows))), tape.inner[0], [] {
          return std::to_string(Chosen) + " of " + std::to_string(E::experts) + " experts for each row";
        }));
  }
};
template <class Value, class Body>
struct NodeOf<Recomputed<Value, Body>> {
  using E = Recomputed<Value, Body>;
  static constexpr Index flops = 0;
  static auto parts(const E& e, const auto& tape, Room& room) {
    return make_tuple_of(part(e.bound, tape.operand),
                         body<1, 1, 0>(own(e.body(NameOf<Value>(e.bound.value(tape.operand)))),
                                       room.tape<typename E::Inner::Tape>(), [] { return std::string("checkpoint"); }));
  }
};

/// The tape of several results of one model, which has none before it has a loss.
template <class E>
struct TapeOf {
  using Type = typename E::Tape;
};
template <class... X>
struct TapeOf<Results<X...>> {
  using Type = Tuple<typename X::Tape...>;
};
template <class Value, class Body>
struct TapeOf<LetResults<Value, Body>> {
  using Inner = decltype(std::declval<const Body&>()(std::declval<NameOf<Value>>()));
  struct Type {
    typename Value::Tape value;
    typename TapeOf<Inner>::Type inner;
  };
};
template <class... X>
struct NodeOf<Results<X...>> {
  static constexpr Index flops = 0;
  static std::string name() { return "results"; }
  static auto parts(const auto& e, const auto& tape, Room&) { return parts_of(e.results, tape); }
};

template <class E>
struct NodeOfLet {
  static constexpr Index flops = 0;
  static auto parts(const E& e, const auto& tape, Room&) {
    return make_tuple_of(part(e.bound, tape.value),
                         body(e.body(NameOf<decltype(e.bound)>(e.bound.value(tape.value))), tape.inner));
  }
};
template <class Value, class Body>
struct NodeOf<LetResults<Value, Body>> : NodeOfLet<LetResults<Value, Body>> {};
template <class Value, class Body>
struct NodeOf<transfix::detail::LetLoss<Value, Body>> : NodeOfLet<transfix::detail::LetLoss<Value, Body>> {};
template <class A, class B>
struct NodeOf<transfix::detail::SumOfLosses<A, B>> {
  static constexpr Index flops = 0;
  static std::string name() { return "sum of losses"; }
  static auto parts(const auto& e, const auto& tape, Room&) {
    return make_tuple_of(part(e.a, tape.a), part(e.b, tape.b));
  }
};

/// CrossEntropyRows -> cross_entropy loss
template <class Rule>
std::string name_of_loss() {
  std::string name = NameOfRule<Rule>::text();
  constexpr std::string_view end = "_rows";
  if (name.ends_with(end)) name.resize(name.size() - end.size());
  return name + " loss";
}
template <class Rule, class Outputs>
struct NodeOf<transfix::detail::RowLoss<Rule, Outputs>> {
  static constexpr Index flops = Outputs::Shape::size;
  static std::string name() { return name_of_loss<Rule>(); }
  static auto parts(const auto& e, const auto& tape, Room&) { return make_tuple_of(part(e.outputs, tape)); }
};
template <class Rule, class A, class B, bool Transposed, class... X>
struct NodeOf<transfix::detail::RowLoss<Rule, Operation<rules::MatMul<A, B, Transposed>, X...>>> {
  using Product = Operation<rules::MatMul<A, B, Transposed>, X...>;
  static constexpr Index flops = NodeOf<Product>::flops + Product::Shape::size;
  static std::string name() { return "matmul and " + name_of_loss<Rule>(); }
  static auto parts(const auto& e, const auto& tape, Room&) {
    return make_tuple_of(part(e.hidden, tape.hidden), part(e.weight, tape.weight));
  }
};

template <class E>
using PartsOf = decltype(NodeOf<E>::parts(std::declval<const E&>(), std::declval<const typename TapeOf<E>::Type&>(),
                                          std::declval<Room&>()));

template <class... P>
constexpr Index sum_over(const Tuple<P...>*, auto&& number) {
  return (number(static_cast<P*>(nullptr)) + ... + Index{0});
}
template <class E>
constexpr Index sum_over_parts(auto&& number) {
  return sum_over(static_cast<PartsOf<E>*>(nullptr), number);
}

template <class E>
constexpr Index flops_of() {
  return NodeOf<E>::flops + sum_over_parts<E>([]<class P>(P*) { return flops_of<typename P::E>() * P::runs / P::of; });
}

// Tapes without numbers have an alignment of 1.
template <class E, class Tape = typename TapeOf<E>::Type>
inline constexpr Index tape_bytes_of = alignof(Tape) == 1 ? 0 : Index{sizeof(Tape)};

/// What a tape holds besides those of the parts, with what alignment adds.
template <class E>
constexpr Index own_tape_bytes() {
  return tape_bytes_of<E> - sum_over_parts<E>([]<class P>(P*) { return tape_bytes_of<typename P::E> * P::tapes; });
}
}  // namespace detail

/// FLOPs of a forward pass through an expression or a loss, given its type. A product of [M, K] and [K, N] counts
/// 2 M N K, attention 2 heads queries keys (D of keys + D of values), whatever its mask hides, and every other
/// operation 1 for each number of its result. A step of training has three times as many: backward runs two products
/// for each one.
template <class E>
inline constexpr Index forward_flops = detail::flops_of<std::remove_cvref_t<E>>();

/// Bytes of the tape of an expression or a loss, given its type.
template <class E>
inline constexpr Index tape_bytes = detail::tape_bytes_of<std::remove_cvref_t<E>>;

/// What a model computes, as a type.
template <class Model>
using ResultOf = decltype(std::declval<const Model&>()(typename Model::Input{}));

}  // namespace transfix::inline TRANSFIX_ABI::report

// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/stored.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
template <class Rule>
constexpr Index scratch_bytes() {
  if constexpr (requires { Rule::scratch_bytes; }) {
    return Rule::scratch_bytes;
  } else {
    return 0;
  }
}

template <class Rule>
constexpr bool reads_result() {
  if constexpr (requires { Rule::reads_result; }) {
    return Rule::reads_result;
  } else {
    return true;
  }
}

template <class Rule>
constexpr Index replaced_operand() {
  if constexpr (requires { Rule::replaced_operand; }) {
    return Rule::replaced_operand;
  } else {
    return -1;
  }
}
}  // namespace detail

/// A stored operation with a kernel of its own. Its rule, a struct over the tensors that it reads, has
///   using Output = ...;                       // a Tensor, which says scalar and shape
///   struct Saved { ... };                     // what backward needs besides operands and result
///   void forward(In<X> x..., Out<Output> y, Saved&, Context&) const;
///   void backward(In<Output> dy, In<Output> y, In<X> x..., const Saved&, Context&, auto dx...) const;
/// backward hands each element's gradient to dx.add(row, column, vector) once, or as often as it likes
/// to dx.clear(). The Context may be left out of both. A rule may name `scratch_bytes` of workspace, and one whose
/// backward does not read y says `static constexpr bool reads_result = false`. One whose backward has read an operand
/// before it writes that operand's gradient may name it, `static constexpr Index replaced_operand = 0`: gradient and
/// numbers then share their memory where nobody else needs the numbers.
template <class Rule, class... Operands>
struct Operation : StoredComputation<Operation<Rule, Operands...>> {
  using Output = typename Rule::Output;
  using Scalar = typename Output::Scalar;
  using Shape = typename Output::Shape;
  using Strides = typename Output::Strides;
  using Saved = typename Rule::Saved;
  static constexpr Index count = sizeof...(Operands);
  static constexpr Index span = Output::span;
  static constexpr bool differentiable = (Operands::differentiable || ...);
  static constexpr Index scratch = detail::scratch_bytes<Rule>();
  static constexpr bool closes_without_value = !detail::reads_result<Rule>();
  template <Index I, class Operand>
  static constexpr bool replaces =
      I == detail::replaced_operand<Rule>() && Operand::differentiable&& transfix::closes_without_value<Operand>();
  static constexpr Index open_bytes = differentiable ? workspace_bytes<Scalar>(span) : 0;
  static constexpr Index forward_bytes = std::max({scratch, Operands::forward_bytes...});
  static constexpr Index open_bytes_of_operands = []<Index... I>(std::integer_sequence<Index, I...>) {
    return ((replaces<I, Operands> ? 0 : Operands::open_bytes) + ... + Index{0});
  }
  (std::make_integer_sequence<Index, count>{});
  static constexpr Index close_bytes =
      differentiable ? open_bytes_of_operands + std::max({scratch, Operands::close_bytes...}) : 0;
  struct Tape {
    [[no_unique_address]] Tuple<typename Operands::Tape...> operands;
    [[no_unique_address]] Saved saved;
    Buffer<Scalar, span> value;
    Scalar* gradient;
  };
  [[no_unique_address]] Rule rule;
  Tuple<Operands...> operands;

  constexpr explicit Operation(Rule given_rule, Operands... given)
      : rule(std::move(given_rule)), operands{{{std::move(given)}...}} {}

  void forward(Tape& tape, Context& context) const {
    unrolled<count>([&](auto i) { get<i()>(operands).forward(get<i()>(tape.operands), context); });
    std::byte* const mark = context.workspace;
    with_views(tape, [&](auto... x) {
      const Out<Output> y{tape.value.data};
      if constexpr (requires { rule.forward(x..., y, tape.saved, context); }) {
        rule.forward(x..., y, tape.saved, context);
      } else {
        rule.forward(x..., y, tape.saved);
      }
    });
    context.workspace = mark;
  }

  void close(Tape& tape, Context& context) const {
    if constexpr (differentiable) {
      std::byte* const mark = context.workspace;
      unrolled<count>([&](auto i) {
        if constexpr (auto& operand = get<i()>(operands); replaces<i(), std::remove_cvref_t<decltype(operand)>>) {
          operand.open_in_place(get<i()>(tape.operands));
        } else {
          operand.open(get<i()>(tape.operands), context);
        }
      });
      std::byte* const opened = context.workspace;
      with_views(tape, [&](auto... x) {
        with_gradients(tape, context, [&](auto... dx) {
          const In<Output> dy{tape.gradient}, y{tape.value.data};
          const Saved& saved = tape.saved;
          if constexpr (requires { rule.backward(dy, y, x..., saved, context, dx...); }) {
            rule.backward(dy, y, x..., saved, context, dx...);
          } else {
            rule.backward(dy, y, x..., saved, dx...);
          }
        });
      });
      context.workspace = opened;
      unrolled<count>([&](auto i) { get<i()>(operands).close(get<i()>(tape.operands), context); });
      context.workspace = mark;
    }
  }

 private:
  void with_views(const Tape& tape, auto&& function) const {
    [&]<Index... I>(std::integer_sequence<Index, I...>) { function(view(get<I>(operands), get<I>(tape.operands))...); }
    (std::make_integer_sequence<Index, count>{});
  }
  void with_gradients(Tape& tape, const Context& context, auto&& function) const {
    [&]<Index... I>(std::integer_sequence<Index, I...>) {
      function(transfix::gradient(get<I>(operands), get<I>(tape.operands), context)...);
    }
    (std::make_integer_sequence<Index, count>{});
  }
};

namespace detail {
template <class Rule, class... Operands>
requires(!reads_result<Rule>() &&
         is_dense<typename Rule::Output::Shape,
                  typename Rule::Output::Strides>) struct PlaceOf<Operation<Rule, Operands...>> {
  static constexpr bool found = true;
  static auto& of(auto& tape) { return tape; }
};
}  // namespace detail

/// An operation that reads `operands` by the rule `Rule<Tensor...>`; operands are stored where need be.
template <template <class...> class Rule, Operand... X>
constexpr auto operation(X&&... x) {
  using Bound = Rule<TensorOf<StoredOf<X>>...>;
  return Operation<Bound, StoredOf<X>...>(Bound{}, store(std::forward<X>(x))...);
}

/// The same with a rule that carries numbers of its own.
template <class Rule, Operand... X>
constexpr auto operation_with(Rule rule, X&&... x) {
  return Operation<Rule, StoredOf<X>...>(std::move(rule), store(std::forward<X>(x))...);
}

}  // namespace transfix::inline TRANSFIX_ABI

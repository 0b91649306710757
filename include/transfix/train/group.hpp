// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <transfix/core/padded.hpp>
#include <transfix/core/together.hpp>
#include <transfix/train/execution.hpp>
#include <type_traits>
#include <utility>

namespace transfix::inline TRANSFIX_ABI::detail {

/// Examples that an execution has worked on together, one or several, and their loss as an expression.
template <class Model, class Loss, class Execution>
class Group {
  using Input = typename Model::Input;
  using Target = typename Model::Target;

  static constexpr bool works_together = [] {
    constexpr Index count = detail::together<Execution>;
    if constexpr (WorkedOnTogether<Input, count> && WorkedOnTogether<Target, count>) {
      return std::is_invocable_v<const Model&, const transfix::GroupOf<Input, count>&>;
    } else {
      return false;
    }
  }();
  static_assert(works_together, "this model works on one sequence at a time: use Threads<Count, Shards> only");

 public:
  static constexpr Index together = works_together ? detail::together<Execution> : 1;
  using InputOfGroup = transfix::GroupOf<Input, together>;
  using TargetOfGroup = transfix::GroupOf<Target, together>;

 private:
  // The loss of one form of an input (core/padded.hpp).
  template <class Form>
  static constexpr auto root(const Loss& loss, const Model& model, const Form& form, const TargetOfGroup& target) {
    auto result = model(form);
    if constexpr (HasShorterForms<Input>) {
      constexpr Index rows = decltype(result)::Shape::rows;
      return loss(std::move(result), target_for<rows>(target));
    } else {
      return loss(std::move(result), target);
    }
  }
  template <class Form>
  using RootOf = decltype(root(std::declval<const Loss&>(), std::declval<const Model&>(), std::declval<const Form&>(),
                               std::declval<const TargetOfGroup&>()));

 public:
  static constexpr bool differentiable = RootOf<InputOfGroup>::differentiable;
  static constexpr Index tape_bytes = largest_over_forms<InputOfGroup>([](const auto& form) {
    return std::integral_constant<Index, Index{sizeof(typename RootOf<std::remove_cvref_t<decltype(form)>>::Tape)}>{};
  });
  static constexpr Index workspace = largest_over_forms<InputOfGroup>([](const auto& form) {
    return std::integral_constant<Index, RootOf<std::remove_cvref_t<decltype(form)>>::workspace>{};
  });

  /// function(loss, its tape) for a group in its shortest form; the tape lies in `tape`.
  static auto loss(const Loss& loss, const Model& model, const InputOfGroup& input, const TargetOfGroup& target,
                   std::byte* tape, auto&& function) {
    return in_shortest_form(input, [&](const auto& form) {
      const auto value = root(loss, model, form, target);
      return function(value, reinterpret_cast<typename std::remove_cvref_t<decltype(value)>::Tape&>(*tape));
    });
  }

  /// function(input, target) of the examples get(first) .. get(first + together - 1); after `end` nothing counts.
  static auto examples(Index first, Index end, auto&& get, auto&& function) {
    if constexpr (together == 1) {
      const auto example = get(first);
      return function(example.input, example.target);
    } else {
      return [&]<Index... Number>(std::integer_sequence<Index, Number...>) {
        const std::array<decltype(get(first)), std::size_t{together}> all{get(std::min(first + Number, end - 1))...};
        const auto of = [&](Index number) -> const auto& { return all[static_cast<std::size_t>(number)]; };
        return function(Together<Input, together>::of([&](Index number) { return of(number).input; }),
                        Together<Target, together>::of([&](Index number) {
                          return first + number < end ? of(number).target : NoTarget<Target>::value;
                        }));
      }
      (std::make_integer_sequence<Index, together>{});
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::detail

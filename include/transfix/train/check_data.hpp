// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/train/concepts.hpp>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI {

/// The law of windows: as long as the model's context.
template <class InputOfData, class InputOfModel>
inline constexpr bool input_fits_model = std::is_same_v<InputOfData, InputOfModel>;
template <class TargetOfData, class TargetOfModel>
inline constexpr bool target_fits_model = std::is_same_v<TargetOfData, TargetOfModel>;

namespace detail {
template <class Data>
using ExampleOf = decltype(std::declval<const Data&>().example(0));

template <class Data, class Model>
inline constexpr bool data_fits_model = input_fits_model<decltype(ExampleOf<Data>::input), typename Model::Input>&&
    target_fits_model<decltype(ExampleOf<Data>::target), typename Model::Target>;

/// Fails to compile, in one error, where a data set's examples are not the model's, and fails where a data set is empty
/// or has tokens beyond the vocabulary.
template <class Model, class Data>
void check_data(const Data& data) {
  using Input = decltype(ExampleOf<Data>::input);
  static_assert(input_fits_model<Input, typename Model::Input>,
                "the data's inputs are not what the model takes: give windows as long as its context");
  if constexpr (input_fits_model<Input, typename Model::Input>) {
    static_assert(target_fits_model<decltype(ExampleOf<Data>::target), typename Model::Target>,
                  "the data's targets are not what the loss takes: give windows as long as the model's context");
  }
  if (data.size() < 1) fail("the data set is empty: it has no example to train on or to evaluate");
  if constexpr (requires { data.largest_token(); }) {
    if (data.largest_token() >= Model::vocabulary) {
      fail("token ", data.largest_token(), " does not fit .vocabulary = ", Model::vocabulary,
           ": the tokenizer has more entries than the model; use .vocabulary = ", data.largest_token() + 1, " or more");
    }
  }
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI

// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <memory>
#include <transfix/core/error.hpp>
#include <transfix/generate/inference.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Calls visit(target, prediction) for each target of a data set that counts, which is one of 0 or more. The prediction
/// is the class with the largest of the first `classes` logits of the target's row, the first one of equals; fewer
/// than all are for a model that was built for more classes than the data has.
template <class Model, class Data, class Visit>
void for_each_prediction(const Model& model, const Data& data, Visit visit, Index classes = Inference<Model>::columns) {
  if (classes < 1 || classes > Inference<Model>::columns) {
    fail("predictions among ", classes, " classes of a model with ", Inference<Model>::columns,
         "; choose 1 or more and no more than it has");
  }
  const auto inference = std::make_unique<Inference<Model>>(model);
  for (Index number = 0; number < data.size(); ++number) {
    const auto example = data.example(number);
    const auto* logits = (*inference)(example.input);
    for (Index row = 0; row < Inference<Model>::rows; ++row, logits += Inference<Model>::columns) {
      const Token target = example.target[row];
      if (target >= 0) visit(target, static_cast<Token>(std::max_element(logits, logits + classes) - logits));
    }
  }
}

/// The share of the targets of a data set that count and that the model predicts: what a data set's measure(model) may
/// return, for Patience and KeepBest to go by.
template <class Model, class Data>
double accuracy(const Model& model, const Data& data, Index classes = Inference<Model>::columns) {
  Index right = 0, counted = 0;
  const auto count = [&](Token target, Token prediction) {
    right += target == prediction;
    ++counted;
  };
  for_each_prediction(model, data, count, classes);
  if (counted == 0) fail("accuracy: the data set has no target that counts; a target that does is 0 or more");
  return static_cast<double>(right) / static_cast<double>(counted);
}

}  // namespace transfix::inline TRANSFIX_ABI

// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/loss/cross_entropy.hpp>

#include "fixture.hpp"

namespace parity {

/// Compares the loss of a model on one example, and the gradients of all its parameters.
template <class Model>
void check_model(const Fixture& fixture, const typename Model::Input& input) {
  const auto targets = fixture.tokens("targets");
  check_loss<typename Model::Scalar>(fixture, Model{}, [&](const Model& model) {
    return loss::CrossEntropy{}(model(input), typename Model::Target{targets.data()});
  });
}

/// The same for a language model: it reads tokens and nothing else.
template <class Model>
void check_language_model(const Fixture& fixture) {
  const auto tokens = fixture.tokens("tokens");
  check_model<Model>(fixture, {tokens.data()});
}

}  // namespace parity

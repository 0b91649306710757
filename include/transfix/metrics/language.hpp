// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <numbers>
#include <transfix/core/shape.hpp>
#include <transfix/metrics/check.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::metrics {

/// exp(mean_loss): of how many equally likely tokens a model is as unsure. The loss is in nats per token, as
/// cross-entropy gives it.
inline double perplexity(double mean_loss) { return std::exp(mean_loss); }

/// Bits that a model needs for a character: mean_loss * tokens / (characters * ln 2), the loss in nats per token.
/// Comparable between tokenizers, as perplexity is not. Count bytes for bits per byte; a model whose tokens are
/// characters needs no counts.
inline double bits_per_character(double mean_loss, Index tokens = 1, Index characters = 1) {
  if (tokens < 1 || characters < 1) {
    fail("bits per character: ", tokens, " tokens and ", characters, " characters were given; give the counts of the ",
         "text that the loss was measured on");
  }
  return mean_loss * static_cast<double>(tokens) / (static_cast<double>(characters) * std::numbers::ln2);
}

/// The part of the sequences, texts or rows of tokens, that are equal to their reference from beginning to end.
template <class Sequence>
double exact_match(const std::vector<Sequence>& hypotheses, const std::vector<Sequence>& references) {
  detail::check_pairs("exact match", "hypotheses", hypotheses.size(), "references", references.size());
  double hits = 0;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) hits += hypotheses[i] == references[i] ? 1 : 0;
  return hits / static_cast<double>(hypotheses.size());
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics

// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/random.hpp>
#include <transfix/kernels/softmax.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

/// How the next token is chosen from its logits.
struct Sampling {
  double temperature = 1;  ///< logits are divided by it; 0 takes the likeliest token
  Index top_k = 0;         ///< only the likeliest top_k tokens; 0: all
  double top_p = 1;        ///< only the likeliest tokens whose probabilities first reach top_p (Holtzman et al. 2020)
  double min_p = 0;        ///< only tokens with at least this share of the likeliest one's probability
  double repetition_penalty = 1;  ///< logits of tokens seen are divided by it, negative ones multiplied (Keskar 2019)
};

/// Chooses tokens, with room for one row of a vocabulary.
template <Index Vocabulary, class Scalar>
class Sampler {
 public:
  /// `seen` are the tokens so far, for the repetition penalty.
  Token choose(const Scalar* given, const Sampling& sampling, Random& random, std::span<const Token> seen = {}) {
    const Scalar* const logits = penalize(given, sampling, seen);
    if (sampling.temperature <= 0) return likeliest(logits);
    const auto [kept, total] = keep(logits, sampling);
    double left = random.uniform() * total;
    for (Index i = 0; i < kept; ++i) {
      left -= static_cast<double>(probabilities_[order_[i]]);
      if (left < 0) return order_[i];
    }
    return order_[kept - 1];
  }

  /// The probabilities with which `choose` takes each token. They last until the next call.
  const Scalar* distribution(const Scalar* given, const Sampling& sampling, std::span<const Token> seen = {}) {
    const Scalar* const logits = penalize(given, sampling, seen);
    if (sampling.temperature <= 0) {
      const Token best = likeliest(logits);
      std::fill(probabilities_, probabilities_ + Vocabulary, Scalar(0));
      probabilities_[best] = 1;
      return probabilities_;
    }
    const auto [kept, total] = keep(logits, sampling);
    for (Index i = 0; i < Vocabulary; ++i) {
      Scalar& probability = probabilities_[order_[i]];
      probability = i < kept ? static_cast<Scalar>(static_cast<double>(probability) / total) : Scalar(0);
    }
    return probabilities_;
  }

  static Token likeliest(const Scalar* logits) {
    return static_cast<Token>(std::max_element(logits, logits + Vocabulary) - logits);
  }

 private:
  Scalar probabilities_[static_cast<std::size_t>(Vocabulary)];
  Token order_[static_cast<std::size_t>(Vocabulary)];

  const Scalar* penalize(const Scalar* given, const Sampling& sampling, std::span<const Token> seen) {
    if (sampling.repetition_penalty != 1 && !seen.empty()) {
      std::copy(given, given + Vocabulary, probabilities_);
      for (const Token token : seen) {  // from the logit as given: a token that was seen twice is not punished twice
        const auto logit = static_cast<double>(given[token]);
        probabilities_[token] =
            static_cast<Scalar>(logit > 0 ? logit / sampling.repetition_penalty : logit * sampling.repetition_penalty);
      }
      return probabilities_;
    }
    return given;
  }

  struct Kept {
    Index count;
    double total;  // of their probabilities
  };
  /// Works out all probabilities and puts the tokens that may be chosen first in `order_`.
  Kept keep(const Scalar* logits, const Sampling& sampling) {
    const auto largest = static_cast<double>(logits[likeliest(logits)]);  // a tiny temperature must not overflow
    for (Index token = 0; token < Vocabulary; ++token) {
      probabilities_[token] =
          static_cast<Scalar>((static_cast<double>(logits[token]) - largest) / sampling.temperature);
    }
    kernels::softmax_row<Vocabulary>(probabilities_, probabilities_);
    double whole = 0;
    for (Index token = 0; token < Vocabulary; ++token) whole += static_cast<double>(probabilities_[token]);
    if (!(whole > 0)) fail("the logits are not finite numbers: the model's parameters are damaged");
    const bool cuts_count = sampling.top_k > 0 && sampling.top_k < Vocabulary;
    const Index candidates = cuts_count ? sampling.top_k : Vocabulary;
    for (Index token = 0; token < Vocabulary; ++token) order_[token] = static_cast<Token>(token);
    const auto likelier = [this](Token a, Token b) {
      return probabilities_[a] != probabilities_[b] ? probabilities_[a] > probabilities_[b] : a < b;
    };
    if (cuts_count) std::nth_element(order_, order_ + candidates - 1, order_ + Vocabulary, likelier);
    if (cuts_count || sampling.top_p < 1 || sampling.min_p > 0) std::sort(order_, order_ + candidates, likelier);

    double total = 0;
    for (Index i = 0; i < candidates; ++i) total += static_cast<double>(probabilities_[order_[i]]);
    Index kept = candidates;
    if (sampling.min_p > 0) {
      const double least = sampling.min_p * static_cast<double>(probabilities_[order_[0]]);
      while (kept > 1 && static_cast<double>(probabilities_[order_[kept - 1]]) < least) {
        total -= static_cast<double>(probabilities_[order_[--kept]]);
      }
    }
    if (sampling.top_p < 1) {
      double sum = 0;
      const Index allowed = std::exchange(kept, 0);
      while (kept < allowed && (kept == 0 || sum < sampling.top_p * total)) {
        sum += static_cast<double>(probabilities_[order_[kept++]]);
      }
      total = sum;
    }
    return {kept, total};
  }
};

}  // namespace transfix::inline TRANSFIX_ABI

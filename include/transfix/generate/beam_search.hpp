// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <memory>
#include <transfix/core/error.hpp>
#include <transfix/core/math.hpp>
#include <transfix/core/shape.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI {

/// What a beam search is told.
struct BeamSettings {
  Index beams = 4;            ///< sequences that are followed side by side; 1 is greedy
  Index longest = 100;        ///< tokens to write at most
  Index vocabulary = 0;       ///< only tokens below it are written, those that a tokenizer has; 0: all
  double length_penalty = 0;  ///< a finished sequence of n tokens scores its log probability / ((5 + n) / 6)^penalty
                              ///< (Wu et al. 2016); 0.6 to 1 favour longer ones
  Token end = 0;              ///< ends a sequence; it is not part of the result
};

/// A sequence that a search has found, and its score.
struct BeamResult {
  std::vector<Token> tokens;
  double score = 0;
};

namespace detail {
/// log softmax
template <class Scalar>
std::vector<double> log_probabilities(const Scalar* logits, Index vocabulary) {
  const auto largest = static_cast<double>(*std::max_element(logits, logits + vocabulary));
  double sum = 0;
  for (Index i = 0; i < vocabulary; ++i) sum += math::exp(static_cast<double>(logits[i]) - largest);
  if (!(sum > 0)) fail("beam search: the logits are not finite numbers: the model's parameters are damaged");
  std::vector<double> result(static_cast<std::size_t>(vocabulary));
  for (Index i = 0; i < vocabulary; ++i) {
    result[static_cast<std::size_t>(i)] = static_cast<double>(logits[i]) - largest - math::log(sum);
  }
  return result;
}
}  // namespace detail

/// The sequences with the best scores, best first. A Writer reads a token and returns the logits of the next one,
///   const Scalar* read(Token), static constexpr Index vocabulary
/// and can be copied with all that it has read: Generator of a decoder, Translator of an encoder-decoder. `writer` has
/// read everything before `first`.
template <class Writer>
std::vector<BeamResult> beam_search(const Writer& writer, Token first, const BeamSettings& settings) {
  if (settings.beams < 1 || settings.beams > Writer::vocabulary) {
    fail("BeamSettings: .beams = ", settings.beams, " must be 1 .. ", Writer::vocabulary);
  }
  if (settings.vocabulary < 0 || settings.vocabulary > Writer::vocabulary) {
    fail("BeamSettings: .vocabulary = ", settings.vocabulary, " must be 1 .. ", Writer::vocabulary, ", or 0 for all");
  }
  const Index vocabulary = settings.vocabulary == 0 ? Index{Writer::vocabulary} : settings.vocabulary;
  struct Beam {
    std::vector<Token> tokens;
    double log_probability;
    std::unique_ptr<Writer> writer;
    Token last() const { return tokens.back(); }
  };
  struct Candidate {
    std::size_t parent;
    Token token;
    double log_probability;
  };
  const auto score = [&](double log_probability, std::size_t length) {
    return log_probability / math::pow((5.0 + static_cast<double>(length)) / 6.0, settings.length_penalty);
  };
  const auto better = [](const auto& a, const auto& b) { return a.score > b.score; };
  const auto wanted = static_cast<std::size_t>(settings.beams);
  std::vector<Beam> beams;
  beams.push_back({{first}, 0, std::make_unique<Writer>(writer)});
  std::vector<BeamResult> finished;
  for (Index length = 0; length < settings.longest && !beams.empty(); ++length) {
    std::vector<Candidate> candidates;
    for (std::size_t parent = 0; parent < beams.size(); ++parent) {
      Beam& beam = beams[parent];
      const auto next = detail::log_probabilities(beam.writer->read(beam.last()), vocabulary);
      for (Token token = 0; token < vocabulary; ++token) {
        candidates.push_back({parent, token, beam.log_probability + next[static_cast<std::size_t>(token)]});
      }
    }
    // Twice as many as beams: at most that many end here, and as many are left to go on.
    const auto kept = std::min(candidates.size(), 2 * wanted);
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept), candidates.end(),
                      [](const Candidate& a, const Candidate& b) {
                        if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
                        return a.parent != b.parent ? a.parent < b.parent : a.token < b.token;
                      });
    std::vector<Beam> following;
    for (std::size_t i = 0; i < kept && following.size() < wanted; ++i) {
      const Candidate& candidate = candidates[i];
      const Beam& parent = beams[candidate.parent];
      if (candidate.token == settings.end) {
        if (i >= wanted) continue;
        finished.push_back(
            {{parent.tokens.begin() + 1, parent.tokens.end()}, score(candidate.log_probability, parent.tokens.size())});
        continue;
      }
      following.push_back({parent.tokens, candidate.log_probability, std::make_unique<Writer>(*parent.writer)});
      following.back().tokens.push_back(candidate.token);
    }
    beams = std::move(following);
    std::sort(finished.begin(), finished.end(), better);
    if (finished.size() > wanted) finished.resize(wanted);
    // What is left cannot become better than what is finished: log probabilities only fall.
    if (finished.size() == wanted && !beams.empty() &&
        score(beams.front().log_probability, static_cast<std::size_t>(settings.longest)) <= finished.back().score) {
      return finished;
    }
  }
  for (const Beam& beam : beams) {
    finished.push_back({{beam.tokens.begin() + 1, beam.tokens.end()}, score(beam.log_probability, beam.tokens.size())});
  }
  std::sort(finished.begin(), finished.end(), better);
  if (finished.size() > wanted) finished.resize(wanted);
  return finished;
}

}  // namespace transfix::inline TRANSFIX_ABI

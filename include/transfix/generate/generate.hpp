// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <span>
#include <transfix/generate/generator.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI {

/// What `generate` is told.
struct GenerationSettings {
  Index tokens = 100;  ///< how many to write after the prompt
  double temperature = 1;
  Index top_k = 0;
  double top_p = 1;
  double min_p = 0;
  double repetition_penalty = 1;
  std::uint64_t seed = 0;
  std::vector<std::vector<Token>> stops = {};  ///< ends as soon as one of these was written, and leaves it out

  Sampling sampling() const { return {temperature, top_k, top_p, min_p, repetition_penalty}; }
};

namespace detail {
inline void check_request(std::span<const Token> prompt, const GenerationSettings& settings) {
  if (prompt.empty()) fail("generate: the prompt is empty; give at least one token");
  if (settings.tokens < 0) fail("generate: .tokens = ", settings.tokens, " must not be negative");
}
/// The length of the stop that `written` ends with, or 0.
inline std::size_t length_of_stop(std::span<const Token> written, const std::vector<std::vector<Token>>& stops) {
  for (const auto& stop : stops) {
    if (stop.empty() || written.size() < stop.size()) continue;
    if (std::equal(stop.begin(), stop.end(), written.end() - std::ssize(stop))) return stop.size();
  }
  return 0;
}
}  // namespace detail

/// The prompt and `settings.tokens` more tokens; each goes to `show` as soon as it is chosen.
template <class Model, class Show>
std::vector<Token> generate(const Model& model, std::span<const Token> prompt, const GenerationSettings& settings,
                            Show&& show) {
  detail::check_request(prompt, settings);
  const auto generator = std::make_unique<Generator<Model>>(model, settings.seed);
  std::vector<Token> tokens(prompt.begin(), prompt.end());
  tokens.reserve(prompt.size() + static_cast<std::size_t>(settings.tokens));
  for (std::size_t i = 0; i + 1 < prompt.size(); ++i) generator->read(prompt[i]);
  for (Index i = 0; i < settings.tokens; ++i) {
    tokens.push_back(generator->step(tokens.back(), settings.sampling()));
    if (const auto stop = detail::length_of_stop(std::span(tokens).subspan(prompt.size()), settings.stops)) {
      tokens.resize(tokens.size() - stop);
      return tokens;
    }
    show(tokens.back());
  }
  return tokens;
}

template <class Model>
std::vector<Token> generate(const Model& model, std::span<const Token> prompt,
                            const GenerationSettings& settings = {}) {
  return generate(model, prompt, settings, [](Token) {});
}

}  // namespace transfix::inline TRANSFIX_ABI

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <transfix/generate/sampling.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
constexpr Index vocabulary = 21;
const std::vector<float> logits = support::normal_numbers<float>(vocabulary, 4);
const auto likeliest = static_cast<Token>(std::max_element(logits.begin(), logits.end()) - logits.begin());

/// How often each token is chosen in `count` draws.
std::vector<int> draws(const Sampling& sampling, int count, const std::vector<float>& from = logits) {
  Sampler<vocabulary, float> sampler;
  Random random(1);
  std::vector<int> counts(vocabulary);
  for (int i = 0; i < count; ++i) ++counts[static_cast<std::size_t>(sampler.choose(from.data(), sampling, random))];
  return counts;
}

/// The tokens from the likeliest down.
std::vector<std::size_t> ranking() {
  std::vector<std::size_t> order(vocabulary);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  return order;
}

/// Frequencies must follow the softmax of logits / temperature over the likeliest `kept` tokens.
void check_frequencies(const Sampling& sampling, double temperature, std::size_t kept) {
  constexpr int count = 100'000;
  const auto counts = draws(sampling, count);
  const auto order = ranking();
  double sum = 0;
  for (std::size_t rank = 0; rank < kept; ++rank) sum += std::exp(double{logits[order[rank]]} / temperature);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double p = rank < kept ? std::exp(double{logits[order[rank]]} / temperature) / sum : 0;
    CAPTURE(rank);
    CHECK(std::abs(counts[order[rank]] - p * count) <= 5 * std::sqrt(p * (1 - p) * count));
  }
}
}  // namespace

TEST_CASE("sampling: frequencies are the softmax of logits divided by temperature") {
  check_frequencies({}, 1, vocabulary);
  check_frequencies({.temperature = 0.5}, 0.5, vocabulary);
  check_frequencies({.temperature = 3}, 3, vocabulary);
}

TEST_CASE("sampling: temperature 0, top_k 1 and a tiny top_p take the likeliest token") {
  for (const Sampling& sampling : {Sampling{.temperature = 0}, Sampling{.top_k = 1}, Sampling{.top_p = 1e-6},
                                   Sampling{.top_p = 0}, Sampling{.temperature = 1e-3}}) {
    CHECK(draws(sampling, 200)[static_cast<std::size_t>(likeliest)] == 200);
  }
}

TEST_CASE("sampling: top_k keeps the k likeliest") {
  check_frequencies({.top_k = 5}, 1, 5);
  check_frequencies({.temperature = 2, .top_k = 20}, 2, 20);
  check_frequencies({.top_k = vocabulary}, 1, vocabulary);
  check_frequencies({.top_k = 1000}, 1, vocabulary);
}

TEST_CASE("sampling: top_p keeps the likeliest tokens that first reach it") {
  const auto order = ranking();
  double whole = 0, sum = 0;
  for (const float logit : logits) whole += std::exp(double{logit});
  for (std::size_t kept = 1; kept <= 8; ++kept) {
    const double before = sum;
    sum += std::exp(double{logits[order[kept - 1]]}) / whole;
    if (kept == 3 || kept == 8) check_frequencies({.top_p = (before + sum) / 2}, 1, kept);
  }
}

TEST_CASE("sampling: equal logits with top_k keep exactly k tokens") {
  const auto counts = draws({.top_k = 4}, 4000, std::vector<float>(vocabulary, 1.0f));
  CHECK(std::count_if(counts.begin(), counts.end(), [](int count) { return count > 0; }) == 4);
}

TEST_CASE("sampling: logits that hide tokens are never chosen") {
  auto hidden = logits;
  for (std::size_t token = 0; token < 20; ++token) {
    if (token != 7) hidden[token] = -std::numeric_limits<float>::infinity();
  }
  const auto counts = draws({}, 2000, hidden);
  CHECK(counts[7] + counts[20] == 2000);
}

TEST_CASE("sampling: logits that are no numbers are an error, whatever the settings") {
  const float broken[4] = {1, NAN, 2, 3};
  Sampler<4, float> sampler;
  Random random(1);
  for (const Sampling sampling : {Sampling{}, Sampling{.top_k = 2}, Sampling{.top_p = 0.5}}) {
    CHECK_THROWS_AS(sampler.choose(broken, sampling, random), Error);
  }
}

TEST_CASE("sampling: a tiny temperature takes the likeliest token") {
  const auto counts = draws({.temperature = 1e-40}, 50);
  CHECK(counts[static_cast<std::size_t>(likeliest)] == 50);
}

TEST_CASE("sampling: min_p leaves out what is far less likely than the likeliest") {
  const auto order = ranking();
  double probability[vocabulary];
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    probability[rank] = std::exp(double{logits[order[rank]]} - double{logits[order[0]]});
  }
  const auto counts = draws({.min_p = 0.3}, 20'000);
  for (std::size_t rank = 0; rank < order.size(); ++rank)
    CHECK((counts[order[rank]] > 0) == (probability[rank] >= 0.3));
}

TEST_CASE("sampling: the repetition penalty makes seen tokens less likely, once however often they were seen") {
  Sampler<3, float> sampler;
  Random random(1);
  const float given[] = {2.0f, 1.9f, -1.0f};
  const Token once[] = {0}, often[] = {0, 0, 0}, last[] = {2};
  CHECK(sampler.choose(given, {.temperature = 0, .repetition_penalty = 1.1}, random, once) == 1);
  CHECK(sampler.choose(given, {.temperature = 0, .repetition_penalty = 1.02}, random, often) == 0);
  CHECK(sampler.choose(given, {.temperature = 0, .repetition_penalty = 9}, random, last) == 0);
}

// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/metrics/lowercase.hpp>
#include <transfix/metrics/mteval.hpp>
#include <transfix/metrics/references.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI::metrics {

/// How a line is cut into words.
enum class BleuTokenizer {
  Mteval13a,  ///< "13a", what published scores use
  None        ///< at white space only, for lines that are tokenized already
};

/// What is done about an order of n-grams of which none matched (Chen and Cherry 2014, "A Systematic Comparison of
/// Smoothing Techniques for Sentence-Level BLEU").
enum class BleuSmoothing {
  Exponential,  ///< the k-th such order counts 1 / 2^k matches
  Floor,        ///< it counts `smoothing_value` matches
  AddK,         ///< all orders above 1 count `smoothing_value` more, matches and n-grams
  None          ///< the score is 0
};

struct BleuSettings {
  BleuTokenizer tokenizer = BleuTokenizer::Mteval13a;
  BleuSmoothing smoothing = BleuSmoothing::Exponential;
  std::optional<double> smoothing_value{};  ///< 0.1 for Floor and 1 for AddK when not given; others have none
  bool lowercase = false;                   ///< small letters for the `capitals` of lowercase.hpp
  bool effective_order = false;             ///< averages only over orders that the hypotheses reach: for one sentence
};

struct BleuScore {
  double score = 0;                    ///< 0 to 100
  std::array<double, 4> precisions{};  ///< of n-grams of 1 to 4 words, in percent, smoothed
  double brevity_penalty = 1;          ///< exp(1 - reference_length / hypothesis_length) if shorter, else 1
  Index hypothesis_length = 0;         ///< words
  Index reference_length = 0;          ///< words of the references closest in length
};

/// BLEU of a corpus (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation") as
/// sacreBLEU defines it (Post 2018, "A Call for Clarity in Reporting BLEU Scores"): the brevity penalty times the
/// geometric mean of the precisions of 1-grams to 4-grams, each counted over the whole corpus.
class Bleu {
 public:
  explicit Bleu(BleuSettings settings = {}) : settings_(settings) {
    const bool has_value = settings.smoothing == BleuSmoothing::Floor || settings.smoothing == BleuSmoothing::AddK;
    if (settings.smoothing_value && !has_value) {
      fail("BLEU: a smoothing value was given, but only Floor and AddK have one; leave it out");
    }
    value_ = settings.smoothing_value.value_or(settings.smoothing == BleuSmoothing::Floor ? 0.1 : 1.0);
    if (!(value_ > 0 && std::isfinite(value_))) {
      fail("BLEU: the smoothing value is ", std::to_string(value_), "; it must be above 0");
    }
  }

  /// Counts a hypothesis and the sentences that it may be; several references may share its n-grams.
  void add(std::string_view hypothesis, std::span<const std::string> references) {
    references_.add("BLEU", references.size());
    const std::string ours = tokenize(hypothesis);
    std::vector<std::string> theirs;
    for (const std::string& reference : references) theirs.push_back(tokenize(reference));

    const detail::Views words = detail::words_of(ours);
    std::vector<detail::Views> words_of_references;
    for (const std::string& reference : theirs) words_of_references.push_back(detail::words_of(reference));
    for (Index order = 1; order <= orders; ++order) {
      const detail::Counts counts = detail::count_runs(words, order);
      detail::Counts allowed;
      for (const detail::Views& reference : words_of_references) {
        for (const auto& [run, count] : detail::count_runs(reference, order)) {
          allowed[run] = std::max(allowed[run], count);
        }
      }
      const auto place = static_cast<std::size_t>(order - 1);
      totals_[place] += detail::total_of(counts);
      matches_[place] += detail::matches_of(counts, allowed);
    }
    const Index length = std::ssize(words);
    hypothesis_length_ += length;
    reference_length_ += std::ssize(*std::ranges::min_element(words_of_references, {}, [&](const auto& reference) {
      return std::pair(std::abs(std::ssize(reference) - length), std::ssize(reference));  // the shorter of equals
    }));
  }

  /// Counts a hypothesis with one reference.
  void add(std::string_view hypothesis, const std::string& reference) { add(hypothesis, std::span(&reference, 1)); }

  /// The score of all that was added. Fails if nothing was.
  BleuScore score() const {
    references_.check("BLEU");
    BleuScore result{.hypothesis_length = hypothesis_length_, .reference_length = reference_length_};
    const auto ours = static_cast<double>(hypothesis_length_), theirs = static_cast<double>(reference_length_);
    if (ours < theirs) result.brevity_penalty = ours > 0 ? std::exp(1 - theirs / ours) : 0;
    if (matches_ == std::array<Index, orders>{}) return result;

    double logarithms = 0, halves = 1;
    Index reached = 0;
    for (std::size_t place = 0; place < orders; ++place) {
      const double more = settings_.smoothing == BleuSmoothing::AddK && place > 0 ? value_ : 0;
      const double total = static_cast<double>(totals_[place]) + more;
      double matches = static_cast<double>(matches_[place]) + more;
      if (total == 0) break;
      ++reached;
      if (matches == 0 && settings_.smoothing == BleuSmoothing::Exponential) matches = halves /= 2;
      if (matches == 0 && settings_.smoothing == BleuSmoothing::Floor) matches = value_;
      result.precisions[place] = 100 * matches / total;
      logarithms += std::log(result.precisions[place]);
    }
    if (!settings_.effective_order && reached < orders) return result;
    result.score = result.brevity_penalty * std::exp(logarithms / static_cast<double>(reached));
    return result;
  }

  /// What was measured, to be published with the score: sacreBLEU's signature without the version.
  std::string signature() const {
    std::string smoothing = "exp";
    if (settings_.smoothing == BleuSmoothing::None) smoothing = "none";
    if (settings_.smoothing == BleuSmoothing::Floor) smoothing = "floor" + bracketed(value_);
    if (settings_.smoothing == BleuSmoothing::AddK) smoothing = "add-k" + bracketed(value_);
    return "nrefs:" + references_.text() + "|case:" + (settings_.lowercase ? "lc" : "mixed") +
           "|eff:" + (settings_.effective_order ? "yes" : "no") +
           "|tok:" + (settings_.tokenizer == BleuTokenizer::None ? "none" : "13a") + "|smooth:" + smoothing;
  }

 private:
  static constexpr Index orders = 4;

  std::string tokenize(std::string_view line) const {
    const detail::Views words = detail::words_of(line);  // the end of the last one is the end of the line
    if (words.empty()) return {};
    line = line.substr(0, static_cast<std::size_t>(words.back().data() + words.back().size() - line.data()));
    std::string text = settings_.lowercase ? detail::lowercase(line) : std::string(line);
    return settings_.tokenizer == BleuTokenizer::None ? detail::join(detail::words_of(text), " ")
                                                      : detail::tokenize_mteval(std::move(text));
  }

  static std::string bracketed(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "[%.2f]", value);
    return text;
  }

  BleuSettings settings_;
  double value_ = 0;
  detail::ReferenceCount references_;
  std::array<Index, orders> matches_{}, totals_{};
  Index hypothesis_length_ = 0, reference_length_ = 0;
};

}  // namespace transfix::inline TRANSFIX_ABI::metrics

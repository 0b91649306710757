// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/metrics/lowercase.hpp>
#include <transfix/metrics/references.hpp>
#include <transfix/metrics/text.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI::metrics {

struct ChrfSettings {
  Index characters = 6;      ///< longest n-gram of characters
  Index words = 0;           ///< longest n-gram of words; 2 makes it chrF++
  double beta = 2;           ///< how many times recall weighs what precision weighs
  bool lowercase = false;    ///< small letters for the `capitals` of lowercase.hpp
  bool white_space = false;  ///< n-grams of characters run over white space too
};

/// chrF of a corpus (Popovic 2015, "chrF: character n-gram F-score for automatic MT evaluation") and chrF++ (2017) as
/// sacreBLEU defines them: F_beta of precision and recall, each the mean over all orders of n-grams that both sides
/// have, counted over the whole corpus; of several references the one counts whose score for its sentence is best.
class Chrf {
 public:
  explicit Chrf(ChrfSettings settings = {}) : settings_(settings) {
    if (settings.characters < 1 || settings.words < 0 || !(settings.beta > 0)) {
      fail("chrF: n-grams of up to ", settings.characters, " characters and ", settings.words, " words with beta ",
           std::to_string(settings.beta), " were asked for; give at least 1, at least 0 and above 0");
    }
    matches_.resize(orders());
  }

  /// Counts a hypothesis and the sentences that it may be.
  void add(std::string_view hypothesis, std::span<const std::string> references) {
    references_.add("chrF", references.size());
    const Sentence ours(hypothesis, settings_);
    std::vector<Match> best;
    double best_score = -1;
    for (const std::string& reference : references) {
      const Sentence theirs(reference, settings_);
      std::vector<Match> matches(orders());
      for (std::size_t order = 0; order < orders(); ++order) {
        matches[order] = {detail::total_of(ours.counts[order]), detail::total_of(theirs.counts[order]),
                          detail::matches_of(ours.counts[order], theirs.counts[order])};
        if (matches[order].theirs == 0) matches[order].ours = 0;  // no reference has runs so long: no mistake either
      }
      const double score = score_of(matches);
      if (score > best_score) best = std::move(matches);
      best_score = std::max(best_score, score);
    }
    for (std::size_t order = 0; order < orders(); ++order) {
      matches_[order].ours += best[order].ours;
      matches_[order].theirs += best[order].theirs;
      matches_[order].both += best[order].both;
    }
  }

  /// Counts a hypothesis with one reference.
  void add(std::string_view hypothesis, const std::string& reference) { add(hypothesis, std::span(&reference, 1)); }

  /// The score of all that was added, 0 to 100. Fails if nothing was.
  double score() const {
    references_.check("chrF");
    return score_of(matches_);
  }

  /// What was measured, to be published with the score: sacreBLEU's signature without the version. It names no beta;
  /// scores are called chrF2 after it.
  std::string signature() const {
    return "nrefs:" + references_.text() + "|case:" + (settings_.lowercase ? "lc" : "mixed") +
           "|eff:yes|nc:" + std::to_string(settings_.characters) + "|nw:" + std::to_string(settings_.words) +
           "|space:" + (settings_.white_space ? "yes" : "no");
  }

 private:
  /// How many n-grams of an order there are on either side, and how many of them match.
  struct Match {
    Index ours = 0, theirs = 0, both = 0;
  };

  /// The n-grams of a sentence: those of characters by length, then those of words.
  struct Sentence {
    Sentence(std::string_view line, const ChrfSettings& settings) {
      line_ = settings.lowercase ? detail::lowercase(line) : std::string(line);
      characters_ = settings.white_space ? line_ : detail::join(detail::words_of(line_), "");
      const detail::Views characters = detail::characters_of(characters_);
      for (Index length = 1; length <= settings.characters; ++length) {
        counts.push_back(detail::count_runs(characters, length));
      }
      words_ = detail::join(separate_punctuation(detail::words_of(line_)), " ");
      const detail::Views words = detail::words_of(words_);
      for (Index length = 1; length <= settings.words; ++length) counts.push_back(detail::count_runs(words, length));
    }
    Sentence(const Sentence&) = delete;  // the counts look at the texts

    std::vector<detail::Counts> counts;

   private:
    std::string line_, characters_, words_;
  };

  /// Parts a mark of ASCII from the end of each word, or else from its beginning.
  static detail::Views separate_punctuation(const detail::Views& words) {
    const auto mark = [](char byte) {
      return std::string_view("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").find(byte) != std::string_view::npos;
    };
    detail::Views parts;
    for (const std::string_view word : words) {
      std::size_t cut = 0;
      if (mark(word.front())) cut = 1;
      if (mark(word.back())) cut = word.size() - 1;
      if (cut > 0) parts.push_back(word.substr(0, cut));
      if (cut < word.size()) parts.push_back(word.substr(cut));
    }
    return parts;
  }

  std::size_t orders() const { return static_cast<std::size_t>(settings_.characters + settings_.words); }

  double score_of(const std::vector<Match>& matches) const {
    double precision = 0, recall = 0, reached = 0;
    for (const Match& match : matches) {
      if (match.ours == 0 || match.theirs == 0) continue;
      precision += static_cast<double>(match.both) / static_cast<double>(match.ours);
      recall += static_cast<double>(match.both) / static_cast<double>(match.theirs);
      ++reached;
    }
    if (precision == 0) return 0;
    const double factor = settings_.beta * settings_.beta;
    return 100 * (1 + factor) * precision * recall / ((factor * precision + recall) * reached);
  }

  ChrfSettings settings_;
  detail::ReferenceCount references_;
  std::vector<Match> matches_;
};

}  // namespace transfix::inline TRANSFIX_ABI::metrics

// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/metrics/matrix.hpp>

namespace transfix::inline TRANSFIX_ABI::metrics {

/// How well one class is found, or the average over all of them.
struct ClassScores {
  double precision = 0;  ///< of what was called this class, the part that is
  double recall = 0;     ///< of what is this class, the part that was found
  double f1 = 0;         ///< the harmonic mean of both
  Index support = 0;     ///< how many pairs have this class as their truth
};

/// How the scores of the classes become one.
enum class Average {
  Micro,    ///< over pairs: all three scores are the accuracy
  Macro,    ///< over classes, each of the same weight
  Weighted  ///< over classes, each weighted by its support
};

/// Counts for each true class how often each class was predicted. Its measures are those of scikit-learn with
/// `labels=range(classes)` and `zero_division=0`: all classes count, and a quotient without divisor is 0.
class ConfusionMatrix {
 public:
  /// A matrix of zeros for the classes 0 to classes - 1.
  explicit ConfusionMatrix(Index classes) : classes_(classes) {
    if (classes < 1) fail("a confusion matrix of ", classes, " classes was asked for; it needs at least one");
    counts_ = xt::zeros<double>({classes, classes});
  }

  /// Counts one pair. A truth below 0 is left out, as losses leave it out; any other class that is not one of the
  /// matrix is refused.
  void add(Token truth, Token prediction) {
    check(truth, prediction);
    count(truth, prediction);
  }

  /// Counts the pairs of two rows of equal length: all of them, or none when one is refused.
  void add(std::span<const Token> truths, std::span<const Token> predictions) {
    if (truths.size() != predictions.size()) {
      fail("confusion matrix: there are ", truths.size(), " truths and ", predictions.size(),
           " predictions; give one for each of the other");
    }
    for (std::size_t i = 0; i < truths.size(); ++i) check(truths[i], predictions[i], " at position ", i);
    for (std::size_t i = 0; i < truths.size(); ++i) count(truths[i], predictions[i]);
  }

  /// Adds what another matrix of the same classes has counted, on another thread for instance.
  void merge(const ConfusionMatrix& other) {
    if (other.classes_ != classes_) {
      fail("a confusion matrix of ", other.classes_, " classes cannot be merged into one of ", classes_,
           "; make both for the same classes");
    }
    counts_ += other.counts_;
  }

  Index classes() const { return classes_; }
  /// The counts [classes, classes]: truths in rows, predictions in columns.
  const Matrix& counts() const { return counts_; }
  /// How many pairs were counted.
  Index total() const { return static_cast<Index>(xt::sum(counts_)()); }

  /// The part of the pairs whose prediction is the truth. Fails on an empty matrix, as all that follows but `of`.
  double accuracy() const { return correct() / pairs("accuracy"); }

  /// The scores of one class, zeros in an empty matrix.
  ClassScores of(Index wanted) const {
    if (wanted < 0 || wanted >= classes_) {
      fail("confusion matrix: class ", wanted, " is not one of the classes 0 to ", classes_ - 1);
    }
    const double truths = truths_of(wanted), predictions = predictions_of(wanted), hits = counts_(wanted, wanted);
    return {quotient(hits, predictions), quotient(hits, truths), quotient(2 * hits, truths + predictions),
            static_cast<Index>(truths)};
  }

  /// The scores of all classes as one, with the number of pairs as support.
  ClassScores average(Average kind) const {
    const double all = pairs("average of classes");
    ClassScores result{.support = static_cast<Index>(all)};
    if (kind == Average::Micro) {
      result.precision = result.recall = result.f1 = accuracy();
      return result;
    }
    for (Index c = 0; c < classes_; ++c) {
      const ClassScores scores = of(c);
      const double weight =
          kind == Average::Macro ? 1 / static_cast<double>(classes_) : static_cast<double>(scores.support) / all;
      result.precision += weight * scores.precision;
      result.recall += weight * scores.recall;
      result.f1 += weight * scores.f1;
    }
    return result;
  }

  /// The mean recall of those classes that are a truth at all.
  double balanced_accuracy() const {
    pairs("balanced accuracy");
    double recalls = 0, present = 0;
    for (Index c = 0; c < classes_; ++c) {
      const ClassScores scores = of(c);
      recalls += scores.recall;
      present += scores.support > 0 ? 1 : 0;
    }
    return recalls / present;
  }

  /// Matthews' correlation of truths and predictions, in [-1, 1], for any number of classes (Gorodkin 2004,
  /// "Comparing two K-category assignments by a K-category correlation coefficient"); 0 when all truths or all
  /// predictions are of one class.
  double matthews_correlation() const {
    const double all = pairs("Matthews correlation");
    double both = 0, truths_squared = 0, predictions_squared = 0;
    for (Index c = 0; c < classes_; ++c) {
      const double truths = truths_of(c), predictions = predictions_of(c);
      both += truths * predictions;
      truths_squared += truths * truths;
      predictions_squared += predictions * predictions;
    }
    const double spread = std::sqrt(all * all - truths_squared) * std::sqrt(all * all - predictions_squared);
    return quotient(correct() * all - both, spread);
  }

 private:
  template <class... Place>
  void check(Token truth, Token prediction, const Place&... place) const {
    if (truth >= 0 && (truth >= classes_ || prediction < 0 || prediction >= classes_)) {
      fail("confusion matrix: truth ", truth, " with prediction ", prediction, place..., " is not of the classes 0 to ",
           classes_ - 1, "; make the matrix for all classes, and mark what is to be left out by a truth below 0");
    }
  }
  void count(Token truth, Token prediction) {
    if (truth >= 0) counts_(truth, prediction) += 1;
  }

  double correct() const { return xt::sum(xt::diagonal(counts_))(); }
  double truths_of(Index c) const { return xt::sum(xt::row(counts_, c))(); }
  double predictions_of(Index c) const { return xt::sum(xt::col(counts_, c))(); }
  double pairs(const char* measure) const {
    const double all = xt::sum(counts_)();
    if (all == 0) fail(measure, ": the confusion matrix has counted no pairs; add some first");
    return all;
  }
  static double quotient(double part, double whole) { return whole == 0 ? 0 : part / whole; }

  Index classes_;
  Matrix counts_;
};

}  // namespace transfix::inline TRANSFIX_ABI::metrics

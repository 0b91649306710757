// SPDX-License-Identifier: MIT
// An encoder-decoder learns to reverse sequences of digits, and another one to sort them. Both are judged on sequences
// that they have not seen, by whole sequences that are written without a mistake.
#include <chrono>
#include <cstdio>
#include <memory>
#include <transfix/generate/inference.hpp>
#include <transfix/generate/sampling.hpp>
#include <transfix/models/encoder_decoder.hpp>
#include <transfix/transfix.hpp>
#include <vector>

using namespace transfix;

constexpr Index length = 10;
constexpr Token start = 10;  // what the target begins with; 0 to 9 are digits
using Model = models::EncoderDecoder<models::EncoderDecoderConfig{.vocabulary = 11,
                                                                  .source_context = length,
                                                                  .target_context = length,
                                                                  .width = 64,
                                                                  .heads = 4,
                                                                  .hidden = 128,
                                                                  .encoder_layers = 2,
                                                                  .decoder_layers = 2,
                                                                  .norms = nn::NormPlace::before}>;

/// Random digits, and what they become.
class Sequences {
 public:
  struct Example {
    Model::Input input;
    Model::Target target;
  };
  Sequences(Index count, std::uint64_t seed, bool sorts) : rows_(static_cast<std::size_t>(count)) {
    Random random(seed);
    for (Row& row : rows_) {
      for (Token& digit : row.source) digit = static_cast<Token>(random.below(10));
      std::reverse_copy(row.source, row.source + length, row.result + 1);
      if (sorts) std::sort(row.result + 1, row.result + 1 + length);
    }
  }
  Index size() const { return std::ssize(rows_); }
  Example example(Index number) const {
    const Row& row = rows_[static_cast<std::size_t>(number)];
    return {{{row.source}, {row.result}}, {row.result + 1}};
  }
  const Sequences& each_once() const { return *this; }

 private:
  struct Row {
    Token source[length];
    Token result[length + 1] = {start};
  };
  std::vector<Row> rows_;
};

/// The share of sequences that the model writes without a mistake, taking the likeliest digit each time.
double exact_matches(const Model& model, const Sequences& sequences) {
  const auto inference = std::make_unique<Inference<Model>>(model);
  Index right = 0;
  for (Index number = 0; number < sequences.size(); ++number) {
    const auto example = sequences.example(number);
    Token written[length + 1] = {start};
    for (Index place = 0; place < length; ++place) {
      const float* logits = (*inference)({example.input.source, {written}});
      written[place + 1] = Sampler<Model::vocabulary, float>::likeliest(logits + place * Model::vocabulary);
    }
    right += std::equal(written + 1, written + 1 + length, example.target.data);
  }
  return static_cast<double>(right) / static_cast<double>(sequences.size());
}

int main() {
  bool good = true;
  for (const bool sorts : {false, true}) {
    std::printf("learning to %s\n", sorts ? "sort" : "reverse");
    const auto begin = std::chrono::steady_clock::now();
    using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<2>>;
    Training trainer{{.learning_rate = 2e-3f, .weight_decay = 0.01f},
                     {.steps = 2000, .batch = 64, .evaluate_every = 1000}};
    trainer.fit(Sequences(100'000, 1, sorts), Sequences(1000, 2, sorts));
    const double share = exact_matches(trainer.model(), Sequences(2000, 3, sorts));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%.2f %% of 2,000 new sequences without a mistake, after %.0f s\n", 100 * share, seconds);
    good = good && share >= 0.999;
  }
  return good ? 0 : 1;
}

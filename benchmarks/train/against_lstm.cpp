// SPDX-License-Identifier: MIT
// A Transformer against LSTMs of equal size on the characters of a text: equal data, equal tokens a step, equal time.
//   against_lstm TEXT CONTEXT THREADS SECONDS [PICTURE]
// trains each model for so many seconds with steps of 768 tokens (1,024 where the context is), prints its speed with
// such steps and with steps of 6,144 tokens, and its loss against the time, and draws the losses.
#include <chrono>
#include <iomanip>
#include <iostream>
#include <transfix/models/lstm.hpp>
#include <transfix/report/curves.hpp>
#include <transfix/transfix.hpp>

#include "../characters.hpp"

namespace {

using namespace transfix;

constexpr Index vocabulary = 65;

template <Index Context>
using Transformer =
    models::Gpt<models::GptConfig{.vocabulary = vocabulary, .context = Context, .width = 128, .heads = 4, .layers = 4}>;

// Positions are parameters of the Transformer, so that longer contexts ask for larger LSTMs.
template <Index Context>
using DeepLstm = models::LstmLanguageModel<models::LstmConfig{
    .vocabulary = vocabulary, .context = Context, .width = 128, .layers = Context < 1024 ? 6 : 7}>;
template <Index Context>
using WideLstm = models::LstmLanguageModel<models::LstmConfig{
    .vocabulary = vocabulary, .context = Context, .width = Context < 1024 ? 224 : 240, .layers = 2}>;

/// Several short sequences together are faster where the model can do so.
template <class Model, Index Count>
using Execution = std::conditional_t<std::is_same_v<Model, Transformer<64>>, Threads<Count, 4, 3>, Threads<Count>>;

template <class Model, Index Count>
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Execution<Model, Count>>;

double seconds_of(auto&& function) {
  const auto start = std::chrono::steady_clock::now();
  function();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Corpus {
  std::vector<Token> training, validation;
};

/// The median time of a step.
template <class Model, Index Count>
double seconds_of_step(const Corpus& corpus, Index batch) {
  const auto data = data::next_token_windows<Model::context>(corpus.training);
  Training<Model, Count> trainer({}, {.batch = batch});
  trainer.step(data);
  std::vector<double> times;
  for (double sum = 0; sum < 1 || times.size() < 3; sum += times.back()) {
    times.push_back(seconds_of([&] { trainer.step(data); }));
  }
  std::nth_element(times.begin(), times.begin() + std::ssize(times) / 2, times.end());
  return times[times.size() / 2];
}

/// Trains as many steps as the time is expected to be enough for. Evaluations take no time of the run.
template <class Model, Index Count>
report::Curve loss_against_time(const std::string& name, const Corpus& corpus, Index batch, double rate, Index steps) {
  constexpr Index evaluations = 12;
  const auto data = data::next_token_windows<Model::context>(corpus.training);
  const auto validation = data::next_token_windows<Model::context>(corpus.validation);
  Training<Model, Count> trainer({.learning_rate = static_cast<float>(rate)}, {.steps = steps, .batch = batch});
  report::Curve curve{.name = name};
  double seconds = 0;
  for (Index step = 1; step <= steps; ++step) {
    seconds += seconds_of([&] { trainer.step(data); });
    if (step * evaluations / steps == (step - 1) * evaluations / steps) continue;
    curve.x.push_back(seconds);
    curve.y.push_back(trainer.evaluate(validation));
  }
  return curve;
}

struct Arguments {
  double seconds;
  Corpus corpus;
  std::vector<report::Curve> curves = {};
};

template <class Model, Index Count>
void measure(const std::string& name, double rate, Arguments& arguments) {
  const auto batch_of = [](Index tokens) { return std::max(tokens / Model::context, Index{1}); };
  const Index batch = batch_of(768), large = batch_of(6144);
  const double small_step = seconds_of_step<Model, Count>(arguments.corpus, batch);
  const double large_step = seconds_of_step<Model, Count>(arguments.corpus, large);
  const auto steps = static_cast<Index>(arguments.seconds / small_step);
  const auto rate_of = [](Index sequences, double seconds) {
    return std::lround(static_cast<double>(sequences * Model::context) / seconds);
  };
  std::cout << "| " << name << " | " << parameter_count<Model> << std::fixed << std::setprecision(1) << " | "
            << 1e3 * small_step << " | " << rate_of(batch, small_step) << " | " << 1e3 * large_step << " | "
            << rate_of(large, large_step) << " | " << std::flush;
  if (steps < 1) {
    std::cout << "|\n";
    return;
  }
  arguments.curves.push_back(loss_against_time<Model, Count>(name, arguments.corpus, batch, rate, steps));
  const report::Curve& curve = arguments.curves.back();
  std::cout << steps << " steps:" << std::setprecision(2);
  for (const std::size_t point : {curve.y.size() / 4, curve.y.size() / 2, curve.y.size() - 1}) {
    std::cout << " " << curve.y[point] << " at " << std::lround(curve.x[point]) << " s"
              << (point + 1 < curve.y.size() ? "," : "");
  }
  std::cout << " |" << std::endl;
}

template <Index Context, Index Count>
void compare(Arguments& arguments, const std::string& picture) {
  std::cout
      << "context " << Context << ", " << Count << (Count == 1 ? " thread" : " threads") << "\n\n"
      << "| model | parameters | ms a step of 768 | tokens/s | ms a step of 6,144 | tokens/s | validation loss |\n"
      << "| --- | --- | --- | --- | --- | --- | --- |\n";
  measure<Transformer<Context>, Count>("Transformer, 4 layers of 128", 4e-3, arguments);
  measure<DeepLstm<Context>, Count>("LSTM, deep and of width 128", 4e-3, arguments);
  measure<WideLstm<Context>, Count>("LSTM, 2 wide layers", 4e-3, arguments);
  if (picture.empty()) return;
  report::save(report::curves(arguments.curves, {.title = "Context " + std::to_string(Context) + ", " +
                                                          std::to_string(Count) + (Count == 1 ? " thread" : " threads"),
                                                 .x_label = "time of training (s)",
                                                 .y_label = "validation loss (nats a character)"}),
               picture);
}

template <Index Context>
void compare(Index threads, Arguments& arguments, const std::string& picture) {
  if (threads != 1 && threads != 2) fail("THREADS is 1 or 2");
  threads == 1 ? compare<Context, 1>(arguments, picture) : compare<Context, 2>(arguments, picture);
}

void run(std::span<char* const> arguments) {
  if (arguments.size() < 5) fail("usage: against_lstm TEXT CONTEXT THREADS SECONDS [PICTURE]");
  const std::string picture = arguments.size() > 5 ? arguments[5] : "";
  auto [training, validation] = benchmarks::characters_of(arguments[1], vocabulary);
  constexpr std::size_t evaluated = 32 * 1024;  // enough to compare, and soon done
  validation.resize(std::min(validation.size(), evaluated + 1));
  Arguments all{.seconds = std::stod(arguments[4]), .corpus = {std::move(training), std::move(validation)}};
  const Index context = std::stol(arguments[2]), threads = std::stol(arguments[3]);
  switch (context) {
    case 64:
      return compare<64>(threads, all, picture);
    case 256:
      return compare<256>(threads, all, picture);
    case 1024:
      return compare<1024>(threads, all, picture);
    default:
      fail("CONTEXT is 64, 256 or 1024");
  }
}

}  // namespace

int main(int count, char** arguments) try {
  run({arguments, static_cast<std::size_t>(count)});
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

// SPDX-License-Identifier: MIT
// Learns from a column of numbers to tell the next ones, and compares itself on the end of the series, which it has not
// seen, with what needs no learning: the last value again, and the values of one period before.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <iostream>
#include <numbers>
#include <transfix/data/example.hpp>
#include <transfix/data/table.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/loss/elementwise.hpp>
#include <transfix/metrics/regression.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/nn/repeat.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/train/keep_best.hpp>
#include <transfix/train/stopping.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

/// Patches of neighbouring values are what words are elsewhere (Nie et al. 2023); from all of them together come the
/// next values. All of it is relative to the last value known, so that a level never seen before is nothing new.
struct Model {
  using Scalar = float;
  static constexpr Index past = 192, horizon = 24, patch = 8, patches = past / patch, width = 32;
  static constexpr nn::BlockConfig block{
      .width = width, .heads = 4, .hidden = 2 * width, .norms = nn::NormPlace::before, .dropout = true};
  using Input = Values<past>;
  using Target = Values<horizon>;

  nn::Linear<patch, width> embedding;
  nn::LearnedPositions<patches, width> positions;
  nn::Repeat<nn::EncoderBlock<block>, 2> blocks;
  nn::LayerNorm<width> norm;
  nn::Linear<patches * width, horizon> head;

  auto operator()(const Input& values) const {
    const float last = values[past - 1];
    auto embedded = embedding(constant<Shape<patches, patch>>(values.data) - last) + positions.rows<patches>();
    return let(
        norm(blocks(dropout(std::move(embedded)), [](Index) { return Unmasked{}; })),
        [this, last](auto encoded) { return head(encoded.template seen_as<Shape<1, patches * width>>()) + last; });
  }
};
using Optimizer = optim::AdamW;
using Training = Trainer<Model, loss::MeanSquaredError, Optimizer, schedule::WarmupCosine, Threads<2>>;

struct Options {
  std::string generate, train, forecast, model = "forecaster.safetensors", column = "value";
  char delimiter = ',';
  Index period = 24, patience = 5, epochs = 10, length = 10'000;
  double validation_share = 0.1, test_share = 0.2;
  Optimizer optimizer{.learning_rate = 1e-3f, .weight_decay = 0.01f};
  TrainingSettings training{.epochs = 1, .batch = 32, .dropout = 0.1f};
};

/// Writes a series of days and weeks of hours: value t is
///   20 + 0.001 t + 5 sin(2 pi t / 24) (1 + 0.3 sin(2 pi t / 168)) + 3 cos(2 pi t / 168) + noise t,
///   noise t = 0.7 noise (t - 1) + a standard normal number.
void generate(const Options& options) {
  Random random(options.training.seed);
  std::string text = "value\n";
  double noise = 0;
  for (Index t = 0; t < options.length; ++t) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(t), week = turn / 168;
    noise = 0.7 * noise + random.normal();
    const double season = 5 * std::sin(turn / 24) * (1 + 0.3 * std::sin(week)) + 3 * std::cos(week);
    char number[32];
    const double value = 20 + 0.001 * static_cast<double>(t) + season + noise;
    text.append(number, std::to_chars(number, number + sizeof number, value, std::chars_format::fixed, 4).ptr);
    text += '\n';
  }
  const std::string_view pieces[] = {text};
  io::write_atomically(options.generate, pieces);
  std::printf("wrote %td values to %s\n", options.length, options.generate.c_str());
}

std::vector<double> read_series(const std::string& path, const Options& options) {
  const auto table = data::read_table(path, {.delimiter = options.delimiter});
  const Index column = table.column(options.column);
  std::vector<double> values;
  for (const auto& row : table.rows) {
    const std::string& field = row.fields[static_cast<std::size_t>(column)];
    double value = NAN;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value)) {
      fail(path, ":", row.line, ": ", text::shown(field), " is not a number; correct it, or fill the gap");
    }
    values.push_back(value);
  }
  return values;
}

/// How the numbers of a series become those of the model: the training part has mean 0 and deviation 1.
struct Scale {
  double mean = 0, deviation = 1;

  static Scale of(std::span<const double> values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
    if (!(deviation > 0)) fail("all values to train on are equal: there is nothing to learn");
    return {mean, deviation};
  }
  std::vector<float> apply(std::span<const double> values) const {
    std::vector<float> scaled;
    for (const double value : values) scaled.push_back(static_cast<float>((value - mean) / deviation));
    return scaled;
  }
  double undo(float value) const { return mean + deviation * static_cast<double>(value); }

  io::Metadata metadata() const {
    return {{"mean", nlohmann::json(mean).dump()}, {"deviation", nlohmann::json(deviation).dump()}};
  }
  static Scale from(const io::Metadata& metadata, const std::string& path) {
    const auto number = [&](const char* key) -> double {
      const auto place = metadata.find(key);
      if (place == metadata.end()) fail(path, ": the file has no ", key, "; it was not saved by forecast_series");
      return nlohmann::json::parse(place->second);
    };
    return {number("mean"), number("deviation")};
  }
};

/// All windows of a series whose values to tell lie in one part of it; what is known may lie before.
class Windows {
 public:
  using Example = data::Example<Model::Input, Model::Target>;

  Windows(std::span<const float> series, Index first, Index end)
      : series_(series), first_(std::max(first, Model::past)), size_(end - first_ - Model::horizon + 1) {
    if (size_ < 1) {
      fail("a part of the series has ", end - first, " values, and the model knows ", Model::past, " and tells ",
           Model::horizon, ": give a longer series, or other shares, or change .past in forecast_series.cpp");
    }
  }
  Index size() const { return size_; }
  /// The place of the first value to tell.
  Index place(Index number) const { return first_ + number; }
  Example example(Index number) const {
    return {{series_.data() + place(number) - Model::past}, {series_.data() + place(number)}};
  }

 private:
  std::span<const float> series_;
  Index first_, size_;
};

/// Compares with the two ways to forecast that need no learning. MASE (Hyndman & Koehler 2006) is the mean absolute
/// error over that of the seasonal way in the training part.
void test(const Model& model, const std::vector<double>& series, const Scale& scale, const Windows& windows,
          Index training_end, Index period) {
  const auto value = [&](Index place) { return series[static_cast<std::size_t>(place)]; };
  const auto inference = std::make_unique<Inference<Model>>(model);
  std::vector<double> truths, ours, lasts, seasons;
  for (Index number = 0; number < windows.size(); ++number) {
    const float* const forecast = (*inference)(windows.example(number).input);
    const Index place = windows.place(number);
    for (Index ahead = 0; ahead < Model::horizon; ++ahead) {
      truths.push_back(value(place + ahead));
      ours.push_back(scale.undo(forecast[ahead]));
      lasts.push_back(value(place - 1));
      seasons.push_back(value(place - period + ahead % period));
    }
  }
  double unit = 0;
  for (Index place = period; place < training_end; ++place) unit += std::abs(value(place) - value(place - period));
  unit /= static_cast<double>(training_end - period);
  std::printf("%td forecasts of %td values\n%-24s%12s%12s%12s\n", windows.size(), Model::horizon, "", "MSE", "MAE",
              "MASE");
  const auto print = [&](const char* name, const std::vector<double>& forecasts) {
    const double absolute = metrics::mean_absolute_error(truths, forecasts);
    std::printf("%-24s%12.4f%12.4f%12.4f\n", name, metrics::mean_squared_error(truths, forecasts), absolute,
                absolute / unit);
  };
  print("the model", ours);
  print("the last value", lasts);
  print("one period before", seasons);
}

void train(Options options) {
  io::check_writable(options.model, {options.train});
  const auto series = read_series(options.train, options);
  const auto part = [&](double share) { return static_cast<Index>(share * static_cast<double>(series.size())); };
  const Index end = std::ssize(series), test_start = end - part(options.test_share);
  const Index validation_start = test_start - part(options.validation_share);
  if (validation_start <= std::max(options.period, Model::past + Model::horizon)) {
    fail(options.train, ": there are ", series.size(), " values, of which ", validation_start,
         " to train on: too few for windows of ", Model::past + Model::horizon, " and a period of ", options.period);
  }
  if (options.period > Model::past) {
    fail("--period is ", options.period, ", and the model knows only the last ", Model::past,
         " values: change .past in forecast_series.cpp");
  }
  const auto scale = Scale::of(std::span(series).first(static_cast<std::size_t>(validation_start)));
  const auto scaled = scale.apply(series);
  const Windows training(scaled, 0, validation_start), validation(scaled, validation_start, test_start);
  const Windows held_out(scaled, test_start, end);

  options.training.epochs = options.epochs;
  options.training.evaluate_every = (training.size() + options.training.batch - 1) / options.training.batch;
  Training trainer{options.optimizer, options.training};
  trainer.fit(training, validation, ProgressLine(), Patience{options.patience},
              KeepBest{options.model, scale.metadata()}, StopOnInterrupt());
  std::printf("saved %s\n", options.model.c_str());
  test(trainer.model(), series, scale, held_out, validation_start, options.period);
}

/// The values after the end of a series, one a line.
void forecast(const Options& options) {
  const auto model = std::make_unique<Model>();
  const auto scale = Scale::from(io::load(*model, options.model), options.model);
  const auto series = read_series(options.forecast, options);
  if (std::ssize(series) < Model::past) {
    fail(options.forecast, ": there are ", series.size(), " values, and the model needs the last ", Model::past);
  }
  const auto known = scale.apply(std::span(series).last(std::size_t{Model::past}));
  const auto inference = std::make_unique<Inference<Model>>(*model);
  const float* const found = (*inference)({known.data()});
  for (Index ahead = 0; ahead < Model::horizon; ++ahead) std::cout << scale.undo(found[ahead]) << '\n';
}

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app{"Learns from a column of numbers to tell the next ones."};
  app.add_option("--generate", options.generate, "a file to write a series of days and weeks with noise to");
  app.add_option("--train", options.train, "a table with a series to train on; its end is held out to judge by");
  app.add_option("--forecast", options.forecast, "a table with a series to tell the next values of, by a saved model");
  app.add_option("--model", options.model, "file of the trained model")->capture_default_str();
  app.add_option("--column", options.column, "name in the table's first row")->capture_default_str();
  app.add_option("--delimiter", options.delimiter, "what stands between columns")->capture_default_str();
  app.add_option("--period", options.period, "after how many values the season comes again, to compare with")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--length", options.length, "values to generate")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--validation-share", options.validation_share, "of the series, before the test, to choose by")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 0.45));
  app.add_option("--test-share", options.test_share, "of the series, at its end, to judge by")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 0.45));
  app.add_option("--epochs", options.epochs, "how often to go through the training windows")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--patience", options.patience, "epochs without progress before the end")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--batch", options.training.batch, "windows a step")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--learning-rate", options.optimizer.learning_rate)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--dropout", options.training.dropout)->capture_default_str()->check(CLI::Range(0.0, 0.9));
  app.add_option("--seed", options.training.seed, "decides first numbers, order and noise")->capture_default_str();
  CLI11_PARSE(app, argument_count, arguments);
  try {
    if (options.generate.empty() && options.train.empty() && options.forecast.empty()) {
      fail("give a series with --train FILE, or with a saved model --forecast FILE; --generate FILE writes one");
    }
    if (!options.generate.empty()) generate(options);
    if (!options.train.empty()) train(options);
    if (!options.forecast.empty()) forecast(options);
  } catch (const std::exception& error) {
    std::cerr << "forecast_series: " << error.what() << '\n';
    return 1;
  }
}

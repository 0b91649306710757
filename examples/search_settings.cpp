// SPDX-License-Identifier: MIT
// Searches for good settings of a classifier of sentences: learning rate, batch, dropout and more, and which of three
// compiled models. Most settings get a few epochs only, the best ones more (successive halving). Every result is in a
// CSV file as soon as it is there; a search that was stopped goes on when the same command is run again.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <transfix/data/augment/drop_words.hpp>
#include <transfix/data/augment/hide_words.hpp>
#include <transfix/data/augmented_words.hpp>
#include <transfix/data/sentences.hpp>
#include <transfix/generate/with_accuracy.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/models/sentence_classifier.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/search/halving.hpp>
#include <transfix/search/models.hpp>
#include <transfix/search/plain_strategies.hpp>
#include <transfix/search/report.hpp>
#include <transfix/search/search.hpp>
#include <transfix/train/keep_best.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

using models::SentenceClassifier, models::SentenceConfig;
using Encoder = SentenceClassifier<SentenceConfig{}>;  // that of classify_text
using Neighbourhoods = SentenceClassifier<SentenceConfig{.layers = 0}>;
using Wide = SentenceClassifier<SentenceConfig{.width = 96, .filters = 256, .layers = 0}>;
const search::Models<Encoder, Neighbourhoods, Wide> compiled{"encoder", "neighbourhoods", "wide"};

const search::Space all_settings{compiled.dimension(),
                                 search::logarithmic("learning_rate", 1e-3, 8e-3),
                                 search::choices("batch", {16, 32, 64}),
                                 search::linear("dropout", 0.3, 0.6),
                                 search::logarithmic("weight_decay", 0.01, 0.5),
                                 search::linear("hidden_words", 0, 0.3),
                                 search::linear("label_smoothing", 0, 0.2),
                                 search::whole("warmup", 20, 200)};

// A cautious setting to compare with: the first trial. It was the one of classify_text before this search.
const search::Space space = all_settings.starting_with({{"model", "encoder"},
                                                        {"learning_rate", "2e-3"},
                                                        {"batch", "32"},
                                                        {"dropout", "0.5"},
                                                        {"weight_decay", "0.1"},
                                                        {"hidden_words", "0.1"},
                                                        {"label_smoothing", "0.1"},
                                                        {"warmup", "100"}});

// All models read the same sentences.
using Input = Encoder::Input;
using Sentences = data::Sentences<Input>;

struct Options {
  std::string train, test, format = "trec", strategy = "halving";
  search::Options search{.results = "search.csv", .model = "best.safetensors", .workers = 2};
  search::Halving halving{.trials = 16, .least = 2, .most = 8, .reduction = 2};
};

std::vector<data::LabelledText> read(const std::string& path, data::LabelMap& labels, const Options& options) {
  auto examples =
      data::read_labelled_lines(path, labels, options.format == "trec" ? data::trec : data::label_and_sentence);
  if (examples.empty()) fail(path, ": the file is empty; it should have labelled sentences");
  return examples;
}

/// What all trials share.
struct Task {
  data::LabelMap labels;
  data::SentenceLanguage language;
  Sentences training, validation;
  std::uint64_t seed;
};

/// A tenth of the training sentences is left for choosing, as in classify_text with the same seed.
Task task_of(const Options& options) {
  data::LabelMap labels;
  const auto examples = read(options.train, labels, options);
  labels.close();
  if (labels.size() > Encoder::classes) {
    fail(options.train, ": there are ", labels.size(), " classes and the models were built for ", Encoder::classes,
         "; give their SentenceConfig more .classes in search_settings.cpp");
  }
  const auto parts = data::stratified_split(examples, {0.9, 0.1}, options.search.seed);
  const auto &training = parts[0], &validation = parts[1];
  const auto language = data::SentenceLanguage::learn(training, labels, Encoder::vocabulary);
  return {labels, language, Sentences(training, language, false, options.train),
          Sentences(validation, language, false, options.train), options.search.seed};
}

/// Trains a model with a setting for so many epochs, saves it as it was at its best, and tells its best accuracy.
template <class Model>
double train(const Task& task, const search::Setting& setting, Index epochs) {
  const auto hidden = setting.get<double>("hidden_words");
  data::WordTokens unknown;
  unknown.fill(task.language.unknown());
  const data::AugmentedWords augmented(task.training, data::DropWords<data::WordTokens>{hidden, unknown},
                                       data::HideWords{hidden, task.language.unknown()});
  TrainingSettings settings{.epochs = epochs,
                            .batch = setting.get<Index>("batch"),
                            .seed = task.seed,
                            .dropout = setting.get<float>("dropout")};
  settings.evaluate_every = (augmented.size() + settings.batch - 1) / settings.batch;
  const std::vector<float> weights = [&] {
    std::vector<float> all(static_cast<std::size_t>(task.labels.size()), 1);
    all.resize(static_cast<std::size_t>(Model::classes), 0);  // classes that the model has and the data has not
    return all;
  }();
  const optim::AdamW adam{.learning_rate = setting.get<float>("learning_rate"),
                          .weight_decay = setting.get<float>("weight_decay")};
  using Optimizer = optim::Averaged<optim::AdamW>;
  Trainer<Model, loss::CrossEntropy, Optimizer, schedule::WarmupCosine, Threads<1, 2>> trainer{
      Optimizer{adam, 0.995f},
      settings,
      {.warmup = setting.get<Index>("warmup")},
      {.label_smoothing = setting.get<float>("label_smoothing"), .class_weights = weights}};
  auto metadata = task.language.metadata();
  metadata["model"] = setting.get<std::string>("model");
  trainer.fit(augmented, WithAccuracy(task.validation, task.labels.size()), KeepBest{setting.file, metadata});
  return trainer.progress().best_score;
}

search::Found find(const Task& task, const Options& options) {
  const auto trial = [&](const search::Setting& setting, Index epochs) {
    return compiled.with(setting, [&]<class Model>() { return train<Model>(task, setting, epochs); });
  };
  const auto with = [&](const auto& strategy) {
    return search::run(space, strategy, trial, options.search, search::ShowProgress());
  };
  const auto& [trials, least, most, reduction] = options.halving;
  if (options.strategy == "random") return with(search::Drawn{.trials = trials, .budget = most});
  if (options.strategy == "asynchronous") {
    return with(search::AsynchronousHalving{.trials = trials,
                                            .least = least,
                                            .most = most,
                                            .reduction = reduction,
                                            .behind = std::max(options.search.workers - 1, Index{1})});
  }
  return with(options.halving);
}

/// The accuracy of the saved model, which knows by its metadata what it is.
double test(const Task& task, const Options& options) {
  auto labels = task.labels;
  const Sentences sentences(read(options.test, labels, options), task.language, false, options.test);
  const auto name = io::read_safetensors(options.search.model).metadata["model"];
  return compiled.with(name, [&]<class Model>() {
    const auto model = std::make_unique<Model>();
    io::load(*model, options.search.model);
    return accuracy(*model, sentences, labels.size());
  });
}

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app{"Searches for good settings of a classifier of sentences, and for the best of three compiled models."};
  app.add_option("--train", options.train, "labelled sentences; a tenth of them is left to choose by")->required();
  app.add_option("--test", options.test, "labelled sentences to judge the best model by");
  app.add_option("--format", options.format, "trec, or lines (a label, a space and a sentence)")
      ->capture_default_str()
      ->check(CLI::IsMember({"trec", "lines"}));
  app.add_option("--results", options.search.results, "CSV file, a row for each result; a search goes on from it")
      ->capture_default_str();
  app.add_option("--model", options.search.model, "file of the best model")->capture_default_str();
  app.add_option(
         "--strategy", options.strategy,
         "halving: few epochs for all, more for the best; asynchronous: the same without waiting; random: --most "
         "for all")
      ->capture_default_str()
      ->check(CLI::IsMember({"halving", "asynchronous", "random"}));
  const auto positive = [&](const char* name, Index& number, const char* what) {
    app.add_option(name, number, what)->capture_default_str()->check(CLI::PositiveNumber);
  };
  positive("--trials", options.halving.trials, "settings to try");
  positive("--least", options.halving.least, "epochs for all of them");
  positive("--most", options.halving.most, "epochs for the best ones");
  positive("--reduction", options.halving.reduction, "one of so many goes on, with so many times the epochs");
  positive("--workers", options.search.workers, "trials at a time; they do not change what is found");
  app.add_option("--seed", options.search.seed, "decides split, settings and training")->capture_default_str();
  CLI11_PARSE(app, argument_count, arguments);
  try {
    for (const auto& written : {options.search.results, options.search.model}) {
      io::check_writable(written, {options.train, options.test});
    }
    const Task task = task_of(options);
    std::cerr << task.training.size() << " sentences to train on, " << task.validation.size() << " to choose by, "
              << task.labels.size() << " classes\n";
    const auto found = find(task, options);
    std::cout << search::table(found.results);
    std::printf("best: trial %td, validation accuracy %.2f %%\nsaved %s\n", found.best.job.trial,
                100 * found.best.score, options.search.model.c_str());
    if (!options.test.empty()) std::printf("test accuracy %.2f %%\n", 100 * test(task, options));
  } catch (const std::exception& error) {
    std::cerr << "search_settings: " << error.what() << '\n';
    return 1;
  }
}
